"""A rule under chosen readings: the default rule with the parts that the chosen options replace."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, structs

from huice.corpus.model import Measure, Patch, Rule
from huice.language import nodes as n

Chosen = tuple[tuple[str, str], ...]
"""Readings that differ from the default, as (reading, option), in the order of the measure."""

_PLAIN = ("pays", "exact", "plus", "limits", "once", "lasts", "pool", "valid")


def chosen(measure: Measure, wanted: Mapping[str, str]) -> Chosen:
    """The wanted options of this measure that change figures; what it does not know was refused before."""
    found = []
    for reading in measure.readings:
        name = wanted.get(reading.id)
        if name is None:
            continue
        option = reading.option(name)
        if option is not None and option.computed and name != reading.default:
            found.append((reading.id, name))
    return tuple(found)


def rule_under(measure: Measure, choices: Chosen) -> Rule:
    """The rule that the chosen options give."""
    rule = measure.rule
    options = {reading.id: reading for reading in measure.readings}
    for reading_id, name in choices:
        option = options[reading_id].option(name)
        assert option is not None
        rule = _patched(rule, option.patch)
    return rule


def _patched(rule: Rule, patch: Patch) -> Rule:
    changes = {name: value for name in _PLAIN if (value := getattr(patch, name)) is not UNSET}
    requires = rule.requires
    if patch.drops is not UNSET:
        requires = tuple(c for c in requires if c.label.zh not in patch.drops)
    if patch.requires is not UNSET:
        fresh = {condition.label.zh: condition for condition in patch.requires}
        requires = tuple(fresh.pop(c.label.zh, c) for c in requires) + tuple(fresh.values())
    judged = rule.judged if patch.judged is UNSET else (*rule.judged, *patch.judged)
    rule = structs.replace(rule, requires=requires, judged=judged, **changes)
    if patch.valid_after is not UNSET and rule.valid is not None:
        rule = structs.replace(rule, valid=structs.replace(rule.valid, after=patch.valid_after))
    return _rescoped(rule, patch)


def _rescoped(rule: Rule, patch: Patch) -> Rule:
    scope = {}
    if patch.limit_per is not UNSET:
        scope["per"] = patch.limit_per
    if patch.limit_period is not UNSET:
        scope["period"] = patch.limit_period
    if not scope:
        return rule
    if rule.pays is not None and rule.pays.per is not None:
        return structs.replace(rule, pays=structs.replace(rule.pays, **scope))
    limits: list[n.Limit] = list(rule.limits)
    for index, limit in enumerate(limits):
        if limit.per is not None:
            limits[index] = structs.replace(limit, **scope)
            break
    return structs.replace(rule, limits=tuple(limits))
