"""What more measures cost: 75, 750 and 7,500 of them, loaded, kept, linted and asked about one firm.

Every figure comes from a process of its own, whose peak memory is told; seconds are processor time.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from huice import Corpus
from huice.corpus.lint import lint_folder

from .copies import OTHER_CITIES, SAME_PLACES, write_copies
from .measuring import FULL, ROOT, Call, in_turn, machine
from .ours import Engine, personas

COLUMNS = {
    "measures": "measures",
    "near": "near",
    "files": "load files s",
    "files_memory": "MB",
    "kept": "load kept s",
    "kept_memory": "MB",
    "lint": "lint s",
    "first": "first answer ms",
    "values": "values ms",
    "shown": "shown ms",
}
"""What is told of each corpus, with its heading."""

SIZES = (1, 10, 100) if FULL else (1, 10, 30)
"""How many times the 75 measures."""


def _seconds(call: Callable[[], object]) -> float:
    start = process_time()
    call()
    return process_time() - start


def _megabytes() -> float:
    """The peak of this process alone; `ru_maxrss` would start from its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def load(folder: Path) -> dict[str, float]:
    """The corpus from its files, which keeps it, or as it was kept; memory with all that is imported."""
    return {"seconds": _seconds(lambda: Corpus.load(folder)), "memory": _megabytes()}


def lint(folder: Path) -> dict[str, float]:
    """All checks, loading included."""
    return {"seconds": _seconds(lambda: lint_folder(folder)), "memory": _megabytes()}


def ask(folder: Path) -> dict[str, float]:
    """One firm: the first answer makes the programs; then values alone, then all that is shown of a place."""
    engine = Engine(Corpus.load(folder))
    firm = engine.read(next(iter(personas()))[1])
    first = _seconds(lambda: engine.values(firm))
    near = engine.explained(firm)
    rounds = 15 if near < 200 else 5
    found = in_turn(
        {"values": Call(engine.values, [firm]), "shown": Call(engine.explained, [firm])}, rounds
    )
    return {
        "measures": len(engine.corpus.measures),
        "near": near,
        "first": first * 1e3,
        "values": found["values"].least * 1e3,
        "shown": found["shown"].least * 1e3,
    }


TASKS: dict[str, Callable[[Path], dict[str, float]]] = {"load": load, "lint": lint, "ask": ask}


def _apart(task: str, folder: Path, cache: str) -> dict[str, float]:
    """A task in a process of its own."""
    done = subprocess.run(  # noqa: S603  # this module
        [sys.executable, "-m", "benchmarks.growth", "--task", task, "--folder", str(folder)],
        cwd=ROOT,
        env={**os.environ, "HUICE_CACHE": cache},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measured(copies: int, places: str, *, linted: bool) -> dict[str, float]:
    """All figures of one corpus."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, cache = Path(temporary) / "policies", str(Path(temporary) / "cache")
        write_copies(folder, copies, places)
        files, kept = _apart("load", folder, cache), _apart("load", folder, cache)
        found = {
            "files": files["seconds"],
            "files_memory": files["memory"],
            "kept": kept["seconds"],
            "kept_memory": kept["memory"],
            "lint": _apart("lint", folder, "")["seconds"] if linted else math.nan,
        }
        return found | _apart("ask", folder, cache)


def _shown(figure: float) -> str:
    if math.isnan(figure):
        return "-"
    return f"{figure:,.0f}" if figure >= 100 or figure == int(figure) else f"{figure:.3g}"


def run(sizes: tuple[int, ...], most_linted: int) -> dict[str, Any]:
    """Both kinds of corpora in all sizes, printed; the figures for the summary."""
    summary: dict[str, Any] = {}
    for places in (SAME_PLACES, OTHER_CITIES):
        print(f"\n== growth: renamed copies, {places}\n   {machine()}")
        print("  " + " ".join(f"{name:>15}" for name in COLUMNS.values()))
        rows = []
        for copies in sizes:
            row = measured(copies, places, linted=copies <= most_linted)
            print("  " + " ".join(f"{_shown(row[name]):>15}" for name in COLUMNS))
            rows.append(row)
        first, last = rows[0], rows[-1]
        for name, heading in COLUMNS.items():
            if math.isfinite(last[name]) and name not in ("measures", "near"):
                power = math.log(last[name] / first[name]) / math.log(sizes[-1] / sizes[0])
                print(f"  {heading:<16} grows as measures to the power {power:.2f}")
        summary[places] = rows
    return summary


def main() -> None:
    """Measure and print; with --task one task of one corpus, as JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--task", choices=TASKS)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.task:
        print(json.dumps(TASKS[options.task](options.folder)))
    else:
        run(SIZES, SIZES[-1] if FULL else 10)


if __name__ == "__main__":
    main()
