"""Writes machine code as text of LLVM: one value after the other, constants folded as they come.

A truth is two bits, "surely" and "maybe": false is neither, unknown is maybe alone, and Kleene's logic is the
logic of both bits. A number is its value and whether it is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple, TypeAlias

from huice.population.columns.cells import Bits, Cell

Value: TypeAlias = str
"""A name or a constant in the text."""
TRUE, FALSE = "true", "false"
_PREDICATES = {"<": "slt", "<=": "sle", ">": "sgt", ">=": "sge", "=": "eq"}
_PLAIN = {"+": "add", "-": "sub", "*": "mul"}


class Truth(NamedTuple):
    """Surely true, maybe true: one value where it is never unknown."""

    sure: Value
    maybe: Value


class Number(NamedTuple):
    """A number of so many bits; what stands where it is not `known` is nothing."""

    value: Value
    known: Value
    bits: Bits


Worked: TypeAlias = "Truth | Number"


class Writer:
    """The lines of one function; `label` is the block that is being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.label = ""
        self._names = 0

    def name(self, stem: str = "v") -> Value:
        """A name that is not taken."""
        self._names += 1
        return f"%{stem}{self._names}"

    def put(self, line: str) -> None:
        """One line as it is."""
        self.lines.append(line)

    def new(self, line: str) -> Value:
        """The value of an instruction."""
        name = self.name()
        self.lines.append(f"  {name} = {line}")
        return name

    # --- bits ---------------------------------------------------------------------------------------------

    def both(self, one: Value, other: Value) -> Value:
        """One bit and the other."""
        if FALSE in (one, other):
            return FALSE
        if one in (TRUE, other):
            return other
        return one if other == TRUE else self.new(f"and i1 {one}, {other}")

    def either(self, one: Value, other: Value) -> Value:
        """One bit or the other."""
        if TRUE in (one, other):
            return TRUE
        if one in (FALSE, other):
            return other
        return one if other == FALSE else self.new(f"or i1 {one}, {other}")

    def inverse(self, one: Value) -> Value:
        """The other bit."""
        if one in (TRUE, FALSE):
            return FALSE if one == TRUE else TRUE
        return self.new(f"xor i1 {one}, true")

    def choose(self, test: Value, one: Value, other: Value, kind: str) -> Value:
        """The one where the bit is set, else the other."""
        if one == other or test == TRUE:
            return one
        if test == FALSE:
            return other
        return self.new(f"select i1 {test}, {kind} {one}, {kind} {other}")

    # --- cells --------------------------------------------------------------------------------------------

    def work(self, cell: Cell, of: list[Worked]) -> Worked:
        """A cell from what it is made of."""
        if cell.op == "constant":
            return _constant(cell)
        if cell.op in _PREDICATES:
            return self._compared(_PREDICATES[cell.op], of[0], of[1])
        if cell.op in _PLAIN:
            return self._counted(_PLAIN[cell.op], of[0], of[1])
        return self._OPERATIONS[cell.op](self, cell, *of)

    def _and(self, _: Cell, one: Truth, other: Truth) -> Truth:
        return self._truth(self.both, one, other)

    def _or(self, _: Cell, one: Truth, other: Truth) -> Truth:
        return self._truth(self.either, one, other)

    def _truth(self, of: Callable[[Value, Value], Value], one: Truth, other: Truth) -> Truth:
        sure = of(one.sure, other.sure)
        if one.sure == one.maybe and other.sure == other.maybe:
            return Truth(sure, sure)
        return Truth(sure, of(one.maybe, other.maybe))

    def _not(self, _: Cell, one: Truth) -> Truth:
        sure = self.inverse(one.maybe)
        return Truth(sure, sure if one.sure == one.maybe else self.inverse(one.sure))

    def _is_null(self, _: Cell, one: Worked) -> Truth:
        missing = self.missing(one)
        return Truth(missing, missing)

    def missing(self, one: Worked) -> Value:
        """Whether it is unknown."""
        if isinstance(one, Number):
            return self.inverse(one.known)
        if one.sure == one.maybe:
            return FALSE
        return self.both(one.maybe, self.inverse(one.sure))

    def _compared(self, how: str, one: Worked, other: Worked) -> Truth:
        assert isinstance(one, Number)
        assert isinstance(other, Number)
        known = self.both(one.known, other.known)
        found = self.new(f"icmp {how} i{one.bits} {one.value}, {other.value}")
        return self._known_truth(found, known)

    def _known_truth(self, found: Value, known: Value) -> Truth:
        if known == TRUE:
            return Truth(found, found)
        return Truth(self.both(found, known), self.either(found, self.inverse(known)))

    def _bit(self, cell: Cell, one: Number) -> Truth:
        masked = self.new(f"and i64 {one.value}, {1 << (cell.value or 0)}")
        return self._known_truth(self.new(f"icmp ne i64 {masked}, 0"), one.known)

    def _counted(self, how: str, one: Worked, other: Worked) -> Number:
        assert isinstance(one, Number)
        assert isinstance(other, Number)
        found = self.new(f"{how} i{one.bits} {one.value}, {other.value}")
        return Number(found, self.both(one.known, other.known), one.bits)

    def _cut(self, _: Cell, one: Number, by: Number) -> Number:
        divisor = self._above_zero(by)
        known = self.both(one.known, by.known)
        return Number(self.new(f"udiv i{one.bits} {one.value}, {divisor}"), known, one.bits)

    def _floor(self, _: Cell, one: Number, by: Number) -> Number:
        kind, divisor = f"i{one.bits}", self._above_zero(by)
        quotient = self.new(f"sdiv {kind} {one.value}, {divisor}")
        rest = self.new(f"srem {kind} {one.value}, {divisor}")
        below = self.new(f"icmp slt {kind} {rest}, 0")
        less = self.new(f"sext i1 {below} to {kind}")
        found = self.new(f"add {kind} {quotient}, {less}")
        return Number(found, self.both(one.known, by.known), one.bits)

    def _above_zero(self, by: Number) -> Value:
        """The divisor; 1 in a row where it is nothing."""
        if not by.value.startswith("%"):
            return by.value
        usable = self.new(f"icmp sgt i{by.bits} {by.value}, 0")
        return self.choose(usable, by.value, "1", f"i{by.bits}")

    def _lowest(self, _: Cell, one: Number, other: Number) -> Number:
        return self._extreme("slt", one, other)

    def _highest(self, _: Cell, one: Number, other: Number) -> Number:
        return self._extreme("sgt", one, other)

    def _extreme(self, how: str, one: Number, other: Number) -> Number:
        kind = f"i{one.bits}"
        first = self.new(f"icmp {how} {kind} {one.value}, {other.value}")
        if other.known != TRUE:
            first = self.either(first, self.inverse(other.known))
        first = self.both(first, one.known)
        found = self.choose(first, one.value, other.value, kind)
        return Number(found, self.either(one.known, other.known), one.bits)

    def _first(self, _: Cell, one: Worked, other: Worked) -> Worked:
        if isinstance(one, Truth):
            assert isinstance(other, Truth)
            missing = self.missing(one)
            sure = self.either(one.sure, self.both(missing, other.sure))
            if other.sure == other.maybe:
                return Truth(sure, sure)
            return Truth(sure, self.either(one.sure, self.both(missing, other.maybe)))
        assert isinstance(other, Number)
        found = self.choose(one.known, one.value, other.value, f"i{one.bits}")
        return Number(found, self.either(one.known, other.known), one.bits)

    def _if(self, _: Cell, test: Truth, one: Worked, other: Worked) -> Worked:
        if isinstance(one, Truth):
            assert isinstance(other, Truth)
            sure = self._bit_chosen(test.sure, one.sure, other.sure)
            if one.sure == one.maybe and other.sure == other.maybe:
                return Truth(sure, sure)
            return Truth(sure, self._bit_chosen(test.sure, one.maybe, other.maybe))
        assert isinstance(other, Number)
        found = self.choose(test.sure, one.value, other.value, f"i{one.bits}")
        return Number(found, self._bit_chosen(test.sure, one.known, other.known), one.bits)

    def _bit_chosen(self, test: Value, one: Value, other: Value) -> Value:
        if one == TRUE or other == FALSE:
            return self.either(test, other) if one == TRUE else self.both(test, one)
        if one == FALSE or other == TRUE:
            rest = self.inverse(test)
            return self.both(rest, other) if one == FALSE else self.either(rest, one)
        return self.choose(test, one, other, "i1")

    def _cast(self, cell: Cell, one: Worked) -> Number:
        if isinstance(one, Truth):
            known = self.inverse(self.missing(one))
            return Number(self.new(f"zext i1 {one.sure} to i{cell.bits}"), known, cell.bits)
        if not one.value.startswith("%") or one.bits == cell.bits:
            return Number(one.value, one.known, cell.bits)
        how = "sext" if cell.bits > one.bits else "trunc"
        found = self.new(f"{how} i{one.bits} {one.value} to i{cell.bits}")
        return Number(found, one.known, cell.bits)

    _OPERATIONS: ClassVar[dict[str, Callable[..., Worked]]] = {
        "and": _and,
        "or": _or,
        "not": _not,
        "is_null": _is_null,
        "bit": _bit,
        "//": _floor,
        "cut": _cut,
        "lowest": _lowest,
        "highest": _highest,
        "first": _first,
        "if": _if,
        "cast": _cast,
    }


def _constant(cell: Cell) -> Worked:
    if cell.bits == 1:
        if cell.value is None:
            return Truth(FALSE, TRUE)
        bit = TRUE if cell.value else FALSE
        return Truth(bit, bit)
    return Number(str(cell.value or 0), FALSE if cell.value is None else TRUE, cell.bits)
