"""A plan as one function of machine code: blocks of firms, each with all that is theirs, go through all steps.

Within a block one loop works on the firms, one on each kind of their entities, and so on in turn as long as a
step needs what another level gave (see `rounds`). What a loop hands to another waits in small buffers that stay
in the cache; nothing is written for all firms but what is wanted. At last each output is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from huice.population.columns.cells import Cell
from huice.population.columns.counts import UNSTATED
from huice.population.columns.fused.counting import COUNTS, counter
from huice.population.columns.fused.loops import Loop
from huice.population.columns.fused.memory import FIRM, SAME, WANTED, Memory, Slot
from huice.population.columns.fused.rounds import Rounds
from huice.population.columns.fused.writer import TRUE, Number, Truth, Value, Worked, Writer
from huice.population.columns.plan import LEAST, ORG, SPREAD, Name, Ready, Step, Triple
from huice.population.columns.whole import Whole

BLOCK = 512
"""Firms of a block: enough for whole vectors, few enough that its buffers stay in the cache."""
ENTRY = "run"
_BLOCK = f"""entry:
  br label %block
block:
  %b = phi i64 [ %first, %entry ], [ %e, %next ]
  %beyond = add i64 %b, {BLOCK}
  %over = icmp ult i64 %beyond, %last
  %e = select i1 %over, i64 %beyond, i64 %last
  %base = select i1 %rows, i64 %first, i64 %b"""
_NEXT = """  br label %next
next:
  %more = icmp ult i64 %e, %last
  br i1 %more, label %block, label %end
