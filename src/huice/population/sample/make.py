"""A synthetic population: firms with people, projects, contracts and premises, drawn from stated assumptions.

Firms are made in blocks: firm number i depends on the seed, the assumptions and its block alone, so a longer
population begins with the shorter one, and blocks can be made anywhere in any order. What comes out is
invented; it stands for no firm and is no statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus, shipped
from huice.population.sample import chance as r
from huice.population.sample.chance import Bools, Ints
from huice.population.sample.columns import columns, keys
from huice.population.sample.draw import GROUP, Below, Drawer, Drawn
from huice.population.sample.file import BadAssumptions, load_assumptions
from huice.population.sample.margins import load_margins
from huice.population.sample.model import Assumptions, Listing
from huice.population.sample.rake import BadMargins, Margin
from huice.population.sample.raked import Raking, groups_of, raking
from huice.population.schema import LISTED, MEASURE, ORGS, Schema, schema_of
from huice.population.tables import Tables, rejects
from huice.population.tables.rejects import Count

__all__ = ["BLOCK", "BadAssumptions", "BadMargins", "Plan", "Sampler", "plan", "sample"]

PLACE = "org.place"
BLOCK = 1 << 14
"""Firms of one block."""


class Drawing(Struct):
    """The applicants of a block before anything is written: their variables by name."""

    number: int
    orgs: dict[str, Drawn]


class Sampler:
    """Makes blocks of a population. `known` are facts that nobody leaves unanswered (those of margins)."""

    def __init__(
        self,
        seed: int,
        assumptions: Assumptions,
        corpus: Corpus,
        known: frozenset[str] = frozenset(),
    ) -> None:
        self.seed, self.assumptions, self.corpus = seed, assumptions, corpus
        self.schema: Schema = schema_of(corpus)
        self.known = known
        self.local = _local(corpus)
        self.ids = pl.Series([measure.id for measure in corpus.measures], dtype=pl.String)

    def draw(self, number: int) -> Drawing:
        """The applicants of a block."""
        drawer = Drawer(f"{self.seed}/{number}/{ORGS}", BLOCK, self.assumptions.as_of, {})
        orgs = drawer.all_of(self.assumptions.orgs)
        for name in self.known:
            orgs[name].missing = np.zeros(BLOCK, np.bool_)
        return Drawing(number, orgs)

    def frames(self, drawing: Drawing, rows: Ints, numbers: Ints) -> dict[str, pl.DataFrame]:
        """The tables of chosen applicants of a block (a row may be chosen twice), with their numbers."""
        tables = self.schema.tables
        own = columns(tables[ORGS], self.assumptions.orgs, _taken(drawing.orgs, rows))
        key = keys(numbers)
        found: dict[str, pl.DataFrame] = {}
        for listing in self.assumptions.listings:
            parents, frame = self._children(drawing, listing)
            found[listing.table] = _dealt(parents, frame, rows, key)
            if listing.unlisted:
                listed = ~self._open(drawing, listing)[rows]
                own.append(pl.Series(listing.table + LISTED, listed))
        return {ORGS: pl.DataFrame([key, *own]), **found}

    def _children(self, drawing: Drawing, listing: Listing) -> tuple[Ints, pl.DataFrame]:
        """The rows of a child table for a whole block, and whose each is."""
        key, as_of = f"{self.seed}/{drawing.number}/{listing.table}", self.assumptions.as_of
        above = Drawer(key, BLOCK, as_of, drawing.orgs)
        each = np.stack([above.counts(group) for group in listing.groups], axis=1)
        each *= ~self._open(drawing, listing)[:, None]
        places = np.repeat(np.arange(each.size), each.ravel())
        parents, groups = np.divmod(places, len(listing.groups))
        scope = Below(drawing.orgs, parents)
        none = np.zeros(parents.size, np.bool_)
        scope[GROUP] = Drawn("choice", groups, none, none)
        drawn = Drawer(key, parents.size, as_of, scope).all_of(listing.variables)
        series = columns(self.schema.tables[listing.table], listing.variables, drawn)
        if listing.kind:
            return parents, pl.DataFrame(series)
        chosen = self._chosen(scope[PLACE], above.bits(MEASURE)[parents], parents)
        named = self.ids.gather(pl.Series(np.maximum(chosen, 0), dtype=pl.UInt32)).alias(MEASURE)
        kept = chosen >= 0
        return parents[kept], pl.DataFrame([named, *series]).filter(pl.Series(kept))

    def _open(self, drawing: Drawing, listing: Listing) -> Bools:
        """Which applicants of the block leave the whole list open."""
        if not listing.unlisted:
            return np.zeros(BLOCK, np.bool_)
        draws = r.bits(f"{self.seed}/{drawing.number}/{listing.table}/unlisted", BLOCK)
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


class Plan(Struct):
    """A population to be made: who makes it, how many firms, and how the margins are met (None: none given)."""

    sampler: Sampler
    orgs: int
    raking: Raking | None = None

    def blocks(self) -> Iterator[dict[str, pl.DataFrame]]:
        """The tables, block by block; each can be made alone, and together they are the population."""
        drawn = self.orgs if self.raking is None else self.raking.fit.drawn
        seen = np.zeros(0 if self.raking is None else self.raking.codes.size, np.int64)
        done = 0
        for number in range(-(-drawn // BLOCK)):
            drawing = self.sampler.draw(number)
            rows = np.arange(min(BLOCK, drawn - number * BLOCK))
            if self.raking is not None:
                groups = groups_of(drawing.orgs, self.raking.margins, rows.size)
                rows = np.repeat(rows, self.raking.times(groups, seen))
            yield self.sampler.frames(drawing, rows, np.arange(done, done + rows.size) + 1)
            done += rows.size


def plan(
    orgs: int | None,
    seed: int,
    assumptions: Assumptions,
    corpus: Corpus,
    margins: tuple[Margin, ...] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Plan:
    """What it takes to make so many firms (None: as many as the margins say). Raises `BadMargins`.

    Margins that make another number of firms count as proportions.
    """
    if not margins:
        return Plan(Sampler(seed, assumptions, corpus), orgs or 1)
    wanted = orgs or max(margin.total for margin in margins)
    if orgs is not None and all(margin.total == margins[0].total > 0 for margin in margins):
        margins = tuple(margin.scaled(orgs) for margin in margins)
    known = frozenset(name for margin in margins for name in margin.variables)
    sampler = Sampler(seed, assumptions, corpus, known)
    firms = [min(BLOCK, wanted - start) for start in range(0, wanted, BLOCK)]
    drawn = (
        groups_of(sampler.draw(number).orgs, margins, size) for number, size in enumerate(firms)
    )
    return Plan(sampler, wanted, raking(drawn, margins, progress))


def sample(
    orgs: int | None,
    seed: int = 1,
    assumptions: Path | str | Assumptions | None = None,
    corpus: Corpus | None = None,
    margins: Path | str | tuple[Margin, ...] = (),
) -> Tables:
    """A synthetic population of so many firms; the same for the same seed, assumptions and version of huice.

    With `margins` (a file, or margins as read) it meets them exactly. Raises `BadAssumptions` and `BadMargins`.
    """
    corpus = corpus or shipped()
    if not isinstance(assumptions, Assumptions):
        assumptions = load_assumptions(corpus, Path(assumptions) if assumptions else None)
    if not isinstance(margins, tuple):
        margins = load_margins(Path(margins), assumptions)
    return gathered(plan(orgs, seed, assumptions, corpus, margins).blocks(), corpus)


def gathered(parts: Iterable[dict[str, pl.DataFrame]], corpus: Corpus) -> Tables:
    """The blocks as one population in memory."""
    listed = list(parts)
    frames = {name: pl.concat([part[name] for part in listed]) for name in listed[0]}
    counts = {name: Count(frame.height, frame.height) for name, frame in frames.items()}
    return Tables(frames, schema_of(corpus), rejects.none(), counts)
