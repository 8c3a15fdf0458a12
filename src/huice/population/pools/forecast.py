"""What a fund yields when demand is uncertain, under any rule: figures of many runs, and their bands."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
from msgspec import Struct, structs
from numpy.typing import NDArray

from huice.corpus.corpus import Corpus, shipped
from huice.population.pools.allocation import Setting, question
from huice.population.pools.demand import Assumptions
from huice.population.pools.fund import Fund, Readings
from huice.population.pools.rules import Choice, Whole, find_rule
from huice.population.pools.runs import COUNTS, plan_of, tallied
from huice.population.pools.stages import Cutoff, cutoff, levels_of
from huice.population.pools.uncertainty import Uncertainty, quantile_of, ranges, rank_of


class Forecast(Struct, frozen=True, eq=False):
    """One fund, in one year if it is yearly, in every run.

    `counts[run]` holds the figures of `runs.COUNTS`. Where claims are decided as they come, `asked` and `given`
    hold the units up to and on each day from `first`, `[run, day]`; else they are None. `levels` are the scores
    or tiers of the rule. `unstated` claims state no amount and are in no sum.
    """

    fund: Fund
    year: int | None
    rule: str
    counts: NDArray[np.int64]
    levels: tuple[Any, ...] | None
    first: date | None
    asked: Whole | None
    given: Whole | None
    seed: int
    unstated: int

    @property
    def runs(self) -> int:
        """The number of runs."""
        return int(self.counts.shape[0])

    @property
    def timed(self) -> bool:
        """Whether claims are decided as they come; else all at once."""
        return self.first is not None

    def each(self, name: str) -> Whole:
        """A figure of `runs.COUNTS` in each run."""
        return np.asarray(self.counts[:, COUNTS.index(name)], dtype=np.int64)

    def quantile(self, name: str, part: Fraction) -> int:
        """The figure that this part of the runs does not exceed."""
        return int(quantile_of(self.each(name), part))

    @property
    def served(self) -> Whole:
        """How many got something, in each run: claims, or firms of a quota."""
        if self.fund.kind == "quota":
            return self.each("granted_units")
        return self.each("full") + self.each("cut")

    @property
    def left_out(self) -> Whole:
        """How many got nothing, in each run: claims, or firms of a quota."""
        if self.fund.kind == "quota":
            return self.each("asked_units") - self.each("granted_units")
        return self.each("refused")

    @property
    def exceeded(self) -> Fraction:
        """The part of the runs in which more is asked for than the fund holds."""
        return Fraction(int((self.each("asked_units") > self.fund.units).sum()), self.runs)

    def utilisation(self, part: Fraction) -> Fraction:
        """The part of the fund that is given out, which this part of the runs does not exceed."""
        given = self.quantile("granted_units", part)
        return Fraction(given, self.fund.units) if self.fund.units else Fraction(0)

    def factors(self) -> list[Fraction]:
        """What is granted of what is asked, 0 to 1, in each run; 1 where nothing is asked."""
        asked, given = self.each("asked_units").tolist(), self.each("granted_units").tolist()
        return [Fraction(g, a) if a else Fraction(1) for g, a in zip(given, asked, strict=True)]

    def factor(self, part: Fraction) -> Fraction:
        """The factor that this part of the runs does not exceed."""
        return sorted(self.factors())[rank_of(part, self.runs)]

    def cutoffs(self) -> list[Cutoff]:
        """Where the rule cuts in each run; empty for a rule that does not."""
        if self.levels is None:
            return []
        return [cutoff(self.levels, edge) for edge in self.each("edge").tolist()]

    def cutoff(self, part: Fraction) -> Cutoff | None:
        """Where the rule cuts, as this part of the runs does not exceed: scores and tiers in ascending order.

        A score cuts lower the more are served, a tier later.
        """
        if self.levels is None:
            return None
        edges = self.each("edge")
        falling = find_rule(self.rule).name == "ranked"
        edge = -quantile_of(-edges, part) if falling else quantile_of(edges, part)
        return cutoff(self.levels, int(edge))


def simulate_pools(  # noqa: PLR0913  # one keyword for each thing that may be asked
    awards: pl.DataFrame | pl.LazyFrame,
    corpus: Corpus | None = None,
    *,
    year: int | None = None,
    choice: Choice | None = None,
    selection: Choice | None = None,
    assumptions: Assumptions | None = None,
    uncertainty: Uncertainty | None = None,
    only: Sequence[Fund] | None = None,
    readings: Readings | None = None,
    grouped: bool = True,
    executor: Executor | None = None,
) -> tuple[Forecast, ...]:
    """What every fund with claims yields in as many runs as asked for, under any rule.

    As `allocate_pools`, from the quota to the pool around a pool, with a demand that is drawn anew in each run:
    who applies, for how much, and, where they look at it, at what time and with which lot. Groups bind the
    claims before that: which one a firm makes is the same in all runs. Raises `Fault` as `allocate_pools` does.
    """
    assumed, unsure = assumptions or Assumptions(), uncertainty or Uncertainty()
    vary = ranges(assumed, unsure)
    everyone = structs.replace(assumed, takeup=Fraction(1), share=Fraction(1))
    how = Setting(year, choice, selection, only, readings, grouped)
    put = question(awards, corpus or shipped(), everyone, how)
    claimed = [stage for stage in put.stages if stage.rows.size]
    plan = plan_of(put.book, claimed, assumed, unsure, vary)
    found = tallied(plan, unsure.runs, executor)
    return tuple(
        Forecast(
            stage.fund,
            stage.year,
            stage.by.rule,
            found.counts[:, i],
            levels_of(put.book, stage.by),
            None if window is None else window.first,
            found.asked[i],
            found.given[i],
            unsure.seed,
            stage.unstated,
        )
        for i, (stage, window) in enumerate(zip(claimed, plan.windows, strict=True))
    )
