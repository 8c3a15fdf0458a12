"""Nodes to the text of the rule language: what the parser reads back as the same nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from huice.language import nodes as n

_LADDER, _OR, _AND, _NOT, _SUM, _PRODUCT, _SHARE, _ATOM = range(8)
"""How tightly a form binds; a looser one inside a tighter place goes in brackets."""


def unparse(node: n.Node) -> str:
    """The rule text of an expression, a limit or a part of one, in its canonical spelling."""
    return SOURCES[type(node)](node)[0]


def _at(level: int, node: n.Node) -> str:
    text, binds = SOURCES[type(node)](node)
    return text if binds >= level else f"({text})"


def _chain(level: int, word: str, items: tuple[Any, ...]) -> tuple[str, int]:
    return word.join(_at(level + 1, item) for item in items), level


def _leftward(
    level: int, word: str, first: n.Node, rest: tuple[Any, ...], same: type[n.Node] | None
) -> tuple[str, int]:
    """`a - b - c` groups to the left, so only the first may bind as loosely as the whole.

    A first part of the `same` kind is put in brackets, though the parser reads those as one chain.
    """
    head = _at(level + 1 if same and type(first) is same else level, first)
    return word.join((head, *(_at(level + 1, item) for item in rest))), level


def _listed(level: int, items: tuple[Any, ...]) -> str:
    return ", ".join(_at(level, item) for item in items)


def _members(names: tuple[str, ...]) -> str:
    return "{" + ", ".join(names) + "}"


def _literal(node: n.Literal) -> tuple[str, int]:
    return node.text, _ATOM


def _day(node: n.Day) -> tuple[str, int]:
    return node.iso, _ATOM


def _name(node: n.Fact | n.Context) -> tuple[str, int]:
    return node.name, _ATOM


def _and(node: n.And) -> tuple[str, int]:
    return _chain(_AND, " and ", node.items)


def _or(node: n.Or) -> tuple[str, int]:
    return _chain(_OR, " or ", node.items)


def _not(node: n.Not) -> tuple[str, int]:
    item = node.item
    if isinstance(item, n.Is) and len(item.members) == 1:
        return f"{item.fact.name} is not {item.members[0]}", _NOT
    if isinstance(item, n.Is):
        return f"{item.fact.name} not in {_members(item.members)}", _NOT
    return f"not {_at(_NOT, item)}", _NOT


def _some_of(node: n.SomeOf) -> tuple[str, int]:
    return f"at least {node.count.text} of ({_listed(_OR, node.items)})", _NOT


def _compare(node: n.Compare) -> tuple[str, int]:
    return f"{_at(_SUM, node.left)} {node.op} {_at(_SUM, node.right)}", _NOT


def _is(node: n.Is) -> tuple[str, int]:
    if len(node.members) == 1:
        return f"{node.fact.name} is {node.members[0]}", _NOT
    return f"{node.fact.name} in {_members(node.members)}", _NOT


def _within(node: n.Within) -> tuple[str, int]:
    return f"{node.fact.name} within {node.place}", _NOT


def _has(node: n.Has) -> tuple[str, int]:
    if node.every:
        return f"{node.fact.name} has all of {_members(node.members)}", _NOT
    if len(node.members) == 1:
        return f"{node.fact.name} has {node.members[0]}", _NOT
    return f"{node.fact.name} has any of {_members(node.members)}", _NOT


def _recorded_in(node: n.RecordedIn) -> tuple[str, int]:
    return f"{node.fact.name} has {node.member} in {_at(_ATOM, node.year)}", _NOT


def _elapsed(node: n.Elapsed) -> tuple[str, int]:
    until, since = _at(_ATOM, node.until), _at(_ATOM, node.since)
    return f"{until} is {node.bound} {node.span.text} after {since}", _NOT


def _add(node: n.Add) -> tuple[str, int]:
    return _leftward(_SUM, " + ", node.items[0], node.items[1:], n.Add)


def _subtract(node: n.Subtract) -> tuple[str, int]:
    return _leftward(_SUM, " - ", node.left, (node.right,), None)


def _multiply(node: n.Multiply) -> tuple[str, int]:
    return _leftward(_PRODUCT, " × ", node.items[0], node.items[1:], n.Multiply)


def _divide(node: n.Divide) -> tuple[str, int]:
    return _leftward(_PRODUCT, " ÷ ", node.left, (node.right,), None)


def _share_of(node: n.ShareOf) -> tuple[str, int]:
    return f"{_at(_ATOM, node.rate)} of {_at(_SHARE, node.base)}", _SHARE


def _lower(node: n.Lower) -> tuple[str, int]:
    return f"the lower of ({_listed(_SUM, node.items)})", _ATOM


def _higher(node: n.Higher) -> tuple[str, int]:
    return f"the higher of ({_listed(_SUM, node.items)})", _ATOM


def _excess_over(node: n.ExcessOver) -> tuple[str, int]:
    return f"excess of {_at(_ATOM, node.amount)} over {_at(_ATOM, node.threshold)}", _ATOM


def _band(node: n.Band) -> tuple[str, int]:
    rate = _at(_ATOM, node.rate)
    if node.up_to is None:
        return f"{rate} beyond", _LADDER
    return f"{rate} up to {_at(_ATOM, node.up_to)}", _LADDER


def _banded(node: n.Banded) -> tuple[str, int]:
    bands = ", ".join(unparse(band) for band in node.bands)
    return f"bands({_at(_SUM, node.base)}: {bands})", _ATOM


def _tier(node: n.Tier) -> tuple[str, int]:
    value = _at(_OR, node.value)
    return f"{value} otherwise" if node.when is None else f"{value} if {_at(_OR, node.when)}", (
        _LADDER
    )


def _tiers(node: n.Tiers) -> tuple[str, int]:
    return ", ".join(unparse(tier) for tier in node.tiers), _LADDER


def _choice(node: n.Choice) -> tuple[str, int]:
    return "one of {" + _listed(_SUM, node.options) + "}", _ATOM


def _where(node: n.Node | None) -> str:
    return "" if node is None else f" where {_at(_OR, node)}"


def _total(node: n.Total) -> tuple[str, int]:
    return f"total({node.fact.name}{_where(node.where)})", _ATOM


def _count_of(node: n.CountOf) -> tuple[str, int]:
    return f"count({node.kind}{_where(node.where)})", _ATOM


def _records(node: n.Records) -> tuple[str, int]:
    return f"records({node.fact.name}, {node.member})", _ATOM


def _days(node: n.Days) -> tuple[str, int]:
    return f"days({node.period.name})", _ATOM


def _months(node: n.Months) -> tuple[str, int]:
    return f"months({node.period.name})", _ATOM


def _previous(node: n.Previous) -> tuple[str, int]:
    return f"previous({_at(_SUM, node.item)})", _ATOM


def _award(node: n.Award) -> tuple[str, int]:
    return f"award({node.measure})", _ATOM


def _year_of(node: n.YearOf) -> tuple[str, int]:
    return f"year({_at(_ATOM, node.date)})", _ATOM


def _limit(node: n.Limit) -> tuple[str, int]:
    scope = "" if node.per is None else f" per {node.per}"
    if node.period == "year":
        scope += " per year"
    elif scope:
        scope += " in total"
    amount = _at(_OR if scope else _LADDER, node.amount)
    return f"{'normally ' if node.soft else ''}{amount}{scope}", _LADDER


SOURCES: dict[type[n.Node], Callable[[Any], tuple[str, int]]] = {
    n.Literal: _literal,
    n.Day: _day,
    n.Fact: _name,
    n.Context: _name,
    n.And: _and,
    n.Or: _or,
    n.Not: _not,
    n.SomeOf: _some_of,
    n.Compare: _compare,
    n.Is: _is,
    n.Within: _within,
    n.Has: _has,
    n.RecordedIn: _recorded_in,
    n.Elapsed: _elapsed,
    n.Add: _add,
    n.Subtract: _subtract,
    n.Multiply: _multiply,
    n.Divide: _divide,
    n.ShareOf: _share_of,
    n.Lower: _lower,
    n.Higher: _higher,
    n.ExcessOver: _excess_over,
    n.Band: _band,
    n.Banded: _banded,
    n.Tier: _tier,
    n.Tiers: _tiers,
    n.Choice: _choice,
    n.Total: _total,
    n.CountOf: _count_of,
    n.Records: _records,
    n.Days: _days,
    n.Months: _months,
    n.Previous: _previous,
    n.Award: _award,
    n.YearOf: _year_of,
    n.Limit: _limit,
}
