"""The course of an interview: which question comes next, what an answer changes. Prints nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeAlias

from msgspec import Struct

from huice.cli.find import parse_date
from huice.cli.surface import BadInput, bad_input
from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.corpus.source import Problem
from huice.corpus.vocabulary import Kind
from huice.evaluate import Question, compare, evaluate, questions
from huice.evaluate.evaluator import read_profile
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.outcome import Status
from huice.evaluate.profiles import BadProfile
from huice.language.text import Text, did_you_mean


class AskFact(Struct, frozen=True):
    """A fact is asked; `question` says what hangs on it (None: the place, which is asked first)."""

    fact: FactInfo
    entity: str | None = None
    question: Question | None = None


class AskWhether(Struct, frozen=True):
    """Whether there is anything of a kind at all."""

    kind: Kind
    question: Question


class AskAnother(Struct, frozen=True):
    """Whether there is one more of a kind."""

    kind: Kind


Step: TypeAlias = AskFact | AskWhether | AskAnother


class State(Struct, frozen=True):
    """The result so far; while the place is open, of the place with the highest ceiling."""

    place: str | None
    certain: Exact
    ceiling: Exact
    statuses: Mapping[str, Status]

    def count(self, status: Status) -> int:
        """How many measures have the status."""
        return sum(one is status for one in self.statuses.values())


class _Kept(Struct):
    data: dict[str, Any]
    skipped: set[tuple[str, str | None]]
    closed: set[str]
    focus: tuple[str, str] | None


class Interview:
    """Answers so far (`data`, a profile as a mapping) and what was left open."""

    def __init__(self, corpus: Corpus, data: Mapping[str, Any] | None = None) -> None:
        self.corpus = corpus
        self.kept = _Kept(deepcopy(dict(data or {})), set(), set(), None)
        self.history: list[_Kept] = []

    @property
    def data(self) -> dict[str, Any]:
        """The profile as it is saved."""
        return self.kept.data

    def profile(self) -> Profile:
        """The checked profile. Raises `BadProfile`."""
        return read_profile(self.data, self.corpus)

    def state(self) -> State:
        """The result of the answers so far."""
        profile = self.profile()
        place = profile.org.get("place")
        if place is None:
            best = compare(profile, self.corpus).ranked()[0]
            place, result = None, best.result
            shown = best.place
        else:
            result, shown = evaluate(profile, self.corpus), place
        statuses = {one.measure: one.status for one in result.outcomes}
        return State(shown, result.total.certain, result.total.ceiling, statuses)

    # --- what to ask ------------------------------------------------------------------------------

    def _open(self, fact: FactInfo) -> bool:
        """Whether a fact of the applicant is neither given nor left open."""
        given = self._owner("org", None, make=False).get(fact.key)
        return given is None and (fact.name, None) not in self.kept.skipped

    def pending(self) -> list[Question]:
        """The questions that can still change something and were not left open."""
        skipped, closed = self.kept.skipped, self.kept.closed
        return [
            one
            for one in questions(self.profile(), self.corpus)
            if (one.fact.name, one.entity) not in skipped
            and not (one.opens is not None and one.fact.entity in closed)
        ]

    def next(self) -> Step | None:
        """The next question; None when no answer can change anything."""
        place = self.corpus.vocabulary.facts.get("org.place")
        if place is not None and self._open(place):
            return AskFact(place)
        pending = self.pending()
        focused = self._focused(pending)
        if focused is not None:
            return focused
        if not pending:
            return None
        best = pending[0]
        if best.opens is not None:
            return AskWhether(self._kind(best.fact.entity), best)
        if best.entity is not None:
            self.kept.focus = (best.fact.entity, best.entity)
        return AskFact(best.fact, best.entity, best)

    def _focused(self, pending: Sequence[Question]) -> Step | None:
        """What is still to be asked of the entity at hand; then whether there is one more."""
        if self.kept.focus is None:
            return None
        kind, id_ = self.kept.focus
        for one in pending:
            if one.fact.entity == kind and one.entity == id_:
                return AskFact(one.fact, id_, one)
        self.kept.focus = None
        if kind not in self.kept.closed and self._another_matters(kind):
            return AskAnother(self._kind(kind))
        return None

    def _another_matters(self, kind: str) -> bool:
        trial = deepcopy(self.data)
        trial[self._kind(kind).list_key].append({"id": "?"})
        found = questions(read_profile(trial, self.corpus), self.corpus)
        return any(one.entity == "?" for one in found)

    def _kind(self, name: str) -> Kind:
        return self.corpus.vocabulary.kinds[name]

    # --- what to do with an answer ----------------------------------------------------------------

    def answer(self, step: Step, value: Any) -> None:
        """Takes an answer: a value for a fact, an id or None (there is none) for a kind.

        Raises `BadProfile` and changes nothing if the value cannot be right.
        """
        before = deepcopy(self.kept)
        if isinstance(step, AskFact):
            self._owner(step.fact.entity, step.entity)[step.fact.key] = value
        elif value is None:
            self.data.setdefault(step.kind.list_key, [])
            self.kept.closed.add(step.kind.name)
        else:
            self.data.setdefault(step.kind.list_key, []).append({"id": value})
            self.kept.focus = (step.kind.name, value)
        try:
            self.profile()
        except BadProfile:
            self.kept = before
            raise
        self.history.append(before)

    def skip(self, step: Step) -> None:
        """The answer is not known for now."""
        self.history.append(deepcopy(self.kept))
        if isinstance(step, AskFact):
            self.kept.skipped.add((step.fact.name, step.entity))
        else:
            self.kept.closed.add(step.kind.name)

    def back(self) -> bool:
        """Takes the last answer back; False when there is none."""
        if not self.history:
            return False
        self.kept = self.history.pop()
        return True

    def default_id(self, kind: Kind) -> str:
        """The id that the next entity of a kind gets if it is given none: `contract-2`."""
        return f"{kind.name}-{len(self.data.get(kind.list_key) or []) + 1}"

    def _owner(self, entity: str, id_: str | None, *, make: bool = True) -> dict[str, Any]:
        """The mapping that holds a fact: `org`, or an entity by id or position."""
        if entity == "org":
            if self.data.get("org") is None:
                if not make:
                    return {}
                self.data["org"] = {}
            found: dict[str, Any] = self.data["org"]
            return found
        entities = self.data.get(self._kind(entity).list_key) or []
        for position, one in enumerate(entities):
            if one is None:
                entities[position] = one = {}  # noqa: PLW2901  # an empty item of the file
            if str(one.get("id", position)) == id_:
                owner: dict[str, Any] = one
                return owner
        raise KeyError(id_)


# --- reading an answer ----------------------------------------------------------------------------

NONE = frozenset({"0", "无", "没有", "none", "[]"})
_SPLIT = re.compile(r"[\s,，、;；]+")


def parse_answer(fact: FactInfo, text: str, more: Callable[[str], str]) -> Any:
    """The value that a typed answer means. `more` asks for one more line. Raises `BadInput`."""
    if fact.type in {"choice", "place"}:
        return _chosen(fact, text)
    if fact.type == "set":
        return [] if text.lower() in NONE else _several(fact, text)
    if fact.type == "records":
        if text.lower() in NONE:
            return {}
        return {
            name: _dates(more(fact.options[name]["zh"] + "\0" + fact.options[name]["en"]))
            for name in _several(fact, text)
        }
    if fact.type == "truth":
        return _truth(text)
    if fact.type == "date":
        return _day(text)
    if fact.type == "period":
        days = re.split(r"\s*(?:至|到|～|~|—|,|，|\s)\s*", text.strip("[] "), maxsplit=1)
        if len(days) != 2:  # noqa: PLR2004
            raise bad_input(
                "T004",
                "写作 起日 至 止日，如 2025-01-01 至 2025-12-31",
                "write first day, last day, such as 2025-01-01, 2025-12-31",
            )
        return [_day(day) for day in days]
    return int(text) if re.fullmatch(r"\d{1,15}", text) else text


def _day(text: str) -> str:
    return parse_date(text).isoformat()


def _dates(text: str) -> Any:
    days = [_day(part) for part in re.split(r"[,，、;；\s]+", text.strip())]
    return days[0] if len(days) == 1 else days


def _several(fact: FactInfo, text: str) -> list[str]:
    whole = {label.zh for label in fact.options.values()} | {
        label.en for label in fact.options.values()
    }
    parts = [text] if text in whole else [part for part in _SPLIT.split(text.strip()) if part]
    return list(dict.fromkeys(_chosen(fact, part) for part in parts))


def _chosen(fact: FactInfo, text: str) -> str:
    names = list(fact.options)
    wanted = text.strip().strip("()（）.。")
    if wanted.isdigit():
        if 1 <= int(wanted) <= len(names):
            return names[int(wanted) - 1]
        raise bad_input(
            "T004",
            f"编号是 1 到 {len(names)}，没有 {wanted}",
            f"the numbers run from 1 to {len(names)}; there is no {wanted}",
        )
    lower = wanted.lower()
    for name, label in fact.options.items():
        if lower in (name.lower(), label.zh.lower(), label.en.lower()):
            return name
    part = [
        name
        for name, label in fact.options.items()
        if lower and (lower in label.zh.lower() or lower in label.en.lower())
    ]
    if len(part) == 1:
        return part[0]
    known = [*names, *(label.zh for label in fact.options.values())]
    hint = did_you_mean(wanted, known)
    raise BadInput(
        Problem(
            "T004",
            Text(f"没有选项“{wanted}”，请填编号", f"there is no choice “{wanted}”; give its number")
            + hint,
        )
    )


def _truth(text: str) -> bool:
    lower = text.strip().lower()
    if lower in {"1", "是", "有", "y", "yes", "true", "对"}:
        return True
    if lower in {"2", "0", "否", "没有", "无", "n", "no", "false", "不"}:
        return False
    raise bad_input("T004", "请填 1（是）或 2（否）", "answer 1 (yes) or 2 (no)")
