"""What a firm can change, and a profile after it did.

A change is data: an altered fact, one more entity, a later application. `apply` is the only place that says
what each means for a profile; whoever proposes changes has them judged by the evaluator on what it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from msgspec import Struct, structs

from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.corpus.vocabulary import ORG
from huice.evaluate.facts import Entity, Profile, YearFacts

Value: TypeAlias = Any
"""A value of a fact, of the type that the vocabulary gives it."""


class Alter(Struct, frozen=True):
    """A fact takes another value.

    `where` is which entity of the fact's kind: its `id`, else its position (None: the applicant). `after` is
    the least value of a number that is enough (`least`), the whole set or record
    map otherwise; `gains` what it gains. `instead` are options that would do as well. `answer`: the fact was
    unknown, so this is nothing to be done but something to be confirmed.
    """

    fact: str
    where: str | int | None
    before: Value
    after: Value
    gains: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    least: bool = False
    answer: bool = False


class More(Struct, frozen=True):
    """So many more entities of a kind, each with these facts; `instead` are options that would do as well."""

    kind: str
    facts: tuple[tuple[str, Value], ...]
    count: int = 1
    instead: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Wait(Struct, frozen=True):
    """The application is made on this later day, so many days on; the claim year moves along."""

    until: date
    days: int = 0


Step: TypeAlias = Alter | More | Wait
FEWEST_LOOKED, MOST_LOOKED, LOOKS = 5, 60, 6000


def looked_at(entities: Sequence[Entity]) -> Sequence[Entity]:
    """The entities of a list that are looked at one by one: of a list of thousands only the first few.

    Each look costs an evaluation of the whole list, so that the time would grow with its square.
    """
    many = LOOKS // max(len(entities), 1)
    return entities[: max(FEWEST_LOOKED, min(MOST_LOOKED, many))]


def is_answer(step: Step) -> bool:
    """Whether nothing has to be done for it: the fact only has to be so."""
    return isinstance(step, Alter) and step.answer


def apply(profile: Profile, steps: Iterable[Step], corpus: Corpus) -> Profile:
    """The profile after the changes: in all years of the horizon, never in a year before.

    A later application comes first, then a new place with what moving brings, then the rest.
    """
    ordered = sorted(steps, key=lambda step: _rank(step, corpus))
    for step in ordered:
        if isinstance(step, Wait):
            profile = _later(profile, step.until)
        elif isinstance(step, More):
            profile = _more(profile, step, corpus)
        else:
            profile = _altered(profile, step, corpus)
    return profile


def _rank(step: Step, corpus: Corpus) -> int:
    if isinstance(step, Wait):
        return 0
    if isinstance(step, Alter):
        return 1 if corpus.vocabulary.fact(step.fact).type == "place" else 2
    return 3


def _later(profile: Profile, day: date) -> Profile:
    year = profile.claim_year + day.year - profile.as_of.year
    return structs.replace(profile, as_of=day, claim_year=year)


def _altered(profile: Profile, step: Alter, corpus: Corpus) -> Profile:
    info = corpus.vocabulary.fact(step.fact)
    if info.entity != ORG:
        return _altered_entity(profile, step, info)
    stated = profile.org.get(info.key)
    org = {**profile.org, info.key: step.after if stated is None else _carried(stated, step)}
    others: set[str] = set()
    if info.type == "place" and profile.org.get(info.key) not in (None, step.after):
        for fact in corpus.vocabulary.of(ORG):
            if fact.change.how == "moving":
                moved = fact.change.moved
                org[fact.key] = profile.as_of if moved == "as_of" else moved
                others.add(fact.key)
    years = {
        year: own if year < profile.claim_year else _year_org(own, info, step, others)
        for year, own in profile.years.items()
    }
    return structs.replace(profile, org=org, years=years)


def _year_org(own: YearFacts, info: FactInfo, step: Alter, others: set[str]) -> YearFacts:
    org = {key: value for key, value in own.org.items() if key not in others}
    if info.key in org:
        org[info.key] = _carried(org[info.key], step)
    return structs.replace(own, org=org)


def _carried(value: Value, step: Alter) -> Value:
    """What a stated value becomes: it gains what is gained, a number never falls, an answer changes nothing."""
    if step.answer:
        return value
    if isinstance(value, frozenset) and step.gains:
        return value | set(step.gains)
    if isinstance(value, Mapping) and isinstance(step.after, Mapping) and step.gains:
        return {**value, **{name: step.after[name] for name in step.gains}}
    if step.least and not isinstance(value, Mapping | frozenset):
        return max(value, step.after)
    return step.after


def _altered_entity(profile: Profile, step: Alter, info: FactInfo) -> Profile:
    def altered(listed: tuple[Entity, ...]) -> tuple[Entity, ...]:
        found = []
        for position, entity in enumerate(listed):
            if entity.get("id", position) != step.where:
                found.append(entity)
                continue
            stated = entity.get(info.key)
            value = step.after if stated is None else _carried(stated, step)
            found.append({**entity, info.key: value})
        return tuple(found)

    base = profile.lists[info.entity]
    changed = None if base is None else altered(base)
    return _relisted(profile, info.entity, changed, altered)


def _more(profile: Profile, step: More, corpus: Corpus) -> Profile:
    keys = {name: corpus.vocabulary.fact(name).key for name, _ in step.facts}
    facts = {keys[name]: value for name, value in step.facts}
    known = profile.lists[step.kind] or ()
    taken = {entity.get("id") for entity in known}
    names = (f"+{number}" for number in range(1, len(known) + step.count + 1))
    new = [name for name in names if name not in taken][: step.count]
    added = tuple({"id": name, **facts} for name in new)
    return _relisted(profile, step.kind, known + added, lambda one: one + added)


def _relisted(
    profile: Profile,
    kind: str,
    base: tuple[Entity, ...] | None,
    change: Callable[[tuple[Entity, ...]], tuple[Entity, ...]],
) -> Profile:
    """The profile with this list, and each year that states its own list changed likewise."""
    years = {
        year: structs.replace(own, lists={**own.lists, kind: change(own.lists[kind])})
        if kind in own.lists and year >= profile.claim_year
        else own
        for year, own in profile.years.items()
    }
    return structs.replace(profile, lists={**profile.lists, kind: base}, years=years)
