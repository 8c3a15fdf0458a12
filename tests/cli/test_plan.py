"""`huice plan`: problems and profiles, both languages, every width, data, the drawing, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from huice.cli.wrapping import width
from tests.cli.conftest import Run

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "plan.yaml"
SME = "vertical-sme-hangzhou-480k"


def test_a_problem_gives_the_plan_its_proof_and_the_places(huice: Run) -> None:
    said = huice("plan", EXAMPLE)
    assert (said.code, said.err) == (0, "")
    for part in (
        "规划 2025–2029 年",
        "目标值    225 万元",
        "已证明最优",
        "用精确分数核对过",
        "广州海珠区",
        "杭州算力券",
        "各地",
    ):
        assert part in said.out


def test_a_profile_alone_poses_the_usual_problem(huice: Run, profiles: dict[str, Path]) -> None:
    said = huice(
        "plan", profiles[SME], "--years", "3", "--objective", "ceiling", "--stacking", "stated"
    )
    assert (said.code, said.err) == (0, "")
    assert "规划 2025–2027 年" in said.out
    assert "只按原文" in said.out
    five = huice("plan", profiles[SME])
    assert "规划 2025–2029 年" in five.out


def test_english(huice: Run, profiles: dict[str, Path]) -> None:
    said = huice("plan", EXAMPLE, "--lang", "en", "--all")
    assert (said.code, said.err) == (0, "")
    assert "proved best: no plan gives a fen more" in said.out
    assert not [sign for sign in said.out.replace("云帆智能", "") if "\u4e00" <= sign <= "\u9fff"]
    assert huice("plan", profiles[SME], "--lang", "en").code == 0


@pytest.mark.parametrize("columns", [40, 60, 80, 110])
def test_no_line_is_wider_than_the_terminal(
    huice: Run, profiles: dict[str, Path], columns: int
) -> None:
    for arguments in (
        ("plan", EXAMPLE, "--all"),
        ("plan", profiles[SME], "--lang", "en", "--stacking", "prudent"),
    ):
        said = huice(*arguments, columns=columns)
        assert said.code == 0
        assert all(width(line) <= columns for line in said.out.splitlines()), max(
            said.out.splitlines(), key=width
        )


def test_data(huice: Run) -> None:
    told = json.loads(huice("plan", EXAMPLE, "--json").out)
    assert told["schema"] == "huice/plan/1"
    assert told["objective"]["value_yuan"] == "2250000"
    assert told["proof"]["proved"] is told["proof"]["exact"] is True
    assert [place["status"] for place in told["places"]].count("chosen") == 1


def test_the_drawing(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.svg"
    assert huice("plan", EXAMPLE, "--svg", path).code == 0
    assert path.read_text(encoding="utf-8").startswith("<svg")
    again = huice("plan", EXAMPLE, "--svg", path)
    assert again.code == 2
    assert "T007" in again.err
    assert huice("plan", EXAMPLE, "--svg", path, "--force", "--narrow").code == 0


def test_from_stdin(huice: Run) -> None:
    said = huice("plan", "-", typed=EXAMPLE.read_text(encoding="utf-8"))
    assert "225 万元" in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("plan", "none.yaml"), "F001", "没有这个文件"),
        (("plan", EXAMPLE, "--objective", "most"), "T004", "certain、ceiling"),
        (("plan", EXAMPLE, "--stacking", "strict"), "T004", "stated、prudent"),
        (("plan", EXAMPLE, "--time-limit", "0"), "T004", "秒数"),
        (("plan", EXAMPLE, "--years", "9"), "T004", "1–5"),
        (("plan", EXAMPLE, "--years", "3"), "T004", "题目里已有 years"),
    ],
)
def test_what_it_refuses(
    huice: Run, arguments: tuple[str | Path, ...], code: str, part: str
) -> None:
    said = huice(*arguments)
    assert said.code == 2
    assert f"[{code}]" in said.err
    assert part in said.err
    english = huice(*arguments, "--lang", "en")
    assert "Traceback" not in english.err
    assert f"[{code}]" in english.err


def test_no_plan_is_said_with_its_cause(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "profile: {as_of: 2025-06-30, org: {kind: university}}\nplaces: [shenzhen]\n"
        "measures: {must: [hangzhou/compute-voucher]}\n",
        encoding="utf-8",
    )
    said = huice("plan", path)
    assert said.code == 2
    assert "[J010]" in said.err
    assert json.loads(huice("plan", path, "--json").out)["problems"][0]["code"] == "J010"


def test_the_solver_does_not_greet(profiles: dict[str, Path]) -> None:
    """Its banner, printed when it is first made, would stand before the JSON."""
    command = [sys.executable, "-m", "huice", "plan", str(profiles[SME]), "--json", "--years", "1"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout)["schema"] == "huice/plan/1"
    assert done.stderr == b""
