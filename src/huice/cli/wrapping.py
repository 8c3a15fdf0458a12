"""Lines as a terminal shows them: East-Asian width, and line breaks as Chinese setting wants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias
from unicodedata import category, east_asian_width

Span: TypeAlias = tuple[str, str]
"""Text and the name of its style; the empty name is plain."""
Inline: TypeAlias = "str | Span | Sequence[str | Span]"
"""What may be written where text is wanted: a text, a span (a tuple), or a list of them."""

_NEVER_FIRST = frozenset("，。、；：？！）》”’】〉」』％…—·,.;:?!)]}>%/／～~、")
_NEVER_LAST = frozenset("（《“‘【〈「『([{<￥")
_GLUED = re.compile(
    r"[-+]?\d[\d,.]*(?: ?(?:万元|亿元|元|%|个月|个|项|家|年|月|日|天|名|份|处|张|题|问|㎡|平方米))?"
    r"(?:/㎡/(?:天|月))?"
    r"|\d[\d,.]* (?:million |billion )?yuan"
    r"|——|……"
)
"""What stays on one line: a number with its unit, a dash, an ellipsis."""


def spans(inline: Inline) -> list[Span]:
    """The text as spans, empty ones left out."""
    if isinstance(inline, str):
        return [(inline, "")] if inline else []
    if isinstance(inline, tuple):
        text, style = inline
        return [(str(text), str(style))] if text else []
    return [span for item in inline for span in spans(item)]


def plain(inline: Inline) -> str:
    """The text without styles."""
    return "".join(text for text, _ in spans(inline))


@lru_cache(maxsize=8192)
def _cells(char: str, ambiguous: int) -> int:
    if category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return {"W": 2, "F": 2, "A": ambiguous}.get(east_asian_width(char), 1)


def width(text: str, ambiguous: int = 1) -> int:
    """Columns of a text; `ambiguous` those of `“ — ×`, two on consoles with a Chinese font."""
    return sum(_cells(char, ambiguous) for char in text)


def wrap(inline: Inline, columns: int, ambiguous: int = 1) -> list[list[Span]]:
    """The text in lines of at most so many columns; at least one line.

    No line starts with a closing mark or ends with an opening one, and a number keeps its unit.
    A word longer than the line is cut.
    """
    found = spans(inline)
    text = "".join(part for part, _ in found)
    lines = []
    for paragraph in _paragraphs(text):
        lines += [
            _cut(found, start, end) for start, end in _lines(text, paragraph, columns, ambiguous)
        ]
    return lines


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for part in text.split("\n"):
        yield start, start + len(part)
        start += len(part) + 1


def _lines(
    text: str, paragraph: tuple[int, int], columns: int, ambiguous: int
) -> Iterable[tuple[int, int]]:
    start, end = paragraph
    allowed = _breaks(text)
    while True:
        used, at, last = 0, start, start
        while at < end:
            used += _cells(text[at], ambiguous)
            if used > columns and text[at] != " ":
                break
            at += 1
            if at in allowed:
                last = at
        if at >= end:
            yield start, end
            return
        stop = at if at in allowed else last if last > start else _forced(text, start, at)
        yield start, stop
        start = stop
        while start < end and text[start] == " ":
            start += 1


def _forced(text: str, start: int, at: int) -> int:
    """Where a word longer than the line is cut: after a slash or hyphen of its second half."""
    for stop in range(at, start + (at - start) // 2, -1):
        if text[stop - 1] in "/-:=":
            return stop
    return max(at, start + 1)


def _breaks(text: str) -> set[int]:
    """The positions before which a line may end."""
    allowed = {at for at in range(1, len(text)) if _may_break(text[at - 1], text[at])}
    for glued in _GLUED.finditer(text):
        allowed.difference_update(range(glued.start() + 1, glued.end()))
    return allowed


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after == " ":
        return False
    if before == " ":
        return True
    wide = "WF"
    return (
        east_asian_width(before) in wide
        or east_asian_width(after) in wide
        or before in "，。、；：？！）》”’】—…"
    )


def _cut(found: Sequence[Span], start: int, end: int) -> list[Span]:
    """The spans between two positions of the joined text, without spaces at the end."""
    cut: list[Span] = []
    at = 0
    for text, style in found:
        piece = text[max(start - at, 0) : max(end - at, 0)]
        if piece:
            cut.append((piece, style))
        at += len(text)
    while cut and not cut[-1][0].rstrip(" "):
        cut.pop()
    if cut:
        cut[-1] = (cut[-1][0].rstrip(" "), cut[-1][1])
    return cut
