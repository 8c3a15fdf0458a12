"""What the nodes mean in a spreadsheet: each quantity becomes two formulas, for the least and the most.

The engine's closures compute a value; this reader writes the same computation over named input cells, so that
it can be done again with other figures. An input cell left blank is unknown: nothing at least, `UNBOUNDED` at
most. A truth is 1, 0 or 0.5 (unknown), so that *and* is MIN and *or* is MAX.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Entity, Exact, View
from huice.evaluate.formula import entity_name
from huice.evaluate.intervals import UNKNOWN, Interval
from huice.language import nodes as n
from huice.language.check import Checker
from huice.language.scope import FactType, Sort
from huice.language.text import Text
from huice.language.units import value_of

UNBOUNDED = "UNBOUNDED"
"""The name of the cell that stands for no bound."""
ENDLESS = "1E+50"
"""From here on a figure counts as unbounded: sums and products of UNBOUNDED stay above it."""
ORG = "org"


class Term(Struct, frozen=True):
    """One formula without its `=`; `atom` whether it can stand as an operand without brackets."""

    text: str
    atom: bool = True

    @property
    def operand(self) -> str:
        """The formula as a part of a larger one."""
        return self.text if self.atom else f"({self.text})"

    @property
    def plain(self) -> bool:
        """Whether it is a constant."""
        return re.fullmatch(rf"-?[\d./]+|{UNBOUNDED}", self.text) is not None


class Pair(Struct, frozen=True):
    """The least and the most of a quantity."""

    low: Term
    high: Term


class Input(Struct):
    """A figure of the profile that formulas use: `name` of its cell, its value (None: unknown).

    `upper` names the input that bounds it while it is unknown; `whose` the entity, empty for the applicant.
    """

    name: str
    label: Text
    whose: Text
    unit: str
    value: Exact | None
    upper: str = ""
    year: int | None = None

    @property
    def low(self) -> str:
        """The name of the cell that holds the least it can be."""
        return f"{self.name}_min"

    @property
    def high(self) -> str:
        """The name of the cell that holds the most it can be."""
        return f"{self.name}_max"


class Inputs:
    """The inputs of a workbook. A figure that differs from year to year has a cell for each value."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.found: dict[tuple[str, str, str, Exact | None], Input] = {}
        self._names: set[str] = set()
        self._positions: dict[str, dict[str, int]] = {}

    def __iter__(self) -> Iterator[Input]:
        return iter(self.found.values())

    def fact(self, fact: FactType, view: View, row: Entity, identity: str) -> Input:
        """The input of one fact of one entity."""
        value = row.get(fact.key)
        upper = ""
        if fact.upper is not None:
            bound = self.corpus.vocabulary.scope.facts[fact.upper]
            upper = self.fact(bound, view, row, identity).name
        info = self.corpus.vocabulary.facts.get(fact.name)
        unit = {"money": "元", "area": "㎡", "count": "个"}.get(info.type if info else "", "")
        key = (fact.entity, identity, fact.key, value)
        return self._input(key, fact.name.split(".")[-1], fact.label, unit, view.year, upper)

    def derived(
        self, kind: str, identity: str, node: n.Node, label: Text, view: View, value: Exact
    ) -> Input:
        """The input of a figure worked out from facts that are no numbers: days of a period, records."""
        part = node.period if isinstance(node, n.Days | n.Months) else getattr(node, "fact", None)
        about = part.name.split(".")[-1] if isinstance(part, n.Fact) else "count"
        suffix = getattr(node, "member", type(node).__name__.lower())
        key = (kind, identity, repr(node), value)
        return self._input(key, f"{about}_{suffix}", label, "", view.year, "")

    def _input(
        self,
        key: tuple[str, str, str, Exact | None],
        name: str,
        label: Text,
        unit: str,
        year: int,
        upper: str,
    ) -> Input:
        kind, identity, *_, value = key
        known = self.found.get(key)
        if known is not None:
            return known
        plain = f"{kind}_{self._position(kind, identity)}{re.sub(r'[^A-Za-z0-9]', '_', name)}"
        of_year = plain if plain not in self._names else f"{plain}_{year}"
        unique, more = of_year, 2
        while unique in self._names:
            unique, more = f"{of_year}_{more}", more + 1
        self._names.add(unique)
        whose = entity_name(self.corpus, kind, identity) if kind != ORG else Text("", "")
        made = Input(unique, label, whose, unit, value, upper, year if unique != plain else None)
        self.found[key] = made
        return made

    def _position(self, kind: str, identity: str) -> str:
        if kind == ORG:
            return ""
        known = self._positions.setdefault(kind, {})
        return f"{known.setdefault(identity, len(known) + 1)}_"


