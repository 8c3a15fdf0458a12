"""Random profiles: realistic, nasty, and biased so that measures really apply.

A target measure is chosen; its conditions (under the readings picked for it) are mostly made
to hold, everything else is random; then facts are taken away. Numbers are ``int`` or
``Decimal``, dates ISO strings, so that a profile survives YAML.
"""

from __future__ import annotations

import ast
import copy
import random
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from .expressions import (
    ENTITY_KINDS,
    add_months,
    clipped,
    entity_kind_of,
    load_yaml,
    move_to_year,
    parsed,
)
from .facts import LIST_OF
from .oracle import MEASURES, POOLS, REGISTER, measure_under_readings

Profile = dict[str, Any]
Money = int | Decimal
VOCABULARY: dict[str, Any] = load_yaml(
    Path(__file__).with_name("vocabulary.yaml").read_text(encoding="utf-8")
)
FACTS: dict[str, dict[str, Any]] = {f["name"]: f for f in VOCABULARY["facts"]}
AWKWARD_DATES = ["2020-02-29", "2024-02-29", "2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01"]
CALLS_ABOUT_DATES = {"months_at_least", "months_at_most", "months_more_than", "months_less_than"}


# --------------------------------------------------------------------- values


@cache
def landmarks_of(measure_id: str) -> list[Fraction]:
    """Caps, pool and thresholds of one measure, and the bases at which they are met."""
    measure = MEASURES[measure_id]
    amount = measure["amount"]
    tiers = amount.get("tiers") or []
    rates = [Fraction(x["rate"]) for x in [amount, *tiers] if "rate" in x]
    sums = [Fraction(c["yuan"]) for c in measure["caps"]]
    sums += [Fraction(t["cap"]) for t in tiers if "cap" in t]
    sums += [Fraction(f) for f in amount.get("fixed") or []]
    if measure["pool"]:
        sums.append(Fraction(POOLS[measure["pool"]]["yuan"]))
    found = set(sums) | {s / r for s in sums for r in rates}
    if amount.get("marginal_threshold"):
        found.add(Fraction(amount["marginal_threshold"]))
    return sorted(found)


@cache
def landmarks() -> list[Fraction]:
    """The landmarks of every measure and the thresholds written in conditions."""
    found = {Fraction(n) for n in (20_000_000, 50_000_000, 100_000_000)}
    return sorted(found.union(*(landmarks_of(m) for m in MEASURES)))


def plain(value: Fraction) -> Money:
    """A number cut to two places, as int if it is whole."""
    cents = Decimal(value.numerator) / Decimal(value.denominator)
    cents = cents.quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return int(cents) if cents == int(cents) else cents


def money(rng: random.Random, around: list[Fraction] | None = None) -> Money:
    """An amount: 0, around a landmark, a part of one, or anything."""
    roll = rng.random()
    if roll < 0.06:
        return 0
    mark = rng.choice(around or landmarks())
    if roll < 0.5:
        step = rng.choice(
            [Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 100), -Fraction(1, 100)]
        )
        return plain(max(Fraction(0), mark + step))
    if roll < 0.7:
        return plain(
            mark * rng.choice([Fraction(1, 2), Fraction(1, 3), Fraction(2, 3), Fraction(3)])
        )
    if roll < 0.9:
        return rng.randrange(1, 400) * rng.choice([100, 1000, 10_000, 100_000])
    return plain(Fraction(rng.randrange(1, 10**9), 100))


def options(fact: str) -> list[str]:
    """The options of an enumerated fact."""
    return list(FACTS[fact]["options"])


def some_of(rng: random.Random, values: list[str], most: int = 3) -> list[str]:
    """A few values, possibly none."""
    return rng.sample(values, rng.randint(0, min(most, len(values))))


def dates_near(rng: random.Random, as_of: date, claim_year: int) -> str:
    """A date at or next to an edge that some rule looks at."""
    claim = move_to_year(as_of, claim_year)
    months = rng.choice([-6, -36, -48, -12, -60])
    edges = [
        add_months(claim, months),
        date(claim_year - rng.randint(0, 3), rng.choice([1, 12]), rng.choice([1, 31])),
        clipped(rng.choice([2020, 2024]), 2, 29),
        date(claim_year - rng.randint(-1, 4), rng.randint(1, 12), rng.randint(1, 28)),
    ]
    return (rng.choice(edges) + timedelta(days=rng.choice([-1, 0, 0, 1]))).isoformat()


