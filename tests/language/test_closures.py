"""What expressions mean: three-valued truths, quantities as intervals, and that unknown never lies."""

from __future__ import annotations

import itertools
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice import Corpus
from huice.evaluate.closures import Closures
from huice.evaluate.facts import View
from huice.evaluate.intervals import Interval, Kleene, least, span
from huice.language.parser import parse_expression

SCOPE = Corpus.load().vocabulary.scope
CLOSURES = Closures(SCOPE)
T, F, U = True, False, None
VALUES: tuple[Kleene, ...] = (T, U, F)


def view(
    org: dict[str, Any] | None = None, previous: View | None = None, **lists: list[dict[str, Any]]
) -> View:
    rows = {kind: (lists.get(kind) or [{}])[0] for kind in SCOPE.kinds} | {"org": org or {}}
    return View(2025, date(2025, 6, 30), rows, dict(lists), previous)


def truth(text: str, at: View) -> Kleene:
    return CLOSURES.test(parse_expression(text))(at)


def amount(text: str, at: View) -> Interval:
    return CLOSURES.quantity(parse_expression(text))(at)


# --- Kleene's tables -----------------------------------------------------------------------------------


def flags(*values: Kleene) -> View:
    """`org.size is small`, `org.kind is enterprise` and `org.is_ai` with these values."""
    org: dict[str, Any] = {}
    keys = [("size", "small", "large"), ("kind", "enterprise", "university")]
    for value, (key, yes, no) in zip(values, keys, strict=False):
        if value is not None:
            org[key] = yes if value else no
    if len(values) > 2 and values[2] is not None:
        org["traits"] = frozenset({"ai"} if values[2] else ())
    return view(org)


A, B, C = "org.size is small", "org.kind is enterprise", "org.is_ai"


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, VALUES)))
def test_and_or_not(a: Kleene, b: Kleene) -> None:
    at = flags(a, b)
    rank = {F: 0, U: 1, T: 2}
    assert truth(f"{A} and {B}", at) is min(a, b, key=rank.__getitem__)
    assert truth(f"{A} or {B}", at) is max(a, b, key=rank.__getitem__)
    assert truth(f"not ({A})", at) is (U if a is U else not a)
    assert truth("org.size is not small", at) is (U if a is U else not a)


@pytest.mark.parametrize("values", list(itertools.product(VALUES, VALUES, VALUES)))
@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_so_many_of(wanted: int, values: tuple[Kleene, ...]) -> None:
    sure, possible = values.count(T), values.count(T) + values.count(U)
    expected = T if sure >= wanted else U if possible >= wanted else F
    assert truth(f"at least {wanted}项 of ({A}, {B}, {C})", flags(*values)) is expected


# --- one table row a kind of truth -----------------------------------------------------------------------

KNOWN = view(
    {
        "place": "hangzhou/xihu",
        "size": "small",
        "traits": frozenset({"ai"}),
        "registered_on": date(2022, 6, 30),
        "revenue_yuan": 20_000_000,
        "records": {"sz_key_lab": (date(2024, 5, 1), date(2025, 2, 1))},
    },
    contract=[
        {"item": "compute", "amount_yuan": 300_000, "paid_yuan": 200_000},
        {"item": "model", "amount_yuan": 100_000, "paid_yuan": 100_000},
    ],
    person=[],
    premises=[{"area_sqm": 100, "period": (date(2025, 1, 15), date(2025, 6, 14))}],
)
UNKNOWN = view({})


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("org.place within hangzhou", T),
        ("org.place within hangzhou/xihu", T),
        ("org.place within hangzhou/binjiang", F),
        ("org.size in {micro, small}", T),
        ("org.size not in {micro, small}", F),
        ("org.traits has any of {ai, genai}", T),
        ("org.traits has all of {ai, genai}", F),
        ("org.traits has startup", F),
        ("org.is_ai", T),
        ("org.is_llm", F),
        ("org.records has sz_key_lab", T),
        ("org.records has digital_benchmark", F),
        ("org.records has all of {sz_key_lab, digital_benchmark}", F),
        ("org.records has sz_key_lab in claim_year", T),
        ("org.records has sz_key_lab in claim_year - 1年", T),
        ("org.records has sz_key_lab in claim_year - 2年", F),
        ("org.revenue >= 2000万元", T),
        ("org.revenue > 2000万元", F),
        ("org.revenue <= 2000万元", T),
        ("org.revenue < 2000万元", F),
        ("org.revenue = 2000万元", T),
        ("org.revenue between 2000万元 and 3000万元", T),
        ("org.registered_on <= 2022-06-30", T),
        ("org.registered_on < 2022-06-30", F),
        ("as_of is at least 3年 after org.registered_on", T),
        ("as_of is more than 3年 after org.registered_on", F),
        ("as_of is at most 36个月 after org.registered_on", T),
        ("as_of is less than 36个月 after org.registered_on", F),
        ("claim_year - year(org.registered_on) = 3年", T),
        ("claim_year - year(org.registered_on) >= 4年", F),
        ("year(org.registered_on) + 3年 = claim_year", T),
        ("records(org.records, sz_key_lab) >= 2个", T),
    ],
)
def test_a_truth_with_its_fact_and_without(text: str, known: Kleene) -> None:
    assert truth(text, KNOWN) is known
    assert truth(f"not ({text})", KNOWN) is not known
    assert truth(text, UNKNOWN) is U


