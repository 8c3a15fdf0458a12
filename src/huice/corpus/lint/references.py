"""References between parts: ids, groups and pools."""

from __future__ import annotations

from collections.abc import Iterable

from huice.corpus.corpus import Corpus
from huice.corpus.lint.report import at
from huice.corpus.model import Measure, Pool
from huice.corpus.source import Problem

FEWEST = 2
"""Members of a group."""


def ids_agree(corpus: Corpus) -> Iterable[Problem]:
    """D001: the ids of a document's measures and pools, and its place, start with its city."""
    for document in corpus.documents:
        city = document.id.split("/")[0]
        if document.place.split("/")[0] != city:
            yield at(
                document,
                "D001",
                f"place“{document.place}”不在 {city}",
                f"the place “{document.place}” is not in {city}",
            )
        things: list[Measure | Pool] = [*document.measures, *document.pools]
        for thing in things:
            if thing.id.split("/")[0] != city or "/" not in thing.id:
                yield at(
                    thing,
                    "D001",
                    f"编号应以“{city}/”开头",
                    f"the id must start with “{city}/”",
                )


def applicants_named(corpus: Corpus) -> Iterable[Problem]:
    """D004: a measure without a title or without the words for who may apply."""
    for measure in corpus.measures:
        if not measure.title.zh or not measure.who.zh:
            yield at(measure, "D004", "缺 title 或 who", "`title` or `who` is missing")


def groups_sensible(corpus: Corpus) -> Iterable[Problem]:
    """G001: a group has two members or more; G002: all in one city; G003: all of them benefits."""
    measures = {measure.id: measure for measure in corpus.measures}
    for group in corpus.groups:
        members = [measures[name] for name in group.members if name in measures]
        if len(set(group.members)) < max(len(group.members), FEWEST):
            yield at(
                group,
                "G001",
                "一组至少要有两个不同的事项",
                "a group needs at least two different measures",
            )
        cities = {name.split("/")[0] for name in (group.id, *group.members)}
        if len(cities) > 1:
            yield at(
                group,
                "G002",
                f"一组只能在一个城市，这里有 {'、'.join(sorted(cities))}",
                f"a group stays within one city, here are {', '.join(sorted(cities))}",
            )
        if group.kind != "same_measure" and any(not measure.benefit for measure in members):
            yield at(
                group,
                "G003",
                "成员里有不是待遇的事项（benefit: false）",
                "a member is no benefit (benefit: false)",
            )


def groups_explained(corpus: Corpus) -> Iterable[Problem]:
    """G004: `ceiling` belongs to a joint group, and a joint group needs one."""
    for group in corpus.groups:
        if (group.kind == "joint") != (group.ceiling is not None):
            yield at(
                group,
                "G004",
                "ceiling 只用于 joint 组，joint 组必须有 ceiling",
                "`ceiling` is for joint groups, which need one",
            )


def pools_drawn(corpus: Corpus) -> Iterable[Problem]:
    """D002: a pool that no measure draws on."""
    drawn = {measure.rule.pool for measure in corpus.measures}
    for pool in corpus.pools.values():
        if pool.id not in drawn:
            yield at(
                pool,
                "D002",
                "没有事项 draws on 这个资金池",
                "no measure draws on this pool",
            )


def numbers_shared(corpus: Corpus) -> Iterable[Problem]:
    """D003: a pool is shared by others than itself, each named once."""
    for pool in corpus.pools.values():
        if pool.id in pool.shared_by or len(set(pool.shared_by)) < len(pool.shared_by):
            yield at(
                pool,
                "D003",
                "shared by 里有它自己或重复的名字",
                "`shared by` names the pool itself, or one name twice",
            )
