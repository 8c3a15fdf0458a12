"""A plan worked out by the evaluator itself: what it claims, and what that gives to the fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.evaluate.engine import NO_DECISION, Runner, never_holds, nothing
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact, Profile, View
from huice.evaluate.outcome import Outcome, Status, YearOutcome
from huice.evaluate.totals import Total, total
from huice.planning.problem import Seat, Task, profile_of

NOT_CLAIMED = "not_claimed"


class Assignment(Struct, frozen=True):
    """All that a plan decides. `spending` in yuan by seat, spending and year; `claims` by seat and measure."""

    chosen: dict[str, str]
    seats: tuple[Seat, ...]
    spending: dict[tuple[Seat, str, int], Exact]
    claims: dict[tuple[Seat, str], frozenset[int]]

    def allotted(self, seat: Seat) -> dict[tuple[str, int], Exact]:
        """What one entity spends, by spending and year."""
        return {
            (id_, year): sum_ for (one, id_, year), sum_ in self.spending.items() if one == seat
        }

    def claimed(self, seat: Seat) -> dict[str, frozenset[int]]:
        """What one entity claims, and in which years."""
        return {id_: years for (one, id_), years in self.claims.items() if one == seat and years}


class Standing(Struct, frozen=True):
    """One entity of a plan: its profile, the outcome of each measure claimed, and all together."""

    seat: Seat
    profile: Profile
    outcomes: dict[str, Outcome]
    total: Total


class Reckoning(Struct, frozen=True):
    """What a plan gives. `value` is the objective in yuan, after costs where the task asks for them."""

    standings: tuple[Standing, ...]
    value: Exact
    costs: Exact

    @property
    def spread(self) -> tuple[Exact, Exact]:
        """Both figures, to compare plans of one value by."""
        return self.certain, self.ceiling

    @property
    def certain(self) -> Exact:
        """The certain sums of all entities, which only the objective adds up."""
        return sum((one.total.certain for one in self.standings), 0)

    @property
    def ceiling(self) -> Exact:
        """The ceilings of all entities, which only the objective adds up."""
        return sum((one.total.ceiling for one in self.standings), 0)


class Claims(Runner):
    """One measure for which an application is made in some years only."""

    def __init__(self, claimed: frozenset[int], *given: Any, **named: Any) -> None:  # noqa: ANN401  # what any Runner takes
        super().__init__(*given, **named)
        self.claimed = claimed

    def _year(self, view: View) -> YearOutcome:
        if view.year in self.claimed:
            return super()._year(view)
        year = YearOutcome(view.year, Status.INELIGIBLE, 0, 0, NOT_CLAIMED)
        self._remember(year)
        return year


def barred(corpus: Corpus, measure: str, history: Mapping[str, Any]) -> bool:
    """Whether what was received before excludes the measure."""
    return any(
        member in history
        for group in corpus.groups_of([measure])
        if group.kind == "exclusive"
        for member in group.members
        if member != measure
    )


def outcome_of(
    evaluator: Evaluator,
    measure: Measure,
    profile: Profile,
    views: Sequence[View],
    claimed: frozenset[int],
) -> Outcome:
    """What one measure gives if it is claimed in these years and in no other."""
    corpus, program = evaluator.corpus, evaluator.program(measure, profile)
    history, pool = profile.history.get(measure.id), program.rule.pool
    if never_holds(program, views, history):
        return nothing(program, profile.calendar_years())
    return Claims(
        claimed,
        program,
        views,
        profile.decisions.get(measure.id, NO_DECISION),
        history,
        corpus.pools[pool] if pool else None,
        profile.pools.get(pool) if pool else None,
        barred=barred(corpus, measure.id, profile.history),
    ).outcome()


def reckon(task: Task, evaluator: Evaluator, plan: Assignment) -> Reckoning:
    """The plan, evaluated."""
    standings = tuple(standing(task, evaluator, plan, seat) for seat in plan.seats)
    costs = task.costs(plan.seats, plan.chosen)
    value: Exact = sum(
        (task.weighted(one.total.certain, one.total.ceiling) for one in standings), 0
    )
    return Reckoning(standings, value - costs if task.net else value, costs)


def standing(task: Task, evaluator: Evaluator, plan: Assignment, seat: Seat) -> Standing:
    """One entity of the plan, evaluated."""
    corpus = evaluator.corpus
    profile = profile_of(task, corpus, seat, plan.chosen, plan.allotted(seat))
    views = evaluator.views(profile)
    outcomes = {
        id_: outcome_of(evaluator, corpus.measure(id_), profile, views, years)
        for id_, years in plan.claimed(seat).items()
    }
    return Standing(
        seat, profile, outcomes, total(list(outcomes.values()), corpus, profile.readings)
    )
