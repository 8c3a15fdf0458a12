"""The reference page of the API: one HTML page made from the OpenAPI document, without script or network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from huice.api.faults import KINDS
from huice.language.text import Text

Doc = Mapping[str, Any]

STYLE = """
:root{color-scheme:light dark;--ink:#1d2733;--quiet:#56616e;--line:#cfd6de;
--paper:#fff;--tint:#f3f6f9;--accent:#0f5ca8}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9ef;--quiet:#a3afbc;--line:#3a4654;
--paper:#151b22;--tint:#1e2630;--accent:#7fb8f0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);
font:1rem/1.65 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{font-size:1.5rem;margin:0}
h2{font-size:1.15rem;margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
h3{font-size:1rem;margin:2rem 0 .25rem;overflow-wrap:anywhere}
code,pre{font:.875rem/1.5 ui-monospace,Menlo,Consolas,monospace}
pre{background:var(--tint);padding:.75rem;overflow:auto;max-height:28rem;border-radius:4px}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{border-top:1px solid var(--line);padding:.35rem .75rem .35rem 0;text-align:left;
vertical-align:top;overflow-wrap:anywhere}
th{white-space:nowrap;font-weight:600}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
summary{cursor:pointer;padding:.25rem 0;min-height:1.5rem}
.method{display:inline-block;min-width:3.2em;color:var(--accent);font-weight:700}
.quiet{color:var(--quiet)}
nav ul{list-style:none;padding:0;columns:18rem}
nav a{display:inline-block;padding:.1rem 0}
@media print{details::details-content{content-visibility:visible;height:auto}
pre{max-height:none;white-space:pre-wrap}}
"""
POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CODES = (
    ("A001", Text("画像的清单过长，或画像过多", "too many entries or profiles")),
    ("A002", Text("没有这个查询参数", "there is no such query parameter")),
    ("A003", Text("查询参数的值不对", "the value of a query parameter is wrong")),
    ("A004", Text("正文的类型、编码或压缩不受支持", "type, charset or compression of the body")),
    ("A005", Text("正文过大", "the body is too large")),
    ("A006", Text("没有这个编号", "there is no such id")),
    ("A007", Text("服务缺少所需，如字体", "the server lacks what it needs, such as a font")),
    ("A008", Text("问题没有确切的答案，如金额不随数字直线变动", "there is no exact answer")),
    ("F003–F012", Text("正文不合 JSON 或 YAML：锚点、重复的键、过深、编码", "the body is not sound")),
    ("J001–J012", Text("规划题目有误，或没有可行、最优的方案", "a faulty problem, or one without plan")),
    ("U001–U009", Text("画像里的事实、选项、日期、金额、编号或读法不对", "something in a profile is wrong")),
)  # fmt: skip


def page(document: Doc, lang: str) -> str:
    """The page in one language; what exists in both is shown in that one."""
    return _Page(document, lang).html()


class _Page:
    def __init__(self, document: Doc, lang: str) -> None:
        self.document, self.lang = document, lang
        self.operations = [
            (path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]

    def say(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh

    def half(self, both: str, between: str = " / ") -> str:
        """The wording of this language out of a text that holds both."""
        zh, _, en = both.partition(between)
        return (en or zh) if self.lang == "en" else zh

    def html(self) -> str:
        title = self.say("惠策接口", "huice API")
        other = self.say(
            '<a href="?lang=en" lang="en">English</a>', '<a href="?lang=zh" lang="zh">中文</a>'
        )
        parts = [
            f'<!doctype html><html lang="{self.say("zh-CN", "en")}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{title}</title><style>{STYLE}</style></head><body>",
            f"<header><h1>{title}</h1><p>{self.intro()}</p>",
            f'<p><a href="/api/v1/openapi.json">openapi.json</a> · {other}</p></header>',
            f"<nav aria-label={json.dumps(self.say('目录', 'Contents'), ensure_ascii=False)}><ul>",
            *(self.entry(*operation) for operation in self.operations),
            "</ul></nav><main>",
            *self.sections(),
            self.problems(),
            "</main></body></html>",
        ]
        return "".join(parts)

    def intro(self) -> str:
        return self.say(
            "与页面、命令行同一个结果。正文是画像（JSON 或 YAML），不保存，不写入日志。金额是十进制字符串，"
            "null 表示条文没有写。依据公开文件测算，不构成审批结论。",
            "The same result as the pages and the command line. The body is a profile (JSON or YAML); it is "
            "not kept and not logged. Amounts are decimal strings; null is not stated. Computed from published "
            "documents; no decision of any authority.",
        )

    def entry(self, path: str, method: str, operation: Doc) -> str:
        title = escape(self.half(operation["summary"]))
        name = operation["operationId"]
        link = f'<a href="#{name}"><code>{method.upper()} {escape(path)}</code></a>'
        return f'<li>{link} <span class="quiet">{title}</span></li>'

    def sections(self) -> Iterable[str]:
        for tag in self.document["tags"]:
            yield f"<h2>{escape(self.half(tag['description']))}</h2>"
            for path, method, operation in self.operations:
                if tag["name"] in operation["tags"]:
                    yield from self.operation(path, method, operation)

    def operation(self, path: str, method: str, operation: Doc) -> Iterable[str]:
        name = operation["operationId"]
        yield f'<section aria-labelledby="{name}"><h3 id="{name}"><span class="method">{method.upper()}</span> '
        yield f"<code>{escape(path)}</code> {escape(self.half(operation['summary']))}</h3>"
        yield f"<p>{escape(self.half(operation['description'], chr(10) * 2))}</p>"
        yield self.parameters(operation["parameters"])
        yield self.call(path, method, operation)
        yield self.answers(operation["responses"])
        yield "</section>"

    def parameters(self, given: Iterable[Doc]) -> str:
        rows = [
            f"<tr><th scope=row><code>{one['name']}</code></th><td>{self.kind(one)}</td>"
            f"<td>{escape(self.half(one['description']))}</td></tr>"
            for one in given
        ]
        return f"<table>{''.join(rows)}</table>"

    def kind(self, parameter: Doc) -> str:
        schema = parameter["schema"].get("items", parameter["schema"])
        values = schema.get("enum")
        if values and len(values) <= 4:  # noqa: PLR2004  # few enough to list
            told = " | ".join(f"<code>{escape(value)}</code>" for value in values)
        elif values:
            inner = ", ".join(f"<code>{escape(value)}</code>" for value in values)
            count = self.say(f"{len(values)} 个值", f"{len(values)} values")
            told = f"<details><summary>{count}</summary>{inner}</details>"
        elif schema["type"] == "integer":
            told = f"{schema['minimum']}–{schema['maximum']}"
        else:
            told = self.say("文字", "text")
        return told

    def call(self, path: str, method: str, operation: Doc) -> str:
        query = []
        for one in operation["parameters"]:
            if one["in"] == "path":
                path = path.replace("{id}", one["example"])
            elif "example" in one:
                values = one["example"] if isinstance(one["example"], list) else [one["example"]]
                query += [f"{one['name']}={value}" for value in values]
        url = f"http://localhost:8000{path}" + ("?" + "&".join(query) if query else "")
        line = f"curl -X {method.upper()} '{url}'" if method != "get" else f"curl '{url}'"
        body = operation.get("requestBody")
        if not body:
            return f"<pre>{escape(line)}</pre>"
        example = body["content"]["application/json"]["examples"]["sample"]["value"]
        sent = json.dumps(example, ensure_ascii=False, indent=1)
        return f"<pre>{escape(line)} \\\n  -H 'Content-Type: application/json' -d '{escape(sent)}'</pre>"

    def answers(self, responses: Doc) -> str:
        good = next(iter(responses["200"]["content"].values()))
        example = good["examples"]["sample"]
        value = example["value"]
        text = isinstance(value, str)
        shown = value if text else json.dumps(value, ensure_ascii=False, indent=1)
        word = self.say("答复示例", "Example of an answer")
        if example.get("x-shortened"):
            word += self.say("（节录）", " (shortened)")
        codes = [status for status in responses if status != "200"]
        other = ", ".join(f"<code>{status}</code>" for status in codes)
        told = self.say("其他状态：", "Other statuses: ")
        return (
            f"<details><summary>{word}</summary><pre>{escape(shown)}</pre></details>"
            f'<p class="quiet">{told}{other}</p>'
        )

    def problems(self) -> str:
        kinds = "".join(
            f'<tr id="{kind.code}"><th scope=row><code>{kind.code}</code></th><td>{kind.status}</td>'
            f"<td>{escape(kind.title[self.lang])}</td></tr>"
            for kind in KINDS.values()
        )
        codes = "".join(
            f"<tr><th scope=row><code>{code}</code></th><td>{escape(says[self.lang])}</td></tr>"
            for code, says in CODES
        )
        return (
            f"<h2>{self.say('错误', 'Errors')}</h2><p>"
            + self.say(
                "错误是 application/problem+json（RFC 9457）。code 不会改变含义；problems 列出全部问题，"
                "各带编码、位置（JSON Pointer、行、列）和两种语言的说明。",
                "Errors are application/problem+json (RFC 9457). A code never changes its meaning; problems "
                "lists everything that is wrong, with code, place (JSON Pointer, line, column) and text "
                "in both languages.",
            )
            + f"</p><table>{kinds}</table><h3>problems</h3><table>{codes}</table>"
        )
