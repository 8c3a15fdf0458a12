"""Numbers of a draft that are still open: `$rate` in its text, with the range they may take.

A draft that leaves a number open is written like any other; in place of the literal stands its name.
Putting a number in gives a plain draft: the rule language itself knows no open numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

from huice.corpus.cursor import Cursor
from huice.language import nodes as n
from huice.language.text import Text, did_you_mean
from huice.language.units import (
    MONEY,
    SHARE,
    dimension_name,
    dimension_of,
    parse_literal,
    value_of,
)

KEYS = ("from", "to", "step")
NAME = re.compile(r"[a-z][a-z0-9_]*")
_USE = re.compile(r"\$([a-z][a-z0-9_]*)")
_SIZES = (("亿", 10**8), ("万", 10**4))
_DECIMALS = 6
"""As many as a literal of the rule language may have."""


class Unknown(Struct, frozen=True):
    """A number that the draft leaves open: the values `low`, `low + step` ... up to `high`.

    In base units (yuan, shares, months ...); `unit` is what a literal is written in.
    """

    name: str
    low: Fraction
    high: Fraction
    step: Fraction
    unit: str

    @property
    def count(self) -> int:
        """How many values there are."""
        return int((self.high - self.low) / self.step) + 1

    def at(self, position: int) -> Fraction:
        """The value at a place of the grid, from 0."""
        return self.low + position * self.step

    def written(self, value: Fraction) -> str:
        """The value as the rule language writes it: `45.5%`, `30万元`, `18个月`."""
        if self.unit == "":
            return f"{_decimal(value * 100)}%"
        if self.unit == "元":
            for sign, size in _SIZES:
                if value >= size and (value * 10000 / size).denominator == 1:
                    return f"{_decimal(value / size)}{sign}元"
        return f"{_decimal(value / _scale(self.unit))}{self.unit}"


def read_unknowns(cursor: Cursor) -> tuple[Unknown, ...]:
    """What stands under `solve for`: `rate: {from: 10%, to: 60%, step: 0.01%}`."""
    found = []
    for name, below in cursor.items():
        if not NAME.fullmatch(name):
            below.note(
                Text(
                    f"“{name}”不能作名称；用小写英文字母、数字和下划线，如 rate",
                    f"“{name}” is no name; use small letters, digits and _, such as rate",
                )
            )
        elif below.mapping(KEYS, ("from", "to")):
            unknown = _unknown(name, below)
            if unknown is not None:
                found.append(unknown)
    return tuple(found)


def _unknown(name: str, cursor: Cursor) -> Unknown | None:
    low, high = (cursor.down(key).parse(parse_literal) for key in ("from", "to"))
    if low is None or high is None:
        return None
    step = cursor.down("step").parse(parse_literal) if "step" in cursor else _finest(low)
    if step is None:
        return None
    wanted = dimension_of(low)
    for key, literal in (("to", high), ("step", step)):
        if dimension_of(literal) != wanted:
            said = dimension_name(wanted)
            cursor.down(key).note(
                Text(
                    f"“{literal.text}”的单位不对，from 是{said.zh}",
                    f"“{literal.text}” has the wrong unit; `from` is {said.en}",
                ),
                "E002",
            )
            return None
    first, last, width = (Fraction(value_of(one)) for one in (low, high, step))
    if width == 0 or last < first or (last - first) % width:
        cursor.note(
            Text(
                f"从 {low.text} 到 {high.text} 不是 {step.text} 的整数倍，请核对 from、to、step",
                f"from {low.text} to {high.text} is no whole number of steps of {step.text}; "
                "check from, to and step",
            ),
            "O004",
        )
        return None
    unknown = Unknown(name, first, last, width, low.unit)
    for literal, value in ((low, first), (step, width)):
        if value_of(parse_literal(unknown.written(value))) != value:
            cursor.note(
                Text(
                    f"“{literal.text}”写不成有限小数，请改用百分数或金额",
                    f"“{literal.text}” has no finite decimals; write a percentage or an amount",
                ),
                "O004",
            )
            return None
    return unknown


def _finest(literal: n.Literal) -> n.Literal:
    """The finest grid that makes sense: 0.01%, 1 yuan, one of a count."""
    dimension = dimension_of(literal)
    if dimension == SHARE:
        return parse_literal("0.01%")
    if dimension == MONEY:
        return parse_literal("1元")
    return parse_literal(f"1{literal.unit}")


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """The tree of a file with the open numbers written out; other names stay as they are."""
    if isinstance(value, dict):
        return {key: filled(below, words) for key, below in value.items()}
    if isinstance(value, list):
        return [filled(below, words) for below in value]
    if isinstance(value, str) and "$" in value:
        return _USE.sub(lambda match: words.get(match[1], match[0]), value)
    return value


def uses(cursor: Cursor) -> Iterator[tuple[str, Cursor]]:
    """The names of open numbers in a part of a file, each with the place that names it."""
    if isinstance(cursor.value, dict | list):
        keys = cursor.value if isinstance(cursor.value, dict) else range(len(cursor.value))
        for key in keys:
            yield from uses(cursor.down(key))
    elif isinstance(cursor.value, str):
        for match in _USE.finditer(cursor.value):
            yield match[1], cursor


def check_uses(root: Cursor, unknowns: tuple[Unknown, ...], keys: tuple[str, ...]) -> None:
    """Notes names that are not declared, and declared numbers that nothing uses."""
    known = {unknown.name for unknown in unknowns}
    used = set()
    for key in keys:
        for name, below in uses(root.down(key)):
            used.add(name)
            if name not in known:
                below.note(
                    Text(
                        f"“${name}”没有在 solve for 里写明范围",
                        f"“${name}” has no range under solve for",
                    )
                    + did_you_mean(name, known),
                    "O004",
                )
    for name in sorted(known - used):
        root.down("solve for").down(name).note(
            Text(
                f"没有哪处用到“${name}”；请在要求解的数字处写 ${name}",
                f"nothing uses “${name}”; write ${name} where the number is to be found",
            ),
            "O004",
        )


def _scale(unit: str) -> int:
    return 12 if unit.startswith("年") else 1


def _decimal(value: Fraction) -> str:
    """A number of at most six decimals, exactly; more are cut off."""
    units = int(value * 10**_DECIMALS)
    whole, rest = divmod(units, 10**_DECIMALS)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".") if rest else str(whole)
