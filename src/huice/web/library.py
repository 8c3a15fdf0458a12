"""The pages that need no firm, and the comparison: places, policies, glossary, developers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.lint.figures import numbers_of_text, pool_of
from huice.corpus.model import Document, Measure, Pool
from huice.corpus.numbers import Token, literals_of, spans_of, tokens
from huice.corpus.sentences import paragraph
from huice.evaluate import compare
from huice.evaluate.compare import Row
from huice.evaluate.outcome import Status
from huice.language.money import wan
from huice.language.text import Text
from huice.web.draft import Draft, Pairs
from huice.web.glossary import TERMS
from huice.web.marks import marked
from huice.web.measures import encoded_spans, rule_lines
from huice.web.pages import Asked, Page, both, sample
from huice.web.render import Site
from huice.web.views import Places
from huice.web.visit import path_of, read_form, site_of
from huice.web.words import CITIES, SAMPLES, STATUS

# --- comparison -----------------------------------------------------------------------------------


class Difference(Struct, frozen=True):
    """An answer in which scenarios differ."""

    label: str
    values: tuple[str, ...]


class MeasureLine(Struct, frozen=True):
    """A measure whose outcome differs between scenarios."""

    id: str
    title: str
    values: tuple[tuple[str, str, str], ...]


@get(both("/compare"))
async def compare_empty(request: Asked) -> Page:
    """The comparison of a sample; a visitor's own comes by form."""
    site = site_of(request)
    name = request.query_params.get("sample", "") or next(iter(SAMPLES))
    draft = sample(name, site.corpus, site.lang)
    return compare_page(site, [draft], sample_name=name)


@post(both("/compare"), status_code=200)
async def compare_posted(request: Asked) -> Page:
    """One firm at every place, or several scenarios side by side."""
    site, form = site_of(request), await read_form(request)
    drafts = form.drafts(site.corpus, request.app.state.today())[:8]
    return compare_page(site, drafts)


def compare_page(site: Site, drafts: list[Draft], sample_name: str = "") -> Page:
    """The page of a comparison."""
    good = [draft for draft in drafts if not draft.problems]
    problems = [problem for draft in drafts for problem in draft.problems]
    if not good:
        return site.page("error.html", status=400, path="/compare", code=400, problems=problems)
    first = good[0]
    places = Places(first.profile, site.corpus, site.lang)
    several = _scenarios(site, good) if len(good) > 1 else None
    return site.page(
        "compare.html",
        path="/compare",
        places=places,
        draft=first,
        drafts=good,
        several=several,
        sample_name=sample_name,
        problems=problems,
        here=first.profile.org.get("place"),
        yamls=[draft.yaml(site.lang) for draft in good],
        Status=Status,
    )


def _scenarios(site: Site, drafts: list[Draft]) -> dict[str, Any]:
    """Several firms, each where it is (or at its best place): figures, answers and measures that differ."""
    corpus, lang = site.corpus, site.lang
    rows: list[Row] = []
    names = []
    for number, draft in enumerate(drafts, 1):
        own = draft.profile.org.get("place")
        found = compare(draft.profile, corpus, places=[own] if own in corpus.places else None)
        rows.append(found.ranked()[0])
        names.append(draft.profile.name or site.t(f"方案 {number}", f"Scenario {number}"))
    lines = []
    for measure in corpus.measures:
        ones = [row.result.measure(measure.id) for row in rows]
        if len({(one.status, one.certain, one.ceiling) for one in ones}) > 1:
            values = tuple(
                (
                    one.status.value,
                    STATUS[one.status][lang],
                    "" if not one.ceiling else wan(one.ceiling, lang),
                )
                for one in ones
            )
            lines.append(MeasureLine(measure.id, measure.title[lang], values))
    return {
        "names": names,
        "rows": rows,
        "facts": differences([draft.fields for draft in drafts], corpus, lang),
        "lines": lines,
    }


def differences(fields: list[Pairs], corpus: Corpus, lang: str) -> list[Difference]:
    """The answers that are not the same in all scenarios."""
    names: dict[str, None] = {}
    for one in fields:
        names.update(dict.fromkeys(one.all))
    found = []
    for name in names:
        parts = name.split(".")
        fact = next((f for f in corpus.vocabulary.of(parts[0]) if f.key in parts[1:]), None)
        if fact is None:
            continue
        told = []
        for one in fields:
            values = [value for value in one.many(name) if value != "?"]
            shown = [fact.options[v][lang] if v in fact.options else v for v in values]
            unit = {"money": Text(" 万元", " × 10,000 yuan")}.get(fact.type, Text("", ""))[lang]
            told.append((Text("、", ", ")[lang].join(shown) + unit) if shown else "—")
        if len(set(told)) > 1:
            number = next((f" {int(part) + 1}" for part in parts if part.isdecimal()), "")
            kind = corpus.vocabulary.kinds.get(parts[0])
            owner = f"{kind.label[lang]}{number} · " if kind else ""
            found.append(Difference(owner + fact.label[lang], tuple(told)))
    return found


