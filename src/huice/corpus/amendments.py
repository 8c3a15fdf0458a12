"""What one corpus changes of another, in words: measure by measure, from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from huice.corpus.amended import as_draft, pool_size, printed
from huice.corpus.corpus import Corpus
from huice.corpus.model import Condition, Measure, Pool, Reading
from huice.corpus.sentences import sentences
from huice.language.printing import say
from huice.language.text import NOTHING, Text

_LANGS = ("zh", "en")
MATTERS: Mapping[str, Text] = {
    "text": Text("条文", "Wording"),
    "title": Text("名称", "Title"),
    "who": Text("支持对象", "For whom"),
    "requires": Text("条件", "Condition"),
    "judged": Text("主管部门判断", "Judged by the authority"),
    "pays": Text("给付", "Paid"),
    "caps": Text("封顶", "Caps"),
    "lasts": Text("次数与期限", "How often, how long"),
    "pool": Text("资金池", "Pool"),
    "quota": Text("名额", "Places"),
    "validity": Text("有效期", "Validity"),
    "reading": Text("读法", "Reading"),
    "holds": Text("规模", "Size"),
    "stated": Text("写法", "Stated as"),
    "shared": Text("共用", "Shared by"),
}
_TOLD = ("judged", "pays", "caps", "lasts", "pool", "quota", "validity")
_STATED = {
    "exact": Text("定额", "exactly"),
    "at_most": Text("最高", "at most"),
    "nominal": Text("约数", "nominally"),
}


class Item(Struct, frozen=True):
    """One thing that changes: the matter, what it says before and after; nothing where it is new or goes."""

    matter: str
    before: Text
    after: Text

    @property
    def label(self) -> Text:
        """What the matter is called."""
        return MATTERS[self.matter]


class Amendment(Struct, frozen=True):
    """A measure or pool that is `changed`, `added` or `repealed`; `sort` is `measure` or `pool`."""

    kind: str
    sort: str
    id: str
    title: Text
    place: str
    items: tuple[Item, ...] = ()


def changes(before: Corpus, after: Corpus) -> tuple[Amendment, ...]:
    """What differs, in the order of the text: measures that change or go, new ones, then pools."""
    return (*_measures(before, after), *_pools(before, after))


def _measures(before: Corpus, after: Corpus) -> Iterator[Amendment]:
    for measure in before.measures:
        if measure.id not in after:
            yield _whole("repealed", measure, before)
            continue
        items = tuple(_items(measure, before, after.measure(measure.id), after))
        if items:
            title, place = measure.title, measure.place
            yield Amendment("changed", "measure", measure.id, title, place, items)
    for measure in after.measures:
        if measure.id not in before:
            yield _whole("added", measure, after)


def _whole(kind: str, measure: Measure, corpus: Corpus) -> Amendment:
    """A measure that is new or goes, with everything that it says."""
    told = _sentences(measure, corpus)
    said = {"text": measure.quote, "who": told["who"], **{name: told[name] for name in _TOLD}}
    items = tuple(
        Item(name, NOTHING, text) if kind == "added" else Item(name, text, NOTHING)
        for name, text in said.items()
        if text
    )
    return Amendment(kind, "measure", measure.id, measure.title, measure.place, items)


def _items(old: Measure, before: Corpus, new: Measure, after: Corpus) -> Iterator[Item]:
    for name, one, other in (
        ("text", old.quote, new.quote),
        ("title", old.title, new.title),
        ("who", old.who, new.who),
    ):
        if one != other and not (name == "text" and _worded_by_printer(new, after)):
            yield Item(name, one, other)
    yield from _conditions(old, before, new, after)
    told, fresh = _sentences(old, before), _sentences(new, after)
    for name in _TOLD:
        of_the_pool = name == "pool" and old.rule.pool == new.rule.pool  # told of the pool itself
        if told[name] != fresh[name] and not of_the_pool:
            yield Item(name, told[name], fresh[name])
    yield from _readings(old, new)


def _worded_by_printer(measure: Measure, corpus: Corpus) -> bool:
    """Whether a draft gives no wording of its own: then the other items say all that it says."""
    return measure.text == as_draft(printed(measure, corpus)).zh


def _sentences(measure: Measure, corpus: Corpus) -> dict[str, Text]:
    said = [sentences(measure.rule, measure, corpus, lang) for lang in _LANGS]
    return {name: Text(*(getattr(one, name) for one in said)) for name in said[0].__struct_fields__}


def _conditions(old: Measure, before: Corpus, new: Measure, after: Corpus) -> Iterator[Item]:
    """Conditions by their words: those that go or change first, then the new ones."""
    fresh = {condition.label.zh: condition for condition in new.rule.requires}
    for condition in old.rule.requires:
        other = fresh.pop(condition.label.zh, None)
        if other is None:
            yield Item("requires", _said(condition, before), NOTHING)
        elif other.expression != condition.expression:
            yield Item("requires", _said(condition, before), _said(other, after))
    for condition in fresh.values():
        yield Item("requires", NOTHING, _said(condition, after))


def _said(condition: Condition, corpus: Corpus) -> Text:
    titles = {measure.id: measure.title for measure in corpus.measures}
    zh, en = (say(condition.expression, corpus.vocabulary.scope, lang, titles) for lang in _LANGS)
    label = condition.label
    return Text(f"{label.zh}：{zh}", f"{label['en']}: {en}")


def _readings(old: Measure, new: Measure) -> Iterator[Item]:
    """Ambiguities that are read in another way, or that the new wording settles."""
    fresh = {reading.id: reading for reading in new.readings}
    for reading in old.readings:
        other = fresh.get(reading.id)
        if other is None:
            settled = Text("新条文已写明", "settled by the new wording")
            yield Item("reading", reading.asks, settled)
        elif other.default != reading.default:
            yield Item("reading", _as_read(reading), _as_read(other))


def _as_read(reading: Reading) -> Text:
    option = reading.option(reading.default)
    says = option.says if option else NOTHING
    return Text(f"{reading.asks.zh}{says.zh}", f"{reading.asks['en']} {says['en']}")


def _pools(before: Corpus, after: Corpus) -> Iterator[Amendment]:
    for id_, pool in before.pools.items():
        other = after.pools.get(id_)
        if other is None:
            yield Amendment("repealed", "pool", id_, pool.text, "", _terms(pool, None))
        elif items := _terms(pool, other):
            yield Amendment("changed", "pool", id_, pool.text, "", items)
    for id_, pool in after.pools.items():
        if id_ not in before.pools:
            yield Amendment("added", "pool", id_, pool.text, "", _terms(None, pool))


def _terms(old: Pool | None, new: Pool | None) -> tuple[Item, ...]:
    """What a pool holds, how it is stated and who shares it, where that differs."""
    found = []
    for name, term in (("holds", pool_size), ("stated", _as_stated), ("shared", _shared)):
        one, other = (term(pool) if pool else NOTHING for pool in (old, new))
        if one != other:
            found.append(Item(name, one, other))
    return tuple(found)


def _as_stated(pool: Pool) -> Text:
    return _STATED[pool.stated]


def _shared(pool: Pool) -> Text:
    return Text("、".join(pool.shared_by), ", ".join(pool.shared_by))


def amendment_dict(change: Amendment) -> dict[str, Any]:
    """A change, JSON-ready."""
    return {
        "kind": change.kind,
        "sort": change.sort,
        "id": change.id,
        "title": _pair(change.title),
        "items": [
            {
                "matter": item.matter,
                "before": _pair(item.before),
                "after": _pair(item.after),
            }
            for item in change.items
        ],
    }


def _pair(text: Text) -> dict[str, str] | None:
    return {"zh": text.zh, "en": text["en"]} if text else None
