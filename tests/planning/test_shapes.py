"""Segments joined to concave stretches say the same on every whole fen."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from huice.planning.segments import Line, Segment
from huice.planning.shapes import Stretch, stretches

FEN = Fraction(1, 100)


@st.composite
def curves(draw: st.DrawFn) -> list[Segment]:
    """Neighbouring segments with any lines."""
    found, low = [], Fraction(draw(st.integers(0, 3)), 100)
    for _ in range(draw(st.integers(1, 5))):
        high = low + FEN * draw(st.integers(0, 12))
        lines = [
            Line(
                draw(st.integers(0, 5)), Fraction(draw(st.integers(-2, 4)), draw(st.integers(1, 3)))
            )
            for _ in range(2)
        ]
        found.append(Segment(low, high, lines[0], lines[1]))
        low = high + FEN
    return found


def points(one: Segment | Stretch) -> list[Fraction]:
    assert one.high is not None
    return [Fraction(n, 100) for n in range(int(one.low * 100), int(one.high * 100) + 1)]


@given(curves())
def test_stretches_hold_the_figures_of_the_segments(segments: list[Segment]) -> None:
    end = segments[-1].high
    assert end is not None
    told = {x: one for one in segments for x in points(one)}
    joined = stretches(segments, end, ("certain", "ceiling"))
    assert sorted(x for one in joined for x in points(one)) == sorted(told)
    for one in joined:
        for x in points(one):
            assert min(line.at(x) for line in one.certain) == told[x].certain.at(x)
            ceiling = told[x].ceiling
            assert ceiling is not None
            assert min(line.at(x) for line in one.ceiling) == ceiling.at(x)


@given(curves())
def test_only_the_figures_that_count_keep_stretches_apart(segments: list[Segment]) -> None:
    end = segments[-1].high
    assert end is not None
    both = stretches(segments, end, ("certain", "ceiling"))
    assert len(stretches(segments, end, ("certain",))) <= len(both)


def test_a_share_up_to_a_cap_is_one_stretch() -> None:
    share, cap = Line(0, Fraction(3, 5)), Line(10)
    segments = [
        Segment(FEN, Fraction(1666, 100), share, share),
        Segment(Fraction(1667, 100), 100, cap, cap),
    ]
    (one,) = stretches(segments, 100, ("ceiling",))
    assert (one.low, one.high) == (FEN, 100)
    assert len(one.ceiling) == 3  # the corner between two fen is cut off
    assert min(line.at(Fraction(50, 3)) for line in one.ceiling) < 10


def test_a_cliff_stays_two_stretches() -> None:
    high, low = Line(0, Fraction(1, 2)), Line(0, Fraction(3, 10))
    segments = [Segment(FEN, 500_000, high, high), Segment(500_000 + FEN, 10**6, low, low)]
    assert len(stretches(segments, 10**6, ("ceiling",))) == 2
