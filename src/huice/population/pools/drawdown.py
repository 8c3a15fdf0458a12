"""How fast a fund is drawn down where claims are decided as they come: the curve, and the day it ends.

Amounts stay whole numbers; a quantile is the figure of one run.
"""

from __future__ import annotations

from concurrent.futures import Executor
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.language.text import Fault
from huice.population.pools.demand import Assumptions
from huice.population.pools.forecast import Forecast, simulate_pools
from huice.population.pools.fund import Fund, Readings
from huice.population.pools.rules import Whole
from huice.population.pools.uncertainty import Uncertainty, quantile_of


class Drawdown(Struct, frozen=True):
    """A fund over the days of its window, in every run; units as the fund counts.

    `requests[run, day]` is what was asked for up to and on a day, `granted` what those who asked by then got;
    `first` is the first day. `unstated` claims state no amount and are in no sum.
    """

    fund: Fund
    year: int | None
    rule: str
    first: date
    requests: Whole
    granted: Whole
    seed: int
    unstated: int

    @property
    def runs(self) -> int:
        """The number of runs."""
        return int(self.requests.shape[0])

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the window."""
        return tuple(self.first + timedelta(days=day) for day in range(self.requests.shape[1]))

    def asked(self, quantile: Fraction) -> Whole:
        """For each day, the requests up to it that this part of the runs does not exceed."""
        return quantile_of(self.requests, quantile)

    def drawn(self, quantile: Fraction) -> Whole:
        """For each day, what is given out up to it, which this part of the runs does not exceed."""
        return quantile_of(self.granted, quantile)

    @property
    def lasts(self) -> Fraction:
        """The part of the runs in which the requests stay below what the fund holds."""
        return Fraction(int((self.requests[:, -1] < self.fund.units).sum()), self.runs)

    def exhausted_on(self, quantile: Fraction) -> date | None:
        """The day by which the fund is used up in this part of the runs; None if it is not in so many."""
        day = int(quantile_of(self._ends, quantile))
        return self.first + timedelta(days=day) if day < self.requests.shape[1] else None

    def exhausted_by_month(self) -> tuple[tuple[date, int], ...]:
        """For the first day of each month, the number of runs in which the fund is used up within it."""
        counts: dict[date, int] = {}
        for day, number in zip(*np.unique(self._ends, return_counts=True), strict=True):
            if day < self.requests.shape[1]:
                month = (self.first + timedelta(days=int(day))).replace(day=1)
                counts[month] = counts.get(month, 0) + int(number)
        return tuple(sorted(counts.items()))

    def fen(self, units: int) -> int:
        """Units of the fund as fen."""
        return units * (self.fund.face_fen or 1)

    @property
    def _ends(self) -> Whole:
        """The day of exhaustion of each run, counted from 0; the number of days where it lasts."""
        return np.asarray((self.requests < self.fund.units).sum(axis=1), dtype=np.int64)


def drawdown_of(found: Forecast) -> Drawdown | None:
    """The curve of a forecast; None under a rule that decides all at once, and for a quota."""
    if found.first is None or found.fund.kind == "quota":
        return None
    assert found.asked is not None
    assert found.given is not None
    return Drawdown(
        found.fund, found.year, found.rule, found.first, found.asked, found.given, found.seed,
        found.unstated,
    )  # fmt: skip


def simulate_drawdown(  # noqa: PLR0913  # one keyword for each thing that may be asked
    awards: pl.DataFrame | pl.LazyFrame,
    fund: Fund,
    *,
    year: int | None = None,
    corpus: Corpus | None = None,
    readings: Readings | None = None,
    assumptions: Assumptions | None = None,
    uncertainty: Uncertainty | None = None,
    grouped: bool = True,
    executor: Executor | None = None,
) -> Drawdown:
    """The drawdown of one fund, first come first served, in as many runs as asked for.

    A yearly fund is told for one `year`, by default the first with claims; another over all years. For all
    funds, and for any other rule: `simulate_pools`. Raises `Fault` for a quota, for awards without claims on
    the fund, and as `demand` does.
    """
    if fund.kind == "quota":
        raise Fault(
            f"“{fund.id}”是遴选名额，不按申请先后用完，没有进度曲线",
            f"“{fund.id}” is a quota of a selection, which is not used up in the order of time",
        )
    every = simulate_pools(
        awards, corpus, year=year, assumptions=assumptions, uncertainty=uncertainty, only=[fund],
        readings=readings, grouped=grouped, executor=executor,
    )  # fmt: skip
    own = [
        curve
        for one in every
        if one.fund.id == fund.id and (year is None or one.year in {None, year})
        if (curve := drawdown_of(one)) is not None
    ]
    if not own:
        raise Fault(
            f"没有企业能向“{fund.id}”申请，画不出进度",
            f"no firm can claim on “{fund.id}”, so there is no drawdown",
        )
    return own[0]


__all__ = ["Drawdown", "Uncertainty", "drawdown_of", "simulate_drawdown"]
