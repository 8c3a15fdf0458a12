"""Random firms with unknown facts, histories, decisions and readings: a plan never says what the evaluator denies."""

from __future__ import annotations

from random import Random

import pytest
from msgspec import structs

from huice import Corpus
from huice.evaluate.profiles import load_profile
from huice.planning import plan
from huice.planning.usual import usual_task
from tests.oracle.generator import random_profile
from tests.planning.test_plan import check

ROUNDING = 1
"""Yuan: what whole fen can leave between value and bound."""


@pytest.mark.parametrize("seed", [*range(10), 176, 205])
def test_a_plan_of_a_random_firm_holds(seed: int, corpus: Corpus) -> None:
    _check(seed, corpus)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000))
def test_plans_of_many_random_firms_hold(seed: int, corpus: Corpus) -> None:
    _check(seed, corpus)


def _check(seed: int, corpus: Corpus) -> None:
    random = Random(seed)
    measures = [one.id for one in corpus.measures]
    profile = load_profile(random_profile(random, random.choice(measures)), corpus)
    task = usual_task(profile, corpus, random.choice([1, 3, 5]))
    stacking, certain = random.choice(["stated", "prudent"]), random.choice([0, 1])
    task = structs.replace(task, stacking=stacking, certain=certain, ceiling=1 - certain)
    found = plan(task, corpus)
    check(found, task, corpus)
    assert 0 <= found.proof.gap < ROUNDING
    assert found.proof.proved == (found.proof.gap * 100 < 1)
