"""A mixed-integer linear program with exact numbers, and HiGHS as its solver."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import highspy
import numpy as np
from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.planning.quiet import new_solver

SCALE = 10_000
"""The solver counts in 10,000 yuan: its numbers stay near 1, where its tolerances are smallest."""
Terms = list[tuple[int, Exact]]


class Solution(Struct, frozen=True):
    """What the solver found: `status` is optimal, limit, infeasible, unbounded or failed.

    `values` are floats by column (empty without a solution), `bound` what no solution surpasses.
    """

    status: str
    values: tuple[float, ...]
    value: float
    bound: float
    nodes: int


class Model:
    """Columns with bounds, rows of terms, a sum to make as large as possible: all of them exact."""

    def __init__(self) -> None:
        self.low: list[Exact] = []
        self.high: list[Exact] = []
        self.whole: list[bool] = []
        self.gain: list[Exact] = []
        self.rows: list[tuple[Terms, Exact | None, Exact | None]] = []

    def column(self, high: Exact, *, low: Exact = 0, whole: bool = False, gain: Exact = 0) -> int:
        """A new column; every one is bounded, by the data."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        self.gain.append(gain)
        return len(self.low) - 1

    def switch(self, gain: Exact = 0) -> int:
        """A new column that is 0 or 1."""
        return self.column(1, whole=True, gain=gain)

    def row(self, terms: Terms, low: Exact | None, high: Exact | None) -> int:
        """A new row: the sum of the terms lies between the bounds (None: none)."""
        merged: dict[int, Exact] = {}
        for column, factor in terms:
            merged[column] = merged.get(column, 0) + factor
        self.rows.append((list(merged.items()), low, high))
        return len(self.rows) - 1

    def at_most(self, terms: Terms, high: Exact) -> int:
        """A new row without a lower bound."""
        return self.row(terms, None, high)

    def trivial_bound(self) -> Exact:
        """What the gains cannot surpass, whatever the rows say."""
        return sum(
            (gain * (high if gain > 0 else low)
             for gain, low, high in zip(self.gain, self.low, self.high, strict=True)),
            0,
        )  # fmt: skip


def solve(
    model: Model, seconds: float | None = None, start: Sequence[float] | None = None
) -> Solution:
    """The best solution of the model, by HiGHS without a tolerated gap."""
    solver = _solver(model, relaxed=False)
    if seconds is not None:
        solver.setOptionValue("time_limit", max(seconds, 0.01))
    solver.run()
    return _solution(solver)


_STATUS = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "limit",
    highspy.HighsModelStatus.kInterrupt: "limit",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
}


def _solution(solver: highspy.Highs) -> Solution:
    status = _STATUS.get(solver.getModelStatus(), "failed")
    info = solver.getInfo()
    feasible = info.primal_solution_status == highspy.kSolutionStatusFeasible
    values = tuple(solver.getSolution().col_value) if feasible else ()
    bound = float(info.mip_dual_bound)
    return Solution(
        status, values, float(info.objective_function_value), bound, int(info.mip_node_count)
    )


def relaxation(model: Model) -> highspy.Highs:
    """A solver of the model without whole numbers."""
    solver = _solver(model, relaxed=True)
    solver.setOptionValue("presolve", "off")
    return solver


def _solver(model: Model, *, relaxed: bool) -> highspy.Highs:
    solver = new_solver()
    for name, value in (
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 1e-8),
        ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
        ("dual_feasibility_tolerance", 1e-9),
        ("threads", 1),
        ("random_seed", 0),
    ):
        solver.setOptionValue(name, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.low), len(model.rows)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = _floats(model.gain)
    lp.col_lower_ = _floats(model.low)
    lp.col_upper_ = _floats(model.high)
    infinity = highspy.kHighsInf
    lp.row_lower_ = np.array(
        [-infinity if low is None else float(low) for _, low, _ in model.rows], dtype=np.float64
    )
    lp.row_upper_ = np.array(
        [infinity if high is None else float(high) for _, _, high in model.rows], dtype=np.float64
    )
    starts, indices, values = [0], [], []
    for terms, _, _ in model.rows:
        for column, factor in terms:
            indices.append(column)
            values.append(float(factor))
        starts.append(len(indices))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(indices, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(values, dtype=np.float64)
    if not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[whole] for whole in model.whole]
    solver.passModel(lp)
    return solver


def _floats(numbers: Sequence[Exact]) -> np.ndarray:
    return np.array([float(number) for number in numbers], dtype=np.float64)


def scaled(amount: Exact) -> Fraction:
    """Yuan as the solver counts them."""
    return Fraction(amount) / SCALE
