"""Where a verb prints: the language, the shape and the place of what it says."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from msgspec import structs

from huice.cli.page import Page
from huice.cli.wrapping import Inline, Span
from huice.corpus.corpus import BadCorpus, Corpus, shipped
from huice.corpus.source import Problem
from huice.language.money import wan
from huice.language.text import Text

WIDEST, NARROWEST = 110, 40
_ASCII = str.maketrans({"─": "-", "│": "|", "✓": "+", "✗": "-"})
_ASCII_EN = str.maketrans(
    {
        "“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "×": "x", "→": ">", "·": "-",
        "²": "2", "～": "-", "…": ".", "≥": ">", "≤": "<", "？": "?", "《": "<", "》": ">",
    }
)  # fmt: skip
STYLES = {
    "strong": "bold",
    "quiet": "dim",
    "accent": "bold blue",
    "mark": "bold underline",
    "warn": "yellow",
    "bad": "red",
}


class BadInput(Exception):  # named as BadProfile and BadCorpus are
    """What the user gave cannot be used; `problems` says why and what to do."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(problem.render() for problem in problems))
        self.problems = problems


def bad_input(code: str, zh: str, en: str) -> BadInput:
    """One problem of the command line itself."""
    return BadInput(Problem(code, Text(zh, en)))


class Surface:
    """One run of a verb. `as_json` prints data only; `ascii_only` avoids box characters."""

    def __init__(
        self,
        lang: str = "zh",
        *,
        as_json: bool = False,
        ascii_only: bool = False,
        policies: Path | None = None,
    ) -> None:
        self.lang, self.as_json, self.ascii_only = lang, as_json, ascii_only
        self.policies = policies

    @cached_property
    def corpus(self) -> Corpus:
        """The corpus asked for. Raises `BadInput` when it has faults."""
        if self.policies is not None and not self.policies.is_dir():
            raise bad_input(
                "T008",
                f"没有政策文件夹 {self.policies}",
                f"there is no folder of policies {self.policies}",
            )
        try:
            return Corpus.load(self.policies) if self.policies else shipped()
        except BadCorpus as error:
            raise BadInput(*(self.located(problem) for problem in error.problems)) from error

    def under(self, draft: str | None) -> None:
        """Lays a draft over the corpus, if one is given. Raises `BadInput` when it has faults."""
        if draft is None:
            return
        from huice.corpus.overlay import BadOverlay, apply, load_overlay  # few need it

        try:
            self.corpus = apply(self.corpus, load_overlay(draft))
        except BadOverlay as error:
            raise BadInput(*error.problems) from error

    def located(self, problem: Problem) -> Problem:
        """The problem with the path of its file as the reader can open it."""
        if not self.policies or not problem.file:
            return problem
        return structs.replace(problem, file=str(self.policies / problem.file))

    # --- words ------------------------------------------------------------------------------------

    def say(self, zh: str, en: str) -> str:
        """The text in the language of this run."""
        return en if self.lang == "en" else zh

    def text(self, text: Text) -> str:
        """A bilingual text in the language of this run."""
        return text[self.lang]

    def money(self, amount: Any) -> str:
        """An amount of yuan in words."""
        return wan(amount, self.lang)

    def count(self, number: int, zh_unit: str = "项", en_unit: str = "measure") -> str:
        """A number with its unit: `3 项`, `3 measures`."""
        if self.lang == "en":
            return f"{number} {en_unit}{'' if number == 1 else 's'}"
        return f"{number} {zh_unit}"

    def tally(self, word: Text, number: int) -> str:
        """A word with its number: `符合 3 项`, `Eligible: 3`."""
        return self.say(f"{word.zh} {number} 项", f"{word['en']}: {number}")

    @property
    def colon(self) -> str:
        """What stands between a label and its text."""
        return self.say("：", ": ")

    @property
    def comma(self) -> str:
        """What stands between the members of a list."""
        return self.say("、", ", ")

    @property
    def semicolon(self) -> str:
        """What stands between clauses."""
        return self.say("；", "; ")

    def quoted(self, text: str) -> str:
        """The text in quotation marks."""
        return self.say(f"“{text}”", f"‘{text}’")

    # --- output -----------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> int:
        """How wide a page is set: the terminal, within reason; COLUMNS overrides it."""
        found = shutil.get_terminal_size((80, 24)).columns
        return max(NARROWEST, min(found, WIDEST)) if found > 0 else 80

    def page(self, columns: int | None = None) -> Page:
        """An empty page."""
        if not self.ascii_only:
            return Page(columns or self.columns)
        return Page(columns or self.columns, 2 if self.lang == "zh" else 1, "-", "|")

    def show(self, page: Page, file: IO[str] | None = None) -> None:
        """Prints a page, in colour only on a terminal that wants it."""
        out = file or sys.stdout
        if not _wants_colour(out):
            out.write(self.translated(page.text()))
            return
        from rich.console import Console
        from rich.text import Text as Styled

        console = Console(file=out, highlight=False, width=10_000, emoji=False, markup=False)
        for line in page.lines:
            console.print(self._styled(line, Styled), soft_wrap=True)

    def _styled(self, line: Iterable[Span], styled: Any) -> Any:
        return styled.assemble(
            *((self.translated(text), STYLES.get(style, "")) for text, style in line)
        )

    def translated(self, text: str) -> str:
        """The text with what the console cannot show replaced, if so asked."""
        if not self.ascii_only:
            return text
        text = text.translate(_ASCII)
        return text.translate(_ASCII_EN) if self.lang == "en" else text

    def emit(self, data: Any) -> None:
        """Prints data as JSON."""
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")

    def tell(self, inline: Inline, file: IO[str] | None = None) -> None:
        """Prints one paragraph."""
        page = self.page()
        page.para(inline)
        self.show(page, file)

    def complain(self, problems: Iterable[Problem]) -> None:
        """Every problem to stderr; with `--json` the same as data to stdout."""
        listed = tuple(problems)
        for problem in listed:
            sys.stderr.write(self.translated(problem.render(self.lang)) + "\n")
        if self.as_json:
            self.emit(
                {"schema": "huice/problems/1", "problems": [problem_dict(one) for one in listed]}
            )

    @contextmanager
    def working(self, zh: str, en: str) -> Iterator[None]:
        """Shows that something takes its time; on stderr, and only on a terminal."""
        if not sys.stderr.isatty() or self.as_json:
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(self.say(zh, en), spinner="line"):
            yield


def problem_dict(problem: Problem) -> dict[str, Any]:
    """A problem, JSON-ready."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": {"zh": problem.text.zh, "en": problem.text["en"]},
        "file": problem.file or None,
        "line": problem.line or None,
        "column": problem.column or None,
        "subject": problem.subject or None,
    }


def _wants_colour(out: IO[str]) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return out.isatty() and os.environ.get("TERM") != "dumb"
