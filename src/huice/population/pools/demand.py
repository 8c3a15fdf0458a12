"""Who claims on the funds, for how much and when: from awards to claims, under stated assumptions.

An award says what the text allows; whether a firm applies, for how much and on which day are assumptions.
They are drawn from a seed by SHA-256, so that the same awards give the same claims on any machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal

import polars as pl
from msgspec import Struct

from huice.evaluate.outcome import FROM_BEST, Status
from huice.evaluate.words import STATUS
from huice.language.text import Fault, Text
from huice.population.pools.overlaps import Overlap, bounded, partners, touched

NEEDED = ("org_id", "measure", "year", "status", "certain_fen", "ceiling_fen")
OPTIONAL = ("applied_on", "score", "tier")
STATUSES = tuple(status.value for status in FROM_BEST)
_BITS = 64
_DAY = 86_400_000_000
"""Microseconds."""
_EPOCH = date(1970, 1, 1)


class Assumptions(Struct, frozen=True):
    """What is assumed of the applicants.

    `statuses` apply, of them the share `takeup`; each asks for `share` of its `request` figure. The time is
    that of the column `applied_on`, or, where that is empty, drawn between `opens` and `closes` (month, day)
    of the year: evenly if `front` is 1; with a higher power more come early (3: half in the first eighth).
    """

    statuses: tuple[str, ...] = ("eligible", "discretionary")
    takeup: Fraction = Fraction(1)
    request: Literal["ceiling", "certain"] = "ceiling"
    share: Fraction = Fraction(1)
    opens: tuple[int, int] = (1, 1)
    closes: tuple[int, int] = (12, 31)
    front: int = 1
    seed: str = "1"

    def window(self, year: int) -> tuple[date, date]:
        """The days between which applications of a year come in, both included."""
        first, last = _day(year, self.opens), _day(year, self.closes)
        if last < first:
            raise Fault(
                f"受理截止日 {last} 早于开始日 {first}，请改正",
                f"applications would close on {last}, before they open on {first}",
            )
        return first, last

    def says(self) -> tuple[Text, ...]:
        """The assumptions in words, one sentence each."""
        names = [STATUS[Status(each)] for each in self.statuses]
        figure = {
            "ceiling": Text("本企业上限", "ceiling"),
            "certain": Text("确定额", "certain sum"),
        }[self.request]
        part, rate = per_cent(self.share), per_cent(self.takeup)
        days = Text(
            f"{self.opens[0]}月{self.opens[1]}日至{self.closes[0]}月{self.closes[1]}日",
            f"{self.opens[0]:02}-{self.opens[1]:02} to {self.closes[0]:02}-{self.closes[1]:02}",
        )
        pace = Text("均匀到达", "evenly")
        if self.front > 1:
            pace = Text(f"前密后疏（{self.front} 次幂）", f"early (to the power {self.front})")
        who = Text(
            "、".join(name.zh for name in names), " or ".join(f"‘{name['en']}’" for name in names)
        )
        apply = (
            Text("都提出申请", "all apply")
            if self.takeup == 1
            else Text(f"其中 {rate} 提出申请", f"{rate} apply")
        )
        asks = Text(f"{figure.zh}的 {part}", f"{part} of its {figure.en}")
        if self.share == 1:
            asks = Text(f"足额（{figure.zh}）", f"the whole of its {figure.en}")
        return (
            Text(
                f"状态为“{who.zh}”的企业，{apply.zh}",
                f"Of the firms with status {who.en}, {apply.en}",
            ),
            Text(f"每笔申请{asks.zh}", f"Each asks for {asks.en}"),
            Text(
                f"没有申请时间的，按{days.zh}{pace.zh}推定（种子 {self.seed}）",
                f"Where no time of application is given, they come in {pace.en}, {days.en} "
                f"(seed {self.seed})",
            ),
        )


class Demand(Struct, frozen=True):
    """Claims on funds: a frame `claim, org_id, measure, year, asked_fen, applied_at, assumed, score, tier`.

    `unstated`: a frame `measure, year, claims` of claims whose amount the text does not state; they are in
    no sum. `given`: the optional columns that the awards had. `taken`: what groups took away of the claims of
    those who apply (`overlaps.TOUCHED`).
    """

    claims: pl.DataFrame
    unstated: pl.DataFrame
    given: frozenset[str]
    taken: pl.DataFrame


def demand(
    awards: pl.DataFrame | pl.LazyFrame, assumptions: Assumptions, year: int | None = None,
    measures: tuple[str, ...] | None = None, groups: Sequence[Overlap] = (),
) -> Demand:  # fmt: skip
    """The claims that awards lead to, as far as `groups` allow them.

    `year` is that of rows which stand for the whole horizon; where a firm and measure also have rows of
    single years, those count instead. Raises `Fault` for a missing column, an unknown status, or a year
    that nobody gave.
    """
    check(assumptions)
    frame = awards.lazy()
    columns = frame.collect_schema().names()
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise Fault(
            f"表里缺少列 {'、'.join(missing)}；需要 {'、'.join(NEEDED)}",
            f"the table lacks the columns {', '.join(missing)}; it needs {', '.join(NEEDED)}",
        )
    given = frozenset(name for name in OPTIONAL if name in columns)
    wanted = pl.col("status").cast(pl.String).is_in(assumptions.statuses)
    if measures is not None:
        wanted &= pl.col("measure").cast(pl.String).is_in({*measures, *partners(groups)})
    kept = frame.filter(wanted).select(*_columns(assumptions, given)).collect()
    kept = bounded(_single(kept, year), groups)
    if measures is not None:
        kept = kept.filter(pl.col("measure").is_in(measures))
    drawn = [_draw(assumptions, claim) for claim in kept["claim"].to_list()]
    kept = kept.filter(pl.Series([applies for applies, _ in drawn], dtype=pl.Boolean)).with_columns(
        _part(pl.col(name), assumptions.share) for name in ("asked_fen", "allowed_fen")
    )
    timed = _timed(kept, assumptions, [place for applies, place in drawn if applies])
    made = timed.filter(~pl.col("barred"))
    stated = pl.col("allowed_fen").is_not_null()
    unstated = made.filter(~stated).group_by("measure", "year").agg(claims=pl.len().cast(pl.Int64))
    claims = made.filter(stated, pl.col("allowed_fen") > 0).select(
        "claim", "org_id", "measure", "year", pl.col("allowed_fen").alias("asked_fen"),
        "applied_at", "assumed", "score", "tier",
    )  # fmt: skip
    return Demand(claims.sort("claim"), unstated.sort("measure", "year"), given, touched(kept))


def joined(parts: Sequence[Demand]) -> Demand:
    """The demand of all parts of a population in any order; a firm is in one part with all it claims."""
    first, *_ = parts
    whole = [pl.concat(getattr(one, name) for one in parts) for name in ("unstated", "taken")]
    unstated, taken = (
        frame.group_by(by).agg(pl.all().sum()).sort(by)
        for frame, by in zip(
            whole, (["measure", "year"], ["group", "measure", "year"]), strict=True
        )
    )
    claims = pl.concat(one.claims for one in parts).sort("claim")
    return Demand(claims, unstated, first.given, taken)


def _single(kept: pl.DataFrame, year: int | None) -> pl.DataFrame:
    """One row for each claim: firm, measure and year, with its id."""
    if kept["year"].null_count() < kept.height:
        split = pl.col("year").is_not_null().any().over("org_id", "measure")
        kept = kept.filter(pl.col("year").is_not_null() | ~split)
    if year is None and kept["year"].null_count():
        raise Fault(
            "结果是整个期间的合计，请说明是哪一年（year=2026）",
            "the results are for the whole horizon; say which year they stand for (year=2026)",
        )
    kept = kept.with_columns(pl.col("year").fill_null(pl.lit(year, pl.Int64))).with_columns(
        claim=pl.concat_str("org_id", "measure", "year", separator="|")
    )
    if kept["claim"].n_unique() < kept.height:
        twice = kept.filter(pl.col("claim").is_duplicated())["claim"][0]
        raise Fault(
            f"企业、事项、年份的组合“{twice}”出现了不止一次；每年每项一行",
            f"firm, measure and year “{twice}” appear more than once; one row for each",
        )
    return kept


def _timed(kept: pl.DataFrame, assumptions: Assumptions, places: Sequence[int]) -> pl.DataFrame:
    """The claims with a time of application each: as given, or at these places of the window."""
    opens = {each: opens_for(assumptions, each) for each in kept["year"].unique().to_list()}
    moments = [
        opens[each][0] + (place**assumptions.front * opens[each][1] >> _BITS * assumptions.front)
        for each, place in zip(kept["year"].to_list(), places, strict=True)
    ]
    at = pl.Series("assumed_at", moments, dtype=pl.Int64).cast(pl.Datetime("us"))
    return kept.with_columns(
        pl.col("applied_at").fill_null(at), assumed=pl.col("applied_at").is_null()
    )


def check(assumptions: Assumptions) -> None:
    """Raises `Fault` where an assumption cannot be."""
    for name, value in (("takeup", assumptions.takeup), ("share", assumptions.share)):
        if not 0 <= value <= 1:
            raise Fault(
                f"{name} 应在 0 与 100% 之间，写的是 {per_cent(value)}",
                f"{name} must lie between 0 and 100%, not {per_cent(value)}",
            )
    unknown = [each for each in assumptions.statuses if each not in STATUSES]
    if unknown:
        raise Fault(
            f"没有状态“{unknown[0]}”，可选 {'、'.join(STATUSES)}",
            f"there is no status “{unknown[0]}”; the statuses are {', '.join(STATUSES)}",
        )
    if assumptions.front < 1:
        raise Fault(
            f"front 应是不小于 1 的整数，写的是 {assumptions.front}",
            f"front must be a whole number of at least 1, not {assumptions.front}",
        )


def per_cent(value: Fraction) -> str:
    """A share in per cent, with one decimal where it needs one; cut, not rounded up."""
    tenths = int(value * 1000)
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def _columns(assumptions: Assumptions, given: frozenset[str]) -> list[pl.Expr]:
    """The columns of a claim, with those that the awards lack as unknown."""
    other = "certain" if assumptions.request == "ceiling" else "ceiling"
    applied = (
        pl.col("applied_on").cast(pl.Datetime("us"))
        if "applied_on" in given
        else pl.lit(None, pl.Datetime("us"))
    )
    return [
        pl.col("org_id").cast(pl.String),
        pl.col("measure").cast(pl.String),
        pl.col("year").cast(pl.Int64),
        pl.col(f"{assumptions.request}_fen").cast(pl.Int64).alias("asked_fen"),
        pl.col(f"{other}_fen").cast(pl.Int64).alias("other_fen"),
        applied.alias("applied_at"),
        *(
            pl.col(name) if name in given else pl.lit(None, pl.Int64).alias(name)
            for name in ("score", "tier")
        ),
    ]


def moment(microseconds: int) -> datetime:
    """A time of application, from microseconds since 1970 in the time of the place."""
    return datetime(1970, 1, 1) + timedelta(microseconds=microseconds)  # noqa: DTZ001  # times of the place


def _part(figure: pl.Expr, share: Fraction) -> pl.Expr:
    """A share of fen, cut to the fen."""
    return (figure.cast(pl.Int128) * share.numerator // share.denominator).cast(pl.Int64)


def _draw(assumptions: Assumptions, claim: str) -> tuple[bool, int]:
    """Whether a claim is made, and its place in the window as a number of 64 bits."""
    digest = hashlib.sha256(f"demand:{assumptions.seed}:{claim}".encode()).digest()
    will = int.from_bytes(digest[:8], "big")
    rate = assumptions.takeup
    return will * rate.denominator < rate.numerator << _BITS, int.from_bytes(digest[8:16], "big")


def opens_for(assumptions: Assumptions, year: int) -> tuple[int, int]:
    """When applications of a year open, in microseconds since 1970, and for how many."""
    first, last = assumptions.window(year)
    return (first - _EPOCH).days * _DAY, ((last - first).days + 1) * _DAY


def _day(year: int, day: tuple[int, int]) -> date:
    try:
        return date(year, *day)
    except ValueError:
        if day == (2, 29):
            return date(year, 2, 28)
        raise Fault(
            f"日历上没有 {day[0]}月{day[1]}日",
            f"there is no day {day[0]:02}-{day[1]:02} in the calendar",
        ) from None
