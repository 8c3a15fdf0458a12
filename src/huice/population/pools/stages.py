"""The way of claims through the funds: quota, pool, pool around it; for one allocation and for many runs.

A claim passes a quota of its measure, then the pool of the measure, then a pool that this pool lies in: what
one stage grants is what it asks of the next, so that no fund is exceeded whatever stands above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import polars as pl
from msgspec import Struct, structs
from numpy.typing import NDArray

from huice.language.text import Fault
from huice.population.pools.demand import Demand
from huice.population.pools.fund import Fund
from huice.population.pools.rules import MOST, Choice, Claims, Whole, allocate, find_rule

Rows = NDArray[np.intp]
"""Positions of claims in a book."""

OPEN = 2**62 + 1
"""The cut-off where nobody is cut off: all claims are granted in full."""
NOBODY = 0
"""The cut-off where nothing is granted."""


class Book(Struct, frozen=True, eq=False):
    """All claims in the order of their ids; `claims.time` is in microseconds since 1970.

    `org` is the number of the firm of each claim, `scores` and `tiers` what their places stand for.
    """

    claims: Claims
    frame: pl.DataFrame
    org: Rows
    scores: tuple[Any, ...]
    tiers: tuple[Any, ...]

    @staticmethod
    def of(demand: Demand) -> Book:
        """The claims of a demand. Raises `Fault` where their sum leaves 64 bits."""
        frame = demand.claims
        made = Claims.of(
            frame["claim"].to_list(), frame["asked_fen"], score=frame["score"], tier=frame["tier"]
        )
        time = frame["applied_at"].cast(pl.Int64).to_numpy().astype(np.int64)
        org = frame["org_id"].rank("dense").cast(pl.Int64).to_numpy().astype(np.intp) - 1
        return Book(
            structs.replace(made, time=time),
            frame,
            org,
            _levels(frame["score"], descending=True),
            _levels(frame["tier"]),
        )


class Cutoff(Struct, frozen=True):
    """Where a ranking cuts: the score or tier `value` of the last that got something.

    `nobody` got anything; `open`: nobody was cut off; `unknown`: the last has no score or tier.
    """

    state: Literal["at", "open", "nobody", "unknown"]
    value: Any = None


class Stage(Struct, frozen=True, eq=False):
    """One fund, in one year if it is yearly, the claims on it (`rows` of the book) and how it is given out.

    Of a quota, `firm` is the number of each claim's firm among `firms`, whose ids stand for them in a draw
    and whose order as text is `by_id`. `unstated` claims state no amount.
    """

    fund: Fund
    year: int | None
    by: Choice
    rows: Rows
    unstated: int
    firm: Rows
    firms: NDArray[np.object_] | None = None
    by_id: Whole | None = None


class Given(Struct, frozen=True, eq=False):
    """What a stage gives: `fen` to each claim; `units` of the `asked` units of each claimant, and when it came.

    Claimants are the claims, or of a quota the firms. `edge` is the place of the last that got something.
    """

    fen: Whole
    asked: Whole
    units: Whole
    time: Whole
    edge: int


def check_choices(asked: Demand, *choices: Choice) -> None:
    """Raises `Fault` where a rule is not known or needs a column that the awards do not have."""
    for choice in choices:
        names = {choice.rule} | ({choice.terms.within} if choice.rule == "priority" else set())
        for name in names:
            find_rule(name)
        for name, column in (("ranked", "score"), ("priority", "tier")):
            if name in names and column not in asked.given:
                raise Fault(
                    f"规则“{name}”要有列 {column}，表里没有；请补上，或换一条规则",
                    f"the rule “{name}” needs a column {column}, which the table does not have; "
                    "add it or choose another rule",
                )


def stages(
    funds: Sequence[Fund], asked: Demand, book: Book, choice: Choice, selection: Choice
) -> Iterator[Stage]:
    """The funds in their order, yearly ones once for each year of the demand, with the claims on them."""
    measures, years = book.frame["measure"], book.frame["year"].to_numpy()
    silent: list[tuple[str, int, int]] = asked.unstated.rows()
    every = sorted({*years.tolist(), *(year for _, year, _ in silent)})
    for fund in funds:
        by = selection if fund.kind == "quota" else choice
        own = measures.is_in(fund.members).to_numpy()
        for year in every if fund.yearly else [None]:
            rows = np.flatnonzero(own if year is None else own & (years == year))
            unstated = sum(
                claims
                for measure, when, claims in silent
                if measure in fund.members and year in {None, when}
            )
            stage = Stage(fund, year, by, rows, unstated, rows)
            yield _with_firms(stage, book) if fund.kind == "quota" else stage


def _with_firms(stage: Stage, book: Book) -> Stage:
    _, first, firm = np.unique(book.org[stage.rows], return_index=True, return_inverse=True)
    orgs = book.frame["org_id"].gather(stage.rows[first])
    ids = pl.Series("id", [f"{org}|{stage.fund.members[0]}" for org in orgs], dtype=pl.String)
    by_id = ids.rank("ordinal").cast(pl.Int64).to_numpy().astype(np.int64)
    return structs.replace(stage, firm=firm.astype(np.intp), firms=ids.to_numpy(), by_id=by_id)


def give(stage: Stage, claims: Claims, firm: Rows) -> Given:
    """One fund given out among claims on it, each for some fen; `firm` is the number of each claim's firm.

    Raises `Fault` as `allocate` does.
    """
    fund, by = stage.fund, stage.by
    if fund.kind == "quota":
        return _places(stage, claims, firm)
    if fund.face_fen is None:
        fen = allocate(claims, fund.units, by.rule, by.terms)
        return Given(fen, claims.asked, fen, claims.time, _edge(by, claims, fen))
    pieces = structs.replace(claims, asked=-(-claims.asked // fund.face_fen))
    units = allocate(pieces, fund.units, by.rule, by.terms)
    fen = np.minimum(units * fund.face_fen, claims.asked)
    return Given(fen, pieces.asked, units, claims.time, _edge(by, pieces, units))


def _places(stage: Stage, claims: Claims, firm: Rows) -> Given:
    """A quota counts firms, whatever number of years they claim for: how many ask, how many are chosen."""
    there, first, inverse = np.unique(firm, return_index=True, return_inverse=True)
    assert stage.firms is not None
    assert stage.by_id is not None
    firms = Claims(
        stage.firms,
        there,
        _joined(np.add, claims.asked, inverse, there.size, 0),
        _joined(np.minimum, claims.time, inverse, there.size, OPEN),
        _joined(np.minimum, claims.score, inverse, there.size, OPEN),
        _joined(np.minimum, claims.tier, inverse, there.size, OPEN),
        stage.by_id[there],
        None if claims.drawn is None else claims.drawn[first],
    )
    terms = structs.replace(stage.by.terms, quota=stage.fund.units)
    chosen = allocate(firms, MOST, stage.by.rule, terms) > 0
    one = np.ones(there.size, dtype=np.int64)
    units = chosen.astype(np.int64)
    return Given(
        np.where(chosen[inverse], claims.asked, 0),
        one,
        units,
        firms.time,
        _edge(stage.by, structs.replace(firms, asked=one), units),
    )


def _joined(how: np.ufunc, values: Whole, firm: Rows, count: int, start: int) -> Whole:
    found = np.full(count, start, dtype=np.int64)
    how.at(found, firm, values)
    return found


def _edge(by: Choice, claims: Claims, units: Whole) -> int:
    """The place of the last claimant that got something; `OPEN` where the rule has none or nobody is cut."""
    places = {"ranked": claims.score, "priority": claims.tier}.get(by.rule)
    if places is None or not (units < claims.asked).any():
        return OPEN
    return int(places[units > 0].max(initial=NOBODY))


def levels_of(book: Book, by: Choice) -> tuple[Any, ...] | None:
    """What the places of a rule stand for, the first first; None for a rule without places."""
    return {"ranked": book.scores, "priority": book.tiers}.get(by.rule)


def cutoff(levels: tuple[Any, ...], edge: int) -> Cutoff:
    """What an edge means."""
    if edge in {OPEN, NOBODY}:
        return Cutoff("open" if edge == OPEN else "nobody")
    return Cutoff("at", levels[edge - 1]) if edge <= len(levels) else Cutoff("unknown")


def _levels(column: pl.Series, *, descending: bool = False) -> tuple[Any, ...]:
    """The values of a column by their places, the first first."""
    if column.dtype.is_float():
        column = column.fill_nan(None)
    return tuple(column.drop_nulls().unique().sort(descending=descending).to_list())
