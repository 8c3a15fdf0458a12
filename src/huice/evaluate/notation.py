"""Values of a profile written as the YAML that every surface reads."""

from __future__ import annotations

import re

from huice.corpus.source import Number
from huice.language.text import Text

HEAD = Text(
    "# 惠策画像：没有写的事实按“暂不清楚”处理，不是“否”，也不是 0。",
    "# A huice profile: a fact that is not given is unknown, not false and not 0.",
)
_PLAIN = re.compile(r"[^\W\d][\w/ （）()—-]*")
_AMOUNT = re.compile(r"\d+(\.\d+)?[万亿]元|\d{4}-\d{2}-\d{2}")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def scalar(value: object) -> str:
    """One value, in quotes unless it needs none."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(scalar(one) for one in value) + "]"
    text = str(value)
    if not isinstance(value, str) or isinstance(value, Number) or _AMOUNT.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED and text == text.strip():
        return text
    escaped = "".join(_ESCAPES.get(sign, sign) for sign in text if sign >= " " or sign in "\n\t")
    return f'"{escaped}"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
