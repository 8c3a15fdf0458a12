"""The page of a plan: the figures of `huice.planning`, an honest word on proof and failure, nothing kept."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.evaluate.profiles import load_profile
from huice.language.money import wan
from huice.planning import plan
from huice.planning.problem import Allowance, Site
from huice.planning.usual import usual_task
from huice.reports import words
from huice.web.planning import Shown
from tests.web.conftest import SAMPLES
from tests.web.reading import Reader
from tests.web.test_pages import golden, pairs, sample_yaml


def planned(client: Any, profile: dict[str, Any], **more: Any) -> Reader:
    sent = {"profile": yaml.safe_dump(profile, allow_unicode=True), **more}
    answer = client.post("/plan", data=sent)
    assert answer.status_code == 200
    return Reader(answer.text)


@pytest.mark.parametrize("profile", [p for _, p in golden()], ids=[name for name, _ in golden()])
def test_the_page_shows_the_plan(profile: dict[str, Any], client: Any, corpus: Corpus) -> None:
    task = usual_task(load_profile(profile, corpus), corpus, 3)
    found = plan(task, corpus)
    page = planned(client, profile)
    for entity in found.entities:
        name = words.place_name(corpus, entity.place).zh
        figures = f"确定额 {wan(entity.certain, 'zh')} ，本企业上限 {wan(entity.ceiling, 'zh')}"
        assert f"{name} ，{figures}" in page.text
        for claim in entity.claims:
            assert claim.title.zh in page.text
            assert claim.quote.zh in page.text
    for row in found.places:
        assert row.status == "chosen" or row.reason.zh in page.text
    for clause in found.clauses:
        assert clause.says.zh in page.text and clause.source.zh in page.text
    for one in found.left:
        assert one.reason.zh in page.text and one.title.zh in page.text
    said = "已证明最优（差距 0）" if found.proof.proved else "未证明最优：更好的方案至多再多"
    assert said in page.text


def test_what_the_form_changes_is_planned(client: Any, corpus: Corpus) -> None:
    profile = load_profile(yaml.safe_load(sample_yaml(client, SAMPLES[1])), corpus)
    usual = usual_task(profile, corpus, 2)
    first, *rest = usual.spending
    changed = structs.replace(
        first, total=Allowance(8_000_000, 8_000_000), yearly=Allowance(0, 4_000_000)
    )
    task = structs.replace(
        usual,
        sites=(Site("shenzhen"), Site("shanghai/xuhui", 1_000_000, 500_000)),
        spending=(changed, *rest),
        stacking="prudent",
        net=True,
        entities=2,
        certain=0,
        ceiling=1,
    )
    found = plan(task, corpus)
    sent = {
        "years": "2", "objective": "ceiling", "stacking": "prudent", "net": "1", "entities": "2",
        "place": ["shenzhen", "shanghai/xuhui"], "total.0": "800", "yearly.0": "400",
        "setup:shanghai/xuhui": "100", "yearly:shanghai/xuhui": "50万元",
    }  # fmt: skip
    page = planned(client, yaml.safe_load(sample_yaml(client, SAMPLES[1])), **sent)
    for entity in found.entities:
        assert f"本企业上限 {wan(entity.ceiling, 'zh')}" in page.text
    assert f"成本 {wan(found.entities[0].costs, 'zh')}" in page.text
    assert "减去成本" in page.text
    kept = pairs(page.fields)
    assert kept["total.0"] == ["800"] and kept["yearly.0"] == ["400"]
    assert kept["place"] == ["shanghai/xuhui", "shenzhen"]
    assert (kept["years"], kept["entities"], kept["net"]) == (["2"], ["2"], ["1"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"total.0": "many"}, "“many”"),
        ({"total.0": "-5"}, "“-5”"),
        ({"yearly.0": "0.0000001"}, "金额写到分"),
        ({"setup:shenzhen": "1e99"}, "“1e99”"),
        ({"place": "atlantis"}, "至少选一处地点"),
        ({"total.0": "100", "yearly.0": "10"}, "没有可行的方案"),
    ],
)
def test_what_cannot_be_planned_is_explained(more: dict[str, str], said: str, client: Any) -> None:
    given = {"years": "3", "place": "shenzhen", **more}
    page = planned(client, yaml.safe_load(sample_yaml(client, SAMPLES[0])), **given)
    alert = " ".join(
        text for text, around in page.texts if any(a.get("class") == "alert" for _, a in around)
    )
    assert said in alert
    assert "已证明最优" not in page.text
    kept = pairs(page.fields)
    assert all(kept[name] == [value] for name, value in more.items() if name != "place")


def test_a_long_profile_is_not_planned(client: Any) -> None:
    contract = {"item": "compute", "mode": "rent", "amount_yuan": 100}
    page = planned(client, {"org": {}, "contracts": [dict(contract) for _ in range(150)]})
    assert "项数乘年数至多 100" in page.text


def test_a_faulty_profile_is_refused(client: Any) -> None:
    assert client.post("/plan", data={"profile": "org: {place: atlantis}"}).status_code == 400


def test_a_time_limit_is_said_honestly(client: Any, corpus: Corpus) -> None:
    profile = load_profile(yaml.safe_load(sample_yaml(client, SAMPLES[1])), corpus)
    found = plan(usual_task(profile, corpus, 1), corpus)
    shown = Shown(found, corpus, "zh")
    assert shown.proof == "已证明最优（差距 0）"
    late = {"proved": False, "exact": False, "gap": 25_000, "timed_out": True}
    shown = Shown(structs.replace(found, proof=structs.replace(found.proof, **late)), corpus, "zh")
    assert shown.proof.startswith("未证明最优：更好的方案至多再多 2.5 万元（0.2")
    assert "5 秒的时间限制" in shown.how
    late["timed_out"] = False
    shown = Shown(structs.replace(found, proof=structs.replace(found.proof, **late)), corpus, "en")
    assert shown.proof.startswith("Not proved best: a better plan gives at most 25,000 yuan (0.2")
    assert "seconds" not in shown.how


def test_too_little_time_is_said(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huice.web.planning.SECONDS", 0.0001)
    given = {"years": "5", "place": ["shenzhen", "shanghai/xuhui"]}
    page = planned(client, yaml.safe_load(sample_yaml(client, SAMPLES[1])), **given)
    assert "秒内没有找到方案；请少选几处地点或几年" in page.text


def test_no_figure_stands_in_an_address(client: Any) -> None:
    page = planned(
        client, yaml.safe_load(sample_yaml(client, SAMPLES[0])), years="2", **{"total.0": "7654"}
    )
    for tag, given in page.tags:
        for name in ("href", "action", "formaction"):
            assert "7654" not in given.get(name, ""), (tag, given)
        if tag == "form":
            assert given["method"] == "post"
