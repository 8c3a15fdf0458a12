"""The firms of a reform, one row each, as fragments give them: in memory, or too many for it in a folder."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

import polars as pl

NAME = "orgs"


class Firms:
    """Rows of firms by fragment. `scan` reads them in the order of the fragments, whatever came first."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._parts: dict[int, pl.LazyFrame] = {}
        self.height = 0

    @classmethod
    def on_disk(cls, out: Path | None) -> Firms:
        """Firms in `out/orgs`, a part a fragment; without `out` in a folder that goes with this object."""
        folder = Path(mkdtemp(prefix="huice-")) if out is None else out
        found = cls(folder / NAME)
        if out is None:
            finalize(found, rmtree, folder, ignore_errors=True)
        (folder / NAME).mkdir(parents=True, exist_ok=True)
        return found

    def add(self, number: int, rows: pl.DataFrame) -> None:
        """The firms of a fragment."""
        self.height += rows.height
        if self.folder is None:
            self._parts[number] = rows.lazy()
            return
        path = self.folder / f"part-{number:05d}.parquet"
        rows.write_parquet(path, compression="lz4")
        self._parts[number] = pl.scan_parquet(path)

    def scan(self) -> pl.LazyFrame:
        """All of them."""
        return pl.concat([self._parts[number] for number in sorted(self._parts)])
