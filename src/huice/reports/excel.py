"""The workbook of one result: every figure a number, every amount worked out again by live formulas."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from huice.evaluate.compare import Comparison
from huice.evaluate.formula import formulas
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import SCHEMA, MeasureResult, Result
from huice.language.text import Text
from huice.reports import words
from huice.reports.book import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    HEADER_ROW,
    PALE,
    PLACE_COLUMNS,
    RED,
    SHEETS,
    STATUS_COLOUR,
    Book,
    Column,
    as_number,
    display_width,
    held_exactly,
    place_row,
)
from huice.reports.dates import KINDS, coming
from huice.reports.sheet_workings import WorkingsSheets
from huice.reports.story import Condition, Story, corpus_line, story


def xlsx(
    result: Result, comparison: Comparison | None = None, lang: str = "zh", code: str = ""
) -> bytes:
    """The workbook of one result; with a comparison also its places side by side."""
    return _Workbook(result, comparison, lang, code).bytes()


class _Workbook(Book):
    """The workbook of one result."""

    def __init__(self, result: Result, comparison: Comparison | None, lang: str, code: str) -> None:
        as_of = result.profile.as_of
        self.result, self.comparison, self.corpus = result, comparison, result.corpus
        line = corpus_line(result.corpus, as_of.isoformat(), lang)
        title = Text("政策测算", "Policy calculation")[lang]
        super().__init__(lang, line, datetime(as_of.year, as_of.month, as_of.day), title)  # noqa: DTZ001
        self.story: Story = story(result, comparison, lang, code)
        self.summary()
        self.measures()
        sheets = WorkingsSheets(self, result)
        sheets.inputs()
        sheets.calculation()
        self.conditions()
        self.open_facts()
        self.calendar()
        if comparison is not None:
            self.places(comparison)
        self.readings()
        self.cautions()
        self.version()

    # --- the sheets -----------------------------------------------------------------------------------

    def summary(self) -> None:
        told, total, lang = self.story, self.result.total, self.lang
        sheet = self.book.add_worksheet(SHEETS["summary"][lang])
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 2, 22)
        sheet.set_column(3, 3, 62)
        sheet.write_string(
            0, 0, told.firm or self.say("政策测算", "Policy calculation"),
            self.format(bold=True, font_size=18, font_color=BLUE),
        )  # fmt: skip
        sheet.set_row(0, 28)
        row = 1
        facts = [
            (self.say("统一社会信用代码", "Unified social credit code"), told.code),
            (self.say("地点", "Place"), told.place),
            (self.say("测算日期", "As of"), told.as_of),
            (self.say("申报年度", "Claim years"), told.claim_years),
            (self.say("规则版本", "Rules"), f"{told.version} · {told.digest}"),
        ]
        for label, value in facts:
            if value:
                self.text(sheet, row, 0, label, font_color=GREY)
                sheet.merge_range(row, 1, row, 3, "", self.format())
                self.text(sheet, row, 1, value)
                row += 1
        row += 1
        head = {"bold": True, "bg_color": BLUE, "font_color": "#FFFFFF"}
        wan = self.say("万元", "10,000 yuan")
        for column, title in enumerate(
            (self.say("金额", "Amount"), self.say("元", "yuan"), wan, self.say("含义", "Meaning"))
        ):
            self.text(sheet, row, column, title, **head)
        figures = [
            (words.CERTAIN, total.certain, words.CERTAIN_MEANS),
            (words.CEILING, total.ceiling, words.CEILING_MEANS),
            (
                Text("上限中条件已符合的", "of it, conditions met"),
                total.ceiling_of_eligible,
                Text("状态为“符合”的事项之和", "of the measures that are eligible"),
            ),
            (
                Text("未去重相加", "added up without regard to overlap"),
                total.added_up,
                Text("未计择高、不重复，仅供对照", "before overlaps; for comparison only"),
            ),
        ]
        for name, figure, means in figures:
            row += 1
            bold = name in (words.CERTAIN, words.CEILING)
            style = {
                "bold": bold,
                "bottom": 1,
                "bottom_color": "#C9D6E2",
                "font_size": 12 if bold else 10,
            }
            self.text(sheet, row, 0, name[lang], **style)
            self.amount(sheet, row, 1, figure, "", **style)
            if held_exactly(figure):
                sheet.write_formula(
                    row, 2, f"=B{row + 1}/10000", self.format(num_format="#,##0.00##", **style),
                    as_number(Fraction(figure) / 10000),
                )  # fmt: skip
            else:
                self.text(sheet, row, 2, "—", align="right", **style)
            self.text(
                sheet,
                row,
                3,
                means[lang],
                **{**style, "bold": False, "font_color": GREY, "font_size": 10},
            )
        row += 2
        for column, title in enumerate((self.say("状态", "Status"), self.say("项数", "Measures"))):
            self.text(sheet, row, column, title, **head)
        for status in Status:
            row += 1
            self.text(
                sheet,
                row,
                0,
                words.STATUS[status][lang],
                font_color=STATUS_COLOUR[status],
                bold=True,
            )
            self.whole(sheet, row, 1, total.counts[status.value])
        row += 2
        for sentence in (*told.conclusions, told.away, told.disclaimer):
            if sentence:
                sheet.merge_range(row, 0, row, 3, "", self.format(text_wrap=True))
                self.text(
                    sheet,
                    row,
                    0,
                    sentence,
                    font_color=GREY if sentence == told.disclaimer else "#000000",
                )
                sheet.set_row(row, 15 * (1 + display_width(sentence) // 130))
                row += 1
        self.page(sheet)
        sheet.print_area(0, 0, row, 3)

    def measures(self) -> None:
        lang = self.lang
        columns: list[Column] = [
            (Text("状态", "Status"), 12), (Text("事项", "Measure"), 24), (Text("层级", "Level"), 14),
            (Text("形式", "Form"), 7), (words.CERTAIN, 16), (words.CEILING, 16),
            (words.CLAUSE_CAP, 16), (Text("年数", "Years"), 6),
            (Text("算式或原因", "Formula or reason"), 42), (Text("原文", "Text of the policy"), 46),
            (Text("文件", "Document"), 26), (Text("事项编号", "Id"), 30),
        ]  # fmt: skip
        if lang == "en":
            columns.insert(10, (Text("", "Translation"), 46))
        title = self.say("事项明细", "All measures")
        sheet = self.sheet("measures", title, columns, frozen=2)
        row = HEADER_ROW
        for one in self.result.of_status(*Status):
            row += 1
            measure, status = one.measure, words.status_word(one)[lang]
            colour = STATUS_COLOUR[one.status]
            self.text(sheet, row, 0, status, bold=True, font_color=colour)
            self.text(sheet, row, 1, measure.title[lang], bold=True)
            self.text(sheet, row, 2, words.level(self.corpus, measure)[lang])
            self.text(sheet, row, 3, words.GIVES[measure.gives][lang])
            self.amount(sheet, row, 4, one.certain, "")
            self.amount(sheet, row, 5, one.ceiling, words.why_unstated(one)[lang])
            self.amount(sheet, row, 6, one.clause_cap, words.NO_CAP[lang])
            self.whole(sheet, row, 7, one.years)
            self.text(sheet, row, 8, self._how(one))
            self.rich(sheet, row, 9, one)
            if lang == "en":
                self.text(sheet, row, 10, measure.quote["en"])
            document = words.titled(self.corpus.document(measure.document).title)
            self.text(sheet, row, len(columns) - 2, document[lang])
            self.text(sheet, row, len(columns) - 1, one.id, font_color=GREY)
        self.finish(sheet, row - HEADER_ROW, len(columns), printed=len(columns) - 1)

    def _how(self, one: MeasureResult) -> str:
        lines = [
            words.formula_line(formula.years, formula.says, one.years, self.lang)
            for formula in formulas(one, self.corpus)
        ]
        if one.missing:
            names = [words.gap_name(self.corpus, gap)[self.lang] for gap in one.missing]
            lines.append(self.say(f"待确认：{'、'.join(names)}", f"To confirm: {'; '.join(names)}"))
        if one.status in PAYING and one.rule.judged:
            judged = [text[self.lang] for text in one.rule.judged]
            lines.append(
                self.say(
                    f"由主管部门认定：{'、'.join(judged)}",
                    f"For the authority: {'; '.join(judged)}",
                )
            )
        return "\n".join([*lines, *([one.reason[self.lang]] if one.reason.zh else [])])

    # --- conditions, open facts, dates ------------------------------------------------------------------

    def conditions(self) -> None:
        lang = self.lang
        columns: list[Column] = [
            (Text("事项", "Measure"), 30), (Text("条件（原文）", "Condition (as translated)"), 34),
            (Text("是否满足", "Holds"), 12), (Text("对象", "Whose"), 16), (Text("规则", "Rule"), 54),
            (Text("缺少的事实", "Facts missing"), 34), (Text("文件", "Document"), 34),
        ]  # fmt: skip
        title = self.say("条件核对", "Conditions")
        sheet = self.sheet("conditions", title, columns)
        row = HEADER_ROW
        colours = {"met": GREEN, "open": AMBER, "failed": RED}
        items = [item for group in self.story.groups for item in group.items]
        for item in items:
            judged = [
                Condition("open", self.say("主管部门判断", "for the authority"), text, "", "", ())
                for text in item.judged
            ]
            for check in (*item.conditions, *judged):
                row += 1
                self.text(sheet, row, 0, item.title)
                self.text(sheet, row, 1, check.label)
                self.text(sheet, row, 2, check.holds, bold=True, font_color=colours[check.key])
                self.text(sheet, row, 3, check.whose)
                self.text(sheet, row, 4, check.says)
                self.text(sheet, row, 5, self.say("、", "; ").join(check.missing))
                self.text(sheet, row, 6, item.document)
        for one in self.result.of_status(Status.INELIGIBLE):
            if not one.here:
                continue
            document = words.titled(self.corpus.document(one.measure.document).title)[lang]
            for check_ in one.conditions:
                row += 1
                key = {True: "met", False: "failed", None: "open"}[check_.holds]
                self.text(sheet, row, 0, one.measure.title[lang])
                self.text(sheet, row, 1, check_.label[lang])
                self.text(
                    sheet,
                    row,
                    2,
                    words.HOLDS[check_.holds][lang],
                    bold=True,
                    font_color=colours[key],
                )
                self.text(sheet, row, 3, "")
                self.text(sheet, row, 4, check_.says[lang])
                self.text(sheet, row, 5, "")
                self.text(sheet, row, 6, document)
        self.finish(sheet, row - HEADER_ROW, len(columns))

    def open_facts(self) -> None:
        columns: list[Column] = [
            (Text("序号", "No."), 6), (Text("事实", "Fact"), 26), (Text("对象", "Whose"), 16),
            (Text("问题", "Question"), 48), (Text("说明", "Note"), 44),
            (Text("影响的金额", "Money at stake"), 24), (Text("影响的事项", "Measures"), 44),
            (Text("答复", "Answer"), 30),
        ]  # fmt: skip
        note = self.say(
            "请企业逐项答复；不清楚的可留空。",
            "For the firm to answer; leave blank what is not known.",
        )
        title = self.say("待确认清单", "To confirm")
        sheet = self.sheet("open", title, columns, note, frozen=2)
        row = HEADER_ROW
        for ask in self.story.asks:
            row += 1
            self.whole(sheet, row, 0, int(ask.number))
            self.text(sheet, row, 1, ask.label, bold=True)
            self.text(sheet, row, 2, ask.whose)
            self.text(sheet, row, 3, ask.question)
            self.text(sheet, row, 4, ask.note, font_color=GREY)
            self.text(sheet, row, 5, ask.stake)
            self.text(sheet, row, 6, self.say("、", "; ").join(ask.measures))
            sheet.write_blank(
                row, 7, None, self.format(bg_color=PALE, border=1, border_color="#B7D2EA")
            )
        if not self.story.asks:
            row += 1
            self.text(sheet, row, 1, self.say("无", "none"))
        self.finish(sheet, row - HEADER_ROW, len(columns))

    def calendar(self) -> None:
        columns: list[Column] = [
            (Text("日期", "Day"), 14), (Text("性质", "Kind"), 16),
            (Text("事项或文件", "Measure or document"), 40), (Text("说明", "Why"), 60),
            (Text("原文", "Text of the policy"), 60),
        ]  # fmt: skip
        note = self.say(
            "按本企业事实和规则推算的日期；申报窗口以主管部门通知为准，不作推测。",
            "Dates worked out from this firm's facts and the rules; windows of application are not guessed.",
        )
        sheet = self.sheet("calendar", self.say("本企业日历", "Calendar"), columns, note)
        row = HEADER_ROW
        for event in coming(self.result):
            row += 1
            self.day(sheet, row, 0, event)
            self.text(sheet, row, 1, KINDS[event.kind][self.lang])
            self.text(sheet, row, 2, event.title[self.lang].partition(self.say("：", ": "))[2])
            self.text(sheet, row, 3, event.says[self.lang])
            self.text(sheet, row, 4, event.quote.zh)
        if row == HEADER_ROW:
            row += 1
            self.text(sheet, row, 2, self.say("无", "none"))
        self.finish(sheet, row - HEADER_ROW, len(columns))

    def places(self, comparison: Comparison) -> None:
        columns = [*PLACE_COLUMNS]
        title = self.say("五城对比", "Places side by side")
        sheet = self.sheet("places", title, columns, words.ALTERNATIVES[self.lang], frozen=2)
        row = HEADER_ROW
        for each in comparison.ranked():
            row += 1
            name = each.scenario if self.story.scenarios else self.story.firm
            place_row(self, sheet, row, name, each.result)
        self.finish(sheet, row - HEADER_ROW, len(columns))

    # --- readings, cautions, version --------------------------------------------------------------------

    def readings(self) -> None:
        columns: list[Column] = [
            (Text("事项", "Measure"), 30), (Text("歧义", "Ambiguity"), 40),
            (Text("采用的读法", "Reading taken"), 40), (Text("缺省", "Default"), 8),
            (Text("可选读法", "Options"), 40), (Text("倾向", "Tends to be"), 10),
            (Text("在此读法下", "Under it"), 44),
        ]  # fmt: skip
        note = self.say(
            "原文有歧义之处：采用哪种读法、换一种读法结果如何。"
            "假设：清单给出即为完整；未填即未知；金额按元，末尾舍到分。",
            "Where the text is ambiguous: which reading is taken, and what another would give. Assumed: a "
            "list that is given is complete; what is not given is unknown; amounts are cut to 0.01 yuan.",
        )
        title = self.say("读法与假设", "Readings and assumptions")
        sheet = self.sheet("readings", title, columns, note)
        row = HEADER_ROW
        yes, no = self.say("是", "yes"), self.say("否", "no")
        for item in (item for group in self.story.groups for item in group.items):
            for reading in item.readings:
                for says, effect, figures in reading.options:
                    row += 1
                    for column, text in enumerate(
                        (
                            item.title,
                            reading.asks,
                            reading.chosen,
                            yes if reading.default else no,
                            says,
                            effect,
                            figures,
                        )
                    ):
                        self.text(sheet, row, column, text, bold=text == says == reading.chosen)
        for group in self.corpus.groups:
            members = [
                id_
                for id_ in group.members
                if any(o.measure == id_ and o.status in PAYING for o in self.result.outcomes)
            ]
            if len(members) < 2:  # noqa: PLR2004
                continue
            row += 1
            chosen = self.result.profile.readings.get(group.id, {}).get("rule", group.rule)
            titles = self.say("、", "; ").join(
                self.corpus.measure(id_).title[self.lang] for id_ in members
            )
            for column, text in enumerate(
                (
                    titles,
                    self.say("叠加规则", "How they add up"),
                    words.GROUP_RULE[chosen][self.lang],
                    yes if chosen == group.rule else no,
                    group.says[self.lang],
                    "",
                    "",
                )
            ):
                self.text(sheet, row, column, text)
        self.finish(sheet, row - HEADER_ROW, len(columns))

    def cautions(self) -> None:
        columns: list[Column] = [
            (Text("事项", "Measure"), 30), (Text("提示", "Caution"), 80), (Text("来源", "Source"), 44),
            (Text("日期", "Date"), 14), (Text("网址", "Address"), 50),
        ]  # fmt: skip
        note = self.say(
            "公开转载文本与本汇编不一致之处，不改变任何金额；请以主管部门网站为准。",
            "Where public copies differ from the compilation. No figure changes; the authority's own page "
            "prevails.",
        )
        sheet = self.sheet("cautions", self.say("核对提示", "Cautions"), columns, note)
        row = HEADER_ROW
        for item in (item for group in self.story.groups for item in group.items):
            for caution in item.cautions:
                row += 1
                for column, text in enumerate(
                    (item.title, caution.says, caution.title, caution.date, caution.url)
                ):
                    self.text(sheet, row, column, text)
        if row == HEADER_ROW:
            row += 1
            self.text(sheet, row, 1, self.say("无", "none"))
        self.finish(sheet, row - HEADER_ROW, len(columns))

    def version(self) -> None:
        columns: list[Column] = [
            (Text("项目", "What"), 34),
            (Text("值", "Value"), 80),
            (Text("期限", "Period"), 40),
        ]
        sheet = self.sheet("version", self.say("版本与声明", "Version"), columns)
        told = self.story
        rows = [
            (self.say("规则版本", "Rules"), told.version, ""),
            (self.say("规则文件摘要", "Digest of the rule files"), told.digest, ""),
            (self.say("汇编原文 SHA-256", "SHA-256 of the compilation"), self.corpus.text_digest, ""),
            (self.say("结果格式", "Schema of the result"), SCHEMA, ""),
            (self.say("测算日期", "As of"), self.result.profile.as_of.isoformat(), ""),
            (self.say("申报年度", "Claim years"), told.claim_years, ""),
            *(
                (
                    self.say("依据文件", "Document"),
                    self.say(f"{title}（{place}）", f"{title} ({place})"), period,
                )
                for title, place, period in told.documents
            ),
            (self.say("声明", "Statement"), told.disclaimer, ""),
        ]  # fmt: skip
        for position, cells in enumerate(rows, HEADER_ROW + 1):
            for column, text in enumerate(cells):
                colour = "#000000" if column else GREY
                self.text(sheet, position, column, text, font_color=colour)
        self.finish(sheet, len(rows), len(columns))
