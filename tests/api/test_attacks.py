"""What is wrong, huge, slow or hostile is refused as problem+json, with a code and nothing of ours in it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from huice import Corpus
from huice.api import application
from huice.api.shapes import ProblemDetails
from huice.reports.typeset import NoChineseFont
from tests.api.conftest import TODAY, Ask, Reply, asker

EVALUATE = "/api/v1/evaluate"


def refused(reply: Reply, status: int, code: str, *problems: str) -> ProblemDetails:
    assert reply.status == status, reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    told = msgspec.json.decode(reply.body, type=ProblemDetails)
    assert (told.status, told.code, told.type) == (status, code, f"/api#{code}")
    assert told.request_id == reply.headers["x-request-id"]
    assert tuple(one.code for one in told.problems) == problems
    return told


BODIES: list[tuple[str, bytes, str, int, str, str]] = [
    ("empty", b"", "json", 400, "bad_syntax", "F012"),
    ("blank", b" \n ", "json", 400, "bad_syntax", "F012"),
    ("empty yaml", b"# nothing", "yaml", 400, "bad_syntax", "F012"),
    ("torn", b'{"org": {"place"', "json", 400, "bad_syntax", "F011"),
    ("two values", b"{} {}", "json", 400, "bad_syntax", "F011"),
    ("comment", b"{} // no", "json", 400, "bad_syntax", "F011"),
    ("key twice", b'{"as_of": null, "as_of": "2025-06-30"}', "json", 400, "bad_syntax", "F007"),
    ("key twice below", b'{"org": {"place": null, "place": null}}', "json", 400, "bad_syntax", "F007"),
    ("key twice, escaped", b'{"org": {"place": null, "plac\\u0065": null}}', "json", 400, "bad_syntax", "F007"),
    ("key twice yaml", b"org: {}\norg: {}", "yaml", 400, "bad_syntax", "F007"),
    ("nan", b'{"org": {"revenue_prev_year_yuan": NaN}}', "json", 400, "bad_syntax", "F011"),
    ("infinity", b'{"org": {"revenue_prev_year_yuan": -Infinity}}', "json", 400, "bad_syntax", "F011"),
    ("deep", b"[" * 100_000, "json", 400, "bad_syntax", "F009"),
    ("deep and closed", b"[" * 40 + b"]" * 40, "json", 400, "bad_syntax", "F009"),
    ("deep objects", b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "json", 400, "bad_syntax", "F009"),
    ("deep yaml", b"[" * 100_000, "yaml", 400, "bad_syntax", "F009"),
    ("many values", b"[" + b"1," * 100_000 + b"1]", "json", 400, "bad_syntax", "F003"),
    ("many values yaml", b"[" + b"1," * 100_000 + b"1]", "yaml", 400, "bad_syntax", "F003"),
    ("anchors", b"a: &a [1]\nb: *a", "yaml", 400, "bad_syntax", "F005"),
    ("laughs", b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "yaml", 400, "bad_syntax", "F005"),
    ("merge", b"<<: {org: {}}", "yaml", 422, "bad_profile", "U001"),
    ("tag", b"a: !!python/object/apply:os.system [id]", "yaml", 400, "bad_syntax", "F006"),
    ("two documents", b"org: {}\n---\norg: {}", "yaml", 400, "bad_syntax", "F010"),
    ("utf-16", "{}".encode("utf-16"), "json", 400, "bad_syntax", "F004"),
    ("gbk", '{"name": "惠策"}'.encode("gbk"), "json", 400, "bad_syntax", "F004"),
    ("latin", b'{"name": "\xe9"}', "json", 400, "bad_syntax", "F004"),
    ("lone surrogate", b'{"name": "\\ud800"}', "json", 400, "bad_syntax", "F011"),
    ("lone surrogate key", b'{"\\udfff": 1}', "json", 400, "bad_syntax", "F011"),
    ("control character", b"name: \x01", "yaml", 400, "bad_syntax", "F011"),
    ("list", b"[]", "json", 422, "bad_profile", "U002"),
    ("text", b'"org"', "json", 422, "bad_profile", "U002"),
    ("null", b"null", "json", 422, "bad_profile", "U002"),
    ("bool for money", b'{"contracts": [{"paid_yuan": true}]}', "json", 422, "bad_profile", "U006"),
    ("bool for area", b'{"premises": [{"area_sqm": false}]}', "json", 422, "bad_profile", "U006"),
    ("bool for years", b'{"horizon_years": true}', "json", 422, "bad_profile", "U006"),
    ("huge number", b'{"contracts": [{"paid_yuan": 1e400}]}', "json", 422, "bad_profile", "U006"),
    ("tiny number", b'{"contracts": [{"paid_yuan": 1e-400}]}', "json", 422, "bad_profile", "U006"),
    ("long number", b'{"contracts": [{"paid_yuan": ' + b"9" * 10_000 + b"}]}", "json", 422, "bad_profile", "U006"),
    ("horizon", b'{"horizon_years": 31}', "json", 422, "bad_profile", "U006"),
    ("horizon by years", b'{"claim_year": 1900, "years": {"2100": {}}}', "json", 422, "bad_profile", "U006"),
    ("entities", json.dumps({"contracts": [{}] * 501}).encode(), "json", 422, "bad_profile", "A001"),
    ("entities by years", json.dumps({"contracts": [{}] * 200, "horizon_years": 30}).encode(), "json", 422, "bad_profile", "A001"),
    ("prototype", b'{"__proto__": {}, "constructor": 1}', "json", 422, "bad_profile", "U001 U001"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "status", "code", "problems"),
    [case[1:] for case in BODIES],
    ids=[case[0] for case in BODIES],
)
def test_bodies(ask: Ask, body: bytes, kind: str, status: int, code: str, problems: str) -> None:
    headers = [("Content-Type", f"application/{kind}")] if not body else []
    reply = ask("POST", EVALUATE, body=body, kind=f"application/{kind}", headers=headers)
    refused(reply, status, code, *problems.split())


def test_all_faults_are_told_at_once_with_their_places(ask: Ask) -> None:
    body = b'{"org": {"kind": "firm", "x~/y": 1},\n "contracts": [{"paid_yuan": true}]}'
    told = refused(
        ask("POST", EVALUATE + "?lang=en", body=body), 422, "bad_profile", "U004", "U003", "U006"
    )
    assert [one.pointer for one in told.problems] == [
        "/org/kind",
        "/org/x~0~1y",
        "/contracts/0/paid_yuan",
    ]
    assert [one.line for one in told.problems] == [1, 1, 2]
    assert told.title == "the profile has faults"
    assert all(one.message.zh != one.message.en for one in told.problems)
    several = refused(
        ask("POST", "/api/v1/compare", body=b'[{},\n {},\n {"org": {"kind": 1}}]'),
        422, "bad_profile", "U004",
    )  # fmt: skip
    assert (several.problems[0].pointer, several.problems[0].line) == ("/2/org/kind", 3)
    refused(ask("POST", "/api/v1/compare", body=b"[]"), 422, "bad_profile", "A001")
    refused(ask("POST", "/api/v1/compare", data=[{}] * 21), 422, "bad_profile", "A001")


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        ("text/plain", ""),
        ("application/x-www-form-urlencoded", ""),
        ("multipart/form-data; boundary=x", ""),
        ("application/json; charset=gbk", ""),
        ("application/xml", ""),
        ("", ""),
        ("application/json", "gzip"),
        ("application/json", "br"),
    ],
)
def test_other_kinds_of_body(ask: Ask, kind: str, encoding: str) -> None:
    headers = [("Content-Encoding", encoding)] if encoding else []
    reply = ask("POST", EVALUATE, body=b"{}", kind=kind, headers=headers)
    refused(reply, 415, "unsupported_media_type", "A004")


def test_json_may_be_named_with_its_charset_and_a_byte_order_mark(ask: Ask) -> None:
    for kind in ("application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'):
        assert ask("POST", EVALUATE, body=b"\xef\xbb\xbf{}", kind=kind).status == 200


def test_large_bodies(ask: Ask, ask_with: Callable[..., Ask]) -> None:
    body = b'{"name": "' + b"a" * 262_144 + b'"}'
    refused(ask("POST", EVALUATE, body=body), 413, "too_large", "A005")
    chunks = [b"a" * 60_000] * 5
    refused(ask("POST", EVALUATE, body=chunks), 413, "too_large", "A005")
    declared = [("Content-Length", "999999999999999999999999")]
    refused(ask("POST", EVALUATE, body=b"{}", headers=declared), 413, "too_large", "A005")
    small = ask_with(api_bytes=10)
    assert small("POST", EVALUATE, body=b"{}").status == 200
    refused(small("POST", EVALUATE, body=b'{"org": {}}'), 413, "too_large", "A005")


def test_slow_bodies(ask_with: Callable[..., Ask]) -> None:
    ask = ask_with(body_seconds=0.1)
    assert ask("POST", EVALUATE, body=[b"{", b"}"], pause=0.001).status == 200
    refused(ask("POST", EVALUATE, body=[b"{", b" ", b" ", b"}"], pause=0.05), 408, "timeout")


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/measures/../../../../etc/passwd",
        "/api/v1/documents/..%2F..%2F..%2Fetc%2Fpasswd",
        "/api/v1/documents/%2e%2e/%2e%2e/corpus.yaml",
        "/api/v1/documents/shenzhen/ai-pioneer-city.yaml",
        "/api/v1/documents//shenzhen/ai-pioneer-city/x",
        "/api/v1/schemas/..%2Fprofile",
        "/api/v1/schemas/__class__",
        "/api/v1/measures/%00",
        "/api/v1/measures/%ff%fe",
        "/api/v1/measures/%0d%0aSet-Cookie:%20a=b",
        "/api/v1/measures/" + "a" * 5_000,
        "/api/v1/measures/<script>alert(1)</script>",
        "/api/v1/measures/{{7*7}}",
        "/api/v1/nothing",
        "/api/v2/evaluate",
        "/api/v1/../../x",
        "/api/%2e%2e/x",
    ],
)
def test_strange_addresses(ask: Ask, target: str) -> None:
    reply = ask("GET", target)
    assert reply.status == 404
    told = refused(reply, 404, "not_found", *reply.codes)
    assert "passwd:" not in told.detail and "set-cookie" not in reply.headers
    assert len(reply.body) < 2_000


@pytest.mark.parametrize(
    ("target", "problems"),
    [
        ("lang=de", "A003"),
        ("lang=zh&lang=en", "A003"),
        ("lang=", "A003"),
        ("detail=all", "A003"),
        ("place=atlantis", "A003"),
        ("place=shenzhen&place=shanghai/xuhui", "A003"),
        ("measure=", "A003"),
        ("measure=shenzhen/corpus&measure=x", "A003"),
        ("mesure=x", "A002"),
        ("a=1&b=2", "A002 A002"),
        ("%ff=1", "A002"),
        ("lang=%ff", "A002"),
        ("&".join("a=1" for _ in range(600)), "A002"),
    ],
)
def test_parameters(ask: Ask, target: str, problems: str) -> None:
    reply = ask("POST", f"{EVALUATE}?{target}", body=b"{}")
    refused(reply, 400, "bad_parameter", *problems.split())


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "x", "", "１", "1e1", "0x1", "9" * 100])
def test_limits(ask: Ask, limit: str) -> None:
    reply = ask("POST", f"/api/v1/next-question?limit={quote(limit)}", body=b"{}")
    refused(reply, 400, "bad_parameter", "A003")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "evil.example/x",
        "a@b",
        "a\tb",
        "a:b:c",
        "[::1",
        "a:999999",
        "<script>",
        "é",
        "a,b",
    ],
)
def test_malformed_hosts(ask: Ask, host: str) -> None:
    reply = ask("GET", "/api/v1/health", host=host)
    refused(reply, 400, "bad_host")


def test_two_hosts(ask: Ask) -> None:
    reply = ask("GET", "/api/v1/health", headers=[("Host", "other")])
    refused(reply, 400, "bad_host")


def test_named_hosts(ask_with: Callable[..., Ask]) -> None:
    ask = ask_with(hosts=("huice.example.cn", "*.park.example", "[::1]", "127.0.0.1"))
    for host in ("huice.example.cn", "HUICE.example.cn:8000", "a.park.example", "b.a.park.example.",
                 "[::1]:8000", "[::1]", "127.0.0.1:80"):  # fmt: skip
        assert ask("GET", "/api/v1/health", host=host).status == 200, host
    for host in ("example.cn", "park.example", "xpark.example", "huice.example.cn.evil.example"):
        refused(ask("GET", "/api/v1/health", host=host), 421, "wrong_host")


def test_other_origins_are_let_in_only_by_name(ask: Ask, ask_with: Callable[..., Ask]) -> None:
    asked = [
        ("Origin", "https://a.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    ]
    reply = ask("OPTIONS", EVALUATE, headers=asked)
    assert not [name for name in reply.headers if name.startswith("access-control")]
    reply = ask("POST", EVALUATE, body=b"{}", headers=asked[:1])
    assert not [name for name in reply.headers if name.startswith("access-control")]
    named = ask_with(origins=("https://a.example",))
    reply = named("OPTIONS", EVALUATE, headers=asked)
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == "https://a.example"
    assert "POST" in reply.headers["access-control-allow-methods"]
    reply = named("POST", EVALUATE, body=b"{}", headers=asked[:1])
    assert reply.headers["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-credentials" not in reply.headers
    for origin in ("https://a.example.evil", "http://a.example", "null", "https://A.example"):
        reply = named("POST", EVALUATE, body=b"{}", headers=[("Origin", origin)])
        assert "access-control-allow-origin" not in reply.headers
        assert "Origin" in [value for name, value in reply.raw if name == "vary"]


SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/api", 200),
        ("GET", "/api/v1/measures", 200),
        ("HEAD", "/api/v1/measures", 200),
        ("OPTIONS", "/api/v1/measures", 204),
        ("POST", EVALUATE, 415),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/api/v1/measures", 405),
    ],
)
def test_every_answer_has_the_security_headers(
    ask: Ask, method: str, target: str, status: int
) -> None:
    reply = ask(method, target)
    assert reply.status == status
    assert {name: reply.headers.get(name) for name in SAFE} == SAFE
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    names = [name for name, _ in reply.raw if name != "vary"]
    assert len(names) == len(set(names))
    assert "server" not in names


def test_request_ids(ask: Ask) -> None:
    mine = "abc-DEF-12345678"
    assert ask("GET", "/api", headers=[("X-Request-ID", mine)]).headers["x-request-id"] == mine
    for strange in ("short", "a" * 65, "a\r\nSet-Cookie: x=1", "<b>12345678", "a b c d e f g h"):
        reply = ask("GET", "/api", headers=[("X-Request-ID", strange)])
        assert len(reply.headers["x-request-id"]) == 32
        assert "set-cookie" not in reply.headers


def test_logs_hold_no_figures_and_no_names(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    name = "某某科技有限公司"
    with caplog.at_level(logging.INFO):
        ask("POST", EVALUATE, data={"name": name, "contracts": [{"paid_yuan": 123456789}]})
        ask("POST", EVALUATE, data={"name": [name], "org": {"kind": name}})
        ask("GET", "/api/v1/measures?q=Firm123456789")
        ask("GET", "/api/v1/measures/Firm123456789", headers=[("User-Agent", "Firm")])
    lines = [
        json.loads(record.message) for record in caplog.records if record.name == "huice.access"
    ]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("POST", EVALUATE, 200),
        ("POST", EVALUATE, 422),
        ("GET", "/api/v1/measures", 200),
        ("GET", "/api/v1/measures/{id}", 404),
    ]
    assert all(
        set(line) == {"time", "request_id", "method", "route", "status", "ms", "bytes"}
        for line in lines
    )
    assert name not in caplog.text and "123456789" not in caplog.text


def test_a_fault_of_ours_tells_nothing(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret 123456789")

    monkeypatch.setattr("huice.api.asked.read_sent", broken)
    ask = asker(application(corpus, today=lambda: TODAY))
    told = refused(ask("POST", EVALUATE, body=b"{}"), 500, "internal")
    assert "secret" not in told.detail and "secret" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_file_that_cannot_be_made_here(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_font(*_: Any) -> Any:
        raise NoChineseFont

    monkeypatch.setattr("huice.reports.typeset.pdf", no_font)
    told = refused(ask("POST", "/api/v1/reports/pdf", body=b"{}"), 503, "unavailable", "A007")
    assert "fonts-noto-cjk" in told.detail


def test_the_heaviest_requests_end_soon(ask: Ask) -> None:
    """Generous bounds: they catch what grows without end, not a slow machine."""
    contract = {"item": "compute", "mode": "rent", "purposes": ["training"], "paid_yuan": 100}
    heavy = [
        {"contracts": [contract] * 500},
        {"contracts": [contract] * 33, "horizon_years": 30},
    ]
    for profile in heavy:
        for target in ("evaluate", "compare", "next-question"):
            started = time.perf_counter()
            assert ask("POST", f"/api/v1/{target}", data=profile).status == 200
            assert time.perf_counter() - started < 30
    words = b"? " * 60_000
    assert ask("POST", EVALUATE, body=b"x" * 250_000, kind="application/yaml").status == 422
    for body in (
        words,
        b"- " * 120_000,
        b"a: " * 80_000,
        b"'" * 250_001,
        b"[{" * 100_000,
        b"%" * 250_000,
    ):
        started = time.perf_counter()
        assert ask("POST", EVALUATE, body=body, kind="application/yaml").status == 400
        assert time.perf_counter() - started < 10


@given(st.binary(max_size=300))
def test_any_bytes(app: Litestar, body: bytes) -> None:
    for kind in ("application/json", "application/yaml"):
        reply = asker(app)("POST", EVALUATE + "?detail=figures", body=body or b" ", kind=kind)
        assert reply.status in (200, 400, 422)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8).filter(lambda text: text.isascii() or text.encode("utf-8", "ignore").decode() == text)
        | st.sampled_from(["org", "place", "contracts", "2026", "50万元", "2025-06-30", "shenzhen"]),
        lambda below: st.lists(below, max_size=4)
        | st.dictionaries(
            st.sampled_from(["org", "contracts", "people", "premises", "projects", "years", "decisions", "pools",
                             "readings", "as_of", "claim_year", "horizon_years", "name", "place", "kind",
                             "paid_yuan", "2026", "paid_history", "shenzhen/corpus", "records", "id"]),
            below, max_size=5,
        ),
        max_leaves=25,
    )
)  # fmt: skip
def test_any_json(app: Litestar, value: Any) -> None:
    reply = asker(app)("POST", EVALUATE, body=json.dumps(value).encode())
    assert reply.status in (200, 400, 422), reply.body


@given(st.lists(st.tuples(st.sampled_from(["Accept", "Accept-Encoding", "Content-Type", "If-None-Match", "Range",
                                           "Origin", "X-Request-ID", "X-Forwarded-Host", "Transfer-Encoding",
                                           "Content-Length", "Cookie", "Expect", "Content-Encoding"]),
                          st.text(st.characters(max_codepoint=255), max_size=30)), max_size=6))  # fmt: skip
def test_any_headers(app: Litestar, headers: list[tuple[str, str]]) -> None:
    for method, target in (
        ("GET", "/api/v1/pools"),
        ("POST", "/api/v1/compare"),
        ("OPTIONS", "/api"),
    ):
        reply = asker(app)(method, target, body=b"{}" if method == "POST" else b"", headers=headers)
        assert reply.status in (200, 204, 304, 400, 413, 415, 422), reply.body


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_address(app: Litestar, text: str) -> None:
    ask = asker(app)
    assert ask("GET", f"/api/v1/measures/x{quote(text)}").status == 404
    assert ask("GET", f"/api/v1/measures?q={quote(text)}").status in (200, 400)
    assert ask("GET", f"/api/v1/measures?{quote(text)}").status in (200, 400)
