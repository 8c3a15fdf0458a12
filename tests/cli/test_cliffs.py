"""`huice cliffs`: the catalogue, the curve of one firm, the drawing, and what it refuses."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from huice.cli.wrapping import width
from tests.cli.conftest import Run

ANALYSIS = Path(__file__).parents[2] / "docs" / "analysis.md"
BOTH = ("--fact", "contracts[0].paid_yuan", "--fact", "contracts[0].amount_yuan")


@pytest.fixture
def buyer(tmp_path: Path) -> Path:
    """A small firm of Hangzhou with one compute contract."""
    path = tmp_path / "buyer.yaml"
    profile = {
        "as_of": "2025-06-30",
        "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small"},
        "contracts": [{"item": "compute", "amount_yuan": "40万元", "paid_yuan": "40万元"}],
    }
    path.write_text(yaml.safe_dump(profile, allow_unicode=True), encoding="utf-8")
    return path


def test_without_arguments_the_whole_corpus_is_listed(huice: Run) -> None:
    said = huice("cliffs")
    assert said.code == 0
    assert "断崖 1 处" in said.out
    assert "超过 50 万元：本企业上限由 25 万元降到 15 万元" in said.out
    assert "原文 “年申报智算合同累计金额 50 万元（含）以下的中小企业”" in said.out
    assert "不构成审批结论" in said.out


def test_losses_places_and_measures_narrow_the_list(huice: Run) -> None:
    losses = huice("cliffs", "--losses").out
    assert "断崖 1 处" in losses
    assert "到顶 超过" not in losses
    shenzhen = huice("cliffs", "--place", "深圳").out
    assert "训力券" in shenzhen
    assert "杭州算力券" not in shenzhen
    assert "没有断崖" in huice("cliffs", "--place", "深圳", "--losses").out
    one = huice("cliffs", "训力券").out
    assert "到顶 超过 2,000 万元" in one
    assert "黄埔" not in one


def test_the_curve_of_one_firm(huice: Run, buyer: Path) -> None:
    said = huice("cliffs", buyer, *BOTH, "--from", "0", "--to", "200万元")
    assert said.code == 0
    assert "范围    0 元～200 万元，精确到 0.01 元" in said.out
    assert "5 项中 1 项随之变动" in said.out
    joined = "".join(said.out.split())
    assert "少10万元（500,001元时为150,000.30元），到约833,333.33元才补回" in joined
    assert "2.5 亿元" not in said.out  # the pool lies beyond the range


def test_in_english(huice: Run, buyer: Path) -> None:
    said = huice("cliffs", buyer, *BOTH, "--lang", "en")
    joined = " ".join(said.out.split())
    assert "Cliff above 500,000 yuan: the ceiling falls from 250,000 yuan to 150,000 yuan" in joined
    assert "made up again at about 833,333.33 yuan" in joined
    assert "Why the rung no longer applies" in joined


@pytest.mark.parametrize("columns", [40, 64, 80, 110])
def test_no_line_is_wider_than_the_terminal(huice: Run, buyer: Path, columns: int) -> None:
    for lang in ("zh", "en"):
        for arguments in (("cliffs",), ("cliffs", buyer, *BOTH)):
            out = huice(*arguments, "--lang", lang, columns=columns).out
            assert max(width(line) for line in out.splitlines()) <= columns


def test_as_data(huice: Run, buyer: Path) -> None:
    whole = json.loads(huice("cliffs", "--json").out)
    assert whole["schema"] == "huice/cliffs/1"
    assert any(one["loss"] for one in whole["breaks"])
    data = json.loads(huice("cliffs", buyer, *BOTH, "--json").out)
    assert data["schema"] == "huice/curve/1"
    assert data["fact"] == "contracts[0].paid_yuan + contracts[0].amount_yuan"
    (place,) = data["places"]
    assert place["place"] == "hangzhou/other"
    assert any(one["loss"] for one in place["total"]["breaks"])


def test_an_open_place_is_shown_place_by_place(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "open.yaml"
    path.write_text("org: {kind: enterprise}\ncontracts: [{item: compute}]\nas_of: 2025-06-30\n")
    said = huice("cliffs", path, "--fact", "contracts[0].amount_yuan", "--place", "上海")
    assert "上海徐汇区" in said.out
    assert "上海其他区" in said.out
    assert "互为备选，不能相加" in said.out


@pytest.mark.parametrize("narrow", [False, True])
def test_curves_are_drawn(huice: Run, buyer: Path, tmp_path: Path, narrow: bool) -> None:
    target = tmp_path / "curve.svg"
    extra = ["--narrow"] if narrow else []
    said = huice("cliffs", buyer, *BOTH, "--svg", target, *extra)
    assert f"已画好 {target}" in said.out.replace("\n", "")
    root = ET.parse(target).getroot()  # noqa: S314  # a file of our own
    assert root.get("width") == ("390" if narrow else "760")
    again = huice("cliffs", buyer, *BOTH, "--svg", target)
    assert (again.code, "T007" in again.err) == (2, True)
    assert huice("cliffs", buyer, *BOTH, "--svg", target, "--force").code == 0


def test_the_curves_of_the_corpus_are_drawn(huice: Run, tmp_path: Path) -> None:
    target = tmp_path / "all.svg"
    assert huice("cliffs", "--svg", target).code == 0
    text = target.read_text(encoding="utf-8")
    assert "杭州算力券" in text
    assert text.count('class="title"') >= 20


@pytest.mark.parametrize(
    ("arguments", "code", "zh"),
    [
        (["--fact", "contracts[0].payd_yuan"], "U003", "是否想写“paid_yuan”"),
        (["--fact", "contracts[0].item"], "U003", "不是数字"),
        (["--fact", "contracts[0].paid_yuan", "--to", "200万"], "U006", "200万元"),
        (
            ["--fact", "contracts[0].paid_yuan", "--from", "5万元", "--to", "1万元"],
            "U006",
            "止数不小于起数",
        ),
        (["--fact", "contracts[0].paid_yuan", "--place", "杭洲"], "T006", "“杭州”？各地见"),
        ([], "T004", "这份画像里有 contracts[0].amount_yuan、contracts[0].paid_yuan"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    huice: Run, buyer: Path, arguments: list[str], code: str, zh: str
) -> None:
    said = huice("cliffs", buyer, *arguments)
    assert said.code == 2
    assert f"[{code}]" in said.err
    assert zh in said.err
    assert "Traceback" not in said.err


def test_a_fact_without_a_profile_and_a_range_without_a_curve_are_said(
    huice: Run, buyer: Path, tmp_path: Path
) -> None:
    assert "[T004]" in huice("cliffs", "--fact", "contracts[0].paid_yuan").err
    nothing = huice("cliffs", buyer, "--fact", "org.revenue_yuan", "--svg", tmp_path / "no.svg")
    assert (nothing.code, "[T012]" in nothing.err) == (2, True)
    assert not (tmp_path / "no.svg").exists()


def test_the_commands_of_the_docs_run(
    huice: Run, buyer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = ANALYSIS.read_text(encoding="utf-8").split("```sh\n")[1].split("```")[0]
    monkeypatch.chdir(buyer.parent)
    buyer.rename("profile.yaml")
    commands = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert len(commands) > 3
    for name, *arguments in commands:
        done = huice(*arguments)
        assert (name, done.code, done.err) == ("huice", 0, "")
    assert Path("voucher.svg").exists()


def test_the_example_of_the_docs_runs(buyer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = ANALYSIS.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    exec(code.replace("profile.yaml", buyer.as_posix()), {})  # noqa: S102  # our own docs
    assert "杭州算力券 (0, Fraction(1500003, 10))" in capsys.readouterr().out
