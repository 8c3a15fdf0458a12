"""Reads a profile: from a file or a mapping to a checked `Profile`, with every fault located and said.

An absent fact stays absent: unknown, never false, never 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import MISSING, Cursor, parse_day
from huice.corpus.model import FactInfo
from huice.corpus.source import Problem, Source, read_file
from huice.evaluate.facts import (
    Decision,
    Defaults,
    Entity,
    Exact,
    History,
    KindDefaults,
    PoolState,
    Profile,
    YearFacts,
)
from huice.language.text import NOTHING, Fault, Text, did_you_mean
from huice.language.units import (
    AREA,
    ITEMS,
    MONEY,
    SHARE,
    Dimension,
    dimension_of,
    parse_literal,
    value_of,
)

LARGEST_AMOUNT = 10**14
"""Yuan: a hundred trillion; more is a slip of the pen."""
LONGEST_HORIZON = 30
FIRST_YEAR, LAST_YEAR = 1900, 2100
TOP = "as_of claim_year horizon_years org decisions pools years readings name".split()
OUTCOMES = ("granted", "refused", "pending")


class BadProfile(ValueError):
    """A profile with faults; `problems` lists them all, each with its place and what to do."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.render() for problem in problems))
        self.problems = problems


def load_profile(
    given: Mapping[str, Any] | str | Path | Source | Profile,
    corpus: Corpus,
    today: date | None = None,
) -> Profile:
    """The checked profile of a file, source or mapping; `today` stands in for an absent `as_of`.

    Raises `BadProfile` with all its problems.
    """
    if isinstance(given, Profile):
        return given
    if isinstance(given, Source):
        source = given
    elif isinstance(given, str | Path):
        source = read_file(Path(given))
    else:
        source = Source("", given, {}, [])
    profile = None
    if not source.problems:
        profile = _Reader(source, corpus).profile(today or date.today())
    if source.problems or profile is None:
        raise BadProfile(tuple(source.problems))
    return profile


