"""Policies over millions of firms: tables, columns, simulation, reforms, pools, samples."""

from __future__ import annotations

from huice.population.asked import Asked, Awards, asking
from huice.population.rows import by_rows, profile_of
from huice.population.schema import Schema, schema_of
from huice.population.simulate import Simulation, simulate
from huice.population.tables import BadTables, Tables, load

__all__ = [
    "Asked",
    "Awards",
    "BadTables",
    "Schema",
    "Simulation",
    "Tables",
    "asking",
    "by_rows",
    "load",
    "profile_of",
    "schema_of",
    "simulate",
]
