"""One request to an operation, and what an operation is: its parameters, its answer, the shapes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from huice.api.faults import refused
from huice.api.query import Param, Query
from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.corpus.source import Problem
from huice.evaluate.evaluator import at_place
from huice.evaluate.facts import Profile
from huice.evaluate.profiles import BadProfile
from huice.evaluate.sent import Sent, read_sent, rows_of
from huice.language.text import Text, did_you_mean
from huice.planning import Task, load_task
from huice.planning.reader import is_problem

MOST_PROFILES = 20
HEAVY = 400
"""From so many rows an answer is worked out in a thread, so that others need not wait."""


class Asked:
    """One request to an operation: its parameters, the id in its path, its profiles."""

    def __init__(
        self, corpus: Corpus, today: date, query: Query, id_: str = "", sent: Sent | None = None
    ) -> None:
        self.corpus, self.today, self.query, self.id, self.sent = corpus, today, query, id_, sent
        self.profiles: list[Profile] = []
        self.task: Task | None = None
        self.many = False

    def read(self, *, several: bool) -> None:
        """Checks the profile; of `several`, each. Raises `BadProfile` with every problem of all."""
        assert self.sent is not None
        value = self.sent.value
        self.many = several and isinstance(value, list)
        if not self.many:
            self.profiles = [read_sent(self.sent, self.corpus, self.today)]
            return
        if not 1 <= len(value) <= MOST_PROFILES:
            said = Text(
                f"一次比较 1–{MOST_PROFILES} 份画像", f"compare 1 to {MOST_PROFILES} profiles"
            )
            raise BadProfile((self.sent.problem("A001", said),))
        problems: list[Problem] = []
        for index, one in enumerate(value):
            sent = Sent("", one, self.sent.lines, [], self.sent.written, (index,))
            try:
                self.profiles.append(read_sent(sent, self.corpus, self.today))
            except BadProfile as bad:
                problems += bad.problems
        if problems:
            raise BadProfile(tuple(problems))

    def read_problem(self) -> None:
        """Checks a planning problem, or a profile alone. Raises `BadProfile`."""
        assert self.sent is not None
        value = self.sent.value
        if not is_problem(value):
            self.read(several=False)
            return
        if not isinstance(value["profile"], dict):
            said = Text("profile 应为画像本身", "profile must be the profile itself")
            raise BadProfile((self.sent.problem("J001", said, ("profile",)),))
        sent = self.sent
        inner = Sent("", value["profile"], sent.lines, [], sent.written, ("profile",))
        read_sent(inner, self.corpus, self.today)
        self.task = load_task(self.sent, self.corpus, self.today)
        self.profiles = [self.task.profile]

    def check_rows(self, most: int) -> None:
        """That the profile is short enough for a question that takes long. Raises `BadProfile`."""
        rows = sum(map(rows_of, self.profiles))
        if most and rows > most:
            assert self.sent is not None
            said = Text(
                f"这个问题要反复测算，清单的项数乘年数至多 {most:,}，这份画像有 {rows:,}；请只留有关的项",
                f"this question evaluates many times over: entries times years are at most {most:,}, here "
                f"{rows:,}; leave only the entries that matter",
            )
            raise BadProfile((self.sent.problem("A001", said),))

    def check_id(self, known: Sequence[str]) -> None:
        """That the id in the path is one of these. Raises `Refused`."""
        if self.id not in known:
            raise _no_such(self.id, known)

    @property
    def heavy(self) -> bool:
        """Whether the answer takes long enough to keep others waiting."""
        return sum(map(rows_of, self.profiles)) > HEAVY

    @property
    def measure(self) -> Measure:
        """The measure that the path names."""
        return self.corpus.measure(self.id)

    def profile(self) -> Profile:
        """The profile, at the place asked for."""
        place = self.query.one("place")
        return at_place(self.profiles[0], place) if place else self.profiles[0]


def _no_such(id_: str, known: Sequence[str]) -> Exception:
    shown = id_[:80]
    hint = did_you_mean(shown, known)
    return refused(
        "not_found", "A006", f"没有“{shown}”{hint.zh}", f"there is no “{shown}”{hint.en}"
    )


class File(Struct, frozen=True):
    """An answer that is a file."""

    body: bytes
    media: str
    name: str


class Operation(Struct, frozen=True):
    """One operation. `answer` gives the JSON-ready answer; `shapes` name the schemas it may have.

    `kept`: the answer hangs on the corpus only, so that it bears an ETag. `path_ids` are the values of `{id}`.
    `slow`: it may take so long that it is worked out in a thread, and only a few at once. `most_rows` bounds
    the entries of the profile's lists, times its years, below what every operation takes.
    """

    name: str
    method: str
    path: str
    title: Text
    about: Text
    answer: Callable[[Asked], dict[str, Any] | File]
    shapes: tuple[str, ...]
    params: tuple[Param, ...] = ()
    body: str = ""
    kept: bool = False
    path_ids: Callable[[Corpus], Sequence[str]] | None = None
    tag: str = "corpus"
    slow: bool = False
    most_rows: int = 0