class Writer:
    """Writes the expressions of one view as formulas; `identity[kind]` names the entity looked at."""

    def __init__(self, evaluator: Evaluator, inputs: Inputs, view: View) -> None:
        self.evaluator, self.inputs, self.view = evaluator, inputs, view
        self.closures = evaluator.programs.closures
        self.scope = evaluator.corpus.vocabulary.scope
        self.identity: dict[str, str] = {}

    def value(self, node: Any) -> Interval:
        """What the engine makes of a quantity here."""
        return self.closures.quantity(node)(self.view)

    def pair(self, node: Any) -> Pair:
        """A quantity."""
        write = _QUANTITIES.get(type(node))
        return self.as_it_stands(node) if write is None else write(self, node)

    def as_it_stands(self, node: Any) -> Pair:
        """A quantity that no input changes: what the engine makes of it."""
        low, high = self.value(node)
        return Pair(number(low), number(high))

    # --- quantities -----------------------------------------------------------------------------------

    def literal(self, node: n.Literal) -> Pair:
        one = number(value_of(node))
        return Pair(one, one)

    def fact(self, node: n.Fact) -> Pair:
        fact = self.scope.facts[node.name]
        if fact.means is not None:
            return self.pair(fact.means)
        return self.given(fact, self.view.rows.get(fact.entity, {}))

    def given(self, fact: FactType, row: Entity) -> Pair:
        """The cells of a fact."""
        kind = fact.entity
        if kind != ORG and self.view.lists.get(kind) is None:
            value = row.get(fact.key)
            return Pair(number(value or 0), number(value))
        one = self.inputs.fact(fact, self.view, row, self.identity.get(kind, ""))
        return Pair(Term(one.low), Term(one.high))

    def counted(self, node: n.Days | n.Months | n.Records) -> Pair:
        fact = self.scope.facts[(node.fact if isinstance(node, n.Records) else node.period).name]
        low, high = self.value(node)
        if low != high or (fact.entity != ORG and self.view.lists.get(fact.entity) is None):
            return self.as_it_stands(node)
        label = self.evaluator.programs.phrases.says(node)
        identity = self.identity.get(fact.entity, "")
        one = self.inputs.derived(fact.entity, identity, node, label, self.view, low)
        return Pair(Term(one.low), Term(one.high))

    def add(self, node: n.Add) -> Pair:
        items = [self.pair(item) for item in node.items]
        return Pair(_joined("+", [i.low for i in items]), _joined("+", [i.high for i in items]))

    def subtract(self, node: n.Subtract) -> Pair:
        type_ = Checker(self.scope).type_of(node.left)
        if type_ is None or type_.sort is Sort.YEAR:
            return self.as_it_stands(node)
        left, right = self.pair(node.left), self.pair(node.right)
        low = _joined("-", [left.low, right.high])
        if not right.high.plain:
            low = Term(f"IF({right.high.text}>={ENDLESS},0,{low.text})")
        return Pair(low, _joined("-", [left.high, right.low]))

    def multiply(self, node: n.Multiply) -> Pair:
        return _product([self.pair(item) for item in node.items])

    def share_of(self, node: n.ShareOf) -> Pair:
        return _product([self.pair(node.base), self.pair(node.rate)])

    def divide(self, node: n.Divide) -> Pair:
        left, right = self.pair(node.left), self.pair(node.right)
        top, bottom = right.high.text, right.low.text
        return Pair(
            Term(f"IF(OR({top}=0,{top}>={ENDLESS}),0,{left.low.operand}/{right.high.operand})"),
            Term(f"IF({bottom}=0,{UNBOUNDED},{left.high.operand}/{right.low.operand})"),
        )

    def lower(self, node: n.Lower) -> Pair:
        return _called("MIN", [self.pair(item) for item in node.items])

    def higher(self, node: n.Higher) -> Pair:
        return _called("MAX", [self.pair(item) for item in node.items])

    def excess(self, node: n.ExcessOver) -> Pair:
        amount, threshold = self.pair(node.amount), self.pair(node.threshold)
        low = Term(f"MAX(0,{_joined('-', [amount.low, threshold.high]).text})")
        return Pair(low, Term(f"MAX(0,{_joined('-', [amount.high, threshold.low]).text})"))

    def banded(self, node: n.Banded) -> Pair:
        base, floor = self.pair(node.base), "0"
        lows: list[Term] = []
        highs: list[Term] = []
        for band in node.bands:
            rate = self.pair(band.rate)
            top = self.pair(band.up_to).low.text if band.up_to is not None else ""
            for end, terms in (("low", lows), ("high", highs)):
                whole = getattr(base, end).text
                part = f"MIN({whole},{top})" if top else whole
                terms.append(
                    Term(f"{getattr(rate, end).operand}*MAX(0,{part}-{floor})", atom=False)
                )
            floor = top or floor
        return Pair(_joined("+", lows), _joined("+", highs))

    def tiers(self, node: n.Tiers) -> Pair:
        rungs = []
        for tier in node.tiers:
            holds = Term("1") if tier.when is None else self.truth(tier.when)
            if holds.text != "0":
                rungs.append((holds, self.pair(tier.value)))
        return ladder(rungs)

    def choice(self, node: n.Choice) -> Pair:
        options = [self.pair(option) for option in node.options]
        return Pair(_called("MIN", options).low, _called("MAX", options).high)

    def total(self, node: n.Total) -> Pair:
        fact = self.scope.facts[node.fact.name]
        entities = self.view.lists.get(fact.entity)
        if entities is None:
            return Pair(number(UNKNOWN[0]), number(UNKNOWN[1]))
        lows: list[Term] = []
        highs: list[Term] = []
        for holds in self._each(fact.entity, node.where):
            one = self.given(fact, self.view.rows[fact.entity])
            for surely, end, terms in ((True, one.low, lows), (False, one.high, highs)):
                if holds.text == "1" or (holds.text == "0.5" and not surely):
                    terms.append(end)
                elif holds.text not in {"0", "0.5"}:
                    test = f"{holds.text}=1" if surely else f"{holds.text}>0"
                    terms.append(Term(f"IF({test},{end.text},0)"))
        return Pair(_joined("+", lows), _joined("+", highs))

    def _each(self, kind: str, where: Any) -> Iterator[Term]:
        """Whether each entity meets a condition; it stands in the view meanwhile."""
        kept, identity = self.view.rows.get(kind), self.identity.get(kind)
        for position, entity in enumerate(self.view.lists.get(kind) or ()):
            self.view.rows[kind] = entity
            self.identity[kind] = str(entity.get("id", position))
            yield Term("1") if where is None else self.truth(where)
        self.view.rows[kind] = kept or {}
        self.identity[kind] = identity or ""

    def count_of(self, node: n.CountOf) -> Pair:
        if self.view.lists.get(node.kind) is None:
            return self.as_it_stands(node)
        held = list(self._each(node.kind, node.where))
        if not any(self._changes(one) for one in held):
            return self.as_it_stands(node)
        return Pair(
            _joined("+", [Term(f"({one.operand}=1)") for one in held]),
            _joined("+", [Term(f"({one.operand}>0)") for one in held]),
        )

    def previous(self, node: n.Previous) -> Pair:
        if self.view.previous is None:
            return self.as_it_stands(node)
        before = Writer(self.evaluator, self.inputs, self.view.previous)
        before.identity = self.identity
        return before.pair(node.item)

    # --- truths ---------------------------------------------------------------------------------------

    def truth(self, node: Any) -> Term:
        """A condition: live where it compares quantities, else what the engine makes of it."""
        if isinstance(node, n.Fact) and self.scope.facts[node.name].means is not None:
            return self.truth(self.scope.facts[node.name].means)
        if isinstance(node, n.And | n.Or):
            return self._listed("MIN" if isinstance(node, n.And) else "MAX", node.items)
        if isinstance(node, n.Not):
            item = self.truth(node.item)
            return (
                Term(f"1-{item.operand}", atom=False) if self._changes(item) else self._fixed(node)
            )
        if isinstance(node, n.SomeOf):
            items = [self.truth(item) for item in node.items]
            if any(map(self._changes, items)):
                wanted = node.count.numerator
                surely = "+".join(f"({item.operand}=1)" for item in items)
                maybe = "+".join(f"({item.operand}>0)" for item in items)
                return Term(f"IF({surely}>={wanted},1,IF({maybe}>={wanted},0.5,0))")
        if isinstance(node, n.Compare):
            return self._compare(node)
        return self._fixed(node)

    def _fixed(self, node: Any) -> Term:
        return Term({True: "1", False: "0", None: "0.5"}[self.closures.test(node)(self.view)])

    def _changes(self, term: Term) -> bool:
        return term.text not in {"1", "0", "0.5"}

    def _listed(self, name: str, items: Sequence[n.Node]) -> Term:
        """All or one of several: what is fixed and settles nothing is left out."""
        terms = [self.truth(item) for item in items]
        settles, says_nothing = ("0", "1") if name == "MIN" else ("1", "0")
        if any(term.text == settles for term in terms):
            return Term(settles)
        left = [term for term in dict.fromkeys(terms) if term.text != says_nothing]
        if not left:
            return Term(says_nothing)
        return left[0] if len(left) == 1 else Term(f"{name}({','.join(t.text for t in left)})")

    def _compare(self, node: n.Compare) -> Term:
        type_ = Checker(self.scope).type_of(node.left)
        if type_ is None or type_.sort is not Sort.QUANTITY:
            return self._fixed(node)
        left, right = self.pair(node.left), self.pair(node.right)
        if all(term.plain for term in (left.low, left.high, right.low, right.high)):
            return self._fixed(node)
        test = f"IF({left.low.operand}{node.op}{right.low.operand},1,0)"
        known = [f"{p.low.operand}={p.high.operand}" for p in (left, right) if p.low != p.high]
        if not known:
            return Term(test)
        both = known[0] if len(known) == 1 else f"AND({','.join(known)})"
        return Term(f"IF({both},{test},{self._partly_known(node, left, right)})")

    def _partly_known(self, node: n.Compare, left: Pair, right: Pair) -> str:
        """A total that is still growing: what no further item could undo is decided."""
        growing = any(isinstance(part, n.Total | n.CountOf) for part in n.walk(node))
        if not growing or right.low != right.high:
            return "0.5"
        low, limit = left.low.operand, right.low.operand
        over = {"<=": ">", "<": ">=", "=": ">"}.get(node.op)
        if over:
            return f"IF({low}{over}{limit},0,0.5)"
        return f"IF({low}{node.op}{limit},1,0.5)"


