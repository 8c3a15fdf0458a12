"""Text to nodes. A stranger's text can neither run code nor hang the process: sizes are bounded first."""

from __future__ import annotations

import re
from functools import lru_cache

from huice.language import nodes as n
from huice.language.text import Fault

LONGEST = 2000
"""Characters of one expression."""
DEEPEST = 24
"""Parentheses within parentheses, and `not` or `of` in a row."""
MOST_TOKENS = 400

_WORD = re.compile(r"[a-z_]+(?:\.[a-z_]+)?|[^\sa-z_]")


def parse_expression(text: str) -> n.Node:
    """The node of a condition or an amount.

    Raises `Fault` (with the column) for text that is too long or too deep, for unknown
    syntax and for numbers that are not a policy's.
    """
    return _parse(text, "expression")


def parse_limit(text: str) -> n.Limit:
    """The node of a cap: an amount, whose sum it cuts and over what period. Raises `Fault`."""
    limit = _parse(text, "limit")
    assert isinstance(limit, n.Limit)
    return limit


@lru_cache(maxsize=8192)
def _parse(text: str, start: str) -> n.Node:
    _bound(text)
    from huice.language.syntax import read  # noqa: PLC0415  # Lark is slow to import

    return read(text, start)


def _bound(text: str) -> None:
    if len(text) > LONGEST:
        raise Fault(
            f"表达式长 {len(text)} 个字符，超过上限 {LONGEST}",
            f"the expression has {len(text)} characters, more than {LONGEST}",
            LONGEST,
        )
    depth = chain = 0
    for tokens, match in enumerate(_WORD.finditer(text), 1):
        word = match.group()
        depth += word in "({"
        depth -= word in ")}"
        chain = chain + 1 if word in ("not", "of") else 0 if word in (",", "and", "or") else chain
        if depth > DEEPEST or chain > DEEPEST:
            raise Fault(
                f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST}", match.start() + 1
            )
        if tokens > MOST_TOKENS:
            raise Fault(
                f"表达式超过 {MOST_TOKENS} 个词",
                f"more than {MOST_TOKENS} words",
                match.start() + 1,
            )
