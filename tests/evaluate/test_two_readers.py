"""Two readers of the same rules: the engine against a reference written without knowledge of it.

The reference reads the register, the engine the policy files. On random profiles they must agree on every
figure, but for one departure that is stated here exactly.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

import huice
from huice import Corpus, MeasureResult
from huice.corpus.model import Rule
from tests.evaluate.mutations import mutants, with_rule
from tests.evaluate.profiles import Profile
from tests.evaluate.test_golden import CASES
from tests.oracle import MEASURES, evaluate_measure, evaluate_total, random_profile
from tests.oracle.amounts import qualify
from tests.oracle.expressions import evaluate as truth_of
from tests.oracle.facts import year_facts, years_of
from tests.oracle.oracle import measure_under_readings

IDS = list(MEASURES)
PER_TARGET = 6
"""Profiles for each measure in the short run: 450 in all, each read for all 75 measures."""
LONG = 100_000
"""Profiles of the long run."""
RESEARCH = "shenzhen/research"


def profiles(target: str, seeds: Iterable[int]) -> Iterator[Profile]:
    """Random profiles to which the target mostly applies; the same for the same seed."""
    for seed in seeds:
        yield random_profile(random.Random(f"{target} {seed}"), target)


def ours(one: MeasureResult) -> dict[str, Any]:
    """The engine's figures in the reference's words."""
    paying = one.outcome.paying
    return {
        "status": one.status.value,
        "certain_yuan": one.certain,
        "ceiling_yuan": one.ceiling,
        "clause_cap_yuan": one.clause_cap,
        "years": one.years,
        "paying_years": None if paying is None else list(paying),
    }


def theirs(id_: str, profile: Profile) -> dict[str, Any]:
    """The reference's figures, with the one departure put right."""
    found = evaluate_measure(id_, profile)
    return found | research_by_the_text(found, profile) if id_ == RESEARCH else found


