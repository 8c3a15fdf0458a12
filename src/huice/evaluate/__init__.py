"""Explains one applicant: status, three figures, the sentence behind each, and what is still to be answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from huice.corpus.corpus import Corpus, shipped
from huice.evaluate.ask import Question, next_question, questions
from huice.evaluate.compare import Comparison, check_places, compare
from huice.evaluate.evaluator import at_place, evaluator, read_profile, select
from huice.evaluate.facts import Profile
from huice.evaluate.outcome import Status
from huice.evaluate.profiles import BadProfile
from huice.evaluate.result import MeasureResult, Result

__all__ = [
    "BadProfile",
    "Comparison",
    "MeasureResult",
    "Question",
    "Result",
    "Status",
    "compare",
    "evaluate",
    "next_question",
    "questions",
]


def evaluate(
    profile: Mapping[str, Any] | str | Path | Profile,
    corpus: Corpus | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[str] | str | None = None,
    today: date | None = None,
) -> Result:
    """What the policies give this applicant.

    `profile` is a mapping or the path of a YAML or JSON file; `measures` are ids, all by default; `places`
    puts the applicant at one place instead of its own (several are for `compare`). `today` stands in for an
    absent `as_of`. Raises `BadProfile` with every located problem, or for an unknown measure or place.
    """
    corpus = corpus or shipped()
    checked = read_profile(profile, corpus, today)
    where = check_places(corpus, places)
    if len(where) == 1:
        checked = at_place(checked, where[0])
    asked = select(corpus, measures)
    if len(where) > 1:
        asked = tuple(one for one in asked if any(_near(place, one.place) for place in where))
    return Result(evaluator(corpus), checked, asked, checked.name)


def _near(place: str, region: str) -> bool:
    return place == region or place.startswith(region + "/")
