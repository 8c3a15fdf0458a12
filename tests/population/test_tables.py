"""Tables: every format says the same, units are exact, and a row is the profile it was."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # carries no types
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # carries no types
from hypothesis import given
from hypothesis import strategies as st

import huice
from huice import Corpus
from huice.evaluate.profiles import load_profile
from huice.population import Asked, Tables, asking, load, profile_of, schema_of
from tests.oracle import MEASURES
from tests.population.firms import profiles, tables_of

AS_OF = date(2025, 6, 30)


def asked_of(corpus: Corpus, **more: Any) -> Asked:
    return asking(corpus, as_of=AS_OF, **more)


@pytest.fixture(scope="module")
def tables(corpus: Corpus) -> Tables:
    return tables_of(profiles("tables", 75, AS_OF, MEASURES), corpus)


def same(one: Tables, other: Tables) -> bool:
    assert not other.rejects.height
    assert one.frames.keys() == other.frames.keys()
    return all(
        other.frames[name]
        .select(frame.columns)
        .with_columns(pl.col("org_id").cast(pl.Int64))
        .equals(frame)
        for name, frame in one.frames.items()
    )


@pytest.mark.parametrize("kind", ["parquet", "arrow", "csv"])
def test_what_is_written_is_read_again(
    kind: str, tables: Tables, tmp_path: Path, corpus: Corpus
) -> None:
    tables.write(tmp_path, kind)
    assert same(tables, load(tmp_path, corpus))


def test_a_table_may_come_in_parts(tables: Tables, tmp_path: Path, corpus: Corpus) -> None:
    for name, frame in tables.frames.items():
        (tmp_path / name).mkdir()
        half = frame.height // 2
        frame[:half].write_parquet(tmp_path / name / "1.parquet")
        frame[half:].write_parquet(tmp_path / name / "2.parquet")
    assert same(tables, load(str(tmp_path), corpus))


def test_a_workbook_has_a_sheet_a_table(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "firms.xlsx"
    with xlsxwriter.Workbook(path) as book:
        orgs = book.add_worksheet("orgs")
        orgs.write_row(0, 0, ["org_id", "place", "size", "revenue_yuan", "traits", "registered_on"])
        orgs.write_row(1, 0, [7, "深圳", "small", 500000.01, "ai;genai"])
        orgs.write_datetime(1, 5, date(2024, 2, 29), book.add_format({"num_format": "yyyy-mm-dd"}))
        orgs.write_row(2, 0, [8, "shenzhen"])
        contracts = book.add_worksheet("contracts")
        contracts.write_row(0, 0, ["org_id", "item", "paid_yuan"])
        contracts.write_row(1, 0, [7, "compute", "50万元"])
    tables = load(path, corpus)
    assert not tables.rejects.height
    assert tables.orgs.rows() == [
        (7, "shenzhen", "small", 50_000_001, ["ai", "genai"], date(2024, 2, 29)),
        (8, "shenzhen", None, None, None, None),
    ]
    assert tables.frames["contracts"].rows() == [(7, "compute", 50_000_000)]


def test_frames_of_other_libraries_come_through_the_arrow_interface(corpus: Corpus) -> None:
    given = {"orgs": pa.table({"org_id": [1, 2], "place": ["shenzhen", None]})}
    assert load(given, corpus).orgs.rows() == [(1, "shenzhen"), (2, None)]


def test_what_is_unknown_empty_and_listed_in_text() -> None:
    tables = load(
        {
            "orgs": pl.DataFrame(
                {
                    "org_id": ["a", "b", "c"],
                    "traits": ["-", "", "ai；genai"],
                    "records": ["-", None, "sz_key_lab@2025-01-01;sz_key_lab@2025-03-01"],
                    "contracts_listed": ["是", "FALSE", None],
                    "x_industry": ["one", "two", "three"],
                }
            )
        }
    )
    rows = tables.orgs.rows(named=True)
    assert [row["traits"] for row in rows] == [[], None, ["ai", "genai"]]
    assert [row["records"] for row in rows][:2] == [[], None]
    assert len(rows[2]["records"]) == 2
    assert [row["contracts_listed"] for row in rows] == [True, False, None]
    assert [row["x_industry"] for row in rows] == ["one", "two", "three"]


@given(st.integers(0, 10**16))
def test_money_is_exact_to_the_fen_in_every_writing(fen: int) -> None:
    yuan = f"{fen // 100}.{fen % 100:02d}"
    written = pl.DataFrame({"org_id": [1], "revenue_yuan": [yuan]})
    frames = [
        written,
        written.with_columns(pl.col("revenue_yuan").cast(pl.Decimal(20, 2))),
        pl.DataFrame({"org_id": [1], "revenue_fen": [fen]}),
        pl.DataFrame({"org_id": [1], "revenue_fen": [str(fen)]}),
    ]
    if fen <= 2**53:
        frames.append(written.with_columns(pl.col("revenue_yuan").cast(pl.Float64)))
    for frame in frames:
        tables = load({"orgs": frame})
        assert tables.orgs["revenue_fen"].to_list() == [fen], frame


def test_every_fact_of_the_vocabulary_has_its_column(corpus: Corpus) -> None:
    schema = schema_of(corpus)
    for fact in corpus.vocabulary.facts.values():
        column = schema.column_of(fact.entity, fact.key)
        assert column.meaning == fact.label
        assert (column.unit.en == "fen") == (fact.type == "money")


# --- rows ---------------------------------------------------------------------------------------------------


def test_a_row_is_the_profile_it_was(corpus: Corpus) -> None:
    """What a table says of a firm is, fact by fact, what its profile file says."""
    given_ = profiles("rows", 75, AS_OF, MEASURES)
    tables = tables_of(given_, corpus)
    for key, profile in enumerate(given_):
        own = {name: profile[name] for name in profile if name not in ("readings", "pools", "name")}
        expected = load_profile(own, corpus)
        found = profile_of(tables, key, asked_of(corpus, horizon=expected.horizon), corpus)
        assert found.org == {k: v for k, v in expected.org.items() if k != "paid_history"}
        assert (found.lists, found.decisions) == (expected.lists, expected.decisions)
        assert (found.years, found.history) == (expected.years, expected.history)


def test_a_table_that_is_not_given_is_unknown_for_every_firm(corpus: Corpus) -> None:
    firms = pl.DataFrame({"org_id": [1, 2], "contracts_listed": [None, False]}, strict=False)
    without = load({"orgs": firms}, corpus)
    assert profile_of(without, 1, asked_of(corpus), corpus).lists["contract"] is None
    empty = pl.DataFrame(schema={"org_id": pl.Int64})
    given_ = load({"orgs": firms, "contracts": empty}, corpus)
    assert profile_of(given_, 1, asked_of(corpus), corpus).lists["contract"] == ()
    assert profile_of(given_, 2, asked_of(corpus), corpus).lists["contract"] is None


def test_a_row_can_be_explained(corpus: Corpus) -> None:
    tables = load({"orgs": pl.DataFrame({"org_id": ["a"], "place": ["shenzhen"]})}, corpus)
    result = huice.evaluate(profile_of(tables, "a", asked_of(corpus), corpus), corpus)
    assert result.place == "shenzhen"
    with pytest.raises(KeyError):
        profile_of(tables, "b", asked_of(corpus), corpus)


def test_every_code_and_table_is_in_the_docs(corpus: Corpus) -> None:
    root = Path(__file__).parents[2]
    text = (root / "docs" / "population.md").read_text("utf-8")
    sources = (root / "src" / "huice" / "population").rglob("*.py")
    codes = {
        code for path in sources for code in re.findall(r'"(K\d{3})"', path.read_text("utf-8"))
    }
    assert codes == set(re.findall(r"^\| `(K\d{3})`", text, re.MULTILINE))
    assert all(f"`{name}`" in text for name in schema_of(corpus).tables)
