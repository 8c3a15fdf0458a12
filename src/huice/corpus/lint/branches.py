"""Branches: conditions that never hold or never fail, rungs never reached, caps that never bind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from huice.corpus.corpus import Corpus
from huice.corpus.lint.logic import follows, never_fails, never_holds
from huice.corpus.lint.report import at
from huice.corpus.model import Condition, Measure, Option
from huice.corpus.source import Problem
from huice.language import nodes as n
from huice.language.check import kinds_named
from huice.language.scope import Scope
from huice.language.units import value_of


def conditions_alive(corpus: Corpus) -> Iterable[Problem]:
    """B001, B002: a condition that never holds or never fails; B003: conditions at odds."""
    scope = corpus.vocabulary.scope
    for measure in corpus.measures:
        for condition in _conditions(measure):
            label, node = condition.label.zh, condition.expression
            if never_holds(node, scope):
                yield at(
                    measure,
                    "B001",
                    f"条件“{label}”自相矛盾，永远不成立",
                    f"the condition “{label}” contradicts itself and never holds",
                    condition.where,
                )
            elif never_fails(node, scope) and label not in measure.words:
                yield at(
                    measure,
                    "B002",
                    f"条件“{label}”总是成立，等于没写",
                    f"the condition “{label}” always holds: it says nothing",
                    condition.where,
                )
        together = n.And(tuple(_together(measure, scope)))
        if never_holds(together, scope):
            yield at(
                measure,
                "B003",
                "各条件互相矛盾，没有申请人能同时满足",
                "the conditions contradict each other: no applicant can meet them all",
            )


def _together(measure: Measure, scope: Scope) -> Iterator[n.Truth]:
    for condition in measure.rule.requires:
        if kinds_named(condition.expression, scope) <= {measure.subject}:
            yield condition.expression


def parts_needed(corpus: Corpus) -> Iterable[Problem]:
    """B004: a part of an `or` or `and` that never matters; a member named twice."""
    scope = corpus.vocabulary.scope
    for measure in corpus.measures:
        for condition in _conditions(measure):
            others = [c.expression for c in measure.rule.requires if c.label != condition.label]
            if any(
                _idle_part(part, scope) or _dead_part(part, others, scope)
                for part in n.walk(condition.expression)
            ):
                yield at(
                    measure,
                    "B004",
                    f"条件“{condition.label.zh}”里有一部分永远用不到：被别处涵盖、与别的条件矛盾，或选项重复",
                    f"a part of the condition “{condition.label.zh}” never matters: another covers"
                    f" or contradicts it, or a choice is named twice",
                    condition.where,
                )


def _idle_part(node: n.Node, scope: Scope) -> bool:
    if isinstance(node, n.Is | n.Has):
        return len(set(node.members)) < len(node.members)
    if not isinstance(node, n.And | n.Or):
        return False
    pairs = [
        (one, other)
        for index, one in enumerate(node.items)
        for position, other in enumerate(node.items)
        if index != position
    ]
    return any(follows(one, other, scope) for one, other in pairs)


def _dead_part(node: n.Node, others: list[n.Truth], scope: Scope) -> bool:
    """Whether a part of an `or` contradicts the other conditions."""
    if not isinstance(node, n.Or):
        return False
    return any(never_holds(n.And((item, *others)), scope) for item in node.items)


def rungs_reached(corpus: Corpus) -> Iterable[Problem]:
    """B005: a rung of a ladder that the rungs above it already take, or that can never be taken."""
    scope = corpus.vocabulary.scope
    for measure in corpus.measures:
        for node in _amounts(measure):
            for ladder in n.walk(node):
                if isinstance(ladder, n.Tiers):
                    yield from _ladder(measure, ladder, scope)


def _ladder(measure: Measure, ladder: n.Tiers, scope: Scope) -> Iterator[Problem]:
    for index, tier in enumerate(ladder.tiers):
        above = [t.when for t in ladder.tiers[:index]]
        open_above = any(when is None for when in above)
        taken = n.Or(tuple(when for when in above if when is not None))
        dead = open_above
        if tier.when is None:
            dead = dead or (bool(above) and never_fails(taken, scope))
        else:
            dead = dead or never_holds(tier.when, scope)
            dead = dead or (bool(above) and follows(taken, tier.when, scope))
        if dead:
            yield at(
                measure,
                "B005",
                f"第 {index + 1} 档永远用不到：前面的档已经涵盖它，或它的条件不可能成立",
                f"rung {index + 1} is never reached: the rungs above cover it, or it cannot hold",
            )


def caps_bind(corpus: Corpus) -> Iterable[Problem]:
    """B006: a cap that another cap of the same scope makes idle, or the same cap twice."""
    for measure in corpus.measures:
        fixed = [
            (limit, value_of(limit.amount))
            for limit in (measure.rule.pays, *measure.rule.limits)
            if limit is not None and isinstance(limit.amount, n.Literal)
        ]
        for index, (limit, value) in enumerate(fixed):
            others = fixed[:index] + fixed[index + 1 :]
            idle = any(
                (other.per, other.period) == (limit.per, limit.period)
                and not other.soft
                and (amount < value or (amount == value and position < index))
                for position, (other, amount) in enumerate(others)
            )
            if idle and limit is not measure.rule.pays:
                yield at(
                    measure,
                    "B006",
                    "有一条 limits 永远不起作用：同一范围另有更低的封顶",
                    "a cap never binds: another of the same scope is lower",
                )


def quotas_positive(corpus: Corpus) -> Iterable[Problem]:
    """B007: a duration whose shortest is longer than its longest; a quota or pool of nothing."""
    for measure in corpus.measures:
        lasts = measure.rule.lasts
        counts = [q.numerator for q in (measure.quota, measure.vouchers) if q is not None]
        turned = (
            lasts is not None
            and lasts.most is not None
            and lasts.least is not None
            and lasts.least >= lasts.most
        )
        if turned or 0 in counts:
            yield at(
                measure,
                "B007",
                "期限下限不小于上限，或名额为零",
                "the shortest duration is not below the longest, or a quota is zero",
            )


def _conditions(measure: Measure) -> Iterator[Condition]:
    yield from measure.rule.requires
    for option in _options(measure):
        yield from option.patch.requires or ()


def _options(measure: Measure) -> Iterator[Option]:
    for reading in measure.readings:
        yield from reading.options


def _amounts(measure: Measure) -> Iterator[n.Node]:
    rule = measure.rule
    for part in (rule.pays, rule.plus, *rule.limits):
        if part is not None:
            yield part
    for option in _options(measure):
        patch = option.patch
        yield from (part for part in (patch.pays, patch.plus) if part)
        yield from patch.limits or ()
