"""Spending on whole fen: the solver's figures rounded within all limits, then nudged while that gains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from msgspec import structs

from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact
from huice.planning.problem import Allowance, Seat, Spending, Task
from huice.planning.reckon import Assignment, Reckoning, reckon

Key = tuple[Seat, str, int]
FEN = Fraction(1, 100)
MOST_NUDGES = 400


def snapped(task: Task, raw: Mapping[Key, float]) -> dict[Key, Exact]:
    """The sums on whole fen, in yuan, moved as little as the limits of year and total ask."""
    fen = {key: max(0, round(value * 100)) for key, value in raw.items()}
    for spending in task.spending:
        keys = [key for key in fen if key[1] == spending.id]
        for year in task.calendar():
            _between(fen, [key for key in keys if key[2] == year], spending.yearly)
        _between_years(fen, keys, spending)
    return {
        key: Fraction(value, 100) if value % 100 else value // 100 for key, value in fen.items()
    }


def _limits(allowance: Allowance) -> tuple[int, int | None]:
    least = -(-Fraction(allowance.least) * 100 // 1) if allowance.least else 0
    return int(least), None if allowance.most is None else int(Fraction(allowance.most) * 100 // 1)


def _between(fen: dict[Key, int], keys: list[Key], allowance: Allowance) -> None:
    """The sum of these within the limits: the largest gives or takes what is missing."""
    least, most = _limits(allowance)
    total = sum(fen[key] for key in keys)
    if total < least:
        fen[max(keys, key=lambda key: fen[key])] += least - total
    elif most is not None and total > most:
        _take(fen, keys, total - most)


def _take(fen: dict[Key, int], keys: list[Key], excess: int) -> None:
    for key in sorted(keys, key=lambda key: -fen[key]):
        part = min(excess, fen[key])
        fen[key] -= part
        excess -= part


def _between_years(fen: dict[Key, int], keys: list[Key], spending: Spending) -> None:
    """The sum of all years within the limits, moved in years that have room."""
    least, most = _limits(spending.total)
    low, high = _limits(spending.yearly)
    total = sum(fen[key] for key in keys)
    missing = max(0, least - total) - (max(0, total - most) if most is not None else 0)
    for key in sorted(keys, key=lambda key: -fen[key]):
        year = sum(fen[other] for other in keys if other[2] == key[2])
        if missing > 0:
            part = missing if high is None else min(missing, high - year)
        else:
            part = -min(-missing, fen[key], year - low)
        fen[key] += part
        missing -= part
        if not missing:
            return


def nudged(
    task: Task, evaluator: Evaluator, plan: Assignment, reckoning: Reckoning, bound: Fraction
) -> tuple[Assignment, Reckoning]:
    """The plan with fen moved between years and entities while that gains, up to the bound."""
    tries = 0
    better = True
    while better and bound - reckoning.value >= FEN:
        better = False
        for moved in _moves(task, plan):
            tries += 1
            if tries > MOST_NUDGES:
                return plan, reckoning
            other = structs.replace(plan, spending=moved)
            found = reckon(task, evaluator, other)
            if found.value > reckoning.value:
                plan, reckoning, better = other, found, True
                break
    return plan, reckoning


def tidied(
    task: Task, evaluator: Evaluator, plan: Assignment, reckoning: Reckoning
) -> tuple[Assignment, Reckoning]:
    """The plan with rounder sums, wherever that costs nothing in either figure."""
    for spending in task.spending:
        keys = [key for key in plan.spending if key[1] == spending.id and plan.spending[key]]
        for rounder in _rounder(plan.spending, keys):
            if rounder == plan.spending or not _allowed(task, spending, rounder, keys):
                continue
            other = structs.replace(plan, spending=rounder)
            found = reckon(task, evaluator, other)
            if found.value >= reckoning.value and no_less(found.spread, reckoning.spread):
                plan, reckoning = other, found
                break
    return plan, reckoning


def no_less(one: tuple[Exact, Exact], other: tuple[Exact, Exact]) -> bool:
    """Whether neither figure is less."""
    return all(a >= b for a, b in zip(one, other, strict=True))


_GRAINS = (1_000_000, 100_000, 10_000, 1_000, 100, 1)
"""Yuan to which sums are rounded, if that costs nothing."""


def _rounder(sums: Mapping[Key, Exact], keys: list[Key]) -> Iterator[dict[Key, Exact]]:
    """The sums on multiples of each grain, down, one of them taking what is left: the coarsest first."""
    for grain in _GRAINS:
        for rest in sorted(keys, key=lambda key: -sums[key]):
            found = {**sums}
            for key in keys:
                if key != rest:
                    found[key] = int(sums[key] // grain * grain)
                    found[rest] += sums[key] - found[key]
            yield found


def _moves(task: Task, plan: Assignment) -> Iterator[dict[Key, Exact]]:
    """The spending with one fen more, or less, or moved from one sum to another, within all limits."""
    for spending in task.spending:
        keys = [key for key in plan.spending if key[1] == spending.id]
        steps: list[dict[Key, int]] = [{key: sign} for key in keys for sign in (1, -1)]
        steps += [{one: 1, other: -1} for one in keys for other in keys if one != other]
        for step in steps:
            moved = {**plan.spending}
            for key, sign in step.items():
                moved[key] += sign * FEN
            if _allowed(task, spending, moved, keys):
                yield moved


def _allowed(task: Task, spending: Spending, sums: Mapping[Key, Exact], keys: list[Key]) -> bool:
    if any(sums[key] < 0 for key in keys):
        return False
    years = [sum((sums[key] for key in keys if key[2] == year), 0) for year in task.calendar()]
    return _within(sum(years), spending.total) and all(
        _within(year, spending.yearly) for year in years
    )


def _within(total: Exact, allowance: Allowance) -> bool:
    return total >= allowance.least and (allowance.most is None or total <= allowance.most)
