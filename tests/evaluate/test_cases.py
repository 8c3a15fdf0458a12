"""The cases beside the rules: all hold, every branch is decided, and what is wrong is said in place."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from huice import Corpus
from huice.corpus.corpus import default_folder
from huice.corpus.source import Problem
from huice.evaluate.cases import (
    Figures,
    case_coverage,
    case_problems,
    reset,
    run_cases,
)
from huice.evaluate.coverage import NEEDED
from huice.evaluate.outcome import Status

HANGZHOU = "hangzhou/ai-industry-chain"
SHENZHEN = "shenzhen/ai-pioneer-city"
KEY = (
    "case: 重点项目, given: {org: {place: shenzhen}, projects: [{kinds: [research_key]}]}, "
    'gives: "eligible，0元，300万元"'
)
"""One case of the Shenzhen file."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policies that a test may spoil."""
    return Path(shutil.copytree(default_folder(), tmp_path / "policies"))


def spoil(folder: Path, document: str, old: str, new: str) -> Corpus:
    path = folder / f"{document}.yaml"
    text = path.read_bytes().decode()
    assert text.count(old) == 1, old
    path.write_bytes(text.replace(old, new).encode())
    return Corpus.load(folder)


def without_case(folder: Path, document: str, title: str) -> tuple[Problem, ...]:
    path = folder / f"{document}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if f"{{case: {title}," not in line]
    assert len(kept) == len(lines) - 1, title
    path.write_text("".join(kept), encoding="utf-8")
    return case_problems(Corpus.load(folder))


# --- what is shipped ------------------------------------------------------------------------------


def test_every_case_holds_and_every_branch_is_decided(corpus: Corpus) -> None:
    assert [problem.render() for problem in case_problems(corpus)] == []


def test_every_measure_has_cases_with_titles_of_their_own(corpus: Corpus) -> None:
    for measure in corpus.measures:
        titles = Counter(case.says for case in measure.cases)
        assert len(measure.cases) >= 2, measure.id
        assert max(titles.values()) == 1, measure.id
        assert all(any("一" <= sign <= "鿿" for sign in title) for title in titles), measure.id


def test_gives_is_written_in_its_shortest_form(corpus: Corpus) -> None:
    for result in run_cases(corpus):
        assert result.expected is not None
        case = result.case
        gives = "，".join((case.status, case.certain, case.ceiling or "未载"))
        assert gives == result.expected.written(), (result.measure, case.says)


def test_coverage_counts_what_the_text_holds(corpus: Corpus) -> None:
    kinds = Counter(branch.kind.value for branch in case_coverage(corpus))
    assert kinds["pays"] == kinds["refuses"] == len(corpus.measures)
    assert kinds["period"] == 3  # Shanghai's first and last day, Beijing's last
    assert kinds["rung"] == 10
    assert all(branch.covered for branch in case_coverage(corpus))
    assert {kind.value for kind in NEEDED} == {"pays", "refuses", "rung", "option"}


def test_only_the_measures_asked_for_are_run(corpus: Corpus) -> None:
    found = run_cases(corpus, ["shenzhen/research"])
    assert {result.measure for result in found} == {"shenzhen/research"}
    assert all(result.passed and not result.difference().zh for result in found)


# --- C001: a case fails ---------------------------------------------------------------------------


def test_a_failing_case_says_expected_got_and_where(folder: Path) -> None:
    old = (
        '{item: compute, amount_yuan: 50万元, paid_yuan: 50万元}]}, gives: "eligible，0元，25万元"'
    )
    corpus = spoil(folder, HANGZHOU, old, old.replace("25万元", "26万元"))
    (problem,) = case_problems(corpus)
    assert (problem.code, problem.severity, problem.subject) == (
        "C001",
        "error",
        "hangzhou/compute-voucher",
    )
    assert (
        problem.text.zh
        == "案例“中小企业，算力合同恰为 50 万元（含本数）：50%”应得 eligible，0元，26万元，"
        "实得 eligible，0元，25万元；请改规则，或核对原文后改 gives"
    )
    assert "should give eligible，0元，26万元 but gives eligible，0元，25万元" in problem.text.en
    line = (folder / f"{HANGZHOU}.yaml").read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert "算力合同恰为 50 万元" in line
    assert problem.render().startswith(f"{HANGZHOU}.yaml:{problem.line}:5: [C001]")


# --- C002: a case cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("research_key", "research_keys", "是否想写“research_key”"),
        ("kinds:", "kind:", "project 没有事实“kind”"),
        ("projects:", "project:", "不认识的键“project”"),
        (
            "eligible",
            "eligable",
            "没有状态“eligable”，可选 eligible、discretionary、unknown、expired",
        ),
        ("300万元", "300万", "“300万”不是可识别的数字"),
        ("300万元", "30%", "“30%”不是金额，写作 50万元、0元 或 未载"),
    ],
)
def test_a_case_that_cannot_be_read(folder: Path, old: str, new: str, said: str) -> None:
    corpus = spoil(folder, SHENZHEN, KEY, KEY.replace(old, new))
    problems = [problem for problem in case_problems(corpus) if problem.code == "C002"]
    assert len(problems) == 1
    assert problems[0].text.zh.startswith("案例“重点项目”")
    assert said in problems[0].text.zh
    assert problems[0].text.en
    assert problems[0].subject == "shenzhen/research"
    line = (folder / f"{SHENZHEN}.yaml").read_text(encoding="utf-8").splitlines()
    assert "case: 重点项目" in line[problems[0].line - 1]


