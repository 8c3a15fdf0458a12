"""Charts: round ticks that hold the data, text that stays text and inside the drawing, figures beside short bars."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice.population.axes import (
    brief_money,
    date_axis,
    fold,
    money_axis,
    number_axis,
    share_axis,
    width_of,
)
from huice.population.svg import (
    NARROW,
    WIDE,
    Band,
    Bar,
    Figure,
    Layer,
    Level,
    Line,
    Part,
    Upright,
    bars,
    pair,
    plot,
)

SVG = "{http://www.w3.org/2000/svg}"
WAN = 1_000_000


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # our own output


def texts(root: ET.Element) -> dict[str, ET.Element]:
    return {element.text or "": element for element in root.iter(f"{SVG}text")}


# --- axes ------------------------------------------------------------------------------------------


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**15), st.integers(1, 8))
def test_an_axis_holds_its_data_in_few_round_steps(low: int, span: int, most: int) -> None:
    axis = number_axis(low, low + span, most)
    values = [Fraction(value) for value, _ in axis.ticks]
    assert axis.low <= low and low + span <= axis.high
    assert (
        axis.low == values[0] and axis.high == values[-1] and 2 <= len(values) <= max(most, 2) + 1
    )
    steps = {b - a for a, b in pairwise(values)}
    (step,) = steps
    while step >= 10:
        step /= 10
    while step < 1:
        step *= 10
    assert step in {1, 2, Fraction(5, 2), 5}
    assert axis.share(low - 1) >= 0 and axis.share(low + span + 1) <= 1


@pytest.mark.parametrize(
    ("fen", "lang", "unit", "last"),
    [
        (3 * 10**10, "zh", "亿元", "3"),
        (25 * 10**7, "zh", "万元", "250"),
        (990, "zh", "元", "10"),
        (3 * 10**10, "en", "million yuan", "300"),
        (3 * 10**11, "en", "billion yuan", "3"),
        (0, "zh", "元", "1"),
    ],
)
def test_money_has_the_unit_of_its_size(fen: int, lang: str, unit: str, last: str) -> None:
    axis = money_axis(0, fen, lang)
    assert (axis.unit, axis.ticks[0][1], axis.ticks[-1][1]) == (unit, "0", last)


def test_shares_and_dates_are_labelled_as_read() -> None:
    assert [label for _, label in share_axis(0, 1, 5).ticks] == [
        "0%",
        "20%",
        "40%",
        "60%",
        "80%",
        "100%",
    ]
    axis = date_axis(date(2026, 3, 1), date(2027, 2, 28), "zh", 6)
    assert [label for _, label in axis.ticks] == [
        "2026年3月",
        "5月",
        "7月",
        "9月",
        "11月",
        "2027年1月",
    ]
    assert [label for _, label in date_axis(date(2026, 1, 1), date(2026, 12, 31), "en", 4).ticks] == [
        "Jan 2026", "Apr", "Jul", "Oct"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (0, "0 元", "0 yuan"),
        (123_456_789_00, "1.23 亿元", "123.4m yuan"),
        (-150_000_30, "-15 万元", "-150,000 yuan"),
        (4_822_000_00, "482.2 万元", "4.82m yuan"),
        (999_999_999_999_99, "9,999 亿元", "999.9bn yuan"),
    ],
)
def test_a_label_is_cut_and_never_rounded_up(fen: int, zh: str, en: str) -> None:
    assert (brief_money(fen, "zh"), brief_money(fen, "en")) == (zh, en)


@given(st.text("云服务券大模型（）。 abc", max_size=60), st.integers(60, 400))
def test_folding_loses_nothing_and_keeps_to_the_room(text: str, room: int) -> None:
    lines = fold(text, room, 13)
    assert "".join("".join(lines).split()) == "".join(text.split())
    long = [line for line in lines if width_of(line, 13) > room]
    assert all(" " not in line and len(re.split("[云服务券大模型]", line)) <= 2 for line in long)
    assert not any(
        line.startswith(("）", "。"))
        for line in lines[1:]
        if width_of(line, 13) < room and lines[0]
    )


# --- drawings --------------------------------------------------------------------------------------


def drawn(size: int) -> str:
    x = date_axis(date(2026, 1, 1), date(2026, 12, 31), "zh", 6 if size == WIDE else 4)
    days = [date(2026, month, 1).toordinal() for month in range(1, 13)]
    layers: list[Layer] = [
        Band([(day, n * 8, n * 12) for n, day in enumerate(days)], "区间"),
        Line([(day, n * 10) for n, day in enumerate(days)], "中位数 <50%>", step=True),
        Level(80, "资金池"),
        Upright(days[-2], "十一月用完"),
    ]
    return plot(Figure("累计 & 发放", "说明"), layers, x, number_axis(0, 132), size)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_plot_is_sound_named_and_stays_inside(size: int) -> None:
    root = parsed(drawn(size))
    assert root.find(f"{SVG}title") is not None and root.get("role") == "img"
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert set((root.get("aria-labelledby") or "").split()) <= ids
    found = texts(root)
    assert {"累计 & 发放", "中位数 <50%>", "资金池", "十一月用完"} <= set(found)
    for text, element in found.items():
        x, wide = float(element.get("x") or 0), width_of(text, 12)
        left = (
            x - {"start": 0, "middle": wide / 2, "end": wide}[element.get("text-anchor", "start")]
        )
        assert left >= 0 and left + wide <= size, text


def test_a_pair_has_names_of_its_own() -> None:
    both = pair(drawn)
    ids = re.findall(r' id="(\w+)"', both)
    assert len(ids) == len(set(ids)) == 6
    assert both.count("<svg ") == 2 and 'class="hc wide"' in both and 'class="hc narrow"' in both


def test_a_figure_stands_in_its_bar_or_beside_a_short_one() -> None:
    rows = [
        Bar("长", (Part(100 * WAN, "100 万元"),)),
        Bar("短", (Part(WAN, "1 万元"),)),
        Bar("亏", (Part(-2 * WAN, "-2 万元", "loss"),)),
    ]
    found = texts(parsed(bars(Figure("图", "说明"), rows, money_axis(-2 * WAN, 100 * WAN, "zh"))))
    assert "on" in (found["100 万元"].get("class") or "").split()
    assert found["100 万元"].get("text-anchor") == "end"
    assert "on" not in (found["1 万元"].get("class") or "").split()
    assert found["-2 万元"].get("text-anchor") == "end"
    assert float(found["-2 万元"].get("x") or 0) < float(found["1 万元"].get("x") or 0)


def test_drawing_twice_gives_the_same_bytes() -> None:
    assert drawn(WIDE) == drawn(WIDE)
