"""A draft with one number left open, asked of a fragment of firms: what every engine runs, what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Literal, TypeAlias

import msgspec
import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.overlay import Overlay, apply
from huice.corpus.unknowns import Unknown
from huice.evaluate.facts import Profile
from huice.evaluate.linear import NotLinear
from huice.language.text import Fault
from huice.population.asked import Asked, asking
from huice.population.reform.cells import Line, OpenRules
from huice.population.reform.effect import Readings, known_readings
from huice.population.reform.groups import PLACE, city
from huice.population.reform.sides import Run
from huice.population.reform.source import SetAside, kept, tables_of
from huice.population.reform.tally import Tally
from huice.population.rows import Rows
from huice.population.schema import KEY
from huice.population.slices import Slice
from huice.population.tables import Tables

Figure: TypeAlias = Literal["ceiling", "certain"]


class OpenDraft(Struct, frozen=True, eq=False):
    """One draft with one open number, and how it is asked."""

    draft: Overlay
    unknown: Unknown
    as_of: date
    horizon: int
    figure: Figure
    readings: Readings
    run: Run

    def at(self, law: Corpus, cell: int) -> Corpus:
        """The corpus under the draft with a value of the number."""
        written = self.unknown.written(self.unknown.at(cell))
        return apply(law, self.draft, {self.unknown.name: written})

    def ends(self, law: Corpus) -> tuple[Corpus, Corpus]:
        """The draft at both ends of the range."""
        return self.at(law, 0), self.at(law, self.unknown.count - 1)

    def ask(self, corpus: Corpus, ids: tuple[str, ...]) -> Asked:
        """The question to the corpus under the draft."""
        return asking(
            corpus,
            as_of=self.as_of,
            horizon=self.horizon,
            measures=ids,
            readings=known_readings(corpus, self.readings),
        )


class Spent(Struct, frozen=True, eq=False):
    """What the `measures` spend on the firms of `city`, in a form that any process takes.

    `law` is the corpus as bytes; `cells` the values at which the firms are evaluated in columns.
    """

    law: bytes
    open: OpenDraft
    measures: tuple[str, ...]
    city: str
    cells: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The same for the same draft of the same law: what is compiled for it is kept."""
        draft = msgspec.json.encode(
            (self.open.draft.source.value, self.open.readings), enc_hook=str
        )
        return sha256(self.law + draft).hexdigest()


class Bench:
    """What a worker has made ready for a draft: the law, and the draft with the number open or written out."""

    def __init__(self, job: Spent) -> None:
        self.law = msgspec.msgpack.decode(job.law, type=Corpus)
        self._open = job.open
        self._rules: OpenRules | None = None
        self._at: dict[int, Corpus] = {}

    @classmethod
    def of(cls, job: Spent) -> Bench:
        """That of this thread."""
        return kept(job.name, lambda: cls(job))

    @property
    def rules(self) -> OpenRules:
        """The rules with the number open."""
        if self._rules is None:
            self._rules = OpenRules(*self._open.ends(self.law), self._open.unknown)
        return self._rules

    def at(self, cell: int) -> Corpus:
        """The corpus with a value of the number."""
        if cell not in self._at:
            self._at[cell] = self._open.at(self.law, cell)
        return self._at[cell]


class Lines(Struct, frozen=True, eq=False):
    """What one fragment spends at every value: `firms` of the city, `unstated` claims without an amount."""

    tally: Tally
    firms: int
    unstated: int
    aside: SetAside


class Values(Struct, frozen=True, eq=False):
    """What one fragment spends at the cells asked for, in fen, with the claims without an amount."""

    sums: tuple[tuple[int, int], ...]
    firms: int
    aside: SetAside


def lined(job: Spent, one: Slice) -> Lines:
    """The part of a fragment from single evaluations on the open number."""
    bench = Bench.of(job)
    tables, aside = tables_of(one, bench.law)
    near = _in_city(tables, job.city)
    tally = Tally(job.open.unknown.count)
    unstated = 0

    def lines() -> Iterator[Line]:
        nonlocal unstated
        rules = bench.rules
        asked = job.open.ask(rules.corpus, job.measures)
        for _, profile in Rows(near, rules.corpus, asked).profiles():
            for id_ in job.measures:
                found = [pair[job.open.figure == "ceiling"] for pair in _lines(rules, profile, id_)]
                unstated += not all(line.stated for line in found)
                yield from found

    tally.add(lines())
    return Lines(tally, near.orgs.height, unstated, aside)


def valued(job: Spent, one: Slice) -> Values:
    """The part of a fragment from the rules with each value written out."""
    bench = Bench.of(job)
    tables, aside = tables_of(one, bench.law)
    near = _in_city(tables, job.city)
    sums = tuple(_sum(job, near, bench.at(cell)) for cell in job.cells)
    return Values(sums, near.orgs.height, aside)


def _lines(rules: OpenRules, profile: Profile, id_: str) -> Iterator[tuple[Line, Line]]:
    try:
        yield from rules.lines(profile, id_)
    except NotLinear:
        raise Fault(
            "待定的数在金额里自乘或作除数，支出不是分段直线，无法精确求解；请让它只出现在一处",
            "the open number is multiplied or divided by itself, so that spending follows no straight "
            "lines; let it stand in one place of the amount",
        ) from None


def _sum(job: Spent, tables: Tables, corpus: Corpus) -> tuple[int, int]:
    if not tables.orgs.height:
        return 0, 0
    awards = job.open.run(tables, corpus, job.open.ask(corpus, job.measures)).awards
    whole = awards.filter(pl.col("year").is_null())
    spent: int = whole.select(pl.col(f"{job.open.figure}_fen").cast(pl.Int128).sum()).item()
    return spent, whole["ceiling_fen"].null_count()


def _in_city(tables: Tables, home: str) -> Tables:
    if PLACE not in tables.orgs.columns:
        return tables.of(tables.orgs[KEY].clear())
    return tables.of(tables.orgs.filter(city() == home)[KEY])
