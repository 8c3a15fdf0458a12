"""One nested profile -> one flat row of columns, the only input that both peers can read.

The peers know no lists of contracts, people, projects or premises of different kinds, so the lists
are aggregated here, once, for both. No rate, cap, threshold on money or place stands in this
module; which contracts belong together (for example "computing rented or bought") does, because a
flat engine cannot ask for it. Where a measure caps each single person, project or premises before
the sum, a sum is not enough: those entities get numbered slots, and a profile with more of them
than there are slots is refused.

Amounts are exact: ``int`` for counts, ``Decimal`` for money and areas, never a binary fraction.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from .measures import JUDGED, MEASURES, decision_column

Profile = Mapping[str, Any]
Entity = Mapping[str, Any]
Row = dict[str, Any]

SLOTS: Final = 2

TRAITS: Final = (
    "general_model",
    "vertical_model",
    "genai",
    "ai",
    "maas_platform",
    "open_source_platform",
    "manufacturing",
    "startup",
)
RECORDS: Final = (
    "cac_genai_filing",
    "cac_algorithm_filing",
    "cac_deep_synthesis_filing",
    "beijing_gai_partner",
    "key_ai_enterprise",
    "huangpu_demo_park",
)
_OBTAINED = frozenset({"purchase", "rent"})
_APPLICATION = frozenset({"application", "vertical_application", "agent"})
_DEVELOPMENT = _APPLICATION | {"training", "tuning", "rnd"}


def _is(item: str) -> Callable[[Entity], bool]:
    return lambda contract: bool(contract["item"] == item)


def _any(entity: Entity, field: str, values: frozenset[str] | set[str]) -> bool:
    return not values.isdisjoint(entity[field])


#: column -> (which contracts, which of their amounts).
_CONTRACTS: Final[dict[str, tuple[Callable[[Entity], bool], str]]] = {
    "compute_amount": (_is("compute"), "amount_yuan"),
    "compute_paid": (_is("compute"), "paid_yuan"),
    "model_paid": (_is("model"), "paid_yuan"),
    "model_applied_paid": (
        lambda c: c["item"] == "model" and _any(c, "purposes", _APPLICATION),
        "paid_yuan",
    ),
    "model_third_party_amount": (
        lambda c: (
            c["item"] == "model"
            and c["mode"] in {"api", "private_deployment"}
            and "third_party_model" in c["traits"]
            and "vertical_application" in c["purposes"]
        ),
        "amount_yuan",
    ),
    "model_self_controlled_paid": (
        lambda c: c["item"] == "model" and "self_controlled_base_model" in c["traits"],
        "paid_yuan",
    ),
    "model_filed_paid": (
        lambda c: (
            c["item"] == "model"
            and "cac_filed_model" in c["traits"]
            and _any(c, "purposes", _APPLICATION)
        ),
        "paid_yuan",
    ),
    "model_operation_paid": (
        lambda c: _any(c, "purposes", {"inference", "training", "tuning"}),
        "paid_yuan",
    ),
    "corpus_unrelated_amount": (
        lambda c: (
            c["item"] == "corpus"
            and "unrelated_supplier" in c["traits"]
            and _any(c, "purposes", _DEVELOPMENT)
        ),
        "amount_yuan",
    ),
    "corpus_exchange_amount": (
        lambda c: (
            c["item"] == "corpus"
            and {"via_data_exchange", "unrelated_supplier"} <= set(c["traits"])
            and _any(c, "purposes", _DEVELOPMENT)
        ),
        "amount_yuan",
    ),
    "compute_tuning_paid": (
        lambda c: c["item"] == "compute" and _any(c, "purposes", {"training", "tuning"}),
        "paid_yuan",
    ),
    "compute_obtained_paid": (
        lambda c: c["item"] == "compute" and c["mode"] in _OBTAINED,
        "paid_yuan",
    ),
    "compute_district_amount": (
        lambda c: (
            c["item"] == "compute" and c["mode"] in _OBTAINED and "district_compute" in c["traits"]
        ),
        "amount_yuan",
    ),
    "compute_district_paid": (
        lambda c: (
            c["item"] == "compute" and c["mode"] in _OBTAINED and "district_compute" in c["traits"]
        ),
        "paid_yuan",
    ),
    "compute_rented_training_amount": (
        lambda c: c["item"] == "compute" and c["mode"] == "rent" and "training" in c["purposes"],
        "amount_yuan",
    ),
}

#: column -> which people are counted.
_PEOPLE: Final[dict[str, Callable[[Entity], bool]]] = {
    "people": lambda _: True,
    "high_level_founders": lambda p: (
        p["role"] == "founder" and "high_level_talent" in p["statuses"]
    ),
    "high_level_returnee_founders": lambda p: (
        p["role"] == "founder" and {"high_level_talent", "returnee"} <= set(p["statuses"])
    ),
    "returnee_founders": lambda p: p["role"] == "founder" and "returnee" in p["statuses"],
    "algorithm_founders": lambda p: p["role"] == "founder" and "algorithm_talent" in p["statuses"],
    "leading_team_members": lambda p: "municipal_leading_team" in p["statuses"],
}

#: column -> kind of project that is counted.
_PROJECTS: Final = {
    "breakthrough_projects": "breakthrough_model",
    "first_open_datasets": "dataset_first_open",
    "open_source_projects": "open_source_project",
}
_RENTED: Final = frozenset({"rented_self_use", "rented_other"})

#: column -> (which premises, summed cost).
_PREMISES: Final[dict[str, Callable[[Entity], bool]]] = {
    "mtg_park_cost": lambda p: p["site"] == "zgc_mentougou_park",
    "self_use_rent": lambda p: p["tenure"] == "rented_self_use",
    "huangpu_park_purchase": lambda p: (
        p["site"] == "huangpu_demo_park" and p["tenure"] == "purchased"
    ),
}


def _slots(*names: str) -> list[str]:
    return [f"{name}_{n}" for n in range(1, SLOTS + 1) for name in names]


#: Every column and its kind: text, date, flag, count, money or number.
COLUMNS: Final[dict[str, str]] = {
    "as_of": "date",
    "registered_on": "date",
    "claim_year": "count",
    "entered_year": "count",
    "place": "text",
    "kind": "text",
    "size": "text",
    "settlement": "text",
    "revenue_yuan": "money",
    **{f"trait_{name}": "flag" for name in TRAITS},
    **{f"record_{name}": "flag" for name in RECORDS},
    "key_labs": "count",
    **dict.fromkeys(_PEOPLE, "count"),
    **dict.fromkeys(_slots("foreign_expert_salary"), "money"),
    **dict.fromkeys(_CONTRACTS, "money"),
    **dict.fromkeys(_PROJECTS, "count"),
    "upstream_grants": "money",
    "mature_industry_model_contracts": "money",
    "research_major": "count",
    "research_key": "count",
    "research_general": "count",
    **dict.fromkeys(_slots("new_platform_cost"), "money"),
    "park_operation_cost": "money",
    "in_westbund": "flag",
    **dict.fromkeys(_PREMISES, "money"),
    **dict.fromkeys(_slots("etown_park_rent"), "money"),
    **dict.fromkeys(_slots("etown_park_area"), "number"),
    **dict.fromkeys(_slots("etown_park_days"), "count"),
    **dict.fromkeys(_slots("huangpu_park_rent"), "money"),
    **dict.fromkeys(_slots("huangpu_park_area"), "number"),
    **dict.fromkeys(_slots("huangpu_park_months"), "count"),
    **{decision_column(measure): "text" for measure in JUDGED},
}


class NotFlatError(ValueError):
    """The profile cannot be written as one flat row without changing its meaning."""


def amount(value: object) -> Decimal:
    """The decimal number that was written: 0.1 is one tenth."""
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / value.denominator
    return Decimal(str(value))


def to_date(value: date | str) -> date:
    """A date, given as such or in ISO form."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, clipped to the end of the month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _move_to_year(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def whole_months(first: date, last: date) -> int:
    """Whole months of a period whose both ends count."""
    months = 0
    while add_months(first, months + 1) <= last + timedelta(days=1):
        months += 1
    return months


