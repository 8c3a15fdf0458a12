"""Engines: columns on each of them against the evaluator firm by firm; no difference in any status or fen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from huice import Corpus
from huice.population import Asked, Awards, Tables, asking, by_rows, simulate
from huice.population.schema import KEY
from huice.population.summary import Summary, of_rows
from tests.evaluate.mutations import mutants, with_rule
from tests.oracle import MEASURES
from tests.population.agreement import (
    AWARD,
    TOTAL,
    differences,
    random_day,
    random_pools,
    random_readings,
)
from tests.population.engines import HERE, engine
from tests.population.firms import profiles, tables_of

pytestmark = pytest.mark.filterwarnings("ignore")  # of the clusters' own libraries
IDS = list(MEASURES)
SPARK = pytest.param("spark", marks=pytest.mark.long)
MUTATED = "hangzhou/compute-voucher"


class Case(Struct, frozen=True, eq=False):
    """A random question to a random population in files, and what the evaluator answers."""

    folder: Path
    tables: Tables
    given: dict[str, Any]
    asked: Asked
    rows: Awards

    @property
    def summary(self) -> Summary:
        """Sums and counts of the evaluator's answers."""
        places = self.tables.orgs.select(KEY, "place")
        return of_rows(self.rows, places, frozenset(one.id for one in self.asked.measures))


def case(corpus: Corpus, seed: str, firms: int, horizon: int, folder: Path) -> Case:
    """Every measure, random readings and pools; the rows of every table of the files in random order."""
    rng = random.Random(seed)
    as_of = random_day(rng)
    tables = tables_of(profiles(seed, firms, as_of, IDS), corpus)
    given: dict[str, Any] = {
        "as_of": as_of,
        "horizon": horizon,
        "by_year": True,
        "readings": random_readings(rng, corpus),
        "pools": random_pools(rng, corpus),
    }
    folder.mkdir()
    for name, frame in tables.frames.items():
        # the order of one firm's own contracts matters to no sum, but to which of them an “each” cap meets first
        by_firm = name in ("orgs", "decisions", "history")
        mixed = frame.sample(fraction=1, shuffle=True, seed=rng.randrange(99)) if by_firm else frame
        mixed.write_parquet(folder / f"{name}.parquet")
    asked = asking(corpus, **given)
    return Case(folder, tables, given, asked, by_rows(tables, corpus, asked))


def assert_agree(one: Case, corpus: Corpus, executor: Any, tmp_path: Path, firms: int) -> None:
    """Read and written on the workers, in fragments of so many firms: no difference to the fen."""
    out = tmp_path / "out"
    found = simulate(one.folder, corpus, **one.given, executor=executor, firms=firms, out=out)
    assert found.gaps == ()
    assert not differences(one.rows.awards, found.awards, AWARD).height
    assert not differences(one.rows.totals, found.totals, TOTAL).height
    assert found.summary == one.summary
    fragments = -(-one.tables.orgs.height // firms)
    assert len(list((out / "awards").iterdir())) == fragments > 1


@pytest.fixture(scope="module", params=[*HERE, SPARK])
def executor(request: pytest.FixtureRequest) -> Iterator[Any]:
    with engine(request.param) as found:
        yield found


@pytest.fixture(scope="module")
def short(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return case(corpus, "engines", 240, 1, tmp_path_factory.mktemp("engines") / "firms")


@pytest.fixture(scope="module")
def long(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    folder = tmp_path_factory.mktemp("engines")
    return [
        case(corpus, f"engines {horizon}", 3000, horizon, folder / str(horizon))
        for horizon in (1, 2, 3)
    ]


def test_columns_and_rows_agree_on_every_engine(
    executor: Any, short: Case, corpus: Corpus, tmp_path: Path
) -> None:
    assert_agree(short, corpus, executor, tmp_path, 120)
    assert short.rows.awards["status"].n_unique() >= 4
    assert short.rows.awards["ceiling_fen"].null_count() > 0


@pytest.mark.long
@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_columns_and_rows_agree_on_thousands_of_firms_on_every_engine(
    horizon: int, executor: Any, long: list[Case], corpus: Corpus, tmp_path: Path
) -> None:
    assert_agree(long[horizon - 1], corpus, executor, tmp_path, 400)


@pytest.mark.parametrize("side", ["columns", "rows"])
def test_a_fault_put_into_either_side_is_seen_on_every_engine(
    side: str, executor: Any, short: Case, corpus: Corpus, tmp_path: Path
) -> None:
    """A rate of a rule is changed for the one reader and not for the other."""
    rate = next(rule for name, rule in mutants(corpus.measure(MUTATED)) if "number" in name)
    changed = with_rule(corpus, MUTATED, rate)
    given = {**short.given, "measures": [MUTATED], "readings": None, "pools": None}
    of_columns, of_the_rows = (changed, corpus) if side == "columns" else (corpus, changed)
    rows = by_rows(short.tables, of_the_rows, asking(of_the_rows, **given))
    found = simulate(
        short.folder, of_columns, **given, executor=executor, firms=200, out=tmp_path / "out"
    )
    assert differences(rows.awards, found.awards, AWARD).height > 0
    assert differences(rows.totals, found.totals, TOTAL).height > 0


def test_another_order_and_other_fragments_change_nothing_on_any_engine(
    executor: Any, short: Case, corpus: Corpus
) -> None:
    """From memory: the frames travel to the workers and back. Two cities do, all were compared above."""
    orgs = short.tables.orgs.sample(fraction=1, shuffle=True, seed=1)
    mixed = {**short.tables.frames, "orgs": orgs}
    given = {**short.given, "places": ["hangzhou", "shenzhen"]}
    rows = by_rows(short.tables, corpus, asking(corpus, **given))
    found = simulate(mixed, corpus, **given, executor=executor, firms=90)
    assert found.awards.sort(AWARD).equals(rows.awards.sort(AWARD))
    assert found.totals.sort(TOTAL).equals(rows.totals.sort(TOTAL))
