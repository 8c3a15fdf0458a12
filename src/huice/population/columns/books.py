"""The figures of a measure as columns, and what a run of earlier years leaves behind."""

from __future__ import annotations

from msgspec import Struct

from huice.corpus.model import Measure, Pool, Rule
from huice.evaluate.facts import Exact, PoolState
from huice.evaluate.outcome import FROM_BEST, Status
from huice.language import nodes as n
from huice.language.units import value_of
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.kleene import Definite
from huice.population.columns.ratios import Ratio
from huice.population.columns.whole import Whole

CODE = {status: code for code, status in enumerate(FROM_BEST)}
"""The code of a status in columns: 0 the best, 4 the worst."""
PAYS_UP_TO = CODE[Status.UNKNOWN]
MOST_YEARS = 100


class YearFigures(Struct, frozen=True, eq=False):
    """One year: the code of its status, yuan before rounding."""

    status: Whole
    certain: Ratio
    ceiling: Ratio


class Figures(Struct, frozen=True, eq=False):
    """One measure over the horizon; certain and ceiling cut to the fen, years as `by_year` gives them."""

    measure: Measure
    rule: Rule
    status: Whole
    certain: Whole
    ceiling: Whole
    years: tuple[YearFigures, ...]


class Cap(Struct, frozen=True, eq=False):
    """One cap of a rule, with the records that multiply it."""

    limit: n.Limit
    count: n.Records | None
    ladder: bool

    @property
    def whole(self) -> bool:
        """Whether it spans all years."""
        return self.limit.period == "total"


def pool_left(pool: Pool, state: PoolState | None) -> Exact:
    """What a pool still holds, in yuan, by its text and what is said to be left."""
    left: Exact = value_of(pool.holds)
    if state is not None and state.yuan is not None:
        left = min(left, state.yuan)
    if state is not None and state.count is not None and pool.face is not None:
        left = min(left, state.count * value_of(pool.face))
    return left


class Books:
    """What the horizon has paid so far, as columns of the firms; of entities on their own level."""

    def __init__(self, low: Ratio, years_before: Whole) -> None:
        self.low = self.high = low
        self.years_before = years_before
        self.paid = w.ZERO
        self.first_paid: Whole = w.NULL
        self.broken: Definite = False
        self.pool: tuple[Ratio, Ratio] | None = None
        self.entity: tuple[Ratio, Ratio] = (r.ZERO, r.ZERO)
        self.entity_seen: Definite = False
        self.merged: tuple[Ratio, Ratio] = (r.ZERO, r.ZERO)
        self.merged_seen: Definite = False


class Claim(Struct, frozen=True, eq=False):
    """The entities that claim in a year, on their level, and whether each surely counts."""

    who: Definite
    sure: Definite
