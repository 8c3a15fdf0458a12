"""What a rule reads: which spending and which choices a measure depends on, and which it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from msgspec import Struct

from huice.corpus.model import Rule
from huice.evaluate.closures import Closures
from huice.evaluate.facts import Entity, View
from huice.evaluate.program import ORG, Program, base_of
from huice.language import nodes as n
from huice.language.scope import Scope
from huice.planning.problem import Choice, Spending


class Touched(Exception):
    """A figure depends on an amount that was to play no part in it."""


class _Untouchable:
    """Stands for an amount of which a figure must not depend: whoever computes with it is stopped."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # a key depends on its amount too

    def _stop(self, *_: object) -> NoReturn:
        raise Touched

    def __mul__(self, other: object) -> _Untouchable:
        """A fixed share of it is as untouchable."""
        return self if isinstance(other, int | Fraction) else self._stop()

    __rmul__ = __mul__
    __add__ = __radd__ = __sub__ = __rsub__ = __truediv__ = __rtruediv__ = _stop
    __neg__ = __bool__ = __lt__ = __le__ = __gt__ = __ge__ = _stop
    __eq__ = __ne__ = _stop
    numerator = denominator = property(_stop)


UNTOUCHABLE: Any = _Untouchable()


class Reach(Struct, frozen=True):
    """What one rule reads: facts of the applicant by key, kinds of entity, sums and counts over lists.

    `previous` are the kinds that it reads of the year before, `supported` whether the amount depends on the
    year of support.
    """

    org: frozenset[str]
    kinds: frozenset[str]
    totals: tuple[n.Total | n.CountOf, ...]
    previous: frozenset[str]
    supported: bool

    def depends_on(self, choice: Choice) -> bool:
        """Whether some alternative of a choice may change what the rule gives."""
        return any(
            not self.org.isdisjoint(option.org) or not self.kinds.isdisjoint(option.lists)
            for option in choice.options
        )


def reach_of(program: Program, scope: Scope) -> Reach:
    """What the rule of a program reads, terms and defaults followed."""
    org: set[str] = set()
    kinds: set[str] = {program.measure.subject} - {ORG}
    totals: list[n.Total | n.CountOf] = []
    previous: set[str] = set()
    supported = False
    for node in _nodes(program.rule, scope):
        if isinstance(node, n.Fact):
            for fact in _with_defaults(node.name, scope):
                if fact.entity == ORG:
                    org.add(fact.key)
                else:
                    kinds.add(fact.entity)
        elif isinstance(node, n.Total | n.CountOf):
            totals.append(node)
            if isinstance(node, n.CountOf):
                kinds.add(node.kind)
        elif isinstance(node, n.Previous):
            previous |= {kind for below in n.walk(node) for kind in _kinds(below, scope)}
        elif isinstance(node, n.Context) and node.name == "support_year":
            supported = True
    return Reach(frozenset(org), frozenset(kinds), tuple(totals), frozenset(previous), supported)


def _with_defaults(name: str, scope: Scope) -> Iterator[Any]:
    while fact := scope.find(name):
        yield fact
        other = fact.default or fact.upper
        if other is None or other not in scope.facts:
            return
        name = other


def _kinds(node: n.Node, scope: Scope) -> Iterator[str]:
    fact = scope.find(node.name) if isinstance(node, n.Fact) else None
    if fact is not None and fact.entity != ORG:
        yield fact.entity
    if isinstance(node, n.CountOf):
        yield node.kind


def _nodes(rule: Rule, scope: Scope) -> Iterator[n.Node]:
    """Every node of a rule, and of the terms that it names."""
    parts: list[Any] = [
        *(one.expression for one in rule.requires),
        rule.pays,
        rule.plus,
        *rule.limits,
    ]
    waiting: list[n.Node] = [part for part in parts if part is not None]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += n.children(node)
        fact = scope.find(node.name) if isinstance(node, n.Fact) else None
        if fact is not None and fact.means is not None:
            waiting.append(fact.means)


def concerned(
    program: Program, reach: Reach, closures: Closures, view: View, kind: str, row: Entity
) -> bool:
    """Whether a row, whatever its amount, may matter to the rule in this year.

    It does not where it can be no claimant, no witness of a condition, and no part of a sum or count.
    """
    if kind not in reach.kinds:
        return False
    alone = View(view.year, view.claim_date, {**view.rows, kind: row}, {**view.lists, kind: [row]})
    tests = [program.own] if program.measure.subject == kind else []
    tests += [test for other, test in program.elsewhere if other == kind]
    for node in reach.totals:
        if kind in _kinds(node if isinstance(node, n.CountOf) else node.fact, closures.scope):
            if node.where is None:
                return True
            tests.append(closures.test(node.where))
    try:
        return any(test(alone) is not False for test in tests)
    except Touched:
        return True