class _Reader:
    def __init__(self, source: Source, corpus: Corpus) -> None:
        self.root = Cursor(source, source.value, code="U001")
        self.corpus = corpus
        self.vocabulary = corpus.vocabulary
        self.kinds = {kind.list_key: name for name, kind in corpus.vocabulary.kinds.items()}

    def profile(self, today: date) -> Profile | None:
        root = self.root
        if not isinstance(root.value, dict):
            root.note(
                Text(
                    "画像应为“键: 值”的形式，如 org: {place: shenzhen}",
                    "a profile is a mapping, such as org: {place: shenzhen}",
                ),
                "U002",
            )
            return None
        root.mapping((*TOP, *self.kinds))
        as_of = self._day(root.down("as_of")) or today
        claim_year = self._integer(root.down("claim_year"), FIRST_YEAR, LAST_YEAR) or as_of.year
        years = self._years(root.down("years"))
        horizon = self._integer(root.down("horizon_years"), 1, LONGEST_HORIZON)
        if horizon is None:
            horizon = max([1, *(year - claim_year + 1 for year in years)])
        if horizon > LONGEST_HORIZON:
            root.down("years").note(
                Text(
                    f"测算最多 {LONGEST_HORIZON} 年",
                    f"at most {LONGEST_HORIZON} years can be computed",
                ),
                "U006",
            )
            return None
        return Profile(
            as_of,
            claim_year,
            horizon,
            self._org(root.down("org")),
            {kind: self._list(root.down(key), kind) for key, kind in self.kinds.items()},
            years,
            self._decisions(root.down("decisions")),
            self._pools(root.down("pools")),
            self._history(root.down("org").down("paid_history")),
            self._readings(root.down("readings")),
            root.string("name"),
        )

    # --- entities -------------------------------------------------------------------------------------

    def _org(self, cursor: Cursor) -> Entity:
        return self._entity(cursor, "org", ("paid_history",))

    def _list(self, cursor: Cursor, kind: str) -> tuple[Entity, ...] | None:
        if cursor.value is MISSING or cursor.value is None:
            return None
        if isinstance(cursor.value, tuple):
            cursor = Cursor(cursor.source, list(cursor.value), cursor.path, "", cursor.code)
        entities = tuple(self._entity(item, kind, ("id", "name")) for item in cursor.each())
        seen: set[Any] = set()
        for position, entity in enumerate(entities):
            id_ = entity.get("id", position)
            if id_ in seen:
                cursor.down(position).note(
                    Text(f"id“{id_}”重复", f"the id “{id_}” is used twice"), "U009"
                )
            seen.add(id_)
        return entities

    def _entity(self, cursor: Cursor, kind: str, extra: tuple[str, ...]) -> Entity:
        if cursor.value is MISSING or cursor.value is None:
            return {}
        facts = {fact.key: fact for fact in self.vocabulary.of(kind)}
        if not isinstance(cursor.value, dict):
            cursor.note(
                Text("这里应为“事实: 值”的形式", "a mapping of facts to values is expected here"),
                "U002",
            )
            return {}
        found: Entity = {}
        for key in cursor.value:
            below = cursor.down(key)
            fact = facts.get(key)
            if fact is not None:
                value = self._value(below, fact)
                if value is not None:
                    found[key] = value
            elif key in extra:
                if key == "id" and below.value is not None:
                    found["id"] = str(below.value)
            else:
                self._unknown_fact(below, str(key), [*facts, *extra], kind)
        return found

    def _unknown_fact(self, cursor: Cursor, key: str, known: list[str], kind: str) -> None:
        hint = did_you_mean(key, known)
        for fact in self.vocabulary.facts.values():
            if fact.key == key:
                where = self._list_of(fact.entity)
                hint = Text(
                    f"；它写在 {where} 里（{fact.label.zh}）",
                    f"; it goes under {where} ({fact.label.en})",
                )
                break
        cursor.note(Text(f"{kind} 没有事实“{key}”", f"{kind} has no fact “{key}”") + hint, "U003")

    def _list_of(self, kind: str) -> str:
        return next((key for key, its in self.kinds.items() if its == kind), kind)

    def _value(self, cursor: Cursor, fact: FactInfo) -> Any:
        if cursor.value is None:
            return None
        return _VALUES[fact.type](self, cursor, fact)

    # --- values by type -------------------------------------------------------------------------------

    def _choice(self, cursor: Cursor, fact: FactInfo) -> str | None:
        return self._member(cursor, cursor.value, fact)

    def _member(self, cursor: Cursor, value: Any, fact: FactInfo) -> str | None:
        if isinstance(value, str) and value in fact.options:
            return value
        by_label = {
            text: name for name, label in fact.options.items() for text in (label.zh, label.en)
        }
        if isinstance(value, str) and value in by_label:
            return by_label[value]
        within = [name for name in fact.options if name.startswith(f"{value}/")]
        offered = within or list(fact.options)
        some = "、".join(offered[:6]) + ("…" if len(offered) > 6 else "")
        shown, listed = _shown(value), some.replace("、", ", ")
        hint = NOTHING if within else did_you_mean(shown, [*fact.options, *by_label])
        cursor.note(
            Text(
                f"“{fact.label.zh}”没有选项“{shown}”，可选 {some}",
                f"“{fact.label.en}” has no choice “{shown}”; choose from {listed}",
            )
            + hint,
            "U004",
        )
        return None

    def _set(self, cursor: Cursor, fact: FactInfo) -> frozenset[str] | None:
        value = cursor.value
        if isinstance(value, set | frozenset | tuple):
            value = sorted(value, key=str)
        if not isinstance(value, list):
            cursor.note(
                Text(
                    f"“{fact.label.zh}”可多选，写成列表，如 [{next(iter(fact.options))}]",
                    f"“{fact.label.en}” takes several; write a list, such as [{next(iter(fact.options))}]",
                ),
                "U004",
            )
            return None
        listed = Cursor(cursor.source, value, cursor.path, "", cursor.code)
        members = [self._member(item, item.value, fact) for item in listed.each()]
        return frozenset(member for member in members if member is not None)

    def _records(self, cursor: Cursor, fact: FactInfo) -> dict[str, tuple[date, ...]] | None:
        if not isinstance(cursor.value, dict):
            example = next(iter(fact.options))
            cursor.note(
                Text(
                    f"“{fact.label.zh}”须注明日期，如 {{{example}: 2025-04-20}}",
                    f"“{fact.label.en}” need their dates, such as {{{example}: 2025-04-20}}",
                ),
                "U004",
            )
            return None
        found: dict[str, tuple[date, ...]] = {}
        for key in cursor.value:
            below = cursor.down(key)
            name = self._member(below, key, fact)
            many = below.value if isinstance(below.value, list | tuple) else [below.value]
            if name is None:
                continue
            days = [self._as_day(below, day) for day in many]
            found[name] = tuple(day for day in days if day is not None)
        return found

    def _date(self, cursor: Cursor, fact: FactInfo) -> date | None:
        return self._as_day(cursor, cursor.value)

    def _day(self, cursor: Cursor) -> date | None:
        if cursor.value is MISSING or cursor.value is None:
            return None
        return self._as_day(cursor, cursor.value)

    def _as_day(self, cursor: Cursor, value: Any) -> date | None:
        day = value.date() if isinstance(value, datetime) else value
        if not isinstance(day, date):
            day = parse_day(value) if isinstance(value, str) else None
        if day is None and isinstance(value, str) and _DAY_LIKE.fullmatch(value):
            cursor.note(
                Text(
                    f"日历上没有 {value} 这一天，请核对", f"the calendar has no {value}; check it"
                ),
                "U005",
            )
        elif day is None:
            cursor.note(
                Text(
                    f"“{_shown(value)}”不是日期，写作 2025-06-30",
                    f"“{_shown(value)}” is no date; write 2025-06-30",
                ),
                "U005",
            )
        elif not FIRST_YEAR <= day.year <= LAST_YEAR:
            cursor.note(
                Text(
                    f"日期 {day.isoformat()} 不在 {FIRST_YEAR}–{LAST_YEAR} 年之间，请核对",
                    f"the date {day.isoformat()} is not between {FIRST_YEAR} and {LAST_YEAR}",
                ),
                "U005",
            )
            return None
        return day

    def _period(self, cursor: Cursor, fact: FactInfo) -> tuple[date, date] | None:
        value = cursor.value
        if not isinstance(value, list | tuple) or len(value) != 2:
            cursor.note(
                Text(
                    f"“{fact.label.zh}”写作 [起日, 止日]，如 [2025-01-01, 2025-12-31]",
                    f"“{fact.label.en}” is [first day, last day], such as [2025-01-01, 2025-12-31]",
                ),
                "U005",
            )
            return None
        first, last = (self._as_day(cursor, day) for day in value)
        if first is None or last is None:
            return None
        if last < first:
            cursor.note(Text("止日早于起日，请核对", "the last day is before the first"), "U005")
            return None
        return first, last

    def _money(self, cursor: Cursor, fact: FactInfo) -> Exact | None:
        return self._amount(cursor, MONEY, fact.label)

    def _area(self, cursor: Cursor, fact: FactInfo) -> Exact | None:
        return self._amount(cursor, AREA, fact.label)

    def _count(self, cursor: Cursor, fact: FactInfo) -> Exact | None:
        number = self._amount(cursor, ITEMS, fact.label)
        if number is not None and not isinstance(number, int):
            cursor.note(
                Text(f"“{fact.label.zh}”应为整数", f"“{fact.label.en}” must be a whole number"),
                "U006",
            )
            return None
        return number

    def _truth(self, cursor: Cursor, fact: FactInfo) -> bool | None:
        if isinstance(cursor.value, bool):
            return cursor.value
        cursor.note(
            Text(
                f"“{fact.label.zh}”应为 true 或 false", f"“{fact.label.en}” must be true or false"
            ),
            "U004",
        )
        return None

    def _amount(self, cursor: Cursor, dimension: Dimension, label: Text) -> Exact | None:
        if cursor.value is MISSING or cursor.value is None:
            return None
        try:
            number = exact_number(cursor.value, dimension)
        except Fault as fault:
            cursor.note(
                Text(f"“{label.zh}”：{fault.text.zh}", f"“{label.en}”: {fault.text.en}"), "U006"
            )
            return None
        if number < 0 or number > LARGEST_AMOUNT:
            what = ("不能为负", "must not be negative") if number < 0 else ("过大", "is too large")
            cursor.note(
                Text(
                    f"“{label.zh}”{what[0]}（{_shown(cursor.value)}），请核对",
                    f"“{label.en}” {what[1]} ({_shown(cursor.value)})",
                ),
                "U006",
            )
            return None
        return number

    def _integer(self, cursor: Cursor, least: int, most: int) -> int | None:
        value = cursor.value
        if value is MISSING or value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            cursor.note(
                Text(
                    f"“{cursor.path[-1]}”应为 {least}–{most} 的整数，写的是“{_shown(value)}”",
                    f"“{cursor.path[-1]}” must be a whole number from {least} to {most}, not “{_shown(value)}”",
                ),
                "U006",
            )
            return None
        return value

    # --- years, decisions, pools, history, readings ---------------------------------------------------

    def _years(self, cursor: Cursor) -> dict[int, YearFacts]:
        found: dict[int, YearFacts] = {}
        for key, below in cursor.items():
            text = str(key)
            if not _YEAR.fullmatch(text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
                below.note(
                    Text(
                        f"“{_shown(text)}”不是年份，写作 2026: {{org: …}}",
                        f"“{_shown(text)}” is no year; write 2026: {{org: …}}",
                    ),
                    "U006",
                )
                continue
            if not below.mapping(("org", *self.kinds)):
                continue
            lists = {}
            for list_key, kind in self.kinds.items():
                entities = self._list(below.down(list_key), kind)
                if entities is not None:
                    lists[kind] = entities
            found[int(text)] = YearFacts(self._org(below.down("org")), lists)
        return found

    def _measure(self, cursor: Cursor, id_: str) -> bool:
        known = [measure.id for measure in self.corpus.measures]
        if id_ in known:
            return True
        cursor.note(
            Text(f"没有事项“{id_}”", f"there is no measure “{id_}”") + did_you_mean(id_, known),
            "U007",
        )
        return False

    def _decisions(self, cursor: Cursor) -> dict[str, Decision]:
        found = {}
        for id_, below in cursor.items():
            if self._measure(below, id_) and below.mapping(
                ("decision", "amount_yuan", "base_yuan")
            ):
                found[id_] = Decision(
                    below.choice("decision", OUTCOMES, "pending"),
                    self._amount(
                        below.down("amount_yuan"), MONEY, Text("批准额", "amount approved")
                    ),
                    self._amount(below.down("base_yuan"), MONEY, Text("核定基数", "approved base")),
                )
        return found

    def _pools(self, cursor: Cursor) -> dict[str, PoolState]:
        found = {}
        for id_, below in cursor.items():
            if id_ not in self.corpus.pools:
                below.note(
                    Text(f"没有资金池“{id_}”", f"there is no pool “{id_}”")
                    + did_you_mean(id_, self.corpus.pools),
                    "U007",
                )
            elif below.mapping(("remaining_yuan", "remaining_count")):
                found[id_] = PoolState(
                    self._amount(below.down("remaining_yuan"), MONEY, Text("余额", "money left")),
                    self._integer(below.down("remaining_count"), 0, 10**9),
                )
        return found

    def _history(self, cursor: Cursor) -> dict[str, History]:
        found = {}
        for id_, below in cursor.items():
            if self._measure(below, id_) and below.mapping(("years", "amount_yuan")):
                years = self._integer(below.down("years"), 0, 100)
                amount = self._amount(
                    below.down("amount_yuan"), MONEY, Text("已享受金额", "amount received")
                )
                found[id_] = History(1 if years is None else years, amount or 0)
        return found

    def _readings(self, cursor: Cursor) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for id_, below in cursor.items():
            known = self._known_readings(id_)
            if not known:
                self._measure(below, id_)
            for name, item in below.items():
                if known and self._option(item, name, known):
                    found.setdefault(id_, {})[name] = str(item.value)
        return found

    def _known_readings(self, id_: str) -> dict[str, tuple[str, ...]]:
        """The readings of a measure or a group of this id (one may bear both), with their options."""
        known: dict[str, tuple[str, ...]] = {}
        if any(group.id == id_ for group in self.corpus.groups):
            known["rule"] = ("highest", "stack")
        measures = [measure for measure in self.corpus.measures if measure.id == id_]
        for reading in measures[0].readings if measures else ():
            known[reading.id] = tuple(option.name for option in reading.options)
        return known

    def _option(self, cursor: Cursor, name: str, known: dict[str, tuple[str, ...]]) -> bool:
        option = str(cursor.value)
        if name not in known:
            cursor.note(
                Text(f"没有读法“{name}”", f"there is no reading “{name}”")
                + did_you_mean(name, known),
                "U008",
            )
        elif option not in known[name]:
            listed = "、".join(known[name])
            cursor.note(
                Text(
                    f"读法“{name}”没有选项“{option}”，可选 {listed}",
                    f"the reading “{name}” has no option “{option}”; choose from {listed}",
                )
                + did_you_mean(option, known[name]),
                "U008",
            )
        else:
            return True
        return False


_VALUES: dict[str, Callable[[_Reader, Cursor, FactInfo], Any]] = {
    "place": _Reader._choice,
    "choice": _Reader._choice,
    "set": _Reader._set,
    "records": _Reader._records,
    "date": _Reader._date,
    "period": _Reader._period,
    "money": _Reader._money,
    "area": _Reader._area,
    "count": _Reader._count,
    "truth": _Reader._truth,
}


def exact_number(value: Any, dimension: Dimension) -> Exact:
    """The exact value of a number as a profile gives it: a number, `"500000.01"` or `50万元`.

    Raises `Fault` for anything else; a float counts by its shortest decimal form (0.1 is one tenth).
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal | Fraction):
        raise Fault(
            f"应为数字，写的是“{_shown(value)}”", f"a number is needed, not “{_shown(value)}”"
        )
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise Fault(f"“{value}”不是数字", f"“{value}” is not a number")
        if isinstance(value, Decimal) and abs(value.adjusted()) > _MOST_DIGITS:
            raise Fault(f"“{value}”的位数过多", f"“{value}” has too many digits")
        return _whole(Fraction(repr(value) if isinstance(value, float) else str(value)))
    if isinstance(value, int | Fraction):
        return _whole(Fraction(value))
    return _written(value.strip(), dimension)


def _written(text: str, dimension: Dimension) -> Exact:
    if _NOT_A_NUMBER.fullmatch(text):
        raise Fault(
            f"“{text}”不是数字；不知道的事实请整行删去",
            f"“{text}” is not a number; leave out a fact that you do not know",
        )
    if text[:1] in ("-", "−") and text[1:2].isdecimal():
        return -_written(text[1:], dimension)
    plain = text.replace(",", "").replace("，", "")
    try:
        if len(plain) <= 40 and not set(plain.lower()) & set("einf/_"):
            return _whole(Fraction(plain))
    except ValueError:
        pass
    literal = parse_literal(text)
    if dimension_of(literal) not in (dimension, SHARE) or (
        dimension_of(literal) == SHARE and ("%" in text or ":" in text or "：" in text)
    ):
        raise Fault(
            f"“{text}”的单位不对，{_EXAMPLES[dimension].zh}",
            f"“{text}” has the wrong unit; {_EXAMPLES[dimension].en}",
        )
    return value_of(literal)


_EXAMPLES = {
    MONEY: Text("应为金额，写作 500000 或 50万元", "money is needed: write 500000 or 50万元"),
    AREA: Text("应为面积，写作 1000 或 1000㎡", "an area is needed: write 1000 or 1000㎡"),
    ITEMS: Text("应为个数，写作 10", "a count is needed: write 10"),
}


_NOT_A_NUMBER = re.compile(
    r"[-+.]{0,2}(?:nan|inf(?:inity)?|unknown|n/?a|none|[?？]+|未知|不详)", re.IGNORECASE
)
_MOST_DIGITS = 40
_YEAR = re.compile(r"[0-9]{4}")
_DAY_LIKE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _whole(number: Fraction) -> Exact:
    return number.numerator if number.denominator == 1 else number


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[…]"
    if isinstance(value, int) and abs(value) > LARGEST_AMOUNT * 10**20:
        return "1000…"
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "…"


def defaults_of(corpus: Corpus) -> Defaults:
    """What the vocabulary lets stand in for absent facts."""
    scope = corpus.vocabulary.scope
    kinds: dict[str, KindDefaults] = {}
    for fact in scope.facts.values():
        own = kinds.get(fact.entity, KindDefaults())
        other = scope.find(fact.default) if fact.default else None
        if fact.default == "claim_year":
            own = structs.replace(own, whole_year=(*own.whole_year, fact.key))
        elif other is not None:
            own = structs.replace(own, facts=(*own.facts, (fact.key, other.key)))
        if fact.sort == "period":
            own = structs.replace(own, periods=(*own.periods, fact.key))
        if own != KindDefaults():
            kinds[fact.entity] = own
    return Defaults(kinds, tuple(f.key for f in scope.facts.values() if f.sort == "records"))
