"""Reads a planning problem from a file or a mapping, with every fault located and said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.model import FactInfo
from huice.corpus.source import Source, read_file
from huice.evaluate.amounts import shown
from huice.evaluate.compare import check_places
from huice.evaluate.facts import Entity, Exact, Profile
from huice.evaluate.profiles import BadProfile, load_profile
from huice.evaluate.values import amount_of, integer_of
from huice.language.money import wan
from huice.language.text import Fault, Text, did_you_mean
from huice.language.units import MONEY, SHARE, dimension_of, parse_literal, value_of
from huice.planning.problem import (
    MOST_YEARS,
    Allowance,
    Alternative,
    Choice,
    Lists,
    Site,
    Spending,
    Task,
)
from huice.planning.stacking import stackings

KEYS = (
    "name", "profile", "years", "places", "entities", "spending", "choices", "measures", "objective",
    "net", "stacking",
)  # fmt: skip
CODE = "J001"
MOST_SPENDING, MOST_COMBINATIONS, MOST_SITES = 12, 64, 60


def load_task(
    given: Mapping[str, Any] | str | Path | Source | Task, corpus: Corpus, today: date | None = None
) -> Task:
    """The checked problem of a file, source or mapping. Raises `BadProfile` with all its problems."""
    if isinstance(given, Task):
        return given
    if isinstance(given, Source):
        source = given
    elif isinstance(given, str | Path):
        source = read_file(Path(given))
    else:
        source = Source("", given, {}, [])
    task = None
    if not source.problems:
        task = _Reader(source, corpus, today).task()
    if source.problems or task is None:
        raise BadProfile(tuple(source.problems))
    return task


def is_problem(value: object) -> bool:
    """Whether a file's value is a planning problem, not a profile alone."""
    return isinstance(value, dict) and "profile" in value


