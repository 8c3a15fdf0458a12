"""Profiles as programs send them: what is wrong is told with a JSON Pointer, and what is asked is bounded."""

from __future__ import annotations

from datetime import date
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.source import Path_, Problem, Source, read_text
from huice.evaluate.facts import Profile
from huice.evaluate.profiles import BadProfile, load_profile
from huice.language.text import Text

MOST_ENTITIES = 500
"""Contracts, people, premises and the like of one profile, those of single years included."""
MOST_ROWS = 1_000
"""Entities times years: what one evaluation may have to look at."""


class Pointed(Problem, frozen=True):
    """A problem of a value that was sent; `pointer` is its JSON Pointer (RFC 6901)."""

    pointer: str = ""


class Sent(Source):
    """A value that was sent. `written` is its text, read again for lines only when something is wrong.

    `within` is the path of the value in the text, where the text holds several profiles.
    """

    written: str = ""
    within: Path_ = ()

    def at(self, path: Path_) -> tuple[int, int]:
        """Line and column of the part; (0, 0) where there is no text."""
        if not self.lines and self.written:
            self.lines = read_text(self.written, "").lines or {(): (1, 1)}
        return Source.at(self, (*self.within, *path))

    def problem(
        self, code: str, text: Text, path: Path_ = (), subject: str = "", column: int = 0
    ) -> Problem:
        """A problem at this part of the value."""
        line, start = self.at(path)
        return Pointed(
            code,
            text,
            self.file,
            line,
            start + max(column - 1, 0) if line else 0,
            subject,
            pointer=pointer(*self.within, *path),
        )


def pointer(*path: str | int) -> str:
    """The JSON Pointer of a path: `/contracts/0/paid_yuan`."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def problem_dict(problem: Problem) -> dict[str, Any]:
    """A problem, JSON-ready: in both languages, with its place as far as it is known."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": {"zh": problem.text.zh, "en": problem.text["en"]},
        "pointer": problem.pointer if isinstance(problem, Pointed) else None,
        "line": problem.line or None,
        "column": problem.column or None,
        "subject": problem.subject or None,
    }


def read_sent(given: Any, corpus: Corpus, today: date | None = None) -> Profile:
    """The checked profile of a mapping or of a `Sent`. Raises `BadProfile`, also for an excess of entities."""
    source = given if isinstance(given, Sent) else Sent("", given, {}, [])
    profile = load_profile(source, corpus, today)
    entities = sum(map(len, filter(None, profile.lists.values())))
    entities += sum(len(found) for own in profile.years.values() for found in own.lists.values())
    if entities > MOST_ENTITIES:
        raise BadProfile((source.problem("A001", _too_many(entities)),))
    if entities * profile.horizon > MOST_ROWS:
        raise BadProfile((source.problem("A001", _too_long(entities, profile.horizon)),))
    return profile


def _too_many(entities: int) -> Text:
    return Text(
        f"清单共 {entities} 项，一次最多 {MOST_ENTITIES} 项；请合并或分几次测算",
        f"{entities} entries in the lists; at most {MOST_ENTITIES} at a time: merge or split them",
    )


def _too_long(entities: int, years: int) -> Text:
    return Text(
        f"{entities} 项 × {years} 年超过一次测算的上限 {MOST_ROWS}；请减少项数或年数",
        f"{entities} entries × {years} years is more than {MOST_ROWS}; give fewer entries or years",
    )


def rows_of(profile: Profile) -> int:
    """How much an evaluation has to look at: entities times years."""
    return (1 + sum(map(len, filter(None, profile.lists.values())))) * profile.horizon
