"""Many runs of an allocation: who applies, for how much, when and with which lot, drawn anew in each.

What is drawn does not depend on how many workers share the runs, on how many runs there are, on the rule or on
which pools are looked at (see `draws`). So every rule meets the same demand in the same run. Each run goes
through the stages of `stages.give`, as the allocation itself does: amounts stay whole numbers, and no fund is
exceeded in any run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from functools import partial

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from huice.population.pools.demand import Assumptions, opens_for
from huice.population.pools.draws import Draws
from huice.population.pools.rules import LAST, Claims, Whole, find_rule, reads
from huice.population.pools.stages import Book, Given, Rows, Stage, give
from huice.population.pools.uncertainty import Range, Uncertainty

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
_TASKS = 16
"""Pieces of work that the runs are cut into for an executor."""


class Window(Struct, frozen=True):
    """The days on which claims on a fund come: the first, and how many."""

    first: date
    days: int


class Plan(Struct, frozen=True, eq=False):
    """All that a run needs.

    `windows` are those of stages whose rule is timed, `reads` the columns that each stage looks at.
    """

    book: Book
    stages: tuple[Stage, ...]
    draws: Draws
    windows: tuple[Window | None, ...]
    reads: tuple[frozenset[str], ...]

    @property
    def looks(self) -> frozenset[str]:
        """The columns that some stage looks at."""
        return frozenset().union(*self.reads)


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
    blocks = {
        measure: np.flatnonzero(measures == measure)
        for measure in frame["measure"].unique().sort().to_list()
    }
    windows = tuple(
        _window(stage, book, time, years) if find_rule(stage.by.rule).timed else None
        for stage in stages
    )
    draws = Draws.of(book.claims.asked, time, span, blocks, *vary, assumed.front, unsure.seed)
    return Plan(book, tuple(stages), draws, windows, tuple(reads(stage.by) for stage in stages))


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
        drawn = plan.draws.run(number, plan.looks)
        left = drawn["asked"]
        for i, stage in enumerate(plan.stages):
            wanted_here = _at(left, stage.rows)
            there = np.flatnonzero(wanted_here > 0)
            rows = there if stage.rows.size == left.size else stage.rows.take(there)
            own = _claims(plan, plan.reads[i], rows, wanted_here.take(there), drawn)
            found = give(stage, own, stage.firm.take(there))
            counts[row, i] = _counted(own.asked, found)
            window, wanted, got = plan.windows[i], asked[i], given[i]
            if window is not None and wanted is not None and got is not None:
                day = found.time // _DAY - (window.first - _EPOCH).days
                np.add.at(wanted[row], day, found.asked)
                np.add.at(got[row], day, found.units)
            left[rows] = found.fen
    return Tally(counts, *(tuple(map(_summed, each)) for each in (asked, given)))


def _at(values: Whole, rows: Rows) -> Whole:
    """The values of these rows; rows come in order, so that as many as there are values are all of them."""
    return values if rows.size == values.size else values.take(rows)


def _claims(
    plan: Plan, reads: frozenset[str], rows: Rows, asked: Whole, drawn: Mapping[str, Whole]
) -> Claims:
    """The claims of these rows on a stage, with the columns that it looks at; the others are not known."""
    book = plan.book.claims
    unknown = np.broadcast_to(np.int64(LAST), asked.shape)

    def column(name: str, values: Whole) -> Whole:
        return values.take(rows) if name in reads else unknown

    return Claims(
        book.names,
        book.at.take(rows) if "at" in reads else np.broadcast_to(np.intp(0), asked.shape),
        asked,
        column("time", drawn.get("time", unknown)),
        column("score", book.score),
        column("tier", book.tier),
        book.by_id.take(rows),
        drawn["drawn"].take(rows) if "drawn" in reads else None,
    )


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


def _window(stage: Stage, book: Book, time: Whole, opens: Mapping[int, tuple[int, int]]) -> Window:
    """The days on which applications are open, widened to known times."""
    years = book.frame["year"].gather(stage.rows).unique().to_list()
    known = time[stage.rows]
    first = min(int(known.min()), *(opens[year][0] for year in years)) // _DAY
    last = max(int(known.max()), *(sum(opens[year]) - 1 for year in years)) // _DAY
    return Window(date.fromordinal(_EPOCH.toordinal() + first), last - first + 1)


def _summed(daily: Whole | None) -> Whole | None:
    return None if daily is None else np.cumsum(daily, axis=1)


def _stacked(parts: Sequence[Whole | None]) -> Whole | None:
    kept = [part for part in parts if part is not None]
    return np.concatenate(kept) if kept else None
