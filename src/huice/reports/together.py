"""The measures of one place together, as rows: groups, joint ceilings, the sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from huice.corpus.model import Group
from huice.evaluate.facts import Exact
from huice.evaluate.intervals import Interval
from huice.evaluate.outcome import Outcome
from huice.evaluate.result import Result
from huice.language.check import lies_in
from huice.language.text import Text
from huice.language.units import value_of
from huice.reports import words
from huice.reports.formulas import number
from huice.reports.rows import HIGH, LOW, Cell, Refs, Row, summed


class Together:
    """The measures of one place together, as `Total` has them: groups, joint ceilings, the sum."""

    def __init__(
        self, result: Result, totals: Mapping[str, int], rows: list[Row], first: int
    ) -> None:
        self.result, self.totals, self.rows, self.first = result, totals, rows, first
        self.corpus = result.corpus
        self.outcomes: dict[str, Outcome] = {
            one.measure: one
            for one in result.outcomes
            if one.quantified and self.corpus.measure(one.measure).benefit
        }

    def write(self) -> None:
        """Adds the rows; the last one is the total of the result."""
        total = self.result.total
        if self.result.place is not None:
            refs = [self._group(*part) for part in self._parts(None)]
            label = Text("合计（叠加规则已计入）", "Total (overlaps taken into account)")
            self._add("grand", label, _sums(refs), (total.certain, total.ceiling), checked=True)
            return
        alone = []
        for place in self.corpus.places:
            parts = list(self._parts(place))
            refs = [_joined_refs(group, rule, rows, years) for group, rule, rows, years in parts]
            figures = [self._figures(*part) for part in parts]
            both: Interval = (sum(low for low, _ in figures), sum(high or 0 for _, high in figures))
            name = words.place_name(self.corpus, place)
            alone.append(self._add("group", name, _sums(refs), both))
        label = Text(
            "合计：最优的一地（各地不相加）", "Total: the best single place (never added up)"
        )
        ends = (_most(alone, HIGH), _most(alone, LOW))
        self._add("grand", label, ends, (total.certain, total.ceiling), checked=True)

    def _add(
        self, kind: str, label: Text, refs: Refs, figures: Interval, *, checked: bool = False
    ) -> int:
        low, high = figures
        self.rows.append(
            Row(
                kind, label, high=Cell(refs[0], high), low=Cell(refs[1], low), checked=checked,
                engine_high=high, engine_low=low,
            )
        )  # fmt: skip
        return self.first + len(self.rows) - 1

    def _figures(self, group: Group | None, rule: str, rows: Sequence[int], years: int) -> Interval:
        """What a group comes to."""
        ones = [self.outcomes[id_] for id_, row in self.totals.items() if row in rows]
        joined = max if rule == "highest" else sum
        low: Exact = joined([0, *(one.certain for one in ones)])
        high: Exact = joined([0, *(one.ceiling or 0 for one in ones)])
        if group is None or group.ceiling is None:
            return low, high
        cap = _joint_cap(group, years)
        return min(low, cap), min(high, cap)

    def _group(self, group: Group | None, rule: str, refs: Sequence[int], years: int) -> Refs:
        """A group of several that pay stands in a row of its own."""
        if group is None or (len(refs) < 2 and group.ceiling is None):  # noqa: PLR2004
            return _joined_refs(group, rule, refs, years)
        told = words.GROUP_RULE[rule]
        label = Text(f"{group.says.zh}（{told.zh}）", f"{group.says['en']} ({told['en']})")
        figures = self._figures(group, rule, refs, years)
        number_ = self._add("group", label, _joined_refs(group, rule, refs, years), figures)
        return f"{HIGH}{number_}", f"{LOW}{number_}"

    def _parts(self, place: str | None) -> Iterator[tuple[Group | None, str, list[int], int]]:
        """Groups first, then what stands alone: which rule joins which totals."""
        here = [
            id_
            for id_ in self.outcomes
            if place is None or lies_in(place, self.corpus.measure(id_).place)
        ]
        grouped: set[str] = set()
        for group in self.corpus.groups:
            chosen = self.result.profile.readings.get(group.id, {})
            rule = chosen.get("rule", group.rule)
            members = [id_ for id_ in group.members if id_ in here]
            if rule == "warn" or not members or (rule == "stack" and group.ceiling is None):
                continue
            grouped |= set(members)
            paying = {year for id_ in members for year in self.outcomes[id_].paying or ()}
            refs = [self.totals[id_] for id_ in members if id_ in self.totals]
            if refs:
                yield group, rule, refs, max(len(paying), 1)
        refs = [self.totals[id_] for id_ in here if id_ not in grouped and id_ in self.totals]
        yield None, "stack", refs, 1


def _joined_refs(group: Group | None, rule: str, refs: Sequence[int], years: int) -> Refs:
    name = "MAX" if rule == "highest" else "SUM"
    ends = []
    for column in (HIGH, LOW):
        joined = f"{name}({','.join(f'{column}{ref}' for ref in refs)})" if refs else "0"
        if group is not None and group.ceiling is not None:
            joined = f"MIN({joined},{number(_joint_cap(group, years)).text})"
        ends.append(joined)
    return ends[0], ends[1]


def _joint_cap(group: Group, years: int) -> Exact:
    assert group.ceiling is not None
    amount: Any = group.ceiling.amount  # a literal, checked at load
    return value_of(amount) * (years if group.ceiling.period == "year" else 1)


def _sums(refs: Sequence[Refs]) -> Refs:
    ends = [summed([ref[end] for ref in refs]) for end in (0, 1)]
    return ends[0], ends[1]


def _most(rows: Sequence[int], column: str) -> str:
    return f"MAX({','.join(f'{column}{row}' for row in rows)})"
