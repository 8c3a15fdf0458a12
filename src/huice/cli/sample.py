"""`huice sample`: a synthetic population from stated assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from huice import __version__
from huice.cli.find import place_name
from huice.cli.options import MOST_YEARS, ForceOption, refuse_to_mix, refuse_to_overwrite
from huice.cli.page import Column
from huice.cli.progress import bar
from huice.cli.surface import BadInput, Surface, bad_input
from huice.corpus.corpus import Corpus
from huice.language.text import Text

MOST_ORGS = 100_000_000
DEFAULT_ORGS = 10_000
_FORMS = ("parquet", "csv")
NOTE = Text(
    "合成数据：由假设随机生成，不代表任何企业，也不是统计",
    "Synthetic: drawn from assumptions; it stands for no firm and is no statistic",
)


def sample(
    out: Surface,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="写到哪个文件夹 // The folder to write to"
        ),
    ] = None,
    orgs: Annotated[
        int | None,
        typer.Option(
            "--orgs",
            metavar="N",
            min=1,
            max=MOST_ORGS,
            help="多少家企业；缺省 10000，给了边际时缺省为其合计 // How many firms; 10,000 by default, or "
            "what the margins make",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            metavar="S",
            min=0,
            help="种子：同一种子、同一版本，结果逐字节相同 // The seed: the same seed and version give the "
            "same bytes",
        ),
    ] = 1,
    form: Annotated[
        str,
        typer.Option("--format", metavar="parquet|csv", help="文件格式 // The format of the files"),
    ] = "parquet",
    assumptions: Annotated[
        Path | None,
        typer.Option(
            "--assumptions",
            metavar="FILE",
            help="改用自己的假设 // Your own assumptions instead of those that come with huice",
        ),
    ] = None,
    margins: Annotated[
        Path | None,
        typer.Option(
            "--margins",
            metavar="FILE",
            help="各城市、各规模应有多少家（YAML 或 CSV），逐一满足 // How many firms of each city, size … "
            "there are to be (YAML or CSV); met exactly",
        ),
    ] = None,
    years: Annotated[
        int,
        typer.Option(
            "--years",
            metavar="N",
            min=1,
            max=MOST_YEARS,
            help="几年的事实，从申报年度起；缺省一年 // Facts of how many years, from the claim year on; one "
            "by default",
        ),
    ] = 1,
    template: Annotated[
        Path | None,
        typer.Option(
            "--write-assumptions",
            metavar="FILE",
            help="不造样本，只把随附的假设抄到这个文件，供修改 // Make no sample; copy the assumptions "
            "that come with huice to this file, to be changed",
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Writes the tables; refuses to overwrite."""
    if template is not None:
        _copy(out, template, force=force)
        return
    if folder is None:
        raise bad_input(
            "T002",
            "缺少 -o FOLDER：要写到哪个文件夹；用法见 huice sample --help",
            "-o FOLDER is missing: the folder to write to; see huice sample --help",
        )
    if form not in _FORMS:
        raise bad_input(
            "T004",
            f"--format 写 parquet 或 csv，写的是“{form}”",
            f"--format is parquet or csv, not “{form}”",
        )
    files = {"assumptions": assumptions, "margins": margins}
    _make(out, folder, orgs, seed, years, form, files, force=force)


def _copy(out: Surface, template: Path, *, force: bool) -> None:
    from huice.population.sample.file import SHIPPED

    refuse_to_overwrite(template, force=force)
    template.write_bytes(SHIPPED.read_bytes())
    if out.as_json:
        out.emit({"schema": "huice/sample/1", "file": str(template)})
        return
    out.tell(
        out.say(
            f"已写好 {template}。改好后运行：huice sample --assumptions {template} -o 文件夹",
            f"{template} is written. Change it, then run: huice sample --assumptions {template} -o FOLDER",
        )
    )


def _make(
    out: Surface,
    folder: Path,
    orgs: int | None,
    seed: int,
    years: int,
    form: str,
    files: Mapping[str, Path | None],
    *,
    force: bool,
) -> None:
    from huice.population.sample import plan
    from huice.population.sample.file import BadAssumptions, load_assumptions
    from huice.population.sample.margins import load_margins
    from huice.population.sample.model import weight_of
    from huice.population.sample.rake import BadMargins
    from huice.population.sample.write import sample_kind, write
    from huice.population.schema import schema_of

    refuse_to_mix(folder, sample_kind(schema_of(out.corpus)), force=force)
    try:
        assumed = load_assumptions(out.corpus, files["assumptions"])
        given = files["margins"]
        wanted = load_margins(given, assumed) if given else ()
        total = orgs or (max(one.total for one in wanted) if wanted else DEFAULT_ORGS)
        with bar(out, "核对边际", "Meeting the margins", total if wanted else 0) as fitting:
            many = orgs if wanted else total
            planned = plan(many, seed, assumed, out.corpus, wanted, fitting, years)
    except (BadAssumptions, BadMargins) as error:
        raise BadInput(*error.problems) from error
    about = _about(out.corpus, planned.orgs, seed, files["assumptions"], assumed.version)
    about["as_of"], about["years"] = assumed.as_of.isoformat(), years
    about["margins"] = str(given) if given else None
    weight = weight_of(assumed, planned.orgs) if given is None else None
    about["stands_for"] = assumed.circle.orgs if assumed.circle and weight else None
    about["weight"] = str(weight) if weight else None
    with bar(out, "正在生成", "Making firms", planned.orgs) as progress:
        rows = write(planned, folder, form, about, progress, replace=force)
    _tell(out, folder, form, about, rows, planned.raking.fit if planned.raking else None)


