"""Runs the cases beside the rules: what each must give, what it gives, what none of them shows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Case, Measure
from huice.corpus.source import Problem, Source, read_file
from huice.evaluate.coverage import NEEDED, Branch, Run, coverage
from huice.evaluate.evaluator import evaluator, read_profile
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.outcome import Outcome, Status
from huice.evaluate.profiles import BadProfile
from huice.language.money import wan
from huice.language.text import Fault, Text, did_you_mean
from huice.language.units import MONEY, dimension_of, parse_literal, value_of

AS_OF = date(2025, 6, 30)
"""The date of application of a case that states none."""
UNSTATED = "未载"
"""What `gives` says where the text states no figure."""


class Figures(Struct, frozen=True):
    """What a case gives: status and two amounts in yuan; the ceiling None where none is stated."""

    status: Status
    certain: Exact
    ceiling: Exact | None

    def written(self) -> str:
        """As `gives` writes it: `eligible，0元，500万元`."""
        return "，".join((self.status.value, _literal(self.certain), _literal(self.ceiling)))


class CaseResult(Struct, frozen=True):
    """One case as it was run: expected and got, or the problems that kept it from being read."""

    measure: str
    case: Case
    expected: Figures | None
    got: Figures | None
    problems: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the rule gives what the case says."""
        return self.got is not None and self.got == self.expected

    def difference(self) -> Text:
        """What the case expects and what it gets, in one sentence; empty when it passes."""
        if self.passed or self.got is None or self.expected is None:
            return Text("", "")
        should, does, says = self.expected.written(), self.got.written(), self.case.says
        return Text(
            f"案例“{says}”应得 {should}，实得 {does}；请改规则，或核对原文后改 gives",
            f"the case “{says}” should give {should} but gives {does}; "
            "change the rule, or check the text and change `gives`",
        )


def run_cases(corpus: Corpus, measures: Iterable[str] | None = None) -> tuple[CaseResult, ...]:
    """Every case of the policy files, in their order; of these measures only if some are named."""
    return tuple(result for result, _ in _runs(corpus, measures))


def case_problems(corpus: Corpus) -> tuple[Problem, ...]:
    """What is wrong with the cases.

    C001 a case fails, C002 a case cannot be read, C003 a branch of a rule that no case decides: an
    error for payment, refusal, rungs and readings, information for caps, pools, single conditions
    and periods.
    """
    found = _runs(corpus)
    problems = [problem for result, _ in found for problem in _problems_of(result)]
    branches = coverage(corpus, [run for _, run in found if run is not None])
    problems += [_uncovered(branch) for branch in branches if not branch.covered]
    return tuple(problems)


def case_coverage(corpus: Corpus) -> tuple[Branch, ...]:
    """Every branch of the rules, and whether some case decides it."""
    return coverage(corpus, [run for _, run in _runs(corpus) if run is not None])


# --- one case -------------------------------------------------------------------------------------


def _runs(
    corpus: Corpus, measures: Iterable[str] | None = None
) -> list[tuple[CaseResult, Run | None]]:
    wanted = None if measures is None else frozenset(measures)
    return [
        _run(corpus, measure, case)
        for measure in corpus.measures
        if wanted is None or measure.id in wanted
        for case in measure.cases
    ]


def _run(corpus: Corpus, measure: Measure, case: Case) -> tuple[CaseResult, Run | None]:
    expected, problems = _expected(measure, case)
    profile = None
    try:
        profile = read_profile(case.given, corpus, AS_OF)
    except BadProfile as bad:
        problems = (*problems, *(_unread(measure, case, one) for one in bad.problems))
    if profile is None:
        return CaseResult(measure.id, case, expected, None, problems), None
    outcome = _outcome(corpus, measure, profile)
    got = Figures(outcome.status, outcome.certain, outcome.ceiling)
    return (
        CaseResult(measure.id, case, expected, got, problems),
        Run(measure, profile, outcome),
    )


def _outcome(corpus: Corpus, measure: Measure, profile: Profile) -> Outcome:
    return evaluator(corpus).outcomes(profile, [measure])[0]


