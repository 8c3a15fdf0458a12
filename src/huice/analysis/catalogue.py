"""The breaks of a whole corpus: what every number that a rule reads does to what it pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from msgspec import Struct

from huice.analysis.axis import Axis, Handle
from huice.analysis.cliffs import Break
from huice.analysis.curve import Line, at_one_place
from huice.analysis.linear import NotLinear
from huice.analysis.probe import Probe
from huice.analysis.witness import Witness, witnesses
from huice.corpus.corpus import Corpus, shipped
from huice.corpus.model import Measure
from huice.evaluate.compare import check_places
from huice.evaluate.evaluator import evaluator, select
from huice.evaluate.facts import Profile
from huice.evaluate.program import ORG, holds_at
from huice.language import nodes as n
from huice.language.check import facts_named
from huice.language.scope import FactType, Scope, Sort
from huice.language.text import Text

SCHEMA = "huice/cliffs/1"
Key: TypeAlias = Any
"""What entries are told apart and ordered by."""


class Entry(Struct, frozen=True):
    """One break of one measure: over which facts, as whose example, under which reading if not the default."""

    measure: str
    title: Text
    axis: Axis
    example: Text
    readings: dict[str, str]
    line: Line
    found: Break

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "measure": self.measure,
            "title": {"zh": self.title.zh, "en": self.title["en"]},
            "facts": list(self.axis.facts),
            "label": {"zh": self.axis.label.zh, "en": self.axis.label["en"]},
            "example": {"zh": self.example.zh, "en": self.example["en"]},
            "readings": self.readings,
            **self.found.to_dict(),
        }


class Catalogue(Struct, frozen=True):
    """All breaks, in the order of the corpus. `unshown` are measures of which no example gets anything."""

    corpus_version: str
    entries: tuple[Entry, ...]
    measures: int
    unshown: tuple[str, ...]
    bent: tuple[str, ...]

    @property
    def losses(self) -> tuple[Entry, ...]:
        """The cliffs alone: where one more brings less."""
        return tuple(entry for entry in self.entries if entry.found.loss)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "schema": SCHEMA,
            "corpus_version": self.corpus_version,
            "measures": self.measures,
            "without_example": list(self.unshown),
            "not_linear": list(self.bent),
            "breaks": [entry.to_dict() for entry in self.entries],
        }


def catalogue(
    corpus: Corpus | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[str] | str | None = None,
    *,
    readings: bool = False,
) -> Catalogue:
    """Every break of every measure, found on the examples beside its rule: no profile is needed.

    A measure is looked at over each numeric fact that its rule reads; a fact and the one that bounds it
    from above (paid, and contracted) move together. The examples are the cases of the policy file, those that
    get something and the simplest first, then the same firms over three years; another example adds only what
    those before it did not show: other parts of the rule, or (of a single entity in a single year) other
    slopes. With
    `readings` every computed reading is looked at too. Raises `BadProfile` for an unknown measure or place.
    """
    corpus = corpus or shipped()
    asked = select(corpus, measures)
    where = check_places(corpus, places)
    if where:
        programs = evaluator(corpus).programs
        asked = tuple(
            one for one in asked if any(holds_at(programs.get(one), place) for place in where)
        )
    entries: list[Entry] = []
    unshown, bent = [], []
    for measure in asked:
        shown = witnesses(corpus, measure, readings=readings)
        if not any(one.gets for one in shown):
            unshown.append(measure.id)
        try:
            entries += _of_measure(corpus, measure, shown)
        except NotLinear:
            bent.append(measure.id)
    return Catalogue(corpus.version, tuple(entries), len(asked), tuple(unshown), tuple(bent))


def _of_measure(corpus: Corpus, measure: Measure, shown: Iterable[Witness]) -> Iterator[Entry]:
    seen: set[Any] = set()
    found: list[Entry] = []
    for witness in shown:
        for axis in axes(corpus, measure, witness.profile):
            probe = Probe(evaluator(corpus), witness.profile, axis, [measure])
            new = set()
            for line in at_one_place(probe, (0, None)).measures:
                for one in line.breaks:
                    key, fuller = _keys(axis, witness, one)
                    new |= {key, fuller}
                    told = fuller if witness.plain and one.changes else key
                    if told not in seen:
                        found.append(_entry(measure, axis, witness, line, one))
            seen |= new
    return iter(sorted(found, key=_order))


def _entry(measure: Measure, axis: Axis, witness: Witness, line: Line, one: Break) -> Entry:
    return Entry(measure.id, measure.title, axis, witness.says, witness.readings, line, one)


def _keys(axis: Axis, witness: Witness, one: Break) -> tuple[Any, Any]:
    """What makes two breaks the same for the catalogue: the same part of the rule; and the same slopes too."""
    causes = tuple((cause.kind, cause.says.zh, cause.quote) for cause in one.causes)
    under = tuple(sorted(witness.readings.items()))
    key = (axis.facts, under, causes or (one.at, one.kind))
    changes = dict(one.changes)
    change = changes.get("ceiling") or changes.get("certain")
    return key, (key, change and (change.slope_before, change.slope_after))


def _order(entry: Entry) -> tuple[Key, ...]:
    return (
        tuple(sorted(entry.readings.items())),
        entry.axis.facts,
        entry.found.at,
        entry.found.included,
    )


def axes(corpus: Corpus, measure: Measure, profile: Profile) -> Iterator[Axis]:
    """The axes of a measure's rule in a profile: each numeric fact it reads, of each entity that is listed."""
    rule = evaluator(corpus).program(measure, profile).rule
    nodes: list[Any] = [rule.pays, rule.plus, *rule.limits]
    nodes += [condition.expression for condition in rule.requires]
    scope = corpus.vocabulary.scope
    named = dict.fromkeys(
        name for node in nodes if node for name in _numeric(node, scope, corpus, frozenset())
    )
    for facts in _linked([scope.facts[name] for name in named]):
        kind = facts[0].entity
        rows = profile.lists.get(kind)
        count = 1 if kind == ORG else max(1, len(rows or ()))
        for position in range(count):
            list_key = (
                ORG if kind == ORG else f"{corpus.vocabulary.kinds[kind].list_key}[{position}]"
            )
            yield Axis(tuple(Handle(one, position, f"{list_key}.{one.key}") for one in facts))


def _numeric(node: n.Node, scope: Scope, corpus: Corpus, above: frozenset[str]) -> Iterator[str]:
    """The numeric facts that a node reads; those of a measure whose award it reads too."""
    for name in facts_named(node, scope):
        if scope.facts[name].sort is Sort.QUANTITY:
            yield name
    for part in n.walk(node):
        if isinstance(part, n.Award) and part.measure not in above:
            rule = corpus.measure(part.measure).rule
            for below in (rule.pays, rule.plus, *rule.limits):
                if below is not None:
                    yield from _numeric(below, scope, corpus, above | {part.measure})


def _linked(facts: list[FactType]) -> Iterator[tuple[FactType, ...]]:
    """The facts, each with those read beside it that it bounds from above."""
    names = {fact.name for fact in facts}
    bounded = {fact.name for fact in facts if fact.upper in names}
    for fact in facts:
        if fact.name not in bounded:
            yield (fact, *(one for one in facts if one.upper == fact.name))
