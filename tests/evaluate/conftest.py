"""Fixtures of the evaluation tests: figures of many measures without their explanation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huice import Corpus, Result, evaluate
from tests.evaluate.profiles import Profile


@pytest.fixture(scope="session")
def figures(corpus: Corpus) -> Callable[..., Result]:
    """`evaluate` over the session's corpus."""

    def run(profile: Profile, measures: list[str] | None = None, **options: Any) -> Result:
        return evaluate(profile, corpus, measures, **options)

    return run
