"""The rules that are asked for: under their readings, where they hold, what they look back at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure, Rule
from huice.corpus.readings import chosen, rule_under
from huice.language import nodes as n
from huice.language.check import kinds_named, lies_in
from huice.population.asked import Asked


def rule_of(measure: Measure, asked: Asked) -> Rule:
    """The rule under the readings that were asked for."""
    wanted = asked.readings.get(measure.id)
    choices = chosen(measure, wanted) if wanted else ()
    return rule_under(measure, choices) if choices else measure.rule


def nodes_of(rule: Rule) -> list[n.Node]:
    """The expressions of a rule."""
    nodes: list[Any] = [c.expression for c in rule.requires]
    nodes += [rule.pays, rule.plus, *rule.limits]
    return [node for node in nodes if node is not None]


def holds_somewhere(rule: Rule, places: Sequence[str | None]) -> bool:
    """Whether a rule can hold at one of the places; an open place may be any."""
    home = next(
        (c.expression.place for c in rule.requires if isinstance(c.expression, n.Within)), ""
    )
    return any(place is None or not home or lies_in(place, home) for place in places)


def looked_back_at(corpus: Corpus, asked: Asked) -> set[str]:
    """The kinds of entity that some rule compares with a year earlier."""
    return {
        kind
        for measure in corpus.measures
        for node in nodes_of(rule_of(measure, asked))
        for part in n.walk(node)
        if isinstance(part, n.Previous)
        for kind in kinds_named(part.item, corpus.vocabulary.scope)
    }


def facts_read(corpus: Corpus, asked: Asked) -> set[tuple[str, str]]:
    """The facts that the rules may read, as entity and key, with what bounds or stands in for them."""
    scope = corpus.vocabulary.scope
    rules = [rule_of(measure, asked) for measure in asked.measures]
    nodes = [part for rule in rules for node in nodes_of(rule) for part in n.walk(node)]
    if any(isinstance(part, n.Award) for part in nodes):  # then any other measure may be read
        rules = [rule_of(measure, asked) for measure in corpus.measures]
        nodes = [part for rule in rules for node in nodes_of(rule) for part in n.walk(node)]
    counted = {part.per for part in nodes if isinstance(part, n.Limit)}
    open_ = [part.name for part in nodes if isinstance(part, n.Fact)]
    open_ += [fact.name for fact in scope.facts.values() if counted & set(fact.members)]
    found: dict[str, tuple[str, str]] = {}
    while open_:
        name = open_.pop()
        fact = scope.facts[name]
        if name in found:
            continue
        found[name] = (fact.entity, fact.key)
        if fact.means is not None:
            open_ += [part.name for part in n.walk(fact.means) if isinstance(part, n.Fact)]
        open_ += [other for other in (fact.upper, fact.default) if other in scope.facts]
    return set(found.values())
