"""A result as the pages show it: cards, the total in words, places ranked. Only words and order, no rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from markupsafe import Markup
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Document, Group
from huice.evaluate import compare
from huice.evaluate.compare import Row
from huice.evaluate.evaluator import at_place, evaluator
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.formula import formulas, spans_used
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import MeasureResult, Result
from huice.language.money import wan
from huice.language.text import Text
from huice.reports import Event, coming
from huice.web import charts
from huice.web.marks import marked
from huice.web.words import (
    CITIES,
    GIVES,
    GROUP_RULE,
    NO_CAP,
    SHAPE,
    gap_name,
    level,
    place_name,
    status_word,
    unstated,
)

SHOWN = (Status.ELIGIBLE, Status.DISCRETIONARY, Status.UNKNOWN)


class Card:
    """One measure of a result."""

    def __init__(self, one: MeasureResult, result: Result, lang: str) -> None:
        self.one, self.result, self.lang = one, result, lang
        self.measure, self.corpus = one.measure, result.corpus

    @property
    def id(self) -> str:
        """The id of the measure."""
        return self.measure.id

    @property
    def title(self) -> str:
        """What the measure is called."""
        return self.measure.title[self.lang]

    @property
    def status(self) -> str:
        """The status as the style sheet knows it."""
        return self.one.status.value

    @property
    def word(self) -> str:
        """The status in words."""
        return status_word(self.one)[self.lang]

    @property
    def shape(self) -> str:
        """The sign beside the word."""
        return SHAPE[self.one.status]

    @property
    def level(self) -> str:
        """Where it holds."""
        return level(self.corpus, self.measure)[self.lang]

    @property
    def gives(self) -> str:
        """What kind of benefit."""
        return GIVES[self.measure.gives][self.lang]

    @cached_property
    def document(self) -> Document:
        """Where it stands."""
        return self.corpus.document(self.measure.document)

    @cached_property
    def certain(self) -> str:
        """The certain amount."""
        return wan(self.one.certain, self.lang)

    @cached_property
    def ceiling(self) -> str:
        """The ceiling, or why there is none."""
        if self.one.ceiling is not None:
            return wan(self.one.ceiling, self.lang)
        return self.unstated

    @cached_property
    def unstated(self) -> str:
        """Why there is no figure."""
        return unstated(self.one)[self.lang]

    @property
    def priced(self) -> bool:
        """Whether there is any figure to show."""
        return not (self.one.ceiling is None and not self.one.certain and not self.one.clause_cap)

    @cached_property
    def cap(self) -> str:
        """The cap of the clause."""
        cap = self.one.clause_cap
        return NO_CAP[self.lang] if cap is None else wan(cap, self.lang)

    @property
    def bar(self) -> Markup:
        """The three figures drawn."""
        return charts.bar(self.one.certain, self.one.ceiling, self.one.clause_cap)

    @cached_property
    def formulas(self) -> list[str]:
        """The amount in one line, for each stretch of years."""
        found = formulas(self.one, self.corpus)
        if len(found) == 1:
            years = len(found[0].years)
            lead = ""
            if years > 1:
                lead = f"{years} years, each: " if self.lang == "en" else f"{years} 年，每年："
            return [lead + found[0].says[self.lang]]
        colon = ": " if self.lang == "en" else "："
        return [f"{_years(one.years)}{colon}{one.says[self.lang]}" for one in found]

    @cached_property
    def quote(self) -> Markup:
        """The sentence with the numbers that the amount rests on."""
        return marked(self.measure.text, spans_used(self.one.steps))

    @cached_property
    def met(self) -> tuple[int, int]:
        """How many conditions hold, of how many."""
        return sum(check.holds is True for check in self.one.conditions), len(self.one.conditions)

    @cached_property
    def missing(self) -> list[str]:
        """The open questions by name."""
        return [gap_name(self.corpus, gap)[self.lang] for gap in self.one.missing]

    @cached_property
    def judged(self) -> list[str]:
        """What the authority decides."""
        return [text[self.lang] for text in self.one.rule.judged]

    @property
    def reason(self) -> str:
        """Why not."""
        return self.one.reason[self.lang]

    @cached_property
    def relations(self) -> list[str]:
        """With which other measures of the result it does not add up, and why."""
        pays = {other.measure for other in self.result.outcomes if other.ceiling != 0}
        found = []
        for group, rule in self.groups:
            others = [id_ for id_ in group.members if id_ != self.id and id_ in pays]
            if not others or rule == "stack":
                continue
            names = [self.corpus.measure(id_).title[self.lang] for id_ in others]
            if self.lang == "en":
                told = f"with {', '.join(names)}: {GROUP_RULE[rule].en} ({group.says['en']})"
            else:
                told = f"与“{'”“'.join(names)}”{GROUP_RULE[rule].zh}（{group.says.zh}）"
            found.append(told)
        return found

    @property
    def groups(self) -> list[tuple[Group, str]]:
        """The groups it belongs to, each with the rule in force."""
        readings = self.result.profile.readings
        return [
            (group, readings.get(group.id, {}).get("rule", group.rule))
            for group in self.corpus.groups
            if self.id in group.members
        ]

    @property
    def ends(self) -> date | None:
        """When the stated period of the document is over."""
        valid = self.one.rule.valid
        return valid.ends if valid else None


def _years(years: Sequence[int]) -> str:
    first, last = years[0], years[-1]
    if len(years) > 1 and list(years) == list(range(first, last + 1)):
        return f"{first}–{last}"
    return ", ".join(map(str, years))


class Answer:
    """A result with everything the page of it shows."""

    def __init__(self, profile: Profile, corpus: Corpus, lang: str, see: str = "") -> None:
        self.corpus, self.lang = corpus, lang
        self.places = Places(profile, corpus, lang)
        own = profile.org.get("place")
        self.open = own is None
        self.seen = see if own is None and see in corpus.places else ""
        if own is None:
            self.seen = self.seen or self.places.best
            profile = at_place(profile, self.seen)
        self.profile = profile
        self.result = Result(evaluator(corpus), profile, corpus.measures, profile.name)
        self.total = self.result.total
        self.near = [one for one in self.result.of_status(*Status) if one.here]

    @property
    def place(self) -> str:
        """Where the result is."""
        return place_name(self.corpus, self.result.place)[self.lang]

    def cards(self, *statuses: str) -> list[Card]:
        """The measures of these statuses that hold where the firm is."""
        return [
            Card(one, self.result, self.lang) for one in self.near if one.status.value in statuses
        ]

    @cached_property
    def paying(self) -> list[Card]:
        """The measures that may give something."""
        return [Card(one, self.result, self.lang) for one in self.near if one.status in PAYING]

    @cached_property
    def unstated(self) -> list[str]:
        """The measures beside the sum."""
        near = {one.id for one in self.near}
        return [id_ for id_ in self.total.unquantified if id_ in near]

    @cached_property
    def same_cost(self) -> list[str]:
        """The warnings of one cost claimed twice."""
        found = []
        for group in self.corpus.groups:
            if group.id in self.total.same_cost:
                names = [self.corpus.measure(id_).title[self.lang] for id_ in group.members]
                found.append(
                    f"{', '.join(names)}: {group.says['en']}"
                    if self.lang == "en"
                    else f"“{'”“'.join(names)}”：{group.says.zh}"
                )
        return found

    @property
    def elsewhere(self) -> int:
        """How many measures hold in other places only."""
        return len(self.result.measures) - len(self.near)

    @cached_property
    def undecided(self) -> int:
        """How many measures wait for an answer."""
        return sum(one.status is Status.UNKNOWN for one in self.near)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The dates of this firm that are still to come."""
        return coming(self.result)


