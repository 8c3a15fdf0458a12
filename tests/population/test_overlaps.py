"""Groups bind the claims on pools as they bind a total: against the evaluator, and case by case."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice import Corpus
from huice.corpus.corpus import load_corpus
from huice.evaluate.outcome import PAYING
from huice.language.text import Text
from huice.population import Awards, Tables, asking, by_rows
from huice.population.pools.allocation import allocate_pools
from huice.population.pools.demand import Assumptions, demand
from huice.population.pools.fund import Readings
from huice.population.pools.overlaps import Overlap, overlaps
from tests.oracle import MEASURES
from tests.population.agreement import random_day, random_readings
from tests.population.anything import Draw
from tests.population.firms import profiles, tables_of

HOPING = Assumptions(statuses=tuple(status.value for status in PAYING))
CONSTRUCTS = [
    Path(__file__).parents[1] / "constructs" / name
    for name in ("joint", "exclusion", "same-measure", "either-or")
]
DISTRICT, CITY = "guangzhou/haizhu-talent-district", "guangzhou/haizhu-talent-city-pool"


def claims_of(
    awards: pl.DataFrame,
    corpus: Corpus,
    readings: Readings | None = None,
    how: Assumptions = HOPING,
) -> pl.DataFrame:
    groups = overlaps(corpus, readings)
    return demand(awards, how, groups=groups).claims


def assert_bound(answer: Awards, firms: pl.DataFrame, corpus: Corpus, readings: Readings) -> int:
    """One claim a firm and group, of the evaluator's figure, and all together its total; gives what was cut.

    Left out are firms with a measure whose ceiling is open in some year and stated in another: a total does
    not count it, while the stated years are claims.
    """
    counted = {one.id for one in corpus.measures if one.benefit and one.kept and one.quantified}
    whole = answer.awards.filter(pl.col("year").is_null(), pl.col("measure").is_in(counted))
    years = answer.awards.filter(pl.col("year").is_not_null())
    open_ = whole.filter(pl.col("ceiling_fen").is_null()).join(
        years.filter(pl.col("ceiling_fen") > 0), on=["org_id", "measure"], how="semi"
    )
    kept = firms.join(open_, on="org_id", how="anti").select("org_id")
    years, whole = (each.join(kept, on="org_id", how="semi") for each in (years, whole))
    groups = overlaps(corpus, readings)
    free, bound = (demand(years, HOPING, groups=each).claims for each in ((), groups))
    made = (
        bound.filter(pl.col("measure").is_in(counted))
        .group_by("org_id", "measure")
        .agg(pl.col("asked_fen").sum())
        .cast({"org_id": kept.schema["org_id"]})
    )
    for group in groups:
        if not group.highest or group.cap_fen is not None:
            continue
        own = bound.filter(pl.col("measure").is_in(group.members))
        measures = own.group_by("org_id").agg(pl.col("measure").n_unique())
        assert measures.filter(pl.col("measure") > 1).is_empty()
        hopes = whole.filter(
            pl.col("measure").is_in(group.members),
            pl.col("status").cast(pl.String).is_in(HOPING.statuses),
        )
        best = hopes.group_by("org_id").agg(pl.col("ceiling_fen").max().fill_null(0))
        claimed = made.filter(pl.col("measure").is_in(group.members))
        both = best.join(claimed, on="org_id", how="left")
        assert both.filter(pl.col("ceiling_fen") != pl.col("asked_fen").fill_null(0)).is_empty()
    sums = made.group_by("org_id").agg(pl.col("asked_fen").sum())
    totals = answer.totals.join(kept, on="org_id", how="semi").join(sums, on="org_id", how="left")
    assert totals.height
    assert totals.filter(pl.col("asked_fen").fill_null(0) != pl.col("ceiling_fen")).is_empty()
    return added(free, "asked_fen") - added(bound, "asked_fen")


def added(frame: pl.DataFrame, column: str) -> int:
    return int(frame.select(pl.col(column).sum()).item())


def placed(tables: Tables) -> pl.DataFrame:
    """The firms whose place is known: the total of the others is that of the best place alone."""
    return tables.orgs.filter(pl.col("place").is_not_null())


@pytest.mark.parametrize("horizon", [1, 2])
def test_claims_follow_the_evaluators_choice_and_add_up_to_its_total(
    horizon: int, corpus: Corpus
) -> None:
    rng = random.Random(f"groups {horizon}")
    as_of = random_day(rng)
    tables = tables_of(profiles(f"groups {horizon}", 250, as_of, list(MEASURES)), corpus)
    readings = random_readings(rng, corpus)
    asked = asking(corpus, as_of=as_of, horizon=horizon, by_year=True, readings=readings)
    answer = by_rows(tables, corpus, asked)
    assert assert_bound(answer, placed(tables), corpus, readings) > 0


@pytest.mark.parametrize("folder", CONSTRUCTS, ids=lambda path: path.name)
@pytest.mark.parametrize("horizon", [1, 3])
def test_claims_of_every_kind_of_group_add_up_to_the_total(folder: Path, horizon: int) -> None:
    corpus, _ = load_corpus(folder)
    rng = random.Random(f"{folder.name} {horizon}")
    as_of = random_day(rng)
    tables = Draw(rng, corpus, as_of, 0.2).tables(60, horizon)
    asked = asking(corpus, as_of=as_of, horizon=horizon, by_year=True)
    answer = by_rows(tables, corpus, asked)
    cut = assert_bound(answer, placed(tables), corpus, {})
    assert cut > 0 or (folder.name, horizon) == ("joint", 1)


# --- by hand ---------------------------------------------------------------------------------------


def group(*members: str, **how: Any) -> Overlap:
    given: dict[str, Any] = {"counted": frozenset(members), "highest": True} | how
    return Overlap("yunlan/group", Text("择一", "one of them"), members, **given)


def awards(rows: Sequence[tuple[str, str, int, int | None, int]]) -> pl.DataFrame:
    """Rows of firm, measure, year, ceiling and certain sum."""
    return pl.DataFrame(
        [(org, measure, year, "eligible", low, high) for org, measure, year, high, low in rows],
        schema={
            "org_id": pl.String, "measure": pl.String, "year": pl.Int64, "status": pl.String,
            "certain_fen": pl.Int64, "ceiling_fen": pl.Int64,
        },
        orient="row",
    )  # fmt: skip


def made(frame: pl.DataFrame, *groups: Overlap, **how: Any) -> dict[str, int]:
    found = demand(frame, Assumptions(**how), groups=groups).claims
    return dict(zip(found["claim"].to_list(), found["asked_fen"].to_list(), strict=True))


def test_the_highest_over_all_years_is_claimed_then_the_other_figure_then_the_order() -> None:
    one = group("b", "a")
    assert made(awards([("F", "a", 2026, 60, 0), ("F", "a", 2027, 60, 0), ("F", "b", 2026, 100, 0)]), one) == {
        "F|a|2026": 60, "F|a|2027": 60
    }  # fmt: skip
    assert made(awards([("F", "a", 2026, 100, 40), ("F", "b", 2026, 100, 10)]), one) == {
        "F|a|2026": 100
    }
    assert made(awards([("F", "a", 2026, 100, 10), ("F", "b", 2026, 100, 10)]), one) == {
        "F|b|2026": 100
    }
    rows = awards([("F", "a", 2026, 100, 10), ("F", "b", 2026, 50, 20)])
    assert made(rows, one, request="certain") == {"F|b|2026": 20}


def test_a_claim_without_an_amount_is_made_only_where_no_other_states_one() -> None:
    one = group("a", "b", "c")
    rows = awards(
        [
            ("F", "a", 2026, None, 0), ("F", "b", 2026, 5, 0),
            ("G", "a", 2026, None, 0), ("G", "c", 2026, None, 0), ("G", "b", 2026, 0, 0),
        ]
    )  # fmt: skip
    found = demand(rows, Assumptions(), groups=[one])
    assert found.claims["claim"].to_list() == ["F|b|2026"]
    assert found.unstated.rows() == [("a", 2026, 1)]
    assert found.taken.select("measure", "removed", "unstated").rows() == [("a", 0, 1), ("c", 0, 1)]


def test_what_a_total_does_not_count_is_claimed_only_where_nothing_counts() -> None:
    one = group("loan", "grant", counted=frozenset({"grant"}))
    rows = awards(
        [("F", "loan", 2026, 500, 0), ("F", "grant", 2026, 20, 0), ("G", "loan", 2026, 500, 0)]
    )
    assert made(rows, one) == {"F|grant|2026": 20, "G|loan|2026": 500}


def test_a_joint_ceiling_cuts_by_year_and_in_the_order_of_the_group() -> None:
    rows = awards(
        [(org, m, year, 60, 0) for org in "FG" for m in ("a", "b") for year in (2026, 2027)]
    )
    in_all = group("b", "a", highest=False, cap_fen=150)
    assert made(rows.filter(pl.col("org_id") == "F"), in_all) == {
        "F|b|2026": 60, "F|a|2026": 60, "F|b|2027": 30
    }  # fmt: skip
    yearly = group("b", "a", highest=False, cap_fen=100, yearly=True)
    assert made(rows.filter(pl.col("org_id") == "G"), yearly) == {
        "G|b|2026": 60, "G|a|2026": 40, "G|b|2027": 60, "G|a|2027": 40
    }  # fmt: skip
    taken = demand(rows, Assumptions(), groups=[in_all]).taken
    assert taken.select("measure", "year", "removed_fen", "trimmed_fen").rows() == [
        ("a", 2027, 120, 0), ("b", 2027, 0, 60)
    ]  # fmt: skip


def test_a_firm_that_does_not_meet_a_member_keeps_the_others_of_its_group() -> None:
    rows = awards([("F", "a", 2026, 100, 0), ("F", "b", 2026, 50, 0)]).with_columns(
        status=pl.Series(["ineligible", "eligible"])
    )
    assert made(rows, group("a", "b")) == {"F|b|2026": 50}


@given(
    st.lists(
        st.tuples(
            st.sampled_from("FGH"), st.sampled_from(["a", "b", "c"]), st.sampled_from([2026, 2027]),
            st.none() | st.integers(0, 10**13), st.integers(0, 3),
        ),
        max_size=18, unique_by=lambda row: row[:3],
    ),
    st.booleans(), st.none() | st.integers(0, 10**13), st.booleans(),
    st.fractions(0, 1, max_denominator=7), st.fractions(0, 1, max_denominator=7), st.randoms(),
)  # fmt: skip
def test_what_groups_take_is_the_difference_to_leaving_them_aside(
    rows: list[tuple[str, str, int, int | None, int]], highest: bool, cap: int | None, yearly: bool,
    takeup: Fraction, share: Fraction, chance: random.Random,
) -> None:  # fmt: skip
    one = group("a", "b", highest=highest, cap_fen=cap, yearly=yearly)
    how = Assumptions(takeup=takeup, share=share)
    frame = awards(rows)
    free, bound = (demand(frame, how, groups=groups) for groups in ([], [one]))
    taken = bound.taken
    fen = added(taken, "removed_fen") + added(taken, "trimmed_fen")
    assert added(free.claims, "asked_fen") - added(bound.claims, "asked_fen") == fen
    assert free.claims.height - bound.claims.height == added(taken, "removed")
    silent = added(free.unstated, "claims") - added(bound.unstated, "claims")
    assert silent == added(taken, "unstated")
    own = bound.claims.filter(pl.col("measure") != "c")
    if highest:
        assert (
            own.group_by("org_id")
            .agg(pl.col("measure").n_unique())
            .filter(pl.col("measure") > 1)
            .is_empty()
        )
    if cap is not None:
        over = ["org_id", "year"] if yearly else ["org_id"]
        assert (
            own.group_by(over)
            .agg(pl.col("asked_fen").sum())
            .filter(pl.col("asked_fen") > cap)
            .is_empty()
        )
    chance.shuffle(rows)
    again = demand(awards(rows), how, groups=[one])
    assert again.claims.equals(bound.claims) and again.taken.equals(taken)


# --- in an allocation ------------------------------------------------------------------------------


def test_a_restated_award_is_one_claim_on_its_pools_and_groups_can_be_left_aside(
    corpus: Corpus,
) -> None:
    rows = awards(
        [("F", DISTRICT, 2026, 10**8, 0), ("F", CITY, 2026, None, 0), ("G", CITY, 2026, None, 0)]
    )
    bound, free = (allocate_pools(rows, corpus, grouped=grouped) for grouped in (True, False))
    silent = [
        {share.fund.id: share.unstated for share in found.shares}[CITY] for found in (bound, free)
    ]
    assert silent == [1, 2]
    share = next(one for one in bound.shares if one.fund.id == CITY)
    assert share.taken == {
        "removed": 0,
        "removed_fen": 0,
        "unstated": 1,
        "trimmed": 0,
        "trimmed_fen": 0,
    }
    said = [text.zh for text in bound.says()]
    assert said[-1] == (
        "组 guangzhou/haizhu-talent（依据：三句为同一项人才奖励）只申请最高的一项，去掉没有写金额的 1 笔"
    )
    assert any("金额相同的比另一个数额" in text for text in said)
    assert free.says()[-1].zh.startswith("不看组别") and not free.taken.height


def test_a_reading_that_stacks_a_group_lets_all_its_claims_stand(corpus: Corpus) -> None:
    first, second = corpus.groups_of(["guangzhou/huangpu-general-compute"])[0].members
    rows = awards([("F", first, 2026, 50, 0), ("F", second, 2026, 70, 0)])
    assert claims_of(rows, corpus)["measure"].to_list() == [second]
    stacked = {"guangzhou/huangpu-compute": {"rule": "stack"}}
    assert claims_of(rows, corpus, stacked)["measure"].to_list() == [first, second]


def test_joint_ceilings_of_the_corpus_are_told_in_both_languages() -> None:
    corpus, _ = load_corpus(CONSTRUCTS[0])
    found = {one.id: one.rule() for one in overlaps(corpus)}
    assert found["yunlan/yearly"].zh == (
        "组 yunlan/yearly（依据：两项合计每年不超过 100 万元）每年合计不超过 100 万元"
    )
    assert found["yunlan/lifetime"].en == (
        "Group yunlan/lifetime (source: Together not more than 150000 yuan in all): "
        "at most 150,000 yuan together"
    )
