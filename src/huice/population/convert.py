"""Columns of any file made canonical: exact whole numbers, dates, checked options.

What is plainly right is converted column by column. Whatever is left, value by value, goes to the reader of
profiles, so a cell of a table and a line of a profile mean the same and are refused in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import Cursor
from huice.corpus.source import Source
from huice.evaluate.amounts import LARGEST_AMOUNT, shown
from huice.evaluate.profiles import OUTCOMES
from huice.evaluate.values import (
    FIRST_YEAR,
    LAST_YEAR,
    amount_of,
    day_of,
    integer_of,
    value_of_fact,
)
from huice.language.text import Text, did_you_mean
from huice.language.units import MONEY
from huice.population.schema import ONE, RECORD, Column

EMPTY = "-"
"""How a text file writes a set or records that are known to hold nothing; an empty cell is unknown."""
MANY = r"\s*[;；]\s*"
EXACT_FLOATS = 2**53
"""Whole numbers up to here are exact as binary floats."""
MOST_YEARS = 100
_WHOLE = re.compile(r"[-+]?\d{1,40}")


class Fault(Struct, frozen=True, eq=False):
    """One refused value: what was written, the code and the reason."""

    value: str
    code: str
    reason: Text


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
    elif isinstance(given.dtype, pl.Categorical | pl.Enum):
        given = given.cast(pl.String)
    scale = column.scale if source else ONE
    values = FAST[column.sort](column, given, scale, corpus)
    odd = values.is_null() & given.is_not_null()
    none = pl.repeat(False, len(given), dtype=pl.Boolean, eager=True)
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


def shown_value(value: object) -> str:
    """A cell as a message repeats it."""
    if isinstance(value, list):
        return ";".join(shown_value(one) for one in value)
    if isinstance(value, dict):
        return "@".join(shown_value(one) for one in value.values())
    return shown(value)


# --- value by value: the reader of profiles ---------------------------------------------------------------


def looked_at(column: Column, value: Any, scale: int, corpus: Corpus) -> Any:
    """The canonical value of one cell, or the `Fault` in it."""
    if column.scale != scale:
        return _small(column, value)
    source = Source("", None, {}, [])
    cursor = Cursor(source, _plain(column, value), (column.source or column.name,))
    read = _read(column, cursor, corpus)
    word = shown_value(value)
    if source.problems:
        problem = source.problems[0]
        return Fault(word, problem.code, problem.text)
    if read is None:
        return Fault(word, "U004", Text(f"读不懂“{word}”", f"“{word}” cannot be read"))
    return _canonical(column, read, value, scale)


def _plain(column: Column, value: Any) -> Any:
    """The cell as a profile would write it."""
    if column.sort == "set" and isinstance(value, str):
        return [] if value == EMPTY else _split(value)
    if column.sort == "records":
        return _records_of(value)
    if column.sort == "truth" and isinstance(value, str):
        return _WORDS.get(value.lower(), value)
    if column.sort == "years" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]


def _records_of(value: Any) -> Any:
    """`name@2025-03-01;name` as the mapping of a profile; a name without a date keeps None, which is refused."""
    if isinstance(value, str):
        parts = [] if value == EMPTY else _split(value)
        pairs = [tuple(one.rpartition("@")[::2]) if "@" in one else (one, "?") for one in parts]
    elif isinstance(value, list):
        pairs = [
            (one.get("name"), one.get("date") or "?") if isinstance(one, dict) else (one, "?")
            for one in value
        ]
    else:
        return value
    found: dict[Any, list[Any]] = {}
    for name, day in pairs:
        found.setdefault(name, []).append(day)
    return found


def _read(column: Column, cursor: Cursor, corpus: Corpus) -> Any:
    label = column.meaning
    match column.sort:
        case "money" if column.fact is None:
            return amount_of(cursor, MONEY, label)
        case "truth" if column.fact is None:
            return cursor.value if isinstance(cursor.value, bool) else _no_truth(cursor, label)
        case "outcome":
            return _one_of(cursor, OUTCOMES)
        case "measure":
            return _measure(cursor, corpus)
        case "years":
            return integer_of(cursor, 0, MOST_YEARS)
        case "year":
            return _year(cursor)
        case "period":
            return day_of(cursor)
        case _:
            assert column.fact is not None
            return value_of_fact(cursor, column.fact)


def _no_truth(cursor: Cursor, label: Text) -> None:
    cursor.note(
        Text(f"“{label.zh}”应为 true 或 false", f"“{label.en}” must be true or false"), "U004"
    )


def _one_of(cursor: Cursor, known: tuple[str, ...]) -> str | None:
    if cursor.value in known:
        return str(cursor.value)
    word = shown(cursor.value)
    cursor.note(
        Text(
            f"只能是 {'、'.join(known)}，写的是“{word}”",
            f"must be one of {', '.join(known)}, not “{word}”",
        )
        + did_you_mean(word, known),
        "U004",
    )
    return None


def _measure(cursor: Cursor, corpus: Corpus) -> str | None:
    word = shown(cursor.value)
    if word in corpus:
        return word
    cursor.note(
        Text(f"没有事项“{word}”", f"there is no measure “{word}”")
        + did_you_mean(word, [measure.id for measure in corpus.measures]),
        "U007",
    )
    return None


def _year(cursor: Cursor) -> int | None:
    value = cursor.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    return integer_of(Cursor(cursor.source, number, cursor.path), FIRST_YEAR, LAST_YEAR)


def _canonical(column: Column, read: Any, value: Any, scale: int) -> Any:
    """What the reader of profiles understood, in the column's own unit."""
    if column.sort in ("money", "area", "count"):
        small = read * scale
        if small.denominator != 1:
            return _too_fine(column, value)
        if isinstance(value, float) and small.numerator > EXACT_FLOATS:
            return _inexact(column, value)
        return small.numerator
    if column.sort == "set":
        return sorted(read)
    if column.sort == "records":
        return [{"name": name, "date": day} for name, days in read.items() for day in days]
    return read


