"""YAML from strangers: bounded, without anchors or tags, and every value keeps its line.

Scalars stay as written: a number is text until somebody knows its unit, so money never passes through a
binary float.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from huice.language.text import Text

LARGEST = 4_000_000
"""Bytes of one file."""
DEEPEST = 30
MOST_VALUES = 200_000

Path_ = tuple[str | int, ...]
KEY = -1
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?\d{1,30}")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Number(str):
    """An unquoted decimal number, exactly as written."""

    __slots__ = ()


_DECIMAL = re.compile(r"[-+]?\d{1,30}\.\d{1,30}")


class Problem(Struct, frozen=True):
    """One thing that is wrong: a stable code, where it stands and what to do.

    `file` as the caller named it, `line` and `column` from 1 (0: unknown), `subject` the measure or fact.
    """

    code: str
    text: Text
    file: str = ""
    line: int = 0
    column: int = 0
    subject: str = ""
    severity: str = "error"

    def render(self, lang: str = "zh") -> str:
        """`file:line:column: [code] subject: message`."""
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        subject = f"{self.subject}{': ' if lang == 'en' else '：'}" if self.subject else ""
        return f"{where + ': ' if where else ''}[{self.code}] {subject}{self.text[lang]}"


class Source(Struct):
    """The value of a file and where each part of it stands: `lines[path] = (line, column)`.

    `lines[*path, KEY]` is where the key of that part stands: the part may start on a later line.
    """

    file: str
    value: Any
    lines: dict[Path_, tuple[int, int]]
    problems: list[Problem]

    def at(self, path: Path_) -> tuple[int, int]:
        """Line and column of the part, or of the nearest part above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, (0, 0))

    def problem(
        self, code: str, text: Text, path: Path_ = (), subject: str = "", column: int = 0
    ) -> Problem:
        """A problem at this part of the file; `column` counts within the value."""
        line, start = self.at(path)
        return Problem(code, text, self.file, line, start + max(column - 1, 0), subject)


def read_file(path: Path, shown: str = "") -> Source:
    """The source of a file; what cannot be read is a problem in it, never an exception."""
    name = shown or str(path)
    try:
        if path.is_dir():
            return _broken(
                name,
                "F002",
                "这是一个文件夹，请给出文件",
                "this is a folder; give a file",
            )
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            return _broken(
                name,
                "F003",
                f"文件超过上限 {LARGEST:,} 字节，请拆分",
                f"the file has more than {LARGEST:,} bytes; split it",
            )
    except FileNotFoundError:
        return _broken(name, "F001", "没有这个文件", "no such file")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _broken(name, "F001", f"读不了文件：{reason}", f"cannot read the file: {reason}")
    return read_bytes(data, name)


