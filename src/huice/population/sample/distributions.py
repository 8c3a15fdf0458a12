"""The kinds of distribution that an assumptions file may name, each read from its part of the file."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from msgspec import Struct

from huice.corpus.cursor import MISSING, Cursor
from huice.language.text import Text
from huice.population.sample import model as m
from huice.population.sample.numbers import (
    UNITS,
    chance,
    makes_one,
    number,
    positive,
    span,
    unknown,
    whole,
)

BAD_KIND = "H007"
HELPER = ""
"""The sort of a variable that is no fact."""
LARGEST = 2**53
MOST = {"money": 10**15, "area": 10**11, "count": 10**6, "number": 10**6}
"""Where no `most` is written: 10 trillion yuan, 10 km², a million."""
MOST_COUNT = 200
IF_NONE = "if none"
_LEVEL = ("spread", "times", "grows with", "follows")


class Reading(Struct):
    """What a distribution is read for: the variables above it, its sort and options.

    `named` and `lists` collect which options were named, and whether the distribution names any at all.
    """

    scope: dict[str, m.Variable]
    sort: str
    options: tuple[str, ...]
    used: set[str]
    named: set[str] = set()
    lists: bool = False

    def of_sort(self, *sorts: str) -> list[str]:
        """The variables above of these sorts."""
        return [one.name for one in self.scope.values() if one.sort in sorts]


def distribution(
    cursor: Cursor, reading: Reading, allowed: tuple[str, ...]
) -> m.Distribution | None:
    """The one distribution that stands here."""
    found = [name for name in allowed if name in cursor]
    kinds = [name for name in allowed if reading.sort in DISTRIBUTIONS[name][0]]
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
    return DISTRIBUTIONS[name][1](cursor.down(name), reading)


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


# --- quantities ---------------------------------------------------------------------------------------


def _level(cursor: Cursor, reading: Reading, middle: str, sort: str) -> m.Level:
    follows = tuple(
        m.Follows(name, chance(below))
        for name, below in _leaned_on(cursor.down("follows"), reading, "normal")
    )
    if sum(one.share**2 for one in follows) > 1:
        cursor.down("follows").note(
            Text("各个相关系数的平方和不能超过 1", "the squares of these shares must not exceed 1")
        )
    spread = positive(cursor.down("spread"), "number", Fraction(1))
    if spread < 1:
        cursor.down("spread").note(
            Text(
                "spread 是 84% 分位与中位数之比，不小于 1",
                "`spread` is the 84th percentile over the median, 1 at least",
            )
        )
    return m.Level(
        positive(cursor.down(middle), sort),
        spread,
        tuple(_factors(below, reading) for below in _named_options(cursor.down("times"), reading)),
        tuple(
            _growth(name, below, reading)
            for name, below in _leaned_on(cursor.down("grows with"), reading, *UNITS)
        ),
        follows,
    )


def _leaned_on(cursor: Cursor, reading: Reading, *sorts: str) -> list[tuple[str, Cursor]]:
    """The entries of a mapping by variables above, those of other sorts noted."""
    known = reading.of_sort(*sorts)
    found = []
    for name, below in cursor.items():
        if name in known:
            reading.used.add(name)
            found.append((name, below))
        else:
            unknown(below, "可用的变量（须写在前面）", "such variable above", name, known)
    return found


def _named_options(cursor: Cursor, reading: Reading) -> list[Cursor]:
    return [
        below.about(name) for name, below in _leaned_on(cursor, reading, "choice", "place", "truth")
    ]


def _factors(cursor: Cursor, reading: Reading) -> m.Factor:
    variable = reading.scope[cursor.subject]
    found = [Fraction(1)] * len(variable.options)
    entries = sorted(
        cursor.items(), key=lambda entry: len(entry[0])
    )  # a narrower place comes later
    for name, below in entries:
        within = f"{name}/" if variable.sort == "place" else None
        at = [
            place
            for place, option in enumerate(variable.options)
            if option == name or (within and option.startswith(within))
        ]
        if not at:
            unknown(below, "选项", "option", name, list(variable.options))
        factor = positive(below, "number")
        for place in at:
            found[place] = factor
    return m.Factor(variable.name, tuple(found))


def _growth(name: str, cursor: Cursor, reading: Reading) -> m.Growth:
    cursor.mapping(("reference", "power"), ("reference",))
    sort = reading.scope[name].sort
    return m.Growth(
        name,
        positive(cursor.down("reference"), sort),
        number(cursor.down("power"), "number", Fraction(1)),
    )


def _lognormal(cursor: Cursor, reading: Reading) -> m.Distribution:
    sort = reading.sort or "number"
    cursor.mapping(("median", *_LEVEL, "least", "most", "rounded to", "exactly"), ("median",))
    least, most = (
        whole(cursor.down("least"), sort, 0),
        whole(cursor.down("most"), sort, MOST[sort]),
    )
    if not 0 <= least <= most < LARGEST:
        cursor.note(Text("least 应不大于 most", "`least` must not exceed `most`"))
        least, most = 0, MOST[sort]
    step = whole(cursor.down("rounded to"), sort, 1)
    return m.Lognormal(
        _level(cursor, reading, "median", sort),
        max(step, 1),
        least,
        most,
        _exactly(cursor.down("exactly"), sort),
    )


def _exactly(cursor: Cursor, sort: str) -> m.Exactly | None:
    if cursor.value is MISSING:
        return None
    cursor.mapping(("at", "within", "chance"), ("at", "within", "chance"))
    at = tuple(sorted(whole(below, sort) for below in cursor.down("at").each()))
    return m.Exactly(at, chance(cursor.down("within")), chance(cursor.down("chance")))


def _poisson(cursor: Cursor, reading: Reading) -> m.Distribution:
    cursor.mapping(("mean", *_LEVEL, "most"), ("mean",))
    most = whole(cursor.down("most"), "count", MOST_COUNT)
    return m.Poisson(_level(cursor, reading, "mean", "number"), min(most, MOST_COUNT))


def _numbers(cursor: Cursor, reading: Reading) -> m.Distribution:
    values, weights = [], []
    for name, below in cursor.items():
        if not name.isdecimal() or int(name) > MOST_COUNT:
            below.note(
                Text(
                    f"“{name}”应为 0 到 {MOST_COUNT} 的整数",
                    f"“{name}” must be a whole number from 0 to {MOST_COUNT}",
                )
            )
            continue
        values.append(int(name))
        weights.append(chance(below))
    makes_one(cursor, weights)
    return m.Numbers(tuple(values), tuple(weights))


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


_ALL = ("place", "choice", "set", "records", "date", "period", "truth", *UNITS)
Maker = Callable[[Cursor, Reading], m.Distribution]
DISTRIBUTIONS: dict[str, tuple[tuple[str, ...], Maker]] = {
    "choice": (("place", "choice", HELPER), _choice),
    "chance": (("truth",), _chance),
    "each": (("set",), _each),
    "records": (("records",), _records),
    "date": (("date",), _date),
    "period": (("period",), _period),
    "lognormal": ((*UNITS, HELPER), _lognormal),
    "poisson": (("count",), _poisson),
    "numbers": (("count",), _numbers),
    "fixed": (("money", "area", "count"), _fixed),
    "same as": (("place", "choice", "set", "date", "truth", *UNITS), _same),
    "share of": (("money", "area", "count"), _share),
    "normal": ((HELPER,), _normal),
    "none": (_ALL, _none),
}
"""By the word that names it: the sorts of facts it suits, and its reader."""
