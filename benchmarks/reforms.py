"""Reforms and budgets larger than memory: `python -m benchmarks.reforms [--orgs 2000000] [--fragment 20000]`.

A draft is set against the law, and a budget solved, on Parquet files by a process that may use half of what
the tables take in memory (RLIMIT_DATA). Every frame, every firm and the solution are compared with those of a
process without a limit that has the tables in memory; then both are run on one and on two worker processes.

The limit counts addresses that an allocator only keeps for later; the limited process is told not to keep any
(`_RJEM_MALLOC_CONF`), so that the limit is one of memory in use. That costs time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from huice import Corpus
from huice.corpus.overlay import Overlay, read_overlay
from huice.corpus.source import read_text
from huice.population.reform import Reform, reform
from huice.population.reform.files import solution_dict
from huice.population.reform.inverse import Solution, solve
from huice.population.workers import processes

from . import firms as f
from .measuring import ROOT, machine

MB = 1 << 20
BUDGET = ROOT / "docs" / "examples" / "hangzhou-budget.yaml"
FRAMES = ("costs", "places", "groups", "distribution", "pools")
DRAFT = """overlay: two-cities
title: 两城
changes:
  hangzhou/compute-voucher: {readings: {cliff: marginal}, limits: [100万元 per org per year]}
  shenzhen/training-voucher: {drops: [大模型训练]}
"""
SHARE = 3
"""The budget is the spending of the law over this."""
NOTHING_KEPT = {"_RJEM_MALLOC_CONF": "retain:false,dirty_decay_ms:0"}


def draft() -> Overlay:
    """A draft of two cities."""
    return read_overlay(read_text(DRAFT, "draft.yaml"))


def computed(folder: str, fragment: int, **more: Any) -> Reform:
    """The reform of the files."""
    return reform(folder, draft(), Corpus.load(), as_of=f.AS_OF, firms=fragment, **more)


def budgeted(folder: str, fragment: int, budget: int, **more: Any) -> Solution:
    """The solved budget of the files."""
    return solve(folder, BUDGET, budget, Corpus.load(), as_of=f.AS_OF, firms=fragment, **more)


def spent_on(found: Reform) -> int:
    """The budget: a third of the ceilings of the voucher under the law."""
    rows = found.costs.filter(pl.col("measure") == "hangzhou/compute-voucher")
    return int(rows.filter(pl.col("city") == "hangzhou")["before_ceiling_fen"].item()) // SHARE


# --- the process with a limit ---------------------------------------------------------------------------------


def child(options: argparse.Namespace) -> None:
    """Computes within the limit, writes what it finds, and prints seconds and the peak of its memory."""
    if options.limit:
        resource.setrlimit(resource.RLIMIT_DATA, (options.limit, options.limit))
    out = Path(options.out)
    start = time.perf_counter()
    if options.child == "reform":
        found = computed(options.folder, options.fragment)
        for name in FRAMES:
            getattr(found, name).write_parquet(out / f"{name}.parquet")
        found.scan().sink_parquet(out / "orgs.parquet")
        size = sum(one.stat().st_size for one in _folder(found).iterdir())
        print(json.dumps({"firms": found.rows.height, "bytes": size}))
    else:
        solution = budgeted(options.folder, options.fragment, options.budget)
        (out / "solution.json").write_text(json.dumps(_plain(solution)), encoding="utf-8")
        print(json.dumps({"firms": solution.firms}))
    print(json.dumps({"seconds": time.perf_counter() - start, "peak_mb": _peak()}))


def _peak() -> float:
    """The most that was resident, in MB; `ru_maxrss` would be that of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)[0]) / 1024


def _folder(found: Reform) -> Path:
    assert found.rows.folder is not None
    return found.rows.folder


def _plain(solution: Solution) -> dict[str, Any]:
    return {
        **solution_dict(solution),
        "firms": solution.firms,
        "least": str(solution.least),
        "most": str(solution.most),
    }


