"""How the ceiling follows an amount that a set of changes leaves open: full at, or rising by."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from huice.analysis.changes import Alter, More, Step, apply
from huice.analysis.linear import Number
from huice.analysis.unlock_finder import base_facts
from huice.analysis.unlock_grid import Ceiling, peak, step_of
from huice.analysis.unlock_search import REACHED, Search
from huice.analysis.unlock_steps import Steps
from huice.evaluate.facts import Exact, Profile


class Fill(Struct, frozen=True):
    """How the ceiling follows an amount that the set leaves open: full at `at`, or `rate` of each yuan."""

    fact: str
    at: Exact | None
    ceiling: Exact | None
    rate: Exact = 0


def ceiling_of(search: Search, profile: Profile) -> Ceiling:
    """The ceiling of the measure; 0 where it is not reached. A pool counts only where its rest is known."""
    outcome = search.held.run(search.promise, profile, search.held.views(profile))
    return outcome.ceiling if outcome.status in REACHED else 0


def fill(search: Search, steps: Steps) -> Fill | None:
    """How the ceiling follows the amount that is paid for, of a new entity or of one raised above nothing."""
    for position, step in enumerate(steps):
        for name, start in _open(search, step):

            def run(number: Number, at: int = position, name: str = name) -> Ceiling:
                changed = [*steps]
                changed[at] = _with(steps[at], name, number)
                return ceiling_of(search, apply(search.profile, changed, search.corpus))

            top = peak(run, start, None, step_of(search.corpus.vocabulary.fact(name)))
            if top is not None and top.slope:
                return Fill(name, None, None, top.slope)
            if top is not None and top.ceiling:
                return Fill(name, top.at, top.ceiling)
    return None


def _open(search: Search, step: Step) -> Iterator[tuple[str, Exact]]:
    """The amounts that a step leaves open, and the least that each may be."""
    for fact in base_facts(search.program):
        info = search.corpus.vocabulary.facts.get(fact.name)
        if info is None:
            continue
        if isinstance(step, More) and info.entity == step.kind:
            yield fact.name, dict(step.facts).get(fact.name, step_of(info))
        elif isinstance(step, Alter) and step.fact == fact.name and step.least and not step.before:
            yield fact.name, step.after


def _with(step: Step, name: str, number: Number) -> Step:
    if isinstance(step, More):
        others = tuple(one for one in step.facts if one[0] != name)
        return structs.replace(step, facts=(*others, (name, number)))
    return structs.replace(step, after=number)
