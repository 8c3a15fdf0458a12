"""Round numbers for the axes of a drawing."""

from __future__ import annotations

from fractions import Fraction

from huice.evaluate.facts import Exact


def rounded(amount: Exact) -> Fraction:
    """A round number not below the amount, which four ticks divide well."""
    scale = Fraction(1)
    while scale * 10 < amount:
        scale *= 10
    return next(
        scale * step
        for step in (Fraction(1), Fraction(6, 5), Fraction(8, 5), Fraction(2), Fraction(12, 5),
                     Fraction(3), Fraction(4), Fraction(5), Fraction(6), Fraction(8), Fraction(10))
        if scale * step >= amount
    )  # fmt: skip


def round_numbers(start: Exact, end: Exact, most: int) -> list[Fraction]:
    """Round numbers from the start to the end, not more than so many steps."""
    span = Fraction(end - start)
    scale = Fraction(1)
    while scale * 10 < span:
        scale *= 10
    steps = (Fraction(step) * scale / 10 for step in (1, 2, 5, 10, 20, 50, 100))
    step = next(one for one in steps if span / one <= most)
    first = -(-Fraction(start) // step)
    return [step * times for times in range(int(first), int(Fraction(end) // step) + 1)]
