"""`huice plan`: the best plan over places, years and choices, with its proof."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import structs

from huice.cli.options import ForceOption, NarrowOption, refuse_to_overwrite
from huice.cli.surface import Surface, bad_input
from huice.corpus.source import Source, read_file, read_text
from huice.evaluate.profiles import BadProfile, load_profile

if TYPE_CHECKING:
    from huice.planning import Plan

OBJECTIVES = ("certain", "ceiling")
LONGEST_SECONDS = 3600.0


def plan(
    out: Surface,
    problem: Annotated[
        str,
        typer.Argument(
            metavar="PROBLEM|PROFILE",
            help="规划题目（YAML 或 JSON，写法见 docs/planning.md），或一份画像；- 为标准输入 // "
            "A planning problem (YAML or JSON, see docs/planning.md), or a profile; - for stdin",
        ),
    ],
    years: Annotated[
        int | None,
        typer.Option(
            "--years",
            metavar="N",
            help="只给画像时：规划几年（1–5，缺省 5） // "
            "With a profile alone: how many years (1 to 5, 5 by default)",
        ),
    ] = None,
    objective: Annotated[
        str | None,
        typer.Option(
            "--objective",
            metavar="certain|ceiling",
            help="求什么最大：certain 确定额，ceiling 本企业上限 // "
            "What is to be as large as possible: the certain sum, or the ceiling",
        ),
    ] = None,
    stacking: Annotated[
        str | None,
        typer.Option(
            "--stacking",
            metavar="stated|prudent",
            help="叠加口径：stated 只按原文，prudent 从严（同一事项不重复、就高） // "
            "Stacking: only what the text says, or the prudent usual rules",
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="SECONDS",
            help="最多算几秒，到时给出已有的最好方案和差距 // "
            "At most so many seconds; then the best plan so far, with its gap",
        ),
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg",
            metavar="FILE",
            help="把方案画成 SVG 文件（逐年甘特图） // Draw the plan into an SVG file",
        ),
    ] = None,
    narrow: NarrowOption = False,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="列出全部条款、原文和未列入的事项 // Every clause, sentence and measure left out",
        ),
    ] = False,
    force: ForceOption = False,
) -> None:
    """Where, when and with what to claim."""
    from huice.cli.plan_page import show
    from huice.planning.svg import drawing

    refuse_to_overwrite(svg, force=force)
    _check(objective, stacking, time_limit, years)
    make = _maker(out, problem, years, objective, stacking, time_limit)
    with out.working("正在求最优方案……", "Looking for the best plan ..."):
        found = make()
    if svg is not None:
        svg.write_text(drawing(found, out.corpus, out.lang, narrow=narrow), encoding="utf-8")
    if out.as_json:
        out.emit(found.to_dict())
        return
    page = out.page()
    show(out, page, found, every=every)
    if svg is not None:
        page.blank()
        page.para((out.say(f"已画成 {svg}", f"drawn into {svg}"), "quiet"))
    out.show(page)


def _check(
    objective: str | None, stacking: str | None, time_limit: float | None, years: int | None
) -> None:
    from huice.planning.problem import MOST_YEARS
    from huice.planning.stacking import stackings

    for name, given, known in (
        ("--objective", objective, OBJECTIVES),
        ("--stacking", stacking, tuple(stackings())),
    ):
        if given is not None and given not in known:
            raise bad_input(
                "T004",
                f"{name} 可选 {'、'.join(known)}，写的是“{given}”",
                f"{name} is one of {', '.join(known)}, not “{given}”",
            )
    if time_limit is not None and not 0 < time_limit <= LONGEST_SECONDS:
        raise bad_input(
            "T004",
            f"--time-limit 应为 0 以上、{LONGEST_SECONDS:.0f} 以内的秒数",
            f"--time-limit is a number of seconds above 0 and up to {LONGEST_SECONDS:.0f}",
        )
    if years is not None and not 1 <= years <= MOST_YEARS:
        raise bad_input(
            "T004", f"--years 应为 1–{MOST_YEARS}", f"--years is a number from 1 to {MOST_YEARS}"
        )


def _maker(
    out: Surface,
    path: str,
    years: int | None,
    objective: str | None,
    stacking: str | None,
    time_limit: float | None,
) -> Callable[[], Plan]:
    """What makes the plan, once the file has been read and checked."""
    from huice.planning import plan as best
    from huice.planning.problem import MOST_YEARS
    from huice.planning.reader import is_problem, load_task
    from huice.planning.usual import usual_task

    source = _source(out, path)
    if source.problems:
        raise BadProfile(tuple(source.problems))
    if is_problem(source.value):
        if years is not None:
            raise bad_input(
                "T004",
                "题目里已有 years，--years 只用于画像",
                "the problem states its years; --years is for a profile alone",
            )
        task = load_task(source, out.corpus)
    else:
        profile = load_profile(source, out.corpus)
        if not profile.name and path != "-":
            profile = structs.replace(profile, name=Path(path).stem)
        task = usual_task(profile, out.corpus, years or MOST_YEARS)
    return lambda: best(
        task, out.corpus, objective=objective, stacking=stacking, time_limit=time_limit
    )


def _source(out: Surface, path: str) -> Source:
    if path != "-":
        return read_file(Path(path))
    import sys

    return read_text(sys.stdin.read(), out.say("（标准输入）", "(stdin)"))
