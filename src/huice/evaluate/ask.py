"""The next best question: the unknown fact with the most money at stake over the effort to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.model import FactInfo
from huice.evaluate.evaluator import at_place, evaluator, read_profile
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.missing import Gap
from huice.evaluate.result import MeasureResult, Result


class Question(Struct, frozen=True):
    """A question worth asking.

    `entity` is the entity it is asked of; None for the applicant, and for a kind of which none is listed yet
    (`opens` names the list that an answer starts, such as `contracts`). `stake` is in yuan, at the place
    where most hangs on it; `measures` are those it can change, `unquantified` how many state no amount.
    """

    fact: FactInfo
    entity: str | None
    opens: str | None
    stake: Exact
    measures: tuple[str, ...]
    unquantified: int
    place: str | None

    @property
    def weight(self) -> Fraction:
        """Yuan over effort."""
        return Fraction(self.stake) / self.fact.effort


class _Heap:
    """Stakes of one place, gap by gap; a group that pays the highest only counts once."""

    def __init__(self, corpus: Corpus) -> None:
        self.groups = {
            member: group.id
            for group in corpus.groups
            if group.rule == "highest"
            for member in group.members
        }
        self.stakes: dict[Gap, dict[str, Exact]] = {}
        self.measures: dict[Gap, list[MeasureResult]] = {}

    def add(self, one: MeasureResult) -> None:
        key = self.groups.get(one.id, one.id)
        for gap in one.missing:
            mine = self.stakes.setdefault(gap, {})
            mine[key] = max(mine.get(key, 0), one.stake or 0)
            self.measures.setdefault(gap, []).append(one)


def questions(
    given: Mapping[str, Any] | str | Profile, corpus: Corpus | None = None
) -> tuple[Question, ...]:
    """All questions that can still change the answer, the best first.

    While the place is open every place counts, and a question weighs what it does at the place where most
    hangs on it: stakes of different cities are never added.
    """
    corpus = corpus or shipped()
    profile = read_profile(given, corpus)
    held = evaluator(corpus)
    open_place = profile.org.get("place") is None
    best: dict[Gap, Question] = {}
    for place in corpus.places if open_place else (None,):
        here = profile if place is None else at_place(profile, place)
        heap = _Heap(corpus)
        for one in Result(held, here, corpus.measures).near:
            if one.measure.benefit:
                heap.add(one)
        for gap, stakes in heap.stakes.items():
            question = _question(corpus, gap, sum(stakes.values()), heap.measures[gap], place)
            if gap not in best or question.weight > best[gap].weight:
                best[gap] = question
    order = {name: rank for rank, name in enumerate(corpus.vocabulary.facts)}
    return tuple(
        sorted(
            best.values(),
            key=lambda q: (-q.weight, -len(q.measures), order[q.fact.name], q.entity or ""),
        )
    )


def next_question(
    given: Mapping[str, Any] | str | Profile, corpus: Corpus | None = None
) -> Question | None:
    """The question to ask next; None when no answer can change anything."""
    return next(iter(questions(given, corpus)), None)


def _question(
    corpus: Corpus, gap: Gap, stake: Exact, measures: list[MeasureResult], place: str | None
) -> Question:
    fact = corpus.vocabulary.fact(gap.fact)
    kind = corpus.vocabulary.kinds.get(fact.entity)
    return Question(
        fact,
        gap.entity,
        kind.list_key if kind is not None and gap.entity is None else None,
        stake,
        tuple(one.id for one in measures),
        sum(one.ceiling is None for one in measures),
        place,
    )
