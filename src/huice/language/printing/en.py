"""Nodes in plain English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import ClassVar

from huice.language import nodes as n
from huice.language.money import wan
from huice.language.printing.shared import (
    Printer,
    is_phrase,
    phrases,
    plain,
    without_brackets,
)
from huice.language.scope import FactType, Sort
from huice.language.units import MONEY, dimension_of, value_of

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_QUANTITY_WORDS = {
    "<": "less than",
    "<=": "not more than",
    "=": "exactly",
    ">=": "at least",
    ">": "more than",
}
_DATE_WORDS = {"<": "before", "<=": "not later than", "=": "", ">=": "not before", ">": "after"}
_CONTEXT = {
    "as_of": "the day of application",
    "claim_year": "the claim year",
    "support_year": "the number of years of support, this one included",
    "year_days": "the days of the year",
}
_PLURALS = {"person": "people", "premises": "premises"}
_PER = {"㎡": "m²", "平方米": "m²", "天": "day", "月": "month"}
_UNITS = {
    "年": "year",
    "个月": "month",
    "月": "month",
    "天": "day",
    "㎡": "m²",
    "平方米": "m²",
}


def finish(text: str) -> str:
    """The text as it is: English is spaced while it is written."""
    return text


def plural(noun: str) -> str:
    """More than one of a noun."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


def possessive(noun: str) -> str:
    """`the contract’s`, `the premises’`."""
    return f"the {noun}’" if noun.endswith("s") else f"the {noun}’s"


def lowered(label: str) -> str:
    """A label within a sentence: its first letter small, unless it is a name like AI or MaaS."""
    first = label.partition(" ")[0].rstrip(",;:")
    if re.fullmatch(r"[A-Z][a-z'’-]*", first):
        return label[0].lower() + label[1:]
    return label


def choices(labels: list[str], word: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} {word} {labels[-1]}"


def lettered(items: list[str]) -> str:
    """`(a) …; (b) …`."""
    return "; ".join(f"({chr(ord('a') + i)}) {item}" for i, item in enumerate(items))


