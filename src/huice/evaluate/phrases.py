"""What is said of a rule's parts, worked out once: sentences, facts, spans. Traces only look it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from huice.corpus.model import Condition
from huice.corpus.numbers import spans_of
from huice.language import nodes as n
from huice.language.check import facts_named, kinds_named
from huice.language.printing import say
from huice.language.scope import Scope
from huice.language.text import Text

Span = tuple[int, int]
T = TypeVar("T")


class Phrase(Struct, frozen=True):
    """One condition, made ready: `kind` is the entity kind it speaks of, `org` if none."""

    condition: Condition
    kind: str
    says: Text
    facts: tuple[str, ...]


class Phrases:
    """Sentences of a scope's nodes. A node is known by its identity: rules live as long as their corpus."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._kept: dict[tuple[str, int], tuple[Any, Any]] = {}

    def _once(self, what: str, thing: Any, make: Callable[[], T]) -> T:
        found = self._kept.get((what, id(thing)))
        if found is None or found[0] is not thing:
            found = self._kept[what, id(thing)] = (thing, make())
        value: T = found[1]
        return value

    def says(self, node: Any) -> Text:
        """The node as a sentence in both languages."""
        return self._once(
            "says", node, lambda: Text(say(node, self.scope, "zh"), say(node, self.scope, "en"))
        )

    def facts(self, node: Any) -> tuple[str, ...]:
        """The facts that the node reads."""
        return self._once("facts", node, lambda: facts_named(node, self.scope))

    def spans(self, node: Any, text: str) -> tuple[Span, ...]:
        """Where the numbers of the node stand in the sentence, each at its first place."""
        return self._once("spans", node, lambda: _spans(node, text))

    def conditions(self, requires: tuple[Condition, ...]) -> tuple[Phrase, ...]:
        """The conditions of a rule, made ready."""
        return self._once("rule", requires, lambda: tuple(map(self._phrase, requires)))

    def _phrase(self, condition: Condition) -> Phrase:
        node = condition.expression
        named = kinds_named(node, self.scope)
        return Phrase(condition, min(named) if named else "org", self.says(node), self.facts(node))


def _spans(node: Any, text: str) -> tuple[Span, ...]:
    literals = [part for part in n.walk(node) if isinstance(part, n.Literal)]
    return tuple(dict.fromkeys(span for one in literals for span in spans_of(text, one)[:1]))
