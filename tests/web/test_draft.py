from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
import yaml

from huice.corpus.corpus import Corpus
from huice.evaluate.notation import scalar
from huice.evaluate.profiles import load_profile
from huice.web.draft import Draft, Pairs, empty, exactly, from_fields, from_text
from huice.web.notation import profile_text
from tests.web.test_pages import golden

TODAY = date(2026, 1, 8)


def fields(**given: str) -> Pairs:
    return Pairs((name.replace("__", "."), value) for name, value in given.items())


def draft(corpus: Corpus, **given: str) -> Draft:
    return from_fields(fields(**given), corpus, TODAY)


def test_nothing_answered_is_nothing_known(corpus: Corpus) -> None:
    made = empty(corpus, TODAY)
    assert made.mapping == {"as_of": "2026-01-08", "org": {}}
    assert made.profile.org == {}
    assert all(entities is None for entities in made.profile.lists.values())


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("200", 2_000_000),
        ("50.5", 505_000),
        ("50.00001", Fraction("500000.1")),
        ("1,200", 12_000_000),
        ("0", 0),
        ("500000元", 500_000),
        ("1.2亿元", 120_000_000),
    ],
)
def test_money_is_in_wan_unless_a_unit_is_written(written: str, yuan: int, corpus: Corpus) -> None:
    made = draft(corpus, org__revenue_yuan=written)
    assert not made.errors
    assert made.profile.org["revenue_yuan"] == yuan
    assert from_text(made.yaml("zh"), "x", corpus, TODAY).profile == made.profile


@pytest.mark.parametrize("written", ["abc", "-5", "1e9", "50%", "10个月", "9" * 30, "NaN", "１２x"])
def test_what_is_no_amount_is_said_and_left_unknown(written: str, corpus: Corpus) -> None:
    made = draft(corpus, org__revenue_yuan=written, org__kind="enterprise")
    assert "org.revenue_yuan" in made.errors
    assert "revenue_yuan" not in made.profile.org
    assert made.profile.org["kind"] == "enterprise"


def test_not_sure_is_unknown_and_none_is_an_answer(corpus: Corpus) -> None:
    unsure = draft(corpus, org__kind="?", org__traits="?", skip="org.revenue_yuan")
    assert unsure.profile.org == {}
    none = draft(corpus, org__traits="-", org__records="-", person__any="-")
    assert none.profile.org == {"traits": frozenset(), "records": {}}
    assert none.profile.lists["person"] == ()


def test_unknown_options_and_names_are_ignored(corpus: Corpus) -> None:
    made = draft(corpus, org__kind="emperor", org__nonsense="1", contract__99__item="compute")
    assert made.profile.org == {}
    assert made.profile.lists["contract"] is None


def test_dates_and_periods(corpus: Corpus) -> None:
    made = draft(
        corpus,
        org__registered_on="2024-02-30",
        premises__0__period__from="2025-05-01",
        premises__0__period__to="2025-01-01",
    )
    assert set(made.errors) == {"org.registered_on", "premises.0.period.to"}
    assert made.profile.lists["premises"] is None


def test_records_of_several_days(corpus: Corpus) -> None:
    made = draft(corpus, org__records__cac_algorithm_filing="2024-01-02，2025-03-04")
    assert made.profile.org["records"]["cac_algorithm_filing"] == (
        date(2024, 1, 2),
        date(2025, 3, 4),
    )


@pytest.mark.parametrize(("name", "profile"), golden(), ids=[name for name, _ in golden()])
def test_a_profile_survives_the_form_and_the_file(
    name: str, profile: dict[str, Any], corpus: Corpus
) -> None:
    text = yaml.safe_dump(profile, allow_unicode=True)
    first = from_text(text, name, corpus, TODAY)
    assert not first.problems
    assert first.profile == load_profile(profile, corpus)
    second = from_fields(first.fields, corpus, TODAY)
    assert second.profile == first.profile
    for lang in ("zh", "en"):
        third = from_text(second.yaml(lang), name, corpus, TODAY)
        assert third.profile == first.profile


def test_what_the_form_does_not_ask_is_carried(corpus: Corpus) -> None:
    given = {
        "as_of": "2025-06-30",
        "horizon_years": 3,
        "org": {"place": "shenzhen", "paid_history": {"shenzhen/training-voucher": {"years": 1}}},
        "decisions": {"shenzhen/returnee-startup": {"decision": "granted", "amount_yuan": 500000}},
        "readings": {"shanghai/model-voucher": {"cap-scope": "per_contract"}},
        "years": {"2026": {"org": {"revenue_yuan": "800万元"}}},
    }
    first = from_text(yaml.safe_dump(given), "x", corpus, TODAY)
    assert not first.problems
    second = from_fields(first.fields, corpus, TODAY)
    assert second.profile == first.profile
    assert from_text(second.yaml("zh"), "x", corpus, TODAY).profile == first.profile


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "- 1", "org: {place: atlantis}", "&a [*a]", "!!python/object:os.system x", "\x00",
     "[" * 100, "org: 5", "name: {a: 1}", "people: {}", "x" * 500_000],
)  # fmt: skip
def test_a_faulty_file_is_explained_and_harms_nothing(text: str, corpus: Corpus) -> None:
    made = from_text(text, "x.yaml", corpus, TODAY)
    assert made.problems
    assert made.profile.org == {}
    for problem in made.problems:
        assert problem.render("zh")
        assert problem.render("en")


@pytest.mark.parametrize(
    "value", ["yes", "no", "null", "12", "a: b", "- x", "#", '"', "\n", "\\", " a "]
)
def test_text_stays_text_in_yaml(value: str) -> None:
    assert yaml.safe_load(f"a: {scalar(value)}") == {"a": value}


def test_the_file_reads_like_one_written_by_hand(corpus: Corpus) -> None:
    made = draft(
        corpus,
        org__place="shenzhen",
        org__kind="enterprise",
        contract__0__item="compute",
        contract__0__amount_yuan="1200",
    )
    assert profile_text(made.mapping, "zh").splitlines()[1:] == [
        "as_of: 2026-01-08",
        "org:",
        "  place: shenzhen",
        "  kind: enterprise",
        "contracts:",
        "- item: compute",
        "  amount_yuan: 1200万元",
    ]


def test_decimals_are_written_in_full() -> None:
    assert exactly(Fraction(5_000_001, 10**6)) == "5.000001"
    assert exactly(Fraction(3)) == "3"


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31", "2024-13-01", "yesterday"])
def test_an_impossible_day_is_said_at_its_field(written: str, corpus: Corpus) -> None:
    made = draft(corpus, as_of=written, org__registered_on=written, org__kind="enterprise")
    assert set(made.errors) == {"as_of", "org.registered_on"}
    assert made.profile.as_of == TODAY
    assert made.profile.org == {"kind": "enterprise"}
