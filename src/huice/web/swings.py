"""What moves the result of a place most, as the page shows it: the tornado and its table."""

from __future__ import annotations

from functools import cached_property

from markupsafe import Markup
from msgspec import Struct

from huice.analysis import Sensitivity
from huice.analysis.sensitivity import Bar, End
from huice.analysis.tornado_svg import SHOWN, tornado
from huice.corpus.corpus import Corpus
from huice.language.money import wan
from huice.web.drawings import drawn
from huice.web.words import CERTAIN, place_name


class Swing(Struct, frozen=True):
    """One row: what varies, how it is now, and what the total is at either end."""

    label: str
    now: str
    low: str
    low_gives: str
    high: str
    high_gives: str
    inside: tuple[str, ...]
    swing: str
    assumed: bool


class Swings:
    """The longest bars of a place."""

    def __init__(self, found: Sensitivity, corpus: Corpus, lang: str) -> None:
        self.found, self.corpus, self.lang = found, corpus, lang

    @cached_property
    def picture(self) -> Markup:
        """The tornado."""
        place = place_name(self.corpus, self.found.place)
        return drawn(lambda narrow: tornado(self.found, place, self.lang, narrow=narrow), "tornado")

    @property
    def rows(self) -> list[Swing]:
        """The bars that are drawn."""
        return [self._row(bar) for bar in self.found.top(SHOWN)]

    @property
    def left(self) -> int:
        """How many shorter bars there are."""
        return max(0, len(self.found.bars) - SHOWN)

    @property
    def assumed(self) -> bool:
        """Whether a number varies over the usual range."""
        return any(bar.assumed and bar.kind == "number" for bar in self.found.top(SHOWN))

    def _row(self, bar: Bar) -> Swing:
        low, high = sorted((bar.low, bar.high), key=lambda end: (end.ceiling, end.certain))
        inside = tuple(f"{end.says[self.lang]}: {self._gives(end)}" for end in bar.inside)
        return Swing(
            bar.label[self.lang],
            bar.now[self.lang],
            low.says[self.lang],
            self._gives(low),
            high.says[self.lang],
            self._gives(high),
            inside,
            wan(bar.swing, self.lang),
            bar.assumed,
        )

    def _gives(self, end: End) -> str:
        told = wan(end.ceiling, self.lang)
        if not end.certain:
            return told
        sure = f"{CERTAIN[self.lang]} {wan(end.certain, self.lang)}"
        return f"{told} ({sure})" if self.lang == "en" else f"{told}（{sure}）"
