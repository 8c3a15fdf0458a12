"""Cuts a population into fragments, whole firms with all that is theirs, and computes one of them.

A fragment is a range of firms of frames in memory, or of Parquet files that are read only where the work is
done. Each gives a partial result; the parts merge in any order to the same figures, on any engine that runs a
plain function: threads, processes, the workers of a cluster.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from socket import gethostname
from typing import Any
from uuid import uuid4

import msgspec
import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.asked import Asked, Awards
from huice.population.columns.place import Gap
from huice.population.columns.run import ColumnReader, Frames, PlaceResult
from huice.population.columns.shape import Shape
from huice.population.schema import KEY, ORGS, schema_of
from huice.population.summary import EMPTY, Summary, of_columns, of_rows
from huice.population.tables import BadTables, Tables, check, heads_of, rejects
from huice.population.tables.files import PARQUET, Part, found, schema_of_file
from huice.population.tables.heads import ROW
from huice.population.tables.keys import along_of, orphans_of
from huice.population.tables.rejects import Count

FIRMS = 100_000
"""Firms of a fragment."""
MOST_READERS = 8
"""Questions whose compiled rules are kept with a corpus."""
_local = threading.local()


class Job(Struct, frozen=True, eq=False):
    """What is asked, in a form that any process takes: the corpus as bytes, the ids of measures.

    `out` is a folder for the frames of awards and totals; with `keep` they come back with the result.
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


class Slice(Struct, frozen=True, eq=False):
    """Firms `start` to `stop` of frames in memory, or of Parquet files; `number` is its place in the order."""

    number: int
    start: int
    stop: int
    tables: Tables | None = None
    files: Mapping[str, tuple[str, ...]] = {}
    doubled: pl.Series | None = None


class Partial(Struct, frozen=True, eq=False):
    """What one fragment comes to."""

    number: int
    summary: Summary
    gaps: tuple[Gap, ...]
    counts: dict[str, Count]
    rejects: pl.DataFrame
    awards: Awards | None = None


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


def slices_of(tables: Tables, firms: int = FIRMS) -> Iterator[Slice]:
    """The fragments of a population in memory."""
    height = tables.orgs.height
    for number, start in enumerate(range(0, height, firms)):
        stop = min(height, start + firms)
        own = tables if stop - start == height else tables.part(start, stop)
        yield Slice(number, 0, stop - start, own)


def computed(job: Job, one: Slice) -> Partial:
    """The partial result of a fragment: the function that every engine runs."""
    reader = _reader(job)
    try:
        tables = one.tables if one.tables is not None else read_fragment(one, reader.corpus)
    except (FileNotFoundError, PermissionError) as error:
        raise BadTables((_unread(error, one),)) from error
    out = Path(job.out) if job.out else None
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
    """Sums and counts of some tables, if asked their frames too; `progress` is told how many firms are done."""
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
        if progress is not None:
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
    if out is not None and awards is not None:
        _write(out, number, awards)
    return Partial(
        number, summary, rest.gaps, tables.counts, tables.rejects, awards if keep else None
    )


def reader_of(corpus: Corpus, asked: Asked, *, often: bool = False) -> ColumnReader:
    """The reader of a question in this process: compiled rules are kept with their corpus."""
    kept: dict[bytes, ColumnReader] = corpus.__dict__.setdefault("_population_readers", {})
    key = msgspec.msgpack.encode((asked, often), enc_hook=str)
    if key not in kept:
        if len(kept) >= MOST_READERS:
            kept.pop(next(iter(kept)))
        kept[key] = ColumnReader(corpus, asked, often=often)
    return kept[key]


def _reader(job: Job) -> ColumnReader:
    """The reader of this question, one a thread: compiled rules are kept from fragment to fragment."""
    kept: dict[Any, ColumnReader] = _local.__dict__.setdefault("readers", {})
    key = (job.name, msgspec.msgpack.encode(job.asked, enc_hook=str))
    if key not in kept:
        kept.clear()
        corpus = msgspec.msgpack.decode(job.corpus, type=Corpus)
        kept[key] = ColumnReader(corpus, job.asked, job.shape, firms=job.firms)
    return kept[key]


def _write(out: Path, number: int, awards: Awards) -> None:
    for name, frame in (("awards", awards.awards), ("totals", awards.totals)):
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"part-{number:05d}.parquet"
        own = folder / f".{part.name}-{uuid4().hex}"  # a cluster may run a lost fragment twice
        frame.write_parquet(own, compression="lz4")
        own.replace(part)


