"""Options that several verbs share: the same words and the same meaning everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huice.cli.surface import BadInput, bad_input

ProfileFile = Annotated[
    str,
    typer.Argument(
        metavar="PROFILE",
        help="画像文件（YAML 或 JSON），- 为标准输入 // The profile (YAML or JSON); - reads stdin",
    ),
]
PlaceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--place",
        metavar="PLACE",
        help="假定落在此地：编号、名称或城市，可写多次 // Assume this place: id, name or city; "
        "may be "
        "repeated",
    ),
]
MeasureOption = Annotated[
    list[str] | None,
    typer.Option(
        "--measure",
        metavar="MEASURE",
        help="只看这些事项：编号、标题或关键词，可写多次 // Only these measures: id, title or "
        "keyword; "
        "may be repeated",
    ),
]
ReadingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        metavar="MEASURE:READING=OPTION",
        help="改用另一种读法，可写多次 // Take another reading of the text; may be repeated",
    ),
]
DateOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="按此日期申报，如 2026-01-01 // Apply on this date, such as 2026-01-01",
    ),
]
DraftOption = Annotated[
    str | None,
    typer.Option(
        "--draft",
        metavar="OVERLAY",
        help="先叠加一份草案再测算，写法见 huice reform // Lay a draft over the policies first; see "
        "huice reform",
    ),
]
MOST_YEARS = 30
YearsOption = Annotated[
    int,
    typer.Option(
        "--years",
        metavar="N",
        min=1,
        max=MOST_YEARS,
        help="从申报年度起测算几年 // How many years from the claim year on",
    ),
]
MOST_WORKERS = 64
WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        max=MOST_WORKERS,
        help="用几个进程；1 为不另开进程 // How many processes; 1 starts none",
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="交给 dask 集群的调度器，如 host:8786 // Give the work to a dask scheduler, such as host:8786",
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="覆盖已有的文件 // Overwrite a file that exists")
]
NarrowOption = Annotated[
    bool, typer.Option("--narrow", help="画成手机宽度（390 像素） // Draw for a phone (390 pixels)")
]


def refuse_to_overwrite(*paths: Path | None, force: bool) -> None:
    """Raises `BadInput` for a file, or a folder that is not empty, which would be written over."""
    for path in paths:
        if path is None or force:
            continue
        if any(path.iterdir()) if path.is_dir() else path.exists():
            raise taken(path)


def taken(path: Path) -> BadInput:
    """What is said of a file that is there already."""
    return bad_input(
        "T007",
        f"{path} 已经存在；换个名字，或加 --force 覆盖",
        f"{path} exists; choose another name, or add --force to overwrite it",
    )