def _child(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.reforms", *arguments]
    said = subprocess.run(  # noqa: S603  # ourselves
        command,
        cwd=ROOT,
        env={**os.environ, **NOTHING_KEPT},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    found: dict[str, Any] = {}
    for line in said.splitlines():
        found |= json.loads(line)
    return found


# --- everything -----------------------------------------------------------------------------------------------


def larger_than_memory(orgs: int, fragment: int, folder: Path) -> dict[str, Any]:
    """Both questions within a third of what the tables take, against the same in memory."""
    corpus = Corpus.load()
    tables = f.tiled(f.frames(f.drawn(), corpus), orgs, corpus)
    size = sum(frame.estimated_size() for frame in tables.frames.values())
    tables.write(folder / "firms")
    whole = reform(tables, draft(), corpus, as_of=f.AS_OF)
    budget = spent_on(whole)
    solution = _plain(solve(tables, BUDGET, budget, corpus, as_of=f.AS_OF))
    del tables
    limit = size // 2
    common = ["--folder", str(folder / "firms"), "--limit", str(limit), "--out", str(folder)]
    common += ["--fragment", str(fragment)]
    print(f"\n== {orgs:,} firms, {size / MB:,.0f} MB in memory, limited to {limit / MB:,.0f} MB")
    print(f"   {machine()}")
    one = _child("--child", "reform", *common)
    same = {name: _same(whole, name, folder) for name in (*FRAMES, "orgs")}
    _say("reform", one, same)
    print(f"  {one['bytes'] / one['firms']:.0f} bytes on disk for each of {one['firms']:,} firms")
    other = _child("--child", "budget", *common, "--budget", str(budget))
    told = json.loads((folder / "solution.json").read_text(encoding="utf-8"))
    _say("budget", other, {"solution": told == json.loads(json.dumps(solution))})
    print(f"  answer {told['answer'] and told['answer']['written']}, {other['firms']:,} firms")
    return {"mb": size / MB, "limit_mb": limit / MB, "reform": {**one, **same}, "budget": other}


def _same(whole: Reform, name: str, folder: Path) -> bool:
    found = pl.read_parquet(folder / f"{name}.parquet")
    mine: pl.DataFrame = getattr(whole, name)
    return found.equals(mine)


def _say(what: str, found: Mapping[str, Any], same: Mapping[str, bool]) -> None:
    figures = "equal" if all(same.values()) else f"DIFFER: {same}"
    print(
        f"  {what}: {found['seconds']:.1f} s, peak {found['peak_mb']:,.0f} MB resident; "
        f"every figure {figures}"
    )


def workers(folder: Path, fragment: int) -> dict[str, float]:
    """Seconds of both questions on one and on two processes, in turn."""
    found: dict[str, float] = {}
    budget = spent_on(computed(str(folder), fragment))
    for number in (1, 2):
        with processes(number, threads=1) as pool:
            list(pool.map(_wake, range(number)))
            for name, call in (
                (
                    "reform",
                    lambda: computed(str(folder), fragment, executor=pool),
                ),  # called at once
                (
                    "budget",
                    lambda: budgeted(str(folder), fragment, budget, executor=pool),
                ),  # called at once
            ):
                start = time.perf_counter()
                call()
                found[f"{name}, {number}"] = time.perf_counter() - start
                print(f"  {name}, {number} process(es): {found[f'{name}, {number}']:.1f} s")
    return found


def _wake(_: int) -> None:
    time.sleep(0.2)


def main() -> int:
    """Everything; a summary in .cache/bench-reforms.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--orgs", type=int, default=2_000_000)
    parser.add_argument("--fragment", type=int, default=20_000)
    parser.add_argument("--child", choices=["reform", "budget"])
    parser.add_argument("--folder")
    parser.add_argument("--out")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--budget", type=int)
    options = parser.parse_args()
    if options.child:
        child(options)
        return 0
    summary: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        summary |= larger_than_memory(options.orgs, options.fragment, where)
        summary["workers"] = workers(where / "firms", options.fragment)
    target = ROOT / ".cache" / "bench-reforms.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\nsummary: {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
