"""docs/cluster.md: its scripts run as they stand, on processes, dask and Spark, and give one result."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from huice import Corpus
from huice.population import simulate
from tests.oracle import MEASURES
from tests.population.engines import dask, has_spark
from tests.population.firms import profiles, tables_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
SCRIPTS = dict(re.findall(r"```python (\S+)\n(.*?)```\n", PAGE, re.DOTALL))
AS_OF = date(2025, 6, 30)


@pytest.fixture(scope="module")
def firms(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster") / "firms"
    tables_of(profiles("cluster", 120, AS_OF, list(MEASURES)), corpus).write(folder)
    return folder


def run(name: str, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A script of the page, with smaller fragments, so that there are several."""
    script = folder / name
    script.write_text(SCRIPTS[name].replace("firms=50_000", "firms=50"), encoding="utf-8")
    given = [str(script) if one == name else one for one in command]
    done = subprocess.run(given, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done


def assert_same(firms: Path, out: Path, printed: str, corpus: Corpus) -> None:
    one = simulate(firms, corpus, as_of=AS_OF)
    assert len(list((out / "awards").iterdir())) == 3
    assert str(one.costs(by_city=True)) in printed


def test_the_page_has_a_script_for_each_engine_and_says_how_to_run_it() -> None:
    assert set(SCRIPTS) == {"processes.py", "on_dask.py", "on_spark.py"}
    assert all(f"{name} " in PAGE.replace(SCRIPTS[name], "") for name in SCRIPTS)


@pytest.mark.long
def test_the_script_for_processes_runs(firms: Path, tmp_path: Path, corpus: Corpus) -> None:
    out = tmp_path / "out"
    done = run("processes.py", tmp_path, sys.executable, "processes.py", str(firms), str(out))
    assert_same(firms, out, done.stdout, corpus)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # of the cluster's own libraries
def test_the_script_for_dask_runs(firms: Path, tmp_path: Path, corpus: Corpus) -> None:
    out = tmp_path / "out"
    with dask() as client:
        address = client.scheduler.address
        done = run(
            "on_dask.py", tmp_path, sys.executable, "on_dask.py", address, str(firms), str(out)
        )
    assert "Mismatched" not in done.stderr
    assert_same(firms, out, done.stdout, corpus)


@pytest.mark.long
def test_the_script_for_spark_runs(
    firms: Path, tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_spark()
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    submit = Path(spec.origin).parent / "bin" / "spark-submit"
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYSPARK_DRIVER_PYTHON", sys.executable)
    monkeypatch.delenv("SPARK_HOME", raising=False)
    out = tmp_path / "out"
    done = run(
        "on_spark.py", tmp_path, str(submit), "--master", "local-cluster[2,1,1024]",
        "--conf", "spark.ui.enabled=false", "on_spark.py", str(firms), str(out),
    )  # fmt: skip
    assert_same(firms, out, done.stdout, corpus)
