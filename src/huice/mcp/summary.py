"""Answers in a few lines, for an assistant to read before the data."""

from __future__ import annotations

from huice.corpus.corpus import Corpus
from huice.evaluate import Comparison
from huice.evaluate.ask import Question
from huice.evaluate.formula import formulas
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import Result
from huice.language.money import wan
from huice.language.printing.en import English
from huice.language.printing.zh import Chinese
from huice.language.text import Text

STATUS = {
    Status.ELIGIBLE: Text("符合", "eligible"),
    Status.DISCRETIONARY: Text("条件满足，待主管部门裁量", "conditions met; the authority decides"),
    Status.UNKNOWN: Text("待确认", "facts missing"),
    Status.EXPIRED: Text("已失效", "expired"),
    Status.INELIGIBLE: Text("不符合", "not eligible"),
}
NOTICE = Text(
    "依据公开文件测算，不构成审批结论，以主管部门当年申报指南和审核为准。各城市金额互为选择，不可相加。",
    "Computed from published documents; no decision of any authority. Amounts of different cities are "
    "alternatives: never add them.",
)


class Summary:
    """Says things in one language."""

    def __init__(self, corpus: Corpus, lang: str) -> None:
        self.corpus, self.lang = corpus, lang

    def say(self, zh: str, en: str) -> str:
        """The wording of this language."""
        return en if self.lang == "en" else zh

    def place(self, place: str | None) -> str:
        """What a place is called."""
        if place is None:
            return self.say("地点未定", "place open")
        printer = (English if self.lang == "en" else Chinese)(self.corpus.vocabulary.scope)
        return printer.place("org.place", place)

    def result(self, result: Result) -> str:
        """Total and what may be paid."""
        total = result.total
        lines = [
            self.say(
                f"{self.place(result.place)}：确定额 {self.money(total.certain)}，本企业上限 "
                f"{self.money(total.ceiling)}（叠加后）。",
                f"{self.place(result.place)}: certain {self.money(total.certain)}, ceiling for this applicant "
                f"{self.money(total.ceiling)} (after overlaps).",
            )
        ]
        if result.place is None:
            lines.append(
                self.say(
                    "注册地未定：合计是其中最好的一地；各地对比用 compare。",
                    "The place is open: the total is of the best single place; see the tool compare.",
                )
            )
        for one in result.of_status(*PAYING):
            ceiling = self.say("条文未写金额", "no amount stated")
            if one.ceiling is not None:
                ceiling = self.say("至多 ", "at most ") + self.money(one.ceiling)
            lines.append(
                f"- {one.measure.title[self.lang]} [{one.id}]: {STATUS[one.status][self.lang]}; "
                + self.say(
                    f"确定额 {self.money(one.certain)}", f"certain {self.money(one.certain)}"
                )
                + f"; {ceiling}"
            )
        return "\n".join([*lines, NOTICE[self.lang]])

    def comparison(self, comparison: Comparison) -> str:
        """One line a row, the largest ceiling first."""
        lines = [
            f"- {row.scenario} · {self.place(row.place)}: "
            + self.say(
                f"确定额 {self.money(row.result.total.certain)}，上限 {self.money(row.result.total.ceiling)}，"
                f"待确认 {row.undecided} 项",
                f"certain {self.money(row.result.total.certain)}, ceiling "
                f"{self.money(row.result.total.ceiling)}, {row.undecided} with facts missing",
            )
            for row in comparison.ranked()
        ]
        return "\n".join([*lines, NOTICE[self.lang]])

    def question(self, asked: tuple[Question, ...]) -> str:
        """The question to ask next."""
        if not asked:
            return self.say("没有还会改变结果的问题。", "No answer can change the result any more.")
        first = asked[0]
        where = first.opens or first.fact.entity
        return self.say(
            f"先问：{first.fact.question.zh}（写入 {where}.{first.fact.key}；影响 {len(first.measures)} 项，"
            f"所涉 {self.money(first.stake)}；另有 {len(asked) - 1} 题）",
            f"Ask first: {first.fact.question['en']} (goes to {where}.{first.fact.key}; decides "
            f"{len(first.measures)} measures, {self.money(first.stake)} at stake; {len(asked) - 1} more)",
        )

    def explanation(self, result: Result, measure: str) -> str:
        """Status, formula, quote, conditions, what is missing."""
        one = result.measure(measure)
        lines = [f"{one.measure.title[self.lang]} [{measure}]: {STATUS[one.status][self.lang]}"]
        if one.reason.zh:
            lines.append(one.reason[self.lang])
        lines += [line.says[self.lang] for line in formulas(one, self.corpus)]
        marks = {True: "✓", False: "✗", None: "?"}
        lines += [
            f"{marks[check.holds]} {check.label[self.lang]}: {check.says[self.lang]}"
            for check in one.conditions
        ]
        for gap in one.missing:
            fact = self.corpus.vocabulary.fact(gap.fact)
            lines.append(self.say("待答：", "Open: ") + fact.question[self.lang])
        lines.append(self.say("原文：", "Text: ") + one.measure.text)
        return "\n".join([*lines, NOTICE[self.lang]])

    def money(self, amount: object) -> str:
        """An amount in words."""
        return wan(amount, self.lang)  # type: ignore[arg-type]  # exact amounts
