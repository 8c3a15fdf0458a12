"""A policy over a population: `simulate` cuts it into fragments, runs them on any engine, adds them up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from msgspec import structs

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.source import Problem
from huice.population.asked import (
    Asked,
    Awards,
    asking,
    award_schema,
    total_schema,
)
from huice.population.columns.place import Gap
from huice.population.columns.run import ColumnReader
from huice.population.columns.shape import shape_of
from huice.population.fragments import (
    FIRMS,
    Job,
    Partial,
    Slice,
    computed,
    file_slices,
    gathered,
    job_of,
    parquet_files,
    reader_of,
    slices_of,
    unclaimed,
)
from huice.population.schema import KEY, ORGS
from huice.population.summary import EMPTY, Summary
from huice.population.tables import Tables, load, rejects
from huice.population.tables.rejects import Count

Engine: TypeAlias = Any
"""A `concurrent.futures.Executor`, a client of `dask.distributed`, or None for this process."""
Progress = Callable[[int, int], None]
"""Told how many firms of how many are done."""


class Simulation:
    """What the measures give a population.

    `summary` holds costs and counts, whatever the size; `gaps` the measures that were computed row by
    row; `rejects` and `counts` what was set aside. `awards` and `totals` are frames (see `Awards`), also
    read through the Arrow PyCapsule interface; of a population larger than memory they stand in the
    folder `out`.
    """

    def __init__(
        self,
        asked: Asked,
        corpus: Corpus,
        parts: list[Partial],
        more: pl.DataFrame,
        out: Path | None,
    ) -> None:
        parts = sorted(parts, key=lambda part: part.number)
        self.asked, self.corpus, self.out = asked, corpus, out
        self.summary: Summary = EMPTY
        counts: dict[str, Count] = {}
        gaps: dict[str, Gap] = {}
        for part in parts:
            self.summary = self.summary.merged(part.summary)
            gaps |= {gap.measure: gap for gap in part.gaps}
            for name, count in part.counts.items():
                before = counts.get(name, Count(0, 0))
                counts[name] = Count(before.read + count.read, before.kept + count.kept)
        for name in more["table"].unique().to_list():
            rows = more.filter(pl.col("table") == name).height
            counts[name] = Count(counts[name].read + rows, counts[name].kept)
        self.counts, self.gaps = counts, tuple(gaps.values())
        self.rejects = rejects.joined([*(part.rejects for part in parts), more])
        self._kept = [part.awards for part in parts if part.awards is not None]

    @property
    def firms(self) -> int:
        """The firms that were computed."""
        return self.summary.firms

    @cached_property
    def awards(self) -> pl.DataFrame:
        """One row for each measure of each firm where it is; see `Awards`."""
        return self._frame("awards", [one.awards for one in self._kept])

    @cached_property
    def totals(self) -> pl.DataFrame:
        """One row for each firm, groups applied; see `Awards`."""
        return self._frame("totals", [one.totals for one in self._kept])

    def scan(self, name: str) -> pl.LazyFrame:
        """`awards` or `totals` without reading them into memory."""
        if self.out is not None and (self.out / name).is_dir():
            return pl.scan_parquet(self.out / name / "*.parquet")
        frame: pl.DataFrame = getattr(self, name)
        return frame.lazy()

    def _frame(self, name: str, kept: list[pl.DataFrame]) -> pl.DataFrame:
        if kept:
            return pl.concat(kept)
        if self.out is not None:
            return self.scan(name).collect()
        schema = award_schema if name == "awards" else total_schema
        return pl.DataFrame(schema=schema(pl.String))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.awards.__arrow_c_stream__(requested_schema)

    def costs(self, *, by_city: bool = False) -> pl.DataFrame:
        """Cost of each measure by place (or city), with counts of status and of firms that get something."""
        return self.summary.cost_frame(by_city=by_city)

    def places(self) -> pl.DataFrame:
        """The firms' totals by place, groups applied."""
        return self.summary.place_frame()

    def problems(self) -> list[Problem]:
        """One located example of each kind of rejected row, with their number."""
        return rejects.as_problems(self.rejects)


