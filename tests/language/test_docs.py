"""docs/language.md cannot rot: its examples are parsed, checked and loaded, and nothing is left out."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

import huice
from huice.corpus.corpus import GROUP_KEYS, GROUP_KINDS, load_corpus
from huice.corpus.documents import DOCUMENT_KEYS, EFFECTS, MEASURE_KEYS, PATCH_KEYS, POOL_KEYS
from huice.corpus.model import Gives
from huice.evaluate.cases import run_cases
from huice.evaluate.outcome import Status
from huice.language.check import Checker
from huice.language.parser import parse_expression, parse_limit
from huice.language.text import Fault

TEXT = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
SCOPE = huice.Corpus.load().vocabulary.scope
BLOCKS = dict(re.findall(r"```yaml (\S+)\n(.*?)```", TEXT, re.DOTALL))
MEANT = {"title": "标题", "who": "申请人"}


def table(heading: str) -> list[tuple[str, str]]:
    """The rows of the table whose second column bears this heading: the policy's words, the rule."""
    (found,) = re.findall(rf"\| 原文 \| {heading} \|\n\|[-|]+\|\n((?:\|.*\n)+)", TEXT)
    rows = [line.strip("|").split(" | ") for line in found.splitlines()]
    return [(words.strip(), code) for words, cell in rows for code in re.findall("`([^`]+)`", cell)]


NUMBERS, TRUTHS, AMOUNTS, LIMITS = map(table, ("写法", "条件", "金额", "封顶"))


def names(rows: list[tuple[str, str]]) -> list[str]:
    return [f"{words}: {code}" for words, code in rows]


@pytest.mark.parametrize(("words", "code"), NUMBERS, ids=names(NUMBERS))
def test_a_number(words: str, code: str) -> None:
    assert words
    parse_expression(code)


@pytest.mark.parametrize(("words", "code"), TRUTHS, ids=names(TRUTHS))
def test_a_condition(words: str, code: str) -> None:
    assert words
    checker = Checker(SCOPE)
    checker.truth(parse_expression(code))
    assert checker.errors == []


@pytest.mark.parametrize(("words", "code"), AMOUNTS, ids=names(AMOUNTS))
def test_an_amount(words: str, code: str) -> None:
    assert words
    checker = Checker(SCOPE)
    checker.money(parse_expression(code))
    assert checker.errors == []


@pytest.mark.parametrize(("words", "code"), LIMITS, ids=names(LIMITS))
def test_a_cap(words: str, code: str) -> None:
    assert words
    checker = Checker(SCOPE)
    checker.money(parse_limit(code).amount)
    assert checker.errors == []


def corpus_of(folder: Path, **parts: str) -> list[str]:
    """Writes the example city, with one part replaced; what loading it finds."""
    guide = yaml.safe_load(BLOCKS["yunlan/guide.yaml"])
    if "measure" in parts:
        measure = guide["measures"][0]
        del measure["pays"], measure["cases"]
        measure |= yaml.safe_load(parts["measure"])
    if "reading" in parts:
        guide["measures"][0]["readings"] = yaml.safe_load(parts["reading"])
    if "pool" in parts:
        guide["pools"] += yaml.safe_load(parts["pool"])
    (folder / "yunlan").mkdir()
    (folder / "yunlan" / "guide.yaml").write_text(
        yaml.safe_dump(guide, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    for name in ("vocabulary.yaml", "groups.yaml"):
        (folder / name).write_text(BLOCKS[name], encoding="utf-8")
    (folder / "corpus.yaml").write_text(
        "version: '1'\nparts:\n- document: yunlan/guide\n", encoding="utf-8"
    )
    return [problem.render() for problem in load_corpus(folder)[1]]


def test_the_example_city_loads_and_its_cases_pass(tmp_path: Path) -> None:
    assert corpus_of(tmp_path) == []
    results = run_cases(huice.Corpus.load(tmp_path))
    assert len(results) == 2
    assert [result.difference().zh for result in results if not result.passed] == []


@pytest.mark.parametrize("part", ["measure", "pool", "reading"])
def test_a_fragment_loads_in_the_example_city(part: str, tmp_path: Path) -> None:
    assert corpus_of(tmp_path, **{part: BLOCKS[part]}) == []


def test_every_block_is_tested() -> None:
    assert set(BLOCKS) == {
        "yunlan/guide.yaml", "vocabulary.yaml", "groups.yaml", "measure", "pool", "reading",
    }  # fmt: skip
    assert TEXT.count("```") == 2 * len(BLOCKS)


def test_every_key_kind_and_status_is_told() -> None:
    told = set(re.findall(r"`([^`\n]+)`", TEXT))
    told |= {key for block in BLOCKS.values() for key in re.findall(r"([a-z][a-z ]*?):", block)}
    known = {
        *DOCUMENT_KEYS,
        *MEASURE_KEYS,
        *PATCH_KEYS,
        *POOL_KEYS,
        *GROUP_KEYS,
        *GROUP_KINDS,
        *EFFECTS,
    }
    known |= {kind.value for kind in Gives} | {status.value for status in Status}
    assert known - told == set()


def test_every_rule_of_the_grammar_has_an_example() -> None:
    grammar = files("huice.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    words = set(re.findall(r'"([a-z]+)"', grammar)) | {
        "is not",
        "not in",
        "has any of",
        "has all of",
    }
    words |= {"at least", "at most", "more than", "less than", "the lower of", "the higher of"}
    words |= {"one of", "excess of", "up to", "per year", "in total", "normally", "between"}
    examples = " ".join(code for _, code in (*NUMBERS, *TRUTHS, *AMOUNTS, *LIMITS))
    missing = {word for word in words if not re.search(rf"\b{word}\b", examples)}
    assert missing == set()


def test_the_messages_are_those_that_are_told() -> None:
    for code, message in (
        ("50万", "“万”前的数字缺单位；金额写作 50万元、2亿元"),
        ("org.size = small", "“small”不该跟在 = 后面；选项写作 is small"),
    ):
        assert message in TEXT
        with pytest.raises(Fault) as caught:
            parse_limit(code)
        assert caught.value.text.zh == message
