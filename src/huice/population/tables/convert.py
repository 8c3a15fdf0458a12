"""Columns of any file made canonical: exact whole numbers, dates, checked options.

What is plainly right is converted column by column. Whatever is left, value by value, goes to the reader of
profiles, so a cell of a table and a line of a profile mean the same and are refused in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.evaluate.amounts import LARGEST_AMOUNT
from huice.evaluate.profiles import OUTCOMES
from huice.evaluate.values import FIRST_YEAR, LAST_YEAR
from huice.population.schema import ONE, Column, DType
from huice.population.tables.cell import (
    EMPTY,
    EXACT_FLOATS,
    MOST_YEARS,
    WORDS,
    Fault,
    looked_at,
    shown_value,
)

MANY = r"\s*[;；]\s*"
TEXTS = (pl.String, pl.Enum, pl.Categorical)
AS_TEXT = pl.List(pl.Struct({"name": pl.String, "date": pl.Date}))


class Converted(Struct, frozen=True, eq=False):
    """A canonical column, null where a value was refused; `bad` says which rows and `why` by their values."""

    values: pl.Series
    bad: pl.Series
    why: dict[str, Fault]
    """By the text of the given value."""
    given: pl.Series
    """The given values as text."""

    def faults(self) -> Iterator[tuple[int, Fault]]:
        """Position and fault of every refused value."""
        if not self.bad.any():
            return
        positions = self.bad.arg_true().to_list()
        for position, value in zip(positions, self.given.gather(positions), strict=True):
            yield position, self.why[value]


def converted(column: Column, given: pl.Series, corpus: Corpus, *, source: bool) -> Converted:
    """The canonical column of a given one; `source` says that it is in the fact's own unit (yuan)."""
    if given.dtype == pl.String:
        given = given.str.strip_chars()
        given = _where(given != "", given)
    elif isinstance(given.dtype, pl.Categorical | pl.Enum) and given.dtype != column.dtype:
        given = given.cast(pl.String)
    scale = column.scale if source else ONE
    values = FAST[column.sort](column, given, scale, corpus)
    odd = values.is_null() & given.is_not_null()
    none = pl.repeat(value=False, n=len(given), dtype=pl.Boolean, eager=True)
    if not odd.any():
        return Converted(values, none, {}, given)
    return _each(column, given, values, odd, scale, corpus)


def _each(
    column: Column,
    given: pl.Series,
    values: pl.Series,
    odd: pl.Series,
    scale: int,
    corpus: Corpus,
) -> Converted:
    """The values that are not plain, each different one looked at once."""
    left = given.filter(odd)
    words = _as_text(left)
    found: dict[str, Any] = {}
    why: dict[str, Fault] = {}
    for word, value in zip(words.to_list(), left.to_list(), strict=True):
        if word in found or word in why:
            continue
        one = looked_at(column, value, scale, corpus)
        if isinstance(one, Fault):
            why[word] = one
        else:
            found[word] = one
    fresh = pl.Series([found.get(word) for word in words.to_list()], dtype=column.dtype)
    positions = odd.arg_true()
    texts = pl.Series([None] * len(given), dtype=pl.String).scatter(positions, words)
    bad = odd.clone().scatter(positions, words.is_in(list(why)))
    return Converted(_placed(values, positions, fresh), bad, why, texts)


def _placed(values: pl.Series, positions: pl.Series, fresh: pl.Series) -> pl.Series:
    """The values with the fresh ones at these positions; also for lists, which cannot be scattered."""
    frame = pl.DataFrame({"v": values}).with_row_index("at")
    more = pl.DataFrame({"at": positions.cast(frame.schema["at"]), "f": fresh})
    joined = frame.join(more, on="at", how="left", maintain_order="left")
    return joined.select(pl.coalesce("f", "v").alias(values.name)).to_series()


def _as_text(values: pl.Series) -> pl.Series:
    if values.dtype == pl.String:
        return values
    return pl.Series([shown_value(value) for value in values.to_list()], dtype=pl.String)


# --- plain columns, all at once ---------------------------------------------------------------------------


