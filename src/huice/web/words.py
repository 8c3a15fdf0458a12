"""The words of the pages that no policy file holds, in both languages."""

from __future__ import annotations

from huice.corpus.model import Gives
from huice.evaluate.outcome import Status
from huice.evaluate.result import MeasureResult
from huice.language.text import Text
from huice.reports import words

CERTAIN, CEILING, CLAUSE_CAP = words.CERTAIN, words.CEILING, words.CLAUSE_CAP
STATUS, GIVES, EFFECT, GROUP_RULE = words.STATUS, words.GIVES, words.EFFECT, words.GROUP_RULE
NO_CAP, NOT_MONEY = words.NO_CAP, words.NOT_MONEY
place_name, level, status_word, gap_name = (
    words.place_name,
    words.level,
    words.status_word,
    words.gap_name,
)
SHAPE: dict[Status, str] = {
    Status.ELIGIBLE: "●",
    Status.DISCRETIONARY: "◐",
    Status.UNKNOWN: "○",
    Status.EXPIRED: "—",
    Status.INELIGIBLE: "×",
}
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
DISCLAIMER = Text(
    "依据公开文件测算，不构成审批结论，以主管部门当年申报指南和审核为准。",
    "Computed from public documents; no decision of any authority. The authority’s current call and "
    "review prevail.",
)
STEPS: dict[str, Text] = {**words.STEPS, "amount": Text("得出", "Amount")}
HOLDS: dict[bool | None, tuple[str, Text]] = {
    True: ("✓", Text("满足", "met")),
    False: ("×", Text("不满足", "not met")),
    None: ("○", Text("待确认", "open")),
}
GROUP_KIND: dict[str, Text] = {
    "same_measure": Text("同一事项", "Same measure"),
    "stacking": Text("就高不重复", "The highest only"),
    "alternatives": Text("择一", "One of the two"),
    "exclusive": Text("互斥", "Exclusive"),
    "joint": Text("合并封顶", "Joint ceiling"),
    "same_cost": Text("同一笔费用", "One and the same cost"),
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


def titled(title: Text, lang: str) -> str:
    """The title of a document, in book marks in Chinese."""
    return words.titled(title)[lang]


def unstated(one: MeasureResult) -> Text:
    """What is said in place of a ceiling that there is none of."""
    if one.measure.quantified and one.missing:
        return WAITING
    return NOT_MONEY if one.measure.gives in (Gives.NON_MONETARY, Gives.SERVICE) else UNSTATED