def _small(column: Column, value: Any) -> int | Fault:
    """A number in the column's own small unit (fen): whole, and without a unit of its own."""
    word = shown_value(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, str):
        whole = bool(_WHOLE.fullmatch(value))
    elif isinstance(value, float | Decimal):
        whole = value == value and value % 1 == 0  # noqa: PLR0124  # not a number is not itself
    label, unit = column.meaning, column.unit
    if not whole:
        return Fault(
            word,
            "K007",
            Text(
                f"列 {column.name} 是整数{unit.zh}，写的是“{word}”；带小数或单位的请用列 {column.source}",
                f"the column {column.name} holds whole {unit.en}, not “{word}”; for decimals and units "
                f"use the column {column.source}",
            ),
        )
    number = int(value)
    if 0 <= number <= LARGEST_AMOUNT * column.scale:
        return number
    zh, en = ("不能为负", "must not be negative") if number < 0 else ("过大", "is too large")
    return Fault(
        word,
        "U006",
        Text(f"“{label.zh}”{zh}（{word}），请核对", f"“{label.en}” {en} ({word}); check it"),
    )


def _too_fine(column: Column, value: Any) -> Fault:
    word, unit = shown_value(value), column.unit
    return Fault(
        word,
        "K004",
        Text(
            f"“{column.meaning.zh}”（{word}）比一{unit.zh}还细，请取到{unit.zh}",
            f"“{column.meaning.en}” ({word}) is finer than one of its units ({unit.en}); round it to "
            "them",
        ),
    )


def _inexact(column: Column, value: float) -> Fault:
    return Fault(
        shown_value(value),
        "K005",
        Text(
            f"“{column.meaning.zh}”是二进制小数（{value!r}），存不准到分；请存为整数分或十进制小数",
            f"“{column.meaning.en}” is a binary float ({value!r}), which does not hold it to the fen; "
            "store whole fen or decimals",
        ),
    )


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


def _option(column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    assert column.fact is not None
    if given.dtype != pl.String:
        return _nothing(given, pl.String)
    return _where(given.is_in(list(column.fact.options)), given)


def _set(column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    assert column.fact is not None
    if given.dtype == pl.String:
        none = pl.Series([[]], dtype=pl.List(pl.String))
        listed = given.str.replace_all(MANY, ";").str.split(";")
        given = pl.select(
            pl.when(pl.lit(given) == EMPTY).then(pl.lit(none)).otherwise(pl.lit(listed))
        ).to_series()
    if given.dtype != pl.List(pl.String):
        return _nothing(given, pl.List(pl.String))
    right = pl.element().is_in(list(column.fact.options)) & pl.element().is_not_null()
    good = given.list.eval(right).list.all().fill_null(value=True)
    kept = given.list.unique(maintain_order=True)
    return _where(good, kept)


def _records(column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    assert column.fact is not None
    if given.dtype == pl.Null:
        return given.cast(RECORD)
    if given.dtype != RECORD:
        return _nothing(given, RECORD)
    name, day = pl.element().struct.field("name"), pl.element().struct.field("date")
    right = name.is_in(list(column.fact.options)) & day.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    good = given.list.eval(right.fill_null(value=False)).list.all().fill_null(value=True)
    return _where(good, given)


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


_WORDS = {"true": True, "false": False, "是": True, "否": False, "1": True, "0": False}


def _truth(_column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    if given.dtype == pl.Boolean:
        return given
    if given.dtype == pl.String:
        return given.str.to_lowercase().replace_strict(
            _WORDS, default=None, return_dtype=pl.Boolean
        )
    return _nothing(given, pl.Boolean)


def _words(_column: Column, given: pl.Series, _scale: int, _: Corpus) -> pl.Series:
    if given.dtype == pl.String or given.dtype.is_integer():
        return given.cast(pl.String)
    return pl.Series(
        [None if value is None else shown_value(value) for value in given.to_list()],
        dtype=pl.String,
    )


def _numbers(dtype: Any, least: int, most: int) -> Fast:
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
    return pl.select(pl.when(pl.lit(good)).then(pl.lit(values)).alias(values.name)).to_series()


def _nothing(given: pl.Series, dtype: Any) -> pl.Series:
    return pl.Series(given.name, [None] * len(given), dtype=dtype)


Fast = Callable[[Column, pl.Series, int, Corpus], pl.Series]
FAST: dict[str, Fast] = {
    "place": _option,
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
