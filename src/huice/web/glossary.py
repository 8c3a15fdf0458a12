"""The terms of the policies and of the pages, in both languages."""

from __future__ import annotations

from huice.language.text import Text

TERMS: tuple[tuple[Text, Text], ...] = (
    (
        Text("确定额", "Certain amount"),
        Text(
            "只要条件属实，条文即给定的金额。“最高”“不超过”不保证任何金额，确定额为 0 元。",
            "What the wording gives once the facts hold. “Up to” guarantees nothing: the certain amount is 0.",
        ),
    ),
    (
        Text("本企业上限", "Ceiling for this firm"),
        Text(
            "按企业填的支出和情况，条文允许的最多。",
            "The most that the wording allows on the spending and facts the firm gave.",
        ),
    ),
    (
        Text("条款封顶", "Cap of the clause"),
        Text("条文对任何企业允许的最多。", "The most that the wording allows any firm."),
    ),
    (
        Text("叠加后上限", "Ceiling, stacked"),
        Text(
            "同一地点各事项的上限相加，同一事项与就高不重复的只计一次，合并封顶的截到封顶。各城市之间从不相加。",
            "The ceilings of one place added up: measures of which only the highest counts are counted once, "
            "joint ceilings cut the sum. Nothing is ever added across cities.",
        ),
    ),
    (
        Text("事项", "Measure"),
        Text(
            "政策里的一句承诺，是测算的单位。", "One promise of a policy; the unit of every answer."
        ),
    ),
    (
        Text("符合", "Eligible"),
        Text(
            "条件都满足，没有须由主管部门裁量的。",
            "All conditions hold; nothing is left to judgement.",
        ),
    ),
    (
        Text("待主管部门裁量", "For the authority to decide"),
        Text(
            "事实条件都满足，但条文写有择优、评审、认定等，由主管部门决定。",
            "The facts hold, but the clause leaves selection, review or recognition to the authority.",
        ),
    ),
    (
        Text("待确认", "To be confirmed"),
        Text("还有没答的问题会改变结果。", "Some open answer can still change the outcome."),
    ),
    (
        Text("不符合", "Not eligible"),
        Text("至少一个条件不满足。", "At least one condition does not hold."),
    ),
    (
        Text("已失效、未开放", "Expired, not yet in force"),
        Text(
            "申报日在文件所载期限之后，或在施行之前。",
            "The date of application lies after the stated period, or before the start.",
        ),
    ),
    (
        Text("暂不清楚", "Not sure"),
        Text(
            "一个正式的答案：不当作“否”，也不当作 0。",
            "An answer in its own right: neither “no” nor 0.",
        ),
    ),
    (
        Text("读法", "Reading"),
        Text(
            "条文有歧义时，列出各种理解、默认取哪一种、差多少，可以切换。",
            "Where the text is ambiguous: the ways to read it, the default, and the difference each makes.",
        ),
    ),
    (
        Text("资金池", "Pool"),
        Text(
            "为一类支持安排的总额，不是对任何企业的承诺；各企业所得之和不超过它。",
            "Money set aside for a scheme; no promise to any firm, but no sum of claims exceeds it.",
        ),
    ),
    (
        Text("算力券、模型券、语料券、训力券", "Compute, model, corpus and training vouchers"),
        Text(
            "抵扣或报销购买算力、模型服务、语料、训练算力费用的券，不是现金。",
            "Vouchers that offset spending on computing, model services, corpora or training; not cash.",
        ),
    ),
    (
        Text("就高不重复", "The highest only"),
        Text(
            "几项支持针对同一事时，只享受最高的一项。",
            "Several supports for one matter: only the highest is given.",
        ),
    ),
    (
        Text("择优、评审", "Selection, review"),
        Text(
            "名额或资金有限，由主管部门挑选。",
            "Places or money are limited, and the authority chooses.",
        ),
    ),
    (
        Text("一事一议", "Case by case"),
        Text("条文不写金额，逐个商定。", "No figure is stated; it is agreed for each case."),
    ),
    (
        Text("配套", "Matching"),
        Text(
            "以获得上级资金为前提，按比例再给。",
            "Paid in proportion to higher-level funds already received.",
        ),
    ),
    (
        Text("免申即享", "Without application"),
        Text(
            "主管部门按已有数据直接兑现，不用申报。",
            "Paid from data the authority holds; no application is needed.",
        ),
    ),
    (
        Text("载体", "Site"),
        Text(
            "园区、街区、孵化器等办公场所。",
            "A park, block or incubator in which the premises are.",
        ),
    ),
    (
        Text("大模型", "Large model"),
        Text(
            "大规模预训练模型；通用的面向各行业，垂直的面向一个行业。",
            "A large pre-trained model; general for all trades, vertical for one.",
        ),
    ),
    (
        Text("落户", "Settlement"),
        Text("企业在本区新注册或迁入。", "A firm’s registration in, or move to, a district."),
    ),
)
