"""The words of notices that the lint knows: ceilings, comparisons, periods, bases and idle words.

They describe how notices are written, not what any notice grants; docs/lint.md explains each list.
"""

from __future__ import annotations


def _words(spaced: str) -> tuple[str, ...]:
    return tuple(spaced.split())


CEILING = (
    "最高",
    "不超过",
    "不高于",
    "最多",
    "至多",
    "最长",
    "可获",
    "顶格",
    "上限",
    "封顶",
    "可提高至",
)
"""Words that make the number behind them the most that may be paid."""

AT_LEAST = ("以上", "达到", "不低于", "不少于", "至少", "满")
MORE_THAN = ("超过", "高于", "多于")
AT_MOST = ("以下", "以内", "内", "不超过", "不高于", "最多", "至多", "最长", "前", "后", "（含）")
LESS_THAN = ("不足", "低于", "少于", "未满")
"""Words beside the number of a comparison: 以上, 以下 and 以内 include it, 超过 and 不足 do not."""

YEARLY = ("每年", "每年度", "当年", "逐年", "年均")
"""Words that say a cap or a pool is filled anew each year."""
REPEATED = ("每年", "逐年", "连续")
"""Words that contradict `paid once`."""
CUMULATIVE = ("累计",)
"""Words that make a cap one over all years."""

ONCE = "一次性"
UNBROKEN = ("连续",)
PERIODS = r"前 ?\d+ ?年|年期|期限|连续|最长"
"""Words that say for how long it is paid: the rule needs `lasts`."""
SOFT = ("原则上", "一般")
NOMINAL = ("规模",)
IN_FULL = ("免费", "全额")
IN_PART = ("减免", "配套", *CEILING)

SCOPES: dict[str, tuple[str, ...]] = {
    "org": ("同一家企业", "每家企业", "单个企业", "单个主体", "单家企业", "每家"),
    "person": ("每人", "每名", "单人", "个人"),
    "project": ("每个项目", "单个项目", "每项目"),
    "contract": ("每份合同", "单份合同", "每个合同"),
}
"""Words that say whose sum a cap cuts."""

NAMES: dict[str, tuple[str, ...]] = {
    "contract.paid": (
        "合同实际发生金额",
        "实际完成合同金额",
        "实际发生费用",
        "实际支出费用",
        "模型购买费用",
        "投入金额",
    ),
    "contract.amount": ("申报智算合同累计金额", "服务合同金额", "核定合同额", "合同金额"),
    "premises.cost": ("年租金", "实际租金", "场地租金", "房租", "购置费用", "免费入住"),
    "premises.area": ("单价", "平方米"),
    "project.cost": (
        "解决方案中非硬件部分采购额",
        "审定总投入",
        "审定运营费用",
        "实际运营经费",
        "部署成本",
    ),
    "project.upstream_grant": ("专项资金",),
    "person.salary": ("年薪",),
    "org.size": ("中小企业", "小微企业"),
}
"""What texts call the facts behind amounts: the base of a rate, the size of a firm."""

NEUTRAL = (
    # particles
    *_words("对 对于 的 并 及 与 和 或 等 其 为 在 由 将 且 按"),
    *_words("按照 进行 开展 之 者 可 于 经 根据 同时 此外 还 再"),
    # verbs of giving and asking
    *_words("给予 予以 提供 发放 发行 设立 安排 实施 享受 得到 申请 申报 采用 具有 鼓励 面向 分别"),
    # what is given
    *_words("支持 补贴 补助 资助 奖励 资金 扶持 经费 抵扣 保障 专项"),
    # frame nouns
    *_words("主体 创新主体 单位 单个 项目 金额 比例 期限 实际 相关 本市 本区"),
    # names of vouchers
    *_words("算力券 模型券 大模型券 语料券 训力券 数据券 创新券 云服务券"),
)
"""Words without a rule: nothing is granted or withheld by them."""

DEMANDS: dict[str, tuple[str, ...]] = {
    "企业": ("org.kind",),
    "算力": ("contract.item",),
    "语料": ("contract.item",),
    "租用": ("contract.mode", "premises.tenure"),
    "租金": ("premises.tenure",),
    "购置": ("premises.tenure",),
    r"前 ?\d+ ?年": ("org.registered_on",),
}
"""Words (patterns) that call for a condition on one of these facts: 企业 means org.kind."""
