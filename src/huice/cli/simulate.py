"""`huice simulate`: what the measures give a whole population of firms, and what they cost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huice.cli.engines import Shown, engine
from huice.cli.find import find_measures, find_places, parse_date, parse_readings
from huice.cli.options import (
    DEFAULT_FRAGMENT,
    ClusterOption,
    DraftOption,
    ForceOption,
    FragmentOption,
    MeasureOption,
    ReadingOption,
    WorkersOption,
    YearsOption,
    refuse_to_mix,
    refuse_to_overwrite,
)
from huice.cli.rejected import RejectsOption, check_rejects
from huice.cli.surface import BadInput, Surface, bad_input
from huice.language.text import Fault

if TYPE_CHECKING:
    from huice.population import Simulation


def simulate(
    out: Surface,
    source: Annotated[
        str,
        typer.Argument(
            metavar="TABLES",
            help="企业表的文件夹（orgs、contracts …：Parquet、CSV、Arrow），或一个 Excel 工作簿 // "
            "A folder of tables (orgs, contracts …: Parquet, CSV, Arrow), or one Excel workbook",
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="所有企业都按此日期申报，如 2026-01-01；缺省为今天 // All firms apply on this date, such as "
            "2026-01-01; today by default",
        ),
    ] = None,
    years: YearsOption = 1,
    by_year: Annotated[
        bool, typer.Option("--by-year", help="另列每一年 // List each year too")
    ] = False,
    place: Annotated[
        list[str] | None,
        typer.Option(
            "--place",
            metavar="PLACE",
            help="只算这些地方的事项：编号、名称或城市，可写多次 // Only measures of these places: id, name or "
            "city; may be repeated",
        ),
    ] = None,
    measure: MeasureOption = None,
    reading: ReadingOption = None,
    draft: DraftOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="逐家逐项的结果：.parquet、.xlsx，或一个文件夹（全部结果，Parquet） // Firm by firm: "
            ".parquet, .xlsx, or a folder (all of it, as Parquet)",
        ),
    ] = None,
    rejected: RejectsOption = None,
    workers: WorkersOption = 1,
    cluster: ClusterOption = None,
    fragment: FragmentOption = DEFAULT_FRAGMENT,
    force: ForceOption = False,
) -> None:
    """Costs by measure and place; nothing is added across cities."""
    from datetime import date

    from huice.cli import simulate_page
    from huice.population import BadTables
    from huice.population.results import SIMULATION
    from huice.population.simulate import simulate as run
    from huice.population.simulate_files import simulation_dict, written
    from huice.population.tables.rejects import write as write_rejects

    out.under(draft)
    _check_kind(output)
    check_rejects(rejected)
    if output is not None and not output.suffix:
        refuse_to_mix(output, SIMULATION, force=force)
        _refuse_to_litter(output, force=force)
    refuse_to_overwrite(rejected, output if output and output.suffix else None, force=force)
    asked: dict[str, Any] = {
        "as_of": parse_date(as_of) if as_of else date.today(),  # noqa: DTZ011  # the user's own day
        "horizon": years,
        "by_year": by_year,
        "places": find_places(out.corpus, place or ()) or None,
        "measures": find_measures(out.corpus, measure),
        "readings": parse_readings(out.corpus, reading) or None,
    }
    shown = Shown(out)

    def compute(folder: Path | None) -> Simulation:
        with engine(workers, cluster) as executor, shown:
            return run(
                Path(source), out.corpus, **asked, executor=executor, out=folder, replace=force, firms=fragment,
                progress=shown.progress, keep=output is not None and folder is None,
            )  # fmt: skip

    try:
        found = compute(None) if output is None else written(output, compute, out.lang)
    except BadTables as error:
        raise BadInput(*error.problems) from error
    except Fault as fault:
        raise bad_input("T008", fault.text.zh, fault.text.en) from fault
    if rejected is not None:
        write_rejects(found.rejects, rejected)
    for problem in found.problems():
        sys.stderr.write(out.translated(problem.render(out.lang)) + "\n")
    if out.as_json:
        out.emit(simulation_dict(found))
        return
    files = [path for path in (output, rejected) if path is not None]
    simulate_page.show(out, found, files)


def _refuse_to_litter(path: Path, *, force: bool) -> None:
    if not force and path.is_dir() and any(path.iterdir()):
        raise bad_input(
            "T007",
            f"文件夹 {path} 里已有别的文件；请换一个文件夹，或加 --force 写进去（别的文件不动）",
            f"the folder {path} holds other files; choose another folder, or add --force to write into it "
            "(other files stay)",
        )


def _check_kind(output: Path | None) -> None:
    from huice.population.simulate_files import SUFFIXES

    if output is not None and output.suffix.lower() not in SUFFIXES:
        raise bad_input(
            "T004",
            f"-o 写 .parquet、.xlsx 或文件夹，写的是“{output}”",
            f"-o is a .parquet, a .xlsx or a folder, not “{output}”",
        )
