"""What columns are made of: one small expression language over rows, which any body can run.

A cell says, for every row of a level (the firms, or one kind of their entities), a truth or a whole number;
null is unknown. The compiler of rules writes cells only. Each body gives them a meaning of its own:
`in_polars` as expressions of Polars, `fused` as machine code. What the tables alone say (days, texts, lists)
is no cell: it is a `given` column, computed by Polars before.
"""

from __future__ import annotations

from typing import TypeAlias

TRUTH, NARROW, BROAD = 1, 64, 128
Bits: TypeAlias = int
"""1 for a truth, else the width of a whole number."""


class Cell:
    """One operation on the cells `of`; a column has a `name`, a constant its `value` (None: null).

    `op` is one of

    - `column`, `constant`;
    - of truths, as Kleene has them: `and`, `or`, `not`; `is_null` of any cell;
    - of numbers, null where one is null: `+`, `-`, `*`, `//` (cut down, the divisor above 0), `cut` (the
      same, the dividend not below 0), `<`, `<=`, `>`, `>=`, `=`, and `cast` to another width (a truth
      counts 1 or 0);
    - of numbers: `lowest` and `highest`, nulls left out; `bit`, whether bit `value` is set;
    - `first`: the first of two that is not null; `if`: by a truth that is never null, the second or the third.
    """

    __slots__ = ("bits", "name", "of", "op", "value")

    def __init__(
        self,
        op: str,
        bits: Bits,
        of: tuple[Cell, ...] = (),
        *,
        name: str = "",
        value: int | None = None,
    ) -> None:
        self.op, self.bits, self.of, self.name, self.value = op, bits, of, name, value

    def __repr__(self) -> str:
        said = self.name or ("" if self.op != "constant" else repr(self.value))
        return f"{self.op}({said or ', '.join(map(repr, self.of))})"

    def __and__(self, other: Cell) -> Cell:
        return Cell("and", TRUTH, (self, other))

    def __or__(self, other: Cell) -> Cell:
        return Cell("or", TRUTH, (self, other))

    def __invert__(self) -> Cell:
        return Cell("not", TRUTH, (self,))

    def is_null(self) -> Cell:
        """Where it is unknown."""
        return Cell("is_null", TRUTH, (self,))

    def or_else(self, other: Cell) -> Cell:
        """The cell, the other where it is null."""
        return Cell("first", self.bits, (self, other))

    def bit(self, number: int) -> Cell:
        """Whether a bit of the number is set."""
        return Cell("bit", TRUTH, (self,), value=number)

    def equals(self, number: int) -> Cell:
        """Whether it is this number."""
        return Cell("=", TRUTH, (self, constant(number, self.bits)))

    def cast(self, bits: Bits) -> Cell:
        """The same number in another width."""
        return self if bits == self.bits else Cell("cast", bits, (self,))


def column(name: str, bits: Bits) -> Cell:
    """A column of the level by its name."""
    return Cell("column", bits, name=name)


def constant(value: int | None, bits: Bits) -> Cell:
    """The same in every row."""
    return Cell("constant", bits, value=value)


def chosen(test: Cell, one: Cell, other: Cell) -> Cell:
    """The one where the test holds, else the other."""
    return Cell("if", one.bits, (test, one, other))


def names_of(cell: Cell) -> list[str]:
    """The columns that a cell reads, each once."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    open_ = [cell]
    while open_:
        one = open_.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if one.op == "column":
            found[one.name] = None
        open_ += reversed(one.of)
    return list(found)
