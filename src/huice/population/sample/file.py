"""Reads an assumptions file strictly: what is misspelt, missing or does not add up is told with its line.

Every fact of the vocabulary needs a distribution, every option a chance, every entry its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import Cursor
from huice.corpus.model import FactInfo
from huice.corpus.source import Problem, Source, read_file
from huice.corpus.vocabulary import ORG, text_of
from huice.evaluate.profiles import OUTCOMES
from huice.language.text import Text
from huice.population.sample.distributions import DISTRIBUTIONS, Reading, distribution
from huice.population.sample.draw import GROUP
from huice.population.sample.model import (
    Allowed,
    Assumptions,
    Case,
    Choice,
    Group,
    Listing,
    Normal,
    Variable,
)
from huice.population.sample.numbers import chance, key_of, unknown
from huice.population.schema import DECISIONS, HISTORY, ORGS, schema_of

SHIPPED = Path(__file__).with_name("assumptions.yaml")
BAD_SHAPE, NOT_COVERED, NOT_USED = "H001", "H005", "H006"
_EXTRA_SORTS = {"outcome": "choice", "years": "count", "money": "money"}


class BadAssumptions(ValueError):
    """An assumptions file with faults; `problems` lists them all."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.render() for problem in problems))
        self.problems = problems


def load_assumptions(corpus: Corpus, file: Path | Source | None = None) -> Assumptions:
    """The assumptions of a file; those that come with huice if none is named.

    Raises `BadAssumptions` with everything that is wrong.
    """
    shown = SHIPPED.name if file is None else ""
    source = file if isinstance(file, Source) else read_file(file or SHIPPED, shown)
    found = None if source.problems else _Reader(source, corpus).read()
    if source.problems or found is None:
        raise BadAssumptions(tuple(source.problems))
    return found


