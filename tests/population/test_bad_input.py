"""Bad tables: what each is told, where, in both languages; nothing is lost, nothing is guessed.

A row: the tables, the code, the table and column it is about, a part of the message in Chinese and in English.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from huice import Corpus
from huice.population import BadTables, load
from huice.population.tables.rejects import SCHEMA, WITH, write

Given = dict[str, dict[str, list[Any]]]
FIRMS: dict[str, list[Any]] = {"org_id": [1, 2, 3]}
BIG = 2**70

Row = tuple[Given, str, str, str, str]


def org(**columns: list[Any]) -> Given:
    return {"orgs": {"org_id": [1, 2, 3], **columns}}


def contract(**columns: list[Any]) -> Given:
    return {"orgs": FIRMS, "contracts": {"org_id": [1, 2], **columns}}


SET_ASIDE: list[Row] = [
    # keys
    ({"orgs": {"org_id": ["a", None, "c"]}}, "K001", "orgs.org_id", "没有企业编号 org_id，不知道是谁的", "it has no org_id, so nobody knows whose it is"),
    ({"orgs": {"org_id": ["a", "  ", "c"]}}, "K001", "orgs.org_id", "没有企业编号", "it has no org_id"),
    ({"orgs": {"org_id": [1, 2, 2]}}, "K002", "orgs.org_id", "这个企业编号用了不止一次；哪一行是对的无从知道", "this key is used more than once, and which row is right cannot be known"),
    (contract(id=["x", "x"]) | {"contracts": {"org_id": [1, 1], "id": ["x", "x"]}}, "K002", "contracts.id", "同一企业里这个 id 用了不止一次", "this id is used more than once within the firm"),
    ({"orgs": FIRMS, "history": {"org_id": [1, 1], "measure": ["hangzhou/compute-voucher"] * 2}}, "K002", "history.measure", "同一企业、同一事项给了不止一行", "more than one row for this measure"),
    ({"orgs": FIRMS, "org_years": {"org_id": [1, 1], "year": [2026, 2026]}}, "K002", "org_years.year", "同一企业、同一年度给了不止一行", "more than one row for this year"),
    ({"orgs": FIRMS, "contracts": {"org_id": [1, 9]}}, "K003", "contracts.org_id", "企业表 orgs 里没有这个编号；请补上企业，或改正编号", "no firm of orgs has this key; add the firm or correct the key"),
    (org(contracts_listed=[True, False, None]) | {"contracts": {"org_id": [1, 2]}}, "K009", "contracts.org_id", "contracts_listed 为 false（清单不全），却给了行", "is false (its list is not complete), and yet there are rows"),
    ({"orgs": FIRMS, "contracts": {"org_id": [1] * 5001}}, "K008", "contracts.org_id", "一家企业超过 5,000 行", "more than 5,000 rows of one firm"),
    # numbers
    (org(revenue_yuan=["1", "0.001", "3"]), "K004", "orgs.revenue_fen", "（0.001）比一分还细，请取到分", "(0.001) is finer than one of its units (fen)"),
    (org(revenue_yuan=[1.0, 0.001, 3.0]), "K004", "orgs.revenue_fen", "比一分还细", "is finer than one of its units (fen)"),
    (org(revenue_yuan=[1.0, float("nan"), 3.0]), "U006", "orgs.revenue_fen", "“nan”不是数字", "“nan” is not a number"),
    (org(revenue_yuan=[1.0, 99_999_999_999_999.5, 3.0]), "K005", "orgs.revenue_fen", "是二进制小数（99999999999999.5），存不准到分", "is a binary float (99999999999999.5), which does not hold it to the fen"),
    (org(revenue_yuan=["1", "50万", "3"]), "U006", "orgs.revenue_fen", "是否想写“50万元”？", "did you mean “50万元”?"),
    (org(revenue_yuan=["1", "80㎡", "3"]), "U006", "orgs.revenue_fen", "“80㎡”的单位不对，应为金额", "“80㎡” has the wrong unit; money is needed"),
    (org(revenue_yuan=["1", "many", "3"]), "U006", "orgs.revenue_fen", "“many”不是可识别的数字", "“many” is not a number"),
    (org(revenue_yuan=["1", "不详", "3"]), "U006", "orgs.revenue_fen", "“不详”不是数字；不知道的事实请整行删去", "leave out a fact that you do not know"),
    (org(revenue_yuan=[1, -5, 3]), "U006", "orgs.revenue_fen", "不能为负（-5），请核对", "must not be negative (-5); check it"),
    (org(revenue_yuan=["1", "-0.01", "3"]), "U006", "orgs.revenue_fen", "不能为负", "must not be negative"),
    (org(revenue_yuan=["1", str(BIG), "3"]), "U006", "orgs.revenue_fen", "过大", "is too large"),
    (org(revenue_fen=["1", str(2**64), "3"]), "U006", "orgs.revenue_fen", "过大", "is too large"),
    (org(revenue_fen=[1, 10**17, 3]), "U006", "orgs.revenue_fen", "过大（100000000000000000）", "is too large (100000000000000000)"),
    (org(revenue_yuan=[Decimal(1), Decimal("0.005"), Decimal(3)]), "K004", "orgs.revenue_fen", "比一分还细", "is finer than one of its units"),
    (org(revenue_fen=["1", "50万元", "3"]), "K007", "orgs.revenue_fen", "列 revenue_fen 是整数分，写的是“50万元”；带小数或单位的请用列 revenue_yuan", "holds whole fen, not “50万元”; for decimals and units use the column revenue_yuan"),
    (org(revenue_fen=[1.0, 1.5, 3.0]), "K007", "orgs.revenue_fen", "是整数分，写的是“1.5”", "holds whole fen, not “1.5”"),
    (org(revenue_fen=[1.0, float("nan"), 3.0]), "K007", "orgs.revenue_fen", "是整数分，写的是“nan”", "holds whole fen, not “nan”"),
    (org(revenue_fen=[1, -5, 3]), "U006", "orgs.revenue_fen", "不能为负（-5），请核对", "must not be negative (-5); check it"),
    ({"orgs": FIRMS, "projects": {"org_id": [1], "cases": ["1.5"]}}, "U006", "projects.cases", "“市场应用案例数”应为整数", "“Market application cases” must be a whole number"),
    ({"orgs": FIRMS, "premises": {"org_id": [1], "area_sqm": ["0.00001"]}}, "K004", "premises.area_cm2", "比一平方厘米还细", "finer than one of its units (square centimetres)"),
    ({"orgs": FIRMS, "premises": {"org_id": [1], "area_sqm": ["999999999999999.5"]}}, "U006", "premises.area_cm2", "过大", "is too large"),
    (org(revenue_yuan=["1", "92233720368547759", "3"]), "U006", "orgs.revenue_fen", "过大", "is too large"),
    (org(revenue_yuan=[1, 92233720368547759, 3]), "U006", "orgs.revenue_fen", "过大", "is too large"),
    ({"orgs": FIRMS, "premises": {"org_id": [1], "area_sqm": ["50元"]}}, "U006", "premises.area_cm2", "的单位不对，应为面积", "has the wrong unit; an area is needed"),
    (org(revenue_yuan=[True, False, None]), "U006", "orgs.revenue_fen", "应为数字，写的是“true”", "a number is needed, not “true”"),
    # choices, sets, records, dates
    (org(place=["shenzhen", "shenzen", None]), "U004", "orgs.place", "没有选项“shenzen”", "did you mean “shenzhen”?"),
    (org(place=["shenzhen", "hangzhou", None]), "U004", "orgs.place", "可选 hangzhou/xihu、hangzhou/binjiang、hangzhou/other", "choose from hangzhou/xihu, hangzhou/binjiang, hangzhou/other"),
    (org(place=[1, 2, 3]), "U004", "orgs.place", "没有选项“1”", "has no choice “1”"),
    (org(traits=["ai", "ai;robots", None]), "U004", "orgs.traits", "没有选项“robots”", "has no choice “robots”"),
    (org(traits=[["ai"], ["ai", None], None]), "U004", "orgs.traits", "没有选项“null”", "has no choice “null”"),
    (org(records=["sz_key_lab@2025-01-01", "sz_key_lab", None]), "U005", "orgs.records", "“?”不是日期", "“?” is no date"),
    (org(records=["sz_key_lab@2025-01-01", "lab@2025-01-01", None]), "U004", "orgs.records", "没有选项“lab”", "has no choice “lab”"),
    (org(registered_on=["2024-02-29", "2023-02-29", None]), "U005", "orgs.registered_on", "日历上没有 2023-02-29 这一天", "the calendar has no 2023-02-29"),
    (org(registered_on=["2024-02-29", "2024/2/1", None]), "U005", "orgs.registered_on", "“2024/2/1”不是日期，写作 2025-06-30", "“2024/2/1” is no date; write 2025-06-30"),
    (org(registered_on=[date(2024, 1, 1), date(1024, 1, 1), None]), "U005", "orgs.registered_on", "不在 1900–2100 年之间", "is not between 1900 and 2100"),
    (org(contracts_listed=["true", "maybe", None]), "U004", "orgs.contracts_listed", "应为 true 或 false", "must be true or false"),
    ({"orgs": FIRMS, "premises": {"org_id": [1], "period_from": [date(2025, 3, 1)], "period_to": [date(2025, 2, 1)]}}, "K006", "premises.period_from", "的止日早于起日，请核对", "is before the first; check them"),
    ({"orgs": FIRMS, "premises": {"org_id": [1], "period_from": [date(2025, 3, 1)], "period_to": pl.Series([None], dtype=pl.Date).to_list()}}, "K006", "premises.period_from", "只有一端；请写全起止日，或都留空", "has one end only; give both days or neither"),
    ({"orgs": FIRMS, "decisions": {"org_id": [1], "measure": ["hangzhou/compute-vouchers"], "decision": ["granted"]}}, "U007", "decisions.measure", "没有事项“hangzhou/compute-vouchers”；是否想写“hangzhou/compute-voucher”？", "did you mean “hangzhou/compute-voucher”?"),
    ({"orgs": FIRMS, "decisions": {"org_id": [1], "measure": ["hangzhou/compute-voucher"], "decision": ["grnted"]}}, "U004", "decisions.decision", "只能是 granted、refused、pending，写的是“grnted”", "did you mean “granted”?"),
    ({"orgs": FIRMS, "history": {"org_id": [1], "measure": ["hangzhou/compute-voucher"], "years": [-1]}}, "U006", "history.years", "应为 0–100 的整数", "must be a whole number from 0 to 100"),
    ({"orgs": FIRMS, "contracts": {"org_id": [1], "year": ["26"]}}, "U006", "contracts.year", "应为 1900–2100 的整数", "must be a whole number from 1900 to 2100"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code", "about", "zh", "en"),
    SET_ASIDE,
    ids=[f"{row[1]} {row[2]} {n}" for n, row in enumerate(SET_ASIDE)],
)
def test_a_bad_row_is_set_aside_with_its_reason(
    given: Given, code: str, about: str, zh: str, en: str, corpus: Corpus
) -> None:
    frames = {name: pl.DataFrame(columns, strict=False) for name, columns in given.items()}
    tables = load(frames, corpus)
    own = tables.rejects.filter(pl.col("code") == code)
    assert own.height
    first = own.row(0, named=True)
    assert f"{first['table']}.{first['column']}" == about
    assert zh in first["reason_zh"]
    assert en in first["reason_en"]
    assert first["row"] >= 1
    _nothing_is_lost(frames, tables.frames, tables.rejects)
    problem = tables.problems()[0]
    assert zh in problem.render("zh") or len(tables.problems()) > 1
    assert f"#{first['row']}" in "".join(p.render("en") for p in tables.problems())


def _nothing_is_lost(
    given: dict[str, pl.DataFrame], kept: dict[str, pl.DataFrame], rejected: pl.DataFrame
) -> None:
    """Every row of every table is kept or listed, and no firm is kept in part."""
    for name, frame in given.items():
        rows = rejected.filter(pl.col("table") == name).select("file", "row").unique().height
        assert kept[name].height + rows == frame.height
    out = set(rejected["org_id"].drop_nulls().to_list())
    for frame in kept.values():
        assert not out & set(frame["org_id"].cast(pl.String).to_list())


def test_with_one_row_the_whole_firm_is_set_aside_and_listed(corpus: Corpus) -> None:
    tables = load(
        {
            "orgs": pl.DataFrame({"org_id": [1, 2], "place": ["shenzhen", "shenzhen"]}),
            "contracts": pl.DataFrame({"org_id": [1, 1, 2], "paid_yuan": ["1", "x", "2"]}),
            "people": pl.DataFrame({"org_id": [1], "role": ["founder"]}),
        },
        corpus,
    )
    assert tables.orgs["org_id"].to_list() == [2]
    assert tables.frames["contracts"].height == 1
    along = tables.rejects.filter(pl.col("code") == WITH)
    assert sorted(along.select("table", "row").rows()) == [
        ("contracts", 1),
        ("orgs", 1),
        ("people", 1),
    ]
    assert set(along["reason_en"]) == {"another row of this firm was set aside, and so the firm"}
    assert (tables.counts["contracts"].read, tables.counts["contracts"].rejected) == (3, 2)


# --- tables that cannot be read as they are -----------------------------------------------------------------

WHOLE: list[tuple[dict[str, Any], str, str, str]] = [
    ({"contracts": {"org_id": [1]}}, "K010", "没有企业表 orgs", "there is no table orgs"),
    ({"orgs": {"org_id": []}}, "K016", "企业表里一行也没有", "the table of firms has no rows"),
    ({"orgs": FIRMS, "contract": {"org_id": [1]}}, "K011", "“contract”不是表名", "“contract” is no table"),
    ({"orgs": FIRMS, "contract": {"org_id": [1]}}, "K011", "是否想写“contracts”？", "did you mean “contracts”?"),
    ({"orgs": {"org_id": [1], "revenu_yuan": [1]}}, "K012", "表 orgs 没有列“revenu_yuan”", "did you mean “revenue_yuan”?"),
    ({"orgs": {"org_id": [1], "paid_yuan": [1]}}, "K012", "它写在表 contracts 里", "it goes into the table contracts"),
    ({"orgs": {"org_id": [1], "zzz": [1]}}, "K012", "自用的列请以 x_ 开头", "start columns of your own with x_"),
    ({"orgs": {"org_id": [1], "revenue_yuan": [1], "revenue_fen": [100]}}, "K017", "说的是同一个事实，只留一列", "are the same fact; keep one of the columns"),
    ({"orgs": {"place": ["shenzhen"]}}, "K018", "缺少列“org_id”（企业编号）", "the column “org_id” is missing (key of the firm)"),
    ({"orgs": FIRMS, "org_years": {"org_id": [1]}}, "K018", "缺少列“year”", "the column “year” is missing"),
    ({"orgs": FIRMS, "premises": {"org_id": [1], "period_from": ["2025-01-01"]}}, "K018", "缺少列“period_to”", "the column “period_to” is missing"),
    ({"orgs": FIRMS, "decisions": {"org_id": [1], "measure": ["x"]}}, "K018", "缺少列“decision”", "the column “decision” is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "code", "zh", "en"), WHOLE)
def test_a_table_that_cannot_be_read_is_told(
    given: dict[str, Any], code: str, zh: str, en: str, corpus: Corpus
) -> None:
    with pytest.raises(BadTables) as told:
        load({name: pl.DataFrame(columns) for name, columns in given.items()}, corpus)
    found = [problem for problem in told.value.problems if problem.code == code]
    assert any(zh in one.render("zh") for one in found), told.value
    assert any(en in one.render("en") for one in found)


def told(path: Path, corpus: Corpus) -> dict[str, tuple[str, str]]:
    with pytest.raises(BadTables) as caught:
        load(path, corpus)
    return {p.code: (p.render("zh"), p.render("en")) for p in caught.value.problems}


def test_files_that_are_missing_twice_or_broken(tmp_path: Path, corpus: Corpus) -> None:
    assert "no such file or folder" in told(tmp_path / "none", corpus)["K014"][1]
    folder = tmp_path / "a"
    folder.mkdir()
    assert "没有企业表" in told(folder, corpus)["K010"][0]
    (folder / "orgs.csv").write_text("org_id\n1\n")
    (folder / "orgs.parquet").write_bytes(b"no parquet")
    assert "表 orgs 已由 orgs.csv 给出，只留一份" in told(folder, corpus)["K011"][0]
    (folder / "orgs.csv").unlink()
    assert "cannot read the file" in told(folder, corpus)["K014"][1]
    (folder / "orgs.parquet").unlink()
    (folder / "orgs.xlsx").write_bytes(b"no workbook")
    assert "读不了文件" in told(folder, corpus)["K014"][0]
    (folder / "orgs.xlsx").unlink()
    (folder / "firms.csv").write_text("org_id\n1\n")
    assert "“firms” is no table" in told(folder, corpus)["K011"][1]


def test_a_csv_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "orgs.csv"
    path.write_bytes("org_id,name\n1,ok\n2,惠策\n".encode("gb18030"))
    zh, en = told(path, corpus)["K015"]
    assert "orgs.csv:3" in zh
    assert "第 3 行起不是 UTF-8 编码（像是 GBK），请另存为 UTF-8" in zh
    assert "not UTF-8 from line 3 on (it looks like GBK); save it as UTF-8" in en
    path.write_bytes("org_id,name\n1,ok\n".encode("utf-16"))
    assert "it looks like UTF-16" in told(path, corpus)["K015"][1]


def test_an_empty_csv_file_is_told(tmp_path: Path, corpus: Corpus) -> None:
    (tmp_path / "orgs.csv").write_text("")
    assert set(told(tmp_path / "orgs.csv", corpus)) & {"K014", "K016"}
    (tmp_path / "orgs.csv").write_text("org_id,place\n")
    assert "the table of firms has no rows" in told(tmp_path / "orgs.csv", corpus)["K016"][1]


def test_parts_of_a_table_with_other_columns_are_told(tmp_path: Path, corpus: Corpus) -> None:
    folder = tmp_path / "orgs"
    folder.mkdir()
    pl.DataFrame({"org_id": [1], "place": ["shenzhen"]}).write_parquet(folder / "a.parquet")
    pl.DataFrame({"org_id": [2], "size": ["small"]}).write_parquet(folder / "b.parquet")
    with pytest.raises(BadTables) as caught:
        load(tmp_path, corpus)
    said = {problem.render("en") for problem in caught.value.problems}
    assert {problem.code for problem in caught.value.problems} == {"K013"}
    assert any(
        "orgs/b.parquet: [K013]" in one and "“place” is in orgs/a.parquet but not here" in one
        for one in said
    )
    assert any(
        "orgs/a.parquet: [K013]" in one and "“size” is in orgs/b.parquet" in one for one in said
    )


def test_parts_of_a_table_with_other_types_are_each_made_canonical(
    tmp_path: Path, corpus: Corpus
) -> None:
    folder = tmp_path / "orgs"
    folder.mkdir()
    pl.DataFrame({"org_id": [1], "revenue_yuan": [12]}).write_parquet(folder / "a.parquet")
    pl.DataFrame({"org_id": ["b"], "revenue_yuan": ["12.5"]}).write_parquet(folder / "b.parquet")
    pl.DataFrame({"org_id": [3], "revenue_yuan": [0.1]}).write_parquet(folder / "c.parquet")
    tables = load(tmp_path, corpus)
    assert tables.orgs.rows() == [("1", 1200), ("b", 1250), ("3", 10)]


def test_a_table_without_rows_says_what_it_means(corpus: Corpus) -> None:
    tables = load(
        {
            "orgs": pl.DataFrame(FIRMS),
            "contracts": pl.DataFrame({"org_id": pl.Series([], dtype=pl.Int64)}),
        },
        corpus,
    )
    (warning,) = tables.warnings
    assert (warning.code, warning.severity) == ("K021", "warning")
    assert "按“每家企业都没有”测算" in warning.text.zh
    assert "no firm has any; if they are unknown, leave the file out" in warning.text.en


def test_the_reject_file_opens_in_a_spreadsheet(tmp_path: Path, corpus: Corpus) -> None:
    tables = load({"orgs": pl.DataFrame({"org_id": [1, 2], "revenue_yuan": ["-1", "2"]})}, corpus)
    write(tables.rejects, tmp_path / "rejects.csv")
    assert (tmp_path / "rejects.csv").read_bytes().startswith(b"\xef\xbb\xbftable,file,row")
    write(tables.rejects, tmp_path / "rejects.parquet")
    assert pl.read_parquet(tmp_path / "rejects.parquet").schema == SCHEMA
