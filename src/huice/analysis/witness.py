"""Firms on which a rule can be looked at: the examples beside it, completed from the rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from huice.corpus.corpus import Corpus
from huice.corpus.model import Case, Measure
from huice.corpus.readings import chosen, rule_under
from huice.evaluate.cases import AS_OF
from huice.evaluate.evaluator import evaluator, read_profile
from huice.evaluate.facts import Decision, Profile
from huice.evaluate.outcome import PAYING
from huice.evaluate.profiles import BadProfile
from huice.evaluate.program import ORG
from huice.language import nodes as n
from huice.language.check import lies_in
from huice.language.scope import Scope
from huice.language.text import Text

FROM_RULE = Text("按条件拟写的企业", "A firm written from the conditions")


class Witness(Struct, frozen=True):
    """A firm to look at, and under which readings if not the default ones.

    `plain`: one year, at most one entity of a kind, nothing received before. `gets`: something, as it stands.
    """

    says: Text
    profile: Profile
    readings: dict[str, str]
    plain: bool
    gets: bool


def witnesses(corpus: Corpus, measure: Measure, *, readings: bool) -> tuple[Witness, ...]:
    """The firms: those that get something first, the simplest first; then the same over several years.

    With `readings` each of them under each computed reading too.
    """
    cases = sorted(measure.cases, key=_plainness)
    profiles = [
        (Text(case.says), one) for case in cases if (one := _read(corpus, case)) is not None
    ]
    profiles.append((FROM_RULE, read_profile({}, corpus, AS_OF)))
    found = []
    for options in ({}, *(_options(measure) if readings else ())):
        rank: dict[bool, list[Witness]] = {True: [], False: []}
        for says, profile in profiles:
            foreign = dict(profile.readings.get(measure.id, {})) not in ({}, options)
            firm = _witness(corpus, measure, (says, profile), options)
            rank[firm.gets and not foreign].append(firm)
        firms = rank[True] + rank[False]
        found += firms
        found += [_over_years(firm) for firm in firms if firm.profile.horizon < YEARS]
    return tuple(found)


YEARS = 3
"""Over so many years each firm is looked at too: what begins or ends in a later year shows only then."""


def _witness(
    corpus: Corpus, measure: Measure, firm: tuple[Text, Profile], options: dict[str, str]
) -> Witness:
    says, profile = firm
    under = _completed(corpus, measure, _undecided(profile, measure, options))
    outcome = evaluator(corpus).outcomes(under, [measure])[0]
    gets = outcome.status in PAYING and outcome.ceiling != 0
    return Witness(says, under, options, _plain(under), gets)


def _over_years(one: Witness) -> Witness:
    says = one.says + Text(f"（看 {YEARS} 年）", f" (over {YEARS} years)")
    profile = structs.replace(one.profile, horizon=YEARS)
    return structs.replace(one, says=says, profile=profile, plain=False)


def _undecided(profile: Profile, measure: Measure, options: dict[str, str]) -> Profile:
    """The firm as the rule alone sees it: no sums approved, pools full, these readings."""
    decisions = {id_: Decision(one.outcome) for id_, one in profile.decisions.items()}
    readings = {measure.id: options} if options else {}
    return structs.replace(profile, decisions=decisions, pools={}, readings=readings)


def _plain(profile: Profile) -> bool:
    several = any(len(rows or ()) > 1 for rows in profile.lists.values())
    return not (several or profile.horizon > 1 or profile.history or profile.years)


def _read(corpus: Corpus, case: Case) -> Profile | None:
    try:
        return read_profile(case.given, corpus, AS_OF)
    except BadProfile:
        return None  # the check of cases says so


def _plainness(case: Case) -> tuple[int, int, int, int]:
    """What is plain comes first: no decision, no past, one year, few entities, few facts."""
    given = case.given
    extra = sum(key in given for key in ("decisions", "pools", "years"))
    extra += "paid_history" in given.get("org", {})
    entities = sum(len(value) for value in given.values() if isinstance(value, list))
    return extra, int(given.get("horizon_years", 1)), entities, -len(str(given))


def _options(measure: Measure) -> Iterator[dict[str, str]]:
    for reading in measure.readings:
        for option in reading.options:
            if option.computed and option.name != reading.default:
                yield {reading.id: option.name}


# --- what an example leaves open ----------------------------------------------------------------------------


def _completed(corpus: Corpus, measure: Measure, profile: Profile) -> Profile:
    """The profile with the unknown choices that the conditions name taken as they ask.

    Numbers and dates stay open: the numbers are what is varied.
    """
    wanted = profile.readings.get(measure.id, {})
    rule = rule_under(measure, chosen(measure, wanted)) if wanted else measure.rule
    facts: dict[str, dict[str, Any]] = {}
    for condition in rule.requires:
        for kind, key, value in _asked(condition.expression, corpus):
            facts.setdefault(kind, {}).setdefault(key, value)
    lists = dict(profile.lists)
    for kind in (*facts, measure.subject):
        if kind != ORG:
            rows = lists.get(kind) or ({},)
            lists[kind] = tuple({**facts.get(kind, {}), **row} for row in rows)
    return structs.replace(profile, org={**facts.get(ORG, {}), **profile.org}, lists=lists)


def _asked(node: n.Node, corpus: Corpus) -> Iterator[tuple[str, str, Any]]:
    """What a truth asks of choices: kind of entity, key, value."""
    scope: Scope = corpus.vocabulary.scope
    if isinstance(node, n.And):
        for item in node.items:
            yield from _asked(item, corpus)
    elif isinstance(node, n.Or):
        yield from _asked(node.items[0], corpus)
    elif isinstance(node, n.Fact):
        fact = scope.facts[node.name]
        if fact.means is not None:
            yield from _asked(fact.means, corpus)
        else:
            yield fact.entity, fact.key, True
    elif isinstance(node, n.Is):
        fact = scope.facts[node.fact.name]
        yield fact.entity, fact.key, node.members[0]
    elif isinstance(node, n.Within):
        fact = scope.facts[node.fact.name]
        place = next((one for one in corpus.places if lies_in(one, node.place)), node.place)
        yield fact.entity, fact.key, place
    elif isinstance(node, n.Has):
        fact = scope.facts[node.fact.name]
        if fact.sort == "set":
            yield fact.entity, fact.key, frozenset(node.members if node.every else node.members[:1])
