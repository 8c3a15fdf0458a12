"""Types and dimensions of expressions: every error is found at load, none while a firm waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from huice.language import nodes as n
from huice.language.scope import SORT_NAMES, FactType, Scope, Sort
from huice.language.text import NOTHING, Text, did_you_mean
from huice.language.units import (
    DAYS,
    ITEMS,
    MONEY,
    MONTHS,
    SHARE,
    Dimension,
    dimension_name,
    dimension_of,
    value_of,
)

CONTEXT_SORTS = {"as_of": Sort.DATE, "claim_year": Sort.YEAR}


class Type(Struct, frozen=True):
    """The sort of an expression, with its dimension if it is a quantity."""

    sort: Sort
    dimension: Dimension = SHARE

    def name(self) -> Text:
        """What a reader calls it."""
        if self.sort is Sort.QUANTITY:
            return dimension_name(self.dimension)
        return SORT_NAMES[self.sort]


TRUTH = Type(Sort.TRUTH)
YEAR = Type(Sort.YEAR)
SPAN = Type(Sort.QUANTITY, MONTHS)


class Checker:
    """Finds the type of an expression and collects what is wrong with it."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.errors: list[Text] = []

    def truth(self, node: n.Node) -> None:
        """The expression must be a condition."""
        self._expect(node, Sort.TRUTH)

    def money(self, node: n.Node) -> None:
        """The expression must be an amount of money."""
        self._dimension(node, MONEY)

    def type_of(self, node: n.Node) -> Type | None:
        """The type; None when an error made it unknowable, so that one fault is told once."""
        return _RULES[type(node)](self, node)

    def _say(self, zh: str, en: str, hint: Text = NOTHING) -> None:
        self.errors.append(Text(zh, en) + hint)

    def _wanted(self, wanted: Text, found: Type) -> None:
        is_ = found.name()
        self._say(
            f"此处应为{wanted.zh}，写的是{is_.zh}", f"{wanted.en} is needed here, not {is_.en}"
        )

    def _clash(self, left: Type, right: Type, zh: str, en: str) -> None:
        one, other = left.name(), right.name()
        self._say(f"{one.zh}与{other.zh}{zh}", f"{one.en} and {other.en} {en}")

    def _expect(self, node: n.Node, sort: Sort) -> None:
        found = self.type_of(node)
        if found is not None and found.sort is not sort:
            self._wanted(SORT_NAMES[sort], found)

    def _dimension(self, node: n.Node, dimension: Dimension) -> None:
        found = self.type_of(node)
        if found is not None and found != Type(Sort.QUANTITY, dimension):
            self._wanted(dimension_name(dimension), found)

    def _fact(self, node: n.Fact, *sorts: Sort) -> FactType | None:
        fact = self.scope.find(node.name)
        if fact is None:
            self._say(
                f"词汇表没有“{node.name}”",
                f"the vocabulary has no “{node.name}”",
                did_you_mean(node.name, self.scope.facts),
            )
            return None
        if sorts and fact.sort not in sorts:
            is_, wanted = SORT_NAMES[fact.sort], SORT_NAMES[sorts[0]]
            self._say(
                f"“{node.name}”是{is_.zh}，此处应为{wanted.zh}",
                f"“{node.name}” is {is_.en}; {wanted.en} is needed here",
            )
            return None
        return fact

    def _members(self, node: n.Fact, members: tuple[str, ...], *sorts: Sort) -> Type:
        fact = self._fact(node, *sorts)
        for member in members if fact else ():
            if fact and member not in fact.members:
                self._say(
                    f"“{node.name}”没有选项“{member}”",
                    f"“{node.name}” has no choice “{member}”",
                    did_you_mean(member, fact.members),
                )
        return TRUTH

    # --- one rule per node ----------------------------------------------------------------------------

    def literal(self, node: n.Literal) -> Type:
        return Type(Sort.QUANTITY, dimension_of(node))

    def day(self, node: n.Day) -> Type:
        return Type(Sort.DATE)

    def fact(self, node: n.Fact) -> Type | None:
        fact = self._fact(node)
        return Type(fact.sort, fact.dimension) if fact else None

    def context(self, node: n.Context) -> Type:
        sort = CONTEXT_SORTS.get(node.name)
        if sort:
            return Type(sort)
        return Type(Sort.QUANTITY, DAYS if node.name == "year_days" else SHARE)

    def junction(self, node: n.And | n.Or | n.SomeOf) -> Type:
        for item in node.items:
            self._expect(item, Sort.TRUTH)
        if isinstance(node, n.SomeOf):
            self._some_of(node.count, len(node.items))
        return TRUTH

    def _some_of(self, count: n.Literal, items: int) -> None:
        self._dimension(count, ITEMS)
        if count.denominator != 1 or not 1 <= count.numerator <= items:
            self._say(
                f"列出 {items} 项，at least 之后应为 1–{items} 的整数，写的是“{count.text}”",
                f"of {items} items, a whole number from 1 to {items} must hold, not “{count.text}”",
            )

    def negation(self, node: n.Not) -> Type:
        self._expect(node.item, Sort.TRUTH)
        return TRUTH

    def compare(self, node: n.Compare) -> Type:
        left, right = self.type_of(node.left), self.type_of(node.right)
        if left and right and left != right:
            self._clash(left, right, "不能比较", "cannot be compared")
        elif left and left.sort not in (Sort.QUANTITY, Sort.DATE, Sort.YEAR):
            self._say(
                f"{left.name().zh}不能比较大小；条件写作 is、in、has 或 within",
                f"{left.name().en} has no order; write is, in, has or within",
            )
        return TRUTH

    def choice_of(self, node: n.Is) -> Type:
        return self._members(node.fact, node.members, Sort.CHOICE)

    def within(self, node: n.Within) -> Type:
        fact = self._fact(node.fact, Sort.PLACE)
        if fact and not any(lies_in(place, node.place) for place in fact.members):
            places = {place for known in fact.members for place in (known, known.split("/")[0])}
            self._say(
                f"没有地点“{node.place}”",
                f"there is no place “{node.place}”",
                did_you_mean(node.place, places),
            )
        return TRUTH

    def has(self, node: n.Has) -> Type:
        return self._members(node.fact, node.members, Sort.SET, Sort.RECORDS)

    def recorded_in(self, node: n.RecordedIn) -> Type:
        self._expect(node.year, Sort.YEAR)
        return self._members(node.fact, (node.member,), Sort.RECORDS)

    def elapsed(self, node: n.Elapsed) -> Type:
        self._expect(node.until, Sort.DATE)
        self._expect(node.since, Sort.DATE)
        self._dimension(node.span, MONTHS)
        if node.span.denominator != 1:
            self._say(
                f"“{node.span.text}”不是整月", f"“{node.span.text}” is no whole number of months"
            )
        return TRUTH

    def same(self, node: n.Add | n.Lower | n.Higher) -> Type | None:
        return self._alike(node.items, sums=type(node) is n.Add)

    def _alike(self, items: tuple[n.Node, ...], *, sums: bool = False) -> Type | None:
        types = [found for found in map(self.type_of, items) if found is not None]
        if sums and types == [YEAR, SPAN]:
            return self._whole_years(items[1])
        for other in types[1:]:
            if other != types[0]:
                self._clash(types[0], other, "不能放在一起", "do not go together")
                return None
        return self._counted(types[0]) if types else None

    def _whole_years(self, node: n.Node) -> Type:
        if isinstance(node, n.Literal) and (node.denominator != 1 or node.numerator % 12):
            self._say(
                f"年度只能加减整年，写的是“{node.text}”",
                f"whole years can be added to a year, not “{node.text}”",
            )
        return YEAR

    def _counted(self, found: Type) -> Type | None:
        """The type of something that can be added, capped or multiplied: a quantity, or a fault."""
        if found.sort is Sort.QUANTITY:
            return found
        self._say(f"{found.name().zh}不能参加运算", f"{found.name().en} cannot be reckoned with")
        return None

    def subtract(self, node: n.Subtract) -> Type | None:
        left, right = self.type_of(node.left), self.type_of(node.right)
        if left is None or right is None:
            return None
        if left == YEAR and right in (YEAR, SPAN):
            return SPAN if right == YEAR else self._whole_years(node.right)
        if left != right:
            self._clash(left, right, "不能相减", "cannot be subtracted")
            return None
        return self._counted(left)

    def multiply(self, node: n.Multiply) -> Type | None:
        dimension = SHARE
        for item in node.items:
            found = self._quantity(item)
            if found is None:
                return None
            dimension = dimension.times(found)
        return Type(Sort.QUANTITY, dimension)

    def divide(self, node: n.Divide) -> Type | None:
        left, right = self._quantity(node.left), self._quantity(node.right)
        if isinstance(node.right, n.Literal) and node.right.numerator == 0:
            self._say("不能除以零", "nothing can be divided by zero")
        if left is None or right is None:
            return None
        return Type(Sort.QUANTITY, left.times(right, -1))

    def _quantity(self, node: n.Node) -> Dimension | None:
        found = self.type_of(node)
        counted = self._counted(found) if found is not None else None
        return counted.dimension if counted else None

    def share_of(self, node: n.ShareOf) -> Type | None:
        self._dimension(node.rate, SHARE)
        base = self._quantity(node.base)
        return Type(Sort.QUANTITY, base) if base is not None else None

    def excess(self, node: n.ExcessOver) -> Type | None:
        return self._alike((node.amount, node.threshold))

    def banded(self, node: n.Banded) -> Type | None:
        base = self._quantity(node.base)
        for band in node.bands:
            self._dimension(band.rate, SHARE)
            if band.up_to is not None and base is not None:
                self._dimension(band.up_to, base)
        tops = [value_of(b.up_to) for b in node.bands if isinstance(b.up_to, n.Literal)]
        if tops != sorted(set(tops)):
            self._say("各级的上界须逐级升高", "the bounds of the bands must rise")
        return Type(Sort.QUANTITY, base) if base is not None else None

    def tiers(self, node: n.Tiers) -> Type | None:
        for tier in node.tiers:
            if tier.when is not None:
                self._expect(tier.when, Sort.TRUTH)
        if any(tier.when is None for tier in node.tiers[:-1]):
            self._say(
                "otherwise 只能放在最后一档，其后的各档永远不会用到",
                "otherwise must come last; the rungs after it are never reached",
            )
        return self._alike(tuple(tier.value for tier in node.tiers))

    def options(self, node: n.Choice) -> Type | None:
        return self._alike(node.options)

    def total(self, node: n.Total) -> Type | None:
        fact = self._fact(node.fact, Sort.QUANTITY)
        if fact and fact.entity not in self.scope.kinds:
            self._say(
                f"“{fact.name}”只有一个，不用 total，直接写 {fact.name}",
                f"there is one “{fact.name}” only; write {fact.name} without total",
            )
        self._where(node.where, fact.entity if fact else None)
        return Type(fact.sort, fact.dimension) if fact else None

    def count_of(self, node: n.CountOf) -> Type:
        if node.kind not in self.scope.kinds:
            self._say(
                f"没有“{node.kind}”这类标的",
                f"there is no kind of entity “{node.kind}”",
                did_you_mean(node.kind, self.scope.kinds),
            )
        self._where(node.where, node.kind)
        return Type(Sort.QUANTITY, ITEMS)

    def _where(self, where: n.Node | None, kind: str | None) -> None:
        if where is None:
            return
        self._expect(where, Sort.TRUTH)
        strange = kinds_named(where, self.scope) - {kind}
        if kind and strange:
            named = ", ".join(sorted(strange))
            self._say(
                f"where 里只能谈 {kind}，写了 {named}", f"where may name {kind} only, not {named}"
            )

    def records(self, node: n.Records) -> Type:
        self._members(node.fact, (node.member,), Sort.RECORDS)
        return Type(Sort.QUANTITY, ITEMS)

    def days(self, node: n.Days) -> Type:
        self._fact(node.period, Sort.PERIOD)
        return Type(Sort.QUANTITY, DAYS)

    def months(self, node: n.Months) -> Type:
        self._fact(node.period, Sort.PERIOD)
        return Type(Sort.QUANTITY, MONTHS)

    def previous(self, node: n.Previous) -> Type | None:
        found = self._quantity(node.item)
        return Type(Sort.QUANTITY, found) if found is not None else None

    def award(self, node: n.Award) -> Type:
        return Type(Sort.QUANTITY, MONEY)

    def year_of(self, node: n.YearOf) -> Type:
        self._expect(node.date, Sort.DATE)
        return Type(Sort.YEAR)


