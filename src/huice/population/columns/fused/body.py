"""The body for large populations: each place's plan as machine code that keeps a block of firms in the cache.

It needs `llvmlite` (`huice[fast]`); the figures are those of the body that Polars runs, row by row.
"""

from __future__ import annotations

import ctypes
from threading import Lock, local
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from huice.population.columns.body import Figured
from huice.population.columns.counts import UNSTATED
from huice.population.columns.fused.counting import COUNTS
from huice.population.columns.fused.memory import (
    BUFFER,
    FIRM,
    GIVEN,
    SAME,
    STARTS,
    WANTED,
    Slot,
)
from huice.population.columns.fused.native import known, native
from huice.population.columns.fused.program import BLOCK, ENTRY, Program, program
from huice.population.columns.layout import Part
from huice.population.columns.place import Compiled
from huice.population.columns.plan import ORG

Array = NDArray[Any]
LINE = 64
"""Bytes of a line of the cache: no two arrays share one."""
_local = local()


class FusedBody:
    """Runs plans as machine code; that of a place is made once, the columns of a part are packed once."""

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}
        self._lock = Lock()

    def known(self, compiled: Compiled) -> bool:
        """Whether the code of a place needs no compiling: it was compiled here or in an earlier run."""
        return self._place(compiled).known()

    def run(self, compiled: Compiled, part: Part, *, rows: bool) -> Figured:
        """The figures of a part."""
        code = self._place(compiled).code()
        part.pack(compiled.plan.givens)
        return code.run(part, rows=rows)

    def _place(self, compiled: Compiled) -> _Place:
        with self._lock:
            if id(compiled) not in self._places:
                self._places[id(compiled)] = _Place(compiled)
        return self._places[id(compiled)]


class _Place:
    """The program of a place, compiled when it is first run; others may be compiled at the same time."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._program = program(compiled.plan, compiled.outputs)
        self._lock = Lock()
        self._code: _Code | None = None

    def known(self) -> bool:
        return self._code is not None or known(self._program.text)

    def code(self) -> _Code:
        with self._lock:
            if self._code is None:
                self._code = _Code(self._program, len(self.compiled.outputs))
            return self._code


class _Arrays(NamedTuple):
    """The arrays of a part that code reads, their addresses, and where in its room the others start."""

    handed: list[Array | None]
    addresses: Array
    starts: Array
    size: int


class _Code:
    """The machine code of one place, and where it finds its arrays."""

    def __init__(self, made: Program, outputs: int) -> None:
        self.slots, self._many = made.slots, outputs
        self._engine = native(made.text)
        kinds = (ctypes.c_int64, ctypes.c_int64, ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
        self._call = ctypes.CFUNCTYPE(None, *kinds)(self._engine.get_function_address(ENTRY))
        self._own = [n for n, slot in enumerate(self.slots) if slot.what in (BUFFER, WANTED)]
        self._sizes = np.array([self.slots[n].size for n in self._own], dtype=np.int64)

    def run(self, part: Part, *, rows: bool) -> Figured:
        """The figures of a part."""
        ready = part.prepared.setdefault(self, {})
        if rows not in ready:
            ready[rows] = self._prepared(part, part.firms if rows else BLOCK)
        arrays: _Arrays = ready[rows]
        counts = np.zeros((max(1, self._many) * COUNTS, 2), dtype=np.uint64)
        space = _space(arrays.size, fresh=rows)
        addresses = arrays.addresses.copy()
        addresses[self._own] = arrays.starts + space.ctypes.data
        self._call(0, part.firms, rows, counts.ctypes.data, addresses.ctypes.data)
        columns = {}
        for number, start in zip(self._own, arrays.starts.tolist(), strict=True):
            if rows and self.slots[number].what == WANTED:
                values = space[start : start + 8 * part.firms].view(np.int64)
                columns[self.slots[number].name] = _nullable(values)
        found = [_signed(low, high) for low, high in counts.tolist()]
        cuts = range(0, COUNTS * self._many, COUNTS)
        return Figured([_in_order(found[at : at + COUNTS]) for at in cuts], columns)

    def _prepared(self, part: Part, wanted: int) -> _Arrays:
        """What each array is, but for the room that the code writes to."""
        sizes = (self._sizes * self._heights(part, wanted) + LINE) & ~(LINE - 1)
        handed = [self._handed(slot, part, wanted) for slot in self.slots]
        addresses = [0 if one is None else one.ctypes.data for one in handed]
        starts = np.cumsum(sizes) - sizes
        return _Arrays(handed, np.array(addresses, dtype=np.uint64), starts, int(sizes.sum()))

    def _heights(self, part: Part, wanted: int) -> Array:
        """Rows of each array that the code writes."""
        most = {ORG: BLOCK}
        found = []
        for number in self._own:
            slot = self.slots[number]
            if slot.what == WANTED:
                found.append(wanted)
                continue
            if slot.level not in most:
                most[slot.level] = _most_of_a_block(part.starts(slot.level))
            found.append(most[slot.level])
        return np.array(found, dtype=np.int64)

    def _handed(self, slot: Slot, part: Part, wanted: int) -> Array | None:
        """An array that the code reads."""
        if slot.what == GIVEN:
            return part.packed[slot.level, slot.name]
        if slot.what == STARTS:
            return part.starts(slot.level)
        if slot.what == FIRM:
            return part.firm(slot.level).to_numpy()
        return np.full(wanted, int(slot.name), dtype=np.int64) if slot.what == SAME else None


def _space(size: int, *, fresh: bool) -> Array:
    """Room for what the code writes: this thread's, used again and again, or `fresh` where it is handed out."""
    if fresh:
        return np.empty(size, dtype=np.uint8)
    kept: Array | None = getattr(_local, "space", None)
    if kept is None or len(kept) < size:
        kept = _local.space = np.empty(size, dtype=np.uint8)
    return kept


def _nullable(values: Array) -> pl.Series:
    column = pl.Series(values)
    if not len(values) or values.min() > UNSTATED:
        return column
    return pl.select(pl.when(column != UNSTATED).then(column)).to_series()


def _in_order(found: list[int]) -> tuple[int, ...]:
    """Statuses, both sums, then the three counts, as summaries have them."""
    *counts, some, may, unstated, low, high = found
    return (*counts, low, high, some, may, unstated)


def _signed(low: int, high: int) -> int:
    whole = low | high << 64
    return whole - (1 << 128) if high >> 63 else whole


def _most_of_a_block(starts: Array) -> int:
    """The most entities of a kind that one block of firms has."""
    cuts = np.append(starts[:-1:BLOCK], starts[-1])
    return int(np.diff(cuts).max(initial=1))
