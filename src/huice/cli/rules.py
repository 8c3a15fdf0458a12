"""`huice rules`: the corpus as a reader sees it: measures, one rule beside its text, documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from huice.cli import cards
from huice.cli.explain import WIDE
from huice.cli.find import find_measure, find_places, level, place_name
from huice.cli.page import Column, Page
from huice.cli.surface import Surface, bad_input
from huice.cli.words import GIVES, NO_CAP, NOT_MONEY, UNSTATED
from huice.cli.wrapping import Inline, Span
from huice.corpus.corpus import default_folder
from huice.corpus.model import Document, Gives, Measure
from huice.evaluate.evaluator import evaluator
from huice.evaluate.facts import Exact
from huice.evaluate.result import decimal
from huice.language.check import lies_in

ACTIONS = ("list", "show", "documents")


def rules(
    out: Surface,
    action: Annotated[
        str,
        typer.Argument(
            metavar="list|show|documents",
            help="list 列出事项（缺省），show 事项 并列原文与规则，documents 列出文件 // list the "
            "measures "
            "(default), show MEASURE: text beside rule, documents",
        ),
    ] = "list",
    measure: Annotated[
        str | None,
        typer.Argument(
            metavar="MEASURE",
            help="用于 show：编号、标题或关键词 // With show: id, title or keyword",
        ),
    ] = None,
    city: Annotated[
        list[str] | None,
        typer.Option(
            "--city",
            metavar="PLACE",
            help="只看此城市或区，可写多次 // Only this city or district; may be repeated",
        ),
    ] = None,
) -> None:
    """The measures, one of them, or the documents."""
    if action not in ACTIONS:
        action, measure = "show", action if measure is None else f"{action} {measure}"
    places = find_places(out.corpus, city or ())
    if action == "show":
        if measure is None:
            raise bad_input(
                "T002",
                "要看哪个事项？如 huice rules show 训力券",
                "which measure? For example huice rules show training-voucher",
            )
        _show(out, find_measure(out.corpus, measure))
    elif action == "documents":
        _documents(out, [d for d in out.corpus.documents if _near(d.place, places)])
    else:
        _list(out, [m for m in out.corpus.measures if _near(m.place, places)])


def _near(place: str, places: Sequence[str]) -> bool:
    return not places or any(lies_in(one, place) for one in places)


def cap_of(out: Surface, measure: Measure) -> Exact | None:
    """The cap of the clause, whatever the applicant."""
    return evaluator(out.corpus).programs.get(measure).clause_cap


def _cap_word(out: Surface, measure: Measure) -> str:
    cap = cap_of(out, measure)
    if cap is not None:
        return out.money(cap)
    if measure.gives in (Gives.SERVICE, Gives.NON_MONETARY):
        return out.text(NOT_MONEY)
    return out.text(NO_CAP if measure.quantified else UNSTATED)


# --- list -----------------------------------------------------------------------------------------


def _list(out: Surface, measures: Sequence[Measure]) -> None:
    if out.as_json:
        out.emit(
            {
                "schema": "huice/measures/1",
                "corpus_version": out.corpus.version,
                "measures": [_row_dict(out, one) for one in measures],
            }
        )
        return
    page = out.page()
    columns = (
        Column(out.say("事项", "Measure"), grows=True, least=20),
        Column(out.say("编号", "Id"), grows=True, least=22),
        Column(out.say("形式", "Form")),
        Column(out.say("条款封顶", "Cap"), right=True),
    )
    for place in dict.fromkeys(one.place for one in measures):
        mine = [one for one in measures if one.place == place]
        page.heading(out.text(level(out.corpus, mine[0])), out.count(len(mine)))
        if page.narrow:
            for one in mine:
                page.para((out.text(one.title), "strong"))
                page.para((one.id, "quiet"), 2)
                page.para(f"{out.text(GIVES[one.gives])} · {_cap_word(out, one)}", 2)
            continue
        rows: list[list[Inline]] = [
            [
                out.text(one.title),
                (one.id, "quiet"),
                out.text(GIVES[one.gives]),
                _cap_word(out, one),
            ]
            for one in mine
        ]
        page.table(columns, rows)
    page.blank()
    page.para(
        (
            out.say(
                "条款封顶是任何主体一次或一年的最多，不是本企业的金额；测算用 huice evaluate。",
                "The cap is the most the clause allows anyone in one unit and period, not what a "
                "firm "
                "gets; for that see huice evaluate.",
            ),
            "quiet",
        )
    )
    out.show(page)


def _row_dict(out: Surface, measure: Measure) -> dict[str, Any]:
    return {
        "measure": measure.id,
        "title": {"zh": measure.title.zh, "en": measure.title["en"]},
        "document": measure.document,
        "place": measure.place,
        "gives": measure.gives.value,
        "benefit": measure.benefit,
        "clause_cap_yuan": decimal(cap_of(out, measure)),
        "file": measure.where.file,
        "line": measure.where.line,
    }


# --- show -----------------------------------------------------------------------------------------


def rule_lines(folder: Path, measure: Measure) -> list[tuple[int, str]]:
    """The lines of the policy file that encode a measure, numbered, without its cases."""
    lines = (folder / measure.where.file).read_text(encoding="utf-8").splitlines()
    found: list[tuple[int, str]] = []
    skipping = False
    for number, line in enumerate(lines[measure.where.line - 1 :], measure.where.line):
        if found and line.startswith("- "):
            break
        if line.startswith("  ") and not line.startswith("   ") and not line.startswith("  -"):
            skipping = line.startswith("  cases:")
        if not skipping:
            found.append((number, line))
    while found and not found[-1][1].strip():
        found.pop()
    return found


def _show(out: Surface, measure: Measure) -> None:
    folder = out.policies or default_folder()
    lines = rule_lines(folder, measure)
    if out.as_json:
        out.emit(
            {
                "schema": "huice/rule/1",
                **_row_dict(out, measure),
                "text": {"zh": measure.text, "en": measure.quote["en"]},
                "rule": [{"line": number, "text": text} for number, text in lines],
                "cases": len(measure.cases),
            }
        )
        return
    page = out.page()
    page.heading(out.text(measure.title), measure.id)
    page.para((f"{measure.where.file}:{measure.where.line}", "quiet"))
    page.blank()
    wide = page.columns >= WIDE
    left = out.page((page.columns - 3) // 3) if wide else page
    right = out.page(page.columns - 3 - left.columns) if wide else page
    left.para((out.say("原文", "Text"), "strong"))
    left.para(measure.text)
    if out.lang == "en":
        left.blank()
        left.para((measure.quote["en"], "quiet"))
    right.blank()
    right.para((out.say("规则", "Rule"), "strong"))
    _code(right, lines)
    if wide:
        page.columns_of(left, right)
    page.blank()
    page.para(
        (
            out.say(
                f"另有 {len(measure.cases)} 个算例，由 huice test 检验；用中文讲的规则见 huice "
                "explain。",
                f"{out.count(len(measure.cases), en_unit='case')} beside it, run by huice test; "
                "huice explain "
                "tells the rule in words.",
            ),
            "quiet",
        )
    )
    out.show(page)


def _code(page: Page, lines: Sequence[tuple[int, str]]) -> None:
    digits = len(str(lines[-1][0])) if lines else 1
    for number, text in lines:
        bare = text.lstrip(" ")
        indent = len(text) - len(bare)
        key, colon, rest = bare.partition(": ")
        said: list[str | Span] = [bare]
        if colon and not set(key) & set("{[ "):
            said = [(key + colon, "accent"), rest]
        lead = f"{number:>{digits}}  "
        page.para([(lead, "quiet"), " " * indent, *said], 0, len(lead) + indent + 2)


# --- documents ------------------------------------------------------------------------------------


def _documents(out: Surface, documents: Sequence[Document]) -> None:
    if out.as_json:
        out.emit(
            {
                "schema": "huice/documents/1",
                "corpus_version": out.corpus.version,
                "documents": [
                    {
                        "document": one.id,
                        "title": {"zh": one.title.zh, "en": one.title["en"]},
                        "place": one.place,
                        "measures": [measure.id for measure in one.measures],
                        "trial": one.trial,
                        "starts": _day(one, "starts"),
                        "ends": _day(one, "ends"),
                        "file": one.where.file,
                    }
                    for one in documents
                ],
            }
        )
        return
    page = out.page()
    page.heading(
        out.say("政策文件", "Documents"),
        out.say(
            f"{len(documents)} 份 · 政策汇编 {out.corpus.version}",
            f"{len(documents)} · corpus {out.corpus.version}",
        ),
    )
    for position, one in enumerate(documents):
        if position:
            page.blank()
        title = cards.titled(one.title.zh) if out.lang == "zh" else one.title["en"]
        place = out.text(place_name(out.corpus, one.place))
        page.para((title, "strong"))
        told = [place, out.count(len(one.measures)), _validity(out, one), one.where.file]
        page.para((" · ".join(told), "quiet"), 2)
    out.show(page)


def _day(document: Document, end: str) -> str | None:
    day = getattr(document.valid, end) if document.valid else None
    return day.isoformat() if day else None


def _validity(out: Surface, document: Document) -> str:
    ends = _day(document, "ends")
    if ends is None:
        return out.say("未载有效期", "no period stated")
    starts = _day(document, "starts")
    if starts:
        return out.say(f"有效期 {starts} 至 {ends}", f"valid {starts} to {ends}")
    return out.say(f"有效期至 {ends}", f"valid until {ends}")
