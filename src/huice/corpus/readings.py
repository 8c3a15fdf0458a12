"""A rule under chosen readings: the default rule with the parts that the chosen options replace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
        rule = patched(rule, option.patch)
    return rule


def patched(rule: Rule, patch: Patch) -> Rule:
    """The rule with the parts that the patch replaces."""
    changes = {name: value for name in _PLAIN if (value := getattr(patch, name)) is not UNSET}
    requires, judged = rule.requires, rule.judged
    if patch.drops is not UNSET:
        requires = tuple(c for c in requires if c.label.zh not in patch.drops)
        judged = tuple(text for text in judged if text.zh not in patch.drops)
    if patch.requires is not UNSET:
        fresh = {condition.label.zh: condition for condition in patch.requires}
        requires = tuple(fresh.pop(c.label.zh, c) for c in requires) + tuple(fresh.values())
    judged = judged if patch.judged is UNSET else (*judged, *patch.judged)
    rule = structs.replace(rule, requires=requires, judged=judged, **changes)
    if patch.valid_after is not UNSET and rule.valid is not None:
        rule = structs.replace(rule, valid=structs.replace(rule.valid, after=patch.valid_after))
    return _rescoped(rule, patch)


def parts_of(patch: Patch) -> set[str]:
    """What a patch touches: fields of a rule, and conditions and judgements by their words."""
    fields = {name for name in _PLAIN if getattr(patch, name) is not UNSET}
    if patch.limit_per is not UNSET or patch.limit_period is not UNSET:
        fields |= {"pays", "limits"}
    if patch.valid_after is not UNSET:
        fields.add("valid")
    words = [*(patch.drops or ()), *(condition.label.zh for condition in patch.requires or ())]
    words += [text.zh for text in patch.judged or ()]
    return fields | {f"“{word}”" for word in words}


def patch_between(before: Rule, after: Rule) -> Patch:
    """What makes the one rule into the other; conditions and judgements may change their order."""
    parts: dict[str, Any] = {
        name: getattr(after, name)
        for name in _PLAIN
        if getattr(after, name) != getattr(before, name)
    }
    kept = set(before.requires) & set(after.requires)
    gone = [c.label.zh for c in before.requires if c not in kept]
    fresh = tuple(c for c in after.requires if c not in kept)
    gone += [text.zh for text in before.judged if text not in after.judged]
    judged = tuple(text for text in after.judged if text not in before.judged)
    words = {"drops": tuple(gone), "requires": fresh, "judged": judged}
    parts |= {name: value for name, value in words.items() if value}
    return Patch(**parts)


def with_default(measure: Measure, reading_id: str, name: str) -> Measure:
    """The measure with another option of a reading as its default: the rule is that of the default."""
    reading = next(one for one in measure.readings if one.id == reading_id)
    if name == reading.default:
        return measure
    rules = {
        option.name: rule_under(measure, ((reading_id, option.name),)) for option in reading.options
    }
    options = tuple(
        structs.replace(option, patch=patch_between(rules[name], rules[option.name]))
        for option in reading.options
    )
    fresh = structs.replace(reading, default=name, options=options)
    return structs.replace(
        measure,
        rule=rules[name],
        readings=tuple(fresh if one.id == reading_id else one for one in measure.readings),
    )


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
