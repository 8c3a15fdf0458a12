"""The result as data: a table for people (CSV) and the whole of it for programs (JSON)."""

from __future__ import annotations

import csv as std_csv
import json as std_json
from collections.abc import Iterator
from io import StringIO

from huice.evaluate.compare import Comparison
from huice.evaluate.formula import formulas
from huice.evaluate.outcome import Status
from huice.evaluate.result import MeasureResult, Result, decimal
from huice.language.text import Text
from huice.reports import words

COLUMNS: tuple[Text, ...] = (
    Text("事项编号", "id"),
    Text("事项", "measure"),
    Text("层级", "level"),
    Text("形式", "form"),
    Text("状态", "status"),
    Text("确定额（元）", "certain (yuan)"),
    Text("本企业上限（元）", "ceiling for this firm (yuan)"),
    Text("条款封顶（元）", "cap of the clause (yuan)"),
    Text("年数", "years"),
    Text("算式或原因", "formula or reason"),
    Text("待确认", "to confirm"),
    Text("原文", "text of the policy"),
    Text("文件", "document"),
    Text("测算日期", "as of"),
    Text("规则版本", "rules"),
    Text("规则文件摘要", "digest"),
)
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula, or of a cell that hides one."""


def csv(
    result: Result,
    comparison: Comparison | None = None,
    lang: str = "zh",
    code: str = "",
    *,
    bom: bool = True,
) -> bytes:
    """A row for each measure, in UTF-8; `bom` marks it for Excel.

    What is not stated is said in words, never 0. A text that a spreadsheet would take for a formula gets an
    apostrophe before it. A comparison and a code add nothing.
    """
    del comparison, code
    out = StringIO()
    writer = std_csv.writer(out, lineterminator="\r\n")
    writer.writerow([title[lang] for title in COLUMNS])
    for one in result.of_status(*Status):
        writer.writerow([safe(cell) for cell in _cells(result, one, lang)])
    return (("\ufeff" if bom else "") + out.getvalue()).encode()


def json(
    result: Result, comparison: Comparison | None = None, lang: str = "zh", code: str = ""
) -> bytes:
    """`Result.to_dict()`, the same for every surface; language, comparison and code change nothing."""
    del comparison, lang, code
    return (std_json.dumps(result.to_dict(), ensure_ascii=False, indent=2) + "\n").encode()


def safe(text: str) -> str:
    """The text as a spreadsheet shows it, whatever it begins with."""
    return f"'{text}" if text.startswith(RISKY) else text


def _cells(result: Result, one: MeasureResult, lang: str) -> Iterator[str]:
    measure, corpus = one.measure, result.corpus
    yield one.id
    yield measure.title[lang]
    yield words.level(corpus, measure)[lang]
    yield words.GIVES[measure.gives][lang]
    yield words.status_word(one)[lang]
    yield decimal(one.certain) or "0"
    yield decimal(one.ceiling) or words.why_unstated(one)[lang]
    yield decimal(one.clause_cap) or words.NO_CAP[lang]
    yield "" if one.years is None else str(one.years)
    lines = [
        words.formula_line(each.years, each.says, one.years, lang) for each in formulas(one, corpus)
    ]
    yield "; ".join(lines) or one.reason[lang]
    yield ("; " if lang == "en" else "、").join(
        words.gap_name(corpus, gap)[lang] for gap in one.missing
    )
    yield measure.text
    yield words.titled(corpus.document(measure.document).title)[lang]
    yield result.profile.as_of.isoformat()
    yield corpus.version
    yield corpus.digest
