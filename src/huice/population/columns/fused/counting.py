"""The function that counts one output over a block of firms."""

from __future__ import annotations

from huice.population.columns.counts import FIGURES, PAYING, STATUSES, UNSTATED
from huice.population.columns.fused.loops import Loop
from huice.population.columns.fused.writer import Value, Writer

COUNTS = STATUSES + len(FIGURES)
"""What is counted of each output, in 128 bits: firms of each status, that surely get something, that may, for
which no amount is stated; then the sums of certain and ceiling."""
HALF = 32


def counter() -> list[str]:
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
