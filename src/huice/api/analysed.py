"""The operations that ask about the rules themselves: curves, their breaks, what would have to change."""

from __future__ import annotations

from threading import Lock
from typing import Any

from msgspec import structs

from huice.analysis import Catalogue, NotLinear, catalogue, curve, sensitivity, unlock
from huice.api import query as q
from huice.api.asked import Asked, Operation
from huice.api.faults import Refused
from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.evaluate.compare import check_places
from huice.evaluate.evaluator import evaluator
from huice.evaluate.program import holds_at
from huice.language.text import Text
from huice.planning import NoPlan, plan
from huice.planning.problem import Site
from huice.planning.usual import usual_task

MOST_ROWS = 200
"""Entries of lists times years, for questions that run the evaluator many times over."""
USUAL_YEARS = 3
"""Years that are planned if nobody says."""
FEW_ROWS = 100
"""The same where each of many facts is varied."""
_LOCK = Lock()


def breaks_of_corpus(corpus: Corpus, *, readings: bool = False) -> Catalogue:
    """The breaks of the whole corpus, worked out once: it takes seconds and is the same for everyone."""
    kept: dict[str, Any] = corpus.__dict__
    name = "_breaks_under_readings" if readings else "_breaks"
    with _LOCK:
        if name not in kept:
            kept[name] = catalogue(corpus, readings=readings)
    found: Catalogue = kept[name]
    return found


def some_of(found: Catalogue, corpus: Corpus, ids: set[str]) -> Catalogue:
    """What a catalogue says of some measures."""
    return structs.replace(
        found,
        entries=tuple(one for one in found.entries if one.measure in ids),
        measures=sum(one.id in ids for one in corpus.measures),
        unshown=tuple(id_ for id_ in found.unshown if id_ in ids),
        bent=tuple(id_ for id_ in found.bent if id_ in ids),
    )


def _cliffs(asked: Asked) -> dict[str, Any]:
    corpus, query = asked.corpus, asked.query
    found = breaks_of_corpus(corpus, readings=query.one("readings") == "true")
    ids = set(query.many("measure") or [one.id for one in corpus.measures])
    if place := query.one("place"):
        places, programs = check_places(corpus, [place]), evaluator(corpus).programs
        ids = {
            id_
            for id_ in ids
            if any(holds_at(programs.get(corpus.measure(id_)), one) for one in places)
        }
    found = some_of(found, corpus, ids)
    if query.one("losses") == "true":
        found = structs.replace(found, entries=found.losses)
    return found.to_dict()


def _unlock(asked: Asked) -> dict[str, Any]:
    query = asked.query
    return unlock(
        asked.profiles[0],
        asked.corpus,
        query.many("measure"),
        query.many("place"),
        goal=query.one("goal"),
        most=int(query.one("most")),
        shown=int(query.one("shown")),
    ).to_dict()


def _sensitivity(asked: Asked) -> dict[str, Any]:
    query = asked.query
    ranges: dict[str, tuple[object, object]] = {}
    for written in query.many("range") or ():
        fact, _, span = written.partition("=")
        low, _, high = span.partition("..")
        ranges[fact] = (low, high)
    return sensitivity(
        asked.profiles[0],
        asked.corpus,
        query.one("place") or None,
        ranges,
        settled=query.one("settled") == "true",
    ).to_dict()


def _plan(asked: Asked) -> dict[str, Any]:
    query = asked.query
    task = asked.task
    if task is None:
        years = int(query.one("years") or USUAL_YEARS)
        task = usual_task(asked.profiles[0], asked.corpus, years)
        places = check_places(asked.corpus, query.many("place"))
        if places:
            task = structs.replace(task, sites=tuple(Site(place) for place in places))
    seconds = int(query.one("seconds"))
    try:
        return plan(
            task,
            asked.corpus,
            objective=query.one("objective") or None,
            stacking=query.one("stacking") or None,
            time_limit=seconds,
        ).to_dict()
    except NoPlan as none:
        late = Text(
            f"{seconds} 秒内没有找到方案；请增大 seconds（至多 {q.MOST_SECONDS}），或减少地点、年数",
            f"no plan was found within {seconds} seconds; raise seconds (to {q.MOST_SECONDS} at most), or ask "
            "for fewer places or years",
        )
        told = (Problem("J012", late) if one.code == "J012" else one for one in none.problems)
        raise NoPlan(tuple(told)) from none


