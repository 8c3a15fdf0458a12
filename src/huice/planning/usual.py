"""The problem that a profile alone poses: all places, one entity, its own contracts to be allotted to years."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.evaluate.facts import Entity, Exact, Profile, YearFacts
from huice.language.text import Text
from huice.planning.problem import Allowance, Site, Spending, Task, share

Shape = tuple[Any, ...]


def usual_task(profile: Profile, corpus: Corpus, years: int) -> Task:
    """All places, one entity; what the profile's contracts cost over the years, to be spread over them."""
    kind, money = _bought(corpus)
    sums: dict[Shape, Exact] = {}
    rows: dict[Shape, tuple[Entity, dict[str, Exact]]] = {}
    kept: dict[int, list[Entity]] = {}
    base = profile.lists.get(kind)
    for year in range(profile.claim_year, profile.claim_year + years):
        own = profile.years.get(year)
        listed = own.lists.get(kind, base) if own else base
        for row in listed or ():
            known = {key: row[key] for key in money if key in row}
            whole = max(known.values(), default=0)
            if not whole or any(Fraction(value * 100).denominator != 1 for value in known.values()):
                kept.setdefault(year, []).append(row)
                continue
            facts = {key: value for key, value in row.items() if key not in money and key != "id"}
            shares = {key: share(value, whole) for key, value in known.items()}
            shape = (*sorted(facts.items(), key=str), *sorted(shares.items()))
            sums[shape] = sums.get(shape, 0) + whole
            rows.setdefault(shape, ({**facts, "id": row.get("id")}, shares))
    if not sums:
        return Task(
            profile, years, tuple(Site(place) for place in corpus.places), ceiling=1, certain=0
        )
    spending = []
    taken: set[str] = set()
    for number, (shape, total) in enumerate(sums.items(), 1):
        facts, shares = rows[shape]
        id_ = str(facts.pop("id") or f"{kind}-{number}")
        id_ = id_ if id_ not in taken else f"{id_}-{number}"
        taken.add(id_)
        title = _title(corpus, kind, facts, number)
        spending.append(
            Spending(id_, title, kind, facts, shares, Allowance(total, total), Allowance())
        )
    return Task(
        _without(profile, kind, kept, years),
        years,
        tuple(Site(place) for place in corpus.places),
        spending=tuple(spending),
        certain=0,
        ceiling=1,
        name=profile.name,
    )


def _bought(corpus: Corpus) -> tuple[str, tuple[str, ...]]:
    """The kind of entity that is bought, and its amounts: those of which one bounds another."""
    scope = corpus.vocabulary.scope
    for fact in scope.facts.values():
        if fact.upper:
            return fact.entity, (scope.facts[fact.upper].key, fact.key)
    return "", ()


def _title(corpus: Corpus, kind: str, facts: Entity, number: int) -> Text:
    """What a row is called: by its choices."""
    zh, en = [], []
    for key, fact in corpus.facts_of(kind).items():
        value = facts.get(key)
        if fact.type == "choice" and value in fact.options:
            zh.append(fact.options[value].zh)
            en.append(fact.options[value]["en"])
    if not zh:
        return Text(f"支出 {number}", f"spending {number}")
    return Text("·".join(zh), ", ".join(en))


def _without(profile: Profile, kind: str, kept: dict[int, list[Entity]], years: int) -> Profile:
    """The profile without the rows that are to be allotted; what has no amount stays."""
    base = tuple(kept.get(profile.claim_year, ()))
    own = dict(profile.years)
    for year in range(profile.claim_year, profile.claim_year + years):
        facts = own.get(year, YearFacts())
        rows = tuple(kept.get(year, ()))
        if rows != base or kind in facts.lists:
            own[year] = YearFacts(facts.org, {**facts.lists, kind: rows})
    return structs.replace(profile, lists={**profile.lists, kind: base}, years=own)
