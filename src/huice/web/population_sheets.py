"""What a computed population says: sections of sentences, charts and tables, in one language.

Made in the process that computes, kept as JSON, shown by the pages and by the report. Amounts of cities are
never added: every city has a section of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.evaluate.outcome import PAYING, Status
from huice.language.text import Text
from huice.population.axes import brief_money, money_axis
from huice.population.reform import Reform, words
from huice.population.reform.groups import UNPLACED, city, city_name
from huice.population.reform.svg import costs_figure, distribution_figure, gains_figure
from huice.population.reform.words import Grid, money
from huice.population.simulate import Simulation
from huice.population.svg import NARROW, WIDE, Bar, Figure, Line, Part, bars

HOPEFUL = (Status.ELIGIBLE, Status.DISCRETIONARY)


class Drawing(Struct, frozen=True):
    """A chart for wide and for narrow pages, as SVG."""

    wide: str
    narrow: str


class Change(Struct, frozen=True):
    """A measure that a draft changes: each matter with its wording before and after."""

    kind: str
    title: str
    items: tuple[tuple[str, str, str], ...]


class Section(Struct, frozen=True):
    """A heading with what stands under it."""

    title: str
    paras: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    figures: tuple[Drawing, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()


class Sheets(Struct, frozen=True):
    """All that is told of one computation in one language."""

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]


# --- the law as it is -------------------------------------------------------------------------------------


def by_measure(answer: Simulation) -> pl.DataFrame:
    """For each city and measure: firms by status, the sums, and how often the text states no amount; in fen."""
    costs = answer.costs(by_city=True).filter(pl.col("year").is_null())
    return costs.sort(
        "city", "ceiling_fen", "measure", descending=[False, True, False], nulls_last=True
    )


def by_city(answer: Simulation) -> pl.DataFrame:
    """For each city: firms, how many reach something or may, and the sums after overlaps; in fen."""
    return (
        answer.places()
        .group_by(city().alias("city"))
        .agg(pl.col(pl.Int64).sum())
        .select(
            "city",
            pl.sum_horizontal(one.value for one in Status).alias("firms"),
            pl.sum_horizontal(one.value for one in HOPEFUL).alias("hopeful"),
            pl.col(Status.UNKNOWN.value).alias("open"),
            "certain_fen",
            "ceiling_fen",
        )
        .sort("city", nulls_last=True)
    )


def law(answer: Simulation, corpus: Corpus, lang: str) -> list[Section]:
    """A section for each city: who gets something, what it costs, measure by measure."""
    measures = by_measure(answer)
    found = []
    for row in by_city(answer).iter_rows(named=True):
        own = measures.filter(pl.col("city").eq_missing(row["city"]))
        paying = own.filter(pl.sum_horizontal(one.value for one in PAYING) > 0)
        rows = paying.rows(named=True)
        if not rows:
            continue
        name = UNPLACED if row["city"] is None else city_name(row["city"], corpus)
        amounts = [one for one in rows if one["ceiling_fen"]]
        found.append(
            Section(
                name[lang],
                tuple(one[lang] for one in _city_says(row)),
                figures=(_costs_drawing(amounts, corpus, lang),) if amounts else (),
                grids=(_cost_grid(rows, corpus, lang),),
            )
        )
    return found


def _city_says(row: dict[str, Any]) -> tuple[Text, ...]:
    firms, hopeful, unsure = row["firms"], row["hopeful"], row["open"]
    certain, ceiling = row["certain_fen"], row["ceiling_fen"]
    return (
        Text(
            f"{firms:,} 家企业中，{hopeful:,} 家至少有一项符合或待裁量，另有 {unsure:,} 家要等补上事实才知道。",
            f"Of {firms:,} firms, {hopeful:,} are eligible, or may be at the authority’s discretion, for at "
            f"least one measure; {unsure:,} more depend on facts not given.",
        ),
        Text(
            f"叠加之后，确定额合计 {money(certain, 'zh')}，上限合计 {money(ceiling, 'zh')}。",
            f"After overlaps, certain amounts make {money(certain, 'en')}, ceilings {money(ceiling, 'en')}.",
        ),
    )


def _costs_drawing(rows: Sequence[dict[str, Any]], corpus: Corpus, lang: str) -> Drawing:
    return Drawing(_costs(rows, corpus, lang, WIDE), _costs(rows, corpus, lang, NARROW))


def _costs(rows: Sequence[dict[str, Any]], corpus: Corpus, lang: str, size: int) -> str:
    drawn = [
        Bar(
            corpus.measure(row["measure"]).title[lang],
            (
                Part(row["ceiling_fen"], brief_money(row["ceiling_fen"], lang), "most"),
                Part(row["certain_fen"], "", "sure"),
            ),
        )
        for row in rows
    ]
    colon = Text("：", ": ")[lang]
    figure = Figure(
        Text("各事项的金额", "Amounts by measure")[lang],
        " ".join(f"{bar.label}{colon}{bar.parts[0].text}" for bar in drawn),
    )
    legend = [
        Line((), Text("确定额", "Certain")[lang], "sure"),
        Line((), Text("上限合计", "Sum of ceilings")[lang], "most"),
    ]
    highest = max(row["ceiling_fen"] for row in rows)
    return bars(figure, drawn, money_axis(0, highest, lang, 6 if size >= WIDE else 3), size, legend)


def _cost_grid(rows: Sequence[dict[str, Any]], corpus: Corpus, lang: str) -> Grid:
    heads = (
        Text("事项", "Measure"),
        Text("符合", "Eligible"),
        Text("待裁量", "Discretionary"),
        Text("待确认", "Open"),
        Text("确定额合计", "Certain"),
        Text("上限合计", "Ceilings"),
        Text("未写明金额", "No amount"),
    )
    return Grid(
        Text("各事项", "Measure by measure")[lang],
        tuple(head[lang] for head in heads),
        tuple(
            (
                corpus.measure(row["measure"]).title[lang],
                *(f"{row[one.value]:,}" for one in PAYING),
                money(row["certain_fen"], lang),
                money(row["ceiling_fen"], lang),
                f"{row['unstated']:,}",
            )
            for row in rows
        ),
    )


# --- a draft ----------------------------------------------------------------------------------------------


def draft(found: Reform, lang: str) -> list[Section]:
    """What the draft changes, and for each city who gains, who loses and what it costs."""
    changes = tuple(
        Change(
            words.KINDS[one.kind][lang],
            one.title[lang],
            tuple(
                (item.label[lang], item.before[lang] if item.before else "",
                 item.after[lang] if item.after else "")
                for item in one.items
            ),
        )
        for one in found.amendments
    )  # fmt: skip
    first = Section(
        Text(f"草案：{found.title.zh}", f"The draft: {found.title['en']}")[lang],
        changes=changes,
        notes=tuple(one[lang] for one in words.method(found)),
    )
    return [first, *(_draft_city(found, one, lang) for one in words.cities(found))]


def _draft_city(found: Reform, where: str | None, lang: str) -> Section:
    ways = [None, *found.breakdowns]
    figures = [Drawing(*(costs_figure(found, where, lang, size) for size in (WIDE, NARROW)))]
    figures += [
        Drawing(*(gains_figure(found, where, way, lang, size) for size in (WIDE, NARROW)))
        for way in ways
    ]
    sizes = (WIDE, NARROW)
    figures.append(Drawing(*(distribution_figure(found, where, lang, size) for size in sizes)))
    name = found.names[where]
    return Section(
        Text(f"草案在{name.zh}：谁得谁失", f"The draft in {name['en']}: who gains, who loses")[
            lang
        ],
        tuple(one[lang] for one in words.summary(found, where)),
        figures=tuple(figures),
        grids=(
            words.cost_table(found, where, lang),
            *(words.group_table(found, where, way, lang) for way in ways),
        ),
    )
