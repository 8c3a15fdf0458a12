"""The inverse question: the rate, cap or threshold at which what a draft spends meets a budget.

A draft leaves one number open (`$rate`, with its range and step). Spending is known exactly at every value of
the grid (`spending`), so that every place where it crosses the budget is found; the answer is then checked by
evaluating the whole population anew at both sides of each crossing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.overlay import Overlay, apply, load_overlay
from huice.corpus.unknowns import Unknown
from huice.evaluate.facts import Profile
from huice.evaluate.linear import NotLinear
from huice.language.text import Fault, Text
from huice.population.asked import Asked, asking
from huice.population.reform.cells import Line, NotComputed, OpenRules, touched_by
from huice.population.reform.effect import Readings, Run, in_columns, known_readings
from huice.population.reform.frames import total
from huice.population.reform.groups import PLACE, city, city_of
from huice.population.reform.spending import Spending
from huice.population.rows import Rows
from huice.population.schema import KEY
from huice.population.tables import Tables, load

Figure: TypeAlias = Literal["ceiling", "certain"]
MOST_RUNS = 64
"""Values of an open number that no expression computes with: the population is evaluated for each."""
MOST_POINTS = 200
"""Points of a curve that are kept."""


class Point(Struct, frozen=True):
    """One value of the open number and what is spent there, before take-up, in fen."""

    cell: int
    value: Fraction
    written: str
    spending_fen: int


class Bracket(Struct, frozen=True):
    """Two neighbouring values between which spending crosses the budget: `inside` it, and `outside`."""

    inside: Point
    outside: Point


class Solution(Struct, frozen=True, eq=False):
    """Where spending meets the budget.

    `answer` is the value with the most spending within the budget at a crossing; None if there is no
    crossing, and then `least` and `most` say what can be reached. `shape` of spending over the range:
    `rising`, `falling`, `flat` or `mixed`. `curve`: `written, numerator, denominator, spending_fen`, at the
    ends of its straight parts (every so many of them, if there are many). `firms` are those whose place is
    known; the text states no amount for `unstated` of their claims.
    """

    title: Text
    version: str
    unknown: Unknown
    measures: tuple[str, ...]
    city: str
    figure: str
    budget_fen: int
    takeup: Fraction
    answer: Point | None
    brackets: tuple[Bracket, ...]
    shape: str
    least: Point
    most: Point
    curve: pl.DataFrame
    firms: int
    unstated: int

    def expected_fen(self, point: Point) -> Fraction:
        """What is spent at a value after take-up."""
        return point.spending_fen * self.takeup


def solve(  # noqa: PLR0913  # one for each part of the question, named at the call
    tables: Tables | Path | str | Mapping[str, Any],
    overlay: Overlay | Path | str,
    budget_fen: int,
    corpus: Corpus | None = None,
    *,
    as_of: date,
    horizon: int = 1,
    figure: Figure = "ceiling",
    takeup: Fraction = Fraction(1),
    measures: Iterable[str] | None = None,
    readings: Readings | None = None,
    run: Run = in_columns,
) -> Solution:
    """The value of a draft's open number for which spending, times `takeup`, meets the budget.

    Spending is the sum of one figure over the `measures` that the number touches (by default all of them;
    they must lie in one city), each firm cut to the fen. Raises `BadOverlay`, `BadTables`, `BadProfile`, and
    `Fault` where the question cannot be answered.
    """
    corpus = corpus or shipped()
    draft = overlay if isinstance(overlay, Overlay) else load_overlay(overlay)
    unknown = _the_unknown(draft)
    if not 0 < takeup <= 1:
        raise Fault("领取率应大于 0、不超过 100%", "take-up is more than 0 and at most 100%")
    inverse = _Inverse(draft, corpus, unknown, as_of, horizon, figure, readings or {}, run)
    ids = inverse.measures(measures)
    return inverse.solve(load(tables, corpus), ids, budget_fen, takeup)


def _the_unknown(draft: Overlay) -> Unknown:
    if len(draft.unknowns) == 1:
        return draft.unknowns[0]
    names = "、".join(f"${one.name}" for one in draft.unknowns) or "（无）"
    raise Fault(
        f"求解要恰好一个待定的数，草案里有：{names}；写法见 docs/reforms.md",
        f"exactly one number must be open; the draft leaves open: {names.replace('（无）', 'none')}; "
        "see docs/reforms.md",
    )


class _Inverse(Struct, frozen=True, eq=False):
    """One draft with one open number, asked of one population."""

    draft: Overlay
    corpus: Corpus
    unknown: Unknown
    as_of: date
    horizon: int
    figure: Figure
    readings: Readings
    run: Run

    def at(self, cell: int) -> Corpus:
        """The corpus under the draft with a value of the number."""
        written = self.unknown.written(self.unknown.at(cell))
        return apply(self.corpus, self.draft, {self.unknown.name: written})

    def ends(self) -> tuple[Corpus, Corpus]:
        """The draft at both ends of the range."""
        return self.at(0), self.at(self.unknown.count - 1)

    def measures(self, wanted: Iterable[str] | None) -> tuple[str, ...]:
        """The measures whose spending is meant, all of one city."""
        low, high = self.ends()
        found = touched_by(low, high)
        if wanted is not None:
            asked = set(wanted)
            found = tuple(one.id for one in low.measures if one.id in asked)
        cities = {city_of(low.measure(id_).place) for id_ in found}
        if len(cities) != 1:
            said = "、".join(found) or "（无）"
            raise Fault(
                f"待定的数涉及多个城市或没有事项：{said}；金额不跨城相加，请用 measures 指定一城的事项",
                f"the open number touches no measure, or those of several cities: {', '.join(found)}; "
                "amounts of different cities are never added: name the measures of one city",
            )
        return found

    def solve(
        self, tables: Tables, ids: tuple[str, ...], budget_fen: int, takeup: Fraction
    ) -> Solution:
        """The solution on these tables."""
        low, high = self.ends()
        home = city_of(low.measure(ids[0]).place)
        near = _in_city(tables, home)
        spending, unstated = self._spending(near, ids, low, high)
        target = int(budget_fen / takeup)
        brackets = tuple(self._brackets(spending, target))
        least, most = (self._point(spending, cell) for cell in spending.extremes())
        answer = max((one.inside for one in brackets), key=_most_spent, default=None)
        if answer is None and most.spending_fen == target:
            answer = most
        self._check(near, ids, spending, brackets, answer)
        return Solution(
            self.draft.title,
            f"{self.corpus.version}+{self.draft.name}",
            self.unknown,
            ids,
            home,
            self.figure,
            budget_fen,
            takeup,
            answer,
            brackets,
            spending.shape(),
            least,
            most,
            self._curve(spending),
            near.orgs.height,
            unstated,
        )

    # --- spending at every value ------------------------------------------------------------------------

    def _spending(
        self, tables: Tables, ids: Sequence[str], low: Corpus, high: Corpus
    ) -> tuple[Spending, int]:
        """Spending over the grid, and the number of claims without a stated amount."""
        try:
            rules = OpenRules(low, high, self.unknown)
        except NotComputed:
            return self._evaluated(tables, ids)
        asked = self._asked(rules.corpus, ids)
        lines: list[Line] = []
        unstated = 0
        for _, profile in Rows(tables, rules.corpus, asked).profiles():
            for id_ in ids:
                found = [pair[self.figure == "ceiling"] for pair in _lines(rules, profile, id_)]
                unstated += not all(line.stated for line in found)
                lines += found
        return Spending(lines, self.unknown.count), unstated

    def _evaluated(self, tables: Tables, ids: Sequence[str]) -> tuple[Spending, int]:
        """The same by evaluating the population at every value: for durations and the like."""
        count = self.unknown.count
        if count > MOST_RUNS:
            raise Fault(
                f"“${self.unknown.name}”不在算式里（如年限），须逐值测算，"
                f"取值不能超过 {MOST_RUNS} 个，现有 {count} 个",
                f"“${self.unknown.name}” stands in no formula (a duration, say), so each value is evaluated "
                f"on its own: at most {MOST_RUNS} values, not {count}",
            )
        sums = [self._sum(tables, ids, cell) for cell in range(count)]
        lines = [Line(cell, cell, Fraction(fen, 100), 0) for cell, (fen, _) in enumerate(sums)]
        return Spending(lines, count), max(unstated for _, unstated in sums)

    def _sum(self, tables: Tables, ids: Sequence[str], cell: int) -> tuple[int, int]:
        """Spending at a value by a full evaluation, in fen, and the claims without a stated amount."""
        corpus = self.at(cell)
        awards = self.run(tables, corpus, self._asked(corpus, ids)).awards
        whole = awards.filter(pl.col("year").is_null())
        return whole.select(total(f"{self.figure}_fen")).item(), whole["ceiling_fen"].null_count()

    def _asked(self, corpus: Corpus, ids: Sequence[str]) -> Asked:
        return asking(
            corpus,
            as_of=self.as_of,
            horizon=self.horizon,
            measures=ids,
            readings=known_readings(corpus, self.readings),
        )

    # --- what is told of it --------------------------------------------------------------------------------

    def _point(self, spending: Spending, cell: int) -> Point:
        value = self.unknown.at(cell)
        return Point(cell, value, self.unknown.written(value), spending.at(cell))

    def _brackets(self, spending: Spending, target: int) -> Iterator[Bracket]:
        for one, other in pairwise(spending.runs(target)):
            sides = self._point(spending, one[1]), self._point(spending, other[0])
            yield Bracket(*(sides if one[2] else sides[::-1]))

    def _curve(self, spending: Spending) -> pl.DataFrame:
        points = [self._point(spending, cell) for cell, _ in spending.points(MOST_POINTS)]
        return pl.DataFrame(
            {
                "written": [point.written for point in points],
                "numerator": [point.value.numerator for point in points],
                "denominator": [point.value.denominator for point in points],
                "spending_fen": [point.spending_fen for point in points],
            },
            schema_overrides={"spending_fen": pl.Int64},
        )

    def _check(
        self,
        tables: Tables,
        ids: Sequence[str],
        spending: Spending,
        brackets: Sequence[Bracket],
        answer: Point | None,
    ) -> None:
        """Both sides of the crossing that answers are evaluated anew; raises `RuntimeError` on a difference."""
        cells = {answer.cell} if answer else set()
        cells |= {one.outside.cell for one in brackets if answer and one.inside == answer}
        for cell in sorted(cells):
            fen, _ = self._sum(tables, ids, cell)
            if fen != spending.at(cell):
                message = f"spending at cell {cell}: {spending.at(cell)} fen, evaluated {fen} fen"
                raise RuntimeError(message)


def _lines(rules: OpenRules, profile: Profile, id_: str) -> Iterator[tuple[Line, Line]]:
    try:
        yield from rules.lines(profile, id_)
    except NotLinear:
        raise Fault(
            "待定的数在金额里自乘或作除数，支出不是分段直线，无法精确求解；请让它只出现在一处",
            "the open number is multiplied or divided by itself, so that spending follows no straight "
            "lines; let it stand in one place of the amount",
        ) from None


def _in_city(tables: Tables, home: str) -> Tables:
    if PLACE not in tables.orgs.columns:
        return tables.of(tables.orgs[KEY].clear())
    return tables.of(tables.orgs.filter(city() == home)[KEY])


def _most_spent(point: Point) -> tuple[int, int]:
    return point.spending_fen, -point.cell
