"""Synthetic populations from stated assumptions, met to margins."""

from __future__ import annotations

from huice.population.sample.make import BLOCK, Plan, Sampler, gathered, plan, sample

__all__ = ["BLOCK", "Plan", "Sampler", "gathered", "plan", "sample"]
