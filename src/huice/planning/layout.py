"""The plan as a mixed-integer program: what may be decided, and what binds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from msgspec import Struct

from huice.corpus.model import Group
from huice.evaluate.facts import Entity, Exact, View
from huice.language.units import value_of
from huice.planning.curves import Part, Year, pool_left
from huice.planning.field import Combo, Field, Offer
from huice.planning.problem import FURTHER, MAIN, Allowance, Seat, Spending
from huice.planning.reach import UNTOUCHABLE, Touched, supports
from huice.planning.shapes import Stretch, stretches
from huice.planning.solver import Model, Terms, scaled
from huice.planning.stacking import Clause, Stacking

Tag = tuple[str, str]
"""What a row of the user's own problem is: (`must`, a measure), (`least`, a spending) ..."""


class Claim(Struct, frozen=True):
    """One claim that may be made, and the switch that says whether it is."""

    offer: Offer
    combo: Combo
    year: int
    support: int
    switch: int


class Citation(Struct, frozen=True):
    """A clause that binds measures of a plan's seats: those of a group, on a row, or on a pool (`about`)."""

    clause: str
    about: str
    measures: tuple[str, ...]


class Amount(Struct, frozen=True):
    """A figure as terms of columns, in the solver's unit, and the most that it can be."""

    terms: Terms
    most: Exact


