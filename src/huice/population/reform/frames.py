"""Two simulations of the same firms set against each other, as tables: firms, groups, distribution.

All amounts are whole fen; sums are taken in 128 bits, and stay so where 64 do not hold them. Nothing is added
across cities: every table has a column `city`, null where a firm's place is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from huice.population.beyond import narrowed
from huice.population.reform.order import STREAMING, at_shares

FIGURES = ("certain", "ceiling")
SIDES = ("before", "after")
ALL = "all"
"""The breakdown that tells no firms apart."""
QUANTILES = 10
KEYS = ["city", "group"]


def changed(groups: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """One row a firm: its groups, and both figures before, after and their difference."""
    found = groups
    for side, totals in zip(SIDES, (before, after), strict=True):
        figures = {f"{figure}_fen": f"{side}_{figure}_fen" for figure in FIGURES}
        named = totals.select("org_id", *figures).rename(figures)
        found = found.join(named, on="org_id", how="left", maintain_order="left")
    found = found.with_columns(
        pl.col(f"{side}_{figure}_fen").fill_null(0) for side in SIDES for figure in FIGURES
    )
    return found.with_columns(
        (pl.col(f"after_{figure}_fen") - pl.col(f"before_{figure}_fen")).alias(
            f"{figure}_change_fen"
        )
        for figure in FIGURES
    )


def by_group(firms: pl.LazyFrame, breakdowns: Sequence[str]) -> pl.DataFrame:
    """Gainers, losers and unchanged firms of every city, breakdown and group, for both figures.

    `concerned` firms get something before or after; `mean_fen` (cut towards 0) and `median_fen` (the
    lower of two in the middle) are of their changes.
    """
    parts = []
    for breakdown in (ALL, *breakdowns):
        group = pl.lit(None, pl.String) if breakdown == ALL else pl.col(breakdown)
        told = firms.with_columns(group.cast(pl.String).alias("group"))
        parts += [_grouped(told, breakdown, figure) for figure in FIGURES]
    order = pl.Enum([ALL, *breakdowns])
    return (
        narrowed(pl.concat(parts))
        .with_columns(pl.col("breakdown").cast(order))
        .sort("city", "breakdown", "figure", "group", nulls_last=True)
    )


def _grouped(firms: pl.LazyFrame, breakdown: str, figure: str) -> pl.DataFrame:
    change, some = pl.col(f"{figure}_change_fen"), _concerned(figure)
    before, after = pl.col(f"before_{figure}_fen"), pl.col(f"after_{figure}_fen")
    wide, number = pl.col("change_fen"), pl.col("concerned")
    mean = wide.abs() // pl.when(number > 0).then(number) * wide.sign()
    sums = {
        "before_fen": before,
        "after_fen": after,
        "gained_fen": change.clip(lower_bound=0),
        "lost_fen": change.clip(upper_bound=0),
        "change_fen": change,
    }
    counts = {
        "concerned": some,
        "gainers": change > 0,
        "losers": change < 0,
        "unchanged": change == 0,
    }
    middle = at_shares(firms.filter(some).select("city", "group", value=change), KEYS, [1], 2)
    return (
        firms.group_by(KEYS)
        .agg(
            pl.len().cast(pl.Int64).alias("firms"),
            *(each.sum().cast(pl.Int64).alias(name) for name, each in counts.items()),
            *(each.cast(pl.Int128).sum().alias(name) for name, each in sums.items()),
        )
        .collect(engine=STREAMING)
        .with_columns(mean_fen=mean)
        .join(middle.select(*KEYS, median_fen="value"), on=KEYS, how="left", nulls_equal=True)
        .select(
            "city",
            pl.lit(breakdown).alias("breakdown"),
            "group",
            pl.lit(figure).alias("figure"),
            "firms",
            *counts,
            *sums,
            *(pl.col(name).cast(pl.Int64) for name in ("mean_fen", "median_fen")),
        )
    )


def _concerned(figure: str) -> pl.Expr:
    """Whether a firm gets something before or after."""
    return pl.max_horizontal(f"before_{figure}_fen", f"after_{figure}_fen") > 0


def distribution(firms: pl.LazyFrame) -> pl.DataFrame:
    """The smallest change, the deciles and the largest of the firms concerned, by city and figure."""
    parts = []
    for figure in FIGURES:
        some = firms.filter(_concerned(figure)).select("city", value=f"{figure}_change_fen")
        parts.append(
            at_shares(some, ["city"], range(QUANTILES + 1), QUANTILES).select(
                "city", pl.lit(figure).alias("figure"), decile="share", change_fen="value"
            )
        )
    return pl.concat(parts).sort("city", "figure", "decile", nulls_last=True)
