"""Monte Carlo under every rule: no fund is exceeded in any run, the same demand meets every rule, seeds replay."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from huice import Corpus
from huice.language.text import Text
from huice.language.units import parse_literal
from huice.population.pools import find_funds
from huice.population.pools.allocation import Share, allocate_pools
from huice.population.pools.bands import Band, bands, lasts_says
from huice.population.pools.files import forecast_dict
from huice.population.pools.forecast import Forecast, simulate_pools
from huice.population.pools.rules import COLUMNS, Choice, Terms, reads
from huice.population.pools.rules import RULES as RULES_KNOWN
from huice.population.pools.spread import forecast_figure, spread
from huice.population.pools.stages import Cutoff
from huice.population.pools.uncertainty import HIGH, LOW, MIDDLE, Uncertainty
from huice.population.svg import NARROW, WIDE

WAN = 1_000_000
RULES = ["first-come", "pro-rata", "ranked", "priority", "lottery"]
COMPUTE, VOUCHER = "hangzhou/compute-voucher", "guangzhou/huangpu-cloud-model-voucher"
SELECTED = "guangzhou/huangpu-vertical-compute"
DISTRICT, CITY, JOINT = (
    f"guangzhou/haizhu-talent-{end}" for end in ("district", "city-pool", "cofunding")
)
SHAKY = Uncertainty(
    (Fraction(3, 10), Fraction(9, 10)), (Fraction(1, 2), Fraction(1)), runs=40, seed=7
)


def awards(rows: Sequence[tuple[str, str, int, int, int | None, int | None]]) -> pl.DataFrame:
    """Rows of firm, measure, year, ceiling in fen, score and tier."""
    return pl.DataFrame(
        [(org, m, year, "eligible", 0, fen, score, tier) for org, m, year, fen, score, tier in rows],
        schema={
            "org_id": pl.String, "measure": pl.String, "year": pl.Int64, "status": pl.String,
            "certain_fen": pl.Int64, "ceiling_fen": pl.Int64, "score": pl.Int64, "tier": pl.Int64,
        },
        orient="row",
    )  # fmt: skip


def crowd(measure: str, count: int, fen: int) -> pl.DataFrame:
    """So many firms with amounts up to some fen, scores and tiers."""
    return awards(
        [
            (f"{n:05}", measure, 2026, (n * 7_919_003) % fen + 1, n * 31 % 41 + 60, n % 3 + 1)
            for n in range(count)
        ]
    )


def choice(rule: str, **terms: Any) -> Choice:
    return Choice(rule, Terms(seed="1", **terms))


def one(found: Sequence[Forecast], fund: str) -> Forecast:
    return next(each for each in found if each.fund.id == fund)


@pytest.fixture(scope="module")
def selecting() -> Corpus:
    """The corpus with places for two firms before the pool of Haizhu: quota, pool and pool around it in a row."""
    corpus = Corpus.load()
    documents = tuple(
        structs.replace(
            document,
            measures=tuple(
                structs.replace(each, quota=parse_literal("2家")) if each.id == DISTRICT else each
                for each in document.measures
            ),
        )
        for document in corpus.documents
    )
    return structs.replace(corpus, documents=documents)


rows = st.lists(
    st.tuples(
        st.sampled_from([f"F{n}" for n in range(9)]),
        st.sampled_from([COMPUTE, VOUCHER, SELECTED, DISTRICT, CITY]),
        st.sampled_from([2026, 2027]),
        st.one_of(st.integers(1, 9), st.integers(1, 9000 * WAN)),
        st.none() | st.integers(0, 3),
        st.none() | st.integers(1, 3),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:3],
)


@pytest.mark.parametrize("rule", RULES)
@given(
    given=rows, low=st.integers(0, 10), more=st.integers(0, 10), whole=st.booleans(),
    ties=st.sampled_from(["id", "draw"]), within=st.sampled_from(RULES[:3]),
)  # fmt: skip
def test_no_fund_is_exceeded_in_any_run_and_each_is_spent_when_more_is_asked(
    rule: str, selecting: Corpus, given: list[Any], low: int, more: int, whole: bool, ties: Any,
    within: str,
) -> None:  # fmt: skip
    whole &= "pro-rata" not in {rule, within}
    part = (Fraction(low, 20), Fraction(low + more, 20))
    found = simulate_pools(
        awards(given),
        selecting,
        choice=choice(rule, whole=whole, ties=ties, within=within),
        selection=choice("ranked" if rule == "ranked" else "lottery"),
        uncertainty=Uncertainty(part, part, runs=3, seed=low),
        only=find_funds(selecting, [COMPUTE, VOUCHER, SELECTED, JOINT]),
    )
    inside: dict[str, Any] = {}
    for each in found:
        asked, units = each.each("asked_units"), each.each("granted_units")
        assert (units <= each.fund.units).all()
        assert (each.each("granted_fen") <= each.each("asked_fen")).all()
        if each.fund.holds_fen is not None:
            assert (each.each("granted_fen") <= each.fund.holds_fen).all()
        if not whole:
            assert (units == np.minimum(asked, each.fund.units)).all()
        assert (
            each.each("full") + each.each("cut") + each.each("refused") == each.each("claims")
        ).all()
        assert each.timed == (each.rule == "first-come")
        if each.asked is not None and each.given is not None:
            assert (each.asked[:, -1] == asked).all() and (each.given[:, -1] == units).all()
            assert (each.given <= np.minimum(each.asked, each.fund.units)).all()
        if each.fund.id in {DISTRICT, CITY} and each.year == 2026:
            inside[each.fund.id] = units
        if each.fund.id == JOINT and each.year == 2026:
            assert (asked == sum(inside.values())).all()


@given(rows, st.sampled_from(RULES), st.booleans())
def test_without_uncertainty_every_run_is_the_allocation(
    selecting: Corpus, given: list[Any], rule: str, whole: bool
) -> None:
    first = date(2026, 1, 1)
    table = awards(given).with_columns(
        applied_on=pl.Series([first + timedelta(days=n * 37 % 364) for n in range(len(given))])
    )
    asked: dict[str, Any] = {
        "choice": choice(rule, whole=whole and rule != "pro-rata"),
        "selection": choice("ranked"),
        "only": find_funds(selecting, [COMPUTE, VOUCHER, SELECTED, JOINT]),
    }
    shares = {(s.fund.id, s.year): s for s in allocate_pools(table, selecting, **asked).shares}
    for each in simulate_pools(table, selecting, **asked, uncertainty=Uncertainty(runs=2)):
        share = shares[each.fund.id, each.year]
        if rule == "lottery":  # lots are drawn anew, which of several claims are served may differ
            names = ["claims", "asked_units"] if each.fund.id != JOINT else []
        else:
            names = [
                "claims",
                "full",
                "cut",
                "refused",
                "asked_units",
                "granted_units",
                "asked_fen",
            ]
        figures = share_figures(share)
        assert [each.each(name).tolist() for name in names] == [
            [figures[name]] * 2 for name in names
        ]
        if rule != "lottery":
            assert {each.factor(part) for part in (LOW, MIDDLE, HIGH)} == {share.factor}
            assert each.cutoff(MIDDLE) == share.cutoff or not share.claims


def share_figures(share: Share) -> dict[str, int]:
    names = ("claims", "full", "cut", "refused", "asked_units", "granted_units", "asked_fen")
    return {name: getattr(share, name) for name in names}


def test_every_rule_meets_the_same_demand_in_the_same_run(corpus: Corpus) -> None:
    found = [
        one(simulate_pools(crowd(COMPUTE, 900, 200 * WAN), corpus, choice=choice(rule), uncertainty=SHAKY), COMPUTE)
        for rule in RULES
    ]  # fmt: skip
    for name in ("claims", "asked_units", "granted_units"):
        first, *rest = [each.each(name).tolist() for each in found]
        assert all(other == first for other in rest) and len(set(first)) > 1


@pytest.mark.parametrize("ties", ["id", "draw"])
@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_does_not_look_at_is_left_out_and_changes_nothing(
    name: str, ties: Literal["id", "draw"], corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that says that it looks at all columns gets all of them drawn: the runs stay the same."""
    given = pl.concat([crowd(COMPUTE, 60, 900 * WAN), crowd(VOUCHER, 60, WAN)])
    choice = Choice(
        name, Terms(seed="1", ties=ties, within="lottery" if ties == "draw" else "ranked")
    )
    lean = simulate_pools(given, corpus, choice=choice, uncertainty=SHAKY)
    monkeypatch.setitem(RULES_KNOWN, name, structs.replace(RULES_KNOWN[name], reads=COLUMNS))
    full = simulate_pools(given, corpus, choice=choice, uncertainty=SHAKY)
    assert reads(choice) == COLUMNS
    for one, other in zip(lean, full, strict=True):
        assert np.array_equal(one.counts, other.counts)
        for left, right in ((one.asked, other.asked), (one.given, other.given)):
            if left is None or right is None:
                assert left is right
            else:
                assert np.array_equal(left, right)


