"""The six tools and the resources. A tool reads its arguments, calls one function, answers its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import mcp_types as types
import msgspec
from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from msgspec import Struct

from huice import __version__
from huice.corpus.corpus import Corpus
from huice.corpus.schema import profile_schema
from huice.corpus.source import Problem
from huice.evaluate import catalogue, compare, evaluate, questions
from huice.evaluate.evaluator import at_place
from huice.evaluate.facts import Profile
from huice.evaluate.profiles import BadProfile
from huice.evaluate.sent import problem_dict, read_sent
from huice.language.text import Text, did_you_mean
from huice.mcp import profile as profiles
from huice.mcp.summary import Summary

Schema = dict[str, Any]
LANGS = ("zh", "en")
MOST_PROFILES = 20
INSTRUCTIONS = """\
huice computes what the published AI-industry policies of Hangzhou, Shanghai, Beijing, Shenzhen and Guangzhou \
give one company, exactly and with the sentence behind each figure. Start with `next_question` on what you \
know, ask the user, add the answer to the profile, and `evaluate` again. Never invent a fact, never add \
amounts of different cities, never call a ceiling an entitlement: 确定额 (certain) is owed if the facts hold, \
本企业上限 (ceiling) is the most the wording allows, null means that the \
text states no amount. Quote the sentence of the policy."""


class BadCall(Exception):
    """A call that cannot be answered; `problems` say why and what to do."""

    def __init__(self, code: str, problems: Sequence[Problem]) -> None:
        super().__init__(code)
        self.code, self.problems = code, tuple(problems)


class Answer(Struct, frozen=True):
    """What a tool answers: a few lines to read, and the data."""

    lines: str
    data: dict[str, Any]


class Call:
    """The arguments of one call, read strictly."""

    def __init__(self, corpus: Corpus, today: date, given: Mapping[str, Any]) -> None:
        self.corpus, self.today, self.given = corpus, today, given
        self.say = Summary(corpus, self.choice("lang", LANGS, "zh"))

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        """One of the known words. Raises `BadCall`."""
        value = self.given.get(name, default)
        if value not in known:
            raise self.wrong(name, value, known)
        return str(value)

    def wrong(self, name: str, value: object, known: Sequence[str]) -> BadCall:
        """An argument that is none of the known values."""
        shown = str(value)[:60]
        said = Text(f"{name} 没有“{shown}”", f"{name} has no value “{shown}”")
        few = len(known) <= 6  # noqa: PLR2004  # few enough to name
        listed = Text("；可选 " + "、".join(known), "; choose from " + ", ".join(known))
        hint = listed if few else did_you_mean(shown, known)
        code = "not_found" if name in ("measure", "document") else "bad_argument"
        return BadCall(code, (Problem("A003", said + hint, subject=name),))

    def text(self, name: str) -> str:
        """A text; empty where it is absent."""
        value = self.given.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > 100:  # noqa: PLR2004
            said = Text(
                f"{name} 应为至多 100 字的文字", f"{name} must be text of at most 100 characters"
            )
            raise BadCall("bad_argument", (Problem("A003", said, subject=name),))
        return value

    def several(self, name: str, known: Sequence[str]) -> tuple[str, ...] | None:
        """Some of the known values; None where the argument is absent."""
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            value = [value]
        for one in value:
            if one not in known:
                raise self.wrong(name, one, known)
        return tuple(dict.fromkeys(value)) or None

    @property
    def measures(self) -> list[str]:
        """The ids of all measures."""
        return [one.id for one in self.corpus.measures]

    def measure(self) -> str:
        """The measure that is meant."""
        return self.choice("measure", self.measures, "")

    def profile(self) -> Profile:
        """The profile, at the place asked for. Raises `BadProfile`."""
        found = read_sent(self.given.get("profile", {}), self.corpus, self.today)
        place = self.text("place")
        if place and place not in self.corpus.places:
            raise self.wrong("place", place, self.corpus.places)
        return at_place(found, place) if place else found

    def profiles(self) -> Profile | list[Profile]:
        """One profile, or several under `profiles`."""
        given = self.given.get("profiles")
        if given is None:
            return read_sent(self.given.get("profile", {}), self.corpus, self.today)
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_PROFILES:
            said = Text(
                f"profiles 为 1–{MOST_PROFILES} 份画像", f"profiles are 1 to {MOST_PROFILES}"
            )
            raise BadCall("bad_argument", (Problem("A001", said, subject="profiles"),))
        return [read_sent(one, self.corpus, self.today) for one in given]


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
    limit = call.given.get("limit", 1)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 100:  # noqa: PLR2004
        said = Text("limit 应为 1–100 的整数", "limit must be a whole number from 1 to 100")
        raise BadCall("bad_argument", (Problem("A003", said, subject="limit"),))
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


class Tool(Struct, frozen=True):
    """A tool: what it is for and what it takes."""

    name: str
    title: str
    about: str
    answer: Callable[[Call], Answer]
    takes: Callable[[Corpus], Schema]
    required: tuple[str, ...] = ()

    def described(self, corpus: Corpus) -> types.Tool:
        """The tool as a client lists it."""
        lang = {"enum": list(LANGS), "default": "zh", "description": "language of the summary"}
        return types.Tool(
            name=self.name,
            title=self.title,
            description=self.about,
            input_schema={
                "type": "object",
                "properties": {**self.takes(corpus), "lang": lang},
                "required": list(self.required),
                "additionalProperties": False,
            },
            annotations=types.ToolAnnotations(
                read_only_hint=True, idempotent_hint=True, open_world_hint=False
            ),
        )


def _place(corpus: Corpus) -> Schema:
    return {"enum": list(corpus.places), "description": "assume that it is registered here"}


_IDS: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "description": "ids of measures; all by default",
}

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
            "measures": _IDS,
            "place": _place(corpus),
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
            "measures": _IDS,
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
            "place": _place(corpus),
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
            "place": _place(corpus),
            "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
        },
        ("profile",),
    ),
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
