"""The columns of given tables matched with the canonical ones: unknown, doubled, missing, drifting ones."""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from huice.corpus.source import Problem
from huice.language.text import Text, did_you_mean
from huice.population.schema import KEY, OWN, Column, Schema, Table

FILE, ROW, GIVEN = "__file", "__row", "__given"
"""Where a row came from, and the key as it was given where that is none, while a load is under way.

A part of larger files brings its own.
"""


class Head(Struct, frozen=True, eq=False):
    """The columns of one part: the canonical column, the given name, and whether in the fact's own unit."""

    label: str
    columns: tuple[tuple[Column, str, bool], ...]
    own: tuple[str, ...]


def named(
    table: Table, parts: list[tuple[str, pl.DataFrame]], schema: Schema
) -> tuple[list[tuple[pl.DataFrame, Head]], list[Problem]]:
    """Each part with its head, and what is wrong with the columns."""
    problems: list[Problem] = []
    found: list[tuple[pl.DataFrame, Head]] = []
    for label, frame in parts:
        if not frame.width:
            continue
        head, faults = _head(table, label, frame, schema)
        problems += faults
        if found and not faults:
            problems += _drift(table, found[0][1], head)
        found.append((frame, head))
    return found, problems


def _head(
    table: Table, label: str, frame: pl.DataFrame, schema: Schema
) -> tuple[Head, list[Problem]]:
    problems: list[Problem] = []
    columns: list[tuple[Column, str, bool]] = []
    by_source = {c.source: c for c in table.columns.values() if c.source not in ("", c.name)}
    taken: dict[str, str] = {}
    own: list[str] = []
    for name in frame.columns:
        column = table.columns.get(name) or by_source.get(name)
        if column is None and name.startswith(OWN):
            own.append(name)
        elif name in (ROW, GIVEN):
            continue
        elif column is None:
            problems.append(_unknown(table, label, name, schema))
        elif column.name in taken:
            problems.append(_twice(label, table, taken[column.name], name))
        else:
            taken[column.name] = name
            if column.name != KEY:
                columns.append((column, name, name in by_source))
    for column in table.columns.values():
        if column.required and column.name not in taken:
            problems.append(_missing(label, table, column))
        if column.end is not None:
            other = column.name[: column.name.rindex("_")] + ("_to" if column.end == 0 else "_from")
            if column.name in taken and other not in taken:
                problems.append(_missing(label, table, table.columns[other]))
    return Head(label, tuple(columns), tuple(own)), problems


def _unknown(table: Table, label: str, name: str, schema: Schema) -> Problem:
    known = [n for c in table.columns.values() for n in dict.fromkeys((c.name, c.source)) if n]
    hint = did_you_mean(name, known)
    if not hint:
        for other in schema.tables.values():
            if name in other.columns or any(name == c.source for c in other.columns.values()):
                hint = Text(f"；它写在表 {other.name} 里", f"; it goes into the table {other.name}")
                break
    text = Text(
        f"表 {table.name} 没有列“{name}”；自用的列请以 {OWN} 开头",
        f"the table {table.name} has no column “{name}”; start columns of your own with {OWN}",
    )
    return Problem("K012", text + hint, label, subject=table.name)


def _twice(label: str, table: Table, one: str, other: str) -> Problem:
    text = Text(
        f"“{one}”和“{other}”说的是同一个事实，只留一列",
        f"“{one}” and “{other}” are the same fact; keep one of the columns",
    )
    return Problem("K017", text, label, subject=table.name)


def _missing(label: str, table: Table, column: Column) -> Problem:
    text = Text(
        f"缺少列“{column.name}”（{column.meaning.zh}）",
        f"the column “{column.name}” is missing ({column.meaning.en})",
    )
    return Problem("K018", text, label, subject=table.name)


def _drift(table: Table, first: Head, head: Head) -> list[Problem]:
    """Parts of one table must have the same columns: what one lacks would be unknown without a word."""
    one = {column.name for column, _, _ in first.columns} | set(first.own)
    other = {column.name for column, _, _ in head.columns} | set(head.own)
    found = []
    for name in sorted(one ^ other):
        has, lacks = (first, head) if name in one else (head, first)
        text = Text(
            f"列“{name}”在 {has.label} 里有、这里没有；同一张表的各个文件列要一致，不知道的留空",
            f"the column “{name}” is in {has.label} but not here; the files of a table need the same "
            "columns: leave cells empty where a fact is unknown",
        )
        found.append(Problem("K013", text, lacks.label, subject=table.name))
    return found
