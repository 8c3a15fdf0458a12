"""What a distribution of an assumptions file is read for, and the limits of what it may say."""

from __future__ import annotations

from msgspec import Struct

from huice.population.sample import model as m

HELPER = ""
"""The sort of a variable that is no fact."""
LARGEST = 2**53
MOST = {"money": 10**15, "area": 10**11, "count": 10**6, "number": 10**6}
"""Where no `most` is written: 10 trillion yuan, 10 km², a million."""
MOST_COUNT = 200


class Reading(Struct):
    """What a distribution is read for: the variables above it, its sort and options.

    `named` and `lists` collect which options were named, and whether the distribution names any at all.
    """

    scope: dict[str, m.Variable]
    sort: str
    options: tuple[str, ...]
    used: set[str]
    named: set[str] = set()
    lists: bool = False

    def of_sort(self, *sorts: str) -> list[str]:
        """The variables above of these sorts."""
        return [one.name for one in self.scope.values() if one.sort in sorts]
