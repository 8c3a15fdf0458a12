"""The firm's own dates: when a condition begins or ceases to hold, when support or a document ends.

Computed from the facts of the profile and the rules alone. No window of application is guessed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from huice.corpus.model import Measure
from huice.evaluate.facts import Entity, View
from huice.evaluate.formula import entity_name
from huice.evaluate.missing import Gap
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import MeasureResult, Result
from huice.language import nodes as n
from huice.language.calendar import add_months
from huice.language.check import kinds_named
from huice.language.scope import Scope
from huice.language.text import Text

ORG = "org"
FAR = 40
"""Years before and after the claim year in which a condition on the calendar year is looked at."""
DAY = timedelta(days=1)

KINDS: dict[str, Text] = {
    "first": Text("条件起始日", "First day"),
    "last": Text("条件截止日", "Last day"),
    "period_last": Text("期间届满", "Period ends"),
    "support_last": Text("支持年限届满", "Last year of support"),
    "document_starts": Text("文件施行", "Document in force"),
    "document_ends": Text("文件期限届满", "Document ends"),
}


class Event(Struct, frozen=True):
    """One day that matters to the firm.

    `kind`: a condition holds from this day (`first`) or up to it (`last`), support ends (`support_last`), a
    document starts or ends. `says` tells why, `quote` is the sentence it rests on (a whole document's event
    has none), `label` the phrase of the condition; `missing` the facts that the measure still waits for.
    `key` stays the same when the day changes.
    """

    key: str
    day: date
    kind: str
    title: Text
    says: Text
    measures: tuple[str, ...]
    document: str
    label: Text = Text("", "")
    quote: Text = Text("", "")
    missing: tuple[Gap, ...] = ()


def dates(result: Result) -> tuple[Event, ...]:
    """The dates of a result in their order, past ones included."""
    found = [*_of_documents(result)]
    scope = result.corpus.vocabulary.scope
    for one in result.measures:
        if one.here and one.measure.benefit and _can_matter(one, scope):
            found += _Finder(result, one).events()
    return tuple(sorted(found, key=lambda event: (event.day, event.kind, event.key)))


def coming(result: Result) -> tuple[Event, ...]:
    """The dates that are not past on the day of application."""
    return tuple(event for event in dates(result) if event.day >= result.profile.as_of)


# --- measures -----------------------------------------------------------------------------------------


def _can_matter(one: MeasureResult, scope: Scope) -> bool:
    """Whether the measure may pay, or misses only what time alone changes."""
    if one.status in PAYING:
        return True
    if one.status is Status.EXPIRED or one.outcome.years[0].reason != "conditions":
        return False
    asked = zip(one.rule.requires, one.conditions, strict=True)
    failed = [condition.expression for condition, check in asked if check.holds is False]
    return bool(failed) and all(_speaks_of_time(node, scope) for node in failed)


def _speaks_of_time(node: n.Node, scope: Scope) -> bool:
    """Whether a condition speaks of the day of application or of the claim year."""
    for part in n.walk(node):
        if isinstance(part, n.Context) and part.name in {"as_of", "claim_year"}:
            return True
        means = scope.facts[part.name].means if isinstance(part, n.Fact) else None
        if means is not None and _speaks_of_time(means, scope):
            return True
    return False


class _Finder:
    """The dates of one measure."""

    def __init__(self, result: Result, one: MeasureResult) -> None:
        self.result, self.one = result, one
        self.measure: Measure = one.measure
        self.closures = result.evaluator.programs.closures
        self.phrases = result.evaluator.programs.phrases
        self.view = result.views[0]
        self.scope = result.corpus.vocabulary.scope

    def events(self) -> Iterator[Event]:
        """Conditions first, a day once; then periods that run out and the years of support."""
        said: set[tuple[str, date, str | None]] = set()
        for condition in self.one.rule.requires:
            for identity, entity in self._entities(condition.expression):
                view = _looking_at(self.view, identity[0], entity)
                for kind, day, atom in self._turns(condition.expression, view):
                    if (kind, day, identity[1]) not in said:
                        said.add((kind, day, identity[1]))
                        says = self._says(kind, atom, identity)
                        yield self._event(kind, day, says, condition.label, identity, atom)
        if self.one.status in PAYING:
            yield from self._periods()
            yield from self._support()

    def _entities(self, node: n.Node) -> Iterator[tuple[tuple[str, str | None], Entity]]:
        kinds = kinds_named(node, self.scope)
        if not kinds:
            yield (ORG, None), self.view.rows[ORG]
            return
        kind = min(kinds)
        for position, entity in enumerate(self.view.lists.get(kind) or ()):
            yield (kind, str(entity.get("id", position))), entity

    def _event(
        self,
        kind: str,
        day: date,
        says: Text,
        label: Text,
        identity: tuple[str, str | None],
        atom: n.Node | None = None,
    ) -> Event:
        name = KINDS[kind]
        title = self.measure.title
        told = Text(f"{name.zh}：{title.zh}", f"{name['en']}: {title['en']}")
        about = str(hash_of(atom)) if atom is not None else ""
        key = "|".join((self.measure.id, kind, *map(str, identity), about))
        return Event(
            key, day, kind, told, says, (self.measure.id,), self.measure.document, label,
            self.measure.quote, self.one.missing,
        )  # fmt: skip

    def _says(self, kind: str, atom: n.Node, identity: tuple[str, str | None]) -> Text:
        said = self.phrases.says(atom)
        whose = Text("", "")
        if identity[1] is not None:
            name = entity_name(self.result.corpus, identity[0], identity[1])
            whose = Text(f"（{name.zh}）", f" ({name['en']})")
        if kind == "first":
            return Text(f"自当日起：{said.zh}", f"from this day on: {said['en']}") + whose
        return Text(f"至当日止：{said.zh}", f"up to and including this day: {said['en']}") + whose

    # --- conditions -----------------------------------------------------------------------------------

    def _turns(
        self, node: Any, view: View, *, upright: bool = True
    ) -> Iterator[tuple[str, date, n.Node]]:
        """When the parts of a condition begin and cease to hold; `upright` is False under a 不."""
        if isinstance(node, n.Not):
            yield from self._turns(node.item, view, upright=not upright)
        elif isinstance(node, n.And | n.Or | n.SomeOf):
            for item in node.items:
                yield from self._turns(item, view, upright=upright)
        elif isinstance(node, n.Fact):
            means = self.scope.facts[node.name].means
            if means is not None:
                yield from self._turns(means, view, upright=upright)
        elif isinstance(node, n.Elapsed):
            yield from ((kind, day, node) for kind, day in self._elapsed(node, view, upright))
        elif isinstance(node, n.Compare | n.RecordedIn) and _speaks_of_time(node, self.scope):
            for kind, day in self._compared(node, view, upright):
                yield kind, day, node

    def _elapsed(self, node: n.Elapsed, view: View, upright: bool) -> Iterator[tuple[str, date]]:  # noqa: FBT001
        if node.until != n.Context("as_of"):
            return
        since = self.closures.when(node.since)(view)
        if since is None:
            return
        day = add_months(since, node.span.numerator)
        yield _boundary(_BOUNDS[node.bound], day, upright=upright)

    def _compared(
        self,
        node: n.Compare | n.RecordedIn,
        view: View,
        upright: bool,  # noqa: FBT001
    ) -> Iterator[tuple[str, date]]:
        if isinstance(node, n.Compare) and n.Context("as_of") in (node.left, node.right):
            left = node.left == n.Context("as_of")
            day = self.closures.when(node.right if left else node.left)(view)
            if isinstance(day, date):
                op = node.op if left else _MIRRORED[node.op]
                for one in (">=", "<=") if op == "=" else (op,):
                    yield _boundary(one, day, upright=upright)
            return
        yield from _runs(self._by_year(node, view, upright=upright), view.year)

    def _by_year(self, node: Any, view: View, *, upright: bool) -> Callable[[int], bool | None]:
        test = self.closures.test(node)

        def holds(year: int) -> bool | None:
            moved = View(year, view.claim_date, view.rows, view.lists, view.previous)
            value = test(moved)
            return value if value is None or upright else not value

        return holds

    # --- periods that the profile states --------------------------------------------------------------

    def _periods(self) -> Iterator[Event]:
        """The last day of a period (a lease) that the amount is worked out from."""
        rule, profile = self.one.rule, self.result.profile
        nodes = [limit.amount for limit in (rule.pays, *rule.limits) if limit is not None]
        parts = [part for node in nodes for part in n.walk(node)]
        for part in parts:
            if not isinstance(part, n.Days | n.Months):
                continue
            fact = self.scope.facts[part.period.name]
            rows = [profile.org] if fact.entity == ORG else profile.lists.get(fact.entity) or ()
            for position, row in enumerate(rows):
                if fact.key not in row:
                    continue
                own = None if fact.entity == ORG else str(row.get("id", position))
                name = entity_name(self.result.corpus, fact.entity, own) if own else None
                whose = Text(f"（{name.zh}）", f" ({name['en']})") if name else Text("", "")
                label = fact.label
                says = Text(f"{label.zh}的最后一日", f"last day of: {label['en']}") + whose
                yield self._event(
                    "period_last", row[fact.key][1], says, label, (fact.entity, own), part
                )

    # --- years of support -----------------------------------------------------------------------------

    def _support(self) -> Iterator[Event]:
        """The last year of support, if it is drawn from the first year that pays without a gap."""
        lasts = self.one.rule.lasts
        pays = [year.year for year in self.one.outcome.years if year.pays]
        if lasts is None or lasts.most is None or not pays:
            return
        history = self.result.profile.history.get(self.measure.id)
        received = history.years if history else 0
        most = -(-lasts.most // 12)
        last = pays[0] + most - received - 1
        before = Text(f"（此前已享受 {received} 年）", f" ({received} received before)")
        says = Text(
            f"自 {pays[0]} 年起逐年享受{before.zh if received else ''}，最多 {most} 年，"
            f"{last} 年为最后一年",
            f"drawn every year from {pays[0]}{before['en'] if received else ''}, at most {most} "
            f"years: {last} is the last",
        )
        yield self._event("support_last", date(last, 12, 31), says, Text("", ""), (ORG, None))


_BOUNDS = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}
_MIRRORED = {"<": ">", "<=": ">=", "=": "=", ">=": "<=", ">": "<"}


def _boundary(op: str, day: date, *, upright: bool) -> tuple[str, date]:
    """The first or last day on which `as_of op day` holds, or its denial does."""
    if not upright:
        op = {">=": "<", "<=": ">", ">": "<=", "<": ">="}[op]
    if op == ">=":
        return "first", day
    if op == ">":
        return "first", day + DAY
    return ("last", day) if op == "<=" else ("last", day - DAY)


def _runs(holds: Callable[[int], bool | None], now: int) -> Iterator[tuple[str, date]]:
    """The first and last days of the years in which a condition holds."""
    years = range(now - FAR, now + FAR + 1)
    values = {year: holds(year) for year in years}
    if None in values.values():
        return
    for year in years[1:]:
        if values[year] and not values[year - 1]:
            yield "first", date(year, 1, 1)
        if values[year - 1] and not values[year]:
            yield "last", date(year - 1, 12, 31)


def _looking_at(view: View, kind: str, entity: Entity) -> View:
    return View(view.year, view.claim_date, {**view.rows, kind: entity}, view.lists, view.previous)


def hash_of(node: n.Node) -> str:
    """A short name of an expression that stays the same from run to run."""
    return hashlib.sha256(repr(node).encode()).hexdigest()[:8]


# --- documents ----------------------------------------------------------------------------------------


def _of_documents(result: Result) -> Iterator[Event]:
    """The stated periods of the documents whose measures may pay here."""
    held: dict[tuple[str, str, date], list[MeasureResult]] = {}
    for one in result.measures:
        valid = one.rule.valid
        if valid is None or not one.here or not one.measure.benefit:
            continue
        late = one.status is Status.EXPIRED or one.outcome.years[0].reason == "not_yet"
        if one.status not in PAYING and not late:
            continue
        if valid.ends:
            held.setdefault((one.measure.document, "document_ends", valid.ends), []).append(one)
        if valid.starts:
            held.setdefault((one.measure.document, "document_starts", valid.starts), []).append(one)
    for (document, kind, day), ones in held.items():
        name, title = KINDS[kind], result.corpus.document(document).title
        valid = ones[0].rule.valid
        assert valid is not None
        stated = _stated(valid.says)
        if kind == "document_starts":
            says = Text("文件自当日起施行", "the document is in force from this day")
        elif valid.after == "unknown":
            says = Text(
                "文件所载期限的最后一日，之后是否继续有效须向主管部门核实",
                "the last day of the document's stated period; ask the authority what holds afterwards",
            )
        else:
            says = Text(
                "文件所载期限的最后一日，之后失效",
                "the last day of the document's stated period; it ends then",
            )
        yield Event(
            f"{document}|{kind}",
            day,
            kind,
            Text(f"{name.zh}：{title.zh}", f"{name['en']}: {title['en']}"),
            says + stated,
            tuple(one.id for one in ones),
            document,
        )


def _stated(says: Text) -> Text:
    """The words of the document in brackets."""
    zh, en = (text.strip("（）() ") for text in (says.zh, says["en"]))
    return Text(f"（原文“{zh}”）", f" (“{en}”)") if zh else Text("", "")
