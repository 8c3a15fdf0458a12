"""Truths in columns: true, false, unknown, or an expression of Booleans in which null is unknown.

Polars' `&`, `|` and `~` follow Kleene's logic. What is the same in every row is folded away here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import polars as pl

Kleene: TypeAlias = "bool | pl.Expr | None"
"""A truth for each row: null is unknown."""
Definite: TypeAlias = "bool | pl.Expr"
"""A truth for each row that is never null."""
UNKNOWN = None


def every(items: Iterable[Kleene]) -> Kleene:
    """All hold."""
    found: pl.Expr | None = None
    unknown = False
    for item in items:
        if item is False:
            return False
        if item is None:
            unknown = True
        elif not isinstance(item, bool):
            found = item if found is None else found & item
    if found is None:
        return None if unknown else True
    return found & pl.lit(None, dtype=pl.Boolean) if unknown else found


def some(items: Iterable[Kleene]) -> Kleene:
    """One holds."""
    found: pl.Expr | None = None
    unknown = False
    for item in items:
        if item is True:
            return True
        if item is None:
            unknown = True
        elif not isinstance(item, bool):
            found = item if found is None else found | item
    if found is None:
        return None if unknown else False
    return found | pl.lit(None, dtype=pl.Boolean) if unknown else found


def negated(item: Kleene) -> Kleene:
    """It does not hold."""
    if item is None:
        return None
    return not item if isinstance(item, bool) else ~item


def truth_if(item: Kleene) -> Definite:
    """Where it surely holds."""
    if item is None:
        return False
    return item if isinstance(item, bool) else item.fill_null(value=False)


def possible(item: Kleene) -> Definite:
    """Where it holds or is unknown."""
    if item is None:
        return True
    return item if isinstance(item, bool) else item.fill_null(value=True)


def unknown(item: Kleene) -> Definite:
    """Where it is unknown."""
    if item is None:
        return True
    return False if isinstance(item, bool) else item.is_null()


def both(*items: Definite) -> Definite:
    """All hold; none is null."""
    found = every(items)
    assert found is not None
    return found


def either(*items: Definite) -> Definite:
    """One holds; none is null."""
    found = some(items)
    assert found is not None
    return found


def no(item: Definite) -> Definite:
    """It does not hold; it is not null."""
    return not item if isinstance(item, bool) else ~item


def where(test: Definite, one: Kleene, other: Kleene) -> Kleene:
    """The one truth where the test holds, else the other."""
    if isinstance(test, bool):
        return one if test else other
    if one is other and not isinstance(one, pl.Expr):
        return one
    if one is False:
        return every([no(test), other])
    if one is True:
        return some([test, other])
    if other is False:
        return every([test, one])
    return pl.when(test).then(as_expr(one)).otherwise(as_expr(other))


def as_expr(item: Kleene) -> pl.Expr:
    """The truth as an expression."""
    return item if isinstance(item, pl.Expr) else pl.lit(item, dtype=pl.Boolean)
