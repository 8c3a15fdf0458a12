"""Changes are data: what the vocabulary may say of them, and what they do to a profile."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huice import Corpus
from huice.analysis.changes import Alter, More, Step, Wait, apply
from huice.corpus.corpus import load_corpus
from huice.corpus.lint.vocabulary import facts_complete
from huice.corpus.vocabulary import CHANGE_KEYS, HOW
from huice.evaluate.evaluator import read_profile

CORPUS = Corpus.load()
RULES = Path(__file__).with_name("changing")
PROFILE: dict[str, Any] = {
    "as_of": "2025-06-30",
    "org": {"place": "shenzhen", "revenue_yuan": 100, "settlement": "established"},
    "people": [{"id": "a", "statuses": ["returnee"]}, {"id": "b"}],
    "contracts": [{"amount_yuan": 5}],
    "years": {
        2024: {"org": {"revenue_yuan": 7}},
        2026: {"org": {"revenue_yuan": 900, "place": "hangzhou/xihu"}, "people": [{"id": "b"}, {"id": "a", "statuses": []}]},
    },
}  # fmt: skip
checked = read_profile(PROFILE, CORPUS)


def edited(tmp_path: Path, old: str, new: str) -> list[str]:
    """The problems of the invented vocabulary with something written otherwise."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    file = folder / "vocabulary.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    _, problems = load_corpus(folder)
    return [problem.render() for problem in problems]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("changes: freely}", "changes: sometimes}", "“changes”只能是 never、freely、upwards、new、moving，写的是“sometimes”"),
        ("fixed: [returnee]", "fixed: [retrnee]", "没有选项“retrnee”；是否想写“returnee”？"),
        ("becomes: {team: firm}", "becomes: {team: company}", "没有选项“company”"),
        ("营业收入达到 {}", "营业收入达到", "says 里用一个 {} 表示值"),
        ("how: moving, moved: moved", "how: moving", "how: moving 须写 moved"),
        ("增加 {} 名成员", "增加成员", "more 里用一个 {} 表示值"),
        ("{how: upwards, says", "{how: upwards, say", "不认识的键“say”"),
    ],
)  # fmt: skip
def test_what_the_vocabulary_cannot_mean_is_told(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert any(said in problem and "[V001]" in problem for problem in edited(tmp_path, old, new))


def test_a_deed_without_its_english_is_found_by_the_lint(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    file = folder / "vocabulary.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace(
        'says: {zh: "营业收入达到 {}", en: "reach a revenue of {}"}',
        'says: {zh: "营业收入达到 {}", en: ""}',
    )
    text = text.replace(
        'more: {zh: "增加 {} 名成员", en: "{} more member(s)"}',
        'more: {zh: "增加 {} 名成员", en: ""}',
    )
    file.write_text(text, encoding="utf-8")
    corpus, _ = load_corpus(folder)
    found = {(problem.subject, problem.text.zh) for problem in facts_complete(corpus)}
    assert {(subject, "more" in text) for subject, text in found if subject in ("org.revenue", "person")} == {
        ("org.revenue", False), ("person", True),
    }  # fmt: skip


def test_a_number_never_falls_and_years_before_stay() -> None:
    after = apply(checked, [Alter("org.revenue", None, 100, 500, least=True)], CORPUS)
    assert after.org["revenue_yuan"] == 500
    assert after.years[2026].org["revenue_yuan"] == 900
    assert after.years[2024].org["revenue_yuan"] == 7


def test_moving_takes_along_what_moves_in_every_year() -> None:
    after = apply(checked, [Alter("org.place", None, "shenzhen", "shanghai/xuhui")], CORPUS)
    assert after.org["place"] == after.years[2026].org["place"] == "shanghai/xuhui"
    assert (after.org["settlement"], after.org["entered_on"]) == (
        "newly_relocated",
        date(2025, 6, 30),
    )


def test_who_is_told_by_name_is_found_in_every_list() -> None:
    status = "high_level_talent"
    step = Alter(
        "person.statuses", "a", frozenset({"returnee"}), frozenset({"returnee", status}), (status,)
    )
    after = apply(checked, [step], CORPUS)
    assert after.lists["person"] is not None
    assert after.lists["person"][0]["statuses"] == {"returnee", status}
    assert after.years[2026].lists["person"][1]["statuses"] == {status}
    assert "statuses" not in after.years[2026].lists["person"][0]


def test_one_more_is_there_in_every_year_and_bears_a_name_of_its_own() -> None:
    after = apply(checked, [More("person", (("person.role", "founder"),), 2)], CORPUS)
    assert [one["id"] for one in after.lists["person"] or ()] == ["a", "b", "+1", "+2"]
    assert [one["id"] for one in after.years[2026].lists["person"]] == ["b", "a", "+1", "+2"]
    assert after.lists["project"] is None


def test_waiting_moves_the_claim_year_along() -> None:
    after = apply(checked, [Wait(date(2026, 3, 14))], CORPUS)
    assert (after.as_of, after.claim_year, after.horizon) == (date(2026, 3, 14), 2026, 2)


def test_what_is_done_first_does_not_depend_on_the_order_told() -> None:
    steps: list[Step] = [
        Alter("org.place", None, "shenzhen", "hangzhou/other"),
        Wait(date(2025, 9, 1)),
    ]
    assert apply(checked, steps, CORPUS) == apply(checked, steps[::-1], CORPUS)
    assert apply(checked, steps, CORPUS).org["entered_on"] == date(2025, 9, 1)


def test_every_word_of_the_vocabulary_about_changes_is_explained() -> None:
    text = (Path(__file__).parents[2] / "docs" / "unlock.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in text for word in (*HOW, *CHANGE_KEYS[1:], "changes", "more"))


def test_what_can_be_done_about_a_shipped_fact_is_said_in_both_languages() -> None:
    for fact in CORPUS.vocabulary.facts.values():
        if fact.change.how in ("freely", "upwards") or fact.change.becomes:
            assert fact.change.says.zh
            assert fact.change.says.en
    assert all(kind.more.en for kind in CORPUS.vocabulary.kinds.values())
