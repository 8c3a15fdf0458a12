"""Simulation: the same figures to the fen on any engine, in any partition and order, in memory and from files."""

from __future__ import annotations

import gc
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from weakref import ref

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # carries no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.population import BadTables, Simulation, Tables, asking, by_rows, load, simulate
from huice.population.columns import run as reader
from huice.population.columns.counts import FIGURES
from huice.population.columns.fused.body import FusedBody
from huice.population.columns.fused.native import native
from huice.population.columns.in_polars import PolarsBody
from huice.population.fragments import computed, job_of
from huice.population.slices import Slice, parquet_files
from huice.population.summary import COUNTS
from tests.oracle import MEASURES
from tests.population.agreement import AWARD, TOTAL
from tests.population.firms import profiles, tables_of

AS_OF = date(2025, 6, 30)
PLACES = ["hangzhou/xihu", "shenzhen"]
"""Two places are enough here: all measures are compared in test_columns."""
FIRMS = 120


@pytest.fixture(scope="module")
def tables(corpus: Corpus) -> Tables:
    wanted = [id_ for id_ in MEASURES if id_.split("/")[0] in ("hangzhou", "shenzhen")]
    return tables_of(profiles("simulate", FIRMS, AS_OF, wanted), corpus)


def run(tables: Any, corpus: Corpus, **more: Any) -> Simulation:
    return simulate(tables, corpus, **{"as_of": AS_OF, "places": PLACES, **more})


@pytest.fixture(scope="module")
def whole(tables: Tables, corpus: Corpus) -> Simulation:
    return run(tables, corpus, by_year=True, horizon=2)


def assert_same(one: Simulation, other: Simulation) -> None:
    assert one.summary == other.summary
    assert one.awards.sort(AWARD).equals(other.awards.sort(AWARD))
    assert one.totals.sort(TOTAL).equals(other.totals.sort(TOTAL))


def test_awards_are_those_of_the_rows(whole: Simulation, tables: Tables, corpus: Corpus) -> None:
    rows = by_rows(tables, corpus, whole.asked)
    assert rows.awards.sort(AWARD).equals(whole.awards.sort(AWARD))
    assert rows.totals.sort(TOTAL).equals(whole.totals.sort(TOTAL))
    assert whole.gaps == ()
    assert whole.firms == FIRMS


def test_the_summary_is_the_sum_of_the_awards(whole: Simulation, tables: Tables) -> None:
    places = tables.orgs.select("org_id", "place")
    awards = whole.awards.join(places, on="org_id")
    for row in whole.costs().iter_rows(named=True):
        year = pl.col("year").is_null() if row["year"] is None else pl.col("year") == row["year"]
        own = awards.filter(
            pl.col("place").eq_missing(pl.lit(row["place"])),
            pl.col("measure") == row["measure"],
            year,
        )
        assert [row[name] for name in COUNTS] == [
            own.filter(pl.col("status") == n).height for n in COUNTS
        ]
        assert row["certain_fen"] == own["certain_fen"].sum()
        assert row["ceiling_fen"] == own["ceiling_fen"].sum()
        assert row["receiving"] == own.filter(pl.col("certain_fen") > 0).height
        paying = own.filter(pl.col("status").is_in(["eligible", "discretionary", "unknown"]))
        assert row["unstated"] == paying["ceiling_fen"].null_count()
    assert whole.places()["certain_fen"].sum() == whole.totals["certain_fen"].sum()


def test_years_add_up_to_the_whole(whole: Simulation) -> None:
    years = whole.awards.filter(pl.col("year").is_not_null())
    sums = years.group_by("org_id", "measure").agg(pl.sum("certain_fen"))
    horizon = whole.awards.filter(pl.col("year").is_null()).join(sums, on=["org_id", "measure"])
    open_ = horizon.filter(pl.col("status") != "ineligible")
    assert open_.height > 0
    assert (open_["certain_fen"] == open_["certain_fen_right"]).all()


@settings(max_examples=3)
@given(firms=st.integers(20, 160), seed=st.integers(0, 99))
def test_no_partition_and_no_order_changes_anything(
    firms: int, seed: int, whole: Simulation, tables: Tables, corpus: Corpus
) -> None:
    mixed = {
        name: frame if name not in ("orgs", "decisions", "history") else frame.sample(fraction=1, shuffle=True, seed=seed)
        for name, frame in tables.frames.items()
    }  # fmt: skip
    with ThreadPoolExecutor(1) as pool:
        other = run(mixed, corpus, by_year=True, horizon=2, firms=firms, executor=pool)
    assert_same(whole, other)


