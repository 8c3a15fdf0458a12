"""Populations beside the peers: `python -m benchmarks.population [--orgs 100000 1000000] [--sections ...]`.

The same rules and rows for all: 39 measures for OpenFisca-core and zen-engine, six for DuckDB and for fused
loops by hand; results are compared row by row. OpenFisca, zen and one loop get every firm flattened and
aggregated beforehand (not timed), the other loop its contracts as codes and bits (not timed either); we and
DuckDB start from the child tables (DuckDB gets texts: of lists of enumerations it finds other members). Our
first times include laying the tables out, which are then kept, and compiling the rules, or taking them from
the cache. Times are wall-clock, engines in turn within every round.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
from msgspec import structs

from huice import Corpus
from huice.population import Simulation, Tables, asking, load, simulate
from huice.population.columns.fused.native import native
from huice.population.columns.run import ColumnReader
from huice.population.schema import KEY, schema_of
from huice.population.tables import rejects

from . import firms as f
from .copies import SAME_PLACES, write_copies
from .kernel import (
    SIX,
    by_contracts,
    by_duckdb,
    by_duckdb_files,
    by_kernel,
    contract_columns,
    flat_columns,
)
from .measuring import ROOT, machine
from .peers.measures import MEASURES
from .peers.openfisca_rules import columns, openfisca_columns
from .peers.zen_rules import context, zen_context

ZEN_ROWS = 2_000
LARGE = 3_000_000
"""Firms of the population that is larger than what the process may use."""
TEN_MILLION, PIECE = 10_000_000, 1_000_000
FEN = 0.005
"""Half a fen: figures further apart differ."""
MB = 1 << 20
Made = dict[str, Any]


def made(orgs: int, corpus: Corpus) -> Made:
    """Everything that the engines are given, before any clock runs."""
    given = f.drawn(min(orgs, f.DIFFERENT))
    rows = f.flat(given)
    tables = f.tiled(f.frames(given, corpus), orgs, corpus)
    return {
        "tables": tables,
        "openfisca": {name: f.repeated(a, orgs) for name, a in columns(rows).items()},
        "texts": {name: f.as_texts(tables.frames[name]) for name in ("orgs", "contracts")},
        "kernel": {name: f.repeated(a, orgs) for name, a in flat_columns(rows).items()},
        "zen": [context(row) for row in rows[:ZEN_ROWS]],
    }


LOOP, LOOP_OF_CONTRACTS = (
    "fused loop, 6 measures, sums",
    "fused loop over contracts, 6 measures, sums",
)


def ours(
    tables: Tables, corpus: Corpus, ids: Any, *, keep: bool = False, repeat: bool = True
) -> Simulation:
    """The aggregates (or with `keep` all rows) of these measures; `repeat`: laid out as a whole, and kept."""
    return simulate(tables, corpus, as_of=f.AS_OF, measures=ids, keep=keep, repeat=repeat)


# --- side by side -------------------------------------------------------------------------------------------


def side_by_side(orgs: int, corpus: Corpus, rounds: int) -> dict[str, Any]:
    """Times of all engines on the same firms, in turn, and whether their figures agree."""
    given = made(orgs, corpus)
    tables: Tables = given["tables"]
    contracts = tables.frames["contracts"]
    own = {
        n: structs.replace(tables) for n in ("39", "75", "rows", "6")
    }  # each keeps its own layout
    owned = contract_columns(tables.orgs, contracts)
    calls: dict[str, Callable[[], Any]] = {
        "huice, 39 measures, sums": lambda: ours(own["39"], corpus, MEASURES),
        "huice, 39 measures, sums, nothing kept": lambda: ours(
            structs.replace(tables), corpus, MEASURES, repeat=False
        ),
        "openfisca-core, 39 measures": lambda: openfisca_columns(given["openfisca"], orgs),
        "huice, 75 measures, sums": lambda: ours(own["75"], corpus, None),
        "huice, 75 measures, all rows": lambda: ours(own["rows"], corpus, None, keep=True),
        "huice, 6 measures, sums": lambda: ours(own["6"], corpus, SIX),
        "DuckDB SQL, 6 measures, sums": lambda: by_duckdb(**given["texts"], sums=True),
        LOOP: lambda: by_kernel(given["kernel"], sums=True),
        LOOP_OF_CONTRACTS: lambda: by_contracts(given["kernel"], owned),
    }
    few = {name: a[:10] for name, a in given["kernel"].items()}
    by_kernel(few, sums=True)  # compiles it
    by_contracts(few, owned)
    least = {**first_times(tables), **dict.fromkeys(calls, float("inf"))}
    for _ in range(rounds):
        for name, call in calls.items():
            least[name] = min(least[name], _timed(call))
    zen = min(_timed(lambda: [zen_context(one) for one in given["zen"]]) for _ in range(rounds))
    least["zen-engine, 39 measures (from 2,000 firms)"] = zen / len(given["zen"]) * orgs
    print(f"\n== {orgs:,} firms, {rounds} rounds in turn\n   {machine()}")
    for name, seconds in least.items():
        print(f"  {name:<48} {seconds:>9.3f} s {seconds / orgs * 1e6:>9.3f} µs a firm")
    ratios = _ratios(least)
    for name, ratio in ratios.items():
        print(f"  {name:<48} {ratio:>9.2f} ×")
    agreed = _agreement(given, corpus, orgs)
    print(f"  rows compared: {json.dumps(agreed)}")
    return {"seconds": least, "ratios": ratios, "agreement": agreed}


def first_times(tables: Tables) -> dict[str, float]:
    """Seconds of a first question: asked once, to be repeated, and that with compiled rules kept."""
    found = {}
    ways = (
        ("first, once", "a", False),
        ("first, rules compiled", "b", True),
        ("first, compiled rules kept", "b", True),
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, cache, repeat in ways:
            native.cache_clear()
            own = structs.replace(tables)
            with patch.dict(os.environ, HUICE_CACHE=f"{folder}/{cache}"):
                call = partial(ours, own, Corpus.load(), MEASURES, repeat=repeat)
                found[f"huice, 39 measures, sums, {name}"] = _timed(call)
    return found


def _timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _ratios(least: Mapping[str, float]) -> dict[str, float]:
    ours_39 = least["huice, 39 measures, sums"]
    six = least["huice, 6 measures, sums"]
    return {
        "openfisca-core / huice": least["openfisca-core, 39 measures"] / ours_39,
        "zen-engine / huice": least["zen-engine, 39 measures (from 2,000 firms)"] / ours_39,
        "DuckDB / huice": least["DuckDB SQL, 6 measures, sums"] / six,
        "fused loop / huice": least[LOOP] / six,
        "fused loop over contracts / huice": least[LOOP_OF_CONTRACTS] / six,
    }


def _agreement(given: Made, corpus: Corpus, orgs: int) -> dict[str, Any]:
    """Cells in which an engine differs from us by a fen or more."""
    tables: Tables = given["tables"]
    keys = tables.orgs.select(KEY).sort(KEY)
    found = ours(tables, corpus, MEASURES, keep=True).awards
    fisca = openfisca_columns(given["openfisca"], orgs)
    zen = [zen_context(one) for one in given["zen"]]
    cells = {"openfisca-core": [0, 0], "zen-engine": [0, 0]}
    for id_ in MEASURES:
        own = keys.join(found.filter(pl.col("measure") == id_), on=KEY, how="left").sort(KEY)
        for side, name in enumerate(("certain_fen", "ceiling_fen")):
            mine = own[name].fill_null(0).to_numpy() / 100
            _count(cells["openfisca-core"], mine, fisca[id_][side])
            theirs = np.array([one[id_][side] for one in zen])
            _count(cells["zen-engine"], mine[: len(theirs)], theirs)
    exact: dict[str, Any] = {
        name: f"{bad} of {of} cells differ" for name, (bad, of) in cells.items()
    }
    six = ours(tables, corpus, SIX, keep=True).awards
    kernel = by_kernel(given["kernel"], sums=False)
    sql = by_duckdb(**given["texts"], sums=False)
    for name, column in (
        ("fused loop", lambda n: kernel[n]),
        ("DuckDB", lambda n: sql[:, n + 1].to_numpy()),
    ):
        wrong = 0
        for n, id_ in enumerate(SIX):
            own = keys.join(six.filter(pl.col("measure") == id_), on=KEY, how="left").sort(KEY)
            wrong += int((own["ceiling_fen"].fill_null(0).to_numpy() != column(n)).sum())
        exact[name] = f"{wrong} of {6 * orgs} cells differ"
    return exact


def _count(cells: list[int], mine: Any, theirs: Any) -> None:
    cells[0] += int((np.abs(mine - theirs) > FEN).sum())
    cells[1] += len(mine)


# --- time to first result -----------------------------------------------------------------------------------


def first_result(corpus: Corpus) -> dict[str, float]:
    """Seconds to compile every place, and to the first result for 1,000 firms, with 75 and 750 measures."""
    found: dict[str, float] = {}
    given = f.frames(f.drawn(1_000), corpus)
    with tempfile.TemporaryDirectory() as folder:
        write_copies(Path(folder), 10, SAME_PLACES)
        for name, one in (("75", corpus), ("750", Corpus.load(folder))):
            tables = load(given, one)
            reader = ColumnReader(one, asking(one, as_of=f.AS_OF))
            reader.fit(tables)
            places = {(place,) for place in tables.orgs["place"].to_list()}
            found[f"compile, {name} measures"] = _timed(
                lambda: [reader.compiled(tables, key) for key in places]  # noqa: B023  # called at once
            )
            found[f"first result, {name} measures"] = _timed(lambda: ours(tables, one, None))  # noqa: B023  # as above
    print(f"\n== time to first result\n   {machine()}")
    for name, seconds in found.items():
        print(f"  {name:<48} {seconds:>9.3f} s")
    return found


# --- memory -------------------------------------------------------------------------------------------------


def memory(orgs: int) -> dict[str, float]:
    """Extra memory at its peak, each engine in a process of its own that has read the data from files."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), orgs, Corpus.load())
        for name in (
            ("ours", "ours, kept", "openfisca") if orgs < TEN_MILLION else ("ours", "openfisca")
        ):
            said = _child("--child", name, "--orgs", str(orgs), "--folder", folder)
            found[name] = float(said.splitlines()[-1])
    print(f"\n== peak memory beyond the data, {orgs:,} firms, 39 measures, sums")
    for name, megabytes in found.items():
        print(f"  {name:<48} {megabytes:>9.0f} MB")
    return found


