"""The same firm at every place, or several firms and scenarios side by side; nothing is added across cities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from huice.corpus.corpus import Corpus, shipped
from huice.corpus.source import Problem
from huice.evaluate.evaluator import at_place, evaluator, read_profile, select
from huice.evaluate.facts import Profile
from huice.evaluate.outcome import Status
from huice.evaluate.profiles import BadProfile
from huice.evaluate.result import SCHEMA, Result, total_dict
from huice.language.text import Text, did_you_mean

Given = Mapping[str, Any] | str | Path | Profile


class Row(Struct, frozen=True):
    """One column of a comparison: a scenario at a place, with its result."""

    scenario: str
    place: str | None
    result: Result

    @property
    def undecided(self) -> int:
        """How many measures wait for an answer."""
        return self.result.total.counts[Status.UNKNOWN.value]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "scenario": self.scenario,
            "place": self.place,
            "undecided": self.undecided,
            **total_dict(self.result.total),
        }


class Comparison(Struct, frozen=True):
    """All rows, in the order of scenarios and places."""

    rows: tuple[Row, ...]
    as_of: date
    corpus_version: str

    def ranked(self) -> tuple[Row, ...]:
        """The largest ceiling first, then the largest certain sum."""
        return tuple(
            sorted(
                self.rows, key=lambda row: (-row.result.total.ceiling, -row.result.total.certain)
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; the amounts of different rows are alternatives and are never added."""
        return {
            "schema": SCHEMA.replace("result", "comparison"),
            "as_of": self.as_of.isoformat(),
            "corpus_version": self.corpus_version,
            "rows": [row.to_dict() for row in self.rows],
        }


def compare(
    given: Given | Sequence[Given],
    corpus: Corpus | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[str] | None = None,
    today: date | None = None,
) -> Comparison:
    """One profile at all places (or at `places`); several profiles each where they are, or at `places`.

    A profile of several whose place is open is shown at every place. Raises `BadProfile` for a faulty profile,
    an unknown measure or place.
    """
    corpus = corpus or shipped()
    held, asked = evaluator(corpus), select(corpus, measures)
    wanted = check_places(corpus, places)
    many = isinstance(given, list | tuple)
    inputs: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
    profiles = [read_profile(one, corpus, today) for one in inputs]
    rows: list[Row] = []
    for position, profile in enumerate(profiles):
        own = profile.org.get("place")
        here = wanted or (() if many and own is not None else corpus.places)
        name = profile.name or _name(inputs[position], position)
        moved = [at_place(profile, place) for place in here] or [profile]
        rows += [Row(name, one.org.get("place"), Result(held, one, asked, name)) for one in moved]
    return Comparison(tuple(rows), profiles[0].as_of, corpus.version)


def _name(given: Given, position: int) -> str:
    return Path(given).stem if isinstance(given, str | Path) else f"{position + 1}"


def check_places(corpus: Corpus, places: Iterable[str] | None) -> tuple[str, ...]:
    """The places meant: a city stands for all its places. Raises `BadProfile` for an unknown one."""
    found: list[str] = []
    for place in [places] if isinstance(places, str) else places or ():
        inside = [name for name in corpus.places if name == place or name.startswith(place + "/")]
        if not inside:
            cities = {name.split("/")[0] for name in corpus.places}
            raise BadProfile(
                (
                    Problem(
                        "U004",
                        Text(f"没有地点“{place}”", f"there is no place “{place}”")
                        + did_you_mean(place, {*corpus.places, *cities}),
                    ),
                )
            )
        found += [name for name in inside if name not in found]
    return tuple(found)
