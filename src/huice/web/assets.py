"""The style sheet and the script, read once and named by their content, so that a browser may keep them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
NAMES = ("style.css", "page.js")


class Asset(Struct, frozen=True):
    """One file: its bytes, its type and the address that changes with it."""

    body: bytes
    type: str
    url: str


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """The files by name."""
    found = {}
    for name in NAMES:
        body = (files("huice.web") / "static" / name).read_bytes()
        mark = hashlib.sha256(body).hexdigest()[:10]
        url = f"/static/{mark}/{name}"
        found[name] = Asset(body, TYPES[name.rpartition(".")[2]], url)
    return found
