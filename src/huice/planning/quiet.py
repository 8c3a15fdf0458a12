"""HiGHS greets on the standard output when it is first made; no answer of ours may begin with that."""

from __future__ import annotations

import ctypes
import os
import sys
from threading import Lock

import highspy

_LOCK = Lock()
_GREETED: list[bool] = []


def new_solver() -> highspy.Highs:
    """A solver that prints nothing."""
    if _GREETED:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # it has no types of its own
    else:
        with _LOCK:
            solver = _without_greeting()
            _GREETED.append(True)
    solver.silent()
    return solver


def _without_greeting() -> highspy.Highs:
    """The first solver of the process, made while the standard output leads nowhere."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # no standard output at all
        return highspy.Highs()  # type: ignore[no-untyped-call]  # as above
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # as above
        _flush()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
    return solver


def _flush() -> None:
    """Writes out what the C library holds back, so that it does not appear later."""
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    library.fflush(None)
