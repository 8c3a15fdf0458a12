"""The HTTP API: the same `Result` as JSON, for programs.

An application includes it like this:

    from huice.api import Settings, handlers, router, shielded

    app = Litestar(
        [*pages, router(corpus, today=today)],   # everything under /api; /api itself is the reference page
        openapi_config=None,
        logging_config=None,                     # else Litestar takes the root logger over
        request_max_body_size=None,              # the shield limits bodies
        exception_handlers=handlers({HTTPException: refused, Exception: failed}),
    )
    app = shielded(app, Settings(hosts=("huice.example.cn",)))

`router(corpus, today)` holds the routes. `handlers(others)` answers unknown addresses and wrong methods under
/api with problem+json and leaves the rest to `others`. `shielded(app, settings)` puts the shield before the
whole application: limits and deadlines of bodies, Host and Origin lists, security headers on every answer
(one that sets a header itself keeps it), HEAD for every GET, a request id, one line of JSON a request in the
log `huice.access`. `log_as_json()` makes that log write to stderr: start uvicorn with `access_log=False`,
its own lines hold query strings. `application(corpus, settings)` is the API by itself.
"""

from __future__ import annotations

from huice.api.routes import application, handlers, router, shielded
from huice.api.shield import Settings, log_as_json

__all__ = ["Settings", "application", "handlers", "log_as_json", "router", "shielded"]
