"""The reference evaluator against every golden case and persona, and the generator."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from .expressions import (
    add_months,
    entity_kind_of,
    evaluate,
    load_yaml,
    months_in,
    number,
    yearly_total_at_most,
)
from .generator import FACTS, random_profile
from .oracle import MEASURES, STATUSES, evaluate_measure, evaluate_total

GOLDEN = Path(__file__).parents[1] / "golden"
CASES: list[dict[str, Any]] = load_yaml((GOLDEN / "cases-dev.yaml").read_text(encoding="utf-8"))
PERSONAS = [
    load_yaml(p.read_text(encoding="utf-8")) for p in sorted((GOLDEN / "personas").glob("*.yaml"))
]
VARIANTS = [(f"{p['id']}/{v['id']}", v) for p in PERSONAS for v in p["variants"]]


def test_all_golden_cases_are_here() -> None:
    assert len(CASES) == 314
    assert len(PERSONAS) == 6


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_case(case: dict[str, Any]) -> None:
    several = isinstance(case["measure"], list)
    got = (evaluate_total if several else evaluate_measure)(case["measure"], case["profile"])
    assert {k: got[k] for k in case["expect"]} == case["expect"]


@pytest.mark.parametrize("variant", [v for _, v in VARIANTS], ids=[n for n, _ in VARIANTS])
def test_persona(variant: dict[str, Any]) -> None:
    expect = variant["expect"]
    for row in expect["measures"]:
        got = evaluate_measure(row["measure"], variant["profile"])
        assert {k: got[k] for k in row if k != "measure"} == {
            k: v for k, v in row.items() if k != "measure"
        }, row
    total = evaluate_total([row["measure"] for row in expect["measures"]], variant["profile"])
    assert {k: total[k] for k in expect["total"]} == expect["total"]


def test_dates_and_logic() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_in((date(2025, 1, 15), date(2025, 6, 14))) == 5
    assert months_in((date(2025, 1, 15), date(2025, 6, 13))) == 4
    assert months_in((date(2025, 1, 1), date(2025, 12, 31))) == 12
    assert evaluate("org.a == 1 or org.b == 2", {"org": {"a": 1}}) is True
    assert evaluate("org.a == 1 and org.b == 2", {"org": {"a": 1}}) is None
    assert evaluate("org.a == 2 and org.b == 2", {"org": {"a": 1}}) is False
    assert yearly_total_at_most([{"item": "compute", "amount_yuan": 6}, {}], "compute", 5) is False
    assert yearly_total_at_most([{"item": "compute", "amount_yuan": 5}, {}], "compute", 5) is None
    assert yearly_total_at_most([{"item": "model", "amount_yuan": 9}], "compute", 5) is True
    with pytest.raises(ValueError):
        evaluate("__import__('os').getcwd()", {})
    with pytest.raises(TypeError):
        number(0.1)


def _numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [n for v in value.values() for n in _numbers(v)]
    if isinstance(value, list):
        return [n for v in value for n in _numbers(v)]
    return [] if value is None or isinstance(value, str) else [value]


def test_generated_profiles_are_sound() -> None:
    """Exact numbers only, repeatable, and every result keeps the rules that always hold."""
    for seed in range(150):
        profile = random_profile(random.Random(seed))
        assert profile == random_profile(random.Random(seed))
        assert all(type(n) in (int, Decimal) for n in _numbers(profile)), profile
        for mid in MEASURES:
            r = evaluate_measure(mid, profile)
            where = (seed, mid, r)
            assert r["status"] in STATUSES, where
            assert isinstance(r["certain_yuan"], Fraction) and r["certain_yuan"] >= 0, where
            if r["ceiling_yuan"] is None:
                assert r["years"] is None, where
            else:
                assert 0 <= r["certain_yuan"] <= r["ceiling_yuan"], where
            if r["status"] != "eligible":
                assert r["certain_yuan"] == 0, where
            if r["status"] in ("ineligible", "expired"):
                assert (r["ceiling_yuan"], r["years"]) == (0, 0), where
        evaluate_total(MEASURES, profile)


@pytest.mark.parametrize("target", MEASURES)
def test_targets_become_eligible(target: str) -> None:
    """Profiles made for a measure reach its eligible state often enough to be of use."""
    seen = Counter(
        evaluate_measure(target, random_profile(random.Random(seed), target))["status"]
        for seed in range(80)
    )
    assert seen["eligible"] >= 8, seen
    assert seen["ineligible"] >= 1 and seen["unknown"] >= 1, seen


def test_every_fact_and_option_is_generated() -> None:
    """Every option of every enumerated fact turns up, and every fact is also left out."""
    rng = random.Random(7)
    profiles = [random_profile(rng) for _ in range(600)]
    text = repr(profiles)
    for fact in FACTS.values():
        for option in fact.get("options") or {}:
            assert repr(option) in text, (fact["name"], option)
        assert f"'{fact['name'].split('.')[-1]}'" in text, fact["name"]
    for name in ("people", "projects", "contracts", "premises"):
        assert any(name not in p for p in profiles)
        assert any(p.get(name) == [] for p in profiles)
        assert any(len(p.get(name) or []) >= 4 for p in profiles)


def test_every_expression_is_understood() -> None:
    """Each condition of each reading names at most one kind and parses."""
    for measure in MEASURES.values():
        found = [c["expr"] for c in measure["conditions"]]
        for reading in measure["readings"]:
            for option in reading["options"]:
                found += [c["expr"] for c in option.get("add_conditions") or []]
                found += list((option.get("replace_conditions") or {}).values())
        for expr in found:
            entity_kind_of(expr)
