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

import highspy

from huice.evaluate.facts import Exact
from huice.planning.solver import Model, relaxation

MOST_BRANCHES = 400
MOST_WORK = 200_000
"""Branches times rows: a larger model is given fewer branches."""
_GRID = 2**50
"""Multipliers are cut to this grid, so that fractions stay short."""


class Certifier:
    """Tries to prove that no solution of a model reaches a target."""

    def __init__(self, model: Model, deadline: float | None = None) -> None:
        self.model, self.deadline = model, deadline
        self.solver = relaxation(model)
        self.columns: list[list[tuple[int, Fraction]]] = [[] for _ in model.low]
        for number, (terms, _, _) in enumerate(model.rows):
            for column, factor in terms:
                self.columns[column].append((number, Fraction(factor)))
        self.switches = [number for number, whole in enumerate(model.whole) if whole]
        self.branches = 0
        self.most = max(20, min(MOST_BRANCHES, MOST_WORK // max(1, len(model.rows))))

    def below(self, target: Exact) -> bool:
        """Whether every solution is proved to stay below the target (in the model's unit)."""
        low = [Fraction(one) for one in self.model.low]
        high = [Fraction(one) for one in self.model.high]
        waiting: list[list[tuple[int, int]]] = [[]]
        while waiting:
            fixed = waiting.pop()
            self.branches += 1
            late = self.deadline is not None and time.perf_counter() > self.deadline
            if self.branches > self.most or late:
                return False
            values = self._bounded(fixed, low, high, Fraction(target))
            if values is None:
                continue
            column = self._undecided(values, fixed)
            if column is None:
                return False
            first = round(values[column])
            waiting += [[*fixed, (column, 1 - first)], [*fixed, (column, first)]]
        return True

    def _bounded(
        self,
        fixed: Sequence[tuple[int, int]],
        low: Sequence[Fraction],
        high: Sequence[Fraction],
        target: Fraction,
    ) -> Sequence[float] | None:
        """None where the branch is proved to stay below the target, else the relaxation's values."""
        lows, highs = list(low), list(high)
        for column, value in fixed:
            lows[column] = highs[column] = Fraction(value)
            self.solver.changeColBounds(column, float(value), float(value))
        self.solver.run()
        status = self.solver.getModelStatus()
        solution = self.solver.getSolution()
        multipliers: Sequence[float] = ()
        closed = False
        if status == highspy.HighsModelStatus.kOptimal:
            multipliers = solution.row_dual
            closed = self.bound(multipliers, lows, highs) < target
        elif status == highspy.HighsModelStatus.kInfeasible:
            closed = self._empty(lows, highs)
        for column, _ in fixed:
            self.solver.changeColBounds(column, float(low[column]), float(high[column]))
        if closed:
            return None
        return (
            list(solution.col_value)
            if status == highspy.HighsModelStatus.kOptimal
            else [0.5] * len(low)
        )

    def _empty(self, low: Sequence[Fraction], high: Sequence[Fraction]) -> bool:
        """Whether the rows are proved to have no solution: some sum of them cannot hold."""
        _, known = self.solver.getDualRayExist()  # type: ignore[attr-defined]  # missing from its types
        if not known:
            return False
        ray = self.solver.getDualRay()[-1]  # type: ignore[attr-defined]  # as above
        zero = [Fraction(0)] * len(low)
        signs = (1.0, -1.0)
        return any(self._value([sign * one for one in ray], low, high, zero) < 0 for sign in signs)

    def bound(
        self, multipliers: Sequence[float], low: Sequence[Fraction], high: Sequence[Fraction]
    ) -> Fraction:
        """What no point of the relaxation surpasses, exactly."""
        gain = [Fraction(one) for one in self.model.gain]
        return self._value(multipliers, low, high, gain)

    def _value(
        self,
        multipliers: Sequence[float],
        low: Sequence[Fraction],
        high: Sequence[Fraction],
        gain: Sequence[Fraction],
    ) -> Fraction:
        exact = [Fraction(round(one * _GRID), _GRID) if one else Fraction(0) for one in multipliers]
        total = Fraction(0)
        for number, (_, least, most) in enumerate(self.model.rows):
            price = exact[number]
            side = most if price > 0 else least
            if side is None:
                exact[number] = Fraction(0)
            elif price:
                total += price * side
        for column, terms in enumerate(self.columns):
            left = gain[column]
            for number, factor in terms:
                if exact[number]:
                    left -= exact[number] * factor
            if left:
                total += left * (high[column] if left > 0 else low[column])
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