def _curve(asked: Asked) -> dict[str, Any]:
    query = asked.query
    try:
        return curve(
            asked.profiles[0],
            query.one("fact"),
            asked.corpus,
            query.many("measure"),
            query.many("place"),
            query.one("from"),
            query.one("to") or None,
            query.many("together") or (),
        ).to_dict()
    except NotLinear as fault:
        raise Refused("no_answer", (Problem("A008", fault.text),)) from fault


ANALYSED = (
    Operation(
        "curve", "POST", "/curve",
        Text("曲线与断崖", "A curve and its cliffs"),
        Text(
            "画像里的一个数变动时，每个事项和合计的确定额与本企业上限：逐段的精确直线，不是抽样；每个突变、转折及其"
            "原文，跌了的在哪里补回来。金额是截到分之前的；各地互为选择，不可相加。",
            "What each measure and the total give while one number of the profile varies: exact straight "
            "parts, nothing is sampled; every jump and bend with the sentence behind it, and where a loss is "
            "made up again. Amounts are those before the cut to the fen. Places are alternatives: never add.",
        ),
        _curve, ("Curve",),
        (q.LANG, q.FACT, q.TOGETHER, q.FROM, q.TO, q.MEASURES, q.PLACES), "profile", tag="profile",
        slow=True,
    ),
    Operation(
        "unlock", "POST", "/unlock",
        Text("如何才能满足", "What would have to change"),
        Text(
            "没有拿到、或没有拿满的事项：企业自己能改变的事实里，哪些最少的改变就够；每组改变之后的状态和金额，"
            "最早在哪一天。每一组都由同一个测算程序核过，少一步都不够。拆分合同之类只作为风险列出，不作建议。",
            "For what is not reached, or not in full: the smallest sets of changes, among facts that a firm "
            "can change, that are enough; status and amounts after each, the earliest day. The evaluator ran "
            "every set, and every part of it. Splitting a purchase is listed as a risk, never as advice.",
        ),
        _unlock, ("Unlocks",),
        (q.LANG, q.MEASURES, q.PLACES, q.GOAL, q.MOST_CHANGES, q.SHOWN), "profile", tag="profile",
        slow=True, most_rows=MOST_ROWS,
    ),
    Operation(
        "sensitivity", "POST", "/sensitivity",
        Text("敏感度", "What moves the result most"),
        Text(
            "在一个地点，一次只让一个事实、一种读法或一项裁量变动，其余不变：合计在两端各是多少，影响大的在前。"
            "画像没有写注册地的，用 place 指定一处。",
            "At one place, each fact, reading and decision varied alone: the total at both ends, the largest "
            "effect first. Name a place if the profile leaves it open.",
        ),
        _sensitivity, ("Sensitivity",),
        (q.LANG, q.PLACE, q.RANGES, q.SETTLED), "profile", tag="profile", slow=True, most_rows=FEW_ROWS,
    ),
    Operation(
        "plan", "POST", "/plan",
        Text("规划", "The best plan"),
        Text(
            "在哪里、哪几年、用哪笔支出申报哪些事项，使确定额或上限最大：连同证明（上界与差距）、各地为什么较少、"
            "用到的叠加条款、没有列入的事项。正文为规划题目（见 docs/planning.md）；只有画像也可以，"
            "则比较各地，把画像里的合同分到各年。没有可行方案、或没有最优方案时，422 说明原因。",
            "Where, when and with which spending to claim what, so that the certain sum or the ceiling is "
            "largest: with the proof (bound and gap), why each other place gives less, the clauses of "
            "stacking, and what is not planned. The body is a planning problem (docs/planning.md), or a "
            "profile alone: then all places are compared and its contracts are spread over the years. If "
            "there is no plan, or none is best, 422 says why.",
        ),
        _plan, ("Plan",),
        (q.LANG, q.YEARS, q.OBJECTIVE, q.STACKING, q.PLACES, q.SECONDS), "problem", tag="profile",
        slow=True, most_rows=FEW_ROWS,
    ),
    Operation(
        "list_cliffs", "GET", "/cliffs",
        Text("断崖与转折", "List the cliffs and bends"),
        Text(
            "规则里每个数字处，金额怎样跳变、转折：不需要画像，以政策文件里的算例为例。",
            "What every number of a rule does to its amount, found on the examples beside the rules: no "
            "profile is needed.",
        ),
        _cliffs, ("Cliffs",), (q.LANG, q.MEASURES, q.ONLY_AT, q.LOSSES, q.READINGS), kept=True, slow=True,
    ),
)  # fmt: skip
"""All of them, in the order in which they are documented."""
