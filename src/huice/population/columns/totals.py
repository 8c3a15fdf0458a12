"""The measures of one place together, in columns: groups take the highest or share a ceiling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Group
from huice.evaluate.outcome import Status
from huice.language.check import lies_in
from huice.language.units import value_of
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.books import CODE, Figures, YearFigures
from huice.population.columns.kleene import both, no, truth_if
from huice.population.columns.plan import ORG, Plan
from huice.population.columns.whole import Whole
from huice.population.schema import FEN


class TotalFigures(Struct, frozen=True, eq=False):
    """What the measures of one place come to, in fen, and the best status."""

    status: Whole
    certain: Whole
    ceiling: Whole


def total(
    plan: Plan,
    figures: Sequence[Figures],
    corpus: Corpus,
    readings: Mapping[str, Mapping[str, str]],
    open_places: Sequence[str],
) -> TotalFigures:
    """The measures together; with an open place the sums of the best single place."""
    status = w.const(CODE[Status.INELIGIBLE])
    for one in figures:
        status = w.lower(status, one.status)
    counted = {
        one.measure.id: one
        for one in figures
        if one.measure.benefit and one.measure.kept and one.rule.pays is not None
    }
    places: Sequence[str | None] = open_places or [None]
    certain, ceiling = w.ZERO, w.ZERO
    for place in places:
        here = {
            id_: one
            for id_, one in counted.items()
            if place is None or lies_in(place, one.measure.place)
        }
        low, high = _sums(plan, here, corpus, readings)
        certain, ceiling = w.higher(certain, low), w.higher(ceiling, high)
    return TotalFigures(plan.whole(ORG, status), plan.whole(ORG, certain), plan.whole(ORG, ceiling))


def _sums(
    plan: Plan,
    here: Mapping[str, Figures],
    corpus: Corpus,
    readings: Mapping[str, Mapping[str, str]],
) -> tuple[Whole, Whole]:
    low, high = w.ZERO, w.ZERO
    grouped: set[str] = set()
    for group in corpus.groups_of(here):
        members = [here[id_] for id_ in group.members if id_ in here]
        rule = readings.get(group.id, {}).get("rule", group.rule)
        if rule == "warn" or (rule == "stack" and group.ceiling is None):
            continue
        grouped |= {member.measure.id for member in members}
        one, other = _joined(plan, group, rule, members)
        low, high = w.add(low, one), w.add(high, other)
    for id_, member in here.items():
        if id_ not in grouped:
            low = w.add(low, member.certain)
            high = w.add(high, w.null_as_zero(member.ceiling))
    return plan.whole(ORG, low), plan.whole(ORG, high)


def _joined(plan: Plan, group: Group, rule: str, members: Sequence[Figures]) -> tuple[Whole, Whole]:
    low, high = w.ZERO, w.ZERO
    join = w.higher if rule == "highest" else w.add
    for member in members:
        low = join(low, member.certain)
        high = join(high, w.null_as_zero(member.ceiling))
    if group.ceiling is None:
        return low, high
    cap = value_of(group.ceiling.amount)  # type: ignore[arg-type]  # a literal, checked at load
    if group.ceiling.period == "total":
        whole = w.const(int(cap * FEN))
        return w.lower(low, whole), w.lower(high, whole)
    certain, ceiling = _capped_yearly(plan, members, r.const(cap))
    return w.lower(low, certain), w.lower(high, ceiling)


def _capped_yearly(plan: Plan, members: Sequence[Figures], cap: r.Ratio) -> tuple[Whole, Whole]:
    """What the members give together if no year may give more than the cap."""
    years = [by_year(plan, member) for member in members]
    low, high = r.ZERO, r.ZERO
    for figures in zip(*years, strict=True):
        one, other = r.ZERO, r.ZERO
        for year in figures:
            one = r.add(one, year.certain)
            other = r.add(other, r.null_as_zero(year.ceiling))
        low, high = r.add(low, r.lower(cap, one)), r.add(high, r.lower(cap, other))
    return r.cut_fen(low), r.cut_fen(high)


def by_year(plan: Plan, one: Figures) -> tuple[YearFigures, ...]:
    """Certain and ceiling of each year; an approved amount fills the years in turn."""
    eligible = truth_if(w.compared("=", one.status, w.const(CODE[Status.ELIGIBLE])))
    fills = both(
        eligible,
        no(w.is_null(one.ceiling)),
        truth_if(w.compared("=", one.certain, one.ceiling)),
    )
    fills = plan.truth(ORG, fills)
    if fills is False:
        return one.years
    left = r.Ratio(w.null_as_zero(one.ceiling), FEN)
    found = []
    for year in one.years:
        part = plan.ratio(ORG, r.lower(left, year.ceiling))
        left = plan.ratio(ORG, r.subtract(left, part))
        found.append(
            YearFigures(
                year.status,
                plan.ratio(ORG, r.chosen(fills, part, year.certain)),
                plan.ratio(ORG, r.chosen(fills, part, year.ceiling)),
            )
        )
    return tuple(found)
