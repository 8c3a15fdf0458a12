"""What a measure comes to over many firms: how many have each status, both sums, and three counts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from huice.evaluate.outcome import FROM_BEST
from huice.evaluate.outcome import PAYING as PAYING_STATUSES

Counts: TypeAlias = tuple[int, ...]
"""Firms of each status from best to worst, then `FIGURES`."""
STATUSES, PAYING = len(FROM_BEST), len(PAYING_STATUSES)
"""How many statuses there are; the first of them may pay."""
FIGURES = ("certain_fen", "ceiling_fen", "receiving", "possible", "unstated")
"""Sums of both figures; firms that surely get something; that may; for which the text states no amount."""
UNSTATED = -1
"""Stands for a null ceiling while firms are counted; no ceiling is below 0."""
LARGEST = 2**63


def counted(status: pl.Series, certain: pl.Series, ceiling: pl.Series) -> Counts:
    """The counts of one output's columns."""
    codes = status.cast(pl.UInt8).to_numpy()
    low, high = certain.to_numpy(), ceiling.fill_null(UNSTATED).to_numpy()
    paying = codes < PAYING
    open_ = paying & (high == UNSTATED)
    figures = (
        _sum_of(low),
        _sum_of(np.maximum(high, 0)),
        int((low > 0).sum()),
        int((paying & ((high != 0) | (low > 0))).sum()),
        int(open_.sum()),
    )
    return (*map(int, np.bincount(codes, minlength=STATUSES)), *figures)


def _sum_of(amounts: NDArray[np.int64]) -> int:
    """The sum of amounts, exact whatever their number."""
    most = int(amounts.max(initial=0))
    if most * len(amounts) < LARGEST:
        return int(amounts.sum())
    return sum(map(int, amounts))
