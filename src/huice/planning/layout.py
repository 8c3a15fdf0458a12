"""The plan as a mixed-integer program: what may be decided, and what binds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from huice.corpus.model import Group
from huice.evaluate.facts import Entity, Exact, View
from huice.language.units import value_of
from huice.planning.claims import Citation, Claim, Tag
from huice.planning.field import Field, Offer
from huice.planning.offered import Offered
from huice.planning.problem import FURTHER, MAIN, Allowance, Seat, Spending
from huice.planning.reach import UNTOUCHABLE, Touched, supports
from huice.planning.segments import Part, pool_left
from huice.planning.solver import Model, Terms, scaled
from huice.planning.stacking import Clause, Stacking

FEWER = 10**6
"""What an entity saved counts beside earlier years: more than all of them."""


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
        built = Offered(self, offer)
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

    def force(self, place: str) -> None:
        """One entity is at the place."""
        self.model.row([(self.open[seat], 1) for seat in self.seats if seat[0] == place], 1, None)

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
        """From now on as few entities as possible, and spending and claims as early as possible."""
        self.model.gain = [0] * len(self.model.gain)
        for column in self.open.values():
            self.model.gain[column] -= FEWER
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
                end = segment.high if segment.high is not None else self.end_of(part)
                best = max(best, segment.ceiling.at(segment.low), segment.ceiling.at(end))
            found += best
        caps = [high for _, high in (*year.caps, *year.whole) if high is not None]
        return min([found, *caps])

    def end_of(self, part: Part) -> Exact:
        """The most that the spending of a part can be."""
        return sum(
            (
                self.field.end(one, self.offers)
                for one in self.task.spending
                if one.id in part.spending
            ),
            0,
        )

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