@pytest.mark.parametrize("rule", RULES)
def test_a_seed_replays_whatever_works_on_it_and_whatever_else_is_asked(
    corpus: Corpus, rule: str
) -> None:
    frame = pl.concat([crowd(COMPUTE, 400, 400 * WAN), crowd(SELECTED, 30, WAN)])
    asked: dict[str, Any] = {"choice": choice(rule), "uncertainty": SHAKY}
    alone = simulate_pools(frame, corpus, **asked)
    with ThreadPoolExecutor(3) as workers:
        shared = simulate_pools(frame.reverse(), corpus, **asked, executor=workers)
    few = simulate_pools(
        frame, corpus, choice=choice(rule), uncertainty=structs.replace(SHAKY, runs=9)
    )
    other = simulate_pools(
        frame, corpus, choice=choice(rule), uncertainty=structs.replace(SHAKY, seed=8)
    )
    (single,) = simulate_pools(frame, corpus, **asked, only=find_funds(corpus, [COMPUTE]))
    for first, second, short in zip(alone, shared, few, strict=True):
        assert np.array_equal(first.counts, second.counts)
        assert np.array_equal(first.counts[:9], short.counts)
    assert np.array_equal(one(alone, COMPUTE).counts, single.counts)
    assert not np.array_equal(one(alone, COMPUTE).counts, one(other, COMPUTE).counts)


