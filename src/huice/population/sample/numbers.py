"""Numbers, days and options as an assumptions file writes them."""

from __future__ import annotations

import re
from fractions import Fraction

from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.source import KEY, Path_
from huice.language.text import NOTHING, Fault, Text, did_you_mean
from huice.language.units import (
    AREA,
    ITEMS,
    MONEY,
    SHARE,
    Dimension,
    dimension_name,
    dimension_of,
    parse_literal,
)
from huice.population.sample.draw import ANCHORS
from huice.population.sample.model import Between, Moment
from huice.population.schema import FEN, ONE, SQUARE_CM

BAD_NUMBER, BAD_NAME, BAD_SUM = "H003", "H002", "H004"
UNITS: dict[str, tuple[Dimension, int]] = {
    "money": (MONEY, FEN),
    "area": (AREA, SQUARE_CM),
    "count": (ITEMS, ONE),
    "number": (SHARE, ONE),
}
"""What a quantity is written in, and how many units of its column make one of that."""
_MOMENT = re.compile(r"(?:(?P<span>\S+) (?P<way>before|after) )?(?P<anchor>[a-z_. ]+)")


def number(cursor: Cursor, sort: str, default: Fraction | None = None) -> Fraction:
    """A number in the unit of a sort of quantity, as units of its column; 1 where it cannot be read."""
    if cursor.value is MISSING:
        if default is None:
            cursor.note(Text(f"缺少{cursor.named.zh}", f"{cursor.named.en} is missing"), BAD_NUMBER)
        return Fraction(1) if default is None else default
    word = cursor.word()
    if word is None:
        return Fraction(1)
    dimension, scale = UNITS[sort]
    try:
        literal = parse_literal(word)
    except Fault as fault:
        cursor.note(fault.text, BAD_NUMBER)
        return Fraction(1)
    found = dimension_of(literal)
    if found != dimension and not (sort == "count" and found == SHARE):
        wanted, got = dimension_name(dimension), dimension_name(found)
        cursor.note(
            Text(
                f"这里应为{wanted.zh}，写的是{got.zh}“{word}”",
                f"{wanted['en']} is expected here, not {got['en']}: “{word}”",
            ),
            BAD_NUMBER,
        )
        return Fraction(1)
    return Fraction(literal.numerator, literal.denominator) * scale


def positive(cursor: Cursor, sort: str, default: Fraction | None = None) -> Fraction:
    """A number above 0."""
    found = number(cursor, sort, default)
    if found <= 0:
        cursor.note(
            Text(f"{cursor.named.zh}应大于 0", f"{cursor.named.en} must be above 0"), BAD_NUMBER
        )
        return Fraction(1)
    return found


def whole(cursor: Cursor, sort: str, default: int | None = None) -> int:
    """A number that is whole in the units of its column."""
    found = number(cursor, sort, None if default is None else Fraction(default))
    if found.denominator != 1:
        cursor.note(
            Text(
                f"{cursor.named.zh}细过了最小单位（分、平方厘米、个）",
                f"{cursor.named.en} is finer than the smallest unit (fen, cm², one)",
            ),
            BAD_NUMBER,
        )
    return int(found)


def chance(cursor: Cursor, default: Fraction | None = None) -> Fraction:
    """A share from 0 to 100%."""
    found = number(cursor, "number", default)
    if not 0 <= found <= 1:
        cursor.note(
            Text(
                f"{cursor.named.zh}应在 0% 到 100% 之间",
                f"{cursor.named.en} must be from 0% to 100%",
            ),
            BAD_NUMBER,
        )
        return Fraction(0)
    return found


def makes_one(cursor: Cursor, weights: list[Fraction]) -> None:
    """Notes weights that do not make 100%."""
    total = sum(weights, Fraction(0))
    if total != 1:
        shown = f"{float(total * 100):g}%"
        cursor.note(
            Text(f"各项之和应为 100%，现在是 {shown}", f"these must make 100%, not {shown}"),
            BAD_SUM,
        )


def key_of(cursor: Cursor) -> Path_:
    """Where the key of this part stands; the part itself may start on a later line."""
    path = (*cursor.path, KEY)
    return path if path in cursor.source.lines else cursor.path


def unknown(cursor: Cursor, zh: str, en: str, word: str, known: list[str]) -> None:
    """Notes a name that nothing has."""
    hint = did_you_mean(word, known)
    if not hint and known and len(known) <= 12:  # noqa: PLR2004  # while they are few enough to read
        hint = Text(f"；可写 {'、'.join(known)}", f"; known are {', '.join(known)}")
    said = Text(f"没有{zh}“{word}”", f"there is no {en} “{word}”")
    path = key_of(cursor) if cursor.path and cursor.path[-1] == word else None
    cursor.note(said + (hint or NOTHING), BAD_NAME, path)


def moment(cursor: Cursor, dates: list[str]) -> Moment:
    """A day: `as_of`, `48个月 before as_of`, `10天 after org.registered_on`, `year end`."""
    word = cursor.word() or ""
    match = _MOMENT.fullmatch(word)
    if match is None:
        cursor.note(
            Text(
                f"“{word}”不是日期，写作 as_of、48个月 before as_of 或 year end",
                f"“{word}” is no day; write as_of, 48个月 before as_of or year end",
            ),
            BAD_NUMBER,
        )
        return Moment("as_of")
    anchor = match["anchor"]
    if anchor not in (*ANCHORS, *dates):
        unknown(cursor, "可用的日期", "such day", anchor, [*ANCHORS, *dates])
        return Moment("as_of")
    months, days = _span(cursor, match["span"])
    sign = -1 if match["way"] == "before" else 1
    return Moment(anchor, sign * months, sign * days)


def _span(cursor: Cursor, word: str | None) -> tuple[int, int]:
    if word is None:
        return 0, 0
    try:
        literal = parse_literal(word)
    except Fault as fault:
        cursor.note(fault.text, BAD_NUMBER)
        return 0, 0
    dimension, size = dimension_of(literal), Fraction(literal.numerator, literal.denominator)
    if size.denominator != 1 or not (dimension.month == 1 or dimension.day == 1):
        cursor.note(
            Text(
                f"时长写作 30天、6个月 或 3年，写的是“{word}”",
                f"write a span as 30天, 6个月 or 3年, not “{word}”",
            ),
            BAD_NUMBER,
        )
        return 0, 0
    return (int(size), 0) if dimension.month else (0, int(size))


def span(cursor: Cursor, dates: list[str], extra: tuple[str, ...] = ()) -> Between:
    """A day between two others."""
    cursor.mapping(("earliest", "latest", "ends", *extra), ("earliest", "latest"))
    return Between(
        moment(cursor.down("earliest"), dates),
        moment(cursor.down("latest"), dates),
        chance(cursor.down("ends"), Fraction(0)),
    )
