"""Computations of populations that outlast a request: a few at a time, each in a process of its own.

Everything of a job lies in one folder: what was asked, its tables, how far it is, what came out. The folders
can be shared by several server processes. A job is deleted when its time is over, when its visitor says so, or
when the server stops; nothing else is kept.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

REQUEST, STATUS = "request.json", "status.json"
TABLES = "tables"
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


class Limits(Struct, frozen=True):
    """How many jobs may be there at once, how long one may run, and how long its results are kept."""

    most: int = 8
    seconds: int = 240
    keep_seconds: int = 1800


class Status(Struct, frozen=True):
    """How far a job is: waiting, running, done or failed, at which step; `problems` in both languages.

    `part` is how much of the step is done, in per cent, where that is known.
    """

    state: str = "waiting"
    step: int = 0
    part: int | None = None
    problems: tuple[tuple[str, str], ...] = ()


class Busy(Exception):
    """There are as many jobs as may be."""


class Jobs:
    """The jobs of a server. `folder` is shared with its other processes; without one they share none."""

    def __init__(self, folder: Path | None = None, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._shared = folder
        self._own: Path | None = None
        self._workers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="population")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = Lock()
        self._closed = False

    @property
    def folder(self) -> Path:
        """Where the jobs lie; made when first needed."""
        if self._shared is not None:
            return self._shared
        with self._lock:
            if self._own is None:
                self._own = Path(tempfile.mkdtemp(prefix="huice-"))
            return self._own

    def start(self, request: Struct, fill: Callable[[Path], None]) -> str:
        """A new job; `fill` puts the tables into its folder; what it raises undoes the job. Raises `Busy`."""
        self.sweep()
        if sum(1 for entry in self.folder.iterdir() if entry.is_dir()) >= self.limits.most:
            raise Busy
        id_ = secrets.token_urlsafe(16)
        folder = self.folder / id_
        folder.mkdir(mode=0o700)
        try:
            fill(folder)
            (folder / REQUEST).write_bytes(msgspec.json.encode(request))
            put_status(folder, Status())
        except BaseException:
            shutil.rmtree(folder)
            raise
        self._workers.submit(self._run, id_)
        return id_

    def find(self, id_: str) -> Path | None:
        """The folder of a job that is still there."""
        if not _ID.fullmatch(id_):
            return None
        self.sweep()
        folder = self.folder / id_
        return folder if (folder / STATUS).is_file() else None

    def delete(self, id_: str) -> None:
        """Stops a job and deletes all of it."""
        folder = self.find(id_)
        process = self._running.get(id_)
        if process is not None:
            process.kill()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Deletes what is older than jobs are kept."""
        oldest = time.time() - self.limits.keep_seconds
        for entry in self.folder.iterdir():
            try:
                if entry.stat().st_mtime < oldest and entry.name not in self._running:
                    shutil.rmtree(entry, ignore_errors=True)
            except FileNotFoundError:  # another process was quicker
                continue

    def close(self) -> None:
        """Stops everything, and deletes the folder if it is our own."""
        self._closed = True
        for process in list(self._running.values()):
            process.kill()
        self._workers.shutdown(wait=True, cancel_futures=True)
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    def _run(self, id_: str) -> None:
        folder = self.folder / id_
        if self._closed or not folder.is_dir():
            return
        command = [sys.executable, "-m", "huice.web.population_work", str(folder)]
        process = subprocess.Popen(  # noqa: S603  # our own module, a folder of our own making
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "POLARS_MAX_THREADS": "1"},
        )
        self._running[id_] = process
        try:
            process.wait(self.limits.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            put_status(folder, Status("failed", problems=(too_long(self.limits.seconds),)))
        finally:
            del self._running[id_]
        if folder.is_dir() and get_status(folder).state in ("waiting", "running"):
            put_status(folder, Status("failed", problems=(BROKEN,)))


BROKEN = (
    "测算没有完成：进程被中断（多半是内存不够）。请减少企业数再试",
    (
        "the computation did not finish: its process was stopped (most likely for lack of memory); "
        "try again with fewer firms"
    ),
)


def too_long(seconds: int) -> tuple[str, str]:
    """What is said of a job that ran out of time."""
    return (
        f"测算超过 {seconds} 秒，已停止；请减少企业数，或在自己的机器上用 huice simulate",
        (
            f"the computation took more than {seconds} seconds and was stopped; use fewer firms, or "
            "huice simulate on a machine of your own"
        ),
    )


def put_status(folder: Path, status: Status) -> None:
    """Writes how far a job is; a reader sees the old or the new, nothing between."""
    if not folder.is_dir():
        return
    fresh = folder / f"{STATUS}.new"
    fresh.write_bytes(msgspec.json.encode(status))
    fresh.replace(folder / STATUS)


def get_status(folder: Path) -> Status:
    """How far a job is."""
    return msgspec.json.decode((folder / STATUS).read_bytes(), type=Status)
