"""One measure in one year: who qualifies, and the amount of each entity.

Amounts are pairs (lo, hi): lo a Fraction, hi a Fraction or None for unknown.
Unknown is read as "anything from 0 without limit", so min(unknown, x) = x.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .expressions import ENTITY_KINDS, Truth, all3, any3, entity_kind_of, evaluate
from .facts import Entity, YearFacts

ZERO = Fraction(0)
Amount = tuple[Fraction, Fraction | None]
Qualified = list[tuple[Entity, Truth]]


def min_hi(hi: Fraction | None, limit: Fraction | None) -> Fraction | None:
    """The smaller of two upper ends; None is unknown and limits nothing."""
    if hi is None or limit is None:
        return limit if hi is None else hi
    return min(hi, limit)


def cut(amount: Amount, limit_lo: Fraction | None, limit_hi: Fraction | None) -> Amount:
    """Cut both ends to their limits, never below 0; an unknown limit cuts nothing."""
    lo, hi = amount
    if limit_lo is not None:
        lo = min(lo, max(limit_lo, ZERO))
    return lo, min_hi(hi, None if limit_hi is None else max(limit_hi, ZERO))


# -------------------------------------------------------------- qualification


def qualify(measure: Mapping[str, Any], facts: YearFacts) -> Qualified:
    """The subject entities not left out, each with its own truth value v_e (section 5)."""
    by_kind: dict[str | None, list[str]] = {}
    for condition in measure["conditions"]:
        by_kind.setdefault(entity_kind_of(condition["expr"]), []).append(condition["expr"])
    subject = measure["subject"]

    def meets(kind: str, entity: Entity) -> Truth:
        env = facts.env(kind, entity)
        return all3(evaluate(expr, env) for expr in by_kind.get(kind, []))

    outer = [evaluate(expr, facts.env()) for expr in by_kind.get(None, [])]
    for kind in ENTITY_KINDS:
        if kind != subject and kind in by_kind:
            outer.append(any3(meets(kind, e) for e in facts.entities[kind]))

    if subject == "org":
        entities, values = [Entity(("org", None), {})], [all3(outer)]
    else:
        entities = facts.entities[subject]
        values = [all3([*outer, meets(subject, e)]) for e in entities]
    return [
        (e, v)
        for e, v in zip(entities, values, strict=True)
        if v is not False and not _known_to_have_no_base(measure["amount"], e)
    ]


def year_value(qualified: Qualified) -> Truth:
    """V: the OR of the values left; no entity left is false."""
    return any3(v for _, v in qualified)


def _fact(path: str, entity: Entity) -> Any:
    return entity.facts.get(path.split(".")[1])


def _known_to_have_no_base(amount: Mapping[str, Any], entity: Entity) -> bool:
    for part in ("base", "bound"):
        if amount.get(part) and _fact(amount[part]["fact"], entity) == 0:
            return True
    return False


# -------------------------------------------------------------------- amounts


def base_of(amount: Mapping[str, Any], entity: Entity) -> Amount:
    """(certain base, base for the ceiling); an unknown base is (0, None)."""
    known = _fact(amount["base"]["fact"], entity)
    if known is not None:
        return known, known
    fallback = amount["base"].get("ceiling_fallback")
    return ZERO, _fact(fallback, entity) if fallback else None


def rates_of(amount: Mapping[str, Any], env: Mapping[str, Any]) -> list[Fraction]:
    """The applicable rates: several if a tier condition is unknown."""
    if not amount.get("tiers"):
        return [Fraction(amount["rate"])]
    rates = []
    for tier in amount["tiers"]:
        value = True if tier["when"] == "otherwise" else evaluate(tier["when"], env)
        if value is not False:
            rates.append(Fraction(tier["rate"]))
        if value is True:
            break
    return rates


def entity_amount(
    measure: Mapping[str, Any], facts: YearFacts, entity: Entity, base: Fraction | None
) -> Amount:
    """Section 7 for one entity. ``base`` is the base approved by the authority, if any."""
    amount = measure["amount"]
    env = facts.env(measure["subject"], entity)
    match amount["type"]:
        case "ceiling":
            return ZERO, _ceiling(measure, env, entity)
        case "rate":
            return _rated(amount, env, entity, base)
        case "fixed":
            return _fixed(amount)
        case _:  # type none: the text gives no figure
            return ZERO, None


def count_of(amount: Mapping[str, Any], env: Mapping[str, Any]) -> Fraction | None:
    """The count expression, by default 1; None if unknown."""
    if not amount.get("count"):
        return Fraction(1)
    count = evaluate(amount["count"], env)
    return None if count is None else Fraction(count)


def _ceiling(measure: Mapping[str, Any], env: Mapping[str, Any], entity: Entity) -> Fraction | None:
    amount = measure["amount"]
    count = count_of(amount, env)
    hi = None if count is None else Fraction(measure["caps"][0]["yuan"]) * count
    if amount.get("tiers"):
        open_tiers = [t for t in amount["tiers"] if evaluate(t["when"], env) is not False]
        hi = max((Fraction(t["cap"]) for t in open_tiers), default=ZERO)
    if amount.get("bound"):
        hi = min_hi(hi, _fact(amount["bound"]["fact"], entity))
    return hi


def _rated(
    amount: Mapping[str, Any], env: Mapping[str, Any], entity: Entity, approved: Fraction | None
) -> Amount:
    base = base_of(amount, entity) if approved is None else (approved, approved)
    limits = [] if approved is not None else amount.get("unit_caps") or []
    for unit_cap in limits:
        if unit_cap["on"] == "price":
            base = _cut_to_unit_cap(base, unit_cap, env)
    rates = rates_of(amount, env)
    lo = base[0] * min(rates) if amount["modality"] == "exact" else ZERO
    hi = None if base[1] is None else base[1] * max(rates)
    result: Amount = (lo, hi)
    for unit_cap in limits:
        if unit_cap["on"] == "subsidy":
            result = _cut_to_unit_cap(result, unit_cap, env)
    return result


def _cut_to_unit_cap(value: Amount, unit_cap: Mapping[str, Any], env: Mapping[str, Any]) -> Amount:
    quantities = [evaluate(q, env) for q in unit_cap["quantity"]]
    if any(q is None for q in quantities):
        return ZERO, value[1]
    limit = Fraction(unit_cap["yuan"])
    for quantity in quantities:
        limit *= quantity
    return cut(value, limit, limit)


def _fixed(amount: Mapping[str, Any]) -> Amount:
    sums = [Fraction(f) for f in amount["fixed"]]
    return min(sums) if amount["modality"] == "exact" else ZERO, max(sums)


def marginal_amount(amount: Mapping[str, Any], facts: YearFacts, entities: list[Entity],
                    approved: Fraction | None) -> Amount:  # fmt: skip
    """The marginal reading of the Hangzhou voucher, all contracts together."""
    assert amount["modality"] == "at_most"
    if approved is not None:
        bases: list[Fraction | None] = [approved]
    else:
        bases = [base_of(amount, e)[1] for e in entities]
    if any(b is None for b in bases):
        return ZERO, None
    first = Fraction(amount["tiers"][0]["rate"])
    otherwise = next(Fraction(t["rate"]) for t in amount["tiers"] if t["when"] == "otherwise")
    hi = sum((b * otherwise for b in bases if b is not None), ZERO)
    if facts.org.get("size") in (None, "micro", "small", "medium"):
        computing = sum(
            (b for e, b in zip(entities, bases, strict=False)
             if b is not None and e.facts.get("item") in (None, "compute")), ZERO
        )  # fmt: skip
        hi += (first - otherwise) * min(computing, Fraction(amount["marginal_threshold"]))
    return ZERO, hi
