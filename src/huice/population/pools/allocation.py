"""Allocation of every pool and quota among the claims on it, year by year, under a chosen rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl
from msgspec import Struct, structs

from huice.corpus.corpus import Corpus, shipped
from huice.language.text import Text
from huice.population.pools.demand import Assumptions, Demand, demand, moment
from huice.population.pools.fund import Fund, Readings, funds
from huice.population.pools.overlaps import LEFT_ASIDE, Overlap, overlaps, told
from huice.population.pools.rules import Choice, Terms, Whole
from huice.population.pools.stages import (
    Book,
    Cutoff,
    Given,
    Rows,
    Stage,
    check_choices,
    cutoff,
    give,
    levels_of,
    stages,
)

STEP: dict[str, type[pl.DataType]] = {
    "fund": pl.String,
    "fund_year": pl.Int64,
    "claim": pl.String,
    "org_id": pl.String,
    "measure": pl.String,
    "year": pl.Int64,
    "applied_at": pl.Datetime,
    "assumed": pl.Boolean,
    "asked_fen": pl.Int64,
    "granted_fen": pl.Int64,
}
"""The columns of a step: what one fund gives one claim. `fund_year` is null for a fund that is not yearly."""


class Share(Struct, frozen=True):
    """What became of one fund, in one year if it is yearly.

    `asked_units` and `granted_units` are fen, pieces or places as the fund counts. `full`, `cut` and
    `refused` count claims; `unstated` those without an amount, which are in no sum. `exhausted_on` is the
    day on which the requests reached what the fund holds: under a rule that decides all at once it is not
    what decides. `cutoff` is where a ranking or tiers cut. `taken` is what groups took from the claims.
    """

    fund: Fund
    year: int | None
    rule: str
    claims: int
    asked_units: int
    granted_units: int
    asked_fen: int
    granted_fen: int
    full: int
    cut: int
    refused: int
    unstated: int
    exhausted_on: date | None
    cutoff: Cutoff | None = None
    taken: dict[str, int] = {}

    @property
    def utilisation(self) -> Fraction:
        """The part of the fund that is given out, 0 to 1."""
        return Fraction(self.granted_units, self.fund.units) if self.fund.units else Fraction(0)

    @property
    def factor(self) -> Fraction:
        """The part of what is asked that is given out, 0 to 1; 1 where nothing is asked."""
        return Fraction(self.granted_units, self.asked_units) if self.asked_units else Fraction(1)


class Allocation(Struct, frozen=True):
    """All funds after allocation: a `Share` each, and `steps`, one row for each claim on each fund.

    `groups` are those that bound the claims (None: groups were left aside), `taken` what they took away
    (`overlaps.TOUCHED`).
    """

    shares: tuple[Share, ...]
    steps: pl.DataFrame
    assumptions: Assumptions
    groups: tuple[Overlap, ...] | None
    taken: pl.DataFrame

    def left_out(self, fund: str, year: int | None = None) -> pl.DataFrame:
        """The claims on a fund that got nothing or less than they asked, in the order of application."""
        rows = self.steps.filter(
            pl.col("fund") == fund, pl.col("granted_fen") < pl.col("asked_fen")
        )
        if year is not None:
            rows = rows.filter(pl.col("fund_year") == year)
        return rows.sort("fund_year", "applied_at", "claim")

    def says(self) -> tuple[Text, ...]:
        """All that is assumed, in words: of the applicants, and how groups bind their claims."""
        said = (LEFT_ASIDE,) if self.groups is None else told(self.groups, self.taken)
        return (*self.assumptions.says(), *said)


class Reach(Struct, frozen=True, eq=False):
    """What is given out: `funds` in their order, the `members` that draw on them, the `groups` of these."""

    funds: tuple[Fund, ...]
    members: tuple[str, ...]
    groups: tuple[Overlap, ...]


class Question(Struct, frozen=True, eq=False):
    """What is to be given out, and how: the demand, its claims as a book, the stages in their order."""

    asked: Demand
    book: Book
    stages: tuple[Stage, ...]
    groups: tuple[Overlap, ...]


class Setting(Struct, frozen=True, eq=False):
    """How funds are given out; see `allocate_pools`."""

    year: int | None = None
    choice: Choice | None = None
    selection: Choice | None = None
    only: Sequence[Fund] | None = None
    readings: Readings | None = None
    grouped: bool = True


def reach(
    corpus: Corpus,
    only: Sequence[Fund] | None = None,
    readings: Readings | None = None,
    *,
    grouped: bool = True,
) -> Reach:
    """All funds of a corpus, or `only` these and those that lie in them, with what bears on their claims."""
    every = funds(corpus, readings)
    wanted = _with_inner(every, only) if only is not None else every
    members = tuple(dict.fromkeys(member for fund in wanted for member in fund.members))
    groups = overlaps(corpus, readings, members) if grouped else ()
    return Reach(wanted, members, groups)


def question(
    awards: pl.DataFrame | pl.LazyFrame, corpus: Corpus, assumed: Assumptions, how: Setting
) -> Question:
    """The stages that awards lead to; see `allocate_pools`."""
    far = reach(corpus, how.only, how.readings, grouped=how.grouped)
    asked = demand(awards, assumed, how.year, far.members, far.groups)
    return put(asked, far, assumed, how.choice, how.selection)


def put(
    asked: Demand,
    far: Reach,
    assumed: Assumptions,
    choice: Choice | None = None,
    selection: Choice | None = None,
) -> Question:
    """The stages that a demand leads to; the rules as in `allocate_pools`."""
    choice = choice or Choice()
    if selection is None:
        named = "ranked" if "score" in asked.given else "lottery"
        selection = Choice(named, Terms(seed=assumed.seed))
    check_choices(asked, choice, selection)
    book = Book.of(asked)
    ordered = tuple(stages(far.funds, asked, book, choice, selection))
    return Question(asked, book, ordered, far.groups)


def allocate_pools(  # noqa: PLR0913  # one keyword for each thing that may be asked
    awards: pl.DataFrame | pl.LazyFrame,
    corpus: Corpus | None = None,
    *,
    year: int | None = None,
    choice: Choice | None = None,
    selection: Choice | None = None,
    assumptions: Assumptions | None = None,
    only: Sequence[Fund] | None = None,
    readings: Readings | None = None,
    grouped: bool = True,
) -> Allocation:
    """The funds given out among the claims that awards lead to.

    `awards` is the long frame of a simulation, with optional columns `applied_on`, `score` and `tier`.
    `selection` is the rule of quotas: by score where the awards have one, else a draw with the seed of the
    assumptions. `only`: these funds, and those that lie in them. `grouped`: groups of measures bind the
    claims of a firm, as far as the awards hold their members. Raises `Fault` as `demand` and the rules.
    """
    assumed = assumptions or Assumptions()
    how = Setting(year, choice, selection, only, readings, grouped)
    asked = question(awards, corpus or shipped(), assumed, how)
    steps: list[pl.DataFrame] = []
    shares = given_out(asked, steps.append)
    frame = pl.concat(steps) if steps else pl.DataFrame(schema=STEP)
    return Allocation(shares, frame, assumed, asked.groups if grouped else None, asked.asked.taken)


def given_out(
    asked: Question, step: Callable[[pl.DataFrame], None] | None = None
) -> tuple[Share, ...]:
    """What became of each fund in turn; `step` takes what it gives claim by claim. Raises as the rules do."""
    claims = asked.book.claims
    left = claims.asked.copy()
    shares: list[Share] = []
    for stage in asked.stages:
        there = left[stage.rows] > 0
        rows = stage.rows[there]
        own = structs.replace(claims.take(rows), asked=left[rows])
        given = give(stage, own, stage.firm[there])
        shares.append(_share(stage, asked, own.asked, given))
        if step is not None:
            step(_step(stage, asked.book, rows, own.asked, given))
        left[rows] = given.fen
    return tuple(shares)


def _with_inner(every: Sequence[Fund], only: Sequence[Fund]) -> tuple[Fund, ...]:
    """The funds asked for, and those whose awards count against one of them, in the order of all."""
    wanted = {fund.id for fund in only} | {id_ for fund in only for id_ in fund.inside}
    members = {member for fund in only for member in fund.members}
    return tuple(
        fund
        for fund in every
        if fund.id in wanted or (fund.kind == "quota" and members & set(fund.members))
    )


def _share(stage: Stage, asked: Question, fen: Whole, given: Given) -> Share:
    """What became of one fund in one year, whose claims ask for so many fen."""
    levels = levels_of(asked.book, stage.by)
    return Share(
        fund=stage.fund,
        year=stage.year,
        rule=stage.by.rule,
        claims=fen.size,
        asked_units=int(given.asked.sum()),
        granted_units=int(given.units.sum()),
        asked_fen=int(fen.sum()),
        granted_fen=int(given.fen.sum()),
        full=int((given.fen == fen).sum()),
        cut=int(((given.fen > 0) & (given.fen < fen)).sum()),
        refused=int((given.fen == 0).sum()),
        unstated=stage.unstated,
        exhausted_on=_exhausted(stage.fund.units, given),
        cutoff=None if levels is None or not fen.size else cutoff(levels, given.edge),
        taken=_taken(stage, asked.asked.taken),
    )


def _taken(stage: Stage, taken: pl.DataFrame) -> dict[str, int]:
    """What groups took from the claims on a fund; nothing if they took nothing."""
    own = taken.filter(pl.col("measure").is_in(stage.fund.members))
    if stage.year is not None:
        own = own.filter(pl.col("year") == stage.year)
    sums: dict[str, int] = own.drop("group", "measure", "year").sum().row(0, named=True)
    return sums if own.height else {}


def _exhausted(units: int, given: Given) -> date | None:
    """The day on which the requests, in the order of their time, reach what a fund holds."""
    order = np.argsort(given.time, kind="stable")
    reached = np.flatnonzero(np.cumsum(given.asked[order]) >= units)
    return moment(int(given.time[order[reached[0]]])).date() if reached.size else None


def _step(stage: Stage, book: Book, rows: Rows, asked: Whole, given: Given) -> pl.DataFrame:
    """What one fund gives each claim on it."""
    return (
        book.frame[rows]
        .with_columns(
            fund=pl.lit(stage.fund.id),
            fund_year=pl.lit(stage.year, pl.Int64),
            asked_fen=pl.Series(asked, dtype=pl.Int64),
            granted_fen=pl.Series(given.fen, dtype=pl.Int64),
        )
        .select(*STEP)
    )
