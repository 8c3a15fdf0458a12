"""Rules of allocation: what no rule may break, and each against a plain second reading."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice.language.text import Fault, Text
from huice.population.pools.rules import (
    RULES,
    Claims,
    Rule,
    Terms,
    _shares,
    allocate,
    register,
    ticket,
)

NAMES = ["first-come", "pro-rata", "ranked", "priority", "lottery"]
IN_ORDER = ["first-come", "ranked", "lottery"]


class Row(NamedTuple):
    """A claim as a row, from which tests make columns."""

    id: str
    asked: int
    time: date | None
    score: int | None
    tier: int | None


def rows(most: int = 10**13) -> st.SearchStrategy[list[Row]]:
    row = st.builds(
        Row,
        st.text("abc甲乙0123456789", min_size=1, max_size=4),
        st.one_of(st.integers(0, 5), st.integers(0, most)),
        st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5)),
        st.none() | st.integers(0, 3),
        st.none() | st.integers(1, 3),
    )
    return st.lists(row, max_size=12, unique_by=lambda one: one.id)


def claims_of(given: list[Row]) -> Claims:
    ids, asked, time, score, tier = (
        [list(x) for x in zip(*given, strict=True)] if given else [[]] * 5
    )
    return Claims.of(ids, asked, time=time, score=score, tier=tier)


def terms(**fixed: Any) -> st.SearchStrategy[Terms]:
    return st.builds(
        Terms,
        seed=st.sampled_from(["1", "20260301", "甲"]),
        ties=fixed.get("ties", st.sampled_from(["id", "draw"])),
        within=st.sampled_from(["first-come", "ranked", "lottery"]),
        whole=fixed.get("whole", st.booleans()),
        quota=fixed.get("quota", st.none() | st.integers(0, 6)),
    )


def plain(rule: str, terms: Terms) -> Terms:
    """Terms that the rule can be run under."""
    return Terms(terms.seed, ties=terms.ties, within=terms.within) if rule == "pro-rata" else terms


pools = st.one_of(st.integers(0, 20), st.integers(0, 10**14))


@pytest.mark.parametrize("rule", NAMES)
@given(given=rows(), pool=pools, how=terms())
def test_no_rule_exceeds_pool_claim_or_quota(
    rule: str, given: list[Row], pool: int, how: Terms
) -> None:
    how = plain(rule, how)
    got = allocate(claims_of(given), pool, rule, how).tolist()
    assert sum(got) <= pool
    assert all(0 <= part <= row.asked for part, row in zip(got, given, strict=True))
    assert how.quota is None or sum(part > 0 for part in got) <= how.quota
    if how.whole:
        assert all(part in {0, row.asked} for part, row in zip(got, given, strict=True))


@pytest.mark.parametrize("rule", NAMES)
@given(given=rows(), pool=pools, how=terms(whole=st.just(False), quota=st.none()))  # fmt: skip
def test_the_pool_is_spent_to_the_fen_when_demand_exceeds_it(
    rule: str, given: list[Row], pool: int, how: Terms
) -> None:
    got = allocate(claims_of(given), pool, rule, how).tolist()
    assert sum(got) == min(pool, sum(row.asked for row in given))


@pytest.mark.parametrize("rule", [*IN_ORDER, "priority"])
@given(given=rows(), pool=pools, how=terms(whole=st.just(True), quota=st.none()))
def test_what_whole_claims_leave_is_less_than_the_smallest_refused(
    rule: str, given: list[Row], pool: int, how: Terms
) -> None:
    got = allocate(claims_of(given), pool, rule, how).tolist()
    refused = [row.asked for part, row in zip(got, given, strict=True) if not part and row.asked]
    assert all(pool - sum(got) < asked for asked in refused)


@pytest.mark.parametrize("rule", NAMES)
@given(given=rows(), pool=pools, how=terms(), data=st.data())
def test_the_order_of_rows_changes_nothing(
    rule: str, given: list[Row], pool: int, how: Terms, data: st.DataObject
) -> None:
    how = plain(rule, how)
    shuffled = data.draw(st.permutations(given))
    one = dict(
        zip(
            [row.id for row in given],
            allocate(claims_of(given), pool, rule, how).tolist(),
            strict=True,
        )
    )
    two = dict(
        zip(
            [row.id for row in shuffled],
            allocate(claims_of(shuffled), pool, rule, how).tolist(),
            strict=True,
        )
    )
    assert one == two


def by_hand(given: list[Row], pool: int, how: Terms, key: Callable[[Row], Any]) -> dict[str, int]:
    """Claims served one after another, step by step."""
    tie = (lambda row: ticket(how.seed, row.id)) if how.ties == "draw" else (lambda row: row.id)
    got, left, granted = {row.id: 0 for row in given}, pool, 0
    for row in sorted(given, key=lambda row: (key(row), tie(row))):
        part = min(row.asked, left) if not how.whole else (row.asked if row.asked <= left else 0)
        if part == 0 or (how.quota is not None and granted == how.quota):
            continue
        got[row.id], left, granted = part, left - part, granted + 1
    return got


@pytest.mark.parametrize("rule", IN_ORDER)
@given(given=rows(), pool=pools, how=terms())
def test_claims_are_served_in_the_published_order(
    rule: str, given: list[Row], pool: int, how: Terms
) -> None:
    keys: dict[str, Callable[[Row], Any]] = {
        "first-come": lambda row: (row.time is None, row.time or date.min),
        "ranked": lambda row: (row.score is None, -(row.score or 0)),
        "lottery": lambda row: hashlib.sha256(f"{how.seed}:{row.id}".encode()).hexdigest(),
    }
    got = allocate(claims_of(given), pool, rule, how).tolist()
    assert dict(zip([row.id for row in given], got, strict=True)) == by_hand(
        given, pool, how, keys[rule]
    )


@given(given=rows(), pool=pools, how=terms())
def test_a_tier_is_served_before_the_next(given: list[Row], pool: int, how: Terms) -> None:
    got = allocate(claims_of(given), pool, "priority", Terms(how.seed, within="lottery")).tolist()
    short = [row.tier or 9 for part, row in zip(got, given, strict=True) if part < row.asked]
    paid = [row.tier or 9 for part, row in zip(got, given, strict=True) if part]
    assert not short or not paid or max(paid) <= min(short)


@given(given=rows(), pool=pools)
def test_pro_rata_is_within_one_unit_of_the_exact_share(given: list[Row], pool: int) -> None:
    total = sum(row.asked for row in given)
    for part, row in zip(allocate(claims_of(given), pool, "pro-rata").tolist(), given, strict=True):
        exact = Fraction(row.asked) if total <= pool else Fraction(row.asked * pool, total)
        assert abs(part - exact) < 1


def test_pro_rata_gives_the_fen_left_to_the_largest_remainders() -> None:
    # 100 over 3 : 3 : 1 of 700 is 42.86, 42.86, 14.29: the two fen left go to the two larger remainders.
    claims = Claims.of(["b", "a", "c"], [300, 300, 100])
    assert allocate(claims, 100, "pro-rata").tolist() == [43, 43, 14]
    # Equal remainders: the one fen left goes to the first id, whatever the order of rows.
    assert allocate(Claims.of(["b", "a"], [5, 5]), 5, "pro-rata").tolist() == [2, 3]


@given(
    st.lists(st.integers(0, 10**15), min_size=1, max_size=12).filter(any),
    st.integers(0, 10**17),
)
def test_shares_in_64_and_in_128_bits_are_those_of_python(asked: list[int], pool: int) -> None:
    """Products that fit are taken in 64 bits, others in 128."""
    total = sum(asked)
    pool = min(pool, total)
    units, rest = _shares(np.array(asked, dtype=np.int64), pool, total)
    assert units.tolist() == [one * pool // total for one in asked]
    assert rest.tolist() == [one * pool % total for one in asked]


def test_amounts_beyond_32_and_53_bits_stay_exact() -> None:
    claims = Claims.of(["a", "b"], [2**60 + 1, 2**60 + 3])
    assert allocate(claims, 2**60 + 7, "pro-rata").tolist() == [
        576460752303423491,
        576460752303423492,
    ]
    assert allocate(claims, 2**60 + 2).tolist() == [2**60 + 1, 1]


def test_a_draw_is_what_sha256sum_prints() -> None:
    # printf '%s' '20260301:firm-7' | sha256sum
    assert ticket("20260301", "firm-7") == hashlib.sha256(b"20260301:firm-7").hexdigest()
    claims = Claims.of([f"firm-{i}" for i in range(1, 7)], [1] * 6)
    first = allocate(claims, 3, "lottery", Terms("20260301")).tolist()
    assert first == allocate(claims, 3, "lottery", Terms("20260301")).tolist()
    assert any(first != allocate(claims, 3, "lottery", Terms(f"{s}")).tolist() for s in range(5))


def test_five_are_selected_by_score_and_the_money_still_holds() -> None:
    claims = Claims.of("abcdefg", [100] * 7, score=[70, 95, 80, 95, 60, 88, 70])
    assert allocate(claims, 1000, "ranked", Terms(quota=5)).tolist() == [
        100,
        100,
        100,
        100,
        0,
        100,
        0,
    ]
    assert allocate(claims, 450, "ranked", Terms(quota=5)).tolist() == [
        50,
        100,
        100,
        100,
        0,
        100,
        0,
    ]
    assert allocate(claims, 450, "ranked", Terms(quota=5, whole=True)).tolist() == [
        0,
        100,
        100,
        100,
        0,
        100,
        0,
    ]


def test_whole_claims_pass_over_one_that_does_not_fit() -> None:
    claims = Claims.of("abc", [60, 50, 40], time=[1, 2, 3])
    assert allocate(claims, 100, "first-come", Terms(whole=True)).tolist() == [60, 0, 40]
    assert allocate(claims, 100).tolist() == [60, 40, 0]


@pytest.mark.parametrize("rule", NAMES)
def test_nothing_asked_nothing_held_and_one_claim(rule: str) -> None:
    how = Terms("1")
    assert allocate(Claims.of([], []), 100, rule, how).tolist() == []
    assert allocate(Claims.of(["a"], [50]), 0, rule, how).tolist() == [0]
    assert allocate(Claims.of(["a"], [50]), 20, rule, how).tolist() == [20]
    assert allocate(Claims.of(["a"], [0]), 20, rule, how).tolist() == [0]


@pytest.mark.parametrize(
    ("ids", "asked", "says"),
    [
        (["a", "a"], [1, 2], "more than once"),
        (["a"], [-1], "0 or more, not -1"),
        (["a"], [None], "not None"),
        (["a"], [1.5], "not 1.5"),
        (["a"], [True], "not True"),
        (["a", "b"], [2**62, 1], "64 bits"),
    ],
)
def test_claims_that_cannot_be_right_are_refused(ids: list[str], asked: Any, says: str) -> None:
    with pytest.raises(Fault) as caught:
        Claims.of(ids, asked)
    assert says in caught.value.text.en and caught.value.text.zh != caught.value.text.en


@pytest.mark.parametrize(
    ("rule", "how", "says"),
    [
        ("lottery", Terms(), "needs a seed"),
        ("first-come", Terms(ties="draw"), "needs a seed"),
        ("pro-rata", Terms(quota=3), "cannot go with"),
        ("pro-rata", Terms(whole=True), "cannot go with"),
        ("priority", Terms(within="priority"), "cannot be tiered again"),
        ("priority", Terms(within="fair"), "no allocation rule “fair”"),
        ("ranke", Terms(), "did you mean “ranked”"),
    ],
)
def test_a_rule_says_what_it_lacks(rule: str, how: Terms, says: str) -> None:
    with pytest.raises(Fault) as caught:
        allocate(Claims.of(["a"], [1]), 5, rule, how)
    assert says in caught.value.text.en


@pytest.mark.parametrize("pool", [-1, 2**63])
def test_a_pool_is_a_sum_that_fits(pool: int) -> None:
    with pytest.raises(Fault):
        allocate(Claims.of(["a"], [1]), pool)


def test_a_rule_of_ones_own_is_registered_and_held_to_the_pool() -> None:
    title = Text("均分", "equal")
    equal = register(
        Rule(
            "equal",
            title,
            title,
            lambda c, pool, _: np.minimum(c.asked, pool // max(len(c.ids), 1)),
        )
    )
    greedy = Rule("greedy", title, title, lambda c, _pool, _terms: c.asked)
    try:
        assert allocate(Claims.of("abc", [10, 50, 50]), 90, "equal").tolist() == [10, 30, 30]
        assert allocate(
            Claims.of("ab", [9, 9], tier=[2, 1]), 10, "priority", Terms(within="equal")
        ).tolist() == [1, 9]
    finally:
        del RULES[equal.name]
    with pytest.raises(Fault, match="greedy"):
        allocate(Claims.of("ab", [9, 9]), 10, greedy)
