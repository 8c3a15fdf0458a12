"""What is typed after `huice pools`: shares, days and files, checked and read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from huice.cli.surface import bad_input

if TYPE_CHECKING:
    from huice.population.pools.demand import Assumptions

Range = tuple[Fraction, Fraction]
_WHOLE = 100


def share_range(option: str, text: str) -> Range:
    """`60%` or `40%-80%`, as shares. Raises `BadInput` for what is none."""
    parts = [part.strip() for part in text.replace("～", "-").replace("~", "-").split("-")]
    try:
        ends = [
            Fraction(part.removesuffix("%")) / (_WHOLE if part.endswith("%") else 1)
            for part in parts
        ]
        low, high = ends if len(ends) > 1 else (ends[0], ends[0])
    except (ValueError, ZeroDivisionError):
        low, high = Fraction(1), Fraction(0)
    if not 0 <= low <= high <= 1:
        raise bad_input(
            "T004",
            f"{option} 写作 60% 或 40%-80%，在 0 与 100% 之间，写的是“{text}”",
            f"{option} is 60% or 40%-80%, between 0 and 100%, not “{text}”",
        )
    return low, high


def day_of_year(option: str, text: str) -> tuple[int, int]:
    """Month and day of `MM-DD`. Raises `BadInput` for what is no day."""
    try:
        month, day = (int(part) for part in text.split("-"))
        date(2024, month, day)
    except ValueError:
        raise bad_input(
            "T004",
            f"{option} 写作 MM-DD，如 03-01，写的是“{text}”",
            f"{option} is MM-DD, such as 03-01, not “{text}”",
        ) from None
    return month, day


def assumed(
    ranges: tuple[Range, Range], status: Sequence[str] | None, request: str,
    window: tuple[tuple[int, int], tuple[int, int]], front: int, seed: str | None,
) -> Assumptions:  # fmt: skip
    """What is assumed: the middle of each range stands for it where one figure is needed."""
    from huice.population.pools.demand import Assumptions

    if request not in {"ceiling", "certain"}:
        raise bad_input(
            "T004",
            f"--request 写 ceiling 或 certain，写的是“{request}”",
            f"--request is ceiling or certain, not “{request}”",
        )
    takeup, share = ((low + high) / 2 for low, high in ranges)
    figure: Literal["ceiling", "certain"] = "certain" if request == "certain" else "ceiling"
    return Assumptions(
        statuses=tuple(status) if status else ("eligible", "discretionary"),
        takeup=takeup,
        request=figure,
        share=share,
        opens=window[0],
        closes=window[1],
        front=front,
        seed=seed or "1",
    )
