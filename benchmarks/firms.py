"""Populations for the benchmarks: full information on one day, as our tables and as flat columns of the peers.

So many different firms are drawn; larger populations repeat them under new keys, so that every engine sees the
same rows and the figures of a firm are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from huice import Corpus
from huice.population import Tables, load, schema_of
from huice.population.schema import KEY, ORGS

from .peers.flatten import Row, flatten
from .peers.profiles import profiles

SEED = 2025
AS_OF = date(2025, 6, 30)
DIFFERENT = 20_000
"""Different firms; more are repetitions of them."""
LISTS = {"people": "person", "projects": "project", "contracts": "contract", "premises": "premises"}


def drawn(count: int = DIFFERENT) -> list[dict[str, Any]]:
    """Full-information profiles that all apply on one day; of decisions only those of the firm's own city."""
    found = []
    for profile in profiles(count, SEED):
        city = profile["org"]["place"].split("/")[0]
        decisions = {k: v for k, v in profile["decisions"].items() if k.startswith(city + "/")}
        found.append({**profile, "as_of": AS_OF, "claim_year": AS_OF.year, "decisions": decisions})
    return found


def flat(given: list[dict[str, Any]]) -> list[Row]:
    """The flat rows that the peers read."""
    return [flatten(profile) for profile in given]


def frames(given: list[dict[str, Any]], corpus: Corpus) -> dict[str, pl.DataFrame]:
    """The profiles as our tables."""
    schema = schema_of(corpus)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (ORGS, *LISTS, "decisions")}
    for key, profile in enumerate(given):
        rows[ORGS].append({KEY: key, **_row(profile["org"], corpus, "org")})
        for name, kind in LISTS.items():
            rows[name] += [{KEY: key, **_row(one, corpus, kind)} for one in profile[name]]
        rows["decisions"] += [
            {KEY: key, "measure": id_, "decision": one["decision"]}
            for id_, one in profile["decisions"].items()
        ]
    found = {}
    for name, many in rows.items():
        dtypes = {**schema.tables[name].dtypes, KEY: pl.Int64}
        kept = [c for c in dtypes if any(c in row for row in many)]
        found[name] = pl.DataFrame(many, schema={c: dtypes[c] for c in kept})
    return found


def tiled(given: Mapping[str, pl.DataFrame], firms: int, corpus: Corpus) -> Tables:
    """So many firms: the drawn ones again and again, each time under new keys."""
    own = given[ORGS].height
    times = -(-firms // own)
    found = {}
    for name, frame in given.items():
        parts = [
            frame.with_columns(pl.col(KEY) + turn * own)
            for turn in range(times)
        ]  # fmt: skip
        found[name] = pl.concat(parts, rechunk=True).filter(pl.col(KEY) < firms)
    return load(found, corpus)


def as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with texts instead of enumerations."""

    def text(dtype: Any) -> Any:
        if isinstance(dtype, pl.List):
            return pl.List(text(dtype.inner))
        if isinstance(dtype, pl.Struct):
            return pl.Struct({one.name: text(one.dtype) for one in dtype.fields})
        return pl.String if isinstance(dtype, pl.Enum) else dtype

    return frame.cast({name: text(dtype) for name, dtype in frame.schema.items()})


def repeated(array: np.ndarray[Any, Any], firms: int) -> np.ndarray[Any, Any]:
    """A flat column for so many firms."""
    return np.tile(array, -(-firms // len(array)))[:firms]


def _row(facts: Mapping[str, Any], corpus: Corpus, kind: str) -> dict[str, Any]:
    schema = schema_of(corpus)
    found: dict[str, Any] = {}
    for key, value in facts.items():
        if key == "paid_history":
            continue
        if key == "period":
            found["period_from"], found["period_to"] = value
            continue
        column = schema.column_of(kind, key)
        if column.sort == "records":
            found[column.name] = [
                {"name": name, "date": day}
                for name, days in value.items()
                for day in (days if isinstance(days, list) else [days])
            ]
        elif column.scale > 1:
            found[column.name] = int(Decimal(str(value)) * column.scale)
        else:
            found[column.name] = value
    return found
