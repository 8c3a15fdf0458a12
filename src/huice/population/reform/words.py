"""A reform in words and in tables of words: what the terminal, the page and the workbook have in common."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl
from msgspec import Struct

from huice.language.money import wan
from huice.language.text import Text
from huice.population.axes import brief_money
from huice.population.reform.effect import Reform
from huice.population.reform.frames import ALL
from huice.population.reform.groups import Breakdown
from huice.population.reform.inverse import Bracket, Point, Solution
from huice.population.schema import FEN

LAW, DRAFT = Text("现行", "law"), Text("草案", "draft")
ALL_FIRMS = Text("全部企业", "All firms")
KINDS = {
    "changed": Text("修改", "Changed"),
    "added": Text("新增", "Added"),
    "repealed": Text("废止", "Repealed"),
}
_NONE = "—"
_PER_CENT = 100


class Grid(Struct, frozen=True):
    """A table: a title, the heads of its columns, its rows; the first column is text, the rest are numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def money(fen: int | Fraction | None, lang: str) -> str:
    """An amount to three or four digits, cut; files hold the exact one."""
    return _NONE if fen is None else brief_money(fen, lang)


def exact(fen: int | Fraction, lang: str) -> str:
    """An amount in the unit of its size, to the fen."""
    return wan(Fraction(fen) / FEN, lang)


def signed(fen: int | None, lang: str) -> str:
    """A change, with its sign."""
    said = money(fen, lang)
    return f"+{said}" if fen is not None and fen > 0 else said


def share(part: int, of: int) -> str:
    """A share in per cent with one decimal, cut."""
    tenths = part * _PER_CENT * 10 // of
    return f"{tenths // 10:,}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10:,}%"


# --- rows of a city ---------------------------------------------------------------------------------------


def cost_rows(found: Reform, city: str | None) -> list[dict[str, Any]]:
    """The costs of a city that differ, or all of them if none does."""
    rows = found.costs.filter(pl.col("city").eq_missing(city)).rows(named=True)
    names = ("certain_fen", "ceiling_fen", "firms", "unstated")
    differ = [
        row for row in rows if any(row[f"before_{name}"] != row[f"after_{name}"] for name in names)
    ]
    return differ or rows


def group_rows(
    found: Reform, city: str | None, breakdown: Breakdown | None, figure: str = "ceiling"
) -> list[dict[str, Any]]:
    """The groups of a city in the order of the vocabulary, the unknown last; None: all firms together."""
    name = ALL if breakdown is None else breakdown.id
    rows = found.groups.filter(
        pl.col("city").eq_missing(city)
        & (pl.col("breakdown") == name)
        & (pl.col("figure") == figure)
    ).rows(named=True)
    if breakdown is not None:
        order = [*breakdown.names(), None]
        rows.sort(key=lambda row: order.index(row["group"]))
    return rows


def cities(found: Reform) -> list[str | None]:
    """The cities in which somebody is concerned; all of them if nobody is."""
    some = [
        city
        for city in found.cities
        if any(row["concerned"] for row in group_rows(found, city, None))
        or found.costs.filter(pl.col("city").eq_missing(city)).height
    ]
    return some or found.cities


# --- sentences -------------------------------------------------------------------------------------------


def summary(found: Reform, city: str | None) -> tuple[Text, ...]:
    """What the draft does in a city: who gains and loses, what it costs, what the text leaves open."""
    said = []
    for row in group_rows(found, city, None):
        said += [_people(row), _sums(row, Text("上限合计", "the sum of ceilings"))]
    for row in group_rows(found, city, None, "certain"):
        if row["before_fen"] or row["after_fen"]:
            said.append(_sums(row, Text("确定额合计", "the sum of certain amounts")))
    unstated = [(row["before_unstated"], row["after_unstated"]) for row in cost_rows(found, city)]
    before, after = (sum(side) for side in zip(*unstated, strict=True)) if unstated else (0, 0)
    if before or after:
        said.append(
            Text(
                f"算不出上限（条文未写金额，或企业未填所需的金额）、不计入合计的：现行 {before:,} 家次，"
                f"草案 {after:,} 家次。",
                f"Beside these sums, no ceiling can be told (the text states no amount, or the firm did not "
                f"give the one it needs) {before:,} times under the law and {after:,} times under the draft.",
            )
        )
    return tuple(said)


