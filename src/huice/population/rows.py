"""Row by row: each firm of a population as a profile, computed by the evaluator of one applicant.

This is the oracle of the columns and their visible fallback. `profile_of` is also the way from a row of a
table to an explanation in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

import polars as pl

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.model import Measure
from huice.evaluate.engine import cut
from huice.evaluate.evaluator import Evaluator, evaluator
from huice.evaluate.facts import (
    Decision,
    Entity,
    Exact,
    History,
    Profile,
    View,
    YearFacts,
)
from huice.evaluate.outcome import Outcome
from huice.evaluate.outcome import by_year as figures_by_year
from huice.evaluate.program import holds_at
from huice.evaluate.totals import total
from huice.language.text import Text
from huice.population.asked import Asked, Awards, award_frame, total_frame
from huice.population.beyond import LARGEST, TOTAL, Beyond
from huice.population.schema import (
    DECISIONS,
    FEN,
    HISTORY,
    ID,
    KEY,
    LISTED,
    MEASURE,
    ORG_YEARS,
    ORGS,
    YEAR,
    Table,
)
from huice.population.tables import Tables

Key: TypeAlias = Any
"""A firm's key: text or a whole number, as the tables have it."""
Fen: TypeAlias = Any
"""Whole fen, None where the amount is."""


class Rows:
    """The firms of a population as profiles. Children are gathered by firm once."""

    def __init__(self, tables: Tables, corpus: Corpus, asked: Asked) -> None:
        self.tables, self.corpus, self.asked = tables, corpus, asked
        self.schema = tables.schema
        self.children = {
            name: _by_firm(frame) for name, frame in tables.frames.items() if name != ORGS
        }

    def profiles(self) -> Iterator[tuple[Any, Profile]]:
        """Key and profile of every firm, in the order of the table."""
        for row in self.tables.orgs.iter_rows(named=True):
            yield row[KEY], self.profile(row)

    def profile(self, row: Mapping[str, Any]) -> Profile:
        """The profile of a row of the firms."""
        key, asked = row[KEY], self.asked
        lists = {
            kind: self._list(key, kind, listed=row.get(name + LISTED))
            for kind, name in self.schema.lists.items()
        }
        return Profile(
            asked.as_of,
            asked.claim_year,
            asked.horizon,
            _facts(row, self.schema.tables[ORGS]),
            lists,
            self._years(key),
            {
                one[MEASURE]: Decision(
                    one["decision"], _yuan(one.get("amount_fen")), _yuan(one.get("base_fen"))
                )
                for one in self._children(DECISIONS, key)
            },
            asked.pools,
            {
                one[MEASURE]: History(
                    1 if one.get("years") is None else one["years"],
                    _yuan(one.get("amount_fen")) or 0,
                )
                for one in self._children(HISTORY, key)
            },
            asked.readings,
        )

    def _children(self, name: str, key: Key) -> list[dict[str, Any]]:
        return self.children.get(name, {}).get(key, [])

    def _list(self, key: Key, kind: str, *, listed: bool | None) -> tuple[Entity, ...] | None:
        name = self.schema.lists[kind]
        if name not in self.tables.frames or listed is False:
            return None
        return self._entities(name, key, None)

    def _entities(self, name: str, key: Key, year: int | None) -> tuple[Entity, ...]:
        table = self.schema.tables[name]
        return tuple(
            _entity(one, table) for one in self._children(name, key) if one.get(YEAR) == year
        )

    def _years(self, key: Key) -> dict[int, YearFacts]:
        facts: dict[int, Entity] = {}
        lists: dict[int, dict[str, tuple[Entity, ...]]] = {}
        for one in self._children(ORG_YEARS, key):
            facts[one[YEAR]] = _facts(one, self.schema.tables[ORGS])
            for kind, name in self.schema.lists.items():
                if one.get(name + LISTED) is True:
                    lists.setdefault(one[YEAR], {})[kind] = ()
        for kind, name in self.schema.lists.items():
            years = {one[YEAR] for one in self._children(name, key) if one.get(YEAR) is not None}
            for year in years:
                lists.setdefault(year, {})[kind] = self._entities(name, key, year)
        return {
            year: YearFacts(facts.get(year, {}), lists.get(year, {})) for year in {*facts, *lists}
        }


def profile_of(tables: Tables, org_id: Key, asked: Asked, corpus: Corpus | None = None) -> Profile:
    """The profile of one firm, as `huice.evaluate` takes it. Raises `KeyError` for an unknown key."""
    row = tables.orgs.filter(pl.col(KEY) == org_id)
    if not row.height:
        raise KeyError(org_id)
    rows = Rows(tables.of(row[KEY]), corpus or shipped(), asked)
    return rows.profile(row.row(0, named=True))


