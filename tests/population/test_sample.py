"""A synthetic population: the same for a seed however it is cut, valid, complete, and plausible."""

from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from huice.corpus.corpus import Corpus, shipped
from huice.population import load
from huice.population.pools.allocation import allocate_pools
from huice.population.sample import BLOCK, Plan, Sampler, plan, sample
from huice.population.sample import chance as r
from huice.population.sample.days import days_at, months_after
from huice.population.sample.file import SHIPPED, load_assumptions
from huice.population.sample.model import Assumptions
from huice.population.sample.write import write
from huice.population.schema import columns_of
from huice.population.tables import Tables
from tests.population import everyone

FEN = 100
WAN = 10_000 * FEN


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return shipped()


@pytest.fixture(scope="module")
def assumptions(corpus: Corpus) -> Assumptions:
    return load_assumptions(corpus)


@pytest.fixture(scope="module")
def people(corpus: Corpus) -> Tables:
    return sample(50_000, 1, corpus=corpus)


def same(one: Tables, other: Tables) -> bool:
    return one.frames.keys() == other.frames.keys() and all(
        frame.equals(other.frames[name]) for name, frame in one.frames.items()
    )


# --- determinism ---------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_population(corpus: Corpus) -> None:
    assert same(sample(2_000, 7, corpus=corpus), sample(2_000, 7, corpus=corpus))
    assert not same(sample(2_000, 7, corpus=corpus), sample(2_000, 8, corpus=corpus))


def test_a_longer_population_begins_with_the_shorter_one(people: Tables, corpus: Corpus) -> None:
    for firms in (1, 100, BLOCK, BLOCK + 1):
        short = sample(firms, 1, corpus=corpus)
        assert short.orgs.height == firms
        assert same(short, people.of(short.orgs["org_id"]))


def test_a_block_made_alone_is_the_block_of_the_whole(
    people: Tables, corpus: Corpus, assumptions: Assumptions
) -> None:
    sampler = Sampler(1, assumptions, corpus)
    rows = np.arange(100)
    alone = sampler.frames(sampler.draw(2), rows, rows + 2 * BLOCK + 1)
    whole = people.of(alone["orgs"]["org_id"])
    assert all(frame.equals(whole.frames[name]) for name, frame in alone.items())


def test_the_draws_are_what_they_were() -> None:
    """The draws of a key are a promise to every machine: if this fails, all samples change."""
    draws = r.bits("1/0/orgs/org.place", 5_000)
    assert draws[:3].tolist() == [1570017640, 1344250526, 7315289]
    levels = r.normal(draws) + 20 * r.ONE
    parts = (draws, levels, r.exp2(levels), r.log2_of(draws), r.counts(draws, levels - 19 * r.ONE))
    digest = hashlib.sha256(b"".join(part.astype("<i8").tobytes() for part in parts))
    assert digest.hexdigest() == "99391b861baed30f7d6af70f1621de52d52d1e5cffdc890e53ab27d7d3c18e5b"


def test_changing_one_assumption_leaves_what_does_not_lean_on_it(
    tmp_path: Path, people: Tables, corpus: Corpus
) -> None:
    text = SHIPPED.read_text("utf-8")
    changed = tmp_path / "mine.yaml"
    changed.write_text(text.replace("median: 30万元", "median: 40万元", 1), "utf-8")
    other = sample(1_000, 1, changed, corpus)
    first = people.of(other.orgs["org_id"])
    assert other.orgs.equals(first.orgs)
    assert other.frames["contracts"].equals(first.frames["contracts"])
    salary = other.frames["people"]["salary_fen"].sum()
    assert salary > first.frames["people"]["salary_fen"].sum()


# --- random numbers ------------------------------------------------------------------------------


