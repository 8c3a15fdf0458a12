"""Times that may stand beside each other: rounds in turn, the least and the median, the machine stated.

The machine may be busy with other work. Calls that are compared take turns within every round
(A, B, A, B ...), so that a busy moment meets all of them; the least of many rounds is the time
least disturbed, the median tells how disturbed the run was. Calls in this process are timed by the
processor's clock, all threads together; whole processes by the clock on the wall.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
FULL = os.environ.get("BENCH") == "full"
"""`BENCH=full`: more profiles, more rounds, 7,500 measures from the files."""


class Timing(NamedTuple):
    """Seconds for one record: the least of all rounds, and the median."""

    least: float
    median: float

    def line(self, name: str, unit: str = "µs") -> str:
        """One line of a table."""
        scale = {"µs": 1e6, "ms": 1e3, "s": 1.0}[unit]
        return f"  {name:<62} {self.least * scale:>9.2f} {unit}   {self.median * scale:>9.2f}"

    def figures(self) -> dict[str, float]:
        """For the summary, in seconds."""
        return {"least": self.least, "median": self.median}


class Call(NamedTuple):
    """What is timed: a call for each record."""

    function: Callable[[Any], object]
    records: Sequence[Any]
    clock: Callable[[], float] = process_time


def in_turn(calls: Mapping[str, Call], rounds: int) -> dict[str, Timing]:
    """Seconds a record of several calls that take turns."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        for record in call.records:
            call.function(record)
    for _ in range(rounds):
        for name, call in calls.items():
            start = call.clock()
            for record in call.records:
                call.function(record)
            found[name].append((call.clock() - start) / len(call.records))
    return {name: Timing(min(times), median(times)) for name, times in found.items()}


def machine() -> str:
    """The processor, how many of it, how busy it is, and the Python."""
    info = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (info.read_text(encoding="utf-8").splitlines() if info.exists() else ())
        if line.startswith("model name")
    ]
    name = names[0] if names else platform.processor() or platform.machine()
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} × {name}, load {load}, {python}"


def title(text: str) -> None:
    """A heading of the report, with the state of the machine."""
    print(f"\n== {text}\n   {machine()}\n   {'':<62} {'least':>9}      {'median':>9}")
