"""From what people type to what the corpus holds: measures, places, readings, dates, profiles."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec import structs

from huice.cli.surface import Surface, bad_input
from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.corpus.source import read_text
from huice.evaluate.facts import Profile
from huice.evaluate.profiles import load_profile
from huice.evaluate.scenario import varied
from huice.language.printing.en import English
from huice.language.printing.zh import Chinese
from huice.language.text import Text, before_more, did_you_mean

SHOWN = 12
"""How many candidates a message lists."""


def place_name(corpus: Corpus, place: str | None) -> Text:
    """What a place, or the city that several places lie in, is called."""
    if place is None:
        return Text("地点未定", "place open")
    scope = corpus.vocabulary.scope
    return Text(Chinese(scope).place("org.place", place), English(scope).place("org.place", place))


def level(corpus: Corpus, measure: Measure) -> Text:
    """Where a measure holds: the city as a whole, or one of its districts."""
    name = place_name(corpus, measure.place)
    if "/" in measure.place:
        return name
    return Text(f"{name.zh}市级", f"{name.en}, city level")


def find_places(corpus: Corpus, words: Iterable[str]) -> list[str]:
    """The ids of places by id, name or part of a name; a city stands for all its places."""
    found: list[str] = []
    for word in words:
        found += [id_ for id_ in _places(corpus, word) if id_ not in found]
    return found


def _places(corpus: Corpus, word: str) -> list[str]:
    known = corpus.places
    wanted = word.strip().strip("/").lower()
    inside = [id_ for id_ in known if id_ == wanted or id_.startswith(wanted + "/")]
    if inside:
        return inside
    names = {id_: place_name(corpus, id_) for id_ in known}
    exact = [id_ for id_, name in names.items() if wanted in (name.zh, name.en.lower())]
    if exact:
        return exact
    cities = {id_.split("/")[0] for id_ in known}
    for city in cities:
        name = place_name(corpus, city)
        if wanted.removesuffix("市") == name.zh or wanted == name.en.lower():
            return [id_ for id_ in known if id_.split("/")[0] == city]
    part = [id_ for id_, name in names.items() if wanted in name.zh or wanted in name.en.lower()]
    if part:
        return part
    called = [*names.values(), *(place_name(corpus, city) for city in sorted(cities))]
    hint = did_you_mean(wanted, [*known, *sorted(cities), *(name.zh for name in called)])
    after = before_more(hint)
    raise bad_input(
        "T006",
        f"没有地点“{word}”{after.zh}各地见 huice compare 或写城市名，如 上海",
        f"there is no place “{word}”{after.en} name a city such as shanghai, or see huice compare",
    )


def find_measure(corpus: Corpus, word: str) -> Measure:
    """The measure meant by an id, a title or keywords; `BadInput` with candidates if not one."""
    found = candidates(corpus, word)
    if len(found) == 1:
        return found[0]
    if not found:
        known = [measure.id for measure in corpus.measures]
        titles = [measure.title.zh for measure in corpus.measures]
        after = before_more(did_you_mean(word, [*known, *titles]))
        raise bad_input(
            "T006",
            f"没有事项“{word}”{after.zh}全部事项见 huice rules",
            f"there is no measure “{word}”{after.en} see huice rules for all of them",
        )
    some = found[:SHOWN]
    more = len(found) - len(some)
    raise bad_input(
        "T005",
        f"“{word}”对应 {len(found)} 个事项，请写得更具体，或用编号："
        + "".join(f"\n  {one.id}  {one.title.zh}" for one in some)
        + (f"\n  另有 {more} 个" if more else ""),
        f"“{word}” stands for {len(found)} measures; be more specific, or give the id:"
        + "".join(f"\n  {one.id}  {one.title['en']}" for one in some)
        + (f"\n  and {more} more" if more else ""),
    )


def candidates(corpus: Corpus, word: str) -> Sequence[Measure]:
    """The measures that a word may mean: one if an id, title or the end of an id is hit exactly."""
    wanted = word.strip().lower()
    tests = (
        lambda one: one.id == wanted,
        lambda one: wanted in (one.title.zh.lower(), one.title.en.lower()),
        lambda one: one.id.endswith("/" + wanted),
        lambda one: wanted in one.id,
        lambda one: wanted in one.title.zh.lower() or wanted in one.title.en.lower(),
    )
    for test in tests:
        found = [one for one in corpus.measures if test(one)]
        if found:
            return found
    return corpus.search(word)


def find_measures(corpus: Corpus, words: Iterable[str] | None) -> list[str] | None:
    """The ids of the measures meant; None stands for all. A word may mean several."""
    if not words:
        return None
    found: list[str] = []
    for word in words:
        meant = candidates(corpus, word) or [find_measure(corpus, word)]
        found += [one.id for one in meant if one.id not in found]
    return found


def parse_date(text: str) -> date:
    """A date as people type it. Raises `BadInput`."""
    plain = text.strip()
    for mark in "年月./":
        plain = plain.replace(mark, "-")
    parts = plain.rstrip("日").split("-")
    try:
        if len(parts) == 1 and len(plain) == len("20250630"):
            return date.fromisoformat(plain)
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise bad_input(
            "T004",
            f"“{text}”不是日期，写作 2025-06-30",
            f"“{text}” is no date; write 2025-06-30",
        ) from None


def parse_readings(corpus: Corpus, given: Iterable[str] | None) -> dict[str, dict[str, str]]:
    """Readings typed as `MEASURE:READING=OPTION`. Raises `BadInput` where that is not so."""
    found: dict[str, dict[str, str]] = {}
    groups = {group.id for group in corpus.groups}
    for text in given or ():
        where, equals, option = text.rpartition("=")
        measure, colon, reading = where.rpartition(":")
        if not (equals and colon and measure and reading and option):
            raise bad_input(
                "T004",
                f"--reading 写作 事项:读法=选项，写的是“{text}”；读法见 huice explain 事项",
                f"--reading is MEASURE:READING=OPTION, not “{text}”; see huice explain MEASURE",
            )
        id_ = measure if measure in groups else find_measure(corpus, measure).id
        found.setdefault(id_, {})[reading] = option
    return found


def read(
    out: Surface,
    path: str,
    as_of: str | None = None,
    readings: Iterable[str] | None = None,
) -> Profile:
    """The profile of a file (`-`: of stdin), at another date or under other readings if asked."""
    if path == "-":
        name = out.say("（标准输入）", "(stdin)")
        profile = load_profile(read_text(sys.stdin.read(), name), out.corpus)
    else:
        profile = load_profile(path, out.corpus)
    if not profile.name:
        profile = structs.replace(profile, name="" if path == "-" else Path(path).stem)
    wanted = parse_readings(out.corpus, readings)
    return varied(profile, out.corpus, parse_date(as_of) if as_of else None, wanted, "--reading")
