"""The firm's own dates as a calendar file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Timezone, TimezoneStandard, vText
from icalendar import Event as Entry

from huice.evaluate.compare import Comparison
from huice.evaluate.result import Result
from huice.language.text import Text
from huice.reports import words
from huice.reports.dates import Event, coming
from huice.reports.story import corpus_line

ALARMS = (30, 14, 3)
"""Days before an event on which the calendar reminds of it."""
HOUR = 9
"""The hour of a reminder, local time."""
ZONE = "Asia/Shanghai"


def ics(
    result: Result,
    comparison: Comparison | None = None,
    lang: str = "zh",
    code: str = "",
    alarms: Sequence[int] = ALARMS,
) -> bytes:
    """The dates that are not past, each a whole day; importing it again updates what changed.

    A comparison adds nothing: the dates are those of the firm where it is.
    """
    del comparison
    calendar = Calendar()
    calendar.add("prodid", "-//huice//policy dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = Text("政策日期", "Policy dates")[lang]
    calendar.add("x-wr-calname", vText(" ".join([*result.name.split(), name])))
    calendar.add("x-wr-timezone", ZONE)
    calendar.add_component(_zone())
    for event in coming(result):
        calendar.add_component(_entry(result, event, lang, code, alarms))
    made: bytes = calendar.to_ical()
    return made


def _zone() -> Timezone:
    """The time of the whole country; a calendar must hold something even when there is no date."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE)
    standard.add("dtstart", datetime(1992, 1, 1))  # noqa: DTZ001  # local by definition; no summer time since
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _entry(result: Result, event: Event, lang: str, code: str, alarms: Sequence[int]) -> Entry:
    entry = Entry()
    as_of = result.profile.as_of
    entry.add("uid", f"{uid(code or result.name, event)}@huice")
    entry.add("dtstamp", datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC))
    entry.add("dtstart", event.day)
    entry.add("dtend", event.day + timedelta(days=1))
    entry.add("summary", event.title[lang])
    entry.add("description", _description(result, event, lang))
    entry.add("transp", "TRANSPARENT")
    entry.add("class", "PRIVATE")
    for days in alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        before = f"T-{days}"
        alarm.add("description", f"{before} {event.title[lang]}")
        alarm.add("trigger", timedelta(hours=HOUR) - timedelta(days=days))
        entry.add_component(alarm)
    return entry


def _description(result: Result, event: Event, lang: str) -> str:
    """Why the day matters, the measures, the sentence, what is missing, where it comes from."""
    en = lang == "en"
    corpus = result.corpus
    separator = "; " if en else "、"
    document = words.titled(corpus.document(event.document).title)[lang]
    titles = separator.join(corpus.measure(id_).title[lang] for id_ in event.measures)
    lines = [event.says[lang], ("Measures: " if en else "事项：") + titles]
    if event.quote.zh:
        lines.append(f"Text: “{event.quote.zh}”" if en else f"原文：“{event.quote.zh}”")
        if en:
            lines.append(f"Translation: {event.quote['en']}")
    lines.append(("Document: " if en else "文件：") + document)
    if event.missing:
        names = separator.join(words.gap_name(corpus, gap)[lang] for gap in event.missing)
        lines.append(("To confirm: " if en else "待确认：") + names)
    as_of = result.profile.as_of.isoformat()
    lines += [corpus_line(corpus, as_of, lang), words.DISCLAIMER[lang]]
    return "\n".join(lines)


def uid(owner: str, event: Event) -> str:
    """What the event is known by: the same when its day changes, and without the owner's name."""
    return hashlib.sha256(f"{owner}\n{event.key}".encode()).hexdigest()[:32]
