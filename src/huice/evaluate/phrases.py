"""What is said of a rule's parts, worked out once: sentences, facts, spans. Traces only look it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from huice.corpus.model import Condition
from huice.corpus.numbers import spans_of
from huice.evaluate.closures import Closures
from huice.evaluate.intervals import Test
from huice.language import nodes as n
from huice.language.check import facts_named, kinds_named
from huice.language.printing import say
from huice.language.text import Text

Span = tuple[int, int]
T = TypeVar("T")


class Phrase(Struct, frozen=True):
    """One condition, made ready: `kind` is the entity kind it speaks of, `org` if none."""

    condition: Condition
    kind: str
    says: Text
    facts: tuple[str, ...]
    test: Test


class Conditions(Struct, frozen=True):
    """The conditions of a rule, made ready; `kinds` are those they speak of beside `org`."""

    phrases: tuple[Phrase, ...]
    kinds: tuple[tuple[str, tuple[Test, ...]], ...]


class Told(Struct, frozen=True):
    """A node in words: its sentence, the facts it reads, where its numbers stand in the measure's text."""

    label: Text
    facts: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


class Phrases:
    """Sentences of a scope's nodes. A node is known by its identity: rules live as long as their corpus."""

    def __init__(self, closures: Closures) -> None:
        self.closures, self.scope = closures, closures.scope
        self._kept: dict[tuple[int, str], tuple[Any, Any]] = {}

    def _once(self, thing: Any, text: str, make: Callable[[Any, str], T]) -> T:
        found = self._kept.get((id(thing), text))
        if found is None:
            found = self._kept[id(thing), text] = (thing, make(thing, text))
        value: T = found[1]
        return value

    def told(self, node: n.Node, text: str) -> Told:
        """The node in words; its numbers are looked for in this text, each at its first place."""
        return self._once(node, text, self._told)

    def says(self, node: n.Node) -> Text:
        """The node as a sentence in both languages."""
        return self.told(node, "").label

    def facts(self, node: n.Node) -> tuple[str, ...]:
        """The facts that the node reads."""
        return self.told(node, "").facts

    def spans(self, node: n.Node, text: str) -> tuple[Span, ...]:
        """Where the numbers of the node stand in the text, each at its first place."""
        return self.told(node, text).spans

    def _told(self, node: n.Node, text: str) -> Told:
        literals = [part for part in n.walk(node) if isinstance(part, n.Literal)]
        spans = dict.fromkeys(span for one in literals for span in spans_of(text, one)[:1])
        label = Text(say(node, self.scope, "zh"), say(node, self.scope, "en"))
        return Told(label, facts_named(node, self.scope), tuple(spans))

    def conditions(self, requires: tuple[Condition, ...]) -> Conditions:
        """The conditions of a rule, made ready."""
        return self._once(requires, "", self._conditions)

    def _conditions(self, requires: tuple[Condition, ...], _: str) -> Conditions:
        phrases = tuple(map(self._phrase, requires))
        kinds: dict[str, tuple[Test, ...]] = {}
        for phrase in phrases:
            if phrase.kind != "org":
                kinds[phrase.kind] = (*kinds.get(phrase.kind, ()), phrase.test)
        return Conditions(phrases, tuple(kinds.items()))

    def _phrase(self, condition: Condition) -> Phrase:
        node = condition.expression
        named = kinds_named(node, self.scope)
        kind = min(named) if named else "org"
        return Phrase(condition, kind, self.says(node), self.facts(node), self.closures.test(node))
