"""`huice evaluate`: what the policies give one firm."""

from __future__ import annotations

from typing import Annotated

import typer

from huice.cli import cards
from huice.cli.compare import places_table
from huice.cli.find import find_measures, find_places, place_name, read
from huice.cli.options import (
    DateOption,
    DraftOption,
    MeasureOption,
    PlaceOption,
    ProfileFile,
    ReadingOption,
)
from huice.cli.page import Column, Page
from huice.cli.surface import Surface
from huice.cli.words import CEILING, CEILING_MEANS, CERTAIN, CERTAIN_MEANS, STATUS
from huice.cli.wrapping import Inline
from huice.evaluate import compare as compare_places
from huice.evaluate import evaluate as evaluate_profile
from huice.evaluate import next_question
from huice.evaluate.evaluator import at_place
from huice.evaluate.facts import Profile
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import MeasureResult, Result

SHOWN = (Status.ELIGIBLE, Status.DISCRETIONARY, Status.UNKNOWN, Status.EXPIRED)


def evaluate(
    out: Surface,
    profile: ProfileFile,
    place: PlaceOption = None,
    measure: MeasureOption = None,
    reading: ReadingOption = None,
    as_of: DateOption = None,
    draft: DraftOption = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="逐项列出不符合的事项和原因 // List the measures that do not apply, with the "
            "reason",
        ),
    ] = False,
) -> None:
    """One profile against the policies."""
    out.under(draft)
    corpus = out.corpus
    checked = read(out, profile, as_of, reading)
    places = find_places(corpus, place or ())
    wanted = find_measures(corpus, measure)
    if len(places) == 1:
        checked = at_place(checked, places[0])
    result = evaluate_profile(checked, corpus, wanted, places if len(places) > 1 else None)
    if out.as_json:
        out.emit(result.to_dict())
        return
    page = out.page()
    show(out, page, result, checked, profile, places, wanted, every=every or wanted is not None)
    out.show(page)


def show(
    out: Surface,
    page: Page,
    result: Result,
    profile: Profile,
    path: str,
    places: list[str],
    wanted: list[str] | None,
    *,
    every: bool = False,
) -> None:
    """The page of a result: of one place in full, of several as a comparison."""
    title = profile.name or out.say("测算结果", "Result")
    if result.place is None or len(places) > 1:
        _of_many_places(out, page, profile, places, wanted, title)
    else:
        cards.head(out, page, result, title)
        summary(out, page, result)
        for status in SHOWN:
            group(out, page, result, status)
        _not_eligible(out, page, result, every=every)
    whole = wanted is None and len(places) <= 1
    question = next_question(profile, out.corpus) if whole else None
    if question is not None:
        shown = path if path != "-" else "FILE"
        cards.question_lines(out, page, question, f"huice ask {shown}")
    cards.disclaimer(out, page)


def summary(out: Surface, page: Page, result: Result) -> None:
    """Certain and ceiling side by side, what is open or unstated, what may be claimed twice."""
    total = result.total
    rows = [
        (out.text(CERTAIN), out.money(total.certain), out.text(CERTAIN_MEANS)),
        (out.text(CEILING), out.money(total.ceiling), out.text(CEILING_MEANS)),
    ]
    shown: list[list[Inline]] = [
        [(name, "quiet"), (money, "accent"), *([] if page.narrow else [(means, "quiet")])]
        for name, money, means in rows
    ]
    columns = (Column(""), Column("", right=True), Column("", grows=True, least=20))
    page.table(columns[: len(shown[0])], shown, titles=False)
    years = list(result.profile.calendar_years())
    if len(years) > 1:
        page.para(
            out.say(
                f"以上是 {cards.years_word(out, years)}的合计。",
                f"Both are sums over {cards.years_word(out, years)}.",
            )
        )
    counts = total.counts
    if counts[Status.ELIGIBLE.value] or total.ceiling_of_eligible:
        page.para(
            out.say(
                f"上限之中，条件已符合的占 {out.money(total.ceiling_of_eligible)}。",
                f"Of the ceiling, {out.money(total.ceiling_of_eligible)} is of measures whose "
                "conditions are met.",
            )
        )
    page.blank()
    told = [
        out.tally(STATUS[status], counts[status.value]) for status in PAYING if counts[status.value]
    ] + cards.unstated(out, total.unquantified)
    if told:
        page.para(out.say("，", "; ").join(told) + out.say("。", "."))
    if total.added_up != total.ceiling:
        page.para(
            out.say(
                f"未去重相加为 {out.money(total.added_up)}：择高不重复的事项只计一次。",
                f"Added up without regard to overlap: {out.money(total.added_up)}; where only the "
                "highest counts, it counts once.",
            )
        )
    cards.same_cost(out, page, total.same_cost)


def group(out: Surface, page: Page, result: Result, status: Status) -> None:
    """The cards of one status."""
    found = result.of_status(status)
    if not found:
        return
    page.heading(out.tally(STATUS[status], len(found)))
    for position, one in enumerate(found):
        if position:
            page.blank()
        if status is Status.EXPIRED:
            _reason(out, page, one)
        else:
            cards.card(out, page, result, one)


def _reason(out: Surface, page: Page, one: MeasureResult) -> None:
    page.split((out.text(one.measure.title), "strong"), one.id)
    page.para(cards.label_of(out, one.reason) + out.say("。", "."), 2)


def _not_eligible(out: Surface, page: Page, result: Result, *, every: bool) -> None:
    found = result.of_status(Status.INELIGIBLE)
    here = [one for one in found if one.here]
    away = [one for one in found if not one.here]
    if not found:
        return
    page.heading(out.tally(STATUS[Status.INELIGIBLE], len(found)))
    if not every:
        parts = []
        if here:
            parts.append(out.say(f"本地 {len(here)} 项", f"{len(here)} of this place"))
        if away:
            parts.append(
                out.say(f"另 {len(away)} 项只适用于其他地方", f"{len(away)} of other places")
            )
        told = out.say("；", "; ").join(parts)
        page.para(
            told + out.say("。加 --all 逐项列出原因。", ". --all lists each with its reason.")
        )
        return
    for one in here:
        _reason(out, page, one)
    if away:
        page.blank()
        reason = out.say("注册地不在当地：", "Registered elsewhere: ")
        cities = list(dict.fromkeys(one.measure.place.split("/")[0] for one in away))
        page.para((reason, "quiet"))
        for city in cities:
            titles = [
                out.text(one.measure.title)
                for one in away
                if one.measure.place.split("/")[0] == city
            ]
            name = out.text(place_name(out.corpus, city))
            page.field(
                f"{name} {len(titles)}",
                out.semicolon.join(titles),
                10 if out.lang == "zh" else 14,
                2,
            )


def _of_many_places(
    out: Surface,
    page: Page,
    profile: Profile,
    places: list[str],
    wanted: list[str] | None,
    title: str,
) -> None:
    comparison = compare_places(profile, out.corpus, wanted, places or None)
    page.heading(title, out.say("各地对比", "place by place"))
    if profile.org.get("place") is None:
        page.para(
            out.say(
                "注册地还没有定，先看各地；定了以后加 --place 看逐项。",
                "The place is open, so here are all of them; --place shows one in full.",
            )
        )
    page.blank()
    places_table(out, page, comparison)
