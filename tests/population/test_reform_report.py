"""A reform as it is shown: the verb, its files, the page, the charts, and the examples of the docs."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl  # type: ignore[import-untyped]  # carries no types
import polars as pl
import pytest

from huice import Corpus
from huice.cli.wrapping import width
from huice.corpus.overlay import Overlay, apply, load_overlay, read_overlay
from huice.corpus.source import read_text
from huice.population.reform import Reform, reform
from huice.population.reform.charts import charts
from huice.population.reform.inverse import Solution, solve
from huice.population.reform.report import report
from huice.population.reform.words import (
    cities,
    cost_rows,
    group_rows,
    method,
    solution_says,
    summary,
)
from tests.cli.conftest import Run, huice, plain_terminal  # noqa: F401  # fixtures
from tests.population.few_firms import AS_OF, population
from tests.population.test_overlay import ceiling, firm

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
MARGINAL, BUDGET = EXAMPLES / "hangzhou-marginal.yaml", EXAMPLES / "hangzhou-budget.yaml"
DRAFT = Path(__file__).parent / "draft.yaml"
DOCS = (ROOT / "docs" / "reforms.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of 80 firms on disk."""
    folder = tmp_path_factory.mktemp("population") / "firms"
    population(8, 80).write(folder)
    return folder


@pytest.fixture(scope="module")
def found(corpus: Corpus) -> Reform:
    """A draft that changes everything, on 80 firms."""
    return reform(population(8, 80), DRAFT, corpus, as_of=AS_OF)


@pytest.fixture(scope="module")
def solution(corpus: Corpus) -> Solution:
    """A budget that is met."""
    return solve(population(8, 80), BUDGET, 3_000_000_00, corpus, as_of=AS_OF)


# --- the verb ----------------------------------------------------------------------------------------


def test_the_diff_alone_needs_no_firms(huice: Run) -> None:  # noqa: F811  # a fixture
    said = huice("reform", MARGINAL, "--diff")
    assert said.code == 0
    assert "修改 杭州算力券" in said.out
    assert "    + （草案）对采购智能算力服务和模型服务的用户企业" in said.out
    assert huice("reform", MARGINAL).out == said.out
    assert "Changed Hangzhou compute voucher" in huice("reform", MARGINAL, "--lang", "en").out
    assert "rate 待定（5% 至 50%），下面以 5% 示意" in huice("reform", BUDGET).out


def test_the_reform_is_told_and_written(
    huice: Run,  # noqa: F811  # a fixture
    firms: Path,
    tmp_path: Path,
) -> None:
    html, book, rows = (tmp_path / name for name in ("r.html", "r.xlsx", "r.parquet"))
    said = huice(
        "reform", MARGINAL, firms, "--as-of", "2025-06-30",
        "--html", html, "-o", book, "--svg", tmp_path / "charts",
    )  # fmt: skip
    assert said.code == 0, said.err
    for words in ("杭州\n", "家多得", "谁得谁失：按企业规模", "资金池", "方法与假设", "张图"):
        assert words in said.out
    assert "--as-of 2025-06-30" in html.read_text(encoding="utf-8")
    assert len(list((tmp_path / "charts").glob("*.svg"))) == 28
    sheets = openpyxl.load_workbook(book).sheetnames
    assert sheets == ["改动", "支出", "分地支出", "得失", "十分位", "资金池", "逐家", "方法"]
    said = huice("reform", MARGINAL, firms, "--as-of", "2025-06-30", "-o", rows, "--lang", "en")
    assert said.code == 0
    assert "Gains and losses by size" in said.out
    assert "ceiling_change_fen" in pl.read_parquet(rows).columns


def test_a_file_is_not_overwritten_unless_asked(
    huice: Run,  # noqa: F811  # a fixture
    firms: Path,
    tmp_path: Path,
) -> None:
    path = tmp_path / "r.html"
    path.write_text("mine", encoding="utf-8")
    typed = ("reform", MARGINAL, firms, "--as-of", "2025-06-30", "--html", path)
    said = huice(*typed)
    assert (said.code, "[T007]" in said.err) == (2, True)
    assert path.read_text(encoding="utf-8") == "mine"
    assert huice(*typed, "--force").code == 0
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("columns", [40, 60, 110])
def test_no_line_is_wider_than_the_terminal(huice: Run, firms: Path, columns: int) -> None:  # noqa: F811  # a fixture
    said = huice("reform", DRAFT, firms, "--as-of", "2025-06-30", columns=columns)
    assert said.code == 0
    assert max(width(line, 1) for line in said.out.splitlines()) <= columns


