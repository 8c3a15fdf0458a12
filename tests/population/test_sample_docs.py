"""docs/sample.md holds the assumptions as they are, and every code and distribution.

`RECORD_SNAPSHOTS=1` writes the tables anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from huice.corpus.corpus import shipped
from huice.population.sample.distributions import DISTRIBUTIONS
from huice.population.sample.file import load_assumptions
from tests.population.assumptions_table import Words

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "sample.md"
_TABLES = re.compile(r"(<!-- assumptions -->\n).*?(<!-- end -->)", re.DOTALL)


def test_the_tables_of_the_docs_are_those_of_the_file() -> None:
    corpus = shipped()
    tables = "\n".join(Words(corpus, load_assumptions(corpus)).tables())
    text = DOCS.read_text("utf-8")
    fresh = _TABLES.sub(lambda match: f"{match[1]}\n{tables}\n{match[2]}", text)
    if os.environ.get("RECORD_SNAPSHOTS"):
        DOCS.write_text(fresh, "utf-8")
    assert DOCS.read_text("utf-8") == fresh


def test_every_distribution_is_explained() -> None:
    text = DOCS.read_text("utf-8")
    assert all(f"| `{name}` |" in text for name in DISTRIBUTIONS)


def test_every_code_is_explained() -> None:
    text = DOCS.read_text("utf-8")
    files = [*(ROOT / "src/huice/population/sample").glob("*.py")]
    codes = {code for file in files for code in re.findall(r'"(H\d{3})"', file.read_text("utf-8"))}
    assert len(codes) == 12
    assert all(f"`{code}`" in text for code in codes), codes
