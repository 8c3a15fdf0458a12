"""How every amount of a result comes about, as rows of a spreadsheet with live formulas.

The engine is run once more and told of at each step; each step becomes a row whose formulas compute it from the
rows above and from input cells, with the engine's own figures beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from huice.corpus.model import Pool
from huice.evaluate.engine import NO_DECISION, Claimant
from huice.evaluate.facts import Exact, View
from huice.evaluate.formula import entity_name
from huice.evaluate.intervals import Interval, Kleene
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.program import Cap, Program
from huice.evaluate.result import MeasureResult, Result
from huice.language import nodes as n
from huice.language.check import kinds_named
from huice.language.scope import Sort
from huice.language.text import NOTHING, Text
from huice.language.units import value_of
from huice.reports import words
from huice.reports.formulas import ENDLESS, ORG, Inputs, Pair, Term, Writer, ladder, number
from huice.reports.rows import CONDITION, HIGH, LONGEST, LOW, PARAMETER, Cell, Refs, Row, summed
from huice.reports.together import Together


class Workings(Struct, frozen=True):
    """All rows, the inputs they use, and the rows that hold the totals of measures."""

    rows: tuple[Row, ...]
    inputs: Inputs
    totals: Mapping[str, int]


def workings(result: Result, first: int) -> Workings:
    """The rows of a result; `first` is the number of the first row on the sheet."""
    inputs = Inputs(result.corpus)
    rows: list[Row] = []
    totals: dict[str, int] = {}
    for one in result.of_status(*PAYING):
        book = _Book(result, one, inputs, rows, first)
        totals[one.id] = book.write()
    Together(result, totals, rows, first).write()
    return Workings(tuple(rows), inputs, totals)


class _Book:
    """The rows of one measure."""

    def __init__(
        self, result: Result, one: MeasureResult, inputs: Inputs, rows: list[Row], first: int
    ) -> None:
        self.result, self.one, self.inputs, self.rows, self.first = result, one, inputs, rows, first
        self.program: Program = result.evaluator.program(one.measure, result.profile)
        self.rule, self.subject = self.program.rule, one.measure.subject
        self.decision = result.profile.decisions.get(one.id, NO_DECISION)
        self.phrases = result.evaluator.programs.phrases
        self.scope = result.corpus.vocabulary.scope
        self.owed = {year.year: year.status is Status.ELIGIBLE for year in one.outcome.years}
        self.years: dict[int, Refs] = {}
        self.year = 0
        self.bases: dict[n.Node, int] = {}
        self.outer: list[str] = []
        self.own: list[str] = []
        self.entities: list[tuple[str, Refs]] = []
        self.claimants: list[Claimant] = []
        self.received: dict[str, list[Refs]] = {}
        self.now: Refs | None = None
        self.whose = NOTHING
        self.approved: int | None = None

    def write(self) -> int:
        """Adds the rows; the number of the row that holds the total."""
        if self.program.pays is not None:
            self.result.evaluator.run(
                self.program, self.result.profile, self.result.views, self.record
            )
            self._end_year()
        return self._total()

    # --- rows -----------------------------------------------------------------------------------------

    def _add(self, kind: str, label: Text, *nodes: Any, **cells: Any) -> int:
        text = self.one.measure.text
        spans = sorted({span for node in nodes for span in self.phrases.spans(node, text)})
        numbers = "、".join(dict.fromkeys(text[start:end] for start, end in spans))
        row = Row(
            kind, label, self.year or None, self.whose, numbers=numbers, one=self.one, **cells
        )
        for name in ("high", "low", "parameter", "condition"):
            cell: Cell | None = getattr(row, name)
            if cell is not None and len(cell.formula) > LONGEST:
                setattr(row, name, Cell(number(cell.value).text, cell.value))
        self.rows.append(row)
        return self.first + len(self.rows) - 1

    def _stage(
        self, kind: str, label: Text, figures: Interval, refs: Refs, *nodes: Any, **cells: Any
    ) -> int:
        """A row that the engine's figures check."""
        low, high = figures
        return self._add(
            kind, label, *nodes, high=Cell(refs[0], high), low=Cell(refs[1], low), checked=True,
            engine_high=high, engine_low=low, **cells,
        )  # fmt: skip

    # --- what the engine tells --------------------------------------------------------------------------

    def record(self, kind: str, view: View, what: Any, figures: Interval) -> None:
        """A step of the engine."""
        if kind == "approved":
            self._end_year()
            self.year, self.whose = 0, NOTHING
            label = Text("主管部门批准的金额", "amount approved by the authority")
            amount = self.decision.amount
            assert amount is not None
            self.approved = self._add(
                "approved", label, parameter=Cell(number(amount).text, amount)
            )
            return
        if view.year != self.year:
            self._end_year()
            self._begin_year(view)
        writer = Writer(self.result.evaluator, self.inputs, view)
        if kind == "amount":
            self._amount(writer, what, figures)
        elif kind == "cap":
            self._cap(writer, what, figures)
        elif kind == "sum":
            self._close_entities()
            refs = tuple(
                f"SUM({','.join(entity[1][end] for entity in self.entities)})" for end in (0, 1)
            )
            label = Text(f"{what} 项合计", f"sum of {what}")
            self._move("sum", label, figures, (refs[0], refs[1]))
        elif kind == "plus":
            self._close_entities()
            self._plus(writer, what, figures)
        elif kind == "pool":
            self._close_entities()
            self._pool(view, what, figures)
        elif kind == "approved_base":
            label = Text("主管部门核定的基数", "base approved by the authority")
            base = self.decision.base
            assert base is not None
            self._add("approved_base", label, parameter=Cell(number(base).text, base))

    def _begin_year(self, view: View) -> None:
        self.year, self.now, self.whose = view.year, None, NOTHING
        self.entities, self.claimants = [], []
        self.bases, self.own = {}, []
        self.outer = self._conditions(Writer(self.result.evaluator, self.inputs, view), ORG)

    def _end_year(self) -> None:
        if not self.year:
            return
        self._close_entities()
        refs = self.now or ("0", "0")
        if len(self.result.views) > 1 and self.now is not None:
            year = next(year for year in self.one.outcome.years if year.year == self.year)
            label = Text(f"{self.year} 年", str(self.year))
            figures: Interval = (year.certain, year.ceiling)
            number_ = self._stage("year", label, figures, refs)
            refs = (f"{HIGH}{number_}", f"{LOW}{number_}")
        for identity, given in self.entities:
            self.received.setdefault(identity, []).append(given)
        self.years[self.year] = refs
        self.year = 0

    def _close_entities(self) -> None:
        """The last entity is done; what one or none of them gives is what the applicant gets."""
        if self.whose is not NOTHING or self.now is None:
            self.whose = NOTHING
            self.bases = {}
        if self.now is None and self.entities:
            self.now = self.entities[-1][1]

    def _move(
        self, kind: str, label: Text, figures: Interval, refs: Refs, *nodes: Any, **cells: Any
    ) -> None:
        number_ = self._stage(kind, label, figures, refs, *nodes, **cells)
        self.now = (f"{HIGH}{number_}", f"{LOW}{number_}")

    # --- one entity -------------------------------------------------------------------------------------

    def _amount(self, writer: Writer, claimant: Claimant, figures: Interval) -> None:
        identity = str(claimant.identity)
        self.own, self.now = [], None
        self.claimants.append(claimant)
        if self.subject != ORG:
            writer.identity[self.subject] = identity
            self.whose = entity_name(self.result.corpus, self.subject, identity)
            self.bases = {}
            self.own = self._conditions(writer, self.subject)
        pays = self.rule.pays
        assert pays is not None
        amount: Any = pays.amount
        if self.decision.base is not None and isinstance(amount, n.ShareOf):
            base = amount.base.items[0] if isinstance(amount.base, n.Lower) else amount.base
            amount = n.ShareOf(amount.rate, base)
        cells: dict[str, Any] = {}
        if isinstance(amount, n.Tiers):
            refs = self._ladder(writer, amount)
        else:
            refs, cells = self._value(writer, amount)
        count = _count_of(pays, writer)
        if count is not None:
            refs = (f"{refs[0]}*{count.high.operand}", f"{refs[1]}*{count.low.operand}")
        owed = self.owed[self.year] and claimant.surely and self.rule.exact
        refs = self._if_conditions_hold(refs, owed=bool(owed))
        label = self.phrases.says(pays)
        number_ = self._stage("amount", label, figures, refs, pays.amount, **cells)
        self.entities.append((identity, (f"{HIGH}{number_}", f"{LOW}{number_}")))

    def _if_conditions_hold(self, refs: Refs, *, owed: bool) -> Refs:
        held = [*self.outer, *self.own]
        low = refs[1] if owed else "0"
        if not held:
            return refs[0], low
        least = held[0] if len(held) == 1 else f"MIN({','.join(held)})"
        return f"IF({least}>0,{refs[0]},0)", f"IF({least}=1,{low},0)" if owed else "0"

    def _conditions(self, writer: Writer, kind: str) -> list[str]:
        """The conditions that hang on figures: their cells, for what is worked out below them."""
        cells = []
        for condition in self.rule.requires:
            node = condition.expression
            named = kinds_named(node, self.scope)
            if (min(named) if named else ORG) != kind:
                continue
            term = writer.truth(node)
            if term.text in {"0", "0.5", "1"}:
                continue
            cell = Cell(term.text, _as_number(writer.closures.test(node)(writer.view)))
            number_ = self._add("condition", condition.label, node, condition=cell)
            cells.append(f"{CONDITION}{number_}")
        return cells

    def _ladder(self, writer: Writer, node: n.Tiers) -> Refs:
        """A ladder: a row for each rung that may apply, and which of them does."""
        rungs: list[tuple[Term, Pair]] = []
        for tier in node.tiers:
            holds = Term("1") if tier.when is None else writer.truth(tier.when)
            if holds.text == "0":
                continue
            refs, cells = self._value(writer, tier.value)
            low, high = writer.value(tier.value)
            label = Text("其他情形", "otherwise")
            value: Kleene = True
            if tier.when is not None:
                label = self.phrases.says(tier.when)
                value = writer.closures.test(tier.when)(writer.view)
            number_ = self._add(
                "tier", label, *(node_ for node_ in (tier.when, tier.value) if node_ is not None),
                condition=Cell(holds.text, _as_number(value)),
                high=Cell(refs[0], high), low=Cell(refs[1], low), **cells,
            )  # fmt: skip
            settled = holds.text in {"1", "0.5"}
            test = holds if settled else Term(f"{CONDITION}{number_}")
            rungs.append((test, Pair(Term(f"{LOW}{number_}"), Term(f"{HIGH}{number_}"))))
            if holds.text == "1":
                break
        pair = ladder(rungs)
        return pair.high.text, pair.low.text

    def _value(self, writer: Writer, node: Any) -> tuple[Refs, dict[str, Any]]:
        """An amount: rows for its base and rate, and what is to be written from them."""
        here = self.first + len(self.rows)
        if isinstance(node, n.ShareOf):
            base = self._base(writer, node.base)
            rate = writer.pair(node.rate)
            low, high = writer.value(node.rate)
            here = self.first + len(self.rows)
            label = self.phrases.says(node.rate)
            if rate.low == rate.high:
                self._add(
                    "rate", label, node.rate, parameter=Cell(rate.high.text, high), share=True
                )
                refs = (f"{PARAMETER}{here}", f"{PARAMETER}{here}")
            else:
                cells = {"high": Cell(rate.high.text, high), "low": Cell(rate.low.text, low)}
                self._add("rate", label, node.rate, share=True, **cells)
                refs = (f"{HIGH}{here}", f"{LOW}{here}")
            return (f"{HIGH}{base}*{refs[0]}", f"{LOW}{base}*{refs[1]}"), {}
        if isinstance(node, n.Fact):
            base = self._base(writer, node)
            return (f"{HIGH}{base}", f"{LOW}{base}"), {}
        pair = writer.pair(node)
        if isinstance(node, n.Literal):
            parameter = Cell(pair.high.text, value_of(node))
            return (f"{PARAMETER}{here}", f"{PARAMETER}{here}"), {"parameter": parameter}
        return (pair.high.operand, pair.low.operand), {}

    def _base(self, writer: Writer, node: Any) -> int:
        """The row of a base, one for all rungs of a ladder."""
        known = self.bases.get(node)
        if known is not None:
            return known
        pair = writer.pair(node)
        low, high = writer.value(node)
        cells = {"high": Cell(pair.high.text, high), "low": Cell(pair.low.text, low)}
        self.bases[node] = self._add("base", self.phrases.says(node), node, **cells)
        return self.bases[node]

    # --- caps, what comes on top, pool ----------------------------------------------------------------

    def _cap(self, writer: Writer, cap: Cap, figures: Interval) -> None:
        limit = cap.limit
        of_entity = limit.per != ORG
        if of_entity:
            identity, before = self.entities[-1]
            if self.subject != ORG:
                writer.identity[self.subject] = identity
            earlier = self.received.get(identity, []) if limit.per is not None else []
        else:
            self._close_entities()
            before = self.now or ("0", "0")
            identity, earlier = "", list(self.years.values())
        if limit is self.rule.pays and self._says_it_already(earlier):
            return
        pair = writer.pair(limit.amount)
        high = writer.value(limit.amount)[1]
        count = _count_of(limit, writer)
        if count is not None:
            pair = Pair(
                Term(f"{pair.low.operand}*{count.low.operand}", atom=False),
                Term(f"{pair.high.operand}*{count.high.operand}", atom=False),
            )
            high = cap.value(writer.view)[1]
        here = self.first + len(self.rows)
        most = f"{PARAMETER}{here}"
        least = most if pair.low == pair.high else pair.low.text
        if cap.whole and limit.per is not None:
            history = self.result.profile.history.get(self.one.id)
            past = number(history.amount).text if history and not of_entity else ""
            rest = _left(most, past, [refs[0] for refs in earlier])
            open_ended = rest != most and not pair.high.plain
            most = f"IF({most}>={ENDLESS},{most},{rest})" if open_ended else rest
            least = _left(least, past, [refs[1] for refs in earlier])
        top = before[0] if cap.soft else f"MIN({before[0]},{most})"
        kind = "soft_cap" if cap.soft else "unit_cap" if limit.per is None else "cap"
        refs = (top, f"MIN({before[1]},{least})")
        number_ = self._stage(
            kind, self.phrases.says(limit), figures, refs, limit.amount,
            parameter=Cell(pair.high.text, high),
        )  # fmt: skip
        after = (f"{HIGH}{number_}", f"{LOW}{number_}")
        if of_entity:
            self.entities[-1] = (identity, after)
        else:
            self.now = after

    def _says_it_already(self, earlier: Sequence[Refs]) -> bool:
        """Whether the amount that a clause states is its own cap, with nothing yet to take from it."""
        history = self.one.id in self.result.profile.history
        alone = len(self.claimants) == 1 and self.rows[-1].kind == "amount"
        return alone and not history and all(refs[0] == "0" for refs in earlier)

    def _plus(self, writer: Writer, node: Any, figures: Interval) -> None:
        lists, kept = writer.view.lists, writer.view.lists.get(self.subject)
        if self.decision.base is not None and self.subject != ORG:
            lists[self.subject] = [claimant.entity for claimant in self.claimants]
        pair, high = writer.pair(node), writer.value(node)[1]
        if self.subject != ORG:
            lists[self.subject] = kept
        before = self.now or ("0", "0")
        here = self.first + len(self.rows)
        surely = any(claimant.surely for claimant in self.claimants)
        owed = surely and self.owed[self.year] and self.rule.exact
        least = pair.low.operand if owed else "0"
        refs = (f"{before[0]}+{PARAMETER}{here}", f"{before[1]}+{least}")
        cell = Cell(pair.high.text, high)
        self._move("plus", self.phrases.says(node), figures, refs, node, parameter=cell)

    def _pool(self, view: View, pool: Pool, figures: Interval) -> None:
        before = self.now or ("0", "0")
        now = view.year == self.result.views[0].year
        state = self.result.profile.pools.get(pool.id) if now or not pool.yearly else None
        left: Exact = value_of(pool.holds)
        if state is not None and state.yuan is not None:
            left = min(left, state.yuan)
        if state is not None and state.count is not None and pool.face is not None:
            left = min(left, state.count * value_of(pool.face))
        here = self.first + len(self.rows)
        earlier = [] if pool.yearly else list(self.years.values())
        highs, lows = [refs[0] for refs in earlier], [refs[1] for refs in earlier]
        if not self.program.org_caps:  # a pool is no promise: without a cap it bounds nothing
            highs = [f"IF({high}>={ENDLESS},0,{high})" for high in highs]
        most = f"MIN({before[0]},{_left(f'{PARAMETER}{here}', '', highs)})"
        if not self.program.org_caps:
            most = f"IF({before[0]}>={ENDLESS},{before[0]},{most})"
        least = f"MIN({before[1]},{_left(f'{PARAMETER}{here}', '', lows)})"
        label = Text(f"资金池：{pool.text.zh}", f"pool: {pool.text['en']}")
        cell = Cell(number(left).text, left)
        self._move("pool", label, figures, (most, least), pool.holds, parameter=cell)

    # --- all years ------------------------------------------------------------------------------------

    def _total(self) -> int:
        one = self.one
        self.year, self.whose = 0, NOTHING
        label = Text(f"{one.measure.title.zh}：合计", f"{one.measure.title['en']}: total")
        unstated = words.why_unstated(one)
        if self.program.pays is None and self.approved is None:
            return self._add("total", label, text=unstated, low=Cell("0", 0))
        sums = [summed([refs[end] for refs in self.years.values()]) for end in (0, 1)]
        if self.approved is not None:
            granted = f"{PARAMETER}{self.approved}"
            both = granted if self.program.pays is None else f"MIN({granted},{sums[0]})"
            sums = [both, both]
        high = _cut(sums[0])
        if one.ceiling is None:
            high = f'IF({sums[0]}>={ENDLESS},"{{unstated}}",{high})'
        return self._stage(
            "total", label, (one.certain, one.ceiling), (high, _cut(sums[1])), text=unstated
        )


def _left(cap: str, past: str, earlier: Sequence[str]) -> str:
    """What is left of a cap after earlier years."""
    taken = [*([past] if past not in {"", "0"} else []), *(ref for ref in earlier if ref != "0")]
    return f"MAX(0,{cap}-{'-'.join(taken)})" if taken else cap


def _cut(formula: str) -> str:
    """Down to the fen; the inner rounding takes away what binary fractions add."""
    return f"ROUNDDOWN(ROUND({formula},6),2)"


def _as_number(value: Kleene) -> Exact:
    return Fraction(1, 2) if value is None else int(value)


def _count_of(limit: n.Limit, writer: Writer) -> Pair | None:
    """How many records multiply a limit."""
    if limit.per in (None, ORG) or limit.per in writer.scope.kinds:
        return None
    for fact in writer.scope.facts.values():
        if fact.sort is Sort.RECORDS and limit.per in fact.members:
            return writer.pair(n.Records(n.Fact(fact.name), limit.per))
    return None
