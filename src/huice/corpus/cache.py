"""Keeps a loaded corpus between runs, so that the command line starts at once; compiled rules lie beside it.

The key is a hash of the policy files and of the code that reads them; what is kept is plain data, decoded by
type. Nothing depends on the cache: if it cannot be read or written the files are loaded anew.
"""

from __future__ import annotations

import hashlib
import os
import stat
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
    data = read(f"{key}.corpus")
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=type_)
    except msgspec.DecodeError:
        return None


def keep(key: str, value: object) -> None:
    """Keep the value under the key, if this user may write there."""
    write(f"{key}.corpus", msgspec.msgpack.encode(value, enc_hook=str), KEPT)


def read(name: str) -> bytes | None:
    """The bytes of a file of the cache, or None."""
    folder = cache_folder()
    try:
        return None if folder is None else (folder / name).read_bytes()
    except OSError:
        return None


def write(name: str, data: bytes, most: int) -> None:
    """Keep a file, and of its kind (by suffix) so many; the oldest go. A folder is made for the user alone."""
    folder = cache_folder()
    if folder is None:
        return
    path = folder / name
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
        kept = sorted(path.parent.glob(f"*{path.suffix}"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-most]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def private(name: str) -> bool:
    """Whether nobody but this user can have written a file of the cache, as its folder shows."""
    folder = cache_folder()
    if folder is None:
        return False
    if not hasattr(os, "geteuid"):  # Windows: the folder lies in the user's own profile
        return True
    try:
        found = [(folder / name).stat(), (folder / name).parent.stat()]
    except OSError:
        return False
    others = stat.S_IWGRP | stat.S_IWOTH
    return all(one.st_uid == os.geteuid() and not one.st_mode & others for one in found)