def test_groups_and_applicants_of_pools_are_chosen(huice: Run, firms: Path, tmp_path: Path) -> None:  # noqa: F811  # a fixture
    typed = ("reform", MARGINAL, firms, "--as-of", "2025-06-30")
    demand = {}
    for name, more in (
        ("default", ()),
        ("all", ("--status", "eligible", "--status", "discretionary", "--status", "unknown")),
    ):
        data = json.loads(huice(*typed, *more, "--json").out)
        demand[name] = Fraction(data["pools"][0]["before_demand_yuan"])
    assert 0 < demand["default"] < demand["all"]
    html = tmp_path / "r.html"
    said = huice(*typed, "--groups", "off", "--status", "unknown", "--html", html)
    assert "不看组别" in said.out
    assert "状态为“待确认”的企业，都提出申请" in said.out
    assert "--groups off --status unknown" in html.read_text(encoding="utf-8")
    bad = huice(*typed, "--groups", "maybe")
    assert (bad.code, "--groups 写 on 或 off" in bad.err) == (2, True)
    bad = huice(*typed, "--status", "rich", "--lang", "en")
    assert (bad.code, "there is no status “rich”" in bad.err) == (2, True)


def test_the_pools_of_the_reform_are_those_of_the_verb_for_pools(huice: Run, firms: Path) -> None:  # noqa: F811  # a fixture
    asked = (firms, "--as-of", "2025-06-30", "--json")
    told = json.loads(huice("reform", MARGINAL, *asked).out)["pools"]
    for side, more in (("before", ()), ("after", ("--draft", MARGINAL))):
        given = json.loads(huice("pools", *asked, "--runs", "0", *more).out)["pools"]
        shares = {(one["pool"], one["year"]): one for one in given}
        for row in told:
            share = shares[row["pool"], row["year"]]
            assert row[f"{side}_demand_yuan"] == share["asked_yuan"]
            assert row[f"{side}_left_out"] == share["left_out"]
            assert row[f"{side}_exhausted_on"] == share["exhausted_on"]
    assert told


def test_rows_set_aside_are_counted_and_written(huice: Run, tmp_path: Path) -> None:  # noqa: F811  # a fixture
    folder, listed = tmp_path / "firms", tmp_path / "rejects.csv"
    folder.mkdir()
    (folder / "orgs.csv").write_text(
        "org_id,place,kind,size\na,hangzhou/xihu,enterprise,small\nb,hangzou,enterprise,small\n"
        "c,hangzhou/xihu,enterprise,small\n",
        encoding="utf-8",
    )
    (folder / "contracts.csv").write_text(
        "org_id,item,amount_yuan,paid_yuan\na,compute,500000,500000\nb,compute,1,1\n", "utf-8"
    )
    typed = (folder, "--as-of", "2025-06-30", "--rejects", listed)
    for verb in (("reform", MARGINAL), ("reform", BUDGET, "--budget", "1元"), ("pools",)):
        said = huice(*verb[:2], *typed, *verb[2:])
        assert said.code == 0, said.err
        assert "搁置 1 家（连同其余各表共 2 行）" in said.out
        assert "rejects.csv" in said.out
        assert "hangzou" in said.err
        rows = pl.read_csv(listed)
        assert rows["table"].to_list() == ["orgs", "contracts"]
        assert rows["org_id"].to_list() == ["b", "b"]
        again = huice(*verb[:2], *typed, *verb[2:])
        assert (again.code, "[T007]" in again.err) == (2, True)
        said = huice(*verb[:2], *typed, *verb[2:], "--force", "--lang", "en")
        assert "1 firm was set aside (2 rows of all tables)" in said.out
        data = json.loads(huice(*verb[:2], *typed, *verb[2:], "--force", "--json").out)
        assert data["tables"]["orgs"] == {"read": 3, "kept": 2, "set_aside": 1}
        bad = huice(*verb[:2], folder, *verb[2:], "--rejects", tmp_path / "r.txt")
        assert (bad.code, "--rejects 写 .csv 或 .parquet" in bad.err) == (2, True)
        listed.unlink()


