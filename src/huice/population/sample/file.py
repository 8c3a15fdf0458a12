"""Reads an assumptions file strictly: what is misspelt, missing or does not add up is told with its line.

Every fact of the vocabulary needs a distribution, every option a chance, every entry its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
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
from huice.population.sample.draw import GROUP
from huice.population.sample.model import (
    Assumptions,
    Circle,
    Group,
    Later,
    LaterList,
    Listing,
    Variable,
)
from huice.population.sample.numbers import chance
from huice.population.sample.reading import Reading
from huice.population.sample.variables import NOT_COVERED, VariableReader
from huice.population.schema import DECISIONS, HISTORY, ORGS, schema_of

SHIPPED = Path(__file__).with_name("assumptions.yaml")
BAD_SHAPE, NOT_USED = "H001", "H006"
CIRCLE, LATER, FACTS = "stands for", "years", "facts"
MOST_ORGS = 10**9
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


class _Reader(VariableReader):
    def __init__(self, source: Source, corpus: Corpus) -> None:
        super().__init__()
        self.root = Cursor(source, source.value, code=BAD_SHAPE)
        self.corpus, self.schema = corpus, schema_of(corpus)

    def read(self) -> Assumptions | None:
        kinds = dict(self.schema.lists)
        tables = (*kinds.values(), DECISIONS, HISTORY)
        known = ("about", "as_of", CIRCLE, ORGS, *tables, LATER)
        if not self.root.mapping(known, ("about", "as_of", ORGS)):
            return None
        as_of = self.root.down("as_of")
        day = self.root.day("as_of")
        if day is None and as_of.word() == "":
            as_of.note(Text("缺少日期", "a date is missing"))
        orgs = self._orgs(self.root.down(ORGS))
        listings = [
            self._listing(self.root.down(table), kind, table, self._facts(kind), orgs)
            for kind, table in kinds.items()
        ]
        listings += [
            self._listing(self.root.down(table), "", table, self._extra(table), orgs)
            for table in (DECISIONS, HISTORY)
            if table in self.root
        ]
        later = self._later(self.root.down(LATER), orgs, listings) if LATER in self.root else None
        lists: tuple[Listing | LaterList, ...] = (*listings, *(later.lists if later else ()))
        variables = (
            *orgs,
            *(later.variables if later else ()),
            *(variable for one in lists for variable in one.variables),
        )
        for variable in variables:
            if variable.fact is None and variable.name not in self.used:
                self._note_unused(variable)
        return Assumptions(
            text_of(self.root, "about"),
            day or date(2000, 1, 1),
            orgs,
            tuple(listings),
            hashlib.sha256(repr(self.root.value).encode()).hexdigest(),
            later,
            self._circle(self.root.down(CIRCLE)) if CIRCLE in self.root else None,
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
        cursor.mapping((FACTS,), (FACTS,))
        facts = self._facts(ORG)
        return self.variables(cursor.down(FACTS), facts, {})

    def _listing(
        self,
        cursor: Cursor,
        kind: str,
        table: str,
        facts: dict[str, FactInfo],
        orgs: tuple[Variable, ...],
    ) -> Listing:
        known = ("because", "groups", FACTS, *(("unlisted",) if kind else ()))
        if not cursor.mapping(known, ("because", "groups", FACTS)):
            self.root.note(
                Text(
                    f"缺少“{table}”：没有对{table}的假设",
                    f"“{table}” is missing: nothing is assumed of them",
                ),
                NOT_COVERED,
            )
            return Listing(kind, table, (), (), Fraction(0), Text("", ""))
        scope = _by_name(orgs)
        groups = tuple(
            self._group(name, below.about(f"{table}.{name}"), scope)
            for name, below in cursor.down("groups").items()
        )
        return Listing(
            kind,
            table,
            groups,
            self.variables(cursor.down(FACTS), facts, {**scope, GROUP: _grouped(groups)}),
            chance(cursor.down("unlisted"), Fraction(0)),
            self.reason(cursor),
        )

    def _circle(self, cursor: Cursor) -> Circle | None:
        if not cursor.mapping((ORGS, "because"), (ORGS, "because")):
            return None
        orgs = cursor.down(ORGS)
        if type(orgs.value) is not int or not 0 < orgs.value <= MOST_ORGS:
            orgs.note(
                Text(
                    f"这里应为 1 到 {MOST_ORGS:,} 的整数：照假设一共有多少家",
                    f"a whole number from 1 to {MOST_ORGS:,} is needed: how many there are in all",
                )
            )
            return None
        return Circle(orgs.value, self.reason(cursor))

    # --- later years --------------------------------------------------------------------------------

    def _later(
        self, cursor: Cursor, orgs: tuple[Variable, ...], listings: list[Listing]
    ) -> Later | None:
        lists = [one for one in listings if one.kind]
        if not cursor.mapping(
            ("because", FACTS, *(one.table for one in lists)), ("because", FACTS)
        ):
            return None
        above = _by_name(orgs)
        changed = self.changes(cursor.down(FACTS), self._facts(ORG), above)
        above |= _by_name(changed)
        return Later(
            changed,
            tuple(
                self._later_list(cursor.down(one.table), one, above)
                for one in lists
                if one.table in cursor
            ),
            self.reason(cursor),
        )

    def _later_list(
        self, cursor: Cursor, listing: Listing, above: Mapping[str, Variable]
    ) -> LaterList:
        cursor.mapping(
            ("because", "kept", "new", "unlisted", FACTS), ("because", "kept", "new", FACTS)
        )
        scope = {**above, **_by_name(listing.variables), GROUP: _grouped(listing.groups)}
        return LaterList(
            listing.table,
            self._by_group(cursor.down("kept"), listing.groups),
            self._by_group(cursor.down("new"), listing.groups),
            chance(cursor.down("unlisted"), Fraction(0)),
            self.changes(cursor.down(FACTS), self._facts(listing.kind), scope),
            self.reason(cursor),
        )

    def _by_group(self, cursor: Cursor, groups: tuple[Group, ...]) -> tuple[Fraction, ...]:
        """A share for each group."""
        names = [group.name for group in groups]
        cursor.mapping(names, names)
        return tuple(chance(cursor.down(name), Fraction(0)) for name in names)

    def _group(self, name: str, cursor: Cursor, scope: dict[str, Variable]) -> Group:
        cursor.mapping(("because", "poisson", "numbers", "cases"), ("because",))
        reading = Reading(scope, "count", (), self.used)
        return Group(name, self.cases(cursor, reading, ("poisson", "numbers")),
                     self.reason(cursor))  # fmt: skip


def _by_name(variables: Iterable[Variable]) -> dict[str, Variable]:
    return {variable.name: variable for variable in variables}


def _grouped(groups: tuple[Group, ...]) -> Variable:
    """The group of an entity, as a variable that facts can lean on."""
    names = tuple(group.name for group in groups)
    return Variable(GROUP, "choice", names, (), Fraction(0), Text("", ""))