def by_rows(tables: Tables, corpus: Corpus, asked: Asked) -> Awards:
    """The same frames as the columns give, computed firm by firm. Raises `Beyond`."""
    engine = evaluator(corpus)
    awards: list[tuple[Any, ...]] = []
    totals: list[tuple[Any, ...]] = []
    for key, profile in Rows(tables, corpus, asked).profiles():
        views = engine.views(profile)
        outcomes = engine.outcomes(profile, asked.measures, views)
        for outcome, measure in zip(outcomes, asked.measures, strict=True):
            if lives(engine, measure, profile, views):
                awards += award_rows(key, outcome, by_year=asked.by_year)
        place = profile.org.get("place")
        one = total(outcomes, corpus, profile.readings, corpus.places if place is None else ())
        totals.append((key, one.status.value, fen(one.certain), fen(one.ceiling)))
    _within(awards, totals, {measure.id: measure.title for measure in asked.measures})
    key_type = tables.orgs.schema[KEY]
    return Awards(award_frame(awards, key_type), total_frame(totals, key_type))


def _within(
    awards: Sequence[tuple[Any, ...]],
    totals: Sequence[tuple[Any, ...]],
    titles: Mapping[str, Text],
) -> None:
    """Raises `Beyond` where a figure does not fit 64 bits."""
    found: dict[Key, tuple[Text, int]] = {}
    for key, measure, *_, certain, ceiling in awards:
        if max(certain, ceiling or 0) > LARGEST:
            found.setdefault(key, (titles[measure], max(certain, ceiling or 0)))
    for key, _, certain, ceiling in totals:
        if max(certain, ceiling or 0) > LARGEST:
            found.setdefault(key, (TOTAL, max(certain, ceiling or 0)))
    if found:
        raise Beyond(found)


def lives(engine: Evaluator, measure: Measure, profile: Profile, views: Sequence[View]) -> bool:
    """Whether the measure can hold where the firm is in some year; elsewhere it has no row."""
    program = engine.program(measure, profile)
    return any(holds_at(program, view.rows["org"].get("place")) for view in views)


def award_rows(key: Key, outcome: Outcome, *, by_year: bool) -> list[tuple[Any, ...]]:
    """The rows of one measure of one firm: the whole horizon, and if asked for each year."""
    whole = (key, outcome.measure, None, outcome.status.value)
    found = [(*whole, fen(outcome.certain), fen(outcome.ceiling))]
    if by_year:
        found += _year_rows(key, outcome)
    return found


def _year_rows(key: Key, outcome: Outcome) -> list[tuple[Any, ...]]:
    """Each year, cut to the fen so that the years add up to the whole."""
    figures = figures_by_year(outcome)
    found = []
    low: Exact = 0
    high: Exact = 0
    for year in outcome.years:
        one, other = figures[year.year]
        certain = fen(cut(low + one)) - fen(cut(low))
        ceiling = None if other is None else fen(cut(high + other)) - fen(cut(high))
        low, high = low + one, high + (other or 0)
        found.append((key, outcome.measure, year.year, year.status.value, certain, ceiling))
    return found


def fen(yuan: Exact | None) -> Fen:
    """Whole fen of an amount that was cut to the fen; None stays None."""
    if yuan is None:
        return None
    amount = yuan * FEN
    assert amount.denominator == 1
    return amount.numerator


def _yuan(amount: int | None) -> Exact | None:
    return None if amount is None else _exact(amount, FEN)


def _exact(number: int, scale: int) -> Exact:
    return number // scale if number % scale == 0 else Fraction(number, scale)


def _by_firm(frame: pl.DataFrame) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row[KEY], []).append(row)
    return found


def _entity(row: Mapping[str, Any], table: Table) -> Entity:
    found = _facts(row, table)
    if row.get(ID) is not None:
        found[ID] = str(row[ID])
    return found


def _facts(row: Mapping[str, Any], table: Table) -> Entity:
    """The known facts of a row by profile key, in the evaluator's types: yuan, sets, record maps, periods."""
    found: Entity = {}
    for name, column in table.columns.items():
        fact, value = column.fact, row.get(name)
        if fact is None or value is None:
            continue
        if column.sort == "set":
            found[fact.key] = frozenset(value)
        elif column.sort == "records":
            records: dict[str, tuple[date, ...]] = {}
            for one in value:
                records[one["name"]] = (*records.get(one["name"], ()), one["date"])
            found[fact.key] = records
        elif column.sort == "period":
            first, last = (row[name.rsplit("_", 1)[0] + end] for end in ("_from", "_to"))
            found[fact.key] = (first, last)
        elif column.scale > 1:
            found[fact.key] = _exact(value, column.scale)
        else:
            found[fact.key] = value
    return found
