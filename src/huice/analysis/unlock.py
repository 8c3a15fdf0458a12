"""What has to change: for each measure the minimal sets of changes that reach it, or lift what it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from huice.analysis.changes import Alter, More, Step, Wait, apply, is_answer
from huice.analysis.unlock_dict import item_dict
from huice.analysis.unlock_fill import Fill, fill
from huice.analysis.unlock_raise import Raise
from huice.analysis.unlock_reasons import DECIDED, EMPTY_POOL, FULL, UNSTATED, closed, why_none
from huice.analysis.unlock_risk import Risk
from huice.analysis.unlock_search import REACHED, Search
from huice.analysis.unlock_steps import Steps
from huice.corpus.corpus import Corpus, shipped
from huice.corpus.source import Problem
from huice.evaluate.compare import check_places
from huice.evaluate.evaluator import at_place, evaluator, read_profile, select
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.missing import Gap
from huice.evaluate.outcome import Outcome, Status
from huice.evaluate.profiles import BadProfile
from huice.evaluate.program import holds_at
from huice.evaluate.result import MeasureResult, Result
from huice.language.text import Text

SCHEMA = "huice/unlock/1"
MOST_CHANGES = 4
"""Changes of one set: more is no advice that a firm could follow."""
SHOWN = 5
"""Sets of one measure that are returned, best first."""
GOALS = ("reach", "raise", "both")


class ChangeSet(Struct, frozen=True):
    """Changes that together are enough, none of them for nothing.

    `status`, `certain`, `ceiling` are those afterwards, in yuan; `date` the first day on which they can hold.
    `fill` tells how the ceiling follows an amount that the set leaves open.
    """

    steps: Steps
    status: Status
    certain: Exact
    ceiling: Exact | None
    date: date
    effort: int
    fill: Fill | None = None

    @property
    def changes(self) -> tuple[Step, ...]:
        """What has to be done."""
        return tuple(step for step in self.steps if not is_answer(step))

    @property
    def answers(self) -> tuple[Step, ...]:
        """What is unknown now and has to be so."""
        return tuple(step for step in self.steps if is_answer(step))

    def moves(self, corpus: Corpus) -> bool:
        """Whether the firm would move."""
        return any(
            isinstance(step, Alter) and corpus.vocabulary.fact(step.fact).type == "place"
            for step in self.changes
        )


class Unlock(Struct, frozen=True):
    """One measure: where it stands and what would change that.

    `kind`: `reach` (not reached, sets reach it), `raise` (reached, sets lift the ceiling), `answer` (answer
    first: nothing is to be changed before `missing` is known), `full` (reached, and no change lifts it),
    `closed` (nothing the firm does changes it: `reason` says why). `found` counts all sets, of which the best
    are listed. `endless` are amounts with which the ceiling rises without a cap: a fact, and yuan for a yuan.
    """

    measure: str
    place: str | None
    kind: str
    now: MeasureResult
    sets: tuple[ChangeSet, ...] = ()
    found: int = 0
    reason: Text = Text("", "")
    endless: tuple[tuple[str, Any, Exact], ...] = ()
    risks: tuple[Risk, ...] = ()

    @property
    def status(self) -> Status:
        """The status now."""
        return self.now.status

    @property
    def outcome(self) -> Outcome:
        """What the measure gives now."""
        return self.now.outcome

    @property
    def missing(self) -> tuple[Gap, ...]:
        """The unknown facts that can still change the answer."""
        gaps: tuple[Gap, ...] = self.now.missing
        return gaps

    @property
    def lacks(self) -> tuple[Text, ...]:
        """The conditions that do not hold now, as the text has them (差什么)."""
        failed = tuple(check.label for check in self.now.conditions if check.holds is False)
        return failed or (self.now.reason,)


class Unlocks(Struct, frozen=True):
    """What has to change, measure by measure; those of different places are alternatives."""

    profile: Profile
    corpus: Corpus
    items: tuple[Unlock, ...]

    def of(self, measure: str, place: str | None = None) -> Unlock:
        """The answer for one measure (at one place). Raises `KeyError`."""
        for item in self.items:
            if item.measure == measure and place in (None, item.place):
                return item
        raise KeyError(measure)

    def ranked(self) -> tuple[Unlock, ...]:
        """Those with sets first: fewest changes, then least effort, earliest, most money."""
        return tuple(sorted(self.items, key=_item_rank))

    def after(self, one: ChangeSet) -> Profile:
        """The profile after a set of changes."""
        return apply(self.profile, one.steps, self.corpus)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; amounts are decimal strings of yuan or null."""
        return {
            "schema": SCHEMA,
            "as_of": self.profile.as_of.isoformat(),
            "place": self.profile.org.get("place"),
            "corpus_version": self.corpus.version,
            "measures": [item_dict(self.corpus, item) for item in self.items],
        }


