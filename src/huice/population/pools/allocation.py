"""Allocation of every pool and quota among the claims on it, year by year, under a chosen rule.

A claim passes a quota of its measure, then the pool of the measure, then a pool that this pool lies in: what
one stage grants is what it asks of the next, so that no fund is exceeded whatever stands above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

import polars as pl
from msgspec import Struct, structs

from huice.corpus.corpus import Corpus, shipped
from huice.language.text import Fault
from huice.population.pools.demand import Assumptions, Demand, demand
from huice.population.pools.fund import Fund, Readings, funds
from huice.population.pools.rules import MOST, Claims, Terms, allocate, find_rule

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


class Choice(Struct, frozen=True):
    """A rule and its terms."""

    rule: str = "first-come"
    terms: Terms = Terms()


class Share(Struct, frozen=True):
    """What became of one fund, in one year if it is yearly.

    `asked_units` and `granted_units` are fen, pieces or places as the fund counts. `full`, `cut` and
    `refused` count claims; `unstated` those without an amount, which are in no sum. `exhausted_on` is the
    day on which the requests reached what the fund holds.
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

    @property
    def utilisation(self) -> Fraction:
        """The part of the fund that is given out, 0 to 1."""
        return Fraction(self.granted_units, self.fund.units) if self.fund.units else Fraction(0)


class Allocation(Struct, frozen=True):
    """All funds after allocation: a `Share` each, and `steps`, one row for each claim on each fund."""

    shares: tuple[Share, ...]
    steps: pl.DataFrame
    assumptions: Assumptions

    def left_out(self, fund: str, year: int | None = None) -> pl.DataFrame:
        """The claims on a fund that got nothing or less than they asked, in the order of application."""
        rows = self.steps.filter(
            pl.col("fund") == fund, pl.col("granted_fen") < pl.col("asked_fen")
        )
        if year is not None:
            rows = rows.filter(pl.col("fund_year") == year)
        return rows.sort("fund_year", "applied_at", "claim")


def allocate_pools(
    awards: pl.DataFrame | pl.LazyFrame,
    corpus: Corpus | None = None,
    *,
    year: int | None = None,
    choice: Choice | None = None,
    selection: Choice | None = None,
    assumptions: Assumptions | None = None,
    only: Sequence[Fund] | None = None,
    readings: Readings | None = None,
) -> Allocation:
    """The funds given out among the claims that awards lead to.

    `awards` is the long frame of a simulation, with optional columns `applied_on`, `score` and `tier`.
    `selection` is the rule of quotas: by score where the awards have one, else a draw with the seed of the
    assumptions. `only`: these funds, and those that lie in them. Raises `Fault` as `demand` and the rules.
    """
    assumed = assumptions or Assumptions()
    every = funds(corpus or shipped(), readings)
    wanted = _with_inner(every, only) if only is not None else every
    members = tuple({member for fund in wanted for member in fund.members})
    asked = demand(awards, assumed, year, members)
    choice = choice or Choice()
    if selection is None:
        named = "ranked" if "score" in asked.given else "lottery"
        selection = Choice(named, Terms(seed=assumed.seed))
    _check(asked, choice, selection)
    left = asked.claims
    shares: list[Share] = []
    steps: list[pl.DataFrame] = []
    for fund in wanted:
        by = selection if fund.kind == "quota" else choice
        for fund_year, rows, unstated in _years(fund, left, asked):
            if rows.is_empty():
                shares.append(_untouched(fund, fund_year, unstated, by))
                continue
            share, granted = _give(fund, fund_year, rows, unstated, by)
            shares.append(share)
            steps.append(_step(fund, fund_year, rows, granted))
            left = _after(left, rows, granted)
    frame = pl.concat(steps) if steps else pl.DataFrame(schema=STEP)
    return Allocation(tuple(shares), frame, assumed)


def _with_inner(every: Sequence[Fund], only: Sequence[Fund]) -> tuple[Fund, ...]:
    """The funds asked for, and those whose awards count against one of them, in the order of all."""
    wanted = {fund.id for fund in only} | {id_ for fund in only for id_ in fund.inside}
    members = {member for fund in only for member in fund.members}
    return tuple(
        fund
        for fund in every
        if fund.id in wanted or (fund.kind == "quota" and members & set(fund.members))
    )


def _check(asked: Demand, *choices: Choice) -> None:
    """Raises `Fault` where a rule needs a column that the awards do not have."""
    for choice in choices:
        names = {choice.rule} | ({choice.terms.within} if choice.rule == "priority" else set())
        for name in names:
            find_rule(name)
        for name, column in (("ranked", "score"), ("priority", "tier")):
            if name in names and column not in asked.given:
                raise Fault(
                    f"规则“{name}”要有列 {column}，表里没有；请补上，或换一条规则",
                    f"the rule “{name}” needs a column {column}, which the table does not have; "
                    "add it or choose another rule",
                )