def test_levels_are_logarithms_and_back() -> None:
    numbers = np.array([1, 2, 3, 7, 1_000, 123_456_789, 2**40 + 12_345, 2**52], np.int64)
    back = r.exp2(r.log2_of(numbers) + 8 * r.ONE)
    assert np.all(np.abs(back - numbers * 256) <= numbers * 256 // 5_000 + 1)


def test_deviates_are_standard_normal_and_counts_are_poisson() -> None:
    draws = r.bits("test", 400_000)
    deviates = r.normal(draws) / r.ONE
    assert abs(deviates.mean()) < 0.01
    assert abs(deviates.std() - 1) < 0.01
    for mean in (0.25, 1, 4, 16):  # whole eighths of octaves
        found = r.counts(draws, np.full(draws.size, r.log2(Fraction(mean))))
        assert abs(found.mean() / mean - 1) < 0.02
        assert abs(found.var() / mean - 1) < 0.03


def test_months_end_where_the_calendar_ends_them() -> None:
    days = np.array([days_at(date(2024, 1, 31)), days_at(date(2024, 3, 31))], np.int64)
    assert months_after(days, 1).tolist() == [
        days_at(date(2024, 2, 29)),
        days_at(date(2024, 4, 30)),
    ]
    assert months_after(days, -1)[1] == days_at(date(2024, 2, 29))


# --- valid and complete --------------------------------------------------------------------------


def test_no_row_is_rejected_at_load(people: Tables, corpus: Corpus, tmp_path: Path) -> None:
    few = people.of(people.orgs["org_id"].head(3_000))
    for form in ("parquet", "csv"):
        few.write(tmp_path / form, form)
        back = load(tmp_path / form, corpus)
        assert back.rejects.height == 0
        assert back.warnings == ()
        assert same(back, few)


def test_every_fact_has_a_column_with_answers_and_gaps(people: Tables, corpus: Corpus) -> None:
    for fact in corpus.vocabulary.facts.values():
        table = "orgs" if fact.entity == "org" else corpus.vocabulary.kinds[fact.entity].list_key
        for column in columns_of(fact):
            values = people.frames[table][column.name]
            assert 0 < values.null_count() < values.len(), column.name


def test_every_option_occurs(people: Tables, corpus: Corpus) -> None:
    for fact in corpus.vocabulary.facts.values():
        if not fact.options:
            continue
        table = "orgs" if fact.entity == "org" else corpus.vocabulary.kinds[fact.entity].list_key
        values = people.frames[table][fact.key]
        if fact.type in ("set", "records"):
            values = values.explode()
        if fact.type == "records":
            values = values.struct.field("name")
        assert set(values.drop_nulls().unique()) == set(fact.options), fact.name


def test_no_column_holds_a_float(people: Tables) -> None:
    for frame in people.frames.values():
        assert not any(dtype.is_float() for dtype in frame.schema.values())


def test_a_list_left_open_has_no_rows(people: Tables) -> None:
    open_ = people.orgs.filter(~pl.col("contracts_listed"))
    assert 0.02 < open_.height / people.orgs.height < 0.04
    assert people.frames["contracts"].join(open_, on="org_id", how="semi").height == 0


def test_somebody_is_not_ineligible_for_every_measure(corpus: Corpus) -> None:
    """Among all that the assumptions describe: who can claim is a fact of theirs, not of the law."""
    hopeful = everyone.awards().filter(pl.col("status").is_in(["eligible", "discretionary"]))
    reached = set(hopeful["measure"].cast(pl.String).unique())
    assert {measure.id for measure in corpus.measures} - reached == set()


# --- plausible -----------------------------------------------------------------------------------


def test_demand_is_a_small_multiple_of_what_a_pool_holds(corpus: Corpus) -> None:
    """If all who may apply do so; pools of measures without amounts, or of a few persons, aside."""
    found = allocate_pools(everyone.awards(), corpus, year=everyone.AS_OF.year)
    ratio = {
        share.fund.id: share.asked_units / share.fund.units
        for share in found.shares
        if share.claims > 3 * share.unstated
    }
    assert len(ratio) >= 12
    assert 1.2 < ratio["hangzhou/compute-voucher"] < 4
    assert {fund: one for fund, one in ratio.items() if not 0.2 < one < 10} == {}


def quantile(values: pl.Series, share: float) -> float:
    found = values.quantile(share)
    assert found is not None
    return float(found)


def test_revenue_rises_with_size_and_age(people: Tables) -> None:
    medians = [
        quantile(people.orgs.filter(size=size)["revenue_fen"], 0.5) / WAN
        for size in ("micro", "small", "medium", "large")
    ]
    assert medians == sorted(medians)
    assert 120 < medians[0] < 300
    assert 1_200 < medians[1] < 2_200
    small = people.orgs.filter(size="small")
    old = small.filter(pl.col("registered_on") < date(2021, 6, 30))
    young = small.filter(pl.col("registered_on") > date(2024, 12, 31))
    assert quantile(young["revenue_fen"], 0.5) * 4 < quantile(old["revenue_fen"], 0.5)
    spread = quantile(old["revenue_fen"], 0.84) / quantile(old["revenue_fen"], 0.5)
    assert 2.4 < spread < 3.4


def test_computing_rises_with_revenue(people: Tables) -> None:
    firms = people.orgs.select("org_id", "revenue_fen")
    computing = people.frames["contracts"].filter(item="compute").join(firms, on="org_id")
    logs = computing.select(pl.col("amount_fen", "revenue_fen").log()).drop_nulls()
    correlation = logs.select(pl.corr("amount_fen", "revenue_fen")).item()
    assert 0.5 < correlation < 0.95
    median = quantile(computing["amount_fen"], 0.5) / WAN
    assert 8 < median < 25
    amounts = computing["amount_fen"].drop_nulls().sort(descending=True)
    largest, all_ = (int(one.sum()) for one in (amounts.head(amounts.len() // 100), amounts))
    assert 0.25 < largest / all_ < 0.45


def test_what_was_paid_is_a_part_of_the_contract(people: Tables) -> None:
    both = people.frames["contracts"].drop_nulls(["amount_fen", "paid_fen"])
    assert (both["paid_fen"] <= both["amount_fen"]).all()
    whole = both.filter(pl.col("paid_fen") == pl.col("amount_fen"))
    assert 0.45 < whole.height / both.height < 0.6


def test_money_is_round_and_some_stands_exactly_at_a_threshold(people: Tables) -> None:
    amounts = people.frames["contracts"]["amount_fen"].drop_nulls()
    assert (amounts % (100 * FEN) == 0).all()
    near = amounts.filter(amounts.is_between(46 * WAN, 54 * WAN))
    assert 0.08 < near.filter(near == 50 * WAN).len() / near.len() < 0.2


def test_dates_lie_in_order(people: Tables) -> None:
    dated = people.orgs.drop_nulls(["registered_on", "entered_on"])
    assert (dated["entered_on"] >= dated["registered_on"]).all()
    leased = people.frames["premises"].drop_nulls("period_from")
    assert (leased["period_from"] <= leased["period_to"]).all()
    assert leased["period_to"].dt.year().unique().to_list() == [2025]


def test_some_firms_are_registered_exactly_six_and_forty_eight_months_ago(people: Tables) -> None:
    for day in (date(2024, 12, 30), date(2021, 6, 30)):
        assert people.orgs.filter(registered_on=day).height > 5


def test_decisions_are_of_measures_of_the_place(people: Tables, corpus: Corpus) -> None:
    where = {measure.id: measure.place for measure in corpus.measures}
    decided = people.frames["decisions"].join(people.orgs.drop_nulls("place"), on="org_id")
    assert decided.height > 1_000
    assert decided.select("org_id", "measure").is_unique().all()
    for place, measure in decided.select("place", "measure").iter_rows():
        assert place == where[measure] or place.startswith(where[measure] + "/")


# --- written out of core -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_written_block_by_block_it_is_the_same(
    form: str, corpus: Corpus, assumptions: Assumptions, people: Tables, tmp_path: Path
) -> None:
    firms = BLOCK + 500
    rows = write(planned(firms, corpus, assumptions), tmp_path / "p", form, {}, lambda _: None)
    back = load(tmp_path / "p", corpus)
    assert rows == {name: frame.height for name, frame in back.frames.items()}
    assert same(back, people.of(people.orgs["org_id"].head(firms)))


def test_a_large_population_is_written_in_parts(
    corpus: Corpus, assumptions: Assumptions, people: Tables, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("huice.population.sample.write.PART", BLOCK)
    write(planned(BLOCK + 5, corpus, assumptions), tmp_path / "p", "parquet", {}, lambda _: None)
    parts = sorted(path.name for path in (tmp_path / "p" / "orgs").iterdir())
    assert parts == ["part-00000.parquet", "part-00001.parquet"]
    assert same(load(tmp_path / "p", corpus), people.of(people.orgs["org_id"].head(BLOCK + 5)))


def test_an_interrupted_run_leaves_what_was_there(
    corpus: Corpus, assumptions: Assumptions, tmp_path: Path
) -> None:
    write(planned(10, corpus, assumptions), tmp_path / "p", "parquet", {}, lambda _: None)
    before = {path.name: path.read_bytes() for path in (tmp_path / "p").iterdir()}

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(planned(20, corpus, assumptions), tmp_path / "p", "parquet", {}, stop, replace=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "p").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def planned(firms: int, corpus: Corpus, assumptions: Assumptions) -> Plan:
    return plan(firms, 1, assumptions, corpus)
