"""Each kind of rule that the language must be able to say, in an invented city, with cases computed by hand.

A folder is a whole corpus of its own: what a policy says, how it is encoded, and what it gives. `totals.yaml`
holds the cases of several measures together.
"""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import huice
from huice.corpus.corpus import load_corpus
from huice.corpus.model import Case
from huice.corpus.source import read_file
from huice.language import nodes as n
from huice.language.parser import parse_limit
from huice.language.printing import say, unparse
from huice.language.units import parse_literal, value_of

HERE = Path(__file__).parent
TODAY = date(2025, 6, 30)
CONSTRUCTS = sorted(path.name for path in HERE.iterdir() if (path / "corpus.yaml").exists())
CORPORA = {name: load_corpus(HERE / name) for name in CONSTRUCTS}
CASES = [
    pytest.param(name, measure.id, case, id=f"{measure.id}: {case.says}")
    for name, (corpus, _) in CORPORA.items()
    for measure in corpus.measures
    for case in measure.cases
]
TOTALS = [
    pytest.param(name, total, id=f"{name}: {total['case']}")
    for name in CONSTRUCTS
    if (HERE / name / "totals.yaml").exists()
    for total in read_file(HERE / name / "totals.yaml").value
]


def yuan(text: str | None) -> int | Fraction | None:
    return None if text is None else value_of(parse_literal(text))


def test_every_construct_of_the_design_has_its_folder() -> None:
    assert CONSTRUCTS == [
        "bands", "caps", "either-or", "exclusion", "falling", "floors", "heads", "increments", "joint", "k-of-n",
        "kinds", "limbs", "matching", "pools", "proration", "same-measure", "selection", "since", "sums", "tiers", "validity",
    ]  # fmt: skip


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_it_loads_without_a_fault_and_has_at_least_four_cases(name: str) -> None:
    corpus, problems = CORPORA[name]
    assert [problem.render() for problem in problems] == []
    totals = sum(param.values[0] == name for param in TOTALS)
    assert sum(len(measure.cases) for measure in corpus.measures) + totals >= 4


@pytest.mark.parametrize(("name", "measure", "case"), CASES)
def test_case(name: str, measure: str, case: Case) -> None:
    corpus, _ = CORPORA[name]
    result = huice.evaluate(case.given, corpus, [measure], today=TODAY)
    got = result.measure(measure)
    expected = (case.status, yuan(case.certain), yuan(case.ceiling))
    assert (got.status.value, got.certain, got.ceiling) == expected, case.says
    json.dumps(result.to_dict(), ensure_ascii=False)


@pytest.mark.parametrize(("name", "total"), TOTALS)
def test_total(name: str, total: dict[str, Any]) -> None:
    corpus, _ = CORPORA[name]
    result = huice.evaluate(total["profile"], corpus, total.get("measures"), today=TODAY)
    got = result.total
    assert (got.certain, got.ceiling) == (yuan(total["certain"]), yuan(total["ceiling"]))
    if "unquantified" in total:
        assert list(got.unquantified) == total["unquantified"]
    if "same_cost" in total:
        assert list(got.same_cost) == total["same_cost"]
    for measure, reason in total.get("reasons", {}).items():
        assert reason in result.measure(measure).reason.zh
    json.dumps(result.to_dict(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("measure", "clause_cap"),
    [
        ("yunlan/by-total", "60万元"),  # the highest rung of a ladder of caps
        ("yunlan/by-size", "100万元"),  # caps written into the rungs
        ("yunlan/bands", None),
        ("yunlan/excess", "50万元"),
        ("yunlan/project", "80万元"),  # the smallest of several
        ("yunlan/event", "50万元"),  # a cap in principle is not the most
        ("yunlan/jobs", "30万元"),
        ("yunlan/centre", "100万元"),
        ("yunlan/grade", "30万元"),
        ("yunlan/incubation", "30万元"),
        ("yunlan/growth", "100万元"),
        ("yunlan/uplift", None),
        ("yunlan/compute", None),
        ("yunlan/by-day", "12万元"),
        ("yunlan/equity", "500万元"),
        ("yunlan/services", None),
    ],
)
def test_clause_cap_whatever_the_profile(measure: str, clause_cap: str | None) -> None:
    corpus = next(c for c, _ in CORPORA.values() if measure in [one.id for one in c.measures])
    for profile in ({}, {"org": {"place": "other"}}):
        got = huice.evaluate(profile, corpus, [measure], today=TODAY).measure(measure)
        assert got.clause_cap == yuan(clause_cap)


def test_what_is_data_beside_the_rule() -> None:
    def measure(name: str, id_: str) -> Any:
        return CORPORA[name][0].measure(id_)

    assert measure("selection", "yunlan/contest").quota.text == "10家"
    assert measure("pools", "yunlan/compute").funding.zh == "市、区财政各承担一半"
    assert [part.zh for part in measure("kinds", "yunlan/services").parts] == ["落户", "子女入学"]
    assert [text.zh for text in measure("either-or", "yunlan/office-rent").instead] == [
        "租房补贴与购房补贴择一"
    ]
    pool = CORPORA["pools"][0].pools["yunlan/service-pool"]
    assert (value_of(pool.vouchers), value_of(pool.face)) == (200, 10_000)  # type: ignore[arg-type]  # both stated


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_every_rule_is_told_in_words_and_reads_back(name: str) -> None:
    corpus, _ = CORPORA[name]
    scope = corpus.vocabulary.scope
    for measure in corpus.measures:
        rule = measure.rule
        nodes: list[Any] = [condition.expression for condition in rule.requires]
        nodes += [limit for limit in (rule.pays, *rule.limits) if limit]
        for node in nodes:
            assert say(node, scope, "zh")
            assert say(node, scope, "en")
            if isinstance(node, n.Limit):
                assert parse_limit(unparse(node)) == node


def test_a_cap_for_some_only_leaves_the_others_uncapped(tmp_path: Path) -> None:
    """A ladder of caps without `otherwise` caps nobody else; a ladder of amounts pays nobody else."""
    folder = HERE / "tiers"
    for name in ("corpus.yaml", "vocabulary.yaml"):
        (tmp_path / name).write_text((folder / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "yunlan").mkdir()
    (tmp_path / "yunlan" / "compute.yaml").write_text(
        """
document: yunlan/compute
title: {zh: 办法, en: Rules}
place: yunlan
text: 按合同的 50% 补贴，小型企业不超过 40 万元。
measures:
- id: yunlan/x
  title: {zh: 补贴, en: Subsidy}
  text: 按合同的 50% 补贴，小型企业不超过 40 万元。
  gives: cash
  for each: contract
  requires: []
  pays: 50% of contract.paid
  limits: ["(40万元 if org.size is small) per org per year"]
""",
        encoding="utf-8",
    )
    corpus = huice.Corpus.load(tmp_path)

    def figures(**org: str) -> tuple[Any, Any]:
        profile = {
            "org": {"place": "yunlan", **org},
            "contracts": [{"item": "compute", "paid_yuan": "200万元"}],
        }
        got = huice.evaluate(profile, corpus, ["yunlan/x"]).measure("yunlan/x")
        return got.certain, got.ceiling

    assert figures(size="small") == (400_000, 400_000)
    assert figures(size="large") == (1_000_000, 1_000_000)
    assert figures() == (400_000, 1_000_000)
