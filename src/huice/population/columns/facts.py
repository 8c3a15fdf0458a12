"""Facts of a year as columns: what stands in for a missing one, records by the year's end, moved periods."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from huice.language.calendar import days_of_year
from huice.language.scope import FactType
from huice.population.columns import whole as w
from huice.population.columns.kleene import Definite
from huice.population.columns.maker import At, Maker, Moment, Unsupported
from huice.population.columns.plan import ORG
from huice.population.columns.whole import Whole

FEBRUARY, LAST_OF_FEBRUARY, LEAP_DAY = 2, 28, 29


def with_default(to: Maker, entity: str, key: str, at: At) -> pl.Expr | None:
    """The column of a fact, or of the one that stands in for it."""
    own = to.fact(entity, key, at)
    defaults = to.defaults.kinds.get(entity)
    for fact, other in defaults.facts if defaults is not None else ():
        if fact == key:
            stand_in = to.fact(entity, to.column(entity, other).name, at)
            if stand_in is not None:
                own = stand_in if own is None else pl.coalesce(own, stand_in)
    return own


def set_of(to: Maker, fact: FactType, at: At) -> pl.Expr | None:
    """The set of a fact."""
    return with_default(to, fact.entity, fact.key, at)


def records_named(
    to: Maker, fact: FactType, member: str, at: At, year: int | None = None
) -> pl.Expr | None:
    """How many records of a name exist by the end of the year (or are dated in `year`); null if unknown."""
    column = with_default(to, fact.entity, fact.key, at)
    if column is None:
        return None
    day = pl.element().struct.field("date")
    test = pl.element().struct.field("name") == member
    if fact.entity == ORG:
        test &= day <= date(at.year.year, 12, 31)
    if year is not None:
        test &= day.dt.year() == year
    counted = column.list.eval(test.cast(pl.Int64)).list.sum()
    return to.plan.fact(at.level, counted)


def period_of(to: Maker, fact: FactType, at: At) -> tuple[Any, Any] | None:
    """First and last day of a period, moved into the year; None while unknown for all rows."""
    if at.earlier is not None:
        raise Unsupported(None, "a period as it was a year earlier")
    first, last = (to.fact(fact.entity, f"{fact.key}_{end}", at) for end in ("from", "to"))
    year = at.year.year
    defaults = to.defaults.kinds.get(fact.entity)
    whole = defaults is not None and fact.key in defaults.whole_year
    blank: Definite = False if fact.entity == ORG else to.blank(fact.entity, at.year)
    if blank is True:
        return None
    ends = (date(year, 1, 1), date(year, 12, 31))
    if first is None or last is None:
        if not whole:
            return None
        if blank is False:
            return ends
        start, end = (pl.when(~blank).then(pl.lit(one)) for one in ends)
        return to.plan.let(at.level, start), to.plan.let(at.level, end)
    if defaults is None or fact.key not in defaults.periods:
        raise Unsupported(None, f"the period {fact.name}")
    moved_first = in_year(first, pl.lit(year, dtype=pl.Int32))
    moved_last = in_year(last, last.dt.year() + (year - first.dt.year()))
    if whole:
        given = first.is_not_null() if blank is False else first.is_not_null() | blank
        moved_first = pl.when(given).then(moved_first).otherwise(pl.lit(ends[0]))
        moved_last = pl.when(given).then(moved_last).otherwise(pl.lit(ends[1]))
    return to.plan.let(at.level, moved_first), to.plan.let(at.level, moved_last)


def in_year(day: pl.Expr, year: pl.Expr) -> pl.Expr:
    """The same month and day in another year; 29 February becomes the 28th."""
    leap = (day.dt.month() == FEBRUARY) & (day.dt.day() == LEAP_DAY)
    cut = leap & ~(pl.date(year, 1, 1).dt.is_leap_year())
    moved = pl.date(
        year, day.dt.month(), pl.when(cut).then(LAST_OF_FEBRUARY).otherwise(day.dt.day())
    )
    return pl.when(day.is_not_null()).then(moved)


def days_of(first: Moment, last: Moment) -> Whole:
    """Days of a period, both ends included."""
    if isinstance(first, date) and isinstance(last, date):
        return w.const((last - first).days + 1)
    number = (last - first).dt.total_days() + 1
    return Whole(number, 0, 75_000, nullable=True)


def months_of(first: Moment, last: Moment) -> Whole:
    """Whole calendar months of a period: the largest n with first + n months <= last + 1 day."""
    if isinstance(first, date) and isinstance(last, date):
        return w.const(12 * (last.year - first.year) + last.month - first.month + 1)
    end = last.dt.offset_by("1d")
    months = 12 * (end.dt.year() - first.dt.year()) + end.dt.month() - first.dt.month()
    reached = pl.min_horizontal(first.dt.day(), end.dt.month_end().dt.day())
    months = (months - (reached > end.dt.day()).cast(pl.Int32)).clip(lower_bound=0)
    return Whole(months.cast(pl.Int64), 0, 2_500, nullable=True)


def year_days(year: int) -> Whole:
    """365 or 366."""
    return w.const(days_of_year(year))
