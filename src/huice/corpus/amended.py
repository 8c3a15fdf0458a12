"""A corpus with other measures, pools and documents in it: what a draft puts together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.corpus.model import Document, Measure, Pool
from huice.corpus.sentences import paragraph
from huice.language.money import wan
from huice.language.text import Text
from huice.language.units import value_of

DRAFT = Text("（草案）", "(Draft) ")
"""Stands before the wording of a draft wherever it is cited."""


def as_draft(text: Text) -> Text:
    """The wording, marked as that of a draft."""
    return Text(DRAFT.zh + text.zh, DRAFT.en + text.en if text.en else "")


def with_parts(
    corpus: Corpus,
    measures: Mapping[str, Measure],
    pools: Mapping[str, Pool],
    added: Mapping[str, Document],
) -> Corpus:
    """The corpus with these measures and pools instead of its own; groups lose what is gone."""
    known = {document.id for document in corpus.documents}
    fresh = (document for id_, document in added.items() if id_ not in known)
    return structs.replace(
        corpus,
        documents=tuple(
            structs.replace(
                document,
                measures=tuple(one for one in measures.values() if one.document == document.id),
                pools=tuple(one for one in pools.values() if one.document == document.id),
            )
            for document in (*corpus.documents, *fresh)
        ),
        groups=tuple(
            structs.replace(group, members=tuple(filter(measures.__contains__, group.members)))
            for group in corpus.groups
        ),
        cautions=tuple(
            structs.replace(one, measures=tuple(filter(measures.__contains__, one.measures)))
            for one in corpus.cautions
        ),
    )


def worded(corpus: Corpus, ids: Iterable[str]) -> Corpus:
    """The corpus with the printer's sentences for measures that a draft changes without a wording."""
    quotes = {id_: as_draft(printed(corpus.measure(id_), corpus)) for id_ in ids}
    if not quotes:
        return corpus
    return structs.replace(
        corpus,
        documents=tuple(
            structs.replace(
                document,
                measures=tuple(
                    structs.replace(one, quote=quotes.get(one.id, one.quote))
                    for one in document.measures
                ),
            )
            for document in corpus.documents
        ),
    )


def printed(measure: Measure, corpus: Corpus) -> Text:
    """The rule of a measure in the printer's sentences."""
    return Text(*(paragraph(measure.rule, measure, corpus, lang) for lang in ("zh", "en")))


def pool_size(pool: Pool) -> Text:
    """What a pool holds: `每年 2.5 亿元`, and how many vouchers that is."""
    zh, en = (wan(value_of(pool.holds), lang) for lang in ("zh", "en"))
    if pool.vouchers is not None and pool.face is not None:
        face = [wan(value_of(pool.face), lang) for lang in ("zh", "en")]
        number = int(value_of(pool.vouchers))
        zh, en = f"{zh}（{number:,} 张，每张 {face[0]}）", f"{en} ({number:,} of {face[1]})"
    return Text(f"每年 {zh}", f"{en} a year") if pool.yearly else Text(zh, en)
