"""Grammar to nodes. Imported when something is parsed: Lark is slow to import."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from huice.language import nodes as n
from huice.language.text import Fault, Text
from huice.language.units import LITERAL, parse_literal


class _Build(Transformer[Token, Any]):
    """Nodes from the grammar's rules; each method is named after its rule."""

    def expression(self, items: list[n.Node]) -> n.Node:
        return items[0]

    group = expression

    def limit(self, items: list[Any]) -> n.Limit:
        normally, amount, _, per, period = items
        whole = "year" if period == "year" else "total"
        return n.Limit(amount, str(per) if per else None, whole, normally is not None)  # type: ignore[arg-type]  # one of the two words

    def period(self, items: list[Token]) -> str:
        return "year" if items[0].type == "PER_YEAR" else "total"

    def tiers(self, items: list[n.Tier]) -> n.Tiers:
        return n.Tiers(tuple(items))

    def rung(self, items: list[Any]) -> n.Tier:
        return n.Tier(items[0], items[1])

    def otherwise(self, items: list[Any]) -> n.Tier:
        return n.Tier(items[0], None)

    def or_(self, items: list[Any]) -> n.Or:
        return n.Or(tuple(items))

    def and_(self, items: list[Any]) -> n.And:
        return n.And(tuple(items))

    def not_(self, items: list[Any]) -> n.Not:
        return n.Not(items[0])

    def compare(self, items: list[Any]) -> n.Compare:
        op = {"≤": "<=", "≥": ">="}.get(str(items[1]), str(items[1]))
        return n.Compare(op, items[0], items[2])  # type: ignore[arg-type]  # the grammar lists the operators

    def between(self, items: list[Any]) -> n.And:
        value, _, low, high = items
        return n.And((n.Compare(">=", value, low), n.Compare("<=", value, high)))

    def is_(self, items: list[Token]) -> n.Is:
        return n.Is(n.Fact(str(items[0])), (str(items[1]),))

    def is_not(self, items: list[Token]) -> n.Not:
        return n.Not(n.Is(n.Fact(str(items[0])), (str(items[2]),)))

    def in_(self, items: list[Any]) -> n.Is:
        return n.Is(n.Fact(str(items[0])), items[1])

    def not_in(self, items: list[Any]) -> n.Not:
        return n.Not(n.Is(n.Fact(str(items[0])), items[2]))

    def members(self, items: list[Token]) -> tuple[str, ...]:
        return tuple(str(item) for item in items)

    def within(self, items: list[Token]) -> n.Within:
        return n.Within(n.Fact(str(items[0])), str(items[1]))

    def has(self, items: list[Token]) -> n.Has:
        return n.Has(n.Fact(str(items[0])), (str(items[1]),))

    def has_any(self, items: list[Any]) -> n.Has:
        return n.Has(n.Fact(str(items[0])), items[2])

    def has_all(self, items: list[Any]) -> n.Has:
        return n.Has(n.Fact(str(items[0])), items[2], every=True)

    def recorded_in(self, items: list[Any]) -> n.RecordedIn:
        return n.RecordedIn(n.Fact(str(items[0])), str(items[1]), items[2])

    def elapsed(self, items: list[Any]) -> n.Elapsed:
        bound = " ".join(str(items[1]).split())
        return n.Elapsed(items[0], bound, _literal(items[2]), items[3])  # type: ignore[arg-type]  # the grammar lists the bounds

    def elapsed_since(self, items: list[Any]) -> n.Elapsed:
        return self.elapsed([n.Fact(str(items[0])), *items[1:]])

    def some_of(self, items: list[Any]) -> n.SomeOf:
        return n.SomeOf(_literal(items[1]), tuple(items[2:]))

    def add(self, items: list[Any]) -> n.Add:
        left, right = items
        return n.Add((*(left.items if isinstance(left, n.Add) else (left,)), right))

    def subtract(self, items: list[Any]) -> n.Subtract:
        return n.Subtract(items[0], items[1])

    def multiply(self, items: list[Any]) -> n.Multiply:
        left, right = items
        return n.Multiply((*(left.items if isinstance(left, n.Multiply) else (left,)), right))

    def divide(self, items: list[Any]) -> n.Divide:
        return n.Divide(items[0], items[1])

    def share_of(self, items: list[Any]) -> n.ShareOf:
        return n.ShareOf(items[0], items[1])

    def literal(self, items: list[Token]) -> n.Literal:
        return _literal(items[0])

    def lower(self, items: list[Any]) -> n.Lower:
        return n.Lower(tuple(items[1:]))

    def higher(self, items: list[Any]) -> n.Higher:
        return n.Higher(tuple(items[1:]))

    def choice(self, items: list[Any]) -> n.Choice:
        return n.Choice(tuple(items[1:]))

    def excess(self, items: list[Any]) -> n.ExcessOver:
        return n.ExcessOver(items[1], items[2])

    def band(self, items: list[Any]) -> n.Band:
        return n.Band(items[0], items[2])

    def open_band(self, items: list[Any]) -> n.Band:
        return n.Band(items[0], None)

    def banded(self, items: list[Any]) -> n.Banded:
        return n.Banded(items[0], tuple(items[1:]))

    def where(self, items: list[n.Node]) -> n.Node:
        return items[0]

    def total(self, items: list[Any]) -> n.Total:
        return n.Total(n.Fact(str(items[0])), items[1])

    def count_of(self, items: list[Any]) -> n.CountOf:
        return n.CountOf(str(items[0]), items[1])

    def records(self, items: list[Token]) -> n.Records:
        return n.Records(n.Fact(str(items[0])), str(items[1]))

    def days(self, items: list[Token]) -> n.Days:
        return n.Days(n.Fact(str(items[0])))

    def months(self, items: list[Token]) -> n.Months:
        return n.Months(n.Fact(str(items[0])))

    def previous(self, items: list[Any]) -> n.Previous:
        return n.Previous(items[0])

    def award(self, items: list[Token]) -> n.Award:
        return n.Award(str(items[0]))

    def context(self, items: list[Token]) -> n.Context:
        return n.Context(str(items[0]))

    def fact(self, items: list[Token]) -> n.Fact:
        return n.Fact(str(items[0]))

    def day(self, items: list[Token]) -> n.Day:
        try:
            date.fromisoformat(items[0])
        except ValueError:
            raise Fault(
                f"日历上没有 {items[0]} 这一天",
                f"the calendar has no {items[0]}",
                (items[0].start_pos or 0) + 1,
            ) from None
        return n.Day(str(items[0]))

    def year_of(self, items: list[Any]) -> n.YearOf:
        return n.YearOf(items[0])


