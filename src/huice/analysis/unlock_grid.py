"""Numbers on their grid: the least at which a test holds, or at which a ceiling is highest. By exact pieces."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct

from huice.analysis.linear import Affine, NotLinear, Number, Piece, TooManyPieces, pieces
from huice.corpus.model import FactInfo
from huice.evaluate.facts import Exact
from huice.evaluate.intervals import Kleene

STEPS: dict[str, Exact] = {"money": Fraction(1, 100), "area": Fraction(1, 100), "count": 1}
"""The grid of a number: the fen, a hundredth of a square metre, one."""
MOST_BACK = 100
"""Steps of the grid that are worth less than a fen together: at a rate of 1% there are a hundred."""
Ceiling: TypeAlias = Number
"""Yuan, exact or varying; None where the text states none."""


def step_of(info: FactInfo) -> Exact:
    """The grid on which a number of this fact lies."""
    return STEPS[info.type]


def up_to_grid(number: Exact, step: Exact) -> Exact:
    """The number, or the next one above it that lies on the grid."""
    steps = -(-Fraction(number) // Fraction(step))
    exact = steps * Fraction(step)
    return exact.numerator if exact.denominator == 1 else exact


def first_on_grid(
    put: Callable[[Number], Kleene], start: Exact, step: Exact, *, want: bool
) -> Exact | None:
    """The least number of the grid from `start` on at which the test is as wanted; None if there is none."""
    try:
        for piece in pieces(put, start, None):
            if piece.value is not want:
                continue
            low = up_to_grid(piece.low, step)
            if not piece.point and low == piece.low:
                low += step
            if low != piece.low and piece.high is not None and low > piece.high:
                continue  # no number of the grid lies in the stretch
            if put(low) is want:
                return low
    except (NotLinear, TooManyPieces):
        return None
    return None


def last_on_grid(
    put: Callable[[Number], Kleene], start: Exact, step: Exact, *, want: bool
) -> Exact | None:
    """The greatest number of the grid below `start` at which the test is as wanted; None if there is none."""
    mirrored = first_on_grid(lambda back: put(start - back), 0, step, want=want)
    return None if mirrored is None or mirrored > start else start - mirrored


class Peak(Struct, frozen=True):
    """The highest ceiling over a range and the least number that gives it; `slope`: it rises for ever."""

    at: Exact
    ceiling: Exact
    slope: Exact = 0


def peak(
    run: Callable[[Number], Ceiling], start: Exact, end: Exact | None, step: Exact
) -> Peak | None:
    """Where the ceiling is highest from `start` on; None where it is unstated or follows no line."""
    try:
        found = pieces(run, start, end)
    except (NotLinear, TooManyPieces):
        return None
    best: Peak | None = None
    for piece in found:
        if piece.value is None:
            return None
        one = _top(run, piece, step)
        if one is None:
            continue
        if best is None or one.ceiling > best.ceiling or (one.slope and not best.slope):
            best = one
    return best if best is None or best.slope else _least(run, best, start, step)


def _least(run: Callable[[Number], Ceiling], best: Peak, start: Exact, step: Exact) -> Peak:
    """The peak at the least number that gives it: what lies below the fen is cut, so a step less may do."""
    at = best.at
    for _ in range(MOST_BACK):
        if at - step < start or run(at - step) != best.ceiling:
            break
        at -= step
    return Peak(at, best.ceiling)


def _top(run: Callable[[Number], Ceiling], piece: Piece[Ceiling], step: Exact) -> Peak | None:
    """The highest point of the grid in a piece; an endless rise has its slope."""
    if isinstance(piece.value, Affine):
        if piece.high is None and piece.value.slope > 0:
            return Peak(piece.low, 0, piece.value.slope)
        # it rises towards its end: the last number of the grid before it, or falls from its beginning
        at = (
            _before(piece.high, step)
            if piece.value.slope > 0 and piece.high
            else _after(piece.low, step)
        )
    else:
        at = up_to_grid(piece.low, step) if piece.point else _after(piece.low, step)
    outside = at < piece.low or (piece.high is not None and at > piece.high)
    if outside and not piece.point:
        return None
    value = run(at)
    return None if value is None else Peak(at, value)


def _after(number: Exact, step: Exact) -> Exact:
    found = up_to_grid(number, step)
    return found + step if found == number else found


def _before(number: Exact, step: Exact) -> Exact:
    return up_to_grid(number, step) - step
