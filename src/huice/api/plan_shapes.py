"""The shape of a plan, and of the problem that it answers."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from huice.api.shapes import Count, Day, Gives, Shape, Status, Words, Yuan
from huice.corpus.corpus import Corpus
from huice.planning.problem import MOST_YEARS
from huice.planning.stacking import stackings

Doc = dict[str, Any]
Role = Literal["main", "further"]


class Objective(Shape, frozen=True):
    """What is made as large as possible. `value_yuan` may add up several entities: no sum that anyone gets."""

    kind: Literal["certain", "ceiling", "weighted"]
    certain: Yuan
    ceiling: Yuan
    net: bool
    value_yuan: Yuan
    costs_yuan: Yuan
    note: Words


class StackingPolicy(Shape, frozen=True):
    """Which measures may be claimed together."""

    id: str
    title: Words


class PlanProof(Shape, frozen=True):
    """Nothing surpasses `bound_yuan`; `proved` where the gap is below a fen, `exact` without any rounding."""

    proved: bool
    exact: bool
    value_yuan: Yuan
    bound_yuan: Yuan
    gap_yuan: Yuan
    gap_percent: Yuan | None
    seconds: float
    nodes: Count
    time_limit_reached: bool


class PlanYear(Shape, frozen=True):
    """One year of a claim."""

    year: int
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None


class EntityYear(PlanYear, frozen=True):
    """One year of an entity."""

    spending_yuan: Yuan


class PlannedClaim(Shape, frozen=True):
    """One measure, claimed in some years; `spending` is what it pays for."""

    measure: str
    title: Words
    gives: Gives
    status: Status
    years: list[int]
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None
    by_year: list[PlanYear]
    quote: Words
    spending: list[str]
    judged: bool


class PlannedEntity(Shape, frozen=True):
    """One entity of the firm. Entities of different cities are never added up."""

    place: str
    role: Role
    costs_yuan: Yuan
    certain_yuan: Yuan
    ceiling_yuan: Yuan
    by_year: list[EntityYear]
    claims: list[PlannedClaim]
    beside: list[str]
    same_cost_warnings: list[str]


class Chosen(Shape, frozen=True):
    """An alternative that the plan takes."""

    choice: str
    title: Words
    option: str
    says: Words
    costs_yuan: Yuan


class Allotted(Shape, frozen=True):
    """What an entity spends on one thing in one year, and the measures that are claimed for it."""

    place: str
    role: Role
    spending: str
    title: Words
    year: int
    yuan: Yuan
    measures: list[str]


class Difference(Shape, frozen=True):
    """One measure's part in the objective, here and at the places chosen."""

    measure: str
    title: Words
    here_yuan: Yuan
    chosen_yuan: Yuan


class PlaceRow(Shape, frozen=True):
    """One place: the best objective with an entity there, and how much less that is."""

    place: str
    status: Literal["chosen", "loses", "ties", "impossible", "limit", "untried"]
    objective_yuan: Yuan | None
    less_yuan: Yuan | None
    seats: list[str]
    differences: list[Difference]
    reason: Words


class CitedClause(Shape, frozen=True):
    """A clause of the stacking policy that binds measures here, with where it comes from."""

    clause: str
    says: Words
    source: Words
    about: str
    measures: list[str]
    quotes: list[Words]


class NotPlanned(Shape, frozen=True):
    """A measure that could hold at a place of the plan but is not planned, and why."""

    place: str
    measure: str
    title: Words
    reason: Words


class Plan(Shape, frozen=True):
    """The best plan that was found, with its proof."""

    schema: Literal["huice/plan/1"]
    name: str | None
    as_of: Day
    corpus_version: str
    years: list[int]
    objective: Objective
    stacking: StackingPolicy
    proof: PlanProof
    entities: list[PlannedEntity]
    choices: list[Chosen]
    spending: list[Allotted]
    places: list[PlaceRow]
    clauses: list[CitedClause]
    not_planned: list[NotPlanned]
    notes: list[Words]


ANSWERS: tuple[type[Struct], ...] = (Plan,)


# --- the problem ----------------------------------------------------------------------------------

_MONEY: Doc = {"type": ["number", "string"], "description": "yuan, or as written: 50万元"}
_TITLE: Doc = {
    "anyOf": [
        {"type": "string"},
        {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}},
    ]
}
_ALLOWANCE: Doc = {
    "description": "a sum, or at least and at most",
    "anyOf": [_MONEY, {"type": "object", "properties": {"min": _MONEY, "max": _MONEY}}],
}
_FACTS: Doc = {"type": "object", "description": "facts as in a profile"}


def problem_schema(corpus: Corpus) -> Doc:
    """The JSON Schema of a planning problem (docs/planning.md)."""
    lists = [kind.list_key for kind in corpus.vocabulary.kinds.values()]
    ids = {"type": "array", "items": {"type": "string"}, "description": "ids of measures"}
    spending = {
        "id": {"type": "string"},
        "title": _TITLE,
        "list": {"enum": lists},
        "facts": _FACTS,
        "money": {"description": "the amounts that the sum becomes, or the share of each"},
        "total": _ALLOWANCE,
        "yearly": _ALLOWANCE,
        "unallotted": {"type": "boolean"},
    }
    option = {
        "id": {"type": "string"},
        "title": _TITLE,
        "facts": _FACTS,
        "cost": _MONEY,
        "yearly cost": _MONEY,
    }
    choice = {
        "id": {"type": "string"},
        "title": _TITLE,
        "options": {"type": "array", "items": _object(option, ["id"])},
    }
    site = {"place": {"type": "string"}, "setup": _MONEY, "yearly": _MONEY}
    fields: Doc = {
        "name": {"type": "string"},
        "profile": {"$ref": "#/components/schemas/Profile"},
        "years": {"type": "integer", "minimum": 1, "maximum": MOST_YEARS},
        "places": {
            "description": "all places if absent",
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, _object(site, ["place"])]},
        },
        "entities": {
            "description": "how many entities at most; `further` are facts of those beside the main one",
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 3},
                _object({"at most": {"type": "integer"}, "further": _FACTS}, ["at most"]),
            ],
        },
        "spending": {"type": "array", "items": _object(spending, ["id"])},
        "choices": {"type": "array", "items": _object(choice, ["id", "options"])},
        "measures": _object({"must": ids, "never": ids, "only": ids}, []),
        "objective": {
            "anyOf": [
                {"enum": ["certain", "ceiling"]},
                _object(
                    {"certain": {"type": "string"}, "ceiling": {"type": "string"}},
                    ["certain", "ceiling"],
                ),
            ]
        },
        "net": {"type": "boolean"},
        "stacking": {"enum": list(stackings())},
    }
    return {"description": "A planning problem.", **_object(fields, ["profile"])}


def _object(properties: Doc, required: list[str]) -> Doc:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


EXAMPLE: Doc = {
    "profile": {
        "as_of": "2025-06-30",
        "org": {"kind": "enterprise", "size": "small", "traits": ["startup"]},
    },
    "years": 3,
    "places": ["hangzhou/other", {"place": "shenzhen", "setup": "20万元"}],
    "spending": [
        {
            "id": "gpu",
            "facts": {
                "item": "compute",
                "mode": "rent",
                "purposes": ["training"],
                "traits": ["unrelated_supplier"],
            },
            "total": "600万元",
            "yearly": "300万元",
        }
    ],
    "stacking": "prudent",
}
"""The problem of the example."""
