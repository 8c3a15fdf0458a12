"""The folder of a run: two runs never mix, a run that was stopped never looks finished, other files stay."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from huice import Corpus
from huice.language.text import Fault
from huice.population import Simulation, asking, load, simulate
from huice.population.asked import Awards, award_frame, total_frame
from huice.population.folder import Occupied
from huice.population.fragments import computed, job_of
from huice.population.reform import reform
from huice.population.results import LIST, parts_of, write_part
from huice.population.sample import plan
from huice.population.sample.file import load_assumptions
from huice.population.sample.write import write
from huice.population.slices import Slice
from tests.population.folders import contents, told

AS_OF = date(2025, 6, 30)
FIRMS = pl.DataFrame(
    {"org_id": [f"f{n}" for n in range(30)], "place": "shenzhen", "kind": "enterprise"}
)
DRAFT = Path(__file__).with_name("draft.yaml")
STOPPED = """
import os, signal, sys
from datetime import date
import polars as pl
from huice.population import simulate
firms = pl.DataFrame({"org_id": [f"f{n}" for n in range(30)], "place": "shenzhen"})
def stop(done, of):
    if done >= 20:
        os.kill(os.getpid(), signal.SIGKILL)
simulate({"orgs": firms}, as_of=date(2025, 6, 30), places="shenzhen", firms=10, out=sys.argv[1],
         replace=True, progress=stop)
