"""What quantities mean: one function of this module for each node that is a quantity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from huice.evaluate.facts import Exact, View
from huice.evaluate.intervals import (
    NOTHING,
    UNKNOWN,
    Interval,
    Kleene,
    Measure,
    Test,
    added,
    least,
    over,
    span,
    times,
)
from huice.evaluate.maker import Maker
from huice.language import nodes as n
from huice.language.calendar import days_between, days_of_year, months_between
from huice.language.check import kinds_named
from huice.language.scope import Sort
from huice.language.units import value_of

_BLANK: dict[str, Any] = {}


def literal(to: Maker, node: n.Literal) -> Measure:
    value = value_of(node)
    point: Interval = (value, value)
    return lambda _view: point


def fact(to: Maker, node: n.Fact) -> Measure:
    fact = to.fact_type(node)
    if fact.means is not None:
        return to.quantity(fact.means)
    kind, key = fact.entity, fact.key
    upper = to.fact_type(n.Fact(fact.upper)).key if fact.upper else None

    def known(view: View) -> Interval:
        return _point_or_bound(view.rows[kind], key, upper)

    return known


def context(to: Maker, node: n.Context) -> Measure:
    if node.name == "year_days":
        return lambda view: (days_of_year(view.year), days_of_year(view.year))
    return lambda view: (view.support_year, view.support_year)


def add(to: Maker, node: n.Add) -> Measure:
    items = [to.quantity(item) for item in node.items]

    def addition(view: View) -> Interval:
        low: Exact = 0
        high: Exact | None = 0
        for item in items:
            one, other = item(view)
            low = added(low, one)
            high = None if high is None or other is None else added(high, other)
        return low, high

    return addition


def subtract(to: Maker, node: n.Subtract) -> Measure:
    if to.type_of(node.left).sort is Sort.YEAR:
        return _years_between(to, node)
    left, right = to.quantity(node.left), to.quantity(node.right)

    def difference(view: View) -> Interval:
        low, high = left(view)
        low2, high2 = right(view)
        return 0 if high2 is None else low - high2, None if high is None else high - low2

    return difference


def _years_between(to: Maker, node: n.Subtract) -> Measure:
    left, right = to.when(node.left), to.when(node.right)

    def months(view: View) -> Interval:
        one, other = left(view), right(view)
        if one is None or other is None:
            return UNKNOWN
        return 12 * (one - other), 12 * (one - other)

    return months


def multiply(to: Maker, node: n.Multiply) -> Measure:
    return _product([to.quantity(item) for item in node.items])


def share_of(to: Maker, node: n.ShareOf) -> Measure:
    return _product([to.quantity(node.rate), to.quantity(node.base)])


def divide(to: Maker, node: n.Divide) -> Measure:
    left, right = to.quantity(node.left), to.quantity(node.right)

    def quotient(view: View) -> Interval:
        low, high = left(view)
        low2, high2 = right(view)
        least = 0 if not high2 else over(low, high2)
        return least, None if high is None or not low2 else over(high, low2)

    return quotient


def lower(to: Maker, node: n.Lower) -> Measure:
    items = [to.quantity(item) for item in node.items]

    def lowest(view: View) -> Interval:
        low, high = items[0](view)
        for item in items[1:]:
            low, high = least((low, high), item(view))
        return low, high

    return lowest


def higher(to: Maker, node: n.Higher) -> Measure:
    items = [to.quantity(item) for item in node.items]

    def highest(view: View) -> Interval:
        intervals = [item(view) for item in items]
        highs = [high for _, high in intervals]
        return max(low for low, _ in intervals), None if None in highs else max(highs)  # type: ignore[type-var]  # no None left

    return highest


def excess(to: Maker, node: n.ExcessOver) -> Measure:
    amount, threshold = to.quantity(node.amount), to.quantity(node.threshold)

    def above(view: View) -> Interval:
        low, high = amount(view)
        low2, high2 = threshold(view)
        least_ = 0 if high2 is None else max(0, low - high2)
        return least_, None if high is None else max(0, high - low2)

    return above


def banded(to: Maker, node: n.Banded) -> Measure:
    base = to.quantity(node.base)
    bands = [
        (to.quantity(band.rate), to.quantity(band.up_to) if band.up_to else None)
        for band in node.bands
    ]

    def schedule(view: View) -> Interval:
        low, high = base(view)
        known = [(rate(view), up_to(view) if up_to else None) for rate, up_to in bands]
        return _banded(low, known, 0), None if high is None else _banded(high, known, 1)

    return schedule


def tiers(to: Maker, node: n.Tiers) -> Measure:
    measure: Measure = ladder(to, node, NOTHING)
    return measure


def ladder(to: Maker, node: n.Tiers, beyond: Any) -> Any:
    rungs = [
        (to.quantity(tier.value), to.test(tier.when) if tier.when is not None else None)
        for tier in node.tiers
    ]

    def climb(view: View) -> Any:
        reached: list[Any] = []
        for value, when in rungs:
            holds = True if when is None else when(view)
            if holds is False:
                continue
            reached.append(value(view))
            if holds:
                return span(reached)
        return span([*reached, beyond])

    return climb


def choice(to: Maker, node: n.Choice) -> Measure:
    options = [to.quantity(option) for option in node.options]
    return lambda view: span([option(view) for option in options])


def total(to: Maker, node: n.Total) -> Measure:
    fact = to.fact_type(node.fact)
    kind, key = fact.entity, fact.key
    upper = to.fact_type(n.Fact(fact.upper)).key if fact.upper else None
    where = to.test(node.where) if node.where is not None else None

    def total(view: View) -> Interval:
        entities = view.lists.get(kind)
        if entities is None:
            return UNKNOWN
        low: Exact = 0
        high: Exact | None = 0
        for entity, holds in _each(view, kind, entities, where):
            one, other = _point_or_bound(entity, key, upper)
            if holds:
                low = added(low, one)
            high = None if high is None or other is None else added(high, other)
        return low, high

    return _once_a_view(total, node)


def count_of(to: Maker, node: n.CountOf) -> Measure:
    kind = node.kind
    where = to.test(node.where) if node.where is not None else None

    def count(view: View) -> Interval:
        entities = view.lists.get(kind)
        if entities is None:
            return UNKNOWN
        found = [holds for _, holds in _each(view, kind, entities, where)]
        return found.count(True), len(found)

    return _once_a_view(count, node)


def records(to: Maker, node: n.Records) -> Measure:
    fact, member = to.fact_type(node.fact), node.member
    kind, key = fact.entity, fact.key

    def count(view: View) -> Interval:
        records = view.rows[kind].get(key)
        if records is None:
            return UNKNOWN
        number = len(records.get(member, ()))
        return number, number

    return count


def days(to: Maker, node: n.Days) -> Measure:
    return _of_period(to, node.period, days_between)


def months(to: Maker, node: n.Months) -> Measure:
    return _of_period(to, node.period, months_between)


def _of_period(to: Maker, node: n.Fact, length: Callable[[date, date], int]) -> Measure:
    fact = to.fact_type(node)
    kind, key = fact.entity, fact.key

    def of_period(view: View) -> Interval:
        period = view.rows[kind].get(key)
        if period is None:
            return UNKNOWN
        number = length(*period)
        return number, number

    return of_period


def previous(to: Maker, node: n.Previous) -> Measure:
    item = to.quantity(node.item)
    kinds = kinds_named(node.item, to.scope)

    def a_year_earlier(view: View) -> Interval:
        before = view.previous
        if before is None:
            return UNKNOWN
        for kind in kinds:
            before.rows[kind] = _the_same(kind, view, before)
        return item(before)

    return a_year_earlier


def award(to: Maker, node: n.Award) -> Measure:
    measure = node.measure
    return lambda view: view.award(measure, view) if view.award else UNKNOWN


def _product(items: list[Measure]) -> Measure:
    """A product with an unknown factor is open above: an unknown quantity limits nothing."""

    def product(view: View) -> Interval:
        low: Exact = 1
        high: Exact | None = 1
        for item in items:
            one, other = item(view)
            low = times(low, one)
            high = None if high is None or other is None else times(high, other)
        return low, high

    return product


def _point_or_bound(row: dict[str, Any], key: str, upper: str | None) -> Interval:
    value = row.get(key)
    if value is not None:
        return value, value
    return UNKNOWN if upper is None else (0, row.get(upper))


def _each(
    view: View, kind: str, entities: list[dict[str, Any]], where: Test | None
) -> list[tuple[dict[str, Any], Kleene]]:
    """The entities that meet the condition or may meet it."""
    if where is None:
        return [(entity, True) for entity in entities]
    kept = view.rows.get(kind, _BLANK)
    found: list[tuple[dict[str, Any], Kleene]] = []
    for entity in entities:
        view.rows[kind] = entity
        holds = where(view)
        if holds is not False:
            found.append((entity, holds))
    view.rows[kind] = kept
    return found


def _once_a_view(reckon: Measure, node: n.Node) -> Measure:
    """A sum over a list is the same for each of its entities: n contracts must not cost n²."""
    if any(isinstance(part, n.Award) or part == _SUPPORT_YEAR for part in n.walk(node)):
        return reckon

    def kept(view: View) -> Interval:
        found: Interval | None = view.sums.get(reckon)
        if found is None:
            found = view.sums[reckon] = reckon(view)
        return found

    return kept


_SUPPORT_YEAR = n.Context("support_year")


def _the_same(kind: str, view: View, before: View) -> dict[str, Any]:
    """The entity looked at as it was a year earlier: by `id`, else by place in the list."""
    entity, earlier = view.rows.get(kind, _BLANK), before.lists.get(kind) or []
    if "id" in entity:
        return next((one for one in earlier if one.get("id") == entity["id"]), _BLANK)
    now = view.lists.get(kind) or []
    places = (place for place, one in enumerate(now) if one is entity and place < len(earlier))
    return next((earlier[place] for place in places), _BLANK)


def _banded(base: Exact, bands: list[tuple[Interval, Interval | None]], end: int) -> Exact:
    total: Exact = 0
    floor: Exact = 0
    for rate, up_to in bands:
        top = base if up_to is None or up_to[0] > base else up_to[0]
        if top > floor:
            total += (rate[end] or 0) * (top - floor)
            floor = top
    return total


QUANTITIES: dict[type[Any], Callable[[Maker, Any], Measure]] = {
    n.Literal: literal,
    n.Fact: fact,
    n.Context: context,
    n.Add: add,
    n.Subtract: subtract,
    n.Multiply: multiply,
    n.Divide: divide,
    n.ShareOf: share_of,
    n.Lower: lower,
    n.Higher: higher,
    n.ExcessOver: excess,
    n.Banded: banded,
    n.Tiers: tiers,
    n.Choice: choice,
    n.Total: total,
    n.CountOf: count_of,
    n.Records: records,
    n.Days: days,
    n.Months: months,
    n.Previous: previous,
    n.Award: award,
}
