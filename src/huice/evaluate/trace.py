"""Why a measure gives what it gives: conditions, missing facts and the steps from base to amount."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from msgspec import Struct

from huice.corpus.numbers import spans_of
from huice.evaluate.closures import Closures
from huice.evaluate.engine import Claimant
from huice.evaluate.facts import Decision, Entity, Exact, View
from huice.evaluate.intervals import Interval, Kleene, Test
from huice.evaluate.missing import Gap, Gaps
from huice.evaluate.phrases import Phrase, Phrases, Span, Told
from huice.evaluate.program import ORG, Cap, Program
from huice.language import nodes as n
from huice.language.text import Text

NOBODY = ""
"""The identity of an entity where the profile says that there is none."""


class Check(Struct, frozen=True):
    """One condition as it stands: `holds` None is unknown; `entity` the entity that comes nearest."""

    label: Text
    holds: Kleene
    says: Text
    facts: tuple[str, ...]
    entity: str | None
    missing: tuple[Gap, ...]
    line: int


class Step(Struct, frozen=True):
    """One step of an amount: what it does, the figures after it in yuan, and where the text says so.

    `kind`: base, rate, tier, amount, unit_cap, cap, soft_cap, sum, plus, approved_base, approved, pool.
    `spans` are character spans of the measure's sentence.
    """

    kind: str
    year: int
    label: Text
    low: Exact
    high: Exact | None
    facts: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    entity: str | None = None


class Tracer:
    """Collects the steps of one run; give its `record` to the runner."""

    def __init__(self, program: Program, closures: Closures, phrases: Phrases) -> None:
        self.program, self.closures, self.phrases = program, closures, phrases
        self.steps: list[Step] = []
        self.entity: str | None = None

    def record(self, kind: str, view: View, what: Any, figures: Interval) -> None:
        """A step of the engine."""
        _STEPS[kind](self, view, what, figures)

    def _add(self, kind: str, view: View, told: Told, figures: Interval) -> None:
        self.steps.append(
            Step(kind, view.year, told.label, *figures, told.facts, told.spans, self.entity)
        )

    def _told(self, node: n.Node) -> Told:
        return self.phrases.told(node, self.program.measure.text)

    def amount(self, view: View, claimant: Claimant, figures: Interval) -> None:
        """The amount of one entity: its base, its rate, and what they make."""
        subject = self.program.measure.subject
        self.entity = None if subject == ORG else str(claimant.identity)
        pays = self.program.rule.pays
        assert pays is not None
        if not isinstance(pays.amount, n.Tiers):
            self._base_and_rate(view, pays.amount)
            self._add("amount", view, self._told(pays), figures)
            return
        reached = self._reached(view, pays.amount)
        for node in reached:
            self._base_and_rate(view, node)
        rungs = [self._told(node) for node in reached]
        label = rungs[0].label if len(rungs) == 1 else self._told(pays).label
        facts = dict.fromkeys(fact for rung in rungs for fact in rung.facts)
        spans = dict.fromkeys(span for rung in rungs for span in rung.spans)
        self._add("amount", view, Told(label, tuple(facts), tuple(spans)), figures)

    def _reached(self, view: View, node: n.Tiers) -> list[Any]:
        """The rungs of a ladder that apply or may apply; the ladder itself if none does."""
        found: list[Any] = []
        for tier in node.tiers:
            holds = True if tier.when is None else self.closures.test(tier.when)(view)
            if holds is False:
                continue
            found.append(tier.value)
            if tier.when is not None:
                figures = self.closures.quantity(tier.value)(view)
                self._add("tier", view, self._told(tier.when), figures)
            if holds:
                break
        return found or [node]

    def _base_and_rate(self, view: View, node: n.Node) -> None:
        if isinstance(node, n.ShareOf):
            for kind, part in (("base", node.base), ("rate", node.rate)):
                self._add(kind, view, self._told(part), self.closures.quantity(part)(view))
        elif isinstance(node, n.Fact):
            self._add("base", view, self._told(node), self.closures.quantity(node)(view))

    def cap(self, view: View, cap: Cap, figures: Interval) -> None:
        """A cap and what is left after it."""
        kind = "soft_cap" if cap.soft else "unit_cap" if cap.limit.per is None else "cap"
        if cap.limit is self.program.rule.pays and self.steps[-1].high == figures[1]:
            return
        if cap.limit.per == ORG:
            self.entity = None
        self._add(kind, view, self._told(cap.limit), figures)

    def sum(self, view: View, count: int, figures: Interval) -> None:
        """Several entities together."""
        self.entity = None
        self._add("sum", view, Told(Text(f"{count} 项合计", f"sum of {count}")), figures)

    def plus(self, view: View, node: n.Node, figures: Interval) -> None:
        """What the applicant as a whole gets on top."""
        self.entity = None
        self._add("plus", view, self._told(node), figures)

    def approved_base(self, view: View, decision: Decision, figures: Interval) -> None:
        """The base that the authority approved."""
        self.entity = None
        label = Text("主管部门核定的基数", "base approved by the authority")
        self._add("approved_base", view, Told(label), figures)

    def approved(self, view: View, decision: Decision, figures: Interval) -> None:
        """The amount that the authority approved."""
        self.entity = None
        label = Text("主管部门批准的金额", "amount approved by the authority")
        self._add("approved", view, Told(label), figures)

    def pool(self, view: View, pool: Any, figures: Interval) -> None:
        """The pool that it is paid from."""
        self.entity = None
        spans = spans_of(self.program.measure.text, pool.holds)[:1]
        label = Text(f"资金池：{pool.text.zh}", f"pool: {pool.text['en']}")
        self._add("pool", view, Told(label, (), spans), figures)


_STEPS: dict[str, Any] = {
    "amount": Tracer.amount,
    "cap": Tracer.cap,
    "sum": Tracer.sum,
    "plus": Tracer.plus,
    "approved_base": Tracer.approved_base,
    "approved": Tracer.approved,
    "pool": Tracer.pool,
}


class Checker:
    """Looks at the conditions of one measure in one year."""

    def __init__(self, program: Program, closures: Closures, phrases: Phrases, view: View) -> None:
        self.program, self.closures, self.view = program, closures, view
        self.conditions = phrases.conditions(program.rule.requires)

    def checks(self) -> tuple[Check, ...]:
        """Every condition, in the order of the rule, at the entities that come nearest."""
        identity = {kind: self._nearest(kind, tests) for kind, tests in self.conditions.kinds}
        return tuple([self._check(phrase, identity) for phrase in self.conditions.phrases])

    def _nearest(self, kind: str, tests: Sequence[Test]) -> str | None:
        """Puts the entity that fails least into the view; its identity, None when none is listed."""
        entities, rows = self.view.lists.get(kind), self.view.rows
        ranked: list[tuple[int, int, int, Entity]] = []
        for position, entity in enumerate([{}] if entities is None else entities):
            rows[kind] = entity
            values = [test(self.view) for test in tests]
            empty = self.program.measure.subject == kind and self.program.without_base(self.view)
            ranked.append((values.count(False) + bool(empty), values.count(None), position, entity))
        if not ranked:
            rows[kind] = {}
            return NOBODY
        *_, position, entity = min(ranked, key=itemgetter(0, 1, 2))
        rows[kind] = entity
        return None if entities is None else str(entity.get("id", position))

    def _check(self, phrase: Phrase, identity: dict[str, str | None]) -> Check:
        condition, entity = phrase.condition, identity.get(phrase.kind)
        holds = False if entity == NOBODY else phrase.test(self.view)
        missing: tuple[Gap, ...] = ()
        if holds is None:
            gaps = Gaps(self.closures, self.view, dict(identity)).of_test(condition.expression)
            missing = tuple(dict.fromkeys(gaps))
        return Check(
            condition.label,
            holds,
            phrase.says,
            phrase.facts,
            entity or None,
            missing,
            condition.where.line,
        )


def amount_gaps(
    program: Program, closures: Closures, phrases: Phrases, view: View
) -> tuple[Gap, ...]:
    """The unknown facts that leave the amount open, over all entities that are not left out."""
    rule, subject = program.rule, program.measure.subject
    if rule.pays is None:
        return ()
    nodes: list[Any] = [rule.pays.amount, *(limit.amount for limit in rule.limits)]
    conditions = [
        phrase.condition.expression
        for phrase in phrases.conditions(rule.requires).phrases
        if phrase.kind == subject != ORG
    ]
    found: dict[Gap, None] = {}
    for identity, entity in _entities(program, view):
        if subject != ORG:
            view.rows[subject] = entity
        gaps = Gaps(closures, view, {subject: identity} if subject != ORG else {})
        for node in nodes:
            found.update(dict.fromkeys(gaps.of_quantity(node)))
        for condition in conditions:
            found.update(dict.fromkeys(gaps.of_test(condition)))
    if rule.plus is not None:
        found.update(dict.fromkeys(Gaps(closures, view, {}).of_quantity(rule.plus)))
    return tuple(found)


def _entities(program: Program, view: View) -> Iterable[tuple[str | None, Entity]]:
    subject = program.measure.subject
    if subject == ORG:
        return [(None, {})]
    entities = view.lists.get(subject)
    if entities is None:
        return [(None, {})]
    found = []
    for position, entity in enumerate(entities):
        view.rows[subject] = entity
        if program.own(view) is not False and not program.without_base(view):
            found.append((str(entity.get("id", position)), entity))
    return found
