"""Reading profiles and figures in tests, exactly: numbers of YAML are decimals, amounts of a result too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Profile: TypeAlias = dict[str, Any]
"""A profile as a user gives it."""

GOLDEN = Path(__file__).parents[1] / "golden"
LISTS = {
    "person": "people",
    "project": "projects",
    "contract": "contracts",
    "premises": "premises",
}
"""The list of a profile that holds each kind of entity."""
FIGURES = ("status", "certain_yuan", "ceiling_yuan", "clause_cap_yuan", "years")
"""The keys of a measure that a reader of the same rules must agree on."""


class ExactLoader(yaml.SafeLoader):
    """Reads 0.1 as one tenth."""


ExactLoader.add_constructor(
    "tag:yaml.org,2002:float",
    lambda loader, node: Decimal(str(loader.construct_scalar(node))),  # type: ignore[arg-type]  # a float is a scalar
)


def load_yaml(path: Path) -> Any:
    """A YAML file with exact numbers."""
    return yaml.load(path.read_text(encoding="utf-8"), ExactLoader)  # noqa: S506 - a safe loader


def plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The same figures with every amount of yuan as an exact number."""
    return {
        key: Decimal(value) if key.endswith("_yuan") and value is not None else value
        for key, value in figures.items()
    }


def values(thing: Any) -> Iterator[Any]:
    """Every value inside a nest of mappings, lists and frozen values, keys included."""
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from values(key)
            yield from values(value)
    elif isinstance(thing, list | tuple | set | frozenset):
        for value in thing:
            yield from values(value)
    elif hasattr(thing, "__struct_fields__"):
        for name in thing.__struct_fields__:
            yield from values(getattr(thing, name))
    else:
        yield thing
