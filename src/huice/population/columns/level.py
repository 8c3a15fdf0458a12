"""The rows of one level of a population, and what the rules read of them, worked out for all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from huice.population.columns.given import CODED, SPREAD, Given, narrowed, packed, worked_out

Array = NDArray[Any]


class Level:
    """The rows of a level: a frame, and the order in which its rows are laid out (None: as they are).

    Of entities, `starts` are the first of each firm's entities in that order and one past the last: always one
    more than there are firms. What the rules read is kept in the order of the frame, as series or `packed`.
    """

    def __init__(
        self,
        source: pl.DataFrame,
        order: pl.Series | None,
        starts: NDArray[np.int64] | None = None,
    ) -> None:
        self.source, self.order = source, order
        self.starts = np.zeros(1, dtype=np.int64) if starts is None else starts
        self._series: dict[str, pl.Series] = {}
        self._packed: dict[str, Array] = {}
        self._tells: dict[str, bool] = {}

    def rows(self, columns: list[str], first: int, last: int) -> pl.DataFrame:
        """These columns of the rows from one position to another."""
        frame = self.source.select(columns)
        if self.order is None:
            return frame.slice(first, last - first)
        return frame[self.order.slice(first, last - first)]

    def tells(self, one: Given) -> bool:
        """Whether a column is best worked out for all rows: one of the frame as it is, texts, or lists.

        Others take longer, and are read at some places only.
        """
        if one.name not in self._tells:
            self._tells[one.name] = self._simple(one)
        return self._tells[one.name]

    def _simple(self, one: Given) -> bool:
        if one.how == SPREAD or not (one.how in CODED or one.expr.meta.is_column()):
            return False
        return all(name in self.source.columns for name in one.expr.meta.root_names())

    # --- all rows -----------------------------------------------------------------------------------------

    def tasks(self, givens: Iterable[Given], *, pack: bool) -> Iterator[list[Given]]:
        """What of these is still to be worked out, as pieces that may be done at the same time."""
        done = self._packed if pack else self._series
        new = {one.name: one for one in givens if one.name not in done and self.tells(one)}
        plain = [one for one in new.values() if one.how not in CODED]
        yield from ([one] for one in new.values() if one.how in CODED)
        if plain:
            yield plain

    def work_out(self, many: list[Given], *, pack: bool) -> None:
        """Keeps these columns for all rows; texts as codes, lists as sets of bits."""
        found = self.source.lazy().select(one.expr.alias(one.name) for one in many).collect()
        for one in many:
            values = found[one.name]
            if one.how in CODED:
                values = narrowed(one, worked_out(one, values))
            if pack:
                self._packed[one.name] = packed(one, values)
            else:
                self._series[one.name] = values

    def forget(self) -> None:
        """Lets go what was worked out."""
        self._series, self._packed = {}, {}

    # --- some rows ----------------------------------------------------------------------------------------

    def where(self, first: int, last: int) -> slice | Array:
        """Where the rows from one position to another stand in the frame."""
        return slice(first, last) if self.order is None else self.order[first:last].to_numpy()

    def series(self, one: Given, first: int, last: int) -> pl.Series:
        """A column of the rows from one position to another."""
        if one.name not in self._series:
            self.work_out([one], pack=False)
        values = self._series[one.name]
        if self.order is None:
            return values.slice(first, last - first)
        return values.gather(self.order.slice(first, last - first))

    def array(self, one: Given, where: slice | Array) -> Array:
        """A packed column of the rows that stand there."""
        if one.name not in self._packed:
            self.work_out([one], pack=True)
        found: Array = self._packed[one.name][where]
        return found
