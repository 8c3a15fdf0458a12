"""A plan: named columns on the levels of a population, each computed once, in waves.

A level is the firms (`org`) or one kind of their entities. A step makes one column: by a cell over its own
level, by adding up the entities of each firm, or by handing a firm's value down to its entities. What the
tables alone say is given beforehand. Which body runs the plan is no matter of it.
"""

from __future__ import annotations

from typing import Any, TypeVar

import polars as pl
from msgspec import Struct

from huice.population.columns import given as g
from huice.population.columns import whole as w
from huice.population.columns.cells import (
    BROAD,
    NARROW,
    TRUTH,
    Bits,
    Cell,
    column,
    constant,
    names_of,
)
from huice.population.columns.given import Given
from huice.population.columns.kleene import Definite, Kleene, as_cell
from huice.population.columns.ratios import Interval, Ratio
from huice.population.columns.whole import Whole

K = TypeVar("K", bound=Kleene)
ORG = "org"
LET, SUM, LEAST, SPREAD = "let", "sum", "least", "spread"
Name = tuple[str, str]
"""A level and the name of a column on it."""
Triple = tuple[Whole, Whole, Whole]
"""One output: status, certain and ceiling."""


class Step(Struct, frozen=True, eq=False):
    """One column and how it is made.

    `LET` by the cell, `SUM` and `LEAST` (at most `most`) of each firm's entities, `SPREAD` from the firms. All
    but `LET` read the one column that they need.
    """

    name: str
    level: str
    how: str
    bits: Bits
    needs: tuple[Name, ...]
    wave: int
    cell: Cell
    most: int = 0


