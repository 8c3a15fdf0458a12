"""In which order the loops over a block come: a round ends where a step needs what another level gave."""

from __future__ import annotations

from huice.population.columns.plan import LET, ORG, SPREAD, Name, Ready, Step

WITHIN = (LET, SPREAD)
"""Steps that a loop over their own level makes; the others go from entities to firms, between two rounds."""


class Rounds:
    """The round of each step, the columns that wait in a buffer, and the kinds of entity that are read."""

    def __init__(self, plan: Ready) -> None:
        self.plan = plan
        self.steps = {(one.level, one.name): one for one in plan.steps}
        self._of = self._rounds()
        self.exported = self._exported()
        kinds = [one.level for one in plan.steps]
        kinds += [one.needs[0][0] for one in plan.steps if one.how not in WITHIN]
        self.kinds = [kind for kind in dict.fromkeys(kinds) if kind != ORG]

    @property
    def last(self) -> int:
        """The number of the last round."""
        return max(self._of.values(), default=0)

    def within(self, level: str, round_: int) -> list[Step]:
        """The steps of a loop over a level."""
        return [
            step for step in self.plan.steps
            if step.how in WITHIN and step.level == level and self._of[level, step.name] == round_
        ]  # fmt: skip

    def across(self, kind: str, round_: int) -> list[Step]:
        """The steps from a kind of entity to the firms that a round needs."""
        return [
            step for step in self.plan.steps
            if step.how not in WITHIN and step.needs[0][0] == kind
            and self._of[ORG, step.name] == round_
        ]  # fmt: skip

    def wanted(self, step: Step) -> bool:
        """Whether another loop or the user looks at it."""
        asked = step.level == ORG and step.name in self.plan.outputs
        return asked or (step.level, step.name) in self.exported

    def _rounds(self) -> dict[Name, int]:
        found: dict[Name, int] = {}
        for step in self.plan.steps:
            before = max((found.get(need, 0) for need in step.needs), default=0)
            found[step.level, step.name] = before if step.how in WITHIN else before + 1
        return found

    def _exported(self) -> set[Name]:
        """The columns that a loop other than their own reads."""
        found: set[Name] = set()
        for step in self.plan.steps:
            round_ = self._of[step.level, step.name]
            for need in step.needs:
                other = self.steps.get(need)
                if other is None:
                    continue
                same = step.how == LET and other.how in WITHIN and self._of[need] == round_
                if not same:
                    found.add(need)
        return found
