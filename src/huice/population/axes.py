"""Axes of charts: round ticks over money, numbers and dates, and how wide a text will be.

Money is fen. A figure on a chart is cut, never rounded up; the tables beside it hold the exact one.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct

Exact: TypeAlias = int | Fraction

_STEPS = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))
_MONEY = {
    "zh": ((10**10, "亿元"), (10**6, "万元"), (100, "元")),
    "en": ((10**11, "billion yuan"), (10**8, "million yuan"), (100, "yuan")),
}
_SHORT = {"billion yuan": "bn", "million yuan": "m", "yuan": ""}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOSING = "，。；：、！？）》”’%"


class Axis(Struct, frozen=True):
    """A range of values with labelled ticks; `unit` says what all of them are in."""

    low: Exact
    high: Exact
    ticks: tuple[tuple[Exact, str], ...]
    unit: str = ""

    def share(self, value: Exact) -> Fraction:
        """How far along the axis a value lies, 0 to 1; what lies outside is put at the end."""
        part = Fraction(value - self.low) / Fraction(self.high - self.low)
        return min(max(part, Fraction(0)), Fraction(1))


def number_axis(low: Exact, high: Exact, most: int = 6, unit: str = "") -> Axis:
    """An axis of plain numbers that holds both ends, with at most so many steps."""
    bottom, top, step = _round(low, high, most)
    return Axis(
        bottom, top, tuple((value, plain(value)) for value in _values(bottom, top, step)), unit
    )


def share_axis(low: Exact, high: Exact, most: int = 6) -> Axis:
    """An axis of shares, written in per cent."""
    bottom, top, step = _round(low, high, most)
    return Axis(bottom, top, tuple((v, f"{plain(v * 100)}%") for v in _values(bottom, top, step)))


def money_axis(low: Exact, high: Exact, lang: str, most: int = 6) -> Axis:
    """An axis of fen, in the largest unit that its end reaches: 亿元, 万元, 元."""
    bottom, top, step = _round(low, high if high > low else low + 100, most)
    size, unit = _unit(max(-bottom, top), lang)
    ticks = tuple((value, plain(Fraction(value) / size)) for value in _values(bottom, top, step))
    return Axis(bottom, top, ticks, unit)


def date_axis(first: date, last: date, lang: str, most: int = 6) -> Axis:
    """An axis of days (their ordinals), with ticks at the first of a month."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next(
        (size for size in (1, 2, 3, 6, 12) if months <= size * most), 12 * -(-months // (12 * most))
    )
    ticks: list[tuple[Exact, str]] = []
    for at in range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1):
        year, month = divmod(at, 12)
        day = date(year, month + 1, 1)
        if month % step == 0 and first <= day <= last:
            named = not ticks or month == 0
            ticks.append((day.toordinal(), _month(year, month, lang, named=named)))
    return Axis(first.toordinal(), max(last.toordinal(), first.toordinal() + 1), tuple(ticks))


def brief_money(fen: Exact, lang: str) -> str:
    """An amount for a label: `1.23 亿元`, `4.5m yuan`; cut to three or four digits, never rounded up."""
    amount = abs(Fraction(fen))
    size, unit = _unit(amount, lang)
    value = amount / size
    places = 0 if value >= 1000 else 1 if value >= 100 else 2  # noqa: PLR2004  # digits shown
    cut = Fraction(int(value * 10**places), 10**places)
    sign = "-" if fen < 0 and cut else ""
    return (
        f"{sign}{plain(cut)}{_SHORT[unit]} yuan" if lang == "en" else f"{sign}{plain(cut)} {unit}"
    )


def plain(value: Exact) -> str:
    """A number with thousands separated; at most four decimals, without closing zeros."""
    whole, rest = divmod(int(abs(Fraction(value)) * 10_000), 10_000)
    digits = f"{whole:,}" + (f".{rest:04}".rstrip("0") if rest else "")
    return f"-{digits}" if value < 0 and (whole or rest) else digits


def width_of(text: str, size: int) -> int:
    """About how many pixels a text takes: a Chinese character is square, a Latin letter 0.57 of it."""
    return -(-sum(100 if sign > "\u2e80" else 57 for sign in text) * size // 100)


def fold(text: str, room: int, size: int) -> list[str]:
    """The text in lines no wider than `room`: at spaces, and between Chinese characters."""
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and width_of((lines[-1] + piece).rstrip(), size) > room:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [lines[-1].rstrip()] if len(lines) == 1 else [*lines[:-1], lines[-1].rstrip()]


def _pieces(text: str) -> list[str]:
    """Words with the space after them, and single Chinese characters with what closes them."""
    found: list[str] = []
    for sign in text:
        glued = found and (
            sign in _CLOSING
            or sign == " "
            or (sign <= "\u2e80" and found[-1][-1] <= "\u2e80" and found[-1][-1] != " ")
        )
        if glued:
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _unit(amount: Exact, lang: str) -> tuple[int, str]:
    units = _MONEY["en" if lang == "en" else "zh"]
    return next((each for each in units if amount >= each[0]), units[-1])


def _round(low: Exact, high: Exact, most: int) -> tuple[Fraction, Fraction, Fraction]:
    """The ends, widened to a whole number of round steps, and the step.

    A range on both sides of zero needs two steps at least, so fewer cannot be asked for.
    """
    most = max(most, 2)
    span = Fraction(high - low) or Fraction(1)
    scale = Fraction(1)
    while scale * most > span:
        scale /= 10
    while True:
        for step in (size * scale for size in _STEPS):
            bottom, top = Fraction(low) // step * step, -(-Fraction(high) // step) * step
            top += step if top == bottom else 0
            if (top - bottom) / step <= most:
                return bottom, top, step
        scale *= 10


def _values(bottom: Exact, top: Exact, step: Fraction) -> list[Fraction]:
    return [bottom + step * number for number in range(int((top - bottom) / step) + 1)]


def _month(year: int, month: int, lang: str, *, named: bool) -> str:
    if lang == "en":
        return f"{_MONTHS[month]} {year}" if named else _MONTHS[month]
    return f"{year}年{month + 1}月" if named else f"{month + 1}月"
