"""Exact answers about the rules themselves: where an amount jumps, and what would have to change."""

from __future__ import annotations

__all__: list[str] = []
