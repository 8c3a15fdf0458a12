"""Comparisons turned round: which number, which sum, how many more, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from huice.analysis.linear import Number
from huice.analysis.unlock_grid import first_on_grid, last_on_grid, step_of
from huice.analysis.unlock_ways import COUNT, Need, New, Slot, Way, Which
from huice.corpus.model import Change
from huice.corpus.vocabulary import ORG
from huice.evaluate.facts import Entity, Exact
from huice.evaluate.intervals import Kleene
from huice.language import nodes as n
from huice.language.scope import Sort

if TYPE_CHECKING:
    from huice.analysis.unlock_finder import Finder

MOST_NEW = 30
"""New entities of a kind that are proposed for one count."""
YEARS_BACK = 6
"""Calendar years that are tried for an unknown date of which a rule looks at the year."""
INVERSE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Comparisons:
    """The comparisons of one finder."""

    def __init__(self, finder: Finder) -> None:
        self.finder, self.view = finder, finder.view
        self.closures, self.scope = finder.closures, finder.scope
        self.vocabulary, self.budget = finder.vocabulary, finder.budget
        self._new: dict[int, New] = {}

    def ways(self, node: n.Compare, *, want: bool) -> list[Way]:
        """The ways in which the comparison becomes what is wanted."""
        if self.closures.type_of(node.left).sort is not Sort.QUANTITY or self._dates(node):
            return self._compare_dates(node, want=want)
        for side, op in ((node.left, node.op), (node.right, _mirrored(node.op))):
            split = _split(op if want else INVERSE.get(op, op), side)
            if split is not None and isinstance(side, n.Lower | n.Higher):
                other = node.right if side is node.left else node.left
                parts = [
                    self.finder.ways(n.Compare(op, item, other), want=want)  # type: ignore[arg-type]  # of the five signs
                    for item in side.items
                ]
                if split == "every":
                    return self.budget.all_of(parts)
                return self.budget.kept(way for ways in parts for way in ways)
        found: list[Way] = []
        for part in self._read(node):
            match part:
                case n.Fact():
                    found += self._by_fact(node, part, want=want)
                case n.Total():
                    found += self._by_total(node, part, want=want)
                case n.CountOf():
                    found += self._by_count(node, part, want=want)
                case n.Award() if self.finder.award is not None:
                    found += self.finder.award(part.measure)
        return self.budget.kept(found)

    def _read(self, node: n.Node) -> Iterator[n.Node]:
        """What a quantity reads that may be changed: facts, sums and counts; a past year is not."""
        if isinstance(node, n.Previous):
            return
        if isinstance(node, n.Total | n.CountOf | n.Award):
            yield node
        elif isinstance(node, n.Fact):
            fact = self.scope.facts[node.name]
            if fact.means is not None:
                yield from self._read(fact.means)
            elif fact.sort is Sort.QUANTITY:
                yield node
        else:
            for below in n.children(node):
                yield from self._read(below)

    def _by_fact(self, node: n.Compare, fact: n.Fact, *, want: bool) -> list[Way]:
        slot = self.finder.slot(fact.name)
        change = self.finder.may(slot)
        if change is None:
            return []
        info = self.vocabulary.facts[fact.name]
        rows, kind, now = self.view.rows, info.entity, self.view.rows[info.entity]

        def put(number: Number) -> Kleene:
            rows[kind], self.view.sums = {**now, info.key: number}, {}
            return self.closures.test(node)(self.view)

        sums = self.view.sums
        try:
            reached = self._reached(slot, change, now.get(info.key), put, want=want)
        finally:
            rows[kind], self.view.sums = now, sums
        return [{slot: need} for need in reached]

    def _reached(
        self,
        slot: Slot,
        change: Change,
        now: Exact | None,
        put: Callable[[Number], Kleene],
        *,
        want: bool,
    ) -> list[Need]:
        """The least number from the present one on, and the greatest below it, at which it is as wanted."""
        step = step_of(self.vocabulary.facts[slot[2]])
        found = []
        least = first_on_grid(put, now or 0, step, want=want)
        if least is not None:
            found.append(Need(least=least))
        elif change.how == "freely" and now is not None:
            most = last_on_grid(put, now, step, want=want)
            if most is not None:
                found.append(Need(most=most))
        return found

    def _by_total(self, node: n.Compare, total: n.Total, *, want: bool) -> list[Way]:
        """One entity more, or more of one, so that the sum is as wanted."""
        info = self.vocabulary.facts[total.fact.name]
        kind, lists = info.entity, self.view.lists
        kept, sums = lists.get(kind), self.view.sums
        found: list[Way] = []
        known = self.finder.entities(kind)
        for which, entity in [*known, *((new, {}) for new in self._news(total))]:
            slot = (kind, which, total.fact.name)
            change = self.finder.may(slot)
            if change is None:
                continue
            with Looking(self.finder, kind, which, entity):
                ways = [{}] if total.where is None else self.finder.ways(total.where, want=True)
            for way in ways:
                row = {**entity, **self.finder.realised(way, kind, which)}
                others = [
                    one for place, one in enumerate(kept or []) if one.get("id", place) != which
                ]

                def put(number: Number, row: Entity = row, others: list[Entity] = others) -> Kleene:
                    lists[kind] = [*others, {**row, info.key: number}]
                    self.view.sums = {}
                    return self.closures.test(node)(self.view)

                try:
                    reached = self._reached(slot, change, row.get(info.key), put, want=want)
                finally:
                    lists[kind], self.view.sums = kept, sums
                found += [{**way, slot: need} for need in reached]
        return found

    def _by_count(self, node: n.Compare, count: n.CountOf, *, want: bool) -> list[Way]:
        """So many more entities that meet the condition: those there are, made so, and new ones."""
        kind, lists = count.kind, self.view.lists
        kept, sums, known = lists.get(kind), self.view.sums, self.finder.entities(count.kind)
        there: list[list[Way]] = []
        for which, entity in known:
            with Looking(self.finder, kind, which, entity):
                ways = [{}] if count.where is None else self.finder.ways(count.where, want=True)
            if ways and ways != [{}]:
                there.append(ways)
        found: list[Way] = []
        for new in self._news(count):
            with Looking(self.finder, kind, new, {}):
                fresh = [{}] if count.where is None else self.finder.ways(count.where, want=True)
            for way in fresh[:1]:
                row = self.finder.realised(way, kind, new)
                needed = None
                try:
                    for number in range(1, MOST_NEW + 1):
                        lists[kind] = [*(kept or []), *([row] * number)]
                        self.view.sums = {}
                        if self.closures.test(node)(self.view) is want:
                            needed = number
                            break
                finally:
                    lists[kind], self.view.sums = kept, sums
                for changed in range(min(needed or -1, len(there)) + 1):
                    made = self.budget.some_of(there, changed) if changed else [{}]
                    more = (needed or 0) - changed
                    new_ones: list[Way] = [
                        {**one, (kind, new, COUNT): Need(least=more)} for one in fresh
                    ]
                    found += self.budget.all_of([made, new_ones if more else [{}]])
        return found

    def _news(self, node: n.Node) -> tuple[New, New]:
        """A new entity that may be the very one that other conditions ask for, or one of its own."""
        number = self._new.setdefault(id(node), New(len(self._new) + 1))
        return New(), number

    # --- dates ----------------------------------------------------------------------------------------

    def _dates(self, node: n.Node) -> list[n.Fact]:
        """The dates of which a comparison speaks."""
        return [
            part
            for part in n.walk(node)
            if isinstance(part, n.Fact) and self.scope.facts[part.name].sort is Sort.DATE
        ]

    def _compare_dates(self, node: n.Compare, *, want: bool) -> list[Way]:
        """An unknown date is answered with the calendar years in which the comparison is as wanted."""
        found: list[Way] = []
        rows = self.view.rows
        for fact in self._dates(node):
            slot = self.finder.slot(fact.name)
            if not self.finder.unknown(slot):
                self.finder.blocked[slot[2]] = None
                continue
            kind, key = slot[0], self.vocabulary.facts[fact.name].key
            now = rows[kind]
            years = range(self.view.year, self.view.year - YEARS_BACK, -1)
            for year in years:
                rows[kind] = {**now, key: date(year, 1, 1)}
                first = self.closures.test(node)(self.view) is want
                rows[kind] = {**now, key: date(year, 12, 31)}
                if first and self.closures.test(node)(self.view) is want:
                    found.append({slot: Need(since=date(year, 1, 1), until=date(year, 12, 31))})
            rows[kind] = now
        return found


class Looking:
    """While an entity of a kind is looked at."""

    def __init__(self, finder: Finder, kind: str, which: Which, entity: Entity) -> None:
        self.finder, self.kind = finder, kind
        self.which, self.entity = which, entity

    def __enter__(self) -> None:
        rows = self.finder.view.rows
        self.kept = (rows.get(self.kind), self.finder.at.get(self.kind))
        if self.kind != ORG:
            rows[self.kind] = self.entity
            self.finder.at[self.kind] = self.which

    def __exit__(self, *_: object) -> None:
        row, which = self.kept
        if self.kind == ORG:
            return
        if row is None:
            self.finder.view.rows.pop(self.kind, None)
        else:
            self.finder.view.rows[self.kind] = row
        self.finder.at[self.kind] = which


def _mirrored(op: str) -> str:
    return {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)


def _split(op: str, side: n.Node) -> str | None:
    """Whether `side op x` asks for every item of a lowest or highest, or for one of them."""
    up = op in (">", ">=")
    if op == "=":
        return None
    if isinstance(side, n.Lower):
        return "every" if up else "one"
    return ("one" if up else "every") if isinstance(side, n.Higher) else None
