"""Raking: whole numbers of firms for each cell, so that a sample meets given margins exactly.

Proportional fitting finds the numbers nearest to the sample's own structure; controlled rounding (a small
integer programme) makes them whole without missing a margin. What the solver says is checked in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.sample.chance import Ints

Floats = npt.NDArray[np.float64]
JOIN = " × "
IMPOSSIBLE, NOBODY, DIFFERENT = "H012", "H011", "H010"
MOST_ROUNDS, CLOSE = 2000, 1e-9
_LIMIT = 30.0
"""Seconds of the solver."""


class _Quiet(highspy.Highs):
    """A solver that prints nothing, not even the greeting that comes with its callbacks."""

    def enableCallbacks(self) -> Any:  # noqa: N802, ANN401  # highspy's own name and type
        """Called by the constructor."""
        self.silent()
        return super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy has no types


class BadMargins(ValueError):
    """Margins that cannot be read or met; `problems` says why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(problem.render() for problem in problems))
        self.problems = problems


class Margin(Struct, frozen=True):
    """How many firms each group is to have: its variables, the groups' labels and numbers.

    A label is a word for each variable, with `JOIN` between them. `groups[code]` is the group of a combination
    of options (mixed radix, the last variable the fastest; one option more stands for no answer), -1 for none.
    """

    variables: tuple[str, ...]
    sizes: tuple[int, ...]
    labels: tuple[str, ...]
    numbers: tuple[int, ...]
    groups: tuple[int, ...]

    @property
    def name(self) -> str:
        """The variables, joined: `org.place × org.size`."""
        return JOIN.join(self.variables)

    @property
    def total(self) -> int:
        """All firms."""
        return sum(self.numbers)

    def scaled(self, total: int) -> Margin:
        """The same proportions for another number of firms, the largest remainders rounded up."""
        return Margin(
            self.variables,
            self.sizes,
            self.labels,
            largest_remainder(self.numbers, total),
            self.groups,
        )


class Row(Struct, frozen=True):
    """One group of a margin, by a word for each of its variables: firms in the sample, wanted and got."""

    variables: tuple[str, ...]
    words: tuple[str, ...]
    sampled: int
    wanted: int
    got: int


class Fit(Struct, frozen=True):
    """How the raking went: rounds of fitting, cells, the farthest a cell moved in rounding, firms used.

    `drawn` firms were sampled; `kept` of them are used, some of them more than once, `most` times at most.
    """

    rounds: int
    cells: int
    moved: float
    drawn: int
    kept: int
    most: int
    rows: tuple[Row, ...]


