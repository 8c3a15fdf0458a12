"""The domain: documents, measures, readings, pools, groups, cautions and the vocabulary they speak.

Everything here is frozen data, loaded once. Money is yuan, time is months unless a name says otherwise.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from huice.language import nodes as n
from huice.language.text import Text


class Gives(StrEnum):
    """What the applicant gets. Kinds are shown apart: a voucher is not cash."""

    CASH = "cash"
    VOUCHER = "voucher"
    IN_KIND = "in_kind"
    SERVICE = "service"
    EQUITY = "equity"
    LOAN = "loan"
    NON_MONETARY = "non_monetary"
    POOL = "pool"


class Place(Struct, frozen=True):
    """Where a part of a rule stands in its file."""

    file: str
    line: int
    column: int = 1


class Condition(Struct, frozen=True):
    """One requirement: the phrase of the text and the expression that encodes it."""

    label: Text
    expression: n.Truth
    written: str
    where: Place


class Duration(Struct, frozen=True):
    """How long it is paid: at most `most` months (None: not limited), at least `least`.

    `run`: `any` years, an `unbroken` row of years, or the `window` of years from the first.
    """

    most: int | None
    least: int | None = None
    run: str = "any"
    literals: tuple[n.Literal, ...] = ()


class Validity(Struct, frozen=True):
    """The period the document states, both days included; `after` what follows: expired or unknown."""

    says: Text
    starts: date | None
    ends: date | None
    after: str = "expired"
    successor: str | None = None


class Patch(Struct, frozen=True, omit_defaults=True):
    """The parts of a rule that an option replaces; what is unset stays as it is.

    `requires` adds conditions, or replaces those of the same label; `judged` adds; `drops` takes away
    conditions and judgements by their words; `limit_per` and `limit_period` change the scope of the first
    cap; `valid_after` its aftermath.
    """

    requires: tuple[Condition, ...] | UnsetType = UNSET
    drops: tuple[str, ...] | UnsetType = UNSET
    judged: tuple[Text, ...] | UnsetType = UNSET
    pays: n.Limit | UnsetType | None = UNSET
    exact: bool | UnsetType = UNSET
    plus: n.Quantity | UnsetType | None = UNSET
    limits: tuple[n.Limit, ...] | UnsetType = UNSET
    limit_per: str | UnsetType = UNSET
    limit_period: str | UnsetType = UNSET
    once: str | UnsetType = UNSET
    lasts: Duration | UnsetType | None = UNSET
    pool: str | UnsetType | None = UNSET
    valid: Validity | UnsetType | None = UNSET
    valid_after: str | UnsetType = UNSET


class Option(Struct, frozen=True):
    """One way to read an ambiguous text. `effect`: conservative, generous or neutral.

    `assumes` are numbers of the option that the text does not state.
    """

    name: str
    says: Text
    effect: str
    patch: Patch = Patch()
    assumes: tuple[n.Literal, ...] = ()

    @property
    def computed(self) -> bool:
        """Whether the option changes figures."""
        return self.patch != Patch()


class Reading(Struct, frozen=True):
    """A named ambiguity: the question, its options and the one taken by default."""

    id: str
    asks: Text
    default: str
    options: tuple[Option, ...]

    @property
    def computed(self) -> bool:
        """Whether some option changes figures."""
        return any(option.computed for option in self.options)

    def option(self, name: str) -> Option | None:
        """The option of this name."""
        return next((option for option in self.options if option.name == name), None)


class Case(Struct, frozen=True):
    """An example beside the rule: a profile and what it must give."""

    says: str
    given: Any
    status: str
    certain: str
    ceiling: str | None
    where: Place


class Rule(Struct, frozen=True):
    """The part of a measure that a reading can change.

    `pays` is what the clause states for one entity (None: no amount); `exact` whether it is owed in full or
    is only a ceiling; `plus` an amount of the applicant as a whole. `once`: `no`, `applicant` or `entity`.
    """

    requires: tuple[Condition, ...]
    judged: tuple[Text, ...] = ()
    pays: n.Limit | None = None
    exact: bool = False
    plus: n.Quantity | None = None
    limits: tuple[n.Limit, ...] = ()
    once: str = "no"
    lasts: Duration | None = None
    pool: str | None = None
    valid: Validity | None = None


class Measure(Struct, frozen=True):
    """One promise of a policy (事项): its verbatim sentence and the rule that encodes it."""

    id: str
    title: Text
    document: str
    place: str
    quote: Text
    start: int
    subject: str
    who: Text
    gives: Gives
    rule: Rule
    where: Place
    benefit: bool = True
    readings: tuple[Reading, ...] = ()
    quota: n.Literal | None = None
    vouchers: n.Literal | None = None
    funding: Text | None = None
    parts: tuple[Text, ...] = ()
    instead: tuple[Text, ...] = ()
    frame: tuple[str, ...] = ()
    words: dict[str, str] = {}
    cases: tuple[Case, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the applicant keeps it: a loan is repaid and an investment buys a share."""
        return self.gives not in (Gives.LOAN, Gives.EQUITY)

    @property
    def text(self) -> str:
        """The verbatim sentence, in the Chinese of the law; `quote` holds its English too."""
        return self.quote.zh

    @property
    def quantified(self) -> bool:
        """Whether the text states an amount."""
        return self.rule.pays is not None


