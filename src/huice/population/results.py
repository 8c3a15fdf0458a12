"""The folder of a simulation: awards and totals in parts, costs, places, what was set aside, and their list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from re import compile as pattern
from socket import gethostname
from typing import Any
from uuid import uuid4

import polars as pl

from huice.language.text import Fault, Text
from huice.population.asked import Asked, Awards
from huice.population.folder import Kind, Staged, held, listed, writing
from huice.population.tables import rejects

LIST = "simulation.json"
FRAMES = ("awards", "totals")
_FILES = ("costs.parquet", "places.parquet", "rejects.csv")
_PART = pattern(r"part-\d{5,}\.parquet")


def _takes(path: PurePosixPath) -> bool:
    first = path.parts[0]
    return first in _FILES or (
        first in FRAMES and (path.suffix == ".parquet" or path.name == first)
    )


def _older(path: PurePosixPath) -> bool:
    return path.parts[0] in FRAMES and _PART.fullmatch(path.name) is not None


SIMULATION = Kind(LIST, Text("测算结果", "the results of a simulation"), _takes, _older)


def part_name(frame: str, number: int) -> str:
    """The file of a fragment."""
    return f"{frame}/part-{number:05d}.parquet"


def write_part(out: Path, number: int, awards: Awards) -> dict[str, int]:
    """Writes the frames of a fragment into the folder of a run; gives their names and rows.

    The folder must be there: a machine that does not see it would write where nobody looks.
    """
    frames = {"awards": awards.awards, "totals": awards.totals}
    found = {}
    if not out.is_dir():
        raise _elsewhere(out.parent)
    for name, frame in frames.items():
        part = out / part_name(name, number)
        with writing(out.parent):
            part.parent.mkdir(exist_ok=True)
            own = part.with_name(
                f".{part.name}-{uuid4().hex}"
            )  # a cluster may run a lost one twice
            frame.write_parquet(own, compression="lz4")
            own.replace(part)
        found[part_name(name, number)] = frame.height
    return found


def _elsewhere(folder: Path) -> Fault:
    host = gethostname()
    return Fault(
        f"工作进程所在的机器 {host} 上没有这次测算的文件夹 {folder}：或者那台机器看不到它（各台机器都要能在"
        "同一路径写它），或者这次测算已经中止",
        f"the machine of the worker, {host}, does not have the folder of this run, {folder}: either it does "
        "not see it (every machine must be able to write it at the same path), or the run was stopped",
    )


def put(
    stage: Staged,
    asked: Asked,
    about: Mapping[str, Any],
    parts: Mapping[str, int],
    frames: Mapping[str, pl.DataFrame],
    set_aside: pl.DataFrame,
) -> None:
    """Puts a finished run in place: parts, frames by the name of their file, what was set aside, the list."""
    files = dict(parts)
    with writing(stage.folder):
        for name, frame in frames.items():
            (stage.own / name).parent.mkdir(exist_ok=True)
            write_readable(frame, stage.own / name)
            files[name] = frame.height
        rejects.write(set_aside, stage.own / "rejects.csv")
        files["rejects.csv"] = set_aside.height
    question = {
        "as_of": asked.as_of.isoformat(),
        "years": list(asked.years),
        "by_year": asked.by_year,
        "measures": [measure.id for measure in asked.measures],
        "readings": asked.readings,
        "pools": asked.pools,
    }
    stage.finish({**about, "question": question}, files)


def write_readable(frame: pl.DataFrame, path: Path) -> None:
    """Writes a frame with sums of 128 bits as decimal numbers, which every reader of Parquet knows."""
    known = frame.with_columns(pl.col(pl.Int128).cast(pl.Decimal(38, 0)))
    known.write_parquet(path, compression="lz4")


def parts_of(folder: Path, frame: str) -> list[Path]:
    """The parts of `awards` or `totals` of a finished simulation, in their order.

    Raises `Fault` for a folder whose run was not finished.
    """
    named = [name for name in listed(folder / LIST) if name.startswith(f"{frame}/")]
    found = [folder / name for name in sorted(named, key=lambda name: (len(name), name))]
    lost = [path for path in found if not path.is_file()]
    if not found or lost:
        zh, en = f"没有清单 {LIST}", f"there is no list {LIST}"
        if lost:
            zh, en = f"少了 {frame}/{lost[0].name}", f"{frame}/{lost[0].name} is missing"
        raise Fault(
            f"{folder} 里的测算结果不完整：{zh}；请重新测算",
            f"the results of a simulation in {folder} are not complete: {en}; run it again",
        )
    return found


def is_result(folder: Path) -> bool:
    """Whether a folder holds the results of a simulation, finished or not."""
    there = held(folder, SIMULATION)
    return there.finished or any(one.parts[0] in FRAMES for one in there.ours)