def test_a_total_decides_only_what_no_further_item_can_undo() -> None:
    def at(*paid: int | None) -> View:
        return view({}, contract=[{} if one is None else {"paid_yuan": one} for one in paid])

    cap = "total(contract.paid) <= 50万元"
    assert truth(cap, at(300_000, 200_000)) is T
    assert truth(cap, at(300_000, 200_001)) is F
    assert truth(cap, at(300_000, None)) is U
    assert truth(cap, at(500_001, None)) is F
    assert truth("total(contract.paid) >= 50万元", at(500_000, None)) is T
    assert truth("total(contract.paid) > 50万元", at(500_000, None)) is U
    assert truth("total(contract.paid) = 50万元", at(500_001, None)) is F
    assert truth("total(contract.paid) - total(contract.amount) >= 0元", at(1, None)) is U


# --- quantities --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("50万元", (500_000, 500_000), (500_000, 500_000)),
        ("org.revenue", (20_000_000, 20_000_000), (0, None)),
        ("30% of org.revenue", (6_000_000, 6_000_000), (0, None)),
        ("org.revenue + 5元", (20_000_005, 20_000_005), (5, None)),
        ("the lower of (org.revenue, 5元)", (5, 5), (0, 5)),
        ("the higher of (org.revenue, 5元)", (20_000_000, 20_000_000), (5, None)),
        ("excess of org.revenue over 1900万元", (1_000_000, 1_000_000), (0, None)),
        ("excess of 5元 over org.revenue", (0, 0), (0, 5)),
        ("bands(org.revenue: 10% up to 1000万元, 5% beyond)", (1_500_000, 1_500_000), (0, None)),
        ("9元 if org.size is small, 4元 otherwise", (9, 9), (4, 9)),
        ("9元 if org.size is small", (9, 9), (0, 9)),
        ("9元 if org.size is large, 4元 if org.is_ai, 2元 otherwise", (4, 4), (2, 9)),
        ("one of {9元, 4元}", (4, 9), (4, 9)),
        ("0 × org.revenue", (0, 0), (0, None)),
        ("1.5元/㎡/天 × premises.area × days(premises.period)", (22_650, 22_650), (0, None)),
        ("months(premises.period)", (5, 5), (0, None)),
        ("days(premises.period) ÷ year_days", (Fraction(151, 365), Fraction(151, 365)), (0, None)),
        ("records(org.records, sz_key_lab)", (2, 2), (0, None)),
        ("total(contract.paid)", (300_000, 300_000), (0, None)),
        ("total(contract.paid where contract.item is compute)", (200_000, 200_000), (0, None)),
        ("count(contract)", (2, 2), (0, None)),
        ("count(contract where contract.item is compute)", (1, 1), (0, None)),
        ("count(person)", (0, 0), (0, None)),
        ("support_year", (1, 1), (1, 1)),
        ("year_days", (365, 365), (365, 365)),
        ("previous(org.revenue)", (0, None), (0, None)),
        ("award(hangzhou/compute-voucher)", (0, None), (0, None)),
    ],
)
def test_a_quantity_with_its_facts_and_without(
    text: str, known: Interval, unknown: Interval
) -> None:
    assert amount(text, KNOWN) == known
    assert amount(text, UNKNOWN) == unknown


def test_an_unknown_condition_widens_counts_and_totals() -> None:
    at = view(
        {}, contract=[{"item": "compute", "paid_yuan": 5}, {"paid_yuan": 3}, {"item": "model"}]
    )
    assert amount("count(contract where contract.item is compute)", at) == (1, 2)
    assert amount("total(contract.paid where contract.item is compute)", at) == (5, 8)
    assert amount("total(contract.paid)", at) == (8, None)


