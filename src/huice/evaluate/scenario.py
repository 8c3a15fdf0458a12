"""The same profile at another date or under other readings: what a user may switch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import structs

from huice.corpus.corpus import Corpus
from huice.corpus.source import Source
from huice.evaluate.facts import Profile
from huice.evaluate.profiles import load_profile

Readings = Mapping[str, Mapping[str, str]]


def varied(
    profile: Profile,
    corpus: Corpus,
    as_of: date | None = None,
    readings: Readings | None = None,
    source: str = "",
) -> Profile:
    """The profile as of another date, its claim year moving along, and under these readings.

    Raises `BadProfile` for an unknown measure, reading or option; `source` names where they stand.
    """
    if readings:
        given = {id_: dict(options) for id_, options in readings.items()}
        asked = load_profile(
            Source(source, {"as_of": profile.as_of, "readings": given}, {}, []), corpus
        )
        merged = {**profile.readings}
        for id_, options in asked.readings.items():
            merged[id_] = {**merged.get(id_, {}), **options}
        profile = structs.replace(profile, readings=merged)
    if as_of is not None:
        claim_year = profile.claim_year + as_of.year - profile.as_of.year
        profile = structs.replace(profile, as_of=as_of, claim_year=claim_year)
    return profile
