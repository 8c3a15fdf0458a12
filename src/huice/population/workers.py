"""Processes of this machine that share its cores: each is given its part of them, so that more are faster.

Polars starts a thread for every core in every process. Left alone, one process already fills the machine and
several get in each other's way; one thread a process is what grows with their number.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

THREADS = "POLARS_MAX_THREADS"
"""The variable of the environment from which Polars takes its number of threads when it is imported."""


def cores() -> int:
    """The processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # elsewhere than on Linux
        return os.cpu_count() or 1


@contextmanager
def processes(workers: int, threads: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes, each with so many threads: an even part of the cores if not told.

    Processes that start meanwhile inherit the number. Where `POLARS_MAX_THREADS` is set, it holds instead.
    """
    own = THREADS not in os.environ
    if own:
        os.environ[THREADS] = str(threads or max(1, cores() // workers))
    try:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            yield pool
    finally:
        if own:
            del os.environ[THREADS]
