"""Phrases: each label stands in the sentence, each stretch of it is encoded or idle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, permutations

from huice.corpus.corpus import Corpus
from huice.corpus.lint.figures import pool_of
from huice.corpus.lint.lexicon import (
    AT_LEAST,
    AT_MOST,
    CEILING,
    CUMULATIVE,
    DEMANDS,
    IN_FULL,
    IN_PART,
    LESS_THAN,
    MORE_THAN,
    NAMES,
    NEUTRAL,
    NOMINAL,
    ONCE,
    SCOPES,
    UNBROKEN,
    YEARLY,
)
from huice.corpus.lint.report import at
from huice.corpus.model import Condition, Measure, Rule
from huice.corpus.numbers import tokens
from huice.corpus.source import Problem
from huice.language import nodes as n
from huice.language.scope import Scope

FROM_BEFORE, BY_READING = "（承前", "（读法"
_COMMENT = re.compile(r"（[^（）]*(?:（[^（）]*）[^（）]*)*）")
_GAP = re.compile(r"…+")
_SPLIT = re.compile(r"[、和或；;，,／/\s“”‘’]+")
_IDLE = re.compile(r"[\s，。；：、“”‘’（）()《》/＋…]+")
_FREE, _IDLE_WORD, _CARRIED = 0, 1, 2


def pieces(label: str, text: str) -> tuple[list[str], list[str]]:
    """The phrases that a label quotes: those that stand in the text, and those that do not.

    A label may leave words out with …, join phrases with 、 和 或 ； or a space, and comment
    in （…）.
    """
    standing: list[str] = []
    missing: list[str] = []
    for whole in _GAP.split(label):
        for part in (whole,) if whole.strip() in text else _COMMENT.split(whole):
            words = (part.strip(),) if part.strip() in text else _SPLIT.split(part)
            for word in filter(None, words):
                (standing if word in text else missing).append(word)
    return standing, missing


def labels_stand(corpus: Corpus) -> Iterable[Problem]:
    """L001: a label of a condition, or a judged phrase, that the sentence does not say."""
    for measure in corpus.measures:
        text = measure.text
        for condition in _own(measure, measure.rule.requires):
            yield from _stands(measure, condition.label.zh, text, condition)
        for judged in measure.rule.judged:
            yield from _stands(measure, judged.zh, text)
        own = {condition.label.zh for condition in measure.rule.requires}
        for reading in measure.readings:
            for option in reading.options:
                for condition in option.patch.requires or ():
                    if condition.label.zh not in own:
                        yield from _stands(measure, condition.label.zh, text, condition)
                for judged in option.patch.judged or ():
                    yield from _stands(measure, judged.zh, text)


def _stands(
    measure: Measure, label: str, text: str, condition: Condition | None = None
) -> Iterator[Problem]:
    if label.startswith((FROM_BEFORE, BY_READING)):
        return
    for missing in pieces(label, text)[1]:
        yield at(
            measure,
            "L001",
            f"“{missing}”不在原文里（标签“{label}”）；照抄原文，省略用 …，承接前文写（承前）",
            f"“{missing}” of the label “{label}” does not stand in the text; quote it, with … for"
            f" what is left out and （承前） for what stands in an earlier sentence",
            condition.where if condition else None,
        )


def labels_from_before(corpus: Corpus) -> Iterable[Problem]:
    """L002: a label marked （承前） whose words do not stand in the document so far."""
    for measure in corpus.measures:
        document = corpus.document(measure.document)
        before = document.text[: measure.start + len(measure.text)]
        labels = [condition.label.zh for condition in measure.rule.requires]
        for label in [*labels, *(judged.zh for judged in measure.rule.judged)]:
            if not label.startswith(FROM_BEFORE):
                continue
            said = label.removeprefix(FROM_BEFORE).lstrip("）：").rstrip("）")
            for missing in pieces(said, before)[1]:
                yield at(
                    measure,
                    "L002",
                    f"“{missing}”在前文里也找不到（标签“{label}”）",
                    f"“{missing}” of the label “{label}” does not stand in the text before it",
                )


def all_encoded(corpus: Corpus) -> Iterable[Problem]:
    """L003: a stretch that no condition, number or idle word accounts for; L006: a base not so named."""
    for measure in corpus.measures:
        coverage = Coverage(corpus, measure)
        for stretch in coverage.left_over():
            yield at(
                measure,
                "L003",
                f"“{stretch}”没有写进规则；若确实不含规则，列入 also says",
                f"“{stretch}” is not encoded; if it carries no rule, list it under `also says`",
            )
        for fact in sorted(_amount_facts(measure.rule) & set(NAMES)):
            if not coverage.bases.get(fact):
                names = "、".join(NAMES[fact])
                yield at(
                    measure,
                    "L006",
                    f"以 {fact} 计算，原文却没有这样的说法（{names}）；核对基数",
                    f"{fact} is the base, but the text does not name it ({names}); check the base",
                )


def idle_phrases(corpus: Corpus) -> Iterable[Problem]:
    """L004, L005: `also says` quotes the sentence in its order, and only what is idle."""
    for measure in corpus.measures:
        coverage = Coverage(corpus, measure, also_says=False)
        position = 0
        for phrase in measure.frame:
            start = measure.text.find(phrase, position)
            if start < 0:
                yield at(
                    measure,
                    "L004",
                    f"also says 的“{phrase}”不在原文里，或没有按原文顺序排列",
                    f"“{phrase}” under `also says` does not stand in the text, in its order",
                )
                continue
            position = start + len(phrase)
            if not coverage.is_free(start, position):
                yield at(
                    measure,
                    "L005",
                    f"also says 的“{phrase}”已写进规则或本就不必列出，删去",
                    f"“{phrase}” under `also says` is encoded, or need not be listed; remove it",
                )


def facts_demanded(corpus: Corpus) -> Iterable[Problem]:
    """L007: the sentence names an applicant or a thing that no condition asks for."""
    for measure in corpus.measures:
        if measure.benefit:
            yield from _demands(corpus, measure)


def _demands(corpus: Corpus, measure: Measure) -> Iterator[Problem]:
    said = f"{measure.text}|{_COMMENT.sub('', measure.who.zh)}"
    asked = _facts(corpus.vocabulary.scope, measure.rule)
    for pattern, facts in DEMANDS.items():
        found = re.search(pattern, said)
        kinds = {fact.split(".")[0] for fact in facts}
        if found is None or not kinds & {"org", measure.subject}:
            continue
        word = found.group()
        if word not in measure.words and not asked & set(facts):
            yield at(
                measure,
                "L007",
                f"原文说到“{word}”，规则却没有问 {' 或 '.join(facts)}；补上条件，或在 words 里说明",
                f"the text says “{word}”, but the rule asks for none of {', '.join(facts)}; add"
                f" the condition, or say under `words` why not",
            )


def choices_named(corpus: Corpus) -> Iterable[Problem]:
    """L009: a label speaks of another choice of the fact than the one its condition names."""
    scope = corpus.vocabulary.scope
    for measure in corpus.measures:
        for condition in measure.rule.requires:
            for named, meant in _other_choices(condition, scope):
                yield at(
                    measure,
                    "L009",
                    f"标签“{condition.label.zh}”说的像是 {meant}，条件却问 {named}；核对选项",
                    f"the label “{condition.label.zh}” speaks of {meant}, but the condition asks"
                    f" for {named}; check the choice",
                    condition.where,
                )


def _other_choices(condition: Condition, scope: Scope) -> Iterator[tuple[str, str]]:
    """The choices of a condition that share nothing with its label, where another does."""
    chosen: dict[str, list[str]] = {}
    for part in n.walk(condition.expression):
        if isinstance(part, n.Not):
            return
        if isinstance(part, n.Is | n.Has):
            chosen.setdefault(part.fact.name, []).extend(part.members)
    labels = {name: fact.members for name in chosen if (fact := scope.find(name)) is not None}
    said = _pairs(condition.label.zh)
    explained: set[str] = set()
    for name, members in chosen.items():
        for member in members:
            explained |= _pairs(labels[name][member].zh) if member in labels[name] else said
    for name, members in chosen.items():
        if any(said & _pairs(labels[name][member].zh) for member in members):
            continue
        for member, label in labels[name].items():
            if (said - explained) & _pairs(label.zh):
                yield "、".join(members), member
                break


def _pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters of a label, without its comments."""
    words = re.findall(r"\w+", _COMMENT.sub(" ", text))
    return {word[index : index + 2] for word in words for index in range(len(word) - 1)}


