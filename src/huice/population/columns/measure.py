"""One measure in columns, year by year, in the order of `huice.evaluate.engine`: who, status, amounts, pool.

What a run of earlier years leaves behind is kept as columns too, so a horizon of three years is three
rounds over all firms at once.
"""

from __future__ import annotations

from msgspec.structs import replace

from huice.evaluate.amounts import LARGEST_AMOUNT
from huice.evaluate.outcome import Status
from huice.evaluate.program import base_of
from huice.language import nodes as n
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.amounts import AmountColumns
from huice.population.columns.books import CODE, PAYS_UP_TO, Claim, Figures, YearFigures
from huice.population.columns.decided import HAD
from huice.population.columns.kleene import (
    Definite,
    Kleene,
    both,
    either,
    every,
    no,
    possible,
    some,
    truth_if,
    unknown,
)
from huice.population.columns.maker import At, Year
from huice.population.columns.plan import ORG
from huice.population.columns.quantities import number_of
from huice.population.columns.ratios import Ratio
from huice.population.columns.whole import Whole
from huice.population.schema import FEN


class MeasureColumns(AmountColumns):
    """Compiles one rule over the years; `figures` are its columns."""

    # --- the horizon --------------------------------------------------------------------------------------

    def figures(self) -> Figures:
        """The measure over all years."""
        years = tuple(self._year(position) for position in range(len(self.years)))
        status = years[0].status
        for year in years[1:]:
            status = w.lower(status, year.status)
        status = self.plan.whole(ORG, status)
        certain, ceiling = r.ZERO, r.ZERO
        for year in years:
            certain, ceiling = r.add(certain, year.certain), r.add(ceiling, year.ceiling)
        paying = truth_if(w.compared("<=", status, w.const(PAYS_UP_TO)))
        low = w.chosen(paying, r.cut_fen(certain), w.ZERO)
        high = w.NULL if self.rule.pays is None else r.cut_fen(ceiling)
        low = self.plan.whole(ORG, low)
        high = self.plan.whole(ORG, w.chosen(paying, high, w.ZERO))
        low, high = self._approved(status, low, high)
        return Figures(self.measure, self.rule, status, low, high, years)

    def _approved(self, status: Whole, low: Whole, high: Whole) -> tuple[Whole, Whole]:
        if "amount" not in self.said:
            return low, high
        amount = self._decided("amount")
        eligible = truth_if(w.compared("=", status, w.const(CODE[Status.ELIGIBLE])))
        applies = both(eligible, no(w.is_null(amount)))
        applies = self.plan.truth(ORG, applies)
        given = w.null_as_zero(w.lower(amount, high))
        low, high = w.chosen(applies, given, low), w.chosen(applies, given, high)
        return self.plan.whole(ORG, low), self.plan.whole(ORG, high)

    # --- one year -----------------------------------------------------------------------------------------

    def _year(self, position: int) -> YearFigures:
        year, books = self.years[position], self.books
        support = w.add(w.add(books.years_before, books.paid), w.ONE)
        at = At(ORG, year, self.measure.id + f"/{position}", support, self.award)
        value, claim = self._eligibility(at)
        status = self.plan.whole(ORG, self._status(at, value))
        pays = truth_if(w.compared("<=", status, w.const(PAYS_UP_TO)))
        if self.rule.once == "applicant":
            pays = both(pays, truth_if(w.compared("=", books.paid, w.ZERO)))
        pays = self.plan.truth(ORG, pays)
        if self.rule.pays is None:
            low, high = r.ZERO, r.chosen(pays, r.NULL, r.ZERO)
        elif pays is False:
            low, high = r.ZERO, r.ZERO
        else:
            low, high = self._amount(at, position, claim, value, status, pays)
            low, high = r.chosen(pays, low, r.ZERO), r.chosen(pays, high, r.ZERO)
        low, high = self.plan.ratio(ORG, low), self.plan.ratio(ORG, high)
        self._remember(year, low, high, last=position == len(self.years) - 1)
        return YearFigures(status, low, high)

    def _remember(self, year: Year, low: Ratio, high: Ratio, *, last: bool) -> None:
        if last:
            return
        books = self.books
        books.low = self.plan.ratio(ORG, r.add(books.low, low))
        books.high = self.plan.ratio(ORG, r.add(books.high, r.null_as_zero(high)))
        pays = self.plan.truth(
            ORG, either(r.is_null(high), truth_if(r.compared(">", high, r.ZERO)))
        )
        started = truth_if(w.compared(">", w.add(books.paid, books.years_before), w.ZERO))
        books.broken = self.plan.truth(ORG, either(books.broken, both(no(pays), started)))
        now = w.chosen(pays, w.const(year.year), w.NULL)
        books.first_paid = self.plan.whole(ORG, w.first_known(books.first_paid, now))
        books.paid = self.plan.whole(ORG, w.add(books.paid, w.counted(pays)))

    def _eligibility(self, at: At) -> tuple[Kleene, Claim]:
        to, plan = self.to, self.plan
        items = [to.truth(node, at) for node in self.outer]
        for kind, nodes in self.elsewhere.items():
            items.append(self._exists(kind, nodes, at))
        value = plan.truth(ORG, every(items))
        if self.kind == ORG:
            value = plan.truth(ORG, every([no(self._without_base(at)), value]))
            return value, Claim(possible(value), truth_if(value))
        below = at.on(self.kind)
        own = every([to.truth_on(node, below) for node in self.own])
        here = both(to.here(self.kind, at.year), no(self._without_base(below)))
        one = every([here, own, plan.down_truth(self.kind, value)])
        one = plan.truth(self.kind, one)
        claim = Claim(plan.truth(self.kind, possible(one)), plan.truth(self.kind, truth_if(one)))
        sure, maybe = plan.any_of(self.kind, claim.sure), plan.any_of(self.kind, claim.who)
        found = some([sure, every([maybe, None])])
        return plan.truth(ORG, found), claim

    def _exists(self, kind: str, nodes: list[n.Node], at: At) -> Kleene:
        below = at.on(kind)
        test = every([self.to.truth_on(node, below) for node in nodes])
        test = self.plan.truth(kind, every([self.to.here(kind, at.year), test]))
        sure = self.plan.any_of(kind, truth_if(test))
        maybe = self.plan.any_of(kind, possible(test))
        return self.plan.truth(ORG, some([sure, every([maybe, None])]))

    def _without_base(self, at: At) -> Definite:
        rule = self.rule
        named = [base_of(rule.pays.amount)] if rule.pays is not None else []
        named += [limit.amount for limit in rule.limits if isinstance(limit.amount, n.Fact)]
        tests: list[Definite] = []
        for base in named:
            fact = self.to.scope.find(base.name) if isinstance(base, n.Fact) else None
            if fact is None:
                continue
            if not fact.key:
                continue  # a defined term has no key of its own
            home = replace(at.on(ORG) if fact.entity == ORG else at, override=None)
            number = number_of(self.to, fact, home).top
            if home.level != at.level:
                number = self.plan.down_whole(at.level, number)
            tests.append(truth_if(w.compared("=", number, w.ZERO)))
        return either(*tests) if tests else False

    # --- status -------------------------------------------------------------------------------------------

    def _status(self, at: At, value: Kleene) -> Whole:
        valid = self.rule.valid
        ineligible = either(no(possible(value)), self._says("refused"))
        if valid and valid.starts and at.year.claim_date < valid.starts:
            ineligible = True
        ineligible = either(ineligible, self._spent(at))
        rest = w.const(CODE[Status.ELIGIBLE])
        if self.rule.judged:
            rest = w.chosen(self._says("granted"), rest, w.const(CODE[Status.DISCRETIONARY]))
        rest = w.chosen(unknown(value), w.const(CODE[Status.UNKNOWN]), rest)
        if valid and valid.ends and at.year.claim_date > valid.ends:
            rest = w.const(CODE[Status.EXPIRED if valid.after == "expired" else Status.UNKNOWN])
        return w.chosen(ineligible, w.const(CODE[Status.INELIGIBLE]), rest)

    def _spent(self, at: At) -> Definite:
        rule, books = self.rule, self.books
        had: Definite = self._says(HAD) if self.had else False
        tests: list[Definite] = [self._says(HAD, measure) for measure in self.bars]
        if rule.once == "applicant":
            tests.append(had)
        elif had is not False:
            tests.append(both(had, self._used_up(at)))
        if rule.lasts is not None and rule.lasts.most is not None:
            most = -(-rule.lasts.most // 12)
            years = w.add(books.years_before, books.paid)
            tests.append(truth_if(w.compared(">=", years, w.const(most))))
            if rule.lasts.run == "unbroken":
                tests.append(books.broken)
            elif rule.lasts.run == "window":
                tests.append(self._window_closed(at, most))
        return either(*tests) if tests else False

    def _window_closed(self, at: At, most: int) -> Definite:
        books = self.books
        start = w.subtract(w.const(self.years[0].year), books.years_before)
        before = truth_if(w.compared(">", books.years_before, w.ZERO))
        first = w.chosen(before, start, w.first_known(books.first_paid, w.const(at.year.year)))
        closes = w.add(first, w.const(most))
        return truth_if(w.compared(">=", w.const(at.year.year), closes))

    def _used_up(self, at: At) -> Definite:
        most = self.to.most("history", "amount_fen", LARGEST_AMOUNT * FEN)
        amount = Ratio(self._said("amount_fen", most), FEN)
        tests = [
            truth_if(r.compared(">=", amount, self._cap(cap, at).high))
            for cap in self.org_caps
            if cap.whole
        ]
        return either(*tests) if tests else False
