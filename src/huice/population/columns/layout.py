"""Lays the tables out for the compiled rules: firms in the order of their places, entities below them.

Nothing is copied but what the rules read: a level knows the order of its rows, and works out a given column
when it is asked for. What several years state apart stands side by side, `revenue_fen@2026` (see `years`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl
from numpy.typing import NDArray

from huice.population.asked import Asked
from huice.population.columns import given as g
from huice.population.columns.decided import Decided
from huice.population.columns.given import Given, packed
from huice.population.columns.level import Level
from huice.population.columns.names import AT, BLANK, POSITION, in_year_name
from huice.population.columns.plan import ORG, Name
from huice.population.columns.shape import Shape
from huice.population.columns.years import entities_of_years, firms_of_years
from huice.population.schema import KEY
from huice.population.tables import Tables

T = TypeVar("T")
PlaceKey: TypeAlias = "tuple[str | None, ...]"
Places: TypeAlias = "tuple[tuple[PlaceKey, int, int], ...]"
"""Each place key with the positions of its firms."""
MOST_FIRMS = 100_000
"""Firms that are computed at once: enough that columns pay, few enough for memory."""


class Layout:
    """Firms and their entities, by places.

    A place key is the place the firm states, and the places of the years that state another.
    """

    def __init__(self, levels: dict[str, Level], places: Places, decided: Decided) -> None:
        self.levels, self.places, self.decided = levels, places, decided
        self._parts: list[Part] = []

    def parts(self, *, keep: bool = False) -> list[Part]:
        """The firms of one place each, in order, not too many at once; `keep`: with all that is worked out."""
        if self._parts:
            return self._parts
        found = [
            Part(self, key, first, min(stop, first + MOST_FIRMS))
            for key, start, stop in self.places
            for first in range(start, stop, MOST_FIRMS)
        ]
        if keep:  # a part knows its layout: kept, both stay until the collector of circles comes by
            self._parts = found
        return found

    def work_out(self, givens: Iterable[Given], *, pack: bool) -> None:
        """Works out for all parts what a level's frame alone says, as series or `packed`."""
        wanted: dict[str, list[Given]] = {}
        for one in givens:
            wanted.setdefault(one.level, []).append(one)
        tasks: list[Callable[[], None]] = [
            partial(self.levels[name].work_out, task, pack=pack)
            for name, many in wanted.items()
            for task in self.levels[name].tasks(many, pack=pack)
        ]
        if tasks:
            _at_once([self.decided.split, *tasks])

    def forget(self) -> None:
        """Lets go what was worked out for all parts; they have their own."""
        for level in self.levels.values():
            level.forget()