def simulate(  # noqa: PLR0913  # one keyword for each thing that may be asked
    tables: Tables | Path | str | Mapping[str, Any],
    corpus: Corpus | None = None,
    *,
    as_of: date,
    horizon: int = 1,
    claim_year: int | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[str] | str | None = None,
    readings: Mapping[str, Mapping[str, str]] | None = None,
    pools: Mapping[str, Mapping[str, Any]] | None = None,
    by_year: bool = False,
    executor: Engine = None,
    out: Path | str | None = None,
    firms: int = FIRMS,
    progress: Progress | None = None,
    keep: bool = True,
    repeat: bool = False,
) -> Simulation:
    """What the measures give each firm of a population as of a day.

    `tables` as `load` takes them; Parquet larger than one fragment (`firms`) is streamed. `measures` and
    `places` narrow what is computed, `readings` and `pools` as in a profile. `executor` runs the
    fragments: a `concurrent.futures` pool of threads or processes, or a client of `dask.distributed`.
    With `out` the frames are written there, a Parquet part a fragment; streamed without it, or without
    `keep`, only sums and counts are kept.

    With `repeat` a population in memory is laid out as a whole and kept so, and with `huice[fast]` the rules
    become machine code: the next question is many times faster, at the price of memory and of a slower first.

    Raises `BadTables` for tables that cannot be read, `BadProfile` for an unknown measure, place or
    reading.
    """
    corpus = corpus or shipped()
    asked = asking(
        corpus,
        as_of=as_of,
        horizon=horizon,
        claim_year=claim_year,
        measures=measures,
        places=places,
        readings=readings,
        pools=pools,
        by_year=by_year,
    )
    where = None if out is None else Path(out)
    files = None
    if isinstance(tables, str | Path):
        files = parquet_files(Path(tables), corpus)
    if files is not None and _rows(files[ORGS]) > firms:
        cut = file_slices(files, firms)
        total = sum(one.stop - one.start for one in cut)
        job = job_of(corpus, asked, keep=False, out=where, firms=total)
        parts = list(_run(job, iter(cut), executor, total, progress))
        more = unclaimed(files, cut[0].doubled) if _some_missing(files, parts) else rejects.none()
        return Simulation(asked, corpus, parts, more, where)
    whole = load(tables, corpus)
    if executor is None:
        parts_of = iter([whole]) if repeat else _parts(whole, firms)
        reader = reader_of(corpus, asked, often=repeat)
        return _here(whole, parts_of, reader, keep=keep, out=where, progress=progress)
    total = whole.orgs.height
    shape = shape_of(whole, asked, corpus)
    job = job_of(corpus, asked, keep=keep and where is None, out=where, shape=shape, firms=total)
    parts = list(_run(job, slices_of(whole, firms), executor, total, progress))
    whole_counts = Partial(-1, EMPTY, (), whole.counts, whole.rejects)
    return Simulation(asked, corpus, [whole_counts, *map(_uncounted, parts)], rejects.none(), where)


def _parts(tables: Tables, firms: int) -> Iterator[Tables]:
    for one in slices_of(tables, firms):
        assert one.tables is not None
        yield structs.replace(one.tables, whole=tables)


def _here(
    whole: Tables,
    cut: Iterable[Tables],
    reader: ColumnReader,
    *,
    keep: bool,
    out: Path | None,
    progress: Progress | None,
) -> Simulation:
    """A population in memory, in this process, a part after the other; compiled rules are kept for the next."""
    done = 0

    def step(firms: int) -> None:
        nonlocal done
        done += firms
        if progress is not None:
            progress(done, whole.orgs.height)

    kept = keep and out is None
    parts = [
        gathered(reader, tables, number, keep=kept, out=out, progress=step)
        for number, tables in enumerate(cut)
    ]
    counts = Partial(-1, EMPTY, (), whole.counts, whole.rejects)
    all_ = [counts, *map(_uncounted, parts)]
    return Simulation(reader.asked, reader.corpus, all_, rejects.none(), out)


def _uncounted(part: Partial) -> Partial:
    return Partial(part.number, part.summary, part.gaps, {}, rejects.none(), part.awards)


def _rows(files: tuple[str, ...]) -> int:
    number: int = pl.scan_parquet(list(files)).select(pl.len()).collect().item()
    return number


def _some_missing(files: Mapping[str, tuple[str, ...]], parts: list[Partial]) -> bool:
    """Whether some rows of the children belong to none of the fragments."""
    return any(
        _rows(many) != sum(part.counts[name].read for part in parts if name in part.counts)
        for name, many in files.items()
        if name != ORGS
    )


def _run(
    job: Job, cut: Iterator[Slice], executor: Engine, total: int, progress: Progress | None
) -> Iterator[Partial]:
    """The partial results, as they come."""
    done = 0
    for size, part in _results(job, cut, executor):
        done += size
        if progress is not None:
            progress(done, total)
        yield part


def _results(job: Job, cut: Iterator[Slice], executor: Engine) -> Iterator[tuple[int, Partial]]:
    if executor is None:
        for one in cut:
            yield one.stop - one.start, computed(job, one)
        return
    pool = executor.get_executor() if hasattr(executor, "get_executor") else executor
    waiting = {pool.submit(computed, job, one): one.stop - one.start for one in cut}
    for future in as_completed(list(waiting)):
        yield waiting.pop(future), future.result()


__all__ = ["KEY", "Awards", "Simulation", "simulate"]
