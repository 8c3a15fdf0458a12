"""A plan as every surface shows it: what to do where and when, what it gives, and how well that is proved."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from msgspec import Struct

from huice.evaluate.facts import Exact
from huice.evaluate.result import decimal
from huice.language.text import Text

SCHEMA = "huice/plan/1"


class YearFigures(Struct, frozen=True):
    """One year: yuan that are certain, the ceiling (None: none stated)."""

    year: int
    certain: Exact
    ceiling: Exact | None


class PlannedClaim(Struct, frozen=True):
    """One measure, claimed in some years; `by_year` holds those years, `spending` what it pays for."""

    measure: str
    title: Text
    gives: str
    status: str
    years: tuple[int, ...]
    certain: Exact
    ceiling: Exact | None
    by_year: tuple[YearFigures, ...]
    quote: Text
    spending: tuple[str, ...]
    judged: bool


class Expense(Struct, frozen=True):
    """What one entity spends on one thing in one year, and the measures that are claimed for it."""

    place: str
    role: str
    spending: str
    title: Text
    year: int
    yuan: Exact
    measures: tuple[str, ...]


class Entity(Struct, frozen=True):
    """One entity of the firm: where, what it costs to be there, and what it gets. Never added across cities."""

    place: str
    role: str
    costs: Exact
    certain: Exact
    ceiling: Exact
    claims: tuple[PlannedClaim, ...]
    years: tuple[YearFigures, ...]
    spent: tuple[tuple[int, Exact], ...]
    beside: tuple[str, ...]
    same_cost: tuple[str, ...]


class Difference(Struct, frozen=True):
    """One measure's part in the objective, here and at the places chosen, in yuan."""

    measure: str
    title: Text
    here: Exact
    chosen: Exact


class PlaceRow(Struct, frozen=True):
    """One place: the best objective with an entity there, and how much less than the plan's that is.

    `status` is chosen, loses, ties, impossible, limit or untried; `differences` the measures that make it.
    """

    place: str
    status: str
    value: Exact | None
    less: Exact | None
    seats: tuple[str, ...]
    differences: tuple[Difference, ...]
    reason: Text


class Cited(Struct, frozen=True):
    """A clause of the stacking policy that binds measures here, with where it comes from."""

    clause: str
    says: Text
    source: Text
    about: str
    measures: tuple[str, ...]
    quotes: tuple[Text, ...]


class Proof(Struct, frozen=True):
    """How good the plan is: nothing surpasses `bound`; `gap` is what a better plan could gain, in yuan.

    `proved` where the gap is below one fen. `exact` where the bound was checked without rounding.
    """

    proved: bool
    exact: bool
    value: Exact
    bound: Exact
    gap: Exact
    seconds: float
    nodes: int
    timed_out: bool

    @property
    def gap_share(self) -> Fraction | None:
        """The gap as a share of the value; None where the value is 0."""
        return Fraction(self.gap) / abs(Fraction(self.value)) if self.value else None


class Left(Struct, frozen=True):
    """A measure that could hold at a place of the plan but is not planned, and why."""

    place: str
    measure: str
    title: Text
    reason: Text


class Choosing(Struct, frozen=True):
    """An alternative that the plan takes."""

    choice: str
    title: Text
    option: str
    says: Text
    costs: Exact


