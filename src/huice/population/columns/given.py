"""What the tables alone say, as columns of numbers and truths: worked out once, whatever the rules make of it.

Texts become codes and lists become sets of bits, so that looking into them costs one operation a row.
"""

from __future__ import annotations

from datetime import date
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from huice.population.columns.cells import NARROW, TRUTH, Bits

PLAIN, CODE, SET, MARKS, SPREAD = "", "code", "set", "marks", "spread"
CODED = (CODE, SET, MARKS)
LARGEST = 2**63 - 1
_UNKNOWN, _TRUE = 2, 3
_WIDTHS = {1: pl.Int8, 2: pl.Int16, 4: pl.Int32, 8: pl.Int64}
_NUMBERS: dict[int, type[np.signedinteger[Any]]] = {
    1: np.int8,
    2: np.int16,
    4: np.int32,
    8: np.int64,
}
Bitset: TypeAlias = "NDArray[np.signedinteger[Any]]"
WORD = 63
"""Members of a set that one number holds: its sign stays free."""


class Given(Struct, frozen=True, eq=False):
    """One column of a level that the tables alone determine.

    `how` is `PLAIN` (a number, truth or moment as the expression gives it), `CODE` (the place of a text among
    the members), `SET` (bit n: the list holds the member `WORD * word + n`), `MARKS` (the same of records:
    dated up to `until` or in the year `within`), or `SPREAD` (a firm's moment for each of its entities).
    `most` bounds a number: the narrowest type that holds it may be used.
    """

    name: str
    level: str
    how: str
    expr: pl.Expr
    members: tuple[str, ...] = ()
    word: int = 0
    until: date | None = None
    within: int | None = None
    bits: Bits = NARROW
    most: int = LARGEST


def storage(one: Given) -> int:
    """Bytes a row of a column in its narrowest form; the least number of that width may stand for null."""
    if one.bits == TRUTH:
        return 1
    return next(size for size in (1, 2, 4, 8) if one.most < 2 ** (8 * size - 1))


def narrowed(one: Given, values: pl.Series) -> pl.Series:
    """A column of numbers in its narrowest type."""
    return values.cast(_WIDTHS[storage(one)])


def packed(one: Given, values: pl.Series) -> NDArray[Any]:
    """A given column in its narrowest form: truths as bytes, null as the least number of its width."""
    if one.bits == TRUTH:
        as_numbers = values.cast(pl.Int8) * _TRUE
        return as_numbers.fill_null(_UNKNOWN).to_numpy()
    least = -(2 ** (8 * storage(one) - 1))
    return narrowed(one, values).fill_null(least).to_numpy()


def worked_out(one: Given, values: pl.Series) -> pl.Series:
    """Codes or sets of bits from the texts or lists."""
    if one.how == CODE:
        return _codes(one, values)
    texts, lengths = values.explode(empty_as_null=False, keep_nulls=False), values.list.len()
    if one.how == MARKS:
        bits = _members(one, texts.struct.field("name"))
        return _bits(np.where(_dated(one, texts), bits, bits.dtype.type(0)), lengths)
    return _bits(_members(one, texts), lengths)


def _dated(one: Given, records: pl.Series) -> NDArray[np.bool_]:
    """Which records count by their day."""
    day = records.struct.field("date")
    counts = pl.Series([True]).new_from_index(0, len(day))
    if one.until is not None:
        counts &= (day <= one.until).fill_null(value=False)
    if one.within is not None:
        counts &= (day.dt.year() == one.within).fill_null(value=False)
    return counts.to_numpy()


def _members(one: Given, texts: pl.Series) -> Bitset:
    """The bit of each text; none of one that belongs to another word."""
    bits = np.zeros(len(one.members) + 1, dtype=_NUMBERS[storage(one)])
    own = range(WORD * one.word, min(WORD * (one.word + 1), len(one.members)))
    bits[list(own)] = [1 << (number - own.start) for number in own]
    codes = _codes(one, texts).fill_null(len(one.members)).to_numpy()
    found: Bitset = bits[codes]
    return found


def _codes(one: Given, texts: pl.Series) -> pl.Series:
    """The place of each text among the members; null for others. Tables hold them as such already."""
    members = pl.Enum(one.members)
    if texts.dtype != members:  # where one fact stands in for another, of other options
        texts = texts.cast(pl.String).cast(members, strict=False)
    return texts.to_physical()


def _bits(found: Bitset, lengths: pl.Series) -> pl.Series:
    """The bits of each list together; null where the list is."""
    many = lengths.fill_null(0).to_numpy().astype(np.int64)
    sets = np.zeros(len(many), dtype=found.dtype)
    filled = np.flatnonzero(many)
    if len(filled):
        starts = np.cumsum(many)[filled] - many[filled]
        sets[filled] = np.bitwise_or.reduceat(found, starts)
    column = pl.Series(sets)
    if not lengths.null_count():
        return column
    return pl.select(pl.when(lengths.is_not_null()).then(column)).to_series()
