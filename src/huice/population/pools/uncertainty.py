"""What is not known of the demand, as ranges; and quantiles over runs.

A quantile is the figure of one run, the smallest that at least so many runs do not exceed, never something
between two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from huice.language.text import Fault, Text
from huice.population.pools.demand import Assumptions, check, per_cent
from huice.population.pools.rules import Choice, Whole, find_rule

LOW, MIDDLE, HIGH = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)
PARTS = 1_000_000
"""Shares are drawn in millionths."""

Range = tuple[int, int]
"""From and to, in millionths, both included."""


class Uncertainty(Struct, frozen=True):
    """What is not known of the demand, as ranges with even odds.

    `takeup` is one rate for a whole run; within it each firm applies or not, independently. `share` is the
    part of its figure that each claim asks for. None: the single value of the assumptions.
    """

    takeup: tuple[Fraction, Fraction] | None = None
    share: tuple[Fraction, Fraction] | None = None
    runs: int = 1000
    seed: int = 1

    def says(self) -> tuple[Text, ...]:
        """What varies from run to run, one sentence each."""
        found = []
        for given, zh, en in (
            (self.takeup, "申请的比例", "The share that applies"),
            (self.share, "申请额占其数额的比例", "The part that a claim asks for"),
        ):
            if given is not None and given[0] < given[1]:
                low, high = (per_cent(end) for end in given)
                found.append(
                    Text(
                        f"模拟中，{zh}在 {low}～{high} 之间等可能",
                        f"{en} varies evenly from {low} to {high} in the runs",
                    )
                )
        return tuple(found)


def varies(choices: Sequence[Choice]) -> tuple[Text, ...]:
    """What else is drawn anew in each run, because a rule looks at it: times of application, the draw."""
    names = {name for one in choices for name in (one.rule, *_inner(one))}
    found = []
    if any(find_rule(name).timed for name in names):
        found.append(
            Text(
                "模拟中，推定的申请时间每次重取，已知的申请时间不变",
                "Assumed times of application are drawn anew in each run; known ones stay",
            )
        )
    if "lottery" in names or any(one.terms.ties == "draw" for one in choices):
        found.append(
            Text(
                "模拟中，抽签每次重抽；分配结果按公布的种子",
                "Lots are drawn anew in each run; the allocation itself follows the published seed",
            )
        )
    return tuple(found)


def _inner(choice: Choice) -> tuple[str, ...]:
    return (choice.terms.within,) if choice.rule == "priority" else ()


def seed_number(seed: str) -> int:
    """A seed as a number: itself if it is one, else the first 64 bits of its SHA-256."""
    if seed.isascii() and seed.isdigit():
        return int(seed)
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")


def ranges(assumed: Assumptions, unsure: Uncertainty) -> tuple[Range, Range]:
    """Take-up and share as ranges in millionths. Raises `Fault` where a range cannot be."""
    if unsure.runs < 1:
        raise Fault(
            f"模拟次数应不小于 1，写的是 {unsure.runs}",
            f"there must be at least 1 run, not {unsure.runs}",
        )
    found = []
    for name, given, single in (
        ("takeup", unsure.takeup, assumed.takeup),
        ("share", unsure.share, assumed.share),
    ):
        low, high = given or (single, single)
        if not low <= high:
            raise Fault(
                f"{name} 的范围应从小到大，写的是 {per_cent(low)}～{per_cent(high)}",
                f"the range of {name} goes from low to high, not {per_cent(low)} to {per_cent(high)}",
            )
        for end in (low, high):
            check(structs.replace(assumed, takeup=end))
        found.append((int(low * PARTS), int(high * PARTS)))
    return found[0], found[1]


def rank_of(quantile: Fraction, runs: int) -> int:
    """The position, from 0, of a quantile among so many runs in ascending order."""
    return max(ceil(quantile * runs), 1) - 1


def quantile_of(values: NDArray[np.int64], quantile: Fraction) -> Whole:
    """The smallest value that at least this part of the runs (the first axis) does not exceed."""
    rank = rank_of(quantile, values.shape[0])
    return np.asarray(np.partition(values, rank, axis=0)[rank], dtype=np.int64)
