"""Turns drawn whole numbers into the columns of a population's tables."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from huice.population.sample.chance import Ints
from huice.population.sample.draw import Drawn
from huice.population.sample.model import Variable
from huice.population.schema import KEY, Column, DType, Table

_DIGITS = 9


def keys(numbers: Ints) -> pl.Series:
    """The keys of firms by their numbers: `S000000001`, in the order of the numbers."""
    text = pl.Series(KEY, numbers).cast(pl.String)
    return pl.select(pl.lit("S") + text.str.zfill(_DIGITS)).to_series().alias(KEY)


def columns(
    table: Table, variables: Iterable[Variable], drawn: dict[str, Drawn]
) -> list[pl.Series]:
    """The columns of a table that the facts among the variables fill, unanswered ones null."""
    found = []
    for variable in variables:
        if variable.fact is None:
            continue
        values = drawn[variable.name]
        for column in table.columns.values():
            if column.fact is not None and column.fact.name == variable.name:
                found.append(_column(column, variable, values, column.end or 0))
            elif column.fact is None and column.name == variable.fact.key:
                found.append(_column(column, variable, values, 0))
    return found


def _column(column: Column, variable: Variable, drawn: Drawn, end: int) -> pl.Series:
    known = pl.Series(~drawn.null)
    series = _values(variable, drawn, end, column.dtype)
    blank = pl.lit(None, dtype=series.dtype)
    frame = pl.select(pl.when(known).then(series).otherwise(blank).alias(column.name))
    return frame.to_series()


def _values(variable: Variable, drawn: Drawn, end: int, dtype: DType) -> pl.Series:
    values = drawn.values
    match variable.sort:
        case "place" | "choice":
            return _one_of(variable.options, values, dtype)
        case "truth":
            return pl.Series(values == 1)
        case "set":
            return _sets(variable.options, values, dtype)
        case "records":
            return _records(variable.options, drawn, dtype)
        case "date" | "period":
            days = drawn.second if end and drawn.second is not None else values
            return pl.Series(days.astype(np.int32)).cast(pl.Date)
        case _:
            return pl.Series(values)


def _one_of(options: tuple[str, ...], positions: Ints, dtype: DType) -> pl.Series:
    return pl.Series(options, dtype=dtype).gather(pl.Series(positions, dtype=pl.UInt32))


def _sets(options: tuple[str, ...], members: Ints, dtype: DType) -> pl.Series:
    """One list for each combination that occurs, then looked up."""
    combinations, at = np.unique(members, return_inverse=True)
    lists = [
        [option for place, option in enumerate(options) if combination >> place & 1]
        for combination in combinations.tolist()
    ]
    found = pl.Series(lists, dtype=dtype)
    return found.gather(pl.Series(at, dtype=pl.UInt32))


def _records(options: tuple[str, ...], drawn: Drawn, dtype: DType) -> pl.Series:
    assert drawn.dates is not None
    held = (drawn.values[:, None] >> np.arange(len(options))) & 1
    rows, places = np.nonzero(held)
    one = pl.DataFrame(
        {
            "row": rows,
            "name": _one_of(options, places.astype(np.int64), dtype.inner.fields[0].dtype),
            "date": pl.Series(drawn.dates[rows, places].astype(np.int32)).cast(pl.Date),
        }
    )
    lists = one.group_by("row", maintain_order=True).agg(pl.struct("name", "date").alias("held"))
    every = pl.DataFrame({"row": np.arange(len(drawn.values))}).join(
        lists, on="row", how="left", maintain_order="left"
    )
    return every["held"].fill_null(pl.Series([[]], dtype=dtype)).cast(dtype)
