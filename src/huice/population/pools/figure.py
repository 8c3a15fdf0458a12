"""The drawdown of a fund as a chart: the median run, the band from 10 to 90 %, the fund, the day it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from huice.language.money import wan
from huice.language.text import Text
from huice.population.axes import brief_money, date_axis, money_axis
from huice.population.pools.demand import per_cent
from huice.population.pools.drawdown import Drawdown
from huice.population.pools.fund import FEN, Fund
from huice.population.pools.rules import find_rule
from huice.population.pools.uncertainty import HIGH, LOW, MIDDLE
from huice.population.svg import WIDE, Band, Figure, Layer, Level, Line, Upright, plot


def drawdown_figure(found: Drawdown, lang: str, size: int = WIDE) -> str:
    """The SVG of a drawdown, for one width."""
    fund, days = found.fund, found.days
    low, middle, high = (
        [found.fen(units) for units in found.drawn(part).tolist()] for part in (LOW, MIDDLE, HIGH)
    )
    holds = found.fen(fund.units)
    ordinals = [day.toordinal() for day in days]
    kept = _corners(low, middle, high)
    layers: list[Layer] = [
        Band(
            [(ordinals[i], low[i], high[i]) for i in kept],
            Text("10%～90% 区间", "10 to 90% of the runs")[lang],
            step=True,
        ),
        Line([(ordinals[i], middle[i]) for i in kept], Text("中位数", "Median")[lang], step=True),
        Level(holds, f"{Text('资金池', 'The pool')[lang]} {wan(holds // FEN, lang)}"),
    ]
    ends = found.exhausted_on(MIDDLE)
    if ends is not None:
        layers.append(
            Upright(ends.toordinal(), Text(f"{day_of(ends, 'zh')}用完", f"Used up on {ends}")[lang])
        )
    ticks = 6 if size >= WIDE else 4
    figure = Figure(
        titled(fund, found.year, found.rule, Text("累计发放额", "cumulative drawdown"))[lang],
        Text("", " ")[lang].join(sentence[lang] for sentence in told(found)),
    )
    top = max(holds, 1)
    return plot(
        figure,
        layers,
        date_axis(days[0], days[-1], lang, ticks),
        money_axis(0, top + top // 12, lang),
        size,
    )


def titled(fund: Fund, year: int | None, rule: str, shown: Text) -> Text:
    """The title of a chart: the fund and year, the rule, and what is shown."""
    when, by = f" {year}" if year is not None else "", find_rule(rule).title
    return Text(
        f"{fund.title.zh}{when}：{by.zh}，{shown.zh}",
        f"{fund.title['en']}{when}: {by['en']}, {shown['en']}",
    )


def told(found: Drawdown) -> tuple[Text, ...]:
    """What a drawdown says, in sentences: does it last, when does it end, what is asked for."""
    asked = [found.fen(int(found.asked(part)[-1])) for part in (LOW, MIDDLE, HIGH)]
    sums = [Text(brief_money(fen, "zh"), brief_money(fen, "en")) for fen in asked]
    spread = Text(
        f"期内申请额合计的中位数约 {sums[1].zh}（10%～90%：{sums[0].zh}～{sums[2].zh}）。",
        f"The median of all requests is about {sums[1].en} (10 to 90%: {sums[0].en} to {sums[2].en}).",
    )
    lasts = per_cent(found.lasts)
    if found.lasts == 1:
        return Text("每次模拟都够用到期末。", "It lasts to the end in every run."), spread
    first = (
        Text("每次模拟都会提前用完。", "It is used up before the end in every run.")
        if found.lasts == 0
        else Text(f"够用到期末的可能为 {lasts}。", f"It lasts to the end in {lasts} of the runs.")
    )
    return first, _ends(found), spread


def _ends(found: Drawdown) -> Text:
    """When the fund is used up: the median, and the band."""
    early, middle, late = (found.exhausted_on(part) for part in (LOW, MIDDLE, HIGH))
    if middle is None:
        if early is None:
            return Text(
                "提前用完的模拟不到一成。",
                "It is used up before the end in less than a tenth of the runs.",
            )
        return Text(
            f"最早的一成在 {day_of(early, 'zh')}或之前用完，过半数够用到期末。",
            f"In the earliest tenth of the runs it is used up by {early}; in more than half it lasts.",
        )
    after = Text("期末之后", "after the end")
    end = after if late is None else Text(day_of(late, "zh"), str(late))
    assert early is not None
    return Text(
        f"用完日期的中位数为 {day_of(middle, 'zh')}（10%～90%：{day_of(early, 'zh')}～{end.zh}）。",
        f"The median day on which it is used up is {middle} (10 to 90%: {early} to {end['en']}).",
    )


def day_of(day: date, lang: str) -> str:
    """A day as people write it: `2026年9月17日`, `2026-09-17`."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def _corners(*lines: Sequence[int]) -> list[int]:
    """The positions at which some line changes, and the last: all that a step line needs."""
    last = len(lines[0]) - 1
    return [
        i
        for i in range(last + 1)
        if i in {0, last} or any(line[i] != line[i - 1] for line in lines)
    ]
