"""Requests a second of API and page beside a bare answer, on two workers: `python -m benchmarks.serve`.

Both servers run at once and take turns within every round, so that a busy machine meets both. The client is
`wrk` where there is one, else a plain Python one. Two numbers stand for each request: requests a second on
the wall, best of the rounds, and the processor time that the server spent on one, which other work on the
machine disturbs least; the ratios are of both.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import uvicorn
import yaml
from litestar import Litestar, get
from uvicorn.supervisors import Multiprocess

from benchmarks.measuring import FULL, ROOT, machine
from huice.api import application, log_as_json
from huice.corpus.corpus import Corpus
from huice.web.app import create_app

WORKERS, CONNECTIONS = 2, 16
ROUNDS, SECONDS = (10, 4) if FULL else (4, 2)
TARGET = 1 / 3
"""Of the bare answer: what the figures of one evaluation are to reach."""


def hello() -> Litestar:
    """The bare answer."""

    @get("/")
    async def answer() -> dict[str, str]:
        return {"hello": "world"}

    return Litestar([answer], openapi_config=None, logging_config=None)


def api() -> Litestar:
    """The API as it is served, its log switched on."""
    log_as_json()
    return application(Corpus.load())


def pages() -> Litestar:
    """The whole application of `huice serve`."""
    log_as_json()
    return create_app(Corpus.load())


def serve(factory: str, port: int) -> None:
    """Serves as `huice serve` does: two workers, each part of an answer sent at once."""
    config = uvicorn.Config(
        factory, factory=True, port=port, workers=WORKERS, access_log=False, log_level="error"
    )
    listening = config.bind_socket()
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Multiprocess(config, sockets=[listening]).run()


class Target(NamedTuple):
    """A request that is repeated."""

    name: str
    server: str
    path: str
    body: bytes = b""
    kind: str = "application/json"

    def raw(self) -> bytes:
        """The request as it goes over the wire."""
        method = "POST" if self.body else "GET"
        head = f"{method} {self.path} HTTP/1.1\r\nHost: localhost\r\n"
        if self.body:
            head += f"Content-Type: {self.kind}\r\nContent-Length: {len(self.body)}\r\n"
        return head.encode() + b"\r\n" + self.body


def targets() -> list[Target]:
    """The bare answer first."""
    sample = ROOT / "src/huice/samples/1-model-startup.yaml"
    profile = json.dumps(yaml.safe_load(sample.read_text("utf-8")), default=str).encode()
    post = "/api/v1/"
    form, kind = urlencode({"profile": profile}).encode(), "application/x-www-form-urlencoded"
    return [
        Target("bare Litestar: GET / -> {hello: world}", "hello", "/"),
        Target("GET /measures/shenzhen/corpus", "api", post + "measures/shenzhen/corpus"),
        Target("GET /measures (75)", "api", post + "measures"),
        Target("POST /evaluate?detail=figures (75 measures)", "api", post + "evaluate?detail=figures", profile),
        Target("POST /explain (1 measure)", "api", f"{post}explain/shenzhen/corpus", profile),
        Target("POST /next-question", "api", post + "next-question", profile),
        Target("POST /evaluate (all reasons, 250 KB)", "api", post + "evaluate", profile),
        Target("POST /calc (the result page)", "pages", "/calc", form, kind),
    ]  # fmt: skip


class Server(NamedTuple):
    """A server that runs."""

    process: subprocess.Popen[bytes]
    port: int

    def seconds(self) -> float:
        """Processor time of all its workers so far."""
        ticks = 0
        for pid in [self.process.pid, *_children(self.process.pid)]:
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    return [int(child) for child in text.split()]


@contextmanager
def running(factory: str) -> Iterator[Server]:
    """A server in processes of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603  # our own module
        [
            sys.executable, "-c",
            f"from benchmarks.serve import serve; serve('benchmarks.serve:{factory}', {port})",
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(2)  # every worker has loaded
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(20)


# --- clients --------------------------------------------------------------------------------------


def with_wrk(target: Target, port: int) -> float:
    """Requests a second, by wrk."""
    script = "wrk.method='GET'"
    if target.body:
        quoted = target.body.decode().replace("\\", "\\\\").replace("'", "\\'")
        script = (
            f"wrk.method='POST' wrk.body='{quoted}' wrk.headers['Content-Type']='{target.kind}'"
        )
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(  # noqa: S603
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", file.name,  # noqa: S607
             f"http://127.0.0.1:{port}{target.path}"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert "Non-2xx" not in done.stdout, done.stdout
    found = re.search(r"(\d+) requests in ([\d.]+)s", done.stdout)
    assert found, done.stdout
    return int(found[1]) / float(found[2])


async def _connection(raw: bytes, port: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.monotonic() < until:
        writer.write(raw)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head[:16], head
        length = re.search(rb"content-length: (\d+)", head.lower())
        assert length
        await reader.readexactly(int(length[1]))
        done += 1
    writer.close()
    return done


def with_python(target: Target, port: int) -> float:
    """Requests a second, by a client that is itself the slower part."""

    async def run() -> int:
        until = time.monotonic() + SECONDS
        raw = target.raw()
        return sum(
            await asyncio.gather(*(_connection(raw, port, until) for _ in range(CONNECTIONS)))
        )

    return asyncio.run(run()) / SECONDS


def main() -> dict[str, Any]:
    """The table, and its figures."""
    client = with_wrk if shutil.which("wrk") else with_python
    print(
        f"\n== Requests a second, {WORKERS} workers, {CONNECTIONS} connections, {client.__name__}"
    )
    print(f"   {machine()}")
    print(f"   {'':<46} {'req/s':>8} {'of bare':>8}   {'µs/req':>8} {'bare/it':>8}")
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    with running("hello") as bare, running("api") as ours, running("pages") as shown:
        servers = {"hello": bare, "api": ours, "pages": shown}
        for _ in range(ROUNDS):
            for target in targets():
                server = servers[target.server]
                before = server.seconds()
                rate = client(target, server.port)
                spent = server.seconds() - before
                rates.setdefault(target.name, []).append(rate)
                costs.setdefault(target.name, []).append(spent / (rate * SECONDS))
    base = next(iter(rates))
    found: dict[str, Any] = {}
    for name, rate in rates.items():
        best, cost = max(rate), min(costs[name])
        share, cheap = best / max(rates[base]), min(costs[base]) / cost
        print(f"   {name:<46} {best:>8.0f} {share:>8.2f}   {cost * 1e6:>8.0f} {cheap:>8.2f}")
        found[name] = {"per_second": best, "of_bare": share, "seconds": cost, "of_bare_cpu": cheap}
    print(f"   target for the figures of an evaluation: {TARGET:.2f} of bare")
    return found


if __name__ == "__main__":
    main()
