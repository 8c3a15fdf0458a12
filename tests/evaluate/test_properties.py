"""What must hold for every profile: answers only narrow, nothing depends on order, no figure is a float."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import huice
from huice import BadProfile, MeasureResult, Result, Status
from huice.corpus.model import Measure, Rule
from huice.corpus.readings import chosen, rule_under
from huice.evaluate.outcome import PAYING
from huice.language import nodes as n
from huice.language.units import value_of
from tests.evaluate.profiles import LISTS, Profile, values
from tests.evaluate.strategies import (
    CORPUS,
    MEASURES,
    TERMS,
    Answer,
    Where,
    answered,
    answers,
    asks,
    at,
    listed,
    profiles,
    targets,
    with_history,
)
from tests.oracle import random_profile

FACTS = CORPUS.vocabulary.facts
YEAR = {"as_of": "2025-06-30"}


def results(profile: Profile, measures: Iterable[str] | None = None, **options: Any) -> Result:
    """`huice.evaluate` over the one corpus."""
    return huice.evaluate(profile, CORPUS, measures, **options)


def figures(result: Result) -> list[Any]:
    """Everything a result says in figures."""
    rows = [
        (one.status, one.certain, one.ceiling, one.clause_cap, one.years) for one in result.measures
    ]
    return [*rows, [one.outcome.years for one in result.measures], result.total]


def near(profile: Profile) -> list[str]:
    """The measures of the profile's city, and one elsewhere: explanations take their time."""
    city = str(profile["org"].get("place") or "beijing").split("/")[0]
    return [id_ for id_ in MEASURES if id_.startswith(city)] + ["shenzhen/research"][
        : city != "shenzhen"
    ]


def rule_of(measure: str, profile: Profile) -> Rule:
    """The rule of a measure under the readings that the profile chooses."""
    wanted = (profile.get("readings") or {}).get(measure) or {}
    return rule_under(MEASURES[measure], chosen(MEASURES[measure], wanted))


def ruling(measure: str, profile: Profile) -> dict[str, Any]:
    """What the authority decided on a measure."""
    return (profile.get("decisions") or {}).get(measure) or {}


# --- an answer only narrows: the ceiling never rises, the certain sum never falls -------------------------
#
# The specification makes exceptions, and these are all: each is a predicate of an answer and of the measure
# before and after it, with the smallest example below.

Exception_ = Callable[[Answer, MeasureResult, MeasureResult], bool]


def more_was_paid_than_contracted(answer: Answer, _: MeasureResult, __: MeasureResult) -> bool:
    """While the sum paid is unknown the ceiling takes the contract sum for it; more may have been paid.

    (§1: `paid_yuan` absent and `amount_yuan` given: the ceiling uses `amount_yuan`.)
    """
    upper = TERMS.facts[answer.fact.name].upper
    known = answer.entity.get(FACTS[upper].key) if upper else None
    return known is not None and answer.value > known


def a_stand_in_gives_way(answer: Answer, _: MeasureResult, __: MeasureResult) -> bool:
    """The fact was not unknown but taken to be something else, and now is what it is.

    (§1: `entered_on` defaults to `registered_on`, `premises.period` to the whole claim year.)
    """
    stand_in = TERMS.facts[answer.fact.name].default
    if stand_in is None or stand_in == "claim_year":
        return stand_in is not None
    key = FACTS[stand_in].key
    orgs = [
        answer.before["org"],
        *(y.get("org", {}) for y in answer.before.get("years", {}).values()),
    ]
    return any(org.get(key) is not None for org in orgs)


def less_is_left_than_was_approved(
    answer: Answer, before: MeasureResult, after: MeasureResult
) -> bool:
    """The approved amount was certain below the ceiling of yesterday; today's ceiling cuts it.

    (§10: with `amount_yuan`, certain = ceiling = min(amount, ceiling).)
    """
    approved = ruling(before.id, answer.before).get("amount_yuan")
    return (
        approved is not None
        and before.status is after.status is Status.ELIGIBLE
        and after.certain == after.ceiling < approved
    )