def _quantity(column: Column, given: pl.Series, scale: int, _: Corpus) -> pl.Series:
    most = LARGEST_AMOUNT * column.scale
    kind = given.dtype
    if kind == pl.Null:
        return given.cast(pl.Int64)
    if kind.is_integer():
        whole = given.cast(pl.Int64, strict=False)
        fits = whole.is_between(0, most // scale)
        return _where(fits, whole) * scale
    if kind.is_decimal():
        return _written(given.cast(pl.String), scale, most)
    if kind == pl.String:
        return _written(given, scale, most)
    if kind.is_float():
        small = (given.cast(pl.Float64) * scale).round()
        exact = (small / scale == given) & small.is_between(0, EXACT_FLOATS)
        whole = _where(exact, small).cast(pl.Int64)
        return _where(whole <= most, whole)
    return _nothing(given, pl.Int64)


def _written(text: pl.Series, scale: int, most: int) -> pl.Series:
    """Plain decimal numbers as text, not finer than the unit; null for all others."""
    places = len(str(scale)) - 1
    parts = text.str.extract_groups(rf"^(\d{{1,17}})(?:\.(\d{{1,{max(places, 1)}}})0*)?$")
    frame = parts.struct.unnest()
    whole, rest = frame.to_series(0).cast(pl.Int64), frame.to_series(1)
    if not places:
        return _where(~rest.fill_null("").str.contains("[1-9]") & (whole <= most), whole)
    whole = _where(whole <= most // scale, whole)  # before it is multiplied: nothing may wrap
    tail = rest.fill_null("").str.pad_end(places, "0").cast(pl.Int64, strict=False)
    small = whole * scale + tail
    return _where(small <= most, small)


def _place(column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    assert column.fact is not None
    if given.dtype != pl.String:
        return _nothing(given, pl.String)
    return _where(given.is_in(list(column.fact.options)), given)


def _option(column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    if given.dtype not in (pl.String, column.dtype):
        return _nothing(given, column.dtype)
    return given.cast(column.dtype, strict=False)


def _set(column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    if given.dtype == pl.String:
        none = pl.Series([[]], dtype=pl.List(pl.String))
        listed = given.str.replace_all(MANY, ";").str.split(";")
        given = pl.select(
            pl.when(pl.lit(given) == EMPTY).then(pl.lit(none)).otherwise(pl.lit(listed))
        ).to_series()
    if given.dtype == column.dtype and not _members(given).null_count():
        return given
    kind = given.dtype
    if not (isinstance(kind, pl.List) and isinstance(kind.inner, TEXTS)):
        return _nothing(given, column.dtype)
    return _whole(given.cast(pl.List(pl.String)).cast(column.dtype, strict=False))


def _records(column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    kind = given.dtype
    if kind == pl.Null:
        return given.cast(column.dtype)
    if not (isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct)):
        return _nothing(given, column.dtype)
    fields = kind.inner.to_schema()
    if list(fields) != ["name", "date"] or not isinstance(fields["name"], TEXTS):
        return _nothing(given, column.dtype)
    if fields["date"] != pl.Date:
        return _nothing(given, column.dtype)
    if kind != column.dtype:
        given = given.cast(AS_TEXT).cast(column.dtype, strict=False)
    days = _members(given).struct.field("date")
    if days.null_count() or not days.dt.year().is_between(FIRST_YEAR, LAST_YEAR).all():
        in_time = pl.element().struct.field("date").dt.year().is_between(FIRST_YEAR, LAST_YEAR)
        given = _where(given.list.eval(in_time.fill_null(value=False)).list.all(), given)
    return _whole(given)


def _members(lists: pl.Series) -> pl.Series:
    return lists.explode(empty_as_null=False, keep_nulls=False)


def _whole(lists: pl.Series) -> pl.Series:
    """The lists without a null in them (a record without a name is one); null instead of the others."""
    members = _members(lists)
    names = members.struct.field("name") if members.dtype == pl.Struct else members
    if not names.null_count():
        return lists
    name = pl.element().struct.field("name") if members.dtype == pl.Struct else pl.element()
    return _where(lists.list.eval(name.is_not_null()).list.all(), lists)


def _date(_column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    kind = given.dtype
    if kind == pl.String:
        written = _where(given.str.contains(r"^\d{4}-\d{2}-\d{2}$"), given)
        days = written.str.to_date("%Y-%m-%d", strict=False)
    elif kind == pl.Date:
        days = given
    elif isinstance(kind, pl.Datetime):
        days = given.dt.date()
    else:
        return _nothing(given, pl.Date)
    return _where(days.dt.year().is_between(FIRST_YEAR, LAST_YEAR), days)


def _truth(_column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    if given.dtype == pl.Boolean:
        return given
    if given.dtype == pl.String:
        return given.str.to_lowercase().replace_strict(WORDS, default=None, return_dtype=pl.Boolean)
    return _nothing(given, pl.Boolean)


def _words(_column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    if given.dtype == pl.String or given.dtype.is_integer():
        return given.cast(pl.String)
    return pl.Series(
        [None if value is None else shown_value(value) for value in given.to_list()],
        dtype=pl.String,
    )


def _numbers(dtype: DType, least: int, most: int) -> Fast:
    def plain(_column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
        if not (given.dtype.is_integer() or given.dtype in (pl.String, pl.Null)):
            return _nothing(given, dtype)
        whole = given.cast(pl.Int64, strict=False)
        return _where(whole.is_between(least, most), whole).cast(dtype)

    return plain


def _known(_column: Column, given: pl.Series, _scale: int, corpus: Corpus) -> pl.Series:
    if given.dtype != pl.String:
        return _nothing(given, pl.String)
    return _where(given.is_in([measure.id for measure in corpus.measures]), given)


def _outcome(_column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    if given.dtype != pl.String:
        return _nothing(given, pl.String)
    return _where(given.is_in(list(OUTCOMES)), given)


def _where(good: pl.Series, values: pl.Series) -> pl.Series:
    """The values where this holds, null elsewhere."""
    if good.fill_null(value=True).all():
        return values
    return pl.select(pl.when(pl.lit(good)).then(pl.lit(values)).alias(values.name)).to_series()


def _nothing(given: pl.Series, dtype: DType) -> pl.Series:
    return pl.Series(given.name, [None] * len(given), dtype=dtype)


Fast = Callable[[Column, pl.Series, int, Corpus], pl.Series]
FAST: dict[str, Fast] = {
    "place": _place,
    "choice": _option,
    "set": _set,
    "records": _records,
    "date": _date,
    "period": _date,
    "truth": _truth,
    "money": _quantity,
    "area": _quantity,
    "count": _quantity,
    "words": _words,
    "measure": _known,
    "outcome": _outcome,
    "year": _numbers(pl.Int32, FIRST_YEAR, LAST_YEAR),
    "years": _numbers(pl.Int64, 0, MOST_YEARS),
}
