"""The two ways to the tools: stdio for a program on this machine, the address /mcp for a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from typing import Any

import anyio
from litestar import Litestar, asgi
from litestar.handlers import ASGIRouteHandler
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from huice.corpus.corpus import Corpus
from huice.mcp.tools import server

PATH = "/mcp"
LARGEST_BODY = 262_144
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def serve_stdio(corpus: Corpus) -> None:
    """Answers on stdin and stdout until stdin ends."""
    anyio.run(_stdio, corpus)


async def _stdio(corpus: Corpus) -> None:
    one = server(corpus)
    async with stdio_server() as (read, write):
        await one.run(read, write, one.create_initialization_options())


def mounted(
    corpus: Corpus, origins: Sequence[str] = (), today: Callable[[], date] = date.today
) -> tuple[ASGIRouteHandler, Lifespan]:
    """The address /mcp and the lifespan that it needs, for an application.

    It keeps no sessions: any worker answers any request. A page of another origin is let in only if
    `origins` name it, as the protocol demands; which hosts are answered is for the application to say.
    """
    running: list[StreamableHTTPSessionManager] = []

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        manager = StreamableHTTPSessionManager(
            server(corpus, today),
            json_response=True,
            stateless=True,
            max_request_body_size=LARGEST_BODY,
        )
        async with manager.run():
            running.append(manager)
            try:
                yield
            finally:
                running.remove(manager)

    @asgi(PATH, is_mount=True, copy_scope=True)
    async def handler(scope: Any, receive: Any, send: Any) -> None:
        if _is_stranger(scope["headers"], origins):
            await send({"type": "http.response.start", "status": 403, "headers": _NO_BODY})
            await send({"type": "http.response.body", "body": b""})
            return
        await running[-1].handle_request(scope, receive, send)

    return handler, lifespan


_NO_BODY = [(b"content-length", b"0")]


def _is_stranger(headers: Iterable[tuple[bytes, bytes]], origins: Sequence[str]) -> bool:
    """Whether a page of another origin asks."""
    given = dict(headers)
    origin = given.get(b"origin", b"").decode("latin-1")
    same = origin.rpartition("//")[2] == given.get(b"host", b"").decode("latin-1")
    return bool(origin) and not same and origin not in origins
