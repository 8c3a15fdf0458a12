"""The measures as ZEN decision graphs (the JSON Decision Model), built here and compiled once.

One graph has one branch for each city: an expression node with the facts that several measures ask
for, decision tables where the text has steps (the 50 % and 30 % of the Hangzhou voucher, the
start-up rate of Shenzhen, the revenue steps of Haizhu), and an expression node with the amounts.
``model(routed=True)`` puts a switch on the place in front, so that a record runs through the rules
of its own city only, which is the fastest form found; ``model(routed=False)`` runs every branch. A
measure whose branch was not run is 0 in both outputs.

ZEN computes with decimals, so its figures are exact; it takes no ``Decimal`` from Python, so
amounts with fen go in as floats, whose shortest decimal form ZEN reads. ``python -m
benchmarks.peers.zen_rules`` prints the graph as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

import zen

from .flatten import SLOTS, Profile, Row, flatten
from .measures import JUDGED, MEASURES, decision_column, identifier

Node = dict[str, Any]
Figures = dict[str, tuple[float, float]]


class Table(NamedTuple):
    """A decision table, first hit: input fields, output name, rows of cells."""

    name: str
    inputs: tuple[str, ...]
    output: str
    rows: tuple[tuple[str, ...], ...]


class Rule(NamedTuple):
    """A measure: condition, amount, and what is certain ('none', 'owed' or an expression)."""

    measure: str
    when: str
    amount: str
    certain: str = "none"


class City(NamedTuple):
    """One branch of the graph."""

    name: str
    facts: dict[str, str]
    tables: tuple[Table, ...]
    rules: tuple[Rule, ...]


_ENTERPRISE: Final = "kind == 'enterprise'"
_LLM: Final = "trait_general_model or trait_vertical_model"
_AI: Final = (
    f"{_LLM} or trait_genai or trait_ai or trait_maas_platform or trait_open_source_platform"
)


def _share(column: str, rate: str, cap: str | None = None) -> str:
    """A rate of a column, at most a cap, cut down to a fen."""
    product = f"{column} * {rate}"
    limited = product if cap is None else f"min([{product}, {cap}])"
    return f"floor({limited} * 100) / 100"


def _each(slot: str, cap: str) -> str:
    """Every slot at most a cap, summed, then cut down to a fen."""
    slots = " + ".join(f"min([{slot.format(n=n)}, {cap}])" for n in range(1, SLOTS + 1))
    return f"floor(({slots}) * 100) / 100"


def _park_rent(park: str, per: str, unit_price: str, cap: str) -> str:
    """Half of each rent, at most a unit price; the sum at most a yearly cap."""
    slots = " + ".join(
        f"min([{park}_rent_{n} * 0.5, {unit_price} * {park}_area_{n} * {park}_{per}_{n}])"
        for n in range(1, SLOTS + 1)
    )
    return f"floor(min([{slots}, {cap}]) * 100) / 100"


CITIES: Final = (
    City(
        "hangzhou",
        facts={"is_enterprise": _ENTERPRISE, "is_ai": _AI, "in_xihu": "place == 'hangzhou/xihu'"},
        tables=(
            Table(
                "Rate for computing contracts",
                ("size", "compute_amount"),
                "compute_rate",
                (
                    ("'micro', 'small', 'medium'", "<= 500000", "0.5"),
                    ("", "", "0.3"),
                ),
            ),
        ),
        rules=(
            Rule(
                "hangzhou/xihu-startup-fund",
                "in_xihu and high_level_founders > 0 and is_ai",
                "5000000",
            ),
            Rule(
                "hangzhou/xihu-model-voucher",
                "in_xihu and is_enterprise",
                _share("model_applied_paid", "0.3", "20000000"),
                "owed",
            ),
            Rule("hangzhou/leading-team-grant", "leading_team_members > 0", "5000000"),
            Rule(
                "hangzhou/foreign-expert-salary",
                "true",
                _each("foreign_expert_salary_{n}", "600000"),
            ),
            Rule("hangzhou/returnee-project", "high_level_returnee_founders > 0", "5000000"),
            Rule(
                "hangzhou/compute-voucher",
                "is_enterprise",
                "floor(min([compute_paid * compute_rate + model_paid * 0.3, 250000000]) * 100)"
                " / 100",
            ),
        ),
    ),
    City(
        "shanghai",
        facts={
            "is_enterprise": _ENTERPRISE,
            "is_llm": _LLM,
            "is_ai": _AI,
            "in_xuhui": "place == 'shanghai/xuhui'",
        },
        tables=(),
        rules=(
            Rule(
                "shanghai/model-voucher",
                "true",
                _share("model_third_party_amount", "0.5", "5000000"),
            ),
            Rule(
                "shanghai/corpus-voucher",
                "true",
                _share("corpus_unrelated_amount", "0.3", "5000000"),
            ),
            Rule("shanghai/talent-personal-award", "is_ai", "300000 * people"),
            Rule(
                "shanghai/xuhui-westbund-breakthrough",
                "in_xuhui and in_westbund",
                "10000000 * breakthrough_projects",
            ),
            Rule(
                "shanghai/xuhui-westbund-matching",
                "in_xuhui and in_westbund",
                _share("upstream_grants", "1"),
            ),
            Rule(
                "shanghai/xuhui-westbund-compute",
                "in_xuhui and in_westbund",
                _share("compute_tuning_paid", "0.3", "10000000"),
            ),
            Rule(
                "shanghai/xuhui-opinion-compute",
                "in_xuhui",
                _share("compute_obtained_paid", "0.3", "10000000"),
            ),
            Rule(
                "shanghai/xuhui-opinion-settlement",
                "in_xuhui and is_enterprise and settlement in ['newly_registered', "
                "'newly_relocated'] and (is_llm or trait_genai)",
                "5000000",
            ),
        ),
    ),
    City(
        "beijing",
        facts={
            "is_enterprise": _ENTERPRISE,
            "is_ai": _AI,
            "in_etown": "place == 'beijing/etown'",
            "in_mentougou": "place == 'beijing/mentougou'",
            "valid": "d(as_of) <= d('2025-12-31')",
        },
        tables=(),
        rules=(
            Rule(
                "beijing/dataset-voucher",
                "valid and kind != 'team_not_incorporated' and first_open_datasets > 0",
                "500000",
            ),
            Rule("beijing/open-source-project", "valid", "2000000 * open_source_projects"),
            Rule(
                "beijing/etown-industry-model-award",
                "in_etown and is_enterprise and mature_industry_model_contracts > 20000000",
                "1000000",
                "owed",
            ),
            Rule(
                "beijing/etown-model-voucher",
                "in_etown and is_enterprise",
                _share("model_self_controlled_paid", "0.5", "5000000"),
                "owed",
            ),
            Rule(
                "beijing/etown-park-rent",
                "in_etown and is_enterprise and is_ai",
                _park_rent("etown_park", "days", "1.5", "1000000"),
            ),
            Rule(
                "beijing/mtg-free-space",
                "in_mentougou and is_enterprise and algorithm_founders > 0 "
                "and d(as_of) <= d(registered_on).add(36, 'M')",
                _share("mtg_park_cost", "1"),
                "owed",
            ),
            Rule(
                "beijing/mtg-compute",
                "in_mentougou and is_enterprise",
                _share("compute_district_amount", "0.1", "1000000"),
                "owed",
            ),
            Rule(
                "beijing/mtg-partner-award",
                "in_mentougou and is_enterprise and record_beijing_gai_partner "
                "and record_key_ai_enterprise",
                "300000",
            ),
        ),
    ),
    City(
        "shenzhen",
        facts={"is_enterprise": _ENTERPRISE, "is_ai": _AI},
        tables=(
            Table(
                "Rate of the training voucher",
                ("kind", "trait_startup"),
                "training_rate",
                (
                    ("'enterprise'", "true", "0.6"),
                    ("'enterprise', 'university', 'research_institute'", "", "0.5"),
                    ("", "", "0"),
                ),
            ),
        ),
        rules=(
            Rule(
                "shenzhen/training-voucher",
                "true",
                _share("compute_rented_training_amount", "training_rate", "10000000"),
            ),
            Rule(
                "shenzhen/corpus",
                "is_enterprise",
                _share("corpus_exchange_amount", "0.3", "2000000"),
            ),
            Rule(
                "shenzhen/model-voucher",
                "is_enterprise",
                _share("model_filed_paid", "0.3", "2000000"),
            ),
            Rule(
                "shenzhen/research",
                "true",
                "10000000 * research_major + 3000000 * research_key + 600000 * research_general",
            ),
            Rule("shenzhen/platform-new", "true", _each("new_platform_cost_{n} * 0.5", "20000000")),
            Rule("shenzhen/key-lab", "true", "5000000 * key_labs"),
            Rule(
                "shenzhen/returnee-startup",
                "is_enterprise and is_ai and returnee_founders > 0 "
                "and d(registered_on).add(6, 'M') <= d(as_of) "
                "and d(as_of) <= d(registered_on).add(48, 'M')",
                "1000000",
                "min([{ceiling}, 300000])",
            ),
        ),
    ),
    City(
        "guangzhou",
        facts={
            "is_enterprise": _ENTERPRISE,
            "is_llm": _LLM,
            "in_haizhu": "place == 'guangzhou/haizhu'",
            "in_huangpu": "place == 'guangzhou/huangpu'",
            "years_since_entry": "claim_year - entered_year",
            "algorithm_filed": "record_cac_algorithm_filing or record_cac_deep_synthesis_filing",
        },
        tables=(
            Table(
                "Revenue steps of the office rent",
                ("years_since_entry", "revenue_yuan"),
                "rent_rate",
                (
                    ("0", ">= 20000000", "0.9"),
                    ("1", ">= 50000000", "0.9"),
                    ("2", ">= 100000000", "0.9"),
                    ("", "", "0"),
                ),
            ),
        ),
        rules=(
            Rule(
                "guangzhou/haizhu-model-optimisation",
                "in_haizhu and is_enterprise and is_llm and (record_cac_genai_filing "
                "or algorithm_filed or revenue_yuan >= 20000000)",
                _share("model_operation_paid", "0.5", "1500000"),
                "owed",
            ),
            Rule(
                "guangzhou/haizhu-office-rent",
                "in_haizhu and is_enterprise and is_llm",
                _share("self_use_rent", "rent_rate", "1000000"),
            ),
            Rule(
                "guangzhou/haizhu-filing-genai",
                "in_haizhu and is_enterprise and is_llm and record_cac_genai_filing",
                "1000000",
            ),
            Rule(
                "guangzhou/haizhu-filing-algorithm",
                "in_haizhu and is_enterprise and is_llm and algorithm_filed",
                "200000",
            ),
            Rule(
                "guangzhou/huangpu-general-compute",
                "in_huangpu and trait_general_model",
                _share("compute_district_paid", "0.3", "3000000"),
                "owed",
            ),
            Rule(
                "guangzhou/huangpu-vertical-compute",
                "in_huangpu and trait_vertical_model",
                _share("compute_district_paid", "0.3", "1000000"),
                "owed",
            ),
            Rule(
                "guangzhou/huangpu-cloud-model-voucher",
                "in_huangpu and is_enterprise and size in ['small', 'micro'] "
                "and trait_manufacturing",
                "2000",
                "owed",
            ),
            Rule(
                "guangzhou/huangpu-park-operator",
                "in_huangpu and record_huangpu_demo_park",
                _share("park_operation_cost", "0.5", "750000"),
                "owed",
            ),
            Rule(
                "guangzhou/huangpu-park-rent",
                "in_huangpu and is_enterprise",
                _park_rent("huangpu_park", "months", "50", "200000"),
                "owed",
            ),
            Rule(
                "guangzhou/huangpu-park-purchase",
                "in_huangpu and is_enterprise",
                _share("huangpu_park_purchase", "0.1", "600000"),
                "owed",
            ),
        ),
    ),
)


# --- the graph ---------------------------------------------------------------------------------


def _amounts(city: City) -> list[dict[str, str]]:
    """The expressions of a city's amounts: a ceiling and a certain amount for each measure."""
    expressions = []
    for rule in city.rules:
        name = identifier(rule.measure)
        judged = rule.measure in JUDGED
        decision = decision_column(rule.measure)
        when = f"{rule.when} and {decision} != 'refused'" if judged else rule.when
        ceiling = f"{when} ? {rule.amount} : 0"
        certain = "0"
        if rule.certain != "none":
            own = f"$.{name}_ceiling"
            certain = own if rule.certain == "owed" else rule.certain.format(ceiling=own)
            if judged:
                certain = f"{decision} == 'granted' ? {certain} : 0"
        expressions += [
            {"id": f"{name}_ceiling", "key": f"{name}_ceiling", "value": ceiling},
            {"id": f"{name}_certain", "key": f"{name}_certain", "value": certain},
        ]
    return expressions