def test_threads_give_the_same(whole: Simulation, tables: Tables, corpus: Corpus) -> None:
    seen: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as pool:
        other = run(
            tables, corpus, by_year=True, horizon=2, firms=40, executor=pool,
            progress=lambda done, of: seen.append((done, of)),
        )  # fmt: skip
    assert_same(whole, other)
    assert [of for _, of in seen] == [FIRMS] * 3
    assert max(done for done, _ in seen) == FIRMS


# --- from files -------------------------------------------------------------------------------------------


def test_parquet_is_streamed_a_fragment_at_a_time(
    whole: Simulation, tables: Tables, tmp_path: Path, corpus: Corpus
) -> None:
    tables.write(tmp_path / "firms")
    other = run(tmp_path / "firms", corpus, by_year=True, horizon=2, firms=60, out=tmp_path / "out")
    assert_same(whole, other)
    assert other.scan("awards").select(pl.len()).collect().item() == whole.awards.height
    assert other.counts == whole.counts
    sums = run(tmp_path / "firms", corpus, by_year=True, horizon=2, firms=60)
    assert sums.summary == whole.summary
    assert sums.awards.height == 0


def test_streaming_finds_what_loading_finds(tmp_path: Path, corpus: Corpus) -> None:
    rng = random.Random(1)
    keys = [*range(100), 7, 93]
    rng.shuffle(keys)
    orgs = pl.DataFrame({"org_id": keys, "place": ["shenzhen"] * 101 + ["nowhere"]})
    contracts = pl.DataFrame(
        {"org_id": [*range(50), None, 1000], "paid_yuan": ["1"] * 49 + ["-1", "1", "1"]}
    )
    orgs.write_parquet(tmp_path / "orgs.parquet")
    contracts.write_parquet(tmp_path / "contracts.parquet")
    streamed = run(tmp_path, corpus, firms=17)
    loaded = run(tmp_path, corpus)
    by = ["table", "file", "row", "code", "value"]
    assert streamed.rejects.sort(by).equals(loaded.rejects.sort(by))
    assert (streamed.counts, streamed.summary) == (loaded.counts, loaded.summary)
    assert {problem.code for problem in streamed.problems()} >= {"K001", "K002", "K003", "U006"}


def test_keys_of_text_are_no_names_of_columns_where_files_are_cut(
    tables: Tables, tmp_path: Path, corpus: Corpus
) -> None:
    frames = {
        name: frame.with_columns(pl.format("f{}", "org_id").alias("org_id"))
        for name, frame in tables.frames.items()
    }
    load(frames, corpus).write(tmp_path)
    streamed = run(tmp_path, corpus, places="shenzhen", firms=60)
    assert streamed.summary == run(frames, corpus, places="shenzhen").summary
    assert streamed.firms == FIRMS


