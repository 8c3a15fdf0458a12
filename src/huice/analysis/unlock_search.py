"""Searches the minimal sets of changes with which one measure is reached; every one is run by the evaluator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Any, TypeAlias

from msgspec import structs

from huice.analysis.changes import Alter, Step, Wait, apply, is_answer
from huice.analysis.unlock_finder import Finder
from huice.analysis.unlock_steps import (
    Steps,
    less_than,
    options_of,
    steps_of,
    variants,
    with_option,
    with_options,
    without_options,
)
from huice.analysis.unlock_ways import Way
from huice.corpus.corpus import Corpus
from huice.corpus.vocabulary import ORG
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact, Profile, View
from huice.evaluate.outcome import Outcome, Status
from huice.evaluate.program import Program
from huice.language import nodes as n
from huice.language.calendar import add_months
from huice.language.check import lies_in

Figures: TypeAlias = tuple[Status, Exact, Exact | None]
REACHED = (Status.ELIGIBLE, Status.DISCRETIONARY)
YEARS_AHEAD = 5
"""Calendar years that are waited for, where a rule looks at the claim year."""
MOST_SETS = 60
"""Minimal sets that are looked for of one measure."""


class Search:
    """One measure of one profile. `moves`: whether another place may be proposed."""

    def __init__(
        self, held: Evaluator, profile: Profile, program: Program, most: int, *, moves: bool
    ) -> None:
        self.held, self.profile, self.program = held, profile, program
        self.corpus: Corpus = held.corpus
        self.most, self.moves = most, moves
        facts = self.corpus.vocabulary.facts.values()
        self.place = next(one for one in facts if one.type == "place")
        told = program.rule.pool in profile.pools
        rule = program.rule if told else structs.replace(program.rule, pool=None)
        self.promise = structs.replace(program, rule=rule)
        """The measure without its pool, which is no promise; unless the profile says what is left in it."""
        self.now = self.outcome(())
        self.blocked: dict[str, None] = {}
        self.refused: dict[str, date | None] = {}
        """Why sets that meet the conditions fail all the same, and the first day of such a failure."""

    def outcome(self, steps: Iterable[Step]) -> Outcome:
        """What the evaluator says of the measure after these changes."""
        profile = apply(self.profile, steps, self.corpus)
        return self.held.run(self.program, profile, self.held.views(profile))

    def reaches(self, steps: Iterable[Step]) -> bool:
        """Whether the measure is reached: eligible, or up to the authority."""
        return self.outcome(steps).status in REACHED

    # --- where and when -------------------------------------------------------------------------------

    def starts(self) -> Iterator[Steps]:
        """What is changed before all else: nothing, the place, the day of application."""
        move = self._move()
        if move != () and any(self.place.key in own.org for own in self.profile.years.values()):
            yield ()  # a later year is at another place already
        if move is None:
            return
        yield move
        for day in self.days(apply(self.profile, move, self.corpus)):
            yield (Wait(day, (day - self.profile.as_of).days), *move)

    def _move(self) -> Steps | None:
        """The place that the rule requires; None where that is out of the question."""
        fact = self.place
        here = self.profile.org.get(fact.key)
        regions = [
            one.expression.place
            for one in self.program.rule.requires
            if isinstance(one.expression, n.Within)
        ]
        if here is None or all(lies_in(here, region) for region in regions):
            return ()
        inside = [one for one in fact.options if all(lies_in(one, place) for place in regions)]
        if not self.moves or fact.change.how != "freely" or not inside:
            self.blocked[fact.name] = None
            return None
        city = here.split("/", maxsplit=1)[0]
        first, *others = sorted(inside, key=lambda one: not lies_in(one, city))
        return (Alter(fact.name, None, here, first, instead=tuple(others)),)

    def days(self, profile: Profile) -> list[date]:
        """Later days of application on which something about time turns: all of them, the earliest first."""
        found: set[date] = set()
        valid = self.program.rule.valid
        if valid and valid.starts:
            found.add(valid.starts)
        stated = {year + more for year in profile.years for more in (0, 1)}
        found |= {date(year, 1, 1) for year in stated if year > profile.claim_year}
        for condition in self.program.rule.requires:
            for node in _below(condition.expression, self.corpus):
                found |= self._turns(node, profile)
        offset = profile.as_of.year - profile.claim_year
        shifted = {
            one
            for day in found
            for ahead in range(profile.horizon)  # the date of application counts in each year
            for one in _years_later(day, offset - ahead)
        }
        return sorted(day for day in shifted if day > profile.as_of)

    def _turns(self, node: n.Node, profile: Profile) -> set[date]:
        day = timedelta(days=1)
        found: set[date] = set()
        if isinstance(node, n.Elapsed) and isinstance(node.since, n.Fact):
            fact = self.corpus.vocabulary.facts[node.since.name]
            for row in _rows(profile, fact.entity):
                since = row.get(fact.key)
                if since is not None:
                    passed = add_months(since, node.span.numerator)
                    found |= {passed, passed + day}
        elif isinstance(node, n.Has | n.RecordedIn | n.Records):
            fact = self.corpus.vocabulary.facts[node.fact.name]
            if fact.type == "records":
                stated = [row.get(fact.key) or {} for row in _rows(profile, fact.entity)]
                found |= {
                    date(on.year, 1, 1) for row in stated for days in row.values() for on in days
                }
        elif isinstance(node, n.Compare):
            named = [date.fromisoformat(p.iso) for p in n.walk(node) if isinstance(p, n.Day)]
            found |= {one for first in named for one in (first, first + day)}
            if any(isinstance(p, n.Context | n.YearOf) and _yearly(p) for p in n.walk(node)):
                year = profile.claim_year
                found |= {date(year + ahead, 1, 1) for ahead in range(1, YEARS_AHEAD + 1)}
        return found

    # --- sets -----------------------------------------------------------------------------------------

    def sets(self) -> list[Steps]:
        """The minimal sets, those of fewest changes first; each reaches the measure, none of its parts does."""
        found: list[Steps] = []
        done: set[str] = set()
        for start in self.starts():
            budget = self.most - len(start)
            if budget < 0:
                continue
            for steps in self._candidates(start, budget):
                if len(found) >= MOST_SETS or self._covered(steps, found):
                    continue
                good = self._enough(steps)
                if good is None:
                    continue
                least = self.minimal(good)
                key = repr(sorted(map(repr, least)))
                if key not in done and any(not is_answer(step) for step in least):
                    done.add(key)
                    found.append(least)
        smallest = [one for one in found if not any(less_than(other, one) for other in found)]
        return [one for steps in smallest for one in self.with_alternatives(steps)]

    def _candidates(self, start: Steps, budget: int) -> Iterator[Steps]:
        base = apply(self.profile, start, self.corpus)
        views = self.held.views(base)
        if self.held.run(self.program, base, views).status in REACHED:
            yield start
            return
        seen: list[Way] = []
        for view in views:
            finder = self.finder(view, base, budget)
            for way in finder.rule():
                if way not in seen:
                    seen.append(way)
                    yield (*start, *steps_of(way, finder))
            self.blocked |= finder.blocked

    def finder(self, view: View, base: Profile, budget: int) -> Finder:
        """What finds the ways of the program in a year of a profile."""
        closures, vocabulary = self.held.programs.closures, self.corpus.vocabulary

        def award(id_: str) -> list[Way]:
            other = self.held.program(self.corpus.measure(id_), base)
            return Finder(other, closures, vocabulary, view, base.as_of, budget).rule()

        return Finder(self.program, closures, vocabulary, view, base.as_of, budget, award)

    def _covered(self, steps: Steps, found: list[Steps]) -> bool:
        """Whether a set found already does less than this one: then this one is not needed."""
        return any(less_than(less, steps) for less in found)

    def _enough(self, steps: Steps) -> Steps | None:
        """The steps, or the same with another option, if they reach the measure."""
        for variant in variants(steps):
            outcome = self.outcome(variant)
            if outcome.status in REACHED:
                return variant
            if outcome.status is not Status.UNKNOWN:
                reason = next(y.reason for y in outcome.years if y.status is outcome.status)
                if reason not in ("", "conditions"):
                    wait = [step.until for step in variant if isinstance(step, Wait)]
                    self.refused.setdefault(reason, wait[0] if wait else None)
        return None

    def minimal(self, steps: Steps) -> Steps:
        """The smallest part that is still enough; of equals the first."""
        changes = [step for step in steps if not is_answer(step)]
        answers = [step for step in steps if is_answer(step)]
        for size in range(len(changes)):
            part = next(
                (one for one in combinations(changes, size) if self.reaches((*one, *answers))), None
            )
            if part is not None:
                changes = list(part)
                break
        for answer in tuple(answers):
            fewer = [one for one in answers if one is not answer]
            if self.reaches((*changes, *fewer)):
                answers = fewer
        return (*changes, *answers)

    def with_alternatives(self, steps: Steps, least: Exact | None = None) -> list[Steps]:
        """The steps with the options that do as well; where others give another amount, sets of their own.

        `least`: the ceiling that an option has to give, beside reaching the measure.
        """
        first = self._figures(steps)
        others: dict[Figures, Steps] = {}
        found = list(steps)
        for position, step in enumerate(steps):
            if isinstance(step, Wait):
                continue
            same: dict[str, list[str]] = {}
            for name, option in options_of(step):
                changed = with_option(step, name, option)
                rest = (*steps[:position], changed, *steps[position + 1 :])
                figures = self._figures(rest)
                if figures == first:
                    same.setdefault(name, []).append(option)
                elif figures[0] in REACHED and (least is None or (figures[2] or 0) >= least):
                    others.setdefault(figures, without_options(rest))
            found[position] = with_options(step, same)
        return [tuple(found), *others.values()]

    def _figures(self, steps: Steps) -> Figures:
        outcome = self.outcome(steps)
        return outcome.status, outcome.certain, outcome.ceiling


# --- what time turns on -----------------------------------------------------------------------------------


def _below(node: n.Node, corpus: Corpus) -> Iterator[n.Node]:
    """The node and all below it, terms followed to what they mean."""
    for part in n.walk(node):
        yield part
        fact = corpus.vocabulary.scope.find(part.name) if isinstance(part, n.Fact) else None
        if fact is not None and fact.means is not None:
            yield from _below(fact.means, corpus)


def _yearly(node: n.Context | n.YearOf) -> bool:
    if isinstance(node, n.Context):
        return node.name == "claim_year"
    return isinstance(node.date, n.Context)


def _rows(profile: Profile, kind: str) -> Sequence[Any]:
    if kind == ORG:
        return [profile.org, *(own.org for own in profile.years.values())]
    listed = [*(profile.lists.get(kind) or ())]
    for own in profile.years.values():
        listed += own.lists.get(kind, ())
    return listed


def _years_later(day: date, years: int) -> tuple[date, ...]:
    """The day in another year; where that has no 29 February, the days on either side."""
    if not years:
        return (day,)
    moved = add_months(day, 12 * years)
    return (moved,) if moved.day == day.day else (moved, moved + timedelta(days=1))
