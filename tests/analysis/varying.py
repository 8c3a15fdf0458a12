"""Puts a number, fixed or varying, into a checked profile."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from huice.evaluate.facts import Profile


def with_number(profile: Profile, kind: str, position: int, key: str, number: Any) -> Profile:
    """The profile with this number in one of its entities."""
    rows = list(profile.lists[kind] or ())
    rows[position] = {**rows[position], key: number}
    return structs.replace(profile, lists={**profile.lists, kind: tuple(rows)})
