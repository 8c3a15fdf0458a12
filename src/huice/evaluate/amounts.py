"""Numbers as a profile gives them, made exact: `500000.01`, `"50万元"`, 0.1 as one tenth."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from huice.evaluate.facts import Exact
from huice.language.nodes import Literal
from huice.language.text import Fault, Text
from huice.language.units import (
    AREA,
    ITEMS,
    MONEY,
    SHARE,
    Dimension,
    dimension_of,
    parse_literal,
    value_of,
)

LARGEST_AMOUNT = 10**14
"""Yuan: a hundred trillion; more is a slip of the pen."""
LONGEST_SHOWN = 40
"""Characters of a value that a message repeats, and digits of a number."""


def exact_number(value: object, dimension: Dimension) -> Exact:
    """The exact value of a number as a profile gives it: a number, `"500000.01"` or `50万元`.

    Raises `Fault` for anything else; a float counts by its shortest decimal form (0.1 is one tenth).
    """
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal | Fraction):
        raise Fault(
            f"应为数字，写的是“{shown(value)}”", f"a number is needed, not “{shown(value)}”"
        )
    if isinstance(value, float | Decimal):
        if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
            raise Fault(f"“{value}”不是数字", f"“{value}” is not a number")
        if isinstance(value, Decimal) and abs(value.adjusted()) > LONGEST_SHOWN:
            raise Fault(f"“{value}”的位数过多", f"“{value}” has too many digits")
        exact = Decimal(repr(value)) if isinstance(value, float) else value
        return _whole(Fraction(*exact.as_integer_ratio()))
    if isinstance(value, int | Fraction):
        return _whole(Fraction(value))
    return _written(value.strip(), dimension)


def _written(text: str, dimension: Dimension) -> Exact:
    if _NOT_A_NUMBER.fullmatch(text):
        raise Fault(
            f"“{text}”不是数字；不知道的事实请整行删去",
            f"“{text}” is not a number; leave out a fact that you do not know",
        )
    if text[:1] in ("-", "−") and text[1:2].isdecimal():
        return -_written(text[1:], dimension)
    plain = text.replace(",", "").replace("，", "")
    try:
        if len(plain) <= LONGEST_SHOWN and not set(plain.lower()) & set("einf/_"):
            return _whole(Fraction(plain))
    except ValueError:
        pass
    literal = _literal(text, dimension)
    if dimension_of(literal) not in (dimension, SHARE) or (
        dimension_of(literal) == SHARE and ("%" in text or ":" in text or "：" in text)
    ):
        raise Fault(
            f"“{text}”的单位不对，{_EXAMPLES[dimension].zh}",
            f"“{text}” has the wrong unit; {_EXAMPLES[dimension].en}",
        )
    return value_of(literal)


def _literal(text: str, dimension: Dimension) -> Literal:
    try:
        return parse_literal(text)
    except Fault as fault:
        if "did you mean" in fault.text.en:
            raise
    said = shown(text)
    if text.isdecimal():
        raise Fault(f"“{said}”过大，请核对", f"“{said}” is too large; check it")
    raise Fault(
        f"“{said}”不是可识别的数字，{_EXAMPLES[dimension].zh}",
        f"“{said}” is not a number; {_EXAMPLES[dimension].en}",
    )


_EXAMPLES = {
    MONEY: Text("应为金额，写作 500000 或 50万元", "money is needed: write 500000 or 50万元"),
    AREA: Text("应为面积，写作 1000 或 1000㎡", "an area is needed: write 1000 or 1000㎡"),
    ITEMS: Text("应为个数，写作 10", "a count is needed: write 10"),
}


_NOT_A_NUMBER = re.compile(
    r"[-+.]{0,2}(?:nan|inf(?:inity)?|unknown|n/?a|none|[?？]*|未知|不详)", re.IGNORECASE
)


def _whole(number: Fraction) -> Exact:
    return number.numerator if number.denominator == 1 else number


def shown(value: object) -> str:
    """The value as a message repeats it: short, whatever it is."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[…]"
    if isinstance(value, int) and abs(value) > LARGEST_AMOUNT * 10**20:
        return "1000…"
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "…"
