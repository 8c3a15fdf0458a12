"""Keeps a loaded corpus between runs, so that the command line starts at once.

The key is a hash of the policy files and of the code that reads them; what is kept is plain data, decoded by
type. Nothing depends on the cache: if it cannot be read or written the files are loaded anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")

KEPT = 8
"""Corpora kept; the oldest go."""


def key_of(folder: Path) -> str:
    """A hash of all policy files of the folder and of the code that loads them."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    code = [*(root / "language").rglob("*"), *(root / "corpus").glob("*.py")]
    for path in sorted([*folder.rglob("*.yaml"), *code]):
        if path.suffix in (".yaml", ".py", ".lark") and path.is_file():
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def cache_folder() -> Path | None:
    """Where this user's caches are kept; None when HUICE_CACHE is empty."""
    chosen = os.environ.get("HUICE_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) / "huice" / "cache" if base else None
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "huice"


def recall(key: str, type_: type[T]) -> T | None:
    """What was kept under the key, or None."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        return msgspec.msgpack.decode((folder / f"{key}.corpus").read_bytes(), type=type_)
    except (OSError, msgspec.DecodeError):
        return None


def keep(key: str, value: object) -> None:
    """Keep the value under the key, if this user may write there."""
    folder = cache_folder()
    if folder is None:
        return
    data = msgspec.msgpack.encode(value, enc_hook=str)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(data)
        Path(file.name).replace(folder / f"{key}.corpus")
        kept = sorted(folder.glob("*.corpus"), key=lambda path: path.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return
