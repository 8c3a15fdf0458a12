"""What one measure gives in one year, as an exact function of what is spent: straight segments on whole fen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

from msgspec import structs

from huice.evaluate.engine import NO_DECISION, Runner
from huice.evaluate.facts import Entity, Exact, History, View
from huice.evaluate.linear import NotLinear, Number
from huice.evaluate.outcome import PAYING
from huice.evaluate.program import ORG, Program
from huice.planning.problem import Allowance, Spending
from huice.planning.reach import UNTOUCHABLE, Reach, Touched, alike, concerned
from huice.planning.reckon import barred
from huice.planning.segments import (
    Line,
    Part,
    Segment,
    Unplanned,
    Year,
    filled,
    less,
    most_of,
    pays,
    pool_left,
    segments,
    soft,
    without_ceiling,
)
from huice.planning.setting import Setting

FEN = Fraction(1, 100)
MOST_ENTANGLED = 3
"""Kinds of spending whose mere presence may matter to one another, that are still told apart."""


class Curves:
    """The years of one measure in one setting."""

    def __init__(self, setting: Setting, program: Program, reach: Reach) -> None:
        self.setting, self.program, self.reach = setting, program, reach
        evaluator, profile, id_ = setting.evaluator, setting.profile, program.measure.id
        self.closures = evaluator.programs.closures
        self.decision = profile.decisions.get(id_, NO_DECISION)
        self.history = profile.history.get(id_)
        self.pool = evaluator.corpus.pools[program.rule.pool] if program.rule.pool else None
        self.state = profile.pools.get(program.rule.pool) if program.rule.pool else None
        self.barred = barred(evaluator.corpus, id_, profile.history)
        rule = structs.replace(program.rule, lasts=None, once="no")
        self.single = structs.replace(program, rule=rule)
        self.by_row = program.measure.subject != ORG and (
            program.rule.once == "entity" or any(cap.whole for cap in program.entity_caps)
        )

    def year(self, year: int, support: int) -> Year | None:
        """What a claim gives in this year, as the `support`-th of support; None where nothing.

        Raises `Unplanned` where the amount is no function of one kind of spending at a time.
        """
        if self.program.rule.once == "applicant" and self.history is not None:
            return None
        task = self.setting.task
        rows = {one.id: self.setting.row(one.id, year, UNTOUCHABLE) for one in task.spending}
        bare = self.setting.view(year, {})
        found = [
            one
            for one in task.spending
            if concerned(self.program, self.reach, self.closures, bare, one.kind, rows[one.id])
        ]
        if self.program.outer(bare) is False and not self._outer_reads(found):
            return None
        self._refuse(found)
        try:
            return self._found(year, support, found)
        except Touched:
            names = "、".join(one.title.zh for one in found)
            english = ", ".join(one.title["en"] for one in found)
            raise Unplanned(
                f"金额同时取决于几类支出（{names}），不能逐类分配；请把它们合成一类",
                f"the amount depends on several kinds of spending at once ({english}); make them one",
            ) from None
        except NotLinear as fault:
            raise Unplanned(fault.text.zh, fault.text.en) from None

    def _found(self, year: int, support: int, found: Sequence[Spending]) -> Year | None:
        if not self.by_row and len(found) < 2:  # noqa: PLR2004  # several may meet
            return self._lump(year, support, found[0] if found else None)
        try:
            return self._rows(year, support, found)
        except Touched:
            if not alike(self.program, self.reach, self.closures.scope, found):
                raise
            return self._together(year, support, found)

    def _together(self, year: int, support: int, found: Sequence[Spending]) -> Year | None:
        """Several kinds of spending of which only the sum matters, as one."""
        mosts = [most_of(one) for one in found]
        most = None if None in mosts else sum(one for one in mosts if one is not None)
        whole = structs.replace(found[0], total=Allowance(0, most), yearly=Allowance(0, most))
        lump = self._lump(year, support, whole)
        if lump is None:
            return None
        names = tuple(one.id for one in found)
        parts = tuple(structs.replace(part, spending=names) for part in lump.parts)
        return Year(parts, (), self._whole(year, found))

    def _outer_reads(self, found: Sequence[Spending]) -> bool:
        kinds = {one.kind for one in found}
        return any(kind in kinds for kind in self.reach.kinds)

    def _refuse(self, found: Sequence[Spending]) -> None:
        if self.program.awards:
            raise Unplanned(
                "金额取决于另一事项给多少，暂不能规划",
                "the amount depends on what another measure gives; this is not planned",
            )
        if any(one.kind in self.reach.previous for one in found):
            raise Unplanned(
                "金额取决于上一年度的支出，暂不能规划",
                "the amount depends on the spending of the year before; this is not planned",
            )
        by_row = self.by_row or len(found) > 1
        if self.decision.amount is not None or (by_row and self.decision.base is not None):
            raise Unplanned(
                "主管部门已核定金额，不再由规划决定",
                "the authority has settled the amount; it is no longer to be planned",
            )

    # --- running one year -------------------------------------------------------------------------

    def _run(self, program: Program, view: View, support: int, *, pool: bool) -> tuple[Any, Any]:
        """Certain and ceiling of the year before rounding; (0, 0) where nothing can be paid."""
        history = self.history
        before = history.years if history else 0
        if history is not None or support > 1:
            history = History(max(before, support - 1), history.amount if history else 0)
        now = view.year == self.setting.task.profile.claim_year
        yearly = self.pool is not None and self.pool.yearly
        outcome = Runner(
            program,
            [view],
            self.decision,
            history,
            self.pool if pool else None,
            self.state if now or not yearly else None,
            barred=self.barred,
        ).outcome()
        year = outcome.years[0]
        return (year.certain, year.ceiling) if year.status in PAYING else (0, 0)

    def _lump(self, year: int, support: int, spending: Spending | None) -> Year | None:
        setting = self.setting

        def run(x: Number) -> tuple[Any, Any]:
            rows = {}
            if spending is not None and not (isinstance(x, int) and x == 0):
                rows[spending.kind] = [setting.row(spending.id, year, x)]
            return self._run(self.single, setting.view(year, rows), support, pool=True)

        part = self._part("", spending, run)
        if part is None:
            return None
        return Year((part,), (), self._whole(year, [spending] if spending else []))

    def _part(
        self, row: str, spending: Spending | None, run: Callable[[Any], tuple[Any, Any]]
    ) -> Part | None:
        if spending is None:
            certain, ceiling = run(0)
            found = [Segment(0, 0, Line(certain), None if ceiling is None else Line(ceiling))]
        else:
            found = list(segments(run, most_of(spending)))
        kept = tuple(one for one in found if pays(one) or (row and one.ceiling is None))
        return Part(row, (spending.id,) if spending else (), kept) if kept else None

    # --- row by row -------------------------------------------------------------------------------

    def _rows(self, year: int, support: int, found: Sequence[Spending]) -> Year | None:
        kind, parts = self.program.measure.subject, []
        if kind == ORG or any(one.kind != kind for one in found) or self.program.plus is not None:
            raise Touched
        if self._used_up(year, found):
            return None
        fixed = self.setting.rows(year).get(kind)
        for position, row in enumerate([{}] if fixed is None else fixed):
            name = str(row.get("id", position))
            parts.append(self._row(year, support, name, row, None, found))
        for one in found:
            others = [other for other in found if other is not one]
            parts.append(self._row(year, support, one.id, None, one, others))
        kept = tuple(part for part in parts if part is not None)
        if not kept:
            return None
        view = self._around(year, found)
        caps = [soft(cap, cap.value(view)) for cap in self.program.org_caps]
        kept = _stated(kept, caps)
        if not kept:
            return None
        if self.pool is not None:
            caps.append(self._pool_left(year))
        return Year(kept, tuple(caps), self._whole(year, found))

    def _row(
        self,
        year: int,
        support: int,
        name: str,
        row: Entity | None,
        spending: Spending | None,
        others: Sequence[Spending],
    ) -> Part | None:
        """One row, whatever the others are: the same with each of them and without."""
        if len(others) > MOST_ENTANGLED:
            raise Touched
        kind, setting, parts = self.program.measure.subject, self.setting, []
        here = spending is None and setting.rows(year).get(kind) is not None
        for present in _subsets(others):
            rows: dict[str, list[Entity]] = {one.kind: [] for one in present}
            rows[kind] = []
            for one in present:
                rows[one.kind].append(setting.row(one.id, year, UNTOUCHABLE))

            def run(x: Number, rows: dict[str, list[Entity]] = rows) -> tuple[Any, Any]:
                if spending is not None and isinstance(x, int) and x == 0:
                    return 0, 0
                mine = row if spending is None else setting.row(spending.id, year, x)
                assert mine is not None
                listed = rows if here else {**rows, kind: [*rows[kind], mine]}
                program = structs.replace(
                    self.single, own=_only(self.single, kind, mine), org_caps=(),
                    without_base=_base_of_own(self.single, kind, mine),
                )  # fmt: skip
                view = setting.view(year, listed)
                return self._run(program, view, support, pool=False)

            parts.append(self._part(name, spending, run))
        if any(part != parts[0] for part in parts):
            raise Touched
        part = parts[0]
        if part is None:
            return None
        return structs.replace(part, caps=self._entity_caps(year, row, spending, others))

    def _entity_caps(
        self, year: int, row: Entity | None, spending: Spending | None, others: Sequence[Spending]
    ) -> tuple[tuple[Exact | None, Exact | None], ...]:
        view = self._around(year, [*others, *([spending] if spending else [])])
        kind = self.program.measure.subject
        view.rows[kind] = (
            self.setting.row(spending.id, year, UNTOUCHABLE) if spending else row or {}
        )
        return tuple(soft(cap, cap.value(view)) for cap in self.program.entity_caps if cap.whole)

    def _around(self, year: int, found: Sequence[Spending]) -> View:
        rows: dict[str, list[Entity]] = {}
        for one in found:
            rows.setdefault(one.kind, []).append(self.setting.row(one.id, year, UNTOUCHABLE))
        return self.setting.view(year, rows)

    def _used_up(self, year: int, found: Sequence[Spending]) -> bool:
        if self.history is None:
            return False
        view = self._around(year, found)
        highs = [cap.value(view)[1] for cap in self.program.org_caps if cap.whole]
        return any(high is not None and self.history.amount >= high for high in highs)

    def _whole(
        self, year: int, found: Sequence[Spending]
    ) -> tuple[tuple[Exact | None, Exact | None], ...]:
        """The caps over all years, less what was received before, and a pool that is filled once."""
        view = self._around(year, found)
        before = self.history.amount if self.history else 0
        caps = []
        if self.program.measure.subject == ORG and self.program.plus is None:
            caps += [soft(cap, cap.value(view)) for cap in self.program.entity_caps if cap.whole]
        for cap in self.program.org_caps:
            if cap.whole:
                low, high = soft(cap, cap.value(view))
                caps.append((less(low, before), less(high, before)))
        if self.pool is not None and not self.pool.yearly:
            caps.append(self._pool_left(year))
        return tuple(caps)

    def _pool_left(self, year: int) -> tuple[Exact, Exact]:
        """What is in the pool for a claim of this year; it bounds claims even of an unstated amount not."""
        assert self.pool is not None
        now = year == self.setting.task.profile.claim_year
        state = self.state if now or not self.pool.yearly else None
        left = pool_left(self.pool, state)
        return left, left


def _only(program: Program, kind: str, row: Entity | None) -> Callable[[View], Any]:
    return lambda view: program.own(view) if view.rows[kind] is row else False


def _base_of_own(program: Program, kind: str, row: Entity | None) -> Callable[[View], Any]:
    return lambda view: program.without_base(view) if view.rows[kind] is row else False


def _subsets(items: Sequence[Spending]) -> Iterable[tuple[Spending, ...]]:
    return chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))


def _stated(
    parts: Sequence[Part], caps: Sequence[tuple[Exact | None, Exact | None]]
) -> tuple[Part, ...]:
    """The parts with every ceiling a number: what the firm's caps leave, or nothing where there are none.

    Where a fixed row has no stated ceiling and no cap bounds it, the measure as a whole has none.
    """
    if any(high is not None for _, high in caps):
        found = [filled(part, caps) for part in parts]
    else:
        silent = any(
            not part.spending and segment.ceiling is None
            for part in parts
            for segment in part.segments
        )
        found = [without_ceiling(part) if silent else part for part in parts]
    kept = [
        structs.replace(part, segments=tuple(one for one in part.segments if pays(one)))
        for part in found
    ]
    return tuple(part for part in kept if part.segments)
