"""Why a measure gives what it gives: conditions, missing facts and the steps from base to amount."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from huice.corpus.model import Condition, Measure
from huice.corpus.numbers import spans_of
from huice.evaluate.closures import Closures, Interval, Kleene
from huice.evaluate.engine import Claimant
from huice.evaluate.facts import Decision, Entity, Exact, View
from huice.evaluate.missing import Gap, Gaps
from huice.evaluate.program import ORG, Cap, Program
from huice.language import nodes as n
from huice.language.check import facts_named, kinds_named
from huice.language.printing import say
from huice.language.text import Text

Span = tuple[int, int]


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

    def __init__(self, program: Program, closures: Closures, pool_text: str = "") -> None:
        self.program, self.closures, self.pool_text = program, closures, pool_text
        self.steps: list[Step] = []
        self.entity: str | None = None

    def record(self, kind: str, view: View, what: Any, figures: Interval) -> None:
        """A step of the engine."""
        _STEPS[kind](self, view, what, figures)

    def _add(self, kind: str, view: View, label: Text, figures: Interval, node: Any = None) -> None:
        scope = self.closures.scope
        facts = facts_named(node, scope) if node is not None else ()
        spans = self._spans(node) if node is not None else ()
        self.steps.append(
            Step(kind, view.year, label, figures[0], figures[1], facts, spans, self.entity)
        )

    def _spans(self, node: Any) -> tuple[Span, ...]:
        text = self.program.measure.text.zh
        literals = [part for part in n.walk(node) if isinstance(part, n.Literal)]
        return tuple(dict.fromkeys(span for one in literals for span in spans_of(text, one)[:1]))

    def amount(self, view: View, claimant: Claimant, figures: Interval) -> None:
        """The amount of one entity: its base, its rate, and what they make."""
        subject = self.program.measure.subject
        self.entity = None if subject == ORG else str(claimant.identity)
        pays = self.program.rule.pays
        assert pays is not None
        reached = self._reached(view, pays.amount)
        for node in reached:
            self._base_and_rate(view, node)
        label = self._say(pays)
        if isinstance(pays.amount, n.Tiers) and len(reached) == 1:
            label = self._say(reached[0])
        self._add("amount", view, label, figures, n.Add(tuple(reached)))

    def _reached(self, view: View, node: Any) -> list[Any]:
        """The rungs of a ladder that apply or may apply; the node itself if it is none."""
        if not isinstance(node, n.Tiers):
            return [node]
        found: list[Any] = []
        for tier in node.tiers:
            holds = True if tier.when is None else self.closures.test(tier.when)(view)
            if holds is False:
                continue
            found.append(tier.value)
            if tier.when is not None:
                label = self._say(tier.when)
                self._add("tier", view, label, self.closures.quantity(tier.value)(view), tier.when)
            if holds:
                break
        return found or [node]

    def _base_and_rate(self, view: View, node: Any) -> None:
        if isinstance(node, n.ShareOf):
            base = self.closures.quantity(node.base)(view)
            self._add("base", view, self._say(node.base), base, node.base)
            self._add(
                "rate",
                view,
                self._say(node.rate),
                self.closures.quantity(node.rate)(view),
                node.rate,
            )
        elif isinstance(node, n.Fact):
            self._add("base", view, self._say(node), self.closures.quantity(node)(view), node)

    def cap(self, view: View, cap: Cap, figures: Interval) -> None:
        """A cap and what is left after it."""
        kind = "soft_cap" if cap.soft else "unit_cap" if cap.limit.per is None else "cap"
        if cap.limit.per == ORG:
            self.entity = None
        self._add(kind, view, self._say(cap.limit), figures, cap.limit.amount)

    def sum(self, view: View, count: int, figures: Interval) -> None:
        """Several entities together."""
        self.entity = None
        self._add("sum", view, Text(f"{count} 项合计", f"sum of {count}"), figures)

    def plus(self, view: View, node: Any, figures: Interval) -> None:
        """What the applicant as a whole gets on top."""
        self.entity = None
        self._add("plus", view, self._say(node), figures, node)

    def approved_base(self, view: View, decision: Decision, figures: Interval) -> None:
        """The base that the authority approved."""
        self.entity = None
        self._add(
            "approved_base",
            view,
            Text("主管部门核定的基数", "base approved by the authority"),
            figures,
        )

    def approved(self, view: View, decision: Decision, figures: Interval) -> None:
        """The amount that the authority approved."""
        self.entity = None
        self._add(
            "approved",
            view,
            Text("主管部门批准的金额", "amount approved by the authority"),
            figures,
        )

    def pool(self, view: View, pool: Any, figures: Interval) -> None:
        """The pool that it is paid from."""
        self.entity = None
        text = self.program.measure.text.zh
        spans = spans_of(text, pool.holds)[:1]
        label = Text(f"资金池：{pool.text.zh}", f"pool: {pool.text['en']}")
        self.steps.append(Step("pool", view.year, label, *figures, (), spans, None))

    def _say(self, node: Any) -> Text:
        scope = self.closures.scope
        return Text(say(node, scope, "zh"), say(node, scope, "en"))


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

    def __init__(self, program: Program, closures: Closures, view: View) -> None:
        self.program, self.closures, self.view = program, closures, view

    def checks(self) -> tuple[Check, ...]:
        """Every condition, in the order of the rule, at the entities that come nearest."""
        conditions = self.program.rule.requires
        kinds = [self._kind(condition) for condition in conditions]
        identity: dict[str, str | None] = {}
        for kind in dict.fromkeys(kinds):
            if kind != ORG:
                mine = [c for c, its in zip(conditions, kinds, strict=True) if its == kind]
                identity[kind] = self._nearest(kind, mine)
        return tuple(
            self._check(condition, identity, kind)
            for condition, kind in zip(conditions, kinds, strict=True)
        )

    def _kind(self, condition: Condition) -> str:
        named = kinds_named(condition.expression, self.closures.scope)
        return min(named) if named else ORG

    def _nearest(self, kind: str, conditions: Sequence[Condition]) -> str | None:
        """Puts the entity that fails least into the view; its identity, None when none is listed."""
        entities = self.view.lists.get(kind)
        tests = [self.closures.test(condition.expression) for condition in conditions]
        ranked: list[tuple[int, int, int, Entity]] = []
        for position, entity in enumerate([{}] if entities is None else entities):
            self.view.rows[kind] = entity
            values = [test(self.view) for test in tests]
            empty = self.program.measure.subject == kind and self.program.without_base(self.view)
            ranked.append((values.count(False) + bool(empty), values.count(None), position, entity))
        if not ranked:
            self.view.rows[kind] = {}
            return "none"
        *_, position, entity = min(ranked, key=lambda item: item[:3])
        self.view.rows[kind] = entity
        return None if entities is None else str(entity.get("id", position))

    def _check(self, condition: Condition, identity: dict[str, str | None], kind: str) -> Check:
        scope = self.closures.scope
        node = condition.expression
        nobody = identity.get(kind) == "none"
        holds = False if nobody else self.closures.test(node)(self.view)
        gaps = (
            ()
            if holds is not None
            else Gaps(self.closures, self.view, dict(identity)).of_test(node)
        )
        return Check(
            condition.label,
            holds,
            Text(say(node, scope, "zh"), say(node, scope, "en")),
            facts_named(node, scope),
            None if nobody else identity.get(kind),
            tuple(dict.fromkeys(gaps)),
            condition.where.line,
        )


def amount_gaps(program: Program, closures: Closures, view: View) -> tuple[Gap, ...]:
    """The unknown facts that leave the amount open, over all entities that are not left out."""
    rule, subject = program.rule, program.measure.subject
    if rule.pays is None:
        return ()
    nodes: list[Any] = [rule.pays.amount, *(limit.amount for limit in rule.limits)]
    found: dict[Gap, None] = {}
    for identity, entity in _entities(program, view):
        if subject != ORG:
            view.rows[subject] = entity
        gaps = Gaps(closures, view, {subject: identity} if subject != ORG else {})
        for node in nodes:
            found.update(dict.fromkeys(gaps.of_quantity(node)))
        for condition in rule.requires if subject != ORG else ():
            if subject in kinds_named(condition.expression, closures.scope):
                found.update(dict.fromkeys(gaps.of_test(condition.expression)))
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


def quote_of(measure: Measure) -> str:
    """The verbatim sentence."""
    return measure.text.zh
