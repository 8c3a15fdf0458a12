"""Runs one program over the years of a profile, as the specification of evaluation says.

The order within a year: who meets the conditions (eligibility), the status, the amount of each entity, the
caps, the pool. What earlier years left behind is a `Ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

from msgspec import Struct, structs

from huice.corpus.model import Pool
from huice.evaluate.facts import Decision, Entity, Exact, History, PoolState, View
from huice.evaluate.intervals import Interval, Kleene, added, least
from huice.evaluate.outcome import PAYING, Outcome, Status, YearOutcome, best
from huice.evaluate.program import ORG, Cap, Program
from huice.language import nodes as n
from huice.language.units import value_of

NO_DECISION = Decision()
OWN: Entity = {}

Recorder = Callable[[str, View, Any, Interval], None]
"""Told of every step of an amount: its kind, the view, what it concerns, the figures after it."""


class Claimant(Struct, frozen=True):
    """An entity that was not left out: whose it is, and whether it surely counts."""

    identity: Any
    entity: Entity
    surely: Kleene


class Ledger:
    """What the horizon has paid so far: low and high figures apart, by entity and in all."""

    def __init__(self, history: History | None, pool: Pool | None, state: PoolState | None) -> None:
        self.low: Exact = history.amount if history else 0
        self.high: Exact = self.low
        self.by_entity: dict[Any, tuple[Exact, Exact]] = {}
        self.merged_as: Any = None
        self.years_before = history.years if history else 0
        self.paid_years: list[int] = []
        self.broken = False
        self.pool_low: Exact | None = None
        self.pool_high: Exact | None = None
        if pool is not None and not pool.yearly:
            self.pool_low = self.pool_high = _pool_left(pool, state)


def never_holds(program: Program, views: Sequence[View], history: History | None) -> bool:
    """Whether the conditions that name no entity fail in every year: then there is nothing to run."""
    first = history.years + 1 if history else 1
    for view in views:
        view.support_year = first
        if program.outer(view) is not False:
            return False
    return True


def nothing(program: Program, years: Iterable[int], *, near: bool = True) -> Outcome:
    """The outcome of conditions that hold in none of the years."""
    cap, id_ = program.clause_cap, program.measure.id
    return Outcome(id_, Status.INELIGIBLE, 0, 0, cap, (), tuple(map(_failed, years)), near=near)


@lru_cache(maxsize=256)
def _failed(year: int) -> YearOutcome:
    return YearOutcome(year, Status.INELIGIBLE, 0, 0, "conditions")


class Runner:
    """One measure of one profile: call `outcome()` once."""

    def __init__(
        self,
        program: Program,
        views: Sequence[View],
        decision: Decision = NO_DECISION,
        history: History | None = None,
        pool: Pool | None = None,
        pool_state: PoolState | None = None,
        record: Recorder | None = None,
        *,
        barred: bool = False,
    ) -> None:
        self.barred = barred
        self.program, self.views, self.decision = program, views, decision
        self.history, self.pool, self.pool_state = history, pool, pool_state
        self.ledger = Ledger(history, pool, pool_state)
        self.record = record

    def outcome(self) -> Outcome:
        """The measure over all years of the horizon."""
        years = tuple(self._year(view) for view in self.views)
        status = best([year.status for year in years])
        cap, id_ = self.program.clause_cap, self.program.measure.id
        if status not in PAYING:
            return Outcome(id_, status, 0, 0, cap, (), years)
        certain = cut(reduce(added, [year.certain for year in years]))
        ceilings = [year.ceiling for year in years if year.ceiling is not None]
        open_ended = self.program.pays is None or len(ceilings) < len(years)
        ceiling = None if open_ended else cut(reduce(added, ceilings))
        paying = None if open_ended else tuple(year.year for year in years if year.pays)
        stated = self.program.pays is not None
        outcome = Outcome(id_, status, certain, ceiling, cap, paying, years, quantified=stated)
        return self._as_approved(outcome)

    def _as_approved(self, outcome: Outcome) -> Outcome:
        amount = self.decision.amount
        if amount is None or outcome.status is not Status.ELIGIBLE:
            return outcome
        paying = outcome.paying
        if outcome.ceiling is None:
            eligible = [year.year for year in outcome.years if year.status is Status.ELIGIBLE]
            paying = (eligible[0],)
        else:
            amount = min(amount, outcome.ceiling)
        amount = cut(amount)
        if self.record:
            self.record("approved", self.views[0], self.decision, (amount, amount))
        return structs.replace(outcome, certain=amount, ceiling=amount, paying=paying)

    # --- one year -------------------------------------------------------------------------------------

    def _year(self, view: View) -> YearOutcome:
        ledger = self.ledger
        view.support_year = ledger.years_before + len(ledger.paid_years) + 1
        value, claimants = self._eligibility(view)
        status, reason = self._status(view, value)
        if status not in PAYING:
            year = YearOutcome(view.year, status, 0, 0, reason)
        elif self.program.rule.once == "applicant" and ledger.paid_years:
            year = YearOutcome(view.year, status, 0, 0, "paid_once")
        elif self.program.pays is None:
            year = YearOutcome(view.year, status, 0, None, reason)
        else:
            low, high = self._amount(view, claimants, value, status)
            year = YearOutcome(view.year, status, low, high, reason)
        self._remember(year)
        return year

    def _remember(self, year: YearOutcome) -> None:
        ledger = self.ledger
        ledger.low = added(ledger.low, year.certain)  # also when the higher account is used up
        ledger.high = added(ledger.high, year.ceiling or 0)
        if year.pays:
            ledger.paid_years.append(year.year)
        elif ledger.paid_years or ledger.years_before:
            ledger.broken = True

    def _eligibility(self, view: View) -> tuple[Kleene, list[Claimant]]:
        program = self.program
        value = program.outer(view)
        if value is False:
            return False, []
        for kind, test in program.elsewhere:
            one = _exists(view, kind, test)
            if one is False:
                return False, []
            value = None if one is None or value is None else True
        if program.measure.subject == ORG:
            if program.without_base(view):
                return False, []
            return value, [Claimant(ORG, OWN, value)]
        claimants = self._claimants(view, value)
        return _any([claimant.surely for claimant in claimants]), claimants

    def _claimants(self, view: View, outer: Kleene) -> list[Claimant]:
        program, kind = self.program, self.program.measure.subject
        found = []
        for position, entity in enumerate(_entities(view, kind)):
            view.rows[kind] = entity
            one = program.own(view)
            if one is False or program.without_base(view):
                continue
            surely = None if one is None or outer is None else True
            found.append(Claimant(entity.get("id", position), entity, surely))
        return found

    def _status(self, view: View, value: Kleene) -> tuple[Status, str]:
        if value is False:
            return Status.INELIGIBLE, "conditions"
        valid, spent = self.program.rule.valid, self._spent(view)
        if self.decision.outcome == "refused":
            return Status.INELIGIBLE, "refused"
        if valid and valid.starts and view.claim_date < valid.starts:
            return Status.INELIGIBLE, "not_yet"
        if spent:
            return Status.INELIGIBLE, spent
        if valid and valid.ends and view.claim_date > valid.ends:
            return _AFTER[valid.after], "ended"
        if value is None:
            return Status.UNKNOWN, ""
        if self.program.rule.judged and self.decision.outcome != "granted":
            return Status.DISCRETIONARY, ""
        return Status.ELIGIBLE, ""

    def _spent(self, view: View) -> str:
        """Why nothing more can be paid, for what was paid before; empty while something can."""
        rule, ledger = self.program.rule, self.ledger
        if self.barred:
            return "barred"
        if rule.once == "applicant" and self.history is not None:
            return "paid_once"
        if self.history is not None and self._used_up(view):
            return "cap_used"
        if rule.lasts is None or rule.lasts.most is None:
            return ""
        most = -(-rule.lasts.most // 12)
        if ledger.years_before + len(ledger.paid_years) >= most:
            return "years_used"
        if rule.lasts.run == "unbroken" and ledger.broken:
            return "run_broken"
        if rule.lasts.run == "window" and view.year >= self._first_paid(view) + most:
            return "window_closed"
        return ""

    def _used_up(self, view: View) -> bool:
        assert self.history is not None
        highs = [cap.value(view)[1] for cap in self.program.org_caps if cap.whole]
        return any(high is not None and self.history.amount >= high for high in highs)

    def _first_paid(self, view: View) -> int:
        if self.ledger.years_before:
            return self.views[0].year - self.ledger.years_before
        return self.ledger.paid_years[0] if self.ledger.paid_years else view.year

    # --- amounts --------------------------------------------------------------------------------------

    def _amount(
        self, view: View, claimants: list[Claimant], value: Kleene, status: Status
    ) -> Interval:
        approved = self.decision.base is not None and self.program.base_key is not None
        if approved and claimants:
            claimants = [self._merged(claimants, value)]
        if self.program.rule.once == "entity":
            paid = self.ledger.by_entity
            claimants = [one for one in claimants if one.identity not in paid]
        if self.record and approved and claimants:
            self.record("approved_base", view, self.decision, (0, self.decision.base))
        owed = status is Status.ELIGIBLE
        low: Exact = 0
        high: Exact | None = 0
        for claimant in claimants:
            one, other = self._entity_amount(view, claimant, owed=owed)
            low = added(low, one)
            high = None if high is None or other is None else added(high, other)
        if self.record and len(claimants) > 1:
            self.record("sum", view, len(claimants), (low, high))
        low, high = self._plus(view, claimants, (low, high), owed=owed)
        for cap in self.program.org_caps:
            low, high = self._capped(view, cap, (low, high), (self.ledger.low, self.ledger.high))
        return self._from_pool(view, low, high)

    def _merged(self, claimants: list[Claimant], value: Kleene) -> Claimant:
        """An approved base stands for the bases of all entities, which become one over all years."""
        first = claimants[0]
        if self.ledger.merged_as is None:
            self.ledger.merged_as = first.identity
        entity = {**first.entity, str(self.program.base_key): self.decision.base}
        return Claimant(self.ledger.merged_as, entity, value)

    def _entity_amount(self, view: View, claimant: Claimant, *, owed: bool) -> Interval:
        program, ledger = self.program, self.ledger
        kind = program.measure.subject
        applicant, sums = view.rows[ORG], view.sums
        if kind != ORG:
            view.rows[kind] = claimant.entity
        elif claimant.entity:
            view.rows[ORG], view.sums = {**applicant, **claimant.entity}, {}
        approved = self.decision.base is not None
        pays = program.approved if approved else program.pays
        assert pays is not None
        low, high = _owed(pays(view))
        if not (owed and claimant.surely and program.rule.exact):
            low = 0
        if self.record:
            self.record("amount", view, claimant, (low, high))
        for cap in program.unit_limits:
            if not approved or isinstance(cap.limit.amount, n.Fact):
                low, high = self._capped(view, cap, (low, high), (0, 0))
        received = ledger.by_entity.get(claimant.identity, (0, 0))
        for cap in program.entity_caps:
            low, high = self._capped(view, cap, (low, high), received)
        view.rows[ORG], view.sums = applicant, sums
        if high is None or high.numerator > 0 or low:
            total = (added(received[0], low), added(received[1], high or 0))
            ledger.by_entity[claimant.identity] = total
        return low, high

    def _capped(
        self, view: View, cap: Cap, amount: Interval, received: tuple[Exact, Exact]
    ) -> Interval:
        low, high = cap.value(view)
        if cap.whole and cap.limit.per is not None:
            low = None if low is None else max(0, low - received[0])
            high = None if high is None else max(0, high - received[1])
        capped = least(amount, (low, high))
        result = (capped[0], amount[1]) if cap.soft else capped
        if self.record:
            self.record("cap", view, cap, result)
        return result

    def _plus(
        self, view: View, claimants: list[Claimant], amount: Interval, *, owed: bool
    ) -> Interval:
        plus = self.program.plus
        if plus is None:
            return amount
        kind = self.program.measure.subject
        kept, sums = view.lists.get(kind), view.sums
        if self.decision.base is not None and kind != ORG:
            view.lists[kind], view.sums = [claimant.entity for claimant in claimants], {}
        low, high = _owed(plus(view))
        if kind != ORG:
            view.lists[kind], view.sums = kept, sums
        surely = any(claimant.surely for claimant in claimants)
        low = amount[0] + (low if owed and surely and self.program.rule.exact else 0)
        result = (low, None if high is None or amount[1] is None else amount[1] + high)
        if self.record:
            self.record("plus", view, self.program.rule.plus, result)
        return result

    def _from_pool(self, view: View, low: Exact, high: Exact | None) -> Interval:
        pool, ledger = self.pool, self.ledger
        if pool is None:
            return low, high
        left_low, left_high = ledger.pool_low, ledger.pool_high
        if pool.yearly:
            now = view.year == self.views[0].year
            left_low = left_high = _pool_left(pool, self.pool_state if now else None)
        assert left_low is not None
        assert left_high is not None
        low = min(low, left_low)
        high = None if high is None else min(high, left_high)
        if not pool.yearly:
            ledger.pool_low, ledger.pool_high = left_low - low, left_high - (high or 0)
        if self.record:
            self.record("pool", view, pool, (low, high))
        return low, high


def _owed(amount: Interval) -> Interval:
    """An amount to be paid: a difference below nothing pays nothing."""
    low, high = amount
    if low.numerator >= 0 and (high is None or high.numerator >= 0):
        return amount
    return max(0, low), None if high is None else max(0, high)


_AFTER = {"expired": Status.EXPIRED, "unknown": Status.UNKNOWN}


def _entities(view: View, kind: str) -> list[Entity]:
    """All entities of a kind; an absent list is one entity of which nothing is known."""
    entities = view.lists.get(kind)
    return [{}] if entities is None else entities


def _exists(view: View, kind: str, test: Callable[[View], Kleene]) -> Kleene:
    value: Kleene = False
    for entity in _entities(view, kind):
        view.rows[kind] = entity
        one = test(view)
        if one is True:
            return True
        if one is None:
            value = None
    return value


def _any(values: list[Kleene]) -> Kleene:
    if True in values:
        return True
    return None if None in values else False


def _pool_left(pool: Pool, state: PoolState | None) -> Exact:
    left: Exact = value_of(pool.holds)
    if state is not None and state.yuan is not None:
        left = min(left, state.yuan)
    if state is not None and state.count is not None and pool.face is not None:
        left = min(left, state.count * value_of(pool.face))
    return left


def cut(amount: Exact) -> Exact:
    """Down to the fen, never up; a number that varies (of evaluate.linear) is cut where it is shown."""
    if type(amount) is not Fraction:
        return amount
    fen = amount.numerator * 100 // amount.denominator
    return fen // 100 if fen % 100 == 0 else Fraction(fen, 100)
