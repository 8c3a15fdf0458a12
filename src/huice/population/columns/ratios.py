"""Exact quantities in columns: whole numbers over a denominator, and intervals of them.

The denominator is one Python int for all rows wherever the rule allows it; dividing by a fact makes it a
column.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from huice.population.columns import whole as w
from huice.population.columns.kleene import Definite, Kleene, truth_if
from huice.population.columns.whole import Whole
from huice.population.schema import FEN


class Ratio:
    """A number for each row: `top / bottom`; `top` may be null, `bottom` is above 0 and never null."""

    __slots__ = ("bottom", "top")

    def __init__(self, top: Whole, bottom: Whole | int = 1) -> None:
        self.top = top
        self.bottom = w.const(bottom) if isinstance(bottom, int) else bottom

    @property
    def known(self) -> Fraction | None:
        """The number, where it is the same in every row."""
        if self.top.known is None or self.bottom.known is None:
            return None
        return Fraction(self.top.known, self.bottom.known)


NULL = Ratio(w.NULL)
ZERO = Ratio(w.ZERO)


def const(number: Fraction | int) -> Ratio:
    """The same number in every row."""
    return Ratio(w.const(number.numerator), number.denominator)


class Interval:
    """The least and the most a quantity may be; a null `high` is no bound, a null `low` of a cap no cap.

    `value`, where it is given, is the number where it is known and null elsewhere.
    """

    __slots__ = ("high", "low", "value")

    def __init__(self, low: Ratio, high: Ratio, value: Ratio | None = None) -> None:
        self.low, self.high = low, high
        self.value = low if value is None and low is high else value

    @property
    def known(self) -> Fraction | None:
        """The number, where it is known and the same in every row."""
        return self.low.known if self.low is self.high else None


def point(number: Fraction | int) -> Interval:
    """A number that is known."""
    one = const(number)
    return Interval(one, one, one)


UNKNOWN = Interval(ZERO, NULL, NULL)
NOTHING = Interval(ZERO, ZERO, ZERO)
UNCAPPED = Interval(NULL, NULL, NULL)


def aligned(one: Ratio, other: Ratio) -> tuple[Whole, Whole, Whole]:
    """Both numbers over one denominator: their tops, and it."""
    if one.top.cell is None:
        return w.NULL, other.top, other.bottom
    if other.top.cell is None:
        return one.top, w.NULL, one.bottom
    a, b = one.bottom.known, other.bottom.known
    if a is not None and b is not None:
        if a == b:
            return one.top, other.top, one.bottom
        common = a * b // gcd(a, b)
        return (
            w.times(one.top, w.const(common // a)),
            w.times(other.top, w.const(common // b)),
            w.const(common),
        )
    return (
        w.times(one.top, other.bottom),
        w.times(other.top, one.bottom),
        w.times(one.bottom, other.bottom),
    )


def add(one: Ratio, other: Ratio) -> Ratio:
    """The sum; null where one is."""
    if one.known == 0:
        return other
    if other.known == 0:
        return one
    left, right, bottom = aligned(one, other)
    return Ratio(w.add(left, right), bottom)


def subtract(one: Ratio, other: Ratio) -> Ratio:
    """The difference; null where one is."""
    left, right, bottom = aligned(one, other)
    return Ratio(w.subtract(left, right), bottom)


def times(one: Ratio, other: Ratio) -> Ratio:
    """The product; null where one is."""
    one, other = _reduced(one, other), _reduced(other, one)
    return Ratio(w.times(one.top, other.top), w.times(one.bottom, other.bottom))


def _reduced(one: Ratio, other: Ratio) -> Ratio:
    """The one, its known top and the other's known bottom without their common factor."""
    top, bottom = one.top.known, other.bottom.known
    own, across = one.bottom.known, other.top.known
    if top and bottom and bottom > 1:
        one = Ratio(w.const(top // gcd(top, bottom)), one.bottom)
    if across and own and own > 1:
        one = Ratio(one.top, own // gcd(own, across))
    return one


def over(one: Ratio, other: Ratio, unless: Ratio) -> Ratio:
    """The quotient; `unless` where the divisor is null or 0."""
    if other.top.cell is None or other.known == 0:
        return unless
    if other.known is not None:
        return times(one, const(1 / other.known))
    usable = truth_if(w.compared(">", other.top, w.ZERO))
    divisor = w.chosen(usable, other.top, w.ONE)
    divisor = Whole(divisor.cell, max(divisor.least, 1), divisor.most)
    quotient = Ratio(w.times(one.top, other.bottom), w.times(one.bottom, divisor))
    return chosen(usable, quotient, unless)


def lower(one: Ratio, other: Ratio) -> Ratio:
    """The lower one; null counts as no bound."""
    left, right, bottom = aligned(one, other)
    return Ratio(w.lower(left, right), bottom)


def higher(one: Ratio, other: Ratio) -> Ratio:
    """The higher one; null where one is."""
    left, right, bottom = aligned(one, other)
    return Ratio(w.higher(left, right), bottom)


def chosen(test: Definite, one: Ratio, other: Ratio) -> Ratio:
    """The one where the test holds, else the other."""
    if isinstance(test, bool):
        return one if test else other
    if one is other:
        return one
    left, right, bottom = aligned(one, other)
    return Ratio(w.chosen(test, left, right), bottom)


def not_below_zero(one: Ratio) -> Ratio:
    """The number, or 0 where it is less."""
    return Ratio(w.not_below_zero(one.top), one.bottom)


def null_as_zero(one: Ratio) -> Ratio:
    """The number, 0 where it is null."""
    return Ratio(w.null_as_zero(one.top), one.bottom)


def is_null(one: Ratio) -> Definite:
    """Where it is null."""
    return w.is_null(one.top)


def compared(op: str, one: Ratio, other: Ratio) -> Kleene:
    """The comparison; unknown where one of the numbers is null."""
    left, right, _ = aligned(one, other)
    return w.compared(op, left, right)


def settled(one: Interval) -> Definite:
    """Where the quantity is known: its ends are one."""
    if one.low is one.high:
        return True if not one.low.top.nullable else truth_if(_not_null(one.low))
    if one.value is not None:
        return _not_null(one.value)
    return truth_if(compared("=", one.low, one.high))


def _not_null(one: Ratio) -> Definite:
    missing = is_null(one)
    return not missing if isinstance(missing, bool) else ~missing


def pieces(test: Definite, one: Interval, other: Interval) -> Interval:
    """The one interval where the test holds, else the other."""
    if isinstance(test, bool):
        return one if test else other
    low, high = chosen(test, one.low, other.low), chosen(test, one.high, other.high)
    same = one.low is one.high and other.low is other.high
    return Interval(low, low) if same else Interval(low, high)


def least(one: Interval, cap: Interval) -> Interval:
    """The lower of an amount and a cap; ends of the cap that are null do not cut."""
    return Interval(lower(one.low, cap.low), lower(one.high, cap.high))


def cut_fen(one: Ratio) -> Whole:
    """Whole fen of an amount in yuan, cut down."""
    if one.bottom.known is None:
        return w.floored(w.times(one.top, w.const(FEN)), one.bottom)
    common = gcd(FEN, one.bottom.known)
    top = w.times(one.top, w.const(FEN // common))
    return w.floored(top, w.const(one.bottom.known // common))
