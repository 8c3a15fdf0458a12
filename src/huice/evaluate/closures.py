"""What the nodes mean: each node becomes a function of a year's facts, once per rule."""

from __future__ import annotations

from collections.abc import Callable

from huice.evaluate.facts import View
from huice.evaluate.intervals import UNCAPPED, Ceiling, Measure, Test, When
from huice.evaluate.moments import MOMENTS
from huice.evaluate.quantities import QUANTITIES, ladder
from huice.evaluate.truths import TRUTHS
from huice.language import nodes as n
from huice.language.check import Checker, Type
from huice.language.scope import FactType, Scope


class Closures:
    """Makes and keeps the functions of one scope's expressions."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._tests: dict[n.Node, Test] = {}
        self._quantities: dict[n.Node, Measure] = {}

    def test(self, node: n.Node) -> Test:
        """The function of a truth."""
        found = self._tests.get(node)
        if found is None:
            found = self._tests[node] = TRUTHS[type(node)](self, node)
        return found

    def quantity(self, node: n.Node) -> Measure:
        """The function of a quantity."""
        found = self._quantities.get(node)
        if found is None:
            found = self._quantities[node] = QUANTITIES[type(node)](self, node)
        return found

    def cap(self, node: n.Node) -> Callable[[View], Ceiling]:
        """The function of a cap: a ladder of which no rung holds is no cap, not 0."""
        if not isinstance(node, n.Tiers):
            return self.quantity(node)
        uncapped: Callable[[View], Ceiling] = ladder(self, node, UNCAPPED)
        return uncapped

    def when(self, node: n.Node) -> When:
        """The function of a date or a calendar year."""
        return MOMENTS[type(node)](self, node)

    def type_of(self, node: n.Node) -> Type:
        """The type of an expression that was checked at load."""
        found = Checker(self.scope).type_of(node)
        assert found is not None
        return found

    def fact_type(self, node: n.Fact) -> FactType:
        """The fact or term that a node names."""
        return self.scope.facts[node.name]