def test_an_unknown_payment_is_bounded_by_the_contract() -> None:
    at = view({}, contract=[{"amount_yuan": 7}])
    assert amount("contract.paid", at) == (0, 7)
    assert amount("total(contract.paid)", at) == (0, 7)
    assert amount("30% of contract.paid", at) == (0, Fraction(21, 10))


def test_last_year_is_what_was_stated_for_it() -> None:
    before = view(
        {"revenue_yuan": 4}, contract=[{"id": "a", "paid_yuan": 1}, {"id": "b", "paid_yuan": 2}]
    )
    now = view({"revenue_yuan": 9}, before, contract=[{"id": "b", "paid_yuan": 5}])
    assert amount("org.revenue - previous(org.revenue)", now) == (5, 5)
    assert amount("contract.paid - previous(contract.paid)", now) == (3, 3)
    assert amount("previous(total(contract.paid))", now) == (3, 3)
    other = view({}, before, contract=[{"id": "c", "paid_yuan": 5}])
    assert amount("previous(contract.paid)", other) == (0, None)


def test_a_difference_may_fall_below_nothing() -> None:
    assert amount("5元 - org.revenue", KNOWN) == (-19_999_995, -19_999_995)


def test_amounts_are_exact() -> None:
    at = view({"revenue_yuan": Fraction(1, 3)})
    assert amount("33.3% of org.revenue", at) == (Fraction(111, 1000), Fraction(111, 1000))
    assert amount("10% of 10% of org.revenue × 1000", at) == (Fraction(10, 3), Fraction(10, 3))


def test_intervals() -> None:
    assert least((3, 9), (5, 7)) == (3, 7)
    assert least((3, None), (5, 7)) == (3, 7)
    assert least((3, 9), (None, None)) == (3, 9)
    assert span([(3, 9), (5, 12)]) == (3, 12)
    assert span([(3, 9), (5, None)]) == (3, None)


# --- unknown never lies: what is told with facts missing holds when they are filled in --------------------

TESTS = [
    f"({A} or {B}) and {C}",
    f"at least 2项 of ({A}, {B}, {C})",
    "not (org.revenue > 50元) or org.is_ai",
    "total(contract.paid) <= 60元",
    "total(contract.paid where contract.item is compute) >= 40元",
    "count(contract where contract.item is compute) >= 1份 and org.is_ai",
]
AMOUNTS = [
    "30% of org.revenue",
    "the lower of (50% of org.revenue, total(contract.paid))",
    "the higher of (10% of org.revenue, 5元)",
    "excess of org.revenue over 40元",
    "excess of 90元 over org.revenue",
    "bands(total(contract.paid): 50% up to 30元, 20% up to 60元, 10% beyond)",
    "50% of org.revenue if org.size is small, 30% of org.revenue if org.is_ai, 10元 otherwise",
    "(50% if org.size is small, 30% otherwise) of total(contract.paid where contract.item is compute)",
    "2元/份 × count(contract where contract.item is compute) + 1元",
    "org.revenue × total(contract.paid) ÷ 7元",
]
facts = st.fixed_dictionaries(
    {
        "size": st.sampled_from(["small", "large"]),
        "kind": st.sampled_from(["enterprise", "university"]),
        "traits": st.sampled_from([frozenset(), frozenset({"ai"})]),
        "revenue_yuan": st.integers(0, 100),
    }
)
contracts = st.lists(
    st.fixed_dictionaries(
        {
            "item": st.sampled_from(["compute", "model"]),
            "paid_yuan": st.integers(0, 50),
            "amount_yuan": st.integers(50, 60),
        }
    ),
    max_size=3,
)


def forget(row: dict[str, Any], keep: list[bool]) -> dict[str, Any]:
    return {key: value for (key, value), kept in zip(row.items(), keep, strict=False) if kept}


KEEP = st.lists(st.booleans(), min_size=4, max_size=4)


@given(facts, contracts, KEEP, KEEP)
def test_what_is_decided_stays_decided(
    org: dict[str, Any], listed: list[dict[str, Any]], keep: list[bool], keep_too: list[bool]
) -> None:
    full = view(org, contract=listed)
    part = view(forget(org, keep), contract=[forget(one, keep_too) for one in listed])
    for text in TESTS:
        assert truth(text, part) in (U, truth(text, full)), text
    for text in AMOUNTS:
        low, high = amount(text, part)
        exact, same = amount(text, full)
        assert exact == same
        assert low <= exact, text
        assert high is None or exact <= high, text
