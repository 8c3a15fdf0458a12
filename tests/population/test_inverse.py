"""The inverse question: every crossing of a budget, exactly, against brute force over the grid."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.corpus.overlay import Overlay, apply, read_overlay
from huice.corpus.source import read_text
from huice.language.text import Fault
from huice.population import Tables, asking, by_rows
from huice.population.reform.cells import Line
from huice.population.reform.inverse import Solution, solve
from huice.population.reform.spending import Spending, TooFine
from huice.population.reform.tally import Tally
from tests.population.few_firms import AS_OF, population

VOUCHER = "hangzhou/compute-voucher"
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
COMPUTE = "total(contract.amount where contract.item is compute)"
CHANGE = f"changes:\n  {VOUCHER}:\n    "
DRAFTS = {
    "a rate": (
        "{from: 0%, to: 60%, step: 4%}",
        f"{CHANGE}pays at most: $x of contract.paid",
    ),
    "a rate that gives to some and takes from others": (
        "{from: 0%, to: 60%, step: 4%}",
        CHANGE
        + "pays at most: $x of contract.paid\n    plus: (50% - $x) of the lower of "
        + "(total(contract.paid where contract.item is compute), 20万元)",
    ),
    "a cap": (
        "{from: 0元, to: 60万元, step: 4万元}",
        f"{CHANGE}limits: [$x per org per year]",
    ),
    "a threshold": (
        "{from: 0元, to: 120万元, step: 6万元}",
        (
            f"{CHANGE}pays at most:\n    - 50% of contract.paid if {COMPUTE} <= $x\n"
            "    - 30% of contract.paid otherwise"
        ),
    ),
    "a threshold that takes": (
        "{from: 0元, to: 120万元, step: 6万元}",
        f"{CHANGE}requires:\n    - 门槛: {COMPUTE} > $x",
    ),
    "the edge of a band": (
        "{from: 0元, to: 100万元, step: 5万元}",
        CHANGE + "pays at most: 'bands(contract.paid: 50% up to $x, 10% beyond)'",
    ),
    "what a pool holds": (
        "{from: 1万元, to: 40万元, step: 3万元}",
        f"pools:\n  {VOUCHER}: {{holds: $x}}",
    ),
    "a duration, evaluated value by value": (
        "{from: 1年, to: 3年}",
        CHANGE + "lasts: $x",
    ),
}


def draft(about: str, body: str) -> Overlay:
    """A draft with one open number `$x`."""
    text = f"overlay: test\ntitle: {{zh: 试, en: Test}}\nsolve for: {{x: {about}}}\n{body}"
    return read_overlay(read_text(text, "draft.yaml"))


def brute(overlay: Overlay, tables: Tables, corpus: Corpus, horizon: int = 1) -> list[int]:
    """Spending in Hangzhou at every value, by the evaluator alone."""
    (unknown,) = overlay.unknowns
    here = tables.of(tables.orgs.filter(tables.orgs["place"].str.starts_with("hangzhou"))["org_id"])
    sums = []
    for cell in range(unknown.count):
        under = apply(corpus, overlay, {unknown.name: unknown.written(unknown.at(cell))})
        asked = asking(under, as_of=AS_OF, horizon=horizon, measures=[VOUCHER])
        sums.append(int(by_rows(here, under, asked).awards["ceiling_fen"].sum()))
    return sums


def crossings(sums: list[int], target: int) -> list[tuple[int, int]]:
    """Neighbouring cells of which one is within the target: (inside, outside)."""
    found = []
    for cell in range(len(sums) - 1):
        one, other = sums[cell] <= target, sums[cell + 1] <= target
        if one != other:
            found.append((cell, cell + 1) if one else (cell + 1, cell))
    return found


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_crossing_is_found(name: str, seed: int, corpus: Corpus) -> None:
    overlay, tables = draft(*DRAFTS[name]), population(seed, 40)
    horizon = 3 if "duration" in name else 1
    sums = brute(overlay, tables, corpus, horizon)
    budgets = {sums[3 % len(sums)], (min(sums) + max(sums)) // 2, max(sums), min(sums) - 1}
    for budget in budgets:
        found = solve(tables, overlay, budget, corpus, as_of=AS_OF, horizon=horizon)
        pairs = [(one.inside.cell, one.outside.cell) for one in found.brackets]
        assert pairs == crossings(sums, budget)
        for one in found.brackets:
            assert one.inside.spending_fen == sums[one.inside.cell]
            assert one.outside.spending_fen == sums[one.outside.cell]
        assert (found.least.spending_fen, found.most.spending_fen) == (min(sums), max(sums))
        assert (found.answer is not None) == (bool(pairs) or budget == max(sums))
        _check_shape(found, sums)


def _check_shape(found: Solution, sums: list[int]) -> None:
    steps = {(b > a) - (b < a) for a, b in pairwise(sums)} - {0}
    allowed = {"rising": {1}, "falling": {-1}, "flat": set(), "mixed": {1, -1}}[found.shape]
    assert steps <= allowed


@pytest.mark.long
@given(seed=st.integers(0, 10**6), name=st.sampled_from(sorted(DRAFTS)), part=st.integers(0, 100))
@settings(max_examples=60)
def test_every_crossing_is_found_on_any_population(
    seed: int, name: str, part: int, corpus: Corpus
) -> None:
    overlay, tables = draft(*DRAFTS[name]), population(seed, 25)
    sums = brute(overlay, tables, corpus)
    budget = min(sums) + (max(sums) - min(sums)) * part // 100
    found = solve(tables, overlay, budget, corpus, as_of=AS_OF)
    pairs = [(one.inside.cell, one.outside.cell) for one in found.brackets]
    assert pairs == crossings(sums, budget)


def test_the_finest_grid_is_solved_as_exactly(corpus: Corpus) -> None:
    """At 0.01 % the answer is the last rate within the budget, and the next one is not."""
    tables = population(5, 200)
    found = solve(tables, EXAMPLES / "hangzhou-budget.yaml", 6_000_000_00, corpus, as_of=AS_OF)
    assert found.unknown.count == 4501
    assert found.answer is not None
    (one,) = found.brackets
    assert one.inside == found.answer
    assert one.outside.cell == found.answer.cell + 1
    assert one.inside.spending_fen <= 6_000_000_00 < one.outside.spending_fen
    assert (found.city, found.measures, found.shape) == ("hangzhou", (VOUCHER,), "rising")


def test_take_up_scales_what_is_spent(corpus: Corpus) -> None:
    tables, path = population(5, 200), EXAMPLES / "hangzhou-budget.yaml"
    whole = solve(tables, path, 6_000_000_00, corpus, as_of=AS_OF)
    half = solve(tables, path, 3_000_000_00, corpus, as_of=AS_OF, takeup=Fraction(1, 2))
    assert half.answer == whole.answer
    assert half.answer is not None
    assert half.expected_fen(half.answer) * 2 == half.answer.spending_fen
    with pytest.raises(Fault):
        solve(tables, path, 1, corpus, as_of=AS_OF, takeup=Fraction(0))


def test_a_budget_out_of_reach_is_told_with_what_is_reached(corpus: Corpus) -> None:
    path = EXAMPLES / "hangzhou-budget.yaml"
    found = solve(population(5, 50), path, 10**15, corpus, as_of=AS_OF)
    assert (found.answer, found.brackets) == (None, ())
    assert found.least.written == "5%"
    assert found.most.written == "50%"
    assert 0 < found.least.spending_fen < found.most.spending_fen < 10**15


def test_the_curve_holds_its_ends(corpus: Corpus) -> None:
    path = EXAMPLES / "hangzhou-budget.yaml"
    found = solve(population(5, 50), path, 10**9, corpus, as_of=AS_OF)
    assert found.curve["written"].to_list()[0] == "5%"
    assert found.curve["written"].to_list()[-1] == "50%"
    assert found.curve["spending_fen"].to_list()[-1] == found.most.spending_fen


@pytest.mark.parametrize(
    ("about", "body", "told"),
    [
        (
            "{from: 1%, to: 2%}",
            CHANGE + "pays at most: $x of $x of contract.paid",
            "待定的数在金额里自乘",
        ),
        ("{from: 1年, to: 90年}", CHANGE + "lasts: $x", "取值不能超过 64 个，现有 90 个"),
        (
            "{from: 1元, to: 2元}",
            CHANGE + "limits: [$x per org]\n  shenzhen/corpus:\n    limits: [$x per org]",
            "多个城市",
        ),
    ],
)
def test_what_cannot_be_solved_is_told(about: str, body: str, told: str, corpus: Corpus) -> None:
    with pytest.raises(Fault) as caught:
        solve(population(1, 30), draft(about, body), 10**6, corpus, as_of=AS_OF)
    assert told in caught.value.text.zh
    assert caught.value.text.en


def test_a_draft_without_an_open_number_has_nothing_to_solve(corpus: Corpus) -> None:
    with pytest.raises(Fault, match="恰好一个待定的数"):
        solve(population(1, 5), EXAMPLES / "hangzhou-marginal.yaml", 10**6, corpus, as_of=AS_OF)


# --- sums of lines ---------------------------------------------------------------------------------


def exact(most: int) -> st.SearchStrategy[Fraction]:
    """Numbers of yuan, many of them no whole fen."""
    return st.fractions(-most, most, max_denominator=1000)


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[Line], int]:
    """A few firms' lines over a small grid; their slopes have one sign, or any."""
    count = draw(st.integers(1, 25))
    sign = draw(st.sampled_from([None, 1, -1]))
    found = []
    for _ in range(draw(st.integers(0, 5))):
        first = 0
        while first < count:
            last = min(count - 1, first + draw(st.integers(0, count)))
            slope = draw(exact(5))
            found.append(Line(first, last, draw(exact(50)), abs(slope) * sign if sign else slope))
            first = last + 1
    return found, count


@given(made=lines(), offset=st.integers(-3, 3), pick=st.integers(0, 24))
def test_sums_of_lines_are_those_of_every_cell(
    made: tuple[list[Line], int], offset: int, pick: int
) -> None:
    given_lines, count = made
    spending = Spending(Tally(count, given_lines))
    sums = [
        sum(line.fen(cell) for line in given_lines if line.first <= cell <= line.last)
        for cell in range(count)
    ]
    assert [spending.at(cell) for cell in range(count)] == sums
    budget = sums[pick % count] + offset
    runs = spending.runs(budget)
    assert [flag for first, last, flag in runs for _ in range(first, last + 1)] == [
        fen <= budget for fen in sums
    ]
    assert all(one[2] != other[2] for one, other in pairwise(runs))
    low, high = spending.extremes()
    assert (spending.at(low), spending.at(high)) == (min(sums), max(sums))


def test_too_many_offsetting_lines_are_refused() -> None:
    fine = Fraction(1, 10**7)
    offsetting = [Line(0, 10**6, 5, fine), Line(0, 10**6, 5, -fine)]
    with pytest.raises(TooFine):
        Spending(Tally(10**6 + 1, offsetting)).runs(999)
