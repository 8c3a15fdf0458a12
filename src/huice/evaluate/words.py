"""The words that no policy file holds: statuses, figures, kinds, steps, in both languages."""

from __future__ import annotations

from huice.corpus.model import Gives
from huice.evaluate.outcome import Status
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
