"""Every verb in both languages: what it prints, as text and as JSON, and its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

import huice as package
from huice import Corpus
from huice.cli.app import VERBS
from huice.cli.wrapping import width
from tests.cli.conftest import Run

PROMISES = ("您可获得", "预计到账", "匹配度", "最高可省")
"""What is never said: it would promise."""


# --- evaluate -------------------------------------------------------------------------------------


def test_evaluate_leads_with_certain_and_ceiling_side_by_side(huice: Run, firm: Path) -> None:
    said = huice("evaluate", firm)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[4].split()[:3] == ["确定额", "0", "元"]
    assert lines[5].split()[:3] == ["本企业上限", "4,050", "万元"]
    assert "“每年发放最高 5 亿元 “训力券”" in said.out
    assert "合同金额 300 万元 × 最高 50% = 150 万元" in said.out
    assert "不构成审批结论" in said.out


def test_evaluate_says_what_is_open_and_what_to_ask_next(huice: Run, firm: Path) -> None:
    said = huice("evaluate", firm)
    assert "待确认" in said.out
    assert "下一问" in said.out
    assert f"回答：huice ask {firm}\n" in said.out


def test_evaluate_gives_a_reason_for_every_measure_that_does_not_apply(
    huice: Run, firm: Path, corpus: Corpus
) -> None:
    short, full = huice("evaluate", firm).out, huice("evaluate", firm, "--all", columns=110).out
    joined = "".join(full.split())
    assert "加 --all 逐项列出原因" in short
    found = package.evaluate(firm, corpus)
    for one in found.of_status(package.Status.INELIGIBLE):
        assert one.measure.title.zh.replace(" ", "") in joined
        if one.here:
            assert one.id in full


def test_evaluate_compares_places_while_the_place_is_open(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "open.yaml"
    path.write_text("org: {kind: enterprise}\nas_of: 2025-06-30\n", encoding="utf-8")
    said = huice("evaluate", path)
    assert "注册地还没有定" in said.out
    assert "互为备选，不能相加" in said.out
    assert all(city in said.out for city in ("杭州", "上海", "北京", "深圳", "广州"))


def test_evaluate_takes_places_by_id_name_and_city(huice: Run, firm: Path) -> None:
    by_id = huice("evaluate", firm, "--place", "shanghai/xuhui").out
    assert by_id == huice("evaluate", firm, "--place", "徐汇").out
    assert by_id == huice("evaluate", firm, "--place", "上海徐汇区").out
    city = huice("evaluate", firm, "--place", "上海").out
    assert "上海徐汇区" in city
    assert "上海其他区" in city


def test_evaluate_narrows_to_measures_and_switches_readings(huice: Run, firm: Path) -> None:
    said = huice("evaluate", firm, "--measure", "训力券")
    assert "不符合" not in said.out
    data = json.loads(
        huice(
            "evaluate", firm, "--json", "--measure", "训力券",
            "--reading", "训力券:startup-def=authority", "--as-of", "2026.3.1",
        ).out
    )  # fmt: skip
    assert [one["measure"] for one in data["measures"]] == ["shenzhen/training-voucher"]
    assert data["as_of"] == "2026-03-01"
    assert data["claim_year"] == 2026
    chosen = {one["id"]: one["chosen"] for one in data["measures"][0]["readings"]}
    assert chosen["startup-def"] == "authority"


def test_evaluate_json_is_the_result_itself(huice: Run, firm: Path, corpus: Corpus) -> None:
    data = json.loads(huice("evaluate", firm, "--json").out)
    assert data == package.evaluate(firm, corpus).to_dict()


def test_evaluate_reads_stdin(huice: Run, firm: Path) -> None:
    typed = firm.read_text(encoding="utf-8")
    assert huice("evaluate", "-", typed=typed).out.startswith("甲公司")
    broken = huice("evaluate", "-", typed="org: {plce: x}\n")
    assert broken.code == 2
    assert broken.err.startswith("（标准输入）:1:13: [U003]")


# --- compare ----------------------------------------------------------------------------------------


def test_compare_ranks_all_places_by_ceiling(huice: Run, firm: Path, corpus: Corpus) -> None:
    said = huice("compare", firm)
    assert said.code == 0
    data = json.loads(huice("compare", firm, "--json").out)
    assert {row["place"] for row in data["rows"]} == set(corpus.places)
    ceilings = [row.result.total.ceiling for row in package.compare(firm, corpus).ranked()]
    assert ceilings == sorted(ceilings, reverse=True)
    assert "互为备选，不能相加" in said.out


def test_compare_sets_scenarios_in_columns(huice: Run, firm: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(firm.read_text("utf-8").replace("甲公司", "乙公司"), encoding="utf-8")
    said = huice("compare", firm, other)
    assert re.search(r"甲公司\s+乙公司", said.out)
    grid = huice("compare", firm, other, "--place", "上海")
    assert "每格为 确定额～本企业上限" in grid.out
    same = huice("compare", firm, firm)
    assert re.search(r"1 甲公司\s+2 甲公司", same.out)


# --- explain ----------------------------------------------------------------------------------------


def test_explain_a_measure_shows_text_rule_readings_and_cautions(huice: Run) -> None:
    said = huice("explain", "杭州算力券")
    for part in ("原文\n", "规则\n", "读法", "核对提示", "2024-07-18", "数字", "缺省"):
        assert part in said.out
    wide = huice("explain", "杭州算力券", columns=110)
    assert re.search(r"原文 +│ 规则", wide.out)


def test_explain_a_result_says_why_the_figure_is_not_the_cap(huice: Run, firm: Path) -> None:
    said = huice("explain", "训力券", firm)
    text = said.out.replace("\n", "")
    assert "至多 150 万元；条款写的 1,000 万元是封顶，本企业的算式到不了那里" in text
    assert "✓ 满足" in said.out
    assert "算式所用数字：5 亿元、50%、1000 万元" in said.out
    assert "[+] 满足" in huice("explain", "训力券", firm, "--ascii").out


def test_explain_marks_unmet_and_open_conditions_in_words(huice: Run, firm: Path) -> None:
    refused = huice("explain", "shenzhen/key-lab", firm, "--lang", "en").out
    assert "? open" in refused.replace("？", "?") or "✗ not met" in refused
    assert "✗ 不满足" in huice("explain", "上海模型券", firm).out


def test_explain_lists_candidates_for_an_ambiguous_word(huice: Run) -> None:
    said = huice("explain", "模型券")
    assert said.code == 2
    assert "[T005]" in said.err
    assert "shenzhen/model-voucher" in said.err


def test_explain_json(huice: Run, firm: Path) -> None:
    alone = json.loads(huice("explain", "训力券", "--json").out)
    assert alone["schema"] == "huice/measure/1"
    assert alone["rule"]["zh"]["pays"]
    with_firm = json.loads(huice("explain", "训力券", firm, "--json").out)
    assert with_firm["measures"][0]["status"] == "eligible"


# --- rules, lint, test, schema ----------------------------------------------------------------------


def test_rules_lists_every_measure_with_its_cap(huice: Run, corpus: Corpus) -> None:
    said = huice("rules", columns=110)
    assert all(measure.id in said.out for measure in corpus.measures)
    data = json.loads(huice("rules", "--json").out)
    caps = {one["measure"]: one["clause_cap_yuan"] for one in data["measures"]}
    assert caps["shenzhen/training-voucher"] == "10000000"
    assert caps["hangzhou/compute-voucher"] is None
    city = json.loads(huice("rules", "list", "--city", "深圳", "--json").out)
    assert {one["place"] for one in city["measures"]} == {"shenzhen"}


def test_rules_show_numbers_the_lines_of_the_policy_file(huice: Run, corpus: Corpus) -> None:
    measure = corpus.measure("shenzhen/training-voucher")
    said = huice("rules", "show", "训力券", columns=110)
    assert f"{measure.where.line}  - id: shenzhen/training-voucher" in said.out
    assert "cases:" not in said.out
    assert huice("rules", "训力券", columns=110).out == said.out
    data = json.loads(huice("rules", "show", "训力券", "--json").out)
    assert data["rule"][0] == {
        "line": measure.where.line,
        "text": "- id: shenzhen/training-voucher",
    }


def test_rules_documents(huice: Run, corpus: Corpus) -> None:
    data = json.loads(huice("rules", "documents", "--json").out)
    assert [one["document"] for one in data["documents"]] == [d.id for d in corpus.documents]
    assert "有效期" in huice("rules", "documents").out


def test_lint_finds_the_shipped_policies_sound(huice: Run) -> None:
    said = huice("lint")
    assert said.code == 0
    assert "错误 0 处" in said.out
    assert json.loads(huice("lint", "--json").out)["schema"] == "huice/problems/1"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with one document of two measures, the second with a case that fails."""
    source = Path(package.__file__).parent / "policies"
    folder = tmp_path / "policies"
    (folder / "shanghai").mkdir(parents=True)
    text = (source / "shanghai" / "ai-application.yaml").read_text(encoding="utf-8")
    (folder / "shanghai" / "ai-application.yaml").write_text(text, encoding="utf-8")
    vocabulary = (source / "vocabulary.yaml").read_text(encoding="utf-8")
    (folder / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    (folder / "corpus.yaml").write_text(
        "version: 1\nparts:\n- document: shanghai/ai-application\n", encoding="utf-8"
    )
    return folder


def test_lint_fails_with_file_line_and_code(huice: Run, small: Path) -> None:
    file = small / "shanghai" / "ai-application.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("pays at most: 50% of", "pays at most: 55% of", 1), "utf-8")
    said = huice("lint", small)
    assert said.code == 1
    assert re.search(r"shanghai/ai-application\.yaml:\d+:\d+: \[", said.out.replace("\n", ""))


def test_test_runs_the_cases_of_a_folder_or_a_file(huice: Run, small: Path) -> None:
    file = small / "shanghai" / "ai-application.yaml"
    data = json.loads(huice("test", small, "--json").out)
    assert data["cases"]
    assert all(case["passed"] for case in data["cases"])
    assert len(json.loads(huice("test", file, "--json").out)["cases"]) == len(data["cases"])


def test_test_fails_and_resets_what_a_case_says(huice: Run, small: Path) -> None:
    file = small / "shanghai" / "ai-application.yaml"
    text = file.read_text(encoding="utf-8")
    wrong = re.sub(r'gives: "eligible，0元，[^"]*"', 'gives: "eligible，0元，7万元"', text, count=1)
    assert wrong != text
    file.write_text(wrong, encoding="utf-8")
    said = huice("test", small)
    assert said.code == 1
    assert "不符 1" in said.out
    assert "[C001]" in said.out
    reset = huice("test", small, "--reset")
    assert reset.code == 0
    assert "7万元" in reset.out
    assert json.loads(huice("test", small, "--json").out)["cases"][0]["passed"]


def test_schemas_accept_what_huice_writes(huice: Run, tmp_path: Path) -> None:
    schema = json.loads(huice("schema", "profile").out)
    path = tmp_path / "new.yaml"
    huice("init", path)
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), schema)
    assert json.loads(huice("schema", "policy").out)["title"]


