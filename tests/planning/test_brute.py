"""Random small problems: the plan equals the best of all plans, which a second planner enumerates."""

from __future__ import annotations

from random import Random

import pytest

from huice import Corpus
from huice.planning import plan
from tests.planning.brute import Brute
from tests.planning.conftest import Small
from tests.planning.small import STEP, shipped_problem

QUICK = (
    4, 5, 6, 7, 9, 10, 14, 18, 21, 22, 27, 28, 32, 33, 35, 36, 38, 40, 41, 45, 48, 49,
    52, 54, 55, 56, 58, 61, 68, 70, 71, 79,
)  # fmt: skip
"""Seeds whose enumeration is short."""
MANY = 500
LOOSE = (50,)
"""Seeds where a plan is the best but not proved: a cap on all years counts what a cap on one year cuts off."""


@pytest.mark.parametrize("seed", QUICK)
def test_a_plan_equals_the_best_of_all_plans(small: Small, seed: int) -> None:
    _check(small, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(MANY))
def test_many_plans_equal_the_best_of_all_plans(small: Small, seed: int) -> None:
    _check(small, seed)


def _check(small: Small, seed: int) -> None:
    corpus, problem = small(seed)
    found = plan(problem, corpus)
    brute = Brute(problem, corpus)
    best = brute.best()
    assert best is not None
    assert found.value == max(
        best, brute.at(found)
    )  # the best spending may lie between the points of the grid
    assert found.proof.bound >= found.value
    if seed not in LOOSE:
        assert found.proof.proved
        assert found.proof.exact


TWO = (1020, 1046, 1080, 1097, 1113, 1129, 1164, 1189, 1220)


@pytest.mark.parametrize("seed", TWO)
def test_two_entities_equal_the_best_of_all_pairs_and_splits(small: Small, seed: int) -> None:
    corpus, problem = small(seed, most=3)
    problem["entities"] = 2
    found = plan(problem, corpus)
    assert len(found.entities) == 2
    assert found.value == Brute(problem, corpus).best_of_two()
    assert found.proof.exact


ALIKE = (2013, 2015, 2030, 2038, 2197, 2618)


@pytest.mark.parametrize("seed", ALIKE)
def test_two_kinds_of_spending_on_one_thing_equal_the_best_of_all_plans(
    small: Small, seed: int
) -> None:
    """Measures that look at the sum of both are planned too."""
    corpus, problem = small(seed, most=3)
    problem["spending"][1] |= {"id": "again", "facts": {"item": "compute"}}
    for one in problem["spending"]:
        total = one["total"]
        if isinstance(total, dict):
            total["max"] = min(total["max"], 2 * STEP)
        else:
            one["total"] = min(total, 2 * STEP)
    found = plan(problem, corpus)
    brute = Brute(problem, corpus)
    assert found.value == max(brute.best() or 0, brute.at(found))
    assert found.proof.exact


SHIPPED = (1, 2, 5, 10, 13, 21, 29, 46)


@pytest.mark.parametrize("seed", SHIPPED)
def test_plans_over_the_law_of_the_five_cities_equal_the_best_of_all(
    seed: int, corpus: Corpus
) -> None:
    _check_shipped(seed, corpus)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(300))
def test_many_plans_over_the_law_equal_the_best_of_all(seed: int, corpus: Corpus) -> None:
    _check_shipped(seed, corpus)


def _check_shipped(seed: int, corpus: Corpus) -> None:
    problem = shipped_problem(Random(seed), corpus)
    found = plan(problem, corpus)
    brute = Brute(problem, corpus)
    assert found.value == max(brute.best() or 0, brute.at(found))
    assert found.proof.exact