def _about(corpus: Corpus, orgs: int, seed: int, file: Path | None, version: str) -> dict[str, Any]:
    """What identifies a sample; written beside it."""
    return {
        "schema": "huice/sample/1",
        "note": {"zh": NOTE.zh, "en": NOTE.en},
        "orgs": orgs,
        "seed": seed,
        "huice": __version__,
        "corpus_version": corpus.version,
        "assumptions": {"file": str(file) if file else None, "sha256": version},
    }


def _tell(
    out: Surface, folder: Path, form: str, about: dict[str, Any], rows: dict[str, int], fit: Any
) -> None:
    if out.as_json:
        told = {**about, "folder": str(folder), "format": form, "tables": rows}
        if fit is not None:
            told["fit"] = _fit_dict(fit)
        out.emit(told)
        return
    page = out.page()
    page.heading(out.say(f"合成人口：{about['orgs']:,} 家", f"A synthetic population: {about['orgs']:,} firms"),
                 out.say(f"种子 {about['seed']}", f"seed {about['seed']}"))  # fmt: skip
    page.para((out.text(NOTE), "quiet"))
    page.blank()
    columns = (Column(out.say("表", "Table")), Column(out.say("行数", "Rows"), right=True))
    page.table(columns, [(name, f"{count:,}") for name, count in rows.items()])
    if fit is not None:
        _fitted(out, page, fit)
    page.blank()
    if about["weight"]:
        page.para(_weighed(out, about["orgs"], about["stands_for"], Fraction(about["weight"])))
    page.para(
        out.say(
            f"写在 {folder}（{form}）；申报日 {about['as_of']}。测算它：",
            f"Written to {folder} ({form}); date of application {about['as_of']}. To compute it:",
        )
    )
    years = f" --years {about['years']}" if about["years"] > 1 else ""
    page.command(f"huice simulate {folder} --as-of {about['as_of']}{years}", 2)
    out.show(page)


def _weighed(out: Surface, orgs: int, all_: int, weight: Fraction) -> str:
    """What part of the applicants that the assumptions describe this is."""
    if weight == 1:
        return out.say(
            f"假设描述的正是 {all_:,} 家：金额可直接与资金池、预算相比。",
            f"The assumptions describe {all_:,} applicants, and here are as many: sums can be compared "
            "with pools and budgets as they are.",
        )
    times = f"{float(weight):.4g}"
    return out.say(
        f"假设描述约 {all_:,} 家，这里是 {orgs:,} 家：与资金池、预算相比时，金额乘以 {times}。",
        f"The assumptions describe some {all_:,} applicants, and here are {orgs:,}: multiply sums by "
        f"{times} to compare them with pools and budgets.",
    )


def _fitted(out: Surface, page: Any, fit: Any) -> None:
    page.heading(out.say("各组家数", "Firms of each group"))
    columns = (
        Column(out.say("组", "Group"), grows=True),
        Column(out.say("抽样", "Sampled"), right=True),
        Column(out.say("应有", "Wanted"), right=True),
        Column(out.say("得到", "Got"), right=True),
    )
    page.table(
        columns,
        [
            (_named(out, row), f"{row.sampled:,}", f"{row.wanted:,}", f"{row.got:,}")
            for row in fit.rows
        ],
    )
    page.blank()
    page.para(
        out.say(
            f"抽出 {fit.drawn:,} 家，用到 {fit.kept:,} 家，同一家最多用 {fit.most} 次；"
            f"{fit.cells:,} 个组合，拟合 {fit.rounds} 轮，取整最多移动 {fit.moved:.2f} 家。",
            f"{fit.drawn:,} firms drawn, {fit.kept:,} used, one of them {fit.most} times at most; "
            f"{fit.cells:,} combinations, {fit.rounds} rounds of fitting, rounding moved one by "
            f"{fit.moved:.2f} firms at most.",
        )
    )


def _named(out: Surface, row: Any) -> str:
    """The group of a row in words: `杭州 · 小型`."""
    said = []
    for name, word in zip(row.variables, row.words, strict=True):
        fact = out.corpus.vocabulary.fact(name)
        if word == "rest":
            rest = Text(f"其余（{fact.label.zh}）", f"others ({fact.label['en']})")
            said.append(out.text(rest))
        elif fact.type == "place":
            said.append(out.text(place_name(out.corpus, word)))
        else:
            said.append(out.text(fact.options.get(word, Text(word, word))))
    return " · ".join(said)


def _fit_dict(fit: Any) -> dict[str, Any]:
    return {
        "rounds": fit.rounds,
        "cells": fit.cells,
        "moved": round(fit.moved, 6),
        "drawn": fit.drawn,
        "kept": fit.kept,
        "most": fit.most,
        "groups": [
            {
                "group": dict(zip(row.variables, row.words, strict=True)),
                "sampled": row.sampled,
                "wanted": row.wanted,
                "got": row.got,
            }
            for row in fit.rows
        ],
    }
