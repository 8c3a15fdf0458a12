"""A sample of several years: the first year stays, later ones follow from it, and every reader agrees on them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from huice import Corpus
from huice.corpus.corpus import shipped
from huice.population import Tables, asking, load, simulate
from huice.population.sample import BLOCK, Sampler, sample
from huice.population.sample.file import SHIPPED, BadAssumptions, load_assumptions
from huice.population.schema import ORG_YEARS, ORGS
from tests.population.agreement import AWARD, TOTAL, compared
from tests.population.test_sample import same

CORPUS = shipped()
AS_OF = date(2025, 6, 30)
FIRMS, YEARS, FIRST = 12_000, 3, 2025
LISTS = ("people", "projects", "contracts", "premises")


@pytest.fixture(scope="module")
def one() -> Tables:
    return sample(FIRMS, 1, corpus=CORPUS)


@pytest.fixture(scope="module")
def several() -> Tables:
    return sample(FIRMS, 1, corpus=CORPUS, years=YEARS)


def years(tables: Tables, year: int) -> pl.DataFrame:
    """The row of each firm for a year, beside its facts of every year (with `_all`)."""
    own = tables.frames[ORG_YEARS].filter(year=year)
    every = tables.orgs.select("org_id", pl.exclude("org_id").name.suffix("_all"))
    return every.join(own, on="org_id", how="left", maintain_order="left")


def in_year(tables: Tables, year: int, fact: str) -> pl.Series:
    """A fact of the firms in a year: the year's own, else that of every year."""
    both = years(tables, year)
    return both.select(pl.coalesce(fact, f"{fact}_all"))[fact]


# --- the first year ------------------------------------------------------------------------------


def test_one_year_is_the_default_and_has_no_rows_by_year(one: Tables) -> None:
    assert ORG_YEARS not in one.frames
    assert not any("year" in one.frames[name].columns for name in LISTS)
    assert same(one, sample(FIRMS, 1, corpus=CORPUS, years=1))


def test_the_first_year_is_that_of_the_sample_of_one_year(one: Tables, several: Tables) -> None:
    changing = [c for c in several.frames[ORG_YEARS].columns if c in one.orgs.columns[1:]]
    for name in one.orgs.columns:
        if name in changing and not name.endswith("_listed"):
            assert in_year(several, FIRST, name).equals(one.orgs[name]), name
        elif name not in changing:
            assert several.orgs[name].equals(one.orgs[name]), name
    for name in LISTS:
        frame = several.frames[name].filter(pl.col("year").is_null() | (pl.col("year") == FIRST))
        assert frame.drop("id", "year").equals(one.frames[name]), name
    for name in ("decisions", "history"):
        assert several.frames[name].equals(one.frames[name]), name


def test_the_first_year_has_the_same_awards(one: Tables, several: Tables) -> None:
    keys = one.orgs["org_id"].head(3_000)
    found = [simulate(tables.of(keys), CORPUS, as_of=AS_OF) for tables in (one, several)]
    assert found[0].awards.sort(AWARD).equals(found[1].awards.sort(AWARD))
    assert found[0].totals.sort(TOTAL).equals(found[1].totals.sort(TOTAL))


# --- all years -----------------------------------------------------------------------------------


def test_every_reader_agrees_on_every_year(several: Tables, corpus: Corpus) -> None:
    moved = years(several, FIRST + 1).filter(pl.col("place") != pl.col("place_all"))["org_id"]
    keys = pl.concat([several.orgs["org_id"].head(250), moved.head(50)]).unique()
    asked = asking(corpus, as_of=AS_OF, horizon=YEARS, by_year=True)
    rows, gaps, awards, totals = compared(several.of(keys), corpus, asked)
    assert rows.awards["year"].drop_nulls().n_unique() == YEARS
    assert (gaps, awards.height, totals.height) == ((), 0, 0)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_no_row_is_rejected_at_load(several: Tables, tmp_path: Path, form: str) -> None:
    few = several.of(several.orgs["org_id"].head(2_000))
    few.write(tmp_path / form, form)
    back = load(tmp_path / form, CORPUS)
    assert (back.rejects.height, back.warnings) == (0, ())
    assert same(back, few)


def test_it_is_the_same_for_a_seed_and_a_longer_one_begins_with_a_shorter(
    several: Tables,
) -> None:
    assert same(several, sample(FIRMS, 1, corpus=CORPUS, years=YEARS))
    short = sample(500, 1, corpus=CORPUS, years=YEARS)
    assert same(short, several.of(short.orgs["org_id"]))
    two = sample(500, 1, corpus=CORPUS, years=2)
    for name in ("place", "revenue_fen", "size", "records"):
        assert in_year(two, FIRST + 1, name).equals(in_year(short, FIRST + 1, name)), name
    assert not same(sample(500, 2, corpus=CORPUS, years=2), two)


# --- what changes --------------------------------------------------------------------------------


def test_some_firms_move_each_year_and_say_so(several: Tables) -> None:
    for year in range(FIRST + 1, FIRST + YEARS):
        before, now = (in_year(several, one, "place") for one in (year - 1, year))
        moved = pl.select(before.ne(now)).to_series().fill_null(value=False)
        assert 0.012 < moved.sum() / FIRMS < 0.016
        assert now.is_null().equals(several.orgs["place"].is_null())
        came = in_year(several, year, "entered_on").filter(moved).drop_nulls()
        assert came.is_between(date(year, 1, 1), date(year, 6, 30)).mean() > 0.8  # type: ignore[operator]  # of dates, never None
        how = in_year(several, year, "settlement").filter(moved).drop_nulls()
        assert (how == "newly_relocated").mean() > 0.97  # type: ignore[operator]  # as above


