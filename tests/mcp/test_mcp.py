"""The tools through the official client: in process, over stdio, over HTTP; the figures of `huice.evaluate`."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from mcp import Client, MCPError, StdioServerParameters
from mcp.types import CallToolResult

import huice
import huice.analysis
import huice.planning
from huice import Corpus
from huice.evaluate.profiles import load_profile
from huice.mcp import server
from huice.mcp.tools import TOOLS
from huice.web.app import create_app
from tests.apart import run_apart
from tests.evaluate.profiles import GOLDEN, load_yaml

ROOT = Path(__file__).parents[2]
PERSONAS = [load_yaml(path) for path in sorted((GOLDEN / "personas").glob("*.yaml"))]
VARIANTS = {f"{p['id']}/{v['id']}": v["profile"] for p in PERSONAS for v in p["variants"]}
Talk = Callable[[Client], Awaitable[Any]]


def plain(profile: Any) -> Any:
    """The profile as JSON holds it."""
    return json.loads(json.dumps(profile, default=str))


def talk(target: Any, said: Talk) -> Any:
    async def run() -> Any:
        async with Client(target, read_timeout_seconds=60) as client:
            return await said(client)

    return run_apart(run())


def call(corpus: Corpus, tool: str, **given: Any) -> CallToolResult:
    return talk(server(corpus), lambda client: client.call_tool(tool, given))  # type: ignore[no-any-return]


# --- answers --------------------------------------------------------------------------------------


def test_personas_get_the_same_figures(corpus: Corpus) -> None:
    async def all_of_them(client: Client) -> None:
        for name, profile in VARIANTS.items():
            expected = huice.evaluate(profile, corpus).to_dict()
            given = {"profile": plain(profile), "detail": "full"}
            full = await client.call_tool("evaluate", given)
            assert full.structured_content == expected, name
            assert json.loads(full.content[1].text) == expected  # type: ignore[union-attr]
            short = await client.call_tool("evaluate", {"profile": plain(profile)})
            figures = short.structured_content
            assert figures["total"] == expected["total"]
            for got, whole in zip(figures["measures"], expected["measures"], strict=True):
                assert got == {key: whole[key] for key in got}
            compared = await client.call_tool("compare", {"profile": plain(profile)})
            assert compared.structured_content == huice.compare(profile, corpus).to_dict()
            asked = await client.call_tool("next_question", {"profile": plain(profile)})
            first = huice.next_question(profile, corpus)
            facts = [one["fact"] for one in asked.structured_content["questions"]]
            assert facts == ([first.fact.name] if first else [])

    talk(server(corpus), all_of_them)


def test_explanations(corpus: Corpus) -> None:
    profile = next(iter(VARIANTS.values()))
    for one in huice.evaluate(profile, corpus).measures:
        if not one.here:
            continue
        told = call(corpus, "explain", measure=one.id, profile=plain(profile), lang="en")
        expected = huice.evaluate(profile, corpus, measures=[one.id]).to_dict()
        assert told.structured_content["result"] == expected
        assert one.measure.text in told.content[0].text  # type: ignore[union-attr]


def test_search_and_reading(corpus: Corpus) -> None:
    found = call(corpus, "search_measures", words="训力券").structured_content
    assert [one["measure"] for one in found["measures"]] == ["shenzhen/training-voucher"]
    everything = call(corpus, "search_measures").structured_content
    assert len(everything["measures"]) == len(corpus.measures)
    there = call(corpus, "search_measures", place="shanghai").structured_content
    assert {one["place"].split("/")[0] for one in there["measures"]} == {"shanghai"}
    for document in corpus.documents:
        read = call(corpus, "read_document", document=document.id)
        assert read.content[0].text == document.text  # type: ignore[union-attr]
    read = call(corpus, "read_document", measure="shenzhen/corpus")
    assert read.structured_content["text"]["zh"] == corpus.measure("shenzhen/corpus").text


def test_an_interview_ends_and_narrows(corpus: Corpus) -> None:
    """What an assistant does: ask, answer unknown facts of the applicant, evaluate again."""
    question = call(corpus, "next_question", profile={}, lang="en", limit=100).structured_content
    assert question["open"] > 10
    answered = call(corpus, "next_question", profile=plain(next(iter(VARIANTS.values()))))
    assert answered.structured_content["open"] < question["open"]


def test_changes_curves_and_cliffs(corpus: Corpus) -> None:
    for profile in VARIANTS.values():
        given = plain(profile)
        told = call(corpus, "unlock", profile=given, goal="reach", shown=3)
        expected = huice.analysis.unlock(profile, corpus, goal="reach", shown=3).to_dict()
        assert told.structured_content == expected
        told = call(corpus, "curve", profile=given, fact="org.revenue_yuan", to="1亿元")
        drawn = huice.analysis.curve(profile, "org.revenue_yuan", corpus, end="1亿元")
        assert told.structured_content == drawn.to_dict()
    whole = huice.analysis.catalogue(corpus)
    told = call(corpus, "cliffs", losses=True)
    assert told.structured_content["breaks"] == [one.to_dict() for one in whole.losses]
    assert "杭州算力券" in told.content[0].text  # type: ignore[union-attr]
    assert call(corpus, "cliffs").structured_content == whole.to_dict()


def test_sensitivity_and_plans(corpus: Corpus) -> None:
    for profile in VARIANTS.values():
        given = plain(profile)
        told = call(corpus, "sensitivity", profile=given, place="shanghai/xuhui")
        expected = huice.analysis.sensitivity(profile, corpus, "shanghai/xuhui").to_dict()
        assert told.structured_content == expected
        told = call(corpus, "plan", profile=given, years=2, stacking="prudent")
        checked = load_profile(given, corpus)
        best = huice.planning.plan_profile(checked, 2, corpus, stacking="prudent").to_dict()
        assert {**told.structured_content, "proof": 0} == {**best, "proof": 0}
        first = told.content[0].text.splitlines()[0]  # type: ignore[union-attr]
        assert ("已证明最优" in first) is told.structured_content["proof"]["proved"]
    given = plain(next(iter(VARIANTS.values())))
    problem = {"profile": given, "years": 1, "places": ["shenzhen"], "objective": "certain"}
    told = call(corpus, "plan", problem=problem)
    expected = huice.planning.plan(problem, corpus).to_dict()
    assert {**told.structured_content, "proof": 0} == {**expected, "proof": 0}


def test_a_cliff_is_told_with_its_clause_and_never_as_advice(corpus: Corpus) -> None:
    contract = {"item": "compute", "mode": "rent", "amount_yuan": 600000, "paid_yuan": 600000}
    org = {"place": "hangzhou/other", "kind": "enterprise", "size": "small"}
    given = {"as_of": "2025-06-30", "org": org, "contracts": [contract]}
    told = call(
        corpus,
        "curve",
        profile=given,
        fact="contracts[0].amount_yuan",
        together=["contracts[0].paid_yuan"],
    )
    first = told.content[0].text.splitlines()[1]  # type: ignore[union-attr]
    assert "少 10 万元" in first and "50 万元（含）以下" in first
    told = call(corpus, "unlock", profile=given, measures=["hangzhou/compute-voucher"])
    assert "不是建议" in told.content[0].text  # type: ignore[union-attr]


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "given", "code", "problem"),
    [
        ("evaluate", {}, "bad_argument", "A003"),
        ("evaluate", {"profile": {}, "x": 1}, "bad_argument", "A002"),
        ("evaluate", {"profile": {}, "detail": "all"}, "bad_argument", "A003"),
        ("evaluate", {"profile": {}, "lang": "de"}, "bad_argument", "A003"),
        ("evaluate", {"profile": {}, "place": "atlantis"}, "bad_argument", "A003"),
        ("evaluate", {"profile": {}, "place": ["x"]}, "bad_argument", "A003"),
        ("evaluate", {"profile": {}, "measures": ["x"]}, "bad_argument", "A003"),
        ("evaluate", {"profile": {}, "measures": [{}]}, "bad_argument", "A003"),
        ("evaluate", {"profile": "org"}, "bad_profile", "U002"),
        ("evaluate", {"profile": None}, "bad_profile", "U002"),
        ("evaluate", {"profile": {"org": {"kind": "firm"}}}, "bad_profile", "U004"),
        ("evaluate", {"profile": {"contracts": [{"paid_yuan": True}]}}, "bad_profile", "U006"),
        ("evaluate", {"profile": {"contracts": [{}] * 501}}, "bad_profile", "A001"),
        ("compare", {"profiles": []}, "bad_argument", "A001"),
        ("compare", {"profiles": [{}] * 21}, "bad_argument", "A001"),
        ("compare", {"profiles": [{}, 1]}, "bad_profile", "U002"),
        ("explain", {"profile": {}, "measure": "shenzhen/nothing"}, "not_found", "A003"),
        ("explain", {"profile": {}, "measure": 1}, "not_found", "A003"),
        ("next_question", {"profile": {}, "limit": 0}, "bad_argument", "A003"),
        ("next_question", {"profile": {}, "limit": True}, "bad_argument", "A003"),
        ("unlock", {"profile": {}, "goal": "win"}, "bad_argument", "A003"),
        ("unlock", {"profile": {}, "most": 5}, "bad_argument", "A003"),
        ("unlock", {"profile": {}, "shown": "2"}, "bad_argument", "A003"),
        ("unlock", {"profile": {}, "measures": ["x"]}, "bad_argument", "A003"),
        ("unlock", {"profile": {"contracts": [{}] * 101}}, "bad_profile", "A001"),
        ("curve", {"profile": {}}, "bad_argument", "A003"),
        ("curve", {"profile": {}, "fact": "org.place"}, "bad_profile", "U003"),
        ("curve", {"profile": {}, "fact": 1}, "bad_argument", "A003"),
        ("curve", {"profile": {}, "fact": "org.revenue_yuan", "to": "much"}, "bad_profile", "U006"),
        (
            "curve",
            {"profile": {}, "fact": "org.revenue_yuan", "together": [1]},
            "bad_argument",
            "A003",
        ),
        (
            "curve",
            {"profile": {}, "fact": "org.revenue_yuan", "places": "x"},
            "bad_argument",
            "A003",
        ),
        ("sensitivity", {"profile": {}}, "bad_profile", "U004"),
        ("sensitivity", {"profile": {}, "place": "x"}, "bad_argument", "A003"),
        (
            "sensitivity",
            {"profile": {}, "place": "shenzhen", "ranges": ["a"]},
            "bad_argument",
            "A003",
        ),
        ("sensitivity", {"profile": {}, "settled": 1}, "bad_argument", "A003"),
        ("plan", {"profile": {}, "years": 6}, "bad_argument", "A003"),
        ("plan", {"profile": {}, "seconds": 60}, "bad_argument", "A003"),
        ("plan", {"profile": {}, "stacking": "x"}, "bad_argument", "A003"),
        ("plan", {"problem": {"profile": "/etc/passwd"}}, "bad_profile", "J001"),
        ("plan", {"problem": "profile.yaml"}, "bad_profile", "J001"),
        ("plan", {"problem": {"profile": {}, "years": 9}}, "bad_profile", "U006"),
        ("plan", {"profile": {"contracts": [{}] * 101}}, "bad_profile", "A001"),
        ("cliffs", {"losses": "yes"}, "bad_argument", "A003"),
        ("cliffs", {"profile": {}}, "bad_argument", "A002"),
        ("search_measures", {"words": "a" * 101}, "bad_argument", "A003"),
        ("search_measures", {"words": ["x"]}, "bad_argument", "A003"),
        ("read_document", {}, "not_found", "A003"),
        ("read_document", {"document": "../../etc/passwd"}, "not_found", "A003"),
    ],
)
def test_errors_are_answers_with_codes(
    corpus: Corpus, tool: str, given: dict[str, Any], code: str, problem: str
) -> None:
    answer = call(corpus, tool, **given)
    assert answer.is_error
    told = answer.structured_content
    assert (told["code"], told["problems"][0]["code"]) == (code, problem)
    assert answer.content[0].text.startswith(f"{code}\n[{problem}]")  # type: ignore[union-attr]


def test_unknown_tools_and_resources_are_protocol_errors(corpus: Corpus) -> None:
    async def ask_for_nothing(client: Client) -> None:
        with pytest.raises(MCPError):
            await client.call_tool("nothing", {})
        for path in ("nothing", "documents/../x", "measures/x", "measures", "schemas/policy"):
            with pytest.raises(MCPError):
                await client.read_resource(f"huice://{path}")
        with pytest.raises(MCPError):
            await client.read_resource("file:///etc/passwd")

    talk(server(corpus), ask_for_nothing)


# --- what is listed -------------------------------------------------------------------------------


def test_tools_are_described(corpus: Corpus) -> None:
    listed = talk(server(corpus), lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == [
        "evaluate", "compare", "explain", "next_question", "unlock", "curve", "cliffs", "sensitivity", "plan",
        "search_measures", "read_document",
    ]  # fmt: skip
    size = sum(len(json.dumps(tool.input_schema)) + len(tool.description) for tool in listed)
    assert size < 15_500  # an assistant reads it in every conversation
    assert all(tool.annotations.read_only_hint for tool in listed)
    docs = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
    for tool in listed:
        assert f"`{tool.name}`" in docs
        for argument in tool.input_schema["properties"]:
            assert f"`{argument}`" in docs, argument


def test_the_profile_of_the_tool_has_every_fact(corpus: Corpus) -> None:
    takes = TOOLS[0].takes(corpus)["profile"]["properties"]
    for fact in corpus.vocabulary.facts.values():
        kind = corpus.vocabulary.kinds.get(fact.entity)
        where = takes[kind.list_key]["items"] if kind else takes["org"]
        assert fact.key in where["properties"]


def test_resources(corpus: Corpus) -> None:
    async def read_all(client: Client) -> None:
        listed = (await client.list_resources()).resources
        assert len(listed) == len(corpus.documents) + 2
        for resource in listed:
            (content,) = (await client.read_resource(resource.uri)).contents
            assert content.mime_type == resource.mime_type
            if content.mime_type == "application/json":
                json.loads(content.text)  # type: ignore[union-attr]
            else:
                assert content.text == corpus.document(resource.name).text  # type: ignore[union-attr]
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "huice://measures/{+measure}"
        (content,) = (await client.read_resource("huice://measures/shenzhen/corpus")).contents
        assert json.loads(content.text)["measure"] == "shenzhen/corpus"  # type: ignore[union-attr]

    talk(server(corpus), read_all)


# --- transports -----------------------------------------------------------------------------------


async def _session(client: Client) -> Any:
    tools = (await client.list_tools()).tools
    answer = await client.call_tool("evaluate", {"profile": {"org": {"place": "shenzhen"}}})
    wrong = await client.call_tool("evaluate", {"profile": {"org": {"place": "nowhere"}}})
    assert wrong.is_error
    assert wrong.structured_content["problems"][0]["pointer"] == "/org/place"
    return len(tools), answer.structured_content["total"]


def _expected(corpus: Corpus) -> Any:
    return len(TOOLS), huice.evaluate({"org": {"place": "shenzhen"}}, corpus).to_dict()["total"]


def test_over_stdio(corpus: Corpus) -> None:
    environment = {**os.environ, "PYTHONPATH": "src"}
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "huice", "mcp"], env=environment, cwd=ROOT
    )
    assert talk(command, _session) == _expected(corpus)


class Running:
    """A server in a thread."""

    def __init__(self, app: Any) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = uvicorn.Config(
            app, port=self.port, log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> str:
        self.thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.server.started
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def url(corpus: Corpus) -> Iterator[str]:
    with Running(create_app(corpus)) as address:
        yield address


def test_over_http(corpus: Corpus, url: str) -> None:
    assert talk(f"{url}/mcp", _session) == _expected(corpus)


def test_pages_of_other_origins_and_large_bodies_are_refused(url: str) -> None:
    def post(body: bytes = b"{}", **headers: str) -> int:
        given = {"Content-Type": "application/json", "Accept": "application/json"} | headers
        request = urllib.request.Request(f"{url}/mcp", body, given)  # noqa: S310  # our own server
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert post(Origin="https://evil.example") == 403
    assert post(Origin="null") == 403
    assert post(Origin=url) == post() == 400
    assert post(b" " * 300_000) == 413
    assert post(b"[" * 100_000) == post(b"\xff") == 400


def test_over_http_at_once(corpus: Corpus, url: str) -> None:
    async def many() -> list[Any]:
        async def one() -> Any:
            async with Client(f"{url}/mcp") as client:
                return await _session(client)

        return list(await asyncio.gather(*(one() for _ in range(8))))

    assert run_apart(many()) == [_expected(corpus)] * 8