# --- demo, init -------------------------------------------------------------------------------------


def test_demo_shows_three_firms_and_what_to_type_next(huice: Run, tmp_path: Path) -> None:
    said = huice("demo")
    assert said.code == 0
    for part in ("大模型初创企业", "垂类应用企业", "算力服务与开源平台", "接下来可以输入"):
        assert part in said.out
    data = json.loads(huice("demo", "--json").out)
    assert len(data["samples"]) == 3
    assert all(one["result"]["total"]["ceiling_yuan"] != "0" for one in data["samples"])
    kept = huice("demo", "-o", tmp_path / "samples")
    assert kept.code == 0
    for path in sorted((tmp_path / "samples").iterdir()):
        assert huice("evaluate", path).code == 0
    assert huice("demo", "-o", tmp_path / "samples").code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_init_writes_a_profile_that_evaluates(
    huice: Run, tmp_path: Path, lang: str, corpus: Corpus
) -> None:
    path = tmp_path / "new.yaml"
    assert huice("init", path, "--lang", lang).code == 0
    text = path.read_text(encoding="utf-8")
    for fact in corpus.vocabulary.facts.values():
        assert fact.question[lang] in text
        assert all(name in text for name in fact.options)
    assert huice("evaluate", path).code == 0
    again = huice("init", path, "--lang", lang)
    assert again.code == 2
    assert "[T007]" in again.err
    assert huice("init", path, "--force").code == 0


