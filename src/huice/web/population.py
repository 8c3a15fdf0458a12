"""The analyst's page: a table of firms or a sample, a draft, and what they cost; computed aside, then shown."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import Struct

from huice.corpus.overlay import BadOverlay, apply, read_overlay
from huice.corpus.source import Problem, read_bytes
from huice.language.text import Fault, Text
from huice.population.sample.file import load_assumptions
from huice.population.schema import schema_of
from huice.web.drawings import drawn
from huice.web.pages import Asked, Page, both, download
from huice.web.population_files import ACCEPTED, unpack
from huice.web.population_jobs import TABLES, Busy, Jobs, get_status
from huice.web.population_sheets import Drawing, Sheets
from huice.web.population_work import MOST_FIRMS, STEPS, Request
from huice.web.render import Site
from huice.web.visit import MOST_FIELDS, site_of

PATH = "/analysis/population"
LARGEST_UPLOAD = 20_000_000
"""Bytes of all files of a form."""
LARGEST_DRAFT = 200_000
DRAFT = "draft.yaml"
DEFAULT_FIRMS = 20_000
_HATCHED = re.compile(r'style="fill:(url\(#[\w-]+\))"')
REFRESH_SECONDS = 2
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOWNLOADS: dict[str, tuple[str, str, Text]] = {
    "report.html": ("report-{lang}.html", "text/html; charset=utf-8",
                    Text("报告（HTML，可打印）", "Report (HTML, to print)")),
    "result.xlsx": ("result-{lang}.xlsx", XLSX,
                    Text("各城市、事项、资金池（Excel）", "Cities, measures, pools (Excel)")),
    "awards.parquet": ("awards.parquet", "application/vnd.apache.parquet",
                       Text("逐家逐项（Parquet）", "Every firm and measure (Parquet)")),
    "totals.parquet": ("totals.parquet", "application/vnd.apache.parquet",
                       Text("逐家合计（Parquet）", "Every firm’s total (Parquet)")),
    "draft.html": ("draft-{lang}.html", "text/html; charset=utf-8",
                   Text("草案报告（HTML）", "Report on the draft (HTML)")),
    "draft.xlsx": ("draft-{lang}.xlsx", XLSX, Text("草案得失（Excel）", "Gains and losses (Excel)")),
}  # fmt: skip
"""The files of a job by the name of their address: file, type, what it is."""


class Wanted(Struct):
    """The form as it was filled."""

    source: str = "sample"
    orgs: str = str(DEFAULT_FIRMS)
    seed: str = "1"
    as_of: str = ""
    takeup: str = "100"
    draft: str = "none"


class Sent(Struct):
    """A form with its files."""

    wanted: Wanted
    tables: list[tuple[str, bytes]]
    draft: bytes


def examples() -> dict[str, bytes]:
    """The drafts that come with huice, by name."""
    folder = files("huice") / "samples" / "drafts"
    return {
        entry.name.removesuffix(".yaml"): entry.read_bytes()
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".yaml")
    }


def jobs_of(request: Asked) -> Jobs:
    """The jobs of this server."""
    found: Jobs = request.app.state.jobs
    return found


# --- the form -----------------------------------------------------------------------------------------


def form_page(
    site: Site, wanted: Wanted, problems: list[Problem] | None = None, status: int = 200
) -> Page:
    """The form, with what was wrong."""
    titles = {
        name: site.say(read_overlay(read_bytes(body, name)).title)
        for name, body in examples().items()
    }
    if not wanted.as_of:
        wanted.as_of = load_assumptions(site.corpus).as_of.isoformat()
    return site.page(
        "population.html",
        status=status,
        path=PATH,
        wanted=wanted,
        problems=problems or [],
        examples=titles,
        most=MOST_FIRMS,
        megabytes=LARGEST_UPLOAD // 10**6,
        accepted=",".join(ACCEPTED),
    )


@get(both(PATH))
async def population(request: Asked) -> Page:
    """The empty form."""
    return form_page(site_of(request), Wanted())


@post(both(PATH), status_code=200, request_max_body_size=LARGEST_UPLOAD + 1_000_000)
async def population_asked(request: Asked) -> Response[Any]:
    """Starts a computation and shows the way to it; the form again if something is wrong."""
    site = site_of(request)
    sent = await _sent(request)
    try:
        asked, draft = _checked(site, sent)
    except Fault as fault:
        return form_page(site, sent.wanted, [Problem("W001", fault.text)], 400)
    except BadOverlay as bad:
        return form_page(site, sent.wanted, list(bad.problems), 400)
    policies = request.app.state.policies
    asked = msgspec.structs.replace(asked, policies=policies, draft=DRAFT if draft else "")

    def fill(folder: Path) -> None:
        if not asked.orgs:
            unpack(sent.tables, folder / TABLES, schema_of(site.corpus))
        if draft:
            (folder / DRAFT).write_bytes(draft)

    try:
        id_ = jobs_of(request).start(asked, fill)
    except Fault as fault:
        return form_page(site, sent.wanted, [Problem("W001", fault.text)], 400)
    except Busy:
        busy = Text(
            "正在测算的人太多，请过几分钟再试",
            "too many computations are under way; try again in a few minutes",
        )
        return form_page(site, sent.wanted, [Problem("W002", busy)], 503)
    return Redirect(site.url(f"{PATH}/{id_}"), status_code=303)


async def _sent(request: Asked) -> Sent:
    form = await request.form()
    wanted, tables, draft = Wanted(), list[tuple[str, bytes]](), b""
    for name, value in list(form.multi_items())[:MOST_FIELDS]:
        if isinstance(value, UploadFile):
            body = await value.read(LARGEST_UPLOAD + 1)
            if body and name == "tables":
                tables.append((value.filename[:80], body))
            elif body and name == "overlay":
                draft = body
        elif name in Wanted.__struct_fields__:
            setattr(wanted, name, str(value).strip()[:40])
    return Sent(wanted, tables, draft)


def _checked(site: Site, sent: Sent) -> tuple[Request, bytes]:
    """What is asked, and the text of the draft. Raises `Fault` and `BadOverlay`."""
    wanted = sent.wanted
    orgs = 0
    if wanted.source == "sample":
        orgs = _number(wanted.orgs, 1, MOST_FIRMS, Text("企业数", "the number of firms"))
    elif not sent.tables:
        raise Fault("没有收到文件，请选择企业表", "no file has arrived; choose a table of firms")
    elif sum(len(body) for _, body in sent.tables) > LARGEST_UPLOAD:
        size = LARGEST_UPLOAD // 10**6
        raise Fault(f"文件合计超过 {size} MB", f"the files have more than {size} MB together")
    asked = Request(
        orgs,
        _number(wanted.seed, 0, 2**53, Text("种子", "the seed")),
        _day(wanted.as_of).isoformat(),
        _number(wanted.takeup, 1, 100, Text("申请率", "the share that applies")),
    )
    return asked, _draft(site, sent)


def _draft(site: Site, sent: Sent) -> bytes:
    """The draft's text, laid over the law once so that its faults are told on the form."""
    name = sent.wanted.draft
    known = examples()
    if name in known:
        body = known[name]
    elif name == "upload":
        if not sent.draft:
            raise Fault("没有收到草案文件，请选择", "the draft’s file has not arrived; choose it")
        if len(sent.draft) > LARGEST_DRAFT:
            raise Fault(
                f"草案超过 {LARGEST_DRAFT:,} 字节",
                f"the draft has more than {LARGEST_DRAFT:,} bytes",
            )
        body = sent.draft
    else:
        return b""
    apply(site.corpus, read_overlay(read_bytes(body, DRAFT)))
    return body


