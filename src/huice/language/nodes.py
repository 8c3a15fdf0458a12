"""The node types of the rule language: its definition, with no behaviour.

A node is a small frozen value. What a node *means* lives in the readers: the evaluator computes one
applicant, the printer writes sentences, the checker finds dimensions. A new reader needs no change here.

Three sorts of expression exist. A *truth* is true, false or unknown. A *quantity* is an exact rational
with a dimension (yuan, share, area, months ...) and is read as an interval while facts are unknown. A
*moment* is a date, a period or a calendar year.
"""

from __future__ import annotations

from typing import Literal as OneLiteral
from typing import TypeAlias

from msgspec import Struct


class Node(Struct, frozen=True, tag=True):
    """What every node is: a frozen value, equal to any other of the same parts."""


# --- leaves -------------------------------------------------------------------------------------------


class Literal(Node, frozen=True):
    """A number as the policy writes it: `50万元`, `30%`, `1.5元/㎡/天`, `6个月`, `10个`, `1:1`.

    `numerator / denominator` is its value in base units: yuan, shares, square metres, days, months, items.
    """

    text: str
    numerator: int
    denominator: int
    unit: str


class Day(Node, frozen=True):
    """A calendar day: `2025-12-31`."""

    iso: str


class Fact(Node, frozen=True):
    """A fact of the vocabulary, or a term defined there: `contract.paid`, `org.is_ai`."""

    name: str


class Context(Node, frozen=True):
    """What the evaluation supplies: `as_of`, `claim_year`, `support_year` (1, 2 ...), `year_days`."""

    name: str


# --- truths -------------------------------------------------------------------------------------------


class And(Node, frozen=True):
    """All hold."""

    items: tuple[Truth, ...]


class Or(Node, frozen=True):
    """One holds."""

    items: tuple[Truth, ...]


class Not(Node, frozen=True):
    """It does not hold."""

    item: Truth


class SomeOf(Node, frozen=True):
    """At least so many of the items hold: `at least 2项 of (a, b, c)`."""

    count: Literal
    items: tuple[Truth, ...]


class Compare(Node, frozen=True):
    """Two quantities, dates or years in order: `project.cases >= 10个`."""

    op: OneLiteral["<", "<=", "=", ">=", ">"]
    left: Quantity
    right: Quantity


class Is(Node, frozen=True):
    """A choice is one of these: `org.kind is enterprise`, `org.size in {micro, small}`."""

    fact: Fact
    members: tuple[str, ...]


class Within(Node, frozen=True):
    """A place is this place or lies in it: `org.place within hangzhou`."""

    fact: Fact
    place: str


class Has(Node, frozen=True):
    """A set, or the records that exist by the end of the claim year, holds any (or all) of these."""

    fact: Fact
    members: tuple[str, ...]
    every: bool = False


class RecordedIn(Node, frozen=True):
    """A record is dated in this calendar year: `org.records has haizhu_demo_space in claim_year`."""

    fact: Fact
    member: str
    year: Moment


class Elapsed(Node, frozen=True):
    """So many calendar months have passed: `as_of is at least 6个月 after org.registered_on`."""

    until: Moment
    bound: OneLiteral["at least", "at most", "more than", "less than"]
    span: Literal
    since: Moment


# --- quantities ---------------------------------------------------------------------------------------


class Add(Node, frozen=True):
    """A sum."""

    items: tuple[Quantity, ...]


class Subtract(Node, frozen=True):
    """A difference; two calendar years give a duration."""

    left: Quantity
    right: Quantity


class Multiply(Node, frozen=True):
    """A product; dimensions multiply: 元/㎡/天 × ㎡ × 天 = 元."""

    items: tuple[Quantity, ...]


class Divide(Node, frozen=True):
    """A quotient; dividing days by days gives a share."""

    left: Quantity
    right: Quantity


class ShareOf(Node, frozen=True):
    """A rate applied to a base: `30% of contract.paid`. The base is what the authority may approve."""

    rate: Quantity
    base: Quantity


