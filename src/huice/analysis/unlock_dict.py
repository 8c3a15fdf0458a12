"""The answers of `unlock` as data."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from huice.analysis.changes_words import risk_says, step_dict, step_says
from huice.corpus.corpus import Corpus
from huice.evaluate.outcome import Outcome
from huice.evaluate.result import decimal
from huice.language.text import Text

if TYPE_CHECKING:
    from huice.analysis.unlock import ChangeSet, Unlock


def item_dict(corpus: Corpus, item: Unlock) -> dict[str, Any]:
    measure, now = corpus.measure(item.measure), item.outcome
    return {
        "measure": item.measure,
        "title": {"zh": measure.title.zh, "en": measure.title["en"]},
        "place": item.place,
        "kind": item.kind,
        "status": now.status.value,
        "certain_yuan": decimal(now.certain),
        "ceiling_yuan": decimal(now.ceiling),
        "reason": {"zh": item.reason.zh, "en": item.reason["en"]} if item.reason else None,
        "lacks": [_pair(label) for label in item.lacks] if item.kind == "reach" else [],
        "missing": [{"fact": gap.fact, "entity": gap.entity} for gap in item.missing],
        "found": item.found,
        "sets": [_set_dict(corpus, one, now) for one in item.sets],
        "endless": [
            {"fact": name, "entity": which, "yuan_per_unit": decimal(Fraction(rate))}
            for name, which, rate in item.endless
        ],
        "risks": [
            {
                "fact": risk.fact,
                "entity": risk.where,
                "now": decimal(risk.now),
                "at": decimal(risk.at),
                "ceiling_now_yuan": decimal(risk.ceiling_now),
                "ceiling_yuan": decimal(risk.ceiling),
                "says": _pair(risk_says(risk, corpus)),
                "threshold": {"zh": risk.says.zh, "en": risk.says["en"]},
            }
            for risk in item.risks
        ],
    }


def _set_dict(corpus: Corpus, one: ChangeSet, now: Outcome) -> dict[str, Any]:
    rise = None if one.ceiling is None or now.ceiling is None else one.ceiling - now.ceiling
    return {
        "changes": [
            {**step_dict(step, corpus), "says": _pair(step_says(step, corpus))}
            for step in one.changes
        ],
        "answers": [
            {**step_dict(step, corpus), "says": _pair(step_says(step, corpus))}
            for step in one.answers
        ],
        "status": one.status.value,
        "certain_yuan": decimal(one.certain),
        "ceiling_yuan": decimal(one.ceiling),
        "gain": {"certain_yuan": decimal(one.certain - now.certain), "ceiling_yuan": decimal(rise)},
        "earliest": one.date.isoformat(),
        "effort": one.effort,
        "fill": None
        if one.fill is None
        else {
            "fact": one.fill.fact,
            "at": decimal(one.fill.at),
            "ceiling_yuan": decimal(one.fill.ceiling),
            "rate": decimal(Fraction(one.fill.rate)) if one.fill.rate else None,
        },
    }


def _pair(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text["en"]}
