"""The page of a plan: a form, and the best plan with its proof, places, clauses, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from anyio import CapacityLimiter, to_thread
from litestar import get, post
from markupsafe import Markup
from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.source import Problem
from huice.evaluate.facts import Exact
from huice.evaluate.outcome import Status
from huice.evaluate.profiles import BadProfile
from huice.evaluate.result import decimal
from huice.evaluate.sent import rows_of
from huice.language.money import wan
from huice.language.text import Text
from huice.planning import Plan, plan
from huice.planning.plan import Entity, PlannedClaim
from huice.planning.stacking import stackings
from huice.planning.svg import ROLES, drawing
from huice.web.draft import Draft, Pairs
from huice.web.drawings import drawn
from huice.web.pages import Asked, Page, both, one_draft, refusal, sample
from huice.web.planned import OBJECTIVES, Form, form_of
from huice.web.render import Site
from huice.web.visit import site_of
from huice.web.words import SAMPLES, STATUS, place_name

SECONDS = 5.0
"""How long a plan may take on a page."""
MOST_ROWS = 100
"""Entries of a profile times its years that are planned with."""
STATES: dict[str, Text] = {
    "chosen": Text("选定", "chosen"),
    "loses": Text("较少", "less"),
    "ties": Text("一样多", "as much"),
    "impossible": Text("不可行", "not possible"),
    "limit": Text("未算完", "not finished"),
    "untried": Text("未算到", "not reached"),
}
LONG = Problem(
    "A001",
    Text(
        f"规划要反复测算，清单的项数乘年数至多 {MOST_ROWS}；请只留有关的项，或在命令行用 huice plan",
        f"a plan evaluates many times over: entries times years are at most {MOST_ROWS}; leave only those that "
        "matter, or use huice plan on the command line",
    ),
)

TOO_SHORT = Problem(
    "J012",
    Text(
        f"{SECONDS:.0f} 秒内没有找到方案；请少选几处地点或几年，或在命令行用 huice plan",
        f"no plan was found within {SECONDS:.0f} seconds; choose fewer places or years, or use huice plan "
        "on the command line",
    ),
)


class ClaimRow(Struct, frozen=True):
    """One measure of an entity: what it gives year by year, and its sentence."""

    claim: PlannedClaim
    title: str
    word: str
    years: tuple[str, ...]
    whole: str


class EntityView(Struct, frozen=True):
    """One entity of the plan."""

    entity: Entity
    name: str
    rows: tuple[ClaimRow, ...]
    spent: tuple[str, ...]
    spent_whole: str
    beside: tuple[str, ...]
    same_cost: tuple[str, ...]


class Losing(Struct, frozen=True):
    """One place in the table."""

    name: str
    chosen: bool
    state: str
    value: str
    less: str
    reason: str


class Bound(Struct, frozen=True):
    """A clause that was used, where it stands, and what it binds."""

    says: str
    source: str
    binds: tuple[str, ...]


class Shown:
    """A plan as the page shows it."""

    def __init__(self, found: Plan, corpus: Corpus, lang: str) -> None:
        self.found, self.corpus, self.lang = found, corpus, lang
        self.certain = found.objective == "certain"

    def t(self, zh: str, en: str) -> str:
        """The wording of this language."""
        return en if self.lang == "en" else zh

    def money(self, amount: Exact) -> str:
        """An amount in words."""
        return wan(amount, self.lang)

    def title(self, measure: str) -> str:
        """What a measure is called."""
        return self.corpus.measure(measure).title[self.lang]

    @cached_property
    def picture(self) -> Markup:
        """The drawing."""
        return drawn(
            lambda narrow: drawing(self.found, self.corpus, self.lang, narrow=narrow), "plan"
        )

    @property
    def span(self) -> str:
        """The years."""
        years = self.found.years
        return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"

    @property
    def proof(self) -> str:
        """How good the plan is, said honestly."""
        one = self.found.proof
        if one.proved:
            return self.t("已证明最优（差距 0）", "Proved best (gap 0)")
        share = one.gap_share
        part = "" if share is None else self.t(f"（{_percent(share)}）", f" ({_percent(share)})")
        return self.t(
            f"未证明最优：更好的方案至多再多 {self.money(one.gap)}{part}",
            f"Not proved best: a better plan gives at most {self.money(one.gap)}{part} more",
        )

    @property
    def how(self) -> str:
        """By what it is proved, or why it is not."""
        one = self.found.proof
        if one.proved and one.exact:
            return self.t(
                "没有方案能多出一分；上界用精确分数核对过，方案由同一个测算程序重新算过。",
                "No plan gives a fen more; the bound was checked in exact fractions, and the plan was computed "
                "again by the evaluator.",
            )
        if one.proved:
            return self.t(
                "没有方案能多出一分；上界由求解器给出，方案由同一个测算程序重新算过。",
                "No plan gives a fen more, by the bound of the solver; the plan was computed again by the "
                "evaluator.",
            )
        if one.timed_out:
            return self.t(
                f"到了 {SECONDS:.0f} 秒的时间限制，这是已找到的最好方案；少选几处地点或几年会更快。",
                f"The limit of {SECONDS:.0f} seconds was reached; this is the best plan so far. Fewer places "
                "or years are faster.",
            )
        return self.t("差在取整到分。", "The difference is in whole fen.")

    @cached_property
    def entities(self) -> list[EntityView]:
        """What each entity claims."""
        return [self._entity(one) for one in self.found.entities]

    def _entity(self, one: Entity) -> EntityView:
        role = f" · {ROLES[one.role][self.lang]}" if len(self.found.entities) > 1 else ""
        spent = dict(one.spent)
        warned = [group for group in self.corpus.groups if group.id in one.same_cost]
        return EntityView(
            one,
            place_name(self.corpus, one.place)[self.lang] + role,
            tuple(self._claim(claim) for claim in one.claims),
            tuple(self._or_dash(spent.get(year, 0)) for year in self.found.years),
            self._or_dash(sum(spent.values())),
            tuple(self.title(id_) for id_ in one.beside),
            tuple(group.says[self.lang] for group in warned),
        )

    def _claim(self, claim: PlannedClaim) -> ClaimRow:
        years = {one.year: one for one in claim.by_year}
        told = []
        for year in self.found.years:
            one = years.get(year)
            told.append("—" if one is None else self._figure(one.certain, one.ceiling))
        word = (
            "" if claim.status == Status.ELIGIBLE.value else STATUS[Status(claim.status)][self.lang]
        )
        whole = self._figure(claim.certain, claim.ceiling)
        return ClaimRow(claim, claim.title[self.lang], word, tuple(told), whole)

    def _figure(self, certain: Exact, ceiling: Exact | None) -> str:
        shown = certain if self.certain else ceiling
        return self.t("未载", "not stated") if shown is None else self.money(shown)

    def _or_dash(self, amount: Exact) -> str:
        return self.money(amount) if amount else "—"

    @property
    def idle(self) -> list[str]:
        """Spending that nothing supports."""
        return [
            self.t(
                f"{one.year} 年“{one.title.zh}”{self.money(one.yuan)}没有事项支持。",
                f"{one.title['en']}, {self.money(one.yuan)} in {one.year}: nothing supports it.",
            )
            for one in self.found.spending
            if not one.measures
        ]

    @property
    def places(self) -> list[Losing]:
        """The places, the chosen first, then by how little they lose."""
        order = {"chosen": 0, "ties": 1, "loses": 2}
        ranked = sorted(
            self.found.places, key=lambda row: (order.get(row.status, 3), row.less or 0)
        )
        return [
            Losing(
                place_name(self.corpus, row.place)[self.lang],
                row.status == "chosen",
                STATES[row.status][self.lang],
                "—" if row.value is None else self.money(row.value),
                self.money(row.less) if row.less else "—",
                row.reason[self.lang],
            )
            for row in ranked
        ]

    @property
    def clauses(self) -> list[Bound]:
        """The clauses that bind something here."""
        found: dict[tuple[str, str], dict[str, None]] = {}
        for one in self.found.clauses:
            titles = self.t("、", ", ").join(self.title(id_) for id_ in one.measures)
            key = (one.says[self.lang], one.source[self.lang])
            found.setdefault(key, {})[titles] = None
        return [Bound(says, source, tuple(binds)) for (says, source), binds in found.items()]

    @property
    def left(self) -> list[tuple[str, list[str]]]:
        """What is not planned, by reason."""
        found: dict[str, dict[str, None]] = {}
        for one in self.found.left:
            found.setdefault(one.reason[self.lang], {})[one.title[self.lang]] = None
        return [(reason, list(titles)) for reason, titles in found.items()]

    @property
    def quotes(self) -> Iterator[tuple[str, str, Text]]:
        """The sentence of every claim: measure, title, sentence."""
        seen: set[str] = set()
        for entity in self.found.entities:
            for claim in entity.claims:
                if claim.measure not in seen:
                    seen.add(claim.measure)
                    yield claim.measure, claim.title[self.lang], claim.quote


def _percent(share: Exact) -> str:
    return f"{decimal(share * 100)}%"


def plan_view(site: Site, draft: Draft, fields: Pairs) -> dict[str, Any]:
    """The form and the plan, or why there is none."""
    form = form_of(draft.profile, site.corpus, fields)
    shown: Shown | None = None
    problems: tuple[Problem, ...] = ()
    if rows_of(draft.profile) > MOST_ROWS:
        problems = (LONG,)
    elif form.task is not None:
        try:
            found = plan(form.task, site.corpus, time_limit=SECONDS)
            shown = Shown(found, site.corpus, site.lang)
        except BadProfile as none:
            problems = tuple(TOO_SHORT if one.code == "J012" else one for one in none.problems)
    return {"form": form, "shown": shown, "problems": problems}


async def plan_page(site: Site, draft: Draft, view: dict[str, Any], sample_name: str = "") -> Page:
    """The page of a plan."""
    form: Form = view["form"]
    return site.page(
        "plan.html",
        path="/plan",
        draft=draft,
        yaml=draft.yaml(site.lang),
        sample_name=sample_name,
        objectives=OBJECTIVES,
        stackings=stackings(),
        many=len(form.places),
        **view,
    )


@get(both("/plan"))
async def planned_sample(request: Asked) -> Page:
    """The plan of a sample, worked out once; a visitor's own comes by form."""
    site = site_of(request)
    name = request.query_params.get("sample", "") or next(iter(SAMPLES))
    draft = sample(name, site.corpus, site.lang)
    kept = site.corpus.__dict__.setdefault("_plans", {})
    if (name, site.lang) not in kept:
        view = await to_thread.run_sync(lambda: plan_view(site, draft, Pairs()))
        kept[name, site.lang] = view
    return await plan_page(site, draft, kept[name, site.lang], name)


@post(both("/plan"), status_code=200)
async def planned(request: Asked) -> Page:
    """The plan of the firm that the form describes."""
    site = site_of(request)
    sent, draft = await one_draft(request, site)
    if draft.problems:
        return refusal(site, "/plan", draft)
    few: CapacityLimiter = request.app.state.few
    view = await to_thread.run_sync(lambda: plan_view(site, draft, sent.fields), limiter=few)
    return await plan_page(site, draft, view)


PLANNING = (planned_sample, planned)