def nothing_was_spent_on_what_was_approved(
    answer: Answer, before: MeasureResult, after: MeasureResult
) -> bool:
    """An amount was approved while the base was unknown; now the base is 0, and there is nothing to support.

    (§5: an entity whose base is known to be 0 is left out; §10: in any other status `amount_yuan` is ignored.)
    """
    approved = ruling(before.id, answer.before).get("amount_yuan")
    lost = before.status is Status.ELIGIBLE and after.status is not Status.ELIGIBLE
    return approved is not None and lost and answer.value == 0


def a_payment_moves_to_a_later_year(
    answer: Answer, before: MeasureResult, after: MeasureResult
) -> bool:
    """A year that might have paid does not, and what is paid once or for some years is paid later.

    The later year may pay more. (§9: one-off in the first year with hi > 0; at most `max_years`.)
    """
    rule = rule_of(before.id, answer.before)
    lasting = rule.lasts is not None and rule.lasts.most is not None
    if rule.once == "entity" and answer.where[-1] != "org":
        before, after = (
            alone(one, answer.where, before.id) for one in (answer.before, answer.after)
        )
    return (rule.once != "no" or lasting) and bool(_dropped(before, after))


def an_unbroken_run_breaks(answer: Answer, before: MeasureResult, after: MeasureResult) -> bool:
    """A year that might have paid does not, so the years after it are lost, certain as they were.

    (§9: `consecutive: unbroken`: a year without payment ends the run.)
    """
    lasts = rule_of(before.id, answer.before).lasts
    return lasts is not None and lasts.run == "unbroken" and bool(_dropped(before, after))


def an_entity_of_an_approved_base_is_left_out(
    answer: Answer, before: MeasureResult, _: MeasureResult
) -> bool:
    """The approved base stands for all entities at the rate of the first; without it another is first, or none.

    (§10: `base_yuan` replaces the bases of all entities not left out.)
    """
    if ruling(before.id, answer.before).get("base_yuan") is None:
        return False
    if MEASURES[before.id].subject != answer.fact.entity:
        return False
    there, gone = (alone(one, answer.where, before.id) for one in (answer.before, answer.after))
    pairs = zip(there.outcome.years, gone.outcome.years, strict=True)
    return any(a.reason != "conditions" and b.reason == "conditions" for a, b in pairs)


LIFTS_A_CEILING: tuple[Exception_, ...] = (
    more_was_paid_than_contracted,
    a_stand_in_gives_way,
    a_payment_moves_to_a_later_year,
    an_entity_of_an_approved_base_is_left_out,
)
LOWERS_A_CERTAIN_SUM: tuple[Exception_, ...] = (
    a_stand_in_gives_way,
    less_is_left_than_was_approved,
    nothing_was_spent_on_what_was_approved,
    an_unbroken_run_breaks,
    an_entity_of_an_approved_base_is_left_out,
)


def _dropped(before: MeasureResult, after: MeasureResult) -> list[int]:
    """The years that might have paid and no longer do."""
    pairs = zip(before.outcome.years, after.outcome.years, strict=True)
    return [a.year for a, b in pairs if _may_pay(a) and not _may_pay(b)]


def _may_pay(year: Any) -> bool:
    return year.status in PAYING and (year.ceiling is None or year.ceiling > 0)


def alone(profile: Profile, where: Where, measure: str) -> MeasureResult:
    """The measure as if the entity were the only one of its list."""
    only = copy.deepcopy(profile)
    *way, name, position = where
    part = only
    for step in way:
        part = part[step]  # type: ignore[index]  # a year of the profile
    part[str(name)] = [part[str(name)][position]]
    return results(only, [measure]).measures[0]


def ceiling_rose(before: MeasureResult, after: MeasureResult) -> bool:
    """Whether a ceiling is higher; no stated figure is higher than any."""
    if before.ceiling is None:
        return False
    return after.ceiling is None or after.ceiling > before.ceiling


def certain_fell(before: MeasureResult, after: MeasureResult) -> bool:
    """Whether a certain sum is lower."""
    return after.certain < before.certain


