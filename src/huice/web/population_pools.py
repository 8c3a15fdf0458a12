"""The pools and quotas of a computed population: drawn, in tables, and under a draft. In one language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from huice.corpus.corpus import Corpus
from huice.language.text import Text
from huice.population.pools.allocation import Allocation, Share
from huice.population.pools.drawdown import Drawdown
from huice.population.pools.figure import day_of, drawdown_figure, told
from huice.population.pools.rules import find_rule
from huice.population.reform import Reform
from huice.population.reform.groups import city_name
from huice.population.reform.pool_words import pool_name, pool_says
from huice.population.reform.words import Grid, money
from huice.population.svg import NARROW, WIDE
from huice.web.population_sheets import Drawing, Section

Column: TypeAlias = tuple[Text, Callable[[Share], Text]]
"""A head, and what stands below it."""
MOST_POOLS = 6
"""Pools whose drawdown is drawn; the tables have all of them."""
_NONE = Text("—")


def pools(found: Allocation, drawn: Sequence[Drawdown], corpus: Corpus, lang: str) -> list[Section]:
    """One section: the tightest pools drawn; pools of money, and places and vouchers, in a table each."""
    shares = [share for share in found.shares if share.claims or share.unstated]
    if not shares:
        return []
    money_, counted = (
        [one for one in shares if (one.fund.kind == "money") == paid] for paid in (True, False)
    )
    grids = [_money_grid(money_, corpus, lang)] if money_ else []
    grids += [_counted_grid(counted, corpus, lang)] if counted else []
    return [
        Section(
            Text("资金池与名额", "Pools and quotas")[lang],
            tuple(_drawn(one)[lang] for one in drawn),
            figures=tuple(
                Drawing(drawdown_figure(one, lang, WIDE), drawdown_figure(one, lang, NARROW))
                for one in drawn
            ),
            grids=tuple(grids),
            notes=_sentences(found.says(), lang),
        )
    ]


def draft_pools(found: Reform, lang: str) -> list[Section]:
    """One section: what becomes of each pool and quota that the draft can move, under law and draft."""
    rows = found.pools.rows(named=True)
    if not rows:
        return []
    told_ = [
        Text(
            f"{pool_name(row).zh}。{''.join(one.zh for one in pool_says(row))}",
            f"{pool_name(row)['en']}. {' '.join(one['en'] for one in pool_says(row))}",
        )
        for row in rows
    ]
    title = Text("草案下的资金池与名额", "Pools and quotas under the draft")
    return [
        Section(
            title[lang],
            tuple(one[lang] for one in told_),
            notes=_sentences(found.pool_notes, lang),
        )
    ]


def _sentences(said: Iterable[Text], lang: str) -> tuple[str, ...]:
    return tuple(f"{one[lang]}{Text('。', '.')[lang]}" for one in said)


def _drawn(one: Drawdown) -> Text:
    """A drawn pool in words."""
    title, said = one.fund.title, told(one)
    return Text(
        f"{title.zh}：{''.join(each.zh for each in said)}",
        f"{title['en']}: {' '.join(each['en'] for each in said)}",
    )


def _money_grid(shares: Sequence[Share], corpus: Corpus, lang: str) -> Grid:
    """Pools of money: what is asked, what is given, when it is used up."""
    columns: tuple[Column, ...] = (
        (Text("城市", "City"), lambda one: _city(one, corpus)),
        (Text("规模", "Holds"), lambda one: _money(one.fund.holds_fen)),
        (Text("申请", "Claims"), _claims),
        (Text("申请额", "Asked"), lambda one: _money(one.asked_fen if one.claims else None)),
        (Text("发放额", "Given"), lambda one: _money(one.granted_fen if one.claims else None)),
        (Text("落空", "Left out"), _left),
        (Text("用完", "Used up"), _ends),
    )
    title = Text(
        "资金池：先到先得，按推定的申请时间",
        "Pools: first come, first served, at the assumed times",
    )
    return _grid(title, Text("资金池", "Pool"), columns, shares, lang)


def _counted_grid(shares: Sequence[Share], corpus: Corpus, lang: str) -> Grid:
    """Places and vouchers: how many there are, how many qualify and apply, get one and are left out."""
    columns: tuple[Column, ...] = (
        (Text("城市", "City"), lambda one: _city(one, corpus)),
        (Text("数量", "Number"), _number),
        (Text("符合并申请", "Qualify, apply"), _applicants),
        (
            Text("得到", "Get one"),
            lambda one: _pieces(one, one.granted_units) if one.claims else _NONE,
        ),
        (Text("落空", "Left out"), _left),
        (Text("怎样分", "How"), _how),
    )
    title = Text("名额与限量的券", "Places and limited vouchers")
    return _grid(title, Text("名额或券", "Places or vouchers"), columns, shares, lang)


def _grid(
    title: Text, first: Text, columns: Sequence[Column], shares: Sequence[Share], lang: str
) -> Grid:
    return Grid(
        title[lang],
        (first[lang], *(head[lang] for head, _ in columns)),
        tuple(
            (_name(share)[lang], *(tell(share)[lang] for _, tell in columns)) for share in shares
        ),
    )


def _name(share: Share) -> Text:
    title, year = share.fund.title, f" {share.year}" if share.year else ""
    return Text(f"{title.zh}{year}", f"{title['en']}{year}")


def _city(share: Share, corpus: Corpus) -> Text:
    return city_name(share.fund.place.split("/", maxsplit=1)[0], corpus)


def _money(fen: int | None) -> Text:
    return Text(money(fen, "zh"), money(fen, "en"))


def _number(share: Share) -> Text:
    """How many there are."""
    told_ = _pieces(share, share.fund.units)
    if share.fund.kind != "quota":
        return told_
    return Text(told_.zh, _plural(share.fund.units, "place"))


def _pieces(share: Share, number: int) -> Text:
    """So many firms that have a place, or vouchers."""
    if share.fund.kind == "quota":
        return Text(f"{number:,} 家", _plural(number, "firm"))
    return Text(f"{number:,} 张", _plural(number, "voucher"))


def _plural(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _claims(share: Share) -> Text:
    """How many claims; those without an amount beside them, for they are in no sum."""
    made, silent = share.claims, share.unstated
    if not made:
        return Text(f"{silent:,} 笔，未写明金额", f"{silent:,}, no amount stated")
    if not silent:
        return Text(f"{made:,} 笔", f"{made:,}")
    return Text(f"{made:,} 笔，另 {silent:,} 笔未写明金额", f"{made:,}; {silent:,} with no amount")


def _applicants(share: Share) -> Text:
    """The firms that qualify and apply for a place, or the vouchers that are asked for."""
    if not share.claims:
        return _claims(share)
    return _pieces(share, share.asked_units)


def _left(share: Share) -> Text:
    """Who gets nothing: firms of a quota, else claims."""
    if not share.claims:
        return _NONE
    if share.fund.kind == "quota":
        number, zh, en = share.asked_units - share.granted_units, "家", "firm"
    else:
        number, zh, en = share.refused, "笔", "claim"
    return Text(f"{number:,} {zh}", _plural(number, en)) if number else Text("没有", "nobody")


def _ends(share: Share) -> Text:
    """When a pool is used up; nothing is said where no claim states an amount."""
    if not share.claims:
        return _NONE
    day = share.exhausted_on
    return Text(day_of(day, "zh"), day_of(day, "en")) if day else Text("够用", "lasts")


def _how(share: Share) -> Text:
    """The rule; of one that decides as claims come the day on which there are no more."""
    rule = find_rule(share.rule)
    if not rule.timed or not share.claims:
        return rule.title
    day = share.exhausted_on
    if day is None:
        return Text(f"{rule.title.zh}，有剩余", f"{rule.title['en']}: some remain")
    return Text(
        f"{rule.title.zh}，{day_of(day, 'zh')}发完",
        f"{rule.title['en']}: none left from {day_of(day, 'en')} on",
    )
