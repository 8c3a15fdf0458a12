"""Makes the blocks of a synthetic population: firms with people, projects, contracts and premises.

Firm number i depends on the seed, the assumptions and its block alone, so blocks can be made anywhere in any
order, and a longer population begins with the shorter one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.sample import chance as r
from huice.population.sample.chance import Bools, Ints
from huice.population.sample.columns import columns, keys
from huice.population.sample.draw import Drawer, Drawn
from huice.population.sample.file import BadAssumptions
from huice.population.sample.later import (
    ListYears,
    list_of_years,
    org_years,
    orgs_of_years,
    parted,
    rows_of,
)
from huice.population.sample.lists import drawn_afresh
from huice.population.sample.model import Assumptions, Listing
from huice.population.schema import LISTED, MEASURE, ORG_YEARS, ORGS, Schema, schema_of

PLACE = "org.place"
BLOCK = 1 << 14
"""Firms of one block."""
_NO_LATER = Problem(
    "H014",
    Text(
        "要几年的样本，而这份假设没有说以后各年怎样变；请写上 years，或不要 --years",
        "several years are asked for, but these assumptions do not say how later years change; "
        "add `years`, or leave --years out",
    ),
)


class Drawing(Struct):
    """The applicants of a block before anything is written: their variables by name."""

    number: int
    orgs: dict[str, Drawn]


class Rows(Struct):
    """A child table of a block: whose each row is, who leaves the list open, and the list year by year."""

    parents: Ints
    frame: pl.DataFrame
    open: Bools
    years: ListYears | None = None


class Sampler:
    """Makes blocks of a population. `known` are facts that nobody leaves unanswered (those of margins).

    Raises `BadAssumptions` if several `years` are asked for and the assumptions say nothing of later ones.
    """

    def __init__(
        self,
        seed: int,
        assumptions: Assumptions,
        corpus: Corpus,
        known: frozenset[str] = frozenset(),
        years: int = 1,
    ) -> None:
        if years > 1 and assumptions.later is None:
            raise BadAssumptions((_NO_LATER,))
        self.seed, self.assumptions, self.corpus = seed, assumptions, corpus
        self.schema: Schema = schema_of(corpus)
        self.known, self.years = known, years
        self.later = assumptions.later if years > 1 else None
        self.changes = {one.table: one for one in (self.later.lists if self.later else ())}
        self.local = _local(corpus)
        self.ids = pl.Series([measure.id for measure in corpus.measures], dtype=pl.String)

    def draw(self, number: int) -> Drawing:
        """The applicants of a block, in the first year."""
        drawer = Drawer(self._key(number, ORGS), BLOCK, self.assumptions.as_of, {})
        orgs = drawer.all_of(self.assumptions.orgs)
        for name in self.known:
            orgs[name].missing = np.zeros(BLOCK, np.bool_)
        return Drawing(number, orgs)

    def _key(self, number: int, table: str) -> str:
        """What names the draws of a table of a block."""
        return f"{self.seed}/{number}/{table}"

    def frames(self, drawing: Drawing, rows: Ints, numbers: Ints) -> dict[str, pl.DataFrame]:
        """The tables of chosen applicants of a block (a row may be chosen twice), with their numbers."""
        orgs, years = drawing.orgs, self._years(drawing)
        lists = {one.table: self._rows(drawing, one, years) for one in self.assumptions.listings}
        key, table = keys(numbers), self.schema.tables[ORGS]
        found: dict[str, pl.DataFrame] = {}
        if self.later is not None:
            changed = [one.years for one in lists.values() if one.years is not None]
            first = self.assumptions.as_of.year
            found[ORG_YEARS] = org_years(self.later, table, years, changed, rows, key, first)
            for name, only_first in parted(self.later.variables, years).items():
                orgs = {**orgs, name: orgs[name].unanswered(only_first)}
        own = columns(table, self.assumptions.orgs, _taken(orgs, rows))
        listed = [
            pl.Series(name + LISTED, ~one.open[rows])
            for name, one in lists.items()
            if self._may_be_open(name)
        ]
        for name, one in lists.items():
            found[name] = _dealt(one.parents, one.frame, rows, key)
        return {ORGS: pl.DataFrame([key, *own, *listed]), **found}

    def _years(self, drawing: Drawing) -> list[dict[str, Drawn]]:
        """The applicants of a block in each year."""
        if self.later is None:
            return [drawing.orgs]
        key, as_of = self._key(drawing.number, ORGS), self.assumptions.as_of
        return orgs_of_years(self.later, key, as_of, drawing.orgs, self.years, self.known)

    def _rows(self, drawing: Drawing, listing: Listing, years: Sequence[dict[str, Drawn]]) -> Rows:
        """The rows of a child table for a whole block."""
        key, as_of = self._key(drawing.number, listing.table), self.assumptions.as_of
        table, change = self.schema.tables[listing.table], self.changes.get(listing.table)
        unlisted = self._open(drawing, listing)
        entities = drawn_afresh(listing, key, as_of, drawing.orgs, unlisted)
        if change is not None:
            found = list_of_years(listing, change, entities, unlisted, key, as_of, years)
            return Rows(*rows_of(found, table, as_of.year), found.open[-1], found)
        frame = pl.DataFrame(columns(table, listing.variables, entities.drawn))
        if listing.kind:
            return Rows(entities.parents, frame, unlisted)
        return Rows(*self._of_measures(drawing, listing, entities.parents, frame), unlisted)

    def _of_measures(
        self, drawing: Drawing, listing: Listing, parents: Ints, frame: pl.DataFrame
    ) -> tuple[Ints, pl.DataFrame]:
        """The rows of a table by measure, each with a measure of its applicant's place."""
        draws = r.bits(f"{self._key(drawing.number, listing.table)}/{MEASURE}", BLOCK)
        place = drawing.orgs[PLACE].taken(parents)
        chosen = self._chosen(place, draws[parents], parents)
        named = self.ids.gather(pl.Series(np.maximum(chosen, 0), dtype=pl.UInt32)).alias(MEASURE)
        kept = chosen >= 0
        return parents[kept], frame.insert_column(0, named).filter(pl.Series(kept))

    def _may_be_open(self, table: str) -> bool:
        """Whether anybody leaves a list open, in any year."""
        listing, change = self.assumptions.listing(table), self.changes.get(table)
        return bool((listing and listing.unlisted) or (change and change.unlisted))

    def _open(self, drawing: Drawing, listing: Listing) -> Bools:
        """Which applicants of the block leave the whole list open."""
        if not listing.unlisted:
            return np.zeros(BLOCK, np.bool_)
        draws = r.bits(f"{self._key(drawing.number, listing.table)}/unlisted", BLOCK)
        return r.happens(draws, listing.unlisted)

    def _chosen(self, place: Drawn, draws: Ints, parents: Ints) -> Ints:
        """A measure of its place for each row, another for each row of one applicant; -1 for none."""
        many = np.array([len(one) for one in self.local], np.int64)
        table = np.full((len(self.local), max(int(many.max()), 1)), -1, np.int64)
        for row, one in enumerate(self.local):
            table[row, : len(one)] = one
        first = np.searchsorted(parents, parents)
        rank = np.arange(parents.size) - first
        here = np.maximum(many[place.values], 1)
        found = table[place.values, (r.between(draws, 0, here - 1) + rank) % here]
        return np.where(place.absent | (rank >= here), -1, found)


