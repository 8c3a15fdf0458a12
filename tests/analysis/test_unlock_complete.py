"""Nothing is left out: on small invented rules every change that a firm can make is tried, in all combinations."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any

import pytest

from huice.analysis import unlock
from huice.analysis.changes import Alter, More, Step, Wait, apply
from huice.corpus.corpus import load_corpus
from huice.evaluate.evaluator import evaluator, read_profile
from huice.evaluate.facts import Profile
from huice.evaluate.outcome import Status
from huice.language import nodes as n
from huice.language.check import facts_named

CORPUS, PROBLEMS = load_corpus(Path(__file__).with_name("changing"))
HELD = evaluator(CORPUS)
REACHED = (Status.ELIGIBLE, Status.DISCRETIONARY)
MEASURES = [measure.id for measure in CORPUS.measures]
GRID = [
    Fraction(n, 100) for n in (1000, 1001, 1999, 2000, 2001, 2999, 3000, 5000, 5001, 9999, 10000)
]
AS_OF = date(2025, 6, 30)
PLACES = ("yunlan/qingxi", "yunlan/other", "other")


def random_profile(rng: random.Random) -> dict[str, Any]:
    """A profile of known facts, many of them next to a threshold."""
    money = [0, 5, 10, Fraction(1999, 100), 20, 25, 30, 60, 100]
    org: dict[str, Any] = {
        "place": rng.choice(PLACES),
        "kind": rng.choice(["firm", "firm", "school", "team"]),
        "settled": rng.choice(["moved", "born"]),
        "listed": rng.random() < 0.3,
        "open": rng.random() < 0.3,
        "registered_on": rng.choice(["2025-01-31", "2024-12-31", "2025-03-14", "2021-06-29", "2022-05-01", "2025-06-01"]),
        "revenue_yuan": rng.choice(money),
        "rnd_yuan": rng.choice(money),
        "records": {name: "2024-05-01" for name in ("a", "b", "prize") if rng.random() < 0.25},
    }  # fmt: skip
    people = [
        {
            "degree": rng.choice(["doctor", "doctor", "other"]),
            "statuses": [name for name in ("expert", "returnee") if rng.random() < 0.3],
        }
        for _ in range(rng.randint(0, 3))
    ]
    contracts = [
        {"item": rng.choice(["compute", "other"]), "amount_yuan": rng.choice(money)}
        for _ in range(rng.randint(0, 2))
    ]
    profile: dict[str, Any] = {
        "as_of": AS_OF.isoformat(),
        "org": org,
        "people": people,
        "contracts": contracts,
    }
    if rng.random() < 0.5:
        profile["years"] = {2024: {"org": {"revenue_yuan": rng.choice(money)}}}
    return profile


# --- every change there is ------------------------------------------------------------------------------


def read_of(measure: str) -> set[str]:
    rule = CORPUS.measure(measure).rule
    nodes = [one.expression for one in rule.requires]
    nodes += [part for part in (rule.pays, *rule.limits) if part is not None]  # type: ignore[misc]  # nodes all
    found = {name for node in nodes for name in facts_named(node, CORPUS.vocabulary.scope)}
    awards = {part.measure for node in nodes for part in n.walk(node) if isinstance(part, n.Award)}
    found.update(name for other in awards for name in read_of(other))
    return found | {f"{kind}." for node in nodes for kind in _counted(node)}


def _counted(node: n.Node) -> set[str]:
    return {part.kind for part in n.walk(node) if isinstance(part, n.CountOf)}


def dimensions(profile: Profile, measure: str) -> Iterator[list[tuple[Step, ...]]]:
    """For each fact that the rule reads, all that can be done about it; doing nothing comes first."""
    read = read_of(measure)
    org = profile.org
    yield [
        (),
        *((Alter("org.place", None, org["place"], one),) for one in PLACES if one != org["place"]),
    ]
    if "org.kind" in read and org["kind"] == "team":
        yield [(), (Alter("org.kind", None, "team", "firm"),)]
    for name, key in (("org.revenue", "revenue_yuan"), ("org.rnd", "rnd_yuan")):
        if name in read:
            before = profile.years[2024].org["revenue_yuan"] if profile.years else 0
            grown = [before + 5, before + 5 - Fraction(1, 100)]
            higher = sorted(one for one in {*GRID, *grown} if one > org[key])
            yield [(), *((Alter(name, None, org[key], one, least=True),) for one in higher)]
    if "org.open" in read:
        yield [(), (Alter("org.open", None, org["open"], not org["open"]),)]
    if "org.records" in read:
        gains = chain.from_iterable(combinations(("a", "b", "prize"), size) for size in range(4))
        yield [
            tuple(
                Alter("org.records", None, org["records"], {one: (profile.as_of,)}, (one,))
                for one in some
            )
            for some in gains
        ]
    if "org.registered_on" in read:
        since = org["registered_on"]
        days = {since + timedelta(days=n) for n in (0,)} | {
            date(2025, m, d)
            for m in (7, 8, 9, 12)
            for d in (1, 13, 14, 15, 31)
            if (m, d) != (9, 31)
        }
        days |= {date(2026, 3, 31), date(2026, 4, 1)}
        yield [(), *((Wait(day),) for day in sorted(days) if day > AS_OF)]
    if any(name.startswith("person.") for name in read):
        recognised: list[tuple[Step, ...]] = [()] + [
            (
                Alter(
                    "person.statuses",
                    place,
                    one["statuses"],
                    one["statuses"] | {"expert"},
                    ("expert",),
                ),
            )
            for place, one in enumerate(profile.lists["person"] or ())
            if "expert" not in one["statuses"]
        ]
        yield recognised
        facts = [
            (("person.degree", degree), ("person.statuses", frozenset(some)))
            for degree in ("doctor", "other")
            for some in ((), ("expert",), ("expert", "returnee"))
        ]
        yield [(), *((More("person", one, count),) for one in facts for count in (1, 2, 3))]
    if any(name.startswith("contract.") for name in read):
        listed = profile.lists["contract"] or ()
        needed = 100 - sum(one["amount_yuan"] for one in listed if one["item"] == "compute")
        for place, one in enumerate(listed):
            now = one["amount_yuan"]
            amounts = sorted({*GRID, now + needed, now + needed - Fraction(1, 100)})
            raised = [
                Alter("contract.amount", place, now, amount, least=True)
                for amount in amounts
                if amount > now
            ]
            yield [(), *((step,) for step in raised)]
        amounts = sorted({*GRID, *(one for one in (needed, needed - Fraction(1, 100)) if one > 0)})
        yield [
            (),
            *(
                (More("contract", (("contract.item", item), ("contract.amount", amount))),)
                for item in ("compute", "other")
                for amount in amounts
            ),
        ]


def covers(found: Sequence[Step], tried: Sequence[Step]) -> bool:
    """Whether what was tried does at least all that was found."""
    return all(any(_does(one, other) for other in tried) for one in found)


def _does(one: Step, other: Step) -> bool:
    match one, other:
        case Wait(), Wait():
            return other.until >= one.until
        case Alter(), Alter():
            if (one.fact, one.where) != (other.fact, other.where):
                return False
            if one.least:
                return bool(other.after >= one.after)
            if one.gains:
                return other.gains[0] in (*one.gains, *one.instead)
            return other.after == one.after or other.after in one.instead
        case More(), More():
            mine, given = dict(one.facts), dict(other.facts)
            return (
                one.kind == other.kind
                and other.count >= one.count
                and all(_enough(value, given[name]) for name, value in mine.items())
            )
        case _:
            return False


def _enough(value: Any, given: Any) -> bool:
    if isinstance(value, frozenset):
        return bool(value <= given)
    return bool(given == value if isinstance(value, str) else given >= value)


def test_the_invented_rules_load() -> None:
    assert [problem.render() for problem in PROBLEMS] == []


SUM = "yunlan/computing"
"""A sum may be shared among contracts in endlessly many ways: told is the one that makes it up alone."""


def _shared(steps: Sequence[Step]) -> bool:
    return sum(not isinstance(step, Alter) or step.fact == "contract.amount" for step in steps) > 1


def compare(measure: str, seed: int) -> tuple[int, int]:
    """Holds the sets found to every combination; how many combinations reached it, and how many sets there are."""
    profile = read_profile(random_profile(random.Random(seed)), CORPUS)
    program = HELD.program(CORPUS.measure(measure), profile)
    item = unlock(profile, CORPUS, [measure], most=6, shown=1000).of(measure)
    if item.status in REACHED:
        return 0, 0
    sets = [one.steps for one in item.sets]
    reached = 0
    for parts in product(*dimensions(profile, measure)):
        steps = tuple(chain.from_iterable(parts))
        if len(steps) > 6 or (measure == SUM and _shared(steps)):
            continue
        after = apply(profile, steps, CORPUS)
        if HELD.run(program, after, HELD.views(after)).status in REACHED:
            reached += 1
            assert any(covers(one, steps) for one in sets), (measure, seed, steps, sets)
    assert bool(reached) is bool(sets), (measure, seed, sets, item.reason)
    return reached, len(sets)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_way_that_exists_is_found(measure: str) -> None:
    counts = [compare(measure, seed) for seed in range(10)]
    assert any(reached for reached, _ in counts)


@pytest.mark.long
@pytest.mark.parametrize("measure", MEASURES)
def test_every_way_that_exists_is_found_of_many_profiles(measure: str) -> None:
    for seed in range(10, 150):
        compare(measure, seed)
