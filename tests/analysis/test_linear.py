"""A number that varies: the pieces of a function are the function, at every point and beside it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.analysis.linear import Affine, NotLinear, Piece, Stretch, at, pieces
from huice.evaluate.engine import cut
from huice.evaluate.evaluator import at_place, evaluator, read_profile
from huice.evaluate.intervals import added, below, least, over, times
from huice.evaluate.totals import total
from tests.analysis.varying import with_number

Function = Callable[..., Any]
FEN = Fraction(1, 100)
numbers = st.one_of(
    st.integers(-20, 20), st.fractions(-20, 20, max_denominator=6), st.sampled_from([0, 1])
)


def _select(test: Function, one: Function, other: Function) -> Function:
    return lambda t: one(t) if test(t) else other(t)


def _order(name: str, one: Function, other: Function) -> Function:
    order: dict[str, Function] = {
        "<": lambda t: one(t) < other(t),
        "<=": lambda t: one(t) <= other(t),
        "=": lambda t: one(t) == other(t),
        ">=": lambda t: one(t) >= other(t),
        ">": lambda t: one(t) > other(t),
        "below": lambda t: below(one(t), other(t)),
        "bool": lambda t: bool(one(t)),
    }
    return order[name]


def _share(part: Function, of: Function, test: Any) -> Function:
    """A quotient may decide, though it is no amount; where the divisor is 0 nothing is divided."""

    def decide(t: Any) -> bool:
        bottom = of(t)
        return bool(bottom) and bool(over(part(t), bottom) >= test)

    return decide


def functions() -> st.SearchStrategy[Function]:
    """Functions of lines: sums, products with a fixed number, the lower, the higher, and choices."""
    names = st.sampled_from(["<", "<=", "=", ">=", ">", "below", "bool"])

    def grown(inner: st.SearchStrategy[Function]) -> st.SearchStrategy[Function]:
        tests = st.one_of(
            st.builds(_order, names, inner, inner), st.builds(_share, simple, simple, numbers)
        )
        return st.one_of(
            st.builds(lambda one, other: lambda t: one(t) + other(t), inner, inner),
            st.builds(lambda one, other: lambda t: added(one(t), other(t)), inner, inner),
            st.builds(lambda one, other: lambda t: one(t) - other(t), inner, inner),
            st.builds(lambda one, by: lambda t: one(t) * by, inner, numbers),
            st.builds(lambda one, by: lambda t: times(by, one(t)), inner, numbers),
            st.builds(lambda one, by: lambda t: over(one(t), by or 1), inner, numbers),
            st.builds(lambda one, other: lambda t: min(one(t), other(t)), inner, inner),
            st.builds(lambda one, other: lambda t: max(one(t), other(t)), inner, inner),
            st.builds(lambda one: lambda t: max(0, one(t)), inner),
            st.builds(
                lambda one, other: lambda t: least((one(t), None), (other(t), other(t)))[0],
                inner,
                inner,
            ),
            st.builds(_select, tests, inner, inner),
        )

    simple = st.one_of(
        st.just(lambda t: t), st.builds(lambda by, to: lambda t: t * by + to, numbers, numbers)
    )
    fixed = st.builds(lambda number: lambda _: number, numbers)
    return st.recursive(st.one_of(simple, fixed), grown, max_leaves=12)


def value_at(found: tuple[Piece[Any], ...], point: Fraction | int, told: Function = at) -> Any:
    """What the pieces say of a point."""
    for piece in found:
        if piece.point and piece.low == point:
            return piece.value
        if piece.low < point and (piece.high is None or point < piece.high):
            return told(piece.value, point)
    raise AssertionError(point)


@settings(max_examples=400, deadline=None)
@given(functions(), st.lists(st.fractions(0, 30, max_denominator=300), max_size=6))
def test_pieces_are_the_function_at_every_point_and_one_fen_beside_it(
    function: Function, points: list[Fraction]
) -> None:
    found = pieces(function, 0, 30)
    ends = {piece.low for piece in found} | {piece.high for piece in found if piece.high}
    beside = {point + step for point in ends for step in (-FEN, 0, FEN)}
    for point in {*points, *beside}:
        if 0 <= point <= 30:
            assert value_at(found, point) == function(point), point


@settings(max_examples=150, deadline=None)
@given(functions())
def test_pieces_follow_one_another_without_gap(function: Function) -> None:
    found = pieces(function, -5, None)
    assert found[0].low == -5
    assert found[-1].high is None
    for one, following in itertools.pairwise(found):
        assert one.high == following.low
        assert one.point is not following.point


def test_the_end_of_a_condition_belongs_to_the_side_that_the_words_say() -> None:
    found = pieces(lambda t: t * Fraction(1, 2) if t <= 50 else t * Fraction(3, 10), 0, 100)
    assert [(piece.low, piece.high) for piece in found] == [
        (0, 0), (0, 50), (50, 50), (50, 100), (100, 100),
    ]  # fmt: skip
    assert found[2].value == 25
    assert at(found[3].value, 50) == 15


def test_a_product_of_two_that_vary_is_refused_and_said() -> None:
    with pytest.raises(NotLinear, match="分段直线") as refused:
        pieces(lambda t: t * (t + 1), 0, 1)
    assert "straight line" in refused.value.text.en


def test_a_quotient_decides_but_is_no_amount() -> None:
    found = pieces(lambda t: 1 if over(30, t + 10) >= 2 else 0, 0, 10)
    assert [piece.value for piece in found] == [1, 1, 1, 0, 0]
    assert found[2].low == 5
    with pytest.raises(NotLinear):
        pieces(lambda t: min(t, over(30, t + 10)), 0, 10)
    (_, inside, _) = pieces(lambda t: over(30, t + 10), 0, 10)
    with pytest.raises(NotLinear):
        at(inside.value, 1)


def test_two_that_vary_in_step_have_a_fixed_ratio() -> None:
    (_, inside, _) = pieces(lambda t: over(t * 3, t * 2), 1, 10)
    assert inside.value == Fraction(3, 2)


def test_a_number_that_varies_is_cut_only_where_it_is_shown() -> None:
    line: Any = Affine(Stretch(0), 0, Fraction(1, 3))
    assert cut(line) is line


CORPUS = Corpus.load()
FIRM = {
    "as_of": "2025-06-30",
    "horizon_years": 2,
    "org": {"kind": "enterprise", "size": "small", "traits": ["ai"]},
    "contracts": [
        {"item": "compute", "mode": "rent", "amount_yuan": 400_000},
        {"item": "compute", "mode": "api", "amount_yuan": 70_000},
    ],
    "premises": [{"tenure": "rented_self_use", "area_sqm": 700, "cost_yuan": 900_000}],
}


@pytest.mark.parametrize("place", ["hangzhou/xihu", "shanghai/xuhui", None])
def test_the_evaluator_runs_on_a_number_that_varies(place: str | None) -> None:
    """All measures and the total with its groups, over two years, beside and between all points."""
    engine, profile = evaluator(CORPUS), read_profile(FIRM, CORPUS)
    if place is not None:
        profile = at_place(profile, place)
    places = CORPUS.places if place is None else ()

    def run(number: Any) -> list[Any]:
        varied = with_number(profile, "contract", 0, "amount_yuan", number)
        outcomes = engine.outcomes(varied, CORPUS.measures)
        sums = total(outcomes, CORPUS, profile.readings, places)
        return [*((one.certain, one.ceiling) for one in outcomes), (sums.certain, sums.ceiling)]

    found = pieces(run, 0, 20_000_000)
    assert len(found) >= 5
    points = sorted({Fraction(piece.low) for piece in found})
    beside = [point + step for point in points for step in (-FEN, 0, FEN)]
    between = [(one + other) / 2 for one, other in itertools.pairwise(points)]
    for point in [*beside, *between]:
        if 0 <= point <= 20_000_000:
            exact = run(point)
            for told, known in zip(value_at(found, point, shown), exact, strict=True):
                assert all(
                    abs((a or 0) - (b or 0)) < TOGETHER for a, b in zip(told, known, strict=True)
                )


TOGETHER = 80 * FEN
"""Each measure is cut to the fen before they are added."""


def shown(value: Any, point: Fraction) -> Any:
    """The figures of a stretch at a point."""
    return [tuple(None if one is None else at(one, point) for one in pair) for pair in value]
