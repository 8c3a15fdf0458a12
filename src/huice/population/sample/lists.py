"""The child tables of a block: whose each row is, and how a list carries on from one year to the next."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl
from msgspec import Struct

from huice.population.sample import chance as r
from huice.population.sample.chance import Bools, Ints
from huice.population.sample.draw import GROUP, Below, Drawer, Drawn
from huice.population.sample.model import LaterList, Listing

SPAN = 10_000
"""More than one applicant has of anything."""


class Entities(Struct):
    """The entities of a list for a whole block in one year, in the order of their applicants.

    `parents`: the row of the applicant; `drawn`: the variables of the list, and the group; `ids`: what each is
    called within its applicant, the same in all years (`SPAN` times the year it came in, and its number).
    """

    parents: Ints
    drawn: dict[str, Drawn]
    ids: Ints

    def taken(self, rows: Ints) -> Entities:
        """The same for chosen rows."""
        drawn = {name: one.taken(rows) for name, one in self.drawn.items()}
        return Entities(self.parents[rows], drawn, self.ids[rows])


def drawn_afresh(
    listing: Listing,
    key: str,
    as_of: date,
    above: dict[str, Drawn],
    closed: Bools,
    share: tuple[Fraction, ...] = (),
) -> Entities:
    """The entities of applicants whose list is not `closed`; of each group only a share, if one is given."""
    counter = Drawer(key, closed.size, as_of, above)
    each = np.stack([counter.counts(group) for group in listing.groups], axis=1)
    each *= ~closed[:, None]
    places = np.repeat(np.arange(each.size), each.ravel())
    parents, groups = np.divmod(places, len(listing.groups))
    if share:
        kept = np.flatnonzero(by_group(f"{key}/kept", groups, share))
        parents, groups = parents[kept], groups[kept]
    scope = Below(above, parents)
    none = np.zeros(parents.size, np.bool_)
    scope[GROUP] = Drawn("choice", groups, none, none)
    drawn = Drawer(key, parents.size, as_of, scope).all_of(listing.variables)
    return Entities(parents, {**drawn, GROUP: scope[GROUP]}, _numbered(parents))


def by_group(key: str, groups: Ints, shares: tuple[Fraction, ...]) -> Bools:
    """Which entities are taken, by a share for each group."""
    steps = np.array([int(share * r.WHOLE) for share in shares], np.int64)
    found: Bools = r.bits(key, groups.size) < steps[groups]
    return found


def _numbered(parents: Ints) -> Ints:
    """Numbers from 1 for the rows of each applicant."""
    found: Ints = np.arange(parents.size) - np.searchsorted(parents, parents) + 1
    return found


def texts(ids: Ints, first: int) -> pl.Series:
    """The ids as a table has them: `3` of the first year, `2026-1` of a later one."""
    since, number = (pl.Series(part).cast(pl.String) for part in (ids // SPAN + first, ids % SPAN))
    later = pl.Series(ids >= SPAN)
    return pl.select(pl.when(later).then(since + "-" + number).otherwise(number)).to_series()


def carried_on(
    listing: Listing,
    change: LaterList,
    before: Entities,
    ahead: int,
    key: str,
    as_of: date,
    above: dict[str, Drawn],
    closed: Bools,
) -> Entities:
    """The list so many years ahead: what is kept, with its facts changed, then what is new."""
    kept = by_group(f"{key}/kept", before.drawn[GROUP].values, change.kept)
    old = before.taken(np.flatnonzero(kept))
    scope = Below(above, old.parents)
    scope.update(old.drawn)
    drawn = Drawer(f"{key}/changes", old.parents.size, as_of, scope).all_of(change.variables)
    old.drawn |= still_missing(drawn, old.drawn)
    new = drawn_afresh(listing, f"{key}/new", as_of, above, closed, change.new)
    new.ids += ahead * SPAN
    both = Entities(
        np.concatenate([old.parents, new.parents]),
        {name: old.drawn[name].followed_by(one) for name, one in new.drawn.items()},
        np.concatenate([old.ids, new.ids]),
    )
    return both.taken(np.argsort(both.parents, kind="stable"))


def still_missing(drawn: dict[str, Drawn], before: dict[str, Drawn]) -> dict[str, Drawn]:
    """What was not answered the year before is not answered now; helpers that are new stay as they are."""
    for name, one in drawn.items():
        if name in before:
            one.missing = one.missing | before[name].missing
    return drawn
