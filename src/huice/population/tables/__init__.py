"""Populations as tables: read, checked and made canonical; what is faulty is set aside with its reason."""

from __future__ import annotations

from huice.population.tables.checked import BadTables, Tables, as_text, check, heads_of, load

__all__ = ["BadTables", "Tables", "as_text", "check", "heads_of", "load"]
