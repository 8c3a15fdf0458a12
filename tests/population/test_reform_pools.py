"""Pools under law and draft: the figures that the pools themselves give for the same tables, on both sides."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.corpus.corpus import load_corpus
from huice.corpus.overlay import Overlay, apply, load_overlay, read_overlay
from huice.corpus.source import read_text
from huice.population import Tables, load
from huice.population.pools.allocation import allocate_pools
from huice.population.pools.demand import Assumptions
from huice.population.pools.fund import Readings
from huice.population.reform import known_readings, reform
from huice.population.reform.pool_words import pool_name, pool_says
from huice.population.simulate import simulate
from tests.population.agreement import random_readings
from tests.population.anything import Draw
from tests.population.engines import engine
from tests.population.few_firms import AS_OF, population
from tests.population.firms import profiles, tables_of

HERE = Path(__file__).parent
PATH = HERE / "draft.yaml"
NAMES = (
    "claims", "asked_units", "granted_units", "demand_fen", "granted_fen", "in_part", "unstated",
    "removed", "removed_fen", "removed_unstated", "lowered", "lowered_fen", "exhausted_on",
)  # fmt: skip
STATUSES = (("eligible", "discretionary"), ("eligible", "discretionary", "unknown"), ("eligible",))
BODY = """changes:
  yunlan/research: {pays: 20% of org.rnd}
  yunlan/contest: {selects: 8家}
pools:
  yunlan/all: {holds: 400万元}
"""


@lru_cache(maxsize=1)
def yunlan() -> Corpus:
    """A pool around two others, vouchers, a selection with a pool; only the highest, a joint ceiling."""
    corpus, problems = load_corpus(HERE / "pooled")
    assert not [one for one in problems if one.severity == "error"], problems
    return corpus


def draft(body: str) -> Overlay:
    return read_overlay(read_text(f"overlay: test\ntitle: 试\n{body}", "draft.yaml"))


def assert_as_the_pools(
    tables: Tables, overlay: Overlay, corpus: Corpus, *, horizon: int = 1, firms: int = 1000,
    readings: Readings | None = None, grouped: bool = True, statuses: tuple[str, ...] = STATUSES[0],
) -> pl.DataFrame:  # fmt: skip
    """Both sides of the reform are what the pools give on the tables; gives back the reform's pools."""
    assumed = Assumptions(statuses=statuses)
    found = reform(
        tables, overlay, corpus, as_of=AS_OF, horizon=horizon, readings=readings, firms=firms,
        assumptions=assumed, grouped=grouped,
    ).pools  # fmt: skip
    for side, one in (("before", corpus), ("after", apply(corpus, overlay))):
        known = known_readings(one, readings or {})
        awards = simulate(
            tables, one, as_of=AS_OF, horizon=horizon, by_year=True, readings=known, keep=True
        ).awards
        shares = allocate_pools(
            awards, one, year=AS_OF.year, assumptions=assumed, readings=known, grouped=grouped
        ).shares
        rows = found.filter(pl.col(f"{side}_units").is_not_null())
        told = {(row["pool"], row["year"]): row for row in rows.iter_rows(named=True)}
        held = {share.fund.id for share in shares} & {pool for pool, _ in told}
        for share in shares:
            if share.fund.id not in held:
                continue
            row = told.pop((share.fund.id, share.year))
            taken = {
                **dict.fromkeys(("removed", "removed_fen", "unstated", "trimmed", "trimmed_fen"), 0)
            }
            taken |= share.taken
            timed = share.fund.kind != "quota"
            wanted = (
                share.claims, share.asked_units, share.granted_units, share.asked_fen,
                share.granted_fen, share.cut, share.unstated, taken["removed"], taken["removed_fen"],
                taken["unstated"], taken["trimmed"], taken["trimmed_fen"],
                share.exhausted_on if timed else None,
            )  # fmt: skip
            assert tuple(row[f"{side}_{name}"] for name in NAMES) == wanted, share.fund.id
            left = share.refused if timed else share.asked_units - share.granted_units
            assert row[f"{side}_left_out"] == left
            assert (row[f"{side}_units"], row[f"{side}_holds_fen"]) == (
                share.fund.units, share.fund.holds_fen
            )  # fmt: skip
        for row in told.values():  # years without a claim
            assert row[f"{side}_claims"] == row[f"{side}_unstated"] == 0
    return found


@settings(max_examples=6)
@given(
    seed=st.integers(0, 10**6), horizon=st.integers(1, 3), firms=st.sampled_from([7, 20, 1000]),
    grouped=st.booleans(), statuses=st.sampled_from(STATUSES),
)  # fmt: skip
def test_pools_under_law_and_draft_are_those_of_the_pools_themselves(
    seed: int, horizon: int, firms: int, grouped: bool, statuses: tuple[str, ...]
) -> None:
    """Whatever lies in what, whatever groups take, whoever moves, however the firms are cut."""
    corpus = yunlan()
    tables = Draw(random.Random(seed), corpus, AS_OF, 0.2).tables(40, horizon)
    assert_as_the_pools(
        tables,
        draft(BODY),
        corpus,
        horizon=horizon,
        firms=firms,
        grouped=grouped,
        statuses=statuses,
    )