class Pool(Struct, frozen=True):
    """Money set aside for a scheme (资金池): no promise to anyone, but no claim exceeds it.

    `yearly` whether it is filled anew each year; `vouchers` how many vouchers of `face` yuan it holds.
    """

    id: str
    text: Text
    holds: n.Literal
    yearly: bool
    document: str
    where: Place
    stated: str = "exact"
    vouchers: n.Literal | None = None
    face: n.Literal | None = None
    shared_by: tuple[str, ...] = ()


class Group(Struct, frozen=True):
    """Measures that belong together. `rule`: take the `highest`, `stack` them, or `warn` of one cost twice.

    `kind`: `same_measure`, `stacking` and `alternatives` pay the highest; so does an `exclusive` group,
    and what was received bars the rest; `joint` members share a `ceiling` over their sum; `same_cost` warns.
    """

    id: str
    kind: str
    rule: str
    members: tuple[str, ...]
    says: Text
    where: Place
    ceiling: n.Limit | None = None


class Document(Struct, frozen=True):
    """One policy document (文件) of the compilation, with its whole text."""

    id: str
    title: Text
    place: str
    text: str
    where: Place
    trial: bool = False
    valid: Validity | None = None
    measures: tuple[Measure, ...] = ()
    pools: tuple[Pool, ...] = ()
    words: dict[str, str] = {}


class Caution(Struct, frozen=True):
    """Where a public copy of an official notice says more than the compilation. Changes no figure."""

    measures: tuple[str, ...]
    says: Text
    title: str
    url: str
    date: str


class Change(Struct, frozen=True):
    """How a firm can change a fact, as the editors say it.

    `how`: `never` (the past, or the nature of the applicant), `freely`, `upwards` (a number only grows, a set
    or a record only gains), `new` (settled for what exists, chosen for one more entity), `moving` (takes the
    value `moved`, an option or `as_of`, when the place changes). `says` is the deed, with {} for the value;
    `fixed` are options that what exists cannot gain; `becomes` the only turns of a choice.
    """

    how: str = "never"
    says: Text = Text("", "")
    fixed: tuple[str, ...] = ()
    becomes: dict[str, str] = {}
    moved: str = ""


class FactInfo(Struct, frozen=True):
    """What an editor says about a fact: its question, help and effort (1 memory, 2 files, 3 audit)."""

    name: str
    key: str
    entity: str
    type: str
    unit: str
    label: Text
    question: Text
    note: Text
    effort: int
    asked_of: str
    nature: str
    options: dict[str, Text]
    change: Change = Change()
