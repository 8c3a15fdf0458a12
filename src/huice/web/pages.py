"""The handlers of the pages: read what was sent, call one function below, show its result."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from anyio import to_thread
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.source import read_bytes
from huice.evaluate import compare, questions
from huice.evaluate.totals import Total
from huice.evaluate.values import FIRST_YEAR, LAST_YEAR
from huice.language.text import Text
from huice.reports import FORMATS, Format
from huice.web.assets import assets
from huice.web.draft import Draft, Pairs, empty, from_fields, from_source
from huice.web.evidence import PROOF, papers
from huice.web.questions import sheet
from huice.web.render import Site
from huice.web.unlocking import nearest
from huice.web.views import Answer, Places
from huice.web.visit import Form, path_of, read_form, site_of
from huice.web.words import SAMPLE_NAMES, SAMPLES

Asked = Request[Any, Any, Any]
Page = Response[str]


def both(path: str) -> list[str]:
    """The address of a page in both languages."""
    return [path, "/en" if path == "/" else f"/en{path}"]


# --- samples --------------------------------------------------------------------------------------


class Sample(Struct, frozen=True):
    """A sample firm as the first page shows it."""

    id: str
    title: Text
    about: Text
    total: Total


@lru_cache(maxsize=8)
def sample_text(name: str) -> bytes:
    """The profile of a sample. Raises `NotFoundException`."""
    known = {item.name for item in (files("huice") / "samples").iterdir()}
    if f"{name}.yaml" not in known:
        raise NotFoundException(f"no sample {name[:40]}")
    return (files("huice") / "samples" / f"{name}.yaml").read_bytes()


def sample(name: str, corpus: Corpus, lang: str) -> Draft:
    """The draft of a sample, named in the language of the page."""
    source = read_bytes(sample_text(name), name)
    source.value["name"] = SAMPLES[name][0][lang]
    for kind in corpus.vocabulary.kinds.values() if lang == "en" else ():
        for entity in source.value.get(kind.list_key) or ():
            entity["id"] = SAMPLE_NAMES.get(entity["id"], entity["id"])
    return from_source(source, corpus, date(2025, 6, 30))


def samples(corpus: Corpus, lang: str) -> list[Sample]:
    """The sample firms with their totals."""
    found = []
    for name, (title, about) in SAMPLES.items():
        answer = Answer(sample(name, corpus, lang).profile, corpus, lang)
        found.append(Sample(name, title, about, answer.total))
    return found


# --- pages ----------------------------------------------------------------------------------------


@get(both("/"))
async def home(request: Asked) -> Page:
    """The first page."""
    site = site_of(request)
    kept = site.corpus.__dict__.setdefault("_home", {})
    if site.lang not in kept:
        kept[site.lang] = _first_page(site)
    return site.page("home.html", path=path_of(request), **kept[site.lang])


def _first_page(site: Site) -> dict[str, Any]:
    """The samples and their cities: the same for every visitor, so worked out once."""
    first = sample(next(iter(SAMPLES)), site.corpus, site.lang)
    places = Places(first.profile, site.corpus, site.lang)
    return {"samples": samples(site.corpus, site.lang), "chart": places.city_chart()}


def calc_view(site: Site, draft: Draft, *, extra: str = "", stale: str = "") -> dict[str, Any]:
    """What the page of a computation shows."""
    corpus = site.corpus
    answer = Answer(draft.profile, corpus, site.lang, draft.fields.get("see"))
    asked = questions(draft.profile, corpus)
    refused = [card.id for card in answer.cards("expired", "ineligible")]
    return {
        "draft": draft,
        "answer": answer,
        "nearest": nearest(answer.profile, corpus, refused, site.lang),
        "sheet": sheet(draft, asked, corpus, extra),
        "proof": PROOF,
        "papers": papers(card.one for card in answer.paying),
        "formats": FORMATS.values(),
        "yaml": draft.yaml(site.lang),
        "stale": stale,
    }


@get(both("/calc"))
async def calc(request: Asked) -> Page:
    """The form, empty or with a sample."""
    site, name = site_of(request), request.query_params.get("sample", "")
    day = _day(request.query_params.get("d", "")) or request.app.state.today()
    draft = sample(name, site.corpus, site.lang) if name else empty(site.corpus, day)
    draft.fields.put("as_of", draft.profile.as_of.isoformat())
    view = calc_view(site, draft, stale=_stale(request, site.corpus))
    return site.page("calc.html", path="/calc", filled=bool(name), **view)


def _stale(request: Asked, corpus: Corpus) -> str:
    """The version of the corpus that a link was made with, if it is another one."""
    version = request.query_params.get("v", "")[:20]
    return version if version != corpus.version else ""


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


@post(both("/calc"), status_code=200)
async def calc_posted(request: Asked) -> Page:
    """The result of a form or of a profile; with `X-Part`, only what changes."""
    site, form = site_of(request), await read_form(request)
    draft, extra = edited(form, site.corpus, request.app.state.today())
    view = calc_view(site, draft, extra=extra, stale=_stale(request, site.corpus))
    part = request.headers.get("x-part") == "live"
    template = "live.html" if part else "calc.html"
    filled = not extra and not form.fields.get("drop") and not draft.problems
    return site.page(template, path="/calc", filled=filled, **view)


def edited(form: Form, corpus: Corpus, today: date) -> tuple[Draft, str]:
    """The draft of a form after its buttons: one entity dropped, or one more wanted of a kind."""
    dropped = form.fields.get("drop")
    if dropped and not form.texts:
        kept = {
            name: values
            for name, values in form.fields.all.items()
            if not name.startswith(dropped + ".")
        }
        fields = Pairs((name, value) for name, values in kept.items() for value in values)
        return from_fields(fields, corpus, today), ""
    wanted = form.fields.get("add")
    return form.drafts(corpus, today)[0], wanted if wanted in corpus.vocabulary.kinds else ""


async def one_draft(request: Asked, site: Site) -> tuple[Form, Draft]:
    """The form and the single profile of a request."""
    form = await read_form(request)
    return form, form.drafts(site.corpus, request.app.state.today())[0]


def refusal(site: Site, path: str, draft: Draft) -> Page:
    """What is said of a profile that cannot be read, where nothing can be shown without it."""
    return site.page("error.html", status=400, path=path, code=400, problems=draft.problems)


# --- downloads ------------------------------------------------------------------------------------


def download(body: bytes, type_: str, name: str) -> Response[bytes]:
    """A file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=type_, headers=headers)


