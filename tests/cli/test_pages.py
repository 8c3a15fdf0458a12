"""Whole pages for the golden personas, as a person has read them.

`RECORD_SNAPSHOTS=1` writes them anew: read the diff before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run, persona_profiles

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "cli"
MEASURES = {
    "corpus-buyer": "上海语料券",
    "haizhu-filed-model": "guangzhou/haizhu-model-optimisation",
    "llm-from-scratch-shenzhen": "训力券",
    "university-institute-shenzhen": "shenzhen/platform-existing",
    "vertical-sme-hangzhou": "杭州算力券",
    "xuhui-new-firm": "shanghai/xuhui-westbund-compute",
}


def _compare(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("RECORD_SNAPSHOTS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("persona", sorted(persona_profiles()))
def test_pages_read_as_before(
    huice: Run,
    profiles: dict[str, Path],
    persona: str,
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = profiles[persona]
    monkeypatch.chdir(path.parent)
    measure = next(id_ for name, id_ in MEASURES.items() if persona.startswith(name))
    pages = [
        huice(*arguments, columns=columns).out
        for arguments in (
            ("evaluate", path.name),
            ("compare", path.name),
            ("explain", measure, path.name),
        )
    ]
    _compare(f"{persona}-{columns}.txt", ("\n" + "=" * columns + "\n\n").join(pages))


def test_an_english_page_reads_as_before(
    huice: Run, profiles: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = profiles["xuhui-new-firm-base"]
    monkeypatch.chdir(path.parent)
    said = huice("evaluate", path.name, "--lang", "en")
    _compare("xuhui-new-firm-base-en-80.txt", said.out)
