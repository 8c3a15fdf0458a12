"""What measures cost and pools are asked for, under law and draft: sums of fragments that merge in any order.

Sums are Python integers of fen, so that no number of firms wraps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import polars as pl
from msgspec import Struct

from huice.evaluate.outcome import PAYING
from huice.population.beyond import narrowed
from huice.population.pools import Fund
from huice.population.reform.frames import SIDES
from huice.population.reform.groups import city_of

Row: TypeAlias = tuple[int, ...]
COSTS = ("certain_fen", "ceiling_fen", "firms", "unstated")
_NOBODY = (0, 0, 0, 0)


class Draws(Struct, frozen=True):
    """The claims on a fund on one side: of its members in `year`, of the whole horizon if that is None."""

    side: str
    fund: str
    members: tuple[str, ...]
    year: int | None


class Sums(Struct, frozen=True, eq=True):
    """`costs` by side, place and measure (`COSTS`); `claims` by side and fund.

    Of claims: how many, the sum of ceilings of firms that are there, that of firms whose place is unknown, and
    how many state no amount. They are not kept one by one.
    """

    costs: dict[tuple[str, str | None, str], Row]
    claims: dict[tuple[str, str], Row]

    def merged(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(_added(self.costs, other.costs), _added(self.claims, other.claims))

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


NOTHING = Sums({}, {})


def _added(one: dict[Any, Row], other: dict[Any, Row]) -> dict[Any, Row]:
    found = dict(one)
    for key, row in other.items():
        found[key] = _sum(found[key], row) if key in found else row
    return found


def _sum(one: Row, other: Row) -> Row:
    return tuple(map(sum, zip(one, other, strict=True)))


def sums_of(side: str, awards: pl.DataFrame, draws: Iterable[Draws]) -> Sums:
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
    return Sums(
        {(side, place, measure): tuple(row) for place, measure, *row in rows.iter_rows()},
        {
            (side, one.fund): row
            for one in draws
            if one.side == side and (row := _claims(one, awards))[0]
        },
    )


def _claims(one: Draws, awards: pl.DataFrame) -> Row:
    when = pl.col("year").is_null() if one.year is None else pl.col("year") == one.year
    claims = awards.filter(when & pl.col("measure").is_in(one.members))
    there = pl.col("place").is_not_null()
    return claims.select(
        pl.len(),
        pl.col("ceiling_fen").filter(there).cast(pl.Int128).sum().alias("demand"),
        pl.col("ceiling_fen").filter(~there).cast(pl.Int128).sum().alias("open"),
        pl.col("ceiling_fen").is_null().sum().alias("unstated"),
    ).row(0)


def _wide(column: str) -> pl.Expr:
    """The sum of whole fen in 128 bits."""
    return pl.col(column).cast(pl.Int128).sum()


def pool_frame(sums: Sums, funds: dict[str, Sequence[Fund]]) -> pl.DataFrame:
    """Demand on each pool that the measures draw on, against what it holds; `funds` by side.

    Demand is the sum of ceilings of the firms that are there; `open` that of firms whose place is unknown.
    A pool filled every year meets that of the first year, another that of the whole horizon. `unstated`
    claims state no amount.
    """
    rows: dict[str, dict[str, Any]] = {}
    for side in SIDES:
        for fund in funds[side]:
            if (side, fund.id) not in sums.claims:
                continue
            _, demand, open_, unstated = sums.claims[side, fund.id]
            rows.setdefault(fund.id, {"pool": fund.id}).update(
                {
                    "says": fund.says.zh,
                    "says_en": fund.says["en"],
                    "yearly": fund.yearly,
                    f"{side}_holds_fen": fund.holds_fen,
                    f"{side}_demand_fen": demand,
                    f"{side}_open_fen": open_,
                    f"{side}_unstated": unstated,
                }
            )
    schema = {"pool": pl.String, "says": pl.String, "says_en": pl.String, "yearly": pl.Boolean}
    schema |= {
        f"{side}_{name}": pl.Int128
        for side in SIDES
        for name in ("holds_fen", "demand_fen", "open_fen", "unstated")
    }
    return narrowed(pl.DataFrame(list(rows.values()), schema=schema))
