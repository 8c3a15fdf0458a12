"""A draft of a policy against the law on the same firms, and the number that meets a budget."""

from __future__ import annotations

from huice.population.reform.effect import Readings, Reform, Run, in_columns, known_readings, reform

__all__ = ["Readings", "Reform", "Run", "in_columns", "known_readings", "reform"]
