"""What the nodes mean: each node becomes a function of a year's facts, once per rule.

A truth gives True, False or None (unknown). A quantity gives an interval `(low, high)`: known facts give a
point, an unknown fact is `(0, None)`, for it may be anything from nothing on. `high` None is no bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from huice.evaluate.facts import Exact, View
from huice.language import nodes as n
from huice.language.calendar import add_months, days_between, days_of_year, months_between
from huice.language.check import Checker, Type, kinds_named
from huice.language.scope import FactType, Scope, Sort
from huice.language.units import value_of

Kleene: TypeAlias = bool | None
Interval: TypeAlias = tuple[Exact, Exact | None]
Test: TypeAlias = Callable[[View], Kleene]
Measure: TypeAlias = Callable[[View], Interval]
Ceiling: TypeAlias = Callable[[View], tuple[Exact | None, Exact | None]]
When: TypeAlias = Callable[[View], Any]

UNKNOWN: Interval = (0, None)
NOTHING: Interval = (0, 0)
UNCAPPED: tuple[None, None] = (None, None)
"""No cap at all, whatever the facts: the lower end is None too."""
_BLANK: dict[str, Any] = {}


class Closures:
    """Makes and keeps the functions of one scope's expressions."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._tests: dict[n.Node, Test] = {}
        self._quantities: dict[n.Node, Measure] = {}

    def test(self, node: Any) -> Test:
        """The function of a truth."""
        found = self._tests.get(node)
        if found is None:
            found = self._tests[node] = _TRUTHS[type(node)](self, node)
        return found

    def quantity(self, node: Any) -> Measure:
        """The function of a quantity."""
        found = self._quantities.get(node)
        if found is None:
            found = self._quantities[node] = _QUANTITIES[type(node)](self, node)
        return found

    def cap(self, node: Any) -> Ceiling:
        """The function of a cap: a ladder of which no rung holds is no cap, not 0."""
        if not isinstance(node, n.Tiers):
            return self.quantity(node)
        uncapped: Ceiling = self._ladder(node, UNCAPPED)
        return uncapped

    def when(self, node: Any) -> When:
        """The function of a date or a calendar year; None while unknown."""
        return _MOMENTS[type(node)](self, node)

    def _type(self, node: Any) -> Type:
        found = Checker(self.scope).type_of(node)
        assert found is not None
        return found

    def _fact(self, node: n.Fact) -> FactType:
        fact = self.scope.find(node.name)
        assert fact is not None
        return fact

    # --- truths ---------------------------------------------------------------------------------------

    def and_(self, node: n.And) -> Test:
        return every([self.test(item) for item in node.items])

    def or_(self, node: n.Or) -> Test:
        return some([self.test(item) for item in node.items])

    def not_(self, node: n.Not) -> Test:
        test = self.test(node.item)

        def negation(view: View) -> Kleene:
            value = test(view)
            return None if value is None else not value

        return negation

    def some_of(self, node: n.SomeOf) -> Test:
        tests = [self.test(item) for item in node.items]
        wanted = node.count.numerator

        def at_least(view: View) -> Kleene:
            values = [test(view) for test in tests]
            if values.count(True) >= wanted:
                return True
            return None if values.count(True) + values.count(None) >= wanted else False

        return at_least

    def compare(self, node: n.Compare) -> Test:
        if self._type(node.left).sort is not Sort.QUANTITY:
            return self._compare_moments(node)
        left, right = self.quantity(node.left), self.quantity(node.right)
        exact = _ORDER[node.op]
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

    def _compare_moments(self, node: n.Compare) -> Test:
        left, right = self.when(node.left), self.when(node.right)
        exact = _ORDER[node.op]

        def comparison(view: View) -> Kleene:
            one, other = left(view), right(view)
            return None if one is None or other is None else exact(one, other)

        return comparison

    def is_(self, node: n.Is) -> Test:
        fact = self._fact(node.fact)
        kind, key, members = fact.entity, fact.key, frozenset(node.members)

        def choice(view: View) -> Kleene:
            value = view.rows[kind].get(key)
            return None if value is None else value in members

        return choice

    def within(self, node: n.Within) -> Test:
        fact = self._fact(node.fact)
        kind, key, place, below = fact.entity, fact.key, node.place, node.place + "/"

        def inside(view: View) -> Kleene:
            value = view.rows[kind].get(key)
            return None if value is None else value == place or value.startswith(below)

        return inside

    def has(self, node: n.Has) -> Test:
        fact = self._fact(node.fact)
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

    def recorded_in(self, node: n.RecordedIn) -> Test:
        fact, year, member = self._fact(node.fact), self.when(node.year), node.member
        kind, key = fact.entity, fact.key

        def recorded(view: View) -> Kleene:
            records, wanted = view.rows[kind].get(key), year(view)
            if records is None or wanted is None:
                return None
            return any(day.year == wanted for day in records.get(member, ()))

        return recorded

    def elapsed(self, node: n.Elapsed) -> Test:
        until, since, months = self.when(node.until), self.when(node.since), node.span.numerator
        exact = _ORDER[
            {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}[node.bound]
        ]

        def passed(view: View) -> Kleene:
            start, end = since(view), until(view)
            return None if start is None or end is None else exact(end, add_months(start, months))

        return passed

    def fact_test(self, node: n.Fact) -> Test:
        fact = self._fact(node)
        if fact.means is not None:
            return self.test(fact.means)
        kind, key = fact.entity, fact.key
        return lambda view: view.rows[kind].get(key)

    # --- quantities -----------------------------------------------------------------------------------

    def literal(self, node: n.Literal) -> Measure:
        value = value_of(node)
        point: Interval = (value, value)
        return lambda view: point

    def fact(self, node: n.Fact) -> Measure:
        fact = self._fact(node)
        if fact.means is not None:
            return self.quantity(fact.means)
        kind, key = fact.entity, fact.key
        upper = self._fact(n.Fact(fact.upper)).key if fact.upper else None

        def known(view: View) -> Interval:
            return _point_or_bound(view.rows[kind], key, upper)

        return known

    def context(self, node: n.Context) -> Measure:
        if node.name == "year_days":
            return lambda view: (days_of_year(view.year), days_of_year(view.year))
        return lambda view: (view.support_year, view.support_year)

    def add(self, node: n.Add) -> Measure:
        items = [self.quantity(item) for item in node.items]

        def addition(view: View) -> Interval:
            low: Exact = 0
            high: Exact | None = 0
            for item in items:
                one, other = item(view)
                low = added(low, one)
                high = None if high is None or other is None else added(high, other)
            return low, high

        return addition

    def subtract(self, node: n.Subtract) -> Measure:
        if self._type(node.left).sort is Sort.YEAR:
            return self._years_between(node)
        left, right = self.quantity(node.left), self.quantity(node.right)

        def difference(view: View) -> Interval:
            low, high = left(view)
            low2, high2 = right(view)
            return 0 if high2 is None else low - high2, None if high is None else high - low2

        return difference

    def _years_between(self, node: n.Subtract) -> Measure:
        left, right = self.when(node.left), self.when(node.right)

        def months(view: View) -> Interval:
            one, other = left(view), right(view)
            if one is None or other is None:
                return UNKNOWN
            return 12 * (one - other), 12 * (one - other)

        return months

    def multiply(self, node: n.Multiply) -> Measure:
        return _product([self.quantity(item) for item in node.items])

    def share_of(self, node: n.ShareOf) -> Measure:
        return _product([self.quantity(node.rate), self.quantity(node.base)])

    def divide(self, node: n.Divide) -> Measure:
        left, right = self.quantity(node.left), self.quantity(node.right)

        def quotient(view: View) -> Interval:
            low, high = left(view)
            low2, high2 = right(view)
            least = 0 if not high2 else Fraction(low) / high2
            return least, None if high is None or not low2 else Fraction(high) / low2

        return quotient

    def lower(self, node: n.Lower) -> Measure:
        items = [self.quantity(item) for item in node.items]

        def lowest(view: View) -> Interval:
            low, high = items[0](view)
            for item in items[1:]:
                low, high = least((low, high), item(view))
            return low, high

        return lowest

    def higher(self, node: n.Higher) -> Measure:
        items = [self.quantity(item) for item in node.items]

        def highest(view: View) -> Interval:
            intervals = [item(view) for item in items]
            highs = [high for _, high in intervals]
            return max(low for low, _ in intervals), None if None in highs else max(highs)  # type: ignore[type-var]  # no None left

        return highest

    def excess(self, node: n.ExcessOver) -> Measure:
        amount, threshold = self.quantity(node.amount), self.quantity(node.threshold)

        def above(view: View) -> Interval:
            low, high = amount(view)
            low2, high2 = threshold(view)
            least_ = 0 if high2 is None else max(0, low - high2)
            return least_, None if high is None else max(0, high - low2)

        return above

    def banded(self, node: n.Banded) -> Measure:
        base = self.quantity(node.base)
        bands = [
            (self.quantity(band.rate), self.quantity(band.up_to) if band.up_to else None)
            for band in node.bands
        ]

        def schedule(view: View) -> Interval:
            low, high = base(view)
            known = [(rate(view), up_to(view) if up_to else None) for rate, up_to in bands]
            return _banded(low, known, 0), None if high is None else _banded(high, known, 1)

        return schedule

    def tiers(self, node: n.Tiers) -> Measure:
        measure: Measure = self._ladder(node, NOTHING)
        return measure

    def _ladder(self, node: n.Tiers, beyond: Any) -> Any:
        rungs = [
            (self.quantity(tier.value), self.test(tier.when) if tier.when is not None else None)
            for tier in node.tiers
        ]

        def ladder(view: View) -> Any:
            reached: list[Any] = []
            for value, when in rungs:
                holds = True if when is None else when(view)
                if holds is False:
                    continue
                reached.append(value(view))
                if holds:
                    return span(reached)
            return span([*reached, beyond])

        return ladder

    def choice(self, node: n.Choice) -> Measure:
        options = [self.quantity(option) for option in node.options]
        return lambda view: span([option(view) for option in options])

    def total(self, node: n.Total) -> Measure:
        fact = self._fact(node.fact)
        kind, key = fact.entity, fact.key
        upper = self._fact(n.Fact(fact.upper)).key if fact.upper else None
        where = self.test(node.where) if node.where is not None else None

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

        return total

    def count_of(self, node: n.CountOf) -> Measure:
        kind = node.kind
        where = self.test(node.where) if node.where is not None else None

        def count(view: View) -> Interval:
            entities = view.lists.get(kind)
            if entities is None:
                return UNKNOWN
            found = [holds for _, holds in _each(view, kind, entities, where)]
            return found.count(True), len(found)

        return count

    def records(self, node: n.Records) -> Measure:
        fact, member = self._fact(node.fact), node.member
        kind, key = fact.entity, fact.key

        def count(view: View) -> Interval:
            records = view.rows[kind].get(key)
            if records is None:
                return UNKNOWN
            number = len(records.get(member, ()))
            return number, number

        return count

    def days(self, node: n.Days) -> Measure:
        return self._of_period(node.period, days_between)

    def months(self, node: n.Months) -> Measure:
        return self._of_period(node.period, months_between)

    def _of_period(self, node: n.Fact, length: Callable[[date, date], int]) -> Measure:
        fact = self._fact(node)
        kind, key = fact.entity, fact.key

        def of_period(view: View) -> Interval:
            period = view.rows[kind].get(key)
            if period is None:
                return UNKNOWN
            number = length(*period)
            return number, number

        return of_period

    def previous(self, node: n.Previous) -> Measure:
        item = self.quantity(node.item)
        kinds = kinds_named(node.item, self.scope)

        def a_year_earlier(view: View) -> Interval:
            before = view.previous
            if before is None:
                return UNKNOWN
            for kind in kinds:
                before.rows[kind] = _the_same(kind, view, before)
            return item(before)

        return a_year_earlier

    def award(self, node: n.Award) -> Measure:
        measure = node.measure
        return lambda view: view.award(measure, view) if view.award else UNKNOWN

    # --- moments --------------------------------------------------------------------------------------

    def day(self, node: n.Day) -> When:
        value = date.fromisoformat(node.iso)
        return lambda view: value

    def date_fact(self, node: n.Fact) -> When:
        fact = self._fact(node)
        kind, key = fact.entity, fact.key
        return lambda view: view.rows[kind].get(key)

    def date_context(self, node: n.Context) -> When:
        if node.name == "claim_year":
            return lambda view: view.year
        return lambda view: view.claim_date

    def year_of(self, node: n.YearOf) -> When:
        when = self.when(node.date)

        def year(view: View) -> Any:
            day = when(view)
            return None if day is None else day.year

        return year

    def later_year(self, node: n.Add | n.Subtract) -> When:
        items = node.items if isinstance(node, n.Add) else (node.left, node.right)
        when, span_ = self.when(items[0]), self.quantity(items[1])
        sign = 1 if isinstance(node, n.Add) else -1

        def year(view: View) -> Any:
            start = when(view)
            return None if start is None else start + sign * (int(span_(view)[0]) // 12)

        return year


def every(tests: Sequence[Test]) -> Test:
    """All hold, in Kleene's logic: one that fails settles it, whatever is unknown."""

    def conjunction(view: View) -> Kleene:
        value: Kleene = True
        for test in tests:
            one = test(view)
            if one is False:
                return False
            if one is None:
                value = None
        return value

    return conjunction


def some(tests: Sequence[Test]) -> Test:
    """One holds, in Kleene's logic."""

    def disjunction(view: View) -> Kleene:
        value: Kleene = False
        for test in tests:
            one = test(view)
            if one is True:
                return True
            if one is None:
                value = None
        return value

    return disjunction


def least(one: Interval, other: tuple[Exact | None, Exact | None]) -> Interval:
    """The lower of two intervals; the other may be a cap that does not exist (None, None)."""
    (low, high), (low2, high2) = one, other
    if high is None or (high2 is not None and high2 < high):
        high = high2
    return (low if low2 is None or low < low2 else low2), high


def span(intervals: Sequence[Any]) -> Any:
    """The smallest interval that holds all of these."""
    low, high = intervals[0]
    for low2, high2 in intervals[1:]:
        low = low if low2 is None else low2 if low is None else min(low, low2)
        high = None if high is None or high2 is None else max(high, high2)
    return low, high


def added(one: Exact, other: Exact) -> Exact:
    """The sum; nothing is added to nothing, for sums of fractions are slow."""
    return one + other if one and other else one or other


def times(one: Exact, other: Exact) -> Exact:
    """The product; a whole one is an int, with which all that follows is several times faster."""
    bottom = one.denominator * other.denominator
    if bottom == 1:
        return one.numerator * other.numerator
    top = one.numerator * other.numerator
    return Fraction(top, bottom) if top % bottom else top // bottom


def _product(items: list[Measure]) -> Measure:
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


def _decided_by_known_part(op: str, known: Exact, limit: Exact) -> Kleene:
    """A total that is still growing: only what no further item could undo is decided."""
    if op == "<=" and known > limit or op == "<" and known >= limit or op == "=" and known > limit:
        return False
    if op == ">=" and known >= limit or op == ">" and known > limit:
        return True
    return None


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    "=": lambda one, other: bool(one == other),
    ">=": lambda one, other: bool(one >= other),
    ">": lambda one, other: bool(one > other),
}
_TRUTHS: dict[type[Any], Callable[[Closures, Any], Test]] = {
    n.And: Closures.and_,
    n.Or: Closures.or_,
    n.Not: Closures.not_,
    n.SomeOf: Closures.some_of,
    n.Compare: Closures.compare,
    n.Is: Closures.is_,
    n.Within: Closures.within,
    n.Has: Closures.has,
    n.RecordedIn: Closures.recorded_in,
    n.Elapsed: Closures.elapsed,
    n.Fact: Closures.fact_test,
}
_QUANTITIES: dict[type[Any], Callable[[Closures, Any], Measure]] = {
    n.Literal: Closures.literal,
    n.Fact: Closures.fact,
    n.Context: Closures.context,
    n.Add: Closures.add,
    n.Subtract: Closures.subtract,
    n.Multiply: Closures.multiply,
    n.Divide: Closures.divide,
    n.ShareOf: Closures.share_of,
    n.Lower: Closures.lower,
    n.Higher: Closures.higher,
    n.ExcessOver: Closures.excess,
    n.Banded: Closures.banded,
    n.Tiers: Closures.tiers,
    n.Choice: Closures.choice,
    n.Total: Closures.total,
    n.CountOf: Closures.count_of,
    n.Records: Closures.records,
    n.Days: Closures.days,
    n.Months: Closures.months,
    n.Previous: Closures.previous,
    n.Award: Closures.award,
}
_MOMENTS: dict[type[Any], Callable[[Closures, Any], When]] = {
    n.Day: Closures.day,
    n.Fact: Closures.date_fact,
    n.Context: Closures.date_context,
    n.YearOf: Closures.year_of,
    n.Add: Closures.later_year,
    n.Subtract: Closures.later_year,
}
