"""A plan as one function of machine code: blocks of firms, each with all that is theirs, go through all steps.

Within a block one loop works on the firms, one on each kind of their entities, and so on in turn as long as a
step needs what another level gave (a *round*). What a loop hands to another waits in small buffers that stay
in the cache; nothing is written for all firms but what is wanted. The last loops count.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from huice.population.columns.cells import NARROW, TRUTH, Cell
from huice.population.columns.counts import FIGURES, PAYING, STATUSES, UNSTATED
from huice.population.columns.given import Given, storage
from huice.population.columns.loops import Loop
from huice.population.columns.plan import LEAST, LET, ORG, SPREAD, Name, Ready, Step, Triple
from huice.population.columns.whole import Whole
from huice.population.columns.writer import FALSE, TRUE, Number, Truth, Value, Worked, Writer

BLOCK = 512
"""Firms of a block: enough for whole vectors, few enough that its buffers stay in the cache."""
COUNTS = STATUSES + len(FIGURES)
"""What is counted of each output, in 128 bits: firms of each status, that surely get something, that may, for
which no amount is stated; then the sums of certain and ceiling."""
HALF = 32
WITHIN = (LET, SPREAD)
"""Steps that a loop over their own level makes."""
ENTRY = "run"
GIVEN, FIRM, STARTS, BUFFER, WANTED, SAME = "given", "firm", "starts", "buffer", "wanted", "same"


class Slot(Struct, frozen=True):
    """One array that the function takes: what it is, of which level, and bytes a row."""

    what: str
    level: str
    name: str
    size: int


class Program(Struct, frozen=True, eq=False):
    """The text of a function, and the arrays whose addresses it takes as a list.

    Before it come the first firm, one past the last, whether rows are wanted, and where to count.
    """

    text: str
    slots: tuple[Slot, ...]


def program(plan: Ready, outputs: Sequence[Triple]) -> Program:
    """The plan as text, counting the outputs."""
    return _Machine(plan, outputs).program()


class _Rows:
    """The rows of a level that a loop goes through: their position, that within the block, their values."""

    def __init__(self, level: str, index: Value, offset: Value) -> None:
        self.level, self.index, self.offset = level, index, offset
        self.values: dict[Name, Worked] = {}
        self.made: dict[int, Worked] = {}
        self.firm: tuple[Value, Value] | None = None


class _Machine:
    def __init__(self, plan: Ready, outputs: Sequence[Triple]) -> None:
        self.plan, self.outputs = plan, outputs
        self.out = Writer()
        self.slots: dict[Slot, Value] = {}
        self.givens = {(one.level, one.name): one for one in plan.givens}
        self.steps = {(one.level, one.name): one for one in plan.steps}
        self.round = self._rounds()
        self.exported = self._exported()
        self.forms: dict[Name, Worked] = {}
        self.kinds = list(dict.fromkeys(one.level for one in plan.steps if one.level != ORG))
        self.kinds += sorted({kind for kind, _ in self._sources()} - set(self.kinds))

    def _sources(self) -> list[Name]:
        return [step.needs[0] for step in self.plan.steps if step.how not in WITHIN]

    def _rounds(self) -> dict[Name, int]:
        found: dict[Name, int] = {}
        for step in self.plan.steps:
            before = max((found.get(need, 0) for need in step.needs), default=0)
            found[step.level, step.name] = before if step.how in WITHIN else before + 1
        return found

    def _exported(self) -> set[Name]:
        """The columns that wait in a buffer: a loop other than their own reads them."""
        found: set[Name] = set()
        for step in self.plan.steps:
            round_ = self.round[step.level, step.name]
            for need in step.needs:
                other = self.steps.get(need)
                if other is None:
                    continue
                same = step.how == LET and other.how in WITHIN and self.round[need] == round_
                if not same:
                    found.add(need)
        return found

    # --- the text -----------------------------------------------------------------------------------------

    def program(self) -> Program:
        body = self._body()
        values = list(self.slots.values())
        own = ["i64 %first", "i64 %last", "i1 %rows", "ptr noalias %counts"]
        head = ", ".join([*own, *(f"ptr noalias {value}" for value in values)])
        text = "\n".join([
            *_counter(), f"define internal void @block({head}) #1 {{", *body, "}", *_entry(values),
            "attributes #0 = { nounwind }",
            'attributes #1 = { nounwind noinline "prefer-vector-width"="512" }',
            "!0 = distinct !{!0, !1, !2}",
            '!1 = !{!"llvm.loop.interleave.count", i32 1}',
            '!2 = !{!"llvm.loop.unroll.disable"}',
        ])  # fmt: skip
        return Program(text, tuple(self.slots))

    def _body(self) -> list[str]:
        out = self.out
        for line in (
            "entry:", "  br label %block", "block:",
            "  %b = phi i64 [ %first, %entry ], [ %e, %next ]",
            f"  %beyond = add i64 %b, {BLOCK}",
            "  %over = icmp ult i64 %beyond, %last",
            "  %e = select i1 %over, i64 %beyond, i64 %last",
            "  %base = select i1 %rows, i64 %first, i64 %b",
        ):  # fmt: skip
            out.put(line)
        for kind in self.kinds:
            starts = self._starts(kind)
            for name, at in ((f"%b.{kind}", "%b"), (f"%e.{kind}", "%e")):
                place = out.new(f"getelementptr i64, ptr {starts}, i64 {at}")
                out.put(f"  {name} = load i64, ptr {place}")
        out.label = "block"
        for round_ in range(max(self.round.values(), default=0) + 1):
            for kind in self.kinds if round_ else ():
                self._gather(kind, round_)
            self._loop(ORG, round_)
            for kind in self.kinds:
                self._loop(kind, round_)
        for number, triple in enumerate(self.outputs):
            self._count(number, triple)
        out.put("  br label %next")
        out.put("next:")
        out.put("  %more = icmp ult i64 %e, %last")
        out.put("  br i1 %more, label %block, label %end")
        out.put("end:")
        out.put("  ret void")
        return out.lines

    def _array(self, slot: Slot) -> Value:
        if slot not in self.slots:
            self.slots[slot] = f"%a{len(self.slots)}"
        return self.slots[slot]

    # --- loops --------------------------------------------------------------------------------------------

    def _loop(self, level: str, round_: int) -> None:
        """One loop over the block's rows of a level: what other loops or the user want of this round."""
        own = [
            step for step in self.plan.steps
            if step.how in WITHIN and step.level == level
            and self.round[level, step.name] == round_
        ]  # fmt: skip
        if not any(self._wanted_of(step) for step in own):
            return
        loop, rows = self._open(level)
        for step in own:
            value = rows.values[level, step.name] = self._step(rows, step)
            self._keep(rows, step, value)
        loop.close()

    def _keep(self, rows: _Rows, step: Step, value: Worked) -> None:
        """Puts a column where other loops and the user look for it."""
        name = (step.level, step.name)
        if name in self.exported:
            self._store(rows, name, value)
        if step.level == ORG and step.name in self.plan.outputs:
            self._hand_out(rows, step.name, value)

    def _wanted_of(self, step: Step) -> bool:
        wanted = step.level == ORG and step.name in self.plan.outputs
        return wanted or (step.level, step.name) in self.exported

    def _open(self, level: str) -> tuple[Loop, _Rows]:
        begin, end = ("%b", "%e") if level == ORG else (f"%b.{level}", f"%e.{level}")
        loop = Loop(self.out, begin, end)
        return loop, _Rows(level, loop.index, self.out.new(f"sub i64 {loop.index}, {begin}"))

    def _step(self, rows: _Rows, step: Step) -> Worked:
        if step.how == SPREAD:
            absolute, offset = self._firm(rows)
            return self._load(rows, step.needs[0], absolute, offset)
        return self._cell(rows, step.cell)

    def _firm(self, rows: _Rows) -> tuple[Value, Value]:
        """The firm of an entity: its position, and that within the block."""
        if rows.firm is None:
            out = self.out
            array = self._array(Slot(FIRM, rows.level, "", 4))
            place = out.new(f"getelementptr i32, ptr {array}, i64 {rows.index}")
            narrow = out.new(f"load i32, ptr {place}")
            absolute = out.new(f"zext i32 {narrow} to i64")
            rows.firm = absolute, out.new(f"sub i64 {absolute}, %b")
        return rows.firm

    def _cell(self, rows: _Rows, cell: Cell) -> Worked:
        if id(cell) in rows.made:
            return rows.made[id(cell)]
        if cell.op == "column":
            found = self._load(rows, (rows.level, cell.name), rows.index, rows.offset)
        else:
            found = self.out.work(cell, [self._cell(rows, one) for one in cell.of])
        rows.made[id(cell)] = found
        return found

    # --- memory -------------------------------------------------------------------------------------------

    def _load(self, rows: _Rows, name: Name, absolute: Value, offset: Value) -> Worked:
        """A column in this loop, read once: as it was given, or from its buffer."""
        if name not in rows.values:
            if name in self.givens:
                rows.values[name] = self._given(self.out, self.givens[name], absolute)
            else:
                rows.values[name] = self._buffered(self.out, name, offset)
        return rows.values[name]

    def _given(self, out: Writer, one: Given, at: Value) -> Worked:
        size = storage(one)
        array = self._array(Slot(GIVEN, one.level, one.name, size))
        kind = f"i{8 * size}"
        place = out.new(f"getelementptr {kind}, ptr {array}, i64 {at}")
        value = out.new(f"load {kind}, ptr {place}")
        if one.bits == TRUTH:
            return self._truth_of(out, value)
        known = out.new(f"icmp ne {kind} {value}, {-(2 ** (8 * size - 1))}")
        if size < NARROW // 8:
            value = out.new(f"sext {kind} {value} to i64")
        return Number(value, known, NARROW)

    def _truth_of(self, out: Writer, value: Value) -> Truth:
        sure = out.new(f"trunc i8 {value} to i1")
        return Truth(sure, out.new(f"icmp ne i8 {value}, 0"))

    def _buffered(self, out: Writer, name: Name, at: Value) -> Worked:
        form = self.forms[name]
        if isinstance(form, Truth):
            value = self._take(out, name, "", at, "i8", 1)
            if form.sure != form.maybe:
                return self._truth_of(out, value)
            sure = out.new(f"trunc i8 {value} to i1")
            return Truth(sure, sure)
        value = self._take(out, name, "", at, f"i{form.bits}", form.bits // 8)
        known = form.known
        if known not in (TRUE, FALSE):
            known = out.new(f"trunc i8 {self._take(out, name, '?', at, 'i8', 1)} to i1")
        return Number(value, known, form.bits)

    def _take(self, out: Writer, name: Name, part: str, at: Value, kind: str, size: int) -> Value:
        array = self._array(Slot(BUFFER, name[0], name[1] + part, size))
        place = out.new(f"getelementptr {kind}, ptr {array}, i64 {at}")
        return out.new(f"load {kind}, ptr {place}")

    def _store(self, rows: _Rows, name: Name, value: Worked) -> None:
        self.forms[name] = value
        out = self.out
        if isinstance(value, Truth):
            byte = out.new(f"zext i1 {value.sure} to i8")
            if value.sure != value.maybe:  # 0 false, 3 true, 2 unknown
                maybe = out.new(f"select i1 {value.maybe}, i8 2, i8 0")
                byte = out.new(f"or i8 {byte}, {maybe}")
            self._put(rows, name, "", byte, "i8", 1)
            return
        self._put(rows, name, "", value.value, f"i{value.bits}", value.bits // 8)
        if value.known not in (TRUE, FALSE):
            byte = out.new(f"zext i1 {value.known} to i8")
            self._put(rows, name, "?", byte, "i8", 1)

    def _put(self, rows: _Rows, name: Name, part: str, value: Value, kind: str, size: int) -> None:
        array = self._array(Slot(BUFFER, name[0], name[1] + part, size))
        place = self.out.new(f"getelementptr {kind}, ptr {array}, i64 {rows.offset}")
        self.out.put(f"  store {kind} {value}, ptr {place}")

    # --- from entities to firms ---------------------------------------------------------------------------

    def _gather(self, kind: str, round_: int) -> None:
        """What each firm's entities of a kind come to: sums and least numbers for the firms' next round."""
        own = [
            step for step in self.plan.steps
            if step.how not in WITHIN and step.needs[0][0] == kind
            and self.round[ORG, step.name] == round_
        ]  # fmt: skip
        if not own:
            return
        out = self.out
        loop, firms = self._open(ORG)
        place = out.new(f"getelementptr i64, ptr {self._starts(kind)}, i64 {firms.index}")
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

    def _starts(self, kind: str) -> Value:
        return self._array(Slot(STARTS, kind, "", 8))

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

    def _hand_out(self, rows: _Rows, name: str, value: Worked) -> None:
        """A wanted column, for the rows and for the count."""
        assert isinstance(value, Number)
        out = self.out
        array = self._array(Slot(WANTED, ORG, name, 8))
        found = out.choose(value.known, value.value, str(UNSTATED), f"i{value.bits}")
        if value.bits != NARROW:
            found = out.new(f"trunc i{value.bits} {found} to i64")
        at = out.new(f"sub i64 {rows.index}, %base")
        place = out.new(f"getelementptr i64, ptr {array}, i64 {at}")
        out.put(f"  store i64 {found}, ptr {place}")

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
            array = self._array(Slot(WANTED, ORG, one.cell.name, 8))
            return self.out.new(f"getelementptr i64, ptr {array}, i64 {at}")
        same = UNSTATED if one.cell is None else one.cell
        return self._array(Slot(SAME, ORG, str(same), 8))


def _entry(values: list[Value]) -> list[str]:
    """The function to call, with the arrays in a list: as arguments, none of them can be another."""
    out = Writer()
    given = ["i64 %first", "i64 %last", "i1 %rows", "ptr %counts"]
    handed = list(given)
    for number in range(len(values)):
        place = out.new(f"getelementptr ptr, ptr %arrays, i64 {number}")
        handed.append(f"ptr {out.new(f'load ptr, ptr {place}')}")
    call = f"  call void @block({', '.join(handed)})"
    head = f"define void @{ENTRY}({', '.join([*given, 'ptr %arrays'])}) #0 {{"
    return [head, *out.lines, call, "  ret void", "}"]


def _counter() -> list[str]:
    """The function that counts one output over a block."""
    out = Writer()
    out.label = "entry"
    loop = Loop(out, "0", "%many")
    status, low, high = (
        out.new(f"load i64, ptr {out.new(f'getelementptr i64, ptr {array}, i64 {loop.index}')}")
        for array in ("%status", "%low", "%high")
    )
    paying = out.new(f"icmp slt i64 {status}, {PAYING}")
    some = out.new(f"icmp sgt i64 {low}, 0")
    missing = out.new(f"icmp eq i64 {high}, {UNSTATED}")
    nothing = out.new(f"icmp eq i64 {high}, 0")
    may = out.both(paying, out.either(some, out.inverse(nothing)))
    tests = [out.new(f"icmp eq i64 {status}, {code}") for code in range(STATUSES)]
    for test in (*tests, some, may, out.both(paying, missing)):
        _sum(loop, out.new(f"zext i1 {test} to i64"))
    stated = out.new(f"select i1 {missing}, i64 0, i64 {high}")
    for amount in (low, stated):  # in halves, so that no sum of a block can wrap
        _sum(loop, out.new(f"and i64 {amount}, {2**HALF - 1}"))
        _sum(loop, out.new(f"ashr i64 {amount}, {HALF}"))
    *counts, low, more_low, high, more_high = (
        out.new(f"sext i64 {sum_} to i128") for sum_ in loop.close()
    )
    for half, rest in ((low, more_low), (high, more_high)):
        counts.append(out.new(f"add i128 {half}, {out.new(f'shl i128 {rest}, {HALF}')}"))
    for number, value in enumerate(counts):
        place = out.new(f"getelementptr i128, ptr %counts, i64 {number}")
        before = out.new(f"load i128, ptr {place}, align 8")
        out.put(f"  store i128 {out.new(f'add i128 {before}, {value}')}, ptr {place}, align 8")
    arrays = ", ".join(f"ptr noalias {one}" for one in ("%status", "%low", "%high"))
    head = f"define internal void @count({arrays}, i64 %many, ptr noalias %counts) #1 {{"
    return [head, "entry:", *out.lines, "  ret void", "}"]


def _sum(loop: Loop, value: Value) -> None:
    sum_ = loop.carry("i64", "0")
    loop.pass_on(sum_, f"add i64 {sum_}, {value}")