def labels_in_place(corpus: Corpus) -> Iterable[Problem]:
    """L010: two conditions whose labels speak of each other's choices, not of their own."""
    scope = corpus.vocabulary.scope
    for measure in corpus.measures:
        said = [
            (condition, _pairs(condition.label.zh), _choice_pairs(condition.expression, scope))
            for condition in measure.rule.requires
        ]
        for (one, label, rule), (other, label_too, rule_too) in combinations(said, 2):
            crossed = label & rule_too and label_too & rule
            if crossed and not label & rule and not label_too & rule_too:
                yield at(
                    measure,
                    "L010",
                    f"标签“{one.label.zh}”与“{other.label.zh}”像是对调了",
                    f"the labels “{one.label.zh}” and “{other.label.zh}” seem to be swapped",
                    one.where,
                )


def _choice_pairs(node: n.Node, scope: Scope) -> set[str]:
    """The pairs of characters in the names of the choices that a condition names."""
    found: set[str] = set()
    for part in n.walk(node):
        if isinstance(part, n.Is | n.Has):
            fact = scope.find(part.fact.name)
            labels = fact.members if fact is not None else {}
            found.update(*(_pairs(labels[m].zh) for m in part.members if m in labels))
    return found


def siblings_alike(corpus: Corpus) -> Iterable[Problem]:
    """L008: two measures for the same applicant inherit （承前） the same conditions."""
    for document in corpus.documents:
        for one, other in permutations(document.measures, 2):
            inherited, there = _inherited(one), _inherited(other)
            if one.who != other.who or not inherited:
                continue
            known = there or {c.expression: c for c in other.rule.requires}
            for expression, condition in inherited.items():
                if expression not in known:
                    label = condition.label.zh
                    yield at(
                        other if there else one,
                        "L008",
                        f"申请人与 {one.id} 相同，却没有条件“{label}”，或写法不同",
                        f"the applicant is that of {one.id}, but the condition “{label}” is missing"
                        f" or written otherwise",
                    )


