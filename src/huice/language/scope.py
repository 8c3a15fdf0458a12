"""What expressions may name: facts with their types, and terms defined by other expressions."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field

from huice.language import nodes as n
from huice.language.text import Text
from huice.language.units import SHARE, Dimension


class Sort(StrEnum):
    """What sort of value a fact or an expression has."""

    TRUTH = "truth"
    QUANTITY = "quantity"
    CHOICE = "choice"
    PLACE = "place"
    SET = "set"
    RECORDS = "records"
    DATE = "date"
    YEAR = "year"
    PERIOD = "period"


SORT_NAMES: dict[Sort, Text] = {
    Sort.TRUTH: Text("条件", "a condition"),
    Sort.QUANTITY: Text("数量", "a quantity"),
    Sort.CHOICE: Text("选项", "a choice"),
    Sort.PLACE: Text("地点", "a place"),
    Sort.SET: Text("多选集合", "a set"),
    Sort.RECORDS: Text("认定备案记录", "records"),
    Sort.DATE: Text("日期", "a date"),
    Sort.YEAR: Text("年度", "a year"),
    Sort.PERIOD: Text("期间", "a period"),
}


class FactType(Struct, frozen=True):
    """One name that expressions may use.

    `key` is its key in the profile; `entity` the kind that has it (`org`, `contract` ...); `members` the
    choices with their labels; `upper` a fact that bounds it from above while it is unknown; `default` a fact
    that stands in; `means` the expression of a defined term.
    """

    name: str
    key: str
    entity: str
    sort: Sort
    label: Text
    dimension: Dimension = SHARE
    members: dict[str, Text] = {}
    upper: str | None = None
    default: str | None = None
    means: n.Expression | None = None


class Scope(Struct, frozen=True):
    """All names that expressions may use, and the kinds of entity an applicant has several of."""

    facts: dict[str, FactType]
    kinds: dict[str, Text] = field(default_factory=dict)

    def find(self, name: str) -> FactType | None:
        """The fact or term of this name."""
        return self.facts.get(name)
