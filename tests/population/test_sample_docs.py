"""docs/sample.md holds the assumptions as they are, and every code and distribution.

`RECORD_SNAPSHOTS=1` writes the tables anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from huice.corpus.corpus import shipped
from huice.population.pools.allocation import Share, allocate_pools
from huice.population.sample.distributions import DISTRIBUTIONS, YEARLY
from huice.population.sample.file import load_assumptions
from tests.population import everyone
from tests.population.assumptions_table import Words

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "sample.md"
_POOLS = re.compile(r"(<!-- pools -->\n.*?\n\|---.*?\n)(.*?)(<!-- end pools -->)", re.DOTALL)
_TABLES = re.compile(r"(<!-- assumptions -->\n).*?(<!-- end -->)", re.DOTALL)


def test_the_tables_of_the_docs_are_those_of_the_file() -> None:
    corpus = shipped()
    tables = "\n".join(Words(corpus, load_assumptions(corpus)).tables())
    text = DOCS.read_text("utf-8")
    fresh = _TABLES.sub(lambda match: f"{match[1]}\n{tables}\n{match[2]}", text)
    if os.environ.get("RECORD_SNAPSHOTS"):
        DOCS.write_text(fresh, "utf-8")
    assert DOCS.read_text("utf-8") == fresh


def test_demand_over_pools_in_the_docs_is_what_the_sample_gives() -> None:
    """The last three columns: claims, what they ask for, and that over what the pool holds."""
    corpus = shipped()
    found = allocate_pools(everyone.awards(), corpus, year=everyone.AS_OF.year)
    shares = {one.fund.id: one for one in found.shares}

    def measured(match: re.Match[str]) -> str:
        rows = []
        for row in match[2].splitlines():
            said = row.split(" | ")[:4]
            rows.append(" | ".join([*said, *_cells(shares[said[0].split("`")[1]])]))
        return match[1] + "".join(f"{row} |\n" for row in rows) + match[3]

    text = DOCS.read_text("utf-8")
    fresh = _POOLS.sub(measured, text)
    if os.environ.get("RECORD_SNAPSHOTS"):
        DOCS.write_text(fresh, "utf-8")
    assert DOCS.read_text("utf-8") == fresh


def _cells(share: Share) -> tuple[str, str, str]:
    """Claims, demand (of money cut to two decimals of its unit), and how often it fills the fund."""
    ratio = share.asked_units / share.fund.units
    places = 0 if ratio >= 100 else 1 if ratio >= 10 else 2  # three digits, or two
    demand = f"{share.asked_units:,} {'张' if share.fund.kind == 'vouchers' else '家'}"
    if share.fund.kind == "money":
        unit, size = ("亿元", 10**10) if share.asked_fen >= 10**10 else ("万元", 10**6)
        cut = share.asked_fen * 100 // size
        demand = f"{cut // 100:,}.{cut % 100:02} {unit}"
    return f"{share.claims:,} 笔", demand, f"{ratio:.{places}f}"


def test_every_distribution_is_explained() -> None:
    text = DOCS.read_text("utf-8")
    assert all(f"| `{name}` |" in text for name in (*DISTRIBUTIONS, *YEARLY))


def test_every_code_is_explained() -> None:
    text = DOCS.read_text("utf-8")
    files = [*(ROOT / "src/huice/population/sample").glob("*.py")]
    codes = {code for file in files for code in re.findall(r'"(H\d{3})"', file.read_text("utf-8"))}
    assert len(codes) == 13
    assert all(f"`{code}`" in text for code in codes), codes
