"""What a draft does to pools and quotas: the claims under law and draft, given out as `huice pools` does.

Fragments give the claims of their firms, as far as groups allow them; what each pool gives is worked out once
for all of them, so that no cut of the population changes a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.language.text import Text
from huice.population.asked import Asked
from huice.population.pools import Fund, Readings
from huice.population.pools.allocation import Reach, Share, given_out, put, reach
from huice.population.pools.demand import Assumptions, Demand, demand, joined
from huice.population.pools.overlaps import LEFT_ASIDE, TOUCHED, told
from huice.population.pools.rules import find_rule
from huice.population.reform.frames import SIDES

FIGURES: dict[str, type[pl.DataType]] = {
    "holds_fen": pl.Int64,
    "units": pl.Int64,
    "claims": pl.Int64,
    "asked_units": pl.Int64,
    "granted_units": pl.Int64,
    "demand_fen": pl.Int64,
    "granted_fen": pl.Int64,
    "in_part": pl.Int64,
    "left_out": pl.Int64,
    "unstated": pl.Int64,
    "removed": pl.Int64,
    "removed_fen": pl.Int64,
    "removed_unstated": pl.Int64,
    "lowered": pl.Int64,
    "lowered_fen": pl.Int64,
    "exhausted_on": pl.Date,
}
"""The columns of each side, null where that side has no such pool.

`units` are fen, pieces of a voucher or places; `demand_fen` is what the claims ask of this pool, after the
quota and the pools inside it; `in_part` are claims that got less than they asked, `left_out` those that got
nothing, of a quota firms. `unstated` claims
state no amount and are in no sum. `removed` and `lowered` are what groups took away: see `overlaps.TOUCHED`.
"""
SCHEMA: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("pool", "kind", "title", "title_en", "says", "says_en"), pl.String),
    "yearly": pl.Boolean,
    "year": pl.Int64,
    **{f"{side}_{name}": kind for side in SIDES for name, kind in FIGURES.items()},
}
"""A row for each pool or quota, of a pool that is filled every year for each `year`."""


class Claimed(Struct, frozen=True, eq=False):
    """The pools and quotas of one side, and who is assumed to claim; `years` are those of the horizon."""

    far: Reach
    assumed: Assumptions
    years: range

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        asked: Asked,
        readings: Readings,
        assumed: Assumptions,
        *,
        grouped: bool,
    ) -> Claimed:
        """Those on which the measures asked for draw."""
        ids = {one.id for one in asked.measures}
        every = reach(corpus, None, readings).funds
        only = [fund for fund in every if ids & set(fund.members)]
        return cls(reach(corpus, only, readings, grouped=grouped), assumed, asked.years)

    def claims(self, awards: pl.DataFrame) -> Demand:
        """The claims of the firms of a fragment."""
        return demand(awards, self.assumed, self.years[0], self.far.members, self.far.groups)

    def shares(self, parts: Sequence[Demand]) -> Mapping[tuple[str, int | None], Share]:
        """What became of each pool, by its id and year, when the claims of all fragments are there."""
        if not parts:
            return {}
        shares = given_out(put(joined(parts), self.far, self.assumed))
        return {(one.fund.id, one.year): one for one in shares}


def pool_notes(sides: Sequence[Claimed], *, grouped: bool) -> tuple[Text, ...]:
    """What is assumed of those who claim, in words, and how groups bind them."""
    groups = {one.id: one for side in sides for one in side.far.groups}
    bound = told(tuple(groups.values()), pl.DataFrame(schema=TOUCHED)) if grouped else (LEFT_ASIDE,)
    how = Text(
        "资金池先到先得，名额按种子抽签（huice pools 缺省的规则）；换规则、领取率或多次模拟用 huice pools",
        "Pools are given out first come, first served, places by a seeded draw, as huice pools does by "
        "default; use it for other rules, shares or many runs",
    )
    return (how, *sides[0].assumed.says(), *bound)


def pool_frame(
    sides: Mapping[str, tuple[Claimed, Mapping[tuple[str, int | None], Share]]],
) -> pl.DataFrame:
    """The pools and quotas of both sides beside each other: see `SCHEMA` and `FIGURES`."""
    rows: dict[tuple[str, int | None], dict[str, Any]] = {}
    for side, (claimed, shares) in sides.items():
        for fund in claimed.far.funds:
            for year in claimed.years if fund.yearly else [None]:
                share = shares.get((fund.id, year))
                row = rows.setdefault((fund.id, year), _named(fund, year))
                row |= {f"{side}_{name}": value for name, value in _figures(fund, share).items()}
    return pl.DataFrame(list(rows.values()), schema=SCHEMA)


def _named(fund: Fund, year: int | None) -> dict[str, Any]:
    return {
        "pool": fund.id,
        "kind": fund.kind,
        "title": fund.title.zh,
        "title_en": fund.title["en"],
        "says": fund.says.zh,
        "says_en": fund.says["en"],
        "yearly": fund.yearly,
        "year": year,
    }


def _figures(fund: Fund, share: Share | None) -> dict[str, Any]:
    """The figures of a side; where nobody claims they are 0."""
    known: dict[str, Any] = dict.fromkeys(FIGURES, 0)
    known |= {"holds_fen": fund.holds_fen, "units": fund.units, "exhausted_on": None}
    if share is None:
        return known
    quota = fund.kind == "quota"
    return known | {
        "claims": share.claims,
        "asked_units": share.asked_units,
        "granted_units": share.granted_units,
        "demand_fen": share.asked_fen,
        "granted_fen": share.granted_fen,
        "in_part": share.cut,
        "left_out": share.asked_units - share.granted_units if quota else share.refused,
        "unstated": share.unstated,
        "removed": share.taken.get("removed", 0),
        "removed_fen": share.taken.get("removed_fen", 0),
        "removed_unstated": share.taken.get("unstated", 0),
        "lowered": share.taken.get("trimmed", 0),
        "lowered_fen": share.taken.get("trimmed_fen", 0),
        "exhausted_on": share.exhausted_on if find_rule(share.rule).timed else None,
    }
