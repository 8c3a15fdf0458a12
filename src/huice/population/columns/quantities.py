"""What quantities mean in columns: one function of this module for each node that is a quantity."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import polars as pl
from msgspec import structs

from huice.evaluate.amounts import LARGEST_AMOUNT
from huice.language import nodes as n
from huice.language.check import kinds_named
from huice.language.scope import FactType, Sort
from huice.language.units import value_of
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.facts import days_of, months_of, period_of, records_named, year_days
from huice.population.columns.kleene import (
    Definite,
    Kleene,
    both,
    either,
    no,
    possible,
    truth_if,
    unknown,
)
from huice.population.columns.kleene import where as where_
from huice.population.columns.maker import At, Maker, Unsupported
from huice.population.columns.plan import ORG
from huice.population.columns.ratios import NOTHING, UNKNOWN, Interval, Ratio
from huice.population.columns.whole import Whole

MOST_RECORDS = 10_000


def literal(to: Maker, node: n.Literal, at: At) -> Interval:
    return r.point(value_of(node))


def fact(to: Maker, node: n.Fact, at: At) -> Interval:
    fact = to.fact_type(node)
    if fact.means is not None:
        return to.quantity(fact.means, at)
    return known_or_bound(to, fact, at)


def known_or_bound(to: Maker, fact: FactType, at: At) -> Interval:
    """A fact: the number where it is known, else from nothing up to what bounds it."""
    value = number_of(to, fact, at)
    upper = to.fact_type(n.Fact(fact.upper)) if fact.upper else None
    low = r.null_as_zero(value)
    if upper is None or not value.top.nullable:
        return Interval(low if value.top.nullable else value, value, value)
    bound = number_of(to, upper, at)
    return Interval(low, Ratio(w.first_known(value.top, bound.top), value.bottom))


def number_of(to: Maker, fact: FactType, at: At) -> Ratio:
    """A fact's number, null where it is unknown; an approved base in its place."""
    column = to.column(fact.entity, fact.key)
    expr = to.fact(fact.entity, column.name, at)
    defaults = to.defaults.kinds.get(fact.entity)
    if defaults is not None and any(key == fact.key for key, _ in defaults.facts):
        raise Unsupported(None, f"another fact stands in for {fact.name}")
    table = "orgs" if fact.entity == ORG else to.schema.lists[fact.entity]
    most = to.most(table, column.name, LARGEST_AMOUNT * column.scale)
    whole = w.NULL
    if expr is not None:
        whole = Whole(to.plan.given(at.level, expr, most=most), 0, most, nullable=True)
    own = at.override
    if own is not None and (own.entity, own.key) == (fact.entity, fact.key):
        where = to.plan.down_truth(at.level, own.where)
        base = to.plan.down_whole(at.level, own.base)
        whole = w.chosen(
            where, w.times(base, w.const(column.scale // 100)) if column.scale != 1 else base, whole
        )
    return Ratio(whole, column.scale)


def context(to: Maker, node: n.Context, at: At) -> Interval:
    if node.name == "year_days":
        number = year_days(at.year.year)
    elif at.support_year is None:
        raise Unsupported(node, "the year of support is not known here")
    else:
        number = at.support_year
    one = Ratio(number)
    return Interval(one, one, one)


def add(to: Maker, node: n.Add, at: At) -> Interval:
    items = [to.quantity(item, at) for item in node.items]
    return reduce(plus, items)


def plus(one: Interval, other: Interval) -> Interval:
    """The sum of two quantities."""
    low = r.add(one.low, other.low)
    if one.low is one.high and other.low is other.high:
        return Interval(low, low)
    return Interval(low, r.add(one.high, other.high), _values(r.add, one, other))


def _values(op: Callable[[Ratio, Ratio], Ratio], one: Interval, other: Interval) -> Ratio | None:
    """The number where both are known: what is added is known only then."""
    if one.value is None or other.value is None:
        return None
    return op(one.value, other.value)


def subtract(to: Maker, node: n.Subtract, at: At) -> Interval:
    if to.type_of(node.left).sort is Sort.YEAR:
        return _years_between(to, node, at)
    left, right = to.quantity(node.left, at), to.quantity(node.right, at)
    high = r.subtract(left.high, right.low)
    if left.low is left.high and right.low is right.high:
        return Interval(high, high)
    low = r.null_as_zero(r.subtract(left.low, right.high))
    value = None
    if left.value is not None and right.known is not None:
        value = r.subtract(left.value, right.low)
    return Interval(low, high, value)


def _years_between(to: Maker, node: n.Subtract, at: At) -> Interval:
    one, other = to.when(node.left, at), to.when(node.right, at)
    if one is None or other is None:
        return UNKNOWN
    if isinstance(one, int) and isinstance(other, int):
        return r.point(12 * (one - other))
    months = (pl.lit(one) if isinstance(one, int) else one).cast(pl.Int64) - other
    number = to.plan.given(at.level, months * 12)
    value = Ratio(Whole(number, -100_000, 100_000, nullable=True))
    return Interval(r.null_as_zero(value), value, value)


def multiply(to: Maker, node: n.Multiply, at: At) -> Interval:
    return product([to.quantity(item, at) for item in node.items])


def share_of(to: Maker, node: n.ShareOf, at: At) -> Interval:
    return product([to.quantity(node.rate, at), to.quantity(node.base, at)])


def product(items: list[Interval]) -> Interval:
    """A product with an unknown factor is open above."""
    low = reduce(r.times, [item.low for item in items])
    if all(item.low is item.high for item in items):
        return Interval(low, low)
    high = reduce(r.times, [item.high for item in items])
    varying = [item for item in items if item.known is None]
    value = None
    if len(varying) == 1 and varying[0].value is not None:
        value = reduce(r.times, [varying[0].value, *(i.low for i in items if i.known is not None)])
        if any(item.known == 0 for item in items):
            value = None
    return Interval(low, high, value)


def divide(to: Maker, node: n.Divide, at: At) -> Interval:
    left, right = to.quantity(node.left, at), to.quantity(node.right, at)
    if right.low.top.least < 0 or right.high.top.least < 0:
        raise Unsupported(node, "the divisor may be below 0")
    right = to.plan.interval(at.level, right)
    low = r.over(left.low, right.high, r.ZERO)
    high = r.over(left.high, right.low, r.NULL)
    both_known = left.low is left.high and right.low is right.high
    if both_known and (right.low.known or 0) > 0:
        return Interval(low, low)
    return Interval(low, high)


def lower(to: Maker, node: n.Lower, at: At) -> Interval:
    return reduce(r.least, [to.quantity(item, at) for item in node.items])


def higher(to: Maker, node: n.Higher, at: At) -> Interval:
    items = [to.quantity(item, at) for item in node.items]
    low = reduce(r.higher, [item.low for item in items])
    if all(item.low is item.high for item in items):
        return Interval(low, low)
    return Interval(low, reduce(r.higher, [item.high for item in items]))


def excess(to: Maker, node: n.ExcessOver, at: At) -> Interval:
    amount, threshold = to.quantity(node.amount, at), to.quantity(node.threshold, at)
    high = r.not_below_zero(r.subtract(amount.high, threshold.low))
    if amount.low is amount.high and threshold.low is threshold.high:
        return Interval(high, high)
    low = r.null_as_zero(r.not_below_zero(r.subtract(amount.low, threshold.high)))
    value = None
    if amount.value is not None and threshold.known is not None:
        value = r.not_below_zero(r.subtract(amount.value, threshold.low))
    return Interval(low, high, value)


def banded(to: Maker, node: n.Banded, at: At) -> Interval:
    base = to.plan.interval(at.level, to.quantity(node.base, at))
    bands = [
        (to.quantity(band.rate, at), to.quantity(band.up_to, at) if band.up_to else None)
        for band in node.bands
    ]
    low = _banded(base.low, [(rate.low, None if up is None else up.low) for rate, up in bands])
    if base.low is base.high and all(rate.low is rate.high for rate, _ in bands):
        return Interval(low, low)
    rates = [(r.null_as_zero(rate.high), None if up is None else up.low) for rate, up in bands]
    high = _banded(r.null_as_zero(base.high), rates)
    return Interval(low, r.chosen(r.is_null(base.high), r.NULL, high))


def _banded(base: Ratio, bands: list[tuple[Ratio, Ratio | None]]) -> Ratio:
    total: Ratio = r.ZERO
    floor: Ratio = r.ZERO
    for rate, up_to in bands:
        top = base if up_to is None else r.lower(base, up_to)
        total = r.add(total, r.times(rate, r.not_below_zero(r.subtract(top, floor))))
        floor = r.higher(floor, top)
    return total


def tiers(to: Maker, node: n.Tiers, at: At) -> Interval:
    return ladder(to, node, at, NOTHING)


def ladder(to: Maker, node: n.Tiers, at: At, beyond: Interval) -> Interval:
    """The first rung that holds; an unknown one leaves it and those below."""
    found = beyond
    for tier in reversed(node.tiers):
        value = to.quantity(tier.value, at)
        holds: Kleene = True if tier.when is None else to.truth_on(tier.when, at)
        if holds is True:
            found = value
            continue
        if holds is False:
            continue
        holds = to.plan.truth(at.level, holds)
        open_ = span(value, found)
        found = r.pieces(truth_if(holds), value, r.pieces(unknown(holds), open_, found))
    return found


def span(one: Interval, other: Interval) -> Interval:
    """The smallest interval that holds both; of caps, a null low is no cap and a null high no bound."""
    return Interval(r.lower(one.low, other.low), r.higher(one.high, other.high))


def choice(to: Maker, node: n.Choice, at: At) -> Interval:
    return reduce(span, [to.quantity(option, at) for option in node.options])


def total(to: Maker, node: n.Total, at: At) -> Interval:
    fact = to.fact_type(node.fact)
    kind = fact.entity
    known = _known(to, kind, at)
    if known is False:
        return UNKNOWN
    below = _listed(at, kind)
    sure, maybe = _counted_rows(to, kind, node.where, below)
    one = to.plan.interval(kind, known_or_bound(to, fact, below))
    crowd = to.crowd(kind)
    low = Ratio(to.plan.sum_of(kind, w.chosen(sure, one.low.top, w.ZERO), crowd), one.low.bottom)
    high = Ratio(
        to.plan.sum_of(kind, w.chosen(maybe, one.high.top, w.ZERO), crowd), one.high.bottom
    )
    return r.pieces(known, Interval(low, high), UNKNOWN)


def count_of(to: Maker, node: n.CountOf, at: At) -> Interval:
    kind = node.kind
    known = _known(to, kind, at)
    if known is False:
        return UNKNOWN
    sure, maybe = _counted_rows(to, kind, node.where, _listed(at, kind))
    low, high = (
        Ratio(Whole(to.plan.count(kind, test), 0, to.crowd(kind))) for test in (sure, maybe)
    )
    return r.pieces(known, Interval(low, high), UNKNOWN)


def _listed(at: At, kind: str) -> At:
    """The entities of a list, as the year lists them: an approved base stands in the one that claims alone."""
    own = at.override
    if own is not None and own.entity == kind and at.members is None:
        return At(kind, at.year, at.tag, at.support_year, at.award)
    return structs.replace(at, level=kind, earlier=None)


def _counted_rows(
    to: Maker, kind: str, where: n.Truth | None, below: At
) -> tuple[Definite, Definite]:
    """Which entities surely count, and which may."""
    if where is not None and kinds_named(where, to.scope) - {kind}:
        raise Unsupported(where, "looks at two kinds of entity")
    rows = both(to.here(kind, below.year), no(to.blank(kind, below.year)))
    if below.members is not None and below.members[0] == kind:
        rows = _members(to, below, rows)
    if where is None:
        return rows, rows
    holds = to.plan.truth(kind, to.truth_on(where, below))
    return both(rows, truth_if(holds)), both(rows, possible(holds))


def _members(to: Maker, below: At, rows: Definite) -> Definite:
    """Of firms with an approved base only the entities that claim."""
    assert below.members is not None
    kind, where, member = below.members
    down = to.plan.down_truth(kind, where)
    apart = truth_if(down)
    if isinstance(apart, bool):
        return member if apart else rows
    return to.plan.truth(kind, truth_if(where_(apart, member, rows)))


def _known(to: Maker, kind: str, at: At) -> Definite:
    known = to.known(kind, at.year)
    if at.members is not None and at.members[0] == kind:
        where = at.members[1]
        if isinstance(where, bool):
            return where or known
        return either(where, known)
    return known


def records(to: Maker, node: n.Records, at: At) -> Interval:
    count = records_named(to, to.fact_type(node.fact), node.member, at, MOST_RECORDS)
    if count is None:
        return UNKNOWN
    value = Ratio(Whole(count, 0, MOST_RECORDS, nullable=True))
    return Interval(r.null_as_zero(value), value, value)


def days(to: Maker, node: n.Days, at: At) -> Interval:
    return _of_period(to, node.period, at, days_of)


def months(to: Maker, node: n.Months, at: At) -> Interval:
    return _of_period(to, node.period, at, months_of)


def _of_period(
    to: Maker, node: n.Fact, at: At, length: Callable[[Maker, str, Any, Any], Whole]
) -> Interval:
    period = period_of(to, to.fact_type(node), at)
    if period is None:
        return UNKNOWN
    value = Ratio(length(to, at.level, *period))
    if not value.top.nullable:
        return Interval(value, value)
    return Interval(r.null_as_zero(value), value, value)


def previous(to: Maker, node: n.Previous, at: At) -> Interval:
    before = at.year.before
    if before is None:
        return UNKNOWN
    earlier = at.year.year if kinds_named(node.item, to.scope) else None
    if earlier is not None and at.earlier is not None:
        raise Unsupported(node, "an entity as it was two years earlier")
    found = to.quantity(node.item, at.in_(before, earlier))
    if not before.stated:
        return found
    stated = to.stated()
    return r.pieces(to.plan.down(at.level, stated), found, UNKNOWN)


def award(to: Maker, node: n.Award, at: At) -> Interval:
    if at.award is None:
        return UNKNOWN
    return at.award(node.measure, at.year.year)


QUANTITIES: dict[type[Any], Callable[[Maker, Any, At], Interval]] = {
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
