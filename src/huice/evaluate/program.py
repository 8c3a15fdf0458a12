"""A measure under chosen readings, made ready to run: its expressions as functions, its caps in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, structs

from huice.corpus.model import Measure, Rule
from huice.corpus.readings import Chosen, rule_under
from huice.evaluate.closures import Closures
from huice.evaluate.facts import Exact, View
from huice.evaluate.intervals import Ceiling, Interval, Kleene, Test, every
from huice.evaluate.intervals import Measure as Quantity
from huice.evaluate.phrases import Phrases
from huice.language import nodes as n
from huice.language.check import kinds_named, lies_in
from huice.language.scope import Scope

ORG = "org"


class Cap(Struct, frozen=True):
    """One cap as a function. `count` multiplies it (records); `whole` spans all years, else each year."""

    limit: n.Limit
    amount: Callable[[View], Ceiling]
    whole: bool
    soft: bool
    count: Quantity | None = None

    def value(self, view: View) -> tuple[Exact | None, Exact | None]:
        """The cap in yuan, as far as the facts are known; (None, None) where none applies."""
        low, high = self.amount(view)
        if self.count is None or low is None:
            return low, high
        fewest, most = self.count(view)
        return low * fewest, None if high is None or most is None else high * most


class Program(Struct, frozen=True):
    """What the engine runs for one measure.

    `outer` are the conditions that name no entity but org; `elsewhere[kind]` those that one entity of another
    kind must meet together; `own` those of each entity of the measure's subject. `base_key` is the fact that
    an approved base replaces, and `approved` what is paid then: no unit price cuts an approved base.
    `clause_cap` is what the clause states for one unit and one period, whatever the profile.
    """

    measure: Measure
    rule: Rule
    outer: Test
    elsewhere: tuple[tuple[str, Test], ...]
    own: Test
    pays: Quantity | None
    approved: Quantity | None
    without_base: Test
    unit_limits: tuple[Cap, ...]
    entity_caps: tuple[Cap, ...]
    org_caps: tuple[Cap, ...]
    plus: Quantity | None
    base_key: str | None
    clause_cap: Exact | None
    place: str
    awards: bool


class Programs:
    """Compiles programs of one scope and keeps them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.closures = Closures(scope)
        self.phrases = Phrases(self.closures)
        self._kept: dict[tuple[str, Chosen], Program] = {}

    def get(self, measure: Measure, choices: Chosen = ()) -> Program:
        """The program of a measure under these choices."""
        key = (measure.id, choices)
        program = self._kept.get(key)
        if program is None:
            rule = rule_under(measure, choices) if choices else measure.rule
            program = self._kept[key] = self.compile(measure, rule)
        return program

    def compile(self, measure: Measure, rule: Rule) -> Program:
        """The program of a rule."""
        by_kind: dict[str, list[Test]] = {}
        for condition in rule.requires:
            named = kinds_named(condition.expression, self.scope)
            kind = min(named) if named else ORG
            by_kind.setdefault(kind, []).append(self.closures.test(condition.expression))
        own = by_kind.pop(measure.subject, []) if measure.subject != ORG else []
        outer = by_kind.pop(ORG, [])
        caps = [self._cap(limit, self.closures.cap(limit.amount)) for limit in rule.limits]
        pays = rule.pays
        if pays is not None and pays.per is not None:
            caps.insert(0, self._cap(pays, self.closures.quantity(pays.amount)))
        paid = self._pays(pays)
        return Program(
            measure,
            rule,
            every(outer),
            tuple((kind, every(tests)) for kind, tests in by_kind.items()),
            every(own),
            paid,
            self._pays(structs.replace(pays, amount=_free_of_price(pays.amount))) if pays else None,
            self._without_base(rule),
            tuple(cap for cap in caps if cap.limit.per is None),
            tuple(cap for cap in caps if cap.limit.per not in (None, ORG)),
            tuple(cap for cap in caps if cap.limit.per == ORG),
            self.closures.quantity(rule.plus) if rule.plus is not None else None,
            self._key(base_of(pays.amount) if pays else None),
            _clause_cap(caps, paid, measure.subject),
            _home(rule),
            _reads_awards(rule),
        )

    def _pays(self, pays: n.Limit | None) -> Quantity | None:
        if pays is None:
            return None
        amount = self.closures.quantity(pays.amount)
        count = self._count(pays)
        if count is None:
            return amount

        def counted(view: View) -> Interval:
            low, high = amount(view)
            fewest, most = count(view)
            return low * fewest, None if high is None or most is None else high * most

        return counted

    def _cap(self, limit: n.Limit, amount: Callable[[View], Ceiling]) -> Cap:
        return Cap(
            limit,
            amount,
            limit.period == "total",
            limit.soft,
            self._count(limit),
        )

    def _count(self, limit: n.Limit) -> Quantity | None:
        if limit.per in (None, ORG) or limit.per in self.scope.kinds:
            return None
        for fact in self.scope.facts.values():
            if fact.sort == "records" and limit.per in fact.members:
                return self.closures.quantity(n.Records(n.Fact(fact.name), limit.per))
        return None

    def _key(self, base: Any) -> str | None:
        fact = self.scope.find(base.name) if isinstance(base, n.Fact) else None
        return fact.key if fact else None

    def _without_base(self, rule: Rule) -> Test:
        """Whether an entity is known to have no base: the fact that is paid for, or that bounds it, is 0."""
        named = [base_of(rule.pays.amount)] if rule.pays is not None else []
        named += [limit.amount for limit in rule.limits if isinstance(limit.amount, n.Fact)]
        facts = [
            fact
            for base in named
            if isinstance(base, n.Fact) and (fact := self.scope.find(base.name)) is not None
        ]
        keys = tuple((fact.entity, fact.key) for fact in facts)

        def without_base(view: View) -> Kleene:
            for kind, key in keys:  # noqa: SIM110  # half the time of any()
                if view.rows[kind].get(key) == 0:
                    return True
            return False

        return without_base


