"""A simulation on a terminal: what each measure costs in each city, and what each place comes to."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

from huice.cli import cards
from huice.cli.find import place_name
from huice.cli.page import Column, Page
from huice.cli.rejected import say_set_aside
from huice.cli.surface import Surface
from huice.cli.words import UNSTATED
from huice.population.schema import FEN
from huice.population.simulate import Simulation
from huice.population.simulate_files import all_unstated

Row = dict[str, Any]


def show(out: Surface, found: Simulation, files: Sequence[Path]) -> None:
    """Costs by city and measure, then the firms' totals by place; never a sum across cities."""
    page = out.page()
    asked = found.asked
    span = str(asked.years[0]) if asked.horizon == 1 else f"{asked.years[0]}–{asked.years[-1]}"
    page.heading(
        out.say(f"测算：{found.firms:,} 家企业", f"Simulation: {found.firms:,} firms"),
        out.say(
            f"申报日 {asked.as_of} · {span} 年 · 政策汇编 {found.corpus.version}",
            f"as of {asked.as_of} · {span} · corpus {found.corpus.version}",
        ),
    )
    say_set_aside(out, page, found.counts)
    rows = list(found.costs(by_city=True).iter_rows(named=True))
    for city, group in groupby(rows, key=lambda row: row["city"]):
        _city(out, page, found, city, list(group))
    _places(out, page, found)
    page.blank()
    for gap in found.gaps:
        page.para(out.text(gap.text))
    for path in files:
        page.para(out.say(f"已写好 {path}", f"{path} is written"))
    cards.disclaimer(out, page)
    out.show(page)


def _city(
    out: Surface, page: Page, found: Simulation, city: str | None, rows: Sequence[Row]
) -> None:
    """The measures of one city of which some firm may gain; the others are counted."""
    titles = {measure.id: measure.title for measure in found.asked.measures}
    by_year = found.asked.by_year
    shown = [row for row in rows if row["possible"] and (by_year or row["year"] is None)]
    whole = [row for row in rows if row["year"] is None]
    idle = sum(not row["possible"] for row in whole)
    page.blank()
    page.para([(out.text(place_name(found.corpus, city)), "strong")])
    columns = [
        Column(out.say("事项", "Measure"), grows=True, least=16),
        *([Column(out.say("年度", "Year"))] if by_year else []),
        Column(out.say("符合", "Eligible"), right=True),
        Column(out.say("可能受益", "May gain"), right=True),
        Column(out.say("确定额", "Certain"), right=True),
        Column(out.say("上限合计", "Ceilings"), right=True),
    ]
    order = {row["measure"]: -row["ceiling_fen"] for row in whole}
    shown.sort(key=lambda row: (order[row["measure"]], row["measure"], row["year"] or 0))
    if shown:
        page.table(
            columns,
            [
                [
                    out.text(titles[row["measure"]]),
                    *([_year(out, row["year"])] if by_year else []),
                    f"{row['eligible']:,}",
                    f"{row['possible']:,}",
                    _money(out, row["certain_fen"]),
                    _ceiling(out, row),
                ]
                for row in shown
            ],
            2,
        )
    if idle:
        quiet = out.say(
            f"另有 {idle} 项没有企业可能受益。", f"Of {idle} more measures no firm may gain."
        )
        page.para((quiet, "quiet"), 2)


def _places(out: Surface, page: Page, found: Simulation) -> None:
    """What the firms of each place come to, groups applied."""
    rows = list(found.places().iter_rows(named=True))
    page.heading(
        out.say("各地企业合计", "Firms by place"),
        out.say("择高、互斥已计入；各城之间不相加", "groups applied; never added across cities"),
    )
    columns = [
        Column(out.say("地点", "Place"), grows=True, least=12),
        Column(out.say("企业", "Firms"), right=True),
        Column(out.say("确定受益", "Surely gain"), right=True),
        Column(out.say("可能受益", "May gain"), right=True),
        Column(out.say("确定额", "Certain"), right=True),
        Column(out.say("上限合计", "Ceilings"), right=True),
    ]
    page.table(
        columns,
        [
            [
                out.text(place_name(found.corpus, row["place"])),
                f"{_firms(row):,}",
                f"{row['receiving']:,}",
                f"{row['possible']:,}",
                _money(out, row["certain_fen"]),
                _money(out, row["ceiling_fen"]),
            ]
            for row in rows
        ],
    )
    if any(row["place"] is None for row in rows):
        page.para(
            (
                out.say(
                    "地点未定的企业按最有利的一地计。",
                    "Firms whose place is open count at the best single place.",
                ),
                "quiet",
            )
        )


def _firms(row: Row) -> int:
    names = ("eligible", "discretionary", "unknown", "expired", "ineligible")
    return sum(row[name] for name in names)


def _year(out: Surface, year: int | None) -> str:
    return out.say("合计", "all") if year is None else str(year)


def _money(out: Surface, fen: int) -> str:
    return out.money(Fraction(fen, FEN))


def _ceiling(out: Surface, row: Row) -> str:
    """The sum of ceilings; firms for which the text states none beside it, never as 0."""
    if all_unstated(row):
        return out.text(UNSTATED)
    if not row["unstated"]:
        return _money(out, row["ceiling_fen"])
    beside = out.say(f"（另 {row['unstated']:,} 家未写）", f" (+{row['unstated']:,} unstated)")
    return _money(out, row["ceiling_fen"]) + beside
