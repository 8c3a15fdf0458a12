"""Interviews: scripted answers in, a profile out; nothing is asked that cannot change the result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from huice import Corpus, evaluate, questions
from huice.cli.interview import AskAnother, AskFact, AskWhether, Interview, parse_answer
from huice.cli.surface import BadInput
from tests.cli.conftest import Run, persona_profiles

PERSONAS = persona_profiles()


def _told(interview: Interview, step: Any, known: dict[str, Any], taken: dict[str, int]) -> None:
    """Answers a step as the firm of a profile would."""
    if isinstance(step, AskWhether | AskAnother):
        entities = known.get(step.kind.list_key) or []
        number = taken.get(step.kind.name, 0)
        if number < len(entities):
            taken[step.kind.name] = number + 1
            interview.answer(step, str(entities[number].get("id", f"e{number}")))
        else:
            interview.answer(step, None)
        return
    assert isinstance(step, AskFact)
    owner = known["org"] if step.entity is None else _entity(step, known)
    value = owner.get(step.fact.key)
    if value is None:
        interview.skip(step)
    else:
        interview.answer(step, value)


def _entity(step: AskFact, known: dict[str, Any]) -> dict[str, Any]:
    key = {"person": "people", "project": "projects", "contract": "contracts"}.get(
        step.fact.entity, "premises"
    )
    for position, one in enumerate(known[key]):
        if str(one.get("id", f"e{position}")) == step.entity:
            found: dict[str, Any] = one
            return found
    raise AssertionError(step.entity)


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_an_interview_ends_with_the_figures_of_the_whole_profile(
    persona: str, corpus: Corpus
) -> None:
    known = PERSONAS[persona]
    start = {key: known[key] for key in ("as_of", "claim_year", "horizon_years") if key in known}
    interview, asked = Interview(corpus, start), 0
    taken: dict[str, int] = {}
    while (step := interview.next()) is not None:
        _told(interview, step, known, taken)
        asked += 1
        assert asked < 60
    wanted = evaluate({**known, "decisions": {}, "pools": {}, "years": {}}, corpus)
    found = evaluate(interview.data, corpus)
    assert found.total.certain == wanted.total.certain
    assert found.total.ceiling == wanted.total.ceiling


def test_no_question_is_left_that_could_change_anything(corpus: Corpus) -> None:
    interview = Interview(corpus, {"as_of": "2025-06-30"})
    while (step := interview.next()) is not None:
        interview.skip(step)
    skipped = interview.kept.skipped
    for one in questions(interview.data, corpus):
        assert (one.fact.name, one.entity) in skipped or one.fact.entity in interview.kept.closed


def test_a_firm_outside_the_five_cities_is_asked_nothing_more(corpus: Corpus) -> None:
    interview = Interview(corpus)
    step = interview.next()
    assert isinstance(step, AskFact)
    interview.answer(step, "other")
    assert interview.next() is None


def test_there_is_none_gives_an_empty_list(corpus: Corpus) -> None:
    interview = Interview(corpus, {"org": {"place": "hangzhou/xihu"}})
    while not isinstance(step := interview.next(), AskWhether):
        assert step is not None
        interview.skip(step)
    interview.answer(step, None)
    assert interview.data[step.kind.list_key] == []
    assert interview.back()
    assert step.kind.list_key not in interview.data
    assert interview.next() == step


def test_a_scripted_session_saves_a_profile(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    first = huice("ask", "-o", path, typed="深圳\n0\n没有\n")
    assert first.code == 0
    assert "第 1 题" in first.out
    assert "→ " in first.out
    assert "回答已存到" in first.out
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["org"]["place"] == "shenzhen"
    assert huice("evaluate", path).code == 0
    again = huice("ask", path, typed="q\n")
    assert "没有新的回答" in again.out
    more = huice("ask", path, typed="\n1\n\n")
    assert more.code == 0


def test_answers_can_be_taken_back_and_explained(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    said = huice("ask", "-o", path, typed="b\n上海徐汇区\nb\n?\n10\n深圳湾\nq\n")
    assert "这已是第一题" in said.out
    assert said.out.count("第 1 题") == 3
    assert yaml.safe_load(path.read_text("utf-8"))["org"] == {"place": "shenzhen"}


def test_a_wrong_answer_is_asked_again(huice: Run, tmp_path: Path) -> None:
    said = huice("ask", "-o", tmp_path / "x.yaml", typed="99\n火星\n10\nq\n")
    assert "编号是 1 到 14，没有 99" in said.out
    assert "没有选项“火星”，请填编号" in said.out
    assert said.code == 0


def test_the_profile_can_go_to_stdout(huice: Run) -> None:
    said = huice("ask", "-o", "-", typed="深圳\nq\n")
    assert yaml.safe_load(said.out) == {"org": {"place": "shenzhen"}}
    assert "第 1 题" in said.err


def test_the_old_file_is_kept(huice: Run, firm: Path) -> None:
    before = firm.read_text(encoding="utf-8")
    huice("ask", firm, typed="1\n1\n1\nq\n")
    assert firm.with_name("firm.yaml.bak").read_text(encoding="utf-8") == before
    after = yaml.safe_load(firm.read_text(encoding="utf-8"))
    assert after["name"] == "甲公司"
    assert after["contracts"][0]["amount_yuan"] == "300万元"


def test_questions_as_data(huice: Run, firm: Path, corpus: Corpus) -> None:
    data = json.loads(huice("ask", firm, "--json").out)
    assert [one["fact"] for one in data["questions"]] == [
        one.fact.name for one in questions(str(firm), corpus)
    ]


@pytest.mark.parametrize(
    ("fact", "typed", "value"),
    [
        ("org.kind", "1", "enterprise"),
        ("org.kind", "高等院校", "university"),
        ("org.kind", "Enterprise", "enterprise"),
        ("org.traits", "1 3", ["general_model", "genai"]),
        ("org.traits", "1，3、1", ["general_model", "genai"]),
        ("org.traits", "0", []),
        ("org.registered_on", "2024年3月1日", "2024-03-01"),
        ("org.registered_on", "20240301", "2024-03-01"),
        ("org.records", "没有", {}),
        ("org.records", "2", {"cac_algorithm_filing": ["2025-04-20", "2025-05-01"]}),
        ("contract.amount", "50万元", "50万元"),
        ("contract.amount", "500000", 500000),
        ("premises.period", "2025-01-01 至 2025-06-30", ["2025-01-01", "2025-06-30"]),
    ],
)
def test_answers_as_people_type_them(corpus: Corpus, fact: str, typed: str, value: Any) -> None:
    info = corpus.vocabulary.fact(fact)
    assert parse_answer(info, typed, lambda _: "2025-04-20，2025.5.1") == value


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("org.kind", "公司"),
        ("org.kind", "0"),
        ("org.registered_on", "去年"),
        ("premises.period", "x"),
    ],
)
def test_answers_that_mean_nothing_are_refused(corpus: Corpus, fact: str, typed: str) -> None:
    with pytest.raises(BadInput):
        parse_answer(corpus.vocabulary.fact(fact), typed, str)