def assert_narrows(answer: Answer) -> None:
    """Nothing rises or falls against the rule, but for the exceptions above; a total does as its members do.

    A total has two exceptions more: an unstated ceiling counts as nothing in it, and may become a
    figure; and while the place is open it is that of the best single place, whereas a firm known to
    move gets what each of its places gives in its years.
    """
    before, after = results(answer.before), results(answer.after)
    pairs = list(zip(before.measures, after.measures, strict=True))
    for one, other in pairs:
        if ceiling_rose(one, other):
            assert_excused(LIFTS_A_CEILING, answer, one, other)
        if certain_fell(one, other):
            assert_excused(LOWERS_A_CERTAIN_SUM, answer, one, other)
    members = [pair for pair in pairs if pair[0].measure.benefit and pair[0].outcome.quantified]
    if after.total.ceiling > before.total.ceiling:
        stated = any(one.ceiling is None and other.ceiling for one, other in members)
        risen = any(ceiling_rose(*pair) for pair in members)
        assert stated or risen or the_firm_moves(answer)
    if after.total.certain < before.total.certain:
        assert any(certain_fell(*pair) for pair in members)


def the_firm_moves(answer: Answer) -> bool:
    """The place is answered, and the profile puts the firm at another place in some year."""
    years = (answer.before.get("years") or {}).values()
    elsewhere = any((year.get("org") or {}).get("place") is not None for year in years)
    return answer.fact.name == "org.place" and elsewhere


def assert_excused(
    exceptions: tuple[Exception_, ...], answer: Answer, one: MeasureResult, other: MeasureResult
) -> None:
    """One of the exceptions holds."""
    found = [why.__name__ for why in exceptions if why(answer, one, other)]
    assert found, (one.id, answer.fact.name, answer.value, one.outcome, other.outcome)


@settings(max_examples=3 * settings().max_examples)
@given(answers())
def test_an_answer_only_narrows(answer: Answer) -> None:
    assert_narrows(answer)


@pytest.mark.long
@pytest.mark.parametrize("target", list(MEASURES))
def test_answers_to_generated_profiles_only_narrow(target: str) -> None:
    """The same on profiles of the other generator, which knows more of the rules' edges."""
    rng = random.Random(target)
    for _ in range(200):
        before, donor = random_profile(rng, target), random_profile(rng, target)
        before.setdefault("org", {})
        given_ = {
            (kind, key): value
            for where, kind in listed({"org": {}, **donor})
            for key, value in at({"org": {}, **donor}, where).items()
            if value is not None
        }
        gaps = [
            (where, fact)
            for where, kind in listed(before)
            for fact in CORPUS.vocabulary.of(kind)
            if at(before, where).get(fact.key) is None and (kind, fact.key) in given_
        ]
        asked = [gap for gap in gaps if gap[1].name in asks(MEASURES[target])]
        for where, fact in rng.sample(asked or gaps, min(2, len(asked or gaps))):
            value = given_[fact.entity, fact.key]
            after = answered(before, where, fact, value)
            assert_narrows(Answer(before, after, fact, where, value))


def narrowed(before: Profile, where: Where, fact: str, value: Any) -> Answer:
    """An answer, for the examples."""
    whole = {**YEAR, **before}
    return Answer(whole, answered(whole, where, FACTS[fact], value), FACTS[fact], where, value)


def compute(**facts: Any) -> dict[str, Any]:
    return {"item": "compute", "mode": "rent", "traits": ["district_compute"], **facts}