def read_bytes(data: bytes, name: str) -> Source:
    """The source of a file's bytes: UTF-8, with or without a byte order mark."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _not_utf8(data, name)
    return read_text(text, name)


def _not_utf8(data: bytes, name: str) -> Source:
    guess, guess_en = "", ""
    for encoding, shown in (("utf-16", "UTF-16"), ("gb18030", "GBK")):
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        guess, guess_en = f"（像是 {shown}）", f" (it looks like {shown})"
        break
    return _broken(
        name,
        "F004",
        f"文件不是 UTF-8 编码{guess}，请另存为 UTF-8",
        f"the file is not UTF-8{guess_en}; save it as UTF-8",
    )


def _broken(name: str, code: str, zh: str, en: str, line: int = 0, column: int = 0) -> Source:
    return Source(name, None, {}, [Problem(code, Text(zh, en), name, line, column)])


class _Stop(Exception):
    """A limit was passed; the rest is not read."""

    def __init__(self, code: str, zh: str, en: str, event: Any) -> None:
        self.code, self.zh, self.en, self.event = code, zh, en, event


class _Builder:
    """Builds the value from events, with a stack of its own: depth cannot hurt it."""

    def __init__(self, name: str) -> None:
        self.source = Source(name, None, {}, [])
        self.stack: list[tuple[Any, Path_]] = []
        self.key: str | None = None
        self.key_at = (0, 0)
        self.count = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        """The next event of the file."""
        self.documents += isinstance(event, DocumentStartEvent)
        if self.documents > 1:
            raise _Stop(
                "F010",
                "一个文件只写一份内容，请去掉 ---",
                "one document a file; leave out ---",
                event,
            )
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _Stop(
                "F005",
                "不支持 YAML 锚点（& 与 *），请把内容写全",
                "YAML anchors (& and *) are not supported; write the value out",
                event,
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise _Stop(
                "F006",
                f"不支持 YAML 标签 {event.tag}，请去掉",
                f"the YAML tag {event.tag} is not supported; leave it out",
                event,
            )
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent):
            self._open({}, event)
        elif isinstance(event, SequenceStartEvent):
            self._open([], event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()

    def _scalar(self, event: ScalarEvent) -> None:
        container = self.stack[-1][0] if self.stack else None
        if isinstance(container, dict) and self.key is None:
            self._take_key(container, event)
        else:
            self._place(_plain(event), event)

    def _take_key(self, container: dict[str, Any], event: ScalarEvent) -> None:
        key = str(event.value)
        mark: Any = event.start_mark
        if key in container:
            self.source.problems.append(
                Problem(
                    "F007",
                    Text(f"“{key}”写了两次，请合并", f"“{key}” is written twice; merge the two"),
                    self.source.file,
                    mark.line + 1,
                    mark.column + 1,
                )
            )
        self.key = key
        self.key_at = (mark.line + 1, mark.column + 1)

    def _open(self, container: Any, event: Any) -> None:
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key is None:
            raise _Stop("F008", "键必须是文字", "a key must be plain text", event)
        if len(self.stack) >= DEEPEST:
            raise _Stop(
                "F009", f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels", event
            )
        self.stack.append((container, self._place(container, event)))

    def _place(self, value: Any, event: Any) -> Path_:
        self.count += 1
        if self.count > MOST_VALUES:
            raise _Stop(
                "F003", f"内容超过 {MOST_VALUES:,} 项", f"more than {MOST_VALUES:,} values", event
            )
        path: Path_ = ()
        if not self.stack:
            self.source.value = value
        else:
            container, above = self.stack[-1]
            if isinstance(container, list):
                path = (*above, len(container))
                container.append(value)
            else:
                assert self.key is not None
                path = (*above, self.key)
                container[self.key] = value
                self.key = None
                self.source.lines[*path, KEY] = self.key_at
        mark = event.start_mark
        self.source.lines[path] = (mark.line + 1, mark.column + 1)
        return path


def _plain(event: ScalarEvent) -> Any:
    value = str(event.value)
    if not event.implicit[0]:
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _WHOLE.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return Number(value)
    return value


def read_text(text: str, name: str) -> Source:
    """The source of a YAML text. Broken syntax, anchors, tags, repeated keys and excess are problems in it."""
    builder = _Builder(name)
    source = builder.source
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except _Stop as stop:
        stopped = stop.event.start_mark
        source.problems.append(
            Problem(stop.code, Text(stop.zh, stop.en), name, stopped.line + 1, stopped.column + 1)
        )
        source.value = None
    except yaml.MarkedYAMLError as error:
        source.problems.append(_broken_yaml(error, text, name))
        source.value = None
    except (yaml.YAMLError, UnicodeEncodeError):
        source.problems.append(_control_character(text, name))
        source.value = None
    if not source.problems and source.value is None:
        source.problems.append(Problem("F012", Text("文件是空的", "the file is empty"), name))
    return source


_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _control_character(text: str, name: str) -> Problem:
    found = _CONTROL.search(text)
    at = found.start() if found else 0
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    sign = f"U+{ord(text[at]):04X}" if found else "U+????"
    return Problem(
        "F011",
        Text(
            f"有不可见的控制字符 {sign}，请删去",
            f"there is a control character {sign}; delete it",
        ),
        name,
        line,
        column,
    )


_YAML_ZH = (
    ("mapping values are not allowed", "冒号的位置不对，或缩进不一致"),
    ("block sequence entries are not allowed", "“-”的位置不对，列表要另起一行"),
    ("did not find expected", "括号、引号或缩进没有配好"),
    ("cannot start any token", "有不能开头的字符（如 @、`），请加引号"),
    ("could not find expected ':'", "缺少冒号"),
    ("found unexpected end of stream", "引号或括号没有写完"),
    ("escape", "双引号里的 \\ 写法有误，请改用单引号"),
    ("directive", "不要用 % 开头的行"),
    ("incompatible YAML", "不要用 % 开头的行"),
)


def _broken_yaml(error: yaml.MarkedYAMLError, text: str, name: str) -> Problem:
    at: Any = error.problem_mark or error.context_mark
    what = str(error.problem or "")
    if at and text[at.index : at.index + 1] == "\t":
        zh, en = "缩进用了 Tab，请改用空格", "a tab indents this line; use spaces"
    else:
        said = next((zh for part, zh in _YAML_ZH if part in what), "这一处不合 YAML 语法")
        zh, en = f"YAML 写法有误：{said}", f"not valid YAML: {what}"
    if "nesting depth" in what:
        zh, en = f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels"
    start = error.context_mark
    if start and at and start.line != at.line:
        zh, en = f"{zh}（从第 {start.line + 1} 行起）", f"{en} (from line {start.line + 1})"
    line, column = (at.line + 1, at.column + 1) if at else (0, 0)
    code = "F009" if "nesting depth" in what else "F011"
    return Problem(code, Text(zh, en), name, line, column)