def test_revenue_grows_at_the_median_and_shrinks_for_some(several: Tables) -> None:
    before, now = (in_year(several, year, "revenue_fen") for year in (FIRST, FIRST + 1))
    ratio = pl.DataFrame({"before": before, "now": now}).drop_nulls()
    factor = (ratio["now"] / ratio["before"]).sort()
    assert 1.08 < factor.median() < 1.25  # type: ignore[operator]  # of numbers, never None
    assert 0.25 < (factor < 1).mean() < 0.45  # type: ignore[operator]  # as above
    assert (ratio["now"] % 1_000_000 == 0).all()


def test_what_is_unknown_in_a_year_stands_in_no_row_that_would_hold_then(several: Tables) -> None:
    known = in_year(several, FIRST, "revenue_fen").is_not_null()
    left = []
    for year in range(FIRST + 1, FIRST + YEARS):
        unknown = in_year(several, year, "revenue_fen").is_null() & known
        left.append(int(unknown.sum()) / int(known.sum()))
    assert 0.13 < left[0] < 0.17
    assert 0.25 < left[1] < 0.31


def test_a_list_that_is_open_in_a_later_year_holds_in_none_by_default(several: Tables) -> None:
    contracts, listed = several.frames["contracts"], several.orgs["contracts_listed"]
    open_ = several.orgs.filter(~listed)
    here = contracts.join(open_, on="org_id", how="semi")
    assert here.filter(pl.col("year").is_null()).height == 0
    assert here.filter(year=FIRST).height > 500
    last = years(several, FIRST + YEARS - 1)
    assert last.filter(~listed)["contracts_listed"].null_count() == open_.height
    assert last.filter(listed)["contracts_listed"].all()


def test_entities_keep_their_ids_and_lists_keep_their_size(several: Tables) -> None:
    people = several.frames["people"].with_columns(pl.col("year").fill_null(FIRST))
    assert people.select("org_id", "year", "id").is_unique().all()
    each = dict(people.group_by("year").len().iter_rows())
    assert 0.85 < each[FIRST + 2] / each[FIRST] < 1.05
    both = people.filter(year=FIRST).join(
        people.filter(year=FIRST + 1), on=["org_id", "id"], suffix="_next"
    )
    assert both.height > 0.8 * people.filter(year=FIRST).height
    assert both.select(pl.col("role").eq_missing(pl.col("role_next")).mean()).item() > 0.98
    rise = both.select((pl.col("salary_fen_next") / pl.col("salary_fen")).median()).item()
    assert 1.02 < rise < 1.08


def test_records_are_gained_and_never_lost(several: Tables) -> None:
    before, now = (
        [{one["name"] for one in held or ()} for held in column.to_list()]
        for column in (in_year(several, year, "records") for year in (FIRST, FIRST + 1))
    )
    known = [
        at for at, held in enumerate(in_year(several, FIRST + 1, "records")) if held is not None
    ]
    assert all(before[at] <= now[at] for at in known)
    assert sum(len(now[at] - before[at]) for at in known) > 100


# --- margins, blocks, faults ---------------------------------------------------------------------


def test_margins_hold_in_the_first_year_and_their_facts_never_go_unknown(tmp_path: Path) -> None:
    path = tmp_path / "margins.yaml"
    path.write_text(
        "margins:\n- of: org.place\n  numbers: {shenzhen: 600, hangzhou: 300, rest: 100}\n"
        "- of: org.size\n  numbers: {micro: 500, small: 300, medium: 100, large: 60, rest: 40}\n",
        encoding="utf-8",
    )
    tables = sample(None, 3, None, CORPUS, path, years=2)
    alone = sample(None, 3, None, CORPUS, path)
    assert tables.orgs.filter(place="shenzhen").height == 600
    assert dict(tables.orgs["size"].value_counts().iter_rows()) == {
        "micro": 500, "small": 300, "medium": 100, "large": 60, None: 40,
    }  # fmt: skip
    assert tables.orgs["place"].equals(alone.orgs["place"])
    later = years(tables, FIRST + 1)
    assert later["place"].null_count() == 0
    asked = asking(CORPUS, as_of=AS_OF, horizon=2)
    _, gaps, awards, totals = compared(tables.of(tables.orgs["org_id"].head(100)), CORPUS, asked)
    assert (gaps, awards.height, totals.height) == ((), 0, 0)


def test_a_firm_used_twice_brings_all_its_years_twice() -> None:
    sampler = Sampler(1, load_assumptions(CORPUS), CORPUS, years=2)
    drawing = sampler.draw(0)
    rows = np.repeat(np.arange(50), 2)
    twice = sampler.frames(drawing, rows, np.arange(rows.size) + 1)
    assert rows.size < BLOCK
    for name, frame in twice.items():
        odd = pl.col("org_id").str.slice(1).cast(pl.Int64) % 2 == 1
        first, second = (frame.filter(half).drop("org_id") for half in (odd, ~odd))
        assert first.equals(second), name
    assert twice[ORG_YEARS].filter(year=FIRST + 1).height == rows.size
    assert twice[ORGS].height == rows.size


def test_assumptions_without_later_years_make_one_year_only(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SHIPPED.read_text("utf-8").split("\nyears:\n")[0] + "\n", "utf-8")
    assert sample(10, 1, path, CORPUS).orgs.height == 10
    with pytest.raises(BadAssumptions) as caught:
        sample(10, 1, path, CORPUS, years=2)
    assert [one.code for one in caught.value.problems] == ["H014"]
