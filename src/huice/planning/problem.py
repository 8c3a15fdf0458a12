"""A planning problem: one firm with open choices, read from a file or a mapping and checked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.evaluate.evaluator import at_place
from huice.evaluate.facts import Entity, Exact, Profile, YearFacts
from huice.evaluate.linear import Number
from huice.language.text import Text

MOST_YEARS = 5
MAIN, FURTHER = "main", "further"

Seat: TypeAlias = tuple[str, str]
"""A legal entity of the firm: where it is registered, and whether it is the main one or a further one."""
Lists: TypeAlias = Mapping[str, tuple[Entity, ...]]


class Allowance(Struct, frozen=True):
    """Between which sums in yuan something lies; `most` None is no limit."""

    least: Exact = 0
    most: Exact | None = None


class Site(Struct, frozen=True):
    """A place where the firm may register, with what that costs in yuan: once, and every year."""

    place: str
    setup: Exact = 0
    yearly: Exact = 0


class Spending(Struct, frozen=True):
    """Money that is spent anyway, and that the plan allots to years and entities.

    What is allotted to one entity and year becomes one row of `kind` with these `facts`; each of the facts in
    `money` is so many times the sum. `total` bounds it over all years, `yearly` in each, entities together.
    """

    id: str
    title: Text
    kind: str
    facts: Entity
    money: Mapping[str, Exact]
    total: Allowance
    yearly: Allowance


class Alternative(Struct, frozen=True):
    """One way to choose: facts of the main entity that it sets, rows that it adds, what it costs in yuan."""

    id: str
    title: Text
    org: Entity
    lists: Lists
    once: Exact = 0
    yearly: Exact = 0


class Choice(Struct, frozen=True):
    """An either/or of which exactly one alternative is taken."""

    id: str
    title: Text
    options: tuple[Alternative, ...]


class Task(Struct, frozen=True):
    """A checked planning problem. Weights are shares of the objective and add up to 1."""

    profile: Profile
    years: int
    sites: tuple[Site, ...]
    entities: int = 1
    further_org: Entity = {}
    further_lists: Lists = {}
    spending: tuple[Spending, ...] = ()
    choices: tuple[Choice, ...] = ()
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    certain: Exact = 1
    ceiling: Exact = 0
    net: bool = False
    stacking: str = "stated"
    name: str = ""

    def calendar(self) -> range:
        """The years that are planned."""
        return range(self.profile.claim_year, self.profile.claim_year + self.years)

    def site(self, place: str) -> Site:
        """The site at a place."""
        return next(site for site in self.sites if site.place == place)

    def costs(self, seats: tuple[Seat, ...], chosen: Mapping[str, str]) -> Exact:
        """What sites and alternatives cost over the years, in yuan."""
        found: Exact = 0
        for place, _ in seats:
            site = self.site(place)
            found += site.setup + site.yearly * self.years
        for choice in self.choices:
            option = next(one for one in choice.options if one.id == chosen[choice.id])
            found += option.once + option.yearly * self.years
        return found

    def weighted(self, certain: Exact, ceiling: Exact) -> Exact:
        """The objective in yuan, before costs."""
        return self.certain * certain + self.ceiling * ceiling


Allotted: TypeAlias = Mapping[tuple[str, int], Any]
"""What is spent, by spending and year: yuan, or a number that varies."""


def profile_of(
    task: Task, corpus: Corpus, seat: Seat, chosen: Mapping[str, str], allotted: Allotted
) -> Profile:
    """The profile of one entity of the firm under the alternatives chosen, with what is allotted to it.

    Alternatives, people, projects and the like belong to the main entity; a further one has facts of the
    applicant alone, without history, and with no money or records but those stated for it.
    """
    place, role = seat
    base = task.profile
    if role == MAIN:
        org, lists = dict(base.org), dict(base.lists)
        own = {year: facts for year, facts in base.years.items() if year <= task.calendar()[-1]}
        for choice in task.choices:
            option = next(one for one in choice.options if one.id == chosen[choice.id])
            org = _merged(org, option.org)
            own = {
                year: YearFacts(_merged(facts.org, option.org) if facts.org else {}, facts.lists)
                for year, facts in own.items()
            }
            for kind, rows in option.lists.items():
                lists[kind] = (*(lists.get(kind) or ()), *rows)
                own = {
                    year: YearFacts(facts.org, {**facts.lists, kind: (*facts.lists[kind], *rows)})
                    if kind in facts.lists
                    else facts
                    for year, facts in own.items()
                }
        history = base.history
        decisions = base.decisions
    else:
        org = _merged(_fresh(base.org, corpus), task.further_org)
        lists = {kind: task.further_lists.get(kind, ()) for kind in base.lists}
        own, history, decisions = {}, {}, {}
    for kind in {one.kind for one in task.spending}:
        lists[kind] = lists.get(kind) or ()
    for year in task.calendar():
        added = _rows(task, allotted, year)
        facts = own.get(year, YearFacts())
        everything = {
            kind: (*facts.lists.get(kind, lists[kind] or ()), *more) for kind, more in added.items()
        }
        if everything:
            own[year] = YearFacts(facts.org, {**facts.lists, **everything})
    profile = Profile(
        base.as_of, base.claim_year, task.years, org, lists, own, decisions, base.pools, history,
        base.readings, base.name,
    )  # fmt: skip
    return at_place(profile, place)


def _rows(task: Task, allotted: Allotted, year: int) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for one in task.spending:
        amount = allotted.get((one.id, year), 0)
        if amount:
            found.setdefault(one.kind, []).append(row_of(one, one.facts, amount))
    return found


def row_of(spending: Spending, facts: Entity, amount: Number) -> Entity:
    """The row that an amount allotted to one entity and year becomes."""
    money = {key: amount * share if share != 1 else amount for key, share in spending.money.items()}
    return {**facts, "id": spending.id, **money}


def _merged(org: Mapping[str, Any], patch: Mapping[str, Any]) -> Entity:
    """The facts with those of the patch; records are added to, all else is replaced."""
    found = dict(org)
    for key, value in patch.items():
        old = found.get(key)
        found[key] = (
            {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return found


def _fresh(org: Mapping[str, Any], corpus: Corpus) -> Entity:
    """The applicant's facts as a new entity has them: no money earned, nothing recorded."""
    facts = corpus.facts_of("org")
    found: Entity = {}
    for key, value in org.items():
        sort = facts[key].type if key in facts else ""
        found[key] = {} if sort == "records" else 0 if sort in ("money", "count") else value
    return found


def share(value: Exact, whole: Exact) -> Exact:
    """The quotient, an `int` where it is whole."""
    found = Fraction(value) / Fraction(whole)
    return found.numerator if found.denominator == 1 else found
