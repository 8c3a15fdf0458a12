"""The vocabulary: which facts exist, how they are asked, and the terms defined from them."""

from __future__ import annotations

import re

from msgspec import Struct, structs

from huice.corpus.cursor import Cursor
from huice.corpus.model import Change, FactInfo
from huice.corpus.source import Source
from huice.language.check import Checker, kinds_named
from huice.language.parser import parse_expression
from huice.language.scope import FactType, Scope, Sort
from huice.language.text import Text, did_you_mean
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
_FACT_KEYS = [
    "key",
    "label",
    "type",
    "question",
    "effort",
    "nature",
    "asked_of",
    "note",
    "options",
    "upper",
    "default",
    "unit",
    "changes",
]
CHANGE_KEYS = ("how", "says", "fixed", "becomes", "moved")
HOW = ("never", "freely", "upwards", "new", "moving")


_LISTED = (Sort.PLACE, Sort.CHOICE, Sort.SET, Sort.RECORDS)
_RESERVED = [
    "as_of",
    "claim_year",
    "horizon_years",
    "org",
    "decisions",
    "pools",
    "years",
    "readings",
    "name",
    "paid_history",
]
ORG = "org"
FACT_NAME = re.compile(r"[a-z]+\.[a-z_]+")
OPTION_NAME = re.compile(r"[a-z][a-z0-9_]*")
PLACE_NAME = re.compile(r"[a-z][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")


class Kind(Struct, frozen=True):
    """A kind of entity an applicant has several of, and the list of the profile that holds them.

    `more` says what it takes to have so many ({}) more of them.
    """

    name: str
    label: Text
    list_key: str
    more: Text = Text("", "")


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
    kinds = {name: _kind(name, below) for name, below in root.down("kinds").items()}
    facts: dict[str, FactInfo] = {}
    types: dict[str, FactType] = {}
    for name, below in root.down("facts").items():
        info, kind = _fact(name, below.about(name))
        facts[name], types[name] = info, kind
    for name, below in root.down("kinds").items():
        if kinds[name].list_key in _RESERVED:
            below.note(
                Text(
                    f"画像里“{kinds[name].list_key}”已有别的意思，请换一个 list",
                    f"“{kinds[name].list_key}” is taken in a profile; choose another list",
                )
            )
    for name, below in root.down("facts").items():
        _check_fact(below.about(name), types[name], types, kinds)
    scope = Scope(types, {name: kind.label for name, kind in kinds.items()})
    for name, below in root.down("terms").items():
        term = _term(name, below.about(name), scope)
        if term:
            types[name] = term
    return Vocabulary(facts, kinds, scope)


def _kind(name: str, cursor: Cursor) -> Kind:
    label = Text(cursor.string("zh"), cursor.string("en"))
    more = _deed(cursor, "more") if "more" in cursor else Text("", "")
    return Kind(name, label, cursor.string("list", name), more)


def _deed(cursor: Cursor, key: str) -> Text:
    """What is done, with {} where the value or the number stands."""
    said = text_of(cursor, key)
    if said and not all(one.count("{}") == 1 for one in (said.zh, said.en) if one):
        cursor.down(key).note(
            Text(f"{key} 里用一个 {{}} 表示值", f"write one {{}} for the value in `{key}`")
        )
        return Text("", "")
    return said


def _change(cursor: Cursor, options: dict[str, Text]) -> Change:
    """How the fact can be changed: a word, or a mapping with the deed in words."""
    below = cursor.down("changes")
    if not isinstance(below.value, dict):
        return Change(cursor.choice("changes", HOW, "never"))
    below.mapping(CHANGE_KEYS, ())
    change = Change(
        below.choice("how", HOW, "never"),
        _deed(below, "says") if "says" in below else Text("", ""),
        below.strings("fixed"),
        {key: str(one.word()) for key, one in below.down("becomes").items()},
        below.string("moved"),
    )
    if (change.how == "moving") is not bool(change.moved):
        below.note(
            Text(
                "how: moving 须写 moved（迁址后的值：选项，或 as_of），别的 how 不写",
                "`how: moving` needs `moved` (an option, or as_of), and no other `how` has it",
            )
        )
    named = [*change.fixed, *change.becomes, *change.becomes.values()]
    named += [change.moved] if change.moved and change.moved != "as_of" else []
    for option in named:
        if option not in options:
            below.note(
                Text(f"没有选项“{option}”", f"there is no option “{option}”")
                + did_you_mean(option, options)
            )
    return change


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
        int(cursor.choice("effort", ("1", "2", "3"), "1")),
        cursor.string("asked_of", "applicant"),
        cursor.string("nature", "objective"),
        options,
        _change(cursor, options),
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


def _check_fact(
    cursor: Cursor, fact: FactType, types: dict[str, FactType], kinds: dict[str, Kind]
) -> None:
    """The fact can be written in a rule, asked in a profile, and leans on facts that exist."""
    if not FACT_NAME.fullmatch(fact.name) or fact.entity not in (ORG, *kinds):
        named = "、".join((ORG, *kinds))
        cursor.note(
            Text(
                f"事实写作“类别.名称”，类别只能是 {named}，名称用小写字母和下划线",
                f"name a fact as kind.name in small letters; kinds are {named.replace('、', ', ')}",
            )
        )
    if fact.sort in _LISTED and not fact.members:
        cursor.note(Text("选项型事实须列出 options", "a fact to choose from needs its options"))
    for option in fact.members:
        pattern = PLACE_NAME if fact.sort is Sort.PLACE else OPTION_NAME
        if not pattern.fullmatch(option):
            cursor.down("options").note(
                Text(
                    f"选项“{option}”须用小写字母、数字和下划线（地点可用 / 和 -）",
                    f"write the option “{option}” in small letters, digits, _ (places: / and -)",
                )
            )
    twin = next((t for t in types.values() if (t.entity, t.key) == (fact.entity, fact.key)), fact)
    if twin.name != fact.name:
        cursor.note(
            Text(
                f"与 {twin.name} 用了同一个键“{fact.key}”",
                f"{twin.name} has the same key “{fact.key}”",
            )
        )
    for key, other in (("upper", fact.upper), ("default", fact.default)):
        found = types.get(other or "")
        whole_year = key == "default" and other == "claim_year" and fact.sort is Sort.PERIOD
        like = found and (found.entity, found.sort, found.dimension)
        if other and not whole_year and like != (fact.entity, fact.sort, fact.dimension):
            cursor.down(key).note(
                Text(
                    f"{key} 须是同一类别、同一类型的事实，写的是“{other}”",
                    f"`{key}` must be a fact of the same kind and type, not “{other}”",
                )
                + did_you_mean(other, types)
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
    entity = name.split(".", maxsplit=1)[0]
    strange = kinds_named(node, scope) - {entity}
    if strange or found.sort not in (Sort.TRUTH, Sort.QUANTITY):
        cursor.down("means").note(
            Text(
                f"“{name}”只能由 {entity} 的事实定义，并须是条件或数量",
                f"define “{name}” from facts of {entity}, as a condition or a quantity",
            ),
            "E003",
        )
        return None
    return structs.replace(
        FactType(name, "", entity, found.sort, text_of(cursor, "label"), found.dimension),
        means=node,
    )
