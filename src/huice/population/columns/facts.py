"""Facts of a year as columns: what stands in for a missing one, records by the year's end, moved periods."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from huice.language.calendar import days_of_year
from huice.language.scope import FactType
from huice.population.columns import whole as w
from huice.population.columns.cells import Cell
from huice.population.columns.given import CODE, MARKS, SET, WORD
from huice.population.columns.kleene import Kleene
from huice.population.columns.maker import At, Maker, Moment, Unsupported
from huice.population.columns.plan import ORG
from huice.population.columns.whole import Whole

FEBRUARY, LAST_OF_FEBRUARY, LEAP_DAY = 2, 28, 29
MOST_DAYS, MOST_MONTHS = 75_000, 2_500


def with_default(to: Maker, entity: str, key: str, at: At) -> pl.Expr | None:
    """The column of a fact, or of the one that stands in for it."""
    own = to.fact(entity, key, at)
    defaults = to.defaults.kinds.get(entity)
    for fact, other in defaults.facts if defaults is not None else ():
        if fact == key:
            column = to.column(entity, other)
            stand_in = to.fact(entity, column.name, at)
            if stand_in is not None:
                if column.dtype != (dtype := to.column(entity, key).dtype):  # of other options
                    stand_in = stand_in.cast(dtype, strict=False)
                own = stand_in if own is None else pl.coalesce(own, stand_in)
    return own


def code_of(to: Maker, fact: FactType, member: str, at: At) -> Kleene:
    """Whether a choice is this member."""
    column = to.fact(fact.entity, fact.key, at)
    if column is None:
        return None
    members = tuple(fact.members)
    code = to.plan.given(at.level, column, CODE, members=members, most=len(members))
    return code.equals(members.index(member))


def listed(to: Maker, fact: FactType, member: str, at: At) -> Kleene:
    """Whether a set has this member."""
    column = with_default(to, fact.entity, fact.key, at)
    return None if column is None else _bit_of(to, fact, member, at, column, SET)


def recorded(to: Maker, fact: FactType, member: str, at: At, year: int | None = None) -> Kleene:
    """Whether a record of a name exists by the end of the year (or is dated in `year`)."""
    column = with_default(to, fact.entity, fact.key, at)
    if column is None:
        return None
    until = date(at.year.year, 12, 31) if fact.entity == ORG else None
    return _bit_of(to, fact, member, at, column, MARKS, until=until, within=year)


def _bit_of(
    to: Maker,
    fact: FactType,
    member: str,
    at: At,
    column: pl.Expr,
    how: str,
    **more: Any,  # noqa: ANN401  # the fields of `Given`
) -> Cell:
    members = tuple(fact.members)
    word, bit = divmod(members.index(member), WORD)
    most = (1 << min(WORD, len(members) - WORD * word)) - 1
    given = to.plan.given(at.level, column, how, members=members, word=word, most=most, **more)
    return given.bit(bit)


def records_named(to: Maker, fact: FactType, member: str, at: At, most: int) -> Cell | None:
    """How many records of a name exist by the end of the year; null if unknown."""
    column = with_default(to, fact.entity, fact.key, at)
    if column is None:
        return None
    test = pl.element().struct.field("name") == member
    if fact.entity == ORG:
        test &= pl.element().struct.field("date") <= date(at.year.year, 12, 31)
    counted = column.list.eval(test.cast(pl.Int64)).list.sum().cast(pl.Int64)
    return to.plan.given(at.level, counted, most=most)


def period_of(to: Maker, fact: FactType, at: At) -> tuple[Any, Any] | None:
    """First and last day of a period, moved into the year; None while unknown for all rows."""
    if at.earlier is not None:
        raise Unsupported(None, "a period as it was a year earlier")
    first, last = (to.fact(fact.entity, f"{fact.key}_{end}", at) for end in ("from", "to"))
    year = at.year.year
    defaults = to.defaults.kinds.get(fact.entity)
    whole = defaults is not None and fact.key in defaults.whole_year
    blank = False if fact.entity == ORG else to.blank_column(fact.entity, at.year)
    if blank is True:
        return None
    ends = (date(year, 1, 1), date(year, 12, 31))
    if first is None or last is None:
        if not whole:
            return None
        if blank is False:
            return ends
        start, end = (pl.when(~blank).then(pl.lit(one)) for one in ends)
        return start, end
    if defaults is None or fact.key not in defaults.periods:
        raise Unsupported(None, f"the period {fact.name}")
    moved_first = in_year(first, pl.lit(year, dtype=pl.Int32))
    moved_last = in_year(last, last.dt.year() + (year - first.dt.year()))
    if whole:
        given = first.is_not_null() if blank is False else first.is_not_null() | blank
        moved_first = pl.when(given).then(moved_first).otherwise(pl.lit(ends[0]))
        moved_last = pl.when(given).then(moved_last).otherwise(pl.lit(ends[1]))
    return moved_first, moved_last


def in_year(day: pl.Expr, year: pl.Expr) -> pl.Expr:
    """The same month and day in another year; 29 February becomes the 28th."""
    leap = (day.dt.month() == FEBRUARY) & (day.dt.day() == LEAP_DAY)
    cut = leap & ~(pl.date(year, 1, 1).dt.is_leap_year())
    moved = pl.date(
        year, day.dt.month(), pl.when(cut).then(LAST_OF_FEBRUARY).otherwise(day.dt.day())
    )
    return pl.when(day.is_not_null()).then(moved)


def days_of(to: Maker, level: str, first: Moment, last: Moment) -> Whole:
    """Days of a period, both ends included."""
    if isinstance(first, date) and isinstance(last, date):
        return w.const((last - first).days + 1)
    number = (last - first).dt.total_days() + 1
    return Whole(to.plan.given(level, number, most=MOST_DAYS), 0, MOST_DAYS, nullable=True)


def months_of(to: Maker, level: str, first: Moment, last: Moment) -> Whole:
    """Whole calendar months of a period: the largest n with first + n months <= last + 1 day."""
    if isinstance(first, date) and isinstance(last, date):
        return w.const(12 * (last.year - first.year) + last.month - first.month + 1)
    end = last.dt.offset_by("1d")
    months = 12 * (end.dt.year() - first.dt.year()) + end.dt.month() - first.dt.month()
    reached = pl.min_horizontal(first.dt.day(), end.dt.month_end().dt.day())
    months = (months - (reached > end.dt.day()).cast(pl.Int32)).clip(lower_bound=0)
    number = to.plan.given(level, months.cast(pl.Int64), most=MOST_MONTHS)
    return Whole(number, 0, MOST_MONTHS, nullable=True)


def year_days(year: int) -> Whole:
    """365 or 366."""
    return w.const(days_of_year(year))
