"""Whole numbers in columns, with the bounds that prove that nothing wraps.

A `Whole` is a Python int, nothing at all (null), or a Polars expression of whole numbers with its least
and most possible value. Polars wraps silently past 64 and past 128 bits, so every operation first works
out the bounds of its result: within 64 bits it stays `Int64`, within 128 it becomes `Int128`, beyond that
it is refused.
"""

from __future__ import annotations

from typing import TypeAlias

import polars as pl

from huice.population.columns.kleene import Definite, Kleene, truth_if

INT64 = 2**63 - 1
INT128 = 2**127 - 1


class TooLarge(Exception):
    """A product that 128 bits might not hold."""


class Whole:
    """A whole number for each row; `expr` is an int, None (null in every row) or an expression."""

    __slots__ = ("expr", "least", "most", "nullable")

    def __init__(
        self, expr: int | pl.Expr | None, least: int, most: int, *, nullable: bool = False
    ) -> None:
        if max(-least, most) > INT128:
            raise TooLarge
        self.expr, self.least, self.most = expr, least, most
        self.nullable = nullable or expr is None

    @property
    def wide(self) -> bool:
        """Whether it needs 128 bits."""
        return max(-self.least, self.most) > INT64

    @property
    def known(self) -> int | None:
        """The number, where it is the same in every row."""
        return self.expr if isinstance(self.expr, int) else None

    def as_expr(self, *, wide: bool | None = None) -> pl.Expr:
        """The expression, of 64 or 128 bits."""
        wide = self.wide if wide is None else wide
        dtype = pl.Int128 if wide else pl.Int64
        if self.expr is None or isinstance(self.expr, int):
            return pl.lit(self.expr, dtype=dtype)
        return self.expr.cast(pl.Int128) if wide and not self.wide else self.expr


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
    if one.expr is None or other.expr is None:
        return NULL
    if isinstance(one.expr, int) and isinstance(other.expr, int):
        return const(_ints(one.expr, other.expr, op))
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
    a, b = one.as_expr(wide=wide), other.as_expr(wide=wide)
    expr = a + b if op == "+" else a - b if op == "-" else a * b
    return _fit(expr, least, most, nullable=nullable, wide=wide)


def _fit(expr: pl.Expr, least: int, most: int, *, nullable: bool, wide: bool) -> Whole:
    """The number in the narrowest type of its bounds."""
    narrow = wide and max(-least, most) <= INT64
    return Whole(expr.cast(pl.Int64) if narrow else expr, least, most, nullable=nullable)


def _ints(one: int, other: int, op: str) -> int:
    return one + other if op == "+" else one - other if op == "-" else one * other


def lower(one: Whole, other: Whole) -> Whole:
    """The lower one; null counts as no bound, and only two nulls are null."""
    if one.expr is None:
        return other
    if other.expr is None:
        return one
    if isinstance(one.expr, int) and isinstance(other.expr, int):
        return const(min(one.expr, other.expr))
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
    expr = pl.min_horizontal(one.as_expr(wide=wide), other.as_expr(wide=wide))
    return _fit(expr, least, most, nullable=one.nullable and other.nullable, wide=wide)


def higher(one: Whole, other: Whole) -> Whole:
    """The higher one; null where one is."""
    if one.expr is None or other.expr is None:
        return NULL
    if isinstance(one.expr, int) and isinstance(other.expr, int):
        return const(max(one.expr, other.expr))
    if one.least >= other.most and not other.nullable:
        return one
    if other.least >= one.most and not one.nullable:
        return other
    wide = one.wide or other.wide
    left, right = one.as_expr(wide=wide), other.as_expr(wide=wide)
    expr = pl.max_horizontal(left, right)
    nullable = one.nullable or other.nullable
    if nullable:
        missing = [w.as_expr().is_null() for w in (one, other) if w.nullable]
        expr = pl.when(~pl.any_horizontal(missing)).then(expr)
    least, most = max(one.least, other.least), max(one.most, other.most)
    return _fit(expr, least, most, nullable=nullable, wide=wide)


def not_below_zero(one: Whole) -> Whole:
    """The number, or 0 where it is less; null stays null."""
    if one.least >= 0 or one.expr is None:
        return one
    return higher(one, ZERO)


def null_as_zero(one: Whole) -> Whole:
    """The number, 0 where it is null."""
    if not one.nullable:
        return one
    if one.expr is None:
        return ZERO
    zero = pl.lit(0, dtype=pl.Int128 if one.wide else pl.Int64)
    return Whole(one.as_expr().fill_null(zero), min(one.least, 0), max(one.most, 0))


def first_known(one: Whole, other: Whole) -> Whole:
    """The one, or the other where it is null."""
    if not one.nullable:
        return one
    if one.expr is None:
        return other
    wide = one.wide or other.wide
    expr = pl.coalesce(one.as_expr(wide=wide), other.as_expr(wide=wide))
    least, most = min(one.least, other.least), max(one.most, other.most)
    return _fit(expr, least, most, nullable=other.nullable, wide=wide)


def chosen(test: Definite, one: Whole, other: Whole) -> Whole:
    """The one where the test holds, else the other; the test is never null."""
    if isinstance(test, bool):
        return one if test else other
    if one is other or (
        isinstance(one.expr, int) and isinstance(other.expr, int) and one.expr == other.expr
    ):
        return one
    if one.expr is None and other.expr is None:
        return NULL
    wide = one.wide or other.wide
    expr = pl.when(test).then(one.as_expr(wide=wide)).otherwise(other.as_expr(wide=wide))
    if one.expr is None:
        least, most = other.least, other.most
    elif other.expr is None:
        least, most = one.least, one.most
    else:
        least, most = min(one.least, other.least), max(one.most, other.most)
    return _fit(expr, least, most, nullable=one.nullable or other.nullable, wide=wide)


def is_null(one: Whole) -> Definite:
    """Where it is null."""
    if one.expr is None:
        return True
    if not one.nullable or isinstance(one.expr, int):
        return False
    return one.expr.is_null()


def compared(op: str, one: Whole, other: Whole) -> bool | pl.Expr | None:
    """The comparison; null (unknown) where one of the numbers is."""
    if one.expr is None or other.expr is None:
        return None
    if isinstance(one.expr, int) and isinstance(other.expr, int):
        return _compare(op, one.expr, other.expr)
    if not (one.nullable or other.nullable):
        decided = _by_bounds(op, one, other)
        if decided is not None:
            return decided
    wide = one.wide or other.wide
    left, right = one.as_expr(wide=wide), other.as_expr(wide=wide)
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            return left == right


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
    if one.expr is None:
        return NULL
    if isinstance(one.expr, int) and isinstance(by.expr, int):
        return const(one.expr // by.expr)
    wide = one.wide or by.wide
    left, right = one.as_expr(wide=wide), by.as_expr(wide=wide)
    lowest = max(by.least, 1)
    least = min(one.least // lowest, one.least // max(by.most, 1))
    most = max(one.most // lowest, one.most // max(by.most, 1))
    return _fit(left // right, least, most, nullable=one.nullable, wide=wide)


def counted(test: Kleene) -> Whole:
    """1 where the test holds, else 0."""
    sure = truth_if(test)
    if isinstance(sure, bool):
        return ONE if sure else ZERO
    return Whole(sure.cast(pl.Int64), 0, 1)
