"""The value at a share of the order, group by group, of values that need not fit into memory: exact.

The first pass tells the number, the least and the most of each group. Where all values are more than can be
held, a pass counts them in buckets between what is known to lie below and above, and each wanted place is
looked for in its bucket; the few values that are left are sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

MOST = 1 << 20
"""Values that are held at once: 8 bytes each, with the names of their groups about 40."""
BUCKETS = 1 << 12
"""Into how many parts a pass cuts what lies between the least and the most."""
STREAMING: Literal["streaming"] = "streaming"


def at_shares(
    values: pl.LazyFrame, by: Sequence[str], shares: Sequence[int], of: int, most: int = MOST
) -> pl.DataFrame:
    """`by`, `share`, `value`: of each group with its `n` values, number ⌈share / of × n⌉, at least the first.

    `values` has the columns `by`, where null is a group like any other, and `value`, where null is no value.
    At most `most` values are held at once.
    """
    known = values.filter(pl.col("value").is_not_null())
    number = pl.len().cast(pl.Int64).alias("number")
    ends = known.group_by(by).agg(number, low=pl.min("value"), high=pl.max("value"))
    place = (pl.col("share") * pl.col("number") + of - 1) // of
    wanted = (
        ends.collect(engine=STREAMING)
        .join(pl.DataFrame({"share": shares}, {"share": pl.Int64}), how="cross")
        .with_columns(place=pl.max_horizontal(place, pl.lit(1)))
    )
    found = []
    while wanted.height:
        told = pl.col("low") == pl.col("high")
        found.append(wanted.filter(told).select(*by, "share", value="low"))
        wanted = wanted.filter(~told)
        ranges = wanted.select(*by, "low", "high", "number").unique()
        if ranges["number"].sum() <= most:
            found.append(_sorted(known, by, wanted, ranges))
            break
        wanted = _narrowed(known, by, wanted, ranges)
    empty = wanted.clear().select(*by, "share", value="low")
    return pl.concat([empty, *found]).sort(*by, "share", nulls_last=True)


def _within(values: pl.LazyFrame, by: Sequence[str], ranges: pl.DataFrame) -> pl.LazyFrame:
    """The values that lie in a range of their group, with the ends of it."""
    near = values.join(ranges.lazy(), on=by, nulls_equal=True)
    return near.filter(pl.col("value").is_between("low", "high"))


def _sorted(
    values: pl.LazyFrame, by: Sequence[str], wanted: pl.DataFrame, ranges: pl.DataFrame
) -> pl.DataFrame:
    """The wanted values, from those of their ranges put in order."""
    near = _within(values, by, ranges).select(*by, "low", "value").collect(engine=STREAMING)
    ordered = near.group_by(*by, "low").agg(pl.col("value").sort())
    return wanted.join(ordered, on=[*by, "low"], nulls_equal=True).select(
        *by, "share", value=pl.col("value").list.get(pl.col("place") - 1)
    )


def _narrowed(
    values: pl.LazyFrame, by: Sequence[str], wanted: pl.DataFrame, ranges: pl.DataFrame
) -> pl.DataFrame:
    """The wanted places, each within the one bucket of its range that holds it."""
    low, high = (pl.col(name).cast(pl.Int128) for name in ("low", "high"))
    cut = ranges.with_columns(step=(high - low) // BUCKETS + 1)
    bucket = (pl.col("value").cast(pl.Int128) - low) // pl.col("step")
    counted = (
        _within(values, by, cut)
        .group_by(*by, "low", "step", bucket=bucket)
        .agg(pl.len().cast(pl.Int64).alias("inside"))
        .collect(engine=STREAMING)
        .sort("bucket")
        .with_columns(below=pl.col("inside").cum_sum().over(*by, "low") - pl.col("inside"))
    )
    after = pl.col("place") - pl.col("below")
    start = low + pl.col("bucket") * pl.col("step")
    end = pl.min_horizontal(high, start + pl.col("step") - 1)
    return (
        wanted.join(counted, on=[*by, "low"], nulls_equal=True)
        .filter(after.is_between(1, pl.col("inside")))
        .select(
            *by,
            "share",
            place=after,
            number="inside",
            low=start.cast(pl.Int64),
            high=end.cast(pl.Int64),
        )
    )
