"""The shape of every answer, from which the OpenAPI document takes its schemas. Nothing is left open."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Yuan = Annotated[str, Meta(pattern=r"^-?\d+(\.\d+)?$", description="yuan as a decimal string")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Count = Annotated[int, Meta(ge=0)]
Status = Literal["eligible", "discretionary", "unknown", "expired", "ineligible"]
Gives = Literal[
    "cash", "voucher", "in_kind", "service", "equity", "loan", "non_monetary", "pool"
]  # fmt: skip
Span = Annotated[list[Count], Meta(min_length=2, max_length=2)]


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """Has these fields and no others."""


class Words(Shape, frozen=True):
    """A text in both languages; `en` is the Chinese where no English was written."""

    zh: str
    en: str


# --- results --------------------------------------------------------------------------------------


class Counts(Shape, frozen=True):
    """How many measures have each status."""

    eligible: Count
    discretionary: Count
    unknown: Count
    expired: Count
    ineligible: Count


class Total(Shape, frozen=True):
    """The measures of one place together. Totals of different cities are alternatives: never add them."""

    status: Status
    certain_yuan: Yuan
    ceiling_yuan: Yuan
    years: Count
    ceiling_of_eligible_yuan: Yuan
    added_up_yuan: Yuan
    unquantified: list[str]
    same_cost_warnings: list[str]
    counts: Counts


class Year(Shape, frozen=True):
    """One year of a measure; `reason` is a word when nothing can be paid."""

    year: int
    status: Status
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None
    reason: str | None


class Gap(Shape, frozen=True):
    """A fact still to be answered, and the yuan that hang on what is missing."""

    fact: str
    entity: str | None
    stake_yuan: Yuan | None


class Condition(Shape, frozen=True):
    """One requirement; `holds` is null while it is unknown."""

    label: Words
    holds: bool | None
    says: Words
    facts: list[str]
    entity: str | None
    line: Count


class Step(Shape, frozen=True):
    """One step from base to amount; `spans` are characters of `quote`."""

    kind: str
    year: int
    entity: str | None
    label: Words
    low: Yuan | None
    high: Yuan | None
    facts: list[str]
    spans: list[Span]


class Option(Shape, frozen=True):
    """A way to read the text; with figures where it changes them."""

    name: str
    says: Words
    effect: Literal["conservative", "generous", "neutral"]
    status: Status | msgspec.UnsetType = msgspec.UNSET
    certain_yuan: Yuan | msgspec.UnsetType = msgspec.UNSET
    ceiling_yuan: Yuan | msgspec.UnsetType | None = msgspec.UNSET
    years: Count | msgspec.UnsetType | None = msgspec.UNSET


class Reading(Shape, frozen=True):
    """An ambiguity of the text and the option taken."""

    id: str
    asks: Words
    default: str
    chosen: str
    computed: bool
    options: list[Option]


class Caution(Shape, frozen=True):
    """Where a public copy of the notice says more than the compilation. Changes no figure."""

    says: Words
    title: str
    url: str
    date: str


class MeasureResult(Shape, frozen=True):
    """One measure for one applicant: three figures, and the reasons. Null amounts are not stated, never 0."""

    measure: str
    title: Words
    document: str
    place: str
    gives: Gives
    benefit: bool
    status: Status
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None
    clause_cap_yuan: Yuan | None
    years: Count | None
    by_year: list[Year]
    reason: Words | None
    missing: list[Gap]
    conditions: list[Condition]
    judged: list[Words]
    steps: list[Step]
    readings: list[Reading]
    quote: str
    quote_en: str | None
    cautions: list[Caution]


class _Head(Shape, frozen=True):
    as_of: Day
    claim_year: int
    horizon_years: Annotated[int, Meta(ge=1, le=30)]
    place: str | None
    corpus_version: str
    corpus_digest: str
    total: Total


class Result(_Head, frozen=True):
    """The result as every surface shows it."""

    schema: Literal["huice/result/1"]
    measures: list[MeasureResult]


class FiguresOf(Shape, frozen=True):
    """Status and figures of one measure."""

    measure: str
    status: Status
    certain_yuan: Yuan
    ceiling_yuan: Yuan | None
    clause_cap_yuan: Yuan | None
    years: Count | None


class Figures(_Head, frozen=True):
    """The result without its reasons (`detail=figures`)."""

    schema: Literal["huice/figures/1"]
    measures: list[FiguresOf]


class Row(Total, frozen=True):
    """A scenario at a place."""

    scenario: str
    place: str | None
    undecided: Count


class Comparison(Shape, frozen=True):
    """Scenarios and places side by side. Rows are alternatives: never add them."""

    schema: Literal["huice/comparison/1"]
    as_of: Day
    corpus_version: str
    rows: list[Row]


class Question(Shape, frozen=True):
    """A fact to ask for; `opens` names the list that an answer starts, `entity` the entry it belongs to."""

    fact: str
    key: str
    entity: str | None
    opens: str | None
    label: Words
    question: Words
    note: Words | None
    type: str
    unit: str | None
    effort: Annotated[int, Meta(ge=1, le=3)]
    options: dict[str, Words]
    stake_yuan: Yuan
    measures: list[str]
    unquantified: Count
    place: str | None


class Questions(Shape, frozen=True):
    """The questions that still change the answer, the one with the most money at stake first."""

    schema: Literal["huice/questions/1"]
    corpus_version: str
    open: Count
    questions: list[Question]


class Formula(Shape, frozen=True):
    """The amount of these years in one line."""

    years: list[int]
    says: Words
    high_yuan: Yuan | None


class Sentences(Shape, frozen=True):
    """A rule in whole sentences; empty where it says nothing."""

    who: str
    judged: str
    pays: str
    caps: str
    lasts: str
    pool: str
    quota: str
    validity: str


class RuleWords(Shape, frozen=True):
    """A rule in both languages."""

    zh: Sentences
    en: Sentences


class Explanation(Shape, frozen=True):
    """One measure for one applicant, explained; `spans` are the numbers of the quote that were used."""

    schema: Literal["huice/explanation/1"]
    result: Result
    formulas: list[Formula]
    spans: list[Span]
    rule: RuleWords


# --- the corpus -----------------------------------------------------------------------------------


class MeasureRow(Shape, frozen=True):
    """A measure in a list."""

    measure: str
    title: Words
    document: str
    place: str
    gives: Gives
    benefit: bool
    clause_cap_yuan: Yuan | None
    file: str
    line: Count


class Measures(Shape, frozen=True):
    """Measures in the order of the compilation; with words asked for, the best first."""

    schema: Literal["huice/measures/1"]
    corpus_version: str
    measures: list[MeasureRow]


class OptionText(Shape, frozen=True):
    """A way to read the text."""

    name: str
    says: Words
    effect: Literal["conservative", "generous", "neutral"]
    computed: bool


class ReadingText(Shape, frozen=True):
    """An ambiguity of the text."""

    id: str
    asks: Words
    default: str
    options: list[OptionText]


class Measure(MeasureRow, frozen=True):
    """A measure in full; `start` is where its sentence begins in the text of the document."""

    schema: Literal["huice/measure/1"]
    corpus_version: str
    text: Words
    start: Count
    subject: str
    rule: RuleWords
    judged: list[Words]
    readings: list[ReadingText]
    pool: str | None
    groups: list[str]
    cautions: list[Caution]


class DocumentRow(Shape, frozen=True):
    """A document in a list; null dates are not stated."""

    document: str
    title: Words
    place: str
    trial: bool
    starts: Day | None
    ends: Day | None
    measures: list[str]
    pools: list[str]
    file: str


class Documents(Shape, frozen=True):
    """The documents in the order of the compilation."""

    schema: Literal["huice/documents/1"]
    corpus_version: str
    documents: list[DocumentRow]


class Document(DocumentRow, frozen=True):
    """A document with its whole text."""

    schema: Literal["huice/document/1"]
    corpus_version: str
    text: str


class Pool(Shape, frozen=True):
    """Money set aside for a scheme: no promise to anyone."""

    pool: str
    text: Words
    document: str
    holds_yuan: Yuan
    yearly: bool
    stated: Literal["exact", "at_most", "nominal"]
    vouchers: Count | None
    face_yuan: Yuan | None
    measures: list[str]


class Pools(Shape, frozen=True):
    """All pools."""

    schema: Literal["huice/pools/1"]
    corpus_version: str
    pools: list[Pool]


class Group(Shape, frozen=True):
    """Measures that do not simply add up."""

    group: str
    kind: str
    rule: Literal["highest", "stack", "warn"]
    measures: list[str]
    says: Words
    ceiling_yuan: Yuan | None
    ceiling_period: str | None


class Groups(Shape, frozen=True):
    """All groups."""

    schema: Literal["huice/groups/1"]
    corpus_version: str
    groups: list[Group]


class EntityKind(Shape, frozen=True):
    """A kind of entity and the list of a profile that holds them."""

    kind: str
    list: str
    label: Words


class Fact(Shape, frozen=True):
    """A fact: how it is asked and what may be answered."""

    fact: str
    key: str
    entity: str
    type: str
    unit: str | None
    label: Words
    question: Words
    note: Words | None
    effort: Annotated[int, Meta(ge=1, le=3)]
    asked_of: str
    nature: str
    options: dict[str, Words]


class Vocabulary(Shape, frozen=True):
    """All facts, places and kinds of entity."""

    schema: Literal["huice/vocabulary/1"]
    corpus_version: str
    places: list[str]
    kinds: list[EntityKind]
    facts: list[Fact]


# --- the server -----------------------------------------------------------------------------------


class Health(Shape, frozen=True):
    """The process answers."""

    status: Literal["ok"]


class Ready(Shape, frozen=True):
    """The corpus is loaded and evaluates."""

    status: Literal["ready"]
    measures: Count


class Version(Shape, frozen=True):
    """What runs here."""

    schema: Literal["huice/version/1"]
    version: str
    api: Literal["v1"]
    corpus_version: str
    corpus_digest: str


class Fault(Shape, frozen=True):
    """One thing that is wrong. `code` is stable; `pointer` is the JSON Pointer of the value."""

    code: Annotated[str, Meta(pattern=r"^[A-Z]\d{3}$")]
    severity: Literal["error", "warning", "info"]
    message: Words
    pointer: str | None
    line: Annotated[int, Meta(ge=1)] | None
    column: Annotated[int, Meta(ge=1)] | None
    subject: str | None


class ProblemDetails(Shape, frozen=True):
    """An error (RFC 9457): `title` and `detail` in the language asked for, `problems` in both."""

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    code: str
    detail: str
    request_id: str | None
    problems: list[Fault]


ANSWERS: tuple[type[Struct], ...] = (
    Result, Figures, Comparison, Questions, Explanation, Measures, Measure, Documents, Document,
    Pools, Groups, Vocabulary, Health, Ready, Version, ProblemDetails,
)  # fmt: skip
