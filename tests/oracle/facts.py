"""The facts of one year of a profile, with exact types (unknown = None)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .expressions import ENTITY_KINDS, clipped, move_to_year, number, to_date

LIST_OF = {
    "person": "people",
    "project": "projects",
    "contract": "contracts",
    "premises": "premises",
}
SETS = {"statuses", "kinds", "purposes", "traits"}
NUMBERS = {
    "salary_yuan", "cost_yuan", "upstream_grant_yuan", "cases", "contract_yuan",
    "amount_yuan", "paid_yuan", "area_sqm", "revenue_yuan",
}  # fmt: skip


@dataclass(frozen=True)
class Entity:
    """One person, project, contract or premises, the same over the years by ``key``."""

    key: tuple[str, Any]
    facts: dict[str, Any]


@dataclass(frozen=True)
class YearFacts:
    """Everything known for the claim of one year."""

    year: int
    claim_date: date
    org: dict[str, Any]
    entities: dict[str, list[Entity]]

    def env(self, kind: str | None = None, entity: Entity | None = None) -> dict[str, Any]:
        """Names for the expression evaluator, with at most one entity bound."""
        names: dict[str, Any] = {
            "org": self.org,
            "as_of": self.claim_date,
            "claim_year": self.year,
            "contracts": [e.facts for e in self.entities["contract"]],
        }
        if kind is not None and entity is not None:
            names[kind] = entity.facts
        return names


def claim_year_of(profile: Mapping[str, Any]) -> int:
    """The first year computed."""
    given = profile.get("claim_year")
    as_of = to_date(profile["as_of"])
    assert as_of is not None
    return int(given) if given is not None else as_of.year


def years_of(profile: Mapping[str, Any]) -> list[int]:
    """All years computed: horizon_years, else up to the last key of years, else one."""
    first = claim_year_of(profile)
    horizon = profile.get("horizon_years")
    if horizon is None:
        last = max((int(y) for y in profile.get("years") or {}), default=first)
        horizon = max(1, last - first + 1)
    return list(range(first, first + int(horizon)))


def year_facts(profile: Mapping[str, Any], year: int) -> YearFacts:
    """The profile as it stands in one year, with that year's overrides."""
    override: Mapping[str, Any] = {}
    for key, value in (profile.get("years") or {}).items():
        if int(key) == year:
            override = value or {}
    as_of = to_date(profile["as_of"])
    assert as_of is not None
    org = {**(profile.get("org") or {}), **(override.get("org") or {})}
    entities = {}
    for kind in ENTITY_KINDS:
        name = LIST_OF[kind]
        given = override[name] if override.get(name) is not None else profile.get(name)
        if given is None:
            given = [{}]  # an absent list is one entity of which nothing is known
        entities[kind] = [_entity(item or {}, at, year) for at, item in enumerate(given)]
    return YearFacts(year, move_to_year(as_of, year), _org(org, year), entities)


def _typed(facts: Mapping[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, value in facts.items():
        if value is None:
            typed[name] = None
        elif name in SETS:
            typed[name] = frozenset(value)
        elif name in NUMBERS:
            typed[name] = number(value)
        else:
            typed[name] = value
    return typed


def _org(facts: Mapping[str, Any], year: int) -> dict[str, Any]:
    org = _typed(facts)
    org["registered_on"] = to_date(org.get("registered_on"))
    org["entered_on"] = to_date(org.get("entered_on")) or org["registered_on"]
    if org.get("records") is not None:
        records = {}
        for key, dates in org["records"].items():
            listed = dates if isinstance(dates, (list, tuple)) else [dates]
            known = [to_date(d) for d in listed if d is not None]
            counted = [d for d in known if d is not None and d <= date(year, 12, 31)]
            if counted:
                records[key] = counted
        org["records"] = records
    return org


def _entity(facts: Mapping[str, Any], position: int, year: int) -> Entity:
    typed = _typed(facts)
    period = typed.get("period")
    if period is None:
        typed["period"] = (date(year, 1, 1), date(year, 12, 31))
    else:
        ends = [to_date(d) for d in period]
        typed["period"] = tuple(clipped(year, d.month, d.day) for d in ends if d is not None)
    key = ("id", typed["id"]) if typed.get("id") is not None else ("position", position)
    return Entity(key, typed)
