"""All applicants that the shipped assumptions describe, and what they may get: made once for all tests."""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

from huice.corpus.corpus import shipped
from huice.population import asking
from huice.population.columns.run import by_columns
from huice.population.sample import sample
from huice.population.sample.file import load_assumptions

AS_OF = date(2025, 6, 30)


@cache
def awards() -> pl.DataFrame:
    """The awards of the sample with seed 1."""
    corpus = shipped()
    circle = load_assumptions(corpus).circle
    assert circle
    tables = sample(circle.orgs, 1, corpus=corpus)
    return by_columns(tables, corpus, asking(corpus, as_of=AS_OF))[0].awards
