"""A tornado as SVG: for each thing that varies a hatched bar for the ceiling, a solid one for the certain sum.

It looks as the curves do (`svg`): text stays text, a page's variables give the colours, and it reads without.
Coordinates alone are floats: no figure is.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from xml.sax.saxutils import quoteattr

from huice.analysis.sensitivity import Bar, End, Sensitivity
from huice.analysis.svg_parts import STYLE, line, number, text, width, wrapped
from huice.analysis.svg_scale import round_numbers
from huice.evaluate.facts import Exact
from huice.evaluate.words import CEILING, CERTAIN
from huice.language.money import wan
from huice.language.text import Text

WIDE, NARROW = 760, 390
SHOWN = 8
"""Bars that are drawn."""
_MARGIN, _SIDE = 12, 26
_SMALL, _PLAIN = 12, 13
_CELL = 10_000
"""A step of the scale is at least so many yuan."""
HATCH = (
    '<defs><pattern id="huice-tornado" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><line class="hatch-line" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>'
)


def tornado(
    found: Sensitivity,
    place: Text,
    lang: str = "zh",
    *,
    most: int = SHOWN,
    narrow: bool = False,
) -> str:
    """An SVG file of the longest bars at a place of this name; `narrow` for a screen of 390 pixels."""
    pen = _Pen(found, found.top(most), place, lang, NARROW if narrow else WIDE)
    body = "".join(pen.draw())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="huice-curve" '
        f'viewBox="0 0 {pen.wide} {number(pen.height)}" width="{pen.wide}" '
        f'height="{number(pen.height)}" role="img" aria-label={quoteattr(pen.name())}>'
        f"<style>{STYLE}</style>{HATCH}{body}</svg>\n"
    )


class _Pen:
    """Draws one tornado; `height` is known after `draw`."""

    def __init__(
        self, found: Sensitivity, bars: tuple[Bar, ...], place: Text, lang: str, wide: int
    ) -> None:
        self.found, self.bars, self.lang, self.wide = found, bars, lang, wide
        colon = ": " if lang == "en" else "："
        head = "What moves the result most" if lang == "en" else "什么最影响结果"
        self.title = f"{head}{colon}{place[lang]}"
        amounts: list[Exact] = [found.ceiling, found.certain]
        amounts += [one for bar in bars for end in bar.ends for one in (end.ceiling, end.certain)]
        low = min(amounts)
        high = max(*amounts, low + _CELL)
        pad = Fraction(high - low) / 20
        self.low: Exact = max(Fraction(0), low - pad)
        self.high: Exact = high + pad
        self.left, self.right = float(_SIDE), float(wide - _SIDE)
        self.height = 0.0

    def name(self) -> str:
        """The drawing in words."""
        told = [f"{bar.label[self.lang]} {self._span(bar)}" for bar in self.bars]
        return (
            "；".join([self.title, *told]) if self.lang != "en" else "; ".join([self.title, *told])
        )

    def _span(self, bar: Bar) -> str:
        return f"{self._money(bar.low.ceiling)} – {self._money(bar.high.ceiling)}"

    def _money(self, amount: Exact) -> str:
        return wan(amount, self.lang)

    def x(self, amount: Exact) -> float:
        """The column of an amount."""
        part = Fraction(amount - self.low) / Fraction(self.high - self.low)
        return self.left + float(part) * (self.right - self.left)

    def draw(self) -> Iterator[str]:
        """The parts of the drawing, from top to bottom."""
        y = 22.0
        for row in wrapped(self.title, self.wide - 2 * _MARGIN, 15):
            yield text((_MARGIN, y), row, "title")
            y += 20
        legend, y = self._legend(y)
        yield from legend
        roof = y + 40
        body: list[str] = []
        y = roof + 18
        for bar in self.bars:
            parts, y = self._bar(bar, y)
            body += parts
        yield from self._grid(roof, y - 8)
        yield from body
        self.height = y + 4

    def _legend(self, y: float) -> tuple[list[str], float]:
        """What the fillings mean, with the figures now; and the line on which it ends."""
        sure = f"{CERTAIN[self.lang]} {self._money(self.found.certain)}"
        most = f"{CEILING[self.lang]} {self._money(self.found.ceiling)}"
        now = "now" if self.lang == "en" else "现在"
        parts, at = [], float(_MARGIN)
        for kind, label in (("under-sure", sure), ("hatch", most), ("fall", now)):
            long = 24 + width(label, _SMALL)
            if at > _MARGIN and at + long > self.wide - _MARGIN:
                at, y = float(_MARGIN), y + 18
            mark = line(kind, (at + 9, y - 12), (at + 9, y + 2))
            parts.append(mark if kind == "fall" else self._box((at, y - 10), (18, 10), kind))
            parts.append(text((at + 24, y), label, "tick"))
            at += long + 18
        return parts, y

    def _box(self, at: tuple[float, float], size: tuple[float, float], kind: str) -> str:
        fill = ' fill="url(#huice-tornado)" stroke="currentColor" stroke-opacity=".5"'
        named = fill if kind == "hatch" else f' class="{kind}"'
        (x, y), (wide, high) = at, size
        return (
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(wide, 1))}" '
            f'height="{number(high)}"{named}/>'
        )

    def _grid(self, roof: float, floor: float) -> Iterator[str]:
        ticks = round_numbers(self.low, self.high, 4 if self.wide > NARROW else 2)
        for tick in ticks:
            x = self.x(tick)
            yield line("grid", (x, roof), (x, floor))
            label = self._money(tick) if tick else "0"
            half = width(label, _SMALL) / 2
            x = min(max(x, half + 2), self.wide - half - 2)
            yield text((x, roof - 6), label, "tick", "middle")

    def _bar(self, bar: Bar, y: float) -> tuple[list[str], float]:
        """The label, the bars and their ends; and where the next may begin."""
        parts = []
        for row in wrapped(bar.label[self.lang], self.wide - 2 * _MARGIN, _PLAIN):
            parts.append(text((_MARGIN, y), row))
            y += 17
        ceilings = [end.ceiling for end in bar.ends]
        certains = [end.certain for end in bar.ends]
        left, right = self.x(min(ceilings)), self.x(max(ceilings))
        parts.append(self._box((left, y - 9), (right - left, 12), "hatch"))
        if bar.certain_swing:
            left, right = self.x(min(certains)), self.x(max(certains))
            parts.append(self._box((left, y + 5), (right - left, 5), "under-sure"))
        low, high = sorted(bar.ends, key=lambda end: end.ceiling)[:: max(len(bar.ends) - 1, 1)]
        now = self.x(self.found.ceiling)
        parts.append(line("fall", (now, y - 14), (now, y + 8)))
        beside, below = self._beside((low, high), (self.x(low.ceiling), self.x(high.ceiling)), y)
        y += 19 if below else 9
        if bar.certain_swing:
            y += 7
        right = self.wide - _MARGIN
        for end in below:
            away = end is high and self.wide > NARROW
            at, anchor = (right, "end") if away else (_MARGIN, "start")
            for row in self._end(end, self.wide - 2 * _MARGIN):
                parts.append(text((at, y), row, "tick", anchor))
                y += 15
        return [*parts, *beside], y + 18

    def _beside(
        self, ends: tuple[End, End], at: tuple[float, float], y: float
    ) -> tuple[list[str], list[End]]:
        """The ends that are told beside the bar, and those that are told below it for want of room."""
        parts, below = [], []
        rooms = (at[0] - 6 - _MARGIN, self.wide - _MARGIN - at[1] - 6)
        for end, room, x, anchor in zip(
            ends, rooms, (at[0] - 6, at[1] + 6), ("end", "start"), strict=True
        ):
            rows = self._end(end, max(room, 1))
            if len(rows) == 1 and width(rows[0], _SMALL) <= room:
                parts.append(text((x, y + 1), rows[0], "tick", anchor))
            else:
                below.append(end)
        return parts, below

    def _end(self, end: End, room: float) -> list[str]:
        """What an end is and gives, in lines that fit."""
        colon = ": " if self.lang == "en" else "："
        told = f"{end.says[self.lang]}{colon}{self._money(end.ceiling)}"
        if end.certain:
            sure = f"{CERTAIN[self.lang]} {self._money(end.certain)}"
            told += f" ({sure})" if self.lang == "en" else f"（{sure}）"
        return wrapped(told, room, _SMALL)