class Layout:
    """A model of some seats, of which `entities` may be opened; one seat alone, or `every` one, is open."""

    def __init__(
        self, field: Field, stacking: Stacking, seats: Sequence[Seat], *, every: bool = False
    ) -> None:
        self.field, self.stacking, self.seats = field, stacking, tuple(seats)
        self.every = every or len(self.seats) == 1
        self.task, self.corpus = field.task, field.evaluator.corpus
        self.model = Model()
        self.tags: dict[int, Tag] = {}
        self.cited: dict[Citation, None] = {}
        self.claims: list[Claim] = []
        self.open: dict[Seat, int] = {}
        self.option: dict[tuple[str, str], int] = {}
        self.spend: dict[tuple[Seat, str, int], int] = {}
        self.offers = {seat: field.offers(seat) for seat in self.seats}
        self.taken: dict[tuple[int, str], list[int]] = defaultdict(list)
        self.known_used: dict[tuple[Seat, str], int] = {}
        self._amounts: dict[tuple[Seat, str, int, str], Terms] = defaultdict(list)
        self._seats()
        self._choices()
        self._spending()
        for offers in self.offers.values():
            for offer in offers:
                self._offer(offer)
        self._groups()
        self._row_clauses()
        self._pools()
        self._must()

    # --- seats, choices, spending -----------------------------------------------------------------

    def _seats(self) -> None:
        task, alone = self.task, self.every
        for seat in self.seats:
            site = task.site(seat[0])
            cost = site.setup + site.yearly * task.years
            column = self.model.switch(-scaled(cost) if task.net else 0)
            self.open[seat] = column
            if alone:
                self.model.low[column] = 1
        mains = [(self.open[seat], 1) for seat in self.seats if seat[1] == MAIN]
        further = [(self.open[seat], 1) for seat in self.seats if seat[1] == FURTHER]
        self.model.row(list(mains), 1, 1)
        if further:
            self.tags[self.model.at_most(list(further), task.entities - 1)] = ("entities", "")
            for place in {seat[0] for seat in self.seats}:
                both = [(self.open[seat], 1) for seat in self.seats if seat[0] == place]
                self.model.at_most(list(both), 1)

    def _choices(self) -> None:
        task = self.task
        for choice in task.choices:
            terms: Terms = []
            for option in choice.options:
                cost = option.once + option.yearly * task.years
                column = self.model.switch(-scaled(cost) if task.net else 0)
                self.option[choice.id, option.id] = column
                terms.append((column, 1))
            self.model.row(terms, 1, 1)

    def _spending(self) -> None:
        alone = self.every
        for one in self.task.spending:
            end = scaled(self.field.end(one, self.offers))
            everything: Terms = []
            for year in self.task.calendar():
                here: Terms = []
                for seat in self.seats:
                    column = self.model.column(end)
                    self.spend[seat, one.id, year] = column
                    here.append((column, 1))
                    if not alone:
                        self.model.at_most([(column, 1), (self.open[seat], -end)], 0)
                self._between(here, one.yearly, one)
                everything += here
            self._between(everything, one.total, one)

    def _between(self, terms: Terms, allowance: Allowance, one: Spending) -> None:
        least, most = allowance.least, allowance.most
        if least:
            self.tags[self.model.row(list(terms), scaled(least), None)] = ("least", one.id)
        if most is not None:
            self.tags[self.model.at_most(list(terms), scaled(most))] = ("most", one.id)

    # --- one measure at one seat --------------------------------------------------------------------

    def _offer(self, offer: Offer) -> None:
        built = _Offered(self, offer)
        built.build()
        self.claims += built.claims
        for (year, account), terms in built.yearly.items():
            self._amounts[offer.seat, offer.measure.id, year, account] += terms

    def of(self, seat: Seat, measure: str, year: int | None = None) -> list[Claim]:
        """The claims on a measure at a seat."""
        return [
            claim
            for claim in self.claims
            if claim.offer.seat == seat
            and claim.offer.measure.id == measure
            and (year is None or claim.year == year)
        ]

    def used(self, seat: Seat, measure: str) -> int | None:
        """A switch that is on where the measure is claimed in some year; None where it cannot be."""
        key = (seat, measure)
        if key not in self.known_used:
            claims = self.of(seat, measure)
            if not claims:
                return None
            column = self.known_used[key] = self.model.switch()
            for year in {claim.year for claim in claims}:
                terms: Terms = [(claim.switch, 1) for claim in claims if claim.year == year]
                self.model.at_most([*terms, (column, -1)], 0)
        return self.known_used[key]

    def keep(self, least: Exact) -> None:
        """From now on no less than this of what is being made as large as possible."""
        gains: Terms = [(column, gain) for column, gain in enumerate(self.model.gain) if gain]
        self.model.row(gains, least, None)

    def prefer(self, account: str) -> None:
        """From now on as much as possible of another figure."""
        self.model.gain = [0] * len(self.model.gain)
        for (_, _, _, one), terms in self._amounts.items():
            if one == account:
                for column, factor in terms:
                    self.model.gain[column] += factor

    def prefer_early(self) -> None:
        """From now on spending and claims as early as possible."""
        self.model.gain = [0] * len(self.model.gain)
        first = self.task.calendar()[0]
        for (_, _, year), column in self.spend.items():
            self.model.gain[column] -= 1 + year - first
        for claim in self.claims:
            self.model.gain[claim.switch] -= 1 + claim.year - first

    # --- what binds measures together -----------------------------------------------------------------

    def _groups(self) -> None:
        for seat in self.seats:
            for group in self.corpus.groups_of(offer.measure.id for offer in self.offers[seat]):
                self._group(seat, group)

    def rule_of(self, group: Group) -> str:
        """The rule of a group under the readings of the profile."""
        return self.task.profile.readings.get(group.id, {}).get("rule", group.rule)

    def _group(self, seat: Seat, group: Group) -> None:
        rule = self.rule_of(group)
        members = self._offered(seat, group.members)
        if len(members) > 1:
            self._cite(group.kind, group.id, members)
        if rule == "highest":
            self._one_of([(seat, member) for member in group.members])
        if rule == "warn":
            if self.stacking.binds(group.kind):
                for year in self.task.calendar():
                    self._one_in_a_year([(seat, member) for member in group.members], year)
        elif group.ceiling is not None:
            cap = scaled(value_of(group.ceiling.amount))  # type: ignore[arg-type]  # a literal, checked at load
            for account in self.field.accounts:
                by_year = {
                    year: [
                        term
                        for member in group.members
                        for term in self._amounts[seat, member, year, account]
                    ]
                    for year in self.task.calendar()
                }
                if group.ceiling.period == "total":
                    self.model.at_most([term for terms in by_year.values() for term in terms], cap)
                else:
                    for terms in by_year.values():
                        self.model.at_most(terms, cap)

    def _offered(self, seat: Seat, measures: Iterable[str]) -> tuple[str, ...]:
        wanted = set(measures)
        return tuple(one.measure.id for one in self.offers[seat] if one.measure.id in wanted)

    def _cite(
        self, kind: str, about: str, measures: Iterable[str], clause: Clause | None = None
    ) -> None:
        """Remembers which clause binds these measures."""
        for one in [clause] if clause else self.stacking.clauses:
            if clause or one.groups == kind:
                self.cited[Citation(one.id, about, tuple(dict.fromkeys(measures)))] = None

    def _one_of(self, pairs: Iterable[tuple[Seat, str]]) -> None:
        columns = [self.used(seat, measure) for seat, measure in pairs]
        terms: Terms = [(column, 1) for column in columns if column is not None]
        if len(terms) > 1:
            self.model.at_most(terms, 1)

    def _one_in_a_year(self, pairs: Iterable[tuple[Seat, str]], year: int) -> None:
        claims = [claim for seat, measure in pairs for claim in self.of(seat, measure, year)]
        if len({claim.offer.measure.id for claim in claims}) > 1:
            self._exclusive(claims)

    def _exclusive(self, claims: Sequence[Claim]) -> None:
        """One of the claims of a year at most: what they take of one spending is then taken once."""
        self.model.at_most([(claim.switch, 1) for claim in claims], 1)
        for one in self.task.spending:
            taken: Terms = [
                (x, -1) for claim in claims for x in self.taken.get((claim.switch, one.id), ())
            ]
            if taken:
                seat, year = claims[0].offer.seat, claims[0].year
                self.model.row([(self.spend[seat, one.id, year], 1), *taken], 0, None)

    def _row_clauses(self) -> None:
        for clause in self.stacking.rows():
            found: dict[tuple[Seat, str, str, int], list[Claim]] = defaultdict(list)
            for claim in self.claims:
                for kind, row in self._rows_of(claim, clause):
                    found[claim.offer.seat, kind, row, claim.year].append(claim)
            for (_, kind, row, _), claims in found.items():
                bound = sorted({claim.offer.measure.id for claim in claims})
                if len(bound) > 1:
                    self._cite(kind, f"{kind} {row}", bound, clause)
                if clause.each == "year" and len(bound) > 1:
                    self._exclusive(claims)
            if clause.each == "total":
                pairs: dict[tuple[Seat, str, str], set[str]] = defaultdict(set)
                for (seat, kind, row, _), claims in found.items():
                    pairs[seat, kind, row] |= {claim.offer.measure.id for claim in claims}
                for (seat, _, _), measures in pairs.items():
                    self._one_of([(seat, measure) for measure in sorted(measures)])

    def _rows_of(self, claim: Claim, clause: Clause) -> Iterable[tuple[str, str]]:
        """The rows, of the kinds of a clause, that a claim is about."""
        offer = claim.offer
        closures = self.field.evaluator.programs.closures
        setting = self.field.setting(offer.seat, claim.combo)
        view = setting.view(claim.year, {})
        for kind in clause.rows:
            if kind not in offer.reach.kinds:
                continue
            rows = [
                (str(row.get("id", position)), row)
                for position, row in enumerate(setting.rows(claim.year).get(kind) or ())
            ]
            rows += [
                (one.id, setting.row(one.id, claim.year, UNTOUCHABLE))
                for one in self.task.spending
                if one.kind == kind
            ]
            for name, row in rows:
                if clause.paid:
                    holds = supports(offer.program, offer.reach, closures, view, kind, row)
                else:
                    holds = offer.measure.subject == kind and _claimant(offer, view, kind, row)
                if holds:
                    yield kind, name

    def _pools(self) -> None:
        if not self.stacking.pools:
            return
        drawn: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.claims:
            drawn_on = claim.offer.program.rule.pool
            if drawn_on:
                drawn[drawn_on].append(claim)
        for id_, claims in drawn.items():
            pool = self.corpus.pools[id_]
            state = self.task.profile.pools.get(id_)
            left = pool_left(pool, state)
            most: dict[tuple[Seat, str, int], Exact] = {}
            for claim in claims:
                key = (claim.offer.seat, claim.offer.measure.id, claim.year)
                one = self.most(claim)
                most[key] = max(most.get(key, 0), left if one is None else one)
            pairs = list(dict.fromkeys((seat, measure) for seat, measure, _ in most))
            if len(pairs) < 2:  # noqa: PLR2004  # two claims meet
                continue
            for clause in self.stacking.clauses:
                if clause.pools:
                    self._cite("", id_, [measure for _, measure in pairs], clause)
            if pool.yearly:
                for year in self.task.calendar():
                    if sum((sum_ for (*_, at), sum_ in most.items() if at == year), 0) > left:
                        switches = [(c.switch, 1) for c in claims if c.year == year]
                        self.model.at_most(list(switches), 1)
            elif sum(most.values(), 0) > left:
                self._one_of(pairs)

    def most(self, claim: Claim) -> Exact | None:
        """The highest ceiling of a claim; None where the text states none."""
        year = claim.offer.years[claim.combo, claim.year, claim.support]
        found: Exact = 0
        for part in year.parts:
            best: Exact = 0
            for segment in part.segments:
                if segment.ceiling is None:
                    return None
                end = segment.high if segment.high is not None else self._end_of(part)
                best = max(best, segment.ceiling.at(segment.low), segment.ceiling.at(end))
            found += best
        caps = [high for _, high in (*year.caps, *year.whole) if high is not None]
        return min([found, *caps])

    def _end_of(self, part: Part) -> Exact:
        one = next(one for one in self.task.spending if one.id == part.spending)
        return self.field.end(one, self.offers)

    def _must(self) -> None:
        for measure in self.task.must:
            terms: Terms = [(c.switch, 1) for c in self.claims if c.offer.measure.id == measure]
            self.tags[self.model.row(terms, 1, None)] = ("must", measure)


