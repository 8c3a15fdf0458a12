"""What every verb has in common: its options, its help, its errors and its exit code."""

from __future__ import annotations

import inspect
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct
from typer.core import TyperCommand, TyperGroup

from huice.cli.page import Column, Page
from huice.cli.surface import BadInput, Surface, bad_input
from huice.corpus.source import Problem
from huice.evaluate.profiles import BadProfile
from huice.language.text import Text, did_you_mean

OK, FAILED, BAD, BROKEN, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 70, 130, 141
"""Exit codes."""
BOTH = " // "
"""Between the Chinese and the English of a help text."""

Verb = Callable[..., int | None]


def spoken(lang: str | None) -> str:
    """The language of a wish such as `en`, `en-US`, `zh_CN.UTF-8`; Chinese by default."""
    wish = lang or os.environ.get("HUICE_LANG") or "zh"
    return "en" if wish.lower().startswith("en") else "zh"


def _language(value: str | None) -> str | None:
    if value is not None and value.lower()[:2] not in {"zh", "en"}:
        raise bad_input(
            "T004",
            f"--lang 写 zh 或 en，写的是“{value}”",
            f"--lang is zh or en, not “{value}”",
        )
    return value


COMMON: Mapping[str, tuple[Any, Any]] = {
    "lang": (
        Annotated[
            str | None,
            typer.Option(
                "--lang",
                metavar="zh|en",
                callback=_language,
                help="输出语言，缺省中文（环境变量 HUICE_LANG） // Language of the output; "
                "Chinese by "
                "default (environment: HUICE_LANG)",
            ),
        ],
        None,
    ),
    "as_json": (
        Annotated[
            bool,
            typer.Option("--json", help="只输出 JSON，供程序读取 // Print JSON and nothing else"),
        ],
        False,
    ),
    "policies": (
        Annotated[
            Path | None,
            typer.Option(
                "--policies",
                metavar="FOLDER",
                envvar="HUICE_POLICIES",
                help="改用这个文件夹里的政策文件（环境变量 HUICE_POLICIES） // Read the policies "
                "of this "
                "folder instead (environment: HUICE_POLICIES)",
            ),
        ],
        None,
    ),
    "ascii_only": (
        Annotated[
            bool,
            typer.Option(
                "--ascii",
                help="不用制表符号，适合显示不了它们的终端 // No box characters, for consoles that "
                "cannot show them",
            ),
        ],
        False,
    ),
}
"""The options of every verb: annotation and default."""


def take(function: Callable[..., Any], options: Mapping[str, tuple[Any, Any]]) -> None:
    """Lets a function that takes anything say to typer which options it has."""
    parameters = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, (annotation, default) in options.items()
    ]
    signature = inspect.Signature(parameters)
    function.__signature__ = signature  # type: ignore[attr-defined]  # typer reads it
    function.__annotations__ = {name: annotation for name, (annotation, _) in options.items()}


class Start(Struct, frozen=True):
    """What is known before the command line is read: the language, and what stdout can show."""

    lang: str = "zh"
    ascii_only: bool = False


def command(verb: Verb) -> Callable[..., int]:
    """The verb as typer runs it: the common options after its own, and errors told, never thrown.

    A verb is `verb(out: Surface, ...) -> exit code or None`.
    """
    signature = inspect.signature(verb, eval_str=True)
    own = list(signature.parameters.values())[1:]

    def run(ctx: typer.Context, **given: Any) -> int:
        before, start = ctx.find_root().params, ctx.find_root().obj or Start()
        common = {
            name: given.pop(name) or before.get(name) or default
            for name, (_, default) in COMMON.items()
        }
        out = Surface(
            spoken(common["lang"]),
            as_json=common["as_json"],
            ascii_only=common["ascii_only"] or start.ascii_only,
            policies=common["policies"],
        )
        return guarded(out, lambda: verb(out, **given))

    mine = {one.name: (one.annotation, one.default) for one in own}
    take(run, {"ctx": (typer.Context, inspect.Parameter.empty), **mine, **COMMON})
    return run


