"""Bad policy files: one slip each in an invented city, what is told, where, in both languages.

A row: the file, what stands there, what is written instead, the code, a part of the message in Chinese and in
English, and the line. Missing translations and disagreements with the text are the lint's business.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import huice
from huice.cli import run
from huice.corpus.corpus import load_corpus

BASE = {
    "corpus.yaml": """\
version: '1'
parts:
- document: yunlan/rules
""",
    "vocabulary.yaml": """\
kinds:
  contract: {zh: 合同, en: contract, list: contracts}
  project: {zh: 项目, en: project, list: projects}
facts:
  org.place:
    {type: place, label: {zh: 注册地, en: Place}, question: {zh: 在哪里？, en: Where?},
     options: {yunlan: {zh: 云澜市, en: Yunlan}, other: {zh: 其他, en: Elsewhere}}}
  org.size:
    {type: choice, label: {zh: 规模, en: Size}, question: {zh: 规模？, en: Size?}, effort: 2,
     options: {small: {zh: 小型, en: Small}, large: {zh: 大型, en: Large}}}
  org.records:
    {type: records, label: {zh: 认定, en: Records}, question: {zh: 认定？, en: Records?},
     options: {key_lab: {zh: 重点实验室, en: Key lab}}}
  contract.amount: {type: money, key: amount_yuan, label: {zh: 合同额, en: Amount}, question: {zh: 多少？, en: How much?}}
  contract.paid:
    {type: money, key: paid_yuan, upper: contract.amount, label: {zh: 实付, en: Paid}, question: {zh: 实付？, en: Paid?}}
  project.cost: {type: money, key: cost_yuan, label: {zh: 投入, en: Cost}, question: {zh: 投入？, en: Cost?}}
terms:
  org.is_small:
    label: {zh: 小企业, en: small firms}
    means: org.size is small
""",
    "groups.yaml": """\
- id: yunlan/together
  kind: stacking
  members: [yunlan/one, yunlan/two]
  says: {zh: 择高, en: The higher only}
""",
    "cautions.yaml": """\
- measures: [yunlan/one]
  zh: 通知另有规定
  en: The notice says more
  source: {title: 通知, url: "https://example.org/notice", date: 2025-01-01}
""",
    "yunlan/rules.yaml": """\
document: yunlan/rules
title: {zh: 云澜办法, en: Yunlan rules}
place: yunlan
valid: {says: 至 2025 年底, to: 2025-12-31}
text: |
  企业采购的，按 50% 补贴，最高 20 万元；大型企业奖励 10 万元，一次性。池子 100 万元。
pools:
- {id: yunlan/pool, text: 池子 100 万元, holds: 100万元, yearly: true}
measures:
- id: yunlan/one
  title: {zh: 采购补贴, en: Purchase subsidy}
  text: 企业采购的，按 50% 补贴，最高 20 万元；
  who: 企业
  gives: voucher
  for each: contract
  requires:
  - 采购: contract.paid > 0元
  judged by authority: [采购]
  pays: 50% of contract.paid
  limits:
  - 20万元 per org per year
  lasts: 3年
  draws on: yunlan/pool
  readings:
    cap:
      asks: 封顶按年还是累计？
      default: year
      options:
        year: {generous: 按年}
        total: {conservative: 累计, limit period: in total}
  cases:
  - {case: 采购 10 万元, given: {org: {place: yunlan}, contracts: [{paid_yuan: 10万元}]}, gives: "discretionary，0元，5万元"}
- id: yunlan/two
  title: {zh: 大型企业奖励, en: Award for large firms}
  text: 大型企业奖励 10 万元，一次性。
  who: 大型企业
  gives: cash
  requires:
  - 大型企业: org.size is large
  pays: 10万元 per org in total
  paid once: per applicant
""",
    "yunlan/rules.en.yaml": """\
