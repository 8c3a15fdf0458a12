"""The body of a request: JSON or YAML from strangers, exact and bounded.

JSON is read as strictly as YAML is: no key twice, no NaN, no number that a float would round, no depth or
length without end. A decimal number stays as written.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from huice.api.faults import Refused, refused
from huice.corpus.source import DEEPEST, Number, Problem, read_bytes, read_text
from huice.evaluate.sent import Sent
from huice.language.text import Text

JSON, YAML = "application/json", "application/yaml"
YAMLS = (YAML, "application/x-yaml", "text/yaml", "text/x-yaml")
MOST_VALUES = 20_000
_LONGEST_NUMBER = 40


def read_body(body: bytes, content_type: str, encoding: str = "") -> Sent:
    """The value that was sent. Raises `Refused`."""
    if encoding.strip().lower() not in ("", "identity"):
        raise refused(
            "unsupported_media_type",
            "A004",
            "不解压正文，请去掉 Content-Encoding",
            "bodies are not decompressed; leave out Content-Encoding",
        )
    name, _, parameters = content_type.partition(";")
    name = name.strip().lower()
    charset = parameters.replace(" ", "").lower().partition("charset=")[2].strip("\"'")
    if (name != JSON and name not in YAMLS) or charset not in ("", "utf-8", "utf8"):
        raise refused(
            "unsupported_media_type",
            "A004",
            f"正文请用 UTF-8 的 {JSON} 或 {YAML}，并写明 Content-Type",
            f"send {JSON} or {YAML} in UTF-8 and name it as Content-Type",
        )
    return _json(body) if name == JSON else _yaml(body)


def _yaml(body: bytes) -> Sent:
    source = read_bytes(body, "")
    if source.problems:
        raise Refused("bad_syntax", source.problems)
    return Sent("", _bounded(source.value), source.lines, [])


class _Twice(Exception):  # a key that is there twice
    pass


def _json(body: bytes) -> Sent:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("bad_syntax", read_bytes(body, "").problems) from None
    try:
        value = _DECODER.decode(text)
    except _Twice as twice:
        raise Refused("bad_syntax", _twice(text, str(twice))) from None
    except json.JSONDecodeError as error:
        raise Refused("bad_syntax", (_broken(error, text),)) from None
    except RecursionError:
        raise _too_deep() from None
    return Sent("", _bounded(value), {}, [], text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return found


def _number(text: str) -> Any:
    """A number with a fraction or an exponent: whole if it is whole (1.0, 1e3), else as written."""
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return text
    if abs(exact.adjusted()) > _LONGEST_NUMBER:
        return text
    if exact == exact.to_integral_value():
        return int(exact)
    return exact if "e" in text.lower() else Number(text)


def _whole(text: str) -> Any:
    return int(text) if len(text) <= _LONGEST_NUMBER else text


def _constant(name: str) -> Any:
    raise json.JSONDecodeError(name, "", 0)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_constant
)


def _twice(text: str, key: str) -> list[Problem]:
    """Every key that is there twice, with its line where YAML can tell it."""
    found = [problem for problem in read_text(text, "").problems if problem.code == "F007"]
    shown = key[:40]
    said = Text(f"“{shown}”写了两次，请合并", f"“{shown}” is written twice; merge the two")
    return found or [Problem("F007", said)]


def _broken(error: json.JSONDecodeError, text: str) -> Problem:
    if error.msg in ("NaN", "Infinity", "-Infinity"):
        return Problem(
            "F011",
            Text(f"{error.msg} 不是 JSON 的数；不知道的事实请删去", f"{error.msg} is no JSON number"),
        )  # fmt: skip
    if not text.strip():
        return Problem("F012", Text("正文是空的", "the body is empty"))
    return Problem(
        "F011",
        Text("不合 JSON 语法，请检查括号、引号和逗号", f"not valid JSON: {error.msg}"),
        line=error.lineno,
        column=error.colno,
    )


def _too_deep() -> Refused:
    return refused(
        "bad_syntax", "F009", f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels"
    )


def _bounded(value: Any) -> Any:
    """The value, if it is not too deep, not too long and all of its text can be written as UTF-8."""
    count, level = 0, [value]
    for _ in range(DEEPEST + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, str):
                _text(one)
            elif isinstance(one, dict):
                for key in one:
                    _text(key)
                below += one.values()
            elif isinstance(one, list):
                below += one
        count += len(below)
        if count > MOST_VALUES:
            raise refused(
                "bad_syntax",
                "F003",
                f"内容超过 {MOST_VALUES:,} 项",
                f"more than {MOST_VALUES:,} values",
            )
        if not below:
            return value
        level = below
    raise _too_deep()


def _text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise refused(
            "bad_syntax", "F011", "有不成对的代理码位（\\ud800 之类）", "a lone surrogate such as \\ud800"
        ) from None  # fmt: skip
