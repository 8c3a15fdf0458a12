"""One profile against a corpus: `evaluate` and what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.corpus.readings import chosen
from huice.corpus.source import Problem
from huice.evaluate.closures import NOTHING, UNKNOWN, Interval
from huice.evaluate.engine import NO_DECISION, Recorder, Runner, clause_cap
from huice.evaluate.facts import Profile, View, views
from huice.evaluate.outcome import Outcome, Status, YearOutcome, by_year
from huice.evaluate.profiles import BadProfile, defaults_of, load_profile
from huice.evaluate.program import Program, Programs, holds_at
from huice.language.text import Text, did_you_mean

Plan = list[tuple[Measure, Program, bool]]


class Evaluator:
    """Holds what is made once for a corpus: programs, defaults, the answers for other places."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.programs = Programs(corpus.vocabulary.scope)
        self.defaults = defaults_of(corpus)
        self._bars = _bars(corpus)
        self._elsewhere: dict[tuple[int, range], Outcome] = {}
        self._plans: dict[tuple[int, str | None], Plan] = {}

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
        places = {view.rows["org"].get("place") for view in years}
        found = []
        for measure, program, near in self._plan(measures, places):
            if measure.id in profile.readings:
                program = self.program(measure, profile)
                near = any(holds_at(program, place) for place in places)
            found.append(
                self.run(program, profile, years) if near else self._other_place(program, profile)
            )
        return found

    def _plan(self, measures: Sequence[Measure], places: set[str | None]) -> Plan:
        """The measures' programs, and which can hold at the places; kept for the whole corpus."""
        whole = measures is self.corpus.measures and len(places) == 1
        key = (id(measures), next(iter(places)))
        if whole and key in self._plans:
            return self._plans[key]
        plan = []
        for measure in measures:
            program = self.programs.get(measure)
            plan.append((measure, program, any(holds_at(program, place) for place in places)))
        if whole:
            self._plans[key] = plan
        return plan

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
        return Runner(
            program,
            years,
            profile.decisions.get(measure.id, NO_DECISION),
            profile.history.get(measure.id),
            self.corpus.pools[pool] if pool else None,
            profile.pools.get(pool) if pool else None,
            record,
            barred=any(other in profile.history for other in self._bars.get(measure.id, ())),
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

    def _other_place(self, program: Program, profile: Profile) -> Outcome:
        """The firm is elsewhere: the same answer for every such profile, made once."""
        years = profile.calendar_years()
        key = (id(program), years)
        found = self._elsewhere.get(key)
        if found is None:
            found = self._elsewhere[key] = Outcome(
                program.measure.id,
                Status.INELIGIBLE,
                0,
                0,
                clause_cap(program),
                (),
                tuple(YearOutcome(year, Status.INELIGIBLE, 0, 0, "conditions") for year in years),
                near=False,
            )
        return found


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
    known = [measure.id for measure in corpus.measures]
    problems = []
    for id_ in measures:
        if id_ in known:
            found.append(corpus.measure(id_))
        else:
            problems.append(
                Problem(
                    "U007",
                    Text(f"没有事项“{id_}”", f"there is no measure “{id_}”")
                    + did_you_mean(id_, known),
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
