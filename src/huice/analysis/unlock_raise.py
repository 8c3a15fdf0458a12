"""What would lift the ceiling of a measure that is reached, and what only looks as if it would (risks)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any, TypeAlias

from msgspec import structs

from huice.analysis.changes import Alter, More, Step, Value, apply, is_answer, looked_at
from huice.analysis.linear import Number
from huice.analysis.unlock_fill import ceiling_of
from huice.analysis.unlock_finder import Finder, base_facts
from huice.analysis.unlock_grid import Ceiling, Peak, peak, step_of
from huice.analysis.unlock_risk import Risk
from huice.analysis.unlock_search import REACHED, Search
from huice.analysis.unlock_steps import Steps, steps_of
from huice.analysis.unlock_ways import New
from huice.corpus.vocabulary import ORG
from huice.evaluate.facts import Entity, Exact, Profile
from huice.language import nodes as n
from huice.language.check import facts_named, kinds_named
from huice.language.text import Text

Slot: TypeAlias = tuple[str, str | int | None]
"""A fact, and the entity that has it (None: the applicant)."""


class Raise:
    """What lifts the ceiling of one reached measure."""

    def __init__(self, search: Search) -> None:
        self.search, self.corpus = search, search.corpus
        self.profile, self.program = search.profile, search.program
        self.views = search.held.views(self.profile)
        search.held.run(self.program, self.profile, self.views)
        self.endless: dict[Slot, Exact] = {}
        """Amounts with which the ceiling rises for ever, and by how much a yuan."""

    # --- numbers --------------------------------------------------------------------------------------

    def slots(self) -> list[Slot]:
        """The numbers that the rule reads, which the firm states and can increase."""
        rule = self.program.rule
        nodes: list[n.Node] = [c.expression for c in rule.requires]
        nodes += [part for part in (rule.pays, rule.plus, *rule.limits) if part is not None]
        names = dict.fromkeys(
            name for node in nodes for name in facts_named(node, self.corpus.vocabulary.scope)
        )
        found: list[Slot] = []
        for name in names:
            info = self.corpus.vocabulary.facts.get(name)
            if info is None or info.type not in ("money", "area", "count"):
                continue
            if info.change.how not in ("upwards", "freely"):
                continue
            if info.entity == ORG:
                rows = [(None, self.profile.org)]
            else:
                listed = looked_at(self.profile.lists[info.entity] or ())
                rows = [(one.get("id", place), one) for place, one in enumerate(listed)]
            found += [(name, which) for which, row in rows if row.get(info.key) is not None]
        return found

    def now(self, slot: Slot) -> Exact:
        """The number as it is stated."""
        name, which = slot
        info = self.corpus.vocabulary.facts[name]
        if info.entity == ORG:
            return self.profile.org[info.key]  # type: ignore[no-any-return]  # a number of the vocabulary
        listed = self.profile.lists[info.entity] or ()
        row = next(one for place, one in enumerate(listed) if one.get("id", place) == which)
        return row[info.key]  # type: ignore[no-any-return]  # a number of the vocabulary

    def start(self, slot: Slot) -> Exact:
        """The smallest number that any year of the horizon states: from there on raising does something."""
        name, which = slot
        info, found = self.corpus.vocabulary.facts[name], [self.now(slot)]
        for year, own in self.profile.years.items():
            if year < self.profile.claim_year:
                continue
            rows = [own.org] if info.entity == ORG else own.lists.get(info.entity, ())
            for place, row in enumerate(rows):
                same = info.entity == ORG or row.get("id", place) == which
                if same and row.get(info.key) is not None:
                    found.append(row[info.key])
        return min(found)

    def set_to(self, slot: Slot, number: Number) -> Alter:
        """The change of a number."""
        return Alter(slot[0], slot[1], self.now(slot), number, least=True)

    def ceiling(self, steps: Iterable[Step]) -> Ceiling:
        """The ceiling after these changes; 0 where the measure is then not reached."""
        return ceiling_of(self.search, apply(self.profile, steps, self.corpus))

    def _peak(self, slot: Slot, others: Steps = ()) -> Peak | None:
        step = step_of(self.corpus.vocabulary.facts[slot[0]])
        return peak(
            lambda number: self.ceiling((*others, self.set_to(slot, number))),
            self.start(slot),
            None,
            step,
        )

    def numbers(self, have: Exact) -> list[Steps]:
        """Each number raised to the least at which its ceiling is highest; then pairs that reach more."""
        found: list[Steps] = []
        rising = []
        best = have
        for slot in self.slots():
            top = self._peak(slot)
            if top is None:
                continue
            if top.slope:
                self.endless[slot] = top.slope
            else:
                rising.append(slot)
                if top.ceiling > have:
                    found.append((self.set_to(slot, top.at),))
                    best = max(best, top.ceiling)
        if not self.endless and len(rising) > 1:
            found += self._pairs(rising, best)
        return found

    def _pairs(self, slots: list[Slot], best: Exact) -> list[Steps]:
        """Two numbers of one entity raised together, where both stand in the way."""
        found: list[Steps] = []
        for one, other in permutations(slots, 2):
            if one[1] != other[1]:
                continue
            freed = self._freed(other)
            first = peak(
                lambda number, one=one, freed=freed: self._of(freed, self.set_to(one, number)),  # type: ignore[misc]  # bound now
                self.start(one),
                None,
                step_of(self.corpus.vocabulary.facts[one[0]]),
            )
            if first is None or first.slope or first.ceiling <= best:
                continue
            start = self.set_to(one, first.at)
            second = self._peak(other, (start,))
            if second is not None and not second.slope and second.ceiling > best:
                pair = (start, self.set_to(other, second.at))
                if not any(set(_named(pair)) == set(_named(known)) for known in found):
                    found.append(pair)
        return found

    def _freed(self, slot: Slot) -> Profile:
        """The profile without this number: an unknown one limits nothing."""
        info = self.corpus.vocabulary.facts[slot[0]]

        def without(row: Mapping[str, Value]) -> Entity:
            return {key: value for key, value in row.items() if key != info.key}

        if info.entity == ORG:
            return structs.replace(self.profile, org=without(self.profile.org))
        listed = self.profile.lists[info.entity] or ()
        changed = tuple(
            without(one) if one.get("id", place) == slot[1] else one
            for place, one in enumerate(listed)
        )
        return structs.replace(self.profile, lists={**self.profile.lists, info.entity: changed})

    def _of(self, profile: Profile, step: Step) -> Ceiling:
        return ceiling_of(self.search, apply(profile, (step,), self.corpus))

    # --- conditions -----------------------------------------------------------------------------------

    def conditions(self, most: int) -> list[Steps]:
        """Other entities made to count, one more, and rungs of a ladder that are not reached yet."""
        found: list[Steps] = []
        subject = self.program.measure.subject
        own = self._own()
        for view in self.views:
            finder = self.search.finder(view, self.profile, most)
            listed = finder.entities(subject)
            entities = [] if subject == ORG else [*listed, (New(), {})]
            for which, entity in entities:
                ways = finder.of_entity(subject, which, entity, own)
                found += [steps_of(way, finder) for way in ways if way]
            found += self._rungs(finder, subject, listed)
        return found

    def _own(self) -> list[n.Truth]:
        subject, scope = self.program.measure.subject, self.corpus.vocabulary.scope
        return [
            one.expression
            for one in self.program.rule.requires
            if subject in kinds_named(one.expression, scope)
        ]

    def _rungs(self, finder: Finder, subject: str, listed: list[tuple[Any, Any]]) -> list[Steps]:
        rule = self.program.rule
        parts = [part for part in (rule.pays, rule.plus, *rule.limits) if part is not None]
        tests = [
            tier.when
            for part in parts
            for node in n.walk(part)
            if isinstance(node, n.Tiers)
            for tier in node.tiers
            if tier.when is not None
        ]
        found: list[Steps] = []
        for test in tests:
            if subject == ORG:
                ways = finder.ways(test, want=True)
            else:
                ways = [
                    way
                    for which, row in listed
                    for way in finder.of_entity(subject, which, row, [test])
                ]
            found += [steps_of(way, finder) for way in ways if way]
        return found

    # --- together -------------------------------------------------------------------------------------

    def sets(self, most: int) -> list[Steps]:
        """The sets that lift the ceiling, each minimal for what it reaches."""
        now = self.search.now
        if now.ceiling is None or not now.quantified:
            return []
        have = self.ceiling(())
        found = list(self.numbers(have))
        best = max([have, *(self.ceiling(steps) for steps in found)])
        for steps in self.conditions(most):
            if all(is_answer(step) for step in steps):
                continue
            new = any(isinstance(step, More) for step in steps)
            ceiling = self.ceiling(steps)
            if ceiling is None or ceiling <= have or (new and self._only_spends(ceiling, best)):
                continue
            least = self._minimal(steps, ceiling)
            if least not in found:
                found += self.search.with_alternatives(least, have)
        return found

    def _only_spends(self, ceiling: Exact, best: Exact) -> bool:
        """Whether one more entity brings no more than spending more on those there are."""
        return bool(base_facts(self.program)) and (ceiling <= best or bool(self.endless))

    def _minimal(self, steps: Steps, ceiling: Exact) -> Steps:
        """The steps without those that do nothing for what is reached."""
        kept = list(steps)
        for step in steps:
            fewer = [one for one in kept if one is not step]
            reached = self.ceiling(fewer)
            if fewer and reached is not None and reached >= ceiling:
                kept = fewer
        return tuple(kept)

    def risks(self) -> list[Risk]:
        """Figures that would give more if they were lower: what splitting a purchase would aim at."""
        now = self.search.now
        if now.status in REACHED and (now.ceiling is None or not now.quantified):
            return []
        have = self.ceiling(())
        found = []
        for slot in self.slots():
            stated = self.now(slot)
            info = self.corpus.vocabulary.facts[slot[0]]
            if info.type == "count" or not stated:
                continue
            top = peak(
                lambda less, slot=slot, stated=stated: self.ceiling(  # type: ignore[misc]  # bound now
                    self._lowered(slot, stated - less)
                ),
                0,
                stated,
                step_of(info),
            )
            if top is not None and top.at and top.ceiling > have:
                at, says = stated - top.at, self._threshold(slot[0])
                found.append(Risk(slot[0], slot[1], stated, at, have, top.ceiling, says))
        return found

    def _lowered(self, slot: Slot, number: Number) -> Steps:
        """The figure lowered, and with it what it bounds: no more is paid than was contracted."""
        facts = self.corpus.vocabulary.scope.facts
        bounded = [one for one in self.slots() if facts[one[0]].upper == slot[0]]
        over = [one for one in bounded if one[1] == slot[1] and self.now(one) > number]
        return tuple(
            structs.replace(self.set_to(one, number), least=False) for one in (slot, *over)
        )

    def _threshold(self, name: str) -> Text:
        """The first comparison of the rule that reads the fact, in words."""
        rule, scope = self.program.rule, self.corpus.vocabulary.scope
        parts: list[n.Node] = [c.expression for c in rule.requires]
        parts += [part for part in (rule.pays, rule.plus, *rule.limits) if part is not None]
        for part in parts:
            for node in n.walk(part):
                if isinstance(node, n.Compare) and name in facts_named(node, scope):
                    return self.search.held.programs.phrases.says(node)
        return Text("", "")


def _named(steps: Steps) -> list[tuple[str, Any]]:
    return [(step.fact, step.where) for step in steps if isinstance(step, Alter)]
