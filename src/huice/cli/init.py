"""`huice init`: an annotated empty profile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huice.cli.notation import blank_text
from huice.cli.surface import Surface, bad_input


def init(
    out: Surface,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="写到哪个文件，缺省 profile.yaml // The file; profile.yaml by default",
        ),
    ] = Path("profile.yaml"),
    force: Annotated[
        bool, typer.Option("--force", help="覆盖已有的文件 // Overwrite a file that exists")
    ] = False,
) -> None:
    """Writes the file; refuses to overwrite one."""
    if file.exists() and not force:
        raise bad_input(
            "T007",
            f"{file} 已经存在；换个文件名，或加 --force 覆盖",
            f"{file} exists; choose another name, or add --force to overwrite it",
        )
    file.write_text(blank_text(out.corpus, out.lang), encoding="utf-8")
    if out.as_json:
        out.emit({"schema": "huice/init/1", "file": str(file)})
        return
    out.tell(
        out.say(
            f"已写好 {file}。填上知道的事实，然后运行：huice evaluate {file}",
            f"{file} is written. Fill in what you know, then run: huice evaluate {file}",
        )
    )
