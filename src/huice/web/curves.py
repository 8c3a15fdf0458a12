"""Curves and their breaks as the pages show them: what may vary, the drawing, the table with the sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from markupsafe import Markup
from msgspec import Struct

from huice.analysis import Catalogue, Curve, Line, curve
from huice.analysis.axis import Axis
from huice.analysis.cause import Cause
from huice.analysis.cliffs import Break
from huice.analysis.curve import AtPlace
from huice.analysis.svg import Chart, drawing
from huice.analysis.tell import KINDS, kind_of, what, where, why
from huice.corpus.corpus import Corpus
from huice.evaluate.facts import Profile
from huice.evaluate.formula import entity_name
from huice.evaluate.profiles import BadProfile
from huice.language.text import Text
from huice.web.drawings import drawn
from huice.web.marks import marked
from huice.web.words import place_name

NUMBERS = ("money", "area", "count")
MOST_TRIED = 12
"""Numbers of a profile that are tried for one that changes something."""
MOST_LINES = 5
"""Curves of single measures that are drawn beside the total."""


class Choice(Struct, frozen=True):
    """A number that may vary; `value` names its facts, joined by `+` where they take the same number."""

    value: str
    label: Text

    @property
    def facts(self) -> list[str]:
        """Its facts as a curve takes them."""
        return self.value.split("+")


def choices(profile: Profile, corpus: Corpus) -> list[Choice]:
    """The numbers of a profile that may vary: of each entry first the amounts that move together."""
    found: list[Choice] = []
    for kind in corpus.vocabulary.kinds.values():
        for at, entity in enumerate(profile.lists.get(kind.name) or ()):
            name = entity_name(corpus, kind.name, str(entity.get("id", at)))
            found += _choices(corpus, kind.name, f"{kind.list_key}[{at}]", name)
    return [*found, *_choices(corpus, "org", "org", Text("企业", "The firm"))]


def _choices(corpus: Corpus, kind: str, owner: str, name: Text) -> Iterator[Choice]:
    scope = corpus.vocabulary.scope
    numbers = [fact for fact in corpus.vocabulary.of(kind) if fact.type in NUMBERS]
    for fact in numbers:
        bounded = [one for one in numbers if scope.facts[one.name].upper == fact.name]
        if bounded:
            both = [fact, *bounded]
            zh, en = (
                "、".join(one.label.zh for one in both),
                " = ".join(one.label["en"] for one in both),
            )
            yield Choice(
                "+".join(f"{owner}.{one.key}" for one in both),
                Text(f"{name.zh}：{zh}（同额）", f"{name.en}: {en}"),
            )
    for fact in numbers:
        yield Choice(
            f"{owner}.{fact.key}",
            Text(f"{name.zh}：{fact.label.zh}", f"{name.en}: {fact.label['en']}"),
        )


class Why(Struct, frozen=True):
    """What in the rules causes a break: in words, the sentence with its clause marked, whose it is."""

    says: str
    quote: Markup = Markup("")
    clause: str = ""
    measure: str = ""
    title: str = ""


class Row(Struct, frozen=True):
    """One break in the table under a curve."""

    number: int
    kind: str
    word: str
    where: str
    what: str
    causes: tuple[Why, ...]


class Drawn:
    """One curve: its drawing, and its breaks as rows."""

    def __init__(self, chart: Chart, corpus: Corpus, lang: str, name: str) -> None:
        self.chart, self.corpus, self.lang, self.name = chart, corpus, lang, name

    @property
    def title(self) -> str:
        """Whose curve it is."""
        return self.chart.line.title[self.lang]

    @property
    def measure(self) -> str | None:
        """Its measure; None for the total."""
        return self.chart.line.measure

    @cached_property
    def picture(self) -> Markup:
        """The drawing."""
        return drawn(
            lambda narrow: drawing([self.chart], self.lang, narrow=narrow, told=False), self.name
        )

    @cached_property
    def rows(self) -> list[Row]:
        """The breaks."""
        return [
            row(number, one, self.chart.axis, self.corpus, self.lang)
            for number, one in enumerate(self.chart.line.breaks, 1)
        ]


def row(number: int, one: Break, axis: Axis, corpus: Corpus, lang: str) -> Row:
    """A break in words."""
    kind = kind_of(one)
    causes = tuple(_why(cause, corpus, lang) for cause in one.causes)
    return Row(
        number, kind, KINDS[kind][lang], where(one, axis)[lang], what(one, axis)[lang], causes
    )


def _why(cause: Cause, corpus: Corpus, lang: str) -> Why:
    known = {one.id for one in corpus.measures}
    if cause.measure not in known or not cause.quote:
        return Why(why(cause)[lang])
    measure = corpus.measure(cause.measure)
    return Why(
        why(cause)[lang],
        marked(measure.text, [(cause.start, cause.end)]),
        cause.quote,
        measure.id,
        measure.title[lang],
    )


class Curves:
    """The curves of a firm over one of its numbers, at one place."""

    def __init__(self, found: Curve, corpus: Corpus, lang: str) -> None:
        self.found, self.corpus, self.lang = found, corpus, lang
        self.here: AtPlace = found.places[0]

    @property
    def axis(self) -> Axis:
        """What varies."""
        return self.found.axis

    @cached_property
    def lines(self) -> list[Drawn]:
        """The total, unless it is that of one measure alone, and the measures that vary."""
        measures = [line for line in self.here.measures if line.varies]
        shown: list[Line] = [self.here.total, *measures] if len(measures) > 1 else measures
        place = place_name(self.corpus, self.here.place) if self.here.place else Text("", "")
        span = self.found.start, self.found.end
        charts = [Chart(self.axis, line, place, *span) for line in shown[: MOST_LINES + 1]]
        return [Drawn(chart, self.corpus, self.lang, f"c{at}") for at, chart in enumerate(charts)]

    @property
    def level(self) -> int:
        """How many measures do not vary."""
        return sum(not line.varies for line in self.here.measures)

    @property
    def losses(self) -> int:
        """How many cliffs there are."""
        return sum(one.loss for line in self.here.measures for one in line.breaks)


def first_that_varies(
    profile: Profile, corpus: Corpus, offered: Sequence[Choice], places: Sequence[str] | None
) -> tuple[Choice, Curve]:
    """The first number that changes anything, with its curve; else the first."""
    kept: tuple[Choice, Curve] | None = None
    for choice in (*offered[:MOST_TRIED], offered[-1]):
        try:
            found = curve(
                profile, choice.facts[0], corpus, places=places, together=choice.facts[1:]
            )
        except BadProfile:
            continue
        kept = kept or (choice, found)
        if any(line.varies for line in found.places[0].measures):
            return choice, found
    assert kept is not None  # the revenue of the firm can always vary
    return kept


class CatalogueRow(Struct, frozen=True):
    """One break of the corpus."""

    measure: str
    title: str
    place: str
    label: str
    found: Row


def cliffs_of(found: Catalogue, corpus: Corpus, lang: str) -> list[Drawn]:
    """The curves of the corpus with a cliff."""
    charts = [Chart(entry.axis, entry.line) for entry in found.losses]
    return [Drawn(chart, corpus, lang, f"cliff{at}") for at, chart in enumerate(charts)]


def catalogue_rows(found: Catalogue, corpus: Corpus, lang: str) -> list[CatalogueRow]:
    """The breaks of the corpus, those that lose first."""
    ordered = sorted(found.entries, key=lambda entry: not entry.found.loss)
    rows = []
    for number, entry in enumerate(ordered, 1):
        place = place_name(corpus, corpus.measure(entry.measure).place)[lang]
        rows.append(
            CatalogueRow(
                entry.measure,
                entry.title[lang],
                place,
                entry.axis.label[lang],
                row(number, entry.found, entry.axis, corpus, lang),
            )
        )
    return rows
