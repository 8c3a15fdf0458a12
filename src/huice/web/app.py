"""`create_app`: the pages, and what stands beside them, as one application."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from huice.corpus.corpus import Corpus, shipped
from huice.web.headers import HEADERS
from huice.web.library import LIBRARY
from huice.web.measures import MEASURES
from huice.web.pages import CALC
from huice.web.visit import path_of, site_of

LOG = logging.getLogger("huice.web")
LARGEST_BODY = 1_000_000
"""Bytes of a request."""


def create_app(
    corpus: Corpus | None = None, lang: str = "zh", today: Callable[[], date] = date.today
) -> Litestar:
    """The application that `huice serve` starts. `today` stands in for an absent date of application."""
    state = State({"corpus": corpus or shipped(), "lang": lang, "today": today})
    return Litestar(
        [*CALC, *MEASURES, *LIBRARY],
        state=state,
        openapi_config=None,
        request_max_body_size=LARGEST_BODY,
        multipart_form_part_limit=2_000,
        compression_config=CompressionConfig("gzip", minimum_size=600, gzip_compress_level=6),
        exception_handlers={HTTPException: refused, Exception: failed},
        response_headers=HEADERS,
    )


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
