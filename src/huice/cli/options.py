"""Options that several verbs share: the same words and the same meaning everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huice.cli.surface import BadInput, bad_input
from huice.language.text import Fault, Text

if TYPE_CHECKING:
    from huice.population.folder import Kind

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
DEFAULT_FRAGMENT, LEAST_FRAGMENT, MOST_FRAGMENT = 100_000, 100, 10_000_000
FragmentOption = Annotated[
    int,
    typer.Option(
        "--fragment",
        metavar="FIRMS",
        min=LEAST_FRAGMENT,
        max=MOST_FRAGMENT,
        help="每块多少家企业，缺省 10 万：小块省内存（每家约 2 KB），大块省时间（每块有固定开销）；"
        "只有 Parquet 逐块读，别的格式整份读入 // Firms of a fragment, 100,000 by default: fewer need less "
        "memory (some 2 KB each), more take less time (each fragment has its fixed cost); only Parquet is "
        "read so, other files are read as a whole",
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="覆盖已有的文件 // Overwrite a file that exists")
]
GroupsOption = Annotated[
    str,
    typer.Option(
        "--groups",
        metavar="on|off",
        help="同组只享受一项、共同上限是否约束对资金池的申请，缺省 on // Whether groups bind the claims on "
        "pools (only the highest, joint ceilings); default on",
    ),
]
ApplicantsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help="哪些状态算资金池的申请人，可写多次，缺省 eligible 和 discretionary // Who counts as applicant to "
        "a pool; may be repeated; default eligible and discretionary",
    ),
]
NarrowOption = Annotated[
    bool, typer.Option("--narrow", help="画成手机宽度（390 像素） // Draw for a phone (390 pixels)")
]


def on_or_off(option: str, text: str) -> bool:
    """Whether a switch is on. Raises `BadInput` for any other word."""
    if text not in {"on", "off"}:
        raise bad_input(
            "T004",
            f"{option} 写 on 或 off，写的是“{text}”",
            f"{option} is on or off, not “{text}”",
        )
    return text == "on"


TABLE_FILES = (".parquet", ".xlsx")


def check_target(target: Path | None) -> None:
    """Raises `BadInput` for a file of tables of another kind than `TABLE_FILES`."""
    if target is not None and target.suffix.lower() not in TABLE_FILES:
        raise bad_input(
            "T004",
            f"“{target.name}”的扩展名不对，写作 .parquet 或 .xlsx",
            f"“{target.name}” must end in .parquet or .xlsx",
        )


def refuse_to_overwrite(*paths: Path | None, force: bool) -> None:
    """Raises `BadInput` for a file, or a folder that is not empty, which would be written over."""
    for path in paths:
        if path is None or force:
            continue
        if any(path.iterdir()) if path.is_dir() else path.exists():
            raise taken(path)


def refuse_to_mix(path: Path, kind: Kind, *, force: bool) -> None:
    """Raises `BadInput` for a folder that holds such a result; with `force` only for files in its way."""
    from huice.population.folder import Occupied, check_free

    advice = Text(
        "；请换一个文件夹，或加 --force 换掉它们（其他文件不动）",
        "; choose another folder, or add --force to replace them (other files stay)",
    )
    try:
        check_free(path, kind, replace=force, advice=advice)
    except Occupied as error:
        raise bad_input("T007", error.text.zh, error.text.en) from error
    except Fault as error:
        raise bad_input("T008", error.text.zh, error.text.en) from error


def taken(path: Path) -> BadInput:
    """What is said of a file that is there already."""
    return bad_input(
        "T007",
        f"{path} 已经存在；换个名字，或加 --force 覆盖",
        f"{path} exists; choose another name, or add --force to overwrite it",
    )
