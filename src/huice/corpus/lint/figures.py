"""Numbers both ways: each of the text has a role in the rule, each of the rule is in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from huice.corpus.corpus import Corpus
from huice.corpus.lint.lexicon import DEMANDS
from huice.corpus.lint.report import at
from huice.corpus.model import Measure, Option, Pool
from huice.corpus.numbers import (
    Token,
    excuse,
    literals_of,
    rule_literals,
    spans_of,
    stands_for,
    tokens,
)
from huice.corpus.source import Problem
from huice.language import nodes as n
from huice.language.units import value_of


def numbers_of_text(corpus: Corpus) -> Iterable[Problem]:
    """N001: a number of the sentence that has no literal in the rule and no excuse in `words`."""
    for measure in corpus.measures:
        literals = literals_of(measure, pool_of(corpus, measure))
        excused = _covered(measure.text, measure.words)
        for token in tokens(measure.text):
            if _inside(token, excused) or _has_role(token, measure, literals):
                continue
            yield at(
                measure,
                "N001",
                f"原文的“{token.text}”在规则里没有着落：写进规则，或在 words 里说明它不是数量",
                f"“{token.text}” of the text has no role in the rule: encode it, or say under"
                f" `words` why it is no quantity",
            )


def numbers_of_rule(corpus: Corpus) -> Iterable[Problem]:
    """N002: a literal of the rule or of its pool that the sentence does not state."""
    for measure in corpus.measures:
        pool = pool_of(corpus, measure)
        derived = _derived(pool)
        for literal in literals_of(measure, pool):
            known = _stated(measure, literal) or literal in derived
            if known and not _excused_twice(measure, literal):
                continue
            yield at(
                measure,
                "N002",
                f"规则里的 {literal.text} 原文没有；核对数字和单位",
                f"{literal.text} of the rule does not stand in the text; check figure and unit",
            )


def numbers_of_options(corpus: Corpus) -> Iterable[Problem]:
    """N003, N004: an option's numbers stand in the sentence or under `assumes`, which is used."""
    for measure in corpus.measures:
        for reading in measure.readings:
            for option in reading.options:
                yield from _option(measure, reading.id, option)


def _option(measure: Measure, reading: str, option: Option) -> Iterator[Problem]:
    used = rule_literals(option.patch)
    for literal in used:
        if not _stated(measure, literal) and literal not in option.assumes:
            yield at(
                measure,
                "N003",
                f"读法 {reading}：{option.name} 用了 {literal.text}，原文没有；假定写进 assumes",
                f"reading {reading}: {option.name} uses {literal.text}, which the text does not"
                f" state; if it is assumed, list it under `assumes`",
            )
    for literal in option.assumes:
        if literal not in used or spans_of(measure.text, literal):
            yield at(
                measure,
                "N004",
                f"读法 {reading}：{option.name} 的 assumes 列了 {literal.text}，没有用到或原文已载",
                f"reading {reading}: {option.name} assumes {literal.text}, but does not use it or"
                f" the text states it",
            )


def excused_words(corpus: Corpus) -> Iterable[Problem]:
    """N005: `words` names what is neither a number of the sentence nor one of the rule."""
    for measure in corpus.measures:
        found = tokens(measure.text)
        missing = [
            literal
            for literal in literals_of(measure, pool_of(corpus, measure))
            if not spans_of(measure.text, literal)
        ]
        for word, reason in measure.words.items():
            covered = _covered(measure.text, {word: reason})
            if any(_inside(token, covered) for token in found):
                continue
            if any(excuse({word: reason}, literal) for literal in missing):
                continue
            if word in _excusable(measure):
                continue
            yield at(
                measure,
                "N005",
                f"words 里的“{word}”在原文和规则里都没有对应的数字，删去或改正",
                f"“{word}” under `words` is no number of the text or the rule; remove or mend it",
            )