def unlock(
    profile: Mapping[str, Any] | str | Path | Profile,
    corpus: Corpus | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[str] | str | None = None,
    *,
    goal: str = "both",
    most: int = MOST_CHANGES,
    shown: int = SHOWN,
    today: date | None = None,
) -> Unlocks:
    """What this applicant would have to change to reach each measure, or to get more of it.

    Sets have at most `most` changes, and the best `shown` of each measure are returned. `goal` is `reach`
    (measures that are not reached), `raise` (those that are, but not fully) or `both`. At `places` the
    applicant is put there and moving is not proposed; without, it may be. Every set was run by the evaluator,
    and so was every part of it. Raises `BadProfile` as `huice.evaluate` does.
    """
    corpus = corpus or shipped()
    if goal not in GOALS:
        raise BadProfile((_goal(goal),))
    checked = read_profile(profile, corpus, today)
    asked, held = select(corpus, measures), evaluator(corpus)
    where = check_places(corpus, places)
    items: list[Unlock] = []
    for place in where or (None,):
        here = checked if place is None else at_place(checked, place)
        for measure, answer in zip(asked, Result(held, here, asked).measures, strict=True):
            program = held.program(measure, here)
            if place is not None and not holds_at(program, place):
                continue
            reached = answer.status in REACHED
            if goal != "both" and reached is (goal == "reach"):
                continue
            search = Search(held, here, program, most, moves=place is None)
            if answer.status is Status.UNKNOWN:
                items.append(Unlock(measure.id, place, "answer", answer))
            elif reached:
                items.append(_raised(search, answer, place, shown))
            else:
                items.append(_reached(search, answer, place, shown))
    return Unlocks(checked, corpus, tuple(items))


def _goal(goal: str) -> Problem:
    said = Text("、".join(GOALS), ", ".join(GOALS))
    return Problem(
        "U004",
        Text(f"goal 只能是 {said.zh}，写的是“{goal}”", f"`goal` is one of {said.en}, not “{goal}”"),
    )


# --- one measure ------------------------------------------------------------------------------------------


def _reached(search: Search, answer: MeasureResult, place: str | None, shown: int) -> Unlock:
    shut = closed(search, answer.reason)
    if shut:
        return Unlock(answer.id, place, "closed", answer, reason=shut)
    risks = tuple(Raise(search).risks())
    sets = search.sets()
    if not sets:
        why = why_none(search)
        return Unlock(answer.id, place, "closed", answer, reason=why, risks=risks)
    best = _best(search, sets)
    kept = tuple(_filled(search, one) for one in best[:shown])
    return Unlock(answer.id, place, "reach", answer, kept, len(best), risks=risks)


def _raised(search: Search, answer: MeasureResult, place: str | None, shown: int) -> Unlock:
    now, decision = search.now, search.profile.decisions.get(answer.id)
    if now.ceiling is None or not now.quantified:
        if now.quantified and answer.missing:
            return Unlock(answer.id, place, "answer", answer)
        return Unlock(answer.id, place, "full", answer, reason=UNSTATED)
    if decision is not None and decision.amount is not None:
        return Unlock(answer.id, place, "full", answer, reason=DECIDED)
    raising = Raise(search)
    sets = [steps for steps in raising.sets(search.most) if _lifts(search, steps)]
    best, risks = _best(search, sets), tuple(raising.risks())
    endless = tuple((name, which, rate) for (name, which), rate in raising.endless.items())
    if best:
        kept = tuple(best[:shown])
        return Unlock(
            answer.id, place, "raise", answer, kept, len(best), endless=endless, risks=risks
        )
    if now.ceiling == 0 and search.program.rule.pool:
        return Unlock(answer.id, place, "closed", answer, reason=EMPTY_POOL)
    reason = Text("", "") if endless else FULL
    return Unlock(answer.id, place, "full", answer, reason=reason, endless=endless, risks=risks)


def _lifts(search: Search, steps: Steps) -> bool:
    outcome, now = search.outcome(steps), search.now
    return (
        outcome.status in REACHED
        and outcome.ceiling is not None
        and now.ceiling is not None
        and outcome.ceiling > now.ceiling
    )


def _best(search: Search, sets: Sequence[Steps]) -> list[ChangeSet]:
    """The sets with what they bring, best first."""
    found = []
    for steps in sets:
        outcome = search.outcome(steps)
        day = next((s.until for s in steps if isinstance(s, Wait)), search.profile.as_of)
        effort = sum(_effort(step, search.corpus) for step in steps if not is_answer(step))
        found.append(
            ChangeSet(steps, outcome.status, outcome.certain, outcome.ceiling, day, effort)
        )
    return sorted(found, key=_rank)


def _filled(search: Search, one: ChangeSet) -> ChangeSet:
    return ChangeSet(
        one.steps,
        one.status,
        one.certain,
        one.ceiling,
        one.date,
        one.effort,
        fill(search, one.steps),
    )


def _rank(one: ChangeSet) -> tuple[Any, ...]:
    """Fewer changes, less effort, sooner, more money; what is left in the order of the words."""
    return (
        len(one.changes),
        one.effort,
        one.date,
        len(one.answers),
        -(one.ceiling or 0),
        -one.certain,
        repr(one.steps),
    )


def _item_rank(item: Unlock) -> tuple[Any, ...]:
    kinds = ("reach", "raise", "answer", "full", "closed")
    if not item.sets:
        return (1, kinds.index(item.kind))
    first = item.sets[0]
    gain = (first.ceiling or 0) - (item.outcome.ceiling or 0)
    return (0, len(first.changes), len(first.answers), first.effort, first.date, -gain)


def _effort(step: Step, corpus: Corpus) -> int:
    """The editors' effort: of the fact, or the greatest of a new entity's facts; waiting costs the least."""
    if isinstance(step, Alter):
        return corpus.vocabulary.fact(step.fact).effort
    if isinstance(step, More):
        return step.count * max(
            [corpus.vocabulary.fact(name).effort for name, _ in step.facts] or [1]
        )
    return 1
