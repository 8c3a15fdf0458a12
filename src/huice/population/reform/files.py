"""A reform and a solved budget as data that leave the program: JSON, a Parquet file, a workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # carries no types

from huice.corpus.amendments import Amendment, amendment_dict
from huice.evaluate.result import decimal
from huice.language.text import Fault, Text
from huice.population.pools.files import SHEET_ROWS, yuan
from huice.population.reform.effect import Reform
from huice.population.reform.inverse import Point, Solution
from huice.population.reform.words import method, solution_says
from huice.population.schema import FEN

SCHEMA = "huice/reform/1"
_SHEETS = {
    "costs": Text("支出", "Costs"),
    "places": Text("分地支出", "Costs by place"),
    "groups": Text("得失", "Gains and losses"),
    "distribution": Text("十分位", "Deciles"),
    "pools": Text("资金池", "Pools"),
    "orgs": Text("逐家", "Firms"),
}
_CHANGES, _METHOD, _CURVE = Text("改动", "Changes"), Text("方法", "Method"), Text("曲线", "Curve")


def reform_dict(found: Reform) -> dict[str, Any]:
    """A reform, JSON-ready: amounts are yuan in decimal strings; firms one by one are in the files."""
    return {
        "schema": SCHEMA,
        "title": _pair(found.title),
        "law": found.before_version,
        "draft": found.after_version,
        "as_of": found.as_of.isoformat(),
        "years": list(found.years),
        "firms": found.firms,
        "tables": found.aside.as_dict(),
        "changed": list(found.changed),
        "concerned": list(found.concerned),
        "amendments": [amendment_dict(one) for one in found.amendments],
        **{
            name: _rows(getattr(found, name))
            for name in ("costs", "places", "groups", "distribution", "pools")
        },
        "pool_notes": [_pair(one) for one in found.pool_notes],
        "method": [_pair(one) for one in method(found)],
    }


def solution_dict(found: Solution) -> dict[str, Any]:
    """A solved budget, JSON-ready."""
    return {
        "unknown": found.unknown.name,
        "measures": list(found.measures),
        "city": found.city,
        "figure": found.figure,
        "budget_yuan": yuan(found.budget_fen),
        "takeup": decimal(found.takeup),
        "answer": found.answer and _point(found, found.answer),
        "brackets": [
            {"inside": _point(found, one.inside), "outside": _point(found, one.outside)}
            for one in found.brackets
        ],
        "shape": found.shape,
        "least": _point(found, found.least),
        "most": _point(found, found.most),
        "firms": found.firms,
        "unstated": found.unstated,
        "says": [_pair(one) for one in solution_says(found)],
        "curve": _rows(found.curve),
    }


def diff_dict(amendments: tuple[Amendment, ...], law: str, draft: str) -> dict[str, Any]:
    """What a draft changes, JSON-ready."""
    changed = [amendment_dict(one) for one in amendments]
    return {"schema": SCHEMA, "law": law, "draft": draft, "amendments": changed}


def _point(found: Solution, point: Point) -> dict[str, Any]:
    return {
        "written": point.written,
        "value": decimal(point.value),
        "spending_yuan": yuan(point.spending_fen),
        "expected_yuan": yuan(int(found.expected_fen(point))),
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame with money as yuan in decimal strings, days as they are written."""
    return [
        {
            name.replace("_fen", "_yuan"): yuan(value) if name.endswith("_fen") else _plain(value)
            for name, value in row.items()
        }
        for row in frame.iter_rows(named=True)
    ]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _pair(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text["en"]}


def write(found: Reform, path: Path, lang: str, solution: Solution | None = None) -> None:
    """Writes every firm as Parquet (amounts in fen), or a workbook of all tables (amounts in yuan)."""
    if path.suffix.lower() == ".parquet":
        found.scan().sink_parquet(path)
        return
    firms = found.rows.height
    if firms > SHEET_ROWS:
        raise Fault(
            f"{firms} 家企业超过一张工作表的 {SHEET_ROWS} 行；请写成 .parquet",
            f"{firms} firms do not fit a sheet of {SHEET_ROWS}; write a .parquet file",
        )
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        _sheet(book, _CHANGES[lang], _changes(found.amendments, lang))
        for name, title in _SHEETS.items():
            _sheet(book, title[lang], _in_yuan(getattr(found, name)))
        if solution is not None:
            _sheet(book, _CURVE[lang], _in_yuan(solution.curve))
        told = [one[lang] for one in (*method(found), *found.pool_notes)]
        _sheet(book, _METHOD[lang], pl.DataFrame({_METHOD[lang]: told}))


def _changes(amendments: tuple[Amendment, ...], lang: str) -> pl.DataFrame:
    heads = [Text("编号", "Id"), Text("事项", "Title"), Text("内容", "Matter"),
             Text("现行", "Law"), Text("草案", "Draft")]  # fmt: skip
    rows = [
        (one.id, one.title[lang], item.label[lang], item.before[lang], item.after[lang])
        for one in amendments
        for item in one.items
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys((head[lang] for head in heads), pl.String), orient="row"
    )


def _in_yuan(frame: pl.DataFrame) -> pl.DataFrame:
    """Amounts as a cell holds them: a cell of a workbook is a double."""
    money = [name for name in frame.columns if name.endswith("_fen")]
    shown = frame.with_columns((pl.col(name) / FEN).alias(name) for name in money)
    return shown.rename({name: name.replace("_fen", "_yuan") for name in money}).with_columns(
        pl.col(pl.Enum, pl.Categorical).cast(pl.String)
    )


def _sheet(book: xlsxwriter.Workbook, name: str, frame: pl.DataFrame) -> None:
    frame.write_excel(
        book,
        name,
        autofit=True,
        dtype_formats={pl.Float64: "#,##0.00", pl.Int64: "#,##0"},
        header_format={"bold": True},
        freeze_panes=(1, 0),
    )
