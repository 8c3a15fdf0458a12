"""Runs compiled columns over a population: place by place, each with only the rules that can live there."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.population.asked import (
    STATUS,
    Asked,
    Awards,
    award_frame,
    total_frame,
)
from huice.population.columns.layout import lay_out
from huice.population.columns.place import Compiled, Gap, PlaceCompiler
from huice.population.columns.plan import run
from huice.population.columns.rules import looked_back_at
from huice.population.columns.shape import Shape, shape_of
from huice.population.columns.whole import Whole
from huice.population.rows import by_rows
from huice.population.schema import KEY
from huice.population.tables import Tables

MOST_FIRMS = 250_000
"""Firms that are computed at once: enough that columns pay, few enough for memory."""


class PlaceResult(Struct, frozen=True, eq=False):
    """The firms of one place key: their keys, and the figures of each measure as columns."""

    place: str | None
    key: pl.Series
    compiled: Compiled
    columns: dict[str, pl.Series]

    def column(self, number: Whole) -> pl.Series:
        """A figure as a column, also where it is the same for all."""
        if isinstance(number.expr, pl.Expr):
            return self.columns[number.expr.meta.output_name()]
        return pl.Series([number.expr], dtype=pl.Int64).new_from_index(0, len(self.key))


class ColumnReader:
    """Keeps the compiled places of one corpus and question; grows its shape with what it is given."""

    def __init__(self, corpus: Corpus, asked: Asked, shape: Shape | None = None) -> None:
        self.corpus, self.asked = corpus, asked
        self.shape = shape
        self._compiled: dict[tuple[str | None, ...], Compiled] = {}

    def fit(self, tables: Tables) -> Shape:
        """The shape that fits all tables so far."""
        found = shape_of(tables, self.asked, self.corpus)
        merged = found if self.shape is None else self.shape.merged(found)
        if self.shape is None or merged.key != self.shape.key:
            self._compiled.clear()
        self.shape = merged
        return merged

    def compiled(self, tables: Tables, key: tuple[str | None, ...]) -> Compiled:
        """The columns of a place key, compiled at first use."""
        if key not in self._compiled:
            assert self.shape is not None
            compiler = PlaceCompiler(self.corpus, tables.schema, self.shape, self.asked, key)
            self._compiled[key] = compiler.compile()
        return self._compiled[key]

    def results(self, tables: Tables) -> Iterator[PlaceResult]:
        """The figures, a place and a batch of firms at a time."""
        shape = self.fit(tables)
        layout = lay_out(tables, shape, self.asked, looked_back_at(self.corpus, self.asked))
        for key, start, stop in layout.places:
            compiled = self.compiled(tables, key)
            for first in range(start, stop, MOST_FIRMS):
                last = min(stop, first + MOST_FIRMS)
                columns = run(compiled.plan, layout.slice(first, last))
                yield PlaceResult(key[0], layout.key.slice(first, last - first), compiled, columns)

    def computed(self, tables: Tables) -> Computed:
        """All figures of these tables, as columns, and what had to be computed row by row."""
        columns = tuple(self.results(tables))
        gaps = {gap.measure: gap for one in columns for gap in one.compiled.gaps}
        if not gaps:
            return Computed(tables, columns, (), None)
        open_ = [one.key for one in columns if one.compiled.total is None]
        rows = by_rows(tables.of(pl.concat(open_)), self.corpus, self.asked)
        own = rows.awards.filter(pl.col("measure").is_in(list(gaps)))
        return Computed(tables, columns, tuple(gaps.values()), Awards(own, rows.totals))

    def awards(self, tables: Tables) -> tuple[Awards, tuple[Gap, ...]]:
        """The figures of these tables as frames, and the measures that took the way of rows."""
        found = self.computed(tables)
        return found.awards(self.asked), found.gaps


class Computed(Struct, frozen=True, eq=False):
    """The figures of some tables: places in columns; measures that are `gaps`, with totals, in `rows`."""

    tables: Tables
    columns: tuple[PlaceResult, ...]
    gaps: tuple[Gap, ...]
    rows: Awards | None

    def awards(self, asked: Asked) -> Awards:
        """All of it as frames, firms in the order of the tables."""
        key_type = self.tables.orgs.schema[KEY]
        awards, totals = [award_frame([], key_type)], [total_frame([], key_type)]
        for one in self.columns:
            awards += frames_of(one, asked)
            if one.compiled.total is not None:
                totals.append(_total_of(one))
        if self.rows is not None:
            awards.append(self.rows.awards)
            totals.append(self.rows.totals)
        return Awards(pl.concat(awards), pl.concat(totals))


def frames_of(one: PlaceResult, asked: Asked) -> list[pl.DataFrame]:
    """The awards of one place, a frame a measure and year."""
    found = []
    years = [None, *(asked.years if asked.by_year else ())]
    for measure, whole, by_year in one.compiled.measures:
        for year, row in zip(years, (whole, *by_year), strict=True):
            found.append(_frame(one, measure, year, row))
    return found


def _frame(
    one: PlaceResult, measure: str, year: int | None, row: tuple[Whole, Whole, Whole]
) -> pl.DataFrame:
    height = len(one.key)
    status, certain, ceiling = map(one.column, row)
    return pl.DataFrame(
        [
            one.key.alias(KEY),
            pl.Series("measure", [measure]).new_from_index(0, height),
            pl.Series("year", [year], dtype=pl.Int32).new_from_index(0, height),
            status.cast(pl.UInt8).cat.to(STATUS).alias("status"),
            certain.cast(pl.Int64).alias("certain_fen"),
            ceiling.cast(pl.Int64).alias("ceiling_fen"),
        ]
    )


def _total_of(one: PlaceResult) -> pl.DataFrame:
    assert one.compiled.total is not None
    status, certain, ceiling = map(one.column, one.compiled.total)
    return pl.DataFrame(
        [
            one.key.alias(KEY),
            status.cast(pl.UInt8).cat.to(STATUS).alias("status"),
            certain.cast(pl.Int64).alias("certain_fen"),
            ceiling.cast(pl.Int64).alias("ceiling_fen"),
        ]
    )


def by_columns(tables: Tables, corpus: Corpus, asked: Asked) -> tuple[Awards, tuple[Gap, ...]]:
    """The same frames as `by_rows`, computed by columns, and the measures that took the way of rows."""
    return ColumnReader(corpus, asked).awards(tables)
