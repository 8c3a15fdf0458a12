"""What may vary of a profile at one place: facts that its rules read, readings, decisions; and how far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct, structs

from huice.analysis.axis import Axis, axis
from huice.analysis.changes import Value, looked_at
from huice.analysis.changes_words import bare, entity_name, number_says
from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo, Measure
from huice.corpus.vocabulary import ORG
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Decision, Entity, Profile
from huice.language import nodes as n
from huice.language.check import facts_named
from huice.language.text import Text

UNKNOWN = Text("未填", "not given")
PRESENT = (Text("无", "no"), Text("有", "yes"))
RULES = {
    "highest": Text("择高", "the highest only"),
    "stack": Text("叠加", "added up"),
}
DECISIONS = {"granted": Text("通过", "granted"), "refused": Text("未通过", "refused")}


class Choice(Struct, frozen=True):
    """One of the values that something may take: what it is called, and the profile with it."""

    key: str
    says: Text
    profile: Profile
    now: bool = False


class Varied(Struct, frozen=True):
    """Something that may vary: a number along an `axis`, or a list of choices."""

    kind: str
    key: str
    label: Text
    now: Text
    axis: Axis | None = None
    choices: tuple[Choice, ...] = ()
    stated: Value = None
    settled: bool = False
    """Whether it is stated, and of those facts that a firm does not change."""


def varied(held: Evaluator, profile: Profile, near: Sequence[Measure]) -> Iterator[Varied]:
    """All that the rules of these measures read and that may be otherwise."""
    corpus = held.corpus
    rules = [held.program(measure, profile).rule for measure in near]
    nodes: list[n.Node] = [one.expression for rule in rules for one in rule.requires]
    nodes += [p for rule in rules for p in (rule.pays, rule.plus, *rule.limits) if p is not None]
    scope = corpus.vocabulary.scope
    names = dict.fromkeys(name for node in nodes for name in facts_named(node, scope))
    named = _named(nodes, corpus)
    for name in names:
        info = corpus.vocabulary.facts[name]
        for which, position, row in _rows(profile, info):
            owner = _Owner(profile, info, which, position, row, corpus)
            settled = row.get(info.key) is not None and info.change.how in (
                "never",
                "new",
                "moving",
            )
            for one in _fact(owner, named.get(name, ())):
                yield structs.replace(one, settled=settled and one.axis is None)
    for measure in near:
        yield from _readings(corpus, profile, measure)
        yield from _decisions(profile, measure, held.program(measure, profile).rule.judged)
    yield from _groups(corpus, profile, near)


class _Owner(Struct, frozen=True):
    """One fact of one entity."""

    profile: Profile
    info: FactInfo
    which: str | int | None
    position: int
    row: Entity
    corpus: Corpus

    @property
    def label(self) -> Text:
        info = self.info
        label = Text(bare(info.label.zh), bare(info.label["en"]))
        if self.which is None:
            return label
        name = entity_name(self.corpus.vocabulary.kinds[info.entity].label, self.which)
        return Text(f"{name.zh}{label.zh}", f"{label.en} of {name.en}")

    @property
    def path(self) -> str:
        info = self.info
        if info.entity == ORG:
            return f"{ORG}.{info.key}"
        return f"{self.corpus.vocabulary.kinds[info.entity].list_key}[{self.position}].{info.key}"

    def put(self, value: Value) -> Profile:
        """The profile with this value of the fact."""
        info, profile = self.info, self.profile
        if info.entity == ORG:
            return structs.replace(profile, org={**profile.org, info.key: value})
        rows = list(profile.lists[info.entity] or ({},))
        rows[self.position] = {**rows[self.position], info.key: value}
        return structs.replace(profile, lists={**profile.lists, info.entity: tuple(rows)})


def _rows(profile: Profile, info: FactInfo) -> list[tuple[str | int | None, int, Entity]]:
    """The entities that have the fact; an absent list is one entity of which nothing is known."""
    if info.entity == ORG:
        return [(None, 0, dict(profile.org))]
    listed = profile.lists[info.entity]
    rows = ({},) if listed is None else listed
    return [(row.get("id", place), place, row) for place, row in enumerate(looked_at(rows))]


def _fact(owner: _Owner, members: tuple[str, ...]) -> Iterator[Varied]:
    info, now = owner.info, owner.row.get(owner.info.key)
    if info.type in ("money", "area", "count"):
        says = UNKNOWN if now is None else number_says(now, info)
        along = axis(owner.profile, owner.corpus, owner.path)
        yield Varied("number", owner.path, owner.label, says, along, stated=now)
    elif info.type == "choice":
        rest = [option for option in info.options if option not in members and option != now]
        options = [*members, *([now] if now and now not in members else []), *rest[:1]]
        choices = tuple(
            Choice(one, info.options[one], owner.put(one), one == now) for one in options
        )
        says = info.options[now] if now else UNKNOWN
        yield Varied("choice", owner.path, owner.label, says, choices=choices)
    elif info.type == "truth":
        choices = tuple(
            Choice(str(one).lower(), PRESENT[one], owner.put(one), one is now)
            for one in (False, True)
        )
        yield Varied(
            "truth",
            owner.path,
            owner.label,
            UNKNOWN if now is None else PRESENT[now],
            choices=choices,
        )
    elif info.type in ("set", "records"):
        yield from _members(owner, members, now)


def _members(owner: _Owner, members: tuple[str, ...], now: Value) -> Iterator[Varied]:
    """Of a set or of records: each member that a rule names, there or not there."""
    info = owner.info
    for member in members:
        held = None if now is None else member in now
        choices = tuple(
            Choice(
                "yes" if there else "no",
                PRESENT[there],
                owner.put(_with(now, member, owner.profile.as_of, info.type, there=there)),
                there is held,
            )
            for there in (False, True)
        )
        option, label = info.options[member], owner.label
        yield Varied(
            "member",
            f"{owner.path}:{member}",
            Text(f"{label.zh}：{option.zh}", f"{label['en']}: {option['en']}"),
            UNKNOWN if held is None else PRESENT[held],
            choices=choices,
        )


def _with(now: Value, member: str, day: date, sort: str, *, there: bool) -> Value:
    if sort == "set":
        before = now or frozenset()
        return before | {member} if there else before - {member}
    others = {name: days for name, days in (now or {}).items() if name != member}
    if not there:
        return others
    return {**others, member: (now or {}).get(member) or (day,)}


def _named(nodes: Sequence[n.Node], corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """The options of each fact that the rules name, in the order of the vocabulary."""
    found: dict[str, set[str]] = {}
    left = list(nodes)
    terms: set[str] = set()
    while left:
        for part in n.walk(left.pop()):
            if isinstance(part, n.Is | n.Has):
                found.setdefault(part.fact.name, set()).update(part.members)
            elif isinstance(part, n.RecordedIn | n.Records):
                found.setdefault(part.fact.name, set()).add(part.member)
            elif isinstance(part, n.Fact) and part.name not in terms:
                terms.add(part.name)
                means = corpus.vocabulary.scope.facts[part.name].means
                left += [means] if means is not None else []
    facts = corpus.vocabulary.facts
    return {
        name: tuple(one for one in facts[name].options if one in some)
        for name, some in found.items()
        if name in facts
    }


# --- readings, groups, decisions ------------------------------------------------------------------------


def _readings(corpus: Corpus, profile: Profile, measure: Measure) -> Iterator[Varied]:
    chosen = profile.readings.get(measure.id, {})
    for reading in measure.readings:
        if not reading.computed:
            continue
        now = chosen.get(reading.id, reading.default)
        choices = tuple(
            Choice(
                option.name,
                option.says,
                _read(profile, measure.id, reading.id, option.name),
                option.name == now,
            )
            for option in reading.options
        )
        title = measure.title
        label = Text(f"{title.zh}：{reading.asks.zh}", f"{title['en']}: {reading.asks['en']}")
        says = next(one.says for one in choices if one.now)
        yield Varied("reading", f"{measure.id}:{reading.id}", label, says, choices=choices)


def _groups(corpus: Corpus, profile: Profile, near: Sequence[Measure]) -> Iterator[Varied]:
    """Groups of which at least two measures are near: whether the highest counts or all are added up."""
    here = {measure.id for measure in near}
    for group in corpus.groups:
        if group.rule not in RULES or len(here.intersection(group.members)) < 2:  # noqa: PLR2004  # two
            continue
        now = profile.readings.get(group.id, {}).get("rule", group.rule)
        choices = tuple(
            Choice(rule, says, _read(profile, group.id, "rule", rule), rule == now)
            for rule, says in RULES.items()
        )
        yield Varied("reading", f"{group.id}:rule", group.says, RULES[now], choices=choices)


def _read(profile: Profile, id_: str, reading: str, option: str) -> Profile:
    mine = {**profile.readings.get(id_, {}), reading: option}
    return structs.replace(profile, readings={**profile.readings, id_: mine})


def _decisions(profile: Profile, measure: Measure, judged: tuple[Text, ...]) -> Iterator[Varied]:
    if not judged:
        return
    now = profile.decisions.get(measure.id, Decision())
    choices = tuple(
        Choice(
            outcome,
            says,
            structs.replace(
                profile,
                decisions={
                    **profile.decisions,
                    measure.id: structs.replace(now, outcome=outcome),
                },
            ),
            now.outcome == outcome,
        )
        for outcome, says in DECISIONS.items()
    )
    title = measure.title
    label = Text(f"{title.zh}：主管部门认定", f"{title['en']}: decision of the authority")
    pending = Text("待定", "pending")
    yield Varied(
        "decision",
        f"decisions:{measure.id}",
        label,
        DECISIONS.get(now.outcome, pending),
        choices=choices,
    )
