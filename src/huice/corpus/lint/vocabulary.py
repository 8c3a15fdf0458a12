"""The vocabulary: every fact can be asked and is used by some rule."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.corpus.lint.report import in_file
from huice.corpus.model import FactInfo, Measure, Patch, Rule
from huice.corpus.source import Problem
from huice.language import nodes as n

FILE = "vocabulary.yaml"
EFFORTS = (1, 2, 3)


def facts_complete(corpus: Corpus) -> Iterable[Problem]:
    """V002: a fact without question, label or English, or with an effort other than 1, 2, 3."""
    for fact in corpus.vocabulary.facts.values():
        for what in _lacks(fact):
            yield in_file(
                FILE,
                "V002",
                f"{what} 没有写全（中文和英文）；effort 只能是 1、2、3",
                f"{what} is missing or lacks its English; effort must be 1, 2 or 3",
                fact.name,
            )
    scope = corpus.vocabulary.scope
    for name, term in scope.facts.items():
        if not term.label.zh or not term.label.en:
            yield in_file(FILE, "V002", "label 没有写全", "the label is incomplete", name)
    for name, label in scope.kinds.items():
        if not label.zh or not label.en:
            yield in_file(FILE, "V002", "标的名称没有写全", "the kind's name is incomplete", name)
        more = corpus.vocabulary.kinds[name].more
        if more.zh and not more.en:
            yield in_file(FILE, "V002", "more 缺英文", "`more` lacks its English", name)


def _lacks(fact: FactInfo) -> Iterable[str]:
    for key in ("label", "question"):
        text = getattr(fact, key)
        if not text.zh or not text.en:
            yield key
    if fact.note.zh and not fact.note.en:
        yield "note"
    if fact.change.says.zh and not fact.change.says.en:
        yield "changes.says"
    if fact.effort not in EFFORTS:
        yield "effort"
    for name, label in fact.options.items():
        if not label.zh or not label.en:
            yield f"options.{name}"


def facts_used(corpus: Corpus) -> Iterable[Problem]:
    """V003: a fact that no rule or reading reads; V004 (information): an option none names."""
    read, named = _uses(corpus)
    scope = corpus.vocabulary.scope
    for fact in corpus.vocabulary.facts.values():
        if fact.name not in read:
            yield in_file(
                FILE,
                "V003",
                "没有规则用到这个事实；删去，或写进规则",
                "no rule reads this fact; remove it, or use it",
                fact.name,
            )
        for option in fact.options if fact.type != "place" else ():
            if (fact.name, option) not in named:
                told = in_file(
                    FILE,
                    "V004",
                    f"没有规则用到选项“{option}”",
                    f"no rule names the choice “{option}”",
                    fact.name,
                )
                yield structs.replace(told, severity="info")
    for name, term in scope.facts.items():
        if term.means is not None and name not in read:
            yield in_file(FILE, "V003", "没有规则用到这个词", "no rule uses this term", name)


def _uses(corpus: Corpus) -> tuple[set[str], set[tuple[str, str]]]:
    read: set[str] = set()
    named: set[tuple[str, str]] = set()
    nodes = [node for measure in corpus.measures for node in _nodes(measure)]
    scope = corpus.vocabulary.scope
    while nodes:
        for part in n.walk(nodes.pop()):
            if isinstance(part, n.Is | n.Has):
                named.update((part.fact.name, member) for member in part.members)
            elif isinstance(part, n.RecordedIn | n.Records):
                named.add((part.fact.name, part.member))
            if not isinstance(part, n.Fact) or part.name in read:
                continue
            read.add(part.name)
            fact = scope.find(part.name)
            if fact is None:
                continue
            read.update(filter(None, (fact.upper, fact.default)))
            if fact.means is not None:
                nodes.append(fact.means)
    return read, named


def _nodes(measure: Measure) -> Iterable[n.Node]:
    rules: list[Rule | Patch] = [measure.rule]
    rules += [option.patch for reading in measure.readings for option in reading.options]
    for rule in rules:
        yield from (condition.expression for condition in rule.requires or ())
        yield from (part for part in (rule.pays, rule.plus) if part)
        yield from rule.limits or ()
