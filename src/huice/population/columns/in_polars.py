"""The body that every installation has: a plan run by Polars, wave by wave.

Steps that need nothing of one another run in one wave, so Polars spreads them over its threads; a column is
dropped after its last use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from msgspec import Struct

from huice.language.text import Text
from huice.population.beyond import LARGEST, TOTAL, Beyond
from huice.population.columns.body import Figured, column_of
from huice.population.columns.cells import BROAD, NARROW, TRUTH, Cell
from huice.population.columns.counts import counted
from huice.population.columns.given import SPREAD as HANDED_DOWN
from huice.population.columns.layout import Part
from huice.population.columns.place import Compiled
from huice.population.columns.plan import LEAST, LET, ORG, SPREAD, SUM, Name, Ready, Step

_TYPES: dict[int, Any] = {TRUTH: pl.Boolean, NARROW: pl.Int64, BROAD: pl.Int128}


class PolarsBody:
    """Runs plans by Polars; the expressions of a place are made once."""

    def __init__(self) -> None:
        self._waves: dict[int, tuple[Compiled, Waves]] = {}

    def run(self, compiled: Compiled, part: Part, *, rows: bool) -> Figured:
        """The figures of a part."""
        part.work_out(compiled.plan.givens)
        if id(compiled) not in self._waves:
            self._waves[id(compiled)] = (compiled, prepared(compiled.plan))
        columns = run(compiled.plan, self._waves[id(compiled)][1], part)
        if compiled.broad:
            columns = within(compiled, columns, part)
        counts = [
            counted(*(column_of(one, columns, part.firms) for one in triple))
            for triple in compiled.outputs
        ]
        return Figured(counts, columns if rows else {})


def within(compiled: Compiled, columns: dict[str, pl.Series], part: Part) -> dict[str, pl.Series]:
    """The figures in 64 bits. Raises `Beyond` with the firms of which one does not fit."""
    titles = {measure.id: measure.title for measure in compiled.near}
    named = [
        (titles[id_], row) for id_, whole, years in compiled.measures for row in (whole, *years)
    ]
    if compiled.total is not None:
        named.append((TOTAL, compiled.total))
    found: dict[Any, tuple[Text, int]] = {}
    for title, (_, *figures) in named:
        for one in figures:
            if not one.wide:
                continue
            if isinstance(one.cell, Cell):
                values = columns[one.cell.name]
            else:  # the same for all
                values = pl.Series([one.cell], dtype=pl.Int128).new_from_index(0, part.firms)
            for at in (values > LARGEST).arg_true().to_list():
                found.setdefault(part.key[at], (title, values[at]))
    if found:
        raise Beyond(found)
    return {name: values.cast(pl.Int64) for name, values in columns.items()}


class Waves(Struct, frozen=True, eq=False):
    """The steps wave by wave as expressions, and the columns that each wave uses for the last time."""

    waves: tuple[tuple[Step, ...], ...]
    dropped: tuple[tuple[Name, ...], ...]
    exprs: dict[str, pl.Expr]


def prepared(plan: Ready) -> Waves:
    """The plan as expressions of Polars."""
    waves: dict[int, list[Step]] = {}
    last: dict[Name, int] = {}
    for step in plan.steps:
        waves.setdefault(step.wave, []).append(step)
        for need in step.needs:
            last[need] = max(last.get(need, 0), step.wave)
    keep = {(ORG, name) for name in plan.outputs}
    numbers = sorted(waves)
    return Waves(
        tuple(tuple(waves[number]) for number in numbers),
        tuple(
            tuple(name for name, at in last.items() if at == number and name not in keep)
            for number in numbers
        ),
        {step.name: expression(step.cell) for step in plan.steps if step.how == LET},
    )


def run(plan: Ready, waves: Waves, part: Part) -> dict[str, pl.Series]:
    """The wanted columns of the firms of a part."""
    columns: dict[str, dict[str, pl.Series]] = {name: {} for name in part.layout.levels}
    for one in plan.givens:
        if one.how != HANDED_DOWN:
            columns[one.level][one.name] = part.kept[one.level, one.name]
    for wave, dropped in zip(waves.waves, waves.dropped, strict=True):
        lets: dict[str, list[Step]] = {}
        for step in wave:
            if step.how == LET:
                lets.setdefault(step.level, []).append(step)
                continue
            source, name = step.needs[0]
            across = _ACROSS[step.how]
            columns[step.level][step.name] = across(part, step, columns[source][name])
        for level, steps in lets.items():
            columns[level] |= _evaluated(part.height(level), columns[level], steps, waves.exprs)
        for level, name in dropped:
            columns[level].pop(name, None)
    return {name: columns[ORG][name] for name in plan.outputs}


def _evaluated(
    height: int, columns: dict[str, pl.Series], steps: list[Step], exprs: dict[str, pl.Expr]
) -> dict[str, pl.Series]:
    names = dict.fromkeys(need[1] for step in steps for need in step.needs)
    frame = pl.DataFrame([columns[name].alias(name) for name in names])
    if not names:
        frame = pl.DataFrame({"": pl.repeat(None, height, dtype=pl.Boolean, eager=True)})
    found = frame.select(exprs[step.name].alias(step.name) for step in steps)
    return {
        one.name: one.new_from_index(0, height) if len(one) != height else one
        for one in found.get_columns()
    }


# --- between levels -----------------------------------------------------------------------------------------


def _spread(part: Part, step: Step, values: pl.Series) -> pl.Series:
    return values.gather(part.firm(step.level))


def _added_up(part: Part, step: Step, values: pl.Series) -> pl.Series:
    """The sums of each firm's entities. Sums of 64 bits are differences of running sums, exact modulo 2**64."""
    starts = part.starts(step.needs[0][0])
    if step.bits == BROAD:
        return _added_up_broad(part.firm(step.needs[0][0]), len(starts) - 1, values)
    given = values.to_numpy()
    if given.dtype == np.bool_:
        given = given.view(np.uint8)
    running = np.zeros(len(given) + 1, dtype=np.int64)
    np.cumsum(given, dtype=np.int64, out=running[1:])
    return pl.Series(running[starts[1:]] - running[starts[:-1]])


