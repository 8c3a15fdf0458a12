"""Columns against rows: the same rules, two readers, no difference in any status or fen; and the test can fail."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huice import Corpus
from huice.corpus.corpus import load_corpus
from huice.evaluate.outcome import Status
from huice.language import nodes as n
from huice.population import Asked, Awards, Tables, asking, by_rows, load
from huice.population.columns import quantities, truths
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.body import BodyName
from huice.population.columns.kleene import truth_if
from huice.population.columns.measure import MeasureColumns
from huice.population.columns.run import by_columns
from tests.evaluate.mutations import mutants, with_rule
from tests.oracle import MEASURES
from tests.population.agreement import (
    AWARD,
    compared,
    differences,
    random_day,
    random_pools,
    random_readings,
)
from tests.population.anything import Draw
from tests.population.firms import profiles, tables_of

IDS = list(MEASURES)
BODIES: tuple[BodyName, ...] = ("polars", "fused")
CONSTRUCTS = sorted(
    path.parent for path in (Path(__file__).parents[1] / "constructs").glob("*/corpus.yaml")
)


def assert_agree(
    corpus: Corpus,
    seed: str,
    firms: int,
    horizon: int,
    body: BodyName = "polars",
    places: list[str] | None = None,
) -> set[str]:
    """No difference on a random population; gives the statuses that came up."""
    rng = random.Random(seed)
    as_of = random_day(rng)
    tables = tables_of(profiles(seed, firms, as_of, IDS), corpus)
    asked = asking(
        corpus,
        as_of=as_of,
        horizon=horizon,
        by_year=True,
        places=places,
        readings=random_readings(rng, corpus) if rng.random() < 0.7 else None,
        pools=random_pools(rng, corpus) if rng.random() < 0.5 else None,
    )
    rows, gaps, awards, totals = compared(tables, corpus, asked, body=body)
    assert not gaps
    assert not awards.height, awards
    assert not totals.height, totals
    return set(rows.awards["status"].unique().to_list())


@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_columns_and_rows_agree_to_the_fen(horizon: int, corpus: Corpus) -> None:
    statuses = assert_agree(corpus, f"short {horizon}", 150, horizon)
    assert {"eligible", "discretionary", "unknown", "ineligible"} <= statuses


@pytest.mark.parametrize(
    ("horizon", "place"), [(1, "shenzhen"), (2, "hangzhou/xihu"), (1, "shanghai/xuhui")]
)
def test_machine_code_and_rows_agree_to_the_fen(horizon: int, place: str, corpus: Corpus) -> None:
    """The whole corpus takes machine code in the long run; here a place each."""
    statuses = assert_agree(corpus, f"short {place}", 150, horizon, "fused", [place])
    assert {"eligible", "ineligible"} <= statuses


@pytest.mark.long
@pytest.mark.parametrize(
    ("body", "seed"), [("polars", n) for n in range(40)] + [("fused", n) for n in range(4)]
)
def test_columns_and_rows_agree_on_thousands_of_firms(
    seed: int, body: BodyName, corpus: Corpus
) -> None:
    assert_agree(corpus, f"long {seed}", 1500, 1 + seed % 3, body)


def agree_on_construct(folder: Path, seed: str, firms: int, body: BodyName) -> None:
    corpus, problems = load_corpus(folder)
    assert not problems
    rng = random.Random(f"{folder.name} {seed}")
    as_of, horizon = random_day(rng), rng.choice([1, 2, 3])
    tables = Draw(rng, corpus, as_of, rng.choice([0, 0.1, 0.3])).tables(firms, horizon)
    readings = random_readings(rng, corpus) or None
    asked = asking(corpus, as_of=as_of, horizon=horizon, by_year=True, readings=readings)
    _, gaps, awards, totals = compared(tables, corpus, asked, body=body)
    assert not gaps
    assert not awards.height, awards
    assert not totals.height, totals


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("folder", CONSTRUCTS, ids=lambda path: path.name)
def test_every_kind_of_rule_agrees(folder: Path, body: BodyName) -> None:
    agree_on_construct(folder, "short", 50, body)


@pytest.mark.long
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("folder", CONSTRUCTS, ids=lambda path: path.name)
def test_every_kind_of_rule_agrees_on_many_populations(folder: Path, body: BodyName) -> None:
    for seed in range(60 if body == "polars" else 5):  # machine code takes seconds to make
        agree_on_construct(folder, f"long {seed}", 200, body)


def test_every_measure_and_every_reading_has_columns(corpus: Corpus) -> None:
    """Nothing of the corpus is left to the evaluator of rows, under any option of any reading."""
    tables = tables_of(profiles("readings", 75, date(2025, 6, 30), IDS), corpus)
    most = max(len(one.options) for m in corpus.measures for one in m.readings)
    for turn in range(most):
        readings = {
            measure.id: {
                one.id: one.options[min(turn, len(one.options) - 1)].name
                for one in measure.readings
            }
            for measure in corpus.measures
            if measure.readings
        }
        asked = asking(corpus, as_of=date(2025, 6, 30), readings=readings)
        _, gaps, awards, totals = compared(tables, corpus, asked)
        assert (gaps, awards.height, totals.height) == ((), 0, 0)


def test_a_measure_that_columns_cannot_say_is_named_and_takes_the_way_of_rows(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: dict[Any, Any] = quantities.QUANTITIES
    monkeypatch.delitem(readers, n.Months)
    as_of = date(2025, 6, 30)
    tables = tables_of(profiles("gap", 150, as_of, IDS), corpus)
    asked = asking(corpus, as_of=as_of, by_year=True)
    rows, gaps, awards, totals = compared(tables, corpus, asked)
    assert {gap.measure for gap in gaps} == {"guangzhou/huangpu-park-rent"}
    assert {(gap.node, gap.why) for gap in gaps} == {("Months", "no column form of Months")}
    assert "guangzhou/huangpu-park-rent was computed row by row" in gaps[0].text.en
    assert rows.awards.height > 0
    assert (awards.height, totals.height) == (0, 0)


# --- the test can fail ------------------------------------------------------------------------------------


def seen(id_: str, changed: Corpus, corpus: Corpus) -> bool:
    """Whether rows of the rule as it is and columns of the changed one differ."""
    pools = {id_: {"remaining_yuan": 1000} for id_ in corpus.pools}
    for turn, as_of in enumerate([date(2025, 6, 30), date(2024, 3, 15), date(2026, 1, 10)]):
        tables = tables_of(profiles(f"seen {id_} {turn}", 100, as_of, [id_]), corpus)
        asked = asking(corpus, as_of=as_of, horizon=3 - turn, measures=[id_], pools=pools)
        _, _, awards, _ = compared(tables, corpus, asked, changed)
        if awards.height:
            return True
    return False


@pytest.mark.parametrize(
    ("id_", "fault"),
    [
        ("hangzhou/compute-voucher", "pays: number Literal(text='30%'"),
        ("hangzhou/compute-voucher", "pays: bound Compare(op='<='"),
        ("shenzhen/training-voucher", "limits: period Limit("),
        ("shenzhen/returnee-startup", "requires: bound Elapsed("),
        ("beijing/etown-industry-model-award", "requires: bound Compare(op='>='"),
        ("beijing/mtg-compute", "run: any"),
        ("guangzhou/huangpu-cloud-model-voucher", "without its pool"),
    ],
)
def test_a_fault_put_into_a_rule_is_seen(id_: str, fault: str, corpus: Corpus) -> None:
    found = [rule for name, rule in mutants(corpus.measure(id_)) if name.startswith(fault)]
    assert found
    assert all(seen(id_, with_rule(corpus, id_, rule), corpus) for rule in found)


@pytest.mark.long
@pytest.mark.parametrize("id_", IDS[::6])
def test_hardly_a_fault_in_a_rule_goes_unseen(id_: str, corpus: Corpus) -> None:
    found = list(mutants(corpus.measure(id_)))
    unseen = [name for name, rule in found if not seen(id_, with_rule(corpus, id_, rule), corpus)]
    assert len(unseen) <= len(found) / 5, unseen


@contextmanager
def patched(where: Any, name: Any, value: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(where, dict):
            patch.setitem(where, name, value)
        else:
            patch.setattr(where, name, value)
        yield


def _uncapped(*given: Any) -> Any:
    return given[3]


def _never(*_: Any) -> bool:
    return False


def _high_only(to: Any, node: Any, at: Any) -> Any:
    """A fact that is unknown taken for nothing."""
    found = quantities.fact(to, node, at)
    return r.Interval(found.low, r.null_as_zero(found.high))


def _unknown_is_false(to: Any, node: Any, at: Any) -> Any:
    return truth_if(truths.is_(to, node, at))


def _last_sum(to: Any, node: Any, at: Any) -> Any:
    return to.quantity(node.options[-1], at)


def _cut_up(one: Any) -> Any:
    return w.add(_CUT(one), w.ONE)


_CUT: Callable[[Any], Any] = r.cut_fen
FAULTS: dict[str, tuple[Any, Any, Any]] = {
    "and is or": (truths.TRUTHS, n.And, truths.or_),
    "or is and": (truths.TRUTHS, n.Or, truths.and_),
    "unknown is false": (truths.TRUTHS, n.Is, _unknown_is_false),
    "unknown is nothing": (quantities.QUANTITIES, n.Fact, _high_only),
    "the last of several sums": (quantities.QUANTITIES, n.Choice, _last_sum),
    "no cap cuts": (MeasureColumns, "_capped", _uncapped),
    "no pool": (MeasureColumns, "_from_pool", lambda _self, _at, low, high, _pays: (low, high)),
    "history is forgotten": (MeasureColumns, "_spent", _never),
    "a base of 0 counts": (MeasureColumns, "_without_base", _never),
    "decisions on amounts are lost": (MeasureColumns, "_approved", lambda _self, _s, low, high: (low, high)),
    "a fen too much": (r, "cut_fen", _cut_up),
}  # fmt: skip


Evidence = tuple[Tables, Asked, Awards]


@pytest.fixture(scope="module")
def evidence(corpus: Corpus) -> Evidence:
    """Firms to which the measures of two cities mostly apply, and what rows give them."""
    as_of = date(2025, 6, 30)
    asked = asking(corpus, as_of=as_of, places=["shenzhen", "hangzhou"])
    ids = [one.id for one in asked.measures]
    tables = tables_of(profiles("faults", 300, as_of, ids), corpus)
    return tables, asked, by_rows(tables, corpus, asked)


def differ(evidence: Evidence, corpus: Corpus) -> bool:
    tables, asked, rows = evidence
    columns, _ = by_columns(tables, corpus, asked)
    return differences(rows.awards, columns.awards, AWARD).height > 0


def test_the_columns_as_they_are_pass(evidence: Evidence, corpus: Corpus) -> None:
    assert not differ(evidence, corpus)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_put_into_the_columns_is_seen(
    fault: str, evidence: Evidence, corpus: Corpus
) -> None:
    with patched(*FAULTS[fault]):
        assert differ(evidence, corpus)


def test_all_five_statuses_come_up(corpus: Corpus) -> None:
    as_of = date(2026, 6, 30)
    tables = tables_of(profiles("statuses", 150, as_of, IDS), corpus)
    rows = by_rows(tables, corpus, asking(corpus, as_of=as_of))
    assert set(rows.awards["status"].unique().to_list()) == {status.value for status in Status}


def test_what_is_kept_with_the_tables_answers_no_other_question(corpus: Corpus) -> None:
    """The same tables asked for other days, readings and measures give what fresh tables give."""
    tables = tables_of(profiles("kept", 75, date(2025, 6, 30), IDS), corpus)
    for as_of, horizon in [(date(2025, 6, 30), 1), (date(2024, 2, 29), 2), (date(2026, 1, 5), 1)]:
        for places in (["shenzhen"], None):
            asked = asking(corpus, as_of=as_of, horizon=horizon, places=places)
            once, _ = by_columns(tables, corpus, asked)
            again, _ = by_columns(tables, corpus, asked)
            fresh, _ = by_columns(load(tables.frames, corpus), corpus, asked)
            assert once.awards.equals(fresh.awards)
            assert again.totals.equals(fresh.totals)
