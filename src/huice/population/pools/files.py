"""An allocation as data that leaves the program: JSON, a Parquet file, a workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # carries no types

from huice.evaluate.result import decimal
from huice.language.text import Fault, Text
from huice.population.pools.allocation import Allocation, Share
from huice.population.pools.bands import HEADS, bands, chance
from huice.population.pools.drawdown import Drawdown, drawdown_of
from huice.population.pools.forecast import Forecast
from huice.population.pools.fund import FEN, Fund
from huice.population.pools.stages import Cutoff
from huice.population.pools.uncertainty import HIGH, LOW, MIDDLE, quantile_of

SCHEMA = "huice/pools/1"
_PARTS = 10_000
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
    "removed": Text("同组去掉", "Not made, for groups"),
    "trimmed": Text("同组压低", "Lowered, for groups"),
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


def share_dict(found: Allocation, share: Share, forecast: Forecast | None) -> dict[str, Any]:
    """What became of a fund, JSON-ready, with what the runs say where there were any."""
    left = found.left_out(share.fund.id, share.year)
    curve = None if forecast is None else drawdown_of(forecast)
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
        "utilisation": decimal(Fraction(int(share.utilisation * _PARTS), _PARTS)),
        "factor": decimal(Fraction(int(share.factor * _PARTS), _PARTS)),
        "cutoff": _cutoff_dict(share.cutoff),
        "exhausted_on": share.exhausted_on and share.exhausted_on.isoformat(),
        "groups": _taken_dict(share),
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
        "simulation": None if forecast is None else forecast_dict(forecast),
        "drawdown": None if curve is None else drawdown_dict(curve),
    }


def _cutoff_dict(cut: Cutoff | None) -> dict[str, Any] | None:
    return None if cut is None else {"state": cut.state, "value": cut.value}


def _taken_dict(share: Share) -> dict[str, Any] | None:
    """What groups took from the claims on a fund."""
    taken = share.taken
    if not taken:
        return None
    return {
        "removed": taken["removed"],
        "removed_yuan": yuan(taken["removed_fen"]),
        "removed_unstated": taken["unstated"],
        "lowered": taken["trimmed"],
        "lowered_yuan": yuan(taken["trimmed_fen"]),
    }


def forecast_dict(found: Forecast) -> dict[str, Any]:
    """What the runs of a fund say, JSON-ready: 10, 50 and 90 % of each figure that its rule has."""
    parts = {"p10": LOW, "p50": MIDDLE, "p90": HIGH}

    def each(at: Callable[[Fraction], Any]) -> dict[str, Any]:
        return {name: at(part) for name, part in parts.items()}

    def share(value: Fraction) -> str | None:
        return decimal(Fraction(int(value * _PARTS), _PARTS))

    face = found.fund.face_fen or 1
    told: dict[str, Any] = {
        "rule": found.rule,
        "decided": "as_they_come" if found.timed else "at_once",
        "runs": found.runs,
        "seed": found.seed,
        "exceeded": decimal(found.exceeded),
        "asked_units": each(lambda part: found.quantile("asked_units", part)),
        "granted_units": each(lambda part: found.quantile("granted_units", part)),
        "utilisation": each(lambda part: share(found.utilisation(part))),
        "served": each(lambda part: int(quantile_of(found.served, part))),
        "left_out": each(lambda part: int(quantile_of(found.left_out, part))),
    }
    if found.fund.kind != "quota":
        told["asked_yuan"] = each(lambda part: yuan(found.quantile("asked_units", part) * face))
    if found.rule == "pro-rata":
        told["factor"] = each(lambda part: share(found.factor(part)))
    if found.rule == "lottery":
        told["chance"] = each(lambda part: share(chance(found, part)))
    if found.levels is not None:
        told["cutoff"] = each(lambda part: _cutoff_dict(found.cutoff(part)))
    return told


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


def write(
    found: Allocation, path: Path, lang: str, forecasts: Sequence[Forecast], varying: Sequence[Text]
) -> None:
    """Writes the allocation: all claims as Parquet, or a workbook of funds, runs, claims and assumptions.

    `varying` says what differs from run to run.
    """
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
        if forecasts:
            _sheet(book, Text("模拟", "Simulation")[lang], _bands(forecasts, lang))
        told = [sentence[lang] for sentence in (*found.says(), *varying)]
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
            "removed": share.taken.get("removed", 0),
            "trimmed": share.taken.get("trimmed", 0),
            "utilisation": float(share.utilisation),
            "exhausted_on": share.exhausted_on,
        }
        for share in shares
    ]
    return pl.DataFrame(rows, infer_schema_length=None).rename(lambda name: NAMES[name][lang])


def _bands(forecasts: Sequence[Forecast], lang: str) -> pl.DataFrame:
    """A row for each fund and figure: 10 %, median and 90 % of the runs, as words."""
    heads = [
        NAMES["fund"],
        NAMES["fund_year"],
        NAMES["rule"],
        Text("次数", "Runs"),
        Text("项目", "Figure"),
    ]
    rows = [
        (
            one.fund.id,
            one.year,
            one.rule,
            one.runs,
            band.label[lang],
            *(cell[lang] for cell in band.cells),
        )
        for one in forecasts
        for band in bands(one)
    ]
    names = [head[lang] for head in (*heads, *HEADS)]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def _claims(steps: pl.DataFrame, lang: str) -> pl.DataFrame:
    money = [(pl.col(f"{name}_fen") / FEN).alias(name) for name in ("asked", "granted")]
    shown = steps.with_columns(money).drop("asked_fen", "granted_fen")
    return shown.rename(lambda name: NAMES[name][lang])


def _number(fen: int | None) -> float | None:
    """Yuan as a cell holds them: a cell of a workbook is a double."""
    return None if fen is None else fen / FEN
