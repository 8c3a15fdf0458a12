"""What the runs of a fund say, as rows of three figures each: 10 %, the median and 90 % of the runs.

Every rule has the requests, the use of the fund, who is served and who is left out. What else stands there
depends on the rule: the day of exhaustion where claims are decided as they come; where all are decided at
once the factor of pro rata, the score or tier that cuts, the chance in a draw.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from msgspec import Struct

from huice.language.text import Text
from huice.population.axes import brief_money
from huice.population.pools.demand import per_cent
from huice.population.pools.drawdown import drawdown_of
from huice.population.pools.forecast import Forecast
from huice.population.pools.rules import Whole, find_rule
from huice.population.pools.stages import Cutoff
from huice.population.pools.uncertainty import HIGH, LOW, MIDDLE, quantile_of, rank_of

PARTS = (LOW, MIDDLE, HIGH)
HEADS = (Text("10%", "10%"), Text("中位数", "Median"), Text("90%", "90%"))
BANDS_SAY = Text(
    "“10%”“90%”：一成的模拟不超过、九成的模拟不超过的数；各行分别取，不是同一次模拟",
    "“10%” and “90%” are what a tenth and nine tenths of the runs do not exceed, each row for itself and not "
    "of one and the same run",
)


class Band(Struct, frozen=True):
    """One figure of a fund in the runs: its name in data, its label, and what it is at 10, 50 and 90 %."""

    name: str
    label: Text
    cells: tuple[Text, Text, Text]

    def says(self) -> Text:
        """The band as a sentence; one figure where all three are the same."""
        low, middle, high = self.cells
        if low == high:
            return Text(f"{self.label.zh} {middle.zh}。", f"{self.label.en}: {middle['en']}.")
        return Text(
            f"{self.label.zh}的中位数 {middle.zh}（10%～90%：{low.zh}～{high.zh}）。",
            f"{self.label.en}: median {middle['en']} (10 to 90%: {low['en']} to {high['en']}).",
        )


def bands(found: Forecast) -> tuple[Band, ...]:
    """The rows of a fund, those of its rule last."""
    quota = found.fund.kind == "quota"
    unit = Text("（家）", " (firms)") if quota else Text("（笔）", " (claims)")
    rows = [
        _numbers("asked", Text("申请", "Ask") + unit, found.each("asked_units"))
        if quota
        else _row("asked", Text("申请额", "Requests"), lambda part: _money(found, part)),
        _row("utilisation", Text("使用率", "Used"), lambda part: _share(found.utilisation(part))),
        _numbers("served", Text("得到", "Served") + unit, found.served),
        _numbers("left_out", Text("落空", "Left out") + unit, found.left_out),
    ]
    return (*rows, *_of_rule(found))


def _of_rule(found: Forecast) -> list[Band]:
    """The row that only this rule has."""
    curve = drawdown_of(found)
    if curve is not None:
        after = Text("期末之后", "after the end")
        ends = {part: curve.exhausted_on(part) for part in PARTS}
        days = {part: day and Text(day.isoformat()) for part, day in ends.items()}
        return [
            _row("exhausted_on", Text("用完日期", "Used up on"), lambda part: days[part] or after)
        ]
    if found.rule == "pro-rata":
        label = Text("比例系数", "Factor")
        return [_row("factor", label, lambda part: _share(found.factor(part)))]
    if found.rule == "lottery":
        label = Text("中签率", "Chance")
        return [_row("chance", label, lambda part: _share(chance(found, part)))]
    if found.levels is not None:
        score = find_rule(found.rule).name == "ranked"
        name = "cutoff_score" if score else "cutoff_tier"
        label = Text("分数线", "Lowest score") if score else Text("得到的最后一层", "Last tier")
        return [_row(name, label, lambda part: cut_says(found.cutoff(part), score=score))]
    return []


def lasts_says(found: Forecast) -> Text:
    """How often the fund is enough: to the end where claims are decided as they come, else for all."""
    curve = drawdown_of(found)
    if curve is not None:
        if curve.lasts in {0, 1}:
            return (
                Text("每次模拟都够用到期末", "it lasts to the end in every run")
                if curve.lasts
                else Text("每次模拟都会提前用完", "it is used up before the end in every run")
            )
        share = per_cent(curve.lasts)
        return Text(f"够用到期末的可能为 {share}", f"it lasts to the end in {share} of the runs")
    if found.exceeded in {0, 1}:
        return (
            Text("每次模拟的申请都超出规模", "more is asked for than it holds in every run")
            if found.exceeded
            else Text("每次模拟的申请都不超出规模", "it holds all that is asked for in every run")
        )
    share = per_cent(found.exceeded)
    return Text(
        f"申请超出规模的可能为 {share}", f"more is asked for than it holds in {share} of the runs"
    )


def shown_says(found: Forecast) -> Text:
    """What the chart of a rule that decides all at once shows: what it turns on, or how much is used."""
    if not found.exceeded or (row := _of_rule(found)) == []:
        return Text("使用率的分布", "how much of it is used")
    return Text(f"{row[0].label.zh}的分布", f"{row[0].label.en.lower()} in the runs")


def chances(found: Forecast) -> list[Fraction]:
    """Of those who ask, the part that is served, in each run; 1 where nobody asks."""
    pairs = zip(found.served.tolist(), found.left_out.tolist(), strict=True)
    return [Fraction(got, got + left) if got + left else Fraction(1) for got, left in pairs]


def chance(found: Forecast, part: Fraction) -> Fraction:
    """The chance that this part of the runs does not exceed."""
    return sorted(chances(found))[rank_of(part, found.runs)]


def cut_says(cut: Cutoff | None, *, score: bool) -> Text:
    """Where a ranking or tiers cut, in words."""
    if cut is None or cut.state == "open":
        return Text("都足额", "all in full")
    if cut.state == "nobody":
        return Text("无人得到", "nobody")
    if cut.state == "unknown":
        return (
            Text("没有评分的", "those unscored") if score else Text("没有层号的", "those untiered")
        )
    return Text(f"{cut.value}") if score else Text(f"第 {cut.value} 层", f"tier {cut.value}")


def _row(name: str, label: Text, at: Callable[[Fraction], Text]) -> Band:
    return Band(name, label, (at(LOW), at(MIDDLE), at(HIGH)))


def _numbers(name: str, label: Text, values: Whole) -> Band:
    return _row(name, label, lambda part: Text(f"{int(quantile_of(values, part)):,}"))


def _money(found: Forecast, part: Fraction) -> Text:
    fen = found.quantile("asked_units", part) * (found.fund.face_fen or 1)
    return Text(brief_money(fen, "zh"), brief_money(fen, "en"))


def _share(value: Fraction) -> Text:
    return Text(per_cent(value))
