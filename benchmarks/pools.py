"""Pools: every rule of allocation, and the drawdown in many runs, beside the same said in plain Python.

`python -m benchmarks.pools` prints seconds, least and median of rounds in turn. First come, first served must
give what the plain reading gives; the drawdowns draw from different streams and are compared in time only.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from time import perf_counter
from typing import Any

import polars as pl

from huice import Corpus
from huice.population.pools import find_funds
from huice.population.pools.allocation import allocate_pools
from huice.population.pools.drawdown import Uncertainty, simulate_drawdown
from huice.population.pools.rules import RULES, Claims, Terms, allocate

from .measuring import FULL, Call, in_turn, title

CLAIMS = 1_000_000 if FULL else 100_000
RUNS = 1000
PLAIN_RUNS = 5
POOL = "shenzhen/training-voucher"


def _plain_first_come(rows: list[tuple[int, str, int]], pool: int) -> list[int]:
    """First come, first served, claim by claim."""
    granted = [0] * len(rows)
    for row in sorted(range(len(rows)), key=lambda row: rows[row][:2]):
        granted[row] = min(rows[row][2], pool)
        pool -= granted[row]
    return granted


def rules(rounds: int = 5) -> dict[str, Any]:
    """Each rule over claims that ask for twice what the pool holds."""
    draw = random.Random(1)
    rows = [(draw.randrange(365), f"F{n}", draw.randrange(10**9)) for n in range(CLAIMS)]
    ids, asked = [row[1] for row in rows], [row[2] for row in rows]
    tiers = [draw.randrange(3) for _ in rows]
    claims = Claims.of(ids, asked, time=[row[0] for row in rows], score=tiers, tier=tiers)
    pool, terms = sum(asked) // 2, Terms(seed="1")

    def run(name: str) -> Callable[[None], object]:
        return lambda _: allocate(claims, pool, name, terms)

    calls = {f"{name}, {CLAIMS:,} claims": Call(run(name), [None]) for name in RULES}
    calls["first-come in plain Python"] = Call(lambda _: _plain_first_come(rows, pool), [None])
    assert allocate(claims, pool, "first-come").tolist() == _plain_first_come(rows, pool)
    timings = in_turn(calls, rounds)
    title("Rules of allocation")
    for name, timing in timings.items():
        print(timing.line(name, "ms"))
    return {name: timing.figures() for name, timing in timings.items()}


def _awards(draw: random.Random) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "org_id": [f"F{n}" for n in range(CLAIMS)], "measure": POOL, "year": 2026, "status": "eligible",
            "certain_fen": 0, "ceiling_fen": [draw.randrange(10**8) for _ in range(CLAIMS)],
        }
    )  # fmt: skip


def _plain_run(asked: list[int], draw: random.Random) -> list[int]:
    """One run of the drawdown, claim by claim."""
    daily = [0] * 365
    rate = draw.uniform(0.2, 0.8)
    for fen in asked:
        if draw.random() < rate:
            daily[int(draw.random() * 365)] += fen * draw.randint(500_000, 1_000_000) // 1_000_000
    return daily


def drawdown() -> dict[str, float]:
    """A thousand runs, on one thread and on all; the plain reading from five runs."""
    awards, (fund,) = _awards(random.Random(1)), find_funds(Corpus.load(), [POOL])
    unsure = Uncertainty((Fraction(1, 5), Fraction(4, 5)), (Fraction(1, 2), Fraction(1)), RUNS)
    title(f"Drawdown: {RUNS:,} runs over {CLAIMS:,} claims, seconds on the wall")
    found: dict[str, float] = {}

    def told(name: str, act: Callable[[], object], times: int = 1) -> None:
        start = perf_counter()
        act()
        found[name] = (perf_counter() - start) * times
        print(f"  {name:<62} {found[name]:>9.2f} s")

    told("claims of all pools allocated (no runs)", lambda: allocate_pools(awards, only=[fund]))
    told("one thread", lambda: simulate_drawdown(awards, fund, uncertainty=unsure))
    with ThreadPoolExecutor() as workers:
        told(
            "threads", lambda: simulate_drawdown(awards, fund, uncertainty=unsure, executor=workers)
        )
    asked, draw = awards["ceiling_fen"].to_list(), random.Random(1)
    told(
        f"plain Python ({PLAIN_RUNS} runs, times {RUNS // PLAIN_RUNS})",
        lambda: [_plain_run(asked, draw) for _ in range(PLAIN_RUNS)],
        RUNS // PLAIN_RUNS,
    )
    return found


if __name__ == "__main__":
    rules()
    drawdown()
