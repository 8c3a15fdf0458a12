"""What a node means for all firms at once: its columns, worked out once for a place and year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

import polars as pl
from msgspec import Struct, structs

from huice.corpus.corpus import Corpus
from huice.evaluate.profiles import defaults_of
from huice.language import nodes as n
from huice.language.check import Checker, Type, kinds_named
from huice.language.scope import FactType
from huice.population.columns.cells import Cell
from huice.population.columns.kleene import Definite, Kleene
from huice.population.columns.names import (
    BLANK,
    HERE,
    NAMED,
    STATED,
    earlier_name,
    in_year_name,
    known_name,
)
from huice.population.columns.plan import ORG, Plan
from huice.population.columns.ratios import UNCAPPED, Interval
from huice.population.columns.shape import Shape
from huice.population.columns.whole import TooLarge, Whole
from huice.population.schema import ORGS, Column, Schema

Found: TypeAlias = Any
"""What the reader of a node gives: a truth, a quantity or a moment."""
Moment: TypeAlias = Any
"""A day or a calendar year: a value that all rows share, an expression over the tables, or None (unknown)."""


class Unsupported(Exception):  # names what it says of a measure
    """A node that columns cannot say; the measure goes to the evaluator of rows."""

    def __init__(self, node: n.Node | None, why: str) -> None:
        super().__init__(why)
        self.node, self.why = node, why


class Year(Struct, frozen=True, eq=False):
    """One calendar year of the horizon, or the year before it (`stated` alone counts there)."""

    year: int
    claim_date: date
    before: Year | None = None
    stated: bool = False


class Override(Struct, frozen=True, eq=False):
    """An approved base in the place of a fact: for which firms, and the base, as columns of the firms."""

    entity: str
    key: str
    where: Definite
    base: Whole


class At(Struct, frozen=True, eq=False):
    """Where a node is looked at: a level, a year, and what the measure under way puts in its place.

    `members` are the entities of the measure's subject that alone count where `members_where` holds.
    """

    level: str
    year: Year
    tag: str = ""
    support_year: Whole | None = None
    award: Callable[[str, int], Interval] | None = None
    override: Override | None = None
    members: tuple[str, Definite, Definite] | None = None
    earlier: int | None = None
    """The year whose entities are looked at as they were a year before."""
    named: bool = False
    """Whether only an entity with an `id` is known again: that of an approved base is another one."""

    @property
    def special(self) -> bool:
        """Whether facts differ here from those of the tables."""
        return self.override is not None or self.members is not None

    def on(self, level: str) -> At:
        """The same on another level."""
        return structs.replace(self, level=level)

    def in_(self, year: Year, earlier: int | None) -> At:
        """The same in another year, of an entity of the year `earlier`, without what the measure replaces."""
        named = self.override is not None
        tag = f"{self.tag}<{'!' if named else ''}"
        return At(
            self.level, year, tag, self.support_year, self.award, earlier=earlier, named=named
        )


class Maker:
    """Makes the columns of the nodes of one corpus for one shape of population and one place."""

    def __init__(self, corpus: Corpus, schema: Schema, shape: Shape, uses: Counter[n.Node]) -> None:
        self.corpus, self.schema, self.shape = corpus, schema, shape
        self.scope = corpus.vocabulary.scope
        self.defaults = defaults_of(corpus)
        self.plan = Plan()
        self.uses = uses
        self.fixed: dict[str, str | None] = {}
        self._truths: dict[Any, Kleene] = {}
        self._quantities: dict[Any, Interval] = {}
        self._impure: dict[n.Node, bool] = {}

    # --- nodes --------------------------------------------------------------------------------------------

    def truth(self, node: n.Node, at: At) -> Kleene:
        """The truth of a node."""
        at = self._right_level(node, at)
        key = self._key(node, at)
        if key not in self._truths:
            from huice.population.columns.truths import TRUTHS  # noqa: PLC0415  # readers of one another

            found = self._guarded(TRUTHS, node, at)
            self._truths[key] = self.plan.truth(at.level, found) if self._shared(node) else found
        return self._truths[key]

    def truth_on(self, node: n.Node, at: At) -> Kleene:
        """The truth of a node for each row of the level."""
        home = self._right_level(node, at)
        found = self.truth(node, home)
        return self.plan.down_truth(at.level, found) if home.level != at.level else found

    def quantity(self, node: n.Node, at: At) -> Interval:
        """The quantity of a node, for each row of the level."""
        home = self._right_level(node, at)
        key = self._key(node, home)
        if key not in self._quantities:
            from huice.population.columns.quantities import QUANTITIES  # noqa: PLC0415  # readers of one another

            found = self._guarded(QUANTITIES, node, home)
            shared = self._shared(node) or home.level != at.level
            self._quantities[key] = self.plan.interval(home.level, found) if shared else found
        found = self._quantities[key]
        return self.plan.down_interval(at.level, found) if home.level != at.level else found

    def cap(self, node: n.Node, at: At) -> Interval:
        """The figure of a cap: a ladder of which no rung holds is no cap, not 0."""
        if not isinstance(node, n.Tiers):
            return self.quantity(node, at)
        from huice.population.columns.quantities import ladder  # noqa: PLC0415  # readers of one another

        home = self._right_level(node, at)
        try:
            found = ladder(self, node, home, UNCAPPED)
        except TooLarge:
            raise Unsupported(node, "may not fit 128 bits") from None
        return self.plan.down_interval(at.level, found) if home.level != at.level else found

    def when(self, node: n.Node, at: At) -> Moment:
        """The day or year of a node, for each row of the level."""
        from huice.population.columns.moments import MOMENTS  # noqa: PLC0415  # readers of one another

        home = self._right_level(node, at)
        found = self._guarded(MOMENTS, node, home)
        if home.level != at.level and isinstance(found, pl.Expr):
            return self.plan.spread_given(at.level, found)
        return found

    def _guarded(self, readers: dict[type[Any], Any], node: n.Node, at: At) -> Found:
        reader = readers.get(type(node))
        if reader is None:
            raise Unsupported(node, f"no column form of {type(node).__name__}")
        try:
            return reader(self, node, at)
        except TooLarge:
            raise Unsupported(node, "may not fit 128 bits") from None

    def _right_level(self, node: n.Node, at: At) -> At:
        """Where the node is at home: what names no entity is a matter of the firm."""
        kinds = kinds_named(node, self.scope)
        if not kinds:
            return at if at.level == ORG else at.on(ORG)
        if kinds != {at.level}:
            raise Unsupported(node, f"names {', '.join(sorted(kinds))} on the level of {at.level}")
        return at

    def _key(self, node: n.Node, at: At) -> tuple[Any, ...]:
        tag = at.tag if at.special or self.impure(node) or at.year.stated else ""
        return node, at.level, at.year.year, tag, at.earlier, at.named

    def impure(self, node: n.Node) -> bool:
        """Whether it depends on the measure that is under way."""
        found = self._impure.get(node)
        if found is None:
            found = self._impure[node] = any(
                isinstance(part, n.Award)
                or (isinstance(part, n.Context) and part.name == "support_year")
                for part in n.walk(node)
            )
        return found

    def _shared(self, node: n.Node) -> bool:
        return self.uses[node] > 1 and not isinstance(node, n.Literal)

    def type_of(self, node: n.Node) -> Type:
        """The type of an expression that was checked at load."""
        found = Checker(self.scope).type_of(node)
        assert found is not None
        return found

    def fact_type(self, node: n.Fact) -> FactType:
        """The fact or term that a node names."""
        return self.scope.facts[node.name]

    # --- facts --------------------------------------------------------------------------------------------

    def column(self, entity: str, key: str) -> Column:
        """The canonical column of a fact."""
        return self.schema.column_of(entity, key)

    def fact(self, entity: str, name: str, at: At) -> pl.Expr | None:
        """A column of the tables as the year has it, for each row of the level; None if nobody fills it."""
        if at.earlier is not None and entity == at.level and entity != ORG:
            return self._earlier(entity, name, at)
        found = self._named(entity, name, at.year)
        if found is None:
            return None
        column = pl.col(found)
        if entity != at.level:
            raise Unsupported(None, f"{entity}.{name} on the level of {at.level}")
        return column

    def _earlier(self, kind: str, name: str, at: At) -> pl.Expr | None:
        """A fact of the same entity a year earlier."""
        if not self.shape.has(self.schema.lists[kind], name):
            return None
        assert at.earlier is not None
        column = pl.col(earlier_name(name, at.earlier))
        return pl.when(pl.col(NAMED)).then(column) if at.named else column

    def _named(self, entity: str, name: str, year: Year) -> str | None:
        own = str(year.year)
        if entity == ORG:
            if name in self.shape.overridden.get(own, ()):
                return in_year_name(name, year.year)
            if year.stated or not self.shape.has(ORGS, name):
                return None
            return name
        if not self.shape.has(self.schema.lists[entity], name):
            return None
        if own in self.shape.own_lists.get(entity, ()):
            return in_year_name(name, year.year)
        if year.stated:
            raise Unsupported(None, f"{entity} of the year before")
        return name

    def here(self, kind: str, year: Year) -> Definite:
        """Which entities the year lists."""
        own_lists = self.shape.own_lists.get(kind, ())
        if not own_lists:
            return True
        name = in_year_name(HERE, year.year) if str(year.year) in own_lists else HERE
        return self.plan.flag(kind, pl.col(name))

    def blank(self, kind: str, year: Year) -> Definite:
        """Which entities stand for an unknown list."""
        found = self.blank_column(kind, year)
        return found if isinstance(found, bool) else self.plan.flag(kind, found)

    def blank_column(self, kind: str, year: Year) -> bool | pl.Expr:
        """The same, as the tables have it."""
        if self.schema.lists[kind] not in self.shape.tables:
            if str(year.year) not in self.shape.own_lists.get(kind, ()):
                return True
        elif kind not in self.shape.blank:
            return False
        own = str(year.year) in self.shape.own_lists.get(kind, ())
        return pl.col(in_year_name(BLANK, year.year) if own else BLANK)

    def known(self, kind: str, year: Year) -> Definite:
        """Whose list of a kind is known in the year."""
        own = str(year.year) in self.shape.own_lists.get(kind, ())
        if own or (kind in self.shape.blank and not year.stated):
            return self.plan.flag(ORG, pl.col(known_name(kind, year.year)))
        return not year.stated and self.schema.lists[kind] in self.shape.tables

    def stated(self) -> Cell:
        """Which firms state anything of the year before the first."""
        return self.plan.flag(ORG, pl.col(STATED))

    def most(self, table: str, column: str, otherwise: int) -> int:
        """The largest value of a column in this population."""
        given = [self.shape.most.get(f"{name}.{column}", 0) for name in (table, "org_years")]
        found = max(given[: 2 if table == ORGS else 1])
        return min(found, otherwise) if found else otherwise

    def crowd(self, kind: str) -> int:
        """The most entities of a kind that a firm has."""
        return self.shape.crowd.get(kind, 1) * (1 + len(self.shape.own_lists.get(kind, ())))