_RULES: dict[type[Any], Callable[[Checker, Any], Type | None]] = {
    n.Literal: Checker.literal,
    n.Day: Checker.day,
    n.Fact: Checker.fact,
    n.Context: Checker.context,
    n.And: Checker.junction,
    n.Or: Checker.junction,
    n.SomeOf: Checker.junction,
    n.Not: Checker.negation,
    n.Compare: Checker.compare,
    n.Is: Checker.choice_of,
    n.Within: Checker.within,
    n.Has: Checker.has,
    n.RecordedIn: Checker.recorded_in,
    n.Elapsed: Checker.elapsed,
    n.Add: Checker.same,
    n.Lower: Checker.same,
    n.Higher: Checker.same,
    n.Subtract: Checker.subtract,
    n.Multiply: Checker.multiply,
    n.Divide: Checker.divide,
    n.ShareOf: Checker.share_of,
    n.ExcessOver: Checker.excess,
    n.Banded: Checker.banded,
    n.Tiers: Checker.tiers,
    n.Choice: Checker.options,
    n.Total: Checker.total,
    n.CountOf: Checker.count_of,
    n.Records: Checker.records,
    n.Days: Checker.days,
    n.Months: Checker.months,
    n.Previous: Checker.previous,
    n.Award: Checker.award,
    n.YearOf: Checker.year_of,
}


def lies_in(place: str, region: str) -> bool:
    """Whether the place is the region or lies under it: `hangzhou/xihu` lies in `hangzhou`."""
    return place == region or place.startswith(region + "/")


def facts_named(node: n.Node, scope: Scope) -> tuple[str, ...]:
    """The facts that the expression reads, terms followed to what they mean, in order, each once."""
    found: dict[str, None] = {}
    for part in n.walk(node):
        fact = scope.find(part.name) if isinstance(part, n.Fact) else None
        if fact is not None and fact.means is not None:
            found.update(dict.fromkeys(facts_named(fact.means, scope)))
        elif isinstance(part, n.Fact):
            found[part.name] = None
    return tuple(found)


def kinds_named(node: n.Node, scope: Scope) -> set[str]:
    """The entity kinds other than org whose single entity the expression speaks of; totals name none."""
    if isinstance(node, n.Total | n.CountOf):
        return set()
    if isinstance(node, n.Fact):
        kind = node.name.split(".")[0]
        return {kind} if kind in scope.kinds else set()
    return {kind for below in n.children(node) for kind in kinds_named(below, scope)}
