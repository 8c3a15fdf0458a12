"""A workbook with our look: sheets set up for A4, amounts as numbers, texts that are never formulas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any, Self

import xlsxwriter  # type: ignore[import-untyped]  # carries no types

from huice.evaluate.facts import Exact
from huice.evaluate.formula import spans_used
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import MeasureResult, Result, decimal
from huice.language.text import Text
from huice.reports import words
from huice.reports.dates import Event
from huice.reports.formulas import decimal_text
from huice.reports.story import pieces

LARGEST = 2**53
"""Fen: up to here a spreadsheet holds every amount exactly; beyond, it is written as text."""
ENDLESS = 1e99
FONT = {"zh": "微软雅黑", "en": "Calibri"}
BLUE, PALE, GREY, AMBER, RED, GREEN = (
    "#1677C8", "#EAF3FB", "#5F6B76", "#8A5A00", "#C00000", "#1E7B34"
)  # fmt: skip
STATUS_COLOUR = {
    Status.ELIGIBLE: GREEN,
    Status.DISCRETIONARY: BLUE,
    Status.UNKNOWN: AMBER,
    Status.EXPIRED: GREY,
    Status.INELIGIBLE: GREY,
}
SHEETS: dict[str, Text] = {
    "summary": Text("汇总", "Summary"),
    "measures": Text("明细", "Measures"),
    "inputs": Text("输入", "Inputs"),
    "workings": Text("计算", "Workings"),
    "conditions": Text("条件", "Conditions"),
    "open": Text("待确认", "To confirm"),
    "calendar": Text("日历", "Calendar"),
    "places": Text("五城对比", "Places"),
    "readings": Text("读法与假设", "Readings"),
    "cautions": Text("核对提示", "Cautions"),
    "version": Text("版本", "Version"),
    "clients": Text("客户", "Clients"),
}
LINE, TALLEST = 14, 400
"""Points: the height of a line of text, and of the tallest row."""
HEADER_ROW = 3
"""The row of the column titles of every sheet with a table, from 0."""

Column = tuple[Text, float]
"""A title and a width."""


class Book:
    """A workbook with our formats; a table is a list of columns and rows that write themselves."""

    def __init__(self, lang: str, line: str, created: datetime, title: str) -> None:
        self.lang, self.line = lang, line
        self.out = BytesIO()
        self.book = xlsxwriter.Workbook(
            self.out,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.book.set_properties({"title": title, "created": created, "comments": line})
        self.book.set_calc_mode("auto")
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._widths: Sequence[float] = ()
        self._lines: dict[int, int] = {}

    def bytes(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self.out.getvalue()

    def say(self, zh: str, en: str) -> str:
        """The text in the language of the workbook."""
        return en if self.lang == "en" else zh

    def format(self, **style: Any) -> Any:
        """A format, one for each style."""
        base = {"font_name": FONT[self.lang], "font_size": 10, "valign": "top"}
        wanted = {**base, **style}
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(wanted)
        return self._formats[key]

    @property
    def money(self) -> str:
        """How an amount is shown."""
        return self.say('#,##0.00" 元"', '#,##0.00" yuan"')

    @property
    def open_money(self) -> str:
        """Money, with words for a figure without bound."""
        word = self.say("未填", "not given")
        return f'[>=1E+50]"{word}";#,##0.00'

    def sheet(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        note: str = "",
        *,
        frozen: int = 1,
        fit: bool = True,
    ) -> Any:
        """A sheet with its title, a note and a row of column titles, set up for A4 landscape."""
        sheet = self.book.add_worksheet(SHEETS[name][self.lang])
        self._widths, self._lines = [width for _, width in columns], {}
        sheet.hide_gridlines(2)
        sheet.set_row(0, 22)
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=14, font_color=BLUE))
        sheet.write_string(1, 0, note or self.line, self.format(font_color=GREY))
        head = self.format(
            bold=True, bg_color=BLUE, font_color="#FFFFFF", text_wrap=True, valign="vcenter",
            border=1, border_color="#FFFFFF",
        )  # fmt: skip
        for position, (text, width) in enumerate(columns):
            sheet.set_column(position, position, width)
            sheet.write_string(HEADER_ROW, position, text[self.lang], head)
        sheet.set_row(HEADER_ROW, 30)
        sheet.freeze_panes(HEADER_ROW + 1, frozen)
        self.page(sheet, fit=fit)
        sheet.repeat_rows(HEADER_ROW)
        return sheet

    def page(self, sheet: Any, *, fit: bool = True) -> None:
        """A4 landscape, with version and statement on every page."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
        sheet.set_header(
            f"&L&9{_ampersands(self.say('惠策 政策测算', 'huice'))}&R&9{_ampersands(self.line)}"
        )
        page = self.say("第 &P 页，共 &N 页", "Page &P of &N")
        sheet.set_footer(f"&L&8{_ampersands(words.DISCLAIMER[self.lang])}&R&9{page}")
        if fit:
            sheet.fit_to_pages(1, 0)

    def finish(self, sheet: Any, rows: int, columns: int, *, printed: int = 0) -> None:
        """Filter and print area (the first columns), once the rows are known."""
        last = HEADER_ROW + max(rows, 1)
        for row, lines in self._lines.items():
            if lines > 1:
                sheet.set_row(row, min(LINE * lines + 4, TALLEST))
        sheet.print_area(0, 0, last, (printed or columns) - 1)
        if rows:
            sheet.autofilter(HEADER_ROW, 0, last, columns - 1)

    def text(self, sheet: Any, row: int, column: int, text: str, **style: Any) -> None:
        """A text as it stands, whatever it begins with: never a formula, a number or a link."""
        style = {"text_wrap": True, **style}
        sheet.write_string(row, column, text, self.format(**style))
        if style["text_wrap"]:
            self._grow(row, column, text)

    def _grow(self, row: int, column: int, text: str) -> None:
        """Keeps how many lines a row needs: not every program works that out when it opens a file."""
        if row > HEADER_ROW and column < len(self._widths):
            room = max(int(self._widths[column]) - 1, 1)
            lines = sum(max(1, -(-display_width(part) // room)) for part in text.split("\n"))
            self._lines[row] = max(self._lines.get(row, 1), lines)

    def rich(self, sheet: Any, row: int, column: int, one: MeasureResult, **style: Any) -> None:
        """The verbatim sentence; the numbers that the amount rests on stand out."""
        cell = self.format(text_wrap=True, **style)
        marked = self.format(bold=True, font_color=RED)
        plain = self.format()
        parts = pieces(one.measure.text, spans_used(one.steps))
        self._grow(row, column, one.measure.text)
        if len(parts) == 1:
            sheet.write_string(row, column, parts[0].text, cell)
            return
        written = [item for part in parts for item in (marked if part.marked else plain, part.text)]
        sheet.write_rich_string(row, column, *written, cell)

    def amount(
        self, sheet: Any, row: int, column: int, value: Exact | None, unstated: str, **style: Any
    ) -> None:
        """An amount as a number; what is not stated in words, never as 0."""
        if value is None:
            self.text(
                sheet, row, column, unstated, **{**style, "align": "right", "font_color": GREY}
            )
        elif not held_exactly(value):
            self.text(sheet, row, column, decimal(value) or "", **{**style, "align": "right"})
        else:
            style = {"num_format": self.money, **style}
            sheet.write_number(row, column, as_number(value), self.format(**style))

    def whole(self, sheet: Any, row: int, column: int, value: int | None, **style: Any) -> None:
        """A count."""
        if value is None:
            self.text(sheet, row, column, "—", align="right", **style)
        else:
            sheet.write_number(row, column, value, self.format(**style))

    def day(self, sheet: Any, row: int, column: int, event: Event) -> None:
        """The day of an event."""
        style = self.format(num_format="yyyy-mm-dd", align="left")
        moment = datetime(event.day.year, event.day.month, event.day.day)  # noqa: DTZ001  # a calendar day
        sheet.write_datetime(row, column, moment, style)


PLACE_COLUMNS: tuple[Column, ...] = (
    (Text("企业或方案", "Firm or scenario"), 26), (Text("地点", "Place"), 30), (words.CERTAIN, 18),
    (words.CEILING, 20), (Text("上限中条件已符合的", "of it, conditions met"), 20),
    (words.STATUS[Status.ELIGIBLE], 10), (words.STATUS[Status.DISCRETIONARY], 12),
    (words.STATUS[Status.UNKNOWN], 10), (words.STATUS[Status.EXPIRED], 10),
    (words.STATUS[Status.INELIGIBLE], 10), (Text("金额未公布", "Amount not stated"), 12),
)  # fmt: skip


def place_row(book: Book, sheet: Any, row: int, name: str, result: Result) -> None:
    """One firm at one place."""
    total = result.total
    book.text(sheet, row, 0, name)
    book.text(sheet, row, 1, words.place_name(result.corpus, result.place)[book.lang], bold=True)
    for column, value in enumerate((total.certain, total.ceiling, total.ceiling_of_eligible), 2):
        book.amount(sheet, row, column, value, "")
    for column, status in enumerate(Status, 5):
        book.whole(sheet, row, column, total.counts[status.value])
    unstated = sum(result.measure(id_).status in PAYING for id_ in total.unquantified)
    book.whole(sheet, row, 10, unstated)


def held_exactly(value: Exact) -> bool:
    """Whether a spreadsheet holds the amount to the fen."""
    return abs(Fraction(value)) * 100 <= LARGEST


class Written(float):
    """A number that is written into a file digit by digit as it is, not as the nearest binary fraction."""

    text: str

    def __new__(cls, value: Exact) -> Self:
        """The number of an exact value."""
        made = super().__new__(cls, float(value))
        made.text = decimal_text(value) or repr(float(value))
        return made

    def __format__(self, spec: str) -> str:
        """What is written."""
        return self.text


def as_number(value: Exact) -> float:
    """The number as a cell takes it: xlsxwriter formats it, and so writes its exact decimals."""
    return Written(value)


def cached(value: Exact | None) -> float:
    """What a formula cell shows before it is worked out; None is no bound."""
    return ENDLESS if value is None else as_number(value)


def _constant(formula: str) -> bool:
    return formula.replace(".", "").replace("/", "").lstrip("-").isdigit()


def _ampersands(text: str) -> str:
    """A text inside a header, where & begins a code."""
    return text.replace("&", "&&")


def display_width(text: str) -> int:
    """Columns that a text takes: two for a Chinese character."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)  # noqa: PLR2004  # where CJK begins
