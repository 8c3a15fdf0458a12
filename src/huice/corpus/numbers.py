"""The numbers of a policy's text, and which of them a literal of the rule stands for.

The text writes numbers its own way: `1.5 元 / 平方米 / 天`, `每平方米最高 50 元 / 月`, `6-48 个月`,
`50%`, `1:1`, `三年`, `一次性`. A *token* is one of them with its value in base units, so that the
lint can compare it with the rule and a trace can point at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Literal as OneLiteral

from msgspec import Struct, structs

from huice.corpus.model import Measure, Patch, Pool, Rule
from huice.language import nodes as n
from huice.language.text import Fault
from huice.language.units import (
    AREA,
    DAYS,
    ITEMS,
    MONEY,
    MONTHS,
    SHARE,
    Dimension,
    dimension_of,
    parse_literal,
    value_of,
)

Span = tuple[int, int]
"""The first character and the one after the last."""
Kind = OneLiteral["quantity", "ratio", "year", "once"]


class Token(Struct, frozen=True):
    """A number as it stands in a text, from its first digit to the end of its unit.

    `digits` is where its first digit stands (`每平方米最高 50 元 / 月` starts before it). `number`
    is the bare number, `value` the same in base units. `dimension` is None where no unit follows
    that the rules know (`5050`, `第三方`). `counter` is the measure word of a count. `kind`: a
    `quantity`, a `ratio` (1:1), a calendar `year` (2025 年) or the word `once` (一次性).
    """

    start: int
    digits: int
    end: int
    text: str
    number: Fraction
    value: Fraction
    dimension: Dimension | None
    counter: str = ""
    kind: Kind = "quantity"

    @property
    def span(self) -> Span:
        """Where it stands."""
        return (self.start, self.end)


_COUNTERS = "个|家|名|人|张|项|次|份|例"
_SCALES = {"亿": 10**8, "万": 10**4}
_BASES: dict[str, tuple[int, Dimension]] = {
    "元": (1, MONEY),
    "㎡": (1, AREA),
    "平方米": (1, AREA),
    "天": (1, DAYS),
    "个月": (1, MONTHS),
    "月": (1, MONTHS),
    "年": (12, MONTHS),
    **dict.fromkeys(_COUNTERS.split("|"), (1, ITEMS)),
}
_YEARS = range(1900, 2200)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}

_ARABIC = r"\d+(?:,\d{3})*(?:\.\d+)?"
_CHINESE = r"[一二两三四五六七八九十百千][一二两三四五六七八九十百千万亿零〇]*"
_UNIT = (
    rf"(?:[万亿]?\s*元(?:\s*/\s*(?:平方米|㎡|个月|月|天|年|{_COUNTERS}))*"
    rf"|个月|平方米|㎡|[万亿]?\s*(?:{_COUNTERS})|年(?!度)|月|天)"
)
_TOKEN = re.compile(
    rf"(?P<once>一次性)"
    rf"|百分之(?P<percent>{_CHINESE})"
    rf"|(?P<low>{_ARABIC})\s*[-–—~～]\s*(?P<high>{_ARABIC})\s*(?P<both>%|{_UNIT})"
    rf"|(?P<number>{_ARABIC})(?:\s*[:：]\s*(?P<second>\d+)|\s*(?P<unit>[%％]|{_UNIT}))?"
    rf"|第(?P<ordinal>{_CHINESE}).?"
    rf"|(?P<words>{_CHINESE})(?:(?P<of>{_UNIT})|.)?",
    re.DOTALL,
)
_PER_AREA = re.compile(r"每\s*(?:平方米|㎡)(?:每?(?:月|天))?(?:最高|最多|至多|不超过|不高于)*\s*$")


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Every number of the text in its order, also words that only look like one (`一般`)."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        found.extend(_read(text, match))
    return tuple(found)


def _read(text: str, match: re.Match[str]) -> Iterator[Token]:
    start, end = match.span()
    if match["once"]:
        yield _token(text, (start, end), Fraction(1), None, "once")
    elif match["percent"]:
        number = Fraction(_chinese(match["percent"]))
        yield _token(text, (start, end), number, (Fraction(1, 100), SHARE))
    elif match["low"]:
        for part in ("low", "high"):
            yield _counted(text, match.start(part), end, _plain(match[part]), match["both"])
    elif match["second"]:
        ratio = _plain(match["number"]) / max(int(match["second"]), 1)
        yield _token(text, (start, end), ratio, (Fraction(1), SHARE), "ratio")
    elif match["number"]:
        yield _counted(text, start, end, _plain(match["number"]), match["unit"])
    elif match["ordinal"]:
        yield _token(text, (start, end), Fraction(_chinese(match["ordinal"])), None)
    else:
        yield _counted(text, start, end, Fraction(_chinese(match["words"])), match["of"])


def _counted(text: str, start: int, end: int, number: Fraction, unit: str | None) -> Token:
    if unit is None:
        return _token(text, (start, end), number, None)
    if unit == "年" and number in _YEARS:
        return _token(text, (start, end), number, None, "year")
    scale, dimension = _unit(unit)
    before = _PER_AREA.search(text, 0, start)
    counter = unit[-1] if dimension == ITEMS else ""
    if before and dimension.yuan and not dimension.sqm:
        per_area = _token(text, (start, end), number, (scale, dimension.times(AREA, -1)))
        return structs.replace(per_area, start=before.start(), text=text[before.start() : end])
    token = _token(text, (start, end), number, (scale, dimension))
    return structs.replace(token, counter=counter)


def _token(
    text: str,
    span: Span,
    number: Fraction,
    unit: tuple[Fraction, Dimension] | None,
    kind: Kind = "quantity",
) -> Token:
    start, end = span
    scale, dimension = unit or (Fraction(1), None)
    said, value = text[start:end], number * scale
    return Token(start, start, end, said, number, value, dimension, kind=kind)


def _unit(unit: str) -> tuple[Fraction, Dimension]:
    if unit in "%％":
        return Fraction(1, 100), SHARE
    compact = "".join(unit.split())
    scale = _SCALES.get(compact[0], 1)
    first, *per = compact.removeprefix(compact[0] if scale > 1 else "").split("/")
    factor, dimension = _BASES[first]
    value = Fraction(scale * factor)
    for name in per:
        below, divisor = _BASES[name]
        value /= below
        dimension = dimension.times(divisor, -1)
    return value, dimension


def _plain(number: str) -> Fraction:
    return Fraction(number.replace(",", ""))


def _chinese(number: str) -> int:
    """The value of a Chinese numeral up to 亿: 三 is 3, 十二 12, 一百二十 120, 五百万 5,000,000."""
    total = section = digit = 0
    for sign in number:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _TENS:
            section += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            total = (total + section + digit) * _SCALES[sign]
            section = digit = 0
    return total + section + digit


# --- a literal and its places ---------------------------------------------------------------------


def stands_for(token: Token, literal: n.Literal) -> bool:
    """Whether the token says what the literal says: the same value of the same dimension.

    `3年` and `36个月` are the same; counts must agree in their measure word (`10个`, `1张`);
    `2000 元 / 张` is `2000元` for each voucher; a literal without a unit
    (`support_year = 2`) is any token of that number.
    """
    if token.kind in ("once", "year"):
        return False
    if not literal.unit and "%" not in literal.text and ":" not in literal.text:
        return token.number == value_of(literal)
    if (token.kind == "ratio") != (":" in literal.text) or token.dimension is None:
        return False
    if token.counter and token.counter != literal.unit:
        return False
    same = _each(token.dimension) == _each(dimension_of(literal))
    return same and token.value == value_of(literal)


def _each(dimension: Dimension) -> Dimension:
    return dimension if dimension.item >= 0 else dimension.times(Dimension(item=-dimension.item))


@lru_cache(maxsize=8192)
def spans_of(text: str, literal: n.Literal) -> tuple[Span, ...]:
    """Where the literal stands in the text, each span from the first digit to the end of the unit.

    Empty if the text does not state the number.
    """
    return tuple(token.span for token in tokens(text) if stands_for(token, literal))


def literal_spans(measure: Measure, pool: Pool | None = None) -> dict[n.Literal, tuple[Span, ...]]:
    """For each literal of the measure's default rule (and of its pool) its spans in the sentence.

    A number that the text puts in other words (`words: {3年: 当年及后两年}`) has their span.
    """
    text = measure.text
    return {
        literal: spans_of(text, literal) or _in_other_words(measure, literal)
        for literal in literals_of(measure, pool)
    }


def _in_other_words(measure: Measure, literal: n.Literal) -> tuple[Span, ...]:
    reason = excuse(measure.words, literal)
    start = measure.text.find(reason) if reason else -1
    return ((start, start + len(reason)),) if start >= 0 else ()


def excuse(words: dict[str, str], literal: n.Literal) -> str:
    """What `words` says about this number of the rule, if it names it."""
    for word, reason in words.items():
        named = _literal(word)
        if named is not None and _same(named, literal):
            return reason
    return ""


def _same(one: n.Literal, other: n.Literal) -> bool:
    return value_of(one) == value_of(other) and dimension_of(one) == dimension_of(other)


@lru_cache(maxsize=1024)
def _literal(text: str) -> n.Literal | None:
    try:
        return parse_literal(text)
    except Fault:
        return None


def rule_literals(rule: Rule | Patch) -> tuple[n.Literal, ...]:
    """The literals of a rule, or of the parts that an option replaces, as written, each once."""
    nodes: list[n.Node] = [condition.expression for condition in rule.requires or ()]
    nodes += [part for part in (rule.pays, rule.plus) if part]
    nodes += rule.limits or ()
    found = [part for node in nodes for part in n.walk(node) if isinstance(part, n.Literal)]
    return tuple(dict.fromkeys([*found, *(rule.lasts.literals if rule.lasts else ())]))


def literals_of(measure: Measure, pool: Pool | None = None) -> tuple[n.Literal, ...]:
    """The literals of a measure's default rule, its quota and vouchers, and of its pool."""
    stated = [measure.quota, measure.vouchers]
    if pool is not None:
        stated += [pool.holds, pool.vouchers, pool.face]
    found = [*rule_literals(measure.rule), *(literal for literal in stated if literal is not None)]
    return tuple(dict.fromkeys(found))


