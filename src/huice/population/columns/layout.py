"""Lays the tables out for the compiled rules: firms sorted by place, entities below them, years side by side.

A fact that one year states otherwise becomes a column of that year, `revenue_fen@2026`; an entity that several
years list is one row, told apart by its `id` or else by its position in the list, as the evaluator does.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
from msgspec import Struct

from huice.population.asked import Asked
from huice.population.columns.plan import ORG, Level
from huice.population.columns.shape import Shape
from huice.population.schema import (
    DECISIONS,
    HISTORY,
    ID,
    KEY,
    LISTED,
    MEASURE,
    ORG_YEARS,
    ORGS,
    YEAR,
    Schema,
)
from huice.population.tables import Tables

AT, POSITION, HERE, WHO, BLANK, STATED = "__at", "__pos", "__here", "__who", "__blank", "__stated"
NAMED = "__named"
"""Whether an entity has an `id`."""
_OWN = "__own"


def in_year_name(column: str, year: int) -> str:
    """The name of a column as one year states it."""
    return f"{column}@{year}"


def earlier_name(column: str, year: int) -> str:
    """The name of a column of the same entity a year before the year."""
    return f"{column}@before:{year}"


def known_name(kind: str, year: int) -> str:
    """The firms' column that says whether their list of a kind is known in a year."""
    return f"__known:{kind}@{year}"


class Layout(Struct, frozen=True, eq=False):
    """Firms and their entities, sorted by place: `places` gives each place key with its rows of the firms.

    A place key is the place the firm states, and the places of the years that state another.
    """

    key: pl.Series
    levels: dict[str, Level]
    places: tuple[tuple[tuple[str | None, ...], int, int], ...]
    kept: dict[tuple[str, int, int], dict[str, pl.Series]]

    def slice(self, start: int, stop: int) -> dict[str, Level]:
        """The levels of these rows of the firms alone."""
        found = {}
        for name, level in self.levels.items():
            if name == ORG:
                first, last, firm, starts = start, stop, None, None
            else:
                first, last = int(level.starts[start]), int(level.starts[stop])
                assert level.firm is not None
                firm = level.firm.slice(first, last - first) - start
                starts = level.starts[start : stop + 1] - first
            columns = {key: one.slice(first, last - first) for key, one in level.columns.items()}
            kept = self.kept.setdefault((name, start, stop), {})
            found[name] = Level(columns, last - first, firm, starts, kept)
        return found


def place_columns(shape: Shape, asked: Asked) -> list[str]:
    """The columns that say where a firm is: what it states, then each year that states it anew."""
    return ["place", *(
        in_year_name("place", year)
        for year in asked.years
        if "place" in shape.overridden.get(str(year), ())
    )]  # fmt: skip


def lay_out(tables: Tables, shape: Shape, asked: Asked, back: Collection[str] = ()) -> Layout:
    """The tables as levels of columns; entities of the kinds `back` also as they were a year earlier."""
    orgs = _orgs(tables, shape, asked)
    by = place_columns(shape, asked)
    if "place" not in orgs.columns:
        orgs = orgs.with_columns(pl.lit(None, dtype=pl.String).alias("place"))
    orgs = orgs.sort(by, maintain_order=True).with_row_index(AT)
    kinds = {
        kind: _entities(tables, orgs, kind, shape, asked, back=kind in back)
        for kind in tables.schema.lists
    }
    known = [column for kind in kinds for column in _known(tables, orgs, kind, shape, asked)]
    orgs = orgs.with_columns(known)
    orgs = orgs.hstack(_decided(tables, orgs, shape)) if shape.decided or shape.received else orgs
    runs = orgs.group_by(by, maintain_order=True).agg(
        pl.col(AT).first().alias("a"), pl.len().alias("n")
    )
    places = tuple((tuple(row[:-2]), row[-2], row[-2] + row[-1]) for row in runs.iter_rows())
    levels = {ORG: _level(orgs.drop(KEY, AT))}
    for kind, frame in kinds.items():
        levels[kind] = _below(frame, orgs.height)
    return Layout(orgs[KEY], levels, places, {})


def _level(frame: pl.DataFrame) -> Level:
    return Level({one.name: one for one in frame.get_columns()}, frame.height)