def numbers_outside(corpus: Corpus) -> Iterable[Problem]:
    """N006: a number of the document's text that stands in no measure's sentence."""
    for document in corpus.documents:
        excused = _covered(document.text, document.words)
        if document.valid is not None:
            excused += _covered(document.text, {document.valid.says.zh: ""})
        excused += [(m.start, m.start + len(m.text)) for m in document.measures]
        for token in tokens(document.text):
            if not _inside(token, excused):
                yield at(
                    document,
                    "N006",
                    f"“{token.text}”不在任何事项的原文里：补一个事项，或用 valid、words 说明",
                    f"“{token.text}” stands in no measure's sentence: add a measure, or account"
                    f" for it with `valid` or `words`",
                )


def numbers_of_titles(corpus: Corpus) -> Iterable[Problem]:
    """N007: a number in a measure's title that its sentence does not state."""
    for measure in corpus.measures:
        stated = tokens(measure.text)
        literals = literals_of(measure, pool_of(corpus, measure))
        for token in tokens(measure.title.zh):
            if any(_same(token, other) for other in stated):
                continue
            if any(stands_for(token, literal) for literal in literals):
                continue
            yield at(
                measure,
                "N007",
                f"标题里的“{token.text}”与原文不符",
                f"“{token.text}” in the title does not agree with the text",
            )


def pool_products(corpus: Corpus) -> Iterable[Problem]:
    """N008: a pool of vouchers holds as many yuan as its vouchers are worth."""
    for pool in corpus.pools.values():
        if pool.vouchers is None or pool.face is None:
            continue
        product = f"{pool.vouchers.text} × {pool.face.text}"
        worth = value_of(pool.vouchers) * value_of(pool.face)
        if worth != value_of(pool.holds):
            yield at(
                pool,
                "N008",
                f"{product} = {worth} 元，holds 却是 {pool.holds.text}",
                f"{product} = {worth} yuan, not {pool.holds.text}",
            )


def _excusable(measure: Measure) -> set[str]:
    """What `words` may name besides numbers: nouns that L007 asks about, labels that B002 does."""
    nouns = {word for word in measure.words if any(re.fullmatch(p, word) for p in DEMANDS)}
    return nouns | {condition.label.zh for condition in measure.rule.requires}


# --- helpers --------------------------------------------------------------------------------------


def pool_of(corpus: Corpus, measure: Measure) -> Pool | None:
    """The pool that the measure's default rule draws on."""
    return corpus.pools.get(measure.rule.pool or "")


def _has_role(token: Token, measure: Measure, literals: tuple[n.Literal, ...]) -> bool:
    if token.kind == "once":
        return True  # S004
    if token.kind == "ratio" and measure.funding is not None:
        return token.text in measure.funding.zh
    return any(stands_for(token, literal) for literal in literals)


def _stated(measure: Measure, literal: n.Literal) -> bool:
    if literal.numerator == 0 or spans_of(measure.text, literal):
        return True
    return bool(excuse(measure.words, literal))


def _excused_twice(measure: Measure, literal: n.Literal) -> bool:
    """Whether a number that only `words` accounts for is used in two places of the rule."""
    rule = measure.rule
    nodes: list[n.Node] = [condition.expression for condition in rule.requires]
    nodes += [part for part in (rule.pays, rule.plus, *rule.limits) if part is not None]
    used = [part for node in nodes for part in n.walk(node) if part == literal]
    used += [part for part in (rule.lasts.literals if rule.lasts else ()) if part == literal]
    return len(used) > 1 and literal.numerator != 0 and not spans_of(measure.text, literal)


def _derived(pool: Pool | None) -> tuple[n.Literal, ...]:
    """The sum of a pool of vouchers is their number times their worth, which N008 checks."""
    if pool is None or pool.vouchers is None or pool.face is None:
        return ()
    return (pool.holds,)


def _same(one: Token, other: Token) -> bool:
    return (one.value, one.dimension, one.kind) == (other.value, other.dimension, other.kind)


def _covered(text: str, words: dict[str, str]) -> list[tuple[int, int]]:
    spans = []
    for word in words:
        start = text.find(word) if word else -1
        while start >= 0:
            spans.append((start, start + len(word)))
            start = text.find(word, start + 1)
    return spans


def _inside(token: Token, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether the token's digits lie in a span, and its unit or the span ends with it."""
    return any(
        start <= token.digits < end and (token.end <= end or token.dimension is None)
        for start, end in spans
    )
