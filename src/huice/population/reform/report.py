"""A reform as one self-contained page: no script, no file from elsewhere, fit for printing."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from huice import __version__
from huice.corpus.amendments import Amendment
from huice.evaluate.words import DISCLAIMER
from huice.population.reform import pool_words, words
from huice.population.reform.effect import Reform
from huice.population.reform.groups import Breakdown
from huice.population.reform.inverse import Solution
from huice.population.reform.svg import (
    costs_figure,
    curve_figure,
    distribution_figure,
    gains_figure,
)
from huice.population.svg import pair


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the package."""
    folder = files("huice.population.reform") / "templates"
    return Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def report(found: Reform, lang: str, command: str, solution: Solution | None = None) -> str:
    """The page; `command` is what makes the same figures again."""
    return (
        environment()
        .get_template("reform.html")
        .render(
            lang=lang,
            t=lambda zh, en: en if lang == "en" else zh,
            found=found,
            amendments=[_amendment(one, lang) for one in found.amendments],
            cities=[_city(found, city, lang) for city in words.cities(found)],
            pools=[_pool(row, lang) for row in found.pools.iter_rows(named=True)],
            pool_notes=[f"{one[lang]}{'.' if lang == 'en' else '。'}" for one in found.pool_notes],
            solution=_solution(solution, lang),
            method=[one[lang] for one in words.method(found)],
            disclaimer=DISCLAIMER[lang],
            command=command,
            version=__version__,
        )
    )


def _amendment(one: Amendment, lang: str) -> dict[str, Any]:
    return {
        "kind": words.KINDS[one.kind][lang],
        "title": one.title[lang],
        "id": one.id,
        "items": [
            (item.label[lang], item.before[lang] if item.before else "",
             item.after[lang] if item.after else "")
            for item in one.items
        ],
    }  # fmt: skip


def _pool(row: dict[str, Any], lang: str) -> dict[str, Any]:
    return {
        "name": pool_words.pool_name(row)[lang],
        "text": pool_words.pool_text(row)[lang],
        "says": [one[lang] for one in pool_words.pool_says(row)],
    }


def _city(found: Reform, city: str | None, lang: str) -> dict[str, Any]:
    ways = [None, *found.breakdowns]
    figures = [lambda size: costs_figure(found, city, lang, size)]
    figures += [_gains(found, city, way, lang) for way in ways]
    figures += [lambda size: distribution_figure(found, city, lang, size)]
    return {
        "name": found.names[city][lang],
        "summary": [one[lang] for one in words.summary(found, city)],
        "figures": [Markup(pair(figure)) for figure in figures],  # noqa: S704  # our own drawing
        "tables": [
            words.cost_table(found, city, lang),
            *(words.group_table(found, city, way, lang) for way in ways),
        ],
    }


def _gains(
    found: Reform, city: str | None, way: Breakdown | None, lang: str
) -> Callable[[int], str]:
    return lambda size: gains_figure(found, city, way, lang, size)


def _solution(found: Solution | None, lang: str) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "says": [one[lang] for one in words.solution_says(found)],
        "figure": Markup(pair(lambda size: curve_figure(found, lang, size))),  # noqa: S704  # our own drawing
    }
