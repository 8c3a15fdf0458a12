"""Names of the columns that the layout adds to the tables."""

from __future__ import annotations

AT, POSITION, HERE, WHO, BLANK, STATED = "__at", "__pos", "__here", "__who", "__blank", "__stated"
NAMED = "__named"
"""Whether an entity has an `id`."""


def in_year_name(column: str, year: int) -> str:
    """The name of a column as one year states it."""
    return f"{column}@{year}"


def earlier_name(column: str, year: int) -> str:
    """The name of a column of the same entity a year before the year."""
    return f"{column}@before:{year}"


def known_name(kind: str, year: int) -> str:
    """The firms' column that says whether their list of a kind is known in a year."""
    return f"__known:{kind}@{year}"
