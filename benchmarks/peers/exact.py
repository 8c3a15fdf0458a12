"""The reference: the same measures, exactly, in plain Python fractions, from the flat row.

Written independently of both peers; slow and simple on purpose. Every amount is (certain,
ceiling) in yuan, cut down to 0.01 at the end of a measure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, Final, NamedTuple

from .flatten import SLOTS, Row, add_months
from .measures import MEASURES, decision_column

SME: Final = frozenset({"micro", "small", "medium"})


class Amount(NamedTuple):
    """What one measure gives: certain and at most."""

    certain: Fraction
    ceiling: Fraction


class Rule(NamedTuple):
    """Ceiling of a row; whether its sum is owed exactly; whether the authority must decide."""

    ceiling: Callable[[Row], Fraction]
    exact: bool = False
    judged: bool = False
    lowest: Fraction | None = None


def _yuan(value: Any) -> Fraction:
    return Fraction(value)


def _within(row: Row, place: str) -> bool:
    own: str = row["place"]
    return own == place or own.startswith(place + "/")


def _llm(row: Row) -> bool:
    return bool(row["trait_general_model"] or row["trait_vertical_model"])


def _ai(row: Row) -> bool:
    return _llm(row) or any(
        row[f"trait_{name}"] for name in ("genai", "ai", "maas_platform", "open_source_platform")
    )


def _enterprise(row: Row) -> bool:
    return bool(row["kind"] == "enterprise")


def _sum(value: int, held: bool) -> Fraction:
    """A stated sum of money, if the conditions hold."""
    return Fraction(value) if held else Fraction(0)


def _share(row: Row, column: str, percent: int, cap: int, held: bool) -> Fraction:
    """A percentage of a column, cut by a cap, if the conditions hold."""
    if not held:
        return Fraction(0)
    return min(_yuan(row[column]) * Fraction(percent, 100), Fraction(cap))


def _compute_voucher(row: Row) -> Fraction:
    if not (_within(row, "hangzhou") and _enterprise(row)):
        return Fraction(0)
    raised = row["size"] in SME and _yuan(row["compute_amount"]) <= 500_000
    compute = _yuan(row["compute_paid"]) * Fraction(50 if raised else 30, 100)
    return min(compute + _yuan(row["model_paid"]) * Fraction(30, 100), Fraction(250_000_000))


def _foreign_expert(row: Row) -> Fraction:
    if not _within(row, "hangzhou"):
        return Fraction(0)
    return sum(
        (
            min(_yuan(row[f"foreign_expert_salary_{n}"]), Fraction(600_000))
            for n in range(1, SLOTS + 1)
        ),
        Fraction(0),
    )


def _park_rent(row: Row, name: str, per: str, unit_price: Fraction, cap: int) -> Fraction:
    total = Fraction(0)
    for n in range(1, SLOTS + 1):
        half = _yuan(row[f"{name}_rent_{n}"]) / 2
        limit = unit_price * _yuan(row[f"{name}_area_{n}"]) * row[f"{name}_{per}_{n}"]
        total += min(half, limit)
    return min(total, Fraction(cap))


def _platforms(row: Row) -> Fraction:
    if not _within(row, "shenzhen"):
        return Fraction(0)
    return sum(
        (
            min(_yuan(row[f"new_platform_cost_{n}"]) / 2, Fraction(20_000_000))
            for n in range(1, SLOTS + 1)
        ),
        Fraction(0),
    )


def _research(row: Row) -> Fraction:
    total = (
        10_000_000 * row["research_major"]
        + 3_000_000 * row["research_key"]
        + 600_000 * row["research_general"]
    )
    return _sum(total, _within(row, "shenzhen"))


def _months_since_registration(row: Row, low: int, high: int) -> bool:
    registered: date = row["registered_on"]
    as_of: date = row["as_of"]
    return bool(add_months(registered, low) <= as_of <= add_months(registered, high))


def _office_rent(row: Row) -> Fraction:
    years = row["claim_year"] - row["entered_year"]
    needed = {0: 20_000_000, 1: 50_000_000, 2: 100_000_000}.get(years)
    held = (
        _within(row, "guangzhou/haizhu")
        and _enterprise(row)
        and _llm(row)
        and needed is not None
        and row["revenue_yuan"] >= needed
    )
    return _share(row, "self_use_rent", 90, 1_000_000, held)


def _xuhui_westbund(row: Row) -> bool:
    return _within(row, "shanghai/xuhui") and bool(row["in_westbund"])


def _valid_2025(row: Row) -> bool:
    return bool(row["as_of"] <= date(2025, 12, 31))


def _algorithm_filing(row: Row) -> bool:
    return bool(row["record_cac_algorithm_filing"] or row["record_cac_deep_synthesis_filing"])


def _filed(row: Row) -> bool:
    return bool(row["record_cac_genai_filing"]) or _algorithm_filing(row)


def _haizhu_llm(row: Row) -> bool:
    return _within(row, "guangzhou/haizhu") and _enterprise(row) and _llm(row)


def _huangpu(row: Row) -> bool:
    return _within(row, "guangzhou/huangpu")


NO_CAP: Final = 10**15

RULES: Final[dict[str, Rule]] = {
    "hangzhou/xihu-startup-fund": Rule(
        lambda r: _sum(
            5_000_000, _within(r, "hangzhou/xihu") and r["high_level_founders"] > 0 and _ai(r)
        ),
        judged=True,
    ),
    "hangzhou/xihu-model-voucher": Rule(
        lambda r: _share(
            r,
            "model_applied_paid",
            30,
            20_000_000,
            _within(r, "hangzhou/xihu") and _enterprise(r),
        ),
        exact=True,
        judged=True,
    ),
    "hangzhou/leading-team-grant": Rule(
        lambda r: _sum(5_000_000, _within(r, "hangzhou") and r["leading_team_members"] > 0)
    ),
    "hangzhou/foreign-expert-salary": Rule(_foreign_expert, judged=True),
    "hangzhou/returnee-project": Rule(
        lambda r: _sum(5_000_000, _within(r, "hangzhou") and r["high_level_returnee_founders"] > 0),
        judged=True,
    ),
    "hangzhou/compute-voucher": Rule(_compute_voucher),
    "shanghai/model-voucher": Rule(
        lambda r: _share(r, "model_third_party_amount", 50, 5_000_000, _within(r, "shanghai"))
    ),
    "shanghai/corpus-voucher": Rule(
        lambda r: _share(r, "corpus_unrelated_amount", 30, 5_000_000, _within(r, "shanghai"))
    ),
    "shanghai/talent-personal-award": Rule(
        lambda r: _sum(300_000 * r["people"], _within(r, "shanghai") and _ai(r)), judged=True
    ),
    "shanghai/xuhui-westbund-breakthrough": Rule(
        lambda r: _sum(10_000_000 * r["breakthrough_projects"], _xuhui_westbund(r)), judged=True
    ),
    "shanghai/xuhui-westbund-matching": Rule(
        lambda r: _share(r, "upstream_grants", 100, NO_CAP, _xuhui_westbund(r))
    ),
    "shanghai/xuhui-westbund-compute": Rule(
        lambda r: _share(r, "compute_tuning_paid", 30, 10_000_000, _xuhui_westbund(r))
    ),
    "shanghai/xuhui-opinion-compute": Rule(
        lambda r: _share(r, "compute_obtained_paid", 30, 10_000_000, _within(r, "shanghai/xuhui")),
        judged=True,
    ),
    "shanghai/xuhui-opinion-settlement": Rule(
        lambda r: _sum(
            5_000_000,
            _within(r, "shanghai/xuhui")
            and _enterprise(r)
            and r["settlement"] in {"newly_registered", "newly_relocated"}
            and (_llm(r) or r["trait_genai"]),
        ),
        judged=True,
    ),
    "beijing/dataset-voucher": Rule(
        lambda r: _sum(
            500_000,
            _within(r, "beijing")
            and r["kind"] != "team_not_incorporated"
            and r["first_open_datasets"] > 0
            and _valid_2025(r),
        ),
        judged=True,
    ),
    "beijing/open-source-project": Rule(
        lambda r: _sum(
            2_000_000 * r["open_source_projects"], _within(r, "beijing") and _valid_2025(r)
        ),
        judged=True,
    ),
    "beijing/etown-industry-model-award": Rule(
        lambda r: _sum(
            1_000_000,
            _within(r, "beijing/etown")
            and _enterprise(r)
            and r["mature_industry_model_contracts"] > 20_000_000,
        ),
        exact=True,
    ),
    "beijing/etown-model-voucher": Rule(
        lambda r: _share(
            r,
            "model_self_controlled_paid",
            50,
            5_000_000,
            _within(r, "beijing/etown") and _enterprise(r),
        ),
        exact=True,
    ),
    "beijing/etown-park-rent": Rule(
        lambda r: (
            _park_rent(r, "etown_park", "days", Fraction(3, 2), 1_000_000)
            if _within(r, "beijing/etown") and _enterprise(r) and _ai(r)
            else Fraction(0)
        )
    ),
    "beijing/mtg-free-space": Rule(
        lambda r: _share(
            r,
            "mtg_park_cost",
            100,
            NO_CAP,
            _within(r, "beijing/mentougou")
            and _enterprise(r)
            and r["algorithm_founders"] > 0
            and _months_since_registration(r, -1200, 36),
        ),
        exact=True,
    ),
    "beijing/mtg-compute": Rule(
        lambda r: _share(
            r,
            "compute_district_amount",
            10,
            1_000_000,
            _within(r, "beijing/mentougou") and _enterprise(r),
        ),
        exact=True,
    ),
    "beijing/mtg-partner-award": Rule(
        lambda r: _sum(
            300_000,
            _within(r, "beijing/mentougou")
            and _enterprise(r)
            and r["record_beijing_gai_partner"]
            and r["record_key_ai_enterprise"],
        )
    ),
    "shenzhen/training-voucher": Rule(
        lambda r: _share(
            r,
            "compute_rented_training_amount",
            60 if _enterprise(r) and r["trait_startup"] else 50,
            10_000_000,
            _within(r, "shenzhen")
            and r["kind"] in {"enterprise", "university", "research_institute"},
        )
    ),
    "shenzhen/corpus": Rule(
        lambda r: _share(
            r, "corpus_exchange_amount", 30, 2_000_000, _within(r, "shenzhen") and _enterprise(r)
        )
    ),
    "shenzhen/model-voucher": Rule(
        lambda r: _share(
            r, "model_filed_paid", 30, 2_000_000, _within(r, "shenzhen") and _enterprise(r)
        ),
        judged=True,
    ),
    "shenzhen/research": Rule(_research),
    "shenzhen/platform-new": Rule(_platforms, judged=True),
    "shenzhen/key-lab": Rule(lambda r: _sum(5_000_000 * r["key_labs"], _within(r, "shenzhen"))),
    "shenzhen/returnee-startup": Rule(
        lambda r: _sum(
            1_000_000,
            _within(r, "shenzhen")
            and _ai(r)
            and _enterprise(r)
            and r["returnee_founders"] > 0
            and _months_since_registration(r, 6, 48),
        ),
        exact=True,
        judged=True,
        lowest=Fraction(300_000),
    ),
    "guangzhou/haizhu-model-optimisation": Rule(
        lambda r: _share(
            r,
            "model_operation_paid",
            50,
            1_500_000,
            _haizhu_llm(r) and (_filed(r) or r["revenue_yuan"] >= 20_000_000),
        ),
        exact=True,
    ),
    "guangzhou/haizhu-office-rent": Rule(_office_rent),
    "guangzhou/haizhu-filing-genai": Rule(
        lambda r: _sum(1_000_000, _haizhu_llm(r) and r["record_cac_genai_filing"])
    ),
    "guangzhou/haizhu-filing-algorithm": Rule(
        lambda r: _sum(200_000, _haizhu_llm(r) and _algorithm_filing(r))
    ),
    "guangzhou/huangpu-general-compute": Rule(
        lambda r: _share(
            r, "compute_district_paid", 30, 3_000_000, _huangpu(r) and r["trait_general_model"]
        ),
        exact=True,
        judged=True,
    ),
    "guangzhou/huangpu-vertical-compute": Rule(
        lambda r: _share(
            r, "compute_district_paid", 30, 1_000_000, _huangpu(r) and r["trait_vertical_model"]
        ),
        exact=True,
        judged=True,
    ),
    "guangzhou/huangpu-cloud-model-voucher": Rule(
        lambda r: _sum(
            2_000,
            _huangpu(r)
            and _enterprise(r)
            and r["size"] in {"small", "micro"}
            and r["trait_manufacturing"],
        ),
        exact=True,
    ),
    "guangzhou/huangpu-park-operator": Rule(
        lambda r: _share(
            r, "park_operation_cost", 50, 750_000, _huangpu(r) and r["record_huangpu_demo_park"]
        ),
        exact=True,
        judged=True,
    ),
    "guangzhou/huangpu-park-rent": Rule(
        lambda r: (
            _park_rent(r, "huangpu_park", "months", Fraction(50), 200_000)
            if _huangpu(r) and _enterprise(r)
            else Fraction(0)
        ),
        exact=True,
        judged=True,
    ),
    "guangzhou/huangpu-park-purchase": Rule(
        lambda r: _share(r, "huangpu_park_purchase", 10, 600_000, _huangpu(r) and _enterprise(r)),
        exact=True,
        judged=True,
    ),
}


def cut(value: Fraction) -> Fraction:
    """Cut down to 0.01 yuan, never up."""
    return Fraction(floor(value * 100), 100)


def one(measure: str, row: Row) -> Amount:
    """Certain and ceiling of one measure for one flat row."""
    rule = RULES[measure]
    decision = row[decision_column(measure)] if rule.judged else "granted"
    if decision == "refused":
        return Amount(Fraction(0), Fraction(0))
    ceiling = cut(rule.ceiling(row))
    if not rule.exact or decision != "granted":
        return Amount(Fraction(0), ceiling)
    if rule.lowest is not None:
        return Amount(min(rule.lowest, ceiling), ceiling)
    return Amount(ceiling, ceiling)


def evaluate(row: Row) -> dict[str, Amount]:
    """Certain and ceiling of every measure for one flat row."""
    return {measure: one(measure, row) for measure in MEASURES}
