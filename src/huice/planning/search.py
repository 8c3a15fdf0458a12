"""Finds the best plan: the solver proposes, the evaluator works out, the bound tells what could be better."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

from msgspec import Struct, structs

from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact
from huice.planning.exact import Certifier
from huice.planning.field import Field
from huice.planning.layout import Layout
from huice.planning.problem import FURTHER, MAIN, Seat, Task
from huice.planning.reckon import Assignment, Reckoning, reckon
from huice.planning.snap import no_less, nudged, snapped, tidied
from huice.planning.solver import SCALE, Model, Solution, scaled, solve
from huice.planning.stacking import Stacking

BOTH = ("certain", "ceiling")
ON = 0.5
FEN = Fraction(1, 100)
SLACK = Fraction(1, 10**8)
"""Of the solver's unit, a thousandth of a fen: what the second objective may leave of the first."""


class Candidate(Struct, frozen=True):
    """The best plan with some seats: `bound` in yuan is what none surpasses, None where nothing is possible.

    `status` is optimal, limit (of time), infeasible or untried.
    """

    seats: tuple[Seat, ...]
    status: str
    bound: Fraction | None
    plan: Assignment | None
    reckoning: Reckoning | None
    nodes: int

    @property
    def value(self) -> Exact:
        """The objective in yuan of the plan that was found."""
        assert self.reckoning is not None
        return self.reckoning.value

    @property
    def entities(self) -> int:
        """How many entities the plan needs."""
        assert self.plan is not None
        return len(self.plan.seats)

    @property
    def spread(self) -> tuple[Exact, Exact]:
        """Certain sum and ceiling of the plan that was found."""
        assert self.reckoning is not None
        return self.reckoning.spread


