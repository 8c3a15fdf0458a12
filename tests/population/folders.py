"""What stands in a folder of results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from huice.population.results import LIST


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, by its path within the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def told(folder: Path) -> dict[str, Any]:
    """The list of a finished run."""
    found: dict[str, Any] = json.loads((folder / LIST).read_text("utf-8"))
    return found
