"""A profile as the evaluator sees it: exact, typed, one view of the facts for each year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from msgspec import Struct, structs

from huice.language.calendar import in_year

Exact: TypeAlias = int | Fraction
"""Money in yuan, area in square metres, counts: never a float."""
Entity: TypeAlias = dict[str, Any]
"""One contract, person ...: typed values by profile key; a key that is absent is unknown."""


class Decision(Struct, frozen=True):
    """What the authority decided on one measure; amounts in yuan, None where it said nothing."""

    outcome: str = "pending"
    amount: Exact | None = None
    base: Exact | None = None


class History(Struct, frozen=True):
    """What the applicant had received of a measure before the claim year: years, and yuan in all."""

    years: int
    amount: Exact


class PoolState(Struct, frozen=True):
    """What is left in a pool: yuan, vouchers; None where nobody said."""

    yuan: Exact | None = None
    count: int | None = None


class View:
    """The facts of one year, and the entity that is being looked at.

    `rows[kind]` is the applicant (`org`) or the current entity of a kind; `lists[kind]` all of them, None
    when the profile does not say. `claim_date` is the date of application moved to this year. `sums` keeps
    what was added up over a list: whoever changes a list or the applicant's row takes an empty one.
    """

    __slots__ = (
        "award",
        "claim_date",
        "lists",
        "previous",
        "rows",
        "sums",
        "support_year",
        "year",
    )

    def __init__(
        self,
        year: int,
        claim_date: date,
        rows: dict[str, Entity],
        lists: dict[str, list[Entity] | None],
        previous: View | None = None,
    ) -> None:
        self.year = year
        self.claim_date = claim_date
        self.rows = rows
        self.lists = lists
        self.previous = previous
        self.support_year = 1
        self.award: Any = None
        self.sums: dict[Any, Any] = {}


class YearFacts(Struct, frozen=True):
    """What a profile states for one year alone: facts of the applicant by key, whole lists by kind."""

    org: Mapping[str, Any] = {}
    lists: Mapping[str, tuple[Entity, ...]] = {}


class Profile(Struct, frozen=True):
    """A checked profile (画像). `org` and `lists` hold every year; `years` what differs in one."""

    as_of: date
    claim_year: int
    horizon: int
    org: Mapping[str, Any]
    lists: Mapping[str, tuple[Entity, ...] | None]
    years: Mapping[int, YearFacts] = {}
    decisions: Mapping[str, Decision] = {}
    pools: Mapping[str, PoolState] = {}
    history: Mapping[str, History] = {}
    readings: Mapping[str, Mapping[str, str]] = {}
    name: str = ""

    def calendar_years(self) -> range:
        """The years of the horizon."""
        return range(self.claim_year, self.claim_year + self.horizon)


class KindDefaults(Struct, frozen=True):
    """What stands in for absent facts of one kind of entity, by profile keys.

    `facts`: another fact; `whole_year`: the whole claim year. `periods` are moved into the year.
    """

    facts: tuple[tuple[str, str], ...] = ()
    whole_year: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()


class Defaults(Struct, frozen=True):
    """What stands in for facts that are not given, by kind; `records` are cut at the end of the year."""

    kinds: Mapping[str, KindDefaults]
    records: tuple[str, ...]


def views(profile: Profile, defaults: Defaults) -> tuple[View, ...]:
    """One view of the facts for each year of the horizon."""
    before = _previous(profile, defaults)
    found = []
    for year in profile.calendar_years():
        before = _view(profile, year, defaults, before)
        found.append(before)
    return tuple(found)


def _previous(profile: Profile, defaults: Defaults) -> View | None:
    """The year before the first: what the profile states for it, and nothing else."""
    year = profile.claim_year - 1
    if year not in profile.years:
        return None
    stated = structs.replace(profile, org={}, lists=dict.fromkeys(profile.lists))
    return _view(stated, year, defaults, None)


def _view(profile: Profile, year: int, defaults: Defaults, previous: View | None) -> View:
    own = profile.years.get(year)
    org: Entity = {**profile.org, **own.org} if own and own.org else dict(profile.org)
    lists: dict[str, list[Entity] | None] = {}
    for kind, base in profile.lists.items():
        entities = own.lists.get(kind, base) if own else base
        lists[kind] = None if entities is None else [*entities]
    _fill(org, lists, year, defaults)
    return View(year, in_year(profile.as_of, year), {"org": org}, lists, previous)


def _fill(
    org: Entity, lists: dict[str, list[Entity] | None], year: int, defaults: Defaults
) -> None:
    last = date(year, 12, 31)
    for key in defaults.records:
        records = org.get(key)
        if records:
            dated = {name: tuple([d for d in days if d <= last]) for name, days in records.items()}
            org[key] = {name: days for name, days in dated.items() if days}
    for kind, own in defaults.kinds.items():
        if kind == "org":
            _complete(org, year, own)
        elif entities := lists.get(kind):
            lists[kind] = [_complete(dict(entity), year, own) for entity in entities]


def _complete(row: Entity, year: int, defaults: KindDefaults) -> Entity:
    for key, other in defaults.facts:
        if key not in row and other in row:
            row[key] = row[other]
    for key in defaults.periods:
        if key in row:
            first, end = row[key]
            row[key] = (in_year(first, year), in_year(end, end.year + year - first.year))
    for key in defaults.whole_year:
        if key not in row:
            row[key] = (date(year, 1, 1), date(year, 12, 31))
    return row
