"""Random small problems: the plan equals the best of all plans, which a second planner enumerates."""

from __future__ import annotations

import pytest

from huice.planning import plan
from tests.planning.brute import Brute
from tests.planning.conftest import Small

QUICK: tuple[int, ...] = ()
"""Seeds whose enumeration is short."""
MANY = 500
LOOSE: tuple[int, ...] = ()
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
    assert found.value == max(best, brute.at(found))  # the best spending may lie between the points of the grid
    assert found.proof.bound >= found.value
    if seed not in LOOSE:
        assert found.proof.proved
        assert found.proof.exact
