"""Pools on a terminal: the list of them, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from huice.cli import cards
from huice.cli.find import place_name
from huice.cli.page import Column, Page
from huice.cli.rejected import say_set_aside
from huice.cli.surface import Surface
from huice.language.text import Text
from huice.population.pools import FEN, Fund
from huice.population.pools.allocation import Allocation, Share
from huice.population.pools.bands import HEADS, bands, cut_says, lasts_says
from huice.population.pools.demand import per_cent
from huice.population.pools.figure import day_of
from huice.population.pools.files import SCHEMA, fund_dict, share_dict
from huice.population.pools.forecast import Forecast
from huice.population.pools.overlaps import lessened
from huice.population.pools.rules import find_rule
from huice.population.reform.source import SetAside

STATED = {
    "at_most": Text("至多", "at most"),
    "nominal": Text("约", "nominally"),
}
_NAMED = 5
"""How many of those left out are named."""


def show_list(out: Surface, funds: Sequence[Fund]) -> None:
    """Every pool and quota: what it holds, for how long, its id, and its sentence."""
    if out.as_json:
        out.emit({"schema": SCHEMA, "pools": [fund_dict(fund) for fund in funds]})
        return
    page = out.page()
    page.heading(
        out.say("资金池与名额", "Pools and quotas"),
        out.say(f"政策汇编 {out.corpus.version}", f"corpus {out.corpus.version}"),
    )
    placed = sorted(funds, key=lambda fund: _city(out, fund))
    for city, group in groupby(placed, key=lambda fund: _city(out, fund)):
        page.blank()
        page.para(
            [(out.text(place_name(out.corpus, out.corpus.places[city].split("/")[0])), "strong")]
        )
        for fund in group:
            page.split([(out.text(fund.title), "strong")], _holds(out, fund), 2)
            page.field(out.say("原文", "Text"), out.text(fund.says), 6, 4)
            page.para([(fund.id, "quiet")], 4)
    page.blank()
    page.para(
        out.say(
            "资金池不是对任何一家企业的承诺；够不够、何时用完，用 huice pools 企业表 测算。",
            "A pool is no promise to any firm. How far it goes: huice pools TABLES.",
        )
    )
    out.show(page)


def show(
    out: Surface,
    found: Allocation,
    forecasts: Sequence[Forecast],
    varies: Sequence[Text],
    aside: SetAside,
    files: Sequence[Path],
) -> None:
    """What became of every fund with claims, then the assumptions, and what `varies` from run to run.

    `aside` says which rows of the tables were set aside.
    """
    assumed = (*found.says(), *varies)
    drawn = {(one.fund.id, one.year): one for one in forecasts}
    if out.as_json:
        out.emit(
            {
                "schema": SCHEMA,
                "assumptions": [{"zh": each.zh, "en": each.en} for each in assumed],
                "pools": [
                    share_dict(found, share, drawn.get((share.fund.id, share.year)))
                    for share in found.shares
                ],
                "tables": aside.as_dict(),
                "files": [str(path) for path in files],
            }
        )
        return
    page = out.page()
    page.heading(
        out.say("资金池的分配", "Pools given out"),
        out.say(f"政策汇编 {out.corpus.version}", f"corpus {out.corpus.version}"),
    )
    say_set_aside(out, page, aside.counts)
    idle = [share for share in found.shares if not share.claims and not share.unstated]
    for share in found.shares:
        if share.claims or share.unstated:
            page.blank()
            _share(out, page, found, share)
            if (one := drawn.get((share.fund.id, share.year))) is not None:
                _runs(out, page, one)
    if idle:
        page.blank()
        page.para(_idle(out, idle))
    page.blank()
    page.para([(out.say("假设", "Assumptions"), "strong")])
    for sentence in assumed:
        page.para(f"· {out.text(sentence)}{out.say('。', '.')}", 2, 2)
    for path in files:
        page.para(out.say(f"已写好 {path}", f"{path} is written"))
    cards.disclaimer(out, page)
    out.show(page)


def _share(out: Surface, page: Page, found: Allocation, share: Share) -> None:
    fund, wide = share.fund, 10 if out.lang == "zh" else 14
    title = out.text(fund.title) + (f" {share.year}" if share.year else "")
    page.split([(title, "strong")], fund.id)
    page.field(out.say("规模", "Holds"), _holds(out, fund), wide, 2)
    if not share.claims:
        silent = out.say(
            f"{share.unstated} 笔，条文没有写金额",
            f"{out.count(share.unstated, en_unit='claim')}, no amount stated",
        )
        page.field(out.say("申请", "Asked"), silent, wide, 2)
        return
    page.field(out.say("规则", "Rule"), _rule(out, share), wide, 2)
    page.field(out.say("申请", "Asked"), _asked(out, share), wide, 2)
    for silent in _silent(out, share):
        page.field("", [(silent, "quiet")], wide, 2)
    page.field(out.say("发放", "Granted"), _granted(out, share), wide, 2)
    page.field(*_decided(out, share), wide, 2)
    page.field(out.say("落空", "Left out"), _left(out, found, share), wide, 2)


def _runs(out: Surface, page: Page, found: Forecast) -> None:
    """What the runs say: how often the fund is enough, and the bands of its figures."""
    told = out.say(
        f"模拟 {found.runs:,} 次（种子 {found.seed}）：",
        f"{found.runs:,} runs (seed {found.seed}): ",
    )
    page.para(f"{told}{out.text(lasts_says(found))}{out.say('。', '.')}", 2, 2)
    columns = [Column(""), *(Column(out.text(head), right=True) for head in HEADS)]
    rows = [(out.text(row.label), *map(out.text, row.cells)) for row in bands(found)]
    page.table(columns, rows, 4)


def _rule(out: Surface, share: Share) -> str:
    """The rule, and whether it decides as claims come or all at once."""
    rule = find_rule(share.rule)
    how = (
        Text("随到随办", "decided as claims come")
        if rule.timed
        else Text("收齐后一次分配", "all decided at once, when all have come")
    )
    return out.say(f"{rule.title.zh}（{how.zh}）", f"{rule.title['en']} ({how.en})")


def _silent(out: Surface, share: Share) -> Iterator[str]:
    """What is not among the claims: those without an amount, and what groups took away."""
    if share.unstated:
        yield out.say(
            f"另有 {share.unstated} 笔条文没有写金额，不计入",
            f"{share.unstated} more state no amount and are not counted",
        )
    if share.taken:
        lost = lessened(share.taken)
        yield out.say(f"同组的已减：{lost.zh}", f"already less, for groups: {lost.en}")


def _asked(out: Surface, share: Share) -> str:
    money = out.money(Fraction(share.asked_fen, FEN))
    after = (
        out.say("（内层资金池发放后）", " (after the pools inside it)") if share.fund.inside else ""
    )
    return f"{out.count(share.claims, '笔', 'claim')}{out.say('，', ', ')}{money}{after}"


def _granted(out: Surface, share: Share) -> str:
    money, used = out.money(Fraction(share.granted_fen, FEN)), per_cent(share.utilisation)
    if share.fund.kind == "quota":
        chosen = out.count(share.granted_units, "家", "firm")
        return out.say(f"选中 {chosen}，{money}", f"{chosen} chosen, {money}")
    counts = out.say(
        f"全额 {share.full} 笔，部分 {share.cut} 笔", f"{share.full} in full, {share.cut} in part"
    )
    return out.say(f"{money}（用去 {used}）：{counts}", f"{money} ({used} of it): {counts}")


def _decided(out: Surface, share: Share) -> tuple[str, str]:
    """What the rule turned on: the day it is used up, the factor, the score or tier that cuts, the chance."""
    if find_rule(share.rule).timed:
        return out.say("用完", "Used up"), _end(out, share)
    if share.cutoff is not None:
        score = share.rule == "ranked"
        label = out.say("分数线", "Cut-off") if score else out.say("到第几层", "Cut-off")
        return label, out.text(cut_says(share.cutoff, score=score))
    if share.rule == "pro-rata":
        each = out.say("每笔得申请额的 ", "each gets ")
        return out.say("比例", "Factor"), each + per_cent(share.factor) + out.say(
            "", " of its claim"
        )
    if share.rule == "lottery":
        return out.say("中签率", "Chance"), _chance(out, share)
    return out.say("比例", "Factor"), per_cent(share.factor)


def _chance(out: Surface, share: Share) -> str:
    """How many of those who ask are drawn: firms of a quota, else claims."""
    of, got, unit = share.claims, share.full + share.cut, Text("笔", "claim")
    if share.fund.kind == "quota":
        of, got, unit = share.asked_units, share.granted_units, Text("家", "firm")
    told = out.say(
        f"{of} {unit.zh}中签 {got} {unit.zh}", f"{got} of {out.count(of, en_unit=unit['en'])}"
    )
    return per_cent(Fraction(got, of)) + out.say(f"（{told}）", f" ({told})")


def _end(out: Surface, share: Share) -> str:
    if share.exhausted_on is None:
        return out.say("没有用完", "not used up")
    day = day_of(share.exhausted_on, out.lang)
    return out.say(f"{day}，申请达到规模", f"{day}, when the requests reach what it holds")


def _left(out: Surface, found: Allocation, share: Share) -> str:
    if not share.refused:
        return out.say("没有", "nobody")
    rows = found.left_out(share.fund.id, share.year)
    names = rows.filter(rows["granted_fen"] == 0)["org_id"].unique(maintain_order=True)
    some = out.comma.join(names.head(_NAMED).to_list())
    more = out.say("等", " and others") if len(names) > _NAMED else ""
    told = out.count(share.refused, "笔", "claim")
    return told + (out.say(f"：{some}{more}", f": {some}{more}") if some else "")


def _holds(out: Surface, fund: Fund) -> str:
    """What a fund holds, in words: money, vouchers or places; for each year or once."""
    period = out.say("每年", "a year") if fund.yearly else out.say("共", "in all")
    if fund.kind == "quota":
        return out.say(f"{fund.units} 家", out.count(fund.units, en_unit="place"))
    money = out.money(Fraction(fund.holds_fen or 0, FEN))
    stated = STATED.get(fund.stated)
    if fund.face_fen is not None:
        face = out.money(Fraction(fund.face_fen, FEN))
        money = out.say(f"{fund.units} 张 × {face} = {money}", f"{fund.units:,} × {face} = {money}")
    if out.lang == "en":
        return " ".join(part for part in (stated["en"] if stated else "", money, period) if part)
    return f"{period}{stated.zh if stated else ''} {money}"


def _idle(out: Surface, idle: Sequence[Share]) -> str:
    number = len({share.fund.id for share in idle})
    return out.say(
        f"另有 {number} 个资金池和名额没有写明金额的申请，见 huice pools。",
        f"No claims with an amount on the other {number} pools and quotas; see huice pools.",
    )


def _city(out: Surface, fund: Fund) -> int:
    """The place of a fund's city in the order of the vocabulary."""
    city = fund.place.split("/")[0]
    return next((i for i, place in enumerate(out.corpus.places) if place.split("/")[0] == city), 0)
