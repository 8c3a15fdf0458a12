"""The arrays that machine code reads and writes, and how truths and numbers stand in them.

A truth takes a byte: 0 false, 3 true, 2 unknown. A given number stands in the narrowest width that holds it,
its least value for null; a number in a buffer has 64 or 128 bits and, where it may be null, a byte beside it.
"""

from __future__ import annotations

from msgspec import Struct

from huice.population.columns.cells import NARROW, TRUTH
from huice.population.columns.counts import UNSTATED
from huice.population.columns.fused.writer import (
    FALSE,
    TRUE,
    Number,
    Truth,
    Value,
    Worked,
    Writer,
)
from huice.population.columns.given import Given, storage
from huice.population.columns.plan import ORG, Name

GIVEN, FIRM, STARTS, BUFFER, WANTED, SAME = "given", "firm", "starts", "buffer", "wanted", "same"


class Slot(Struct, frozen=True):
    """One array that the function takes: what it is, of which level, and bytes a row.

    `GIVEN` columns, the `FIRM` of each entity, the `STARTS` of each firm's entities; a `BUFFER` of a block;
    a `WANTED` column, or one that is the `SAME` number in every row.
    """

    what: str
    level: str
    name: str
    size: int


class Memory:
    """The arrays of one function, each an argument as soon as it is used."""

    def __init__(self, out: Writer) -> None:
        self.out = out
        self.slots: dict[Slot, Value] = {}
        self._forms: dict[Name, Worked] = {}

    def array(self, what: str, level: str, name: str, size: int) -> Value:
        """The argument that an array is."""
        slot = Slot(what, level, name, size)
        return self.slots.setdefault(slot, f"%a{len(self.slots)}")

    def starts(self, kind: str) -> Value:
        """The first row of each firm's entities and one past the last."""
        return self.array(STARTS, kind, "", 8)

    def at(self, array: Value, kind: str, row: Value) -> Value:
        """What stands in a row of an array."""
        place = self.out.new(f"getelementptr {kind}, ptr {array}, i64 {row}")
        return self.out.new(f"load {kind}, ptr {place}")

    def given(self, one: Given, row: Value) -> Worked:
        """A given column in a row."""
        size = storage(one)
        kind = f"i{8 * size}"
        value = self.at(self.array(GIVEN, one.level, one.name, size), kind, row)
        if one.bits == TRUTH:
            return self._truth(value)
        known = self.out.new(f"icmp ne {kind} {value}, {-(2 ** (8 * size - 1))}")
        if size < NARROW // 8:
            value = self.out.new(f"sext {kind} {value} to i64")
        return Number(value, known, NARROW)

    def _truth(self, byte: Value) -> Truth:
        sure = self.out.new(f"trunc i8 {byte} to i1")
        return Truth(sure, self.out.new(f"icmp ne i8 {byte}, 0"))

    # --- buffers ------------------------------------------------------------------------------------------

    def take(self, name: Name, row: Value) -> Worked:
        """What another loop put into a buffer."""
        form = self._forms[name]
        if isinstance(form, Truth):
            byte = self.at(self.array(BUFFER, *name, 1), "i8", row)
            if form.sure != form.maybe:
                return self._truth(byte)
            sure = self.out.new(f"trunc i8 {byte} to i1")
            return Truth(sure, sure)
        value = self.at(self.array(BUFFER, *name, form.bits // 8), f"i{form.bits}", row)
        known = form.known
        if known not in (TRUE, FALSE):
            byte = self.at(self._beside(name), "i8", row)
            known = self.out.new(f"trunc i8 {byte} to i1")
        return Number(value, known, form.bits)

    def put(self, name: Name, row: Value, value: Worked) -> None:
        """Puts a value into its buffer."""
        self._forms[name] = value
        out = self.out
        if isinstance(value, Truth):
            byte = out.new(f"zext i1 {value.sure} to i8")
            if value.sure != value.maybe:
                maybe = out.new(f"select i1 {value.maybe}, i8 2, i8 0")
                byte = out.new(f"or i8 {byte}, {maybe}")
            self._write(self.array(BUFFER, *name, 1), "i8", row, byte)
            return
        array = self.array(BUFFER, *name, value.bits // 8)
        self._write(array, f"i{value.bits}", row, value.value)
        if value.known not in (TRUE, FALSE):
            self._write(self._beside(name), "i8", row, out.new(f"zext i1 {value.known} to i8"))

    def hand_out(self, name: str, row: Value, value: Worked) -> None:
        """Puts a number where the user looks for it; null is `UNSTATED`."""
        assert isinstance(value, Number)
        found = self.out.choose(value.known, value.value, str(UNSTATED), f"i{value.bits}")
        if value.bits != NARROW:
            found = self.out.new(f"trunc i{value.bits} {found} to i64")
        self._write(self.array(WANTED, ORG, name, 8), "i64", row, found)

    def _beside(self, name: Name) -> Value:
        return self.array(BUFFER, name[0], f"{name[1]}?", 1)

    def _write(self, array: Value, kind: str, row: Value, value: Value) -> None:
        place = self.out.new(f"getelementptr {kind}, ptr {array}, i64 {row}")
        self.out.put(f"  store {kind} {value}, ptr {place}")
