"""How a check tells a fault: at a measure, a condition, a document or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from huice.corpus.corpus import Corpus
from huice.corpus.model import Document, Group, Measure, Place, Pool
from huice.corpus.source import Problem
from huice.language.text import Text

Check = Callable[[Corpus], Iterable[Problem]]
"""A check reads the whole corpus and tells what is wrong; it changes and throws nothing."""


def at(
    thing: Measure | Pool | Group | Document,
    code: str,
    zh: str,
    en: str,
    where: Place | None = None,
) -> Problem:
    """A fault of this measure, pool, group or document, at its line or at a part's."""
    place = where or thing.where
    return Problem(code, Text(zh, en), place.file, place.line, place.column, thing.id)


SHOWN = 40
"""Characters of a quotation in a message."""


def shortened(text: str) -> str:
    """The text, cut if it is too long for a message."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def in_file(file: str, code: str, zh: str, en: str, subject: str = "") -> Problem:
    """A fault of a file as a whole."""
    return Problem(code, Text(zh, en), file, subject=subject)
