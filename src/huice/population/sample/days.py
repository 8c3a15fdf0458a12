"""Days as whole numbers since 1970, and whole months between them."""

from __future__ import annotations

from datetime import date

import numpy as np

from huice.population.sample.chance import Ints

EPOCH = date(1970, 1, 1).toordinal()


def days_at(day: date) -> int:
    """The number of a day."""
    return day.toordinal() - EPOCH


def months_after(days: Ints, months: int) -> Ints:
    """The same day of the month so many months later, or the last day of a shorter month."""
    if months == 0:
        return days
    when = days.astype("datetime64[D]")
    month = when.astype("datetime64[M]")
    into = (when - month.astype("datetime64[D]")).astype(np.int64)
    start = (month + months).astype("datetime64[D]")
    length = ((month + months + 1).astype("datetime64[D]") - start).astype(np.int64)
    found: Ints = start.astype(np.int64) + np.minimum(into, length - 1)
    return found