def _below(frame: pl.DataFrame, firms: int) -> Level:
    frame = frame.sort(AT, maintain_order=True)
    firm = frame[AT]
    counts = np.bincount(firm.to_numpy(), minlength=firms) if frame.height else np.zeros(firms, int)
    starts = np.zeros(firms + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    level = _level(frame.drop(AT))
    return Level(level.columns, level.height, firm, starts)


# --- the firms --------------------------------------------------------------------------------------------


def _orgs(tables: Tables, shape: Shape, asked: Asked) -> pl.DataFrame:
    listed = [c for c in tables.orgs.columns if c.endswith(LISTED)]
    wanted = dict.fromkeys([KEY, *shape.filled.get(ORGS, ()), *listed])
    orgs = tables.orgs.select(c for c in wanted if c in tables.orgs.columns)
    for year in (asked.claim_year - 1, *asked.years):
        columns = [c for c in shape.overridden.get(str(year), ()) if c != KEY]
        given = tables.get(ORG_YEARS)
        if not columns:
            continue
        orgs = _with_year(orgs, given, columns, year, tables.schema, before=year < asked.claim_year)
    return orgs


def _with_year(
    orgs: pl.DataFrame,
    given: pl.DataFrame | None,
    columns: list[str],
    year: int,
    schema: Schema,
    *,
    before: bool,
) -> pl.DataFrame:
    """The firms with these columns as the year states them; of the year before, only what it states."""
    if given is None or any(column not in given.columns for column in columns):
        dtypes = schema.tables[ORGS].dtypes
        rest = [c for c in columns if given is None or c not in given.columns]
        empty = [pl.lit(None, dtype=dtypes[column]).alias(column) for column in rest]
        base = (
            pl.DataFrame(schema={KEY: orgs.schema[KEY], YEAR: pl.Int32}) if given is None else given
        )
        given = base.with_columns(empty)
    own = given.filter(pl.col(YEAR) == year).select(
        KEY, *(pl.col(c).alias(in_year_name(c, year)) for c in columns)
    )
    orgs = orgs.join(own, on=KEY, how="left", maintain_order="left")
    if before:
        return orgs
    return orgs.with_columns(
        pl.coalesce(in_year_name(c, year), c).alias(in_year_name(c, year))
        for c in columns
        if c in orgs.columns
    )


def _known(
    tables: Tables, orgs: pl.DataFrame, kind: str, shape: Shape, asked: Asked
) -> list[pl.Series]:
    """Whether the list of a kind is known, for the years in which that differs from firm to firm."""
    name = tables.schema.lists[kind]
    found = []
    listed = orgs.get_column(name + LISTED, default=None)
    for year in (asked.claim_year - 1, *asked.years):
        own = str(year) in shape.own_lists.get(kind, ())
        before = year < asked.claim_year
        if before and not own:
            continue
        if not own and kind not in shape.blank:
            continue
        given = not before and tables.get(name) is not None
        known = pl.repeat(given, orgs.height, dtype=pl.Boolean, eager=True)
        if given and listed is not None:
            known = listed.fill_null(value=True)
        if own:
            known = known | orgs[KEY].is_in(_own_firms(tables, name, year).implode())
        found.append(known.alias(known_name(kind, year)))
    stated = asked.claim_year - 1
    if kind == next(iter(tables.schema.lists)):
        found.append(_stated(tables, orgs, stated))
    return found


def _stated(tables: Tables, orgs: pl.DataFrame, year: int) -> pl.Series:
    """Whether anything is stated of the year before the first."""
    keys = [_own_firms(tables, name, year) for name in tables.schema.lists.values()]
    given = tables.get(ORG_YEARS)
    if given is not None:
        keys.append(given.filter(pl.col(YEAR) == year)[KEY])
    every = pl.concat([one.cast(orgs.schema[KEY]) for one in keys])
    return orgs[KEY].is_in(every.implode()).alias(STATED)


def _own_firms(tables: Tables, name: str, year: int) -> pl.Series:
    """The firms that state their own list for a year."""
    keys = []
    frame, given = tables.get(name), tables.get(ORG_YEARS)
    if frame is not None and YEAR in frame.columns:
        keys.append(frame.filter(pl.col(YEAR) == year)[KEY])
    if given is not None and name + LISTED in given.columns:
        rows = given.filter((pl.col(YEAR) == year) & pl.col(name + LISTED).fill_null(value=False))
        keys.append(rows[KEY])
    if not keys:
        return pl.Series(KEY, [], dtype=tables.orgs.schema[KEY])
    return pl.concat(keys).unique()


# --- their entities ---------------------------------------------------------------------------------------


def _entities(
    tables: Tables, orgs: pl.DataFrame, kind: str, shape: Shape, asked: Asked, *, back: bool
) -> pl.DataFrame:
    """One row for each entity that some year lists; with an unknown list, one of which nothing is known."""
    name = tables.schema.lists[kind]
    given = tables.get(name)
    index = orgs.select(KEY, AT)
    dtypes = tables.schema.tables[name].dtypes
    facts = [c for c in shape.filled.get(name, ()) if c not in (KEY, YEAR, "name") and c in dtypes]
    if given is None:
        given = pl.DataFrame(schema={KEY: orgs.schema[KEY]})
    given = given.with_columns(
        pl.lit(None, dtype=dtypes[c]).alias(c) for c in [*facts, ID] if c not in given.columns
    )
    given = given.select(KEY, *{*facts, ID, *([YEAR] if YEAR in given.columns else [])})
    rows = given.join(index, on=KEY, how="inner", maintain_order="left").with_columns(
        pl.lit(value=False).alias(BLANK)
    )
    if YEAR not in rows.columns:
        rows = rows.with_columns(pl.lit(None, dtype=pl.Int32).alias(YEAR))
    base = rows.filter(pl.col(YEAR).is_null())
    unlisted = _unlisted(tables, orgs, name)
    if unlisted.height:
        base = base.join(unlisted, on=AT, how="anti", maintain_order="left")
        base = pl.concat(
            [base, unlisted.with_columns(pl.lit(value=True).alias(BLANK))], how="diagonal"
        )
    columns = [c for c in [*facts, BLANK, POSITION] if c != ID]
    years = [
        y for y in (asked.claim_year - 1, *asked.years) if str(y) in shape.own_lists.get(kind, ())
    ]
    if not years and not back:
        return _placed(base, named=False).select(AT, *columns)
    base = _placed(base)
    lists = {y: _placed(rows.filter(pl.col(YEAR) == y)) for y in years}
    who = pl.concat([one.select(AT, WHO) for one in (base, *lists.values())]).unique(
        maintain_order=True
    )
    found = who.join(
        base.select(AT, WHO, *columns, pl.lit(value=True).alias(HERE)), on=(AT, WHO), how="left"
    ).with_columns(pl.col(HERE).fill_null(value=False), pl.col(BLANK).fill_null(value=False))
    for year, own in lists.items():
        firms = orgs.filter(pl.col(KEY).is_in(_own_firms(tables, name, year).implode()))[AT]
        before = year < asked.claim_year
        found = _list_of_year(found, own, firms, year, columns, before=before)
    for year in asked.years if back else ():
        found = _with_earlier(found, [c for c in facts if c != ID], year, set(years), asked)
    return found.with_columns(pl.col(WHO).str.starts_with("=").alias(NAMED)) if back else found


def _with_earlier(
    found: pl.DataFrame, facts: list[str], year: int, own: set[int], asked: Asked
) -> pl.DataFrame:
    """The facts of the same entity a year earlier: known by its id, else by its position in the list."""

    def named(column: str, of: int) -> str:
        return in_year_name(column, of) if of in own else column

    before = year - 1
    names = [earlier_name(c, year) for c in facts]
    if before < asked.claim_year and before not in own:
        dtypes = found.schema
        return found.with_columns(
            pl.lit(None, dtype=dtypes[c]).alias(n) for c, n in zip(facts, names, strict=True)
        )
    then = found.filter(pl.col(named(HERE, before)) & ~pl.col(named(BLANK, before))).select(
        AT, WHO, pl.col(named(POSITION, before)).alias("__then"),
        *(pl.col(named(c, before)).alias(n) for c, n in zip(facts, names, strict=True)),
    )  # fmt: skip
    rows = found.with_row_index("__row")
    now = rows.filter(pl.col(named(HERE, year)) & ~pl.col(named(BLANK, year)))
    by_id = now.filter(pl.col(WHO).str.starts_with("=")).select("__row", AT, WHO)
    by_place = now.filter(~pl.col(WHO).str.starts_with("=")).select(
        "__row", AT, pl.col(named(POSITION, year)).alias("__then")
    )
    matched = pl.concat(
        [
            by_id.join(then, on=(AT, WHO)).select("__row", *names),
            by_place.join(then, on=(AT, "__then")).select("__row", *names),
        ]
    )
    return rows.join(matched, on="__row", how="left", maintain_order="left").drop("__row")


def _list_of_year(
    found: pl.DataFrame,
    own: pl.DataFrame,
    firms: pl.Series,
    year: int,
    columns: list[str],
    *,
    before: bool,
) -> pl.DataFrame:
    """The entities with their facts in a year that some firms list apart.

    The others list there what they list every year; of the year before the first, nothing is known of them.
    """
    own = own.select(
        AT, WHO, *(pl.col(c).alias(in_year_name(c, year)) for c in columns),
        pl.lit(value=True).alias(in_year_name(HERE, year)),
    )  # fmt: skip
    theirs = pl.DataFrame({AT: firms, _OWN: pl.repeat(value=True, n=len(firms), eager=True)})
    joined = found.join(own, on=(AT, WHO), how="left").join(theirs, on=AT, how="left")
    apart = pl.lit(value=True) if before else pl.col(_OWN).fill_null(value=False)
    return joined.with_columns(
        pl.when(apart)
        .then(pl.col(in_year_name(c, year)))
        .otherwise(pl.col(c))
        .alias(in_year_name(c, year))
        for c in [*columns, HERE]
    ).with_columns(
        pl.col(in_year_name(HERE, year)).fill_null(value=False),
        pl.col(in_year_name(BLANK, year)).fill_null(value=False),
    ).drop(_OWN)  # fmt: skip


def _unlisted(tables: Tables, orgs: pl.DataFrame, name: str) -> pl.DataFrame:
    """The firms whose list is unknown."""
    if tables.get(name) is None:
        return orgs.select(AT)
    if name + LISTED not in orgs.columns:
        return orgs.select(AT).clear()
    return orgs.filter(~pl.col(name + LISTED).fill_null(value=True)).select(AT)


def _placed(rows: pl.DataFrame, *, named: bool = True) -> pl.DataFrame:
    """The rows firm by firm with their position in the firm's list, and who they are: by id, else position."""
    rows = rows.sort(AT, maintain_order=True)
    firm = rows[AT].to_numpy()
    first = np.flatnonzero(np.diff(firm, prepend=-1)) if len(firm) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(first, append=len(firm))
    position = np.arange(len(firm)) - np.repeat(first, lengths)
    rows = rows.with_columns(pl.Series(POSITION, position, dtype=pl.UInt32))
    if not named:
        return rows
    return rows.with_columns(
        pl.when(pl.col(ID).is_not_null())
        .then("=" + pl.col(ID))
        .otherwise("#" + pl.col(POSITION).cast(pl.String))
        .alias(WHO)
    )


# --- decisions and history --------------------------------------------------------------------------------


def _decided(tables: Tables, orgs: pl.DataFrame, shape: Shape) -> list[pl.Series]:
    """What decisions and history say, a column for each measure and figure."""
    found = []
    index = orgs.select(KEY, AT)
    for measure, said in shape.decided.items():
        rows = _rows_of(tables.get(DECISIONS), measure, index)
        for what in said:
            name = f"{what}:{measure}"
            if what in ("granted", "refused"):
                test = (
                    pl.col("decision") == what
                    if "decision" in rows.columns
                    else pl.lit(value=False)
                )
                marked = rows.filter(test)[AT]
                found.append(orgs[AT].is_in(marked.implode()).alias(name))
            else:
                found.append(_scattered(rows, f"{what}_fen", orgs.height).alias(name))
    for measure in shape.received:
        rows = _rows_of(tables.get(HISTORY), measure, index)
        found.append(orgs[AT].is_in(rows[AT].implode()).alias(f"had:{measure}"))
        for what, absent in (("years", 1), ("amount_fen", 0)):
            if rows.height:
                values = (
                    rows[what]
                    if what in rows.columns
                    else pl.repeat(None, rows.height, dtype=pl.Int64, eager=True)
                )
                rows = rows.with_columns(values.fill_null(absent).alias(what))
            column = _scattered(rows, what, orgs.height).fill_null(0)
            found.append(column.alias(f"{what}:{measure}"))
    return found


def _rows_of(frame: pl.DataFrame | None, measure: str, index: pl.DataFrame) -> pl.DataFrame:
    if frame is None:
        return pl.DataFrame(schema={AT: pl.UInt32})
    return frame.filter(pl.col(MEASURE) == measure).join(index, on=KEY, how="inner")


def _scattered(rows: pl.DataFrame, name: str, height: int) -> pl.Series:
    empty: Any = pl.repeat(None, height, dtype=pl.Int64, eager=True)
    if not rows.height or name not in rows.columns:
        return empty  # type: ignore[no-any-return]  # Polars types a repeat as an expression too
    found: pl.Series = empty.scatter(rows[AT].cast(pl.Int64), rows[name].cast(pl.Int64))
    return found