def test_lots_are_drawn_anew_and_favour_nobody(corpus: Corpus) -> None:
    """One large claim among small ones: how often it is drawn first shows in how many are served."""
    frame = awards(
        [
            (f"{n}", COMPUTE, 2026, 25_000 * WAN if n == 0 else 2_000 * WAN, None, None)
            for n in range(5)
        ]
    )
    found = one(
        simulate_pools(frame, corpus, choice=choice("lottery"), uncertainty=Uncertainty(runs=2000)),
        COMPUTE,
    )
    first = int((found.served == 1).sum())
    # Binomial(2000, 1/5): mean 400, deviation 17.9; five of them to either side.
    assert abs(first - 400) < 90


def test_a_firm_with_more_years_has_one_lot_in_a_selection(corpus: Corpus) -> None:
    table = awards(
        [("A", SELECTED, year, 9, None, None) for year in range(2026, 2036)]
        + [(f"B{n}", SELECTED, 2026, 1, None, None) for n in range(9)]
    )
    found = one(
        simulate_pools(
            table, corpus, selection=choice("lottery"), uncertainty=Uncertainty(runs=2000)
        ),
        f"{SELECTED}:quota",
    )
    assert set(found.each("granted_units").tolist()) == {5}
    chosen = int((found.each("granted_fen") > 9).sum())
    # 5 of 10 firms are chosen: Binomial(2000, 1/2), deviation 22.4.
    assert abs(chosen - 1000) < 5 * 22.4


# --- what is told ----------------------------------------------------------------------------------


def by_hand(rule: str, corpus: Corpus, **terms: Any) -> Forecast:
    """Five claims of 100 million yuan each on a pool of 250 million."""
    score, tier = [70, 95, 80, 60, 88], [1, 2, 2, 3, 3]
    frame = awards(
        [(f"{n}", COMPUTE, 2026, 10_000 * WAN, score[n], tier[n]) for n in range(5)]
    ).with_columns(applied_on=pl.Series([date(2026, 3, n + 1) for n in range(5)]))
    found = simulate_pools(
        frame, corpus, choice=choice(rule, **terms), uncertainty=Uncertainty(runs=4)
    )
    return one(found, COMPUTE)


def cells(found: Forecast, lang: str = "zh") -> dict[str, tuple[str, ...]]:
    return {row.label[lang]: tuple(cell[lang] for cell in row.cells) for row in bands(found)}


@pytest.mark.parametrize(
    ("rule", "served", "zh", "en"),
    [
        ("first-come", "3", {"用完日期": "2026-03-03"}, {"Used up on": "2026-03-03"}),
        ("pro-rata", "5", {"比例系数": "50%"}, {"Factor": "50%"}),
        ("ranked", "3", {"分数线": "80"}, {"Lowest score": "80"}),
        ("priority", "3", {"得到的最后一层": "第 2 层"}, {"Last tier": "tier 2"}),
        ("lottery", "3", {"中签率": "60%"}, {"Chance": "60%"}),
    ],
)  # fmt: skip
def test_each_rule_tells_what_it_turns_on(
    corpus: Corpus, rule: str, served: str, zh: dict[str, str], en: dict[str, str]
) -> None:
    found = by_hand(rule, corpus)
    left = str(5 - int(served))
    common = {"申请额": "5 亿元", "使用率": "100%", "得到（笔）": served, "落空（笔）": left}
    assert cells(found) == {name: (cell,) * 3 for name, cell in (common | zh).items()}
    common = {
        "Requests": "500m yuan",
        "Used": "100%",
        "Served (claims)": served,
        "Left out (claims)": left,
    }
    assert cells(found, "en") == {name: (cell,) * 3 for name, cell in (common | en).items()}
    told = forecast_dict(found)
    assert told["decided"] == ("as_they_come" if rule == "first-come" else "at_once")
    assert (told["exceeded"], told["utilisation"]["p50"], told["served"]["p90"]) == (
        "1",
        "1",
        int(served),
    )
    for key, name in (("factor", "pro-rata"), ("chance", "lottery")):
        assert (key in told) == (rule == name)
    assert ("cutoff" in told) == (rule in {"ranked", "priority"})


