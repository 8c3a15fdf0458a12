"""Where a curve breaks: jumps, bends, and the sentence behind each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from huice.analysis.cause import Cause, causes_of
from huice.analysis.linear import whole
from huice.analysis.lines import Part, Straight
from huice.analysis.probe import Probe
from huice.corpus.model import Measure
from huice.evaluate.facts import Exact
from huice.evaluate.outcome import Status
from huice.evaluate.result import decimal


class Change(Struct, frozen=True):
    """How one figure changes: the amount up to the break and from it on, exact, and what one more adds.

    None is an amount that the text does not state. `again` is where a loss is made up, None if it never is.
    """

    before: Exact | None
    after: Exact | None
    slope_before: Exact
    slope_after: Exact
    again: Exact | None = None

    @property
    def size(self) -> Exact | None:
        """The jump in yuan, below 0 for a loss; None where either side states no amount."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def jumps(self) -> bool:
        """Whether the amount itself changes."""
        return self.before != self.after

    @property
    def bends(self) -> bool:
        """Whether the amount goes on from here at another slope."""
        return not self.jumps and self.slope_before != self.slope_after

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "before_yuan": decimal(self.before),
            "after_yuan": decimal(self.after),
            "size_yuan": decimal(self.size),
            "slope_before": exact(self.slope_before),
            "slope_after": exact(self.slope_after),
            "again_at": exact(self.again),
        }


class Figures(Struct, frozen=True):
    """What the evaluator says at a number, to the fen."""

    number: Exact
    status: Status
    certain: Exact
    ceiling: Exact | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "at": decimal(self.number),
            "status": self.status.value,
            "certain_yuan": decimal(self.certain),
            "ceiling_yuan": decimal(self.ceiling),
        }


class Break(Struct, frozen=True):
    """One place where a curve breaks.

    `at` is the exact number, and `included` whether it belongs to what lies `below` it or `above`. `last` and
    `first` are the figures on either side at numbers that a profile can state, `further` those of one whole
    unit more. `rest` whether the ceiling stays level from here to the end. `causes` are what changes in the
    rule; for a total, in the rules of its measures.
    """

    kind: str
    at: Exact
    included: str
    certain: Change
    ceiling: Change
    last: Figures
    first: Figures
    further: Figures
    rest: bool
    causes: tuple[Cause, ...]

    @property
    def changes(self) -> tuple[tuple[str, Change], ...]:
        """The figures that jump or bend here, by name: the ceiling first."""
        named = (("ceiling", self.ceiling), ("certain", self.certain))
        return tuple((name, one) for name, one in named if one.jumps or one.bends)

    @property
    def loss(self) -> bool:
        """Whether one more brings less: a cliff (断崖)."""
        return any((change.size or 0) < 0 for _, change in self.changes) or (
            self.ceiling.before is None and self.ceiling.after is not None
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "kind": self.kind,
            "at": exact(self.at),
            "included": self.included,
            "loss": self.loss,
            "certain": self.certain.to_dict(),
            "ceiling": self.ceiling.to_dict(),
            "last": self.last.to_dict(),
            "first": self.first.to_dict(),
            "further": self.further.to_dict(),
            "level_from_here": self.rest,
            "causes": [cause.to_dict() for cause in self.causes],
        }


def exact(number: Exact | None) -> str | None:
    """The number as a decimal string, or as a fraction (`2500000/3`) where no short decimal is exact."""
    if number is None:
        return None
    told = decimal(number)
    return told if told is not None and Fraction(told) == number else str(Fraction(number))


def breaks_of(
    probe: Probe, measure: Measure | None, parts: Sequence[Part], points: Sequence[Exact]
) -> tuple[Break, ...]:
    """Every break of a curve, from low to high; nothing is decided anew between two of `points`."""
    return tuple(_breaks(probe, measure, parts, points))


