"""Why a measure gives what it gives: conditions, missing facts and the steps from base to amount."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from huice.corpus.numbers import spans_of
from huice.evaluate.closures import Closures, Interval, Kleene
from huice.evaluate.engine import Claimant
from huice.evaluate.facts import Decision, Entity, Exact, View
from huice.evaluate.missing import Gap, Gaps
from huice.evaluate.phrases import Phrase, Phrases, Span
from huice.evaluate.program import ORG, Cap, Program
from huice.language import nodes as n
from huice.language.check import kinds_named
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

    def _add(self, kind: str, view: View, label: Text, figures: Interval, *nodes: Any) -> None:
        text = self.program.measure.text.zh
        facts = dict.fromkeys(fact for node in nodes for fact in self.phrases.facts(node))
        spans = dict.fromkeys(span for node in nodes for span in self.phrases.spans(node, text))
        self.steps.append(
            Step(kind, view.year, label, *figures, tuple(facts), tuple(spans), self.entity)
        )

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
        self._add("amount", view, label, figures, *reached)

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
        if cap.limit is self.program.rule.pays and self.steps[-1].high == figures[1]:
            return
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
        return self.phrases.says(node)


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
        self.phrases = phrases.conditions(program.rule.requires)

    def checks(self) -> tuple[Check, ...]:
        """Every condition, in the order of the rule, at the entities that come nearest."""
        identity: dict[str, str | None] = {}
        for kind in dict.fromkeys(phrase.kind for phrase in self.phrases):
            if kind != ORG:
                mine = [phrase for phrase in self.phrases if phrase.kind == kind]
                identity[kind] = self._nearest(kind, mine)
        return tuple(self._check(phrase, identity) for phrase in self.phrases)

    def _nearest(self, kind: str, phrases: Sequence[Phrase]) -> str | None:
        """Puts the entity that fails least into the view; its identity, None when none is listed."""
        entities = self.view.lists.get(kind)
        tests = [self.closures.test(phrase.condition.expression) for phrase in phrases]
        ranked: list[tuple[int, int, int, Entity]] = []
        for position, entity in enumerate([{}] if entities is None else entities):
            self.view.rows[kind] = entity
            values = [test(self.view) for test in tests]
            empty = self.program.measure.subject == kind and self.program.without_base(self.view)
            ranked.append((values.count(False) + bool(empty), values.count(None), position, entity))
        if not ranked:
            self.view.rows[kind] = {}
            return NOBODY
        *_, position, entity = min(ranked, key=lambda item: item[:3])
        self.view.rows[kind] = entity
        return None if entities is None else str(entity.get("id", position))

    def _check(self, phrase: Phrase, identity: dict[str, str | None]) -> Check:
        node = phrase.condition.expression
        nobody = identity.get(phrase.kind) == NOBODY
        holds = False if nobody else self.closures.test(node)(self.view)
        gaps = Gaps(self.closures, self.view, dict(identity)).of_test(node) if holds is None else ()
        return Check(
            phrase.condition.label,
            holds,
            phrase.says,
            phrase.facts,
            None if nobody else identity.get(phrase.kind),
            tuple(dict.fromkeys(gaps)),
            phrase.condition.where.line,
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
