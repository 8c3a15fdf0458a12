"""What measures cost, under law and draft: sums of fragments that merge in any order.

Sums are Python integers of fen, so that no number of firms wraps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import polars as pl
from msgspec import Struct

from huice.evaluate.outcome import PAYING
from huice.population.beyond import narrowed
from huice.population.reform.frames import SIDES
from huice.population.reform.groups import city_of

Row: TypeAlias = tuple[int, ...]
COSTS = ("certain_fen", "ceiling_fen", "firms", "unstated")
_NOBODY = (0, 0, 0, 0)


class Sums(Struct, frozen=True, eq=True):
    """`costs` by side, place and measure: see `COSTS`."""

    costs: dict[tuple[str, str | None, str], Row]

    def merged(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(_added(self.costs, other.costs))

    def cost_frame(self, keys: Sequence[str]) -> pl.DataFrame:
        """What each measure costs before and after, by `keys` (`city`, `place`) and measure.

        `*_firms` get something or may; `*_unstated` are firms to which the text promises no stated amount.
        """
        found: dict[tuple[str | None, ...], dict[str, Row]] = {}
        for (side, place, measure), row in self.costs.items():
            named = {"city": None if place is None else city_of(place), "place": place}
            sides = found.setdefault((*(named[key] for key in keys), measure), {})
            sides[side] = _sum(sides.get(side, _NOBODY), row)
        by = [*keys, "measure"]
        frame = pl.DataFrame(
            [
                [*key, *(figure for side in SIDES for figure in sides.get(side, _NOBODY))]
                for key, sides in found.items()
            ],
            {
                **dict.fromkeys(by, pl.String),
                **{f"{side}_{name}": pl.Int128 for side in SIDES for name in COSTS},
            },
            orient="row",
        )
        return narrowed(frame).sort(by, nulls_last=True)


NOTHING = Sums({})


def _added(one: dict[Any, Row], other: dict[Any, Row]) -> dict[Any, Row]:
    found = dict(one)
    for key, row in other.items():
        found[key] = _sum(found[key], row) if key in found else row
    return found


def _sum(one: Row, other: Row) -> Row:
    return tuple(map(sum, zip(one, other, strict=True)))


def sums_of(side: str, awards: pl.DataFrame) -> Sums:
    """The sums of one side: `awards` with the `place` of each firm."""
    whole = awards.filter(pl.col("year").is_null())
    paying = whole.filter(pl.col("status").cast(pl.String).is_in([one.value for one in PAYING]))
    gets = (pl.col("ceiling_fen").fill_null(0) > 0) | (pl.col("certain_fen") > 0)
    rows = paying.group_by("place", "measure").agg(
        _wide("certain_fen"),
        _wide("ceiling_fen"),
        gets.sum().alias("firms"),
        pl.col("ceiling_fen").is_null().sum().alias("unstated"),
    )
    return Sums({(side, place, measure): tuple(row) for place, measure, *row in rows.iter_rows()})


def _wide(column: str) -> pl.Expr:
    """The sum of whole fen in 128 bits."""
    return pl.col(column).cast(pl.Int128).sum()
