"""The verbs of `huice`, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from msgspec import Struct
from typer.main import get_command

from huice.cli import (
    ask,
    checks,
    cliffs,
    compare,
    demo,
    evaluate,
    explain,
    init,
    mcp,
    plan,
    pools,
    reform,
    report,
    rules,
    sample,
    schema,
    sensitivity,
    serve,
    simulate,
    unlock,
)  # fmt: skip
from huice.cli.command import COMMON, VerbCommand, VerbGroup, command, take


class Entry(Struct, frozen=True):
    """A verb: its name, what it does (Chinese // English), and how it is typed."""

    name: str
    verb: Callable[..., int | None]
    help: str
    examples: tuple[str, ...]


VERBS = (
    Entry(
        "evaluate",
        evaluate.evaluate,
        "测算一份画像：逐项列出符合、待裁量、待确认、不符合，以及确定额、本企业上限和依据的原文。 "
        "// "
        "What the policies give one firm: every measure with its status, its figures and the "
        "sentence "
        "behind them.",
        (
            "huice evaluate profile.yaml",
            "huice evaluate profile.yaml --place 深圳 --all",
            "huice evaluate profile.yaml --reading shanghai/model-voucher:cap-period=year",
        ),
    ),
    Entry(
        "compare",
        compare.compare,
        "同一企业在五城各地的结果对比，或几份画像并排对比。 // "
        "The same firm at every place of the five cities, or several profiles side by side.",
        (
            "huice compare profile.yaml",
            "huice compare profile.yaml --place 上海 --place 深圳",
            "huice compare a.yaml b.yaml",
        ),
    ),
    Entry(
        "explain",
        explain.explain,
        "解释一个事项：原文、规则、读法；给出画像时，说明这个数怎么来、差哪一条。 // "
        "One measure explained: text, rule, readings; with a profile, how its figure comes about.",
        ("huice explain 训力券", "huice explain shenzhen/training-voucher profile.yaml"),
    ),
    Entry(
        "cliffs",
        cliffs.cliffs,
        "断崖与转折：多花一元反而少得、不再增加或突然多得的地方，精确到分；不写画像则列出全部政策。 // "
        "Where one yuan more brings less, nothing more or suddenly much, exactly; of all policies, "
        "or of one firm.",
        (
            "huice cliffs",
            "huice cliffs --place 杭州 --losses",
            "huice cliffs hangzhou/compute-voucher --svg voucher.svg",
            "huice cliffs profile.yaml --fact contracts[0].paid_yuan --from 0 --to 2000000",
        ),
    ),
    Entry(
        "unlock",
        unlock.unlock,
        "改变什么才能享受：每个不符合的事项，给出最少的几项改变、门槛数和最早日期；"
        "已享受的，给出还能提高多少。 // "
        "What would have to change: for each measure out of reach the fewest changes, with exact "
        "thresholds and the earliest date; for one that is reached, what would lift it.",
        (
            "huice unlock profile.yaml",
            "huice unlock profile.yaml shenzhen/training-voucher --all",
            "huice unlock profile.yaml --place 北京 --most 2",
        ),
    ),
    Entry(
        "sensitivity",
        sensitivity.sensitivity,
        "敏感度：在一个地点，哪个事实、哪种读法、哪项裁量最影响结果，两端各是多少；可画成龙卷风图。 // "
        "What moves the result of one place most: each fact, reading and decision varied alone, with the "
        "figures at both ends; as a tornado if asked.",
        (
            "huice sensitivity profile.yaml",
            "huice sensitivity profile.yaml --place 杭州其他区 --svg tornado.svg",
            "huice sensitivity profile.yaml --fact contracts[0].paid_yuan=200000..800000",
        ),
    ),
    Entry(
        "plan",
        plan.plan,
        "规划：在各地、各年、各种做法里求最好的方案，逐年列出申报什么、花在哪里，"
        "并给出证明和落选各地的差距。 // "
        "The best plan over places, years and choices: what to claim and where to spend, year by "
        "year, with its "
        "proof and what every other place lacks.",
        (
            "huice plan problem.yaml",
            "huice plan profile.yaml --years 5 --objective certain --stacking prudent",
            "huice plan problem.yaml --svg plan.svg --time-limit 30",
        ),
    ),
    Entry(
        "report",
        report.report,
        "把结果写成文件：Excel（公式可改）、Word、PDF、日历、CSV、JSON；一个文件夹的客户合成一个工作簿。 // "
        "A result as a file: workbook with live formulas, Word, PDF, calendar, CSV, JSON; a folder of "
        "clients as one workbook.",
        (
            "huice report profile.yaml -o report.docx",
            "huice report profile.yaml --place 上海徐汇区 -o xuhui.xlsx",
            "huice report clients/ -o clients.xlsx",
        ),
    ),
    Entry(
        "ask",
        ask.ask,
        "一问一答填写画像：先问最影响结果的一题，存成文件。 // "
        "An interview: the question that decides most comes first; the answers are saved as a "
        "profile.",
        ("huice ask", "huice ask profile.yaml", "huice ask -o mine.yaml"),
    ),
    Entry(
        "rules",
        rules.rules,
        "政策库：list 列出事项，show 事项 并列原文与规则，documents 列出文件。 // "
        "The corpus: list the measures, show the text and rule of one, or list the documents.",
        ("huice rules", "huice rules list --city 上海", "huice rules show 训力券"),
    ),
    Entry(
        "lint",
        checks.lint,
        "校核政策文件：原文与规则是否一致；有错时退出码为 1。 // "
        "Checks policy files: that text and rules agree. Exit code 1 if they do not.",
        ("huice lint", "huice lint my-policies/"),
    ),
    Entry(
        "test",
        checks.run_tests,
        "运行政策文件里的算例；有不符时退出码为 1。 // "
        "Runs the cases of policy files. Exit code 1 if one fails.",
        ("huice test", "huice test my-policies/shanghai/ai-application.yaml", "huice test --reset"),
    ),
    Entry(
        "demo",
        demo.demo,
        "三家示例企业的测算与五城对比，不用准备任何文件。 // "
        "Three sample firms, evaluated and compared across five cities; nothing to prepare.",
        ("huice demo",),
    ),
    Entry(
        "init",
        init.init,
        "写出一份带注释的空白画像：每个事实的问题、选项和单位。 // "
        "Writes an annotated empty profile: every fact with its question, choices and unit.",
        ("huice init", "huice init mine.yaml"),
    ),
    Entry(
        "schema",
        schema.schema,
        "输出政策文件或画像的 JSON Schema。 // Prints the JSON Schema of policy files or of "
        "profiles.",
        ("huice schema profile", "huice schema policy > policy.schema.json"),
    ),
    Entry(
        "pools",
        pools.pools,
        "资金池与名额：列出规模和原文；给出企业表或测算结果时，算出谁领到多少、何时用完、谁落空。 // "
        "Pools and quotas: what they hold and the sentence; given firms or awards, who gets how much, when "
        "the money runs out and who is left out.",
        (
            "huice pools",
            "huice pools firms/ --pool compute-voucher --takeup 40%-80% --svg charts/",
            "huice pools awards.parquet --rule lottery --seed 20260401 -o drawn.xlsx",
        ),
    ),
    Entry(
        "reform",
        reform.reform,
        "草案：改一个比例、封顶或条件，看改了什么、花多少、谁得谁失；或按预算反求。 // "
        "A draft against the law: what it changes, what it costs, who gains and who loses; or the number "
        "that meets a budget.",
        (
            "huice reform draft.yaml --diff",
            "huice reform draft.yaml firms/ --as-of 2026-01-01 --html report.html",
            "huice reform draft.yaml firms/ --budget 200000000 --takeup 60%",
        ),
    ),
    Entry(
        "sample",
        sample.sample,
        "合成人口：按写明的假设随机造出一批企业（连同人员、项目、合同、用房），供测算成本与受益面；"
        "可校准到给定的城市、规模家数。 // "
        "A synthetic population: firms with people, projects, contracts and premises, drawn from "
        "stated assumptions, "
        "to be computed as a whole; it can be made to meet given numbers by city and size.",
        (
            "huice sample --orgs 200000 --seed 1 -o population",
            "huice sample --orgs 20000 --years 3 -o population",
            "huice sample --margins margins.yaml -o population --format csv",
            "huice sample --write-assumptions mine.yaml",
            "huice sample --orgs 50000 --assumptions mine.yaml -o mine",
        ),
    ),
    Entry(
        "simulate",
        simulate.simulate,
        "批量测算：一张企业表（几十到上千万家）逐家逐项测算，汇总各事项的成本、受益企业和状态；"
        "坏行连同原因搁置，不猜。 // "
        "What the measures give a whole population of firms: cost of each measure, who gains, firm "
        "by firm if asked; "
        "bad rows are set aside with their reasons, never guessed.",
        (
            "huice simulate population --as-of 2026-01-01",
            "huice simulate population --place 杭州 --years 3 --by-year -o awards.parquet",
            "huice simulate firms.xlsx -o result.xlsx --rejects rejects.csv",
        ),
    ),
    Entry(
        "serve",
        serve.serve,
        "启动网页、HTTP 接口和 MCP，用浏览器打开所示网址即可；填写的内容不保存。 // "
        "Starts the pages, the HTTP API and MCP; open the address it prints. Nothing entered is kept.",
        ("huice serve", "huice serve --port 8080 --workers 2"),
    ),
    Entry(
        "mcp",
        mcp.mcp,
        "供 AI 助手使用的工具（MCP，标准输入输出）：测算、对比、解释、下一题、查找、原文。 // "
        "The tools for AI assistants (MCP over stdio): evaluate, compare, explain, next question, "
        "search, read.",
        ("huice mcp",),
    ),
)
ABOUT = (
    "惠策：按公开的城市政策逐项测算，一家人工智能企业在杭州、上海、北京、深圳、广州各能享受什么、"
    "多少钱、"
    "依据哪一句。 // huice: what Chinese city policies give an AI company, in Hangzhou, Shanghai, "
    "Beijing, "
    "Shenzhen and Guangzhou: which measures, how much, and by which sentence."
)


def build() -> Any:
    """The command line as typer runs it."""
    app = typer.Typer(
        cls=VerbGroup,
        help=ABOUT,
        rich_markup_mode=None,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for entry in VERBS:
        app.command(entry.name, cls=VerbCommand, help=entry.help)(command(entry.verb))
    built: Any = get_command(app)
    for entry in VERBS:
        built.commands[entry.name].examples = entry.examples
    for param in built.params:
        param.help = _COMPLETION.get(param.name, param.help)
    return built


_COMPLETION = {
    "install_completion": "为当前 shell 装上补全 // Install completion for the current shell",
    "show_completion": "显示补全脚本，可自行保存 // Show the completion script",
}


def _version(wanted: bool) -> None:
    if wanted:
        from huice import __version__

        typer.echo(f"huice {__version__}")
        raise typer.Exit


def _root(**_: Any) -> None:
    """Options before the verb count for the verb."""


_VERSION = Annotated[
    bool,
    typer.Option(
        "--version", callback=_version, is_eager=True, help="显示版本 // Show the version"
    ),
]
take(_root, {"version": (_VERSION, False), **COMMON})
