"""What a rule reads: which spending and which choices a measure depends on, and which it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NoReturn

from msgspec import Struct

from huice.corpus.model import Rule
from huice.evaluate.closures import Closures
from huice.evaluate.facts import Entity, View
from huice.evaluate.program import ORG, Program, base_of
from huice.language import nodes as n
from huice.language.scope import Scope
from huice.planning.problem import Choice


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
