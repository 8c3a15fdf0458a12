"""Both bodies of the columns against plain Python: random cells over random rows, on firms and on their entities."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from huice.population.columns import kleene as k
from huice.population.columns import whole as w
from huice.population.columns.body import Body, column_of
from huice.population.columns.cells import BROAD, NARROW, TRUTH, Cell
from huice.population.columns.fused.body import FusedBody
from huice.population.columns.fused.program import BLOCK
from huice.population.columns.in_polars import PolarsBody
from huice.population.columns.layout import Layout, Part
from huice.population.columns.level import Level
from huice.population.columns.place import Compiled
from huice.population.columns.plan import ORG, Plan, ready
from huice.population.columns.whole import Whole

KIND = "contract"
MOST = 2**40
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A seed says nothing that could shrink."""
BODIES: list[Callable[[], Body]] = [PolarsBody, FusedBody]

# --- what a cell means, in plain Python ---------------------------------------------------------------------


def _and(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _or(one: Any, other: Any) -> Any:
    if one is True or other is True:
        return True
    return None if one is None or other is None else False


def _strict(of: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda one, other: None if one is None or other is None else of(one, other)


def _extreme(of: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def found(one: Any, other: Any) -> Any:
        known = [value for value in (one, other) if value is not None]
        return of(known) if known else None

    return found


MEANING: dict[str, Callable[..., Any]] = {
    "and": _and,
    "or": _or,
    "not": lambda one: None if one is None else not one,
    "is_null": lambda one: one is None,
    "+": _strict(lambda one, other: one + other),
    "-": _strict(lambda one, other: one - other),
    "*": _strict(lambda one, other: one * other),
    "//": _strict(lambda one, other: one // other),
    "cut": _strict(lambda one, other: one // other),
    "<": _strict(lambda one, other: one < other),
    "<=": _strict(lambda one, other: one <= other),
    ">": _strict(lambda one, other: one > other),
    ">=": _strict(lambda one, other: one >= other),
    "=": _strict(lambda one, other: one == other),
    "lowest": _extreme(min),
    "highest": _extreme(max),
    "first": lambda one, other: other if one is None else one,
    "if": lambda test, one, other: one if test else other,
    "cast": lambda one: None if one is None else int(one),
}


def meaning(cell: Cell, row: dict[str, Any]) -> Any:
    """The value of a cell in one row."""
    if cell.op == "column":
        return row[cell.name]
    if cell.op == "constant":
        return bool(cell.value) if cell.bits == TRUTH and cell.value is not None else cell.value
    of = [meaning(one, row) for one in cell.of]
    if cell.op == "bit":
        return None if of[0] is None else bool(of[0] >> (cell.value or 0) & 1)
    return MEANING[cell.op](*of)


# --- random cells -------------------------------------------------------------------------------------------


class Draw:
    """Cells over the columns of one level, with bounds that keep within 64 or 128 bits."""

    def __init__(self, rng: random.Random, numbers: list[Whole], truths: list[Cell]) -> None:
        self.rng, self.numbers, self.truths = rng, numbers, truths

    def number(self, deep: int) -> Whole:
        if deep == 0 or self.rng.random() < 0.15:
            if self.rng.random() < 0.2:
                return self.rng.choice([w.NULL, w.const(self.rng.choice([-3, 0, 1, 7, 10**9]))])
            return self.rng.choice(self.numbers)
        one, other = self.number(deep - 1), self.number(deep - 1)
        ways: list[Callable[[], Whole]] = [
            lambda: w.add(one, other),
            lambda: w.subtract(one, other),
            lambda: w.times(one, other),
            lambda: w.lower(one, other),
            lambda: w.higher(one, other),
            lambda: w.first_known(one, other),
            lambda: w.null_as_zero(one),
            lambda: w.chosen(self.definite(deep - 1), one, other),
            lambda: w.floored(one, w.const(self.rng.choice([1, 2, 7, 100, 10**12]))),
            lambda: w.floored(one, w.higher(w.null_as_zero(other), w.ONE)),
            lambda: w.counted(self.truth(deep - 1)),
        ]
        try:
            return self.rng.choice(ways)()
        except w.TooLarge:
            return one

    def truth(self, deep: int) -> Any:
        if deep == 0 or self.rng.random() < 0.2:
            return self.rng.choice([*self.truths, self.rng.choice([True, False, None])])
        one, other = self.truth(deep - 1), self.truth(deep - 1)
        op = self.rng.choice(["<", "<=", ">", ">=", "="])
        ways: list[Callable[[], Any]] = [
            lambda: k.every([one, other]),
            lambda: k.some([one, other]),
            lambda: k.negated(one),
            lambda: k.unknown(one),
            lambda: k.possible(one),
            lambda: k.where(self.definite(deep - 1), one, other),
            lambda: w.compared(op, self.number(deep - 1), self.number(deep - 1)),
            lambda: w.is_null(self.number(deep - 1)),
            self.bit,
        ]
        return self.rng.choice(ways)()

    def bit(self) -> Cell:
        cell = self.rng.choice(self.numbers).as_cell()
        return cell.bit(self.rng.randrange(40))

    def definite(self, deep: int) -> Any:
        return k.truth_if(self.truth(deep))


def shown(number: Whole) -> Whole:
    """A number as an output can hold it: not below 0, within 62 bits; null stays null."""
    if number.cell is None:
        return number
    found = w.not_below_zero(number)
    cell = w.lower(w.null_as_zero(found), w.const(2**62)).as_cell(wide=False)
    kept = Whole(cell, 0, 2**62)
    return w.chosen(w.is_null(found), w.NULL, kept)


# --- a population -------------------------------------------------------------------------------------------


def value(rng: random.Random, most: int) -> int | None:
    return rng.choice([None, 0, 1, rng.randrange(most + 1), rng.randrange(most + 1), most])


class Made:
    """Random rows on two levels, a plan over them, and what it means row by row."""

    def __init__(self, seed: int, firms: int) -> None:
        self.rng = rng = random.Random(seed)
        self.most = {"a": 100, "b": 30_000, "c": 2**31 - 2, "d": MOST}
        self.firms = [self.row() for _ in range(firms)]
        counts = [rng.choice([0, 0, 1, 2, 5]) for _ in range(firms)]
        self.owned = [[self.row() for _ in range(count)] for count in counts]
        starts = pl.Series([0, *counts]).cum_sum().to_numpy()
        schema = {**dict.fromkeys(self.most, pl.Int64), "p": pl.Boolean, "q": pl.Boolean}
        orgs = pl.DataFrame(self.firms, schema={**schema, "org_id": pl.Int64}, orient="row")
        below = pl.DataFrame(
            [one for many in self.owned for one in many], schema=schema, orient="row"
        )
        levels = {ORG: Level(orgs, None), KIND: Level(below, None, starts)}
        decided: Any = None
        self.layout = Layout(levels, ((("here",), 0, firms),), decided)
        self.plan = Plan()

    def row(self) -> dict[str, Any]:
        found: dict[str, Any] = {name: value(self.rng, most) for name, most in self.most.items()}
        truths = {name: self.rng.choice([True, False, None]) for name in ("p", "q")}
        return found | truths | {"org_id": 0}

    def draw(self, level: str) -> Draw:
        given = [
            Whole(self.plan.given(level, pl.col(name), most=most), 0, most, nullable=True)
            for name, most in self.most.items()
        ]
        truths = [self.plan.flag(level, pl.col(name)) for name in ("p", "q")]
        return Draw(self.rng, given, truths)

    def named(self, level: str, row: dict[str, Any]) -> dict[str, Any]:
        """A row by the names that cells use."""
        return {
            one.name: row[str(one.expr.meta.output_name())]
            for (at, _), one in self.plan.givens.items()
            if at == level
        }

    def compiled(self, outputs: list[Whole]) -> Compiled:
        """Each output as a ceiling; as a certain sum, 0 where it is null."""
        triples = []
        for one in outputs:
            high = self.plan.whole(ORG, one)
            triples.append((w.ZERO, self.plan.whole(ORG, w.null_as_zero(high)), high))
        cells = [n.cell for triple in triples for n in triple if isinstance(n.cell, Cell)]
        rows = tuple((str(n), triple, ()) for n, triple in enumerate(triples))
        return Compiled(ready(self.plan, cells), rows, None, (), ())


def figures(compiled: Compiled, part: Part, body: Body) -> list[list[int | None]]:
    """Each output firm by firm; the counts are those of the rows."""
    found = body.run(compiled, part, rows=True)
    columns = []
    for (_, (_, low, high), _), counts in zip(compiled.measures, found.counts, strict=True):
        sure, values = (column_of(one, found.columns, part.firms).to_list() for one in (low, high))
        assert sure == [one or 0 for one in values]
        known = [one for one in values if one is not None]
        more = sum(one > 0 for one in known)
        unstated = len(values) - len(known)
        sums = (sum(known), sum(known))
        assert counts == (part.firms, 0, 0, 0, 0, *sums, more, more + unstated, unstated)
        columns.append(values)
    assert body.run(compiled, part, rows=False).counts == found.counts
    return columns


@pytest.mark.parametrize("body", BODIES)
@settings(max_examples=25, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 2**32), firms=st.sampled_from([1, 7, 40]))
def test_cells_mean_what_they_say(body: Callable[[], Body], seed: int, firms: int) -> None:
    made = Made(seed, firms)
    draw = made.draw(ORG)
    numbers = [shown(draw.number(4)) for _ in range(6)]
    truths = [draw.truth(4) for _ in range(4)]
    outputs = [*numbers, *map(_coded, truths)]
    expected = [[_of(one, made.named(ORG, row)) for row in made.firms] for one in outputs]
    compiled = made.compiled(outputs)
    (part,) = made.layout.parts()
    assert figures(compiled, part, body()) == expected


def _coded(item: Any) -> Whole:
    """0 false, 1 true, 2 unknown."""
    return w.chosen(k.unknown(item), w.const(2), w.counted(item))


def _of(one: Whole, row: dict[str, Any]) -> Any:
    return meaning(one.cell, row) if isinstance(one.cell, Cell) else one.cell


@pytest.mark.parametrize("body", BODIES)
@settings(max_examples=25, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 2**32), firms=st.sampled_from([1, 7, 40, 2 * BLOCK + 3]))
def test_what_goes_between_firms_and_entities(
    body: Callable[[], Body], seed: int, firms: int
) -> None:
    """Sums, counts and least numbers of entities, a firm's number handed down, and sums of what came of it."""
    made = Made(seed, firms)
    plan, below, above = made.plan, made.draw(KIND), made.draw(ORG)
    number, test = shown(w.null_as_zero(below.number(3))), below.definite(3)
    firm = w.null_as_zero(shown(above.number(2)))
    sums = plan.sum_of(KIND, number, 8)
    many = Whole(plan.count(KIND, test), 0, 8)
    least = plan.least_of(KIND, plan.whole(KIND, Whole(number.as_cell(), 0, 2**62)))
    handed = plan.down_whole(KIND, firm)
    beside = w.counted(w.compared("<", number, handed))
    fewer = plan.sum_of(KIND, beside, 8)
    broad = w.lower(sums, w.const(2**62))
    outputs = [Whole(_narrow(broad), 0, 2**62), many, least, fewer]
    expected: list[list[int | None]] = [[], [], [], []]
    for row, owned in zip(made.firms, made.owned, strict=True):
        own = _of(firm, made.named(ORG, row))
        values = [_of(number, made.named(KIND, one)) for one in owned]
        tests = [
            test if isinstance(test, bool) else meaning(test, made.named(KIND, one))
            for one in owned
        ]
        expected[0].append(min(sum(values), 2**62))
        expected[1].append(sum(tests))
        expected[2].append(min([*values, 2**62]))
        expected[3].append(sum(one < own for one in values))
    compiled = made.compiled(outputs)
    (part,) = made.layout.parts()
    assert figures(compiled, part, body()) == expected


def _narrow(one: Whole) -> Any:
    return one.cell.cast(NARROW) if isinstance(one.cell, Cell) else one.cell


def test_numbers_of_128_bits_are_divided_and_compared() -> None:
    made = Made(1, 50)
    draw = made.draw(ORG)
    d = draw.numbers[3]
    wide = w.times(w.times(d, d), w.const(10**9))
    assert isinstance(wide.cell, Cell)
    assert wide.cell.bits == BROAD
    cut = w.lower(w.null_as_zero(w.floored(wide, w.const(10**9 + 7))), w.const(2**62))
    signed = w.floored(w.subtract(w.ZERO, wide), w.const(10**20))
    back = w.not_below_zero(w.subtract(w.ZERO, w.null_as_zero(signed)))
    by_fact = w.lower(
        w.floored(w.null_as_zero(wide), w.higher(w.null_as_zero(draw.numbers[2]), w.ONE)),
        w.const(2**62),
    )
    outputs = [
        Whole(_narrow(one), 0, 2**62) for one in (cut, w.lower(back, w.const(2**62)), by_fact)
    ]
    expected = [[_of(one, made.named(ORG, row)) for row in made.firms] for one in outputs]
    compiled = made.compiled(outputs)
    (part,) = made.layout.parts()
    for body in BODIES:
        assert figures(compiled, part, body()) == expected
