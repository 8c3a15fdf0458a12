"""What the functions of truths, quantities and moments may ask for: the functions of the nodes below theirs."""

from __future__ import annotations

from typing import Protocol

from huice.evaluate.intervals import Measure, Test, When
from huice.language import nodes as n
from huice.language.check import Type
from huice.language.scope import FactType, Scope


class Maker(Protocol):
    """Makes the function of a node; `Closures` is the one there is."""

    scope: Scope

    def test(self, node: n.Node) -> Test:
        """The function of a truth."""
        ...

    def quantity(self, node: n.Node) -> Measure:
        """The function of a quantity."""
        ...

    def when(self, node: n.Node) -> When:
        """The function of a date or a calendar year."""
        ...

    def type_of(self, node: n.Node) -> Type:
        """The type of an expression that was checked at load."""
        ...

    def fact_type(self, node: n.Fact) -> FactType:
        """The fact or term that a node names."""
        ...
