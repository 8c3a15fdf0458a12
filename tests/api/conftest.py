"""One application for all tests of the API, asked without a network and with full control of the request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from litestar import Litestar

from huice import Corpus
from huice.api import Settings, application

TODAY = date(2025, 6, 30)
Headers = Iterable[tuple[str, str]]


class Reply:
    """What came back."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status, self.body = status, body
        self.raw = [(name.decode().lower(), value.decode("latin-1")) for name, value in headers]
        self.headers = dict(self.raw)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        """The codes of the problems."""
        return [one["code"] for one in self.json["problems"]]


async def _asked(
    app: Any,
    method: str,
    target: str,
    chunks: list[bytes],
    headers: list[tuple[bytes, bytes]],
    pause: float,
) -> Reply:
    path, _, query = target.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    left = list(chunks) or [b""]
    sent: list[Any] = []

    async def receive() -> Any:
        if not left:
            return {"type": "http.disconnect"}
        if pause:
            await asyncio.sleep(pause)
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(part.get("body", b"") for part in sent[1:])
    return Reply(sent[0]["status"], list(sent[0]["headers"]), body)


Ask = Callable[..., Reply]


def asker(app: Any) -> Ask:
    """A function that asks an application: `data` is sent as JSON, `body` as it is."""

    def ask(
        method: str,
        target: str,
        *,
        data: Any = None,
        body: bytes | list[bytes] = b"",
        kind: str = "application/json",
        headers: Headers = (),
        host: str = "localhost:8000",
        pause: float = 0,
    ) -> Reply:
        if data is not None:
            body = json.dumps(data, ensure_ascii=False, default=str).encode()
        chunks = body if isinstance(body, list) else [body]
        given = [(b"host", host.encode("latin-1"))] if host else []
        if any(chunks):
            given.append((b"content-type", kind.encode("latin-1")))
        given += [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return asyncio.run(_asked(app, method, target, chunks, given, pause))

    return ask


@pytest.fixture(scope="session")
def app(corpus: Corpus) -> Litestar:
    return application(corpus, today=lambda: TODAY)


@pytest.fixture(scope="session")
def ask(app: Litestar) -> Ask:
    return asker(app)


@pytest.fixture(scope="session")
def ask_with(corpus: Corpus) -> Callable[..., Ask]:
    """Asks an application with other settings."""

    def made(**settings: Any) -> Ask:
        return asker(application(corpus, Settings(**settings), today=lambda: TODAY))

    return made


@pytest.fixture(scope="session")
def openapi(ask: Ask) -> Any:
    return ask("GET", "/api/v1/openapi.json").json
