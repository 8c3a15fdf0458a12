"""The words of a result as a terminal shows them."""

from __future__ import annotations

from huice.evaluate import words
from huice.evaluate.words import (
    ALTERNATIVES,
    CEILING,
    CEILING_MEANS,
    CERTAIN,
    CERTAIN_MEANS,
    CLAUSE_CAP,
    DISCLAIMER,
    EFFECT,
    GIVES,
    GROUP_RULE,
    NO_CAP,
    NOT_MONEY,
    NOT_YET,
    STATUS,
    STEPS,
    UNSTATED,
)
from huice.language.text import Text

__all__ = [
    "ALTERNATIVES",
    "CEILING",
    "CEILING_MEANS",
    "CERTAIN",
    "CERTAIN_MEANS",
    "CLAUSE_CAP",
    "DISCLAIMER",
    "EFFECT",
    "GIVES",
    "GROUP_RULE",
    "HOLDS",
    "NOT_MONEY",
    "NOT_YET",
    "NO_CAP",
    "STATUS",
    "STEPS",
    "UNSTATED",
    "WAITING",
    "money_spread",
]

WAITING = Text("金额取决于未填的事实", "amount depends on facts not given")
HOLDS: dict[bool | None, tuple[str, str, Text]] = {
    True: ("✓", "[+]", words.HOLDS[True]),
    False: ("✗", "[-]", words.HOLDS[False]),
    None: ("？", "[?]", words.HOLDS[None]),
}
"""With the signs of a terminal, and of one that has only ASCII."""


def money_spread(low: str, high: str) -> str:
    """An interval as it is written: `0 元～400 万元`."""
    return low if low == high else f"{low}～{high}"
