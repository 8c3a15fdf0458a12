"""The vocabulary: which facts exist, how they are asked, and the terms defined from them."""

from __future__ import annotations

from msgspec import Struct, structs

from huice.corpus.cursor import Cursor
from huice.corpus.model import FactInfo
from huice.corpus.source import Source
from huice.language.check import Checker
from huice.language.parser import parse_expression
from huice.language.scope import FactType, Scope, Sort
from huice.language.text import Text
from huice.language.units import AREA, ITEMS, MONEY, SHARE, Dimension

_TYPES: dict[str, tuple[Sort, Dimension]] = {
    "place": (Sort.PLACE, SHARE),
    "choice": (Sort.CHOICE, SHARE),
    "set": (Sort.SET, SHARE),
    "records": (Sort.RECORDS, SHARE),
    "date": (Sort.DATE, SHARE),
    "period": (Sort.PERIOD, SHARE),
    "money": (Sort.QUANTITY, MONEY),
    "area": (Sort.QUANTITY, AREA),
    "count": (Sort.QUANTITY, ITEMS),
    "truth": (Sort.TRUTH, SHARE),
}
_FACT_KEYS = (
    "key label type question effort nature asked_of note options upper default unit"
).split()


class Kind(Struct, frozen=True):
    """A kind of entity an applicant has several of, and the list of the profile that holds them."""

    name: str
    label: Text
    list_key: str


class Vocabulary(Struct, frozen=True):
    """All facts with their questions, the kinds of entity, and the scope that expressions see."""

    facts: dict[str, FactInfo]
    kinds: dict[str, Kind]
    scope: Scope

    def fact(self, name: str) -> FactInfo:
        """What the editors say about a fact. Raises `KeyError` for an unknown name."""
        return self.facts[name]

    def of(self, entity: str) -> list[FactInfo]:
        """The facts of the applicant (`org`) or of a kind of entity, in the order of the file."""
        return [fact for fact in self.facts.values() if fact.entity == entity]


EMPTY = Vocabulary({}, {}, Scope({}, {}))


def text_of(cursor: Cursor, key: str) -> Text:
    """The bilingual text under a key: `{zh: ..., en: ...}` or Chinese alone."""
    below = cursor.down(key)
    if isinstance(below.value, dict):
        below.mapping(("zh", "en"), ("zh",))
        return Text(below.string("zh"), below.string("en"))
    return Text(cursor.string(key))


def load_vocabulary(source: Source) -> Vocabulary:
    """The vocabulary of a file; problems are noted in the source."""
    root = Cursor(source, source.value, code="V001")
    if not root.mapping(("kinds", "facts", "terms"), ("facts",)):
        return EMPTY
    kinds = {
        name: Kind(name, Text(below.string("zh"), below.string("en")), below.string("list", name))
        for name, below in root.down("kinds").items()
    }
    facts: dict[str, FactInfo] = {}
    types: dict[str, FactType] = {}
    for name, below in root.down("facts").items():
        info, kind = _fact(name, below.about(name))
        facts[name], types[name] = info, kind
    scope = Scope(types, {name: kind.label for name, kind in kinds.items()})
    for name, below in root.down("terms").items():
        term = _term(name, below.about(name), scope)
        if term:
            types[name] = term
    return Vocabulary(facts, kinds, scope)


def _fact(name: str, cursor: Cursor) -> tuple[FactInfo, FactType]:
    cursor.mapping(_FACT_KEYS, ("label", "type", "question"))
    sort, dimension = _TYPES[cursor.choice("type", _TYPES, "choice")]
    entity, last = name.split(".", 1) if "." in name else ("org", name)
    key = cursor.string("key", last)
    options = {
        option: Text(below.string("zh"), below.string("en"))
        for option, below in cursor.down("options").items()
    }
    label = text_of(cursor, "label")
    info = FactInfo(
        name,
        key,
        entity,
        cursor.string("type"),
        cursor.string("unit"),
        label,
        text_of(cursor, "question"),
        text_of(cursor, "note"),
        int(cursor.string("effort", "1")),
        cursor.string("asked_of", "applicant"),
        cursor.string("nature", "objective"),
        options,
    )
    return info, FactType(
        name,
        key,
        entity,
        sort,
        label,
        dimension,
        options,
        cursor.string("upper") or None,
        cursor.string("default") or None,
    )


def _term(name: str, cursor: Cursor, scope: Scope) -> FactType | None:
    cursor.mapping(("label", "means"), ("label", "means"))
    node = cursor.down("means").parse(parse_expression)
    if node is None:
        return None
    checker = Checker(scope)
    found = checker.type_of(node)
    for error in checker.errors:
        cursor.down("means").note(error, "E002")
    if found is None:
        return None
    entity = name.split(".")[0]
    return structs.replace(
        FactType(name, "", entity, found.sort, text_of(cursor, "label"), found.dimension),
        means=node,
    )
