"""The page of the analysis and the changes on the pages: figures of the engine, whatever is asked."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from huice.analysis import catalogue, curve, unlock
from huice.analysis.changes_words import step_says
from huice.analysis.tell import what, where
from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.evaluate.evaluator import at_place
from huice.evaluate.profiles import load_profile
from tests.web.conftest import SAMPLES
from tests.web.reading import Reader
from tests.web.test_pages import golden, pairs, sample_yaml

FIRM = {
    "as_of": "2025-06-30",
    "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small"},
    "contracts": [{"item": "compute", "mode": "rent", "amount_yuan": 400000, "paid_yuan": 400000}],
}
BOTH = "contracts[0].amount_yuan+contracts[0].paid_yuan"


def asked(client: Any, profile: dict[str, Any], prefix: str = "", **more: str) -> Reader:
    sent = {"profile": yaml.safe_dump(profile, allow_unicode=True), **more}
    answer = client.post(f"{prefix}/analysis", data=sent)
    assert answer.status_code == 200
    return Reader(answer.text)


def test_the_cliff_is_drawn_and_told(client: Any) -> None:
    page = asked(client, FIRM, fact=BOTH, to="100")
    assert (
        "本企业上限由 25 万元降到 15 万元，少 10 万元（500,001 元时为 150,000.30 元），到约 833,333.33 元才补回"
        in page.text
    )
    marked = [text for text, around in page.texts if around[-1][0] == "mark"]
    assert "年申报智算合同累计金额 50 万元（含）以下的中小企业" in marked


@pytest.mark.parametrize("profile", [p for _, p in golden()], ids=[name for name, _ in golden()])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_break_of_every_number_is_in_the_table(
    profile: dict[str, Any], lang: str, client: Any, corpus: Corpus
) -> None:
    prefix = "/en" if lang == "en" else ""
    first = asked(client, profile, prefix)
    options = [a["value"] for tag, a in first.tags if tag == "option"]
    assert "org.revenue_yuan" in options
    checked = load_profile(profile, corpus)
    place = checked.org.get("place")
    if place is None:
        return
    for fact in options:
        facts = fact.split("+")
        found = curve(checked, facts[0], corpus, places=[place], together=facts[1:])
        page = asked(client, profile, prefix, fact=fact)
        for line in found.places[0].measures:
            for one in line.breaks if line.varies else ():
                assert where(one, found.axis)[lang] in page.text, fact
                assert what(one, found.axis)[lang] in page.text, fact


def test_the_catalogue_is_whole(client: Any, corpus: Corpus) -> None:
    text = Reader(client.get("/analysis").text).text
    for entry in catalogue(corpus).entries:
        assert entry.title.zh in text
        assert what(entry.found, entry.axis).zh in text
        assert all(not cause.quote or cause.quote in text for cause in entry.found.causes)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"fact": "contracts[9].paid_yuan"}, "没有 [9]"),
        ({"fact": "nonsense"}, "不是事实的写法"),
        ({"fact": "org.place"}, "不是数字"),
        ({"fact": BOTH, "from": "many"}, "“many”"),
        ({"fact": BOTH, "from": "90", "to": "10"}, "止数不小于起数"),
        ({"fact": BOTH, "to": "1e300"}, "1e300"),
    ],
)
def test_a_question_that_cannot_be_answered_is_explained(
    more: dict[str, str], said: str, client: Any
) -> None:
    page = asked(client, FIRM, **more)
    alert = " ".join(
        text for text, around in page.texts if any(a.get("class") == "alert" for _, a in around)
    )
    assert said in alert
    assert not any(
        a.get("class", "").startswith("drawn wide") and "c0" in a.get("id", "")
        for _, a in page.tags
    )


def test_a_bare_amount_counts_in_wan(client: Any) -> None:
    page = asked(client, FIRM, fact=BOTH, **{"from": "40", "to": "600000元"})
    ticks = [text for text, around in page.texts if around[-1][1].get("class") == "tick"]
    assert "60 万元" in ticks
    assert "100 万元" not in ticks[: ticks.index("60 万元")]


def test_a_firm_without_numbers_has_its_revenue(client: Any) -> None:
    page = asked(client, {"org": {}})
    options = [a["value"] for tag, a in page.tags if tag == "option"]
    assert options == ["org.revenue_yuan"]


def test_a_faulty_profile_is_refused(client: Any) -> None:
    answer = client.post("/analysis", data={"profile": "org: {place: atlantis}"})
    assert answer.status_code == 400
    assert "atlantis" in answer.text


def test_the_form_of_the_result_leads_to_the_analysis(client: Any) -> None:
    page = Reader(client.get("/calc?sample=2-vertical-application").text)
    there = Reader(client.post("/analysis", data=pairs(page.fields)).text)
    assert "垂类应用企业" in there.text
    assert "返回结果" in there.text


# --- changes ---------------------------------------------------------------------------------------


def near(corpus: Corpus, place: str) -> list[Measure]:
    return [
        one for one in corpus.measures if place == one.place or place.startswith(one.place + "/")
    ]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_a_measure_lists_the_changes(
    name: str, lang: str, client: Any, corpus: Corpus
) -> None:
    prefix = "/en" if lang == "en" else ""
    text = sample_yaml(client, name, prefix)
    profile = load_profile(yaml.safe_load(text), corpus)
    for item in unlock(profile, corpus, shown=4).items:
        page = Reader(client.post(f"{prefix}/measures/{item.measure}", data={"profile": text}).text)
        for one in item.sets:
            for step in one.changes:
                assert step_says(step, corpus)[lang] in page.text, item.measure
        if item.kind == "closed":
            assert item.reason[lang] in page.text


@pytest.mark.parametrize("name", SAMPLES)
def test_a_refused_card_tells_the_cheapest_change(name: str, client: Any, corpus: Corpus) -> None:
    profile = load_profile(yaml.safe_load(sample_yaml(client, name)), corpus)
    place = profile.org["place"]
    page = Reader(client.get(f"/calc?sample={name}").text)
    told = [text for text, around in page.texts if around[-1][1].get("class") == "closer"]
    found = unlock(at_place(profile, place), corpus, places=[place], goal="reach", shown=1)
    assert len(told) == sum(bool(item.sets) for item in found.items) > 0
    for item in found.items:
        for one in item.sets:
            deeds = "；".join(step_says(step, corpus).zh for step in one.changes)
            assert any(deeds in line for line in told), item.measure


def test_a_long_profile_is_not_searched(client: Any) -> None:
    contract = FIRM["contracts"][0]  # type: ignore[index]  # a list
    text = yaml.safe_dump(
        {**FIRM, "contracts": [dict(contract) for _ in range(250)]}, allow_unicode=True
    )
    page = client.post("/measures/shanghai/model-voucher", data={"profile": text})
    assert "画像的清单很长" in page.text


def test_splitting_is_a_risk_and_no_advice(client: Any) -> None:
    contract = {**FIRM["contracts"][0], "amount_yuan": 600000, "paid_yuan": 600000}  # type: ignore[index]
    text = yaml.safe_dump({**FIRM, "contracts": [contract]}, allow_unicode=True)
    page = Reader(client.post("/measures/hangzhou/compute-voucher", data={"profile": text}).text)
    assert "风险，不是建议" in page.text