def _table(table: Table) -> dict[str, Any]:
    """A decision table in the form of the JSON Decision Model."""
    fields = [*(f"i{n}" for n in range(len(table.inputs))), "o0"]
    return {
        "hitPolicy": "first",
        "passThrough": True,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
        "inputs": [
            {"id": key, "name": name, "field": name}
            for key, name in zip(fields, table.inputs, strict=False)
        ],
        "outputs": [{"id": "o0", "name": table.output, "field": table.output}],
        "rules": [
            {"_id": f"r{n}", **dict(zip(fields, row, strict=True))}
            for n, row in enumerate(table.rows)
        ],
    }


def _expressions(expressions: list[dict[str, str]], *, pass_through: bool) -> dict[str, Any]:
    return {
        "expressions": expressions,
        "passThrough": pass_through,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
    }


def _branch(city: City) -> list[Node]:
    """The nodes of one city, in order."""
    facts = [{"id": key, "key": key, "value": value} for key, value in city.facts.items()]
    return [
        {
            "id": f"{city.name}-facts",
            "name": f"{city.name} facts",
            "type": "expressionNode",
            "content": _expressions(facts, pass_through=True),
        },
        *(
            {
                "id": f"{city.name}-{table.output}",
                "name": table.name,
                "type": "decisionTableNode",
                "content": _table(table),
            }
            for table in city.tables
        ),
        {
            "id": f"{city.name}-amounts",
            "name": f"{city.name} amounts",
            "type": "expressionNode",
            "content": _expressions(_amounts(city), pass_through=False),
        },
    ]