def _inherited(measure: Measure) -> dict[n.Truth, Condition]:
    return {
        condition.expression: condition
        for condition in measure.rule.requires
        if condition.label.zh.startswith(FROM_BEFORE)
    }


# --- coverage -------------------------------------------------------------------------------------


class Coverage:
    """Which characters of a measure's sentence are encoded, idle, or neither."""

    def __init__(self, corpus: Corpus, measure: Measure, *, also_says: bool = True) -> None:
        self.text = measure.text
        self.marks = bytearray(len(self.text))
        self.bases: dict[str, list[str]] = {}
        self._encoded(corpus, measure)
        self._idle(measure, measure.frame if also_says else ())

    def left_over(self) -> list[str]:
        """The stretches of two characters and more that nothing accounts for."""
        shown = "".join(
            sign if mark == _FREE else "\n"
            for sign, mark in zip(self.text, self.marks, strict=True)
        )
        return [part for part in re.split(r"[\n]+", _IDLE.sub("\n", shown)) if len(part) > 1]

    def is_free(self, start: int, end: int) -> bool:
        """Whether some of these characters are not accounted for, and none is encoded."""
        marks = self.marks[start:end]
        return _FREE in marks and _CARRIED not in marks

    def _encoded(self, corpus: Corpus, measure: Measure) -> None:
        rule = measure.rule
        labels = [condition.label.zh for condition in rule.requires]
        labels += [judged.zh for judged in rule.judged]
        labels += [part.zh for part in measure.parts]
        labels += [measure.funding.zh] if measure.funding else []
        labels += [branch.zh for branch in measure.instead]
        labels += _choices(corpus.vocabulary.scope, rule)
        for label in labels:
            for piece in pieces(label, self.text)[0]:
                self.mark(piece, _CARRIED)
        for name in _place_names(rule):
            self.mark(name, _CARRIED)
        for token in tokens(self.text):
            self._span(token.start, token.end, _CARRIED)
        self._bases(_amount_facts(rule) | _facts(corpus.vocabulary.scope, rule))
        if pool_of(corpus, measure) is not None:
            for piece in pieces(corpus.pools[rule.pool or ""].text.zh, self.text)[0]:
                self.mark(piece, _CARRIED)

    def _bases(self, facts: set[str]) -> None:
        named = sorted(
            ((word, fact) for fact, words in NAMES.items() for word in words),
            key=lambda item: -len(item[0]),
        )
        taken = bytearray(len(self.text))
        for word, fact in named:
            for start, end in _all(self.text, word):
                if any(taken[start:end]):
                    continue
                taken[start:end] = b"\1" * (end - start)
                if fact in facts:
                    self.bases.setdefault(fact, []).append(word)
                    self._span(start, end, _CARRIED)

    def _idle(self, measure: Measure, frame: tuple[str, ...]) -> None:
        for word in measure.words:
            self.mark(word, _IDLE_WORD)
        position = 0
        for phrase in frame:
            start = self.text.find(phrase, position)
            if start >= 0:
                position = start + len(phrase)
                self._span(start, position, _IDLE_WORD)
        for word in _IDLE_WORDS:
            for start, end in _all(self.text, word):
                if not any(self.marks[start:end]):
                    self._span(start, end, _IDLE_WORD)

    def mark(self, word: str, mark: int) -> None:
        """Mark every place where the word stands."""
        for start, end in _all(self.text, word):
            self._span(start, end, mark)

    def _span(self, start: int, end: int, mark: int) -> None:
        for index in range(start, end):
            self.marks[index] = max(self.marks[index], mark)


