"""A profile written as the YAML that the command line reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from huice.evaluate.notation import HEAD, scalar


def profile_text(data: Mapping[str, Any], lang: str) -> str:
    """The profile as YAML."""
    return "\n".join([HEAD[lang], *_block(data, "")]) + "\n"


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
