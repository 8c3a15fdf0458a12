"""Charts as SVG for populations: axes, lines, bands and bars; text stays text.

Amounts are fen and enter as exact numbers; pixels are cut to tenths. A drawing carries its own colours,
light and dark, and takes those of the page around it (`--ink`, `--blue` ...) where it has them. Each chart
can be drawn for two widths, `WIDE` and `NARROW`; `pair` holds both, and the style shows the one that fits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from html import escape
from math import ceil
from typing import Literal, TypeAlias

from msgspec import Struct

from huice.population.axes import Axis, Exact, fold, width_of

WIDE, NARROW = 720, 390
Look: TypeAlias = Literal["sure", "most", "other", "loss", "soft"]
"""Solid blue, hatched blue, amber, red, grey: a chart never tells things apart by colour alone."""

_SMALL, _PLAIN, _LARGE = 12, 13, 18
"""Sizes of text in pixels; a heading is bold, and measured a little wider than its 16."""
_EDGE = 12
_ROW = 19
_STYLE = (
    ".hc{--hi:#1d232b;--hs:#555f6b;--hl:#dcdad3;--hp:#fff;--hb:#14568f;--ha:#8a5300;--hr:#a3261d;"
    "--hh:#5b93c4;--hk:#e3edf6;font:13px system-ui,-apple-system,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif;color:var(--ink,var(--hi));max-width:100%;height:auto}"
    "@media(prefers-color-scheme:dark){.hc{--hi:#e6e4de;--hs:#a6adb6;--hl:#363c45;--hp:#1a1e24;"
    "--hb:#86bdee;--ha:#eab765;--hr:#ff9d92;--hh:#6ea6d8;--hk:#22303f}}"
    ".hc .ground{fill:var(--sheet,var(--hp))}.hc text{fill:currentColor;font-variant-numeric:tabular-nums}"
    ".hc .head{font-size:16px;font-weight:600}.hc .tick,.hc .note{font-size:12px;fill:var(--soft,var(--hs))}"
    ".hc .on{fill:var(--sheet,var(--hp))}"
    ".hc .halo{paint-order:stroke;stroke:var(--sheet,var(--hp));stroke-width:4px;stroke-linejoin:round}"
    ".hc .grid{stroke:var(--line,var(--hl))}.hc .zero{stroke:var(--soft,var(--hs))}"
    ".hc .level{stroke:currentColor;stroke-dasharray:6 4}.hc path{fill:none;stroke-width:2}"
    ".hc .dash{stroke-dasharray:5 4}"
    ".hc .l-sure,.hc .l-most{stroke:var(--blue,var(--hb))}.hc .l-other{stroke:var(--amber,var(--ha))}"
    ".hc .l-loss{stroke:var(--red,var(--hr))}.hc .l-soft{stroke:var(--soft,var(--hs))}"
    ".hc .f-sure{fill:var(--blue,var(--hb))}.hc .f-other{fill:var(--amber,var(--ha))}"
    ".hc .f-loss{fill:var(--red,var(--hr))}.hc .f-soft{fill:var(--soft,var(--hs))}"
    ".hc .f-most{stroke:var(--hatch,var(--hh));stroke-width:1}"
    ".hc .hback{fill:var(--hatch-back,var(--hk))}.hc .hline{fill:var(--hatch,var(--hh))}"
    ".hc-pair>.narrow{display:none}@media(max-width:30rem){.hc-pair>.wide{display:none}"
    ".hc-pair>.narrow{display:block}}"
)


class Figure(Struct, frozen=True):
    """What a chart is called, and what it says to somebody who cannot see it."""

    title: str
    says: str


class Line(Struct, frozen=True):
    """A line through points (x, y); a `step` line holds its value until the next point."""

    points: Sequence[tuple[Exact, Exact]]
    label: str = ""
    look: Look = "sure"
    step: bool = False
    dashed: bool = False


class Band(Struct, frozen=True):
    """The area between two values at each x: (x, low, high); hatched, or tinted with `look`."""

    points: Sequence[tuple[Exact, Exact, Exact]]
    label: str = ""
    look: Look = "most"
    step: bool = False


class Level(Struct, frozen=True):
    """A dashed line across the chart at a value of y, such as the size of a pool."""

    value: Exact
    label: str


class Upright(Struct, frozen=True):
    """A dashed line at a value of x, such as a date or a threshold."""

    value: Exact
    label: str


Layer: TypeAlias = Line | Band | Level | Upright


class Part(Struct, frozen=True):
    """One length of a bar from the zero line: negative to the left. `text` is its figure."""

    value: Exact
    text: str = ""
    look: Look = "sure"


class Bar(Struct, frozen=True):
    """A row of a bar chart; its parts are drawn over one another, so the longest comes first."""

    label: str
    parts: tuple[Part, ...]


def plot(figure: Figure, layers: Sequence[Layer], x: Axis, y: Axis, size: int = WIDE) -> str:
    """Lines, bands and levels over two axes, with a legend of what has a label."""
    drawing = _Drawing(figure, size)
    drawing.legend([each for each in layers if isinstance(each, Line | Band) and each.label])
    frame = drawing.axes(x, y, 300 if size >= WIDE else 260)
    for layer in sorted(layers, key=lambda each: isinstance(each, Level | Upright)):
        if isinstance(layer, Line | Band):
            drawing.add(_curve(layer, frame, drawing.hatch))
        else:
            drawing.add(_mark(layer, frame))
    return drawing.close()


def bars(
    figure: Figure, rows: Sequence[Bar], axis: Axis, size: int = WIDE, legend: Sequence[Line] = ()
) -> str:
    """Horizontal bars from a zero line; a figure stands in its bar, or beside one too short for it.

    The labels stand left of the bars, in a narrow drawing above them. `legend` names the looks.
    """
    drawing = _Drawing(figure, size)
    drawing.legend(legend)
    drawing.bars(rows, axis)
    return drawing.close()


def pair(draw: Callable[[int], str]) -> str:
    """The same chart wide and narrow, for a page; the style sheet inside shows the one that fits."""
    return f'<div class="hc-pair">{draw(WIDE)}{draw(NARROW)}</div>'


class _Frame(Struct, frozen=True):
    """The area of a plot in pixels, and what its edges mean."""

    x: Axis
    y: Axis
    left: int
    top: int
    width: int
    height: int

    def across(self, value: Exact) -> Fraction:
        return self.left + self.x.share(value) * self.width

    def down(self, value: Exact) -> Fraction:
        return self.top + self.height - self.y.share(value) * self.height


class _Drawing:
    """An SVG as it grows downwards: `y` is the first free pixel."""

    def __init__(self, figure: Figure, size: int) -> None:
        self.size, self.figure = size, figure
        mark = f"{figure.title}\n{figure.says}\n{size}".encode()
        self.id = f"hc{hashlib.sha256(mark).hexdigest()[:10]}"
        self.hatch = f"{self.id}h"
        self.parts: list[str] = []
        self.y = 12
        for line in fold(figure.title, size - 2 * _EDGE, _LARGE):
            self.y += 22
            self.text(12, self.y - 6, line, "head")
        self.y += 6

    def add(self, svg: str) -> None:
        self.parts.append(svg)

    def text(self, x: Exact, y: Exact, words: str, kind: str = "", anchor: str = "start") -> None:
        self.add(_text(x, y, words, kind, anchor))

    def legend(self, entries: Sequence[Line | Band]) -> None:
        """A row of swatches and names, folded where the drawing ends."""
        if not entries:
            return
        x = _EDGE
        for entry in entries:
            wide = 34 + width_of(entry.label, _SMALL) + 16
            if x > _EDGE and x + wide > self.size:
                x, self.y = _EDGE, self.y + _ROW
            self.add(_swatch(entry, x, self.y, self.hatch))
            self.text(x + 32, self.y + 13, entry.label, "note")
            x += wide
        self.y += _ROW + 7

    def axes(self, x: Axis, y: Axis, height: int) -> _Frame:
        """Grid, ticks and units; room on the left for the widest tick."""
        left = 22 + max((width_of(label, _SMALL) for _, label in y.ticks), default=0)
        left = max(left, width_of(x.ticks[0][1], _SMALL) // 2 + 4) if x.ticks else left
        if y.unit:
            self.text(12, self.y + 12, y.unit, "note")
            self.y += _ROW
        last = width_of(x.ticks[-1][1], _SMALL) // 2 if x.ticks else 0
        frame = _Frame(x, y, left, self.y + 8, self.size - left - max(14, last + 4), height)
        right, foot = frame.left + frame.width, frame.top + frame.height
        for value, label in y.ticks:
            at = frame.down(value)
            self.add(_line("zero" if not value else "grid", frame.left, at, right, at))
            self.text(frame.left - 8, at + 4, label, "tick", "end")
        for value, label in x.ticks:
            at = frame.across(value)
            self.add(_line("zero", at, foot, at, foot + 5))
            self.text(at, foot + 19, label, "tick", "middle")
        self.y = foot + 26
        if x.unit:
            self.text(right, self.y + 12, x.unit, "note", "end")
            self.y += _ROW
        return frame

    def bars(self, rows: Sequence[Bar], axis: Axis) -> None:
        wide = self.size >= WIDE
        room = (
            min(230, max([width_of(row.label, _PLAIN) for row in rows], default=0)) if wide else 0
        )
        ends = [width_of(label, _SMALL) // 2 for _, label in axis.ticks] or [0]
        left = _EDGE + (room + _EDGE if wide else ends[0])
        inner = _inner(rows, axis, left, self.size - max(_EDGE, ends[-1] + 4) - left)
        if axis.unit:
            self.text(self.size - _EDGE, self.y + 12, axis.unit, "note", "end")
            self.y += _ROW
        top = y = self.y + 20
        labels, shapes = list[str](), list[str]()
        for row in rows:
            lines = fold(row.label, room if wide else self.size - 2 * _EDGE, _PLAIN)
            text = 17 * len(lines)
            tall = max(26, text + 8) if wide else text + 30
            first, at = (
                (y + (tall - text) // 2, y + (tall - 18) // 2) if wide else (y, y + text + 3)
            )
            labels += [
                _text(_EDGE, first + 13 + 17 * i, line, "halo") for i, line in enumerate(lines)
            ]
            shapes += [_bar(part, inner, at, self.hatch) for part in row.parts]
            shapes += [_figure(part, inner, at) for part in row.parts if part.text]
            y += tall
        for value, label in axis.ticks:
            x = inner.across(value)
            self.add(_line("zero" if not value else "grid", x, top - 4, x, y))
            self.text(x, top - 8, label, "tick", "middle")
        self.parts += labels + shapes
        self.y = y + 4

    def close(self) -> str:
        kind = "wide" if self.size >= WIDE else "narrow"
        height = self.y + 8
        title, says = escape(self.figure.title), escape(self.figure.says)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="hc {kind}" width="{self.size}" height="{height}" '
            f'viewBox="0 0 {self.size} {height}" role="img" aria-labelledby="{self.id}t {self.id}d">'
            f'<title id="{self.id}t">{title}</title><desc id="{self.id}d">{says}</desc><style>{_STYLE}</style>'
            f'<defs><pattern id="{self.hatch}" width="5" height="5" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><rect class="hback" width="5" height="5"/>'
            '<rect class="hline" width="2" height="5"/></pattern></defs>'
            f'<rect class="ground" width="{self.size}" height="{height}"/>{"".join(self.parts)}</svg>\n'
        )


def _inner(rows: Sequence[Bar], axis: Axis, left: int, width: int) -> _Frame:
    """The area of the bars, made smaller by the figures that stand outside."""
    right = left + width
    frame = _Frame(axis, axis, left, 0, width, 0)
    for _ in range(3):
        spans = [_span(part, frame) for row in rows for part in row.parts if part.text]
        before = max([Fraction(0), *(left - low for low, _ in spans)])
        after = max([Fraction(0), *(high - right for _, high in spans)])
        if not before and not after:
            break
        start, end = frame.left + ceil(before), frame.left + frame.width - ceil(after)
        frame = _Frame(axis, axis, start, 0, end - start, 0)
    return frame


def _figure_place(part: Part, frame: _Frame) -> tuple[bool, Fraction, str]:
    """Whether the figure stands in its bar, where, and with which end there."""
    zero, end = frame.across(0), frame.across(part.value)
    inside = part.look != "most" and abs(end - zero) >= width_of(part.text, _SMALL) + 14
    right = part.value >= 0
    if inside:
        return True, end - 6 if right else end + 6, "end" if right else "start"
    return False, end + 6 if right else end - 6, "start" if right else "end"


def _span(part: Part, frame: _Frame) -> tuple[Fraction, Fraction]:
    _, at, anchor = _figure_place(part, frame)
    wide = width_of(part.text, _SMALL)
    return (at, at + wide) if anchor == "start" else (at - wide, at)


def _figure(part: Part, frame: _Frame, y: int) -> str:
    inside, at, anchor = _figure_place(part, frame)
    return _text(at, y + 13, part.text, "tick on" if inside else "tick halo", anchor)


def _bar(part: Part, frame: _Frame, y: int, hatch: str) -> str:
    zero, end = sorted((frame.across(0), frame.across(part.value)))
    fill = f' fill="url(#{hatch})"' if part.look == "most" else ""
    return f'<rect class="f-{part.look}"{fill} x="{px(zero)}" y="{y}" width="{px(end - zero)}" height="18"/>'


def _swatch(entry: Line | Band, x: int, y: int, hatch: str) -> str:
    if isinstance(entry, Band) or not entry.points:
        fill = f' fill="url(#{hatch})"' if entry.look == "most" else ""
        return f'<rect class="f-{entry.look}"{fill} x="{x}" y="{y + 3}" width="24" height="12"/>'
    dash = " dash" if entry.dashed else ""
    return f'<path class="l-{entry.look}{dash}" d="M{x} {y + 9}h24"/>'


def _curve(layer: Line | Band, frame: _Frame, hatch: str) -> str:
    if isinstance(layer, Line):
        path = _path([(frame.across(x), frame.down(y)) for x, y in layer.points], step=layer.step)
        dash = " dash" if layer.dashed else ""
        return f'<path class="l-{layer.look}{dash}" d="{path}"/>'
    upper = [(frame.across(x), frame.down(high)) for x, _, high in layer.points]
    lower = [(frame.across(x), frame.down(low)) for x, low, _ in layer.points]
    there = _path(upper, step=layer.step)
    back = _path(_staircase(lower)[::-1] if layer.step else lower[::-1], step=False)
    fill = f' style="fill:url(#{hatch})"' if layer.look == "most" else ' style="opacity:.3"'
    return f'<path class="f-{layer.look}"{fill} d="{there}L{back[1:]}Z"/>'


def _staircase(points: Sequence[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    stairs = list(points[:1])
    for x, y in points[1:]:
        stairs += [(x, stairs[-1][1]), (x, y)]
    return stairs


def _path(points: Sequence[tuple[Fraction, Fraction]], *, step: bool) -> str:
    found = _staircase(points) if step else points
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in found)


def _mark(layer: Level | Upright, frame: _Frame) -> str:
    right, foot = frame.left + frame.width, frame.top + frame.height
    if isinstance(layer, Level):
        y = frame.down(layer.value)
        label = _text(frame.left + 6, y - 6, layer.label, "tick halo", "start")
        return _line("level", frame.left, y, right, y) + label
    x = frame.across(layer.value)
    fits = x + 8 + width_of(layer.label, _SMALL) <= right
    label = _text(
        x + 6 if fits else x - 6, foot - 8, layer.label, "tick halo", "start" if fits else "end"
    )
    return _line("level", x, frame.top, x, foot) + label


def _line(kind: str, x1: Exact, y1: Exact, x2: Exact, y2: Exact) -> str:
    return f'<line class="{kind}" x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}"/>'


def _text(x: Exact, y: Exact, words: str, kind: str, anchor: str = "start") -> str:
    kind = f' class="{kind}"' if kind else ""
    anchor = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text{kind} x="{px(x)}" y="{px(y)}"{anchor}>{escape(words)}</text>'


def px(value: Exact) -> str:
    """A length in pixels, to a tenth."""
    tenths = round(Fraction(value) * 10)
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}" + (f".{rest}" if rest else "")
