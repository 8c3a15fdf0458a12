from __future__ import annotations

from typing import Any

import pytest

from tests.web.reading import Reader
from tests.web.test_pages import pairs

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
)
TEMPLATES = (
    "{{7*191}}",
    "{% include '/etc/passwd' %}",
    "${7*191}",
    "{{ self.__init__.__globals__ }}",
)


def every_text_field(client: Any) -> list[str]:
    page = Reader(client.get("/calc?sample=2-vertical-application").text)
    types = {"text", "date", "hidden"}
    return [
        given["name"]
        for tag, given in page.tags
        if (tag == "input" and given.get("type") in types and "name" in given)
    ]


@pytest.mark.parametrize("attack", [*SCRIPTS, *TEMPLATES])
def test_text_in_any_field_stays_text(attack: str, client: Any) -> None:
    names = every_text_field(client)
    assert len(names) > 20
    sent = dict.fromkeys(names, attack)
    for prefix in ("", "/en"):
        for path in ("/calc", "/compare", "/measures/shanghai/model-voucher", "/analysis", "/plan"):
            given = {**sent, "fact": attack, "from": attack, "to": attack, "years": "2"}
            given |= {"place": attack, "setup:shenzhen": attack, "stacking": attack}
            answer = client.post(prefix + path, data=given)
            assert answer.status_code in {200, 400}
            assert_inert(answer.text)
            assert "1337" not in answer.text
            assert "root:" not in answer.text


def assert_inert(html: str) -> None:
    page = Reader(html)
    scripts = [given for tag, given in page.tags if tag == "script"]
    assert all(given.get("src", "").startswith("/static/") for given in scripts)
    assert len(scripts) == 1
    assert not any(tag == "img" for tag, _ in page.tags)
    for _, given in page.tags:
        assert not any(name.startswith("on") for name in given)
        for name in ("href", "src", "action", "formaction"):
            assert not given.get(name, "").strip().lower().startswith("javascript:")


@pytest.mark.parametrize("attack", SCRIPTS)
def test_a_profile_may_hold_anything(attack: str, client: Any) -> None:
    quoted = attack.replace("'", "''")
    text = f"name: '{quoted}'\norg: {{kind: '{quoted}'}}\n"
    for good in (text, f"name: '{quoted}'\ncontracts:\n- {{id: '{quoted}', item: compute}}\n"):
        answer = client.post("/calc", data={"profile": good})
        assert answer.status_code == 200
        assert_inert(answer.text)


def test_file_names_are_text_too(client: Any) -> None:
    for name in (
        "<script>alert(1)</script>.yaml",
        "../../../etc/passwd",
        'a";b.yaml',
        "\u202e.yaml",
    ):
        answer = client.post("/calc", files={"file": (name, b"org: {kind: nonsense}")})
        assert answer.status_code == 200
        assert_inert(answer.text)
        assert "alert" in Reader(answer.text).text if "script" in name else True


def test_paths_do_not_leave_the_house(client: Any) -> None:
    for path in (
        "/static/../../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/x/..%2f..%2fapp.py",
        "/measures/../../etc", "/measures/%2e%2e/passwd", "/policies/..%2f/x", "/calc?sample=../../../etc/passwd",
        "/calc?sample=1-model-startup%00", "/en//evil.example", "/plan?sample=../../../etc/passwd", "/analysis?sample=..%2f..%2fx",
    ):  # fmt: skip
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code in {404, 400}, path
        assert "location" not in answer.headers
        assert "root:" not in answer.text


def test_an_oversized_body_is_refused(client: Any) -> None:
    answer = client.post("/calc", data={"name": "x" * 1_200_000})
    assert answer.status_code == 413
    answer = client.post("/calc", files={"file": ("a.yaml", b"a: 1\n" * 300_000)})
    assert answer.status_code == 413


def test_too_many_fields_are_refused(client: Any) -> None:
    answer = client.post("/calc", data={f"f{number}": "" for number in range(2_500)})
    assert answer.status_code == 400


def test_a_yaml_bomb_is_refused(client: Any) -> None:
    bomb = "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n"
    page = client.post("/calc", data={"profile": bomb})
    assert page.status_code == 200
    assert "锚点" in page.text
    deep = client.post("/calc", data={"profile": "[" * 100_000})
    assert deep.status_code == 200


def test_no_answer_is_repeated_in_an_address(client: Any) -> None:
    page = Reader(client.get("/calc?sample=1-model-startup").text)
    answer = client.post("/calc", data=pairs(page.fields))
    for tag, given in Reader(answer.text).tags:
        for name in ("href", "action", "formaction"):
            assert "1200" not in given.get(name, ""), (tag, given)
    for tag, given in page.tags:
        if tag == "form":
            assert given["method"] == "post" or "search" in given.get("class", "")


def test_every_answer_carries_the_headers(client: Any) -> None:
    for path in ("/", "/calc", "/nothing"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"


def test_a_spreadsheet_formula_in_a_name_does_not_reach_the_csv(client: Any) -> None:
    sent = {"name": "=cmd|' /C calc'!A0", "org.place": "shenzhen", "person.0.id": "=1+1"}
    lines = client.post("/report.csv", data=sent).text.splitlines()
    assert len(lines) > 5
    assert not any(
        cell.strip('"').startswith(("=", "+", "@")) for line in lines for cell in line.split(",")
    )


def test_wrong_methods_and_types_are_answered_kindly(client: Any) -> None:
    assert client.post("/").status_code == 405
    assert client.post("/calc", json={"a": 1}).status_code in {200, 400, 415}
    assert (
        client.post(
            "/calc", content=b"\xff\xfe", headers={"content-type": "multipart/form-data"}
        ).status_code
        == 400
    )


def test_a_faulty_profile_makes_no_report(client: Any) -> None:
    for path in ("/report.xlsx", "/report.json", "/profile.yaml", "/measures/shenzhen/corpus"):
        answer = client.post(path, data={"profile": "org: {place: atlantis}"})
        assert answer.status_code == 400, path
        assert "atlantis" in answer.text


def test_a_long_profile_is_refused_and_never_cut(client: Any) -> None:
    long = "contracts:\n" + "- {item: compute, amount_yuan: 1}\n" * 8_000
    for sent in ({"data": {"profile": long}}, {"files": {"file": ("a.yaml", long.encode())}}):
        answer = client.post("/calc", **sent)
        assert answer.status_code == 200
        assert "画像超过" in answer.text
