"""The words of the pages that no policy file holds, in both languages."""

from __future__ import annotations

from huice.corpus.corpus import Corpus
from huice.corpus.model import Gives, Measure
from huice.evaluate.outcome import Status
from huice.evaluate.result import MeasureResult
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
SHAPE: dict[Status, str] = {
    Status.ELIGIBLE: "●",
    Status.DISCRETIONARY: "◐",
    Status.UNKNOWN: "○",
    Status.EXPIRED: "—",
    Status.INELIGIBLE: "×",
}
NOT_YET = Text("未开放", "Not yet in force")
CERTAIN = Text("确定额", "Certain")
CEILING = Text("本企业上限", "Ceiling for this firm")
CLAUSE_CAP = Text("条款封顶", "Cap of the clause")
MEANS: dict[str, Text] = {
    "certain": Text(
        "只要条件属实，条文即给定的金额。条文多写“最高”“不超过”，没有写明必给多少，所以确定额常常是 0 元。",
        "Given by the wording alone, once the facts hold. Most clauses say “up to”, which promises "
        "nothing, so the certain amount is often 0.",
    ),
    "ceiling": Text(
        "按您填的支出和情况，条文允许的最多。",
        "The most that the wording allows on the spending and facts you gave.",
    ),
    "cap": Text("条文对任何企业允许的最多。", "The most that the wording allows any firm."),
}
UNSTATED = Text("金额未公布", "amount not published")
WAITING = Text("取决于未答的问题", "depends on open answers")
NOT_MONEY = Text("非货币支持", "support other than money")
NO_CAP = Text("原文未载", "none stated")
DISCLAIMER = Text(
    "依据公开文件测算，不构成审批结论，以主管部门当年申报指南和审核为准。",
    "Computed from public documents; no decision of any authority. The authority’s current call and "
    "review prevail.",
)
GIVES: dict[Gives, Text] = {
    Gives.CASH: Text("资金", "Cash"),
    Gives.VOUCHER: Text("券", "Voucher"),
    Gives.IN_KIND: Text("实物", "In kind"),
    Gives.SERVICE: Text("服务", "Service"),
    Gives.EQUITY: Text("股权", "Equity"),
    Gives.LOAN: Text("贷款", "Loan"),
    Gives.NON_MONETARY: Text("权益", "Not money"),
    Gives.POOL: Text("总盘", "Fund as a whole"),
}
STEPS: dict[str, Text] = {
    "base": Text("基数", "Base"),
    "rate": Text("比例", "Rate"),
    "tier": Text("分档", "Tier"),
    "amount": Text("得出", "Amount"),
    "unit_cap": Text("单价封顶", "Unit cap"),
    "cap": Text("封顶", "Cap"),
    "soft_cap": Text("一般封顶", "Usual cap"),
    "sum": Text("合计", "Sum"),
    "plus": Text("另加", "Plus"),
    "approved_base": Text("核定基数", "Approved base"),
    "approved": Text("批准金额", "Approved"),
    "pool": Text("资金池", "Pool"),
}
HOLDS: dict[bool | None, tuple[str, Text]] = {
    True: ("✓", Text("满足", "met")),
    False: ("×", Text("不满足", "not met")),
    None: ("○", Text("待确认", "open")),
}
EFFECT: dict[str, Text] = {
    "conservative": Text("从严", "strict"),
    "generous": Text("从宽", "generous"),
    "neutral": Text("中性", "neutral"),
}
GROUP_KIND: dict[str, Text] = {
    "same_measure": Text("同一事项", "Same measure"),
    "stacking": Text("就高不重复", "The highest only"),
    "alternatives": Text("择一", "One of the two"),
    "exclusive": Text("互斥", "Exclusive"),
    "joint": Text("合并封顶", "Joint ceiling"),
    "same_cost": Text("同一笔费用", "One and the same cost"),
}
GROUP_RULE: dict[str, Text] = {
    "highest": Text("择高，只计一次", "only the highest counts"),
    "stack": Text("可以叠加", "may be added"),
    "warn": Text(
        "同一笔费用不能重复申报，请核对", "one cost cannot be claimed twice; please check"
    ),
}
CITIES: dict[str, Text] = {
    "hangzhou": Text("杭州", "Hangzhou"),
    "shanghai": Text("上海", "Shanghai"),
    "beijing": Text("北京", "Beijing"),
    "shenzhen": Text("深圳", "Shenzhen"),
    "guangzhou": Text("广州", "Guangzhou"),
}
SAMPLES: dict[str, tuple[Text, Text]] = {
    "1-model-startup": (
        Text("大模型初创", "LLM start-up"),
        Text(
            "深圳 · 从零训练大模型，算力合同 1,200 万元",
            "Shenzhen · trains a model from scratch, 12 million yuan of computing",
        ),
    ),
    "2-vertical-application": (
        Text("垂类应用企业", "Vertical application"),
        Text(
            "上海徐汇 · 用第三方大模型做行业应用，接口合同 300 万元",
            "Shanghai Xuhui · builds on third-party models, 3 million yuan of API contracts",
        ),
    ),
    "3-platform": (
        Text("算力服务与开源平台", "Computing and open-source platform"),
        Text(
            "北京亦庄 · 部署推理集群，投入 2,600 万元",
            "Beijing E-Town · deploys an inference cluster for 26 million yuan",
        ),
    ),
}

SAMPLE_NAMES: dict[str, str] = {
    "创始人": "founder",
    "首席科学家": "chief scientist",
    "训练算力": "training compute",
    "训练语料": "training corpus",
    "办公室": "office",
    "医疗问答数据集": "medical Q&A data set",
    "云平台接口": "cloud API",
    "微调算力": "tuning compute",
    "推理集群": "inference cluster",
    "开源框架": "open-source framework",
    "办公楼": "office building",
}
"""What the entities of the samples are called in English."""


def place_name(corpus: Corpus, place: str | None) -> Text:
    """What a place, or the city that several places lie in, is called."""
    if place is None:
        return Text("地点未定", "place open")
    scope = corpus.vocabulary.scope
    return Text(Chinese(scope).place("org.place", place), English(scope).place("org.place", place))


def level(corpus: Corpus, measure: Measure) -> Text:
    """Where a measure holds: the city as a whole, or one of its districts."""
    name = place_name(corpus, measure.place)
    if "/" in measure.place:
        return name
    return Text(f"{name.zh}市级", f"{name.en}, city level")


def status_word(one: MeasureResult) -> Text:
    """The status in words; what has not started is not yet in force."""
    if one.status is Status.INELIGIBLE and one.outcome.years[0].reason == "not_yet":
        return NOT_YET
    return STATUS[one.status]


def titled(title: Text, lang: str) -> str:
    """The title of a document, in book marks in Chinese."""
    if lang == "en":
        return title["en"]
    return title.zh if title.zh.startswith("《") else f"《{title.zh}》"
