"""`huice pools` as typed: the list, the vouchers that run out, files, and what is wrong."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]  # carries no types
import polars as pl
import pytest

from tests.cli.conftest import Run

VOUCHER = "guangzhou/huangpu-cloud-model-voucher"


@pytest.fixture
def applications(tmp_path: Path) -> Path:
    """2,600 firms ask for the 2,000 vouchers of Huangpu, a hundred a day from 1 March."""
    path = tmp_path / "applications.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["org_id", "measure", "year", "status", "certain_fen", "ceiling_fen", "applied_on"]
        )
        for n in range(2600):
            rows.writerow(
                [
                    f"HP{n:04}",
                    VOUCHER,
                    2026,
                    "eligible",
                    200_000,
                    200_000,
                    f"2026-03-{1 + n // 100:02}",
                ]
            )
    return path


def test_without_a_source_every_pool_is_listed_with_its_sentence(huice: Run) -> None:
    found = huice("pools")
    assert found.code == 0
    assert "共 2000 张 × 2,000 元 = 400 万元" in found.out and "每年约 2.5 亿元" in found.out
    assert "遴选 5 家" in found.out and "年度 2.5 亿元规模" in found.out
    english = huice("pools", "--lang", "en", "--pool", VOUCHER).out
    assert "2,000 × 2,000 yuan = 4 million yuan in all" in english and "Training" not in english
    listed = json.loads(huice("pools", "--json").out)
    assert listed["schema"] == "huice/pools/1" and len(listed["pools"]) == 21
    one = next(pool for pool in listed["pools"] if pool["id"] == VOUCHER)
    assert (one["pieces"], one["face_yuan"], one["holds_yuan"]) == (2000, "2000", "4000000")


def test_two_thousand_vouchers_for_2600_firms(huice: Run, applications: Path) -> None:
    found = huice("pools", applications, "--pool", "云服务券", "--runs", "20", columns=100)
    assert found.code == 0
    for line in (
        "申请      2600 笔，520 万元",
        "发放      400 万元（用去 100%）：全额 2000 笔，部分 0 笔",
        "用完      2026年3月20日，申请达到规模",
        "落空      600 笔：HP2000、HP2001、HP2002、HP2003、HP2004等",
        "每次模拟都会提前用完",
    ):
        assert line in found.out


def test_a_lottery_is_repeated_from_its_seed_and_written_out(
    huice: Run, applications: Path, tmp_path: Path
) -> None:
    files = [tmp_path / f"{n}.parquet" for n in range(3)]
    for file, seed in zip(files, ("20260401", "20260401", "2"), strict=True):
        assert (
            huice(
                "pools",
                applications,
                "--rule",
                "lottery",
                "--seed",
                seed,
                "-o",
                file,
                "--runs",
                "0",
            ).code
            == 0
        )
    one, two, other = (pl.read_parquet(file) for file in files)
    assert one.equals(two) and not one.equals(other)
    assert one["granted_fen"].sum() == 400_000_000 == other["granted_fen"].sum()


def test_json_holds_the_figures_and_the_drawdown(huice: Run, applications: Path) -> None:
    told = json.loads(
        huice(
            "pools",
            applications,
            "--takeup",
            "60%-90%",
            "--runs",
            "50",
            "--json",
            "--pool",
            VOUCHER,
        ).out
    )
    (pool,) = told["pools"]
    assert pool["claims"] == pool["in_full"] + pool["in_part"] + pool["left_out"]
    drawdown = pool["drawdown"]
    assert (drawdown["runs"], drawdown["seed"], drawdown["first_day"]) == (50, 1, "2026-01-01")
    assert len(drawdown["drawn_yuan"]["p50"]) == 365 and 0 < float(drawdown["lasts"]) < 1
    assert "模拟中，申请的比例在 60%～90% 之间等可能" in {
        each["zh"] for each in told["assumptions"]
    }
    runs = pool["simulation"]
    assert (runs["decided"], runs["left_out"]["p10"]) == ("as_they_come", 0)
    assert runs["granted_units"]["p90"] == 2000 and runs["utilisation"]["p90"] == "1"


def test_charts_and_workbook_are_written(huice: Run, applications: Path, tmp_path: Path) -> None:
    charts, book = tmp_path / "charts", tmp_path / "out.xlsx"
    found = huice(
        "pools", applications, "--svg", charts, "-o", book, "--runs", "10", "--pool", VOUCHER
    )
    assert f"已写好 {book}" in found.out.replace("\n", "")
    names = sorted(path.name for path in charts.iterdir())
    assert names == [f"guangzhou-huangpu-cloud-model-voucher{end}.svg" for end in ("-narrow", "")]
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["汇总", "申请与分配", "模拟", "假设"]
    summary = dict(
        zip(*(list(row) for row in sheets["汇总"].iter_rows(values_only=True)), strict=True)
    )
    assert (summary["申请笔数"], summary["获配额（元）"], summary["落空"]) == (2600, 4_000_000, 600)
    assert sheets["申请与分配"].max_row == 2601


def test_a_quota_is_told_in_firms(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "scored.csv"
    lines = ["org_id,measure,year,status,certain_fen,ceiling_fen,score"]
    lines += [
        f"V{n},guangzhou/huangpu-vertical-compute,2026,discretionary,0,{n}00000000,{n}"
        for n in range(1, 9)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = huice("pools", path, "--pool", "huangpu-vertical-compute")
    assert "选中 5 家，3,000 万元" in found.out and "按评分" in found.out
    assert set(re.findall(r"V\d", found.out)) == {"V1", "V2", "V3"}


@pytest.mark.parametrize(
    ("rule", "zh", "en", "svg"),
    [
        ("pro-rata", "比例系数", "Factor", "按比例，比例系数的分布"),
        ("ranked", "分数线", "Lowest score", "按评分，分数线的分布"),
        ("priority", "得到的最后一层", "Last tier", "分层优先，得到的最后一层的分布"),
        ("lottery", "中签率", "Chance", "抽签，中签率的分布"),
    ],
)
def test_rules_that_decide_at_once_are_simulated_too_and_say_what_they_turn_on(
    huice: Run, applications: Path, tmp_path: Path, rule: str, zh: str, en: str, svg: str
) -> None:
    frame = pl.read_csv(applications).with_row_index("n")
    scored = frame.with_columns(score=pl.col("n") % 90, tier=pl.col("n") % 3 + 1).drop("n")
    scored.write_csv(applications)
    charts = tmp_path / "charts"
    options = [
        "--pool",
        VOUCHER,
        "--rule",
        rule,
        "--seed",
        "3",
        "--takeup",
        "60%-100%",
        "--runs",
        "40",
    ]
    found = huice("pools", applications, *options, "--svg", charts)
    assert found.code == 0, found.err
    assert "收齐后一次分配" in found.out and zh in found.out and "用完日期" not in found.out
    assert "模拟 40 次（种子 3）：申请超出规模的可能为" in found.out
    english = huice("pools", applications, *options, "--lang", "en").out
    assert "all decided at once" in english and en in english
    told = json.loads(huice("pools", applications, *options, "--json").out)["pools"][0]
    assert told["drawdown"] is None and told["simulation"]["decided"] == "at_once"
    assert told["simulation"]["granted_units"]["p90"] == 2000
    assert svg in (charts / "guangzhou-huangpu-cloud-model-voucher.svg").read_text(encoding="utf-8")


def test_groups_bind_the_claims_unless_they_are_left_aside(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "awards.csv"
    general, vertical = (f"guangzhou/huangpu-{name}-compute" for name in ("general", "vertical"))
    lines = ["org_id,measure,year,status,certain_fen,ceiling_fen"]
    for n in range(4):
        lines += [f"V{n},{general},2026,eligible,0,{n}000", f"V{n},{vertical},2026,eligible,0,2000"]
    path.write_text("\n".join(lines), encoding="utf-8")
    bound, free = (
        huice("pools", path, "--pool", vertical, "--runs", "5", "--groups", groups).out
        for groups in ("on", "off")
    )
    assert "2 笔，40 元" in bound and "同组的已减：去掉 2 笔、40 元" in bound
    assert "（依据：同一投入不重复）只申请最高的一项" in bound.replace("\n    ", "")
    assert "4 笔，80 元" in free and "同组的已减" not in free and "不看组别" in free
    told = json.loads(huice("pools", path, "--pool", vertical, "--json", "--runs", "5").out)
    assert told["pools"][0]["groups"]["removed"] == 2
    english = huice("pools", path, "--pool", vertical, "--runs", "5", "--lang", "en").out
    assert "already less, for groups: 2 not made (40 yuan)" in english


def test_tables_of_firms_are_computed_first(huice: Run, tmp_path: Path) -> None:
    folder = tmp_path / "firms"
    folder.mkdir()
    lines = ["org_id,place,kind,size,traits"]
    lines += [f"F{n},guangzhou/huangpu,enterprise,small,manufacturing" for n in range(3)]
    lines += ["F9,guangzhou/huangpu,enterprise,large,manufacturing"]
    (folder / "orgs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = huice("pools", folder, "--pool", VOUCHER, "--as-of", "2026-03-01", "--runs", "5")
    assert found.code == 0, found.err
    assert (
        "3 笔，6,000 元" in found.out
        and "没有用完" in found.out
        and "每次模拟都够用到期末" in found.out
    )


@pytest.mark.parametrize(
    ("options", "zh", "en"),
    [
        (["--rule", "lotery"], "是否想写“lottery”", "did you mean “lottery”"),
        (["--rule", "lottery"], "抽签要有种子", "a draw needs a seed"),
        (["--rule", "ranked"], "要有列 score", "needs a column score"),
        (["--takeup", "6"], "--takeup 写作 60%", "--takeup is 60%"),
        (["--takeup", "80%-40%"], "--takeup 写作 60%", "--takeup is 60%"),
        (["--takeup", "all"], "--takeup 写作 60%", "--takeup is 60%"),
        (["--opens", "13-01"], "--opens 写作 MM-DD", "--opens is MM-DD"),
        (["--opens", "05-01", "--closes", "04-01"], "早于开始日", "before they open"),
        (["--status", "met"], "没有状态“met”", "no status “met”"),
        (["--groups", "no"], "--groups 写 on 或 off", "--groups is on or off"),
        (["--request", "most"], "--request 写 ceiling", "--request is ceiling"),
        (["--pool", "云券"], "没有资金池或名额“云券”", "there is no pool or quota “云券”"),
        (["-o", "out.docx"], "写作 .parquet 或 .xlsx", "must end in .parquet or .xlsx"),
    ],
)
def test_what_is_wrong_is_said_in_both_languages(
    huice: Run, applications: Path, options: list[str], zh: str, en: str
) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        found = huice("pools", applications.with_name("applications.csv"), *options, "--lang", lang)
        assert found.code == 2 and words in found.err and "[T004]" in found.err


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "org_id,measure,status\nA,x,eligible\n", "缺少列 year、certain_fen、ceiling_fen"),
        ("a.csv", "firm,money\nA,1\n", "既不是测算结果"),
        ("a.parquet", "no parquet", "读不出来"),
        ("none.csv", None, "没有这个文件"),
    ],
)
def test_a_source_that_cannot_be_used_says_why(
    huice: Run, tmp_path: Path, name: str, text: str | None, says: str
) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    found = huice("pools", path)
    assert found.code == 2 and says in found.err


def test_a_time_that_is_none_is_refused(huice: Run, applications: Path) -> None:
    text = applications.read_text(encoding="utf-8").replace("2026-03-02", "2 March", 1)
    applications.write_text(text, encoding="utf-8")
    found = huice("pools", applications)
    assert found.code == 2 and "applied_on 写作 2026-03-01" in found.err and "2 March" in found.err


def test_a_file_that_exists_is_not_written_over(
    huice: Run, applications: Path, tmp_path: Path
) -> None:
    target = tmp_path / "kept.xlsx"
    target.write_text("mine", encoding="utf-8")
    said = huice("pools", applications, "-o", target, "--runs", "0")
    assert (said.code, "[T007]" in said.err) == (2, True)
    assert target.read_text(encoding="utf-8") == "mine"
    assert huice("pools", applications, "-o", target, "--force", "--runs", "0").code == 0
