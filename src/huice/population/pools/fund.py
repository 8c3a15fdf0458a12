"""The pools and quotas of the corpus as funds: what they hold, who draws on them, which lie in one another.

A fund is money set aside (资金池), vouchers of a face value (2000 张), or places in a selection (遴选 5 家).
Money is fen. A fund that is not yearly is one for the whole horizon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Document, Measure, Pool
from huice.corpus.readings import chosen, rule_under
from huice.language import nodes as n
from huice.language.text import Fault, Text, before_more, did_you_mean
from huice.language.units import value_of

FEN = 100
QUOTA = ":quota"
"""Ends the id of a fund that is the quota of a measure."""

Readings = Mapping[str, Mapping[str, str]]


class Fund(Struct, frozen=True):
    """Something that runs out. `units` is what it holds, in fen, or in pieces where it has a `face`.

    `kind`: `money`, `vouchers` of `face_fen` each, or `quota`, places for `units` claims. `members` are the
    measures that draw on it, `inside` the funds of `members` whose awards count against this one too.
    `stated`: how the text fixes it: exact, at_most or nominal.
    """

    id: str
    kind: Literal["money", "vouchers", "quota"]
    title: Text
    says: Text
    place: str
    document: str
    units: int
    yearly: bool
    members: tuple[str, ...]
    inside: tuple[str, ...] = ()
    face_fen: int | None = None
    stated: str = "exact"

    @property
    def holds_fen(self) -> int | None:
        """The money it holds; None for a quota, which counts claims."""
        if self.kind == "quota":
            return None
        return self.units * (self.face_fen or 1)


def funds(corpus: Corpus, readings: Readings | None = None) -> tuple[Fund, ...]:
    """Every pool and quota of the corpus under the readings, those inside others first.

    A pool without members is listed too: the text sets money aside and names no measure for it.
    """
    wanted = readings or {}
    found = [
        _quota(document, measure)
        for document in corpus.documents
        for measure in document.measures
        if measure.quota is not None
    ]
    members: dict[str, list[str]] = {id_: [] for id_ in corpus.pools}
    for measure in corpus.measures:
        pool = rule_under(measure, chosen(measure, wanted.get(measure.id, {}))).pool
        if pool is not None:
            members[pool].append(measure.id)
    pools = [
        _pool(corpus, document, pool, members)
        for document in corpus.documents
        for pool in document.pools
    ]
    joint = [fund for fund in pools if fund.inside]
    return (*found, *(fund for fund in pools if not fund.inside), *joint)


def find_funds(
    corpus: Corpus, words: Iterable[str], readings: Readings | None = None
) -> tuple[Fund, ...]:
    """The funds meant by ids, ends of ids or parts of a title. Raises `Fault` for a word that hits none."""
    known, meant = funds(corpus, readings), set[str]()
    for word in words:
        wanted = word.strip().lower()
        hits = [fund.id for fund in known if fund.id == wanted]
        hits = hits or [fund.id for fund in known if fund.id.endswith("/" + wanted)]
        hits = hits or [
            fund.id
            for fund in known
            if wanted and wanted in f"{fund.id} {fund.title.zh} {fund.title['en']}".lower()
        ]
        if not hits:
            more = before_more(did_you_mean(wanted, [fund.id for fund in known]))
            raise Fault(
                f"没有资金池或名额“{word}”{more.zh}全部见 huice pools",
                f"there is no pool or quota “{word}”{more.en} see huice pools for all of them",
            )
        meant.update(hits)
    return tuple(fund for fund in known if fund.id in meant)


def fen_of(literal: n.Literal) -> int:
    """The fen of an amount as the text writes it. Raises `Fault` where it is no whole number of fen."""
    fen = value_of(literal) * FEN
    if fen.denominator != 1:
        raise Fault(
            f"“{literal.text}”不是整数分，无法按池分配",
            f"“{literal.text}” is no whole number of fen",
        )
    return int(fen)


def _quota(document: Document, measure: Measure) -> Fund:
    assert measure.quota is not None
    return Fund(
        id=measure.id + QUOTA,
        kind="quota",
        title=measure.title,
        says=measure.quote,
        place=measure.place,
        document=document.id,
        units=int(value_of(measure.quota)),
        yearly=False,
        members=(measure.id,),
    )


def _pool(corpus: Corpus, document: Document, pool: Pool, members: Mapping[str, list[str]]) -> Fund:
    inside = tuple(id_ for id_ in pool.shared_by if id_ in corpus.pools)
    own = [*members[pool.id], *(id_ for id_ in pool.shared_by if id_ in corpus)]
    own += [member for id_ in inside for member in members[id_]]
    holds, face = fen_of(pool.holds), None if pool.face is None else fen_of(pool.face)
    units = holds
    if face is not None:
        units = holds // face
        if pool.vouchers is not None:
            units = min(units, int(value_of(pool.vouchers)))
    titled = [corpus.measure(id_).title for id_ in own or [pool.id] if id_ in corpus]
    return Fund(
        id=pool.id,
        kind="money" if face is None else "vouchers",
        title=titled[0] if titled else pool.text,
        says=pool.text,
        place=document.place,
        document=document.id,
        units=units,
        yearly=pool.yearly,
        members=tuple(dict.fromkeys(own)),
        inside=inside,
        face_fen=face,
        stated=pool.stated,
    )
