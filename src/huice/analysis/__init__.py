"""Exact answers about the rules themselves: where an amount jumps, and what would have to change."""

from __future__ import annotations

from huice.analysis.catalogue import Catalogue, Entry, catalogue
from huice.analysis.cliffs import Break
from huice.analysis.curve import Curve, Line, curve
from huice.analysis.linear import NotLinear
from huice.analysis.sensitivity import Bar, Sensitivity, sensitivity
from huice.analysis.unlock import ChangeSet, Unlock, Unlocks, unlock

__all__ = [
    "Bar",
    "Break",
    "Catalogue",
    "ChangeSet",
    "Curve",
    "Entry",
    "Line",
    "NotLinear",
    "Sensitivity",
    "Unlock",
    "Unlocks",
    "catalogue",
    "curve",
    "sensitivity",
    "unlock",
]
