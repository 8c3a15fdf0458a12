"""A simulation as files: Parquet, a workbook, a folder of all of it, and as data for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # carries no types

from huice.language.text import Fault, Text
from huice.population.columns.counts import FIGURES
from huice.population.schema import FEN
from huice.population.simulate import Simulation
from huice.population.summary import COUNTS

SCHEMA = "huice/simulation/1"
SHEET_ROWS = 1_048_575
"""Rows of a sheet below its heading."""
SUFFIXES = (".parquet", ".xlsx", "")
_TITLES = {
    "city": Text("城市", "City"),
    "place": Text("地点", "Place"),
    "measure": Text("事项", "Measure"),
    "year": Text("年度", "Year"),
    "org_id": Text("企业编号", "Firm"),
    "status": Text("状态", "Status"),
    "eligible": Text("符合", "Eligible"),
    "discretionary": Text("待裁量", "Discretionary"),
    "unknown": Text("待确认", "Unknown"),
    "expired": Text("已过期", "Expired"),
    "ineligible": Text("不符合", "Ineligible"),
    "certain_fen": Text("确定额（元）", "Certain (yuan)"),
    "ceiling_fen": Text("上限（元）", "Ceiling (yuan)"),
    "receiving": Text("确定受益企业", "Firms that surely gain"),
    "possible": Text("可能受益企业", "Firms that may gain"),
    "unstated": Text("条文未写金额的企业", "Firms with no stated amount"),
}


def written(path: Path, compute: Callable[[Path | None], Simulation], lang: str) -> Simulation:
    """Computes and writes. `compute` is told the folder for parts, None where frames may stay in memory.

    A `.parquet` file holds the awards; a `.xlsx` workbook costs, places, awards and what was set aside; a
    folder all of it as Parquet, put there by the computation. Raises `Fault` where a sheet is too small.
    """
    if path.suffix.lower() == ".xlsx":
        found = compute(None)
        _workbook(found, path, lang)
        return found
    if not path.suffix:
        return compute(path)
    parts = Path(mkdtemp(prefix=f".{path.stem}-", dir=path.parent))
    try:
        found = compute(parts)
        found.scan("awards").sink_parquet(path)
    finally:
        rmtree(parts)
    return found


def _workbook(found: Simulation, path: Path, lang: str) -> None:
    rows = found.awards.height
    if rows > SHEET_ROWS:
        raise Fault(
            f"{rows:,} 行超过一张工作表的 {SHEET_ROWS:,} 行；请写成 .parquet 或文件夹",
            f"{rows:,} rows do not fit a sheet of {SHEET_ROWS:,}; write .parquet or a folder",
        )
    sheets = [
        (Text("按事项", "By measure"), _named(found, found.costs(), lang)),
        (Text("按地点", "By place"), _named(found, found.places(), lang)),
        (Text("逐家逐项", "Firm by firm"), _named(found, found.awards, lang)),
        (Text("逐家合计", "Totals"), _named(found, found.totals, lang)),
        (Text("搁置的行", "Set aside"), found.rejects),
    ]
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        for title, frame in sheets:
            if frame.height or frame is not found.rejects:
                frame.write_excel(
                    book,
                    title[lang],
                    autofit=True,
                    dtype_formats={pl.Int64: "#,##0", pl.Float64: "#,##0.00"},
                    header_format={"bold": True},
                    freeze_panes=(1, 0),
                )


def _named(found: Simulation, frame: pl.DataFrame, lang: str) -> pl.DataFrame:
    """The frame in the reader's words: titles of measures, amounts in yuan."""
    titles = {measure.id: measure.title[lang] for measure in found.asked.measures}
    columns = []
    for name in frame.columns:
        column = pl.col(name)
        if name.endswith("_fen"):
            column = column / FEN  # a sheet knows binary floats alone
        elif name == "measure":
            columns.append(pl.col(name).alias("id"))
            column = column.replace_strict(titles, default=pl.col(name))
        elif name == "status":
            said = {key: _TITLES[key][lang] for key in COUNTS}
            column = column.cast(pl.String).replace_strict(said)
        columns.append(column.alias(_TITLES[name][lang] if name in _TITLES else name))
    return frame.select(columns)


# --- as data ------------------------------------------------------------------------------------------------


def simulation_dict(found: Simulation) -> dict[str, Any]:
    """The simulation as data: costs by city and measure, totals by place, what was set aside."""
    asked = found.asked
    return {
        "schema": SCHEMA,
        "as_of": asked.as_of.isoformat(),
        "years": list(asked.years),
        "corpus_version": found.corpus.version,
        "firms": found.firms,
        "tables": {
            name: {"read": count.read, "kept": count.kept, "set_aside": count.rejected}
            for name, count in found.counts.items()
        },
        "costs": list(_rows(found.costs(by_city=True))),
        "places": list(_rows(found.places())),
        "row_by_row": [
            {"measure": gap.measure, "node": gap.node, "why": gap.why} for gap in found.gaps
        ],
    }


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows with amounts as decimal strings of yuan; a ceiling that no clause states is null."""
    for row in frame.iter_rows(named=True):
        counts = {name: row[name] for name in (*COUNTS, *FIGURES[2:])}
        keys = {name: row[name] for name in row if name not in (*COUNTS, *FIGURES)}
        ceiling = None if all_unstated(row) else yuan(row["ceiling_fen"])
        yield {**keys, **counts, "certain_yuan": yuan(row["certain_fen"]), "ceiling_yuan": ceiling}


def all_unstated(row: dict[str, Any]) -> bool:
    """Whether the text states no amount for any firm that may gain."""
    return bool(row["unstated"]) and row["unstated"] == row["possible"]


def yuan(fen: int) -> str:
    """Fen as yuan in a decimal string."""
    whole, rest = divmod(Fraction(fen), FEN)
    return f"{whole}.{int(rest):02d}" if rest else str(whole)