class City(Struct):
    """A city at its best place."""

    id: str
    name: str
    row: Row
    place: str

    @property
    def certain(self) -> Exact:
        """The certain sum there."""
        return self.row.result.total.certain

    @property
    def ceiling(self) -> Exact:
        """The ceiling there."""
        return self.row.result.total.ceiling


class Places:
    """The same firm at every place."""

    def __init__(self, profile: Profile, corpus: Corpus, lang: str) -> None:
        self.corpus, self.lang, self.profile = corpus, lang, profile
        self.rows = compare(profile, corpus).rows

    @property
    def best(self) -> str:
        """The place with the largest ceiling."""
        return self.ranked("ceiling")[0].place or self.corpus.places[0]

    def ranked(self, by: str) -> list[Row]:
        """The places, the largest ceiling or the largest certain sum first."""
        order = ("certain", "ceiling") if by == "certain" else ("ceiling", "certain")
        return sorted(
            self.rows,
            key=lambda row: tuple(-getattr(row.result.total, figure) for figure in order),
        )

    def name(self, place: str | None) -> str:
        """What a place is called."""
        return place_name(self.corpus, place)[self.lang]

    def cities(self, by: str = "ceiling") -> list[City]:
        """The five cities, each at the place where the figure is largest."""
        found: dict[str, City] = {}
        for row in self.ranked(by):
            id_ = (row.place or "").split("/")[0]
            if id_ not in found:
                found[id_] = City(id_, CITIES[id_][self.lang], row, self.name(row.place))
        return list(found.values())

    def chart(self, rows: Sequence[Row], here: str | None = None) -> Markup:
        """The places as dumbbells."""
        drawn = [
            charts.Row(
                self.name(row.place),
                row.result.total.certain,
                row.result.total.ceiling,
                row.place == here,
            )
            for row in rows
        ]
        title = Text(
            "各地确定额与上限；数字见下表",
            "Certain sum and ceiling of each place; figures in the table",
        )
        return charts.dumbbells(drawn, self.lang, title)

    def city_chart(self, here: str | None = None) -> Markup:
        """The five cities at their best places."""
        return self.chart([city.row for city in self.cities()], here)

    def leading(self, row: Row, most: int = 3) -> list[Card]:
        """The largest measures of a place."""
        found = [one for one in row.result.of_status(*SHOWN) if one.here and one.ceiling]
        found.sort(key=lambda one: -(one.ceiling or 0))
        return [Card(one, row.result, self.lang) for one in found[:most]]
