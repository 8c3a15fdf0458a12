"""Seconds per record of both peers: one firm, many firms, one record.

Set-up (building the system, compiling the graph, making profiles) is outside the timed part. Each
figure is the least of several rounds, which is the one least disturbed by other work.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from .flatten import flatten
from .openfisca_rules import columns, openfisca_columns, openfisca_many, openfisca_one
from .profiles import profiles
from .zen_rules import context, zen_context, zen_one


def per_record(call: Callable[[Any], object], records: Sequence[Any], rounds: int = 5) -> float:
    """Least seconds per record over several rounds."""
    call(records[0])
    best = float("inf")
    for _ in range(rounds):
        start = perf_counter()
        for record in records:
            call(record)
        best = min(best, (perf_counter() - start) / len(records))
    return best


def measure(firms: int, seed: int) -> dict[str, float]:
    """Every timing, in seconds per firm."""
    nested = list(profiles(firms, seed))
    rows = [flatten(profile) for profile in nested]
    values = [context(row) for row in rows]
    arrays = columns(rows)
    few, sample = nested[:100], min(firms, 2_000)
    times = {
        "flatten": per_record(flatten, nested[:sample]),
        "openfisca one firm, nested profile": per_record(openfisca_one, few),
        "zen one record, nested profile": per_record(zen_one, nested[:sample]),
        "zen one record, prepared values": per_record(zen_context, values[:sample]),
        "zen one record, prepared values, every branch": per_record(
            lambda record: zen_context(record, routed=False), values[:sample]
        ),
    }
    batch = per_record(lambda _: openfisca_columns(arrays, firms), [None], 7)
    times["openfisca many firms, columns"] = batch / firms
    nested_batch = per_record(lambda _: openfisca_many(nested), [None], 3)
    times["openfisca many firms, nested profiles"] = nested_batch / firms
    return times


def main() -> None:
    """Print every timing in microseconds per firm."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--firms", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2025)
    options = parser.parse_args()
    for name, seconds in measure(options.firms, options.seed).items():
        print(f"{name:<46} {seconds * 1e6:>10.2f} µs per firm")


if __name__ == "__main__":
    main()
