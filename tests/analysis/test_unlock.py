"""What has to change: a set unlocks, no part of it does, a step less does not, and nothing is advised that is past."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec import structs

import huice
from huice import BadProfile, Corpus
from huice.analysis import ChangeSet, Unlock, Unlocks, unlock
from huice.analysis.changes import Alter, More, Step, Wait, apply
from huice.analysis.changes_words import step_says
from huice.analysis.unlock_grid import STEPS
from huice.evaluate.evaluator import evaluator, read_profile
from huice.evaluate.facts import Profile
from huice.evaluate.outcome import Outcome, Status
from huice.evaluate.result import decimal
from tests.analysis.changed import after
from tests.evaluate.profiles import plain
from tests.evaluate.strategies import profiles
from tests.oracle.generator import random_profile

CORPUS = Corpus.load()
HELD = evaluator(CORPUS)
REACHED = (Status.ELIGIBLE, Status.DISCRETIONARY)
FIRM: dict[str, Any] = {
    "as_of": "2026-02-01",
    "org": {
        "place": "shenzhen",
        "kind": "enterprise",
        "size": "small",
        "traits": ["general_model", "startup"],
        "registered_on": "2025-09-14",
        "settlement": "established",
        "entered_on": "2025-09-14",
        "revenue_yuan": 19_000_000,
        "records": {},
    },
    "people": [{"id": "founder", "role": "founder", "statuses": ["returnee"]}],
    "projects": [],
    "contracts": [],
    "premises": [],
}


def firm(**changes: Any) -> dict[str, Any]:
    """The firm with other facts; those of the applicant under `org`."""
    return {**FIRM, **changes, "org": {**FIRM["org"], **changes.get("org", {})}}


def run(profile: Profile, measure: str, steps: Sequence[Step]) -> Outcome:
    changed = apply(profile, steps, CORPUS)
    return HELD.run(HELD.program(CORPUS.measure(measure), profile), changed, HELD.views(changed))


def only(given: dict[str, Any], measure: str, **options: Any) -> Unlock:
    return unlock(given, CORPUS, [measure], **options).of(measure)


def told(item: Unlock) -> list[str]:
    return ["；".join(step_says(step, CORPUS).zh for step in one.steps) for one in item.sets]


# --- random profiles -------------------------------------------------------------------------------------


def check(given: dict[str, Any]) -> int:
    """Every set of a random profile, and every part of it; how many sets there were."""
    profile = read_profile(given, CORPUS)
    found = unlock(profile, CORPUS)
    data = {one["measure"]: one for one in found.to_dict()["measures"]}
    assert len(found.items) == len(CORPUS.measures)
    for item in found.items:
        sure = [one for one in item.sets if item.kind == "reach"]
        for one in item.sets:
            outcome = run(profile, item.measure, one.steps)
            assert outcome.status in REACHED
            assert (outcome.status, outcome.certain, outcome.ceiling) == (
                one.status,
                one.certain,
                one.ceiling,
            )
            assert 1 <= len(one.changes) <= 4
            _check_parts(profile, item, one)
            _check_thresholds(profile, item, one)
        if sure and not profile.years:
            told_ = data[item.measure]["sets"][0]
            _check_data(given, found, sure[0], [*told_["changes"], *told_["answers"]])
    return sum(len(item.sets) for item in found.items)


def _check_parts(profile: Profile, item: Unlock, one: ChangeSet) -> None:
    sizes = range(len(one.steps)) if len(one.steps) <= 6 else (len(one.steps) - 1,)
    for part in (part for size in sizes for part in combinations(one.steps, size)):
        outcome = run(profile, item.measure, part)
        if item.kind == "reach":
            assert outcome.status not in REACHED, (item.measure, one.steps, part)
        else:
            assert outcome.status not in REACHED or (outcome.ceiling or 0) < (one.ceiling or 0)


def _check_thresholds(profile: Profile, item: Unlock, one: ChangeSet) -> None:
    for position, step in enumerate(one.steps):
        less = before(step)
        if less is not None:
            part = [*one.steps[:position], less, *one.steps[position + 1 :]]
            outcome = run(profile, item.measure, part)
            if item.kind == "reach":
                assert outcome.status not in REACHED, (item.measure, one.steps, less)
            else:
                assert outcome.status not in REACHED or (outcome.ceiling or 0) < (one.ceiling or 0)


def before(step: Step) -> Step | None:
    """The step one grid step earlier; None where it has no threshold."""
    if isinstance(step, Wait):
        return Wait(step.until - timedelta(days=1))
    if isinstance(step, Alter) and step.least and step.after:
        return structs.replace(
            step, after=step.after - STEPS[CORPUS.vocabulary.fact(step.fact).type]
        )
    if isinstance(step, More):
        if step.count > 1:
            return structs.replace(step, count=step.count - 1)
        for name, value in step.facts:
            grid = STEPS.get(CORPUS.vocabulary.fact(name).type)
            if grid is not None:
                facts = tuple(
                    (fact, old - grid if fact == name else old) for fact, old in step.facts
                )
                return structs.replace(step, facts=facts) if value > 0 else None
    return None


def _check_data(
    given: dict[str, Any], found: Unlocks, one: ChangeSet, changes: list[dict[str, Any]]
) -> None:
    again = read_profile(after(given, changes, CORPUS), CORPUS)
    assert again == found.after(one)


def test_a_set_unlocks_and_no_part_of_it_does() -> None:
    assert sum(check(random_profile(random.Random(seed))) for seed in range(30)) > 1500


@given(profiles())
@settings(max_examples=30)
def test_a_set_unlocks_whatever_the_profile(drawn: dict[str, Any]) -> None:
    check(drawn)


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_sets_of_a_thousand_random_profiles(block: int) -> None:
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        check(random_profile(random.Random(seed)))


# --- thresholds, dates, counts ----------------------------------------------------------------------------


def test_the_first_day_is_the_day_on_which_six_months_are_full() -> None:
    item = only(firm(), "shenzhen/returnee-startup")
    assert told(item) == ["等到 2026-03-14 再申报（还差 41 天）"]
    (one,) = item.sets
    assert one.date == date(2026, 3, 14)
    assert (one.status, one.certain, one.ceiling) == (Status.DISCRETIONARY, 0, 1_000_000)
    assert item.lacks[0].zh == "注册时间在 6-48 个月内"


def test_an_age_that_has_passed_is_never_proposed() -> None:
    item = only(firm(org={"registered_on": "2021-01-01"}), "shenzhen/returnee-startup")
    assert (item.kind, item.sets) == ("closed", ())
    assert item.reason.zh == "取决于企业不能改变的事实：注册日期"


def test_a_day_after_the_document_has_ended_is_no_way() -> None:
    item = only(firm(org={"settlement": "newly_registered"}), "shanghai/llm-innovation-plan")
    assert item.kind == "closed"
    assert item.reason.zh == "文件已于 2025-12-31 期满，条件满足也不再受理"


def test_at_least_takes_the_sum_itself_and_more_than_a_fen_above() -> None:
    haizhu = {"place": "guangzhou/haizhu"}
    contract = [{"item": "compute", "purposes": ["training"], "paid_yuan": 1_000_000}]
    item = only(firm(org=haizhu, contracts=contract), "guangzhou/haizhu-model-optimisation")
    steps = {
        one.steps[0].fact: one.steps[0] for one in item.sets if isinstance(one.steps[0], Alter)
    }
    assert steps["org.revenue"].after == 20_000_000
    assert set(steps) == {"org.revenue", "org.records"}
    project = [{"kinds": ["industry_model_released"], "cases": 9, "contract_yuan": 20_000_000}]
    item = only(
        firm(org={"place": "beijing/etown"}, projects=project), "beijing/etown-industry-model-award"
    )
    first = {step.fact: step.after for step in item.sets[-1].steps if isinstance(step, Alter)}
    assert first == {"project.cases": 10, "project.contract": Fraction(2_000_000_001, 100)}
    assert (
        told(item)[-1]
        == "项目 1：市场应用案例达到 10 个以上；项目 1：累计完成合同额达到 2,000 万元以上（不含本数）"
    )


def test_moving_makes_a_firm_newly_moved_in() -> None:
    item = only(firm(), "shanghai/xuhui-opinion-settlement")
    assert told(item) == ["迁到上海徐汇区"]
    changed = unlock(firm(), CORPUS).after(item.sets[0])
    assert changed.org["settlement"] == "newly_relocated"
    assert changed.org["entered_on"] == date(2026, 2, 1)
    at_home = only(firm(org={"place": "shanghai/xuhui"}), "shanghai/xuhui-opinion-settlement")
    assert at_home.kind == "closed"


def test_at_a_chosen_place_moving_is_not_proposed() -> None:
    found = unlock(firm(), CORPUS, places="shanghai/xuhui")
    assert {item.place for item in found.items} == {"shanghai/xuhui"}
    assert not any(one.moves(CORPUS) for item in found.items for one in item.sets)


def test_a_team_may_register_but_a_university_stays_one() -> None:
    team = only(
        firm(
            org={
                "kind": "team_not_incorporated",
                "place": "shanghai/xuhui",
                "settlement": "newly_registered",
            }
        ),
        "shanghai/xuhui-opinion-settlement",
    )
    assert told(team) == ["注册为企业"]
    school = only(firm(org={"kind": "university"}), "shanghai/xuhui-opinion-settlement")
    assert school.reason.zh == "取决于企业不能改变的事实：主体类型"


def test_what_is_open_is_answered_first_and_no_change() -> None:
    sparse = {
        "as_of": "2025-06-30",
        "org": {"place": "shenzhen", "kind": "enterprise"},
        "contracts": [{"item": "compute"}],
    }
    item = only(sparse, "shenzhen/training-voucher")
    assert (item.kind, item.sets) == ("answer", ())
    assert {gap.fact for gap in item.missing} >= {"contract.mode", "contract.purposes"}


def test_what_is_unknown_is_a_premise_of_a_set() -> None:
    given = firm(
        contracts=[
            {
                "item": "model",
                "mode": "api",
                "purposes": ["vertical_application"],
                "amount_yuan": 1_000_000,
            }
        ]
    )
    one = next(one for one in only(given, "shanghai/model-voucher").sets if one.answers)
    assert [step_says(step, CORPUS).zh for step in one.changes] == ["迁到上海"]
    assert [step_says(step, CORPUS).zh for step in one.answers] == [
        "合同 1：合同特征包括第三方（非自研）大模型"
    ]
    assert one.ceiling == 500_000


# --- more of what is reached --------------------------------------------------------------------------------


def test_spending_that_fills_the_cap_is_exact_to_the_fen() -> None:
    contract = [
        {
            "id": "算力",
            "item": "compute",
            "mode": "rent",
            "purposes": ["training"],
            "amount_yuan": 9_000_000,
        }
    ]
    item = only(firm(contracts=contract), "shenzhen/training-voucher")
    assert item.kind == "raise"
    assert told(item)[0] == "“算力”：合同（申报）金额达到 16,666,666.67 元以上"
    assert item.sets[0].ceiling == 10_000_000


def test_rent_and_area_are_raised_together_where_both_stand_in_the_way() -> None:
    premises = [
        {
            "site": "etown_ai_native_park",
            "tenure": "rented_self_use",
            "cost_yuan": 1_200_000,
            "area_sqm": 1000,
        }
    ]
    item = only(
        firm(as_of="2025-06-30", org={"place": "beijing/etown"}, premises=premises),
        "beijing/etown-park-rent",
    )
    figures = [
        [(step.fact, step.after) for step in one.steps if isinstance(step, Alter)]
        for one in item.sets
    ]
    assert figures == [
        [("premises.area", Fraction(10959, 10))],
        [("premises.cost", 2_000_000), ("premises.area", Fraction(182649, 100))],
    ]
    assert [one.ceiling for one in item.sets] == [600_000, 1_000_000]


def test_a_new_contract_tells_the_amount_that_fills_the_cap() -> None:
    item = only(firm(org={"place": "beijing/etown"}), "beijing/etown-model-voucher")
    (one,) = item.sets
    assert one.fill is not None
    assert (one.fill.fact, one.fill.at, one.fill.ceiling) == (
        "contract.paid",
        10_000_000,
        5_000_000,
    )


# --- risks, and what nothing changes ------------------------------------------------------------------------


def test_staying_under_a_threshold_is_a_risk_and_never_advice() -> None:
    contract = [{"item": "compute", "amount_yuan": 600_000, "paid_yuan": 600_000}]
    item = only(
        firm(org={"place": "hangzhou/other"}, contracts=contract), "hangzhou/compute-voucher"
    )
    (risk,) = [risk for risk in item.risks if risk.fact == "contract.amount"]
    figures = (risk.now, risk.at, risk.ceiling_now, risk.ceiling)
    assert figures == (600_000, 500_000, 180_000, 250_000)  # no more is paid than was contracted
    assert "50 万元" in risk.says.zh
    for one in item.sets:
        assert all(step.after > 600_000 for step in one.steps if isinstance(step, Alter))
    assert item.endless == (("contract.paid", 0, Fraction(3, 10)),)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"decisions": {"shenzhen/key-lab": {"decision": "refused"}}}, "主管部门未予通过"),
        ({"org": {"paid_history": {"shenzhen/key-lab": {"years": 1, "amount_yuan": 5_000_000}}}}, ""),
    ],
)  # fmt: skip
def test_a_refusal_is_final(changes: dict[str, Any], reason: str) -> None:
    item = only(firm(**changes), "shenzhen/key-lab")
    if reason:
        assert item.kind == "closed"
        assert item.reason.zh == f"{reason}：企业现在做什么都改变不了"


def test_what_was_paid_once_is_not_paid_again() -> None:
    history = {"shenzhen/returnee-startup": {"years": 1, "amount_yuan": 300_000}}
    item = only(
        firm(as_of="2026-04-01", org={"paid_history": history}), "shenzhen/returnee-startup"
    )
    assert item.kind == "closed"
    assert item.reason.zh == "一次性支持，此前已享受：企业现在做什么都改变不了"


def test_an_empty_pool_cannot_be_filled_by_the_firm() -> None:
    contract = [{"item": "model", "traits": ["self_controlled_base_model"], "paid_yuan": 1_000_000}]
    pools = {"beijing/etown-model-voucher": {"remaining_yuan": 0}}
    item = only(
        firm(org={"place": "beijing/etown"}, contracts=contract, pools=pools),
        "beijing/etown-model-voucher",
    )
    assert item.kind == "closed"
    assert item.reason.zh.startswith("资金池本期已无余额")


def test_too_many_changes_at_once_are_counted_and_not_told() -> None:
    item = only(firm(), "shanghai/xuhui-westbund-breakthrough", most=2)
    assert item.reason.zh == "至少要同时改变 3 项，超过所设的 2 项"


def test_a_firm_with_thousands_of_contracts_gets_an_answer() -> None:
    many = [
        {"item": "compute", "mode": "rent", "purposes": ["tuning"], "amount_yuan": 1000 + n}
        for n in range(2000)
    ]
    item = only(firm(contracts=many), "shenzhen/training-voucher")
    assert "合同 5：同时用于大模型训练" in told(item)
    (new,) = [one for one in item.sets if isinstance(one.steps[0], More)]
    assert new.fill is not None
    assert new.fill.at == Fraction(1_666_666_667, 100)


def test_the_same_profile_gives_the_same_answer_in_the_same_order() -> None:
    assert unlock(firm(), CORPUS).to_dict() == unlock(firm(), CORPUS).to_dict()


def test_a_fault_in_the_profile_is_told_as_everywhere() -> None:
    with pytest.raises(BadProfile, match="shenzen"):
        unlock({"org": {"place": "shenzen"}}, CORPUS)
    with pytest.raises(BadProfile, match="goal 只能是 reach、raise、both"):
        unlock(firm(), CORPUS, goal="more")
    assert not [one for one in unlock(firm(), CORPUS, goal="reach").items if one.status in REACHED]


# --- every measure of the corpus ----------------------------------------------------------------------------

CASES = [
    pytest.param(measure.id, case.given, id=f"{measure.id}: {case.says}")
    for measure in CORPUS.measures
    for case in measure.cases
    if case.status in ("ineligible", "expired")
]
"""The cases of the policy files in which a measure is not reached: one for each condition."""


def near_misses() -> dict[str, dict[str, Any]]:
    """Of each measure, a profile to which it is given."""
    found = {}
    for measure in CORPUS.measures:
        for case in measure.cases:
            if case.status in ("eligible", "discretionary"):
                found[measure.id] = {"as_of": "2025-06-30", **case.given}
                break
    return found


@pytest.mark.parametrize("measure", [measure.id for measure in CORPUS.measures])
def test_every_measure_is_unlocked_from_a_near_miss(measure: str) -> None:
    given = near_misses()[measure]
    region = CORPUS.measure(measure).place
    elsewhere = "other" if region != "other" else "shenzhen"
    moved = {**given, "org": {**given["org"], "place": elsewhere}}
    item = only(moved, measure)
    assert item.kind == "reach", item.reason.zh
    assert any(len(one.changes) == 1 and one.moves(CORPUS) for one in item.sets)
    again = huice.evaluate(unlock(moved, CORPUS, [measure]).after(item.sets[0]), CORPUS, [measure])
    figures = again.measure(measure)
    assert figures.status in REACHED
    assert plain({"ceiling_yuan": decimal(figures.ceiling)}) == plain(
        {"ceiling_yuan": decimal(item.sets[0].ceiling)}
    )


@pytest.mark.parametrize(("measure", "given"), CASES)
def test_every_case_that_fails_has_a_way_or_a_reason(measure: str, given: dict[str, Any]) -> None:
    item = only({"as_of": "2025-06-30", **given}, measure)
    if item.kind == "reach":
        assert item.sets
        assert item.lacks
    else:
        assert item.kind == "closed"
        assert item.reason.zh
        assert item.reason.en
