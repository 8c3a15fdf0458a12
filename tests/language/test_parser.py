"""The grammar, rule by rule: what is written, and the node that it becomes."""

from __future__ import annotations

import re
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from huice.language import nodes as n
from huice.language.parser import parse_expression, parse_limit
from huice.language.text import Fault
from huice.language.units import dimension_name, dimension_of, parse_literal, value_of

# --- literals ---------------------------------------------------------------------------------------

LITERALS: list[tuple[str, int | Fraction, str]] = [
    ("50万元", 500_000, "元"),
    ("2.5亿元", 250_000_000, "元"),
    ("0.5元", Fraction(1, 2), "元"),
    ("150000.30元", Fraction(1_500_003, 10), "元"),
    ("30%", Fraction(3, 10), ""),
    ("0.1%", Fraction(1, 1000), ""),
    ("100%", 1, ""),
    ("33.333333%", Fraction(33_333_333, 100_000_000), ""),
    ("1:1", 1, ""),
    ("1:3", Fraction(1, 3), ""),
    ("0.5:1", Fraction(1, 2), ""),
    ("7", 7, ""),
    ("1.5元/㎡/天", Fraction(3, 2), "元/㎡/天"),
    ("50元/平方米/月", 50, "元/平方米/月"),
    ("1万元/人", 10_000, "元/人"),
    ("2000元/张", 2_000, "元/张"),
    ("10万元/家", 100_000, "元/家"),
    ("6个月", 6, "个月"),
    ("48月", 48, "月"),
    ("3年", 36, "年"),
    ("1.5年", 18, "年"),
    ("90天", 90, "天"),
    ("1000㎡", 1_000, "㎡"),
    ("1000平方米", 1_000, "平方米"),
    ("10个", 10, "个"),
    ("2项", 2, "项"),
    ("5家", 5, "家"),
    ("3名", 3, "名"),
    ("3人", 3, "人"),
    ("4次", 4, "次"),
    ("1份", 1, "份"),
    ("1例", 1, "例"),
    ("1万次", 10_000, "次"),
    ("999999999999999亿元", 999_999_999_999_999 * 10**8, "元"),
]


@pytest.mark.parametrize(("text", "value", "unit"), LITERALS, ids=[text for text, *_ in LITERALS])
def test_a_literal_is_exact_and_keeps_its_spelling(
    text: str, value: int | Fraction, unit: str
) -> None:
    literal = parse_literal(text)
    assert value_of(literal) == value
    assert (literal.text, literal.unit) == (text, unit)
    assert parse_expression(text) == literal


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("30%", "比例"), ("1:1", "比例"), ("5", "比例"), ("5元", "金额"), ("5㎡", "面积"), ("5天", "天数"),
        ("5年", "时长"), ("5项", "个数"), ("1.5元/㎡/天", "元/㎡/天"), ("1元/人", "元/个"), ("1元/月", "元/月"),
    ],
)  # fmt: skip
def test_a_literal_states_its_dimension(text: str, dimension: str) -> None:
    assert dimension_name(dimension_of(parse_literal(text))).zh == dimension