def test_questions_asked_again_take_machine_code_to_the_same_figures(
    tables: Tables, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run(tables, corpus, places="shenzhen", horizon=2)
    monkeypatch.setattr(reader, "FUSED_FROM", 1)
    again = [run(tables, corpus, places="shenzhen", horizon=2, repeat=True) for _ in range(2)]
    for one in again:
        assert_same(expected, one)
    assert (
        run(tables, corpus, places="shenzhen", horizon=2, repeat=True, keep=False).summary
        == expected.summary
    )


@pytest.mark.parametrize("threads", [0, 1])
def test_the_same_question_to_firms_with_fewer_columns(threads: int, corpus: Corpus) -> None:
    """Compiled rules that were kept looked for a column that the second population does not have (`T099`)."""
    some = pl.DataFrame({"org_id": [1, 2], "place": "shenzhen", "kind": "enterprise"})
    with ThreadPoolExecutor(1) as pool:
        executor = pool if threads else None
        for orgs in (some, some.drop("kind"), some):
            found = run({"orgs": orgs}, corpus, places="shenzhen", executor=executor)
            rows = by_rows(load({"orgs": orgs}, corpus), corpus, found.asked)
            assert rows.awards.sort(AWARD).equals(found.awards.sort(AWARD))


def test_what_was_laid_out_goes_with_its_tables(tables: Tables, corpus: Corpus) -> None:
    """Fragments of files stayed in memory, each a circle of references, until Python looked for circles."""
    asked = asking(corpus, as_of=date(2025, 6, 30), places=["shenzhen"])
    own = load(tables.frames, corpus)
    compiled = reader.ColumnReader(corpus, asked)
    gc.disable()
    try:
        assert list(compiled.results(own, rows=False))
        layout = ref(own.__dict__["_layout"][1])
        del own
        assert layout() is None
    finally:
        gc.enable()


def test_a_part_stands_for_the_rest_when_the_body_is_chosen(
    tables: Tables, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asking(corpus, as_of=date(2025, 6, 30), places=["beijing/haidian-zgc"])
    monkeypatch.setattr(reader, "COMPILED_FROM", 1000)
    few, many = (reader.ColumnReader(corpus, asked, firms=n) for n in (0, 10**6))
    one, other = (
        [found.counts for found in which.results(tables, rows=False)] for which in (few, many)
    )
    assert one == other


def test_code_is_compiled_for_many_firms_and_taken_for_fewer_once_it_is_kept(
    tables: Tables, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUICE_CACHE", str(tmp_path))
    native.cache_clear()
    monkeypatch.setattr(reader, "FUSED_FROM", 10)
    monkeypatch.setattr(reader, "COMPILED_FROM", 1000)
    asked = asking(corpus, as_of=date(2025, 6, 30), places=["beijing/haidian-zgc"])

    def body(firms: int) -> type:
        own = reader.ColumnReader(corpus, asked)
        ((place, _, _), *_) = own.layout(tables, own.fit(tables)).places
        return type(own.body_for(own.compiled(tables, place), firms))

    assert [body(firms) for firms in (9, 10, 999, 1000)] == [*[PolarsBody] * 3, FusedBody]
    list(reader.ColumnReader(corpus, asked, body="fused").results(tables, rows=False))
    assert [body(firms) for firms in (9, 10)] == [PolarsBody, FusedBody]


def test_a_fragment_that_a_worker_cannot_read_is_told(
    tables: Tables, tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.write(tmp_path / "firms")
    monkeypatch.chdir(tmp_path)
    files = parquet_files(Path("firms"), corpus)
    assert files is not None
    job = job_of(corpus, asking(corpus, as_of=AS_OF), keep=False, out=Path("out"))
    (tmp_path / "firms").rename(tmp_path / "elsewhere")
    with pytest.raises(BadTables, match="各台机器都要能在同一路径读到这些文件") as caught:
        computed(job, Slice(0, 0, 10, None, files))
    assert caught.value.problems[0].file == str(tmp_path / "firms")
    assert job.out == str(tmp_path / "out")


def test_streaming_refuses_a_column_that_nobody_knows(tmp_path: Path, corpus: Corpus) -> None:
    pl.DataFrame({"org_id": [1, 2], "plcae": ["shenzhen"] * 2}).write_parquet(
        tmp_path / "orgs.parquet"
    )
    with pytest.raises(BadTables, match="place"):
        run(tmp_path, corpus, firms=1)


def test_awards_are_read_through_the_arrow_interface(whole: Simulation) -> None:
    table = pa.table(whole)
    assert table.num_rows == whole.awards.height
    assert table.column_names == whole.awards.columns


def test_large_sums_do_not_wrap(corpus: Corpus) -> None:
    """The total of many firms passes 64 bits; one firm's never does."""
    firms = pl.DataFrame({"org_id": range(2000), "place": "shenzhen", "kind": "enterprise"})
    contracts = pl.DataFrame(
        {
            "org_id": range(2000),
            "item": "compute",
            "mode": "rent",
            "purposes": [["training"]] * 2000,
            "paid_fen": [10**16] * 2000,
        }
    )
    found = run({"orgs": firms, "contracts": contracts}, corpus)
    row = load({"orgs": firms[:1], "contracts": contracts[:1]}, corpus)
    one = by_rows(row, corpus, found.asked)
    summary = {key[1]: value for key, value in found.summary.costs.items()}
    for award in one.awards.iter_rows(named=True):
        at = len(COUNTS) + FIGURES.index("ceiling_fen")
        assert summary[award["measure"]][at] == 2000 * (award["ceiling_fen"] or 0)
