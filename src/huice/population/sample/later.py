"""The later years of a block: its applicants year by year, and the rows of `org_years` and of lists by year.

A table says nothing twice: a row without a year holds in every year, one with a year in that year alone, and
an empty cell of `org_years` leaves the fact of `orgs` as it is. So a fact that a later year leaves open is
taken out of `orgs`, and what is known of it stands in `org_years`, for the first year too; lists likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from msgspec import Struct

from huice.language.calendar import in_year
from huice.population.sample import chance as r
from huice.population.sample.chance import Bools, Ints
from huice.population.sample.columns import columns
from huice.population.sample.draw import Drawer, Drawn
from huice.population.sample.lists import Entities, carried_on, still_missing, texts
from huice.population.sample.model import Later, LaterList, Listing, Variable
from huice.population.schema import ID, LISTED, YEAR, Table


class ListYears(Struct):
    """A list over the years of a block: entities of each year, and who leaves the list of it open."""

    listing: Listing
    entities: list[Entities]
    open: list[Bools]

    @property
    def parted(self) -> Bools:
        """Applicants whose list of the first year holds in that year alone, as a later one is open."""
        found: Bools = np.logical_or.reduce(self.open[1:]) & ~self.open[0]
        return found


def orgs_of_years(
    later: Later, key: str, as_of: date, orgs: dict[str, Drawn], years: int, known: frozenset[str]
) -> list[dict[str, Drawn]]:
    """The applicants in each year; `known` are facts that nobody leaves unanswered."""
    found = [orgs]
    for ahead in range(1, years):
        before = found[-1]
        size = next(iter(orgs.values())).values.size
        day = in_year(as_of, as_of.year + ahead)
        drawn = Drawer(f"{key}/{ahead}", size, day, dict(before)).all_of(later.variables)
        for name in known & drawn.keys():
            drawn[name].missing = np.zeros(size, np.bool_)
        found.append({**before, **still_missing(drawn, before)})
    return found


def list_of_years(
    listing: Listing,
    change: LaterList,
    first: Entities,
    unlisted: Bools,
    key: str,
    as_of: date,
    orgs: Sequence[dict[str, Drawn]],
) -> ListYears:
    """A list in each year. Who leaves it open once leaves it open from then on."""
    found = ListYears(listing, [first], [unlisted])
    for ahead, above in enumerate(orgs[1:], 1):
        day, name = in_year(as_of, as_of.year + ahead), f"{key}/{ahead}"
        entities = carried_on(
            listing, change, found.entities[-1], ahead, name, day, above, unlisted
        )
        found.entities.append(entities)
        left = r.happens(r.bits(f"{name}/unlisted", unlisted.size), change.unlisted)
        found.open.append(found.open[-1] | left)
    return found


def rows_of(found: ListYears, table: Table, first: int) -> tuple[Ints, pl.DataFrame]:
    """The rows of a list over all years, and whose each is; the first year's have no year unless parted."""
    frames, whose = [], []
    for ahead, (entities, closed) in enumerate(zip(found.entities, found.open, strict=True)):
        shown = entities.taken(np.flatnonzero(~closed[entities.parents]))
        dated = np.ones(shown.parents.size, np.bool_) if ahead else found.parted[shown.parents]
        year = pl.Series(YEAR, np.full(shown.parents.size, first + ahead), dtype=pl.Int32)
        year = pl.select(pl.when(pl.Series(dated)).then(year).alias(YEAR)).to_series()
        facts = columns(table, found.listing.variables, shown.drawn)
        frames.append(pl.DataFrame([texts(shown.ids, first).alias(ID), year, *facts]))
        whose.append(shown.parents)
    parents = np.concatenate(whose)
    order = np.argsort(parents, kind="stable")
    rows = pl.Series(order, dtype=pl.UInt32)
    return parents[order], pl.concat(frames).select(pl.all().gather(rows))


def parted(variables: Sequence[Variable], orgs: Sequence[dict[str, Drawn]]) -> dict[str, Bools]:
    """For each fact that changes, who knows it in the first year and not in all that follow."""
    found = {}
    for variable in variables:
        if variable.fact is not None:
            each = [one[variable.name].null for one in orgs]
            found[variable.name] = np.logical_or.reduce(each[1:]) & ~each[0]
    return found


def org_years(
    later: Later,
    table: Table,
    orgs: Sequence[dict[str, Drawn]],
    lists: Sequence[ListYears],
    rows: Ints,
    key: pl.Series,
    first: int,
) -> pl.DataFrame:
    """Rows of chosen applicants: all later years, and the first where facts hold only then."""
    gone = parted(later.variables, orgs)
    alone = np.logical_or.reduce([*gone.values(), *(one.parted for one in lists)])
    facts = [one for one in later.variables if one.name in gone]
    frames, whose = [], []
    for ahead, drawn in enumerate(orgs):
        told = np.arange(rows.size) if ahead else np.flatnonzero(alone[rows])
        stated = {
            name: (drawn[name] if ahead else drawn[name].unanswered(~only)).taken(rows[told])
            for name, only in gone.items()
        }
        flags = [_flag(one, ahead, rows[told]) for one in lists]
        year = pl.Series(YEAR, np.full(told.size, first + ahead), dtype=pl.Int32)
        named = key.gather(pl.Series(told, dtype=pl.UInt32))
        frames.append(pl.DataFrame([named, year, *columns(table, facts, stated), *flags]))
        whose.append(told)
    order = np.argsort(np.concatenate(whose), kind="stable")
    return pl.concat(frames).select(pl.all().gather(pl.Series(order, dtype=pl.UInt32)))


def _flag(found: ListYears, ahead: int, rows: Ints) -> pl.Series:
    """Whether the list of a year is stated in that year: true or null."""
    stated = pl.Series((~found.open[ahead] if ahead else found.parted)[rows])
    true = pl.lit(value=True)
    return pl.select(pl.when(stated).then(true).alias(found.listing.table + LISTED)).to_series()
