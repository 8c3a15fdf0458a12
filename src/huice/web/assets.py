"""The style sheet and the script, read once and named by their content, so that a browser may keep them."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct

from huice.population.axes import number_axis
from huice.population.svg import Figure, bars

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
NAMES = ("style.css", "page.js")
CHARTS = "charts.css"
"""The style of the pages of populations, and of their drawings, which carry it where no page does."""
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


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
        found[name] = _asset(name, (files("huice.web") / "static" / name).read_bytes())
    match = _STYLE.search(bars(Figure("", ""), [], number_axis(0, 1)))
    assert match is not None
    style = match[1].replace(
        ".hc path{", ".hc path:where(:not(.f-most)){"
    )  # hatched by an attribute
    page = (files("huice.web") / "static" / "population.css").read_text("utf-8")
    found[CHARTS] = _asset(CHARTS, f"{style}\n{page}".encode())
    return found


def _asset(name: str, body: bytes) -> Asset:
    mark = hashlib.sha256(body).hexdigest()[:10]
    return Asset(body, TYPES[name.rpartition(".")[2]], f"/static/{mark}/{name}")
