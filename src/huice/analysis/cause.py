"""What changes in a rule between two numbers: a condition, a rung, a cap, the pool; and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from msgspec import Struct

from huice.analysis.probe import Probe
from huice.corpus.model import Measure
from huice.corpus.numbers import spans_of
from huice.evaluate.amounts import LARGEST_AMOUNT
from huice.evaluate.engine import OWN
from huice.evaluate.facts import Exact, View
from huice.evaluate.intervals import Interval
from huice.evaluate.program import ORG, Program
from huice.language import nodes as n
from huice.language.text import NOTHING, Text

Key = tuple[int, str, int, Any, int]
"""Rank and kind of what is decided, the node, the entity, the year: what is compared between two sides."""
Value: TypeAlias = Any
"""A node, an entity's identity, or how something is decided: whatever the engine hands over."""
_TRUTHS = (n.Compare, n.Is, n.Within, n.Has, n.RecordedIn, n.Elapsed)
_RANK = {"condition": 0, "base": 1, "rung": 2, "cap": 3, "pool": 4, "bound": 5}
_NO_BASE = Text("有可补助的费用（基数不为 0）", "there is a cost to support (the base is not 0)")
_STOPS = "，。；："


class Cause(Struct, frozen=True):
    """What changes at a break.

    `kind`: a `condition` of the measure, a `base` above 0, the `rung` of a ladder, a `cap`,
    the `pool`, a `bound` inside the amount (the lower of two, an excess, a band), or a `group` of measures.
    `says` is the rule in words; `holds` whether it holds (a cap: whether it binds) below and above the break.
    `quote` is the clause, from `start` to `end` in the measure's sentence.
    """

    kind: str
    measure: str
    says: Text
    quote: str
    start: int
    end: int
    holds: tuple[bool | None, bool | None] | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "kind": self.kind,
            "measure": self.measure,
            "says": {"zh": self.says.zh, "en": self.says["en"]},
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "holds": None if self.holds is None else list(self.holds),
        }


class _Found(Struct, frozen=True):
    """One thing that was decided: its node, its label if the text has words for it, and how."""

    node: Any
    label: Text
    value: Any


def causes_of(
    probe: Probe, measure: Measure | None, sides: tuple[Exact, Exact]
) -> tuple[Cause, ...]:
    """What changes between two numbers: in the measure; for a total, in each measure and in the groups."""
    if measure is not None:
        return _of_measure(probe, measure, sides)
    one, other = (probe.evaluated(number)[0] for number in sides)
    found: list[Cause] = []
    for position, each in enumerate(probe.near):
        before, after = one[position], other[position]
        if before.ceiling or after.ceiling or before.status is not after.status:
            found += _of_measure(probe, each, sides)
    return tuple(found) or _of_groups(probe, sides)


def _of_measure(probe: Probe, measure: Measure, sides: tuple[Exact, Exact]) -> tuple[Cause, ...]:
    below, above = (_decided(probe, measure, number) for number in sides)
    differ = [key for key in below if key in above and below[key].value != above[key].value]
    if not differ:
        return _of_awards(probe, measure, sides)
    rank = min(key[0] for key in differ)
    found: dict[Cause, None] = {}
    for key in differ:
        if key[0] == rank:
            found[_told(probe, measure, key, below[key], above[key])] = None
    return tuple(found)


def _of_awards(probe: Probe, measure: Measure, sides: tuple[Exact, Exact]) -> tuple[Cause, ...]:
    """What changes in the measures on whose award this one depends."""
    rule = probe.program(measure).rule
    nodes = [rule.pays, rule.plus, *rule.limits, *(one.expression for one in rule.requires)]
    awards = {
        part.measure for node in nodes if node for part in n.walk(node) if isinstance(part, n.Award)
    }
    corpus = probe.evaluator.corpus
    found = (_of_measure(probe, corpus.measure(id_), sides) for id_ in sorted(awards))
    return tuple(cause for causes in found for cause in causes)


