"""Amounts of money as people read them: exact, never rounded up, with no float on the way."""

from __future__ import annotations

from fractions import Fraction

_FEN = 100
"""The finest amount that is written: a hundredth of a yuan."""

_SIZES = {
    "zh": (("亿元", 10**8), ("万元", 10**4)),
    "en": (("billion yuan", 10**9), ("million yuan", 10**6)),
}


def yuan(value: Fraction | int, lang: str) -> str:
    """The amount in yuan: `150,000.30 元`, `150,000.30 yuan`; decimals only where there are any.

    What lies below 0.01 yuan is cut off, never rounded up.
    """
    fen = int(abs(Fraction(value)) * _FEN)
    whole, rest = divmod(fen, _FEN)
    digits = f"{whole:,}" + (f".{rest:02}" if rest else "")
    sign = "-" if value < 0 and fen else ""
    return f"{sign}{digits} {'yuan' if lang == 'en' else '元'}"


def wan(value: Fraction | int, lang: str) -> str:
    """The amount in the unit of its size: `48 万元`, `2.5 亿元`; `480,000 yuan`, `2 million yuan`.

    A larger unit is used only where two decimals of it are exact; else the amount is in yuan.
    """
    amount = Fraction(value)
    for unit, size in _SIZES["en" if lang == "en" else "zh"]:
        if abs(amount) >= size and (amount * _FEN / size).denominator == 1:
            return f"{_decimal(amount / size)} {unit}"
    return yuan(amount, lang)


def _decimal(value: Fraction) -> str:
    """A number of at most two decimals, exactly."""
    whole, hundredths = divmod(int(abs(value) * _FEN), _FEN)
    digits = f"{whole:,}" + (f".{hundredths:02}".rstrip("0") if hundredths else "")
    return f"-{digits}" if value < 0 else digits