def _literal(token: Token) -> n.Literal:
    try:
        return parse_literal(str(token))
    except Fault as error:
        raise Fault(error.text.zh, error.text.en, (token.start_pos or 0) + 1) from None


def read(text: str, start: str) -> n.Node:
    """The node of a text that starts with this rule of the grammar. Raises `Fault`."""
    try:
        node: Any = _parser().parse(text, start=start)
    except VisitError as error:
        if isinstance(error.orig_exc, Fault):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        said = _explain(text, error)
        raise Fault(said.zh, said.en, _column(text, error)) from None
    assert isinstance(node, n.Node)  # the transformer leaves no tree
    return node


def _column(text: str, error: UnexpectedInput) -> int:
    position: Any = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    return (len(text) if ended or position is None or position < 0 else position) + 1


_SLIPS: tuple[tuple[str, Text], ...] = (
    (
        r"[万亿](?!元)",
        Text(
            "“{}”前的数字缺单位；金额写作 50万元、2亿元",
            "the number before “{}” lacks its unit; write 50万元 or 2亿元",
        ),
    ),
    (
        r"[万亿元%㎡天月年个家名人张项次份例]",
        Text(
            "“{}”与前面的数字之间不要空格，写作 50万元、30%、6个月",
            "no space between a number and “{}”; write 50万元, 30% or 6个月",
        ),
    ),
    (
        r"[（）｛｝，：。％]",
        Text(
            "“{}”是全角符号，括号、逗号、冒号和 % 用半角",
            "“{}” holds a full-width mark; write brackets, commas, colons and % half-width",
        ),
    ),
    (
        r"-\d",
        Text(
            "“{}”不可识别；政策里没有负数",
            "“{}” is not understood; a policy has no negative numbers",
        ),
    ),
    (
        r"\d",
        Text(
            "“{}”不可识别；数字写作 50万元、30%、6个月",
            "“{}” is not understood; write numbers as 50万元, 30% or 6个月",
        ),
    ),
    (
        r"[&|]",
        Text("“{}”不可识别；并且写作 and，或者写作 or", "“{}” is not understood; write and, or"),
    ),
    (
        r"!|<>",
        Text(
            "“{}”不可识别；不等写作 is not 或 not (…)",
            "“{}” is not understood; write is not, or not (…)",
        ),
    ),
    (
        r"=",
        Text(
            "“{}”不该出现在这里；数量相等写作 =，选项写作 is",
            "“{}” is out of place; quantities are compared with one =, choices with is",
        ),
    ),
    (
        r"[A-Z\u4e00-\u9fff]",
        Text(
            "“{}”不可识别；事实写作 org.size 这样的英文名（见词汇表）",
            "“{}” is not understood; name facts as the vocabulary does, such as org.size",
        ),
    ),
)
"""What writers get wrong, by how the rest of the text begins, and what to write instead."""


def _explain(text: str, error: UnexpectedInput) -> Text:
    position = _column(text, error) - 1
    rest = text[position:].split()
    if not rest:
        return Text("表达式没有写完", "the expression is not finished")
    word = rest[0][:30]
    for slip, said in _SLIPS:
        if re.match(slip, word):
            return Text(said.zh.format(word), said.en.format(word))
    if text[:position].rstrip().endswith("="):
        return Text(
            f"“{word}”不该跟在 = 后面；选项写作 is {word}",
            f"“{word}” cannot follow =; a choice is told by is {word}",
        )
    return Text(f"“{word}”不该出现在这里", f"“{word}” is out of place")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = files("huice.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        f"{grammar}\nLITERAL.3: /{LITERAL.replace('/', chr(92) + '/')}/\n",
        start=["expression", "limit"],
        parser="lalr",
        transformer=_Build(),
        maybe_placeholders=True,
    )
