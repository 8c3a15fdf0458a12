"""The engine as the benchmarks call it, and the profiles they ask it about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import yaml
from msgspec import structs

from huice import Corpus
from huice.evaluate.evaluator import Evaluator, at_place, read_profile
from huice.evaluate.facts import Profile
from huice.evaluate.outcome import Outcome
from huice.evaluate.result import Result

from .measuring import ROOT
from .peers.exact import Amount

PERSONAS = ROOT / "tests" / "golden" / "personas"


def personas() -> Iterator[tuple[str, dict[str, Any]]]:
    """The golden personas, variant by variant, as a user gives them."""
    for path in sorted(PERSONAS.glob("*.yaml")):
        persona = yaml.safe_load(path.read_text(encoding="utf-8"))
        for variant in persona["variants"]:
            yield f"{persona['id']}/{variant['id']}", variant["profile"]


def narrowed(corpus: Corpus, ids: Iterable[str]) -> Corpus:
    """The corpus with these measures only."""
    wanted = set(ids)
    return structs.replace(
        corpus,
        documents=tuple(
            structs.replace(one, measures=tuple(m for m in one.measures if m.id in wanted))
            for one in corpus.documents
        ),
    )


class Engine:
    """One corpus, ready to answer."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.evaluator = Evaluator(corpus)

    def read(self, given: Mapping[str, Any]) -> Profile:
        """The checked profile."""
        return read_profile(given, self.corpus)

    def values(self, profile: Profile) -> list[Outcome]:
        """Status and figures of all measures where the applicant is: no explanation."""
        return self.evaluator.outcomes(profile, self.corpus.measures)

    def values_of_nested(self, given: Mapping[str, Any]) -> list[Outcome]:
        """The same from a profile as a user gives it."""
        return self.values(self.read(given))

    def amounts(self, given: Mapping[str, Any]) -> dict[str, Amount]:
        """Certain and ceiling by measure, for a comparison with the peers."""
        return {
            one.measure: Amount(Fraction(one.certain), Fraction(one.ceiling or 0))
            for one in self.values_of_nested(given)
        }

    def everything(self, profile: Profile) -> int:
        """All places, each with total and the full explanation of every measure that can hold there."""
        return sum(self.explained(at_place(profile, place)) for place in self.corpus.places)

    def explained(self, profile: Profile) -> int:
        """One place with all that is shown: total, conditions, steps, missing facts, reasons."""
        result = Result(self.evaluator, profile, self.corpus.measures)
        shown: list[object] = [result.total]
        near = result.near
        for one in near:
            shown += (one.conditions, one.steps, one.missing, one.reason)
        return len(near)
