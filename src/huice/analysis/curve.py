"""The exact curve of what a profile gets, over one of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from huice.analysis.axis import UNITS, Axis, axis
from huice.analysis.cliffs import Break, breaks_of
from huice.analysis.linear import Number, Piece, pieces
from huice.analysis.lines import Part, Standing, Straight, joined, part_at
from huice.analysis.probe import Probe
from huice.corpus.corpus import Corpus, shipped
from huice.corpus.model import Measure
from huice.corpus.source import Problem
from huice.evaluate.compare import check_places
from huice.evaluate.engine import cut
from huice.evaluate.evaluator import at_place, evaluator, read_profile, select
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.profiles import BadProfile
from huice.evaluate.result import decimal
from huice.language.text import Text

SCHEMA = "huice/curve/1"
Given = Mapping[str, Any] | str | Path | Profile


class Line(Struct, frozen=True):
    """The curve of one measure, or of the total of a place (`measure` is None), and where it breaks."""

    measure: str | None
    title: Text
    parts: tuple[Part, ...]
    breaks: tuple[Break, ...]

    @property
    def varies(self) -> bool:
        """Whether it is anything but one level line."""
        return len(self.parts) > 1 or any(
            line is not None and line.slope
            for part in self.parts
            for line in (part.certain, part.ceiling)
        )

    def at(self, number: Exact) -> tuple[Exact, Exact | None]:
        """Certain and ceiling at a number, cut to the fen."""
        part = part_at(self.parts, number)
        ceiling = None if part.ceiling is None else cut(part.ceiling.at(number))
        return cut(part.certain.at(number)), ceiling

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; amounts are decimal strings of yuan or null."""
        return {
            "measure": self.measure,
            "title": {"zh": self.title.zh, "en": self.title["en"]},
            "parts": [_part_dict(part) for part in self.parts],
            "breaks": [one.to_dict() for one in self.breaks],
        }


class AtPlace(Struct, frozen=True):
    """The curves at one place; None is the place of a profile that leaves it open."""

    place: str | None
    total: Line
    measures: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The total, then the measures."""
        return (self.total, *self.measures)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "place": self.place,
            "total": self.total.to_dict(),
            "measures": [line.to_dict() for line in self.measures],
        }


class Curve(Struct, frozen=True):
    """What a profile gets while one of its numbers runs from `start` to `end` (None: without end).

    Amounts of a part are exact, before the cut to the fen; whoever shows one cuts it. The number counts in
    steps of `axis.step`. Nothing is added across `places`.
    """

    axis: Axis
    start: Exact
    end: Exact | None
    as_of: date
    horizon: int
    corpus_version: str
    places: tuple[AtPlace, ...]

    def place(self, place: str | None) -> AtPlace:
        """The curves at a place. Raises `KeyError`."""
        found = next((one for one in self.places if one.place == place), None)
        if found is None:
            raise KeyError(place)
        return found

    def line(self, measure: str) -> Line:
        """The curve of a measure, at the first place where it may be had. Raises `KeyError`."""
        for one in self.places:
            for line in one.measures:
                if line.measure == measure:
                    return line
        raise KeyError(measure)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "schema": SCHEMA,
            "fact": self.axis.path,
            "label": {"zh": self.axis.label.zh, "en": self.axis.label["en"]},
            "unit": UNITS[self.axis.dimension].zh,
            "step": decimal(self.axis.step),
            "from": decimal(self.start),
            "to": decimal(self.end),
            "as_of": self.as_of.isoformat(),
            "horizon_years": self.horizon,
            "corpus_version": self.corpus_version,
            "places": [one.to_dict() for one in self.places],
        }


def curve(
    profile: Given,
    fact: str,
    corpus: Corpus | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[str] | str | None = None,
    start: object = 0,
    end: object | None = None,
    together: Iterable[str] = (),
) -> Curve:
    """The exact curve of each measure and of the total over a fact such as `contracts[0].paid_yuan`.

    `together` names facts that take the same number; `start` and `end` may be written as a policy does
    (`50万元`). The fact holds in every year of the horizon of which the profile states nothing else. With
    `places` the firm is put at each of them; else it stays where it is, or, with its place open, is put at
    each in turn. Raises `BadProfile` for what is not there, `NotLinear` where no line can be drawn.
    """
    corpus = corpus or shipped()
    checked = read_profile(profile, corpus)
    asked = select(corpus, measures)
    along = axis(checked, corpus, fact, together)
    low = along.number(start)
    high = None if end is None else along.number(end)
    if low < 0 or (high is not None and high < low):
        raise BadProfile((_RANGE,))
    where: Sequence[str | None] = check_places(corpus, places)
    if not where:
        where = [None] if checked.org.get("place") else corpus.places
    found = []
    for place in where:
        here = checked if place is None else at_place(checked, place)
        found.append(at_one_place(Probe(evaluator(corpus), here, along, asked), (low, high)))
    return Curve(
        along,
        low,
        high,
        checked.as_of,
        checked.horizon,
        corpus.version,
        tuple(found),
    )


_RANGE = Problem(
    "U006",
    Text(
        "范围须从 0 或更大的数开始，且止数不小于起数",
        "a range starts at 0 or above and ends no lower",
    ),
)


def at_one_place(probe: Probe, span: tuple[Exact, Exact | None]) -> AtPlace:
    """The curves of the measures that can hold where the probe stands, and of their total."""
    low, high = span

    def run(number: Number) -> list[Standing]:
        return probe.standings(number)

    found = pieces(run, low, high, uncut=True)
    points = tuple(piece.low for piece in found if piece.point)
    lines = []
    for position, measure in enumerate((None, *probe.near)):
        parts = joined([_only(piece, position) for piece in found])
        if measure is None or any(part.status != "ineligible" for part in parts):
            lines.append(_line(probe, measure, parts, points))
    return AtPlace(probe.place, lines[0], tuple(lines[1:]))


def _only(piece: Piece[list[Standing]], position: int) -> Piece[Standing]:
    return Piece(piece.low, piece.high, piece.value[position])


def _line(
    probe: Probe, measure: Measure | None, parts: tuple[Part, ...], points: tuple[Exact, ...]
) -> Line:
    title = Text("合计", "Total") if measure is None else measure.title
    id_ = None if measure is None else measure.id
    return Line(id_, title, parts, breaks_of(probe, measure, parts, points))


def _part_dict(part: Part) -> dict[str, Any]:
    return {
        "low": decimal(part.low),
        "low_included": part.low_in,
        "high": decimal(part.high),
        "high_included": part.high_in,
        "status": part.status.value,
        "certain": straight_dict(part.certain),
        "ceiling": None if part.ceiling is None else straight_dict(part.ceiling),
    }


def straight_dict(line: Straight) -> dict[str, str | None]:
    """JSON-ready: the amount at 0 of the line, and what one unit more adds."""
    return {"value": decimal(line.value), "slope": decimal(line.slope)}
