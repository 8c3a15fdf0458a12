"""What python-docx has no word for: rules, shades, page numbers, an archive without a time."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

STAMP = (1980, 1, 1, 0, 0, 0)


def clean(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return "".join(char for char in text if char >= " " or char in "\n\t")


def east_asian(run: Any, font: str) -> None:
    """The font of Chinese characters."""
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001


def _element(tag: str, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _before(parent: Any, element: Any, *later: str) -> None:
    """Puts an element where the format wants it: before those that come later."""
    found = [child for child in parent if child.tag in {qn(name) for name in later}]
    if found:
        found[0].addprevious(element)
    else:
        parent.append(element)


def ruled(table: Any) -> None:
    """Fine horizontal rules, as a set table has them."""
    borders = _element("w:tblBorders")
    for side, size, colour in (
        ("top", "8", "1677C8"), ("bottom", "8", "1677C8"), ("insideH", "4", "C9D6E2"),
    ):  # fmt: skip
        borders.append(_element(f"w:{side}", val="single", sz=size, space="0", color=colour))
    _before(table._tbl.tblPr, borders, "w:tblLayout", "w:tblCellMar", "w:tblLook")  # noqa: SLF001


def shade(cell: Any, colour: str) -> None:
    """A coloured ground under a cell."""
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=colour))  # noqa: SLF001


def shade_run(run: Any) -> None:
    """A yellow ground under a few words."""
    shade = _element("w:shd", val="clear", color="auto", fill="FFF3D6")
    run._element.get_or_add_rPr().append(shade)  # noqa: SLF001


def keep_whole(row: Any) -> None:
    """A row does not break across pages."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001


def repeat(row: Any) -> None:
    """A row that is repeated on each page."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001


def side_rule(paragraph: Any) -> None:
    """A blue rule to the left, as of a quotation."""
    borders = _element("w:pBdr")
    borders.append(_element("w:left", val="single", sz="18", space="8", color="1677C8"))
    _in_order(paragraph, borders)


def bottom_rule(paragraph: Any) -> None:
    """A fine rule below."""
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", val="single", sz="4", space="4", color="C9D6E2"))
    _in_order(paragraph, borders)


def _in_order(paragraph: Any, borders: Any) -> None:
    """Borders stand right after the style among the properties of a paragraph."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )


def page_number(paragraph: Any) -> None:
    """The number of the page, kept by the word processor."""
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        if kind:
            run._element.append(_element("w:fldChar", fldCharType=kind))  # noqa: SLF001
        else:
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run._element.append(instruction)  # noqa: SLF001


def start_at_one(section: Any) -> None:
    """A section that counts its pages from one."""
    number = _element("w:pgNumType", start="1")
    _before(section._sectPr, number, "w:cols", "w:titlePg", "w:docGrid")  # noqa: SLF001


def without_time(data: bytes) -> bytes:
    """The same archive with one fixed time, so that the same report is the same bytes."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            new.writestr(info, old.read(name))
    return out.getvalue()
