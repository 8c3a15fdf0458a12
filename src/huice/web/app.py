"""`create_app`: the pages, the API and the tools for assistants as one application."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter
from litestar import Litestar, Request, Response, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from huice.api import Settings, handlers, log_as_json, router, shielded
from huice.corpus.corpus import Corpus, shipped
from huice.mcp import mounted
from huice.web.analysis import ANALYSIS
from huice.web.headers import HEADERS
from huice.web.library import LIBRARY
from huice.web.measures import MEASURES
from huice.web.pages import CALC
from huice.web.planning import PLANNING
from huice.web.population import LARGEST_UPLOAD, PATH, POPULATION
from huice.web.population_jobs import Jobs
from huice.web.render import PREFIX
from huice.web.visit import path_of, site_of

LOG = logging.getLogger("huice.web")
SLOW_AT_ONCE = 2
"""How many plans one worker makes at a time."""
LARGEST_FORM = 1_000_000
"""Bytes of a form; beyond twice that the shield reads no further."""

UPLOADS: dict[str, Any] = {
    "upload_bytes": LARGEST_UPLOAD + LARGEST_FORM,
    "uploads": (PATH, PREFIX + PATH),
}
"""The one page that takes large files."""


def create_app(
    corpus: Corpus | None = None,
    lang: str = "zh",
    today: Callable[[], date] = date.today,
    settings: Settings | None = None,
) -> Litestar:
    """The application that `huice serve` starts. `today` stands in for an absent date of application."""
    corpus = corpus or shipped()
    settings = settings or Settings(page_bytes=2 * LARGEST_FORM, **UPLOADS)
    pages = Router(
        "/",
        route_handlers=[*CALC, *MEASURES, *LIBRARY, *POPULATION, *ANALYSIS, *PLANNING],
        request_max_body_size=LARGEST_FORM,
        response_headers=HEADERS,
    )
    shared = os.environ.get("HUICE_JOBS")
    jobs = Jobs(Path(shared) if shared else None)
    policies = os.environ.get("HUICE_POLICIES", "")
    assistants, lifespan = mounted(corpus, settings.origins, today)
    app = Litestar(
        [pages, router(corpus, today), assistants],
        lifespan=[lifespan],
        state=State(
            {
                "corpus": corpus,
                "lang": lang,
                "today": today,
                "few": CapacityLimiter(SLOW_AT_ONCE),
                "jobs": jobs,
                "policies": policies,
            }
        ),
        on_shutdown=[jobs.close],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        multipart_form_part_limit=2_000,
        compression_config=CompressionConfig(
            "gzip", minimum_size=600, gzip_compress_level=6, exclude=["^/mcp"]
        ),
        exception_handlers=handlers({HTTPException: refused, Exception: failed}),
    )
    return shielded(app, settings)


def from_environment() -> Litestar:
    """The application of one worker, set up by HUICE_LANG, HUICE_POLICIES, HUICE_HOSTS and HUICE_ORIGINS."""
    folder = os.environ.get("HUICE_POLICIES")
    corpus = Corpus.load(folder) if folder else None
    hosts, origins = (
        tuple(filter(None, os.environ.get(name, "").split(",")))
        for name in ("HUICE_HOSTS", "HUICE_ORIGINS")
    )
    log_as_json()
    settings = Settings(hosts=hosts, origins=origins, page_bytes=2 * LARGEST_FORM, **UPLOADS)
    return create_app(corpus, os.environ.get("HUICE_LANG", "zh"), settings=settings)


def refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """A page for what is not there or cannot be read."""
    return _error(request, error.status_code)


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A page for a fault of ours. The log says what and where, and repeats nothing that was sent."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    LOG.error("%s at %s:%s", type(error).__name__, where.filename, where.lineno)
    return _error(request, 500)


def _error(request: Request[Any, Any, Any], code: int) -> Response[Any]:
    page = site_of(request).page("error.html", status=code, path=path_of(request), code=code)
    for header in HEADERS:
        page.set_header(header.name, str(header.value))
    return page
