"""A bound that owes nothing to rounding: branch and bound whose every bound is worked out in exact fractions.

The solver only suggests multipliers for the rows. Any multipliers whatever give a true bound on the linear
relaxation, since every column is bounded; good ones give a good bound. A branch is closed where its bound
falls short of what is to be proved impossible, so a wrong or imprecise suggestion can cost a proof but never
fake one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import highspy

from huice.evaluate.facts import Exact
from huice.planning.solver import Model, relaxation

MOST_BRANCHES = 400
MOST_WORK = 200_000
"""Branches times rows: a larger model is given fewer branches."""
_GRID = 2**50
"""Multipliers are cut to this grid, so that fractions stay short."""


class Certifier:
    """Tries to prove that no solution of a model reaches a target.

    All numbers are whole: factors and gains in parts of `self.parts`, bounds in parts of `self.pieces`.
    """

    def __init__(self, model: Model, deadline: float | None = None) -> None:
        self.model, self.deadline = model, deadline
        self.solver = relaxation(model)
        self.parts = _common([*model.gain, *(f for terms, _, _ in model.rows for _, f in terms)])
        sides = [side for _, *both in model.rows for side in both if side is not None]
        self.pieces = _common([*model.low, *model.high, *sides])
        self.gain = [_times(gain, self.parts) for gain in model.gain]
        self.low = [_times(low, self.pieces) for low in model.low]
        self.high = [_times(high, self.pieces) for high in model.high]
        self.sides = [
            tuple(None if side is None else _times(side, self.pieces) for side in both)
            for _, *both in model.rows
        ]
        self.columns: list[list[tuple[int, int]]] = [[] for _ in model.low]
        for number, (terms, _, _) in enumerate(model.rows):
            for column, factor in terms:
                self.columns[column].append((number, _times(factor, self.parts)))
        self.switches = [number for number, whole in enumerate(model.whole) if whole]
        self.branches = 0
        self.most = max(20, min(MOST_BRANCHES, MOST_WORK // max(1, len(model.rows))))

    def below(self, target: Exact) -> bool:
        """Whether every solution is proved to stay below the target (in the model's unit)."""
        waiting: list[list[tuple[int, int]]] = [[]]
        while waiting:
            fixed = waiting.pop()
            self.branches += 1
            late = self.deadline is not None and time.perf_counter() > self.deadline
            if self.branches > self.most or late:
                return False
            values = self._open(fixed, Fraction(target))
            if values is None:
                continue
            column = self._undecided(values, fixed)
            if column is None:
                return False
            first = round(values[column])
            waiting += [[*fixed, (column, 1 - first)], [*fixed, (column, first)]]
        return True

    def _open(self, fixed: Sequence[tuple[int, int]], target: Fraction) -> Sequence[float] | None:
        """The relaxation's values; None where the branch is proved to stay below the target."""
        kept = [(column, self.low[column], self.high[column]) for column, _ in fixed]
        for column, value in fixed:
            self.low[column] = self.high[column] = value * self.pieces
            self.solver.changeColBounds(column, float(value), float(value))
        self.solver.run()
        status = self.solver.getModelStatus()
        solution = self.solver.getSolution()
        closed, values = False, [0.5] * len(self.low)
        if status == highspy.HighsModelStatus.kOptimal:
            values = list(solution.col_value)
            closed = self.bound(solution.row_dual) < target
        elif status == highspy.HighsModelStatus.kInfeasible:
            closed = self._empty()
        for column, low, high in kept:
            self.low[column], self.high[column] = low, high
            self.solver.changeColBounds(
                column, float(self.model.low[column]), float(self.model.high[column])
            )
        return None if closed else values

    def _empty(self) -> bool:
        """Whether the rows are proved to have no solution: some sum of them cannot hold."""
        _, known = self.solver.getDualRayExist()  # type: ignore[attr-defined]  # missing from its types
        if not known:
            return False
        ray = self.solver.getDualRay()[-1]  # type: ignore[attr-defined]  # as above
        nothing = [0] * len(self.gain)
        return any(self._value([sign * one for one in ray], nothing) < 0 for sign in (1.0, -1.0))

    def bound(self, multipliers: Sequence[float]) -> Fraction:
        """What no point of the relaxation surpasses, exactly, by multipliers of the rows."""
        return Fraction(self._value(multipliers, self.gain), _GRID * self.parts * self.pieces)

    def _value(self, multipliers: Sequence[float], gain: Sequence[int]) -> int:
        prices = [round(one * _GRID) if one else 0 for one in multipliers]
        total = 0
        for number, (least, most) in enumerate(self.sides):
            price = prices[number]
            side = most if price > 0 else least
            if side is None:
                prices[number] = 0
            elif price:
                total += price * side * self.parts
        for column, terms in enumerate(self.columns):
            left = gain[column] * _GRID
            for number, factor in terms:
                if prices[number]:
                    left -= prices[number] * factor
            if left:
                total += left * (self.high[column] if left > 0 else self.low[column])
        return total

    def _undecided(self, values: Sequence[float], fixed: Sequence[tuple[int, int]]) -> int | None:
        """The switch that is furthest from being decided, else any that is not fixed."""
        known = {column for column, _ in fixed}
        free = [
            column
            for column in self.switches
            if column not in known and self.model.low[column] != self.model.high[column]
        ]
        if not free:
            return None
        return max(free, key=lambda column: abs(values[column] - round(values[column])))


def _common(numbers: Sequence[Exact]) -> int:
    """A number of which all denominators are divisors."""
    return lcm(*{number.denominator for number in numbers})


def _times(number: Exact, parts: int) -> int:
    return number.numerator * (parts // number.denominator)
