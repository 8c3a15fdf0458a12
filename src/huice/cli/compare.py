"""`huice compare`: one firm at every place, or several profiles side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from msgspec import structs

from huice.cli import cards
from huice.cli.find import find_places, place_name, read
from huice.cli.page import Column, Page
from huice.cli.surface import Surface
from huice.cli.words import ALTERNATIVES, CEILING, CERTAIN, STATUS
from huice.cli.wrapping import Inline
from huice.evaluate import Comparison
from huice.evaluate import compare as compare_profiles
from huice.evaluate.compare import Row
from huice.evaluate.outcome import Status
from huice.language.text import Text

SHORT: dict[Status, Text] = {
    Status.ELIGIBLE: Text("符合", "Met"),
    Status.DISCRETIONARY: Text("待裁量", "Judged"),
    Status.UNKNOWN: Text("待确认", "Open"),
}
UNSTATED = Text("未公布", "No sum")


def compare(
    out: Surface,
    profiles: Annotated[
        list[str],
        typer.Argument(
            metavar="PROFILE",
            help="一份画像比各地；几份画像并排比 // One profile for a comparison of places; "
            "several "
            "side by side",
        ),
    ],
    place: Annotated[
        list[str] | None,
        typer.Option(
            "--place",
            metavar="PLACE",
            help="只比这些地方：编号、名称或城市，可写多次 // Only these places: id, name or "
            "city; may be "
            "repeated",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="按此日期申报，如 2026-01-01 // Apply on this date, such as 2026-01-01",
        ),
    ] = None,
) -> None:
    """Places are alternatives: nothing is added across them."""
    corpus = out.corpus
    places = find_places(corpus, place or ()) or None
    found = [read(out, path, as_of) for path in profiles]
    if len({one.name for one in found}) < len(found):
        found = [structs.replace(one, name=f"{i} {one.name}") for i, one in enumerate(found, 1)]
    comparison = compare_profiles(found if len(found) > 1 else found[0], corpus, None, places)
    if out.as_json:
        out.emit(comparison.to_dict())
        return
    page = out.page()
    page.heading(
        out.say("对比", "Comparison"),
        out.say(
            f"申报日 {comparison.as_of} · 政策汇编 {comparison.corpus_version}",
            f"as of {comparison.as_of} · corpus {comparison.corpus_version}",
        ),
    )
    show(out, page, comparison)
    cards.disclaimer(out, page)
    out.show(page)


def show(out: Surface, page: Page, comparison: Comparison) -> None:
    """One scenario: a table of places. Several: each in a column, the places in rows if many."""
    scenarios = list(dict.fromkeys(row.scenario for row in comparison.rows))
    if len(scenarios) == 1:
        places_table(out, page, comparison)
    elif len(scenarios) == len(comparison.rows):
        _side_by_side(out, page, comparison.rows)
    else:
        _grid(out, page, comparison, scenarios)


def places_table(out: Surface, page: Page, comparison: Comparison, most: int | None = None) -> None:
    """The places of one scenario, the largest ceiling first, the certain sum beside it.

    With `most`, only the first so many, and no legend.
    """
    ranked = comparison.ranked()
    rows = ranked[:most]
    if page.narrow:
        for position, row in enumerate(rows):
            if position:
                page.blank()
            _narrow_row(out, page, row)
    else:
        columns = [
            Column(out.say("地点", "Place"), grows=True, least=18),
            Column(out.text(CERTAIN), right=True),
            Column(out.say("本企业上限", "Ceiling"), right=True),
            *(Column(out.text(short), right=True) for short in SHORT.values()),
            Column(out.text(UNSTATED), right=True),
        ]
        page.table(columns, [_cells(out, row) for row in rows])
    if most is not None:
        left = len(ranked) - len(rows)
        page.para(
            (
                out.say(f"其余 {left} 处上限更低或相同。", f"{left} more places, none higher."),
                "quiet",
            )
        )
        return
    legend(out, page)


def legend(out: Surface, page: Page) -> None:
    """How a table of places is to be read."""
    page.blank()
    page.para(out.text(ALTERNATIVES))
    page.para(
        (
            out.say(
                "按上限从高到低排列，确定额列在旁边。待裁量：是否给予由主管部门定；"
                "待确认：还差企业自己的事实；未公布：条文没有写金额，不计入上限。",
                "Ranked by ceiling, the certain sum beside it. Judged: the authority decides. "
                "Open: facts of "
                "the firm are missing. No sum: the text states no amount, which is not in the "
                "ceiling.",
            ),
            "quiet",
        )
    )


def _cells(out: Surface, row: Row) -> list[Inline]:
    total = row.result.total
    counts = [str(total.counts[status.value]) for status in SHORT]
    return [
        out.text(place_name(out.corpus, row.place)),
        out.money(total.certain),
        (out.money(total.ceiling), "accent"),
        *counts,
        str(len(total.unquantified)),
    ]


def _narrow_row(out: Surface, page: Page, row: Row) -> None:
    name, certain, ceiling, *counts, unstated = _cells(out, row)
    page.para([(str(name), "strong")])
    page.field(out.text(CERTAIN), certain, 12, 2)
    page.field(out.say("本企业上限", "Ceiling"), ceiling, 12, 2)
    told = [
        f"{out.text(short)} {count}" for short, count in zip(SHORT.values(), counts, strict=True)
    ]
    told.append(f"{out.text(UNSTATED)} {unstated}")
    page.para(" · ".join(told[:2]), 2)
    page.para(" · ".join(told[2:]), 2)


def _side_by_side(out: Surface, page: Page, rows: Sequence[Row]) -> None:
    """Scenarios in columns, each where it is."""
    totals = [row.result.total for row in rows]
    counts: list[list[Inline]] = [
        [out.text(STATUS[status]), *(str(total.counts[status.value]) for total in totals)]
        for status in SHORT
    ]
    lines: list[list[Inline]] = [
        [
            out.say("地点", "Place"),
            *(out.text(place_name(out.corpus, row.place)) for row in rows),
        ],
        [out.text(CERTAIN), *(out.money(total.certain) for total in totals)],
        [out.text(CEILING), *((out.money(total.ceiling), "accent") for total in totals)],
        *counts,
        [out.text(UNSTATED), *(str(len(total.unquantified)) for total in totals)],
    ]
    columns = [
        Column("", grows=True, least=8),
        *(Column(row.scenario, right=True, grows=True, least=12) for row in rows),
    ]
    page.table(columns, lines)
    page.blank()
    page.para(
        out.say(
            "各列是互相独立的情形，不能相加。",
            "The columns are separate cases and are never added up.",
        )
    )


def _grid(out: Surface, page: Page, comparison: Comparison, scenarios: Sequence[str]) -> None:
    """Places in rows, scenarios in columns; each cell from certain to ceiling."""
    found = {(row.scenario, row.place): row.result.total for row in comparison.rows}
    ranked = list(dict.fromkeys(row.place for row in comparison.ranked()))
    columns = [
        Column(out.say("地点", "Place"), grows=True, least=14),
        *(Column(name, right=True, grows=True, least=10) for name in scenarios),
    ]
    lines: list[list[Inline]] = []
    for place in ranked:
        cells: list[Inline] = [out.text(place_name(out.corpus, place))]
        for name in scenarios:
            total = found.get((name, place))
            cells.append(
                "" if total is None else f"{out.money(total.certain)}～{out.money(total.ceiling)}"
            )
        lines.append(cells)
    page.table(columns, lines)
    page.blank()
    page.para(
        out.say(
            "每格为 确定额～本企业上限。", "Each cell runs from the certain sum to the ceiling."
        )
    )
    page.para(out.text(ALTERNATIVES))
