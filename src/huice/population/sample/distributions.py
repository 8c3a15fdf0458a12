"""The kinds of distribution that an assumptions file may name, each read from its part of the file."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from huice.corpus.cursor import Cursor
from huice.language.text import Text
from huice.population.sample import model as m
from huice.population.sample.numbers import UNITS, chance, makes_one, span, unknown, whole
from huice.population.sample.quantities import change, lognormal, numbers, poisson
from huice.population.sample.reading import HELPER, Reading

BAD_KIND = "H007"
IF_NONE = "if none"


def distribution(
    cursor: Cursor, reading: Reading, allowed: tuple[str, ...]
) -> m.Distribution | None:
    """The one distribution that stands here."""
    found = [name for name in allowed if name in cursor]
    every = {**DISTRIBUTIONS, **YEARLY}
    kinds = [name for name in allowed if reading.sort in every[name][0]]
    if len(found) != 1:
        told = Text("、".join(kinds), ", ".join(kinds))
        cursor.note(
            Text(
                f"这里要有且只有一种分布：{told.zh}",
                f"exactly one distribution is needed: {told.en}",
            ),
            BAD_KIND,
        )
        return None
    name = found[0]
    if name not in kinds:
        cursor.down(name).note(
            Text(
                f"这类事实不能用 {name}；可用 {'、'.join(kinds)}",
                f"`{name}` does not suit this kind of fact; use {', '.join(kinds)}",
            ),
            BAD_KIND,
        )
        return None
    return every[name][1](cursor.down(name), reading)


# --- options ------------------------------------------------------------------------------------------


def _weights(cursor: Cursor, reading: Reading, *others: str) -> tuple[Fraction, ...]:
    found = dict.fromkeys(reading.options, Fraction(0))
    reading.lists = True
    for name, below in cursor.items():
        if name in others:
            continue
        if name not in found:
            unknown(below, "选项", "option", name, list(reading.options))
            continue
        reading.named.add(name)
        found[name] = chance(below)
    return tuple(found.values())


def _choice(cursor: Cursor, reading: Reading) -> m.Distribution:
    weights = _weights(cursor, reading)
    makes_one(cursor, list(weights))
    return m.Choice(weights)


def _chance(cursor: Cursor, reading: Reading) -> m.Distribution:
    true = chance(cursor)
    return m.Choice((1 - true, true))


def _each(cursor: Cursor, reading: Reading) -> m.Distribution:
    cursor.mapping()
    word = cursor.down(IF_NONE).word()
    if word is not None and word not in reading.options:
        unknown(cursor.down(IF_NONE), "选项", "option", word, list(reading.options))
    otherwise = reading.options.index(word) if word in reading.options else -1
    return m.Each(_weights(cursor, reading, IF_NONE), otherwise)


def _records(cursor: Cursor, reading: Reading) -> m.Distribution:
    dates = span(cursor, reading.of_sort("date"), ("chances",))
    _use_dates(reading, dates)
    return m.Records(_weights(cursor.down("chances"), reading), dates)


# --- days ---------------------------------------------------------------------------------------------


def _use_dates(reading: Reading, *spans: m.Between) -> None:
    for one in spans:
        reading.used |= {one.earliest.anchor, one.latest.anchor}


def _date(cursor: Cursor, reading: Reading) -> m.Distribution:
    found = span(cursor, reading.of_sort("date"))
    _use_dates(reading, found)
    return found


def _period(cursor: Cursor, reading: Reading) -> m.Distribution:
    cursor.mapping(("from", "to"), ("from", "to"))
    dates = reading.of_sort("date")
    starts, ends = span(cursor.down("from"), dates), span(cursor.down("to"), [*dates, "from"])
    _use_dates(reading, starts, ends)
    return m.Period(starts, ends)


# --- others -------------------------------------------------------------------------------------------


def _same(cursor: Cursor, reading: Reading) -> m.Distribution:
    word = str(cursor.word())
    known = [
        name
        for name in reading.of_sort(reading.sort)
        if reading.scope[name].options == reading.options
    ]
    if word not in known:
        unknown(cursor, "同类变量（须写在前面）", "variable of this kind above", word, known)
    reading.used.add(word)
    reading.named |= set(reading.options)
    return m.Same(word)


def _share(cursor: Cursor, reading: Reading) -> m.Distribution:
    keys = ("of", "whole", "from", "to", "rounded to")
    cursor.mapping(keys, ("of", "from", "to"))
    word = cursor.string("of")
    known = reading.of_sort(reading.sort)
    if word not in known:
        unknown(
            cursor.down("of"), "同类变量（须写在前面）", "variable of this kind above", word, known
        )
    reading.used.add(word)
    low, high = chance(cursor.down("from")), chance(cursor.down("to"))
    if low > high:
        cursor.down("to").note(Text("to 应不小于 from", "`to` must not be below `from`"))
    step = whole(cursor.down("rounded to"), reading.sort, 1)
    return m.Share(word, chance(cursor.down("whole"), Fraction(0)), low, high, max(step, 1))


def _fixed(cursor: Cursor, reading: Reading) -> m.Distribution:
    return m.Numbers((whole(cursor, reading.sort),), (Fraction(1),))


def _normal(cursor: Cursor, reading: Reading) -> m.Distribution:
    _only_true(cursor)
    return m.Normal()


def _none(cursor: Cursor, reading: Reading) -> m.Distribution:
    _only_true(cursor)
    return m.Nothing()


def _only_true(cursor: Cursor) -> None:
    if cursor.value is not True:
        cursor.note(Text(f"写作 {cursor.path[-1]}: true", f"write {cursor.path[-1]}: true"))


def _gains(cursor: Cursor, reading: Reading) -> m.Distribution:
    found = _records(cursor, reading)
    assert isinstance(found, m.Records)
    return m.Gains(found.chances, found.span)


def _stays(cursor: Cursor, reading: Reading) -> m.Distribution:
    _only_true(cursor)
    reading.named |= set(reading.options)
    return m.Stays()


_ALL = ("place", "choice", "set", "records", "date", "period", "truth", *UNITS)
Maker = Callable[[Cursor, Reading], m.Distribution]
DISTRIBUTIONS: dict[str, tuple[tuple[str, ...], Maker]] = {
    "choice": (("place", "choice", HELPER), _choice),
    "chance": (("truth",), _chance),
    "each": (("set",), _each),
    "records": (("records",), _records),
    "date": (("date",), _date),
    "period": (("period",), _period),
    "lognormal": ((*UNITS, HELPER), lognormal),
    "poisson": (("count",), poisson),
    "numbers": (("count",), numbers),
    "fixed": (("money", "area", "count"), _fixed),
    "same as": (("place", "choice", "set", "date", "truth", *UNITS), _same),
    "share of": (("money", "area", "count"), _share),
    "normal": ((HELPER,), _normal),
    "none": (_ALL, _none),
}
"""By the word that names it: the sorts of facts it suits, and its reader."""
YEARLY: dict[str, tuple[tuple[str, ...], Maker]] = {
    "stays": ((*_ALL, HELPER), _stays),
    "change": (("money", "area", "count"), change),
    "gains": (("records",), _gains),
}
"""Those of a later year, which start from the year before."""
