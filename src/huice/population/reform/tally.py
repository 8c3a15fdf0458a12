"""Straight lines of firms added up: a part of the population gives one, and parts merge in any order.

Lines that are whole fen at every value are summed where they begin and end; of many firms no more is kept than
that. Lines that are cut to the fen are kept as well, for what is cut off depends on each: 48 bytes for those
that lose the same at every value, however many they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import lcm
from typing import TypeAlias

import numpy as np
import polars as pl

from huice.evaluate.facts import Exact
from huice.population.reform.cells import Line

Steps: TypeAlias = dict[int, list[Exact]]
"""By cell, how much begins there of: value and slope in fen, lines that are cut, that rise, that fall."""
Rest: TypeAlias = tuple[int, int, int, int, int]
"""First cell, last cell, value, slope and bottom: at a cell `(value + slope · cell) mod bottom` is cut off,
in parts of a fen."""
REST = ("first", "last", "value", "slope", "bottom")
FEN = 100
_PARTS = 5
_SMALL = 2**31
"""Of bottoms below it 2**32 lines add up in 64 bits."""
_LARGEST = 2**62


class Tally:
    """Lines over the cells 0 to `count - 1`, added up."""

    def __init__(self, count: int, lines: Iterable[Line] = ()) -> None:
        self.count = count
        self.steps: Steps = {}
        self._parts = [pl.DataFrame(schema=dict.fromkeys((*REST, "many"), pl.Int64))]
        self._odd: Counter[Rest] = Counter()
        self.add(lines)

    def add(self, lines: Iterable[Line]) -> None:
        """More lines."""
        rests: Counter[Rest] = Counter()
        for line in lines:
            if line.value or line.slope:
                rests.update(self._added(line))
        small = {rest: many for rest, many in rests.items() if self._small(rest)}
        self._odd.update({rest: many for rest, many in rests.items() if rest not in small})
        rows = [(*rest, many) for rest, many in small.items()]
        self._take(pl.DataFrame(rows, self._parts[0].schema, orient="row"))

    def merge(self, other: Tally) -> None:
        """Those of another part."""
        for cell, parts in other.steps.items():
            self._step(cell, parts)
        self._odd.update(other._odd)
        for part in other._parts:
            self._take(part)

    def _added(self, line: Line) -> Iterator[Rest]:
        """Sums a line; gives it back as a rest if it is cut."""
        value, slope = line.value * FEN, line.slope * FEN
        if slope == 0:
            value = line.fen(line.first)
        bottom = lcm(Fraction(value).denominator, Fraction(slope).denominator)
        if bottom == 1:
            value, slope = int(value), int(slope)
        parts = [value, slope, int(bottom > 1), int(slope > 0), int(slope < 0)]
        self._step(line.first, parts)
        self._step(line.last + 1, [-part for part in parts])
        if bottom > 1:
            top, rise = int(value * bottom), int(slope * bottom)
            yield line.first, line.last, top % bottom, rise % bottom, bottom

    def _step(self, cell: int, parts: list[Exact]) -> None:
        sums = self.steps.setdefault(cell, [0] * _PARTS)
        for position, part in enumerate(parts):
            if part:
                sums[position] += part

    def _small(self, rest: Rest) -> bool:
        return rest[-1] < _SMALL and rest[-1] * self.count < _LARGEST

    def _take(self, rows: pl.DataFrame) -> None:
        """Keeps rests; those that are alike become one when the new ones are more than the old."""
        self._parts.append(rows)
        first, *others = self._parts
        if sum(part.height for part in others) > first.height:
            self._parts = [self._columns()]

    def _columns(self) -> pl.DataFrame:
        return pl.concat(self._parts).group_by(REST).agg(pl.col("many").sum())

    def cut(self) -> Cut:
        """What is cut off at each cell."""
        return Cut(self._columns(), self._odd)


class Cut:
    """What lines that are cut lose at a cell: each the part of a fen that it has there."""

    def __init__(self, columns: pl.DataFrame, odd: Counter[Rest]) -> None:
        rows = columns.sort("bottom")
        self._first, self._last, self._value, self._slope, self._bottom, self._many = (
            rows[name].to_numpy() for name in rows.columns
        )
        self._starts = np.flatnonzero(np.diff(self._bottom, prepend=0))
        self._bottoms = self._bottom[self._starts].tolist()
        self._odd = odd
        self._whole = lcm(*self._bottoms, *(rest[-1] for rest in odd))

    def off(self, cell: int) -> Fraction:
        """What is cut off at a cell, in fen."""
        sums = 0
        if self._starts.size:
            there = (self._first <= cell) & (cell <= self._last)
            rests = (self._value + self._slope * cell) % self._bottom * self._many * there
            for bottom, part in zip(
                self._bottoms, np.add.reduceat(rests, self._starts).tolist(), strict=True
            ):
                sums += part * (self._whole // bottom)
        for (first, last, value, slope, bottom), many in self._odd.items():
            if first <= cell <= last:
                sums += (value + slope * cell) % bottom * many * (self._whole // bottom)
        return Fraction(sums, self._whole)
