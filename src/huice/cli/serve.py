"""`huice serve`: the pages, the API and the tools for assistants, over HTTP."""

from __future__ import annotations

import os
import socket
import tempfile
from typing import Annotated

import typer

from huice.cli.surface import Surface


def serve(
    out: Surface,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="HOST",
            help="监听的地址；0.0.0.0 为对外开放 // The address to listen on; 0.0.0.0 opens it to others",
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口 // The port")] = 8000,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="进程数 // How many processes")
    ] = 1,
) -> None:
    """Serves until it is stopped; requests under way are finished first."""
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    assert out.corpus.measures  # a faulty folder of policies is told here, not in every worker
    os.environ["HUICE_LANG"] = out.lang
    if out.policies is not None:
        os.environ["HUICE_POLICIES"] = str(out.policies.resolve())
    shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104  # only what is printed
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"
    out.tell(
        out.say(
            f"惠策已启动，用浏览器打开 {address}；按 Ctrl+C 停止",
            f"huice is running: open {address}; Ctrl+C stops it",
        )
    )
    config = uvicorn.Config(
        "huice.web.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
    )
    listening = config.bind_socket()
    # Else the second part of an answer waits 40 ms for the first to be acknowledged: asyncio sets the
    # option only on sockets that it opens itself, and workers share one that uvicorn opened.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if workers == 1:
        uvicorn.Server(config).run(sockets=[listening])
        return
    # A page that asks how far a computation is may be answered by another process than started it.
    with tempfile.TemporaryDirectory(prefix="huice-") as jobs:
        os.environ.setdefault("HUICE_JOBS", jobs)
        Multiprocess(config, sockets=[listening]).run()
