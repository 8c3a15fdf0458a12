"""Draws one block of a synthetic population: arrays of whole numbers, one set for each variable.

Every variable has draws of its own, named by seed, block and variable, so that changing one assumption
changes only what leans on it.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from huice.population.sample import chance as r
from huice.population.sample import model as m
from huice.population.sample.chance import Bools, Ints
from huice.population.sample.days import days_at, months_after

GROUP = "group"
ANCHORS = ("as_of", "year start", "year end")
"""Days that dates can lean on besides other dates."""
_FINE = 8
"""Quantities are taken from their level with so many bits more, then rounded."""


class Drawn(Struct):
    """A variable's true values for all rows, and which of them went unanswered.

    `values`: position of the option, units, days since 1970, or the set as bits; `second`: last day of a
    period; `dates`: one column for each option of a record. `absent`: the question does not apply.
    """

    sort: str
    values: Ints
    absent: Bools
    missing: Bools
    level: Ints | None = None
    second: Ints | None = None
    dates: Ints | None = None

    @property
    def null(self) -> Bools:
        """Where a table has nothing."""
        return self.absent | self.missing

    def taken(self, rows: npt.NDArray[np.intp]) -> Drawn:
        """The same for chosen rows."""
        return Drawn(
            self.sort,
            self.values[rows],
            self.absent[rows],
            self.missing[rows],
            None if self.level is None else self.level[rows],
            None if self.second is None else self.second[rows],
            None if self.dates is None else self.dates[rows],
        )

    def unanswered(self, rows: Bools) -> Drawn:
        """The same, and unanswered in these rows too."""
        missing = self.missing | rows
        return Drawn(
            self.sort, self.values, self.absent, missing, self.level, self.second, self.dates
        )

    def followed_by(self, other: Drawn) -> Drawn:
        """These rows, then those of another."""
        return Drawn(
            self.sort,
            np.concatenate([self.values, other.values]),
            np.concatenate([self.absent, other.absent]),
            np.concatenate([self.missing, other.missing]),
            _joined(self.level, other.level),
            _joined(self.second, other.second),
            _joined(self.dates, other.dates),
        )


def _joined(one: Ints | None, other: Ints | None) -> Ints | None:
    return None if one is None or other is None else np.concatenate([one, other])


class Below(dict[str, Drawn]):
    """What the rows of a child table see of their applicants, taken when it is looked at."""

    def __init__(self, above: dict[str, Drawn], parents: npt.NDArray[np.intp]) -> None:
        super().__init__()
        self.above, self.parents = above, parents

    def __missing__(self, name: str) -> Drawn:
        self[name] = self.above[name].taken(self.parents)
        return self[name]


class Drawer:
    """Draws the variables of rows in turn. `key` names the draws; `scope` holds what stands above."""

    def __init__(self, key: str, rows: int, as_of: date, scope: dict[str, Drawn]) -> None:
        self.key, self.rows, self.as_of, self.scope = key, rows, as_of, scope
        self._kept: dict[str, Ints] = {}

    def all_of(self, variables: tuple[m.Variable, ...]) -> dict[str, Drawn]:
        """Draws these variables and returns them."""
        for variable in variables:
            self.scope[variable.name] = self._variable(variable)
        return {variable.name: self.scope[variable.name] for variable in variables}

    def counts(self, group: m.Group) -> Ints:
        """How many entities of a group each row has."""
        return self._by_cases(f"how many {group.name}", "count", group.cases, 0).values

    def bits(self, *names: str) -> Ints:
        """Draws for all rows; those of one variable are kept while it is drawn."""
        key = "/".join((self.key, *names))
        if key not in self._kept:
            self._kept[key] = r.bits(key, self.rows)
        return self._kept[key]

    def _variable(self, variable: m.Variable) -> Drawn:
        self._kept.clear()
        drawn = self._by_cases(variable.name, variable.sort, variable.cases, len(variable.options))
        if variable.missing:
            drawn.missing = r.happens(self.bits(variable.name, "missing"), variable.missing)
        return drawn

    def _by_cases(self, name: str, sort: str, cases: tuple[m.Case, ...], options: int) -> Drawn:
        """Each row drawn by the first case that applies to it."""
        found = self._blank(sort, options)
        left: Bools = np.ones(self.rows, np.bool_)
        for case in cases:
            applies = left & self._where(case.when) if case.when else left
            left = left & ~applies
            rows = np.flatnonzero(applies)
            if rows.size:
                _Draw(self, name, rows, found).by(case.distribution)
        return found

    def _blank(self, sort: str, options: int) -> Drawn:
        def zeros() -> Ints:
            return np.zeros(self.rows, np.int64)

        no: Bools = np.zeros(self.rows, np.bool_)
        drawn = Drawn(sort, zeros(), no, no.copy())
        if sort in ("money", "area", "count", "number"):
            drawn.level = zeros()
        elif sort == "period":
            drawn.second = zeros()
        elif sort == "records":
            drawn.dates = np.zeros((self.rows, options), np.int64)
        return drawn

    def _where(self, when: tuple[m.Allowed, ...]) -> Bools:
        holds: Bools = np.ones(self.rows, np.bool_)
        for allowed in when:
            drawn = self.scope[allowed.variable]
            if drawn.sort in ("set", "records"):
                bits = sum(1 << option for option in allowed.options)
                holds &= (drawn.values & bits) != 0
            else:
                holds &= np.isin(drawn.values, np.array(allowed.options, np.int64))
            holds &= ~drawn.absent
        return holds


class _Draw:
    """Fills the rows of one case."""

    def __init__(self, drawer: Drawer, name: str, rows: npt.NDArray[np.intp], into: Drawn) -> None:
        self.drawer, self.name, self.rows, self.into = drawer, name, rows, into

    def bits(self, *purpose: str) -> Ints:
        return self.drawer.bits(self.name, *purpose)[self.rows]

    def seen(self, variable: str) -> Drawn:
        return self.drawer.scope[variable].taken(self.rows)

    def by(self, distribution: m.Distribution) -> None:
        into, rows = self.into, self.rows
        match distribution:
            case m.Nothing():
                into.absent[rows] = True
            case m.Choice(weights):
                into.values[rows] = r.pick(self.bits(), weights)
            case m.Numbers(values, weights):
                self._quantity(np.array(values, np.int64)[r.pick(self.bits(), weights)])
            case m.Each(chances, otherwise):
                members = self._members(chances)
                if otherwise >= 0:
                    members = np.where(members == 0, 1 << otherwise, members)
                into.values[rows] = members
            case m.Records(chances, span):
                self._records(chances, span)
            case m.Between():
                into.values[rows] = self._day(distribution, "day")
            case m.Period(starts, ends):
                first = self._day(starts, "from")
                into.values[rows] = first
                assert into.second is not None
                into.second[rows] = np.maximum(self._day(ends, "to", first), first)
            case m.Normal():
                into.values[rows] = r.normal(self.bits())
            case m.Lognormal():
                self._quantity(self._lognormal(distribution))
            case m.Poisson(level, most):
                self._quantity(np.minimum(r.counts(self.bits(), self._level(level)), most))
            case m.Same(variable):
                self._same(variable)
            case m.Share():
                self._share(distribution)
            case m.Stays():
                self._same(self.name)
            case m.Change():
                self._change(distribution)
            case m.Gains(chances, span):
                self._records(chances, span, self.seen(self.name))

    # --- options --------------------------------------------------------------------------------------

    def _members(self, chances: tuple[Fraction, ...]) -> Ints:
        found = np.zeros(self.rows.size, np.int64)
        for position, chance in enumerate(chances):
            if chance:
                found |= r.happens(self.bits(str(position)), chance).astype(np.int64) << position
        return found

    def _records(
        self, chances: tuple[Fraction, ...], span: m.Between, before: Drawn | None = None
    ) -> None:
        members = self._members(chances)
        self.into.values[self.rows] = members
        assert self.into.dates is not None
        if before is not None:
            assert before.dates is not None
            self.into.values[self.rows] |= before.values
            self.into.dates[self.rows] = before.dates
            members &= ~before.values
        for position, chance in enumerate(chances):
            if chance:
                held = np.flatnonzero(members >> position & 1)
                part = _Draw(self.drawer, self.name, self.rows[held], self.into)
                self.into.dates[self.rows[held], position] = part._day(span, f"day{position}")

    # --- days -----------------------------------------------------------------------------------------

    def _day(self, span: m.Between, purpose: str, first: Ints | None = None) -> Ints:
        low = self._moment(span.earliest, first)
        high = np.maximum(self._moment(span.latest, first), low)
        draws = self.bits(purpose)
        found = r.between(draws, low, high)
        if span.ends:
            at_end = self.bits(purpose, "ends")
            found = np.where(r.happens(at_end, span.ends / 2), low, found)
            late = r.happens(r.WHOLE - 1 - at_end, span.ends / 2)
            found = np.where(late, high, found)
        return found

    def _moment(self, moment: m.Moment, first: Ints | None) -> Ints:
        as_of, anchor = self.drawer.as_of, moment.anchor
        if anchor == "from":
            assert first is not None
            days = first
        elif anchor in ANCHORS:
            ends = (as_of, date(as_of.year, 1, 1), date(as_of.year, 12, 31))
            days = np.full(1, days_at(ends[ANCHORS.index(anchor)]), np.int64)
        else:
            days = self.seen(anchor).values
        moved = months_after(days, moment.months) + moment.days
        return np.broadcast_to(moved, self.rows.shape)

    # --- quantities -----------------------------------------------------------------------------------

    def _quantity(self, values: Ints, level: Ints | None = None) -> None:
        self.into.values[self.rows] = values
        assert self.into.level is not None
        self.into.level[self.rows] = r.log2_of(values) if level is None else level

    def _level(self, level: m.Level) -> Ints:
        found = np.full(self.rows.size, r.log2(level.median), np.int64)
        for factor in level.factors:
            steps = np.array([r.log2(one) for one in factor.factors], np.int64)
            drawn = self.seen(factor.variable)
            found += np.where(drawn.absent, 0, steps[drawn.values])
        for growth in level.growth:
            drawn = self.seen(growth.variable)
            assert drawn.level is not None
            above = (drawn.level - r.log2(growth.reference)) * int(growth.power * 1000) // 1000
            found += np.where(drawn.absent, 0, above)
        if level.spread != 1:
            shared = [(self.seen(one.variable).values, one.share) for one in level.follows]
            own = r.normal(self.bits("spread"))
            found += (r.mixed(own, shared) * r.log2(level.spread)) >> r.POINT
        return found

    def _lognormal(self, what: m.Lognormal) -> Ints:
        return self._written(self._level(what.level), what)

    def _change(self, what: m.Change) -> None:
        before = self.seen(self.name)
        assert before.level is not None
        found = self._written(before.level + self._level(what.level), what)
        self._quantity(np.where(before.values == 0, 0, found))
        self.into.absent[self.rows] = before.absent

    def _written(self, level: Ints, what: m.Lognormal | m.Change) -> Ints:
        """The quantities at these levels, as they would be stated."""
        found = (r.exp2(level + _FINE * r.ONE) + (1 << _FINE >> 1)) >> _FINE
        found = np.clip(r.rounded(found, what.step), what.least, what.most)
        if what.exactly is not None:
            found = self._snapped(found, what.exactly)
        return found

    def _snapped(self, values: Ints, exactly: m.Exactly) -> Ints:
        chosen = r.happens(self.bits("exactly"), exactly.chance)
        for at in exactly.at:
            margin = int(at * exactly.within)
            near = chosen & (values >= at - margin) & (values <= at + margin)
            values = np.where(near, at, values)
        return values

    # --- other variables ------------------------------------------------------------------------------

    def _same(self, variable: str) -> None:
        other = self.seen(variable)
        self.into.values[self.rows] = other.values
        self.into.absent[self.rows] = other.absent
        mine_and_its = (
            (self.into.level, other.level),
            (self.into.second, other.second),
            (self.into.dates, other.dates),
        )
        for mine, its in mine_and_its:
            if mine is not None and its is not None:
                mine[self.rows] = its

    def _share(self, what: m.Share) -> None:
        other = self.seen(what.variable)
        grain = 10_000
        shares = r.between(self.bits("share"), int(what.low * grain), int(what.high * grain))
        part = r.rounded(other.values // grain * shares + other.values % grain * shares // grain,
                         what.step)  # fmt: skip
        whole = r.happens(self.bits("whole"), what.whole)
        self._quantity(np.where(whole, other.values, np.minimum(part, other.values)))
        self.into.absent[self.rows] = other.absent