def _child(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.population", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603  # ourselves


def child(name: str, orgs: int, folder: str) -> None:
    """Prints how many MB the peak of one computation lies above what the data take."""
    corpus = Corpus.load()
    few = made(100, corpus)
    if name.startswith("ours"):
        ours(few["tables"], corpus, MEASURES)
        call = partial(ours, _read(folder, corpus), corpus, MEASURES, repeat=name.endswith("kept"))
    else:
        openfisca_columns(few["openfisca"], 100)
        call = partial(openfisca_columns, _flat(folder), orgs)
    time.sleep(3)  # what reading left over is given back
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    before = _status("VmRSS")
    call()
    print((_status("VmHWM") - before) / 1024)


def _status(key: str) -> int:
    """A figure of this process in kB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise KeyError(key)


# --- ten million firms --------------------------------------------------------------------------------------


STREAMED, AGAIN, AGAIN_6 = (
    "huice, 39 measures, streamed from Parquet",
    "huice, 39 measures, asked again",
    "huice, 6 measures, asked again",
)
FLAT_ARRAYS, FROM_PARQUET, LOOP_6 = (
    "openfisca-core, 39 measures, flat arrays",
    "DuckDB SQL, 6 measures, from Parquet",
    "fused loop over contracts, 6 measures",
)
LARGE_CHILDREN = (STREAMED, FLAT_ARRAYS, AGAIN, AGAIN_6, FROM_PARQUET, LOOP_6)


def ten_million(orgs: int, corpus: Corpus) -> dict[str, Any]:
    """Each engine in a process of its own, its data read before; DuckDB and one of ours read Parquet."""
    found: dict[str, tuple[float, float]] = {}
    sums = {}
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), orgs, corpus)
        print(f"\n== {orgs:,} firms, sums; seconds, MB of the process at the peak")
        for name in LARGE_CHILDREN:
            said = _child("--child", name, "--orgs", str(orgs), "--folder", folder)
            seconds, megabytes, of_six = json.loads(said.splitlines()[-1])
            found[name], sums[name] = (seconds, megabytes), of_six
            print(f"  {name:<48} {seconds:>9.2f} s {megabytes:>9.0f} MB", flush=True)
    ratios = {
        "openfisca-core / huice": found[FLAT_ARRAYS][0] / found[AGAIN][0],
        "DuckDB / huice": found[FROM_PARQUET][0] / found[AGAIN_6][0],
        "fused loop over contracts / huice": found[LOOP_6][0] / found[AGAIN_6][0],
    }
    for name, ratio in ratios.items():
        print(f"  {name:<48} {ratio:>9.2f} ×")
    equal = sums[AGAIN_6] == sums[FROM_PARQUET] == sums[LOOP_6]
    print(f"  the six sums of huice, DuckDB and the loop: {'equal' if equal else 'DIFFER'}")
    return {"found": found, "ratios": ratios, "equal": equal}


def _read(folder: str, corpus: Corpus) -> Tables:
    """The tables that were written, in memory."""
    frames = {
        path.name: pl.read_parquet(path / "*.parquet")
        for path in Path(folder).iterdir()
        if path.is_dir()
    }
    return Tables(frames, schema_of(corpus), rejects.none(), {})


def _flat(folder: str) -> dict[str, Any]:
    with np.load(Path(folder) / "flat.npz") as arrays:
        return {key: arrays[key] for key in arrays.files}


def _write(folder: Path, orgs: int, corpus: Corpus) -> None:
    """Our tables in pieces, and the flat arrays of OpenFisca."""
    drawn = f.drawn()
    given = f.frames(drawn, corpus)
    for number, start in enumerate(range(0, orgs, PIECE)):
        _write_piece(folder, number, f.tiled(given, min(PIECE, orgs - start), corpus), start)
    flat = {name: f.repeated(a, orgs) for name, a in columns(f.flat(drawn)).items()}
    np.savez(folder / "flat.npz", **flat)


def _write_piece(folder: Path, number: int, tables: Tables, start: int) -> None:
    for name, frame in tables.frames.items():
        (folder / name).mkdir(exist_ok=True)
        moved = frame.with_columns(pl.col(KEY) + start)
        moved.write_parquet(
            folder / name / f"part-{number:03d}.parquet", compression="lz4", row_group_size=100_000
        )


def timed_child(name: str, orgs: int, folder: str) -> None:
    """Prints seconds, the MB of its process at the peak (no files mapped), and what six measures come to."""
    call = _prepared(name, orgs, folder)
    seen = [_status("RssAnon")]
    over = Event()

    def watch() -> None:
        while not over.wait(0.05):
            seen.append(_status("RssAnon"))

    watcher = Thread(target=watch)
    watcher.start()
    rounds = 3 if name in (AGAIN, AGAIN_6, LOOP_6) else 1
    seconds = min(_timed(call) for _ in range(rounds))
    over.set()
    watcher.join()
    print(json.dumps([seconds, max(seen) / 1024, _six_sums(name, call)]))


def _prepared(name: str, orgs: int, folder: str) -> Callable[[], Any]:
    """What is timed, everything read, laid out and compiled that is not part of it."""
    corpus = Corpus.load()
    if name == STREAMED:
        return partial(simulate, folder, corpus, as_of=f.AS_OF, measures=MEASURES)
    if name == FLAT_ARRAYS:
        return partial(openfisca_columns, _flat(folder), orgs)
    if name == FROM_PARQUET:
        return partial(by_duckdb_files, folder)
    tables = _read(folder, corpus)
    if name == LOOP_6:
        rows = flat_columns(f.flat(f.drawn()))
        firms = {key: f.repeated(array, orgs) for key, array in rows.items()}
        call: Callable[[], Any] = partial(
            by_contracts, firms, contract_columns(tables.orgs, tables.frames["contracts"])
        )
    else:
        call = partial(ours, tables, corpus, MEASURES if name == AGAIN else SIX)
    call()
    return call


def _six_sums(name: str, call: Callable[[], Any]) -> list[int] | None:
    """The ceilings of six measures, of those that compute them, in fen."""
    if name == AGAIN_6:
        costs = call().costs().group_by("measure").agg(pl.sum("ceiling_fen"))
        by_measure = dict(costs.iter_rows())
        return [int(by_measure[id_]) for id_ in SIX]
    return [int(one) for one in call()] if name in (FROM_PARQUET, LOOP_6) else None


# --- larger than memory, and more workers ---------------------------------------------------------------------


def out_of_core(orgs: int, corpus: Corpus) -> dict[str, Any]:
    """Parquet computed by a process that may use half of what the data take; then with more workers."""
    given = f.frames(f.drawn(), corpus)
    tables = f.tiled(given, orgs, corpus)
    size = sum(frame.estimated_size() for frame in tables.frames.values())
    with tempfile.TemporaryDirectory() as folder:
        tables.write(folder)
        expected = ours(tables, corpus, None).summary
        del tables
        start = time.perf_counter()
        said = _child("--child", "limited", "--folder", folder, "--limit", str(size // 2))
        seconds = time.perf_counter() - start
        digest = said.splitlines()[-1]
        print(f"\n== {orgs:,} firms, {size / MB:,.0f} MB in memory")
        print(f"  limited to {size / 2 / MB:,.0f} MB (RLIMIT_DATA), a process of its own:")
        print(
            f"  streamed in {seconds:.1f} s; figures {'equal' if digest == _digest(expected) else 'DIFFER'}"
        )
        growth = {}
        for workers in (1, 2):
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                list(pool.map(_wake, range(workers)))
                growth[workers] = _timed(
                    partial(simulate, folder, corpus, as_of=f.AS_OF, firms=100_000, executor=pool)
                )
            print(f"  {workers} process(es): {growth[workers]:.2f} s")
        growth |= {f"dask {n}": _on_dask(folder, corpus, n) for n in (1, 2)}
    return {
        "mb": size / MB,
        "limit_mb": size / 2 / MB,
        "equal": digest == _digest(expected),
        "seconds": seconds,
        "workers": growth,
    }


def _wake(_: int) -> None:
    time.sleep(0.2)


def _on_dask(folder: str, corpus: Corpus, workers: int) -> float:
    from distributed import Client, LocalCluster  # noqa: PLC0415  # takes long to import

    cluster: Any = LocalCluster
    client: Any = Client
    with (
        cluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as on,
        client(on) as one,
    ):
        seconds = _timed(
            lambda: simulate(folder, corpus, as_of=f.AS_OF, firms=100_000, executor=one)
        )
    print(f"  dask.distributed, {workers} worker(s): {seconds:.2f} s")
    return seconds


def limited(folder: str, limit: int) -> None:
    """Computes a folder within so many bytes of data, and prints what it comes to."""
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    corpus = Corpus.load()
    print(_digest(simulate(folder, corpus, as_of=f.AS_OF, firms=50_000).summary))


def _digest(summary: Any) -> str:
    costs = sorted((str(key), row) for key, row in summary.costs.items())
    places = sorted((str(key), row) for key, row in summary.places.items())
    return json.dumps([costs, places])


def main() -> int:
    """Everything asked for; a summary in .cache/bench-population.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--orgs", type=int, nargs="+", default=[100_000, 1_000_000])
    sections = ["peers", "first", "memory", "limit", "large"]
    parser.add_argument("--sections", nargs="+", default=sections, choices=sections)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child")
    parser.add_argument("--folder")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    if options.child == "limited":
        limited(options.folder, options.limit)
        return 0
    if options.child in LARGE_CHILDREN:
        timed_child(options.child, options.orgs[0], options.folder)
        return 0
    if options.child:
        child(options.child, options.orgs[0], options.folder)
        return 0
    corpus = Corpus.load()
    summary: dict[str, Any] = {"machine": machine()}
    if "peers" in options.sections:
        summary["peers"] = {n: side_by_side(n, corpus, options.rounds) for n in options.orgs}
    if "first" in options.sections:
        summary["first"] = first_result(corpus)
    if "memory" in options.sections:
        summary["memory"] = {n: memory(n) for n in options.orgs}
    if "large" in options.sections:
        summary["large"] = ten_million(TEN_MILLION, corpus)
    if "limit" in options.sections:
        summary["limit"] = out_of_core(max(options.orgs[-1], LARGE), corpus)
    target = ROOT / ".cache" / "bench-population.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\nsummary: {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
