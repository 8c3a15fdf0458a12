"""Reads the variables of an assumptions file: their cases and distributions, and what they leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from huice.corpus.cursor import Cursor
from huice.corpus.model import FactInfo
from huice.corpus.vocabulary import text_of
from huice.language.text import Text
from huice.population.sample.distributions import DISTRIBUTIONS, YEARLY, distribution
from huice.population.sample.model import Allowed, Case, Choice, Normal, Variable
from huice.population.sample.numbers import chance, key_of, unknown
from huice.population.sample.reading import HELPER, Reading

NOT_COVERED = "H005"


class VariableReader:
    """Reads variables in their order; `used` collects which of them others lean on."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def reason(self, cursor: Cursor) -> Text:
        """Why it is assumed, which has to be said in both languages."""
        reason = text_of(cursor, "because")
        if cursor.down("because").value and not reason.en:
            cursor.down("because").note(
                Text("理由要有中英两种文字：{zh: …, en: …}",
                     "give the reason in both languages: {zh: …, en: …}")
            )  # fmt: skip
        return reason

    def variables(
        self, cursor: Cursor, facts: Mapping[str, FactInfo], scope: Mapping[str, Variable]
    ) -> tuple[Variable, ...]:
        """All facts of a table and helpers; a helper must not stand above already."""
        found: list[Variable] = []
        above = dict(scope)
        for name, below in cursor.items():
            about = below.about(name)
            if name not in facts and ("." in name or name in above):
                unknown(about, "事实", "fact", name, list(facts))
                continue
            variable = self._variable(name, about, facts.get(name), above)
            if variable is not None:
                above[name] = variable
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

    def changes(
        self, cursor: Cursor, facts: Mapping[str, FactInfo], scope: Mapping[str, Variable]
    ) -> tuple[Variable, ...]:
        """What changes in a later year: some of the facts, helpers that stand above, and new helpers."""
        found: list[Variable] = []
        above = dict(scope)
        for name, below in cursor.items():
            about, old = below.about(name), scope.get(name)
            if name not in facts and ("." in name or (old is not None and old.fact is not None)):
                unknown(about, "事实", "fact", name, list(facts))
                continue
            variable = self._variable(name, about, facts.get(name), above, old, later=True)
            if variable is not None:
                above[name] = variable
                found.append(variable)
        return tuple(found)

    def _variable(
        self,
        name: str,
        cursor: Cursor,
        fact: FactInfo | None,
        scope: dict[str, Variable],
        old: Variable | None = None,
        *,
        later: bool = False,
    ) -> Variable | None:
        kinds = (*DISTRIBUTIONS, *(YEARLY if later else ()))
        known = ("because", "cases", *(("missing",) if fact else ()), *kinds)
        if not cursor.mapping(known, ("because",)):
            return None
        options = tuple(fact.options) if fact else old.options if old else _named(cursor)
        sort = fact.type if fact else HELPER
        reading = Reading(scope, sort, options, self.used)
        cases = self.cases(cursor, reading, kinds)
        if not cases:
            return None
        if fact is None:
            sort = old.sort if old else _helper_sort(cases)
        elif sort == "truth":
            options = ("false", "true")
        self._all_named(cursor, options, reading)
        return Variable(
            name,
            sort,
            options,
            cases,
            chance(cursor.down("missing"), Fraction(0)),
            self.reason(cursor),
            fact,
            cursor.source.at(key_of(cursor))[0],
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

    def cases(self, cursor: Cursor, reading: Reading, allowed: tuple[str, ...]) -> tuple[Case, ...]:
        """The cases of a variable or a group; one without conditions where no `cases` are written."""
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

    def _when(self, cursor: Cursor, scope: Mapping[str, Variable]) -> tuple[Allowed, ...]:
        return tuple(self._allowed(name, below, scope) for name, below in cursor.items())

    def _allowed(self, name: str, cursor: Cursor, scope: Mapping[str, Variable]) -> Allowed:
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
