"""The rows of the workings: one step each, its formulas and the engine's own figures."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.evaluate.result import MeasureResult
from huice.language.text import NOTHING, Text

CONDITION, PARAMETER, HIGH, LOW = "F", "G", "H", "I"
"""The columns of a row that formulas speak of."""
LONGEST = 8000
"""Characters of a formula; a spreadsheet takes 8,192."""


class Cell(Struct, frozen=True):
    """A formula without its `=`, and the value that the engine has for it (None: no bound)."""

    formula: str
    value: Exact | None


class Row(Struct):
    """One row. `engine_high` None beside `checked` is no bound; `text` stands in for an unbounded total."""

    kind: str
    label: Text
    year: int | None = None
    whose: Text = NOTHING
    condition: Cell | None = None
    parameter: Cell | None = None
    share: bool = False
    high: Cell | None = None
    low: Cell | None = None
    checked: bool = False
    engine_high: Exact | None = None
    engine_low: Exact = 0
    text: Text = NOTHING
    numbers: str = ""
    one: MeasureResult | None = None


Refs = tuple[str, str]
"""Where the most and the least stand: two cells, or formulas."""


def summed(refs: Sequence[str]) -> str:
    """The sum of cells or formulas; what is nothing is left out."""
    refs = [ref for ref in refs if ref != "0"]
    if not refs:
        return "0"
    return refs[0] if len(refs) == 1 else f"SUM({','.join(refs)})"
