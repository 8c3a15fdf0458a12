"""The page of the analysis: a firm's curve over one of its numbers, and the breaks of all rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anyio import to_thread
from litestar import get, post
from msgspec import Struct

from huice.analysis import NotLinear, curve, sensitivity
from huice.analysis.tell import KINDS, kind_of
from huice.api.analysed import breaks_of_corpus
from huice.corpus.source import Problem
from huice.evaluate.profiles import BadProfile
from huice.evaluate.sent import rows_of
from huice.web.curves import (
    Choice,
    Curves,
    catalogue_rows,
    choices,
    cliffs_of,
    first_that_varies,
)
from huice.web.draft import Draft, Pairs
from huice.web.pages import Asked, Page, both, one_draft, refusal, sample
from huice.web.render import Site
from huice.web.swings import Swings
from huice.web.views import Places
from huice.web.visit import site_of
from huice.web.words import SAMPLES

SHARP = ("loss", "jump")
"""Breaks that are shown at once; the others are opened."""
MOST_ROWS = 40
"""Entries of a profile times its years up to which the sensitivity is worked out."""
LONGEST = 40
"""Characters of an amount in the form."""


class Wanted(Struct):
    """What the form asks for: which number, from how much, up to how much; as it was written."""

    fact: str = ""
    low: str = ""
    high: str = ""


class Shown(Struct):
    """The curves of a firm as the page shows them, or what was wrong with the question."""

    offered: list[Choice]
    wanted: Wanted
    place: str | None
    curves: Curves | None = None
    problems: tuple[Problem, ...] = ()
    swings: Swings | None = None

    @property
    def chosen(self) -> Choice | None:
        """The number that varies."""
        return next((one for one in self.offered if one.value == self.wanted.fact), None)


def curves_of(site: Site, draft: Draft, wanted: Wanted) -> Shown:
    """The curve that is asked for; without a wish, over the first number that changes anything."""
    corpus, profile = site.corpus, draft.profile
    offered = choices(profile, corpus)
    place = profile.org.get("place") or Places(profile, corpus, site.lang).best
    shown = Shown(offered, wanted, place)
    try:
        if not wanted.fact:
            choice, found = first_that_varies(profile, corpus, offered, [place])
            wanted.fact = choice.value
        else:
            facts = wanted.fact.split("+")
            known = shown.chosen is not None
            money = known and facts[0].endswith("_yuan")
            low, high = _amount(wanted.low, money=money) or 0, _amount(wanted.high, money=money)
            found = curve(
                profile, facts[0], corpus, places=[place], start=low, end=high, together=facts[1:]
            )
    except BadProfile as bad:
        shown.problems = bad.problems
    except NotLinear as fault:
        shown.problems = (Problem("A008", fault.text),)
    else:
        shown.curves = Curves(found, corpus, site.lang)
    if rows_of(profile) <= MOST_ROWS:
        shown.swings = Swings(sensitivity(profile, corpus, place), corpus, site.lang)
    return shown


def _amount(written: str, *, money: bool) -> str | None:
    """An amount of the form: a bare number of money counts in 万元."""
    plain = written.replace(",", "").replace("，", "").replace(" ", "")[:LONGEST]
    if money and plain.replace(".", "", 1).isdecimal():
        return f"{plain}万元"
    return plain or None


def wanted_of(fields: Pairs) -> Wanted:
    """What the form asks for."""
    return Wanted(
        fields.get("fact")[:200], fields.get("from")[:LONGEST], fields.get("to")[:LONGEST]
    )


def analysis_view(site: Site, draft: Draft, wanted: Wanted) -> dict[str, Any]:
    """What the page shows."""
    found = breaks_of_corpus(site.corpus)
    shown = curves_of(site, draft, wanted)
    rows = catalogue_rows(found, site.corpus, site.lang)
    return {
        "shown": shown,
        "catalogue": found,
        "counts": _counts(site, [kind_of(entry.found) for entry in found.entries]),
        "cliffs": cliffs_of(found, site.corpus, site.lang),
        "sharp": [one for one in rows if one.found.kind in SHARP],
        "smooth": [one for one in rows if one.found.kind not in SHARP],
    }


def _counts(site: Site, kinds: Sequence[str]) -> str:
    told = []
    for kind, word in KINDS.items():
        number = kinds.count(kind)
        plural = "" if number == 1 else "s"
        if number:
            told.append(site.t(f"{word.zh} {number} 处", f"{number} {word['en'].lower()}{plural}"))
    return site.t("、", ", ").join(told)


async def analysis_page(site: Site, draft: Draft, wanted: Wanted, sample_name: str = "") -> Page:
    """The page of the analysis."""
    view = await to_thread.run_sync(lambda: analysis_view(site, draft, wanted))
    return site.page(
        "analysis.html",
        path="/analysis",
        draft=draft,
        yaml=draft.yaml(site.lang),
        sample_name=sample_name,
        **view,
    )


@get(both("/analysis"))
async def analysis(request: Asked) -> Page:
    """The analysis of a sample; a visitor's own comes by form."""
    site = site_of(request)
    name = request.query_params.get("sample", "") or next(iter(SAMPLES))
    return await analysis_page(site, sample(name, site.corpus, site.lang), Wanted(), name)


@post(both("/analysis"), status_code=200)
async def analysis_of_firm(request: Asked) -> Page:
    """The analysis of the firm that the form describes."""
    site = site_of(request)
    form, draft = await one_draft(request, site)
    if draft.problems:
        return refusal(site, "/analysis", draft)
    return await analysis_page(site, draft, wanted_of(form.fields))


ANALYSIS = (analysis, analysis_of_firm)