class Plan:
    """Collects steps and given columns."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.givens: dict[Name, Given] = {}
        self._wave: dict[Name, int] = {}
        self._kept: dict[tuple[str, str, str, int], Cell] = {}

    # --- what the tables say ------------------------------------------------------------------------------

    def given(self, level: str, expr: pl.Expr, how: str = g.PLAIN, **more: Any) -> Cell:  # noqa: ANN401  # the fields of `Given`
        """A column that the tables alone determine; see `Given`."""
        said = " ".join(str(value) for value in more.values())
        name = f"{how} {said} {expr}"
        if (level, name) not in self.givens:
            self.givens[level, name] = Given(name, level, how, expr, **more)
        return column(name, self.givens[level, name].bits)

    def flag(self, level: str, expr: pl.Expr) -> Cell:
        """A truth of the tables."""
        return self.given(level, expr, bits=TRUTH)

    def spread_given(self, kind: str, expr: pl.Expr) -> pl.Expr:
        """A firm's moment for each of its entities."""
        return pl.col(self.given(kind, expr, g.SPREAD).name)

    # --- steps --------------------------------------------------------------------------------------------

    def let(self, level: str, cell: Cell) -> Cell:
        """The cell as a column of its own, computed once."""
        return cell if cell.op == "column" else self._add(level, LET, cell)

    def truth(self, level: str, item: K) -> K:
        """A truth as a column of its own."""
        return self.let(level, item) if isinstance(item, Cell) else item  # type: ignore[return-value]  # of the same sort

    def whole(self, level: str, number: Whole) -> Whole:
        """A whole number as a column of its own."""
        if not isinstance(number.cell, Cell):
            return number
        cell = self.let(level, number.cell)
        return Whole(cell, number.least, number.most, nullable=number.nullable)

    def ratio(self, level: str, number: Ratio) -> Ratio:
        """A number as columns of its own."""
        return Ratio(self.whole(level, number.top), self.whole(level, number.bottom))

    def interval(self, level: str, one: Interval) -> Interval:
        """An interval as columns of its own."""
        low = self.ratio(level, one.low)
        high = low if one.high is one.low else self.ratio(level, one.high)
        value = None
        if one.value is not None:
            value = low if one.value is one.low else high if one.value is one.high else one.value
        return Interval(low, high, value)

    # --- between firms and their entities -----------------------------------------------------------------

    def sum_of(self, kind: str, number: Whole, crowd: int) -> Whole:
        """The number added up over each firm's entities, at most `crowd` of them; null if one is null."""
        if number.cell is None:
            number = Whole(constant(None, NARROW), 0, 0, nullable=True)
        if number.nullable:
            missing = self.count(kind, number.as_cell().is_null())
            filled = self.sum_of(kind, w.null_as_zero(number), crowd)
            return w.chosen(missing.equals(0), filled, w.NULL)
        least, most = min(number.least * crowd, 0), max(number.most * crowd, 0)
        whole = Whole(0, least, most)
        added = self._up(kind, SUM, number.as_cell(), BROAD if whole.wide else NARROW)
        return Whole(added, least, most)

    def count(self, kind: str, test: Definite) -> Cell:
        """How many of each firm's entities pass the test."""
        return self._up(kind, SUM, as_cell(test), NARROW)

    def any_of(self, kind: str, test: Definite) -> Definite:
        """Whether one of each firm's entities passes the test."""
        if test is False:
            return False
        return Cell(">", TRUTH, (self.count(kind, test), constant(0, NARROW)))

    def least_of(self, kind: str, number: Whole) -> Whole:
        """The least number among each firm's entities; its most where there is none."""
        least = self._up(kind, LEAST, number.as_cell(), NARROW, number.most)
        return Whole(least, number.least, number.most)

    def _up(self, kind: str, how: str, cell: Cell, bits: Bits, most: int = 0) -> Cell:
        name = self.let(kind, cell).name
        key = (kind, how, name, most)
        if key not in self._kept:
            self._kept[key] = self._across(ORG, how, (kind, name), bits, most)
        return self._kept[key]

    def down(self, kind: str, cell: Cell) -> Cell:
        """A firm's value for each of its entities of a kind."""
        if kind == ORG or not names_of(cell):
            return cell
        name = self.let(ORG, cell).name
        key = (kind, SPREAD, name, 0)
        if key not in self._kept:
            self._kept[key] = self._across(kind, SPREAD, (ORG, name), cell.bits)
        return self._kept[key]

    def down_whole(self, kind: str, number: Whole) -> Whole:
        """A firm's number for each of its entities."""
        if not isinstance(number.cell, Cell):
            return number
        return Whole(
            self.down(kind, number.cell), number.least, number.most, nullable=number.nullable
        )

    def down_ratio(self, kind: str, number: Ratio) -> Ratio:
        """A firm's number for each of its entities."""
        return Ratio(self.down_whole(kind, number.top), self.down_whole(kind, number.bottom))

    def down_interval(self, kind: str, one: Interval) -> Interval:
        """A firm's interval for each of its entities."""
        low = self.down_ratio(kind, one.low)
        high = low if one.high is one.low else self.down_ratio(kind, one.high)
        value = self.down_ratio(kind, one.value) if one.value is not None else None
        return Interval(low, high, value)

    def down_truth(self, kind: str, item: K) -> K:
        """A firm's truth for each of its entities."""
        return self.down(kind, item) if isinstance(item, Cell) else item  # type: ignore[return-value]  # of the same sort

    def _add(self, level: str, how: str, cell: Cell) -> Cell:
        needs = tuple((level, name) for name in names_of(cell))
        return self._made(level, how, cell, needs, cell.bits)

    def _across(self, level: str, how: str, need: Name, bits: Bits, most: int = 0) -> Cell:
        return self._made(level, how, column(need[1], bits), (need,), bits, most)

    def _made(
        self,
        level: str,
        how: str,
        cell: Cell,
        needs: tuple[Name, ...],
        bits: Bits,
        most: int = 0,
    ) -> Cell:
        wave = 1 + max((self._wave.get(need, 0) for need in needs), default=0)
        name = f"{level}#{len(self.steps)}"
        self.steps.append(Step(name, level, how, bits, needs, wave, cell, most))
        self._wave[level, name] = wave
        return column(name, bits)


class Ready(Struct, frozen=True, eq=False):
    """A plan made ready to run: the steps that are needed in their order, and the given columns they read.

    `outputs` are the columns of the firms that are wanted.
    """

    steps: tuple[Step, ...]
    givens: tuple[Given, ...]
    outputs: tuple[str, ...]


def ready(plan: Plan, outputs: list[Cell]) -> Ready:
    """What these columns of the firms need."""
    by_name = {(step.level, step.name): step for step in plan.steps}
    wanted: set[Name] = set()
    names = tuple(cell.name for cell in outputs)
    open_ = [(ORG, name) for name in names]
    while open_:
        one = open_.pop()
        if one in wanted:
            continue
        wanted.add(one)
        if one in by_name:
            open_ += by_name[one].needs
    for name in [
        name for name in plan.givens if name in wanted
    ]:  # a given may read what firms hand down
        roots = plan.givens[name].expr.meta.root_names()
        wanted |= {(name[0], root) for root in roots if (name[0], root) in plan.givens}
    return Ready(
        tuple(step for step in plan.steps if (step.level, step.name) in wanted),
        tuple(one for name, one in plan.givens.items() if name in wanted),
        names,
    )
