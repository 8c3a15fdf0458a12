"""What is varied: one numeric fact of a profile, or several that move together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct, structs

from huice.analysis.linear import Number
from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.evaluate.amounts import exact_number
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.profiles import BadProfile
from huice.language.scope import FactType, Sort
from huice.language.text import Fault, Text, did_you_mean
from huice.language.units import AREA, ITEMS, MONEY, Dimension

ORG = "org"
_PATH = re.compile(r"\s*([a-z_]+)(?:\[([^\]]*)\])?\.([a-z_]+)\s*")


class Handle(Struct, frozen=True):
    """One fact of one entity of a profile; `position` counts from 0, and is 0 for the applicant."""

    fact: FactType
    position: int
    path: str

    def put(self, profile: Profile, number: Number) -> Profile:
        """The profile with this number there, in every year that states nothing else."""
        kind, key = self.fact.entity, self.fact.key
        if kind == ORG:
            return structs.replace(profile, org={**profile.org, key: number})
        rows = list(profile.lists[kind] or ({},))
        rows[self.position] = {**rows[self.position], key: number}
        return structs.replace(profile, lists={**profile.lists, kind: tuple(rows)})


class Axis(Struct, frozen=True):
    """What is varied. `step` is the finest step that a profile can state: 0.01 yuan, 0.01 ㎡, 1."""

    handles: tuple[Handle, ...]

    @property
    def path(self) -> str:
        """The facts as they are written."""
        return " + ".join(handle.path for handle in self.handles)

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts in the vocabulary."""
        return tuple(handle.fact.name for handle in self.handles)

    @property
    def dimension(self) -> Dimension:
        """Of each of the facts."""
        return self.handles[0].fact.dimension

    @property
    def step(self) -> Exact:
        """The finest step that is told apart."""
        return 1 if self.dimension == ITEMS else Fraction(1, 100)

    @property
    def label(self) -> Text:
        """What the facts are called."""
        first, *rest = [handle.fact.label for handle in self.handles]
        if not rest:
            return Text(first.zh, first["en"])
        zh, en = "、".join(one.zh for one in rest), ", ".join(one["en"] for one in rest)
        return Text(f"{first.zh}（{zh}同额）", f"{first['en']} (the same: {en})")

    def put(self, profile: Profile, number: Number) -> Profile:
        """The profile with this number in all of the facts."""
        for handle in self.handles:
            profile = handle.put(profile, number)
        return profile

    def number(self, written: object) -> Exact:
        """A number of the axis, as a user writes it: 500000, `50万元`. Raises `BadProfile`."""
        try:
            return exact_number(written, self.dimension)
        except Fault as fault:
            raise BadProfile((Problem("U006", fault.text),)) from fault

    def last(self, point: Exact) -> Exact:
        """The largest number of the grid that is not above the point."""
        return _exact(Fraction(point) // self.step * self.step)

    def first(self, point: Exact) -> Exact:
        """The smallest number of the grid that is not below the point."""
        return _exact(-(-Fraction(point) // self.step) * self.step)


def _exact(number: Exact) -> Exact:
    return number.numerator if number.denominator == 1 else number


def axis(profile: Profile, corpus: Corpus, fact: str, together: Iterable[str] = ()) -> Axis:
    """The axis of a fact such as `contracts[0].paid_yuan`, and of those that move with it.

    Raises `BadProfile` for what is not there, or is not a number.
    """
    handles = [_handle(profile, corpus, path) for path in dict.fromkeys((fact, *together))]
    strange = [one for one in handles if one.fact.dimension != handles[0].fact.dimension]
    if strange:
        one, other = handles[0].fact.label, strange[0].fact.label
        raise _bad(
            Text(
                f"“{one.zh}”和“{other.zh}”单位不同，不能一起变动",
                f"“{one.en}” and “{other.en}” have different units and cannot move together",
            )
        )
    return Axis(tuple(handles))


def stated(profile: Profile, corpus: Corpus) -> tuple[str, ...]:
    """The numbers that a profile states, as an axis names them."""
    vocabulary = corpus.vocabulary
    numeric = [
        one for one in vocabulary.scope.facts.values() if one.sort is Sort.QUANTITY and one.key
    ]
    found = [f"{ORG}.{one.key}" for one in numeric if one.entity == ORG and one.key in profile.org]
    for kind, rows in profile.lists.items():
        list_key = vocabulary.kinds[kind].list_key
        for position, row in enumerate(rows or ()):
            found += [
                f"{list_key}[{position}].{one.key}"
                for one in numeric
                if one.entity == kind and one.key in row
            ]
    return tuple(found)


def _handle(profile: Profile, corpus: Corpus, path: str) -> Handle:
    vocabulary = corpus.vocabulary
    parts = _PATH.fullmatch(path)
    if parts is None:
        raise _bad(
            Text(
                f"“{path}”不是事实的写法，写作 contracts[0].paid_yuan 或 org.revenue_yuan",
                f"“{path}” names no fact; write contracts[0].paid_yuan or org.revenue_yuan",
            )
        )
    written, index, key = parts.groups()
    lists = {ORG: ORG, **{kind.list_key: name for name, kind in vocabulary.kinds.items()}}
    kind = written if written in vocabulary.kinds else lists.get(written)
    if kind is None:
        raise _bad(
            Text(f"没有类别“{written}”，可选 {'、'.join(lists)}",
                 f"there is no list “{written}”; choose from {', '.join(lists)}")
            + did_you_mean(written, lists)
        )  # fmt: skip
    fact = _fact(corpus, kind, key)
    list_key = ORG if kind == ORG else vocabulary.kinds[kind].list_key
    if kind == ORG:
        return Handle(fact, 0, f"{ORG}.{fact.key}")
    position = _position(profile, kind, list_key, index or "0")
    return Handle(fact, position, f"{list_key}[{position}].{fact.key}")


def _fact(corpus: Corpus, kind: str, key: str) -> FactType:
    facts = [
        one for one in corpus.vocabulary.scope.facts.values() if one.entity == kind and one.key
    ]
    numeric = [one.key for one in facts if one.sort is Sort.QUANTITY]
    found = next((one for one in facts if key in (one.key, one.name.partition(".")[2])), None)
    listed = "、".join(numeric) or "（无）", ", ".join(numeric) or "(none)"
    if found is None:
        hint = did_you_mean(key, numeric)
        raise _bad(
            Text(f"{kind} 没有事实“{key}”，数字型的有 {listed[0]}",
                 f"{kind} has no fact “{key}”; those that are numbers: {listed[1]}") + hint
        )  # fmt: skip
    if found.sort is not Sort.QUANTITY:
        raise _bad(
            Text(f"“{found.label.zh}”不是数字，画不出曲线；数字型的有 {listed[0]}",
                 f"“{found.label['en']}” is no number and has no curve; "
                 f"those that are numbers: {listed[1]}")
        )  # fmt: skip
    return found


def _position(profile: Profile, kind: str, list_key: str, index: str) -> int:
    rows = profile.lists.get(kind)
    names = [str(row.get("id", "")) for row in rows or ()]
    if index in names:
        return names.index(index)
    count = 1 if rows is None else len(rows)
    if index.isdecimal() and len(index) < 6 and int(index) < count:  # noqa: PLR2004  # no list is so long
        return int(index)
    if count == 0:
        raise _bad(
            Text(f"画像的 {list_key} 是空的；先写一项，再变动它",
                 f"the profile has no {list_key}; write one, then vary it")
        )  # fmt: skip
    raise _bad(
        Text(f"画像的 {list_key} 有 {count} 项，没有 [{index}]；从 [0] 数起，也可写 id",
             f"the profile has {count} {list_key}, not [{index}]; count from [0], or write its id")
    )  # fmt: skip


def _bad(text: Text) -> BadProfile:
    return BadProfile((Problem("U003", text),))


UNITS = {
    MONEY: Text("元", "yuan"),
    AREA: Text("㎡", "m²"),
    ITEMS: Text("个", "items"),
}
"""The unit of one step on an axis, as it is said."""
