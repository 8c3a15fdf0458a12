"""The lint: its codes are documented, the numbers of a text are read right, its reasoning is sound."""

from __future__ import annotations

import re
import time
from fractions import Fraction
from pathlib import Path

import pytest

from huice.corpus.corpus import Corpus, default_folder
from huice.corpus.lint import CHECKS, lexicon, lint, lint_folder
from huice.corpus.lint.logic import follows, never_fails, never_holds
from huice.corpus.lint.phrases import pieces
from huice.corpus.numbers import literal_spans, spans_of, stands_for, tokens
from huice.language.parser import parse_expression
from huice.language.units import dimension_name, parse_literal

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src/huice/corpus").rglob("*.py")
    )
    used = set(re.findall(r'"([A-Z]\d{3})"', sources))
    documented = re.findall(r"^### ([A-Z]\d{3}) \S", DOCS, re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert used == set(documented)


def test_every_code_has_a_bad_and_a_good_example_and_a_reason() -> None:
    for section in re.split(r"^### ", DOCS, flags=re.MULTILINE)[1:]:
        said = [line.split("：")[0] for line in section.splitlines()[1:4]]
        assert said == ["坏", "好", "为什么"], section


def test_every_word_of_the_lexicon_is_documented() -> None:
    lists = (
        lexicon.CEILING, lexicon.AT_LEAST, lexicon.MORE_THAN, lexicon.AT_MOST, lexicon.LESS_THAN,
        lexicon.YEARLY, lexicon.SOFT, lexicon.IN_FULL, lexicon.IN_PART, lexicon.NEUTRAL,
        *lexicon.SCOPES.values(),
    )  # fmt: skip
    assert [word for words in lists for word in words if word not in DOCS] == []


def test_every_check_says_which_codes_it_reports() -> None:
    for check in CHECKS:
        assert check.__doc__
        assert re.search(r"[A-Z]\d{3}", check.__doc__), check.__name__


def test_the_corpus_is_clean_and_checked_quickly(corpus: Corpus) -> None:
    lint(corpus)
    started = time.perf_counter()
    problems = lint(corpus)
    assert time.perf_counter() - started < 2  # about 0.06 s on an idle core
    assert [problem.render() for problem in problems if problem.severity == "error"] == []


def test_what_loading_found_stands_in_front(tmp_path: Path) -> None:
    _, problems = lint_folder(tmp_path)
    assert problems[0].code == "F001"


def test_messages_are_in_both_languages(corpus: Corpus) -> None:
    for problem in lint(corpus):
        assert problem.text.zh
        assert problem.text.en


# --- numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said", "value", "dimension"),
    [
        ("单价不超过 1.5 元 / 平方米 / 天", "1.5 元 / 平方米 / 天", "3/2", "元/㎡/天"),
        ("每平方米最高 50 元 / 月给予补贴", "每平方米最高 50 元 / 月", "50", "元/㎡/月"),
        ("价值 2000 元 / 张的券", "2000 元 / 张", "2000", "元/个"),
        ("设立年度 2.5 亿元规模", "2.5 亿元", "250000000", "金额"),
        ("给予 500 万元", "500 万元", "5000000", "金额"),
        ("给予五百万元", "五百万元", "5000000", "金额"),
        ("按 30％ 给予", "30％", "3/10", "比例"),
        ("按百分之三十给予", "百分之三十", "30/100", "比例"),
        ("期限不超过五年", "五年", "60", "时长"),
        ("及后两年", "两年", "24", "时长"),
        ("10 个以上案例", "10 个", "10", "个数"),
        ("按 1:1 比例", "1:1", "1", "比例"),
        ("一百二十天", "一百二十天", "120", "天数"),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, said: str, value: str, dimension: str) -> None:
    (token,) = tokens(text)
    assert token.text == said
    assert text[token.start : token.end] == said
    assert token.value == Fraction(value)
    assert token.dimension is not None
    assert dimension_name(token.dimension).zh == dimension


def test_a_range_is_two_numbers_with_one_unit() -> None:
    low, high = tokens("注册时间在 6-48 个月内")
    assert (low.text, int(low.value)) == ("6-48 个月", 6)
    assert (high.text, int(high.value)) == ("48 个月", 48)


@pytest.mark.parametrize(
    "text", ["“5050” 人才基金", "2.0 版", "第三方", "一般", "一定规模", "一人一策"]
)
def test_what_only_looks_like_a_number_has_no_unit_of_the_rules(text: str) -> None:
    assert any(token.dimension is None for token in tokens(text))


def test_years_of_the_calendar_are_no_durations() -> None:
    assert [token.kind for token in tokens("（2023-2025 年）")] == ["year", "year"]
    assert not any(stands_for(token, parse_literal("2025年")) for token in tokens("2025 年"))


@pytest.mark.parametrize(
    ("text", "literal", "same"),
    [
        ("不超过 3 年", "36个月", True),
        ("三年期", "3年", True),
        ("2000 元 / 张", "2000元", True),
        ("50%", "0.5", False),
        ("50%", "50元", False),
        ("1:1", "100%", False),
        ("同一家企业最多 1 张", "1张", True),
        ("5 家", "5张", False),
    ],
)
def test_a_literal_stands_where_value_and_unit_agree(
    text: str, literal: str, *, same: bool
) -> None:
    assert bool(spans_of(text, parse_literal(literal))) is same


def test_the_span_of_one_voucher_is_not_the_word_for_one_firm() -> None:
    text = "同一家企业最多申请 1 张。"
    assert [text[a:b] for a, b in spans_of(text, parse_literal("1张"))] == ["1 张"]


def test_every_number_of_every_rule_has_its_place_in_the_sentence(corpus: Corpus) -> None:
    for measure in corpus.measures:
        pool = corpus.pools.get(measure.rule.pool or "")
        for literal, spans in literal_spans(measure, pool).items():
            derived = pool is not None and literal == pool.holds and pool.face is not None
            assert spans or literal.numerator == 0 or derived, (measure.id, literal.text)
            for start, end in spans:
                assert 0 <= start < end <= len(measure.text)


def test_a_number_in_other_words_has_their_span(corpus: Corpus) -> None:
    measure = corpus.measure("guangzhou/haizhu-office-rent")
    spans = {literal.text: span for literal, span in literal_spans(measure).items()}
    ((start, end),) = spans["3年"]
    assert measure.text[start:end] == "当年及后两年"


# --- phrases -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "standing", "missing"),
    [
        ("租用智能算力", ["租用智能算力"], []),
        ("租用…大模型训练（任一）", ["租用", "大模型训练"], []),
        ("租用 或 购买", ["租用"], ["购买"]),
        ("“智能算力”", ["智能算力"], []),
        ("（原文未载）", [], []),
    ],
)
def test_a_label_quotes_the_text_in_pieces(
    label: str, standing: list[str], missing: list[str]
) -> None:
    assert pieces(label, "对租用智能算力开展大模型训练的企业") == (standing, missing)


