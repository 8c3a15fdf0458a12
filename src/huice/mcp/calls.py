"""One call of a tool, its arguments read strictly, and what a tool is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import mcp_types as types
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.evaluate.evaluator import at_place
from huice.evaluate.facts import Profile
from huice.evaluate.profiles import BadProfile
from huice.evaluate.sent import read_sent, rows_of
from huice.language.text import Text, did_you_mean
from huice.mcp.summary import Summary
from huice.planning import Task, load_task

Schema = dict[str, Any]
LANGS = ("zh", "en")
MOST_PROFILES = 20
LONGEST = 100
"""Characters of a text."""
MOST_ROWS = 100
"""Entries of lists times years, for questions that run the evaluator many times over."""


class BadCall(Exception):
    """A call that cannot be answered; `problems` say why and what to do."""

    def __init__(self, code: str, problems: Sequence[Problem]) -> None:
        super().__init__(code)
        self.code, self.problems = code, tuple(problems)


class Answer(Struct, frozen=True):
    """What a tool answers: a few lines to read, and the data."""

    lines: str
    data: dict[str, Any]


class Call:
    """The arguments of one call, read strictly."""

    def __init__(self, corpus: Corpus, today: date, given: Mapping[str, Any]) -> None:
        self.corpus, self.today, self.given = corpus, today, given
        self.say = Summary(corpus, self.choice("lang", LANGS, "zh"))

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        """One of the known words. Raises `BadCall`."""
        value = self.given.get(name, default)
        if value not in known:
            raise self.wrong(name, value, known)
        return str(value)

    def wrong(self, name: str, value: object, known: Sequence[str]) -> BadCall:
        """An argument that is none of the known values."""
        shown = str(value)[:60]
        said = Text(f"{name} 没有“{shown}”", f"{name} has no value “{shown}”")
        few = len(known) <= 6  # noqa: PLR2004  # few enough to name
        listed = Text("；可选 " + "、".join(known), "; choose from " + ", ".join(known))
        hint = listed if few else did_you_mean(shown, known)
        code = "not_found" if name in ("measure", "document") else "bad_argument"
        return BadCall(code, (Problem("A003", said + hint, subject=name),))

    def text(self, name: str) -> str:
        """A text; empty where it is absent."""
        value = self.given.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > LONGEST:
            said = Text(
                f"{name} 应为至多 {LONGEST} 字的文字",
                f"{name} must be text of at most {LONGEST} characters",
            )
            raise BadCall("bad_argument", (Problem("A003", said, subject=name),))
        return value

    def several(self, name: str, known: Sequence[str]) -> tuple[str, ...] | None:
        """Some of the known values; None where the argument is absent."""
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            value = [value]
        for one in value:
            if one not in known:
                raise self.wrong(name, one, known)
        return tuple(dict.fromkeys(value)) or None

    @property
    def measures(self) -> list[str]:
        """The ids of all measures."""
        return [one.id for one in self.corpus.measures]

    def measure(self) -> str:
        """The measure that is meant."""
        return self.choice("measure", self.measures, "")

    def profile(self) -> Profile:
        """The profile, at the place asked for. Raises `BadProfile`."""
        found = read_sent(self.given.get("profile", {}), self.corpus, self.today)
        place = self.text("place")
        if place and place not in self.corpus.places:
            raise self.wrong("place", place, self.corpus.places)
        return at_place(found, place) if place else found

    def short_profile(self) -> Profile:
        """The profile as it is, for a question that takes long. Raises `BadProfile` for a long one."""
        found = read_sent(self.given.get("profile", {}), self.corpus, self.today)
        _check_rows(found)
        return found

    def problem(self) -> Task:
        """A planning problem, its profile written in it. Raises `BadProfile`."""
        value = self.given.get("problem")
        if not isinstance(value, dict) or not isinstance(value.get("profile"), dict):
            said = Text(
                "problem 应为规划题目，其中 profile 写画像本身",
                "problem is a planning problem, with the profile itself as its profile",
            )
            raise BadProfile((Problem("J001", said),))
        read_sent(value["profile"], self.corpus, self.today)
        task = load_task(value, self.corpus, self.today)
        _check_rows(task.profile)
        return task

    def number(self, name: str, most: int, default: int) -> int:
        """A whole number from 1. Raises `BadCall`."""
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            said = Text(
                f"{name} 应为 1–{most} 的整数", f"{name} must be a whole number from 1 to {most}"
            )
            raise BadCall("bad_argument", (Problem("A003", said, subject=name),))
        return value

    def flag(self, name: str) -> bool:
        """A truth; false where it is absent. Raises `BadCall`."""
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(name, value, ("true", "false"))
        return value

    def texts(self, name: str, most: int) -> list[str]:
        """So many texts at most. Raises `BadCall`."""
        value = self.given.get(name) or []
        listed = isinstance(value, list) and len(value) <= most
        if not listed or not all(isinstance(one, str) and len(one) <= LONGEST for one in value):
            said = Text(
                f"{name} 应为至多 {most} 段文字", f"{name} must be at most {most} short texts"
            )
            raise BadCall("bad_argument", (Problem("A003", said, subject=name),))
        return value

    def profiles(self) -> Profile | list[Profile]:
        """One profile, or several under `profiles`."""
        given = self.given.get("profiles")
        if given is None:
            return read_sent(self.given.get("profile", {}), self.corpus, self.today)
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_PROFILES:
            said = Text(
                f"profiles 为 1–{MOST_PROFILES} 份画像", f"profiles are 1 to {MOST_PROFILES}"
            )
            raise BadCall("bad_argument", (Problem("A001", said, subject="profiles"),))
        return [read_sent(one, self.corpus, self.today) for one in given]


def _check_rows(profile: Profile) -> None:
    rows = rows_of(profile)
    if rows > MOST_ROWS:
        said = Text(
            f"这个问题要反复测算，清单的项数乘年数至多 {MOST_ROWS}，这份画像有 {rows:,}；请只留有关的项",
            f"this question evaluates many times over: entries times years are at most {MOST_ROWS}, "
            f"here {rows:,}; leave only the entries that matter",
        )
        raise BadProfile((Problem("A001", said),))


def place_schema(corpus: Corpus) -> Schema:
    """The schema of a place."""
    return {"enum": list(corpus.places), "description": "assume that it is registered here"}


IDS: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "description": "ids of measures; all by default",
}


class Tool(Struct, frozen=True):
    """A tool: what it is for and what it takes."""

    name: str
    title: str
    about: str
    answer: Callable[[Call], Answer]
    takes: Callable[[Corpus], Schema]
    required: tuple[str, ...] = ()

    def described(self, corpus: Corpus) -> types.Tool:
        """The tool as a client lists it."""
        lang = {"enum": list(LANGS), "default": "zh", "description": "language of the summary"}
        return types.Tool(
            name=self.name,
            title=self.title,
            description=self.about,
            input_schema={
                "type": "object",
                "properties": {**self.takes(corpus), "lang": lang},
                "required": list(self.required),
                "additionalProperties": False,
            },
            annotations=types.ToolAnnotations(
                read_only_hint=True, idempotent_hint=True, open_world_hint=False
            ),
        )
