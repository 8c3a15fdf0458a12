"""The form of a plan: a profile's usual problem, with what the visitor changed of it."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct, field, structs

from huice.corpus.corpus import Corpus
from huice.evaluate.amounts import exact_number
from huice.evaluate.facts import Exact, Profile
from huice.language.text import Fault, Text
from huice.language.units import MONEY
from huice.planning import Task
from huice.planning.problem import MOST_YEARS, Allowance, Site, Spending
from huice.planning.stacking import stackings
from huice.planning.usual import usual_task
from huice.web.draft import WAN, Pairs, exactly
from huice.web.words import place_name

USUAL_YEARS = 3
MOST_ENTITIES = 3
OBJECTIVES = {
    "ceiling": Text("本企业上限最大", "The largest ceiling"),
    "certain": Text("确定额最大", "The largest certain sum"),
}
LONGEST = 30
"""Characters of an amount."""


class Cell(Struct):
    """One amount of the form as it was written, and what is wrong with it."""

    name: str
    value: str
    error: Text | None = None


class SpendingRow(Struct):
    """One kind of spending: what over all years, and at most in a year."""

    title: Text
    total: Cell
    yearly: Cell


class PlaceRow(Struct):
    """One place: whether it may be chosen, and what it costs to be there."""

    place: str
    chosen: bool
    setup: Cell
    yearly: Cell


class Form(Struct):
    """The whole form, and the problem that it poses; without a `task` something is to be mended."""

    years: int
    entities: int
    objective: str
    stacking: str
    net: bool
    spending: list[SpendingRow]
    places: list[PlaceRow]
    task: Task | None = None
    errors: list[Text] = field(default_factory=list)

    @property
    def costs(self) -> bool:
        """Whether any place has a cost."""
        return any(row.setup.value or row.yearly.value for row in self.places)


def form_of(profile: Profile, corpus: Corpus, fields: Pairs) -> Form:
    """The form as it was sent; of a first visit all places, three years, the profile's own spending."""
    sent = bool(fields.get("years"))
    years = _one_of(fields.get("years"), range(1, MOST_YEARS + 1), USUAL_YEARS)
    usual = usual_task(profile, corpus, years)
    reader = _Reader(fields, corpus)
    spending = [reader.spending(number, one) for number, one in enumerate(usual.spending)]
    allowed = set(fields.many("place")) if sent else set(corpus.places)
    places = [reader.place(place, place in allowed) for place in corpus.places]
    form = Form(
        years,
        _one_of(fields.get("entities"), range(1, MOST_ENTITIES + 1), 1),
        fields.get("objective") if fields.get("objective") in OBJECTIVES else "ceiling",
        fields.get("stacking") if fields.get("stacking") in stackings() else "stated",
        fields.get("net") == "1",
        [row for row, _ in spending],
        [row for row, _ in places],
        errors=reader.errors,
    )
    sites = tuple(site for row, site in places if row.chosen)
    if not sites:
        form.errors.append(Text("至少选一处地点", "Choose at least one place"))
    if not form.errors:
        form.task = structs.replace(
            usual,
            sites=sites,
            entities=form.entities,
            certain=int(form.objective == "certain"),
            ceiling=int(form.objective == "ceiling"),
            net=form.net,
            stacking=form.stacking,
            spending=tuple(one for _, one in spending),
        )
    return form


def _one_of(written: str, known: range, default: int) -> int:
    return next((number for number in known if str(number) == written), default)


class _Reader:
    def __init__(self, fields: Pairs, corpus: Corpus) -> None:
        self.fields, self.corpus = fields, corpus
        self.errors: list[Text] = []

    def spending(self, number: int, one: Spending) -> tuple[SpendingRow, Spending]:
        """A kind of spending with the sums of the form."""
        usual = exactly(Fraction(one.total.most or 0) / WAN)
        total, sum_ = self.cell(f"total.{number}", usual, one.title)
        yearly, most = self.cell(f"yearly.{number}", "", one.title)
        whole = one.total.most if sum_ is None else sum_
        changed = structs.replace(
            one, total=Allowance(whole or 0, whole), yearly=Allowance(0, most)
        )
        return SpendingRow(one.title, total, yearly), changed

    def place(self, place: str, chosen: bool) -> tuple[PlaceRow, Site]:  # noqa: FBT001  # of one box
        """A place with its costs."""
        label = place_name(self.corpus, place)
        setup, once = self.cell(f"setup:{place}", "", label)
        yearly, each = self.cell(f"yearly:{place}", "", label)
        return PlaceRow(place, chosen, setup, yearly), Site(place, once or 0, each or 0)

    def cell(self, name: str, default: str, whose: Text) -> tuple[Cell, Exact | None]:
        """An amount of the form in yuan; a bare number counts in 万元."""
        written = self.fields.get(name)[:LONGEST] if name in self.fields.all else default
        cell = Cell(name, written)
        if not written:
            return cell, None
        plain = written.replace(",", "").replace("，", "").replace(" ", "")
        bare = plain.replace(".", "", 1).isdecimal()
        number: Exact = -1
        try:
            number = exact_number(f"{plain}万元" if bare else written, MONEY)
        except Fault as fault:
            if not bare:
                return self._wrong(cell, whose, fault.text), None
        if not 0 <= number <= 10**12 or Fraction(number * 100).denominator != 1:
            told = Text(
                f"“{written}”不合适：金额写到分，不为负，不超过 1 万亿元",
                f"“{written}” cannot be right: whole fen, not below 0, at most a trillion yuan",
            )
            return self._wrong(cell, whose, told), None
        return cell, number

    def _wrong(self, cell: Cell, whose: Text, told: Text) -> Cell:
        cell.error = told
        self.errors.append(Text(f"{whose.zh}：{told.zh}", f"{whose['en']}: {told['en']}"))
        return cell