_QUANTITIES: dict[type[Any], Callable[[Writer, Any], Pair]] = {
    n.Literal: Writer.literal,
    n.Fact: Writer.fact,
    n.Add: Writer.add,
    n.Subtract: Writer.subtract,
    n.Multiply: Writer.multiply,
    n.ShareOf: Writer.share_of,
    n.Divide: Writer.divide,
    n.Lower: Writer.lower,
    n.Higher: Writer.higher,
    n.ExcessOver: Writer.excess,
    n.Banded: Writer.banded,
    n.Tiers: Writer.tiers,
    n.Choice: Writer.choice,
    n.Total: Writer.total,
    n.CountOf: Writer.count_of,
    n.Records: Writer.counted,
    n.Days: Writer.counted,
    n.Months: Writer.counted,
    n.Previous: Writer.previous,
}


def ladder(rungs: Sequence[tuple[Term, Pair]]) -> Pair:
    """The first rung that holds; one that may hold leaves it and all below it open, nothing included."""
    if not rungs:
        return Pair(Term("0"), Term("0"))
    (holds, value), rest = rungs[0], rungs[1:]
    if holds.text == "1":
        return value
    below = ladder(rest)
    ends = []
    for name, mine, other in (("MIN", value.low, below.low), ("MAX", value.high, below.high)):
        either = f"{name}({mine.text},{other.text})"
        if holds.text == "0.5":
            ends.append(Term(either))
            continue
        cell = holds.text
        ends.append(Term(f"IF({cell}=1,{mine.text},IF({cell}=0,{other.text},{either}))"))
    return Pair(*ends)


