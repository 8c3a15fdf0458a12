"""Random populations: the random profiles of the second reader, put into tables of one day and horizon."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from huice import Corpus
from huice.language.calendar import add_months, in_year
from huice.population import Tables, load, schema_of
from tests.oracle import random_profile

Profile = dict[str, Any]
LISTS = {"people": "person", "projects": "project", "contracts": "contract", "premises": "premises"}
EDGES = (-6, -36, -48, -12, -60)


def profiles(seed: str, firms: int, as_of: date, targets: Iterable[str] = ()) -> list[Profile]:
    """Random profiles as if all of them applied on this day."""
    wanted = list(targets)
    found = []
    for number in range(firms):
        rng = random.Random(f"{seed} {number}")
        target = wanted[number % len(wanted)] if wanted else None
        found.append(_moved(random_profile(rng, target), as_of, rng))
    return found


def _moved(profile: Profile, as_of: date, rng: random.Random) -> Profile:
    """The profile with its years moved so that its claim year is that of `as_of`."""
    own = date.fromisoformat(str(profile["as_of"]))
    by = as_of.year - int(profile.get("claim_year", own.year))
    org = dict(profile.get("org") or {})
    for key in ("registered_on", "entered_on"):
        if org.get(key):
            org[key] = _later(org[key], by)
            if rng.random() < 0.4:
                org[key] = add_months(as_of, rng.choice(EDGES)).isoformat()
    if org.get("records"):
        org["records"] = _records(org["records"], by)
    moved = {**profile, "as_of": as_of.isoformat(), "org": org}
    moved.pop("claim_year", None)
    for name in LISTS:
        if profile.get(name):
            moved[name] = [_entity(one, by) for one in profile[name]]
    years = {}
    for year, entry in (profile.get("years") or {}).items():
        own_org = dict(entry.get("org") or {})
        for key in ("registered_on", "entered_on"):
            if own_org.get(key):
                own_org[key] = _later(own_org[key], by)
        if own_org.get("records"):
            own_org["records"] = _records(own_org["records"], by)
        fresh: dict[str, Any] = {"org": own_org} if own_org else {}
        for name in LISTS:
            if name in entry:
                fresh[name] = [_entity(one, by) for one in entry[name]]
        years[year + by - rng.choice([0, 0, 0, 1])] = fresh
    if years:
        moved["years"] = years
    return moved


def _later(day: Any, by: int) -> str:
    found = date.fromisoformat(str(day))
    return in_year(found, found.year + by).isoformat()


def _records(records: Mapping[str, Any], by: int) -> dict[str, Any]:
    return {
        name: [_later(day, by) for day in (days if isinstance(days, list) else [days])]
        for name, days in records.items()
    }


def _entity(entity: Profile, by: int) -> Profile:
    found = dict(entity)
    if found.get("period"):
        found["period"] = [_later(day, by) for day in found["period"]]
    return found


# --- profiles as tables -----------------------------------------------------------------------------------


def frames_of(given: list[Profile], corpus: Corpus) -> dict[str, pl.DataFrame]:
    """The profiles as canonical frames; every table is given, lists that a profile leaves out are unknown."""
    schema = schema_of(corpus)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in schema.tables}
    for key, profile in enumerate(given):
        org = profile.get("org") or {}
        listed = {f"{name}_listed": profile.get(name) is not None for name in LISTS}
        rows["orgs"].append({"org_id": key, **_row(org, corpus, "org"), **listed})
        for name, kind in LISTS.items():
            rows[name] += _children(key, profile.get(name) or [], corpus, kind, None)
        for year, entry in (profile.get("years") or {}).items():
            own = {f"{name}_listed": True for name in LISTS if entry.get(name) is not None}
            facts = _row(entry.get("org") or {}, corpus, "org")
            rows["org_years"].append({"org_id": key, "year": year, **facts, **own})
            for name, kind in LISTS.items():
                rows[name] += _children(key, entry.get(name) or [], corpus, kind, year)
        for measure, one in (profile.get("decisions") or {}).items():
            rows["decisions"].append(
                {
                    "org_id": key,
                    "measure": measure,
                    "decision": one.get("decision", "pending"),
                    "amount_fen": _fen(one.get("amount_yuan")),
                    "base_fen": _fen(one.get("base_yuan")),
                }
            )
        for measure, one in (org.get("paid_history") or {}).items():
            rows["history"].append(
                {
                    "org_id": key,
                    "measure": measure,
                    "years": one.get("years"),
                    "amount_fen": _fen(one.get("amount_yuan")),
                }
            )
    return {
        name: pl.DataFrame(rows[name], schema={**table.dtypes, "org_id": pl.Int64}, strict=False)
        for name, table in schema.tables.items()
    }


def tables_of(given: list[Profile], corpus: Corpus) -> Tables:
    """The profiles as a checked population, none of them set aside."""
    tables = load(frames_of(given, corpus), corpus)
    assert not tables.rejects.height, tables.rejects
    return tables


def _children(
    key: int, entities: list[Profile], corpus: Corpus, kind: str, year: int | None
) -> list[dict[str, Any]]:
    return [
        {"org_id": key, "year": year, "id": one.get("id"), **_row(one, corpus, kind)}
        for one in entities
    ]


def _row(facts: Profile, corpus: Corpus, kind: str) -> dict[str, Any]:
    schema = schema_of(corpus)
    found: dict[str, Any] = {}
    for key, value in facts.items():
        if value is None or key in ("id", "name", "paid_history"):
            continue
        if key == "period":
            found["period_from"], found["period_to"] = map(date.fromisoformat, value)
            continue
        column = schema.column_of(kind, key)
        if column.sort == "records":
            found[column.name] = [
                {"name": name, "date": date.fromisoformat(day)}
                for name, days in _records(value, 0).items()
                for day in days
            ]
        elif column.sort == "date":
            found[column.name] = date.fromisoformat(value)
        elif column.scale > 1:
            found[column.name] = int(Decimal(str(value)) * column.scale)
        else:
            found[column.name] = value
    return found


def _fen(amount: Any) -> int | None:
    return None if amount is None else int(Decimal(str(amount)) * 100)
