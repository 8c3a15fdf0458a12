"""Loops in the text of LLVM: a head, what is carried from turn to turn, and what that comes to."""

from __future__ import annotations

from huice.population.columns.fused.writer import Value, Writer


class Loop:
    """A loop over `begin` up to `end`, open until `close`; none of its turns runs where there are no rows."""

    def __init__(self, out: Writer, begin: Value, end: Value) -> None:
        self.out, self.end = out, end
        self._before = out.label
        self._head, self._after = out.name("loop")[1:], out.name("after")[1:]
        some = out.new(f"icmp ult i64 {begin}, {end}")
        out.put(f"  br i1 {some}, label %{self._head}, label %{self._after}")
        self._outside, out.lines = out.lines, []
        out.label = self._head
        self._carried: list[tuple[Value, str, Value]] = []
        self.index = self.carry("i64", begin)

    def carry(self, kind: str, start: Value) -> Value:
        """A value that each turn hands to the next; `pass_on` says what."""
        name = self.out.name("c")
        self._carried.append((name, kind, start))
        return name

    def pass_on(self, name: Value, instruction: str) -> None:
        """What the next turn gets."""
        self.out.put(f"  {name}.n = {instruction}")

    def close(self) -> list[Value]:
        """Ends the loop; what was carried, in order, as it stands after the last turn."""
        out = self.out
        self.pass_on(self.index, f"add nuw nsw i64 {self.index}, 1")
        more = out.new(f"icmp ult i64 {self.index}.n, {self.end}")
        out.put(f"  br i1 {more}, label %{self._head}, label %{self._after}, !llvm.loop !0")
        body, last, out.lines = out.lines, out.label, self._outside
        out.put(f"{self._head}:")
        for name, kind, start in self._carried:
            out.put(f"  {name} = phi {kind} [ {start}, %{self._before} ], [ {name}.n, %{last} ]")
        out.lines += body
        out.put(f"{self._after}:")
        out.label = self._after
        return [
            out.new(f"phi {kind} [ {start}, %{self._before} ], [ {name}.n, %{last} ]")
            for name, kind, start in self._carried[1:]
        ]
