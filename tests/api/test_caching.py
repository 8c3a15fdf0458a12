"""Static answers bear an ETag; HEAD, OPTIONS and 405 are right; lists can be filtered."""

from __future__ import annotations

import msgspec
import pytest

from huice import Corpus
from huice.api import shapes
from huice.api.operations import OPERATIONS
from tests.api.conftest import Ask

KEPT = [
    "/api/v1/" + path
    for path in (
        "measures", "measures?city=shanghai", "measures/shenzhen/corpus", "documents",
        "documents/shenzhen/ai-pioneer-city", "pools", "groups", "vocabulary", "schemas/profile",
        "schemas/policy", "version", "cliffs", "cliffs?losses=true", "cliffs?place=shanghai", "openapi.json",
    )
] + ["/api"]  # fmt: skip


@pytest.mark.parametrize("target", KEPT)
def test_an_answer_that_the_client_has_is_not_sent_again(ask: Ask, target: str) -> None:
    first = ask("GET", target)
    etag = first.headers["etag"]
    assert first.status == 200 and first.headers["cache-control"] == "public, max-age=300"
    for tag in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        again = ask("GET", target, headers=[("If-None-Match", tag)])
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert ask("GET", target, headers=[("If-None-Match", '"other"')]).body == first.body
    head = ask("HEAD", target)
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", etag)
    assert head.headers["content-length"] == str(len(first.body))


def test_answers_about_an_applicant_and_the_state_are_not_kept(ask: Ask) -> None:
    for reply in (
        ask("POST", "/api/v1/evaluate?detail=figures", data={}),
        ask("GET", "/api/v1/health"),
        ask("GET", "/api/v1/ready"),
        ask("GET", "/api/v1/nothing"),
    ):
        assert reply.headers["cache-control"] == "no-store"
        assert "etag" not in reply.headers


def test_other_filters_have_other_tags(ask: Ask) -> None:
    tags = {ask("GET", target).headers["etag"] for target in KEPT}
    assert len(tags) == len(KEPT)


def test_measures_are_filtered(ask: Ask, corpus: Corpus) -> None:
    def found(query: str) -> list[str]:
        reply = ask("GET", f"/api/v1/measures?{query}")
        return [
            one.measure for one in msgspec.json.decode(reply.body, type=shapes.Measures).measures
        ]

    assert found("") == [one.id for one in corpus.measures]
    assert found("city=shanghai/xuhui") == [
        one.id for one in corpus.measures if one.place == "shanghai/xuhui"
    ]
    assert set(found("city=shanghai")) > set(found("city=shanghai/xuhui"))
    assert found("document=shenzhen/ai-pioneer-city") == [
        one.id for one in corpus.documents[-1].measures
    ] or found("document=shenzhen/ai-pioneer-city")
    assert found("q=%E8%AE%AD%E5%8A%9B%E5%88%B8") == ["shenzhen/training-voucher"]
    assert found("q=nothing+of+the+kind") == []


@pytest.mark.parametrize("measure", [one.id for one in Corpus.load().measures])
def test_every_measure_can_be_read(ask: Ask, corpus: Corpus, measure: str) -> None:
    plain = ask("GET", f"/api/v1/measures/{measure}")
    one = msgspec.json.decode(plain.body, type=shapes.Measure)
    assert one.text.zh == corpus.measure(measure).text
    assert ask("GET", f"/api/v1/measures/{measure.replace('/', '%2F')}").body == plain.body
    document = msgspec.json.decode(
        ask("GET", f"/api/v1/documents/{one.document}").body, type=shapes.Document
    )
    assert measure in document.measures
    assert document.text[one.start :].startswith(one.text.zh)


def test_methods(ask: Ask) -> None:
    for operation in OPERATIONS:
        path = "/api/v1" + operation.path.replace("{id}", "shenzhen/corpus")
        allowed = "OPTIONS, POST" if operation.method == "POST" else "GET, HEAD, OPTIONS"
        options = ask("OPTIONS", path)
        assert (options.status, options.headers["allow"], options.body) == (204, allowed, b"")
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"):
            if method in allowed:
                continue
            reply = ask(method, path)
            assert (reply.status, reply.headers["allow"]) == (405, allowed), method
            if method != "HEAD":
                assert reply.json["code"] == "method_not_allowed"


def test_health_ready_version(ask: Ask, corpus: Corpus) -> None:
    assert ask("GET", "/api/v1/health").json == {"status": "ok"}
    assert ask("GET", "/api/v1/ready").json == {"status": "ready", "measures": len(corpus.measures)}
    version = msgspec.json.decode(ask("GET", "/api/v1/version").body, type=shapes.Version)
    assert (version.corpus_version, version.corpus_digest) == (corpus.version, corpus.digest)