MTG = {"org": {"place": "beijing/mentougou", "kind": "enterprise"}}
SHENZHEN = {"org": {"place": "shenzhen"}}
PARK = {
    "org": {"place": "guangzhou/huangpu", "kind": "enterprise"},
    "decisions": {"guangzhou/huangpu-park-rent": {"decision": "granted"}},
    "premises": [
        {"site": "huangpu_demo_park", "tenure": "rented_other", "area_sqm": 10, "cost_yuan": 90_000}
    ],
}
ETOWN = {
    "org": {"place": "beijing/etown", "kind": "enterprise", "traits": ["ai"]},
    "decisions": {"beijing/etown-park-rent": {"amount_yuan": 500_000}},
    "premises": [{"site": "etown_ai_native_park", "tenure": "rented_other", "area_sqm": 9999}],
}
ACTIVITY = "shenzhen/industry-academia"
HUANGPU = "guangzhou/huangpu-general-compute"
EXAMPLES: list[tuple[str, Exception_, Answer, tuple[Any, Any], tuple[Any, Any]]] = [
    (
        "shanghai/xuhui-opinion-compute",
        more_was_paid_than_contracted,
        narrowed(
            {"org": {"place": "shanghai/xuhui"}, "contracts": [compute(amount_yuan=100)]},
            ("contracts", 0),
            "contract.paid",
            200,
        ),
        (0, 30),
        (0, 60),
    ),
    (
        "guangzhou/huangpu-park-rent",
        a_stand_in_gives_way,
        narrowed(PARK, ("premises", 0), "premises.period", ["2025-01-01", "2025-02-28"]),
        (6000, 6000),
        (1000, 1000),
    ),
    (
        "guangzhou/haizhu-office-rent",
        a_stand_in_gives_way,
        narrowed(
            {
                "org": {
                    "place": "guangzhou/haizhu",
                    "kind": "enterprise",
                    "traits": ["general_model"],
                    "revenue_yuan": 20_000_000,
                    "registered_on": "2020-01-01",
                },
                "premises": [{"tenure": "rented_self_use", "cost_yuan": 100}],
            },
            ("org",),
            "org.entered_on",
            "2025-01-01",
        ),
        (0, 0),
        (0, 90),
    ),
    (
        "beijing/etown-park-rent",
        less_is_left_than_was_approved,
        narrowed(ETOWN, ("premises", 0), "premises.cost", 600_000),
        (500_000, 500_000),
        (300_000, 300_000),
    ),
    (
        "beijing/etown-park-rent",
        nothing_was_spent_on_what_was_approved,
        narrowed(ETOWN, ("premises", 0), "premises.cost", 0),
        (500_000, 500_000),
        (0, 0),
    ),
    (
        "shenzhen/platform-new",
        a_payment_moves_to_a_later_year,
        narrowed(
            {
                **SHENZHEN,
                "projects": [{"id": "a", "cost_yuan": 100}],
                "years": {2026: {"projects": [{"id": "b", "cost_yuan": 900}]}},
            },
            ("projects", 0),
            "project.kinds",
            [],
        ),
        (0, 50),
        (0, 450),
    ),
    (
        ACTIVITY,
        a_payment_moves_to_a_later_year,
        narrowed(
            {
                **SHENZHEN,
                "projects": [{"id": "a", "cost_yuan": 100}],
                "years": {2026: {"projects": [{"id": "a", "cost_yuan": 900}]}},
            },
            ("projects", 0),
            "project.kinds",
            [],
        ),
        (0, 50),
        (0, 450),
    ),
    (
        "beijing/mtg-compute",
        a_payment_moves_to_a_later_year,
        narrowed(
            {
                **MTG,
                "contracts": [compute(amount_yuan=900)],
                "years": {2025: {"contracts": [{**compute(amount_yuan=100), "mode": None}]}},
                "horizon_years": 4,
            },
            ("years", 2025, "contracts", 0),
            "contract.mode",
            "api",
        ),
        (180, 190),
        (270, 270),
    ),
    (
        "beijing/mtg-compute",
        an_unbroken_run_breaks,
        narrowed(
            {
                **MTG,
                "contracts": [compute(amount_yuan=900)],
                "years": {2026: {"contracts": [{**compute(amount_yuan=100), "mode": None}]}},
                "horizon_years": 3,
            },
            ("years", 2026, "contracts", 0),
            "contract.mode",
            "api",
        ),
        (180, 190),
        (90, 90),
    ),
    (
        "hangzhou/compute-voucher",
        an_entity_of_an_approved_base_is_left_out,
        narrowed(
            {
                "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small"},
                "contracts": [{"item": "model"}, {"item": "compute", "amount_yuan": 1000}],
                "decisions": {"hangzhou/compute-voucher": {"base_yuan": 1000}},
            },
            ("contracts", 0),
            "contract.paid",
            0,
        ),
        (0, 300),
        (0, 500),
    ),
    (
        HUANGPU,
        an_entity_of_an_approved_base_is_left_out,
        narrowed(
            {
                "org": {"place": "guangzhou/huangpu", "traits": ["general_model"]},
                "contracts": [compute()],
                "decisions": {HUANGPU: {"decision": "granted", "base_yuan": 1000}},
            },
            ("contracts", 0),
            "contract.paid",
            0,
        ),
        (300, 300),
        (0, 0),
    ),
]


