"""Three-valued logic, dates and the expression language of the register.

Unknown is ``None`` throughout. Expressions are parsed with :mod:`ast` and walked
node by node; nothing is ever executed. Numbers are ``int`` or ``Fraction``.
"""

from __future__ import annotations

import ast
import calendar
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

Truth = bool | None
ENTITY_KINDS = ("person", "project", "contract", "premises")


# ---------------------------------------------------------------- exact YAML


class ExactLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe YAML loader that reads decimal numbers as exact fractions."""


ExactLoader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: Fraction(loader.construct_scalar(node))
)


def load_yaml(text: str) -> Any:
    """Read YAML text; 0.1 becomes one tenth exactly."""
    return yaml.load(text, Loader=ExactLoader)  # noqa: S506 - a subclass of the safe loader


def number(value: Any) -> Fraction | None:
    """An exact number, or None if unknown. Binary floating point is refused."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, Decimal)):
        raise TypeError(f"not an exact number: {value!r}")
    return Fraction(value)


# --------------------------------------------------------------------- dates


def to_date(value: Any) -> date | None:
    """A calendar day from a date or an ISO string; None if unknown."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(value)


def clipped(year: int, month: int, day: int) -> date:
    """The day, or the last day of that month if there is no such day."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def move_to_year(day: date, year: int) -> date:
    """The same month and day in another year (29 Feb becomes 28 Feb)."""
    return clipped(year, day.month, day.day)


def add_months(day: date, months: int) -> date:
    """The same day n months later, clipped to the end of the month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return clipped(year, month0 + 1, day.day)


def days_in(period: tuple[date, date]) -> int:
    """Days of a period, both ends included."""
    return (period[1] - period[0]).days + 1


def months_in(period: tuple[date, date]) -> int:
    """Whole months: the largest n with from + n months <= to + 1 day."""
    start, after_end = period[0], period[1] + timedelta(days=1)
    n = 0
    while add_months(start, n + 1) <= after_end:
        n += 1
    return n


# --------------------------------------------------------------- Kleene logic


def all3(values: Iterable[Truth]) -> Truth:
    """AND: false if any is false, else unknown if any is unknown."""
    found = list(values)
    if any(v is False for v in found):
        return False
    return None if any(v is None for v in found) else True


def any3(values: Iterable[Truth]) -> Truth:
    """OR: true if any is true, else unknown if any is unknown."""
    found = list(values)
    if any(v is True for v in found):
        return True
    return None if any(v is None for v in found) else False


# ----------------------------------------------------------- named functions


def _within(place: str, area: str) -> bool:
    return place == area or place.startswith(area + "/")


def _any_in(have: Any, wanted: list[str]) -> bool:
    return any(w in have for w in wanted)


def _is_llm(traits: Any) -> bool:
    return "general_model" in traits or "vertical_model" in traits


def _is_ai(traits: Any) -> bool:
    return _is_llm(traits) or _any_in(
        traits, ["genai", "ai", "maas_platform", "open_source_platform"]
    )


# Every function here is unknown as soon as one of its arguments is unknown.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "within": _within,
    "any_in": _any_in,
    "is_llm": _is_llm,
    "is_ai": _is_ai,
    "year": lambda day: day.year,
    "has_record": lambda records, key: key in records,
    "rec_in_year": lambda records, key, y: any(d.year == y for d in records.get(key, ())),
    "count_records": lambda records, key: len(records.get(key, ())),
    "months_at_least": lambda d, t, n: t >= add_months(d, n),
    "months_at_most": lambda d, t, n: t <= add_months(d, n),
    "months_more_than": lambda d, t, n: t > add_months(d, n),
    "months_less_than": lambda d, t, n: t < add_months(d, n),
    "days": days_in,
    "months": months_in,
}


def yearly_total_at_most(
    contracts: list[Mapping[str, Any]], item: str, limit: int | Fraction
) -> Truth:
    """Is the year's sum of contract.amount_yuan over the item(s) at most the limit?

    False as soon as the known part exceeds it; else unknown if the item of any
    contract, or the amount of one that counts, is missing.
    """
    items = item.split("+")
    known = Fraction(0)
    missing = False
    for contract in contracts:
        if contract.get("item") is None:
            missing = True
        elif contract["item"] in items:
            if contract.get("amount_yuan") is None:
                missing = True
            else:
                known += contract["amount_yuan"]
    if known > limit:
        return False
    return None if missing else True


# ----------------------------------------------------------------- evaluation


@cache
def parsed(expr: str) -> ast.expr:
    """The syntax tree of an expression."""
    return ast.parse(expr, mode="eval").body


@cache
def entity_kind_of(expr: str) -> str | None:
    """The entity kind an expression names besides org, or None."""
    names = {n.id for n in ast.walk(parsed(expr)) if isinstance(n, ast.Name)}
    kinds = [k for k in ENTITY_KINDS if k in names]
    if len(kinds) > 1:
        raise ValueError(f"a condition names two kinds: {expr}")
    return kinds[0] if kinds else None


def evaluate(expr: str, env: Mapping[str, Any]) -> Any:
    """Value of an expression; None is unknown. ``env`` maps names to facts."""
    return _walk(parsed(expr), env)


def _walk(node: ast.expr, env: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            if isinstance(value, float):
                raise TypeError("floating-point number in an expression")
            return value
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_walk(e, env) for e in elements]
        case ast.Name(id=name):
            return env[name]
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return env[name].get(attr)
        case ast.BoolOp(op=ast.And(), values=values):
            return all3(_walk(v, env) for v in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any3(_walk(v, env) for v in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            value = _walk(operand, env)
            return None if value is None else not value
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _walk(left, env), _walk(right, env)
            if a is None or b is None:
                return None
            if isinstance(op, ast.Sub):
                return a - b
            if isinstance(op, ast.Add):
                return a + b
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            a, b = _walk(left, env), _walk(right, env)
            return None if a is None or b is None else _compare(op, a, b)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            given: list[Any] = [_walk(a, env) for a in args]
            if name == "yearly_total_at_most":
                return yearly_total_at_most(env["contracts"], given[0], given[1])
            return None if any(v is None for v in given) else FUNCTIONS[name](*given)
        case _:
            pass
    raise ValueError(f"not in the expression language: {ast.dump(node)}")


def _compare(op: ast.cmpop, a: Any, b: Any) -> bool:
    match op:
        case ast.Eq():
            return bool(a == b)
        case ast.NotEq():
            return bool(a != b)
        case ast.Gt():
            return bool(a > b)
        case ast.GtE():
            return bool(a >= b)
        case ast.Lt():
            return bool(a < b)
        case ast.LtE():
            return bool(a <= b)
        case ast.In():
            return a in b
        case ast.NotIn():
            return a not in b
        case _:
            pass
    raise ValueError(f"not in the expression language: {ast.dump(op)}")
