"""Segments as few convex pieces as they need: a concave stretch is one piece, bounded by all its lines."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from msgspec import Struct, structs

from huice.evaluate.facts import Exact
from huice.planning.segments import NONE, Line, Segment


class Stretch(Struct, frozen=True):
    """Where x lies on whole fen from `low` to `high`: each figure is the least of its lines there."""

    low: Exact
    high: Exact
    certain: tuple[Line, ...]
    ceiling: tuple[Line, ...]

    def most(self, account: str) -> Exact:
        """The most that a figure reaches on the stretch: a concave figure's at an end or where lines cross."""
        lines: tuple[Line, ...] = getattr(self, account)
        return max(min(line.at(x) for line in lines) for x in self._corners(lines))

    def _corners(self, lines: Sequence[Line]) -> set[Exact]:
        found = {self.low, self.high}
        for one in lines:
            for other in lines:
                if one.slope != other.slope:
                    x = crossing(one, other)
                    if self.low <= x <= self.high:
                        found.add(x)
        return found


def crossing(one: Line, other: Line) -> Fraction:
    """Where two lines of different slope meet."""
    return Fraction(other.value - one.value) / (one.slope - other.slope)


def stretches(
    segments: Sequence[Segment], end: Exact, accounts: Sequence[str]
) -> tuple[Stretch, ...]:
    """The segments up to `end`, joined wherever the figures that count stay concave."""
    found: list[Stretch] = []
    for segment in _absorbed(segments):
        if segment.low > end:
            continue
        high = end if segment.high is None else min(segment.high, end)
        one = Stretch(segment.low, high, (segment.certain,), (segment.ceiling or NONE,))
        joined = _joined(found[-1], one, accounts) if found else None
        if joined is None:
            found.append(one)
        else:
            found[-1] = joined
    return tuple(found)


def _absorbed(segments: Sequence[Segment]) -> list[Segment]:
    """Points that lie on a neighbour's lines belong to it."""
    found: list[Segment] = []
    for segment in segments:
        last = found[-1] if found else None
        if last is not None and _next_to(last, segment):
            if segment.low == segment.high and _agree(last, segment, segment.low):
                found[-1] = structs.replace(last, high=segment.high)
                continue
            if last.low == last.high and _agree(segment, last, last.low):
                found[-1] = structs.replace(segment, low=last.low)
                continue
            if (last.certain, last.ceiling) == (segment.certain, segment.ceiling):
                found[-1] = structs.replace(last, high=segment.high)
                continue
        found.append(segment)
    return found


def _next_to(one: Segment, other: Segment) -> bool:
    return one.high is not None and (other.low - one.high) * 100 == 1


def _agree(one: Segment, other: Segment, x: Exact) -> bool:
    if one.certain.at(x) != other.certain.at(x):
        return False
    if one.ceiling is None or other.ceiling is None:
        return one.ceiling is other.ceiling
    return one.ceiling.at(x) == other.ceiling.at(x)


def _joined(one: Stretch, other: Stretch, accounts: Sequence[str]) -> Stretch | None:
    """Both as one stretch, if on each of them the least of all lines is its own figure."""
    if (other.low - one.high) * 100 != 1:
        return None
    lines: dict[str, tuple[Line, ...]] = {}
    for account in ("certain", "ceiling"):
        mine: tuple[Line, ...] = getattr(one, account)
        its: tuple[Line, ...] = getattr(other, account)
        if account in accounts and not (_above(its, mine, one) and _above(mine, its, other)):
            return None
        chord = _chord(one.high, _least(mine, one.high), other.low, _least(its, other.low))
        lines[account] = tuple(dict.fromkeys((*mine, chord, *its)))
    return Stretch(one.low, other.high, lines["certain"], lines["ceiling"])


def _least(lines: Sequence[Line], x: Exact) -> Exact:
    return min(line.at(x) for line in lines)


def _chord(x: Exact, y: Exact, x2: Exact, y2: Exact) -> Line:
    """The line through the figures of two neighbouring fen: it cuts off the corner that lies between them."""
    slope = Fraction(y2 - y) / Fraction(x2 - x)
    return Line(y - slope * x, slope)


def _above(lines: Sequence[Line], own: Sequence[Line], stretch: Stretch) -> bool:
    """Whether the lines nowhere cut the stretch's own figure: its corners suffice, for it is concave."""
    return all(
        line.at(x) >= min(mine.at(x) for mine in own)
        for line in lines
        for x in (stretch.low, stretch.high, *_crossings(own, stretch))
    )


def _crossings(lines: Sequence[Line], stretch: Stretch) -> list[Exact]:
    found: list[Exact] = []
    for one, other in pairwise(lines):
        if one.slope != other.slope:
            x = crossing(one, other)
            if stretch.low < x < stretch.high:
                found.append(x)
    return found
