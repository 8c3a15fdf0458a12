"""The values of expressions: Kleene truths, intervals of exact numbers, and their arithmetic.

A truth is True, False or None (unknown). A quantity is an interval `(low, high)`: known facts give a point, an
unknown fact is `(0, None)`, for it may be anything from nothing on. `high` None is no bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from huice.evaluate.facts import Exact, View

Kleene: TypeAlias = bool | None
Interval: TypeAlias = tuple[Exact, Exact | None]
Ceiling: TypeAlias = tuple[Exact | None, Exact | None]
"""A cap: `(None, None)` where there is none at all."""
Test: TypeAlias = Callable[[View], Kleene]
Measure: TypeAlias = Callable[[View], Interval]
When: TypeAlias = Callable[[View], Any]
"""Gives a date or a calendar year, None while unknown."""

UNKNOWN: Interval = (0, None)
NOTHING: Interval = (0, 0)
UNCAPPED: Ceiling = (None, None)


def every(tests: Sequence[Test]) -> Test:
    """All hold, in Kleene's logic: one that fails settles it, whatever is unknown."""
    if len(tests) == 1:
        return tests[0]

    def conjunction(view: View) -> Kleene:
        value: Kleene = True
        for test in tests:
            one = test(view)
            if one is False:
                return False
            if one is None:
                value = None
        return value

    return conjunction


def some(tests: Sequence[Test]) -> Test:
    """One holds, in Kleene's logic."""

    def disjunction(view: View) -> Kleene:
        value: Kleene = False
        for test in tests:
            one = test(view)
            if one is True:
                return True
            if one is None:
                value = None
        return value

    return disjunction


def least(one: Interval, other: Ceiling) -> Interval:
    """The lower of two intervals; the other may be a cap that does not exist (None, None)."""
    (low, high), (low2, high2) = one, other
    if high is None or (high2 is not None and below(high2, high)):
        high = high2
    return (low if low2 is None or below(low, low2) else low2), high


def span(intervals: Sequence[Any]) -> Any:
    """The smallest interval that holds all of these."""
    low, high = intervals[0]
    for low2, high2 in intervals[1:]:
        low = low if low2 is None else low2 if low is None else min(low, low2)
        high = None if high is None or high2 is None else max(high, high2)
    return low, high


def below(one: Exact, other: Exact) -> bool:
    """Whether the one is less, in whole numbers: fractions compare several times slower."""
    return one.numerator * other.denominator < other.numerator * one.denominator


def added(one: Exact, other: Exact) -> Exact:
    """The sum; nothing is added to nothing, for sums of fractions are slow."""
    return one + other if one and other else one or other


def times(one: Exact, other: Exact) -> Exact:
    """The product; a whole one is an int, with which all that follows is several times faster."""
    bottom = one.denominator * other.denominator
    if bottom == 1:
        return one.numerator * other.numerator
    top: Any = one.numerator * other.numerator
    if type(top) is not int:  # a number that varies, of evaluate.linear
        return top / bottom  # type: ignore[no-any-return]  # such a number counts as Exact
    return Fraction(top, bottom) if top % bottom else top // bottom


def over(one: Exact, other: Exact) -> Exact:
    """The quotient, exact; a number that varies (of evaluate.linear) divides itself."""
    return (Fraction(one) if isinstance(one, int) else one) / other
