"""Reads reports back: cells, paragraphs, pages, entries; and works a workbook out again with LibreOffice."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl  # type: ignore[import-untyped]  # carries no types
import pypdf
import pytest
import typst
from docx.oxml.ns import qn
from icalendar import Calendar

from huice import Corpus, Result, compare, evaluate
from huice.evaluate import Comparison
from huice.reports import FORMATS, typeset
from tests.evaluate.profiles import GOLDEN, load_yaml

FIRST = 5
"""The first row below the column titles of a sheet."""
PERSONAS = {
    f"{persona['id']}/{variant['id']}": (persona["title"], variant["profile"])
    for persona in (load_yaml(path) for path in sorted((GOLDEN / "personas").glob("*.yaml")))
    for variant in persona["variants"]
}
HAZARDS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "{{7*7}}",
    '#import "evil.typ"',
    '#eval("1") $x$ *b* _i_ \\ `raw` <label>',
    "<script>alert(1)</script>",
    "&lt;b&gt; & \"quotes\" 'apostrophes'",
    '=HYPERLINK("http://evil.example")',
)
"""What a spreadsheet, a typesetter or a browser might obey."""
_XCU = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item
oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
oor:op="fuse"><value>0</value></prop></item></oor:items>"""
_RESULTS: dict[tuple[str, str, str], tuple[Result, Comparison]] = {}


def has_chinese_font() -> bool:
    """Whether a PDF can be set here."""
    try:
        typeset.chinese(typst.Fonts().families())
    except typeset.NoChineseFont:
        return False
    return True


HAS_FONT = has_chinese_font()
needs_font = pytest.mark.skipif(
    not HAS_FONT, reason="no Chinese font is installed (Debian: fonts-noto-cjk), which a PDF needs"
)


def formats(*names: str) -> list[Any]:
    """The formats as parameters of a test; a PDF is left out, with the reason, where no font is."""
    return [pytest.param(name, marks=needs_font) if name == "pdf" else name for name in names]


READY = [name for name in FORMATS if name != "pdf" or HAS_FONT]
"""The formats that can be made here."""
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="soffice (Debian: libreoffice-calc) is not installed; it works the formulas out again",
)


def of_persona(name: str, corpus: Corpus, lang: str = "zh") -> tuple[Result, Comparison]:
    """The result of a persona where it is, and at every place."""
    key = (name, lang, corpus.digest)
    if key not in _RESULTS:
        title, profile = PERSONAS[name]
        named = {**profile, "name": title[lang]}
        _RESULTS[key] = (evaluate(named, corpus), compare(named, corpus))
    return _RESULTS[key]


def book(data: bytes, *, values: bool = True) -> Any:
    """A workbook as it is stored: the values its formulas were last worked out to, or the formulas."""
    return openpyxl.load_workbook(BytesIO(data), data_only=values, rich_text=False)


def rows(sheet: Any) -> Iterator[list[Any]]:
    """The cells of a sheet below its column titles."""
    for row in sheet.iter_rows(min_row=FIRST):
        yield list(row)


def recomputed(files: Mapping[str, bytes], folder: Path) -> dict[str, Any]:
    """The workbooks with every formula worked out anew by LibreOffice."""
    user, source, out = folder / "office", folder / "in", folder / "out"
    (user / "user").mkdir(parents=True, exist_ok=True)
    (user / "user" / "registrymodifications.xcu").write_text(_XCU, encoding="utf-8")
    source.mkdir(exist_ok=True)
    paths = []
    for name, data in files.items():
        path = source / f"{name.replace('/', '_')}.xlsx"
        path.write_bytes(data)
        paths.append(str(path))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={user.as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", str(out), *paths],
        check=True, capture_output=True, timeout=900,
    )  # fmt: skip
    return {
        name: openpyxl.load_workbook(out / f"{name.replace('/', '_')}.xlsx", data_only=True)
        for name in files
    }


def docx_text(data: bytes) -> str:
    """All text of a Word file: paragraphs and cells, headers and footers."""
    document = docx.Document(BytesIO(data))
    body = document.element.body
    parts = ["".join(piece.text or "" for piece in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
    for section in document.sections:
        parts += [paragraph.text for paragraph in section.header.paragraphs]
    return "\n".join(parts)


def pdf_text(data: bytes) -> str:
    """All text of a PDF file."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)


def solid(text: str) -> str:
    """The text without white space: lines of a page end anywhere."""
    return re.sub(r"\s+", "", text)


def entries(data: bytes) -> list[Any]:
    """The events of a calendar file."""
    return list(Calendar.from_ical(data).walk("VEVENT"))


def amount(cell: Any) -> Decimal | None:
    """The amount in a cell; None where it says in words that there is none."""
    return None if isinstance(cell, str) or cell is None else Decimal(repr(cell))


def chinese(text: str) -> list[str]:
    """The runs of Chinese characters in a text."""
    return re.findall(r"[\u3400-\u9fff]+", text)
