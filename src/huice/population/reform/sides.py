"""A fragment of firms under law and draft: what every engine runs, and the part it gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

import msgspec
import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.population.asked import Asked, Awards, award_frame, total_frame
from huice.population.fragments import Job, reader_of
from huice.population.pools.demand import Demand
from huice.population.reform.frames import SIDES, changed
from huice.population.reform.groups import PLACE, Breakdown, city, grouped
from huice.population.reform.pooled import Claimed
from huice.population.reform.source import SetAside, kept, tables_of
from huice.population.reform.sums import NOTHING, Sums, sums_of
from huice.population.schema import KEY, ORG_YEARS
from huice.population.slices import Slice
from huice.population.tables import Tables

Run: TypeAlias = Callable[[Tables, Corpus, Asked], Awards]
"""Computes the awards and totals of a population: columns, or row by row."""


def in_columns(tables: Tables, corpus: Corpus, asked: Asked) -> Awards:
    """The awards and totals of a population from the rules compiled to columns."""
    return reader_of(corpus, asked, tables).awards(tables)[0]


class Comparison(Struct, frozen=True, eq=False):
    """What is asked of each fragment, in a form that any process takes.

    `before` and `after` are the questions to law and draft, `cities` where they can reach firms, `groups` how
    firms are told apart, `claimed` the pools of both sides.
    """

    before: Job
    after: Job
    as_of: date
    cities: tuple[str, ...]
    groups: tuple[Breakdown, ...]
    claimed: tuple[Claimed, Claimed]
    run: Run


class Part(Struct, frozen=True, eq=False):
    """What one fragment comes to: a row for each firm of the cities, and the claims on pools of both sides."""

    sums: Sums
    firms: pl.DataFrame
    claims: tuple[Demand, Demand]
    aside: SetAside


def compared(job: Comparison, one: Slice) -> Part:
    """The part of a fragment."""
    law, draft = kept(
        (job.before.name, job.after.name), lambda: (_corpus(job.before), _corpus(job.after))
    )
    tables, aside = tables_of(one, law)
    near = _near(tables, job.cities)
    groups = grouped(_home(near.orgs, job.cities), job.groups, job.as_of)
    places = groups.select(KEY, PLACE)
    sums, totals, claims = NOTHING, [], []
    for side, corpus, asked, claimed in zip(
        SIDES, (law, draft), (job.before.asked, job.after.asked), job.claimed, strict=True
    ):
        answer = _answer(near, corpus, asked, job.run)
        sums = sums.merged(sums_of(side, answer.awards.join(places, on=KEY)))
        totals.append(answer.totals)
        claims.append(claimed.claims(answer.awards))
    return Part(sums, changed(groups, *totals), (claims[0], claims[1]), aside)


def _corpus(job: Job) -> Corpus:
    return msgspec.msgpack.decode(job.corpus, type=Corpus)


def _near(tables: Tables, cities: tuple[str, ...]) -> Tables:
    """The firms that a draft can reach: those of its cities, those that move there, those of unknown place."""
    if PLACE not in tables.orgs.columns:
        return tables
    near = _home(tables.orgs, cities)[KEY]
    years = tables.frames.get(ORG_YEARS)
    if years is not None and PLACE in years.columns:
        near = pl.concat([near, years.filter(city().is_in(cities))[KEY]]).unique()
    return tables.of(tables.orgs.filter(pl.col(KEY).is_in(near.implode()))[KEY])


def _home(orgs: pl.DataFrame, cities: tuple[str, ...]) -> pl.DataFrame:
    """The firms that are told of: those of the cities, and those of unknown place."""
    if PLACE not in orgs.columns:
        return orgs
    return orgs.filter(city().is_in(cities) | city().is_null())


def _answer(tables: Tables, corpus: Corpus, asked: Asked, run: Run) -> Awards:
    """Awards and totals; none where nobody is asked of, or nothing."""
    if asked.measures and tables.orgs.height:
        return run(tables, corpus, asked)
    key = tables.orgs.schema[KEY]
    return Awards(award_frame([], key), total_frame([], key))