# --- reasoning ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        "org.kind is enterprise and org.kind is university",
        "org.revenue > 5000万元 and org.revenue < 2000万元",
        "org.revenue > 2000万元 and org.revenue <= 2000万元",
        "org.is_llm and not org.is_ai",
        "org.traits has genai and not org.traits has any of {genai, ai}",
        "as_of is at least 6个月 after org.registered_on and as_of is less than 6个月 after org.registered_on",
    ],
)
def test_contradictions_are_seen(rule: str, corpus: Corpus) -> None:
    assert never_holds(parse_expression(rule), corpus.vocabulary.scope)


@pytest.mark.parametrize(
    "rule",
    [
        "person.role in {founder, introduced, employee}",
        "org.revenue >= 2000万元 or org.revenue < 5000万元",
        "org.is_ai or not org.is_llm",
    ],
)
def test_conditions_that_say_nothing_are_seen(rule: str, corpus: Corpus) -> None:
    assert never_fails(parse_expression(rule), corpus.vocabulary.scope)


@pytest.mark.parametrize(
    ("premise", "conclusion", "holds"),
    [
        ("org.revenue >= 5000万元", "org.revenue >= 2000万元", True),
        ("org.revenue >= 2000万元", "org.revenue > 2000万元", False),
        ("org.size is micro", "org.size in {micro, small}", True),
        ("org.size in {micro, small}", "org.size is micro", False),
        ("org.is_llm", "org.is_ai", True),
        ("org.is_ai", "org.is_llm", False),
    ],
)
def test_what_follows_is_seen(
    premise: str, conclusion: str, *, holds: bool, corpus: Corpus
) -> None:
    scope = corpus.vocabulary.scope
    assert follows(parse_expression(conclusion), parse_expression(premise), scope) is holds


def test_no_condition_of_the_corpus_is_thought_contradictory(corpus: Corpus) -> None:
    scope = corpus.vocabulary.scope
    for measure in corpus.measures:
        for condition in measure.rule.requires:
            assert not never_holds(condition.expression, scope), condition.written


def test_what_is_too_large_to_decide_is_left_alone(corpus: Corpus) -> None:
    pairs = " and ".join(f"(org.revenue > {n}元 or org.size is large)" for n in range(1, 20))
    assert not never_holds(parse_expression(pairs), corpus.vocabulary.scope)


def test_the_default_folder_is_linted_as_a_folder() -> None:
    corpus, problems = lint_folder(default_folder())
    assert len(corpus.measures) == 75
    assert {problem.code for problem in problems} <= {"V004"}
