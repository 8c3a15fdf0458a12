"""What many firms get together, as a function of one open number: exact on every value of its grid.

Each firm gives straight lines over cells of the grid, cut to the fen firm by firm. The sum of the lines,
uncut, is straight between the cells where some line begins; what is cut off is less than one fen a line.
Where that could matter the firms are cut and added one by one, so that every answer is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import TypeAlias

from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.language.text import Fault
from huice.population.reform.tally import Tally

Run: TypeAlias = tuple[int, int, bool]
"""Cells from the first to the last, and whether spending is within the budget on them."""
MOST_LOOKED_AT = 10_000
"""Cells whose sum is taken firm by firm where gains and losses offset one another."""


class TooFine(Fault):
    """Gains and losses offset one another on too many values to look at each."""

    def __init__(self) -> None:
        super().__init__(
            "增减互相抵消的取值太多，无法逐一核对；请把 step 放宽或缩小 from、to",
            "gains and losses offset one another on too many values to check each; "
            "widen step, or narrow from and to",
        )


class Stretch(Struct, frozen=True):
    """Cells on which no line begins: uncut, spending is `value + slope · cell` fen there.

    At each cell it is less than `loose` fen lower. `rises` and `falls`: whether some line does.
    """

    first: int
    last: int
    value: Exact
    slope: Exact
    loose: int
    rises: bool
    falls: bool

    def at(self, cell: int) -> Exact:
        """Spending before each line is cut to the fen, in fen."""
        return self.value + self.slope * cell

    @property
    def monotone(self) -> bool:
        """Whether no firm gains where another loses."""
        return not (self.rises and self.falls)


class Spending:
    """The sum of the lines of a tally at each of its cells, in fen."""

    def __init__(self, tally: Tally) -> None:
        self.stretches = tuple(_stretches(tally))
        self._cut = tally.cut()
        self._starts = [stretch.first for stretch in self.stretches]
        self._kept: dict[int, int] = {}

    def at(self, cell: int) -> int:
        """Spending at a cell, each firm cut to the fen."""
        found = self._kept.get(cell)
        if found is None:
            found = self._kept[cell] = self._sum(cell)
        return found

    def _sum(self, cell: int) -> int:
        stretch = self.stretches[bisect_right(self._starts, cell) - 1]
        if not stretch.loose:
            return int(stretch.at(cell))
        return int(stretch.at(cell) - self._cut.off(cell))

    # --- where it meets a budget ------------------------------------------------------------------------

    def runs(self, budget: int) -> list[Run]:
        """The whole grid in runs of cells on which spending is, or is not, within the budget."""
        found: list[Run] = []
        for stretch in self.stretches:
            for first, last, within in self._of(stretch, budget):
                if found and found[-1][2] == within:
                    found[-1] = (found[-1][0], last, within)
                else:
                    found.append((first, last, within))
        return found

    def _of(self, stretch: Stretch, budget: int) -> Iterator[Run]:
        """The runs of one stretch: clear where the uncut sum decides, looked at where it does not."""
        first, last = _between(stretch, budget, budget + stretch.loose)
        edges = [(stretch.first, first - 1), (first, last), (last + 1, stretch.last)]
        for start, end in edges:
            if start > end:
                continue
            if (start, end) == (first, last):
                yield from self._looked_at(stretch, start, end, budget)
            else:
                yield start, end, stretch.at(start) <= budget

    def _looked_at(self, stretch: Stretch, first: int, last: int, budget: int) -> Iterator[Run]:
        within: Callable[[int], bool] = lambda cell: self.at(cell) <= budget  # noqa: E731  # used here alone
        if stretch.monotone:
            one, other = within(first), within(last)
            if one == other:
                yield first, last, one
                return
            turn = _turn(within, first, last)
            yield first, turn, one
            yield turn + 1, last, other
            return
        if last - first >= MOST_LOOKED_AT:
            raise TooFine
        for cell in range(first, last + 1):
            yield cell, cell, within(cell)

    # --- how far it reaches -------------------------------------------------------------------------------

    def extremes(self) -> tuple[int, int]:
        """The first cells with the least and with the most spending."""
        low, high = self._least_of(self._near(-1)), self._most_of(self._near(1))
        for stretch in self.stretches:
            if stretch.monotone or not stretch.loose:
                continue
            bottom, top = self.at(low), self.at(high)
            near = _cells(stretch, bottom - 1, bottom + stretch.loose)
            near += _cells(stretch, top, None)
            if len(near) > MOST_LOOKED_AT:
                raise TooFine
            low, high = self._least_of([low, *near]), self._most_of([high, *near])
        return low, high

    def _near(self, sign: int) -> list[int]:
        """The ends of stretches that may hold the most (sign 1) or the least: what is cut off decides."""
        ends = {
            cell: (one.at(cell) - one.loose, one.at(cell))
            for one in self.stretches
            for cell in (one.first, one.last)
        }
        if sign > 0:
            sure = max(low for low, _ in ends.values())
            return [cell for cell, (_, high) in ends.items() if high >= sure]
        sure = min(high for _, high in ends.values())
        return [cell for cell, (low, _) in ends.items() if low <= sure]

    def _least_of(self, cells: list[int]) -> int:
        return min(cells, key=lambda cell: (self.at(cell), cell))

    def _most_of(self, cells: list[int]) -> int:
        return max(cells, key=lambda cell: (self.at(cell), -cell))

    def shape(self) -> str:
        """`rising`, `falling`, `flat` or `mixed` over the whole grid."""
        ups = any(one.rises for one in self.stretches)
        downs = any(one.falls for one in self.stretches)
        for one, other in pairwise(self.stretches):
            jump = self._jump(one, other)
            ups, downs = ups or jump > 0, downs or jump < 0
        return {(True, True): "mixed", (True, False): "rising", (False, True): "falling"}.get(
            (ups, downs), "flat"
        )

    def _jump(self, one: Stretch, other: Stretch) -> Exact:
        """From the last cell of a stretch to the first of the next, of the right sign."""
        jump = other.at(other.first) - one.at(one.last)
        if jump > other.loose or -jump > one.loose:
            return jump
        return self.at(other.first) - self.at(one.last)

    def points(self, most: int) -> list[tuple[int, int]]:
        """The ends of the stretches with spending there, at most about so many, the outer ones always."""
        cells = sorted({cell for one in self.stretches for cell in (one.first, one.last)})
        step = -(-len(cells) // most)
        kept = sorted({*cells[::step], cells[-1]})
        return [(cell, self.at(cell)) for cell in kept]


def _stretches(tally: Tally) -> Iterator[Stretch]:
    """The cells between which some line begins or ends."""
    now: list[Exact] = [0] * 5
    starts = sorted({0, *(cell for cell in tally.steps if cell < tally.count)})
    for first, after in pairwise([*starts, tally.count]):
        begins = tally.steps.get(first, now[:0])
        now = [one + other for one, other in zip(now, begins, strict=True)] if begins else now
        value, slope, cut_lines, ups, downs = now
        yield Stretch(first, after - 1, value, slope, int(cut_lines), ups > 0, downs > 0)


def _between(stretch: Stretch, low: Exact, high: Exact) -> tuple[int, int]:
    """The cells of the stretch where the uncut sum lies above `low` and below `high`.

    If there is none, `last` is one before `first`, and what lies above stands on one side of it.
    """
    first, last, slope = stretch.first, stretch.last, Fraction(stretch.slope)
    if slope == 0:
        return (first, last) if low < stretch.value < high else (last + 1, last)
    one, other = sorted(((low - stretch.value) / slope, (high - stretch.value) / slope))
    start, end = floor(one) + 1, ceil(other) - 1
    if start > end:
        start = start if slope > 0 else end + 1
        end = start - 1
    if start > last:
        return last + 1, last
    if end < first:
        return (first, first - 1) if start <= first else (start, start - 1)
    return max(start, first), min(end, last)


def _cells(stretch: Stretch, low: Exact, high: Exact | None) -> list[int]:
    """The cells of a stretch whose uncut sum is above `low` and, if given, below `high`."""
    top = max(stretch.at(stretch.first), stretch.at(stretch.last)) + 1
    first, last = _between(stretch, low, top if high is None else high)
    return list(range(first, min(last, first + MOST_LOOKED_AT) + 1))


def _turn(within: Callable[[int], bool], first: int, last: int) -> int:
    """The last cell that is as the first one, where there is one turn."""
    wanted = within(first)
    while last - first > 1:
        middle = (first + last) // 2
        if within(middle) == wanted:
            first = middle
        else:
            last = middle
    return first
