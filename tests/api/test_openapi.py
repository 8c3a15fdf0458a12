"""The OpenAPI document: sound, complete, and its examples are true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yaml
from litestar import Litestar
from openapi_spec_validator import validate

from huice.api.faults import KINDS
from huice.api.operations import OPERATIONS
from huice.api.reference import CODES
from tests.api.conftest import Ask

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
NAMES = [operation.name for operation in OPERATIONS]


def _operation(openapi: Any, name: str) -> tuple[str, str, Any]:
    return next(
        (method.upper(), path, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
        if operation["operationId"] == name
    )


def _example_target(path: str, operation: Any) -> str:
    query: list[tuple[str, str]] = []
    for one in operation["parameters"]:
        if one["in"] == "path":
            path = path.replace("{id}", quote(one["example"]))
        elif "example" in one:
            values = one["example"] if isinstance(one["example"], list) else [one["example"]]
            query += [(one["name"], str(value)) for value in values]
    return f"{path}?{urlencode(query)}" if query else path


def _holds(part: Any, whole: Any) -> bool:
    """Whether a shortened example is what the answer begins with."""
    if isinstance(part, dict):
        return all(key in whole and _holds(value, whole[key]) for key, value in part.items())
    return bool(part == (whole[: len(part)] if isinstance(part, list | str) else whole))


def test_the_document_is_valid(openapi: Any) -> None:
    validate(openapi)
    assert openapi["openapi"] == "3.1.0"


def test_every_route_is_documented(openapi: Any, app: Litestar) -> None:
    routes = {
        route.path_format
        for route in app.routes
        if route.path_format not in ("/api", "/api/v1/openapi.json")
    }
    assert routes == set(openapi["paths"])


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_accepted_and_reproduce(openapi: Any, ask: Ask, name: str) -> None:
    method, path, operation = _operation(openapi, name)
    good = operation["responses"]["200"]["content"]
    media, content = next(iter(good.items()))
    target = _example_target(path, operation)
    bodies: list[tuple[bytes, str]] = [(b"", "")]
    if "requestBody" in operation:
        assert list(operation["requestBody"]["content"]) == ["application/json", "application/yaml"]
        bodies = [
            (yaml.safe_dump(example["value"], allow_unicode=True).encode(), "application/yaml")
            for kind in operation["requestBody"]["content"].values()
            for example in kind["examples"].values()
        ]
    for body, kind in bodies:
        reply = ask(method, target, body=body, kind=kind)
        assert (reply.status, reply.headers["content-type"].split(";")[0]) == (200, media)
        if name == "report":
            assert reply.body.decode("utf-8-sig").startswith(content["examples"]["sample"]["value"])
            continue
        for example in content["examples"].values():
            if example.get("x-shortened"):
                assert _holds(example["value"], reply.json)
            else:
                assert example["value"] == reply.json


def test_every_operation_names_its_errors_with_examples(openapi: Any) -> None:
    shared = openapi["components"]["responses"]
    seen = set()
    for name in NAMES:
        _, _, operation = _operation(openapi, name)
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            shown = response
            if "$ref" in response:
                shown = shared[response["$ref"].rpartition("/")[2]]
            examples = shown["content"]["application/problem+json"]["examples"]
            for code, example in examples.items():
                assert example["value"]["status"] == KINDS[code].status == int(status)
                seen.add(code)
    assert seen == set(KINDS) - {
        "method_not_allowed"
    }  # no operation has it: it is for other methods


def test_every_path_and_code_is_in_the_docs(openapi: Any) -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [path for path in openapi["paths"] if f"`{path}`" not in text] == []
    assert [code for code in KINDS if f"`{code}`" not in text] == []
    assert [code for code, _ in CODES if f"`{code}`" not in text] == []
    source = Path(__file__).parents[2] / "src" / "huice"
    used = {
        code
        for folder in ("api", "mcp", "evaluate")
        for path in (source / folder).glob("*.py")
        for code in re.findall(r'"(A\d{3})"', path.read_text("utf-8"))
    }
    assert used == {code for code, _ in CODES if code.startswith("A")}


def test_the_reference_page_stands_alone(ask: Ask) -> None:
    for lang, word in (("zh", "惠策接口"), ("en", "huice API")):
        reply = ask("GET", f"/api?lang={lang}")
        html = reply.body.decode()
        assert reply.status == 200 and word in html
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        assert "<script" not in html and "http-equiv" not in html
        assert re.findall(r'(?:src|href)="(?!#|\?|/api/v1)[^"]*"', html) == []
        assert reply.headers["content-security-policy"].count("sha256-") == 1
        for operation in OPERATIONS:
            assert f'id="{operation.name}"' in html
        for code in KINDS:
            assert f'id="{code}"' in html