@pytest.mark.parametrize(
    ("id_", "why", "answer", "before", "after"),
    EXAMPLES,
    ids=[f"{why.__name__}-{id_}" for id_, why, *_ in EXAMPLES],
)
def test_the_exception_is_one(
    id_: str, why: Exception_, answer: Answer, before: tuple[Any, Any], after: tuple[Any, Any]
) -> None:
    one, other = (results(p, [id_]).measures[0] for p in (answer.before, answer.after))
    assert (one.certain, one.ceiling) == before
    assert (other.certain, other.ceiling) == after
    assert ceiling_rose(one, other) or certain_fell(one, other)
    found = {x for x in {*LIFTS_A_CEILING, *LOWERS_A_CERTAIN_SUM} if x(answer, one, other)}
    assert found >= {why}
    for rule, hit in ((LIFTS_A_CEILING, ceiling_rose), (LOWERS_A_CERTAIN_SUM, certain_fell)):
        assert not hit(one, other) or why in rule


def test_every_exception_has_its_example() -> None:
    assert {why for _, why, *_ in EXAMPLES} == {*LIFTS_A_CEILING, *LOWERS_A_CERTAIN_SUM}


def test_a_total_rises_when_an_unstated_ceiling_becomes_a_figure() -> None:
    id_ = "shanghai/xuhui-opinion-compute"
    matching = {
        **YEAR,
        "org": {"place": "shanghai/xuhui"},
        "projects": [{}],
        "premises": [{"site": "westbund_block"}],
    }
    ids = ["shanghai/xuhui-westbund-matching", id_]
    one = results({**matching, "contracts": []}, ids)
    other = results({**matching, "contracts": [], "projects": [{"upstream_grant_yuan": 7}]}, ids)
    assert (one.measures[0].ceiling, one.total.ceiling) == (None, 0)
    assert (other.measures[0].ceiling, other.total.ceiling) == (7, 7)


def test_a_total_rises_when_a_firm_of_open_place_turns_out_to_move() -> None:
    later = {
        "org": {"place": "hangzhou/other"},
        "projects": [],
        "contracts": [compute(paid_yuan=100)],
    }
    moving = {
        **YEAR,
        "org": {"kind": "enterprise"},
        "projects": [{"kinds": ["dataset_quality"]}],
        "contracts": [],
        "years": {2026: later},
    }
    ids = ["hangzhou/compute-voucher", "shanghai/xuhui-opinion-dataset"]
    answer = narrowed(moving, ("org",), "org.place", "shanghai/xuhui")
    assert the_firm_moves(answer)
    assert results(answer.before, ids).total.ceiling == 3_000_000  # Xuhui alone, or 50 in Hangzhou
    assert results(answer.after, ids).total.ceiling == 3_000_050  # first the one, then the other


# --- figures ----------------------------------------------------------------------------------------------


@given(profiles())
def test_statuses_bound_the_figures(profile: Profile) -> None:
    for one in results(profile).measures:
        assert one.certain >= 0
        if one.ceiling is None:
            assert one.years is None
        else:
            assert one.certain <= one.ceiling
            assert one.years is not None
        if one.status is not Status.ELIGIBLE:
            assert one.certain == 0
        if one.status not in PAYING:
            assert (one.certain, one.ceiling, one.years) == (0, 0, 0)


