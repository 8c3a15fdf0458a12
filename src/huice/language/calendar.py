"""Calendar arithmetic of the policies: months are calendar months, both ends of a period count."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

SHORTEST_MONTH = 28


def add_months(day: date, months: int) -> date:
    """The same day `months` later, cut to the end of a shorter month (31 Jan + 1 month = 28 Feb)."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _cut(years, month + 1, day.day)


def in_year(day: date, year: int) -> date:
    """The same month and day in another year; 29 February becomes the 28th."""
    return day if day.year == year else _cut(year, day.month, day.day)


def _cut(year: int, month: int, day: int) -> date:
    """The day, or the last of a month that is too short for it."""
    if day > SHORTEST_MONTH:
        day = min(day, monthrange(year, month)[1])
    return date(year, month, day)


def days_between(first: date, last: date) -> int:
    """Days of a period, both ends included."""
    return (last - first).days + 1


def months_between(first: date, last: date) -> int:
    """Whole calendar months of a period: the largest n with first + n months <= last + 1 day."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * 12 + end.month - first.month
    while months > 0 and add_months(first, months) > end:
        months -= 1
    return max(months, 0)


def days_of_year(year: int) -> int:
    """365 or 366."""
    return days_between(date(year, 1, 1), date(year, 12, 31))
