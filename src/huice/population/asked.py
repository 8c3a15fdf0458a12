"""What is asked of a population, and the two frames of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from msgspec import Struct, msgpack

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.evaluate.compare import check_places
from huice.evaluate.evaluator import select
from huice.evaluate.facts import PoolState
from huice.evaluate.outcome import FROM_BEST
from huice.evaluate.profiles import load_profile
from huice.language.check import lies_in
from huice.population.schema import KEY, DType

STATUS = pl.Enum([status.value for status in FROM_BEST])
"""The five statuses, from best to worst."""


class Asked(Struct, frozen=True):
    """One question to a population: the day of application, the years, the measures and how they are read."""

    as_of: date
    claim_year: int
    horizon: int
    measures: tuple[Measure, ...]
    readings: Mapping[str, Mapping[str, str]] = {}
    pools: Mapping[str, PoolState] = {}
    by_year: bool = False

    @property
    def years(self) -> range:
        """The years of the horizon."""
        return range(self.claim_year, self.claim_year + self.horizon)

    @property
    def key(self) -> bytes:
        """Equal for equal questions to the same corpus."""
        ids = [measure.id for measure in self.measures]
        days = (self.as_of, self.claim_year, self.horizon, self.by_year)
        return msgpack.encode((days, ids, self.readings, self.pools), enc_hook=str)


def asking(  # noqa: PLR0913  # one keyword for each thing that may be asked
    corpus: Corpus,
    *,
    as_of: date,
    horizon: int = 1,
    claim_year: int | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[str] | str | None = None,
    readings: Mapping[str, Mapping[str, str]] | None = None,
    pools: Mapping[str, Mapping[str, Any]] | None = None,
    by_year: bool = False,
) -> Asked:
    """The checked question. Raises `BadProfile` for an unknown measure, place, reading, option or pool."""
    given: dict[str, Any] = {"as_of": as_of, "horizon_years": horizon}
    given |= {"claim_year": claim_year} if claim_year is not None else {}
    given |= {"readings": readings} if readings else {}
    given |= {"pools": pools} if pools else {}
    checked = load_profile(given, corpus)
    wanted = select(corpus, measures)
    where = check_places(corpus, places)
    if where:
        wanted = tuple(one for one in wanted if any(lies_in(place, one.place) for place in where))
    return Asked(
        as_of,
        checked.claim_year,
        checked.horizon,
        wanted,
        checked.readings,
        checked.pools,
        by_year,
    )


class Awards(Struct, frozen=True, eq=False):
    """The answer: one row for each measure of each firm, and one for each firm.

    `awards`: `org_id, measure, year` (null: the whole horizon), `status, certain_fen, ceiling_fen` (null:
    the text states no amount). `totals`: `org_id, status, certain_fen, ceiling_fen`, groups applied;
    never across cities.
    """

    awards: pl.DataFrame
    totals: pl.DataFrame


def award_schema(key: DType) -> dict[str, DType]:
    """The columns of the awards."""
    return {
        KEY: key,
        "measure": pl.String,
        "year": pl.Int32,
        "status": STATUS,
        "certain_fen": pl.Int64,
        "ceiling_fen": pl.Int64,
    }


def total_schema(key: DType) -> dict[str, DType]:
    """The columns of the totals."""
    return {KEY: key, "status": STATUS, "certain_fen": pl.Int64, "ceiling_fen": pl.Int64}


def award_frame(rows: Sequence[tuple[Any, ...]], key: DType) -> pl.DataFrame:
    """The awards of these rows."""
    return pl.DataFrame(rows, schema=award_schema(key), orient="row")


def total_frame(rows: Sequence[tuple[Any, ...]], key: DType) -> pl.DataFrame:
    """The totals of these rows."""
    return pl.DataFrame(rows, schema=total_schema(key), orient="row")
