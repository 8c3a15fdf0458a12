"""Writes a synthetic population block by block: memory stays the same however many firms there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

import polars as pl

from huice.language.text import Text
from huice.population.folder import Kind, Staged, writing
from huice.population.sample.make import Plan
from huice.population.sample.sampler import BLOCK
from huice.population.schema import ORGS, Schema
from huice.population.tables import as_text
from huice.population.tables.files import KNOWN

PART = 16 * BLOCK
"""Firms of one Parquet file; a larger population is a folder of parts for each table."""
ABOUT = "sample.json"
_BOM = "\ufeff".encode()


def sample_kind(schema: Schema) -> Kind:
    """A population of these tables in a folder: a file or a folder of parts for each, and `sample.json`."""
    suffixes = (*KNOWN, "")

    def takes(path: PurePosixPath) -> bool:
        first = PurePosixPath(path.parts[0])
        return first.stem in schema.tables and first.suffix.lower() in suffixes

    return Kind(ABOUT, Text("合成人口", "a synthetic population"), takes, lambda _: False)


def write(
    plan: Plan,
    folder: Path,
    form: str,
    about: Mapping[str, Any],
    progress: Callable[[int], None],
    *,
    replace: bool = False,
) -> dict[str, int]:
    """Writes the tables as `parquet` or `csv`; returns their rows.

    Last comes `sample.json` with `about` and the files: an interrupted run leaves what was there before. A
    population that is there is refused, or with `replace` gives way; tables that nobody says are a sample stay.
    `progress` is told of the firms done. Raises `Occupied`.
    """
    with Staged(folder, sample_kind(plan.sampler.schema), replace=replace) as stage:
        with writing(folder):
            files = (_parquet if form == "parquet" else _csv)(plan, stage.own, progress)
        stage.finish(about, files)
    rows: dict[str, int] = {}
    for file, many in files.items():
        name = PurePosixPath(file).parts[0].partition(".")[0]
        rows[name] = rows.get(name, 0) + many
    return rows


def _parquet(plan: Plan, folder: Path, progress: Callable[[int], None]) -> dict[str, int]:
    files: dict[str, int] = {}
    held: list[dict[str, pl.DataFrame]] = []
    parts, firms = 0, 0

    def close() -> None:
        nonlocal parts, firms
        for name in held[0]:
            table = pl.concat([block[name] for block in held])
            file = f"{name}.parquet"
            if plan.orgs > PART:
                (folder / name).mkdir(exist_ok=True)
                file = f"{name}/part-{parts:05d}.parquet"
            table.write_parquet(folder / file, compression="lz4")
            files[file] = table.height
        held.clear()
        parts, firms = parts + 1, 0

    for block in plan.blocks():
        held.append(block)
        firms += block[ORGS].height
        progress(block[ORGS].height)
        if firms >= PART:
            close()
    if held:
        close()
    return files


def _csv(plan: Plan, folder: Path, progress: Callable[[int], None]) -> dict[str, int]:
    rows: dict[str, int] = {}
    files: dict[str, IO[bytes]] = {}
    try:
        for block in plan.blocks():
            for name, table in block.items():
                file = f"{name}.csv"
                first = file not in files
                if first:
                    files[file] = (folder / file).open("wb")
                    files[file].write(_BOM)
                text = as_text(table, plan.sampler.schema.tables[name])
                text.write_csv(files[file], include_header=first)
                rows[file] = rows.get(file, 0) + table.height
            progress(block[ORGS].height)
    finally:
        for file_ in files.values():
            file_.close()
    return rows
