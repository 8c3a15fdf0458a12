"""Calendar months, periods with both ends, years that repeat: the arithmetic of dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice.language.calendar import (
    add_months,
    days_between,
    days_of_year,
    in_year,
    months_between,
)

D = date.fromisoformat


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2025-03-31", 0, "2025-03-31"),
        ("2025-03-30", -1, "2025-02-28"),
        ("2025-01-15", -13, "2023-12-15"),
    ],
)
def test_the_same_day_some_months_later(start: str, months: int, end: str) -> None:
    assert add_months(D(start), months) == D(end)


@pytest.mark.parametrize(
    ("first", "last", "days", "months"),
    [
        ("2025-01-15", "2025-06-14", 151, 5),
        ("2025-01-15", "2025-06-13", 150, 4),
        ("2025-01-01", "2025-12-31", 365, 12),
        ("2024-01-01", "2024-12-31", 366, 12),
        ("2025-01-31", "2025-02-27", 28, 1),
        ("2025-01-31", "2025-02-26", 27, 0),
        ("2024-02-29", "2025-02-27", 365, 12),
        ("2025-06-01", "2025-06-01", 1, 0),
        ("2025-06-01", "2025-06-30", 30, 1),
        ("2025-02-01", "2025-02-28", 28, 1),
    ],
)
def test_days_and_whole_months_of_a_period(first: str, last: str, days: int, months: int) -> None:
    assert days_between(D(first), D(last)) == days
    assert months_between(D(first), D(last)) == months


def test_a_date_in_another_year_and_the_length_of_years() -> None:
    assert in_year(D("2024-02-29"), 2025) == D("2025-02-28")
    assert in_year(D("2024-02-29"), 2028) == D("2028-02-29")
    assert [days_of_year(year) for year in (1900, 2000, 2024, 2025)] == [365, 366, 366, 365]


@given(st.dates(D("1900-01-01"), D("2100-12-31")), st.integers(0, 600))
def test_whole_months_are_the_most_that_fit(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    months = months_between(first, last)
    end = last + timedelta(days=1)
    assert add_months(first, months) <= end or months == 0
    assert add_months(first, months + 1) > end


@given(st.dates(D("1900-01-01"), D("2100-12-31")), st.integers(0, 400))
def test_later_months_never_run_backwards(day: date, months: int) -> None:
    assert add_months(day, months + 1) > add_months(day, months) >= day
