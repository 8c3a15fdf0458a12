"""The words of the reports that no policy file holds, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from huice.corpus.corpus import Corpus
from huice.corpus.model import Gives, Measure
from huice.evaluate.facts import Exact
from huice.evaluate.formula import entity_name
from huice.evaluate.missing import Gap
from huice.evaluate.outcome import Status
from huice.evaluate.result import MeasureResult
from huice.evaluate.words import (
    ALTERNATIVES,
    CEILING,
    CEILING_MEANS,
    CERTAIN,
    CERTAIN_MEANS,
    CLAUSE_CAP,
    CLAUSE_CAP_MEANS,
    DISCLAIMER,
    EFFECT,
    GIVES,
    GROUP_RULE,
    HOLDS,
    NO_CAP,
    NOT_MONEY,
    NOT_YET,
    OPEN_AMOUNT,
    SHORT_STATUS,
    STATUS,
    STEPS,
    UNSTATED,
)
from huice.language.money import wan
from huice.language.printing.en import English
from huice.language.printing.zh import Chinese
from huice.language.text import Text

__all__ = [
    "ALTERNATIVES",
    "CEILING",
    "CEILING_MEANS",
    "CERTAIN",
    "CERTAIN_MEANS",
    "CLAUSE_CAP",
    "CLAUSE_CAP_MEANS",
    "DISCLAIMER",
    "EFFECT",
    "GIVES",
    "GROUP_RULE",
    "HOLDS",
    "NOT_MONEY",
    "NOT_YET",
    "NO_CAP",
    "OPEN_AMOUNT",
    "SHORT_STATUS",
    "STATUS",
    "STEPS",
    "UNSTATED",
    "cap_word",
    "ceiling_word",
    "formula_line",
    "gap_name",
    "level",
    "place_name",
    "status_word",
    "titled",
    "why_unstated",
    "years_run",
    "years_word",
]

_UNPAID = (Gives.NON_MONETARY, Gives.SERVICE)


def place_name(corpus: Corpus, place: str | None) -> Text:
    """What a place, or the city that several places lie in, is called."""
    if place is None:
        return Text("地点未定", "place open")
    scope = corpus.vocabulary.scope
    return Text(Chinese(scope).place("org.place", place), English(scope).place("org.place", place))


def level(corpus: Corpus, measure: Measure) -> Text:
    """Where a measure holds: the city as a whole, or one of its districts."""
    name = place_name(corpus, measure.place)
    return name if "/" in measure.place else name + Text("市级", ", city level")


def status_word(one: MeasureResult) -> Text:
    """The status in words: what has not started is not yet in force."""
    if one.status is Status.INELIGIBLE and one.outcome.years[0].reason == "not_yet":
        return NOT_YET
    return STATUS[one.status]


def why_unstated(one: MeasureResult) -> Text:
    """What is said in place of a ceiling that is None."""
    if one.measure.quantified and one.missing:
        return OPEN_AMOUNT
    return NOT_MONEY if one.measure.gives in _UNPAID else UNSTATED


def ceiling_word(one: MeasureResult, lang: str) -> str:
    """The ceiling in words; where there is none, why."""
    return why_unstated(one)[lang] if one.ceiling is None else wan(one.ceiling, lang)


def cap_word(cap: Exact | None, lang: str) -> str:
    """The cap of the clause in words."""
    return NO_CAP[lang] if cap is None else wan(cap, lang)


def gap_name(corpus: Corpus, gap: Gap) -> Text:
    """A missing fact: `落户方式`, `合同“gpu”的合同金额`."""
    fact = corpus.vocabulary.fact(gap.fact)
    label = fact.label
    if gap.entity is None or fact.entity == "org":
        return Text(label.zh, label["en"])
    owner = entity_name(corpus, fact.entity, gap.entity)
    return Text(f"{owner.zh}的{label.zh}", f"{label['en']} of {owner['en']}")


def years_run(years: Sequence[int], lang: str) -> str:
    """Years without their word: `2025–2027`, `2025、2027`."""
    run = list(years) == list(range(years[0], years[-1] + 1))
    between = f"{years[0]}–{years[-1]}" if run and len(years) > 1 else ""
    return between or (", " if lang == "en" else "、").join(str(year) for year in years)


def years_word(years: Sequence[int], lang: str) -> str:
    """Years as people write them: `2025–2027 年`, `2025、2027 年`."""
    text = years_run(years, lang)
    return text if lang == "en" else f"{text} 年"


def titled(title: Text) -> Text:
    """The title of a document in book marks, not doubled."""
    zh = title.zh if title.zh.startswith("《") else f"《{title.zh}》"
    return Text(zh, title["en"])


def formula_line(years: Sequence[int], says: Text, every: int | None, lang: str) -> str:
    """How an amount comes about, with the years it holds for where there are several."""
    lead = ""
    if every is not None and every > 1:
        lead = years_word(years, lang)
        if len(years) > 1:
            lead += ", each year: " if lang == "en" else "，每年 "
        else:
            lead += ": " if lang == "en" else "："
    return lead + says[lang]
