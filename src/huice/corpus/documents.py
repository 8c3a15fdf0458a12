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
from huice.language.text import Text, did_you_mean
from huice.language.units import (
    ITEMS,
    MONEY,
    MONTHS,
    Dimension,
    dimension_name,
    dimension_of,
    parse_literal,
)

DOCUMENT_KEYS = [
    "document",
    "title",
    "place",
    "trial",
    "text",
    "valid",
    "requires",
    "readings",
    "pools",
    "measures",
    "words",
]
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
    *[
        "id",
        "title",
        "text",
        "who",
        "gives",
        "benefit",
        "readings",
        "cases",
        "words",
        "funding",
        "parts",
        "instead",
    ],
    "for each",
    "selects",
    "vouchers each",
    "also says",
    *RULE_KEYS,
)
PATCH_KEYS = (*RULE_KEYS, "drops", "limit per", "limit period", "assumes")
POOL_KEYS = ("id", "text", "holds", "yearly", "vouchers", "of", "shared by", "stated")
POOL_STATED = ("exact", "at_most", "nominal")
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
        self.subject = "org"

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
        measures = self.measures(root, id_, place, text, valid)
        return Document(
            id_,
            text_of(root, "title"),
            place,
            text,
            root.place,
            root.flag("trial", default=False),
            valid,
            measures,
            tuple(self.pool(cursor, id_) for cursor in root.down("pools").each()),
            _words(root),
        )

    def measures(
        self, root: Cursor, document: str, place: str, text: str, valid: Validity | None
    ) -> tuple[Measure, ...]:
        """The measures of a document, with what it states once for all of them."""
        shared = Shared(
            (self._where(root, place), *self.conditions(root.down("requires"))),
            valid,
            self.readings(root.down("readings")),
        )
        found = []
        position = 0
        for cursor in root.down("measures").each():
            measure = self.measure(cursor, document, place, text, position, shared)
            if measure:
                position = measure.start + len(measure.text)
                found.append(measure)
        return tuple(found)

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
        holds = self.literal(cursor.down("holds"), MONEY) or _nothing()
        vouchers = self.literal(cursor.down("vouchers"), ITEMS)
        face = self.literal(cursor.down("of"), MONEY)
        return Pool(
            cursor.string("id"),
            self.say(cursor.string("text")),
            holds,
            cursor.flag("yearly", default=False),
            document,
            cursor.place,
            cursor.choice("stated", POOL_STATED, POOL_STATED[0]),
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
        self.subject = subject
        rule = self.rule(cursor, shared)
        self._check_once(cursor, subject)
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
            cursor.flag("benefit", default=True),
            (*self.readings(cursor.down("readings")), *shared.readings),
            self.literal(cursor.down("selects"), ITEMS),
            self.literal(cursor.down("vouchers each"), ITEMS),
            self.say(cursor.string("funding")) if "funding" in cursor else None,
            self.texts(cursor.down("parts")),
            self.texts(cursor.down("instead")),
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
        if "pays" in cursor and "pays at most" in cursor:
            cursor.down("pays at most").note(
                Text(
                    "pays（足额给付）与 pays at most（最高给付）只能写一个",
                    "write either pays (owed in full) or pays at most (a ceiling), not both",
                )
            )
        return found

    def texts(self, cursor: Cursor) -> tuple[Text, ...]:
        """Phrases of the policy: a list, or one alone."""
        if isinstance(cursor.value, str | int):
            return (self.say(str(cursor.value)),)
        words = (item.word() for item in cursor.each())
        return tuple(self.say(word) for word in words if word is not None)

    def _readers(self) -> dict[str, Callable[[Cursor], dict[str, Any]]]:
        return {
            "requires": lambda c: {"requires": self.conditions(c)},
            "judged by authority": lambda c: {"judged": self.texts(c)},
            "pays": lambda c: {"pays": self.amount(c), "exact": True},
            "pays at most": lambda c: {"pays": self.amount(c), "exact": False},
            "plus": lambda c: {"plus": self.quantity(c)},
            "limits": lambda c: {"limits": tuple(filter(None, map(self.limit, c.each())))},
            "paid once": lambda c: {"once": self.once(c)},
            "lasts": lambda c: {"lasts": self.duration(c)},
            "draws on": lambda c: {"pool": c.word()},
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
            rungs = [rung.word() for rung in cursor.each()]
            if None in rungs:
                return None
            text = ", ".join(rung for rung in rungs if rung is not None)
        node = self._check_limit(cursor, cursor.parse(parse_limit, text))
        if node is not None and node.soft:
            cursor.note(
                Text(
                    "normally（原则上）是软封顶，只写在 limits 里",
                    "normally is a cap in principle; it belongs in limits",
                ),
                "E002",
            )
        return node

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
        if node.per is not None:
            self._check_scope(cursor, node.per)
        self._check_subject(cursor, node, self.subject)
        return None if checker.errors else node

    def _check_scope(self, cursor: Cursor, word: str) -> None:
        """A cap is per applicant, per entity that it is paid for, or per record."""
        scopes = list(dict.fromkeys(("org", self.subject)))
        records = _record_names(self.vocabulary)
        if word not in scopes and word not in records:
            cursor.note(
                Text(
                    f"per 之后只能是 {'、'.join(scopes)} 或一种认定记录，写的是“{word}”",
                    f"after per write {', '.join(scopes)} or a kind of record, not “{word}”",
                )
                + did_you_mean(word, [*scopes, *records]),
                "E004",
            )

    def _check_subject(self, cursor: Cursor, node: Any, subject: str) -> None:
        """An amount may read the applicant and the entity that it is paid for, one at a time."""
        for kind in sorted(kinds_named(node, self.vocabulary.scope) - {subject}):
            label = self.vocabulary.kinds[kind].label
            cursor.note(
                Text(
                    f"金额里读到了单个{label.zh}的事实，这里没有逐个的{label.zh}；"
                    f"请写 for each: {kind}，或用 total(…) 合计",
                    f"the amount reads one {label.en}, but there is none here; "
                    f"write for each: {kind}, or add up with total(…)",
                ),
                "E005",
            )

    def quantity(self, cursor: Cursor) -> Any:
        """An amount of the applicant as a whole, without a scope."""
        if cursor.value is None:
            return None
        node = self._checked(cursor, parse_expression, Checker.money)
        if node is not None:
            self._check_subject(cursor, node, "org")
        return node

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
            wanted = dimension_name(dimension)
            cursor.note(
                Text(
                    f"“{node.text}”的单位不对，此处应为{wanted.zh}",
                    f"“{node.text}” has the wrong unit; {wanted.en} is needed here",
                ),
                "E002",
            )
            return None
        return node  # type: ignore[no-any-return]  # parse returns what the reader returns

    def once(self, cursor: Cursor) -> str:
        """`per applicant`, `per project` ..., or null."""
        if cursor.value is None:
            return "no"
        word = str(cursor.value).removeprefix("per ")
        return "applicant" if word in ("applicant", "org") else "entity"

    def _check_once(self, cursor: Cursor, subject: str) -> None:
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
            most = self._months(cursor)
            return Duration(most.numerator, literals=(most,)) if most else None
        cursor.mapping(("at most", "at least", "run"))
        most, least = (self._months(cursor.down(key)) for key in ("at most", "at least"))
        return Duration(
            most.numerator if most else None,
            least.numerator if least else None,
            cursor.choice("run", _RUNS, "any"),
            tuple(literal for literal in (most, least) if literal),
        )

    def _months(self, cursor: Cursor) -> n.Literal | None:
        node = self.literal(cursor, MONTHS)
        if node is not None and (node.denominator != 1 or node.numerator == 0):
            cursor.note(
                Text(
                    f"“{node.text}”不是整月，写作 3年 或 18个月",
                    f"“{node.text}” is no whole number of months; write 3年 or 18个月",
                ),
                "E002",
            )
            return None
        return node

    def validity(self, cursor: Cursor) -> Validity | None:
        """The stated period: `{says: ..., from: ..., to: ..., afterwards: expired}`."""
        if cursor.value is MISSING or cursor.value is None:
            return None
        cursor.mapping(("says", "from", "to", "afterwards", "successor"))
        starts, ends = cursor.day("from"), cursor.day("to")
        if starts and ends and ends < starts:
            cursor.note(Text("to 早于 from，请核对", "`to` is before `from`; check the dates"))
        return Validity(
            self.say(cursor.string("says")),
            starts,
            ends,
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
                patch[key.replace(" ", "_")] = self._scope_word(cursor, key)
        if isinstance(cursor.down("valid").value, dict):
            patch["valid_after"] = patch.pop("valid").after
        assumes = tuple(
            filter(None, (self.literal(item, None) for item in cursor.down("assumes").each()))
        )
        return Option(name, self.say(cursor.string(effect)), effect, Patch(**patch), assumes)

    def _scope_word(self, cursor: Cursor, key: str) -> str:
        if key == "limit period":
            word = cursor.choice(key, ("per year", "in total"), "in total")
            return "year" if word == "per year" else "total"
        word = cursor.string(key)
        self._check_scope(cursor.down(key), word)
        return word

    def case(self, cursor: Cursor) -> Case | None:
        """An example: `{case: ..., given: {...}, gives: "eligible, 0元, 25万元"}`."""
        if not cursor.mapping(("case", "given", "gives"), ("case", "given", "gives")):
            return None
        if any(key not in cursor for key in ("case", "given", "gives")):
            return None
        parts = [part.strip() for part in cursor.string("gives").split("，")]
        if len(parts) != len(("status", "certain", "ceiling")):
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