@post(both("/profile.yaml"), status_code=200)
async def profile_yaml(request: Asked) -> Response[Any]:
    """The profile as the command line reads it."""
    site = site_of(request)
    _, draft = await one_draft(request, site)
    if draft.problems:
        return refusal(site, "/calc", draft)
    return download(draft.yaml(site.lang).encode(), "application/yaml", "huice-profile.yaml")


def _report(one: Format) -> HTTPRouteHandler:
    @post(both(f"/report{one.suffix}"), status_code=200, name=f"report.{one.name}")
    async def report(request: Asked) -> Response[Any]:
        site = site_of(request)
        _, draft = await one_draft(request, site)
        if draft.problems:
            return refusal(site, "/calc", draft)
        made = await to_thread.run_sync(lambda: _file(one, draft, site))
        return download(made, one.media_type, f"huice{one.suffix}")

    return report


def _file(one: Format, draft: Draft, site: Site) -> bytes:
    answer = Answer(draft.profile, site.corpus, site.lang, draft.fields.get("see"))
    return one.render(answer.result, compare(draft.profile, site.corpus), site.lang)


@get("/static/{mark:str}/{name:str}", cache_control=None)
async def static(mark: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """The style sheet and the script; an address holds for ever."""
    asset = assets().get(name)
    if asset is None or asset.url != f"/static/{mark}/{name}":
        raise NotFoundException("no such file")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.body, media_type=asset.type, headers=headers)


REPORTS = tuple(_report(one) for one in FORMATS.values())
CALC = (home, calc, calc_posted, profile_yaml, *REPORTS, static)
