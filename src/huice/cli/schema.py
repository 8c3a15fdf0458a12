"""`huice schema`: the JSON Schema of policy files and profiles, for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from huice.cli.surface import Surface, bad_input


def schema(
    out: Surface,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="policy|profile",
            help="policy 政策文件，profile 画像（缺省） // policy files, or profiles (default)",
        ),
    ] = "profile",
) -> None:
    """The schema, as JSON."""
    from huice.corpus.schema import policy_schema, profile_schema

    if kind not in {"policy", "profile"}:
        raise bad_input(
            "T004",
            f"没有“{kind}”的格式，可选 policy、profile",
            f"there is no schema of “{kind}”; choose policy or profile",
        )
    out.emit(policy_schema(out.corpus) if kind == "policy" else profile_schema(out.corpus))
