"""The tools that ask about the rules themselves: curves, cliffs, what would have to change."""

from __future__ import annotations

from typing import Any

from huice.analysis import (
    Break,
    Catalogue,
    Curve,
    NotLinear,
    Unlock,
    Unlocks,
    catalogue,
    curve,
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

MOST_LINES = 25
"""Lines of a summary; the data holds everything."""
MOST_TOGETHER = 10
MOST_SHOWN = 20


def _places(corpus: Corpus) -> Schema:
    return {"type": "array", "items": {"enum": list(corpus.places)}}


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


def _curve_takes(corpus: Corpus) -> dict[str, Any]:
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
        "places": _places(corpus),
    }


ANALYSED = (
    Tool(
        "unlock",
        "如何才能满足 What would have to change",
        "For measures that are not reached, or not in full: the smallest sets of changes among facts that a "
        "company can change (place, spending, area, filings, dates...), what each brings and from which day; "
        "every set was evaluated. Name `measures` or a `goal` to keep the answer short. `risks` are no advice.",
        _unlock,
        lambda corpus: {
            "profile": profiles.short(),
            "measures": IDS,
            "places": _places(corpus),
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
        lambda corpus: {
            "measures": IDS,
            "places": _places(corpus),
            "losses": {"type": "boolean", "default": False},
        },
    ),
)
