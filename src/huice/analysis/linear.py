"""A number that varies along a line, and the pieces of any function that is computed with it.

The evaluator is run on such numbers as it is run on others: it adds, multiplies and compares. A comparison is
decided where we stand, just above a point, and the stretch on which it stays so is narrowed. One run therefore
gives an exact line and the stretch on which it is true; the next run begins where that stretch ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.evaluate.linear import Affine, NotLinear, Number, Point, Quotient, Stretch
from huice.language.text import Fault

__all__ = [
    "Affine", "NotLinear", "Number", "Piece", "Point", "Quotient", "Stretch", "TooManyPieces", "at",
    "pieces", "whole",
]  # fmt: skip

T = TypeVar("T")
MOST_PIECES = 20_000
"""Of one function; more is a fault of the function, not of the law."""


class TooManyPieces(Fault):
    """The function breaks more often than any rule does."""

    def __init__(self) -> None:
        super().__init__(
            f"曲线的转折超过 {MOST_PIECES} 处，请缩小范围",
            f"the curve breaks at more than {MOST_PIECES} points; narrow the range",
        )


class Piece(Struct, Generic[T], frozen=True):
    """What the function is at a point (`low == high`), or between two (both left out; None: no end).

    Numbers of the value are exact at a point, `Affine` or exact in between.
    """

    low: Exact
    high: Exact | None
    value: T

    @property
    def point(self) -> bool:
        """Whether the piece is a single point."""
        return self.low == self.high


def pieces(
    run: Callable[[Number], T], start: Exact, end: Exact | None, *, uncut: bool = False
) -> tuple[Piece[T], ...]:
    """The function from `start` to `end`, both included: points and the open stretches between them in turn.

    `run` is called with an exact number for a point, and with an `Affine` for a stretch; it must compute with
    the number alone, and keep nothing from one call to the next. Neighbouring pieces may be alike. With `uncut`
    points too are given as an `Affine`, so that nothing is cut to the fen at one. Raises `NotLinear` where no
    line can be drawn.
    """
    return tuple(_walk(run, start, end, uncut=uncut))


def _walk(
    run: Callable[[Number], T], start: Exact, end: Exact | None, *, uncut: bool
) -> Iterator[Piece[T]]:
    at = start
    for _ in range(MOST_PIECES):
        yield Piece(at, at, run(Affine(Point(at), 0, 1) if uncut else whole(at)))
        if end is not None and at >= end:
            return
        stretch = Stretch(at, end)
        value = run(Affine(stretch, 0, 1))
        yield Piece(at, stretch.end, value)
        if stretch.end is None:
            return
        at = stretch.end
    raise TooManyPieces


def at(number: Number, point: Exact) -> Exact:
    """The exact number where `t` is the point, whether it varies or not. Raises `NotLinear` for a quotient."""
    if isinstance(number, Quotient):
        raise NotLinear
    exact: Exact = number.at(point) if isinstance(number, Affine) else number
    return exact


def whole(number: Exact) -> Exact:
    """The same number, an `int` where it is whole."""
    return number.numerator if number.denominator == 1 else number