def _breaks(
    probe: Probe, measure: Measure | None, parts: Sequence[Part], points: Sequence[Exact]
) -> Iterator[Break]:
    parts = [part for part in parts if _stated(probe, part)]
    for position, (one, other) in enumerate(itertools.pairwise(parts)):
        at = other.low
        certain = _change(parts, position, "certain")
        ceiling = _change(parts, position, "ceiling")
        jumps = certain.jumps or ceiling.jumps
        kind = "jump" if jumps else "status" if one.status is not other.status else "bend"
        if kind == "status" and not at:
            continue  # of nothing nothing is paid
        included = "below" if one.high_in else "above"
        last, first = _last(probe, one), _first(probe, other)
        sides = _sides(points, at, included, smooth=not jumps)
        figures = [
            Figures(number, *probe.figures(measure, number))
            for number in (last, first, max(first, probe.axis.first(whole(at + 1))))
        ]
        yield Break(
            kind,
            at,
            included,
            certain,
            ceiling,
            figures[0],
            figures[1],
            figures[2],
            _level(parts[position + 1 :]),
            causes_of(probe, measure, sides),
        )


def _stated(probe: Probe, part: Part) -> bool:
    """Whether a profile can state a number of this part."""
    return part.holds(_first(probe, part))


def _first(probe: Probe, part: Part) -> Exact:
    """The smallest number of the part that a profile can state."""
    first = probe.axis.first(part.low)
    return first if part.low_in or first != part.low else whole(first + probe.axis.step)


def _last(probe: Probe, part: Part) -> Exact:
    """The largest number of a part with an end that a profile can state."""
    assert part.high is not None
    last = probe.axis.last(part.high)
    return last if part.high_in or last != part.high else whole(last - probe.axis.step)


def _sides(
    points: Sequence[Exact], at: Exact, included: str, *, smooth: bool
) -> tuple[Exact, Exact]:
    """A number on each side, with nothing decided anew between it and the break."""
    before = max((point for point in points if point < at), default=None)
    after = min((point for point in points if point > at), default=None)
    low = at if before is None else (Fraction(before) + at) / 2
    high = at + 1 if after is None else (Fraction(after) + at) / 2
    if smooth:
        return whole(low), whole(high)
    return (at, whole(high)) if included == "below" else (whole(low), at)


def _change(parts: Sequence[Part], position: int, figure: str) -> Change:
    one, other = parts[position], parts[position + 1]
    left: Straight | None = getattr(one, figure)
    right: Straight | None = getattr(other, figure)
    before = None if left is None else left.at(one.high or 0)
    after = None if right is None else right.at(other.low)
    lost = before is not None and after is not None and after < before
    return Change(
        before,
        after,
        _slope(parts, position, figure, -1),
        _slope(parts, position + 1, figure, 1),
        _again(parts[position + 1 :], figure, before) if lost and before is not None else None,
    )


def _slope(parts: Sequence[Part], position: int, figure: str, way: int) -> Exact:
    """The slope of a part; of a single point that of the part beyond it."""
    part = parts[position]
    if part.point and 0 <= position + way < len(parts):
        part = parts[position + way]
    line: Straight | None = getattr(part, figure)
    return 0 if line is None else line.slope


def _again(parts: Sequence[Part], figure: str, amount: Exact) -> Exact | None:
    """Where the figure first reaches the amount again."""
    for part in parts:
        line: Straight | None = getattr(part, figure)
        if line is None:
            continue
        if line.at(part.low) >= amount:
            return whole(part.low)
        if line.slope > 0:
            reached = Fraction(amount - line.value) / line.slope
            if part.high is None or reached < part.high or (reached == part.high and part.high_in):
                return whole(reached)
    return None


def _level(parts: Sequence[Part]) -> bool:
    """Whether the ceiling stays as it is to the end."""
    lines = {part.ceiling for part in parts}
    return len(lines) == 1 and all(line is None or not line.slope for line in lines)
