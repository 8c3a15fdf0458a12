"""Runs verbs as a user types them, in this process, and keeps profiles on disk."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from huice.cli import run

PERSONAS = Path(__file__).parents[1] / "golden" / "personas"


class Output(NamedTuple):
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Output]


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wish of the environment reaches a test."""
    for name in (
        "HUICE_LANG", "HUICE_POLICIES", "HUICE_DEBUG", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def huice(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`huice("evaluate", path, columns=40, typed="1\\n")`."""

    def typed(*arguments: str | Path, columns: int = 80, typed: str | None = None) -> Output:
        monkeypatch.setenv("COLUMNS", str(columns))
        if typed is not None:
            monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Output(code, captured.out, captured.err)

    return typed


def persona_profiles() -> dict[str, Any]:
    """The profiles of the golden personas by `persona-variant`."""
    found = {}
    for path in sorted(PERSONAS.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for variant in data["variants"]:
            found[f"{data['id']}-{variant['id']}"] = variant["profile"]
    return found


@pytest.fixture(scope="session")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The personas as profile files."""
    folder = tmp_path_factory.mktemp("profiles")
    found = {}
    for name, profile in persona_profiles().items():
        path = folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(profile, allow_unicode=True), encoding="utf-8")
        found[name] = path
    return found


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    """A firm in Shenzhen with one contract."""
    path = tmp_path / "firm.yaml"
    path.write_text(
        "name: 甲公司\nas_of: 2025-06-30\n"
        "org: {place: shenzhen, kind: enterprise, traits: [general_model]}\n"
        "contracts: [{id: gpu, item: compute, mode: rent, purposes: [training], amount_yuan: 300万元}]\n",
        encoding="utf-8",
    )
    return path
