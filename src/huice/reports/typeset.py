"""The report as a PDF, set by typst from our own template; the story enters as data, never as markup."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files

import msgspec
import typst

from huice.evaluate.compare import Comparison
from huice.evaluate.result import Result
from huice.language.text import Fault, Text
from huice.reports import words
from huice.reports.story import corpus_line, story

SERIF = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "SimSun", "FangSong",
    "STSong", "AR PL UMing CN",
)  # fmt: skip
SANS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
    "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip
LATIN = "Libertinus Serif"
"""Comes with typst itself."""
WORDS: dict[str, Text] = {
    "report": Text("政策测算报告", "Policy calculation report"),
    "code": Text("统一社会信用代码", "Unified social credit code"),
    "place": Text("地点", "Place"),
    "as_of": Text("测算日期", "As of"),
    "years": Text("申报年度", "Claim years"),
    "rules": Text("规则版本", "Rules"),
    "certain": words.CERTAIN,
    "ceiling": words.CEILING,
    "cap": words.CLAUSE_CAP,
    "certain_means": words.CERTAIN_MEANS,
    "ceiling_means": words.CEILING_MEANS,
    "high": Text("上限", "Ceiling"),
    "conclusion": Text("测算结论", "Conclusion"),
    "measures": Text("逐项测算", "Measure by measure"),
    "measure": Text("事项", "Measure"),
    "status": Text("状态", "Status"),
    "formula": Text("算式", "Formula"),
    "step": Text("步骤", "Step"),
    "what": Text("说明", "What it does"),
    "year": Text("年度", "Year"),
    "quote": Text("原文", "Text"),
    "translation": Text("译文", "Translation"),
    "conditions": Text("条件核对", "Conditions"),
    "judged": Text("另须主管部门判断", "For the authority"),
    "missing": Text("待确认", "To confirm"),
    "dates": Text("时限", "Dates"),
    "readings": Text("读法", "Readings"),
    "reading_now": Text("采用", "taken"),
    "caution": Text("核对提示", "Caution"),
    "reason": Text("原因", "Reason"),
    "open": Text("待确认清单", "To confirm"),
    "nothing_open": Text("没有待确认的事实。", "Nothing is left to confirm."),
    "question": Text("问题", "Question"),
    "stake": Text("影响的金额", "At stake"),
    "answer": Text("答复", "Answer"),
    "calendar": Text("本企业日期", "Dates of the firm"),
    "calendar_note": Text(
        "由本企业事实和规则推算；申报窗口以主管部门通知为准，不作推测。",
        "Worked out from this firm's facts and the rules; windows of application are not guessed.",
    ),
    "no_dates": Text(
        "没有可由事实和规则推算的日期。", "No date follows from the facts and the rules."
    ),
    "day": Text("日期", "Day"),
    "why": Text("说明", "Why"),
    "places": Text("各地对比", "Places side by side"),
    "scenario": Text("方案", "Scenario"),
    "eligible": Text("符合", "Eligible"),
    "discretionary": Text("待裁量", "Judged"),
    "unknown": Text("待确认", "Open"),
    "unstated": Text("金额未公布", "Not stated"),
    "refused": Text("不符合的事项", "Measures that do not apply"),
    "sources": Text("依据与声明", "Sources and statement"),
    "document": Text("文件", "Document"),
    "period": Text("期限", "Period"),
    "none": Text(
        "按所填事实，没有符合、待裁量或待确认的事项。",
        "On the facts given no measure is eligible, discretionary or to be confirmed.",
    ),
    "items": Text("项", ""),
}


class NoChineseFont(Fault):
    """The machine has no font with Chinese characters, so that a PDF would be empty boxes."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到中文字体，不能生成 PDF。Debian：apt-get install fonts-noto-cjk；或改用 xlsx、docx",
            "no Chinese font was found, so no PDF can be set. Debian: apt-get install fonts-noto-cjk; or "
            "take xlsx or docx",
        )


def pdf(
    result: Result, comparison: Comparison | None = None, lang: str = "zh", code: str = ""
) -> bytes:
    """The report; `code` is the unified social credit code for the cover. Raises `NoChineseFont`."""
    fonts, serif, sans = _fonts()
    latin = LATIN if LATIN in fonts.families() else ""
    as_of = result.profile.as_of
    data = {
        "story": msgspec.to_builtins(story(result, comparison, lang, code)),
        "words": {key: text[lang] for key, text in WORDS.items()},
        "steps": {key: text[lang] for key, text in words.STEPS.items()},
        "line": corpus_line(result.corpus, as_of.isoformat(), lang),
        "date": [as_of.year, as_of.month, as_of.day],
        "latin": latin,
        "serif": serif,
        "sans": sans,
    }
    template = files("huice.reports").joinpath("report.typ").read_bytes()
    stamp = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    made = typst.Compiler(
        template, font_paths=fonts, sys_inputs={"data": msgspec.json.encode(data).decode()}
    ).compile(format="pdf", timestamp=stamp)
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _fonts() -> tuple[typst.Fonts, list[str], list[str]]:
    """The machine's fonts, read once, and which of them hold Chinese."""
    fonts = typst.Fonts()
    serif, sans = chinese(fonts.families())
    return fonts, serif, sans


def chinese(families: list[str]) -> tuple[list[str], list[str]]:
    """The serif and sans families to set Chinese in, of those installed. Raises `NoChineseFont`."""
    known = {family.lower() for family in families}
    serif = [name for name in SERIF if name.lower() in known]
    sans = [name for name in SANS if name.lower() in known]
    if not serif and not sans:
        raise NoChineseFont
    return serif or sans, sans or serif
