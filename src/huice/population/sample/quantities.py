"""Distributions of quantities, read from their part of an assumptions file."""

from __future__ import annotations

from fractions import Fraction

from huice.corpus.cursor import MISSING, Cursor
from huice.language.text import Text
from huice.population.sample import model as m
from huice.population.sample.numbers import (
    UNITS,
    chance,
    makes_one,
    number,
    positive,
    unknown,
    whole,
)
from huice.population.sample.reading import LARGEST, MOST, MOST_COUNT, Reading

_WRITTEN = ("least", "most", "rounded to", "exactly")
_LEVEL = ("spread", "times", "grows with", "follows")


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


def lognormal(cursor: Cursor, reading: Reading) -> m.Distribution:
    """A quantity around a level."""
    sort = reading.sort or "number"
    cursor.mapping(("median", *_LEVEL, *_WRITTEN), ("median",))
    return m.Lognormal(_level(cursor, reading, "median", sort), *_written(cursor, sort))


def change(cursor: Cursor, reading: Reading) -> m.Distribution:
    """The factor by which a quantity changes from one year to the next."""
    cursor.mapping(("median", *_LEVEL, *_WRITTEN), ("median",))
    level = _level(cursor, reading, "median", "number")
    return m.Change(level, *_written(cursor, reading.sort))


def _written(cursor: Cursor, sort: str) -> tuple[int, int, int, m.Exactly | None]:
    """How a quantity is written: its step, the least and the most, and the numbers it is drawn to."""
    least, most = (
        whole(cursor.down("least"), sort, 0),
        whole(cursor.down("most"), sort, MOST[sort]),
    )
    if not 0 <= least <= most < LARGEST:
        cursor.note(Text("least 应不大于 most", "`least` must not exceed `most`"))
        least, most = 0, MOST[sort]
    step = whole(cursor.down("rounded to"), sort, 1)
    return max(step, 1), least, most, _exactly(cursor.down("exactly"), sort)


def _exactly(cursor: Cursor, sort: str) -> m.Exactly | None:
    if cursor.value is MISSING:
        return None
    cursor.mapping(("at", "within", "chance"), ("at", "within", "chance"))
    at = tuple(sorted(whole(below, sort) for below in cursor.down("at").each()))
    return m.Exactly(at, chance(cursor.down("within")), chance(cursor.down("chance")))


def poisson(cursor: Cursor, reading: Reading) -> m.Distribution:
    """A count around a level."""
    cursor.mapping(("mean", *_LEVEL, "most"), ("mean",))
    most = whole(cursor.down("most"), "count", MOST_COUNT)
    return m.Poisson(_level(cursor, reading, "mean", "number"), min(most, MOST_COUNT))


def numbers(cursor: Cursor, reading: Reading) -> m.Distribution:
    """A count out of a list."""
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
