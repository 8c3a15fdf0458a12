"""What a visitor sent: fields of the form, or a profile as YAML, made into one checked profile.

The state of a visit is in the form itself. Nothing of it is kept here, and nothing of it stands in an address.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from fractions import Fraction
from typing import Any

from msgspec import Struct, field

from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.corpus.source import Number, Problem, Source, read_bytes, read_text
from huice.evaluate.amounts import exact_number
from huice.evaluate.facts import Entity, Profile
from huice.evaluate.profiles import BadProfile, load_profile
from huice.evaluate.result import decimal
from huice.evaluate.values import FIRST_YEAR, LAST_YEAR
from huice.language.text import Fault, Text
from huice.language.units import AREA, ITEMS, MONEY
from huice.web.notation import profile_text

WAN = 10**4
UNKNOWN = "?"
"""The value of the button 暂不清楚."""
NONE = "-"
"""The value of the button 一项也没有."""
ROWS = 12
"""How many entities of one kind the form holds."""
LONGEST = 200_000
"""Characters of a profile pasted or carried by a page."""
_CARRIED = ("claim_year", "horizon_years", "years", "decisions", "pools", "readings")
"""Parts of a profile that the form does not ask for and hands on as they are."""


class Pairs:
    """Names and values as a form sends them."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.all: dict[str, list[str]] = {}
        for name, value in pairs:
            self.all.setdefault(name, []).append(value)

    def get(self, name: str) -> str:
        """The last value of a name, without blanks around it; empty if there is none."""
        return self.all.get(name, [""])[-1].strip()

    def many(self, name: str) -> list[str]:
        """All values of a name that are not empty."""
        return [value.strip() for value in self.all.get(name, []) if value.strip()]

    def put(self, name: str, *values: str) -> None:
        """Sets the values of a name."""
        self.all[name] = list(values)

    def rows(self, kind: str) -> list[int]:
        """The numbers of the entities of a kind that the form holds."""
        found = set()
        for name in self.all:
            owner, _, rest = name.partition(".")
            number = rest.split(".")[0]
            if owner == kind and number.isdecimal() and int(number) < ROWS:
                found.add(int(number))
        return sorted(found)

    def skipped(self, name: str) -> bool:
        """Whether the visitor answered 暂不清楚."""
        return UNKNOWN in self.many(name) or name in self.many("skip")


class Draft(Struct):
    """A profile on its way: the fields as they were filled in, the mapping they make, and what is wrong.

    `errors` belong to fields; `problems` to a file or to the profile as a whole; `profile` is what can be
    evaluated, without the faulty fields.
    """

    fields: Pairs
    mapping: dict[str, Any]
    profile: Profile
    errors: dict[str, Text] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def yaml(self, lang: str) -> str:
        """The profile as the command line reads it."""
        return profile_text(self.mapping, lang)


def empty(corpus: Corpus, today: date) -> Draft:
    """Nothing answered yet."""
    return from_fields(Pairs(), corpus, today)


def from_text(text: str | bytes, name: str, corpus: Corpus, today: date) -> Draft:
    """The profile of a YAML or JSON text; a faulty one gives an empty draft with the problems."""
    if len(text) > LONGEST:
        return _refused(corpus, today, _too_long(name))
    source = read_bytes(text, name) if isinstance(text, bytes) else read_text(text, name)
    return from_source(source, corpus, today)


def from_source(source: Source, corpus: Corpus, today: date) -> Draft:
    """The profile of what was read."""
    try:
        profile = load_profile(source, corpus, today)
    except BadProfile as bad:
        return _refused(corpus, today, *bad.problems)
    mapping = dict(source.value)
    mapping["as_of"] = profile.as_of.isoformat()
    return Draft(fields_of(profile, mapping, corpus), mapping, profile)


def _refused(corpus: Corpus, today: date, *problems: Problem) -> Draft:
    draft = empty(corpus, today)
    draft.problems = problems
    return draft


def _too_long(name: str) -> Problem:
    told = Text(
        f"画像超过 {LONGEST:,} 字，请只给画像本身",
        f"the profile has more than {LONGEST:,} characters; give the profile alone",
    )
    return Problem("F003", told, name)


