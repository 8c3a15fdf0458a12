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
from huice.population.reform.frames import SIDES, changed
from huice.population.reform.groups import PLACE, Breakdown, city, grouped
from huice.population.reform.source import SetAside, kept, tables_of
from huice.population.reform.sums import NOTHING, Draws, Sums, sums_of
from huice.population.schema import KEY
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
    firms are told apart, `draws` the claims on pools.
    """

    before: Job
    after: Job
    as_of: date
    cities: tuple[str, ...]
    groups: tuple[Breakdown, ...]
    draws: tuple[Draws, ...]
    run: Run


class Part(Struct, frozen=True, eq=False):
    """What one fragment comes to; `firms` has a row for each firm of the cities."""

    sums: Sums
    firms: pl.DataFrame
    aside: SetAside


def compared(job: Comparison, one: Slice) -> Part:
    """The part of a fragment."""
    law, draft = kept(
        (job.before.name, job.after.name), lambda: (_corpus(job.before), _corpus(job.after))
    )
    tables, aside = tables_of(one, law)
    near = _near(tables, job.cities)
    groups = grouped(near.orgs, job.groups, job.as_of)
    places = groups.select(KEY, PLACE)
    sums, totals = NOTHING, []
    for side, corpus, asked in zip(
        SIDES, (law, draft), (job.before.asked, job.after.asked), strict=True
    ):
        answer = _answer(near, corpus, asked, job.run)
        sums = sums.merged(sums_of(side, answer.awards.join(places, on=KEY, how="left"), job.draws))
        totals.append(answer.totals)
    return Part(sums, changed(groups, *totals), aside)


def _corpus(job: Job) -> Corpus:
    return msgspec.msgpack.decode(job.corpus, type=Corpus)


def _near(tables: Tables, cities: tuple[str, ...]) -> Tables:
    """The firms that a draft can reach: those of its cities, and those whose place is unknown."""
    if PLACE not in tables.orgs.columns:
        return tables
    return tables.of(tables.orgs.filter(city().is_in(cities) | city().is_null())[KEY])


def _answer(tables: Tables, corpus: Corpus, asked: Asked, run: Run) -> Awards:
    """Awards and totals; none where nobody is asked of, or nothing."""
    if asked.measures and tables.orgs.height:
        return run(tables, corpus, asked)
    key = tables.orgs.schema[KEY]
    return Awards(award_frame([], key), total_frame([], key))