# --- what is decided at one number ----------------------------------------------------------------------


class _Decisions:
    """Collects what is decided while one measure runs."""

    def __init__(self, probe: Probe, program: Program) -> None:
        self.probe, self.program = probe, program
        self.closures = probe.evaluator.programs.closures
        self.found: dict[Key, _Found] = {}
        self.before: Interval = (0, 0)
        self.entity: Any = None

    def note(self, kind: str, view: View, entity: Value, one: _Found) -> None:
        """One thing decided, of one entity in one year."""
        where = id(one.node) if isinstance(one.node, n.Node) else 0
        self.found.setdefault((_RANK[kind], kind, where, entity, view.year), one)

    def record(self, kind: str, view: View, what: Value, figures: Interval) -> None:
        """A step of the engine."""
        if kind == "amount":
            pays = self.program.rule.pays
            self.entity = what.identity
            self.inside(view, self.entity, pays.amount if pays else None)
        elif kind == "plus":
            self.inside(view, None, what)
        elif kind == "cap":
            entity = None if what.limit.per == ORG else self.entity
            self.note("cap", view, entity, _Found(what.limit, NOTHING, self._cut(figures)))
            self.inside(view, entity, what.limit.amount)
        elif kind == "pool":
            self.note("pool", view, None, _Found(what.holds, what.text, self._cut(figures)))
        self.before = figures

    def _cut(self, figures: Interval) -> tuple[bool, bool]:
        """Whether a step took something from the lower and the upper figure."""
        return figures[0] != self.before[0], figures[1] != self.before[1]

    def conditions(self, view: View) -> None:
        """Every condition, for every entity of which it speaks."""
        ready = self.probe.evaluator.programs.phrases.conditions(self.program.rule.requires)
        for phrase in ready.phrases:
            node, label = phrase.condition.expression, phrase.condition.label
            for entity in _each(view, phrase.kind):
                for leaf in self._leaves(node):
                    value = self.closures.test(leaf)(view)
                    self.note("condition", view, entity, _Found(leaf, label, value))
        for entity in _each(view, self.program.measure.subject):
            empty = self.program.without_base(view)
            self.note("base", view, entity, _Found(None, _NO_BASE, not empty))

    def _leaves(self, node: Value) -> Iterator[Value]:
        """The comparisons of a truth, terms opened."""
        for part in n.walk(node):
            if isinstance(part, _TRUTHS):
                yield part
            elif isinstance(part, n.Fact):
                means = self.closures.scope.facts[part.name].means
                if means is not None:
                    yield from self._leaves(means)

    def inside(self, view: View, entity: Value, amount: Value) -> None:
        """What is decided inside an amount: rungs, the lower of two, excesses and bands."""
        for node in n.walk(amount) if amount is not None else ():
            if isinstance(node, n.Tiers):
                for tier in node.tiers:
                    for leaf in self._leaves(tier.when) if tier.when is not None else ():
                        value = self.closures.test(leaf)(view)
                        self.note("rung", view, entity, _Found(leaf, NOTHING, value))
            else:
                decide = _BOUNDS.get(type(node))
                if decide is not None:
                    self.note(
                        "bound", view, entity, _Found(node, NOTHING, decide(self, view, node))
                    )

    def ends(self, view: View, nodes: Iterable[Any]) -> list[Interval]:
        """The intervals of quantities."""
        return [self.closures.quantity(node)(view) for node in nodes]


def _least(own: _Decisions, view: View, node: n.Lower) -> tuple[int, int]:
    ends = own.ends(view, node.items)
    lows, highs = [low for low, _ in ends], [_LARGEST if high is None else high for _, high in ends]
    return lows.index(min(lows)), highs.index(min(highs))


def _most(own: _Decisions, view: View, node: n.Higher) -> tuple[int, int]:
    ends = own.ends(view, node.items)
    lows, highs = [low for low, _ in ends], [_LARGEST if high is None else high for _, high in ends]
    return lows.index(max(lows)), highs.index(max(highs))


