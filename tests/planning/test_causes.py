"""Where there is no plan, or no best one: the cause is named. Where time runs out: the gap is told."""

from __future__ import annotations

from typing import Any

import pytest

from huice import Corpus
from huice.planning import NoPlan, plan

FIRM = {
    "as_of": "2025-06-30",
    "org": {
        "kind": "enterprise", "size": "small", "traits": ["general_model"], "records": {},
        "registered_on": "2024-01-01", "settlement": "established",
    },
    "people": [], "projects": [], "premises": [],
}  # fmt: skip
GPU = {
    "id": "gpu", "title": {"zh": "训练算力", "en": "computing"},
    "facts": {"item": "compute", "mode": "rent", "purposes": ["training"], "traits": ["district_compute"]},
}  # fmt: skip


def problem(**parts: Any) -> dict[str, Any]:
    return {"profile": FIRM, "years": 2, "places": ["shenzhen"], **parts}


def refused(corpus: Corpus, code: str, **parts: Any) -> str:
    with pytest.raises(NoPlan) as caught:
        plan(problem(**parts), corpus)
    (one,) = caught.value.problems
    assert one.code == code
    return f"{one.text.zh} {one.text.en}"


def test_a_measure_that_no_place_can_give_is_named_with_the_reason(corpus: Corpus) -> None:
    said = refused(corpus, "J010", measures={"must": ["shenzhen/key-lab"]})
    assert "必须申报" in said
    assert "不满足" in said
    assert "not met" in said


def test_a_measure_of_another_city_is_named(corpus: Corpus) -> None:
    said = refused(corpus, "J010", measures={"must": ["hangzhou/compute-voucher"]})
    assert "所列地点都不在其适用地区" in said


def test_measures_that_exclude_one_another_are_named_together(corpus: Corpus) -> None:
    said = refused(
        corpus, "J010", places=["guangzhou/huangpu"], spending=[{**GPU, "total": "100万元"}],
        measures={"must": ["guangzhou/huangpu-general-compute", "guangzhou/huangpu-vertical-compute"]},
        choices=[{"id": "model", "options": [
            {"id": "one"}, {"id": "both", "facts": {"org": {"traits": ["general_model", "vertical_model"]}}},
        ]}],
    )  # fmt: skip
    assert "不能同时满足" in said
    assert said.count("必须申报") == 2
    assert "同一投入不重复" in said


def test_measures_of_two_cities_need_two_entities(corpus: Corpus) -> None:
    musts = {"must": ["shenzhen/training-voucher", "hangzhou/compute-voucher"]}
    parts: dict[str, Any] = {
        "places": ["shenzhen", "hangzhou/xihu"], "spending": [{**GPU, "total": "100万元"}], "measures": musts,
    }  # fmt: skip
    said = refused(corpus, "J010", **parts)
    assert "至多 1 个主体" in said
    found = plan(problem(**parts, entities=2), corpus)
    assert {entity.place for entity in found.entities} == {"shenzhen", "hangzhou/xihu"}
    assert found.proof.proved


def test_spending_without_limit_under_no_cap_is_named(corpus: Corpus) -> None:
    rent = {
        "id": "rent", "title": {"zh": "租金", "en": "rent"}, "list": "premises",
        "facts": {"site": "zgc_mentougou_park", "tenure": "rented_self_use"}, "total": {"min": 1},
    }  # fmt: skip
    founder = {"statuses": ["algorithm_talent"], "role": "founder"}
    parts = {"profile": {**FIRM, "people": [founder]}, "places": ["beijing/mentougou"]}
    with pytest.raises(NoPlan) as caught:
        plan({**problem(spending=[rent]), **parts}, corpus)
    (one,) = caught.value.problems
    assert one.code == "J011"
    assert one.subject == "beijing/mtg-free-space"
    assert "“租金”没有写限额" in one.text.zh
    assert "without a cap" in one.text.en


def test_spending_without_limit_is_cut_where_nothing_more_is_gained(corpus: Corpus) -> None:
    found = plan(problem(spending=[{**GPU, "total": {"min": 0}}]), corpus)
    assert found.proof.proved
    assert found.value == 2 * 10_000_000  # the voucher's cap in each of two years
    assert sum(one.yuan for one in found.spending) == 2 * 20_000_000  # 50% of them


def test_without_time_the_gap_is_told_or_that_there_is_no_plan(corpus: Corpus) -> None:
    parts = {
        "places": ["shenzhen", "hangzhou", "shanghai"],
        "spending": [{**GPU, "total": "5000万元"}],
        "years": 5,
    }
    try:
        found = plan(problem(**parts), corpus, time_limit=1e-6)
    except NoPlan as none:
        assert none.problems[0].code == "J012"  # either is honest
        assert "--time-limit" in none.problems[0].text.zh
    else:
        assert found.proof.bound >= found.value
        assert found.proof.proved or found.proof.gap > 0


def test_with_some_time_the_best_plan_so_far_has_an_honest_gap(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock jumps after the first place: the others are not reached, and the bound says so."""
    parts = {"places": ["hangzhou/xihu", "shenzhen"], "spending": [{**GPU, "total": "5000万元"}]}
    best = plan(problem(**parts), corpus)
    assert best.proof.proved
    clock = iter([0.0, 0.0, 0.5, 0.5, *[99.0] * 1000])
    monkeypatch.setattr("huice.planning.search.time.perf_counter", lambda: next(clock))
    found = plan(problem(**parts), corpus, time_limit=1)
    proof = found.proof
    assert proof.timed_out
    assert not proof.proved
    assert proof.gap == proof.bound - found.value > 0
    assert proof.bound >= best.value
    assert proof.gap_share is not None
    assert [row.status for row in found.places] == ["chosen", "untried"]
    assert found.to_dict()["proof"]["time_limit_reached"] is True
