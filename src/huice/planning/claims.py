"""What may be claimed in a model: claims with their switches, amounts as terms, clauses that were used."""

from __future__ import annotations

from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.planning.field import Combo, Offer
from huice.planning.solver import Terms

Tag = tuple[str, str]
"""What a row of the user's own problem is: (`must`, a measure), (`least`, a spending) ..."""


class Claim(Struct, frozen=True):
    """One claim that may be made, and the switch that says whether it is."""

    offer: Offer
    combo: Combo
    year: int
    support: int
    switch: int


class Citation(Struct, frozen=True):
    """A clause that binds measures of a plan's seats: those of a group, on a row, or on a pool (`about`)."""

    clause: str
    about: str
    measures: tuple[str, ...]


class Amount(Struct, frozen=True):
    """A figure as terms of columns, in the solver's unit, and the most that it can be."""

    terms: Terms
    most: Exact
