"""What one measure gives: status and three figures, year by year."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from huice.evaluate.facts import Exact


class Status(StrEnum):
    """The five statuses, from best to worst."""

    ELIGIBLE = "eligible"
    DISCRETIONARY = "discretionary"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    INELIGIBLE = "ineligible"


FROM_BEST = tuple(Status)
PAYING = (Status.ELIGIBLE, Status.DISCRETIONARY, Status.UNKNOWN)


def best(statuses: list[Status]) -> Status:
    """The best of several; ineligible when there are none."""
    if len(statuses) == 1:
        return statuses[0]
    return next((status for status in FROM_BEST if status in statuses), Status.INELIGIBLE)


class YearOutcome(Struct, frozen=True):
    """One year: its status, the reason when nothing can be paid, yuan before rounding."""

    year: int
    status: Status
    certain: Exact
    ceiling: Exact | None
    reason: str = ""

    @property
    def pays(self) -> bool:
        """Whether something may be paid in the year."""
        return self.ceiling is None or self.ceiling.numerator > 0


class Outcome(Struct, frozen=True):
    """One measure over the horizon; yuan, cut to the fen.

    `certain` is owed if the facts hold; `ceiling` the most the wording allows this applicant, None where the
    text gives no figure; `clause_cap` the most it allows anyone in one unit and period; `paying` the years in
    which something may be paid, None with an unstated ceiling. `near` is False where the place alone says no.
    `quantified` is False where the clause states no amount: what is approved all the same stands
    beside a total.
    """

    measure: str
    status: Status
    certain: Exact
    ceiling: Exact | None
    clause_cap: Exact | None
    paying: tuple[int, ...] | None
    years: tuple[YearOutcome, ...]
    near: bool = True
    quantified: bool = True

    @property
    def year_count(self) -> int | None:
        """The number of years in which something may be paid."""
        return None if self.paying is None else len(self.paying)


def by_year(outcome: Outcome) -> dict[int, tuple[Exact, Exact | None]]:
    """Certain and ceiling of each year; an approved amount fills the years in turn."""
    years = {year.year: (year.certain, year.ceiling) for year in outcome.years}
    approved = outcome.ceiling
    if outcome.status is not Status.ELIGIBLE or approved is None or outcome.certain != approved:
        return years
    for year, (_, ceiling) in years.items():
        part = approved if ceiling is None else min(approved, ceiling)
        years[year] = (part, part)
        approved -= part
    return years
