"""Files of the population page: what is sent as tables, and the workbook of the result. Both bounded."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # carries no types

from huice.corpus.corpus import Corpus
from huice.evaluate.outcome import PAYING
from huice.evaluate.words import STATUS
from huice.language.text import Fault, Text
from huice.population.pools.allocation import Allocation, Share
from huice.population.pools.rules import find_rule
from huice.population.reform.groups import UNPLACED, city_name
from huice.population.schema import FEN, ORGS, Schema
from huice.population.tables.files import EXCEL, KNOWN

ZIP = ".zip"
MOST_FILES = 20
MOST_BYTES = 300_000_000
"""Bytes of all files of an archive when unpacked."""
ACCEPTED = (".csv", ".xlsx", ".parquet", ".zip")


def unpack(files: Sequence[tuple[str, bytes]], folder: Path, schema: Schema) -> None:
    """Puts the tables that were sent into a folder. Raises `Fault` for what is no table or too much.

    A single file that is named like no table is the table of firms.
    """
    folder.mkdir()
    members = [one for name, body in files for one in _members(name, body)]
    if not members:
        raise Fault("没有收到文件，请选择企业表", "no file has arrived; choose a table of firms")
    if len(members) > MOST_FILES:
        raise Fault(
            f"最多 {MOST_FILES} 个文件，收到 {len(members)} 个",
            f"at most {MOST_FILES} files, not {len(members)}",
        )
    for name, body in members:
        path = PurePosixPath(name.replace("\\", "/"))
        suffix = path.suffix.lower()
        if suffix not in KNOWN:
            raise Fault(
                f"“{path.name}”不是表；请用 {'、'.join(ACCEPTED)}",
                f"“{path.name}” is no table; use {', '.join(ACCEPTED)}",
            )
        if suffix in EXCEL:
            _check_size(path.name, body)
        stem = path.stem if path.stem in schema.tables or len(members) > 1 else ORGS
        if suffix in EXCEL and stem == ORGS:
            stem = "population"
        if not stem.replace("_", "").replace("-", "").isalnum() or not stem.isascii():
            raise Fault(
                f"“{path.name}”：多个文件时，文件名是表名，如 orgs.csv、contracts.csv",
                f"“{path.name}”: of several files each is named as its table: orgs.csv, contracts.csv",
            )
        target = folder / f"{stem}{suffix}"
        if target.exists():
            raise Fault(f"“{path.name}”给了两次", f"“{path.name}” is given twice")
        target.write_bytes(body)


def source(folder: Path) -> Path:
    """What to load: the one workbook, or the folder of tables."""
    books = [path for path in folder.iterdir() if path.suffix in EXCEL]
    return books[0] if books and len(list(folder.iterdir())) == 1 else folder


def _members(name: str, body: bytes) -> list[tuple[str, bytes]]:
    """The file itself, or those of an archive."""
    if not name.lower().endswith(ZIP):
        return [(name, body)]
    _check_size(name, body)
    with _opened(name, body) as archive:
        entries = [
            one for one in archive.infolist()
            if not one.is_dir() and not one.filename.startswith(("__MACOSX/", "."))
        ]  # fmt: skip
        if len(entries) > MOST_FILES:
            raise Fault(
                f"“{name}”里有 {len(entries)} 个文件，最多 {MOST_FILES} 个",
                f"“{name}” holds {len(entries)} files, more than {MOST_FILES}",
            )
        try:
            return [(one.filename, archive.read(one)) for one in entries]
        except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error):
            raise _damaged(name) from None


def _check_size(name: str, body: bytes) -> None:
    """Refuses an archive (a workbook is one) whose contents are too large or locked."""
    with _opened(name, body) as archive:
        entries = archive.infolist()
        if any(one.flag_bits & 1 for one in entries):
            raise Fault(
                f"“{name}”加了密码，请去掉", f"“{name}” is locked with a password; remove it"
            )
        if sum(one.file_size for one in entries) > MOST_BYTES:
            raise Fault(
                f"“{name}”解开后超过 {MOST_BYTES // 10**6} MB，请在自己的机器上用 huice simulate",
                f"“{name}” holds more than {MOST_BYTES // 10**6} MB; use huice simulate on your own machine",
            )


def _opened(name: str, body: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(BytesIO(body))
    except zipfile.BadZipFile:
        raise _damaged(name) from None


def _damaged(name: str) -> Fault:
    return Fault(f"“{name}”打不开：文件不完整", f"“{name}” cannot be opened: it is damaged")


# --- the workbook -----------------------------------------------------------------------------------------


def workbook(
    path: Path,
    corpus: Corpus,
    lang: str,
    frames: tuple[pl.DataFrame, pl.DataFrame],
    shared: Allocation,
) -> None:
    """Cities, measures and pools as a workbook; amounts in yuan, each city for itself."""
    cities, measures = frames
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        for title, rows in (
            (Text("各城市", "Cities"), _cities(cities, corpus, lang)),
            (Text("各事项", "Measures"), _measures(measures, corpus, lang)),
            (Text("资金池", "Pools"), _pools(shared, lang)),
        ):
            rows.write_excel(
                book,
                title[lang],
                autofit=True,
                dtype_formats={pl.Float64: "#,##0.00", pl.Int64: "#,##0"},
                header_format={"bold": True},
                freeze_panes=(1, 0),
            )


def _city(name: str | None, corpus: Corpus, lang: str) -> str:
    return (UNPLACED if name is None else city_name(name, corpus))[lang]


def _cities(frame: pl.DataFrame, corpus: Corpus, lang: str) -> pl.DataFrame:
    heads = (
        ("city", Text("城市", "City")),
        ("firms", Text("企业", "Firms")),
        ("hopeful", Text("至少一项符合或待裁量", "Eligible or discretionary for a measure")),
        ("open", Text("待确认", "Open")),
        ("certain_fen", Text("确定额合计（元，叠加后）", "Certain (yuan, after overlaps)")),
        ("ceiling_fen", Text("上限合计（元，叠加后）", "Ceilings (yuan, after overlaps)")),
    )
    return _shown(frame, heads, corpus, lang)


def _measures(frame: pl.DataFrame, corpus: Corpus, lang: str) -> pl.DataFrame:
    titles = [corpus.measure(id_).title[lang] for id_ in frame["measure"]]
    named = frame.with_columns(pl.Series("title", titles, dtype=pl.String))
    heads = (
        ("city", Text("城市", "City")),
        ("measure", Text("编号", "Id")),
        ("title", Text("事项", "Measure")),
        *((one.value, STATUS[one]) for one in PAYING),
        ("certain_fen", Text("确定额合计（元）", "Certain (yuan)")),
        ("ceiling_fen", Text("上限合计（元）", "Ceilings (yuan)")),
        ("unstated", Text("未写明金额（家）", "No amount stated (firms)")),
    )
    return _shown(named, heads, corpus, lang)


def _shown(
    frame: pl.DataFrame, heads: Sequence[tuple[str, Text]], corpus: Corpus, lang: str
) -> pl.DataFrame:
    cities = [_city(name, corpus, lang) for name in frame["city"]]
    money = [name for name in frame.columns if name.endswith("_fen")]
    shown = frame.with_columns(
        pl.Series("city", cities, dtype=pl.String), *((pl.col(name) / FEN) for name in money)
    )
    return shown.select(pl.col(name).alias(head[lang]) for name, head in heads)


def _pools(shared: Allocation, lang: str) -> pl.DataFrame:
    heads = {
        "fund": Text("编号", "Id"),
        "title": Text("资金池或名额", "Pool or quota"),
        "year": Text("年度", "Year"),
        "holds": Text("规模（元）", "Holds (yuan)"),
        "units": Text("名额（家）或券（张）", "Places or vouchers"),
        "asked_units": Text("申请（家、张）", "Asked for"),
        "granted_units": Text("得到（家、张）", "Given"),
        "claims": Text("申请（笔）", "Claims"),
        "asked": Text("申请额（元）", "Asked (yuan)"),
        "granted": Text("发放额（元）", "Given (yuan)"),
        "refused": Text("落空（笔）", "Claims left out"),
        "unstated": Text("未写明金额（笔）", "Claims without an amount"),
        "ends": Text("用完", "Used up"),
    }
    whole = ("year", "units", "asked_units", "granted_units", "claims", "refused", "unstated")
    types = {
        **dict.fromkeys(("holds", "asked", "granted"), pl.Float64),
        **dict.fromkeys(whole, pl.Int64),
        "ends": pl.Date,
    }
    rows = [
        {
            "fund": share.fund.id,
            "title": share.fund.title[lang],
            "year": share.year,
            "holds": None if share.fund.holds_fen is None else share.fund.holds_fen / FEN,
            **_units(share),
            "claims": share.claims,
            "asked": share.asked_fen / FEN,
            "granted": share.granted_fen / FEN,
            "refused": share.refused,
            "unstated": share.unstated,
            "ends": share.exhausted_on if find_rule(share.rule).timed else None,
        }
        for share in shared.shares
    ]
    schema = {name: types.get(name, pl.String) for name in heads}
    return pl.DataFrame(rows, schema=schema).rename(
        {name: head[lang] for name, head in heads.items()}
    )


def _units(share: Share) -> dict[str, int | None]:
    """Places or vouchers: how many there are, are asked for and given; nothing for a pool of money."""
    if share.fund.kind == "money":
        return dict.fromkeys(("units", "asked_units", "granted_units"))
    return {
        "units": share.fund.units,
        "asked_units": share.asked_units,
        "granted_units": share.granted_units,
    }
