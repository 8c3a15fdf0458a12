"""The rules that can live at one place, compiled together for one shape of population."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure
from huice.language import nodes as n
from huice.language.calendar import in_year
from huice.language.text import Text
from huice.population.asked import Asked
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.books import Figures
from huice.population.columns.cells import Cell
from huice.population.columns.layout import place_columns
from huice.population.columns.maker import Maker, Unsupported, Year
from huice.population.columns.measure import MeasureColumns
from huice.population.columns.names import in_year_name
from huice.population.columns.plan import ORG, Ready, Triple, ready
from huice.population.columns.ratios import Interval
from huice.population.columns.rules import holds_somewhere, nodes_of, rule_of
from huice.population.columns.shape import Shape
from huice.population.columns.totals import by_year, total
from huice.population.columns.whole import TooLarge, Whole
from huice.population.schema import Schema

MOST_AWARDS_DEEP = 8


class Gap(Struct, frozen=True):
    """A measure that columns cannot say, the node that is the reason, and why; it was computed row by row."""

    measure: str
    node: str
    why: str

    @property
    def text(self) -> Text:
        """The gap in words."""
        return Text(
            f"事项 {self.measure} 逐行测算（{self.node}：{self.why}）",
            f"{self.measure} was computed row by row ({self.node}: {self.why})",
        )


class Compiled(Struct, frozen=True, eq=False):
    """The columns of one place: what to run, where each figure stands, and what is left to rows.

    Each of `measures` comes with status, certain, ceiling, and the same of each year if asked.
    """

    plan: Ready
    measures: tuple[tuple[str, Triple, tuple[Triple, ...]], ...]
    total: Triple | None
    gaps: tuple[Gap, ...]
    near: tuple[Measure, ...]

    @property
    def outputs(self) -> list[Triple]:
        """Status, certain and ceiling of each measure and its years, at last of the total."""
        found = [row for _, whole, years in self.measures for row in (whole, *years)]
        return found if self.total is None else [*found, self.total]

    @property
    def broad(self) -> bool:
        """Whether a figure might not fit 64 bits: then only a body that looks at each may run it."""
        return any(number.wide for triple in self.outputs for number in triple)


class PlaceCompiler:
    """Compiles the rules of one place key (see `Layout`)."""

    def __init__(
        self,
        corpus: Corpus,
        schema: Schema,
        shape: Shape,
        asked: Asked,
        key: tuple[str | None, ...],
    ) -> None:
        self.corpus, self.shape, self.asked, self.key = corpus, shape, asked, key
        self.places = places_of(shape, asked, key)
        self.rules = {one.id: rule_of(one, asked) for one in asked.measures}
        self.near = tuple(
            one for one in asked.measures if holds_somewhere(self.rules[one.id], self.places)
        )
        self.to = Maker(corpus, schema, shape, self._uses())
        for year, place in zip(asked.years, self.places, strict=True):
            self.to.fixed[f"org.place@{year}"] = place
        self.years = self._years()
        self.bars = _bars(corpus)
        self._figures: dict[str, Figures] = {}
        self._under_way: list[str] = []

    def _uses(self) -> Counter[n.Node]:
        """How often each node stands in the rules: what several use is worked out once."""
        uses: Counter[n.Node] = Counter()
        for measure in self.near:
            for node in nodes_of(self.rules[measure.id]):
                uses.update(n.walk(node))
        return uses

    def _years(self) -> list[Year]:
        asked = self.asked
        before: Year | None = None
        first = asked.claim_year - 1
        own = (
            str(first) in self.shape.overridden
            or any(str(first) in years for years in self.shape.own_lists.values())
        )  # fmt: skip
        if own:
            before = Year(first, in_year(asked.as_of, first), None, stated=True)
        found = []
        for year in asked.years:
            before = Year(year, in_year(asked.as_of, year), before)
            found.append(before)
        return found

    def compile(self) -> Compiled:
        """The columns of all measures that can live here."""
        gaps: list[Gap] = []
        done: list[Figures] = []
        for measure in self.near:
            try:
                done.append(self.figures(measure.id))
            except Unsupported as gap:
                name = type(gap.node).__name__ if gap.node is not None else "rule"
                gaps.append(Gap(measure.id, name, gap.why))
        plan = self.to.plan
        outputs: list[Whole] = []
        measures = []
        for figures in done:
            whole = (figures.status, figures.certain, figures.ceiling)
            years = tuple(self._of_years(figures)) if self.asked.by_year else ()
            measures.append((figures.measure.id, whole, years))
            outputs += [one for row in (whole, *years) for one in row]
        sums = None
        if not gaps:
            open_places = self.corpus.places if self.key[0] is None else ()
            one = total(plan, done, self.corpus, self.asked.readings, open_places)
            sums = (one.status, one.certain, one.ceiling)
            outputs += sums
        columns = [plan.let(ORG, one.cell) for one in outputs if isinstance(one.cell, Cell)]
        made = ready(plan, columns)
        return Compiled(made, tuple(measures), sums, tuple(gaps), self.near)

    def figures(self, id_: str) -> Figures:
        """One measure's columns. Raises `Unsupported`."""
        if id_ not in self._figures:
            if len(self._under_way) > MOST_AWARDS_DEEP:
                raise Unsupported(None, "awards that read one another too deeply")
            measure = self.corpus.measure(id_)
            rule = self.rules.get(id_) or rule_of(measure, self.asked)
            self._under_way.append(id_)
            try:
                compiler = MeasureColumns(
                    self.to,
                    measure,
                    rule,
                    self.years,
                    self.corpus.pools[rule.pool] if rule.pool else None,
                    self.asked.pools.get(rule.pool) if rule.pool else None,
                    frozenset(self.bars.get(id_, ())),
                    self.award,
                )
                self._figures[id_] = compiler.figures()
            except TooLarge:
                raise Unsupported(None, "may not fit 128 bits") from None
            finally:
                self._under_way.pop()
        return self._figures[id_]

    def award(self, id_: str, year: int) -> Interval:
        """What another measure gives in a year: for matching and uplift."""
        if id_ in self._under_way:
            return r.UNKNOWN
        figures = self.figures(id_)
        if year not in self.asked.years:
            return r.NOTHING
        one = by_year(self.to.plan, figures)[year - self.asked.claim_year]
        return Interval(one.certain, one.ceiling)

    def _of_years(self, figures: Figures) -> list[tuple[Whole, Whole, Whole]]:
        """Each year, cut to the fen so that the years add up to the whole."""
        plan = self.to.plan
        found = []
        low, high = r.ZERO, r.ZERO
        for year in by_year(plan, figures):
            one, other = r.add(low, year.certain), r.add(high, r.null_as_zero(year.ceiling))
            certain = w.subtract(r.cut_fen(one), r.cut_fen(low))
            ceiling = w.subtract(r.cut_fen(other), r.cut_fen(high))
            ceiling = w.chosen(r.is_null(year.ceiling), w.NULL, ceiling)
            low, high = plan.ratio(ORG, one), plan.ratio(ORG, other)
            found.append((year.status, plan.whole(ORG, certain), plan.whole(ORG, ceiling)))
        return found


def places_of(shape: Shape, asked: Asked, key: tuple[str | None, ...]) -> list[str | None]:
    """Where firms of a place key are in each year."""
    named = dict(zip(place_columns(shape, asked), key, strict=True))
    return [named.get(in_year_name("place", year), key[0]) for year in asked.years]


def _bars(corpus: Corpus) -> dict[str, set[str]]:
    """What bars each measure once received: the rest of its exclusive groups."""
    found: dict[str, set[str]] = {}
    for group in corpus.groups:
        for member in group.members if group.kind == "exclusive" else ():
            found.setdefault(member, set()).update(set(group.members) - {member})
    return found
