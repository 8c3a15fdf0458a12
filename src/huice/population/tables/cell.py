"""One cell of a stranger's table, read as a profile is read: its canonical value, or why it is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, TypeAlias

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
from huice.population.schema import Column

Cell: TypeAlias = Any
"""A cell before anything gives it a type, or after: what that is depends on its column."""
EMPTY = "-"
"""How a text file writes a set or records that are known to hold nothing; an empty cell is unknown."""
EXACT_FLOATS = 2**53
"""Whole numbers up to here are exact as binary floats."""
MOST_YEARS = 100
WORDS = {"true": True, "false": False, "是": True, "否": False, "1": True, "0": False}
_WHOLE = re.compile(r"[-+]?\d{1,40}")


class Fault(Struct, frozen=True, eq=False):
    """One refused value: what was written, the code and the reason."""

    value: str
    code: str
    reason: Text


def looked_at(column: Column, value: Cell, scale: int, corpus: Corpus) -> Cell:
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


def _plain(column: Column, value: Cell) -> Cell:
    """The cell as a profile would write it."""
    if column.sort == "set" and isinstance(value, str):
        return [] if value == EMPTY else _split(value)
    if column.sort == "records":
        return _records_of(value)
    if column.sort == "truth" and isinstance(value, str):
        return WORDS.get(value.lower(), value)
    if column.sort == "years" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]


def _records_of(value: Cell) -> Cell:
    """`name@2025-03-01;name` as the mapping of a profile; a name without a date is refused."""
    if isinstance(value, str):
        parts = [] if value == EMPTY else _split(value)
        pairs: list[tuple[Cell, Cell]] = [
            one.rpartition("@")[::2] if "@" in one else (one, "?") for one in parts
        ]
    elif isinstance(value, list):
        pairs = [
            (one.get("name"), one.get("date") or "?") if isinstance(one, dict) else (one, "?")
            for one in value
        ]
    else:
        return value
    found: dict[Cell, list[Cell]] = {}
    for name, day in pairs:
        found.setdefault(name, []).append(day)
    return found


def _read(column: Column, cursor: Cursor, corpus: Corpus) -> Cell:
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


def _canonical(column: Column, read: Cell, value: Cell, scale: int) -> Cell:
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


def _small(column: Column, value: Cell) -> int | Fault:
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


def _too_fine(column: Column, value: Cell) -> Fault:
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


def shown_value(value: object) -> str:
    """A cell as a message repeats it."""
    if isinstance(value, list):
        return ";".join(shown_value(one) for one in value)
    if isinstance(value, dict):
        return "@".join(shown_value(one) for one in value.values())
    return shown(value)
