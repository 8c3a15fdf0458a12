"""`huice report`: one file in any format, a folder of clients as one workbook."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]  # carries no types
import pytest

import huice as package
from huice import Corpus
from huice.reports import FORMATS
from tests.cli.conftest import Run
from tests.reports.reading import formats


@pytest.mark.parametrize("name", formats(*FORMATS))
def test_the_ending_decides_the_format(
    huice: Run, firm: Path, tmp_path: Path, name: str, corpus: Corpus
) -> None:
    target = tmp_path / f"out.{name}"
    said = huice("report", firm, "-o", target)
    assert said.code == 0, said.err
    assert f"已写好 {target}" in said.out.replace("\n", "")
    result = package.evaluate(firm, corpus)
    comparison = package.compare(firm, corpus) if name in {"xlsx", "docx", "pdf"} else None
    assert target.read_bytes() == FORMATS[name].render(result, comparison)


def test_a_folder_of_clients_is_one_workbook(huice: Run, firm: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clients"
    folder.mkdir()
    for name in ("甲公司", "乙公司"):
        text = firm.read_text("utf-8").replace("甲公司", name)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    open_place = "name: 丙公司\nas_of: 2025-06-30\norg: {kind: enterprise}\n"
    (folder / "丙公司.yml").write_text(open_place, encoding="utf-8")
    (folder / "notes.txt").write_text("not a profile", encoding="utf-8")
    target = tmp_path / "out.xlsx"
    said = huice("report", folder, "-o", target, "--json")
    assert said.code == 0
    told = json.loads(said.out)
    assert told["format"] == "xlsx"
    assert [one["name"] for one in told["results"]].count("丙公司") == 13
    sheet = openpyxl.load_workbook(BytesIO(target.read_bytes()))["客户"]
    names = [row[0].value for row in sheet.iter_rows(min_row=5)]
    assert len(names) == 15
    assert set(names) == {"甲公司", "乙公司", "丙公司"}


def test_several_places_make_a_workbook_only(huice: Run, firm: Path, tmp_path: Path) -> None:
    assert huice("report", firm, "--place", "上海", "-o", tmp_path / "out.xlsx").code == 0
    said = huice("report", firm, "--place", "上海", "-o", tmp_path / "out.docx")
    assert said.code == 2
    assert "[T004]" in said.err
    assert ".xlsx" in said.err
    assert not (tmp_path / "out.docx").exists()


def test_english_and_another_place(huice: Run, firm: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    said = huice("report", firm, "--place", "上海徐汇区", "-o", target, "--lang", "en")
    assert said.code == 0
    assert "CSV table" in said.out
    assert target.read_text("utf-8-sig").startswith("id,measure,")


def test_a_file_is_not_overwritten_unasked(huice: Run, firm: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("mine", encoding="utf-8")
    said = huice("report", firm, "-o", target)
    assert said.code == 2
    assert "[T007]" in said.err
    assert target.read_text("utf-8") == "mine"
    assert huice("report", firm, "-o", target, "--force").code == 0
    assert target.read_text("utf-8-sig") != "mine"


def test_faults_of_all_profiles_are_told_together(huice: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("org: {plce: x}\n", encoding="utf-8")
    said = huice("report", tmp_path, "-o", tmp_path / "out.xlsx")
    assert said.code == 2
    assert "a.yaml:1:" in said.err
    assert "b.yaml:1:" in said.err
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["-o", "out.doc"], "T004"), (["-o", "out.pdf", "--code", "91110000802100433C"], "T011")],
)
def test_what_is_typed_wrong_is_said(
    huice: Run, firm: Path, tmp_path: Path, arguments: list[str], code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    said = huice("report", firm, *arguments)
    assert said.code == 2
    assert f"[{code}]" in said.err


def test_an_empty_folder_is_said(huice: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    said = huice("report", empty, "-o", tmp_path / "out.xlsx")
    assert said.code == 2
    assert "[T008]" in said.err