def model(*, routed: bool = True) -> dict[str, Any]:
    """The whole decision graph; routed: only the branch of the record's own city is run."""
    nodes: list[Node] = [{"id": "in", "name": "Request", "type": "inputNode"}]
    edges: list[dict[str, str]] = []

    def connect(source: str, target: str, handle: str | None = None) -> None:
        edge = {"id": f"{source}>{target}", "sourceId": source, "targetId": target, "type": "edge"}
        edges.append(edge if handle is None else edge | {"sourceHandle": handle})

    start = "in"
    if routed:
        start = "city"
        nodes.append(
            {
                "id": start,
                "name": "City",
                "type": "switchNode",
                "content": {
                    "hitPolicy": "first",
                    "statements": [
                        {"id": city.name, "condition": f"startsWith(place, '{city.name}')"}
                        for city in CITIES
                    ],
                },
            }
        )
        connect("in", start)
    nodes.append({"id": "out", "name": "Response", "type": "outputNode"})
    for city in CITIES:
        branch = _branch(city)
        if not routed:
            for expression in branch[-1]["content"]["expressions"]:
                if expression["key"].endswith("_ceiling"):
                    here = f"startsWith(place, '{city.name}')"
                    expression["value"] = f"{here} and {expression['value']}"
        nodes += branch
        connect(start, branch[0]["id"], city.name if routed else None)
        for source, target in pairwise(branch):
            connect(source["id"], target["id"])
        connect(branch[-1]["id"], "out")
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


