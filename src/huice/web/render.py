"""Pages from templates: strict, escaped, in one of two languages."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType
from markupsafe import Markup, escape

from huice.corpus.corpus import Corpus
from huice.evaluate.facts import Exact
from huice.language.money import wan
from huice.language.text import Text
from huice.web import charts, words
from huice.web.assets import assets

_HAN = re.compile(r"([\u3400-\u9fff](?:[\u3400-\u9fff\d〔〕（）《》“”]*[\u3400-\u9fff〕）》])?)")
PREFIX = "/en"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the package."""
    folder = files("huice.web") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        assets=assets(), words=words, hatch=charts.HATCH, enumerate=enumerate, len=len
    )
    return environment


class Site:
    """The pages of a corpus in one language; `t` chooses between the two wordings of a text."""

    def __init__(self, corpus: Corpus, lang: str) -> None:
        self.corpus, self.lang = corpus, lang

    def t(self, zh: str, en: str) -> str:
        """The wording of this language."""
        return en if self.lang == "en" else zh

    def say(self, text: Text) -> str:
        """A text in this language."""
        return text[self.lang]

    def mixed(self, text: Text) -> Markup:
        """A text in this language; Chinese names within English are marked for screen readers."""
        told = text[self.lang]
        if self.lang != "en":
            return escape(told)
        parts = (
            Markup('<span lang="zh-CN">{}</span>').format(part) if at % 2 else escape(part)
            for at, part in enumerate(_HAN.split(told))
        )
        return Markup("").join(parts)

    def money(self, amount: Exact) -> str:
        """An amount in words."""
        return wan(amount, self.lang)

    def url(self, path: str) -> str:
        """The address of a page in this language."""
        return f"{PREFIX}{path}" if self.lang == "en" else path

    def other(self, path: str) -> str:
        """The address of a page in the other language."""
        return path if self.lang == "en" else f"{PREFIX}{path}"

    def place(self, place: str | None) -> str:
        """What a place is called."""
        return words.place_name(self.corpus, place)[self.lang]

    def items(self, number: int) -> str:
        """So many measures."""
        if self.lang == "en":
            return f"{number} measure" + ("" if number == 1 else "s")
        return f"{number} 项"

    def titled(self, title: Text) -> str:
        """The title of a document."""
        return words.titled(title, self.lang)

    def html(self, template: str, /, **more: object) -> str:
        """A template filled in."""
        shared: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("t", "say", "mixed", "money", "url", "place", "titled", "items")
        }
        return (
            environment()
            .get_template(template)
            .render(site=self, lang=self.lang, corpus=self.corpus, **shared, **more)
        )

    def page(self, template: str, /, status: int = 200, **more: object) -> Response[str]:
        """A template as an answer."""
        html = self.html(template, **more)
        return Response(html, media_type=MediaType.HTML, status_code=status)
