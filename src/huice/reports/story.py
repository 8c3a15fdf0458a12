"""What a report says, in one language and in the order of the paper: made once, set by Word and PDF alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct, structs

from huice.corpus.corpus import Corpus
from huice.evaluate.ask import Question, questions
from huice.evaluate.compare import Comparison
from huice.evaluate.facts import Exact
from huice.evaluate.formula import entity_name, formulas, spans_used
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import MeasureResult, Result, decimal
from huice.evaluate.trace import Check, Step
from huice.language.money import wan, yuan
from huice.language.text import Text
from huice.reports import words
from huice.reports.dates import KINDS, Event, coming, dates


class Piece(Struct, frozen=True):
    """A piece of a sentence; `marked` where an amount rests on it."""

    text: str
    marked: bool = False


class Line(Struct, frozen=True):
    """One step of an amount: what it does, in which year, for which entity, the figures after it."""

    kind: str
    label: str
    year: str
    whose: str
    high: str
    low: str


class Condition(Struct, frozen=True):
    """One condition as it stands: `key` met, open or failed."""

    key: str
    holds: str
    label: str
    says: str
    whose: str
    missing: tuple[str, ...]


class ReadingLine(Struct, frozen=True):
    """One ambiguity of the text: the question, the reading in force, and what others would give."""

    asks: str
    chosen: str
    default: bool
    options: tuple[tuple[str, str, str], ...]


class Caution(Struct, frozen=True):
    """What a public copy of the notice says beyond the compilation."""

    says: str
    title: str
    url: str
    date: str


class Day(Struct, frozen=True):
    """One date of the firm."""

    day: str
    iso: str
    name: str
    title: str
    says: str


class Item(Struct, frozen=True):
    """One measure of a result, told."""

    id: str
    number: str
    title: str
    level: str
    gives: str
    key: str
    status: str
    short: str
    certain: str
    ceiling: str
    cap: str
    formulas: tuple[str, ...]
    lines: tuple[Line, ...]
    quote: tuple[Piece, ...]
    translation: str
    document: str
    conditions: tuple[Condition, ...]
    judged: tuple[str, ...]
    missing: tuple[str, ...]
    readings: tuple[ReadingLine, ...]
    cautions: tuple[Caution, ...]
    days: tuple[Day, ...]
    reason: str


class Ask(Struct, frozen=True):
    """One fact to be confirmed by the firm."""

    number: str
    label: str
    whose: str
    question: str
    note: str
    stake: str
    measures: tuple[str, ...]


class PlaceRow(Struct, frozen=True):
    """One row of a comparison of places."""

    scenario: str
    place: str
    certain: str
    ceiling: str
    of_eligible: str
    eligible: str
    discretionary: str
    unknown: str
    unstated: str


class Group(Struct, frozen=True):
    """The measures of one status."""

    key: str
    name: str
    items: tuple[Item, ...]


class Story(Struct, frozen=True):
    """A whole report in one language; every field is ready to be set."""

    lang: str
    firm: str
    code: str
    place: str
    as_of: str
    claim_years: str
    version: str
    digest: str
    certain: str
    ceiling: str
    of_eligible: str
    counts: tuple[tuple[str, str], ...]
    conclusions: tuple[str, ...]
    groups: tuple[Group, ...]
    refused: tuple[tuple[str, str], ...]
    away: str
    asks: tuple[Ask, ...]
    days: tuple[Day, ...]
    places: tuple[PlaceRow, ...]
    scenarios: bool
    documents: tuple[tuple[str, str, str], ...]
    disclaimer: str
    alternatives: str


def story(
    result: Result, comparison: Comparison | None = None, lang: str = "zh", code: str = ""
) -> Story:
    """The report of a result; `code` is the firm's unified social credit code, if given."""
    return _Narrator(result, lang).story(comparison, code)


