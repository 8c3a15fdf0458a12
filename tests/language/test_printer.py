"""The printer: every node has words in both languages and a text that the parser reads back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from huice.corpus.corpus import Corpus
from huice.language import nodes as n
from huice.language.parser import parse_expression, parse_limit
from huice.language.printing import say, unparse
from huice.language.printing.en import English
from huice.language.printing.source import SOURCES
from huice.language.printing.zh import Chinese
from huice.language.scope import FactType, Scope, Sort
from huice.language.text import Fault, Text
from huice.language.units import MONEY
from tests.language.strategies import expressions, limits

CORPUS = Corpus.load()
SCOPE = CORPUS.vocabulary.scope


def _node_types() -> set[type[n.Node]]:
    return set(n.Node.__subclasses__())


@pytest.mark.parametrize("printer", [Chinese.says, English.says, SOURCES], ids=["zh", "en", "rule"])
def test_every_node_type_has_a_printer(printer: Any) -> None:
    assert _node_types() - set(printer) == set()


# --- back to rule text ---------------------------------------------------------------------------


def _read_back(node: n.Node, text: str) -> Any:
    try:
        return parse_limit(text) if isinstance(node, n.Limit) else parse_expression(text)
    except Fault as fault:
        if re.search("超过", fault.text.zh):  # longer or deeper than the parser takes: its bound
            return node
        raise


@settings(max_examples=400, deadline=None)
@given(expressions)
def test_what_is_unparsed_reads_back_as_the_same_expression(node: n.Node) -> None:
    assert _read_back(node, unparse(node)) == node


@settings(max_examples=100, deadline=None)
@given(limits)
def test_what_is_unparsed_reads_back_as_the_same_limit(node: n.Limit) -> None:
    assert _read_back(node, unparse(node)) == node


def _written() -> Iterator[n.Node]:
    """Every expression of the corpus, under every reading."""
    for measure in CORPUS.measures:
        rules: list[Any] = [measure.rule]
        rules += [option.patch for reading in measure.readings for option in reading.options]
        for rule in rules:
            for condition in rule.requires or ():
                yield condition.expression
            for part in (rule.pays, rule.plus, *(rule.limits or ())):
                if isinstance(part, n.Node):
                    yield part


def test_every_expression_of_the_corpus_reads_back() -> None:
    nodes = list(_written())
    assert len(nodes) > 300
    for node in nodes:
        assert _read_back(node, unparse(node)) == node


@pytest.mark.parametrize(
    "text",
    [
        "50万元",
        "(2亿元 + 3元) × 50%",
        "30% of (contract.paid - 2000万元)",
        "a.b - (c.d - e.f)",
        "a.b ÷ c.d × e.f",
        "not (org.is_ai or org.is_llm)",
        "org.kind is not enterprise",
        "org.kind not in {enterprise, university}",
        "org.traits has all of {ai, genai}",
        "org.records has sz_key_lab in year(org.registered_on)",
        "(org.is_ai or org.is_llm) and not org.kind is enterprise",
        "at least 2项 of (org.is_ai, org.is_llm and a.b > 0元, c.d = 1)",
        "as_of is at most 36个月 after org.registered_on",
        "bands(contract.paid: 50% up to 50万元, 30% beyond)",
        "50% of a.b if org.is_ai, (1元 if org.is_llm, 2元 otherwise) otherwise",
        "excess of org.revenue over 2000万元",
        "the lower of (a.b, the higher of (c.d, 1元))",
        "one of {100万元, 50万元}",
        "total(contract.amount where contract.item is compute) <= 50万元",
        "count(person)",
        "records(org.records, sz_key_lab) × 5万元",
        "award(shanghai/model-voucher) × previous(org.revenue)",
        "org.place within hangzhou/xihu",
    ],
)
def test_canonical_text_stays_as_it_is(text: str) -> None:
    said = unparse(parse_expression(text))
    assert said == text.replace("not org.kind is enterprise", "org.kind is not enterprise")


@pytest.mark.parametrize(
    "text",
    [
        "500万元 per org in total",
        "normally 1.5元/㎡/天 × premises.area × days(premises.period)",
        "60万元 per person per year",
        "100万元 per year",
        "(1元 if org.is_ai, 2元 otherwise) per project in total",
    ],
)
def test_canonical_limits_stay_as_they_are(text: str) -> None:
    assert unparse(parse_limit(text)) == text


# --- in words ------------------------------------------------------------------------------------

WORDS = [
    ("30% of contract.paid", "合同当年实际发生额的 30%", "30% of the contract’s amount actually incurred in the year"),
    ("org.kind is enterprise", "主体类型为企业", "the kind of organisation is ‘Enterprise’"),
    ("org.kind in {enterprise, university}", "主体类型为企业或高等院校", "the kind of organisation is ‘Enterprise’ or ‘University’"),
    ("org.kind not in {enterprise, university}", "主体类型不是企业、高等院校中的任何一种", "the kind of organisation is neither ‘Enterprise’ nor ‘University’"),
    ("org.traits has genai", "业务特征包含生成式人工智能", "the business traits include ‘Generative AI’"),
    ("contract.purposes has any of {training, tuning}", "用途包含大模型训练或训练优化／微调之一", "the purpose includes at least one of ‘Large-model training’ and ‘Training optimisation / tuning’"),
    ("contract.traits has unrelated_supplier", "合同特征包含“供方为非关联方”", "the traits of the contract include ‘Supplier is not affiliated’"),
    ("not contract.traits has unrelated_supplier", "合同特征不包含“供方为非关联方”", "the traits of the contract do not include ‘Supplier is not affiliated’"),
    ("total(contract.amount where contract.item is compute) <= 50万元", "申报年度内“智能算力”类合同的合同金额合计不超过 50 万元", "the total of the contract amount in the claim year over contracts where what is bought is ‘Intelligent computing’ is not more than 500,000 yuan"),
    ("as_of is at least 6个月 after org.registered_on", "申报日距注册日期满 6 个月", "the day of application is at least 6 months after the date of registration"),
    ("as_of is at least 6个月 after org.registered_on and as_of is less than 4年 after org.registered_on", "申报日距注册日期满 6 个月且不足 4 年", "the day of application is at least 6 months and less than 4 years after the date of registration"),
    ("project.cases >= 10个", "项目市场应用案例数不少于 10 个", "the project’s market application cases are at least 10"),
    ("project.contract > 2000万元", "项目实际完成合同额超过 2000 万元", "the project’s contract amount actually completed is more than 20 million yuan"),
    ("org.revenue < 2.5亿元", "年度主营业务收入少于 2.5 亿元", "the main-business revenue of the year is less than 250 million yuan"),
    ("not org.revenue < 2.5亿元", "年度主营业务收入不少于 2.5 亿元", "the main-business revenue of the year is at least 250 million yuan"),
    ("not not org.is_ai", "属于人工智能主体", "the applicant works in artificial intelligence"),
    ("org.revenue between 1亿元 and 2亿元", "年度主营业务收入在 1 亿元至 2 亿元之间（含两端）", "the main-business revenue of the year is between 100 million yuan and 200 million yuan (both included)"),
    ("org.registered_on >= 2024-01-01", "注册日期不早于2024年1月1日", "the date of registration is not before 1 January 2024"),
    ("claim_year - year(org.registered_on) <= 2年", "注册年份至申报年度相隔不超过 2 年", "the claim year is not more than 2 years after the year of registration"),
    ("org.kind is enterprise and (org.is_llm or org.traits has genai)", "主体类型为企业，且（属于大模型研发主体，或业务特征包含生成式人工智能）", "the kind of organisation is ‘Enterprise’, and (the applicant develops large models, or the business traits include ‘Generative AI’)"),
    ("org.is_ai or org.is_llm and org.kind is enterprise", "符合以下情形之一：①属于人工智能主体；②属于大模型研发主体，且主体类型为企业", "one of these holds: (a) the applicant works in artificial intelligence; (b) the applicant develops large models, and the kind of organisation is ‘Enterprise’"),
    ("not (org.is_ai or org.is_llm)", "以下各项均不符合：①属于人工智能主体；②属于大模型研发主体", "none of these holds: (a) the applicant works in artificial intelligence; (b) the applicant develops large models"),
    ("at least 2项 of (org.is_ai, org.is_llm, org.kind is enterprise)", "以下各项中至少符合 2 项：①属于人工智能主体；②属于大模型研发主体；③主体类型为企业", "at least 2 of these hold: (a) the applicant works in artificial intelligence; (b) the applicant develops large models; (c) the kind of organisation is ‘Enterprise’"),
    ("org.records has sz_key_lab", "申报年度末前已有“批准组建的深圳市重点实验室”记录", "there is a record of ‘Approved Shenzhen municipal key laboratory’ by the end of the claim year"),
    ("org.place within hangzhou", "注册地在杭州", "the place of registration is in Hangzhou"),
    ("1.5元/㎡/天 × premises.area × days(premises.period)", "1.5 元/㎡/天 × 用房面积 × 租期天数", "1.5 yuan per m² per day × the premises’ area × the days of the lease period within the claim year"),
    ("excess of org.revenue over 2000万元", "年度主营业务收入超过 2000 万元的部分", "the part of the main-business revenue of the year above 20 million yuan"),
    ("org.revenue - previous(org.revenue)", "年度主营业务收入与上一年度的年度主营业务收入之差", "the main-business revenue of the year minus (the main-business revenue of the year of the year before)"),
    ("bands(contract.paid: 50% up to 50万元, 30% beyond)", "合同当年实际发生额分段累计的金额（50 万元（含）以内的部分按 50%，超过 50 万元的部分按 30%）", "the sum over bands of the contract’s amount actually incurred in the year (50% of the part up to and including 500,000 yuan, 30% of the part above 500,000 yuan)"),
    ("one of {100万元, 50万元, 30万元}", "100 万元、50 万元、30 万元三档之一", "one of 1 million yuan, 500,000 yuan or 300,000 yuan"),
    ("the lower of (contract.paid, 50万元)", "合同当年实际发生额与 50 万元中的较低者", "the lower of the contract’s amount actually incurred in the year and 500,000 yuan"),
    ("50% of contract.amount if org.is_ai, 30% of contract.amount otherwise", "属于人工智能主体的，为合同金额的 50%；其他情形为合同金额的 30%", "50% of the contract amount if the applicant works in artificial intelligence; 30% of the contract amount otherwise"),
    ("award(shanghai/model-voucher)", "“上海模型券”事项给予的金额", "what ‘Shanghai model voucher’ gives"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "zh", "en"), WORDS, ids=[row[0] for row in WORDS])
def test_an_expression_in_words(text: str, zh: str, en: str) -> None:
    node = parse_expression(text)
    titles = {measure.id: measure.title for measure in CORPUS.measures}
    assert say(node, SCOPE, "zh", titles) == zh
    assert say(node, SCOPE, "en", titles) == en


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("1000万元 per project in total", "每个项目累计不超过 1000 万元", "not more than 10 million yuan per project in total"),
        ("150万元 per org per year", "每个主体每年不超过 150 万元", "not more than 1.5 million yuan per applicant a year"),
        ("5万元 per person in total", "每名人员累计不超过 5 万元", "not more than 50,000 yuan per person in total"),
        ("normally 5万元 per contract in total", "原则上每份合同累计不超过 5 万元", "as a rule not more than 50,000 yuan per contract in total"),
        ("project.cost", "不超过项目费用", "not more than the cost of the project"),
        ("2亿元 per year", "每年不超过 2 亿元", "not more than 200 million yuan a year"),
    ],
)  # fmt: skip
def test_a_limit_in_words(text: str, zh: str, en: str) -> None:
    node = parse_limit(text)
    assert (say(node, SCOPE, "zh"), say(node, SCOPE, "en")) == (zh, en)


def test_names_come_from_the_scope_alone() -> None:
    scope = Scope(
        {"shop.rent": FactType("shop.rent", "rent", "shop", Sort.QUANTITY, Text("租金（月）", "Rent (monthly)"), MONEY)},
        {"shop": Text("门店", "shop")},
    )  # fmt: skip
    node = parse_expression("50% of shop.rent")
    assert say(node, scope, "zh") == "门店租金的 50%"
    assert say(node, scope, "en") == "50% of the shop’s rent"


ODD = re.compile(r"为为|的的|不不|且且|  |，，|。。|；；|，；|None|<|\{|\}")
"""What no sentence has: a word or a mark doubled, or a trace of code."""


@settings(max_examples=300, deadline=None)
@given(expressions | limits)
def test_any_node_has_words(node: n.Node) -> None:
    for lang in ("zh", "en"):
        said = say(node, SCOPE, lang)
        assert said
        assert said == said.strip()
        assert not ODD.search(said), said


def test_no_expression_of_the_corpus_reads_oddly() -> None:
    for node in _written():
        for lang in ("zh", "en"):
            said = say(node, SCOPE, lang)
            assert not ODD.search(said), said
            assert "_" not in said, said
