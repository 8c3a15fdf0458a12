"""A synthetic population, drawn from stated assumptions: planned, then made block by block or at once.

What comes out is invented; it stands for no firm and is no statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus, shipped
from huice.population.sample.file import load_assumptions
from huice.population.sample.margins import load_margins
from huice.population.sample.model import Assumptions
from huice.population.sample.rake import Margin
from huice.population.sample.raked import Raking, groups_of, raking
from huice.population.sample.sampler import BLOCK, Sampler
from huice.population.schema import schema_of
from huice.population.tables import Tables, rejects
from huice.population.tables.rejects import Count


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
    years: int = 1,
) -> Plan:
    """What it takes to make so many firms (None: as many as the margins say), over so many years.

    Margins that make another number of firms count as proportions; they hold in the first year. Raises
    `BadMargins`, and `BadAssumptions` as the `Sampler` does.
    """
    if not margins:
        return Plan(Sampler(seed, assumptions, corpus, years=years), orgs or 1)
    wanted = orgs or max(margin.total for margin in margins)
    if orgs is not None and all(margin.total == margins[0].total > 0 for margin in margins):
        margins = tuple(margin.scaled(orgs) for margin in margins)
    known = frozenset(name for margin in margins for name in margin.variables)
    sampler = Sampler(seed, assumptions, corpus, known, years)
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
    years: int = 1,
) -> Tables:
    """A synthetic population of so many firms; the same for the same seed, assumptions and version of huice.

    With `margins` (a file, or margins as read) it meets them exactly. With several `years`, what changes after
    the first stands in `org_years` and in lists by year. Raises `BadAssumptions` and `BadMargins`.
    """
    corpus = corpus or shipped()
    if not isinstance(assumptions, Assumptions):
        assumptions = load_assumptions(corpus, Path(assumptions) if assumptions else None)
    if not isinstance(margins, tuple):
        margins = load_margins(Path(margins), assumptions)
    planned = plan(orgs, seed, assumptions, corpus, margins, years=years)
    return gathered(planned.blocks(), corpus)


def gathered(parts: Iterable[dict[str, pl.DataFrame]], corpus: Corpus) -> Tables:
    """The blocks as one population in memory."""
    listed = list(parts)
    frames = {name: pl.concat([part[name] for part in listed]) for name in listed[0]}
    counts = {name: Count(frame.height, frame.height) for name, frame in frames.items()}
    return Tables(frames, schema_of(corpus), rejects.none(), counts)
