"""Spark as an engine: `simulate(..., executor=SparkExecutor(spark))` runs the fragments as Spark tasks.

A call becomes a Spark job of one task, so results come as they finish, an error belongs to its call, and Spark
queues the tasks, places them and repeats those of a lost machine. Rows never pass through Spark: a task reads
its own fragment. Spark is imported only where its session was given.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from importlib import import_module
from types import TracebackType
from typing import Any, TypeAlias, TypeVar, cast
from uuid import uuid4

from huice import __version__
from huice.language.text import Fault

T = TypeVar("T")
Context: TypeAlias = Any
"""A session or context of Spark, whose types are there only where Spark is installed."""
LONGEST = 300
"""Characters of Spark's own words that an error repeats."""


class SparkExecutor(Executor):
    """The executors of a Spark application as a `concurrent.futures` pool.

    `spark` is a `SparkSession` or `SparkContext` (Spark Connect has no tasks to give); it stays the
    caller's, and open. `at_once` is how many jobs Spark holds at a time, twice its cores if not told; the
    others wait here. Functions and arguments travel as Spark pickles its own, so the executors need huice in
    the same version. Each task may use `spark.task.cpus` threads, unless `POLARS_MAX_THREADS` is set there.

    What a task raises is raised here, with a note of the machine; what Spark itself cannot do is a `Fault`.
    As a context manager it waits for its tasks; left by an exception it cancels them.
    """

    def __init__(self, spark: Context, *, at_once: int | None = None) -> None:
        context: Context = getattr(spark, "sparkContext", spark)
        if not hasattr(context, "parallelize"):
            raise Fault(
                f"SparkExecutor 要一个 SparkSession 或 SparkContext，给的是 {type(spark).__name__}。没有装 "
                "Spark 就先安装 huice[spark]（另需 Java 17）；Spark Connect 的远程会话不能派任务，"
                "请在驱动程序里建会话",
                f"SparkExecutor needs a SparkSession or SparkContext, not {type(spark).__name__}. Without "
                "Spark, install huice[spark] first (and Java 17); a remote session of Spark Connect has no "
                "tasks to give, so make the session in the driver",
            )
        try:
            threads = context.getConf().get("spark.task.cpus", "1")
            cores = context.defaultParallelism
        except Exception as error:  # of whichever part is gone first
            raise Fault(
                "给的 Spark 会话已经停止；请新建一个再测算",
                "the Spark session is stopped; make a new one and compute again",
            ) from error
        self._context = context
        self._pickle = import_module("pyspark.cloudpickle")  # takes functions of a script too
        self._group = f"huice-{uuid4()}"
        self._cancelled = False
        self._task = task_of(__version__, threads)
        self._jobs = ThreadPoolExecutor(at_once or 2 * cores, "huice-spark")

    def submit(self, fn: Callable[..., T], /, *args: object, **kwargs: object) -> Future[T]:
        """One call as one Spark task."""
        return self._jobs.submit(self._run, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002  # as `Executor` has it
        """Takes no more; with `cancel_futures` what waits is cancelled and what runs is stopped."""
        self._jobs.shutdown(wait=False, cancel_futures=cancel_futures)
        if cancel_futures:
            self._cancelled = True
            self._context.cancelJobGroup(self._group)
        self._jobs.shutdown(wait=wait)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.shutdown(cancel_futures=exc_type is not None)

    def _run(
        self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> T:
        """Runs one call as a job, and waits for it, in a thread of its own."""
        if self._cancelled:
            raise CancelledError
        parcel = self._pickle.dumps((function, args, kwargs))
        try:
            self._context.setJobGroup(self._group, "huice", interruptOnCancel=True)
            [answer] = self._context.parallelize([parcel], 1).map(self._task).collect()
        except Exception as error:  # whatever Spark, Java or the bridge between them says
            if self._cancelled:
                raise CancelledError from None
            raise _failed(error) from error
        return cast("T", opened(answer))


def task_of(version: str, threads: str) -> Callable[[bytes], bytes]:
    """What a task runs.

    A function within a function travels by value: an executor without huice can take it and say what it lacks.
    An exception comes back as a value, so that Spark does not repeat what fails the same way every time.
    """

    def run(parcel: bytes) -> bytes:
        import os  # noqa: PLC0415  # nothing but what stands in here travels
        import pickle  # noqa: PLC0415  # as above
        import socket  # noqa: PLC0415  # as above
        import traceback  # noqa: PLC0415  # as above

        os.environ.setdefault("POLARS_MAX_THREADS", threads)  # read when Polars starts its threads
        host = socket.gethostname()
        try:
            import huice  # noqa: PLC0415  # as above

            if huice.__version__ != version:
                return pickle.dumps(("other", host, huice.__version__, ""))
            function, args, kwargs = pickle.loads(parcel)  # noqa: S301  # of the application itself
            return pickle.dumps(("done", host, function(*args, **kwargs), ""))
        except ImportError as error:
            return pickle.dumps(("missing", host, str(error), ""))
        except Exception as error:  # noqa: BLE001  # told to whoever waits for it
            told = traceback.format_exc()
            try:
                answer = pickle.dumps(("raised", host, error, told))
                pickle.loads(answer)  # noqa: S301  # just written; some exceptions cannot be read back
            except Exception:  # noqa: BLE001  # of any kind: then its words alone go back
                return pickle.dumps(("raised", host, repr(error), told))
            return answer

    return run


def opened(answer: bytes) -> object:
    """The result of a task, or its exception raised."""
    end, host, value, told = pickle.loads(answer)  # noqa: S301  # written by our own task
    match end:
        case "done":
            return value
        case "missing":
            raise Fault(
                f"Spark 执行器 {host} 上的 Python 缺少模块：{value}。请在每台机器 PYSPARK_PYTHON 所指的环境里"
                f"安装 huice {__version__}（或用 --archives 随作业发送整个环境）",
                f"the Python of Spark's executor on {host} lacks a module: {value}. Install huice "
                f"{__version__} in the environment of PYSPARK_PYTHON on every machine (or send the whole "
                "environment along with --archives)",
            )
        case "other":
            raise Fault(
                f"Spark 执行器 {host} 上是 huice {value}，这里是 {__version__}；版本须相同，请装成同一版本",
                f"Spark's executor on {host} has huice {value}, here it is {__version__}; install the same "
                "version on both",
            )
        case _:
            if not isinstance(value, BaseException):
                value = Fault(
                    f"Spark 执行器 {host} 上的任务出错：{value}",
                    f"a task on Spark's executor {host} failed: {value}",
                )
            value.add_note(f"in a Spark task on {host}:\n{told}")
            raise value


def _failed(error: Exception) -> Fault:
    """What Spark could not do, in its own words, without its stack."""
    java = getattr(error, "java_exception", None)
    words = str(error if java is None else java.getMessage()).strip() or type(error).__name__
    reason = words.splitlines()[0].split("most recent failure: ")[-1][:LONGEST].rstrip(" .")
    return Fault(
        f"Spark 没有完成一个任务：{reason}。执行器若因内存不足退出，请调大 spark.executor.memoryOverhead，"
        "或把每块的企业数 firms 调小；驱动与执行器的 Python 版本须相同",
        f"Spark did not finish a task: {reason}. If an executor died for want of memory, raise "
        "spark.executor.memoryOverhead or make fragments smaller (firms); driver and executors need the same "
        "version of Python",
    )
