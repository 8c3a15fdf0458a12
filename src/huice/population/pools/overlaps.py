"""What groups of measures leave of a firm's claims: only the highest of a group, a joint ceiling over the sum.

A total of the evaluator takes the highest figure of such a group; here the firm makes the one claim that has
it. Figures are fen over the whole horizon. A group that only warns changes nothing, here as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import polars as pl
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.language.money import wan
from huice.language.text import Text
from huice.population.pools.fund import FEN, Readings, fen_of

TOUCHED = {
    "group": pl.String,
    "measure": pl.String,
    "year": pl.Int64,
    "removed": pl.Int64,
    "removed_fen": pl.Int64,
    "unstated": pl.Int64,
    "trimmed": pl.Int64,
    "trimmed_fen": pl.Int64,
}
"""What groups took away, by measure and year: claims not made (`removed`, and `unstated` those without an
amount), claims made lower (`trimmed`), and the fen of both."""


LEFT_ASIDE = Text(
    "不看组别：同一家企业在只能享受一项的几项上，每项都算申请",
    "Groups are left aside: a firm claims every measure of a group of which only one is granted",
)


class Overlap(Struct, frozen=True):
    """A group as it binds claims: `highest` leaves one, `cap_fen` bounds their sum, in a year if `yearly`.

    `members` stand in the order of the group. `counted` are those that a total counts: benefits that the
    applicant keeps and whose text states an amount.
    """

    id: str
    says: Text
    members: tuple[str, ...]
    counted: frozenset[str]
    highest: bool
    cap_fen: int | None = None
    yearly: bool = False

    def rule(self) -> Text:
        """What the group does, with its sentence as source."""
        does = Text("只申请最高的一项", "only the highest is claimed")
        if self.cap_fen is not None:
            each = Text("每年", " a year") if self.yearly else Text("", "")
            capped = Text(
                f"{each.zh}合计不超过 {_money(self.cap_fen, 'zh')}",
                f"at most {_money(self.cap_fen, 'en')} together{each.en}",
            )
            if self.highest:
                capped = Text(f"{does.zh}，{capped.zh}", f"{does.en}, {capped.en}")
            does = capped
        return Text(
            f"组 {self.id}（依据：{self.says.zh}）{does.zh}",
            f"Group {self.id} (source: {self.says['en']}): {does.en}",
        )


def overlaps(
    corpus: Corpus, readings: Readings | None = None, measures: Iterable[str] | None = None
) -> tuple[Overlap, ...]:
    """The groups that bind claims, under the readings; with `measures`, those that hold one of them."""
    wanted = readings or {}
    groups = corpus.groups if measures is None else corpus.groups_of(measures)
    found = []
    for group in groups:
        rule = wanted.get(group.id, {}).get("rule", group.rule)
        if rule == "warn" or (rule == "stack" and group.ceiling is None):
            continue
        own = [corpus.measure(id_) for id_ in group.members if id_ in corpus]
        cap = None
        if group.ceiling is not None:
            cap = fen_of(group.ceiling.amount)  # type: ignore[arg-type]  # a literal, checked at load
        found.append(
            Overlap(
                group.id,
                group.says,
                group.members,
                frozenset(one.id for one in own if one.benefit and one.kept and one.quantified),
                rule == "highest",
                cap,
                group.ceiling is not None and group.ceiling.period != "total",
            )
        )
    return tuple(found)


def partners(groups: Sequence[Overlap]) -> set[str]:
    """All members of these groups: what has to be known of a firm before its claims are."""
    return {member for group in groups for member in group.members}


def bounded(rows: pl.DataFrame, groups: Sequence[Overlap]) -> pl.DataFrame:
    """The rows with `group` and `allowed_fen`: what the groups leave of `asked_fen`, and `barred` claims.

    Rows are claims `org_id, measure, year, asked_fen`, beside which `other_fen` is the figure that settles a
    tie; null amounts are unstated. A claim that is `barred` is not made.
    """
    known = pl.DataFrame(
        [
            (member, group.id, place, member in group.counted, group.highest, group.cap_fen, group.yearly)
            for group in groups
            for place, member in enumerate(group.members)
        ],
        schema={
            "measure": pl.String, "group": pl.String, "place": pl.Int64, "counted": pl.Boolean,
            "highest": pl.Boolean, "cap_fen": pl.Int64, "yearly": pl.Boolean,
        },
        orient="row",
    )  # fmt: skip
    joined = rows.join(known, on="measure", how="left", maintain_order="left")
    best = _chosen(joined.filter("highest"))
    joined = joined.join(
        best, on=["org_id", "group"], how="left", maintain_order="left"
    ).with_columns(
        barred=pl.col("highest").fill_null(value=False) & (pl.col("measure") != pl.col("best"))
    )
    left = pl.when("barred").then(None).otherwise("asked_fen")
    return _capped(joined.with_columns(allowed_fen=left)).drop(
        "place", "counted", "highest", "cap_fen", "yearly", "best"
    )


def _chosen(rows: pl.DataFrame) -> pl.DataFrame:
    """For each firm and group that takes the highest, the `best` measure: the one that is claimed.

    The highest figure of those that a total counts, over all rows; if equal, the higher other figure; if equal,
    the first in the order of the group. Only where none states an amount, one without is claimed.
    """
    keys = ["org_id", "group"]
    figures = rows.group_by(*keys, "measure").agg(
        pl.col("place", "counted").first(),
        stated=pl.col("asked_fen").is_not_null().any(),
        fen=pl.col("asked_fen").cast(pl.Int128).sum(),
        other=pl.col("other_fen").cast(pl.Int128).sum(),
    )
    pays = pl.col("fen") > 0
    unlike = pl.when(pays & pl.col("counted")).then(0).when(pays).then(1)
    ranked = figures.with_columns(
        rank=unlike.when(~pl.col("stated")).then(2).otherwise(3),
    ).sort("rank", "fen", "other", "place", descending=[False, True, True, False], nulls_last=True)
    return ranked.group_by(keys, maintain_order=True).agg(best=pl.col("measure").first())


def _capped(rows: pl.DataFrame) -> pl.DataFrame:
    """Joint ceilings cut the claims of a firm in the order of years, and within one in that of the group."""
    counts = pl.col("cap_fen").is_not_null() & pl.col("counted")
    if not rows.select(counts.any()).item():
        return rows
    amount = pl.col("allowed_fen").fill_null(0).cast(pl.Int128)
    over = ["org_id", "group", pl.when("yearly").then("year")]
    before = (pl.when(counts).then(amount).otherwise(0).cum_sum() - amount).over(over)
    left = pl.min_horizontal(amount, (pl.col("cap_fen") - before).clip(lower_bound=0))
    ordered = rows.with_row_index("row").sort("year", "place", maintain_order=True)
    cut = ordered.with_columns(
        allowed_fen=pl.when(counts & pl.col("allowed_fen").is_not_null())
        .then(left.cast(pl.Int64))
        .otherwise("allowed_fen")
    )
    return cut.sort("row").drop("row")


def touched(rows: pl.DataFrame) -> pl.DataFrame:
    """What the groups took from claims `asked_fen`, of which they leave `allowed_fen`; see `TOUCHED`."""
    asked, left = pl.col("asked_fen").fill_null(0), pl.col("allowed_fen").fill_null(0)
    gone = (asked > 0) & (left == 0)
    less = (asked > left) & (left > 0)
    taken = asked - left
    found = (
        rows.filter(pl.col("group").is_not_null() & ((asked > left) | pl.col("barred")))
        .group_by("group", "measure", "year")
        .agg(
            removed=gone.sum().cast(pl.Int64),
            removed_fen=taken.filter(gone).sum(),
            unstated=(pl.col("barred") & pl.col("asked_fen").is_null()).sum().cast(pl.Int64),
            trimmed=less.sum().cast(pl.Int64),
            trimmed_fen=taken.filter(less).sum(),
        )
    )
    some = pl.sum_horizontal("removed", "unstated", "trimmed") > 0
    return (
        found.filter(some)
        .select(pl.col(name).cast(kind) for name, kind in TOUCHED.items())
        .sort("group", "measure", "year")
    )


def told(groups: Sequence[Overlap], taken: pl.DataFrame) -> tuple[Text, ...]:
    """The published rule in words, and for each group that took something away, its source and how much."""
    if not groups:
        return ()
    found = []
    if any(group.highest for group in groups):
        found.append(
            Text(
                "同组只能享受一项的，每家企业只申请整个期间合计最高的一项；金额相同的比另一个数额（上限或"
                "确定额），再相同的按组内次序；没有写明金额的比不了高低，同组有写明金额的就不申请",
                "Of a group of which only one is granted, a firm claims the one that is highest over the whole "
                "period; if equal, the one with the higher other figure (ceiling or certain sum), then the "
                "first in the group; one without an amount cannot be compared and is claimed only if no other "
                "states one",
            )
        )
    if any(group.cap_fen is not None for group in groups):
        found.append(
            Text(
                "有共同上限的，按年份先后、同年按组内次序申请，超过上限的部分不申请",
                "Under a joint ceiling claims are made by year, then in the order of the group; what exceeds "
                "the ceiling is not claimed",
            )
        )
    sums = (
        taken.drop("measure", "year")
        .group_by("group")
        .sum()
        .rows_by_key("group", named=True, unique=True)
    )
    for group in groups:
        if group.id in sums:
            rule, lost = group.rule(), lessened(sums[group.id])
            found.append(Text(f"{rule.zh}，{lost.zh}", f"{rule.en}; {lost.en}"))
    return tuple(found)


def lessened(taken: Mapping[str, int]) -> Text:
    """How many claims and how much groups took away, in words."""
    zh, en = [], []
    if taken["removed"]:
        zh.append(f"去掉 {taken['removed']} 笔、{_money(taken['removed_fen'], 'zh')}")
        en.append(f"{taken['removed']} not made ({_money(taken['removed_fen'], 'en')})")
    if taken["unstated"]:
        zh.append(f"去掉没有写金额的 {taken['unstated']} 笔")
        en.append(f"{taken['unstated']} without an amount not made")
    if taken["trimmed"]:
        zh.append(f"压低 {taken['trimmed']} 笔、{_money(taken['trimmed_fen'], 'zh')}")
        en.append(f"{taken['trimmed']} lowered (by {_money(taken['trimmed_fen'], 'en')})")
    return Text("，".join(zh), ", ".join(en))


def _money(fen: int, lang: str) -> str:
    return wan(Fraction(fen, FEN), lang)
