"""Independent reference evaluator: the register read straight from its semantics.

It is the second reader in differential tests: plain, slow, exact, and written without
knowledge of the product's engine. Section numbers refer to the semantics text.

Points where that text leaves a choice, with the choice made here:

 1. ``as_of`` inside a year - in conditions and in "as_of before valid_from" - is the claim
    date of that year, not the raw date of the profile.
 2. Unknown amounts are intervals [0, unlimited): min(unknown, limit) = limit. So a known
    unit cap bounds hi although the base is unknown, also with ``on: price``.
 3. paid_yuan unknown with amount_yuan = 0: the base is unknown, not known to be 0; the
    entity stays, with hi = 0.
 4. Unit caps with an unknown quantity: lo = 0 and no limit on hi, also if another quantity
    is known to be 0.
 5. base_yuan touches rate measures only; a ``bound`` of a ceiling is not a base. The
    entities with a known base of 0 are left out first; base_yuan = 0 then gives amounts of 0
    without changing the status. The merged entity has one identity over all years and the
    facts of the first entity left (rates; item in the marginal reading).
 6. Tiers with ``cap`` set hi of the entity and year; the once cap per project stays
    caps[0].yuan, so a lower tier can be paid again in later years up to that cap.
 7. Per-entity once caps ignore paid_history (it names no entity), also for unit lab. What an
    entity received is counted before the org caps and the pool; what the org received is
    counted after the pool. lo and hi keep separate accounts, so a year may add to certain
    although its hi is used up.
 8. An unknown hi counts as hi > 0 (one-off, duration, run), also for measures whose gives is
    not amount. A year whose hi is cut to 0 by a pool is a year without payment.
 9. A one-off already paid within the horizon leaves the status of later years as it is, with
    0 yuan; only paid_history excludes. A year can be the paid one while V is unknown.
10. A paid_history entry without years counts as 1 year, without amount as 0 yuan; with
    years: 0 it is still an entry (one-off excluded) but starts no run. Its years are taken to
    lie directly before claim_year (``window``, ``unbroken``).
11. amount_yuan needs an eligible status, not the word granted; it also sets certain and
    ceiling of measures whose gives is not amount. ``years`` then is 1 (the first eligible
    year), else the years found before.
12. Marginal tiers: a contract whose item is unknown counts as computing (hi); the reading
    "model-in-sme: both" does not widen "total computing base".
13. ``clause_cap_yuan`` is read under the chosen readings; figures of unit caps are none.
14. Period: both ends move to the year by month and day; 29 Feb is clipped to 28.
15. Totals: benefit: false members are outside the amounts, years and warnings but inside
    status and counts. Only gives: amount is added, so an approved sum on an unquantified
    measure is not. A null ceiling counts as nothing (all null: 0), its certain amount counts.
    ceiling_of_eligible takes the eligible members only, then the highest of each group.
16. A same_cost warning is given when at least two members of the set, added or not, have a
    certain amount or a known ceiling above 0.
17. paid_history is read from org, not from the yearly overrides. An explicit null is an
    absent fact. An unknown reading id in a profile is ignored.
18. A count expression that is unknown makes hi unknown and its cap without effect.
19. Status ``unknown`` because of ``validity.after: unknown`` still counts hi.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

from .amounts import (
    ZERO,
    Amount,
    Qualified,
    count_of,
    cut,
    entity_amount,
    marginal_amount,
    qualify,
    year_value,
)
from .expressions import load_yaml, number, to_date
from .facts import YearFacts, claim_year_of, year_facts, years_of

STATUSES = ["eligible", "discretionary", "unknown", "expired", "ineligible"]  # best first
REGISTER: dict[str, Any] = load_yaml(
    Path(__file__).with_name("register.yaml").read_text(encoding="utf-8")
)
MEASURES: dict[str, dict[str, Any]] = {m["id"]: m for m in REGISTER["measures"]}
POOLS: dict[str, dict[str, Any]] = {p["id"]: p for p in REGISTER["pools"]}


# ------------------------------------------------------------------- readings


def measure_under_readings(measure_id: str, profile: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the register entry patched with the readings the profile chose."""
    measure = copy.deepcopy(MEASURES[measure_id])
    chosen = (profile.get("readings") or {}).get(measure_id) or {}
    for reading in measure["readings"]:
        name = chosen.get(reading["id"], reading["default"])
        if name == reading["default"]:
            continue
        option = next(o for o in reading["options"] if o["name"] == name)
        for path, value in (option.get("set") or {}).items():
            _set_path(measure, path, copy.deepcopy(value))
        dropped = option.get("drop_conditions") or []
        kept = [c for c in measure["conditions"] if c["id"] not in dropped]
        replaced = option.get("replace_conditions") or {}
        kept = [{**c, "expr": replaced.get(c["id"], c["expr"])} for c in kept]
        measure["conditions"] = kept + list(option.get("add_conditions") or [])
        measure["judgements"] = measure["judgements"] + list(option.get("add_judgements") or [])
    return measure


