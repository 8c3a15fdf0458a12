"""Computes a fragment of a population: the function that every engine runs, and what it gives.

The partial results merge in any order to the same figures, on any engine that runs a plain function: threads,
processes, the workers of a cluster.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from functools import reduce
from hashlib import sha256
from pathlib import Path
from socket import gethostname
from typing import TypeVar

import msgspec
import polars as pl
from msgspec import Struct, field, structs

from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.asked import Asked, Awards
from huice.population.beyond import Beyond, without
from huice.population.columns.place import Gap
from huice.population.columns.run import ColumnReader, Frames, PlaceResult
from huice.population.columns.shape import Shape
from huice.population.results import write_part
from huice.population.schema import KEY, ORGS
from huice.population.slices import Slice, read_fragment
from huice.population.summary import EMPTY, Summary, of_columns, of_rows
from huice.population.tables import BadTables, Tables, rejects
from huice.population.tables.rejects import Count, none

T = TypeVar("T")
MOST_READERS = 8
"""Questions whose compiled rules are kept with a corpus."""
_local = threading.local()


class Job(Struct, frozen=True, eq=False):
    """What is asked, in a form that any process takes: the corpus as bytes, the ids of measures.

    `out` is a folder that is there, for the frames of awards and totals; with `keep` they come back with the
    result.
    `shape` is that of the whole population, where it is known: then the rules are compiled once for all
    fragments; `firms` are those of all fragments.
    """

    corpus: bytes
    name: str
    asked: Asked
    keep: bool = False
    out: str = ""
    shape: Shape | None = None
    firms: int = 0


class Partial(Struct, frozen=True, eq=False):
    """What one fragment comes to."""

    number: int
    summary: Summary
    gaps: tuple[Gap, ...]
    counts: dict[str, Count]
    rejects: pl.DataFrame
    awards: Awards | None = None
    written: Mapping[str, int] = {}
    """The files that hold its frames, with their rows."""
    beyond: pl.DataFrame = field(default_factory=none)
    """The firms that could not be computed (see `Beyond`), as rejects."""


def job_of(
    corpus: Corpus,
    asked: Asked,
    *,
    keep: bool,
    out: Path | None,
    shape: Shape | None = None,
    firms: int = 0,
) -> Job:
    """The question with the corpus as bytes."""
    data = msgspec.msgpack.encode(corpus, enc_hook=str)
    name = f"{corpus.digest} {sha256(data).hexdigest()}"
    where = "" if out is None else str(out.absolute())
    return Job(data, name, asked, keep, where, shape, firms)


def computed(job: Job, one: Slice) -> Partial:
    """The partial result of a fragment: the function that every engine runs."""
    corpus = _kept("corpus", job.name, lambda: msgspec.msgpack.decode(job.corpus, type=Corpus))
    try:
        tables = one.tables if one.tables is not None else read_fragment(one, corpus)
    except (FileNotFoundError, PermissionError) as error:
        raise BadTables((_unread(error, one),)) from error
    out = Path(job.out) if job.out else None
    key = (job.name, _question(job.asked, tables))
    reader = _kept(
        "reader", key, lambda: ColumnReader(corpus, job.asked, job.shape, firms=job.firms)
    )
    return gathered(reader, tables, one.number, keep=job.keep, out=out)


def gathered(
    reader: ColumnReader,
    tables: Tables,
    number: int,
    *,
    keep: bool,
    out: Path | None,
    progress: Callable[[int], None] | None = None,
) -> Partial:
    """Sums and counts of some tables, if asked their frames too; `progress` is told how many firms are done.

    Firms whose figures do not fit are set aside, and the others computed again without them.
    """
    told = 0

    def step(firms: int) -> None:
        nonlocal told
        told += firms
        if progress is not None:
            progress(firms)

    try:
        return _gathered(reader, tables, number, keep=keep, out=out, progress=step)
    except Beyond as error:
        rest, aside = without(tables, error)
        part = gathered(reader, rest, number, keep=keep, out=out)
        step(tables.orgs.height - told)
        beyond = rejects.joined([aside, part.beyond])
        return structs.replace(part, counts=tables.counts, rejects=tables.rejects, beyond=beyond)


def _gathered(
    reader: ColumnReader,
    tables: Tables,
    number: int,
    *,
    keep: bool,
    out: Path | None,
    progress: Callable[[int], None],
) -> Partial:
    if not tables.orgs.height:
        return Partial(number, EMPTY, (), tables.counts, tables.rejects)
    asked = reader.asked
    years = asked.years if asked.by_year else range(0)
    frames = Frames(asked, tables)
    parts: list[Summary] = []

    def take(one: PlaceResult) -> None:
        gaps = frozenset(gap.measure for gap in one.compiled.gaps)
        parts.append(of_columns(one, years, gaps))
        if keep or out is not None:
            frames.take(one)
        progress(one.part.firms)

    rest = reader.collect(tables, take, rows=keep or out is not None)
    summary = reduce(Summary.merged, parts, EMPTY)
    if rest.rows is not None:
        orgs = tables.orgs
        place = orgs["place"] if "place" in orgs.columns else pl.lit(None, dtype=pl.String)
        places = orgs.select(KEY, pl.lit(place).alias("place"))
        gaps = frozenset(gap.measure for gap in rest.gaps)
        summary = summary.merged(of_rows(rest.rows, places, gaps))
    awards = frames.awards(rest) if keep or out is not None else None
    written = {} if out is None or awards is None else write_part(out, number, awards)
    kept = awards if keep else None
    return Partial(number, summary, rest.gaps, tables.counts, tables.rejects, kept, written=written)


def reader_of(corpus: Corpus, asked: Asked, tables: Tables, *, often: bool = False) -> ColumnReader:
    """The reader of a question to such tables in this process: compiled rules are kept with their corpus."""
    kept: dict[tuple[Hashable, bool], ColumnReader]
    kept = corpus.__dict__.setdefault("_population_readers", {})
    key = (_question(asked, tables), often)
    if key not in kept:
        if len(kept) >= MOST_READERS:
            kept.pop(next(iter(kept)))
        kept[key] = ColumnReader(corpus, asked, often=often)
    return kept[key]


def _question(asked: Asked, tables: Tables) -> Hashable:
    """A question to tables of some columns: what is compiled for it reads columns that others may not have."""
    columns = [(name, frame.columns) for name, frame in sorted(tables.frames.items())]
    return asked.key, msgspec.msgpack.encode(columns)


def _kept(what: str, key: Hashable, make: Callable[[], T]) -> T:
    """What a worker made, the last of its kind for each thread: rules are compiled once for many fragments."""
    kept: tuple[Hashable, T] | None = getattr(_local, what, None)
    if kept is None or kept[0] != key:
        kept = (key, make())
        setattr(_local, what, kept)
    return kept[1]


def _unread(error: Exception, one: Slice) -> Problem:
    """A fragment that the machine of a worker cannot read."""
    host, why = gethostname(), str(error).strip().splitlines()[0]
    return Problem(
        "K014",
        Text(
            f"工作进程所在的机器 {host} 读不了这一块：{why}；各台机器都要能在同一路径读到这些文件",
            f"the machine of the worker, {host}, cannot read this fragment: {why}; every machine must find "
            "these files at the same path",
        ),
        str(Path(one.files[ORGS][0]).parent),
    )
