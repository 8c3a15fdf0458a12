"""A policy file to a `Document`: text, rules, readings and cases, every fault located, none thrown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.model import (
    Case,
    Condition,
    Document,
    Duration,
    Gives,
    Measure,
    Option,
    Patch,
    Pool,
    Reading,
    Rule,
    Validity,
)
from huice.corpus.source import Source
from huice.corpus.vocabulary import Vocabulary, text_of
from huice.language import nodes as n
from huice.language.check import Checker, kinds_named
from huice.language.parser import parse_expression, parse_limit
from huice.language.text import Text
from huice.language.units import ITEMS, MONEY, MONTHS, Dimension, dimension_of, parse_literal

DOCUMENT_KEYS = (
    "document title place trial text valid requires readings pools measures words".split()
)
RULE_KEYS = (
    "requires",
    "judged by authority",
    "pays",
    "pays at most",
    "plus",
    "limits",
    "paid once",
    "lasts",
    "draws on",
    "valid",
)
MEASURE_KEYS = (
    *"id title text who gives benefit readings cases words funding parts instead".split(),
    "for each",
    "selects",
    "vouchers each",
    "also says",
    *RULE_KEYS,
)
PATCH_KEYS = (*RULE_KEYS, "drops", "limit per", "limit period", "assumes")
POOL_KEYS = ("id", "text", "holds", "yearly", "vouchers", "of", "shared by", "stated")
EFFECTS = ("conservative", "generous", "neutral")
_RUNS = {"any": "any", "unbroken": "unbroken", "window": "window"}


class Shared(Struct, frozen=True):
    """What a document states once for all its measures."""

    requires: tuple[Condition, ...]
    valid: Validity | None
    readings: tuple[Reading, ...]


class Loader:
    """Loads one document file with a vocabulary and its English catalogue."""

    def __init__(self, source: Source, vocabulary: Vocabulary, english: dict[str, str]) -> None:
        self.source, self.vocabulary, self.english = source, vocabulary, english

    def say(self, zh: str) -> Text:
        """The text with its English from the catalogue."""
        return Text(zh, self.english.get(zh, ""))

    # --- document -------------------------------------------------------------------------------------

    def document(self) -> Document | None:
        """The document, or None when the file holds none."""
        root = Cursor(self.source, self.source.value)
        if not root.mapping(DOCUMENT_KEYS, ("document", "title", "place", "text", "measures")):
            return None
        place, text = root.string("place"), root.string("text")
        id_ = root.string("document")
        valid = self.validity(root.down("valid"))
        shared = Shared(
            (self._where(root, place), *self.conditions(root.down("requires"))),
            valid,
            self.readings(root.down("readings")),
        )
        measures = []
        position = 0
        for cursor in root.down("measures").each():
            measure = self.measure(cursor, id_, place, text, position, shared)
            if measure:
                position = measure.start + len(measure.text.zh)
                measures.append(measure)
        return Document(
            id_,
            text_of(root, "title"),
            place,
            text,
            root.place,
            root.flag("trial", False),
            valid,
            tuple(measures),
            tuple(self.pool(cursor, id_) for cursor in root.down("pools").each()),
            _words(root),
        )

    def _where(self, root: Cursor, place: str) -> Condition:
        label = _place_label(place, self.vocabulary)
        node = n.Within(n.Fact("org.place"), place)
        checker = Checker(self.vocabulary.scope)
        checker.truth(node)
        for error in checker.errors:
            root.down("place").note(error, "E002")
        return Condition(label, node, f"org.place within {place}", root.down("place").place)

    def pool(self, cursor: Cursor, document: str) -> Pool:
        """A pool of the document."""
        cursor.mapping(POOL_KEYS, ("id", "text", "holds"))
        cursor = cursor.about(cursor.string("id"))
        holds = self.literal(cursor.down("holds"), None) or _nothing()
        vouchers = self.literal(cursor.down("vouchers"), ITEMS)
        face = self.literal(cursor.down("of"), MONEY)
        return Pool(
            cursor.string("id"),
            self.say(cursor.string("text")),
            holds,
            cursor.flag("yearly", False),
            document,
            cursor.place,
            cursor.choice("stated", ("exact", "at_most", "nominal"), "exact"),
            vouchers,
            face,
            cursor.strings("shared by"),
        )

    # --- measure --------------------------------------------------------------------------------------

    def measure(
        self, cursor: Cursor, document: str, place: str, whole: str, after: int, shared: Shared
    ) -> Measure | None:
        """A measure of the document, or None when it cannot be told what it is."""
        if not cursor.mapping(MEASURE_KEYS, ("id", "title", "text", "gives")):
            return None
        cursor = cursor.about(cursor.string("id"))
        quote = cursor.string("text")
        start = whole.find(quote, after)
        if start < 0:
            start = whole.find(quote)
            cursor.down("text").note(
                Text(
                    "这段文字不在文件原文中（须逐字相同，并按原文顺序排列）",
                    "this sentence does not stand in the document's text (verbatim, in its order)",
                ),
                "T001",
            )
        subject = cursor.choice("for each", ("org", *self.vocabulary.kinds), "org")
        rule = self.rule(cursor, shared)
        self._check_once(cursor, rule, subject)
        return Measure(
            cursor.string("id"),
            text_of(cursor, "title"),
            document,
            place,
            self.say(quote),
            max(start, 0),
            subject,
            self.say(cursor.string("who")),
            Gives(cursor.choice("gives", [kind.value for kind in Gives], "cash")),
            rule,
            cursor.place,
            cursor.flag("benefit", True),
            (*self.readings(cursor.down("readings")), *shared.readings),
            self.literal(cursor.down("selects"), ITEMS),
            self.literal(cursor.down("vouchers each"), ITEMS),
            self.say(cursor.string("funding")) if "funding" in cursor else None,
            tuple(self.say(text) for text in cursor.strings("parts")),
            tuple(self.say(text) for text in cursor.strings("instead")),
            cursor.strings("also says"),
            _words(cursor),
            tuple(filter(None, (self.case(below) for below in cursor.down("cases").each()))),
        )

    def rule(self, cursor: Cursor, shared: Shared) -> Rule:
        """The rule of a measure, with what its document states for all."""
        parts: dict[str, Any] = self.parts(cursor)
        parts["requires"] = (*shared.requires, *parts.pop("requires", ()))
        return Rule(**{"valid": shared.valid, **parts})

    def parts(self, cursor: Cursor) -> dict[str, Any]:
        """The fields of `Rule` that this mapping states; keys it leaves out stay out."""
        found: dict[str, Any] = {}
        for key, reader in self._readers().items():
            if key in cursor:
                found |= reader(cursor.down(key))
        return found

    def _readers(self) -> dict[str, Callable[[Cursor], dict[str, Any]]]:
        return {
            "requires": lambda c: {"requires": self.conditions(c)},
            "judged by authority": lambda c: {
                "judged": tuple(self.say(str(item.value)) for item in c.each())
            },
            "pays": lambda c: {"pays": self.amount(c), "exact": True},
            "pays at most": lambda c: {"pays": self.amount(c), "exact": False},
            "plus": lambda c: {"plus": self.quantity(c)},
            "limits": lambda c: {"limits": tuple(filter(None, map(self.limit, c.each())))},
            "paid once": lambda c: {"once": self.once(c)},
            "lasts": lambda c: {"lasts": self.duration(c)},
            "draws on": lambda c: {"pool": c.value},
            "valid": lambda c: {"valid": self.validity(c)},
        }

    def conditions(self, cursor: Cursor) -> tuple[Condition, ...]:
        """The requirements: a list of `phrase: expression`."""
        found = []
        for item in cursor.each():
            for label, below in item.items():
                node = self._checked(below, parse_expression, Checker.truth)
                if node is None:
                    continue
                kinds = kinds_named(node, self.vocabulary.scope)
                if len(kinds) > 1:
                    names = ", ".join(sorted(kinds))
                    below.note(
                        Text(
                            f"一个条件只能谈一类标的，这里有 {names}；请拆成几条",
                            f"a condition may speak of one kind of entity, not of {names}",
                        ),
                        "E003",
                    )
                found.append(Condition(self.say(label), node, str(below.value), below.place))
        return tuple(found)

    def amount(self, cursor: Cursor) -> n.Limit | None:
        """What is paid: one sentence, or a list of rungs read from top to bottom."""
        if cursor.value is None:
            return None
        text = cursor.value
        if isinstance(text, list):
            text = ", ".join(str(rung) for rung in text)
        node = cursor.parse(parse_limit, text)
        return self._check_limit(cursor, node)

    def limit(self, cursor: Cursor) -> n.Limit | None:
        """A cap."""
        return self._check_limit(cursor, cursor.parse(parse_limit))

    def _check_limit(self, cursor: Cursor, node: Any) -> n.Limit | None:
        if node is None:
            return None
        checker = Checker(self.vocabulary.scope)
        checker.money(node.amount)
        for error in checker.errors:
            cursor.note(error, "E002")
        known = {"org", *self.vocabulary.kinds, *_record_names(self.vocabulary)}
        if node.per is not None and node.per not in known:
            cursor.note(
                Text(f"per 之后不认识“{node.per}”", f"“{node.per}” after per is unknown"), "E002"
            )
        return None if checker.errors else node

    def quantity(self, cursor: Cursor) -> Any:
        """An amount without a scope."""
        if cursor.value is None:
            return None
        return self._checked(cursor, parse_expression, Checker.money)

    def _checked(
        self, cursor: Cursor, reader: Callable[[str], Any], check: Callable[[Checker, Any], None]
    ) -> Any:
        node = cursor.parse(reader)
        if node is None:
            return None
        checker = Checker(self.vocabulary.scope)
        check(checker, node)
        for error in checker.errors:
            cursor.note(error, "E002")
        return None if checker.errors else node

    def literal(self, cursor: Cursor, dimension: Dimension | None) -> n.Literal | None:
        """A number of the policy; of this dimension if one is given."""
        node = cursor.parse(parse_literal)
        if node is not None and dimension is not None and dimension_of(node) != dimension:
            cursor.note(
                Text(f"“{node.text}”的单位不对", f"“{node.text}” has the wrong unit"), "E002"
            )
            return None
        return node  # type: ignore[no-any-return]  # parse returns what the reader returns

    def once(self, cursor: Cursor) -> str:
        """`per applicant`, `per project` ..., or null."""
        if cursor.value is None:
            return "no"
        word = str(cursor.value).removeprefix("per ")
        return "applicant" if word in ("applicant", "org") else "entity"

    def _check_once(self, cursor: Cursor, rule: Rule, subject: str) -> None:
        word = cursor.string("paid once").removeprefix("per ")
        if word not in ("", "applicant", subject):
            cursor.down("paid once").note(
                Text(
                    f"只能写 per applicant 或 per {subject}",
                    f"write per applicant or per {subject}",
                ),
                "E002",
            )

    def duration(self, cursor: Cursor) -> Duration | None:
        """`3年`, or `{at most: 3年, at least: 6个月, run: unbroken}`."""
        if cursor.value is None:
            return None
        if not isinstance(cursor.value, dict):
            most = self.literal(cursor, MONTHS)
            return Duration(most.numerator, literals=(most,)) if most else None
        cursor.mapping(("at most", "at least", "run"))
        most, least = (
            self.literal(cursor.down(key), MONTHS) if key in cursor else None
            for key in ("at most", "at least")
        )
        return Duration(
            most.numerator if most else None,
            least.numerator if least else None,
            cursor.choice("run", _RUNS, "any"),
            tuple(literal for literal in (most, least) if literal),
        )

    def validity(self, cursor: Cursor) -> Validity | None:
        """The stated period: `{says: ..., from: ..., to: ..., afterwards: expired}`."""
        if cursor.value is MISSING or cursor.value is None:
            return None
        cursor.mapping(("says", "from", "to", "afterwards", "successor"))
        return Validity(
            self.say(cursor.string("says")),
            cursor.day("from"),
            cursor.day("to"),
            cursor.choice("afterwards", ("expired", "unknown"), "expired"),
            cursor.string("successor") or None,
        )

    # --- readings and cases ---------------------------------------------------------------------------

    def readings(self, cursor: Cursor) -> tuple[Reading, ...]:
        """The named ambiguities."""
        found = []
        for id_, below in cursor.items():
            if not below.mapping(("asks", "default", "options"), ("asks", "default", "options")):
                continue
            options = tuple(self.option(name, item) for name, item in below.down("options").items())
            default = below.choice("default", [option.name for option in options], "")
            found.append(Reading(id_, self.say(below.string("asks")), default, options))
        return tuple(found)

    def option(self, name: str, cursor: Cursor) -> Option:
        """One way to read it: `{conservative: what it means, <parts of the rule it replaces>}`."""
        cursor.mapping((*EFFECTS, *PATCH_KEYS))
        effect = next((key for key in EFFECTS if key in cursor), "neutral")
        patch = self.parts(cursor)
        if "drops" in cursor:
            patch["drops"] = cursor.strings("drops")
        for key in ("limit per", "limit period"):
            if key in cursor:
                patch[key.replace(" ", "_")] = _scope_word(cursor.string(key))
        if isinstance(cursor.down("valid").value, dict):
            patch["valid_after"] = patch.pop("valid").after
        assumes = tuple(
            filter(None, (self.literal(item, None) for item in cursor.down("assumes").each()))
        )
        return Option(name, self.say(cursor.string(effect)), effect, Patch(**patch), assumes)

    def case(self, cursor: Cursor) -> Case | None:
        """An example: `{case: ..., given: {...}, gives: "eligible, 0元, 25万元"}`."""
        if not cursor.mapping(("case", "given", "gives"), ("case", "given", "gives")):
            return None
        parts = [part.strip() for part in cursor.string("gives").split("，")]
        if len(parts) != 3:
            cursor.down("gives").note(
                Text(
                    "写作“状态，确定额，本企业上限”，如 eligible，0元，25万元",
                    "write “status，certain，ceiling”, e.g. eligible，0元，25万元",
                )
            )
            return None
        status, certain, ceiling = parts
        return Case(
            cursor.string("case"),
            cursor.value["given"],
            status,
            certain,
            None if ceiling == "未载" else ceiling,
            cursor.place,
        )


def _scope_word(word: str) -> str:
    return {"in total": "total", "per year": "year"}.get(word, word)


def _words(cursor: Cursor) -> dict[str, str]:
    return {word: str(below.value) for word, below in cursor.down("words").items()}


def _record_names(vocabulary: Vocabulary) -> set[str]:
    return {
        name
        for fact in vocabulary.facts.values()
        if fact.type == "records"
        for name in fact.options
    }


def _place_label(place: str, vocabulary: Vocabulary) -> Text:
    fact = vocabulary.facts.get("org.place")
    if fact is None:
        return Text(place, place)
    known = fact.options.get(place)
    if known:
        return known
    city = next(
        (label for name, label in fact.options.items() if name.startswith(place + "/")), None
    )
    if city is None:
        return Text(place, place)
    return Text(city.zh[:2] + "市", city.en.split(",")[0])


def _nothing() -> n.Literal:
    return n.Literal("0元", 0, 1, "元")
