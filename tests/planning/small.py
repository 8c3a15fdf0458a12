"""Small planning problems from a seed, over an invented city of two districts and a neighbour."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from huice import Corpus

STEP = 100_000
"""Yuan: what is spent, and every threshold, is a multiple of it."""
PLACES = ("yunlan/a", "yunlan/b", "qinghe")

VOCABULARY = """
kinds:
  contract: {zh: 合同, en: contract, list: contracts}
  project: {zh: 项目, en: project, list: projects}
facts:
  org.place:
    type: place
    label: {zh: 注册地, en: Place of registration}
    question: {zh: 注册在哪里？, en: Where is it registered?}
    options:
      yunlan/a: {zh: 云澜甲区, en: Yunlan A}
      yunlan/b: {zh: 云澜乙区, en: Yunlan B}
      qinghe: {zh: 清河市, en: Qinghe}
      other: {zh: 其他城市, en: Elsewhere}
  org.filed: {type: truth, label: {zh: 已备案, en: Filed}, question: {zh: 已备案？, en: Filed?}}
  contract.item:
    type: choice
    label: {zh: 采购内容, en: What is bought}
    question: {zh: 买什么？, en: What is bought?}
    options:
      compute: {zh: 算力, en: computing}
      model: {zh: 模型, en: models}
  contract.paid: {key: paid_yuan, type: money, label: {zh: 实付额, en: Amount paid}, question: {zh: 实付多少？, en: How much was paid?}}
  project.cost: {key: cost_yuan, type: money, label: {zh: 项目费用, en: Cost of the project}, question: {zh: 费用多少？, en: What does it cost?}}