"""


def run(corpus: Corpus, out: Path, firms: int = 10, **more: Any) -> Simulation:
    given = {"orgs": FIRMS, **more.pop("tables", {})}
    asked = {"as_of": AS_OF, "places": "shenzhen", **more}
    return simulate(given, corpus, out=out, firms=firms, **asked)


def test_the_list_names_every_file_with_its_rows_and_the_question(
    corpus: Corpus, tmp_path: Path
) -> None:
    found = run(corpus, tmp_path / "out", horizon=2)
    list_ = told(tmp_path / "out")
    assert {one["file"] for one in list_["files"]} | {LIST} == set(contents(tmp_path / "out"))
    rows = {one["file"]: one["rows"] for one in list_["files"]}
    assert [rows[f"totals/part-0000{n}.parquet"] for n in range(3)] == [10, 10, 10]
    assert sum(n for name, n in rows.items() if name.startswith("awards/")) == found.awards.height
    question = list_["question"]
    assert (list_["firms"], list_["corpus_version"]) == (30, corpus.version)
    assert (question["as_of"], question["years"]) == ("2025-06-30", [2025, 2026])
    assert question["measures"] == [measure.id for measure in found.asked.measures]


def test_a_second_run_is_refused_and_replaces_only_what_is_ours(
    corpus: Corpus, tmp_path: Path
) -> None:
    """Fewer fragments into the folder of more: parts of the older run stood beside the new ones."""
    out = tmp_path / "out"
    run(corpus, out)
    (out / "notes.txt").write_text("mine", "utf-8")
    (out / "awards" / "notes.txt").write_text("mine", "utf-8")
    before = contents(out)
    with pytest.raises(Occupied, match=r"两次的结果不能混在一起.*replace=True") as caught:
        run(corpus, out, firms=30)
    assert "two runs must not mix; choose another folder" in caught.value.text.en
    assert contents(out) == before
    found = run(corpus, out, firms=30, replace=True, horizon=2)
    assert [path.name for path in parts_of(out, "awards")] == ["part-00000.parquet"]
    assert {one["file"] for one in told(out)["files"]} | {
        LIST,
        "notes.txt",
        "awards/notes.txt",
    } == set(contents(out))
    fresh = run(corpus, tmp_path / "fresh", firms=30, horizon=2)
    assert found.awards.equals(fresh.awards)
    assert pl.read_parquet(out / "awards" / "*.parquet").equals(fresh.awards)


def test_parts_of_an_older_version_without_a_list_are_ours(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(corpus, out)
    for name in (LIST, "costs.parquet", "places.parquet", "rejects.csv"):
        (out / name).unlink()
    with pytest.raises(Occupied, match=f"没有清单 {LIST}"):
        run(corpus, out)
    assert run(corpus, out, firms=15, replace=True).totals.height == 30
    assert len(list((out / "awards").iterdir())) == 2


@pytest.mark.parametrize("name", ["awards/mine.parquet", "costs.parquet", "totals"])
def test_a_file_of_the_user_is_never_replaced(name: str, corpus: Corpus, tmp_path: Path) -> None:
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    for replace in (False, True):
        with pytest.raises(Occupied, match="huice 不会动它") as caught:
            run(corpus, tmp_path / "out", replace=replace)
        assert str(mine) in caught.value.text.en
        assert contents(tmp_path / "out") == {name: b"mine"}


def test_an_interrupted_run_leaves_what_was_there(corpus: Corpus, tmp_path: Path) -> None:
    def stop(done: int, _: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(corpus, tmp_path / "fresh", progress=stop)
    assert not (tmp_path / "fresh").exists()
    run(corpus, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        run(corpus, tmp_path / "out", firms=5, replace=True, progress=stop)
    assert contents(tmp_path / "out") == before


def test_a_run_that_was_killed_does_not_look_finished(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", STOPPED, out], check=False)
    assert done.returncode == -9
    assert [path.name.startswith(".simulation-") for path in out.iterdir()] == [True]
    with pytest.raises(Fault, match="不完整"):
        parts_of(out, "awards")
    with pytest.raises(Occupied, match="没有做完"):
        run(corpus, out)
    run(corpus, out, replace=True)
    assert len(parts_of(out, "awards")) == 3
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("moves", range(1, 10))
def test_stopped_while_files_change_places_it_is_not_finished_and_nothing_is_lost_to_the_next(
    moves: int, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run(corpus, out)
    (out / "mine.txt").write_text("mine", "utf-8")
    rename, left = Path.rename, moves

    def fails(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if not left:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", fails)
        with pytest.raises(Fault, match=r"写不了（No space left on device）"):
            run(corpus, out, firms=15, replace=True)
    if moves > 1:
        with pytest.raises(Fault, match="不完整"):
            parts_of(out, "awards")
    with pytest.raises(Occupied):
        run(corpus, out)
    assert run(corpus, out, firms=30, replace=True).totals.height == 30
    assert len(list((out / "awards").iterdir())) == 1
    assert (out / "mine.txt").read_text("utf-8") == "mine"
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_population_of_which_no_firm_is_left_has_frames_without_rows(
    corpus: Corpus, tmp_path: Path
) -> None:
    """`scan` of a folder without parts asked itself without end."""
    found = run(corpus, tmp_path / "out", tables={"orgs": FIRMS.with_columns(place=pl.lit("mars"))})
    assert found.firms == 0
    assert found.scan("awards").collect().height == found.totals.height == 0
    assert pl.read_parquet(parts_of(tmp_path / "out", "totals")).columns == found.totals.columns


def test_a_worker_that_does_not_see_the_folder_is_told(corpus: Corpus, tmp_path: Path) -> None:
    """It made the folder on its own disk, where nobody would look."""
    asked = asking(corpus, as_of=AS_OF, places="shenzhen")
    job = job_of(corpus, asked, keep=False, out=tmp_path / "nowhere" / ".simulation-1")
    one = Slice(0, 0, 30, load({"orgs": FIRMS}, corpus))
    with pytest.raises(Fault, match="各台机器都要能在同一路径写它"):
        computed(job, one)
    assert not (tmp_path / "nowhere").exists()


def test_parts_are_read_in_their_order_beyond_five_digits(tmp_path: Path) -> None:
    awards = Awards(award_frame([], pl.String()), total_frame([], pl.String()))
    files = [write_part(tmp_path, number, awards) for number in (100_000, 99_999)]
    rows = [{"file": name, "rows": 0} for written in files for name in written]
    (tmp_path / LIST).write_text(json.dumps({"files": rows}), "utf-8")
    assert [path.name for path in parts_of(tmp_path, "totals")] == [
        "part-99999.parquet",
        "part-100000.parquet",
    ]


@pytest.mark.parametrize("firms", [0, -1, 10_000_001])
def test_a_fragment_has_at_least_one_firm_and_not_too_many(firms: int, corpus: Corpus) -> None:
    for call in (
        lambda: simulate({"orgs": FIRMS}, corpus, as_of=AS_OF, firms=firms),
        lambda: reform({"orgs": FIRMS}, DRAFT, corpus, as_of=AS_OF, firms=firms),
    ):
        with pytest.raises(Fault, match="每块的企业数 firms 在 1 到 10,000,000 之间"):
            call()


# --- other folders ----------------------------------------------------------------------------------------


def test_the_firms_of_a_reform_do_not_mix_with_older_ones(corpus: Corpus, tmp_path: Path) -> None:
    given = {"orgs": FIRMS.with_columns(place=pl.lit("hangzhou/xihu"))}
    found = reform(given, DRAFT, corpus, as_of=AS_OF, firms=10, out=tmp_path)
    assert found.orgs.height == 30
    with pytest.raises(Occupied, match="草案测算的逐家结果"):
        reform(given, DRAFT, corpus, as_of=AS_OF, firms=30, out=tmp_path)
    again = reform(given, DRAFT, corpus, as_of=AS_OF, firms=30, out=tmp_path, replace=True)
    assert again.orgs.equals(found.orgs)
    assert set(contents(tmp_path)) == {"reform.json", "orgs/part-00000.parquet"}


def test_tables_that_are_no_sample_are_not_replaced_by_one(corpus: Corpus, tmp_path: Path) -> None:
    """With --force every file called like a table was deleted, `contracts.docx` and all."""
    assumptions = load_assumptions(corpus, None)

    def sample(**more: bool) -> object:
        planned = plan(5, 1, assumptions, corpus)
        return write(planned, tmp_path, "parquet", {"seed": 1}, lambda _: None, **more)

    (tmp_path / "contracts.docx").write_text("mine", "utf-8")
    sample()
    sample(replace=True)
    assert (tmp_path / "contracts.docx").read_text("utf-8") == "mine"
    (tmp_path / "people.csv").write_text("org_id\na\n", "utf-8")
    before = contents(tmp_path)
    with pytest.raises(Occupied, match=r"people\.csv不在清单 sample\.json 里"):
        sample(replace=True)
    assert contents(tmp_path) == before
