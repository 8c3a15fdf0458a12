"""Plans over several years: where, when and with what to claim, at the best, with a proof."""

from __future__ import annotations

from huice.planning.causes import NoPlan
from huice.planning.plan import Plan
from huice.planning.planner import plan, plan_profile
from huice.planning.problem import Task
from huice.planning.reader import load_task

__all__ = ["NoPlan", "Plan", "Task", "load_task", "plan", "plan_profile"]
