"""Why no change helps, in words."""

from __future__ import annotations

from datetime import date

from huice.analysis.changes import is_answer
from huice.analysis.changes_words import bare
from huice.analysis.unlock_search import Search
from huice.evaluate.result import REASONS
from huice.language.text import Text

MOST_LOOKED = 8
"""Changes up to which it is still said how many it would take."""
FULL = Text("已达到条文允许本企业的最多", "already the most that the wording allows this firm")
UNSTATED = Text("条文没有写金额", "the text states no amount")
DECIDED = Text("主管部门已核定金额", "the authority has set the amount")
EMPTY_POOL = Text(
    "资金池本期已无余额，企业改变不了；可等下一期",
    "the pool is empty, which the firm cannot change; wait for the next round",
)
PAST = ("refused", "barred", "paid_once", "cap_used", "years_used", "run_broken", "window_closed")
"""Reasons of the engine that no act of the firm undoes."""
NOTHING_HELPS = Text("：企业现在做什么都改变不了", ": nothing the firm does now changes it")


def closed(search: Search, reason: Text) -> Text | None:
    """Why nothing can be done: a refusal, or what was received before; None while something may help."""
    codes = {year.reason for year in search.now.years}
    if codes <= set(PAST) or (codes and codes <= {*PAST, "ended"}):
        return reason + NOTHING_HELPS
    measure = search.program.measure.id
    decision = search.profile.decisions.get(measure)
    if decision is not None and decision.outcome == "refused":
        return REASONS["refused"] + NOTHING_HELPS
    return None


def why_none(search: Search) -> Text:
    """Why no set was found."""
    for code, day in search.refused.items():
        if code in PAST:
            return REASONS[code] + NOTHING_HELPS
        if code == "ended":
            return _too_late(search, day)
    labels = [
        search.corpus.vocabulary.facts[name].label
        for name in search.blocked
        if search.corpus.vocabulary.facts[name].change.how == "never"
    ]
    more = Search(search.held, search.profile, search.program, MOST_LOOKED, moves=search.moves)
    sets = more.sets() if search.most < MOST_LOOKED else []
    if sets:
        least = min(sum(not is_answer(step) for step in steps) for steps in sets)
        return Text(
            f"至少要同时改变 {least} 项，超过所设的 {search.most} 项",
            f"at least {least} changes at once are needed, more than the {search.most} asked for",
        )
    if labels:
        zh = "、".join(bare(label.zh) for label in labels)
        en = ", ".join(bare(label["en"]) for label in labels)
        return Text(
            f"取决于企业不能改变的事实：{zh}", f"rests on what the firm cannot change: {en}"
        )
    return Text(
        "没有企业能做的改变可以满足条件", "no change that a firm can make meets the conditions"
    )


def _too_late(search: Search, day: date | None) -> Text:
    valid = search.program.rule.valid
    assert valid is not None
    assert valid.ends is not None
    ends = valid.ends.isoformat()
    if day is None:
        return Text(
            f"文件已于 {ends} 期满，条件满足也不再受理",
            f"the document ended on {ends}; meeting the conditions no longer helps",
        )
    return Text(
        f"最早 {day} 才满足条件，而文件已于 {ends} 期满",
        f"the conditions hold from {day} at the earliest, but the document ends on {ends}",
    )
