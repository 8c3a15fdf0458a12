"""The report as a Word document: cover, a page of conclusions, measure by measure, what is to confirm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import docx as python_docx
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from huice.evaluate.compare import Comparison
from huice.evaluate.result import Result
from huice.language.text import Text
from huice.reports import words
from huice.reports.ooxml import (
    bottom_rule,
    clean,
    east_asian,
    keep_whole,
    page_number,
    repeat,
    ruled,
    shade,
    shade_run,
    side_rule,
    start_at_one,
    without_time,
)
from huice.reports.story import Item, Story, corpus_line, story

BODY, HEADING, FALLBACK = "仿宋", "黑体", "Times New Roman"
"""Names of fonts, none embedded: a machine without them takes its own Chinese font."""
BLUE, GREY, RED = RGBColor(0x16, 0x77, 0xC8), RGBColor(0x5F, 0x6B, 0x76), RGBColor(0xC0, 0, 0)
STAND_INS = (
    '<w:font w:name="仿宋"><w:altName w:val="FangSong"/></w:font>'
    '<w:font w:name="黑体"><w:altName w:val="SimHei"/></w:font>'
)
SMALL = 8
"""Rows up to which a table is kept on one page."""
WIDTH = 15.6
"""Centimetres between the margins of A4 as GB/T 9704 sets them."""

TITLES: dict[str, Text] = {
    "report": Text("政策测算报告", "Policy calculation report"),
    "conclusion": Text("一、测算结论", "1. Conclusion"),
    "measures": Text("二、逐项测算", "2. Measure by measure"),
    "open": Text("三、待确认清单", "3. To confirm"),
    "dates": Text("四、本企业日期", "4. Dates of the firm"),
    "places": Text("五、各地对比", "5. Places side by side"),
    "refused": Text("六、不符合的事项", "6. Measures that do not apply"),
    "statement": Text("七、依据与声明", "7. Sources and statement"),
}


def docx(
    result: Result, comparison: Comparison | None = None, lang: str = "zh", code: str = ""
) -> bytes:
    """The report; `code` is the unified social credit code for the cover, if given."""
    writer = _Writer(story(result, comparison, lang, code))
    writer.write(result)
    return writer.bytes()


class _Writer:
    """Sets a story in Word."""

    def __init__(self, told: Story) -> None:
        self.told, self.lang = told, told.lang
        self.doc: Any = python_docx.Document()
        self._ids: dict[str, str] = {}
        self._styles()

    def say(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh

    def bytes(self) -> bytes:
        out = BytesIO()
        self.doc.save(out)
        return without_time(out.getvalue())

    def write(self, result: Result) -> None:
        """The parts in their order."""
        as_of = result.profile.as_of
        told, core = self.told, self.doc.core_properties
        core.title, core.author, core.comments = TITLES["report"][self.lang], "huice", ""
        core.created = core.modified = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001
        core.last_modified_by, core.revision = "huice", 1
        line = corpus_line(result.corpus, as_of.isoformat(), self.lang)
        self._cover(line)
        self._conclusion()
        self._measures()
        self._asks()
        self._dates()
        if told.places:
            self._places()
        if told.refused:
            self._refused()
        self._statement(line)

    # --- styles ---------------------------------------------------------------------------------------

    def _styles(self) -> None:
        section = self.doc.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.top_margin, section.bottom_margin = Cm(3.0), Cm(2.6)
        section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
        section.header_distance, section.footer_distance = Cm(1.6), Cm(1.5)
        body = Pt(12) if self.lang == "zh" else Pt(11)
        self._font("Normal", BODY, body)
        normal = self.doc.styles["Normal"].paragraph_format
        normal.line_spacing, normal.space_after = (1.35 if self.lang == "zh" else 1.25), Pt(3)
        for level, size in ((1, 16), (2, 14), (3, 12.5)):
            self._font(f"Heading {level}", HEADING, Pt(size), bold=level < 3)  # noqa: PLR2004
            style = self.doc.styles[f"Heading {level}"]
            style.font.color.rgb = RGBColor(0, 0, 0)
            style.paragraph_format.space_before = Pt(18 if level == 1 else 12)
            style.paragraph_format.space_after = Pt(6)
            style.paragraph_format.keep_with_next = True
        self._font("Title", HEADING, Pt(30), bold=True)
        self.doc.styles["Title"].font.color.rgb = BLUE
        self._plain_title()
        self._languages()
        for name, font, size in (
            ("Small", BODY, 10),
            ("Cell", BODY, 10),
            ("Close", BODY, 11),
            ("Quote text", BODY, 11),
        ):
            self.doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            self._font(name, font, Pt(size))
            form = self.doc.styles[name].paragraph_format
            form.line_spacing, form.space_after = 1.15, Pt(1)
        quote = self.doc.styles["Quote text"].paragraph_format
        quote.left_indent, quote.right_indent = Cm(0.7), Cm(0.3)
        quote.space_before = quote.space_after = Pt(4)

    def _plain_title(self) -> None:
        """No rule under the title, as Word's own style has."""
        border = self.doc.styles["Title"].element.pPr.find(qn("w:pBdr"))
        if border is not None:
            border.getparent().remove(border)

    def _languages(self) -> None:
        """Chinese punctuation as it is set on the mainland; names of fonts that stand in for ours."""
        for found in self.doc.styles.element.iter(qn("w:lang")):
            found.set(qn("w:eastAsia"), "zh-CN")
        for part in self.doc.part.package.iter_parts():
            if str(part.partname).endswith("fontTable.xml"):
                part._blob = part.blob.replace(b"</w:fonts>", STAND_INS.encode() + b"</w:fonts>")  # noqa: SLF001

    def _font(self, name: str, font: str, size: Any, *, bold: bool = False) -> None:
        style = self.doc.styles[name]
        style.font.name, style.font.size, style.font.bold = FALLBACK, size, bold
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
        fonts.set(qn("w:hAnsi"), FALLBACK)
        if self.lang == "zh":
            fonts.set(qn("w:hint"), "eastAsia")  # quotation marks and dashes are full width

    # --- pieces ---------------------------------------------------------------------------------------

    def styled(self, paragraph: Any, style: str) -> Any:
        """The paragraph in a style; python-docx itself looks all styles through at each paragraph."""
        if style not in self._ids:
            self._ids[style] = self.doc.styles[style].style_id
        paragraph._p.style = self._ids[style]  # noqa: SLF001
        return paragraph

    def bracketed(self, text: str) -> str:
        """A text in brackets after another, or nothing."""
        return self.say(f"（{text}）", f" ({text})") if text else ""

    def para(self, text: str, style: str = "Normal", *, indent: bool = False) -> Any:
        made = self.styled(self.doc.add_paragraph(), style)
        made.add_run(clean(text))
        if indent and self.lang == "zh":
            made.paragraph_format.first_line_indent = Pt(24)
        return made

    def head(self, text: str, level: int) -> Any:
        return self.styled(self.doc.add_paragraph(clean(text)), f"Heading {level}")

    def label(self, label: str, text: str, style: str = "Normal") -> Any:
        made = self.styled(self.doc.add_paragraph(), style)
        run = made.add_run(label + self.say("：", ": "))
        run.bold = True
        east_asian(run, HEADING)
        made.add_run(clean(text))
        return made

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[float],
        right: Sequence[int] = (),
    ) -> Any:
        listed = [tuple(row) for row in rows]
        made = self.doc.add_table(rows=1 + len(listed), cols=len(head))
        made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        ruled(made)
        for column, width in enumerate(widths):
            made.columns[column].width = Cm(width)
        grid, lines = made._cells, list(made.rows)  # noqa: SLF001  # rows[i].cells[j] walks the table anew
        for number, cells in enumerate((tuple(head), *listed)):
            own = grid[number * len(head) : (number + 1) * len(head)]
            keep = number < len(listed) <= SMALL
            for column, (cell, text) in enumerate(zip(own, cells, strict=True)):
                cell.width = Cm(widths[column])
                paragraph = cell.paragraphs[0]
                self.styled(paragraph, "Cell")
                if keep:
                    paragraph.paragraph_format.keep_with_next = True
                run = paragraph.add_run(clean(text))
                if column in right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                if number == 0:
                    run.bold = True
                    east_asian(run, HEADING)
                    shade(cell, "EAF3FB")
            keep_whole(lines[number])
        repeat(lines[0])
        self.styled(self.doc.add_paragraph(), "Small")
        return made

    # --- parts ----------------------------------------------------------------------------------------

    def _cover(self, line: str) -> None:
        told = self.told
        for _ in range(5):
            self.doc.add_paragraph()
        title = self.styled(self.doc.add_paragraph(TITLES["report"][self.lang]), "Title")
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for _ in range(2):
            self.doc.add_paragraph()
        if told.firm:
            firm = self.para(told.firm)
            firm.alignment = WD_ALIGN_PARAGRAPH.CENTER
            firm.runs[0].font.size = Pt(20)
            east_asian(firm.runs[0], HEADING)
        for _ in range(6):
            self.doc.add_paragraph()
        facts = [
            (self.say("统一社会信用代码", "Unified social credit code"), told.code),
            (self.say("地　　点", "Place"), told.place),
            (self.say("测算日期", "As of"), told.as_of),
            (self.say("申报年度", "Claim years"), told.claim_years),
            (self.say("规则版本", "Rules"), f"{told.version} · {told.digest}"),
        ]
        made = self.doc.add_table(rows=0, cols=2)
        made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        made.columns[0].width, made.columns[1].width = Cm(5.2), Cm(8.6)
        for name, value in facts:
            if value:
                cells = made.add_row().cells
                cells[0].width, cells[1].width = Cm(5.2), Cm(8.6)
                cells[0].paragraphs[0].add_run(name).font.color.rgb = GREY
                cells[1].paragraphs[0].add_run(clean(value))
        section = self.doc.add_section(WD_SECTION.NEW_PAGE)
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        header = section.header.paragraphs[0]
        header.style = self.doc.styles["Small"]
        header.add_run(line).font.color.rgb = GREY
        header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        bottom_rule(header)
        footer = section.footer.paragraphs[0]
        footer.style = self.doc.styles["Small"]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        footer.add_run("— ")
        page_number(footer)
        footer.add_run(" —")
        small = self.styled(section.footer.add_paragraph(), "Small")
        small.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = small.add_run(told.disclaimer)
        run.font.size, run.font.color.rgb = Pt(7.5), GREY
        start_at_one(section)

    def _conclusion(self) -> None:
        told = self.told
        self.head(TITLES["conclusion"][self.lang], 1)
        rows = [
            (words.CERTAIN[self.lang], told.certain, words.CERTAIN_MEANS[self.lang]),
            (words.CEILING[self.lang], told.ceiling, words.CEILING_MEANS[self.lang]),
        ]
        self.table(
            (self.say("金额", "Figure"), self.say("合计", "Total"), self.say("含义", "Meaning")),
            rows, (4.0, 4.6, 7.0), right=(1,),
        )  # fmt: skip
        counts = self.say("，", ", ").join(
            f"{name} {count} 项" if self.lang == "zh" else f"{name}: {count}"
            for name, count in told.counts
            if count != "0"
        )
        for sentence in (counts + self.say("。", "."), *told.conclusions):
            self.para(sentence, "Close", indent=True)
        stated = [item for group in told.groups for item in group.items if group.key != "expired"]
        if stated:
            self.table(
                (
                    self.say("事项", "Measure"), self.say("状态", "Status"), words.CERTAIN[self.lang],
                    words.CEILING[self.lang], words.CLAUSE_CAP[self.lang],
                ),
                [
                    (f"{item.number}. {item.title}", item.short, item.certain, item.ceiling, item.cap)
                    for item in stated
                ],
                (7.0, 1.8, 2.2, 2.4, 2.2) if self.lang == "zh" else (4.8, 1.6, 3.0, 3.2, 3.0),
                right=(2, 3, 4),
            )  # fmt: skip
        else:
            self.para(
                self.say(
                    "按所填事实，没有符合、待裁量或待确认的事项。",
                    "On the facts given no measure is eligible, discretionary or to be confirmed.",
                ),
                indent=True,
            )

    def _measures(self) -> None:
        if not self.told.groups:
            return
        self.head(TITLES["measures"][self.lang], 1).paragraph_format.page_break_before = True
        for group in self.told.groups:
            count = self.say(f"（{len(group.items)} 项）", f" ({len(group.items)})")
            self.head(group.name + count, 2)
            for item in group.items:
                self._item(item)

    def _item(self, item: Item) -> None:
        self.head(f"{item.number}. {item.title}", 3)
        about = self.para(f"{item.level} · {item.gives} · {item.id}", "Small")
        about.runs[0].font.color.rgb = GREY
        about.paragraph_format.keep_with_next = True
        comma = self.say("，", "; ")
        figures = [
            f"{words.CERTAIN[self.lang]} {item.certain}",
            f"{words.CEILING[self.lang]} {item.ceiling}",
            f"{words.CLAUSE_CAP[self.lang]} {item.cap}",
        ]
        if item.reason:
            self.label(self.say("原因", "Reason"), item.reason)
        else:
            told = f"{item.status}{self.say('。', '. ')}{comma.join(figures)}{self.say('。', '.')}"
            made = self.label(self.say("结论", "Conclusion"), told)
            made.paragraph_format.keep_with_next = True
        for formula in item.formulas:
            made = self.label(self.say("算式", "Formula"), formula)
            made.paragraph_format.keep_with_next = True
        if item.lines:
            self._lines(item)
        self._quote(item)
        if item.conditions:
            self.label(self.say("条件", "Conditions"), "").paragraph_format.keep_with_next = True
            self.table(
                (self.say("核对", "Holds"), self.say("条件", "Condition"), self.say("规则", "Rule")),
                [
                    (check.holds, check.label, check.says + self.bracketed(check.whose))
                    for check in item.conditions
                ],
                (2.0, 5.4, 8.2),
            )  # fmt: skip
        semicolon = self.say("；", "; ")
        if item.judged:
            self.label(
                self.say("另须主管部门判断", "For the authority"), semicolon.join(item.judged)
            )
        if item.missing:
            self.label(self.say("待确认", "To confirm"), self.say("、", "; ").join(item.missing))
        if item.days:
            told = semicolon.join(f"{day.day}{self.say('：', ': ')}{day.says}" for day in item.days)
            self.label(self.say("时限", "Dates"), told)
        for reading in item.readings:
            if not reading.default:
                self.label(
                    self.say("采用读法", "Reading taken"), f"{reading.asks} {reading.chosen}"
                )
        for caution in item.cautions:
            source = f"{caution.title} {caution.date}"
            self.label(
                self.say("核对提示", "Caution"),
                f"{caution.says}（{source}）"
                if self.lang == "zh"
                else f"{caution.says} (“{source}”)",
                "Small",
            )

    def _lines(self, item: Item) -> None:
        """Base, rate, cap and amount of each step."""
        several = any(line.year for line in item.lines)
        head = [
            self.say("步骤", "Step"),
            self.say("说明", "What it does"),
            words.CERTAIN[self.lang],
            self.say("上限", "Ceiling"),
        ]
        widths = [2.0, 7.2, 3.2, 3.2]
        rows = []
        for line in item.lines:
            says = self.say("，", ", ").join(part for part in (line.whose, line.label) if part)
            row = [words.STEPS[line.kind][self.lang], says, line.low, line.high]
            if several:
                row.insert(0, line.year)
            rows.append(row)
        if several:
            head.insert(0, self.say("年度", "Year"))
            widths = [2.3, 1.8, 5.3, 3.1, 3.1]
        last = len(head) - 1
        self.table(head, rows, widths, right=(last - 1, last))

    def _quote(self, item: Item) -> None:
        made = self.styled(self.doc.add_paragraph(), "Quote text")
        side_rule(made)
        made.add_run(self.say("原文：“", "Text: “"))
        for piece in item.quote:
            run = made.add_run(piece.text)
            if piece.marked:
                run.bold, run.font.color.rgb = True, RED
                shade_run(run)
        made.add_run(self.say(f"”——{item.document}", f"” ({item.document})"))
        if item.translation:
            translated = self.styled(self.doc.add_paragraph(), "Quote text")
            side_rule(translated)
            run = translated.add_run(f"Translation: {item.translation}")
            run.italic = True

    def _asks(self) -> None:
        self.head(TITLES["open"][self.lang], 1)
        if not self.told.asks:
            self.para(self.say("没有待确认的事实。", "Nothing is left to confirm."), indent=True)
            return
        self.para(
            self.say(
                "请企业逐项答复；不清楚的可留空。",
                "For the firm to answer; leave blank what is not known.",
            ),
            indent=True,
        )
        rows = [
            (ask.number, ask.question + self.bracketed(ask.whose), ask.stake, "")
            for ask in self.told.asks
        ]
        self.table(
            (
                self.say("序号", "No."), self.say("问题", "Question"),
                self.say("影响的金额", "At stake"), self.say("答复", "Answer"),
            ),
            rows, (1.2, 7.4, 3.2, 3.8),
        )  # fmt: skip

    def _dates(self) -> None:
        self.head(TITLES["dates"][self.lang], 1)
        if not self.told.days:
            self.para(
                self.say(
                    "没有可由事实和规则推算的日期。",
                    "No date follows from the facts and the rules.",
                ),
                indent=True,
            )
            return
        self.para(
            self.say(
                "由本企业事实和规则推算；申报窗口以主管部门通知为准，不作推测。",
                "Worked out from this firm's facts and the rules; windows of application are not guessed.",
            ),
            indent=True,
        )
        self.table(
            (self.say("日期", "Day"), self.say("事项或文件", "Measure or document"), self.say("说明", "Why")),
            [(day.day, day.title, day.says) for day in self.told.days], (3.4, 4.8, 7.4),
        )  # fmt: skip

    def _places(self) -> None:
        self.head(TITLES["places"][self.lang], 1)
        self.para(self.told.alternatives, indent=True)
        rows = []
        for row in self.told.places:
            name = f"{row.scenario} · {row.place}" if self.told.scenarios else row.place
            rows.append(
                (
                    name,
                    row.certain,
                    row.ceiling,
                    row.eligible,
                    row.discretionary,
                    row.unknown,
                    row.unstated,
                )
            )
        self.table(
            (
                self.say("地点", "Place"), words.CERTAIN[self.lang], self.say("上限", "Ceiling"),
                self.say("符合", "Eligible"), self.say("待裁量", "Judged"), self.say("待确认", "Open"),
                self.say("金额未公布", "Not stated"),
            ),
            rows, (4.6, 2.4, 2.8, 1.4, 1.5, 1.5, 1.6), right=(1, 2, 3, 4, 5, 6),
        )  # fmt: skip

    def _refused(self) -> None:
        self.head(TITLES["refused"][self.lang], 1)
        self.table(
            (self.say("事项", "Measure"), self.say("原因", "Reason")), self.told.refused, (6.0, 9.6)
        )
        if self.told.away:
            self.para(self.told.away, "Small")

    def _statement(self, line: str) -> None:
        self.head(TITLES["statement"][self.lang], 1)
        if self.told.documents:
            self.table(
                (self.say("文件", "Document"), self.say("适用地", "Place"), self.say("期限", "Period")),
                self.told.documents, (8.4, 3.2, 4.0),
            )  # fmt: skip
        if self.told.away and not self.told.refused:
            self.para(self.told.away, indent=True)
        self.para(self.told.disclaimer, indent=True)
        self.para(line, "Small").runs[0].font.color.rgb = GREY
