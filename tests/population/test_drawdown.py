"""Monte Carlo of a fund: what is certain comes out certain, and a seed says the same twice."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta
from fractions import Fraction
from multiprocessing import get_context
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice import Corpus
from huice.language.text import Fault
from huice.population.pools import Fund, find_funds
from huice.population.pools.allocation import allocate_pools
from huice.population.pools.demand import Assumptions
from huice.population.pools.drawdown import Drawdown, simulate_drawdown
from huice.population.pools.figure import drawdown_figure, told
from huice.population.pools.rules import Whole
from huice.population.pools.uncertainty import HIGH, LOW, MIDDLE, Uncertainty
from huice.population.svg import NARROW, WIDE

WAN = 1_000_000
VOUCHER = "guangzhou/huangpu-cloud-model-voucher"
POOL = "hangzhou/compute-voucher"
SHAKY = Uncertainty(
    (Fraction(4, 10), Fraction(8, 10)), (Fraction(1, 2), Fraction(1)), runs=200, seed=7
)


def fund_of(corpus: Corpus, id_: str) -> Fund:
    (fund,) = find_funds(corpus, [id_])
    return fund


def awards(
    measure: str, fen: Sequence[int | None], days: Sequence[date | None] | None = None
) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "org_id": [f"{n:05}" for n in range(len(fen))], "measure": measure, "year": 2026,
            "status": "eligible", "certain_fen": 0, "ceiling_fen": pl.Series(fen, dtype=pl.Int64),
        }
    )  # fmt: skip
    return frame if days is None else frame.with_columns(applied_on=pl.Series(days, dtype=pl.Date))


@given(
    st.lists(st.tuples(st.integers(1, 9000 * WAN), st.integers(0, 364)), min_size=1, max_size=20)
)
def test_without_uncertainty_every_run_is_the_allocation(
    corpus: Corpus, rows: list[tuple[int, int]]
) -> None:
    fund = fund_of(corpus, POOL)
    table = awards(
        POOL, [fen for fen, _ in rows], [date(2026, 1, 1) + timedelta(days=d) for _, d in rows]
    )
    found = simulate_drawdown(table, fund, uncertainty=Uncertainty(runs=3))
    (share,) = allocate_pools(table, corpus, only=[fund]).shares
    assert {found.exhausted_on(part) for part in (LOW, MIDDLE, HIGH)} == {share.exhausted_on}
    assert set(found.requests[:, -1].tolist()) == {share.asked_units}
    assert int(found.drawn(MIDDLE)[-1]) == share.granted_units
    assert found.lasts == (share.exhausted_on is None)


def crowd(count: int = 3000) -> pl.DataFrame:
    return awards(POOL, [(n * 7_919_003) % (40 * WAN) + 1 for n in range(count)])


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_the_same_seed_says_the_same_whatever_works_on_it(corpus: Corpus, kind: str) -> None:
    fund = fund_of(corpus, POOL)
    alone = simulate_drawdown(crowd(), fund, uncertainty=SHAKY)
    pool: Executor = (
        ThreadPoolExecutor(3)
        if kind == "threads"
        else ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    )
    with pool:
        shared = simulate_drawdown(crowd(), fund, uncertainty=SHAKY, executor=pool)
    assert np.array_equal(alone.requests, shared.requests)
    other = simulate_drawdown(
        crowd(), fund, uncertainty=Uncertainty(SHAKY.takeup, SHAKY.share, 200, 8)
    )
    assert not np.array_equal(alone.requests, other.requests)


def test_the_first_runs_do_not_change_when_more_follow_nor_with_the_order_of_rows(
    corpus: Corpus,
) -> None:
    fund = fund_of(corpus, POOL)
    more = simulate_drawdown(crowd(), fund, uncertainty=SHAKY)
    few = simulate_drawdown(
        crowd().reverse(), fund, uncertainty=Uncertainty(SHAKY.takeup, SHAKY.share, 20, 7)
    )
    assert np.array_equal(more.requests[:20], few.requests)


def test_the_band_holds_what_it_says(corpus: Corpus) -> None:
    found = simulate_drawdown(crowd(), fund_of(corpus, POOL), uncertainty=SHAKY)
    low, middle, high = (found.asked(part) for part in (LOW, MIDDLE, HIGH))
    assert (low <= middle).all() and (middle <= high).all()
    for day in (10, 100, 364):
        runs = sorted(found.requests[:, day].tolist())
        assert [runs[19], runs[99], runs[179]] == [int(each[day]) for each in (low, middle, high)]
    assert (found.drawn(HIGH) <= found.fund.units).all()
    assert sum(number for _, number in found.exhausted_by_month()) == round(
        (1 - found.lasts) * found.runs
    )
    early, late = found.exhausted_on(LOW), found.exhausted_on(HIGH)
    assert early is not None and (late is None or early <= late)


def test_takeup_and_share_are_what_was_asked_for(corpus: Corpus) -> None:
    table = awards(POOL, [100 * WAN] * 4000)
    sixty = Uncertainty((Fraction(6, 10), Fraction(6, 10)), runs=400)
    sums: Whole = simulate_drawdown(table, fund_of(corpus, POOL), uncertainty=sixty).requests[
        :, -1
    ] // (100 * WAN)
    # Binomial(4000, 0.6): mean 2,400, deviation 31; the mean of 400 runs within five of its own 1.55.
    assert abs(int(sums.sum()) - 400 * 2400) < 5 * 400 * 1.55
    assert sums.min() > 2400 - 6 * 31 and sums.max() < 2400 + 6 * 31
    half = Uncertainty(share=(Fraction(1, 2), Fraction(1, 2)), runs=2)
    odd = awards(POOL, [101, 2**55 + 1])
    assert set(
        simulate_drawdown(odd, fund_of(corpus, POOL), uncertainty=half).requests[:, -1].tolist()
    ) == {50 + 2**54}


def test_vouchers_are_drawn_by_the_piece(corpus: Corpus) -> None:
    table = awards(VOUCHER, [200_000] * 2600)
    found = simulate_drawdown(table, fund_of(corpus, VOUCHER), uncertainty=Uncertainty(runs=50))
    assert set(found.requests[:, -1].tolist()) == {2600}
    assert found.lasts == 0 and found.fen(int(found.drawn(MIDDLE)[-1])) == 400 * WAN
    middle = found.exhausted_on(MIDDLE)
    assert (
        middle is not None and abs((middle - date(2026, 10, 8)).days) < 10
    )  # 2000 of 2600 of the year
    sixty = Uncertainty((Fraction(6, 10), Fraction(6, 10)), runs=50)
    assert simulate_drawdown(table, fund_of(corpus, VOUCHER), uncertainty=sixty).lasts == 1


def test_early_applicants_empty_the_pool_earlier(corpus: Corpus) -> None:
    fund = fund_of(corpus, VOUCHER)
    table = awards(VOUCHER, [200_000] * 2600)
    ends = [
        simulate_drawdown(
            table, fund, assumptions=Assumptions(front=front), uncertainty=Uncertainty(runs=20)
        ).exhausted_on(MIDDLE)
        for front in (1, 2, 3)
    ]
    assert (
        ends == sorted(ends, key=lambda day: day or date.max, reverse=True) and len(set(ends)) == 3
    )


def test_a_fund_that_is_not_yearly_runs_over_all_years(corpus: Corpus) -> None:
    table = awards(VOUCHER, [200_000] * 1500)
    both = pl.concat(
        [table, table.with_columns(year=pl.lit(2027, pl.Int64))], how="vertical_relaxed"
    )
    found = simulate_drawdown(both, fund_of(corpus, VOUCHER), uncertainty=Uncertainty(runs=5))
    assert (len(found.days), found.year, int(found.requests[0, 364])) == (730, None, 1500)
    yearly = simulate_drawdown(
        both.with_columns(measure=pl.lit(POOL)),
        fund_of(corpus, POOL),
        year=2027,
        uncertainty=Uncertainty(runs=5),
    )
    assert (yearly.first, len(yearly.days), yearly.year) == (date(2027, 1, 1), 365, 2027)


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 900 * WAN), st.integers(0, 364)),
        min_size=1,
        max_size=20,
    )
)
def test_a_joint_pool_gets_what_the_pools_inside_give_out(
    corpus: Corpus, rows: list[tuple[bool, int, int]]
) -> None:
    joint = fund_of(corpus, "guangzhou/haizhu-talent-cofunding")
    first = date(2026, 1, 1)
    table = awards(
        POOL, [fen for _, fen, _ in rows], [first + timedelta(days=day) for _, _, day in rows]
    )
    table = table.with_columns(measure=pl.Series([joint.inside[side] for side, _, _ in rows]))
    found = simulate_drawdown(table, joint, uncertainty=Uncertainty(runs=2))
    allocated = allocate_pools(table, corpus, only=[joint])
    share = next(one for one in allocated.shares if one.fund.id == joint.id)
    assert int(found.requests[0, -1]) == share.asked_units
    assert found.exhausted_on(MIDDLE) == share.exhausted_on


@pytest.mark.parametrize(
    ("fund", "frame", "how", "says"),
    [
        (
            "guangzhou/huangpu-vertical-compute:quota",
            awards(POOL, [1]),
            {},
            "not used up in the order of time",
        ),
        (POOL, awards(VOUCHER, [1]), {}, "no firm can claim"),
        (POOL, awards(POOL, [None]), {}, "no firm can claim"),
        (POOL, awards(POOL, [1]), {"uncertainty": Uncertainty(runs=0)}, "at least 1 run"),
        (
            POOL,
            awards(POOL, [1]),
            {"uncertainty": Uncertainty((Fraction(1), Fraction(1, 2)))},
            "from low to high",
        ),
        (
            POOL,
            awards(POOL, [1]),
            {"uncertainty": Uncertainty((Fraction(0), Fraction(2)))},
            "not 200%",
        ),
        (POOL, awards(POOL, [2**62, 1]), {}, "64 bits"),
    ],
)
def test_what_cannot_be_run_is_said(
    corpus: Corpus, fund: str, frame: pl.DataFrame, how: dict[str, Any], says: str
) -> None:
    with pytest.raises(Fault) as caught:
        simulate_drawdown(frame, fund_of(corpus, fund), **how)
    assert says in caught.value.text.en


# --- the chart -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vouchers() -> Drawdown:
    corpus = Corpus.load()
    unsure = Uncertainty((Fraction(7, 10), Fraction(9, 10)), runs=200)
    return simulate_drawdown(
        awards(VOUCHER, [200_000] * 2600), fund_of(corpus, VOUCHER), uncertainty=unsure
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_chart_names_pool_band_and_day(vouchers: Drawdown, lang: str, size: int) -> None:
    svg = drawdown_figure(vouchers, lang, size)
    root = ET.fromstring(svg)  # noqa: S314  # our own output
    texts = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    day = vouchers.exhausted_on(MIDDLE)
    assert day is not None
    wanted = (
        [
            "资金池 400 万元",
            "10%～90% 区间",
            "中位数",
            f"{day.year}年{day.month}月{day.day}日用完",
            "万元",
        ]
        if lang == "zh"
        else [
            "The pool 4 million yuan",
            "10 to 90% of the runs",
            "Median",
            f"Used up on {day}",
            "million yuan",
        ]
    )
    assert not [one for one in wanted if one not in texts]
    assert root.get("width") == str(size) and root.get("role") == "img"
    said = next(element.text for element in root.iter() if element.tag.endswith("desc"))
    between = "" if lang == "zh" else " "
    assert said == between.join(sentence[lang] for sentence in told(vouchers))


def test_the_sentences_follow_from_the_runs(vouchers: Drawdown, corpus: Corpus) -> None:
    fund = fund_of(corpus, VOUCHER)
    few, many = (
        simulate_drawdown(awards(VOUCHER, [200_000] * n), fund, uncertainty=Uncertainty(runs=10))
        for n in (50, 4000)
    )
    assert [text.zh for text in told(few)] == [
        "每次模拟都够用到期末。", "期内申请额合计的中位数约 10 万元（10%～90%：10 万元～10 万元）。"
    ]  # fmt: skip
    assert told(many)[0].en == "It is used up before the end in every run."
    assert told(vouchers)[0].zh == f"够用到期末的可能为 {float(vouchers.lasts * 100):g}%。"
