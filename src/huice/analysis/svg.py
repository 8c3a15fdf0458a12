"""Curves drawn: solid to the certain sum, hatched to the ceiling; jumps shown, breaks numbered and told.

A drawing is a file of its own and may also stand in a page: text stays text, colours are CSS variables of the
page or their own, and it reads without colour. Coordinates alone are floats: no figure is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias
from xml.sax.saxutils import quoteattr

from msgspec import Struct

from huice.analysis.axis import Axis
from huice.analysis.cliffs import Break
from huice.analysis.curve import Line
from huice.analysis.lines import Part, Straight
from huice.analysis.svg_parts import STYLE, line, number, text, width, wrapped
from huice.analysis.svg_scale import round_numbers, rounded
from huice.analysis.tell import number_of, sentence, what, where
from huice.evaluate.facts import Exact
from huice.evaluate.words import CEILING, CERTAIN
from huice.language.money import wan
from huice.language.text import Text

WIDE, NARROW = 760, 390
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom of a label."""


class Chart(Struct, frozen=True):
    """One curve to be drawn over a range (`end` None: as far as its breaks go)."""

    axis: Axis
    line: Line
    place: Text = Text("", "")
    start: Exact = 0
    end: Exact | None = None


def drawing(
    charts: Sequence[Chart], lang: str = "zh", *, narrow: bool = False, told: bool = True
) -> str:
    """An SVG file of these curves, one below the other; `narrow` for a screen of 390 pixels.

    Below each curve its breaks are `told`, unless a table beside the drawing does.
    """
    wide = NARROW if narrow else WIDE
    top, parts, names = 0.0, [], []
    for position, chart in enumerate(charts):
        pen = _Pen(chart, lang, wide, f"huice-hatch-{position}")
        body = "".join(pen.draw(told=told))
        parts.append(f'<g transform="translate(0 {number(top)})">{body}</g>')
        names.append(pen.name(told=told))
        top += pen.height + 20
    name = quoteattr("; ".join(names) if lang == "en" else "；".join(names))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="huice-curve" viewBox="0 0 {wide} {number(top)}" '
        f'width="{wide}" height="{number(top)}" role="img" aria-label={name}>'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


