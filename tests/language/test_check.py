"""Types and dimensions: what fits, what does not, and what the reader is told, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from huice import Corpus
from huice.language import nodes as n
from huice.language.check import Checker, facts_named, kinds_named
from huice.language.parser import parse_expression

SCOPE = Corpus.load().vocabulary.scope


def told(text: str, wanted: str = "any") -> list[tuple[str, str]]:
    checker = Checker(SCOPE)
    node = parse_expression(text)
    {"truth": checker.truth, "money": checker.money, "any": checker.type_of}[wanted](node)
    return [(error.zh, error.en) for error in checker.errors]


TRUTHS = [
    "org.is_ai",
    "org.size is small",
    "org.size in {small, micro} and not org.is_llm",
    "org.place within hangzhou",
    "org.place within hangzhou/xihu",
    "org.traits has ai or org.traits has all of {ai, genai}",
    "org.records has sz_key_lab",
    "org.records has sz_key_lab in claim_year",
    "org.records has sz_key_lab in claim_year - 1年",
    "org.records has sz_key_lab in year(org.registered_on)",
    "org.revenue >= 2000万元",
    "org.revenue between 1000万元 and 2000万元",
    "org.registered_on <= 2025-01-01",
    "as_of is at least 6个月 after org.registered_on",
    "claim_year - year(org.registered_on) >= 3年",
    "claim_year + 1年 > year(as_of)",
    "year(as_of) = claim_year",
    "total(contract.paid where contract.item is compute) > 50万元",
    "count(person where person.role is founder) >= 1人",
    "records(org.records, sz_key_lab) >= 2个",
    "at least 2项 of (org.is_ai, org.is_llm, org.size is small)",
    "days(premises.period) ÷ year_days >= 50%",
    "months(premises.period) >= 6个月",
    "support_year = 1",
    "org.revenue >= (100% + 20%) × previous(org.revenue)",
    "award(hangzhou/compute-voucher) > 0元",
    "premises.area >= 100㎡",
    "contract.paid ÷ contract.amount >= 50%",
]
MONEYS = [
    "50万元",
    "30% of contract.paid",
    "1.5元/㎡/天 × premises.area × days(premises.period)",
    "50元/㎡/月 × premises.area × months(premises.period)",
    "1万元/人 × count(person)",
    "12万元 × days(premises.period) ÷ year_days",
    "the lower of (contract.paid, 50万元)",
    "the higher of (10% of org.revenue, 5万元)",
    "excess of org.revenue over 2000万元",
    "bands(contract.paid: 50% up to 50万元, 30% beyond)",
    "bands(contract.paid: 50% up to contract.amount, 30% beyond)",
    "5元 if org.is_ai, 3元 otherwise",
    "one of {3元, 2元}",
    "total(contract.paid) + 5元 - 2元",
    "previous(contract.paid)",
    "50% of award(hangzhou/compute-voucher)",
    "(30% if org.is_ai, 20% otherwise) of contract.paid",
]


@pytest.mark.parametrize("text", TRUTHS)
def test_a_condition_that_fits(text: str) -> None:
    assert told(text, "truth") == []


@pytest.mark.parametrize("text", MONEYS)
def test_an_amount_that_fits(text: str) -> None:
    assert told(text, "money") == []


FAULTS: list[tuple[str, str, str, str]] = [
    # names
    ("any", "org.sizes is small", "词汇表没有“org.sizes”；是否想写“org.size”？", "did you mean “org.size”?"),
    ("any", "contract.payd", "是否想写“contract.paid”？", "the vocabulary has no “contract.payd”"),
    ("any", "org.zzzzzz", "词汇表没有“org.zzzzzz”", "the vocabulary has no “org.zzzzzz”"),
    ("any", "org.size is smal", "“org.size”没有选项“smal”；是否想写“small”？", "has no choice “smal”; did you mean “small”?"),
    ("any", "org.traits has any of {ai, gen_ai}", "没有选项“gen_ai”；是否想写“genai”？", "did you mean “genai”?"),
    ("any", "org.place within hangzou", "没有地点“hangzou”；是否想写“hangzhou”？", "did you mean “hangzhou”?"),
    ("any", "org.records has sz_key_labs in claim_year", "是否想写“sz_key_lab”？", "did you mean “sz_key_lab”?"),
    ("any", "count(persons)", "没有“persons”这类标的；是否想写“person”？", "no kind of entity “persons”; did you mean “person”?"),
    ("any", "records(org.records, sz_lab)", "没有选项“sz_lab”", "has no choice “sz_lab”"),
    # sorts
    ("truth", "contract.paid", "此处应为条件，写的是金额", "a condition is needed here, not money"),
    ("truth", "org.size", "此处应为条件，写的是选项", "a condition is needed here, not a choice"),
    ("truth", "as_of", "此处应为条件，写的是日期", "a condition is needed here, not a date"),
    ("truth", "5元", "此处应为条件，写的是金额", "a condition is needed here, not money"),
    ("truth", "org.is_ai and contract.paid", "此处应为条件，写的是金额", "not money"),
    ("truth", "not 5元", "此处应为条件，写的是金额", "not money"),
    ("money", "org.is_ai", "此处应为金额，写的是条件", "money is needed here, not a condition"),
    ("money", "org.registered_on", "此处应为金额，写的是日期", "money is needed here, not a date"),
    ("money", "30%", "此处应为金额，写的是比例", "money is needed here, not a share"),
    ("money", "premises.area", "此处应为金额，写的是面积", "money is needed here, not an area"),
    ("money", "5个", "此处应为金额，写的是个数", "not a count"),
    ("any", "org.traits is ai", "“org.traits”是多选集合，此处应为选项", "is a set; a choice is needed here"),
    ("any", "org.size has small", "“org.size”是选项，此处应为多选集合", "is a choice; a set is needed here"),
    ("any", "org.size within hangzhou", "“org.size”是选项，此处应为地点", "is a choice; a place is needed here"),
    ("any", "org.traits has ai in claim_year", "“org.traits”是多选集合，此处应为认定备案记录", "records is needed here"),
    ("any", "org.records has sz_key_lab in as_of", "此处应为年度，写的是日期", "a year is needed here, not a date"),
    ("any", "days(org.registered_on)", "“org.registered_on”是日期，此处应为期间", "is a date; a period is needed here"),
    ("any", "year(org.revenue)", "此处应为日期，写的是金额", "a date is needed here, not money"),
    ("any", "total(org.is_ai)", "此处应为数量", "a quantity is needed here"),
    ("any", "total(org.revenue)", "只有一个，不用 total", "write org.revenue without total"),
    ("any", "previous(org.registered_on)", "日期不能参加运算", "a date cannot be reckoned with"),
    ("any", "30% of org.registered_on", "日期不能参加运算", "a date cannot be reckoned with"),
    ("any", "2 × org.is_ai", "条件不能参加运算", "a condition cannot be reckoned with"),
    ("any", "the lower of (org.registered_on, as_of)", "日期不能参加运算", "cannot be reckoned with"),
    ("any", "as_of - org.registered_on", "日期不能参加运算", "cannot be reckoned with"),
    ("any", "bands(as_of: 50% up to 5元, 30% beyond)", "日期不能参加运算", "cannot be reckoned with"),
    # dimensions
    ("any", "contract.paid >= 50", "金额与比例不能比较", "money and a share cannot be compared"),
    ("any", "premises.area > 5元", "面积与金额不能比较", "an area and money cannot be compared"),
    ("any", "as_of > 2025", "日期与比例不能比较", "a date and a share cannot be compared"),
    ("any", "claim_year = 2025", "年度与比例不能比较", "a year and a share cannot be compared"),
    ("any", "org.size = org.size", "选项不能比较大小；条件写作 is", "a choice has no order; write is"),
    ("any", "org.is_ai = org.is_llm", "条件不能比较大小", "a condition has no order"),
    ("any", "contract.paid + 5个", "金额与个数不能放在一起", "money and a count do not go together"),
    ("any", "contract.paid - 5㎡", "金额与面积不能相减", "money and an area cannot be subtracted"),
    ("any", "the higher of (5元, 5%)", "金额与比例不能放在一起", "do not go together"),
    ("any", "5元 if org.is_ai, 5% otherwise", "金额与比例不能放在一起", "do not go together"),
    ("any", "one of {5元, 5天}", "金额与天数不能放在一起", "do not go together"),
    ("any", "excess of org.revenue over 5个", "金额与个数不能放在一起", "do not go together"),
    ("any", "5元 of contract.paid", "此处应为比例，写的是金额", "a share is needed here, not money"),
    ("any", "bands(contract.paid: 5元 up to 5元, 30% beyond)", "此处应为比例，写的是金额", "a share is needed here"),
    ("any", "bands(contract.paid: 5% up to 5个, 30% beyond)", "此处应为金额，写的是个数", "money is needed here, not a count"),
    ("any", "as_of is at least 6天 after org.registered_on", "此处应为时长，写的是天数", "a duration is needed here, not days"),
    ("any", "at least 2元 of (org.is_ai, org.is_llm)", "此处应为个数，写的是金额", "a count is needed here"),
    ("any", "claim_year + 5元 = claim_year", "年度与金额不能放在一起", "a year and money do not go together"),
    ("any", "claim_year + 6个月 = claim_year", "只能加减整年，写的是“6个月”", "whole years can be added"),
    ("any", "claim_year - 1.5年 = claim_year", "只能加减整年，写的是“1.5年”", "whole years can be added"),
    ("money", "1.5元/㎡/天 × premises.area", "此处应为金额，写的是元/天", "money is needed here, not 元/天"),
    ("money", "contract.paid × contract.amount", "写的是元", "money is needed here"),
    ("money", "10万元 × count(person)", "写的是元·个", "not 元·个"),
    # sense
    ("any", "at least 3项 of (org.is_ai, org.is_llm)", "应为 1–2 的整数，写的是“3项”", "from 1 to 2 must hold, not “3项”"),
    ("any", "at least 0项 of (org.is_ai, org.is_llm)", "应为 1–2 的整数", "from 1 to 2"),
    ("any", "at least 1.5项 of (org.is_ai, org.is_llm)", "应为 1–2 的整数", "a whole number"),
    ("any", "as_of is at least 0.123年 after org.registered_on", "不是整月", "no whole number of months"),
    ("any", "5元 otherwise, 3元 if org.is_ai", "otherwise 只能放在最后一档", "otherwise must come last"),
    ("any", "bands(contract.paid: 50% up to 5元, 40% up to 3元, 30% beyond)", "须逐级升高", "must rise"),
    ("any", "contract.paid ÷ 0", "不能除以零", "divided by zero"),
    ("any", "total(contract.paid where person.role is founder)", "where 里只能谈 contract，写了 person", "where may name contract only, not person"),
    ("any", "count(person where contract.item is compute)", "where 里只能谈 person，写了 contract", "where may name person only"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "text", "zh", "en"), FAULTS, ids=[text for _, text, *_ in FAULTS]
)
def test_a_fault_is_told_once_in_both_languages(wanted: str, text: str, zh: str, en: str) -> None:
    errors = told(text, wanted)
    assert len(errors) == 1, errors
    assert zh in errors[0][0]
    assert en in errors[0][1]


def test_every_node_has_a_type() -> None:
    shapes = {n.Node, n.Band, n.Tier, n.Limit}
    seen: set[type[Any]] = set()
    for text in (*TRUTHS, *MONEYS, "2025-01-01", "2"):
        seen |= {type(node) for node in n.walk(parse_expression(text))}
    assert set(n.Node.__subclasses__()) - seen - shapes == set()


def test_facts_are_found_through_the_terms_that_they_define() -> None:
    assert facts_named(parse_expression("org.is_llm and org.size is small"), SCOPE) == (
        "org.traits",
        "org.size",
    )


def test_totals_name_no_single_entity() -> None:
    assert kinds_named(parse_expression("total(contract.paid) > 5元"), SCOPE) == set()
    assert kinds_named(parse_expression("person.role is founder"), SCOPE) == {"person"}
