"""The keys that join the tables: missing, doubled, orphaned ones found, and whole firms set aside."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

from huice.evaluate.profiles import LONGEST_LIST
from huice.language.text import Text
from huice.population.schema import (
    DECISIONS,
    HISTORY,
    ID,
    KEY,
    LISTED,
    MEASURE,
    ORG_YEARS,
    ORGS,
    YEAR,
    DType,
    Schema,
)
from huice.population.tables import rejects
from huice.population.tables.cell import EXACT_FLOATS
from huice.population.tables.heads import FILE, GIVEN, ROW
from huice.population.tables.rejects import WITH

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
_WIDE = (pl.UInt64(), pl.Int128(), pl.UInt128())
"""Whole numbers that may not fit 64 bits: as keys they are text."""
_UNIQUE = {ORGS: (KEY,), ORG_YEARS: (KEY, YEAR), DECISIONS: (KEY, MEASURE), HISTORY: (KEY, MEASURE)}


def key_type(dtype: DType) -> DType:
    """What the keys of a column become: whole numbers or text. The type alone decides, never the values.

    Fragments and parts of one table see different values; firms would not meet their contracts.
    """
    return pl.Int64() if dtype.is_numeric() and dtype not in _WIDE else pl.String()


def typed(frame: Frame, dtype: DType) -> Frame:
    """The rows with their keys in the type that they get, null where there is none.

    `GIVEN` holds what was given instead of a key: a float or decimal number that is not whole, or too large to
    be exact.
    """
    given, nothing = pl.col(KEY), pl.lit(None, pl.String).alias(GIVEN)
    if dtype.is_integer() and dtype not in _WIDE:
        return frame.with_columns(given.cast(pl.Int64), nothing)
    if dtype.is_numeric() and dtype not in _WIDE:
        whole = given.cast(pl.Int64, strict=False)
        good = whole.cast(dtype, strict=False) == given
        there = given.is_not_null()
        if dtype.is_float():
            good &= whole.is_between(-EXACT_FLOATS + 1, EXACT_FLOATS - 1)
            there &= given.is_not_nan()
        good = good.fill_null(value=False)
        odd = pl.when(there & ~good).then(given.cast(pl.String))
        return frame.with_columns(pl.when(good).then(whole).alias(KEY), odd.alias(GIVEN))
    text = given.cast(pl.String).str.strip_chars()
    return frame.with_columns(pl.when(text != "").then(text).alias(KEY), nothing)


def stacked(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The parts of a table one below the other; keys become text where the parts differ."""
    if len({part.schema[KEY] for part in parts}) > 1:
        parts = [part.with_columns(pl.col(KEY).cast(pl.String)) for part in parts]
    first = parts[0].columns
    return pl.concat([part.select(first) for part in parts], how="vertical_relaxed")


