"""Plans: five firms over five years and all places, then growth with years, entities and measures.

Every plan is proved best, in exact fractions where the table says so; the wall clock counts, for a person
waits for it. `BENCH=full`: up to 1,000 measures at the places of the firm.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml
from msgspec import structs

from benchmarks.copies import SAME_PLACES, write_copies
from benchmarks.measuring import FULL, ROOT, title
from huice import Corpus
from huice.evaluate.profiles import load_profile
from huice.planning import Plan, Task, plan
from huice.planning.usual import usual_task

PERSONAS = ROOT / "tests" / "golden" / "personas"
FIRMS = (
    "vertical-sme-hangzhou",
    "llm-from-scratch-shenzhen",
    "xuhui-new-firm",
    "haizhu-filed-model",
    "corpus-buyer",
)
YEARS = 5
ROUNDS = 3


def main() -> None:
    """Prints the tables."""
    corpus = Corpus.load()
    title(f"plans of five firms: {YEARS} years, {len(corpus.places)} places, one entity (seconds)")
    for name in FIRMS:
        for stacking in ("stated", "prudent"):
            _line(f"{name}, {stacking}", lambda n=name, s=stacking: _plan(corpus, n, YEARS, 1, s))
    title("growth with years (llm-from-scratch-shenzhen)")
    for years in range(1, YEARS + 1):
        _line(f"{years} years", lambda y=years: _plan(corpus, FIRMS[1], y, 1, "prudent"))
    title("growth with entities (vertical-sme-hangzhou, 5 years)")
    for entities in (1, 2, 3) if FULL else (1, 2):
        _line(
            f"{entities} entities",
            lambda e=entities: _plan(corpus, FIRMS[0], YEARS, e, "prudent"),
            1,
        )
    title("growth with measures at the same places (xuhui-new-firm, 5 years, 13 places)")
    for copies in (1, 2, 4, 14) if FULL else (1, 2, 4):
        with tempfile.TemporaryDirectory() as folder:
            write_copies(Path(folder), copies, SAME_PLACES)
            larger = Corpus.load(folder)
            for stacking in ("stated", "prudent"):
                _line(
                    f"{len(larger.measures)} measures, {stacking}",
                    lambda c=larger, s=stacking: _plan(c, FIRMS[2], YEARS, 1, s),
                    1,
                )


def _task(corpus: Corpus, name: str, years: int) -> Task:
    data: Any = yaml.safe_load((PERSONAS / f"{name}.yaml").read_text(encoding="utf-8"))
    return usual_task(load_profile(data["variants"][0]["profile"], corpus), corpus, years)


def _plan(corpus: Corpus, name: str, years: int, entities: int, stacking: str) -> Plan:
    task = structs.replace(_task(corpus, name, years), entities=entities, stacking=stacking)
    return plan(task, corpus, time_limit=120)


def _line(name: str, make: Callable[[], Plan], rounds: int = ROUNDS) -> None:
    """The least of some rounds, and what the plan gives."""
    seconds = []
    found = None
    for _ in range(rounds):
        start = perf_counter()
        found = make()
        seconds.append(perf_counter() - start)
    assert found is not None
    proof = found.proof
    how = (
        "exact"
        if proof.exact
        else "solver"
        if proof.proved
        else f"gap {float(proof.gap):,.2f} yuan"
    )
    places = "+".join(entity.place for entity in found.entities)
    print(f"  {name:<44} {min(seconds):>8.3f} s   proof: {how:<8} {places}")


if __name__ == "__main__":
    main()
