"""`huice reform`: a draft against the law on a population, and the number for which it meets a budget."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huice.cli.find import parse_date, parse_readings
from huice.cli.options import (
    DEFAULT_FRAGMENT,
    ApplicantsOption,
    ClusterOption,
    DateOption,
    ForceOption,
    FragmentOption,
    GroupsOption,
    ReadingOption,
    WorkersOption,
    YearsOption,
    check_target,
    on_or_off,
    refuse_to_overwrite,
)
from huice.cli.reform_asked import (
    Claims,
    command_of,
    fen_of,
    figure_of,
    open_values,
    share_of,
)
from huice.cli.rejected import RejectsOption, check_rejects
from huice.cli.surface import BadInput, Surface, bad_input
from huice.language.text import Fault

if TYPE_CHECKING:
    from huice.corpus.overlay import Overlay
    from huice.population.reform import Reform
    from huice.population.reform.inverse import Solution
    from huice.population.reform.source import Source


def reform(
    out: Surface,
    overlay: Annotated[
        str,
        typer.Argument(
            metavar="OVERLAY",
            help="草案文件（YAML），写法见 docs/reforms.md // The draft (YAML); see docs/reforms.md",
        ),
    ],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLES",
            help="企业表的文件夹或 Excel 工作簿；不写则只看改了什么 // A folder of tables of firms, or a "
            "workbook; without it only what changes is shown",
        ),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="只看改了什么 // Only what changes")] = False,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="给草案里待定的数定值，如 rate=35%，可写多次 // The value of a number that the draft leaves "
            "open, such as rate=35%; may be repeated",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="AMOUNT",
            help="反求：待定的数取多少，支出恰好不超过预算，如 2亿元 // The inverse: the value of the open "
            "number for which spending meets a budget, such as 200000000",
        ),
    ] = None,
    takeup: Annotated[
        str,
        typer.Option(
            "--takeup",
            metavar="SHARE",
            help="反求时的领取率，如 60% // The share that is taken up, with --budget",
        ),
    ] = "100%",
    figure: Annotated[
        str,
        typer.Option(
            "--figure",
            metavar="ceiling|certain",
            help="反求按上限（缺省）还是确定额 // With --budget: sums of ceilings (default) or of certain "
            "amounts",
        ),
    ] = "ceiling",
    as_of: DateOption = None,
    years: YearsOption = 1,
    reading: ReadingOption = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="全部结果写成 .xlsx，或逐家结果写成 .parquet // All of it as .xlsx, or firm by firm as "
            ".parquet",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="写一份自带图表的网页报告 // Write a self-contained report with charts",
        ),
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg", metavar="DIR", help="图表写到这个文件夹 // Write the charts to this folder"
        ),
    ] = None,
    groups: GroupsOption = "on",
    status: ApplicantsOption = None,
    rejected: RejectsOption = None,
    workers: WorkersOption = 1,
    cluster: ClusterOption = None,
    fragment: FragmentOption = DEFAULT_FRAGMENT,
    force: ForceOption = False,
) -> None:
    """The diff first; then what it does, if tables are given."""
    from datetime import date

    from huice.cli import reform_page
    from huice.cli.engines import engine
    from huice.corpus.overlay import BadOverlay, load_overlay
    from huice.population.tables import BadTables
    from huice.population.tables.rejects import write as write_rejects

    set_ = open_values(values)
    kind = figure_of(figure)
    limit, part = fen_of(budget), share_of(takeup)
    claims = Claims(on_or_off("--groups", groups), tuple(status or ()))
    if set_ and limit is not None:
        raise bad_input(
            "T004",
            "--set 与 --budget 只用一个：或给数定值，或按预算反求",
            "use --set or --budget, not both: give the number, or solve for it",
        )
    check_target(target)
    check_rejects(rejected)
    refuse_to_overwrite(target, html, rejected, force=force)
    day = parse_date(as_of) if as_of else date.today()  # noqa: DTZ011  # the user's own day
    asked: dict[str, Any] = {
        "as_of": day, "horizon": years, "readings": parse_readings(out.corpus, reading) or None,
    }  # fmt: skip
    try:
        draft = load_overlay(overlay)
        if diff or source is None:
            reform_page.show_diff(out, draft, set_)
            return
        with engine(workers, cluster) as executor:
            firms = _opened(out, source, fragment)
            given = draft, firms, set_, (limit, part, kind), {**asked, "executor": executor}
            solution, found = _computed(out, *given, claims)
        command = command_of(
            overlay, source, day, years, set_, (budget, takeup, figure), reading, claims
        )
        files = _write(out, found, solution, command, (target, html, svg))
        told = found or solution
        if rejected is not None and told is not None:
            write_rejects(told.aside.rejects, rejected)
            files.append(rejected)
    except (BadOverlay, BadTables) as error:
        raise BadInput(*error.problems) from error
    except Fault as fault:
        raise bad_input("T004", fault.text.zh, fault.text.en) from fault
    reform_page.show(out, found, solution, files)


def _opened(out: Surface, source: str, fragment: int) -> Source:
    from huice.population.reform.source import opened

    with out.working("正在读取企业表…", "Reading the tables…"):
        return opened(source, out.corpus, fragment)


def _computed(
    out: Surface, draft: Overlay, firms: Source, values: dict[str, str],
    inverse: tuple[int | None, Fraction, Any], asked: dict[str, Any], claims: Claims,
) -> tuple[Solution | None, Reform | None]:  # fmt: skip
    """The solved budget, if one is given, and the reform: with the answer in it, if there is one."""
    from huice.cli.engines import Shown
    from huice.population.reform import reform as compute
    from huice.population.reform.inverse import solve

    shown = Shown(out)
    asked = {**asked, "progress": shown.progress}
    limit, part, figure = inverse
    solution: Solution | None = None
    found: Reform | None = None
    if limit is not None:
        with shown:
            solution = solve(firms, draft, limit, out.corpus, takeup=part, figure=figure, **asked)
        if solution.answer is not None:
            values = {solution.unknown.name: solution.answer.written}
    if solution is None or solution.answer is not None:
        with shown:
            found = compute(
                firms, draft, out.corpus, values=values, assumptions=claims.assumed(),
                grouped=claims.grouped, **asked,
            )  # fmt: skip
    told = found or solution
    assert told is not None
    for problem in told.problems():
        sys.stderr.write(out.translated(problem.render(out.lang)) + "\n")
    return solution, found


# --- what is written --------------------------------------------------------------------------------


def _write(
    out: Surface, found: Reform | None, solution: Solution | None, command: str,
    targets: tuple[Path | None, Path | None, Path | None],
) -> list[Path]:  # fmt: skip
    from huice.population.reform.charts import charts
    from huice.population.reform.files import write
    from huice.population.reform.report import report

    target, html, svg = targets
    files: list[Path] = []
    if svg is not None:
        svg.mkdir(parents=True, exist_ok=True)
        for name, drawing in charts(found, solution, out.lang):
            files.append(svg / f"{name}.svg")
            files[-1].write_text(drawing, encoding="utf-8")
    if found is not None and html is not None:
        html.write_text(report(found, out.lang, command, solution), encoding="utf-8")
        files.append(html)
    if found is not None and target is not None:
        write(found, target, out.lang, solution)
        files.append(target)
    return files
