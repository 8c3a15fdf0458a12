"""Which unknown facts keep a condition or an amount open."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from huice.evaluate.closures import Closures
from huice.evaluate.facts import View
from huice.language import nodes as n


class Gap(Struct, frozen=True):
    """One unknown fact: its name and the entity it is asked of (None: org, or an entity not yet listed)."""

    fact: str
    entity: str | None = None


class Gaps:
    """Finds the gaps of expressions over one view; `identity[kind]` names the entity looked at."""

    def __init__(self, closures: Closures, view: View, identity: dict[str, str | None]) -> None:
        self.closures, self.view, self.identity = closures, view, identity

    def of_test(self, node: n.Node) -> Iterator[Gap]:
        """The unknown facts that leave a truth open; nothing when it is settled."""
        if self.closures.test(node)(self.view) is not None:
            return
        if isinstance(node, n.And | n.Or | n.SomeOf):
            for item in node.items:
                yield from self.of_test(item)
        elif isinstance(node, n.Not):
            yield from self.of_test(node.item)
        elif isinstance(node, n.Fact):
            yield from self._of_fact(node)
        else:
            for below in n.children(node):
                yield from self.of_quantity(below)

    def of_quantity(self, node: n.Node) -> Iterator[Gap]:
        """The unknown facts that leave a quantity or a date open."""
        if isinstance(node, n.Fact):
            yield from self._of_fact(node)
        elif isinstance(node, n.Tiers):
            yield from self._of_tiers(node)
        elif isinstance(node, n.Total | n.CountOf):
            yield from self._of_list(node)
        elif isinstance(node, n.Records):
            yield from self._of_fact(node.fact)
        elif not isinstance(node, n.Previous | n.Award):
            for below in n.children(node):
                yield from self.of_quantity(below)

    def _of_fact(self, node: n.Fact) -> Iterator[Gap]:
        fact = self.closures.scope.facts[node.name]
        if fact.means is not None:
            yield from self.of_test(fact.means)
        elif self.view.rows.get(fact.entity, {}).get(fact.key) is None:
            yield Gap(node.name, self.identity.get(fact.entity))

    def _of_tiers(self, node: n.Tiers) -> Iterator[Gap]:
        for tier in node.tiers:
            holds = True if tier.when is None else self.closures.test(tier.when)(self.view)
            if holds is False:
                continue
            if tier.when is not None:
                yield from self.of_test(tier.when)
            yield from self.of_quantity(tier.value)
            if holds:
                return

    def _of_list(self, node: n.Total | n.CountOf) -> Iterator[Gap]:
        kind = node.kind if isinstance(node, n.CountOf) else node.fact.name.split(".")[0]
        kept, identity = self.view.rows.get(kind), self.identity.get(kind)
        entities = self.view.lists.get(kind)
        for position, entity in enumerate([{}] if entities is None else entities):
            self.view.rows[kind] = entity
            self.identity[kind] = None if entities is None else str(entity.get("id", position))
            holds = True if node.where is None else self.closures.test(node.where)(self.view)
            if node.where is not None:
                yield from self.of_test(node.where)
            if isinstance(node, n.Total) and holds is not False:
                yield from self._of_fact(node.fact)
        self.identity[kind] = identity
        if kept is not None:
            self.view.rows[kind] = kept