def number(value: Exact | None) -> Term:
    """A constant; None is no bound."""
    if value is None:
        return Term(UNBOUNDED)
    written = decimal_text(value)
    if written is None:
        exact = Fraction(value)
        return Term(f"{exact.numerator}/{exact.denominator}", atom=False)
    return Term(written, atom=value >= 0)


def decimal_text(value: Exact) -> str | None:
    """The value as an exact decimal; None where it has no end."""
    exact = Fraction(value)
    rest, places = exact.denominator, 0
    while rest % 10 == 0:
        rest //= 10
        places += 1
    while rest % 2 == 0 or rest % 5 == 0:
        rest //= 2 if rest % 2 == 0 else 5
        places += 1
    if rest != 1:
        return None
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).zfill(places + 1)
    sign = "-" if exact < 0 else ""
    if not places:
        return sign + digits
    return f"{sign}{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")


def _joined(sign: str, terms: Sequence[Term]) -> Term:
    if not terms:
        return Term("0")
    if len(terms) == 1:
        return terms[0]
    return Term(sign.join(term.operand for term in terms), atom=False)


def _product(items: Sequence[Pair]) -> Pair:
    return Pair(_joined("*", [one.low for one in items]), _joined("*", [one.high for one in items]))


def _called(name: str, items: Sequence[Pair]) -> Pair:
    return Pair(
        Term(f"{name}({','.join(one.low.text for one in items)})"),
        Term(f"{name}({','.join(one.high.text for one in items)})"),
    )
