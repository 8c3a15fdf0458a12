"""Modality: what is owed, what is only a ceiling, and whether a threshold includes its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from huice.corpus.corpus import Corpus
from huice.corpus.lint.lexicon import (
    AT_LEAST,
    AT_MOST,
    CEILING,
    IN_FULL,
    IN_PART,
    LESS_THAN,
    MORE_THAN,
    NOMINAL,
    SOFT,
)
from huice.corpus.lint.report import at
from huice.corpus.model import Measure, Place
from huice.corpus.numbers import Token, clause_after, clause_before, listed, stands_for, tokens
from huice.corpus.source import Problem
from huice.language import nodes as n
from huice.language.units import SHARE, dimension_of

_SIDES: dict[str, tuple[tuple[str, ...], str, str]] = {
    ">=": (AT_LEAST, "含本数：以上、达到、满", "including it: 以上, 达到, 满"),
    ">": (MORE_THAN, "不含本数：超过、高于", "above it: 超过, 高于"),
    "<=": (AT_MOST, "含本数：以下、以内、不超过", "including it: 以下, 以内, 不超过"),
    "<": (LESS_THAN, "不含本数：不足、低于", "below it: 不足, 低于"),
}
_BOUNDS = {"at least": ">=", "more than": ">", "at most": "<=", "less than": "<"}
_FLIPPED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


def ceilings_said(corpus: Corpus) -> Iterable[Problem]:
    """M001, M002: `pays at most` has a ceiling word at its numbers, `pays` has none."""
    for measure in corpus.measures:
        pays = measure.rule.pays
        if pays is None:
            continue
        for token in _tokens_of(measure, paid_literals(pays.amount)):
            capped = is_capped(measure.text, token)
            if measure.rule.exact and capped:
                yield at(
                    measure,
                    "M002",
                    f"原文对“{token.text}”用了封顶的说法，规则却写 pays（足额）；应写 pays at most",
                    f"the text makes “{token.text}” a ceiling, but the rule says `pays` (owed in"
                    f" full); write `pays at most`",
                )
            if not measure.rule.exact and not capped:
                yield at(
                    measure,
                    "M001",
                    f"规则写 pays at most，“{token.text}”前却没有最高、不超过等字样；应写 pays",
                    f"the rule says `pays at most`, but no ceiling word (最高, 不超过) is"
                    f" before “{token.text}”; write `pays`",
                )


def payments_without_number(corpus: Corpus) -> Iterable[Problem]:
    """M003: a payment without a number is in full (免费) or in part (减免), as the text says."""
    for measure in corpus.measures:
        pays, text = measure.rule.pays, measure.text
        if pays is None or paid_literals(pays.amount):
            continue
        wanted = IN_FULL if measure.rule.exact else IN_PART
        if not _any(wanted, text):
            words = "、".join(wanted)
            yield at(
                measure,
                "M003",
                f"规则未写金额或比例，原文又没有“{words}”等字样；核对 pays 与 pays at most",
                f"the rule states no number, and the text has none of {words}; check `pays` and"
                f" `pays at most`",
            )


def limits_said(corpus: Corpus) -> Iterable[Problem]:
    """M004, M005: a cap has a ceiling word at its number; a cap in principle has 原则上."""
    for measure in corpus.measures:
        for limit in measure.rule.limits:
            for token in _tokens_of(measure, paid_literals(limit.amount)):
                if not is_capped(measure.text, token):
                    yield at(
                        measure,
                        "M004",
                        f"“{token.text}”是 limits 里的封顶，原文前面却没有最高、不超过等字样",
                        f"“{token.text}” is a cap, but no ceiling word (最高, 不超过) is before it",
                    )
            if limit.soft and not _any(SOFT, measure.text):
                yield at(
                    measure,
                    "M005",
                    "normally 表示原则上的封顶，原文没有“原则上”",
                    "`normally` is a cap in principle, but the text does not say 原则上",
                )


def thresholds_said(corpus: Corpus) -> Iterable[Problem]:
    """M006: `>=` reads 以上 or 达到, `>` 超过, `<=` 以下 or 以内, `<` 不足."""
    for measure in corpus.measures:
        for op, literal, where in _thresholds(measure):
            for token in _tokens_of(measure, [literal]):
                if not _side_said(measure.text, token, op):
                    _, zh, en = _SIDES[op]
                    yield at(
                        measure,
                        "M006",
                        f"规则写 {op} {literal.text}（{zh}），与原文“{token.text}”处的说法不符",
                        f"the rule says {op} {literal.text} ({en}), unlike the words at"
                        f" “{token.text}” in the text",
                        where,
                    )


def durations_said(corpus: Corpus) -> Iterable[Problem]:
    """M007: a shortest duration (`at least`) is not one that the text calls the longest."""
    for measure in corpus.measures:
        lasts = measure.rule.lasts
        if lasts is None or lasts.least is None:
            continue
        least = [literal for literal in lasts.literals if literal.numerator == lasts.least]
        for token in _tokens_of(measure, least):
            if is_capped(measure.text, token):
                yield at(
                    measure,
                    "M007",
                    f"“{token.text}”在原文是最长期限，lasts 却写作 at least",
                    f"“{token.text}” is the longest period in the text, but `lasts` says at least",
                )


def pools_said(corpus: Corpus) -> Iterable[Problem]:
    """M008: `stated` of a pool: at_most has a ceiling word, nominal 规模, exact neither."""
    for pool in corpus.pools.values():
        text = pool.text.zh
        for token in tokens(text):
            said = _pool_modality(text, token)
            if stands_for(token, pool.holds) and said != pool.stated:
                yield at(
                    pool,
                    "M008",
                    f"stated 应为 {said}：原文是“{text}”",
                    f"`stated` must be {said}: the text says “{text}”",
                )


def _pool_modality(text: str, token: Token) -> str:
    if is_capped(text, token):
        return "at_most"
    return "nominal" if _any(NOMINAL, text) else "exact"


# --- words at a number ----------------------------------------------------------------------------


def is_capped(text: str, token: Token) -> bool:
    """Whether a ceiling word governs the number: before it in its clause, no other number between.

    One word governs a row: 分别给予最高 1000 万元、300 万元、60 万元.
    """
    row = _row(text, token)
    after = clause_after(text, row[-1]).lstrip()
    return _any(CEILING, clause_before(text, row[0])) or after.startswith("以内")


def _side_said(text: str, token: Token, op: str) -> bool:
    row = _row(text, token)
    if op == ">=" and token.start < row[-1].start and token.end == row[-1].end:
        return True  # the lower end of 6-48 个月
    before = clause_before(text, row[0])
    after = clause_after(text, row[-1]).lstrip()
    above = re.search(rf"(?<!不)({'|'.join(MORE_THAN)})", before) is not None
    below = _any(LESS_THAN, before) or after.startswith("不足")
    if op == ">":
        return above and len(row) == 1
    if op == "<":
        return below
    if op == ">=":
        return not above and (_any(AT_LEAST, before) or after.startswith("以上"))
    return not below and (
        _any(AT_MOST, before) or after.startswith(("以下", "以内", "内", "（含）"))
    )


def _row(text: str, token: Token) -> tuple[Token, ...]:
    return next((row for row in listed(text) if token in row), (token,))


def _any(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)


def _tokens_of(measure: Measure, literals: Iterable[n.Literal]) -> Iterator[Token]:
    wanted = list(dict.fromkeys(literals))
    for token in tokens(measure.text):
        if any(stands_for(token, literal) for literal in wanted):
            yield token


# --- numbers of a rule by what they do ------------------------------------------------------------


def paid_literals(node: n.Node) -> list[n.Literal]:
    """The rates, sums and unit prices of an amount, without the thresholds that select them."""
    if isinstance(node, n.Literal):
        dimension = dimension_of(node)
        money = dimension.yuan == 1
        return (
            [node]
            if money or (dimension == SHARE and node.text[-1:] in "%％") or (":" in node.text)
            else []
        )
    if isinstance(node, n.Tier):
        return paid_literals(node.value)
    if isinstance(node, n.Band):
        return paid_literals(node.rate)
    if isinstance(node, n.ExcessOver):
        return paid_literals(node.amount)
    if isinstance(node, n.Total | n.CountOf):
        return []
    return [literal for below in n.children(node) for literal in paid_literals(below)]


def _thresholds(measure: Measure) -> Iterator[tuple[str, n.Literal, Place]]:
    """Every comparison of a fact with a number other than 0: operator, number and line."""
    rule = measure.rule
    places: list[tuple[n.Node, Place]] = [
        (condition.expression, condition.where) for condition in rule.requires
    ]
    places += [(part, measure.where) for part in (rule.pays, rule.plus) if part is not None]
    for node, where in places:
        for part in n.walk(node):
            found = _threshold(part)
            if found is not None and found[1].numerator != 0:
                yield *found, where


def _threshold(node: n.Node) -> tuple[str, n.Literal] | None:
    if isinstance(node, n.Elapsed):
        return _BOUNDS[node.bound], node.span
    if not isinstance(node, n.Compare) or node.op == "=":
        return None
    if isinstance(node.right, n.Literal):
        return node.op, node.right
    if isinstance(node.left, n.Literal):
        return _FLIPPED[node.op], node.left
    return None
