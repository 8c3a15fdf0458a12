"""All that may be claimed: every measure at every seat, under every choice it depends on, year by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from msgspec import Struct

from huice.corpus.model import Measure
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact
from huice.evaluate.program import Program, holds_at
from huice.language.text import Text
from huice.planning.curves import Curves
from huice.planning.problem import MAIN, Seat, Spending, Task
from huice.planning.reach import Reach, reach_of
from huice.planning.segments import Unplanned, Year
from huice.planning.setting import Setting

Combo = tuple[tuple[str, str], ...]
"""Alternatives of the choices that a measure depends on: (choice, option)."""
NOT_COUNTED = Text("条文没有写金额", "the text states no amount")
REPAID = Text("贷款须归还，不算补助", "a loan is repaid and counts as no support")
BOUGHT = Text("投资换取股权，不算补助", "an investment buys a share and counts as no support")
NO_BENEFIT = Text("不是给企业的利益", "not a benefit to the firm")
FORBIDDEN = Text("题目写明不申报", "the problem says it is not to be claimed")
NOT_ASKED = Text("题目只问其他事项", "the problem asks for other measures only")


class Unbounded(Exception):
    """An amount without a cap grows with spending that has no limit."""

    def __init__(self, spending: Spending, measure: Measure, place: str) -> None:
        super().__init__(measure.id)
        self.spending, self.measure, self.place = spending, measure, place


class Offer(Struct, frozen=True):
    """What one measure can give at one seat: by combination, year and year of support."""

    seat: Seat
    measure: Measure
    program: Program
    reach: Reach
    years: dict[tuple[Combo, int, int], Year]
    before: int


class Field:
    """Makes offers and keeps them. `excluded` says why a measure that could hold at a place is not planned."""

    def __init__(self, task: Task, evaluator: Evaluator, accounts: tuple[str, ...]) -> None:
        self.task, self.evaluator, self.accounts = task, evaluator, accounts
        self.excluded: dict[tuple[str, str], Text] = {}
        self._settings: dict[tuple[Seat, Combo], Setting] = {}
        self._offers: dict[Seat, tuple[Offer, ...]] = {}
        self._reach: dict[str, Reach] = {}
        self._ends: dict[str, Exact] = {}

    def setting(self, seat: Seat, combo: Combo) -> Setting:
        """The facts of a seat under a combination; other choices take their first alternative."""
        chosen = {choice.id: choice.options[0].id for choice in self.task.choices} | dict(combo)
        key = (seat, tuple(sorted(chosen.items())))
        if key not in self._settings:
            self._settings[key] = Setting(self.task, self.evaluator, seat, chosen)
        return self._settings[key]

    def offers(self, seat: Seat) -> tuple[Offer, ...]:
        """What may be claimed at a seat."""
        if seat not in self._offers:
            self._offers[seat] = tuple(self._made(seat))
        return self._offers[seat]

    def _made(self, seat: Seat) -> Iterator[Offer]:
        place, _ = seat
        corpus, profile = self.evaluator.corpus, self.task.profile
        near = self.evaluator.near(corpus.measures, frozenset([place]))
        positions = {position for position, _ in near} | {
            position for position, one in enumerate(corpus.measures) if one.id in profile.readings
        }
        for position in sorted(positions):
            measure = corpus.measures[position]
            program = self.evaluator.program(measure, profile)
            if not holds_at(program, place):
                continue
            why = self._why_not(measure)
            if why is not None:
                self.excluded[place, measure.id] = why
                continue
            offer = self._offer(seat, measure, program)
            if offer is not None:
                yield offer

    def _why_not(self, measure: Measure) -> Text | None:
        if measure.id in self.task.never:
            return FORBIDDEN
        if self.task.only and measure.id not in self.task.only:
            return NOT_ASKED
        if not measure.benefit:
            return NO_BENEFIT
        if not measure.kept:
            return REPAID if measure.gives.value == "loan" else BOUGHT
        return None if measure.quantified else NOT_COUNTED

    def _offer(self, seat: Seat, measure: Measure, program: Program) -> Offer | None:
        scope = self.evaluator.corpus.vocabulary.scope
        reach = self._reach.setdefault(measure.id, reach_of(program, scope))
        history = self.task.profile.history.get(measure.id) if seat[1] == MAIN else None
        before = history.years if history else 0
        years: dict[tuple[Combo, int, int], Year] = {}
        try:
            for combo in self.combos(reach, seat):
                curves = Curves(self.setting(seat, combo), program, reach)
                for number, year in enumerate(self.task.calendar()):
                    last = before + number + 1 if reach.supported else before + 1
                    for support in range(before + 1, last + 1):
                        found = curves.year(year, support)
                        if found is not None:
                            years[combo, year, support] = found
        except Unplanned as reason:
            self.excluded[seat[0], measure.id] = reason.why
            return None
        return Offer(seat, measure, program, reach, years, before) if years else None

    def combos(self, reach: Reach, seat: Seat) -> Iterator[Combo]:
        """The combinations of alternatives that a measure depends on; choices are the main entity's."""
        mattering = [one for one in self.task.choices if seat[1] == MAIN and reach.depends_on(one)]
        for options in product(*(one.options for one in mattering)):
            yield tuple(
                (choice.id, option.id) for choice, option in zip(mattering, options, strict=True)
            )

    # --- how much can usefully be spent ---------------------------------------------------------

    def end(self, spending: Spending, seats: Mapping[Seat, tuple[Offer, ...]]) -> Exact:
        """The most that one entity and year needs to be allotted: the limit, or where nothing more is gained.

        Raises `Unbounded` where there is neither.
        """
        limits = [one for one in (spending.total.most, spending.yearly.most) if one is not None]
        if limits:
            return min(limits)
        if spending.id not in self._ends:
            self._ends[spending.id] = self._last_bend(spending, seats)
        return self._ends[spending.id]

    def _last_bend(self, spending: Spending, seats: Mapping[Seat, tuple[Offer, ...]]) -> Exact:
        found: Exact = max(spending.total.least, spending.yearly.least, 1)
        for offers in seats.values():
            for offer in offers:
                for year in offer.years.values():
                    found = max(found, self._bend(spending, offer, year))
        return -(-found // 1)

    def _bend(self, spending: Spending, offer: Offer, year: Year) -> Exact:
        found: Exact = 0
        for part in year.parts:
            if spending.id not in part.spending:
                continue
            last = part.segments[-1]
            found = max(found, last.low)
            for number, account in enumerate(self.accounts_all()):
                line = getattr(last, account)
                if account not in self.accounts or line is None or line.slope <= 0:
                    continue
                caps = [cap[number] for cap in (*year.caps, *year.whole, *part.caps)]
                stated = [cap for cap in caps if cap is not None]
                if last.high is None and not stated:
                    raise Unbounded(spending, offer.measure, offer.seat[0])
                if stated:
                    found = max(found, Fraction(min(stated) - line.value) / line.slope)
        return found

    @staticmethod
    def accounts_all() -> tuple[str, str]:
        """Both figures, in the order of a cap's pair."""
        return ("certain", "ceiling")
