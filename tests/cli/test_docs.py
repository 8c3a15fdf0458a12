"""docs/cli.md says what the verbs say of themselves: its help blocks are generated.

`RECORD_SNAPSHOTS=1` writes them anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from huice.cli.app import VERBS, build
from huice.cli.command import ALIASES
from tests.cli.conftest import Run

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"
_BLOCK = re.compile(r"(<!-- help: (\w+) -->\n```text\n).*?(```\n)", re.DOTALL)


def test_help_in_the_docs_is_the_help_of_the_verbs(huice: Run) -> None:
    text = DOCS.read_text(encoding="utf-8")

    def written(match: re.Match[str]) -> str:
        verb = match[2]
        said = huice(*([] if verb == "huice" else [verb]), "--help")
        return f"{match[1]}{said.out}{match[3]}"

    fresh = _BLOCK.sub(written, text)
    if os.environ.get("RECORD_SNAPSHOTS"):
        DOCS.write_text(fresh, encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == fresh


def test_every_verb_and_option_is_in_the_docs() -> None:
    text = DOCS.read_text(encoding="utf-8")
    blocks = {match[2] for match in _BLOCK.finditer(text)}
    assert blocks == {"huice", *(entry.name for entry in VERBS)}
    for command in build().commands.values():
        for param in command.params:
            if param.param_type_name == "option":
                assert all(name in text for name in param.opts), param.opts


def test_every_verb_has_a_chinese_name_and_examples() -> None:
    assert set(ALIASES.values()) == {entry.name for entry in VERBS}
    assert all(entry.examples for entry in VERBS)


def test_every_code_of_the_command_line_is_explained() -> None:
    text = DOCS.read_text(encoding="utf-8")
    source = Path(__file__).parents[2] / "src" / "huice" / "cli"
    codes = {
        code
        for path in source.glob("*.py")
        for code in re.findall(r'"(T\d{3})"', path.read_text("utf-8"))
    }
    assert codes
    assert all(f"`{code}`" in text for code in codes), codes
