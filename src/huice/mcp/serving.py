"""The two ways to the tools: stdio for a program on this machine, the address /mcp for a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from typing import Any

import anyio
from litestar import Litestar, asgi
from litestar.handlers import ASGIRouteHandler
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

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
    corpus: Corpus,
    hosts: Sequence[str] = (),
    origins: Sequence[str] = (),
    today: Callable[[], date] = date.today,
) -> tuple[ASGIRouteHandler, Lifespan]:
    """The address /mcp and the lifespan that it needs, for an application.

    It keeps no sessions: any worker answers any request. With `hosts` it answers for these only; a page of
    another origin is let in only if `origins` name it.
    """
    running: list[StreamableHTTPSessionManager] = []
    settings = TransportSecuritySettings(
        enable_dns_rebinding_protection=bool(hosts),
        allowed_hosts=[name for host in hosts for name in (host, f"{host}:*")],
        allowed_origins=[
            *origins,
            *(f"https://{host}" for host in hosts),
            *(f"http://{host}{port}" for host in hosts for port in ("", ":*")),
        ],
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        manager = StreamableHTTPSessionManager(
            server(corpus, today),
            json_response=True,
            stateless=True,
            security_settings=settings,
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
        await running[-1].handle_request(scope, receive, send)

    return handler, lifespan
