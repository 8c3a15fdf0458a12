"""The tools that ask about the rules themselves: curves, cliffs, what would have to change, plans."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from huice.analysis import (
    Break,
    Catalogue,
    Curve,
    NotLinear,
    Sensitivity,
    Unlock,
    Unlocks,
    catalogue,
    curve,
    sensitivity,
    unlock,
)
from huice.analysis.changes_words import risk_says, step_says
from huice.analysis.tell import sentence, what, where
from huice.analysis.unlock import GOALS, MOST_CHANGES
from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.mcp import profile as profiles
from huice.mcp.calls import IDS, Answer, BadCall, Call, Schema, Tool
from huice.mcp.summary import NOTICE, STATUS, Summary
from huice.planning import Plan, plan
from huice.planning.problem import MOST_YEARS, Site
from huice.planning.stacking import stackings
from huice.planning.usual import usual_task

MOST_LINES = 25
"""Lines of a summary; the data holds everything."""
MOST_TOGETHER = 10
MOST_SHOWN = 20
MOST_SECONDS, USUAL_SECONDS = 10, 5


_PLACES: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "description": "ids of places, as in `compare`",
}


# --- curves ---------------------------------------------------------------------------------------


def _curve(call: Call) -> Answer:
    fact = call.text("fact")
    low, high = call.text("from") or "0", call.text("to") or None
    measures = call.several("measures", call.measures)
    places = call.several("places", call.corpus.places)
    together = call.texts("together", MOST_TOGETHER)
    try:
        found = curve(
            call.short_profile(), fact, call.corpus, measures, places, low, high, together
        )
    except NotLinear as fault:
        raise BadCall("no_answer", (Problem("A008", fault.text),)) from fault
    return Answer(_of_curve(found, call.say), found.to_dict())


def _of_curve(found: Curve, say: Summary) -> str:
    lines = []
    for here in found.places:
        varying = [line for line in here.measures if line.varies]
        lines.append(
            say.say(
                f"{say.place(here.place)}：{len(varying)} 项随“{found.axis.label.zh}”变动",
                f"{say.place(here.place)}: {len(varying)} measures vary with “{found.axis.label.en}”",
            )
        )
        for line in varying:
            lines += [
                f"- {line.title[say.lang]} [{line.measure}]: {sentence(one, found.axis)[say.lang]}"
                for one in _losses_first(line.breaks)
            ]
    return _ended(lines, say)


def _losses_first(breaks: tuple[Break, ...]) -> list[Break]:
    return sorted(breaks, key=lambda one: not one.loss)


def _cliffs(call: Call) -> Answer:
    measures = call.several("measures", call.measures)
    places = call.several("places", call.corpus.places)
    found = catalogue(call.corpus, measures, places)
    data = found.to_dict()
    if call.flag("losses"):
        data["breaks"] = [entry.to_dict() for entry in found.losses]
    return Answer(_of_catalogue(found, call.say, losses=call.flag("losses")), data)


def _of_catalogue(found: Catalogue, say: Summary, *, losses: bool) -> str:
    entries = sorted(
        found.losses if losses else found.entries, key=lambda entry: not entry.found.loss
    )
    lines = [
        say.say(
            f"{found.measures} 个事项：断崖 {len(found.losses)} 处，跳变与转折共 {len(found.entries)} 处",
            f"{found.measures} measures: {len(found.losses)} cliffs, {len(found.entries)} breaks in all",
        )
    ]
    for entry in entries:
        at, event = (
            where(entry.found, entry.axis)[say.lang],
            what(entry.found, entry.axis)[say.lang],
        )
        lines.append(
            f"- {entry.title[say.lang]} [{entry.measure}] {entry.axis.label[say.lang]}: {at}: {event}"
        )
    return _ended(lines, say)


def _ended(lines: list[str], say: Summary) -> str:
    left = len(lines) - MOST_LINES
    more = (
        [say.say(f"（另有 {left} 行，见数据）", f"({left} more lines in the data)")]
        if left > 0
        else []
    )
    return "\n".join([*lines[:MOST_LINES], *more, NOTICE[say.lang]])


# --- sensitivity ----------------------------------------------------------------------------------


def _sensitivity(call: Call) -> Answer:
    ranges: dict[str, tuple[object, object]] = {}
    for written in call.texts("ranges", MOST_TOGETHER):
        fact, equals, span = written.partition("=")
        low, dots, high = span.partition("..")
        if not (equals and dots):
            raise call.wrong("ranges", written, ("contracts[0].paid_yuan=20万元..80万元",))
        ranges[fact.strip()] = (low.strip(), high.strip())
    profile = call.short_profile()
    place = call.text("place")
    if place and place not in call.corpus.places:
        raise call.wrong("place", place, call.corpus.places)
    found = sensitivity(profile, call.corpus, place or None, ranges, settled=call.flag("settled"))
    return Answer(_of_bars(found, call.say), found.to_dict())


def _of_bars(found: Sensitivity, say: Summary) -> str:
    lines = [
        say.say(
            f"{say.place(found.place)}：本企业上限 {say.money(found.ceiling)}，确定额 "
            f"{say.money(found.certain)}；一次只变一件：",
            f"{say.place(found.place)}: ceiling {say.money(found.ceiling)}, certain "
            f"{say.money(found.certain)}; one thing varied at a time:",
        )
    ]
    lines += [
        f"- {bar.label[say.lang]}: {bar.low.says[say.lang]} → {say.money(bar.low.ceiling)}; "
        f"{bar.high.says[say.lang]} → {say.money(bar.high.ceiling)}"
        for bar in found.bars
    ]
    return _ended(lines, say)


# --- plans ----------------------------------------------------------------------------------------


def _plan(call: Call) -> Answer:
    objective = call.choice("objective", ("", "certain", "ceiling"), "") or None
    stacking = call.choice("stacking", ("", *stackings()), "") or None
    seconds = call.number("seconds", MOST_SECONDS, USUAL_SECONDS)
    if "problem" in call.given:
        task = call.problem()
    else:
        task = usual_task(call.short_profile(), call.corpus, call.number("years", MOST_YEARS, 3))
        places = call.several("places", call.corpus.places)
        if places:
            task = structs.replace(task, sites=tuple(Site(place) for place in places))
    found = plan(
        task, call.corpus, objective=objective, stacking=stacking, time_limit=float(seconds)
    )
    return Answer(_of_plan(found, call.say), found.to_dict())


def _of_plan(found: Plan, say: Summary) -> str:
    proof = found.proof
    gap = say.money(proof.gap)
    lines = [
        say.say("已证明最优（差距 0）", "Proved best (gap 0)")
        if proof.proved
        else say.say(f"未证明最优：至多还能多 {gap}", f"Not proved best: at most {gap} more")
    ]
    for one in found.entities:
        lines.append(
            say.say(
                f"{say.place(one.place)}：确定额 {say.money(one.certain)}，本企业上限 {say.money(one.ceiling)}",
                f"{say.place(one.place)}: certain {say.money(one.certain)}, ceiling {say.money(one.ceiling)}",
            )
        )
        for claim in one.claims:
            years = ", ".join(map(str, claim.years))
            most = say.say("条文未写金额", "no amount stated")
            if claim.ceiling is not None:
                most = say.say("至多 ", "at most ") + say.money(claim.ceiling)
            lines.append(f"- {years} {claim.title[say.lang]} [{claim.measure}]: {most}")
    for row in found.places:
        if row.status != "chosen":
            less = (
                ""
                if not row.less
                else say.say(f"少 {say.money(row.less)}，", f"{say.money(row.less)} less, ")
            )
            lines.append(f"× {say.place(row.place)}: {less}{row.reason[say.lang]}")
    lines += [note[say.lang] for note in found.notes]
    return _ended(lines, say)


# --- changes --------------------------------------------------------------------------------------


def _unlock(call: Call) -> Answer:
    found = unlock(
        call.short_profile(),
        call.corpus,
        call.several("measures", call.measures),
        call.several("places", call.corpus.places),
        goal=call.choice("goal", GOALS, "both"),
        most=call.number("most", MOST_CHANGES, MOST_CHANGES),
        shown=call.number("shown", MOST_SHOWN, 2),
    )
    return Answer(_of_changes(found, call.say), found.to_dict())


def _of_changes(found: Unlocks, say: Summary) -> str:
    lines: list[str] = []
    for item in found.ranked():
        lines += _of_item(item, found, say)
    return _ended(lines, say)


def _of_item(item: Unlock, found: Unlocks, say: Summary) -> list[str]:
    corpus = found.corpus
    title = f"- {corpus.measure(item.measure).title[say.lang]} [{item.measure}]: "
    if item.sets:
        best = item.sets[0]
        steps = [step_says(step, corpus)[say.lang] for step in (*best.changes, *best.answers)]
        amount = say.say("条文未写金额", "no amount stated")
        if best.ceiling is not None:
            most = say.money(best.ceiling)
            amount = say.say(f"此后本企业上限 {most}", f"ceiling then {most}")
        later = "" if best.date <= found.profile.as_of else f"; {best.date.isoformat()}"
        lines = [
            title + say.say("；", "; ").join(steps)
            + f" → {STATUS[best.status][say.lang]}, {amount}{later}"
        ]  # fmt: skip
    elif item.kind == "answer":
        lines = [title + say.say("先回答未知的事实", "answer what is unknown first")]
    else:
        lines = [title + (item.reason[say.lang] or say.say("没有企业封顶", "no cap for a firm"))]
    return lines + [f"  ▲ {risk_says(risk, corpus)[say.lang]}" for risk in item.risks]


_FACT: Schema = {
    "type": "string",
    "description": "a number of the profile, such as contracts[0].paid_yuan or org.revenue_yuan",
}


def _amount(told: str) -> Schema:
    return {"type": "string", "description": f"{told}, such as '500000' or '50万元'"}


def _curve_takes(_: Corpus) -> dict[str, Any]:
    return {
        "profile": profiles.short(),
        "fact": _FACT,
        "together": {
            "type": "array",
            "items": {"type": "string"},
            "description": "facts that take the same number, such as amount_yuan and paid_yuan of a contract",
        },
        "from": _amount("start of the range"),
        "to": _amount("its end; none by default"),
        "measures": IDS,
        "places": _PLACES,
    }


def _plan_takes(_: Corpus) -> dict[str, Any]:
    return {
        "profile": profiles.short(),
        "years": {"type": "integer", "minimum": 1, "maximum": MOST_YEARS, "default": 3},
        "places": _PLACES,
        "problem": {
            "type": "object",
            "description": "instead: {profile, years, places (with setup, yearly), entities, spending [{id, "
            "facts, total, yearly}], choices, measures {must, never, only}, objective, net, stacking}",
        },
        "objective": {"enum": ["certain", "ceiling"]},
        "stacking": {"enum": list(stackings())},
        "seconds": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_SECONDS,
            "default": USUAL_SECONDS,
        },
    }


ANALYSED = (
    Tool(
        "unlock",
        "如何才能满足 What would have to change",
        "For measures that are not reached, or not in full: the smallest sets of changes among facts that a "
        "company can change (place, spending, area, filings, dates...), what each brings and from which day; "
        "every set was evaluated. Name `measures` or a `goal` to keep the answer short. `risks` are no advice.",
        _unlock,
        lambda _: {
            "profile": profiles.short(),
            "measures": IDS,
            "places": _PLACES,
            "goal": {"enum": list(GOALS), "default": "both"},
            "most": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_CHANGES,
                "default": MOST_CHANGES,
            },
            "shown": {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN, "default": 2},
        },
        ("profile",),
    ),
    Tool(
        "curve",
        "曲线与断崖 A curve and its cliffs",
        "What each measure gives while one number of the profile varies: exact straight parts, every jump and "
        "bend with the clause behind it, where a loss is made up again, where more brings nothing.",
        _curve,
        _curve_takes,
        ("profile", "fact"),
    ),
    Tool(
        "cliffs",
        "断崖与转折 Cliffs of the rules",
        "Where one yuan more brings less (`losses`), nothing, or much, in the rules themselves; no profile.",
        _cliffs,
        lambda _: {
            "measures": IDS,
            "places": _PLACES,
            "losses": {"type": "boolean", "default": False},
        },
    ),
    Tool(
        "sensitivity",
        "敏感度 What moves the result most",
        "At one place, each fact, reading and decision varied alone: the total at both ends, the largest "
        "effect first. Name a `place` if the profile leaves it open.",
        _sensitivity,
        lambda _: {
            "profile": profiles.short(),
            "place": {"type": "string", "description": "one place, as in `compare`"},
            "ranges": {
                "type": "array",
                "items": {"type": "string"},
                "description": "such as contracts[0].paid_yuan=20万元..80万元; half each way by default",
            },
            "settled": {"type": "boolean", "default": False},
        },
        ("profile",),
    ),
    Tool(
        "plan",
        "规划 The best plan",
        "Where, in which years and with which spending to claim what, for the largest certain sum or ceiling, "
        "with a proof (or the honest gap), why other places give less, and what is left out.",
        _plan,
        _plan_takes,
    ),
)