# --- C003: a branch that no case decides ----------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "title", "severity", "said"),
    [
        (SHENZHEN, "初创企业：不超过 60%", "error", "缺少由这一档定额的案例：主体类型为企业，且业务特征包含“初创企业"),
        ("beijing/info-software-plan", "MaaS 企业：目标性表述，没有金额", "error", "缺少能享受的案例"),
        (SHENZHEN, "没有批准组建的市重点实验室", "error", "缺少不予支持的案例"),
        (SHENZHEN, "读法“训练含微调”", "error", "缺少改用读法 tuning: tuning（含微调）后结果不同的案例"),
        (
            "shanghai/llm-innovation",
            "读法“届满后继续参照执行”",
            "error",
            "缺少改用读法 validity: continues（继续参照执行）后结果不同的案例",
        ),
        (SHENZHEN, "总投入 5000 万元：50% 为 2500 万元，封顶 2000 万元", "info", "缺少触及限额“每个项目累计不超过 2000 万元”的案例"),
        (SHENZHEN, "本年券池只剩 50 万元", "info", "缺少触及资金池余额的案例"),
        (SHENZHEN, "模型未经备案", "info", "缺少只差条件“经国家网信办备案的生成式人工智能模型”的案例"),
        ("shanghai/llm-innovation", "2023 年 1 月 1 日之前尚未施行", "info", "缺少施行前的案例：（2023-2025 年）"),
    ],
)  # fmt: skip
def test_a_branch_without_a_case(
    folder: Path, document: str, title: str, severity: str, said: str
) -> None:
    problems = without_case(folder, document, title)
    found = [problem for problem in problems if problem.text.zh.startswith(said)]
    assert len(found) == 1, [problem.render() for problem in problems]
    assert (found[0].code, found[0].severity) == ("C003", severity)
    assert found[0].file == f"{document}.yaml"
    assert found[0].line > 0
    assert "there is no case for this branch" in found[0].text.en


def test_a_reading_that_changes_nothing_in_its_case_does_not_count(folder: Path) -> None:
    old = "{case: 读法“训练含微调”, given: {org: {place: shenzhen, kind: enterprise, traits: [general_model]}, contracts: [{item: compute, mode: rent, purposes: [tuning],"
    corpus = spoil(folder, SHENZHEN, old, old.replace("[tuning]", "[training]"))
    assert [problem.code for problem in case_problems(corpus)] == ["C003"]


# --- reset ----------------------------------------------------------------------------------------


def test_reset_writes_only_the_failing_expectations_and_shows_the_difference(folder: Path) -> None:
    path = folder / f"{HANGZHOU}.yaml"
    original = path.read_bytes()
    spoil(folder, HANGZHOU, '"eligible，0元，150000.30元"', "'eligible，1元，未载'")
    corpus = spoil(folder, HANGZHOU, '"discretionary，0元，1000万元"', "eligible，0元，1亿元")
    shown = reset(run_cases(corpus), folder)
    assert path.read_bytes() == original
    assert shown.startswith(f"--- a/{HANGZHOU}.yaml\n+++ b/{HANGZHOU}.yaml\n")
    changed = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]  # fmt: skip
    assert [line[0] for line in changed] == ["-", "+", "-", "+"]
    assert "gives: eligible，0元，1亿元}" in changed[0]
    assert 'gives: "discretionary，0元，1000万元"}' in changed[1]
    assert case_problems(Corpus.load(folder)) == ()


def test_reset_keeps_line_ends_and_a_byte_order_mark(folder: Path) -> None:
    path = folder / f"{SHENZHEN}.yaml"
    original = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(original)
    corpus = spoil(folder, SHENZHEN, KEY, KEY.replace("300万元", "301万元"))
    assert "301万元" in reset(run_cases(corpus), folder)
    assert path.read_bytes() == original


def test_reset_of_passing_cases_touches_nothing(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")}
    assert reset(run_cases(Corpus.load(folder)), folder) == ""
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")} == before


def test_reset_leaves_a_file_that_changed_since_it_was_loaded(folder: Path) -> None:
    corpus = spoil(folder, SHENZHEN, KEY, KEY.replace("300万元", "301万元"))
    path = folder / f"{SHENZHEN}.yaml"
    moved = "# 一行新的注释\n" + path.read_text(encoding="utf-8")
    path.write_text(moved, encoding="utf-8")
    assert reset(run_cases(corpus), folder) == ""
    assert path.read_text(encoding="utf-8") == moved


@pytest.mark.parametrize(
    ("certain", "ceiling", "written"),
    [
        (0, None, "eligible，0元，未载"),
        (2000, 20_000, "eligible，2000元，2万元"),
        (547_500, 250_000_000, "eligible，54.75万元，2.5亿元"),
        (273_750, 12_345_678, "eligible，273750元，12345678元"),
    ],
)
def test_figures_are_written_as_policies_write_them(
    certain: int, ceiling: int | None, written: str
) -> None:
    assert Figures(Status.ELIGIBLE, certain, ceiling).written() == written
