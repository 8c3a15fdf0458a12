"""A population as checked tables: `load` reads and checks them, `Tables.write` writes them again.

A row with a fault is set aside with its reason, never dropped silently, never repaired by a guess. With a
row of a firm the whole firm is set aside, and listed: a firm that lost one of its contracts would be
computed as one that never had it. Faults that concern a whole table (a column nobody knows, parts that
differ) stop the load.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.schema import KEY, ORGS, Column, Schema, Table, schema_of
from huice.population.tables import files, heads, keys, rejects
from huice.population.tables.cell import EMPTY
from huice.population.tables.convert import Converted, converted
from huice.population.tables.files import BadTables
from huice.population.tables.heads import FILE, GIVEN, ROW, Head
from huice.population.tables.rejects import Count

__all__ = ["BadTables", "Tables", "load"]


ROW_GROUP = 50_000
"""Rows that a Parquet file keeps together: a fragment reads only the groups that hold its firms."""


class Tables(Struct, frozen=True, eq=False, dict=True):
    """A checked population: canonical frames by table, and what was set aside.

    `frames` holds only the tables that were given: without `contracts`, every firm's contracts are unknown.
    """

    frames: dict[str, pl.DataFrame]
    schema: Schema
    rejects: pl.DataFrame
    counts: dict[str, Count]
    warnings: tuple[Problem, ...] = ()
    whole: Tables | None = None
    """The tables that these are a part of, whose shape is theirs."""

    @property
    def orgs(self) -> pl.DataFrame:
        """The firms, one row each."""
        return self.frames[ORGS]

    def get(self, name: str) -> pl.DataFrame | None:
        """The frame of a table; None if it was not given."""
        return self.frames.get(name)

    def problems(self) -> list[Problem]:
        """Warnings, and one located example of each kind of rejected row with their number."""
        return [*self.warnings, *rejects.as_problems(self.rejects)]

    def of(self, orgs: pl.Series) -> Tables:
        """The same population with these firms only."""
        wanted = pl.DataFrame({KEY: orgs})
        frames = {
            name: frame.join(wanted, on=KEY, how="semi", maintain_order="left")
            for name, frame in self.frames.items()
        }
        return Tables(frames, self.schema, rejects.none(), {})

    def part(self, start: int, stop: int) -> Tables:
        """The firms of these rows with all that is theirs; nothing is copied of tables in the order of keys."""
        keys = self.orgs[KEY].slice(start, stop - start)
        if not (len(keys) and self._in_order):
            return self.of(keys)
        frames = {ORGS: self.orgs.slice(start, stop - start)}
        for name, frame in self.frames.items():
            if name != ORGS:
                first = frame[KEY].search_sorted(keys[0], "left")
                last = frame[KEY].search_sorted(keys[-1], "right")
                frames[name] = frame.slice(first, last - first)
        return Tables(frames, self.schema, rejects.none(), {})

    @property
    def _in_order(self) -> bool:
        """Whether the keys of every table rise."""
        if "in_order" not in self.__dict__:
            rising = all(frame[KEY].is_sorted() for frame in self.frames.values())
            self.__dict__["in_order"] = rising
        found: bool = self.__dict__["in_order"]
        return found

    def write(self, folder: Path | str, kind: str = "parquet") -> None:
        """The tables as one file each in a folder: `parquet`, `arrow` or `csv`."""
        where = Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        for name, frame in self.frames.items():
            path = where / f"{name}.{kind}"
            if kind == "csv":
                as_text(frame, self.schema.tables[name]).write_csv(path, include_bom=True)
            elif kind == "arrow":
                frame.write_ipc(path)
            else:
                frame.write_parquet(path, compression="lz4", row_group_size=ROW_GROUP)


def load(given: Path | str | Mapping[str, Any] | Tables, corpus: Corpus | None = None) -> Tables:
    """The checked population of a folder, a workbook, a file of firms, or frames by table name.

    Frames may be Polars, or anything with the Arrow PyCapsule interface. Raises `BadTables`.
    """
    if isinstance(given, Tables):
        return given
    corpus = corpus or shipped()
    schema = schema_of(corpus)
    if isinstance(given, str | Path):
        return check(_read_files(Path(given), schema), corpus)
    return check(_frames(given, schema), corpus)


Raw = Mapping[str, list[tuple[str, pl.DataFrame]]]
"""Tables as they were given: each as parts, a label and its rows."""
Known = dict[str, list[tuple[pl.DataFrame, Head]]]


def heads_of(raw: Raw, corpus: Corpus) -> Known:
    """The parts with their columns named. Raises `BadTables` with all that is wrong with the columns."""
    schema = schema_of(corpus)
    problems: list[Problem] = []
    known: Known = {}
    for name, parts in raw.items():
        known[name], faults = heads.named(schema.tables[name], parts, schema)
        problems += faults
    if ORGS not in raw:
        problems.append(_no_orgs())
    if problems:
        raise BadTables(tuple(problems))
    return known


def check(raw: Raw, corpus: Corpus, doubled: pl.Series | None = None) -> Tables:
    """The checked population of tables as parts; `doubled` are keys that rows elsewhere have too."""
    schema = schema_of(corpus)
    warned: list[Problem] = []
    known = heads_of(raw, corpus)
    if not any(frame.height for frame, _ in known[ORGS]):
        raise BadTables((_no_firms(raw[ORGS]),))
    frames: dict[str, pl.DataFrame] = {}
    bad: list[pl.DataFrame] = []
    for name in schema.tables:
        if name not in known:
            continue
        frames[name], own = _canonical(schema.tables[name], known[name], corpus)
        bad += own
        if not frames[name].height and schema.tables[name].kind:
            warned.append(_empty(name, schema))
    read = {name: frame.height for name, frame in frames.items()}
    frames, more = keys.checked(frames, schema, rejects.joined(bad), doubled)
    counts = {name: Count(read[name], frame.height) for name, frame in frames.items()}
    return Tables(frames, schema, more, counts, tuple(warned))


def _read_files(path: Path, schema: Schema) -> dict[str, list[tuple[str, pl.DataFrame]]]:
    problems: list[Problem] = []
    raw: dict[str, list[tuple[str, pl.DataFrame]]] = {}
    for name, parts in files.found(path, schema).items():
        raw[name] = []
        for part in parts:
            try:
                raw[name].append((part.label, files.read(part)))
            except BadTables as error:
                problems += error.problems
    if problems:
        raise BadTables(tuple(problems))
    return raw


def _frames(given: Mapping[str, Any], schema: Schema) -> dict[str, list[tuple[str, pl.DataFrame]]]:
    raw = {}
    for name, one in given.items():
        files.named(name, Path(name), schema)
        frame = one.collect() if isinstance(one, pl.LazyFrame) else one
        raw[name] = [(name, frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame))]
    return raw


def _canonical(
    table: Table, parts: list[tuple[pl.DataFrame, Head]], corpus: Corpus
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The table with its canonical columns, `FILE`, `ROW` and `GIVEN`, and the cells that were refused."""
    found: list[pl.DataFrame] = []
    bad: list[pl.DataFrame] = []
    for frame, head in parts:
        keyed = frame if GIVEN in frame.columns else keys.typed(frame, frame.schema[KEY])
        columns: list[pl.Series] = [keyed[KEY]]
        for column, given, source in head.columns:
            one = converted(column, frame[given], corpus, source=source)
            columns.append(one.values.alias(column.name))
            bad.append(_refused(table, column, head, columns[0], one, _numbers(frame)))
        columns += [frame[name].alias(name) for name in head.own]
        place = [
            pl.Series(FILE, [head.label], dtype=pl.String).new_from_index(0, frame.height),
            _numbers(frame).alias(ROW),
            keyed[GIVEN],
        ]
        found.append(pl.DataFrame([*columns, *place]))
    return keys.stacked(found), bad


