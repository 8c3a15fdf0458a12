"""`huice lint` and `huice test`: are the policy files sound, and do their cases come out right."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import structs

from huice.cli.command import FAILED
from huice.cli.surface import Surface, bad_input, problem_dict
from huice.corpus.corpus import default_folder, load_corpus
from huice.corpus.source import Problem
from huice.evaluate.result import decimal

if TYPE_CHECKING:
    from huice.evaluate.cases import CaseResult, Figures


def lint(
    out: Surface,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help="政策文件夹，缺省为随附的政策 // The folder of policies, by default the one "
            "shipped",
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="连同提示一并列出 // List information too, not only errors"),
    ] = False,
) -> int:
    """Every problem with its place and what to do; 1 if there is an error."""
    from huice.corpus.lint import lint_folder

    where, _ = _corpus_of(out, folder)
    with out.working("校核规则…", "Checking the rules…"):
        corpus, problems = lint_folder(where)
    errors = [problem for problem in problems if problem.severity == "error"]
    if out.as_json:
        out.emit({"schema": "huice/problems/1", "problems": [problem_dict(p) for p in problems]})
        return FAILED if errors else 0
    shown = problems if every else errors
    _print(out, _opened(where, shown))
    hints = len(problems) - len(errors)
    size = out.say(
        f"{len(corpus.documents)} 份文件、{len(corpus.measures)} 个事项",
        f"{out.count(len(corpus.documents), en_unit='document')}, "
        f"{out.count(len(corpus.measures))}",
    )
    more = out.say(f"，提示 {hints} 处（--all 列出）", f", {hints} hints (--all lists them)")
    told = out.say(
        f"已校核 {size}：错误 {len(errors)} 处",
        f"Checked {size}: {out.count(len(errors), en_unit='error')}",
    )
    out.tell(told + (more if hints and not every else "") + out.say("。", "."))
    return FAILED if errors else 0


def run_tests(
    out: Surface,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER|FILE",
            help="政策文件夹，或其中一个文件；缺省为随附的政策 // A folder of policies or one "
            "file in it; by "
            "default the policies shipped",
        ),
    ] = None,
    rewrite: Annotated[
        bool,
        typer.Option(
            "--reset",
            help="把不符的算例改写为实得，并显示差异供核对 // Write what failing cases give into "
            "the "
            "files, and show the difference for review",
        ),
    ] = False,
    every: Annotated[
        bool,
        typer.Option("--all", help="逐例列出，连同提示 // List every case, and information too"),
    ] = False,
) -> int:
    """Every case that does not come out right; 1 if there is one."""
    from huice.evaluate.cases import case_problems, reset, run_cases

    folder, file = _corpus_of(out, path)
    corpus, found = load_corpus(folder)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        out.complain(_opened(folder, errors))
        return FAILED
    measures = [m.id for m in corpus.measures if file is None or m.where.file == file]
    if file is not None and not measures:
        raise bad_input("T006", f"{path} 里没有事项", f"there is no measure in {path}")
    with out.working("运行算例…", "Running the cases…"):
        results = run_cases(corpus, measures)
        problems = [
            problem for problem in case_problems(corpus) if file is None or problem.file == file
        ]
    wrong = [problem for problem in problems if problem.severity == "error"]
    if rewrite:
        difference = reset(results, folder)
        if out.as_json:
            out.emit({"schema": "huice/cases-reset/1", "difference": difference})
        else:
            sys.stdout.write(difference)
            changed = sum(one.got is not None and not one.passed for one in results)
            out.tell(
                out.say(
                    f"改写了 {changed} 个算例，请逐处核对后再提交。"
                    if changed
                    else "没有不符的算例。",
                    f"{out.count(changed, en_unit='case')} rewritten; review each before you "
                    "commit."
                    if changed
                    else "No case differs.",
                )
            )
        return 0
    if out.as_json:
        out.emit(
            {
                "schema": "huice/cases/1",
                "cases": [_case_dict(one) for one in results],
                "problems": [problem_dict(problem) for problem in problems],
            }
        )
        return FAILED if wrong else 0
    if every:
        for one in results:
            mark = out.say("通过" if one.passed else "不符", "pass" if one.passed else "FAIL")
            out.tell(f"{mark}  {one.measure}{out.colon}{one.case.says}")
    _print(out, _opened(folder, problems if every else wrong))
    passed = sum(one.passed for one in results)
    hints = len(problems) - len(wrong)
    more = out.say(f"，提示 {hints} 处（--all 列出）", f", {hints} hints (--all lists them)")
    out.tell(
        out.say(
            f"{len(results)} 个算例，通过 {passed}，不符 {len(results) - passed}",
            f"{out.count(len(results), en_unit='case')}: {passed} passed, {len(results) - passed} "
            "failed",
        )
        + (more if hints and not every else "")
        + out.say("。", ".")
    )
    return FAILED if wrong else 0


def _case_dict(one: CaseResult) -> dict[str, object]:
    return {
        "measure": one.measure,
        "case": one.case.says,
        "passed": one.passed,
        "expected": _figures(one.expected),
        "got": _figures(one.got),
        "file": one.case.where.file,
        "line": one.case.where.line,
    }


def _figures(found: Figures | None) -> dict[str, str | None] | None:
    if found is None:
        return None
    return {
        "status": found.status.value,
        "certain_yuan": decimal(found.certain),
        "ceiling_yuan": decimal(found.ceiling),
    }


def _corpus_of(out: Surface, path: Path | None) -> tuple[Path, str | None]:
    """The folder of the corpus, and the file in it that is meant, if one is."""
    path = path or out.policies or default_folder()
    if not path.exists():
        raise bad_input("T008", f"没有 {path}", f"there is no {path}")
    if path.is_dir():
        return path, None
    folder = next((one for one in path.resolve().parents if (one / "corpus.yaml").is_file()), None)
    if folder is None:
        raise bad_input(
            "T008",
            f"{path} 不在政策文件夹里：上层没有 corpus.yaml",
            f"{path} is in no folder of policies: there is no corpus.yaml above it",
        )
    return folder, path.resolve().relative_to(folder).as_posix()


def _opened(folder: Path, problems: Sequence[Problem]) -> list[Problem]:
    """The problems with paths as the reader can open them."""
    near = folder.resolve()
    here = Path.cwd()
    shown = near.relative_to(here) if near.is_relative_to(here) else folder
    return [
        structs.replace(one, file=(shown / one.file).as_posix()) if one.file else one
        for one in problems
    ]


def _print(out: Surface, problems: Sequence[Problem]) -> None:
    hint = {"error": ("错误", "error"), "info": ("提示", "info"), "warning": ("警告", "warning")}
    for one in problems:
        word = out.say(*hint.get(one.severity, ("", one.severity)))
        out.tell(
            [(f"{word} ", "bad" if one.severity == "error" else "quiet"), one.render(out.lang)]
        )
