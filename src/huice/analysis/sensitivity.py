"""What moves the result most: each fact, reading and decision varied alone, exactly, at one place (tornado)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from typing import Any

from msgspec import Struct

from huice.analysis.axis import Axis, axis
from huice.analysis.changes_words import number_says
from huice.analysis.curve import AtPlace, at_one_place
from huice.analysis.linear import NotLinear, TooManyPieces
from huice.analysis.probe import Probe
from huice.analysis.sensitivity_facts import Choice, Varied, varied
from huice.corpus.corpus import Corpus, shipped
from huice.corpus.model import Measure
from huice.corpus.source import Problem
from huice.evaluate.compare import check_places
from huice.evaluate.evaluator import Evaluator, at_place, evaluator, read_profile
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.outcome import Outcome
from huice.evaluate.profiles import BadProfile
from huice.evaluate.program import holds_at
from huice.evaluate.result import decimal
from huice.evaluate.totals import Total, total
from huice.language.text import Text

SCHEMA = "huice/sensitivity/1"
SPREAD = Fraction(1, 2)
"""A stated number varies by half of itself each way, unless a range is given."""
Range = tuple[object, object]


class End(Struct, frozen=True):
    """One value and the total of the place with it, in yuan."""

    key: str
    says: Text
    certain: Exact
    ceiling: Exact

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "value": self.key,
            "says": {"zh": self.says.zh, "en": self.says["en"]},
            "certain_yuan": decimal(self.certain),
            "ceiling_yuan": decimal(self.ceiling),
        }


class Effect(Struct, frozen=True):
    """What one measure gives at both ends; a ceiling is None where the text states no amount."""

    measure: str
    low: tuple[Exact, Exact | None]
    high: tuple[Exact, Exact | None]


class Bar(Struct, frozen=True):
    """One row of the tornado.

    `low` and `high` are the ends of a number's range, or the choices that give least and most. `inside` are
    values in between that give less or more than both. `assumed`: the range is the usual one, not one that
    was asked for.
    """

    kind: str
    key: str
    label: Text
    now: Text
    low: End
    high: End
    inside: tuple[End, ...] = ()
    effects: tuple[Effect, ...] = ()
    assumed: bool = True

    @property
    def ends(self) -> tuple[End, ...]:
        """All values told."""
        return (self.low, self.high, *self.inside)

    @property
    def ceiling_swing(self) -> Exact:
        """How far the ceiling moves."""
        values = [end.ceiling for end in self.ends]
        return max(values) - min(values)

    @property
    def certain_swing(self) -> Exact:
        """How far the certain sum moves."""
        values = [end.certain for end in self.ends]
        return max(values) - min(values)

    @property
    def swing(self) -> Exact:
        """The larger of the two."""
        return max(self.ceiling_swing, self.certain_swing)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; amounts as decimal strings of yuan or null."""
        return {
            "kind": self.kind,
            "key": self.key,
            "label": {"zh": self.label.zh, "en": self.label["en"]},
            "now": {"zh": self.now.zh, "en": self.now["en"]},
            "low": self.low.to_dict(),
            "high": self.high.to_dict(),
            "inside": [end.to_dict() for end in self.inside],
            "ceiling_swing_yuan": decimal(self.ceiling_swing),
            "certain_swing_yuan": decimal(self.certain_swing),
            "assumed_range": self.assumed,
            "measures": [
                {
                    "measure": effect.measure,
                    "low": [decimal(one) for one in effect.low],
                    "high": [decimal(one) for one in effect.high],
                }
                for effect in self.effects
            ],
        }


class Sensitivity(Struct, frozen=True):
    """The tornado of one place, the longest bar first; places are never put into one."""

    profile: Profile
    place: str
    as_of: date
    corpus_version: str
    certain: Exact
    ceiling: Exact
    bars: tuple[Bar, ...]
    level: tuple[str, ...] = ()
    """What was varied and moves nothing."""

    def top(self, most: int = 8) -> tuple[Bar, ...]:
        """The longest bars."""
        return self.bars[:most]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "place": self.place,
            "corpus_version": self.corpus_version,
            "certain_yuan": decimal(self.certain),
            "ceiling_yuan": decimal(self.ceiling),
            "bars": [bar.to_dict() for bar in self.bars],
            "level": list(self.level),
        }


