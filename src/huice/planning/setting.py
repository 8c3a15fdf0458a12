"""One entity under some alternatives, year by year, with room for what a plan allots to it."""

from __future__ import annotations

from collections.abc import Mapping

from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Entity, View
from huice.evaluate.linear import Number
from huice.planning.problem import Seat, Task, profile_of


class Setting:
    """The facts of a seat under chosen alternatives; `view` puts amounts into them."""

    def __init__(
        self, task: Task, evaluator: Evaluator, seat: Seat, chosen: Mapping[str, str]
    ) -> None:
        self.task, self.evaluator, self.seat = task, evaluator, seat
        years = task.calendar()
        everything = {(one.id, year): 1 for one in task.spending for year in years}
        self.profile = profile_of(task, evaluator.corpus, seat, chosen, everything)
        self.views = {view.year: view for view in evaluator.views(self.profile)}
        self._rows: dict[tuple[str, int], Entity] = {}
        self._fixed: dict[int, dict[str, list[Entity] | None]] = {}
        ids = {one.id: one for one in task.spending}
        for year in years:
            lists = self.views[year].lists
            fixed: dict[str, list[Entity] | None] = {}
            for kind, rows in lists.items():
                if rows is None:
                    fixed[kind] = None
                    continue
                fixed[kind] = [row for row in rows if not self._allots(row, kind)]
                for row in rows:
                    if self._allots(row, kind):
                        one = ids[row["id"]]
                        plain = {key: value for key, value in row.items() if key not in one.money}
                        self._rows[one.id, year] = plain
            self._fixed[year] = fixed

    def _allots(self, row: Entity, kind: str) -> bool:
        return any(one.id == row.get("id") and one.kind == kind for one in self.task.spending)

    def rows(self, year: int) -> dict[str, list[Entity] | None]:
        """The rows that are there whatever the plan allots."""
        return self._fixed[year]

    def row(self, spending: str, year: int, amount: Number) -> Entity:
        """The row that an amount becomes."""
        one = next(one for one in self.task.spending if one.id == spending)
        money = {key: amount * share if share != 1 else amount for key, share in one.money.items()}
        return {**self._rows[spending, year], **money}

    def view(self, year: int, rows: Mapping[str, list[Entity]]) -> View:
        """A fresh view of a year with these rows beside the fixed ones, by kind."""
        known = self.views[year]
        lists = {
            kind: fixed if kind not in rows else [*(fixed or ()), *rows[kind]]
            for kind, fixed in self._fixed[year].items()
        }
        return View(year, known.claim_date, {"org": known.rows["org"]}, lists, known.previous)
