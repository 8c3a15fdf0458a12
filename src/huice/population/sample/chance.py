"""Repeatable random draws in whole numbers: no float enters, so every machine draws the same.

Levels are base-2 logarithms with 16 bits after the point; a normal deviate has 16 such bits too. The tables
of both are made once.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

POINT = 16
ONE = 1 << POINT
WHOLE = 1 << 32
"""A chance of 1, as draws are compared with it."""
_TOP = 60
"""Levels are cut at 2 to this: beyond any sum of money, below the end of 64 bits."""
_GRAIN = 30
_FINE = 14
"""Bits of precision of a logarithm."""
_STEP = 8
"""Means of counts are taken to an eighth of an octave."""
_FEWEST, _MOST_MEAN = -12 * _STEP, 8 * _STEP


def bits(key: str, size: int) -> Ints:
    """So many draws from 0 to 2³² - 1, always the same for a key."""
    digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
    raw = np.random.Philox(key=int.from_bytes(digest, "little")).random_raw((size + 1) // 2)
    return np.asarray(raw, dtype="<u8").view("<u4")[:size].astype(np.int64)


def happens(draws: Ints, chance: Fraction) -> Bools:
    """Which draws fall under a chance."""
    return np.asarray(draws < int(chance * WHOLE))


def pick(draws: Ints, weights: Sequence[Fraction]) -> Ints:
    """A position for each draw, by weights that make 1."""
    steps, total = [], Fraction(0)
    for weight in weights[:-1]:
        total += weight
        steps.append(int(total * WHOLE))
    found: Ints = np.searchsorted(np.array(steps, np.int64), draws, side="right")
    return found


def between(draws: Ints, low: Ints | int, high: Ints | int) -> Ints:
    """A whole number from `low` to `high`, both included; spans below 2³¹."""
    span = np.asarray(high, np.int64) - low + 1
    found: Ints = low + ((draws * span) >> 32)
    return found


def normal(draws: Ints) -> Ints:
    """Standard normal deviates, in units of 2⁻¹⁶; none beyond 4.3."""
    found: Ints = _deviates()[draws >> 16]
    return found


def mixed(own: Ints, shared: Sequence[tuple[Ints, Fraction]]) -> Ints:
    """A standard normal deviate that correlates with others by the shares given."""
    if not shared:
        return own
    rest = 1 - sum((share * share for _, share in shared), Fraction(0))
    total = own * math.isqrt(max(int(rest * ONE * ONE), 0))
    for deviate, share in shared:
        total = total + deviate * int(share * ONE)
    return total >> POINT


def log2(number: Fraction) -> int:
    """The base-2 logarithm of a positive number as a level."""
    with localcontext() as context:
        context.prec = 40
        value = Decimal(number.numerator) / Decimal(number.denominator)
        return int((value.ln() / Decimal(2).ln() * ONE).to_integral_value())


def log2_of(numbers: Ints) -> Ints:
    """The levels of whole numbers, of their first 14 bits; 0 and less count as 1."""
    found = np.maximum(numbers, 1)
    octave = np.zeros_like(found)
    rest = found.copy()
    for step in (32, 16, 8, 4, 2, 1):
        over = rest >= (1 << step)
        octave += over * step
        rest = np.where(over, rest >> step, rest)
    down, up = np.maximum(octave - _FINE, 0), np.maximum(_FINE - octave, 0)
    lifted = np.where(octave > _FINE, found >> down, found << up)
    fine: Ints = (octave << POINT) + _fractions()[lifted - (1 << _FINE)]
    return fine


def exp2(levels: Ints) -> Ints:
    """The whole numbers at these levels, rounded down."""
    cut = np.clip(levels, 0, _TOP * ONE)
    mantissa, octave = _powers()[cut & (ONE - 1)], cut >> POINT
    found: Ints = np.where(
        octave >= _GRAIN,
        mantissa << np.maximum(octave - _GRAIN, 0),
        mantissa >> np.maximum(_GRAIN - octave, 0),
    )
    return np.where(levels < 0, 0, found)


def rounded(numbers: Ints, step: int) -> Ints:
    """To the nearest multiple of a step, halves up."""
    return numbers if step == 1 else (numbers + step // 2) // step * step


def counts(draws: Ints, levels: Ints) -> Ints:
    """Poisson counts whose means stand at these levels (taken to an eighth of an octave)."""
    grid = np.clip((levels * _STEP + ONE // 2) >> POINT, _FEWEST - 1, _MOST_MEAN) - _FEWEST
    flat, starts = _cumulated()
    row = np.maximum(grid, 0)
    found = np.searchsorted(flat, (row << 32) + draws, side="right") - starts[row]
    return np.where(grid < 0, 0, found)


@cache
def _deviates() -> Ints:
    inverse = NormalDist().inv_cdf
    half = [round(inverse((place + 0.5) / ONE) * ONE) for place in range(ONE // 2)]
    return np.array(half + [-value for value in reversed(half)], np.int64)


@cache
def _powers() -> Ints:
    return np.array([round(2 ** (place / ONE) * 2**_GRAIN) for place in range(ONE)], np.int64)


@cache
def _fractions() -> Ints:
    size = 1 << _FINE
    return np.array([round(math.log2(1 + at / size) * ONE) for at in range(size)], np.int64)


@cache
def _cumulated() -> tuple[Ints, Ints]:
    """The Poisson distributions of all means one after the other, and where each starts."""
    flat: list[int] = []
    starts: list[int] = []
    with localcontext() as context:
        context.prec = 30
        for number, place in enumerate(range(_FEWEST, _MOST_MEAN + 1)):
            starts.append(len(flat))
            mean = Decimal(2) ** (Decimal(place) / _STEP)
            chance = (-mean).exp()
            total, count = chance, 0
            while total < 1 - Decimal(2) ** -33:
                flat.append((number << 32) + int(total * WHOLE))
                count += 1
                chance = chance * mean / count
                total += chance
    return np.array(flat, np.int64), np.array(starts, np.int64)
