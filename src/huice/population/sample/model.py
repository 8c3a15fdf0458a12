"""What the assumptions of a synthetic population say, once read: variables and their distributions.

A variable is a fact of the vocabulary or a helper that never reaches a table. It may lean on variables that
stand above it. Chances and factors are exact; money is fen, area and counts are in the units of the tables.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from msgspec import Struct

from huice.corpus.model import FactInfo
from huice.language.text import Text


class Allowed(Struct, frozen=True):
    """A variable takes one of these options (positions); a set holds one of them."""

    variable: str
    options: tuple[int, ...]


class Nothing(Struct, frozen=True):
    """There is no answer: the question does not apply."""


class Choice(Struct, frozen=True):
    """One option; the weights stand in the order of the options and make 1."""

    weights: tuple[Fraction, ...]


class Each(Struct, frozen=True):
    """A set: every option for itself, with its chance; if none comes, `otherwise` (-1: the set is empty)."""

    chances: tuple[Fraction, ...]
    otherwise: int = -1


class Moment(Struct, frozen=True):
    """A day so many months and days after (before: negative) an anchor: a date, or a variable."""

    anchor: str
    months: int = 0
    days: int = 0


class Between(Struct, frozen=True):
    """A day from `earliest` to `latest`, both included, all alike; `ends` of them at either end."""

    earliest: Moment
    latest: Moment
    ends: Fraction = Fraction(0)


class Records(Struct, frozen=True):
    """Official records: every option with its chance, and the span of their dates."""

    chances: tuple[Fraction, ...]
    span: Between


class Period(Struct, frozen=True):
    """Two days; `ends` may lean on the anchor `from`."""

    starts: Between
    ends: Between


class Normal(Struct, frozen=True):
    """A helper without a unit that quantities can follow together: this is what correlates them."""


class Factor(Struct, frozen=True):
    """The level times a number for the option taken."""

    variable: str
    factors: tuple[Fraction, ...]


class Growth(Struct, frozen=True):
    """The level times (variable / reference) to a power."""

    variable: str
    reference: Fraction
    power: Fraction


class Follows(Struct, frozen=True):
    """Correlation with a normal helper."""

    variable: str
    share: Fraction


class Level(Struct, frozen=True):
    """A lognormal level: `median`, and `spread` the ratio of its 84th percentile to its median."""

    median: Fraction
    spread: Fraction = Fraction(1)
    factors: tuple[Factor, ...] = ()
    growth: tuple[Growth, ...] = ()
    follows: tuple[Follows, ...] = ()


class Exactly(Struct, frozen=True):
    """Of the values within a share of one of these numbers, a chance of being that very number."""

    at: tuple[int, ...]
    within: Fraction
    chance: Fraction


class Lognormal(Struct, frozen=True):
    """A whole number of units around a level, rounded to `step`, from `least` to `most`."""

    level: Level
    step: int
    least: int
    most: int
    exactly: Exactly | None = None


class Poisson(Struct, frozen=True):
    """A count around a level, never above `most`."""

    level: Level
    most: int


class Numbers(Struct, frozen=True):
    """A count out of a list."""

    values: tuple[int, ...]
    weights: tuple[Fraction, ...]


class Same(Struct, frozen=True):
    """The value of another variable."""

    variable: str


class Stays(Struct, frozen=True):
    """In a later year: what it was the year before."""


class Change(Struct, frozen=True):
    """In a later year: the quantity of the year before times a factor around a level; 0 stays 0."""

    level: Level
    step: int
    least: int
    most: int
    exactly: Exactly | None = None


class Gains(Struct, frozen=True):
    """In a later year: the records held before, and others by chance, dated within a span."""

    chances: tuple[Fraction, ...]
    span: Between


class Share(Struct, frozen=True):
    """A part of another variable: all of it with a chance, else evenly between two shares."""

    variable: str
    whole: Fraction
    low: Fraction
    high: Fraction
    step: int


Distribution = (
    Nothing
    | Choice
    | Each
    | Between
    | Records
    | Period
    | Normal
    | Lognormal
    | Poisson
    | Numbers
    | Same
    | Share
    | Stays
    | Change
    | Gains
)


class Case(Struct, frozen=True):
    """The distribution where all conditions hold; the first case that applies is taken."""

    when: tuple[Allowed, ...]
    distribution: Distribution


class Variable(Struct, frozen=True):
    """A fact (or helper: `fact` None), its options, its cases and how often it goes unanswered."""

    name: str
    sort: str
    options: tuple[str, ...]
    cases: tuple[Case, ...]
    missing: Fraction
    because: Text
    fact: FactInfo | None = None
    line: int = 0


class Group(Struct, frozen=True):
    """So many entities of one sort for each applicant; facts can tell the groups apart."""

    name: str
    cases: tuple[Case, ...]
    because: Text


class Listing(Struct, frozen=True):
    """A child table: its groups, its facts, and how many applicants leave the whole list open."""

    kind: str
    table: str
    groups: tuple[Group, ...]
    variables: tuple[Variable, ...]
    unlisted: Fraction
    because: Text


class LaterList(Struct, frozen=True):
    """How a child table changes from one year to the next.

    Of the entities of each group a share is `kept`, with their facts changed by `variables`; a share of what
    would be drawn afresh that year is `new`. `unlisted` of the applicants whose list was known leave it open.
    """

    table: str
    kept: tuple[Fraction, ...]
    new: tuple[Fraction, ...]
    unlisted: Fraction
    variables: tuple[Variable, ...]
    because: Text


class Later(Struct, frozen=True):
    """How applicants and their lists change from one year to the next; what is not named stays."""

    variables: tuple[Variable, ...]
    lists: tuple[LaterList, ...]
    because: Text


class Circle(Struct, frozen=True):
    """How many applicants there are in all, if the assumptions hold: a sample stands for a part of them."""

    orgs: int
    because: Text


class Assumptions(Struct, frozen=True):
    """Everything that a synthetic population is drawn from. `version` identifies the file's content."""

    about: Text
    as_of: date
    orgs: tuple[Variable, ...]
    listings: tuple[Listing, ...]
    version: str
    later: Later | None = None
    circle: Circle | None = None

    def listing(self, table: str) -> Listing | None:
        """The child table of this name, if the file has it."""
        return next((one for one in self.listings if one.table == table), None)


def weight_of(assumptions: Assumptions, orgs: int) -> Fraction | None:
    """For how many applicants each of so many stands; None if the assumptions do not say how many there are."""
    return Fraction(assumptions.circle.orgs, orgs) if assumptions.circle else None
