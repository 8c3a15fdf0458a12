"""A dense scan with the ordinary evaluator: a curve must say the same at every number tried."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from huice import Corpus
from huice.analysis.axis import Axis
from huice.analysis.catalogue import axes
from huice.analysis.curve import AtPlace, Line, at_one_place
from huice.analysis.linear import whole
from huice.analysis.probe import Probe
from huice.analysis.witness import Witness, witnesses
from huice.corpus.model import Measure
from huice.evaluate.evaluator import evaluator
from huice.evaluate.facts import Exact
from huice.evaluate.outcome import Outcome
from huice.language import nodes as n
from huice.language.units import value_of

FEN = Fraction(1, 100)
CONSTRUCTS = sorted(
    path.parent for path in (Path(__file__).parents[1] / "constructs").glob("*/corpus.yaml")
)


def scanned(
    corpus: Corpus, *, readings: bool, most: int | None = None
) -> Iterator[tuple[Measure, Witness, Axis, Probe, AtPlace]]:
    """The curves of every measure on its examples: of all, or of the first so many."""
    for measure in corpus.measures:
        for witness in witnesses(corpus, measure, readings=readings)[:most]:
            for axis in axes(corpus, measure, witness.profile):
                probe = Probe(evaluator(corpus), witness.profile, axis, [measure])
                yield measure, witness, axis, probe, at_one_place(probe, (0, None))


def numbers(line: Line, axis: Axis, rng: random.Random, count: int) -> set[Exact]:
    """Numbers at, and some steps beside, each reported break; between them; and anywhere."""
    step = axis.step
    points = sorted({Fraction(part.low) for part in line.parts})
    found: set[Any] = {0}
    for point in points:
        for number in (axis.last(point), axis.first(point)):
            found |= {number + by * step for by in (-100, -3, -2, -1, 0, 1, 2, 3, 100)}
    top = 2 * max([*points, Fraction(100)])
    for _ in range(count):
        found.add(axis.last(Fraction(rng.randrange(0, int(top) * 100), 100)))
        found.add(axis.last(Fraction(10 ** (rng.random() * 11)).limit_denominator(100)))
    return {number for number in found if number >= 0}


def evaluated(probe: Probe, number: Exact) -> tuple[Outcome, ...]:
    """The ordinary evaluator on the ordinary profile, afresh."""
    profile = probe.axis.put(probe.profile, number)
    return tuple(probe.evaluator.outcomes(profile, probe.near))


def disagreements(
    corpus: Corpus, rng: random.Random, *, readings: bool, most: int | None, count: int
) -> tuple[list[Any], int]:
    """Where a curve and the evaluator differ, and how many figures were compared."""
    wrong: list[Any] = []
    compared = 0
    for measure, witness, axis, probe, place in scanned(corpus, readings=readings, most=most):
        if not place.measures:
            nothing = [outcome for n in (0, 1, 10**6, 10**9) for outcome in evaluated(probe, n)]
            assert all(outcome.ceiling == 0 for outcome in nothing)
            continue
        (line,) = place.measures
        for number in numbers(line, axis, rng, count):
            outcome = evaluated(probe, number)[0]
            part = next(one for one in line.parts if one.holds(number))
            compared += 1
            exact = (outcome.status, outcome.certain, outcome.ceiling)
            if (part.status, *line.at(number)) != exact and not _within_a_fen(
                probe, line, number, outcome
            ):
                wrong.append((measure.id, witness.says.zh, axis.path, number))
        wrong += _false_breaks(measure, witness, line)
        wrong += _missed_breaks(measure, witness, axis, probe, line)
    return wrong, compared


def _within_a_fen(probe: Probe, line: Line, number: Exact, outcome: Outcome) -> bool:
    """An award that another measure reads is cut to the fen first, of which a curve knows nothing."""
    if not probe.program(probe.near[0]).awards:
        return False
    certain, ceiling = line.at(number)
    pairs = ((certain, outcome.certain), (ceiling or 0, outcome.ceiling or 0))
    return all(abs(Fraction(one) - other) <= FEN for one, other in pairs)


def _false_breaks(measure: Measure, witness: Witness, line: Line) -> Iterator[Any]:
    """Breaks at which the evaluator's own figures go on as if there were none."""
    for one in line.breaks:
        for name, change in one.changes:
            last: Any = getattr(one.last, name)
            first: Any = getattr(one.first, name)
            unstated = last is None or first is None
            steepest = max(
                abs(Fraction(slope)) for slope in (change.slope_before, change.slope_after)
            )
            step = Fraction(one.first.number) - one.last.number
            jumped = unstated or abs(first - last) > steepest * step + FEN
            if change.jumps is not jumped and abs(Fraction(change.size or FEN)) > FEN:
                yield measure.id, witness.says.zh, name, one


def _missed_breaks(
    measure: Measure, witness: Witness, axis: Axis, probe: Probe, line: Line
) -> Iterator[Any]:
    """Where the evaluator's own figures jump from one step to the next, and no break is told.

    Asked beside every number that the rule writes, whether the curve ends a part there or not: nothing of
    the curve decides where to look.
    """
    told = {Fraction(axis.last(one.at)) + by * axis.step for one in line.breaks for by in (-1, 0)}
    for last in _beside_what_is_written(probe, measure, axis):
        before, low, high, after = (
            evaluated(probe, number)[0]
            for number in (last - axis.step, last, last + axis.step, last + 2 * axis.step)
        )
        for name in ("certain", "ceiling"):
            figures: list[Any] = [getattr(one, name) for one in (before, low, high, after)]
            if _jump(*figures) and last not in told:
                yield measure.id, witness.says.zh, name, last


def _beside_what_is_written(probe: Probe, measure: Measure, axis: Axis) -> set[Any]:
    """The steps up to and away from each number of the rule; those that a profile can state."""
    rule = probe.program(measure).rule
    nodes: list[Any] = [rule.pays, rule.plus, *rule.limits]
    nodes += [condition.expression for condition in rule.requires]
    parts = [part for node in nodes if node is not None for part in n.walk(node)]
    numbers = {value_of(part) for part in parts if isinstance(part, n.Literal)}
    steps = {Fraction(axis.last(one)) + by * axis.step for one in numbers for by in (-1, 0)}
    return {whole(one) for one in steps if one >= axis.step}


def _jump(before: Any, low: Any, high: Any, after: Any) -> bool:
    """Whether the step in the middle is larger than those beside it account for. None: not stated."""
    if None in (before, low, high, after):
        return (low is None) is not (high is None)
    figures = [Fraction(one) for one in (before, low, high, after)]
    first, middle, last = (abs(other - one) for one, other in itertools.pairwise(figures))
    return middle > max(first, last) + 2 * FEN


def planted(folder: Path, name: str, old: str, new: str) -> Corpus:
    """The corpus of a construct with one thing changed in its documents."""
    copy = folder / name
    shutil.copytree(CONSTRUCTS[0].parent / name, copy)
    changed = 0
    for path in sorted(copy.glob("yunlan/*.yaml")):
        text = path.read_text()
        changed += text.count(old)
        path.write_text(text.replace(old, new))
    assert changed
    return Corpus.load(copy)
