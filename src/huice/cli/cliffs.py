"""`huice cliffs`: where one yuan more brings less, nothing, or much; of all rules, or of one firm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from huice.analysis import Catalogue, Curve, Entry, Line, NotLinear, catalogue, curve
from huice.analysis.axis import Axis, stated
from huice.analysis.cliffs import Break
from huice.analysis.curve import AtPlace
from huice.analysis.svg import Chart, drawing
from huice.analysis.tell import KINDS, kind_of, number_of, what, where, why
from huice.cli import cards
from huice.cli.find import find_measures, find_places, level, place_name, read
from huice.cli.options import (
    DateOption,
    ForceOption,
    NarrowOption,
    ReadingOption,
    refuse_to_overwrite,
)
from huice.cli.page import Page
from huice.cli.surface import BadInput, Surface, bad_input
from huice.cli.words import CEILING, CERTAIN
from huice.evaluate.facts import Profile

PROFILES = (".yaml", ".yml", ".json")


def cliffs(
    out: Surface,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROFILE|MEASURE",
            help="画像文件（须加 --fact），或事项；都不写则列出全部事项 // A profile (with --fact), or "
            "measures; without either, all measures",
        ),
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option(
            "--fact",
            metavar="FACT",
            help="让画像里的哪个数变动，如 contracts[0].paid_yuan；写几个则同额变动 // Which number of the "
            "profile varies, such as contracts[0].paid_yuan; several take the same number",
        ),
    ] = None,
    low: Annotated[
        str,
        typer.Option(
            "--from", metavar="AMOUNT", help="从多少起，缺省 0 // From how much, 0 if left out"
        ),
    ] = "0",
    high: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="AMOUNT",
            help="到多少止，如 200万元；缺省不限 // Up to how much, such "
            "as 2000000; without end if left out",
        ),
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option(
            "--place",
            metavar="PLACE",
            help="只看此地：编号、名称或城市，可写多次 // Only this "
            "place: id, name or city; may be repeated",
        ),
    ] = None,
    losses: Annotated[
        bool,
        typer.Option(
            "--losses", help="只看越过反而少得的断崖 // Only cliffs, where more brings less"
        ),
    ] = False,
    readings: Annotated[
        bool,
        typer.Option(
            "--readings",
            help="各种读法都看（不限默认读法） // Under every reading, not only the default ones",
        ),
    ] = False,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg", metavar="FILE", help="把曲线画成 SVG 文件 // Draw the curves into an SVG file"
        ),
    ] = None,
    narrow: NarrowOption = False,
    reading: ReadingOption = None,
    as_of: DateOption = None,
    force: ForceOption = False,
) -> None:
    """Of all rules, of some measures, or of one number of a firm."""
    refuse_to_overwrite(svg, force=force)
    paths = [word for word in words or () if _is_profile(word)]
    measures = find_measures(out.corpus, [word for word in words or () if word not in paths])
    places = find_places(out.corpus, place or ()) or None
    if not paths and not fact:
        found = catalogue(out.corpus, measures, places, readings=readings)
        charts = _charts_of(found.losses if losses else found.entries)
        _write(out, svg, charts, narrow=narrow)
        _show_catalogue(out, found, svg, losses=losses)
        return
    if len(paths) != 1:
        raise bad_input("T004", *_ONE_FIRM)
    profile = read(out, paths[0], as_of, reading)
    if not fact:
        raise _no_fact(out, profile, paths[0])
    try:
        drawn = curve(profile, fact[0], out.corpus, measures, places, low, high, fact[1:])
    except NotLinear as refused:
        raise bad_input("T012", refused.text.zh, refused.text["en"]) from refused
    _write(out, svg, _charts_along(out, drawn, losses=losses), narrow=narrow)
    _show_curve(out, drawn, profile.name, svg, losses=losses)


_ONE_FIRM = (
    "看一家企业的曲线要一份画像和一个 --fact，如 huice cliffs profile.yaml --fact contracts[0].paid_yuan",
    "a curve needs one profile and a --fact: huice cliffs profile.yaml --fact contracts[0].paid_yuan",
)


def _is_profile(word: str) -> bool:
    return word == "-" or word.endswith(PROFILES) or Path(word).is_file()


def _no_fact(out: Surface, profile: Profile, path: str) -> BadInput:
    """Names the numbers of the profile, so that one can be chosen."""
    known = stated(profile, out.corpus)
    if not known:
        return bad_input("T004", *_ONE_FIRM)
    zh, en = "、".join(known), ", ".join(known)
    example = f"huice cliffs {path} --fact {known[0]}"
    return bad_input(
        "T004",
        f"请用 --fact 指明让哪个数变动，这份画像里有 {zh}；如 {example}",
        f"name the number that varies with --fact; this profile has {en}; such as {example}",
    )


# --- of the whole corpus ------------------------------------------------------------------------------------


def _show_catalogue(out: Surface, found: Catalogue, svg: Path | None, *, losses: bool) -> None:
    if out.as_json:
        out.emit(found.to_dict())
        return
    page = out.page()
    entries = found.losses if losses else found.entries
    page.heading(
        out.say("断崖与转折", "Cliffs and bends"),
        out.say(f"{found.measures} 个事项 · 政策汇编 {found.corpus_version}",
                f"{found.measures} measures · corpus {found.corpus_version}"),
    )  # fmt: skip
    _counts(out, page, [entry.found for entry in entries])
    for measure, group in groupby(entries, key=lambda entry: entry.measure):
        listed = list(group)
        page.blank()
        place = out.text(level(out.corpus, out.corpus.measure(measure)))
        page.split((out.text(listed[0].title), "strong"), f"{place} · {measure}")
        for axis, several in groupby(listed, key=lambda entry: (entry.axis.facts, entry.readings)):
            _entries(out, page, list(several), axis[1])
    page.blank()
    _left_out(out, page, found)
    _drawn(out, page, svg)
    cards.disclaimer(out, page)
    out.show(page)


def _entries(out: Surface, page: Page, entries: Sequence[Entry], under: dict[str, str]) -> None:
    page.para((out.text(entries[0].axis.label), "quiet"), 2)
    for reading, option in under.items():
        page.para((out.say(f"读法 {reading}={option}", f"reading {reading}={option}"), "quiet"), 2)
    for entry in entries:
        _break(out, page, entry.axis, entry.found)
        example = out.say(f"按算例“{entry.example.zh}”", f"as in the case “{entry.example['en']}”")
        page.para((example, "quiet"), 4)


def _left_out(out: Surface, page: Page, found: Catalogue) -> None:
    shown = {entry.measure for entry in found.entries}
    level_ones = found.measures - len(shown)
    if level_ones:
        page.para(
            out.say(
                f"另有 {level_ones} 个事项不随任何数额变动而跳变或转折：定额、未公布金额，或没有封顶。",
                f"Another {level_ones} measures neither jump nor bend with any number: fixed sums, "
                "unstated amounts, or amounts without a cap.",
            )
        )
    for id_ in found.bent:
        page.para(
            (
                out.say(f"{id_}：金额不是分段直线，未列入", f"{id_}: no straight lines, left out"),
                "warn",
            )
        )
    for id_ in found.unshown:
        page.para((out.say(f"{id_}：没有能享受的算例，可能不全", f"{id_}: no case gets anything; there may "
                           "be more"), "warn"))  # fmt: skip


def _charts_of(entries: Iterable[Entry]) -> list[Chart]:
    """Each curve of the catalogue once."""
    found: list[Chart] = []
    for entry in entries:
        chart = Chart(entry.axis, entry.line, entry.example)
        if chart not in found:
            found.append(chart)
    return found


# --- of one firm ----------------------------------------------------------------------------------------------


def _show_curve(out: Surface, drawn: Curve, name: str, svg: Path | None, *, losses: bool) -> None:
    if out.as_json:
        out.emit(drawn.to_dict())
        return
    page = out.page()
    low = number_of(drawn.axis, drawn.start, out.lang)
    high = (
        out.say("不限", "no end")
        if drawn.end is None
        else number_of(drawn.axis, drawn.end, out.lang)
    )
    years = out.count(drawn.horizon, "年", "year")
    page.heading(
        out.say("断崖与转折", "Cliffs and bends"),
        f"{name}{' · ' if name else ''}{drawn.as_of} · {years}",
    )
    page.field(out.say("变动", "Varied"), f"{out.text(drawn.axis.label)} · {drawn.axis.path}", 8)
    step = number_of(drawn.axis, drawn.axis.step, out.lang)
    page.field(
        out.say("范围", "Range"),
        out.say(f"{low}～{high}，精确到 {step}", f"{low} – {high}, exact to {step}"),
        8,
    )
    for here in drawn.places:
        shown = _told_lines(here)
        page.blank()
        where_ = here.place if here.place is not None else None
        page.split(
            (out.text(place_name(out.corpus, where_)), "strong"), _still(out, here.measures, shown)
        )
        if not shown:
            page.para(out.say("这个数不影响任何一项。", "This number changes nothing here."), 2)
        for line in shown:
            _line(out, page, drawn, line, losses=losses)
    if len(drawn.places) > 1:
        page.blank()
        page.para(
            (
                out.say(
                    "各地互为备选，不能相加。", "Places are alternatives and are never added up."
                ),
                "quiet",
            )
        )
    _drawn(out, page, svg)
    cards.disclaimer(out, page)
    out.show(page)


def _told_lines(here: AtPlace) -> list[Line]:
    """The curves that vary: the total, unless it is that of one measure alone, and the measures."""
    measures = [line for line in here.measures if line.varies]
    return [here.total, *measures] if len(measures) > 1 else measures


def _still(out: Surface, measures: Sequence[Line], shown: Sequence[Line]) -> str:
    varying = sum(line.measure is not None for line in shown)
    return out.say(
        f"{len(measures)} 项中 {varying} 项随之变动", f"{varying} of {len(measures)} measures vary"
    )


def _line(out: Surface, page: Page, drawn: Curve, line: Line, *, losses: bool) -> None:
    page.para((out.text(line.title), "accent"), 2)
    found = [one for one in line.breaks if one.loss or not losses]
    start = line.at(drawn.start)
    if not losses:
        ceiling = out.say("未载明", "not stated") if start[1] is None else out.money(start[1])
        first = number_of(drawn.axis, drawn.start, out.lang)
        page.para(
            out.say(
                f"{first}时：{CERTAIN.zh} {out.money(start[0])}，{CEILING.zh} {ceiling}",
                f"at {first}: certain {out.money(start[0])}, ceiling {ceiling}",
            ),
            4,
        )
    for one in found:
        _break(out, page, drawn.axis, one)
    if not found:
        page.para(
            (out.say("这一范围内没有断崖。", "No cliff in this range.") if losses
             else out.say("这一范围内没有跳变或转折。", "No jump or bend in this range."), "quiet"),
            4,
        )  # fmt: skip


def _charts_along(out: Surface, drawn: Curve, *, losses: bool) -> list[Chart]:
    found: list[Chart] = []
    for here in drawn.places:
        name = place_name(out.corpus, here.place)
        found += [
            Chart(drawn.axis, line, name, drawn.start, drawn.end)
            for line in _told_lines(here)
            if not losses or any(one.loss for one in line.breaks)
        ]
    return found


# --- of both --------------------------------------------------------------------------------


def _break(out: Surface, page: Page, axis: Axis, one: Break) -> None:
    kind = kind_of(one)
    style = "bad" if kind == "loss" else "strong"
    colon = out.colon
    page.para(
        [
            (out.text(KINDS[kind]), style),
            " ",
            out.text(where(one, axis)),
            colon,
            out.text(what(one, axis)),
        ],
        2,
        2,
    )
    for cause in one.causes:
        page.para([(out.say("原因", "Why"), "quiet"), " ", out.text(why(cause))], 4, 2)
        if cause.quote:
            page.para([(out.say("原文", "Text"), "quiet"), f" “{cause.quote}”"], 4, 2)


def _counts(out: Surface, page: Page, found: Sequence[Break]) -> None:
    kinds = [kind_of(one) for one in found]
    told = [
        out.say(f"{text.zh} {kinds.count(kind)} 处", f"{text['en']}: {kinds.count(kind)}")
        for kind, text in KINDS.items()
        if kind in kinds
    ]
    page.para(" · ".join(told) if told else out.say("没有断崖。", "No cliff."))
    page.para(
        (
            out.say(
                "断崖：越过反而少得。门槛：达到即跳升。到顶：再多也不增加。各数由规则本身精确算出，不是抽样。",
                "Cliff: more brings less. Threshold: reaching it brings a jump. Top: more brings nothing more. "
                "Computed exactly from the rules, not sampled.",
            ),
            "quiet",
        )
    )


def _write(out: Surface, svg: Path | None, charts: Sequence[Chart], *, narrow: bool) -> None:
    if svg is None:
        return
    if not charts:
        raise bad_input(
            "T012",
            "没有随之变动的曲线可画；换一个 --fact 或去掉 --losses",
            "there is no curve to draw; choose another --fact, or leave out --losses",
        )
    svg.write_text(drawing(charts, out.lang, narrow=narrow), encoding="utf-8")


def _drawn(out: Surface, page: Page, svg: Path | None) -> None:
    if svg is not None:
        page.blank()
        page.para(out.say(f"已画好 {svg}", f"{svg} is drawn"))