@pytest.mark.parametrize("text", ["1,000万元", "50 万元", "30％"])
def test_a_literal_alone_may_be_spelled_as_the_text_spells_it(text: str) -> None:
    assert parse_literal(text).text == text


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("50万", "是否想写“50万元”", "did you mean “50万元”"),
        ("2.5亿", "是否想写“2.5亿元”", "did you mean “2.5亿元”"),
        ("1:0", "后项为零", "second term"),
        ("1.5元/foo", "不是可识别的数字", "is not a number the rules know"),
        ("5元/年", "不是可识别的数字", "is not a number the rules know"),
        ("1/3", "不是可识别的数字", "is not a number the rules know"),
        ("-5元", "不是可识别的数字", "is not a number the rules know"),
        ("1e6", "不是可识别的数字", "is not a number the rules know"),
        ("nan", "不是可识别的数字", "is not a number the rules know"),
        ("五十万元", "不是可识别的数字", "is not a number the rules know"),
        ("50美元", "不是可识别的数字", "is not a number the rules know"),
        (".5元", "不是可识别的数字", "is not a number the rules know"),
        ("5.元", "不是可识别的数字", "is not a number the rules know"),
        ("1.1234567元", "不是可识别的数字", "is not a number the rules know"),
        ("1" * 16, "不是可识别的数字", "is not a number the rules know"),
        ("1" * 100_000 + "元", "不是可识别的数字", "is not a number the rules know"),
        ("", "不是可识别的数字", "is not a number the rules know"),
    ],
)
def test_what_is_no_literal(text: str, zh: str, en: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_literal(text)
    assert zh in caught.value.text.zh
    assert en in caught.value.text.en
    assert len(caught.value.text.zh) < 150


# --- every rule of the grammar ------------------------------------------------------------------------


def lit(text: str) -> n.Literal:
    return parse_literal(text)


F = n.Fact
SIZE, PAID, AMOUNT, RECORDS = (
    F("org.size"),
    F("contract.paid"),
    F("contract.amount"),
    F("org.records"),
)
AI = F("org.is_ai")
LLM = F("org.is_llm")

EXPRESSIONS: list[tuple[str, str, Any]] = [
    # leaves
    ("literal", "50万元", lit("50万元")),
    ("fact", "contract.paid", PAID),
    ("day", "2025-12-31", n.Day("2025-12-31")),
    ("context", "support_year", n.Context("support_year")),
    ("context", "year_days", n.Context("year_days")),
    ("group", "(contract.paid)", PAID),
    # truths
    ("and_", "org.is_ai and org.is_llm and org.is_ai", n.And((AI, LLM, AI))),
    ("or_", "org.is_ai or org.is_llm and org.is_ai", n.Or((AI, n.And((LLM, AI))))),
    ("not_", "not org.is_ai", n.Not(AI)),
    ("not_", "not not org.is_ai", n.Not(n.Not(AI))),
    ("compare", "contract.paid >= 50万元", n.Compare(">=", PAID, lit("50万元"))),
    ("compare", "contract.paid ≥ 50万元", n.Compare(">=", PAID, lit("50万元"))),
    ("compare", "contract.paid ≤ 50万元", n.Compare("<=", PAID, lit("50万元"))),
    ("compare", "contract.paid < 50万元", n.Compare("<", PAID, lit("50万元"))),
    ("compare", "contract.paid > 50万元", n.Compare(">", PAID, lit("50万元"))),
    ("compare", "support_year = 1", n.Compare("=", n.Context("support_year"), lit("1"))),
    (
        "between",
        "contract.paid between 10万元 and 50万元",
        n.And((n.Compare(">=", PAID, lit("10万元")), n.Compare("<=", PAID, lit("50万元")))),
    ),
    ("is_", "org.size is small", n.Is(SIZE, ("small",))),
    ("is_not", "org.size is  not small", n.Not(n.Is(SIZE, ("small",)))),
    ("in_", "org.size in {micro, small}", n.Is(SIZE, ("micro", "small"))),
    ("not_in", "org.size not in {micro}", n.Not(n.Is(SIZE, ("micro",)))),
    ("members", "org.size in {in, of, is, per}", n.Is(SIZE, ("in", "of", "is", "per"))),
    ("within", "org.place within hangzhou", n.Within(F("org.place"), "hangzhou")),
    ("within", "org.place within hangzhou/xihu", n.Within(F("org.place"), "hangzhou/xihu")),
    ("has", "org.traits has ai", n.Has(F("org.traits"), ("ai",))),
    ("has_any", "org.traits has any of {ai, genai}", n.Has(F("org.traits"), ("ai", "genai"))),
    ("has_all", "org.traits has all of {ai, genai}", n.Has(F("org.traits"), ("ai", "genai"), every=True)),
    (
        "recorded_in",
        "org.records has sz_key_lab in claim_year",
        n.RecordedIn(RECORDS, "sz_key_lab", n.Context("claim_year")),
    ),
    (
        "elapsed",
        "as_of is at least 6个月 after org.registered_on",
        n.Elapsed(n.Context("as_of"), "at least", lit("6个月"), F("org.registered_on")),
    ),
    (
        "elapsed_since",
        "org.registered_on is less than 3年 after 2020-01-01",
        n.Elapsed(F("org.registered_on"), "less than", lit("3年"), n.Day("2020-01-01")),
    ),
    (
        "some_of",
        "at least 2项 of (org.is_ai, org.is_llm, org.size is small)",
        n.SomeOf(lit("2项"), (AI, LLM, n.Is(SIZE, ("small",)))),
    ),
    # quantities
    ("add", "1元 + 2元 + 3元", n.Add((lit("1元"), lit("2元"), lit("3元")))),
    ("subtract", "3元 - 2元 - 1元", n.Subtract(n.Subtract(lit("3元"), lit("2元")), lit("1元"))),
    ("multiply", "2 × 3 * 4", n.Multiply((lit("2"), lit("3"), lit("4")))),
    ("divide", "8 ÷ 4 / 2", n.Divide(n.Divide(lit("8"), lit("4")), lit("2"))),
    ("share_of", "30% of contract.paid", n.ShareOf(lit("30%"), PAID)),
    ("share_of", "50% of 30% of contract.paid", n.ShareOf(lit("50%"), n.ShareOf(lit("30%"), PAID))),
    ("lower", "the lower of (contract.paid, 5元, 6元)", n.Lower((PAID, lit("5元"), lit("6元")))),
    ("higher", "the higher of (contract.paid, 5元)", n.Higher((PAID, lit("5元")))),
    ("choice", "one of {3元, 2元}", n.Choice((lit("3元"), lit("2元")))),
    ("excess", "excess of contract.paid over 5元", n.ExcessOver(PAID, lit("5元"))),
    (
        "banded",
        "bands(contract.paid: 50% up to 5元, 30% beyond)",
        n.Banded(PAID, (n.Band(lit("50%"), lit("5元")), n.Band(lit("30%"), None))),
    ),
    ("total", "total(contract.paid)", n.Total(PAID)),
    (
        "total",
        "total(contract.paid where contract.item is compute)",
        n.Total(PAID, n.Is(F("contract.item"), ("compute",))),
    ),
    ("count_of", "count(person)", n.CountOf("person")),
    (
        "count_of",
        "count(person where person.role is founder)",
        n.CountOf("person", n.Is(F("person.role"), ("founder",))),
    ),
    ("records", "records(org.records, sz_key_lab)", n.Records(RECORDS, "sz_key_lab")),
    ("days", "days(premises.period)", n.Days(F("premises.period"))),
    ("months", "months(premises.period)", n.Months(F("premises.period"))),
    ("previous", "previous(org.revenue)", n.Previous(F("org.revenue"))),
    ("award", "award(city/measure-2)", n.Award("city/measure-2")),
    ("year_of", "year(as_of)", n.YearOf(n.Context("as_of"))),
    # ladders
    (
        "tiers",
        "50% of contract.paid if org.is_ai, 30% of contract.paid otherwise",
        n.Tiers((n.Tier(n.ShareOf(lit("50%"), PAID), AI), n.Tier(n.ShareOf(lit("30%"), PAID), None))),
    ),
    ("rung", "(5元 if org.is_ai) + 1元", n.Add((n.Tiers((n.Tier(lit("5元"), AI),)), lit("1元")))),
    ("otherwise", "5元 otherwise", n.Tiers((n.Tier(lit("5元"), None),))),
    # how tightly things bind
    ("add", "1元 + 2 × 3元", n.Add((lit("1元"), n.Multiply((lit("2"), lit("3元")))))),
    ("multiply", "2 × 50% of 3元", n.Multiply((lit("2"), n.ShareOf(lit("50%"), lit("3元"))))),
    ("compare", "1元 + 1元 > 1元", n.Compare(">", n.Add((lit("1元"), lit("1元"))), lit("1元"))),
    ("not_", "not contract.paid > 1元", n.Not(n.Compare(">", PAID, lit("1元")))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text", "node"), EXPRESSIONS, ids=[text for _, text, _ in EXPRESSIONS]
)
def test_expression(rule: str, text: str, node: Any) -> None:
    assert parse_expression(text) == node, rule
    assert parse_expression(f"  {text.replace(' ', '   ')}\n") == node, (
        "spaces and lines do not matter"
    )


LIMITS: list[tuple[str, n.Limit]] = [
    ("5元", n.Limit(lit("5元"))),
    ("5元 per org", n.Limit(lit("5元"), "org")),
    ("5元 per org in total", n.Limit(lit("5元"), "org", "total")),
    ("5元 per project per year", n.Limit(lit("5元"), "project", "year")),
    ("5元 per sz_key_lab", n.Limit(lit("5元"), "sz_key_lab")),
    ("normally 5元 per org", n.Limit(lit("5元"), "org", "total", soft=True)),
    (
        "(5元 if org.is_ai, 3元 otherwise) per org per year",
        n.Limit(n.Tiers((n.Tier(lit("5元"), AI), n.Tier(lit("3元"), None))), "org", "year"),
    ),
    (
        "5元 if org.is_ai, 3元 otherwise per org",
        n.Limit(n.Tiers((n.Tier(lit("5元"), AI), n.Tier(lit("3元"), None))), "org"),
    ),
]


@pytest.mark.parametrize(("text", "limit"), LIMITS, ids=[text for text, _ in LIMITS])
def test_limit(text: str, limit: n.Limit) -> None:
    assert parse_limit(text) == limit


def test_the_table_covers_every_rule_of_the_grammar() -> None:
    grammar = files("huice.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    named = set(re.findall(r"->\s*(\w+)", grammar))
    assert named - {rule for rule, *_ in EXPRESSIONS} == set()


# --- what is not understood -----------------------------------------------------------------------------

FAULTS: list[tuple[str, int, str, str]] = [
    ("", 1, "没有写完", "not finished"),
    ("50万元 and", 9, "没有写完", "not finished"),
    ("(50万元", 6, "没有写完", "not finished"),
    ("50万元)", 5, "“)”不该出现在这里", "“)” is out of place"),
    ("50万", 3, "缺单位", "lacks its unit"),
    ("50 万元", 4, "不要空格", "no space"),
    ("30 %", 4, "不要空格", "no space"),
    ("30％ of contract.paid", 3, "半角", "half-width"),
    ("（5元）", 1, "半角", "half-width"),
    ("the lower of (1元，2元)", 17, "半角", "half-width"),
    ("org.size = small", 12, "选项写作 is small", "a choice is told by is small"),
    ("org.revenue == 5元", 14, "数量相等写作 =", "one ="),
    ("org.revenue != 5元", 13, "不等写作 is not", "write is not"),
    ("org.is_ai && org.is_llm", 11, "并且写作 and", "write and"),
    ("org.is_ai || org.is_llm", 11, "或者写作 or", "write and, or"),
    ("企业规模 is small", 1, "词汇表", "as the vocabulary does"),
    ("Org.size is small", 1, "词汇表", "as the vocabulary does"),
    ("-5元", 1, "负数", "negative"),
    (
        "org.registered_on <= 2025-02-30",
        22,
        "日历上没有 2025-02-30",
        "the calendar has no 2025-02-30",
    ),
    ("1:0 of contract.paid", 1, "后项为零", "second term"),
    ("5元 per org per month", 12, "不该出现在这里", "out of place"),
    ("total contract.paid", 7, "不该出现在这里", "out of place"),
    ("award(city)", 7, "不该出现在这里", "out of place"),
    ("org.size in {}", 14, "不该出现在这里", "out of place"),
    ("bands(contract.paid: 50% up to 5元)", 34, "不该出现在这里", "out of place"),
    ("__import__('os')", 1, "不该出现在这里", "out of place"),
    ("lambda: 1", 1, "不该出现在这里", "out of place"),
    ("org.size is small; drop table", 18, "不该出现在这里", "out of place"),
]


@pytest.mark.parametrize(("text", "column", "zh", "en"), FAULTS, ids=[text for text, *_ in FAULTS])
def test_a_fault_says_where_and_what_to_write(text: str, column: int, zh: str, en: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_limit(text)
    fault = caught.value
    assert zh in fault.text.zh
    assert en in fault.text.en
    assert fault.column == column
