"""Curves, changes, sensitivity and plans: Python, command line, API, MCP and page say the same of a persona."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from litestar import Litestar
from litestar.testing import TestClient
from mcp import Client

from huice import Corpus
from huice.analysis import curve, sensitivity, unlock
from huice.analysis.changes_words import step_says
from huice.analysis.tell import what, where
from huice.cli import run
from huice.evaluate.profiles import load_profile
from huice.language.money import wan
from huice.mcp import server
from huice.planning import plan_profile
from huice.web.app import create_app
from tests.apart import run_apart
from tests.reports.reading import PERSONAS
from tests.surfaces.test_same_figures import TODAY, plain
from tests.web.reading import Reader

PLACED = [name for name, (_, profile) in PERSONAS.items() if profile["org"].get("place")]
FACTS = ("contracts[0].amount_yuan", "contracts[0].paid_yuan")


@pytest.fixture(scope="module")
def client() -> Any:
    with TestClient[Litestar](create_app(today=lambda: TODAY)) as made:
        yield made


class Asker:
    """Asks every surface about one profile."""

    def __init__(
        self, profile: dict[str, Any], client: Any, corpus: Corpus, folder: Path, printed: Any
    ) -> None:
        self.profile, self.client, self.corpus, self.printed = profile, client, corpus, printed
        self.text = yaml.safe_dump(plain(profile), allow_unicode=True)
        self.path = folder / "profile.yaml"
        self.path.write_text(self.text, encoding="utf-8")

    def command(self, verb: str, *more: str) -> Any:
        assert run([verb, str(self.path), *more, "--json"]) == 0
        return json.loads(self.printed.readouterr().out)

    def api(self, path: str, **query: Any) -> Any:
        told = urlencode(query, doseq=True)
        return self.client.post(f"/api/v1/{path}?{told}", json=plain(self.profile)).json()

    def tool(self, name: str, **given: Any) -> Any:
        async def ask() -> Any:
            async with Client(server(self.corpus)) as talk:
                return await talk.call_tool(name, {"profile": plain(self.profile), **given})

        return run_apart(ask()).structured_content

    def page(self, path: str, **fields: Any) -> Reader:
        answer = self.client.post(path, data={"profile": self.text, **fields})
        assert answer.status_code == 200
        return Reader(answer.text)


@pytest.fixture
def ask(
    request: pytest.FixtureRequest,
    client: Any,
    corpus: Corpus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Asker:
    return Asker(PERSONAS[request.param][1], client, corpus, tmp_path, capsys)


EVERY = pytest.mark.parametrize("ask", PLACED, indirect=True)


@EVERY
def test_changes(ask: Asker, corpus: Corpus) -> None:
    found = unlock(ask.profile, corpus, shown=2)
    expected = found.to_dict()
    assert ask.command("unlock") == expected
    assert ask.api("unlock", shown=2) == expected
    assert ask.tool("unlock", shown=2) == expected
    shown = [item for item in found.items if item.sets][:6]
    for item in shown:
        text = ask.page(f"/measures/{item.measure}").text
        for one in item.sets:
            assert all(step_says(step, corpus).zh in text for step in one.changes), item.measure


@EVERY
def test_curves(ask: Asker, corpus: Corpus) -> None:
    if not ask.profile.get("contracts"):
        pytest.skip("no contract")
    first, other = FACTS
    found = curve(ask.profile, first, corpus, together=[other])
    expected = found.to_dict()
    assert ask.command("cliffs", "--fact", first, "--fact", other) == expected
    assert ask.api("curve", fact=first, together=other) == expected
    assert ask.tool("curve", fact=first, together=[other]) == expected
    text = ask.page("/analysis", fact="+".join(FACTS)).text
    for line in found.places[0].measures:
        for one in line.breaks if line.varies else ():
            assert where(one, found.axis).zh in text and what(one, found.axis).zh in text


@EVERY
def test_what_matters_most(ask: Asker, corpus: Corpus) -> None:
    found = sensitivity(ask.profile, corpus)
    expected = found.to_dict()
    assert ask.command("sensitivity") == expected
    assert ask.api("sensitivity") == expected
    assert ask.tool("sensitivity") == expected
    text = ask.page("/analysis").text
    for bar in found.top():
        assert bar.label.zh in text and wan(bar.swing, "zh") in text


@EVERY
def test_plans(ask: Asker, corpus: Corpus) -> None:
    profile = load_profile(plain(ask.profile), corpus)
    found = plan_profile(profile, 2, corpus, stacking="prudent")
    expected = _timeless(found.to_dict())
    told = ask.command("plan", "--years", "2", "--stacking", "prudent")
    assert {**_timeless(told), "name": None} == {**expected, "name": None}
    assert _timeless(ask.api("plan", years=2, stacking="prudent")) == expected
    assert _timeless(ask.tool("plan", years=2, stacking="prudent")) == expected
    fields = {"years": "2", "stacking": "prudent", "place": list(corpus.places)}
    page = ask.page("/plan", **fields)
    for entity in found.entities:
        assert f"本企业上限 {wan(entity.ceiling, 'zh')}" in page.text
        for claim in entity.claims:
            assert claim.title.zh in page.text


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """A plan without the seconds that it took."""
    return {**answer, "proof": {**answer["proof"], "seconds": 0}}
