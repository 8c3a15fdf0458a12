"""Several measures together: groups take the highest or add up, nothing adds across places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Group
from huice.evaluate.engine import cut
from huice.evaluate.facts import Exact
from huice.evaluate.intervals import added
from huice.evaluate.outcome import FROM_BEST, PAYING, Outcome, Status, best, by_year
from huice.language.check import lies_in
from huice.language.units import value_of


class Total(Struct, frozen=True):
    """Measures of one place together, in yuan.

    `ceiling` counts only measures whose text states a figure; `ceiling_of_eligible` only those that hold
    already; `unquantified` are the measures beside the sum; `same_cost` the groups that may claim one cost
    twice. `added_up` is the ceiling before groups took the highest.
    """

    status: Status
    certain: Exact
    ceiling: Exact
    ceiling_of_eligible: Exact
    years: tuple[int, ...]
    counts: dict[str, int]
    unquantified: tuple[str, ...]
    same_cost: tuple[str, ...]
    added_up: Exact


def total(
    outcomes: Sequence[Outcome],
    corpus: Corpus,
    readings: Mapping[str, Mapping[str, str]],
    open_places: Sequence[str] = (),
) -> Total:
    """The measures together.

    With an open place (`open_places`: all that may be chosen) the figures are those of the best single place:
    amounts of different cities are never added.
    """
    possible = [outcome for outcome in outcomes if outcome.status is not Status.INELIGIBLE]
    open_ = [outcome for outcome in possible if outcome.status in PAYING]
    counted = [outcome for outcome in open_ if corpus.measure(outcome.measure).benefit]
    by_id = {
        outcome.measure: outcome
        for outcome in counted
        if outcome.quantified and corpus.measure(outcome.measure).kept
    }
    places: Sequence[str | None] = open_places or [None]
    sums = [_sums(by_id, corpus, readings, place) for place in places]
    certain = max(one.certain for one in sums)
    ceiling = max(one.ceiling for one in sums)
    eligible = {id_: o for id_, o in by_id.items() if o.status is Status.ELIGIBLE}
    of_eligible = [_sums(eligible, corpus, readings, place) for place in places]
    years = sorted({year for outcome in by_id.values() for year in outcome.paying or ()})
    return Total(
        best([outcome.status for outcome in possible]),
        certain,
        ceiling,
        max(one.ceiling for one in of_eligible),
        tuple(years),
        _counts(possible, len(outcomes)),
        tuple(o.measure for o in counted if o.ceiling is None or not o.quantified),
        tuple(group.id for group in corpus.groups_of(by_id) if _claims_twice(group, by_id)),
        max(one.added_up for one in sums),
    )


def _counts(possible: Sequence[Outcome], asked: int) -> dict[str, int]:
    """How many measures have each status; all that are not possible are ineligible."""
    statuses = [outcome.status for outcome in possible]
    counts = {status.value: statuses.count(status) for status in FROM_BEST}
    return counts | {Status.INELIGIBLE.value: asked - len(possible)}


class _Sums(Struct, frozen=True):
    certain: Exact
    ceiling: Exact
    added_up: Exact


def _sums(
    outcomes: Mapping[str, Outcome],
    corpus: Corpus,
    readings: Mapping[str, Mapping[str, str]],
    place: str | None,
) -> _Sums:
    here = {
        id_: outcome
        for id_, outcome in outcomes.items()
        if place is None or lies_in(place, corpus.measure(id_).place)
    }
    certain: Exact = 0
    ceiling: Exact = 0
    grouped: set[str] = set()
    for group in corpus.groups_of(here):
        members = [here[id_] for id_ in group.members if id_ in here]
        rule = readings.get(group.id, {}).get("rule", group.rule)
        if rule == "warn":
            continue
        if rule == "stack" and group.ceiling is None:
            continue
        grouped |= {member.measure for member in members}
        one, other = _joined(group, rule, members)
        certain, ceiling = added(certain, one), added(ceiling, other)
    for id_, outcome in here.items():
        if id_ not in grouped:
            certain = added(certain, outcome.certain)
            ceiling = added(ceiling, outcome.ceiling or 0)
    return _Sums(certain, ceiling, _sum(outcome.ceiling or 0 for outcome in here.values()))


def _sum(amounts: Iterable[Exact]) -> Exact:
    total: Exact = 0
    for amount in amounts:
        total = added(total, amount)
    return total


def _joined(group: Group, rule: str, members: Sequence[Outcome]) -> tuple[Exact, Exact]:
    certain = [member.certain for member in members]
    ceiling = [member.ceiling or 0 for member in members]
    if rule == "highest":
        one, other = max(certain), max(ceiling)
    else:
        one, other = _sum(certain), _sum(ceiling)
    if group.ceiling is None:
        return one, other
    cap: Exact = value_of(group.ceiling.amount)  # type: ignore[arg-type]  # a literal, checked at load
    if group.ceiling.period == "total":
        return min(one, cap), min(other, cap)
    low, high = _capped_yearly(members, cap)
    return min(one, low), min(other, high)


def _capped_yearly(members: Sequence[Outcome], cap: Exact) -> tuple[Exact, Exact]:
    """What the members give together if no year may give more than the cap."""
    certain: dict[int, Exact] = {}
    ceiling: dict[int, Exact] = {}
    for member in members:
        for year, (low, high) in by_year(member).items():
            certain[year] = added(certain.get(year, 0), low)
            ceiling[year] = added(ceiling.get(year, 0), high or 0)
    low = cut(_sum(min(cap, amount) for amount in certain.values()))
    return low, cut(_sum(min(cap, amount) for amount in ceiling.values()))


def _claims_twice(group: Group, outcomes: Mapping[str, Outcome]) -> bool:
    if group.rule != "warn":
        return False
    paying = [
        id_
        for id_ in group.members
        if id_ in outcomes and (outcomes[id_].certain or outcomes[id_].ceiling)
    ]
    return len(paying) > 1
