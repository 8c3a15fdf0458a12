"""One profile, every surface, the same figures: Python, command line, page, API, MCP, files and calendar."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from litestar import Litestar
from litestar.testing import TestClient
from mcp import Client

import huice
from huice import Corpus, Status
from huice.cli import run
from huice.evaluate.outcome import PAYING
from huice.evaluate.result import decimal
from huice.language.money import wan
from huice.mcp import server
from huice.reports import FORMATS, coming, words
from huice.web.app import create_app
from tests.apart import run_apart
from tests.reports.reading import (
    HAS_FONT,
    PERSONAS,
    amount,
    book,
    docx_text,
    entries,
    of_persona,
    pdf_text,
    rows,
    solid,
)
from tests.web.reading import Reader

Figures = dict[str, tuple[str | None, ...]]
KEYS = ("status", "certain_yuan", "ceiling_yuan", "clause_cap_yuan")
TODAY = date(2025, 6, 30)


def of_answer(answer: dict[str, Any]) -> Figures:
    """The figures of every measure of a result as data, and the total under ''."""
    total = answer["total"]
    return {
        "": (total["status"], total["certain_yuan"], total["ceiling_yuan"], None),
        **{one["measure"]: tuple(one[key] for key in KEYS) for one in answer["measures"]},
    }


def plain(profile: dict[str, Any]) -> dict[str, Any]:
    """The profile as JSON holds it."""
    held: dict[str, Any] = json.loads(json.dumps(profile, default=str))
    return held


@pytest.fixture(scope="module")
def client() -> Any:
    with TestClient[Litestar](create_app(today=lambda: TODAY)) as made:
        yield made


def by_command(
    profile: dict[str, Any], folder: Path, printed: pytest.CaptureFixture[str]
) -> Figures:
    path = folder / "profile.yaml"
    path.write_text(yaml.safe_dump(plain(profile), allow_unicode=True), encoding="utf-8")
    assert run(["evaluate", str(path), "--json"]) == 0
    return of_answer(json.loads(printed.readouterr().out))


def by_tool(profile: dict[str, Any], corpus: Corpus) -> Figures:
    async def ask() -> Any:
        async with Client(server(corpus)) as talk:
            return await talk.call_tool("evaluate", {"profile": plain(profile), "detail": "full"})

    told = run_apart(ask())
    return of_answer(told.structured_content)


def in_files(name: str, corpus: Corpus) -> None:
    """Workbook, documents and calendar say what the result says."""
    result, comparison = of_persona(name, corpus)
    made: Callable[[str], bytes] = lambda kind: FORMATS[kind].render(result, comparison, "zh")  # noqa: E731
    listed = {row[-1].value: row for row in rows(book(made("xlsx"))["明细"])}
    texts = [solid(docx_text(made("docx")))]
    if HAS_FONT:
        texts.append(solid(pdf_text(made("pdf"))))
    for one in result.measures:
        cells = listed[one.id]
        for cell, value in zip(cells[4:7], (one.certain, one.ceiling, one.clause_cap), strict=True):
            shown = amount(cell.value)
            assert (None if shown is None else float(shown)) == (
                None if value is None else float(value)
            )
        if one.status in PAYING:
            stated = words.CEILING["zh"] + words.ceiling_word(one, "zh")
            assert all(solid(stated) in text for text in texts)
    said = [(str(entry["summary"]), entry["dtstart"].dt) for entry in entries(made("ics"))]
    assert said == [(event.title.zh, event.day) for event in coming(result)]


@pytest.mark.parametrize("name", PERSONAS, ids=list(PERSONAS))
def test_every_surface_shows_the_same_figures(
    name: str, corpus: Corpus, client: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = PERSONAS[name][1]
    result = huice.evaluate(profile, corpus)
    expected = of_answer(result.to_dict())
    assert expected[""][1:3] == (decimal(result.total.certain), decimal(result.total.ceiling))

    assert by_command(profile, tmp_path, capsys) == expected
    assert of_answer(client.post("/api/v1/evaluate", json=plain(profile)).json()) == expected
    assert by_tool(profile, corpus) == expected

    sent = {"profile": yaml.safe_dump(plain(profile), allow_unicode=True)}
    page = Reader(client.post("/calc", data=sent).text)
    assert page.sums[:2] == [wan(result.total.certain, "zh"), wan(result.total.ceiling, "zh")]
    for one in result.of_status(Status.ELIGIBLE, Status.DISCRETIONARY, Status.UNKNOWN):
        if one.here and one.ceiling is not None and one.clause_cap:
            shown = f"确定额 {wan(one.certain, 'zh')} 本企业上限 {wan(one.ceiling, 'zh')}"
            assert shown in page.text, one.id

    in_files(name, corpus)