# ------------------------------------------------ making a condition come true


class Wish:
    """Facts that would make the conditions of a target hold, by 'kind.fact'."""

    def __init__(self, rng: random.Random, target: str, as_of: date, claim_year: int) -> None:
        self.rng, self.as_of, self.claim_year = rng, as_of, claim_year
        self.set: dict[str, Any] = {}
        self.members: dict[str, list[str]] = {}
        self.landmarks = landmarks_of(target)

    def add(self, node: ast.expr) -> None:
        """Choose facts for one (part of a) condition."""
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                for value in values:
                    self.add(value)
            case ast.BoolOp(values=values):
                self.add(self.rng.choice(values))
            case ast.Call(func=ast.Name(id=name), args=args):
                self._call(name, args)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                self._compare(left, op, right)
            case _:
                raise ValueError(ast.unparse(node))

    def _member(self, node: ast.expr, value: str) -> None:
        self.members.setdefault(ast.unparse(node), []).append(value)

    def _call(self, name: str, args: list[ast.expr]) -> None:
        if name == "within":
            area = ast.literal_eval(args[1])
            inside = [p for p in options("org.place") if p == area or p.startswith(area + "/")]
            self.set["org.place"] = self.rng.choice(inside)
        elif name == "any_in":
            self._member(args[0], self.rng.choice(ast.literal_eval(args[1])))
        elif name == "is_llm":
            self._member(args[0], self.rng.choice(["general_model", "vertical_model"]))
        elif name == "is_ai":
            some = ["general_model", "vertical_model", "genai", "ai", "maas_platform"]
            self._member(args[0], self.rng.choice([*some, "open_source_platform"]))
        elif name in CALLS_ABOUT_DATES:
            claim = move_to_year(self.as_of, self.claim_year)
            back = self.rng.choice([6, 6, 7, 20, 35, 36, 36])
            day = add_months(claim, -back) + timedelta(days=self.rng.choice([-1, 0, 0, 0, 1]))
            self.set["org.registered_on"] = day.isoformat()

    def _compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> None:
        name = ast.unparse(left)
        if "entered_on" in name:  # claim_year - year(org.entered_on)
            back = self.rng.choice([0, 0, 1, 2])
            day = date(
                self.claim_year - back, self.rng.choice([1, 6, 12]), self.rng.choice([1, 2, 30])
            )
            self.set["org.entered_on"] = day.isoformat()
            return
        if isinstance(op, ast.In) and isinstance(left, ast.Constant):
            self._member(right, str(left.value))
            return
        value = ast.literal_eval(right)
        if isinstance(op, ast.In):
            self.set[name] = self.rng.choice(value)
        elif isinstance(op, ast.Eq):
            self.set[name] = value
        elif isinstance(op, ast.NotEq):
            self.set[name] = self.rng.choice([o for o in options(name) if o != value])
        elif name == "project.cases":
            self.set[name] = self.rng.choice([value, value + 1, value, value - 1])
        else:
            top = max(value, 1)
            self.set[name] = plain(
                Fraction(top) * self.rng.choice([1, 1, 2, 5]) + self.rng.choice([0, 0, 1])
            )

    def impose(self, kind: str, facts: dict[str, Any], sure: float = 0.93) -> None:
        """Write the wishes for one kind into an entity (or the org), nearly always."""
        for path, value in self.set.items():
            if path.startswith(kind + ".") and self.rng.random() < sure:
                facts[path.split(".")[1]] = value
        for path, values in self.members.items():
            if not path.startswith(kind + ".") or path == "org.records":
                continue
            have = facts[path.split(".")[1]] = facts.get(path.split(".")[1]) or []
            have.extend(v for v in values if v not in have and self.rng.random() < sure)


# ------------------------------------------------------------------- entities


