"""The page of one measure: with a profile, why its figure is what it is; without, what the rule says."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Struct, structs

from huice.corpus.corpus import Corpus, default_folder
from huice.corpus.lint.figures import pool_of
from huice.corpus.model import Group, Measure, Option, Reading
from huice.corpus.numbers import literal_spans
from huice.corpus.sentences import Sentences, sentences
from huice.corpus.source import Source
from huice.evaluate.evaluator import at_place, evaluator
from huice.evaluate.facts import Exact, Profile
from huice.evaluate.formula import entity_name
from huice.evaluate.outcome import PAYING, Outcome
from huice.evaluate.result import Result
from huice.evaluate.trace import Check, Step
from huice.language.check import lies_in
from huice.language.money import wan
from huice.language.text import Text
from huice.web.draft import Draft, from_source
from huice.web.evidence import PROOF, papers
from huice.web.marks import Span, marked, references
from huice.web.pages import Asked, Page, both, one_draft, refusal
from huice.web.render import Site
from huice.web.unlocking import Advice, advice
from huice.web.views import Card
from huice.web.visit import site_of
from huice.web.words import GROUP_KIND, GROUP_RULE, HOLDS, STATUS, STEPS, gap_name


class StepRow(Struct, frozen=True):
    """A line of the calculation."""

    year: int | None
    word: str
    entity: str
    says: str
    figure: str
    refs: tuple[int, ...]
    last: bool


class Want(Struct, frozen=True):
    """A condition that fails or is open, and the questions whose answers it hangs on."""

    says: str
    holds: bool | None
    facts: tuple[str, ...]


class Choice(Struct, frozen=True):
    """One option of a reading, with what it would make of the figures."""

    option: str
    says: str
    effect: str
    default: bool
    chosen: bool
    figures: str
    difference: str


class Ambiguity(Struct, frozen=True):
    """A reading with its options."""

    owner: str
    id: str
    asks: str
    computed: bool
    choices: tuple[Choice, ...]


class Relation(Struct, frozen=True):
    """A group the measure belongs to."""

    word: str
    rule: str
    says: str
    others: tuple[Measure, ...]


class Case:
    """One measure of one firm, explained."""

    def __init__(self, measure: Measure, profile: Profile, site: Site) -> None:
        self.measure, self.site = measure, site
        self.corpus, self.lang = site.corpus, site.lang
        self.moved = profile.org.get("place") is None
        if self.moved:
            inside = [name for name in self.corpus.places if lies_in(name, measure.place)]
            profile = at_place(profile, inside[0])
        self.profile = profile
        self.result = Result(evaluator(self.corpus), profile, self.corpus.measures, profile.name)
        self.one = self.result.measure(measure.id)
        self.card = Card(self.one, self.result, self.lang)
        self.refs = references(self.one.steps)

    @property
    def place(self) -> str:
        """Where the firm is."""
        return self.site.place(self.result.place)

    @cached_property
    def conclusion(self) -> str:
        """The answer in one sentence."""
        card, t = self.card, self.site.t
        if self.one.status not in PAYING:
            return f"{card.word}{t('。', '. ')}{card.reason}{t('。', '.')}"
        if not card.priced:
            told = f"{card.word}{t('；', '; ')}{card.unstated}{t('。', '.')}"
        elif self.one.ceiling is None:
            told = t(
                f"按条文测算：确定 {card.certain}；上限{card.unstated}。",
                f"By the wording: {card.certain} certain; the ceiling {card.unstated}.",
            )
        else:
            told = t(
                f"按条文测算：确定 {card.certain}，本企业上限 {card.ceiling}"
                + (f"，条款封顶 {card.cap}。" if self.one.clause_cap is not None else "。"),
                f"By the wording: {card.certain} certain, at most {card.ceiling} for this firm"
                + (f"; the clause caps at {card.cap}." if self.one.clause_cap is not None else "."),
            )
        return told + self._why()

    def _why(self) -> str:
        """Why the ceiling is not the advertised cap."""
        cap, ceiling, t = self.one.clause_cap, self.one.ceiling, self.site.t
        if cap is None or ceiling is None or ceiling >= cap or not ceiling:
            return ""
        return t(
            f"不是 {self.card.cap}，因为{self.card.formulas[0]}。",
            f" Not {self.card.cap}, because: {self.card.formulas[0]}.",
        )

    @cached_property
    def quote(self) -> Markup:
        """The sentence, its numbers linked to the steps."""
        return marked(self.measure.text, self.refs, self.refs)

    @cached_property
    def steps(self) -> list[StepRow]:
        """The calculation, line by line; a year that is told like the one before is not repeated."""
        by_year: dict[int, list[Step]] = {}
        for step in self.one.steps:
            by_year.setdefault(step.year, []).append(step)
        rows: list[StepRow] = []
        told: list[list[tuple[Any, ...]]] = []
        for year, steps in by_year.items():
            key = [(step.kind, step.label.zh, step.low, step.high) for step in steps]
            if key in told:
                continue
            told.append(key)
            rows += [self._row(step, year, step is steps[-1]) for step in steps]
        return rows

    def _row(self, step: Step, year: int, last: bool) -> StepRow:  # noqa: FBT001  # a row's own mark
        entity = ""
        if step.entity is not None:
            entity = entity_name(self.corpus, self.measure.subject, step.entity)[self.lang]
        figure = "" if step.kind == "rate" else self.spread(step.low, step.high)
        numbers = tuple(self.refs[span] for span in step.spans if span in self.refs)
        word = STEPS.get(step.kind, Text(step.kind, step.kind))[self.lang]
        return StepRow(year, word, entity, step.label[self.lang], figure, numbers, last)

    def spread(self, low: Exact, high: Exact | None) -> str:
        """An interval as it is written."""
        if high is None:
            return self.site.t(
                f"{wan(low, self.lang)} 起，上限未定" if low else "未定",
                f"from {wan(low, self.lang)}, no upper figure" if low else "open",
            )
        told = wan(high, self.lang).replace(" ", "\u00a0")
        if low == high:
            return told
        return f"{wan(low, self.lang)} ～ {told}".replace(" ", "\u00a0", 1)

    def holds(self, check: Check) -> tuple[str, str, str]:
        """How a condition stands: class, sign and word."""
        sign, word = HOLDS[check.holds]
        return {True: "yes", False: "no", None: "open"}[check.holds], sign, word[self.lang]

    def asked(self, check: Check) -> str:
        """Whose facts a condition looks at."""
        names = [self.corpus.vocabulary.fact(fact).label[self.lang] for fact in check.facts]
        return self.site.t("、", ", ").join(names)

    @cached_property
    def wants(self) -> list[Want]:
        """What stands between the firm and the measure."""
        found = []
        for check in self.one.conditions:
            if check.holds is True:
                continue
            if check.missing:
                names = [gap_name(self.corpus, gap)[self.lang] for gap in check.missing]
            else:
                names = [self.corpus.vocabulary.fact(f).label[self.lang] for f in check.facts]
            found.append(Want(check.says[self.lang], check.holds, tuple(dict.fromkeys(names))))
        return found

    @cached_property
    def readings(self) -> list[Ambiguity]:
        """The readings of the measure with the difference each makes, then those of its groups."""
        found = []
        for reading, now, under in self.one.reading_effects():
            choices = tuple(self._choice(reading, option, now, under) for option in reading.options)
            asks = reading.asks[self.lang]
            found.append(Ambiguity(self.measure.id, reading.id, asks, reading.computed, choices))
        return found

    def _choice(
        self, reading: Reading, option: Option, now: str, under: dict[str, Outcome]
    ) -> Choice:
        figures = difference = ""
        outcome = under.get(option.name)
        if outcome is not None:
            ceiling = self.site.t("未载", "not stated")
            if outcome.ceiling is not None:
                ceiling = wan(outcome.ceiling, self.lang)
            word = STATUS[outcome.status][self.lang]
            figures = f"{word} · {wan(outcome.certain, self.lang)} ～ {ceiling}"
            difference = self._difference(outcome)
        return Choice(
            option.name,
            option.says[self.lang],
            option.effect,
            option.name == reading.default,
            option.name == now,
            figures,
            difference,
        )

    def _difference(self, outcome: Outcome) -> str:
        mine = self.one.outcome
        if outcome.ceiling is None or mine.ceiling is None or outcome.ceiling == mine.ceiling:
            if outcome.status is mine.status and outcome.ceiling == mine.ceiling:
                return "="
            return ""
        more: Exact = outcome.ceiling - mine.ceiling
        amount = more if more > 0 else -more
        return ("+" if more > 0 else "−") + wan(amount, self.lang)

    @cached_property
    def relations(self) -> list[Relation]:
        """The groups it belongs to."""
        return [self._relation(group, rule) for group, rule in self.card.groups]

    def _relation(self, group: Group, rule: str) -> Relation:
        others = [self.corpus.measure(id_) for id_ in group.members if id_ != self.measure.id]
        return Relation(
            GROUP_KIND[group.kind][self.lang],
            GROUP_RULE[rule][self.lang],
            group.says[self.lang],
            tuple(others),
        )

    @cached_property
    def advice(self) -> Advice:
        """What would change the answer; a firm whose place is open is not told to move."""
        return advice(self.profile, self.corpus, self.measure.id, self.lang, moves=not self.moved)

    @property
    def papers(self) -> list[Any]:
        """The checklist of this measure alone."""
        return papers([self.one])


def rule_lines(measure: Measure) -> str:
    """The lines of the policy file that encode a measure."""
    path = default_folder() / measure.where.file
    if not path.is_file():
        return ""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = measure.where.line - 1
    end = start + 1
    while (
        end < len(lines) and not lines[end].startswith("- id:") and lines[end].strip() != "cases:"
    ):
        if lines[end].strip() and not lines[end].startswith(" "):
            break
        end += 1
    return "\n".join(lines[start:end]).rstrip()


def encoded_spans(measure: Measure, corpus: Corpus) -> list[Span]:
    """Where the numbers of the rule stand in the sentence."""
    spans = literal_spans(measure, pool_of(corpus, measure))
    return [span for places in spans.values() for span in places[:1]]


def told(measure: Measure, site: Site) -> Sentences:
    """The rule in sentences."""
    return sentences(measure.rule, measure, site.corpus, site.lang)


def find(site: Site, id_: str) -> Measure:
    """The measure of an id. Raises `NotFoundException`."""
    try:
        return site.corpus.measure(id_)
    except KeyError:
        raise NotFoundException("no such measure") from None


def measure_page(site: Site, measure: Measure, draft: Draft | None) -> Page:
    """The page of a measure."""
    case = Case(measure, draft.profile, site) if draft is not None else None
    plain = marked(measure.text, encoded_spans(measure, site.corpus))
    return site.page(
        "measure.html",
        path=f"/measures/{measure.id}",
        measure=measure,
        document=site.corpus.document(measure.document),
        case=case,
        draft=draft,
        yaml=draft.yaml(site.lang) if draft is not None else "",
        told=told(measure, site),
        plain=plain,
        lines=rule_lines(measure),
        pool=site.corpus.pools[measure.rule.pool] if measure.rule.pool else None,
        cautions=site.corpus.cautions_of(measure.id),
        proof=PROOF,
    )


@get(both("/measures/{city:str}/{name:str}"))
async def measure(request: Asked, city: FromPath[str], name: FromPath[str]) -> Page:
    """A measure as the policy states it."""
    site = site_of(request)
    return measure_page(site, find(site, f"{city}/{name}"), None)


@post(both("/measures/{city:str}/{name:str}"), status_code=200)
async def measure_of_firm(request: Asked, city: FromPath[str], name: FromPath[str]) -> Page:
    """A measure for the firm that the form describes, under the readings it chooses."""
    site = site_of(request)
    found = find(site, f"{city}/{name}")
    form, draft = await one_draft(request, site)
    wanted = {
        key.removeprefix("reading:"): form.fields.get(key)
        for key in form.fields.all
        if key.startswith("reading:")
    }
    if wanted and not draft.problems:
        readings = {**(draft.mapping.get("readings") or {})}
        readings[found.id] = {**(readings.get(found.id) or {}), **wanted}
        mapping = {**draft.mapping, "readings": readings}
        today = request.app.state.today()
        draft = from_source(Source("", mapping, {}, []), site.corpus, today)
    if draft.problems:
        return refusal(site, f"/measures/{found.id}", draft)
    seen = draft.fields.get("see")
    if draft.profile.org.get("place") is None and seen in site.corpus.places:
        draft.profile = structs.replace(draft.profile, org={**draft.profile.org, "place": seen})
    return measure_page(site, found, draft)


MEASURES = (measure, measure_of_firm)