# --- Parquet files larger than memory ---------------------------------------------------------------------


def parquet_files(path: Path, corpus: Corpus) -> dict[str, tuple[str, ...]] | None:
    """The files of each table, if they are Parquet of one schema a table; None otherwise.

    Raises `BadTables` with what is wrong with their columns.
    """
    parts: dict[str, list[Part]] = found(path, schema_of(corpus))
    if any(one.path.suffix.lower() not in PARQUET for many in parts.values() for one in many):
        return None
    raw = {
        name: [(one.label, pl.DataFrame(schema=schema_of_file(one))) for one in many]
        for name, many in parts.items()
    }
    heads_of(raw, corpus)
    alike = all(len({tuple(f.schema.items()) for _, f in many}) == 1 for many in raw.values())
    keys = {frame.schema[KEY] for many in raw.values() for _, frame in many}
    if not alike or len(keys) > 1:
        return None
    return {name: tuple(str(one.path.absolute()) for one in many) for name, many in parts.items()}


def file_slices(files: Mapping[str, tuple[str, ...]], firms: int = FIRMS) -> list[Slice]:
    """The fragments of Parquet files; keys that two fragments share are told to both."""
    found_ = []
    ranges = []
    scan = pl.scan_parquet(list(files[ORGS]))
    height = scan.select(pl.len()).collect().item()
    for number, start in enumerate(range(0, height, firms)):
        stop = min(height, start + firms)
        keys = scan.select(KEY).slice(start, stop - start)
        low, high = keys.select(pl.min(KEY).alias("a"), pl.max(KEY).alias("b")).collect().row(0)
        ranges.append((low, high))
        found_.append(Slice(number, start, stop, None, files))
    doubled = _doubled(scan) if _overlap(ranges) else None
    return [Slice(s.number, s.start, s.stop, None, files, doubled) for s in found_]


def _overlap(ranges: list[tuple[Any, Any]]) -> bool:
    known = sorted(one for one in ranges if one[0] is not None)
    return any(one[1] >= other[0] for one, other in pairwise(known))


def _doubled(scan: pl.LazyFrame) -> pl.Series | None:
    """The keys that more than one row has."""
    many = scan.select(KEY).group_by(KEY).len().filter(pl.col("len") > 1)
    found_ = many.collect(engine="streaming")[KEY]
    return found_ if len(found_) else None


def read_fragment(one: Slice, corpus: Corpus) -> Tables:
    """The tables of a fragment of files, checked."""
    orgs = _scan(one.files[ORGS]).slice(one.start, one.stop - one.start).collect()
    raw = {ORGS: [(_label(one.files[ORGS], ORGS), orgs)]}
    keys = orgs.select(KEY).filter(pl.col(KEY).is_not_null()).unique()
    if (
        one.doubled is not None
    ):  # whose their children are, nobody knows: they are listed at the end
        keys = keys.filter(~pl.col(KEY).is_in(one.doubled.implode()))
    low, high = keys[KEY].min(), keys[KEY].max()
    for name, files in one.files.items():
        if name != ORGS:
            near = _scan(files).filter(pl.col(KEY).is_between(pl.lit(low), pl.lit(high)))
            own = near.join(keys.lazy(), on=KEY, how="semi", maintain_order="left").collect()
            raw[name] = [(_label(files, name), own)]
    return check(raw, corpus, one.doubled)


def _scan(files: tuple[str, ...]) -> pl.LazyFrame:
    return pl.scan_parquet(list(files), row_index_name=ROW, row_index_offset=1)


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


def _label(files: tuple[str, ...], name: str) -> str:
    return Path(files[0]).name if len(files) == 1 else name


def unclaimed(files: Mapping[str, tuple[str, ...]], doubled: pl.Series | None) -> pl.DataFrame:
    """Children that no fragment took, as rejects: those of no firm, and those of keys that two firms have."""
    keys = pl.scan_parquet(list(files[ORGS])).select(KEY)
    listed = []
    for name, many in files.items():
        if name == ORGS:
            continue
        rows = _scan(many).select(ROW, KEY)
        alone = rows.join(keys, on=KEY, how="anti").collect(engine="streaming").sort(ROW)
        listed.append(orphans_of(name, _label(many, name), alone))
        if doubled is not None:
            shared = rows.filter(pl.col(KEY).is_in(doubled.implode())).collect()
            listed.append(along_of(name, _label(many, name), shared))
    return rejects.joined(listed)
