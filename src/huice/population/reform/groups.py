"""Groups of firms by which gains and losses are told apart: city, size, kind, age, rank by revenue.

Which facts make groups is data (`groups.yaml`). A firm whose fact is unknown is in the group of the unknown
(null), never in another. Ranks are taken within a city, for amounts are never added across cities: where they
end is known when all firms are, until then a firm carries its amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from itertools import pairwise

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import Cursor
from huice.corpus.model import FactInfo
from huice.corpus.source import Source, read_bytes
from huice.corpus.vocabulary import text_of
from huice.language.printing.en import English
from huice.language.printing.zh import Chinese
from huice.language.text import Text
from huice.population.reform.order import at_shares
from huice.population.schema import KEY, DType, columns_of

PLACE = "place"
"""The column of the place of registration, which every corpus has."""
UNKNOWN = Text("未填", "Unknown")
UNPLACED = Text("注册地未填", "Place unknown")


class Breakdown(Struct, frozen=True):
    """One way to tell firms apart: the fact, how it makes groups, and what they are called.

    `by`: `options` of a choice, whole `years` since a date below each of `bounds`, or `parts` by rank.
    """

    id: str
    label: Text
    fact: FactInfo
    by: str
    bounds: tuple[int, ...] = ()
    parts: int = 0

    @property
    def column(self) -> str:
        """The column of the fact in a table of applicants: money is fen."""
        return columns_of(self.fact)[0].name

    def names(self) -> Mapping[str, Text]:
        """The groups in their order, and what each is called."""
        if self.by == "options":
            return self.fact.options
        if self.by == "ranks":
            return {f"{part:02}": _rank_name(part, self.parts) for part in range(1, self.parts + 1)}
        edges = (0, *self.bounds)
        between = {f"{one:02}": _years_name(one, other) for one, other in pairwise(edges)}
        last = edges[-1]
        return between | {f"{last:02}": Text(f"{last} 年及以上", f"{last} years or more")}

    def name(self, group: str | None) -> Text:
        """What a group is called; None is the group of the unknown."""
        return UNKNOWN if group is None else self.names().get(group, Text(group, group))

    def groups(self, as_of: date) -> pl.Expr:
        """The group of each firm of a table of applicants, null is unknown; of ranks the amount itself."""
        fact = pl.col(self.column)
        if self.by == "years":
            return self._by_years(fact, as_of)
        return fact if self.by == "ranks" else fact.cast(pl.String)

    def _by_years(self, since: pl.Expr, as_of: date) -> pl.Expr:
        passed = as_of.month * 100 + as_of.day
        short = since.dt.month().cast(pl.Int32) * 100 + since.dt.day().cast(pl.Int32) > passed
        years = as_of.year - since.dt.year() - short.cast(pl.Int32)
        group = pl.lit("00")
        for bound in self.bounds:
            group = pl.when(years >= bound).then(pl.lit(f"{bound:02}")).otherwise(group)
        return pl.when(since.is_null()).then(None).otherwise(group)

    def by_rank(self, firms: pl.LazyFrame) -> pl.Expr:
        """The part of each firm of all these, from its amount.

        Equal amounts share the part of the lowest of them: ⌊parts × (rank - 1) / number⌋ + 1. So a firm is
        above part `p` just if its amount is above number ⌈p × number / parts⌉ of its city, in order.
        """
        amounts = firms.select("city", value=self.id)
        edges = at_shares(amounts, ["city"], range(1, self.parts), self.parts)
        part = pl.lit(None, pl.Int64)
        for (name,), mine in edges.group_by("city"):
            here = pl.lit(1, pl.Int64)
            for edge in mine["value"]:
                here += (pl.col(self.id) > edge).cast(pl.Int64)
            part = (
                pl.when(pl.col("city").eq_missing(pl.lit(name, pl.String)))
                .then(here)
                .otherwise(part)
            )
        return part.cast(pl.String).str.zfill(2)


def breakdowns(corpus: Corpus) -> tuple[Breakdown, ...]:
    """The ways to tell firms apart that the vocabulary of a corpus allows."""
    found = []
    for cursor in Cursor(*_shipped()).each():
        fact = corpus.vocabulary.facts.get(cursor.string("fact"))
        if fact is not None:
            found.append(
                Breakdown(
                    cursor.string("id"),
                    text_of(cursor, "label"),
                    fact,
                    cursor.string("by"),
                    tuple(int(bound) for bound in cursor.strings("bounds")),
                    int(cursor.string("parts", "0")),
                )
            )
    return tuple(found)


def _shipped() -> tuple[Source, object]:
    source = read_bytes(
        (files("huice.population.reform") / "groups.yaml").read_bytes(), "groups.yaml"
    )
    return source, source.value


def city_of(place: str) -> str:
    """The city that a place lies in: `hangzhou` of `hangzhou/xihu`."""
    return place.split("/", maxsplit=1)[0]


def city_name(name: str, corpus: Corpus) -> Text:
    """What a city is called."""
    scope = corpus.vocabulary.scope
    return Text(*(teller(scope).place("org.place", name) for teller in (Chinese, English)))


def city(place: str = PLACE) -> pl.Expr:
    """The city of a column of places; null where the place is unknown."""
    return pl.col(place).cast(pl.String).str.split("/").list.first()


def grouped(orgs: pl.DataFrame, by: Sequence[Breakdown], as_of: date) -> pl.DataFrame:
    """`org_id`, `place`, `city` and the group of each breakdown; a column that is absent is unknown.

    For ranks the amount stands in place of the group; see `ranked`.
    """
    types: dict[str, DType] = {PLACE: pl.String}
    types |= {one.column: columns_of(one.fact)[0].dtype for one in by}
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in types.items() if name not in orgs.columns
    ]
    return (
        orgs.with_columns(absent)
        .with_columns(city().alias("city"))
        .select(
            KEY,
            pl.col(PLACE).cast(pl.String),
            "city",
            *(one.groups(as_of).alias(one.id) for one in by),
        )
    )


def ranked(firms: pl.LazyFrame, by: Sequence[Breakdown]) -> pl.LazyFrame:
    """All firms with their ranks in place of the amounts."""
    return firms.with_columns(one.by_rank(firms).alias(one.id) for one in by if one.by == "ranks")


def _rank_name(part: int, parts: int) -> Text:
    if part == 1:
        return Text(f"第 1 组（最低 1/{parts}）", f"1 of {parts} (lowest)")
    if part == parts:
        return Text(f"第 {part} 组（最高 1/{parts}）", f"{part} of {parts} (highest)")
    return Text(f"第 {part} 组", f"{part} of {parts}")


def _years_name(low: int, high: int) -> Text:
    if low == 0:
        return Text(f"不满 {high} 年", f"below {high} year{'' if high == 1 else 's'}")
    return Text(f"{low} 年至不满 {high} 年", f"{low} to below {high} years")
