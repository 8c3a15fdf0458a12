"""What other programs rely on: the keys and forms of a result, how profiles come in, how measures are found."""

from __future__ import annotations

import json
import random
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import huice
from huice import BadProfile, Corpus, Result
from huice.corpus.model import Measure
from tests.evaluate.profiles import GOLDEN, Profile, load_yaml, plain
from tests.oracle import MEASURES as REGISTER
from tests.oracle import random_profile

CORPUS = Corpus.load()
IDS = [measure.id for measure in CORPUS.measures]
PERSONAS = {
    f"{persona['id']}/{variant['id']}": variant["profile"]
    for persona in map(load_yaml, sorted((GOLDEN / "personas").glob("*.yaml")))
    for variant in persona["variants"]
}
PROFILE = PERSONAS["vertical-sme-hangzhou/480k"]

RESULT = {"schema", "as_of", "corpus_version", "total", "measures"}
TOTAL = {"status", "certain_yuan", "ceiling_yuan", "years"}
MEASURE = {
    "measure",
    "status",
    "certain_yuan",
    "ceiling_yuan",
    "clause_cap_yuan",
    "years",
    "missing",
    "conditions",
    "steps",
    "readings",
    "quote",
}
STATUSES = {"eligible", "discretionary", "unknown", "expired", "ineligible"}


@cache
def some_results() -> list[tuple[Profile, Result, dict[str, Any]]]:
    """The personas and a random profile for every measure, with their results."""
    given = [*PERSONAS.values(), *(random_profile(random.Random(id_), id_) for id_ in IDS)]
    results = [(profile, huice.evaluate(profile, CORPUS)) for profile in given]
    return [(profile, result, result.to_dict()) for profile, result in results]


# --- the result -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_a_result_has_its_keys(name: str) -> None:
    result = huice.evaluate(PERSONAS[name], CORPUS).to_dict()
    assert set(result) >= RESULT
    assert result["schema"] == "huice/result/1"
    assert result["as_of"] == "2025-06-30"
    assert result["corpus_version"] == CORPUS.version
    assert set(result["total"]) >= TOTAL
    assert [one["measure"] for one in result["measures"]] == IDS
    for one in result["measures"]:
        assert set(one) >= MEASURE
        assert one["status"] in STATUSES
        assert one["quote"] == CORPUS.measure(one["measure"]).text
        for key in ("missing", "conditions", "steps", "readings"):
            assert isinstance(one[key], list)


def test_a_result_is_json() -> None:
    for _, _, result in some_results():
        assert json.loads(json.dumps(result, ensure_ascii=False, allow_nan=False)) == result


def test_an_amount_is_a_string_of_yuan_or_null() -> None:
    for _, _, result in some_results():
        for row in (result["total"], *result["measures"]):
            assert row["certain_yuan"] is not None
            for key, value in row.items():
                if key.endswith("_yuan"):
                    assert value is None or isinstance(value, str)


def test_a_total_is_of_the_measures_asked_for() -> None:
    asked = ["hangzhou/compute-voucher", "hangzhou/xihu-model-voucher"]
    result = huice.evaluate(PROFILE, CORPUS, measures=asked).to_dict()
    assert [one["measure"] for one in result["measures"]] == asked
    assert plain(result["total"])["ceiling_yuan"] == 420_000
    alone = huice.evaluate(PROFILE, CORPUS, measures=asked[:1]).to_dict()
    assert plain(alone["total"])["ceiling_yuan"] == 330_000


def test_both_languages_say_something_everywhere() -> None:
    for _, _, result in some_results():
        for one in result["measures"]:
            pairs = [one["title"], *one["judged"], *([one["reason"]] if one["reason"] else [])]
            pairs += [part[key] for part in one["conditions"] for key in ("label", "says")]
            pairs += [step["label"] for step in one["steps"]]
            for reading in one["readings"]:
                pairs += [reading["asks"], *(option["says"] for option in reading["options"])]
            for pair in pairs:
                assert pair["zh"].strip()
                assert pair["en"].strip()


