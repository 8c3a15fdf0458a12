"""What the API can be asked: one entry an operation, read by the router and by the OpenAPI document alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from huice import __version__
from huice.api import query as q
from huice.api.analysed import ANALYSED
from huice.api.asked import Asked, File, Operation
from huice.api.faults import Refused
from huice.corpus.corpus import Corpus
from huice.corpus.schema import policy_schema, profile_schema
from huice.corpus.source import Problem
from huice.evaluate import catalogue as told
from huice.evaluate import compare, evaluate, questions
from huice.language.text import Fault, Text
from huice.reports import FORMATS

# --- answers --------------------------------------------------------------------------------------


def _evaluate(asked: Asked) -> dict[str, Any]:
    result = evaluate(asked.profile(), asked.corpus, asked.query.many("measure"))
    if asked.query.one("detail") == "figures":
        return told.figures_dict(result)
    return result.to_dict()


def _compare(asked: Asked) -> dict[str, Any]:
    given = asked.profiles if asked.many else asked.profiles[0]
    places, measures = asked.query.many("place"), asked.query.many("measure")
    return compare(given, asked.corpus, measures, places).to_dict()


def _next(asked: Asked) -> dict[str, Any]:
    limit = int(asked.query.one("limit"))
    return told.questions_dict(asked.corpus, questions(asked.profile(), asked.corpus), limit)


def _explain(asked: Asked) -> dict[str, Any]:
    measure = asked.measure
    return told.explanation_dict(evaluate(asked.profile(), asked.corpus, [measure.id]), measure.id)


def _report(asked: Asked) -> File:
    kind, profile, corpus = FORMATS[asked.id], asked.profile(), asked.corpus
    result, comparison = evaluate(profile, corpus), compare(profile, corpus)
    try:
        body = kind.render(result, comparison, asked.query.one("lang"))
    except Fault as fault:
        raise Refused("unavailable", (Problem("A007", fault.text),)) from fault
    return File(body, kind.media_type, f"huice{kind.suffix}")


def _near(place: str, region: str) -> bool:
    return not region or place == region or place.startswith(region + "/")


def _measures(asked: Asked) -> dict[str, Any]:
    corpus, words = asked.corpus, asked.query.one("q")
    city, document = asked.query.one("city"), asked.query.one("document")
    found = corpus.search(words) if words else corpus.measures
    kept = [one for one in found if _near(one.place, city) and document in ("", one.document)]
    return told.measures_dict(corpus, kept)


def _measure(asked: Asked) -> dict[str, Any]:
    return told.measure_dict(asked.corpus, asked.measure)


def _documents(asked: Asked) -> dict[str, Any]:
    city = asked.query.one("city")
    return told.documents_dict(
        asked.corpus, [one for one in asked.corpus.documents if _near(one.place, city)]
    )


def _document(asked: Asked) -> dict[str, Any]:
    return told.document_dict(asked.corpus, asked.corpus.document(asked.id))


SCHEMAS: Mapping[str, Callable[[Corpus], dict[str, Any]]] = {
    "profile": profile_schema,
    "policy": policy_schema,
}


def _schema(asked: Asked) -> dict[str, Any]:
    return SCHEMAS[asked.id](asked.corpus)


def _version(asked: Asked) -> dict[str, Any]:
    return {
        "schema": "huice/version/1",
        "version": __version__,
        "api": "v1",
        "corpus_version": asked.corpus.version,
        "corpus_digest": asked.corpus.digest,
    }


def _ready(asked: Asked) -> dict[str, Any]:
    result = evaluate({}, asked.corpus, today=asked.today)
    return {"status": "ready", "measures": len(result.outcomes)}


OPERATIONS = (
    Operation(
        "evaluate", "POST", "/evaluate",
        Text("测算", "Evaluate a profile"),
        Text(
            "一份画像逐项测算：状态、确定额、本企业上限、条款封顶及其依据。金额是十进制字符串，"
            "null 表示条文没有写，不是 0。",
            "One profile against every measure: status, certain sum, this applicant's ceiling, the cap of the "
            "clause, and the reasons. Amounts are decimal strings; null is not stated, never 0.",
        ),
        _evaluate, ("Result", "Figures"), (q.LANG, q.DETAIL, q.MEASURES, q.PLACE), "profile", tag="profile",
    ),
    Operation(
        "compare", "POST", "/compare",
        Text("对比", "Compare places or profiles"),
        Text(
            "一份画像放在各地比较；正文为列表时几份画像并列。各行互为选择，不可相加。",
            "One profile at every place, or several profiles side by side. Rows are alternatives: never add.",
        ),
        _compare, ("Comparison",), (q.LANG, q.MEASURES, q.PLACES), "profiles", tag="profile",
    ),
    Operation(
        "next_question", "POST", "/next-question",
        Text("下一题", "The next best question"),
        Text(
            "还没有填、而又影响结果的事实，按所涉金额与作答难度排序。",
            "The facts not given yet that still change the answer, by money at stake over effort.",
        ),
        _next, ("Questions",), (q.LANG, q.LIMIT, q.PLACE), "profile", tag="profile",
    ),
    Operation(
        "explain", "POST", "/explain/{id}",
        Text("解释", "Explain one measure"),
        Text(
            "一个事项对这家企业：结果、一行算式、所用数字在原文的位置、规则的文字。",
            "One measure for this applicant: result, the amount in a line, the numbers used in the quote, "
            "the rule in words.",
        ),
        _explain, ("Explanation",), (q.LANG, q.PLACE), "profile",
        path_ids=lambda corpus: [one.id for one in corpus.measures], tag="profile",
    ),
    Operation(
        "report", "POST", "/reports/{id}",
        Text("报告", "A report as a file"),
        Text(
            "同一结果写成文件：Excel（含公式）、Word、PDF、日历、CSV、JSON；lang 是报告的语言。",
            "The same result as a file: workbook with live formulas, Word, PDF, calendar, CSV, JSON. lang is "
            "the language of the report.",
        ),
        _report, (), (q.LANG, q.PLACE), "profile", path_ids=lambda _: list(FORMATS), tag="profile",
    ),
    *ANALYSED,
    Operation(
        "list_measures", "GET", "/measures",
        Text("事项", "List the measures"),
        Text("全部事项，可按城市、文件和词筛选。", "All measures, by city, document and words if asked."),
        _measures, ("Measures",), (q.LANG, q.CITY, q.DOCUMENT, q.WORDS), kept=True,
    ),
    Operation(
        "get_measure", "GET", "/measures/{id}",
        Text("一个事项", "One measure"),
        Text("原文、规则的文字、读法、资金池与核对提示。", "Text, rule in words, readings, pool, cautions."),
        _measure, ("Measure",), (q.LANG,), kept=True,
        path_ids=lambda corpus: [one.id for one in corpus.measures],
    ),
    Operation(
        "list_documents", "GET", "/documents",
        Text("政策文件", "List the documents"),
        Text("全部文件及其有效期。", "All documents and their periods."),
        _documents, ("Documents",), (q.LANG, q.CITY), kept=True,
    ),
    Operation(
        "get_document", "GET", "/documents/{id}",
        Text("一份文件", "One document"),
        Text("全文及其中的事项。", "The whole text and its measures."),
        _document, ("Document",), (q.LANG,), kept=True,
        path_ids=lambda corpus: [one.id for one in corpus.documents],
    ),
    Operation(
        "list_pools", "GET", "/pools",
        Text("资金池", "List the pools"),
        Text("安排给某项政策的总额，不是给任何人的承诺。", "Money set aside for a scheme; it is no promise."),
        lambda asked: told.pools_dict(asked.corpus), ("Pools",), (q.LANG,), kept=True,
    ),
    Operation(
        "list_groups", "GET", "/groups",
        Text("互斥与择高", "List the groups"),
        Text("不能简单相加的事项。", "Measures that do not simply add up."),
        lambda asked: told.groups_dict(asked.corpus), ("Groups",), (q.LANG,), kept=True,
    ),
    Operation(
        "get_vocabulary", "GET", "/vocabulary",
        Text("事实词表", "The vocabulary"),
        Text("画像可以写的事实：问题、选项、单位。", "The facts of a profile: question, choices, unit."),
        lambda asked: told.vocabulary_dict(asked.corpus), ("Vocabulary",), (q.LANG,), kept=True,
    ),
    Operation(
        "get_schema", "GET", "/schemas/{id}",
        Text("JSON Schema", "A JSON Schema"),
        Text("画像或政策文件的 JSON Schema（2020-12）。", "The schema (2020-12) of profiles or policy files."),
        _schema, ("JsonSchema",), (q.LANG,), kept=True, path_ids=lambda _: list(SCHEMAS),
    ),
    Operation(
        "get_version", "GET", "/version",
        Text("版本", "What runs here"),
        Text("程序与政策汇编的版本。", "The versions of program and corpus."),
        _version, ("Version",), (q.LANG,), kept=True, tag="server",
    ),
    Operation(
        "get_health", "GET", "/health",
        Text("存活", "Is the process alive"),
        Text("进程能应答。", "The process answers."),
        lambda _: {"status": "ok"}, ("Health",), (q.LANG,), tag="server",
    ),
    Operation(
        "get_ready", "GET", "/ready",
        Text("就绪", "Is it ready to evaluate"),
        Text("政策已载入并能测算。", "The corpus is loaded and evaluates."),
        _ready, ("Ready",), (q.LANG,), tag="server",
    ),
)  # fmt: skip
"""All operations, in the order in which they are documented."""