def test_the_budget_is_solved_and_shown(huice: Run, firms: Path) -> None:  # noqa: F811  # a fixture
    typed = ("reform", BUDGET, firms, "--as-of", "2025-06-30", "--budget")
    said = huice(*typed, "300万元")
    assert said.code == 0, said.err
    assert re.search(r"rate = [\d.]+%：支出", said.out)
    data = json.loads(huice(*typed, "3000000", "--json").out)
    answer, bracket = data["solution"]["answer"], data["solution"]["brackets"][0]
    assert answer == bracket["inside"]
    assert (
        Fraction(answer["spending_yuan"])
        <= 3_000_000
        < Fraction(bracket["outside"]["spending_yuan"])
    )
    assert data["draft"].endswith(f"(rate={answer['written']})")
    assert huice("reform", BUDGET, firms, "--set", "rate=30%", "--as-of", "2025-06-30").code == 0
    none = huice(*typed, "1元", "--lang", "en")
    assert none.code == 0
    assert "No answer: over this range spending is at least" in none.out


def test_json_holds_the_whole_reform(huice: Run, firms: Path) -> None:  # noqa: F811  # a fixture
    said = huice("reform", MARGINAL, firms, "--as-of", "2025-06-30", "--json")
    data = json.loads(said.out)
    assert data["schema"] == "huice/reform/1"
    assert {"costs", "places", "groups", "distribution", "pools", "amendments"} <= set(data)
    row = next(one for one in data["costs"] if one["city"] == "hangzhou")
    assert Fraction(row["after_ceiling_yuan"]) > Fraction(row["before_ceiling_yuan"]) > 0
    diff = json.loads(huice("reform", MARGINAL, "--diff", "--json").out)
    assert diff["amendments"] == data["amendments"]


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        (("nowhere.yaml",), "F001", "没有这个文件"),
        ((BUDGET, "FIRMS"), "O004", "“$rate”尚未定值"),
        ((BUDGET, "--diff", "--set", "rte=3%"), "O004", "草案里没有“$rte”；是否想写“rate”？"),
        ((BUDGET, "--set", "rate"), "T004", "--set 写作 名称=数值"),
        ((BUDGET, "FIRMS", "--budget", "30%"), "T004", "--budget 写一笔金额"),
        ((BUDGET, "FIRMS", "--budget", "2亿"), "T004", "--budget 写一笔金额"),
        ((BUDGET, "FIRMS", "--budget", "1元", "--takeup", "0"), "T004", "--takeup 写作 60%"),
        ((BUDGET, "FIRMS", "--budget", "1元", "--set", "rate=9%"), "T004", "只用一个"),
        ((BUDGET, "FIRMS", "--figure", "most"), "T004", "--figure 写 ceiling 或 certain"),
        ((MARGINAL, "FIRMS", "-o", "x.doc"), "T004", "写作 .parquet 或 .xlsx"),
        ((MARGINAL, "FIRMS", "--budget", "1元"), "T004", "求解要恰好一个待定的数"),
        ((MARGINAL, "nowhere"), "K014", "nowhere"),
    ],
)
def test_what_is_typed_wrong_is_told(
    huice: Run,  # noqa: F811  # a fixture
    firms: Path,
    typed: tuple[str | Path, ...],
    code: str,
    told: str,
) -> None:
    said = huice("reform", *(firms if word == "FIRMS" else word for word in typed))
    assert said.code == 2
    assert said.out == ""
    assert f"[{code}]" in said.err
    assert told in said.err
    assert "Traceback" not in said.err


