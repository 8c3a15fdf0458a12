"""A draft of a policy against the law on the same firms, and the number that meets a budget."""

from __future__ import annotations

from huice.population.reform.effect import Readings, Reform, known_readings, reform
from huice.population.reform.sides import Run, in_columns

__all__ = ["Readings", "Reform", "Run", "in_columns", "known_readings", "reform"]
