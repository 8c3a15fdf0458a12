"""Finds and reads the files of a population: files, folders of parts, or a workbook with a sheet a table."""

from __future__ import annotations

from codecs import getincrementaldecoder
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct
from polars.exceptions import PolarsError

from huice.corpus.source import Problem
from huice.language.text import Text, Travels, did_you_mean
from huice.population.schema import Schema

PARQUET, CSV, ARROW, EXCEL = (
    (".parquet", ".pq"),
    (".csv",),
    (".arrow", ".ipc", ".feather"),
    (".xlsx",),
)
BLOCK = 1 << 22
"""Bytes of a text file that are looked at in one go."""
KNOWN = (*PARQUET, *CSV, *ARROW, *EXCEL)
OURS = ("rejects", "awards", "totals", "costs", "places")
"""Files of ours that may lie beside the tables and are not read."""


class BadTables(Travels, ValueError):
    """Tables that cannot be read as they are; `problems` lists all that is wrong, each with what to do."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.render() for problem in problems))
        self.problems = problems


class Part(Struct, frozen=True, eq=False):
    """One file (or sheet) of a table."""

    path: Path
    label: str
    sheet: str = ""


def found(path: Path, schema: Schema) -> dict[str, list[Part]]:
    """The parts of each table at a path. Raises `BadTables` for a file that is no table or a second one."""
    if not path.exists():
        raise BadTables((_problem("K014", path, "没有这个文件或文件夹", "no such file or folder"),))
    if path.is_file():
        if path.suffix.lower() in EXCEL:
            return {
                name: [Part(path, f"{path.name}[{name}]", name)] for name in _sheets(path, schema)
            }
        return {named(path.stem, path, schema): [Part(path, path.name)]}
    parts: dict[str, list[Part]] = {}
    problems: list[Problem] = []
    for entry in sorted(path.iterdir()):
        if entry.name.startswith(".") or entry.stem in OURS:
            continue
        if not entry.is_dir() and entry.suffix.lower() not in KNOWN:
            continue
        try:
            name = named(entry.stem if entry.is_file() else entry.name, entry, schema)
        except BadTables as error:
            problems += error.problems
            continue
        if name in parts:
            problems.append(
                _problem(
                    "K011",
                    entry,
                    f"表 {name} 已由 {parts[name][0].label} 给出，只留一份",
                    f"the table {name} is given by {parts[name][0].label} already; keep one of them",
                )
            )
            continue
        parts[name] = _parts(entry)
    if problems:
        raise BadTables(tuple(problems))
    return parts


def _parts(entry: Path) -> list[Part]:
    if entry.is_file():
        return [Part(entry, entry.name)]
    files = sorted(one for one in entry.iterdir() if one.suffix.lower() in KNOWN)
    return [Part(one, f"{entry.name}/{one.name}") for one in files if not one.name.startswith(".")]


def named(stem: str, path: Path, schema: Schema) -> str:
    """The table of this name. Raises `BadTables` if there is none."""
    if stem in schema.tables:
        return stem
    known = list(schema.tables)
    text = Text(
        f"“{stem}”不是表名，可用 {'、'.join(known)}",
        f"“{stem}” is no table; tables are {', '.join(known)}",
    ) + did_you_mean(stem, known)
    raise BadTables((Problem("K011", text, str(path)),))


def _sheets(path: Path, schema: Schema) -> list[str]:
    import fastexcel  # noqa: PLC0415  # only workbooks need it

    try:
        names = fastexcel.read_excel(path).sheet_names
    except Exception as error:  # noqa: BLE001  # the library raises types of its own for broken workbooks
        raise BadTables((_unreadable(path, error),)) from None
    problems: list[Problem] = []
    for name in names:
        try:
            named(name, path, schema)
        except BadTables as bad:
            problems += bad.problems
    if problems:
        raise BadTables(tuple(problems))
    return names


def read(part: Part) -> pl.DataFrame:
    """The rows of a part as they stand: text for CSV, typed columns otherwise. Raises `BadTables`."""
    kind = part.path.suffix.lower()
    try:
        if kind in CSV:
            return _csv(part.path)
        if kind in EXCEL:
            return pl.read_excel(
                part.path,
                sheet_name=part.sheet or None,
                infer_schema_length=None,
                raise_if_empty=False,
            )
        if kind in ARROW:
            return pl.read_ipc(part.path)
        return pl.read_parquet(part.path)
    except BadTables:
        raise
    except (PolarsError, OSError, ValueError) as error:
        raise BadTables((_unreadable(part.path, error),)) from None
    except Exception as error:  # noqa: BLE001  # fastexcel raises types of its own
        raise BadTables((_unreadable(part.path, error),)) from None


def schema_of_file(part: Part) -> dict[str, Any]:
    """The columns of a Parquet file and their types. Raises `BadTables`."""
    try:
        return dict(pl.read_parquet_schema(part.path))
    except (PolarsError, OSError) as error:
        raise BadTables((_unreadable(part.path, error),)) from None


def _csv(path: Path) -> pl.DataFrame:
    line = _not_utf8(path)
    if line:
        zh, en = _guess(path)
        text = Text(
            f"第 {line} 行起不是 UTF-8 编码{zh}，请另存为 UTF-8",
            f"not UTF-8 from line {line} on{en}; save it as UTF-8",
        )
        raise BadTables((Problem("K015", text, str(path), line),))
    if not path.stat().st_size:
        return pl.DataFrame()
    return pl.read_csv(path, infer_schema=False)


def _not_utf8(path: Path) -> int:
    """The first line that is not UTF-8; 0 if all are."""
    decoder = getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while True:
            data = file.read(BLOCK)
            try:
                decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                return line + data[: error.start].count(b"\n")
            if not data:
                return 0
            line += data.count(b"\n")


def _guess(path: Path) -> tuple[str, str]:
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "（像是 UTF-16）", " (it looks like UTF-16)"
    try:
        path.read_bytes().decode("gb18030")
    except UnicodeDecodeError:
        return "", ""
    return "（像是 GBK）", " (it looks like GBK)"


def _unreadable(path: Path, error: Exception) -> Problem:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return _problem("K014", path, f"读不了文件：{reason}", f"cannot read the file: {reason}")


def _problem(code: str, path: Path, zh: str, en: str) -> Problem:
    return Problem(code, Text(zh, en), str(path))
