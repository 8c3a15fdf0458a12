"""What is typed after `huice reform`: numbers, shares, figures and files, checked and read."""

from __future__ import annotations

import shlex
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from huice.cli.surface import bad_input
from huice.language.text import Fault

if TYPE_CHECKING:
    from huice.population.pools.demand import Assumptions

_FEN, _WHOLE = 100, 100


class Claims(Struct, frozen=True):
    """Who claims on pools: whether groups bind them, and the statuses that apply (none: the default)."""

    grouped: bool
    statuses: tuple[str, ...]

    def assumed(self) -> Assumptions:
        """The assumptions."""
        from huice.population.pools.demand import Assumptions

        assumed = Assumptions()
        return structs.replace(assumed, statuses=self.statuses) if self.statuses else assumed


def open_values(given: list[str] | None) -> dict[str, str]:
    """The values of open numbers by name. Raises `BadInput`, as all here, for what cannot be read."""
    found = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise bad_input(
                "T004",
                f"--set 写作 名称=数值，如 rate=35%，写的是“{text}”",
                f"--set is NAME=VALUE, such as rate=35%, not “{text}”",
            )
        found[name.strip().removeprefix("$")] = value.strip()
    return found


def fen_of(text: str | None) -> int | None:
    """A budget in fen."""
    from huice.language.units import MONEY, dimension_of, parse_literal, value_of

    if text is None:
        return None
    literal = _money(text, parse_literal)
    fen = None
    if literal is not None and dimension_of(literal) == MONEY:
        fen = value_of(literal) * _FEN
    if fen is None or fen.denominator != 1:
        raise bad_input(
            "T004",
            f"--budget 写一笔金额，如 2亿元，写的是“{text}”",
            f"--budget is an amount, such as 200000000, not “{text}”",
        )
    return int(fen)


def _money(text: str, parse: Any) -> Any:
    """The literal, or None where it is none; a bare number is yuan."""
    plain = text.strip()
    try:
        return parse(plain if not plain.replace(",", "").isdigit() else f"{plain}元")
    except Fault:
        return None


def share_of(text: str) -> Fraction:
    """A share of more than 0 and at most 1."""
    try:
        share = Fraction(text.strip().removesuffix("%")) / (
            _WHOLE if text.strip().endswith("%") else 1
        )
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share <= 1:
        raise bad_input(
            "T004",
            f"--takeup 写作 60%，大于 0、不超过 100%，写的是“{text}”",
            f"--takeup is a share such as 60%, more than 0 and at most 100%, not “{text}”",
        )
    return share


def figure_of(word: str) -> str:
    """`ceiling` or `certain`."""
    if word not in {"ceiling", "certain"}:
        raise bad_input(
            "T004",
            f"--figure 写 ceiling 或 certain，写的是“{word}”",
            f"--figure is ceiling or certain, not “{word}”",
        )
    return word


def command_of(
    overlay: str, source: str, day: Any, years: int, values: dict[str, str],
    inverse: tuple[str | None, str, str], reading: list[str] | None, claims: Claims,
) -> str:  # fmt: skip
    """The command that makes the same figures again."""
    budget, takeup, figure = inverse
    words = ["huice", "reform", overlay, source, "--as-of", str(day)]
    words += ["--years", str(years)] if years > 1 else []
    for name, value in values.items():
        words += ["--set", f"{name}={value}"]
    if budget is not None:
        words += ["--budget", budget]
        words += ["--takeup", takeup] if takeup != "100%" else []
        words += ["--figure", figure] if figure != "ceiling" else []
    for text in reading or ():
        words += ["--reading", text]
    words += [] if claims.grouped else ["--groups", "off"]
    for word in claims.statuses:
        words += ["--status", word]
    return shlex.join(words)
