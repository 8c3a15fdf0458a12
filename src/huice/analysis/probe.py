"""One firm at one place, with one of its numbers free: what it gets at any number."""

from __future__ import annotations

from collections.abc import Sequence

from huice.analysis.axis import Axis
from huice.analysis.linear import Number, whole
from huice.analysis.lines import Standing
from huice.corpus.model import Measure
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact, Profile, View
from huice.evaluate.outcome import Outcome
from huice.evaluate.program import Program, holds_at
from huice.evaluate.totals import Total, total


class Probe:
    """The evaluator, asked about one number of one profile. `near` are the measures that can hold there."""

    def __init__(
        self, evaluator: Evaluator, profile: Profile, axis: Axis, measures: Sequence[Measure]
    ) -> None:
        self.evaluator, self.profile, self.axis = evaluator, profile, axis
        self.place: str | None = profile.org.get("place")
        places = {view.rows["org"].get("place") for view in evaluator.views(profile)}
        self.near = tuple(
            measure
            for measure in measures
            if any(holds_at(evaluator.program(measure, profile), place) for place in places)
        )
        self._kept: dict[Exact, tuple[tuple[Outcome, ...], Total]] = {}

    def program(self, measure: Measure) -> Program:
        """The measure under the readings of the profile."""
        return self.evaluator.program(measure, self.profile)

    def at(self, number: Number) -> Profile:
        """The profile with this number."""
        return self.axis.put(self.profile, number)

    def views(self, number: Number) -> tuple[View, ...]:
        """The facts of the profile with this number, year by year."""
        return self.evaluator.views(self.at(number))

    def _run(self, number: Number) -> tuple[tuple[Outcome, ...], Total]:
        outcomes = tuple(self.evaluator.outcomes(self.at(number), self.near))
        return outcomes, total(outcomes, self.evaluator.corpus, self.profile.readings)

    def standings(self, number: Number) -> list[Standing]:
        """Of the total, then of each measure. The number may vary."""
        outcomes, sums = self._run(number)
        return [_standing(sums), *map(_standing, outcomes)]

    def evaluated(self, number: Exact) -> tuple[tuple[Outcome, ...], Total]:
        """What the evaluator says at a number, to the fen; kept, for neighbours ask again."""
        number = whole(number)
        found = self._kept.get(number)
        if found is None:
            found = self._kept[number] = self._run(number)
        return found

    def figures(self, measure: Measure | None, number: Exact) -> Standing:
        """Status, certain and ceiling of a measure (None: the total), to the fen."""
        outcomes, sums = self.evaluated(number)
        return _standing(sums if measure is None else outcomes[self.near.index(measure)])


def _standing(one: Outcome | Total) -> Standing:
    return one.status, one.certain, one.ceiling
