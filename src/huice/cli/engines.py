"""What runs populations from the command line, and the bar that shows how far they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from huice.cli.progress import bar
from huice.cli.surface import Surface, bad_input

PATIENCE = "10s"
"""How long to wait for a cluster."""


class Shown:
    """A bar that appears when the number of firms is known."""

    def __init__(self, out: Surface) -> None:
        self.out, self.done = out, 0
        self.open: Any = None
        self.advance: Any = None

    def __enter__(self) -> None:
        self.done = 0

    def __exit__(self, *_: object) -> None:
        if self.open is not None:
            self.open.__exit__(None, None, None)
            self.open = None

    def progress(self, done: int, total: int) -> None:
        """So many firms of so many are done."""
        if self.open is None:
            self.open = bar(self.out, "正在测算", "Computing firms", total)
            self.advance = self.open.__enter__()
        self.advance(done - self.done)
        self.done = done


@contextmanager
def engine(workers: int, cluster: str | None) -> Iterator[Any]:
    """What runs the fragments: this process, several, or a cluster."""
    if cluster is not None:
        with _client(cluster) as client:
            yield client
    elif workers > 1:
        from huice.population.workers import processes

        with processes(workers) as pool:
            yield pool
    else:
        yield None


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise bad_input(
            "T008",
            "没有装 dask.distributed；请先安装 huice[cluster]",
            "dask.distributed is not installed; install huice[cluster] first",
        ) from None
    try:
        return Client(address, timeout=PATIENCE)  # type: ignore[no-untyped-call]  # carries no types
    except (OSError, ValueError) as error:
        raise bad_input(
            "T008",
            f"连不上集群 {address}：请核对地址，并确认调度器已启动",
            f"the cluster {address} cannot be reached; check the address and that its scheduler runs",
        ) from error
