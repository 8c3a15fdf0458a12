"""Reads a planning problem from a file or a mapping, with every fault located and said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.source import Source, read_file
from huice.evaluate.compare import check_places
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.profiles import BadProfile
from huice.evaluate.values import integer_of
from huice.language.text import Text, did_you_mean
from huice.planning.parts import Parts
from huice.planning.problem import (
    MOST_YEARS,
    Alternative,
    Choice,
    Site,
    Spending,
    Task,
)
from huice.planning.stacking import stackings

KEYS = (
    "name", "profile", "years", "places", "entities", "spending", "choices", "measures", "objective",
    "net", "stacking",
)  # fmt: skip
MOST_SPENDING, MOST_COMBINATIONS, MOST_SITES = 12, 64, 60


def load_task(
    given: Mapping[str, Any] | str | Path | Source | Task, corpus: Corpus, today: date | None = None
) -> Task:
    """The checked problem of a file, source or mapping. Raises `BadProfile` with all its problems."""
    if isinstance(given, Task):
        return given
    if isinstance(given, Source):
        source = given
    elif isinstance(given, str | Path):
        source = read_file(Path(given))
    else:
        source = Source("", given, {}, [])
    task = None
    if not source.problems:
        task = _Reader(source, corpus, today).task()
    if source.problems or task is None:
        raise BadProfile(tuple(source.problems))
    return task


def is_problem(value: object) -> bool:
    """Whether a file's value is a planning problem, not a profile alone."""
    return isinstance(value, dict) and "profile" in value