@given(profiles())
def test_no_unit_passes_the_clause_cap_in_a_period(profile: Profile) -> None:
    """`clause_cap_yuan` is for one unit and one period; as many units may come to so many times it."""
    for one in results(profile).measures:
        cap = one.clause_cap
        if cap is None:
            continue
        scope, whole = _scope_of(rule_of(one.id, profile), cap, MEASURES[one.id].subject)
        for year in one.outcome.years:
            assert year.certain <= cap * _units(scope, profile, year.year)
            assert year.ceiling is None or year.ceiling <= cap * _units(scope, profile, year.year)
        if whole and scope == "org":
            assert sum(year.ceiling or 0 for year in one.outcome.years) <= cap


def _scope_of(rule: Rule, cap: Any, subject: str) -> tuple[str, bool]:
    """Whose sum the clause cap cuts, and whether over all years."""
    limits = [limit for limit in (rule.pays, *rule.limits) if limit is not None and limit.per]
    highest = [(max(_sums(limit.amount)), limit) for limit in limits if _sums(limit.amount)]
    stated = [limit for amount, limit in highest if amount == cap]
    if not stated:
        return subject, False
    return str(stated[0].per), stated[0].period == "total"


def _sums(node: n.Node) -> list[Fraction]:
    """The yuan that a cap states: one sum, or the rungs of a ladder; added up where the text adds."""
    if isinstance(node, n.Literal):
        return [Fraction(value_of(node))]
    if isinstance(node, n.Add):
        return [
            sum(
                (Fraction(value_of(x)) for x in node.items if isinstance(x, n.Literal)), Fraction(0)
            )
        ]
    return [one for below in n.children(node) for one in _sums(below)]


def _units(scope: str, profile: Profile, year: int) -> int:
    if scope == "org":
        return 1
    own = (profile.get("years") or {}).get(year) or {}
    if scope in LISTS:
        entities = own.get(LISTS[scope], profile.get(LISTS[scope]))
        return 1 if entities is None else len(entities)
    records = (own.get("org") or {}).get("records") or profile["org"].get("records") or {}
    days = records.get(scope, [])
    days = days if isinstance(days, list) else [days]
    return sum(day <= f"{year}-12-31" for day in days)


@given(st.data())
def test_one_entity_alone_stays_within_the_clause_cap(data: st.DataObject) -> None:
    target = data.draw(targets())
    profile = data.draw(profiles(target, most=1, horizon=1))
    one = results(profile, [target.id]).measures[0]
    assume(one.clause_cap is not None)
    labs = profile["org"].get("records", {}).get("sz_key_lab")
    several = target.id == "shenzhen/key-lab" and isinstance(labs, list)
    assert one.ceiling is None or one.ceiling <= (one.clause_cap or 0) * (
        len(labs) if several else 1
    )


@given(profiles(), st.sampled_from(list(CORPUS.groups)), st.sampled_from(["highest", "stack"]))
def test_a_total_lies_between_the_highest_member_and_the_sum(
    profile: Profile, group: Any, rule: str
) -> None:
    if group.rule != "warn":
        profile = {**profile, "readings": {**profile.get("readings", {}), group.id: {"rule": rule}}}
    result = results(profile)
    total = result.total
    members = [one for one in result.measures if one.measure.benefit and one.outcome.quantified]
    for figure, sums in (
        (total.certain, [one.certain for one in members]),
        (total.ceiling, [one.ceiling or 0 for one in members]),
    ):
        assert max(sums) <= figure <= sum(sums)
    assert total.certain <= total.ceiling or any(one.ceiling is None for one in members)
    assert total.ceiling_of_eligible <= total.ceiling
    assert sum(total.counts.values()) == len(CORPUS.measures)


