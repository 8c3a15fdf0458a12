"""`huice demo`: three sample firms, evaluated and compared; nothing to prepare."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from huice.cli import cards
from huice.cli.compare import legend, places_table
from huice.cli.evaluate import summary
from huice.cli.page import Page
from huice.cli.surface import Surface, bad_input
from huice.cli.words import STATUS
from huice.evaluate import Result, compare, evaluate
from huice.evaluate.evaluator import read_profile
from huice.evaluate.formula import formulas
from huice.evaluate.outcome import PAYING
from huice.language.text import Text

BEST = 3
"""How many measures of a sample are shown."""
PLACES = 5
"""How many places."""
TITLES = {
    "1-model-startup.yaml": Text("大模型初创企业", "A large-model start-up"),
    "2-vertical-application.yaml": Text("垂类应用企业", "A firm with a vertical application"),
    "3-platform.yaml": Text("算力服务与开源平台", "A computing and open-source platform"),
}


class Sample(Struct, frozen=True):
    """One sample firm: its file, what it is called, its result where it is."""

    path: Path
    title: Text
    result: Result


def samples(out: Surface, folder: Path) -> list[Sample]:
    """The packaged sample profiles in their order."""
    found = []
    for name, title in TITLES.items():
        profile = read_profile(folder / name, out.corpus)
        found.append(Sample(folder / name, title, evaluate(profile, out.corpus)))
    return found


def packaged() -> Path:
    """The folder of the samples shipped with huice."""
    return Path(str(files("huice"))) / "samples"


def demo(
    out: Surface,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="把三份示例画像存到这个文件夹，可以自己改 // Write the three sample profiles to "
            "this "
            "folder, to change them",
        ),
    ] = None,
) -> None:
    """The samples one after the other, then what to type next."""
    folder = packaged() if output is None else _written(output)
    found = samples(out, folder)
    if out.as_json:
        out.emit(
            {
                "schema": "huice/demo/1",
                "samples": [
                    {
                        "file": str(one.path),
                        "result": one.result.to_dict(),
                        "comparison": compare(one.result.profile, out.corpus).to_dict(),
                    }
                    for one in found
                ],
            }
        )
        return
    page = out.page()
    page.para(
        out.say(
            f"{len(found)} 家虚构的示例企业，按公开的政策条文测算：先看在所填地点的结果，"
            "再看换到各地会怎样。",
            f"{len(found)} invented firms, computed from the public policy texts: first where "
            "they are, "
            "then as if they were at each of the other places.",
        )
    )
    for one in found:
        _sample(out, page, one)
    legend(out, page)
    _next(out, page, found[0])
    cards.disclaimer(out, page)
    out.show(page)


def _written(folder: Path) -> Path:
    """The folder with the samples in it; nothing is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TITLES:
        target = folder / name
        if target.exists():
            raise bad_input(
                "T007",
                f"{target} 已经存在；换一个文件夹",
                f"{target} exists; choose another folder",
            )
        target.write_bytes((packaged() / name).read_bytes())
    return folder


def _sample(out: Surface, page: Page, one: Sample) -> None:
    result = one.result
    cards.head(out, page, result, out.text(one.title))
    summary(out, page, result)
    page.blank()
    shown = [found for found in result.of_status(*PAYING) if found.measure.benefit]
    for found in sorted(shown, key=lambda found: found.ceiling is None)[:BEST]:
        page.split([(out.text(found.measure.title), "strong")], out.text(STATUS[found.status]))
        for formula in formulas(found, out.corpus)[:1]:
            page.para(out.text(formula.says), 2)
    page.blank()
    page.para((out.say("换到各地", "At each place"), "strong"))
    places_table(out, page, compare(result.profile, out.corpus), PLACES)


def _next(out: Surface, page: Page, first: Sample) -> None:
    here = Path.cwd()
    path = first.path.relative_to(here) if first.path.is_relative_to(here) else first.path
    page.heading(out.say("接下来可以输入", "What to type next"))
    voucher = out.say("训力券", "training-voucher")
    rows = (
        (
            "huice serve",
            out.say(
                "在浏览器里看：打开 http://127.0.0.1:8000，点一家示例企业；不用注册，什么也不上传",
                "in the browser: open http://127.0.0.1:8000/en and click a sample firm; no account, "
                "nothing uploaded",
            ),
        ),
        (
            f"huice evaluate {path} --all",
            out.say(
                "第一家的全部事项，逐项有原文和原因",
                "every measure of the first firm, with reasons",
            ),
        ),
        (
            f"huice explain {voucher} {path}",
            out.say("一个数怎么来、差哪一条", "how one figure comes about"),
        ),
        (
            "huice ask",
            out.say("测算您自己的企业：先问最影响结果的", "your own firm, question by question"),
        ),
        ("huice init", out.say("或写出一份带注释的空白画像", "or an annotated empty profile")),
        ("huice rules", out.say("看收录的全部事项", "all measures of the corpus")),
    )
    huice = _own_name()
    for command, said in rows:
        page.command(command.replace("huice", huice, 1))
        page.para((said, "quiet"), 4)


def _own_name() -> str:
    """How this command is typed here: by its path where the shell would not find it."""
    typed = Path(sys.argv[0])
    if typed.name != "huice" or shutil.which("huice"):
        return "huice"
    here = Path.cwd()
    return str(typed.relative_to(here) if typed.is_relative_to(here) else typed)
