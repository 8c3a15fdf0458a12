"""Changes in words, in both languages, and as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from huice.analysis.changes import Alter, More, Step, Value, Wait
from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.corpus.vocabulary import ORG
from huice.evaluate.facts import Exact
from huice.evaluate.result import decimal
from huice.language.check import lies_in
from huice.language.money import wan
from huice.language.printing.en import English
from huice.language.printing.zh import Chinese
from huice.language.text import Text

SMALLEST = 1
"""Below this many yuan a threshold only says that there has to be something."""


def step_says(step: Step, corpus: Corpus) -> Text:
    """What is to be done, or to be so: `迁到上海徐汇区`, `move to Shanghai, Xuhui District`."""
    if isinstance(step, Wait):
        day = step.until.isoformat()
        return Text(
            f"等到 {day} 再申报（还差 {step.days} 天）",
            f"apply on {day} or later ({step.days} days on)",
        )
    if isinstance(step, More):
        return _more(step, corpus)
    info = corpus.vocabulary.fact(step.fact)
    value = _value(step.after, info, step.gains, step.instead, corpus, least=step.least)
    said = _deed(info, step, value)
    if step.where is None:
        return said
    kind = corpus.vocabulary.kinds[info.entity].label
    name = entity_name(kind, step.where)
    return Text(f"{name.zh}：{said.zh}", f"{name.en}: {said.en}")


def entity_name(kind: Text, which: str | int) -> Text:
    """What an entity is called: its own name, else `第 2 份合同` by its place."""
    if isinstance(which, str):
        return Text(f"“{which}”", f"‘{which}’")
    return Text(f"{kind.zh} {which + 1}", f"{kind.en} {which + 1}")


def _deed(info: FactInfo, step: Alter, value: Text) -> Text:
    says = info.change.says
    if step.answer or not says:
        label = Text(_bare(info.label.zh), _bare(info.label["en"]))
        if info.type in ("truth", "date"):
            return Text(f"{label.zh}：{value.zh}", f"{label.en}: {value.en}")
        if not isinstance(step.after, str | frozenset | Mapping):
            return Text(f"{label.zh} {value.zh}", f"{label.en} {value.en}")
        has = ("包括", "include") if step.gains else ("为", "is")
        return Text(f"{label.zh}{has[0]}{value.zh}", f"{label.en} {has[1]} {value.en}")
    if step.least and _slight(step.after, info):
        return Text(
            f"{_bare(info.label.zh)}大于 0", f"have more than nothing of: {_bare(info.label['en'])}"
        )
    return Text(says.zh.replace("{}", value.zh), says["en"].replace("{}", value["en"]))


def _more(step: More, corpus: Corpus) -> Text:
    kind = corpus.vocabulary.kinds[step.kind]
    alternatives = dict(step.instead)
    parts = []
    for name, value in step.facts:
        info = corpus.vocabulary.fact(name)
        number = info.type in ("money", "area", "count")
        said = _value(value, info, (), alternatives.get(name, ()), corpus, least=number)
        if number or info.type in ("date", "period", "truth"):
            label = Text(_bare(info.label.zh), _bare(info.label["en"]))
            if number and _slight(value, info):
                said = Text(f"{label.zh}大于 0", f"{label.en} above 0")
            else:
                said = Text(f"{label.zh} {said.zh}", f"{label.en} {said.en}")
        if said:
            parts.append(said)
    deed = kind.more or Text(f"增加 {{}} {kind.label.zh}", f"{{}} more {kind.label.en}")
    count = str(step.count)
    zh, en = deed.zh.replace("{}", count), deed["en"].replace("{}", count)
    if not parts:
        return Text(zh, en)
    return Text(
        f"{zh}（{'，'.join(part.zh for part in parts)}）",
        f"{en} ({', '.join(part['en'] for part in parts)})",
    )


def _value(
    value: Value,
    info: FactInfo,
    gains: tuple[str, ...],
    instead: tuple[str, ...],
    corpus: Corpus,
    *,
    least: bool,
) -> Text:
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if isinstance(value, date):
        return Text(value.isoformat(), value.isoformat())
    if isinstance(value, str):
        names = (value, *instead)
        if info.type == "place" and instead:
            return _places(names, info, corpus)
    elif isinstance(value, frozenset | Mapping):
        names = (*(gains or sorted(value, key=list(info.options).index)),)
        if instead:
            names = (*names, *instead)
        if not instead and len(names) > 1:
            return _listed([info.options[name] for name in names], "、", " and ")
        if not names:
            return Text("无", "none")
    else:
        return number_says(value, info, least=least)
    return _listed([info.options[name] for name in names], "或", " or ")


def _places(names: tuple[str, ...], info: FactInfo, corpus: Corpus) -> Text:
    """Places to choose from; all of a city are the city."""
    scope = corpus.vocabulary.scope
    left, told = list(names), []
    for city in dict.fromkeys(name.split("/")[0] for name in names):
        inside = [one for one in info.options if lies_in(one, city)]
        if len(inside) > 1 and all(one in left for one in inside):
            told.append(
                Text(Chinese(scope).place(info.name, city), English(scope).place(info.name, city))
            )
            left = [one for one in left if one not in inside]
    return _listed([*told, *(info.options[one] for one in left)], "或", " or ")


def _listed(texts: list[Text], zh: str, en: str) -> Text:
    return Text(zh.join(text.zh for text in texts), en.join(text["en"] for text in texts))


def number_says(value: Exact, info: FactInfo, *, least: bool = False) -> Text:
    """A number with its unit; a threshold as it is counted: `200 万元以上`."""
    if info.type == "money":
        zh, en = wan(value, "zh"), wan(value, "en")
    elif info.type == "area":
        zh, en = f"{decimal(value)} ㎡", f"{decimal(value)} m²"
    else:
        zh, en = f"{decimal(value)} 个", f"{decimal(value)}"
    if not least:
        return Text(zh, en)
    below = value - Fraction(1, 100)
    if info.type != "count" and below.denominator == 1:  # the first fen above a whole sum
        above = number_says(below.numerator, info)
        return Text(f"超过 {above.zh}", f"more than {above.en}")
    return Text(f"{zh}以上", f"at least {en}")


def _slight(value: Value, info: FactInfo) -> bool:
    return info.type in ("money", "area") and value < SMALLEST


def _bare(label: str) -> str:
    """A label without its note in brackets."""
    for mark in ("（", " ("):
        label = label.split(mark, maxsplit=1)[0]
    return label


def step_dict(step: Step, corpus: Corpus) -> dict[str, Any]:
    """A change as data, in the terms of a profile."""
    if isinstance(step, Wait):
        return {"do": "wait", "until": step.until.isoformat()}
    if isinstance(step, More):
        return {
            "do": "add",
            "kind": step.kind,
            "count": step.count,
            "facts": {corpus.vocabulary.fact(name).key: plain(value) for name, value in step.facts},
            "instead": {
                corpus.vocabulary.fact(name).key: list(options) for name, options in step.instead
            },
        }
    info = corpus.vocabulary.fact(step.fact)
    return {
        "do": "answer" if step.answer else "change",
        "fact": step.fact,
        "entity": None if info.entity == ORG else step.where,
        "before": plain(step.before),
        "after": plain(step.after),
        "gains": list(step.gains),
        "instead": list(step.instead),
        "least": step.least,
    }


def plain(value: Value) -> Any:  # noqa: ANN401  # JSON
    """A value of a fact as JSON."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {name: [day.isoformat() for day in days] for name, days in value.items()}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return decimal(value)
