"""`huice report`: a result as a file; a folder of clients as one workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from huice.cli.find import find_places, place_name, read
from huice.cli.options import (
    DateOption,
    ForceOption,
    PlaceOption,
    ReadingOption,
    refuse_to_overwrite,
)
from huice.cli.surface import BadInput, Surface, bad_input
from huice.corpus.source import Problem
from huice.evaluate import BadProfile, Result
from huice.evaluate import compare as compare_profiles
from huice.evaluate import evaluate as evaluate_profile
from huice.evaluate.evaluator import at_place
from huice.evaluate.facts import Profile
from huice.language.text import Fault
from huice.reports import FORMATS, Format, credit_code, workbook

PROFILES = (".yaml", ".yml", ".json")


def report(
    out: Surface,
    profiles: Annotated[
        list[str],
        typer.Argument(
            metavar="PROFILE",
            help="画像文件；几份画像或一个文件夹合成一个工作簿 // A profile; several, or a folder, make "
            "one workbook",
        ),
    ],
    target: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="写到哪个文件，扩展名决定格式：xlsx、docx、pdf、ics、csv、json // The file; its ending "
            "decides the format: xlsx, docx, pdf, ics, csv, json",
        ),
    ],
    place: PlaceOption = None,
    reading: ReadingOption = None,
    as_of: DateOption = None,
    code: Annotated[
        str,
        typer.Option(
            "--code",
            metavar="CODE",
            help="统一社会信用代码，印在封面 // Unified social credit code, for the cover",
        ),
    ] = "",
    force: ForceOption = False,
) -> None:
    """One profile in any format, several in a workbook."""
    form = _format(target)
    refuse_to_overwrite(target, force=force)
    paths = _files(profiles)
    checked = _read_all(out, paths, as_of, reading)
    places = find_places(out.corpus, place or ())
    many = len(checked) > 1 or len(places) > 1 or any(Path(each).is_dir() for each in profiles)
    with out.working("正在生成…", "Working…"):
        if many:
            results = _rows(out, checked, places)
            data = _together(results, form, out.lang)
        else:
            moved = at_place(checked[0], places[0]) if places else checked[0]
            results = [evaluate_profile(moved, out.corpus)]
            data = _alone(out, results[0], form, code)
    target.write_bytes(data)
    _tell(out, target, form, results, len(data))


def _format(target: Path) -> Format:
    form = FORMATS.get(target.suffix.lower().lstrip("."))
    if form is None:
        known = "、".join(FORMATS)
        raise bad_input(
            "T004",
            f"“{target.name}”的扩展名不对，写作 {known} 之一，如 -o report.xlsx",
            f"“{target.name}” must end in one of {', '.join(FORMATS)}, such as -o report.xlsx",
        )
    return form


def _files(profiles: Sequence[str]) -> list[str]:
    """The profiles named, a folder standing for those in it."""
    found: list[str] = []
    for each in profiles:
        folder = Path(each)
        if not folder.is_dir():
            found.append(each)
            continue
        inside = sorted(str(path) for path in folder.iterdir() if path.suffix.lower() in PROFILES)
        if not inside:
            raise bad_input(
                "T008",
                f"{each} 里没有画像（{'、'.join(PROFILES)}）",
                f"there is no profile ({', '.join(PROFILES)}) in {each}",
            )
        found += inside
    return found


def _read_all(
    out: Surface, paths: Sequence[str], as_of: str | None, readings: Sequence[str] | None
) -> list[Profile]:
    """All profiles; the faults of all are told together."""
    found: list[Profile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found.append(read(out, path, as_of, readings))
        except BadProfile as error:
            problems += error.problems
    if problems:
        raise BadInput(*problems)
    return found


def _rows(out: Surface, checked: Sequence[Profile], places: Sequence[str]) -> list[Result]:
    """Each client where it is, or at the places asked for; at every place while its own is open."""
    results: list[Result] = []
    for profile in checked:
        if places or profile.org.get("place") is None:
            rows = compare_profiles(profile, out.corpus, None, places or None).rows
            results += [row.result for row in rows]
        else:
            results.append(evaluate_profile(profile, out.corpus))
    return results


def _together(results: Sequence[Result], form: Format, lang: str) -> bytes:
    if form.name != "xlsx":
        raise bad_input(
            "T004",
            f"几份画像或几个地方合成一个工作簿，应写作 -o FILE.xlsx；{form.suffix} 请逐份生成",
            f"several profiles or places make one workbook: -o FILE.xlsx; make {form.suffix} files one by one",
        )
    return workbook(results, lang)


def _alone(out: Surface, result: Result, form: Format, code: str) -> bytes:
    places = form.name in {"xlsx", "docx", "pdf"}
    comparison = compare_profiles(result.profile, out.corpus) if places else None
    try:
        return form.render(result, comparison, out.lang, credit_code(code))
    except Fault as fault:
        raise bad_input("T011", fault.text.zh, fault.text.en) from fault


def _tell(out: Surface, target: Path, form: Format, results: Sequence[Result], size: int) -> None:
    if out.as_json:
        told = [{"name": each.name, "place": each.place} for each in results]
        out.emit(
            {
                "schema": "huice/report/1",
                "file": str(target),
                "format": form.name,
                "bytes": size,
                "results": told,
            }
        )
        return
    what = out.text(form.title)
    if len(results) == 1:
        where = out.text(place_name(out.corpus, results[0].place))
        whose = " · ".join(part for part in (results[0].name, where) if part)
    else:
        clients = len({each.name for each in results})
        whose = out.say(
            f"{clients} 家企业，{len(results)} 行",
            f"{out.count(clients, en_unit='firm')}, {len(results)} rows",
        )
    out.tell(
        out.say(f"已写好 {target}（{what}；{whose}）", f"{target} is written ({what}; {whose})")
    )
