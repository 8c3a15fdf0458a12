"""`huice sensitivity`: which fact, reading or decision moves the result of one place most."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from huice.analysis.sensitivity import Bar, End, Sensitivity
from huice.analysis.sensitivity import sensitivity as find_swings
from huice.analysis.tornado_svg import SHOWN, tornado
from huice.cli import cards
from huice.cli.find import find_places, place_name, read
from huice.cli.options import (
    DateOption,
    ForceOption,
    NarrowOption,
    ProfileFile,
    ReadingOption,
    refuse_to_overwrite,
)
from huice.cli.page import Page
from huice.cli.surface import Surface, bad_input
from huice.cli.words import CEILING, CERTAIN
from huice.evaluate.facts import Exact
from huice.language.text import Text

KINDS: dict[str, Text] = {
    "number": Text("数", "number"),
    "choice": Text("选项", "choice"),
    "truth": Text("是否", "yes or no"),
    "member": Text("有无", "there or not"),
    "reading": Text("读法", "reading"),
    "decision": Text("裁量", "decision"),
}
BAR = 24
"""Columns of the longest bar."""


def sensitivity(
    out: Surface,
    profile: ProfileFile,
    place: Annotated[
        str | None,
        typer.Option(
            "--place",
            metavar="PLACE",
            help="假定落在此地：编号或名称，只能一处 // Assume this place: id or name, one only",
        ),
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option(
            "--fact",
            metavar="FACT=LOW..HIGH",
            help="某个数的范围，如 contracts[0].paid_yuan=20万元..80万元，可写多次；缺省为所填数的 ±50% // "
            "The range of a number, such as contracts[0].paid_yuan=200000..800000; may be repeated; "
            "50% each way if left out",
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="列出全部，含企业不会改变的已填事实 // List everything, with stated facts that a firm "
            "does not change",
        ),
    ] = False,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FILE", help="画成 SVG 文件 // Draw it into an SVG file"),
    ] = None,
    narrow: NarrowOption = False,
    reading: ReadingOption = None,
    as_of: DateOption = None,
    force: ForceOption = False,
) -> None:
    """The longest bars first."""
    refuse_to_overwrite(svg, force=force)
    checked = read(out, profile, as_of, reading)
    found = find_swings(checked, out.corpus, _place(out, place), ranges(fact or ()), settled=every)
    name = place_name(out.corpus, found.place)
    if svg is not None:
        most = len(found.bars) if every else SHOWN
        drawn = tornado(found, name, out.lang, most=most, narrow=narrow)
        svg.write_text(drawn, encoding="utf-8")
    if out.as_json:
        out.emit(found.to_dict())
        return
    page = out.page()
    page.heading(
        checked.name or out.say("什么最影响结果", "What moves the result most"),
        out.say(
            f"{name.zh} · 申报日 {found.as_of} · 政策汇编 {found.corpus_version}",
            f"{name['en']} · as of {found.as_of} · corpus {found.corpus_version}",
        ),
    )
    show(out, page, found, every=every)
    if svg is not None:
        page.blank()
        page.para(out.say(f"已画成 {svg}", f"drawn into {svg}"))
    cards.disclaimer(out, page)
    out.show(page)


def ranges(written: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Ranges typed as `FACT=LOW..HIGH`. Raises `BadInput` where that is not so."""
    found = {}
    for one in written:
        fact, equals, span = one.partition("=")
        low, dots, high = span.partition("..")
        if not (equals and dots and fact.strip() and low.strip() and high.strip()):
            raise bad_input(
                "T004",
                f"--fact 写作 事实=从..到，如 contracts[0].paid_yuan=20万元..80万元，写的是“{one}”",
                f"--fact is FACT=LOW..HIGH, such as contracts[0].paid_yuan=200000..800000, not “{one}”",
            )
        found[fact.strip()] = (low.strip(), high.strip())
    return found


def _place(out: Surface, word: str | None) -> str | None:
    if word is None:
        return None
    places = find_places(out.corpus, [word])
    if len(places) > 1:
        zh = "、".join(place_name(out.corpus, one).zh for one in places)
        en = ", ".join(places)
        raise bad_input(
            "T005",
            f"“{word}”有几处，敏感度一次只算一处：{zh}",
            f"“{word}” stands for several places; name one: {en}",
        )
    return places[0]


def show(out: Surface, page: Page, found: Sensitivity, *, every: bool) -> None:
    """The bars, each with its two ends; what moves nothing is counted."""
    page.field(out.text(CERTAIN), out.money(found.certain), 22 if out.lang == "en" else 12)
    page.field(out.text(CEILING), out.money(found.ceiling), 22 if out.lang == "en" else 12)
    bars = found.bars if every else found.top(SHOWN)
    longest = max([1, *(bar.swing for bar in bars)])
    for bar in bars:
        page.blank()
        _bar(out, page, bar, longest)
    page.blank()
    left = len(found.bars) - len(bars)
    less = out.say(f"另有 {left} 项影响较小（--all）；", f"{left} more move it less (--all); ")
    level = len(found.level)
    told = (less if left else "") + out.say(
        f"{level} 项变动后结果不变。", f"{level} that were varied change nothing."
    )
    page.para((told, "quiet"))
    page.para(
        (
            out.say(
                "每项单独变动，其余不变；没有指定范围的数取所填数的一半到一倍半，未填的数取规则有区别的范围。",
                "Each varies alone. A number without a range of its own runs from half to one and a half "
                "of what is stated; one that is not given runs as far as the rules tell it apart.",
            ),
            "quiet",
        )
    )


def _bar(out: Surface, page: Page, bar: Bar, longest: Exact) -> None:
    length = max(1, int(BAR * bar.swing // longest))
    sign = "#" if out.ascii_only else "█"
    page.split([(out.text(bar.label), "strong")], out.text(KINDS[bar.kind]))
    page.para([(sign * length, "accent"), (f" {out.money(bar.swing)}", "")], 2)
    page.para((out.say(f"现在：{bar.now.zh}", f"now: {bar.now['en']}"), "quiet"), 2, 2)
    for end in _ends(bar):
        page.para(end_says(out, end), 2, 2)


def _ends(bar: Bar) -> list[End]:
    """The ends, the lower ceiling first; between them what lies outside of both."""
    return sorted(bar.ends, key=lambda end: (end.ceiling, end.certain))


def end_says(out: Surface, end: End) -> str:
    """A value and what the place gives with it."""
    sums = f"{out.text(CEILING)} {out.money(end.ceiling)}"
    if end.certain:
        sums += f"{out.semicolon}{out.text(CERTAIN)} {out.money(end.certain)}"
    return f"{out.text(end.says)}{out.colon}{sums}"