_LINEAR = (
    n.Literal, n.Fact, n.ShareOf, n.Multiply, n.Tiers, n.Tier, n.Add, n.Total, n.And, n.Or, n.Not, n.SomeOf,
    n.Compare, n.Is, n.Has, n.Within, n.Context, n.Day, n.Elapsed, n.RecordedIn,
)  # fmt: skip
"""What an amount may be made of that is a fixed rate of every row, the rate a matter of sums alone."""


def alike(program: Program, reach: Reach, scope: Scope, found: Sequence[Spending]) -> bool:
    """Whether only the sum of these kinds of spending matters to a measure.

    So it is where every row is paid the same rate of its amount, a sum over all rows decides the rate, and the
    rows agree in every other fact that the rule reads.
    """
    rule, kind = program.rule, program.measure.subject
    if any(one.kind != kind or one.money != found[0].money for one in found):
        return False
    if rule.pays is None or rule.plus is not None or rule.once == "entity":
        return False
    if program.unit_limits or program.entity_caps or dict(program.elsewhere).get(kind):
        return False
    if any(isinstance(node, n.CountOf) for node in reach.totals):
        return False
    nodes = [node for part in (rule.pays.amount, *_tests(rule)) for node in _deep(part, scope)]
    if not all(isinstance(node, _LINEAR) for node in nodes):
        return False
    money = set(found[0].money)
    if _read_alone(rule, kind, money, scope) or not _once_in_products(
        rule.pays.amount, kind, scope
    ):
        return False
    keys = {
        fact.key
        for node in nodes
        if isinstance(node, n.Fact) and (fact := scope.find(node.name)) and fact.entity == kind
    }
    first = found[0].facts
    return all(one.facts.get(key) == first.get(key) for one in found for key in keys - money)


def _tests(rule: Rule) -> list[n.Node]:
    return [condition.expression for condition in rule.requires]


def _deep(node: n.Node, scope: Scope) -> Iterator[n.Node]:
    """The node and all below it, terms followed."""
    yield node
    fact = scope.find(node.name) if isinstance(node, n.Fact) else None
    if fact is not None and fact.means is not None:
        yield from _deep(fact.means, scope)
    for below in n.children(node):
        yield from _deep(below, scope)


def _read_alone(rule: Rule, kind: str, money: set[str], scope: Scope) -> bool:
    """Whether a condition, or a tier, looks at the amount of one row."""
    amount = rule.pays.amount if rule.pays else None
    tiers = [tier.when for tier in amount.tiers if tier.when] if isinstance(amount, n.Tiers) else []
    waiting: list[n.Node] = [*_tests(rule), *tiers]
    while waiting:
        node = waiting.pop()
        if isinstance(node, n.Total):
            waiting += [node.where] if node.where is not None else []
            continue
        fact = scope.find(node.name) if isinstance(node, n.Fact) else None
        if fact is not None and fact.entity == kind and fact.key in money:
            return True
        if fact is not None and fact.means is not None:
            waiting.append(fact.means)
        waiting += n.children(node)
    return False


def _once_in_products(amount: n.Node, kind: str, scope: Scope) -> bool:
    """Whether each rung is a stated rate of the row's own amount: nothing is added to it or paid flat."""
    rungs = [tier.value for tier in amount.tiers] if isinstance(amount, n.Tiers) else [amount]
    for rung in rungs:
        if not isinstance(rung, n.ShareOf) or not isinstance(rung.rate, n.Literal):
            return False
        fact = scope.find(rung.base.name) if isinstance(rung.base, n.Fact) else None
        if fact is None or fact.entity != kind or fact.means is not None:
            return False
    return True


def supports(
    program: Program, reach: Reach, closures: Closures, view: View, kind: str, row: Entity
) -> bool:
    """Whether the measure pays for the row itself: its cost is the base, or part of it."""
    pays = program.rule.pays
    if pays is None or kind not in reach.kinds:
        return False
    alone = View(view.year, view.claim_date, {**view.rows, kind: row}, {**view.lists, kind: [row]})
    scope = closures.scope
    for base in _bases(pays.amount, program):
        try:
            if isinstance(base, n.Fact) and kind in _kinds(base, scope):
                return program.measure.subject == kind and program.own(alone) is not False
            if isinstance(base, n.Total) and kind in _kinds(base.fact, scope):
                return base.where is None or closures.test(base.where)(alone) is not False
        except Touched:
            return True
    return False


def _bases(amount: n.Node, program: Program) -> Iterable[n.Node]:
    found = base_of(amount)
    rate = [] if found is None else n.walk(found)
    plus = n.walk(program.rule.plus) if program.rule.plus is not None else []
    return [node for node in [*rate, *plus] if isinstance(node, n.Fact | n.Total)]