class Lower(Node, frozen=True):
    """The lower of several."""

    items: tuple[Quantity, ...]


class Higher(Node, frozen=True):
    """The higher of several: two limbs, or a floor under an amount."""

    items: tuple[Quantity, ...]


class ExcessOver(Node, frozen=True):
    """What lies above a threshold, else nothing: `excess of org.revenue over 2000万元`."""

    amount: Quantity
    threshold: Quantity


class Band(Node, frozen=True):
    """One band of a marginal schedule; `up_to` None is the last, open band."""

    rate: Quantity
    up_to: Quantity | None


class Banded(Node, frozen=True):
    """A marginal schedule: `bands(contract.paid: 50% up to 50万元, 30% beyond)`."""

    base: Quantity
    bands: tuple[Band, ...]


class Tier(Node, frozen=True):
    """One rung of a ladder; `when` None is `otherwise`."""

    value: Quantity
    when: Truth | None


class Tiers(Node, frozen=True):
    """A ladder, first rung that holds: `50% of x if ..., 30% of x otherwise`. Unknown leaves several."""

    tiers: tuple[Tier, ...]


class Choice(Node, frozen=True):
    """One of the listed sums, which the authority picks: `one of {100万元, 50万元, 30万元}`."""

    options: tuple[Quantity, ...]


class Total(Node, frozen=True):
    """A fact summed over the entities that meet a condition: `total(contract.amount where ...)`."""

    fact: Fact
    where: Truth | None = None


class CountOf(Node, frozen=True):
    """How many entities of a kind meet a condition: `count(person where ...)`."""

    kind: str
    where: Truth | None = None


class Records(Node, frozen=True):
    """How many records of a name exist by the end of the claim year: `records(org.records, sz_key_lab)`."""

    fact: Fact
    member: str


class Days(Node, frozen=True):
    """Days of a period, both ends included."""

    period: Fact


class Months(Node, frozen=True):
    """Whole calendar months of a period."""

    period: Fact


class Previous(Node, frozen=True):
    """The same quantity a year earlier; unknown unless the profile states that year."""

    item: Quantity


class Award(Node, frozen=True):
    """What another measure gives the same applicant in the year: for matching and uplift."""

    measure: str


class YearOf(Node, frozen=True):
    """The calendar year of a date."""

    date: Moment


# --- what a measure pays and how far ---------------------------------------------------------------------


class Limit(Node, frozen=True):
    """A cap: `500万元 per org in total`, `1.5元/㎡/天 × premises.area × premises.days`.

    `per` is whose sum is cut (`org`, an entity kind, or a record name that multiplies the cap); None
    cuts the amount of each entity as it stands. `period` None of a scoped limit is the whole policy.
    A soft limit (`normally ...`) holds in principle: it cuts the certain figure only.
    """

    amount: Quantity
    per: str | None = None
    period: OneLiteral["year", "total"] = "total"
    soft: bool = False


Truth: TypeAlias = (
    And | Or | Not | SomeOf | Compare | Is | Within | Has | RecordedIn | Elapsed | Fact
)
Moment: TypeAlias = Day | Fact | Context | YearOf | Literal | Add | Subtract
Quantity: TypeAlias = (
    Literal
    | Fact
    | Context
    | Day
    | Add
    | Subtract
    | Multiply
    | Divide
    | ShareOf
    | Lower
    | Higher
    | ExcessOver
    | Banded
    | Tiers
    | Choice
    | Total
    | CountOf
    | Records
    | Days
    | Months
    | Previous
    | Award
    | YearOf
)
Expression: TypeAlias = Truth | Quantity | Moment


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order in which they are written."""
    found: list[Node] = []
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(part for part in value if isinstance(part, Node))
    return tuple(found)


def walk(node: Node) -> list[Node]:
    """The node and all below it, each before those below it."""
    found = [node]
    for below in children(node):
        found.extend(walk(below))
    return found
