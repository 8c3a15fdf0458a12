"""Whole numbers in columns, with the bounds that prove that nothing wraps.

A `Whole` is a Python int, nothing at all (null), or a cell with its least and most possible value. Machine
numbers wrap silently past 64 and past 128 bits, so every operation first works out the bounds of its result:
within 64 bits it stays narrow, within 128 it becomes broad, beyond that it is refused.
"""

from __future__ import annotations

from typing import TypeAlias

from huice.population.columns import cells as c
from huice.population.columns.cells import BROAD, NARROW, TRUTH, Bits, Cell, constant
from huice.population.columns.kleene import Definite, Kleene, as_cell, either, truth_if

INT64 = 2**63 - 1
INT128 = 2**127 - 1


class TooLarge(Exception):
    """A product that 128 bits might not hold."""


class Whole:
    """A whole number for each row; `cell` is an int, None (null in every row) or a cell."""

    __slots__ = ("cell", "least", "most", "nullable")

    def __init__(
        self, cell: int | Cell | None, least: int, most: int, *, nullable: bool = False
    ) -> None:
        if max(-least, most) > INT128:
            raise TooLarge
        self.cell, self.least, self.most = cell, least, most
        self.nullable = nullable or cell is None

    @property
    def wide(self) -> bool:
        """Whether it needs 128 bits."""
        return max(-self.least, self.most) > INT64

    @property
    def known(self) -> int | None:
        """The number, where it is the same in every row."""
        return self.cell if isinstance(self.cell, int) else None

    def as_cell(self, *, wide: bool | None = None) -> Cell:
        """The number as a cell, narrow or broad."""
        bits: Bits = BROAD if (self.wide if wide is None else wide) else NARROW
        if self.cell is None or isinstance(self.cell, int):
            return constant(self.cell, bits)
        return self.cell.cast(bits)


NULL = Whole(None, 0, 0)
ZERO = Whole(0, 0, 0)
ONE = Whole(1, 1, 1)
Wholes: TypeAlias = "tuple[Whole, ...]"


def const(number: int) -> Whole:
    """The same number in every row."""
    return Whole(number, number, number)


def add(one: Whole, other: Whole) -> Whole:
    """The sum; null where one is."""
    return _both(one, other, "+")


def subtract(one: Whole, other: Whole) -> Whole:
    """The difference; null where one is."""
    return _both(one, other, "-")


def times(one: Whole, other: Whole) -> Whole:
    """The product; null where one is."""
    return _both(one, other, "*")


def _both(one: Whole, other: Whole, op: str) -> Whole:
    if one.cell is None or other.cell is None:
        return NULL
    if isinstance(one.cell, int) and isinstance(other.cell, int):
        return const(_ints(one.cell, other.cell, op))
    for left, right, same in ((one, other, True), (other, one, op != "-")):
        if same and ((op == "*" and right.known == 1) or (op in "+-" and right.known == 0)):
            return left
    nullable = one.nullable or other.nullable
    if op == "*" and not nullable and 0 in (one.known, other.known):
        return ZERO
    ends = [_ints(a, b, op) for a in (one.least, one.most) for b in (other.least, other.most)]
    least, most = min(ends), max(ends)
    wide = one.wide or other.wide or max(-least, most) > INT64
    if max(-least, most) > INT128:
        raise TooLarge
    return _fit(_worked(op, one, other, wide=wide), least, most, nullable=nullable)


def _worked(op: str, one: Whole, other: Whole, *, wide: bool) -> Cell:
    return Cell(op, BROAD if wide else NARROW, (one.as_cell(wide=wide), other.as_cell(wide=wide)))


def _fit(cell: Cell, least: int, most: int, *, nullable: bool) -> Whole:
    """The number in the narrowest type of its bounds."""
    bits: Bits = NARROW if max(-least, most) <= INT64 else BROAD
    return Whole(cell.cast(bits), least, most, nullable=nullable)


def _ints(one: int, other: int, op: str) -> int:
    return one + other if op == "+" else one - other if op == "-" else one * other


def lower(one: Whole, other: Whole) -> Whole:
    """The lower one; null counts as no bound, and only two nulls are null."""
    if one.cell is None:
        return other
    if other.cell is None:
        return one
    if isinstance(one.cell, int) and isinstance(other.cell, int):
        return const(min(one.cell, other.cell))
    if not one.nullable and one.most <= other.least:
        return one
    if not other.nullable and other.most <= one.least:
        return other
    least = min(one.least, other.least)
    if one.nullable and other.nullable:
        most = max(one.most, other.most)
    else:
        most = min(w.most for w in (one, other) if not w.nullable)
    wide = one.wide or other.wide
    cell = _worked("lowest", one, other, wide=wide)
    return _fit(cell, least, most, nullable=one.nullable and other.nullable)


