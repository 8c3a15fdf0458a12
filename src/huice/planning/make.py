"""The result of a search, put together for readers: entities, places, clauses, what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct, structs

from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact
from huice.evaluate.outcome import PAYING, Outcome
from huice.evaluate.totals import total
from huice.language.money import wan
from huice.language.text import Text
from huice.planning.field import NOT_COUNTED, Field
from huice.planning.layout import Layout
from huice.planning.plan import (
    Choosing,
    Cited,
    Difference,
    Entity,
    Expense,
    Left,
    PlaceRow,
    Plan,
    PlannedClaim,
    Proof,
    YearFigures,
)
from huice.planning.problem import FURTHER, Seat, Task
from huice.planning.reach import supports
from huice.planning.reckon import Assignment, Standing, outcome_of
from huice.planning.search import Candidate
from huice.planning.stacking import FROM_GROUP, Stacking

FRESH = Text(
    "另设的主体按新设企业测算：没有已收到的补助、认定备案和收入，人员、项目、用房和原有合同都归主要主体",
    "A further entity is taken as newly founded: nothing received, recorded or earned yet; people, projects, "
    "premises and existing contracts belong to the main entity",
)
ANYWAY = Text(
    "支出本来就要发生，方案只安排花在哪一年、由哪个主体花；支出本身不算收益也不算成本",
    "The money is spent anyway; the plan only says in which year and by which entity, and counts it neither as "
    "gain nor as cost",
)
SURE = Text(
    "方案假定各年条件不变、每次申报都按时提出；待裁量的事项由主管部门决定",
    "The plan takes it that the facts stay as stated and that every claim is made in time; what is judged the "
    "authority decides",
)


class Found(Struct, frozen=True):
    """What a search found: the best candidate, the best at each place, and how it was proved."""

    best: Candidate
    places: dict[str, Candidate]
    proof: Proof


class Maker:
    """Puts a plan together."""

    def __init__(
        self, task: Task, evaluator: Evaluator, field: Field, stacking: Stacking, found: Found
    ) -> None:
        self.task, self.evaluator, self.field = task, evaluator, field
        self.stacking, self.found, self.corpus = stacking, found, evaluator.corpus
        assert found.best.plan is not None
        assert found.best.reckoning is not None
        self.chosen: Assignment = found.best.plan
        self.reckoning = found.best.reckoning
        self.paid = self._paid()

    def plan(self) -> Plan:
        """The plan."""
        task = self.task
        notes = [ANYWAY] if task.spending else []
        notes += self._twice()
        notes += [FRESH] if any(role == FURTHER for _, role in self.chosen.seats) else []
        return Plan(
            task.name,
            task.profile.as_of.isoformat(),
            self.corpus.version,
            tuple(task.calendar()),
            task.certain,
            task.ceiling,
            task.net,
            self.stacking.title,
            self.stacking.id,
            self.reckoning.value,
            self.reckoning.costs,
            tuple(self._entity(one) for one in self.reckoning.standings),
            self._choices(),
            self._expenses(),
            tuple(self._place(site.place) for site in task.sites),
            self._clauses(),
            self._left(),
            (*notes, SURE),
            self.found.proof,
        )

    # --- entities ---------------------------------------------------------------------------------

    def _paid(self) -> dict[tuple[Seat, str, int], tuple[str, ...]]:
        """For every sum that is spent, the measures claimed for it in that year."""
        closures = self.evaluator.programs.closures
        found: dict[tuple[Seat, str, int], tuple[str, ...]] = {}
        for standing in self.reckoning.standings:
            views = {view.year: view for view in self.evaluator.views(standing.profile)}
            for offer in self.field.offers(standing.seat):
                years = self.chosen.claims.get((standing.seat, offer.measure.id), frozenset())
                for year in years:
                    for one in self.task.spending:
                        rows = views[year].lists.get(one.kind) or ()
                        row = next((row for row in rows if row.get("id") == one.id), None)
                        if row is not None and supports(
                            offer.program, offer.reach, closures, views[year], one.kind, row
                        ):
                            key = (standing.seat, one.id, year)
                            found[key] = (*found.get(key, ()), offer.measure.id)
        return found

    def _entity(self, standing: Standing) -> Entity:
        seat = standing.seat
        site = self.task.site(seat[0])
        claims = tuple(self._claim(standing, one) for one in standing.outcomes.values())
        spent = {
            year: sum(
                (s for (who, _, y), s in self.chosen.spending.items() if (who, y) == (seat, year)),
                0,
            )
            for year in self.task.calendar()
        }
        return Entity(
            *seat,
            site.setup + site.yearly * self.task.years,
            standing.total.certain,
            standing.total.ceiling,
            tuple(sorted(claims, key=lambda one: (-(one.ceiling or 0), one.measure))),
            tuple(self._year(standing, year) for year in self.task.calendar()),
            tuple(spent.items()),
            self._beside(standing),
            self._claimed_twice(standing),
        )

    def _year(self, standing: Standing, year: int) -> YearFigures:
        """One year of an entity, groups and joint ceilings as in a total."""
        outcomes = []
        for outcome in standing.outcomes.values():
            one = next((one for one in outcome.years if one.year == year), None)
            if one is not None and one.status in PAYING:
                outcomes.append(
                    structs.replace(outcome, certain=one.certain, ceiling=one.ceiling, years=(one,))
                )
        figures = total(outcomes, self.corpus, standing.profile.readings)
        return YearFigures(year, figures.certain, figures.ceiling)

    def _claim(self, standing: Standing, outcome: Outcome) -> PlannedClaim:
        measure = self.corpus.measure(outcome.measure)
        years = self.chosen.claims.get((standing.seat, measure.id), frozenset())
        by_year = tuple(
            YearFigures(one.year, one.certain, one.ceiling)
            for one in outcome.years
            if one.year in years
        )
        spending = {
            id_
            for (seat, id_, _), measures in self.paid.items()
            if seat == standing.seat and measure.id in measures
        }
        program = self.evaluator.program(measure, standing.profile)
        return PlannedClaim(
            measure.id,
            measure.title,
            measure.gives.value,
            outcome.status.value,
            tuple(sorted(years)),
            outcome.certain,
            outcome.ceiling,
            by_year,
            measure.quote,
            tuple(sorted(spending)),
            bool(program.rule.judged),
        )

    def _beside(self, standing: Standing) -> tuple[str, ...]:
        """Measures at the place whose text states no amount, for which the firm may apply all the same."""
        place, found = standing.seat[0], []
        views = self.evaluator.views(standing.profile)
        years = frozenset(self.task.calendar())
        for (where, id_), why in self.field.excluded.items():
            if where == place and why == NOT_COUNTED:
                measure = self.corpus.measure(id_)
                outcome = outcome_of(self.evaluator, measure, standing.profile, views, years)
                if outcome.status in PAYING:
                    found.append(id_)
        return tuple(found)

    def _claimed_twice(self, standing: Standing) -> tuple[str, ...]:
        """The groups of which two members are claimed for one year, so that one cost may be claimed twice."""
        found = []
        groups = {group.id: group for group in self.corpus.groups}
        for id_ in standing.total.same_cost:
            years = [
                year
                for member in groups[id_].members
                for year in self.chosen.claims.get((standing.seat, member), ())
            ]
            if len(set(years)) < len(years):
                found.append(id_)
        return tuple(found)

    def _twice(self) -> list[Text]:
        """Says where one expense supports several measures, which the text does not forbid."""
        pairs: dict[tuple[str, tuple[str, ...]], None] = {}
        for (_, id_, _), measures in self.paid.items():
            if len(measures) > 1:
                pairs[id_, tuple(sorted(measures))] = None
        titles = {one.id: one.title for one in self.task.spending}
        found = []
        for id_, measures in pairs:
            named = [self.corpus.measure(measure).title for measure in measures]
            zh, en = "、".join(one.zh for one in named), ", ".join(one["en"] for one in named)
            found.append(
                Text(
                    f"同一笔“{titles[id_].zh}”申报了 {len(named)} 项：{zh}。"
                    "原文没有禁止；从严口径一年只支持一项",
                    f"One expense, “{titles[id_]['en']}”, supports {len(named)} measures: {en}. "
                    "The text does not forbid it; under the prudent policy it supports one a year",
                )
            )
        return found

    def _choices(self) -> tuple[Choosing, ...]:
        found = []
        for choice in self.task.choices:
            option = next(one for one in choice.options if one.id == self.chosen.chosen[choice.id])
            costs = option.once + option.yearly * self.task.years
            found.append(Choosing(choice.id, choice.title, option.id, option.title, costs))
        return tuple(found)

    def _expenses(self) -> tuple[Expense, ...]:
        titles = {one.id: one.title for one in self.task.spending}
        return tuple(
            Expense(*seat, id_, titles[id_], year, yuan, self.paid.get((seat, id_, year), ()))
            for (seat, id_, year), yuan in sorted(
                self.chosen.spending.items(), key=lambda item: item[0]
            )
            if yuan
        )

    # --- places -------------------------------------------------------------------------------------

    def _place(self, place: str) -> PlaceRow:
        if any(place == where for where, _ in self.chosen.seats):
            return PlaceRow(
                place,
                "chosen",
                self.reckoning.value,
                0,
                self._seats(self.found.best),
                (),
                Text("选定", "chosen"),
            )
        one = self.found.places.get(place)
        if one is None or one.plan is None or one.reckoning is None:
            return PlaceRow(place, *_without_plan(one))
        less = Fraction(self.reckoning.value) - Fraction(one.reckoning.value)
        differences = self._differences(one)
        status = "ties" if less == 0 else "loses"
        return PlaceRow(
            place, status, one.reckoning.value, _whole(less), self._seats(one), differences,
            self._reason(status, one, differences),
        )  # fmt: skip

    @staticmethod
    def _seats(candidate: Candidate) -> tuple[str, ...]:
        assert candidate.plan is not None
        return tuple(place for place, _ in candidate.plan.seats)

    def _differences(self, other: Candidate) -> tuple[Difference, ...]:
        here, chosen = self._parts(other), self._parts(self.found.best)
        found = [
            Difference(id_, self.corpus.measure(id_).title, here.get(id_, 0), chosen.get(id_, 0))
            for id_ in dict.fromkeys((*chosen, *here))
            if here.get(id_, 0) != chosen.get(id_, 0)
        ]
        return tuple(
            sorted(found, key=lambda one: (-abs(Fraction(one.chosen) - one.here), one.measure))
        )

    def _parts(self, candidate: Candidate) -> dict[str, Exact]:
        assert candidate.reckoning is not None
        found: dict[str, Exact] = {}
        for standing in candidate.reckoning.standings:
            for id_, outcome in standing.outcomes.items():
                worth = self.task.weighted(outcome.certain, outcome.ceiling or 0)
                if worth:
                    found[id_] = found.get(id_, 0) + worth
        return found

    def _reason(self, status: str, other: Candidate, differences: Sequence[Difference]) -> Text:
        """Why a place loses: what it lacks, what it has instead, and what it costs more."""
        if status == "ties":
            return Text("与选定的方案一样多", "as much as the plan chosen")
        gains = [one for one in differences if one.here > one.chosen][:2]
        losses = [one for one in differences if one.chosen > one.here][:2]
        zh, en = [], []
        if losses:
            zh.append(f"少了{'、'.join(f'“{one.title.zh}”' for one in losses)}")
            en.append(f"without {', '.join(one.title['en'] for one in losses)}")
        if gains:
            zh.append(f"多了{'、'.join(f'“{one.title.zh}”' for one in gains)}但不够抵")
            en.append(f"{', '.join(one.title['en'] for one in gains)} does not make up for it")
        assert other.reckoning is not None
        more = other.reckoning.costs - self.reckoning.costs
        if self.task.net and more > 0:
            zh.append(f"成本多 {wan(more, 'zh')}")
            en.append(f"it costs {wan(more, 'en')} more")
        return Text("，".join(zh), "; ".join(en))

    # --- clauses, and what is left ------------------------------------------------------------------

    def _clauses(self) -> tuple[Cited, ...]:
        layout = Layout(self.field, self.stacking, self.chosen.seats)
        groups = {group.id: group for group in self.corpus.groups}
        clauses = {clause.id: clause for clause in self.stacking.clauses}
        found = []
        for cited in layout.cited:
            clause = clauses[cited.clause]
            source = clause.source
            if source == FROM_GROUP and cited.about in groups:
                source = groups[cited.about].says
            quotes = tuple(self.corpus.measure(id_).quote for id_ in cited.measures)
            found.append(Cited(clause.id, clause.says, source, cited.about, cited.measures, quotes))
        return tuple(found)

    def _left(self) -> tuple[Left, ...]:
        here = {place for place, _ in self.chosen.seats}
        return tuple(
            Left(place, id_, self.corpus.measure(id_).title, why)
            for (place, id_), why in self.field.excluded.items()
            if place in here
        )


def _without_plan(
    one: Candidate | None,
) -> tuple[str, Exact | None, Exact | None, tuple[str, ...], tuple[Difference, ...], Text]:
    status = one.status if one is not None else "untried"
    if status == "infeasible":
        why = Text("这里满足不了题目的要求", "the demands of the problem cannot be met here")
        return "impossible", None, None, (), (), why
    if status == "limit":
        return "limit", None, None, (), (), Text("限时内没有找到方案", "no plan was found in time")
    return "untried", None, None, (), (), Text("限时内没有算到", "not reached in time")


def _whole(number: Fraction) -> Exact:
    return number.numerator if number.denominator == 1 else number
