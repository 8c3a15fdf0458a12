"""What a draft does to pools and quotas, in words: for the terminal, the page and the report."""

from __future__ import annotations

from typing import Any

from huice.language.text import Text
from huice.population.pools.figure import day_of
from huice.population.pools.overlaps import lessened
from huice.population.reform.words import DRAFT, LAW, money, share

Row = dict[str, Any]
_SIDES = (("before", LAW), ("after", DRAFT))


def pool_name(row: Row) -> Text:
    """What a pool or quota is called, of one filled every year with the year."""
    year = "" if row["year"] is None else f" {row['year']}"
    return Text(f"{row['title']}{year}", f"{row['title_en']}{year}")


def pool_text(row: Row) -> Text:
    """The sentence of the text that sets a pool or quota."""
    return Text(row["says"], row["says_en"])


def pool_says(row: Row) -> tuple[Text, ...]:
    """What becomes of a pool or quota under law and draft: one sentence each, or one where both are alike."""
    told = {side: _side(row, side) for side, _ in _SIDES}
    if told["before"] == told["after"] and told["before"] is not None:
        both = Text(f"{LAW.zh}与{DRAFT.zh}", f"{LAW['en']} and {DRAFT['en']}")
        return (_said(both, told["before"]),)
    return tuple(_said(word, one) for side, word in _SIDES if (one := told[side]) is not None)


def _said(word: Text, what: Text) -> Text:
    en = word["en"]
    return Text(f"{word.zh}：{what.zh}。", f"{en[0].upper()}{en[1:]}: {what['en']}.")


def _side(row: Row, side: str) -> Text | None:
    """What becomes of it on one side; None where there is no such pool."""
    own = {name.removeprefix(f"{side}_"): row[name] for name in row if name.startswith(f"{side}_")}
    if own["units"] is None:
        return None
    said = [_holds(own, row["kind"]), *_claims(own, row["kind"]), *_unstated(own)]
    if own["removed"] or own["removed_unstated"] or own["lowered"]:
        less = lessened(
            {
                "removed": own["removed"],
                "removed_fen": own["removed_fen"],
                "unstated": own["removed_unstated"],
                "trimmed": own["lowered"],
                "trimmed_fen": own["lowered_fen"],
            }
        )
        said.append(Text(f"同组的已减：{less.zh}", f"already less, for groups: {less['en']}"))
    return Text("，".join(one.zh for one in said), ", ".join(one["en"] for one in said))


def _holds(own: Row, kind: str) -> Text:
    units, holds = own["units"], own["holds_fen"]
    if kind == "quota":
        return Text(f"名额 {units:,} 家", f"{units:,} {_noun(units, 'place')}")
    zh, en = (money(holds, lang) for lang in ("zh", "en"))
    if kind == "vouchers":
        return Text(f"规模 {units:,} 张、{zh}", f"{units:,} vouchers, {en} together")
    return Text(f"规模 {zh}", f"holds {en}")


def _claims(own: Row, kind: str) -> tuple[Text, ...]:
    """Who claims, how much of the pool that is, when it is used up, and who is left out."""
    claims, left = own["claims"], own["left_out"]
    if not claims:
        return () if own["unstated"] else (Text("没有申请", "nobody claims"),)
    if kind == "quota":
        asked = own["asked_units"]
        return (
            Text(f"申请 {asked:,} 家", f"{asked:,} {_noun(asked, 'firm')} apply"),
            Text(f"选中 {own['granted_units']:,} 家", f"{own['granted_units']:,} chosen"),
            _left(left, "家"),
        )
    part = _part(own)
    zh, en = (money(own["demand_fen"], lang) for lang in ("zh", "en"))
    pieces = Text("", "")
    if kind == "vouchers":
        pieces = Text(f" {own['asked_units']:,} 张、", f" {own['asked_units']:,} vouchers,")
    ends = own["exhausted_on"]
    end = Text("够用", "it lasts")
    if ends is not None:
        end = Text(f"{day_of(ends, 'zh')}用完", f"used up on {day_of(ends, 'en')}")
    return (
        Text(
            f"申请 {claims:,} 笔、{pieces.zh.strip()}{zh}，{part.zh}",
            f"{claims:,} {_noun(claims)} for{pieces['en']} {en} ({part['en']})",
        ),
        end,
        _left(left, "笔", own["in_part"]),
    )


def _part(own: Row) -> Text:
    """How much of the pool is asked for."""
    asked, units = own["asked_units"], own["units"]
    if not units:
        return Text("规模为 0", "it holds nothing")
    part = share(asked, units)
    if part == "0%":
        return Text("不到规模的 0.1%", "less than 0.1% of it")
    return Text(f"为规模的 {part}", f"{part} of it")


def _left(many: int, unit: str, cut: int = 0) -> Text:
    """Who got nothing, and how many claims got a part only."""
    said = Text("无人落空", "nobody left out")
    if many:
        said = Text(f"落空 {many:,} {unit}", f"{many:,} left out")
    if not cut:
        return said
    return Text(f"{said.zh}，{cut:,} {unit}只得部分", f"{said['en']}, {cut:,} served in part")


def _unstated(own: Row) -> tuple[Text, ...]:
    """The claims without an amount, which no sum holds."""
    many = own["unstated"]
    if not many:
        return ()
    if not own["claims"]:
        return (
            Text(
                f"申请 {many:,} 笔，都没有写明金额",
                f"{many:,} {_noun(many)}, no amount stated",
            ),
        )
    return (
        Text(f"另有 {many:,} 笔没有写明金额", f"{many:,} more {_noun(many)} without an amount"),
    )


def _noun(count: int, one: str = "claim") -> str:
    return one if count == 1 else f"{one}s"
