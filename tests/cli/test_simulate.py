"""`huice simulate`: costs in both languages, files, what is set aside, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # carries no types
import polars as pl
import pytest

from huice import Corpus
from huice.population import by_rows, load, simulate
from tests.cli.conftest import Run

AS_OF = date(2025, 6, 30)


@pytest.fixture
def firms(tmp_path: Path) -> Path:
    """Four firms: two in Hangzhou, one in Shenzhen, one nowhere yet."""
    folder = tmp_path / "firms"
    folder.mkdir()
    (folder / "orgs.csv").write_text(
        "org_id,place,kind,size,traits\n"
        "a,hangzhou/xihu,enterprise,small,ai\n"
        "b,hangzhou/other,enterprise,large,ai;genai\n"
        "c,shenzhen,enterprise,,general_model\n"
        "d,,enterprise,small,-\n",
        encoding="utf-8",
    )
    (folder / "contracts.csv").write_text(
        "org_id,item,mode,purposes,amount_yuan,paid_yuan,traits\n"
        "a,compute,rent,training,40万元,40万元,unrelated_supplier\n"
        "b,compute,rent,training,,2000000.01,unrelated_supplier\n"
        "c,compute,rent,training,3000000,,unrelated_supplier\n",
        encoding="utf-8",
    )
    return folder


def test_costs_are_told_city_by_city(huice: Run, firms: Path) -> None:
    told = huice("simulate", firms, "--as-of", "2025-06-30", columns=100)
    assert told.code == 0
    assert "测算：4 家企业" in told.out
    assert "申报日 2025-06-30 · 2025 年" in told.out
    assert told.out.index("杭州") < told.out.index("各地企业合计")
    assert "杭州算力券" in told.out
    assert "金额未公布" in told.out
    assert "择高、互斥已计入；各城之间不相加" in told.out
    assert "地点未定" in told.out
    assert told.err == ""


def test_in_english_and_narrow(huice: Run, firms: Path) -> None:
    told = huice("simulate", firms, "--as-of", "2025-06-30", "--lang", "en", columns=50)
    assert "Simulation: 4 firms" in told.out
    assert "Firms whose place is open count at the best single" in told.out
    assert max(map(len, told.out.splitlines())) <= 50


def test_the_figures_are_those_of_the_library(huice: Run, firms: Path, corpus: Corpus) -> None:
    told = huice("simulate", firms, "--as-of", "2025-06-30", "--years", "2", "--by-year", "--json")
    data = json.loads(told.out)
    assert data["schema"] == "huice/simulation/1"
    assert (data["firms"], data["years"]) == (4, [2025, 2026])
    assert data["tables"]["contracts"] == {"read": 3, "kept": 3, "set_aside": 0}
    found = simulate(firms, corpus, as_of=AS_OF, horizon=2, by_year=True)
    rows = by_rows(load(firms, corpus), corpus, found.asked).awards
    row = next(
        one for one in data["costs"]
        if (one["city"], one["measure"], one["year"]) == ("hangzhou", "hangzhou/compute-voucher", 2026)
    )  # fmt: skip
    own = rows.filter(
        pl.col("measure") == "hangzhou/compute-voucher", pl.col("year") == 2026,
        pl.col("org_id").is_in(["a", "b"]),
    )  # fmt: skip
    assert row["eligible"] == own.filter(pl.col("status") == "eligible").height
    assert round(float(row["ceiling_yuan"]) * 100) == own["ceiling_fen"].sum()
    unstated = [
        one for one in data["costs"] if one["unstated"] and one["unstated"] == one["possible"]
    ]
    assert unstated
    assert {one["ceiling_yuan"] for one in unstated} == {None}


def test_firm_by_firm_as_parquet_folder_and_workbook(
    huice: Run, firms: Path, tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = simulate(firms, corpus, as_of=AS_OF).awards
    path = tmp_path / "awards.parquet"
    told = huice("simulate", firms, "--as-of", "2025-06-30", "-o", path.name)
    assert "已写好 awards.parquet" in told.out
    assert pl.read_parquet(path).equals(expected)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    folder = tmp_path / "all"
    assert huice("simulate", firms, "--as-of", "2025-06-30", "-o", folder).code == 0
    assert pl.read_parquet(folder / "awards" / "*.parquet").equals(expected)
    assert pl.read_parquet(folder / "totals" / "*.parquet").height == 4
    assert pl.read_parquet(folder / "costs.parquet").height > 10
    book = tmp_path / "result.xlsx"
    assert huice("simulate", firms, "--as-of", "2025-06-30", "-o", book).code == 0
    sheets: Any = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["按事项", "按地点", "逐家逐项", "逐家合计"]
    heads = [cell.value for cell in next(iter(sheets["逐家逐项"].rows))]
    assert heads == ["企业编号", "id", "事项", "年度", "状态", "确定额（元）", "上限（元）"]
    assert sheets["逐家逐项"].max_row == expected.height + 1


def test_bad_rows_are_told_and_written(huice: Run, firms: Path, tmp_path: Path) -> None:
    with (firms / "contracts.csv").open("a", encoding="utf-8") as file:
        file.write("a,compute,rent,training,1,-1,\nz,compute,rent,training,1,1,\n")
    listed = tmp_path / "rejects.csv"
    told = huice("simulate", firms, "--as-of", "2025-06-30", "--rejects", listed)
    assert told.code == 0
    assert "测算：3 家企业" in told.out
    assert "搁置 1 家（连同其余各表共 4 行）" in told.out
    assert "contracts.csv#4: [U006] contracts.paid_fen：“当年实际发生额”不能为负（-1）" in told.err
    assert "contracts.csv#5: [K003]" in told.err
    rows = pl.read_csv(listed)
    assert rows.height == 4
    assert set(rows["code"]) == {"U006", "K003", "K020"}


def test_an_absurd_amount_is_told_in_our_words(huice: Run, tmp_path: Path) -> None:
    """More than 64 bits hold: it ended in `T099`."""
    keys = ["a"] * 1000 + ["b"]
    orgs = pl.DataFrame({"org_id": ["a", "b"], "place": "beijing/mentougou", "kind": "enterprise"})
    orgs.write_csv(tmp_path / "orgs.csv")
    pl.DataFrame({"org_id": keys, "cost_fen": 10**16}).write_csv(tmp_path / "premises.csv")
    words = ("simulate", tmp_path, "--as-of", "2025-06-30", "--place", "门头沟")
    told = huice(*words)
    assert told.code == 0
    assert "[K022] orgs：企业 a 的“‘算法创客空间’免费入住”算出" in told.err
    told = huice(*words, "--lang", "en")
    assert "of the firm a comes to" in told.err
    assert "Simulation: 1 firms" in told.out
    assert "1 firm was set aside (1,001 rows of all tables)" in told.out


def test_two_processes_say_the_same(huice: Run, firms: Path) -> None:
    one = huice("simulate", firms, "--as-of", "2025-06-30", "--place", "深圳", "--json")
    two = huice(
        "simulate", firms, "--as-of", "2025-06-30", "--place", "深圳", "--json", "--workers", "2"
    )
    assert json.loads(one.out) == json.loads(two.out)


BAD = [
    (["none"], "[K014]", "没有这个文件或文件夹", "no such file or folder"),
    (["FIRMS", "--as-of", "June"], "[T004]", "June", "June"),
    (["FIRMS", "--place", "成都"], "[T006]", "成都", "成都"),
    (["FIRMS", "-o", "a.docx"], "[T004]", "-o 写 .parquet、.xlsx 或文件夹", "-o is a .parquet, a .xlsx or a folder"),
    (["FIRMS", "--rejects", "a.txt"], "[T004]", "--rejects 写 .csv 或 .parquet", "--rejects is a .csv or a .parquet"),
    (["FIRMS", "-o", "FIRMS"], "[T007]", "里已有别的文件；请换一个文件夹，或加 --force", "holds other files; choose another folder"),
    (["FIRMS", "--cluster", "127.0.0.1:1"], "[T008]", "连不上集群 127.0.0.1:1", "the cluster 127.0.0.1:1 cannot be reached"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # of the cluster's own libraries
@pytest.mark.parametrize(("typed", "code", "zh", "en"), BAD)
def test_what_cannot_be_used_is_told(
    typed: list[str], code: str, zh: str, en: str, huice: Run, firms: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("huice.cli.engines.PATIENCE", "1s")
    for lang, said in (("zh", zh), ("en", en)):
        args = [str(firms) if one == "FIRMS" else one for one in typed]
        told = huice("simulate", *args, "--lang", lang)
        assert told.code == 2
        assert code in told.err
        assert said in told.err
        assert "Traceback" not in told.err
