"""Reads typed parts out of a source and collects what is wrong with them, each with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from huice.corpus.model import Place
from huice.corpus.source import KEY, Path_, Problem, Source
from huice.language.text import NOTHING, Fault, Text, did_you_mean

MISSING: Any = object()
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


_MOST_LISTED = 12


def _listed(names: list[str]) -> Text:
    """The keys that are known, while they are few enough to read."""
    if not names or len(names) > _MOST_LISTED:
        return NOTHING
    return Text(f"，可写 {'、'.join(names)}", f"; known are {', '.join(names)}")


def parse_day(text: str) -> date | None:
    """The day written 2025-12-31; None for other spellings and days that do not exist."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


class Cursor:
    """One part of a source. Every accessor returns a usable value and notes the problem, if any."""

    __slots__ = ("code", "path", "source", "subject", "value")

    def __init__(
        self, source: Source, value: Any, path: Path_ = (), subject: str = "", code: str = "P001"
    ) -> None:
        self.source, self.value, self.path = source, value, path
        self.subject, self.code = subject, code

    def note(self, text: Text, code: str = "", path: Path_ | None = None, column: int = 0) -> None:
        """Record a problem here."""
        self.source.problems.append(
            self.source.problem(
                code or self.code, text, self.path if path is None else path, self.subject, column
            )
        )

    @property
    def place(self) -> Place:
        """Where this part stands."""
        line, column = self.source.at(self.path)
        return Place(self.source.file, line, column)

    @property
    def named(self) -> Text:
        """What this part is called: the key above it."""
        name = next((part for part in reversed(self.path) if isinstance(part, str)), "")
        return Text(f"“{name}”", f"“{name}”") if name else Text("这里", "this")

    def down(self, key: str | int) -> Cursor:
        """The part under a key or index; its value is `MISSING` if it is not there."""
        value: Any = MISSING
        if isinstance(self.value, dict):
            value = self.value.get(key, MISSING)
        elif isinstance(self.value, list) and isinstance(key, int):
            value = self.value[key]
        return Cursor(self.source, value, (*self.path, key), self.subject, self.code)

    def about(self, subject: str) -> Cursor:
        """The same part, with problems told of this subject."""
        return Cursor(self.source, self.value, self.path, subject, self.code)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def mapping(self, known: Iterable[str] | None = None, required: Iterable[str] = ()) -> bool:
        """Whether this is a mapping; notes unknown and missing keys."""
        names = list(known or ())
        if not isinstance(self.value, dict):
            if self.value is not MISSING:
                self.note(
                    Text(f"{self.named.zh}应为“键: 值”的形式", f"{self.named.en} must be a mapping")
                    + _listed(names)
                )
            return False
        for key in self.value if known is not None else ():
            if key not in names:
                self._unknown(
                    key,
                    Text(f"不认识的键“{key}”", f"unknown key “{key}”")
                    + (did_you_mean(str(key), names) or _listed(names)),
                )
        for key in required:
            if key not in self.value:
                self.note(Text(f"缺少“{key}”", f"“{key}” is missing"))
        return True

    def _unknown(self, key: str, text: Text) -> None:
        line, column = self.source.at((*self.path, key, KEY))
        self.source.problems.append(
            Problem(self.code, text, self.source.file, line, column, self.subject)
        )

    def each(self) -> Iterator[Cursor]:
        """The items of a list; something else than a list is a problem."""
        if self.value is MISSING or self.value is None:
            return
        if not isinstance(self.value, list):
            self.note(
                Text(
                    f"{self.named.zh}应为列表（每行以 - 开头）",
                    f"{self.named.en} must be a list (lines with -)",
                )
            )
            return
        for index in range(len(self.value)):
            yield self.down(index)

    def items(self) -> Iterator[tuple[str, Cursor]]:
        """The entries of a mapping."""
        if self.value is MISSING or self.value is None or not self.mapping():
            return
        for key in self.value:
            yield str(key), self.down(key)

    def word(self) -> str | None:
        """The text that stands here; None when there is none."""
        if self.value is MISSING or self.value is None:
            return None
        if isinstance(self.value, dict | list | bool):
            self.note(Text(f"{self.named.zh}应为文字", f"{self.named.en} must be text"))
            return None
        return str(self.value)

    def string(self, key: str, default: str = "") -> str:
        """The text under a key."""
        word = self.down(key).word()
        return default if word is None else word

    def strings(self, key: str) -> tuple[str, ...]:
        """The texts listed under a key; a single text counts as a list of one."""
        below = self.down(key)
        if isinstance(below.value, str | int) and not isinstance(below.value, bool):
            return (str(below.value),)
        words = (item.word() for item in below.each())
        return tuple(word for word in words if word is not None)

    def flag(self, key: str, *, default: bool) -> bool:
        """The yes or no under a key."""
        below = self.down(key)
        if below.value is MISSING:
            return default
        if not isinstance(below.value, bool):
            below.note(Text(f"“{key}”应为 true 或 false", f"“{key}” must be true or false"))
            return default
        return below.value

    def choice(self, key: str, known: Iterable[str], default: str) -> str:
        """One of the known words under a key."""
        value = self.string(key, default)
        names = list(known)
        if value not in names:
            said = Text("、".join(names), ", ".join(names))
            self.down(key).note(
                Text(
                    f"“{key}”只能是 {said.zh}，写的是“{value}”",
                    f"“{key}” must be one of {said.en}, not “{value}”",
                )
                + did_you_mean(value, names)
            )
            return default
        return value

    def day(self, key: str) -> date | None:
        """The date under a key, written 2025-12-31."""
        value = self.string(key)
        if not value:
            return None
        day = parse_day(value)
        if day is None:
            self.down(key).note(
                Text(
                    f"“{value}”不是日期，写作 2025-12-31", f"“{value}” is no date; write 2025-12-31"
                )
            )
        return day

    def parse(self, reader: Callable[[str], Any], value: Any = MISSING) -> Any:
        """The value read by a parser of the language; None and a problem at its column if it fails."""
        text = self.value if value is MISSING else value
        if text is MISSING or text is None:
            return None
        if isinstance(text, dict | list | bool):
            self.note(Text("这里应为一句规则", "an expression is expected here"))
            return None
        try:
            return reader(str(text))
        except Fault as fault:
            self.note(fault.text, "E001", column=fault.column)
            return None