class _Reader(Parts):
    def task(self) -> Task | None:
        root = self.root
        if not root.mapping(KEYS, ("profile",)):
            if not isinstance(root.value, dict):
                root.note(
                    Text(
                        "规划题目应为“键: 值”的形式，如 {profile: 画像.yaml, years: 5}",
                        "a planning problem is a mapping, such as {profile: profile.yaml, years: 5}",
                    )
                )
            return None
        profile = self._profile()
        if profile is None:
            return None
        years = integer_of(root.down("years"), 1, MOST_YEARS) or max(
            1, min(profile.horizon, MOST_YEARS)
        )
        entities, further = self._entities()
        certain, ceiling = self._objective()
        measures = root.down("measures")
        measures.mapping(("must", "never", "only"))
        must, never, only = (
            self._measures(measures.down(key)) for key in ("must", "never", "only")
        )
        for id_ in must:
            if id_ in never or (only and id_ not in only):
                measures.down("must").note(
                    Text(
                        f"“{id_}”既要申报又不许申报，请去掉一处",
                        f"“{id_}” must and must not be claimed; remove one of the two",
                    )
                )
        return Task(
            profile,
            years,
            self._sites(),
            entities,
            further.get("org", {}),
            further.get("lists", {}),
            self._spending(profile, years),
            self._choices(),
            must,
            never,
            only,
            certain,
            ceiling,
            root.flag("net", default=False),
            root.choice("stacking", tuple(stackings()), "stated"),
            root.string("name") or profile.name,
        )

    # --- the firm -----------------------------------------------------------------------------------

    def _profile(self) -> Profile | None:
        below = self.root.down("profile")
        if below.value is MISSING:
            return None
        if isinstance(below.value, Profile):
            return below.value
        if isinstance(below.value, str):
            path = Path(below.value)
            if self.source.file and not path.is_absolute():
                path = Path(self.source.file).parent / path
            return self._loaded(path)
        if not isinstance(below.value, dict):
            below.note(
                Text(
                    "profile 应为画像文件的路径，或画像本身",
                    "profile is the path of a profile, or a profile",
                )
            )
            return None
        return self._loaded(self._part(below, ()))

    def _entities(self) -> tuple[int, dict[str, Any]]:
        below = self.root.down("entities")
        if not isinstance(below.value, dict):
            return integer_of(below, 1, 3) or 1, {}
        below.mapping(("at most", "further"), ("at most",))
        org, lists = self._fragment(below.down("further"))
        return integer_of(below.down("at most"), 1, 3) or 1, {"org": org, "lists": lists}

    # --- places, measures, objective ----------------------------------------------------------------

    def _sites(self) -> tuple[Site, ...]:
        below = self.root.down("places")
        if below.value is MISSING or below.value is None:
            return tuple(Site(place) for place in self.corpus.places)
        found: dict[str, Site] = {}
        for item in below.each():
            cursor = item
            name = item.value
            setup: Exact = 0
            yearly: Exact = 0
            if isinstance(item.value, dict):
                item.mapping(("place", "setup", "yearly"), ("place",))
                cursor, name = item.down("place"), item.string("place")
                setup, yearly = self._yuan(item, "setup"), self._yuan(item, "yearly")
            try:
                places = check_places(self.corpus, [str(name)])
            except BadProfile as bad:
                cursor.note(bad.problems[0].text, bad.problems[0].code)
                continue
            for place in places:
                if place in found:
                    cursor.note(
                        Text(f"地点“{place}”写了两次", f"the place “{place}” is listed twice")
                    )
                found[place] = Site(place, setup, yearly)
        if not found and not self.source.problems:
            below.note(Text("places 至少写一处", "list at least one place"))
        return tuple(found.values())

    def _measures(self, cursor: Cursor) -> tuple[str, ...]:
        found = []
        for item in cursor.each():
            id_ = item.word() or ""
            if id_ in self.corpus:
                found.append(id_)
                continue
            known = [measure.id for measure in self.corpus.measures]
            item.note(
                Text(f"没有事项“{id_}”", f"there is no measure “{id_}”") + did_you_mean(id_, known),
                "U007",
            )
        return tuple(found)

    def _objective(self) -> tuple[Exact, Exact]:
        below = self.root.down("objective")
        if not isinstance(below.value, dict):
            word = self.root.choice("objective", ("certain", "ceiling"), "ceiling")
            return (1, 0) if word == "certain" else (0, 1)
        below.mapping(("certain", "ceiling"), ("certain", "ceiling"))
        weights = [self._share(below.down(key)) for key in ("certain", "ceiling")]
        if sum(weights) != 1:
            below.note(
                Text(
                    "两个权重都应在 0 与 1 之间，合计为 1，如 {certain: 70%, ceiling: 30%}",
                    "both weights lie between 0 and 1 and add up to 1, such as {certain: 70%, ceiling: 30%}",
                )
            )
        return weights[0], weights[1]

    # --- money ---------------------------------------------------------------------------------------

    def _spending(self, profile: Profile, years: int) -> tuple[Spending, ...]:
        found: list[Spending] = []
        for item in self.root.down("spending").each():
            one = self._one_spending(item)
            if one is None:
                continue
            self._agrees(item, one, years)
            taken = {other.id for other in found} | {
                str(row.get("id")) for rows in profile.lists.values() for row in rows or ()
            }
            if one.id in taken:
                item.down("id").note(
                    Text(
                        f"编号“{one.id}”已用于另一类支出或画像里的一行，请换一个",
                        f"the id “{one.id}” is another spending's or a row's of the profile; choose another",
                    )
                )
            found.append(one)
        if len(found) > MOST_SPENDING:
            self.root.down("spending").note(
                Text(
                    f"支出最多 {MOST_SPENDING} 类，请合并",
                    f"at most {MOST_SPENDING} kinds of spending; merge some",
                )
            )
        return tuple(found)

    # --- choices ---------------------------------------------------------------------------------------

    def _choices(self) -> tuple[Choice, ...]:
        found: dict[str, Choice] = {}
        combinations = 1
        for item in self.root.down("choices").each():
            if not item.mapping(("id", "title", "options"), ("id", "options")):
                continue
            options = tuple(self._option(option) for option in item.down("options").each())
            id_ = item.string("id")
            if len(options) < 2 or len({one.id for one in options}) < len(options):  # noqa: PLR2004  # an either/or
                item.down("options").note(
                    Text(
                        "至少两个编号不同的做法", "at least two options, each with an id of its own"
                    )
                )
                continue
            if id_ in found:
                item.down("id").note(Text(f"编号“{id_}”写了两次", f"the id “{id_}” is used twice"))
            combinations *= len(options)
            found[id_] = Choice(id_, self._title(item, id_), options)
        if combinations > MOST_COMBINATIONS:
            self.root.down("choices").note(
                Text(
                    f"选择的组合有 {combinations} 种，最多 {MOST_COMBINATIONS} 种",
                    f"{combinations} combinations of choices, more than {MOST_COMBINATIONS}",
                )
            )
        return tuple(found.values())

    def _option(self, item: Cursor) -> Alternative:
        item.mapping(("id", "title", "facts", "cost", "yearly cost"), ("id",))
        org, lists = self._fragment(item.down("facts"))
        id_ = item.string("id")
        return Alternative(
            id_,
            self._title(item, id_),
            org,
            lists,
            self._yuan(item, "cost"),
            self._yuan(item, "yearly cost"),
        )
