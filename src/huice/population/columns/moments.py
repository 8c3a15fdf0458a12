"""What dates and calendar years mean in columns: one function of this module for each node that is a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from huice.language import nodes as n
from huice.population.columns.facts import with_default
from huice.population.columns.maker import At, Maker, Moment, Unsupported


def day(to: Maker, node: n.Day, at: At) -> Moment:
    return date.fromisoformat(node.iso)


def date_fact(to: Maker, node: n.Fact, at: At) -> Moment:
    fact = to.fact_type(node)
    return with_default(to, fact.entity, fact.key, at)


def date_context(to: Maker, node: n.Context, at: At) -> Moment:
    return at.year.year if node.name == "claim_year" else at.year.claim_date


def year_of(to: Maker, node: n.YearOf, at: At) -> Moment:
    when = to.when(node.date, at)
    if isinstance(when, pl.Expr):
        return when.dt.year()
    return None if when is None else when.year


def later_year(to: Maker, node: n.Add | n.Subtract, at: At) -> Moment:
    items = node.items if isinstance(node, n.Add) else (node.left, node.right)
    when, span = to.when(items[0], at), to.quantity(items[1], at)
    if span.low.known is None:
        raise Unsupported(node, "a number of years that differs from firm to firm")
    years = int(span.low.known) // 12
    if when is None:
        return None
    return when + years if isinstance(node, n.Add) else when - years


MOMENTS: dict[type[Any], Callable[[Maker, Any, At], Moment]] = {
    n.Day: day,
    n.Fact: date_fact,
    n.Context: date_context,
    n.YearOf: year_of,
    n.Add: later_year,
    n.Subtract: later_year,
}