def checked(
    frames: dict[str, pl.DataFrame],
    schema: Schema,
    bad: pl.DataFrame,
    doubled: pl.Series | None = None,
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """The tables without the firms that have a faulty row, and all rows that were set aside."""
    frames = _alike(frames)
    found = [bad]
    orgs = frames[ORGS]
    for name, frame in frames.items():
        found.append(_without_key(name, frame))
        if name != ORGS:
            found.append(_orphans(name, frame, orgs))
        found.append(_twice(name, frame, doubled if name == ORGS else None))
        found.append(_periods(name, frame, schema))
        if schema.tables[name].kind:
            found.append(_too_many(name, frame))
            found.append(_unlisted(name, frame, orgs))
    refused = rejects.joined(found)
    if not refused.height:
        return {name: _clean(frame) for name, frame in frames.items()}, refused
    faulty = refused.select(pl.col("org_id").unique()).drop_nulls()
    rows = refused.select("table", pl.col("file").alias(FILE), pl.col("row").alias(ROW)).unique()
    kept: dict[str, pl.DataFrame] = {}
    along: list[pl.DataFrame] = []
    for name, frame in frames.items():
        named = frame.with_columns(pl.col(KEY).cast(pl.String).alias("__key"))
        taken = named.join(faulty, left_on="__key", right_on="org_id", how="semi")
        own = rows.filter(pl.col("table") == name)
        also = taken.join(own, on=(FILE, ROW), how="anti")
        along.append(_listed(name, also, "", WITH, ALONG))
        rest = named.join(
            faulty, left_on="__key", right_on="org_id", how="anti", maintain_order="left"
        )
        rest = rest.join(own, on=(FILE, ROW), how="anti", maintain_order="left")
        kept[name] = _clean(rest.drop("__key"))
    return kept, rejects.joined([refused, *along])


def _clean(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(FILE, ROW, GIVEN)


def _alike(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """All keys of one type: whole numbers if every table has them, else text."""
    types = {frame.schema[KEY] for frame in frames.values() if frame.height}
    if types <= {pl.Int64()}:
        return {n: f.with_columns(pl.col(KEY).cast(pl.Int64)) for n, f in frames.items()}
    return {n: f.with_columns(pl.col(KEY).cast(pl.String)) for n, f in frames.items()}


def _listed(name: str, rows: pl.DataFrame, column: str, code: str, reason: Text) -> pl.DataFrame:
    """These rows as rejects; the value is the key, or that of the column."""
    if not rows.height:
        return rejects.none()
    value = column if column in rows.columns else KEY
    return rows.select(
        pl.lit(name).alias("table"),
        pl.col(FILE).alias("file"),
        pl.col(ROW).alias("row"),
        pl.col(KEY).cast(pl.String).alias("org_id"),
        pl.lit(column or None, dtype=pl.String).alias("column"),
        pl.col(value).cast(pl.String).alias("value"),
        pl.lit(code).alias("code"),
        pl.lit(reason.zh).alias("reason_zh"),
        pl.lit(reason.en).alias("reason_en"),
    ).cast(pl.Schema(rejects.SCHEMA))  # fmt: skip


def _without_key(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    rows = frame.filter(pl.col(KEY).is_null())
    none, odd = rows.filter(pl.col(GIVEN).is_null()), rows.filter(pl.col(GIVEN).is_not_null())
    return rejects.joined([
        _listed(name, none, KEY, "K001", _NO_KEY),
        _listed(name, odd.with_columns(pl.col(GIVEN).alias(KEY)), KEY, "K023", _ODD_KEY),
    ])  # fmt: skip


def along_of(name: str, label: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of firms that are set aside, of files that are not in memory."""
    return _listed(name, _located(label, rows), "", WITH, ALONG)


def _located(label: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.lit(label).alias(FILE), pl.col(ROW).cast(pl.UInt32))


def orphans_of(name: str, label: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of no firm, of files that are not in memory."""
    named = _located(label, rows)
    return rejects.joined(
        [_without_key(name, named), _alone(name, named.filter(pl.col(KEY).is_not_null()))]
    )


def _orphans(name: str, frame: pl.DataFrame, orgs: pl.DataFrame) -> pl.DataFrame:
    keyed = frame.filter(pl.col(KEY).is_not_null())
    return _alone(name, keyed.join(orgs, on=KEY, how="anti", maintain_order="left"))


def _alone(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    reason = Text(
        "企业表 orgs 里没有这个编号；请补上企业，或改正编号",
        "no firm of orgs has this key; add the firm or correct the key",
    )
    return _listed(name, rows, KEY, "K003", reason)


ALONG = Text(
    "同一企业有别的行被搁置，整家一并搁置",
    "another row of this firm was set aside, and so the firm",
)
"""Why a row is set aside with which nothing is wrong."""
_NO_KEY = Text(
    "没有企业编号 org_id，不知道是谁的；请补上",
    "it has no org_id, so nobody knows whose it is; fill it in",
)
_ODD_KEY = Text(
    "企业编号 org_id 存成了浮点数或小数，这个数不是整数，或大到存不准；请把整列存成整数或文本",
    "org_id is stored as floats or decimals, and this one is not a whole number or too large to be exact; "
    "store the column as whole numbers or text",
)
_TWICE = {
    KEY: Text(
        "这个企业编号用了不止一次；哪一行是对的无从知道，请只留一行",
        "this key is used more than once, and which row is right cannot be known; keep one",
    ),
    ID: Text(
        "同一企业里这个 id 用了不止一次，请换一个",
        "this id is used more than once within the firm; choose another",
    ),
    YEAR: Text(
        "同一企业、同一年度给了不止一行，请只留一行",
        "the firm has more than one row for this year; keep one",
    ),
    MEASURE: Text(
        "同一企业、同一事项给了不止一行，请只留一行",
        "the firm has more than one row for this measure; keep one",
    ),
}


def _twice(name: str, frame: pl.DataFrame, doubled: pl.Series | None) -> pl.DataFrame:
    by = _UNIQUE.get(name, (KEY, YEAR, ID))
    last = by[-1]
    by = tuple(column for column in by if column in frame.columns)
    if last not in by:
        return rejects.none()
    keyed = frame.filter(pl.col(last).is_not_null())
    many = pl.struct(by).is_duplicated() if len(by) > 1 else pl.col(last).is_duplicated()
    if doubled is not None:
        many |= pl.col(KEY).cast(pl.String).is_in(doubled.cast(pl.String).implode())
    return _listed(name, keyed.filter(many), last, "K002", _TWICE[last])


def _periods(name: str, frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """A period with one end, or the wrong way round."""
    found = []
    for column in schema.tables[name].columns.values():
        if column.end != 0 or column.name not in frame.columns:
            continue
        first, last = column.name, column.name.removesuffix("from") + "to"
        label = column.meaning
        half = frame.filter(pl.col(first).is_null() != pl.col(last).is_null())
        found.append(
            _listed(
                name, half, first, "K006",
                Text(f"“{label.zh}”只有一端；请写全起止日，或都留空",
                     f"“{label.en}” has one end only; give both days or neither"),
            )
        )  # fmt: skip
        reverse = frame.filter(pl.col(last) < pl.col(first))
        found.append(
            _listed(
                name, reverse, first, "K006",
                Text(f"“{label.zh}”的止日早于起日，请核对",
                     f"the last day of “{label.en}” is before the first; check them"),
            )
        )  # fmt: skip
    return rejects.joined(found)


def _unlisted(name: str, frame: pl.DataFrame, orgs: pl.DataFrame) -> pl.DataFrame:
    """Rows of a list of which the firm says that it is not all known: a part of a list cannot be computed."""
    if name + LISTED not in orgs.columns:
        return rejects.none()
    unknown = orgs.filter(~pl.col(name + LISTED)).select(KEY)
    rows = frame.join(unknown, on=KEY, how="semi", maintain_order="left")
    if YEAR in rows.columns:
        rows = rows.filter(pl.col(YEAR).is_null())
    reason = Text(
        f"企业表写着 {name}{LISTED} 为 false（清单不全），却给了行；请补全清单，或去掉这些行",
        f"the firm's {name}{LISTED} is false (its list is not complete), and yet there are rows; "
        "complete the list or leave the rows out",
    )
    return _listed(name, rows, KEY, "K009", reason)


def _too_many(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    by = [column for column in (KEY, YEAR) if column in frame.columns]
    many = (
        frame.group_by(by)
        .len()
        .filter(pl.col("len") > LONGEST_LIST)
        .filter(pl.col(KEY).is_not_null())
    )
    rows = frame.join(many, on=by, how="semi", nulls_equal=True)
    return _listed(
        name,
        rows,
        KEY,
        "K008",
        Text(
            f"一家企业超过 {LONGEST_LIST:,} 行，请合并",
            f"more than {LONGEST_LIST:,} rows of one firm; merge some",
        ),
    )