class Plan(Struct, frozen=True):
    """The best plan that was found.

    `value` is what the solver was to make as large as possible: it may add up entities in several cities,
    and is no amount that anyone gets. What the firm gets stands in `entities`, city by city.
    """

    name: str
    as_of: str
    corpus_version: str
    years: tuple[int, ...]
    certain_weight: Exact
    ceiling_weight: Exact
    net: bool
    stacking: Text
    stacking_id: str
    value: Exact
    costs: Exact
    entities: tuple[Entity, ...]
    choices: tuple[Choosing, ...]
    spending: tuple[Expense, ...]
    places: tuple[PlaceRow, ...]
    clauses: tuple[Cited, ...]
    left: tuple[Left, ...]
    notes: tuple[Text, ...]
    proof: Proof

    @property
    def objective(self) -> str:
        """What is made as large as possible: certain, ceiling or weighted."""
        if self.certain_weight == 1:
            return "certain"
        return "ceiling" if self.ceiling_weight == 1 else "weighted"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; amounts are decimal strings of yuan, null where the text states none."""
        return {
            "schema": SCHEMA,
            "name": self.name or None,
            "as_of": self.as_of,
            "corpus_version": self.corpus_version,
            "years": list(self.years),
            "objective": {
                "kind": self.objective,
                "certain": decimal(self.certain_weight),
                "ceiling": decimal(self.ceiling_weight),
                "net": self.net,
                "value_yuan": decimal(self.value),
                "costs_yuan": decimal(self.costs),
                "note": _pair(TARGET),
            },
            "stacking": {"id": self.stacking_id, "title": _pair(self.stacking)},
            "proof": _proof_dict(self.proof),
            "entities": [_entity_dict(one) for one in self.entities],
            "choices": [
                {
                    "choice": one.choice,
                    "title": _pair(one.title),
                    "option": one.option,
                    "says": _pair(one.says),
                    "costs_yuan": decimal(one.costs),
                }
                for one in self.choices
            ],
            "spending": [
                {
                    "place": one.place,
                    "role": one.role,
                    "spending": one.spending,
                    "title": _pair(one.title),
                    "year": one.year,
                    "yuan": decimal(one.yuan),
                    "measures": list(one.measures),
                }
                for one in self.spending
            ],
            "places": [_place_dict(one) for one in self.places],
            "clauses": [
                {
                    "clause": one.clause,
                    "says": _pair(one.says),
                    "source": _pair(one.source),
                    "about": one.about,
                    "measures": list(one.measures),
                    "quotes": [_pair(quote) for quote in one.quotes],
                }
                for one in self.clauses
            ],
            "not_planned": [
                {
                    "place": one.place,
                    "measure": one.measure,
                    "title": _pair(one.title),
                    "reason": _pair(one.reason),
                }
                for one in self.left
            ],
            "notes": [_pair(note) for note in self.notes],
        }


TARGET = Text(
    "目标值只供求解比较，可能把几个主体相加，不是任何企业能拿到的一笔钱",
    "the objective serves to compare plans; it may add up several entities and is no sum that anyone gets",
)


def _proof_dict(one: Proof) -> dict[str, Any]:
    share = one.gap_share
    return {
        "proved": one.proved,
        "exact": one.exact,
        "value_yuan": decimal(one.value),
        "bound_yuan": decimal(one.bound),
        "gap_yuan": decimal(one.gap),
        "gap_percent": None if share is None else decimal(share * 100),
        "seconds": round(one.seconds, 3),
        "nodes": one.nodes,
        "time_limit_reached": one.timed_out,
    }


def _entity_dict(one: Entity) -> dict[str, Any]:
    spent = dict(one.spent)
    return {
        "place": one.place,
        "role": one.role,
        "costs_yuan": decimal(one.costs),
        "certain_yuan": decimal(one.certain),
        "ceiling_yuan": decimal(one.ceiling),
        "by_year": [
            {**_figures(year), "spending_yuan": decimal(spent.get(year.year, 0))}
            for year in one.years
        ],
        "claims": [
            {
                "measure": claim.measure,
                "title": _pair(claim.title),
                "gives": claim.gives,
                "status": claim.status,
                "years": list(claim.years),
                "certain_yuan": decimal(claim.certain),
                "ceiling_yuan": decimal(claim.ceiling),
                "by_year": [_figures(year) for year in claim.by_year],
                "quote": _pair(claim.quote),
                "spending": list(claim.spending),
                "judged": claim.judged,
            }
            for claim in one.claims
        ],
        "beside": list(one.beside),
        "same_cost_warnings": list(one.same_cost),
    }


def _figures(year: YearFigures) -> dict[str, Any]:
    return {
        "year": year.year,
        "certain_yuan": decimal(year.certain),
        "ceiling_yuan": decimal(year.ceiling),
    }


def _place_dict(one: PlaceRow) -> dict[str, Any]:
    return {
        "place": one.place,
        "status": one.status,
        "objective_yuan": decimal(one.value),
        "less_yuan": decimal(one.less),
        "seats": list(one.seats),
        "differences": [
            {
                "measure": part.measure,
                "title": _pair(part.title),
                "here_yuan": decimal(part.here),
                "chosen_yuan": decimal(part.chosen),
            }
            for part in one.differences
        ],
        "reason": _pair(one.reason),
    }


def _pair(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text["en"]}
