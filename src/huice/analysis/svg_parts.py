"""The parts of a drawing: its style, lines, and text that is measured and broken so that none leaves it."""

from __future__ import annotations

import re
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

STYLE = """
.huice-curve{color:#1d232b;background:#fff;font-family:"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei",
"Noto Sans CJK SC","Source Han Sans SC",system-ui,sans-serif}
.huice-curve text{fill:currentColor;font-size:13px}
.huice-curve .title{font-size:15px;font-weight:700}.huice-curve .tick{font-size:12px;opacity:.75}
.huice-curve .grid{stroke:currentColor;opacity:.16}.huice-curve .axis{stroke:currentColor;opacity:.6}
.huice-curve .lead{stroke:currentColor;opacity:.45;stroke-dasharray:2 3}
.huice-curve .fall{stroke:currentColor;stroke-width:1.2;stroke-dasharray:4 3}
.huice-curve .most{stroke:var(--blue,#14568f);stroke-width:2;fill:none}
.huice-curve .sure{stroke:var(--blue,#14568f);stroke-width:3.2;fill:none}
.huice-curve .under-sure{fill:var(--blue,#14568f);fill-opacity:.8}
.huice-curve .hatch-line{stroke:var(--hatch,#5b93c4);stroke-width:1.6}
.huice-curve .value{font-size:12px;font-weight:700;paint-order:stroke;stroke:var(--sheet,#fff);stroke-width:3px}
.huice-curve .again{stroke:currentColor;stroke-dasharray:1 3;stroke-width:1.5}
.huice-curve .again-end{fill:currentColor}
.huice-curve .in{fill:var(--blue,#14568f)}
.huice-curve .out{fill:var(--sheet,#fff);stroke:var(--blue,#14568f);stroke-width:1.8}
.huice-curve .badge{fill:var(--sheet,#fff);stroke:currentColor}.huice-curve .loss .badge{fill:currentColor}
.huice-curve .badge-text{font-size:11px;font-weight:700}.huice-curve .loss .badge-text{fill:var(--sheet,#fff)}
@media(prefers-color-scheme:dark){.huice-curve{color:#e6e3dc;background:#171b21;--sheet:#171b21;--blue:#7db5e8;
--hatch:#4f83b3}}
@media print{.huice-curve{color:#000;background:#fff;--sheet:#fff;--blue:#000;--hatch:#555}}
"""
"""A page that has these variables gives the colours; alone, a drawing has its own, by day and by night."""
_NEVER_FIRST = "，。、；：？！）》”’】…·,.;:?!)%"


def width(text: str, size: int) -> float:
    """About how wide a text is, in pixels; on the safe side."""
    return sum(_em(sign) for sign in text) * size


def _em(sign: str) -> float:
    if east_asian_width(sign) in "WFA":
        return 1.0
    return 0.66 if sign.isupper() or sign.isdigit() else 0.58


def wrapped(text: str, room: float, size: int) -> list[str]:
    """The text in lines that fit; a number is kept whole, and no line begins with a closing mark."""
    lines = [""]
    for word in _words(text):
        if lines[-1] and width(lines[-1] + word.rstrip(), size) > room:
            lines[-1] = lines[-1].rstrip()
            lines.append(word.lstrip())
        else:
            lines[-1] += word
    return [line.rstrip() for line in lines]


_WORD = re.compile(r"约?\d[\d,.]*(?: ?(?:万元|亿元|元|㎡|个|%))?|[!-~]+|.")


def _words(text: str) -> list[str]:
    """What is not broken: a number with its unit, a Latin word, a Chinese character with the mark after it."""
    words: list[str] = []
    for word in _WORD.findall(text):
        if words and (word == " " or word[0] in _NEVER_FIRST or words[-1][-1] in "（“‘"):
            words[-1] += word
        else:
            words.append(word)
    return words


def text(at: tuple[float, float], content: str, kind: str = "", anchor: str = "start") -> str:
    """A text element; `at` is the start, middle or end of its base line."""
    x, y = at
    named = f' class="{kind}"' if kind else ""
    turned = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{named} x="{number(x)}" y="{number(y)}"{turned}>{escape(content)}</text>'


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def line(kind: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    """A line element."""
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line class="{kind}" x1="{number(x1)}" x2="{number(x2)}" '
        f'y1="{number(y1)}" y2="{number(y2)}"/>'
    )
