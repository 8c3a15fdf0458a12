"""A draft against the law on the same firms: what it costs, who gains, who loses, what it does to pools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from msgspec import Struct

from huice.corpus.amendments import Amendment, changes
from huice.corpus.corpus import Corpus, awards_read, shipped
from huice.corpus.model import Measure
from huice.corpus.overlay import Overlay, apply, load_overlay
from huice.language.text import Text
from huice.population.asked import Asked, Awards, asking, award_frame, total_frame
from huice.population.columns.run import by_columns
from huice.population.pools import funds
from huice.population.reform.frames import by_group, changed, costs, distribution, total
from huice.population.reform.groups import (
    PLACE,
    UNPLACED,
    Breakdown,
    breakdowns,
    city,
    city_name,
    city_of,
    grouped,
)
from huice.population.schema import KEY
from huice.population.tables import Tables, load

Run: TypeAlias = Callable[[Tables, Corpus, Asked], Awards]
"""Computes the awards and totals of a population: columns, or row by row."""


def in_columns(tables: Tables, corpus: Corpus, asked: Asked) -> Awards:
    """The awards and totals of a population from the rules compiled to columns."""
    return by_columns(tables, corpus, asked)[0]


Readings: TypeAlias = Mapping[str, Mapping[str, str]]


class Side(Struct, frozen=True, eq=False):
    """One of the two: the law as it is, or as it would be."""

    corpus: Corpus
    answer: Awards


class Reform(Struct, frozen=True, eq=False):
    """A draft against the law. All amounts are fen; every table has `city`, for cities are never added.

    `concerned` are the measures that the draft changes, adds or repeals, those that read their awards, the
    rest of their groups and pools: no other figure can change. `costs` is by city and measure, `places` by
    place too, `orgs` one row a firm of the cities concerned, `groups` gainers and losers, `distribution`
    the deciles of change, `pools` demand against what pools hold. `firms` counts the whole population;
    `titles` and `names` are those of measures and cities.
    """

    title: Text
    before_version: str
    after_version: str
    as_of: date
    years: range
    firms: int
    amendments: tuple[Amendment, ...]
    changed: tuple[str, ...]
    concerned: tuple[str, ...]
    titles: dict[str, Text]
    names: dict[str | None, Text]
    breakdowns: tuple[Breakdown, ...]
    costs: pl.DataFrame
    places: pl.DataFrame
    orgs: pl.DataFrame
    groups: pl.DataFrame
    distribution: pl.DataFrame
    pools: pl.DataFrame

    @property
    def cities(self) -> list[str | None]:
        """The cities with firms, those of unknown place last."""
        return self.orgs["city"].unique().sort(nulls_last=True).to_list()


def reform(
    tables: Tables | Path | str | Mapping[str, Any],
    overlay: Overlay | Path | str,
    corpus: Corpus | None = None,
    *,
    as_of: date,
    horizon: int = 1,
    values: Mapping[str, str] | None = None,
    readings: Readings | None = None,
    run: Run = in_columns,
) -> Reform:
    """The draft against the law on one population.

    `values` writes out numbers that the draft leaves open; `readings` choose how the law is read, on both
    sides. Raises `BadOverlay`, `BadTables` and `BadProfile` with located problems.
    """
    corpus = corpus or shipped()
    draft = overlay if isinstance(overlay, Overlay) else load_overlay(overlay)
    amended = apply(corpus, draft, values)
    population = load(tables, corpus)
    altered = differing(corpus, amended)
    ids = concerned_by(altered, corpus, amended)
    cities = sorted({city_of(_either(id_, amended, corpus).place) for id_ in ids})
    near = _near(population, cities)
    question = _Question(as_of, horizon, readings or {}, run)
    before, after = (question.answer(near, one, ids) for one in (corpus, amended))
    ways = breakdowns(corpus)
    groups = grouped(near.orgs, ways, as_of)
    orgs = changed(groups, before.answer.totals, after.answer.totals)
    law, bill = (_placed(one.answer.awards, groups) for one in (before, after))
    return Reform(
        draft.title,
        corpus.version,
        amended.version,
        as_of,
        question.ask(corpus, ()).years,
        population.orgs.height,
        changes(corpus, amended),
        altered,
        ids,
        {id_: _either(id_, amended, corpus).title for id_ in ids},
        {**{one: city_name(one, corpus) for one in cities}, None: UNPLACED},
        ways,
        costs(_whole(law), _whole(bill), ["city"]),
        costs(_whole(law), _whole(bill), ["city", "place"]),
        orgs,
        by_group(orgs, [one.id for one in ways]),
        distribution(orgs),
        _pools(before, after, [law, bill], question),
    )


class _Question(Struct, frozen=True):
    """What is asked of both sides alike."""

    as_of: date
    horizon: int
    readings: Readings
    run: Run

    def ask(self, corpus: Corpus, measures: Iterable[str]) -> Asked:
        """The question to one corpus; readings that a draft has settled are left out."""
        return asking(
            corpus,
            as_of=self.as_of,
            horizon=self.horizon,
            measures=measures,
            readings=known_readings(corpus, self.readings),
            by_year=self.horizon > 1,
        )

    def first_year(self, corpus: Corpus) -> int | None:
        """The year whose awards a yearly pool meets; None if the horizon is that year alone."""
        return self.ask(corpus, ()).claim_year if self.horizon > 1 else None

    def answer(self, tables: Tables, corpus: Corpus, ids: Iterable[str]) -> Side:
        """Awards and totals of the measures that the corpus has."""
        asked = self.ask(corpus, [id_ for id_ in ids if id_ in corpus])
        if asked.measures:
            return Side(corpus, self.run(tables, corpus, asked))
        key = tables.orgs.schema[KEY]
        return Side(corpus, Awards(award_frame([], key), total_frame([], key)))


def known_readings(corpus: Corpus, readings: Readings) -> Readings:
    """The readings that the corpus knows: a draft may have settled some, or repealed their measure."""
    groups = {group.id for group in corpus.groups}
    found: dict[str, Mapping[str, str]] = {}
    for id_, chosen in readings.items():
        if id_ in groups:
            found[id_] = chosen
        elif id_ in corpus:
            known = {reading.id for reading in corpus.measure(id_).readings}
            found[id_] = {name: option for name, option in chosen.items() if name in known}
    return found


def differing(before: Corpus, after: Corpus) -> tuple[str, ...]:
    """The measures whose figures may differ: another rule, readings or pool, added or repealed."""
    ids = [measure.id for measure in (*before.measures, *after.measures)]
    return tuple(id_ for id_ in dict.fromkeys(ids) if _differs(id_, before, after))


def _differs(id_: str, before: Corpus, after: Corpus) -> bool:
    if id_ not in before or id_ not in after:
        return True
    old, new = before.measure(id_), after.measure(id_)
    if (old.rule, old.readings, old.quota) != (new.rule, new.readings, new.quota):
        return True
    pool = old.rule.pool
    return pool is not None and before.pools[pool].holds != after.pools[pool].holds


def concerned_by(altered: Iterable[str], before: Corpus, after: Corpus) -> tuple[str, ...]:
    """The measures whose award, or share in a total, may change with these."""
    found = set(altered)
    everything = {one.id: one for one in (*before.measures, *after.measures)}
    size = 0
    while len(found) > size:
        size = len(found)
        for corpus in (before, after):
            found |= {one.id for one in corpus.measures if awards_read(one) & found}
            for group in corpus.groups:
                if group.rule != "warn" and found & set(group.members):
                    found |= set(group.members)
            for fund in funds(corpus):
                if found & set(fund.members):
                    found |= set(fund.members)
    return tuple(id_ for id_ in everything if id_ in found)


def _either(id_: str, one: Corpus, other: Corpus) -> Measure:
    return one.measure(id_) if id_ in one else other.measure(id_)


def _near(tables: Tables, cities: list[str]) -> Tables:
    """The firms that a draft can reach: those of its cities, and those whose place is unknown."""
    if PLACE not in tables.orgs.columns:
        return tables
    return tables.of(tables.orgs.filter(city().is_in(cities) | city().is_null())[KEY])


def _placed(awards: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    return awards.join(groups.select(KEY, "city", "place"), on=KEY, how="left")


def _whole(awards: pl.DataFrame) -> pl.DataFrame:
    return awards.filter(pl.col("year").is_null())


def _pools(
    before: Side, after: Side, placed: list[pl.DataFrame], question: _Question
) -> pl.DataFrame:
    """Demand on each pool that the measures draw on, against what it holds, on both sides.

    Demand is the sum of ceilings of the firms that are there; `open` that of firms whose place is unknown.
    A pool filled every year meets that of the first year, another that of the whole horizon. `unstated`
    claims state no amount.
    """
    rows: dict[str, dict[str, Any]] = {}
    for side, one, awards in zip(("before", "after"), (before, after), placed, strict=True):
        for fund in funds(one.corpus, known_readings(one.corpus, question.readings)):
            if fund.holds_fen is None:
                continue
            year = question.first_year(one.corpus) if fund.yearly else None
            wanted = pl.col("year").is_null() if year is None else pl.col("year") == year
            claims = awards.filter(wanted & pl.col("measure").is_in(fund.members))
            if not claims.height:
                continue
            row = rows.setdefault(fund.id, {"pool": fund.id})
            row |= {
                "says": fund.says.zh,
                "says_en": fund.says["en"],
                "yearly": fund.yearly,
                f"{side}_holds_fen": fund.holds_fen,
                f"{side}_demand_fen": _sum(claims.filter(pl.col("city").is_not_null())),
                f"{side}_open_fen": _sum(claims.filter(pl.col("city").is_null())),
                f"{side}_unstated": claims["ceiling_fen"].null_count(),
            }
    schema = {"pool": pl.String, "says": pl.String, "says_en": pl.String, "yearly": pl.Boolean}
    schema |= {
        f"{side}_{name}": pl.Int64
        for side in ("before", "after")
        for name in ("holds_fen", "demand_fen", "open_fen", "unstated")
    }
    return pl.DataFrame(list(rows.values()), schema=schema)


def _sum(claims: pl.DataFrame) -> int:
    found: int = claims.select(total("ceiling_fen")).item()
    return found
