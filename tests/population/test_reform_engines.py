"""Reforms and budgets from files, in fragments, on every engine: the figures of the population in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.language.text import Fault
from huice.population import Tables, load
from huice.population.reform import Reform, reform
from huice.population.reform.cells import Line
from huice.population.reform.firms import Firms
from huice.population.reform.inverse import Solution, solve
from huice.population.reform.spending import Spending
from huice.population.reform.tally import Tally
from tests.population.engines import HERE, engine
from tests.population.few_firms import AS_OF, population
from tests.population.test_inverse import DRAFTS, draft, lines

pytestmark = pytest.mark.filterwarnings("ignore")  # of the clusters' own libraries
PATH = Path(__file__).parent / "draft.yaml"
BUDGET = Path(__file__).parents[2] / "docs" / "examples" / "hangzhou-budget.yaml"
FRAMES = ("costs", "places", "orgs", "groups", "distribution", "pools")
FIRMS, FRAGMENT = 160, 45
AMOUNT = 4_000_000_00
SPARK = pytest.param("spark", marks=pytest.mark.long)
MIXED = "a rate that gives to some and takes from others"
DURATION = "a duration, evaluated value by value"


@pytest.fixture(scope="module")
def tables() -> Tables:
    return population(21, FIRMS)


@pytest.fixture(scope="module")
def folder(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same firms as several Parquet files of firms and one of contracts."""
    found = tmp_path_factory.mktemp("reform") / "firms"
    tables.write(found)
    (found / "orgs.parquet").unlink()
    (found / "orgs").mkdir()
    for number, start in enumerate((0, 60, 70)):
        stop = (60, 70, FIRMS)[number]
        tables.orgs[start:stop].write_parquet(found / "orgs" / f"{number}.parquet")
    return found


@pytest.fixture(scope="module")
def whole(tables: Tables, corpus: Corpus) -> Reform:
    return reform(tables, PATH, corpus, as_of=AS_OF)


@pytest.fixture(scope="module")
def solved(tables: Tables, corpus: Corpus) -> Solution:
    return solve(tables, BUDGET, AMOUNT, corpus, as_of=AS_OF)


@pytest.fixture(scope="module", params=[*HERE[1:], SPARK])
def executor(request: pytest.FixtureRequest) -> Iterator[Any]:
    with engine(request.param) as found:
        yield found


def assert_same(one: Reform, other: Reform) -> None:
    """Every figure, every firm, in the same order."""
    for name in FRAMES:
        assert getattr(one, name).equals(getattr(other, name)), name
        assert getattr(one, name).schema == getattr(other, name).schema, name
    assert (one.firms, one.cities, one.concerned) == (other.firms, other.cities, other.concerned)


