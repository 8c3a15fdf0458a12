"""One measure at one seat as columns and rows of a model: its claims, what they give, how years bind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from huice.corpus.corpus import Corpus
from huice.corpus.model import Group
from huice.evaluate.facts import Exact
from huice.planning.claims import Amount, Claim
from huice.planning.field import Combo, Field, Offer
from huice.planning.problem import Seat, Task
from huice.planning.segments import Part, Year
from huice.planning.shapes import Stretch, stretches
from huice.planning.solver import Model, Terms, scaled
from huice.planning.stacking import Stacking


class Host(Protocol):
    """The layout that a measure is built into."""

    model: Model
    field: Field
    task: Task
    corpus: Corpus
    stacking: Stacking
    open: dict[Seat, int]
    option: dict[tuple[str, str], int]
    spend: dict[tuple[Seat, str, int], int]
    taken: dict[tuple[int, str], list[int]]
    known_used: dict[tuple[Seat, str], int]

    def rule_of(self, group: Group) -> str: ...

    def end_of(self, part: Part) -> Exact: ...


class Offered:
    """The columns and rows of one measure at one seat."""

    def __init__(self, layout: Host, offer: Offer) -> None:
        self.layout, self.offer, self.model = layout, offer, layout.model
        self.accounts = layout.field.accounts
        self.rule = offer.program.rule
        self.claims: list[Claim] = []
        self.yearly: dict[tuple[int, str], Terms] = defaultdict(list)
        self._taken: dict[tuple[tuple[str, ...], int], list[tuple[int | None, int]]] = defaultdict(
            list
        )
        self._once: dict[str, list[int]] = defaultdict(list)
        self._paid_by: dict[tuple[Combo, str], list[int]] = defaultdict(list)
        self._rows: dict[tuple[Combo, str, str], list[tuple[int, Amount, Part]]] = defaultdict(list)
        self._sums: dict[tuple[Combo, str], list[tuple[int, Amount, Year, int]]] = defaultdict(list)
        group_caps = any(
            group.ceiling is not None for group in layout.corpus.groups_of([offer.measure.id])
        )
        self.used = self._used_column()
        self.capped = group_caps or any(one.whole for one in offer.years.values())

    def _used_column(self) -> int | None:
        """A switch for the measure as a whole, where a clause lets only one of several be claimed."""
        layout, measure = self.layout, self.offer.measure
        groups = layout.corpus.groups_of([measure.id])
        if not any(layout.rule_of(group) == "highest" for group in groups) and not any(
            clause.each == "total" and measure.subject in clause.rows
            for clause in layout.stacking.rows()
        ):
            return None
        column = layout.known_used[self.offer.seat, measure.id] = self.model.switch()
        return column

    def build(self) -> None:
        for (combo, year, support), found in self.offer.years.items():
            self._claim(combo, year, support, found)
        self._link_spending()
        self._link_choices()
        self._over_years()
        for (_combo, account), amounts in self._sums.items():
            number = ("certain", "ceiling").index(account)
            self._whole_caps(
                [(year, amount, [cap[number] for cap in found.whole], switch)
                 for year, amount, found, switch in amounts]
            )  # fmt: skip
        for (_combo, _row, account), listed in self._rows.items():
            number = ("certain", "ceiling").index(account)
            self._whole_caps(
                [(year, amount, [cap[number] for cap in part.caps], None)
                 for year, amount, part in listed]
            )  # fmt: skip

    # --- one claim ------------------------------------------------------------------------------------

    def _claim(self, combo: Combo, year: int, support: int, found: Year) -> None:
        model = self.model
        switch = model.switch()
        self.claims.append(Claim(self.offer, combo, year, support, switch))
        sums: dict[str, list[Amount]] = {account: [] for account in self.accounts}
        everything: Terms = []
        for part in found.parts:
            switches, amounts = self._part(
                part, year, switch, capped=self.capped or bool(part.caps or found.caps)
            )
            everything += [(one, 1) for one in switches]
            model.at_most([*((one, 1) for one in switches), (switch, -1)], 0)
            if self.rule.once == "entity":
                self._once[part.row] += switches
                if not part.spending:  # a fixed row is paid in the first year that is claimed
                    until = self._paid_by[combo, part.row]
                    until += switches
                    model.at_most([(switch, 1), *((one, -1) for one in until)], 0)
            for account, amount in amounts.items():
                sums[account].append(amount)
                if part.caps:
                    self._rows[combo, part.row, account].append((year, amount, part))
        model.at_most([(switch, 1), *((one, -1) for one, _ in everything)], 0)
        for account, amounts_ in sums.items():
            amount = self._summed(account, amounts_, found, switch)
            self.yearly[year, account] += amount.terms
            self._sums[combo, account].append((year, amount, found, switch))
            weight = getattr(self.layout.task, account)
            for column, factor in amount.terms:
                model.gain[column] += weight * factor

    def _summed(self, account: str, amounts: list[Amount], found: Year, switch: int) -> Amount:
        """The parts together, cut by the caps of the year."""
        number = ("certain", "ceiling").index(account)
        terms = [term for amount in amounts for term in amount.terms]
        most: Exact = sum((amount.most for amount in amounts), 0)
        caps = [scaled(cap) for pair in found.caps if (cap := pair[number]) is not None]
        if not caps or min(caps) >= most:
            return Amount(terms, most)
        cap = min(caps)
        column = self.model.column(cap)
        self.model.at_most([(column, 1), *((one, -factor) for one, factor in terms)], 0)
        self.model.at_most([(column, 1), (switch, -cap)], 0)
        return Amount([(column, 1)], cap)

    def _part(
        self, part: Part, year: int, claim: int, *, capped: bool
    ) -> tuple[list[int], dict[str, Amount]]:
        end: Exact = self.layout.end_of(part) if part.spending else 0
        switches: list[int] = []
        amounts: dict[str, list[Amount]] = {account: [] for account in self.accounts}
        for stretch in stretches(part.segments, end, self.accounts):
            switch = self.model.switch()
            switches.append(switch)
            x = self._spent(part, stretch, switch, year)
            if x is not None and len(part.spending) == 1:
                self.layout.taken[claim, part.spending[0]].append(x)
            for account in self.accounts:
                amounts[account].append(self._figure(stretch, account, switch, x, capped=capped))
        if len(switches) > 1:
            self.model.at_most([(switch, 1) for switch in switches], 1)
        together = {
            account: Amount(
                [term for amount in listed for term in amount.terms],
                max((amount.most for amount in listed), default=0),
            )
            for account, listed in amounts.items()
        }
        return switches, together

    def _spent(self, part: Part, stretch: Stretch, switch: int, year: int) -> int | None:
        if not part.spending:
            return None
        low, high = scaled(stretch.low), scaled(stretch.high)
        x = self.model.column(high)
        self.model.at_most([(x, 1), (switch, -high)], 0)
        if low:
            self.model.at_most([(x, -1), (switch, low)], 0)
        self._taken[part.spending, year].append((x, switch))
        return x

    def _figure(
        self, stretch: Stretch, account: str, switch: int, x: int | None, *, capped: bool
    ) -> Amount:
        lines = getattr(stretch, account)
        most = scaled(max(stretch.most(account), 0))
        bodies: list[Terms] = []
        for line in lines:
            terms: Terms = [(switch, scaled(line.value))] if line.value else []
            if line.slope and x is not None:
                terms.append((x, line.slope))
            bodies.append(terms)
        if len(bodies) == 1 and not capped:
            return Amount(bodies[0], most)
        column = self.model.column(most)
        for terms in bodies:
            self.model.at_most([(column, 1), *((one, -factor) for one, factor in terms)], 0)
        return Amount([(column, 1)], most)

    # --- over all claims --------------------------------------------------------------------------------

    def _link_spending(self) -> None:
        """What claims are made on is what is spent; what is spent without a claim lies beside."""
        layout, seat = self.layout, self.offer.seat
        for (spending, year), taken in self._taken.items():
            columns = [layout.spend[seat, one, year] for one in spending]
            end: Exact = sum((self.model.high[column] for column in columns), 0)
            spent: Terms = [(column, 1) for column in columns]
            xs: Terms = [(x, -1) for x, _ in taken if x is not None]
            self.model.row([*spent, *xs], 0, None)
            self.model.at_most([*spent, *xs, *((switch, end) for _, switch in taken)], end)

    def _link_choices(self) -> None:
        layout, seat = self.layout, self.offer.seat
        by_year: dict[int, Terms] = defaultdict(list)
        by_option: dict[tuple[int, tuple[str, str]], Terms] = defaultdict(list)
        for claim in self.claims:
            by_year[claim.year].append((claim.switch, 1))
            for option in claim.combo:
                by_option[claim.year, option].append((claim.switch, 1))
        for terms in by_year.values():
            self.model.at_most([*terms, (layout.open[seat], -1)], 0)
            if self.used is not None:
                self.model.at_most([*terms, (self.used, -1)], 0)
        for (_, option), terms in by_option.items():
            self.model.at_most([*terms, (layout.option[option], -1)], 0)

    def _in(self, year: int) -> Terms:
        return [(claim.switch, 1) for claim in self.claims if claim.year == year]

    def _over_years(self) -> None:
        """Once only, the years of support, and in which order they are counted."""
        model, years = self.model, list(self.layout.task.calendar())
        every: Terms = [(claim.switch, 1) for claim in self.claims]
        if self.rule.once == "applicant" or (
            self.rule.once == "entity" and self.offer.measure.subject == "org"
        ):
            self._bound_by_used(every, 1)
        for switches in self._once.values():
            model.at_most([(switch, 1) for switch in switches], 1)
        lasts = self.rule.lasts
        if lasts is not None and lasts.most is not None:
            self._lasting(-(-lasts.most // 12), lasts.run, years, every)
        if self.offer.reach.supported:
            self._supports(years)

    def _lasting(self, most: int, run: str, years: list[int], every: Terms) -> None:
        model, before = self.model, self.offer.before
        self._bound_by_used(every, max(0, most - before))
        if run == "window":
            for one in years:
                if before and one >= years[0] - before + most:
                    model.at_most(self._in(one), 0)
                for other in years:
                    if other >= one + most:
                        model.at_most([*self._in(one), *self._in(other)], 1)
        if run == "unbroken":
            for position, one in enumerate(years):
                if before and position:
                    earlier: Terms = [(c, -f) for c, f in self._in(years[position - 1])]
                    model.at_most([*self._in(one), *earlier], 0)
                for middle in range(position + 1, len(years)):
                    for other in years[middle + 1 :]:
                        between: Terms = [(c, -f) for c, f in self._in(years[middle])]
                        model.at_most([*self._in(one), *self._in(other), *between], 1)

    def _supports(self, years: list[int]) -> None:
        """The second year of support comes after a first."""
        supports = sorted({claim.support for claim in self.claims})
        for support in supports:
            mine = [claim for claim in self.claims if claim.support == support]
            self.model.at_most([(claim.switch, 1) for claim in mine], 1)
            if support == self.offer.before + 1:
                continue
            for year in years:
                now: Terms = [(claim.switch, 1) for claim in mine if claim.year == year]
                earlier: Terms = [
                    (claim.switch, -1)
                    for claim in self.claims
                    if claim.support == support - 1 and claim.year < year
                ]
                if now:
                    self.model.at_most([*now, *earlier], 0)

    def _whole_caps(
        self, amounts: list[tuple[int, Amount, list[Exact | None], int | None]]
    ) -> None:
        """Caps over all years: one row where the cap stays the same, else one for each year that knows it."""
        if not amounts:
            return
        for number in range(max(len(caps) for _, _, caps, _ in amounts)):
            known = {caps[number] if number < len(caps) else None for _, _, caps, _ in amounts}
            if known == {None}:
                continue
            if len(known) == 1:
                (cap,) = known
                assert cap is not None
                self._below(amounts, scaled(cap), None)
                continue
            for year, _, caps, switch in amounts:
                cap = caps[number] if number < len(caps) else None
                if cap is not None:
                    self._below([one for one in amounts if one[0] <= year], scaled(cap), switch)

    def _below(
        self,
        amounts: Sequence[tuple[int, Amount, list[Exact | None], int | None]],
        cap: Fraction,
        switch: int | None,
    ) -> None:
        most: Exact = sum((amount.most for _, amount, _, _ in amounts), 0)
        if most <= cap:
            return
        terms = [term for _, amount, _, _ in amounts for term in amount.terms]
        if switch is not None:
            self.model.at_most([*terms, (switch, most - cap)], most)
        else:
            self._bound_by_used(terms, cap)

    def _bound_by_used(self, terms: Terms, most: Exact) -> None:
        """The terms stay below a bound, and are 0 where the measure is not used at all."""
        if self.used is None:
            self.model.at_most(terms, most)
        else:
            self.model.at_most([*terms, (self.used, -most)], 0)
