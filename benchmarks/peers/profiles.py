"""Seeded random profiles: full information, one year, amounts close to the thresholds.

``profiles(n, seed)`` yields nested profiles of the project's own form. Amounts are ``int`` for
whole yuan and ``Decimal`` for fen; ``plain`` turns a profile into what YAML or JSON would hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any, Final

from .flatten import RECORDS, SLOTS, TRAITS, add_months
from .measures import JUDGED

Money = int | Decimal

PLACES: Final = (
    "hangzhou/xihu",
    "hangzhou/binjiang",
    "hangzhou/other",
    "shanghai/xuhui",
    "shanghai/other",
    "beijing/haidian-zgc",
    "beijing/etown",
    "beijing/mentougou",
    "beijing/other",
    "shenzhen",
    "guangzhou/haizhu",
    "guangzhou/huangpu",
    "guangzhou/other",
    "other",
)
_PLACE_WEIGHTS: Final = (4, 1, 2, 4, 2, 1, 4, 3, 1, 6, 4, 4, 1, 1)
_SITE_OF: Final = {
    "shanghai/xuhui": "westbund_block",
    "beijing/etown": "etown_ai_native_park",
    "beijing/mentougou": "zgc_mentougou_park",
    "guangzhou/huangpu": "huangpu_demo_park",
}
_SITES: Final = (*_SITE_OF.values(), "other")
_STATUSES: Final = (
    "top_ai_talent",
    "high_level_talent",
    "foreign_high_end_expert",
    "returnee",
    "algorithm_talent",
    "key_llm_talent",
    "scarce_skill_talent",
    "core_backbone",
    "municipal_leading_team",
    "high_end_ai_team",
)
_KINDS: Final = (
    "breakthrough_model",
    "dataset_quality",
    "dataset_first_open",
    "benchmark_case",
    "open_source_project",
    "industry_model_released",
    "research_major",
    "research_key",
    "research_general",
    "platform_new",
    "platform_existing",
    "park_operation",
)
_PURPOSES: Final = (
    "training",
    "tuning",
    "inference",
    "rnd",
    "application",
    "vertical_application",
    "agent",
)
_CONTRACT_TRAITS: Final = (
    "unrelated_supplier",
    "third_party_model",
    "cac_filed_model",
    "self_controlled_base_model",
    "via_data_exchange",
    "district_compute",
)
_ALL_RECORDS: Final = (
    *RECORDS,
    "digital_benchmark",
    "haizhu_demo_space",
    "haizhu_demo_space_review",
    "sz_key_lab",
)
#: Amounts at which some measure changes: thresholds themselves, and caps divided by their rates.
_CONTRACT_MARKS: Final = (
    500_000,
    1_000_000,
    3_000_000,
    3_333_333,
    6_666_666,
    10_000_000,
    16_666_666,
    20_000_000,
    33_333_333,
    66_666_666,
)
_REVENUE_MARKS: Final = (20_000_000, 50_000_000, 100_000_000)
_RENT_MARKS: Final = (400_000, 1_111_111, 2_000_000, 6_000_000)
_PROJECT_MARKS: Final = (1_500_000, 20_000_000, 40_000_000)
_SALARY_MARKS: Final = (600_000,)
_OFFSETS: Final = (
    Decimal(0),
    Decimal(0),
    Decimal("0.01"),
    Decimal("-0.01"),
    Decimal(1),
    Decimal(-1),
)
_DEFAULT_AS_OF: Final = date(2025, 6, 30)


def _money(value: Decimal) -> Money:
    return int(value) if value == value.to_integral_value() else value


def _amount(random: Random, marks: tuple[int, ...]) -> Decimal:
    """Half of the amounts lie within one yuan of a mark, the others anywhere, some with fen."""
    pick = random.random()
    if pick < 0.5:
        return Decimal(random.choice(marks)) + random.choice(_OFFSETS)
    fen = random.randrange(1, 2 * 100 * max(marks) if pick < 0.6 else 2 * 100 * min(marks))
    return Decimal(fen) / 100 if pick < 0.8 else Decimal(fen // 100)


def _split(random: Random, total: Decimal, parts: int) -> list[Decimal]:
    """Several amounts, to the fen, with exactly that total."""
    fen = int(total * 100)
    cuts = sorted(random.randint(0, fen) for _ in range(parts - 1))
    edges = [0, *cuts, fen]
    return [Decimal(high - low) / 100 for low, high in pairwise(edges)]


def _subset(random: Random, values: tuple[str, ...], chance: float) -> list[str]:
    return [value for value in values if random.random() < chance]


def _contracts(random: Random) -> list[dict[str, Any]]:
    contracts = []
    for item in ("compute", "model", "corpus", "other"):
        if random.random() < 0.4:
            continue
        parts = random.choice((1, 1, 2, 3))
        for share in _split(random, _amount(random, _CONTRACT_MARKS), parts):
            paid = random.choice((share, share, share, share / 2, Decimal(0)))
            contracts.append(
                {
                    "item": item,
                    "mode": random.choice(
                        ("rent", "purchase") if item == "compute" else ("api", "private_deployment")
                    ),
                    "purposes": _subset(random, _PURPOSES, 0.5),
                    "traits": _subset(random, _CONTRACT_TRAITS, 0.7),
                    "amount_yuan": _money(share),
                    "paid_yuan": _money(paid.quantize(Decimal("0.01"))),
                }
            )
    return contracts


def _people(random: Random) -> list[dict[str, Any]]:
    people = []
    experts = 0
    for _ in range(random.choice((0, 1, 1, 2, 3, 5))):
        statuses = _subset(random, _STATUSES, 0.35)
        if "foreign_high_end_expert" in statuses:
            experts += 1
            if experts > SLOTS:
                statuses.remove("foreign_high_end_expert")
        people.append(
            {
                "statuses": statuses,
                "role": random.choice(("founder", "founder", "introduced", "employee")),
                "salary_yuan": _money(_amount(random, _SALARY_MARKS)),
            }
        )
    return people


def _projects(random: Random) -> list[dict[str, Any]]:
    projects = []
    platforms = 0
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        kinds = _subset(random, _KINDS, 0.3)
        if "platform_new" in kinds:
            platforms += 1
            if platforms > SLOTS:
                kinds.remove("platform_new")
        projects.append(
            {
                "kinds": kinds,
                "cost_yuan": _money(_amount(random, _PROJECT_MARKS)),
                "upstream_grant_yuan": (
                    _money(_amount(random, _PROJECT_MARKS)) if random.random() < 0.5 else 0
                ),
                "cases": random.choice((0, 9, 10, 11)),
                "contract_yuan": _money(_amount(random, (20_000_000,))),
            }
        )
    return projects


def _premises(random: Random, place: str, year: int) -> list[dict[str, Any]]:
    premises = []
    for _ in range(random.choice((0, 1, 1, 1, SLOTS))):
        fitting = random.random() < 0.75
        first = date(year, 1, 1) + timedelta(days=random.choice((0, 0, 0, 14, 31, 181)))
        last = date(year, 12, 31) - timedelta(days=random.choice((0, 0, 0, 1, 17, 31)))
        premises.append(
            {
                "site": _SITE_OF.get(place, "other") if fitting else random.choice(_SITES),
                "tenure": random.choice(
                    ("rented_self_use", "rented_self_use", "rented_other", "purchased")
                ),
                "cost_yuan": _money(_amount(random, _RENT_MARKS)),
                "area_sqm": _money(
                    Decimal(random.randint(500, 400_000)) / random.choice((10, 100))
                ),
                "period": [first, last],
            }
        )
    return premises


def _records(random: Random, year: int) -> dict[str, Any]:
    records: dict[str, Any] = {}
    for name in _subset(random, _ALL_RECORDS, 0.4):
        dates = [
            date(random.choice((year - 1, year, year, year + 1)), random.randint(1, 12), 31 - 3)
            for _ in range(random.choice((1, 1, 1, 2)))
        ]
        records[name] = dates[0] if len(dates) == 1 else dates
    return records


def profile(random: Random) -> dict[str, Any]:
    """One full-information profile of one year."""
    as_of = random.choice(
        (*(_DEFAULT_AS_OF,) * 6, date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28))
    )
    place = random.choices(PLACES, _PLACE_WEIGHTS)[0]
    months = random.choice((6, 36, 48, random.randint(0, 120)))
    registered = add_months(as_of, -months) + timedelta(days=random.choice((-1, 0, 0, 1)))
    registered = min(registered, as_of)
    entered = add_months(registered, random.choice((0, 0, 6, 12)))
    return {
        "as_of": as_of,
        "claim_year": as_of.year,
        "org": {
            "place": place,
            "kind": random.choices(
                (
                    "enterprise",
                    "university",
                    "research_institute",
                    "other_institution",
                    "team_not_incorporated",
                ),
                (80, 5, 5, 5, 5),
            )[0],
            "size": random.choice(("micro", "small", "medium", "large")),
            "traits": _subset(random, TRAITS, 0.4),
            "registered_on": registered,
            "settlement": random.choice(("newly_registered", "newly_relocated", "established")),
            "entered_on": min(entered, as_of),
            "revenue_yuan": _money(_amount(random, _REVENUE_MARKS)),
            "records": _records(random, as_of.year),
            "paid_history": {},
        },
        "people": _people(random),
        "projects": _projects(random),
        "contracts": _contracts(random),
        "premises": _premises(random, place, as_of.year),
        "decisions": {
            measure: {"decision": random.choice(("granted", "granted", "refused"))}
            for measure in JUDGED
            if random.random() < 0.7
        },
    }


def profiles(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """So many profiles; the same seed gives the same profiles."""
    random = Random(seed)
    for _ in range(count):
        yield profile(random)


def plain(value: Any) -> Any:
    """The same profile as YAML or JSON hold it: ISO dates, and numbers for amounts with fen."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