def _years(
    fund: Fund, claims: pl.DataFrame, asked: Demand
) -> Iterator[tuple[int | None, pl.DataFrame, int]]:
    """The claims on a fund for each year in which it is filled, and how many state no amount."""
    own = claims.filter(pl.col("measure").is_in(fund.members))
    unstated = asked.unstated.filter(pl.col("measure").is_in(fund.members))
    if not fund.yearly:
        yield None, own, int(unstated["claims"].sum())
        return
    for year in sorted({*asked.claims["year"].to_list(), *unstated["year"].to_list()}):
        silent = unstated.filter(pl.col("year") == year)["claims"].sum()
        yield year, own.filter(pl.col("year") == year), int(silent)


def _untouched(fund: Fund, year: int | None, unstated: int, by: Choice) -> Share:
    """A fund on which there is no claim with an amount."""
    return Share(fund, year, by.rule, 0, 0, 0, 0, 0, 0, 0, 0, unstated, None)


def _give(
    fund: Fund, year: int | None, rows: pl.DataFrame, unstated: int, by: Choice
) -> tuple[Share, pl.Series]:
    """One fund in one year: what became of it, and the fen that each claim gets."""
    fen = rows["asked_fen"]
    if fund.kind == "quota":
        asked, units, granted = _places(fund, rows, by)
        counted = rows.group_by("org_id").agg(pl.col("applied_at").min(), units=pl.lit(1))
    elif fund.face_fen is not None:
        wanted = (fen - 1) // fund.face_fen + 1
        pieces = _run(rows, wanted, fund.units, by)
        granted = pl.select(pl.min_horizontal(pieces * fund.face_fen, fen)).to_series()
        asked, units = int(wanted.sum()), int(pieces.sum())
        counted = rows.select("applied_at", units=wanted)
    else:
        granted = _run(rows, fen, fund.units, by)
        asked, units = int(fen.sum()), int(granted.sum())
        counted = rows.select("applied_at", units=fen)
    share = Share(
        fund=fund,
        year=year,
        rule=by.rule,
        claims=rows.height,
        asked_units=asked,
        granted_units=units,
        asked_fen=int(fen.sum()),
        granted_fen=int(granted.sum()),
        full=int((granted == fen).sum()),
        cut=int(((granted > 0) & (granted < fen)).sum()),
        refused=int((granted == 0).sum()),
        unstated=unstated,
        exhausted_on=_exhausted(fund.units, counted),
    )
    return share, granted.rename("granted_fen")


def _run(rows: pl.DataFrame, asked: pl.Series, pool: int, by: Choice) -> pl.Series:
    """The units that each claim gets of so many."""
    claims = Claims.of(
        rows["claim"].to_list(),
        asked,
        time=rows["applied_at"],
        score=rows["score"],
        tier=rows["tier"],
    )
    return pl.Series("units", allocate(claims, pool, by.rule, by.terms), dtype=pl.Int64)


def _places(fund: Fund, rows: pl.DataFrame, by: Choice) -> tuple[int, int, pl.Series]:
    """A quota counts firms, whatever number of years they claim for: how many ask, how many are chosen."""
    firms = (
        rows.group_by("org_id")
        .agg(
            pl.col("asked_fen").sum(),
            pl.col("applied_at", "tier").min(),
            pl.col("score").max(),
        )
        .with_columns(claim=pl.concat_str("org_id", pl.lit(fund.members[0]), separator="|"))
    )
    terms = structs.replace(by.terms, quota=fund.units)
    got = _run(firms, firms["asked_fen"], MOST, Choice(by.rule, terms))
    chosen = firms.filter(got > 0)["org_id"]
    granted = rows.select(
        pl.when(pl.col("org_id").is_in(chosen.implode())).then("asked_fen").otherwise(0)
    )
    return firms.height, len(chosen), granted.to_series()


def _exhausted(units: int, counted: pl.DataFrame) -> date | None:
    """The day on which the requests, in the order of their time, reach what a fund holds."""
    ordered = counted.sort("applied_at").with_columns(pl.col("units").cum_sum())
    reached = ordered.filter(pl.col("units") >= units)["applied_at"].head(1).to_list()
    return date(reached[0].year, reached[0].month, reached[0].day) if reached else None


def _step(fund: Fund, year: int | None, rows: pl.DataFrame, granted: pl.Series) -> pl.DataFrame:
    return rows.with_columns(
        granted, fund=pl.lit(fund.id), fund_year=pl.lit(year, pl.Int64)
    ).select(*STEP)


def _after(left: pl.DataFrame, rows: pl.DataFrame, granted: pl.Series) -> pl.DataFrame:
    """All claims with what this stage granted as what the next is asked; those with nothing drop out."""
    given = rows.select("claim").with_columns(granted)
    joined = left.join(given, on="claim", how="left", maintain_order="left")
    asked = pl.coalesce("granted_fen", "asked_fen")
    return joined.with_columns(asked_fen=asked).drop("granted_fen").filter(pl.col("asked_fen") > 0)