_CARRIERS = (
    n.Tier, n.ShareOf, n.Tiers, n.Lower, n.Higher, n.Add, n.Multiply, n.Divide, n.Banded,
    n.ExcessOver,
)  # fmt: skip
"""What an amount may be made of around its base."""


def _clause_cap(caps: Sequence[Cap], pays: Quantity | None, subject: str) -> Exact | None:
    """What the clause states for one unit and one period, whatever the profile; None if nothing.

    The smallest scoped cap; of a ladder of caps the highest rung; of listed sums the largest.
    """
    blank = View(2000, date(2000, 1, 1), {ORG: {}, subject: {}}, {})
    scoped = [cap for cap in caps if cap.limit.per is not None]
    hard = [cap for cap in scoped if not cap.soft]
    stated = [cap.amount(blank)[1] for cap in hard or scoped]
    if pays is not None and not stated:
        stated = [pays(blank)[1]]
    return min((high for high in stated if high is not None), default=None)


def base_of(amount: n.Node) -> n.Node | None:
    """What a rate is applied to: the base (基数) that the authority may approve; None for a stated sum."""
    if isinstance(amount, n.Fact):
        return amount
    if isinstance(amount, n.ShareOf):
        base = amount.base
        if isinstance(base, n.Lower):
            base = base.items[0]
        return base_of(base) or base
    if isinstance(amount, n.Banded | n.ExcessOver):
        return base_of(n.children(amount)[0])
    for below in n.children(amount):
        if isinstance(below, _CARRIERS):
            found = base_of(below)
            if found is not None:
                return found
    return None


def _free_of_price(amount: Any) -> Any:
    """The amount without a unit price that cuts the base before the rate."""
    if isinstance(amount, n.ShareOf) and isinstance(amount.base, n.Lower):
        return n.ShareOf(amount.rate, amount.base.items[0])
    return amount


def _home(rule: Rule) -> str:
    """The place that the rule requires, known before any other fact."""
    for condition in rule.requires:
        if isinstance(condition.expression, n.Within):
            return condition.expression.place
    return ""


def _reads_awards(rule: Rule) -> bool:
    """Whether the amount depends on what another measure gives."""
    nodes = [rule.pays, rule.plus, *rule.limits, *(c.expression for c in rule.requires)]
    return any(isinstance(part, n.Award) for node in nodes if node for part in n.walk(node))


def holds_at(program: Program, place: str | None) -> bool:
    """Whether the measure can hold at a place; None is an open place."""
    return place is None or not program.place or lies_in(place, program.place)
