"""`plan`: from a problem to the best plan, its proof, and why the other places lose."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec import structs

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.source import Problem
from huice.evaluate.evaluator import evaluator
from huice.evaluate.facts import Exact, Profile
from huice.language.text import Text
from huice.planning.causes import NoPlan, infeasible, unbounded
from huice.planning.field import Unbounded
from huice.planning.make import Found, Maker
from huice.planning.plan import Plan, Proof
from huice.planning.problem import Task
from huice.planning.reader import load_task
from huice.planning.search import Candidate, Search
from huice.planning.stacking import stackings
from huice.planning.usual import usual_task

FEN = Fraction(1, 100)


def plan(
    given: Mapping[str, Any] | str | Path | Task,
    corpus: Corpus | None = None,
    *,
    objective: str | None = None,
    stacking: str | None = None,
    time_limit: float | None = None,
    today: date | None = None,
) -> Plan:
    """The best plan of a problem (a mapping, a file, or a checked `Task`).

    `objective` (certain, ceiling) and `stacking` (stated, prudent) take the place of the problem's own;
    `time_limit` in seconds: the best plan so far, with its gap. Raises `BadProfile` for a faulty problem and
    `NoPlan`, which is one, where no plan is possible or none is best.
    """
    corpus = corpus or shipped()
    task = load_task(given, corpus, today)
    if objective is not None:
        certain, ceiling = (1, 0) if objective == "certain" else (0, 1)
        task = structs.replace(task, certain=certain, ceiling=ceiling)
    if stacking is not None:
        task = structs.replace(task, stacking=stacking)
    return solved(task, corpus, time_limit)


def plan_profile(
    profile: Profile,
    years: int,
    corpus: Corpus | None = None,
    *,
    objective: str | None = None,
    stacking: str | None = None,
    time_limit: float | None = None,
) -> Plan:
    """The best plan of a profile alone: all places, one entity, its own contracts spread over the years."""
    corpus = corpus or shipped()
    task = usual_task(profile, corpus, years)
    return plan(task, corpus, objective=objective, stacking=stacking, time_limit=time_limit)


def solved(task: Task, corpus: Corpus, seconds: float | None) -> Plan:
    """The best plan of a checked problem."""
    start = time.perf_counter()
    held = evaluator(corpus)
    policy = stackings()[task.stacking]
    search = Search(task, held, policy, seconds)
    try:
        candidates = search.candidates()
    except Unbounded as found:
        raise unbounded(found) from None
    possible = [one for one in candidates if one.plan is not None]
    if not possible:
        if all(one.status == "infeasible" for one in candidates):
            raise infeasible(task, held, search.field, policy)
        raise NoPlan((_too_short(seconds),))
    best = search.best(possible)
    exact = search.certified(candidates, best.value)
    proof = _proof(best, candidates, time.perf_counter() - start, exact=exact)
    places = search.by_place(candidates, best)
    return Maker(task, held, search.field, policy, Found(best, places, proof)).plan()


def _proof(
    best: Candidate, candidates: tuple[Candidate, ...], seconds: float, *, exact: bool
) -> Proof:
    """The bound of all candidates together against the value of the best.

    Where the exact check succeeds the bound is the value: what lies above is less than a fen.
    """
    bounds = [Fraction(one.bound) for one in candidates if one.bound is not None]
    value: Exact = best.value
    bound = Fraction(value) if exact else max([Fraction(value), *bounds])
    gap = bound - Fraction(value)
    timed_out = any(one.status in ("limit", "untried") for one in candidates)
    nodes = sum(one.nodes for one in candidates)
    return Proof(gap < FEN, exact, value, bound, gap, seconds, nodes, timed_out)


def _too_short(seconds: float | None) -> Problem:
    return Problem(
        "J012",
        Text(
            f"限时 {seconds} 秒内没有找到方案，请放宽 --time-limit，或减少地点、年数",
            f"no plan was found within {seconds} seconds; allow more time, or fewer places and years",
        ),
    )
