"""Runs compiled columns over a population: place by place, each with only the rules that can live there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TypeAlias

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
from huice.population.columns.body import Body, BodyName, column_of
from huice.population.columns.counts import Counts
from huice.population.columns.fused.body import FusedBody
from huice.population.columns.fused.native import available
from huice.population.columns.in_polars import PolarsBody
from huice.population.columns.layout import Layout, Part, lay_out
from huice.population.columns.place import Compiled, Gap, PlaceCompiler
from huice.population.columns.plan import Triple
from huice.population.columns.rules import facts_read, looked_back_at
from huice.population.columns.shape import Shape, shape_of
from huice.population.columns.whole import Whole
from huice.population.rows import by_rows
from huice.population.schema import KEY
from huice.population.tables import Tables

FUSED_FROM, COMPILED_FROM = 2_000, 75_000
"""Firms of one place from which machine code saves time, and from which compiling it nearly pays at once."""


Batch: TypeAlias = "tuple[Part, Compiled, Body]"


class PlaceResult(Struct, frozen=True, eq=False):
    """The firms of one place key: the counts of each output, and if wanted their figures."""

    part: Part
    compiled: Compiled
    counts: list[Counts]
    columns: dict[str, pl.Series]

    @property
    def place(self) -> str | None:
        """The place that the firms state."""
        return self.part.place[0]

    def column(self, number: Whole) -> pl.Series:
        """A figure as a column, also where it is the same for all."""
        return column_of(number, self.columns, self.part.firms)


class ColumnReader:
    """Keeps the compiled places of one corpus and question; grows its shape with what it is given.

    `firms` are those of all that it will be given, where they come in parts.
    """

    def __init__(
        self,
        corpus: Corpus,
        asked: Asked,
        shape: Shape | None = None,
        body: BodyName = "auto",
        *,
        often: bool = False,
        firms: int = 0,
    ) -> None:
        self.corpus, self.asked = corpus, asked
        self.shape = shape
        self.body = body
        self.often = often
        self.firms = firms
        self._compiled: dict[tuple[str | None, ...], Compiled] = {}
        self._polars, self._fused = PolarsBody(), FusedBody()

    @cached_property
    def _facts_read(self) -> frozenset[tuple[str, str]]:
        return frozenset(facts_read(self.corpus, self.asked))

    @cached_property
    def _looked_back_at(self) -> frozenset[str]:
        return frozenset(looked_back_at(self.corpus, self.asked))

    def fit(self, tables: Tables) -> Shape:
        """The shape that fits all tables so far."""
        tables = tables.whole or tables
        key = (self.asked.years, self._facts_read)
        kept = tables.__dict__.get("_shape")
        if kept is None or kept[0] != key:
            kept = (key, shape_of(tables, self.asked, self.corpus))
            tables.__dict__["_shape"] = kept
        found: Shape = kept[1]
        merged = found if self.shape is None else self.shape.merged(found)
        if self.shape is None or merged.key != self.shape.key:
            self._compiled.clear()
            self._polars, self._fused = PolarsBody(), FusedBody()
        self.shape = merged
        return merged

    def compiled(self, tables: Tables, key: tuple[str | None, ...]) -> Compiled:
        """The columns of a place key, compiled at first use."""
        if key not in self._compiled:
            assert self.shape is not None
            compiler = PlaceCompiler(self.corpus, tables.schema, self.shape, self.asked, key)
            self._compiled[key] = compiler.compile()
        return self._compiled[key]

    def body_for(self, compiled: Compiled, firms: int) -> Body:
        """The body that runs so many firms of a place."""
        if compiled.broad or self.body == "polars":
            return self._polars
        if self.body == "fused":
            return self._fused
        if firms < FUSED_FROM or not available():
            return self._polars
        if self.often or firms >= COMPILED_FROM or self._fused.known(compiled):
            return self._fused
        return self._polars

    def results(self, tables: Tables, *, rows: bool) -> Iterator[PlaceResult]:
        """The figures, a place and a batch of firms at a time, in their order; several are computed at once."""
        layout = self.layout(tables, self.fit(tables))
        whole = max(self.firms, (tables.whole or tables).orgs.height)
        times = whole // max(1, tables.orgs.height)  # a part stands for the rest
        many = {key: times * (stop - start) for key, start, stop in layout.places}

        def work(part: Part, compiled: Compiled, body: Body) -> PlaceResult:
            found = body.run(compiled, part, rows=rows)
            if not self.often:
                part.forget()
            return PlaceResult(part, compiled, found.counts, found.columns)

        batches: list[Batch] = []
        for part in layout.parts(keep=self.often):
            compiled = self.compiled(tables, part.place)
            batches.append((part, compiled, self.body_for(compiled, many[part.place])))
        for which, pack in ((self._polars, False), (self._fused, True)):
            missing = (
                one
                for part, compiled, body in batches
                if body is which
                for one in part.missing(compiled.plan.givens, pack=pack)
            )
            layout.work_out(missing, pack=pack)
        yield from self._computed(batches, work)
        layout.forget()

    def _computed(
        self, batches: list[Batch], work: Callable[[Part, Compiled, Body], PlaceResult]
    ) -> Iterator[PlaceResult]:
        """The batches in their order, several at once."""
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
        back = self._looked_back_at
        key = (shape.years_apart, self.asked.years, back)
        kept = tables.__dict__.get("_layout")
        if kept is None or kept[0] != key:
            kept = (key, lay_out(tables, shape, self.asked, back))
            tables.__dict__["_layout"] = kept
        layout: Layout = kept[1]
        return layout

    def collect(
        self, tables: Tables, take: Callable[[PlaceResult], None], *, rows: bool = True
    ) -> Rest:
        """Hands over all figures, a batch at a time, with their columns if `rows` are wanted.

        Gives what had to be computed row by row.
        """
        gaps: dict[str, Gap] = {}
        open_: list[pl.Series] = []
        for one in self.results(tables, rows=rows):
            take(one)
            gaps |= {gap.measure: gap for gap in one.compiled.gaps}
            if one.compiled.total is None:
                open_.append(one.part.key)
        if not gaps:
            return Rest((), None)
        found = by_rows(tables.of(pl.concat(open_)), self.corpus, self.asked)
        own = found.awards.filter(pl.col("measure").is_in(list(gaps)))
        return Rest(tuple(gaps.values()), Awards(own, found.totals))

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
    key = one.part.key.alias(KEY)
    found = []
    years = [None, *(asked.years if asked.by_year else ())]
    for measure, whole, by_year in one.compiled.measures:
        for year, row in zip(years, (whole, *by_year), strict=True):
            same = [
                pl.Series("measure", [measure]).new_from_index(0, len(key)),
                pl.Series("year", [year], dtype=pl.Int32).new_from_index(0, len(key)),
            ]
            found.append(pl.DataFrame([key, *same, *_figures(one, row)]))
    return found


def _figures(one: PlaceResult, row: Triple) -> list[pl.Series]:
    status, certain, ceiling = map(one.column, row)
    return [
        status.cast(pl.UInt8).cat.to(STATUS).alias("status"),
        certain.cast(pl.Int64).alias("certain_fen"),
        ceiling.cast(pl.Int64).alias("ceiling_fen"),
    ]


def _total_of(one: PlaceResult) -> pl.DataFrame:
    assert one.compiled.total is not None
    return pl.DataFrame([one.part.key.alias(KEY), *_figures(one, one.compiled.total)])


def by_columns(
    tables: Tables, corpus: Corpus, asked: Asked, body: BodyName = "auto"
) -> tuple[Awards, tuple[Gap, ...]]:
    """The same frames as `by_rows`, computed by columns, and the measures that took the way of rows."""
    return ColumnReader(corpus, asked, body=body).awards(tables)