# --- page and charts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_stands_alone(found: Reform, solution: Solution, lang: str) -> None:
    page = report(found, lang, "huice reform draft.yaml <firms>", solution)
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "@import" not in page
    assert "huice reform draft.yaml &lt;firms&gt;" in page
    assert found.after_version in page
    for text in (*method(found), *solution_says(solution)):
        assert text[lang].replace("’", "’") in page.replace("&#34;", '"').replace("&#39;", "'")
    for change in found.amendments:
        assert change.title[lang] in page
    assert page.count("<table>") == len(cities(found)) * (1 + 1 + len(found.breakdowns))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_is_drawn_for_both_widths(found: Reform, solution: Solution, lang: str) -> None:
    drawn = dict(charts(found, solution, lang))
    assert "curve" in drawn
    assert "hangzhou-gains-revenue-narrow" in drawn
    for drawing in drawn.values():
        root = ET.fromstring(drawing)  # noqa: S314  # our own drawing
        title, says = root[0].text, root[1].text
        assert title
        assert says is not None


def test_bars_show_the_gains_of_the_table(found: Reform) -> None:
    drawn = dict(charts(found, None, "zh"))["hangzhou-gains-size"]
    rows = group_rows(found, "hangzhou", found.breakdowns[0])
    for row in rows:
        for number in (row["gainers"], row["losers"]):
            if number:
                assert f"（{number:,} 家）" in drawn


def test_words_and_tables_say_the_same(found: Reform) -> None:
    told = " ".join(text.zh for text in summary(found, "hangzhou"))
    (row,) = group_rows(found, "hangzhou", None)
    assert f"{row['gainers']:,} 家多得，{row['losers']:,} 家少得" in told
    assert {one["measure"] for one in cost_rows(found, "hangzhou")} <= set(found.concerned)


# --- the docs --------------------------------------------------------------------------------------------


def _examples() -> list[str]:
    return re.findall(r"```yaml overlay\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.parametrize("text", _examples())
def test_the_drafts_in_the_docs_apply(text: str, corpus: Corpus) -> None:
    overlay: Overlay = read_overlay(read_text(text, "docs"))
    values = {one.name: one.written(one.high) for one in overlay.unknowns}
    assert apply(corpus, overlay, values).version.startswith(f"{corpus.version}+")


def test_the_cliff_in_the_docs_is_the_cliff(corpus: Corpus) -> None:
    marginal = apply(corpus, load_overlay(MARGINAL))
    rows = re.findall(r"^\| ([\d,.]+) 元 \| ([\d,.]+) 元 \| ([\d,.]+) 元 \|$", DOCS, re.MULTILINE)
    assert len(rows) == 4
    for paid, law, bill in rows:
        profile = firm(f"{paid.replace(',', '')}元")
        assert ceiling(corpus, profile) == Fraction(law.replace(",", ""))
        assert ceiling(marginal, profile) == Fraction(bill.replace(",", ""))


@pytest.mark.long
def test_the_analysis_in_the_docs_can_be_repeated(
    huice: Run,  # noqa: F811  # a fixture
    tmp_path: Path,
) -> None:
    """200,000 firms from seed 1: every figure of the worked analysis."""
    firms = tmp_path / "firms"
    assert huice("sample", "--orgs", "200000", "--seed", "1", "-o", firms).code == 0
    typed = ("reform", MARGINAL, firms, "--as-of", "2025-06-30", "--json")
    data = json.loads(huice(*typed).out)
    row = next(one for one in data["costs"] if one["city"] == "hangzhou")
    people = next(
        one
        for one in data["groups"]
        if (one["city"], one["breakdown"], one["figure"]) == ("hangzhou", "all", "ceiling")
    )
    figures = [int(row[f"{side}_ceiling_yuan"]) for side in ("before", "after")]
    figures += [people[name] for name in ("firms", "concerned", "gainers", "losers")]
    figures.append(int(people["change_yuan"]))
    solved = json.loads(
        huice(
            "reform", BUDGET, firms, "--as-of", "2025-06-30", "--json",
            "--budget", f"{figures[0]}元",
        ).out
    )["solution"]  # fmt: skip
    assert [f"{number:,}" for number in figures if f"{number:,}" not in DOCS] == []
    assert f"答案是 {solved['answer']['written']}" in DOCS
    for side in ("inside", "outside"):
        spent = Fraction(solved["brackets"][0][side]["spending_yuan"])
        assert f"{int(spent):,}" in DOCS
