"""Every golden case and persona through the public call, to the fen."""

from __future__ import annotations

from typing import Any

import pytest

import huice
from huice import Corpus
from tests.evaluate.profiles import GOLDEN, load_yaml, plain

CASES: list[dict[str, Any]] = load_yaml(GOLDEN / "cases-dev.yaml")
PERSONAS = [load_yaml(path) for path in sorted((GOLDEN / "personas").glob("*.yaml"))]
VARIANTS = {f"{p['id']}/{v['id']}": v for p in PERSONAS for v in p["variants"]}


def test_all_cases_are_here() -> None:
    assert len(CASES) == 314
    assert len({case["id"] for case in CASES}) == 314
    assert len(PERSONAS) == 6


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any], corpus: Corpus) -> None:
    wanted, expected = case["measure"], case["expect"]
    several = isinstance(wanted, list)
    measures = wanted if several else [wanted]
    result = huice.evaluate(case["profile"], corpus, measures=measures).to_dict()
    assert [one["measure"] for one in result["measures"]] == measures
    got = plain(result["total"] if several else result["measures"][0])
    assert {key: got[key] for key in expected} == expected


@pytest.mark.parametrize("name", VARIANTS)
def test_persona(name: str, corpus: Corpus) -> None:
    profile, expected = VARIANTS[name]["profile"], VARIANTS[name]["expect"]
    result = huice.evaluate(profile, corpus).to_dict()
    rows = {one["measure"]: plain(one) for one in result["measures"]}
    assert list(rows) == [measure.id for measure in corpus.measures]
    assert {row["measure"] for row in expected["measures"]} == set(rows)
    for row in expected["measures"]:
        assert {key: rows[row["measure"]][key] for key in row} == row
    total = plain(result["total"])
    assert {key: total[key] for key in expected["total"]} == expected["total"]


@pytest.mark.parametrize("name", VARIANTS)
def test_one_measure_alone_gives_what_it_gives_among_all(name: str, corpus: Corpus) -> None:
    profile = VARIANTS[name]["profile"]
    together = huice.evaluate(profile, corpus).to_dict()["measures"]
    for row in together:
        alone = huice.evaluate(profile, corpus, measures=[row["measure"]]).to_dict()["measures"]
        assert alone == [row]
