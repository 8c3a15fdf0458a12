"""A profile written as the YAML that the command line reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from huice.corpus.source import Number
from huice.language.text import Text

_PLAIN = re.compile(r"[^\W\d][\w/ （）()—-]*")
_AMOUNT = re.compile(r"\d+(\.\d+)?[万亿]元|\d{4}-\d{2}-\d{2}")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_HEAD = Text(
    "# 惠策画像：没有写的事实按“暂不清楚”处理，不是“否”，也不是 0。",
    "# A huice profile: a fact that is not given is unknown, not false and not 0.",
)


def profile_text(data: Mapping[str, Any], lang: str) -> str:
    """The profile as YAML."""
    return "\n".join([_HEAD[lang], *_block(data, "")]) + "\n"


def _block(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{scalar(key)}:"
            yield from _block(value, indent + "  ")
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield f"{indent}{scalar(key)}:"
            for item in value:
                yield from _item(item, indent)
        else:
            yield f"{indent}{scalar(key)}: {scalar(value)}"


def _item(item: object, indent: str) -> Iterator[str]:
    if not isinstance(item, dict) or not item:
        yield f"{indent}- {scalar(item)}"
        return
    lines = list(_block(item, indent + "  "))
    yield f"{indent}- {lines[0][len(indent) + 2 :]}"
    yield from lines[1:]


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