class Part:
    """Some firms of one place, one after the other, and their entities: the rows that are computed at once."""

    def __init__(self, layout: Layout, place: PlaceKey, start: int, stop: int) -> None:
        self.layout, self.place, self.start, self.stop = layout, place, start, stop
        self.kept: dict[Name, pl.Series] = {}
        self.packed: dict[Name, NDArray[Any]] = {}
        self.prepared: WeakKeyDictionary[Any, dict[bool, Any]] = WeakKeyDictionary()
        """What the code of each question keeps of this part."""
        self._firms: dict[str, pl.Series] = {}
        self._starts: dict[str, NDArray[np.int64]] = {}

    @property
    def firms(self) -> int:
        """How many firms."""
        return self.stop - self.start

    @property
    def key(self) -> pl.Series:
        """The keys of the firms."""
        return self.layout.levels[ORG].rows([KEY], self.start, self.stop).to_series()

    def forget(self) -> None:
        """Lets go what was worked out."""
        self.kept, self.packed, self._firms, self._starts = {}, {}, {}, {}
        self.prepared.clear()

    def height(self, level: str) -> int:
        """The rows of a level."""
        first, last = self._ends(level)
        return last - first

    def starts(self, kind: str) -> NDArray[np.int64]:
        """The first row of each firm's entities and one past the last."""
        if kind not in self._starts:
            found = self.layout.levels[kind].starts[self.start : self.stop + 1]
            self._starts[kind] = found - found[0]
        return self._starts[kind]

    def firm(self, kind: str) -> pl.Series:
        """The row of each entity's firm."""
        if kind not in self._firms:
            rows = np.arange(self.firms, dtype=np.uint32)
            self._firms[kind] = pl.Series(np.repeat(rows, np.diff(self.starts(kind))))
        return self._firms[kind]

    def _ends(self, level: str) -> tuple[int, int]:
        if level == ORG:
            return self.start, self.stop
        starts = self.layout.levels[level].starts
        return int(starts[self.start]), int(starts[self.stop])

    # --- given columns ------------------------------------------------------------------------------------

    def missing(self, givens: Iterable[Given], *, pack: bool) -> list[Given]:
        """Those of these columns that are not kept here, as series or packed."""
        here = self.packed if pack else self.kept
        return [one for one in givens if (one.level, one.name) not in here]

    def work_out(self, givens: Iterable[Given]) -> None:
        """Keeps these columns, worked out of the tables."""
        wanted: dict[str, dict[str, Given]] = {}
        for one in self.missing(givens, pack=False):
            own = self.layout.levels[one.level]
            if own.tells(one):
                self.kept[one.level, one.name] = own.series(one, *self._ends(one.level))
            else:
                wanted.setdefault(one.level, {})[one.name] = one
        for level, open_ in wanted.items():
            frame = self._frame(level, list(open_.values()))
            exprs = [one.expr.alias(name) for name, one in open_.items() if one.how != g.SPREAD]
            found = frame.lazy().select(exprs).collect()  # what they share is worked out once
            for values in found.get_columns():
                full = values
                if len(values) != self.height(level):
                    full = values.new_from_index(0, self.height(level))
                self.kept[level, values.name] = full

    def pack(self, givens: Iterable[Given]) -> None:
        """Keeps these columns as machine code reads them."""
        rest = []
        where: dict[str, Any] = {}
        for one in self.missing(givens, pack=True):
            own = self.layout.levels[one.level]
            if own.tells(one):
                if one.level not in where:
                    where[one.level] = own.where(*self._ends(one.level))
                self.packed[one.level, one.name] = own.array(one, where[one.level])
            else:
                rest.append(one)
        read = [one for one in rest if one.how != g.SPREAD]
        if read:  # the moments that are spread only serve these
            self.work_out(rest)
        for one in read:
            self.packed[one.level, one.name] = packed(one, self.kept[one.level, one.name])
        self.kept = {}

    def _frame(self, level: str, many: list[Given]) -> pl.DataFrame:
        """The rows of a level with what these columns read."""
        own = self.layout.levels[level]
        spread = {one.name: one for one in many if one.how == g.SPREAD}
        read = [one for one in many if one.how != g.SPREAD]
        names = dict.fromkeys(name for one in read for name in one.expr.meta.root_names())
        stored = [name for name in names if name in own.source.columns]
        frame = own.rows(stored or own.source.columns[:1], *self._ends(level))
        added = [
            self._handed_down(level, spread[name]) if name in spread else self._made(level, name)
            for name in names
            if name not in stored
        ]
        return frame.with_columns(added)

    def _handed_down(self, level: str, one: Given) -> pl.Series:
        """A firm's moment for each of its entities."""
        names = one.expr.meta.root_names()
        firms = self.layout.levels[ORG].rows(names, self.start, self.stop)
        return firms.select(one.expr).to_series().gather(self.firm(level)).alias(one.name)

    def _made(self, level: str, name: str) -> pl.Series:
        """A column that no table has."""
        if level == ORG:
            return self.layout.decided.column(name, self.start, self.stop)
        if name == BLANK:
            return pl.repeat(value=False, n=self.height(level), eager=True).alias(name)
        assert name == POSITION
        starts = self.starts(level)
        first = np.repeat(starts[:-1], np.diff(starts))
        return pl.Series(name, np.arange(self.height(level)) - first)


