"""Drawings of the packages below put into a page: wide and narrow, styled by the one style sheet."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_SIZE = re.compile(r'(<svg[^>]*?) width="[\d.]+" height="[\d.]+"')
_CLASS = re.compile(r'<svg([^>]*?) class="([^"]*)"')
_ID = re.compile(r'(id="|url\(#)([\w-]+)')


def drawn(draw: Callable[[bool], str], name: str) -> Markup:
    """A drawing twice, wide and for phones; the style sheet shows one of them.

    `draw` makes it, narrow or not. Its own style is left out, which the page's policy forbids; its ids get the
    `name` before them, so that none is there twice.
    """
    return Markup("").join(_inline(draw(narrow), name, narrow) for narrow in (False, True))


def _inline(svg: str, name: str, narrow: bool) -> Markup:  # noqa: FBT001  # one of two drawings
    kind = "narrow" if narrow else "wide"
    svg = _SIZE.sub(r"\1", _STYLE.sub("", svg.strip()), count=1)
    svg = svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    svg = _CLASS.sub(rf'<svg\1 class="drawn {kind} \2"', svg, count=1)
    return Markup(_ID.sub(rf"\1{name}-{kind}-\2", svg))  # noqa: S704  # drawn by us, its texts escaped
