"""Calendar arithmetic of the policies: months are calendar months, both ends of a period count."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The same day `months` later, cut to the end of a shorter month (31 Jan + 1 month = 28 Feb)."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def in_year(day: date, year: int) -> date:
    """The same month and day in another year; 29 February becomes the 28th."""
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


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
