"""Numbers that vary along a line: the evaluator computes with them as with any others.

It adds, multiplies and compares. A comparison is decided where we stand, and the stretch on which it stays so
is narrowed: one run gives an exact line and the stretch on which it is true.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

from huice.evaluate.facts import Exact
from huice.language.text import Fault

Number: TypeAlias = Any
"""An exact number (`int`, `Fraction`) or one that varies (`Affine`)."""


class NotLinear(Fault):
    """The amount follows no straight line: two numbers that vary are multiplied, or divided."""

    def __init__(self) -> None:
        super().__init__(
            "所变动的事实在金额里自乘或作除数，金额不是分段直线，无法精确作图；请只变动其中一个事实",
            "what is varied is multiplied or divided by itself in the amount, which therefore follows no "
            "straight lines; vary one of the facts alone",
        )


class Stretch:
    """Where we stand: just above `at`; `end` is how far all that was decided stays so (None: for ever)."""

    __slots__ = ("at", "end")

    def __init__(self, at: Exact, end: Exact | None = None) -> None:
        self.at, self.end = at, end

    def sign(self, value: Exact, slope: Exact) -> int:
        """The sign of `value + slope · t` just above `at`; the stretch ends where it changes."""
        here = value + slope * self.at
        if slope and (here < 0) == (slope > 0) and here:
            root = Fraction(-value) / slope
            if self.end is None or root < self.end:
                self.end = root
        return _sign(here) or _sign(slope)


class Point(Stretch):
    """Where we stand: exactly at a point."""

    __slots__ = ()

    def sign(self, value: Exact, slope: Exact) -> int:
        """The sign of `value + slope · t` at the point."""
        return _sign(value + slope * self.at)


class Affine:
    """`value + slope · t`, where `t` is what is varied and the slope is not 0.

    `numerator` and `denominator` are those of a whole number, so that the integer arithmetic of the
    evaluator takes it as it is.
    """

    __slots__ = ("slope", "stretch", "value")
    __hash__ = None  # type: ignore[assignment]  # equality depends on where we stand

    def __init__(self, stretch: Stretch, value: Exact, slope: Exact) -> None:
        self.stretch, self.value, self.slope = stretch, value, slope

    def at(self, point: Exact) -> Exact:
        """The exact number where `t` is the point."""
        return self.value + self.slope * point

    @property
    def numerator(self) -> Affine:
        """Itself, over one."""
        return self

    @property
    def denominator(self) -> int:
        """One."""
        return 1

    def __repr__(self) -> str:
        return f"Affine({self.value} + {self.slope}·t)"

    # --- arithmetic -----------------------------------------------------------------------------------

    def __add__(self, other: Number) -> Number:
        if isinstance(other, Affine):
            return _line(self.stretch, self.value + other.value, self.slope + other.slope)
        if isinstance(other, int | Fraction):
            return Affine(self.stretch, self.value + other, self.slope)
        return NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Affine:
        return Affine(self.stretch, -self.value, -self.slope)

    def __sub__(self, other: Number) -> Number:
        return self + -other

    def __rsub__(self, other: Number) -> Number:
        return -self + other

    def __mul__(self, other: Number) -> Number:
        if isinstance(other, int | Fraction):
            return _line(self.stretch, self.value * other, self.slope * other)
        if isinstance(other, Affine):
            raise NotLinear
        return NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Number:
        if isinstance(other, int | Fraction):
            return _line(self.stretch, Fraction(self.value) / other, Fraction(self.slope) / other)
        if isinstance(other, Affine):
            return _quotient(self, other)
        return NotImplemented

    def __rtruediv__(self, other: Number) -> Number:
        return _quotient(other, self) if other else 0

    # --- order: decided here and now --------------------------------------------------------------------

    def _minus(self, other: Number) -> int:
        if isinstance(other, Affine):
            return self.stretch.sign(self.value - other.value, self.slope - other.slope)
        return self.stretch.sign(self.value - other, self.slope)

    def __bool__(self) -> bool:
        return self.stretch.sign(self.value, self.slope) != 0

    def __eq__(self, other: object) -> bool:
        return _is_number(other) and self._minus(other) == 0

    def __lt__(self, other: Number) -> bool:
        return self._minus(other) < 0 if _is_number(other) else NotImplemented

    def __le__(self, other: Number) -> bool:
        return self._minus(other) <= 0 if _is_number(other) else NotImplemented

    def __gt__(self, other: Number) -> bool:
        return self._minus(other) > 0 if _is_number(other) else NotImplemented

    def __ge__(self, other: Number) -> bool:
        return self._minus(other) >= 0 if _is_number(other) else NotImplemented


class Quotient:
    """A quotient whose divisor varies: it can be compared with a fixed number, but is no amount."""

    __slots__ = ("bottom", "top")
    __hash__ = None  # type: ignore[assignment]  # equality depends on where we stand

    def __init__(self, top: Number, bottom: Affine) -> None:
        self.top, self.bottom = top, bottom

    @property
    def numerator(self) -> Quotient:
        """Itself, over one."""
        return self

    @property
    def denominator(self) -> int:
        """One."""
        return 1

    def __mul__(self, other: Number) -> Number:
        if isinstance(other, int | Fraction):
            return _quotient(self.top * other, self.bottom) if other else 0
        raise NotLinear

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Number:
        if isinstance(other, int | Fraction):
            return self * (Fraction(1) / other)
        raise NotLinear

    def _refused(self, other: Number) -> Number:
        raise NotLinear

    __add__ = __radd__ = __sub__ = __rsub__ = __rtruediv__ = _refused

    def __neg__(self) -> Number:
        return self * -1

    def _minus(self, other: Number) -> int:
        """The sign of the difference: `top - other · bottom`, over the divisor's own sign."""
        if isinstance(other, Quotient):
            if other.top is self.top and other.bottom is self.bottom:
                return 0
            raise NotLinear
        if isinstance(other, Affine):
            raise NotLinear
        difference = self.top - other * self.bottom
        return _sign(difference) * _sign(self.bottom)

    def __bool__(self) -> bool:
        return self._minus(0) != 0

    __eq__ = Affine.__eq__
    __lt__ = Affine.__lt__
    __le__ = Affine.__le__
    __gt__ = Affine.__gt__
    __ge__ = Affine.__ge__


def _is_number(other: object) -> bool:
    return isinstance(other, int | Fraction | Affine | Quotient)


def _line(stretch: Stretch, value: Exact, slope: Exact) -> Number:
    """The line; a fixed number where the slope is 0."""
    return Affine(stretch, value, slope) if slope else value


def _quotient(top: Number, bottom: Affine) -> Number:
    """The quotient; a fixed number where both vary in step."""
    if isinstance(top, Affine) and top.value * bottom.slope == bottom.value * top.slope:
        return Fraction(top.slope) / bottom.slope
    return Quotient(top, bottom)


def _sign(number: Number) -> int:
    return 1 if number > 0 else -1 if number < 0 else 0
