"""Synthetic populations from stated assumptions, met to margins."""

from __future__ import annotations

from huice.population.sample.make import Plan, gathered, plan, sample
from huice.population.sample.sampler import BLOCK, Sampler

__all__ = ["BLOCK", "Plan", "Sampler", "gathered", "plan", "sample"]
