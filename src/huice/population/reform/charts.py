"""All charts of a reform and of a solved budget, each with the name of its file, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from huice.population.reform.effect import Reform
from huice.population.reform.inverse import Solution
from huice.population.reform.svg import (
    costs_figure,
    curve_figure,
    distribution_figure,
    gains_figure,
)
from huice.population.reform.words import cities
from huice.population.svg import NARROW, WIDE


def charts(found: Reform | None, solution: Solution | None, lang: str) -> Iterator[tuple[str, str]]:
    """Name and SVG of each chart: `hangzhou-costs`, `hangzhou-gains-size`, `curve` ... and `…-narrow`."""
    for name, draw in _drawings(found, solution, lang):
        yield name, draw(WIDE)
        yield f"{name}-narrow", draw(NARROW)


def _drawings(
    found: Reform | None, solution: Solution | None, lang: str
) -> Iterator[tuple[str, Callable[[int], str]]]:
    if solution is not None:
        yield "curve", partial(curve_figure, solution, lang)
    if found is None:
        return
    for city in cities(found):
        place = city or "unplaced"
        yield f"{place}-costs", partial(costs_figure, found, city, lang)
        yield f"{place}-gains", partial(gains_figure, found, city, None, lang)
        for one in found.breakdowns:
            yield f"{place}-gains-{one.id}", partial(gains_figure, found, city, one, lang)
        yield f"{place}-distribution", partial(distribution_figure, found, city, lang)
