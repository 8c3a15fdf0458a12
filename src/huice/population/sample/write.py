"""Writes a synthetic population block by block: memory stays the same however many firms there are."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec
import polars as pl

from huice.population.sample.make import Plan
from huice.population.sample.sampler import BLOCK
from huice.population.schema import ORGS, Schema
from huice.population.tables import as_text

PART = 16 * BLOCK
"""Firms of one Parquet file; a larger population is a folder of parts for each table."""
ABOUT = "sample.json"
_BOM = "\ufeff".encode()


def ours(folder: Path, schema: Schema) -> list[Path]:
    """What a population left in a folder: the files and part folders of its tables, and what we say of it."""
    if not folder.is_dir():
        return []
    return [
        entry
        for entry in sorted(folder.iterdir())
        if entry.name == ABOUT or (entry.stem if entry.is_file() else entry.name) in schema.tables
    ]


def write(
    plan: Plan, folder: Path, form: str, about: object, progress: Callable[[int], None]
) -> dict[str, int]:
    """Writes the tables as `parquet` or `csv`, with `about` as `sample.json` beside them; returns their rows.

    The files are complete before they take their place: an interrupted run leaves what was there before.
    `progress` is told of the firms done.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        rows = (_parquet if form == "parquet" else _csv)(plan, made, progress)
        made.joinpath(ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(about)) + b"\n")
        folder.mkdir(exist_ok=True)
        for old in ours(folder, plan.sampler.schema):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        for new in sorted(made.iterdir()):
            new.rename(folder / new.name)
    finally:
        shutil.rmtree(made)
    return rows


def _parquet(plan: Plan, folder: Path, progress: Callable[[int], None]) -> dict[str, int]:
    rows: dict[str, int] = {}
    held: list[dict[str, pl.DataFrame]] = []
    parts, firms = 0, 0

    def close() -> None:
        nonlocal parts, firms
        for name in held[0]:
            table = pl.concat([block[name] for block in held])
            rows[name] = rows.get(name, 0) + table.height
            path = folder / f"{name}.parquet"
            if plan.orgs > PART:
                (folder / name).mkdir(exist_ok=True)
                path = folder / name / f"part-{parts:05d}.parquet"
            table.write_parquet(path, compression="lz4")
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
    return rows


def _csv(plan: Plan, folder: Path, progress: Callable[[int], None]) -> dict[str, int]:
    rows: dict[str, int] = {}
    files: dict[str, IO[bytes]] = {}
    try:
        for block in plan.blocks():
            for name, table in block.items():
                first = name not in files
                if first:
                    files[name] = (folder / f"{name}.csv").open("wb")
                    files[name].write(_BOM)
                text = as_text(table, plan.sampler.schema.tables[name])
                text.write_csv(files[name], include_header=first)
                rows[name] = rows.get(name, 0) + table.height
            progress(block[ORGS].height)
    finally:
        for file in files.values():
            file.close()
    return rows
