"""Figures beyond 64 bits: the firm is named and set aside, all others stay exact, sums over firms too."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from huice import Corpus
from huice.language import nodes as n
from huice.population import Tables, asking, by_rows, load, simulate
from huice.population.beyond import LARGEST, Beyond
from huice.population.columns import truths
from huice.population.results import write_readable
from huice.population.summary import EMPTY, Summary
from tests.population.agreement import AWARD, TOTAL

AS_OF = date(2025, 6, 30)
SPACE, PLACE = "beijing/mtg-free-space", "beijing/mentougou"
"""A measure that gives the whole cost of premises, without a cap."""
MOST = 10**16
"""Fen: the most that one amount may be."""


def population(corpus: Corpus, costs: dict[str, list[int]]) -> Tables:
    """Firms with premises of these costs in fen."""
    orgs = pl.DataFrame({"org_id": list(costs), "place": PLACE, "kind": "enterprise"})
    rows = [(key, cost) for key, many in costs.items() for cost in many]
    premises = pl.DataFrame(rows, {"org_id": pl.String, "cost_fen": pl.Int64}, orient="row")
    return load({"orgs": orgs, "premises": premises}, corpus)


ABSURD = {"a": [5], "b": [MOST] * 1000, "c": [MOST] * 900}
"""1,000 times the most is more than 64 bits hold, 900 times is not."""


def test_rows_name_the_firm_and_the_measure(corpus: Corpus) -> None:
    asked = asking(corpus, as_of=AS_OF, measures=[SPACE])
    with pytest.raises(Beyond) as caught:
        by_rows(population(corpus, ABSURD), corpus, asked)
    assert {key: fen for key, (_, fen) in caught.value.firms.items()} == {"b": 1000 * MOST}
    title = corpus.measure(SPACE).title
    zh, en = caught.value.text.zh, caught.value.text.en
    assert zh.startswith(
        "企业 b 的“‘算法创客空间’免费入住”算出 1,000,000,000 亿元，超过能精确记录的 922,337,203 亿元"
    )
    assert title["en"] in en
    assert "of the firm b comes to" in en


def set_aside(found: Any, corpus: Corpus, **asked: Any) -> None:
    """Firm b is gone with all that is its own, and told; the figures of the others are those of the rows."""
    assert found.firms == 2
    rejected = found.rejects.group_by("table", "org_id", "code").len().sort("table").rows()
    assert rejected == [("orgs", "b", "K022", 1), ("premises", "b", "K020", 1000)]
    assert (found.counts["orgs"].kept, found.counts["premises"].rejected) == (2, 1000)
    (problem,) = found.problems()
    assert problem.render("en").startswith("[K022] orgs: “")
    others = population(corpus, {key: ABSURD[key] for key in "ac"})
    rows = by_rows(others, corpus, asking(corpus, as_of=AS_OF, **asked))
    assert found.awards.sort(AWARD).equals(rows.awards.sort(AWARD))
    assert found.totals.sort(TOTAL).equals(rows.totals.sort(TOTAL))
    assert found.awards["ceiling_fen"].max() == 900 * MOST


def test_a_measure_that_takes_the_way_of_rows_sets_the_firm_aside(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: dict[Any, Any] = truths.TRUTHS
    monkeypatch.delitem(readers, n.Elapsed)
    seen: list[tuple[int, int]] = []
    found = simulate(
        population(corpus, ABSURD), corpus, as_of=AS_OF, measures=[SPACE], firms=2,
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    assert [gap.measure for gap in found.gaps] == [SPACE]
    assert max(seen) == (3, 3)
    set_aside(found, corpus, measures=[SPACE])


def test_sums_over_many_firms_stay_exact(tmp_path: Path) -> None:
    """A sum beyond 64 bits was an error of the frame (`T099`)."""
    row = (2, 0, 0, 0, 0, LARGEST, LARGEST, 2, 2, 0)
    one = Summary({("shenzhen", "shenzhen/x", None): row}, {"shenzhen": row})
    found = EMPTY.merged(one).merged(one)
    for frame in (found.cost_frame(), found.cost_frame(by_city=True), found.place_frame()):
        assert frame.select("eligible", "certain_fen", "ceiling_fen").rows() == [
            (4, 2 * LARGEST, 2 * LARGEST)
        ]
        assert frame.schema["eligible"] == pl.Int64
        write_readable(frame, tmp_path / "x.parquet")
        assert int(pl.read_parquet(tmp_path / "x.parquet")["certain_fen"][0]) == 2 * LARGEST
    assert one.cost_frame().schema["certain_fen"] == pl.Int64


@pytest.mark.parametrize("by_year", [False, True])
def test_columns_set_the_firm_aside(by_year: bool, corpus: Corpus) -> None:
    """128 bits cannot be counted by numpy, nor be a figure of 64 (`T099`)."""
    asked: dict[str, Any] = {"places": [PLACE], "by_year": by_year}
    found = simulate(population(corpus, ABSURD), corpus, as_of=AS_OF, **asked)
    assert found.gaps == ()
    set_aside(found, corpus, **asked)


def test_bounds_beyond_64_bits_with_figures_within(corpus: Corpus) -> None:
    """Many small amounts of one firm and a large one of another: no figure of any is large."""
    tables = population(corpus, {"a": [5] * 1000, "b": [MOST]})
    found = simulate(tables, corpus, as_of=AS_OF, places=[PLACE])
    rows = by_rows(tables, corpus, found.asked)
    assert found.rejects.height == 0
    assert found.awards.sort(AWARD).equals(rows.awards.sort(AWARD))
    assert found.totals.sort(TOTAL).equals(rows.totals.sort(TOTAL))


@pytest.mark.parametrize("streamed", [False, True])
def test_from_files_it_is_the_same(streamed: bool, corpus: Corpus, tmp_path: Path) -> None:
    tables = population(corpus, ABSURD)
    tables.write(tmp_path / "firms")
    found = simulate(
        tmp_path / "firms", corpus, as_of=AS_OF, places=[PLACE], firms=2 if streamed else 10,
        out=tmp_path / "out",
    )  # fmt: skip
    set_aside(found, corpus, places=[PLACE])
    assert "K022" in (tmp_path / "out" / "rejects.csv").read_text("utf-8")
