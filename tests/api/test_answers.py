"""Every persona gets from the API what it gets from `huice.evaluate`, as JSON and as YAML."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import yaml

import huice
from huice import Corpus
from huice.api.shapes import Comparison, Explanation, Figures, Questions, Result
from huice.reports import FORMATS
from tests.api.conftest import TODAY, Ask
from tests.evaluate.profiles import GOLDEN, load_yaml

PERSONAS = [load_yaml(path) for path in sorted((GOLDEN / "personas").glob("*.yaml"))]
VARIANTS = {f"{p['id']}/{v['id']}": v["profile"] for p in PERSONAS for v in p["variants"]}


@pytest.mark.parametrize("name", VARIANTS)
def test_personas(name: str, corpus: Corpus, ask: Ask) -> None:
    profile = VARIANTS[name]
    expected = huice.evaluate(profile, corpus).to_dict()
    reply = ask("POST", "/api/v1/evaluate", data=profile)
    assert reply.json == expected
    msgspec.json.decode(reply.body, type=Result)
    written = yaml.safe_dump(_plain(profile), allow_unicode=True).encode()
    reply = ask("POST", "/api/v1/evaluate", body=written, kind="application/yaml; charset=utf-8")
    assert reply.json == expected


@pytest.mark.parametrize("name", VARIANTS)
def test_figures_are_those_of_the_result(name: str, corpus: Corpus, ask: Ask) -> None:
    expected = huice.evaluate(VARIANTS[name], corpus).to_dict()
    reply = ask("POST", "/api/v1/evaluate?detail=figures", data=VARIANTS[name])
    figures = msgspec.json.decode(reply.body, type=Figures)
    assert reply.json["total"] == expected["total"]
    for got, whole in zip(figures.measures, expected["measures"], strict=True):
        mine = msgspec.to_builtins(got)
        assert mine == {key: whole[key] for key in mine}


@pytest.mark.parametrize("name", list(VARIANTS)[::3])
def test_the_other_questions(name: str, corpus: Corpus, ask: Ask) -> None:
    profile = VARIANTS[name]
    reply = ask("POST", "/api/v1/compare", data=profile)
    assert reply.json == huice.compare(profile, corpus).to_dict()
    msgspec.json.decode(reply.body, type=Comparison)
    reply = ask("POST", "/api/v1/compare?place=shanghai", data=[profile, {**profile, "name": "二"}])
    both: Any = [profile, {**profile, "name": "二"}]
    assert reply.json == huice.compare(both, corpus, places=["shanghai"]).to_dict()
    reply = ask("POST", "/api/v1/next-question?limit=100", data=profile)
    asked = huice.questions(profile, corpus)
    found = msgspec.json.decode(reply.body, type=Questions)
    assert found.open == len(asked)
    assert [one.fact for one in found.questions] == [one.fact.name for one in asked][:100]
    for measure in ("shenzhen/training-voucher", "shanghai/xuhui-talent-reward"):
        if measure not in [one.id for one in corpus.measures]:
            continue
        reply = ask("POST", f"/api/v1/explain/{measure}", data=profile)
        told = msgspec.json.decode(reply.body, type=Explanation)
        expected = huice.evaluate(profile, corpus, measures=[measure]).to_dict()
        assert reply.json["result"] == expected
        assert all(0 <= a < b <= len(told.result.measures[0].quote) for a, b in told.spans)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reports_are_those_of_the_result(name: str, lang: str, corpus: Corpus, ask: Ask) -> None:
    profile = next(iter(VARIANTS.values()))
    reply = ask("POST", f"/api/v1/reports/{name}?lang={lang}", data=profile)
    result, comparison = huice.evaluate(profile, corpus), huice.compare(profile, corpus)
    if name == "pdf" and reply.status == 503:
        pytest.skip("no Chinese font here")
    assert reply.body == FORMATS[name].render(result, comparison, lang)
    assert reply.headers["content-type"].replace(" ", "") in (
        FORMATS[name].media_type.replace(" ", ""),
        FORMATS[name].media_type + ";charset=utf-8",
    )
    suffix = FORMATS[name].suffix
    assert reply.headers["content-disposition"] == f'attachment; filename="huice{suffix}"'


def test_a_place_and_some_measures(corpus: Corpus, ask: Ask) -> None:
    profile = next(iter(VARIANTS.values()))
    reply = ask("POST", "/api/v1/evaluate?place=shenzhen&measure=shenzhen/corpus", data=profile)
    expected = huice.evaluate(profile, corpus, ["shenzhen/corpus"], places=["shenzhen"])
    assert reply.json == expected.to_dict()


def test_the_absent_date_is_that_of_the_server(ask: Ask) -> None:
    assert ask("POST", "/api/v1/evaluate", body=b"{}").json["as_of"] == TODAY.isoformat()


def test_a_number_means_what_is_written(ask: Ask) -> None:
    """0.1 is one tenth, 1e3 a thousand, 500000.01 is over 500,000: no float on the way."""

    def paid(number: str) -> str:
        body = (
            '{"as_of":"2025-06-30","org":{"place":"shenzhen","kind":"enterprise","traits":["startup"]},'
            '"contracts":[{"item":"compute","mode":"rent","purposes":["training"],'
            f'"traits":["unrelated_supplier"],"amount_yuan":{number},"paid_yuan":{number}}}]}}'
        )
        target = "/api/v1/evaluate?measure=shenzhen/training-voucher"
        reply = ask("POST", target, body=body.encode())
        assert reply.status == 200, reply.body
        return str(reply.json["measures"][0]["ceiling_yuan"])

    assert paid("1000") == paid("1e3") == paid("1000.0") == paid('"1000"') == "600"
    assert paid("0.1") == "0.06"
    assert paid("500000.01") == "300000"
    assert paid("12345678.87") == "7407407.32"


def _plain(value: Any) -> Any:
    """Numbers of the golden files are text; YAML then quotes them, which means the same."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value
