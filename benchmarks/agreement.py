"""huice beside two peers on the same 39 measures: their figures and their times.

The rows are random full-information profiles of one year with amounts close to the thresholds. The
reference are huice's figures; every difference of a peer is classified in `peers.agree`, and the
exit code is 1 if one is left that the peer's floating point does not explain.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from huice import Corpus

from .measuring import FULL, Call, in_turn, title
from .ours import Engine, narrowed
from .peers.agree import Agreement, Reference, compare
from .peers.flatten import flatten
from .peers.measures import MEASURES
from .peers.openfisca_rules import openfisca_one
from .peers.profiles import profiles
from .peers.zen_rules import context, zen_context, zen_one

SEED = 2025
SIZE = (100_000, 1_000, 25) if FULL else (10_000, 200, 9)
"""Rows compared, firms timed, rounds."""


def reference(engine: Engine, rows: int) -> Iterator[tuple[dict[str, Any], Any]]:
    """Random profiles with huice's figures."""
    for profile in profiles(rows, SEED):
        yield profile, engine.amounts(profile)


def agreement(engine: Engine, rows: int) -> dict[str, Agreement]:
    """Every figure of the peers against ours."""
    pairs: Reference = reference(engine, rows)
    return compare(pairs)


def times(engine: Engine, whole: Engine, firms: int, rounds: int) -> dict[str, Any]:
    """One firm after the other: ours and both peers, in turn."""
    nested = list(profiles(firms, SEED))
    checked = [engine.read(profile) for profile in nested]
    values = [context(flatten(profile)) for profile in nested]
    return in_turn(
        {
            "zen-engine, 39 measures, from prepared flat values": Call(zen_context, values),
            "huice, 39 measures, from a checked profile": Call(engine.values, checked),
            "zen-engine, 39 measures, from the nested profile": Call(zen_one, nested),
            "huice, 39 measures, from the nested profile, checked": Call(
                engine.values_of_nested, nested
            ),
            "huice, 75 measures, from a checked profile": Call(whole.values, checked),
            "flattening the nested profile alone": Call(flatten, nested),
            "checking the nested profile alone": Call(engine.read, nested),
            "openfisca-core, 39 measures, from the nested profile": Call(
                openfisca_one, nested[:20]
            ),
        },
        rounds,
    )


def main() -> int:
    """Compare, measure and print; 1 if a figure differs without an explanation."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=SIZE[0])
    return int(run(parser.parse_args().rows, *SIZE[1:])["real"])


def run(rows: int, firms: int, rounds: int) -> dict[str, Any]:
    """The whole comparison, printed; the figures for the summary."""
    corpus = Corpus.load()
    engine, whole = Engine(narrowed(corpus, MEASURES)), Engine(corpus)
    found = times(engine, whole, firms, rounds)
    title(f"one firm after the other, {firms} random firms, {rounds} rounds in turn")
    for name, timing in found.items():
        print(timing.line(name))
    agreements = agreement(engine, rows)
    print(f"\n== agreement with huice: {rows} firms, {len(MEASURES)} measures, seed {SEED}")
    for one in agreements.values():
        print(one.report())
    return {
        "seconds": {name: timing.figures() for name, timing in found.items()},
        "figures": {one.peer: dict(one.cells) for one in agreements.values()},
        "rows": {one.peer: dict(one.rows) for one in agreements.values()},
        "real": any(one.cells["real"] for one in agreements.values()),
    }


if __name__ == "__main__":
    raise SystemExit(main())