def _claimant(offer: Offer, view: View, kind: str, row: Entity) -> bool:
    alone = View(view.year, view.claim_date, {**view.rows, kind: row}, {**view.lists, kind: [row]})
    try:
        return offer.program.own(alone) is not False
    except Touched:
        return True


class _Offered:
    """The columns and rows of one measure at one seat."""

    def __init__(self, layout: Layout, offer: Offer) -> None:
        self.layout, self.offer, self.model = layout, offer, layout.model
        self.accounts = layout.field.accounts
        self.rule = offer.program.rule
        self.claims: list[Claim] = []
        self.yearly: dict[tuple[int, str], Terms] = defaultdict(list)
        self._taken: dict[tuple[str, int], list[tuple[int | None, int]]] = defaultdict(list)
        self._once: dict[str, list[int]] = defaultdict(list)
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
        end: Exact = self.layout._end_of(part) if part.spending else 0  # noqa: SLF001  # one builder in two classes
        switches: list[int] = []
        amounts: dict[str, list[Amount]] = {account: [] for account in self.accounts}
        for stretch in stretches(part.segments, end, self.accounts):
            switch = self.model.switch()
            switches.append(switch)
            x = self._spent(part, stretch, switch, year)
            if x is not None and part.spending is not None:
                self.layout.taken[claim, part.spending].append(x)
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
        if part.spending is None:
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
            column = layout.spend[seat, spending, year]
            end = self.model.high[column]
            xs: Terms = [(x, -1) for x, _ in taken if x is not None]
            self.model.row([(column, 1), *xs], 0, None)
            self.model.at_most([(column, 1), *xs, *((switch, end) for _, switch in taken)], end)

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
