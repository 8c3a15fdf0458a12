"""Rows that were set aside: which, why and what to do. Nothing is dropped without a line here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct

from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.schema import DType

SCHEMA: dict[str, DType] = {
    "table": pl.String,
    "file": pl.String,
    "row": pl.UInt32,
    "org_id": pl.String,
    "column": pl.String,
    "value": pl.String,
    "code": pl.String,
    "reason_zh": pl.String,
    "reason_en": pl.String,
}
"""`row` counts the rows of data in its file from 1; the heading of a CSV file is not counted. `file` and `row`
are null of firms that were set aside only when they were computed."""
WITH = "K020"
"""The code of a row that went along with another row of its firm."""


class Count(Struct, frozen=True):
    """Rows of a table: read, kept and set aside."""

    read: int
    kept: int

    @property
    def rejected(self) -> int:
        """Rows set aside."""
        return self.read - self.kept


@lru_cache(maxsize=1)
def none() -> pl.DataFrame:
    """No rejected row."""
    return pl.DataFrame(schema=SCHEMA)


def joined(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The rejects of several steps, in the order of tables and rows as they were found."""
    given = [frame for frame in frames if frame.height]
    return pl.concat(given) if given else none()


def rows(found: list[dict[str, Any]]) -> pl.DataFrame:
    """The rejects of plain mappings; what is left out is null."""
    return pl.DataFrame(found, schema=SCHEMA) if found else none()


def by_table(rejects: pl.DataFrame) -> list[tuple[str, int]]:
    """How many rows of each table there are."""
    return rejects.group_by("table").len().rows() if rejects.height else []


def as_problems(rejects: pl.DataFrame, most: int = 5) -> list[Problem]:
    """One located example of each kind of fault, the most frequent first, with how many there are."""
    if not rejects.height:
        return []
    own = rejects.filter(pl.col("code") != WITH)
    kinds = (
        own.group_by("table", "column", "code", maintain_order=True)
        .agg(pl.len().alias("many"), pl.first("file", "row", "reason_zh", "reason_en"))
        .sort("many", descending=True, maintain_order=True)
    )
    found = []
    for one in kinds.head(most).iter_rows(named=True):
        zh, en = one["reason_zh"], one["reason_en"]
        if one["many"] > 1:
            zh, en = f"{zh}（同类共 {one['many']:,} 行）", f"{en} ({one['many']:,} rows like this)"
        subject = f"{one['table']}.{one['column']}" if one["column"] else one["table"]
        where = f"{one['file']}#{one['row']}" if one["file"] else ""
        found.append(Problem(one["code"], Text(zh, en), where, 0, 0, subject, "warning"))
    return found


def write(rejects: pl.DataFrame, path: Path) -> None:
    """The rejects as Parquet, or as CSV with a byte order mark so that a spreadsheet reads the Chinese."""
    if path.suffix.lower() == ".csv":
        rejects.write_csv(path, include_bom=True)
    else:
        rejects.write_parquet(path)