def test_a_missing_fact_is_one_of_the_vocabulary_and_of_an_entity_of_the_profile() -> None:
    seen = 0
    for _, result, _ in some_results():
        for one in result.measures:
            for gap in one.missing:
                seen += 1
                fact = CORPUS.vocabulary.fact(gap.fact)
                assert fact.question.zh
                assert fact.question["en"]
                assert gap.entity is None or fact.entity != "org"
    assert seen > 300


def test_the_last_step_ends_in_the_figures() -> None:
    """With one year, the last step's figures are the measure's, cut to the fen."""
    seen = 0
    for profile, _, _ in some_results():
        once = {key: value for key, value in profile.items() if key != "years"}
        for one in huice.evaluate({**once, "horizon_years": 1}, CORPUS).measures:
            if one.steps:
                seen += 1
                last = one.steps[-1]
                assert int(last.low * 100) == one.certain * 100
                assert last.high is None or one.ceiling is not None
                assert last.high is None or int(last.high * 100) == (one.ceiling or 0) * 100
    assert seen > 200


# --- spans ------------------------------------------------------------------------------------------------


def test_a_span_lies_in_the_quote_and_covers_whole_numbers() -> None:
    seen = 0
    for _, _, result in some_results():
        for one in result["measures"]:
            quote = one["quote"]
            for step in one["steps"]:
                for start, end in step["spans"]:
                    seen += 1
                    assert 0 <= start < end <= len(quote)
                    assert any(sign in DIGITS for sign in quote[start:end]), quote[start:end]
                    assert not _cuts_a_number(quote, start), quote[start - 1 : end]
                    assert not _cuts_a_number(quote, end), quote[start : end + 1]
    assert seen > 300


DIGITS = "0123456789一二三四五六七八九十两百千"


def _cuts_a_number(text: str, at: int) -> bool:
    """Whether a place lies inside a number written in digits."""
    return 0 < at < len(text) and text[at - 1] in "0123456789." and text[at] in "0123456789."


def test_the_cap_of_a_known_sentence_is_pointed_at() -> None:
    profile = {
        "as_of": "2025-06-30",
        "org": {"place": "beijing/etown", "kind": "enterprise"},
        "contracts": [
            {"item": "model", "traits": ["self_controlled_base_model"], "paid_yuan": 12_000_000}
        ],
    }
    one = huice.evaluate(profile, CORPUS, ["beijing/etown-model-voucher"]).to_dict()["measures"][0]
    said = {one["quote"][a:b] for step in one["steps"] for a, b in step["spans"]}
    assert said == {"50%", "500 万元", "1 亿元"}


# --- profiles ---------------------------------------------------------------------------------------------


def test_a_profile_comes_as_a_path_or_a_mapping(tmp_path: Path) -> None:
    profile = {
        "as_of": "2025-06-30",
        "org": {"place": "hangzhou/xihu", "kind": "enterprise"},
        "contracts": [{"item": "compute", "amount_yuan": 100, "paid_yuan": 100}],
    }
    as_yaml, as_json = tmp_path / "firm.yaml", tmp_path / "firm.json"
    as_yaml.write_text(yaml.safe_dump(profile, allow_unicode=True), encoding="utf-8")
    as_json.write_text(json.dumps(profile), encoding="utf-8")
    expected = huice.evaluate(profile, CORPUS).to_dict()
    for given in (as_yaml, str(as_yaml), as_json):
        assert huice.evaluate(given, CORPUS).to_dict() == expected


def test_dates_may_be_dates_and_amounts_may_be_written() -> None:
    plain_one = {"as_of": "2025-06-30", "org": {"place": "shenzhen", "revenue_yuan": 500_000}}
    other = {"as_of": date(2025, 6, 30), "org": {"place": "深圳", "revenue_yuan": "50万元"}}
    assert huice.evaluate(plain_one, CORPUS).to_dict() == huice.evaluate(other, CORPUS).to_dict()


