"""Years side by side: facts and lists that some year states apart, as columns beside those of every year.

A fact that one year states otherwise becomes a column of that year, `revenue_fen@2026`; an entity that several
years list is one row, told apart by its `id` or else by its position in the list, as the evaluator does.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from huice.population.asked import Asked
from huice.population.columns.names import (
    AT,
    BLANK,
    HERE,
    NAMED,
    POSITION,
    STATED,
    WHO,
    earlier_name,
    in_year_name,
    known_name,
)
from huice.population.columns.shape import Shape
from huice.population.schema import ID, KEY, LISTED, ORG_YEARS, ORGS, YEAR, Schema
from huice.population.tables import Tables

_OWN = "__own"

# --- the firms --------------------------------------------------------------------------------------------


def firms_of_years(tables: Tables, shape: Shape, asked: Asked) -> pl.DataFrame:
    """The firms, with what each year states of them, and whether their lists are known."""
    orgs = tables.orgs
    for year in (asked.claim_year - 1, *asked.years):
        columns = [c for c in shape.overridden.get(str(year), ()) if c != KEY]
        given = tables.get(ORG_YEARS)
        if not columns:
            continue
        orgs = _with_year(orgs, given, columns, year, tables.schema, before=year < asked.claim_year)
    known = [
        column
        for kind in tables.schema.lists
        for column in _known(tables, orgs, kind, shape, asked)
    ]
    return orgs.with_columns(known) if known else orgs


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


def entities_of_years(  # the firms by row and by position
    tables: Tables,
    orgs: pl.DataFrame,
    index: pl.DataFrame,
    kind: str,
    shape: Shape,
    asked: Asked,
    *,
    back: bool,
) -> pl.DataFrame:
    """One row for each entity that some year lists; with an unknown list, one of which nothing is known."""
    name = tables.schema.lists[kind]
    given = tables.get(name)
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
    unlisted = _unlisted(tables, orgs, index, name)
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
        firms = index.filter(pl.col(KEY).is_in(_own_firms(tables, name, year).implode()))[AT]
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


def _unlisted(tables: Tables, orgs: pl.DataFrame, index: pl.DataFrame, name: str) -> pl.DataFrame:
    """The firms whose list is unknown."""
    if tables.get(name) is None:
        return index.select(AT)
    if name + LISTED not in orgs.columns:
        return index.select(AT).clear()
    return index.filter(~orgs[name + LISTED].fill_null(value=True)).select(AT)


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