def _set_path(target: Any, path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        target = target[int(step)] if isinstance(target, list) else target[step]
    if isinstance(target, list):
        target[int(last)] = value
    else:
        target[last] = value


# ---------------------------------------------------------------- one measure


class _Course:
    """One measure over all years: what has been paid so far, and what that excludes."""

    def __init__(self, measure: dict[str, Any], profile: Mapping[str, Any]) -> None:
        self.measure = measure
        self.profile = profile
        self.decision = (profile.get("decisions") or {}).get(measure["id"]) or {}
        history = (profile.get("org") or {}).get("paid_history") or {}
        self.has_history = measure["id"] in history
        entry = history.get(measure["id"]) or {}
        years = entry.get("years")
        self.history_years = (1 if years is None else int(years)) if self.has_history else 0
        self.history_yuan = number(entry.get("amount_yuan")) or ZERO
        self.paid_years: list[int] = []
        self.run_ended = False
        self.paid_entities: set[Any] = set()
        self.received_by_entity: dict[Any, tuple[Fraction, Fraction]] = {}
        self.received: tuple[Fraction, Fraction] = (ZERO, ZERO)

    def excluded_by_history(self, year: int) -> bool:
        """Section 9: can nothing more be paid in this year?"""
        if self.measure["one_off"] is True and self.has_history:
            return True
        for cap in self.measure["caps"]:
            if cap["unit"] == "org" and cap["period"] == "once":
                if self.has_history and self.history_yuan >= cap["yuan"]:
                    return True
        duration = self.measure["duration"] or {}
        longest = duration.get("max_years")
        if longest is None:
            return False
        if self.history_years + len(self.paid_years) >= longest:
            return True
        if duration["consecutive"] == "unbroken":
            return self.run_ended
        if duration["consecutive"] == "window":
            first = self._first_paid_year()
            return first is not None and year >= first + longest
        return False

    def _first_paid_year(self) -> int | None:
        if self.history_years > 0:
            return claim_year_of(self.profile) - self.history_years
        return self.paid_years[0] if self.paid_years else None

    def year(self, year: int) -> tuple[str, Amount]:
        """Status and amount of one year; remembers what was paid."""
        facts = year_facts(self.profile, year)
        qualified = qualify(self.measure, facts)
        status = self._status(facts, qualified)
        amount: Amount = (ZERO, ZERO)
        if status not in ("ineligible", "expired"):
            amount = self._amount(facts, qualified, status)
        pays = amount[1] is None or amount[1] > 0
        if pays:
            self.paid_years.append(year)
        elif self.history_years > 0 or self.paid_years:
            self.run_ended = True
        self.received = (
            self.received[0] + amount[0],
            self.received[1] + (amount[1] or ZERO),
        )
        return status, amount

    def _status(self, facts: YearFacts, qualified: Qualified) -> str:
        """Section 6, in its order."""
        value = year_value(qualified)
        decision = self.decision.get("decision")
        validity = self.measure["validity"] or {}
        valid_from = to_date(validity.get("valid_from"))
        valid_to = to_date(validity.get("valid_to"))
        if value is False or decision == "refused":
            return "ineligible"
        if valid_from is not None and facts.claim_date < valid_from:
            return "ineligible"
        if self.excluded_by_history(facts.year):
            return "ineligible"
        if valid_to is not None and facts.claim_date > valid_to:
            return "unknown" if validity.get("after") == "unknown" else "expired"
        if value is None:
            return "unknown"
        if self.measure["judgements"] and decision != "granted":
            return "discretionary"
        return "eligible"

    def _amount(self, facts: YearFacts, qualified: Qualified, status: str) -> Amount:
        """Sections 7 to 9 for a year in which something may be paid."""
        measure = self.measure
        if measure["one_off"] is True and self.paid_years:
            return ZERO, ZERO
        summed = self._sum(facts, qualified, status == "eligible")
        # caps of the whole organisation
        for cap in measure["caps"]:
            if cap["unit"] == "org":
                used = (ZERO, ZERO)
                if cap["period"] == "once":
                    used = (
                        self.received[0] + self.history_yuan,
                        self.received[1] + self.history_yuan,
                    )
                summed = cut(summed, cap["yuan"] - used[0], cap["yuan"] - used[1])
        return self._pool(summed, facts.year)

    def _sum(self, facts: YearFacts, qualified: Qualified, eligible: bool) -> Amount:
        """Entity amounts with their own caps, added up."""
        measure, rule = self.measure, self.measure["amount"]
        base = number(self.decision.get("base_yuan")) if rule["type"] == "rate" else None
        value = year_value(qualified)
        entities = [(e, v, e.key) for e, v in qualified]
        if base is not None:
            entities = [(qualified[0][0], value, ("approved base", None))]
        if rule.get("tier_mode") == "marginal":
            lo, hi = marginal_amount(rule, facts, [e for e, _, _ in entities], base)
            return (lo if eligible and value is True else ZERO), hi
        if rule["type"] == "fixed" and rule.get("per", "org") == "org":
            lo, hi = entity_amount(measure, facts, qualified[0][0], None)
            return (lo if eligible and value is True else ZERO), hi
        total_lo, total_hi = ZERO, ZERO
        unknown = False
        for entity, truth, key in entities:
            if measure["one_off"] == "per_entity" and key in self.paid_entities:
                continue
            lo, hi = entity_amount(measure, facts, entity, base)
            if not eligible or truth is not True:
                lo = ZERO
            lo, hi = self._entity_caps((lo, hi), key, facts)
            if hi is None or hi > 0:
                self.paid_entities.add(key)
            got = self.received_by_entity.get(key, (ZERO, ZERO))
            self.received_by_entity[key] = (got[0] + lo, got[1] + (hi or ZERO))
            total_lo += lo
            if hi is None:
                unknown = True
            else:
                total_hi += hi
        return total_lo, None if unknown else total_hi

    def _entity_caps(self, amount: Amount, key: Any, facts: YearFacts) -> Amount:
        for cap in self.measure["caps"]:
            if cap["unit"] == "org":
                continue
            limit: Fraction | None = Fraction(cap["yuan"])
            if cap["unit"] == "lab":
                count = count_of(self.measure["amount"], facts.env())
                limit = None if count is None else limit * count  # type: ignore[operator]
            if limit is None:
                continue
            got = (ZERO, ZERO)
            if cap["period"] == "once":
                got = self.received_by_entity.get(key, got)
            amount = cut(amount, limit - got[0], limit - got[1])
        return amount

    def _pool(self, amount: Amount, year: int) -> Amount:
        pool = POOLS[self.measure["pool"]] if self.measure["pool"] else None
        if pool is None or not pool["limits_one_claim"]:
            return amount
        left = Fraction(pool["yuan"])
        if pool["period"] == "once" or year == claim_year_of(self.profile):
            state = (self.profile.get("pools") or {}).get(pool["id"]) or {}
            yuan, count = number(state.get("remaining_yuan")), number(state.get("remaining_count"))
            if yuan is not None:
                left = min(left, yuan)
            if count is not None and pool["unit_value_yuan"] is not None:
                left = min(left, count * pool["unit_value_yuan"])
        used = self.received if pool["period"] == "once" else (ZERO, ZERO)
        lo, hi = cut(amount, left - used[0], left - used[1])
        return lo, None if amount[1] is None else hi  # a pool does not replace a cap


def clause_cap_of(measure: Mapping[str, Any]) -> Fraction | None:
    """The figure the clause states for one unit and one period, or None."""
    amount = measure["amount"]
    tier_caps = [t["cap"] for t in amount.get("tiers") or [] if "cap" in t]
    if tier_caps:
        return Fraction(max(tier_caps))
    if amount.get("fixed"):
        return Fraction(max(amount["fixed"]))
    return min((Fraction(c["yuan"]) for c in measure["caps"]), default=None)


def cut_to_fen(amount: Fraction) -> Fraction:
    """Cut down to 0.01 yuan, never up."""
    return Fraction(floor(amount * 100), 100)


def evaluate_measure(measure_id: str, profile: Mapping[str, Any]) -> dict[str, Any]:
    """Status and amounts of one measure over the horizon.

    Returns status, certain_yuan, ceiling_yuan (None: no figure), clause_cap_yuan, years
    (number of years with hi > 0; None with a null ceiling) and paying_years (their list).
    """
    measure = measure_under_readings(measure_id, profile)
    course = _Course(measure, profile)
    by_year = {y: course.year(y) for y in years_of(profile)}
    status = best(s for s, _ in by_year.values())
    certain = sum((lo for _, (lo, _) in by_year.values()), ZERO)
    his = [hi for _, (_, hi) in by_year.values()]
    ceiling: Fraction | None = None
    paying: list[int] | None = None
    if status in ("ineligible", "expired"):
        certain, ceiling, paying = ZERO, ZERO, []
    elif measure["gives"] == "amount" and None not in his:
        ceiling = cut_to_fen(sum((hi for hi in his if hi is not None), ZERO))
        paying = list(course.paid_years)
    approved = number(course.decision.get("amount_yuan"))
    if status == "eligible" and approved is not None:
        if paying is None:
            paying = [next(y for y, (s, _) in by_year.items() if s == "eligible")]
        certain = cut_to_fen(approved)
        if ceiling is not None:
            certain = min(certain, ceiling)
        ceiling = certain
    return {
        "status": status,
        "certain_yuan": cut_to_fen(certain),
        "ceiling_yuan": ceiling,
        "clause_cap_yuan": clause_cap_of(measure),
        "years": None if paying is None else len(paying),
        "paying_years": paying,
    }


def best(statuses: Iterable[str]) -> str:
    """The best of some statuses; ineligible if there are none."""
    return min(statuses, key=STATUSES.index, default="ineligible")


# --------------------------------------------------------------------- totals


def evaluate_total(measure_ids: Iterable[str], profile: Mapping[str, Any]) -> dict[str, Any]:
    """Several measures together (section 12)."""
    results = {mid: evaluate_measure(mid, profile) for mid in measure_ids}
    counted = {
        mid: r
        for mid, r in results.items()
        if MEASURES[mid]["benefit"] and measure_under_readings(mid, profile)["gives"] == "amount"
    }
    eligible = {mid: r for mid, r in counted.items() if r["status"] == "eligible"}
    paying = {y for r in counted.values() for y in r["paying_years"] or []}
    counts = Counter(r["status"] for r in results.values())
    return {
        "status": best(r["status"] for r in results.values()),
        "certain_yuan": _added(counted, "certain_yuan", profile),
        "ceiling_yuan": _added(counted, "ceiling_yuan", profile),
        "ceiling_of_eligible_yuan": _added(eligible, "ceiling_yuan", profile),
        "same_cost_warnings": _warnings(counted),
        "years": len(paying),
        "counts": {s: counts.get(s, 0) for s in STATUSES},
    }


def _added(
    results: Mapping[str, Mapping[str, Any]], what: str, profile: Mapping[str, Any]
) -> Fraction:
    """The sum of one amount; of a group read as "highest" only the highest member."""
    left = {mid: r[what] or ZERO for mid, r in results.items()}
    total = ZERO
    for group in REGISTER["groups"]:
        chosen = ((profile.get("readings") or {}).get(group["id"]) or {}).get("rule")
        if group["rule"] == "highest" and (chosen or "highest") == "highest":
            members = [left.pop(mid) for mid in group["members"] if mid in left]
            total += max(members, default=ZERO)
    return total + sum(left.values(), ZERO)


def _warnings(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    def pays(mid: str) -> bool:
        r = results.get(mid)
        return r is not None and (r["certain_yuan"] > 0 or (r["ceiling_yuan"] or 0) > 0)

    return [
        g["id"]
        for g in REGISTER["groups"]
        if g["rule"] == "warn" and sum(pays(mid) for mid in g["members"]) >= 2
    ]