class _Reader:
    def __init__(self, source: Source, corpus: Corpus) -> None:
        self.root = Cursor(source, source.value, code=BAD_SHAPE)
        self.corpus, self.schema = corpus, schema_of(corpus)
        self.used: set[str] = set()

    def read(self) -> Assumptions | None:
        lists = dict(self.schema.lists)
        tables = (*lists.values(), DECISIONS, HISTORY)
        if not self.root.mapping(("about", "as_of", ORGS, *tables), ("about", "as_of", ORGS)):
            return None
        as_of = self.root.down("as_of")
        day = self.root.day("as_of")
        if day is None and as_of.word() == "":
            as_of.note(Text("缺少日期", "a date is missing"))
        orgs = self._orgs(self.root.down(ORGS))
        listings = [
            self._listing(self.root.down(table), kind, table, self._facts(kind), orgs)
            for kind, table in lists.items()
        ]
        listings += [
            self._listing(self.root.down(table), "", table, self._extra(table), orgs)
            for table in (DECISIONS, HISTORY)
            if table in self.root
        ]
        for variable in (*orgs, *(one for listing in listings for one in listing.variables)):
            if variable.fact is None and variable.name not in self.used:
                self._note_unused(variable)
        return Assumptions(
            text_of(self.root, "about"),
            day or date(2000, 1, 1),
            orgs,
            tuple(listings),
            hashlib.sha256(repr(self.root.value).encode()).hexdigest(),
        )

    def _note_unused(self, variable: Variable) -> None:
        name = variable.name
        self.root.source.problems.append(
            Problem(
                NOT_USED,
                Text(
                    f"没有人用到辅助变量“{name}”；请用它，或删去",
                    f"nothing leans on the helper “{name}”; use it or leave it out",
                ),
                self.root.source.file,
                variable.line,
            )
        )

    # --- which facts there are ----------------------------------------------------------------------

    def _facts(self, kind: str) -> dict[str, FactInfo]:
        return {fact.name: fact for fact in self.corpus.vocabulary.of(kind)}

    def _extra(self, table: str) -> dict[str, FactInfo]:
        """The columns of decisions and history, as facts."""
        found = {}
        for column in self.schema.tables[table].columns.values():
            sort = _EXTRA_SORTS.get(column.sort)
            if sort is None:
                continue
            name = column.name.removesuffix("_fen")
            options = {one: Text(one, one) for one in OUTCOMES} if sort == "choice" else {}
            nothing = Text("", "")
            found[name] = FactInfo(
                name, column.name, table, sort, "", column.meaning, nothing, nothing, 1, "", "",
                options,
            )  # fmt: skip
        return found

    # --- sections -----------------------------------------------------------------------------------

    def _orgs(self, cursor: Cursor) -> tuple[Variable, ...]:
        cursor.mapping(("facts",), ("facts",))
        facts = self._facts(ORG)
        return self._variables(cursor.down("facts"), facts, {})

    def _listing(
        self,
        cursor: Cursor,
        kind: str,
        table: str,
        facts: dict[str, FactInfo],
        orgs: tuple[Variable, ...],
    ) -> Listing:
        known = ("because", "groups", "facts", *(("unlisted",) if kind else ()))
        if not cursor.mapping(known, ("because", "groups", "facts")):
            self.root.note(
                Text(
                    f"缺少“{table}”：没有对{table}的假设",
                    f"“{table}” is missing: nothing is assumed of them",
                ),
                NOT_COVERED,
            )
            return Listing(kind, table, (), (), Fraction(0), Text("", ""))
        scope = {variable.name: variable for variable in orgs}
        groups = tuple(
            self._group(name, below.about(f"{table}.{name}"), scope)
            for name, below in cursor.down("groups").items()
        )
        own = Variable(GROUP, "choice", tuple(one.name for one in groups), (), Fraction(0),
                       Text("", ""))  # fmt: skip
        return Listing(
            kind,
            table,
            groups,
            self._variables(cursor.down("facts"), facts, {**scope, GROUP: own}),
            chance(cursor.down("unlisted"), Fraction(0)),
            self._reason(cursor),
        )

    def _group(self, name: str, cursor: Cursor, scope: dict[str, Variable]) -> Group:
        cursor.mapping(("because", "poisson", "numbers", "cases"), ("because",))
        reading = Reading(scope, "count", (), self.used)
        return Group(name, self._cases(cursor, reading, ("poisson", "numbers")),
                     self._reason(cursor))  # fmt: skip

    def _reason(self, cursor: Cursor) -> Text:
        reason = text_of(cursor, "because")
        if cursor.down("because").value and not reason.en:
            cursor.down("because").note(
                Text("理由要有中英两种文字：{zh: …, en: …}",
                     "give the reason in both languages: {zh: …, en: …}")
            )  # fmt: skip
        return reason

    # --- variables ----------------------------------------------------------------------------------

    def _variables(
        self, cursor: Cursor, facts: dict[str, FactInfo], scope: dict[str, Variable]
    ) -> tuple[Variable, ...]:
        scope, found = dict(scope), []
        for name, below in cursor.items():
            about = below.about(name)
            if name not in facts and ("." in name or name in scope):
                unknown(about, "事实", "fact", name, list(facts))
                continue
            variable = self._variable(name, about, facts.get(name), scope)
            if variable is not None:
                scope[name] = variable
                found.append(variable)
        for fact in facts.values():
            if fact.name not in cursor:
                cursor.note(
                    Text(
                        f"没有对“{fact.name}”（{fact.label.zh}）的假设；不想给，就写 none: true",
                        f"nothing is assumed of “{fact.name}” ({fact.label['en']}); "
                        "to leave it unknown write none: true",
                    ),
                    NOT_COVERED,
                )
        return tuple(found)

    def _variable(
        self, name: str, cursor: Cursor, fact: FactInfo | None, scope: dict[str, Variable]
    ) -> Variable | None:
        known = ("because", "cases", *(("missing",) if fact else ()), *DISTRIBUTIONS)
        if not cursor.mapping(known, ("because",)):
            return None
        options = tuple(fact.options) if fact else _named(cursor)
        sort = fact.type if fact else ""
        reading = Reading(scope, sort, options, self.used)
        cases = self._cases(cursor, reading, tuple(DISTRIBUTIONS))
        if not cases:
            return None
        if fact is None:
            sort = _helper_sort(cases)
        elif sort == "truth":
            options = ("false", "true")
        self._all_named(cursor, options, reading)
        return Variable(
            name,
            sort,
            options,
            cases,
            chance(cursor.down("missing"), Fraction(0)),
            self._reason(cursor),
            fact,
            self.root.source.at(key_of(cursor))[0],
        )

    def _all_named(self, cursor: Cursor, options: Iterable[str], reading: Reading) -> None:
        left = [option for option in options if option not in reading.named]
        if left and reading.lists:
            cursor.note(
                Text(
                    f"没有写到选项 {'、'.join(left)}；不出现的写 0%",
                    f"these options have no chance: {', '.join(left)}; write 0% for one that never comes",
                ),
                NOT_COVERED,
            )

    def _cases(
        self, cursor: Cursor, reading: Reading, allowed: tuple[str, ...]
    ) -> tuple[Case, ...]:
        if "cases" not in cursor:
            found = distribution(cursor, reading, allowed)
            return () if found is None else (Case((), found),)
        cases: list[Case] = []
        items = list(cursor.down("cases").each())
        for number, item in enumerate(items):
            if not item.mapping(("when", *allowed)):
                continue
            when = self._when(item.down("when"), reading.scope)
            if bool(when) == (number == len(items) - 1):
                item.note(
                    Text(
                        "最后一种情形不写 when（其余都归它），前面的都要写",
                        "the last case has no `when` (it takes all the rest), the others need one",
                    )
                )
            found = distribution(item, reading, allowed)
            if found is not None:
                cases.append(Case(when, found))
        if not items:
            cursor.down("cases").note(Text("cases 里要有情形", "`cases` needs cases"))
        return tuple(cases)

    def _when(self, cursor: Cursor, scope: dict[str, Variable]) -> tuple[Allowed, ...]:
        return tuple(self._allowed(name, below, scope) for name, below in cursor.items())

    def _allowed(self, name: str, cursor: Cursor, scope: dict[str, Variable]) -> Allowed:
        variable = scope.get(name)
        if variable is None or not variable.options:
            known = [one.name for one in scope.values() if one.options]
            unknown(
                cursor, "可作条件的变量（须写在前面）", "variable above to depend on", name, known
            )
            return Allowed(name, ())
        self.used.add(name)
        given = [*cursor.each()] if isinstance(cursor.value, list) else [cursor]
        found: list[int] = []
        for one in given:
            positions = positions_of(str(one.word()), variable)
            if not positions:
                unknown(one, "选项", "option", str(one.word()), list(variable.options))
            found += positions
        return Allowed(name, tuple(sorted(set(found))))


def positions_of(word: str, variable: Variable) -> list[int]:
    """The options a word names: itself, or all places within it."""
    within = f"{word}/"
    return [
        position
        for position, option in enumerate(variable.options)
        if option == word or (variable.sort == "place" and option.startswith(within))
    ]


def _named(cursor: Cursor) -> tuple[str, ...]:
    """The options of a helper: those its choices name, in their order."""
    cases = cursor.down("cases").value
    parts = [cursor.value, *(cases if isinstance(cases, list) else ())]
    found: dict[str, None] = {}
    for part in parts:
        choice = part.get("choice") if isinstance(part, dict) else None
        found |= dict.fromkeys(map(str, choice)) if isinstance(choice, dict) else {}
    return tuple(found)


def _helper_sort(cases: tuple[Case, ...]) -> str:
    first = cases[0].distribution
    if isinstance(first, Choice):
        return "choice"
    return "normal" if isinstance(first, Normal) else "number"
