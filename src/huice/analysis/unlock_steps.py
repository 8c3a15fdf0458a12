"""From what would have to be so to what would be done: needs made steps, and their other options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from msgspec import structs

from huice.analysis.changes import Alter, More, Step, Value, Wait
from huice.analysis.unlock_finder import Finder, value_of_need
from huice.analysis.unlock_ways import COUNT, Need, New, Slot, Way, chosen
from huice.corpus.vocabulary import ORG

Steps: TypeAlias = tuple[Step, ...]


def steps_of(way: Way, finder: Finder) -> Steps:
    """The needs of a way as changes of a profile."""
    found: list[Step] = []
    new: dict[tuple[str, New], dict[str, Need]] = {}
    for slot, need in way.items():
        kind, which, name = slot
        if isinstance(which, New):
            new.setdefault((kind, which), {})[name] = need
            continue
        found += _alterations(slot, need, finder)
    for (kind, _), needs in new.items():
        count = needs.pop(COUNT).least if COUNT in needs else 1
        facts, instead = [], []
        for name, need in needs.items():
            info = finder.vocabulary.facts[name]
            facts.append((name, value_of_need(need, None, info, finder.view)))
            if alternatives(need):
                instead.append((name, alternatives(need)))
        found.append(More(kind, tuple(facts), count, tuple(instead)))
    return tuple(found)


def _alterations(slot: Slot, need: Need, finder: Finder) -> list[Step]:
    """The change of a fact; of a set or of records one change for each thing gained."""
    kind, which, name = slot
    info = finder.vocabulary.facts[name]
    now = finder.row(slot).get(info.key)
    where = None if kind == ORG or isinstance(which, New) else which
    after = value_of_need(need, now, info, finder.view)
    gains = chosen(need.groups) if need.groups else ()
    if now is None or not gains:
        least = need.least is not None
        return [Alter(name, where, now, after, gains, alternatives(need), least, now is None)]
    found: list[Step] = []
    for gained in gains:
        groups = [group for group in need.groups or () if gained in group]
        others = groups[0] if len(groups) == 1 else ()
        instead = tuple(one for one in others if one not in gains)
        one = Need(groups=((gained,),), on=need.on)
        value = value_of_need(one, now, info, finder.view)
        found.append(Alter(name, where, now, value, (gained,), instead))
    return found


def alternatives(need: Need) -> tuple[str, ...]:
    """The other options that a need leaves open."""
    if need.options is not None:
        return need.options[1:]
    if need.groups is not None and len(need.groups) == 1:
        return tuple(one for one in need.groups[0] if one not in chosen(need.groups))
    return ()


def variants(steps: Steps) -> Iterator[Steps]:
    """The steps as they are, then with each other option of one of them."""
    yield steps
    for position, step in enumerate(steps):
        for name, option in options_of(step):
            yield (*steps[:position], with_option(step, name, option), *steps[position + 1 :])


def options_of(step: Step) -> list[tuple[str, str]]:
    """The other options that a step leaves open, each with its fact."""
    if isinstance(step, Alter):
        return [(step.fact, option) for option in step.instead]
    if isinstance(step, More):
        return [(name, option) for name, options in step.instead for option in options]
    return []


def with_option(step: Step, name: str, option: str) -> Step:
    """The step with another of its options."""
    if isinstance(step, Alter):
        return exchanged(step, option)
    return more_with(step, name, option) if isinstance(step, More) else step


def with_options(step: Step, same: Mapping[str, Sequence[str]]) -> Step:
    """The step, leaving only these options open."""
    if isinstance(step, Alter):
        return structs.replace(step, instead=tuple(same.get(step.fact, ())))
    if isinstance(step, More):
        kept = tuple((name, tuple(options)) for name, options in same.items())
        return structs.replace(step, instead=kept)
    return step


def without_options(steps: Steps) -> Steps:
    """The steps, leaving no option open."""
    return tuple(with_options(step, {}) for step in steps)


def exchanged(step: Alter, option: str) -> Alter:
    """The step with this option, the one it had becoming the alternative."""
    if isinstance(step.after, str):
        left = tuple(step.after if one == option else one for one in step.instead)
        return structs.replace(step, after=option, instead=left)
    (gained,) = step.gains
    left = tuple(gained if one == option else one for one in step.instead)
    after = _swapped(step.after, gained, option, kept=step.before)
    return structs.replace(step, after=after, gains=(option,), instead=left)


def more_with(step: More, name: str, option: str) -> More:
    """The new entity with this option of a fact."""
    facts, swapped = [], option
    for fact, value in step.facts:
        if fact != name:
            facts.append((fact, value))
        elif isinstance(value, str):
            facts.append((fact, option))
            swapped = value
        else:
            (swapped,) = value
            facts.append((fact, _swapped(value, swapped, option)))
    instead = tuple(
        (fact, tuple(swapped if one == option else one for one in options))
        if fact == name
        else (fact, options)
        for fact, options in step.instead
    )
    return structs.replace(step, facts=tuple(facts), instead=instead)


def _swapped(value: Value, gained: str, option: str, kept: Value = None) -> Value:
    if isinstance(value, frozenset):
        return (value - {gained}) | {option}
    old = {name: days for name, days in value.items() if name != gained or name in (kept or {})}
    return {**old, option: (*old.get(option, ()), value[gained][-1])}


def less_than(one: Steps, other: Steps) -> bool:
    """Whether the one does no more than the other, and less of something: a sum, days, a number."""
    return one != other and all(any(_does(more, less) for more in other) for less in one)


def _does(more: Step, less: Step) -> bool:
    """Whether a step does all of another."""
    if isinstance(more, Wait) and isinstance(less, Wait):
        return more.until >= less.until
    if isinstance(more, Alter) and isinstance(less, Alter):
        if (more.fact, more.where) != (less.fact, less.where):
            return False
        if less.least:
            return more.least and bool(more.after >= less.after)
        if more.answer and less.answer and isinstance(less.after, date):
            return True  # an unknown date that has to be so is a premise, not something to wait for
        if less.gains:  # on which day a record is obtained does not matter
            return more.gains == less.gains
    if isinstance(more, More) and isinstance(less, More) and more.kind == less.kind:
        mine = dict(more.facts)
        return more.count >= less.count and all(
            name in mine and _at_least(mine[name], value) for name, value in less.facts
        )
    return more == less


def _at_least(value: Value, least: Value) -> bool:
    if isinstance(value, frozenset):
        return bool(value >= least)
    return bool(value >= least) if isinstance(value, int | Fraction) else bool(value == least)