"企业": "Firms"
""",
}
RULES, VOCABULARY, GROUPS, CORPUS = (
    "yunlan/rules.yaml",
    "vocabulary.yaml",
    "groups.yaml",
    "corpus.yaml",
)
PAYS = "pays: 50% of contract.paid"
LIMIT = "20万元 per org per year"
WHEN = "org.size is large"

Row = tuple[str, str, str, str, str, str, int]
ROWS: list[Row] = [
    # keys and shapes
    (RULES, "who: 企业\n  gives: voucher", "whom: 企业\n  gives: voucher", "P001", "不认识的键“whom”；是否想写“who”？", "unknown key “whom”; did you mean “who”?", 13),
    (RULES, "  limits:\n", "  limit:\n", "P001", "不认识的键“limit”；是否想写“limits”？", "did you mean “limits”?", 20),
    (RULES, "  gives: cash\n", "", "P001", "缺少“gives”", "“gives” is missing", 33),
    (RULES, "- id: yunlan/two\n", "- name: yunlan/two\n", "P001", "缺少“id”", "“id” is missing", 33),
    (RULES, "title: {zh: 云澜办法, en: Yunlan rules}\n", "", "P001", "缺少“title”", "“title” is missing", 1),
    (RULES, "title: {zh: 云澜办法, en: Yunlan rules}", "title: {cn: 云澜办法}", "P001", "不认识的键“cn”", "unknown key “cn”; known are zh, en", 2),
    (RULES, "  gives: cash", "  gives: money", "P001", "“gives”只能是 cash、voucher", "“gives” must be one of cash, voucher", 37),
    (RULES, "  gives: cash", "  gives: cahs", "P001", "是否想写“cash”？", "did you mean “cash”?", 37),
    (RULES, "  gives: cash", "  gives: [cash]", "P001", "“gives”应为文字", "“gives” must be text", 37),
    (RULES, "  for each: contract", "  for each: contracts", "P001", "“for each”只能是 org、contract、project，写的是“contracts”", "“for each” must be one of org, contract, project, not “contracts”", 15),
    (RULES, "  requires:\n  - 大型企业: org.size is large", "  requires:\n    大型企业: org.size is large", "P001", "“requires”应为列表", "“requires” must be a list", 39),
    (RULES, "  - 大型企业: org.size is large", "  - org.size is large", "P001", "“requires”应为“键: 值”的形式", "“requires” must be a mapping", 39),
    (RULES, "  - 大型企业: org.size is large", "  - 大型企业: [org.size is large]", "P001", "这里应为一句规则", "an expression is expected", 39),
    (RULES, "  judged by authority: [采购]", "  judged by authority: {采购: true}", "P001", "“judged by authority”应为列表", "“judged by authority” must be a list", 18),
    (RULES, "  judged by authority: [采购]", "  judged by authority: [[采购]]", "P001", "“judged by authority”应为文字", "“judged by authority” must be text", 18),
    (RULES, f"  {PAYS}", f"  {PAYS}\n  pays at most: 5元", "P001", "pays（足额给付）与 pays at most（最高给付）只能写一个", "write either pays", 20),
    (RULES, "measures:\n- id: yunlan/one", "measures:\n  id: yunlan/one", "F011", "括号、引号或缩进没有配好", "not valid YAML", 33),
    (RULES, "  draws on: yunlan/pool", "  draws on: [yunlan/pool]", "P001", "“draws on”应为文字", "“draws on” must be text", 23),
    (RULES, "yearly: true", "yearly: often", "P001", "“yearly”应为 true 或 false", "“yearly” must be true or false", 8),
    (RULES, "place: yunlan\n", "place: yunlam\n", "E002", "没有地点“yunlam”；是否想写“yunlan”？", "there is no place “yunlam”; did you mean “yunlan”?", 3),
    (RULES, "document: yunlan/rules", "document: yunlan/rule", "P003", "document 应为“yunlan/rules”，与文件路径一致", "document must be “yunlan/rules”, as the file is named", 1),
    # the text
    (RULES, "text: 大型企业奖励 10 万元，一次性。", "text: 大型企业奖励 10 万，一次性。", "T001", "这段文字不在文件原文中（须逐字相同，并按原文顺序排列）", "this sentence does not stand in the document's text", 35),
    (RULES, "text: 企业采购的，按 50% 补贴，最高 20 万元；", "text: 大型企业奖励 10 万元，一次性。", "T001", "按原文顺序", "in its order", 35),
    # expressions
    (RULES, WHEN, "org.size = large", "E001", "选项写作 is large", "a choice is told by is large", 39),
    (RULES, WHEN, "org.size is larg", "E002", "没有选项“larg”；是否想写“large”？", "did you mean “large”?", 39),
    (RULES, WHEN, "org.sise is large", "E002", "词汇表没有“org.sise”；是否想写“org.size”？", "did you mean “org.size”?", 39),
    (RULES, WHEN, "org.size is large and", "E001", "表达式没有写完", "the expression is not finished", 39),
    (RULES, WHEN, "大型企业", "E001", "事实写作 org.size 这样的英文名", "name facts as the vocabulary does", 39),
    (RULES, WHEN, "contract.paid", "E002", "此处应为条件，写的是金额", "a condition is needed here, not money", 39),
    (RULES, WHEN, "contract.paid > 5元 and project.cost > 5元", "E003", "一个条件只能谈一类标的，这里有 contract, project；请拆成几条", "one kind of entity, not of contract, project", 39),
    (RULES, WHEN, "count(contracts) > 1个", "E002", "没有“contracts”这类标的；是否想写“contract”？", "did you mean “contract”?", 39),
    (RULES, WHEN, "org.records has key_labs", "E002", "没有选项“key_labs”", "did you mean “key_lab”?", 39),
    (RULES, WHEN, "at least 3项 of (org.is_small, org.size is large)", "E002", "应为 1–2 的整数", "a whole number from 1 to 2", 39),
    (RULES, WHEN, "(" * 30, "E001", "嵌套超过 24 层", "nested deeper than 24", 39),
    (RULES, WHEN, "org.size is large or " * 100, "E001", "超过上限 2000", "more than 2000", 39),
    (RULES, PAYS, "pays: 50%", "E002", "此处应为金额，写的是比例", "money is needed here, not a share", 19),
    (RULES, PAYS, "pays: 50万", "E001", "缺单位", "lacks its unit", 19),
    (RULES, PAYS, "pays: 50 万元", "E001", "不要空格", "no space between a number", 19),
    (RULES, PAYS, "pays: 50% of contract.payd", "E002", "是否想写“contract.paid”？", "did you mean “contract.paid”?", 19),
    (RULES, PAYS, "pays: 50% of project.cost", "E005", "金额里读到了单个项目的事实，这里没有逐个的项目；请写 for each: project，或用 total(…) 合计", "the amount reads one project, but there is none here; write for each: project", 19),
    (RULES, PAYS, "pays: true", "P001", "这里应为一句规则", "an expression is expected here", 19),
    (RULES, PAYS, "pays: {rate: 50%}", "P001", "这里应为一句规则", "an expression is expected here", 19),
    (RULES, PAYS, "pays: [50% of contract.paid if org.is_small, [x]]", "P001", "“pays”应为文字", "“pays” must be text", 19),
    (RULES, PAYS, "pays: [5元 otherwise, 3元 if org.is_small]", "E002", "otherwise 只能放在最后一档", "otherwise must come last", 19),
    (RULES, PAYS, "pays: normally 5元 per org per year", "E002", "normally（原则上）是软封顶，只写在 limits 里", "normally is a cap in principle; it belongs in limits", 19),
    (RULES, PAYS, "pays: 5元 per firm per year", "E004", "per 之后只能是 org、contract 或一种认定记录，写的是“firm”", "after per write org, contract or a kind of record, not “firm”", 19),
    (RULES, PAYS, "pays: award(yunlan/three)", "P008", "没有事项“yunlan/three”", "there is no measure “yunlan/three”", 10),
    (RULES, PAYS, "pays: award(yunlan/one)", "P009", "award 绕回了自己：yunlan/one → yunlan/one", "the award comes back to itself: yunlan/one → yunlan/one", 10),
    (RULES, PAYS, "pays: 5元 × 5元", "E002", "此处应为金额，写的是元", "money is needed here", 19),
    (RULES, LIMIT, "20万元 per project per year", "E004", "per 之后只能是 org、contract", "after per write org, contract", 21),
    (RULES, LIMIT, "20万元 per orgs per year", "E004", "写的是“orgs”；是否想写“org”？", "did you mean “org”?", 21),
    (RULES, LIMIT, "20% per org per year", "E002", "此处应为金额，写的是比例", "money is needed here, not a share", 21),
    (RULES, LIMIT, "20万元 per org per month", "E001", "“per”不该出现在这里", "“per” is out of place", 21),
    (RULES, LIMIT, "project.cost per org per year", "E005", "金额里读到了单个项目的事实", "the amount reads one project", 21),
    (RULES, LIMIT, "5元/㎡ per org per year", "E002", "写的是元/㎡", "not 元/㎡", 21),
    (RULES, "  pays: 10万元 per org in total", "  pays: 10万元 per org in total\n  plus: 5% of contract.paid", "E005", "金额里读到了单个合同的事实", "the amount reads one contract", 41),
    # durations, periods, once, pools, quotas
    (RULES, "  lasts: 3年", "  lasts: 3项", "E002", "“3项”的单位不对，此处应为时长", "“3项” has the wrong unit; a duration is needed here", 22),
    (RULES, "  lasts: 3年", "  lasts: three years", "E001", "“three years”不是可识别的数字", "is not a number the rules know", 22),
    (RULES, "  lasts: 3年", "  lasts: 0.123年", "E002", "“0.123年”不是整月，写作 3年 或 18个月", "no whole number of months; write 3年", 22),
    (RULES, "  lasts: 3年", "  lasts: 0年", "E002", "“0年”不是整月", "no whole number of months", 22),
    (RULES, "  lasts: 3年", "  lasts: {most: 3年}", "P001", "不认识的键“most”；是否想写“at most”？", "did you mean “at most”?", 22),
    (RULES, "  lasts: 3年", "  lasts: {at most: 3年, run: row}", "P001", "“run”只能是 any、unbroken、window", "“run” must be one of any, unbroken, window", 22),
    (RULES, "to: 2025-12-31", "to: 2025-13-31", "P001", "“2025-13-31”不是日期，写作 2025-12-31", "“2025-13-31” is no date", 4),
    (RULES, "to: 2025-12-31", "from: 2026-01-01, to: 2025-12-31", "P001", "to 早于 from，请核对", "`to` is before `from`", 4),
    (RULES, "to: 2025-12-31", "until: 2025-12-31", "P001", "不认识的键“until”，可写 says、from、to", "unknown key “until”; known are says, from, to", 4),
    (RULES, "to: 2025-12-31", "to: 2025-12-31, afterwards: gone", "P001", "“afterwards”只能是 expired、unknown", "“afterwards” must be one of expired, unknown", 4),
    (RULES, "  paid once: per applicant", "  paid once: per contract", "E002", "只能写 per applicant 或 per org", "write per applicant or per org", 41),
    (RULES, "  draws on: yunlan/pool", "  draws on: yunlan/pol", "P007", "没有资金池“yunlan/pol”；是否想写“yunlan/pool”？", "there is no pool “yunlan/pol”; did you mean “yunlan/pool”?", 10),
    (RULES, "holds: 100万元", "holds: 100个", "E002", "“100个”的单位不对，此处应为金额", "“100个” has the wrong unit; money is needed here", 8),
    (RULES, "holds: 100万元", "holds: 100万", "E001", "是否想写“100万元”？", "did you mean “100万元”?", 8),
    (RULES, "holds: 100万元", "held: 100万元", "P001", "缺少“holds”", "“holds” is missing", 8),
    (RULES, "holds: 100万元", "holds: 100万元, vouchers: 5元", "E002", "此处应为个数", "a count is needed here", 8),
    (RULES, "  pays: 10万元 per org in total", "  pays: 10万元 per org in total\n  selects: 10元", "E002", "“10元”的单位不对，此处应为个数", "a count is needed here", 41),
    # readings and cases
    (RULES, "      default: year\n", "      default: yearly\n", "P001", "“default”只能是 year、total", "“default” must be one of year, total", 27),
    (RULES, "      asks: 封顶按年还是累计？\n", "", "P001", "缺少“asks”", "“asks” is missing", 26),
    (RULES, "limit period: in total", "limit period: total", "P001", "“limit period”只能是 per year、in total", "must be one of per year, in total", 30),
    (RULES, "limit period: in total", "limit per: firm", "E004", "per 之后只能是 org、contract", "after per write org, contract", 30),
    (RULES, "limit period: in total", "limits: [20万元 per project]", "E004", "写的是“project”", "not “project”", 30),
    (RULES, "limit period: in total", "pays: 5% of project.cost", "E005", "金额里读到了单个项目的事实", "the amount reads one project", 30),
    (RULES, "limit period: in total", "draws on: yunlan/lake", "P007", "没有资金池“yunlan/lake”", "there is no pool “yunlan/lake”", 10),
    (RULES, "limit period: in total", "pays: award(yunlan/one)", "P009", "award 绕回了自己", "comes back to itself", 10),
    (RULES, "limit period: in total", "assume: [5年]", "P001", "不认识的键“assume”；是否想写“assumes”？", "did you mean “assumes”?", 30),
    (RULES, 'gives: "discretionary，0元，5万元"', 'gives: "discretionary, 0元, 5万元"', "P001", "写作“状态，确定额，本企业上限”，如 eligible，0元，25万元", "write “status，certain，ceiling”", 32),
    (RULES, "{case: 采购 10 万元, given:", "{case: 采购 10 万元, profile:", "P001", "缺少“given”", "“given” is missing", 32),
    # ids, groups, cautions, the corpus
    (RULES, "- id: yunlan/two", "- id: yunlan/one", "P006", "事项编号“yunlan/one”重复", "the measure id “yunlan/one” is used twice", 33),
    (RULES, "yearly: true}", "yearly: true}\n- {id: yunlan/pool, text: 池子, holds: 1元}", "P006", "资金池编号“yunlan/pool”重复", "the pool id “yunlan/pool” is used twice", 9),
    (GROUPS, "members: [yunlan/one, yunlan/two]", "members: [yunlan/one, yunlan/to]", "P008", "没有事项“yunlan/to”；是否想写“yunlan/two”？", "there is no measure “yunlan/to”; did you mean “yunlan/two”?", 1),
    (GROUPS, "kind: stacking", "kind: stacked", "P004", "“kind”只能是 same_measure、stacking", "did you mean “stacking”?", 2),
    (GROUPS, "kind: stacking", "kind: joint\n  ceiling: 50% of contract.paid", "E002", "ceiling 应为一笔金额，如 500万元 per org per year", "a ceiling is a sum of money", 3),
    (GROUPS, "kind: stacking", "kind: joint\n  ceiling: 5个", "E002", "ceiling 应为一笔金额", "a ceiling is a sum of money", 3),
    (GROUPS, "kind: stacking", "kind: joint\n  ceiling: 50万", "E001", "缺单位", "lacks its unit", 3),
    (GROUPS, "kind: stacking", "kind: joint\n  ceiling: 5万元 per contract", "E002", "ceiling 应为一笔金额", "such as 500万元 per org per year", 3),
    (GROUPS, "- id: yunlan/together", "- name: yunlan/together", "P004", "缺少“id”", "“id” is missing", 1),
    (GROUPS, "  says: {zh: 择高, en: The higher only}\n", "  says: {zh: 择高, en: The higher only}\n- {id: yunlan/again, kind: exclusive, members: [yunlan/one, yunlan/two]}\n", "P010", "“yunlan/one”已在组 yunlan/together 里，合计会算两遍；一个事项只放在一个组", "would count twice; put a measure into one group", 5),
    (GROUPS, "- id: yunlan/together\n  kind", "id: yunlan/together\nkind", "F011", "", "", 3),
    ("cautions.yaml", "measures: [yunlan/one]", "measures: [yunlan/three]", "P008", "核对提示所指的事项“yunlan/three”不存在", "a caution names an unknown measure “yunlan/three”", 0),
    ("cautions.yaml", "  zh: 通知另有规定\n", "", "P005", "缺少“zh”", "“zh” is missing", 1),
    (CORPUS, "- document: yunlan/rules", "- document: yunlan/rule", "F001", "没有这个文件", "no such file", 0),
    (CORPUS, "- document: yunlan/rules", "- document: ../../secret", "P002", "须是这个文件夹里的文件，写作 城市/文件名", "must be a file here: city/name", 3),
    (CORPUS, "- document: yunlan/rules", "- document: /etc/hosts", "P002", "须是这个文件夹里的文件", "must be a file here", 3),
    (CORPUS, "- document: yunlan/rules", "- doc: yunlan/rules", "P002", "不认识的键“doc”，可写 document、text", "unknown key “doc”; known are document, text", 3),
    (CORPUS, "version: '1'\n", "", "P002", "缺少“version”", "“version” is missing", 1),
    (CORPUS, "parts:\n- document: yunlan/rules\n", "parts: yunlan/rules\n", "P002", "“parts”应为列表", "“parts” must be a list", 2),
    ("yunlan/rules.en.yaml", '"企业": "Firms"', '- "企业"', "P001", "这里应为“键: 值”的形式", "this must be a mapping", 1),
    ("yunlan/rules.en.yaml", '"企业": "Firms"', '"企业": [Firms]', "P001", "“企业”应为文字", "“企业” must be text", 1),
    # the vocabulary
    (VOCABULARY, "type: money, key: cost_yuan", "type: cash, key: cost_yuan", "V001", "“type”只能是 place、choice", "“type” must be one of place, choice", 17),
    (VOCABULARY, "effort: 2", "effort: hard", "V001", "“effort”只能是 1、2、3，写的是“hard”", "“effort” must be one of 1, 2, 3, not “hard”", 9),
    (VOCABULARY, "project.cost:", "projects.cost:", "V001", "类别只能是 org、contract、project", "kinds are org, contract, project", 17),
    (VOCABULARY, "project.cost:", "project.Cost:", "V001", "名称用小写字母和下划线", "in small letters", 17),
    (VOCABULARY, "     options: {small: {zh: 小型, en: Small}, large: {zh: 大型, en: Large}}}", "     note: {zh: 无}}", "V001", "选项型事实须列出 options", "a fact to choose from needs its options", 9),
    (VOCABULARY, "key_lab: {zh", "Key-Lab: {zh", "V001", "选项“Key-Lab”须用小写字母", "write the option “Key-Lab” in small letters", 13),
    (VOCABULARY, "key: paid_yuan", "key: amount_yuan", "V001", "与 contract.amount 用了同一个键“amount_yuan”", "contract.amount has the same key “amount_yuan”", 16),
    (VOCABULARY, "upper: contract.amount", "upper: contract.amounts", "V001", "upper 须是同一类别、同一类型的事实，写的是“contract.amounts”；是否想写“contract.amount”？", "did you mean “contract.amount”?", 16),
    (VOCABULARY, "upper: contract.amount", "upper: project.cost", "V001", "upper 须是同一类别", "must be a fact of the same kind", 16),
    (VOCABULARY, "upper: contract.amount", "uper: contract.amount", "V001", "不认识的键“uper”；是否想写“upper”？", "did you mean “upper”?", 16),
    (VOCABULARY, "list: projects", "list: years", "V001", "画像里“years”已有别的意思，请换一个 list", "“years” is taken in a profile; choose another list", 3),
    (VOCABULARY, "means: org.size is small", "means: org.size is smal", "E002", "没有选项“smal”", "did you mean “small”?", 21),
    (VOCABULARY, "means: org.size is small", "means: contract.paid > 5元", "E003", "“org.is_small”只能由 org 的事实定义，并须是条件或数量", "define “org.is_small” from facts of org", 21),
    (VOCABULARY, "means: org.size is small", "means: org.size", "E003", "须是条件或数量", "as a condition or a quantity", 21),
    (VOCABULARY, "means: org.size is small", "means: org.is_small", "E002", "词汇表没有“org.is_small”", "the vocabulary has no “org.is_small”", 21),
    (VOCABULARY, "    label: {zh: 小企业, en: small firms}\n", "", "V001", "缺少“label”", "“label” is missing", 20),
]  # fmt: skip
IDS = [
    f"{number} {file}: {new or f'without {old}'}"[:70].replace("\n", "⏎")
    for number, (file, old, new, *_) in enumerate(ROWS, start=1)
]


def write(folder: Path, changed: dict[str, str] | None = None) -> Path:
    for name, text in (BASE | (changed or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_base_is_fine(tmp_path: Path) -> None:
    _, problems = load_corpus(write(tmp_path))
    assert [problem.render() for problem in problems] == []


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_slip(row: Row, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, old, new, code, zh, en, line = row
    assert BASE[file].count(old) == 1, "the row must say which place it changes"
    write(tmp_path, {file: BASE[file].replace(old, new)})
    with pytest.raises(huice.BadCorpus) as caught:
        huice.Corpus.load(tmp_path)
    found = [
        problem
        for problem in caught.value.problems
        if problem.code == code and zh in problem.text.zh and en in problem.text.en
    ]
    assert found, [problem.render() for problem in caught.value.problems]
    assert line in [problem.line for problem in found]

    (tmp_path / "profile.yaml").write_text("org: {place: yunlan}\n", encoding="utf-8")
    assert run(["evaluate", str(tmp_path / "profile.yaml"), "--policies", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err, code in err) == ("", False, True)
    assert run(["lint", str(tmp_path), "--lang", "en"]) != 0
    out, err = capsys.readouterr()
    assert ("Traceback" in err, code in out + err) == (False, True)


def test_two_measures_that_wait_for_each_other(tmp_path: Path) -> None:
    text = BASE[RULES].replace(PAYS, "pays: 50% of award(yunlan/two)")
    text = text.replace(WHEN, "award(yunlan/one) > 0元")
    with pytest.raises(huice.BadCorpus) as caught:
        huice.Corpus.load(write(tmp_path, {RULES: text}))
    told = [problem.text.zh for problem in caught.value.problems if problem.code == "P009"]
    assert told[0].startswith("award 绕回了自己：yunlan/one → yunlan/two → yunlan/one；")
    assert len(told) == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (RULES, b""), (RULES, b"\x00"), (RULES, "place: 云澜".encode("gbk")), (RULES, b"- a"), (RULES, b"text"),
        (RULES, b"measures: 5"), (RULES, b"measures: [5]"), (RULES, b"&a [*a]"), (RULES, b"[" * 100_000),
        (RULES, b"document: yunlan/rules\ntitle: x\nplace: yunlan\ntext: a\nmeasures:\n- {id: [], title: {}, text: {}, gives: {}}"),
        (CORPUS, b""), (CORPUS, b"- a"), (CORPUS, b"parts: [[]]"), (CORPUS, b"{version: {}, parts: {}}"),
        (VOCABULARY, b""), (VOCABULARY, b"facts: []"), (VOCABULARY, b"facts: {org.place: []}"),
        (VOCABULARY, b"kinds: [a]\nfacts: {a: {type: []}}"), (VOCABULARY, b"facts: {org.size: {options: [a]}}"),
        (GROUPS, b"a: b"), (GROUPS, b"- []"), (GROUPS, b"- {id: {}, kind: {}, members: {}, says: [], ceiling: []}"),
        ("cautions.yaml", b"a"), ("cautions.yaml", b"- {measures: {}, zh: [], source: x}"),
        ("yunlan/rules.en.yaml", b""), ("yunlan/rules.en.yaml", b"5"),
    ],
)  # fmt: skip
def test_files_of_any_shape_are_problems_not_exceptions(
    name: str, data: bytes, tmp_path: Path
) -> None:
    write(tmp_path)
    (tmp_path / name).write_bytes(data)
    _, problems = load_corpus(tmp_path)
    assert problems
    assert all(problem.text.zh and problem.text.en for problem in problems)
    with pytest.raises(huice.BadCorpus):
        huice.Corpus.load(tmp_path)


def test_folders_of_any_shape(tmp_path: Path) -> None:
    with pytest.raises(huice.BadCorpus) as caught:
        huice.Corpus.load(tmp_path / "nowhere")
    assert {problem.code for problem in caught.value.problems} >= {"F001"}
    write(tmp_path)
    (tmp_path / RULES).unlink()
    (tmp_path / RULES).mkdir()
    with pytest.raises(huice.BadCorpus) as caught:
        huice.Corpus.load(tmp_path)
    assert [problem.code for problem in caught.value.problems if problem.file == RULES] == ["F002"]
