"""What stands before every page and answer of the server, whatever serves it.

It keeps bodies small and quick, checks the host, adds the security headers, lets named origins in and no
others, answers HEAD, and writes one line of JSON for each request, without bodies, query or header values.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

from msgspec import Struct

from huice.api.faults import KINDS, PROBLEM_JSON, problem_body
from huice.corpus.source import Problem
from huice.language.text import Text

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LOG = logging.getLogger("huice.access")
HEADERS = (
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
)
"""Added to every answer that does not say otherwise itself."""
_HOST = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type, if-none-match, x-request-id"),
    (b"access-control-max-age", b"600"),
)


class Settings(Struct, frozen=True):
    """What an operator may set. No host and no origin named: every host, no other origin."""

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    api_bytes: int = 262_144
    page_bytes: int = 1_000_000
    body_seconds: float = 20.0
    upload_bytes: int = 0
    uploads: tuple[str, ...] = ()
    """Addresses that take files, up to `upload_bytes`."""

    def takes(self, path: str) -> int:
        """The largest body for an address, in bytes."""
        if path in self.uploads:
            return self.upload_bytes
        return self.api_bytes if path.startswith(("/api", "/mcp")) else self.page_bytes

    def answers(self, host: str) -> bool:
        """Whether the server answers for a host; `*.example.cn` stands for all below it."""
        name = host.lower().rstrip(".")
        return not self.hosts or any(
            name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in self.hosts
        )


class _Stopped(Exception):  # the request is not read on
    def __init__(self, code: str) -> None:
        self.code = code


class Shield:
    """An ASGI application around another one."""

    def __init__(self, app: App, settings: Settings | None = None) -> None:
        self.app, self.settings = app, settings or Settings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await _Exchange(self, scope, receive, send).run()


class _Exchange:
    """One request and its answer."""

    def __init__(self, shield: Shield, scope: Scope, receive: Receive, send: Send) -> None:
        self.app, self.settings = shield.app, shield.settings
        self.scope, self.receive, self.send = scope, receive, send
        self.headers: dict[bytes, bytes] = {}
        self.hosts = 0
        for name, value in scope["headers"]:
            self.hosts += name == b"host"
            self.headers[name] = value
        given = self.headers.get(b"x-request-id", b"")
        self.id = given.decode() if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = self.id
        self.head = scope["method"] == "HEAD"
        self.method = scope["method"]
        self.status, self.sent, self.started = 0, 0, time.perf_counter()
        origin = self.headers.get(b"origin", b"").decode("latin-1")
        self.origin = origin if origin in self.settings.origins else ""

    async def run(self) -> None:
        try:
            await self.answer()
        except _Stopped as stopped:
            await self.problem(stopped.code)
        except Exception as error:
            log_fault(self.id, error)
            if self.status:
                raise
            await self.problem("internal")
        finally:
            self.log()

    async def answer(self) -> None:
        self.check_host()
        preflight = b"access-control-request-method" in self.headers
        if self.method == "OPTIONS" and preflight and b"origin" in self.headers:
            headers: Headers = list(_PREFLIGHT) if self.origin else []
            await self.out({"type": "http.response.start", "status": 204, "headers": headers})
            await self.out({"type": "http.response.body", "body": b""})
            return
        if self.head:
            self.scope["method"] = "GET"
        receive = self.receive
        if self.method not in ("GET", "HEAD", "OPTIONS"):
            receive = self.replay(await self.body())
        await self.app(self.scope, receive, self.out)

    def check_host(self) -> None:
        host = self.headers.get(b"host", b"").decode("latin-1").lower()
        if self.hosts > 1 or not _HOST.fullmatch(host):
            raise _Stopped("bad_host")
        if not self.settings.answers(host.rsplit(":", 1)[0] if not host.endswith("]") else host):
            raise _Stopped("wrong_host")

    async def body(self) -> bytes:
        """The whole body: within the limit and in time."""
        limit = self.settings.takes(self.scope["path"])
        declared = self.headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared[:20]) > limit:
            raise _Stopped("too_large")
        parts, size = [], 0
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                while True:
                    message = await self.receive()
                    if message["type"] != "http.request":
                        raise _Stopped("bad_request")
                    part = message.get("body", b"")
                    parts.append(part)
                    size += len(part)
                    if size > limit:
                        raise _Stopped("too_large")
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise _Stopped("timeout") from None

    def replay(self, body: bytes) -> Receive:
        """The body once, then whatever the client does next."""
        first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return first.pop() if first else await self.receive()

        return receive

    # --- the answer -------------------------------------------------------------------------------

    async def out(self, message: Message) -> None:
        """A part of the answer, with the headers that all answers have."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self.dressed(list(message.get("headers", [])))
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            if self.head:
                message["body"] = b""
            self.sent += len(message.get("body", body))
        await self.send(message)

    def dressed(self, headers: Headers) -> Headers:
        there = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in HEADERS if name not in there]
        headers.append((b"x-request-id", self.id.encode()))
        if self.settings.origins:
            headers.append((b"vary", b"Origin"))
        if self.origin:
            headers.append((b"access-control-allow-origin", self.origin.encode()))
            headers.append((b"access-control-expose-headers", b"etag, x-request-id"))
        if b"allow" in there:
            headers = [
                (name, _with_head(value) if name.lower() == b"allow" else value)
                for name, value in headers
            ]
        return headers

    async def problem(self, code: str) -> None:
        """A request stopped here, answered as the API answers."""
        kind = KINDS[code]
        lang = "en" if b"lang=en" in self.scope.get("query_string", b"") else "zh"
        problems = [Problem("A005", _limits(self.settings, self.scope["path"]))]
        body = problem_body(kind, lang, self.id, problems if code == "too_large" else ())
        headers: Headers = [
            (b"content-type", PROBLEM_JSON.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        if code in ("too_large", "timeout", "bad_request"):
            headers.append((b"connection", b"close"))
        await self.out({"type": "http.response.start", "status": kind.status, "headers": headers})
        await self.out({"type": "http.response.body", "body": body})

    def log(self) -> None:
        if not LOG.isEnabledFor(logging.INFO):
            return
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "request_id": self.id,
            "method": self.method if self.method.isalpha() else "?",
            "route": self.scope.get("path_template") or "-",
            "status": self.status,
            "ms": round((time.perf_counter() - self.started) * 1000, 1),
            "bytes": self.sent,
        }
        LOG.info(json.dumps(line))


def _with_head(allow: bytes) -> bytes:
    names = {name.strip() for name in allow.decode("latin-1").split(",")}
    if "GET" in names:
        names.add("HEAD")
    return ", ".join(sorted(names)).encode()


def _limits(settings: Settings, path: str) -> Text:
    limit = settings.takes(path)
    return Text(f"正文最多 {limit:,} 字节", f"a body has at most {limit:,} bytes")


def log_fault(request_id: str, error: BaseException) -> None:
    """What kind of fault and where; its message may hold what was sent, and stays out."""
    where = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
    kind = type(error).__name__
    logging.getLogger("huice.api").error(
        json.dumps({"request_id": request_id, "fault": kind, "where": where[-8:]})
    )


def log_as_json(level: int = logging.INFO) -> None:
    """Lets the access log write its lines to stderr as they are. For the program that starts the server."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOG.handlers, LOG.propagate = [handler], False
    LOG.setLevel(level)