@given(profiles())
def test_no_figure_is_a_float(profile: Profile) -> None:
    result = results(profile, near(profile))
    shown = result.to_dict()
    for value in values([shown, [one.outcome for one in result.measures], result.total]):
        assert not isinstance(value, float)
    amounts = [value for value in _amounts(shown) if value is not None]
    assert amounts
    for amount in amounts:
        assert re.fullmatch(r"\d+(\.\d{1,6})?", amount), amount
    for one in shown["measures"]:
        for key in ("certain_yuan", "ceiling_yuan"):  # whole fen: cut, never rounded up
            assert one[key] is None or Decimal(one[key]) * 100 % 1 == 0
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def _amounts(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [found for item in value for found in _amounts(item)]
    if not isinstance(value, dict):
        return []
    return [
        found
        for key, item in value.items()
        for found in ([item] if key.endswith("_yuan") else _amounts(item))
    ]


@given(profiles(), st.sampled_from([0, Decimal("0.01"), Decimal("0.333"), 7, 10**3, 10**6]))
def test_any_scale_of_money_is_computed(profile: Profile, factor: int | Decimal) -> None:
    most = 10**14  # what a profile may state

    def scaled(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: min(Decimal(item) * factor, Decimal(most))
                if str(key).endswith("_yuan") and item is not None
                else scaled(item)
                for key, item in value.items()
            }
        return [scaled(item) for item in value] if isinstance(value, list) else value

    for one in results(scaled(profile)).measures:
        assert one.ceiling is None or 0 <= one.certain <= one.ceiling


# --- reasons ----------------------------------------------------------------------------------------------


@given(profiles())
def test_a_no_names_its_reason(profile: Profile) -> None:
    for one in results(profile).measures:
        if one.status in PAYING:
            assert not one.reason.zh
            continue
        assert one.reason.zh.strip()
        assert one.reason["en"].strip()
        assert all(year.reason for year in one.outcome.years)
        decided = next(year for year in one.outcome.years if year.status is one.status)
        if decided.reason == "conditions":
            failed = [check.label.zh for check in one.conditions if check.holds is False]
            assert failed or _known_to_be_nothing(profile, MEASURES[one.id].subject)
            assert all(label in one.reason.zh for label in failed)
        if decided.reason == "ended":
            assert "失效" in one.reason.zh


def _known_to_be_nothing(profile: Profile, subject: str) -> bool:
    """Whether some entity has a base of 0: it meets the conditions and yet has nothing to be paid for."""
    entities = [at(profile, where) for where, kind in listed(profile) if kind == subject]
    return any(
        value == 0 for one in entities for key, value in one.items() if key.endswith("_yuan")
    )


def test_an_expired_measure_says_so_though_its_first_year_failed_a_condition() -> None:
    """It said 条件不满足: the reason was taken from the first year, not from the year that decided."""
    released = {"kinds": ["open_source_project"]}
    one = results(
        {
            **YEAR,
            "org": {"place": "beijing/other"},
            "projects": [],
            "years": {2026: {"projects": [released]}},
        },
        ["beijing/open-source-project"],
    ).measures[0]
    assert one.status is Status.EXPIRED
    assert "2025-12-31" in one.reason.zh
    assert "2025-12-31" in one.reason["en"]


def test_a_firm_that_spent_nothing_is_told_so() -> None:
    one = results(
        {
            **YEAR,
            "org": {"place": "beijing/etown", "kind": "enterprise"},
            "contracts": [
                {"item": "model", "traits": ["self_controlled_base_model"], "paid_yuan": 0}
            ],
        },
        ["beijing/etown-model-voucher"],
    ).measures[0]
    assert one.status is Status.INELIGIBLE
    assert one.reason.zh == "基数为 0，没有可补助的费用"


@given(profiles())
def test_an_unknown_names_what_is_missing(profile: Profile) -> None:
    for one in results(profile).measures:
        if one.status is Status.UNKNOWN:
            ended = [year for year in one.outcome.years if year.reason == "ended"]
            assert one.missing or ended
        for gap in one.missing:
            assert gap.fact in FACTS


@given(profiles(), targets(), st.integers(0, 4), st.sampled_from([0, 10**5, 10**9]))
def test_a_history_only_takes_away(
    profile: Profile, target: Measure, years: int, amount: int
) -> None:
    assume("amount_yuan" not in ruling(target.id, profile))
    fresh = results(profile, [target.id]).measures[0]
    later = results(with_history(profile, target, years, amount), [target.id]).measures[0]
    assert not ceiling_rose(fresh, later)
    if fresh.status in PAYING and later.status not in PAYING:
        assert later.outcome.years[0].reason in {
            "paid_once",
            "cap_used",
            "years_used",
            "run_broken",
            "window_closed",
        }


# --- order, repetition, defaults --------------------------------------------------------------------------


@given(profiles(), st.randoms(use_true_random=False))
def test_the_order_of_entities_changes_nothing(profile: Profile, rng: Any) -> None:
    shuffled = copy.deepcopy(profile)
    for part in (shuffled, *shuffled.get("years", {}).values()):
        for name in LISTS.values():
            if part.get(name):
                rng.shuffle(part[name])
    one, other = results(profile), results(shuffled)
    for before, after in zip(one.measures, other.measures, strict=True):
        if not the_first_sets_the_rate(before.id, profile):
            assert before.outcome == after.outcome
            if before.status in PAYING:
                assert {gap.fact for gap in before.missing} == {gap.fact for gap in after.missing}
    if not any(the_first_sets_the_rate(id_, profile) for id_ in MEASURES):
        assert one.total == other.total


def the_first_sets_the_rate(id_: str, profile: Profile) -> bool:
    """An approved base is paid at the rate of the first entity, and entities may differ in their rate (§10)."""
    if ruling(id_, profile).get("base_yuan") is None:
        return False
    pays = rule_of(id_, profile).pays
    tiers = [] if pays is None else [x for x in n.walk(pays.amount) if isinstance(x, n.Tier)]
    return any(tier.when is not None for tier in tiers)


@given(profiles(most=3), st.sampled_from(sorted(LISTS.values())))
def test_an_id_used_twice_is_refused(profile: Profile, name: str) -> None:
    entities = profile.get(name) or [{"id": "a"}]
    with pytest.raises(BadProfile) as caught:
        results({**profile, name: [*entities, copy.deepcopy(entities[0])]})
    assert [problem.code for problem in caught.value.problems] == ["U009"]


@given(profiles(), profiles())
def test_an_evaluation_repeats_itself_and_changes_nothing(
    profile: Profile, another: Profile
) -> None:
    kept = copy.deepcopy(profile)
    asked = near(profile)
    first = results(profile, asked).to_dict()
    results(another, near(another)[:3]).to_dict()
    assert results(profile, asked).to_dict() == first
    assert profile == kept


@given(profiles())
def test_a_default_chosen_by_name_changes_nothing(profile: Profile) -> None:
    readings: dict[str, dict[str, str]] = {
        id_: {reading.id: reading.default for reading in measure.readings}
        for id_, measure in MEASURES.items()
    }
    for group in CORPUS.groups:
        if group.rule != "warn":
            readings.setdefault(group.id, {})["rule"] = group.rule
    for id_, own in (profile.get("readings") or {}).items():
        readings.setdefault(id_, {}).update(own)
    explicit = {**profile, "readings": readings}
    assert figures(results(profile)) == figures(results(explicit))
    asked = near(profile)
    assert results(profile, asked).to_dict() == results(explicit, asked).to_dict()


# --- places -----------------------------------------------------------------------------------------------


@given(profiles(), st.sampled_from(CORPUS.places))
def test_at_a_place_only_its_measures_are_open(profile: Profile, place: str) -> None:
    for one in results(profile, places=[place]).measures:
        region = MEASURES[one.id].place
        if place != region and not place.startswith(region + "/"):
            assert one.status is Status.INELIGIBLE
            assert not one.here
            assert any(check.holds is False for check in one.conditions)


@given(profiles())
def test_elsewhere_nothing_is_open(profile: Profile) -> None:
    away = {**profile, "org": {**profile["org"], "place": "other"}}
    assert {one.status for one in results(away).measures} == {Status.INELIGIBLE}
    assert results(away).total.ceiling == 0