def assert_same_solution(one: Solution, other: Solution) -> None:
    """Answer, crossings, ends, shape and curve."""
    for name in ("answer", "brackets", "least", "most", "shape", "firms", "unstated"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.curve.equals(other.curve)


# --- on every engine --------------------------------------------------------------------------------------


def test_files_in_fragments_give_the_reform_in_memory_on_every_engine(
    executor: Any, folder: Path, whole: Reform, corpus: Corpus
) -> None:
    seen: list[tuple[int, int]] = []
    found = reform(
        folder, PATH, corpus, as_of=AS_OF, executor=executor, firms=FRAGMENT,
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    assert_same(found, whole)
    assert found.pools["after_demand_fen"].sum() > 0
    assert found.groups["losers"].sum() > 0 < found.groups["gainers"].sum()
    assert len(seen) == -(-FIRMS // FRAGMENT)
    assert seen[-1] == (FIRMS, FIRMS)


def test_a_population_in_memory_gives_the_same_in_threads(
    tables: Tables, whole: Reform, solved: Solution, corpus: Corpus
) -> None:
    with engine("threads") as pool:
        found = reform(tables, PATH, corpus, as_of=AS_OF, executor=pool, firms=100)
        answer = solve(tables, BUDGET, AMOUNT, corpus, as_of=AS_OF, executor=pool, firms=100)
    assert_same(found, whole)
    assert_same_solution(answer, solved)


def test_a_budget_is_met_at_the_same_value_on_every_engine(
    executor: Any, folder: Path, solved: Solution, corpus: Corpus
) -> None:
    seen: list[tuple[int, int]] = []
    found = solve(
        folder, BUDGET, AMOUNT, corpus, as_of=AS_OF, executor=executor, firms=FRAGMENT,
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    assert_same_solution(found, solved)
    assert found.answer is not None
    assert seen[-1] == (2 * FIRMS, 2 * FIRMS)


def test_a_fault_in_a_fragment_is_told_whatever_the_engine(
    executor: Any, folder: Path, corpus: Corpus
) -> None:
    squared = draft(
        "{from: 1%, to: 2%}",
        "changes:\n  hangzhou/compute-voucher:\n    pays at most: $x of $x of contract.paid",
    )
    with pytest.raises(Fault) as caught:
        solve(folder, squared, AMOUNT, corpus, as_of=AS_OF, executor=executor, firms=FRAGMENT)
    assert "待定的数在金额里自乘" in caught.value.text.zh
    assert caught.value.text.en


# --- whatever the partition -------------------------------------------------------------------------------


@settings(max_examples=2)
@given(firms=st.integers(20, FIRMS - 1))
def test_no_partition_changes_a_figure(
    firms: int, folder: Path, whole: Reform, solved: Solution, corpus: Corpus
) -> None:
    assert_same(reform(folder, PATH, corpus, as_of=AS_OF, firms=firms), whole)
    assert_same_solution(solve(folder, BUDGET, AMOUNT, corpus, as_of=AS_OF, firms=firms), solved)


def test_years_are_told_apart_in_fragments(folder: Path, tables: Tables, corpus: Corpus) -> None:
    """Yearly pools meet the claims of the first year only."""
    one, other = (
        reform(given, PATH, corpus, as_of=AS_OF, horizon=2, firms=FRAGMENT)
        for given in (folder, load(tables))
    )
    assert_same(one, other)
    assert one.pools["yearly"].any()


@pytest.mark.parametrize("name", [MIXED, DURATION])
def test_any_open_number_is_solved_the_same_in_fragments(
    name: str, folder: Path, tables: Tables, corpus: Corpus
) -> None:
    overlay, horizon = draft(*DRAFTS[name]), 3 if name == DURATION else 1
    first = solve(tables, overlay, 1, corpus, as_of=AS_OF, horizon=horizon)
    budget = (first.least.spending_fen + first.most.spending_fen) // 2
    one, other = (
        solve(given, overlay, budget, corpus, as_of=AS_OF, horizon=horizon, firms=FRAGMENT)
        for given in (folder, load(tables))
    )
    assert_same_solution(one, other)
    assert one.answer is not None


@given(made=lines(), cut=st.integers(1, 4), seed=st.integers(0, 99))
def test_tallies_merge_in_any_order(made: tuple[list[Line], int], cut: int, seed: int) -> None:
    given_lines, count = made
    parts = [Tally(count, given_lines[start::cut]) for start in range(cut)]
    random.Random(seed).shuffle(parts)
    merged = Tally(count)
    for part in parts:
        merged.merge(part)
    one, other = Spending(Tally(count, given_lines)), Spending(merged)
    assert [one.at(cell) for cell in range(count)] == [other.at(cell) for cell in range(count)]
    assert (one.extremes(), one.shape()) == (other.extremes(), other.shape())


def test_parts_of_a_fen_of_any_size_add_up() -> None:
    """Bottoms beyond 64 bits are as exact as small ones."""
    given_lines = [
        Line(0, 9, Fraction(1, 3), Fraction(1, 7)),
        Line(2, 9, Fraction(5, 10**30 + 57), Fraction(1, 2**70)),
        Line(0, 4, 7, Fraction(10**20, 3**50)),
    ]
    spending = Spending(Tally(10, [*given_lines, *given_lines]))
    for cell in range(10):
        there = [line for line in given_lines if line.first <= cell <= line.last]
        assert spending.at(cell) == 2 * sum(line.fen(cell) for line in there)


# --- what is set aside, and what is written ---------------------------------------------------------------


def test_what_is_set_aside_is_told_as_when_loaded(tmp_path: Path, corpus: Corpus) -> None:
    """Two firms of one key, an unknown place, a negative amount, a contract without a key, one of no firm."""
    rng = random.Random(1)
    keys = [*range(100), 7, 93]
    rng.shuffle(keys)
    places = [rng.choice(["hangzhou/xihu", "shenzhen"]) for _ in range(101)]
    pl.DataFrame(
        {"org_id": keys, "place": [*places, "nowhere"], "kind": "enterprise"}
    ).write_parquet(tmp_path / "orgs.parquet")
    pl.DataFrame(
        {
            "org_id": [*range(50), None, 1000],
            "item": "compute",
            "paid_yuan": ["90000"] * 49 + ["-1", "1", "1"],
        }
    ).write_parquet(tmp_path / "contracts.parquet")
    streamed, loaded = (
        reform(tmp_path, BUDGET, corpus, as_of=AS_OF, values={"rate": "20%"}, firms=firms)
        for firms in (17, 1000)
    )
    assert_same(streamed, loaded)
    budgets = [solve(tmp_path, BUDGET, 10**8, corpus, as_of=AS_OF, firms=n) for n in (17, 1000)]
    assert_same_solution(*budgets)
    by = ["table", "file", "row", "code", "value"]
    for aside in (streamed.aside, *(one.aside for one in budgets)):
        assert aside.rejects.sort(by).equals(loaded.aside.rejects.sort(by))
        assert aside.counts == loaded.aside.counts
        assert {one.code for one in aside.problems()} >= {"K001", "K002", "K003", "U006"}
    assert streamed.firms < 100


def test_a_table_is_empty_only_if_all_of_it_is(tmp_path: Path, corpus: Corpus) -> None:
    """A fragment whose firms have no contracts is nothing odd; a file without rows is told once."""
    orgs = pl.DataFrame({"org_id": range(40), "place": "hangzhou/xihu"})
    orgs.write_parquet(tmp_path / "orgs.parquet")
    contracts = pl.DataFrame({"org_id": [3], "item": ["compute"]})
    told = []
    for rows in (contracts, contracts.clear()):
        rows.write_parquet(tmp_path / "contracts.parquet")
        found = reform(tmp_path, PATH, corpus, as_of=AS_OF, firms=10)
        told.append([one.code for one in found.problems()])
    assert told == [[], ["K021"]]


def test_firms_stand_in_their_order_in_memory_and_on_disk(tmp_path: Path) -> None:
    frames = [pl.DataFrame({"org_id": [number]}) for number in range(3)]
    for firms in (Firms(None), Firms.on_disk(None), Firms.on_disk(tmp_path)):
        for number in (2, 0, 1):
            firms.add(number, frames[number])
        assert firms.scan().collect()["org_id"].to_list() == [0, 1, 2]
        assert firms.height == 3
    assert len(list((tmp_path / "orgs").iterdir())) == 3


def test_the_folder_of_the_firms_goes_with_the_result(folder: Path, corpus: Corpus) -> None:
    found = reform(folder, PATH, corpus, as_of=AS_OF, firms=FRAGMENT)
    where = found.rows.folder
    assert where is not None
    assert len(list(where.iterdir())) == -(-FIRMS // FRAGMENT)
    del found
    assert not where.exists()
