"""The firms that a draft is asked of, cut into fragments: in memory, or in Parquet files larger than memory.

A function of a question and a fragment is run on any engine; what it gives is merged here, fragment by
fragment, as it comes. Nothing depends on how the firms are cut, nor on the order in which fragments end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import polars as pl
from msgspec import Struct, field

from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.population.engines import Engine, Progress, run
from huice.population.schema import ORGS
from huice.population.slices import (
    FIRMS,
    Slice,
    check_firms,
    file_slices,
    parquet_files,
    read_fragment,
    slices_of,
    unclaimed,
)
from huice.population.tables import Tables, load, rejects
from huice.population.tables.rejects import Count

J = TypeVar("J")
R = TypeVar("R")
T = TypeVar("T")
Files: TypeAlias = Mapping[str, tuple[str, ...]]
"""The Parquet files of each table."""
_local = threading.local()


class SetAside(Struct, frozen=True, eq=False):
    """Rows read and kept of each table, the rows that were set aside, and what is odd about whole tables."""

    counts: dict[str, Count] = {}
    rejects: pl.DataFrame = field(default_factory=rejects.none)
    warnings: tuple[Problem, ...] = ()

    @property
    def firms(self) -> int:
        """The firms that were kept."""
        return self.counts[ORGS].kept

    def as_dict(self) -> dict[str, dict[str, int]]:
        """The counts, JSON-ready."""
        return {
            name: {"read": count.read, "kept": count.kept, "set_aside": count.rejected}
            for name, count in self.counts.items()
        }

    def problems(self) -> list[Problem]:
        """Warnings, and one located example of each kind of rejected row with their number."""
        return [*self.warnings, *rejects.as_problems(self.rejects)]


class Source:
    """A population for one or several questions: `tables` in memory, or `files` of which fragments are read."""

    def __init__(self, tables: Tables | None, files: Files, firms: int) -> None:
        self.tables, self._files, self._firms = tables, files, firms
        self._slices = [] if tables is not None else file_slices(files, firms)

    @property
    def streamed(self) -> bool:
        """Whether the firms stay in their files."""
        return self.tables is None

    @property
    def rows(self) -> int:
        """The rows of the table of firms; of files also those that will be set aside."""
        if self.tables is not None:
            return self.tables.orgs.height
        return sum(one.stop - one.start for one in self._slices)

    def run(
        self, task: Callable[[J, Slice], R], job: J, executor: Engine, progress: Progress | None
    ) -> Iterator[tuple[int, R]]:
        """What the task gives for each fragment, with the fragment's number, as they come."""
        for one, found in run(task, job, self._cut(), executor, self.rows, progress):
            yield one.number, found

    def set_aside(self, parts: Mapping[int, SetAside]) -> SetAside:
        """What was set aside in all; `parts` by number of the fragment."""
        if self.tables is not None:
            return SetAside(self.tables.counts, self.tables.rejects, self.tables.warnings)
        ordered = [parts[number] for number in sorted(parts)]
        counts: dict[str, Count] = {}
        for part in ordered:
            for name, count in part.counts.items():
                before = counts.get(name, Count(0, 0))
                counts[name] = Count(before.read + count.read, before.kept + count.kept)
        more = self._unclaimed(counts)
        for (name,), rows in more.group_by("table"):
            counts[str(name)] = Count(counts[str(name)].read + rows.height, counts[str(name)].kept)
        told = dict.fromkeys(one for part in ordered for one in part.warnings)
        return SetAside(
            counts,
            rejects.joined([*(part.rejects for part in ordered), more]),
            tuple(one for one in told if not counts[one.file].read),  # of tables empty as a whole
        )

    def _cut(self) -> Iterable[Slice]:
        if self.tables is None:
            return self._slices
        if not self.tables.orgs.height:
            return [Slice(0, 0, 0, self.tables)]
        return slices_of(self.tables, self._firms)

    def _unclaimed(self, counts: Mapping[str, Count]) -> pl.DataFrame:
        """Children that no fragment took."""
        files = {name: many for name, many in self._files.items() if name != ORGS}
        if all(_height(many) == counts[name].read for name, many in files.items()):
            return rejects.none()
        return unclaimed(self._files, self._slices[0].doubled)


Given: TypeAlias = Source | Tables | Path | str | Mapping[str, Any]
"""A population: opened, checked, in files, or as frames by the name of their table."""


def opened(given: Given, corpus: Corpus, firms: int = FIRMS) -> Source:
    """The population; Parquet of more firms than one fragment stays in its files.

    Raises `BadTables`, and `Fault` for a number of firms that no fragment can have.
    """
    if isinstance(given, Source):
        return given
    check_firms(firms)
    if isinstance(given, str | Path):
        files = parquet_files(Path(given), corpus)
        if files is not None and _height(files[ORGS]) > firms:
            return Source(None, files, firms)
    return Source(load(given, corpus), {}, firms)


def tables_of(one: Slice, corpus: Corpus) -> tuple[Tables, SetAside]:
    """The tables of a fragment, and what was set aside in reading it: nothing where they were in memory."""
    if one.tables is not None:
        return one.tables, SetAside()
    tables = read_fragment(one, corpus)
    return tables, SetAside(tables.counts, tables.rejects, tables.warnings)


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What a worker made for a question, one a thread: rules are compiled once for all its fragments."""
    found: dict[Hashable, T] = _local.__dict__.setdefault("kept", {})
    if key not in found:
        found.clear()
        found[key] = make()
    return found[key]


def _height(files: tuple[str, ...]) -> int:
    number: int = pl.scan_parquet(list(files)).select(pl.len()).collect().item()
    return number
