"""A synthetic population that meets margins: the firms of a sample, each used never, once or several times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct

from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.sample.chance import Ints
from huice.population.sample.draw import Drawn
from huice.population.sample.rake import JOIN, BadMargins, Fit, Margin, Row, rake

UNCOVERED = "H013"


class Raking(Struct):
    """How often the firms of each cell are used: `quota[c]` times each, the first `more[c]` once more.

    `codes` are the cells in order, a cell being the groups that a firm has in all margins.
    """

    margins: tuple[Margin, ...]
    codes: Ints
    quota: Ints
    more: Ints
    fit: Fit

    def times(self, groups: Ints, seen: Ints) -> Ints:
        """How often each firm of a block is used; `seen` counts the firms of its cell before, and moves on."""
        cell = np.searchsorted(self.codes, _codes(groups, self.margins))
        order = np.argsort(cell, kind="stable")
        ordered = cell[order]
        place = np.arange(cell.size) - np.searchsorted(ordered, ordered)
        rank = np.empty_like(place)
        rank[order] = place
        rank = rank + seen[cell]
        seen += np.bincount(cell, minlength=seen.size)
        return self.quota[cell] + (rank < self.more[cell])


def groups_of(orgs: dict[str, Drawn], margins: Sequence[Margin], firms: int) -> Ints:
    """The group of each of the first firms of a block in each margin; -1 where a margin names none."""
    found = []
    for margin in margins:
        code = np.zeros(firms, np.int64)
        for name, size in zip(margin.variables, margin.sizes, strict=True):
            drawn = orgs[name]
            code = code * size + np.where(drawn.absent, size - 1, drawn.values)[:firms]
        found.append(np.array(margin.groups, np.int64)[code])
    return np.stack(found, axis=1)


def raking(
    drawn: Iterator[Ints], margins: tuple[Margin, ...], progress: Callable[[int], None]
) -> Raking:
    """Fits the margins to the groups of a sample, given block by block. Raises `BadMargins`."""
    counted: dict[int, int] = {}
    total = 0
    for groups in drawn:
        _covered(groups, margins)
        codes, counts = np.unique(_codes(groups, margins), return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            counted[code] = counted.get(code, 0) + count
        total += groups.shape[0]
        progress(groups.shape[0])
    codes = np.array(sorted(counted), np.int64)
    sampled = np.array([counted[code] for code in codes.tolist()], np.int64)
    cells = _uncoded(codes, margins)
    wanted, rounds, moved = rake(cells, sampled, margins)
    quota, more = np.divmod(wanted, sampled)
    rows = [
        Row(margin.variables, tuple(label.split(JOIN)), int(has), number, int(got))
        for at, margin in enumerate(margins)
        for label, number, has, got in zip(
            margin.labels,
            margin.numbers,
            _sums(cells[:, at], sampled, len(margin.numbers)),
            _sums(cells[:, at], wanted, len(margin.numbers)),
            strict=True,
        )
    ]
    most = int((quota + (more > 0)).max(initial=0))
    kept = int(np.minimum(wanted, sampled).sum())
    fit = Fit(rounds, codes.size, moved, total, kept, most, tuple(rows))
    return Raking(margins, codes, quota, more, fit)


def _sums(groups: Ints, numbers: Ints, size: int) -> Ints:
    found = np.zeros(size, np.int64)
    np.add.at(found, groups, numbers)
    return found


def _codes(groups: Ints, margins: Sequence[Margin]) -> Ints:
    code = np.zeros(groups.shape[0], np.int64)
    for at, margin in enumerate(margins):
        code = code * len(margin.numbers) + groups[:, at]
    return code


def _uncoded(codes: Ints, margins: Sequence[Margin]) -> Ints:
    found = []
    for margin in reversed(margins):
        codes, group = np.divmod(codes, len(margin.numbers))
        found.append(group)
    return np.stack(found[::-1], axis=1)


def _covered(groups: Ints, margins: Sequence[Margin]) -> None:
    for at, margin in enumerate(margins):
        left = int((groups[:, at] < 0).sum())
        if left:
            raise BadMargins(
                Problem(
                    UNCOVERED,
                    Text(
                        f"{margin.name} 没有说其余的有多少家（样本里有）；请补上 rest: 数量，没有就写 rest: 0",
                        f"{margin.name} does not say how many are in no group (the sample has some); "
                        "add `rest: number`, or `rest: 0` for none",
                    ),
                )
            )
