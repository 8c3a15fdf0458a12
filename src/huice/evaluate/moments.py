"""What dates and calendar years mean: one function of this module for each node that is a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from huice.evaluate.facts import View
from huice.evaluate.intervals import When
from huice.evaluate.maker import Maker
from huice.language import nodes as n


def day(to: Maker, node: n.Day) -> When:
    value = date.fromisoformat(node.iso)
    return lambda _view: value


def date_fact(to: Maker, node: n.Fact) -> When:
    fact = to.fact_type(node)
    kind, key = fact.entity, fact.key
    return lambda view: view.rows[kind].get(key)


def date_context(to: Maker, node: n.Context) -> When:
    if node.name == "claim_year":
        return lambda view: view.year
    return lambda view: view.claim_date


def year_of(to: Maker, node: n.YearOf) -> When:
    when = to.when(node.date)

    def year(view: View) -> Any:
        day = when(view)
        return None if day is None else day.year

    return year


def later_year(to: Maker, node: n.Add | n.Subtract) -> When:
    items = node.items if isinstance(node, n.Add) else (node.left, node.right)
    when, span_ = to.when(items[0]), to.quantity(items[1])
    sign = 1 if isinstance(node, n.Add) else -1

    def year(view: View) -> Any:
        start = when(view)
        return None if start is None else start + sign * (int(span_(view)[0]) // 12)

    return year


MOMENTS: dict[type[Any], Callable[[Maker, Any], When]] = {
    n.Day: day,
    n.Fact: date_fact,
    n.Context: date_context,
    n.YearOf: year_of,
    n.Add: later_year,
    n.Subtract: later_year,
}
