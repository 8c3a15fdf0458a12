"""Reads a profile: from a file or a mapping to a checked `Profile`, with every fault located and said.

An absent fact stays absent: unknown, never false, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.source import Problem, Source, read_file
from huice.evaluate.amounts import shown
from huice.evaluate.facts import (
    Decision,
    Defaults,
    Entity,
    Exact,
    History,
    KindDefaults,
    PoolState,
    Profile,
    YearFacts,
)
from huice.evaluate.values import (
    FIRST_YEAR,
    LAST_YEAR,
    amount_of,
    day_of,
    integer_of,
    plain_value,
    value_of_fact,
)
from huice.language.text import Text, Travels, did_you_mean
from huice.language.units import MONEY

LONGEST_HORIZON = 30
LONGEST_LIST = 5000
"""Contracts, people, projects or premises of one applicant."""
TOP = (
    "as_of",
    "claim_year",
    "horizon_years",
    "org",
    "decisions",
    "pools",
    "years",
    "readings",
    "name",
)
_YEAR = re.compile(r"[0-9]{4}")
OUTCOMES = ("granted", "refused", "pending")


class BadProfile(Travels, ValueError):
    """A profile with faults; `problems` lists them all, each with its place and what to do."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.render() for problem in problems))
        self.problems = problems


def load_profile(
    given: Mapping[str, Any] | str | Path | Source | Profile,
    corpus: Corpus,
    today: date | None = None,
) -> Profile:
    """The checked profile of a file, source or mapping; `today` stands in for an absent `as_of`.

    Raises `BadProfile` with all its problems.
    """
    if isinstance(given, Profile):
        return given
    if isinstance(given, Source):
        source = given
    elif isinstance(given, str | Path):
        source = read_file(Path(given))
    else:
        source = Source("", given, {}, [])
    profile = None
    if not source.problems:
        profile = _Reader(source, corpus).profile(today or date.today())  # noqa: DTZ011  # the user's own day
    if source.problems or profile is None:
        raise BadProfile(tuple(source.problems))
    return profile


