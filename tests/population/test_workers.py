"""Processes share the cores, and what they raise comes back whole."""

from __future__ import annotations

import os
import pickle

import pytest

from huice.corpus.corpus import BadCorpus
from huice.corpus.source import Problem
from huice.evaluate.profiles import BadProfile
from huice.language.text import Fault, Text
from huice.population import BadTables
from huice.population.workers import cores, processes
from tests.population.engines import bad_tables, fault, threads


def test_processes_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    with processes(2) as pool:
        assert pool.submit(threads).result() == max(1, cores() // 2)
    with processes(1, threads=3) as pool:
        assert pool.submit(threads).result() == 3
    assert "POLARS_MAX_THREADS" not in os.environ


def test_the_environment_decides_how_many_threads_a_process_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "2")
    with processes(1, threads=1) as pool:
        assert pool.submit(threads).result() == 2
    assert os.environ["POLARS_MAX_THREADS"] == "2"


def test_an_exception_of_ours_does_not_break_the_pool_it_comes_from() -> None:
    """Its `__init__` takes other things than it hands on: read back carelessly, the whole pool is lost."""
    with processes(1) as pool:
        with pytest.raises(Fault) as caught:
            pool.submit(fault).result()
        assert caught.value.text == Text("写错了", "written wrongly")
        with pytest.raises(BadTables, match="K014"):
            pool.submit(bad_tables, "/nowhere").result()
        assert pool.submit(threads).result() > 0


@pytest.mark.parametrize("kind", [BadProfile, BadCorpus, BadTables])
def test_problems_travel_with_their_exception(kind: type[BadProfile]) -> None:
    problems = (Problem("U001", Text("错", "wrong"), "a.yaml", 1),)
    found = pickle.loads(pickle.dumps(kind(problems)))  # noqa: S301  # just written
    assert type(found) is kind
    assert found.problems == problems
    assert str(found) == str(kind(problems))
