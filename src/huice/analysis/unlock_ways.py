"""Turns a rule's conditions round: what would have to be so for each to hold.

Every condition that does not hold becomes alternatives, each a set of needs: this fact one of these options,
that set gaining one of those, this number at least so much. `and` joins alternatives, `or` lists them. Needs
are only a proposal: whether they are enough is for the evaluator to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import combinations
from typing import TypeAlias

from msgspec import Struct

from huice.analysis.changes import Value
from huice.language.calendar import add_months

MOST_WAYS = 240
"""Alternatives that are carried along; those of fewest changes are kept."""
COUNT = "#"
"""Stands for a fact: how many new entities there have to be."""


class New(Struct, frozen=True):
    """An entity that does not exist yet; several of a kind are told apart by number."""

    number: int = 0


Which: TypeAlias = str | int | New | None
"""Which entity of a kind: its id or position, a new one; None is the applicant."""
Slot: TypeAlias = tuple[str, Which, str]
"""A fact of an entity: the kind, which of it, the fact's name."""


class Need(Struct, frozen=True):
    """What one fact has to be.

    `options`: one of these. `groups`: it has one of each group. `least`, `most`: a number; `since`,
    `until`: a date between these; `value`: exactly this; `on`: the day on which a record is obtained.
    """

    options: tuple[str, ...] | None = None
    groups: tuple[tuple[str, ...], ...] | None = None
    least: Value = None
    most: Value = None
    since: date | None = None
    until: date | None = None
    value: Value = None
    on: date | None = None


Way: TypeAlias = dict[Slot, Need]
"""Needs that together are enough."""


def joined(one: Need, other: Need) -> Need | None:
    """Both needs of one fact at once; None where they cannot both be."""
    options = one.options
    if options is None:
        options = other.options
    elif other.options is not None:
        options = tuple(option for option in options if option in other.options)
        if not options:
            return None
    groups = one.groups
    if other.groups is not None:
        both = (*(groups or ()), *other.groups)
        groups = tuple(
            dict.fromkeys(
                group for group in both if not any(set(less) < set(group) for less in both)
            )
        )
    least, most = _larger(one.least, other.least), _smaller(one.most, other.most)
    since, until = _larger(one.since, other.since), _smaller(one.until, other.until)
    value = one.value if other.value is None else other.value
    apart = (
        (least is not None and most is not None and least > most)
        or (since is not None and until is not None and since > until)
        or (one.value is not None and other.value is not None and one.value != other.value)
    )
    if apart:
        return None
    return Need(options, groups, least, most, since, until, value, one.on or other.on)


def _larger(one: Value, other: Value) -> Value:
    return one if other is None else other if one is None else max(one, other)


def _smaller(one: Value, other: Value) -> Value:
    return one if other is None else other if one is None else min(one, other)


def merged(one: Way, other: Way) -> Way | None:
    """Both ways at once; None where they contradict each other."""
    if not one or not other:
        return one or other
    found = dict(one)
    for slot, need in other.items():
        mine = found.get(slot)
        both = need if mine is None else joined(mine, need)
        if both is None:
            return None
        found[slot] = both
    return found


class Budget:
    """How many changes a way may take; `asked` are slots whose fact is unknown: those cost nothing."""

    def __init__(self, most: int, asked: Callable[[Slot], bool]) -> None:
        self.most, self.asked = most, asked

    def cost(self, way: Way) -> int:
        """The number of changes: each altered fact (of a set each thing gained), and each new entity."""
        new = {(slot[0], slot[1]) for slot in way if isinstance(slot[1], New)}
        altered = (
            1 if not need.groups else len(chosen(need.groups))
            for slot, need in way.items()
            if not isinstance(slot[1], New) and not self.asked(slot)
        )
        return len(new) + sum(altered)

    def kept(self, ways: Iterable[Way]) -> list[Way]:
        """The ways that are affordable, each once, none that needs all of another and more."""
        found: list[Way] = []
        for way in sorted(ways, key=lambda way: (self.cost(way), len(way))):
            if self.cost(way) > self.most or len(found) >= MOST_WAYS:
                break
            if not any(_contains(way, less) for less in found):
                found.append(way)
        return found

    def all_of(self, parts: Iterable[list[Way]]) -> list[Way]:
        """Every part at once, one way of each."""
        found: list[Way] = [{}]
        for ways in parts:
            if ways == [{}]:
                continue
            both = (merged(one, other) for one in found for other in ways)
            found = self.kept(way for way in both if way is not None)
            if not found:
                return []
        return found

    def some_of(self, parts: list[list[Way]], count: int) -> list[Way]:
        """At least so many of the parts."""
        possible = [ways for ways in parts if ways]
        found: list[Way] = []
        for chosen in combinations(possible, count):
            found += self.all_of(chosen)
        return self.kept(found)


def _contains(way: Way, less: Way) -> bool:
    return all(way.get(slot) == need for slot, need in less.items())


def since_at_latest(until: date, months: int, *, strict: bool) -> date:
    """The last day since which so many months have passed by `until`; more than so many if `strict`."""
    day = add_months(until, -months) + timedelta(days=4)
    while add_months(day, months) > until or (strict and add_months(day, months) == until):
        day -= timedelta(days=1)
    return day


def since_at_earliest(until: date, months: int, *, strict: bool) -> date:
    """The first day since which at most so many months have passed by `until`; fewer if `strict`."""
    day = add_months(until, -months) - timedelta(days=4)
    while add_months(day, months) < until or (strict and add_months(day, months) == until):
        day += timedelta(days=1)
    return day


def chosen(groups: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """One of each group, as few as possible: those that most groups share come first."""
    found: list[str] = []
    left = list(groups)
    while left:
        counts: dict[str, int] = {}
        for group in left:
            for member in group:
                counts[member] = counts.get(member, 0) + 1
        best = max(counts, key=lambda member: counts[member])
        found.append(best)
        left = [group for group in left if best not in group]
    return tuple(found)