def test_groups_take_from_the_demand_and_can_be_left_aside() -> None:
    corpus = yunlan()
    tables = Draw(random.Random(5), corpus, AS_OF, 0.1).tables(60, 1)
    bound = assert_as_the_pools(tables, draft(BODY), corpus)
    free = assert_as_the_pools(tables, draft(BODY), corpus, grouped=False)
    for side in ("before", "after"):
        for pool in ("yunlan/research", "yunlan/growth", "yunlan/service"):
            (one,), (other,) = (frame.filter(pool=pool).rows(named=True) for frame in (bound, free))
            taken = one[f"{side}_removed_fen"] + one[f"{side}_lowered_fen"]
            assert other[f"{side}_demand_fen"] - one[f"{side}_demand_fen"] == taken > 0
            assert other[f"{side}_removed_fen"] == other[f"{side}_lowered_fen"] == 0


@pytest.mark.parametrize("horizon", [1, 2])
def test_the_pools_of_the_corpus_under_a_draft_of_everything(horizon: int, corpus: Corpus) -> None:
    rng = random.Random(f"pools {horizon}")
    names = [one.id for one in corpus.measures]
    tables = tables_of(profiles(f"pools {horizon}", 100, AS_OF, names), corpus)
    found = assert_as_the_pools(
        tables, load_overlay(PATH), corpus, horizon=horizon, firms=60,
        readings=random_readings(rng, corpus),
    )  # fmt: skip
    assert found.height >= 3


def test_a_firm_that_moves_in_claims_on_the_pool() -> None:
    """Its firms of the second year are those that live there then."""
    orgs = pl.DataFrame({"org_id": ["a", "b"], "place": "other", "rnd_fen": 10**9})
    years = pl.DataFrame({"org_id": ["b"], "year": [AS_OF.year + 1], "place": ["yunlan"]})
    tables = load({"orgs": orgs, "org_years": years}, yunlan())
    found = assert_as_the_pools(tables, draft(BODY), yunlan(), horizon=2)
    claims = found.filter(pool="yunlan/research").select("year", "before_claims").rows()
    assert claims == [(AS_OF.year, 0), (AS_OF.year + 1, 1)]


def test_a_pool_that_only_lies_around_others_is_a_change() -> None:
    """What is around a pool decides what its claims get, so that all of them are compared."""
    found = reform(
        population(1, 5), draft("pools: {hangzhou/compute-voucher: {holds: 3亿元}}"), as_of=AS_OF
    )
    assert found.changed == ("hangzhou/compute-voucher",)
    tables = Draw(random.Random(1), yunlan(), AS_OF, 0.1).tables(5, 1)
    around = reform(tables, draft("pools: {yunlan/all: {holds: 1万元}}"), yunlan(), as_of=AS_OF)
    assert around.changed == ("yunlan/research", "yunlan/growth", "yunlan/flat")


def test_pools_vouchers_and_places_are_told_in_their_own_words() -> None:
    tables = Draw(random.Random(5), yunlan(), AS_OF, 0.1).tables(60, 1)
    found = reform(tables, draft(BODY), yunlan(), as_of=AS_OF).pools
    told = {row["pool"]: (pool_name(row), *pool_says(row)) for row in found.iter_rows(named=True)}
    assert [one.zh for one in told["yunlan/contest:quota"]] == [
        "揭榜赛奖励",
        "现行：名额 5 家，申请 12 家，选中 5 家，落空 7 家。",
        "草案：名额 8 家，申请 12 家，选中 8 家，落空 4 家。",
    ]
    assert (
        told["yunlan/contest:quota"][1].en == "Law: 5 places, 12 firms apply, 5 chosen, 7 left out."
    )
    assert [one.zh for one in told["yunlan/service"]] == [
        "服务券",
        (
            "现行与草案：规模 20 张、20 万元，申请 13 笔、13 张、3.68 万元，为规模的 65%，够用，无人落空，"
            "同组的已减：压低 3 笔、6 万元。"
        ),
    ]
    assert told["yunlan/service"][1].en == (
        "Law and draft: 20 vouchers, 200,000 yuan together, 13 claims for 13 vouchers, 36,800 yuan (65% of "
        "it), it lasts, nobody left out, already less, for groups: 3 lowered (by 60,000 yuan)."
    )
    name, _, after = told["yunlan/research"]
    assert (name.zh, name.en) == ("研发补助 2025", "R&D grant 2025")
    assert after.zh == (
        "草案：规模 300 万元，申请 11 笔、426.3 万元，为规模的 142.1%，2025年12月10日用完，无人落空，"
        "1 笔只得部分，另有 1 笔没有写明金额，同组的已减：去掉 1 笔、0.02 元。"
    )
    assert "used up on 2025-12-10, nobody left out, 1 served in part, 1 more claim" in str(after.en)


def test_the_claims_of_files_on_processes_are_those_in_memory(tmp_path: Path) -> None:
    tables = Draw(random.Random(3), yunlan(), AS_OF, 0.2).tables(50, 2)
    tables.write(tmp_path / "firms")
    asked: dict[str, Any] = {"as_of": AS_OF, "horizon": 2}
    whole = reform(tables, draft(BODY), yunlan(), **asked).pools
    with engine("processes") as pool:
        cut = reform(
            tmp_path / "firms", draft(BODY), yunlan(), **asked, firms=8, executor=pool
        ).pools
    assert cut.equals(whole)
    assert whole["before_removed_fen"].sum() > 0 < whole["after_lowered_fen"].sum()
