"""The command line: parses what was typed, calls one function of huice, prints its result."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import typer
from typer.exceptions import TyperException

from huice.cli.app import build
from huice.cli.command import BAD, INTERRUPTED, OK, Start, guarded, hung_up, spoken, usage_problem
from huice.cli.surface import Surface


def main() -> None:
    """The command `huice`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs the command line given; the exit code."""
    narrow = _prepare(sys.stdout)
    _prepare(sys.stderr)
    start = Start(spoken(_wish(arguments)), narrow or "--ascii" in arguments)
    out = Surface(start.lang, as_json="--json" in arguments, ascii_only=start.ascii_only)
    code = guarded(out, lambda: _typed(out, start, arguments))
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return hung_up()
    return code


def _typed(out: Surface, start: Start, arguments: Sequence[str]) -> int:
    try:
        found: Any = build().main(
            args=list(arguments), prog_name="huice", standalone_mode=False, obj=start
        )
    except typer.Abort:
        return INTERRUPTED
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(f"{error}\n")
            return OK
        out.complain([usage_problem(error)])
        return BAD
    return found if isinstance(found, int) else OK


def _wish(arguments: Sequence[str]) -> str | None:
    """The language that is asked for, read before anything else: help and errors use it."""
    for position, argument in enumerate(arguments):
        if argument == "--lang":
            return arguments[position + 1] if position + 1 < len(arguments) else None
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def _prepare(stream: TextIO | Any) -> bool:
    """Makes a stream write UTF-8; whether it is a console that keeps its own encoding (GBK)."""
    encoding = (stream.encoding or "").lower().replace("-", "")
    if encoding.startswith("utf") or not hasattr(stream, "reconfigure"):
        return False
    chosen = "PYTHONIOENCODING" in os.environ
    if chosen or (stream.isatty() and encoding.startswith(("gb", "cp936", "big5"))):
        stream.reconfigure(errors="replace")
        return True
    stream.reconfigure(encoding="utf-8", errors="replace")
    return False
