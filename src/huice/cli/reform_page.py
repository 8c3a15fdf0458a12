"""A reform on a terminal: what changes, what it does, and the number that meets a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huice.cli import cards
from huice.cli.page import Column, Page
from huice.cli.rejected import say_set_aside
from huice.cli.surface import Surface
from huice.corpus.amendments import Amendment, changes
from huice.corpus.overlay import Overlay, apply
from huice.language.text import Text
from huice.population.reform import Reform, pool_words, words
from huice.population.reform.files import diff_dict, reform_dict, solution_dict
from huice.population.reform.inverse import Solution
from huice.population.reform.words import KINDS, Grid

_SIGNS = {"before": "-", "after": "+"}


def show_diff(out: Surface, draft: Overlay, values: Mapping[str, str]) -> None:
    """What a draft changes; numbers that are open stand at the low end of their range, and are named."""
    open_ = [one for one in draft.unknowns if one.name not in values]
    shown = {**{one.name: one.written(one.low) for one in open_}, **values}
    amended = apply(out.corpus, draft, shown)
    amendments = changes(out.corpus, amended)
    if out.as_json:
        out.emit(diff_dict(amendments, out.corpus.version, amended.version))
        return
    page = out.page()
    _heading(out, page, draft.title, out.corpus.version, amended.version)
    for one in open_:
        low, high = one.written(one.low), one.written(one.high)
        page.para(
            out.say(
                f"{one.name} 待定（{low} 至 {high}），下面以 {low} 示意。",
                f"{one.name} is open ({low} to {high}); {low} stands for it below.",
            )
        )
    diff(out, page, amendments)
    page.blank()
    page.para(
        out.say(
            "对企业的影响：在后面写上企业表的文件夹；没有企业表可用 huice sample 生成。",
            "What it does to firms: add a folder of tables; huice sample makes one.",
        )
    )
    out.show(page)


def show(
    out: Surface, found: Reform | None, solution: Solution | None, files: Sequence[Path]
) -> None:
    """The diff first, then the budget, each city, the pools, and how it was computed."""
    if out.as_json:
        data: dict[str, Any] = {"schema": "huice/reform/1"} if found is None else reform_dict(found)
        if found is None and solution is not None:
            data["tables"] = solution.aside.as_dict()
        out.emit(
            {
                **data,
                "solution": solution and solution_dict(solution),
                "files": [str(path) for path in files],
            }
        )
        return
    page = out.page()
    if found is not None:
        _heading(out, page, found.title, found.before_version, found.after_version)
        diff(out, page, found.amendments)
    elif solution is not None:
        _heading(out, page, solution.title, out.corpus.version, solution.version)
    told = found or solution
    if told is not None:
        say_set_aside(out, page, told.aside.counts)
    if solution is not None:
        _solution(out, page, solution)
    if found is not None:
        _result(out, page, found)
    page.blank()
    drawn = [path for path in files if path.suffix == ".svg"]
    if drawn:
        count = len(drawn)
        folder = drawn[0].parent
        page.para(
            out.say(f"已写好 {folder} 里的 {count} 张图", f"{count} charts are written to {folder}")
        )
    for path in files:
        if path not in drawn:
            page.para(out.say(f"已写好 {path}", f"{path} is written"))
    cards.disclaimer(out, page)
    out.show(page)


def _heading(out: Surface, page: Page, title: Text, law: str, draft: str) -> None:
    page.heading(
        out.say(f"草案：{title.zh}", f"Draft: {title['en']}"),
        out.say(f"现行 {law}", f"law {law}"),
    )
    page.para([(out.say(f"草案版本 {draft}", f"draft {draft}"), "quiet")])


def diff(out: Surface, page: Page, amendments: Sequence[Amendment]) -> None:
    """Each measure and pool that changes: what it said, what it will say."""
    for one in amendments:
        page.blank()
        page.split([(f"{out.text(KINDS[one.kind])} {out.text(one.title)}", "strong")], one.id)
        for item in one.items:
            page.para([(out.text(item.label), "quiet")], 2)
            for side, text in (("before", item.before), ("after", item.after)):
                if text:
                    style = "bad" if side == "before" else "accent"
                    page.field(_SIGNS[side], [(out.text(text), style)], 2, 4)


def _solution(out: Surface, page: Page, found: Solution) -> None:
    page.heading(out.say("按预算求解", "Solved for a budget"))
    said = [out.text(one) for one in words.solution_says(found)]
    page.para([(said[0], "strong")])
    for sentence in said[1:]:
        page.para(sentence)
    if found.unstated:
        page.para(
            out.say(
                f"另有 {found.unstated:,} 笔条文没有写金额，不计入。",
                f"{found.unstated:,} claims whose ceiling cannot be told are not counted.",
            )
        )


def _result(out: Surface, page: Page, found: Reform) -> None:
    for city in words.cities(found):
        page.heading(out.text(found.names[city]))
        for sentence in words.summary(found, city):
            page.para(out.text(sentence))
        grids = [words.cost_table(found, city, out.lang)]
        grids += [words.group_table(found, city, way, out.lang) for way in found.breakdowns]
        for grid in grids:
            _grid(page, grid)
    if found.pools.height:
        page.heading(out.say("资金池与名额", "Pools and quotas"))
        for row in found.pools.iter_rows(named=True):
            page.split([(out.text(pool_words.pool_name(row)), "strong")], row["pool"])
            for sentence in pool_words.pool_says(row):
                page.para(out.text(sentence), 2, 4)
        page.blank()
        for sentence in found.pool_notes:
            page.para(f"· {out.text(sentence)}{out.say('。', '.')}", 0, 2)
    page.heading(out.say("方法与假设", "Method and assumptions"))
    for sentence in words.method(found):
        page.para(f"· {out.text(sentence)}", 0, 2)


def _grid(page: Page, grid: Grid) -> None:
    page.blank()
    page.para([(grid.title, "strong")])
    first, *rest = grid.heads
    page.table(
        [Column(first, grows=True, least=10), *(Column(head, right=True) for head in rest)],
        grid.rows,
    )