"""


def wan(yuan: int) -> str:
    return f"{yuan // 10_000}万元"


def measure(random: Random, number: int) -> dict[str, Any]:
    """One invented measure; rates and caps meet only at multiples of the step."""
    place = random.choice(["yunlan", "yunlan", "yunlan/a", "yunlan/b", "qinghe"])
    id_ = f"{place.split('/', maxsplit=1)[0]}/m{number}"
    item = random.choice(["compute", "compute", "model"])
    rate = random.choice([20, 50, 100])
    cap = wan(STEP * random.choice([1, 2, 3]) * rate // 100)
    paid = f"contract.item is {item}"
    pays = random.choice(["pays", "pays at most"])
    spent: dict[str, Any] = {
        "for each": "contract",
        "requires": [{"采购": paid}],
        pays: f"{rate}% of contract.paid",
    }
    kind = random.choice(
        [
            "plain",
            "yearly",
            "lifetime",
            "both",
            "tier",
            "once",
            "lasts",
            "award",
            "falling",
            "project",
            "jump",
        ]
    )
    body: dict[str, Any] = dict(spent)
    if kind in ("yearly", "both"):
        body["limits"] = [f"{cap} per org per year"]
    if kind in ("lifetime", "both"):
        body["limits"] = [
            *body.get("limits", []),
            f"{wan(STEP * 4 * rate // 100)} per org in total",
        ]
    if kind == "tier":
        edge = wan(STEP * random.choice([1, 2, 3]))
        low = random.choice([10, 20])
        body[pays] = [
            f"50% of contract.paid if total(contract.paid where {paid}) <= {edge}",
            f"{low}% of contract.paid otherwise",
        ]
    if kind == "jump":
        edge = wan(STEP * random.choice([2, 3]))
        body["requires"] = [{"采购": paid}, {"达到": f"contract.paid >= {edge}"}]
        body[pays] = wan(STEP * random.choice([1, 2]))
    if kind == "once":
        body["limits"] = [f"{cap} per org in total"]
        body["paid once"] = "per applicant"
    if kind == "lasts":
        body["limits"] = [f"{cap} per org per year"]
        run = random.choice(["any", "unbroken", "window"])
        body["lasts"] = (
            {"at most": random.choice(["1年", "2年"]), "run": run} if run != "any" else "2年"
        )
    if kind == "award":
        body = {
            "requires": [{"备案": "org.filed"}],
            pays: f"{wan(STEP * random.choice([1, 2]))} per org in total",
        }
        if random.random() < 0.5:
            body["paid once"] = "per applicant"
    if kind == "falling":
        body[pays] = [
            f"{rate}% of contract.paid if support_year = 1",
            f"{max(rate // 2, 10)}% of contract.paid otherwise",
        ]
        body["lasts"] = "3年"
    if kind == "project":
        body = {
            "for each": "project",
            "requires": [{"项目": "project.cost > 0元"}],
            pays: f"{rate}% of project.cost",
        }
        body["limits"] = [f"{wan(STEP * 2)} per project in total"]
        if random.random() < 0.5:
            body["paid once"] = "per project"
    if random.random() < 0.2:
        body["judged by authority"] = ["经评审"]
    if random.random() < 0.2:
        body["draws on"] = f"{id_}-pool"
        pool = {
            "id": f"{id_}-pool",
            "text": f"事项{number}。",
            "holds": wan(STEP * random.choice([1, 2])),
            "yearly": random.random() < 0.5,
        }
        body["pool"] = pool
    return {
        "id": id_,
        "place": place,
        "title": {"zh": f"事项{number}", "en": f"measure {number}"},
        "gives": "cash",
        **body,
    }


def groups(random: Random, ids: list[str]) -> list[dict[str, Any]]:
    """Up to two groups of two measures, of different members."""
    left = random.sample(ids, len(ids))
    found: list[dict[str, Any]] = []
    while len(left) > 1 and random.random() < 0.6:
        kind = random.choice(
            ["same_measure", "alternatives", "stacking", "joint", "same_cost", "exclusive"]
        )
        members = [left.pop(), left.pop()]
        group: dict[str, Any] = {
            "id": f"g{len(found)}",
            "kind": kind,
            "members": members,
            "says": {"zh": "同组", "en": "one group"},
        }
        if kind == "joint":
            period = random.choice(["per year", "in total"])
            group["ceiling"] = f"{wan(STEP * random.choice([1, 2]))} per org {period}"
        found.append(group)
    return found


def write_corpus(random: Random, folder: Path, count: int) -> None:
    """A corpus of so many measures, as files (JSON is YAML)."""
    measures = [measure(random, number) for number in range(count)]
    documents: dict[str, list[dict[str, Any]]] = {}
    for one in measures:
        documents.setdefault(one.pop("place"), []).append(one)
    names = []
    for place, listed in documents.items():
        name = f"{place.split('/', maxsplit=1)[0]}/{place.replace('/', '-')}"
        names.append(name)
        text = "".join(f"{one['title']['zh']}。" for one in listed)
        for one in listed:
            one["text"] = f"{one['title']['zh']}。"
        pools = [one.pop("pool") for one in listed if "pool" in one]
        data = {
            "document": name,
            "pools": pools,
            "title": {"zh": place, "en": place},
            "place": place,
            "text": text,
            "measures": listed,
        }
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    (folder / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    parts = [{"document": name} for name in names]
    (folder / "corpus.yaml").write_text(
        json.dumps({"version": "1", "parts": parts}), encoding="utf-8"
    )
    listed_groups = groups(random, [one["id"] for one in measures])
    (folder / "groups.yaml").write_text(
        json.dumps(listed_groups, ensure_ascii=False), encoding="utf-8"
    )


ITEMS: tuple[dict[str, Any], ...] = (
    {
        "item": "compute",
        "mode": "rent",
        "purposes": ["training", "tuning"],
        "traits": ["district_compute"],
    },
    {
        "item": "model",
        "mode": "api",
        "purposes": ["vertical_application"],
        "traits": ["third_party_model", "cac_filed_model"],
    },
)


def shipped_problem(random: Random, corpus: Corpus) -> dict[str, Any]:
    """A small problem over the law of one place of the five cities: measures that support contracts."""
    place = random.choice(
        [one for one in corpus.places if one not in ("beijing/other", "guangzhou/other")]
    )
    near = [
        one for one in corpus.measures if place == one.place or place.startswith(one.place + "/")
    ]
    paying = [
        one.id for one in near if one.quantified and one.benefit and one.subject == "contract"
    ]
    others = [
        one.id
        for one in near
        if one.quantified and one.benefit and one.kept and one.id not in paying
    ]
    only = [*paying, *random.sample(others, min(len(others), max(0, 4 - len(paying))))][:4]
    kinds = random.choice([1, 1, 2])
    years = 1 if kinds > 1 else random.choice([1, 2])
    records = {"cac_genai_filing": "2025-03-01"} if random.random() < 0.5 else {}
    traits = random.sample(["general_model", "vertical_model", "genai", "startup"], 2)
    org = {
        "kind": "enterprise",
        "size": random.choice(["small", "large"]),
        "traits": traits,
        "records": records,
        "registered_on": "2024-06-01",
        "settlement": random.choice(["newly_registered", "established"]),
    }
    spending = []
    for number, facts in enumerate(random.sample(ITEMS, kinds)):
        total = STEP * random.choice([6, 8])
        one: dict[str, Any] = {
            "id": f"s{number}",
            "facts": facts,
            "money": ["amount_yuan", "paid_yuan"],
        }
        one["total"] = {"max": total} if random.random() < 0.5 else total
        spending.append(one)
    empty: dict[str, Any] = {"people": [], "projects": [], "premises": [], "contracts": []}
    return {
        "profile": {"as_of": "2025-06-30", "org": org, **empty},
        "years": years,
        "places": [{"place": place, "setup": 0, "yearly": 0}],
        "spending": spending,
        "measures": {"only": only},
        "objective": random.choice(["certain", "ceiling", {"certain": "50%", "ceiling": "50%"}]),
        "stacking": "stated",
        "net": False,
    }


def problem(random: Random, corpus: Corpus) -> dict[str, Any]:
    """A small problem: 1-3 years, 1-3 places, up to two kinds of spending, perhaps a choice."""
    years = random.choice([1, 2, 2, 3])
    kinds = random.choice([0, 1, 1, 2]) if years < 3 else 1
    spending = []
    for item in ["compute", "model"][:kinds]:
        total = STEP * random.choice([2, 3, 4])
        one: dict[str, Any] = {"id": item, "facts": {"item": item}}
        one["total"] = total if random.random() < 0.5 else {"max": total}
        if random.random() < 0.4:
            one["yearly"] = {
                "max": -(-total // years // STEP) * STEP + STEP * random.choice([0, 1])
            }
        spending.append(one)
    org: dict[str, Any] = {"place": "yunlan/a", "filed": random.random() < 0.3}
    if random.random() < 0.2:
        del org["filed"]
    ids = [one.id for one in corpus.measures]
    if random.random() < 0.3:
        org["paid_history"] = {
            random.choice(ids): {
                "years": random.choice([1, 1, 2]),
                "amount_yuan": random.choice([STEP // 10, STEP]),
            }
        }
    decided = {
        one.id: {"decision": random.choice(["granted", "granted", "refused"])}
        for one in corpus.measures
        if one.rule.judged and random.random() < 0.5
    }
    found: dict[str, Any] = {
        "profile": {
            "as_of": "2025-06-30",
            "org": org,
            "decisions": decided,
            "projects": random.choice(
                [[], [{"cost_yuan": STEP * 2}], [{"cost_yuan": STEP}, {"cost_yuan": STEP * 3}]]
            ),
            "contracts": [] if random.random() < 0.8 else [{"item": "model", "paid_yuan": STEP}],
        },
        "years": years,
        "places": [
            {
                "place": place,
                "setup": random.choice([0, STEP]),
                "yearly": random.choice([0, 10_000]),
            }
            for place in random.sample(PLACES, random.choice([1, 2, 3]))
        ],
        "spending": spending,
        "objective": random.choice(["certain", "ceiling", {"certain": "50%", "ceiling": "50%"}]),
        "stacking": random.choice(["stated", "prudent"]),
        "net": random.random() < 0.5,
    }
    if random.random() < 0.4:
        found["choices"] = [
            {
                "id": "filing",
                "options": [
                    {"id": "wait"},
                    {
                        "id": "file",
                        "cost": random.choice([0, STEP // 2]),
                        "facts": {"org": {"filed": True}},
                    },
                ],
            }
        ]
    return found
