"""The parts of a planning problem: facts, money and spending, each read with its faults located."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.model import FactInfo
from huice.corpus.source import Source
from huice.evaluate.amounts import shown
from huice.evaluate.facts import Entity, Exact, Profile
from huice.evaluate.profiles import BadProfile, load_profile
from huice.evaluate.values import amount_of
from huice.language.money import wan
from huice.language.text import Fault, Text, did_you_mean
from huice.language.units import MONEY, SHARE, dimension_of, parse_literal, value_of
from huice.planning.problem import (
    Allowance,
    Lists,
    Spending,
)

CODE = "J001"


class Parts:
    """Reads parts of a source. What is wrong is noted in the source."""

    def __init__(self, source: Source, corpus: Corpus, today: date | None) -> None:
        self.source, self.corpus, self.today = source, corpus, today
        self.root = Cursor(source, source.value, code=CODE)
        self.kinds = {kind.list_key: name for name, kind in corpus.vocabulary.kinds.items()}

    def _loaded(self, given: Source | Path) -> Profile | None:
        try:
            return load_profile(given, self.corpus, self.today)
        except BadProfile as bad:
            self.source.problems.extend(bad.problems)
            return None

    def _part(
        self, cursor: Cursor, prefix: tuple[str | int, ...], wrap: dict[str, Any] | None = None
    ) -> Source:
        """A part of the source as a source of its own, its lines kept."""
        depth = len(cursor.path)
        lines = {
            (*prefix, *path[depth:]): at
            for path, at in self.source.lines.items()
            if path[:depth] == cursor.path
        }
        value = cursor.value if wrap is None else wrap
        return Source(self.source.file, value, lines, [])

    def _facts(
        self, cursor: Cursor, wrap: dict[str, Any], prefix: tuple[str | int, ...]
    ) -> Profile | None:
        base = {"as_of": self.today or date(2000, 1, 1), **wrap}
        return self._loaded(self._part(cursor, prefix, base))

    def _fragment(self, cursor: Cursor) -> tuple[Entity, Lists]:
        """Facts of the applicant, and rows, written like a part of a profile."""
        if cursor.value is MISSING or not cursor.mapping(("org", *self.kinds)):
            return {}, {}
        profile = self._facts(cursor, dict(cursor.value), ())
        if profile is None:
            return {}, {}
        lists = {
            kind: profile.lists[kind] or ()
            for key, kind in self.kinds.items()
            if key in cursor.value
        }
        if "place" in profile.org:
            cursor.down("org").note(
                Text(
                    "地点由 places 决定，这里不写 place",
                    "the place is decided by places; leave it out",
                )
            )
        return dict(profile.org), lists

    def _share(self, cursor: Cursor) -> Exact:
        try:
            literal = parse_literal(str(cursor.value))
            value = value_of(literal)
        except Fault:
            return 2
        right = dimension_of(literal) == SHARE and 0 <= value <= 1
        return value if right else 2

    def _yuan(self, cursor: Cursor, key: str) -> Exact:
        return self._amount(cursor.down(key)) or 0

    def _amount(self, cursor: Cursor) -> Exact | None:
        name = cursor.named
        amount = amount_of(cursor, MONEY, Text(name.zh.strip("“”"), name.en.strip("“”")))
        if amount is not None and Fraction(amount * 100).denominator != 1:
            cursor.note(Text("金额最多写到分", "an amount is given in whole fen"), "U006")
            return None
        return amount

    def _allowance(self, cursor: Cursor, *, exact: bool) -> Allowance:
        """A sum (all of it if `exact`, else at most), or `{min, max}`."""
        if cursor.value is MISSING or cursor.value is None:
            return Allowance()
        if not isinstance(cursor.value, dict):
            amount = self._amount(cursor)
            return Allowance() if amount is None else Allowance(amount if exact else 0, amount)
        cursor.mapping(("min", "max"))
        least, most = self._amount(cursor.down("min")) or 0, self._amount(cursor.down("max"))
        if most is not None and least > most:
            cursor.note(
                Text(f"min {least} 大于 max {most}", f"min {least} is more than max {most}"), "J002"
            )
        return Allowance(least, most)

    def _one_spending(self, item: Cursor) -> Spending | None:
        known = ("id", "title", "list", "facts", "money", "total", "yearly", "unallotted")
        if not item.mapping(known, ("id",)):
            return None
        id_ = item.string("id")
        key = item.choice("list", tuple(self.kinds), self._first_list())
        kind = self.kinds[key]
        facts: Entity = {}
        below = item.down("facts")
        if below.value is not MISSING:
            profile = self._facts(below, {key: [below.value]}, (key, 0))
            rows = profile.lists[kind] if profile else None
            facts = dict(rows[0]) if rows else {}
        facts.pop("id", None)
        money = self._money(item, kind, facts)
        total = self._allowance(
            item.down("total"), exact=not item.flag("unallotted", default=False)
        )
        yearly = self._allowance(item.down("yearly"), exact=False)
        return Spending(id_, self._title(item, id_), kind, facts, money, total, yearly)

    def _agrees(self, item: Cursor, one: Spending, years: int) -> None:
        """Notes limits of the years that cannot meet those of the whole."""
        least, most = one.yearly.least * years, one.yearly.most
        if most is not None and one.total.least > most * years:
            item.down("total").note(
                Text(
                    f"每年至多 {wan(most, 'zh')}，{years} 年凑不够 {wan(one.total.least, 'zh')}",
                    f"{wan(most, 'en')} a year cannot reach {wan(one.total.least, 'en')} in {years} years",
                ),
                "J002",
            )
        if one.total.most is not None and least > one.total.most:
            item.down("total").note(
                Text(
                    f"每年至少 {wan(one.yearly.least, 'zh')}，{years} 年合计超过 {wan(one.total.most, 'zh')}",
                    f"{wan(one.yearly.least, 'en')} a year comes to more than {wan(one.total.most, 'en')}",
                ),
                "J002",
            )

    def _first_list(self) -> str:
        """The list whose entities are bought: the one with an amount that another fact bounds."""
        for fact in self.corpus.vocabulary.scope.facts.values():
            if fact.upper:
                return next(key for key, kind in self.kinds.items() if kind == fact.entity)
        return next(iter(self.kinds), "")

    def _money(self, item: Cursor, kind: str, facts: Entity) -> dict[str, Exact]:
        """The facts that the sum becomes, with the share of each."""
        known = {
            key: fact for key, fact in self.corpus.facts_of(kind).items() if fact.type == "money"
        }
        below = item.down("money")
        found: dict[str, Exact] = {}
        if isinstance(below.value, dict):
            for key, cursor in below.items():
                found[key] = self._share(cursor)
                if not 0 < found[key] <= 1:
                    cursor.note(
                        Text(
                            "应为 0 与 1 之间的份额，如 80%", "a share between 0 and 1, such as 80%"
                        )
                    )
        elif below.value is not MISSING:
            found = dict.fromkeys(item.strings("money"), 1)
        else:
            found = dict.fromkeys(self._usual(known), 1)
            if not found:
                listed = Text("、".join(known), ", ".join(known))
                item.note(
                    Text(
                        f"请用 money 写明支出记在哪个金额上：{listed.zh}",
                        f"say with money which amount the spending is: {listed.en}",
                    )
                )
        for key in found:
            if key not in known:
                below.note(
                    Text(f"“{key}”不是金额事实", f"“{key}” is no fact of money")
                    + did_you_mean(key, known)
                )
            if key in facts:
                item.down("facts").note(
                    Text(
                        f"“{key}”由规划决定，facts 里不写",
                        f"“{key}” is decided by the plan; leave it out of facts",
                    )
                )
        return found

    def _usual(self, known: Mapping[str, FactInfo]) -> list[str]:
        """The only amount of a kind, or those of which one bounds another."""
        if len(known) == 1:
            return list(known)
        scope = self.corpus.vocabulary.scope
        names = {fact.name: key for key, fact in known.items()}
        return [
            key
            for name, key in names.items()
            if (scope.facts[name].upper in names)
            or any(scope.facts[other].upper == name for other in names)
        ]

    def _title(self, item: Cursor, default: str) -> Text:
        below = item.down("title")
        if isinstance(below.value, dict):
            below.mapping(("zh", "en"))
            return Text(below.string("zh", default), below.string("en"))
        return Text(shown(item.string("title", default)))