class _Reader:
    def __init__(self, source: Source, corpus: Corpus, today: date | None) -> None:
        self.source, self.corpus, self.today = source, corpus, today
        self.root = Cursor(source, source.value, code=CODE)
        self.kinds = {kind.list_key: name for name, kind in corpus.vocabulary.kinds.items()}

    def task(self) -> Task | None:
        root = self.root
        if not root.mapping(KEYS, ("profile",)):
            if not isinstance(root.value, dict):
                root.note(
                    Text(
                        "规划题目应为“键: 值”的形式，如 {profile: 画像.yaml, years: 5}",
                        "a planning problem is a mapping, such as {profile: profile.yaml, years: 5}",
                    )
                )
            return None
        profile = self._profile()
        if profile is None:
            return None
        years = integer_of(root.down("years"), 1, MOST_YEARS) or max(
            1, min(profile.horizon, MOST_YEARS)
        )
        entities, further = self._entities()
        certain, ceiling = self._objective()
        measures = root.down("measures")
        measures.mapping(("must", "never", "only"))
        must, never, only = (
            self._measures(measures.down(key)) for key in ("must", "never", "only")
        )
        for id_ in must:
            if id_ in never or (only and id_ not in only):
                measures.down("must").note(
                    Text(
                        f"“{id_}”既要申报又不许申报，请去掉一处",
                        f"“{id_}” must and must not be claimed; remove one of the two",
                    )
                )
        return Task(
            profile,
            years,
            self._sites(),
            entities,
            further.get("org", {}),
            further.get("lists", {}),
            self._spending(profile, years),
            self._choices(),
            must,
            never,
            only,
            certain,
            ceiling,
            root.flag("net", default=False),
            root.choice("stacking", tuple(stackings()), "stated"),
            root.string("name") or profile.name,
        )

    # --- the firm -----------------------------------------------------------------------------------

    def _profile(self) -> Profile | None:
        below = self.root.down("profile")
        if below.value is MISSING:
            return None
        if isinstance(below.value, Profile):
            return below.value
        if isinstance(below.value, str):
            path = Path(below.value)
            if self.source.file and not path.is_absolute():
                path = Path(self.source.file).parent / path
            return self._loaded(path)
        if not isinstance(below.value, dict):
            below.note(
                Text(
                    "profile 应为画像文件的路径，或画像本身",
                    "profile is the path of a profile, or a profile",
                )
            )
            return None
        return self._loaded(self._part(below, ()))

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

    def _entities(self) -> tuple[int, dict[str, Any]]:
        below = self.root.down("entities")
        if not isinstance(below.value, dict):
            return integer_of(below, 1, 3) or 1, {}
        below.mapping(("at most", "further"), ("at most",))
        org, lists = self._fragment(below.down("further"))
        return integer_of(below.down("at most"), 1, 3) or 1, {"org": org, "lists": lists}

    # --- places, measures, objective ----------------------------------------------------------------

    def _sites(self) -> tuple[Site, ...]:
        below = self.root.down("places")
        if below.value is MISSING or below.value is None:
            return tuple(Site(place) for place in self.corpus.places)
        found: dict[str, Site] = {}
        for item in below.each():
            cursor = item
            name = item.value
            setup: Exact = 0
            yearly: Exact = 0
            if isinstance(item.value, dict):
                item.mapping(("place", "setup", "yearly"), ("place",))
                cursor, name = item.down("place"), item.string("place")
                setup, yearly = self._yuan(item, "setup"), self._yuan(item, "yearly")
            try:
                places = check_places(self.corpus, [str(name)])
            except BadProfile as bad:
                cursor.note(bad.problems[0].text, bad.problems[0].code)
                continue
            for place in places:
                if place in found:
                    cursor.note(
                        Text(f"地点“{place}”写了两次", f"the place “{place}” is listed twice")
                    )
                found[place] = Site(place, setup, yearly)
        if not found and not self.source.problems:
            below.note(Text("places 至少写一处", "list at least one place"))
        return tuple(found.values())

    def _measures(self, cursor: Cursor) -> tuple[str, ...]:
        found = []
        for item in cursor.each():
            id_ = item.word() or ""
            if id_ in self.corpus:
                found.append(id_)
                continue
            known = [measure.id for measure in self.corpus.measures]
            item.note(
                Text(f"没有事项“{id_}”", f"there is no measure “{id_}”") + did_you_mean(id_, known),
                "U007",
            )
        return tuple(found)

    def _objective(self) -> tuple[Exact, Exact]:
        below = self.root.down("objective")
        if not isinstance(below.value, dict):
            word = self.root.choice("objective", ("certain", "ceiling"), "ceiling")
            return (1, 0) if word == "certain" else (0, 1)
        below.mapping(("certain", "ceiling"), ("certain", "ceiling"))
        weights = [self._share(below.down(key)) for key in ("certain", "ceiling")]
        if sum(weights) != 1:
            below.note(
                Text(
                    "两个权重都应在 0 与 1 之间，合计为 1，如 {certain: 70%, ceiling: 30%}",
                    "both weights lie between 0 and 1 and add up to 1, such as {certain: 70%, ceiling: 30%}",
                )
            )
        return weights[0], weights[1]

    def _share(self, cursor: Cursor) -> Exact:
        try:
            literal = parse_literal(str(cursor.value))
            value = value_of(literal)
        except Fault:
            return 2
        right = dimension_of(literal) == SHARE and 0 <= value <= 1
        return value if right else 2

    # --- money ---------------------------------------------------------------------------------------

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

    def _spending(self, profile: Profile, years: int) -> tuple[Spending, ...]:
        found: list[Spending] = []
        for item in self.root.down("spending").each():
            one = self._one_spending(item)
            if one is None:
                continue
            self._agrees(item, one, years)
            taken = {other.id for other in found} | {
                str(row.get("id")) for rows in profile.lists.values() for row in rows or ()
            }
            if one.id in taken:
                item.down("id").note(
                    Text(
                        f"编号“{one.id}”已用于另一类支出或画像里的一行，请换一个",
                        f"the id “{one.id}” is another spending's or a row's of the profile; choose another",
                    )
                )
            found.append(one)
        if len(found) > MOST_SPENDING:
            self.root.down("spending").note(
                Text(
                    f"支出最多 {MOST_SPENDING} 类，请合并",
                    f"at most {MOST_SPENDING} kinds of spending; merge some",
                )
            )
        return tuple(found)

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

    # --- choices ---------------------------------------------------------------------------------------

    def _choices(self) -> tuple[Choice, ...]:
        found: dict[str, Choice] = {}
        combinations = 1
        for item in self.root.down("choices").each():
            if not item.mapping(("id", "title", "options"), ("id", "options")):
                continue
            options = tuple(self._option(option) for option in item.down("options").each())
            id_ = item.string("id")
            if len(options) < 2 or len({one.id for one in options}) < len(options):  # noqa: PLR2004  # an either/or
                item.down("options").note(
                    Text(
                        "至少两个编号不同的做法", "at least two options, each with an id of its own"
                    )
                )
                continue
            if id_ in found:
                item.down("id").note(Text(f"编号“{id_}”写了两次", f"the id “{id_}” is used twice"))
            combinations *= len(options)
            found[id_] = Choice(id_, self._title(item, id_), options)
        if combinations > MOST_COMBINATIONS:
            self.root.down("choices").note(
                Text(
                    f"选择的组合有 {combinations} 种，最多 {MOST_COMBINATIONS} 种",
                    f"{combinations} combinations of choices, more than {MOST_COMBINATIONS}",
                )
            )
        return tuple(found.values())

    def _option(self, item: Cursor) -> Alternative:
        item.mapping(("id", "title", "facts", "cost", "yearly cost"), ("id",))
        org, lists = self._fragment(item.down("facts"))
        id_ = item.string("id")
        return Alternative(
            id_,
            self._title(item, id_),
            org,
            lists,
            self._yuan(item, "cost"),
            self._yuan(item, "yearly cost"),
        )

    def _title(self, item: Cursor, default: str) -> Text:
        below = item.down("title")
        if isinstance(below.value, dict):
            below.mapping(("zh", "en"))
            return Text(below.string("zh", default), below.string("en"))
        return Text(shown(item.string("title", default)))
