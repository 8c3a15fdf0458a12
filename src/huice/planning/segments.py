"""Straight segments on whole fen, the parts of a year's claim that they make up, and caps over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct, structs

from huice.analysis.linear import Affine, Quotient, pieces
from huice.corpus.model import Pool
from huice.evaluate.facts import Exact, PoolState
from huice.evaluate.linear import NotLinear, Number
from huice.evaluate.program import Cap
from huice.language.text import Text
from huice.language.units import value_of
from huice.planning.problem import Spending


class Line(Struct, frozen=True):
    """`value + slope · x` yuan."""

    value: Exact
    slope: Exact = 0

    def at(self, x: Exact) -> Exact:
        """The amount where x is spent."""
        return self.value + self.slope * x


NONE = Line(0)


class Segment(Struct, frozen=True):
    """Where x lies on whole fen from `low` to `high` (None: no end): what is certain, and the ceiling.

    `ceiling` is None where the text states no amount.
    """

    low: Exact
    high: Exact | None
    certain: Line
    ceiling: Line | None


class Part(Struct, frozen=True):
    """What one row gives, or the measure as a whole: x is the sum of `spending` (empty: a fixed amount)."""

    row: str
    spending: tuple[str, ...]
    segments: tuple[Segment, ...]
    caps: tuple[tuple[Exact | None, Exact | None], ...] = ()


class Year(Struct, frozen=True):
    """A claim of one year: its parts add up, and are cut by `caps` (certain, ceiling; None: none).

    `whole` are caps over all years as this year knows them.
    """

    parts: tuple[Part, ...]
    caps: tuple[tuple[Exact | None, Exact | None], ...] = ()
    whole: tuple[tuple[Exact | None, Exact | None], ...] = ()


class Unplanned(Exception):
    """The measure cannot be planned here; `why` says so."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.why = Text(zh, en)


def pool_left(pool: Pool, state: PoolState | None) -> Exact:
    """What one claim can draw from a pool at most, in yuan."""
    left: Exact = value_of(pool.holds)
    if state is not None and state.yuan is not None:
        left = min(left, state.yuan)
    if state is not None and state.count is not None and pool.face is not None:
        left = min(left, state.count * value_of(pool.face))
    return left


def less(cap: Exact | None, received: Exact) -> Exact | None:
    return None if cap is None else max(0, cap - received)


def soft(cap: Cap, value: tuple[Any, Any]) -> tuple[Exact | None, Exact | None]:
    """The cap; one that holds in principle cuts what is certain alone."""
    return (value[0], None) if cap.soft else value


def most_of(spending: Spending) -> Exact | None:
    """The most that one entity and year can be allotted; None without a limit."""
    limits = [one for one in (spending.total.most, spending.yearly.most) if one is not None]
    return min(limits) if limits else None


def pays(segment: Segment) -> bool:
    """Whether a claim is worth something somewhere on the segment."""
    for line in (segment.certain, segment.ceiling):
        if line is None:
            continue
        if line.slope or line.value > 0:
            return True
    return False


def without_ceiling(part: Part) -> Part:
    segments = tuple(structs.replace(one, ceiling=None) for one in part.segments)
    return structs.replace(part, segments=segments)


def filled(part: Part, caps: Sequence[tuple[Exact | None, Exact | None]]) -> Part:
    """An unstated amount of a row takes what the firm's caps leave."""
    highs = [high for _, high in caps if high is not None]
    segments = tuple(
        structs.replace(one, ceiling=Line(min(highs))) if one.ceiling is None and highs else one
        for one in part.segments
    )
    return structs.replace(part, segments=segments)


def segments(run: Callable[[Any], tuple[Any, Any]], end: Exact | None) -> Iterator[Segment]:
    """The pieces of a year on whole fen."""
    for piece in pieces(run, 0, end):
        certain, ceiling = piece.value
        low: Exact
        high: Exact | None
        if piece.point:
            low = high = piece.low
            if Fraction(low * 100).denominator != 1:
                continue
        else:
            low = Fraction(int(Fraction(piece.low) * 100) + 1, 100)
            high = None if piece.high is None else _below(piece.high)
            if high is not None and high < low:
                continue
        yield Segment(low, high, _line(certain), None if ceiling is None else _line(ceiling))


def _below(number: Exact) -> Fraction:
    """The largest whole fen below a number."""
    return Fraction(-int(-Fraction(number) * 100 // 1) - 1, 100)


def _line(number: Number) -> Line:
    if isinstance(number, Quotient):
        raise NotLinear
    return Line(number.value, number.slope) if isinstance(number, Affine) else Line(number)
