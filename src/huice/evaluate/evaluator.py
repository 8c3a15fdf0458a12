"""One profile against a corpus: `evaluate` and what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.corpus.readings import chosen
from huice.corpus.source import Problem
from huice.evaluate.engine import NO_DECISION, Recorder, Runner, never_holds, nothing
from huice.evaluate.facts import Profile, View, views
from huice.evaluate.intervals import NOTHING, UNKNOWN, Interval
from huice.evaluate.outcome import Outcome, by_year
from huice.evaluate.profiles import BadProfile, defaults_of, load_profile
from huice.evaluate.program import Program, Programs, holds_at
from huice.language.text import Text, did_you_mean

K = TypeVar("K")
T = TypeVar("T")
Near = tuple[tuple[int, Program], ...]
"""The programs of a list of measures that can hold at a place, each with its position in the list."""
MOST_KEPT = 64
"""Places, and spans of years, for which an evaluator keeps what it found."""


class Evaluator:
    """Holds what is made once for a corpus: programs, defaults, the answers for other places."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.programs = Programs(corpus.vocabulary.scope)
        self.defaults = defaults_of(corpus)
        self._bars = _bars(corpus)
        self._near: dict[frozenset[str | None], Near] = {}
        self._elsewhere: dict[range, tuple[Outcome, ...]] = {}

    def views(self, profile: Profile) -> tuple[View, ...]:
        """The profile's facts, year by year."""
        return views(profile, self.defaults)

    def program(self, measure: Measure, profile: Profile) -> Program:
        """The measure under the readings that the profile chooses."""
        wanted = profile.readings.get(measure.id)
        return self.programs.get(measure, chosen(measure, wanted) if wanted else ())

    def outcomes(
        self, profile: Profile, measures: Sequence[Measure], facts: Sequence[View] | None = None
    ) -> list[Outcome]:
        """The outcome of each measure, in their order."""
        years = facts if facts is not None else self.views(profile)
        places = frozenset(view.rows["org"].get("place") for view in years)
        found = list(self.elsewhere(measures, profile.calendar_years()))
        for position, program in self.near(measures, places):
            found[position] = self.run(program, profile, years)
        if profile.readings:
            for position, measure in enumerate(measures):
                if measure.id in profile.readings:
                    found[position] = self._as_read(measure, profile, years, places)
        return found

    def _as_read(
        self,
        measure: Measure,
        profile: Profile,
        years: Sequence[View],
        places: frozenset[str | None],
    ) -> Outcome:
        """A measure of which the profile chooses readings: they may change where it holds."""
        program = self.program(measure, profile)
        if any(holds_at(program, place) for place in places):
            return self.run(program, profile, years)
        return nothing(program, profile.calendar_years(), near=False)

    def near(self, measures: Sequence[Measure], places: frozenset[str | None]) -> Near:
        """The measures that can hold at one of the places, by the text; kept for the whole corpus."""
        whole = measures is self.corpus.measures
        if whole and places in self._near:
            return self._near[places]
        programs = enumerate(map(self.programs.get, measures))
        found = tuple(
            (position, program)
            for position, program in programs
            if any(holds_at(program, place) for place in places)
        )
        return _keep(self._near, places, found) if whole else found

    def elsewhere(self, measures: Sequence[Measure], years: range) -> tuple[Outcome, ...]:
        """The answer of each measure to a firm at another place: the same for every such firm."""
        whole = measures is self.corpus.measures
        if whole and years in self._elsewhere:
            return self._elsewhere[years]
        programs = map(self.programs.get, measures)
        found = tuple(nothing(program, years, near=False) for program in programs)
        return _keep(self._elsewhere, years, found) if whole else found

    def run(
        self,
        program: Program,
        profile: Profile,
        years: Sequence[View],
        record: Recorder | None = None,
    ) -> Outcome:
        """One measure, worked out."""
        if program.awards:
            award = self._award(profile, frozenset())
            for view in years:
                view.award = award
        return self._run(program, profile, years, record)

    def _run(
        self,
        program: Program,
        profile: Profile,
        years: Sequence[View],
        record: Recorder | None = None,
    ) -> Outcome:
        measure, pool = program.measure, program.rule.pool
        history, bars = profile.history.get(measure.id), self._bars.get(measure.id)
        if never_holds(program, years, history):
            return nothing(program, profile.calendar_years())
        return Runner(
            program,
            years,
            profile.decisions.get(measure.id, NO_DECISION),
            history,
            self.corpus.pools[pool] if pool else None,
            profile.pools.get(pool) if pool else None,
            record,
            barred=bars is not None and not bars.isdisjoint(profile.history),
        ).outcome()

    def _award(self, profile: Profile, above: frozenset[str]) -> Any:
        """What `award(other)` means: the other measure of the same profile in the same year.

        Loading refuses measures that wait for each other; `above` stops a faulty corpus.
        """
        kept: dict[str, dict[int, Interval]] = {}

        def award(id_: str, view: View) -> Interval:
            if id_ in above:
                return UNKNOWN
            if id_ not in kept:
                program = self.program(self.corpus.measure(id_), profile)
                years = self.views(profile)
                for year in years:
                    year.award = self._award(profile, above | {id_})
                kept[id_] = by_year(self._run(program, profile, years))
            return kept[id_].get(view.year, NOTHING)

        return award


def _keep(kept: dict[K, T], key: K, value: T) -> T:
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[key] = value
    return value


def _bars(corpus: Corpus) -> dict[str, set[str]]:
    """What bars each measure once received: the rest of its exclusive groups."""
    found: dict[str, set[str]] = {}
    for group in corpus.groups:
        for member in group.members if group.kind == "exclusive" else ():
            found.setdefault(member, set()).update(set(group.members) - {member})
    return found


def evaluator(corpus: Corpus) -> Evaluator:
    """The evaluator of a corpus, made at its first use."""
    kept = corpus.__dict__
    if "_evaluator" not in kept:
        kept["_evaluator"] = Evaluator(corpus)
    found: Evaluator = kept["_evaluator"]
    return found


def select(corpus: Corpus, measures: Iterable[str] | None) -> tuple[Measure, ...]:
    """The measures of these ids; all when None. Raises `BadProfile` for an unknown id."""
    if measures is None:
        return corpus.measures
    if isinstance(measures, str):
        measures = [measures]
    found = []
    problems = []
    for id_ in measures:
        if id_ in corpus:
            found.append(corpus.measure(id_))
        else:
            problems.append(
                Problem(
                    "U007",
                    Text(f"没有事项“{id_}”", f"there is no measure “{id_}”")
                    + did_you_mean(id_, [measure.id for measure in corpus.measures]),
                )
            )
    if problems:
        raise BadProfile(tuple(problems))
    return tuple(found)


def at_place(profile: Profile, place: str) -> Profile:
    """The same profile registered at another place, in all its years."""
    years = {
        year: structs.replace(
            own, org={key: value for key, value in own.org.items() if key != "place"}
        )
        for year, own in profile.years.items()
    }
    return structs.replace(profile, org={**profile.org, "place": place}, years=years)


def read_profile(
    given: Mapping[str, Any] | str | Path | Profile, corpus: Corpus, today: date | None = None
) -> Profile:
    """The checked profile; see `load_profile`."""
    return load_profile(given, corpus, today)