def _org(rng: random.Random, as_of: date, year: int) -> dict[str, Any]:
    org: dict[str, Any] = {
        "place": rng.choice(options("org.place")),
        "kind": rng.choice(["enterprise"] * 5 + options("org.kind")),
        "size": rng.choice(options("org.size")),
        "traits": some_of(rng, options("org.traits"), 4),
        "registered_on": dates_near(rng, as_of, year),
        "settlement": rng.choice(options("org.settlement")),
        "entered_on": dates_near(rng, as_of, year),
        "revenue_yuan": money(rng, [Fraction(n) for n in (20_000_000, 50_000_000, 100_000_000)]),
        "records": {r: _record(rng, year) for r in some_of(rng, options("org.records"), 4)},
    }
    return org


def _record(rng: random.Random, year: int, ensure: bool = False) -> Any:
    """One date or several, some after the claim year; with ``ensure`` one lies in it."""

    def day(y: int) -> str:
        if rng.random() < 0.3:
            return rng.choice([f"{y}-12-31", f"{y}-01-01"])
        return date(y, rng.randint(1, 12), rng.randint(1, 28)).isoformat()

    first = day(year if ensure else year + rng.choice([-2, -1, -1, 0, 0, 0, 1, 2]))
    if rng.random() < 0.6:
        return first
    more = [day(year + rng.choice([-1, 0, 1, 1, 2, 3])) for _ in range(rng.randint(0, 3))]
    return [first, *more]


def _entity(rng: random.Random, kind: str, year: int) -> dict[str, Any]:
    if kind == "person":
        return {
            "statuses": some_of(rng, options("person.statuses")),
            "role": rng.choice(options("person.role")),
            "salary_yuan": money(rng, [Fraction(600_000), Fraction(300_000)]),
        }
    if kind == "project":
        return {
            "kinds": some_of(rng, options("project.kinds")),
            "cost_yuan": money(rng),
            "upstream_grant_yuan": money(rng),
            "cases": rng.choice([0, 1, 9, 10, 11, 25]),
            "contract_yuan": money(rng, [Fraction(20_000_000)]),
        }
    if kind == "contract":
        amount = money(rng)
        paid = rng.choice([amount, amount, money(rng), plain(Fraction(amount) / 2)])
        return {
            "item": rng.choice(options("contract.item")),
            "mode": rng.choice(options("contract.mode")),
            "purposes": some_of(rng, options("contract.purposes")),
            "traits": some_of(rng, options("contract.traits"), 4),
            "amount_yuan": amount,
            "paid_yuan": paid,
        }
    premises: dict[str, Any] = {
        "site": rng.choice(options("premises.site")),
        "tenure": rng.choice(options("premises.tenure")),
        "cost_yuan": money(rng),
        "area_sqm": rng.choice(
            [0, 1, 80, 100, 333, 500, 1000, 2000, Decimal("133.5"), Decimal("0.01")]
        ),
    }
    if rng.random() < 0.5:
        premises["period"] = _period(rng, year + rng.choice([0, 0, 0, 0, -1, 1]))
    return premises


def _period(rng: random.Random, year: int) -> list[str]:
    first = date(year, rng.randint(1, 12), rng.choice([1, 1, 15, 28]))
    if rng.random() < 0.15:
        first = clipped(year, rng.choice([1, 2]), rng.choice([29, 30, 31]))
    ends = [
        date(year, 12, 31),
        clipped(year, rng.randint(1, 12), 31),
        add_months(first, rng.randint(1, 11)) - timedelta(days=rng.choice([0, 1, 1, 2])),
        clipped(year, 2, 29),
    ]
    last = rng.choice(ends)
    if last < first or last.year != year:
        last = date(year, 12, 31)
    return [first.isoformat(), last.isoformat()]


def _forget(
    rng: random.Random, facts: dict[str, Any], share: float, keep: set[str] | None = None
) -> None:
    """Take facts away: absent is unknown. Wished-for facts are forgotten less often."""
    for name in list(facts):
        if name in ("id", "paid_history"):
            continue
        if rng.random() < (share / 5 if keep and name in keep else share):
            if rng.random() < 0.03:
                facts[name] = None
            else:
                del facts[name]


