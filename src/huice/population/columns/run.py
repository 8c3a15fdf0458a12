"""Runs compiled columns over a population: place by place, each with only the rules that can live there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

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
from huice.population.columns.layout import Layout, lay_out
from huice.population.columns.place import Compiled, Gap, PlaceCompiler
from huice.population.columns.plan import run
from huice.population.columns.rules import facts_read, looked_back_at
from huice.population.columns.shape import Shape, shape_of
from huice.population.columns.whole import Whole
from huice.population.rows import by_rows
from huice.population.schema import KEY
from huice.population.tables import Tables

MOST_FIRMS = 100_000
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
        key = (self.asked.years, frozenset(facts_read(self.corpus, self.asked)))
        kept = tables.__dict__.get("_shape")
        if kept is None or kept[0] != key:
            kept = (key, shape_of(tables, self.asked, self.corpus))
            tables.__dict__["_shape"] = kept
        found: Shape = kept[1]
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
        """The figures, a place and a batch of firms at a time, in their order; several are computed at once."""
        layout = self.layout(tables, self.fit(tables))
        batches = [
            (key[0], self.compiled(tables, key), first, min(stop, first + MOST_FIRMS))
            for key, start, stop in layout.places
            for first in range(start, stop, MOST_FIRMS)
        ]

        def work(place: str | None, compiled: Compiled, first: int, last: int) -> PlaceResult:
            columns = run(compiled.plan, layout.slice(first, last))
            return PlaceResult(place, layout.key.slice(first, last - first), compiled, columns)

        threads = pl.thread_pool_size()
        if threads == 1 or len(batches) == 1:
            yield from (work(*batch) for batch in batches)
            return
        waiting: deque[Future[PlaceResult]] = deque()
        with ThreadPoolExecutor(threads) as pool:
            for batch in batches:
                waiting.append(pool.submit(work, *batch))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def layout(self, tables: Tables, shape: Shape) -> Layout:
        """The tables laid out for these years; kept with them, for the next question is often alike."""
        back = looked_back_at(self.corpus, self.asked)
        key = (shape.key, self.asked.years, tuple(sorted(back)))
        kept = tables.__dict__.get("_layout")
        if kept is None or kept[0] != key:
            kept = (key, lay_out(tables, shape, self.asked, back))
            tables.__dict__["_layout"] = kept
        layout: Layout = kept[1]
        return layout

    def collect(self, tables: Tables, take: Callable[[PlaceResult], None]) -> Rest:
        """Hands over all figures, a batch at a time; gives what had to be computed row by row."""
        gaps: dict[str, Gap] = {}
        open_: list[pl.Series] = []
        for one in self.results(tables):
            take(one)
            gaps |= {gap.measure: gap for gap in one.compiled.gaps}
            if one.compiled.total is None:
                open_.append(one.key)
        if not gaps:
            return Rest((), None)
        rows = by_rows(tables.of(pl.concat(open_)), self.corpus, self.asked)
        own = rows.awards.filter(pl.col("measure").is_in(list(gaps)))
        return Rest(tuple(gaps.values()), Awards(own, rows.totals))

    def awards(self, tables: Tables) -> tuple[Awards, tuple[Gap, ...]]:
        """The figures of these tables as frames, and the measures that took the way of rows."""
        found = Frames(self.asked, tables)
        rest = self.collect(tables, found.take)
        return found.awards(rest), rest.gaps


class Rest(Struct, frozen=True, eq=False):
    """The measures that columns cannot say, computed row by row with the totals of their firms."""

    gaps: tuple[Gap, ...]
    rows: Awards | None


class Frames:
    """Makes frames of the figures as they come."""

    def __init__(self, asked: Asked, tables: Tables) -> None:
        key = tables.orgs.schema[KEY]
        self.asked = asked
        self.found = [award_frame([], key)]
        self.totals = [total_frame([], key)]

    def take(self, one: PlaceResult) -> None:
        """The figures of one batch."""
        self.found += frames_of(one, self.asked)
        if one.compiled.total is not None:
            self.totals.append(_total_of(one))

    def awards(self, rest: Rest) -> Awards:
        """All of it."""
        if rest.rows is not None:
            self.found.append(rest.rows.awards)
            self.totals.append(rest.rows.totals)
        return Awards(pl.concat(self.found), pl.concat(self.totals))


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
