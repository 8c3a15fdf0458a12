"""The assumptions cover the vocabulary, give their reasons, and a fault in them is told with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huice.corpus.corpus import shipped
from huice.population.sample import sample
from huice.population.sample.file import SHIPPED, BadAssumptions, load_assumptions
from huice.population.sample.model import (
    Assumptions,
    Circle,
    Group,
    Later,
    LaterList,
    Listing,
    Variable,
)

CORPUS = shipped()
TEXT = SHIPPED.read_text("utf-8")


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return load_assumptions(CORPUS)


def entries(
    assumptions: Assumptions,
) -> Iterator[Variable | Group | Listing | Later | LaterList | Circle]:
    yield from assumptions.orgs
    for listing in assumptions.listings:
        yield listing
        yield from listing.groups
        yield from listing.variables
    assert assumptions.later
    assert assumptions.circle
    yield assumptions.circle
    yield assumptions.later
    yield from assumptions.later.variables
    for change in assumptions.later.lists:
        yield change
        yield from change.variables


def test_every_fact_of_the_vocabulary_is_assumed_once_and_no_other(
    assumptions: Assumptions,
) -> None:
    first = (assumptions.orgs, *(listing.variables for listing in assumptions.listings))
    named = [one.name for variables in first for one in variables if one.fact]
    extra = {"decision", "amount", "base", "years"}
    assert sorted(set(named) - extra) == sorted(CORPUS.vocabulary.facts)
    assert len([name for name in named if "." in name]) == len(CORPUS.vocabulary.facts)


def test_every_entry_gives_its_reason_in_both_languages(assumptions: Assumptions) -> None:
    for one in entries(assumptions):
        assert re.search(r"[\u4e00-\u9fff]", one.because.zh), one
        assert re.search(r"[a-z]{3}", one.because.en), one
        assert not re.search(r"[\u4e00-\u9fff]", one.because.en), one


def test_the_file_says_that_it_is_assumed_and_no_statistic(assumptions: Assumptions) -> None:
    for text in (TEXT, assumptions.about.zh):
        assert "是假设，不是统计" in text
    assert "not measured" in TEXT
    assert "not statistics" in assumptions.about.en


BAD = [
    # what is written instead of what, the code, part of the line that it stands in, what is said
    ("    org.kind:\n", "    org.knid:\n", "H002", "org.knid:", "是否想写“org.kind”"),
    ("    org.kind:\n", "    org.knid:\n", "H005", "strength:", "没有对“org.kind”"),
    ("enterprise: 96%", "enterprize: 96%", "H002", "enterprize", "是否想写“enterprise”"),
    ("enterprise: 96%", "enterprize: 96%", "H005", "because:", "没有写到选项 enterprise"),
    ("enterprise: 96%", "enterprise: 95%", "H004", "enterprise: 95%", "99%"),
    ("missing: 6%", "missing: 106%", "H003", "missing: 106%", "0% 到 100%"),
    ("missing: 6%", "mising: 6%", "H001", "mising: 6%", "是否想写“missing”"),
    ("median: 2000万元", "median: 2000万", "H003", "2000万", "是否想写“2000万元”"),
    ("median: 2000万元", "median: 2000㎡", "H003", "2000㎡", "这里应为金额"),
    ("median: 2000万元", "median: 0元", "H003", "0元", "大于 0"),
    ("spread: 2.8", "spread: 0.5", "H001", "spread: 0.5", "不小于 1"),
    ("follows: {strength: 80%}", "follows: {stregth: 80%}", "H002", "stregth", "是否想写“strength”"),
    ("follows: {strength: 80%}", "follows: {org.size: 80%}", "H002", "org.size: 80%", "须写在前面"),
    ("segment: {general: 2, platform", "segment: {genral: 2, platform", "H002", "genral", "“general”"),
    ("when: {segment: manufacturing}", "when: {segmnt: manufacturing}", "H002", "segmnt", "segment"),
    ("when: {segment: manufacturing}", "when: {segment: factory}", "H002", "factory", "没有选项"),
    ("earliest: 16年 before as_of", "earliest: 16年 befor as_of", "H003", "befor", "不是日期"),
    ("earliest: 16年 before as_of", "earliest: 16元 before as_of", "H003", "16元", "6个月"),
    ("earliest: 16年 before as_of", "earliest: 16年 before today", "H002", "today", "可用的日期"),
    ("same as: org.registered_on", "same as: org.revenue", "H002", "same as: org.revenue", "同类变量"),
    ("share of: {of: contract.amount", "share of: {of: contract.paid", "H002", "contract.paid", "同类"),
    ("whole: 50%, from: 30%, to: 95%", "whole: 50%, from: 95%, to: 30%", "H001", "from: 95%", "to 应"),
    ("      normal: true", "      normal: false", "H001", "normal: false", "normal: true"),
    ("as_of: 2025-06-30", "as_of: 2025-06-31", "H001", "2025-06-31", "不是日期"),
    ("        mean: 0.15", "        median: 0.15", "H001", "median: 0.15", "“median”"),
    ("numbers: {0: 50%, 1: 30%, 2: 20%}", "numbers: {0: 50%, few: 50%}", "H001", "few", "整数"),
    ("projects:\n", "project:\n", "H001", "project:", "是否想写“projects”"),
    ("projects:\n", "project:\n", "H005", "", "缺少“projects”"),
    ("        - fixed: 0元", "        - fixde: 0元", "H007", "fixde", "有且只有一种分布"),
    ("        - fixed: 0元", "        - poisson: {mean: 1}", "H007", "poisson", "不能用 poisson"),
    ("zh: 由所属的一组而定, en: Follows from the group", "zh: 由所属的一组而定", "H001", "由所属", "两种文字"),
    ("    org.kind:\n", "    spare:\n      because: {zh: 备用, en: spare}\n      normal: true\n    org.kind:\n",
     "H006", "spare:", "没有人用到辅助变量“spare”"),
    ("        - when: {age: planned}", "        - {}\n        - when: {age: planned}", "H001", "- {}", "最后一种情形"),
    ("  orgs: 200000", "  orgs: many", "H001", "orgs: many", "照假设一共有多少家"),
    ("    growth:\n", "    org.growth:\n", "H002", "org.growth", "没有事实“org.growth”"),
    ("        - stays: true\n    org.settlement", "        - stays: yes\n    org.settlement",
     "H001", "stays: yes", "stays: true"),
    ("        - change: {median: 1.07", "        - gains: {median: 1.07", "H007", "gains", "不能用 gains"),
    ("change: {median: 1.8", "change: {median: 1.8元", "H003", "1.8元", "这里应为"),
    ("    kept: {offices: 92%}", "    kept: {shops: 92%}", "H001", "shops", "不认识的键“shops”"),
    ("    kept: {offices: 92%}", "    kept: {shops: 92%}", "H001", "kept", "缺少“offices”"),
    ("    moves:\n", "    leaves:\n", "H002", "when: {moves: moves}", "没有可作条件的变量"),
    ("  people:\n    because:\n      zh: 创始人", "  decisions:\n    because:\n      zh: 创始人", "H001",
     "  decisions:", "不认识的键“decisions”"),
    ("if none: benchmark_case", "if none: benchmark", "H002", "if none: benchmark,", "“benchmark_case”"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "code", "line", "says"), BAD)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, good: str, bad: str, code: str, line: str, says: str
) -> None:
    assert good in TEXT
    text = TEXT.replace(good, bad, 1)
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadAssumptions) as caught:
        load_assumptions(CORPUS, path)
    found = [one for one in caught.value.problems if one.code == code and says in one.text.zh]
    assert found, [one.render() for one in caught.value.problems]
    assert found[0].file == str(path)
    assert line in text.split("\n")[found[0].line - 1] if line else True
    assert found[0].text["en"] != found[0].text.zh


def test_faults_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = TEXT.replace("missing: 6%", "missing: 600%", 1).replace("spread: 2.8", "spread: 0.1")
    path.write_text(text, "utf-8")
    with pytest.raises(BadAssumptions) as caught:
        load_assumptions(CORPUS, path)
    assert len(caught.value.problems) == 2


def test_ones_own_assumptions_are_used(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        TEXT.replace("shenzhen: 18%", "shenzhen: 17%").replace(
            "        other: 10%", "        other: 11%"
        ),
        "utf-8",
    )
    assert load_assumptions(CORPUS, path).version != load_assumptions(CORPUS).version
    mine, theirs = sample(4000, 1, path, CORPUS), sample(4000, 1, None, CORPUS)
    assert mine.orgs.filter(place="other").height > theirs.orgs.filter(place="other").height