def _number(written: str, least: int, most: int, what: Text) -> int:
    plain = written.replace(",", "").replace("，", "")
    if not (plain.isascii() and plain.isdecimal()) or not least <= int(plain) <= most:
        raise Fault(
            f"{what.zh}应为 {least:,} 到 {most:,} 的整数，写的是“{written}”",
            f"{what['en']} must be a whole number from {least:,} to {most:,}, not “{written}”",
        )
    return int(plain)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Fault(
            f"申报日写作 2025-06-30，写的是“{written}”",
            f"write the date of application as 2025-06-30, not “{written}”",
        ) from None


# --- the job --------------------------------------------------------------------------------------------


def _folder(request: Asked, id_: str) -> Path:
    folder = jobs_of(request).find(id_)
    if folder is None:
        raise NotFoundException("no such computation")
    return folder


@get(both(PATH + "/{id_:str}"))
async def population_job(request: Asked, id_: FromPath[str]) -> Page:
    """How far it is, or what came out. While it runs the page asks again, unless `still` is wished."""
    site, folder = site_of(request), _folder(request, id_)
    status = get_status(folder)
    sheets = None
    if status.state == "done":
        sheets = msgspec.json.decode(
            (folder / f"sheets-{site.lang}.json").read_bytes(), type=Sheets
        )
    page = site.page(
        "population_job.html",
        path=f"{PATH}/{id_}",
        id=id_,
        how=status,
        steps=[site.say(step) for step in STEPS],
        told=sheets,
        picture=_picture,
        downloads=[
            (name, site.say(what))
            for name, (file, _, what) in DOWNLOADS.items()
            if (folder / file.format(lang=site.lang)).is_file()
        ],
        still="still" in request.query_params,
    )
    if status.state in ("waiting", "running") and "still" not in request.query_params:
        page.set_header("Refresh", str(REFRESH_SECONDS))
    return page


def _picture(figure: Drawing, section: int, number: int) -> Markup:
    """A chart in the page, its hatching as an attribute: the page's policy forbids styles within."""
    wide, narrow = (_HATCHED.sub(r'fill="\1"', svg) for svg in (figure.wide, figure.narrow))
    return drawn(lambda small: narrow if small else wide, f"f{section}-{number}")


@get(both(PATH + "/{id_:str}/{name:str}"))
async def population_file(request: Asked, id_: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """One of the files of a job."""
    site, folder = site_of(request), _folder(request, id_)
    if name not in DOWNLOADS:
        raise NotFoundException("no such file")
    file, type_, _ = DOWNLOADS[name]
    path = folder / file.format(lang=site.lang)
    if get_status(folder).state != "done" or not path.is_file():
        raise NotFoundException("no such file")
    return download(path.read_bytes(), type_, f"huice-{name}")


@post(both(PATH + "/{id_:str}/delete"), status_code=200)
async def population_delete(request: Asked, id_: FromPath[str]) -> Response[Any]:
    """Deletes a job at once."""
    jobs_of(request).delete(id_)
    return Redirect(site_of(request).url(PATH), status_code=303)


POPULATION = (population, population_asked, population_job, population_file, population_delete)
