"""`huice explain`: a measure, text beside rule; with a profile, how its figure comes about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from huice.cli import cards
from huice.cli.find import find_measure, find_places, level, place_name, read
from huice.cli.options import DateOption, PlaceOption, ReadingOption
from huice.cli.page import Column, Page
from huice.cli.surface import Surface, bad_input
from huice.cli.words import EFFECT, GIVES, HOLDS, STATUS, STEPS
from huice.cli.wrapping import Inline, Span, plain, spans
from huice.corpus.model import Measure, Rule
from huice.corpus.sentences import Sentences, sentences
from huice.evaluate import evaluate
from huice.evaluate.evaluator import at_place
from huice.evaluate.formula import entity_name, formulas, spans_used
from huice.evaluate.outcome import PAYING, Outcome, Status
from huice.evaluate.result import MeasureResult, Result, decimal

WIDE = 100
"""From so many columns the text and the rule stand side by side."""
MATTERS = {
    "who": ("谁", "Who"),
    "judged": ("裁量", "Judged"),
    "pays": ("给什么", "What"),
    "caps": ("封顶", "Caps"),
    "lasts": ("期限", "How long"),
    "pool": ("资金池", "Pool"),
    "quota": ("名额", "Places"),
    "validity": ("有效期", "Validity"),
}


def explain(
    out: Surface,
    measure: Annotated[
        str,
        typer.Argument(
            metavar="MEASURE",
            help="事项：编号、编号的一部分、标题或关键词 // The measure: its id, a part of it, "
            "its title or "
            "a keyword",
        ),
    ],
    profile: Annotated[
        str | None,
        typer.Argument(
            metavar="PROFILE",
            help="画像文件；给出时解释这家企业的结果 // A profile: explains the result of this "
            "firm",
        ),
    ] = None,
    place: PlaceOption = None,
    reading: ReadingOption = None,
    as_of: DateOption = None,
) -> None:
    """The measure, or what it gives to a profile."""
    corpus = out.corpus
    found = find_measure(corpus, measure)
    if profile is None:
        if reading or as_of or place:
            raise bad_input(
                "T002",
                "--place、--reading、--as-of 要和画像一起用：huice explain 事项 画像",
                "--place, --reading and --as-of go with a profile: huice explain MEASURE PROFILE",
            )
        if out.as_json:
            out.emit(measure_dict(out, found))
            return
        page = out.page()
        show_measure(out, page, found)
        out.show(page)
        return
    checked = read(out, profile, as_of, reading)
    for one in find_places(corpus, place or ())[:1]:
        checked = at_place(checked, one)
    result = evaluate(checked, corpus, [found.id])
    if out.as_json:
        out.emit(result.to_dict())
        return
    page = out.page()
    show_result(out, page, result, result.measure(found.id))
    cards.disclaimer(out, page)
    out.show(page)


# --- a measure by itself --------------------------------------------------------------------------


def show_measure(out: Surface, page: Page, measure: Measure) -> None:
    """Text and rule, readings, cautions."""
    document = out.corpus.document(measure.document)
    page.heading(out.text(measure.title), measure.id)
    title = cards.titled(document.title.zh) if out.lang == "zh" else document.title["en"]
    told = (out.text(level(out.corpus, measure)), out.text(GIVES[measure.gives]), title)
    page.para((" · ".join(told), "quiet"))
    page.blank()
    beside(out, page, measure, measure.rule)
    numbers(out, page, measure)
    readings(out, page, measure)
    cautions(out, page, measure)


def beside(out: Surface, page: Page, measure: Measure, rule: Rule) -> None:
    """The sentence of the policy beside the rule in words; above it where the page is narrow."""
    said = sentences(rule, measure, out.corpus, out.lang)
    if page.columns >= WIDE:
        left = out.page((page.columns - 3) * 2 // 5)
        right = out.page(page.columns - 3 - left.columns)
    else:
        left = right = page
    left.para((out.say("原文", "Text"), "strong"))
    left.para(measure.text if out.lang == "zh" else measure.quote["en"])
    if out.lang == "en":
        left.para((measure.text, "quiet"))
    for label, items in (
        (out.say("本条给予", "Gives"), measure.parts),
        (out.say("或者", "Or instead"), measure.instead),
    ):
        if items:
            left.blank()
            left.para(f"{label}{out.colon}{out.semicolon.join(out.text(item) for item in items)}")
    right.blank()
    right.para((out.say("规则", "Rule"), "strong"))
    _matters(out, right, said)
    if left is not page:
        page.columns_of(left, right)


def _matters(out: Surface, page: Page, said: Sentences) -> None:
    label = 8 if out.lang == "zh" else 10
    for matter, (zh, en) in MATTERS.items():
        page.field(out.say(zh, en), getattr(said, matter), label)


def numbers(out: Surface, page: Page, measure: Measure) -> None:
    """Every number of the text, and where the rule uses it or why not."""
    from huice.corpus.numbers import tokens

    found = [token.text for token in tokens(measure.text)]
    if not found:
        return
    page.blank()
    told: list[str] = []
    for text in dict.fromkeys(found):
        excuse = measure.words.get(text)
        told.append(f"{text}（{excuse}）" if excuse else text)
    page.field(out.say("数字", "Numbers"), out.comma.join(told), 8 if out.lang == "zh" else 10)


def readings(out: Surface, page: Page, measure: Measure) -> None:
    """The ambiguities with their options; the default is marked in words."""
    if not measure.readings:
        return
    page.heading(
        out.say("读法", "Readings"),
        out.say(
            f"原文有 {len(measure.readings)} 处可作不同理解",
            "where the text can be read differently",
        ),
    )
    for position, reading in enumerate(measure.readings):
        if position:
            page.blank()
        page.para([(out.text(reading.asks), "strong"), (f"  {reading.id}", "quiet")])
        for option in reading.options:
            notes = [out.text(EFFECT[option.effect])]
            if option.name == reading.default:
                notes.insert(0, out.say("缺省", "default"))
            if not option.computed and option.name != reading.default:
                notes.append(out.say("不影响金额", "changes no figure"))
            note = out.say(f"（{'，'.join(notes)}）", f" ({', '.join(notes)})")
            page.para([out.text(option.says), (note, "quiet"), (f"  {option.name}", "quiet")], 2, 2)


def cautions(out: Surface, page: Page, measure: Measure) -> None:
    """Where public copies of the notice say more than the compilation."""
    found = out.corpus.cautions_of(measure.id)
    if not found:
        return
    page.heading(
        out.say("核对提示", "To be checked"),
        out.say("来自公开转载，不改变任何金额", "from public reprints; no figure is changed by it"),
    )
    for position, caution in enumerate(found):
        if position:
            page.blank()
        page.para((out.text(caution.says), "warn"))
        title = cards.titled(caution.title) if out.lang == "zh" else caution.title
        page.para((f"{title}{out.say('，', ', ')}{caution.date}", "quiet"))
        page.para((caution.url, "quiet"))


def measure_dict(out: Surface, measure: Measure) -> dict[str, Any]:
    """A measure, JSON-ready: text, rule in words, readings, cautions."""
    corpus = out.corpus
    said = {lang: sentences(measure.rule, measure, corpus, lang) for lang in ("zh", "en")}
    return {
        "schema": "huice/measure/1",
        "corpus_version": corpus.version,
        "measure": measure.id,
        "title": _pair(measure.title),
        "document": measure.document,
        "place": measure.place,
        "gives": measure.gives.value,
        "benefit": measure.benefit,
        "file": measure.where.file,
        "line": measure.where.line,
        "text": _pair(measure.quote),
        "rule": {
            lang: {matter: getattr(one, matter) for matter in MATTERS} for lang, one in said.items()
        },
        "readings": [
            {
                "id": reading.id,
                "asks": _pair(reading.asks),
                "default": reading.default,
                "options": [
                    {
                        "name": option.name,
                        "says": _pair(option.says),
                        "effect": option.effect,
                        "computed": option.computed,
                    }
                    for option in reading.options
                ],
            }
            for reading in measure.readings
        ],
        "pool": measure.rule.pool,
        "cautions": [
            {
                "says": _pair(caution.says),
                "title": caution.title,
                "url": caution.url,
                "date": caution.date,
            }
            for caution in corpus.cautions_of(measure.id)
        ],
    }


def _pair(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text["en"]}


# --- a measure for a profile ----------------------------------------------------------------------


def show_result(out: Surface, page: Page, result: Result, one: MeasureResult) -> None:
    """Conclusion, table from base to amount, marked sentence, conditions, readings, cautions."""
    name = result.profile.name or out.say("本企业", "this firm")
    place = out.text(place_name(out.corpus, result.place))
    page.heading(out.text(one.measure.title), f"{name} · {place}")
    page.para(
        [(f"{cards.status_word(out, one)}{out.say('。', '. ')}", "strong"), conclusion(out, one)]
    )
    page.blank()
    width = 2 + max(page.measure(label) for label, _ in cards.figures(out, one))
    for label, amount in cards.figures(out, one):
        page.field(label, (amount, "accent"), width)
    _steps(out, page, one)
    _quote(out, page, one)
    _conditions(out, page, one)
    _missing(out, page, one)
    _readings(out, page, one)
    cautions(out, page, one.measure)


def conclusion(out: Surface, one: MeasureResult) -> str:
    """The answer in one or two sentences."""
    judged = out.semicolon.join(cards.label_of(out, text) for text in one.rule.judged)
    met = sum(check.holds is True for check in one.conditions)
    if one.status not in PAYING:
        reason = cards.label_of(out, one.reason)
        return reason + out.say("。", ".") if reason else ""
    if one.status is Status.UNKNOWN:
        names = out.comma.join(cards.gap_name(out, gap) for gap in one.missing)
        lead = out.say(
            f"{len(one.conditions)} 项条件中 {met} 项已满足，还差：{names}。",
            f"{met} of {len(one.conditions)} conditions are met; still open: {names}.",
        )
    elif one.status is Status.DISCRETIONARY:
        lead = out.say(
            f"{met} 项条件均满足；是否给予由主管部门裁量（{judged}）。" if judged
            else f"{met} 项条件均满足；是否给予由主管部门裁量。",
            f"All {met} conditions are met; the authority decides ({judged})." if judged
            else f"All {met} conditions are met; the authority decides.",
        )  # fmt: skip
    else:
        lead = out.say(f"{met} 项条件均满足。", f"All {met} conditions are met.")
    told = _amount(out, one)
    return f"{lead}{out.say('', ' ')}{told}" if told else lead


def _amount(out: Surface, one: MeasureResult) -> str:
    """Why the figure is what it is, not what is advertised."""
    if one.ceiling is None:
        if one.measure.quantified:
            return out.say(
                "条文没有封顶，金额取决于尚未填写的事实。",
                "The clause has no cap; the amount depends on facts not given yet.",
            )
        return out.say("条文没有写金额。", "The text states no amount.")
    ceiling, cap = out.money(one.ceiling), one.clause_cap
    if one.certain == one.ceiling and one.ceiling:
        return out.say(
            f"按条文测算为 {ceiling}，是确定额。", f"By the text it is {ceiling}, a certain sum."
        )
    told = out.say(f"按条文测算，至多 {ceiling}", f"By the text it is at most {ceiling}")
    if one.certain:
        told += out.say(
            f"，其中确定 {out.money(one.certain)}",
            f", of which {out.money(one.certain)} is certain",
        )
    several = one.years is not None and one.years > 1
    if cap is not None and one.ceiling < cap and not several:
        told += out.say(
            f"；条款写的 {out.money(cap)}是封顶，本企业的算式到不了那里",
            f"; the {out.money(cap)} of the clause is a cap that this firm's sum does not reach",
        )
    if several:
        told += out.say(f"，{one.years} 年合计", f" over {one.years} years")
    return told + out.say("。", ".")


def _steps(out: Surface, page: Page, one: MeasureResult) -> None:
    if not one.steps:
        return
    page.heading(out.say("计算", "Computation"))
    told = formulas(one, out.corpus)
    columns = (
        Column(out.say("步骤", "Step")),
        Column(out.say("内容", "What"), grows=True, least=20),
        Column(out.say("确定", "Certain"), right=True),
        Column(out.say("至多", "At most"), right=True),
    )
    shown: set[int] = set()
    for formula in told:
        year = formula.years[0]
        if len(told) > 1 or len(formula.years) > 1:
            word = cards.years_word(out, formula.years)
            every = out.say("，各年相同", ", each year alike") if len(formula.years) > 1 else ""
            if shown:
                page.blank()
            page.para((word + every, "strong"))
        shown.add(year)
        rows = _rows(out, one, year)
        if page.narrow:
            _narrow_steps(out, page, rows)
        else:
            page.table(columns, rows)


def _narrow_steps(out: Surface, page: Page, rows: list[list[Inline]]) -> None:
    label = 8 if out.lang == "zh" else 10
    for step, what, low, high in rows:
        page.field(plain(step), what or " ", label)
        told = [
            f"{word} {plain(amount)}"
            for word, amount in (
                (out.say("确定", "certain"), low),
                (out.say("至多", "at most"), high),
            )
            if plain(amount)
        ]
        if told:
            page.para((out.comma.join(told), "accent"), label)


def _rows(out: Surface, one: MeasureResult, year: int) -> list[list[Inline]]:
    steps = [step for step in one.steps if step.year == year]
    entities = {step.entity for step in steps if step.entity is not None}
    rows: list[list[Inline]] = []
    before: str | None = None
    for step in steps:
        label = out.text(step.label)
        if step.entity is not None and step.entity != before and len(entities) > 1:
            name = out.text(entity_name(out.corpus, one.measure.subject, step.entity))
            rows.append([(name, "strong"), "", "", ""])
        before = step.entity
        low = high = ""
        if step.kind == "tier":
            label = out.say(f"适用：{label}", f"applies: {label}")
        elif step.kind != "rate":
            low = out.money(step.low)
            high = out.say("未填", "not given") if step.high is None else out.money(step.high)
        if step.kind == "base":
            low = ""
        if step.kind == "pool":
            label = re.sub(r"^(资金池：|pool: )", "", label)
        rows.append([out.text(STEPS[step.kind]), label, low, (high, "accent")])
    return rows


def _quote(out: Surface, page: Page, one: MeasureResult) -> None:
    document = out.corpus.document(one.measure.document)
    title = cards.titled(document.title.zh) if out.lang == "zh" else document.title["en"]
    page.heading(out.say("原文", "Text"), title)
    text, at = one.measure.text, 0
    marked: list[Span] = []
    used = spans_used(one.steps)
    for start, end in used:
        if start >= at:
            marked += [(text[at:start], ""), (text[start:end], "mark")]
            at = end
    marked.append((text[at:], ""))
    page.para([span for span in marked if span[0]])
    if out.lang == "en" and one.measure.quote.en:
        page.para((one.measure.quote.en, "quiet"))
    if used:
        words = out.comma.join(dict.fromkeys(text[start:end] for start, end in used))
        page.para(
            (out.say(f"算式所用数字：{words}", f"Numbers of the computation: {words}"), "quiet")
        )


def _conditions(out: Surface, page: Page, one: MeasureResult) -> None:
    if not one.conditions:
        return
    page.heading(out.say("条件核对", "Conditions"))
    rows: list[list[Inline]] = []
    for check in one.conditions:
        mark, written, word = HOLDS[check.holds]
        style = {True: "", False: "bad", None: "warn"}[check.holds]
        shown = written if out.ascii_only else mark
        rows.append(
            [
                (f"{shown} {out.text(word)}", style),
                cards.label_of(out, check.label),
                (_of(out, check.facts, check.entity) + out.text(check.says), "quiet"),
            ]
        )
    columns = (
        Column(out.say("核对", "Check")),
        Column(out.say("原文的说法", "In the text"), grows=True, least=14),
        Column(out.say("规则的写法", "In the rule"), grows=True, least=24),
    )
    if page.narrow:
        for verdict, label, rule in rows:
            page.para([*spans(verdict), "  ", *spans(label)], 0, 2)
            page.para(rule, 2)
    else:
        page.table(columns, rows)
    for text in one.rule.judged:
        page.para(
            out.say("另须主管部门认定：", "For the authority to judge: ")
            + cards.label_of(out, text)
        )


def _of(out: Surface, facts: Sequence[str], entity: str | None) -> str:
    """Whose facts a condition looked at, where there are several."""
    kinds = {name.split(".")[0] for name in facts} - {"org"}
    if entity is None or len(kinds) != 1:
        return ""
    return f"{out.text(entity_name(out.corpus, kinds.pop(), entity))}{out.colon}"


def _missing(out: Surface, page: Page, one: MeasureResult) -> None:
    if not one.missing:
        return
    page.heading(
        out.say(f"待确认 {len(one.missing)} 项事实", f"{len(one.missing)} facts still open")
    )
    for gap in one.missing:
        fact = out.corpus.vocabulary.fact(gap.fact)
        page.para([(cards.gap_name(out, gap), "strong"), out.colon, out.text(fact.question)], 0, 2)


def _readings(out: Surface, page: Page, one: MeasureResult) -> None:
    effects = [item for item in one.reading_effects() if item[0].options]
    if not effects:
        return
    page.heading(
        out.say("读法", "Readings"),
        out.say("换一种读法，结果是否不同", "what another reading would give"),
    )
    silent = []
    for reading, now, under in effects:
        if len({_figures(outcome) for outcome in under.values()}) < 2:  # noqa: PLR2004
            silent.append(out.text(reading.asks))
            continue
        page.para((out.text(reading.asks), "strong"))
        for option in reading.options:
            if option.name not in under:
                continue
            outcome = under[option.name]
            told = out.text(STATUS[outcome.status])
            if outcome.status in PAYING:
                ceiling = cards.ceiling_word(out, one.measure, outcome.ceiling)
                told += out.say(
                    f"，确定额 {out.money(outcome.certain)}，上限 {ceiling}",
                    f", certain {out.money(outcome.certain)}, ceiling {ceiling}",
                )
            current = out.say("（当前）", " (now)") if option.name == now else ""
            switch = "" if option.name == now else f"  {one.id}:{reading.id}={option.name}"
            page.para(
                [
                    f"{out.text(option.says)}{current}{out.colon}",
                    (told, "accent"),
                    (switch, "quiet"),
                ],
                2,
                2,
            )
    if silent:
        told = out.semicolon.join(silent)
        page.para(
            (
                out.say(f"对本企业没有差别的读法：{told}", f"No difference for this firm: {told}"),
                "quiet",
            )
        )


def _figures(outcome: Outcome) -> tuple[str, str | None, str | None]:
    return outcome.status.value, decimal(outcome.certain), decimal(outcome.ceiling)
