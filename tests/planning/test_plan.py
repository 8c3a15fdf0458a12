"""Plans of the personas: worked out anew by the public evaluator, proved, and told without a wrong sum."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from msgspec import structs

from huice import Corpus
from huice.evaluate import evaluate
from huice.evaluate.facts import Profile, YearFacts
from huice.evaluate.profiles import load_profile
from huice.evaluate.totals import total
from huice.planning import Plan, load_task, plan, plan_profile
from huice.planning.plan import Entity
from huice.planning.problem import Task, profile_of
from huice.planning.svg import drawing
from huice.planning.usual import usual_task

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "plan.yaml"
PERSONAS = sorted((ROOT / "tests" / "golden" / "personas").glob("*.yaml"))
VARIANTS = [
    pytest.param(variant["profile"], id=f"{data['id']}-{variant['id']}")
    for data in (yaml.safe_load(path.read_text(encoding="utf-8")) for path in PERSONAS)
    for variant in data["variants"]
]


WEIGHTS = {"stated": ((1, 0), (0, 1)), "prudent": ((0, 1), (Fraction(7, 10), Fraction(3, 10)))}
XUHUI: Any = VARIANTS[-1].values[0]


def elsewhere_in(profile: Profile, years: set[int]) -> Profile:
    """The firm registered elsewhere in these years: there it claims nothing."""
    own = {year: profile.years.get(year, YearFacts()) for year in profile.calendar_years()}
    for year in years:
        own[year] = structs.replace(own[year], org={**own[year].org, "place": "other"})
    return structs.replace(profile, years=own)


def check(found: Plan, task: Task, corpus: Corpus) -> None:
    """Every figure of the plan, from profiles and the public evaluator alone."""
    chosen = {one.choice: one.option for one in found.choices}
    value = Fraction(0)
    for entity in found.entities:
        spent = {
            (one.spending, one.year): one.yuan
            for one in found.spending
            if (one.place, one.role) == (entity.place, entity.role)
        }
        profile = profile_of(task, corpus, (entity.place, entity.role), chosen, spent)
        outcomes = []
        for claim in entity.claims:
            silent = {*found.years} - {*claim.years}
            (outcome,) = evaluate(elsewhere_in(profile, silent), corpus, [claim.measure]).outcomes
            assert (outcome.certain, outcome.ceiling) == (claim.certain, claim.ceiling)
            assert {year.year for year in outcome.years if year.pays} == {*claim.years}
            outcomes.append(outcome)
        together = total(outcomes, corpus, profile.readings)
        assert (together.certain, together.ceiling) == (entity.certain, entity.ceiling)
        value += task.weighted(together.certain, together.ceiling)
    assert found.value == value - (found.costs if found.net else 0)


@pytest.mark.parametrize("stacking", ["stated", "prudent"])
@pytest.mark.parametrize("given", VARIANTS)
def test_a_plan_is_proved_and_gives_what_the_evaluator_says(
    given: dict[str, Any], stacking: str, corpus: Corpus
) -> None:
    profile = load_profile(given, corpus)
    task = structs.replace(usual_task(profile, corpus, 5), stacking=stacking)
    for certain, ceiling in WEIGHTS[stacking]:
        weighted = structs.replace(task, certain=certain, ceiling=ceiling)
        found = plan(weighted, corpus)
        check(found, weighted, corpus)
        assert found.proof.proved
        assert found.proof.exact
        assert len(found.places) == 13
        for row in found.places:
            if row.value is not None and row.less is not None:
                assert row.value + row.less == found.value
                parts = sum(Fraction(part.chosen) - part.here for part in row.differences)
                assert abs(Fraction(parts) - Fraction(row.less)) < 1


@pytest.mark.parametrize("given", VARIANTS)
def test_the_usual_problem_spends_what_the_contracts_cost(
    given: dict[str, Any], corpus: Corpus
) -> None:
    profile = load_profile(given, corpus)
    found = plan_profile(profile, 3, corpus)
    rows = profile.lists["contract"] or ()
    costs = sum(3 * max(row.get("amount_yuan", 0), row.get("paid_yuan", 0)) for row in rows)
    assert sum(one.yuan for one in found.spending) == costs


def test_the_example_with_everything(corpus: Corpus) -> None:
    task = load_task(EXAMPLE, corpus)
    found = plan(task, corpus)
    check(found, task, corpus)
    assert found.value == 3_000_000 - 5 * 50_000 - 200_000 - 300_000
    (entity,) = found.entities
    assert [(claim.measure, claim.years) for claim in entity.claims] == [
        ("guangzhou/haizhu-model-optimisation", (2026, 2027)),
        ("guangzhou/haizhu-filing-genai", (2026,)),
    ]
    assert [one.option for one in found.choices] == ["file", "stay"]
    xihu = next(row for row in found.places if row.place == "hangzhou/xihu")
    assert xihu.less == 50_000
    assert "杭州算力券" in xihu.reason.zh


def twice(corpus: Corpus) -> Plan:
    """Two levels of Hangzhou support one and the same model calls."""
    task = structs.replace(load_task(EXAMPLE, corpus), stacking="stated")
    return plan(structs.replace(task, sites=task.sites[:1]), corpus)


def test_prudent_gives_no_more_than_stated_and_cites_its_clauses(corpus: Corpus) -> None:
    stated, prudent = (plan(EXAMPLE, corpus, stacking=one) for one in ("stated", "prudent"))
    assert prudent.value <= stated.value
    assert any("同一笔“模型调用”申报了 2 项" in note.zh for note in twice(corpus).notes)
    assert not any("同一笔" in note.zh for note in prudent.notes)
    profile = load_profile(XUHUI, corpus)  # matching and vouchers meet
    task = structs.replace(usual_task(profile, corpus, 5), stacking="prudent")
    found = plan(task, corpus)
    clauses = {one.clause: one for one in found.clauses}
    assert {"same-measure", "same-cost"} <= set(clauses)
    assert clauses["same-measure"].source.zh == "两份徐汇文件重述同一条"
    assert clauses["same-cost"].source.zh.endswith("汇编未载")
    assert all(quote.zh for one in found.clauses for quote in one.quotes)
    assert all(not entity.same_cost for entity in found.entities)


def test_what_costs_nothing_more_is_never_worse(corpus: Corpus) -> None:
    task = load_task(EXAMPLE, corpus)
    base = plan(task, corpus)
    freer = structs.replace(task, entities=2)
    assert plan(freer, corpus).value >= base.value
    forbidden = structs.replace(task, never=("guangzhou/haizhu-filing-genai",))
    less = plan(forbidden, corpus)
    assert less.value <= base.value
    assert (
        any(one.reason.zh == "题目写明不申报" for one in less.left)
        or less.entities[0].place != "guangzhou/haizhu"
    )
    backwards = structs.replace(task, sites=task.sites[::-1], spending=task.spending[::-1])
    assert plan(backwards, corpus).value == base.value


def test_two_entities_are_told_city_by_city(corpus: Corpus) -> None:
    task = structs.replace(load_task(EXAMPLE, corpus), entities=2, net=False)
    found = plan(task, corpus)
    check(found, task, corpus)
    assert len(found.entities) == 2
    assert {entity.role for entity in found.entities} == {"main", "further"}
    told = found.to_dict()
    assert "不是任何企业能拿到的一笔钱" in told["objective"]["note"]["zh"]
    assert any("新设企业" in note["zh"] for note in told["notes"])
    assert "certain_yuan" not in told
    assert "ceiling_yuan" not in told


COMPUTING = [
    {"id": one, "facts": {"item": "compute", "mode": "rent", "purposes": [one]}, "total": "40万元"}
    for one in ("training", "tuning")
]
SMALL_FIRM = {
    "as_of": "2025-06-30",
    "org": {"kind": "enterprise", "size": "small", "traits": ["ai"]},
}


def test_spending_of_which_only_the_sum_matters_is_planned_as_one(corpus: Corpus) -> None:
    """400,000 yuan twice: more than 500,000 in one year would bring 30% instead of 50%."""
    given = {"profile": SMALL_FIRM, "places": ["hangzhou/other"], "spending": COMPUTING}
    only = {"measures": {"only": ["hangzhou/compute-voucher"]}}
    assert plan({**given, **only, "years": 2}, corpus).value == 400_000
    assert plan({**given, **only, "years": 1}, corpus).value == 240_000
    task = load_task({**given, **only, "years": 2}, corpus)
    check(plan(task, corpus), task, corpus)


def test_a_measure_that_meets_several_kinds_of_spending_at_once_is_left_out_and_said(
    corpus: Corpus,
) -> None:
    """Under this reading a sum over all contracts is paid beside the share of each."""
    readings = {"hangzhou/compute-voucher": {"cliff": "marginal"}}
    firm = {**SMALL_FIRM, "readings": readings}
    found = plan({"profile": firm, "places": ["hangzhou/other"], "spending": COMPUTING}, corpus)
    left = {one.measure: one.reason.zh for one in found.left}
    assert "合成一类" in left["hangzhou/compute-voucher"]


def test_the_plan_as_data_holds_no_float_and_nothing_unstated_as_nought(corpus: Corpus) -> None:
    told = plan(EXAMPLE, corpus).to_dict()
    assert told["schema"] == "huice/plan/1"
    assert json.loads(json.dumps(told)) == told
    told["proof"].pop("seconds")

    def walk(value: Any) -> None:
        assert not isinstance(value, float)
        for below in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        ):
            walk(below)

    walk(told)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_drawing_shows_every_claim_in_its_years(
    corpus: Corpus, lang: str, narrow: bool
) -> None:
    task = structs.replace(load_task(EXAMPLE, corpus), entities=2, net=False)
    found = plan(task, corpus)
    tree = ET.fromstring(drawing(found, corpus, lang, narrow=narrow))  # noqa: S314  # drawn by us
    titles = [title.text or "" for title in tree.iter("{http://www.w3.org/2000/svg}title")]
    assert tree.get("width") == ("390" if narrow else "760")
    for entity in found.entities:
        for claim in entity.claims:
            for year in claim.years:
                assert any(one.startswith(f"{claim.title[lang]} {year}: ") for one in titles)
    edge = float(tree.get("width") or 0)
    for rect in tree.iter("{http://www.w3.org/2000/svg}rect"):
        assert 0 <= float(rect.get("x") or 0) + float(rect.get("width") or 0) <= edge + 0.1


def test_the_years_of_an_entity_add_up_to_its_claims(corpus: Corpus) -> None:
    found = plan(EXAMPLE, corpus)
    entity: Entity = found.entities[0]
    assert sum(Fraction(year.ceiling or 0) for year in entity.years) == entity.ceiling
    assert sum(year.certain for year in entity.years) == entity.certain
    assert sum(amount for _, amount in entity.spent) == sum(one.yuan for one in found.spending)
