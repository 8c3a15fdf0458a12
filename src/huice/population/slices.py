"""The fragments of a population, whole firms with all that is theirs: ranges of frames, or of Parquet files.

Files are read only where the work is done, a fragment at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct, structs

from huice.corpus.corpus import Corpus
from huice.language.text import Fault
from huice.population.schema import KEY, ORGS, schema_of
from huice.population.tables import Tables, check, heads_of, rejects
from huice.population.tables.files import PARQUET, Part, found, schema_of_file
from huice.population.tables.heads import GIVEN, ROW
from huice.population.tables.keys import along_of, key_type, orphans_of, typed

FIRMS = 100_000
"""Firms of a fragment."""
MOST_FIRMS = 10_000_000
"""The most of them that may be asked for: some 25 GB of memory."""


class Slice(Struct, frozen=True, eq=False):
    """Firms `start` to `stop` of frames in memory, or of Parquet files; `number` is its place in the order.

    `doubled` are keys that firms elsewhere have too; `ranged`: their children lie between the least
    and the greatest of their keys, also as the files have them.
    """

    number: int
    start: int
    stop: int
    tables: Tables | None = None
    files: Mapping[str, tuple[str, ...]] = {}
    doubled: pl.Series | None = None
    ranged: bool = True


def check_firms(firms: int) -> None:
    """Raises `Fault` for a number of firms that no fragment can have."""
    if not 1 <= firms <= MOST_FIRMS:
        raise Fault(
            f"每块的企业数 firms 在 1 到 {MOST_FIRMS:,} 之间，写的是 {firms:,}；缺省 {FIRMS:,}，"
            "内存不够就写小些",
            f"firms, those of one fragment, is from 1 to {MOST_FIRMS:,}, not {firms:,}; it is {FIRMS:,} by "
            "default, and less of it needs less memory",
        )


def slices_of(tables: Tables, firms: int = FIRMS) -> Iterator[Slice]:
    """The fragments of a population in memory."""
    height = tables.orgs.height
    for number, start in enumerate(range(0, height, firms)):
        stop = min(height, start + firms)
        own = tables if stop - start == height else tables.part(start, stop)
        yield Slice(number, 0, stop - start, own)


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
    keys = {key_type(frame.schema[KEY]) for many in raw.values() for _, frame in many}
    if not alike or len(keys) > 1:
        return None
    return {name: tuple(str(one.path.absolute()) for one in many) for name, many in parts.items()}


def file_slices(files: Mapping[str, tuple[str, ...]], firms: int = FIRMS) -> list[Slice]:
    """The fragments of Parquet files; keys that two fragments share are told to both."""
    found_ = []
    ranges = []
    ranged = _ranged(files)
    scan = _keyed(_scan(files[ORGS])).select(KEY)
    height = scan.select(pl.len()).collect().item()
    for number, start in enumerate(range(0, height, firms)):
        stop = min(height, start + firms)
        keys = scan.slice(start, stop - start)
        low, high = keys.select(pl.min(KEY).alias("a"), pl.max(KEY).alias("b")).collect().row(0)
        ranges.append((low, high))
        found_.append(Slice(number, start, stop, None, files, None, ranged))
    doubled = _doubled(scan) if _overlap(ranges) else None
    return [structs.replace(one, doubled=doubled) for one in found_]


def _overlap(ranges: list[tuple[Any, Any]]) -> bool:
    known = sorted(one for one in ranges if one[0] is not None)
    return any(one[1] >= other[0] for one, other in pairwise(known))


def _doubled(keys: pl.LazyFrame) -> pl.Series | None:
    """The keys that more than one row has."""
    many = keys.drop_nulls().group_by(KEY).len().filter(pl.col("len") > 1)
    found_ = many.collect(engine="streaming")[KEY]
    return found_ if len(found_) else None


def _ranged(files: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether keys can be compared as they stand in the files, before they get their type."""
    scans = {name: pl.scan_parquet(list(many)) for name, many in files.items()}
    types = {name: scan.collect_schema()[KEY] for name, scan in scans.items()}
    if key_type(types[ORGS]) != pl.String:
        return True
    if any(dtype != pl.String for dtype in types.values()):
        return False
    odd = pl.col(KEY) != pl.col(KEY).str.strip_chars()
    several = (scan.select(odd.any()) for name, scan in scans.items() if name != ORGS)
    return not any(scan.collect(engine="streaming").item() for scan in several)


def read_fragment(one: Slice, corpus: Corpus) -> Tables:
    """The tables of a fragment of files, checked."""
    orgs = _keyed(_scan(one.files[ORGS]).slice(one.start, one.stop - one.start)).collect()
    raw = {ORGS: [(_label(one.files[ORGS], ORGS), orgs)]}
    keys = orgs.select(KEY).drop_nulls().unique()
    if (
        one.doubled is not None
    ):  # whose their children are, nobody knows: they are listed at the end
        keys = keys.filter(~pl.col(KEY).is_in(one.doubled.implode()))
    low, high = keys[KEY].min(), keys[KEY].max()
    for name, files in one.files.items():
        if name != ORGS:
            near = _scan(files)
            if one.ranged:
                near = near.filter(pl.col(KEY).is_between(pl.lit(low), pl.lit(high)))
            own = _keyed(near).join(keys.lazy(), on=KEY, how="semi", maintain_order="left")
            raw[name] = [(_label(files, name), own.collect())]
    return check(raw, corpus, one.doubled)


def _keyed(scan: pl.LazyFrame) -> pl.LazyFrame:
    return typed(scan, scan.collect_schema()[KEY])


def _scan(files: tuple[str, ...]) -> pl.LazyFrame:
    return pl.scan_parquet(list(files), row_index_name=ROW, row_index_offset=1)


def _label(files: tuple[str, ...], name: str) -> str:
    return Path(files[0]).name if len(files) == 1 else name


def unclaimed(files: Mapping[str, tuple[str, ...]], doubled: pl.Series | None) -> pl.DataFrame:
    """Children that no fragment took, as rejects: those of no firm, and those of keys that two firms have."""
    keys = _keyed(_scan(files[ORGS])).select(KEY)
    listed = []
    for name, many in files.items():
        if name == ORGS:
            continue
        rows = _keyed(_scan(many)).select(ROW, KEY, GIVEN)
        alone = rows.join(keys, on=KEY, how="anti").collect(engine="streaming").sort(ROW)
        listed.append(orphans_of(name, _label(many, name), alone))
        if doubled is not None:
            shared = rows.filter(pl.col(KEY).is_in(doubled.implode())).collect()
            listed.append(along_of(name, _label(many, name), shared))
    return rejects.joined(listed)
