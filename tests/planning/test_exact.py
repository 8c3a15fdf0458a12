"""The exact check: it proves what is true, and nothing that is not."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from huice.planning.exact import Certifier
from huice.planning.solver import Model, solve


def knapsack(seed: int) -> tuple[Model, Fraction]:
    """A small model with switches alone, and its best value by enumeration."""
    random = Random(seed)
    model = Model()
    count = random.choice([3, 4, 5, 6])
    gains = [Fraction(random.randint(1, 30), 7) for _ in range(count)]
    columns = [model.switch(gain) for gain in gains]
    rows = []
    for _ in range(random.choice([1, 2, 3])):
        factors = [random.randint(0, 6) for _ in columns]
        most = random.randint(2, 3 * count)
        rows.append((factors, most))
        model.at_most(list(zip(columns, factors, strict=True)), most)
    best = max(
        sum((gain for gain, on in zip(gains, chosen, strict=True) if on), Fraction(0))
        for chosen in product((0, 1), repeat=count)
        if all(
            sum(f * on for f, on in zip(factors, chosen, strict=True)) <= most
            for factors, most in rows
        )
    )
    return model, best


@pytest.mark.parametrize("seed", range(40))
def test_it_proves_a_bound_above_the_best_and_none_at_the_best(seed: int) -> None:
    model, best = knapsack(seed)
    assert Certifier(model).below(best + Fraction(1, 10**6))
    assert not Certifier(model).below(best)
    assert abs(solve(model).value - float(best)) < 1e-6


def test_it_proves_that_nothing_is_possible() -> None:
    model = Model()
    one, other = model.switch(1), model.switch(1)
    model.row([(one, 1), (other, 1)], 2, None)
    model.at_most([(one, 1), (other, 1)], 1)
    assert Certifier(model).below(-1000)
    assert solve(model).status == "infeasible"


def test_any_multipliers_give_a_true_bound() -> None:
    random = Random(1)
    for seed in range(20):
        model, best = knapsack(seed)
        for _ in range(20):
            multipliers = [random.uniform(-5, 5) for _ in model.rows]
            assert Certifier(model).bound(multipliers) >= best


def test_it_gives_up_when_the_time_is_over() -> None:
    model, best = knapsack(3)
    assert not Certifier(model, deadline=0.0).below(best + 1)
