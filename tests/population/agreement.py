"""Columns against rows: where two readers of the same rules differ."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from msgspec import structs

from huice import Corpus
from huice.population import Asked, Awards, Tables, by_rows
from huice.population.columns.body import BodyName
from huice.population.columns.place import Gap
from huice.population.columns.run import by_columns

FIGURES = ("status", "certain_fen", "ceiling_fen")
AWARD, TOTAL = ("org_id", "measure", "year"), ("org_id",)


def differences(one: pl.DataFrame, other: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The rows that only one has, or that have other figures."""
    assert one.select(keys).is_unique().all()
    joined = one.join(other, on=keys, how="full", nulls_equal=True, suffix="_other")
    unlike = [pl.col(name).ne_missing(pl.col(f"{name}_other")) for name in (*FIGURES, keys[0])]
    return joined.filter(pl.any_horizontal(unlike))


def compared(
    tables: Tables,
    corpus: Corpus,
    asked: Asked,
    other: Corpus | None = None,
    body: BodyName = "polars",
) -> tuple[Awards, tuple[Gap, ...], pl.DataFrame, pl.DataFrame]:
    """The rows' awards, the columns' gaps, and the differences of awards and of totals."""
    rows = by_rows(tables, corpus, asked)
    own = {one.id: one for one in (other or corpus).measures}
    measures = tuple(own[one.id] for one in asked.measures)
    changed = structs.replace(asked, measures=measures)
    columns, gaps = by_columns(tables, other or corpus, changed, body)
    return (
        rows,
        gaps,
        differences(rows.awards, columns.awards, AWARD),
        differences(rows.totals, columns.totals, TOTAL),
    )


def random_day(rng: random.Random) -> date:
    day = date(rng.choice([2023, 2024, 2025, 2025, 2026]), 1, 1) + timedelta(
        days=rng.randrange(365)
    )
    return rng.choice([day, day, day, date(2024, 2, 29), date(2025, 12, 31)])


def random_readings(rng: random.Random, corpus: Corpus, share: float = 0.5) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for measure in corpus.measures:
        for reading in measure.readings:
            if rng.random() < share:
                option = rng.choice([one.name for one in reading.options])
                found.setdefault(measure.id, {})[reading.id] = option
    for group in corpus.groups:
        if rng.random() < share / 2:
            found.setdefault(group.id, {})["rule"] = rng.choice(["highest", "stack"])
    return found


def random_pools(rng: random.Random, corpus: Corpus) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for id_ in corpus.pools:
        if rng.random() < 0.5:
            left: dict[str, Any] = {"remaining_yuan": rng.choice([0, 1000, 12_345, 500_000, 10**7])}
            if rng.random() < 0.4:
                left["remaining_count"] = rng.choice([0, 1, 100])
            found[id_] = left
    return found