def from_fields(fields: Pairs, corpus: Corpus, today: date) -> Draft:
    """The profile that the fields of the form make."""
    reader = _Reader(fields, corpus)
    mapping = reader.mapping(today)
    problems: tuple[Problem, ...] = ()
    try:
        profile = load_profile(mapping, corpus, today)
    except BadProfile as bad:
        problems = bad.problems
        mapping = {"as_of": today.isoformat()}
        profile = load_profile(mapping, corpus, today)
    return Draft(fields, mapping, profile, reader.errors, problems)


class _Reader:
    def __init__(self, fields: Pairs, corpus: Corpus) -> None:
        self.fields, self.vocabulary = fields, corpus.vocabulary
        self.errors: dict[str, Text] = {}

    def mapping(self, today: date) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if name := self.fields.get("name")[:80]:
            found["name"] = name
        as_of = self.day("as_of", self.fields.get("as_of"))
        found["as_of"] = as_of or today.isoformat()
        carried = self.carried()
        found |= {key: carried[key] for key in _CARRIED if key in carried}
        org = self.facts("org", "org")
        if "paid_history" in carried:
            org["paid_history"] = carried["paid_history"]
        found["org"] = org
        for kind in self.vocabulary.kinds.values():
            entities = self.entities(kind.name)
            if entities is not None:
                found[kind.list_key] = entities
        return found

    def carried(self) -> dict[str, Any]:
        text = self.fields.get("rest")
        source = read_text(text[:LONGEST], "rest") if text else None
        value = source.value if source and not source.problems else None
        return value if isinstance(value, dict) else {}

    def entities(self, kind: str) -> list[dict[str, Any]] | None:
        found = []
        for row in self.fields.rows(kind):
            entity = self.facts(kind, f"{kind}.{row}")
            if id_ := self.fields.get(f"{kind}.{row}.id")[:80]:
                entity = {"id": id_, **entity}
            if entity:
                found.append(entity)
        if found:
            return found
        return [] if self.fields.get(f"{kind}.any") == NONE else None

    def facts(self, entity: str, prefix: str) -> dict[str, Any]:
        found = {}
        for fact in self.vocabulary.of(entity):
            value = self.value(fact, f"{prefix}.{fact.key}")
            if value is not None:
                found[fact.key] = value
        return found

    def value(self, fact: FactInfo, name: str) -> object:
        match fact.type:
            case "place" | "choice":
                value = self.fields.get(name)
                return value if value in fact.options else None
            case "truth":
                return {"yes": True, "no": False}.get(self.fields.get(name))
            case "set":
                return self.members(fact, name)
            case "records":
                return self.records(fact, name)
            case "date":
                return self.day(name, self.fields.get(name))
            case "period":
                return self.period(name)
            case _:
                return self.amount(fact.type, name)

    def members(self, fact: FactInfo, name: str) -> list[str] | None:
        chosen = [value for value in self.fields.many(name) if value in fact.options]
        if chosen:
            return chosen
        return [] if NONE in self.fields.many(name) else None

    def records(self, fact: FactInfo, name: str) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        for option in fact.options:
            written = self.fields.get(f"{name}.{option}").replace("，", ",").replace("、", ",")
            days = [self.day(f"{name}.{option}", day) for day in written.split(",")]
            known = [day for day in days if day is not None]
            if known:
                found[option] = known[0] if len(known) == 1 else known
        if found:
            return found
        return {} if NONE in self.fields.many(name) else None

    def day(self, name: str, written: str) -> str | None:
        if not written.strip():
            return None
        day: date | None = None
        with suppress(ValueError):
            day = date.fromisoformat(written.strip())
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.errors[name] = Text(
                f"“{written[:20]}”不是日期，写作 2025-06-30",
                f"“{written[:20]}” is no date; write 2025-06-30",
            )
            return None
        return day.isoformat()

    def period(self, name: str) -> list[str] | None:
        first = self.day(f"{name}.from", self.fields.get(f"{name}.from"))
        last = self.day(f"{name}.to", self.fields.get(f"{name}.to"))
        if first is None or last is None:
            return None
        if last < first:
            self.errors[f"{name}.to"] = Text("止日早于起日", "The last day is before the first")
            return None
        return [first, last]

    def amount(self, type_: str, name: str) -> str | int | None:
        written = self.fields.get(name)
        if not written:
            return None
        dimension = {"money": MONEY, "area": AREA}.get(type_, ITEMS)
        plain = written.replace(",", "").replace("，", "").replace(" ", "")
        in_wan = type_ == "money" and plain.replace(".", "", 1).isdecimal()
        try:
            number = exact_number(f"{plain}万元" if in_wan else written, dimension)
        except Fault as fault:
            self.errors[name] = fault.text
            return None
        if number < 0 or number > 10**14 or (type_ == "count" and not isinstance(number, int)):
            self.errors[name] = Text(
                f"“{written[:20]}”不合适，请核对", f"“{written[:20]}” cannot be right; please check"
            )
            return None
        if type_ == "money" and (Fraction(number) / WAN * 100).denominator == 1:
            return f"{decimal(Fraction(number) / WAN)}万元"
        return number if isinstance(number, int) else Number(decimal(number))


