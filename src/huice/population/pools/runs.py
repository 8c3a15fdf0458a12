"""Many runs of an allocation: who applies, for how much, when and with which lot, drawn anew in each.

Run n has random streams of its own, spawned from the seed by n and, within it, by measure: the result does
not depend on how many workers share the runs, on how many runs there are, on the rule or on which pools are
looked at. So every rule meets the same demand in the same run. Each run goes through the stages of
`stages.give`, as the allocation itself does: amounts stay whole numbers, and no fund is exceeded in any run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from functools import partial

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from huice.population.pools.demand import Assumptions, opens_for
from huice.population.pools.rules import Whole, find_rule
from huice.population.pools.stages import Book, Given, Rows, Stage, give
from huice.population.pools.uncertainty import PARTS, Range, Uncertainty

COUNTS = (
    "claims",
    "full",
    "cut",
    "refused",
    "asked_units",
    "granted_units",
    "asked_fen",
    "granted_fen",
    "edge",
)
"""What is kept of a fund in a run; `edge` as in `stages.Given`."""
_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1)
_LOTS = 2**62
_TASKS = 16
"""Pieces of work that the runs are cut into for an executor."""


class Window(Struct, frozen=True):
    """The days on which claims on a fund come: the first, and how many."""

    first: date
    days: int


class Plan(Struct, frozen=True, eq=False):
    """All that a run needs.

    Claims ask for `book.claims.asked` fen at the full share. One comes at its own time where that is known
    (`span` 0), else within `span` microseconds from there. `blocks` are the claims of each measure with the
    number of its stream. `windows` are those of stages whose rule is timed.
    """

    book: Book
    stages: tuple[Stage, ...]
    span: Whole
    blocks: tuple[tuple[int, Rows], ...]
    windows: tuple[Window | None, ...]
    takeup: Range
    share: Range
    front: int
    seed: int


class Tally(Struct, frozen=True, eq=False):
    """What became of the stages in some runs: `counts[run, stage]` in the order of `COUNTS`.

    `asked` and `given` are, for each stage with a window, the units up to and on each day, `[run, day]`.
    """

    counts: NDArray[np.int64]
    asked: tuple[Whole | None, ...]
    given: tuple[Whole | None, ...]


def plan_of(
    book: Book, stages: Sequence[Stage], assumed: Assumptions, unsure: Uncertainty,
    vary: tuple[Range, Range],
) -> Plan:  # fmt: skip
    """The plan of the runs over all who may claim, at the full share; no stage is without claims."""
    frame = book.frame
    years = {year: opens_for(assumed, year) for year in frame["year"].unique().to_list()}
    year, assumes = frame["year"].to_numpy(), frame["assumed"].to_numpy()
    time, span = book.claims.time.copy(), np.zeros(frame.height, dtype=np.int64)
    for each, (first, length) in years.items():
        rows = (year == each) & assumes
        time[rows], span[rows] = first, length
    measures = frame["measure"].to_numpy()
    blocks = tuple(
        (_stream_of(measure), np.flatnonzero(measures == measure))
        for measure in frame["measure"].unique().sort().to_list()
    )
    placed = structs.replace(book, claims=structs.replace(book.claims, time=time))
    windows = tuple(
        _window(stage, placed, years) if find_rule(stage.by.rule).timed else None
        for stage in stages
    )
    return Plan(placed, tuple(stages), span, blocks, windows, *vary, assumed.front, unsure.seed)


def tallied(plan: Plan, runs: int, executor: Executor | None = None) -> Tally:
    """So many runs, shared among the workers of an executor."""
    if executor is None:
        return run(plan, range(runs))
    size = -(-runs // _TASKS)
    parts = list(
        executor.map(
            partial(run, plan),
            [range(start, min(start + size, runs)) for start in range(0, runs, size)],
        )
    )
    return Tally(
        np.concatenate([part.counts for part in parts]),
        *(
            tuple(
                _stacked([getattr(part, name)[i] for part in parts])
                for i in range(len(plan.stages))
            )
            for name in ("asked", "given")
        ),
    )


def run(plan: Plan, numbers: Sequence[int]) -> Tally:
    """These runs, each from the streams of its number."""
    counts = np.zeros((len(numbers), len(plan.stages), len(COUNTS)), dtype=np.int64)
    asked, given = (
        [
            None if window is None else np.zeros((len(numbers), window.days), dtype=np.int64)
            for window in plan.windows
        ]
        for _ in range(2)
    )
    for row, number in enumerate(numbers):
        left, time, lots = _drawn(plan, number)
        claims = structs.replace(plan.book.claims, time=time, drawn=lots)
        for i, stage in enumerate(plan.stages):
            there = left[stage.rows] > 0
            rows = stage.rows[there]
            own = structs.replace(claims.take(rows), asked=left[rows])
            found = give(stage, own, stage.firm[there])
            counts[row, i] = _counted(own.asked, found)
            window, wanted, got = plan.windows[i], asked[i], given[i]
            if window is not None and wanted is not None and got is not None:
                day = found.time // _DAY - (window.first - _EPOCH).days
                np.add.at(wanted[row], day, found.asked)
                np.add.at(got[row], day, found.units)
            left[rows] = found.fen
    return Tally(counts, *(tuple(map(_summed, each)) for each in (asked, given)))


def _drawn(plan: Plan, number: int) -> tuple[Whole, Whole, Whole]:
    """What each claim asks for in a run (0: no claim), when it comes, and its lot.

    Whatever the rule, the same is drawn in the same order.
    """
    claims, size = plan.book.claims, plan.span.size
    asked, lots = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    time = claims.time.copy()
    rate = int(_stream(plan.seed, number).integers(*plan.takeup, endpoint=True))
    for name, block in plan.blocks:
        stream = _stream(plan.seed, number, name)
        rows = block[stream.integers(0, PARTS, block.size, dtype=np.int32) < rate]
        most, span = claims.asked[rows], plan.span[rows]
        if plan.share != (PARTS, PARTS):
            most = _scaled(most, stream.integers(*plan.share, rows.size, endpoint=True))
        late = stream.random(rows.size)
        if plan.front > 1:
            late **= plan.front
        asked[rows] = most
        time[rows] += np.minimum((late * span).astype(np.int64), np.maximum(span - 1, 0))
        lots[rows] = stream.integers(0, _LOTS, rows.size)
    return asked, time, lots


def _stream(seed: int, *numbers: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=numbers))


def _stream_of(measure: str) -> int:
    return int.from_bytes(hashlib.sha256(measure.encode()).digest()[:4], "big")


def _scaled(most: Whole, share: Whole) -> Whole:
    """Fen times millionths, cut to the fen, without leaving 64 bits."""
    whole, rest = np.divmod(most, PARTS)
    return np.asarray(whole * share + rest * share // PARTS, dtype=np.int64)


def _counted(fen: Whole, found: Given) -> tuple[int, ...]:
    """The figures of `COUNTS`, for claims of so many fen."""
    return (
        fen.size,
        int((found.fen == fen).sum()),
        int(((found.fen > 0) & (found.fen < fen)).sum()),
        int((found.fen == 0).sum()),
        int(found.asked.sum()),
        int(found.units.sum()),
        int(fen.sum()),
        int(found.fen.sum()),
        found.edge,
    )


def _window(stage: Stage, placed: Book, opens: Mapping[int, tuple[int, int]]) -> Window:
    """The days on which applications are open, widened to known times."""
    years = placed.frame["year"].gather(stage.rows).unique().to_list()
    known = placed.claims.time[stage.rows]
    first = min(int(known.min()), *(opens[year][0] for year in years)) // _DAY
    last = max(int(known.max()), *(sum(opens[year]) - 1 for year in years)) // _DAY
    return Window(date.fromordinal(_EPOCH.toordinal() + first), last - first + 1)


def _summed(daily: Whole | None) -> Whole | None:
    return None if daily is None else np.cumsum(daily, axis=1)


def _stacked(parts: Sequence[Whole | None]) -> Whole | None:
    kept = [part for part in parts if part is not None]
    return np.concatenate(kept) if kept else None
