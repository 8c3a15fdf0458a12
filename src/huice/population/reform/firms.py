"""The firms of a reform, one row each, as fragments give them: in memory, or too many for it in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from re import compile as pattern
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

import polars as pl

from huice.language.text import Text
from huice.population.folder import Kind, Staged

NAME = "orgs"
_PART = pattern(rf"{NAME}/part-\d{{5,}}\.parquet")
REFORM = Kind(
    "reform.json",
    Text("草案测算的逐家结果", "the firms of a reform"),
    lambda path: path.parts[0] == NAME and (path.suffix == ".parquet" or path.name == NAME),
    lambda path: _PART.fullmatch(path.as_posix()) is not None,
)


class Firms:
    """Rows of firms by fragment. `scan` reads them in the order of the fragments, whatever came first."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._parts: dict[int, pl.LazyFrame] = {}
        self._files: dict[int, tuple[Path, int]] = {}
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
        self._files[number] = path, rows.height

    def put(self, stage: Staged, about: Mapping[str, Any]) -> None:
        """Puts the parts that stand in the folder of a run in their place."""
        files = {f"{NAME}/{path.name}": rows for path, rows in self._files.values()}
        stage.finish(about, files)
        self.folder = stage.folder / NAME
        for number, (path, rows) in self._files.items():
            self._files[number] = self.folder / path.name, rows
            self._parts[number] = pl.scan_parquet(self.folder / path.name)

    def scan(self) -> pl.LazyFrame:
        """All of them."""
        return pl.concat([self._parts[number] for number in sorted(self._parts)])
