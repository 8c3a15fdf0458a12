"""Curves as straight parts: each with its ends, and on which side an end belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct, structs

from huice.analysis.linear import Affine, NotLinear, Number, Piece, Quotient
from huice.evaluate.facts import Exact
from huice.evaluate.outcome import Status


class Straight(Struct, frozen=True):
    """`value + slope · t` yuan, before it is cut to the fen."""

    value: Exact
    slope: Exact

    def at(self, point: Exact) -> Exact:
        """The exact amount where `t` is the point."""
        return self.value + self.slope * point


class Part(Struct, frozen=True):
    """One straight part: `low` and `high` (None: no end), and whether each end itself belongs to it.

    `ceiling` is None where the text states no amount.
    """

    low: Exact
    low_in: bool
    high: Exact | None
    high_in: bool
    status: Status
    certain: Straight
    ceiling: Straight | None

    @property
    def point(self) -> bool:
        """Whether the part is a single point."""
        return self.low == self.high

    def holds(self, number: Exact) -> bool:
        """Whether the number belongs to the part."""
        if number < self.low or (number == self.low and not self.low_in):
            return False
        return self.high is None or number < self.high or (number == self.high and self.high_in)

    def like(self, other: Part) -> bool:
        """Whether both are parts of one line."""
        return (self.status, self.certain, self.ceiling) == (
            other.status,
            other.certain,
            other.ceiling,
        )

    def meets(self, other: Part, point: Exact) -> bool:
        """Whether both say the same of a point."""
        if self.status is not other.status or self.certain.at(point) != other.certain.at(point):
            return False
        if self.ceiling is None or other.ceiling is None:
            return self.ceiling is other.ceiling
        return self.ceiling.at(point) == other.ceiling.at(point)


Standing: TypeAlias = tuple[Status, Number, Number]
"""Status, certain and ceiling as one run gives them."""


def joined(found: Iterable[Piece[Standing]]) -> tuple[Part, ...]:
    """The pieces as few parts as they need: a point joins the part that says the same of it."""
    parts: list[Part] = []
    for piece in found:
        part = _part(piece)
        last = parts[-1] if parts else None
        if last is not None and last.like(part) and (last.high_in or part.low_in):
            parts[-1] = structs.replace(last, high=part.high, high_in=part.high_in)
        elif last is not None and part.point and last.meets(part, part.low):
            parts[-1] = structs.replace(last, high_in=True)
        elif last is not None and last.point and last.meets(part, part.low):
            parts[-1] = structs.replace(part, low=last.low, low_in=True)
        else:
            parts.append(part)
    return tuple(parts)


def _part(piece: Piece[Standing]) -> Part:
    status, certain, ceiling = piece.value
    point = piece.point
    return Part(
        piece.low,
        point,
        piece.high,
        point,
        status,
        _straight(certain, piece),
        None if ceiling is None else _straight(ceiling, piece),
    )


def _straight(number: Number, piece: Piece[Standing]) -> Straight:
    if isinstance(number, Quotient):
        raise NotLinear
    if not isinstance(number, Affine):
        return Straight(number, 0)
    return (
        Straight(number.at(piece.low), 0) if piece.point else Straight(number.value, number.slope)
    )


def part_at(parts: Sequence[Part], number: Exact) -> Part:
    """The part to which a number belongs. Raises `ValueError` outside of the range."""
    for part in parts:
        if part.holds(number):
            return part
    raise ValueError(number)
