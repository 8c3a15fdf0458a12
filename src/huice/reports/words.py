"""The words of the reports that no policy file holds, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from huice.corpus.corpus import Corpus
from huice.corpus.model import Gives, Measure
from huice.evaluate.facts import Exact
from huice.evaluate.formula import entity_name
from huice.evaluate.missing import Gap
from huice.evaluate.outcome import Status
from huice.evaluate.result import MeasureResult
from huice.language.money import wan
from huice.language.printing.en import English
from huice.language.printing.zh import Chinese
from huice.language.text import Text

STATUS: dict[Status, Text] = {
    Status.ELIGIBLE: Text("符合", "Eligible"),
    Status.DISCRETIONARY: Text("待主管部门裁量", "For the authority to decide"),
    Status.UNKNOWN: Text("待确认", "To be confirmed"),
    Status.EXPIRED: Text("已失效", "Expired"),
    Status.INELIGIBLE: Text("不符合", "Not eligible"),
}
SHORT_STATUS: dict[Status, Text] = {
    Status.ELIGIBLE: Text("符合", "Eligible"),
    Status.DISCRETIONARY: Text("待裁量", "Judged"),
    Status.UNKNOWN: Text("待确认", "Open"),
    Status.EXPIRED: Text("已失效", "Expired"),
    Status.INELIGIBLE: Text("不符合", "Not eligible"),
}
"""For narrow columns."""
NOT_YET = Text("未开放", "Not yet in force")
CERTAIN = Text("确定额", "Certain")
CEILING = Text("本企业上限", "Ceiling for this firm")
CLAUSE_CAP = Text("条款封顶", "Cap of the clause")
CERTAIN_MEANS = Text(
    "只要条件属实，条文即给定的金额", "given by the wording alone, once the facts hold"
)
CEILING_MEANS = Text("按所填事实，条文允许的最多", "the most the wording allows on the facts given")
CLAUSE_CAP_MEANS = Text("条文对任何企业写明的最多", "the most the clause states for any firm")
UNSTATED = Text("金额未公布", "amount not stated")
NOT_MONEY = Text("非货币支持", "support other than money")
OPEN_AMOUNT = Text("取决于未填的金额", "depends on an amount not given")
NO_CAP = Text("原文未载", "none stated")
DISCLAIMER = Text(
    "依据公开文件测算，不构成审批结论，以主管部门当年申报指南和审核为准。非政府网站，开源测算工具。",
    "Computed from public documents; no decision of any authority. The authority's current call and review "
    "prevail. Open-source software, not a government service.",
)
ALTERNATIVES = Text(
    "各地互为备选，不能相加：一家企业只能落在一处。",
    "The places are alternatives and are never added up: a firm is in one place.",
)
GIVES: dict[Gives, Text] = {
    Gives.CASH: Text("资金", "cash"),
    Gives.VOUCHER: Text("券", "voucher"),
    Gives.IN_KIND: Text("实物", "in kind"),
    Gives.SERVICE: Text("服务", "service"),
    Gives.EQUITY: Text("股权", "equity"),
    Gives.LOAN: Text("贷款", "loan"),
    Gives.NON_MONETARY: Text("非货币", "not money"),
    Gives.POOL: Text("总盘", "fund as a whole"),
}
STEPS: dict[str, Text] = {
    "condition": Text("条件", "Condition"),
    "base": Text("基数", "Base"),
    "rate": Text("比例", "Rate"),
    "tier": Text("分档", "Tier"),
    "amount": Text("应得", "Amount"),
    "unit_cap": Text("单价封顶", "Unit cap"),
    "cap": Text("封顶", "Cap"),
    "soft_cap": Text("一般封顶", "Usual cap"),
    "sum": Text("合计", "Sum"),
    "plus": Text("另加", "Plus"),
    "approved_base": Text("核定基数", "Approved base"),
    "approved": Text("批准金额", "Approved"),
    "pool": Text("资金池", "Pool"),
}
HOLDS: dict[bool | None, Text] = {
    True: Text("满足", "met"),
    False: Text("不满足", "not met"),
    None: Text("待确认", "open"),
}
EFFECT: dict[str, Text] = {
    "conservative": Text("从严", "strict"),
    "generous": Text("从宽", "generous"),
    "neutral": Text("中性", "neutral"),
}
GROUP_RULE: dict[str, Text] = {
    "highest": Text("择高，只计一次", "only the highest counts"),
    "stack": Text("可以叠加", "may be added"),
    "warn": Text("可能涉及同一笔费用", "may claim one and the same cost"),
}
_UNPAID = (Gives.NON_MONETARY, Gives.SERVICE)


def place_name(corpus: Corpus, place: str | None) -> Text:
    """What a place, or the city that several places lie in, is called."""
    if place is None:
        return Text("地点未定", "place open")
    scope = corpus.vocabulary.scope
    return Text(Chinese(scope).place("org.place", place), English(scope).place("org.place", place))


def level(corpus: Corpus, measure: Measure) -> Text:
    """Where a measure holds: the city as a whole, or one of its districts."""
    name = place_name(corpus, measure.place)
    return name if "/" in measure.place else name + Text("市级", ", city level")


def status_word(one: MeasureResult) -> Text:
    """The status in words: what has not started is not yet in force."""
    if one.status is Status.INELIGIBLE and one.outcome.years[0].reason == "not_yet":
        return NOT_YET
    return STATUS[one.status]


def why_unstated(one: MeasureResult) -> Text:
    """What is said in place of a ceiling that is None."""
    if one.measure.quantified and one.missing:
        return OPEN_AMOUNT
    return NOT_MONEY if one.measure.gives in _UNPAID else UNSTATED


def ceiling_word(one: MeasureResult, lang: str) -> str:
    """The ceiling in words; where there is none, why."""
    return why_unstated(one)[lang] if one.ceiling is None else wan(one.ceiling, lang)


def cap_word(cap: Exact | None, lang: str) -> str:
    """The cap of the clause in words."""
    return NO_CAP[lang] if cap is None else wan(cap, lang)


def gap_name(corpus: Corpus, gap: Gap) -> Text:
    """A missing fact: `落户方式`, `合同“gpu”的合同金额`."""
    fact = corpus.vocabulary.fact(gap.fact)
    label = fact.label
    if gap.entity is None or fact.entity == "org":
        return Text(label.zh, label["en"])
    owner = entity_name(corpus, fact.entity, gap.entity)
    return Text(f"{owner.zh}的{label.zh}", f"{label['en']} of {owner['en']}")


def years_run(years: Sequence[int], lang: str) -> str:
    """Years without their word: `2025–2027`, `2025、2027`."""
    run = list(years) == list(range(years[0], years[-1] + 1))
    between = f"{years[0]}–{years[-1]}" if run and len(years) > 1 else ""
    return between or (", " if lang == "en" else "、").join(str(year) for year in years)


def years_word(years: Sequence[int], lang: str) -> str:
    """Years as people write them: `2025–2027 年`, `2025、2027 年`."""
    text = years_run(years, lang)
    return text if lang == "en" else f"{text} 年"


def titled(title: Text) -> Text:
    """The title of a document in book marks, not doubled."""
    zh = title.zh if title.zh.startswith("《") else f"《{title.zh}》"
    return Text(zh, title["en"])


def formula_line(years: Sequence[int], says: Text, every: int | None, lang: str) -> str:
    """How an amount comes about, with the years it holds for where there are several."""
    lead = ""
    if every is not None and every > 1:
        lead = years_word(years, lang)
        if len(years) > 1:
            lead += ", each year: " if lang == "en" else "，每年 "
        else:
            lead += ": " if lang == "en" else "："
    return lead + says[lang]
