"""Reforms: a draft against the law on the same firms, held to plain sums over single evaluations."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.corpus.overlay import Overlay, apply, load_overlay, read_overlay
from huice.corpus.source import read_text
from huice.population import Tables, asking, by_rows
from huice.population.reform import Reform, in_columns, reform
from huice.population.reform.groups import breakdowns, grouped, ranked
from huice.population.reform.order import at_shares
from tests.population.few_firms import AS_OF, population

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "docs" / "examples"
VOUCHER = "hangzhou/compute-voucher"


def draft(body: str) -> Overlay:
    """A draft with this body."""
    return read_overlay(read_text(f"overlay: test\ntitle: 试\n{body}", "draft.yaml"))


def everything(tables: Tables, corpus: Corpus, horizon: int = 1) -> tuple[Any, Any]:
    """Awards and totals of every measure of the corpus, row by row."""
    answer = by_rows(tables, corpus, asking(corpus, as_of=AS_OF, horizon=horizon))
    return answer.awards, answer.totals


@pytest.mark.parametrize("path", [HERE / "draft.yaml", EXAMPLES / "hangzhou-marginal.yaml"])
@pytest.mark.parametrize("horizon", [1, 2])
def test_no_figure_changes_but_those_that_are_compared(
    path: Path, horizon: int, corpus: Corpus
) -> None:
    """All measures, all firms: what differs between law and draft is exactly what the reform tells."""
    tables, overlay = population(4, 120), load_overlay(path)
    found = reform(tables, overlay, corpus, as_of=AS_OF, horizon=horizon)
    sides = [everything(tables, one, horizon) for one in (corpus, apply(corpus, overlay))]
    totals = [dict(totals.select("org_id", "ceiling_fen").iter_rows()) for _, totals in sides]
    told = dict(found.orgs.select("org_id", "ceiling_change_fen").iter_rows())
    placed = dict(tables.orgs.select("org_id", "place").iter_rows())
    for firm, before in totals[0].items():
        if placed[firm] is not None:  # an open place takes the best of all cities
            assert totals[1][firm] - before == told.get(firm, 0)
    for side, (awards, _) in zip(("before", "after"), sides, strict=True):
        sums = dict(awards.group_by("measure").agg(pl.col("ceiling_fen").sum()).iter_rows())
        named = found.costs.group_by("measure").agg(pl.col(f"{side}_ceiling_fen").sum())
        assert dict(named.iter_rows()) == {id_: sums.get(id_, 0) for id_ in found.costs["measure"]}


def test_gainers_and_losers_are_counted_by_group(corpus: Corpus) -> None:
    tables = population(7, 150)
    found = reform(tables, EXAMPLES / "hangzhou-marginal.yaml", corpus, as_of=AS_OF)
    firms = [one for one in found.orgs.iter_rows(named=True) if one["city"] == "hangzhou"]
    rows = found.groups.filter((pl.col("city") == "hangzhou") & (pl.col("figure") == "ceiling"))
    assert rows.height > 20
    for row in rows.iter_rows(named=True):
        group = row["breakdown"]
        mine = [one for one in firms if group == "all" or one[group] == row["group"]]
        changes = [one["ceiling_change_fen"] for one in mine]
        some = sorted(
            one["ceiling_change_fen"]
            for one in mine
            if one["before_ceiling_fen"] or one["after_ceiling_fen"]
        )
        assert row["firms"] == len(mine)
        assert row["concerned"] == len(some)
        assert row["gainers"] == sum(change > 0 for change in changes)
        assert row["losers"] == sum(change < 0 for change in changes)
        assert row["unchanged"] == sum(change == 0 for change in changes)
        assert row["change_fen"] == sum(changes) == row["gained_fen"] + row["lost_fen"]
        assert row["mean_fen"] == (int(Fraction(sum(changes), len(some))) if some else None)
        assert row["median_fen"] == (some[(len(some) - 1) // 2] if some else None)
        assert row["after_fen"] - row["before_fen"] == row["change_fen"]
    assert rows.filter(pl.col("breakdown") == "all")["gainers"].item() > 0


def test_the_distribution_is_of_the_firms_concerned(corpus: Corpus) -> None:
    found = reform(population(7, 150), EXAMPLES / "hangzhou-marginal.yaml", corpus, as_of=AS_OF)
    here = found.orgs.filter(
        (pl.col("city") == "hangzhou")
        & (pl.max_horizontal("before_ceiling_fen", "after_ceiling_fen") > 0)
    )
    some = sorted(here["ceiling_change_fen"].to_list())
    told = found.distribution.filter(
        (pl.col("city") == "hangzhou") & (pl.col("figure") == "ceiling")
    )
    wanted = [some[max(ceil(Fraction(part * len(some), 10)) - 1, 0)] for part in range(11)]
    assert told["change_fen"].to_list() == wanted


def test_the_order_of_the_firms_changes_nothing(corpus: Corpus) -> None:
    tables = population(3, 60)
    turned = Tables(
        {name: frame.reverse() for name, frame in tables.frames.items()},
        tables.schema,
        tables.rejects,
        tables.counts,
    )
    path = EXAMPLES / "hangzhou-marginal.yaml"
    one, other = (reform(given, path, corpus, as_of=AS_OF) for given in (tables, turned))
    for name in ("costs", "places", "groups", "distribution", "pools"):
        assert getattr(one, name).equals(getattr(other, name)), name


def test_a_pool_is_held_against_the_demand_of_its_year(corpus: Corpus) -> None:
    tables = population(9, 80)
    two = reform(tables, HERE / "draft.yaml", corpus, as_of=AS_OF, horizon=2)
    one = reform(tables, HERE / "draft.yaml", corpus, as_of=AS_OF)
    row = two.pools.filter(pl.col("pool") == VOUCHER).row(0, named=True)
    assert (row["before_holds_fen"], row["after_holds_fen"]) == (250_000_000_00, 300_000_000_00)
    first = one.pools.filter(pl.col("pool") == VOUCHER).row(0, named=True)
    assert row["before_demand_fen"] == first["before_demand_fen"] > 0
    assert row["after_demand_fen"] == first["after_demand_fen"] > 0
    placed = one.costs.filter((pl.col("measure") == VOUCHER) & (pl.col("city") == "hangzhou"))
    # firms of which facts are missing may get it, but are not assumed to claim
    assert first["after_demand_fen"] < placed["after_ceiling_fen"].item()
    new = one.pools.filter(pl.col("pool") == "hangzhou/model-pool").row(0, named=True)
    assert new["before_holds_fen"] is None
    assert new["after_holds_fen"] == 100_000_000_00


@pytest.mark.parametrize("path", [HERE / "draft.yaml", EXAMPLES / "hangzhou-marginal.yaml"])
@pytest.mark.parametrize("horizon", [1, 2])
def test_columns_and_single_evaluations_tell_the_same_reform(
    path: Path, horizon: int, corpus: Corpus
) -> None:
    tables = population(11, 150)
    one, other = (
        reform(tables, path, corpus, as_of=AS_OF, horizon=horizon, run=run)
        for run in (in_columns, by_rows)
    )
    for name in ("costs", "places", "orgs", "groups", "distribution", "pools"):
        assert getattr(one, name).equals(getattr(other, name)), name


ADD = """adds:
- document: hangzhou/new
  title: 新
  place: hangzhou
  measures:
  - {id: hangzhou/flat, title: 定额, text: 每家 1 万元。, who: 企业, gives: cash, pays: 1万元 per org per year}
