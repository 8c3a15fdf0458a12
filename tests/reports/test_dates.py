"""Dates come from the facts and the rules, and from nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from huice import Corpus, evaluate
from huice.reports import coming, dates
from huice.reports.ical import ALARMS, ics
from tests.reports.reading import PERSONAS, entries

RETURNEE = "shenzhen/returnee-startup"


def shenzhen(registered: str | None, as_of: str = "2025-06-30") -> dict[str, Any]:
    org: dict[str, Any] = {"place": "shenzhen", "kind": "enterprise", "traits": ["ai"]}
    if registered:
        org["registered_on"] = registered
    return {"as_of": as_of, "org": org, "people": [{"role": "founder", "statuses": ["returnee"]}]}


def of_measure(profile: dict[str, Any], id_: str, corpus: Corpus) -> list[tuple[str, date]]:
    result = evaluate(profile, corpus)
    return [(event.kind, event.day) for event in dates(result) if id_ in event.measures]


def test_6_to_48_months_after_registration(corpus: Corpus) -> None:
    assert of_measure(shenzhen("2024-01-10"), RETURNEE, corpus) == [
        ("first", date(2024, 7, 10)),
        ("last", date(2028, 1, 10)),
    ]


def test_months_are_cut_to_the_end_of_a_shorter_month(corpus: Corpus) -> None:
    assert of_measure(shenzhen("2024-08-31"), RETURNEE, corpus) == [
        ("first", date(2025, 2, 28)),
        ("last", date(2028, 8, 31)),
    ]


@pytest.mark.parametrize(("days", "status"), [(0, "unknown"), (1, "ineligible")])
def test_the_day_is_the_one_on_which_the_engine_changes_its_mind(
    days: int, status: str, corpus: Corpus
) -> None:
    """On the first and the last day the condition holds; a day outside it does not."""
    profile = shenzhen("2024-01-10")
    first, last = (day for _, day in of_measure(profile, RETURNEE, corpus))
    for day in (
        date.fromordinal(first.toordinal() - days),
        date.fromordinal(last.toordinal() + days),
    ):
        moved = evaluate({**profile, "as_of": day.isoformat()}, corpus)
        one = moved.measure(RETURNEE)
        held = one.status.value != "ineligible"
        assert held == (status != "ineligible")


def test_a_measure_that_only_waits_for_a_day_has_its_dates(corpus: Corpus) -> None:
    profile = shenzhen("2025-05-01")
    result = evaluate(profile, corpus)
    assert result.measure(RETURNEE).status.value == "ineligible"
    assert [(event.kind, event.day) for event in coming(result) if RETURNEE in event.measures] == [
        ("first", date(2025, 11, 1)),
        ("last", date(2029, 5, 1)),
    ]


def test_a_measure_that_fails_for_another_reason_has_none(corpus: Corpus) -> None:
    profile = shenzhen("2025-05-01") | {"people": []}
    assert of_measure(profile, RETURNEE, corpus) == []


def test_nothing_is_guessed_from_a_date_that_is_not_given(corpus: Corpus) -> None:
    assert of_measure(shenzhen(None), RETURNEE, corpus) == []


def test_years_of_the_calendar(corpus: Corpus) -> None:
    profile = PERSONAS["haizhu-filed-model/base"][1]
    found = of_measure(profile, "guangzhou/haizhu-office-rent", corpus)
    assert ("last", date(2027, 12, 31)) in found
    assert ("support_last", date(2027, 12, 31)) in found
    assert ("first", date(2025, 1, 1)) in found


def test_years_received_before_count(corpus: Corpus) -> None:
    profile = PERSONAS["haizhu-filed-model/base"][1]
    org = profile["org"]
    id_ = "guangzhou/haizhu-office-rent"
    received = {**org, "paid_history": {id_: {"years": 1, "amount_yuan": 100}}}
    found = of_measure({**profile, "org": received}, id_, corpus)
    assert ("support_last", date(2026, 12, 31)) in found


def test_the_stated_end_of_a_document_stands_once(corpus: Corpus) -> None:
    result = evaluate(PERSONAS["xuhui-new-firm/base"][1], corpus)
    ends = [event for event in coming(result) if event.kind == "document_ends"]
    assert [(event.day, event.document) for event in ends] == [
        (date(2025, 12, 31), "shanghai/llm-innovation")
    ]
    assert len(ends[0].measures) > 1


def test_a_lease_that_the_profile_states_ends(corpus: Corpus) -> None:
    id_ = "beijing/etown-park-rent"
    lease = {
        "site": "etown_ai_native_park", "tenure": "rented_self_use", "area_sqm": 100,
        "cost_yuan": 1000, "period": ["2025-03-01", "2025-11-30"],
    }  # fmt: skip
    org = {"place": "beijing/etown", "kind": "enterprise", "traits": ["ai"]}
    profile = {"as_of": "2025-06-30", "org": org, "premises": [lease]}
    assert ("period_last", date(2025, 11, 30)) in of_measure(profile, id_, corpus)
    del lease["period"]
    assert "period_last" not in dict(of_measure(profile, id_, corpus))


def test_identifiers_stay_when_days_change(corpus: Corpus) -> None:
    one = ics(evaluate({**shenzhen("2024-01-10"), "name": "甲公司"}, corpus))
    other = ics(evaluate({**shenzhen("2024-02-20"), "name": "甲公司"}, corpus))
    another = ics(evaluate({**shenzhen("2024-01-10"), "name": "乙公司"}, corpus))
    uids = [{str(entry["uid"]) for entry in entries(data)} for data in (one, other, another)]
    assert uids[0] == uids[1]
    assert not uids[0] & uids[2]
    assert "甲公司" not in "".join(uids[0])


def test_entries_are_whole_days_with_alarms_in_local_time(corpus: Corpus) -> None:
    data = ics(evaluate(shenzhen("2024-01-10"), corpus))
    assert b"X-WR-TIMEZONE:Asia/Shanghai" in data
    (entry,) = entries(data)
    assert entry["dtstart"].dt == date(2028, 1, 10)
    triggers = [alarm["trigger"].dt for alarm in entry.walk("VALARM")]
    assert [-(trigger.days + 0) for trigger in triggers] == list(ALARMS)
    assert {trigger.seconds for trigger in triggers} == {9 * 3600}
    none = ics(evaluate(shenzhen("2024-01-10"), corpus), alarms=())
    assert not list(entries(none)[0].walk("VALARM"))


def test_an_entry_tells_measure_sentence_and_missing_facts(corpus: Corpus) -> None:
    profile = shenzhen("2024-01-10")
    del profile["people"]
    result = evaluate(profile, corpus)
    (entry,) = [e for e in entries(ics(result)) if "留学人才" in str(e["summary"])]
    told = str(entry["description"])
    one = result.measure(RETURNEE)
    assert one.missing
    assert one.measure.text in told
    assert "待确认：" in told
    assert corpus.digest in told
