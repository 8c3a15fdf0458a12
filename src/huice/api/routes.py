"""The routes: read a request, call its operation, send the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar, cast

import msgspec
from anyio import CapacityLimiter, to_thread
from litestar import Litestar, Request, Response, Router, route
from litestar.config.compression import CompressionConfig
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from msgspec import Struct

from huice.api import reference
from huice.api.asked import Asked, File, Operation
from huice.api.bodies import JSON, read_body
from huice.api.faults import BY_STATUS, KINDS, PROBLEM_JSON, Refused, problem_body
from huice.api.openapi import document
from huice.api.operations import OPERATIONS
from huice.api.query import LANG, Query, read_query
from huice.api.shield import Settings, Shield, log_fault
from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.evaluate.profiles import BadProfile

BASE = "/api"
VERSION = "/v1"
CACHE = "public, max-age=300"
SLOW_AT_ONCE = 2
"""How many slow answers one worker makes at a time."""
EMPTY: Mapping[str, str] = {}

Web = Request[Any, Any, Any]
Handler = Callable[[Any, Any], Response[Any]]
T = TypeVar("T")


class Kept(Struct, frozen=True):
    """An answer that is always the same, with its ETag."""

    body: bytes
    etag: str
    media: str = JSON
    policy: str = ""

    def answer(self, request: Web) -> Response[bytes]:
        """The answer, or 304 where the client has it."""
        headers = {"ETag": self.etag, "Cache-Control": CACHE}
        if self.policy:
            headers["Content-Security-Policy"] = self.policy
        if self._held(request.headers.get("if-none-match", "")):
            return Response(b"", status_code=304, headers=headers, media_type=self.media)
        return Response(self.body, headers=headers, media_type=self.media)

    def _held(self, given: str) -> bool:
        tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
        return "*" in tags or self.etag.removeprefix("W/") in tags


def keep(body: bytes, media: str = JSON, policy: str = "") -> Kept:
    """An answer to keep. Its ETag is weak: the same answer may be compressed."""
    return Kept(body, f'W/"{hashlib.sha256(body).hexdigest()[:24]}"', media, policy)


class Desk:
    """Answers for one corpus."""

    def __init__(self, corpus: Corpus, today: Callable[[], date]) -> None:
        self.corpus, self.today = corpus, today
        self.kept: dict[tuple[str, ...], Kept] = {}
        self.few = CapacityLimiter(SLOW_AT_ONCE)

    async def answer(self, operation: Operation, request: Web) -> Response[bytes]:
        """One request."""
        corpus = self.corpus
        query = read_query(request.scope["query_string"], operation.params, corpus)
        id_ = str(request.path_params.get("id", "")).removeprefix("/")
        if operation.kept and operation.slow:
            kept = await self._slowly(lambda: self._kept(operation, query, id_))
            return kept.answer(request)
        if operation.kept:
            return self._kept(operation, query, id_).answer(request)
        if not operation.body:
            return _told(operation.answer(Asked(corpus, self.today(), query, id_)))
        headers = request.headers
        body = await request.body()
        sent = read_body(body, headers.get("content-type", ""), headers.get("content-encoding", ""))
        asked = Asked(corpus, self.today(), query, id_, sent)
        _check(operation, asked)
        if operation.body == "problem":
            asked.read_problem()
        else:
            asked.read(several=operation.body == "profiles")
        asked.check_rows(operation.most_rows)
        if operation.slow:
            return await self._slowly(lambda: _told(operation.answer(asked)))
        if asked.heavy or operation.name == "report":
            return await to_thread.run_sync(lambda: _told(operation.answer(asked)))
        return _told(operation.answer(asked))

    async def _slowly(self, work: Callable[[], T]) -> T:
        """Work in a thread; others wait their turn, and the quick answers wait for none of them."""
        return await to_thread.run_sync(work, limiter=self.few)

    def _kept(self, operation: Operation, query: Query, id_: str) -> Kept:
        names = sorted({param.name for param in operation.params} - {"lang", "q", "measure"})
        key = (operation.name, id_, *(query.one(name) for name in names))
        searched = bool(query.one("q") or query.many("measure"))
        if key in self.kept and not searched:
            return self.kept[key]
        asked = Asked(self.corpus, self.today(), query, id_)
        _check(operation, asked)
        media = "application/schema+json" if operation.name == "get_schema" else JSON
        made = keep(msgspec.json.encode(operation.answer(asked)), media)
        if not searched:
            self.kept[key] = made
        return made


def _check(operation: Operation, asked: Asked) -> None:
    if operation.path_ids:
        asked.check_id(operation.path_ids(asked.corpus))


def _told(answer: dict[str, Any] | File) -> Response[bytes]:
    if isinstance(answer, File):
        media = answer.media.partition(";")[0]
        headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
        return Response(answer.body, media_type=media, headers=headers)
    return Response(msgspec.json.encode(answer), media_type=JSON)


# --- problems -------------------------------------------------------------------------------------


def language(request: Web) -> str:
    """The language that errors are told in."""
    return "en" if "lang=en" in request.scope["query_string"].decode("latin-1") else "zh"


def problem(
    request: Web, code: str, problems: tuple[Problem, ...] = (), headers: Mapping[str, str] = EMPTY
) -> Response[bytes]:
    """A request answered with a problem."""
    id_ = str(request.scope.get("state", {}).get("request_id", ""))
    kind = KINDS[code]
    return Response(
        problem_body(kind, language(request), id_, problems),
        status_code=kind.status,
        media_type=PROBLEM_JSON,
        headers=dict(headers),
    )


def _refused(request: Web, error: Refused) -> Response[bytes]:
    return problem(request, error.kind.code, error.problems)


def _bad_profile(request: Web, error: BadProfile) -> Response[bytes]:
    return problem(request, "bad_profile", error.problems)


def _http(request: Web, error: HTTPException) -> Response[bytes]:
    if error.status_code >= 500:  # noqa: PLR2004
        return _failed(request, error)
    allow = (error.headers or {}).get("allow")
    more = {"Allow": allow} if allow else {}
    return problem(request, BY_STATUS.get(error.status_code, "bad_request"), headers=more)


def _failed(request: Web, error: Exception) -> Response[bytes]:
    """A fault of ours; the log says where, not what was sent."""
    log_fault(str(request.scope.get("state", {}).get("request_id", "")), error)
    return problem(request, "internal")


HANDLERS: dict[int | type[Exception], Handler] = {
    Refused: _refused,
    BadProfile: _bad_profile,
    HTTPException: _http,
    Exception: _failed,
}


def handlers(others: Mapping[Any, Handler]) -> dict[Any, Handler]:
    """Exception handlers of an application: problems under /api, what `others` say elsewhere.

    A router's own handlers never see an address that does not exist or a method that it does not take.
    """

    def choose(mine: Handler, other: Handler) -> Handler:
        def handle(request: Any, error: Any) -> Response[Any]:
            path: str = request.scope["path"]
            here = path == BASE or path.startswith(BASE + "/")
            return mine(request, error) if here else other(request, error)

        return handle

    return {kind: choose(HANDLERS.get(kind, _failed), other) for kind, other in others.items()}


# --- the router -----------------------------------------------------------------------------------


def router(corpus: Corpus, today: Callable[[], date] = date.today) -> Router:
    """Everything under /api, for an application to include. `today` stands in for an absent `as_of`."""
    desk = Desk(corpus, today)
    served = [_route(desk, operation) for operation in OPERATIONS]
    return Router(
        BASE,
        route_handlers=[Router(VERSION, route_handlers=[*served, _openapi(corpus)]), _page(corpus)],
        exception_handlers=HANDLERS,
    )


def _route(desk: Desk, operation: Operation) -> Any:
    @route(
        operation.path.replace("{id}", "{id:path}"),
        http_method=[HttpMethod(operation.method)],
        status_code=200,
        name=f"api.{operation.name}",
    )
    async def serve(request: Web) -> Response[bytes]:
        return await desk.answer(operation, request)

    return serve


def _openapi(corpus: Corpus) -> Any:
    made: list[Kept] = []

    @route("/openapi.json", http_method=["GET"], name="api.openapi")
    async def openapi(request: Web) -> Response[bytes]:
        if not made:
            body = msgspec.json.encode(document(corpus))
            made.append(keep(body, "application/vnd.oai.openapi+json"))
        return made[0].answer(request)

    return openapi


def _page(corpus: Corpus) -> Any:
    made: dict[str, Kept] = {}

    @route("/", http_method=["GET"], name="api.reference")
    async def page(request: Web) -> Response[bytes]:
        lang = read_query(request.scope["query_string"], (LANG,), corpus).one("lang")
        if lang not in made:
            html = reference.page(document(corpus), lang)
            made[lang] = keep(html.encode(), "text/html", reference.POLICY)
        return made[lang].answer(request)

    return page


def application(
    corpus: Corpus,
    settings: Settings | None = None,
    today: Callable[[], date] = date.today,
) -> Litestar:
    """The API by itself, behind its shield."""
    app = Litestar(
        [router(corpus, today)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        compression_config=CompressionConfig("gzip", minimum_size=1_000, gzip_compress_level=4),
        exception_handlers=handlers({HTTPException: _http, Exception: _failed}),
    )
    return shielded(app, settings)


def shielded(app: Litestar, settings: Settings | None = None) -> Litestar:
    """The application behind the shield: every page and answer of it, also those that do not exist."""
    app.asgi_handler = cast("Any", Shield(app.asgi_handler, settings))
    return app
