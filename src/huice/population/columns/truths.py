"""What conditions mean in columns: one function of this module for each node that is a truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from huice.language import nodes as n
from huice.language.calendar import add_months
from huice.language.scope import Sort
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.facts import code_of, listed, recorded
from huice.population.columns.kleene import Kleene, both, every, negated, some, where
from huice.population.columns.kleene import possible as could
from huice.population.columns.maker import At, Maker, Moment, Unsupported

ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "=": lambda one, other: one == other,
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
}


def and_(to: Maker, node: n.And, at: At) -> Kleene:
    return every([to.truth_on(item, at) for item in node.items])


def or_(to: Maker, node: n.Or, at: At) -> Kleene:
    return some([to.truth_on(item, at) for item in node.items])


def not_(to: Maker, node: n.Not, at: At) -> Kleene:
    return negated(to.truth_on(node.item, at))


def some_of(to: Maker, node: n.SomeOf, at: At) -> Kleene:
    items = [to.truth_on(item, at) for item in node.items]
    items = [to.plan.truth(at.level, item) for item in items]
    sure = w.ZERO
    possible = w.ZERO
    for item in items:
        sure = w.add(sure, w.counted(item))
        possible = w.add(possible, w.counted(could(item)))
    wanted = w.const(node.count.numerator)
    met, open_ = w.compared(">=", sure, wanted), w.compared(">=", possible, wanted)
    return some([met, every([open_, None])])


def compare(to: Maker, node: n.Compare, at: At) -> Kleene:
    if to.type_of(node.left).sort is not Sort.QUANTITY:
        return order_of(to, at.level, node.op, to.when(node.left, at), to.when(node.right, at))
    left, right = to.quantity(node.left, at), to.quantity(node.right, at)
    if left.value is not None and right.value is not None:
        exact = r.compared(node.op, left.value, right.value)
        settled: Any = None
    else:
        left, right = to.plan.interval(at.level, left), to.plan.interval(at.level, right)
        settled = both(r.settled(left), r.settled(right))
        exact = where(settled, r.compared(node.op, left.low, right.low), None)
    parts = {type(part) for part in n.walk(node)}
    if not parts & {n.Total, n.CountOf} or parts & {n.Subtract, n.Divide}:
        return exact
    early = where(r.settled(right), _decided_by_known_part(node.op, left.low, right.low), None)
    sure = r.settled(left)
    return where(sure, exact, early) if settled is None else where(settled, exact, early)


def _decided_by_known_part(op: str, known: r.Ratio, limit: r.Ratio) -> Kleene:
    """A total that is still growing: only what no further item could undo is decided."""
    if op in ("<=", "="):
        over = r.compared(">", known, limit)
        return every([negated(over), None])
    if op == "<":
        return every([negated(r.compared(">=", known, limit)), None])
    return some([r.compared(op, known, limit), None])


def order_of(to: Maker, level: str, op: str, one: Moment, other: Moment) -> Kleene:
    """Two days or years in order; unknown where one is."""
    if one is None or other is None:
        return None
    found = ORDER[op](_lit(one, other), _lit(other, one))
    return to.plan.flag(level, found) if isinstance(found, pl.Expr) else bool(found)


def _lit(value: Moment, beside: Moment) -> Moment:
    return pl.lit(value) if isinstance(value, date) and isinstance(beside, pl.Expr) else value


def is_(to: Maker, node: n.Is, at: At) -> Kleene:
    fact = to.fact_type(node.fact)
    fixed = to.fixed.get(f"{fact.entity}.{fact.key}@{at.year.year}", "")
    if fixed != "":
        return None if fixed is None else fixed in node.members
    return some([code_of(to, fact, member, at) for member in node.members])


def within(to: Maker, node: n.Within, at: At) -> Kleene:
    fact = to.fact_type(node.fact)
    fixed = to.fixed.get(f"{fact.entity}.{fact.key}@{at.year.year}", "")
    if fixed is None:
        return None
    if fixed:
        return fixed == node.place or fixed.startswith(node.place + "/")
    column = to.fact(fact.entity, fact.key, at)
    if column is None:
        return None
    inside = (column == node.place) | column.str.starts_with(node.place + "/")
    return to.plan.flag(at.level, inside)


def has(to: Maker, node: n.Has, at: At) -> Kleene:
    fact = to.fact_type(node.fact)
    test = recorded if fact.sort is Sort.RECORDS else listed
    tests = [test(to, fact, member, at) for member in node.members]
    return every(tests) if node.every else some(tests)


def recorded_in(to: Maker, node: n.RecordedIn, at: At) -> Kleene:
    fact, year = to.fact_type(node.fact), to.when(node.year, at)
    if year is None:
        return None
    if not isinstance(year, int):
        raise Unsupported(node, "a year that differs from firm to firm")
    return recorded(to, fact, node.member, at, year)


def elapsed(to: Maker, node: n.Elapsed, at: At) -> Kleene:
    until, since = to.when(node.until, at), to.when(node.since, at)
    months = node.span.numerator
    op = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}[node.bound]
    if until is None or since is None:
        return None
    later = (
        since.dt.offset_by(f"{months}mo")
        if isinstance(since, pl.Expr)
        else add_months(since, months)
    )
    return order_of(to, at.level, op, until, later)


def fact_test(to: Maker, node: n.Fact, at: At) -> Kleene:
    fact = to.fact_type(node)
    if fact.means is not None:
        return to.truth_on(fact.means, at)
    column = to.fact(fact.entity, fact.key, at)
    return None if column is None else to.plan.flag(at.level, column)


TRUTHS: dict[type[Any], Callable[[Maker, Any, At], Kleene]] = {
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
