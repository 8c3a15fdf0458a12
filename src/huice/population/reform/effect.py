"""A draft against the law on the same firms: what it costs, who gains, who loses, what it does to pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import polars as pl
from msgspec import Struct

from huice import __version__
from huice.corpus.amendments import Amendment, changes
from huice.corpus.corpus import Corpus, awards_read, shipped
from huice.corpus.model import Measure
from huice.corpus.overlay import Overlay, apply, load_overlay
from huice.corpus.source import Problem
from huice.language.text import Text
from huice.population.asked import Asked, asking
from huice.population.engines import Engine, Progress
from huice.population.folder import Staged
from huice.population.fragments import Job, job_of
from huice.population.pools import funds
from huice.population.pools.demand import Assumptions, Demand, check
from huice.population.reform.firms import REFORM, Firms
from huice.population.reform.frames import SIDES, by_group, distribution
from huice.population.reform.groups import (
    UNPLACED,
    Breakdown,
    breakdowns,
    city_name,
    city_of,
    ranked,
)
from huice.population.reform.pooled import Claimed, pool_frame, pool_notes
from huice.population.reform.sides import Comparison, Run, compared, in_columns
from huice.population.reform.source import Given, SetAside, Source, opened
from huice.population.reform.sums import NOTHING, Sums
from huice.population.slices import FIRMS

Readings: TypeAlias = Mapping[str, Mapping[str, str]]
_Held: TypeAlias = Mapping[str, list[tuple[str, int, int | None, bool]]]
"""By measure the funds it draws on: id, units, face of a voucher, and whether it is filled every year."""


class Reform(Struct, frozen=True, eq=False, dict=True):
    """A draft against the law. All amounts are fen; every table has `city`, for cities are never added.

    `concerned` are the measures that the draft changes, adds or repeals, those that read their awards, the
    rest of their groups and pools: no other figure can change. `costs` is by city and measure, `places` by
    place too, `groups` gainers and losers, `distribution` the deciles of change, `pools` what becomes of pools
    and quotas (`pooled.SCHEMA`), `pool_notes` what is assumed of those who claim. `titles` and `names` are
    those of measures and cities; `aside` says what was read and what was set aside.
    """

    title: Text
    before_version: str
    after_version: str
    as_of: date
    years: range
    amendments: tuple[Amendment, ...]
    changed: tuple[str, ...]
    concerned: tuple[str, ...]
    titles: dict[str, Text]
    names: dict[str | None, Text]
    breakdowns: tuple[Breakdown, ...]
    costs: pl.DataFrame
    places: pl.DataFrame
    groups: pl.DataFrame
    distribution: pl.DataFrame
    pools: pl.DataFrame
    pool_notes: tuple[Text, ...]
    rows: Firms
    aside: SetAside

    @property
    def firms(self) -> int:
        """The firms of the whole population."""
        return self.aside.firms

    @property
    def cities(self) -> list[str | None]:
        """The cities with firms, those of unknown place last."""
        return self.groups["city"].unique().sort(nulls_last=True).to_list()

    @cached_property
    def orgs(self) -> pl.DataFrame:
        """One row a firm of the cities concerned: its groups, both figures before and after, their change."""
        return self.scan().collect()

    def scan(self) -> pl.LazyFrame:
        """`orgs` without reading them into memory."""
        return ranked(self.rows.scan(), self.breakdowns)

    def problems(self) -> list[Problem]:
        """Warnings, and one located example of each kind of rejected row with their number."""
        return self.aside.problems()


def reform(  # noqa: PLR0913  # one keyword for each thing that may be asked
    tables: Given,
    overlay: Overlay | Path | str,
    corpus: Corpus | None = None,
    *,
    as_of: date,
    horizon: int = 1,
    values: Mapping[str, str] | None = None,
    readings: Readings | None = None,
    assumptions: Assumptions | None = None,
    grouped: bool = True,
    run: Run = in_columns,
    executor: Engine = None,
    out: Path | str | None = None,
    replace: bool = False,
    firms: int = FIRMS,
    progress: Progress | None = None,
) -> Reform:
    """The draft against the law on one population.

    `values` writes out numbers that the draft leaves open; `readings` choose how the law is read, on both
    sides. Pools are given out as `allocate_pools` does, under these `assumptions`, groups binding the claims if
    `grouped`. Parquet of more than `firms` firms is streamed, so many at a time, and the rows of the firms of
    the cities concerned (about 50 bytes each) stand in the folder `out`, or in a temporary one that goes with
    the result; `out` and `replace` are as those of `simulate`, with the list in `reform.json`. Claims on pools
    are kept in memory. `executor` runs the fragments as that of `simulate` does; the figures are the same on
    any.

    Raises `BadOverlay`, `BadTables` and `BadProfile` with located problems, `Occupied` for a folder that cannot
    be written to, `Fault` as `allocate_pools`.
    """
    assumed = assumptions or Assumptions()
    check(assumed)
    corpus = corpus or shipped()
    draft = overlay if isinstance(overlay, Overlay) else load_overlay(overlay)
    amended = apply(corpus, draft, values)
    source = opened(tables, corpus, firms)
    altered = differing(corpus, amended)
    readings = readings or {}
    ids = concerned_by(altered, corpus, amended, readings)
    cities = sorted({city_of(_either(id_, amended, corpus).place) for id_ in ids})
    question = _Question(as_of, horizon, readings, assumed, grouped)
    before, after = (_Side.of(one, ids, question) for one in (corpus, amended))
    ways = breakdowns(corpus)
    claimed = before.claimed, after.claimed
    job = Comparison(before.job, after.job, as_of, tuple(cities), ways, claimed, run)
    asked = question.ask(corpus, ())
    about = {"schema": "huice/reform-folder/1", "huice": __version__, "law": corpus.version,
             "draft": amended.version, "as_of": as_of.isoformat(), "years": list(asked.years)}  # fmt: skip

    def made(rows: Firms) -> Reform:
        sums, claims, aside = _gathered(source, job, rows, executor, progress)
        told = ranked(rows.scan(), ways)
        return Reform(
            draft.title,
            corpus.version,
            amended.version,
            as_of,
            asked.years,
            changes(corpus, amended),
            altered,
            ids,
            {id_: _either(id_, amended, corpus).title for id_ in ids},
            {**{one: city_name(one, corpus) for one in cities}, None: UNPLACED},
            ways,
            sums.cost_frame(["city"]),
            sums.cost_frame(["city", "place"]),
            by_group(told, [one.id for one in ways]),
            distribution(told),
            pool_frame(
                {
                    side: (one, one.shares(parts))
                    for side, one, parts in zip(SIDES, claimed, claims, strict=True)
                }
            ),
            pool_notes(claimed, grouped=grouped),
            rows,
            aside,
        )

    if out is None:
        return made(Firms.on_disk(None) if source.streamed else Firms(None))
    with Staged(Path(out), REFORM, replace=replace) as stage:
        found = made(Firms.on_disk(stage.own))
        found.rows.put(stage, about)
    return found


def _gathered(
    source: Source, job: Comparison, rows: Firms, executor: Engine, progress: Progress | None
) -> tuple[Sums, tuple[list[Demand], list[Demand]], SetAside]:
    """The parts of all fragments together, the claims of each side; the firms go to `rows`."""
    sums, aside = NOTHING, {}
    before: list[Demand] = []
    after: list[Demand] = []
    for number, part in source.run(compared, job, executor, progress):
        sums = sums.merged(part.sums)
        aside[number] = part.aside
        rows.add(number, part.firms)
        before.append(part.claims[0])
        after.append(part.claims[1])
    return sums, (before, after), source.set_aside(aside)


class _Question(Struct, frozen=True):
    """What is asked of both sides alike."""

    as_of: date
    horizon: int
    readings: Readings
    assumed: Assumptions
    grouped: bool

    def ask(self, corpus: Corpus, measures: Iterable[str]) -> Asked:
        """The question to one corpus; readings that a draft has settled are left out."""
        return asking(
            corpus,
            as_of=self.as_of,
            horizon=self.horizon,
            measures=measures,
            readings=known_readings(corpus, self.readings),
            by_year=self.horizon > 1,
        )


class _Side(Struct, frozen=True, eq=False):
    """One of the two: the law as it is, or as it would be."""

    job: Job
    claimed: Claimed

    @classmethod
    def of(cls, corpus: Corpus, ids: Iterable[str], question: _Question) -> _Side:
        """The question of the measures that the corpus has, and the pools that they draw on."""
        asked = question.ask(corpus, [id_ for id_ in ids if id_ in corpus])
        readings = known_readings(corpus, question.readings)
        return cls(
            job_of(corpus, asked, keep=False, out=None),
            Claimed.of(corpus, asked, readings, question.assumed, grouped=question.grouped),
        )


def known_readings(corpus: Corpus, readings: Readings) -> Readings:
    """The readings that the corpus knows: a draft may have settled some, or repealed their measure."""
    groups = {group.id for group in corpus.groups}
    found: dict[str, Mapping[str, str]] = {}
    for id_, chosen in readings.items():
        if id_ in groups:
            found[id_] = chosen
        elif id_ in corpus:
            known = {reading.id for reading in corpus.measure(id_).readings}
            found[id_] = {name: option for name, option in chosen.items() if name in known}
    return found


def differing(before: Corpus, after: Corpus) -> tuple[str, ...]:
    """The measures whose figures may differ: another rule, readings, quota or pool, added or repealed."""
    ids = [measure.id for measure in (*before.measures, *after.measures)]
    held = [_held(corpus) for corpus in (before, after)]
    return tuple(id_ for id_ in dict.fromkeys(ids) if _differs(id_, before, after, *held))


def _differs(id_: str, before: Corpus, after: Corpus, one: _Held, other: _Held) -> bool:
    if id_ not in before or id_ not in after:
        return True
    old, new = before.measure(id_), after.measure(id_)
    return (old.rule, old.readings, one.get(id_)) != (new.rule, new.readings, other.get(id_))


def _held(corpus: Corpus) -> _Held:
    found: dict[str, list[tuple[str, int, int | None, bool]]] = {}
    for fund in funds(corpus):
        for id_ in fund.members:
            found.setdefault(id_, []).append((fund.id, fund.units, fund.face_fen, fund.yearly))
    return found


def concerned_by(
    altered: Iterable[str], before: Corpus, after: Corpus, readings: Readings
) -> tuple[str, ...]:
    """The measures whose award, or share in a total or a pool, may change with these under the readings."""
    found = set(altered)
    everything = {one.id: one for one in (*before.measures, *after.measures)}
    size = 0
    while len(found) > size:
        size = len(found)
        for corpus in (before, after):
            found |= {one.id for one in corpus.measures if awards_read(one) & found}
            for group in corpus.groups:
                rule = readings.get(group.id, {}).get("rule", group.rule)
                if rule != "warn" and found & set(group.members):
                    found |= set(group.members)
            for fund in funds(corpus, known_readings(corpus, readings)):
                if found & set(fund.members):
                    found |= set(fund.members)
    return tuple(id_ for id_ in everything if id_ in found)


def _either(id_: str, one: Corpus, other: Corpus) -> Measure:
    return one.measure(id_) if id_ in one else other.measure(id_)
