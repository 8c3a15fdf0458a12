"""Query parameters: which there are, what they may be, and reading them strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from huice.analysis.unlock import GOALS
from huice.analysis.unlock import MOST_CHANGES as MOST_IN_SET
from huice.api.faults import Refused
from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.language.text import Text, did_you_mean
from huice.planning.problem import MOST_YEARS
from huice.planning.stacking import stackings

LONGEST_WORDS = 100
MOST_QUESTIONS = 100
MOST_SECONDS = 10


class Param(Struct, frozen=True):
    """A query parameter.

    `choices` are the values that a corpus allows, `pattern` is what they look like where they are too many to
    list; `many`: it may be repeated.
    """

    name: str
    says: Text
    choices: Callable[[Corpus], Sequence[str]] | None = None
    many: bool = False
    most: int = 0
    default: str = ""
    pattern: Callable[[Corpus], str] | None = None
    required: bool = False

    def schema(self, corpus: Corpus) -> dict[str, Any]:
        """Its JSON Schema."""
        if self.most:
            one: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": self.most}
        elif self.choices:
            one = {"type": "string", "enum": list(self.choices(corpus))}
        elif self.pattern:
            one = {"type": "string", "pattern": self.pattern(corpus), "maxLength": LONGEST_WORDS}
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


def _numbers(corpus: Corpus) -> str:
    """The keys of a profile that hold a number; a list with the number of the entry, never its name."""
    return f"^{_keys(corpus)}$"


def _ranges(corpus: Corpus) -> str:
    return f"^{_keys(corpus)}={_AMOUNT}[.][.]{_AMOUNT}$"


def _keys(corpus: Corpus) -> str:
    vocabulary = corpus.vocabulary
    lists = {"org": "org", **{kind.name: kind.list_key for kind in vocabulary.kinds.values()}}
    keys = [
        lists[name] + ("" if name == "org" else "\\[(0|[1-9][0-9]{0,2})\\]") + "\\." + fact.key
        for name in lists
        for fact in vocabulary.of(name)
        if fact.type in ("money", "area", "count")
    ]
    return f"({'|'.join(keys)})"


_AMOUNT = "[0-9]{1,14}([.][0-9]{1,2})?(元|万元|亿元)?"


def _amounts(_: Corpus) -> str:
    return f"^{_AMOUNT}$"


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
ONLY_AT = Param(
    "place", Text("只看在此地有效的事项", "only measures that hold here"), _regions
)  # fmt: skip
LOSSES = Param(
    "losses",
    Text("true：只看断崖，即多一点反而少得的地方", "true: cliffs only, where one more brings less"),
    lambda _: ("true", "false"),
    default="false",
)
READINGS = Param(
    "readings",
    Text("true：各种可计算的读法下也看", "true: under every computed reading too"),
    lambda _: ("true", "false"),
    default="false",
)
FACT = Param(
    "fact",
    Text(
        "变动哪个数：画像里的键，如 contracts[0].paid_yuan、org.revenue_yuan；清单从 0 数起",
        "the number that varies: a key of the profile, such as contracts[0].paid_yuan or org.revenue_yuan; "
        "lists count from 0",
    ),
    pattern=_numbers,
    required=True,
)
TOGETHER = Param(
    "together",
    Text(
        "随它同变、取同一个数的事实，可重复，如合同金额与实际发生额",
        "facts that take the same number, such as contracted and paid; may be repeated",
    ),
    many=True,
    pattern=_numbers,
)
FROM = Param(
    "from",
    Text("从多少起：500000，或 50万元", "where the range starts: 500000, or 50万元"),
    pattern=_amounts,
    default="0",
)
TO = Param(
    "to",
    Text("到多少止：500000，或 50万元；不写为没有尽头", "where the range ends; without end if absent"),
    pattern=_amounts,
)  # fmt: skip
RANGES = Param(
    "range",
    Text(
        "一个数的范围，写作 contracts[0].paid_yuan=20万元..80万元，可重复；不写为所填数的一半到一倍半",
        "the range of a number, as contracts[0].paid_yuan=20万元..80万元; may be repeated; half of the stated "
        "number each way if absent",
    ),
    many=True,
    pattern=_ranges,
)
SETTLED = Param(
    "settled",
    Text(
        "true：企业不会改变的已填事实也算，如主体类型",
        "true: stated facts that a firm does not change too, such as its kind",
    ),
    lambda _: ("true", "false"),
    default="false",
)
YEARS = Param(
    "years",
    Text("正文只有画像时：规划几年，缺省 3", "with a profile alone: how many years, 3 if absent"),
    most=MOST_YEARS,
)
OBJECTIVE = Param(
    "objective",
    Text(
        "求什么最大：certain 确定额，ceiling 本企业上限；不写为题目所写，画像为上限",
        "what is to be largest: the certain sum or the ceiling; that of the problem if absent",
    ),
    lambda _: ("certain", "ceiling"),
)
STACKING = Param(
    "stacking",
    Text(
        "叠加口径：stated 只按原文，prudent 从严", "stacking: stated by the text only, or prudent"
    ),
    lambda _: tuple(stackings()),
)
SECONDS = Param(
    "seconds",
    Text(
        "最多算几秒，到时给出已有的最好方案和差距",
        "at most so many seconds; then the best plan so far, with its gap",
    ),
    most=MOST_SECONDS,
    default="5",
)
GOAL = Param(
    "goal",
    Text(
        "reach：只看没有满足的；raise：只看满足而没有拿满的；both：都看",
        "reach: what is not reached; raise: what is, but not in full; both",
    ),
    lambda _: GOALS,
    default="both",
)
MOST_CHANGES = Param(
    "most", Text("一组至多几项改变", "changes of one set at most"), most=MOST_IN_SET, default="4"
)
SHOWN = Param(
    "shown", Text("每个事项至多几组", "sets of one measure at most"), most=20, default="5"
)  # fmt: skip
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
    known = {param.name: param for param in params}
    found: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name, value in _pairs(raw) if raw else ():
        if name not in known:
            problems.append(_unknown(name, known))
        else:
            found.setdefault(name, []).append(value)
    problems += [
        _missing(param.name) for param in params if param.required and param.name not in found
    ]
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


def _missing(name: str) -> Problem:
    return Problem("A003", Text(f"缺少参数 {name}", f"{name} is missing"), subject=name)


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
        elif param.pattern and not _fits(param.pattern(corpus), value):
            said = Text(f"{name} 不能写作“{shown}”", f"{name} cannot be written “{shown}”")
            yield Problem("A003", said + Text("；", "; ") + param.says, subject=name)
        elif not param.choices and not param.most and not 0 < len(value) <= LONGEST_WORDS:
            said = Text(
                f"{name} 应为 1–{LONGEST_WORDS} 字", f"{name} has 1 to {LONGEST_WORDS} characters"
            )
            yield Problem("A003", said, subject=name)


def _fits(pattern: str, value: str) -> bool:
    return len(value) <= LONGEST_WORDS and re.fullmatch(pattern, value) is not None


def _whole(value: str, most: int) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 6 and 1 <= int(value) <= most  # noqa: PLR2004
