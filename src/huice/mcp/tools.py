"""The tools and the resources. A tool reads its arguments, calls one function, answers its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import mcp_types as types
import msgspec
from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from huice import __version__
from huice.corpus.corpus import Corpus
from huice.corpus.schema import profile_schema
from huice.corpus.source import Problem
from huice.evaluate import catalogue, compare, evaluate, questions
from huice.evaluate.profiles import BadProfile
from huice.evaluate.sent import problem_dict
from huice.language.text import Text, did_you_mean
from huice.mcp import profile as profiles
from huice.mcp.analysed import ANALYSED
from huice.mcp.calls import IDS, Answer, BadCall, Call, Tool, place_schema

MOST_QUESTIONS = 100
INSTRUCTIONS = """\
huice computes what the published AI-industry policies of Hangzhou, Shanghai, Beijing, Shenzhen and Guangzhou \
give one company, exactly and with the sentence behind each figure. Start with `next_question` on what you \
know, ask the user, add the answer to the profile, and `evaluate` again. `unlock` says what the company would \
have to change to reach a measure or to get more; `curve` and `cliffs` say where a little more spending brings \
less, nothing, or much; `sensitivity` ranks what matters most; `plan` finds the best years and places, with a \
proof. Splitting a contract or declaring less is a risk and never advice. Never invent a \
fact, never add amounts of different cities, never call a ceiling an entitlement: 确定额 (certain) is owed if \
the facts hold, 本企业上限 (ceiling) is the most the wording allows, null means that the text states no \
amount. Quote the sentence of the policy."""


# --- tools ----------------------------------------------------------------------------------------


def _evaluate(call: Call) -> Answer:
    detail = call.choice("detail", ("figures", "full"), "figures")
    result = evaluate(call.profile(), call.corpus, call.several("measures", call.measures))
    data = result.to_dict() if detail == "full" else catalogue.figures_dict(result)
    return Answer(call.say.result(result), data)


def _compare(call: Call) -> Answer:
    places = call.several("places", call.corpus.places)
    measures = call.several("measures", call.measures)
    found = compare(call.profiles(), call.corpus, measures, places)
    return Answer(call.say.comparison(found), found.to_dict())


def _explain(call: Call) -> Answer:
    measure = call.measure()
    result = evaluate(call.profile(), call.corpus, [measure])
    return Answer(
        call.say.explanation(result, measure), catalogue.explanation_dict(result, measure)
    )


def _next(call: Call) -> Answer:
    limit = call.number("limit", MOST_QUESTIONS, 1)
    asked = questions(call.profile(), call.corpus)
    return Answer(call.say.question(asked), catalogue.questions_dict(call.corpus, asked, limit))


def _search(call: Call) -> Answer:
    corpus, words, place = call.corpus, call.text("words"), call.text("place")
    document = call.text("document")
    found = [
        one
        for one in (corpus.search(words) if words else corpus.measures)
        if (not place or one.place == place or one.place.startswith(place + "/"))
        and document in ("", one.document)
    ]
    lang = call.say.lang
    lines = [f"- {one.title[lang]} [{one.id}]" for one in found] or [
        call.say.say("没有找到；换个词，或不写 words", "nothing found; try another word, or none")
    ]
    return Answer("\n".join(lines), catalogue.measures_dict(corpus, found))


def _read(call: Call) -> Answer:
    corpus = call.corpus
    if "measure" in call.given:
        measure = corpus.measure(call.measure())
        return Answer(measure.text, catalogue.measure_dict(corpus, measure))
    id_ = call.choice("document", [one.id for one in corpus.documents], "")
    document = corpus.document(id_)
    return Answer(document.text, catalogue.document_dict(corpus, document))


TOOLS = (
    Tool(
        "evaluate",
        "测算 Evaluate a profile",
        "What the policies give one company: each measure with its status and three figures (certain, ceiling "
        "for this applicant, cap of the clause). `detail: full` adds conditions, steps, readings and quotes of "
        "every measure (long); for one measure use `explain`.",
        _evaluate,
        lambda corpus: {
            "profile": profiles.full(corpus),
            "measures": IDS,
            "place": place_schema(corpus),
            "detail": {"enum": ["figures", "full"], "default": "figures"},
        },
        ("profile",),
    ),
    Tool(
        "compare",
        "对比 Compare places or profiles",
        "One profile at every place, or several profiles side by side. Rows are alternatives: never add them.",
        _compare,
        lambda corpus: {
            "profile": profiles.short(),
            "profiles": {"type": "array", "items": profiles.short()},
            "measures": IDS,
            "places": {"type": "array", "items": {"enum": list(corpus.places)}},
        },
    ),
    Tool(
        "explain",
        "解释 Explain one measure",
        "Why one measure gives this company what it gives: formula, conditions one by one, what is missing, "
        "the sentence of the policy, other readings of it.",
        _explain,
        lambda corpus: {
            "measure": {
                "type": "string",
                "description": "its id, such as shenzhen/training-voucher",
            },
            "profile": profiles.short(),
            "place": place_schema(corpus),
        },
        ("measure", "profile"),
    ),
    Tool(
        "next_question",
        "下一题 The next best question",
        "The unknown fact with the most money at stake over the effort to answer it, with its choices and "
        "unit, and where in the profile the answer goes. Start from {} if nothing is known.",
        _next,
        lambda corpus: {
            "profile": profiles.short(),
            "place": place_schema(corpus),
            "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
        },
        ("profile",),
    ),
    *ANALYSED,
    Tool(
        "search_measures",
        "查找事项 Search the measures",
        "Measures by words (all must occur in id, title or text; Chinese works best), place and document.",
        _search,
        lambda corpus: {
            "words": {"type": "string", "maxLength": 100},
            "place": {"type": "string", "description": "a city or district, such as shanghai"},
            "document": {"enum": [one.id for one in corpus.documents]},
        },
    ),
    Tool(
        "read_document",
        "阅读原文 Read a document or a measure",
        "The whole text of a policy document, or one measure with its sentence, rule in words, readings and "
        "cautions.",
        _read,
        lambda corpus: {
            "document": {"enum": [one.id for one in corpus.documents]},
            "measure": {"type": "string", "description": "the id of a measure instead"},
        },
    ),
)


# --- the server -----------------------------------------------------------------------------------


def server(corpus: Corpus, today: Callable[[], date] = date.today) -> Server[Any]:
    """The server with its tools and resources. `today` stands in for an absent `as_of`."""
    tools = {tool.name: tool for tool in TOOLS}
    listed = types.ListToolsResult(tools=[tool.described(corpus) for tool in TOOLS])

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return listed

    async def call_tool(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        tool = tools.get(asked.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {asked.name[:40]}")
        return await to_thread.run_sync(
            lambda: answered(tool, corpus, today(), asked.arguments or {})
        )

    shelf = Shelf(corpus)

    async def list_resources(_: Any, __: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=shelf.listed())

    async def list_templates(_: Any, __: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=shelf.templates())

    async def read(_: Any, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        return types.ReadResourceResult(contents=[shelf.read(asked.uri)])

    return Server(
        "huice",
        version=__version__,
        title="惠策 huice",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
    )


def answered(
    tool: Tool, corpus: Corpus, today: date, given: Mapping[str, Any]
) -> types.CallToolResult:
    """What a tool answers; what is wrong with the call is an answer too, with codes."""
    try:
        _check(tool, corpus, given)
        answer = tool.answer(Call(corpus, today, given))
    except BadProfile as bad:
        return _told("bad_profile", bad.problems, given)
    except BadCall as bad:
        return _told(bad.code, bad.problems, given)
    data = msgspec.json.encode(answer.data).decode()
    return types.CallToolResult(
        content=[
            types.TextContent(type="text", text=answer.lines),
            types.TextContent(type="text", text=data),
        ],
        structured_content=answer.data,
    )


def _check(tool: Tool, corpus: Corpus, given: Mapping[str, Any]) -> None:
    """That the arguments are those of the tool. Raises `BadCall`."""
    known = [*tool.takes(corpus), "lang"]
    problems = [_unknown(name, known) for name in given if name not in known]
    problems += [_missing(name) for name in tool.required if name not in given]
    if problems:
        raise BadCall("bad_argument", problems)


def _unknown(name: str, known: Sequence[str]) -> Problem:
    shown = name[:40]
    said = Text(f"没有参数“{shown}”", f"there is no argument “{shown}”")
    return Problem("A002", said + did_you_mean(shown, known), subject=shown)


def _missing(name: str) -> Problem:
    return Problem(
        "A003", Text(f"缺少参数 {name}", f"the argument {name} is missing"), subject=name
    )


def _told(code: str, problems: Sequence[Problem], given: Mapping[str, Any]) -> types.CallToolResult:
    lang = "en" if given.get("lang") == "en" else "zh"
    listed = [problem_dict(problem) for problem in problems]
    lines = [
        f"[{one['code']}] {one['pointer'] or one['subject'] or ''} {one['message'][lang]}"
        for one in listed
    ]
    return types.CallToolResult(
        content=[types.TextContent(type="text", text="\n".join([code, *lines]))],
        structured_content={"schema": "huice/problems/1", "code": code, "problems": listed},
        is_error=True,
    )


class Shelf:
    """The resources: documents as text, measures and schemas as JSON."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def listed(self) -> list[types.Resource]:
        """The documents, the vocabulary, the schema of a profile."""
        found = [
            types.Resource(
                uri=f"huice://documents/{one.id}",
                name=one.id,
                title=one.title.zh,
                description=one.title["en"],
                mime_type="text/plain",
            )
            for one in self.corpus.documents
        ]
        for name, title in (("vocabulary", "事实词表"), ("schemas/profile", "画像的 JSON Schema")):
            found.append(
                types.Resource(
                    uri=f"huice://{name}", name=name, title=title, mime_type="application/json"
                )
            )
        return found

    def templates(self) -> list[types.ResourceTemplate]:
        """The measures."""
        return [
            types.ResourceTemplate(
                uri_template="huice://measures/{+measure}",
                name="measure",
                title="事项 a measure",
                mime_type="application/json",
            )
        ]

    def read(self, uri: str) -> types.TextResourceContents:
        """One resource. Raises `MCPError` for an unknown one."""
        kind, _, id_ = uri.removeprefix("huice://").partition("/")
        corpus = self.corpus
        text = ""
        if kind == "documents" and id_ in [one.id for one in corpus.documents]:
            return types.TextResourceContents(
                uri=uri, mime_type="text/plain", text=corpus.document(id_).text
            )
        if kind == "measures" and id_ in [one.id for one in corpus.measures]:
            text = _dumped(catalogue.measure_dict(corpus, corpus.measure(id_)))
        elif (kind, id_) == ("vocabulary", ""):
            text = _dumped(catalogue.vocabulary_dict(corpus))
        elif (kind, id_) == ("schemas", "profile"):
            text = _dumped(profile_schema(corpus))
        if not uri.startswith("huice://") or not text:
            raise MCPError(types.INVALID_PARAMS, f"there is no resource {uri[:80]}")
        return types.TextResourceContents(uri=uri, mime_type="application/json", text=text)


def _dumped(data: dict[str, Any]) -> str:
    return msgspec.json.encode(data).decode()
