"""Synthetic populations: firms and rows a second, in memory and to files, and memory as the population grows.

`python -m benchmarks.sample` makes each population in a process of its own, on one thread (`BENCH=full`: up to
ten million firms), and prints seconds on the wall, firms and rows a second, and the most memory it had.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from huice.corpus.corpus import shipped
from huice.population.sample import plan
from huice.population.sample.file import load_assumptions
from huice.population.sample.write import write

from .measuring import FULL, ROOT, machine

SIZES = (100_000, 1_000_000, 10_000_000) if FULL else (50_000, 100_000, 200_000)
KIB = 1024


def one(firms: int, form: str) -> dict[str, Any]:
    """One population, made here: to files of a form, or only made (`memory`)."""
    corpus = shipped()
    assumptions = load_assumptions(corpus)
    begun = perf_counter()
    planned = plan(firms, 1, assumptions, corpus)
    if form == "memory":
        rows = sum(frame.height for block in planned.blocks() for frame in block.values())
    else:
        with tempfile.TemporaryDirectory() as folder:
            rows = sum(write(planned, Path(folder) / "p", form, {}, lambda _: None).values())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
    return {
        "firms": firms,
        "form": form,
        "seconds": perf_counter() - begun,
        "rows": rows,
        "mib": most,
    }


def main() -> list[dict[str, Any]]:
    """Every size and form, each in a fresh process."""
    print(f"\n== Synthetic populations\n   {machine()}")
    print(f"  {'firms':>11} {'to':<8} {'s':>8} {'firms/s':>10} {'rows/s':>10} {'MiB':>6}")
    found = []
    for firms in SIZES:
        for form in ("memory", "parquet"):
            call = f"one({firms}, {form!r})"
            script = f"import json; from benchmarks.sample import one; print(json.dumps({call}))"
            told = subprocess.run(  # noqa: S603  # our own code
                [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True,
                env={**os.environ, "POLARS_MAX_THREADS": "1"},
            )  # fmt: skip
            made = json.loads(told.stdout)
            rate, rows = made["firms"] / made["seconds"], made["rows"] / made["seconds"]
            print(
                f"  {firms:>11,} {form:<8} {made['seconds']:>8.1f} {rate:>10,.0f} {rows:>10,.0f} "
                f"{made['mib']:>6.0f}"
            )
            found.append(made)
    return found


if __name__ == "__main__":
    main()