def _above(own: _Decisions, view: View, node: n.ExcessOver) -> tuple[bool, bool]:
    (low, high), (low2, high2) = own.ends(view, (node.amount, node.threshold))
    return high2 is not None and low > high2, high is None or high > low2


def _band(own: _Decisions, view: View, node: n.Banded) -> tuple[int, int]:
    ((low, high),) = own.ends(view, (node.base,))
    tops = [low for low, _ in own.ends(view, [b.up_to for b in node.bands if b.up_to is not None])]
    return sum(low > top for top in tops), sum(high is None or high > top for top in tops)


_LARGEST = 10 * LARGEST_AMOUNT
"""What stands for no bound where the least or the most is looked for."""
_BOUNDS: dict[type[Any], Callable[[_Decisions, View, Any], Any]] = {
    n.Lower: _least,
    n.Higher: _most,
    n.ExcessOver: _above,
    n.Banded: _band,
}


def _each(view: View, kind: str) -> Iterator[Any]:
    """Puts each entity of a kind into the view in turn."""
    if kind == ORG:
        yield None
        return
    entities = view.lists.get(kind)
    for position, entity in enumerate([OWN] if entities is None else entities):
        view.rows[kind] = entity
        yield entity.get("id", position)


def _decided(probe: Probe, measure: Measure, number: Exact) -> dict[Key, _Found]:
    """All that the rule of a measure decides at a number."""
    program, profile = probe.program(measure), probe.at(number)
    own = _Decisions(probe, program)
    for view in probe.views(number):
        own.conditions(view)
    probe.evaluator.run(program, profile, probe.views(number), own.record)
    return own.found


# --- in words -------------------------------------------------------------------------------------------


def _told(probe: Probe, measure: Measure, key: Key, below: _Found, above: _Found) -> Cause:
    kind, text = key[1], measure.text
    phrases = probe.evaluator.programs.phrases
    says = below.label if kind in ("pool", "base") else phrases.says(below.node)
    start, end = _clause(text, below.node, below.label.zh if kind == "condition" else "")
    holds = None if kind == "bound" else (_stands(below.value), _stands(above.value))
    return Cause(kind, measure.id, says, text[start:end], start, end, holds)


def _stands(value: Value) -> bool | None:
    """How a truth stands; whether a cap or the pool cuts either figure."""
    decided: bool | None = any(value) if isinstance(value, tuple) else value
    return decided


def _clause(text: str, node: n.Node | None, label: str) -> tuple[int, int]:
    """The clause that holds the numbers of a node; else the words of its label; else the sentence."""
    literals = [part for part in n.walk(node) if isinstance(part, n.Literal)] if node else []
    spans = [span for one in literals for span in spans_of(text, one)[:1]]
    at = text.find(label) if label else -1
    if at >= 0 and not any(at <= start < at + len(label) for start, _ in spans):
        spans = [(at, at + len(label))]
    if not spans:
        return 0, len(text.rstrip(_STOPS))
    start, end = spans[0]
    while start and text[start - 1] not in _STOPS:
        start -= 1
    while end < len(text) and text[end] not in _STOPS:
        end += 1
    return start, end


def _of_groups(probe: Probe, sides: tuple[Exact, Exact]) -> tuple[Cause, ...]:
    """The groups whose member with the most changes, or whose joint ceiling begins to bind."""
    below, above = ({o.measure: o for o in probe.evaluated(number)[0]} for number in sides)
    found = []
    for group in probe.evaluator.corpus.groups_of(below):
        winners = [
            max(group.members, key=lambda id_: (side[id_].ceiling or 0) if id_ in side else -1)
            for side in (below, above)
        ]
        changed = any(
            below[id_].ceiling != above[id_].ceiling for id_ in group.members if id_ in below
        )
        if winners[0] != winners[1] or (group.ceiling is not None and changed):
            found.append(Cause("group", group.id, group.says, "", 0, 0))
    return tuple(found)
