"""Charts of a reform: gainers and losers, cost by measure, deciles of change; and of a budget: its curve."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import polars as pl

from huice.language.money import wan
from huice.language.text import Text
from huice.population.axes import Axis, brief_money, money_axis, number_axis, share_axis
from huice.population.reform.effect import Reform
from huice.population.reform.frames import QUANTILES
from huice.population.reform.groups import Breakdown
from huice.population.reform.inverse import Solution
from huice.population.reform.words import ALL_FIRMS, DRAFT, LAW, cost_rows, group_rows
from huice.population.schema import FEN
from huice.population.svg import WIDE, Bar, Figure, Level, Line, Part, Upright, bars, plot

_TICKS_WIDE, _TICKS_NARROW = 6, 3


def gains_figure(
    found: Reform, city: str | None, breakdown: Breakdown | None, lang: str, size: int = WIDE
) -> str:
    """Gains to the right and losses to the left of zero, group by group; None: all firms together."""
    rows = group_rows(found, city, breakdown)
    drawn = [
        Bar(
            (breakdown.name(row["group"]) if breakdown else ALL_FIRMS)[lang],
            (
                Part(row["lost_fen"], _told(row["lost_fen"], row["losers"], lang, size), "loss"),
                Part(row["gained_fen"], _told(row["gained_fen"], row["gainers"], lang, size)),
            ),
        )
        for row in rows
    ]
    by = (
        Text(f"按{breakdown.label.zh}", f"by {breakdown.label.en.lower()}")
        if breakdown
        else ALL_FIRMS
    )
    figure = Figure(
        Text(f"谁得谁失：{by.zh}", f"Gains and losses: {by.en[0].lower()}{by.en[1:]}")[lang],
        " ".join(_gain_said(row, bar.label, lang) for row, bar in zip(rows, drawn, strict=True)),
    )
    legend = [
        Line((), Text("多得", "Gain")[lang], "sure"),
        Line((), Text("少得", "Loss")[lang], "loss"),
    ]
    ends = [row[key] for row in rows for key in ("lost_fen", "gained_fen")]
    return bars(figure, drawn, _money(ends, lang, size), size, legend)


def _told(fen: int, firms: int, lang: str, size: int) -> str:
    """`+3,120 万元（312 家）`, without the number where there is no room; nothing where nobody is."""
    if not firms:
        return ""
    sign = "+" if fen > 0 else ""
    if size < WIDE:
        return f"{sign}{brief_money(fen, lang)}"
    number = Text(f"（{firms:,} 家）", f" ({firms:,})")[lang]
    return f"{sign}{brief_money(fen, lang)}{number}"


def _gain_said(row: dict[str, int], label: str, lang: str) -> str:
    return Text(
        f"{label}：{row['gainers']:,} 家多得 {brief_money(row['gained_fen'], 'zh')}，"
        f"{row['losers']:,} 家少得 {brief_money(-row['lost_fen'], 'zh')}。",
        f"{label}: {row['gainers']:,} gain {brief_money(row['gained_fen'], 'en')}, "
        f"{row['losers']:,} lose {brief_money(-row['lost_fen'], 'en')}.",
    )[lang]


def costs_figure(found: Reform, city: str | None, lang: str, size: int = WIDE) -> str:
    """What each measure costs under the law and under the draft: ceilings hatched, certain sums solid."""
    rows = cost_rows(found, city)
    drawn = []
    said = []
    for row in rows:
        title = found.titles[row["measure"]][lang]
        for side, word in (("before", LAW), ("after", DRAFT)):
            ceiling, certain = row[f"{side}_ceiling_fen"], row[f"{side}_certain_fen"]
            label = Text(f"{title}（{word.zh}）", f"{title} ({word.en})")[lang]
            text = brief_money(ceiling, lang)
            drawn.append(Bar(label, (Part(ceiling, text, "most"), Part(certain, "", "sure"))))
            said.append(f"{label}{Text('：', ': ')[lang]}{text}{Text('。', '.')[lang]}")
    figure = Figure(
        Text("各事项的支出：现行与草案", "Cost by measure: law and draft")[lang], " ".join(said)
    )
    legend = [
        Line((), Text("确定额", "Certain")[lang], "sure"),
        Line((), Text("上限合计", "Sum of ceilings")[lang], "most"),
    ]
    ends = [row[f"{side}_ceiling_fen"] for row in rows for side in ("before", "after")]
    return bars(figure, drawn, _money([0, *ends], lang, size), size, legend)


def distribution_figure(found: Reform, city: str | None, lang: str, size: int = WIDE) -> str:
    """The change of the firm at each decile of the firms concerned, from the greatest loss upwards."""
    rows = found.distribution.filter(
        pl.col("city").eq_missing(city) & (pl.col("figure") == "ceiling")
    ).rows(named=True)
    drawn = [
        Bar(
            _decile(row["decile"])[lang],
            (
                Part(
                    row["change_fen"],
                    ("+" if row["change_fen"] > 0 else "") + brief_money(row["change_fen"], lang),
                    "loss" if row["change_fen"] < 0 else "sure",
                ),
            ),
        )
        for row in rows
    ]
    figure = Figure(
        Text("每家变化多少：十分位", "Change per firm: deciles")[lang],
        " ".join(f"{bar.label}{Text('：', ': ')[lang]}{bar.parts[0].text}" for bar in drawn),
    )
    return bars(figure, drawn, _money([row["change_fen"] for row in rows], lang, size), size)


def _decile(part: int) -> Text:
    if part == 0:
        return Text("变化最小的一家", "The lowest")
    if part == QUANTILES:
        return Text("变化最大的一家", "The highest")
    return Text(f"第 {part} 个十分位", f"Decile {part}")


def curve_figure(found: Solution, lang: str, size: int = WIDE) -> str:
    """Spending over the open number, with the budget across and the answer upright."""
    values = [
        Fraction(top, bottom)
        for top, bottom in found.curve.select("numerator", "denominator").iter_rows()
    ]
    spent = [int(fen * found.takeup) for fen in found.curve["spending_fen"].to_list()]
    scale = FEN if found.unknown.unit == "元" else 1
    line = Line([(value * scale, fen) for value, fen in zip(values, spent, strict=True)])
    layers: list[Line | Level | Upright] = [
        line,
        Level(
            found.budget_fen,
            f"{Text('预算', 'Budget')[lang]} {wan(Fraction(found.budget_fen, FEN), lang)}",
        ),
    ]
    if found.answer is not None:
        layers.append(Upright(found.answer.value * scale, found.answer.written))
    figure = Figure(
        Text(f"支出随“${found.unknown.name}”变化", f"Spending over “${found.unknown.name}”")[lang],
        Text(
            f"从 {found.least.written} 的 {brief_money(found.least.spending_fen, 'zh')} "
            f"到 {found.most.written} 的 {brief_money(found.most.spending_fen, 'zh')}。",
            f"From {brief_money(found.least.spending_fen, 'en')} at {found.least.written} "
            f"to {brief_money(found.most.spending_fen, 'en')} at {found.most.written}.",
        )[lang],
    )
    ticks = _ticks(size)
    top = max(*spent, found.budget_fen, 1)
    return plot(
        figure,
        layers,
        _axis(found, values, lang, ticks),
        money_axis(0, top + top // 12, lang, _TICKS_WIDE),
        size,
    )


def _axis(found: Solution, values: Sequence[Fraction], lang: str, ticks: int) -> Axis:
    low, high = values[0], values[-1]
    if found.unknown.unit == "":
        return share_axis(low, high, ticks)
    if found.unknown.unit == "元":
        return money_axis(low * FEN, high * FEN, lang, ticks)
    return number_axis(low, high, ticks)


def _money(values: Sequence[int], lang: str, size: int) -> Axis:
    return money_axis(min([0, *values]), max([0, *values]), lang, _ticks(size))


def _ticks(size: int) -> int:
    return _TICKS_WIDE if size >= WIDE else _TICKS_NARROW
