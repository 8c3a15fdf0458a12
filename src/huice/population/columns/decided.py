"""What decisions and history say, as columns of the firms that are made when a rule reads them."""

from __future__ import annotations

import numpy as np
import polars as pl

from huice.population.schema import DECISIONS, HISTORY, KEY, MEASURE
from huice.population.tables import Tables

_ROW = "__row"
HAD = "had"
_ABSENT = {"years": 1, "amount_fen": 0}
"""What a row of history means that leaves a figure out."""


class Decided:
    """The decisions and the history of a population, by measure.

    Columns are named by what they say and the measure: `granted`, `refused` (truths), `amount`, `base` (fen,
    null where none is stated), `had` (a truth), `years`, `amount_fen` (0 where nothing was received).
    """

    def __init__(self, tables: Tables, keys: pl.Series) -> None:
        self._frames = {name: tables.get(name) for name in (DECISIONS, HISTORY)}
        self.height = len(keys)
        self._index = pl.DataFrame({KEY: keys}).with_row_index(_ROW)
        self._parts: dict[str, dict[str, pl.DataFrame]] = {}

    def column(self, name: str) -> pl.Series:
        """The column of this name, in the order of the firms' table."""
        what, measure = name.split(":", 1)
        if what in ("granted", "refused"):
            rows = self._rows(DECISIONS, measure).filter(pl.col("decision") == what)
            return self._marked(rows).alias(name)
        if what in ("amount", "base"):
            return self._scattered(self._rows(DECISIONS, measure), f"{what}_fen").alias(name)
        rows = self._rows(HISTORY, measure)
        if what == HAD:
            return self._marked(rows).alias(name)
        if what not in rows.columns:
            rows = rows.with_columns(pl.lit(None, dtype=pl.Int64).alias(what))
        rows = rows.with_columns(pl.col(what).fill_null(_ABSENT[what]))
        return self._scattered(rows, what).fill_null(0).alias(name)

    def _rows(self, table: str, measure: str) -> pl.DataFrame:
        """What a table says of a measure, with the row of the firm."""
        if table not in self._parts:
            self._parts[table] = self._by_measure(table)
        empty = pl.DataFrame(schema={_ROW: pl.UInt32, "decision": pl.String})
        return self._parts[table].get(measure, empty)

    def _by_measure(self, table: str) -> dict[str, pl.DataFrame]:
        frame = self._frames[table]
        if frame is None:
            return {}
        rows = frame.join(self._index, on=KEY, how="inner", maintain_order="left").drop(KEY)
        return {str(key[0]): part for key, part in rows.partition_by(MEASURE, as_dict=True).items()}

    def _marked(self, rows: pl.DataFrame) -> pl.Series:
        marks = np.zeros(self.height, dtype=np.bool_)
        marks[rows[_ROW].to_numpy()] = True
        return pl.Series(marks)

    def _scattered(self, rows: pl.DataFrame, name: str) -> pl.Series:
        values = np.zeros(self.height, dtype=np.int64)
        known = np.zeros(self.height, dtype=np.bool_)
        if name in rows.columns:
            said = rows.filter(pl.col(name).is_not_null())
            at = said[_ROW].to_numpy()
            values[at] = said[name].cast(pl.Int64).to_numpy()
            known[at] = True
        frame = pl.DataFrame({"v": values, "k": known})
        return frame.select(pl.when("k").then("v")).to_series()
