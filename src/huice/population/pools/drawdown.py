"""How fast a fund is drawn down when demand is uncertain: Monte Carlo over take-up, amounts and times.

Each run has a random stream of its own, spawned from the seed by the number of the run, so the result does
not depend on how many workers share the runs. Amounts stay whole numbers; a quantile is the figure of one
run (the smallest that at least so many runs do not exceed), never something between two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import numpy as np
import polars as pl
from msgspec import Struct, structs
from numpy.typing import NDArray

from huice.language.text import Fault, Text
from huice.population.pools.demand import Assumptions, check, demand, per_cent
from huice.population.pools.fund import Fund
from huice.population.pools.rules import MOST, Whole

LOW, MIDDLE, HIGH = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)
_PARTS = 1_000_000
"""Shares are drawn in millionths."""
_TASKS = 16
"""Pieces of work that the runs are cut into for an executor."""


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


class Candidates(Struct, frozen=True):
    """All who may claim on one fund, as arrays in the order of their claim ids.

    `most` is the fen at the full share; a claim comes on day `offset` where its time is known (`span` 0),
    else within `span` days from there. `face` is the fen of a voucher or 0. `stream` tells the draws of
    one fund from those of another; the rate of take-up is that of the run, the same for all funds.
    """

    most: Whole
    offset: Whole
    span: Whole
    days: int
    face: int
    takeup: tuple[int, int]
    share: tuple[int, int]
    front: int
    seed: int
    stream: int


class Drawdown(Struct, frozen=True):
    """A fund over the days of its window, in every run; units as the fund counts.

    `requests[run, day]` is what was asked for up to and on a day, `first` the first day. `unstated` claims
    state no amount and are in no sum.
    """

    fund: Fund
    year: int | None
    first: date
    requests: Whole
    seed: int
    unstated: int

    @property
    def runs(self) -> int:
        """The number of runs."""
        return int(self.requests.shape[0])

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the window."""
        return tuple(self.first + timedelta(days=day) for day in range(self.requests.shape[1]))

    def asked(self, quantile: Fraction) -> Whole:
        """For each day, the requests up to it that this part of the runs does not exceed."""
        return _quantile(self.requests, quantile)

    def drawn(self, quantile: Fraction) -> Whole:
        """For each day, what is given out up to it: the requests, as long as the fund lasts."""
        return np.minimum(self.asked(quantile), self.fund.units)

    @property
    def lasts(self) -> Fraction:
        """The part of the runs in which the requests stay below what the fund holds."""
        return Fraction(int((self.requests[:, -1] < self.fund.units).sum()), self.runs)

    def exhausted_on(self, quantile: Fraction) -> date | None:
        """The day by which the fund is used up in this part of the runs; None if it is not in so many."""
        day = int(_quantile(self._ends, quantile))
        return self.first + timedelta(days=day) if day < self.requests.shape[1] else None

    def exhausted_by_month(self) -> tuple[tuple[date, int], ...]:
        """For the first day of each month, the number of runs in which the fund is used up within it."""
        counts: dict[date, int] = {}
        for day, number in zip(*np.unique(self._ends, return_counts=True), strict=True):
            if day < self.requests.shape[1]:
                month = (self.first + timedelta(days=int(day))).replace(day=1)
                counts[month] = counts.get(month, 0) + int(number)
        return tuple(sorted(counts.items()))

    def fen(self, units: int) -> int:
        """Units of the fund as fen."""
        return units * (self.fund.face_fen or 1)

    @property
    def _ends(self) -> Whole:
        """The day of exhaustion of each run, counted from 0; the number of days where it lasts."""
        return np.asarray((self.requests < self.fund.units).sum(axis=1), dtype=np.int64)


def simulate_drawdown(
    awards: pl.DataFrame | pl.LazyFrame,
    fund: Fund,
    *,
    year: int | None = None,
    inner: Sequence[Fund] = (),
    assumptions: Assumptions | None = None,
    uncertainty: Uncertainty | None = None,
    executor: Executor | None = None,
) -> Drawdown:
    """The drawdown of a fund, first come first served, in as many runs as asked for.

    A yearly fund is run for one `year`, by default the first with claims; another over all years. `inner`
    are the funds that lie in it (`fund.inside`): what they give out is what reaches it. Raises `Fault` for a
    quota, for awards without claims on the fund, and as `demand` does.
    """
    assumed, unsure = assumptions or Assumptions(), uncertainty or Uncertainty()
    ranges = _ranges(assumed, unsure)
    if fund.kind == "quota":
        raise Fault(
            f"“{fund.id}”是遴选名额，不按申请先后用完，没有进度曲线",
            f"“{fund.id}” is a quota of a selection, which is not used up in the order of time",
        )
    everyone = structs.replace(assumed, takeup=Fraction(1), share=Fraction(1))
    found = demand(awards, everyone, year, fund.members)
    claims, unstated = found.claims, found.unstated
    if fund.yearly and not claims.is_empty():
        year = claims["year"].to_list()[0] if year is None else year
        claims, unstated = (each.filter(pl.col("year") == year) for each in (claims, unstated))
    if claims.is_empty():
        raise Fault(
            f"没有企业能向“{fund.id}”申请，画不出进度",
            f"no firm can claim on “{fund.id}”, so there is no drawdown",
        )
    window = _window(claims, assumed)
    requests = np.zeros((unsure.runs, window[1]), dtype=np.int64)
    for part in (*inner, fund):
        within = {member for one in inner for member in one.members} if part is fund else set()
        own = claims.filter(pl.col("measure").is_in(set(part.members) - within))
        candidates = _candidates(own, part, assumed, window, ranges, unsure.seed)
        asked = _in_pieces(candidates, unsure.runs, executor)
        requests += asked if part is fund else np.minimum(asked, part.units)
    return Drawdown(
        fund,
        year if fund.yearly else None,
        window[0],
        requests,
        unsure.seed,
        int(unstated["claims"].sum()),
    )


