"""`huice mcp`: the tools for assistants, on stdin and stdout."""

from __future__ import annotations

from huice.cli.surface import Surface


def mcp(out: Surface) -> None:
    """Answers a client of the Model Context Protocol until it hangs up."""
    corpus = out.corpus
    from huice.mcp import serve_stdio

    serve_stdio(corpus)
