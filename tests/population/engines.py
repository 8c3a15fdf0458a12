"""The engines that run fragments: this process, threads, processes, a dask cluster, a Spark cluster of this machine."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from huice.language.text import Fault
from huice.population import load
from huice.population.spark import SparkExecutor
from huice.population.workers import processes

ROOT = Path(__file__).parents[2]
HERE = ("here", "threads", "processes", "dask")
"""Those that need nothing but the development environment; "spark" needs pyspark and Java."""


@contextmanager
def engine(name: str) -> Iterator[Any]:
    """What `simulate` takes as its executor; two workers where there are any."""
    match name:
        case "threads":
            with ThreadPoolExecutor(2) as pool:
                yield pool
        case "processes":
            with processes(2) as pool:
                yield pool
        case "dask":
            with dask() as client:
                yield client
        case "spark":
            with spark() as session, SparkExecutor(session) as pool:
                yield pool
        case _:
            yield None


@contextmanager
def dask() -> Iterator[Any]:
    """A client of two worker processes of one thread each."""
    from distributed import Client, LocalCluster  # noqa: PLC0415  # takes long to import

    make: Any = LocalCluster  # the cluster's libraries carry no types
    connect: Any = Client
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLARS_MAX_THREADS", "1")  # the workers inherit it
        with (
            make(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as on,
            connect(on) as client,
        ):
            assert len(client.scheduler_info()["workers"]) == 2
            assert client.submit(threads).result() == 1
            yield client


def has_spark() -> Any:
    """Spark's module for sessions; the test is left out where Spark or Java is missing."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed (huice[spark])")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java, and there is none")
    return sql


@contextmanager
def spark() -> Iterator[Any]:
    """A session of a cluster of its own: a master and two executors, each a process that starts Python workers."""
    sql = has_spark()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = (
            sql.SparkSession.builder.master("local-cluster[2,1,1024]")
            .config("spark.executorEnv.PYTHONPATH", str(ROOT))  # for the functions below
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
        )
        try:
            yield session
        finally:
            session.stop()


# --- what tests run on a worker ---------------------------------------------------------------------------


def threads() -> int:
    """How many threads Polars has there."""
    return pl.thread_pool_size()


def process(seconds: float = 0) -> int:
    """Which process it is, after a while."""
    time.sleep(seconds)
    return os.getpid()


def fault() -> None:
    raise Fault("写错了", "written wrongly")


def bad_tables(path: str) -> None:
    load(path)


def nothing_to_import() -> None:
    import nothing_of_this_name  # type: ignore[import-not-found]  # noqa: F401, PLC0415  # is what happens


class TwoPartsError(Exception):
    """Cannot be read back from a pickle: it takes two arguments and passes one on."""

    def __init__(self, one: str, _other: str) -> None:
        super().__init__(one)


def two_parts() -> None:
    raise TwoPartsError("first", "second")


def crash() -> None:
    os._exit(3)
