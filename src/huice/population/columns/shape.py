"""What a population's tables hold, as far as the compiler must know it: facts, years, decisions, how large.

Columns that nobody fills are unknown in every row and fold away; the largest values bound every product.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from msgspec import Struct, json

from huice.corpus.corpus import Corpus
from huice.population.asked import Asked
from huice.population.columns.rules import facts_read
from huice.population.schema import (
    DECISIONS,
    HISTORY,
    KEY,
    LISTED,
    MEASURE,
    ORG_YEARS,
    YEAR,
    Schema,
)
from huice.population.tables import Tables

VALUE_BITS, CROWD_BITS = 8, 2
ROWS = 100_000
"""Rows that are looked at in one go."""
Sets = dict[str, tuple[str, ...]]


class Shape(Struct, frozen=True, eq=False):
    """The shape of a population; of two shapes, `merged` fits both.

    `filled`: columns with a known value, by table; `overridden`: columns that `org_years` gives for a year;
    `own_lists`: years for which a kind's list is stated apart; `blank`: kinds of which some list is unknown;
    `decided`: what decisions say of a measure; `received`: measures with history; `most`: the largest value of
    a column, rounded up to a power of two; `crowd`: the most entities of a kind that a firm has.
    """

    tables: tuple[str, ...]
    filled: Sets
    overridden: Sets
    own_lists: Sets
    blank: tuple[str, ...]
    decided: Sets
    received: tuple[str, ...]
    most: dict[str, int]
    crowd: dict[str, int]

    @property
    def key(self) -> bytes:
        """Equal for equal shapes."""
        return json.encode(self, order="sorted")

    @property
    def years_apart(self) -> bytes:
        """Equal for shapes whose years stand side by side alike."""
        apart = self.overridden or any(self.own_lists.values()) or self.blank
        filled = self.filled if apart else {}
        return json.encode((self.tables, self.overridden, self.own_lists, self.blank, filled))

    def merged(self, other: Shape) -> Shape:
        """The shape that fits both."""
        return Shape(
            _joined([*self.tables, *other.tables]),
            _sets(self.filled, other.filled),
            _sets(self.overridden, other.overridden),
            _sets(self.own_lists, other.own_lists),
            _joined([*self.blank, *other.blank]),
            _sets(self.decided, other.decided),
            _joined([*self.received, *other.received]),
            _larger(self.most, other.most),
            _larger(self.crowd, other.crowd),
        )

    def has(self, table: str, column: str) -> bool:
        """Whether some row knows this column."""
        return column in self.filled.get(table, ())


def shape_of(tables: Tables, asked: Asked, corpus: Corpus) -> Shape:
    """The shape of these tables for the years that are asked about, and the year before.

    Facts that none of the rules reads are left out: they count as unfilled.
    """
    schema = tables.schema
    years = [asked.claim_year - 1, *asked.years]
    read = _columns_read(schema, facts_read(corpus, asked))
    filled = {
        name: tuple(c for c in _filled(frame) if c in read[name])
        for name, frame in tables.frames.items()
    }
    overridden: Sets = {}
    own_lists: dict[str, set[str]] = {}
    given = tables.get(ORG_YEARS)
    for year in years if given is not None else ():
        assert given is not None
        rows = given.filter(pl.col(YEAR) == year)
        columns = _filled(rows)
        own = [c for c in columns if not c.endswith(LISTED) and c != YEAR and c in read[ORG_YEARS]]
        overridden[str(year)] = tuple(own)
        for kind, name in schema.lists.items():
            if name + LISTED in columns and rows[name + LISTED].any():
                own_lists.setdefault(kind, set()).add(str(year))
    crowd: dict[str, int] = {}
    blank = []
    for kind, name in schema.lists.items():
        frame = tables.get(name)
        if frame is None:
            continue
        if YEAR in frame.columns:
            stated = set(map(str, frame[YEAR].unique().drop_nulls().to_list())) & set(
                map(str, years)
            )
            own_lists.setdefault(kind, set()).update(stated)
        crowd[kind] = _rounded(_crowd(frame), CROWD_BITS)
        listed = tables.orgs.get_column(name + LISTED, default=None)
        if listed is not None and not listed.fill_null(value=True).all():
            blank.append(kind)
    most = {
        f"{name}.{column}": _rounded(frame[column].max(), VALUE_BITS)
        for name, frame in tables.frames.items()
        for column, dtype in frame.schema.items()
        if dtype == pl.Int64
        and column in read[name]
        and column != KEY
        and frame[column].max() is not None
    }
    return Shape(
        tuple(sorted(tables.frames)),
        filled,
        overridden,
        {kind: tuple(sorted(years_)) for kind, years_ in own_lists.items()},
        tuple(sorted(blank)),
        _decided(tables.get(DECISIONS)),
        _received(tables.get(HISTORY)),
        most,
        crowd,
    )


def _columns_read(schema: Schema, read: set[tuple[str, str]]) -> dict[str, set[str]]:
    """The columns of each table that the rules may read, and those that are no facts."""
    found = {}
    for name, table in schema.tables.items():
        kind = table.kind or "org"
        found[name] = {
            column.name
            for column in table.columns.values()
            if column.fact is None or (kind, column.fact.key) in read or column.name == "place"
        }
    return found


def _filled(frame: pl.DataFrame) -> tuple[str, ...]:
    height = frame.height
    return tuple(
        sorted(name for name, nulls in frame.null_count().row(0, named=True).items() if nulls < height)
    ) if height else ()  # fmt: skip


def _decided(frame: pl.DataFrame | None) -> Sets:
    """What decisions say of each measure."""
    found: dict[str, set[str]] = {}
    for rows in frame.iter_slices(ROWS) if frame is not None else ():
        pairs = rows.select(MEASURE, "decision").unique()
        for measure, decision in pairs.iter_rows():
            if decision in ("granted", "refused"):
                found.setdefault(measure, set()).add(decision)
        for name in ("amount", "base"):
            if f"{name}_fen" in rows.columns:
                stated = rows.filter(pl.col(f"{name}_fen").is_not_null())
                for measure in stated[MEASURE].unique().to_list():
                    found.setdefault(measure, set()).add(name)
    return {measure: tuple(sorted(said)) for measure, said in sorted(found.items())}


def _received(frame: pl.DataFrame | None) -> tuple[str, ...]:
    return () if frame is None else tuple(sorted(frame[MEASURE].unique().to_list()))


def _crowd(frame: pl.DataFrame) -> int:
    """The most rows that one firm has in a year; where its rows stand together, at most so many."""
    if not frame[KEY].is_sorted():
        by = [KEY, YEAR] if YEAR in frame.columns else [KEY]
        found: Any = frame.group_by(by).len()["len"].max()
        return found or 1
    most, last, open_ = 1, None, 0
    for rows in frame.select(KEY).iter_slices(ROWS):
        runs = rows[KEY].rle()
        many, keys = runs.struct.field("len"), runs.struct.field("value")
        first = many[0] + (open_ if keys[0] == last else 0)
        most = max(most, first, *many[1:].sort(descending=True).head(1))
        last, open_ = keys[-1], first if len(many) == 1 else many[-1]
    return most


def _rounded(number: object, bits: int) -> int:
    """The number rounded up to a power of 2**bits, so that shapes of like populations are equal."""
    assert isinstance(number, int)
    return 1 << -(-max(number - 1, 0).bit_length() // bits) * bits


def _joined(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _sets(one: Sets, other: Sets) -> Sets:
    return {
        key: _joined([*one.get(key, ()), *other.get(key, ())]) for key in sorted({*one, *other})
    }


def _larger(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {key: max(one.get(key, 0), other.get(key, 0)) for key in sorted({*one, *other})}
