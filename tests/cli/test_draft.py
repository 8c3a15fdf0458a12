"""`--draft`: a draft is laid over the policies before anything is computed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

DRAFT = "docs/examples/hangzhou-marginal.yaml"
FIRM = {
    "as_of": "2025-06-30",
    "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small"},
    "contracts": [{"item": "compute", "amount_yuan": "500001元", "paid_yuan": "500001元"}],
}


@pytest.fixture
def firm(tmp_path: Path) -> str:
    """A small firm that signs for one yuan more than the threshold."""
    path = tmp_path / "firm.yaml"
    path.write_text(json.dumps(FIRM), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "version", "ceiling"),
    [((), "2025.1", "150000.3"), (("--draft", DRAFT), "2025.1+hangzhou-marginal", "250000.3")],
)
def test_a_firm_is_evaluated_under_the_draft(
    huice: Run, firm: str, arguments: tuple[str, ...], version: str, ceiling: str
) -> None:
    told = json.loads(huice("evaluate", firm, *arguments, "--json").out)
    figures = {one["measure"]: one["ceiling_yuan"] for one in told["measures"]}
    assert (told["corpus_version"], figures["hangzhou/compute-voucher"]) == (version, ceiling)


def test_a_population_and_its_pools_are_computed_under_the_draft(
    huice: Run, tmp_path: Path
) -> None:
    (tmp_path / "orgs.csv").write_text(
        "org_id,place,kind,size\na,hangzhou/other,enterprise,small\n"
    )
    (tmp_path / "contracts.csv").write_text(
        "org_id,item,amount_yuan,paid_yuan\na,compute,500001,500001\n"
    )
    asked = (str(tmp_path), "--as-of", "2025-06-30", "--json")
    costs, pools = {}, {}
    for name, more in (("law", ()), ("draft", ("--draft", DRAFT))):
        costs[name] = huice("simulate", *asked, "--measure", "hangzhou/compute-voucher", *more).out
        pools[name] = huice("pools", *asked, "--pool", "hangzhou/compute-voucher", *more).out
    assert "150000.3" in costs["law"]
    assert "250000.3" in costs["draft"]
    assert "150000.3" in pools["law"]
    assert "250000.3" in pools["draft"]


@pytest.mark.parametrize(
    ("draft", "code"), [("nowhere.yaml", "F001"), ("docs/examples/hangzhou-budget.yaml", "O004")]
)
def test_a_draft_that_cannot_be_laid_over_is_refused(
    huice: Run, firm: str, draft: str, code: str
) -> None:
    told = huice("evaluate", firm, "--draft", draft)
    assert told.code == 2
    assert f"[{code}]" in told.err