def test_where_nobody_is_cut_off_or_the_last_has_no_score_it_says_so(corpus: Corpus) -> None:
    few = awards([("A", COMPUTE, 2026, 5, 70, 1), ("B", COMPUTE, 2026, 5, None, None)])
    found = one(
        simulate_pools(few, corpus, choice=choice("ranked"), uncertainty=Uncertainty(runs=2)),
        COMPUTE,
    )
    assert found.cutoff(MIDDLE) == Cutoff("open") and found.exceeded == 0
    assert lasts_says(found).zh == "每次模拟的申请都不超出规模"
    many = awards(
        [("A", COMPUTE, 2026, 30_000 * WAN, None, None), ("B", COMPUTE, 2026, 5, None, None)]
    )
    found = one(
        simulate_pools(many, corpus, choice=choice("ranked"), uncertainty=Uncertainty(runs=2)),
        COMPUTE,
    )
    assert found.cutoff(MIDDLE) == Cutoff("unknown")
    assert cells(found)["分数线"] == ("没有评分的",) * 3


def test_quantiles_of_scores_and_tiers_ascend(corpus: Corpus) -> None:
    unsure = structs.replace(SHAKY, runs=200)
    for rule in ("ranked", "priority"):
        found = one(
            simulate_pools(
                crowd(COMPUTE, 900, 100 * WAN), corpus, choice=choice(rule), uncertainty=unsure
            ),
            COMPUTE,
        )
        values = sorted(
            [
                -1
                if cut.state == "open" and rule == "ranked"
                else 9
                if cut.state == "open"
                else cut.value
                for cut in found.cutoffs()
            ]
        )
        expected = [values[19], values[99], values[179]]
        assert len(set(expected)) > 1
        got = [found.cutoff(part) for part in (LOW, MIDDLE, HIGH)]
        assert expected == [
            (-1 if rule == "ranked" else 9)
            if cut is not None and cut.state == "open"
            else cut and cut.value
            for cut in got
        ]


@pytest.mark.parametrize("rule", RULES[1:])
@pytest.mark.parametrize(("fund", "fen"), [(COMPUTE, 100 * WAN), (COMPUTE, WAN), (SELECTED, WAN)])
def test_every_run_stands_in_one_row_of_the_chart(
    corpus: Corpus, rule: str, fund: str, fen: int
) -> None:
    unsure = structs.replace(SHAKY, runs=120)
    found = simulate_pools(
        crowd(fund, 700, fen), corpus, choice=choice(rule), selection=choice(rule if rule in {"ranked", "lottery"} else "ranked"), uncertainty=unsure
    )[0]  # fmt: skip
    heaps = spread(found)
    assert sum(heap.runs for heap in heaps) == 120 and len(heaps) <= 13
    assert sum(heap.runs for heap in heaps if heap.inside) >= 96
    for lang in ("zh", "en"):
        for size in (WIDE, NARROW):
            root = ET.fromstring(forecast_figure(found, lang, size))  # noqa: S314  # our own output
            texts = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
            assert all(any(heap.label[lang] in text for text in texts) for heap in heaps)
            said = next(
                element.text or "" for element in root.iter() if element.tag.endswith("desc")
            )
            assert all(row.label[lang] in said for row in bands(found))


def test_the_chart_names_its_rule_and_what_it_shows(corpus: Corpus) -> None:
    titles = {}
    for rule in RULES:
        root = ET.fromstring(forecast_figure(by_hand(rule, corpus), "zh"))  # noqa: S314  # our own output
        titles[rule] = next(
            element.text for element in root.iter() if element.tag.endswith("title")
        )
    assert titles == {
        "first-come": "杭州算力券 2026：先到先得，累计发放额",
        "pro-rata": "杭州算力券 2026：按比例，比例系数的分布",
        "ranked": "杭州算力券 2026：按评分，分数线的分布",
        "priority": "杭州算力券 2026：分层优先，得到的最后一层的分布",
        "lottery": "杭州算力券 2026：抽签，中签率的分布",
    }


def test_a_band_is_one_figure_where_all_runs_agree() -> None:
    same = Band("x", Text("甲", "A"), (Text("1", "1"), Text("1", "1"), Text("1", "1")))
    assert same.says() == Text("甲 1。", "A: 1.")
    wide = Band("x", Text("甲", "A"), (Text("1", "1"), Text("2", "2"), Text("3", "3")))
    assert wide.says() == Text(
        "甲的中位数 2（10%～90%：1～3）。", "A: median 2 (10 to 90%: 1 to 3)."
    )