def _list(
    rng: random.Random, kind: str, year: int, wish: Wish, needed: bool, forget: float
) -> list[dict[str, Any]]:
    count = rng.choice([1, 1, 1, 2, 2, 3, 4] if needed else [0, 0, 1, 1, 2, 3, 4])
    ids = rng.random() < 0.5
    made = []
    for n in range(count):
        entity = _entity(rng, kind, year)
        wished = needed and (n == 0 or rng.random() < 0.5)
        if wished:
            for name in entity:
                if name.endswith("_yuan") and rng.random() < 0.5:
                    entity[name] = money(rng, wish.landmarks)
            wish.impose(kind, entity)
        keep = {p.split(".")[1] for p in [*wish.set, *wish.members] if p.startswith(kind + ".")}
        _forget(rng, entity, forget, keep if wished else None)
        if ids or rng.random() < 0.1:
            entity = {"id": f"{kind[:2]}{n}", **entity}
        made.append(entity)
    rng.shuffle(made)
    return made


def _changed_list(
    rng: random.Random, kind: str, year: int, base: list[dict[str, Any]] | None, wish: Wish
) -> list[dict[str, Any]]:
    """A list for one later year: kept, re-ordered, re-priced, cut down, enlarged or new."""
    found = copy.deepcopy(base or [])
    roll = rng.random()
    if roll < 0.15:
        return []
    if roll < 0.3:
        rng.shuffle(found)
    if roll > 0.8 or not found:
        found.append({"id": f"n{rng.randint(0, 3)}", **_entity(rng, kind, year)})
    elif roll > 0.7:
        found.pop()
    for entity in found:
        for name in entity:
            if name.endswith("_yuan") and rng.random() < 0.5:
                entity[name] = money(rng, rng.choice([None, wish.landmarks]))
        if rng.random() < 0.4:
            wish.impose(kind, entity)
    return found


# ------------------------------------------------------------------- profiles


def _readings(rng: random.Random, target: str) -> dict[str, dict[str, str]]:
    chosen: dict[str, dict[str, str]] = {}
    for mid, measure in MEASURES.items():
        share = 0.35 if mid == target else 0.04
        for reading in measure["readings"]:
            if rng.random() < share and (reading["computed"] or rng.random() < 0.2):
                option = rng.choice(reading["options"])
                chosen.setdefault(mid, {})[reading["id"]] = option["name"]
    for group in REGISTER["groups"]:
        if group["readings"] and rng.random() < 0.15:
            chosen.setdefault(group["id"], {})["rule"] = rng.choice(["highest", "stack"])
    return chosen


