"""A page for a terminal: headings, paragraphs, fields, tables, columns; set, then printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from huice.cli.wrapping import Inline, Span, plain, spans, width, wrap

NARROW = 64
"""Below so many columns, tables are set as lists and labels stand above their text."""
GAP = 2


class Column(Struct, frozen=True):
    """A column of a table. `grows`: its text may wrap; `least` columns it needs then."""

    title: str
    right: bool = False
    grows: bool = False
    least: int = 12


class Page:
    """Lines as they are added, at most `columns` wide. `ambiguous`: see `wrapping.width`.

    `line` and `bar` are what rules and bars are drawn with.
    """

    def __init__(self, columns: int, ambiguous: int = 1, line: str = "─", bar: str = "│") -> None:
        self.columns, self.ambiguous, self.line, self.bar = columns, ambiguous, line, bar
        self.lines: list[list[Span]] = []

    @property
    def narrow(self) -> bool:
        """Whether there is no room for tables side by side."""
        return self.columns < NARROW

    def measure(self, inline: Inline) -> int:
        """The columns that a text takes on one line."""
        return width(plain(inline), self.ambiguous)

    def blank(self) -> None:
        """One empty line; never two, none at the top."""
        if self.lines and self.lines[-1]:
            self.lines.append([])

    def rule(self) -> None:
        """A line across the page."""
        self.lines.append([(self.line * self.columns, "quiet")])

    def para(self, inline: Inline, indent: int = 0, hang: int = 0) -> None:
        """A paragraph; lines after the first are indented by `hang` more."""
        first = wrap(inline, max(self.columns - indent, 8), self.ambiguous)
        if hang and len(first) > 1:
            room = max(self.columns - indent - hang, 8)
            rest = _after(inline, first[0])
            first = [first[0], *wrap(rest, room, self.ambiguous)]
        for position, line in enumerate(first):
            lead = indent + (hang if position else 0)
            self.lines.append([(" " * lead, ""), *line] if line and lead else line)

    def command(self, text: str, indent: int = 0) -> None:
        """Something to be typed: never broken, so that it can be copied."""
        self.lines.append([(" " * indent + text, "")])

    def heading(self, inline: Inline, right: Inline = "") -> None:
        """A title with a rule beneath and a note at the right (below, where there is no room)."""
        self.blank()
        self.split([(text, style or "strong") for text, style in spans(inline)], right)
        self.rule()

    def split(self, left: Inline, right: Inline, indent: int = 0) -> None:
        """Text at the left and the right of one line; the right one below if it does not fit."""
        room = self.columns - indent - self.measure(left) - self.measure(right)
        if not right:
            self.para(left, indent, hang=2)
        elif room >= GAP:
            lead: list[Span] = [(" " * indent, "")] if indent else []
            self.lines.append([*lead, *spans(left), (" " * room, ""), *_quiet(right)])
        else:
            self.para(left, indent, hang=2)
            self.para(_quiet(right), indent)

    def field(self, label: str, inline: Inline, label_width: int = 8, indent: int = 0) -> None:
        """A label and its text beside it, the text hanging under itself."""
        if not plain(inline):
            return
        pad = " " * max(label_width - self.measure(label), 1)
        hang = max(label_width, self.measure(label) + 1)
        self.para([(label, "quiet"), pad, *spans(inline)], indent, hang)

    def columns_of(self, left: Page, right: Page) -> None:
        """Two pages side by side, a bar between them."""
        for position in range(max(len(left.lines), len(right.lines))):
            line = left.lines[position] if position < len(left.lines) else []
            pad = " " * max(left.columns - self.measure(line), 0)
            other = right.lines[position] if position < len(right.lines) else []
            self.lines.append([*line, (pad, ""), (f" {self.bar} ", "quiet"), *other])

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Inline]],
        indent: int = 0,
        titles: bool = True,
    ) -> None:
        """A table; where it does not fit, each row becomes a list of fields."""
        body = [list(row) for row in rows]
        widths = self._widths(columns, body, indent, titles)
        if widths is None:
            self._stacked(columns, body, indent)
            return
        if titles:
            head: list[Inline] = [(column.title, "quiet") for column in columns]
            self._row(columns, widths, head, indent)
            total = sum(widths) + GAP * (len(widths) - 1)
            self.lines.append([(" " * indent + self.line * total, "quiet")])
        for row in body:
            self._row(columns, widths, row, indent)

    def _widths(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Inline]], indent: int, titles: bool
    ) -> list[int] | None:
        natural = [
            max(
                [self.measure(column.title) if titles else 0]
                + [self.measure(row[position]) for row in rows]
            )
            for position, column in enumerate(columns)
        ]
        room = self.columns - indent - GAP * (len(columns) - 1)
        over = sum(natural) - room
        if over <= 0:
            return natural
        growing = [position for position, column in enumerate(columns) if column.grows]
        while over > 0 and growing:
            widest = max(growing, key=lambda position: natural[position])
            if natural[widest] <= columns[widest].least:
                return None
            others = [natural[p] for p in growing if p != widest]
            step = min(over, max(natural[widest] - max([columns[widest].least, *others]), 1))
            natural[widest] -= step
            over -= step
        return natural if over <= 0 else None

    def _row(
        self,
        columns: Sequence[Column],
        widths: Sequence[int],
        row: Sequence[Inline],
        indent: int,
    ) -> None:
        cells = [
            wrap(cell, max(room, 2), self.ambiguous) for cell, room in zip(row, widths, strict=True)
        ]
        for position in range(max(len(cell) for cell in cells)):
            line: list[Span] = [(" " * indent, "")] if indent else []
            for column, room, cell in zip(columns, widths, cells, strict=True):
                piece = cell[position] if position < len(cell) else []
                pad = " " * max(room - self.measure(piece), 0)
                line += [(pad, ""), *piece] if column.right else [*piece, (pad, "")]
                line.append((" " * GAP, ""))
            self.lines.append(_stripped(line))

    def _stacked(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Inline]], indent: int
    ) -> None:
        label = 2 + max(self.measure(column.title) for column in columns)
        for position, row in enumerate(rows):
            if position:
                self.blank()
            self.para(row[0], indent)
            for column, cell in zip(columns[1:], row[1:], strict=True):
                self.field(column.title, cell, label, indent + 2)

    def text(self) -> str:
        """The page without styles."""
        return "".join(f"{plain(_stripped(line))}\n" for line in self.lines)


def _quiet(inline: Inline) -> list[Span]:
    return [(text, style or "quiet") for text, style in spans(inline)]


def _after(inline: Inline, line: Sequence[Span]) -> list[Span]:
    """What is left of a text after its first line."""
    taken = len(plain(line))
    left: list[Span] = []
    for text, style in spans(inline):
        if taken >= len(text):
            taken -= len(text)
            continue
        left.append((text[taken:], style))
        taken = 0
    if left:
        left[0] = (left[0][0].lstrip(" \n"), left[0][1])
    return left


def _stripped(line: Sequence[Span]) -> list[Span]:
    kept = list(line)
    while kept and not kept[-1][0].strip(" "):
        kept.pop()
    if kept:
        kept[-1] = (kept[-1][0].rstrip(" "), kept[-1][1])
    return kept