def higher(one: Whole, other: Whole) -> Whole:
    """The higher one; null where one is."""
    if one.cell is None or other.cell is None:
        return NULL
    if isinstance(one.cell, int) and isinstance(other.cell, int):
        return const(max(one.cell, other.cell))
    if one.least >= other.most and not other.nullable:
        return one
    if other.least >= one.most and not one.nullable:
        return other
    wide = one.wide or other.wide
    cell = _worked("highest", one, other, wide=wide)
    missing = either(*(is_null(number) for number in (one, other)))
    if missing is not False:
        cell = c.chosen(as_cell(missing), constant(None, cell.bits), cell)
    least, most = max(one.least, other.least), max(one.most, other.most)
    return _fit(cell, least, most, nullable=one.nullable or other.nullable)


def not_below_zero(one: Whole) -> Whole:
    """The number, or 0 where it is less; null stays null."""
    if one.least >= 0 or one.cell is None:
        return one
    return higher(one, ZERO)


def null_as_zero(one: Whole) -> Whole:
    """The number, 0 where it is null."""
    if not one.nullable:
        return one
    if one.cell is None:
        return ZERO
    cell = one.as_cell()
    return Whole(cell.or_else(constant(0, cell.bits)), min(one.least, 0), max(one.most, 0))


def first_known(one: Whole, other: Whole) -> Whole:
    """The one, or the other where it is null."""
    if not one.nullable:
        return one
    if one.cell is None:
        return other
    wide = one.wide or other.wide
    cell = _worked("first", one, other, wide=wide)
    least, most = min(one.least, other.least), max(one.most, other.most)
    return _fit(cell, least, most, nullable=other.nullable)


def chosen(test: Definite, one: Whole, other: Whole) -> Whole:
    """The one where the test holds, else the other; the test is never null."""
    if isinstance(test, bool):
        return one if test else other
    if one is other or (
        isinstance(one.cell, int) and isinstance(other.cell, int) and one.cell == other.cell
    ):
        return one
    if one.cell is None and other.cell is None:
        return NULL
    wide = one.wide or other.wide
    cell = c.chosen(test, one.as_cell(wide=wide), other.as_cell(wide=wide))
    if one.cell is None:
        least, most = other.least, other.most
    elif other.cell is None:
        least, most = one.least, one.most
    else:
        least, most = min(one.least, other.least), max(one.most, other.most)
    return _fit(cell, least, most, nullable=one.nullable or other.nullable)


def is_null(one: Whole) -> Definite:
    """Where it is null."""
    if one.cell is None:
        return True
    if not one.nullable or isinstance(one.cell, int):
        return False
    return one.cell.is_null()


def compared(op: str, one: Whole, other: Whole) -> bool | Cell | None:
    """The comparison; null (unknown) where one of the numbers is."""
    if one.cell is None or other.cell is None:
        return None
    if isinstance(one.cell, int) and isinstance(other.cell, int):
        return _compare(op, one.cell, other.cell)
    if not (one.nullable or other.nullable):
        decided = _by_bounds(op, one, other)
        if decided is not None:
            return decided
    wide = one.wide or other.wide
    return Cell(op, TRUTH, (one.as_cell(wide=wide), other.as_cell(wide=wide)))


def _compare(op: str, one: int, other: int) -> bool:
    match op:
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case ">=":
            return one >= other
        case _:
            return one == other


def _by_bounds(op: str, one: Whole, other: Whole) -> bool | None:
    """What the bounds alone decide."""
    if op in (">", ">="):
        op, one, other = ("<" if op == ">" else "<="), other, one
    if op == "<":
        return True if one.most < other.least else False if one.least >= other.most else None
    if op == "<=":
        return True if one.most <= other.least else False if one.least > other.most else None
    return False if one.most < other.least or one.least > other.most else None


def floored(one: Whole, by: Whole) -> Whole:
    """The quotient, cut down; `by` is above 0."""
    if by.known == 1:
        return one
    if one.cell is None:
        return NULL
    if isinstance(one.cell, int) and isinstance(by.cell, int):
        return const(one.cell // by.cell)
    wide = one.wide or by.wide
    lowest = max(by.least, 1)
    least = min(one.least // lowest, one.least // max(by.most, 1))
    most = max(one.most // lowest, one.most // max(by.most, 1))
    cell = _worked("cut" if one.least >= 0 else "//", one, by, wide=wide)
    return _fit(cell, least, most, nullable=one.nullable)


def counted(test: Kleene) -> Whole:
    """1 where the test holds, else 0."""
    sure = truth_if(test)
    if isinstance(sure, bool):
        return ONE if sure else ZERO
    return Whole(sure.cast(NARROW), 0, 1)