def _numbers(frame: pl.DataFrame) -> pl.Series:
    """The row numbers of a part, from 1."""
    if ROW in frame.columns:
        return frame[ROW].cast(pl.UInt32)
    return pl.int_range(1, frame.height + 1, dtype=pl.UInt32, eager=True)


def _refused(
    table: Table,
    column: Column,
    head: Head,
    key: pl.Series,
    one: Converted,
    numbers: pl.Series,
) -> pl.DataFrame:
    return rejects.rows(
        [
            {
                "table": table.name,
                "file": head.label,
                "row": numbers[position],
                "org_id": None if key[position] is None else str(key[position]),
                "column": column.name,
                "value": fault.value,
                "code": fault.code,
                "reason_zh": fault.reason.zh,
                "reason_en": fault.reason.en,
            }
            for position, fault in one.faults()
        ]
    )


def as_text(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The frame for a text file: sets as `a;b`, records as `name@2025-03-01;…`, known to be empty as `-`."""
    columns = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
            one = pl.format(
                "{}@{}",
                pl.element().struct.field("name").cast(pl.String),
                pl.element().struct.field("date").dt.to_string("%Y-%m-%d"),
            )
            column = _joined(column.list.eval(one))
        elif isinstance(dtype, pl.List):
            column = _joined(column.cast(pl.List(pl.String)))
        columns.append(column.alias(name))
    return frame.select(columns)


def _joined(column: pl.Expr) -> pl.Expr:
    return pl.when(column.list.len() == 0).then(pl.lit(EMPTY)).otherwise(column.list.join(";"))


def _no_orgs() -> Problem:
    return Problem(
        "K010",
        Text(
            "没有企业表 orgs；人口至少要有它，每家企业一行，带 org_id",
            "there is no table orgs; a population needs it, one row a firm with its org_id",
        ),
    )


def _no_firms(parts: list[tuple[str, pl.DataFrame]]) -> Problem:
    label = parts[0][0] if parts else ORGS
    return Problem(
        "K016",
        Text("企业表里一行也没有", "the table of firms has no rows"),
        label,
    )


def _empty(name: str, schema: Schema) -> Problem:
    return Problem(
        "K021",
        Text(
            f"表 {name} 没有数据行，按“每家企业都没有”测算；若是不知道，请去掉这个文件",
            f"the table {name} has no rows: no firm has any; if they are unknown, leave the file out",
        ),
        name,
        severity="warning",
    )
