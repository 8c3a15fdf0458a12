"""The runs of a rule that decides all at once as a chart: in how many runs the figure lies where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from huice.language.text import Text
from huice.population.axes import number_axis, plain
from huice.population.pools.bands import bands, chances, cut_says, lasts_says, shown_says
from huice.population.pools.drawdown import drawdown_of
from huice.population.pools.figure import drawdown_figure, titled
from huice.population.pools.forecast import Forecast
from huice.population.pools.uncertainty import HIGH, LOW, rank_of
from huice.population.svg import WIDE, Bar, Figure, Line, Part, bars

_MOST = 10
"""Rows of a chart, beside those of what has no number."""
_STEPS = (1, 2, 5)


class Heap(Struct, frozen=True):
    """The runs whose figure lies in one row of the chart: its label, their number, and whether in the band."""

    label: Text
    runs: int
    inside: bool


def forecast_figure(found: Forecast, lang: str, size: int = WIDE) -> str:
    """The chart of a fund under its rule: the curve where claims are decided as they come, else the spread."""
    curve = drawdown_of(found)
    return drawdown_figure(curve, lang, size) if curve else spread_figure(found, lang, size)


def spread_figure(found: Forecast, lang: str, size: int = WIDE) -> str:
    """How the figure that the rule turns on is spread over the runs; of a fund that suffices, its use."""
    heaps = spread(found)
    drawn = [
        Bar(
            heap.label[lang],
            (Part(heap.runs, f"{heap.runs:,}", "sure" if heap.inside else "most"),),
        )
        for heap in heaps
    ]
    figure = Figure(
        titled(found.fund, found.year, found.rule, shown_says(found))[lang], _says(found, lang)
    )
    legend = [
        Line((), Text("10%～90% 区间", "10 to 90% of the runs")[lang], "sure"),
        Line((), Text("其余", "The rest")[lang], "most"),
    ]
    unit = Text(f"模拟次数（共 {found.runs:,} 次）", f"Runs, of {found.runs:,}")[lang]
    most = max([heap.runs for heap in heaps], default=1)
    return bars(figure, drawn, number_axis(0, most, 6 if size >= WIDE else 3, unit), size, legend)


def _says(found: Forecast, lang: str) -> str:
    first, end = lasts_says(found)[lang], Text("。", ".")[lang]
    said = [f"{first[0].upper()}{first[1:]}{end}", *(row.says()[lang] for row in bands(found))]
    return Text("", " ")[lang].join(said)


def spread(found: Forecast) -> list[Heap]:
    """The rows of the chart, from the lowest figure to the highest."""
    if found.exceeded and found.levels is not None:
        return _cutoffs(found)
    if found.exceeded and found.rule == "pro-rata":
        return _shares(found.factors(), Text("100%（足额）", "100% (in full)"))
    if found.exceeded and found.rule == "lottery":
        return _shares(chances(found), Text("100%（都中签）", "100% (all)"))
    units = found.fund.units or 1
    used = [Fraction(given, units) for given in found.each("granted_units").tolist()]
    return _shares(used, Text("100%（用完）", "100% (all of it)"))


def _cutoffs(found: Forecast) -> list[Heap]:
    """Scores in steps, or tiers one by one; before or after them the runs in which nobody is cut off or served.

    From the runs that serve the most to those that serve the fewest for scores, the other way for tiers.
    """
    cuts = found.cutoffs()
    score = found.rule == "ranked"
    ordered = sorted(found.each("edge").tolist(), reverse=score)
    low, high = (ordered[rank_of(part, found.runs)] for part in (LOW, HIGH))
    inside = [min(low, high) <= edge <= max(low, high) for edge in found.each("edge").tolist()]
    pairs = list(zip(cuts, inside, strict=True))
    at = [(cut.value, within) for cut, within in pairs if cut.state == "at"]
    ends = {}
    for state in ("open", "unknown", "nobody"):
        own = [(cut, within) for cut, within in pairs if cut.state == state]
        name = cut_says(own[0][0], score=score) if own else Text("")
        ends[state] = [Heap(name, len(own), any(w for _, w in own))] if own else []
    if not score:
        return [*ends["nobody"], *_one_by_one(at, _tier_label), *ends["unknown"], *ends["open"]]
    plain_ = all(isinstance(value, int | float) for value, _ in at)
    scores = (
        _heaped([(Fraction(value), within) for value, within in at], _score_label)
        if plain_
        else _one_by_one(at, _own_label)
    )
    return [*ends["open"], *ends["unknown"], *scores, *ends["nobody"]]


def _one_by_one(at: Sequence[tuple[Any, bool]], label: Callable[[Any], Text]) -> list[Heap]:
    return [
        Heap(label(value), len(own), any(own))
        for value in sorted({value for value, _ in at})
        if (own := [within for other, within in at if other == value])
    ]


def _shares(values: Sequence[Fraction], full: Text) -> list[Heap]:
    """Shares in steps of per cent; those of 100 % in a row of their own."""
    ordered = sorted(values)
    low, high = (ordered[rank_of(part, len(ordered))] for part in (LOW, HIGH))
    below = [(value * 100, low <= value <= high) for value in values if value < 1]
    heaps = _heaped(below, _share_label)
    rest = len(values) - len(below)
    return [*heaps, Heap(full, rest, high == 1)] if rest else heaps


def _heaped(
    values: Sequence[tuple[Fraction, bool]], label: Callable[[Fraction, Fraction, bool], Text]
) -> list[Heap]:
    """Values, and whether each is in the band, in at most so many steps of 1, 2 or 5 times a power of ten."""
    if not values:
        return []
    low, high = min(value for value, _ in values), max(value for value, _ in values)
    whole = all(value.denominator == 1 for value, _ in values)
    step = _step(low, high, whole=whole)
    found = []
    for number in range(int(low // step), int(high // step) + 1):
        own = [within for value, within in values if value // step == number]
        found.append(Heap(label(number * step, (number + 1) * step, whole), len(own), any(own)))
    return found


def _step(low: Fraction, high: Fraction, *, whole: bool) -> Fraction:
    scale = Fraction(1) if whole else Fraction(1, 10)
    while True:
        for step in (size * scale for size in _STEPS):
            if high // step - low // step < _MOST:
                return step
        scale *= 10


def _share_label(low: Fraction, high: Fraction, _whole: bool) -> Text:  # noqa: FBT001  # a label as the other
    return Text(f"{plain(low)}%～{plain(high)}%", f"{plain(low)}–{plain(high)}%")


def _score_label(low: Fraction, high: Fraction, whole: bool) -> Text:  # noqa: FBT001  # a label as the other
    last = high - 1 if whole else high
    if last == low:
        return Text(plain(low))
    return Text(f"{plain(low)}～{plain(last)}", f"{plain(low)}–{plain(last)}")


def _own_label(value: object) -> Text:
    return Text(f"{value}")


def _tier_label(value: object) -> Text:
    return Text(f"第 {value} 层", f"Tier {value}")
