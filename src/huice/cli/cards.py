"""What several verbs print: figures, one measure of a result, the next question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from huice.cli.find import level, place_name
from huice.cli.page import Page
from huice.cli.surface import Surface
from huice.cli.words import (
    CEILING,
    CERTAIN,
    CLAUSE_CAP,
    DISCLAIMER,
    GIVES,
    GROUP_RULE,
    NO_CAP,
    NOT_MONEY,
    NOT_YET,
    STATUS,
    UNSTATED,
    WAITING,
)
from huice.corpus.model import Gives, Measure
from huice.evaluate.ask import Question
from huice.evaluate.facts import Exact
from huice.evaluate.formula import entity_name, formulas
from huice.evaluate.missing import Gap
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import MeasureResult, Result
from huice.language.text import Text

UNPAID = (Gives.NON_MONETARY, Gives.SERVICE)
LABEL = {"zh": 6, "en": 10}
"""Columns of the labels inside a card, the gap included."""


def status_word(out: Surface, one: MeasureResult) -> str:
    """The status in words: an ineligible measure that has not started is not yet in force."""
    if one.status is Status.INELIGIBLE and one.outcome.years[0].reason == "not_yet":
        return out.text(NOT_YET)
    return out.text(STATUS[one.status])


def ceiling_word(out: Surface, measure: Measure, ceiling: Exact | None, open_: bool = False) -> str:
    """The ceiling in words; where there is none, why."""
    if ceiling is not None:
        return out.money(ceiling)
    if open_:
        return out.text(WAITING)
    return out.text(NOT_MONEY if measure.gives in UNPAID else UNSTATED)


def figures(out: Surface, one: MeasureResult) -> list[tuple[str, str]]:
    """The three figures with their labels."""
    waits = one.measure.quantified and bool(one.missing)
    cap = out.text(NO_CAP) if one.clause_cap is None else out.money(one.clause_cap)
    ceiling = ceiling_word(out, one.measure, one.ceiling, waits)
    if one.years is not None and one.years > 1:
        ceiling += out.say(f"（{one.years} 年合计）", f" ({one.years} years)")
        if one.clause_cap is not None:
            cap += out.say("（一次或一年）", " (once or a year)")
    return [
        (out.text(CERTAIN), out.money(one.certain)),
        (out.text(CEILING), ceiling),
        (out.text(CLAUSE_CAP), cap),
    ]


def label_of(out: Surface, text: Text) -> str:
    """A label of a rule without the note that it follows from the clause before."""
    zh = re.sub(r"（(?:承前|读法)）", "", text.zh)
    zh = re.sub(r"（承前：([^）]*)）", r"\1", zh)
    return out.say(zh, re.sub(r"\((?:As in the preceding clause|Reading)\):?\s*", "", text["en"]))


def gap_name(out: Surface, gap: Gap) -> str:
    """A missing fact: `落户方式`, `合同“gpu”的合同金额`."""
    fact = out.corpus.vocabulary.fact(gap.fact)
    label = out.text(fact.label)
    if gap.entity is None or fact.entity == "org":
        return label
    owner = out.text(entity_name(out.corpus, fact.entity, gap.entity))
    return out.say(f"{owner}的{label}", f"{label} of {owner}")


def years_word(out: Surface, years: Sequence[int]) -> str:
    """Years as people write them: `2025–2027 年`, `2025、2027 年`."""
    if not years:
        return ""
    run = list(years) == list(range(years[0], years[-1] + 1))
    text = out.comma.join(str(year) for year in years)
    if run and len(years) > 1:
        text = f"{years[0]}–{years[-1]}"
    return out.say(f"{text} 年", text)


def card(out: Surface, page: Page, result: Result, one: MeasureResult) -> None:
    """One measure of a result: title, figures, formula, sentence, what is missing, who decides."""
    measure, label = one.measure, LABEL[out.lang]
    note = f"{out.text(level(out.corpus, measure))} · {out.text(GIVES[measure.gives])}"
    if not measure.benefit:
        note += out.say(" · 非待遇，不计入", " · no benefit, not counted")
    page.split((out.text(measure.title), "strong"), note)
    _figures(out, page, one)
    for formula in formulas(one, out.corpus):
        every = one.years is not None and one.years > 1
        lead = ""
        if every and len(formula.years) == 1:
            lead = years_word(out, formula.years) + out.colon
        elif every:
            lead = years_word(out, formula.years) + out.say("每年：", ", each year: ")
        page.field(out.say("算式", "Formula"), lead + out.text(formula.says), label, 2)
    if one.missing:
        names = [gap_name(out, gap) for gap in one.missing]
        told = out.say(
            f"还差 {len(names)} 项：{'、'.join(names)}",
            f"{len(names)} still open: {', '.join(names)}",
        )
        page.field(out.say("待答", "Open"), (told, "warn"), label, 2)
    for told in relations(out, result, one):
        page.field(out.say("叠加", "Overlap"), told, label, 2)
    judged = [label_of(out, text) for text in one.rule.judged]
    if judged and one.status in PAYING:
        told = out.say(
            f"由主管部门认定：{'、'.join(judged)}", f"for the authority: {'; '.join(judged)}"
        )
        page.field(out.say("另须", "Judged"), told, label, 2)
    page.field(out.say("原文", "Text"), sentence(out, measure), label, 2)


def relations(out: Surface, result: Result, one: MeasureResult) -> list[str]:
    """With which other measures of the result only the highest counts, and why."""
    pays = {other.measure for other in result.outcomes if other.ceiling != 0}
    found = []
    for group in out.corpus.groups:
        rule = result.profile.readings.get(group.id, {}).get("rule", group.rule)
        others = [id_ for id_ in group.members if id_ != one.id and id_ in pays]
        if one.id not in group.members or not others or rule != "highest":
            continue
        titles = out.comma.join(
            out.quoted(out.text(out.corpus.measure(id_).title)) for id_ in others
        )
        word, why = out.text(GROUP_RULE[rule]), out.text(group.says)
        found.append(out.say(f"与{titles}{word}（{why}）", f"with {titles}: {word} ({why})"))
    return found


def sentence(out: Surface, measure: Measure) -> str:
    """The verbatim sentence with the document it stands in."""
    document = out.corpus.document(measure.document)
    if out.lang == "en":
        return f"‘{measure.quote['en']}’ ({document.title['en']})"
    return f"“{measure.text}”——{titled(document.title.zh)}"


def titled(title: str) -> str:
    """A title in book marks, not doubled."""
    return title if title.startswith("《") else f"《{title}》"


def _figures(out: Surface, page: Page, one: MeasureResult) -> None:
    told = figures(out, one)
    if one.ceiling is None and not one.certain and not one.clause_cap:
        page.para((told[1][1], "accent"), 2)
        return
    texts = [f"{label} {amount}" for label, amount in told]
    gap = "    "
    if page.measure(gap.join(texts)) + 2 <= page.columns:
        pieces: list[tuple[str, str]] = []
        for position, (label, amount) in enumerate(told):
            style = "" if position == len(told) - 1 else "accent"
            pieces += [(gap if position else "", ""), (f"{label} ", "quiet"), (amount, style)]
        page.para(pieces, 2)
        return
    width = 2 + max(page.measure(label) for label, _ in told)
    for label, amount in told:
        page.field(label, (amount, "accent"), width, 2)


def head(out: Surface, page: Page, result: Result, title: str) -> None:
    """Whose result it is, where and when."""
    profile = result.profile
    page.heading(title, out.text(place_name(out.corpus, result.place)))
    years = list(profile.calendar_years())
    horizon = out.say("申报年度 ", "claim year ") + years_word(out, years)
    page.para(
        (
            out.say(f"申报日 {profile.as_of} · ", f"as of {profile.as_of} · ")
            + horizon
            + out.say(" · 政策汇编 ", " · corpus ")
            + out.corpus.version,
            "quiet",
        )
    )
    page.blank()


def unstated(out: Surface, ids: Sequence[str]) -> list[str]:
    """How many measures state no amount, told by what they give."""
    measures = [out.corpus.measure(id_) for id_ in ids]
    waiting = sum(one.quantified for one in measures)
    silent = sum(one.gives in UNPAID and not one.quantified for one in measures)
    counted = (
        (UNSTATED, len(measures) - waiting - silent),
        (WAITING, waiting),
        (NOT_MONEY, silent),
    )
    return [out.tally(word, number) for word, number in counted if number]


def same_cost(out: Surface, page: Page, ids: Sequence[str]) -> None:
    """Warns of measures that may claim one and the same cost."""
    for group in out.corpus.groups:
        if group.id in ids:
            titles = [out.text(out.corpus.measure(id_).title) for id_ in group.members]
            told = out.say(
                f"{'、'.join(titles)}可能涉及同一笔费用（{group.says.zh}），不能重复申报，请核对。",
                f"{', '.join(titles)} may claim one and the same cost ({group.says['en']}); "
                "it cannot be claimed twice.",
            )
            page.field(out.say("注意", "Note"), (told, "warn"), LABEL[out.lang])


def question_lines(out: Surface, page: Page, question: Question, how: str) -> None:
    """The next best question and what hangs on it."""
    page.heading(out.say("下一问", "Next question"))
    page.para((question_text(out, question), "strong"))
    page.para((stake_text(out, question), "quiet"))
    page.command(f"{out.say('回答：', 'To answer: ')}{how}")


def question_text(out: Surface, question: Question) -> str:
    """The question, and of whom it is asked."""
    asked = out.text(question.fact.question)
    if question.entity is None or question.fact.entity == "org":
        return asked
    owner = entity_name(out.corpus, question.fact.entity, question.entity)
    return f"{out.text(owner)}{out.colon}{asked}"


def stake_text(out: Surface, question: Question) -> str:
    """What an answer decides."""
    count = len(question.measures)
    money = out.money(question.stake)
    where = ""
    if question.place is not None:
        name = out.text(place_name(out.corpus, question.place))
        where = out.say(f"（以{name}计）", f" (at {name})")
    if not question.stake:
        return out.say(
            f"影响 {count} 项{where}，金额未公布或尚不能测算。",
            f"Bears on {out.count(count)}{where}, whose amount is not published or not yet "
            "computable.",
        )
    told = out.say(
        f"影响 {count} 项{where}，涉及上限 {money}",
        f"Bears on {out.count(count)}{where}, with a ceiling of {money} at stake",
    )
    if question.unquantified:
        number = question.unquantified
        told += out.say(
            f"，另有 {number} 项没有可计的金额", f"; {number} of them without an amount to count"
        )
    return told + out.say("。", ".")


def disclaimer(out: Surface, page: Page) -> None:
    """What every result ends with."""
    page.blank()
    page.para((out.text(DISCLAIMER), "quiet"))
