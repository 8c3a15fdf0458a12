"""The tables of a population: which there are, and the columns of each, made from the vocabulary.

A population is one table of firms (`orgs`), and a child table for each kind of entity a firm has several of
(`contracts`, `people` ...), joined by `org_id`. A null is an unknown fact. Quantities are whole numbers of a
small unit, so that all sums are exact: money in fen (`revenue_yuan` becomes `revenue_fen`), area in square
centimetres (`area_sqm` becomes `area_cm2`), counts as they are. Options are kept as enumerations: a byte each
instead of a text, and known to be options.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.language.text import Text

DType: TypeAlias = Any
"""A Polars data type: class or instance."""

ORGS, ORG_YEARS, DECISIONS, HISTORY = "orgs", "org_years", "decisions", "history"
KEY, ID, YEAR, MEASURE, NAME = "org_id", "id", "year", "measure", "name"
LISTED = "_listed"
"""`contracts_listed`: whether the firm's contracts are all known; false: the list is unknown."""
OWN = "x_"
"""Columns of the user's own, carried along for grouping: `x_industry`."""

FEN, SQUARE_CM, ONE = 100, 10_000, 1
_STEMS = {"money": ("_yuan", "_fen", FEN), "area": ("_sqm", "_cm2", SQUARE_CM)}
_UNITS = {
    "money": Text("分", "fen"),
    "area": Text("平方厘米", "square centimetres"),
    "count": Text("个", "items"),
}
_TYPES: dict[str, DType] = {
    "place": pl.String,
    "date": pl.Date,
    "truth": pl.Boolean,
    "money": pl.Int64,
    "area": pl.Int64,
    "count": pl.Int64,
}


class Column(Struct, frozen=True, eq=False):
    """One canonical column: its name, type, unit and meaning.

    `source` is the name in the fact's own unit, which files may use too (`revenue_yuan`); `scale` how many
    units of the column make one of that; `fact` what the vocabulary says of it, None for keys; `end` is 0 or 1
    for the first or last day of a period.
    """

    name: str
    dtype: DType
    sort: str
    meaning: Text
    unit: Text = Text("", "")
    source: str = ""
    scale: int = ONE
    fact: FactInfo | None = None
    end: int | None = None
    required: bool = False


class Table(Struct, frozen=True, eq=False):
    """One table: its columns by name, and the kind of entity whose list it is ("" for others)."""

    name: str
    columns: dict[str, Column]
    kind: str = ""

    @property
    def dtypes(self) -> dict[str, DType]:
        """The schema of its frame; the key as text."""
        return {name: column.dtype for name, column in self.columns.items()}


class Schema(Struct, frozen=True, eq=False):
    """All tables of a vocabulary, by name; `lists` gives the table of each kind of entity."""

    tables: dict[str, Table]
    lists: dict[str, str]

    def column_of(self, kind: str, key: str) -> Column:
        """The column of a fact of a kind (`org` or an entity kind) by its profile key."""
        table = self.tables[ORGS if kind == "org" else self.lists[kind]]
        return next(c for c in table.columns.values() if c.fact is not None and c.fact.key == key)


def schema_of(corpus: Corpus) -> Schema:
    """The tables that this corpus's vocabulary makes."""
    kept = corpus.__dict__
    if "_population_schema" not in kept:
        kept["_population_schema"] = _schema(corpus)
    found: Schema = kept["_population_schema"]
    return found


def _schema(corpus: Corpus) -> Schema:
    kinds = corpus.vocabulary.kinds
    listed = [_listed(kind.list_key, kind.label) for kind in kinds.values()]
    org = [column for fact in corpus.facts_of("org").values() for column in columns_of(fact)]
    tables = [
        _table(ORGS, [_key(), _name(), *org, *listed]),
        _table(ORG_YEARS, [_key(), _year(required=True), *org, *listed]),
        _table(
            DECISIONS,
            [
                _key(),
                _measure(),
                Column(
                    "decision",
                    pl.String,
                    "outcome",
                    Text("主管部门的决定：granted、refused 或 pending",
                         "what the authority decided: granted, refused or pending"),
                    required=True,
                ),
                _money("amount", Text("批准额", "amount approved")),
                _money("base", Text("核定基数", "approved base")),
            ],
        ),
        _table(
            HISTORY,
            [
                _key(),
                _measure(),
                Column(
                    "years",
                    pl.Int64,
                    "years",
                    Text("已享受的年数；不填为 1", "years received before; 1 if left out"),
                ),
                _money("amount", Text("已享受的金额；不填为 0", "received before; 0 if left out")),
            ],
        ),
    ]  # fmt: skip
    for name, kind in kinds.items():
        facts = [column for fact in corpus.facts_of(name).values() for column in columns_of(fact)]
        tables.append(_table(kind.list_key, [_key(), _id(), _year(), _name(), *facts], name))
    return Schema(
        {table.name: table for table in tables},
        {name: kind.list_key for name, kind in kinds.items()},
    )


@lru_cache(maxsize=1024)
def _stem(key: str, sort: str) -> tuple[str, str, int]:
    """Name of the column, name in the fact's own unit, and the scale between them."""
    if sort not in _STEMS:
        return key, key, ONE
    own, small, scale = _STEMS[sort]
    stem = key.removesuffix(own)
    return stem + small, key, scale


def columns_of(fact: FactInfo) -> list[Column]:
    """The columns of a fact: one, or two for a period."""
    if fact.type == "period":
        return [
            Column(f"{fact.key}_{end}", pl.Date, "period", fact.label, fact=fact, end=number)
            for number, end in enumerate(("from", "to"))
        ]
    name, source, scale = _stem(fact.key, fact.type)
    unit = _UNITS.get(fact.type, Text("", ""))
    return [Column(name, _dtype(fact), fact.type, fact.label, unit, source, scale, fact)]


def _dtype(fact: FactInfo) -> DType:
    if fact.type in _TYPES:
        return _TYPES[fact.type]
    option = pl.Enum(list(fact.options))
    match fact.type:
        case "set":
            return pl.List(option)
        case "records":
            return pl.List(pl.Struct({"name": option, "date": pl.Date}))
        case _:
            return option


def _table(name: str, columns: list[Column], kind: str = "") -> Table:
    return Table(name, {column.name: column for column in columns}, kind)


def _key() -> Column:
    return Column(KEY, pl.String, "key", Text("企业编号", "key of the firm"), required=True)


def _name() -> Column:
    return Column(NAME, pl.String, "words", Text("名称，不参与测算", "a name; changes no figure"))


def _id() -> Column:
    return Column(
        ID,
        pl.String,
        "words",
        Text("同一企业内的编号，逐年相同；不填按顺序",
             "its id within the firm, the same over the years; by position if left out"),
    )  # fmt: skip


def _year(*, required: bool = False) -> Column:
    meaning = Text("只在这一年；不填为每年", "of this year alone; every year if left out")
    return Column(YEAR, pl.Int32, "year", meaning, required=required)


def _measure() -> Column:
    return Column(
        MEASURE, pl.String, "measure", Text("事项编号", "id of the measure"), required=True
    )


def _listed(list_key: str, label: Text) -> Column:
    return Column(
        list_key + LISTED,
        pl.Boolean,
        "truth",
        Text(f"{label.zh}是否已全部列出", f"whether every {label.en} is listed"),
    )


def _money(stem: str, meaning: Text) -> Column:
    return Column(f"{stem}_fen", pl.Int64, "money", meaning, _UNITS["money"], f"{stem}_yuan", FEN)
