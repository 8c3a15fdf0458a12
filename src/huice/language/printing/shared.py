"""What the Chinese and the English printer share: names, sorts, and what is said in one breath."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from huice.language import nodes as n
from huice.language.check import Checker, lies_in
from huice.language.scope import FactType, Scope, Sort
from huice.language.text import Text
from huice.language.units import value_of

_OPPOSITE: Mapping[str, Any] = {
    "<": ">=",
    "<=": ">",
    ">=": "<",
    ">": "<=",
    "at least": "less than",
    "at most": "more than",
    "more than": "at most",
    "less than": "at least",
}


class Printer:
    """Writes expressions in one language; a subclass has one method for each node type.

    `says` maps every node type to its method. `titles` names measures that expressions point to.
    Facts of the `own` kind of entity are told without saying whose they are: the sentence around
    them says it.
    """

    lang: ClassVar[str]
    says: ClassVar[Mapping[type[n.Node], Callable[[Any, Any], str]]]

    def __init__(
        self, scope: Scope, titles: Mapping[str, Text] | None = None, own: str = "org"
    ) -> None:
        self.scope, self.titles, self.own = scope, titles or {}, own

    def say(self, node: n.Node) -> str:
        """The words for a node, before the finish of a whole sentence."""
        return self.says[type(node)](self, node)

    # --- names ---------------------------------------------------------------------------------

    def fact_type(self, name: str) -> FactType:
        """What the scope knows of a fact; a name it does not know stands for itself."""
        found = self.scope.find(name)
        entity = name.partition(".")[0]
        return found or FactType(name, name, entity, Sort.QUANTITY, Text(name, name))

    def member(self, name: str, member: str) -> str:
        """The label of a choice of a fact, of a set or of its records."""
        return self.fact_type(name).members.get(member, Text(member, member))[self.lang]

    def place(self, name: str, place: str) -> str:
        """A place, or the region that the places below it have in common."""
        members = self.fact_type(name).members
        if place in members:
            return members[place][self.lang]
        below = [text[self.lang] for known, text in members.items() if lies_in(known, place)]
        return _common(below) or place

    def record_label(self, record: str) -> str | None:
        """The label of a record that some fact of records may hold."""
        for fact in self.scope.facts.values():
            if fact.sort is Sort.RECORDS and record in fact.members:
                return fact.members[record][self.lang]
        return None

    def kind_of(self, fact: FactType) -> str:
        """The kind of entity that has the fact; nothing for the applicant and for the own kind."""
        if fact.entity == self.own or fact.entity not in self.scope.kinds:
            return ""
        return self.scope.kinds[fact.entity][self.lang]

    # --- sorts ---------------------------------------------------------------------------------

    def sort(self, node: n.Node) -> Sort | None:
        """The sort of an expression; None where it cannot be told."""
        found = Checker(self.scope).type_of(node)
        return found.sort if found else None

    def is_years_apart(self, node: n.Node) -> bool:
        """Whether the node is the difference of two calendar years."""
        return (
            isinstance(node, n.Subtract)
            and self.sort(node.left) is Sort.YEAR
            and self.sort(node.right) is Sort.YEAR
        )


def is_zero(node: n.Node) -> bool:
    """Whether the node is the number nought."""
    return isinstance(node, n.Literal) and value_of(node) == 0


def plain(node: n.Node) -> n.Node:
    """The same condition without a `not` where the language has the opposite word."""
    if not isinstance(node, n.Not):
        return node
    item = plain(node.item)
    if isinstance(item, n.Not):
        return item.item
    if isinstance(item, n.Compare) and item.op in _OPPOSITE:
        return n.Compare(_OPPOSITE[item.op], item.left, item.right)
    if isinstance(item, n.Elapsed):
        return n.Elapsed(item.until, _OPPOSITE[item.bound], item.span, item.since)
    return n.Not(item)  # type: ignore[arg-type]  # what stood under a not is a truth


def phrases(items: tuple[n.Truth, ...]) -> list[n.Node]:
    """Joined conditions as they are said: what belongs in one phrase stays one conjunction.

    One phrase each: a range, a span of time from and to, a record with the year of its date.
    """
    said: list[n.Node] = []
    for item in items:
        now = plain(item)
        before = said[-1] if said else None
        if before is not None and _one_phrase(before, now):
            said[-1] = n.And((before, now))  # type: ignore[arg-type]  # both are truths
        elif isinstance(now, n.And):
            said.extend(phrases(now.items))
        else:
            said.append(now)
    return said


def is_phrase(node: n.And) -> bool:
    """Whether a conjunction is said in one phrase."""
    return len(phrases(node.items)) == 1


def _one_phrase(one: n.Node, other: n.Node) -> bool:
    match one, other:
        case n.Compare(op=">=" | ">"), n.Compare(op="<=" | "<"):
            return one.left == other.left
        case n.Elapsed(bound="at least" | "more than"), n.Elapsed(bound="at most" | "less than"):
            return (one.until, one.since) == (other.until, other.since)
        case n.Has(), n.RecordedIn():
            return one.fact == other.fact and one.members == (other.member,)
        case _:
            return False


def without_brackets(label: str) -> str:
    """A label without its asides: `业务特征（多选）` -> `业务特征`."""
    return re.sub(r"\s*[（(][^（）()]*[）)](\s?)\s*", r"\1", label)


def _common(labels: list[str]) -> str:
    """The words with which all labels begin."""
    if not labels:
        return ""
    first, last = min(labels), max(labels)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    common = first[:same]
    if re.match(r".*[A-Za-z]$", common) and re.match("[A-Za-z]", first[same:]):
        common = common.rpartition(" ")[0]  # not within a word
    return common.strip(" ,（(")
