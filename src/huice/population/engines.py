"""Fragments on any engine: this process, threads, processes, the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, as_completed
from typing import Any, TypeAlias, TypeVar

from huice.population.slices import Slice

J = TypeVar("J")
R = TypeVar("R")
Engine: TypeAlias = Any
"""A `concurrent.futures.Executor`, a client of `dask.distributed`, or None for this process."""
Progress: TypeAlias = Callable[[int, int], None]
"""Told how many firms of how many are done."""


def run(
    task: Callable[[J, Slice], R],
    job: J,
    cut: Iterable[Slice],
    executor: Engine,
    total: int,
    progress: Progress | None,
) -> Iterator[tuple[Slice, R]]:
    """Fragments with what the task gives for each, as they come; `total` are the firms of all."""
    done = 0
    for one, found in _results(task, job, cut, executor):
        done += one.stop - one.start
        if progress is not None:
            progress(done, total)
        yield one, found


def _results(
    task: Callable[[J, Slice], R], job: J, cut: Iterable[Slice], executor: Engine
) -> Iterator[tuple[Slice, R]]:
    """A result is let go as soon as it is handed over; where one fails, what waits is cancelled."""
    if executor is None:
        for one in cut:
            yield one, task(job, one)
        return
    pool = executor.get_executor() if hasattr(executor, "get_executor") else executor
    waiting: dict[Future[R], Slice] = {pool.submit(task, job, one): one for one in cut}
    try:
        for future in as_completed(list(waiting)):
            yield waiting.pop(future), future.result()
    finally:
        for future in waiting:
            future.cancel()