# --- from a profile back to the fields ------------------------------------------------------------


def fields_of(profile: Profile, mapping: Mapping[str, Any], corpus: Corpus) -> Pairs:
    """The fields of the form that show a profile."""
    fields = Pairs()
    fields.put("name", profile.name)
    fields.put("as_of", profile.as_of.isoformat())
    rest = {key: mapping[key] for key in _CARRIED if key in mapping}
    org = mapping.get("org")
    if isinstance(org, dict) and org.get("paid_history"):
        rest["paid_history"] = org["paid_history"]
    fields.put("rest", carry(rest))
    _fill(fields, "org", corpus.vocabulary.of("org"), profile.org)
    for kind in corpus.vocabulary.kinds.values():
        entities = profile.lists.get(kind.name)
        if entities is not None and not entities:
            fields.put(f"{kind.name}.any", NONE)
        for row, entity in enumerate(entities or ()):
            prefix = f"{kind.name}.{row}"
            fields.put(f"{prefix}.id", str(entity.get("id", "")))
            _fill(fields, prefix, corpus.vocabulary.of(kind.name), entity)
    return fields


def carry(rest: Mapping[str, Any]) -> str:
    """The parts that the form hands on, in one line; empty if there are none."""
    kept = {key: value for key, value in rest.items() if value not in (None, {}, "")}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else ""


def _fill(
    fields: Pairs, prefix: str, facts: Iterable[FactInfo], entity: Entity | Mapping[str, Any]
) -> None:
    for fact in facts:
        value = entity.get(fact.key)
        if value is not None:
            _show(fields, f"{prefix}.{fact.key}", fact, value)


def _show(fields: Pairs, name: str, fact: FactInfo, value: Any) -> None:  # noqa: ANN401  # by its fact
    match fact.type:
        case "truth":
            fields.put(name, "yes" if value else "no")
        case "set":
            fields.put(name, *(sorted(value) or [NONE]))
        case "records":
            for option, days in value.items():
                fields.put(f"{name}.{option}", ", ".join(day.isoformat() for day in days))
            if not value:
                fields.put(name, NONE)
        case "period":
            fields.put(f"{name}.from", value[0].isoformat())
            fields.put(f"{name}.to", value[1].isoformat())
        case "money":
            fields.put(name, exactly(Fraction(value) / WAN))
        case "area" | "count":
            fields.put(name, exactly(Fraction(value)))
        case "date":
            fields.put(name, value.isoformat())
        case _:
            fields.put(name, str(value))


def exactly(value: Fraction) -> str:
    """A decimal fraction with all its digits."""
    digits, bottom = 0, value.denominator
    while (10**digits) % bottom and digits < 20:  # noqa: PLR2004  # amounts are decimal fractions
        digits += 1
    whole, rest = divmod(value.numerator * 10**digits // bottom, 10**digits)
    return f"{whole}.{rest:0{digits}}" if rest else str(whole)
