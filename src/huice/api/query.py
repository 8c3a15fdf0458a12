"""Query parameters: which there are, what they may be, and reading them strictly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from huice.api.faults import Refused
from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.language.text import Text, did_you_mean

LONGEST_WORDS = 100
MOST_QUESTIONS = 100


class Param(Struct, frozen=True):
    """A query parameter. `choices` are the values that a corpus allows; `many`: it may be repeated."""

    name: str
    says: Text
    choices: Callable[[Corpus], Sequence[str]] | None = None
    many: bool = False
    most: int = 0
    default: str = ""

    def schema(self, corpus: Corpus) -> dict[str, Any]:
        """Its JSON Schema."""
        if self.most:
            one: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": self.most}
        elif self.choices:
            one = {"type": "string", "enum": list(self.choices(corpus))}
        else:
            one = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORDS}
        if self.default:
            one["default"] = int(self.default) if self.most else self.default
        return {"type": "array", "items": one, "minItems": 1} if self.many else one


def _measures(corpus: Corpus) -> list[str]:
    return [measure.id for measure in corpus.measures]


def _documents(corpus: Corpus) -> list[str]:
    return [document.id for document in corpus.documents]


def _regions(corpus: Corpus) -> list[str]:
    cities = (place.split("/")[0] for place in corpus.places)
    held = (measure.place for measure in corpus.measures)
    return sorted({*corpus.places, *cities, *held})


LANG = Param(
    "lang",
    Text(
        "错误信息的语言；结果总是双语", "language of errors; answers are always in both languages"
    ),
    lambda _: ("zh", "en"),
    default="zh",
)
DETAIL = Param(
    "detail",
    Text(
        "full：每项的条件、步骤、读法与原文；figures：只要状态和三个数，快得多",
        "full: conditions, steps, readings, quote of each measure; figures: these only, much faster",
    ),
    lambda _: ("full", "figures"),
    default="full",
)
MEASURES = Param(
    "measure", Text("只看这些事项，可重复", "only these measures; may be repeated"), _measures, many=True
)  # fmt: skip
PLACE = Param(
    "place",
    Text("假定注册在此地", "assume that the applicant is registered here"),
    lambda corpus: corpus.places,
)
PLACES = Param(
    "place",
    Text("只比这些地点，可重复；城市代表其下各地", "only these places; may be repeated; a city is all of it"),
    _regions,
    many=True,
)  # fmt: skip
LIMIT = Param(
    "limit", Text("最多几题", "at most so many questions"), most=MOST_QUESTIONS, default="1"
)
CITY = Param("city", Text("只看此城市或区", "only this city or district"), _regions)
DOCUMENT = Param("document", Text("只看此文件", "only this document"), _documents)
WORDS = Param(
    "q",
    Text("编号、标题或原文中的词，以空格分开，须全部出现", "words of id, title or text; all must occur"),
)  # fmt: skip


class Query:
    """The parameters of one request, checked."""

    def __init__(self, values: Mapping[str, tuple[str, ...]], params: Sequence[Param]) -> None:
        self.values = values
        self.defaults = {param.name: param.default for param in params}

    def one(self, name: str) -> str:
        """The value of a parameter, its default, or nothing."""
        found = self.values.get(name)
        return found[0] if found else self.defaults.get(name, "")

    def many(self, name: str) -> tuple[str, ...] | None:
        """The values of a repeated parameter; None where it is absent."""
        return self.values.get(name)


def read_query(raw: bytes, params: Sequence[Param], corpus: Corpus) -> Query:
    """The parameters of a query string. Raises `Refused` with everything that is wrong."""
    if not raw:
        return Query({}, params)
    known = {param.name: param for param in params}
    found: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name, value in _pairs(raw):
        if name not in known:
            problems.append(_unknown(name, known))
        else:
            found.setdefault(name, []).append(value)
    for name, values in found.items():
        problems += _check(known[name], values, corpus)
    if problems:
        raise Refused("bad_parameter", problems)
    return Query({name: tuple(dict.fromkeys(values)) for name, values in found.items()}, params)


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=500
        )
    except ValueError:
        said = Text(
            "查询字符串不是 UTF-8，或参数过多", "the query is not UTF-8, or has too many parts"
        )
        raise Refused("bad_parameter", (Problem("A002", said),)) from None


def _unknown(name: str, known: Iterable[str]) -> Problem:
    shown = name[:40]
    said = Text(f"没有参数“{shown}”", f"there is no parameter “{shown}”")
    return Problem("A002", said + did_you_mean(shown, known), subject=shown)


def _check(param: Param, values: Sequence[str], corpus: Corpus) -> Iterable[Problem]:
    name = param.name
    if len(values) > 1 and not param.many:
        said = Text(f"参数 {name} 只写一次", f"{name} is given once only")
        yield Problem("A003", said, subject=name)
    allowed = param.choices(corpus) if param.choices else ()
    for value in values:
        shown = value[:60]
        if param.most and not _whole(value, param.most):
            said = Text(f"{name} 应为 1–{param.most} 的整数", f"{name} must be 1 to {param.most}")
            yield Problem("A003", said, subject=name)
        elif param.choices and value not in allowed:
            said = Text(f"{name} 没有“{shown}”", f"{name} has no value “{shown}”")
            few = len(allowed) <= 8  # noqa: PLR2004  # few enough to name
            hint = Text("；可选 " + "、".join(allowed), "; choose from " + ", ".join(allowed))
            yield Problem(
                "A003", said + (hint if few else did_you_mean(shown, allowed)), subject=name
            )
        elif not param.choices and not param.most and not 0 < len(value) <= LONGEST_WORDS:
            said = Text(
                f"{name} 应为 1–{LONGEST_WORDS} 字", f"{name} has 1 to {LONGEST_WORDS} characters"
            )
            yield Problem("A003", said, subject=name)


def _whole(value: str, most: int) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 6 and 1 <= int(value) <= most  # noqa: PLR2004
