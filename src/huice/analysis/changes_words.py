"""Changes in words, in both languages, and as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from huice.analysis.changes import Alter, More, Step, Value, Wait
from huice.analysis.unlock_risk import Risk
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
        label = Text(bare(info.label.zh), bare(info.label["en"]))
        if info.type in ("truth", "date"):
            return Text(f"{label.zh}：{value.zh}", f"{label.en}: {value.en}")
        if not isinstance(step.after, str | frozenset | Mapping):
            return _beside(label, value)
        has = ("包括", "include") if step.gains else ("为", "is")
        return Text(f"{label.zh}{has[0]}{value.zh}", f"{label.en} {has[1]} {value.en}")
    if step.least and _slight(step.after, info):
        return Text(
            f"{bare(info.label.zh)}大于 0", f"have more than nothing of: {bare(info.label['en'])}"
        )
    return Text(says.zh.replace("{}", value.zh), says["en"].replace("{}", value["en"]))


def _beside(label: Text, value: Text) -> Text:
    """A label and its value: `面积 100 ㎡以上`, `实际完成合同额超过 2,000 万元`."""
    space = " " if value.zh[:1].isdigit() else ""
    return Text(f"{label.zh}{space}{value.zh}", f"{label['en']}: {value['en']}")


def risk_says(risk: Risk, corpus: Corpus) -> Text:
    """A tempting figure and why it is a risk and no advice."""
    info = corpus.vocabulary.fact(risk.fact)
    at, now = number_says(risk.at, info), number_says(risk.now, info)
    label = Text(bare(info.label.zh), bare(info.label["en"]))
    higher, have = wan(risk.ceiling, "zh"), wan(risk.ceiling_now, "zh")
    higher_en, have_en = wan(risk.ceiling, "en"), wan(risk.ceiling_now, "en")
    rule = Text(f"（{risk.says.zh}）", f" ({risk.says['en']})") if risk.says else Text("", "")
    return Text(
        f"{label.zh}若只有 {at.zh}{rule.zh}，上限看上去是 {higher}，而现在的 {now.zh}对应 {have}。"
        "为此拆分合同或少报是风险，不是建议：主管部门可能把拆开的合同合并认定，"
        "已发的可能被追回，并影响今后申报。",
        f"{label.en} of only {at.en}{rule.en} would look like a ceiling of {higher_en} instead of the "
        f"{have_en} at {now.en}. Splitting a contract or declaring less for that is a risk, not advice: "
        "the authority may treat the parts as one, may claw back what was paid, and later applications "
        "may suffer.",
    )


def _more(step: More, corpus: Corpus) -> Text:
    kind = corpus.vocabulary.kinds[step.kind]
    alternatives = dict(step.instead)
    parts = []
    for name, value in step.facts:
        info = corpus.vocabulary.fact(name)
        number = info.type in ("money", "area", "count")
        said = _value(value, info, (), alternatives.get(name, ()), corpus, least=number)
        if number or info.type in ("date", "period", "truth"):
            label = Text(bare(info.label.zh), bare(info.label["en"]))
            if number and _slight(value, info):
                said = Text(f"{label.zh}大于 0", f"{label.en} above 0")
            else:
                said = _beside(label, said)
        if said:
            parts.append(said)
    deed = kind.more or Text(f"增加 {{}} {kind.label.zh}", f"{{}} more {kind.label.en}")
    count = str(step.count)
    zh, en = deed.zh.replace("{}", count), deed["en"].replace("{}", count)
    en = en.replace("(s)", "" if step.count == 1 else "s")
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
    return _one_of([info.options[name] for name in names])


def _one_of(texts: list[Text]) -> Text:
    """A choice: `甲、乙或丙`."""
    *first, last = texts
    if not first:
        return last
    before = _listed(first, "、", ", ")
    return Text(f"{before.zh}或{last.zh}", f"{before['en']} or {last['en']}")


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
    return _one_of([*told, *(info.options[one] for one in left)])


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
        return Text(f"{above.zh}以上（不含本数）", f"more than {above.en}")
    return Text(f"{zh}以上", f"at least {en}")


def _slight(value: Value, info: FactInfo) -> bool:
    return info.type in ("money", "area") and value < SMALLEST


def bare(label: str) -> str:
    """A label without its note in brackets at the end: `用途（多选）`, `Purpose (several)`."""
    return _NOTE.sub("", label)


_NOTE = re.compile(r"\s*（[^（）]*）$|\s*\([^()]*\)$")


def step_dict(step: Step, corpus: Corpus) -> dict[str, Any]:
    """A change as data, in the terms of a profile."""
    if isinstance(step, Wait):
        return {"do": "wait", "until": step.until.isoformat(), "days": step.days}
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