def _history(rng: random.Random, measure: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    caps = [Fraction(c["yuan"]) for c in measure["caps"]] or None
    if rng.random() < 0.8:
        entry["years"] = rng.choice([0, 1, 1, 2, 2, 3, 4])
    if rng.random() < 0.8:
        entry["amount_yuan"] = money(rng, caps)
    return entry


def _decision(rng: random.Random, measure: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if rng.random() < 0.9:
        made["decision"] = rng.choice(["granted"] * 6 + ["refused", "pending"])
    caps = [Fraction(c["yuan"]) for c in measure["caps"]] or None
    if rng.random() < 0.2:
        made["amount_yuan"] = money(rng, caps)
    if rng.random() < (0.3 if measure["amount"]["type"] == "rate" else 0.05):
        made["base_yuan"] = money(rng)
    return made


def _pool(rng: random.Random, pool: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = {}
    if pool["unit_value_yuan"] is None or rng.random() < 0.5:
        state["remaining_yuan"] = money(rng, [Fraction(pool["yuan"]), Fraction(1_000_000)])
    if pool["unit_value_yuan"] is not None and rng.random() < 0.8:
        state["remaining_count"] = rng.choice([0, 1, 2, 3, 1999, 2000, 2001])
    return state


def random_profile(rng: random.Random, target: str | None = None) -> Profile:
    """A random profile; most of the conditions of ``target`` (a measure id) mostly hold."""
    if target is None:  # measures with a figure three times as often
        figures = [m for m in MEASURES if MEASURES[m]["gives"] == "amount"]
        target = rng.choice(list(MEASURES) if rng.random() < 0.4 else figures)
    as_of = date(rng.choice([2022, 2023, 2024, 2025, 2025, 2025, 2026, 2027]), 1, 1)
    as_of += timedelta(days=rng.randrange(365))
    if rng.random() < 0.15:
        as_of = date.fromisoformat(
            rng.choice([*AWKWARD_DATES[1:], "2025-12-31", "2026-01-01", "2022-12-31"])
        )
    profile: Profile = {"as_of": as_of.isoformat()}
    claim_year = as_of.year
    if rng.random() < 0.5:
        claim_year += rng.choice([0, 0, 0, 0, -1, 1, 2])
        profile["claim_year"] = claim_year
    readings = _readings(rng, target)
    if readings:
        profile["readings"] = readings

    measure = measure_under_readings(target, profile)
    wish = Wish(rng, target, as_of, claim_year)
    for condition in measure["conditions"]:
        if rng.random() < 0.97:
            wish.add(parsed(condition["expr"]))
    forget = rng.choice([0.0, 0.05, 0.15, 0.4])

    org = _org(rng, as_of, claim_year)
    wish.impose("org", org)
    for record in wish.members.get("org.records", []):
        org["records"][record] = _record(rng, claim_year, ensure=rng.random() < 0.8)
    _forget(
        rng,
        org,
        forget,
        {p.split(".")[1] for p in [*wish.set, *wish.members] if p.startswith("org.")},
    )
    history = {
        m: _history(rng, MEASURES[m])
        for m in MEASURES
        if rng.random() < (0.2 if m == target else 0.02)
    }
    if history:
        org["paid_history"] = history
    if org or rng.random() < 0.9:
        profile["org"] = org

    needed = {entity_kind_of(c["expr"]) for c in measure["conditions"]} | {measure["subject"]}
    for kind in ENTITY_KINDS:
        if rng.random() < (0.05 if kind in needed else 0.25):
            continue  # an absent list: one entity of which nothing is known
        if rng.random() < (0.02 if kind in needed else 0.15):
            profile[LIST_OF[kind]] = []
            continue
        profile[LIST_OF[kind]] = _list(rng, kind, claim_year, wish, kind in needed, forget)

    _several_years(rng, profile, claim_year, wish)
    decisions = {
        m: _decision(rng, MEASURES[m])
        for m in MEASURES
        if rng.random() < ((0.6 if measure["judgements"] else 0.3) if m == target else 0.05)
    }
    if decisions:
        profile["decisions"] = decisions
    pools = {
        p: _pool(rng, pool)
        for p, pool in POOLS.items()
        if rng.random() < (0.4 if p == measure["pool"] else 0.08)
    }
    if pools:
        profile["pools"] = pools
    return profile


def _several_years(rng: random.Random, profile: Profile, claim_year: int, wish: Wish) -> None:
    """A horizon and facts that differ from year to year."""
    if rng.random() < 0.6:
        profile["horizon_years"] = rng.choice([1, 1, 2, 2, 3, 4, 5])
    if rng.random() < 0.4:
        years: dict[int, dict[str, Any]] = {}
        for year in sorted(rng.sample(range(claim_year, claim_year + 5), rng.randint(1, 3))):
            entry: dict[str, Any] = {}
            if rng.random() < 0.5:
                fresh = _org(rng, date.fromisoformat(profile["as_of"]), year)
                names = rng.sample(list(fresh), rng.randint(1, 2))
                if rng.random() < 0.5:
                    names = ["revenue_yuan"]
                entry["org"] = {name: fresh[name] for name in names}
                if rng.random() < 0.5:  # what the target needs is known this year, maybe only now
                    wish.impose("org", entry["org"])
                    entry["org"].pop("place", None)
                    for name in entry["org"]:
                        if rng.random() < 0.3:
                            profile.get("org", {}).pop(name, None)
            for kind in ENTITY_KINDS:
                if rng.random() < 0.3:
                    name = LIST_OF[kind]
                    entry[name] = _changed_list(rng, kind, year, profile.get(name), wish)
            years[year] = entry
        profile["years"] = years