@cache
def engine() -> zen.ZenEngine:
    """The engine with both graphs, parsed and compiled once when it is made.

    A static loader with ``engine.evaluate`` is several times faster than ``create_decision`` or
    ``get_decision`` with ``decision.evaluate`` (zen-engine 2.1.3), so it is used here.
    """
    content = {"routed": model(routed=True), "all": model(routed=False)}
    return zen.ZenEngine({"loader": {"type": "static", "content": content}})


def context(row: Row) -> dict[str, Any]:
    """A flat row with values that ZEN takes from Python: no Decimal, no date."""
    return {
        name: (
            float(value)
            if isinstance(value, Decimal)
            else value.isoformat()
            if isinstance(value, date)
            else value
        )
        for name, value in row.items()
    }


_NAMES: Final = tuple(
    (measure, f"{identifier(measure)}_certain", f"{identifier(measure)}_ceiling")
    for measure in MEASURES
)


def zen_context(values: dict[str, Any], *, routed: bool = True) -> Figures:
    """Certain and ceiling of every measure, for values that ``context`` has prepared."""
    result = engine().evaluate("routed" if routed else "all", values)["result"]
    return {
        measure: (result.get(certain, 0.0), result.get(ceiling, 0.0))
        for measure, certain, ceiling in _NAMES
    }


def zen_row(row: Row, *, routed: bool = True) -> Figures:
    """Certain and ceiling of every measure for one flat row."""
    return zen_context(context(row), routed=routed)


def zen_one(profile: Profile, *, routed: bool = True) -> Figures:
    """Certain and ceiling of every measure for one nested profile."""
    return zen_context(context(flatten(profile)), routed=routed)


def zen_many(profiles: Iterable[Profile], *, routed: bool = True) -> list[Figures]:
    """The same for many profiles, one record after the other."""
    return [zen_one(profile, routed=routed) for profile in profiles]


if __name__ == "__main__":
    print(json.dumps(model(), ensure_ascii=False, indent=1))
