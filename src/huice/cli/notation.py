"""Profiles written out as YAML: the answers of an interview, or an annotated empty one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.evaluate.notation import HEAD, scalar
from huice.language.text import Text

UNITS = {
    "money": Text("元；可写 500000 或 50万元", "yuan; write 500000 or 50万元"),
    "area": Text("平方米", "square metres"),
    "count": Text("个", "a whole number"),
    "date": Text("日期，如 2025-06-30", "a date, such as 2025-06-30"),
    "period": Text("[起日, 止日]", "[first day, last day]"),
    "truth": Text("true 或 false", "true or false"),
    "set": Text("可多选，如 [a, b]；[] 为一项也没有", "several, such as [a, b]; [] for none"),
    "records": Text(
        "名称: 日期，多次写成列表；{} 为一项也没有",
        "name: date, or a list of dates; {} for none",
    ),
}


def profile_text(data: Mapping[str, Any], corpus: Corpus, lang: str) -> str:
    """A profile as YAML, each fact with its label."""
    return "\n".join(_profile(data, corpus, lang)) + "\n"


def _profile(data: Mapping[str, Any], corpus: Corpus, lang: str) -> Iterator[str]:
    yield HEAD[lang]
    lists = {kind.list_key: kind for kind in corpus.vocabulary.kinds.values()}
    for key, value in data.items():
        if key == "org" and isinstance(value, dict):
            yield "org:"
            yield from _facts(value, _by_key(corpus, "org"), "  ", "  ", lang)
        elif key in lists and isinstance(value, list):
            label = lists[key].label[lang]
            yield f"{key}: []  # {label}" if not value else f"{key}:  # {label}"
            for entity in value:
                yield from _facts(entity or {}, _by_key(corpus, lists[key].name), "- ", "  ", lang)
        elif isinstance(value, dict) and value:
            yield f"{key}:"
            yield from _block(value, "  ")
        else:
            yield f"{key}: {scalar(value)}"


def _facts(
    entity: Mapping[str, Any], facts: Mapping[str, FactInfo], first: str, rest: str, lang: str
) -> Iterator[str]:
    if not entity:
        yield f"{first}{{}}" if first == "- " else f"{first}# {Text('未填', 'nothing yet')[lang]}"
        return
    for position, (key, value) in enumerate(entity.items()):
        lead = rest if position else first
        label = f"  # {facts[key].label[lang]}" if key in facts else ""
        yield f"{lead}{key}: {scalar(value)}{label}"


def _block(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, one in value.items():
        yield f"{indent}{scalar(key)}: {scalar(one)}"


def _by_key(corpus: Corpus, entity: str) -> dict[str, FactInfo]:
    return {fact.key: fact for fact in corpus.vocabulary.of(entity)}


# --- an empty profile with notes ------------------------------------------------------------------


def blank_text(corpus: Corpus, lang: str) -> str:
    """A profile in which every fact is a comment: its question, its choices and its unit."""
    return "\n".join(_blank(corpus, lang)) + "\n"


def _blank(corpus: Corpus, lang: str) -> Iterator[str]:
    yield from (f"# {line}" if line else "#" for line in _PREFACE[lang].splitlines())
    yield ""
    yield f"# name: {Text('企业名称', 'name of the firm')[lang]}"
    yield Text(
        "# as_of: 2025-06-30        # 申报日，缺省为今天",
        "# as_of: 2025-06-30        # date of application; today by default",
    )[lang]
    yield Text(
        "# horizon_years: 3         # 测算几年，缺省 1 年",
        "# horizon_years: 3         # how many years; 1 by default",
    )[lang]
    yield ""
    yield "org:"
    for fact in corpus.vocabulary.of("org"):
        yield from _note(fact, "  # ", lang)
    for kind in corpus.vocabulary.kinds.values():
        yield ""
        label = kind.label[lang]
        yield Text(
            f"# {label}：一条都没有时写 {kind.list_key}: []；不写表示暂不清楚。",
            f"# {label}: write {kind.list_key}: [] if there are none; leaving it out means "
            "unknown.",
        )[lang]
        yield f"{kind.list_key}:"
        yield f"  # - id: {kind.name}-1"
        for fact in corpus.vocabulary.of(kind.name):
            yield from _note(fact, "  #   ", lang)


def _note(fact: FactInfo, lead: str, lang: str) -> Iterator[str]:
    """A fact as a comment: question, choices or unit, and the line to be filled in."""
    yield ""
    yield f"  ## {fact.question[lang]}"
    unit = UNITS.get(fact.type)
    if unit is not None:
        yield f"  ##   {unit[lang]}"
    for name, label in fact.options.items():
        yield f"  ##   {name}  {label[lang]}"
    yield f"{lead}{fact.key}:"


_PREFACE = Text(
    "惠策画像。去掉行首的 # 并填上值，即成为已知事实；没有填的按“暂不清楚”处理，不是“否”，也不是 "
    "0。\n"
    "填好后运行：huice evaluate 本文件；也可以用 huice ask 本文件 一问一答地填。\n"
    "“##”行是问题，其下是可选的值或单位。",
    "A huice profile. Take away the # before a fact and give its value; what is not given is "
    "unknown, not "
    "false and not 0.\n"
    "Then run: huice evaluate FILE; or let huice ask FILE put the questions one by one.\n"
    "A line with ## is a question; below it stand the choices or the unit.",
)
