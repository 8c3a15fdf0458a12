"""Growth with workers: `python -m benchmarks.workers [--orgs 1000000] [--engines processes dask spark]`.

The same Parquet files, once with one worker and once with two (or as told), each of one thread, on every
engine; beside them one process with all threads and as many with all threads each, which is how not to do it.
Rounds take turns. Workers are started, and have computed a few firms, before the clock runs; every result is
compared. A fragment's own seconds and the peak memory of its worker are told too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import polars as pl

from huice import Corpus
from huice.population import simulate
from huice.population.spark import SparkExecutor
from huice.population.summary import Summary
from huice.population.workers import THREADS, cores, processes

from . import firms as f
from .measuring import FULL, ROOT, machine

ENGINES = ("processes", "dask", "spark")
FEW = 3_000
"""Firms that wake the workers."""
MB = 1 << 20


class Work(NamedTuple):
    """One fragment: the process, its threads, seconds on the wall and of the processor, its peak in MB."""

    process: int
    threads: int
    wall: float
    processor: float
    peak: float


class Timed(Executor):
    """Another executor, each of whose calls is timed where it runs."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner.get_executor() if hasattr(inner, "get_executor") else inner
        self.work: list[Work] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As `Executor` has it."""
        told: Future[Any] = Future()

        def done(inner: Future[Any]) -> None:
            error = inner.exception()
            if error is not None:
                told.set_exception(error)
                return
            found, work = inner.result()
            self.work.append(Work(*work))
            told.set_result(found)

        self.inner.submit(_timed, fn, args, kwargs).add_done_callback(done)
        return told


def _timed(function: Any, args: Any, kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
    """The result, and what `Work` holds: a class of this script is unknown to an executor."""
    wall, processor = time.perf_counter(), time.process_time()
    found = function(*args, **kwargs)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    peak = next(int(one.split()[1]) for one in status.splitlines() if one.startswith("VmHWM"))
    return found, (os.getpid(), pl.thread_pool_size(), wall, processor, peak / 1024)


# --- engines ------------------------------------------------------------------------------------------------


@contextmanager
def engine(name: str, workers: int, threads: int) -> Iterator[Any]:
    """So many workers of so many threads."""
    os.environ.pop(THREADS, None)  # would hold instead; dask leaves it behind
    match name:
        case "processes":
            with processes(workers, threads) as pool:
                yield pool
        case "dask":
            with _dask(workers, threads) as client:
                yield client
        case _:
            with _spark(workers, threads) as pool:
                yield pool


@contextmanager
def _dask(workers: int, threads: int) -> Iterator[Any]:
    import dask  # noqa: PLC0415  # takes long to import
    from distributed import Client, LocalCluster  # noqa: PLC0415  # as above

    cluster: Any = LocalCluster
    client: Any = Client
    given = {"threads_per_worker": 1, "dashboard_address": None}
    with (
        dask.config.set({f"distributed.nanny.pre-spawn-environ.{THREADS}": str(threads)}),
        cluster(n_workers=workers, **given) as on,
        client(on) as one,
    ):
        yield one


@contextmanager
def _spark(workers: int, threads: int) -> Iterator[Any]:
    """A master and so many executors of one core, each a process of its own."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  # is not a dependency

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        SparkSession.builder.master(f"local-cluster[{workers},1,1024]")
        .config("spark.executorEnv.PYTHONPATH", str(ROOT))
        .config(f"spark.executorEnv.{THREADS}", str(threads))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        with SparkExecutor(session) as pool:
            yield pool
    finally:
        session.stop()


# --- runs ---------------------------------------------------------------------------------------------------


class Setup(NamedTuple):
    """An engine with so many workers of so many threads, and the firms of a fragment."""

    engine: str
    workers: int
    threads: int
    firms: int


class Run(NamedTuple):
    """Seconds on the wall, and what the fragments took."""

    seconds: float
    work: tuple[Work, ...]


