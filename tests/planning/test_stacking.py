"""The stacking policies as data: complete in both languages, every clause sourced and used."""

from __future__ import annotations

import pytest

from huice import Corpus
from huice.corpus.corpus import default_folder
from huice.corpus.source import read_text
from huice.planning.stacking import load_stacking, read_stacking, stackings


def test_the_shipped_policies_have_no_fault(corpus: Corpus) -> None:
    found, problems = load_stacking(default_folder(), tuple(corpus.vocabulary.kinds))
    assert problems == ()
    assert list(found) == ["stated", "prudent"]
    for policy in found.values():
        for text in (
            policy.title,
            policy.says,
            *(c.says for c in policy.clauses),
            *(c.source for c in policy.clauses),
        ):
            assert text.zh
            assert text.en


def test_what_is_stated_binds_only_what_the_text_says() -> None:
    stated, prudent = stackings()["stated"], stackings()["prudent"]
    assert not stated.rows()
    assert not stated.binds("same_cost")
    assert {clause.id for clause in stated.clauses} < {clause.id for clause in prudent.clauses}
    for clause in prudent.clauses:
        if clause not in stated.clauses:
            assert "汇编未载" in clause.source.zh  # said honestly


BASE = """
policies:
  stated: {title: {zh: 甲, en: a}, says: {zh: 甲, en: a}, clauses: [one]}
clauses:
- {id: one, binds: {groups: joint}, says: {zh: 甲, en: a}, source: group}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("groups: joint", "groups: joined", "“groups”只能是"),
        ("groups: joint", "rows: [contracts]", "没有实体“contracts”"),
        ("clauses: [one]", "clauses: [one, two]", "没有条款“two”"),
        ("clauses: [one]", "clauses: []", "没有口径采用"),
        ("binds: {groups: joint}", "binds: {pools: true}", "依据才能写 group"),
        ("source: group", "origin: group", "不认识的键“origin”"),
        ("says: {zh: 甲, en: a}, source", "says: {zh: 甲}, source", "缺少“en”"),
    ],
)
def test_a_fault_in_the_file_is_located(old: str, new: str, said: str) -> None:
    source = read_text(BASE.replace(old, new), "stacking.yaml")
    read_stacking(source, ("contract",))
    assert any(said in one.render() for one in source.problems), source.problems
    assert all(one.line for one in source.problems)
