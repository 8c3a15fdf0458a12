"""Truths in columns: true, false, unknown, or a cell in which null is unknown.

Cells follow Kleene's logic. What is the same in every row is folded away here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from huice.population.columns.cells import TRUTH, Cell, constant
from huice.population.columns.cells import chosen as cell_chosen

Kleene: TypeAlias = "bool | Cell | None"
"""A truth for each row: null is unknown."""
Definite: TypeAlias = "bool | Cell"
"""A truth for each row that is never null."""
UNKNOWN = None


def every(items: Iterable[Kleene]) -> Kleene:
    """All hold."""
    found: Cell | None = None
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
    return found & constant(None, TRUTH) if unknown else found


def some(items: Iterable[Kleene]) -> Kleene:
    """One holds."""
    found: Cell | None = None
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
    return found | constant(None, TRUTH) if unknown else found


def negated(item: Kleene) -> Kleene:
    """It does not hold."""
    if item is None:
        return None
    return not item if isinstance(item, bool) else ~item


def truth_if(item: Kleene) -> Definite:
    """Where it surely holds."""
    if item is None:
        return False
    return item if isinstance(item, bool) else item.or_else(constant(0, TRUTH))


def possible(item: Kleene) -> Definite:
    """Where it holds or is unknown."""
    if item is None:
        return True
    return item if isinstance(item, bool) else item.or_else(constant(1, TRUTH))


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
    if one is other and not isinstance(one, Cell):
        return one
    if one is False:
        return every([no(test), other])
    if one is True:
        return some([test, other])
    if other is False:
        return every([test, one])
    return cell_chosen(test, as_cell(one), as_cell(other))


def as_cell(item: Kleene) -> Cell:
    """The truth as a cell."""
    return item if isinstance(item, Cell) else constant(item if item is None else int(item), TRUTH)
