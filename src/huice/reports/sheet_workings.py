"""The sheets of inputs and workings: cells that may be changed, and the formulas over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huice.evaluate.facts import Exact
from huice.evaluate.result import Result
from huice.language.text import Text
from huice.reports import words
from huice.reports.book import (
    BLUE,
    ENDLESS,
    GREEN,
    GREY,
    HEADER_ROW,
    PALE,
    RED,
    SHEETS,
    Book,
    Column,
    as_number,
    cached,
    held_exactly,
)
from huice.reports.formulas import UNBOUNDED, Input
from huice.reports.rows import Cell, Row
from huice.reports.workings import Workings, workings


class WorkingsSheets:
    """Writes both sheets into a workbook."""

    def __init__(self, book: Book, result: Result) -> None:
        self.out, self.lang, self.corpus = book, book.lang, result.corpus
        self.workings: Workings = workings(result, HEADER_ROW + 2)

    def inputs(self) -> None:
        """The input cells, each with its name and the least and the most it can be."""
        columns: list[Column] = [
            (Text("对象", "Whose"), 22), (Text("事实", "Fact"), 34), (Text("数值", "Value"), 20),
            (Text("单位", "Unit"), 8), (Text("至少", "At least"), 20), (Text("至多", "At most"), 20),
            (Text("单元格名称", "Cell name"), 34),
        ]  # fmt: skip
        note = self.out.say(
            "改动蓝底单元格，“计算”随即重算；清空即为“未填”（未知，不是 0）。"
            "条件与状态仍按测算时的画像，要改条件请改画像后重新测算。",
            "Change a blue cell and Workings follows; an empty cell is unknown, not 0. Conditions and "
            "statuses stay as computed: to change those, change the profile.",
        )
        sheet = self.out.sheet(
            "inputs", self.out.say("输入单元格", "Input cells"), columns, note, frozen=2
        )
        name = SHEETS["inputs"][self.lang]
        unbounded = HEADER_ROW + 1
        self.out.text(
            sheet, unbounded, 0, self.out.say("（无上限）", "(no bound)"), font_color=GREY
        )
        self.out.text(
            sheet,
            unbounded,
            1,
            self.out.say("代表未填的数的上限", "stands for the most that an unknown figure can be"),
            font_color=GREY,
        )
        sheet.write_number(
            unbounded, 2, ENDLESS, self.out.format(num_format="0E+00", font_color=GREY)
        )
        self.out.text(sheet, unbounded, 6, UNBOUNDED, font_color=GREY)
        self.out.book.define_name(UNBOUNDED, f"='{name}'!$C${unbounded + 1}")
        by_name = {one.name: one for one in self.workings.inputs}
        row = unbounded
        for one in self.workings.inputs:
            row += 1
            self._input(sheet, name, row, one, by_name)
        self.out.finish(sheet, row - HEADER_ROW, len(columns))

    def _input(
        self, sheet: Any, name: str, row: int, one: Input, by_name: Mapping[str, Input]
    ) -> None:
        year = "" if one.year is None else self.out.say(f"（{one.year} 年）", f" ({one.year})")
        self.out.text(sheet, row, 0, one.whose[self.lang])
        self.out.text(sheet, row, 1, one.label[self.lang] + year)
        style = self.out.format(
            bg_color=PALE, font_color=BLUE, bold=True, border=1, border_color="#B7D2EA",
            num_format="#,##0.00##",
        )  # fmt: skip
        if one.value is None:
            sheet.write_blank(row, 2, None, style)
        else:
            sheet.write_number(row, 2, as_number(one.value), style)
        unit = {"元": "yuan", "㎡": "m²", "个": ""}.get(one.unit, one.unit)
        self.out.text(sheet, row, 3, self.out.say(one.unit, unit))
        most: Exact | None = one.value
        upper = UNBOUNDED
        if one.upper:
            upper = f"IF(ISBLANK({one.upper}),{UNBOUNDED},{one.upper})"
            most = by_name[one.upper].value if most is None else most
        figure = self.out.format(num_format=self.out.open_money, font_color=GREY)
        sheet.write_formula(
            row, 4, f"=IF(ISBLANK({one.name}),0,{one.name})", figure, as_number(one.value or 0)
        )
        sheet.write_formula(
            row, 5, f"=IF(ISBLANK({one.name}),{upper},{one.name})", figure, cached(most)
        )
        self.out.text(sheet, row, 6, one.name, font_color=GREY)
        for suffix, column in (("", "C"), ("_min", "E"), ("_max", "F")):
            self.out.book.define_name(f"{one.name}{suffix}", f"='{name}'!${column}${row + 1}")

    def calculation(self) -> None:
        """The rows of all workings with the engine's figures beside them."""
        columns: list[Column] = [
            (Text("事项", "Measure"), 26), (Text("年度", "Year"), 7), (Text("对象", "Whose"), 14),
            (Text("步骤", "Step"), 9), (Text("说明", "What it does"), 40), (Text("条件", "Holds"), 8),
            (Text("参数", "Figure"), 16), (Text("上限", "Ceiling"), 18), (Text("确定", "Certain"), 16),
            (Text("引擎：上限", "Engine: ceiling"), 18), (Text("引擎：确定", "Engine: certain"), 16),
            (Text("差额：上限", "Difference: ceiling"), 10),
            (Text("差额：确定", "Difference: certain"), 10),
            (Text("原文数字", "Numbers of the text"), 18), (Text("原文", "Text of the policy"), 60),
            (Text("文件", "Document"), 34),
        ]  # fmt: skip
        note = self.out.say(
            "F–I 列是活的公式，取数于“输入”；J、K 列是引擎的精确值，差额应为 0；"
            "改动输入后，差额即改动的影响。“未填”指缺少事实，不是 0。",
            "Columns F to I are live formulas over Inputs; J and K are the engine's exact figures: the "
            "differences are 0 until an input is changed, and show its effect then. ‘not given’ is an "
            "unknown fact, not 0.",
        )
        sheet = self.out.sheet(
            "workings", self.out.say("逐项计算", "Workings"), columns, note, frozen=1
        )
        row = HEADER_ROW
        for one in self.workings.rows:
            row += 1
            self._row(sheet, row, one)
        area = (HEADER_ROW + 1, 11, max(row, HEADER_ROW + 1), 12)
        for criteria, style in (
            ("!=", {"bg_color": "#F8D7DA", "font_color": RED, "bold": True}),
            ("=", {"font_color": GREEN}),
        ):
            shown = self.out.book.add_format(style)
            rule = {"type": "cell", "criteria": criteria, "value": 0, "format": shown}
            sheet.conditional_format(*area, rule)
        self.out.finish(sheet, row - HEADER_ROW, len(columns), printed=14)

    def _row(self, sheet: Any, row: int, one: Row) -> None:
        total = one.kind in {"total", "grand"}
        style: dict[str, Any] = {"bold": total, "valign": "vcenter"}
        if total:
            style |= {"bg_color": PALE, "bottom": 1, "bottom_color": "#B7D2EA"}
        if one.kind == "grand":
            style |= {"top": 2, "top_color": BLUE}
        plain = {**style, "text_wrap": False}
        step = words.STEPS.get(one.kind)
        kinds = {
            "year": Text("年度", "Year"), "total": Text("合计", "Total"),
            "group": Text("归并", "Group"), "grand": Text("总计", "Total"),
        }  # fmt: skip
        title = one.one.measure.title[self.lang] if one.one is not None else ""
        self.out.text(sheet, row, 0, title, **plain)
        if one.year is not None:
            sheet.write_number(row, 1, one.year, self.out.format(align="left", **style))
        else:
            self.out.text(sheet, row, 1, "", **plain)
        self.out.text(sheet, row, 2, one.whose[self.lang], **plain)
        self.out.text(sheet, row, 3, (step or kinds[one.kind])[self.lang], **plain)
        self.out.text(sheet, row, 4, one.label[self.lang], **style)
        self._formula(
            sheet,
            row,
            5,
            one.condition,
            one,
            {**style, "num_format": self._truth, "align": "center"},
        )
        share = "0.00%" if one.share else "#,##0.00##"
        self._formula(
            sheet,
            row,
            6,
            one.parameter,
            one,
            {
                **style,
                "num_format": share
                if one.parameter and one.parameter.value is not None
                else self.out.open_money,
            },
        )
        figure = "0.00%" if one.share else self.out.open_money
        high = {**style, "num_format": figure}
        if one.kind == "total" and one.high is None:
            self.out.text(sheet, row, 7, one.text[self.lang], align="right", **plain)
        else:
            self._formula(sheet, row, 7, one.high, one, high)
        self._formula(sheet, row, 8, one.low, one, high)
        self._check(sheet, row, one, style)
        self.out.text(sheet, row, 13, one.numbers, **plain)
        if one.one is not None:
            self.out.text(sheet, row, 14, one.one.measure.text, **plain)
            document = self.corpus.document(one.one.measure.document)
            self.out.text(sheet, row, 15, words.titled(document.title)[self.lang], **plain)
        else:
            self.out.text(sheet, row, 14, "", **plain)
            self.out.text(sheet, row, 15, "", **plain)

    @property
    def _truth(self) -> str:
        yes, no, open_ = self.out.say("是 否 待确认", "yes no open").split()
        return f'[=1]"{yes}";[=0]"{no}";"{open_}"'

    def _formula(
        self,
        sheet: Any,
        row: int,
        column: int,
        cell: Cell | None,
        one: Row,
        style: Mapping[str, Any],
    ) -> None:
        made = self.out.format(**style)
        if cell is None:
            sheet.write_blank(row, column, None, made)
            return
        constant = _constant(cell.formula)
        if constant and cell.value is not None:
            sheet.write_number(row, column, as_number(cell.value), made)
            return
        formula = cell.formula.replace("{unstated}", one.text[self.lang])
        value: Any = cached(cell.value)
        if one.kind == "total" and cell.value is None:
            value = one.text[self.lang]
        sheet.write_formula(row, column, f"={formula}", made, value)

    def _check(self, sheet: Any, row: int, one: Row, style: Mapping[str, Any]) -> None:
        """The engine's own figures and what the formulas differ from them."""
        if not one.checked:
            for column in range(9, 13):
                sheet.write_blank(row, column, None, self.out.format(**style))
            return
        number = row + 1
        exact = {**style, "num_format": "#,##0.00####", "font_color": GREY}
        difference = self.out.format(num_format="0.00", align="right", **style)
        unbounded = one.text[self.lang] or self.out.say("未填", "not given")
        for column, cell, value, formula in (
            (9, "J", one.engine_high, "H"),
            (10, "K", one.engine_low, "I"),
        ):
            self.out.amount(sheet, row, column, value, unbounded, **exact)
            if value is None:
                test = f"IF(OR(ISTEXT({formula}{number}),{formula}{number}>=1E+50),0,1)"
            elif held_exactly(value):
                test = f"ROUND({formula}{number}-{cell}{number},2)"
            else:
                self.out.text(sheet, row, column + 2, "—", align="right", **style)
                continue
            sheet.write_formula(row, column + 2, f"={test}", difference, 0)


def _constant(formula: str) -> bool:
    return formula.replace(".", "").replace("/", "").lstrip("-").isdigit()
