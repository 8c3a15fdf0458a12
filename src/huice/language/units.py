"""Dimensions, and the policies' own literals: `50万元`, `2.5亿元`, `30%`, `1.5元/㎡/天`, `6个月`, `10个`."""

from __future__ import annotations

import re
from fractions import Fraction

from msgspec import Struct

from huice.language.nodes import Literal
from huice.language.text import Fault, Text

LONGEST_LITERAL = 40
"""Characters; a longer number is no policy's."""


class Dimension(Struct, frozen=True):
    """Exponents of yuan, square metre, day, month and item; all zero is a share."""

    yuan: int = 0
    sqm: int = 0
    day: int = 0
    month: int = 0
    item: int = 0

    def times(self, other: Dimension, sign: int = 1) -> Dimension:
        """The dimension of a product (`sign` 1) or a quotient (`sign` -1)."""
        return Dimension(
            self.yuan + sign * other.yuan,
            self.sqm + sign * other.sqm,
            self.day + sign * other.day,
            self.month + sign * other.month,
            self.item + sign * other.item,
        )


SHARE = Dimension()
MONEY = Dimension(yuan=1)
AREA = Dimension(sqm=1)
DAYS = Dimension(day=1)
MONTHS = Dimension(month=1)
ITEMS = Dimension(item=1)

_NAMES = {
    SHARE: Text("比例", "a share"),
    MONEY: Text("金额", "money"),
    AREA: Text("面积", "an area"),
    DAYS: Text("天数", "days"),
    MONTHS: Text("时长", "a duration"),
    ITEMS: Text("个数", "a count"),
}
_PARTS = (("yuan", "元"), ("sqm", "㎡"), ("day", "天"), ("month", "月"), ("item", "个"))


def dimension_name(dimension: Dimension) -> Text:
    """What a reader calls the dimension: `金额`, `money`; a compound one by its units: `元/㎡/天`."""
    known = _NAMES.get(dimension)
    if known:
        return known
    above = "·".join(sign for name, sign in _PARTS if getattr(dimension, name) > 0) or "1"
    below = "".join("/" + sign for name, sign in _PARTS if getattr(dimension, name) < 0)
    return Text(above + below, above + below)


_SCALES = {"亿": 10**8, "万": 10**4, "": 1}
_COUNTERS = "个|家|名|人|张|项|次|份|例"
_UNITS: dict[str, tuple[int, Dimension]] = {
    "元": (1, MONEY),
    "㎡": (1, AREA),
    "平方米": (1, AREA),
    "天": (1, DAYS),
    "个月": (1, MONTHS),
    "月": (1, MONTHS),
    "年": (12, MONTHS),
    **dict.fromkeys(_COUNTERS.split("|"), (1, ITEMS)),
}
_PER = {"㎡": AREA, "平方米": AREA, "天": DAYS, "月": MONTHS} | dict.fromkeys(
    _COUNTERS.split("|"), ITEMS
)

NUMBER = r"\d{1,15}(?:\.\d{1,6})?"
_PER_UNITS = rf"(?:/(?:㎡|平方米|天|月|{_COUNTERS}))*"
LITERAL = (
    rf"{NUMBER}(?:%|:\d{{1,6}}|(?:亿|万)?元{_PER_UNITS}"
    rf"|个月|㎡|平方米|(?:亿|万)?(?:{_COUNTERS})|年|月|天)?"
)
_LITERAL = re.compile(
    rf"(?P<number>{NUMBER})(?:(?P<percent>%)|:(?P<ratio>\d{{1,6}})"
    rf"|(?P<scale>亿|万)?(?P<unit>元|个月|㎡|平方米|天|年|月|{_COUNTERS})(?P<per>{_PER_UNITS}))?"
)
_UNITLESS = re.compile(rf"{NUMBER}(?:亿|万)")


def parse_literal(text: str) -> Literal:
    """The literal that a policy writes, with its exact value in base units.

    Raises `Fault` for an unknown unit, for `50万` without `元`, and for numbers longer than any policy's.
    """
    compact = text.replace(",", "").replace(" ", "").replace("％", "%")
    match = _LITERAL.fullmatch(compact) if len(compact) <= LONGEST_LITERAL else None
    if len(text) > LONGEST_LITERAL:
        text = f"{text[: LONGEST_LITERAL - 1]}…"
    if match is None and _UNITLESS.fullmatch(compact):
        raise Fault(
            f"“{text}”不是可识别的数字：缺少单位，是否想写“{text}元”？",
            f"“{text}” is not a number the rules know: it lacks its unit; did you mean “{text}元”?",
        )
    if match is None:
        raise Fault(
            f"“{text}”不是可识别的数字；金额写作 50万元，比例写作 30%，时长写作 6个月",
            f"“{text}” is not a number the rules know; write 50万元, 30% or 6个月",
        )
    value = Fraction(match["number"])
    if match["percent"]:
        value /= 100
    elif match["ratio"]:
        if int(match["ratio"]) == 0:
            raise Fault(f"“{text}”的后项为零", f"the second term of “{text}” is zero")
        value /= int(match["ratio"])
    elif match["unit"]:
        value *= _SCALES[match["scale"] or ""] * _UNITS[match["unit"]][0]
    unit = _unit_text(match)
    return Literal(text, value.numerator, value.denominator, unit)


def _unit_text(match: re.Match[str]) -> str:
    if match["percent"] or match["ratio"] or not match["unit"]:
        return ""
    return str(match["unit"]) + str(match["per"] or "")


def dimension_of(literal: Literal) -> Dimension:
    """The dimension that the literal's unit states."""
    if not literal.unit:
        return SHARE
    first, *per = literal.unit.split("/")
    dimension = _UNITS[first][1]
    for name in per:
        dimension = dimension.times(_PER[name], -1)
    return dimension


def value_of(literal: Literal) -> Fraction | int:
    """The literal's exact value in base units: an int where it is whole."""
    if literal.denominator == 1:
        return literal.numerator
    return Fraction(literal.numerator, literal.denominator)
