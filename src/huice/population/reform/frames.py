"""Two simulations of the same firms set against each other, as tables: costs, groups, distribution.

All amounts are whole fen; sums are taken in 128 bits and must fit into 64. Nothing is added across cities:
every table has a column `city`, null where a firm's place is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from huice.evaluate.outcome import PAYING

FIGURES = ("certain", "ceiling")
SIDES = ("before", "after")
ALL = "all"
"""The breakdown that tells no firms apart."""
QUANTILES = 10


def costs(before: pl.DataFrame, after: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """What each measure costs before and after, by `keys` (`city`, `place` ...) and measure.

    `*_firms` get something or may; `*_unstated` are firms to which the text promises no stated amount.
    """
    by = [*keys, "measure"]
    sides = [
        _of_side(_costs(awards, by), side, by)
        for side, awards in zip(SIDES, (before, after), strict=True)
    ]
    joined = sides[0].join(sides[1], on=by, how="full", coalesce=True, nulls_equal=True)
    return joined.with_columns(pl.exclude(by).fill_null(0)).sort(by, nulls_last=True)


def _costs(awards: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    open_ = awards.filter(pl.col("status").cast(pl.String).is_in([one.value for one in PAYING]))
    gets = (pl.col("ceiling_fen").fill_null(0) > 0) | (pl.col("certain_fen") > 0)
    return open_.group_by(by).agg(
        total("certain_fen"),
        total("ceiling_fen"),
        gets.sum().cast(pl.Int64).alias("firms"),
        pl.col("ceiling_fen").is_null().sum().cast(pl.Int64).alias("unstated"),
    )


def total(column: str) -> pl.Expr:
    """The sum of whole fen, exact: taken in 128 bits, refused if it does not fit into 64."""
    return pl.col(column).cast(pl.Int128).sum().cast(pl.Int64, strict=True).alias(column)


def _of_side(frame: pl.DataFrame, side: str, by: Sequence[str]) -> pl.DataFrame:
    return frame.rename({name: f"{side}_{name}" for name in frame.columns if name not in by})


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


def by_group(orgs: pl.DataFrame, breakdowns: Sequence[str]) -> pl.DataFrame:
    """Gainers, losers and unchanged firms of every city, breakdown and group, for both figures.

    `concerned` firms get something before or after; `mean_fen` (cut towards 0) and `median_fen` (the
    lower of two in the middle) are of their changes.
    """
    parts = []
    for breakdown in (ALL, *breakdowns):
        group = pl.lit(None, pl.String) if breakdown == ALL else pl.col(breakdown)
        told = orgs.with_columns(group.cast(pl.String).alias("group"))
        parts += [_grouped(told, breakdown, figure) for figure in FIGURES]
    order = pl.Enum([ALL, *breakdowns])
    return (
        pl.concat(parts)
        .with_columns(pl.col("breakdown").cast(order))
        .sort("city", "breakdown", "figure", "group", nulls_last=True)
    )


def _grouped(orgs: pl.DataFrame, breakdown: str, figure: str) -> pl.DataFrame:
    change, some = pl.col("change"), pl.col("concerned")
    told = orgs.select(
        "city",
        pl.lit(breakdown).alias("breakdown"),
        "group",
        pl.lit(figure).alias("figure"),
        pl.col(f"before_{figure}_fen").alias("before_fen"),
        pl.col(f"after_{figure}_fen").alias("after_fen"),
        pl.col(f"{figure}_change_fen").alias("change"),
    ).with_columns((pl.max_horizontal("before_fen", "after_fen") > 0).alias("concerned"))
    wide = change.cast(pl.Int128)
    number = some.sum().cast(pl.Int128)
    mean = wide.sum().abs() // pl.when(number > 0).then(number) * wide.sum().sign()
    return told.group_by("city", "breakdown", "group", "figure").agg(
        pl.len().cast(pl.Int64).alias("firms"),
        some.sum().cast(pl.Int64).alias("concerned"),
        (change > 0).sum().cast(pl.Int64).alias("gainers"),
        (change < 0).sum().cast(pl.Int64).alias("losers"),
        (change == 0).sum().cast(pl.Int64).alias("unchanged"),
        total("before_fen"),
        total("after_fen"),
        wide.filter(change > 0).sum().cast(pl.Int64).alias("gained_fen"),
        wide.filter(change < 0).sum().cast(pl.Int64).alias("lost_fen"),
        wide.sum().cast(pl.Int64).alias("change_fen"),
        mean.cast(pl.Int64).alias("mean_fen"),
        ranked(change.filter(some), 1, 2).alias("median_fen"),
    )


def ranked(values: pl.Expr, part: int, of: int) -> pl.Expr:
    """The value at a share of the order, itself one of the values: number ⌈share × n⌉, at least the first."""
    number = values.count().cast(pl.Int64)
    position = pl.max_horizontal((part * number + of - 1) // of - 1, pl.lit(0))
    return values.sort().get(position, null_on_oob=True)


def distribution(orgs: pl.DataFrame) -> pl.DataFrame:
    """The smallest change, the deciles and the largest of the firms concerned, by city and figure."""
    parts = []
    for figure in FIGURES:
        change = pl.col(f"{figure}_change_fen")
        some = pl.max_horizontal(f"before_{figure}_fen", f"after_{figure}_fen") > 0
        concerned = orgs.filter(some).group_by("city")
        parts += [
            concerned.agg(
                pl.lit(figure).alias("figure"),
                pl.lit(part, pl.Int64).alias("decile"),
                ranked(change, part, QUANTILES).alias("change_fen"),
            )
            for part in range(QUANTILES + 1)
        ]
    return pl.concat(parts).sort("city", "figure", "decile", nulls_last=True)