def _record_dates(value: object, last_day: date) -> int:
    """How many dates of one record lie on or before the last day of the claim year."""
    dates: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return sum(to_date(day) <= last_day for day in dates)


def _period(premises: Entity, year: int) -> tuple[date, date]:
    """The lease period, moved to the claim year; the whole year if none is given."""
    period = premises.get("period")
    if period is None:
        return date(year, 1, 1), date(year, 12, 31)
    first, last = (_move_to_year(to_date(day), year) for day in period)
    return first, last


def _fill(row: Row, what: str, entities: list[dict[str, Any]]) -> None:
    """Write the values of up to SLOTS entities into numbered columns."""
    if len(entities) > SLOTS:
        raise NotFlatError(
            f"{what}: {len(entities)} entities, but only {SLOTS} slots in a flat row"
        )
    for number, entity in enumerate(entities, start=1):
        for name, value in entity.items():
            row[f"{name}_{number}"] = value


_EMPTY: Final[dict[str, Any]] = {
    "money": Decimal(0),
    "number": Decimal(0),
    "count": 0,
    "flag": False,
    "text": "pending",
    "date": None,
}
_BLANK: Final[Row] = {name: _EMPTY[kind] for name, kind in COLUMNS.items()}


def _organisation(row: Row, profile: Profile) -> None:
    org = profile["org"]
    as_of = to_date(profile["as_of"])
    year = int(profile.get("claim_year", as_of.year))
    row["as_of"] = as_of
    row["claim_year"] = year
    row["registered_on"] = to_date(org["registered_on"])
    row["entered_year"] = to_date(org.get("entered_on", org["registered_on"])).year
    for name in ("place", "kind", "size", "settlement"):
        row[name] = org[name]
    row["revenue_yuan"] = amount(org["revenue_yuan"])
    for name in TRAITS:
        row[f"trait_{name}"] = name in org["traits"]
    last_day = date(year, 12, 31)
    records = {name: _record_dates(value, last_day) for name, value in org["records"].items()}
    for name in RECORDS:
        row[f"record_{name}"] = records.get(name, 0) > 0
    row["key_labs"] = records.get("sz_key_lab", 0)