def research_by_the_text(found: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """The departure: 分别给予最高 1000 万元、300 万元、60 万元 is one total for each project, by its kind.

    The reference cuts every kind at 1000 万元 in total, so a 面上 project could draw 60 万元 each year. Here a
    project receives over the years the highest ceiling of the kinds it was, and no more.
    """
    measure = measure_under_readings(RESEARCH, profile)
    if found["status"] in ("ineligible", "expired") or measure["caps"][0]["period"] == "year":
        return {}
    received: dict[Any, Fraction] = {}
    paying = []
    for year in years_of(profile):
        facts = year_facts(profile, year)
        before = sum(received.values())
        for entity, _ in qualify(measure, facts):
            env = facts.env("project", entity)
            open_ = [t for t in measure["amount"]["tiers"] if truth_of(t["when"], env) is not False]
            tier = max((Fraction(t["cap"]) for t in open_), default=Fraction(0))
            received[entity.key] = max(received.get(entity.key, Fraction(0)), tier)
        if sum(received.values()) > before:
            paying.append(year)
    total = sum(received.values(), Fraction(0))
    decision = (profile.get("decisions") or {}).get(RESEARCH) or {}
    approved = decision.get("amount_yuan")
    if found["status"] == "eligible" and approved is not None:
        total = min(total, Fraction(approved))
    certain = total if found["status"] == "eligible" and approved is not None else Fraction(0)
    return {
        "certain_yuan": certain,
        "ceiling_yuan": total,
        "years": len(paying),
        "paying_years": paying,
    }


def assert_agree(profile: Profile, corpus: Corpus, ids: Sequence[str]) -> None:
    """Both readers give the same figures for these measures."""
    result = huice.evaluate(profile, corpus, measures=ids)
    for one in result.measures:
        assert ours(one) == theirs(one.id, profile), (one.id, profile)


def assert_totals_agree(profile: Profile, corpus: Corpus, ids: Sequence[str]) -> None:
    """Both readers give the same total; while the place is open, ours is that of the best single place."""
    ids = [id_ for id_ in ids if id_ != RESEARCH or len(years_of(profile)) == 1]
    total = huice.evaluate(profile, corpus, measures=ids).total
    expected = evaluate_total(ids, profile)
    if (profile.get("org") or {}).get("place") is None:
        sums = [evaluate_total(there, profile) for there in _by_place(corpus, ids)]
        for key in ("certain_yuan", "ceiling_yuan", "ceiling_of_eligible_yuan"):
            expected[key] = max(one[key] for one in sums)
    assert {
        "status": total.status.value,
        "certain_yuan": total.certain,
        "ceiling_yuan": total.ceiling,
        "ceiling_of_eligible_yuan": total.ceiling_of_eligible,
        "same_cost_warnings": list(total.same_cost),
        "years": len(total.years),
        "counts": total.counts,
    } == expected, (ids, profile)


def _by_place(corpus: Corpus, ids: Sequence[str]) -> list[list[str]]:
    """The measures that can hold at each place."""
    return [
        [id_ for id_ in ids if f"{place}/".startswith(corpus.measure(id_).place + "/")]
        for place in corpus.places
    ]


def neighbours(target: str, rng: random.Random) -> list[str]:
    """The target, the others of its city in part, and a few from anywhere, without order."""
    city = [id_ for id_ in IDS if id_.startswith(target[: target.index("/") + 1])]
    chosen = {target, *rng.sample(city, min(5, len(city))), *rng.sample(IDS, 3)}
    return rng.sample(sorted(chosen), len(chosen))


@pytest.mark.parametrize("target", IDS)
def test_every_figure_agrees(target: str, corpus: Corpus) -> None:
    for profile in profiles(target, range(PER_TARGET)):
        assert_agree(profile, corpus, IDS)


@pytest.mark.parametrize("target", IDS)
def test_totals_agree(target: str, corpus: Corpus) -> None:
    rng = random.Random(target)
    for profile in profiles(target, range(PER_TARGET)):
        assert_totals_agree(profile, corpus, neighbours(target, rng))


def test_totals_of_everything_agree(corpus: Corpus) -> None:
    for target in IDS[::5]:
        for profile in profiles(target, [0]):
            assert_totals_agree(profile, corpus, IDS)


@pytest.mark.long
@pytest.mark.parametrize("target", IDS)
def test_hundred_thousand_profiles_agree(target: str, corpus: Corpus) -> None:
    rng = random.Random(target)
    for number, profile in enumerate(profiles(target, range(LONG // len(IDS) + 1))):
        near = neighbours(target, rng)
        assert_agree(profile, corpus, near if number % 10 else IDS)
        if number % 5 == 0:
            assert_totals_agree(profile, corpus, near)


# --- the one departure ------------------------------------------------------------------------------------


def test_research_departs_only_over_several_years(corpus: Corpus) -> None:
    departed = 0
    for profile in profiles(RESEARCH, range(300)):
        one = ours(huice.evaluate(profile, corpus, measures=[RESEARCH]).measures[0])
        reference = evaluate_measure(RESEARCH, profile)
        annual = measure_under_readings(RESEARCH, profile)["caps"][0]["period"] == "year"
        if len(years_of(profile)) == 1 or annual:
            assert one == reference
        else:
            assert one["status"] == reference["status"]
            assert one["certain_yuan"] <= reference["certain_yuan"]
            assert one["ceiling_yuan"] <= reference["ceiling_yuan"]
            departed += one != reference
    assert departed > 10


def test_a_general_research_project_receives_its_600000_once(corpus: Corpus) -> None:
    profile = {
        "as_of": "2025-06-30",
        "horizon_years": 3,
        "org": {"place": "shenzhen"},
        "projects": [{"id": "a", "kinds": ["research_general"]}],
    }
    assert huice.evaluate(profile, corpus, measures=[RESEARCH]).measures[0].ceiling == 600_000
    assert evaluate_measure(RESEARCH, profile)["ceiling_yuan"] == 1_800_000


# --- the test can fail ------------------------------------------------------------------------------------


@cache
def evidence(target: str) -> list[tuple[Profile, dict[str, Any]]]:
    """Profiles near the edges of a measure with the reference's figures: golden, used up, random."""
    golden = [case["profile"] for case in CASES if case["measure"] == target]
    used_up = [
        {**profile, "org": {**profile["org"], "paid_history": {target: {"years": years}}}}
        for profile in golden[:3]
        for years in range(1, 6)
    ]
    found = [*golden, *used_up, *profiles(target, range(120))]
    return [(profile, theirs(target, profile)) for profile in found]


def seen(id_: str, rule: Rule, corpus: Corpus) -> bool:
    """Whether the two readers differ when the engine has another rule."""
    mutated = with_rule(corpus, id_, rule)
    return any(
        ours(huice.evaluate(profile, mutated, measures=[id_]).measures[0]) != figures
        for profile, figures in evidence(id_)
    )


@pytest.mark.parametrize(
    ("id_", "fault"),
    [
        ("hangzhou/compute-voucher", "pays: number Literal(text='30%'"),
        ("hangzhou/compute-voucher", "pays: bound Compare(op='<='"),
        ("shenzhen/training-voucher", "limits: period Limit("),
        ("shenzhen/returnee-startup", "requires: bound Elapsed("),
        ("beijing/etown-industry-model-award", "requires: bound Compare(op='>='"),
        ("beijing/mtg-compute", "run: any"),
        ("guangzhou/huangpu-cloud-model-voucher", "without its pool"),
    ],
)
def test_a_fault_put_into_a_rule_is_seen(id_: str, fault: str, corpus: Corpus) -> None:
    found = [rule for name, rule in mutants(corpus.measure(id_)) if name.startswith(fault)]
    assert found
    assert all(seen(id_, rule, corpus) for rule in found)


@pytest.mark.parametrize("id_", IDS[::8])
def test_no_fault_in_some_measures_goes_unseen(id_: str, corpus: Corpus) -> None:
    unseen = [name for name, rule in mutants(corpus.measure(id_)) if not seen(id_, rule, corpus)]
    assert not unseen


@pytest.mark.long
@pytest.mark.parametrize("id_", IDS)
def test_no_fault_in_any_measure_goes_unseen(id_: str, corpus: Corpus) -> None:
    test_no_fault_in_some_measures_goes_unseen(id_, corpus)


def test_the_rule_as_it_is_passes(corpus: Corpus) -> None:
    for id_ in IDS[::8]:
        assert not seen(id_, corpus.measure(id_).rule, corpus)


# --- what the two readers found ---------------------------------------------------------------------------


def test_an_amount_approved_where_the_text_states_none_stands_beside_the_total(
    corpus: Corpus,
) -> None:
    pool_only, quantified = "hangzhou/binjiang-compute-voucher", "hangzhou/leading-team-grant"
    profile = {
        "as_of": "2025-06-30",
        "org": {"place": "hangzhou/binjiang"},
        "people": [{"statuses": ["municipal_leading_team"]}],
        "decisions": {pool_only: {"decision": "granted", "amount_yuan": 70_000}},
    }
    result = huice.evaluate(profile, corpus, measures=[pool_only, quantified])
    assert result.measure(pool_only).certain == 70_000
    assert (result.total.certain, result.total.ceiling) == (0, 5_000_000)
    assert result.total.unquantified == (pool_only,)


def test_a_total_counts_the_year_of_an_amount_approved_where_no_ceiling_is_known(
    corpus: Corpus,
) -> None:
    id_ = "hangzhou/xihu-model-voucher"
    profile = {
        "as_of": "2025-06-30",
        "org": {"place": "hangzhou/xihu", "kind": "enterprise"},
        "contracts": [{"item": "model", "purposes": ["application"]}],
        "decisions": {id_: {"decision": "granted", "amount_yuan": 70_000}},
    }
    result = huice.evaluate(profile, corpus, measures=[id_])
    assert result.measure(id_).years == 1
    assert (result.total.ceiling, result.total.years) == (70_000, (2025,))


def test_an_approved_base_is_one_entity_over_all_years(corpus: Corpus) -> None:
    """It was paid once more when another project came first on a later year's list."""
    id_ = "shenzhen/industry-academia"
    kind = {"kinds": ["industry_academia_sz_hk"], "cost_yuan": 9_000_000}
    profile = {
        "as_of": "2025-06-30",
        "horizon_years": 2,
        "org": {"place": "shenzhen"},
        "projects": [{"id": "a", **kind}, {"id": "b", **kind}],
        "years": {2026: {"projects": [{"id": "c", **kind}, {"id": "a", **kind}]}},
        "decisions": {id_: {"decision": "granted", "base_yuan": 300_000}},
    }
    one = huice.evaluate(profile, corpus, measures=[id_]).measures[0]
    assert (one.ceiling, one.years) == (150_000, 1)
    assert ours(one) == theirs(id_, profile)


def test_no_unit_price_cuts_while_one_of_its_quantities_is_unknown(corpus: Corpus) -> None:
    """Also when the other is known to be 0, as the specification has it: 单价 × 面积 × 月数."""
    id_ = "guangzhou/huangpu-park-rent"
    premises = {"site": "huangpu_demo_park", "tenure": "rented_other", "cost_yuan": 100_000}
    profile = {
        "as_of": "2025-06-30",
        "org": {"place": "guangzhou/huangpu", "kind": "enterprise"},
        "premises": [{**premises, "period": ["2025-12-28", "2025-12-31"]}],
        "decisions": {id_: {"decision": "granted"}},
    }
    one = huice.evaluate(profile, corpus, measures=[id_]).measures[0]
    assert (one.certain, one.ceiling) == (0, 50_000)
    assert ours(one) == theirs(id_, profile)


def test_what_is_certain_is_counted_also_when_the_ceiling_is_used_up(corpus: Corpus) -> None:
    """The certain account ran on past the cap in total: 4 × 375,000.005 came to more than 150 万元."""
    id_ = "guangzhou/huangpu-park-operator"
    profile = {
        "as_of": "2022-06-30",
        "horizon_years": 4,
        "org": {"place": "guangzhou/huangpu", "records": {"huangpu_demo_park": "2022-01-01"}},
        "projects": [
            {"kinds": ["park_operation"], "cost_yuan": Decimal("750000.01")},
            {"kinds": ["park_operation"]},
        ],
        "decisions": {id_: {"decision": "granted"}},
    }
    one = huice.evaluate(profile, corpus, measures=[id_]).measures[0]
    assert (one.certain, one.ceiling, one.years) == (1_500_000, 1_500_000, 2)
    assert ours(one) == theirs(id_, profile)
