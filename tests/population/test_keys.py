"""Keys get one type for the whole population, by the types of their columns: cut into fragments or not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.population import Simulation, load, simulate

AS_OF = date(2025, 6, 30)
BY = ["table", "row", "code", "value"]


def tables(keys: pl.Series, children: pl.Series) -> dict[str, pl.DataFrame]:
    """Firms of these keys, and contracts."""
    return {
        "orgs": pl.DataFrame({"org_id": keys, "place": ["shenzhen"] * len(keys)}),
        "contracts": pl.DataFrame({"org_id": children, "paid_fen": [5] * len(children)}),
    }


def both(
    given: dict[str, pl.DataFrame], corpus: Corpus, folder: Path, firms: int
) -> tuple[Simulation, Simulation]:
    """Read as a whole, and a fragment at a time: alike in all."""
    (folder / "firms").mkdir()
    for name, frame in given.items():
        frame.write_parquet(folder / "firms" / f"{name}.parquet")
    asked: dict[str, Any] = {"as_of": AS_OF, "measures": ["shenzhen/training-voucher"]}
    found = [
        simulate(folder / "firms", corpus, **asked, firms=n, out=folder / f"out{n}", replace=True)
        for n in (firms, 1000)
    ]
    cut, whole = found
    assert cut.summary == whole.summary
    assert cut.counts == whole.counts
    assert cut.rejects.sort(BY).equals(whole.rejects.sort(BY))
    assert cut.totals.schema == whole.totals.schema
    assert cut.totals.sort("org_id").equals(whole.totals.sort("org_id"))
    return cut, whole


def floats(*values: float | None) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64)


def test_floats_that_are_whole_in_one_fragment_and_not_in_the_next(
    corpus: Corpus, tmp_path: Path
) -> None:
    """Numbers in the first, text in the second: their parts could not be put together (`T099`)."""
    given = tables(floats(1, 2, 3, 4.5), floats(1, 3, 4.5))
    cut, _ = both(given, corpus, tmp_path, 2)
    assert cut.totals["org_id"].to_list() == [1, 2, 3]
    assert cut.rejects.select("table", "row", "code", "value").sort("table").rows() == [
        ("contracts", 3, "K023", "4.5"),
        ("orgs", 4, "K023", "4.5"),
    ]
    (one, *_) = cut.problems()
    assert "浮点数" in one.text.zh
    assert "not a whole number" in one.text.en


def test_firms_and_contracts_meet_whatever_their_parts_look_like(
    corpus: Corpus, tmp_path: Path
) -> None:
    """Of two parts of one table the first became numbers and the second text, `1` and `1.0`."""
    (tmp_path / "contracts").mkdir()
    given = tables(floats(1, 2), floats(1))
    given["orgs"].write_parquet(tmp_path / "orgs.parquet")
    for number, keys in enumerate((floats(1, 2), floats(1, 2.5))):
        frame = pl.DataFrame({"org_id": keys, "paid_fen": [5] * len(keys)})
        frame.write_parquet(tmp_path / "contracts" / f"{number}.parquet")
    found = load(tmp_path, corpus)
    assert found.frames["contracts"]["org_id"].to_list() == [1, 2, 1]
    assert found.rejects.select("file", "row", "code").rows() == [
        ("contracts/1.parquet", 2, "K023")
    ]


def test_firms_in_whole_numbers_and_contracts_in_floats_are_streamed(
    corpus: Corpus, tmp_path: Path
) -> None:
    """As a program writes them whose column had a gap."""
    given = tables(pl.Series([1, 2, 3, 4]), floats(1, 1, None, 4, float("nan"), 9, 2**53))
    cut, _ = both(given, corpus, tmp_path, 2)
    assert cut.totals["org_id"].to_list() == [1, 2, 3, 4]
    codes = cut.rejects.sort("row").select("row", "code").rows()
    assert codes == [(3, "K001"), (5, "K001"), (6, "K003"), (7, "K023")]


def test_text_with_spaces_around_meets_in_fragments_too(corpus: Corpus, tmp_path: Path) -> None:
    """Read as a whole they met, in fragments they did not."""
    given = tables(pl.Series(["a", " b", "c ", " "]), pl.Series(["a ", "b", " c", ""]))
    cut, _ = both(given, corpus, tmp_path, 1)
    assert cut.totals["org_id"].to_list() == ["a", "b", "c"]
    assert cut.counts["contracts"].kept == 3


@pytest.mark.parametrize("dtype", [pl.UInt64, pl.Int128])
def test_whole_numbers_beyond_64_bits_are_no_missing_keys(dtype: Any, corpus: Corpus) -> None:
    """They were told to have no key."""
    keys = pl.Series([1, 2**63, 2**64 - 1], dtype=dtype)
    found = load(tables(keys, keys), corpus)
    assert found.rejects.height == 0
    assert found.orgs["org_id"].to_list() == [str(key) for key in keys]
    assert found.frames["contracts"]["org_id"].to_list() == [str(key) for key in keys]


def test_decimals_are_numbers(corpus: Corpus, tmp_path: Path) -> None:
    keys = pl.Series([Decimal("1.00"), Decimal("2.00"), Decimal("2.50")], dtype=pl.Decimal(20, 2))
    cut, _ = both(tables(keys, pl.Series([1, 2, 2])), corpus, tmp_path, 2)
    assert cut.totals["org_id"].to_list() == [1, 2]
    assert cut.rejects["code"].to_list() == ["K023"]


KEYS = st.one_of(
    st.none(),
    st.sampled_from([0.5, float("nan"), float("inf"), -0.0, 2.0**53, -3.0]),
    st.integers(0, 9).map(float),
)


@settings(max_examples=30, deadline=None)
@given(
    keys=st.lists(KEYS, min_size=1, max_size=12),
    children=st.lists(KEYS, max_size=12),
    firms=st.integers(1, 5),
)
def test_fragments_find_what_the_whole_finds(
    keys: list[float | None],
    children: list[float | None],
    firms: int,
    corpus: Corpus,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    both(tables(floats(*keys), floats(*children)), corpus, tmp_path_factory.mktemp("keys"), firms)
