"""The body for large populations: each place's plan as machine code that keeps a block of firms in the cache.

It needs `llvmlite` (`huice[fast]`); the figures are those of the body that Polars runs, row by row.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from threading import Lock, local
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from huice.population.columns.body import Figured
from huice.population.columns.cells import TRUTH
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
from huice.population.columns.fused.native import native
from huice.population.columns.fused.program import BLOCK, ENTRY, program
from huice.population.columns.given import SPREAD, Given, narrowed, storage
from huice.population.columns.layout import Part
from huice.population.columns.place import Compiled
from huice.population.columns.plan import ORG, Ready, Triple

Array = NDArray[Any]
LINE = 64
"""Bytes of a line of the cache: no two arrays share one."""
_local = local()
_UNKNOWN, _TRUE = 2, 3


class FusedBody:
    """Runs plans as machine code; that of a place is made once, the columns of a part are packed once."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[Compiled, _Code]] = {}
        self._lock = Lock()

    def run(self, compiled: Compiled, part: Part, *, rows: bool) -> Figured:
        """The figures of a part."""
        with self._lock:
            if id(compiled) not in self._places:
                code = _Code(compiled.plan, compiled.outputs)
                self._places[id(compiled)] = (compiled, code)
        _pack(part, compiled.plan.givens)
        return self._places[id(compiled)][1].run(part, rows=rows)


def _pack(part: Part, givens: Iterable[Given]) -> None:
    """Keeps these columns as machine code reads them."""
    new = [one for one in givens if (one.level, one.name) not in part.packed]
    if new:
        part.work_out(new)
        for one in new:
            if one.how != SPREAD:
                part.packed[one.level, one.name] = packed(one, part.kept[one.level, one.name])
        part.kept = {}


class _Code:
    """The machine code of one place, and where it finds its arrays."""

    def __init__(self, plan: Ready, outputs: Sequence[Triple]) -> None:
        made = program(plan, outputs)
        self.slots, self._many = made.slots, len(outputs)
        self._engine = native(made.text)
        kinds = (ctypes.c_int64, ctypes.c_int64, ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
        self._call = ctypes.CFUNCTYPE(None, *kinds)(self._engine.get_function_address(ENTRY))
        self._own = [n for n, slot in enumerate(self.slots) if slot.what in (BUFFER, WANTED)]
        self._sizes = np.array([self.slots[n].size for n in self._own], dtype=np.int64)

    def run(self, part: Part, *, rows: bool) -> Figured:
        """The figures of a part."""
        counts = np.zeros((max(1, self._many) * COUNTS, 2), dtype=np.uint64)
        wanted = part.firms if rows else BLOCK
        sizes = (self._sizes * self._heights(part, wanted) + LINE) & ~(LINE - 1)
        space = _space(int(sizes.sum()), fresh=rows)
        starts = np.cumsum(sizes) - sizes
        handed = [self._handed(slot, part, wanted) for slot in self.slots]
        addresses = np.array(
            [0 if one is None else one.ctypes.data for one in handed], dtype=np.uint64
        )
        addresses[self._own] = starts + space.ctypes.data
        self._call(0, part.firms, rows, counts.ctypes.data, addresses.ctypes.data)
        columns = {}
        for number, start in zip(self._own, starts.tolist(), strict=True):
            if rows and self.slots[number].what == WANTED:
                values = space[start : start + 8 * wanted].view(np.int64)
                columns[self.slots[number].name] = _nullable(values)
        found = [_signed(low, high) for low, high in counts.tolist()]
        cuts = range(0, COUNTS * self._many, COUNTS)
        return Figured([_in_order(found[at : at + COUNTS]) for at in cuts], columns)

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


def packed(one: Given, values: pl.Series) -> Array:
    """A given column in its narrowest form: truths as bytes, null as the least number of its width."""
    if one.bits == TRUTH:
        as_numbers = values.cast(pl.Int8) * _TRUE
        return as_numbers.fill_null(_UNKNOWN).to_numpy()
    least = -(2 ** (8 * storage(one) - 1))
    return narrowed(one, values).fill_null(least).to_numpy()


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
