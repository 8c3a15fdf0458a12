"""What can go wrong with a request, told as problem+json (RFC 9457) with stable codes.

`code` and the codes in `problems` are for programs and never change their meaning; the texts are for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from huice.corpus.source import Problem
from huice.evaluate.sent import problem_dict
from huice.language.text import Text

PROBLEM_JSON = "application/problem+json"


class Kind(Struct, frozen=True):
    """A kind of error: its code, the status of the answer and what it says."""

    code: str
    status: int
    title: Text


KINDS = {
    kind.code: kind
    for kind in (
        Kind("bad_host", 400, Text("Host 头不合规范", "the Host header is malformed")),
        Kind("bad_parameter", 400, Text("查询参数有误", "a query parameter is wrong")),
        Kind("bad_syntax", 400, Text("正文不是合法的 JSON 或 YAML", "the body is not valid JSON or YAML")),
        Kind("bad_request", 400, Text("请求不合规范", "the request is malformed")),
        Kind("not_found", 404, Text("没有这个地址或编号", "there is no such address or id")),
        Kind("method_not_allowed", 405, Text("这个地址不接受该方法", "the address does not take this method")),
        Kind("timeout", 408, Text("正文没有在时限内到齐", "the body did not arrive in time")),
        Kind("too_large", 413, Text("正文过大", "the body is too large")),
        Kind("unsupported_media_type", 415, Text("不支持这种正文", "the body is of a kind that is not read")),
        Kind("wrong_host", 421, Text("本服务不应答这个域名", "this server does not answer for that host")),
        Kind("bad_profile", 422, Text("画像有误", "the profile has faults")),
        Kind("no_answer", 422, Text("这个问题没有确切的答案", "the question has no exact answer")),
        Kind("internal", 500, Text("服务出错，请凭 request_id 告知维护者", "our fault; report the request_id")),
        Kind("unavailable", 503, Text("此处做不了这种文件", "this kind of file cannot be made here")),
        Kind("not_ready", 503, Text("服务尚未就绪", "the service is not ready")),
    )
}  # fmt: skip
BY_STATUS = {404: "not_found", 405: "method_not_allowed", 408: "timeout", 413: "too_large"} | {
    415: "unsupported_media_type",
    503: "not_ready",
}


class Refused(Exception):  # a request that is refused
    """The request is answered with a problem. `problems` lists everything that is wrong."""

    def __init__(self, code: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(code)
        self.kind, self.problems = KINDS[code], tuple(problems)


def refused(code: str, number: str, zh: str, en: str) -> Refused:
    """A request refused for one reason; `number` is the code of the problem."""
    return Refused(code, (Problem(number, Text(zh, en)),))


def problem_body(
    kind: Kind, lang: str = "zh", request_id: str = "", problems: Sequence[Problem] = ()
) -> bytes:
    """The body of the answer. What was sent is not repeated, except what a problem names."""
    told = [problem.text[lang] for problem in problems]
    body: dict[str, Any] = {
        "type": f"/api#{kind.code}",
        "title": kind.title[lang],
        "status": kind.status,
        "code": kind.code,
        "detail": ("; " if lang == "en" else "；").join(told[:3]) or kind.title[lang],
        "request_id": request_id or None,
        "problems": [problem_dict(problem) for problem in problems],
    }
    return msgspec.json.encode(body)