def sensitivity(
    profile: Mapping[str, Any] | str | Path | Profile,
    corpus: Corpus | None = None,
    place: str | None = None,
    ranges: Mapping[str, Range] | None = None,
    *,
    readings: bool = True,
    settled: bool = False,
    today: date | None = None,
) -> Sensitivity:
    """How far each fact, reading and decision moves the total of one place, all else as it is.

    A stated number varies by half of itself each way; `ranges` gives others, as `{"contracts[0].paid_yuan":
    ("20万元", "80万元")}`. An unknown number runs from 0 to the last point at which a rule turns; an unknown
    choice takes every value that a rule tells apart. Stated facts that a firm does not change, such as its
    kind, are left out unless `settled`. Raises `BadProfile` for a faulty profile, an open place,
    an unknown fact or a range the wrong way round.
    """
    corpus = corpus or shipped()
    checked = read_profile(profile, corpus, today)
    where = check_places(corpus, place)
    here = at_place(checked, where[0]) if where else checked
    at = here.org.get("place")
    if at is None:
        raise BadProfile((_OPEN,))
    view = _At(evaluator(corpus), here)
    asked = {axis(here, corpus, path).path: span for path, span in (ranges or {}).items()}
    found, level = [], []
    for one in varied(view.held, here, view.near):
        if (one.kind == "reading" and not readings) or (one.settled and not settled):
            continue
        bar = _number(view, one, asked.pop(one.key, None)) if one.axis else _choices(view, one)
        if bar is not None and bar.swing:
            found.append(bar)
        else:
            level.append(one.key)
    for path, span in asked.items():
        along = axis(here, corpus, path)
        extra = _number(view, Varied("number", path, along.label, Text(""), along), span)
        found += [extra] if extra is not None and extra.swing else []
        level += [path] if extra is None or not extra.swing else []
    found.sort(key=lambda bar: (-bar.swing, -bar.ceiling_swing, bar.key))
    sums = view.total(here)
    return Sensitivity(
        here, at, here.as_of, corpus.version, sums.certain, sums.ceiling, tuple(found), tuple(level)
    )


_OPEN = Problem(
    "U004",
    Text(
        "敏感度按一个地点算：画像没有写注册地，请指定一个地点（--place）",
        "sensitivity is of one place: the profile leaves its place open, so name one (--place)",
    ),
)


class _At:
    """One firm at one place: its measures and their total."""

    def __init__(self, held: Evaluator, profile: Profile) -> None:
        self.held, self.profile, self.corpus = held, profile, held.corpus
        places = {view.rows["org"].get("place") for view in held.views(profile)}
        self.near: tuple[Measure, ...] = tuple(
            measure
            for measure in held.corpus.measures
            if any(holds_at(held.program(measure, profile), place) for place in places)
        )

    def outcomes(self, profile: Profile) -> list[Outcome]:
        """Of the measures that can hold here."""
        return self.held.outcomes(profile, self.near)

    def total(self, profile: Profile) -> Total:
        """Of the place."""
        return total(self.outcomes(profile), self.corpus, profile.readings)


# --- numbers ----------------------------------------------------------------------------------------------


def _number(view: _At, one: Varied, asked: Range | None) -> Bar | None:
    along = one.axis
    assert along is not None
    info = view.corpus.vocabulary.fact(along.facts[0])

    def end(number: Exact) -> End:
        sums = view.total(along.put(view.profile, number))
        return End(str(decimal(number)), number_says(number, info), sums.certain, sums.ceiling)

    span, lines = _span(view, one, along, asked)
    if span is None:
        return None
    low, high = end(span[0]), end(span[1])
    inside: tuple[End, ...] = ()
    if lines is not None:
        inside = _extremes(lines, along, span, (low, high), end)
    before = view.outcomes(along.put(view.profile, span[0]))
    after = view.outcomes(along.put(view.profile, span[1]))
    effects = _effects(before, after)
    return Bar(
        one.kind, one.key, one.label, one.now, low, high, inside, effects, assumed=asked is None
    )


