"""What people read, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct


class Text(Struct, frozen=True):
    """One text in both languages; `text["en"]` falls back on Chinese where no English was written."""

    zh: str
    en: str = ""

    def __getitem__(self, lang: str) -> str:
        return (self.en or self.zh) if lang == "en" else self.zh

    def __bool__(self) -> bool:
        return bool(self.zh)

    def __add__(self, other: Text) -> Text:
        return Text(self.zh + other.zh, self.en + other.en)


NOTHING = Text("", "")


class Travels(Exception):
    """An exception that comes back whole from another process, whatever its `__init__` takes."""

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[BaseException], args: tuple[object, ...]) -> BaseException:
    """The exception without its `__init__`; its attributes follow."""
    return kind.__new__(kind, *args)


class Fault(Travels, ValueError):
    """Something wrong in what was written; `text` says what and what to do, `column` where (from 1)."""

    def __init__(self, zh: str, en: str, column: int = 0) -> None:
        super().__init__(zh)
        self.text = Text(zh, en)
        self.column = column


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """A hint at the closest known word, or nothing."""
    half = len(word) == 2 and not word.isascii()  # noqa: PLR2004  # 杭洲: one character of two is right
    close = get_close_matches(word, list(known), n=1, cutoff=0.5 if half else 0.6)
    if not close:
        return NOTHING
    return Text(f"；是否想写“{close[0]}”？", f"; did you mean “{close[0]}”?")


def before_more(hint: Text) -> Text:
    """A hint of `did_you_mean`, ready for more words after it: a question has its own end."""
    return Text(hint.zh or "；", hint["en"] or ";")
