"""What runs a compiled place: any body gives the same figures, row by row."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

import polars as pl
from msgspec import Struct

from huice.population.columns.cells import Cell
from huice.population.columns.counts import Counts
from huice.population.columns.layout import Part
from huice.population.columns.place import Compiled
from huice.population.columns.whole import Whole

BodyName: TypeAlias = Literal["auto", "polars", "fused"]
"""Which body runs the columns: `polars` always can, `fused` needs `llvmlite`; `auto` takes what is faster."""


class Figured(Struct, frozen=True, eq=False):
    """The counts of each of a place's outputs, and if rows were wanted the columns by name."""

    counts: list[Counts]
    columns: dict[str, pl.Series]


def column_of(number: Whole, columns: dict[str, pl.Series], height: int) -> pl.Series:
    """A figure as a column, also where it is the same for all."""
    if isinstance(number.cell, Cell):
        return columns[number.cell.name]
    return pl.Series([number.cell], dtype=pl.Int64).new_from_index(0, height)


class Body(Protocol):
    """Runs the plans of compiled places over a layout."""

    def run(self, compiled: Compiled, part: Part, *, rows: bool) -> Figured:
        """The figures of a part; what the tables alone say is kept with it."""
        ...
