"""An allocation as data that leaves the program: JSON, a Parquet file, a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # carries no types

from huice.evaluate.result import decimal
from huice.language.text import Fault, Text
from huice.population.pools.allocation import Allocation, Share
from huice.population.pools.drawdown import HIGH, LOW, MIDDLE, Drawdown
from huice.population.pools.fund import FEN, Fund

SCHEMA = "huice/pools/1"
LISTED = 1000
"""So many claims that were left out are listed in JSON; a file holds all."""
SHEET_ROWS = 1_048_575
"""What a sheet of a workbook holds below its head."""
NAMES = {
    "fund": Text("资金池", "Pool"),
    "fund_year": Text("池年度", "Pool year"),
    "claim": Text("申请", "Claim"),
    "org_id": Text("企业", "Firm"),
    "measure": Text("事项", "Measure"),
    "year": Text("年度", "Year"),
    "applied_at": Text("申请时间", "Applied at"),
    "assumed": Text("时间为推定", "Time is assumed"),
    "asked": Text("申请额（元）", "Asked (yuan)"),
    "granted": Text("获配额（元）", "Granted (yuan)"),
    "rule": Text("规则", "Rule"),
    "holds": Text("规模（元）", "Holds (yuan)"),
    "units": Text("张数或名额", "Pieces or places"),
    "claims": Text("申请笔数", "Claims"),
    "full": Text("全额", "In full"),
    "cut": Text("部分", "In part"),
    "refused": Text("落空", "Left out"),
    "unstated": Text("金额未公布", "Amount not stated"),
    "utilisation": Text("使用率", "Used"),
    "exhausted_on": Text("用完日期", "Used up on"),
}


def fund_dict(fund: Fund) -> dict[str, Any]:
    """A fund, JSON-ready."""
    return {
        "id": fund.id,
        "kind": fund.kind,
        "title": {"zh": fund.title.zh, "en": fund.title["en"]},
        "says": {"zh": fund.says.zh, "en": fund.says["en"]},
        "place": fund.place,
        "document": fund.document,
        "holds_yuan": yuan(fund.holds_fen),
        "pieces": fund.units if fund.kind != "money" else None,
        "face_yuan": yuan(fund.face_fen),
        "yearly": fund.yearly,
        "stated": fund.stated,
        "measures": list(fund.members),
        "inside": list(fund.inside),
    }


def share_dict(found: Allocation, share: Share, drawdown: Drawdown | None) -> dict[str, Any]:
    """What became of a fund, JSON-ready, with its drawdown where one was run."""
    left = found.left_out(share.fund.id, share.year)
    return {
        "pool": share.fund.id,
        "year": share.year,
        "rule": share.rule,
        "holds_yuan": yuan(share.fund.holds_fen),
        "claims": share.claims,
        "asked_yuan": yuan(share.asked_fen),
        "granted_yuan": yuan(share.granted_fen),
        "asked_units": share.asked_units,
        "granted_units": share.granted_units,
        "units": share.fund.units,
        "in_full": share.full,
        "in_part": share.cut,
        "left_out": share.refused,
        "unstated": share.unstated,
        "utilisation": decimal(Fraction(int(share.utilisation * 10_000), 10_000)),
        "exhausted_on": share.exhausted_on and share.exhausted_on.isoformat(),
        "not_in_full": [
            {
                "org_id": row["org_id"],
                "measure": row["measure"],
                "year": row["year"],
                "asked_yuan": yuan(row["asked_fen"]),
                "granted_yuan": yuan(row["granted_fen"]),
            }
            for row in left.head(LISTED).iter_rows(named=True)
        ],
        "drawdown": None if drawdown is None else drawdown_dict(drawdown),
    }


def drawdown_dict(found: Drawdown) -> dict[str, Any]:
    """A drawdown, JSON-ready: its runs, whether it lasts, when it ends, and the band day by day."""
    parts = {"p10": LOW, "p50": MIDDLE, "p90": HIGH}
    ends = {name: found.exhausted_on(part) for name, part in parts.items()}
    return {
        "runs": found.runs,
        "seed": found.seed,
        "lasts": decimal(found.lasts),
        "exhausted_on": {name: end and end.isoformat() for name, end in ends.items()},
        "exhausted_by_month": {
            f"{month:%Y-%m}": number for month, number in found.exhausted_by_month()
        },
        "first_day": found.first.isoformat(),
        "drawn_yuan": {
            name: [yuan(found.fen(units)) for units in found.drawn(part).tolist()]
            for name, part in parts.items()
        },
    }


def write(found: Allocation, path: Path, lang: str) -> None:
    """Writes the allocation: all claims as Parquet, or a workbook of funds, claims and assumptions."""
    if path.suffix.lower() == ".parquet":
        found.steps.write_parquet(path)
        return
    if found.steps.height > SHEET_ROWS:
        raise Fault(
            f"{found.steps.height} 行超过一张工作表的 {SHEET_ROWS} 行；请写成 .parquet",
            f"{found.steps.height} rows do not fit a sheet of {SHEET_ROWS}; write a .parquet file",
        )
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        _sheet(book, Text("汇总", "Summary")[lang], _summary(found.shares, lang))
        _sheet(book, Text("申请与分配", "Claims")[lang], _claims(found.steps, lang))
        told = [sentence[lang] for sentence in found.assumptions.says()]
        _sheet(
            book,
            Text("假设", "Assumptions")[lang],
            pl.DataFrame({Text("假设", "Assumption")[lang]: told}),
        )


def yuan(fen: int | None) -> str | None:
    """Fen as yuan in a decimal string."""
    return None if fen is None else decimal(Fraction(fen, FEN))


def _sheet(book: xlsxwriter.Workbook, name: str, frame: pl.DataFrame) -> None:
    frame.write_excel(
        book,
        name,
        autofit=True,
        dtype_formats={pl.Float64: "#,##0.00", pl.Int64: "0", pl.Datetime: "yyyy-mm-dd hh:mm"},
        header_format={"bold": True},
        freeze_panes=(1, 0),
    )


def _summary(shares: Sequence[Share], lang: str) -> pl.DataFrame:
    rows = [
        {
            "fund": share.fund.id,
            "fund_year": share.year,
            "rule": share.rule,
            "holds": _number(share.fund.holds_fen),
            "units": share.fund.units if share.fund.kind != "money" else None,
            "claims": share.claims,
            "asked": _number(share.asked_fen),
            "granted": _number(share.granted_fen),
            "full": share.full,
            "cut": share.cut,
            "refused": share.refused,
            "unstated": share.unstated,
            "utilisation": float(share.utilisation),
            "exhausted_on": share.exhausted_on,
        }
        for share in shares
    ]
    return pl.DataFrame(rows, infer_schema_length=None).rename(lambda name: NAMES[name][lang])


def _claims(steps: pl.DataFrame, lang: str) -> pl.DataFrame:
    money = [(pl.col(f"{name}_fen") / FEN).alias(name) for name in ("asked", "granted")]
    shown = steps.with_columns(money).drop("asked_fen", "granted_fen")
    return shown.rename(lambda name: NAMES[name][lang])


def _number(fen: int | None) -> float | None:
    """Yuan as a cell holds them: a cell of a workbook is a double."""
    return None if fen is None else fen / FEN
