"""A rule with one number left open, evaluated for all values of that number at once.

The evaluator runs on a number that varies over a grid (`low`, `low + step` ...). Each comparison is decided
at the cell where we stand, and the cells on which it stays so are counted: one run gives a straight line and
the cells on which it is exact; the next run begins after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeAlias

from msgspec import Struct, structs

from huice.corpus.corpus import Corpus, awards_read
from huice.corpus.model import Measure
from huice.corpus.unknowns import Unknown
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.linear import Affine, NotLinear, Number, Quotient, Stretch
from huice.evaluate.outcome import PAYING
from huice.language import nodes as n
from huice.language.units import value_of

Part: TypeAlias = Any
"""A part of a rule: a node, several, or a plain value."""
_WORDS = frozenset({"quote", "written", "text", "where", "title", "who", "label", "asks", "says"})
"""Fields that no figure depends on; the draft's wording changes with its number."""


class NotComputed(ValueError):
    """The open number stands where no expression computes with it: a duration, a period of months."""


class Cells(Stretch):
    """Where we stand on the grid: at cell `at`; all that was decided holds up to cell `end`, included."""

    __slots__ = ()

    def sign(self, value: Exact, slope: Exact) -> int:
        """The sign of `value + slope · cell` here; the stretch ends at the last cell that has it."""
        here = value + slope * self.at
        sign = (here > 0) - (here < 0)
        if slope and not sign:
            self.end = self.at
        elif slope and (sign > 0) != (slope > 0):
            root = Fraction(-value) / slope
            last = -(-root.numerator // root.denominator) - 1
            if self.end is None or last < self.end:
                self.end = last
        return sign


class Open(Affine):
    """The open number itself, as it stands in a rule: known by what it is, so that rules can be kept."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other or super().__eq__(other)

    __hash__ = object.__hash__  # type: ignore[assignment]  # Affine has none: equality varies


class Line(Struct, frozen=True):
    """A figure on the cells `first` to `last`, both included: `value + slope · cell` yuan, not yet cut.

    `stated` is False where the text gives no figure.
    """

    first: int
    last: int
    value: Exact
    slope: Exact
    stated: bool = True

    def fen(self, cell: int) -> int:
        """The figure at a cell in whole fen, cut down."""
        exact = (self.value + self.slope * cell) * 100
        return int(exact.numerator // exact.denominator)


class OpenRules:
    """The corpus under a draft with one open number: one evaluator for every value of it.

    `low` and `high` are the draft at the ends of the range; where they differ the open number stands.
    Raises `NotComputed`.
    """

    def __init__(self, low: Corpus, high: Corpus, unknown: Unknown) -> None:
        self.unknown = unknown
        self.stretch = Cells(0, unknown.count - 1)
        self.number = Open(self.stretch, unknown.low, unknown.step)
        self.corpus = self._opened(low, high)
        self.evaluator = Evaluator(self.corpus)

    def lines(self, profile: Profile, measure: str) -> Iterator[tuple[Line, Line]]:
        """Certain and ceiling of a measure for one firm, over the whole grid, in turn.

        Raises `NotLinear` where the open number is multiplied by itself.
        """
        stretch, last = self.stretch, self.unknown.count - 1
        program = self.evaluator.program(self.corpus.measure(measure), profile)
        cell = 0
        while cell <= last:
            stretch.at, stretch.end = cell, last
            outcome = self.evaluator.run(program, profile, self.evaluator.views(profile))
            paying = outcome.status in PAYING
            certain = outcome.certain if paying else 0
            ceiling = outcome.ceiling if paying else 0
            end = int(stretch.end)
            yield _line(cell, end, certain), _line(cell, end, ceiling)
            cell = end + 1

    # --- the rule with the number in it ---------------------------------------------------------------

    def _opened(self, low: Corpus, high: Corpus) -> Corpus:
        documents = tuple(
            structs.replace(
                one,
                measures=tuple(map(self._merged, one.measures, other.measures)),
                pools=tuple(map(self._merged, one.pools, other.pools)),
            )
            for one, other in zip(low.documents, high.documents, strict=True)
        )
        return structs.replace(low, documents=documents)

    def _merged(self, one: Part, other: Part) -> Part:
        """The part with the open number in it, where the two ends differ by just that number."""
        if one == other:
            return one
        if isinstance(one, n.Literal) and isinstance(other, n.Literal):
            return self._literal(one, other)
        if isinstance(one, tuple) and len(one) == len(other):
            return tuple(map(self._merged, one, other))
        if isinstance(one, Struct) and type(one) is type(other) and not isinstance(one, n.Elapsed):
            fields = (name for name in one.__struct_fields__ if name not in _WORDS)
            parts = {
                name: self._merged(getattr(one, name), getattr(other, name)) for name in fields
            }
            return structs.replace(one, **parts)
        raise NotComputed

    def _literal(self, one: n.Literal, other: n.Literal) -> n.Literal:
        low, high = self.unknown.low, self.unknown.at(self.unknown.count - 1)
        if (value_of(one), value_of(other)) != (low, high):
            raise NotComputed
        opened: Any = self.number
        return n.Literal(one.text, opened, 1, one.unit)


def _line(first: int, last: int, amount: Number) -> Line:
    if isinstance(amount, Quotient):
        raise NotLinear
    if amount is None:
        return Line(first, last, 0, 0, stated=False)
    if isinstance(amount, Affine):
        return Line(first, last, amount.value, amount.slope)
    return Line(first, last, amount, 0)


def touched_by(low: Corpus, high: Corpus) -> tuple[str, ...]:
    """The measures that differ between two values of an open number, and those that read their awards."""
    pools = {id_ for id_, pool in high.pools.items() if pool.holds != low.pools[id_].holds}
    found = {
        measure.id
        for measure in high.measures
        if _bare(measure) != _bare(low.measure(measure.id)) or measure.rule.pool in pools
    }
    while more := {
        measure.id
        for measure in high.measures
        if measure.id not in found and awards_read(measure) & found
    }:
        found |= more
    return tuple(measure.id for measure in high.measures if measure.id in found)


def _bare(measure: Measure) -> tuple[Part, ...]:
    return measure.rule, measure.readings, measure.quota