"""


def test_a_draft_that_only_adds_gains_for_everyone_there(corpus: Corpus) -> None:
    tables = population(2, 60)
    found = reform(tables, draft(ADD), corpus, as_of=AS_OF)
    here = found.groups.filter(
        (pl.col("city") == "hangzhou") & (pl.col("breakdown") == "all")
    ).rows(named=True)
    for row in here:
        assert row["gainers"] == row["firms"] == row["concerned"]
        assert row["median_fen"] == 1_000_000
    assert found.concerned == found.changed == ("hangzhou/flat",)


def test_a_draft_that_only_repeals_takes_all(corpus: Corpus) -> None:
    body = f"repeals: {{measures: [{VOUCHER}]}}"
    found = reform(population(2, 60), draft(body), corpus, as_of=AS_OF)
    assert found.orgs["after_ceiling_fen"].sum() == 0
    row = found.groups.filter(
        (pl.col("city") == "hangzhou")
        & (pl.col("breakdown") == "all")
        & (pl.col("figure") == "ceiling")
    ).row(0, named=True)
    assert row["losers"] == row["concerned"] > 0
    assert row["lost_fen"] == -row["before_fen"]


def test_a_group_brings_its_other_members(corpus: Corpus) -> None:
    """The highest of a group may change from one member to another: all of them are compared."""
    group = next(one for one in corpus.groups if one.rule == "highest")
    body = f"repeals: {{measures: [{group.members[0]}]}}"
    found = reform(population(2, 30), draft(body), corpus, as_of=AS_OF)
    assert set(group.members) <= set(found.concerned)
    assert found.changed == (group.members[0],)


def test_readings_that_the_draft_settles_are_asked_of_the_law_alone(corpus: Corpus) -> None:
    tables, path = population(6, 60), EXAMPLES / "hangzhou-marginal.yaml"
    readings = {VOUCHER: {"cliff": "marginal"}}
    found = reform(tables, path, corpus, as_of=AS_OF, readings=readings)
    assert found.orgs["ceiling_change_fen"].to_list() == [0] * found.orgs.height


# --- groups ----------------------------------------------------------------------------------------


def _firms(**columns: list[Any]) -> pl.DataFrame:
    number = len(next(iter(columns.values())))
    keys = {"org_id": [str(i) for i in range(number)], "place": ["hangzhou/xihu"] * number}
    return pl.DataFrame(
        {**keys, **columns},
        schema_overrides={"registered_on": pl.Date, "revenue_fen": pl.Int64},
    )


def _told_apart(firms: pl.DataFrame, corpus: Corpus, as_of: date = AS_OF) -> pl.DataFrame:
    ways = breakdowns(corpus)
    return ranked(grouped(firms, ways, as_of).lazy(), ways).collect()


def test_whole_years_are_counted_to_the_day(corpus: Corpus) -> None:
    days = [date(2024, 6, 30), date(2024, 7, 1), date(2015, 6, 30), date(2026, 1, 1), None]
    firms = _firms(registered_on=days)
    found = _told_apart(firms, corpus, date(2025, 6, 30))
    assert found["age"].to_list() == ["01", "00", "10", "00", None]


def test_equal_amounts_share_the_lowest_rank(corpus: Corpus) -> None:
    firms = _firms(revenue_fen=[5, 5, 5, 5, 5, 9, None, 1, 8, 8, 7])
    found = _told_apart(firms, corpus)
    fives = ["02"] * 5
    assert found["revenue"].to_list() == [*fives, "10", None, "01", "08", "08", "07"]


@given(amounts=st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=1, max_size=30))
@settings(max_examples=50)
def test_ranks_follow_the_published_rule(amounts: list[int | None], corpus: Corpus) -> None:
    found = _told_apart(_firms(revenue_fen=amounts), corpus)["revenue"].to_list()
    known = [amount for amount in amounts if amount is not None]
    for amount, group in zip(amounts, found, strict=True):
        below = sum(other < amount for other in known) if amount is not None else 0
        wanted = None if amount is None else f"{10 * below // len(known) + 1:02}"
        assert group == wanted


def test_groups_are_told_apart_without_a_column(corpus: Corpus) -> None:
    found = _told_apart(pl.DataFrame({"org_id": ["a"]}), corpus)
    assert found.row(0) == ("a", None, None, None, None, None, None)


def test_every_group_has_a_name_in_both_languages(corpus: Corpus) -> None:
    for one in breakdowns(corpus):
        names = [one.name(group) for group in (*one.names(), None)]
        assert all(name.zh and name.en for name in names)
        assert len({name.zh for name in names}) == len(names)


_VALUE = st.one_of(st.none(), st.integers(-9, 9), st.integers(-(2**63), 2**63 - 1))


@given(
    rows=st.lists(st.tuples(st.sampled_from([None, "a", "b"]), _VALUE), max_size=40),
    most=st.sampled_from([0, 1, 5, 1000]),
)
@settings(max_examples=60)
def test_a_share_of_the_order_is_found_however_few_values_are_held(
    rows: list[tuple[str | None, int | None]], most: int
) -> None:
    frame = pl.DataFrame(rows, {"city": pl.String, "value": pl.Int64}, orient="row")
    found = at_shares(frame.lazy(), ["city"], range(11), 10, most)
    wanted = {}
    for city in {city for city, value in rows if value is not None}:
        known = sorted(value for other, value in rows if other == city and value is not None)
        for part in range(11):
            place = max(ceil(Fraction(part * len(known), 10)), 1)
            wanted[city, part] = known[place - 1]
    assert {(city, part): value for city, part, value in found.iter_rows()} == wanted
    assert found.height == len(wanted)


def test_a_reform_names_both_versions(corpus: Corpus) -> None:
    found: Reform = reform(population(1, 5), draft(ADD), corpus, as_of=AS_OF)
    assert found.before_version == corpus.version
    assert found.after_version == f"{corpus.version}+test"
    assert [one.kind for one in found.amendments] == ["added"]
    assert found.firms == 5
