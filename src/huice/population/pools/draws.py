"""What is drawn in a run: who claims, for how much, when and with which lot.

Run n has random streams of its own, spawned from the seed by n and, within it, by measure: what one draws does
not depend on the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from huice.population.pools.rules import MOST, Whole
from huice.population.pools.stages import Rows
from huice.population.pools.uncertainty import PARTS, Range

_LOTS = 2**62


class Draws(Struct, frozen=True, eq=False):
    """All that is drawn from.

    Claims ask for `most` fen at the full share. One comes at its own time where that is known (`start`, `span`
    0), else within `span` microseconds from there: one value where all are the same. `blocks` are the claims of
    each measure with the number of its stream. `narrow`: what is asked times a share fits 64 bits.
    """

    most: Whole
    start: Whole
    span: Whole
    blocks: tuple[tuple[int, Rows], ...]
    takeup: Range
    share: Range
    front: int
    seed: int
    narrow: bool

    @classmethod
    def of(
        cls,
        most: Whole,
        start: Whole,
        span: Whole,
        blocks: Mapping[str, Rows],
        takeup: Range,
        share: Range,
        front: int,
        seed: int,
    ) -> Draws:
        """The same of claims in columns; `blocks` by measure."""
        return cls(
            most,
            _plain(start),
            _plain(span),
            tuple((_stream_of(measure), rows) for measure, rows in blocks.items()),
            takeup,
            share,
            front,
            seed,
            int(most.max(initial=0)) * max(share) < MOST,
        )

    def run(self, number: int, looks: frozenset[str]) -> dict[str, Whole]:
        """What each claim asks for in a run (`asked`, 0: no claim), when it comes (`time`), its lot (`drawn`).

        Whatever the rule, the same is drawn in the same order. Times and lots come last of a measure's stream:
        they are left out where no stage `looks` at them.
        """
        size = self.most.size
        found = {"asked": np.zeros(size, dtype=np.int64)}
        for name in sorted(looks & {"time", "drawn"}):
            found[name] = np.empty(size, dtype=np.int64)  # nobody asks of those who do not claim
        rate = int(_stream(self.seed, number).integers(*self.takeup, endpoint=True))
        for name_, block in self.blocks:
            stream = _stream(self.seed, number, name_)
            there = np.flatnonzero(stream.integers(0, PARTS, block.size, dtype=np.int32) < rate)
            rows = there if block.size == size else block.take(there)
            found["asked"][rows] = self._asked(stream, rows)
            if len(found) == 1:
                continue
            late = stream.random(rows.size)
            if "time" in found:
                found["time"][rows] = _same_or(self.start, rows) + self._delay(late, rows)
            if "drawn" in found:
                found["drawn"][rows] = stream.integers(0, _LOTS, rows.size)
        return found

    def _asked(self, stream: np.random.Generator, rows: Rows) -> Whole:
        most = self.most.take(rows)
        if self.share == (PARTS, PARTS):
            return most
        share = stream.integers(*self.share, rows.size, endpoint=True)
        return most * share // PARTS if self.narrow else _scaled(most, share)

    def _delay(self, late: NDArray[np.float64], rows: Rows) -> Whole:
        """How many microseconds after the first moment claims come, within their span."""
        if self.front > 1:
            late **= self.front
        span = _same_or(self.span, rows)
        return np.minimum((late * span).astype(np.int64), np.maximum(span - 1, 0))


def _same_or(values: Whole, rows: Rows) -> Whole:
    """The values of these rows; the one value where all are the same (see `_plain`)."""
    return values if values.size == 1 else values.take(rows)


def _plain(values: Whole) -> Whole:
    """The values, or one of them where all are the same."""
    return values[:1] if values.size and bool((values == values[0]).all()) else values


def _stream(seed: int, *numbers: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=numbers))


def _stream_of(measure: str) -> int:
    return int.from_bytes(hashlib.sha256(measure.encode()).digest()[:4], "big")


def _scaled(most: Whole, share: Whole) -> Whole:
    """Fen times millionths, cut to the fen, without leaving 64 bits."""
    whole, rest = np.divmod(most, PARTS)
    return np.asarray(whole * share + rest * share // PARTS, dtype=np.int64)
