"""Drafts laid over the corpus: what they change, what they leave alone, how they are told and refused."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from huice import Corpus, evaluate
from huice.corpus.amendments import amendment_dict, changes
from huice.corpus.model import Condition, Rule
from huice.corpus.overlay import BadOverlay, Overlay, apply, load_overlay, read_overlay
from huice.corpus.readings import rule_under, with_default
from huice.corpus.source import read_text

HERE = Path(__file__).parent
SNAPSHOTS = HERE.parent / "snapshots"
EXAMPLES = HERE.parents[1] / "docs" / "examples"
VOUCHER = "hangzhou/compute-voucher"


def draft(body: str) -> Overlay:
    """A draft with this body."""
    return read_overlay(read_text(f"overlay: test\ntitle: 试\n{body}", "draft.yaml"))


def under(corpus: Corpus, body: str, **values: str) -> Corpus:
    """The corpus under a draft with this body."""
    return apply(corpus, draft(body), values)


def firm(paid: str, **org: Any) -> dict[str, Any]:
    """A small firm in Hangzhou that rented computing power."""
    return {
        "as_of": "2025-06-30",
        "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small", **org},
        "contracts": [{"item": "compute", "amount_yuan": paid, "paid_yuan": paid}],
    }


def ceiling(corpus: Corpus, profile: dict[str, Any], measure: str = VOUCHER) -> Any:
    """The ceiling of one measure."""
    return evaluate(profile, corpus, [measure]).measures[0].ceiling


def test_the_marginal_schedule_pays_as_the_reading_of_the_same_name(corpus: Corpus) -> None:
    marginal = apply(corpus, load_overlay(EXAMPLES / "hangzhou-marginal.yaml"))
    for paid in ("50万元", "500001元", "100万元"):
        profile = firm(paid)
        read = {**profile, "readings": {VOUCHER: {"cliff": "marginal"}}}
        assert ceiling(marginal, profile) == ceiling(corpus, read)
    assert ceiling(corpus, firm("500001元")) == Fraction(1500003, 10)
    assert ceiling(marginal, firm("500001元")) == Fraction(2500003, 10)


def test_the_shipped_corpus_is_untouched(corpus: Corpus) -> None:
    before = corpus.measure(VOUCHER)
    after = apply(corpus, load_overlay(HERE / "draft.yaml"))
    assert corpus.measure(VOUCHER) is before
    assert corpus.pools[VOUCHER].holds.text == "2.5亿元"
    assert after.version == f"{corpus.version}+everything"
    assert after.digest != corpus.digest
    assert after.compilation().startswith(corpus.compilation())


def test_the_result_names_the_draft_and_quotes_it(corpus: Corpus) -> None:
    marginal = apply(corpus, load_overlay(EXAMPLES / "hangzhou-marginal.yaml"))
    found = evaluate(firm("80万元"), marginal, [VOUCHER]).to_dict()
    assert found["corpus_version"] == f"{corpus.version}+hangzhou-marginal"
    measure = found["measures"][0]
    assert measure["quote"].startswith("（草案）对采购智能算力服务和模型服务的用户企业")
    cited = {
        measure["quote"][start:end] for step in measure["steps"] for start, end in step["spans"]
    }
    assert "30%" in cited


def test_a_change_without_a_wording_is_worded_by_the_printer(corpus: Corpus) -> None:
    after = under(corpus, f"changes:\n  {VOUCHER}:\n    limits: [10万元 per org per year]")
    quote = after.measure(VOUCHER).quote
    assert quote.zh.startswith("（草案）支持对象：采购智能算力服务")
    assert "每个主体每年不超过 10 万元" in quote.zh
    assert quote.en.startswith("(Draft) For: user enterprises")
    assert ceiling(after, firm("50万元")) == 100_000


def test_everything_that_a_draft_can_change(corpus: Corpus) -> None:
    after = apply(corpus, load_overlay(HERE / "draft.yaml"))
    large = firm("50万元", size="large")
    assert ceiling(corpus, large) == 150_000
    assert evaluate(large, after, [VOUCHER]).measures[0].status == "ineligible"
    assert ceiling(after, firm("1000万元")) == 1_000_000
    corpus_subsidy = after.measure("shenzhen/corpus").rule
    assert [text.zh for text in corpus_subsidy.judged] == ["复核"]
    assert corpus_subsidy.lasts is None
    assert corpus_subsidy.valid is not None
    assert str(corpus_subsidy.valid.ends) == "2030-12-31"
    training = after.measure("shenzhen/training-voucher").rule
    assert "大模型训练" not in {condition.label.zh for condition in training.requires}
    assert after.pools[VOUCHER].holds.text == "3亿元"
    assert "hangzhou/returnee-project" not in after
    assert all("hangzhou/returnee-project" not in group.members for group in after.groups)
    assert ceiling(after, firm("50万元"), "hangzhou/model-subsidy") == 0
    flat = evaluate({"org": {"place": "beijing/other"}}, after, ["beijing/flat"])
    assert flat.measures[0].certain == 100_000
    assert after.measure("hangzhou/model-subsidy").document == "hangzhou/ai-industry-chain"


def test_a_draft_settles_the_readings_that_would_undo_it(corpus: Corpus) -> None:
    after = apply(corpus, load_overlay(EXAMPLES / "hangzhou-marginal.yaml"))
    before = {reading.id for reading in corpus.measure(VOUCHER).readings}
    left = {reading.id for reading in after.measure(VOUCHER).readings}
    assert before - left == {"cliff", "model-in-sme"}


def test_another_default_leaves_every_reading_what_it_was(corpus: Corpus) -> None:
    """For each reading of the corpus: whatever the default, an option gives the same rule."""
    checked = 0
    for measure in corpus.measures:
        for reading in measure.readings:
            for default in reading.options:
                other = with_default(measure, reading.id, default.name)
                for option in reading.options:
                    chosen = ((reading.id, option.name),)
                    assert _set(rule_under(other, chosen)) == _set(rule_under(measure, chosen))
                    checked += 1
    assert checked > 400


def _set(rule: Rule) -> tuple[Any, ...]:
    """A rule without the order of its conditions."""
    conditions: frozenset[Condition] = frozenset(rule.requires)
    rest = [getattr(rule, name) for name in rule.__struct_fields__[2:]]
    return (conditions, frozenset(text.zh for text in rule.judged), *rest)


def test_a_changed_default_is_what_a_profile_gets_that_chooses_nothing(corpus: Corpus) -> None:
    after = under(corpus, f"changes:\n  {VOUCHER}:\n    readings: {{cliff: marginal}}")
    profile = firm("100万元")
    assert ceiling(after, profile) == 400_000
    back = {**profile, "readings": {VOUCHER: {"cliff": "whole_amount"}}}
    assert ceiling(after, back) == ceiling(corpus, profile) == 300_000


def test_open_numbers_are_written_out(corpus: Corpus) -> None:
    budget = load_overlay(EXAMPLES / "hangzhou-budget.yaml")
    (rate,) = budget.unknowns
    assert (rate.count, rate.written(rate.at(1))) == (4501, "5.01%")
    after = apply(corpus, budget, {"rate": "40%"})
    assert after.version == f"{corpus.version}+hangzhou-budget(rate=40%)"
    assert "不超过合同实际发生金额的 40% 给予补贴" in after.measure(VOUCHER).quote.zh
    assert ceiling(after, firm("100万元")) == 450_000


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_diff_in_words(corpus: Corpus, lang: str) -> None:
    lines = []
    for change in changes(corpus, apply(corpus, load_overlay(HERE / "draft.yaml"))):
        lines.append(f"{change.kind} {change.sort} {change.id} {change.title[lang]}")
        for item in change.items:
            lines.append(f"  {item.label[lang]}")
            lines.append(f"    - {item.before[lang]}")
            lines.append(f"    + {item.after[lang]}")
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    path = SNAPSHOTS / f"overlay.{lang}.txt"
    if os.environ.get("RECORD_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_a_corpus_does_not_differ_from_itself(corpus: Corpus) -> None:
    assert changes(corpus, corpus) == ()


def test_a_change_as_data(corpus: Corpus) -> None:
    after = under(corpus, f"pools:\n  {VOUCHER}: {{holds: 3亿元}}")
    (change,) = changes(corpus, after)
    assert amendment_dict(change) == {
        "kind": "changed",
        "sort": "pool",
        "id": VOUCHER,
        "title": {"zh": "年度 2.5 亿元规模", "en": "250 million yuan a year"},
        "items": [
            {
                "matter": "holds",
                "before": {"zh": "每年 2.5 亿元", "en": "250 million yuan a year"},
                "after": {"zh": "每年 3 亿元", "en": "300 million yuan a year"},
            }
        ],
    }


CHANGE = f"changes:\n  {VOUCHER}:\n    "
Row = tuple[str, str, str, str, int]
ROWS: list[Row] = [
    ("changes: {}", "O001", "草案没有任何改动", "the draft changes nothing", 1),
    ("chnges: {}", "O001", "不认识的键“chnges”；是否想写“changes”？", "did you mean “changes”?", 3),
    ("changes:\n  hangzhou/compute-vouchr: {who: x}", "O002", "没有事项“hangzhou/compute-vouchr”；是否想写“hangzhou/compute-voucher”？", "there is no measure “hangzhou/compute-vouchr”; did you mean", 4),
    ("pools:\n  hangzhou/voucher: {holds: 1元}", "O002", "没有资金池“hangzhou/voucher”", "there is no pool “hangzhou/voucher”", 4),
    (CHANGE + "{}", "O001", "没有写改动什么", "it does not say what changes", 5),
    (CHANGE + "for each: org", "O001", "不认识的键“for each”", "unknown key “for each”", 5),
    (CHANGE + "pays: 30% of contract.area", "E002", "contract.area", "contract.area", 5),
    (CHANGE + "limits: [3年 per org]", "E002", "应为金额", "money", 5),
    (CHANGE + "limits: [50% per org per year]", "E002", "应为金额", "money", 5),
    (CHANGE + "pays: 50万 per org", "E001", "50万", "50万", 5),
    (CHANGE + "readings: {clif: marginal}", "O002", "这个事项没有读法“clif”；是否想写“cliff”？", "there is no reading “clif”; did you mean “cliff”?", 5),
    (CHANGE + "readings: {cliff: marginel}", "O002", "读法没有选项“marginel”；是否想写“marginal”？", "did you mean “marginal”?", 5),
    (CHANGE + "drops: [用户企]", "O002", "没有条件或评审“用户企”；是否想写“用户企业”？", "there is no condition “用户企”; did you mean “用户企业”?", 5),
    (CHANGE + "draws on: hangzhou/pool", "P007", "没有资金池“hangzhou/pool”", "there is no pool “hangzhou/pool”", 0),
    (CHANGE + "valid: {from: 2027-01-01, to: 2026-01-01}", "O001", "to 早于 from", "`to` is before `from`", 5),
    (CHANGE + "pays: 1元 per org\n    pays at most: 1元 per org", "O001", "只能写一个", "not both", 6),
    (CHANGE + "selects: 5万元", "E002", "此处应为个数", "a count is needed here", 5),
    (f"repeals: {{measures: [{VOUCHER}, {VOUCHER}]}}", "O003", "写了两遍", "is repealed twice", 3),
    ("repeals: {measures: [hangzhou/x]}", "O002", "没有事项“hangzhou/x”", "there is no measure “hangzhou/x”", 3),
    ("repeals: [hangzhou/x]", "O001", "应为“键: 值”的形式", "must be a mapping", 3),
    (f"repeals: {{pools: [{VOUCHER}]}}", "P007", f"没有资金池“{VOUCHER}”", "there is no pool", 0),
    (f"repeals: {{measures: [{VOUCHER}]}}\n{CHANGE}who: x", "O003", "既要修改又要废止", "both changed and repealed", 6),
    (f"repeals: {{measures: [{VOUCHER}], pools: [{VOUCHER}]}}\npools:\n  {VOUCHER}: {{holds: 1元}}", "O003", "既要修改又要撤销", "both changed and repealed", 5),
    (f"pools:\n  {VOUCHER}: {{holds: 30%}}", "E002", "此处应为金额", "money is needed here", 4),
    ("adds:\n- {document: hangzhou/x}", "O001", "缺少“place”", "“place” is missing", 4),
    (f"adds:\n- document: hangzhou/ai-industry-chain\n  measures:\n  - {{id: {VOUCHER}, title: a, text: b, gives: cash}}", "O003", "这个编号已经存在", "this id exists; choose another", 6),
    ("solve for: {rate: {from: 10%, to: 60%}}\n" + CHANGE + "pays: 30% of contract.paid", "O004", "没有哪处用到“$rate”", "nothing uses “$rate”", 3),
    (CHANGE + "pays: $rate of contract.paid", "O004", "“$rate”没有在 solve for 里写明范围", "“$rate” has no range under solve for", 5),
    ("solve for: {rate: {from: 10%, to: 6万元}}\n" + CHANGE + "pays: $rate of contract.paid", "E002", "“6万元”的单位不对，from 是比例", "“6万元” has the wrong unit; `from` is a share", 3),
    ("solve for: {rate: {from: 60%, to: 10%}}\n" + CHANGE + "pays: $rate of contract.paid", "O004", "请核对 from、to、step", "check from, to and step", 3),
    ("solve for: {rate: {from: 1:3, to: 2:3, step: 1:3}}\n" + CHANGE + "pays: $rate of contract.paid", "O004", "写不成有限小数", "has no finite decimals", 3),
    ("solve for: {rate: {from: 10%, to: 60%}}\n" + CHANGE + "pays: $rate of contract.paid", "O004", "“$rate”尚未定值（10% 至 60%）", "“$rate” is still open (10% to 60%)", 3),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "zh", "en", "line"), ROWS)
def test_a_faulty_draft_is_told_where_and_why(
    corpus: Corpus, body: str, code: str, zh: str, en: str, line: int
) -> None:
    with pytest.raises(BadOverlay) as caught:
        apply(corpus, draft(body))
    found = [
        problem
        for problem in caught.value.problems
        if problem.code == code and zh in problem.text.zh and en in problem.text.en
    ]
    assert found, [problem.render() for problem in caught.value.problems]
    if line:
        assert {problem.line for problem in found} == {line}
        assert {problem.file for problem in found} == {"draft.yaml"}


@pytest.mark.parametrize("text", ["", "- a", "5", "overlay: [a]\ntitle: {}", "overlay: x"])
def test_files_of_any_shape_are_refused_with_reasons(text: str) -> None:
    with pytest.raises(BadOverlay) as caught:
        read_overlay(read_text(text, "draft.yaml"))
    assert all(problem.text.zh and problem.text.en for problem in caught.value.problems)
