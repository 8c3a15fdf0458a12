"""Which branches of the rules the cases decide: payment, refusal, rungs, caps, readings ..."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct, structs

from huice.corpus.corpus import Corpus
from huice.corpus.model import Document, Measure, Option, Place, Reading
from huice.corpus.readings import chosen
from huice.evaluate.evaluator import Evaluator, evaluator
from huice.evaluate.facts import Profile, View
from huice.evaluate.intervals import Interval
from huice.evaluate.outcome import PAYING, Outcome, Status
from huice.evaluate.program import Cap, Program
from huice.evaluate.result import Result
from huice.language import nodes as n
from huice.language.printing import say
from huice.language.scope import Scope
from huice.language.text import Text

Key: TypeAlias = tuple[Hashable, ...]


class Kind(StrEnum):
    """What sort of branch a case can decide."""

    PAYS = "pays"
    REFUSES = "refuses"
    RUNG = "rung"
    OPTION = "option"
    CAP = "cap"
    POOL = "pool"
    CONDITION = "condition"
    PERIOD = "period"


NEEDED = (Kind.PAYS, Kind.REFUSES, Kind.RUNG, Kind.OPTION)
"""Kinds without which the rules count as untested; the others are told as information."""


class Branch(Struct, frozen=True):
    """One branch of a rule: what a case must show, where it stands, and whether some case does."""

    kind: Kind
    subject: str
    says: Text
    where: Place
    key: Key
    covered: bool = False


class Run(Struct, frozen=True):
    """One case as it was run."""

    measure: Measure
    profile: Profile
    outcome: Outcome


def coverage(corpus: Corpus, runs: Iterable[Run]) -> tuple[Branch, ...]:
    """Every branch of the corpus, and whether one of the runs decides it."""
    seen: set[Key] = set()
    for run in runs:
        seen.update(_Watch(evaluator(corpus), run).keys())
    return tuple(
        structs.replace(branch, covered=branch.key in seen)
        for document in corpus.documents
        for branch in _branches(document, corpus.vocabulary.scope)
    )


# --- what there is to decide ----------------------------------------------------------------------


def _branches(document: Document, scope: Scope) -> Iterator[Branch]:
    once: set[Key] = set()
    for measure in document.measures:
        for branch in _of_measure(measure, scope):
            key = _shared(branch.key, document)
            if key not in once:
                once.add(key)
                yield structs.replace(branch, key=key)
    yield from _of_period(document)


def _shared(key: Key, document: Document) -> Key:
    """What a document states once for all its measures is one branch of the document."""
    kind, _, *rest = key
    if kind == Kind.CONDITION:
        stated = [_stated_at(measure, rest[0]) for measure in document.measures]
        everywhere = None not in stated and len(set(stated)) == 1
    else:
        everywhere = kind == Kind.OPTION and all(rest[0] in m.readings for m in document.measures)
    return (kind, document.id, *rest) if everywhere else key


def _stated_at(measure: Measure, label: Hashable) -> Place | None:
    same = [one.where for one in measure.rule.requires if one.label.zh == label]
    return same[0] if same else None


def _of_measure(measure: Measure, scope: Scope) -> Iterator[Branch]:
    where = measure.where
    pays = ("能享受的案例", "a case that may get it")
    yield Branch(Kind.PAYS, measure.id, Text(*pays), where, (Kind.PAYS, measure.id))
    refused = ("不予支持的案例", "a case that is refused")
    yield Branch(Kind.REFUSES, measure.id, Text(*refused), where, (Kind.REFUSES, measure.id))
    yield from _amounts(measure, scope)
    for reading in measure.readings:
        for option in reading.options:
            if option.computed and option.name != reading.default:
                yield Branch(
                    Kind.OPTION,
                    measure.id,
                    _switched(reading, option),
                    where,
                    (Kind.OPTION, measure.id, reading, option.name),
                )
    for condition in measure.rule.requires:
        if isinstance(condition.expression, n.Within):
            continue  # the place: every firm elsewhere shows it
        says = Text(
            f"只差条件“{condition.label.zh}”的案例",
            f"a case in which only “{condition.label['en']}” fails",
        )
        key = (Kind.CONDITION, measure.id, condition.label.zh)
        yield Branch(Kind.CONDITION, measure.id, says, condition.where, key)


def _switched(reading: Reading, option: Option) -> Text:
    name = f"{reading.id}: {option.name}"
    return Text(
        f"改用读法 {name}（{option.says.zh}）后结果不同的案例",
        f"a case that the reading {name} ({option.says['en']}) changes",
    )


def _amounts(measure: Measure, scope: Scope) -> Iterator[Branch]:
    rule = measure.rule
    nodes: list[n.Node | None] = [rule.pays, rule.plus, *rule.limits]
    for reading in measure.readings:
        for option in reading.options:
            patch = option.patch
            nodes += [part for part in (patch.pays, patch.plus) if isinstance(part, n.Node)]
    for node in nodes:
        for ladder in _ladders(node):
            for index, tier in enumerate(ladder.tiers):
                key = (Kind.RUNG, measure.id, ladder, index)
                yield Branch(Kind.RUNG, measure.id, _rung(tier, scope), measure.where, key)
    for limit in rule.limits:
        zh, en = say(limit, scope, "zh"), say(limit, scope, "en")
        says = Text(f"触及限额“{zh}”的案例", f"a case that the limit “{en}” cuts")
        yield Branch(Kind.CAP, measure.id, says, measure.where, (Kind.CAP, measure.id, limit))
    if rule.pool is not None and rule.pays is not None:
        says = Text("触及资金池余额的案例", "a case that the pool cuts")
        yield Branch(Kind.POOL, measure.id, says, measure.where, (Kind.POOL, measure.id))


def _rung(tier: n.Tier, scope: Scope) -> Text:
    ladder = n.Tiers((tier,))
    zh, en = say(ladder, scope, "zh"), say(ladder, scope, "en")
    return Text(f"由这一档定额的案例：{zh}", f"a case decided by this rung: {en}")


def _of_period(document: Document) -> Iterator[Branch]:
    valid = document.valid
    if valid is None:
        return
    ends = [("not_yet", valid.starts, "施行前", "before it starts")]
    ends.append(("ended", valid.ends, "届满后", "after it ends"))
    for reason, day, zh, en in ends:
        if day is not None:
            says = Text(f"{zh}的案例：{valid.says.zh}", f"a case {en}: {valid.says['en']}")
            key = (Kind.PERIOD, document.id, reason)
            yield Branch(Kind.PERIOD, document.id, says, document.where, key)


def _ladders(node: n.Node | None) -> list[n.Tiers]:
    return [] if node is None else [one for one in n.walk(node) if isinstance(one, n.Tiers)]


# --- what one case decides ------------------------------------------------------------------------


class _Watch:
    """Looks at one run and names the branches that it decides."""

    def __init__(self, held: Evaluator, run: Run) -> None:
        self.held, self.run = held, run
        self.measure, self.profile = run.measure, run.profile
        self.document = held.corpus.document(run.measure.document)
        self.program: Program = held.program(run.measure, run.profile)
        self.before: Interval = (0, None)
        self.found: set[Key] = set()

    def keys(self) -> set[Key]:
        """The branches that the run decides."""
        outcome, id_ = self.run.outcome, self.measure.id
        if outcome.status in PAYING and (outcome.ceiling is None or outcome.ceiling > 0):
            self.found.add((Kind.PAYS, id_))
        if outcome.status is Status.INELIGIBLE:
            self.found.add((Kind.REFUSES, id_))
            self._only_failing()
        for year in outcome.years:
            self.found.add((Kind.PERIOD, self.document.id, year.reason))
        if outcome.status in PAYING and self.program.pays is not None:
            self.held.run(
                self.program, self.profile, self.held.views(self.profile), record=self._step
            )
        self._switches()
        return self.found

    def _only_failing(self) -> None:
        """The one condition that fails while all others hold."""
        checks = Result(self.held, self.profile, [self.measure]).measures[0].conditions
        failing = [check for check in checks if check.holds is not True]
        if len(failing) == 1 and failing[0].holds is False:
            key = (Kind.CONDITION, self.measure.id, failing[0].label.zh)
            self.found.add(_shared(key, self.document))

    def _switches(self) -> None:
        """The chosen options without which the answer would be another."""
        mine = self.profile.readings.get(self.measure.id, {})
        readings = {reading.id: reading for reading in self.measure.readings}
        for id_, name in chosen(self.measure, mine):
            rest = {key: value for key, value in mine.items() if key != id_}
            other = structs.replace(
                self.profile, readings={**self.profile.readings, self.measure.id: rest}
            )
            if _answer(self.held.outcomes(other, [self.measure])) != _answer([self.run.outcome]):
                key = (Kind.OPTION, self.measure.id, readings[id_], name)
                self.found.add(_shared(key, self.document))

    def _step(self, kind: str, view: View, what: object, figures: Interval) -> None:
        """Told of each step of the amount."""
        if kind == "amount":
            self._rungs(self.program.rule.pays, view)
        elif kind == "plus":
            self._rungs(self.program.rule.plus, view)
        elif isinstance(what, Cap):
            self._rungs(what.limit, view)
        if _cuts(self.before, figures):
            if isinstance(what, Cap):
                self.found.add((Kind.CAP, self.measure.id, what.limit))
            elif kind == "pool":
                self.found.add((Kind.POOL, self.measure.id))
        self.before = figures

    def _rungs(self, node: n.Node | None, view: View) -> None:
        for ladder in _ladders(node):
            index = self._decisive(ladder, view)
            if index is not None:
                self.found.add((Kind.RUNG, self.measure.id, ladder, index))

    def _decisive(self, ladder: n.Tiers, view: View) -> int | None:
        for index, tier in enumerate(ladder.tiers):
            holds = True if tier.when is None else self.held.programs.closures.test(tier.when)(view)
            if holds is not False:
                return index if holds else None
        return None


def _answer(outcomes: Sequence[Outcome]) -> tuple[Any, ...]:
    one = outcomes[0]
    return one.status, one.certain, one.ceiling, one.year_count


def _cuts(before: Interval, after: Interval) -> bool:
    return before[1] is not None and after[1] is not None and after[1] < before[1]
