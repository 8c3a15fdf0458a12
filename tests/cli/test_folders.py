"""Folders of results from the command line: refused, replaced, read again; the size of a fragment."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from huice.cli.options import DEFAULT_FRAGMENT, MOST_FRAGMENT
from huice.population.results import LIST, parts_of
from huice.population.slices import FIRMS, MOST_FIRMS
from tests.cli.conftest import Run
from tests.population.folders import contents, told

DRAFT = Path(__file__).parents[1] / "population" / "draft.yaml"


@pytest.fixture
def firms(tmp_path: Path) -> Path:
    (tmp_path / "firms").mkdir()
    orgs = pl.DataFrame({"org_id": [f"f{n}" for n in range(30)], "place": "shenzhen"})
    orgs.write_csv(tmp_path / "firms" / "orgs.csv")
    return tmp_path / "firms"


def test_huice_simulate_refuses_and_replaces(huice: Run, firms: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("simulate", firms, "--as-of", "2025-06-30", "--place", "深圳", "-o", out)
    assert huice(*words).code == 0
    before = contents(out)
    for lang, said in (
        ("zh", "加 --force 换掉它们（其他文件不动）"),
        ("en", "add --force to replace them"),
    ):
        refused = huice(*words, "--lang", lang)
        assert (refused.code, "[T007]" in refused.err) == (2, True)
        assert said in refused.err
        assert str(out) in refused.err
        assert refused.out == ""
    assert contents(out) == before
    assert huice(*words, "--force", "--json", "--years", "2").code == 0
    assert told(out)["question"]["years"] == [2025, 2026]
    (out / "places.parquet").write_bytes(b"mine")
    (out / LIST).unlink()
    refused = huice(*words, "--force", "--lang", "en")
    assert "[T007]" in refused.err
    assert "it is left alone: move it away" in refused.err
    assert (out / "places.parquet").read_bytes() == b"mine"


def test_the_size_of_a_fragment_is_asked_for_and_checked(huice: Run, tmp_path: Path) -> None:
    (tmp_path / "firms").mkdir()
    many = pl.DataFrame({"org_id": range(250), "place": "shenzhen"})
    many.write_parquet(tmp_path / "firms" / "orgs.parquet")
    words = ("--as-of", "2025-06-30", "--fragment")
    out = tmp_path / "out"
    run_ = huice("simulate", tmp_path / "firms", *words, "100", "--place", "深圳", "-o", out)
    assert run_.code == 0
    assert [pl.read_parquet(path).height for path in parts_of(out, "totals")] == [100, 100, 50]
    one, other = (
        huice("reform", DRAFT, tmp_path / "firms", *words, size, "--json").out
        for size in ("100", "1000")
    )
    assert json.loads(one) == json.loads(other)
    for verb in (("simulate",), ("reform", DRAFT)):
        for size in ("99", "10000001", "many"):
            bad = huice(*verb, tmp_path / "firms", *words, size)
            assert (bad.code, "[T004]" in bad.err, "--fragment" in bad.err) == (2, True, True)


def test_huice_pools_reads_the_folder_and_refuses_half_of_one(
    huice: Run, firms: Path, tmp_path: Path
) -> None:
    out, file = tmp_path / "out", tmp_path / "awards.parquet"
    for target in (out, file):
        assert huice("simulate", firms, "--as-of", "2025-06-30", "--place", "深圳", "--by-year",
                     "-o", target).code == 0  # fmt: skip
    asked = ("--pool", "shenzhen/training-voucher", "--runs", "0", "--json")
    of_folder, of_file = (json.loads(huice("pools", one, *asked).out) for one in (out, file))
    assert of_folder == of_file
    (out / LIST).unlink()
    half = huice("pools", out, *asked, "--lang", "en")
    assert (half.code, "[T008]" in half.err) == (2, True)
    assert f"there is no list {LIST}" in half.err


def test_the_option_says_what_python_does() -> None:
    """The command line does not load tables for its help, so it states the numbers itself."""
    assert (DEFAULT_FRAGMENT, MOST_FRAGMENT) == (FIRMS, MOST_FIRMS)
