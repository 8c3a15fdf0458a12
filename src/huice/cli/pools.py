"""`huice pools`: the pools of the corpus, and how far they go among the claims of a population."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huice.cli.find import parse_date, parse_readings
from huice.cli.options import (
    ApplicantsOption,
    DateOption,
    DraftOption,
    ForceOption,
    GroupsOption,
    ReadingOption,
    check_target,
    on_or_off,
    refuse_to_overwrite,
)
from huice.cli.pools_asked import assumed, day_of_year, share_range
from huice.cli.rejected import RejectsOption, check_rejects
from huice.cli.surface import Surface, bad_input
from huice.language.text import Fault

if TYPE_CHECKING:
    import polars as pl

    from huice.language.text import Text
    from huice.population.pools.allocation import Allocation
    from huice.population.pools.forecast import Forecast
    from huice.population.pools.rules import Choice
    from huice.population.pools.uncertainty import Uncertainty


def pools(
    out: Surface,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLES",
            help="企业表的文件夹，或测算结果（huice simulate -o 的文件夹、awards.parquet，csv 亦可）；"
            "不写则列出全部资金池和名额 // A folder of tables of firms, or awards (the folder of huice "
            "simulate -o, a .parquet or .csv); without it, all pools and quotas are listed",
        ),
    ] = None,
    pool: Annotated[
        list[str] | None,
        typer.Option(
            "--pool",
            metavar="POOL",
            help="只看这些：编号或名称，可写多次 // Only these: id or title; may be repeated",
        ),
    ] = None,
    rule: Annotated[
        str,
        typer.Option(
            "--rule",
            metavar="RULE",
            help="分配规则：first-come 先到先得（缺省）、pro-rata 按比例、ranked 按评分、priority 分层优先、"
            "lottery 抽签 // "
            "The rule: first-come (default), pro-rata, ranked, priority or lottery",
        ),
    ] = "first-come",
    within: Annotated[
        str,
        typer.Option(
            "--within",
            metavar="RULE",
            help="分层优先时层内的规则 // The rule within a tier, for priority",
        ),
    ] = "first-come",
    seed: Annotated[
        str | None,
        typer.Option(
            "--seed",
            metavar="SEED",
            help="抽签、推定和模拟的种子；抽签必填 // The seed of draws, assumptions and runs; "
            "a lottery needs it",
        ),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="全额或不给，不发部分 // All of a claim or nothing of it"),
    ] = False,
    takeup: Annotated[
        str,
        typer.Option(
            "--takeup",
            metavar="SHARE",
            help="符合者中申请的比例，如 60% 或 40%-80% // The share that applies, such as 60% or 40%-80%",
        ),
    ] = "100%",
    share: Annotated[
        str,
        typer.Option(
            "--share",
            metavar="SHARE",
            help="申请额占本企业上限的比例，如 80% 或 50%-100% // The part of its ceiling that a firm asks for",
        ),
    ] = "100%",
    request: Annotated[
        str,
        typer.Option(
            "--request",
            metavar="ceiling|certain",
            help="按上限（缺省）还是确定额申请 // Ask for the ceiling (default) or the certain sum",
        ),
    ] = "ceiling",
    status: ApplicantsOption = None,
    opens: Annotated[
        str,
        typer.Option(
            "--opens", metavar="MM-DD", help="受理开始日 // The day on which applications open"
        ),
    ] = "01-01",
    closes: Annotated[
        str,
        typer.Option("--closes", metavar="MM-DD", help="受理截止日 // The day on which they close"),
    ] = "12-31",
    front: Annotated[
        int,
        typer.Option(
            "--front",
            min=1,
            metavar="N",
            help="1 均匀到达；越大越前密后疏 // 1: applications come evenly; more: earlier",
        ),
    ] = 1,
    groups: GroupsOption = "on",
    runs: Annotated[
        int,
        typer.Option(
            "--runs",
            min=0,
            metavar="N",
            help="模拟次数，0 为不模拟 // Runs of the simulation; 0 for none",
        ),
    ] = 1000,
    horizon: Annotated[
        int,
        typer.Option(
            "--horizon",
            min=1,
            metavar="YEARS",
            help="测算几年（企业表） // Years to compute, for tables",
        ),
    ] = 1,
    as_of: DateOption = None,
    reading: ReadingOption = None,
    draft: DraftOption = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg",
            metavar="DIR",
            help="模拟的图写到这个文件夹 // Write charts of the simulation to this folder",
        ),
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="逐笔结果写成 .parquet 或 .xlsx // Write every claim to a .parquet or .xlsx file",
        ),
    ] = None,
    rejected: RejectsOption = None,
    force: ForceOption = False,
) -> None:
    """Without a source the pools are listed; with one they are given out."""
    from huice.cli import pools_page
    from huice.cli.pools_source import awards_of
    from huice.population.pools import find_funds, funds
    from huice.population.pools.demand import check
    from huice.population.pools.overlaps import overlaps, partners
    from huice.population.pools.rules import Choice, Terms
    from huice.population.pools.uncertainty import Uncertainty, seed_number
    from huice.population.tables.rejects import write as write_rejects

    out.under(draft)
    readings = parse_readings(out.corpus, reading)
    try:
        listed = funds(out.corpus, readings)
        chosen = find_funds(out.corpus, pool, readings) if pool else None
        if source is None:
            pools_page.show_list(out, chosen or listed)
            return
        check_target(target)
        check_rejects(rejected)
        refuse_to_overwrite(target, rejected, force=force)
        grouped = on_or_off("--groups", groups)
        take, part = share_range("--takeup", takeup), share_range("--share", share)
        assumptions = assumed(
            (take, part),
            status,
            request,
            (day_of_year("--opens", opens), day_of_year("--closes", closes)),
            front,
            seed,
        )
        check(assumptions)
        day = parse_date(as_of) if as_of else date.today()  # noqa: DTZ011  # the user's own day
        with out.working("正在测算与分配…", "Computing and allocating…"):
            members = {id_ for fund in chosen or listed for id_ in fund.members}
            if grouped:
                members |= partners(overlaps(out.corpus, readings, members))
            awards, aside = awards_of(out, source, day, horizon, sorted(members), readings)
            choice = Choice(rule, Terms(seed=seed or "", whole=whole, within=within))
            unsure = Uncertainty(take, part, runs=runs, seed=seed_number(seed or "1"))
            asked = {
                "year": day.year, "choice": choice, "assumptions": assumptions, "only": chosen,
                "readings": readings, "grouped": grouped,
            }  # fmt: skip
            found, drawn = _allocate(out, awards, asked, runs, unsure)
        varying = _varies(unsure, drawn, choice)
        files = _write(out, found, drawn, varying, svg, target)
        if rejected is not None:
            write_rejects(aside.rejects, rejected)
            files.append(rejected)
    except Fault as fault:
        raise bad_input("T004", fault.text.zh, fault.text.en) from fault
    pools_page.show(out, found, drawn, varying, aside, files)


def _allocate(
    out: Surface, awards: pl.DataFrame, asked: dict[str, Any], runs: int, unsure: Uncertainty
) -> tuple[Allocation, tuple[Forecast, ...]]:
    """What each pool gives, and what the runs say of it."""
    from huice.population.pools.allocation import allocate_pools
    from huice.population.pools.forecast import simulate_pools

    found = allocate_pools(awards, out.corpus, **asked)
    if not runs:
        return found, ()
    with ThreadPoolExecutor() as workers:
        drawn = simulate_pools(awards, out.corpus, **asked, uncertainty=unsure, executor=workers)
    return found, drawn


def _varies(unsure: Uncertainty, forecasts: Sequence[Forecast], choice: Choice) -> tuple[Text, ...]:
    """What differs from run to run, and how to read the bands; nothing without runs."""
    from huice.population.pools.bands import BANDS_SAY
    from huice.population.pools.rules import Choice as Chosen
    from huice.population.pools.uncertainty import varies

    if not forecasts:
        return ()
    quotas = {one.rule for one in forecasts if one.fund.kind == "quota"}
    pools = [choice] if any(one.fund.kind != "quota" for one in forecasts) else []
    return (*unsure.says(), *varies([*pools, *map(Chosen, quotas)]), BANDS_SAY)


def _write(
    out: Surface, found: Allocation, forecasts: Sequence[Forecast], varying: Sequence[Text],
    svg: Path | None, target: Path | None,
) -> list[Path]:  # fmt: skip
    """The files asked for, written."""
    from huice.population.pools.files import write
    from huice.population.pools.spread import forecast_figure
    from huice.population.svg import NARROW, WIDE

    files: list[Path] = []
    if svg is not None:
        svg.mkdir(parents=True, exist_ok=True)
        for one in forecasts:
            name = one.fund.id.replace("/", "-").replace(":", "-")
            name += f"-{one.year}" if one.year else ""
            for size, end in ((WIDE, ""), (NARROW, "-narrow")):
                files.append(svg / f"{name}{end}.svg")
                files[-1].write_text(forecast_figure(one, out.lang, size), encoding="utf-8")
    if target is not None:
        write(found, target, out.lang, forecasts, varying)
        files.append(target)
    return files
