from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import huice
from huice.corpus.corpus import Corpus
from huice.evaluate.outcome import Status
from huice.language.money import wan
from huice.web.assets import assets
from tests.web.conftest import SAMPLES
from tests.web.reading import Reader

PLAIN = (
    "/",
    "/calc",
    "/compare",
    "/analysis",
    "/policies",
    "/glossary",
    "/developers",
    "/policies?q=算力",
)
FILLED = tuple(f"/calc?sample={name}" for name in SAMPLES)
CJK = re.compile(r"[\u3400-\u9fff]+")
FORBIDDEN = (
    "您可获得",
    "预计到账",
    "匹配度",
    "最高可省",
    "确定可得",
    "you will get",
    "you will receive",
)


def all_paths(corpus: Corpus) -> list[str]:
    paths = [*PLAIN, *FILLED]
    paths += [f"/policies/{document.id}" for document in corpus.documents]
    return paths + [f"/measures/{measure.id}" for measure in corpus.measures]


def english(path: str) -> str:
    return "/en" if path == "/" else f"/en{path}"


def sample_yaml(client: Any, name: str, prefix: str = "") -> str:
    page = Reader(client.get(f"{prefix}/calc?sample={name}").text)
    return str(client.post(f"{prefix}/profile.yaml", data=pairs(page.fields)).text)


def pairs(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


def test_every_page_answers_in_both_languages(client: Any, corpus: Corpus) -> None:
    for path in all_paths(corpus):
        for address in (path, english(path)):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert f'lang="{"en" if address.startswith("/en") else "zh-CN"}"' in answer.text[:200]


def test_every_measure_of_every_sample_is_explained_in_both_languages(
    client: Any, corpus: Corpus
) -> None:
    for name in SAMPLES:
        for prefix in ("", "/en"):
            text = sample_yaml(client, name, prefix)
            for measure in corpus.measures:
                answer = client.post(f"{prefix}/measures/{measure.id}", data={"profile": text})
                assert answer.status_code == 200, (name, measure.id)


def untranslated(html: str) -> list[str]:
    found = []
    for text, around in Reader(html).texts:
        chinese = any(a.get("lang", "").startswith("zh") for _, a in around[1:])
        own = any("data-own" in a for _, a in around)
        script = any(tag in {"script", "style", "textarea", "template"} for tag, _ in around)
        if not (chinese or own or script) and CJK.search(text):
            found.append(text)
    for tag, given in Reader(html).tags:
        if given.get("lang", "").startswith("zh") or "data-own" in given:
            continue
        spoken = ("aria-label", "title", "placeholder", "alt", "content")
        found += [f"{tag} {name}" for name in spoken if CJK.search(given.get(name, ""))]
    return found


def test_english_pages_hold_no_chinese_but_quotations(client: Any, corpus: Corpus) -> None:
    for path in all_paths(corpus):
        assert not untranslated(client.get(english(path)).text), path
    for name in SAMPLES:
        text = sample_yaml(client, name, "/en")
        for measure in corpus.measures:
            page = client.post(f"/en/measures/{measure.id}", data={"profile": text}).text
            assert not untranslated(page), (name, measure.id)
        for page in ("/en/compare", "/en/analysis", "/en/plan"):
            assert not untranslated(client.post(page, data={"profile": text}).text), (name, page)


def test_no_forbidden_word(client: Any, corpus: Corpus) -> None:
    for path in all_paths(corpus):
        for address in (path, english(path)):
            text = Reader(client.get(address).text).text
            for word in FORBIDDEN:
                assert word not in text.lower(), (address, word)


def test_ids_are_unique_and_links_inside_a_page_lead_somewhere(client: Any) -> None:
    for path in [*PLAIN, *FILLED, "/measures/shanghai/model-voucher"]:
        page = Reader(client.get(path).text)
        assert len(page.ids) == len(set(page.ids)), path
        for tag, given in page.tags:
            if tag == "a" and given.get("href", "").startswith("#"):
                assert given["href"][1:] in page.ids, (path, given["href"])


def test_links_to_pages_of_the_site_work(client: Any) -> None:
    seen: set[str] = set()
    todo = ["/", "/en"]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        for tag, given in Reader(answer.text).tags:
            href = given.get("href", "")
            if tag == "a" and href.startswith("/"):
                todo.append(href.partition("#")[0])
    assert len(seen) > 180


def golden() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for file in sorted((Path(__file__).parents[1] / "golden/personas").glob("*.yaml")):
        persona = yaml.safe_load(file.read_text(encoding="utf-8"))
        for variant in persona.get("variants", [persona]):
            profile = variant.get("profile")
            if profile:
                found.append((f"{persona['id']}/{variant.get('id', '')}", profile))
    return found


@pytest.mark.parametrize("profile", [p for _, p in golden()], ids=[name for name, _ in golden()])
def test_the_page_shows_the_figures_of_the_engine(
    profile: dict[str, Any], client: Any, corpus: Corpus
) -> None:
    result = huice.evaluate(profile, corpus)
    sent = {"profile": yaml.safe_dump(profile, allow_unicode=True)}
    page = Reader(client.post("/calc", data=sent).text)
    words = page.text
    assert page.sums[:2] == [wan(result.total.certain, "zh"), wan(result.total.ceiling, "zh")]
    for one in result.of_status(Status.ELIGIBLE, Status.DISCRETIONARY, Status.UNKNOWN):
        if one.here:
            assert one.measure.title.zh in words
            if one.ceiling is not None and one.clause_cap:
                figures = f"确定额 {wan(one.certain, 'zh')} 本企业上限 {wan(one.ceiling, 'zh')}"
                assert figures in words, one.id
    # The fields of the form, sent back, make the same result.
    again = client.post("/report.json", data=pairs(page.fields)).json()
    expected = result.to_dict()
    assert again["total"] == expected["total"]
    assert again["measures"] == expected["measures"]
    exported = client.post("/profile.yaml", data=pairs(page.fields)).text
    third = client.post("/report.json", data={"profile": exported}).json()
    assert third["measures"] == expected["measures"]


def test_the_result_page_weighs_at_most_30_kb_with_everything(client: Any) -> None:
    shared = sum(len(gzip.compress(asset.body, 6)) for asset in assets().values())
    for path in FILLED:
        for address in (path, english(path)):
            weight = shared + len(gzip.compress(client.get(address).content, 6))
            assert weight <= 30 * 1024, (address, weight)


def test_assets_keep_for_ever_and_pages_do_not(client: Any) -> None:
    for asset in assets().values():
        answer = client.get(asset.url)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
    assert client.get("/static/0000000000/style.css").status_code == 404
    assert client.get("/calc").headers["cache-control"] == "no-store"


def test_a_link_of_an_older_corpus_says_so(client: Any, corpus: Corpus) -> None:
    assert "这个链接出自汇编 2024.9" in Reader(client.get("/calc?v=2024.9").text).text
    assert "这个链接出自汇编" not in client.get(f"/calc?v={corpus.version}").text


def test_a_document_says_that_all_its_numbers_are_encoded(client: Any) -> None:
    words = Reader(client.get("/policies/shenzhen/ai-pioneer-city").text).text
    assert "本条 4 个数字均已编码" in words
    assert "还没有编码" not in words


def test_nothing_is_loaded_from_elsewhere(client: Any, corpus: Corpus) -> None:
    for path in all_paths(corpus):
        for tag, given in Reader(client.get(path).text).tags:
            for name in ("src", "href", "action", "formaction"):
                if tag != "a" and given.get(name):
                    assert given[name].startswith(("/", "#", "data:,")), (path, tag, given)
