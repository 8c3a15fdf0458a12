"""docs/pools.md is run as it stands: its Python, its commands, and the charts beside it.

`RECORD_SNAPSHOTS=1` writes what the commands print, and the charts, anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from huice.population.pools.rules import RULES
from tests.cli.conftest import Run

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "pools.md"
DRAWN = "guangzhou-huangpu-cloud-model-voucher.svg"
CHARTS = {
    DOCS / "pools-huangpu.svg": Path("charts") / DRAWN,
    DOCS / "pools-huangpu-lottery.svg": Path("lots") / DRAWN,
}
"""The charts of the page, and where its commands put them."""
_RUN = re.compile(r"(<!-- run -->\n```console\n)(.*?)(```\n)", re.DOTALL)
_PYTHON = re.compile(r"```python\n(.*?)```\n", re.DOTALL)
RECORD = bool(os.environ.get("RECORD_SNAPSHOTS"))


def test_the_page_and_its_charts_are_what_the_commands_give(
    huice: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    for code in _PYTHON.findall(text)[:1]:
        subprocess.run([sys.executable, "-c", code], check=True)

    def printed(match: re.Match[str]) -> str:
        told = []
        for line in re.findall(r"^\$ (.*)$", match[2], re.MULTILINE):
            told.append(f"$ {line}\n")
            if line.startswith("huice "):
                found = huice(*line.split()[1:])
                assert found.code == 0, found.err
                told.append(found.out.split("\n依据公开文件测算")[0])
            else:
                told.append(
                    subprocess.run(
                        ["bash", "-c", line], check=True, capture_output=True, text=True
                    ).stdout
                )
        return match[1] + "".join(told) + match[3]

    fresh = _RUN.sub(printed, text)
    charts = {chart: drawn.read_text(encoding="utf-8") for chart, drawn in CHARTS.items()}
    if RECORD:
        PAGE.write_text(fresh, encoding="utf-8")
        for chart, drawn in charts.items():
            chart.write_text(drawn, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == fresh
    assert {chart: chart.read_text(encoding="utf-8") for chart in charts} == charts


def test_the_python_of_the_page_runs(tmp_path: Path) -> None:
    for code in _PYTHON.findall(PAGE.read_text(encoding="utf-8"))[1:]:
        subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_every_rule_is_in_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in RULES)
