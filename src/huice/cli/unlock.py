"""`huice unlock`: what a firm would have to change to reach a measure, or to get more of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from huice.analysis.changes_words import bare, entity_name, number_says, risk_says, step_says
from huice.analysis.unlock import MOST_CHANGES, ChangeSet, Unlock, Unlocks
from huice.analysis.unlock import unlock as find_changes
from huice.cli import cards
from huice.cli.find import find_measures, find_places, level, place_name, read
from huice.cli.options import DateOption, PlaceOption, ProfileFile, ReadingOption
from huice.cli.page import Page
from huice.cli.surface import Surface, bad_input
from huice.cli.words import CEILING, CERTAIN, STATUS, UNSTATED
from huice.evaluate.outcome import Status
from huice.language.text import Text

TOP = 3
"""Measures of another place that are told without `--all`."""
SETS = 2
"""Sets of a measure that are told without `--all`."""
MOST_OPTION = (1, 8)

MeasureWords = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MEASURE",
        help="只看这些事项：编号、标题或关键词 // Only these measures: id, title or keyword",
    ),
]


def unlock(
    out: Surface,
    profile: ProfileFile,
    measure: MeasureWords = None,
    place: PlaceOption = None,
    most: Annotated[
        int,
        typer.Option(
            "--most",
            metavar="N",
            help="一组改变最多几项（1–8，缺省 4） // At most so many changes in a set (1 to 8, 4 by default)",
        ),
    ] = MOST_CHANGES,
    reading: ReadingOption = None,
    as_of: DateOption = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="列出全部事项和全部改法 // List every measure and every set of changes",
        ),
    ] = False,
) -> None:
    """What would have to change."""
    least, largest = MOST_OPTION
    if not least <= most <= largest:
        raise bad_input(
            "T004",
            f"--most 应为 {least}–{largest}，写的是 {most}",
            f"--most must be from {least} to {largest}, not {most}",
        )
    checked = read(out, profile, as_of, reading)
    places = find_places(out.corpus, place or ()) or None
    wanted = find_measures(out.corpus, measure)
    shown = 1000 if every or wanted else SETS
    found = find_changes(checked, out.corpus, wanted, places, most=most, shown=shown)
    if out.as_json:
        out.emit(found.to_dict())
        return
    page = out.page()
    page.heading(
        checked.name or out.say("怎样才能享受", "What would have to change"),
        out.say(
            f"申报日 {checked.as_of} · 政策汇编 {out.corpus.version}",
            f"as of {checked.as_of} · corpus {out.corpus.version}",
        ),
    )
    show(out, page, found, every=every or wanted is not None)
    cards.disclaimer(out, page)
    out.show(page)


def show(out: Surface, page: Page, found: Unlocks, *, every: bool) -> None:
    """The measures in groups: within reach, to be lifted, elsewhere, to be answered, and out of reach."""
    ranked = found.ranked()
    reach = [one for one in ranked if one.kind == "reach"]
    away = [one for one in reach if one.sets[0].moves(out.corpus)]
    own = found.profile.org.get("place")
    for place in dict.fromkeys(item.place for item in found.items):
        here = place or own
        name = out.text(place_name(out.corpus, here)) if here else out.say("各地", "the places")
        title = out.say(f"在{name}：改变后即可享受", f"At {name}: within reach")
        _group(out, page, [one for one in reach if one.place == place and one not in away], title)
        raised = [one for one in ranked if one.kind == "raise" and one.place == place]
        more = out.say(f"在{name}：已能享受，还可提高上限", f"At {name}: reached, with room above")
        _group(out, page, raised, more)
    _away(out, page, away, every=every)
    endless = [one for one in ranked if one.endless]
    if endless:
        page.heading(
            out.say(
                "没有企业封顶，上限随支出增加",
                "No cap for a firm: the ceiling follows the spending",
            )
        )
        for one in endless:
            _endless(out, page, one)
    _risks(out, page, ranked)
    _answers(out, page, [one for one in ranked if one.kind == "answer"])
    rest = [one for one in ranked if one.kind in ("full", "closed") and not one.endless]
    _closed(out, page, rest, every=every)


def _group(out: Surface, page: Page, items: Sequence[Unlock], title: str) -> None:
    if not items:
        return
    page.heading(title, out.count(len(items)))
    for position, item in enumerate(items):
        if position:
            page.blank()
        _measure(out, page, item)


def _measure(out: Surface, page: Page, item: Unlock) -> None:
    measure, now = out.corpus.measure(item.measure), item.outcome
    title: list[tuple[str, str]] = [(out.text(measure.title), "strong")]
    page.split(title, out.text(level(out.corpus, measure)))
    if item.kind == "reach":
        lacks = out.semicolon.join(out.text(label) for label in item.lacks)
        if lacks and not (item.sets[0].moves(out.corpus) and len(item.lacks) == 1):
            page.para(out.say(f"差：{lacks}", f"Lacking: {lacks}"), 2, 2)
    else:
        page.para(
            f"{out.say('现在', 'Now')}{out.colon}{out.text(CERTAIN)} {out.money(now.certain)}"
            f"{out.semicolon}{out.text(CEILING)} {out.money(now.ceiling)}",
            2,
        )
    for one in item.sets:
        _set(out, page, item, one)
    if item.found > len(item.sets):
        left = item.found - len(item.sets)
        page.para(
            (out.say(f"另有 {left} 种改法（--all）", f"{left} more ways (--all)"), "quiet"), 2
        )


def _set(out: Surface, page: Page, item: Unlock, one: ChangeSet) -> None:
    deeds = out.semicolon.join(out.text(step_says(step, out.corpus)) for step in one.changes)
    page.para([("→ ", "accent"), (deeds, "strong")], 2, 2)
    if one.answers:
        sure = out.semicolon.join(out.text(step_says(step, out.corpus)) for step in one.answers)
        page.para(
            out.say(f"前提（未填，须属实）：{sure}", f"Provided (not given, must be so): {sure}"),
            4,
            2,
        )
    page.para((brings(out, item, one), "quiet"), 4, 2)


def brings(out: Surface, item: Unlock, one: ChangeSet) -> str:
    """What a set of changes brings, in words."""
    now, parts = item.outcome, []
    if one.certain > now.certain:
        parts.append(f"{out.text(CERTAIN)} +{out.money(one.certain - now.certain)}")
    if one.fill is not None and one.fill.rate:
        label = bare(out.text(out.corpus.vocabulary.fact(one.fill.fact).label))
        rate = out.money(one.fill.rate)
        parts.append(
            out.say(
                f"{label}每 1 元，上限 +{rate}，没有企业封顶",
                f"ceiling +{rate} for each yuan of {label}, without a cap for a firm",
            )
        )
    elif one.ceiling is not None:
        rise = one.ceiling - (now.ceiling or 0)
        parts.append(f"{out.text(CEILING)} +{out.money(rise)}{_when_full(out, one)}")
    elif one.certain == now.certain:
        parts.append(out.text(UNSTATED))
    if item.kind == "reach":
        parts.append(out.text(STATUS[one.status]))
    elif one.status is Status.DISCRETIONARY:
        parts.append(out.text(STATUS[Status.DISCRETIONARY]))
    return out.semicolon.join(parts)


def _when_full(out: Surface, one: ChangeSet) -> str:
    if one.fill is None or one.fill.at is None:
        return ""
    info = out.corpus.vocabulary.fact(one.fill.fact)
    label, at = bare(out.text(info.label)), out.text(number_says(one.fill.at, info))
    return out.say(f"（{label}满 {at}时）", f" (with {label} of {at})")


def _away(out: Surface, page: Page, items: Sequence[Unlock], *, every: bool) -> None:
    if not items:
        return
    title = out.say("换个地方才能享受", "Only at another place")
    page.heading(title, out.count(len(items)))
    page.para(
        (
            out.say(
                "迁址后各项按新地重算，现址的事项不再适用；整体得失见 huice compare。",
                "After a move everything is computed for the new place and what holds here ends; "
                "huice compare weighs the places as a whole.",
            ),
            "quiet",
        )
    )
    by_city: dict[str, list[Unlock]] = {}
    for item in items:
        by_city.setdefault(out.corpus.measure(item.measure).place, []).append(item)
    for place, inside in by_city.items():
        page.blank()
        alone = sum(len(one.sets[0].changes) == 1 and not one.sets[0].answers for one in inside)
        page.split(
            [(out.text(place_name(out.corpus, place)), "strong")],
            out.say(
                f"{len(inside)} 项，其中 {alone} 项迁址即可",
                f"{out.count(len(inside))}, {alone} of them by moving alone",
            ),
        )
        for item in inside if every else inside[:TOP]:
            page.blank()
            _measure(out, page, item)
        if not every and len(inside) > TOP:
            page.blank()
            left = len(inside) - TOP
            page.para((out.say(f"另有 {left} 项（--all）", f"{left} more (--all)"), "quiet"), 2)


def _endless(out: Surface, page: Page, item: Unlock) -> None:
    measure = out.corpus.measure(item.measure)
    page.split([(out.text(measure.title), "strong")], out.text(level(out.corpus, measure)))
    for name, which, rate in item.endless:
        info = out.corpus.vocabulary.fact(name)
        label = Text(bare(info.label.zh), bare(info.label["en"]))
        if which is not None:
            owner = entity_name(out.corpus.vocabulary.kinds[info.entity].label, which)
            label = Text(f"{owner.zh}的{label.zh}", f"{label.en} of {owner.en}")
        page.para(
            out.say(
                f"{label.zh}每多 1 元，上限 +{out.money(rate)}",
                f"each further yuan of {label.en} lifts the ceiling by {out.money(rate)}",
            ),
            2,
            2,
        )


def _risks(out: Surface, page: Page, items: Sequence[Unlock]) -> None:
    risky = [item for item in items if item.risks]
    if not risky:
        return
    page.heading(out.say("风险提示（不是建议）", "Risks (no advice)"))
    for item in risky:
        measure = out.corpus.measure(item.measure)
        page.split([(out.text(measure.title), "strong")], out.text(level(out.corpus, measure)))
        for risk in item.risks:
            page.para((out.text(risk_says(risk, out.corpus)), "warn"), 2, 2)


def _answers(out: Surface, page: Page, items: Sequence[Unlock]) -> None:
    if not items:
        return
    page.heading(out.say("先回答，再看要不要改", "Answer first"), out.count(len(items)))
    for item in items:
        measure = out.corpus.measure(item.measure)
        gaps = out.comma.join(cards.gap_name(out, gap) for gap in item.missing)
        page.para([(out.text(measure.title), "strong"), (f"{out.colon}{gaps}", "")], 0, 2)


def _closed(out: Surface, page: Page, items: Sequence[Unlock], *, every: bool) -> None:
    if not items:
        return
    if not every:
        page.blank()
        full = sum(item.kind == "full" for item in items)
        shut = len(items) - full
        page.para(
            (
                out.say(
                    f"另有 {full} 项已到顶或没有写金额、{shut} 项改变不了；原因见 --all。",
                    f"{out.count(full)} more can be lifted no further or state no amount, {shut} cannot be "
                    "reached; --all says why.",
                ),
                "quiet",
            )
        )
        return
    page.heading(out.say("已到顶，或改变不了", "Nothing to change"), out.count(len(items)))
    for item in items:
        measure = out.corpus.measure(item.measure)
        page.para(
            [(out.text(measure.title), "strong"), (f"{out.colon}{out.text(item.reason)}", "")], 0, 2
        )