_MODAL = (AT_LEAST, AT_MOST, MORE_THAN, LESS_THAN, CEILING, YEARLY, CUMULATIVE, NOMINAL, UNBROKEN)
_IDLE_WORDS = sorted(
    {
        *NEUTRAL,
        *IN_FULL,
        *IN_PART,
        ONCE,
        *(word for words in _MODAL for word in words if len(word) > 1),
        *(word for words in SCOPES.values() for word in words),
    },
    key=lambda word: -len(word),
)


def _all(text: str, word: str) -> Iterator[tuple[int, int]]:
    start = text.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = text.find(word, start + 1)


def _own(measure: Measure, conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    """The conditions written in the measure, without those that its document states for all."""
    for condition in conditions:
        if condition.where.line >= measure.where.line:
            yield condition


def _choices(scope: Scope, rule: Rule) -> list[str]:
    """The choices that select a rung of an amount, as the vocabulary calls them: 初创企业."""
    found = []
    for part in n.walk(rule.pays) if rule.pays is not None else ():
        if isinstance(part, n.Is | n.Has):
            fact = scope.find(part.fact.name)
            labels = fact.members if fact is not None else {}
            found += [labels[member].zh for member in part.members if member in labels]
    return found


def _place_names(rule: Rule) -> set[str]:
    """What a text calls the place of its document: 杭州西湖区 → 西湖区, 杭州, 杭州市."""
    found: set[str] = set()
    for condition in rule.requires:
        if isinstance(condition.expression, n.Within):
            label = condition.label.zh
            city = label[:2]
            found |= {label, label[2:], city, f"{city}市", *_COMMENT.split(label)}
            found |= {inner.strip("（）") for inner in _COMMENT.findall(label)}
    return {name for name in found if len(name) > 1}


def _amount_facts(rule: Rule) -> set[str]:
    nodes = [part for part in (rule.pays, rule.plus, *rule.limits) if part is not None]
    return {part.name for node in nodes for part in n.walk(node) if isinstance(part, n.Fact)}


def _facts(scope: Scope, rule: Rule) -> set[str]:
    """The facts that a rule asks for, terms with what they mean."""
    nodes: list[n.Node] = [condition.expression for condition in rule.requires]
    nodes += [part for part in (rule.pays, rule.plus, *rule.limits) if part is not None]
    found: set[str] = set()
    while nodes:
        for part in n.walk(nodes.pop()):
            if isinstance(part, n.Fact) and part.name not in found:
                found.add(part.name)
                fact = scope.find(part.name)
                if fact is not None and fact.means is not None:
                    nodes.append(fact.means)
    return found
