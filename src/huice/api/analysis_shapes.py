"""The shape of every answer about the rules themselves. Nothing is left open."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from huice.api import plan_shapes
from huice.api.shapes import Count, Day, Shape, Status, Words, Yuan

Exact = Annotated[
    str,
    Meta(
        pattern=r"^-?\d+(\.\d+|/\d+)?$",
        description="exact: a decimal, or a fraction where none is short",
    ),
]
Horizon = Annotated[int, Meta(ge=1, le=30)]
Kind = Literal["jump", "bend", "status"]


class Straight(Shape, frozen=True):
    """A line: the amount at 0 of it, and what one unit more adds."""

    value: Yuan
    slope: Yuan


class Part(Shape, frozen=True):
    """A straight part of a curve; `high` is null where it has no end, `ceiling` where none is stated."""

    low: Yuan
    low_included: bool
    high: Yuan | None
    high_included: bool
    status: Status
    certain: Straight
    ceiling: Straight | None


class Change(Shape, frozen=True):
    """How one figure changes at a break; `again_at` is where a loss is made up, null if never."""

    before_yuan: Yuan | None
    after_yuan: Yuan | None
    size_yuan: Yuan | None
    slope_before: Exact
    slope_after: Exact
    again_at: Exact | None


class At(Shape, frozen=True):
    """What the evaluator says at a number, to the fen."""

    at: Yuan
    status: Status
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None


class Cause(Shape, frozen=True):
    """What changes in the rule at a break; `quote` is the clause, `holds` how it stands below and above."""

    kind: Literal["condition", "base", "rung", "cap", "pool", "bound", "group"]
    measure: str
    says: Words
    quote: str
    start: Count
    end: Count
    holds: Annotated[list[bool | None], Meta(min_length=2, max_length=2)] | None


class Break(Shape, frozen=True):
    """Where a curve breaks: `last` and `first` are the figures on either side, `further` one unit more."""

    kind: Kind
    at: Exact
    included: Literal["below", "above"]
    loss: bool
    certain: Change
    ceiling: Change
    last: At
    first: At
    further: At
    level_from_here: bool
    causes: list[Cause]


class Line(Shape, frozen=True):
    """The curve of a measure; of the total of a place, `measure` is null."""

    measure: str | None
    title: Words
    parts: list[Part]
    breaks: list[Break]


class PlaceCurves(Shape, frozen=True):
    """The curves at one place; null is the place of the profile."""

    place: str | None
    total: Line
    measures: list[Line]


class Curve(Shape, frozen=True, rename={"from_": "from"}):
    """What a profile gets while one number varies. Places are alternatives: never add them."""

    schema: Literal["huice/curve/1"]
    fact: str
    label: Words
    unit: str
    step: Yuan
    from_: Yuan
    to: Yuan | None
    as_of: Day
    horizon_years: Horizon
    corpus_version: str
    places: list[PlaceCurves]


class Cliff(Break, frozen=True):
    """A break of a measure, on an example of its policy file."""

    measure: str
    title: Words
    facts: list[str]
    label: Words
    example: Words
    readings: dict[str, str]


class Cliffs(Shape, frozen=True):
    """The breaks of the corpus; `without_example`: measures of which no example gets anything."""

    schema: Literal["huice/cliffs/1"]
    corpus_version: str
    measures: Count
    without_example: list[str]
    not_linear: list[str]
    breaks: list[Cliff]


Plain = str | bool | list[str] | dict[str, list[str]] | None
"""A value of a fact; numbers as decimal strings."""
Which = str | int | None
"""Which entity: its id, else its position from 0; null is the applicant."""


class Altered(Shape, frozen=True, tag_field="do", tag="change"):
    """A fact takes another value: of a number the least that is enough, of a set what it gains."""

    fact: str
    entity: Which
    before: Plain
    after: Plain
    gains: list[str]
    instead: list[str]
    least: bool
    says: Words


class Answered(Shape, frozen=True, tag_field="do", tag="answer"):
    """A fact that is unknown now and has to be so."""

    fact: str
    entity: Which
    before: Plain
    after: Plain
    gains: list[str]
    instead: list[str]
    least: bool
    says: Words


class Added(Shape, frozen=True, tag_field="do", tag="add"):
    """So many more entities of a kind, each with these facts; `instead` are options that would do as well."""

    kind: str
    count: Annotated[int, Meta(ge=1)]
    facts: dict[str, Plain]
    instead: dict[str, list[str]]
    says: Words


class Waited(Shape, frozen=True, tag_field="do", tag="wait"):
    """The application is made later, so many days on."""

    until: Day
    days: Count
    says: Words


class Gain(Shape, frozen=True):
    """What a set brings more than now; null where either amount is not stated."""

    certain_yuan: Yuan
    ceiling_yuan: Yuan | None


class Filled(Shape, frozen=True):
    """How the ceiling follows an amount that a set leaves open: full `at` it, or at a `rate` of each yuan."""

    fact: str
    at: Yuan | None
    ceiling_yuan: Yuan | None
    rate: Yuan | None


class ChangeSet(Shape, frozen=True):
    """Changes that together are enough, none of them for nothing; figures are those afterwards."""

    changes: list[Altered | Added | Waited]
    answers: list[Answered]
    status: Status
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None
    gain: Gain
    earliest: Day
    effort: Count
    fill: Filled | None


class Endless(Shape, frozen=True):
    """An amount with which the ceiling rises without a cap."""

    fact: str
    entity: Which
    yuan_per_unit: Yuan


class Risk(Shape, frozen=True):
    """A lower figure would look better, as if a purchase were split: a risk, never advice."""

    fact: str
    entity: Which
    now: Yuan
    at: Yuan
    ceiling_now_yuan: Yuan
    ceiling_yuan: Yuan
    says: Words
    threshold: Words


class MissingFact(Shape, frozen=True):
    """A fact still to be answered."""

    fact: str
    entity: Which


class Unlock(Shape, frozen=True):
    """One measure, where it stands, and what would change that; `found` counts all sets, listed or not."""

    measure: str
    title: Words
    place: str | None
    kind: Literal["reach", "raise", "answer", "full", "closed"]
    status: Status
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None
    reason: Words | None
    lacks: list[Words]
    missing: list[MissingFact]
    found: Count
    sets: list[ChangeSet]
    endless: list[Endless]
    risks: list[Risk]


class Unlocks(Shape, frozen=True):
    """What has to change, measure by measure. Those of different places are alternatives."""

    schema: Literal["huice/unlock/1"]
    as_of: Day
    place: str | None
    corpus_version: str
    measures: list[Unlock]


class End(Shape, frozen=True):
    """One value, and the total of the place with it."""

    value: str
    says: Words
    certain_yuan: Yuan
    ceiling_yuan: Yuan


class Effect(Shape, frozen=True):
    """What one measure gives at both ends: certain and ceiling, null where the text states no amount."""

    measure: str
    low: Annotated[list[Yuan | None], Meta(min_length=2, max_length=2)]
    high: Annotated[list[Yuan | None], Meta(min_length=2, max_length=2)]


class Bar(Shape, frozen=True):
    """One row of the tornado; `inside` are values in between that give less or more than both ends."""

    kind: Literal["number", "choice", "truth", "member", "reading", "decision"]
    key: str
    label: Words
    now: Words
    low: End
    high: End
    inside: list[End]
    ceiling_swing_yuan: Yuan
    certain_swing_yuan: Yuan
    assumed_range: bool
    measures: list[Effect]


class Sensitivity(Shape, frozen=True):
    """What moves the total of one place most, the longest bar first; `level` moves nothing."""

    schema: Literal["huice/sensitivity/1"]
    as_of: Day
    place: str
    corpus_version: str
    certain_yuan: Yuan
    ceiling_yuan: Yuan
    bars: list[Bar]
    level: list[str]


ANSWERS: tuple[type[Struct], ...] = (Curve, Cliffs, Unlocks, Sensitivity, *plan_shapes.ANSWERS)
