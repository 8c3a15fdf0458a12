"""Drawn curves: text is text, nothing collides or leaves the picture, and a dot says to which side a number belongs."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from huice import Corpus
from huice.analysis import catalogue
from huice.analysis.svg import NARROW, WIDE, Chart, drawing
from huice.analysis.svg_parts import width, wrapped
from huice.language.text import Text
from tests.analysis.test_curve import VOUCHER, spending

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"title": 15, "tick": 12, "value": 12, "badge-text": 11}
Box = tuple[float, float, float, float]


def voucher(corpus: Corpus, **options: Any) -> Chart:
    """The compute voucher over one contract of a firm."""
    found = spending(corpus, measures=[VOUCHER])
    return Chart(found.axis, found.line(VOUCHER), **options)


@pytest.fixture(scope="module")
def charts(corpus: Corpus) -> list[Chart]:
    """Every curve of the catalogue, and of the total of a firm."""
    found = [voucher(corpus), voucher(corpus, end=2_000_000), voucher(corpus, start=400_000)]
    for entry in catalogue(corpus).entries:
        chart = Chart(entry.axis, entry.line, entry.example)
        if chart not in found:
            found.append(chart)
    return found


def read(svg: str) -> ET.Element:
    """The drawing as XML."""
    return ET.fromstring(svg)  # noqa: S314  # drawn by us


def texts(group: ET.Element) -> list[tuple[str, Box]]:
    """Every text of a chart and the box it takes, by our own measure."""
    found = []
    for one in group.iter(f"{SVG}text"):
        said = one.text or ""
        size = SIZES.get(one.get("class", ""), 13)
        wide = width(said, size)
        x, y = float(one.get("x", "0")), float(one.get("y", "0"))
        left = x - {"end": wide, "middle": wide / 2}.get(one.get("text-anchor", ""), 0)
        found.append((said, (left, y - 0.8 * size, left + wide, y + 0.2 * size)))
    return found


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_leaves_the_picture_or_meets_another(
    charts: list[Chart], lang: str, narrow: bool
) -> None:
    wide = NARROW if narrow else WIDE
    for chart in charts:
        root = read(drawing([chart], lang, narrow=narrow))
        height = float(root.get("height", "0"))
        found = texts(root)
        for said, (left, top, right, bottom) in found:
            assert left >= 0, said
            assert right <= wide, said
            assert top >= 0, said
            assert bottom <= height, said
        for (one, a), (other, b) in itertools.combinations(found, 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, (chart.line.measure, one, other)


def test_every_break_is_numbered_and_told_even_outside_of_the_range(corpus: Corpus) -> None:
    chart = voucher(corpus)
    said = " ".join(text for text, _ in texts(read(drawing([chart]))))
    assert len(chart.line.breaks) == 2
    assert "超过 50 万元：本企业上限由 25 万元降到 15 万元" in said
    assert "约 833,333,333.33 元以上（图外）：本企业上限停在 2.5 亿元" in said


def test_the_cliff_has_a_full_dot_above_and_an_open_one_below(corpus: Corpus) -> None:
    """500,000 yuan themselves still get 50%."""
    root = read(drawing([voucher(corpus)]))
    dots = {
        one.get("class"): one
        for one in root.iter(f"{SVG}circle")
        if one.get("class") in ("in", "out")
    }
    assert float(dots["in"].get("cy", "0")) < float(dots["out"].get("cy", "0"))
    assert dots["in"].get("cx") == dots["out"].get("cx")


def test_a_threshold_that_includes_its_number_has_the_full_dot_above(corpus: Corpus) -> None:
    found = catalogue(corpus, ["beijing/etown-industry-model-award"])
    cases, contract = (
        next(entry for entry in found.entries if entry.axis.facts == (fact,))
        for fact in ("project.cases", "project.contract")
    )

    def full_is_above(entry: Any) -> bool:
        root = read(drawing([Chart(entry.axis, entry.line)]))
        rows = {
            kind: [
                float(one.get("cy", "0"))
                for one in root.iter(f"{SVG}circle")
                if one.get("class") == kind
            ]
            for kind in ("in", "out")
        }
        return rows["in"][0] < rows["out"][0]

    assert full_is_above(cases)
    assert not full_is_above(contract)


def test_it_reads_without_colour_and_by_night(corpus: Corpus) -> None:
    svg = drawing([voucher(corpus)])
    root = read(svg)
    hatches = [one.get("id") for one in root.iter(f"{SVG}pattern")]
    assert f'fill="url(#{hatches[0]})"' in svg
    assert "prefers-color-scheme:dark" in svg
    assert "@media print" in svg
    assert root.get("role") == "img"
    assert "833,333.33" in str(root.get("aria-label"))


def test_names_are_escaped(corpus: Corpus) -> None:
    root = read(drawing([voucher(corpus, place=Text("<甲&乙>", "<a & b>"))]))
    assert "<甲&乙>" in texts(root)[0][0]


def test_it_is_the_same_twice_and_draws_a_range_as_asked(corpus: Corpus) -> None:
    assert drawing([voucher(corpus)]) == drawing([voucher(Corpus.load())])
    ranged = [said for said, _ in texts(read(drawing([voucher(corpus, end=2_000_000)])))]
    assert "200 万元" in ranged


@pytest.mark.parametrize(
    ("said", "room"),
    [
        ("超过 50 万元：本企业上限由 25 万元降到 15 万元，少 10 万元", 90),
        ("above 500,000 yuan: the ceiling falls", 80),
    ],
)
def test_lines_fit_and_numbers_stay_whole(said: str, room: int) -> None:
    lines = wrapped(said, room, 13)
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")
    assert not any(line.startswith(("，", "：", ":")) for line in lines)
    for number in ("50 万元", "25 万元", "500,000"):
        assert number not in said or any(number in line for line in lines)
