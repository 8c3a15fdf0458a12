"""A planning problem as people write it: what is read, and every fault said where it stands."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from huice import Corpus
from huice.corpus.source import read_text
from huice.evaluate import BadProfile
from huice.planning import load_task
from huice.planning.problem import Allowance

GOOD = """\
profile:
  as_of: 2025-06-30
  org: {place: shenzhen, kind: enterprise, traits: [general_model]}
  contracts: [{id: old, item: other, amount_yuan: 1万元}]
years: 3
places:
- {place: shenzhen, setup: 5万元, yearly: 1万元}
- shanghai
entities: {at most: 2, further: {org: {size: micro}}}
spending:
- id: gpu
  facts: {item: compute, mode: rent}
  total: 300万元
  yearly: {min: 10万元, max: 200万元}
- id: lab
  list: projects
  facts: {kinds: [platform_new]}
  money: [cost_yuan]
  total: {max: 100万元}
choices:
- id: filing
  options:
  - {id: none}
  - {id: file, cost: 10万元, yearly cost: 1万元, facts: {org: {records: {cac_genai_filing: 2026-01-01}}}}
measures: {must: [shenzhen/training-voucher], never: [shenzhen/model-voucher]}
objective: {certain: 70%, ceiling: 30%}
net: true
stacking: prudent
"""


def test_a_problem_is_read_whole(corpus: Corpus) -> None:
    task = load_task(read_text(GOOD, "plan.yaml"), corpus)
    assert [site.place for site in task.sites] == ["shenzhen", "shanghai/xuhui", "shanghai/other"]
    assert (task.sites[0].setup, task.sites[0].yearly, task.sites[1].setup) == (50_000, 10_000, 0)
    assert (task.years, task.entities, task.net, task.stacking) == (3, 2, True, "prudent")
    assert task.further_org == {"size": "micro"}
    gpu, lab = task.spending
    assert gpu.total == Allowance(3_000_000, 3_000_000)
    assert gpu.yearly == Allowance(100_000, 2_000_000)
    assert gpu.money == {"amount_yuan": 1, "paid_yuan": 1}
    assert (lab.kind, lab.money, lab.total) == (
        "project",
        {"cost_yuan": 1},
        Allowance(0, 1_000_000),
    )
    filing = task.choices[0].options[1]
    assert (filing.once, filing.yearly) == (100_000, 10_000)
    assert filing.org == {"records": {"cac_genai_filing": (date(2026, 1, 1),)}}
    assert (task.certain, task.ceiling) == (Fraction(7, 10), Fraction(3, 10))
    assert list(task.calendar()) == [2025, 2026, 2027]


def test_a_profile_may_stand_in_a_file_of_its_own(tmp_path: Path, corpus: Corpus) -> None:
    (tmp_path / "firm.yaml").write_text(
        "as_of: 2025-06-30\norg: {kind: enterprise}\n", encoding="utf-8"
    )
    path = tmp_path / "plan.yaml"
    path.write_text("profile: firm.yaml\nplaces: [shenzhen]\n", encoding="utf-8")
    task = load_task(path, corpus)
    assert task.profile.org == {"kind": "enterprise"}
    assert (task.years, task.entities, task.stacking, task.ceiling) == (1, 1, "stated", 1)


BAD = [
    ("profile:", "profil:", "缺少“profile”", "“profile” is missing", 1),
    ("years: 3", "years: 6", "“years”应为 1–5 的整数", "from 1 to 5", 5),
    ("years: 3", "yaers: 3", "是否想写“years”", "did you mean “years”", 5),
    ("- shanghai", "- shanghia", "没有地点“shanghia”", "there is no place", 8),
    ("- shanghai", "- shenzhen", "写了两次", "listed twice", 8),
    ("setup: 5万元", "setup: -5万元", "不能为负", "must not be negative", 7),
    ("setup: 5万元", "setup: 5㎡", "单位不对", "wrong unit", 7),
    ("yearly: 1万元", "yearly: 0.001", "最多写到分", "whole fen", 7),
    ("at most: 2", "at most: 9", "1–3 的整数", "from 1 to 3", 9),
    ("size: micro", "size: tiny", "没有选项“tiny”", "no choice “tiny”", 9),
    ("size: micro", "place: shenzhen", "地点由 places 决定", "decided by places", 9),
    ("- id: lab", "- id: gpu", "已用于另一类支出", "another spending", 15),
    ("- id: lab", "- id: old", "画像里的一行", "a row's of the profile", 15),
    ("item: compute", "item: computer", "没有选项“computer”", "no choice", 12),
    ("item: compute", "itme: compute", "没有事实“itme”", "has no fact", 12),
    ("item: compute", "amount_yuan: 5", "由规划决定", "decided by the plan", 12),
    ("list: projects", "list: project", "“list”只能是", "“list” must be one of", 16),
    ("money: [cost_yuan]", "money: [cost]", "不是金额事实", "no fact of money", 18),
    ("  money: [cost_yuan]\n", "", "请用 money 写明", "say with money", 15),
    ("min: 10万元", "min: 300万元", "大于 max", "is more than max", 14),
    ("max: 200万元", "max: 50万元", "凑不够", "cannot reach", 13),
    ("min: 10万元, max: 200万元", "min: 150万元", "超过", "comes to more", 13),
    ("- {id: none}\n  - ", "- ", "至少两个", "at least two options", 23),
    ("{id: none}", "{id: file}", "至少两个编号不同", "an id of its own", 23),
    ("cac_genai_filing", "cac_filing", "没有选项“cac_filing”", "no choice", 24),
    (
        "must: [shenzhen/training-voucher]",
        "must: [shenzhen/voucher]",
        "没有事项“shenzhen/voucher”",
        "no measure",
        25,
    ),
    (
        "never: [shenzhen/model-voucher]",
        "never: [shenzhen/training-voucher]",
        "既要申报又不许申报",
        "must and must not",
        25,
    ),
    ("certain: 70%", "certain: 80%", "合计为 1", "add up to 1", 26),
    ("certain: 70%", "certain: much", "合计为 1", "add up to 1", 26),
    ("net: true", "net: maybe", "true 或 false", "true or false", 27),
    ("stacking: prudent", "stacking: strict", "“stacking”只能是", "must be one of", 28),
]


@pytest.mark.parametrize(("old", "new", "zh", "en", "line"), BAD)
def test_a_fault_is_said_where_it_stands(
    corpus: Corpus, old: str, new: str, zh: str, en: str, line: int
) -> None:
    assert old in GOOD
    with pytest.raises(BadProfile) as caught:
        load_task(read_text(GOOD.replace(old, new, 1), "plan.yaml"), corpus)
    told = [one for one in caught.value.problems if zh in one.text.zh]
    assert told, [one.render() for one in caught.value.problems]
    assert any(en in one.text.en for one in told)
    assert line in {one.line for one in told}, told
    assert all(one.file == "plan.yaml" for one in told)


@pytest.mark.parametrize("value", [3, [], "text", {"profile": 7}, {"profile": {"org": 3}}, {}])
def test_what_is_no_problem_is_refused(corpus: Corpus, value: object) -> None:
    with pytest.raises(BadProfile):
        load_task({"profile": value} if isinstance(value, list) else value, corpus)  # type: ignore[arg-type]  # bad on purpose