def _people(row: dict[str, Any]) -> Text:
    return Text(
        f"{row['firms']:,} 家企业中，{row['concerned']:,} 家与所涉事项有关："
        f"{row['gainers']:,} 家多得，{row['losers']:,} 家少得，其余不变。",
        f"Of {row['firms']:,} firms, {row['concerned']:,} get something under these measures: "
        f"{row['gainers']:,} gain, {row['losers']:,} lose, the rest are unchanged.",
    )


def _sums(row: dict[str, Any], what: Text) -> Text:
    before, after, change = row["before_fen"], row["after_fen"], row["change_fen"]
    if not change:
        return Text(
            f"{what.zh}为 {money(after, 'zh')}，不变。",
            f"{_capital(what.en)} is {money(after, 'en')}: no change.",
        )
    brief = all(money(before, lang) != money(after, lang) for lang in ("zh", "en"))
    said = money if brief else exact
    zh = f"{what.zh}由 {said(before, 'zh')}变为 {said(after, 'zh')}（{signed(change, 'zh')}"
    en = f"{_capital(what.en)} goes from {said(before, 'en')} to {said(after, 'en')} ({signed(change, 'en')}"
    if before:
        part = share(abs(change), before)
        few = part == "0%"
        zh += "，不到 0.1%" if few else f"，{'-' if change < 0 else '+'}{part}"
        en += ", less than 0.1%" if few else f", {'-' if change < 0 else '+'}{part}"
    return Text(f"{zh}）。", f"{en}).")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def solution_says(found: Solution) -> tuple[Text, ...]:
    """Where spending meets the budget, or what can be reached."""
    shape = {
        "rising": Text("数值越大，支出越多（不减）", "Spending never falls as the number grows"),
        "falling": Text("数值越大，支出越少（不增）", "Spending never rises as the number grows"),
        "flat": Text("在此范围内支出不变", "Spending is the same over the whole range"),
        "mixed": Text(
            "支出有增有减，可能有几个解", "Spending rises and falls: there may be several answers"
        ),
    }[found.shape]
    said = [Text(f"{shape.zh}。", f"{shape.en}.")]
    if found.answer is None:
        said.insert(0, _out_of_reach(found))
        return tuple(said)
    answer, name = found.answer, found.unknown.name
    spent = found.expected_fen(answer)
    said.insert(
        0,
        Text(
            f"{name} = {answer.written}：支出 {exact(spent, 'zh')}，"
            f"不超过预算 {exact(found.budget_fen, 'zh')}。",
            f"{name} = {answer.written}: spending of {exact(spent, 'en')}, within the budget of "
            f"{exact(found.budget_fen, 'en')}.",
        ),
    )
    said += [_bracket_says(found, one) for one in found.brackets]
    if len(found.brackets) > 1:
        said.append(
            Text(
                f"共有 {len(found.brackets)} 处穿过预算，以上逐一列出；取其中支出最接近预算的一处。",
                f"Spending crosses the budget {len(found.brackets)} times, all listed above; the answer is "
                "the one that spends most of it.",
            )
        )
    return tuple(said)


def _bracket_says(found: Solution, one: Bracket) -> Text:
    inside, outside = (_spent(found, point) for point in (one.inside, one.outside))
    return Text(
        f"{one.inside.written}：{inside.zh}，在预算内；{one.outside.written}：{outside.zh}，超出预算。",
        f"{one.inside.written}: {inside.en}, within; {one.outside.written}: {outside.en}, beyond.",
    )


def _spent(found: Solution, point: Point) -> Text:
    spent = found.expected_fen(point)
    return Text(exact(spent, "zh"), exact(spent, "en"))


def _out_of_reach(found: Solution) -> Text:
    least, most = (_spent(found, point) for point in (found.least, found.most))
    return Text(
        f"没有解：在此范围内，支出最少 {least.zh}（{found.least.written}），最多 {most.zh}"
        f"（{found.most.written}），预算为 {exact(found.budget_fen, 'zh')}。",
        f"No answer: over this range spending is at least {least.en} ({found.least.written}) and at most "
        f"{most.en} ({found.most.written}); the budget is {exact(found.budget_fen, 'en')}.",
    )


# --- tables ----------------------------------------------------------------------------------------------