def _local(corpus: Corpus) -> list[list[int]]:
    """The positions of the measures that hold at each place of the vocabulary."""
    return [
        [
            position
            for position, measure in enumerate(corpus.measures)
            if place == measure.place or place.startswith(f"{measure.place}/")
        ]
        for place in corpus.vocabulary.fact(PLACE).options
    ]


def _dealt(parents: Ints, frame: pl.DataFrame, rows: Ints, key: pl.Series) -> pl.DataFrame:
    """The child rows of the chosen applicants, in their order, each with its key."""
    starts, ends = np.searchsorted(parents, rows), np.searchsorted(parents, rows, side="right")
    lengths = ends - starts
    owner = np.repeat(np.arange(rows.size), lengths)
    before = np.cumsum(lengths) - lengths
    at = np.arange(owner.size) - before[owner] + starts[owner]
    whose = key.gather(pl.Series(owner, dtype=pl.UInt32))
    if at.size == frame.height and np.array_equal(at, np.arange(at.size)):
        return frame.insert_column(0, whose)
    dealt: pl.DataFrame = frame.select(pl.all().gather(pl.Series(at, dtype=pl.UInt32)))
    return dealt.insert_column(0, whose)


def _taken(drawn: dict[str, Drawn], rows: Ints) -> dict[str, Drawn]:
    if rows.size == BLOCK and np.array_equal(rows, np.arange(BLOCK)):
        return drawn
    return {name: one.taken(rows) for name, one in drawn.items()}
