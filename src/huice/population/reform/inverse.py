"""The inverse question: the rate, cap or threshold at which what a draft spends meets a budget.

A draft leaves one number open (`$rate`, with its range and step). Spending is known exactly at every value of
the grid (`spending`), so that every place where it crosses the budget is found; the answer is then checked by
evaluating the whole population anew at both sides of each crossing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import msgspec
import polars as pl
from msgspec import Struct, structs

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.overlay import Overlay, load_overlay
from huice.corpus.source import Problem
from huice.corpus.unknowns import Unknown
from huice.language.text import Fault, Text
from huice.population.beyond import narrowed
from huice.population.engines import Engine, Progress
from huice.population.reform.cells import Line, NotComputed, OpenRules, touched_by
from huice.population.reform.effect import Readings
from huice.population.reform.groups import city_of
from huice.population.reform.opened import Figure, OpenDraft, Spent, lined, valued
from huice.population.reform.sides import Run, in_columns
from huice.population.reform.source import Given, SetAside, Source, opened
from huice.population.reform.spending import Spending
from huice.population.reform.tally import Tally
from huice.population.slices import FIRMS

MOST_RUNS = 64
"""Values of an open number that no expression computes with: the population is evaluated for each."""
MOST_POINTS = 200
"""Points of a curve that are kept."""
PASSES = 2
"""Over the firms: for the lines, and to check the answer."""


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
    known; the text states no amount for `unstated` of their claims. `aside` says what was read and what was
    set aside.
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
    aside: SetAside

    def problems(self) -> list[Problem]:
        """Warnings, and one located example of each kind of rejected row with their number."""
        return self.aside.problems()

    def expected_fen(self, point: Point) -> Fraction:
        """What is spent at a value after take-up."""
        return point.spending_fen * self.takeup


def solve(  # noqa: PLR0913  # one for each part of the question, named at the call
    tables: Given,
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
    executor: Engine = None,
    firms: int = FIRMS,
    progress: Progress | None = None,
) -> Solution:
    """The value of a draft's open number for which spending, times `takeup`, meets the budget.

    Spending is the sum of one figure over the `measures` that the number touches (by default all of them;
    they must lie in one city), each firm cut to the fen. Parquet of more than `firms` firms is streamed, so
    many at a time; `executor` runs the fragments as that of `simulate` does, and `progress` is told of both
    passes together: the second checks the answer. Raises `BadOverlay`, `BadTables`, `BadProfile`, and
    `Fault` where the question cannot be answered.
    """
    corpus = corpus or shipped()
    draft = overlay if isinstance(overlay, Overlay) else load_overlay(overlay)
    unknown = _the_unknown(draft)
    if not 0 < takeup <= 1:
        raise Fault("领取率应大于 0、不超过 100%", "take-up is more than 0 and at most 100%")
    asked = OpenDraft(draft, unknown, as_of, horizon, figure, readings or {}, run)
    low, high = asked.ends(corpus)
    ids, home = _measures(low, high, measures)
    law = msgspec.msgpack.encode(corpus, enc_hook=str)
    source = opened(tables, corpus, firms)
    inverse = _Inverse(Spent(law, asked, ids, home), source, executor, progress)
    spent = inverse.lines() if _computed(low, high, unknown) else inverse.values()
    return inverse.solution(corpus.version, spent, budget_fen, takeup)


def _the_unknown(draft: Overlay) -> Unknown:
    if len(draft.unknowns) == 1:
        return draft.unknowns[0]
    names = "、".join(f"${one.name}" for one in draft.unknowns) or "（无）"
    raise Fault(
        f"求解要恰好一个待定的数，草案里有：{names}；写法见 docs/reforms.md",
        f"exactly one number must be open; the draft leaves open: {names.replace('（无）', 'none')}; "
        "see docs/reforms.md",
    )


def _computed(low: Corpus, high: Corpus, unknown: Unknown) -> bool:
    """Whether the rules compute with the number, so that they give lines."""
    try:
        OpenRules(low, high, unknown)
    except NotComputed:
        return False
    return True


def _measures(
    low: Corpus, high: Corpus, wanted: Iterable[str] | None
) -> tuple[tuple[str, ...], str]:
    """The measures whose spending is meant, and their city."""
    found = touched_by(low, high)
    if wanted is not None:
        named = set(wanted)
        found = tuple(one.id for one in low.measures if one.id in named)
    cities = {city_of(low.measure(id_).place) for id_ in found}
    if len(cities) != 1:
        said = "、".join(found) or "（无）"
        raise Fault(
            f"待定的数涉及多个城市或没有事项：{said}；金额不跨城相加，请用 measures 指定一城的事项",
            f"the open number touches no measure, or those of several cities: {', '.join(found)}; "
            "amounts of different cities are never added: name the measures of one city",
        )
    return found, cities.pop()


_Spending: TypeAlias = tuple[Spending, int, int, SetAside]
"""Spending over the grid, the firms, the claims without a stated amount, and what was set aside."""


class _Inverse(Struct, frozen=True, eq=False):
    """One draft with one open number, asked of one population."""

    job: Spent
    source: Source
    executor: Engine
    progress: Progress | None

    @property
    def unknown(self) -> Unknown:
        """The open number."""
        return self.job.open.unknown

    def solution(
        self, version: str, spent: _Spending, budget_fen: int, takeup: Fraction
    ) -> Solution:
        """The solution on these firms."""
        spending, firms, unstated, aside = spent
        target = int(budget_fen / takeup)
        brackets = tuple(self._brackets(spending, target))
        least, most = (self._point(spending, cell) for cell in spending.extremes())
        answer = max((one.inside for one in brackets), key=_most_spent, default=None)
        if answer is None and most.spending_fen == target:
            answer = most
        self._check(spending, brackets, answer)
        return Solution(
            self.job.open.draft.title,
            f"{version}+{self.job.open.draft.name}",
            self.unknown,
            self.job.measures,
            self.job.city,
            self.job.open.figure,
            budget_fen,
            takeup,
            answer,
            brackets,
            spending.shape(),
            least,
            most,
            self._curve(spending),
            firms,
            unstated,
            aside,
        )

    # --- spending at every value ------------------------------------------------------------------------

    def lines(self) -> _Spending:
        """By single evaluations on the open number."""
        tally, firms, unstated, aside = Tally(self.unknown.count), 0, 0, {}
        for number, part in self.source.run(lined, self.job, self.executor, self._told(0)):
            tally.merge(part.tally)
            firms += part.firms
            unstated += part.unstated
            aside[number] = part.aside
        return Spending(tally), firms, unstated, self.source.set_aside(aside)

    def values(self) -> _Spending:
        """By evaluating the population at every value: for durations and the like."""
        count = self.unknown.count
        if count > MOST_RUNS:
            raise Fault(
                f"“${self.unknown.name}”不在算式里（如年限），须逐值测算，"
                f"取值不能超过 {MOST_RUNS} 个，现有 {count} 个",
                f"“${self.unknown.name}” stands in no formula (a duration, say), so each value is evaluated "
                f"on its own: at most {MOST_RUNS} values, not {count}",
            )
        sums, firms, aside = self._at(range(count), 0)
        tally = Tally(
            count, (Line(cell, cell, Fraction(fen, 100), 0) for cell, (fen, _) in enumerate(sums))
        )
        return Spending(tally), firms, max(unstated for _, unstated in sums), aside

    def _at(self, cells: Sequence[int], passed: int) -> tuple[list[tuple[int, int]], int, SetAside]:
        """Spending in fen and claims without an amount at some values, evaluated in columns."""
        job = structs.replace(self.job, cells=tuple(cells))
        sums, firms, aside = [(0, 0)] * len(cells), 0, {}
        for number, part in self.source.run(valued, job, self.executor, self._told(passed)):
            sums = [
                (fen + more, unstated + others)
                for (fen, unstated), (more, others) in zip(sums, part.sums, strict=True)
            ]
            firms += part.firms
            aside[number] = part.aside
        return sums, firms, self.source.set_aside(aside)

    def _told(self, passed: int) -> Progress | None:
        """Progress of one of the passes, as a part of all."""
        tell, rows = self.progress, self.source.rows
        if tell is None:
            return None
        return lambda done, _: tell(passed * rows + done, PASSES * rows)

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
        frame = pl.DataFrame(
            {
                "written": [point.written for point in points],
                "numerator": [point.value.numerator for point in points],
                "denominator": [point.value.denominator for point in points],
                "spending_fen": [point.spending_fen for point in points],
            },
            schema_overrides={"spending_fen": pl.Int128},
        )
        return narrowed(frame)

    def _check(self, spending: Spending, brackets: Sequence[Bracket], answer: Point | None) -> None:
        """Both sides of the crossing that answers are evaluated anew; raises `RuntimeError` on a difference."""
        if answer is None:
            if self.progress is not None:
                self.progress(PASSES * self.source.rows, PASSES * self.source.rows)
            return
        cells = {answer.cell, *(one.outside.cell for one in brackets if one.inside == answer)}
        ordered = sorted(cells)
        for cell, (fen, _) in zip(ordered, self._at(ordered, 1)[0], strict=True):
            if fen != spending.at(cell):
                message = f"spending at cell {cell}: {spending.at(cell)} fen, evaluated {fen} fen"
                raise RuntimeError(message)


def _most_spent(point: Point) -> tuple[int, int]:
    return point.spending_fen, -point.cell
