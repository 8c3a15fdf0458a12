"""Profiles drawn by Hypothesis over the vocabulary, with the facts that a target measure asks for drawn more often."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct, structs

from huice import Corpus
from huice.corpus.model import FactInfo, Measure
from huice.language import nodes as n
from huice.language.calendar import add_months
from huice.language.units import value_of
from tests.evaluate.profiles import LISTS, Profile

CORPUS = Corpus.load()
TERMS = CORPUS.vocabulary.scope
MEASURES = {measure.id: measure for measure in CORPUS.measures}
Draw = st.DrawFn
Where = tuple[str | int, ...]
"""The way to an entity in a profile: `("org",)`, `("contracts", 0)`, `("years", 2026, "people", 1)`."""

DAYS = [
    date(2025, 6, 30),
    date(2024, 2, 29),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2023, 7, 15),
]


class Answer(Struct, frozen=True):
    """A profile, and the same with one unknown fact answered."""

    before: Profile
    after: Profile
    fact: FactInfo
    where: Where
    value: Any

    @property
    def entity(self) -> dict[str, Any]:
        """The entity as it is answered."""
        return at(self.after, self.where)


class Wishes:
    """What the conditions of a measure would like to see, by fact."""

    def __init__(self, measure: Measure) -> None:
        self.values: dict[str, list[Any]] = {}
        self.money: list[Fraction] = []
        self.months: list[int] = []
        rule = measure.rule
        for condition in rule.requires:
            self._read(condition.expression)
        for part in (rule.pays, *rule.limits, *(c.expression for c in rule.requires)):
            self._numbers(part)

    def _read(self, truth: n.Node) -> None:
        for node in n.walk(truth):
            if isinstance(node, n.Fact) and (known := TERMS.find(node.name)) and known.means:
                self._read(known.means)
            elif isinstance(node, n.Is | n.Has):
                self.values.setdefault(node.fact.name, []).extend(node.members)
            elif isinstance(node, n.RecordedIn):
                self.values.setdefault(node.fact.name, []).append(node.member)
            elif isinstance(node, n.Within):
                inside = [one for one in CORPUS.places if f"{one}/".startswith(node.place + "/")]
                self.values.setdefault(node.fact.name, []).extend(inside)
            elif isinstance(node, n.Elapsed):
                self.months.append(value_of(node.span).numerator)

    def _numbers(self, part: n.Node | None) -> None:
        literals = [] if part is None else [x for x in n.walk(part) if isinstance(x, n.Literal)]
        sums = [Fraction(value_of(one)) for one in literals if one.unit.endswith("元")]
        rates = [Fraction(value_of(one)) for one in literals if "%" in one.text]
        self.money += sums + [one / rate for one in sums for rate in rates]


WISHES = {id_: Wishes(measure) for id_, measure in MEASURES.items()}


# --- values -----------------------------------------------------------------------------------------------


@st.composite
def money(draw: Draw, marks: list[Fraction]) -> int | Decimal:
    """An amount of yuan: nothing, a landmark of the rule or a fen beside it, or any."""
    kind = draw(st.sampled_from(["mark", "round", "any", "zero"]))
    if kind == "mark" and marks:
        step = draw(
            st.sampled_from([Fraction(0), Fraction(1, 100), Fraction(-1, 100), Fraction(1)])
        )
        mark = max(Fraction(0), draw(st.sampled_from(marks)) + step)
        return Decimal(int(mark * 100)) / 100
    if kind == "zero":
        return 0
    if kind == "round":
        return 10_000 * draw(st.integers(1, 10_000))
    return Decimal(draw(st.integers(1, 10**11))) / 100


def days_near(claim: date, months: list[int]) -> st.SearchStrategy[str]:
    """Days at and beside the edges that rules look at."""
    edges = [add_months(claim, -back) for back in (*months, 0, 12, 24, 36)]
    edges += [date(claim.year, 12, 31), date(claim.year, 1, 1), date(claim.year + 1, 1, 1)]
    beside = st.sampled_from([0, -1, 1])
    return st.builds(
        lambda day, step: (day + timedelta(days=step)).isoformat(), st.sampled_from(edges), beside
    )


@st.composite
def value_of_fact(draw: Draw, fact: FactInfo, wishes: Wishes, claim: date) -> Any:
    """A value of a fact, often one that the target would like."""
    options = list(fact.options)
    wanted = wishes.values.get(fact.name, [])
    liked = wanted if wanted and draw(st.integers(0, 15)) < 15 else options
    match fact.type:
        case "place" | "choice":
            return draw(st.sampled_from(liked))
        case "set":
            some = draw(st.lists(st.sampled_from(options), max_size=2, unique=True))
            more = wanted if draw(st.booleans()) else wanted[:1]
            return list(dict.fromkeys([*(more if draw(st.integers(0, 9)) < 9 else []), *some]))
        case "records":
            names = draw(st.lists(st.sampled_from(options), max_size=2, unique=True))
            names += [name for name in wanted if draw(st.integers(0, 9)) < 9]
            day = days_near(claim, [])
            dates = st.one_of(day, st.lists(day, min_size=1, max_size=3))
            return {name: draw(dates) for name in dict.fromkeys(names)}
        case "date":
            return draw(days_near(claim, wishes.months))
        case "period":
            first = date(claim.year, draw(st.integers(1, 12)), draw(st.sampled_from([1, 15, 28])))
            last = date(claim.year, 12, draw(st.sampled_from([28, 30, 31])))
            return [first.isoformat(), last.isoformat()]
        case "money":
            return draw(money(wishes.money))
        case "area":
            return draw(st.sampled_from([0, 100, 1000, Decimal("133.5"), Decimal("0.01")]))
        case _:
            return draw(st.sampled_from([10, 9, 11, 0, 25]))


# --- profiles ---------------------------------------------------------------------------------------------


class Frame(Struct, frozen=True):
    """What a profile is drawn for: one fact in `unknown` is left out, a list has `most` entities."""

    target: Measure
    claim: date
    unknown: int
    most: int

    @property
    def wishes(self) -> Wishes:
        """What the target would like to see."""
        return WISHES[self.target.id]

    @property
    def kinds(self) -> set[str]:
        """The kinds of entity that matter to the target."""
        return {name.split(".")[0] for name in asks(self.target)} | {self.target.subject}


@st.composite
def entity(draw: Draw, kind: str, frame: Frame) -> dict[str, Any]:
    """The facts of one entity."""
    return {
        fact.key: draw(value_of_fact(fact, frame.wishes, frame.claim))
        for fact in CORPUS.vocabulary.of(kind)
        if draw(st.integers(0, frame.unknown)) > 0
    }


@st.composite
def entities(draw: Draw, kind: str, frame: Frame) -> list[dict[str, Any]]:
    """A list of entities, each with an id; of kinds that do not matter seldom any."""
    lengths = [1, 2, 3, 1, 0] if kind in frame.kinds else [0, 1]
    number = min(draw(st.sampled_from(lengths)), frame.most)
    names = [f"{kind[:2]}{position}" for position in range(number)]
    return [{"id": name, **draw(entity(kind, frame))} for name in names]


@st.composite
def targets(draw: Draw) -> Measure:
    """A measure, those that state an amount more often."""
    quantified = [id_ for id_, measure in MEASURES.items() if measure.quantified]
    exact = [id_ for id_ in quantified if MEASURES[id_].rule.exact]
    return MEASURES[draw(st.sampled_from(draw(st.sampled_from([quantified, exact, [*MEASURES]]))))]


@st.composite
def profiles(
    draw: Draw, target: Measure | None = None, unknown: int = 15, most: int = 3, horizon: int = 4
) -> Profile:
    """A profile to which the target has a good chance to apply."""
    target = target or draw(targets())
    as_of = draw(st.sampled_from(DAYS))
    year = as_of.year + draw(st.sampled_from([0, 0, 1]))
    frame = Frame(target, as_of.replace(day=min(as_of.day, 28), year=year), unknown, most)
    profile: Profile = {
        "as_of": as_of.isoformat(),
        "claim_year": year,
        "org": draw(entity("org", frame)),
    }
    for kind, name in LISTS.items():
        if draw(st.integers(0, 7 if kind in frame.kinds else 1)):
            profile[name] = draw(entities(kind, frame))
    if horizon > 1 and draw(st.booleans()):
        profile["horizon_years"] = draw(st.integers(1, horizon))
        if draw(st.booleans()):
            profile["years"] = draw(_years(frame))
    profile |= draw(_rulings(target))
    return profile


@st.composite
def _years(draw: Draw, frame: Frame) -> dict[int, Any]:
    found = {}
    first = frame.claim.year
    for year in draw(st.lists(st.integers(first, first + 3), max_size=2, unique=True)):
        own: dict[str, Any] = {}
        if draw(st.booleans()):
            own["org"] = draw(entity("org", structs.replace(frame, unknown=1)))
            own["org"].pop("place", None)
        for kind in sorted(frame.kinds - {"org"}):
            if draw(st.booleans()):
                own[LISTS[kind]] = draw(entities(kind, frame))
        found[year] = own
    return found


@st.composite
def _rulings(draw: Draw, target: Measure) -> dict[str, Any]:
    """What others decided about the target: the authority, its history, its pool, the reading."""
    found: dict[str, Any] = {}
    sums = money(WISHES[target.id].money)
    if draw(st.integers(0, 3)):
        decision: dict[str, Any] = {
            "decision": draw(st.sampled_from(["granted"] * 8 + ["refused"]))
        }
        if draw(st.integers(0, 4)) == 0:
            decision["amount_yuan"] = draw(sums)
        if draw(st.integers(0, 4)) == 0:
            decision["base_yuan"] = draw(sums)
        found["decisions"] = {target.id: decision}
    if target.rule.pool and draw(st.integers(0, 2)) == 0:
        found["pools"] = {target.rule.pool: {"remaining_yuan": draw(sums)}}
    chosen = {
        reading.id: draw(st.sampled_from([option.name for option in reading.options]))
        for reading in target.readings
        if reading.computed and draw(st.integers(0, 3)) == 0
    }
    if chosen:
        found["readings"] = {target.id: chosen}
    return found


def with_history(profile: Profile, target: Measure, years: int, amount: Any) -> Profile:
    """The same profile with something received before."""
    history = {target.id: {"years": years, "amount_yuan": amount}}
    return {**profile, "org": {**profile["org"], "paid_history": history}}


# --- answers ----------------------------------------------------------------------------------------------


def at(profile: Mapping[Any, Any], where: Where) -> dict[str, Any]:
    """The entity at the end of a way."""
    found: Any = profile
    for step in where:
        found = found[step]
    assert isinstance(found, dict)
    return found


def listed(profile: Profile) -> list[tuple[Where, str]]:
    """Every entity of a profile with its kind."""
    found: list[tuple[Where, str]] = [(("org",), "org")]
    for year in (None, *profile.get("years", {})):
        way: Where = () if year is None else ("years", year)
        part = profile if year is None else profile["years"][year]
        for kind, name in LISTS.items():
            found += [((*way, name, at_), kind) for at_ in range(len(part.get(name) or ()))]
    return found


@st.composite
def answers(draw: Draw) -> Answer:
    """A profile with one unknown fact of a listed entity answered, mostly one that the target asks for."""
    target = draw(targets())
    before = draw(profiles(target, unknown=draw(st.sampled_from([3, 1, 7]))))
    gaps = [
        (where, fact)
        for where, kind in listed(before)
        for fact in CORPUS.vocabulary.of(kind)
        if at(before, where).get(fact.key) is None
    ]
    if not gaps:
        del before["org"]["size" if "size" in before["org"] else "place"]
        gaps = [(("org",), f) for f in CORPUS.vocabulary.of("org") if f.key not in before["org"]]
    asked = asks(target)
    relevant = [(where, fact) for where, fact in gaps if fact.name in asked]
    where, fact = draw(st.sampled_from(relevant or gaps))
    claim = date(before["claim_year"], 6, 30)
    value = draw(value_of_fact(fact, WISHES[target.id], claim))
    return Answer(before, answered(before, where, fact, value), fact, where, value)


def answered(before: Profile, where: Where, fact: FactInfo, value: Any) -> Profile:
    """The profile with one more fact."""
    after = copy.deepcopy(before)
    at(after, where)[fact.key] = value
    return after


@cache
def asked_by(id_: str) -> frozenset[str]:
    """The facts that a measure names, in conditions and amounts."""
    measure = MEASURES[id_]
    rule = measure.rule
    parts = [condition.expression for condition in rule.requires]
    found: set[str] = set()
    queue: list[n.Node] = [*parts, *rule.limits, *([rule.pays] if rule.pays else [])]
    while queue:
        for node in n.walk(queue.pop()):
            if isinstance(node, n.Fact):
                known = TERMS.find(node.name)
                if known is not None and known.means is not None:
                    queue.append(known.means)
                elif known is not None:
                    found |= {known.name} | ({known.upper} if known.upper else set())
    return frozenset(found)


def asks(measure: Measure) -> frozenset[str]:
    """The facts that a measure of the corpus names."""
    return asked_by(measure.id)
