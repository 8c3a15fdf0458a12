"""Walks the conditions of one rule over the facts of one year and finds the ways in which they would hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from huice.analysis.changes import Value, looked_at
from huice.analysis.unlock_grid import step_of
from huice.analysis.unlock_numbers import Comparisons, Looking
from huice.analysis.unlock_ways import (
    COUNT,
    Budget,
    Need,
    New,
    Slot,
    Way,
    Which,
    chosen,
    since_at_earliest,
    since_at_latest,
)
from huice.corpus.model import Change, FactInfo
from huice.corpus.vocabulary import ORG, Vocabulary
from huice.evaluate.closures import Closures
from huice.evaluate.facts import Entity, View
from huice.evaluate.program import Program, base_of
from huice.language import nodes as n
from huice.language.check import kinds_named, lies_in
from huice.language.scope import Sort


class Finder:
    """Finds the ways of one program over one view. The view's current rows are moved about and put back."""

    def __init__(
        self,
        program: Program,
        closures: Closures,
        vocabulary: Vocabulary,
        view: View,
        today: date,
        most: int,
        award: Callable[[str], list[Way]] | None = None,
    ) -> None:
        self.program, self.closures, self.view = program, closures, view
        self.vocabulary, self.scope = vocabulary, closures.scope
        self.budget, self.today = Budget(most, self.asked), today
        self.at: dict[str, Which] = {ORG: None}
        self.blocked: dict[str, None] = {}
        self.award = award
        self.comparisons = Comparisons(self)

    # --- slots ----------------------------------------------------------------------------------------

    def row(self, slot: Slot) -> Entity:
        """The facts of the slot's entity."""
        kind, which, _ = slot
        if kind == ORG:
            return self.view.rows[ORG]
        if isinstance(which, New):
            return {}
        listed = self.view.lists.get(kind) or []
        return next(one for place, one in enumerate(listed) if one.get("id", place) == which)

    def asked(self, slot: Slot) -> bool:
        """Whether the fact is unknown: then it is to be answered, not changed."""
        if isinstance(slot[1], New):
            return False
        return self.row(slot).get(self.vocabulary.facts[slot[2]].key) is None

    def slot(self, name: str) -> Slot:
        """The slot of a fact of the entity that is looked at."""
        kind = self.scope.facts[name].entity
        return kind, self.at.get(kind), name

    def entities(self, kind: str) -> list[tuple[Which, Entity]]:
        """The entities there are; none where the list is unknown: then one more is as good."""
        listed = self.view.lists.get(kind) or []
        return [(one.get("id", place), one) for place, one in enumerate(looked_at(listed))]

    def may(self, slot: Slot) -> Change | None:
        """How the fact may be changed; None where it may not."""
        change = self.vocabulary.facts[slot[2]].change
        if isinstance(slot[1], New) or self.asked(slot):
            return Change("freely")
        if change.how in ("freely", "upwards") or change.becomes:
            return change
        self.blocked[slot[2]] = None
        return None

    # --- a rule ---------------------------------------------------------------------------------------

    def rule(self) -> list[Way]:
        """The ways in which the program's conditions hold together in this year."""
        by_kind: dict[str, list[n.Truth]] = {}
        for condition in self.program.rule.requires:
            named = kinds_named(condition.expression, self.scope)
            by_kind.setdefault(min(named) if named else ORG, []).append(condition.expression)
        subject = self.program.measure.subject
        by_kind.setdefault(subject, [])
        parts = [self.ways(node, want=True) for node in by_kind.pop(ORG, [])]
        parts += [self.of_kind(kind, nodes) for kind, nodes in by_kind.items()]
        if subject == ORG:
            parts.append(self._with_base())
        return self.budget.all_of(parts)

    def of_kind(self, kind: str, nodes: list[n.Truth]) -> list[Way]:
        """One entity, of those there are or a new one, meets all of these."""
        found: list[Way] = []
        for which, entity in [*self.entities(kind), (New(), {})]:
            found += self.of_entity(kind, which, entity, nodes)
        return self.budget.kept(found)

    def of_entity(self, kind: str, which: Which, entity: Entity, nodes: list[n.Truth]) -> list[Way]:
        """The ways in which this entity meets all of these."""
        with Looking(self, kind, which, entity):
            parts = [self.ways(node, want=True) for node in nodes]
            if kind == self.program.measure.subject:
                parts.append(self._with_base())
            ways = self.budget.all_of(parts)
        if isinstance(which, New):
            return [
                way if _names(way, kind, which) else {**way, _some(kind, which): Need(least=1)}
                for way in ways
            ]
        return ways

    def _with_base(self) -> list[Way]:
        """What is paid for is not known to be nothing."""
        parts = []
        for fact in base_facts(self.program):
            info = self.vocabulary.facts.get(fact.name)
            if info is None or self.view.rows.get(info.entity, {}).get(info.key) != 0:
                continue
            slot = self.slot(fact.name)
            change = self.may(slot)
            least = Need(least=step_of(info))
            parts.append([{slot: least}] if change else [])
        return self.budget.all_of(parts)

    # --- truths ---------------------------------------------------------------------------------------

    def ways(self, node: n.Node, *, want: bool) -> list[Way]:
        """The ways in which a truth becomes what is wanted; `[{}]` where it is so already."""
        if self.closures.test(node)(self.view) is want:
            return [{}]
        match node:
            case n.And(items=items) | n.Or(items=items):
                parts = (self.ways(item, want=want) for item in items)
                if isinstance(node, n.And) is want:
                    return self.budget.all_of(parts)
                return self.budget.kept(way for ways in parts for way in ways)
            case n.Not(item=item):
                return self.ways(item, want=not want)
            case n.SomeOf(items=items):
                count = node.count.numerator if want else len(items) - node.count.numerator + 1
                return self.budget.some_of([self.ways(item, want=want) for item in items], count)
            case n.Fact():
                return self._fact(node, want=want)
            case n.Is() | n.Within():
                return self._choice(node, want=want)
            case n.Has() | n.RecordedIn():
                return self._set(node, want=want)
            case n.Elapsed():
                return self._elapsed(node, want=want)
            case n.Compare():
                return self.comparisons.ways(node, want=want)
            case _:
                return []

    def _fact(self, node: n.Fact, *, want: bool) -> list[Way]:
        fact = self.scope.facts[node.name]
        if fact.means is not None:
            return self.ways(fact.means, want=want)
        slot = self.slot(node.name)
        return [{slot: Need(value=want)}] if self.may(slot) else []

    def _choice(self, node: n.Is | n.Within, *, want: bool) -> list[Way]:
        slot = self.slot(node.fact.name)
        members: list[str] = []
        for option in self.scope.facts[node.fact.name].members:
            inside = (
                option in node.members if isinstance(node, n.Is) else lies_in(option, node.place)
            )
            if inside is want:
                members.append(option)
        change = self.may(slot)
        if change is None:
            return []
        if change.becomes:
            turn = change.becomes.get(self.row(slot)[self.vocabulary.facts[slot[2]].key])
            members = [option for option in members if option == turn]
            if not members:
                self.blocked[slot[2]] = None
        return [{slot: Need(options=tuple(members))}] if members else []

    def _set(self, node: n.Has | n.RecordedIn, *, want: bool) -> list[Way]:
        slot = self.slot(node.fact.name)
        if not want:
            return [{slot: Need(groups=())}] if self.unknown(slot) else []
        change = self.may(slot)
        if change is None:
            return []
        members = node.members if isinstance(node, n.Has) else (node.member,)
        possible = tuple(member for member in members if member not in change.fixed)
        every = isinstance(node, n.Has) and node.every
        if not possible or (every and len(possible) < len(members)):
            self.blocked[slot[2]] = None
            return []
        groups = tuple((member,) for member in possible) if every else (possible,)
        records = self.scope.facts[slot[2]].sort is Sort.RECORDS
        on = max(self.view.claim_date, self.today) if records else None
        return [{slot: Need(groups=groups, on=on)}]

    def unknown(self, slot: Slot) -> bool:
        """Whether nothing is known of the fact: of a new entity everything can be chosen."""
        return isinstance(slot[1], New) or self.asked(slot)

    def _elapsed(self, node: n.Elapsed, *, want: bool) -> list[Way]:
        """Only an unknown date can be answered; a known one is the past, and time is tried elsewhere."""
        if not isinstance(node.since, n.Fact):
            return []
        slot = self.slot(node.since.name)
        until = self.closures.when(node.until)(self.view)
        if until is None or not self.unknown(slot):
            self.blocked[slot[2]] = None
            return []
        months, strict = node.span.numerator, node.bound in ("more than", "less than")
        if (node.bound in ("at least", "more than")) is want:
            last = since_at_latest(until, months, strict=strict if want else not strict)
            return [{slot: Need(until=last)}]
        first = since_at_earliest(until, months, strict=strict if want else not strict)
        return [{slot: Need(since=first)}]

    # --- needs made facts -----------------------------------------------------------------------------

    def realised(self, way: Way, kind: str, which: Which) -> Entity:
        """The facts that the needs of one entity come to."""
        found: Entity = {}
        for (its, entity, name), need in way.items():
            if its == kind and entity == which and name != COUNT:
                info = self.vocabulary.facts[name]
                now = {} if isinstance(which, New) else self.row((its, entity, name))
                found[info.key] = value_of_need(need, now.get(info.key), info, self.view)
        return found


def _names(way: Way, kind: str, which: New) -> bool:
    return any(slot[0] == kind and slot[1] == which for slot in way)


def _some(kind: str, which: New) -> Slot:
    return kind, which, COUNT


def base_facts(program: Program) -> list[n.Fact]:
    """The facts that are paid for, or that bound it: of which nothing is paid when they are 0."""
    rule = program.rule
    named = [base_of(rule.pays.amount)] if rule.pays is not None else []
    named += [limit.amount for limit in rule.limits if isinstance(limit.amount, n.Fact)]
    return [base for base in named if isinstance(base, n.Fact)]


def value_of_need(need: Need, now: Value, info: FactInfo, view: View) -> Value:
    """The value that satisfies a need, given the present one."""
    if need.options is not None:
        return need.options[0]
    if need.groups is not None:
        members = chosen(need.groups)
        if info.type == "set":
            return frozenset(members) | (now or frozenset())
        day = view.claim_date if need.on is None else need.on
        found = dict(now or {})
        for member in members:
            found[member] = tuple(dict.fromkeys((*found.get(member, ()), day)))
        return found
    if need.value is not None:
        return need.value
    if need.until is not None or need.since is not None:
        return need.until or need.since
    if need.least is not None:
        return need.least
    return need.most
