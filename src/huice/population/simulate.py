"""A policy over a population: `simulate` cuts it into fragments, runs them on any engine, adds them up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from msgspec import Struct, structs

from huice import __version__
from huice.corpus.corpus import Corpus, shipped
from huice.corpus.source import Problem
from huice.population import results
from huice.population.asked import Asked, Awards, asking, award_schema, total_schema
from huice.population.columns.place import Gap
from huice.population.columns.shape import Shape, shape_of
from huice.population.engines import Engine, Progress, run
from huice.population.folder import Staged
from huice.population.fragments import Job, Partial, computed, gathered, job_of, reader_of
from huice.population.results import FRAMES, SIMULATION, part_name, parts_of
from huice.population.schema import KEY, ORGS
from huice.population.slices import (
    FIRMS,
    Slice,
    check_firms,
    file_slices,
    parquet_files,
    slices_of,
    unclaimed,
)
from huice.population.summary import EMPTY, Summary
from huice.population.tables import Tables, load, rejects
from huice.population.tables.rejects import Count

Given: TypeAlias = Tables | Path | str | Mapping[str, Any]
"""A population: checked, in files, or as frames by the name of their table."""
Files: TypeAlias = Mapping[str, tuple[str, ...]]
"""The Parquet files of each table."""


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
        self.written = {name: rows for part in parts for name, rows in part.written.items()}
        self.summary: Summary = EMPTY
        counts: dict[str, Count] = {}
        gaps: dict[str, Gap] = {}
        for part in parts:
            self.summary = self.summary.merged(part.summary)
            gaps |= {gap.measure: gap for gap in part.gaps}
            for name, count in part.counts.items():
                before = counts.get(name, Count(0, 0))
                counts[name] = Count(before.read + count.read, before.kept + count.kept)
        beyond = rejects.joined(part.beyond for part in parts)
        counts |= {
            name: Count(counts[name].read + n, counts[name].kept)
            for name, n in rejects.by_table(more)
        }
        counts |= {
            name: Count(counts[name].read, counts[name].kept - n)
            for name, n in rejects.by_table(beyond)
        }
        self.counts, self.gaps = counts, tuple(gaps.values())
        self.rejects = rejects.joined([*(part.rejects for part in parts), more, beyond])
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
        if self.out is not None and self.written:
            return pl.scan_parquet(parts_of(self.out, name))
        frame: pl.DataFrame = getattr(self, name)
        return frame.lazy()

    def _frame(self, name: str, kept: list[pl.DataFrame]) -> pl.DataFrame:
        if kept:
            return pl.concat(kept)
        if self.out is not None and self.written:
            return self.scan(name).collect()
        schema = award_schema if name == "awards" else total_schema
        return pl.DataFrame(schema=schema(pl.String))

    def put(self, stage: Staged) -> None:
        """Puts what was computed in place in its folder."""
        frames = {"costs.parquet": self.costs(), "places.parquet": self.places()}
        if not self.written:  # no firm was left: a part without rows tells the columns
            frames |= {part_name(name, 0): getattr(self, name) for name in FRAMES}
        about = {
            "schema": "huice/simulation-folder/1",
            "huice": __version__,
            "corpus_version": self.corpus.version,
            "firms": self.firms,
        }
        results.put(stage, self.asked, about, self.written, frames, self.rejects)

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
    tables: Given,
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
    replace: bool = False,
    firms: int = FIRMS,
    progress: Progress | None = None,
    keep: bool = True,
    repeat: bool = False,
) -> Simulation:
    """What the measures give each firm of a population as of a day.

    `tables` as `load` takes them; Parquet larger than one fragment (`firms`) is streamed. `measures` and
    `places` narrow what is computed, `readings` and `pools` as in a profile. `executor` runs the
    fragments: a `concurrent.futures` pool of threads or processes, or a client of `dask.distributed`.
    With `out` the frames are written to this folder, a Parquet part a fragment, with costs, places and what was
    set aside; last comes `simulation.json`, which names them all: a run that is stopped leaves the folder as it
    was. A result that is there already is refused, or with `replace` gives way, and no other file does.
    Streamed without `out`, or without `keep`, only sums and counts are kept.

    With `repeat` a population in memory is laid out as a whole and kept so, and with `huice[fast]` the rules
    become machine code: the next question is many times faster, at the price of memory and of a slower first.

    Raises `BadTables` for tables that cannot be read, `BadProfile` for an unknown measure, place or
    reading, `Occupied` (a `Fault`) for a folder that cannot be written to.
    """
    check_firms(firms)
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
    ways = _Ways(corpus, asked, executor, firms, progress, keep, repeat)
    if out is None:
        return ways.simulated(tables, None)
    with Staged(Path(out), SIMULATION, replace=replace) as stage:
        found = ways.simulated(tables, stage)
        found.put(stage)
    return found


class _Ways(Struct, frozen=True, eq=False):
    """How a question is computed."""

    corpus: Corpus
    asked: Asked
    executor: Engine
    firms: int
    progress: Progress | None
    keep: bool
    repeat: bool

    def simulated(self, tables: Given, stage: Staged | None) -> Simulation:
        """The answer; parts of its frames go to the folder of the run."""
        files = None
        if isinstance(tables, str | Path):
            files = parquet_files(Path(tables), self.corpus)
        if files is not None and _rows(files[ORGS]) > self.firms:
            return self._streamed(files, stage)
        return self._loaded(load(tables, self.corpus), stage)

    def _streamed(self, files: Files, stage: Staged | None) -> Simulation:
        cut = file_slices(files, self.firms)
        total = sum(one.stop - one.start for one in cut)
        job = self._job(stage, None, total, keep=False)
        parts = self._run(job, cut, total)
        more = unclaimed(files, cut[0].doubled) if _some_missing(files, parts) else rejects.none()
        return self._found(parts, more, stage)

    def _loaded(self, whole: Tables, stage: Staged | None) -> Simulation:
        keep = self.keep and stage is None
        if self.executor is None:
            parts = self._here(whole, None if stage is None else stage.own, keep=keep)
        else:
            total = whole.orgs.height
            job = self._job(stage, shape_of(whole, self.asked, self.corpus), total, keep=keep)
            parts = self._run(job, slices_of(whole, self.firms), total)
        counts = Partial(-1, EMPTY, (), whole.counts, whole.rejects)
        all_ = [counts, *map(_uncounted, parts)]
        return self._found(all_, rejects.none(), stage)

    def _found(self, parts: list[Partial], more: pl.DataFrame, stage: Staged | None) -> Simulation:
        where = None if stage is None else stage.folder
        return Simulation(self.asked, self.corpus, parts, more, where)

    def _job(self, stage: Staged | None, shape: Shape | None, total: int, *, keep: bool) -> Job:
        out = None if stage is None else stage.own
        return job_of(self.corpus, self.asked, keep=keep, out=out, shape=shape, firms=total)

    def _run(self, job: Job, cut: Iterable[Slice], total: int) -> list[Partial]:
        found = run(computed, job, cut, self.executor, total, self.progress)
        return [part for _, part in found]

    def _here(self, whole: Tables, out: Path | None, *, keep: bool) -> list[Partial]:
        """A population in memory, in this process, a part after the other; compiled rules are kept."""
        done = 0

        def step(firms: int) -> None:
            nonlocal done
            done += firms
            if self.progress is not None:
                self.progress(done, whole.orgs.height)

        reader = reader_of(self.corpus, self.asked, whole, often=self.repeat)
        cut = [whole] if self.repeat else _parts(whole, self.firms)
        return [
            gathered(reader, tables, number, keep=keep, out=out, progress=step)
            for number, tables in enumerate(cut)
        ]


def _parts(tables: Tables, firms: int) -> Iterator[Tables]:
    for one in slices_of(tables, firms):
        assert one.tables is not None
        yield structs.replace(one.tables, whole=tables)


def _uncounted(part: Partial) -> Partial:
    return structs.replace(part, counts={}, rejects=rejects.none())


def _rows(files: tuple[str, ...]) -> int:
    number: int = pl.scan_parquet(list(files)).select(pl.len()).collect().item()
    return number


def _some_missing(files: Files, parts: list[Partial]) -> bool:
    """Whether some rows of the children belong to none of the fragments."""
    return any(
        _rows(many) != sum(part.counts[name].read for part in parts if name in part.counts)
        for name, many in files.items()
        if name != ORGS
    )


__all__ = ["KEY", "Awards", "Simulation", "simulate"]
