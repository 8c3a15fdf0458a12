"""Many clients in one workbook: a sheet of clients and places, a sheet of all their measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from huice.evaluate.formula import formulas
from huice.evaluate.outcome import Status
from huice.evaluate.result import SCHEMA, Result
from huice.language.text import Text
from huice.reports import words
from huice.reports.book import (
    GREY,
    HEADER_ROW,
    PLACE_COLUMNS,
    STATUS_COLOUR,
    Book,
    Column,
    place_row,
)
from huice.reports.story import corpus_line


def workbook(results: Iterable[Result], lang: str = "zh") -> bytes:
    """A folder of clients in one workbook: a row for each client and place, a row for each measure."""
    return _Batch(tuple(results), lang).bytes()


class _Batch(Book):
    """Many clients: a sheet of clients and places, a sheet of all their measures."""

    def __init__(self, results: Sequence[Result], lang: str) -> None:
        days = [result.profile.as_of for result in results]
        first, last = (min(days), max(days)) if days else (None, None)
        shown = "" if first is None or last is None else first.isoformat()
        if first != last and last is not None:
            shown += f"～{last.isoformat()}" if lang == "zh" else f" to {last.isoformat()}"
        corpora = {result.corpus.digest: result.corpus for result in results}
        line = "；".join(corpus_line(corpus, shown, lang) for corpus in corpora.values())
        created = datetime(*(last.timetuple()[:3] if last else (2000, 1, 1)))  # noqa: DTZ001
        super().__init__(lang, line, created, Text("客户测算汇总", "Clients")[lang])
        self.results = results
        self.clients()
        self.measures()
        self.version(corpora)

    def clients(self) -> None:
        title = self.say("客户测算汇总", "Clients")
        columns = [*PLACE_COLUMNS, (Text("测算日期", "As of"), 14)]
        sheet = self.sheet("clients", title, columns, words.ALTERNATIVES[self.lang], frozen=2)
        row = HEADER_ROW
        for result in self.results:
            row += 1
            place_row(self, sheet, row, result.name, result)
            self.text(sheet, row, 11, result.profile.as_of.isoformat())
        self.finish(sheet, row - HEADER_ROW, len(columns))

    def measures(self) -> None:
        lang = self.lang
        columns: list[Column] = [
            (Text("企业", "Firm"), 24), (Text("地点", "Place"), 24), (Text("状态", "Status"), 14),
            (Text("事项", "Measure"), 30), (Text("形式", "Form"), 8), (words.CERTAIN, 18),
            (words.CEILING, 18), (words.CLAUSE_CAP, 18), (Text("年数", "Years"), 6),
            (Text("算式", "Formula"), 54), (Text("原文", "Text of the policy"), 60),
            (Text("文件", "Document"), 34), (Text("事项编号", "Id"), 30),
        ]  # fmt: skip
        title = self.say("全部事项", "All measures")
        sheet = self.sheet("measures", title, columns, frozen=4)
        row = HEADER_ROW
        for result in self.results:
            place = words.place_name(result.corpus, result.place)[lang]
            for one in result.of_status(*Status):
                if not one.here:
                    continue
                row += 1
                self.text(sheet, row, 0, result.name)
                self.text(sheet, row, 1, place)
                self.text(
                    sheet,
                    row,
                    2,
                    words.status_word(one)[lang],
                    bold=True,
                    font_color=STATUS_COLOUR[one.status],
                )
                self.text(sheet, row, 3, one.measure.title[lang], bold=True)
                self.text(sheet, row, 4, words.GIVES[one.measure.gives][lang])
                self.amount(sheet, row, 5, one.certain, "")
                self.amount(sheet, row, 6, one.ceiling, words.why_unstated(one)[lang])
                self.amount(sheet, row, 7, one.clause_cap, words.NO_CAP[lang])
                self.whole(sheet, row, 8, one.years)
                lines = [
                    words.formula_line(each.years, each.says, one.years, lang)
                    for each in formulas(one, result.corpus)
                ]
                self.text(sheet, row, 9, "\n".join(lines) or one.reason[lang])
                self.text(sheet, row, 10, one.measure.text, text_wrap=False)
                document = result.corpus.document(one.measure.document)
                self.text(sheet, row, 11, words.titled(document.title)[lang], text_wrap=False)
                self.text(sheet, row, 12, one.id, font_color=GREY)
        self.finish(sheet, row - HEADER_ROW, len(columns))

    def version(self, corpora: Mapping[str, Any]) -> None:
        columns: list[Column] = [(Text("项目", "What"), 34), (Text("值", "Value"), 100)]
        sheet = self.sheet("version", self.say("版本与声明", "Version"), columns)
        rows = [(self.say("结果格式", "Schema of the result"), SCHEMA)]
        for corpus in corpora.values():
            rows += [
                (self.say("规则版本", "Rules"), corpus.version),
                (self.say("规则文件摘要", "Digest of the rule files"), corpus.digest),
                (self.say("汇编原文 SHA-256", "SHA-256 of the compilation"), corpus.text_digest),
            ]
        rows += [
            (self.say("提示", "Note"), words.ALTERNATIVES[self.lang]),
            (self.say("声明", "Statement"), words.DISCLAIMER[self.lang]),
        ]
        for position, cells in enumerate(rows, HEADER_ROW + 1):
            for column, text in enumerate(cells):
                self.text(
                    sheet, position, column, text, font_color=GREY if column == 0 else "#000000"
                )
