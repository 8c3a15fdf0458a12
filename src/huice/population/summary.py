"""What a simulation comes to, added up in Python integers: parts of it merge in any order to the same figures.

Costs are told for each measure and place of the firms. Nothing here adds across cities.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, TypeVar

import polars as pl
from msgspec import Struct

from huice.evaluate.outcome import FROM_BEST
from huice.population.asked import Awards
from huice.population.beyond import narrowed
from huice.population.columns.counts import FIGURES, counted
from huice.population.columns.run import PlaceResult
from huice.population.schema import KEY

Where: TypeAlias = "tuple[str | None, str, int | None]"
"""Place of the firms, measure, year (None: the whole horizon)."""
K = TypeVar("K")
CODES = tuple(range(len(FROM_BEST)))
COUNTS = tuple(status.value for status in FROM_BEST)
_WIDE = dict.fromkeys((*COUNTS, *FIGURES), pl.Int128)


class Summary(Struct, frozen=True, eq=True):
    """Sums and counts. `costs` by place, measure and year; `places` of each firm's total, groups applied.

    Each value holds the counts of the five statuses from best to worst, then `FIGURES`.
    """

    costs: dict[Where, tuple[int, ...]]
    places: dict[str | None, tuple[int, ...]]

    def merged(self, other: Summary) -> Summary:
        """Both parts together."""
        return Summary(_added(self.costs, other.costs), _added(self.places, other.places))

    @property
    def firms(self) -> int:
        """The firms that were computed."""
        return sum(sum(row[: len(CODES)]) for row in self.places.values())

    def cost_frame(self, *, by_city: bool = False) -> pl.DataFrame:
        """Costs as a frame: `place` (or `city`), `measure`, `year`, counts and figures."""
        named = "city" if by_city else "place"
        rows: dict[Where, tuple[int, ...]] = {}
        for (place, measure, year), row in self.costs.items():
            key = (city_of(place) if by_city else place, measure, year)
            rows[key] = _sum(rows[key], row) if key in rows else row
        frame = pl.DataFrame(
            [(*key, *row) for key, row in rows.items()],
            schema={named: pl.String, "measure": pl.String, "year": pl.Int32, **_WIDE},
            orient="row",
        )
        return narrowed(frame).sort(named, "measure", "year", nulls_last=True)

    def place_frame(self) -> pl.DataFrame:
        """Totals of the firms by place."""
        frame = pl.DataFrame(
            [(place, *row) for place, row in self.places.items()],
            schema={"place": pl.String, **_WIDE},
            orient="row",
        )
        return narrowed(frame).sort("place", nulls_last=True)


EMPTY = Summary({}, {})


def city_of(place: str | None) -> str | None:
    """The city of a place: `hangzhou` of `hangzhou/xihu`."""
    return None if place is None else place.split("/")[0]


def _added(
    one: dict[K, tuple[int, ...]], other: dict[K, tuple[int, ...]]
) -> dict[K, tuple[int, ...]]:
    found = dict(one)
    for key, row in other.items():
        mine = found.get(key)
        found[key] = row if mine is None else _sum(mine, row)
    return found


def _sum(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(one, other, strict=True)))


def of_columns(one: PlaceResult, years: Iterable[int], skipped: frozenset[str]) -> Summary:
    """The summary of one place, from what its body counted."""
    costs: dict[Where, tuple[int, ...]] = {}
    counts = iter(one.counts)
    for measure, _, by_year in one.compiled.measures:
        for year in (None, *years) if by_year else (None,):
            row = next(counts)
            if measure not in skipped:
                costs[one.place, measure, year] = row
    places = {} if one.compiled.total is None else {one.place: next(counts)}
    return Summary(costs, places)


def of_rows(awards: Awards, places: pl.DataFrame, measures: frozenset[str]) -> Summary:
    """The summary of measures, and of totals, that were computed row by row."""
    codes = {status: code for code, status in enumerate(COUNTS)}

    def summed(frame: pl.DataFrame, by: list[str]) -> dict[tuple[object, ...], tuple[int, ...]]:
        joined = frame.join(places, on=KEY, how="left")
        return {
            key: counted(
                part["status"].cast(pl.String).replace_strict(codes, return_dtype=pl.Int64),
                part["certain_fen"],
                part["ceiling_fen"],
            )
            for key, part in joined.partition_by(by, as_dict=True).items()
        }

    own = awards.awards.filter(pl.col("measure").is_in(list(measures)))
    costs = summed(own, ["place", "measure", "year"])
    totals = summed(awards.totals, ["place"])
    return Summary(
        {(k[0], k[1], k[2]): row for k, row in costs.items()},  # type: ignore[misc]  # as partitioned
        {k[0]: row for k, row in totals.items()},  # type: ignore[misc]  # by the place alone
    )
