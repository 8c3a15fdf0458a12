"""Small corpora and problems that the tests of planning share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from huice import Corpus
from huice.corpus.corpus import load_corpus
from tests.planning.small import problem, write_corpus

Small = Callable[..., tuple[Corpus, dict[str, Any]]]


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """`small(seed)`: an invented corpus and a problem over it."""

    def made(seed: int, most: int = 4) -> tuple[Corpus, dict[str, Any]]:
        random = Random(seed)
        folder = tmp_path / str(seed)
        write_corpus(random, folder, random.choice(range(2, most + 1)))
        corpus, problems = load_corpus(folder)
        assert not problems
        return corpus, problem(random, corpus)

    return made