# --- policies -------------------------------------------------------------------------------------


class Coverage(Struct, frozen=True):
    """The numbers of a sentence: all, those that are names and no quantities, and those without a role."""

    total: int
    excused: int
    missing: int


class Clause(Struct, frozen=True):
    """A measure beside its rule."""

    measure: Measure
    text: Markup
    says: str
    lines: str
    coverage: Coverage
    pool: Pool | None


def coverage(measure: Measure, corpus: Corpus) -> Coverage:
    """The numbers of the sentence: those of the rule, and those that are no quantities."""
    literals = literals_of(measure, pool_of(corpus, measure))
    spans = [span for literal in literals for span in spans_of(measure.text, literal)]
    found = [token for token in tokens(measure.text) if token.kind != "once"]
    quantities = [token for token in found if token.dimension is not None]
    encoded = sum(_covered(token, spans) for token in quantities)
    missing = _unencoded(corpus).get(measure.id, 0)
    return Coverage(len(quantities), len(quantities) - encoded - missing, missing)


def _unencoded(corpus: Corpus) -> dict[str, int]:
    """The measures in which the lint finds numbers without a role (N001); worked out once."""
    kept = corpus.__dict__
    if "_unencoded" not in kept:
        kept["_unencoded"] = Counter(problem.subject for problem in numbers_of_text(corpus))
    found: dict[str, int] = kept["_unencoded"]
    return found


def _covered(token: Token, spans: list[tuple[int, int]]) -> bool:
    return any(start < token.end and token.start < end for start, end in spans)


@get(both("/policies"))
async def policies(request: Asked) -> Page:
    """The library."""
    site = site_of(request)
    words = request.query_params.get("q", "").strip()[:60]
    found = site.corpus.search(words) if words else ()
    by_city: dict[str, list[Document]] = {}
    for document in site.corpus.documents:
        by_city.setdefault(document.place.split("/")[0], []).append(document)
    today = request.app.state.today()
    return site.page(
        "policies.html",
        path="/policies",
        cities=[(CITIES[city], documents) for city, documents in by_city.items()],
        today=today,
        q=words,
        found=found,
        numbers={d.id: _numbers(d, site.corpus) for d in site.corpus.documents},
    )


def _numbers(document: Document, corpus: Corpus) -> int:
    return sum(coverage(measure, corpus).total for measure in document.measures)


def _clause(measure: Measure, site: Site) -> Clause:
    return Clause(
        measure,
        marked(measure.text, encoded_spans(measure, site.corpus)),
        paragraph(measure.rule, measure, site.corpus, site.lang),
        rule_lines(measure),
        coverage(measure, site.corpus),
        site.corpus.pools[measure.rule.pool] if measure.rule.pool else None,
    )


@get(both("/policies/{city:str}/{name:str}"))
async def policy(request: Asked, city: FromPath[str], name: FromPath[str]) -> Page:
    """A document: text and rules side by side."""
    site = site_of(request)
    document = next((d for d in site.corpus.documents if d.id == f"{city}/{name}"), None)
    if document is None:
        raise NotFoundException("no such document")
    clauses = [_clause(measure, site) for measure in document.measures]
    seen: dict[str, Any] = {}
    for clause in clauses:
        for caution in site.corpus.cautions_of(clause.measure.id):
            seen[caution.says.zh] = caution
    return site.page(
        "policy.html",
        path=f"/policies/{document.id}",
        document=document,
        clauses=clauses,
        cautions=list(seen.values()),
        today=request.app.state.today(),
    )


# --- developers, glossary -------------------------------------------------------------------------


@get(both("/developers"))
async def developers(request: Asked) -> Page:
    """How to get the same answers without the pages."""
    return site_of(request).page("developers.html", path=path_of(request))


@get(both("/glossary"))
async def glossary(request: Asked) -> Page:
    """The terms in both languages."""
    return site_of(request).page("glossary.html", path=path_of(request), terms=TERMS)


@get("/robots.txt")
async def robots() -> Response[str]:
    """Nothing here is secret, and results have no address."""
    return Response("User-agent: *\nAllow: /\n", media_type="text/plain")


LIBRARY = (
    compare_empty,
    compare_posted,
    policies,
    policy,
    developers,
    glossary,
    robots,
)
