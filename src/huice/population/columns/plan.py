"""A plan: named columns on the levels of a population, each computed once, in waves.

A level is the firms (`org`) or one kind of their entities. A step makes one column: by an expression over
its own level, by adding up the entities of each firm, or by handing a firm's value down to its entities.
Steps that need nothing of one another run in one wave, so Polars spreads them over its threads; a column
is dropped after its last use.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import polars as pl
from msgspec import Struct

from huice.population.columns import whole as w
from huice.population.columns.kleene import Definite, Kleene
from huice.population.columns.ratios import Interval, Ratio
from huice.population.columns.whole import Whole

K = TypeVar("K", bound=Kleene)
ORG = "org"
FACT = "fact: "
Name = tuple[str, str]
"""A level and the name of a column on it."""


class Level(Struct, eq=False):
    """The rows of a level: its columns by name; for entities `firm` is the row of their firm, in order.

    `starts` are the first rows of each firm's entities and one past the last: always one more than there
    are firms.
    """

    columns: dict[str, pl.Series]
    height: int
    firm: pl.Series | None = None
    starts: Any = None
    kept: dict[str, pl.Series] = {}
    """Columns that the tables alone determine, kept for the next plan."""


class Step(Struct, frozen=True, eq=False):
    """One column: how it is made (`let`, `sum`, `spread`), from what, and what it needs."""

    name: str
    level: str
    how: str
    expr: pl.Expr
    needs: tuple[Name, ...]
    wave: int
    wide: bool = False


class Plan:
    """Collects steps; `run` computes the columns that are wanted."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._wave: dict[Name, int] = {}
        self._spread: dict[Name, pl.Expr] = {}
        self._kept: dict[tuple[str, str], pl.Expr] = {}

    def let(self, level: str, expr: pl.Expr) -> pl.Expr:
        """The expression as a column of its own, computed once."""
        if expr.meta.is_column():
            return expr
        return self._add(level, "let", expr, tuple((level, name) for name in names_of(expr)))

    def fact(self, level: str, expr: pl.Expr) -> pl.Expr:
        """What the tables alone say, as a column that is kept with them: looking into lists is slow."""
        needs = tuple((level, name) for name in names_of(expr))
        if any(need in self._wave for need in needs):
            return self.let(level, expr)
        name = f"{FACT}{expr}"
        if (level, name) not in self._wave:
            self.steps.append(Step(name, level, "fact", expr, needs, 1))
            self._wave[level, name] = 1
        return pl.col(name)

    def truth(self, level: str, item: K) -> K:
        """A truth as a column of its own."""
        return self.let(level, item) if isinstance(item, pl.Expr) else item  # type: ignore[return-value]  # of the same sort

    def whole(self, level: str, number: Whole) -> Whole:
        """A whole number as a column of its own."""
        if not isinstance(number.expr, pl.Expr):
            return number
        expr = self.let(level, number.expr)
        return Whole(expr, number.least, number.most, nullable=number.nullable)

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
        if number.expr is None:
            number = Whole(pl.lit(None, dtype=pl.Int64), 0, 0, nullable=True)
        if number.nullable:
            missing = self.count(kind, number.as_expr().is_null())
            filled = self.sum_of(kind, w.null_as_zero(number), crowd)
            return w.chosen(missing == 0, filled, w.NULL)
        least, most = min(number.least * crowd, 0), max(number.most * crowd, 0)
        whole = Whole(0, least, most)
        expr = number.as_expr(wide=whole.wide)
        added = self._up(kind, expr, wide=whole.wide)
        return Whole(added, least, most)

    def count(self, kind: str, test: Definite) -> pl.Expr:
        """How many of each firm's entities pass the test."""
        expr = test if isinstance(test, pl.Expr) else pl.lit(test)
        return self._up(kind, expr, wide=False)

    def any_of(self, kind: str, test: Definite) -> Definite:
        """Whether one of each firm's entities passes the test."""
        if test is False:
            return False
        return self.count(kind, test) > 0

    def least_of(self, kind: str, number: Whole) -> Whole:
        """The least number among each firm's entities; its most where there is none."""
        column = self.column_of(kind, number.as_expr())
        name = column.meta.output_name()
        least = self._add(ORG, f"least {number.most}", column, ((kind, name),))
        return Whole(least, number.least, number.most)

    def _up(self, kind: str, expr: pl.Expr, *, wide: bool) -> pl.Expr:
        column = self.column_of(kind, expr)
        return self._add(ORG, "sum", column, ((kind, column.meta.output_name()),), wide=wide)

    def column_of(self, level: str, expr: pl.Expr) -> pl.Expr:
        """The expression as a column, also where it is the same in every row."""
        if expr.meta.is_column():
            return expr
        return self._add(level, "let", expr, tuple((level, name) for name in names_of(expr)))

    def down(self, kind: str, expr: pl.Expr) -> pl.Expr:
        """A firm's value for each of its entities of a kind."""
        if kind == ORG or not names_of(expr):
            return expr
        column = self.let(ORG, expr)
        name = column.meta.output_name()
        if (kind, name) not in self._spread:
            self._spread[kind, name] = self._add(kind, "spread", column, ((ORG, name),))
        return self._spread[kind, name]

    def down_whole(self, kind: str, number: Whole) -> Whole:
        """A firm's number for each of its entities."""
        if not isinstance(number.expr, pl.Expr):
            return number
        return Whole(
            self.down(kind, number.expr), number.least, number.most, nullable=number.nullable
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

    def down_truth(self, kind: str, item: Kleene) -> Kleene:
        """A firm's truth for each of its entities."""
        return self.down(kind, item) if isinstance(item, pl.Expr) else item

    def _add(
        self, level: str, how: str, expr: pl.Expr, needs: tuple[Name, ...], *, wide: bool = False
    ) -> pl.Expr:
        key = (f"{level} {how}", needs[0][1] if how != "let" else "")
        if how != "let" and key in self._kept:
            return self._kept[key]
        wave = 1 + max((self._wave.get(need, 0) for need in needs), default=0)
        name = f"{level}#{len(self.steps)}"
        self.steps.append(Step(name, level, how, expr, needs, wave, wide))
        self._wave[level, name] = wave
        column = pl.col(name)
        if how != "let":
            self._kept[key] = column
        return column


def names_of(expr: pl.Expr) -> list[str]:
    """The columns that an expression reads."""
    return list(dict.fromkeys(expr.meta.root_names()))


class Ready(Struct, frozen=True, eq=False):
    """A plan made ready to run: only the steps that are needed, wave by wave, and what each wave lets go."""

    waves: tuple[tuple[Step, ...], ...]
    dropped: tuple[tuple[Name, ...], ...]
    outputs: tuple[str, ...]


def ready(plan: Plan, outputs: list[pl.Expr]) -> Ready:
    """The steps that these columns of the firms need."""
    by_name = {(step.level, step.name): step for step in plan.steps}
    wanted: set[Name] = set()
    names = [column.meta.output_name() for column in outputs]
    open_ = [(ORG, name) for name in names]
    while open_:
        one = open_.pop()
        if one in wanted:
            continue
        wanted.add(one)
        if one in by_name:
            open_ += by_name[one].needs
    waves: dict[int, list[Step]] = {}
    last: dict[Name, int] = {}
    for step in plan.steps:
        if (step.level, step.name) in wanted:
            waves.setdefault(step.wave, []).append(step)
            for need in step.needs:
                last[need] = max(last.get(need, 0), step.wave)
    keep = {(ORG, name) for name in names}
    numbers = sorted(waves)
    return Ready(
        tuple(tuple(waves[number]) for number in numbers),
        tuple(
            tuple(name for name, at in last.items() if at == number and name not in keep)
            for number in numbers
        ),
        tuple(names),
    )


def run(plan: Ready, levels: dict[str, Level]) -> dict[str, pl.Series]:
    """The wanted columns of the firms. The levels' own columns are not changed."""
    columns = {name: dict(level.columns) for name, level in levels.items()}
    for wave, dropped in zip(plan.waves, plan.dropped, strict=True):
        lets: dict[str, list[Step]] = {}
        for step in wave:
            if step.how == "fact" and step.name in levels[step.level].kept:
                columns[step.level][step.name] = levels[step.level].kept[step.name]
            elif step.how in ("let", "fact"):
                lets.setdefault(step.level, []).append(step)
            elif step.how == "sum":
                source, name = step.needs[0]
                columns[ORG][step.name] = _added_up(levels[source], columns[source][name], step)
            elif step.how.startswith("least "):
                source, name = step.needs[0]
                most = int(step.how.removeprefix("least "))
                columns[ORG][step.name] = _least(levels[source], columns[source][name], most)
            else:
                firm = levels[step.level].firm
                assert firm is not None
                columns[step.level][step.name] = columns[ORG][step.needs[0][1]].gather(firm)
        for level, steps in lets.items():
            found = _evaluated(levels[level], columns[level], steps)
            columns[level] |= found
            facts = {step.name: found[step.name] for step in steps if step.how == "fact"}
            levels[level].kept.update(facts)
        for level, name in dropped:
            columns[level].pop(name, None)
    return {name: columns[ORG][name] for name in plan.outputs}


def _evaluated(
    level: Level, columns: dict[str, pl.Series], steps: list[Step]
) -> dict[str, pl.Series]:
    names = dict.fromkeys(need[1] for step in steps for need in step.needs)
    frame = pl.DataFrame([columns[name].alias(name) for name in names])
    if not names:
        frame = pl.DataFrame({"": pl.repeat(None, level.height, dtype=pl.Boolean, eager=True)})
    found = frame.select(step.expr.alias(step.name) for step in steps)
    result = {}
    for series in found.get_columns():
        full = series.new_from_index(0, level.height) if len(series) != level.height else series
        result[series.name] = full
    return result


def _added_up(level: Level, values: pl.Series, step: Step) -> pl.Series:
    """The sums of each firm's entities. Sums of 64 bits are differences of running sums, exact modulo 2**64."""
    starts = level.starts
    if step.wide:
        return _added_up_wide(level, values)
    given = values.to_numpy()
    if given.dtype == np.bool_:
        given = given.view(np.uint8)
    running = np.zeros(len(given) + 1, dtype=np.int64)
    np.cumsum(given, dtype=np.int64, out=running[1:])
    return pl.Series(running[starts[1:]] - running[starts[:-1]])


def _least(level: Level, values: pl.Series, most: int) -> pl.Series:
    starts = level.starts
    found = np.full(len(starts) - 1, most, dtype=np.int64)
    filled = starts[:-1] < starts[1:]
    if filled.any():
        found[filled] = np.minimum.reduceat(values.to_numpy(), starts[:-1][filled])
    return pl.Series(found)


def _added_up_wide(level: Level, values: pl.Series) -> pl.Series:
    firms = pl.DataFrame(
        {"at": pl.int_range(0, len(level.starts) - 1, dtype=pl.UInt32, eager=True)}
    )
    sums = pl.DataFrame({"at": level.firm, "v": values}).group_by("at").agg(pl.col("v").sum())
    joined = firms.join(sums, on="at", how="left", maintain_order="left")
    return joined["v"].fill_null(0).cast(pl.Int128)