def largest_remainder(numbers: Sequence[int], total: int) -> tuple[int, ...]:
    """Whole numbers in these proportions that make `total`. Raises `ValueError` if all are 0."""
    whole = sum(numbers)
    if whole == 0:
        raise ValueError("all numbers are 0")
    exact = [Fraction(number * total, whole) for number in numbers]
    found = [int(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda at: (found[at] - exact[at], at))
    for at in order[: total - sum(found)]:
        found[at] += 1
    return tuple(found)


def rake(cells: Ints, sampled: Ints, margins: Sequence[Margin]) -> tuple[Ints, int, float]:
    """Firms wanted of each cell, the rounds it took, and the farthest a cell was moved to become whole.

    `cells[c, k]` is the group of cell `c` in margin `k`, `sampled[c]` how many firms the sample has there.
    Raises `BadMargins` if the margins contradict one another or the sample.
    """
    _check(cells, sampled, margins)
    fitted, rounds, worst = _fitted(cells, sampled, margins)
    base = np.floor(fitted + CLOSE).astype(np.int64)
    found = _rounded(cells, fitted, base, margins, narrow=True)
    if found is None:
        found = _rounded(cells, fitted, base, margins, narrow=False)
    if found is None:
        raise BadMargins(_contradiction(margins, worst))
    for at, margin in enumerate(margins):
        got = np.bincount(cells[:, at], weights=found, minlength=len(margin.numbers))
        if not np.array_equal(got.astype(np.int64), np.array(margin.numbers)):
            raise BadMargins(_contradiction(margins, worst))
    return found, rounds, float(np.abs(found - fitted).max(initial=0))


def _check(cells: Ints, sampled: Ints, margins: Sequence[Margin]) -> None:
    first = margins[0]
    problems = [_different(first, one) for one in margins[1:] if one.total != first.total]
    for at, margin in enumerate(margins):
        has = np.bincount(cells[:, at], weights=sampled, minlength=len(margin.numbers))
        for label, number, firms in zip(margin.labels, margin.numbers, has, strict=True):
            if number and not firms:
                problems.append(
                    Problem(
                        NOBODY,
                        Text(
                            f"{margin.name} 的“{label}”要 {number:,} 家，样本里一家也没有；"
                            "请加大样本，或在假设里给它机会",
                            f"{margin.name}: {number:,} firms are wanted of “{label}”, but the sample has "
                            "none; draw more firms, or give it a chance in the assumptions",
                        ),
                        subject=label,
                    )
                )
    if problems:
        raise BadMargins(*problems)


def _different(one: Margin, other: Margin) -> Problem:
    return Problem(
        DIFFERENT,
        Text(
            f"总数不一致：{one.name} 合计 {one.total:,}，{other.name} 合计 {other.total:,}；请核对",
            f"the totals differ: {one.name} makes {one.total:,}, {other.name} {other.total:,}; check them",
        ),
    )


def _contradiction(margins: Sequence[Margin], worst: tuple[str, str]) -> Problem:
    names = [margin.name for margin in margins]
    where, label = worst
    return Problem(
        IMPOSSIBLE,
        Text(
            f"这些边际不能同时满足：{'、'.join(names)}；离得最远的是 {where} 的“{label}”。"
            "样本里有的组合容不下这些数，请核对边际，或加大样本",
            f"these margins cannot hold together: {', '.join(names)}; “{label}” of {where} is farthest off. "
            "The combinations that occur in the sample leave no room; check the margins, or draw more firms",
        ),
        subject=label,
    )


def _fitted(
    cells: Ints, sampled: Ints, margins: Sequence[Margin]
) -> tuple[Floats, int, tuple[str, str]]:
    """Iterative proportional fitting; also the group that was farthest off at the end."""
    found = sampled.astype(np.float64)
    worst, rounds, off = (margins[0].name, margins[0].labels[0]), 0, np.inf
    while rounds < MOST_ROUNDS and off > CLOSE * max(margins[0].total, 1):
        rounds, off = rounds + 1, 0.0
        for at, margin in enumerate(margins):
            wanted = np.array(margin.numbers, np.float64)
            has = np.bincount(cells[:, at], weights=found, minlength=wanted.size)
            share = np.divide(wanted, has, out=np.zeros_like(wanted), where=has > 0)
            gap = np.abs(has - wanted)
            if gap.max() > off:
                off, worst = float(gap.max()), (margin.name, margin.labels[int(gap.argmax())])
            found = found * share[cells[:, at]]
    return found, rounds, worst


def _rounded(
    cells: Ints, fitted: Floats, base: Ints, margins: Sequence[Margin], *, narrow: bool
) -> Ints | None:
    """Whole numbers that meet every margin, as near to the fitted ones as may be; None if there are none.

    `narrow`: only the whole numbers on either side of the fitted ones. Otherwise any; then two variables a cell
    say how far it goes up and down.
    """
    size, part = base.size, fitted - base
    groups = [len(margin.numbers) for margin in margins]
    starts = np.cumsum([0, *groups[:-1]])
    rows = (cells + starts[None, :]).astype(np.int32)
    left = np.concatenate([np.array(margin.numbers, np.int64) for margin in margins])
    np.subtract.at(left, rows.ravel(), np.repeat(base, len(margins)))
    lp = highspy.HighsLp()
    columns = size if narrow else 2 * size
    lp.num_col_, lp.num_row_ = columns, int(left.size)
    up = np.where(part > CLOSE, 1.0, 0.0) if narrow else np.full(size, np.inf)
    cost = 1 - 2 * part if narrow else np.ones(size)
    lp.col_cost_ = cost if narrow else np.concatenate([cost, cost])
    lp.col_lower_ = np.zeros(columns)
    lp.col_upper_ = up if narrow else np.concatenate([up, base.astype(np.float64)])
    lp.row_lower_ = lp.row_upper_ = left.astype(np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(columns + 1, dtype=np.int32) * len(margins)
    index, ones = rows.ravel(), np.ones(rows.size)
    lp.a_matrix_.index_ = index if narrow else np.concatenate([index, index])
    lp.a_matrix_.value_ = ones if narrow else np.concatenate([ones, -ones])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
    solver = _Quiet()  # type: ignore[no-untyped-call]  # as above
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 1)
    solver.setOptionValue("time_limit", _LIMIT)
    solver.passModel(lp)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
        return None
    values: Ints = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
    return base + values if narrow else base + values[:size] - values[size:]