end:
  ret void"""
_NOTES = """attributes #0 = { nounwind }
attributes #1 = { nounwind noinline "prefer-vector-width"="512" }
!0 = distinct !{!0, !1, !2}
!1 = !{!"llvm.loop.interleave.count", i32 1}
!2 = !{!"llvm.loop.unroll.disable"}"""


class Program(Struct, frozen=True, eq=False):
    """The text of a function, and the arrays whose addresses it takes as a list.

    Before it come the first firm, one past the last, whether rows are wanted, and where to count.
    """

    text: str
    slots: tuple[Slot, ...]


def program(plan: Ready, outputs: Sequence[Triple]) -> Program:
    """The plan as text, counting the outputs."""
    machine = _Machine(plan)
    body = machine.body(outputs)
    arrays = list(machine.memory.slots.values())
    own = ["i64 %first", "i64 %last", "i1 %rows", "ptr noalias %counts"]
    head = ", ".join([*own, *(f"ptr noalias {array}" for array in arrays)])
    block = [f"define internal void @block({head}) #1 {{", *body, "}"]
    text = "\n".join([*counter(), *block, *_entry(arrays), _NOTES])
    return Program(text, tuple(machine.memory.slots))


def _entry(arrays: list[Value]) -> list[str]:
    """The function to call, with the arrays in a list: as arguments, none of them can be another."""
    out = Writer()
    given = ["i64 %first", "i64 %last", "i1 %rows", "ptr %counts"]
    handed = list(given)
    for number in range(len(arrays)):
        place = out.new(f"getelementptr ptr, ptr %arrays, i64 {number}")
        handed.append(f"ptr {out.new(f'load ptr, ptr {place}')}")
    call = f"  call void @block({', '.join(handed)})"
    head = f"define void @{ENTRY}({', '.join([*given, 'ptr %arrays'])}) #0 {{"
    return [head, *out.lines, call, "  ret void", "}"]


class _Rows:
    """The rows of a level that a loop goes through: their position, that within the block, their values."""

    def __init__(self, level: str, index: Value, offset: Value) -> None:
        self.level, self.index, self.offset = level, index, offset
        self.values: dict[Name, Worked] = {}
        self.made: dict[int, Worked] = {}
        self.firm: tuple[Value, Value] | None = None


class _Machine:
    def __init__(self, plan: Ready) -> None:
        self.plan, self.rounds = plan, Rounds(plan)
        self.givens = {(one.level, one.name): one for one in plan.givens}
        self.out = Writer()
        self.memory = Memory(self.out)

    def body(self, outputs: Sequence[Triple]) -> list[str]:
        """The lines that go through all blocks."""
        self.out.put(_BLOCK)
        self.out.label = "block"
        for kind in self.rounds.kinds:
            starts = self.memory.starts(kind)
            for name, at in ((f"%b.{kind}", "%b"), (f"%e.{kind}", "%e")):
                place = self.out.new(f"getelementptr i64, ptr {starts}, i64 {at}")
                self.out.put(f"  {name} = load i64, ptr {place}")
        for round_ in range(self.rounds.last + 1):
            for kind in self.rounds.kinds:
                self._gather(kind, round_)
            for level in (ORG, *self.rounds.kinds):
                self._loop(level, round_)
        for number, triple in enumerate(outputs):
            self._count(number, triple)
        self.out.put(_NEXT)
        return self.out.lines

    # --- loops over a level -------------------------------------------------------------------------------

    def _loop(self, level: str, round_: int) -> None:
        """One loop over the block's rows of a level: what other loops or the user want of this round."""
        own = self.rounds.within(level, round_)
        if not any(map(self.rounds.wanted, own)):
            return
        loop, rows = self._open(level)
        for step in own:
            value = rows.values[level, step.name] = self._step(rows, step)
            self._keep(rows, step, value)
        loop.close()

    def _open(self, level: str) -> tuple[Loop, _Rows]:
        begin, end = ("%b", "%e") if level == ORG else (f"%b.{level}", f"%e.{level}")
        loop = Loop(self.out, begin, end)
        return loop, _Rows(level, loop.index, self.out.new(f"sub i64 {loop.index}, {begin}"))

    def _keep(self, rows: _Rows, step: Step, value: Worked) -> None:
        """Puts a column where other loops and the user look for it."""
        name = (step.level, step.name)
        if name in self.rounds.exported:
            self.memory.put(name, rows.offset, value)
        if step.level == ORG and step.name in self.plan.outputs:
            row = self.out.new(f"sub i64 {rows.index}, %base")
            self.memory.hand_out(step.name, row, value)

    def _step(self, rows: _Rows, step: Step) -> Worked:
        if step.how == SPREAD:
            return self._load(rows, step.needs[0], *self._firm(rows))
        return self._cell(rows, step.cell)

    def _firm(self, rows: _Rows) -> tuple[Value, Value]:
        """The firm of an entity: its position, and that within the block."""
        if rows.firm is None:
            array = self.memory.array(FIRM, rows.level, "", 4)
            narrow = self.memory.at(array, "i32", rows.index)
            absolute = self.out.new(f"zext i32 {narrow} to i64")
            rows.firm = absolute, self.out.new(f"sub i64 {absolute}, %b")
        return rows.firm

    def _cell(self, rows: _Rows, cell: Cell) -> Worked:
        if id(cell) not in rows.made:
            if cell.op == "column":
                found = self._load(rows, (rows.level, cell.name), rows.index, rows.offset)
            else:
                found = self.out.work(cell, [self._cell(rows, one) for one in cell.of])
            rows.made[id(cell)] = found
        return rows.made[id(cell)]

    def _load(self, rows: _Rows, name: Name, absolute: Value, offset: Value) -> Worked:
        """A column in this loop, read once: as it was given, or from its buffer."""
        if name not in rows.values:
            if name in self.givens:
                rows.values[name] = self.memory.given(self.givens[name], absolute)
            else:
                rows.values[name] = self.memory.take(name, offset)
        return rows.values[name]

    # --- from entities to firms ---------------------------------------------------------------------------

    def _gather(self, kind: str, round_: int) -> None:
        """What each firm's entities of a kind come to: sums and least numbers for the firms' next round."""
        own = self.rounds.across(kind, round_)
        if not own:
            return
        out = self.out
        loop, firms = self._open(ORG)
        place = out.new(f"getelementptr i64, ptr {self.memory.starts(kind)}, i64 {firms.index}")
        begin = out.new(f"load i64, ptr {place}")
        end = out.new(f"load i64, ptr {out.new(f'getelementptr i64, ptr {place}, i64 1')}")
        inner = Loop(out, begin, end)
        rows = _Rows(kind, inner.index, out.new(f"sub i64 {inner.index}, %b.{kind}"))
        for step in own:
            start = str(step.most if step.how == LEAST else 0)
            self._add_up(inner, rows, step, inner.carry(f"i{step.bits}", start))
        for step, found in zip(own, inner.close(), strict=True):
            self._keep(firms, step, Number(found, TRUE, step.bits))
        loop.close()

    def _add_up(self, inner: Loop, rows: _Rows, step: Step, sum_: Value) -> None:
        out, kind = self.out, f"i{step.bits}"
        one = self._load(rows, step.needs[0], rows.index, rows.offset)
        if isinstance(one, Truth):
            value = out.new(f"zext i1 {one.sure} to {kind}")
        else:
            value = one.value
            if one.bits < step.bits:
                value = out.new(f"sext i{one.bits} {value} to {kind}")
        if step.how == LEAST:
            less = out.new(f"icmp slt {kind} {value}, {sum_}")
            inner.pass_on(sum_, f"select i1 {less}, {kind} {value}, {kind} {sum_}")
        else:
            inner.pass_on(sum_, f"add {kind} {sum_}, {value}")

    # --- what is wanted -----------------------------------------------------------------------------------

    def _count(self, number: int, triple: Triple) -> None:
        """Adds a block to the counts of an output."""
        out = self.out
        at = out.new("sub i64 %b, %base")
        many = out.new("sub i64 %e, %b")
        places = ", ".join(f"ptr {self._wanted(one, at)}" for one in triple)
        counts = out.new(f"getelementptr i128, ptr %counts, i64 {COUNTS * number}")
        out.put(f"  call void @count({places}, i64 {many}, ptr {counts})")

    def _wanted(self, one: Whole, at: Value) -> Value:
        """Where a figure of the block's first firm stands."""
        if isinstance(one.cell, Cell):
            array = self.memory.array(WANTED, ORG, one.cell.name, 8)
            return self.out.new(f"getelementptr i64, ptr {array}, i64 {at}")
        return self.memory.array(SAME, ORG, str(UNSTATED if one.cell is None else one.cell), 8)
