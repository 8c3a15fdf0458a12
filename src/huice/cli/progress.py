"""A bar for work whose length is known; on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from huice.cli.surface import Surface


@contextmanager
def bar(out: Surface, zh: str, en: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to be told how much more is done."""
    if not sys.stderr.isatty() or out.as_json:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(out.say(zh, en), total=total)
        yield lambda done: shown.advance(task, done)