class English(Printer):
    """One method a node; quantities are noun phrases, truths are clauses without a full stop."""

    lang: ClassVar[str] = "en"

    # --- names ---------------------------------------------------------------------------------

    def bare(self, fact: FactType) -> str:
        """A fact without an article: `business traits`."""
        return lowered(without_brackets(fact.label["en"]).strip())

    def noun(self, fact: FactType) -> str:
        """A fact as the subject of a clause: `the business traits`, `what is bought`."""
        bare = self.bare(fact)
        return bare if re.match(r"(what|how|which|the)\b", bare) else f"the {bare}"

    def quantity(self, fact: FactType) -> str:
        """A fact as an amount, with whose it is: `the contract’s amount incurred in the year`."""
        kind = self.kind_of(fact)
        bare = self.amount(fact)
        if not kind or re.search(rf"\b{kind}", bare):
            return f"the {bare}"
        return f"{possessive(kind)} {bare}"

    def amount(self, fact: FactType) -> str:
        """A fact as an amount, without an article: `rent of the year (or purchase cost)`."""
        return re.sub("^(.*) / (.*)$", r"\1 (or \2)", self.bare(fact))

    def verb(self, fact: FactType, one: str, many: str) -> str:
        """The form of the verb that agrees with the fact's label."""
        head = re.sub(r" (?:of|in|for|to|actually|received|incurred)\b.*", "", self.bare(fact))
        return many if re.search(r"[^su]s$", head) else one

    def quoted(self, fact: n.Fact, members: tuple[str, ...]) -> list[str]:
        """The labels of choices, in quotation marks, as the form shows them."""
        return [f"‘{self.member(fact.name, member)}’" for member in members]

    def scope_word(self, per: str) -> str:
        """Whose sum a cap cuts: `applicant`, an entity kind, or a record."""
        if per == "org":
            return "applicant"
        kind = self.scope.kinds.get(per)
        return kind["en"] if kind else (f"‘{self.record_label(per)}’" if per else per)

    # --- leaves --------------------------------------------------------------------------------

    def literal(self, node: n.Literal) -> str:
        number = node.text.replace("％", "%")
        if not node.unit:
            return number
        value = Fraction(value_of(node))
        if dimension_of(node) == MONEY:
            return wan(value, "en")
        first, *per = node.unit.split("/")
        if first == "元":
            units = "".join(f" per {_PER.get(unit, 'item')}" for unit in per)
            return f"{_figure(value)} yuan{units}"
        unit = _UNITS.get(first)
        if unit is None:
            return _figure(value)
        if first == "年":
            value /= 12
        return f"{_figure(value)} {unit if value == 1 or unit == 'm²' else unit + 's'}"

    def day(self, node: n.Day) -> str:
        year, month, day = node.iso.split("-")
        return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"

    def fact(self, node: n.Fact) -> str:
        fact = self.fact_type(node.name)
        if fact.sort is Sort.TRUTH:
            return f"the {self.kind_of(fact) or 'applicant'} {self.bare(fact)}"
        return self.quantity(fact) if fact.sort is Sort.QUANTITY else self.noun(fact)

    def context(self, node: n.Context) -> str:
        return _CONTEXT[node.name]

    # --- truths --------------------------------------------------------------------------------

    def part(self, node: n.Node) -> str:
        """A condition within another one, in brackets if it joins several."""
        node = plain(node)
        said = self.say(node)
        joins = isinstance(node, n.Or) or (isinstance(node, n.And) and not is_phrase(node))
        return f"({said})" if joins or "(a) " in said else said

    def listing(self, items: Iterable[n.Node]) -> str:
        """`(a) …; (b) …`; an item that holds a list of its own stands in brackets."""
        said = [self.say(plain(item)) for item in items]
        return lettered([f"[{item}]" if "(a) " in item else item for item in said])

    def and_(self, node: n.And) -> str:
        said = phrases(node.items)
        if len(said) > 1:
            parts = [self.part(item) for item in said]
            return f"{', '.join(parts[:-1])}, and {parts[-1]}"
        return self.phrase(said[0])

    def phrase(self, node: n.Node) -> str:
        """A conjunction that is said in one breath."""
        match node:
            case n.And(items=(n.Compare() as low, n.Compare() as high)):
                return self.range_(low, high)
            case n.And(items=(n.Elapsed() as low, n.Elapsed() as high)):
                upper = f"{high.bound} {self.say(high.span)}"
                since = f"after {self.say(low.since)}"
                return (
                    f"{self.say(low.until)} is {low.bound} {self.say(low.span)} and {upper} {since}"
                )
            case n.And(items=(n.Has() as has, n.RecordedIn() as dated)):
                return f"{self.has(has)}, and the record is dated in {self.say(dated.year)}"
            case _:
                return self.say(node)

    def range_(self, low: n.Compare, high: n.Compare) -> str:
        ends = {
            (">=", "<="): "both included",
            (">", "<"): "neither included",
            (">=", "<"): "the first included, the second not",
            (">", "<="): "the second included, the first not",
        }[low.op, high.op]
        bounds = f"between {self.operand(low.right)} and {self.operand(high.right)} ({ends})"
        return self.apart(low.left, bounds) or f"{self.is_(low.left)} {bounds}"

    def apart(self, node: n.Node, words: str) -> str:
        """How far two years lie apart; nothing if that is not what is compared."""
        if not isinstance(node, n.Subtract) or not self.is_years_apart(node):
            return ""
        return f"{self.say(node.left)} is {words} after {self.say(node.right)}"

    def is_(self, node: n.Node) -> str:
        """The subject of a comparison, with its verb."""
        many = isinstance(node, n.Fact) and self.verb(self.fact_type(node.name), "", "s")
        return f"{self.operand(node)} {'are' if many else 'is'}"

    def or_(self, node: n.Or) -> str:
        items = [plain(item) for item in node.items]
        if any(isinstance(item, n.And | n.Or | n.SomeOf) for item in items):
            return f"one of these holds: {self.listing(items)}"
        return ", or ".join(self.say(item) for item in items)

    def not_(self, node: n.Not) -> str:
        item = plain(node)
        if not isinstance(item, n.Not):
            return self.say(item)
        return self.denial(item.item)

    def denial(self, item: n.Node) -> str:
        """What does not hold, without a double negation."""
        match item:
            case n.Is():
                fact = self.fact_type(item.fact.name)
                labels = self.quoted(item.fact, item.members)
                none = (
                    f"not {labels[0]}" if len(labels) == 1 else f"neither {choices(labels, 'nor')}"
                )
                return f"{self.noun(fact)} {self.verb(fact, 'is', 'are')} {none}"
            case n.Within():
                fact = self.fact_type(item.fact.name)
                return f"{self.noun(fact)} is not in {self.place(item.fact.name, item.place)}"
            case n.Has():
                return self.lacks(item)
            case n.RecordedIn():
                label = self.quoted(item.fact, (item.member,))[0]
                return f"there is no record of {label} in {self.say(item.year)}"
            case n.Compare():
                return f"{self.is_(item.left)} not {self.operand(item.right)}"
            case n.Or():
                return f"none of these holds: {self.listing(item.items)}"
            case n.SomeOf():
                return (
                    f"fewer than {self.say(item.count)} of these hold: {self.listing(item.items)}"
                )
            case n.And():
                return f"not all of these hold: {self.listing(phrases(item.items))}"
            case _:
                return f"it is not so that {self.part(item)}"

    def lacks(self, item: n.Has) -> str:
        fact = self.fact_type(item.fact.name)
        labels = self.quoted(item.fact, item.members)
        if fact.sort is Sort.RECORDS:
            if len(labels) > 1 and item.every:
                return f"there are not records of all of {choices(labels, 'and')}{_BY_THEN}"
            return f"there is no record of {choices(labels)}{_BY_THEN}"
        verb = self.verb(fact, "does not include", "do not include")
        every = "all of " if len(labels) > 1 and item.every else ""
        any_ = "any of " if len(labels) > 1 and not item.every else ""
        return f"{self.noun(fact)} {verb} {every or any_}{choices(labels, 'and')}"

    def some_of(self, node: n.SomeOf) -> str:
        return f"at least {self.say(node.count)} of these hold: {self.listing(node.items)}"

    def compare(self, node: n.Compare) -> str:
        dated = self.sort(node.left) in (Sort.DATE, Sort.YEAR)
        word = (_DATE_WORDS if dated else _QUANTITY_WORDS)[node.op]
        right = self.operand(node.right)
        apart = self.apart(node.left, right if node.op == "=" else f"{word} {right}")
        return apart or " ".join(filter(None, (self.is_(node.left), word, right)))

    def is_one_of(self, node: n.Is) -> str:
        fact = self.fact_type(node.fact.name)
        labels = choices(self.quoted(node.fact, node.members))
        return f"{self.noun(fact)} {self.verb(fact, 'is', 'are')} {labels}"

    def within(self, node: n.Within) -> str:
        fact = self.fact_type(node.fact.name)
        return f"{self.noun(fact)} is in {self.place(node.fact.name, node.place)}"

    def has(self, node: n.Has) -> str:
        fact = self.fact_type(node.fact.name)
        labels = self.quoted(node.fact, node.members)
        several = len(labels) > 1
        if fact.sort is Sort.RECORDS:
            if several and node.every:
                return f"there are records of all of {choices(labels, 'and')}{_BY_THEN}"
            return f"there is a record of {choices(labels)}{_BY_THEN}"
        verb = self.verb(fact, "includes", "include")
        which = "" if not several else "all of " if node.every else "at least one of "
        return f"{self.noun(fact)} {verb} {which}{choices(labels, 'and')}"

    def recorded_in(self, node: n.RecordedIn) -> str:
        label = self.quoted(node.fact, (node.member,))[0]
        return f"there is a record of {label} dated in {self.say(node.year)}"

    def elapsed(self, node: n.Elapsed) -> str:
        span = f"{node.bound} {self.say(node.span)}"
        return f"{self.say(node.until)} is {span} after {self.say(node.since)}"

    # --- quantities ----------------------------------------------------------------------------

    def operand(self, node: n.Node) -> str:
        """A quantity within another one, in brackets if it is built from several."""
        said = self.say(node)
        simple = isinstance(
            node,
            n.Literal
            | n.Day
            | n.Fact
            | n.Context
            | n.Total
            | n.CountOf
            | n.Records
            | n.Days
            | n.Months
            | n.YearOf
            | n.Award,
        )
        return said if simple else f"({said})"

    def add(self, node: n.Add) -> str:
        return f"the sum of {choices([self.operand(item) for item in node.items], 'and')}"

    def subtract(self, node: n.Subtract) -> str:
        if self.is_years_apart(node):
            return f"the years from {self.say(node.right)} to {self.say(node.left)}"
        return f"{self.operand(node.left)} minus {self.operand(node.right)}"

    def multiply(self, node: n.Multiply) -> str:
        return " × ".join(self.operand(item) for item in node.items)

    def divide(self, node: n.Divide) -> str:
        return f"{self.operand(node.left)} ÷ {self.operand(node.right)}"

    def share_of(self, node: n.ShareOf) -> str:
        ends = isinstance(node.base, n.Lower | n.Higher)
        base = self.say(node.base) if ends else self.operand(node.base)
        if isinstance(node.rate, n.Literal) and ":" in node.rate.text:
            return f"an amount matching {base} at {node.rate.text}"
        return f"{self.operand(node.rate)} of {base}"

    def lower(self, node: n.Lower) -> str:
        return f"the lower of {self.compared(node.items)}"

    def higher(self, node: n.Higher) -> str:
        return f"the higher of {self.compared(node.items)}"

    def compared(self, items: tuple[n.Quantity, ...]) -> str:
        """`a and b`; with marks, `(i) a and (ii) b`, where one of them tells of a condition."""
        said = [self.operand(item) for item in items]
        if any(isinstance(part, n.Total | n.CountOf) for item in items for part in n.walk(item)):
            said = [f"({_roman(i)}) {item}" for i, item in enumerate(said, 1)]
        return choices(said, "and")

    def excess_over(self, node: n.ExcessOver) -> str:
        return f"the part of {self.operand(node.amount)} above {self.operand(node.threshold)}"

    def band(self, node: n.Band) -> str:
        part = "the rest" if node.up_to is None else f"what lies within {self.operand(node.up_to)}"
        return f"{self.operand(node.rate)} of {part}"

    def banded(self, node: n.Banded) -> str:
        said = []
        start = ""
        for band in node.bands:
            above = f"above {start} " if start else ""
            rate = self.operand(band.rate)
            if band.up_to is None:
                said.append(f"{rate} of {f'the part {above}'.strip() if start else 'all of it'}")
                continue
            end = self.operand(band.up_to)
            said.append(f"{rate} of the part {above}up to and including {end}")
            start = end
        return f"the sum over bands of {self.operand(node.base)} ({', '.join(said)})"

    def tier(self, node: n.Tier) -> str:
        value = self.say(node.value)
        return f"{value} otherwise" if node.when is None else f"{value} if {self.if_(node.when)}"

    def if_(self, when: n.Node) -> str:
        """The condition of a rung."""
        when = plain(when)
        return self.say(when) if isinstance(when, n.And | n.Or) else self.part(when)

    def tiers(self, node: n.Tiers) -> str:
        return "; ".join(self.tier(tier) for tier in node.tiers)

    def choice(self, node: n.Choice) -> str:
        return f"one of {choices([self.operand(item) for item in node.options])}"

    def among(self, kind: str, where: n.Truth | None) -> str:
        """The entities that are counted: `contracts where what is bought is ‘Model’`."""
        label = plural(self.scope.kinds[kind]["en"] if kind in self.scope.kinds else kind)
        return f"all {label}" if where is None else f"{label} where {self.part(where)}"

    def total(self, node: n.Total) -> str:
        fact = self.fact_type(node.fact.name)
        year = "" if "year" in self.bare(fact) else " in the claim year"
        return (
            f"the total of the {self.amount(fact)}{year} over {self.among(fact.entity, node.where)}"
        )

    def count_of(self, node: n.CountOf) -> str:
        return f"the number of {self.among(node.kind, node.where).removeprefix('all ')}"

    def records(self, node: n.Records) -> str:
        return f"the number of records of {self.quoted(node.fact, (node.member,))[0]}"

    def days(self, node: n.Days) -> str:
        return f"the days of {self.say(node.period)}"

    def months(self, node: n.Months) -> str:
        return f"the whole months of {self.say(node.period)}"

    def previous(self, node: n.Previous) -> str:
        return f"{self.operand(node.item)} of the year before"

    def award(self, node: n.Award) -> str:
        title = self.titles.get(node.measure)
        return f"what ‘{title['en'] if title else node.measure}’ gives"

    def year_of(self, node: n.YearOf) -> str:
        said = self.say(node.date)
        if said.startswith("the date of "):
            return f"the year of {said.removeprefix('the date of ')}"
        return f"the year of {said}"

    # --- caps ----------------------------------------------------------------------------------

    def limit(self, node: n.Limit) -> str:
        normally = "as a rule " if node.soft else ""
        scope = self.scope_of(node)
        if isinstance(node.amount, n.Tiers):
            return (
                f"{normally}{f'{scope}, ' if scope else ''}not more than: {self.say(node.amount)}"
            )
        return f"{normally}not more than {self.say(node.amount)}{f' {scope}' if scope else ''}"

    def scope_of(self, node: n.Limit) -> str:
        """Whose sum is cut and over what time: `per applicant a year`."""
        year = "a year" if node.period == "year" else "in total" if node.per else ""
        return " ".join(
            filter(None, (f"per {self.scope_word(node.per)}" if node.per else "", year))
        )

    says: ClassVar = {
        n.Literal: literal,
        n.Day: day,
        n.Fact: fact,
        n.Context: context,
        n.And: and_,
        n.Or: or_,
        n.Not: not_,
        n.SomeOf: some_of,
        n.Compare: compare,
        n.Is: is_one_of,
        n.Within: within,
        n.Has: has,
        n.RecordedIn: recorded_in,
        n.Elapsed: elapsed,
        n.Add: add,
        n.Subtract: subtract,
        n.Multiply: multiply,
        n.Divide: divide,
        n.ShareOf: share_of,
        n.Lower: lower,
        n.Higher: higher,
        n.ExcessOver: excess_over,
        n.Band: band,
        n.Banded: banded,
        n.Tier: tier,
        n.Tiers: tiers,
        n.Choice: choice,
        n.Total: total,
        n.CountOf: count_of,
        n.Records: records,
        n.Days: days,
        n.Months: months,
        n.Previous: previous,
        n.Award: award,
        n.YearOf: year_of,
        n.Limit: limit,
    }


def _roman(number: int) -> str:
    """A small Roman numeral."""
    tens, ones = divmod(number, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]


_BY_THEN = " by the end of the claim year"


def _figure(value: Fraction) -> str:
    """A number in full, with separators and as many decimals as it needs."""
    whole, rest = divmod(value, 1)
    text = f"{int(whole):,}"
    if not rest:
        return text
    digits = f"{int(rest * 10**6):06}".rstrip("0")
    return f"{text}.{digits}"