def place_columns(shape: Shape, asked: Asked) -> list[str]:
    """The columns that say where a firm is: what it states, then each year that states it anew."""
    return ["place", *(
        in_year_name("place", year)
        for year in asked.years
        if "place" in shape.overridden.get(str(year), ())
    )]  # fmt: skip


def lay_out(tables: Tables, shape: Shape, asked: Asked, back: Collection[str] = ()) -> Layout:
    """The tables as levels; entities of the kinds `back` also as they were a year earlier."""
    orgs = firms_of_years(tables, shape, asked)
    if "place" not in orgs.columns:
        orgs = orgs.with_columns(pl.lit(None, dtype=pl.String).alias("place"))
    order, places = _by_place(orgs.select(place_columns(shape, asked)))
    rank = np.empty(orgs.height, dtype=np.uint32)
    rank[order.to_numpy()] = np.arange(orgs.height, dtype=np.uint32)
    index = pl.DataFrame({KEY: orgs[KEY], AT: rank})

    def level(kind: str) -> Level:
        frame = tables.get(tables.schema.lists[kind])
        if frame is None or kind in back or kind in shape.blank or shape.own_lists.get(kind):
            rows = entities_of_years(tables, orgs, index, kind, shape, asked, back=kind in back)
            return _sorted(rows, orgs.height)
        return _below(frame, order, orgs[KEY], rank)

    kinds = list(tables.schema.lists)
    levels = dict(zip(kinds, _at_once([partial(level, kind) for kind in kinds]), strict=True))
    return Layout({ORG: Level(orgs, order), **levels}, places, Decided(tables, index))


def _at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """What each gives, several done at the same time."""
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return [one.result() for one in [pool.submit(task) for task in tasks]]


def _by_place(
    placed: pl.DataFrame,
) -> tuple[pl.Series, Places]:
    """The rows in the order of their places, and each place with its positions."""
    coded = placed.with_columns(
        pl.col(name).cast(pl.Enum(placed[name].unique().drop_nulls().sort())).to_physical().alias(f"#{name}")
        for name in placed.columns
    )  # fmt: skip
    by = [f"#{name}" for name in placed.columns]
    order = coded.select(pl.arg_sort_by(by, maintain_order=True)).to_series()
    runs = (
        coded.group_by(by)
        .agg(pl.col(placed.columns).first(), pl.len().alias("n"))
        .sort(by)
        .select(*placed.columns, "n")
    )
    places = []
    start = 0
    for *key, count in runs.iter_rows():
        places.append((tuple(key), start, start + count))
        start += count
    return order, tuple(places)


def _below(frame: pl.DataFrame, order: pl.Series, keys: pl.Series, rank: NDArray[Any]) -> Level:
    """The entities of a table that one list states, each firm's in their order."""
    own, child = order.to_numpy(), frame[KEY]
    if keys.is_sorted() and child.is_sorted():
        first = child.search_sorted(keys, "left").to_numpy().astype(np.int64)
        counts = np.diff(first, append=len(child))  # in checked tables each has its firm
        starts = np.concatenate([[0], np.cumsum(counts[own])])
        rows = np.repeat(first[own] - starts[:-1], counts[own]) + np.arange(starts[-1])
    else:
        index = pl.DataFrame({KEY: keys, AT: rank})
        firm = frame.select(KEY).join(index, on=KEY, how="left", maintain_order="left")[AT]
        starts = _starts(firm.to_numpy(), len(rank))
        rows = np.argsort(firm.to_numpy(), kind="stable")
    return Level(frame, pl.Series(rows.astype(np.uint32)), starts)


def _sorted(frame: pl.DataFrame, firms: int) -> Level:
    frame = frame.sort(AT, maintain_order=True)
    return Level(frame.drop(AT), None, _starts(frame[AT].to_numpy(), firms))


def _starts(firm: NDArray[Any], firms: int) -> NDArray[np.int64]:
    starts = np.zeros(firms + 1, dtype=np.int64)
    if len(firm):
        np.cumsum(np.bincount(firm, minlength=firms), out=starts[1:])
    return starts
