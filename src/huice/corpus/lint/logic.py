"""Simple reasoning about conditions: what never holds, what always holds, what follows from what.

A condition becomes a list of cases, each a set of constraints that hold together. Choices become
sets of members, comparisons with numbers become intervals, everything else is an opaque truth. The
answers are sound (a fault told is a fault) and not complete: what is too large is left alone.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from msgspec import Struct

from huice.language import nodes as n
from huice.language.scope import Scope
from huice.language.units import value_of

MOST_CASES = 256
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_BOUNDS = {"at least": ">=", "more than": ">", "at most": "<=", "less than": "<"}


class TooLargeError(Exception):
    """More cases than are worth comparing."""


class Member(Struct, frozen=True):
    """A choice is one of these members."""

    fact: str
    members: frozenset[str]


class Order(Struct, frozen=True):
    """A quantity lies on one side of a number."""

    what: Any
    op: str
    number: Fraction


class Plain(Struct, frozen=True):
    """Something that holds or does not."""

    what: Any
    holds: bool


Constraint = Member | Order | Plain
Case = tuple[Constraint, ...]


def never_holds(node: n.Node, scope: Scope) -> bool:
    """Whether the condition contradicts itself."""
    return _impossible(node, scope, wanted=True)


def never_fails(node: n.Node, scope: Scope) -> bool:
    """Whether the condition says nothing."""
    return _impossible(node, scope, wanted=False)


def follows(conclusion: n.Node, premise: n.Node, scope: Scope) -> bool:
    """Whether the conclusion holds wherever the premise does."""
    try:
        cases = _all_of(
            [_cases(premise, scope, wanted=True), _cases(conclusion, scope, wanted=False)]
        )
    except TooLargeError:
        return False
    return not any(_possible(case) for case in cases)


def _impossible(node: n.Node, scope: Scope, *, wanted: bool) -> bool:
    try:
        return not any(_possible(case) for case in _cases(node, scope, wanted=wanted))
    except TooLargeError:
        return False


def _cases(node: n.Node, scope: Scope, *, wanted: bool) -> list[Case]:
    """The cases in which the condition is true (or, if not wanted, false)."""
    if isinstance(node, n.Not):
        return _cases(node.item, scope, wanted=not wanted)
    if isinstance(node, n.And | n.Or):
        parts = [_cases(item, scope, wanted=wanted) for item in node.items]
        if isinstance(node, n.And) == wanted:
            return _all_of(parts)
        return _any_of(parts)
    return _leaf(node, scope, wanted=wanted)


def _leaf(node: n.Node, scope: Scope, *, wanted: bool) -> list[Case]:
    if isinstance(node, n.Fact):
        fact = scope.find(node.name)
        if fact is not None and fact.means is not None:
            return _cases(fact.means, scope, wanted=wanted)
    if isinstance(node, n.Has):
        parts: list[list[Case]] = [
            [(Plain((node.fact.name, member), wanted),)] for member in node.members
        ]
        return _all_of(parts) if node.every == wanted else _any_of(parts)
    if isinstance(node, n.Is):
        fact = scope.find(node.fact.name)
        members = frozenset(node.members)
        if not wanted:
            members = frozenset(fact.members if fact else ()) - members
        return [(Member(node.fact.name, members),)]
    order = _order(node)
    if order is None:
        return [(Plain(node, wanted),)]
    if wanted:
        return [(order,)]
    if order.op == "=":
        return [(Order(order.what, op, order.number),) for op in "<>"]
    return [(Order(order.what, _OPPOSITE[order.op], order.number),)]


def _order(node: n.Node) -> Order | None:
    if isinstance(node, n.Elapsed):
        what = ("elapsed", node.since, node.until)
        return Order(what, _BOUNDS[node.bound], Fraction(value_of(node.span)))
    if isinstance(node, n.Compare):
        if isinstance(node.right, n.Literal):
            return Order(node.left, node.op, Fraction(value_of(node.right)))
        if isinstance(node.left, n.Literal):
            return Order(node.right, _FLIPPED[node.op], Fraction(value_of(node.left)))
    return None


def _any_of(parts: list[list[Case]]) -> list[Case]:
    found = [case for part in parts for case in part]
    if len(found) > MOST_CASES:
        raise TooLargeError
    return found


def _all_of(parts: list[list[Case]]) -> list[Case]:
    size = 1
    for part in parts:
        size *= max(len(part), 1)
        if size > MOST_CASES:
            raise TooLargeError
    return [tuple(c for case in cases for c in case) for cases in product(*parts)]


def _possible(case: Case) -> bool:
    """Whether the constraints of one case can hold together."""
    members: dict[str, frozenset[str]] = {}
    truths: dict[Any, bool] = {}
    orders: dict[Any, list[Order]] = {}
    for part in case:
        if isinstance(part, Member):
            members[part.fact] = members.get(part.fact, part.members) & part.members
        elif isinstance(part, Order):
            orders.setdefault(part.what, []).append(part)
        elif truths.setdefault(part.what, part.holds) != part.holds:
            return False
    if not all(members.values()):
        return False
    return all(_compatible(what, group) for what, group in orders.items())


def _compatible(what: object, orders: list[Order]) -> bool:
    if isinstance(what, n.Literal):
        known = Fraction(value_of(what))
        return all(_holds(known, order) for order in orders)
    numbers = sorted({order.number for order in orders})
    between = [(low + high) / 2 for low, high in pairwise(numbers)]
    tried = [numbers[0] - 1, *numbers, *between, numbers[-1] + 1]
    return any(all(_holds(number, order) for order in orders) for number in tried)


def _holds(number: Fraction, order: Order) -> bool:
    other = order.number
    return {
        "<": number < other,
        "<=": number <= other,
        "=": number == other,
        ">=": number >= other,
        ">": number > other,
    }[order.op]