class _Narrator:
    def __init__(self, result: Result, lang: str) -> None:
        self.result, self.corpus, self.lang = result, result.corpus, lang
        self.events = dates(result)
        self.en = lang == "en"

    def say(self, zh: str, en: str) -> str:
        return en if self.en else zh

    def money(self, amount: Exact | None, unstated: Text = words.OPEN_AMOUNT) -> str:
        return unstated[self.lang] if amount is None else wan(amount, self.lang)

    def story(self, comparison: Comparison | None, code: str) -> Story:
        result, lang, total = self.result, self.lang, self.result.total
        groups, number = [], 0
        for status in (*PAYING, Status.EXPIRED):
            items = []
            for one in result.of_status(status):
                number += 1
                items.append(self.item(one, str(number)))
            if items:
                groups.append(Group(status.value, words.STATUS[status][lang], tuple(items)))
        refused = [one for one in result.of_status(Status.INELIGIBLE) if one.here]
        away = sum(one.status is Status.INELIGIBLE and not one.here for one in result.measures)
        years = list(result.profile.calendar_years())
        scenarios = {row.scenario for row in comparison.rows} if comparison else set()
        return Story(
            lang,
            result.name,
            code,
            words.place_name(self.corpus, result.place)[lang],
            day_text(result.profile.as_of, lang),
            words.years_word(years, lang),
            self.corpus.version,
            self.corpus.digest,
            self.money(total.certain),
            self.money(total.ceiling),
            self.money(total.ceiling_of_eligible),
            tuple(
                (words.STATUS[status][lang], str(total.counts[status.value])) for status in Status
            ),
            tuple(self.conclusions()),
            tuple(groups),
            tuple((one.measure.title[lang], one.reason[lang]) for one in refused),
            self.away(away),
            self.asks(),
            tuple(self.day(event) for event in coming(result)),
            self.places(comparison),
            len(scenarios) > 1,
            tuple(self.documents()),
            words.DISCLAIMER[lang],
            words.ALTERNATIVES[lang],
        )

    # --- the conclusion on one page -------------------------------------------------------------------

    def conclusions(self) -> Iterator[str]:
        """What the figures say, in sentences."""
        total, lang = self.result.total, self.lang
        if self.result.place is None:
            yield self.say(
                "注册地未定：下列合计是最优的一地，各地不相加。",
                "The place is open: the totals are those of the best single place; places are never added up.",
            )
        if total.ceiling_of_eligible:
            of_eligible = self.money(total.ceiling_of_eligible)
            yield self.say(
                f"上限之中，条件已符合的占 {of_eligible}。",
                f"Of the ceiling, {of_eligible} is of measures whose conditions are met.",
            )
        if total.added_up != total.ceiling:
            added = self.money(total.added_up)
            yield self.say(
                f"未去重相加为 {added}：择高不重复的事项只计一次。",
                f"Added up without regard to overlap: {added}; where only the highest counts, it counts once.",
            )
        for kind, names in self._beside(total.unquantified).items():
            listed = self.listed(names)
            yield self.say(
                f"{kind}，列在合计之外：{listed}。", f"Beside the total, {kind}: {listed}."
            )
        for group in self.corpus.groups:
            if group.id in total.same_cost:
                titles = self.listed(
                    self.corpus.measure(id_).title[lang] for id_ in group.members
                    if any(one.id == id_ and one.status in PAYING for one in self.result.measures)
                )  # fmt: skip
                yield self.say(
                    f"同一笔费用可能重复申报，须核对：{titles}（{group.says.zh}）。",
                    f"One cost may be claimed twice, check: {titles} ({group.says['en']}).",
                )

    def _beside(self, unquantified: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for id_ in unquantified:
            one = self.result.measure(id_)
            if one.status in PAYING:
                why = words.why_unstated(one)[self.lang] if one.ceiling is None else self.say(
                    "批准的金额", "an approved amount"
                )  # fmt: skip
                found.setdefault(why, []).append(one.measure.title[self.lang])
        return found

    def listed(self, names: Iterable[str]) -> str:
        return self.say("、", "; ").join(names)

    def away(self, count: int) -> str:
        if not count:
            return ""
        measures = "measure applies" if count == 1 else "measures apply"
        return self.say(
            f"另有 {count} 项只适用于其他地方，未列出。",
            f"Another {count} {measures} only elsewhere and are not listed.",
        )

    # --- one measure ----------------------------------------------------------------------------------

    def item(self, one: MeasureResult, number: str) -> Item:
        measure, lang = one.measure, self.lang
        pays = one.status in PAYING
        mine = [event for event in self.events if one.id in event.measures]
        return Item(
            one.id,
            number,
            measure.title[lang],
            words.level(self.corpus, measure)[lang],
            words.GIVES[measure.gives][lang],
            one.status.value,
            words.status_word(one)[lang],
            words.SHORT_STATUS[one.status][lang],
            self.money(one.certain),
            words.ceiling_word(one, lang),
            words.cap_word(one.clause_cap, lang),
            tuple(self.formulas(one)),
            self.lines(one),
            pieces(measure.text, spans_used(one.steps)),
            measure.quote.en if self.en else "",
            words.titled(self.corpus.document(measure.document).title)[lang],
            tuple(self.condition(check) for check in one.conditions),
            tuple(text[lang] for text in one.rule.judged) if pays else (),
            tuple(words.gap_name(self.corpus, gap)[lang] for gap in one.missing),
            tuple(self.readings(one)),
            tuple(
                Caution(each.says[lang], each.title, each.url, str(each.date))
                for each in self.corpus.cautions_of(one.id)
            ),
            tuple(self.day(event) for event in mine if event.day >= self.result.profile.as_of),
            one.reason[lang],
        )

    def formulas(self, one: MeasureResult) -> Iterator[str]:
        for formula in formulas(one, self.corpus):
            yield words.formula_line(formula.years, formula.says, one.years, self.lang)

    def lines(self, one: MeasureResult) -> tuple[Line, ...]:
        """The steps from base to amount; years that are alike step for step stand together."""
        told: dict[tuple[Line, ...], list[int]] = {}
        for year, steps in groupby(one.steps, key=lambda step: step.year):
            lines = tuple(self.line(one, step) for step in steps)
            told.setdefault(lines, []).append(year)
        several = len(self.result.views) > 1
        return tuple(
            structs.replace(line, year=words.years_run(years, self.lang) if several else "")
            for lines, years in told.items()
            for line in lines
        )

    def line(self, one: MeasureResult, step: Step) -> Line:
        whose = ""
        if step.entity is not None:
            whose = entity_name(self.corpus, one.measure.subject, step.entity)[self.lang]
        share = step.kind == "rate"
        high = (
            self.say("未填", "not given") if step.high is None else self._figure(step.high, share)
        )
        return Line(
            step.kind,
            step.label[self.lang],
            "",
            whose,
            high,
            self._figure(step.low, share),
        )

    def _figure(self, value: Exact, share: bool) -> str:  # noqa: FBT001
        if not share:
            return yuan(value, self.lang)
        return f"{decimal(value * 100)}%"

    def condition(self, check: Check) -> Condition:
        whose = ""
        if check.entity is not None:
            kind = next(
                (fact.split(".")[0] for fact in check.facts if not fact.startswith("org.")), ""
            )
            whose = entity_name(self.corpus, kind, check.entity)[self.lang]
        key = {True: "met", False: "failed", None: "open"}[check.holds]
        return Condition(
            key,
            words.HOLDS[check.holds][self.lang],
            check.label[self.lang],
            check.says[self.lang],
            whose,
            tuple(words.gap_name(self.corpus, gap)[self.lang] for gap in check.missing),
        )

    def readings(self, one: MeasureResult) -> Iterator[ReadingLine]:
        lang = self.lang
        for reading, now, under in one.reading_effects():
            option = reading.option(now)
            assert option is not None
            told = []
            for each in reading.options:
                outcome = under.get(each.name)
                effect = words.EFFECT[each.effect][lang]
                figures = self.say("不改变金额", "no figure changes")
                if outcome is not None:
                    status = words.STATUS[outcome.status][lang]
                    ceiling = self.money(outcome.ceiling, words.UNSTATED)
                    certain = self.money(outcome.certain)
                    figures = self.say(
                        f"{status}，确定 {certain}，上限 {ceiling}",
                        f"{status}; certain {certain}, ceiling {ceiling}",
                    )
                told.append((each.says[lang], effect, figures))
            yield ReadingLine(
                reading.asks[lang], option.says[lang], now == reading.default, tuple(told)
            )

    def day(self, event: Event) -> Day:
        title = event.title[self.lang]
        separator = self.say("：", ": ")
        return Day(
            day_text(event.day, self.lang),
            event.day.isoformat(),
            KINDS[event.kind][self.lang],
            title.partition(separator)[2],
            event.says[self.lang],
        )

    # --- what is open, places, documents ------------------------------------------------------------------

    def asks(self) -> tuple[Ask, ...]:
        return tuple(
            self.ask(question, str(number))
            for number, question in enumerate(pending(self.result), 1)
        )

    def ask(self, question: Question, number: str) -> Ask:
        fact, lang = question.fact, self.lang
        whose = ""
        if question.entity is not None and fact.entity != "org":
            whose = entity_name(self.corpus, fact.entity, question.entity)[lang]
        elif question.opens:
            whose = self.corpus.vocabulary.kinds[fact.entity].label[lang]
        asked = {one.id for one in self.result.measures}
        titles = [self.corpus.measure(id_).title[lang] for id_ in question.measures if id_ in asked]
        stake = wan(question.stake, lang) if question.stake else ""
        if question.unquantified:
            unstated = self.say(
                f"{question.unquantified} 项金额未公布",
                f"{question.unquantified} without a stated amount",
            )
            stake = self.say("，另 ", " and ").join(part for part in (stake, unstated) if part)
        return Ask(
            number, fact.label[lang], whose, fact.question[lang], fact.note[lang], stake,
            tuple(titles),
        )  # fmt: skip

    def places(self, comparison: Comparison | None) -> tuple[PlaceRow, ...]:
        found = []
        for row in comparison.rows if comparison else ():
            total = row.result.total
            counts = total.counts
            found.append(
                PlaceRow(
                    row.scenario,
                    words.place_name(self.corpus, row.place)[self.lang],
                    wan(total.certain, self.lang),
                    wan(total.ceiling, self.lang),
                    wan(total.ceiling_of_eligible, self.lang),
                    str(counts[Status.ELIGIBLE.value]),
                    str(counts[Status.DISCRETIONARY.value]),
                    str(counts[Status.UNKNOWN.value]),
                    str(_unstated_here(row.result)),
                )
            )
        return tuple(found)

    def documents(self) -> Iterator[tuple[str, str, str]]:
        """Title, place and stated period of every document that the result rests on."""
        used = dict.fromkeys(
            one.measure.document for one in self.result.measures if one.here or one.status in PAYING
        )
        for id_ in used:
            document = self.corpus.document(id_)
            valid = document.valid
            period = self.say("未载有效期", "no period stated")
            if valid is not None and valid.ends is not None:
                until = day_text(valid.ends, self.lang)
                period = self.say(f"所载期限至 {until}", f"stated period up to {until}")
            yield (
                words.titled(document.title)[self.lang],
                words.place_name(self.corpus, document.place)[self.lang],
                period,
            )


def _unstated_here(result: Result) -> int:
    return sum(result.measure(id_).status in PAYING for id_ in result.total.unquantified)


def pending(result: Result) -> tuple[Question, ...]:
    """The facts still to be confirmed that can change a measure of the result, the best first."""
    asked = {one.id for one in result.measures}
    return tuple(
        question
        for question in questions(result.profile, result.corpus)
        if asked & set(question.measures)
    )


def pieces(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """The text in pieces, marked where a span lies."""
    marked = {at for start, end in spans for at in range(start, end)}
    found: list[Piece] = []
    for at, char in enumerate(text):
        is_marked = at in marked
        if found and found[-1].marked == is_marked:
            found[-1] = Piece(found[-1].text + char, is_marked)
        else:
            found.append(Piece(char, is_marked))
    return tuple(found)


MONTHS = "January February March April May June July August September October November December"


def day_text(day: date, lang: str) -> str:
    """A date as people write it."""
    if lang == "en":
        return f"{day.day} {MONTHS.split()[day.month - 1]} {day.year}"
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def corpus_line(corpus: Corpus, as_of: str, lang: str) -> str:
    """What stands in the header of every page: version, hash, date."""
    if lang == "en":
        return f"Rules {corpus.version} · {corpus.digest} · as of {as_of}"
    return f"规则版本 {corpus.version} · {corpus.digest} · 测算日期 {as_of}"