def test_a_line_of_init_counts_once_its_mark_is_taken_away(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    huice("init", path)
    text = path.read_text(encoding="utf-8")
    text = text.replace("  # place:", "  place: shenzhen")
    text = text.replace("  # - id: contract-1", "  - id: contract-1")
    text = text.replace("  #   item:", "    item: compute")
    path.write_text(text, encoding="utf-8")
    data = json.loads(huice("evaluate", path, "--json").out)
    assert data["place"] == "shenzhen"


# --- all of them ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("columns", [40, 60, 80, 110])
def test_no_page_is_wider_than_the_terminal(
    huice: Run, firm: Path, lang: str, columns: int
) -> None:
    runs = (
        ("evaluate", firm, "--all"), ("compare", firm), ("explain", "训力券"), ("demo",),
        ("explain", "训力券", firm), ("rules",), ("rules", "show", "训力券"), ("rules", "documents"),
        ("--help",), *((entry.name, "--help") for entry in VERBS),
    )  # fmt: skip
    for arguments in runs:
        said = huice(*arguments, "--lang", lang, columns=columns)
        assert said.code == 0, said.err
        for line in said.out.splitlines():
            to_be_copied = "huice ask" in line or line.startswith("huice ")
            assert width(line) <= columns or to_be_copied, (arguments, line)


def test_english_pages_hold_no_chinese(huice: Run, firm: Path) -> None:
    path = firm.with_name("firm-en.yaml")
    path.write_text(firm.read_text("utf-8").replace("甲公司", "Firm A"), encoding="utf-8")
    runs = (
        ("evaluate", path), ("compare", path), ("explain", "training-voucher", path), ("rules",),
        ("demo",), ("rules", "documents"), ("--help",), *((entry.name, "--help") for entry in VERBS),
    )  # fmt: skip
    for arguments in runs:
        said = huice(*arguments, "--lang", "en", columns=110)
        verbatim = re.sub(
            r"(?s)\nText  .*?\n\n|--place \S+|show \S+|explain \S+|--city \S+", "", said.out
        )
        assert not re.search(r"[\u4e00-\u9fff]", verbatim), (arguments, verbatim)


def test_nothing_is_promised(huice: Run, profiles: dict[str, Path]) -> None:
    for path in profiles.values():
        for said in (huice("evaluate", path, "--all"), huice("compare", path)):
            assert not any(words in said.out for words in PROMISES)


def test_ascii_pages_have_no_box_characters(huice: Run, firm: Path) -> None:
    for arguments in (("evaluate", firm), ("compare", firm), ("explain", "训力券", firm)):
        text = huice(*arguments, "--ascii").out
        assert not set(text) & set("─│✓✗")
        text.encode("gbk")
    huice("compare", firm, "--ascii", "--lang", "en").out.encode("ascii")


def test_language_by_option_before_or_after_the_verb_and_by_environment(
    huice: Run, firm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = huice("compare", firm, "--lang", "en").out
    assert after.startswith("Comparison")
    assert huice("--lang", "en", "compare", firm).out == after
    monkeypatch.setenv("HUICE_LANG", "en_US.UTF-8")
    assert huice("compare", firm).out == after
    assert huice("compare", firm, "--lang", "zh").out.startswith("对比")


def test_chinese_verbs_work(huice: Run, firm: Path) -> None:
    assert huice("测算", firm).out == huice("evaluate", firm).out


def test_version(huice: Run) -> None:
    assert huice("--version").out == f"huice {package.__version__}\n"


def test_no_verb_shows_the_help(huice: Run) -> None:
    said = huice()
    assert said.code == 0
    assert said.out.startswith("惠策")
