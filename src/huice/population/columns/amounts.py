"""The amounts of one measure in columns: of each entity, its caps, their sum, the firm's caps, the pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from huice.corpus.model import Measure, Pool, Rule
from huice.evaluate.amounts import LARGEST_AMOUNT
from huice.evaluate.facts import PoolState
from huice.evaluate.outcome import Status
from huice.evaluate.program import base_of
from huice.language import nodes as n
from huice.language.check import kinds_named
from huice.population.columns import ratios as r
from huice.population.columns import whole as w
from huice.population.columns.books import CODE, MOST_YEARS, Books, Cap, Claim, pool_left
from huice.population.columns.decided import HAD
from huice.population.columns.kleene import Definite, Kleene, both, either, no, truth_if, where
from huice.population.columns.maker import At, Maker, Override, Unsupported, Year
from huice.population.columns.names import POSITION, in_year_name
from huice.population.columns.plan import ORG
from huice.population.columns.ratios import Interval, Ratio
from huice.population.columns.whole import Whole
from huice.population.schema import FEN

LAST_POSITION = 2**20
"""Beyond the position of any entity in its list."""


class AmountColumns:
    """One rule, sorted as the evaluator sorts it, and what it pays in a year."""

    def __init__(
        self,
        to: Maker,
        measure: Measure,
        rule: Rule,
        years: Sequence[Year],
        pool: Pool | None,
        pool_state: PoolState | None,
        bars: frozenset[str],
        award: Callable[[str, int], Interval] | None,
    ) -> None:
        self.to, self.plan, self.measure, self.rule = to, to.plan, measure, rule
        self.kind = measure.subject
        self.years, self.pool, self.pool_state, self.award = years, pool, pool_state, award
        self.said = set(to.shape.decided.get(measure.id, ()))
        self.had = measure.id in to.shape.received
        self.bars = sorted(bars & set(to.shape.received))
        self._sort_conditions()
        self._sort_caps()
        self.books = self._books()

    # --- the rule, sorted as the evaluator sorts it -------------------------------------------------------

    def _sort_conditions(self) -> None:
        by_kind: dict[str, list[n.Node]] = {}
        for condition in self.rule.requires:
            named = kinds_named(condition.expression, self.to.scope)
            by_kind.setdefault(min(named) if named else ORG, []).append(condition.expression)
        self.own = by_kind.pop(self.kind, []) if self.kind != ORG else []
        self.outer = by_kind.pop(ORG, [])
        self.elsewhere = by_kind

    def _sort_caps(self) -> None:
        pays = self.rule.pays
        limits = list(self.rule.limits)
        caps = [Cap(limit, self._count(limit), ladder=True) for limit in limits]
        if pays is not None and pays.per is not None:
            caps.insert(0, Cap(pays, self._count(pays), ladder=False))
        self.unit_limits = [cap for cap in caps if cap.limit.per is None]
        self.entity_caps = [cap for cap in caps if cap.limit.per not in (None, ORG)]
        self.org_caps = [cap for cap in caps if cap.limit.per == ORG]
        self.base_key = self._key(base_of(pays.amount) if pays is not None else None)

    def _key(self, base: n.Node | None) -> str | None:
        fact = self.to.scope.find(base.name) if isinstance(base, n.Fact) else None
        return fact.key if fact is not None else None

    def _count(self, limit: n.Limit) -> n.Records | None:
        if limit.per in (None, ORG) or limit.per in self.to.scope.kinds:
            return None
        for fact in self.to.scope.facts.values():
            if fact.sort == "records" and limit.per in fact.members:
                return n.Records(n.Fact(fact.name), limit.per)
        return None

    def _books(self) -> Books:
        if not self.had:
            books = Books(r.ZERO, w.ZERO)
        else:
            most = self.to.most("history", "amount_fen", LARGEST_AMOUNT * FEN)
            books = Books(
                Ratio(self._said("amount_fen", most), FEN), self._said("years", MOST_YEARS)
            )
        if self.pool is not None and not self.pool.yearly:
            left = r.const(pool_left(self.pool, self.pool_state))
            books.pool = (left, left)
        return books

    def _decided(self, what: str) -> Whole:
        """An amount or a base of the decisions, in fen; null where none is stated."""
        if what not in self.said:
            return w.NULL
        most = self.to.most("decisions", f"{what}_fen", LARGEST_AMOUNT * FEN)
        return self._said(what, most, nullable=True)

    def _said(self, what: str, most: int, *, nullable: bool = False) -> Whole:
        """A figure that decisions or history give this measure."""
        column = self.plan.given(ORG, pl.col(f"{what}:{self.measure.id}"), most=most)
        return Whole(column, 0, most, nullable=nullable)

    def _says(self, what: str, measure: str = "") -> Definite:
        """What decisions or history say, of this measure or another."""
        if what != HAD and what not in self.said:
            return False
        return self.plan.flag(ORG, pl.col(f"{what}:{measure or self.measure.id}"))

    def _cap(self, cap: Cap, at: At) -> Interval:
        """The figure of a cap on a level; null ends do not cut."""
        node = cap.limit.amount
        one = self.to.cap(node, at) if cap.ladder else self.to.quantity(node, at)
        if cap.count is None:
            return one
        count = self.to.quantity(cap.count, at)
        return Interval(r.times(one.low, count.low), r.times(one.high, count.high))

    def _amount(
        self, at: At, position: int, claim: Claim, value: Kleene, status: Whole, pays: Definite
    ) -> tuple[Ratio, Ratio]:
        owed = self.plan.truth(
            ORG, truth_if(w.compared("=", status, w.const(CODE[Status.ELIGIBLE])))
        )
        based = self._based()
        if self.kind == ORG:
            low, high, claim = self._of_org(at, claim, owed, based, pays)
            any_sure = claim.sure
        else:
            low, high, claim = self._of_entities(at, claim, value, owed, based, pays)
            any_sure = self.plan.any_of(self.kind, claim.sure)
        low, high = self._plus(at, claim, (low, high), owed, any_sure, based)
        for cap in self.org_caps:
            low, high = self._capped(cap, at, (low, high), (self.books.low, self.books.high))
        low, high = self.plan.ratio(ORG, low), self.plan.ratio(ORG, high)
        return self._from_pool(position, low, high, pays)

    def _based(self) -> Definite:
        """Which firms have an approved base."""
        return no(w.is_null(self._decided("base"))) if "base" in self.said else False

    def _of_org(
        self, at: At, claim: Claim, owed: Definite, based: Definite, pays: Definite
    ) -> tuple[Ratio, Ratio, Claim]:
        seen: Definite = self.books.entity_seen if self.rule.once == "entity" else False
        one = self._entity_amount(at, owed, claim.sure, based, self.books.entity)
        if self.rule.once == "entity":
            one = (r.chosen(seen, r.ZERO, one[0]), r.chosen(seen, r.ZERO, one[1]))
        low, high = self.plan.ratio(ORG, one[0]), self.plan.ratio(ORG, one[1])
        self._enter(ORG, low, high, both(pays, no(seen)))
        return low, high, Claim(both(claim.who, no(seen)), both(claim.sure, no(seen)))

    def _enter(self, level: str, low: Ratio, high: Ratio, where_: Definite) -> None:
        """Write what an entity received into the books."""
        if len(self.years) == 1:
            return
        books = self.books
        got = either(
            r.is_null(high),
            truth_if(r.compared(">", high, r.ZERO)),
            truth_if(r.compared(">", low, r.ZERO)),
        )
        got = self.plan.truth(level, both(where_, got))
        one = r.chosen(got, low, r.ZERO), r.chosen(got, r.null_as_zero(high), r.ZERO)
        sums = r.add(books.entity[0], one[0]), r.add(books.entity[1], one[1])
        books.entity = (self.plan.ratio(level, sums[0]), self.plan.ratio(level, sums[1]))
        books.entity_seen = self.plan.truth(level, either(books.entity_seen, got))

    def _of_entities(
        self,
        at: At,
        claim: Claim,
        value: Kleene,
        owed: Definite,
        based: Definite,
        pays: Definite,
    ) -> tuple[Ratio, Ratio, Claim]:
        plan, kind, books = self.plan, self.kind, self.books
        below = at.on(kind)
        down_pays = truth_if(plan.down_truth(kind, pays))
        down_owed = truth_if(plan.down_truth(kind, owed))
        who, sure = claim.who, claim.sure
        merged = False if self.base_key is None else based
        if merged is not False:
            down_merged = truth_if(plan.down_truth(kind, merged))
            first = self._first(at, claim)
            alone = both(first, truth_if(plan.down_truth(kind, truth_if(value))))
            who = plan.truth(kind, truth_if(where(down_merged, first, who)))
            sure = plan.truth(kind, truth_if(where(down_merged, alone, sure)))
        if self.rule.once == "entity":
            seen = self._seen(merged)
            who, sure = (
                plan.truth(kind, both(who, no(seen))),
                plan.truth(kind, both(sure, no(seen))),
            )
        received = books.entity
        if merged is not False:
            received = self._received(merged)
        low, high = self._entity_amount(below, down_owed, sure, based, received)
        counts = plan.truth(kind, both(who, down_pays))
        low = plan.ratio(kind, r.chosen(counts, low, r.ZERO))
        high = plan.ratio(kind, r.chosen(counts, high, r.ZERO))
        crowd = self.to.crowd(kind)
        sums = [Ratio(plan.sum_of(kind, one.top, crowd), self._bottom(one)) for one in (low, high)]
        self._enter_entities(low, high, counts, merged, sums)
        return sums[0], sums[1], Claim(who, sure)

    def _bottom(self, one: Ratio) -> int:
        if one.bottom.known is None:
            raise Unsupported(None, "a divisor that differs from entity to entity")
        return one.bottom.known

    def _first(self, at: At, claim: Claim) -> Definite:
        """The first claiming entity of each firm, in the order of the year's list."""
        kind = self.kind
        own = str(at.year.year) in self.to.shape.own_lists.get(kind, ())
        name = in_year_name(POSITION, at.year.year) if own else POSITION
        position = self.plan.given(kind, pl.col(name).cast(pl.Int64), most=LAST_POSITION)
        if isinstance(claim.who, bool) and not claim.who:
            return False
        place = w.chosen(claim.who, Whole(position, 0, LAST_POSITION), w.const(LAST_POSITION))
        lowest = self.plan.least_of(kind, self.plan.whole(kind, place))
        first = self.plan.down_whole(kind, lowest)
        return self.plan.truth(kind, both(claim.who, truth_if(w.compared("=", place, first))))

    def _seen(self, merged: Definite) -> Definite:
        books = self.books
        if merged is False:
            return books.entity_seen
        down = truth_if(self.plan.down_truth(self.kind, merged))
        seen = truth_if(self.plan.down_truth(self.kind, books.merged_seen))
        return truth_if(where(down, seen, books.entity_seen))

    def _received(self, merged: Definite) -> tuple[Ratio, Ratio]:
        """What an entity received before; of a firm with an approved base, what its merged entity did."""
        down = truth_if(self.plan.down_truth(self.kind, merged))
        books = self.books
        low, high = (self.plan.down_ratio(self.kind, one) for one in books.merged)
        return r.chosen(down, low, books.entity[0]), r.chosen(down, high, books.entity[1])

    def _enter_entities(
        self, low: Ratio, high: Ratio, counts: Definite, merged: Definite, sums: list[Ratio]
    ) -> None:
        self._enter(self.kind, low, high, counts)
        if merged is False or len(self.years) == 1:
            return
        books, plan = self.books, self.plan
        got = either(
            r.is_null(sums[1]),
            truth_if(r.compared(">", sums[1], r.ZERO)),
            truth_if(r.compared(">", sums[0], r.ZERO)),
        )
        got = plan.truth(ORG, both(merged, got))
        ends = []
        for before, one in zip(books.merged, (sums[0], r.null_as_zero(sums[1])), strict=True):
            ends.append(plan.ratio(ORG, r.add(before, r.chosen(got, one, r.ZERO))))
        books.merged = (ends[0], ends[1])
        books.merged_seen = plan.truth(ORG, either(books.merged_seen, got))

    def _entity_amount(
        self,
        at: At,
        owed: Definite,
        sure: Definite,
        based: Definite,
        received: tuple[Ratio, Ratio],
    ) -> tuple[Ratio, Ratio]:
        """What one entity gets, on its level."""
        if based is False:
            return self._uncut(at, owed, sure, received, approved=False)
        down = truth_if(self.plan.down_truth(at.level, based))
        own = At(at.level, at.year, f"{at.tag}!", at.support_year, at.award, self._override(based))
        one = self._uncut(own, owed, sure, received, approved=True)
        other = self._uncut(at, owed, sure, received, approved=False)
        return r.chosen(down, one[0], other[0]), r.chosen(down, one[1], other[1])

    def _override(self, based: Definite) -> Override | None:
        if self.base_key is None:
            return None
        base = w.null_as_zero(self._decided("base"))
        return Override(self.kind, self.base_key, based, base)

    def _uncut(
        self,
        at: At,
        owed: Definite,
        sure: Definite,
        received: tuple[Ratio, Ratio],
        *,
        approved: bool,
    ) -> tuple[Ratio, Ratio]:
        assert self.rule.pays is not None
        amount = self.plan.interval(at.level, self._pays(at, approved=approved))
        low, high = r.not_below_zero(amount.low), r.not_below_zero(amount.high)
        certain = both(owed, sure) if self.rule.exact else False
        low = r.chosen(certain, low, r.ZERO)
        for cap in self.unit_limits:
            if not approved or isinstance(cap.limit.amount, n.Fact):
                low, high = self._capped(cap, at, (low, high), (r.ZERO, r.ZERO))
        for cap in self.entity_caps:
            low, high = self._capped(cap, at, (low, high), received)
        return low, high

    def _pays(self, at: At, *, approved: bool) -> Interval:
        pays = self.rule.pays
        assert pays is not None
        node: Any = pays.amount
        if approved and isinstance(node, n.ShareOf) and isinstance(node.base, n.Lower):
            node = n.ShareOf(node.rate, node.base.items[0])
        amount = self.to.quantity(node, at)
        count = self._count(pays)
        if count is None:
            return amount
        many = self.to.quantity(count, at)
        return Interval(r.times(amount.low, many.low), r.times(amount.high, many.high))

    def _capped(
        self, cap: Cap, at: At, amount: tuple[Ratio, Ratio], received: tuple[Ratio, Ratio]
    ) -> tuple[Ratio, Ratio]:
        one = self.plan.interval(at.level, self._cap(cap, at))
        low, high = one.low, one.high
        if cap.whole and cap.limit.per is not None:
            low = r.not_below_zero(r.subtract(low, received[0]))
            high = r.not_below_zero(r.subtract(high, received[1]))
        capped = r.least(Interval(*amount), Interval(low, high))
        if cap.limit.soft:
            return capped.low, amount[1]
        return capped.low, capped.high

    def _plus(
        self,
        at: At,
        claim: Claim,
        amount: tuple[Ratio, Ratio],
        owed: Definite,
        any_sure: Definite,
        based: Definite,
    ) -> tuple[Ratio, Ratio]:
        node = self.rule.plus
        if node is None:
            return amount
        one = self.to.quantity(node, at)
        if based is not False and self.kind != ORG:
            own = At(
                ORG, at.year, f"{at.tag}+", at.support_year, at.award,
                self._override(based), (self.kind, based, claim.who),
            )  # fmt: skip
            one = r.pieces(based, self.to.quantity(node, own), one)
        one = self.plan.interval(ORG, one)
        low = r.not_below_zero(one.low)
        certain = both(owed, any_sure) if self.rule.exact else False
        low = r.add(amount[0], r.chosen(certain, low, r.ZERO))
        return low, r.add(amount[1], r.not_below_zero(one.high))

    def _from_pool(
        self, position: int, low: Ratio, high: Ratio, pays: Definite
    ) -> tuple[Ratio, Ratio]:
        pool, books = self.pool, self.books
        if pool is None:
            return low, high
        if pool.yearly:
            left = r.const(pool_left(pool, self.pool_state if position == 0 else None))
            ends = (left, left)
        else:
            assert books.pool is not None
            ends = books.pool
        low = r.lower(low, ends[0])
        high = r.chosen(r.is_null(high), r.NULL, r.lower(high, ends[1]))
        low, high = self.plan.ratio(ORG, low), self.plan.ratio(ORG, high)
        if not pool.yearly and position < len(self.years) - 1:
            taken = r.chosen(pays, low, r.ZERO), r.chosen(pays, r.null_as_zero(high), r.ZERO)
            rest = r.subtract(ends[0], taken[0]), r.subtract(ends[1], taken[1])
            books.pool = (self.plan.ratio(ORG, rest[0]), self.plan.ratio(ORG, rest[1]))
        return low, high