def cost_table(found: Reform, city: str | None, lang: str) -> Grid:
    """What each measure costs: firms, certain sums and ceilings, under law and draft."""
    heads = (
        Text("事项", "Measure"),
        Text("受益企业", "Firms"),
        Text("确定额", "Certain"),
        Text("上限合计", "Ceilings"),
        Text("变化", "Change"),
        Text("无上限数", "No ceiling"),
    )
    rows = []
    for row in cost_rows(found, city):
        change = row["after_ceiling_fen"] - row["before_ceiling_fen"]
        rows.append(
            (
                found.titles[row["measure"]][lang],
                _turn(f"{row['before_firms']:,}", f"{row['after_firms']:,}"),
                _turn(
                    money(row["before_certain_fen"], lang), money(row["after_certain_fen"], lang)
                ),
                _turn(
                    money(row["before_ceiling_fen"], lang), money(row["after_ceiling_fen"], lang)
                ),
                signed(change, lang),
                _turn(f"{row['before_unstated']:,}", f"{row['after_unstated']:,}"),
            )
        )
    title = Text("各事项的支出（现行 → 草案）", "Cost by measure (law → draft)")
    return Grid(title[lang], tuple(head[lang] for head in heads), tuple(rows))


def _turn(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def group_table(found: Reform, city: str | None, breakdown: Breakdown | None, lang: str) -> Grid:
    """Gainers and losers of a breakdown, with the sum, mean and median of the changes."""
    heads = (
        breakdown.label if breakdown else ALL_FIRMS,
        Text("企业", "Firms"),
        Text("有关", "Concerned"),
        Text("多得", "Gain"),
        Text("少得", "Lose"),
        Text("变化合计", "Change"),
        Text("平均", "Mean"),
        Text("中位数", "Median"),
    )
    rows = [
        (
            (breakdown.name(row["group"]) if breakdown else ALL_FIRMS)[lang],
            *(f"{row[name]:,}" for name in ("firms", "concerned", "gainers", "losers")),
            *(signed(row[name], lang) for name in ("change_fen", "mean_fen", "median_fen")),
        )
        for row in group_rows(found, city, breakdown)
    ]
    title = Text(
        f"谁得谁失：按{breakdown.label.zh}" if breakdown else "谁得谁失",
        f"Gains and losses by {breakdown.label.en.lower()}" if breakdown else "Gains and losses",
    )
    return Grid(title[lang], tuple(head[lang] for head in heads), tuple(rows))


def method(found: Reform, sides: Sequence[Text] = ()) -> tuple[Text, ...]:
    """How the figures were reached, and what they leave out."""
    years = found.years
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return (
        Text(
            f"同一批 {found.firms:,} 家企业，按现行政策（{found.before_version}）和草案"
            f"（{found.after_version}）各测算一遍，申报日 {found.as_of}，年度 {span}。",
            f"The same {found.firms:,} firms under the law ({found.before_version}) and under the draft "
            f"({found.after_version}), applying on {found.as_of}, for {span}.",
        ),
        Text(
            "上限合计是条文对每家允许的最多之和（含待裁量、待确认），不是预测的支出；确定额是条件属实即给定的部分。",
            "The sum of ceilings adds the most that the text allows each firm (also where the authority "
            "decides or facts are missing): it is no forecast. Certain amounts are owed once the facts hold.",
        ),
        Text(
            "算不出上限的不计入合计，另行计数；各城金额不相加；注册地未填的企业单列。"
            "文中和表中的金额舍去尾数，写出的文件和 JSON 精确到分。",
            "Where no ceiling can be told nothing is added, and the firms are counted apart. Amounts of "
            "different cities are never added; firms whose place is unknown stand apart. Amounts in words and "
            "tables are cut to a few digits; files and JSON are exact to the fen.",
        ),
        Text(
            "比较的是草案所改的事项，连同读取其金额的、同组的和共用资金池的事项；其余事项的数不会变。"
            "企业的选择不随草案改变。",
            "Compared are the measures that the draft changes, with those that read their amounts, their "
            "groups and those that share their pools; no other figure can change. Firms do not change what "
            "they do.",
        ),
        Text(
            "“有关”指现行或草案下有所得的企业；平均和中位数按这些企业计。营业收入十分位在本城内排名，"
            "同额取最低名次；中位数取居中两家中较低者。",
            "Firms are “concerned” if they get something under law or draft; means and medians are theirs. "
            "Deciles rank revenue within the city, equal amounts at the lowest rank; the median is the lower "
            "of the two in the middle.",
        ),
        *sides,
    )