def seed_number(seed: str) -> int:
    """A seed as a number: itself if it is one, else the first 64 bits of its SHA-256."""
    if seed.isascii() and seed.isdigit():
        return int(seed)
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")


def run(candidates: Candidates, numbers: Sequence[int]) -> Whole:
    """The cumulative requests by day of these runs; each from the streams of its number."""
    found = np.zeros((len(numbers), candidates.days), dtype=np.int64)
    low, high = candidates.takeup
    for row, number in enumerate(numbers):
        rate = int(_stream(candidates.seed, number).integers(low, high, endpoint=True))
        _one(candidates, rate, _stream(candidates.seed, number, candidates.stream), found[row])
    return np.cumsum(found, axis=1)


def _stream(seed: int, *numbers: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=numbers))


def _one(candidates: Candidates, rate: int, stream: np.random.Generator, daily: Whole) -> None:
    """One run: who applies, for how much and when, added up by day."""
    most, offset, span = candidates.most, candidates.offset, candidates.span
    if rate < _PARTS:
        applies = stream.integers(0, _PARTS, most.size, dtype=np.uint32) < rate
        most, offset, span = most[applies], offset[applies], span[applies]
    low, high = candidates.share
    if low < _PARTS:
        share = stream.integers(low, high, most.size, dtype=np.int64, endpoint=True)
        most = _scaled(most, share)
    if candidates.face:
        most = (most + (candidates.face - 1)) // candidates.face
    place = stream.random(most.size)
    late = place.copy()
    for _ in range(candidates.front - 1):
        late *= place
    day = offset + (late * span).astype(np.int64)
    np.add.at(daily, day, most)


def _scaled(most: Whole, share: Whole) -> Whole:
    """Fen times millionths, cut to the fen, without leaving 64 bits."""
    whole, rest = np.divmod(most, _PARTS)
    return np.asarray(whole * share + rest * share // _PARTS, dtype=np.int64)


def _in_pieces(candidates: Candidates, runs: int, executor: Executor | None) -> Whole:
    if executor is None:
        return run(candidates, range(runs))
    size = -(-runs // _TASKS)
    tasks = [
        executor.submit(run, candidates, range(start, min(start + size, runs)))
        for start in range(0, runs, size)
    ]
    return np.concatenate([task.result() for task in tasks])


def _window(claims: pl.DataFrame, assumed: Assumptions) -> tuple[date, int]:
    """The first day on which claims come in, and the number of days: the window, widened to known times."""
    years = claims["year"].unique().to_list()
    known = claims.filter(~pl.col("assumed"))["applied_at"].dt.date().to_list()
    first = min([assumed.window(min(years))[0], *known])
    last = max([assumed.window(max(years))[1], *known])
    return first, (last - first).days + 1


def _candidates(
    claims: pl.DataFrame,
    fund: Fund,
    assumed: Assumptions,
    window: tuple[date, int],
    ranges: tuple[tuple[int, int], tuple[int, int]],
    seed: int,
) -> Candidates:
    first, days = window
    spans = {year: assumed.window(year) for year in claims["year"].unique().to_list()}
    opens = {year: (opening - first).days for year, (opening, _) in spans.items()}
    length = {year: (closing - opening).days + 1 for year, (opening, closing) in spans.items()}
    year = pl.col("year")
    known = (pl.col("applied_at").dt.date() - pl.lit(first)).dt.total_days()
    placed = claims.select(
        pl.col("asked_fen"),
        offset=pl.when("assumed")
        .then(year.replace_strict(opens, return_dtype=pl.Int64))
        .otherwise(known),
        span=pl.when("assumed")
        .then(year.replace_strict(length, return_dtype=pl.Int64))
        .otherwise(0),
    )
    if sum(placed["asked_fen"].to_list()) > MOST:
        raise Fault(
            "申请额合计超出 64 位整数所能精确表示的范围；请核对单位是不是分",
            "the claims add up to more than 64 bits hold exactly; check that the unit is the fen",
        )
    most, offset, span = (_array(placed[name]) for name in ("asked_fen", "offset", "span"))
    stream = int.from_bytes(hashlib.sha256(fund.id.encode()).digest()[:4], "big")
    face = fund.face_fen or 0
    return Candidates(most, offset, span, days, face, *ranges, assumed.front, seed, stream)


def _array(column: pl.Series) -> Whole:
    return column.cast(pl.Int64).to_numpy().astype(np.int64)


def _ranges(assumed: Assumptions, unsure: Uncertainty) -> tuple[tuple[int, int], tuple[int, int]]:
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
        found.append((int(low * _PARTS), int(high * _PARTS)))
    return found[0], found[1]


def _quantile(values: NDArray[np.int64], quantile: Fraction) -> Whole:
    """The smallest value that at least this part of the runs does not exceed."""
    rank = max(ceil(quantile * values.shape[0]), 1) - 1
    return np.asarray(np.partition(values, rank, axis=0)[rank], dtype=np.int64)