# --- clauses --------------------------------------------------------------------------------------

_CLAUSE = re.compile(r"[，。；：！？\n]")


def clause_before(text: str, token: Token) -> str:
    """The words before the token in its clause, from the number before it if there is one."""
    start = max((m.end() for m in _CLAUSE.finditer(text, 0, token.digits)), default=0)
    earlier = [t.end for t in tokens(text) if t.dimension is not None and t.end <= token.start]
    return text[max([start, *earlier]) : token.digits]


def clause_after(text: str, token: Token) -> str:
    """The words of the token's clause that follow it, up to the next number."""
    end = _CLAUSE.search(text, token.end)
    later = [t.start for t in tokens(text) if t.dimension is not None and t.start >= token.end]
    return text[token.end : min([end.start() if end else len(text), *later])]


def listed(text: str) -> tuple[tuple[Token, ...], ...]:
    """The quantities of a text in rows: `2000 万元、5000 万元` is one, as is `6-48 个月`."""
    rows: list[list[Token]] = []
    for token in (t for t in tokens(text) if t.dimension is not None):
        if rows and _joined(text, rows[-1][-1], token):
            rows[-1].append(token)
        else:
            rows.append([token])
    return tuple(map(tuple, rows))


def _joined(text: str, before: Token, token: Token) -> bool:
    return before.end > token.start or text[before.end : token.start].strip() in ("、", "和", "至")
