"""One result as a file: workbook, Word, PDF, calendar, CSV, JSON. Pure: the same result, the same bytes.

>>> import huice, huice.reports
>>> result = huice.evaluate({"as_of": "2025-06-30", "org": {"place": "shenzhen"}})
>>> huice.reports.FORMATS["csv"].render(result).decode("utf-8-sig").splitlines()[0][:10]
'事项编号,事项,层级'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import cast

from msgspec import Struct

from huice.evaluate.compare import Comparison
from huice.evaluate.result import Result
from huice.language.text import Fault, Text
from huice.reports.dates import Event, coming, dates

__all__ = ["FORMATS", "Event", "Format", "coming", "credit_code", "dates", "workbook"]


class Format(Struct, frozen=True):
    """A kind of file. `where` names the function that makes it; its libraries are loaded when it is used."""

    name: str
    media_type: str
    suffix: str
    title: Text
    says: Text
    where: str

    def render(
        self,
        result: Result,
        comparison: Comparison | None = None,
        lang: str = "zh",
        code: str = "",
    ) -> bytes:
        """The file. `code` is the firm's unified social credit code, for the cover."""
        return _function(self.where)(result, comparison, lang, code)


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ".xlsx",
            Text("Excel 工作簿", "Excel workbook"),
            Text("逐项明细，公式可改可核", "every measure, with live formulas"),
            "huice.reports.excel:xlsx",
        ),
        Format(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".docx",
            Text("Word 报告", "Word report"),
            Text("政策测算报告，可修改", "the report, to be edited"),
            "huice.reports.word:docx",
        ),
        Format(
            "pdf",
            "application/pdf",
            ".pdf",
            Text("PDF 报告", "PDF report"),
            Text("政策测算报告，可打印存档", "the report, to be printed and kept"),
            "huice.reports.typeset:pdf",
        ),
        Format(
            "ics",
            "text/calendar; charset=utf-8",
            ".ics",
            Text("日历", "Calendar"),
            Text("本企业的日期，带提醒", "the firm's own dates, with reminders"),
            "huice.reports.ical:ics",
        ),
        Format(
            "csv",
            "text/csv; charset=utf-8",
            ".csv",
            Text("CSV 表格", "CSV table"),
            Text("每项一行", "a row for each measure"),
            "huice.reports.data:csv",
        ),
        Format(
            "json",
            "application/json",
            ".json",
            Text("JSON 数据", "JSON data"),
            Text("全部结果，供程序读取", "the whole result, for programs"),
            "huice.reports.data:json",
        ),
    )
}


def workbook(results: Iterable[Result], lang: str = "zh") -> bytes:
    """Many results in one workbook: a row for each client and place, a row for each measure."""
    return _function("huice.reports.batch:workbook")(results, lang)


def _function(where: str) -> Callable[..., bytes]:
    module, _, name = where.partition(":")
    return cast("Callable[..., bytes]", getattr(import_module(module), name))


_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CODE_LENGTH = 18


def credit_code(text: str) -> str:
    """A unified social credit code (统一社会信用代码) in its normal form, its check digit tested.

    Raises `Fault` for anything else. An empty text stays empty.
    """
    code = text.strip().upper()
    if not code:
        return ""
    if len(code) != _CODE_LENGTH or any(sign not in _SIGNS for sign in code):
        raise Fault(
            f"“{text}”不是统一社会信用代码：应为 18 位数字和大写字母（不含 I、O、S、V、Z）",
            f"“{text}” is no unified social credit code: 18 digits and capitals (no I, O, S, V, Z)",
        )
    pairs = zip(code[:-1], _WEIGHTS, strict=True)
    check = -sum(_SIGNS.index(sign) * weight for sign, weight in pairs) % len(_SIGNS)
    if _SIGNS[check] != code[-1]:
        raise Fault(
            f"统一社会信用代码“{text}”的校验位不对，请核对",
            f"the check digit of the unified social credit code “{text}” is wrong",
        )
    return code
