"""Typed values of a profile's facts: one function for each type, every fault said where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from huice.corpus.cursor import MISSING, Cursor, parse_day
from huice.corpus.model import FactInfo
from huice.evaluate.amounts import LARGEST_AMOUNT, exact_number, shown
from huice.evaluate.facts import Exact
from huice.language.text import NOTHING, Fault, Text, did_you_mean
from huice.language.units import AREA, ITEMS, MONEY, Dimension

FIRST_YEAR, LAST_YEAR = 1900, 2100
MOST_OFFERED = 6
"""Options that a message lists."""
_DAY_LIKE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def value_of_fact(cursor: Cursor, fact: FactInfo) -> Any:  # a value of the fact's own type
    """The typed value of a fact; None if it is unknown or faulty."""
    if cursor.value is None:
        return None
    return VALUES[fact.type](cursor, fact)


def plain_value(value: object, fact: FactInfo) -> Any:
    """The value, if it is plainly right; None for all that `value_of_fact` must look at."""
    kind, sort = type(value), fact.type
    if kind is str:
        return value if sort in ("choice", "place") and value in fact.options else None
    if isinstance(value, int):
        if kind is bool:
            return value if sort == "truth" else None
        return value if sort in ("money", "count") and 0 <= value <= LARGEST_AMOUNT else None
    if kind is date and isinstance(value, date):
        return value if sort == "date" and FIRST_YEAR <= value.year <= LAST_YEAR else None
    if isinstance(value, list):
        right = sort == "set" and all(type(one) is str and one in fact.options for one in value)
        return frozenset(value) if right else None
    return None


def _choice(cursor: Cursor, fact: FactInfo) -> str | None:
    return _member(cursor, cursor.value, fact)


def _member(cursor: Cursor, value: object, fact: FactInfo) -> str | None:
    if isinstance(value, str) and value in fact.options:
        return value
    by_label = {text: name for name, label in fact.options.items() for text in (label.zh, label.en)}
    if isinstance(value, str) and value in by_label:
        return by_label[value]
    within = [name for name in fact.options if name.startswith(f"{value}/")]
    offered = within or list(fact.options)
    some = "、".join(offered[:MOST_OFFERED]) + ("…" if len(offered) > MOST_OFFERED else "")
    word, listed = shown(value), some.replace("、", ", ")
    hint = NOTHING if within else did_you_mean(word, [*fact.options, *by_label])
    cursor.note(
        Text(
            f"“{fact.label.zh}”没有选项“{word}”，可选 {some}",
            f"“{fact.label.en}” has no choice “{word}”; choose from {listed}",
        )
        + hint,
        "U004",
    )
    return None


def _set(cursor: Cursor, fact: FactInfo) -> frozenset[str] | None:
    value = cursor.value
    if isinstance(value, set | frozenset | tuple):
        value = sorted(value, key=str)
    if not isinstance(value, list):
        cursor.note(
            Text(
                f"“{fact.label.zh}”可多选，写成列表，如 [{next(iter(fact.options))}]",
                f"“{fact.label.en}” takes several; write a list, such as [{next(iter(fact.options))}]",
            ),
            "U004",
        )
        return None
    listed = Cursor(cursor.source, value, cursor.path, "", cursor.code)
    members = [_member(item, item.value, fact) for item in listed.each()]
    return frozenset(member for member in members if member is not None)


def _records(cursor: Cursor, fact: FactInfo) -> dict[str, tuple[date, ...]] | None:
    if not isinstance(cursor.value, dict):
        example = next(iter(fact.options))
        cursor.note(
            Text(
                f"“{fact.label.zh}”须注明日期，如 {{{example}: 2025-04-20}}",
                f"“{fact.label.en}” need their dates, such as {{{example}: 2025-04-20}}",
            ),
            "U004",
        )
        return None
    found: dict[str, tuple[date, ...]] = {}
    for key in cursor.value:
        below = cursor.down(key)
        name = _member(below, key, fact)
        many = below.value if isinstance(below.value, list | tuple) else [below.value]
        if name is None:
            continue
        days = [_as_day(below, day) for day in many]
        found[name] = tuple(day for day in days if day is not None)
    return found


def _date(cursor: Cursor, fact: FactInfo) -> date | None:
    return _as_day(cursor, cursor.value)


def day_of(cursor: Cursor) -> date | None:
    if cursor.value is MISSING or cursor.value is None:
        return None
    return _as_day(cursor, cursor.value)


def _as_day(cursor: Cursor, value: object) -> date | None:
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        day = parse_day(value) if isinstance(value, str) else None
    if day is None and isinstance(value, str) and _DAY_LIKE.fullmatch(value):
        cursor.note(
            Text(f"日历上没有 {value} 这一天，请核对", f"the calendar has no {value}; check it"),
            "U005",
        )
    elif day is None:
        cursor.note(
            Text(
                f"“{shown(value)}”不是日期，写作 2025-06-30",
                f"“{shown(value)}” is no date; write 2025-06-30",
            ),
            "U005",
        )
    elif not FIRST_YEAR <= day.year <= LAST_YEAR:
        cursor.note(
            Text(
                f"日期 {day.isoformat()} 不在 {FIRST_YEAR}–{LAST_YEAR} 年之间，请核对",
                f"the date {day.isoformat()} is not between {FIRST_YEAR} and {LAST_YEAR}",
            ),
            "U005",
        )
        return None
    return day


def _period(cursor: Cursor, fact: FactInfo) -> tuple[date, date] | None:
    value = cursor.value
    if not isinstance(value, list | tuple) or len(value) != len(("first", "last")):
        cursor.note(
            Text(
                f"“{fact.label.zh}”写作 [起日, 止日]，如 [2025-01-01, 2025-12-31]",
                f"“{fact.label.en}” is [first day, last day], such as [2025-01-01, 2025-12-31]",
            ),
            "U005",
        )
        return None
    first, last = (_as_day(cursor, day) for day in value)
    if first is None or last is None:
        return None
    if last < first:
        cursor.note(
            Text(
                f"止日 {last} 早于起日 {first}，请核对",
                f"the last day {last} is before the first, {first}; check them",
            ),
            "U005",
        )
        return None
    return first, last


def _money(cursor: Cursor, fact: FactInfo) -> Exact | None:
    return amount_of(cursor, MONEY, fact.label)


def _area(cursor: Cursor, fact: FactInfo) -> Exact | None:
    return amount_of(cursor, AREA, fact.label)


def _count(cursor: Cursor, fact: FactInfo) -> Exact | None:
    number = amount_of(cursor, ITEMS, fact.label)
    if number is not None and not isinstance(number, int):
        cursor.note(
            Text(f"“{fact.label.zh}”应为整数", f"“{fact.label.en}” must be a whole number"),
            "U006",
        )
        return None
    return number


def _truth(cursor: Cursor, fact: FactInfo) -> bool | None:
    if isinstance(cursor.value, bool):
        return cursor.value
    cursor.note(
        Text(f"“{fact.label.zh}”应为 true 或 false", f"“{fact.label.en}” must be true or false"),
        "U004",
    )
    return None


def amount_of(cursor: Cursor, dimension: Dimension, label: Text) -> Exact | None:
    if cursor.value is MISSING or cursor.value is None:
        return None
    try:
        number = exact_number(cursor.value, dimension)
    except Fault as fault:
        cursor.note(
            Text(f"“{label.zh}”：{fault.text.zh}", f"“{label.en}”: {fault.text.en}"), "U006"
        )
        return None
    if number.numerator < 0 or number.numerator > LARGEST_AMOUNT * number.denominator:
        what = ("不能为负", "must not be negative") if number < 0 else ("过大", "is too large")
        cursor.note(
            Text(
                f"“{label.zh}”{what[0]}（{shown(cursor.value)}），请核对",
                f"“{label.en}” {what[1]} ({shown(cursor.value)}); check it",
            ),
            "U006",
        )
        return None
    return number


def integer_of(cursor: Cursor, least: int, most: int) -> int | None:
    value = cursor.value
    if value is MISSING or value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        cursor.note(
            Text(
                f"“{cursor.path[-1]}”应为 {least}–{most} 的整数，写的是“{shown(value)}”",
                f"“{cursor.path[-1]}” must be a whole number from {least} to {most}, not “{shown(value)}”",
            ),
            "U006",
        )
        return None
    return value


VALUES: dict[str, Callable[[Cursor, FactInfo], Any]] = {
    "place": _choice,
    "choice": _choice,
    "set": _set,
    "records": _records,
    "date": _date,
    "period": _period,
    "money": _money,
    "area": _area,
    "count": _count,
    "truth": _truth,
}
