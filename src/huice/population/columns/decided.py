"""What decisions and history say, as columns of the firms that are made when a rule reads them."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from huice.population.columns.names import AT
from huice.population.schema import DECISIONS, HISTORY, KEY, MEASURE
from huice.population.tables import Tables

HAD = "had"
OUTCOMES = ("granted", "refused")
_ABSENT = {"years": 1, "amount_fen": 0}
"""What a row of history means that leaves a figure out."""
Array = NDArray[Any]


class Decided:
    """The decisions and the history of a population, by measure.

    Columns are named by what they say and the measure: `granted`, `refused` (truths), `amount`, `base` (fen,
    null where none is stated), `had` (a truth), `years`, `amount_fen` (0 where nothing was received).
    """

    def __init__(self, tables: Tables, index: pl.DataFrame) -> None:
        """`index` says at which position (`AT`) the firm of a key stands."""
        self._frames = {name: tables.get(name) for name in (DECISIONS, HISTORY)}
        self._index = index
        self._said: dict[str, dict[str, _Said]] = {}
        self._lock = Lock()

    def column(self, name: str, start: int, stop: int) -> pl.Series:
        """The column of this name for the firms from one position to another."""
        what, measure = name.split(":", 1)
        past = what == HAD or what in _ABSENT
        said = self._of(HISTORY if past else DECISIONS).get(measure, NOTHING)
        if what in OUTCOMES:
            return said.marks(start, stop, what).alias(name)
        if what == HAD:
            return said.marks(start, stop).alias(name)
        if past:
            return said.numbers(start, stop, what, _ABSENT[what]).fill_null(0).alias(name)
        return said.numbers(start, stop, f"{what}_fen").alias(name)

    def split(self) -> None:
        """Takes the tables apart by measure, before a column is asked for."""
        for table in self._frames:
            self._of(table)

    def _of(self, table: str) -> dict[str, _Said]:
        with self._lock:
            if table not in self._said:
                self._said[table] = self._by_measure(table)
        return self._said[table]

    def _by_measure(self, table: str) -> dict[str, _Said]:
        frame = self._frames[table]
        if frame is None:
            return {}
        placed = frame.join(self._index, on=KEY, how="inner", maintain_order="left").drop(KEY)
        parts = placed.partition_by(MEASURE, as_dict=True, include_key=False)
        return {str(key[0]): _Said(part.sort(AT)) for key, part in parts.items()}


class _Said:
    """What a table says of one measure, in the order of the firms."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows, self.at = rows, rows[AT].to_numpy()
        self._outcomes = {
            outcome: (rows["decision"] == outcome).to_numpy()
            for outcome in OUTCOMES
            if "decision" in rows.columns
        }

    def marks(self, start: int, stop: int, outcome: str = "") -> pl.Series:
        """Which of these firms it speaks of, if told only those with this outcome."""
        first, last = np.searchsorted(self.at, (start, stop))
        at = self.at[first:last] - start
        marks = np.zeros(stop - start, dtype=np.bool_)
        marks[at[self._outcomes[outcome][first:last]] if outcome else at] = True
        return pl.Series(marks)

    def numbers(self, start: int, stop: int, name: str, absent: int | None = None) -> pl.Series:
        """A figure of each of these firms; `absent` where a row leaves it out, null where there is no row."""
        first, last = np.searchsorted(self.at, (start, stop))
        stated = pl.Series([absent], dtype=pl.Int64).new_from_index(0, last - first)
        if name in self.rows.columns:
            stated = self.rows[name][first:last].cast(pl.Int64)
            stated = stated if absent is None else stated.fill_null(absent)
        given = stated.is_not_null().to_numpy()
        at = (self.at[first:last] - start)[given]
        values = np.zeros(stop - start, dtype=np.int64)
        known = np.zeros(stop - start, dtype=np.bool_)
        values[at], known[at] = stated.to_numpy()[given], True
        frame = pl.DataFrame({"v": values, "k": known})
        return frame.select(pl.when("k").then("v")).to_series()


NOTHING = _Said(pl.DataFrame(schema={AT: pl.UInt32, "decision": pl.String}))