class _Reader:
    def __init__(self, source: Source, corpus: Corpus) -> None:
        self.root = Cursor(source, source.value, code="U001")
        self.corpus = corpus
        self.vocabulary = corpus.vocabulary
        self.kinds = {kind.list_key: name for name, kind in corpus.vocabulary.kinds.items()}

    def profile(self, today: date) -> Profile | None:
        root = self.root
        if not isinstance(root.value, dict):
            root.note(
                Text(
                    "画像应为“键: 值”的形式，如 org: {place: shenzhen}",
                    "a profile is a mapping, such as org: {place: shenzhen}",
                ),
                "U002",
            )
            return None
        root.mapping((*TOP, *self.kinds))
        as_of = day_of(root.down("as_of")) or today
        claim_year = integer_of(root.down("claim_year"), FIRST_YEAR, LAST_YEAR) or as_of.year
        years = self._years(root.down("years"))
        horizon = integer_of(root.down("horizon_years"), 1, LONGEST_HORIZON)
        if horizon is None:
            horizon = max([1, *(year - claim_year + 1 for year in years)])
        if horizon > LONGEST_HORIZON:
            root.down("years").note(
                Text(
                    f"测算最多 {LONGEST_HORIZON} 年，这里写到了 {max(years)} 年",
                    f"at most {LONGEST_HORIZON} years can be computed, but here is {max(years)}",
                ),
                "U006",
            )
            return None
        return Profile(
            as_of,
            claim_year,
            horizon,
            self._org(root.down("org")),
            {kind: self._list(root.down(key), kind) for key, kind in self.kinds.items()},
            years,
            self._decisions(root.down("decisions")),
            self._pools(root.down("pools")),
            self._history(root.down("org").down("paid_history")),
            self._readings(root.down("readings")),
            root.string("name"),
        )

    # --- entities -------------------------------------------------------------------------------------

    def _org(self, cursor: Cursor) -> Entity:
        return self._entity(cursor, "org", ("paid_history",))

    def _list(self, cursor: Cursor, kind: str) -> tuple[Entity, ...] | None:
        if cursor.value is MISSING or cursor.value is None:
            return None
        if isinstance(cursor.value, tuple):
            cursor = Cursor(cursor.source, list(cursor.value), cursor.path, "", cursor.code)
        if isinstance(cursor.value, list) and len(cursor.value) > LONGEST_LIST:
            cursor.note(
                Text(
                    f"{cursor.named.zh}有 {len(cursor.value)} 项，最多 {LONGEST_LIST} 项；请合并",
                    f"{cursor.named.en} holds {len(cursor.value)} items, more than {LONGEST_LIST}; "
                    "merge some",
                ),
                "U010",
            )
            return None
        entities = tuple(self._entity(item, kind, ("id", "name")) for item in cursor.each())
        seen: set[Any] = set()
        for position, entity in enumerate(entities):
            id_ = entity.get("id", position)
            if id_ in seen:
                cursor.down(position).note(
                    Text(
                        f"{cursor.named.zh}里 id“{id_}”用了两次，请换一个",
                        f"{cursor.named.en} holds the id “{id_}” twice; choose another",
                    ),
                    "U009",
                )
            seen.add(id_)
        return entities

    def _entity(self, cursor: Cursor, kind: str, extra: tuple[str, ...]) -> Entity:
        if cursor.value is MISSING or cursor.value is None:
            return {}
        facts = self.corpus.facts_of(kind)
        if not isinstance(cursor.value, dict):
            name, example = cursor.named, next(iter(facts), "")
            cursor.note(
                Text(
                    f"{name.zh}应为“事实: 值”的形式，如 {{{example}: …}}",
                    f"{name.en} must map facts to values, such as {{{example}: …}}",
                ),
                "U002",
            )
            return {}
        found: Entity = {}
        for key, given in cursor.value.items():
            fact = facts.get(key)
            if fact is not None:
                value = plain_value(given, fact)
                if value is None and given is not None:
                    value = value_of_fact(cursor.down(key), fact)
                if value is not None:
                    found[key] = value
            elif key in extra:
                if key == "id" and given is not None:
                    found["id"] = str(given) if isinstance(given, str | int) else shown(given)
            else:
                self._unknown_fact(cursor.down(key), str(key), [*facts, *extra], kind)
        return found

    def _unknown_fact(self, cursor: Cursor, key: str, known: list[str], kind: str) -> None:
        hint = did_you_mean(key, known)
        for fact in self.vocabulary.facts.values():
            if fact.key == key:
                where = self._list_of(fact.entity)
                hint = Text(
                    f"；它写在 {where} 里（{fact.label.zh}）",
                    f"; it goes under {where} ({fact.label.en})",
                )
                break
        cursor.note(Text(f"{kind} 没有事实“{key}”", f"{kind} has no fact “{key}”") + hint, "U003")

    def _list_of(self, kind: str) -> str:
        return next((key for key, its in self.kinds.items() if its == kind), kind)

    # --- years, decisions, pools, history, readings ---------------------------------------------------

    def _years(self, cursor: Cursor) -> dict[int, YearFacts]:
        found: dict[int, YearFacts] = {}
        for key, below in cursor.items():
            text = str(key)
            if not _YEAR.fullmatch(text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
                below.note(
                    Text(
                        f"“{shown(text)}”不是年份，写作 2026: {{org: …}}",
                        f"“{shown(text)}” is no year; write 2026: {{org: …}}",
                    ),
                    "U006",
                )
                continue
            if not below.mapping(("org", *self.kinds)):
                continue
            lists = {}
            for list_key, kind in self.kinds.items():
                entities = self._list(below.down(list_key), kind)
                if entities is not None:
                    lists[kind] = entities
            found[int(text)] = YearFacts(self._org(below.down("org")), lists)
        return found

    def _measure(self, cursor: Cursor, id_: str) -> bool:
        if id_ in self.corpus:
            return True
        known = [measure.id for measure in self.corpus.measures]
        cursor.note(
            Text(f"没有事项“{id_}”", f"there is no measure “{id_}”") + did_you_mean(id_, known),
            "U007",
        )
        return False

    def _decisions(self, cursor: Cursor) -> dict[str, Decision]:
        found = {}
        for id_, below in cursor.items():
            if self._measure(below, id_) and below.mapping(
                ("decision", "amount_yuan", "base_yuan")
            ):
                found[id_] = Decision(
                    below.choice("decision", OUTCOMES, "pending"),
                    self._yuan(below, "amount_yuan", "批准额", "amount approved"),
                    self._yuan(below, "base_yuan", "核定基数", "approved base"),
                )
        return found

    def _yuan(self, cursor: Cursor, key: str, zh: str, en: str) -> Exact | None:
        return amount_of(cursor.down(key), MONEY, Text(zh, en)) if key in cursor else None

    def _pools(self, cursor: Cursor) -> dict[str, PoolState]:
        found = {}
        for id_, below in cursor.items():
            if id_ not in self.corpus.pools:
                below.note(
                    Text(f"没有资金池“{id_}”", f"there is no pool “{id_}”")
                    + did_you_mean(id_, self.corpus.pools),
                    "U007",
                )
            elif below.mapping(("remaining_yuan", "remaining_count")):
                found[id_] = PoolState(
                    amount_of(below.down("remaining_yuan"), MONEY, Text("余额", "money left")),
                    integer_of(below.down("remaining_count"), 0, 10**9),
                )
        return found

    def _history(self, cursor: Cursor) -> dict[str, History]:
        found = {}
        for id_, below in cursor.items():
            if self._measure(below, id_) and below.mapping(("years", "amount_yuan")):
                years = integer_of(below.down("years"), 0, 100)
                amount = amount_of(
                    below.down("amount_yuan"), MONEY, Text("已享受金额", "amount received")
                )
                found[id_] = History(1 if years is None else years, amount or 0)
        return found

    def _readings(self, cursor: Cursor) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for id_, below in cursor.items():
            known = self._known_readings(id_)
            if not known:
                self._measure(below, id_)
            for name, item in below.items():
                if known and self._option(item, name, known):
                    found.setdefault(id_, {})[name] = str(item.value)
        return found

    def _known_readings(self, id_: str) -> dict[str, tuple[str, ...]]:
        """The readings of a measure or a group of this id (one may bear both), with their options."""
        known: dict[str, tuple[str, ...]] = {}
        if any(group.id == id_ for group in self.corpus.groups):
            known["rule"] = ("highest", "stack")
        for reading in self.corpus.measure(id_).readings if id_ in self.corpus else ():
            known[reading.id] = tuple(option.name for option in reading.options)
        return known

    def _option(self, cursor: Cursor, name: str, known: dict[str, tuple[str, ...]]) -> bool:
        option = shown(cursor.value)
        if name not in known:
            cursor.note(
                Text(f"没有读法“{name}”", f"there is no reading “{name}”")
                + did_you_mean(name, known),
                "U008",
            )
        elif option not in known[name]:
            cursor.note(
                Text(
                    f"读法“{name}”没有选项“{option}”，可选 {'、'.join(known[name])}",
                    f"the reading “{name}” has no option “{option}”; "
                    f"choose from {', '.join(known[name])}",
                )
                + did_you_mean(option, known[name]),
                "U008",
            )
        else:
            return True
        return False


def defaults_of(corpus: Corpus) -> Defaults:
    """What the vocabulary lets stand in for absent facts."""
    scope = corpus.vocabulary.scope
    kinds: dict[str, KindDefaults] = {}
    for fact in scope.facts.values():
        own = kinds.get(fact.entity, KindDefaults())
        other = scope.find(fact.default) if fact.default else None
        if fact.default == "claim_year":
            own = structs.replace(own, whole_year=(*own.whole_year, fact.key))
        elif other is not None:
            own = structs.replace(own, facts=(*own.facts, (fact.key, other.key)))
        if fact.sort == "period":
            own = structs.replace(own, periods=(*own.periods, fact.key))
        if own != KindDefaults():
            kinds[fact.entity] = own
    return Defaults(kinds, tuple(f.key for f in scope.facts.values() if f.sort == "records"))
