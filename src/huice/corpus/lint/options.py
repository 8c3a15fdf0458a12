"""Readings: each option says something, changes what it claims to; the default is the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET, structs

from huice.corpus.corpus import Corpus
from huice.corpus.lint.report import at
from huice.corpus.model import Measure, Option, Patch, Reading, Rule
from huice.corpus.readings import rule_under
from huice.corpus.source import Problem


def defaults_are_the_rule(corpus: Corpus) -> Iterable[Problem]:
    """R001, R002: the default is one of the options, and changes nothing: it is the rule."""
    for measure, reading in _readings(corpus):
        default = reading.option(reading.default)
        if default is None:
            yield at(
                measure,
                "R001",
                f"读法 {reading.id} 的默认“{reading.default}”不在选项里",
                f"the default “{reading.default}” of reading {reading.id} is not an option",
            )
        elif default.computed:
            yield at(
                measure,
                "R002",
                f"读法 {reading.id} 的默认“{default.name}”改动了规则；规则本身就应是默认读法",
                f"the default “{default.name}” of reading {reading.id} changes the rule; the rule"
                f" as written must be the default",
            )


def options_change(corpus: Corpus) -> Iterable[Problem]:
    """R003: a part of an option that changes nothing; R004: one that drops what is not there."""
    for measure, reading in _readings(corpus):
        for option in reading.options:
            for key in _idle_keys(measure, reading, option):
                yield at(
                    measure,
                    "R003",
                    f"读法 {reading.id}：{option.name} 的“{key}”与默认规则相同，不起作用",
                    f"reading {reading.id}: “{key}” of {option.name} changes nothing",
                )
            labels = {condition.label.zh for condition in measure.rule.requires}
            labels |= {text.zh for text in measure.rule.judged}
            for label in option.patch.drops or ():
                if label not in labels:
                    yield at(
                        measure,
                        "R004",
                        f"读法 {reading.id}：{option.name} 要去掉的条件“{label}”不存在",
                        f"reading {reading.id}: {option.name} drops “{label}”, which is no"
                        f" condition of the rule",
                    )


def _idle_keys(measure: Measure, reading: Reading, option: Option) -> Iterator[str]:
    """The keys of the patch without which the option gives the same rule."""
    patch = option.patch
    whole = _under(measure, reading, option, patch)
    for name in Patch.__struct_fields__:
        if getattr(patch, name) is UNSET or name == "exact":
            continue
        if _under(measure, reading, option, structs.replace(patch, **{name: UNSET})) == whole:
            yield name.replace("_", " ")


def _under(measure: Measure, reading: Reading, option: Option, patch: Patch) -> Rule:
    only = structs.replace(reading, options=(structs.replace(option, patch=patch),))
    alone = structs.replace(measure, readings=(only,))
    return _bare(rule_under(alone, ((reading.id, option.name),)))


def _bare(rule: Rule) -> Rule:
    """The rule without the lines of its conditions, so that only what they say is compared."""
    bare = tuple(
        structs.replace(condition, where=rule.requires[0].where, written="")
        for condition in rule.requires
    )
    return structs.replace(rule, requires=bare)


def options_differ(corpus: Corpus) -> Iterable[Problem]:
    """R005: two options that change the same; R006: an option that says nothing of its own."""
    for measure, reading in _readings(corpus):
        seen: dict[str, str] = {}
        for option in reading.options:
            key = repr(_under(measure, reading, option, option.patch))
            if option.computed and key in seen:
                yield at(
                    measure,
                    "R005",
                    f"读法 {reading.id} 的 {seen[key]} 与 {option.name} 改动相同",
                    f"reading {reading.id}: {seen[key]} and {option.name} change the same",
                )
            seen.setdefault(key, option.name)
        said = [option.says.zh for option in reading.options]
        if not said or "" in said or len(set(said)) < len(said):
            yield at(
                measure,
                "R006",
                f"读法 {reading.id} 的选项缺说明，或两个选项说法相同",
                f"an option of reading {reading.id} says nothing, or two say the same",
            )


def limits_restated(corpus: Corpus) -> Iterable[Problem]:
    """R009: an option repeats a cap of the rule, but for someone else or for another period."""
    for measure, reading in _readings(corpus):
        known = {limit.amount: limit for limit in measure.rule.limits}
        for option in reading.options:
            for limit in option.patch.limits or ():
                if limit != known.get(limit.amount, limit):
                    yield at(
                        measure,
                        "R009",
                        f"读法 {reading.id}：{option.name} 重写了封顶，范围却与规则不同；只改范围用"
                        f" limit per、limit period",
                        f"reading {reading.id}: {option.name} repeats a cap with another scope; to"
                        f" change the scope, use `limit per` and `limit period`",
                    )


def scopes_exist(corpus: Corpus) -> Iterable[Problem]:
    """R007: `limit per` or `limit period` where no cap has such a scope to change."""
    for measure, reading in _readings(corpus):
        scoped = [measure.rule.pays, *measure.rule.limits]
        has_scope = any(limit is not None and limit.per is not None for limit in scoped)
        for option in reading.options:
            changes = (option.patch.limit_per, option.patch.limit_period)
            if any(change is not UNSET for change in changes) and not has_scope:
                yield at(
                    measure,
                    "R007",
                    f"读法 {reading.id}：{option.name} 改封顶的范围，但规则没有带 per 的封顶",
                    f"reading {reading.id}: {option.name} changes the scope of a cap, but no cap"
                    f" has one",
                )


def reading_ids(corpus: Corpus) -> Iterable[Problem]:
    """R008: a reading of the measure has the name of one that the document states for all."""
    for measure in corpus.measures:
        names = [reading.id for reading in measure.readings]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield at(
                measure,
                "R008",
                f"读法“{name}”在文件和事项里各写了一次，改名",
                f"the reading “{name}” stands in the document and in the measure; rename one",
            )


def _readings(corpus: Corpus) -> Iterator[tuple[Measure, Reading]]:
    for measure in corpus.measures:
        for reading in measure.readings:
            yield measure, reading
