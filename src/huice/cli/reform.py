"""`huice reform`: a draft against the law on a population, and the number for which it meets a budget."""

from __future__ import annotations

import shlex
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huice.cli.find import parse_date, parse_readings
from huice.cli.options import (
    DEFAULT_FRAGMENT,
    ClusterOption,
    DateOption,
    ForceOption,
    FragmentOption,
    ReadingOption,
    WorkersOption,
    YearsOption,
    refuse_to_overwrite,
)
from huice.cli.surface import BadInput, Surface, bad_input
from huice.language.text import Fault

if TYPE_CHECKING:
    from huice.corpus.overlay import Overlay
    from huice.population.reform import Reform
    from huice.population.reform.inverse import Solution
    from huice.population.reform.source import Source

_FEN, _WHOLE = 100, 100


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

    set_ = _values(values)
    kind = _figure(figure)
    limit, part = _budget(budget), _share(takeup)
    if set_ and limit is not None:
        raise bad_input(
            "T004",
            "--set 与 --budget 只用一个：或给数定值，或按预算反求",
            "use --set or --budget, not both: give the number, or solve for it",
        )
    _target(target)
    refuse_to_overwrite(target, html, force=force)
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
            solution, found = _computed(out, *given)
        command = _command(overlay, source, day, years, set_, (budget, takeup, figure), reading)
        files = _write(out, found, solution, command, (target, html, svg))
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
    inverse: tuple[int | None, Fraction, Any], asked: dict[str, Any],
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
            found = compute(firms, draft, out.corpus, values=values, **asked)
    told = found or solution
    assert told is not None
    for problem in told.problems():
        sys.stderr.write(out.translated(problem.render(out.lang)) + "\n")
    return solution, found


# --- what was typed ---------------------------------------------------------------------------------


def _values(given: list[str] | None) -> dict[str, str]:
    found = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise bad_input(
                "T004",
                f"--set 写作 名称=数值，如 rate=35%，写的是“{text}”",
                f"--set is NAME=VALUE, such as rate=35%, not “{text}”",
            )
        found[name.strip().removeprefix("$")] = value.strip()
    return found


def _budget(text: str | None) -> int | None:
    from huice.language.units import MONEY, dimension_of, parse_literal, value_of

    if text is None:
        return None
    literal = parse_money(text, parse_literal)
    fen = None
    if literal is not None and dimension_of(literal) == MONEY:
        fen = value_of(literal) * _FEN
    if fen is None or fen.denominator != 1:
        raise bad_input(
            "T004",
            f"--budget 写一笔金额，如 2亿元，写的是“{text}”",
            f"--budget is an amount, such as 200000000, not “{text}”",
        )
    return int(fen)


def parse_money(text: str, parse: Any) -> Any:
    """The literal, or None where it is none; a bare number is yuan."""
    plain = text.strip()
    try:
        return parse(plain if not plain.replace(",", "").isdigit() else f"{plain}元")
    except Fault:
        return None


def _share(text: str) -> Fraction:
    try:
        share = Fraction(text.strip().removesuffix("%")) / (
            _WHOLE if text.strip().endswith("%") else 1
        )
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share <= 1:
        raise bad_input(
            "T004",
            f"--takeup 写作 60%，大于 0、不超过 100%，写的是“{text}”",
            f"--takeup is a share such as 60%, more than 0 and at most 100%, not “{text}”",
        )
    return share


def _figure(word: str) -> str:
    if word not in {"ceiling", "certain"}:
        raise bad_input(
            "T004",
            f"--figure 写 ceiling 或 certain，写的是“{word}”",
            f"--figure is ceiling or certain, not “{word}”",
        )
    return word


def _target(target: Path | None) -> None:
    from huice.population.reform.files import FORMATS

    if target is not None and target.suffix.lower() not in FORMATS:
        raise bad_input(
            "T004",
            f"“{target.name}”的扩展名不对，写作 .parquet 或 .xlsx",
            f"“{target.name}” must end in .parquet or .xlsx",
        )


def _command(
    overlay: str, source: str, day: Any, years: int, values: dict[str, str],
    inverse: tuple[str | None, str, str], reading: list[str] | None,
) -> str:  # fmt: skip
    """The command that makes the same figures again."""
    budget, takeup, figure = inverse
    words = ["huice", "reform", overlay, source, "--as-of", str(day)]
    words += ["--years", str(years)] if years > 1 else []
    for name, value in values.items():
        words += ["--set", f"{name}={value}"]
    if budget is not None:
        words += ["--budget", budget]
        words += ["--takeup", takeup] if takeup != "100%" else []
        words += ["--figure", figure] if figure != "ceiling" else []
    for text in reading or ():
        words += ["--reading", text]
    return shlex.join(words)


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