class Search:
    """All candidates of a task."""

    def __init__(
        self, task: Task, evaluator: Evaluator, stacking: Stacking, seconds: float | None
    ) -> None:
        self.task, self.evaluator, self.stacking = task, evaluator, stacking
        accounts = tuple(one for one in BOTH if getattr(task, one))
        self.field = Field(task, evaluator, accounts)
        self.models: dict[tuple[Seat, ...], Model] = {}
        self.deadline = None if seconds is None else time.perf_counter() + seconds

    def left(self) -> float | None:
        """Seconds that are left; None without a limit."""
        return None if self.deadline is None else max(0.0, self.deadline - time.perf_counter())

    def candidates(self) -> tuple[Candidate, ...]:
        """Candidates that together hold every plan: one for each choice of seats, or all seats at once."""
        places = [site.place for site in self.task.sites]
        found = [self.candidate([(place, MAIN)]) for place in places]
        if self.task.entities == 1:
            return tuple(found)
        if self.task.entities == len((MAIN, FURTHER)):
            return (
                *found,
                *(
                    self.candidate([(one, MAIN), (other, FURTHER)], every=True)
                    for one, other in permutations(places, 2)
                ),
            )
        seats = [(place, role) for place in places for role in (MAIN, FURTHER)]
        return (*found, self.candidate(seats))

    def by_place(self, candidates: Sequence[Candidate], best: Candidate) -> dict[str, Candidate]:
        """The best plan that has an entity at each place."""
        found: dict[str, Candidate] = {}
        if self.task.entities > len((MAIN, FURTHER)):
            assert best.plan is not None
            here = {place for place, _ in best.plan.seats}
            seats = candidates[-1].seats
            others = [site.place for site in self.task.sites if site.place not in here]
            return {place: self.candidate(seats, forced=place) for place in others}
        for one in candidates:
            seats = one.plan.seats if one.plan is not None else one.seats
            for place, _ in seats:
                held = found.get(place)
                if (
                    held is None
                    or held.plan is None
                    or (one.plan is not None and one.value > held.value)
                ):
                    found[place] = one
        return found

    def candidate(
        self, seats: Sequence[Seat], *, every: bool = False, forced: str | None = None
    ) -> Candidate:
        """The best plan with these seats: `every` one of them open, or one at the forced place."""
        layout = Layout(self.field, self.stacking, seats, every=every)
        if forced is None:
            self.models[tuple(seats)] = layout.model
        else:
            layout.force(forced)
        if self.deadline is not None and not self.left():
            bound = Fraction(layout.model.trivial_bound()) * SCALE
            return Candidate(tuple(seats), "untried", bound, None, None, 0)
        solution = solve(layout.model, self.left())
        if solution.status == "infeasible":
            return Candidate(tuple(seats), solution.status, None, None, None, solution.nodes)
        bound = _bound(layout, solution)
        if not solution.values:
            return Candidate(tuple(seats), "limit", bound, None, None, solution.nodes)
        plan = self.read(layout, solution)
        reckoning = reckon(self.task, self.evaluator, plan)
        if bound - reckoning.value >= FEN:
            plan, reckoning = nudged(self.task, self.evaluator, plan, reckoning, bound)
        plan = self.trimmed(plan, reckoning)
        return Candidate(tuple(seats), solution.status, bound, plan, reckoning, solution.nodes)

    def second(self, best: Candidate) -> Candidate:
        """Of all plans of the best value one that is best also in the figure that the objective leaves out.

        Of those, one that spends and claims as early as it can, and spends no more than it must.
        """
        assert best.plan is not None
        field = Field(self.task, self.evaluator, BOTH)
        layout = Layout(field, self.stacking, best.plan.seats)
        layout.keep(scaled(best.value) - SLACK)
        found = best
        for other in (one for one in BOTH if not getattr(self.task, one)):
            layout.prefer(other)
            found = self._again(layout, found)
            number = BOTH.index(other)
            layout.keep(scaled(found.spread[number]) - SLACK)
        layout.prefer_early()
        return self._again(layout, found)

    def _again(self, layout: Layout, best: Candidate) -> Candidate:
        """The layout solved once more; the plan at hand where that gives less."""
        solution = solve(layout.model, self.left())
        if not solution.values:
            return best
        plan = self.read(layout, solution)
        reckoning = reckon(self.task, self.evaluator, plan)
        if reckoning.value < best.value or not no_less(reckoning.spread, best.spread):
            return best
        plan = self.trimmed(plan, reckoning)
        return structs.replace(best, plan=plan, reckoning=reckoning)

    def best(self, candidates: Sequence[Candidate]) -> Candidate:
        """The best of those with a plan: among equals the best in the other figure, its sums made round."""
        top = max(one.value for one in candidates)
        equal = [self.second(one) for one in candidates if one.value == top]
        other = 1 if self.task.certain else 0
        found = max(equal, key=lambda one: (one.spread[other], -one.entities))
        assert found.plan is not None
        assert found.reckoning is not None
        plan, reckoning = tidied(self.task, self.evaluator, found.plan, found.reckoning)
        return structs.replace(found, plan=self.trimmed(plan, reckoning), reckoning=reckoning)

    def certified(self, candidates: Sequence[Candidate], value: Exact) -> bool:
        """Whether it is proved in exact fractions that no candidate gives a fen more than the value."""
        target = scaled(Fraction(value) + FEN)
        return all(
            Certifier(self.models[one.seats], self.deadline).below(target)
            for one in sorted(candidates, key=lambda one: -(one.bound or 0))
        )

    def read(self, layout: Layout, solution: Solution) -> Assignment:
        """What the solver's values decide, spending on whole fen."""
        on = [value > ON for value in solution.values]
        seats = tuple(seat for seat, column in layout.open.items() if on[column])
        chosen = {
            choice: option for (choice, option), column in layout.option.items() if on[column]
        }
        raw = {
            key: solution.values[column] * SCALE
            for key, column in layout.spend.items()
            if key[0] in seats
        }
        claims: dict[tuple[Seat, str], frozenset[int]] = {}
        for claim in layout.claims:
            if on[claim.switch]:
                key = (claim.offer.seat, claim.offer.measure.id)
                claims[key] = claims.get(key, frozenset()) | {claim.year}
        return Assignment(chosen, seats, snapped(self.task, raw), claims)

    @staticmethod
    def trimmed(plan: Assignment, reckoning: Reckoning) -> Assignment:
        """The plan without claims that pay nothing."""
        claims = {}
        for standing in reckoning.standings:
            for id_, outcome in standing.outcomes.items():
                years = {year.year for year in outcome.years if year.pays}
                kept = plan.claims[standing.seat, id_] & years
                if kept:
                    claims[standing.seat, id_] = frozenset(kept)
        return structs.replace(plan, claims=claims)


def _bound(layout: Layout, solution: Solution) -> Fraction:
    """What no plan surpasses, in yuan."""
    trivial = Fraction(layout.model.trivial_bound()) * SCALE
    if solution.bound in (float("inf"), float("-inf")) or solution.bound != solution.bound:  # NaN
        return trivial
    return min(trivial, Fraction(solution.bound) * SCALE)