def _span(
    view: _At, one: Varied, along: Axis, asked: Range | None
) -> tuple[tuple[Exact, Exact] | None, AtPlace | None]:
    """The range, and the exact curves over it (None where they follow no line)."""
    probe = Probe(view.held, view.profile, along, view.near)
    if asked is not None:
        span = (along.number(asked[0]), along.number(asked[1]))
        if not 0 <= span[0] <= span[1]:
            raise BadProfile((_wrong_way(along),))
    elif one.stated is not None:
        if not one.stated:
            return None, None
        stated = one.stated
        span = (along.first(stated * (1 - SPREAD)), along.last(stated * (1 + SPREAD)))
    else:
        try:
            lines = at_one_place(probe, (0, None))
        except (NotLinear, TooManyPieces):
            return None, None
        span = (0, along.first(max(part.low for part in lines.total.parts)))
        return (span, lines) if span[1] else (None, None)
    try:
        return span, at_one_place(probe, span)
    except (NotLinear, TooManyPieces):
        return span, None


def _wrong_way(along: Axis) -> Problem:
    return Problem(
        "U006",
        Text(
            f"{along.path} 的范围写作 从小到大，如 20万元..80万元，且不小于 0",
            f"a range of {along.path} runs upwards from 0 or above, such as 20万元..80万元",
        ),
    )


def _extremes(
    lines: AtPlace,
    along: Axis,
    span: tuple[Exact, Exact],
    ends: tuple[End, End],
    end: Callable[[Exact], End],
) -> tuple[End, ...]:
    """Values inside the range that give less or more than both ends; exact, from the curve."""
    candidates: dict[Exact, None] = {}
    for part in lines.total.parts:
        if part.low > span[1]:
            break
        first = along.first(part.low)
        if not part.low_in and first == part.low:
            first += along.step
        last = span[1] if part.high is None else min(part.high, span[1])
        final = along.last(last)
        if not part.high_in and final == part.high:
            final -= along.step
        for number in (first, final):
            if span[0] < number < span[1] and first <= number <= final:
                candidates[number] = None
    told = [end(number) for number in candidates]
    found: dict[str, End] = {}
    for figure in ("ceiling", "certain"):
        amount_of = attrgetter(figure)
        values = [amount_of(one) for one in ends]
        for pick in (min, max):
            best = pick(told, key=amount_of, default=None)
            if best is None:
                continue
            amount = amount_of(best)
            if amount < min(values) or amount > max(values):
                found[best.key] = best
    return tuple(found.values())


# --- choices ----------------------------------------------------------------------------------------------


def _choices(view: _At, one: Varied) -> Bar | None:
    if len(one.choices) < 2:  # noqa: PLR2004  # nothing to choose between
        return None
    ends = [(_end(view, choice), choice) for choice in one.choices]
    low, first = min(ends, key=lambda both: (both[0].ceiling, both[0].certain))
    high, last = max(ends, key=lambda both: (both[0].ceiling, both[0].certain))
    effects = _effects(view.outcomes(first.profile), view.outcomes(last.profile))
    others = [end for end, _ in ends if end.certain < min(low.certain, high.certain)]
    others += [end for end, _ in ends if end.certain > max(low.certain, high.certain)]
    return Bar(one.kind, one.key, one.label, one.now, low, high, tuple(others), effects)


def _end(view: _At, choice: Choice) -> End:
    sums = view.total(choice.profile)
    return End(choice.key, choice.says, sums.certain, sums.ceiling)


def _effects(low: Sequence[Outcome], high: Sequence[Outcome]) -> tuple[Effect, ...]:
    """The measures that give something else at the other end."""
    return tuple(
        Effect(one.measure, (one.certain, one.ceiling), (other.certain, other.ceiling))
        for one, other in zip(low, high, strict=True)
        if (one.certain, one.ceiling) != (other.certain, other.ceiling)
    )
