"""docs/planning.md: its example is run, its keys and codes are those of the reader.

`RECORD_SNAPSHOTS=1` writes the output of the example anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from huice.cli import run
from huice.planning.reader import KEYS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "planning.md"
_BLOCK = re.compile(r"(<!-- run: huice (plan docs/\S+) -->\n```text\n).*?(```\n)", re.DOTALL)


def test_the_worked_example_gives_what_the_page_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("HUICE_LANG", raising=False)
    text = DOCS.read_text(encoding="utf-8")

    def written(match: re.Match[str]) -> str:
        assert run(match[2].split()) == 0
        return f"{match[1]}{capsys.readouterr().out}{match[3]}"

    fresh = _BLOCK.sub(written, text)
    assert fresh != _BLOCK.sub("", text)
    if os.environ.get("RECORD_SNAPSHOTS"):
        DOCS.write_text(fresh, encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == fresh


def test_every_key_and_code_is_explained() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert all(f"`{key}`" in text for key in KEYS if key != "name")
    source = ROOT / "src" / "huice" / "planning"
    codes = {
        code
        for path in source.glob("*.py")
        for code in re.findall(r'"(J0[01]\d)"', path.read_text(encoding="utf-8"))
    }
    assert codes
    assert all(f"`{code}`" in text for code in codes), codes
