"""The awards that `huice pools` gives out: read from a file, or computed for tables of firms."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from huice.cli.surface import BadInput, Surface, bad_input
from huice.language.text import Fault
from huice.population import BadTables, load
from huice.population.pools.demand import NEEDED
from huice.population.reform.source import SetAside
from huice.population.results import is_result, parts_of
from huice.population.schema import ORGS
from huice.population.simulate import simulate


def awards_of(
    out: Surface,
    source: str,
    day: date,
    horizon: int,
    measures: Sequence[str],
    readings: dict[str, dict[str, str]],
) -> tuple[pl.DataFrame, SetAside]:
    """The awards of a file, or those of these measures that tables of firms lead to, and what was set aside."""
    path = Path(source)
    kind = path.suffix.lower()
    if path.is_file() and kind in {".parquet", ".csv"}:
        frame = _read(path)
        if {"measure", "status"} & set(frame.columns):
            return _dated(frame), SetAside()
        if "org_id" not in frame.columns:
            raise bad_input(
                "T004",
                f"{path} 既不是测算结果（列 {'、'.join(NEEDED)}），也不是企业表（列 org_id）",
                f"{path} is neither awards ({', '.join(NEEDED)}) nor a table of firms (org_id)",
            )
    if path.is_dir() and is_result(path) and not any(path.glob(f"{ORGS}*")):
        return _parts(path), SetAside()
    try:
        tables = load(path, out.corpus)
    except BadTables as error:
        raise BadInput(*error.problems) from error
    found = simulate(
        tables,
        out.corpus,
        as_of=day,
        horizon=horizon,
        measures=measures,
        readings=readings,
        by_year=True,
    )
    aside = SetAside(found.counts, found.rejects, tables.warnings)
    for problem in aside.problems():
        sys.stderr.write(out.translated(problem.render(out.lang)) + "\n")
    return found.awards, aside


def _parts(folder: Path) -> pl.DataFrame:
    """The awards that `huice simulate` wrote to a folder."""
    try:
        return pl.read_parquet(parts_of(folder, "awards"))
    except Fault as fault:
        raise bad_input("T008", fault.text.zh, fault.text.en) from fault


def _read(path: Path) -> pl.DataFrame:
    try:
        return (
            pl.read_parquet(path)
            if path.suffix.lower() == ".parquet"
            else pl.read_csv(path, infer_schema_length=None)
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        why = str(error).splitlines()[0][:200]
        raise bad_input(
            "T008", f"{path} 读不出来（{why}）", f"{path} cannot be read ({why})"
        ) from error


def _dated(frame: pl.DataFrame) -> pl.DataFrame:
    """Times of application as text (CSV) become times."""
    if frame.schema.get("applied_on") != pl.String:
        return frame
    text = pl.col("applied_on")
    moment = pl.coalesce(
        text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False),
        text.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False),
        text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
    )
    dated = frame.with_columns(applied_on=moment)
    bad = frame.filter(pl.col("applied_on").is_not_null() & dated["applied_on"].is_null())
    if not bad.is_empty():
        raise bad_input(
            "T004",
            f"applied_on 写作 2026-03-01 或 2026-03-01 09:30:00，写的是“{bad['applied_on'][0]}”",
            f"applied_on is 2026-03-01 or 2026-03-01 09:30:00, not “{bad['applied_on'][0]}”",
        )
    return dated