def _expected(measure: Measure, case: Case) -> tuple[Figures | None, tuple[Problem, ...]]:
    """What `gives` says, or what is wrong with it."""
    problems = []
    statuses = [status.value for status in Status]
    if case.status not in statuses:
        text = Text(
            f"案例“{case.says}”：没有状态“{case.status}”，可选 {'、'.join(statuses)}",
            f"the case “{case.says}”: there is no status “{case.status}”, "
            f"choose from {', '.join(statuses)}",
        )
        problems.append(_at(measure, case, "C002", text + did_you_mean(case.status, statuses)))
    amounts: list[Exact] = []
    for written in (case.certain, case.ceiling):
        try:
            amounts += [] if written is None else [_amount(written)]
        except Fault as fault:
            zh, en = (
                f"案例“{case.says}”：{fault.text.zh}",
                f"the case “{case.says}”: {fault.text.en}",
            )
            problems.append(_at(measure, case, "C002", Text(zh, en)))
    if problems:
        return None, tuple(problems)
    ceiling = None if case.ceiling is None else amounts[1]
    return Figures(Status(case.status), amounts[0], ceiling), ()


def _amount(written: str) -> Exact:
    literal = parse_literal(written)
    if dimension_of(literal) != MONEY:
        raise Fault(
            f"“{written}”不是金额，写作 50万元、0元 或 {UNSTATED}",
            f"“{written}” is no amount of money; write 50万元, 0元 or {UNSTATED}",
        )
    return value_of(literal)


def _literal(amount: Exact | None) -> str:
    if amount is None:
        return UNSTATED
    return wan(amount, "zh").replace(" ", "").replace(",", "")


# --- problems -------------------------------------------------------------------------------------


def _problems_of(result: CaseResult) -> Iterator[Problem]:
    yield from result.problems
    if result.expected is not None and result.got is not None and not result.passed:
        where = result.case.where
        yield Problem(
            "C001", result.difference(), where.file, where.line, where.column, result.measure
        )


def _unread(measure: Measure, case: Case, problem: Problem) -> Problem:
    text = Text(
        f"案例“{case.says}”的画像有误：{problem.text.zh}",
        f"the profile of the case “{case.says}” is wrong: {problem.text['en']}",
    )
    return _at(measure, case, "C002", text)


def _at(measure: Measure, case: Case, code: str, text: Text) -> Problem:
    where = case.where
    return Problem(code, text, where.file, where.line, where.column, measure.id)


def _uncovered(branch: Branch) -> Problem:
    where = branch.where
    return Problem(
        "C003",
        Text(f"缺少{branch.says.zh}", f"there is no case for this branch: {branch.says.en}"),
        where.file,
        where.line,
        where.column,
        branch.subject,
        "error" if branch.kind in NEEDED else "info",
    )


# --- rewriting expectations -----------------------------------------------------------------------


def reset(results: Sequence[CaseResult], folder: Path | str) -> str:
    """Writes what failing cases gave into their `gives`, and returns the difference for review.

    Only that text changes: comments, order and line ends stay. A case whose profile cannot be read
    stays too, and so does a `gives` that runs over several lines.
    """
    failing: dict[str, list[CaseResult]] = {}
    for result in results:
        if result.got is not None and not result.passed:
            failing.setdefault(result.case.where.file, []).append(result)
    return "".join(_rewrite(Path(folder) / name, name, failing[name]) for name in failing)


_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'|[^\s"\'#,}\]][^#,}\]\r\n]*')


def _rewrite(path: Path, name: str, results: Sequence[CaseResult]) -> str:
    source = read_file(path, name)
    data = path.read_bytes()
    before = data.decode().splitlines(keepends=True)
    after = list(before)
    found = [(_gives(source, result.case), result.got) for result in results]
    for (line, column), got in sorted(found, key=lambda one: one[0], reverse=True):
        written = _SCALAR.match(after[line - 1], column - 1) if line else None
        if written is not None and got is not None:
            old, end = after[line - 1], written.start() + len(written[0].rstrip())
            after[line - 1] = f'{old[: written.start()]}"{got.written()}"{old[end:]}'
    path.write_bytes("".join(after).encode())
    return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", n=1))


def _gives(source: Source, case: Case) -> tuple[int, int]:
    """Line and column of the case's `gives`; (0, 0) when the file has changed since it was read."""
    measures: Any = source.value.get("measures") if isinstance(source.value, dict) else None
    for number, measure in enumerate(measures or ()):
        for position, written in enumerate(measure.get("cases") or ()):
            at = ("measures", number, "cases", position)
            same_place = source.at(at) == (case.where.line, case.where.column)
            if same_place and str(written.get("case")) == case.says:
                return source.at((*at, "gives"))
    return 0, 0
