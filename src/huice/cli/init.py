"""`huice init`: an annotated empty profile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huice.cli.notation import blank_text
from huice.cli.options import ForceOption, refuse_to_overwrite
from huice.cli.surface import Surface


def init(
    out: Surface,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="写到哪个文件，缺省 profile.yaml // The file; profile.yaml by default",
        ),
    ] = Path("profile.yaml"),
    force: ForceOption = False,
) -> None:
    """Writes the file; refuses to overwrite one."""
    refuse_to_overwrite(file, force=force)
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