def _added_up_broad(firm: pl.Series, height: int, values: pl.Series) -> pl.Series:
    firms = pl.DataFrame({"at": pl.int_range(0, height, dtype=pl.UInt32, eager=True)})
    sums = (
        pl.DataFrame({"at": firm, "v": values.cast(pl.Int128)})
        .group_by("at")
        .agg(pl.col("v").sum())
    )
    joined = firms.join(sums, on="at", how="left", maintain_order="left")
    return joined["v"].fill_null(0).cast(pl.Int128)


def _least(part: Part, step: Step, values: pl.Series) -> pl.Series:
    starts = part.starts(step.needs[0][0])
    found = np.full(len(starts) - 1, step.most, dtype=np.int64)
    filled = starts[:-1] < starts[1:]
    if filled.any():
        found[filled] = np.minimum.reduceat(values.to_numpy(), starts[:-1][filled])
    return pl.Series(found)


_ACROSS: dict[str, Callable[[Part, Step, pl.Series], pl.Series]] = {
    SPREAD: _spread,
    SUM: _added_up,
    LEAST: _least,
}


# --- cells --------------------------------------------------------------------------------------------------


def expression(cell: Cell, made: dict[int, pl.Expr] | None = None) -> pl.Expr:
    """The cell as an expression of Polars; `made` keeps those of cells by identity."""
    made = {} if made is None else made
    if id(cell) not in made:
        made[id(cell)] = _expression(cell, [expression(one, made) for one in cell.of])
    return made[id(cell)]


def _expression(cell: Cell, of: list[pl.Expr]) -> pl.Expr:
    if cell.op == "column":
        return pl.col(cell.name)
    if cell.op == "constant":
        value = bool(cell.value) if cell.bits == TRUTH and cell.value is not None else cell.value
        return pl.lit(value, dtype=_TYPES[cell.bits])
    if cell.op == "cast":
        return of[0].cast(_TYPES[cell.bits])
    if cell.op == "bit":
        return (of[0] & pl.lit(1 << (cell.value or 0), dtype=pl.Int64)) != 0
    return _OPERATIONS[cell.op](*of)


_OPERATIONS: dict[str, Callable[..., pl.Expr]] = {
    "and": lambda one, other: one & other,
    "or": lambda one, other: one | other,
    "not": lambda one: ~one,
    "is_null": lambda one: one.is_null(),
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "//": lambda one, other: one // other,
    "cut": lambda one, other: one // other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "=": lambda one, other: one == other,
    "lowest": pl.min_horizontal,
    "highest": pl.max_horizontal,
    "first": pl.coalesce,
    "if": lambda test, one, other: pl.when(test).then(one).otherwise(other),
}
