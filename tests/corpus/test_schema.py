"""The JSON Schemas take everything that is shipped, refuse what is wrong, and know every key."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from huice import BadProfile, Corpus
from huice.corpus import documents, schema
from huice.corpus.corpus import default_folder
from huice.corpus.schema import policy_schema, profile_schema
from huice.corpus.source import read_file
from huice.evaluate import profiles
from huice.evaluate.outcome import Status
from huice.evaluate.profiles import load_profile

GOLDEN = Path(__file__).parents[1] / "golden"
SAMPLES = default_folder().parent / "samples"


@pytest.fixture(scope="module")
def policies(corpus: Corpus) -> Draft202012Validator:
    return Draft202012Validator(policy_schema(corpus))


@pytest.fixture(scope="module")
def profile(corpus: Corpus) -> Draft202012Validator:
    return Draft202012Validator(profile_schema(corpus))


def faults(validator: Draft202012Validator, value: Any) -> list[str]:
    found = validator.iter_errors(value)
    return ["/".join(map(str, fault.absolute_path)) for fault in found]


# --- what is shipped ------------------------------------------------------------------------------


def test_both_are_schemas_of_2020_12_and_plain_json(corpus: Corpus) -> None:
    for made in (policy_schema(corpus), profile_schema(corpus)):
        Draft202012Validator.check_schema(made)
        assert json.loads(json.dumps(made)) == made
        assert made["$schema"].endswith("2020-12/schema")
    assert policy_schema() == policy_schema(corpus)


def test_every_policy_file(policies: Draft202012Validator, corpus: Corpus) -> None:
    for document in corpus.documents:
        value = read_file(default_folder() / f"{document.id}.yaml").value
        assert faults(policies, value) == [], document.id


def test_every_case_beside_a_rule(profile: Draft202012Validator, corpus: Corpus) -> None:
    for measure in corpus.measures:
        for case in measure.cases:
            assert faults(profile, case.given) == [], (measure.id, case.says)


def test_every_golden_profile(profile: Draft202012Validator) -> None:
    for case in read_file(GOLDEN / "cases-dev.yaml").value:
        assert faults(profile, case["profile"]) == [], case["id"]
    for path in (GOLDEN / "personas").glob("*.yaml"):
        for variant in read_file(path).value["variants"]:
            assert faults(profile, variant["profile"]) == [], variant["id"]


def test_every_sample(profile: Draft202012Validator) -> None:
    for path in SAMPLES.glob("*.yaml"):
        assert faults(profile, read_file(path).value) == [], path.name


# --- what is wrong --------------------------------------------------------------------------------


@pytest.fixture
def document() -> Any:
    """A shipped document that a test may spoil."""
    return copy.deepcopy(read_file(default_folder() / "shenzhen/ai-pioneer-city.yaml").value)


def put(value: Any, path: str, new: Any) -> None:
    *above, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for part in above:
        value = value[part]
    if new is KeyError:
        del value[last]
    else:
        value[last] = new


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("titel", "深圳"),
        ("measures", KeyError),
        ("measures", []),
        ("place", "shenzen"),
        ("trial", "yes"),
        ("document", "ai-pioneer-city"),
        ("pools/0/holds", "5亿"),
        ("pools/0/stated", "about"),
        ("measures/0/gives", "money"),
        ("measures/0/text", KeyError),
        ("measures/0/for each", "firm"),
        ("measures/0/pays", "50% of contract.amount"),
        ("measures/0/requires", {"企业": "org.kind is enterprise"}),
        ("measures/0/paid once", "per year"),
        ("measures/0/lasts", "三年"),
        ("measures/0/valid", {"from": "2023年"}),
        ("measures/0/selects", "5"),
        ("measures/0/readings/tuning/default", KeyError),
        ("measures/0/readings/tuning/options/tuning/neutral", "两种倾向"),
        ("measures/0/readings/tuning/options/training_only", {}),
        ("measures/0/readings/cap-period/options/once/limit period", "yearly"),
        ("measures/0/cases/0/gives", "eligible, 0元, 500万元"),
        ("measures/0/cases/0/gives", "eligible，0元，500"),
        ("measures/0/cases/0/given/org/kind", "company"),
        ("measures/0/cases/0/given/contracts/0/amount", "1000万元"),
    ],
)
def test_a_wrong_policy_file(
    policies: Draft202012Validator, document: Any, path: str, new: Any
) -> None:
    assert faults(policies, document) == []
    put(document, path, new)
    found = faults(policies, document)
    assert len(found) == 1
    assert path.startswith(found[0]) or found[0].startswith(path)


WRONG: dict[str, dict[str, Any]] = {
    "unknown key": {"project": []},
    "no mapping": {"org": "深圳"},
    "unknown fact": {"org": {"industry": "ai"}},
    "unknown choice": {"org": {"kind": "company"}},
    "set as text": {"org": {"traits": "ai"}},
    "records without dates": {"org": {"records": ["cac_genai_filing"]}},
    "no date": {"as_of": "2025年6月"},
    "no years": {"horizon_years": 0},
    "money without its unit": {"contracts": [{"amount_yuan": "50万"}]},
    "negative money": {"org": {"revenue_yuan": -1}},
    "half a period": {"premises": [{"period": ["2025-01-01"]}]},
    "part of a case": {"projects": [{"cases": 9.5}]},
    "no year": {"years": {"20x5": {}}},
    "unknown decision": {"decisions": {"shenzhen/research": {"decision": "approved"}}},
    "unknown measure": {"decisions": {"shenzhen/reserch": {"decision": "granted"}}},
    "unknown pool": {"pools": {"shenzhen/corpus": {"remaining_yuan": 1}}},
    "unknown option": {"readings": {"shenzhen/research": {"annual": "yearly"}}},
    "history of no measure": {"org": {"paid_history": {"shenzhen": {"years": 1}}}},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_profile_is_refused_by_schema_and_reader(
    profile: Draft202012Validator, corpus: Corpus, name: str
) -> None:
    assert len(faults(profile, WRONG[name])) == 1
    with pytest.raises(BadProfile):
        load_profile(WRONG[name], corpus)


def test_what_the_reader_takes_the_schema_takes(
    profile: Draft202012Validator, corpus: Corpus
) -> None:
    given: dict[str, Any] = {
        "name": "某公司",
        "as_of": None,
        "org": {
            "place": "深圳",
            "kind": "企业",
            "size": None,
            "records": {"cac_genai_filing": "2025-05-01", "sz_key_lab": ["2024-02-01"]},
            "revenue_yuan": "1,200万元",
            "paid_history": {"shenzhen/research": {"years": 1, "amount_yuan": "60万元"}},
        },
        "people": None,
        "projects": [],
        "contracts": [{"id": 1, "amount_yuan": "500000.01", "paid_yuan": 0.1}],
        "premises": [{"area_sqm": "1000㎡", "period": ["2025-01-01", "2025-06-30"]}],
        "years": {"2026": {"org": {"revenue_yuan": 5}, "contracts": []}},
        "readings": {"hangzhou/model-cost": {"rule": "stack"}},
        "pools": {"shenzhen/model-voucher": {"remaining_count": None}},
    }
    load_profile(given, corpus)
    assert faults(profile, given) == []


# --- every key has its entry ----------------------------------------------------------------------


def test_the_tables_hold_the_keys_of_the_loader_and_no_others(corpus: Corpus) -> None:
    vocabulary = corpus.vocabulary
    assert set(schema._document(vocabulary)) == set(documents.DOCUMENT_KEYS)  # noqa: SLF001
    assert set(schema._measure(vocabulary)) == set(documents.MEASURE_KEYS)  # noqa: SLF001
    assert set(schema._rule(vocabulary)) == set(documents.RULE_KEYS)  # noqa: SLF001
    assert set(schema._patch(vocabulary)) == set(documents.PATCH_KEYS)  # noqa: SLF001
    assert set(schema._pool()) == set(documents.POOL_KEYS)  # noqa: SLF001


@pytest.mark.parametrize("keys", ["DOCUMENT_KEYS", "MEASURE_KEYS", "PATCH_KEYS", "POOL_KEYS"])
def test_a_new_key_without_an_entry_is_seen(
    keys: str, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, keys, (*getattr(documents, keys), "brand new"))
    with pytest.raises(KeyError, match="brand new"):
        policy_schema(corpus)


def test_words_kept_on_a_higher_floor_are_the_same() -> None:
    assert list(schema.PROFILE_KEYS) == list(profiles.TOP)
    assert list(schema.STATUSES) == [status.value for status in Status]
    assert list(schema.OUTCOMES) == list(profiles.OUTCOMES)


def test_every_key_says_what_it_is_in_chinese(corpus: Corpus) -> None:
    made = policy_schema(corpus)
    groups = [made, *(made["$defs"][name] for name in ("measure", "option", "pool", "case"))]
    groups += [made["$defs"]["reading"], made["$defs"]["profile"], made["$defs"]["contract"]]
    for group in groups:
        for key, entry in group["properties"].items():
            if key not in ("id", "name") or group in groups[:5]:
                about = entry.get("description", "")
                assert any("一" <= sign <= "鿿" for sign in about), key


def test_a_decision_that_nobody_knows_is_null_in_schema_and_reader(corpus: Corpus) -> None:
    """A schema once refused what the reader takes: `decision: null`."""
    profile = {"decisions": {"shenzhen/corpus": {"decision": None}}}
    Draft202012Validator(profile_schema(corpus)).validate(profile)
    assert load_profile(profile, corpus).decisions["shenzhen/corpus"].outcome == "pending"
