"""What only looks as if it would bring more."""

from __future__ import annotations

from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.language.text import Text


class Risk(Struct, frozen=True):
    """A lower figure would look better: a risk, never advice.

    `says` is the threshold as the rule has it; `at` the figure that would give `ceiling`.
    """

    fact: str
    where: str | int | None
    now: Exact
    at: Exact
    ceiling_now: Exact
    ceiling: Exact
    says: Text