class _Pen:
    """Draws one chart; `height` is known after `draw`."""

    def __init__(self, chart: Chart, lang: str, wide: int, hatch: str) -> None:
        self.chart, self.axis, self.lang, self.wide, self.hatch = (
            chart,
            chart.axis,
            lang,
            wide,
            hatch,
        )
        self.margin = 12
        self.end: Exact = chart.end if chart.end is not None else _reach(chart)
        self.parts = [part for part in chart.line.parts if self._shown(part)]
        self.breaks = list(enumerate(chart.line.breaks, 1))
        self.top = rounded(max([1, *self._amounts()]))
        self.left = (
            self.margin + 8 + max(width(self._money(tick), 12) for tick in self._ticks(self.top))
        )
        self.right = wide - self.margin - 14
        self.height = 0.0
        self.below = 0.0
        self.taken: list[Box] = []
        what = chart.line.title[lang]
        where = chart.place[lang]
        self.title = (
            f"{what}（{where}）"
            if where and lang != "en"
            else f"{what} ({where})"
            if where
            else what
        )

    def name(self, *, told: bool) -> str:
        """The drawing in words: with the breaks and their clauses, or, where a table tells those, without."""
        colon = ": " if self.lang == "en" else "："
        breaks = [
            sentence(one, self.axis)[self.lang]
            if told
            else f"{where(one, self.axis)[self.lang]}{colon}{what(one, self.axis)[self.lang]}"
            for _, one in self.breaks
        ]
        return self.title + (colon + " ".join(breaks) if breaks else "")

    def _shown(self, part: Part) -> bool:
        return part.low <= self.end and (part.high is None or part.high >= self.chart.start)

    def _amounts(self) -> Iterator[Exact]:
        for part in self.parts:
            for figure in (part.certain, part.ceiling):
                if figure is not None:
                    yield figure.at(max(part.low, self.chart.start))
                    yield figure.at(self._high(part))

    def _high(self, part: Part) -> Exact:
        return self.end if part.high is None else min(part.high, self.end)

    def _money(self, amount: Exact) -> str:
        return wan(amount, self.lang) if amount else "0"

    @staticmethod
    def _ticks(top: Exact) -> list[Fraction]:
        return [Fraction(top) * part / 4 for part in range(5)]

    # --- places in the picture ------------------------------------------------------------------------

    def x(self, at: Exact) -> float:
        """The column of a number."""
        part = Fraction(at - self.chart.start) / (self.end - self.chart.start)
        return self.left + float(part) * (self.right - self.left)

    def y(self, amount: Exact) -> float:
        """The row of an amount."""
        return self.floor - float(Fraction(amount) / self.top) * (self.floor - self.roof)

    def draw(self, *, told: bool) -> Iterator[str]:
        """The parts of the drawing, from top to bottom."""
        y = 22.0
        for row in wrapped(self.title, self.wide - 2 * self.margin, 15):
            yield text((self.margin, y), row, "title")
            y += 20
        yield from self._legend(y)
        badges, rows = self._badges()
        self.roof = y + 44 + 22 * rows
        self.taken += [
            (x - 10, y + 24 + 22 * row, x + 10, y + 44 + 22 * row) for *_, x, row in badges
        ]
        self.floor = self.roof + (210 if self.wide == WIDE else 190)
        yield self._pattern()
        yield from self._grid()
        for part in self.parts:
            yield from self._part(part)
        yield from self._again()
        yield from self._jumps()
        yield from self._badge_marks(badges, y + 34)
        self.height = self.below
        if told:
            yield from self._told(self.below + 8)

    def _legend(self, y: float) -> Iterator[str]:
        yield (line("sure", (self.margin, y - 4), (self.margin + 22, y - 4)))
        x = self.margin + 28.0
        yield text((x, y), CERTAIN[self.lang])
        x += width(CERTAIN[self.lang], 13) + 20
        yield (
            f'<rect x="{number(x)}" y="{number(y - 10)}" width="22" height="11" fill="url(#{self.hatch})"/>'
            + line("most", (x, y - 10), (x + 22, y - 10))
        )
        yield text((x + 28, y), CEILING[self.lang])

    def _pattern(self) -> str:
        return (
            f'<defs><pattern id="{self.hatch}" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)">'
            + line("hatch-line", (0, 0), (0, 6))
            + "</pattern></defs>"
        )

    def _grid(self) -> Iterator[str]:
        for tick in self._ticks(self.top):
            y = self.y(tick)
            kind = "grid" if tick else "axis"
            yield line(kind, (self.left, y), (self.right, y))
            yield text((self.left - 6, y + 4), self._money(tick), "tick", "end")
        last = float("-inf")
        for tick in round_numbers(self.chart.start, self.end, 5 if self.wide == WIDE else 3):
            label = number_of(self.axis, tick, self.lang) if tick else "0"
            half, x = width(label, 12) / 2, self.x(tick)
            middle = min(max(x, self.left - 20 + half), self.wide - 4 - half)
            yield line("axis", (x, self.floor), (x, self.floor + 4))
            if middle - half > last + 8:
                yield text((middle, self.floor + 17), label, "tick", "middle")
                last = middle + half
        named = wrapped(self.axis.label[self.lang], self.right - self.margin, 12)
        self.below = self.floor + 34 + 16 * len(named)
        for row, words in enumerate(named):
            yield text((self.right, self.floor + 34 + 16 * row), words, "tick", "end")

    # --- the curve ----------------------------------------------------------------------------------------

    def _part(self, part: Part) -> Iterator[str]:
        low, high = max(part.low, self.chart.start), self._high(part)
        if part.ceiling is not None and low < high:
            yield self._area(part.ceiling, low, high, f'fill="url(#{self.hatch})"')
        if low < high:
            yield self._area(part.certain, low, high, 'class="under-sure"')
        if part.ceiling is not None and low < high:
            yield self._stroke("most", part.ceiling, low, high)
        if low < high and (part.certain.value or part.certain.slope):
            yield self._stroke("sure", part.certain, low, high)

    def _area(self, figure: Straight, low: Exact, high: Exact, paint: str) -> str:
        left, right = self.x(low), self.x(high)
        corners = [
            (left, self.floor),
            (left, self.y(figure.at(low))),
            (right, self.y(figure.at(high))),
        ]
        path = " ".join(f"{number(x)},{number(y)}" for x, y in [*corners, (right, self.floor)])
        return f'<polygon {paint} points="{path}"/>'

    def _stroke(self, kind: str, straight: Straight, low: Exact, high: Exact) -> str:
        ends = ((self.x(at), self.y(straight.at(at))) for at in (low, high))
        return line(kind, *ends)

    def _jumps(self) -> Iterator[str]:
        """At a jump a dashed line, a full dot where the number itself belongs, an open one where not."""
        for one, other in itertools.pairwise(self.parts):
            for figure, following in ((one.ceiling, other.ceiling), (one.certain, other.certain)):
                if figure is None or following is None:
                    continue
                before, after = figure.at(one.high or 0), following.at(other.low)
                if before == after:
                    continue
                x, y, y2 = self.x(other.low), self.y(before), self.y(after)
                yield line("fall", (x, y), (x, y2))
                yield self._dot(x, y, inside=one.high_in)
                yield self._dot(x, y2, inside=other.low_in)
                yield from self._value(before, (x - 8, y - 6 if before > after else y - 8), "end")
                yield from self._value(
                    after, (x + 8, y2 + 16 if before > after else y2 - 8), "start"
                )

    def _value(self, amount: Exact, at: tuple[float, float], anchor: str) -> Iterator[str]:
        """An amount beside its dot, where there is room and nothing else stands."""
        label = wan(amount, self.lang)
        x, y = at
        left = x - width(label, 12) if anchor == "end" else x
        box = (left, y - 12, left + width(label, 12), y + 3)
        inside = self.left <= box[0] and box[2] <= self.right + 12 and box[3] < self.floor - 2
        if amount and inside and not any(_overlap(box, other) for other in self.taken):
            self.taken.append(box)
            yield text(at, label, "value", anchor)

    def _again(self) -> Iterator[str]:
        """From the top of a cliff level to where it is made up again."""
        for _, one in self.breaks:
            for _, change in one.changes:
                if change.again is None or change.before is None or change.again > self.end:
                    continue
                x, x2, y = self.x(one.at), self.x(change.again), self.y(change.before)
                yield (
                    line("again", (x + 5, y), (x2, y))
                    + f'<path class="again-end" d="M{number(x2)} {number(y - 5)}l5 5l-5 5l-5 -5z"/>'
                )
                label = number_of(self.axis, change.again, self.lang)
                if x2 - x > width(label, 12):
                    yield text((x2 + 4, y - 9), label, "value", "end")
                    self.taken.append((x2 + 4 - width(label, 12), y - 21, x2 + 4, y - 6))

    @staticmethod
    def _dot(x: float, y: float, *, inside: bool) -> str:
        return (
            f'<circle class="{"in" if inside else "out"}" cx="{number(x)}" cy="{number(y)}" r="4"/>'
        )

    # --- the breaks, numbered and told --------------------------------------------------------------------

    def _badges(self) -> tuple[list[tuple[int, Break, float, int]], int]:
        """Each break in view with its column and its row: two that are near stand one above the other."""
        found: list[tuple[int, Break, float, int]] = []
        ends: list[float] = []
        for position, one in self.breaks:
            if not self.chart.start <= one.at <= self.end:
                continue
            x = min(max(self.x(one.at), self.left + 9), self.right - 2)
            row = next((row for row, end in enumerate(ends) if x - 11 > end), len(ends))
            ends[row : row + 1] = [x + 11]
            found.append((position, one, x, row))
        return found, len(ends)

    def _badge_marks(
        self, badges: Iterable[tuple[int, Break, float, int]], y: float
    ) -> Iterator[str]:
        for position, one, x, row in badges:
            middle = y + 22 * row
            kind = ' class="loss"' if one.loss else ""
            yield (
                line("lead", (self.x(one.at), middle + 9), (self.x(one.at), self.floor))
                + f'<g{kind}><circle class="badge" cx="{number(x)}" cy="{number(middle)}" r="9"/>'
                + text((x, middle + 4), str(position), "badge-text", "middle")
                + "</g>"
            )

    def _told(self, y: float) -> Iterator[str]:
        """The list below: each break in words, and those outside the range named as such."""
        for position, one in self.breaks:
            outside = not self.chart.start <= one.at <= self.end
            aside = {"zh": "（图外）", "en": " (outside)"}[self.lang] if outside else ""
            place, event = where(one, self.axis)[self.lang], what(one, self.axis)[self.lang]
            colon = ": " if self.lang == "en" else "："
            lines = wrapped(f"{place}{aside}{colon}{event}", self.wide - 2 * self.margin - 26, 13)
            kind = ' class="loss"' if one.loss else ""
            yield (
                f'<g{kind}><circle class="badge" cx="{self.margin + 10}" cy="{number(y - 4)}" r="9"/>'
                + text((self.margin + 10, y), str(position), "badge-text", "middle")
                + "</g>"
            )
            for row in lines:
                yield text((self.margin + 26, y), row)
                y += 19
            y += 5
        self.height = y


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


_FAR = 12
"""A break so many times as far as the one before it lies outside of a picture whose range nobody chose."""


def _reach(chart: Chart) -> Exact:
    """How far to draw when nobody says: a little beyond the breaks that can be seen together."""
    points = {one.at for one in chart.line.breaks}
    points |= {
        change.again for one in chart.line.breaks for _, change in one.changes if change.again
    }
    seen = Fraction(0)
    for point in sorted(point for point in points if point > chart.start):
        if seen and point > seen * _FAR:
            break
        seen = Fraction(point)
    return rounded(seen * Fraction(5, 4) if seen else Fraction(10**6))