def guarded(out: Surface, act: Callable[[], int | None]) -> int:
    """What the act returns as exit code; its errors are told on stderr."""
    try:
        return act() or OK
    except (BadInput, BadProfile) as error:
        out.complain(error.problems)
        return BAD
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        return hung_up()
    except UnicodeEncodeError:
        out.complain([_console_problem()])
        return BAD
    except OSError as error:
        out.complain([_file_problem(error)])
        return BAD
    except Exception as error:  # noqa: BLE001  # a traceback never reaches the user
        if os.environ.get("HUICE_DEBUG"):
            traceback.print_exc()
        out.complain([_own_fault(error)])
        return BROKEN


def hung_up() -> int:
    """The reader of stdout has gone: nothing more is written, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _console_problem() -> Problem:
    return Problem(
        "T010",
        Text(
            "终端的编码显示不了这些文字；请设 PYTHONIOENCODING=utf-8 再试",
            "the console cannot show this text; set PYTHONIOENCODING=utf-8 and try again",
        ),
    )


def _file_problem(error: OSError) -> Problem:
    reasons = {
        "PermissionError": Text("没有读写权限", "permission denied"),
        "FileNotFoundError": Text("没有这个文件或文件夹", "no such file or folder"),
        "IsADirectoryError": Text("这是一个文件夹，请给出文件", "this is a folder; give a file"),
        "NotADirectoryError": Text("路径中有一段不是文件夹", "a part of the path is no folder"),
    }
    said = Text(error.strerror or str(error), error.strerror or str(error))
    return Problem("T008", reasons.get(type(error).__name__, said), str(error.filename or ""))


def _own_fault(error: Exception) -> Problem:
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return Problem(
        "T099",
        Text(
            f"程序出错（{what}）。设 HUICE_DEBUG=1 再运行一次可看到详情，请连同输入一起反馈",
            f"a fault in huice itself ({what}). Run again with HUICE_DEBUG=1 for details, and "
            "report "
            "it with the input",
        ),
    )


# --- what typer finds wrong -----------------------------------------------------------------------


def usage_problem(error: typer.BadParameter | Exception) -> Problem:
    """What typer says about the command line, in our words."""
    kind = type(error).__name__
    told = getattr(error, "message", str(error))
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "huice"
    hint = Text(f"；用法见 {path} --help", f"; see {path} --help")
    after = Text(f"用法见 {path} --help", f" See {path} --help")  # after a question mark
    if kind == "NoSuchOption":
        name = error.option_name  # type: ignore[union-attr]  # NoSuchOption has it
        known = [opt for param in ctx.command.params for opt in param.opts] if ctx else []
        close = did_you_mean(name, known)
        said = Text(f"没有选项 {name}", f"there is no option {name}") + close
        return Problem("T001", said + (after if close.zh else hint))
    if kind == "MissingParameter":
        param = getattr(error, "param", None)
        name = param.display_name_raw if param is not None else ""
        return Problem("T002", Text(f"缺少 {name}", f"{name} is missing") + hint)
    if kind == "BadOptionUsage":
        name = error.option_name  # type: ignore[union-attr]  # BadOptionUsage has it
        said = Text(f"选项 {name} 后面要写一个值", f"the option {name} needs a value")
        return Problem("T004", said + hint)
    param = getattr(error, "param", None)
    if param is not None:
        name = param.opts[0] if param.param_type_name == "option" else param.display_name_raw
        said = Text(f"{name} 的值不对：{told}", f"the value of {name} is wrong: {told}")
        return Problem("T004", said + hint)
    if told.startswith("No such command"):
        word = told.split("'")[1] if "'" in told else ""
        known = [*ctx.command.commands, *ALIASES] if ctx is not None else []
        close = did_you_mean(word, known)
        said = Text(f"没有命令“{word}”", f"there is no command “{word}”") + close
        return Problem("T003", said + (after if close.zh else hint))
    if "unexpected extra argument" in told:
        extra = told.rpartition("(")[2].rstrip(")")
        return Problem("T002", Text(f"多写了 {extra}", f"too much was given: {extra}") + hint)
    return Problem("T002", Text(told, told) + hint)


# --- help -----------------------------------------------------------------------------------------

ALIASES: Mapping[str, str] = {
    "测算": "evaluate",
    "对比": "compare",
    "解释": "explain",
    "断崖": "cliffs",
    "改变": "unlock",
    "规划": "plan",
    "敏感度": "sensitivity",
    "报告": "report",
    "提问": "ask",
    "规则": "rules",
    "校核": "lint",
    "检验": "test",
    "示例": "demo",
    "新建": "init",
    "格式": "schema",
    "网页": "serve",
    "助手": "mcp",
    "资金池": "pools",
    "草案": "reform",
    "合成": "sample",
    "批量": "simulate",
}
"""The Chinese names of the verbs."""


def one_of(text: str | None, lang: str) -> str:
    """The part of a help text in one language."""
    zh, _, en = (text or "").partition(BOTH.strip())
    return (en.strip() if lang == "en" else "") or zh.strip()


def help_page(ctx: Any, lang: str, columns: int) -> Page:
    """The help of the command of a context."""
    page = Page(columns)
    command_: Any = ctx.command
    root = isinstance(command_, TyperGroup)

    def say(zh: str, en: str) -> str:
        return en if lang == "en" else zh

    page.para(one_of(command_.help, lang))
    page.blank()
    pieces = [
        piece
        for param in command_.params
        if param.param_type_name == "argument"
        for piece in [_usage(param)]
    ]
    verb = say("命令", "COMMAND") if root else " ".join(pieces)
    usage = f"{ctx.command_path} {verb} [{say('选项', 'OPTIONS')}]".replace("  ", " ")
    page.para([(say("用法  ", "Usage  "), "quiet"), usage])
    if root:
        _verbs(page, command_, lang)
    arguments, own, common = [], [], []
    for param in command_.params:
        if getattr(param, "hidden", False):
            continue
        row = (_names(param), one_of(param.help, lang))
        if param.param_type_name == "argument":
            arguments.append(row)
        elif param.name in COMMON or param.name == "help":
            common.append(row)
        else:
            own.append(row)
    common.append(("--help", say("显示这页说明", "Show this page")))
    for title, rows in (
        (say("参数", "Arguments"), arguments),
        (say("选项", "Options"), own),
        (say("通用选项", "Options of every verb"), common),
    ):
        if rows:
            page.blank()
            page.para((title, "strong"))
            _list(page, rows)
    examples = getattr(command_, "examples", ())
    if examples:
        page.blank()
        page.para((say("例", "Examples"), "strong"))
        for example in examples:
            page.para(example, 2, 4)
    return page


def _verbs(page: Page, group: Any, lang: str) -> None:
    names = {verb: alias for alias, verb in ALIASES.items()}
    page.blank()
    page.para(("Commands" if lang == "en" else "命令", "strong"))
    rows = []
    for name, verb in group.commands.items():
        shown = name if lang == "en" or name not in names else f"{name} {names[name]}"
        rows.append((shown, one_of(verb.help, lang).split("\n")[0]))
    _list(page, rows)


def _list(page: Page, rows: Sequence[tuple[str, str]]) -> None:
    if page.narrow:
        for name, said in rows:
            page.para(name, 2, 4)
            page.para((said, ""), 6)
        return
    page.table((Column("", least=10), Column("", grows=True, least=24)), rows, 2, titles=False)


def _usage(param: Any) -> str:
    shown = param.metavar or param.name.upper()
    more = "..." if param.nargs != 1 else ""
    return f"{shown}{more}" if param.required else f"[{shown}{more}]"


def _names(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(_usage(param))
    names = ", ".join(sorted(param.opts, key=len))
    return f"{names} {param.metavar}" if param.metavar else names


class VerbCommand(TyperCommand):
    """A verb with its help in the language of the run."""

    examples: Sequence[str] = ()

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _help_text(ctx)


class VerbGroup(TyperGroup):
    """All verbs; their Chinese names work too."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _help_text(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of this name or Chinese name."""
        return super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))


def _help_text(ctx: Any) -> str:
    start = ctx.find_root().obj or Start(spoken(None))
    out = Surface(start.lang, ascii_only=start.ascii_only)
    return out.translated(help_page(ctx, out.lang, out.columns).text().rstrip("\n"))
