"""Do the peers compute the same figures? Row by row, with every difference classified.

``compare`` takes pairs of a profile and the reference figures of its measures: a ``Fraction`` (the
ceiling) or an ``exact.Amount`` (certain and ceiling). Each figure of a peer, read as the shortest
decimal of its own float type, is

- ``equal``: the reference figure, to the fen;
- ``rounding``: off by no more than the peer's float type explains;
- ``threshold``: wrong because an input, rounded to the peer's float type, falls on the other side
  of a threshold: the exact rules give the peer's figure for the rounded inputs;
- ``real``: anything else. There must be none.

``python -m benchmarks.peers.agree`` compares both peers with ``exact`` on seeded profiles.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any, Final

import numpy as np

from . import exact
from .exact import Amount
from .flatten import COLUMNS, Profile, Row, flatten
from .measures import MEASURES
from .openfisca_rules import columns, openfisca_columns
from .profiles import profiles
from .zen_rules import zen_row

Reference = Iterable[tuple[Profile, Mapping[str, Fraction | Amount]]]

CLASSES: Final = ("equal", "rounding", "threshold", "real")
_FEN: Final = Fraction(1, 100)
#: A few units in the last place, relative; a cut may then move a figure by one more fen.
_SLACK: Final = {"float32": Fraction(4, 2**24), "float64": Fraction(4, 2**53)}


@dataclass
class Agreement:
    """What became of every figure of one peer."""

    peer: str
    float_type: str
    cells: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    by_measure: dict[str, Counter[str]] = field(default_factory=dict)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    worst: Fraction = Fraction(0)

    def add(self, measure: str, kind: str, example: str) -> None:
        """Count one figure."""
        self.cells[kind] += 1
        self.by_measure.setdefault(measure, Counter())[kind] += 1
        if kind != "equal":
            self.examples.setdefault((kind, measure), example)

    def report(self) -> str:
        """The figures as text."""
        rows, cells = self.rows.total(), self.cells.total()
        lines = [f"{self.peer} ({self.float_type}): {rows} rows, {cells} figures"]
        lines += [
            f"  {kind:<10} {self.cells[kind]:>9} figures   {self.rows[kind]:>8} rows"
            f" ({100 * self.rows[kind] / rows:.2f} %)"
            for kind in CLASSES
        ]
        lines.append(f"  largest difference: {self.worst} yuan = {float(self.worst):,.2f}")
        for kind in reversed(CLASSES):
            found = [text for (its_kind, _), text in self.examples.items() if its_kind == kind]
            lines += [f"  {kind}: {text}" for text in found[:4]]
        return "\n".join(lines)


def _read(value: Any) -> Fraction:
    """A peer's number as the shortest decimal of its own type."""
    return Fraction(str(value))


def _rounded(row: Row, float_type: str) -> Row:
    """The row with every amount rounded to a float type."""
    to_float = np.float32 if float_type == "float32" else np.float64
    return {
        name: Fraction(float(to_float(row[name]))) if kind in {"money", "number"} else row[name]
        for name, kind in COLUMNS.items()
    }


def _close(found: Fraction, wanted: Fraction, slack: Fraction) -> bool:
    return abs(found - wanted) <= _FEN + slack * abs(wanted)


def _check_row(
    agreement: Agreement,
    row: Row,
    wanted: Mapping[str, Fraction | Amount],
    figures: Mapping[str, tuple[Any, Any]],
) -> None:
    slack = _SLACK[agreement.float_type]
    worst = "equal"
    rounded: Row | None = None
    for measure, reference in wanted.items():
        found = Amount(*map(_read, figures[measure]))
        pairs = [("ceiling", found.ceiling, _ceiling(reference))]
        if isinstance(reference, Amount):
            pairs.append(("certain", found.certain, reference.certain))
        for name, own, right in pairs:
            kind = "equal"
            if own != right:
                agreement.worst = max(agreement.worst, abs(own - right))
                if _close(own, right, slack):
                    kind = "rounding"
                else:
                    rounded = rounded or _rounded(row, agreement.float_type)
                    replayed = getattr(exact.one(measure, rounded), name)
                    kind = "threshold" if _close(own, replayed, slack) else "real"
            agreement.add(
                measure, kind, f"{measure} {name}: {_show(own)} instead of {_show(right)}"
            )
            worst = max(worst, kind, key=CLASSES.index)
    agreement.rows[worst] += 1


def _ceiling(reference: Fraction | Amount) -> Fraction:
    return reference.ceiling if isinstance(reference, Amount) else reference


def _show(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):,}"


def compare(reference: Reference, *, batch: int = 5_000) -> dict[str, Agreement]:
    """Both peers, and the exact rules of this folder, against a reference."""
    agreements = {
        "exact": Agreement("exact fractions", "float64"),
        "openfisca": Agreement("openfisca-core", "float32"),
        "zen": Agreement("zen-engine", "float64"),
        "zen-all": Agreement("zen-engine, every branch", "float64"),
    }
    pairs = iter(reference)
    while part := list(islice(pairs, batch)):
        rows = [flatten(profile) for profile, _ in part]
        vectors = openfisca_columns(columns(rows), len(rows))
        for index, (row, (_, wanted)) in enumerate(zip(rows, part, strict=True)):
            own = {measure: exact.one(measure, row) for measure in wanted}
            _check_row(agreements["exact"], row, wanted, own)
            figures = {
                measure: (certain[index], ceiling[index])
                for measure, (certain, ceiling) in vectors.items()
            }
            _check_row(agreements["openfisca"], row, wanted, figures)
            _check_row(agreements["zen"], row, wanted, zen_row(row))
            _check_row(agreements["zen-all"], row, wanted, zen_row(row, routed=False))
    return agreements


def own_reference(count: int, seed: int) -> Iterator[tuple[Profile, dict[str, Amount]]]:
    """Seeded profiles with the figures of ``exact``."""
    for profile in profiles(count, seed):
        yield profile, exact.evaluate(flatten(profile))


def main() -> int:
    """Compare and print; the exit code is 1 if a real difference is left."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=2025)
    options = parser.parse_args()
    agreements = compare(own_reference(options.rows, options.seed))
    print(f"{len(MEASURES)} measures, certain and ceiling, seed {options.seed}")
    for agreement in agreements.values():
        print(agreement.report())
    return int(any(agreement.cells["real"] for agreement in agreements.values()))


if __name__ == "__main__":
    raise SystemExit(main())
