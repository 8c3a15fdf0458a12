"""One profile: all that is shown at all places, values alone at one place, and a whole process.

Goals: everything shown 5 ms (stretch 2), values alone 0.5 ms (stretch 0.1), a process 0.5 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from huice import Corpus

from .measuring import FULL, Call, Timing, in_turn, title
from .ours import Engine, personas
from .peers.profiles import profiles

SEED = 2025
SIZE = (25, 15) if FULL else (9, 3)
"""Rounds in this process, rounds of whole processes."""


def shown(engine: Engine, rounds: int) -> dict[str, Timing]:
    """Everything that is shown of one profile, all places, all measures."""
    given = dict(personas())
    calls = {name: Call(engine.everything, [engine.read(one)]) for name, one in given.items()}
    firms = [engine.read(one) for one in profiles(20, SEED)]
    calls["20 random firms, facts and lists all known, mean"] = Call(engine.everything, firms)
    return in_turn(calls, rounds)


def values(engine: Engine, rounds: int) -> dict[str, Timing]:
    """Values alone, one place, all measures."""
    given = dict(personas())
    calls = {name: Call(engine.values, [engine.read(one)] * 20) for name, one in given.items()}
    firms = [engine.read(one) for one in profiles(300, SEED)]
    calls["300 random firms, facts and lists all known, mean"] = Call(engine.values, firms)
    return in_turn(calls, rounds)


def processes(rounds: int) -> dict[str, Timing]:
    """`huice evaluate` of a persona, from the start of the process to its end, with compiled modules."""
    name, given = next(iter(personas()))
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile.json"
        profile.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
        kept, evaluate = str(Path(folder) / "cache"), ["-m", "huice", "evaluate", str(profile)]
        wanted = {
            f"huice evaluate {name}": (evaluate, kept),
            "the same, --json": ([*evaluate, "--json"], kept),
            "the same, without a kept corpus": (evaluate, ""),
            "python -c pass": (["-c", "pass"], kept),
        }
        calls = {}
        for what, (arguments, cache) in wanted.items():
            start = _starter(arguments, cache, Path(folder) / "compiled")
            calls[f"{what}: on the wall"] = Call(start, [0], perf_counter)
            calls[f"{what}: processor"] = Call(start, [0], _children)
        return in_turn(calls, rounds)


def _starter(arguments: list[str], cache: str, compiled: Path) -> Callable[[object], object]:
    environment = {**os.environ, "HUICE_CACHE": cache, "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, *arguments]
    return lambda _: subprocess.run(  # noqa: S603  # our own command
        command, env=environment, check=True, capture_output=True
    )


def _children() -> float:
    """Processor time of the processes that have ended."""
    now = os.times()
    return now.children_user + now.children_system


def run(rounds: int, starts: int) -> dict[str, Any]:
    """All three, printed; the figures for the summary."""
    engine = Engine(Corpus.load())
    places, measures = len(engine.corpus.places), len(engine.corpus.measures)
    found: dict[str, dict[str, Timing]] = {}
    firm = engine.read(next(iter(personas()))[1])
    explained = engine.everything(firm)
    found["shown"] = shown(engine, rounds)
    title(f"everything shown: {places} places, {measures} measures, {explained} explanations")
    for name, timing in found["shown"].items():
        print(timing.line(name, "ms"))
    found["values"] = values(engine, rounds * 3)
    title(f"values alone: one place, {measures} measures")
    for name, timing in found["values"].items():
        print(timing.line(name))
    found["processes"] = processes(starts)
    title("a whole process")
    for name, timing in found["processes"].items():
        print(timing.line(name, "s"))
    return {
        part: {name: timing.figures() for name, timing in timings.items()}
        for part, timings in found.items()
    }


def main() -> None:
    """Measure and print."""
    run(*SIZE)


if __name__ == "__main__":
    main()
