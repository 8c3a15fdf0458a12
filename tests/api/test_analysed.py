"""Curves, cliffs, changes and plans over HTTP: what the Python call gives, as the document describes it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
import yaml

from huice import Corpus
from huice.analysis import NotLinear, catalogue, curve, sensitivity
from huice.analysis.unlock import unlock
from huice.api.analysis_shapes import Cliffs, Curve, Sensitivity, Unlocks
from huice.api.plan_shapes import EXAMPLE, Plan
from huice.evaluate.compare import check_places
from huice.evaluate.profiles import load_profile
from huice.planning import plan, plan_profile
from tests.api.conftest import TODAY, Ask
from tests.api.test_answers import VARIANTS

NUMBERS = {
    "contracts": ("amount_yuan", "paid_yuan"),
    "premises": ("cost_yuan", "area_sqm"),
    "people": ("salary_yuan",),
    "projects": ("cost_yuan",),
}


def paths(profile: dict[str, Any]) -> list[str]:
    """Every number that the entries of a profile may hold."""
    return ["org.revenue_yuan"] + [
        f"{name}[{at}].{key}"
        for name, keys in NUMBERS.items()
        for at in range(len(profile.get(name) or ()))
        for key in keys
    ]


@pytest.mark.parametrize("name", VARIANTS)
def test_curves_of_personas(name: str, corpus: Corpus, ask: Ask) -> None:
    profile = VARIANTS[name]
    for fact in paths(profile):
        reply = ask("POST", f"/api/v1/curve?{urlencode({'fact': fact})}", data=profile)
        assert reply.status == 200, reply.body
        msgspec.json.decode(reply.body, type=Curve)
        assert reply.json == curve(profile, fact, corpus).to_dict()
    given = {"fact": "org.revenue_yuan", "from": "10万元", "to": "30000000", "place": "shanghai"}
    reply = ask("POST", f"/api/v1/curve?{urlencode(given)}", data=profile)
    expected = curve(
        profile, "org.revenue_yuan", corpus, places=["shanghai"], start="10万元", end="3000万元"
    )
    assert reply.json == expected.to_dict()


HANGZHOU = {
    "as_of": "2025-06-30",
    "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small"},
    "contracts": [{"item": "compute", "mode": "rent", "amount_yuan": 400000, "paid_yuan": 400000}],
}
BOTH = {"fact": "contracts[0].amount_yuan", "together": "contracts[0].paid_yuan"}


def test_the_cliff_of_the_hangzhou_voucher(ask: Ask) -> None:
    """500,000 of computing brings 250,000; one yuan more 150,000.30; made up again at 833,333.33."""
    query = urlencode({**BOTH, "measure": "hangzhou/compute-voucher"})
    found = msgspec.json.decode(
        ask("POST", f"/api/v1/curve?{query}", data=HANGZHOU).body, type=Curve
    )
    ((line,),) = (list(place.measures) for place in found.places)
    cliff = next(one for one in line.breaks if one.loss)
    assert (cliff.at, cliff.included) == ("500000", "below")
    assert (cliff.last.ceiling_yuan, cliff.further.ceiling_yuan) == ("250000", "150000.3")
    assert cliff.ceiling.again_at is not None
    assert Fraction(cliff.ceiling.again_at) == Fraction(2_500_000, 3)
    assert "50 万元（含）以下" in cliff.causes[0].quote


@pytest.mark.parametrize(
    ("query", "status", "problems"),
    [
        ("", 400, "A003"),
        ("fact=contracts[0].item", 400, "A003"),
        ("fact=contracts[gpu].paid_yuan", 400, "A003"),
        ("fact=contracts[00].paid_yuan", 400, "A003"),
        ("fact=org.revenue_yuan&fact=org.revenue_yuan", 400, "A003"),
        ("fact=org.revenue_yuan&to=-1", 400, "A003"),
        ("fact=org.revenue_yuan&to=1e9", 400, "A003"),
        ("fact=org.revenue_yuan&to=" + "9" * 30, 400, "A003"),
        ("fact=org.revenue_yuan&end=1", 400, "A002"),
        ("fact=org.revenue_yuan&place=atlantis", 400, "A003"),
        ("fact=org.revenue_yuan&from=100&to=50", 422, "U006"),
        ("fact=premises[0].area_sqm&to=50万元", 422, "U006"),
        ("fact=contracts[7].paid_yuan", 422, "U003"),
        ("fact=org.revenue_yuan&together=premises[0].area_sqm", 422, "U003"),
    ],
)
def test_what_cannot_be_asked_of_a_curve(ask: Ask, query: str, status: int, problems: str) -> None:
    query = quote(query, safe="=&")
    profile = {**HANGZHOU, "premises": [{}]}
    for lang in ("zh", "en"):
        joined = f"{query}&lang={lang}" if query else f"lang={lang}"
        reply = ask("POST", f"/api/v1/curve?{joined}", data=profile)
        assert (reply.status, reply.codes) == (status, [problems]), reply.body


def test_no_line_can_be_drawn(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def bent(*_: Any) -> Any:
        raise NotLinear

    monkeypatch.setattr("huice.api.analysed.curve", bent)
    reply = ask("POST", "/api/v1/curve?fact=org.revenue_yuan", data=HANGZHOU)
    assert (reply.status, reply.json["code"], reply.codes) == (422, "no_answer", ["A008"])


def test_the_catalogue(ask: Ask, corpus: Corpus) -> None:
    whole = catalogue(corpus).to_dict()
    reply = ask("GET", "/api/v1/cliffs")
    msgspec.json.decode(reply.body, type=Cliffs)
    assert reply.json == whole
    here = ask("GET", "/api/v1/cliffs?place=shanghai").json
    assert here == catalogue(corpus, places=["shanghai"]).to_dict()
    one = ask("GET", "/api/v1/cliffs?measure=hangzhou/compute-voucher&losses=true").json
    assert [(found["measure"], found["at"]) for found in one["breaks"]] == [
        ("hangzhou/compute-voucher", "500000")
    ]
    read = ask("GET", "/api/v1/cliffs?readings=true&measure=hangzhou/compute-voucher").json
    assert read == catalogue(corpus, ["hangzhou/compute-voucher"], readings=True).to_dict()


def test_a_long_profile_has_its_curve_soon(ask: Ask) -> None:
    """A generous bound: it catches what grows without end, not a slow machine."""
    contract = HANGZHOU["contracts"][0]  # type: ignore[index]  # a list
    for more in (
        {"contracts": [contract] * 500},
        {"contracts": [contract] * 33, "horizon_years": 30},
    ):
        query = urlencode(BOTH)
        reply = ask("POST", f"/api/v1/curve?{query}", data={**HANGZHOU, **more, "org": {}})
        assert reply.status == 200


@pytest.mark.parametrize("name", VARIANTS)
def test_changes_of_personas(name: str, corpus: Corpus, ask: Ask) -> None:
    profile = VARIANTS[name]
    reply = ask("POST", "/api/v1/unlock", data=profile)
    msgspec.json.decode(reply.body, type=Unlocks)
    assert reply.json == unlock(profile, corpus).to_dict()
    query = "goal=reach&place=shanghai&most=2&shown=1"
    reply = ask("POST", f"/api/v1/unlock?{query}", data=profile)
    expected = unlock(profile, corpus, places=["shanghai"], goal="reach", most=2, shown=1)
    assert reply.json == expected.to_dict()
    assert all(len(found["sets"]) <= 1 for found in reply.json["measures"])


def test_splitting_a_contract_is_a_risk(ask: Ask) -> None:
    contract = {**HANGZHOU["contracts"][0], "amount_yuan": 600000, "paid_yuan": 600000}  # type: ignore[index]
    query = "measure=hangzhou/compute-voucher"
    reply = ask("POST", f"/api/v1/unlock?{query}", data={**HANGZHOU, "contracts": [contract]})
    (found,) = msgspec.json.decode(reply.body, type=Unlocks).measures
    assert [(one.at, one.now, one.ceiling_now_yuan) for one in found.risks] == [
        ("500000", "600000", "180000")
    ]
    assert Fraction(found.risks[0].ceiling_yuan) > 180000
    assert "不是建议" in found.risks[0].says.zh


@pytest.mark.parametrize(
    "query", ["goal=win", "most=5", "most=0", "shown=21", "measure=x", "place=atlantis"]
)
def test_what_cannot_be_asked_of_changes(ask: Ask, query: str) -> None:
    reply = ask("POST", f"/api/v1/unlock?{query}", data=HANGZHOU)
    assert (reply.status, reply.codes) == (400, ["A003"])


def test_a_question_that_takes_long_is_asked_of_a_short_profile(ask: Ask) -> None:
    contract = HANGZHOU["contracts"][0]  # type: ignore[index]  # a list
    reply = ask("POST", "/api/v1/unlock", data={**HANGZHOU, "contracts": [contract] * 201})
    assert (reply.status, reply.codes) == (422, ["A001"])
    assert (
        ask("POST", "/api/v1/unlock", data={**HANGZHOU, "contracts": [contract] * 60}).status == 200
    )


@pytest.mark.parametrize("name", VARIANTS)
def test_sensitivity_of_personas(name: str, corpus: Corpus, ask: Ask) -> None:
    profile = VARIANTS[name]
    place = profile["org"].get("place")
    for query, at in (("", None), ("place=shenzhen&settled=true", "shenzhen")):
        reply = ask("POST", f"/api/v1/sensitivity?{query}", data=profile)
        if at is None and place is None:
            assert (reply.status, reply.codes) == (422, ["U004"])
            continue
        msgspec.json.decode(reply.body, type=Sensitivity)
        assert reply.json == sensitivity(profile, corpus, at, settled=at is not None).to_dict()


def test_sensitivity_over_a_given_range(corpus: Corpus, ask: Ask) -> None:
    fact = "contracts[0].paid_yuan"
    query = urlencode({"range": f"{fact}=10万元..900000"})
    reply = ask("POST", f"/api/v1/sensitivity?{query}", data=HANGZHOU)
    expected = sensitivity(HANGZHOU, corpus, ranges={fact: ("10万元", "900000")})
    assert reply.json == expected.to_dict()
    (bar,) = (one for one in reply.json["bars"] if one["key"] == fact)
    assert not bar["assumed_range"]


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ("range=contracts[0].paid_yuan", 400, "A003"),
        ("range=contracts[0].paid_yuan=5..1", 422, "U006"),
        ("range=contracts[3].paid_yuan=1..5", 422, "U003"),
        ("place=shanghai", 400, "A003"),
        ("settled=1", 400, "A003"),
    ],
)
def test_what_cannot_be_asked_of_sensitivity(
    ask: Ask, query: str, status: int, problem: str
) -> None:
    reply = ask("POST", f"/api/v1/sensitivity?{quote(query, safe='=&')}", data=HANGZHOU)
    assert (reply.status, reply.codes) == (status, [problem]), reply.body


def unhurried(answer: dict[str, Any]) -> dict[str, Any]:
    """A plan without the seconds that it took."""
    return {**answer, "proof": {**answer["proof"], "seconds": 0}}


@pytest.mark.parametrize("name", VARIANTS)
def test_plans_of_personas(name: str, corpus: Corpus, ask: Ask) -> None:
    profile = VARIANTS[name]
    query = "years=2&stacking=prudent&objective=ceiling"
    reply = ask("POST", f"/api/v1/plan?{query}", data=profile)
    assert reply.status == 200, reply.body
    found = msgspec.json.decode(reply.body, type=Plan)
    assert found.proof.proved or found.proof.gap_yuan != "0"
    checked = load_profile(profile, corpus, TODAY)
    expected = plan_profile(checked, 2, corpus, objective="ceiling", stacking="prudent")
    assert unhurried(reply.json) == unhurried(expected.to_dict())


def test_a_planning_problem(corpus: Corpus, ask: Ask) -> None:
    reply = ask("POST", "/api/v1/plan?objective=certain", data=EXAMPLE)
    expected = plan(EXAMPLE, corpus, objective="certain").to_dict()
    assert unhurried(reply.json) == unhurried(expected)
    written = yaml.safe_dump(EXAMPLE, allow_unicode=True).encode()
    again = ask("POST", "/api/v1/plan?objective=certain", body=written, kind="application/yaml")
    assert unhurried(again.json) == unhurried(reply.json)
    some = ask("POST", "/api/v1/plan?place=shanghai&years=1", data=EXAMPLE["profile"])
    assert {row["place"] for row in some.json["places"]} == set(check_places(corpus, ["shanghai"]))


@pytest.mark.parametrize(
    ("more", "query", "status", "problem"),
    [
        ({"profile": "/etc/passwd"}, "", 422, "J001"),
        ({"profile": "src/huice/samples/3-platform.yaml"}, "", 422, "J001"),
        ({"years": 6}, "", 422, "U006"),
        ({"horizon": 2}, "", 422, "J001"),
        ({"places": ["atlantis"]}, "", 422, "U004"),
        ({"stacking": "greedy"}, "", 422, "J001"),
        ({"measures": {"must": ["beijing/maas-deployment"]}}, "", 422, "J010"),
        ({}, "seconds=11", 400, "A003"),
        ({}, "years=6", 400, "A003"),
        ({}, "objective=both", 400, "A003"),
        ({}, "stacking=greedy", 400, "A003"),
    ],
)
def test_what_cannot_be_planned(
    ask: Ask, more: dict[str, Any], query: str, status: int, problem: str
) -> None:
    reply = ask("POST", f"/api/v1/plan?{query}", data={**EXAMPLE, **more})
    assert reply.status == status and problem in reply.codes, reply.body
    assert b"passwd:" not in reply.body and b"root" not in reply.body


def test_too_little_time_is_said(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def hurried(task: Any, corpus: Corpus, **more: Any) -> Any:
        return plan(task, corpus, **{**more, "time_limit": 0.0001})

    monkeypatch.setattr("huice.api.analysed.plan", hurried)
    reply = ask("POST", "/api/v1/plan", data=EXAMPLE)
    assert (reply.status, reply.codes) == (422, ["J012"])
    assert "请增大 seconds" in reply.json["detail"]


def test_a_fault_in_the_profile_of_a_problem_has_its_place(ask: Ask) -> None:
    body = b'{"years": 2,\n "profile": {"org":\n  {"kind": "firm"}}}'
    reply = ask("POST", "/api/v1/plan", body=body)
    assert reply.status == 422
    (told,) = reply.json["problems"]
    assert (told["pointer"], told["line"], told["code"]) == ("/profile/org/kind", 3, "U004")


def test_a_long_profile_is_not_planned(ask: Ask) -> None:
    contract = {"item": "compute", "mode": "rent", "amount_yuan": 100, "paid_yuan": 100}
    profile = {**EXAMPLE["profile"], "contracts": [contract] * 120}
    for body in (profile, {"profile": profile}):
        reply = ask("POST", "/api/v1/plan", data=body)
        assert (reply.status, reply.codes) == (422, ["A001"])
