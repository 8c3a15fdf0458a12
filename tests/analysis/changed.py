"""A profile as a user writes it, after the changes that `unlock` tells as data: a second way to apply them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from huice import Corpus

Profile = dict[str, Any]


def after(
    profile: Mapping[str, Any], changes: Iterable[Mapping[str, Any]], corpus: Corpus
) -> Profile:
    """The profile with the changes written into it; for profiles without `years`."""
    found: Profile = copy.deepcopy(dict(profile))
    org = found.setdefault("org", {})
    for change in sorted(changes, key=lambda one: _rank(one, corpus)):
        if change["do"] == "wait":
            _wait(found, date.fromisoformat(change["until"]))
        elif change["do"] == "add":
            _add(found, change, corpus)
        else:
            info = corpus.vocabulary.fact(change["fact"])
            if info.type == "place" and org.get(info.key) not in (None, change["after"]):
                for fact in corpus.vocabulary.of("org"):
                    if fact.change.how == "moving":
                        moved = fact.change.moved
                        org[fact.key] = found["as_of"] if moved == "as_of" else moved
            row = org if info.entity == "org" else _entity(found, change, corpus)
            row[info.key] = _value(row.get(info.key), change)
    return found


def _rank(change: Mapping[str, Any], corpus: Corpus) -> int:
    if change["do"] in ("wait", "add"):
        return 0 if change["do"] == "wait" else 3
    return 1 if corpus.vocabulary.fact(change["fact"]).type == "place" else 2


def _wait(profile: Profile, day: date) -> None:
    before = date.fromisoformat(str(profile["as_of"]))
    if profile.get("claim_year"):
        profile["claim_year"] += day.year - before.year
    profile["as_of"] = day.isoformat()


def _entity(profile: Profile, change: Mapping[str, Any], corpus: Corpus) -> Profile:
    kind = corpus.vocabulary.fact(change["fact"]).entity
    listed = profile[corpus.vocabulary.kinds[kind].list_key]
    if isinstance(change["entity"], int):
        return listed[change["entity"]]  # type: ignore[no-any-return]  # an entity of a mapping
    return next(one for one in listed if str(one.get("id")) == change["entity"])


def _add(profile: Profile, change: Mapping[str, Any], corpus: Corpus) -> None:
    key = corpus.vocabulary.kinds[change["kind"]].list_key
    listed = profile[key] = list(profile.get(key) or [])
    listed += [{"id": f"+{number}", **change["facts"]} for number in range(1, change["count"] + 1)]


def _value(now: Any, change: Mapping[str, Any]) -> Any:
    if not change["gains"] or now is None:
        return change["after"]
    if isinstance(now, Mapping):
        return {**now, **{name: change["after"][name] for name in change["gains"]}}
    return [*now, *(name for name in change["gains"] if name not in now)]