def run(one: Setup, data: Path, few: Path, corpus: Corpus) -> tuple[Run, Summary]:
    """One simulation on workers that are awake and have compiled the rules."""
    with engine(one.engine, one.workers, one.threads) as on:
        for _ in range(2):  # so that each worker takes part
            simulate(few, corpus, as_of=f.AS_OF, firms=FEW // (3 * one.workers), executor=on)
        timed = Timed(on)
        start = time.perf_counter()
        found = simulate(data, corpus, as_of=f.AS_OF, firms=one.firms, executor=timed)
        seconds = time.perf_counter() - start
    assert {work.threads for work in timed.work} == {one.threads}, (one, timed.work)
    assert len({work.process for work in timed.work}) <= one.workers, (one, timed.work)
    return Run(seconds, tuple(timed.work)), found.summary


def in_turn(
    setups: list[Setup], rounds: int, data: Path, few: Path, corpus: Corpus
) -> dict[Setup, list[Run]]:
    """All setups in every round; the figures of every run are the same, or the command fails."""
    found: dict[Setup, list[Run]] = {one: [] for one in setups}
    expected: Summary | None = None
    for _ in range(rounds):
        for one in setups:
            timing, summary = run(one, data, few, corpus)
            expected = expected or summary
            assert summary == expected, f"{one}: other figures"
            found[one].append(timing)
            print(
                f"  … {one.engine} {one.workers} × {one.threads}: {timing.seconds:.1f} s",
                file=sys.stderr,
            )
    return found


def table(found: dict[Setup, list[Run]]) -> list[dict[str, Any]]:
    """Prints the runs; growth is against one worker of the same engine and threads."""
    heads = (
        "engine",
        "workers",
        "threads",
        "firms",
        "least s",
        "median s",
        "growth",
        "part s",
        "cpu s",
        "peak MB",
    )
    print("  {:<10}{:>8}{:>8}{:>9}{:>9}{:>9}{:>8}{:>8}{:>8}{:>9}".format(*heads))
    rows = []
    for one, runs in found.items():
        seconds = [each.seconds for each in runs]
        work = [part for each in runs for part in each.work]
        single = found.get(one._replace(workers=1), runs)
        row = {
            "engine": one.engine,
            "workers": one.workers,
            "threads": one.threads,
            "firms": one.firms,
            "least": min(seconds),
            "median": median(seconds),
            "growth": min(each.seconds for each in single) / min(seconds),
            "part": median(part.wall for part in work),
            "cpu": median(part.processor for part in work),
            "peak": max(part.peak for part in work),
        }
        rows.append(row)
        print(
            "  {engine:<10}{workers:>8}{threads:>8}{firms:>9,}{least:>9.2f}{median:>9.2f}{growth:>7.2f}×"
            "{part:>8.2f}{cpu:>8.2f}{peak:>9,.0f}".format(**row)
        )
    return rows


def usable(names: list[str]) -> list[str]:
    """The engines that are installed; the others are told."""
    found = []
    for name in names:
        if name == "spark" and not (find_spec("pyspark") and shutil.which("java")):
            print("  spark left out: needs pyspark (huice[spark]) and Java", file=sys.stderr)
        else:
            found.append(name)
    return found


def main() -> int:
    """Measures, prints, and leaves a summary in .cache/bench-workers.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--orgs", type=int, default=1_000_000)
    parser.add_argument("--firms", type=int, default=100_000, help="firms of a fragment")
    parser.add_argument("--sizes", type=int, nargs="*", default=[25_000, 50_000, 100_000, 200_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3 if FULL else 2)
    options = parser.parse_args()
    corpus = Corpus.load()
    most = max(options.workers)
    grown = [
        Setup(n, w, 1, options.firms) for n in usable(options.engines) for w in options.workers
    ]
    # as many threads in each as there are cores: what happens where nobody limits them
    unlimited = [Setup("processes", w, cores(), options.firms) for w in (1, most)]
    sizes = [Setup("processes", 1, 1, size) for size in options.sizes]
    with tempfile.TemporaryDirectory() as folder:
        data, few = Path(folder) / "data", Path(folder) / "few"
        given = f.frames(f.drawn(), corpus)
        f.tiled(given, options.orgs, corpus).write(data)
        f.tiled(given, FEW, corpus).write(few)
        size = sum(one.stat().st_size for one in data.iterdir())
        print(f"\n== {options.orgs:,} firms in Parquet ({size / MB:,.0f} MB), 75 measures, sums")
        print(f"   {machine()}; {options.rounds} rounds in turn")
        rows = table(in_turn([*grown, *unlimited], options.rounds, data, few, corpus))
        print("\n== fragments: one process of one thread")
        fragments = table(in_turn(sizes, 1, data, few, corpus)) if sizes else []
    target = ROOT / ".cache" / "bench-workers.json"
    target.parent.mkdir(exist_ok=True)
    summary = {"machine": machine(), "orgs": options.orgs, "growth": rows, "fragments": fragments}
    target.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\nsummary: {target.relative_to(ROOT)}; every run gave the same figures")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
