"""What conditions mean: one function of this module for each node that is a truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from huice.evaluate.facts import Exact, View
from huice.evaluate.intervals import Kleene, Test, every, some
from huice.evaluate.maker import Maker
from huice.language import nodes as n
from huice.language.calendar import add_months
from huice.language.scope import Sort

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    "=": lambda one, other: bool(one == other),
    ">=": lambda one, other: bool(one >= other),
    ">": lambda one, other: bool(one > other),
}


def and_(to: Maker, node: n.And) -> Test:
    return every([to.test(item) for item in node.items])


def or_(to: Maker, node: n.Or) -> Test:
    return some([to.test(item) for item in node.items])


def not_(to: Maker, node: n.Not) -> Test:
    test = to.test(node.item)

    def negation(view: View) -> Kleene:
        value = test(view)
        return None if value is None else not value

    return negation


def some_of(to: Maker, node: n.SomeOf) -> Test:
    tests = [to.test(item) for item in node.items]
    wanted = node.count.numerator

    def at_least(view: View) -> Kleene:
        values = [test(view) for test in tests]
        if values.count(True) >= wanted:
            return True
        return None if values.count(True) + values.count(None) >= wanted else False

    return at_least


def compare(to: Maker, node: n.Compare) -> Test:
    if to.type_of(node.left).sort is not Sort.QUANTITY:
        return _compare_moments(to, node)
    left, right = to.quantity(node.left), to.quantity(node.right)
    exact = ORDER[node.op]
    parts = {type(part) for part in n.walk(node)}
    partial = bool(parts & {n.Total, n.CountOf}) and not parts & {n.Subtract, n.Divide}

    def comparison(view: View) -> Kleene:
        low, high = left(view)
        low2, high2 = right(view)
        if low == high and low2 == high2:
            return exact(low, low2)
        if partial and low2 == high2:
            return _decided_by_known_part(node.op, low, low2)
        return None

    return comparison


def _compare_moments(to: Maker, node: n.Compare) -> Test:
    left, right = to.when(node.left), to.when(node.right)
    exact = ORDER[node.op]

    def comparison(view: View) -> Kleene:
        one, other = left(view), right(view)
        return None if one is None or other is None else exact(one, other)

    return comparison


def is_(to: Maker, node: n.Is) -> Test:
    fact = to.fact_type(node.fact)
    kind, key, members = fact.entity, fact.key, frozenset(node.members)

    def choice(view: View) -> Kleene:
        value = view.rows[kind].get(key)
        return None if value is None else value in members

    return choice


def within(to: Maker, node: n.Within) -> Test:
    fact = to.fact_type(node.fact)
    kind, key, place, below = fact.entity, fact.key, node.place, node.place + "/"

    def inside(view: View) -> Kleene:
        value = view.rows[kind].get(key)
        return None if value is None else value == place or value.startswith(below)

    return inside


def has(to: Maker, node: n.Has) -> Test:
    fact = to.fact_type(node.fact)
    kind, key, members, every_one = fact.entity, fact.key, frozenset(node.members), node.every

    def holds(view: View) -> Kleene:
        value = view.rows[kind].get(key)
        if value is None:
            return None
        return members <= value.keys() if every_one else not members.isdisjoint(value)

    def contains(view: View) -> Kleene:
        value = view.rows[kind].get(key)
        if value is None:
            return None
        return members <= value if every_one else not members.isdisjoint(value)

    return holds if fact.sort is Sort.RECORDS else contains


def recorded_in(to: Maker, node: n.RecordedIn) -> Test:
    fact, year, member = to.fact_type(node.fact), to.when(node.year), node.member
    kind, key = fact.entity, fact.key

    def recorded(view: View) -> Kleene:
        records, wanted = view.rows[kind].get(key), year(view)
        if records is None or wanted is None:
            return None
        return any(day.year == wanted for day in records.get(member, ()))

    return recorded


def elapsed(to: Maker, node: n.Elapsed) -> Test:
    until, since, months = to.when(node.until), to.when(node.since), node.span.numerator
    exact = ORDER[
        {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}[node.bound]
    ]

    def passed(view: View) -> Kleene:
        start, end = since(view), until(view)
        return None if start is None or end is None else exact(end, add_months(start, months))

    return passed


def fact_test(to: Maker, node: n.Fact) -> Test:
    fact = to.fact_type(node)
    if fact.means is not None:
        return to.test(fact.means)
    kind, key = fact.entity, fact.key
    return lambda view: view.rows[kind].get(key)


def _decided_by_known_part(op: str, known: Exact, limit: Exact) -> Kleene:
    """A total that is still growing: only what no further item could undo is decided."""
    if (
        (op == "<=" and known > limit)
        or (op == "<" and known >= limit)
        or (op == "=" and known > limit)
    ):
        return False
    if (op == ">=" and known >= limit) or (op == ">" and known > limit):
        return True
    return None


TRUTHS: dict[type[Any], Callable[[Maker, Any], Test]] = {
    n.And: and_,
    n.Or: or_,
    n.Not: not_,
    n.SomeOf: some_of,
    n.Compare: compare,
    n.Is: is_,
    n.Within: within,
    n.Has: has,
    n.RecordedIn: recorded_in,
    n.Elapsed: elapsed,
    n.Fact: fact_test,
}