def test_today_stands_in_for_an_absent_date() -> None:
    result = huice.evaluate({}, CORPUS, today=date(2024, 2, 29))
    assert result.to_dict()["as_of"] == "2024-02-29"
    assert result.to_dict()["claim_year"] == 2024


def test_an_empty_profile_is_unknown_and_owed_nothing() -> None:
    result = huice.evaluate({"as_of": "2025-06-30"})
    assert {one.status.value for one in result.measures} <= {"unknown", "discretionary"}
    assert result.total.certain == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"organisation": {}}, "U001"),
        ([], "U002"),
        ({"org": {"revenue": 1}}, "U003"),
        ({"org": {"place": "atlantis"}}, "U004"),
        ({"as_of": "30.6.2025"}, "U005"),
        ({"org": {"revenue_yuan": -1}}, "U006"),
        ({"decisions": {"hangzhou/nothing": {}}}, "U007"),
        ({"readings": {"shenzhen/research": {"annual": "never"}}}, "U008"),
        ({"people": [{"id": "a"}, {"id": "a"}]}, "U009"),
    ],
)
def test_a_faulty_profile_is_refused_with_a_code(given: Any, code: str) -> None:
    with pytest.raises(BadProfile) as caught:
        huice.evaluate(given, CORPUS)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert all(problem.text.zh and problem.text["en"] for problem in caught.value.problems)


def test_an_unknown_measure_or_place_is_refused() -> None:
    with pytest.raises(BadProfile, match="hangzhou/compute-voucher"):
        huice.evaluate({}, CORPUS, measures=["hangzhou/compute-vouchr"])
    with pytest.raises(BadProfile, match="shenzhen"):
        huice.evaluate({}, CORPUS, places=["shenzen"])


def test_a_city_stands_for_its_places() -> None:
    result = huice.evaluate(PROFILE, CORPUS, places=["beijing"])
    assert isinstance(result, Result)
    assert {one.measure.place.split("/")[0] for one in result.measures} == {"beijing"}
    assert len(result.measures) == sum(id_.startswith("beijing/") for id_ in IDS)


# --- the corpus -------------------------------------------------------------------------------------------


def test_all_measures_are_here() -> None:
    assert len(IDS) == 75
    assert set(IDS) == set(REGISTER)
    for measure in Corpus.load().measures:
        assert isinstance(measure.id, str)
        assert isinstance(measure.place, str)
        assert measure.title.zh
        assert measure.title.en
        assert measure.text in CORPUS.document(measure.document).text


@pytest.mark.parametrize("measure", CORPUS.measures, ids=IDS)
def test_a_measure_is_found_by_id_title_and_keyword(measure: Measure) -> None:
    assert CORPUS.measure(measure.id) is measure
    assert CORPUS.search(measure.id)[0] is measure
    assert measure in CORPUS.search(measure.title.zh)
    assert measure in CORPUS.search(measure.title.en)
    assert measure in CORPUS.search(measure.title.zh[:4].strip())
    assert measure in CORPUS.search(measure.text[-9:-1].strip())


@pytest.mark.parametrize(
    ("words", "id_"),
    [
        ("训力券", "shenzhen/training-voucher"),
        ("算法 备案", "guangzhou/haizhu-filing-algorithm"),
        ("杭州 算力券", "hangzhou/compute-voucher"),
        ("租金 示范园区", "guangzhou/huangpu-park-rent"),
        ("留学人才", "shenzhen/returnee-startup"),
        ("compute voucher hangzhou", "hangzhou/compute-voucher"),
    ],
)
def test_words_find_a_measure(words: str, id_: str) -> None:
    assert CORPUS.search(words)[0].id == id_


def test_words_that_nobody_wrote_find_nothing() -> None:
    assert CORPUS.search("渔船燃油") == ()


def test_the_compilation_comes_back_byte_for_byte() -> None:
    assert CORPUS.compilation().encode() == (GOLDEN / "policies.txt").read_bytes()
