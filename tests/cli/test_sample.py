"""`huice sample`: a folder of tables, told in both languages; nothing is overwritten unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from huice.population import load
from huice.population.sample.file import SHIPPED
from tests.cli.conftest import Run

MARGINS = "margins:\n- of: org.place\n  numbers: {shenzhen: 30, hangzhou/xihu: 20, rest: 10}\n"


def test_a_population_is_written_and_told(huice: Run, tmp_path: Path) -> None:
    told = huice("sample", "--orgs", "40", "--seed", "5", "-o", tmp_path / "p")
    assert told.code == 0
    assert "合成人口：40 家" in told.out
    assert "不代表任何企业，也不是统计" in told.out
    assert f"huice simulate {tmp_path / 'p'} --as-of 2025-06-30" in told.out
    tables = load(tmp_path / "p")
    assert tables.orgs.height == 40
    assert tables.rejects.height == 0
    about = json.loads((tmp_path / "p" / "sample.json").read_text("utf-8"))
    assert (about["orgs"], about["seed"], about["as_of"]) == (40, 5, "2025-06-30")


def test_several_years_are_written_and_the_next_command_says_so(huice: Run, tmp_path: Path) -> None:
    told = huice("sample", "--orgs", "40", "--seed", "5", "--years", "3", "-o", tmp_path / "p")
    assert told.code == 0
    assert f"huice simulate {tmp_path / 'p'} --as-of 2025-06-30 --years 3" in told.out
    years = load(tmp_path / "p").frames["org_years"]["year"]
    assert set(years.unique()) == {2025, 2026, 2027}
    assert json.loads((tmp_path / "p" / "sample.json").read_text("utf-8"))["years"] == 3
    found = huice("simulate", tmp_path / "p", "--as-of", "2025-06-30", "--years", "3", "--by-year")
    assert found.code == 0


def test_it_is_told_what_part_of_all_applicants_a_sample_is(huice: Run, tmp_path: Path) -> None:
    told = huice("sample", "--orgs", "50", "-o", tmp_path / "p", "--lang", "en", columns=200)
    assert "The assumptions describe some 200,000 applicants, and here are 50" in told.out
    assert "multiply sums by 4000 to compare them" in told.out
    about = json.loads((tmp_path / "p" / "sample.json").read_text("utf-8"))
    assert (about["stands_for"], about["weight"]) == (200_000, "4000")
    path = tmp_path / "margins.yaml"
    path.write_text(MARGINS, encoding="utf-8")
    told = huice("sample", "--margins", path, "-o", tmp_path / "q", "--json")
    assert json.loads(told.out)["weight"] is None


def test_what_is_there_is_not_overwritten(huice: Run, tmp_path: Path) -> None:
    kept = tmp_path / "p" / "notes.txt"
    assert huice("sample", "--orgs", "3", "-o", tmp_path / "p").code == 0
    kept.write_text("mine", encoding="utf-8")
    told = huice("sample", "--orgs", "4", "-o", tmp_path / "p")
    assert told.code == 2
    assert "[T007]" in told.err
    assert load(tmp_path / "p").orgs.height == 3
    assert (
        huice("sample", "--orgs", "4", "-o", tmp_path / "p", "--format", "csv", "--force").code == 0
    )
    assert load(tmp_path / "p").orgs.height == 4
    assert kept.read_text("utf-8") == "mine"


def test_margins_are_met_and_told(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "margins.yaml"
    path.write_text(MARGINS, encoding="utf-8")
    told = huice("sample", "--margins", path, "-o", tmp_path / "p", "--lang", "en", columns=100)
    assert told.code == 0
    assert "A synthetic population: 60 firms" in told.out
    assert "Hangzhou, Xihu District" in told.out
    places = load(tmp_path / "p").orgs["place"].to_list()
    assert (places.count("shenzhen"), places.count("hangzhou/xihu")) == (30, 20)


def test_as_json_it_is_data(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "margins.yaml"
    path.write_text(MARGINS, encoding="utf-8")
    told = huice("sample", "--margins", path, "--orgs", "6", "-o", tmp_path / "p", "--json")
    data = json.loads(told.out)
    assert data["schema"] == "huice/sample/1"
    assert data["tables"]["orgs"] == data["orgs"] == 6
    assert [group["got"] for group in data["fit"]["groups"]] == [3, 2, 1]
    assert data["fit"]["groups"][0]["group"] == {"org.place": "shenzhen"}


def test_the_assumptions_can_be_copied_changed_and_used(huice: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    assert huice("sample", "--write-assumptions", mine).code == 0
    assert mine.read_bytes() == SHIPPED.read_bytes()
    assert huice("sample", "--write-assumptions", mine).code == 2
    mine.write_text(
        mine.read_text("utf-8").replace("as_of: 2025-06-30", "as_of: 2026-03-01"), "utf-8"
    )
    told = huice("sample", "--orgs", "5", "--assumptions", mine, "-o", tmp_path / "p")
    assert "申报日 2026-03-01" in told.out


BAD = [
    ([], "[T002]", "缺少 -o FOLDER"),
    (["-o", "p", "--format", "xlsx"], "[T004]", "parquet 或 csv"),
    (["-o", "p", "--orgs", "0"], "[T004]", "--orgs"),
    (["-o", "p", "--years", "0"], "[T004]", "--years"),
    (["-o", "p", "--assumptions", "none.yaml"], "[F001]", "没有这个文件"),
    (["-o", "p", "--margins", "none.yaml"], "[F001]", "没有这个文件"),
    (["-o", "file.txt"], "[T008]", "不是文件夹"),
]


@pytest.mark.parametrize(("typed", "code", "says"), BAD)
def test_what_is_wrong_is_told(
    huice: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    typed: list[str], code: str, says: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("", encoding="utf-8")
    told = huice("sample", *typed)
    assert told.code == 2
    assert code in told.err
    assert says in told.err
    assert not (tmp_path / "p").exists()
