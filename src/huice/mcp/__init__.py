"""The tools for assistants (Model Context Protocol): the same `Result`, by stdio or over HTTP.

    from huice.mcp import mounted, serve_stdio

    serve_stdio(corpus)                      # what `huice mcp` does

    handler, lifespan = mounted(corpus, origins)  # in an application: the address /mcp
    app = Litestar([*pages, handler], lifespan=[lifespan], ...)

`server(corpus)` is the server of the official package, for any other transport.
"""

from __future__ import annotations

from huice.mcp.serving import mounted, serve_stdio
from huice.mcp.tools import server

__all__ = ["mounted", "serve_stdio", "server"]
