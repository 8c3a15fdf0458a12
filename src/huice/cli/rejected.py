"""Rows of tables that were set aside: the option that writes them, and what a terminal says of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huice.cli.page import Page
from huice.cli.surface import Surface, bad_input

if TYPE_CHECKING:
    from huice.population.tables.rejects import Count

FORMATS = (".csv", ".parquet")
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="搁置的行及原因写到这个 .csv 或 .parquet // Write the rows that were set aside, with their "
        "reasons, to this .csv or .parquet",
    ),
]


def check_rejects(path: Path | None) -> None:
    """Raises `BadInput` for a file of another kind."""
    if path is not None and path.suffix.lower() not in FORMATS:
        raise bad_input(
            "T004",
            f"--rejects 写 .csv 或 .parquet，写的是“{path}”",
            f"--rejects is a .csv or a .parquet, not “{path}”",
        )


def say_set_aside(out: Surface, page: Page, counts: Mapping[str, Count]) -> None:
    """How many rows were set aside, if any were; `counts` by table."""
    rows = sum(count.rejected for count in counts.values())
    if not rows:
        return
    firms = counts["orgs"].rejected
    noun = "firm was" if firms == 1 else "firms were"
    told = out.say(
        f"搁置 {firms:,} 家（连同其余各表共 {rows:,} 行）：见上面的说明；全部原因可用 --rejects 写成文件。",
        f"{firms:,} {noun} set aside ({rows:,} rows of all tables): see above; --rejects writes every "
        "reason to a file.",
    )
    page.para((told, "warn"))
