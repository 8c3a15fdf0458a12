"""A newcomer's hour: CONTRIBUTING.md, followed to the letter, adds a city of five measures."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import huice
from huice.cli import run
from huice.corpus.corpus import default_folder
from huice.corpus.lint import lint_folder
from huice.corpus.source import Problem
from huice.evaluate.cases import run_cases

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
(SECTION,) = re.findall(r"## Add a city in an afternoon\n(.*?)\n## ", GUIDE, re.DOTALL)
BLOCKS = re.findall(r"```yaml ([^\n]+)\n(.*?)```\n", SECTION, re.DOTALL)
COMMANDS = [
    line
    for block in re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL)
    for line in block.splitlines()
]


def follow(folder: Path, place: str, text: str) -> None:
    """Does what one block of the guide says."""
    if place.endswith(" at the end"):
        path = folder / place.removesuffix(" at the end")
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    elif " below " in place:
        name, mark = place.split(" below ")
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (at,) = [i for i, line in enumerate(lines) if line.strip().startswith(mark)]
        lines.insert(at + 1, text)
        (folder / name).write_text("".join(lines), encoding="utf-8")
    else:
        path = folder / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def write(folder: Path) -> Path:
    """A copy of the policies with every block of the guide in its place."""
    shutil.copytree(default_folder(), folder)
    for place, text in BLOCKS:
        follow(folder, place, text)
    return folder


def errors_of(folder: Path) -> list[Problem]:
    return [problem for problem in lint_folder(folder)[1] if problem.severity == "error"]


def write_digest(folder: Path) -> None:
    """What the guide says when one line remains: copies the digest that the lint tells."""
    (error,) = errors_of(folder)
    (digest,) = re.findall(r"sha256: [0-9a-f]{64}", error.text.en)
    path = folder / "corpus.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"sha256: [0-9a-f]{64}", digest, text), encoding="utf-8")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("newcomer") / "my-policies")
    write_digest(folder)
    return folder


def test_the_guide_has_the_blocks_that_it_speaks_of() -> None:
    assert [place for place, _ in BLOCKS] == [
        "vocabulary.yaml below guangzhou/other:",
        "corpus.yaml at the end",
        "yunlan/ai-measures.yaml",
        "groups.yaml at the end",
        "yunlan/ai-measures.en.yaml",
    ]
    assert ".py" not in SECTION, "adding a city touches no Python"


def test_the_lint_asks_for_the_new_digest_and_nothing_else(tmp_path: Path) -> None:
    folder = write(tmp_path / "my-policies")
    assert [(error.code, error.file) for error in errors_of(folder)] == [("Q004", "corpus.yaml")]
    write_digest(folder)
    assert [error.render() for error in errors_of(folder)] == []


def test_its_cases_pass_and_there_are_enough_of_them(city: Path) -> None:
    corpus = huice.Corpus.load(city)
    document = corpus.document("yunlan/ai-measures")
    assert len(document.measures) == 5
    assert all(len(measure.cases) >= 5 for measure in document.measures)
    results = run_cases(corpus, [measure.id for measure in document.measures])
    assert [result.difference().zh for result in results if not result.passed] == []


def test_the_commands_of_the_guide_work(
    city: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(city.parent)
    assert COMMANDS[0] == "cp -r src/huice/policies my-policies"
    typed = [line.split() for line in COMMANDS[1:]]
    assert {words[0] for words in typed} == {"huice"}
    for words in typed:
        code = run(words[1:])
        _, err = capsys.readouterr()
        assert (code, err) == (0, ""), words


def test_the_city_is_compared_with_the_others(city: Path) -> None:
    corpus = huice.Corpus.load(city)
    profile = {
        "org": {"place": "yunlan/qingxi", "kind": "enterprise", "size": "small", "traits": ["ai"]},
        "contracts": [{"item": "compute", "mode": "rent", "paid_yuan": "800万元"}],
        "premises": [
            {"tenure": "rented_self_use", "cost_yuan": "30万元"},
            {"tenure": "purchased", "cost_yuan": "500万元"},
        ],
        "people": [],
    }
    measures = [measure.id for measure in corpus.document("yunlan/ai-measures").measures]
    total = huice.evaluate(profile, corpus, measures).total
    assert total.certain == 2_000_000 + 500_000, (
        "computing at its cap; of rent and purchase the higher"
    )
    assert "yunlan/qingxi" in corpus.places


def test_the_messages_that_the_guide_praises_are_ours(corpus: huice.Corpus) -> None:
    for profile, message in (
        (
            {"org": {"revenue_yuan": "50万"}},
            "“年度主营业务收入”：“50万”不是可识别的数字：缺少单位，是否想写“50万元”？",
        ),
        (
            {"org": {"paid_yuan": 5}},
            "org 没有事实“paid_yuan”；它写在 contracts 里（当年实际发生额）",
        ),
        ({"org": {"registered_on": "2025-02-30"}}, "日历上没有 2025-02-30 这一天，请核对"),
    ):
        assert message in GUIDE
        with pytest.raises(huice.BadProfile) as caught:
            huice.evaluate(profile, corpus)
        assert caught.value.problems[0].text.zh == message
