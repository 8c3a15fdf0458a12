"""Charts as SVG: text stays text, a hatch for ceilings, and a second narrow drawing for phones."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from markupsafe import Markup, escape
from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.language.money import wan
from huice.language.text import Text

HATCH = Markup(
    '<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="hatch-back" width="5" height="5"/>'
    '<rect class="hatch-line" width="2" height="5"/></pattern></defs></svg>'
)
_BAR = 200
_STEPS = (1, 2, 2.5, 5, 10)


class Row(Struct, frozen=True):
    """One line of a chart: who, and between which figures."""

    label: str
    certain: Exact
    ceiling: Exact
    here: bool = False


def bar(certain: Exact, ceiling: Exact | None, cap: Exact | None) -> Markup:
    """The figures of one measure: solid to the certain sum, hatched to the ceiling, a frame to the cap."""
    whole = max(ceiling or 0, cap or 0, certain)
    if not whole:
        return Markup("")
    solid, hatched = _part(certain, whole, _BAR), _part(ceiling or 0, whole, _BAR)
    return Markup(  # noqa: S704  # numbers alone
        '<svg class="bar" viewBox="-1 -1 202 12" aria-hidden="true" focusable="false">'
        f'<rect class="frame" width="{_BAR}" height="10"/>'
        f'<rect fill="url(#hatch)" class="most" width="{hatched}" height="10"/>'
        f'<rect class="sure" width="{solid}" height="10"/></svg>'
    )


def dumbbells(rows: Sequence[Row], lang: str, title: Text) -> Markup:
    """Places side by side, drawn twice: wide, and narrow for phones; the style sheet shows one of them."""
    top = _round_up(max([1, *(row.ceiling for row in rows)]))
    told = [f"{row.label} {wan(row.certain, lang)} – {wan(row.ceiling, lang)}" for row in rows]
    name = f"{title[lang]}{': ' if lang == 'en' else '：'}{'; '.join(told)}"
    return Markup("").join((_wide(rows, top, lang, name), _narrow(rows, top, lang, name)))


_LEFT, _PLOT, _RIGHT, _LINE = 220, 320, 190, 36
_LETTERS = 29
"""Latin letters of a label in one line; a Chinese character takes two."""


def _wide(rows: Sequence[Row], top: Fraction, lang: str, title: str) -> Markup:
    height, width = 26 + _LINE * len(rows) + 8, _LEFT + _PLOT + _RIGHT
    parts = [_open("wide", width, height, title)]
    for tick in range(5):
        x = _LEFT + _PLOT * tick // 4
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="22" y2="{height - 8}"/>')
        amount = wan(top * tick / 4, lang) if tick else "0"
        amount = _short(amount) if lang == "en" else amount
        parts.append(f'<text class="tick" x="{x}" y="14" text-anchor="middle">{amount}</text>')
    for number, row in enumerate(rows):
        y = 26 + _LINE * number
        lines = _lines(row.label)
        parts.append(_label(row, lines, y + (21 if len(lines) == 1 else 14)))
        parts.append(_marks(row, top, (_LEFT, y + 10), _PLOT))
        at = _LEFT + _PLOT + 14
        parts.append(f'<text class="fig" x="{at}" y="{y + 21}">{_figures(row, lang)}</text>')
    return Markup("".join(parts) + "</svg>")  # noqa: S704  # labels are escaped


def _narrow(rows: Sequence[Row], top: Fraction, lang: str, title: str) -> Markup:
    width, y = 340, 0
    parts = []
    for row in rows:
        lines = _lines(row.label)
        parts.append(_label(row, lines, y + 18))
        parts.append(
            f'<text class="fig" x="{width}" y="{y + 18}" text-anchor="end">{_figures(row, lang)}</text>'
        )
        y += 17 * (len(lines) - 1)
        parts.append(f'<line class="grid" x1="0" x2="{width}" y1="{y + 35}" y2="{y + 35}"/>')
        parts.append(_marks(row, top, (7, y + 28), width - 14))
        y += 56
    parts.insert(0, _open("narrow", width, y + 4, title))
    return Markup("".join(parts) + "</svg>")  # noqa: S704  # labels are escaped


def _label(row: Row, lines: Sequence[str], y: int) -> str:
    strong = ' class="here"' if row.here else ""
    return "".join(
        f'<text{strong} x="0" y="{y + 17 * number}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )


def _lines(label: str) -> list[str]:
    """A label in one line, or in two where it is too long."""
    words, lines = label.split(" "), [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and sum(2 if sign > "\u2e80" else 1 for sign in longer) > _LETTERS:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _open(kind: str, width: int, height: int, title: str) -> str:
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
    )


def _marks(row: Row, top: Fraction, at: tuple[int, int], width: int) -> str:
    left, y = at
    sure, most = _part(row.certain, top, width), _part(row.ceiling, top, width)
    return (
        f'<rect class="most" fill="url(#hatch)" x="{left}" y="{y}" width="{most}" height="14"/>'
        f'<rect class="sure" x="{left}" y="{y}" width="{sure}" height="14"/>'
        f'<circle class="ring" cx="{left + most}" cy="{y + 7}" r="6"/>'
        f'<circle class="knob" cx="{left + sure}" cy="{y + 7}" r="6"/>'
    )


def _figures(row: Row, lang: str) -> str:
    sure, most = wan(row.certain, lang), wan(row.ceiling, lang)
    if lang == "en":
        return f'{_short(sure)} – <tspan class="big">{_short(most)}</tspan>'
    return f'{sure} ～ <tspan class="big">{most}</tspan>'


def _short(amount: str) -> str:
    """An English amount without its currency, which the text around a chart names."""
    return amount.replace(" million yuan", "m").replace(" billion yuan", "bn").replace(" yuan", "")


def _part(amount: Exact, whole: Exact, width: int) -> int:
    return int(Fraction(amount) * width / Fraction(whole)) if whole else 0


def _round_up(amount: Exact) -> Fraction:
    """A round number not below the amount, which four ticks divide well."""
    scale = Fraction(1)
    while scale * 10 < amount:
        scale *= 10
    return next(
        (Fraction(step) * scale for step in _STEPS if Fraction(step) * scale >= amount), scale * 10
    )