def _entities(row: Row, profile: Profile) -> None:
    for column, counted in _PEOPLE.items():
        row[column] = sum(map(counted, profile["people"]))
    _fill(
        row,
        "foreign high-end experts",
        [
            {"foreign_expert_salary": amount(p["salary_yuan"])}
            for p in profile["people"]
            if "foreign_high_end_expert" in p["statuses"]
        ],
    )
    for column, (chosen, field) in _CONTRACTS.items():
        for contract in profile["contracts"]:
            if chosen(contract):
                row[column] += amount(contract[field])
    for project in profile["projects"]:
        kinds = project["kinds"]
        for column, kind in _PROJECTS.items():
            row[column] += kind in kinds
        row["upstream_grants"] += amount(project["upstream_grant_yuan"])
        for kind in ("research_major", "research_key", "research_general"):
            if kind in kinds:  # a project counts once, as the first kind it has
                row[kind] += 1
                break
        if "park_operation" in kinds:
            row["park_operation_cost"] += amount(project["cost_yuan"])
        if "industry_model_released" in kinds and project["cases"] >= 10:
            row["mature_industry_model_contracts"] = max(
                row["mature_industry_model_contracts"], amount(project["contract_yuan"])
            )
    _fill(
        row,
        "new platforms",
        [
            {"new_platform_cost": amount(p["cost_yuan"])}
            for p in profile["projects"]
            if "platform_new" in p["kinds"]
        ],
    )


def _premises(row: Row, profile: Profile) -> None:
    year = row["claim_year"]
    row["in_westbund"] = any(p["site"] == "westbund_block" for p in profile["premises"])
    for column, chosen in _PREMISES.items():
        for premises in profile["premises"]:
            if chosen(premises):
                row[column] += amount(premises["cost_yuan"])
    etown: list[dict[str, Any]] = []
    huangpu: list[dict[str, Any]] = []
    for premises in profile["premises"]:
        if premises["tenure"] not in _RENTED:
            continue
        if premises["site"] == "etown_ai_native_park":
            first, last = _period(premises, year)
            etown.append(
                {
                    "etown_park_rent": amount(premises["cost_yuan"]),
                    "etown_park_area": amount(premises["area_sqm"]),
                    "etown_park_days": (last - first).days + 1,
                }
            )
        elif premises["site"] == "huangpu_demo_park":
            first, last = _period(premises, year)
            huangpu.append(
                {
                    "huangpu_park_rent": amount(premises["cost_yuan"]),
                    "huangpu_park_area": amount(premises["area_sqm"]),
                    "huangpu_park_months": whole_months(first, last),
                }
            )
    _fill(row, "premises in the E-Town park", etown)
    _fill(row, "premises in Huangpu demonstration parks", huangpu)


def flatten(profile: Profile) -> Row:
    """One flat row, with every column of COLUMNS, from a full-information one-year profile.

    Raises KeyError where a fact is absent and NotFlatError where a flat row cannot say what the
    profile says (history, several years, other readings, approved amounts, too many entities).
    """
    for key in ("years", "readings", "pools"):
        if profile.get(key):
            raise NotFlatError(f"{key}: not part of the one-year comparison")
    if profile.get("horizon_years", 1) != 1:
        raise NotFlatError("horizon_years: not part of the one-year comparison")
    if profile["org"].get("paid_history"):
        raise NotFlatError("org.paid_history: not part of the one-year comparison")
    row = dict(_BLANK)
    _organisation(row, profile)
    _entities(row, profile)
    _premises(row, profile)
    for measure, decision in profile.get("decisions", {}).items():
        if measure not in JUDGED and measure in MEASURES:
            raise NotFlatError(f"decisions.{measure}: the measure has no judgement")
        if set(decision) - {"decision"}:
            raise NotFlatError(f"decisions.{measure}: only the decision itself can be compared")
        if measure in JUDGED:
            row[decision_column(measure)] = decision["decision"]
    return row
