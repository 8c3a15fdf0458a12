"""Spark as a pool: what a task raises comes back as it is, what Spark cannot do is told, and all of it stops."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from huice.language.text import Fault
from huice.population import BadTables
from huice.population.spark import SparkExecutor, opened, task_of
from tests.population import engines

pytestmark = pytest.mark.filterwarnings("ignore")  # of Spark's own library


def test_what_is_no_spark_session_is_refused_with_what_to_install() -> None:
    with pytest.raises(Fault, match="给的是 str") as caught:
        SparkExecutor("spark://host:7077")
    assert "install huice[spark]" in caught.value.text.en


def test_a_task_travels_to_a_python_that_has_no_huice_and_says_so(tmp_path: Path) -> None:
    """In an interpreter that has `cloudpickle`, which Spark brings along, and nothing else."""
    cloudpickle: Any = import_module("cloudpickle")
    (tmp_path / "cloudpickle").symlink_to(Path(cloudpickle.__file__).parent)
    (tmp_path / "task").write_bytes(cloudpickle.dumps(task_of("0.1.0", "1")))
    script = (
        "import pathlib, pickle, sys; here = pathlib.Path(sys.argv[1]); sys.path.insert(0, str(here)); "
        "run = pickle.loads((here / 'task').read_bytes()); (here / 'answer').write_bytes(run(b''))"
    )
    command = [sys.executable, "-I", "-S", "-c", script, str(tmp_path)]
    subprocess.run(command, check=True)
    with pytest.raises(Fault, match=r"No module named 'huice'.*PYSPARK_PYTHON"):
        opened((tmp_path / "answer").read_bytes())


def test_another_version_of_huice_on_an_executor_is_told() -> None:
    with pytest.raises(Fault, match=r"版本须相同"):
        opened(task_of("0.0.0", "1")(b""))


# --- a cluster on this machine: master and two executors --------------------------------------------------


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with engines.spark() as found:
        yield found


@pytest.fixture
def pool(session: Any) -> Iterator[SparkExecutor]:
    with SparkExecutor(session) as found:
        yield found


@pytest.mark.long
def test_tasks_run_in_processes_of_both_executors_each_with_one_thread(pool: SparkExecutor) -> None:
    waiting = [pool.submit(engines.process, 0.5) for _ in range(6)]
    assert len({one.result() for one in waiting} - {engines.process()}) == 2
    assert pool.submit(engines.threads).result() == 1


@pytest.mark.long
def test_what_a_task_raises_comes_back_as_it_was_raised(pool: SparkExecutor) -> None:
    with pytest.raises(Fault) as caught:
        pool.submit(engines.fault).result()
    assert caught.value.text.en == "written wrongly"
    assert "in a Spark task on" in caught.value.__notes__[0]
    with pytest.raises(BadTables) as tables:
        pool.submit(engines.bad_tables, "/nowhere").result()
    assert [one.code for one in tables.value.problems] == ["K014"]


@pytest.mark.long
def test_an_exception_that_cannot_be_read_back_is_told_in_words(pool: SparkExecutor) -> None:
    with pytest.raises(Fault, match="TwoPartsError"):
        pool.submit(engines.two_parts).result()


@pytest.mark.long
def test_a_module_that_an_executor_lacks_is_named(pool: SparkExecutor) -> None:
    with pytest.raises(Fault, match="nothing_of_this_name"):
        pool.submit(engines.nothing_to_import).result()


@pytest.mark.long
def test_a_worker_that_dies_is_told_and_the_others_go_on(pool: SparkExecutor) -> None:
    with pytest.raises(Fault, match=r"Spark 没有完成一个任务：Lost task .*Python worker exited"):
        pool.submit(engines.crash).result()
    assert pool.submit(engines.threads).result() == 1


@pytest.mark.long
def test_a_pool_that_is_left_by_an_exception_stops_its_tasks(session: Any) -> None:
    waiting: list[Any] = []
    start = time.monotonic()

    def left() -> None:
        with SparkExecutor(session) as pool:
            waiting.extend(pool.submit(engines.process, 60) for _ in range(9))
            time.sleep(1)  # some run, the others wait
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        left()
    assert time.monotonic() - start < 30
    for one in waiting:
        assert one.cancelled() or isinstance(one.exception(), CancelledError)
    with SparkExecutor(session) as other:  # the session stays open
        assert other.submit(engines.threads).result() == 1


@pytest.mark.long
def test_a_session_that_is_stopped_is_told(session: Any) -> None:
    """The last of this file: Spark allows one session in a process."""
    session.stop()
    with pytest.raises(Fault, match="已经停止"):
        SparkExecutor(session)
