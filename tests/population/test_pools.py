"""Pools and quotas of the corpus among the claims of a population."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from huice import Corpus, evaluate
from huice.language.text import Fault
from huice.population.pools import find_funds, funds
from huice.population.pools.allocation import Allocation, Share, allocate_pools
from huice.population.pools.demand import Assumptions, demand
from huice.population.pools.rules import Choice, Terms

VOUCHER = "guangzhou/huangpu-cloud-model-voucher"
COMPUTE = "hangzhou/compute-voucher"
DISTRICT, CITY, JOINT = (
    f"guangzhou/haizhu-talent-{end}" for end in ("district", "city-pool", "cofunding")
)
SELECTED = "guangzhou/huangpu-vertical-compute"
WAN = 1_000_000
"""Fen of 1 万元."""


def awards(rows: Sequence[tuple[Any, ...]], **more: Sequence[Any]) -> pl.DataFrame:
    """Rows of org, measure, ceiling in fen; the rest as most often."""
    frame = pl.DataFrame(
        [(str(org), measure, 2026, "eligible", 0, ceiling) for org, measure, ceiling in rows],
        schema={
            "org_id": pl.String, "measure": pl.String, "year": pl.Int64, "status": pl.String,
            "certain_fen": pl.Int64, "ceiling_fen": pl.Int64,
        },
        orient="row",
    )  # fmt: skip
    return frame.with_columns(**{name: pl.Series(values) for name, values in more.items()})


def share_of(found: Allocation, fund: str, year: int | None = None) -> Share:
    return next(one for one in found.shares if one.fund.id == fund and year in {one.year, None})


def granted(found: Allocation, fund: str) -> dict[str, int]:
    rows = found.steps.filter(pl.col("fund") == fund)
    return dict(zip(rows["org_id"].to_list(), rows["granted_fen"].to_list(), strict=True))


# --- the funds of the corpus ----------------------------------------------------------------------


def test_every_pool_and_quota_of_the_corpus_is_a_fund(corpus: Corpus) -> None:
    found = {fund.id: fund for fund in funds(corpus)}
    quotas = {
        fund.id.removesuffix(":quota"): fund.units
        for fund in found.values()
        if fund.kind == "quota"
    }
    assert quotas == {
        "guangzhou/huangpu-general-compute": 1, SELECTED: 5, "guangzhou/huangpu-park-operator": 3
    }  # fmt: skip
    assert set(found) - {f"{id_}:quota" for id_ in quotas} == set(corpus.pools)
    voucher = found[VOUCHER]
    assert (voucher.units, voucher.face_fen, voucher.holds_fen, voucher.yearly) == (
        2000,
        200_000,
        400 * WAN,
        False,
    )
    assert found[COMPUTE].units == 25_000 * WAN and found[COMPUTE].yearly
    assert found[JOINT].inside == (CITY, DISTRICT) and set(found[JOINT].members) == {
        JOINT,
        CITY,
        DISTRICT,
    }
    assert list(found).index(JOINT) > list(found).index(DISTRICT)


def test_a_reading_can_take_a_measure_out_of_its_pool(corpus: Corpus) -> None:
    measure, reading = next(
        (one, reading)
        for one in corpus.measures
        for reading in one.readings
        if (option := reading.option("separate")) and option.patch.pool is None
    )
    assert measure.rule.pool is not None
    (fund,) = find_funds(corpus, [measure.rule.pool], {measure.id: {reading.id: "separate"}})
    assert measure.id not in fund.members


def test_funds_are_found_by_id_end_and_title(corpus: Corpus) -> None:
    assert [fund.id for fund in find_funds(corpus, ["训力券"])] == ["shenzhen/training-voucher"]
    assert [fund.id for fund in find_funds(corpus, ["compute-voucher"])] == [COMPUTE]
    with pytest.raises(Fault) as caught:
        find_funds(corpus, ["hangzhou/compute-vouchers"])
    assert "did you mean “hangzhou/compute-voucher”" in caught.value.text.en


# --- 2,000 vouchers of 2,000 yuan ------------------------------------------------------------------


def test_huangpu_vouchers_run_out_after_two_thousand_firms(corpus: Corpus) -> None:
    firm = {
        "org": {
            "place": "guangzhou/huangpu",
            "kind": "enterprise",
            "size": "small",
            "traits": ["manufacturing"],
        }
    }
    one = next(row for row in evaluate(firm, corpus).measures if row.id == VOUCHER)
    assert one.ceiling == 2000
    days = [date(2026, 3, 1 + number // 100) for number in range(2600)]
    table = awards([(f"{n:04}", VOUCHER, one.ceiling * 100) for n in range(2600)], applied_on=days)
    found = allocate_pools(table, corpus)
    share = share_of(found, VOUCHER)
    assert (share.claims, share.asked_units, share.granted_units) == (2600, 2600, 2000)
    assert (share.full, share.cut, share.refused) == (2000, 0, 600)
    assert (share.granted_fen, share.utilisation, share.exhausted_on) == (
        400 * WAN,
        Fraction(1),
        date(2026, 3, 20),
    )
    left = found.left_out(VOUCHER)
    assert left["org_id"].to_list() == [f"{n:04}" for n in range(2000, 2600)]
    drawn = Choice("lottery", Terms("20260401"))
    first, again = (allocate_pools(table, corpus, choice=drawn).steps for _ in range(2))
    assert first.equals(again) and first["granted_fen"].sum() == 400 * WAN
    assert not first["granted_fen"].equals(found.steps["granted_fen"])


def test_a_voucher_used_in_part_is_used_up(corpus: Corpus) -> None:
    found = allocate_pools(awards([(n, VOUCHER, 150_000) for n in range(2001)]), corpus)
    share = share_of(found, VOUCHER)
    assert (share.asked_units, share.granted_units, share.granted_fen) == (
        2001,
        2000,
        2000 * 150_000,
    )


# --- pools over years, shared pools, quotas --------------------------------------------------------


def test_a_yearly_pool_is_filled_again_and_a_once_pool_is_not(corpus: Corpus) -> None:
    once = "hangzhou/xihu-model-voucher"
    rows = [(f"{n}", measure, 1500 * WAN) for measure in (COMPUTE, once) for n in range(2)]
    first = awards(rows)
    table = pl.concat([first, first.with_columns(pl.lit(2027, pl.Int64).alias("year"))])
    found = allocate_pools(table, corpus)
    assert [one.year for one in found.shares if one.fund.id == COMPUTE] == [2026, 2027]
    assert share_of(found, COMPUTE, 2027).granted_fen == 3000 * WAN
    assert share_of(found, once).asked_fen == 6000 * WAN
    assert share_of(found, once).granted_fen == 2000 * WAN
    assert share_of(found, once).year is None


def test_a_claim_is_held_to_its_pool_and_to_the_pool_around_it(corpus: Corpus) -> None:
    rows = [(f"d{n}", DISTRICT, 200 * WAN) for n in range(10)] + [
        (f"c{n}", CITY, 200 * WAN) for n in range(10)
    ]
    days = [date(2026, 1, 1 + n) for n in range(20)]
    found = allocate_pools(awards(rows, applied_on=days), corpus)
    assert [share_of(found, one, 2026).granted_fen for one in (DISTRICT, CITY, JOINT)] == [
        1500 * WAN,
        1500 * WAN,
        3000 * WAN,
    ]
    assert share_of(found, DISTRICT, 2026).cut == 1 and share_of(found, DISTRICT, 2026).refused == 2
    # With a share of one pool only, the joint pool cuts nothing more.
    half = allocate_pools(awards(rows[:10], applied_on=days[:10]), corpus)
    assert share_of(half, JOINT, 2026).asked_fen == 1500 * WAN
    assert granted(half, JOINT) == {who: fen for who, fen in granted(half, DISTRICT).items() if fen}


def test_a_quota_chooses_firms_not_years(corpus: Corpus) -> None:
    rows = [(f"{n}", SELECTED, 50 * WAN) for n in range(8)]
    first = awards(rows, score=[50, 91, 75, 88, 60, 99, 42, 70])
    table = pl.concat([first, first.with_columns(pl.lit(2027, pl.Int64).alias("year"))])
    found = allocate_pools(table, corpus)
    share = share_of(found, f"{SELECTED}:quota")
    assert (share.rule, share.claims, share.asked_units, share.granted_units) == (
        "ranked",
        16,
        8,
        5,
    )
    assert {who for who, fen in granted(found, f"{SELECTED}:quota").items() if fen} == {
        "1",
        "2",
        "3",
        "5",
        "7",
    }
    assert share.granted_fen == 5 * 2 * 50 * WAN
    drawn = share_of(allocate_pools(table.drop("score"), corpus), f"{SELECTED}:quota")
    assert (drawn.rule, drawn.granted_units) == ("lottery", 5)


# --- demand ----------------------------------------------------------------------------------------


def test_who_applies_and_for_how_much_is_assumed_openly() -> None:
    table = awards([(f"{n}", COMPUTE, 101) for n in range(1000)])
    table = table.with_columns(
        status=pl.Series(["eligible", "discretionary", "unknown", "ineligible"] * 250)
    )
    assert demand(table, Assumptions(), measures=(COMPUTE,)).claims.height == 500
    half = demand(table, Assumptions(takeup=Fraction(1, 2), share=Fraction(1, 2))).claims
    assert 200 < half.height < 300 and set(half["asked_fen"]) == {50}
    more = demand(table, Assumptions(takeup=Fraction(3, 4))).claims
    assert set(half["claim"]) < set(more["claim"])
    assert demand(table, Assumptions(takeup=Fraction(0))).claims.height == 0
    assert demand(table, Assumptions(statuses=("unknown",))).claims.height == 250
    assert demand(table, Assumptions(request="certain")).claims.height == 0


def test_unstated_amounts_are_counted_and_never_summed(corpus: Corpus) -> None:
    found = allocate_pools(
        awards([("a", COMPUTE, None), ("b", COMPUTE, 5 * WAN), ("c", COMPUTE, 0)]), corpus
    )
    share = share_of(found, COMPUTE, 2026)
    assert (share.claims, share.unstated, share.asked_fen, share.exhausted_on) == (
        1,
        1,
        5 * WAN,
        None,
    )


def test_rows_of_single_years_count_instead_of_their_sum() -> None:
    whole = awards([("a", COMPUTE, 3), ("b", COMPUTE, 5)]).with_columns(year=pl.lit(None, pl.Int64))
    single = pl.concat(
        [
            awards([("a", COMPUTE, 1)]),
            awards([("a", COMPUTE, 2)]).with_columns(year=pl.lit(2027, pl.Int64)),
        ]
    )
    found = demand(pl.concat([whole, single]), Assumptions(), year=2026).claims
    assert dict(zip(found["claim"].to_list(), found["asked_fen"].to_list(), strict=True)) == {
        f"a|{COMPUTE}|2026": 1, f"a|{COMPUTE}|2027": 2, f"b|{COMPUTE}|2026": 5
    }  # fmt: skip


def test_times_are_those_given_and_else_drawn_in_the_window() -> None:
    table = awards([(f"{n}", COMPUTE, 1) for n in range(800)])
    table = table.with_columns(
        applied_on=pl.Series([date(2026, 5, 5)] + [None] * 799, dtype=pl.Date)
    )
    window = Assumptions(opens=(3, 1), closes=(3, 31))
    even = demand(table, window).claims
    assert even.filter(~pl.col("assumed"))["applied_at"].to_list() == [datetime(2026, 5, 5)]  # noqa: DTZ001  # days of the place
    drawn = even.filter("assumed")["applied_at"].dt.date()
    assert drawn.min() == date(2026, 3, 1) and drawn.max() == date(2026, 3, 31)
    early = (
        demand(table, structs.replace(window, front=3))
        .claims.filter("assumed")["applied_at"]
        .dt.day()
    )
    assert 350 < int((early <= 4).sum()) < 450


@given(
    order=st.permutations(range(12)), rule=st.sampled_from(["first-come", "pro-rata", "lottery"])
)
def test_the_order_of_awards_changes_nothing(corpus: Corpus, order: list[int], rule: str) -> None:
    only = find_funds(corpus, [COMPUTE, DISTRICT])
    table = awards([(f"{n}", COMPUTE if n % 2 else DISTRICT, 3000 * WAN + n) for n in range(12)])
    choice = Choice(rule, Terms("7"))
    one, two = (
        allocate_pools(each, corpus, choice=choice, only=only) for each in (table, table[order])
    )
    assert one.shares == two.shares
    assert one.steps.sort("fund", "claim").equals(two.steps.sort("fund", "claim"))


@given(
    st.lists(
        st.tuples(st.sampled_from([COMPUTE, DISTRICT, CITY, VOUCHER]), st.integers(0, 9000 * WAN)),
        max_size=40,
    )
)
def test_no_fund_is_exceeded_and_each_is_spent_when_more_is_asked(
    corpus: Corpus, rows: list[tuple[str, int]]
) -> None:
    table = awards([(n, measure, fen) for n, (measure, fen) in enumerate(rows)])
    found = allocate_pools(table, corpus, only=find_funds(corpus, [COMPUTE, JOINT, VOUCHER]))
    for share in found.shares:
        assert share.granted_units == min(share.asked_units, share.fund.units)
        assert share.granted_fen <= (share.fund.holds_fen or share.granted_fen)
        assert (share.exhausted_on is not None) == (share.asked_units >= share.fund.units)
        assert share.full + share.cut + share.refused == share.claims


@pytest.mark.parametrize(
    ("frame", "how", "says"),
    [
        (awards([]).drop("status"), {}, "lacks the columns status"),
        (awards([("a", COMPUTE, 5), ("a", COMPUTE, 6)]), {}, "more than once"),
        (awards([("a", COMPUTE, 5)]).with_columns(year=pl.lit(None, pl.Int64)), {}, "year=2026"),
        (awards([("a", COMPUTE, 5)]), {"choice": Choice("ranked")}, "needs a column score"),
        (awards([("a", COMPUTE, 5)]), {"choice": Choice("priority")}, "needs a column tier"),
        (awards([("a", COMPUTE, 5)]), {"choice": Choice("lottery")}, "needs a seed"),
        (awards([]), {"assumptions": Assumptions(takeup=Fraction(3, 2))}, "not 150%"),
        (awards([]), {"assumptions": Assumptions(statuses=("met",))}, "no status “met”"),
        (awards([]), {"assumptions": Assumptions(front=0)}, "at least 1, not 0"),
        (awards([("a", COMPUTE, 5)]), {"assumptions": Assumptions(opens=(4, 31))}, "no day 04-31"),
        (awards([("a", COMPUTE, 5)]), {"assumptions": Assumptions(opens=(4, 1), closes=(3, 1))}, "before they open"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(
    corpus: Corpus, frame: pl.DataFrame, how: dict[str, Any], says: str
) -> None:
    with pytest.raises(Fault) as caught:
        allocate_pools(frame, corpus, **how)
    assert says in caught.value.text.en
