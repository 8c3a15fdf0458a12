"""Pools and quotas: who claims, who gets how much, and when the money is used up."""

from __future__ import annotations

from huice.population.pools.fund import FEN, Fund, Readings, find_funds, funds

__all__ = ["FEN", "Fund", "Readings", "find_funds", "funds"]
