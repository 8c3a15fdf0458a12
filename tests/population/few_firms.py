"""Small populations for tests: firms of one city and elsewhere, with unknown facts and several contracts."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl

from huice.population import Tables, load

AS_OF = date(2025, 6, 30)
PLACES = ("hangzhou/xihu", "hangzhou/other", "shenzhen", "beijing/etown", None)
SIZES = ("micro", "small", "medium", "large", None)
KINDS = ("enterprise", "enterprise", "enterprise", "university", None)


def population(seed: int, number: int) -> Tables:
    """So many firms, the same for the same seed."""
    draw = random.Random(seed)
    firms: list[dict[str, Any]] = []
    contracts: list[dict[str, Any]] = []
    for position in range(number):
        firm, listed = f"f{position}", draw.choice([None, None, None, False])
        firms.append(
            {
                "org_id": firm,
                "place": draw.choice(PLACES),
                "size": draw.choice(SIZES),
                "kind": draw.choice(KINDS),
                "traits": draw.choice([None, ["ai"], ["ai", "startup"], []]),
                "registered_on": draw.choice([None, date(draw.randint(2010, 2025), 6, 30)]),
                "revenue_fen": draw.choice([None, draw.randint(0, 5) * 10**9]),
                "contracts_listed": listed,
            }
        )
        for _ in range(0 if listed is False else draw.randint(0, 3)):
            amount = draw.randint(0, 110) * 10**6 + draw.choice([0, 1, 33, 100])
            contracts.append(
                {
                    "org_id": firm,
                    "item": draw.choice(["compute", "compute", "model", "corpus", None]),
                    "mode": draw.choice(["rent", "purchase", "api", None]),
                    "amount_fen": draw.choice([amount, amount, None]),
                    "paid_fen": draw.choice([amount, amount // 3, None]),
                    "purposes": draw.choice([["training"], ["rnd"], None]),
                }
            )
    types: dict[str, Any] = {
        "traits": pl.List(pl.String),
        "registered_on": pl.Date,
        "contracts_listed": pl.Boolean,
    }
    made = load(
        {
            "orgs": pl.DataFrame(firms, schema_overrides=types, infer_schema_length=None),
            "contracts": pl.DataFrame(
                contracts or None,
                schema={
                    "org_id": pl.String,
                    "item": pl.String,
                    "mode": pl.String,
                    "amount_fen": pl.Int64,
                    "paid_fen": pl.Int64,
                    "purposes": pl.List(pl.String),
                },
            ),
        }
    )
    assert not made.rejects.height
    return made
